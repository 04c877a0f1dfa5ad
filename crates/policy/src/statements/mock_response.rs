//! `<mock-response>`: answers with an example of the operation's documentation.
//!
//! ```xml
//! <mock-response status-code="200" content-type="application/json" />
//! ```

use super::{Action, Flow, Now};
use crate::Body;
use crate::element::Element;
use crate::exchange::{Exchange, MockResponse, ResponseParts};
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional};
use crate::template::Setting;
use crate::world::World;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

pub(super) static SHAPE: Shape = Shape {
    name: "mock-response",
    attributes: &[
        optional("status-code").or("200").literal().int(),
        optional("content-type").literal(),
        optional("index").literal().int(),
    ],
    content: Content::Empty,
};

struct MockedResponse {
    status: StatusCode,
    content_type: Option<String>,
    index: usize,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let literal = |setting: Option<Setting<i64>>, default: i64| match setting {
        Some(Setting::Literal(value)) => value,
        _ => default,
    };
    let code = literal(element.setting("status-code"), 200);
    let status = u16::try_from(code)
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok());
    if status.is_none() {
        element.wrong_value(
            "status-code",
            &code.to_string(),
            "a status from 100 to 999",
            element.name_span(),
        );
    }
    Action::now(MockedResponse {
        status: status.unwrap_or(StatusCode::OK),
        content_type: element.literal("content-type").filter(|it| !it.is_empty()),
        index: usize::try_from(literal(element.setting("index"), 0)).unwrap_or(0),
    })
}

impl Now for MockedResponse {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let template = exchange.template.clone();
        let responses = template.as_ref().map_or(&[][..], |it| &it.responses);
        let (media_type, body) = self.choose(responses);
        let mut parts = ResponseParts {
            status: self.status,
            body: Body::Full(body),
            ..ResponseParts::default()
        };
        if let Some(value) = media_type.and_then(|it| HeaderValue::from_str(it).ok()) {
            parts.headers.insert(CONTENT_TYPE, value);
        }
        exchange.did(|| parts.status.to_string());
        exchange.set_response(Some(parts));
        Ok(Flow::Return)
    }
}

impl MockedResponse {
    // The example for status and media type; else an empty body.
    fn choose<'a>(&'a self, responses: &'a [MockResponse]) -> (Option<&'a str>, Bytes) {
        let response = responses.iter().find(|it| it.status == self.status.as_u16());
        let fits = |media_type: &str| {
            let plain = |text: &str| {
                text.split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase()
            };
            self.content_type
                .as_ref()
                .is_none_or(|wanted| plain(wanted) == plain(media_type))
        };
        let found =
            response.and_then(|it| it.representations.iter().find(|(media_type, _)| fits(media_type)));
        match found {
            Some((media_type, examples)) => {
                let example = examples.get(self.index).or(examples.first());
                (
                    Some(media_type),
                    example.map_or_else(Bytes::new, |it| Bytes::copy_from_slice(it.as_bytes())),
                )
            }
            None => (self.content_type.as_deref(), Bytes::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_fits_status_and_media_type() {
        let json = (
            "application/json".to_owned(),
            vec!["{}".to_owned(), "[]".to_owned()],
        );
        let xml = ("application/xml".to_owned(), vec!["<a/>".to_owned()]);
        let responses = [MockResponse {
            status: 200,
            representations: vec![json, xml],
        }];
        let choose = |status: u16, content_type: Option<&str>, index| {
            let status = StatusCode::from_u16(status).unwrap();
            let policy = MockedResponse {
                status,
                content_type: content_type.map(str::to_owned),
                index,
            };
            let (media_type, body) = policy.choose(&responses);
            (
                media_type.unwrap_or_default().to_owned(),
                String::from_utf8(body.to_vec()).unwrap(),
            )
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(choose(200, None, 0), pair("application/json", "{}"));
        assert_eq!(choose(200, None, 1), pair("application/json", "[]"));
        assert_eq!(
            choose(200, Some("Application/XML; charset=utf-8"), 0),
            pair("application/xml", "<a/>")
        );
        assert_eq!(choose(404, None, 0), pair("", ""));
        assert_eq!(choose(200, Some("text/plain"), 0), pair("text/plain", ""));
    }
}
