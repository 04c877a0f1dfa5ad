//! Operations that were deployed as resources, not imported.

use crate::file;
use crate::folder::at;
use crate::store::{Kept, Store};
use indexmap::IndexMap;
use model::{Example, Operation, Parameter, Response};
use serde_json::{Value, json};
use source::{Diagnostic, Finding, Source, Span};

/// The operation of a resource, with the text that later findings are about.
pub(crate) fn operation(kept: &Kept, findings: &mut Vec<Finding>) -> Option<(Operation, Source)> {
    let mut required = |name: &str| {
        let text = kept.property(name).and_then(Value::as_str);
        if text.is_none() {
            let message = format!("operation `{}` has no `{name}`", kept.sent.name);
            findings.push(at(
                kept,
                "/properties",
                Diagnostic::error("missing-value", message, Span::default()),
            ));
        }
        text.map(str::to_owned)
    };
    let (method, url_template) = (required("method")?, required("urlTemplate")?);
    let display_name = kept
        .property("displayName")
        .and_then(Value::as_str)
        .unwrap_or(&kept.sent.name);
    let request = kept.property("request");
    let operation = Operation {
        name: kept.sent.name.clone(),
        display_name: display_name.to_owned(),
        method,
        template_parameters: parameters(kept.property("templateParameters"))
            .chain(parameters(request.and_then(|it| it.get("queryParameters"))))
            .collect(),
        url_template,
        responses: kept
            .property("responses")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(response)
            .collect(),
        contract: None,
        policy: None,
    };
    let text = file::write(&Value::Object(kept.sent.body.clone())).text;
    Some((operation, Source::new(kept.sent.id.as_str(), text)))
}

/// An operation that exists because its API was imported, or is of a kind that has it.
pub(crate) fn implied(store: &Store, id: &str) -> Option<Value> {
    let (api, name) = id.rsplit_once("/operations/")?;
    let api = store
        .find(api)
        .filter(|api| api.plain_kind() == "microsoft.apimanagement/service/apis")?;
    imported(api).into_iter().find(|it| {
        it["name"]
            .as_str()
            .is_some_and(|it| it.eq_ignore_ascii_case(name))
    })
}

/// All such operations of an API.
pub(crate) fn imported(api: &Kept) -> Vec<Value> {
    let whole = |name: &str, display: &str, method: &str, template: &str, parameters: Value| {
        json!({
            "id": format!("{}/operations/{name}", api.sent.id), "name": name,
            "type": format!("{}/operations", api.sent.r#type),
            "properties": {
                "displayName": display, "method": method, "urlTemplate": template, "templateParameters": parameters,
                "description": display, "responses": [],
            },
        })
    };
    let kind = api
        .property("type")
        .or(api.property("apiType"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    if kind.eq_ignore_ascii_case("websocket") {
        return vec![whole("onHandshake", "onHandshake", "GET", "/", json!([]))];
    }
    let Some(text) = api.property("value").and_then(Value::as_str) else {
        return Vec::new();
    };
    let file = match text.trim_start().starts_with('{') {
        true => "apis/api/specification.json",
        false => "apis/api/specification.yaml",
    };
    let information = r#"{ "properties": { "path": "" } }"#;
    let (service, _) = apiops::read_embedded(&[("apis/api/apiInformation.json", information), (file, text)]);
    let operations = service.apis.into_iter().flat_map(|api| api.operations);
    operations
        .map(|it| {
            let parameters: Vec<Value> = it
                .template_parameters
                .iter()
                .map(|it| json!({ "name": it.name, "type": "string", "required": it.required, "values": [] }))
                .collect();
            whole(
                &it.name,
                &it.display_name,
                &it.method,
                &it.url_template,
                parameters.into(),
            )
        })
        .collect()
}

fn parameters(list: Option<&Value>) -> impl Iterator<Item = Parameter> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|parameter| {
        Some(Parameter {
            name: parameter.get("name")?.as_str()?.to_owned(),
            required: parameter
                .get("required")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        })
    })
}

fn response(value: &Value) -> Option<Response> {
    let status = u16::try_from(value.get("statusCode")?.as_u64()?).ok()?;
    let mut representations: IndexMap<String, Vec<Example>> = IndexMap::new();
    for representation in value
        .get("representations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let Some(media_type) = representation.get("contentType").and_then(Value::as_str) else {
            continue;
        };
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let examples = representation
            .get("examples")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let examples = examples.filter_map(|(name, example)| {
            Some(Example {
                name: name.clone(),
                body: text(example.get("value")?),
            })
        });
        let sample = representation.get("sample").map(|it| Example {
            name: String::new(),
            body: text(it),
        });
        representations.insert(media_type.to_owned(), examples.chain(sample).collect());
    }
    Some(Response {
        status,
        representations,
    })
}
