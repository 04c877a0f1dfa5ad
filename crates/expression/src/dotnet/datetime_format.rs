//! `ToString(format)` of `DateTime` and `DateTimeOffset`.

use super::calendar::{Civil, DAY_NAMES, MONTH_NAMES, SECOND};
use super::datetime::{DateTime, Kind};
use super::datetime_offset::DateTimeOffset;
use super::error::{DotnetError, Result};

/// The cultures that a policy can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) enum Culture {
    /// The gateway's.
    #[default]
    EnUs,
    /// `CultureInfo.InvariantCulture`.
    Invariant,
}

/// `DateTime.ToString(format)`; no format is `G`.
pub(crate) fn format(date: DateTime, format: &str, culture: Culture) -> Result<String> {
    let zone = match date.kind {
        Kind::Unspecified => Zone::None,
        Kind::Utc => Zone::Utc,
        Kind::Local => Zone::Offset(0),
    };
    match standard(if format.is_empty() { "G" } else { format }, culture)? {
        Pattern::Plain(pattern) | Pattern::Utc(pattern) => write(date, zone, &pattern, culture),
    }
}

/// `DateTimeOffset.ToString(format)`; no format is `G` followed by the offset.
pub(crate) fn format_offset(date: DateTimeOffset, format: &str, culture: Culture) -> Result<String> {
    let zone = Zone::Offset(date.offset_minutes);
    if format.is_empty() {
        let mut pattern = general_long(culture).to_owned();
        pattern.push_str(" zzz");
        return write(date.local, zone, &pattern, culture);
    }
    if format == "U" {
        return Err(DotnetError::input_string());
    }
    match standard(format, culture)? {
        Pattern::Plain(pattern) => write(date.local, zone, &pattern, culture),
        Pattern::Utc(pattern) => write(date.utc(), Zone::Offset(0), &pattern, culture),
    }
}

/// What a standard format stands for.
pub(crate) enum Pattern {
    Plain(String),
    /// `DateTimeOffset` converts to UTC first.
    Utc(String),
}

/// A standard format's pattern, or the custom format itself.
pub(crate) fn standard(format: &str, culture: Culture) -> Result<Pattern> {
    let mut chars = format.chars();
    let (Some(letter), None) = (chars.next(), chars.next()) else {
        return Ok(Pattern::Plain(format.to_owned()));
    };
    let us = culture == Culture::EnUs;
    let choose = |ours: &str, invariant: &str| Pattern::Plain(if us { ours } else { invariant }.to_owned());
    Ok(match letter {
        'd' => choose("M/d/yyyy", "MM/dd/yyyy"),
        'D' => choose("dddd, MMMM d, yyyy", "dddd, dd MMMM yyyy"),
        't' => choose("h:mm tt", "HH:mm"),
        'T' => choose("h:mm:ss tt", "HH:mm:ss"),
        'f' => choose("dddd, MMMM d, yyyy h:mm tt", "dddd, dd MMMM yyyy HH:mm"),
        'F' => choose("dddd, MMMM d, yyyy h:mm:ss tt", "dddd, dd MMMM yyyy HH:mm:ss"),
        'U' => Pattern::Utc(
            if us {
                "dddd, MMMM d, yyyy h:mm:ss tt"
            } else {
                "dddd, dd MMMM yyyy HH:mm:ss"
            }
            .into(),
        ),
        'g' => choose("M/d/yyyy h:mm tt", "MM/dd/yyyy HH:mm"),
        'G' => Pattern::Plain(general_long(culture).to_owned()),
        'm' | 'M' => choose("MMMM d", "MMMM dd"),
        'y' | 'Y' => choose("MMMM yyyy", "yyyy MMMM"),
        'o' | 'O' => Pattern::Plain("yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK".to_owned()),
        's' => Pattern::Plain("yyyy'-'MM'-'dd'T'HH':'mm':'ss".to_owned()),
        'r' | 'R' => Pattern::Utc("ddd, dd MMM yyyy HH':'mm':'ss 'GMT'".to_owned()),
        'u' => Pattern::Utc("yyyy'-'MM'-'dd HH':'mm':'ss'Z'".to_owned()),
        _ => return Err(DotnetError::input_string()),
    })
}

