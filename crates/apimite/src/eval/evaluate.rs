use super::names;
use super::scene::Scene;
use clock::{Dice, Moment};
use expression::{Symbols, Value};
use serde_json::{Value as Json, json};
use source::{Diagnostic, Mapped, Severity};

/// What all expressions of a run share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    /// The present moment.
    pub(crate) now: Moment,
    /// Seed of chance.
    pub(crate) seed: u64,
}

/// What came of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// A value: as JSON, as text, and the .NET type if JSON cannot show it.
    Value {
        json: Json,
        text: String,
        type_name: Option<String>,
    },
    /// It threw: the .NET type, and the message.
    Exception(&'static str, String),
    /// It needs something that is not supported: the code of the diagnostic, if there is one, and the message.
    Unsupported(Option<&'static str>, String),
    /// It is not written as it should be: code and message.
    Syntax(&'static str, String),
}

impl Batch {
    /// One line of a batch, `{"id","text","context"}`, answered.
    pub(crate) fn line(&self, line: &str) -> String {
        let asked: Json = match serde_json::from_str(line) {
            Ok(asked) => asked,
            Err(error) => {
                let message = format!("the line is no JSON: {error}");
                return json!({ "id": null, "kind": "unsupported", "message": message }).to_string();
            }
        };
        let outcome = match asked["text"].as_str() {
            Some(text) => evaluate(text, &asked["context"], self, 0),
            None => Outcome::Unsupported(None, "the line has no `text`".to_owned()),
        };
        let mut answer = serde_json::Map::new();
        answer.insert("id".to_owned(), asked["id"].clone());
        if let Json::Object(members) = outcome.json() {
            answer.extend(members);
        }
        Json::Object(answer).to_string()
    }
}

/// Evaluates `text` in `context`. `ordinal` keys chance.
pub(crate) fn evaluate(text: &str, context: &Json, batch: &Batch, ordinal: u64) -> Outcome {
    let symbols = Symbols::default();
    let random = Dice::new(batch.seed).roll("eval", ordinal);
    let read = names::context(context).and_then(|context| Scene::read(&context, &symbols, batch.now, random));
    let mut scene = match read {
        Ok(scene) => scene,
        Err(message) => return Outcome::Unsupported(None, format!("context: {message}")),
    };
    let text = with_named_values(text.trim(), &context["namedValues"]);
    let text = match expression::is_expression(&text) {
        true => text,
        false => format!("@({text})"),
    };
    let mapped = Mapped::copied(&text, 0);
    let end = expression::end_of_expression(&text, 0);
    if end.is_none_or(|end| !text[end..].trim().is_empty()) {
        let message = match end {
            None => "the expression is not closed".to_owned(),
            Some(_) => "text stands behind the expression".to_owned(),
        };
        return Outcome::Syntax("expression-syntax", message);
    }
    let compiled = expression::compile(&mapped, &symbols, &expression::Options::default());
    match compiled.expression {
        Some(expression) => match expression.eval(&mut scene) {
            Ok(value) => Outcome::of(&value),
            Err(exception) => Outcome::Exception(exception.type_name, exception.message),
        },
        None => refused(&compiled.diagnostics),
    }
}

/// Runs an expression of our own, without `@(...)` around it, in a scene that is being read.
pub(super) fn run(text: &str, scene: &mut Scene) -> Result<Value, String> {
    let mapped = Mapped::copied(&format!("@({text})"), 0);
    let compiled = expression::compile(&mapped, &Symbols::default(), &expression::Options::default());
    match compiled.expression {
        Some(expression) => expression.eval(scene).map_err(|exception| exception.message),
        None => Err(compiled
            .diagnostics
            .first()
            .map_or_else(String::new, |it| it.message.clone())),
    }
}

/// Codes of what .NET may have and we do not.
const UNSUPPORTED: [&str; 2] = ["expression-unknown-type", "expression-unknown-member"];

fn refused(diagnostics: &[Diagnostic]) -> Outcome {
    let errors: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .collect();
    let message = errors
        .iter()
        .map(|it| it.message.as_str())
        .collect::<Vec<_>>()
        .join("; ");
    // One unknown type makes other mistakes appear.
    match errors.iter().find(|it| UNSUPPORTED.contains(&it.code)) {
        Some(it) => Outcome::Unsupported(Some(it.code), message),
        None => Outcome::Syntax(errors.first().map_or("expression-syntax", |it| it.code), message),
    }
}

fn with_named_values(text: &str, values: &Json) -> String {
    let mut text = text.to_owned();
    for (name, value) in values.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text = text.replace(&format!("{{{{{name}}}}}"), &value);
    }
    text
}

/// A text inside a JSON document is shown as JSON, whatever holds it.
const TOKENS: &str = "Newtonsoft.Json.Linq.";

impl Outcome {
    fn of(value: &Value) -> Outcome {
        let json = match value {
            // Its number would tell less than its name.
            Value::Enum(..) => value.to_text().into(),
            other => other.to_json(),
        };
        let name = value.type_name();
        // JSON shows these as what they are.
        let plain = matches!(
            json,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) | Json::Array(_)
        );
        let type_name = (!plain && name != "System.String" && !name.starts_with(TOKENS)).then_some(name);
        Outcome::Value {
            json,
            text: value.to_text(),
            type_name,
        }
    }

    /// The answer, without the id.
    pub(crate) fn json(&self) -> Json {
        match self {
            Outcome::Value {
                json,
                type_name: None,
                ..
            } => json!({ "kind": "value", "value": json }),
            Outcome::Value {
                json,
                type_name: Some(name),
                ..
            } => json!({ "kind": "value", "value": json, "type": name }),
            Outcome::Exception(name, message) => {
                json!({ "kind": "exception", "message": message, "type": name })
            }
            Outcome::Unsupported(None, message) => json!({ "kind": "unsupported", "message": message }),
            Outcome::Unsupported(Some(code), message) => {
                json!({ "kind": "unsupported", "message": message, "code": code })
            }
            Outcome::Syntax(code, message) => json!({ "kind": "syntax", "message": message, "code": code }),
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        match self {
            Outcome::Value { json: Json::Null, .. } => "null".to_owned(),
            Outcome::Value { text, .. } => text.clone(),
            Outcome::Exception(name, message) => format!("exception: {name}: {message}"),
            Outcome::Unsupported(_, message) => format!("unsupported: {message}"),
            Outcome::Syntax(_, message) => format!("syntax: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: Batch = Batch {
        now: Moment::EPOCH,
        seed: 42,
    };

    #[test]
    fn a_line_gives_the_kind_and_the_value() {
        assert_eq!(
            BATCH.line(r#"{"id":1,"text":"@(1 + 1)"}"#),
            r#"{"id":1,"kind":"value","value":2}"#
        );
        let line = r#"{"id":"a","text":"context.Request.Headers.GetValueOrDefault(\"x\", \"none\")","context":{"request":{"headers":{"x":"y"}}}}"#;
        assert_eq!(BATCH.line(line), r#"{"id":"a","kind":"value","value":"y"}"#);
        assert!(
            BATCH
                .line(r#"{"id":2,"text":"@(1 +)"}"#)
                .contains(r#""kind":"syntax""#)
        );
        let unknown = BATCH.line(r#"{"id":6,"text":"@(\"a\".Lenght)"}"#);
        assert!(
            unknown.contains(r#""kind":"unsupported""#)
                && unknown.contains(r#""code":"expression-unknown-member""#)
        );
        let wrong = BATCH.line(r#"{"id":7,"text":"@(1)","context":{"reqest":{}}}"#);
        assert!(
            wrong.contains("the context has no `reqest`, did you mean `request`?"),
            "{wrong}"
        );
        assert!(
            BATCH
                .line(r#"{"id":3,"text":"@((string)null).Length)"}"#)
                .contains(r#""kind":"syntax""#)
        );
        assert!(
            BATCH
                .line(r#"{"id":4,"text":"@(int.Parse(\"x\"))"}"#)
                .contains(r#""kind":"exception""#)
        );
        let day = r#"{"id":5,"kind":"value","value":"Monday","type":"System.DayOfWeek"}"#;
        assert_eq!(BATCH.line(r#"{"id":5,"text":"@(DayOfWeek.Monday)"}"#), day);
        assert!(BATCH.line("nonsense").contains(r#""kind":"unsupported""#));
    }

    #[test]
    fn variables_have_types() {
        let eval = |text: &str, context: Json| evaluate(text, &context, &BATCH, 0);
        let text = |text: &str, context: Json| eval(text, context).text();
        let typed =
            json!({ "variables": { "when": { "$type": "DateTime", "value": "2026-01-02T03:04:05Z" } } });
        assert_eq!(
            text("((DateTime)context.Variables[\"when\"]).Year", typed),
            "2026"
        );
        let response = json!({ "variables": { "r": { "$type": "IResponse", "value": { "status": 404, "body": { "a": [1] } } } } });
        assert_eq!(
            text(
                "((IResponse)context.Variables[\"r\"]).StatusCode",
                response.clone()
            ),
            "404"
        );
        assert_eq!(
            text(
                "(int)((IResponse)context.Variables[\"r\"]).Body.As<JObject>()[\"a\"][0]",
                response
            ),
            "1"
        );
        let unknown = json!({ "variables": { "x": { "$type": "Stream", "value": "a" } } });
        assert!(matches!(eval("1", unknown), Outcome::Unsupported(None, _)));
        assert_eq!(
            text(
                "@(\"{{who}}\".Length)",
                json!({ "namedValues": { "who": "you" } })
            ),
            "3"
        );
    }
}
