//! A document with everything at hand that it names, and what it expects of whoever included it.

use super::fill::{decoded, hosts, issuers, markers, named_values, placeholders, resolved, uncommented};
use super::fragments::Fragments;
use super::read::{self, Inputs, quoted_after, unique};
use super::surround::service;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// A document that is ready to run.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) service: model::Service,
    pub(super) inputs: Inputs,
    /// Keys of subscriptions, one for each product.
    pub(super) keys: Vec<String>,
}

/// `None` for what is no policy document. What it includes is taken from `fragments`, the nearest of a name; it is empty where
/// there is none.
pub(super) fn prepare(text: &str, file: &Path, fragments: &Fragments) -> Option<Arc<Prepared>> {
    let text = text.trim_start_matches('\u{feff}');
    let is_fragment =
        !text.contains("<policies") && (text.contains("<fragment>") || text.contains("<fragment "));
    if !text.contains("<policies") && !is_fragment {
        return None;
    }
    let text = filled(text);
    let included: Vec<(String, String)> = unique(quoted_after(&text, "fragment-id=\"").into_iter())
        .into_iter()
        .filter_map(|id| {
            let text = filled(fragments.find(&id, file)?);
            Some((id, text))
        })
        .collect();
    let whole: String = std::iter::once(&text)
        .chain(included.iter().map(|(_, it)| it))
        .map(String::as_str)
        .collect();
    let values = named_values(&whole);
    let plain = resolved(&decoded(&uncommented(&whole)), &values);
    let inputs = read::read(&plain);
    let document = match is_fragment {
        true => around(&text),
        false => with_base(&text),
    };
    let service = service(&document, &plain, values, &inputs, &included);
    let keys = service
        .subscriptions
        .iter()
        .filter_map(|it| it.primary_key.clone())
        .collect();
    Some(Arc::new(Prepared {
        service,
        inputs,
        keys,
    }))
}

fn filled(text: &str) -> String {
    hosts(&placeholders(&issuers(&markers(text)))).replace("-id =", "-id=")
}

// A fragment runs where what it reads is there.
fn around(text: &str) -> String {
    let inside = text
        .split_once("<fragment")
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("", |(_, rest)| {
            rest.split("</fragment>").next().unwrap_or_default()
        });
    let section = match () {
        () if inside.contains("context.LastError") => "on-error",
        () if inside.contains("context.Response.") || inside.contains("context.Response?") => "outbound",
        () if inside.contains("<forward-request") => "backend",
        () => "inbound",
    };
    let mut text = "<policies>".to_owned();
    for name in ["inbound", "backend", "outbound", "on-error"] {
        let content = match (name == section, name) {
            (true, "backend") => inside.to_owned(),
            (true, "on-error") => format!("<base />{inside}"),
            (true, _) => format!("<base />{inside}"),
            (false, _) => "<base />".to_owned(),
        };
        // An error must come from somewhere.
        let fail = match (section, name) {
            ("on-error", "inbound") => r#"<set-variable name="walk-failure" value="@(int.Parse("no"))" />"#,
            _ => "",
        };
        let _ = write!(text, "<{name}>{content}{fail}</{name}>");
    }
    text + "</policies>"
}

// What the global document sets up comes in by `<base />`.
fn with_base(text: &str) -> String {
    let inbound = text.split_once("<inbound>").map_or("", |(_, rest)| {
        rest.split("</inbound>").next().unwrap_or_default()
    });
    match uncommented(inbound).contains("<base") {
        true => text.to_owned(),
        false => text.replacen("<inbound>", "<inbound><base />", 1),
    }
}
