//! `DateTime.Parse` and `DateTimeOffset.Parse`, culture en-US.

use super::calendar::{self, Civil, DAY, DAY_NAMES, HOUR, MAX_TICKS, MINUTE, MONTH_NAMES, SECOND};
use super::datetime::{DateTime, Kind};
use super::datetime_offset::DateTimeOffset;
use super::error::{DotnetError, Result};

/// `DateTimeStyles`, as the numbers of its flags.
pub(crate) mod styles {
    pub(crate) const ADJUST_TO_UNIVERSAL: i64 = 16;
    pub(crate) const ASSUME_LOCAL: i64 = 32;
    pub(crate) const ASSUME_UNIVERSAL: i64 = 64;
    pub(crate) const ROUNDTRIP_KIND: i64 = 128;
}

/// The zone that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// `Z`, `GMT`.
    Utc,
    /// Minutes ahead of UTC.
    Offset(i64),
}

/// What a text says, before a kind is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) ticks: i64,
    pub(crate) zone: Option<Zone>,
}

/// `DateTime.Parse`. A text with a zone gives local time, which on a gateway is UTC by the clock but prints `+00:00`.
/// `today` stands in for what the text leaves out.
pub(crate) fn parse(text: &str, today: DateTime, styles: i64) -> Result<DateTime> {
    let wrong = |error| for_text(error, text);
    finish(read(text, today).map_err(wrong)?, styles)
}

/// `DateTimeOffset.Parse`.
pub(crate) fn parse_offset(text: &str, today: DateTime, styles: i64) -> Result<DateTimeOffset> {
    let wrong = |error| for_text(error, text);
    finish_offset(read(text, today).map_err(wrong)?, styles)
}

/// Chooses the kind as `DateTimeStyles` say.
pub(crate) fn finish(parsed: Parsed, flags: i64) -> Result<DateTime> {
    let has = |flag: i64| flags & flag != 0;
    let kind = match parsed.zone {
        Some(Zone::Utc) if has(styles::ROUNDTRIP_KIND) => Kind::Utc,
        Some(_) | None if has(styles::ADJUST_TO_UNIVERSAL) && (parsed.zone.is_some() || has(96)) => Kind::Utc,
        Some(_) => Kind::Local,
        None if has(styles::ASSUME_LOCAL) || has(styles::ASSUME_UNIVERSAL) => Kind::Local,
        None => Kind::Unspecified,
    };
    let minutes = match parsed.zone {
        Some(Zone::Offset(minutes)) => minutes,
        _ => 0,
    };
    // At the ends of the calendar the conversion stops at the end.
    let ticks = (parsed.ticks - minutes * MINUTE).clamp(0, MAX_TICKS);
    DateTime::from_ticks(ticks, kind)
}

/// The same for `DateTimeOffset`.
pub(crate) fn finish_offset(parsed: Parsed, flags: i64) -> Result<DateTimeOffset> {
    let minutes = match parsed.zone {
        Some(Zone::Offset(minutes)) => minutes,
        _ => 0,
    };
    let local = DateTime::from_ticks(parsed.ticks, Kind::Unspecified)?;
    let made = DateTimeOffset::new(local, minutes * MINUTE).map_err(|_| not_recognized())?;
    Ok(if flags & styles::ADJUST_TO_UNIVERSAL != 0 {
        made.to_universal()
    } else {
        made
    })
}

pub(crate) fn not_recognized() -> DotnetError {
    DotnetError::format(NOT_RECOGNIZED)
}

const NOT_RECOGNIZED: &str = "String was not recognized as a valid DateTime.";

// An hour, minute or second that no clock shows.
const NO_TIME: &str = "The DateTime is not supported in calendar 'System.Globalization.GregorianCalendar'.";

/// The message says which text it was.
pub(crate) fn for_text(error: DotnetError, text: &str) -> DotnetError {
    match error.message.as_str() {
        NOT_RECOGNIZED => {
            DotnetError::format(format!("String '{text}' was not recognized as a valid DateTime."))
        }
        NO_TIME => DotnetError::format(format!(
            "The DateTime represented by the string '{text}' is not supported in calendar \
             'System.Globalization.GregorianCalendar'."
        )),
        _ => error,
    }
}

