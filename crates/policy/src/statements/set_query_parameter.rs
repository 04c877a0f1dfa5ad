//! `<set-query-parameter>`: set, append to, keep or delete one parameter of the query.
//!
//! ```xml
//! <set-query-parameter name="api-version" exists-action="override"><value>2024-10-21</value></set-query-parameter>
//! ```

use super::headers::{EXISTS, Exists};
use super::set_header::VALUE;
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, optional, required};
use crate::template::Template;
use crate::url;
use crate::world::World;
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "set-query-parameter",
    attributes: &[
        required("name"),
        optional("exists-action")
            .or("override")
            .one_of(&["override", "skip", "append", "delete"]),
    ],
    content: Content::Children(&[many(&VALUE)]),
};

struct SetQueryParameter {
    name: Template,
    exists: Exists,
    values: Vec<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let policy = SetQueryParameter {
        name: element.required("name"),
        exists: element
            .choice("exists-action", &EXISTS)
            .unwrap_or(Exists::Override),
        values: element.children("value", |it| it.text()),
    };
    if policy.values.is_empty() && policy.exists != Exists::Delete {
        let message = "`set-query-parameter` needs an element `value` unless it deletes";
        element.report(Diagnostic::error("missing-element", message, element.name_span()));
    }
    Action::now(policy)
}

impl Now for SetQueryParameter {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let name = self.name.text(exchange)?;
        let values: Vec<String> = self
            .values
            .iter()
            .map(|it| it.text(exchange).map(|text| url::encode(&text)))
            .collect::<Result<_, _>>()?;
        let query = edit(exchange.request.query(), &name, self.exists, &values);
        exchange.did(|| format!("query: {query}"));
        exchange.request_mut().set_query(query);
        Ok(Flow::Next)
    }
}

// Names compare without case, as the dictionary of an expression does (inferred).
fn edit(query: &str, name: &str, exists: Exists, values: &[String]) -> String {
    let is_it = |piece: &(String, &str)| piece.0.eq_ignore_ascii_case(name);
    let there = url::pieces(query).any(|piece| is_it(&piece));
    if there && exists == Exists::Skip {
        return query.to_owned();
    }
    let keep = |piece: &(String, &str)| exists == Exists::Append || !is_it(piece);
    let kept = url::pieces(query).filter(keep).map(|(_, piece)| piece.to_owned());
    let name = url::encode(name);
    let added = values
        .iter()
        .filter(|_| exists != Exists::Delete)
        .map(|value| format!("{name}={value}"));
    url::query(kept.chain(added))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exists_action_does_what_its_name_says() {
        let v = ["1".to_owned(), "2".to_owned()];
        assert_eq!(edit("?a=0&B=x&c", "b", Exists::Override, &v), "?a=0&c&b=1&b=2");
        assert_eq!(edit("?a=0&B=x", "b", Exists::Append, &v), "?a=0&B=x&b=1&b=2");
        assert_eq!(edit("?B=x", "b", Exists::Skip, &v), "?B=x");
        assert_eq!(edit("", "b", Exists::Skip, &v), "?b=1&b=2");
        assert_eq!(edit("?a=0&B=x", "b", Exists::Delete, &v), "?a=0");
        assert_eq!(edit("?b=x", "b", Exists::Delete, &[]), "");
    }
}
