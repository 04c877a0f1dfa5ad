//! `GET /metrics`: what was counted, in Prometheus' text format. `docs/metrics.md` describes every name.

use crate::gateway::Gateway;
use crate::tally::{BOUNDS, Count};
use std::fmt::{Display, Write};

/// The media type of the text.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Reasons of a request that a limit refused.
const LIMITS: [&str; 5] = [
    "RateLimitExceeded",
    "QuotaExceeded",
    "OpenAITokenLimitExceeded",
    "OpenAITokenQuotaExceeded",
    "ConcurrencyLimitExceeded",
];

impl Gateway {
    /// Everything that was counted since the start, in Prometheus' text format.
    pub fn exposition(&self) -> String {
        let mut page = Page(String::new());
        self.requests(&mut page);
        self.errors(&mut page);
        self.attempts(&mut page);
        self.caches(&mut page);
        self.custom(&mut page);
        page.0
    }

    fn requests(&self, page: &mut Page) {
        let apis = self.shared.tally.apis();
        page.family(
            "apimite_requests_total",
            "counter",
            "Requests answered, by API and status.",
        );
        for (api, tally) in &apis {
            for (status, count) in tally.answered.all() {
                let labels = [("api", &**api), ("status", &status.to_string())];
                page.sample("apimite_requests_total", &labels, count);
            }
        }
        let name = "apimite_request_duration_seconds";
        page.family(
            name,
            "histogram",
            "Seconds from the head of a request to the head of its answer.",
        );
        for (api, tally) in &apis {
            let (classes, count, sum) = tally.took.read();
            if count == 0 {
                continue;
            }
            for (bound, below) in BOUNDS.iter().zip(classes) {
                let labels = [("api", &**api), ("le", &bound.to_string())];
                page.sample("apimite_request_duration_seconds_bucket", &labels, below);
            }
            let labels = [("api", &**api), ("le", "+Inf")];
            page.sample("apimite_request_duration_seconds_bucket", &labels, count);
            page.sample("apimite_request_duration_seconds_sum", &labels[..1], sum);
            page.sample("apimite_request_duration_seconds_count", &labels[..1], count);
        }
        page.family(
            "apimite_tokens_total",
            "counter",
            "Tokens that policies counted, by API and kind.",
        );
        for (api, tally) in &apis {
            let kinds = [
                ("prompt", tally.tokens.prompt()),
                ("completion", tally.tokens.completion()),
            ];
            for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
                page.sample("apimite_tokens_total", &[("api", api), ("kind", kind)], count);
            }
        }
    }

    fn errors(&self, page: &mut Page) {
        let errors = self.shared.tally.errors();
        let name = "apimite_limit_refusals_total";
        page.family(
            name,
            "counter",
            "Requests that a limit or quota refused, by API and policy.",
        );
        for ((api, source, reason), count) in &errors {
            if LIMITS.contains(&reason.as_str()) {
                page.sample(
                    name,
                    &[("api", api), ("policy", source), ("reason", reason)],
                    *count,
                );
            }
        }
        let name = "apimite_errors_total";
        page.family(
            name,
            "counter",
            "Requests that ended in on-error, by what `context.LastError` says.",
        );
        for ((api, source, reason), count) in &errors {
            page.sample(
                name,
                &[("api", api), ("source", source), ("reason", reason)],
                *count,
            );
        }
    }

    fn attempts(&self, page: &mut Page) {
        let name = "apimite_backend_attempts_total";
        page.family(
            name,
            "counter",
            "Attempts at backends, by backend and outcome: a status, or why there is none.",
        );
        for (backend, tally) in self.shared.tally.backends() {
            for (status, count) in tally.answered.all() {
                page.sample(
                    name,
                    &[("backend", &*backend), ("outcome", &status.to_string())],
                    count,
                );
            }
            let others = [
                ("BackendConnectionFailure", &tally.broken),
                ("Timeout", &tally.late),
                ("ClientConnectionFailure", &tally.given_up),
                ("Unavailable", &tally.unavailable),
            ];
            let others = others.map(|(outcome, count)| (outcome, Count::get(count)));
            for (outcome, count) in others.into_iter().filter(|(_, count)| *count > 0) {
                page.sample(name, &[("backend", &*backend), ("outcome", outcome)], count);
            }
        }
        let name = "apimite_backend_breaker_open";
        page.family(name, "gauge", "1 while the circuit breaker of a backend is open.");
        for backend in self.breakers().iter().filter(|it| it.members.is_empty()) {
            let open = u64::from(backend.open.is_some());
            page.sample(name, &[("backend", &*backend.name)], open);
        }
    }

    fn caches(&self, page: &mut Page) {
        let name = "apimite_cache_lookups_total";
        page.family(name, "counter", "Look-ups in caches, by cache and result.");
        let state = &self.shared.state;
        for (cache, looks) in [
            ("internal", &state.internal_looks),
            ("external", &state.external_looks),
        ] {
            for (result, count) in [("hit", looks.hits.get()), ("miss", looks.misses.get())] {
                page.sample(name, &[("cache", cache), ("result", result)], count);
            }
        }
    }

    fn custom(&self, page: &mut Page) {
        let (series, dropped) = self.shared.metrics.series();
        let name = "apimite_custom_metric";
        page.family(
            name,
            "summary",
            "Values of emit-metric and the token metric policies, by namespace, name and dimensions.",
        );
        for (metric, sum) in &series {
            let dimensions: Vec<(String, &str)> = metric
                .dimensions
                .iter()
                .map(|(name, value)| (dimension(name), value.as_str()))
                .collect();
            let mut labels = vec![("namespace", &*metric.namespace), ("name", &*metric.name)];
            labels.extend(dimensions.iter().map(|(name, value)| (name.as_str(), *value)));
            page.sample("apimite_custom_metric_sum", &labels, sum.sum);
            page.sample("apimite_custom_metric_count", &labels, sum.count);
        }
        let name = "apimite_custom_metric_dropped_total";
        page.family(
            name,
            "counter",
            "Values of custom metrics that have too many combinations of dimensions.",
        );
        page.sample(name, &[], dropped);
    }
}

