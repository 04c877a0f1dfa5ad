//! Lists: filtered, cut into pages.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::filter::Filter;
use serde_json::{Value, json};

/// A list of API Management: `$filter`, `$skip`, `$top`, and a `count` of everything that fits the filter.
pub(crate) fn counted(call: &Call, mut items: Vec<Value>) -> Judged {
    if let Some(text) = call.query("$filter").filter(|it| !it.trim().is_empty()) {
        let filter = Filter::read(text).map_err(|why| Problem::value("$filter", why))?;
        items.retain(|item| filter.fits(item));
    }
    let count = items.len();
    let skip = number(call, "$skip", 0)?.unwrap_or(0);
    let top = number(call, "$top", 1)?;
    let end = top.map_or(count, |top| skip.saturating_add(top));
    let mut body = json!({ "value": [], "count": count });
    if end < count {
        body["nextLink"] = next(call, end).into();
    }
    let rest = items.into_iter().skip(skip).take(end.saturating_sub(skip));
    body["value"] = rest.collect();
    Ok(Answer::ok(body))
}

/// A list of Resource Manager.
pub(crate) fn plain(items: Vec<Value>) -> Answer {
    Answer::ok(json!({ "value": items }))
}

fn number(call: &Call, name: &str, least: usize) -> Result<Option<usize>, Problem> {
    let Some(text) = call.query(name) else {
        return Ok(None);
    };
    match text.trim().parse::<usize>() {
        Ok(number) if number >= least => Ok(Some(number)),
        _ => Err(Problem::value(
            name,
            format!("'{name}' must be a number from {least}, not '{text}'."),
        )),
    }
}

// The same request from another item on.
fn next(call: &Call, skip: usize) -> String {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    let is_skip = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.eq_ignore_ascii_case("$skip") || name.eq_ignore_ascii_case("%24skip")
    };
    let rest: Vec<&str> = query
        .split('&')
        .filter(|it| !it.is_empty() && !is_skip(it))
        .collect();
    format!("{}{path}?{}&%24skip={skip}", call.base, rest.join("&"))
}
