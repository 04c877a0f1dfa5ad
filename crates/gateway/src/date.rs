//! The `Date` header, from the clock, made once per second.

use arc_swap::ArcSwap;
use clock::Moment;
use http::HeaderValue;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// The header of the present second.
#[derive(Debug)]
pub(crate) struct DateHeader {
    made: ArcSwap<(i64, HeaderValue)>,
}

impl DateHeader {
    /// Nothing made yet.
    pub(crate) fn new() -> DateHeader {
        DateHeader {
            made: ArcSwap::from_pointee((i64::MIN, HeaderValue::from_static(""))),
        }
    }

    /// The header at `now`.
    pub(crate) fn at(&self, now: Moment) -> HeaderValue {
        let made = self.made.load();
        if made.0 == now.seconds() {
            return made.1.clone();
        }
        let since = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or(0));
        let text = httpdate::fmt_http_date(UNIX_EPOCH + since);
        let value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        self.made.store(Arc::new((now.seconds(), value.clone())));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_the_clock() {
        let date = DateHeader::new();
        assert_eq!(
            date.at(Moment::from_seconds(1_767_225_600)),
            "Thu, 01 Jan 2026 00:00:00 GMT"
        );
        assert_eq!(
            date.at(Moment::from_seconds(1_767_225_601)),
            "Thu, 01 Jan 2026 00:00:01 GMT"
        );
    }
}
