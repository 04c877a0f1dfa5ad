use clock::Moment;
use resources::Store;
use source::Finding;
use std::sync::Arc;
use trace::Record;

/// Whoever runs the service behind the management plane.
pub trait Runtime: Send + Sync {
    /// Serves what the store holds from the next request on. No request is lost meanwhile.
    ///
    /// # Errors
    /// Everything that keeps it from being served; then what was served before goes on.
    fn apply(&self, store: &Store) -> Result<(), Stopped>;

    /// Reads the document at an address, as far as that may be reached.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn fetch(&self, url: &str) -> Result<String, String>;

    /// Lets requests to an API be traced until a moment; the token that they show for it.
    fn allow_traces(&self, api: &str, until: Moment) -> String;

    /// Takes such tokens back.
    fn forbid_traces(&self);

    /// A request that was traced, by the id that its answer carried.
    fn traced(&self, id: &str) -> Option<Arc<Record>>;
}

/// Why a store is not served.
#[derive(Debug, Clone)]
pub struct Stopped {
    /// What is wrong, at least one of them an error.
    pub findings: Vec<Finding>,
}
