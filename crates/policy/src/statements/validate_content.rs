//! `<validate-content>`: size, type and schema of a body.
//!
//! ```xml
//! <validate-content unspecified-content-type-action="prevent" max-size="102400" size-exceeded-action="prevent"
//!                   errors-variable-name="errors">
//!   <content type="application/json" validate-as="json" action="prevent" />
//! </validate-content>
//! ```
//! A schema is that of the API's definition, or the resource that `schema-id` names.

use super::content::{header_text, media_type};
use super::validation::{ACTIONS, Act, ERRORS_VARIABLE, INTERNAL, Mistake, Mistakes, action};
use super::{Action, Flow, Now};
use crate::contract::{Schema, Variant, place_of};
use crate::element::Element;
use crate::exchange::{Exchange, OperationTemplate};
use crate::fault::Fault;
use crate::schemas::{Found, XmlSchema, soap_payload};
use crate::shape::{Content, Shape, many, maybe, optional, required};
use crate::template::{Setting, Template};
use crate::world::World;
use expression::Symbol;
use http::header::CONTENT_TYPE;
use source::Diagnostic;
use std::sync::Arc;

/// Bytes of a body that can be validated at most (documented).
const LARGEST: i64 = 4_194_304;
const FORMS: [(&str, Form); 3] = [("json", Form::Json), ("xml", Form::Xml), ("soap", Form::Soap)];

pub(super) static SHAPE: Shape = Shape {
    name: "validate-content",
    attributes: &[
        action("unspecified-content-type-action"),
        required("max-size").int(),
        action("size-exceeded-action"),
        ERRORS_VARIABLE,
    ],
    content: Content::Children(&[maybe(&TYPE_MAP), many(&CONTENT)]),
};
static TYPE_MAP: Shape = Shape {
    name: "content-type-map",
    attributes: &[
        optional("any-content-type-value").literal(),
        optional("missing-content-type-value").literal(),
    ],
    content: Content::Children(&[many(&TYPE)]),
};
static TYPE: Shape = Shape {
    name: "type",
    attributes: &[
        optional("from").literal(),
        optional("when").bool(),
        required("to").literal(),
    ],
    content: Content::Empty,
};
static CONTENT: Shape = Shape {
    name: "content",
    attributes: &[
        optional("type"),
        required("validate-as").literal().one_of(&["json", "xml", "soap"]),
        required("action").one_of(&ACTIONS),
        optional("schema-id").literal(),
        optional("schema-ref").literal(),
        optional("allow-additional-properties").literal().bool(),
        optional("case-insensitive-property-names")
            .or("false")
            .literal()
            .bool(),
    ],
    content: Content::Empty,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Xml,
    Soap,
}

struct ValidateContent {
    unspecified: Setting<Act>,
    max_size: Setting<i64>,
    exceeded: Setting<Act>,
    variable: Option<Symbol>,
    types: Vec<MappedType>,
    any: Option<String>,
    missing: Option<String>,
    contents: Vec<ContentRule>,
}

struct MappedType {
    from: Option<String>,
    when: Option<Setting<bool>>,
    to: String,
}

struct ContentRule {
    kind: Option<Template>,
    form: Form,
    act: Setting<Act>,
    // The name of the schema resource, and the schema if it is one.
    schema: Option<(String, Own)>,
    variant: Variant,
}

enum Own {
    Json(Box<Schema>),
    Xml(XmlSchema),
    // It cannot be looked up, or a mistake in it was reported.
    Unknown,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    element.needs_body();
    let max_size = element.setting_or("max-size", LARGEST);
    if let (Setting::Literal(size), Some(attribute)) = (
        &max_size,
        element.node.attributes.iter().find(|it| it.name == "max-size"),
    ) && !(0..=LARGEST).contains(size)
    {
        let message = format!("`max-size` of `validate-content` is at most {LARGEST}, not {size}");
        element.report(Diagnostic::error("wrong-value", message, attribute.value.span));
    }
    let (mut any, mut missing) = (None, None);
    let types = element.child("content-type-map", |map| {
        any = map.literal("any-content-type-value");
        missing = map.literal("missing-content-type-value");
        map.children("type", mapped)
    });
    Action::now(ValidateContent {
        unspecified: element.act("unspecified-content-type-action"),
        max_size,
        exceeded: element.act("size-exceeded-action"),
        variable: element.errors_variable(),
        types: types.unwrap_or_default(),
        any,
        missing,
        contents: element.children("content", content),
    })
}

fn mapped(element: &mut Element<'_, '_, '_>) -> MappedType {
    let (from, when) = (element.literal("from"), element.setting("when"));
    if from.is_some() == when.is_some() {
        let message = "`type` takes `from` or `when`, and only one of them";
        element.report(Diagnostic::error("wrong-value", message, element.name_span()));
    }
    MappedType {
        from,
        when,
        to: element.literal("to").unwrap_or_default(),
    }
}