fn unknown_word(text: &str, rest: &str) -> DotnetError {
    let at = text[..text.len() - rest.len()].encode_utf16().count();
    DotnetError::format(format!(
        "The string '{text}' was not recognized as a valid DateTime. There is an unknown word starting at index '{at}'."
    ))
}

fn read(text: &str, today: DateTime) -> Result<Parsed> {
    // No form of a date is longer.
    if text.len() > 200 {
        return Err(not_recognized());
    }
    let mut reader = Reader::default();
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || c == '\0');
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\0');
    if rest.is_empty() {
        return Err(not_recognized());
    }
    while let Some(c) = rest.chars().next() {
        rest = match c {
            _ if c.is_whitespace() || c == ',' => &rest[c.len_utf8()..],
            '0'..='9' => reader.number(rest)?,
            '+' | '-' if reader.time.is_some() => reader.offset(rest)?,
            '-' | '/' | '.' if reader.expects_more_date(&rest[1..]) => &rest[1..],
            _ if c.is_alphabetic() => reader.word(rest).map_err(|_| unknown_word(text, rest))?,
            _ => return Err(not_recognized()),
        };
    }
    reader.finish(today)
}

#[derive(Default)]
struct Reader {
    /// Numbers of the date, with the digits they were written in.
    numbers: Vec<(i64, usize)>,
    month: Option<i64>,
    weekday: Option<i64>,
    time: Option<i64>,
    afternoon: Option<bool>,
    zone: Option<Zone>,
}

impl Reader {
    fn expects_more_date(&self, rest: &str) -> bool {
        let named = self.month.is_some();
        (!self.numbers.is_empty() || named) && rest.starts_with(|c: char| c.is_ascii_alphanumeric())
    }

