//! From a request line to an API, a version, a revision and an operation.
//!
//! [`Routes`] is built once per plan. A look-up walks over the request's path by slices; it allocates only for
//! the values that the winning template captures. How Azure matches: the longest API path by whole segments,
//! then the version, then `;rev=n`, then the operation's template; literals before parameters before `*`,
//! more query constraints before fewer (gateway.md 1.2 to 1.4).

use crate::template::{Template, same_segment, split_segment};
use http::{HeaderMap, Method};
use model::VersioningScheme;
use service::Plan;
use std::sync::Arc;

/// The table of a service.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    // Longest path first.
    paths: Vec<PathEntry>,
}

/// One revision of an API, as routing sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ApiRoute {
    pub(crate) path: String,
    pub(crate) version: String,
    pub(crate) scheme: Option<VersioningScheme>,
    pub(crate) revision: String,
    pub(crate) is_current: bool,
    pub(crate) is_online: bool,
    pub(crate) operations: Vec<OperationRoute>,
}

/// An operation, as routing sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct OperationRoute {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) url_template: String,
}

/// What a request belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// An operation.
    Operation(Matched<'a>),
    /// An API, but none of its operations: 404, and the API's `on-error` runs.
    ApiOnly {
        /// Index in [`Plan::apis`].
        api: usize,
    },
    /// No API, or no such version or revision: 404, and the global `on-error` runs.
    None,
}

/// A matched operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'a> {
    /// Index in [`Plan::apis`].
    pub(crate) api: usize,
    /// Index in the API's operations.
    pub(crate) operation: usize,
    /// Path behind API path, version and revision, as received; empty or with a leading `/`.
    pub(crate) remainder: &'a str,
    /// Values of the template's parameters, path and query, decoded. `*` has no name and gives none (inferred).
    pub(crate) parameters: Vec<(Arc<str>, Arc<str>)>,
}

#[derive(Debug)]
struct PathEntry {
    segments: Vec<String>,
    scheme: Option<VersioningScheme>,
    versions: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    name: String,
    revisions: Vec<Revision>,
}

#[derive(Debug)]
struct Revision {
    number: String,
    is_current: bool,
    is_online: bool,
    api: usize,
    // Best match first.
    operations: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    method: String,
    template: Template,
    operation: usize,
}

impl Routes {
    /// The table of a plan.
    pub(crate) fn new(plan: &Plan) -> Routes {
        Routes::from_apis(plan.apis.iter().map(|api| {
            ApiRoute {
                path: api.path.clone(),
                version: api.version.clone(),
                scheme: api.scheme.clone(),
                revision: api.revision.clone(),
                is_current: api.is_current,
                is_online: api.is_online,
                operations: api
                    .operations
                    .iter()
                    .map(|operation| OperationRoute {
                        name: operation.facts.id.clone(),
                        method: operation.facts.method.clone(),
                        url_template: operation.facts.url_template.clone(),
                    })
                    .collect(),
            }
        }))
    }

    /// The table of some APIs; indexes count them in the order given.
    pub(crate) fn from_apis(apis: impl IntoIterator<Item = ApiRoute>) -> Routes {
        let mut paths: Vec<PathEntry> = Vec::new();
        for (index, api) in apis.into_iter().enumerate() {
            let segments: Vec<String> = api
                .path
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(str::to_lowercase)
                .collect();
            let place = paths.iter().position(|entry| entry.segments == segments);
            let place = place.unwrap_or_else(|| {
                paths.push(PathEntry {
                    segments,
                    scheme: api.scheme.clone(),
                    versions: Vec::new(),
                });
                paths.len() - 1
            });
            paths[place].add(index, api);
        }
        paths.sort_by_key(|entry| std::cmp::Reverse(entry.segments.len()));
        Routes { paths }
    }

    /// What a request belongs to. `path` is percent-encoded as received, `query` may begin with `?`.
    pub(crate) fn find<'a>(
        &self,
        method: &Method,
        path: &'a str,
        query: &str,
        headers: &HeaderMap,
    ) -> Route<'a> {
        let query = query.strip_prefix('?').unwrap_or(query);
        // The longest path decides; a shorter one is no fallback when its operations do not match (inferred).
        let found = self
            .paths
            .iter()
            .find_map(|entry| entry.strip(path).map(|(rest, revision)| (entry, rest, revision)));
        let Some((entry, rest, revision)) = found else {
            return Route::None;
        };
        let Some((version, rest, revision)) = entry.version(rest, revision, query, headers) else {
            return Route::None;
        };
        let Some(revision) = version.revision(revision) else {
            return Route::None;
        };
        revision.operation(method, rest, query)
    }
}