fn content(element: &mut Element<'_, '_, '_>) -> ContentRule {
    let form = element.choice("validate-as", &FORMS).unwrap_or(Form::Json);
    let reference = element.literal("schema-ref").filter(|it| !it.is_empty());
    if reference.is_some() && form != Form::Json {
        let message = "`schema-ref` of `content` goes with `validate-as=\"json\"` alone";
        element.report(Diagnostic::error("wrong-value", message, element.name_span()));
    }
    let additional = element.choice("allow-additional-properties", &[("true", true), ("false", false)]);
    let any_case = element.choice(
        "case-insensitive-property-names",
        &[("true", true), ("false", false)],
    );
    ContentRule {
        kind: element.optional("type").filter(|it| it.known() != Some("")),
        form,
        act: element.act("action"),
        schema: own_schema(element, form, reference),
        variant: Variant {
            additional,
            any_case: any_case.unwrap_or(false),
        },
    }
}

fn own_schema(
    element: &mut Element<'_, '_, '_>,
    form: Form,
    reference: Option<String>,
) -> Option<(String, Own)> {
    let template = element.optional("schema-id")?;
    let id = template
        .known()
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())?;
    let found = element.build.schema(&id, template.span);
    let own = match (found, form) {
        (Found::Json(document), Form::Json) => {
            let whole = Arc::new(document);
            let schema = match &reference {
                Some(reference) => serde_json::json!({ "$ref": reference }),
                None => serde_json::Value::clone(&whole),
            };
            Own::Json(Box::new(Schema::new(schema, whole)))
        }
        (Found::Xml(schema), Form::Xml | Form::Soap) => Own::Xml(schema),
        (Found::Unknown, _) => Own::Unknown,
        _ => {
            let message = format!("the schema `{id}` is not of the kind that `validate-as` asks for");
            element.report(Diagnostic::error("wrong-value", message, template.span));
            Own::Unknown
        }
    };
    Some((id, own))
}

impl Now for ValidateContent {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let Some(body) = exchange.content() else {
            return Ok(Flow::Next);
        };
        let side = Side::of(exchange);
        let mut mistakes = Mistakes::default();
        let (size, most) = (body.len(), self.max_size.get(exchange)?);
        let exceeded = self.exceeded.get(exchange)?;
        if i64::try_from(size).unwrap_or(i64::MAX) > most {
            let message = side.title;
            mistakes.add(Mistake {
                name: String::new(),
                kind: side.kind,
                rule: "SizeLimit",
                details: format!("{message}'s body is {size} bytes long and it exceeds the configured limit of {most} bytes."),
                public: format!("{message}'s body is {size} bytes long and it exceeds the limit of {most} bytes."),
                act: exceeded,
            });
            // A body beyond the limit is not looked into (inferred).
            return mistakes.settle(exchange, self.variable);
        }
        if body.is_empty() {
            return Ok(Flow::Next);
        }
        let kind = self.content_type(exchange)?;
        match self.rule(exchange, &kind)? {
            Some(rule) => {
                let act = rule.act.get(exchange)?;
                if act != Act::Ignore {
                    rule.check(exchange, &side, &kind, &body, act, &mut mistakes);
                }
            }
            None => {
                let details = format!("Unspecified content type {kind} is not allowed.");
                mistakes.add(Mistake {
                    name: kind,
                    kind: side.kind,
                    rule: "Unspecified",
                    public: details.clone(),
                    details,
                    act: self.unspecified.get(exchange)?,
                });
            }
        }
        mistakes.settle(exchange, self.variable)
    }
}

impl ValidateContent {
    // The mapped content type: `type` goes before `any-...`, and that before `missing-...` (documented).
    fn content_type(&self, exchange: &mut Exchange) -> Result<String, Fault> {
        let given = media_type(&header_text(exchange.headers(), &CONTENT_TYPE));
        for mapped in &self.types {
            let holds = match (&mapped.from, &mapped.when) {
                (Some(from), _) => media_type(from) == given,
                (None, Some(when)) => when.get(exchange)?,
                (None, None) => false,
            };
            if holds {
                return Ok(media_type(&mapped.to));
            }
        }
        let other = self
            .any
            .as_ref()
            .or(self.missing.as_ref().filter(|_| given.is_empty()));
        Ok(other.map_or(given, |it| media_type(it)))
    }

