//! What happened to one request, as plain serializable events.
//!
//! The gateway and the policies write a [`Record`] while a request runs: what was matched, every step that
//! decided something, every attempt at a backend with the members that were skipped and why. The command
//! line, reports and test assertions read the same record. There is no behaviour here; text for people is made by
//! [`Attempt::explain`] and its like, when somebody reads.

mod attempt; // one try at a backend: picked, skipped, waited, answered
mod event; // one step of the walk
mod metric; // one value of a custom metric
mod record; // one request, whole

pub use attempt::{Attempt, Outcome, Skip, SkipReason, Trip, TripSource};
pub use event::{Event, Message, Published, Section, Step};
pub use metric::Metric;
pub use record::{Record, RequestSummary};

mod moment {
    //! Moments as RFC 3339 text with microseconds would cost a calendar; nanoseconds since 1970 do.
    use clock::Moment;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(moment.nanos())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        i64::deserialize(deserializer).map(Moment::from_nanos)
    }
}
