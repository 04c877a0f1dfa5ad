//! `TimeZoneInfo.ToSerializedString` and `FromSerializedString`.

use super::calendar::{Civil, DAY, HOUR, MINUTE, SECOND, civil, days};
use super::error::{DotnetError, Result};
use super::timezone::{self, Custom, Zone};
use super::timezone_rules::{Rule, Transition};

/// `Id;offset in minutes;names;rules;`. What separates parts is escaped inside them.
pub(crate) fn write(zone: &Zone) -> String {
    let mut text = format!(
        "{};{};{};{};{};",
        escape(&zone.id),
        zone.base_offset() / MINUTE,
        escape(&zone.display_name()),
        escape(zone.standard_name()),
        escape(&zone.daylight_name()),
    );
    for rule in zone.rules() {
        text.push_str(&format!(
            "[{};{};{};{}{}]",
            day(rule.first),
            day(rule.last),
            rule.delta / MINUTE,
            transition(&rule.start),
            transition(&rule.end),
        ));
    }
    text.push(';');
    text
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']' | ';') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn day(ticks: i64) -> String {
    let date = civil(ticks / DAY);
    format!("{:02}:{:02}:{:04}", date.month, date.day, date.year)
}

fn transition(it: &Transition) -> String {
    let time = format!(
        "{:02}:{:02}:{:02}",
        it.time / HOUR,
        it.time % HOUR / MINUTE,
        it.time % MINUTE / SECOND
    );
    let time = match it.time % SECOND / 10_000 {
        0 => time,
        milliseconds => format!("{time}{}", format!(".{milliseconds:03}").trim_end_matches('0')),
    };
    match it.is_fixed {
        true => format!("[1;{time};{};{};];", it.month, it.day),
        false => format!("[0;{time};{};{};{};];", it.month, it.week, it.day_of_week),
    }
}

/// The zone that a text describes.
pub(crate) fn read(text: &str) -> Result<Zone> {
    let wrong = || {
        let message = "The serialized data is not valid.";
        DotnetError::new("System.Runtime.Serialization.SerializationException", message)
    };
    if text.is_empty() {
        let message =
            format!("The specified serialized string '{text}' is not supported. (Parameter 'source')");
        return Err(DotnetError::argument(message));
    }
    let mut reader = Reader(text);
    let id = reader.text().ok_or_else(wrong)?;
    let minutes: i64 = reader.number().ok_or_else(wrong)?;
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(reader.text().ok_or_else(wrong)?);
    }
    let mut rules = Vec::new();
    while reader.take("[") {
        let rule = reader.rule().ok_or_else(wrong)?;
        rules.push(rule.checked()?);
    }
    let [display_name, standard_name, daylight_name] = names.try_into().map_err(|_| wrong())?;
    timezone::create(
        &id,
        Custom {
            base_offset: minutes * MINUTE,
            display_name,
            standard_name,
            daylight_name,
            rules,
        },
    )
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn take(&mut self, what: &str) -> bool {
        match self.0.strip_prefix(what) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    // Up to the next semicolon.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut letters = self.0.char_indices();
        while let Some((at, c)) = letters.next() {
            match c {
                ';' => {
                    self.0 = &self.0[at + 1..];
                    return Some(text);
                }
                '\\' => text.push(letters.next()?.1),
                '[' | ']' => return None,
                c => text.push(c),
            }
        }
        None
    }

    fn number(&mut self) -> Option<i64> {
        self.text()?.parse().ok()
    }

    fn day(&mut self) -> Option<i64> {
        let text = self.text()?;
        let parts: Vec<i64> = text.split(':').map(|it| it.parse().ok()).collect::<Option<_>>()?;
        let [month, day, year] = parts.as_slice() else {
            return None;
        };
        let date = Civil {
            year: *year,
            month: *month,
            day: *day,
        };
        super::calendar::exists(date).then(|| days(date) * DAY)
    }

    fn rule(&mut self) -> Option<Rule> {
        let (first, last, delta) = (self.day()?, self.day()?, self.number()? * MINUTE);
        let (start, end) = (self.transition()?, self.transition()?);
        self.take("]").then_some(Rule {
            first,
            last,
            delta,
            start,
            end,
        })
    }

    fn transition(&mut self) -> Option<Transition> {
        if !self.take("[") {
            return None;
        }
        let is_fixed = self.number()? == 1;
        let time = super::timespan::parse(&self.text()?).ok()?;
        let month = self.number()?;
        let (mut week, mut day, mut day_of_week) = (1, 1, 0);
        if is_fixed {
            day = self.number()?;
        } else {
            week = self.number()?;
            day_of_week = self.number()?;
        }
        let made = Transition {
            is_fixed,
            time,
            month,
            week,
            day,
            day_of_week,
        };
        (self.take("];")).then(|| made.checked().ok())?
    }
}