    fn rule(&self, exchange: &mut Exchange, kind: &str) -> Result<Option<&ContentRule>, Fault> {
        let template = exchange.template.clone();
        for rule in &self.contents {
            let is_of_type = match &rule.kind {
                Some(template) => media_type(&template.text(exchange)?) == kind,
                None => true,
            };
            // Without a schema of its own a rule needs the operation to declare the type (inferred).
            let applies = rule.schema.is_some()
                || match types(exchange, template.as_deref()) {
                    Some(list) if !list.is_empty() => list.iter().any(|(name, _)| name == kind),
                    _ => rule.kind.is_some(),
                };
            if is_of_type && applies {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }
}

// The schema that the operation declares for a media type: `None` outside when it declares none.
fn declared<'t>(
    exchange: &Exchange,
    template: Option<&'t OperationTemplate>,
    kind: &str,
) -> Option<&'t Option<Schema>> {
    let list = types(exchange, template)?;
    list.iter()
        .find(|(name, _)| name == kind)
        .map(|(_, schema)| schema)
}

fn types<'t>(
    exchange: &Exchange,
    template: Option<&'t OperationTemplate>,
) -> Option<&'t [(String, Option<Schema>)]> {
    let contract = template?.contract.as_deref()?;
    match exchange.is_about_request() {
        true => Some(&contract.request),
        false => {
            let status = exchange.response.as_ref()?.status.as_u16();
            Some(&contract.response(status)?.content)
        }
    }
}

// The side of the exchange, as messages call it.
struct Side {
    kind: &'static str,
    title: &'static str,
    word: &'static str,
}

impl Side {
    fn of(exchange: &Exchange) -> Side {
        match exchange.is_about_request() {
            true => Side {
                kind: "RequestBody",
                title: "Request",
                word: "request",
            },
            false => Side {
                kind: "ResponseBody",
                title: "Response",
                word: "response",
            },
        }
    }
}

impl ContentRule {
    fn check(
        &self,
        exchange: &Exchange,
        side: &Side,
        kind: &str,
        body: &[u8],
        act: Act,
        mistakes: &mut Mistakes,
    ) {
        let template = exchange.template.clone();
        let internal = |details: String, kind: &'static str, rule: &'static str, name: &str| Mistake {
            name: name.to_owned(),
            kind,
            rule,
            details,
            public: INTERNAL.to_owned(),
            act,
        };
        let text = String::from_utf8_lossy(body);
        let (name, outcome) = match (&self.schema, self.form) {
            (Some((_, Own::Unknown)), _) => return,
            (Some((name, Own::Json(schema))), _) => (name.clone(), self.json(schema, &text)),
            (Some((name, Own::Xml(schema))), form) => (name.clone(), xml(schema, &text, form)),
            (None, Form::Json) => match declared(exchange, template.as_deref(), kind) {
                Some(Some(schema)) => (schema.name().to_owned(), self.json(schema, &text)),
                Some(None) => {
                    let details = "API's schema does not specify definitions.".to_owned();
                    return mistakes.add(internal(details, "ApiSchema", "", ""));
                }
                None => {
                    let details = "API's schema does not exist or it could not be resolved.".to_owned();
                    return mistakes.add(internal(details, "ApiSchema", "", ""));
                }
            },
            (None, _) => {
                let details = "API's schema does not exist or it could not be resolved.".to_owned();
                return mistakes.add(internal(details, "ApiSchema", "", ""));
            }
        };
        let word = side.word;
        match outcome {
            Ok(found) => {
                for error in found {
                    let details = format!(
                        "Body of the {word} does not conform to the definition {name}, which is associated with the content type {kind}.\r\n\r\n{error}"
                    );
                    mistakes.add(Mistake {
                        name: kind.to_owned(),
                        kind: side.kind,
                        rule: "IncorrectMessage",
                        public: details.clone(),
                        details,
                        act,
                    });
                }
            }
            Err(error) => {
                let details = format!(
                    "Body of the {word} cannot be validated for the content type {kind}.\r\n\r\n{error}"
                );
                mistakes.add(internal(details, side.kind, "ValidationException", kind));
            }
        }
    }

    fn json(&self, schema: &Schema, text: &str) -> Result<Vec<String>, String> {
        let text = text.trim_start_matches('\u{feff}');
        let value: serde_json::Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                let (line, position) = (error.line(), error.column());
                return Ok(vec![format!(
                    "The body is no JSON. Line: {line}, Position: {position}"
                )]);
            }
        };
        let found = schema.check(&value, self.variant)?;
        let told = found.into_iter().map(|it| {
            let (line, position) = place_of(text, &it.pointer);
            format!("{} Line: {line}, Position: {position}", it.message)
        });
        Ok(told.collect())
    }
}

fn xml(schema: &XmlSchema, text: &str, form: Form) -> Result<Vec<String>, String> {
    match form {
        Form::Soap => match soap_payload(text) {
            Ok(payloads) => {
                let mut found = Vec::new();
                for payload in payloads {
                    found.extend(schema.check(&payload)?);
                }
                Ok(found)
            }
            Err(message) => Ok(vec![message]),
        },
        Form::Json | Form::Xml => schema.check(text),
    }
}
