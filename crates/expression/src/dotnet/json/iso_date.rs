//! Strings that Json.NET takes for dates: ISO 8601 with a time, and `/Date(...)/`.

use super::super::calendar::{self, Civil, DAY, HOUR, MAX_TICKS, MILLISECOND, MINUTE, SECOND, UNIX_EPOCH};
use super::super::datetime::{DateTime, Kind};

/// The date that a string stands for, if Json.NET would see one. An offset is converted to the host's zone.
pub(crate) fn parse(text: &str) -> Option<DateTime> {
    let (ticks, zone) = read(text)?;
    match zone {
        Zone::None => Some(DateTime {
            ticks,
            kind: Kind::Unspecified,
        }),
        Zone::Utc => Some(DateTime {
            ticks,
            kind: Kind::Utc,
        }),
        Zone::Offset(minutes) => {
            let ticks = (ticks - minutes * MINUTE).clamp(0, MAX_TICKS);
            Some(DateTime {
                ticks,
                kind: Kind::Local,
            })
        }
    }
}

enum Zone {
    None,
    Utc,
    Offset(i64),
}

fn read(text: &str) -> Option<(i64, Zone)> {
    let bytes = text.as_bytes();
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|it| it.strip_suffix(")/")) {
        return microsoft(inner);
    }
    if !(19..=40).contains(&bytes.len()) || !bytes[0].is_ascii_digit() || bytes[10] != b'T' {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0i64, |sum, it| {
            it.is_ascii_digit().then(|| sum * 10 + i64::from(it - b'0'))
        })
    };
    if [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')]
        .iter()
        .any(|(at, mark)| bytes[*at] != *mark)
    {
        return None;
    }
    let date = Civil {
        year: number(0, 4)?,
        month: number(5, 7)?,
        day: number(8, 10)?,
    };
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let fine = hour < 24 && minute < 60 && second < 60 || (hour, minute, second) == (24, 0, 0);
    if !calendar::exists(date) || !fine {
        return None;
    }
    let mut at = 19;
    let mut fraction = 0;
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[20..]
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .count()
            .min(7);
        if digits == 0 {
            return None;
        }
        at = 20 + digits;
        fraction = number(20, at)? * 10i64.pow(7 - digits as u32);
    }
    let ticks = calendar::days(date) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + fraction;
    Some((ticks.min(MAX_TICKS), zone(bytes.get(at..)?)?))
}

fn zone(bytes: &[u8]) -> Option<Zone> {
    let text = std::str::from_utf8(bytes).ok()?;
    match text {
        "" => return Some(Zone::None),
        "Z" | "z" => return Some(Zone::Utc),
        _ => (),
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = match text.len() {
        3 | 5 => text[1..].to_owned(),
        6 if text.as_bytes()[3] == b':' => text[1..].replace(':', ""),
        _ => return None,
    };
    if !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (
        digits.get(..2)?.parse::<i64>().ok()?,
        digits.get(2..)?.parse::<i64>().unwrap_or(0),
    );
    (hours <= 99 && minutes <= 99).then_some(Zone::Offset(sign * (hours * 60 + minutes)))
}

/// Milliseconds since 1970, with an offset that only says that the time is local.
fn microsoft(inner: &str) -> Option<(i64, Zone)> {
    let sign_at = inner
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '+' | '-'))
        .map(|(at, _)| at);
    let (count, offset) = inner.split_at(sign_at.unwrap_or(inner.len()));
    let ticks = count
        .parse::<i64>()
        .ok()?
        .checked_mul(MILLISECOND)?
        .checked_add(UNIX_EPOCH)?;
    if !(0..=MAX_TICKS).contains(&ticks) {
        return None;
    }
    Some((
        ticks,
        if offset.is_empty() {
            Zone::Utc
        } else {
            Zone::Offset(0)
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_with_a_time() {
        assert_eq!(parse("2024-03-05T07:08:09Z").map(|it| it.kind), Some(Kind::Utc));
        assert_eq!(
            parse("2024-03-05T07:08:09+02:00").map(|it| (it.kind, it.hour())),
            Some((Kind::Local, 5))
        );
        assert_eq!(
            parse("2024-03-05T07:08:09.1234567").map(|it| it.ticks % SECOND),
            Some(1_234_567)
        );
        assert_eq!(parse("/Date(0)/").map(|it| it.ticks), Some(UNIX_EPOCH));
        for text in [
            "2024-03-05",
            "2024-03-05T07:08",
            "2024-13-05T07:08:09",
            "2024-03-05 07:08:09",
            "ééééééééééé",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
