//! A value of a policy: a literal that was parsed once, or an expression.

use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::url;
use bytes::Bytes;
use expression::{Expression, Message, Url, Value};
use http::{HeaderName, HeaderValue, Method};
use source::Span;
use std::borrow::Cow;
use std::sync::Arc;
use trace::Step;

/// Longest text of a value in a record.
const SHOWN: usize = 1024;

/// A text, literal or computed.
#[derive(Debug)]
pub(crate) struct Template {
    content: Content,
    pub(crate) span: Span,
}

#[derive(Debug)]
enum Content {
    Literal { text: Arc<str>, unresolved: bool },
    Expression(Box<Compiled>),
    // A mistake in it has been reported.
    Unknown,
}

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Compiled {
    expression: Expression,
    // As the author wrote it: named values, and so secrets, are not put in.
    shown: Arc<str>,
    needs: Bodies,
}

/// Which bodies must be here before something runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bodies {
    pub(crate) request: bool,
    pub(crate) response: bool,
}

impl Bodies {
    pub(crate) fn add(&mut self, more: Bodies) {
        self.request |= more.request;
        self.response |= more.response;
    }
}

impl Compiled {
    pub(crate) fn new(expression: Expression, shown: &str) -> Compiled {
        let needs = expression.needs();
        let needs = Bodies {
            request: needs.request_body,
            response: needs.response_body,
        };
        Compiled {
            expression,
            shown: shown.into(),
            needs,
        }
    }

    pub(crate) fn needs(&self) -> Bodies {
        self.needs
    }

    pub(crate) fn eval(&self, exchange: &mut Exchange) -> Result<Value, Fault> {
        let value = self
            .expression
            .eval(exchange)
            .map_err(|exception| Fault::expression(&exception))?;
        if exchange.is_full() {
            let mut text = exchange.masked(value.to_text());
            if text.len() > SHOWN {
                let end = (0..=SHOWN)
                    .rev()
                    .find(|at| text.is_char_boundary(*at))
                    .unwrap_or_default();
                text.truncate(end);
                text.push('…');
            }
            exchange.note(Step::Evaluated {
                expression: self.shown.clone(),
                value: text,
            });
        }
        Ok(value)
    }
}

impl Template {
    pub(crate) fn literal(text: &str, span: Span, unresolved: bool) -> Template {
        Template {
            content: Content::Literal {
                text: text.into(),
                unresolved,
            },
            span,
        }
    }

    pub(crate) fn expression(compiled: Compiled, span: Span) -> Template {
        Template {
            content: Content::Expression(Box::new(compiled)),
            span,
        }
    }

    pub(crate) fn unknown(span: Span) -> Template {
        Template {
            content: Content::Unknown,
            span,
        }
    }

    /// The literal, unless it is an expression, or a name in it could not be looked up.
    pub(crate) fn known(&self) -> Option<&str> {
        match &self.content {
            Content::Literal {
                text,
                unresolved: false,
            } => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_expression(&self) -> bool {
        matches!(self.content, Content::Expression(_))
    }

    /// The value: that of an expression keeps its type, a literal is a string.
    pub(crate) fn value(&self, exchange: &mut Exchange) -> Result<Value, Fault> {
        match &self.content {
            Content::Literal { text, .. } => Ok(Value::from(&**text)),
            Content::Expression(compiled) => compiled.eval(exchange),
            Content::Unknown => Ok(Value::Null),
        }
    }

    /// The text; null is empty.
    pub(crate) fn text(&self, exchange: &mut Exchange) -> Result<Cow<'_, str>, Fault> {
        match &self.content {
            Content::Literal { text, .. } => Ok(Cow::Borrowed(text)),
            Content::Expression(compiled) => Ok(Cow::Owned(compiled.eval(exchange)?.to_text())),
            Content::Unknown => Ok(Cow::Borrowed("")),
        }
    }

    /// What a body is made of: bytes as they are, anything else as text.
    pub(crate) fn bytes(&self, exchange: &mut Exchange) -> Result<Bytes, Fault> {
        match &self.content {
            Content::Literal { text, .. } => Ok(Bytes::copy_from_slice(text.as_bytes())),
            Content::Expression(compiled) => Ok(compiled.eval(exchange)?.to_body()),
            Content::Unknown => Ok(Bytes::new()),
        }
    }

    /// The same with its literal parsed; `None` for a literal that spells no `T`.
    pub(crate) fn setting<T: Parsed>(self) -> Option<Setting<T>> {
        match self.content {
            Content::Literal { text, .. } => T::parse(&text).map(Setting::Literal),
            Content::Expression(compiled) => Some(Setting::Expression(compiled)),
            Content::Unknown => None,
        }
    }
}

/// A value of type `T`, literal or computed.
#[derive(Debug)]
pub(crate) enum Setting<T> {
    Literal(T),
    Expression(Box<Compiled>),
}

impl<T: Parsed> Setting<T> {
    pub(crate) fn get(&self, exchange: &mut Exchange) -> Result<T, Fault> {
        match self {
            Setting::Literal(value) => Ok(value.clone()),
            Setting::Expression(compiled) => T::convert(&compiled.eval(exchange)?),
        }
    }

