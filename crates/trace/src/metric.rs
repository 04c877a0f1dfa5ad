use clock::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One value of a custom metric, as `emit-metric` and the token metric policies give it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Nanoseconds since 1970.
    #[serde(with = "crate::moment")]
    pub at: Moment,
    /// Such as `API Management`.
    pub namespace: Arc<str>,
    /// Such as `Total Tokens`.
    pub name: Arc<str>,
    /// What was measured.
    pub value: f64,
    /// Name and value, in the order of the policy.
    pub dimensions: Vec<(Arc<str>, String)>,
}