fn general_long(culture: Culture) -> &'static str {
    match culture {
        Culture::EnUs => "M/d/yyyy h:mm:ss tt",
        Culture::Invariant => "MM/dd/yyyy HH:mm:ss",
    }
}

#[derive(Clone, Copy)]
enum Zone {
    None,
    Utc,
    Offset(i64),
}

impl Zone {
    fn minutes(self) -> i64 {
        match self {
            Zone::Offset(minutes) => minutes,
            _ => 0,
        }
    }
}

fn write(date: DateTime, zone: Zone, pattern: &str, _culture: Culture) -> Result<String> {
    let mut writer = Writer {
        date,
        civil: date.civil(),
        zone,
        out: String::with_capacity(pattern.len() + 16),
    };
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        match c {
            '\'' | '"' => {
                rest = quoted(rest, c, &mut writer.out)?;
                continue;
            }
            '\\' => {
                let mut after = rest[1..].chars();
                writer
                    .out
                    .push(after.next().ok_or_else(DotnetError::input_string)?);
                rest = after.as_str();
                continue;
            }
            '%' => {
                // `%d` is the custom `d` alone, not the standard format of that name.
                match rest[1..].chars().next() {
                    None | Some('%') => return Err(DotnetError::input_string()),
                    Some(_) => rest = &rest[1..],
                }
                continue;
            }
            _ => (),
        }
        let run = rest.len() - rest.trim_start_matches(c).len();
        let count = run / c.len_utf8();
        let used = writer.part(c, count)?;
        rest = &rest[used * c.len_utf8()..];
    }
    Ok(writer.out)
}

fn quoted<'a>(text: &'a str, quote: char, out: &mut String) -> Result<&'a str> {
    let mut chars = text[1..].chars();
    while let Some(c) = chars.next() {
        if c == quote {
            return Ok(chars.as_str());
        }
        out.push(if c == '\\' {
            chars.next().ok_or_else(DotnetError::input_string)?
        } else {
            c
        });
    }
    Err(DotnetError::format(format!(
        "Cannot find a matching quote character for the character '{quote}'."
    )))
}

struct Writer {
    date: DateTime,
    civil: Civil,
    zone: Zone,
    out: String,
}

impl Writer {
    /// Writes one specifier of `count` equal letters, and says how many of them it took.
    fn part(&mut self, letter: char, count: usize) -> Result<usize> {
        match letter {
            'd' if count >= 3 => self.name(&DAY_NAMES, self.date.day_of_week(), count),
            'd' => self.number(self.civil.day, count.min(2)),
            'M' if count >= 3 => self.name(&MONTH_NAMES, self.civil.month - 1, count),
            'M' => self.number(self.civil.month, count.min(2)),
            'y' => match count {
                1 | 2 => self.number(self.civil.year % 100, count),
                _ => self.number(self.civil.year, count),
            },
            'h' => self.number((self.date.hour() + 11) % 12 + 1, count.min(2)),
            'H' => self.number(self.date.hour(), count.min(2)),
            'm' => self.number(self.date.minute(), count.min(2)),
            's' => self.number(self.date.second(), count.min(2)),
            'f' | 'F' => self.fraction(letter, count)?,
            't' => {
                let mark = if self.date.hour() < 12 { "AM" } else { "PM" };
                self.out.push_str(&mark[..count.min(2)]);
            }
            'g' => self.out.push_str("AD"),
            'z' => self.offset(count),
            'K' => {
                (0..count).for_each(|_| match self.zone {
                    Zone::None => (),
                    Zone::Utc => self.out.push('Z'),
                    Zone::Offset(_) => self.offset(3),
                });
            }
            _ => self.out.extend(std::iter::repeat_n(letter, count)),
        }
        Ok(count)
    }

    fn number(&mut self, value: i64, width: usize) {
        self.out.push_str(&format!("{value:0width$}"));
    }