// A label of its own for each dimension: `API ID` is `api_id`, and none is ours.
fn dimension(name: &str) -> String {
    let mut label: String = name
        .chars()
        .map(|it| {
            if it.is_ascii_alphanumeric() {
                it.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    let is_ours = ["namespace", "name"].contains(&label.as_str());
    if is_ours || label.is_empty() || label.starts_with(|it: char| it.is_ascii_digit() || it == '_') {
        label.insert_str(0, "dimension_");
    }
    label
}

/// A text that grows.
struct Page(String);

impl Page {
    /// Begins the samples of a name.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            self.0.push(if at == 0 { '{' } else { ',' });
            let _ = write!(self.0, "{label}=\"");
            for it in text.chars() {
                match it {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    it => self.0.push(it),
                }
            }
            self.0.push('"');
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_written_as_the_format_wants_them() {
        let mut page = Page(String::new());
        page.family("a_total", "counter", "All of them.");
        page.sample("a_total", &[], 1);
        page.sample("a_total", &[("x", "say \"hi\"\n\\"), ("y", "")], 2.5);
        let wanted = "# HELP a_total All of them.\n# TYPE a_total counter\na_total 1\na_total{x=\"say \\\"hi\\\"\\n\\\\\",y=\"\"} 2.5\n";
        assert_eq!(page.0, wanted);
    }

    #[test]
    fn dimensions_are_labels() {
        for (name, label) in [
            ("API ID", "api_id"),
            ("name", "dimension_name"),
            ("1st", "dimension_1st"),
            ("", "dimension_"),
        ] {
            assert_eq!(dimension(name), label);
        }
    }
}