    fn number<'a>(&mut self, text: &'a str) -> Result<&'a str> {
        let (digits, rest) = take_digits(text);
        let value: i64 = digits.parse().map_err(|_| not_recognized())?;
        if let Some(after) = rest.strip_prefix(':') {
            return self.clock(value, digits.len(), after);
        }
        if digits.len() > 4 || self.numbers.len() == 3 {
            return Err(not_recognized());
        }
        self.numbers.push((value, digits.len()));
        Ok(rest)
    }

    /// `hh:` has been read; now minutes, seconds and fraction.
    fn clock<'a>(&mut self, hour: i64, width: usize, text: &'a str) -> Result<&'a str> {
        if width > 2 {
            return Err(not_recognized());
        }
        let (minute, mut rest) = two_digits(text)?;
        let mut ticks = hour * HOUR + minute * MINUTE;
        if self.time.is_some() {
            return Err(not_recognized());
        }
        if hour > 23 || minute > 59 {
            return Err(DotnetError::format(NO_TIME));
        }
        if let Some(after) = rest.strip_prefix(':') {
            let (second, after) = two_digits(after)?;
            if second > 59 {
                return Err(DotnetError::format(NO_TIME));
            }
            ticks += second * SECOND;
            rest = after;
            if let Some(after) = rest.strip_prefix('.') {
                let (digits, after) = take_digits(after);
                ticks += fraction(digits)?;
                rest = after;
            }
        }
        self.time = Some(ticks);
        Ok(rest)
    }

    fn offset<'a>(&mut self, text: &'a str) -> Result<&'a str> {
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let (digits, mut rest) = take_digits(&text[1..]);
        let value: i64 = digits.parse().map_err(|_| not_recognized())?;
        let (mut hours, mut minutes) = (value, 0);
        match digits.len() {
            1 | 2 => {
                if let Some(after) = rest.strip_prefix(':') {
                    (minutes, rest) = two_digits(after)?;
                }
            }
            3 | 4 => (hours, minutes) = (value / 100, value % 100),
            _ => return Err(not_recognized()),
        }
        if hours > 14 || minutes > 59 || self.zone.is_some_and(|it| it != Zone::Utc) {
            return Err(not_recognized());
        }
        self.zone = Some(Zone::Offset(sign * (hours * 60 + minutes)));
        Ok(rest)
    }

    fn word<'a>(&mut self, text: &'a str) -> Result<&'a str> {
        let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let lower = word.to_lowercase();
        match lower.as_str() {
            "t" if !self.numbers.is_empty() && self.time.is_none() => (),
            "z" | "gmt" | "utc" if self.time.is_some() && self.zone.is_none() => self.zone = Some(Zone::Utc),
            "am" | "a" | "pm" | "p" if self.afternoon.is_none() => {
                self.afternoon = Some(lower.starts_with('p'));
                if self.time.is_none() {
                    // `7 AM`: the number before it was the hour.
                    let (hour, _) = self.numbers.pop().ok_or_else(not_recognized)?;
                    self.time = Some(hour.clamp(0, 99) * HOUR);
                }
            }
            _ => match (named(&DAY_NAMES, &lower), named(&MONTH_NAMES, &lower)) {
                (Some(day), _) if self.weekday.is_none() => self.weekday = Some(day),
                (_, Some(month)) if self.month.is_none() => self.month = Some(month + 1),
                _ => return Err(not_recognized()),
            },
        }
        // A name may be followed by a stop: `Mar. 5`.
        Ok(rest.strip_prefix('.').filter(|_| word.len() == 3).unwrap_or(rest))
    }

    fn finish(self, today: DateTime) -> Result<Parsed> {
        let date = self.date(today)?;
        if !calendar::exists(date) {
            return Err(not_recognized());
        }
        let days = calendar::days(date);
        if self.weekday.is_some_and(|it| it != (days + 1) % 7) {
            let message =
                "String was not recognized as a valid DateTime because the day of week was incorrect.";
            return Err(DotnetError::format(message));
        }
        let mut time = self.time.unwrap_or(0);
        if let Some(afternoon) = self.afternoon {
            let hour = time / HOUR;
            if hour > 12 {
                return Err(not_recognized());
            }
            time += HOUR * (hour % 12 - hour + if afternoon { 12 } else { 0 });
        }
        Ok(Parsed {
            ticks: days * DAY + time,
            zone: self.zone,
        })
    }

    fn date(&self, today: DateTime) -> Result<Civil> {
        let this = today.civil();
        let of = |year: (i64, usize), month: i64, day: i64| Civil {
            year: full_year(year),
            month,
            day,
        };
        let long = |number: &(i64, usize)| number.1 > 2;
        Ok(match (self.month, self.numbers.as_slice()) {
            (None, []) if self.time.is_some() => this,
            (None, [a, b]) if long(a) => of(*a, b.0, 1),
            (None, [a, b]) if long(b) => of(*b, a.0, 1),
            (None, [a, b]) => Civil {
                year: this.year,
                month: a.0,
                day: b.0,
            },
            (None, [a, b, c]) if long(a) => of(*a, b.0, c.0),
            (None, [a, b, c]) => of(*c, a.0, b.0),
            (Some(month), [a]) if long(a) => of(*a, month, 1),
            (Some(month), [a]) => Civil {
                year: this.year,
                month,
                day: a.0,
            },
            (Some(month), [a, b]) if long(a) => of(*a, month, b.0),
            (Some(month), [a, b]) => of(*b, month, a.0),
            _ => return Err(not_recognized()),
        })
    }
}

fn full_year((value, digits): (i64, usize)) -> i64 {
    // The window of en-US ends in 2049.
    match digits {
        0..=2 if value < 50 => value + 2000,
        0..=2 => value + 1900,
        _ => value,
    }
}

/// The index of a name that is written in full or by its first three letters.
pub(crate) fn named(names: &[&str], lower: &str) -> Option<i64> {
    let hit = |name: &&str| {
        let name = name.to_ascii_lowercase();
        name == lower
            || (lower.len() == 3 && name.starts_with(lower))
            || (lower == "sept" && name == "september")
    };
    names.iter().position(hit).map(|it| it as i64)
}

