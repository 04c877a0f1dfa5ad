//! `<jsonp>`: wraps a JSON response in a call of the function that the caller names.
//!
//! ```xml
//! <jsonp callback-parameter-name="callback" />
//! ```

use super::content::{is_json, media_type_of};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, required};
use crate::template::Template;
use crate::url;
use crate::world::World;
use http::StatusCode;

pub(super) static SHAPE: Shape = Shape {
    name: "jsonp",
    attributes: &[required("callback-parameter-name")],
    content: Content::Empty,
};

struct Jsonp {
    parameter: Template,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    element.needs_body();
    Action::now(Jsonp {
        parameter: element.required("callback-parameter-name"),
    })
}

impl Now for Jsonp {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let parameter = self.parameter.text(exchange)?.trim().to_owned();
        let query = exchange.request.original_url.query.clone();
        let Some(callback) = url::pieces(&query).find_map(|(name, piece)| {
            let value = piece.split_once('=').map_or("", |(_, value)| value);
            (name.eq_ignore_ascii_case(&parameter) && !value.is_empty()).then(|| url::decode(value))
        }) else {
            return Ok(Flow::Next);
        };
        if !is_identifier(&callback) {
            let message =
                format!("Value of callback parameter {parameter} is not a valid JavaScript identifier.");
            // The status is not documented; the caller's mistake is a 400 (inferred).
            return Err(Fault::refusal(
                StatusCode::BAD_REQUEST,
                "CallbackParameterInvalid",
                message.clone(),
                message,
            ));
        }
        // Only JSON can stand inside a call (inferred).
        if !is_json(&media_type_of(exchange.headers())) {
            return Ok(Flow::Next);
        }
        let body = exchange.content().unwrap_or_default();
        let mut wrapped = Vec::with_capacity(body.len() + callback.len() + 3);
        wrapped.extend_from_slice(callback.as_bytes());
        wrapped.push(b'(');
        wrapped.extend_from_slice(&body);
        wrapped.extend_from_slice(b");");
        exchange.did(|| format!("wrapped in {callback}"));
        exchange.put_content(wrapped.into(), Some("application/javascript"));
        Ok(Flow::Next)
    }
}

// Dotted names are as good as plain ones (inferred).
fn is_identifier(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut chars = part.chars();
        let starts = |c: char| c.is_alphabetic() || matches!(c, '_' | '$');
        chars.next().is_some_and(starts) && chars.all(|c| starts(c) || c.is_numeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_javascript() {
        for good in ["f", "app.on$data", "_x1"] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in ["", "1f", "a-b", "a..b", "alert(1)//"] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }
}
