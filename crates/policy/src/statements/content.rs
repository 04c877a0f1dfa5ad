//! Bodies as content: what a media type says, and how a policy reads and replaces the body of its section's message.

use crate::Body;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, optional, required};
use crate::template::{Setting, Template};
use bytes::Bytes;
use expression::{BodyRead, Host, Message};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use trace::Section;

/// Why a conversion failed (inferred: the reference names no reason).
const REASON: &str = "TransformationFailure";

/// The media type of a `Content-Type`, in lower case and without its parameters.
pub(crate) fn media_type(text: &str) -> String {
    text.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Whether a media type is one of JSON.
pub(crate) fn is_json(media_type: &str) -> bool {
    matches!(media_type, "application/json" | "text/json") || media_type.ends_with("+json")
}

/// Whether a media type is one of XML.
pub(crate) fn is_xml(media_type: &str) -> bool {
    matches!(media_type, "application/xml" | "text/xml") || media_type.ends_with("+xml")
}

/// The media type that a message's headers give.
pub(crate) fn media_type_of(headers: &HeaderMap) -> String {
    media_type(&header_text(headers, &CONTENT_TYPE))
}

/// The text of a header; empty when it is not there.
pub(crate) fn header_text(headers: &HeaderMap, name: &HeaderName) -> String {
    headers
        .get(name)
        .map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
        .unwrap_or_default()
}

/// Whether the caller's `Accept` names a media type that `wanted` takes. `*/*`, or no header, names none (inferred).
pub(super) fn accepts(exchange: &Exchange, wanted: fn(&str) -> bool) -> bool {
    let lines = exchange.request.headers.get_all(ACCEPT);
    lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|item| wanted(&media_type(item)))
}

/// When `json-to-xml` and `xml-to-json` convert.
pub(super) struct Apply {
    apply: Template,
    consider_accept: Setting<bool>,
}

pub(super) const CONSIDER_ACCEPT: Attribute = optional("consider-accept-header").or("true").bool();

pub(super) const fn apply(values: &'static [&'static str]) -> Attribute {
    required("apply").one_of(values)
}

impl Apply {
    /// Reads the two attributes; `by_type` is the word for "if the content is of the source's type".
    pub(super) fn parse(element: &mut Element<'_, '_, '_>, by_type: &'static str) -> Apply {
        let apply = element.required("apply");
        if let Some(text) = apply.known()
            && !["always", by_type].contains(&text.trim())
        {
            let (text, span) = (text.to_owned(), apply.span);
            element.wrong_value("apply", &text, &format!("`always` or `{by_type}`"), span);
        }
        element.needs_body();
        Apply {
            apply,
            consider_accept: element.setting_or("consider-accept-header", true),
        }
    }

    /// Whether the body is converted, given tests of the media types converted from and to.
    pub(super) fn holds(
        &self,
        exchange: &mut Exchange,
        from: fn(&str) -> bool,
        to: fn(&str) -> bool,
    ) -> Result<bool, Fault> {
        if !self.apply.text(exchange)?.trim().eq_ignore_ascii_case("always")
            && !from(&media_type_of(exchange.headers()))
        {
            return Ok(false);
        }
        Ok(!self.consider_accept.get(exchange)? || accepts(exchange, to))
    }
}

/// The fault of a body that could not be converted.
pub(super) fn failed(message: impl std::fmt::Display) -> Fault {
    Fault::internal(REASON, message.to_string())
}

/// A body as text; one that is not UTF-8 is refused.
pub(super) fn text(bytes: &Bytes) -> Result<&str, Fault> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| failed(format_args!("The body is no text: {error}.")))?;
    Ok(text.trim_start_matches('\u{feff}'))
}

impl Element<'_, '_, '_> {
    /// Has the body of the section's message here before the policy runs.
    pub(crate) fn needs_body(&mut self) {
        match self.build.section {
            Section::Inbound | Section::Backend => self.build.needs.request = true,
            Section::Outbound | Section::OnError => self.build.needs.response = true,
        }
    }
}

impl Exchange {
    /// Headers of the message that the present section is about, to read.
    pub(crate) fn headers(&self) -> &HeaderMap {
        match (self.is_about_request(), &self.response) {
            (false, Some(response)) => &response.headers,
            _ => &self.request.headers,
        }
    }

    /// The body of the message that the present section is about, if it has one that can still be read; it stays there.
    pub(crate) fn content(&mut self) -> Option<Bytes> {
        let of = match self.is_about_request() {
            true => Message::Request,
            false => Message::Response,
        };
        match self.body(of, true) {
            BodyRead::Content(bytes) => Some(bytes),
            BodyRead::Absent | BodyRead::Consumed => None,
        }
    }

    /// Puts another body in place of that of the section's message, and its type if one is given.
    pub(crate) fn put_content(&mut self, bytes: Bytes, content_type: Option<&'static str>) {
        match self.is_about_request() {
            true => self.request_mut().replace_body(Body::Full(bytes)),
            false => self.response_mut().replace_body(Body::Full(bytes)),
        }
        if let Some(content_type) = content_type {
            self.headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_told_apart() {
        assert!(is_json(&media_type("Application/JSON; charset=utf-8")));
        assert!(is_json(&media_type("application/problem+json")));
        assert!(is_xml(&media_type("application/soap+xml;action=x")));
        assert!(!is_xml("text/html") && !is_json(""));
    }
}
