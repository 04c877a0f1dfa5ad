//! `Retry-After`, as a backend sends it and as the gateway makes it.

use clock::Moment;
use std::time::{Duration, UNIX_EPOCH};

/// How long a backend asks to be left alone: seconds or an HTTP date. `None` for anything else, and for what is not in the
/// future: `tripDuration` counts then (inferred, gateway.md 3.4).
pub(crate) fn read(text: &str, now: Moment) -> Option<Duration> {
    let text = text.trim();
    let wait = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is still a number of seconds, only a very long one.
        Duration::from_secs(
            text.parse()
                .unwrap_or(if text.is_empty() { 0 } else { u64::from(u32::MAX) }),
        )
    } else {
        let date = httpdate::parse_http_date(text)
            .ok()?
            .duration_since(UNIX_EPOCH)
            .ok()?;
        (Moment::EPOCH + date).since(now)
    };
    (!wait.is_zero()).then_some(wait)
}

/// Whole seconds from `now` until `closing`, rounded up, at least 1.
pub(crate) fn seconds_until(closing: Moment, now: Moment) -> u64 {
    whole_seconds(closing.since(now)).max(1)
}

/// A duration in seconds, rounded up.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_the_rest_is_left_to_the_trip_duration() {
        let now = Moment::from_seconds(1_767_225_600); // 2026-01-01T00:00:00Z
        let read = |text| read(text, now);
        assert_eq!(read("48"), Some(Duration::from_secs(48)));
        assert_eq!(read(" 1 "), Some(Duration::from_secs(1)));
        assert_eq!(
            read("Thu, 01 Jan 2026 00:00:30 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            read("99999999999999999999999"),
            Some(Duration::from_secs(u64::from(u32::MAX)))
        );
        for useless in [
            "",
            "0",
            "-1",
            "1.5",
            "soon",
            "Wed, 31 Dec 2025 23:59:59 GMT",
            "Thu, 01 Jan 2026 00:00:00 GMT",
        ] {
            assert_eq!(read(useless), None, "{useless}");
        }
    }

    #[test]
    fn what_is_left_is_rounded_up_to_at_least_one() {
        let now = Moment::from_seconds(10);
        assert_eq!(seconds_until(now + Duration::from_millis(1), now), 1);
        assert_eq!(seconds_until(now + Duration::from_millis(2_001), now), 3);
        assert_eq!(seconds_until(now, now), 1);
    }
}