    fn name(&mut self, names: &[&str], index: i64, count: usize) {
        let name = names.get(index as usize).copied().unwrap_or("");
        self.out.push_str(if count == 3 { &name[..3] } else { name });
    }

    fn fraction(&mut self, letter: char, count: usize) -> Result<()> {
        if count > 7 {
            return Err(DotnetError::input_string());
        }
        let digits = format!("{:07}", self.date.ticks % SECOND);
        let digits = &digits[..count];
        if letter == 'f' {
            self.out.push_str(digits);
            return Ok(());
        }
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() && self.out.ends_with('.') {
            self.out.pop();
        }
        self.out.push_str(digits);
        Ok(())
    }

    fn offset(&mut self, count: usize) {
        let minutes = self.zone.minutes();
        self.out.push(if minutes < 0 { '-' } else { '+' });
        self.number(minutes.abs() / 60, count.min(2));
        if count >= 3 {
            self.out.push(':');
            self.number(minutes.abs() % 60, 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(spec: &str) -> String {
        let date = DateTime::new([2024, 3, 5], [7, 8, 9, 123], Kind::Utc).unwrap();
        format(date, spec, Culture::EnUs).unwrap()
    }

    #[test]
    fn standard_formats() {
        let rows = [
            ("", "3/5/2024 7:08:09 AM"),
            ("o", "2024-03-05T07:08:09.1230000Z"),
            ("s", "2024-03-05T07:08:09"),
            ("u", "2024-03-05 07:08:09Z"),
            ("r", "Tue, 05 Mar 2024 07:08:09 GMT"),
            ("d", "3/5/2024"),
            ("D", "Tuesday, March 5, 2024"),
            ("t", "7:08 AM"),
            ("T", "7:08:09 AM"),
            ("y", "March 2024"),
            ("m", "March 5"),
            ("yyyyMMddHHmmssfff", "20240305070809123"),
            ("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "2024-03-05T07:08:09.123Z"),
            ("ddd d MMM yy h:mm tt", "Tue 5 Mar 24 7:08 AM"),
            ("%d", "5"),
            ("'at' HH\\h", "at 07h"),
            ("yyyy-MM-ddTHH:mm:ssK", "2024-03-05T07:08:09Z"),
            ("HH:mm zzz", "07:08 +00:00"),
        ];
        for (spec, expected) in rows {
            assert_eq!(text(spec), expected, "{spec}");
        }
    }

    #[test]
    fn kinds_differ_in_the_round_trip_format() {
        let date = DateTime::new([2024, 3, 5], [7, 8, 9, 0], Kind::Unspecified).unwrap();
        let round = |kind| format(date.with_kind(kind), "o", Culture::EnUs).unwrap();
        assert_eq!(round(Kind::Unspecified), "2024-03-05T07:08:09.0000000");
        assert_eq!(round(Kind::Local), "2024-03-05T07:08:09.0000000+00:00");
        assert_eq!(
            format(date, "", Culture::Invariant).unwrap(),
            "03/05/2024 07:08:09"
        );
        assert_eq!(format(date, "HH.FFF", Culture::EnUs).unwrap(), "07");
    }

    #[test]
    fn offsets() {
        let date = DateTime::new([2024, 3, 5], [7, 8, 9, 0], Kind::Unspecified).unwrap();
        let east = DateTimeOffset {
            local: date,
            offset_minutes: 120,
        };
        let text = |spec| format_offset(east, spec, Culture::EnUs).unwrap();
        assert_eq!(text(""), "3/5/2024 7:08:09 AM +02:00");
        assert_eq!(text("o"), "2024-03-05T07:08:09.0000000+02:00");
        assert_eq!(text("u"), "2024-03-05 05:08:09Z");
        assert_eq!(text("r"), "Tue, 05 Mar 2024 05:08:09 GMT");
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        let date = DateTime::MIN;
        for bad in ["K", "q", "%", "ffffffff", "x"] {
            assert_eq!(
                format(date, bad, Culture::EnUs),
                Err(DotnetError::input_string()),
                "{bad}"
            );
        }
    }
}