    /// What it reads.
    pub(crate) fn needs(&self) -> Bodies {
        match self {
            Setting::Literal(_) => Bodies::default(),
            Setting::Expression(compiled) => compiled.needs(),
        }
    }
}

impl<T> From<T> for Setting<T> {
    fn from(value: T) -> Setting<T> {
        Setting::Literal(value)
    }
}

/// What a literal spells or a value is converted to.
pub(crate) trait Parsed: Clone {
    /// What an author would call it.
    const WHAT: &'static str;
    fn parse(text: &str) -> Option<Self>;

    fn convert(value: &Value) -> Result<Self, Fault> {
        let text = value.to_text();
        Self::parse(&text)
            .ok_or_else(|| Fault::value(format_args!("The value '{text}' is not {}.", Self::WHAT)))
    }
}

impl Parsed for bool {
    const WHAT: &'static str = "`true` or `false`";

    fn parse(text: &str) -> Option<bool> {
        let text = text.trim();
        text.eq_ignore_ascii_case("true")
            .then_some(true)
            .or(text.eq_ignore_ascii_case("false").then_some(false))
    }

    fn convert(value: &Value) -> Result<bool, Fault> {
        value.to_bool().map_err(|exception| Fault::expression(&exception))
    }
}

impl Parsed for i64 {
    const WHAT: &'static str = "a whole number";

    fn parse(text: &str) -> Option<i64> {
        text.trim().parse().ok()
    }

    fn convert(value: &Value) -> Result<i64, Fault> {
        value.to_int().map_err(|exception| Fault::expression(&exception))
    }
}

impl Parsed for f64 {
    const WHAT: &'static str = "a number";

    fn parse(text: &str) -> Option<f64> {
        text.trim().parse().ok().filter(|it: &f64| it.is_finite())
    }

    fn convert(value: &Value) -> Result<f64, Fault> {
        value
            .to_double()
            .map_err(|exception| Fault::expression(&exception))
    }
}

impl Parsed for HeaderName {
    const WHAT: &'static str = "the name of a header";

    fn parse(text: &str) -> Option<HeaderName> {
        text.trim().parse().ok()
    }
}

impl Parsed for HeaderValue {
    const WHAT: &'static str = "the value of a header";

    // Line breaks cannot travel in a header; those around the text come from the layout of the document.
    fn parse(text: &str) -> Option<HeaderValue> {
        HeaderValue::from_bytes(text.trim().as_bytes()).ok()
    }
}

impl Parsed for Method {
    const WHAT: &'static str = "an HTTP method";

    fn parse(text: &str) -> Option<Method> {
        Some(text.trim())
            .filter(|it| !it.is_empty())
            .and_then(|it| it.parse().ok())
    }
}

impl Parsed for Arc<Url> {
    const WHAT: &'static str = "an absolute `http` or `https` URL";

    fn parse(text: &str) -> Option<Arc<Url>> {
        url::parse(text).map(Arc::new)
    }
}

/// Brings the bodies here that something is about to read.
pub(crate) async fn buffer(needs: Bodies, exchange: &mut Exchange) -> Result<(), Fault> {
    let limit = exchange.body_limit;
    if needs.request && exchange.request.body.needs_buffering() {
        let request = &mut exchange.request;
        let done = request.body.buffer(&request.headers, limit).await;
        done.map_err(|error| crate::exchange::buffer_fault(Message::Request, &error))?;
    }
    if needs.response
        && let Some(response) = &mut exchange.response
        && response.body.needs_buffering()
    {
        let done = response.body.buffer(&response.headers, limit).await;
        done.map_err(|error| crate::exchange::buffer_fault(Message::Response, &error))?;
    }
    Ok(())
}