impl PathEntry {
    fn add(&mut self, index: usize, api: ApiRoute) {
        let place = self
            .versions
            .iter()
            .position(|it| it.name.eq_ignore_ascii_case(&api.version));
        let place = place.unwrap_or_else(|| {
            self.versions.push(Version {
                name: api.version.clone(),
                revisions: Vec::new(),
            });
            self.versions.len() - 1
        });
        let mut operations: Vec<(String, Entry)> = api
            .operations
            .into_iter()
            .enumerate()
            .map(|(operation, it)| {
                (
                    it.name,
                    Entry {
                        method: it.method,
                        template: Template::new(&it.url_template),
                        operation,
                    },
                )
            })
            .collect();
        operations.sort_by(|(left_name, left), (right_name, right)| {
            left.template
                .rank()
                .cmp(&right.template.rank())
                .then_with(|| left_name.cmp(right_name))
        });
        self.versions[place].revisions.push(Revision {
            number: api.revision,
            is_current: api.is_current,
            is_online: api.is_online,
            api: index,
            operations: operations.into_iter().map(|(_, entry)| entry).collect(),
        });
    }

    // The rest of the path behind this API's, and the revision that the path names.
    fn strip<'a>(&self, path: &'a str) -> Option<(&'a str, Option<&'a str>)> {
        let mut rest = path;
        let mut revision = None;
        let Some((last, leading)) = self.segments.split_last() else {
            // The empty path can only carry its revision in a segment of its own.
            return match split_segment(path).map(|(segment, after)| (split_revision(segment), after)) {
                Some((("", Some(number)), after)) => Some((after, Some(number))),
                _ => Some((path, None)),
            };
        };
        for wanted in leading {
            let (segment, after) = split_segment(rest)?;
            same_segment(segment, wanted).then_some(())?;
            rest = after;
        }
        let (segment, after) = split_segment(rest)?;
        let (segment, number) = split_revision(segment);
        same_segment(segment, last).then_some(())?;
        revision = number.or(revision);
        Some((after, revision))
    }

    fn version<'a, 'b>(
        &'b self,
        rest: &'a str,
        revision: Option<&'a str>,
        query: &str,
        headers: &HeaderMap,
    ) -> Option<(&'b Version, &'a str, Option<&'a str>)> {
        let named = |name: &str| {
            self.versions
                .iter()
                .find(|it| !it.name.is_empty() && same_segment(name, &it.name))
        };
        let original = || {
            self.versions
                .iter()
                .find(|it| it.name.is_empty())
                .map(|it| (it, rest, revision))
        };
        match &self.scheme {
            None => self.versions.first().map(|version| (version, rest, revision)),
            // Behind a version the revision stands on the version's segment; a path with `;rev` before it has none.
            Some(VersioningScheme::Segment) if revision.is_none() => {
                let chosen = split_segment(rest).and_then(|(segment, after)| {
                    let (segment, number) = split_revision(segment);
                    named(segment).map(|version| (version, after, number))
                });
                chosen.or_else(original)
            }
            Some(VersioningScheme::Segment) => original(),
            Some(VersioningScheme::Header(name)) => {
                let value = headers
                    .get(name.as_str())
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default();
                named(value.trim())
                    .map(|version| (version, rest, revision))
                    .or_else(original)
            }
            Some(VersioningScheme::Query(name)) => {
                let value = crate::template::query_value(query, name).unwrap_or_default();
                named(&value)
                    .map(|version| (version, rest, revision))
                    .or_else(original)
            }
        }
    }
}

impl Version {
    fn revision(&self, number: Option<&str>) -> Option<&Revision> {
        let wanted = |it: &&Revision| match number {
            Some(number) => it.number == number,
            None => it.is_current,
        };
        self.revisions.iter().find(wanted).filter(|it| it.is_online)
    }
}

impl Revision {
    fn operation<'a>(&self, method: &Method, rest: &'a str, query: &str) -> Route<'a> {
        let matches =
            |it: &&Entry| it.method.eq_ignore_ascii_case(method.as_str()) && it.template.matches(rest, query);
        match self.operations.iter().find(matches) {
            Some(entry) => Route::Operation(Matched {
                api: self.api,
                operation: entry.operation,
                remainder: rest,
                parameters: entry.template.capture(rest, query),
            }),
            None => Route::ApiOnly { api: self.api },
        }
    }
}

// `customers;rev=3` is `customers` and `3`.
fn split_revision(segment: &str) -> (&str, Option<&str>) {
    match segment.rfind(';') {
        Some(at)
            if segment[at + 1..]
                .get(..4)
                .is_some_and(|it| it.eq_ignore_ascii_case("rev=")) =>
        {
            (&segment[..at], Some(&segment[at + 5..]))
        }
        _ => (segment, None),
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
