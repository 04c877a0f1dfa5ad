use crate::openapi::reference::{Document, reference};
use serde_json::Value;

/// A parameter that may take part in a URL template.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) in_path: bool,
    pub(crate) required: bool,
}

/// Path and query parameters of a path item and of one of its operations, whose own ones go before. References that lead nowhere
/// are put into `broken`.
pub(crate) fn read(document: &Document<'_>, levels: [&Value; 2], broken: &mut Vec<String>) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = Vec::new();
    for level in levels {
        for value in level
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let Some(resolved) = document.resolve(value) else {
                broken.extend(reference(value).map(str::to_owned));
                continue;
            };
            let text = |name: &str| resolved.get(name).and_then(Value::as_str).unwrap_or_default();
            let in_path = match text("in") {
                "path" => true,
                "query" => false,
                _ => continue,
            };
            let required = in_path || resolved.get("required").and_then(Value::as_bool).unwrap_or(false);
            let parameter = Parameter {
                name: text("name").to_owned(),
                in_path,
                required,
            };
            match found
                .iter_mut()
                .find(|it| it.name == parameter.name && it.in_path == in_path)
            {
                Some(earlier) => *earlier = parameter,
                None if parameter.name.is_empty() => (),
                None => found.push(parameter),
            }
        }
    }
    found
}
