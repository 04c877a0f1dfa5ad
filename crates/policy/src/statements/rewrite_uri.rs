//! `<rewrite-uri>`: another path and query behind the backend's base URL.
//!
//! ```xml
//! <rewrite-uri template="/v2/items/{id}?full=true" copy-unmatched-params="false" />
//! ```
//! `{name}` takes the value of a parameter that the operation's URL template declares.

use super::{Action, Flow, Now};
use crate::catalog::Lookup;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Setting, Template};
use crate::url;
use crate::world::World;
use source::{Diagnostic, nearest};
use std::ops::Range;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "rewrite-uri",
    attributes: &[
        required("template"),
        optional("copy-unmatched-params").or("true").bool(),
    ],
    content: Content::Empty,
};

struct RewriteUri {
    template: Template,
    copy_unmatched: Setting<bool>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let template = element.required("template");
    check_parameters(element, &template);
    Action::now(RewriteUri {
        template,
        copy_unmatched: element.setting_or("copy-unmatched-params", true),
    })
}

// Only an operation's own document can be judged: one of a wider scope serves operations of many templates.
fn check_parameters(element: &mut Element<'_, '_, '_>, template: &Template) {
    let Lookup::Known(declared) = element.build.catalog.template_parameters() else {
        return;
    };
    for (_, name) in parameters(template.known().unwrap_or_default()) {
        if !declared.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let message = format!("the operation's URL template has no parameter `{name}`");
            let near = nearest(name, declared.iter().map(String::as_str));
            element.report(Diagnostic::error("unknown-parameter", message, template.span).suggest(near));
        }
    }
}

impl Now for RewriteUri {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let template = self.template.text(exchange)?;
        let copy = self.copy_unmatched.get(exchange)?;
        let operation = exchange.template.clone();
        let declared = operation.as_ref().map_or(&[][..], |it| &it.query_parameters);
        let request = &exchange.request;
        let unmatched = if copy { request.query() } else { "" };
        let (path, query) =
            rewrite(template.trim(), &request.matched, unmatched, declared).map_err(Fault::value)?;
        exchange.did(|| format!("{path}{query}"));
        exchange.request_mut().set_path_and_query(path, query);
        Ok(Flow::Next)
    }
}

fn rewrite(
    template: &str,
    matched: &[(Arc<str>, Arc<str>)],
    unmatched: &str,
    declared: &[String],
) -> Result<(String, String), String> {
    let (path, query) = template.split_at(template.find('?').unwrap_or(template.len()));
    let path = url::legal(&fill(path, matched, url::encode_path)?).into_owned();
    let query = url::legal(&fill(query, matched, url::encode)?).into_owned();
    let path = if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    };
    let own: Vec<(String, &str)> = url::pieces(&query).collect();
    let is_taken = |name: &str| {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        declared.iter().any(|it| same(it)) || own.iter().any(|(it, _)| same(it))
    };
    let copied = url::pieces(unmatched)
        .filter(|(name, _)| !is_taken(name))
        .map(|(_, piece)| piece);
    let query = url::query(own.iter().map(|(_, piece)| *piece).chain(copied));
    Ok((path, query))
}

// Puts parameter values in place of `{name}`.
fn fill(text: &str, matched: &[(Arc<str>, Arc<str>)], encode: fn(&str) -> String) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (place, name) in parameters(text) {
        let value = matched.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        let (_, value) = value
            .ok_or_else(|| format!("Parameter '{name}' is not part of the operation's URL template."))?;
        out.push_str(&text[copied..place.start]);
        out.push_str(&encode(value));
        copied = place.end;
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

// Where `{name}` stands, and the name; `{*name}` and `{name:type}` are the spellings of templates.
fn parameters(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let open = from + text[from..].find('{')?;
        from = open + text[open..].find('}')? + 1;
        let name = text[open + 1..from - 1].trim_start_matches('*');
        let name = name.split([':', '=']).next().unwrap_or_default();
        Some((open..from, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(template: &str, query: &str) -> Result<String, String> {
        let matched = [("id".into(), "a b/c".into()), ("b".into(), "1".into())];
        rewrite(template, &matched, query, &["a".to_owned()]).map(|(path, query)| path + &query)
    }

    #[test]
    fn the_documented_example_comes_out() {
        assert_eq!(run("/put", "?a=b&c=d").as_deref(), Ok("/put?c=d"));
        assert_eq!(run("/put", "").as_deref(), Ok("/put"));
    }

    #[test]
    fn parameters_are_filled_in_and_the_templates_own_query_wins() {
        assert_eq!(run("keys/{id}", "").as_deref(), Ok("/keys/a%20b/c"));
        assert_eq!(
            run("/x?c=1&n={id}", "?c=2&d=3").as_deref(),
            Ok("/x?c=1&n=a%20b%2Fc&d=3")
        );
        assert_eq!(run("/a b", "").as_deref(), Ok("/a%20b"));
        assert!(run("/{nobody}", "").is_err());
    }
}
