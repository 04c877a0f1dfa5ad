//! `DateTime.ParseExact`: a text against one format, or several.

use super::calendar::{self, Civil, DAY, DAY_NAMES, HOUR, MINUTE, MONTH_NAMES, SECOND};
use super::datetime::DateTime;
use super::datetime_format::{Culture, Pattern, standard};
use super::datetime_offset::DateTimeOffset;
use super::datetime_parse::{
    Parsed, Zone, finish, finish_offset, for_text, fraction, named, not_recognized, take_digits,
};
use super::error::{DotnetError, Result};

/// `DateTime.ParseExact`. `today` stands in for a date that the format leaves out.
pub(crate) fn parse_exact(text: &str, formats: &[&str], today: DateTime, styles: i64) -> Result<DateTime> {
    finish(
        read_any(text, formats, today, styles).map_err(|error| for_text(error, text))?,
        styles,
    )
}

/// `DateTimeOffset.ParseExact`.
pub(crate) fn parse_exact_offset(
    text: &str,
    formats: &[&str],
    today: DateTime,
    styles: i64,
) -> Result<DateTimeOffset> {
    let parsed = read_any(text, formats, today, styles).map_err(|error| for_text(error, text))?;
    finish_offset(parsed, styles)
}

fn read_any(text: &str, formats: &[&str], today: DateTime, styles: i64) -> Result<Parsed> {
    let leading = styles & 1 != 0;
    let trailing = styles & 2 != 0;
    let text = if leading { text.trim_start() } else { text };
    let text = if trailing { text.trim_end() } else { text };
    for format in formats {
        if let Some(parsed) = read(text, format, today, styles & 4 != 0)? {
            return Ok(parsed);
        }
    }
    Err(not_recognized())
}

#[derive(Default)]
struct Fields {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    weekday: Option<i64>,
    time: i64,
    hour12: Option<i64>,
    afternoon: Option<bool>,
    zone: Option<Zone>,
}

/// The inner `None` says that the text does not fit the format; an error, that the format is none.
fn read(text: &str, format: &str, today: DateTime, inner_white: bool) -> Result<Option<Parsed>> {
    if format.is_empty() {
        return Err(DotnetError::format("Format specifier was invalid."));
    }
    // These name UTC by a literal, which the pattern alone would not say.
    let utc = matches!(format, "r" | "R" | "u");
    let (Pattern::Plain(pattern) | Pattern::Utc(pattern)) = standard(format, Culture::EnUs)?;
    let mut fields = Fields {
        zone: utc.then_some(Zone::Utc),
        ..Fields::default()
    };
    let mut left = text;
    let mut rest = pattern.as_str();
    while let Some(c) = rest.chars().next() {
        if c == '%' && rest.len() > 1 {
            rest = &rest[1..];
            continue;
        }
        let (literal, after) = literal(rest, c)?;
        if let Some(literal) = literal {
            let white = inner_white && literal.chars().all(char::is_whitespace);
            let Some(now) = (if white {
                Some(left.trim_start())
            } else {
                left.strip_prefix(literal.as_str())
            }) else {
                return Ok(None);
            };
            (left, rest) = (now, after);
            continue;
        }
        let count = rest.len() - rest.trim_start_matches(c).len();
        let Some(now) = fields.read(c, count, left) else {
            return Ok(None);
        };
        (left, rest) = (now, &rest[count..]);
    }
    if !left.is_empty() {
        return Ok(None);
    }
    Ok(fields.finish(today))
}

/// A literal at the start of a pattern, and what follows it.
fn literal(pattern: &str, c: char) -> Result<(Option<String>, &str)> {
    match c {
        '\'' | '"' => {
            let end = pattern[1..].find(c).ok_or_else(DotnetError::input_string)?;
            Ok((Some(pattern[1..=end].to_owned()), &pattern[end + 2..]))
        }
        '\\' => {
            let mut chars = pattern[1..].chars();
            let literal = chars.next().ok_or_else(DotnetError::input_string)?;
            Ok((Some(literal.to_string()), chars.as_str()))
        }
        'd' | 'M' | 'y' | 'h' | 'H' | 'm' | 's' | 'f' | 'F' | 't' | 'z' | 'K' | 'g' => Ok((None, pattern)),
        _ => Ok((Some(c.to_string()), &pattern[c.len_utf8()..])),
    }
}