pub(crate) fn take_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn two_digits(text: &str) -> Result<(i64, &str)> {
    let (digits, rest) = take_digits(text);
    match digits.len() {
        1 | 2 => Ok((digits.parse().map_err(|_| not_recognized())?, rest)),
        _ => Err(not_recognized()),
    }
}

/// The ticks of a decimal fraction of a second; what is finer than a tick is rounded.
pub(crate) fn fraction(digits: &str) -> Result<i64> {
    if digits.is_empty() {
        return Err(not_recognized());
    }
    let eight: i64 = format!("{digits:0<8}")[..8]
        .parse()
        .map_err(|_| not_recognized())?;
    Ok((eight + 5) / 10)
}

#[cfg(test)]
mod tests {
    use super::super::datetime_format::{Culture, format};
    use super::*;

    fn round_trip(text: &str) -> String {
        let today = DateTime::new([2024, 3, 5], [12, 0, 0, 0], Kind::Utc).unwrap();
        match parse(text, today, 0) {
            Ok(date) => format(date, "o", Culture::EnUs).unwrap(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn common_forms() {
        let rows = [
            ("2024-03-05T07:08:09Z", "2024-03-05T07:08:09.0000000+00:00"),
            (
                "2024-03-05T07:08:09.123+02:00",
                "2024-03-05T05:08:09.1230000+00:00",
            ),
            ("2024-03-05 07:08:09", "2024-03-05T07:08:09.0000000"),
            ("2024-03-05", "2024-03-05T00:00:00.0000000"),
            ("03/05/2024", "2024-03-05T00:00:00.0000000"),
            ("3/5/2024 7:08:09 PM", "2024-03-05T19:08:09.0000000"),
            ("3/5/2024 12:00 AM", "2024-03-05T00:00:00.0000000"),
            (
                "Tue, 05 Mar 2024 07:08:09 GMT",
                "2024-03-05T07:08:09.0000000+00:00",
            ),
            ("March 5, 2024", "2024-03-05T00:00:00.0000000"),
            ("5 Mar 2024 07:08", "2024-03-05T07:08:00.0000000"),
            ("2024/3/5", "2024-03-05T00:00:00.0000000"),
            ("07:08", "2024-03-05T07:08:00.0000000"),
            ("7 PM", "2024-03-05T19:00:00.0000000"),
            ("March 2024", "2024-03-01T00:00:00.0000000"),
            ("3/5/24", "2024-03-05T00:00:00.0000000"),
            (
                "2024-03-05T07:08:09.1234567Z",
                "2024-03-05T07:08:09.1234567+00:00",
            ),
            ("05-Mar-2024", "2024-03-05T00:00:00.0000000"),
        ];
        for (text, expected) in rows {
            assert_eq!(round_trip(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for bad in [
            "",
            "x",
            "2024-13-01",
            "30/12/2024",
            "25:00",
            "2024-02-30",
            "1",
            "20240305",
            "1.2.3.4",
            "T",
            "+",
        ] {
            let message = round_trip(bad);
            assert!(message.contains(&format!("tring '{bad}' ")), "{bad}: {message}");
        }
        assert!(round_trip("Mon, 05 Mar 2024 07:08:09 GMT").contains("day of week"));
    }

    #[test]
    fn styles_choose_the_kind() {
        let kind = |text, flags| parse(text, DateTime::MIN, flags).map(|it| it.kind);
        assert_eq!(
            kind("2024-03-05T07:08:09Z", styles::ROUNDTRIP_KIND),
            Ok(Kind::Utc)
        );
        assert_eq!(
            kind("2024-03-05T07:08:09Z", styles::ADJUST_TO_UNIVERSAL),
            Ok(Kind::Utc)
        );
        assert_eq!(
            kind(
                "2024-03-05",
                styles::ASSUME_UNIVERSAL | styles::ADJUST_TO_UNIVERSAL
            ),
            Ok(Kind::Utc)
        );
        assert_eq!(
            kind("2024-03-05", styles::ADJUST_TO_UNIVERSAL),
            Ok(Kind::Unspecified)
        );
        let east = parse_offset("2024-03-05T07:08:09+02:00", DateTime::MIN, 0).unwrap();
        assert_eq!(east.offset_minutes, 120);
    }
}