impl Fields {
    /// Reads one field, and gives what follows it in the text.
    fn read<'a>(&mut self, letter: char, count: usize, text: &'a str) -> Option<&'a str> {
        let two = |limit: i64| digits(text, if count == 1 { 1 } else { 2 }, 2).filter(|(it, _)| *it < limit);
        let rest = match letter {
            'd' if count >= 3 => {
                let (index, rest) = name(&DAY_NAMES, count, text)?;
                self.weekday = Some(index);
                rest
            }
            'M' if count >= 3 => {
                let (index, rest) = name(&MONTH_NAMES, count, text)?;
                self.month = Some(index + 1);
                rest
            }
            'd' => set(&mut self.day, two(32)?),
            'M' => set(&mut self.month, two(13)?),
            'y' if count <= 2 => {
                let (year, rest) = two(100)?;
                self.year = Some(if year < 50 { year + 2000 } else { year + 1900 });
                rest
            }
            'y' => set(&mut self.year, digits(text, count.max(3), count.max(4))?),
            'h' => set(&mut self.hour12, two(13)?),
            'H' => self.add(HOUR, two(24)?),
            'm' => self.add(MINUTE, two(60)?),
            's' => self.add(SECOND, two(60)?),
            'f' | 'F' => self.fraction(letter, count, text)?,
            't' => {
                let length = count.min(2);
                let mark = text.get(..length)?.to_ascii_lowercase();
                self.afternoon = Some(match mark.as_str() {
                    "am" | "a" => false,
                    "pm" | "p" => true,
                    _ => return None,
                });
                &text[length..]
            }
            'z' | 'K' => self.offset(letter, text)?,
            _ => text.strip_prefix("AD")?,
        };
        Some(rest)
    }

    fn add<'a>(&mut self, unit: i64, (value, rest): (i64, &'a str)) -> &'a str {
        self.time += value * unit;
        rest
    }

    fn fraction<'a>(&mut self, letter: char, count: usize, text: &'a str) -> Option<&'a str> {
        let (all, _) = take_digits(text);
        let taken = &all[..all.len().min(count)];
        if letter == 'f' && taken.len() < count {
            return None;
        }
        if !taken.is_empty() {
            self.time += fraction(taken).ok()?;
        }
        Some(&text[taken.len()..])
    }

    fn offset<'a>(&mut self, letter: char, text: &'a str) -> Option<&'a str> {
        if letter == 'K' {
            if let Some(rest) = text.strip_prefix('Z') {
                self.zone = Some(Zone::Utc);
                return Some(rest);
            }
            if !text.starts_with(['+', '-']) {
                return Some(text);
            }
        } else if let Some(rest) = text.strip_prefix('Z') {
            self.zone = Some(Zone::Utc);
            return Some(rest);
        }
        let sign = match text.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (hours, mut rest) = digits(&text[1..], 1, 2)?;
        let mut minutes = 0;
        if let Some((value, after)) = digits(rest.strip_prefix(':').unwrap_or(rest), 2, 2) {
            (minutes, rest) = (value, after);
        }
        self.zone = (hours <= 14 && minutes < 60).then_some(Zone::Offset(sign * (hours * 60 + minutes)));
        self.zone.map(|_| rest)
    }

    fn finish(self, today: DateTime) -> Option<Parsed> {
        let this = today.civil();
        let date = match (self.year, self.month, self.day) {
            (None, None, None) => this,
            (year, month, day) => Civil {
                year: year.unwrap_or(this.year),
                month: month.unwrap_or(1),
                day: day.unwrap_or(1),
            },
        };
        let mut time = self.time;
        if let Some(hour) = self.hour12 {
            time += HOUR * (hour % 12 + if self.afternoon == Some(true) { 12 } else { 0 });
        }
        if !calendar::exists(date) || time >= DAY {
            return None;
        }
        let days = calendar::days(date);
        let right = self.weekday.is_none_or(|it| it == (days + 1) % 7);
        right.then_some(Parsed {
            ticks: days * DAY + time,
            zone: self.zone,
        })
    }
}

fn set<'a>(field: &mut Option<i64>, (value, rest): (i64, &'a str)) -> &'a str {
    *field = Some(value);
    rest
}

fn digits(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let (all, _) = take_digits(text);
    let taken = &all[..all.len().min(most)];
    if taken.len() < least {
        return None;
    }
    Some((taken.parse().ok()?, &text[taken.len()..]))
}

fn name<'a>(names: &[&str], count: usize, text: &'a str) -> Option<(i64, &'a str)> {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let length = if count == 3 { 3 } else { end };
    let word = text.get(..length)?.to_lowercase();
    Some((named(names, &word)?, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::super::datetime_format::format;
    use super::*;

    fn exact(text: &str, pattern: &str) -> String {
        match parse_exact(text, &[pattern], DateTime::MIN, 0) {
            Ok(date) => format(date, "o", Culture::EnUs).unwrap(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn texts_fit_their_format() {
        let rows = [
            ("20240305", "yyyyMMdd", "2024-03-05T00:00:00.0000000"),
            (
                "05.03.2024 07:08",
                "dd.MM.yyyy HH:mm",
                "2024-03-05T07:08:00.0000000",
            ),
            ("5/3/2024", "d/M/yyyy", "2024-03-05T00:00:00.0000000"),
            (
                "Tue, 05 Mar 2024 07:08:09 GMT",
                "r",
                "2024-03-05T07:08:09.0000000+00:00",
            ),
            (
                "2024-03-05T07:08:09.1230000Z",
                "o",
                "2024-03-05T07:08:09.1230000+00:00",
            ),
            (
                "2024-03-05T07:08:09+0200",
                "yyyy-MM-ddTHH:mm:sszzz",
                "2024-03-05T05:08:09.0000000+00:00",
            ),
            (
                "05/Mar/2024 7:08 PM",
                "dd/MMM/yyyy h:mm tt",
                "2024-03-05T19:08:00.0000000",
            ),
        ];
        for (text, pattern, expected) in rows {
            assert_eq!(exact(text, pattern), expected, "{text} {pattern}");
        }
    }

    #[test]
    fn or_do_not() {
        for (text, pattern) in [
            ("2024-3-5", "yyyy-MM-dd"),
            ("x", "yyyy"),
            ("2024-02-30", "yyyy-MM-dd"),
            ("1", "HH"),
        ] {
            assert_eq!(
                exact(text, pattern),
                format!("String '{text}' was not recognized as a valid DateTime."),
                "{text}"
            );
        }
    }
}
