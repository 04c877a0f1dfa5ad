use super::evaluate::run;
use super::scene::{Scene, base64, stored};
use expression::Value;
use serde_json::Value as Json;
use std::sync::Arc;

/// A value of a variable. Those of library types are made as policy authors make them: by an expression.
pub(super) fn value(json: &Json, scene: &mut Scene) -> Result<Value, String> {
    match json {
        Json::Null => Ok(Value::null()),
        Json::Bool(value) => Ok((*value).into()),
        Json::String(text) => Ok(text.as_str().into()),
        Json::Number(number) => Ok(match number.as_i64() {
            Some(long) => i32::try_from(long).map_or_else(|_| long.into(), Value::from),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        }),
        Json::Object(object) => match object.get("$type").and_then(Json::as_str) {
            Some(name) => typed(name.trim(), object.get("value").unwrap_or(&Json::Null), scene),
            None => Ok(Value::json(json)),
        },
        Json::Array(_) => Ok(Value::json(json)),
    }
}

fn typed(name: &str, json: &Json, scene: &mut Scene) -> Result<Value, String> {
    let name = short(name);
    let text = || json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    match name {
        "JObject" | "JArray" | "JToken" | "JValue" => Ok(Value::json(json)),
        "IResponse" => {
            stored(&super::names::response(json)?).map(|response| Value::response(Arc::new(response)))
        }
        "Authorization" => {
            let token = json.get("accessToken").and_then(Json::as_str).unwrap_or_default();
            Ok(Value::authorization(
                token,
                json.get("claims").unwrap_or(&Json::Null),
            ))
        }
        "byte[]" => base64(&text()).map(Value::bytes),
        "string" => Ok(text().into()),
        "string[]" => Ok(Value::strings(texts(json)?)),
        _ if json.is_null() => Ok(Value::null()),
        _ => {
            let source = source(name, json, &text())?;
            run(&source, scene).map_err(|error| format!("`{}` is no {name}: {error}", text()))
        }
    }
}

// `System.String` is `string`, `Newtonsoft.Json.Linq.JObject` is `JObject`.
fn short(name: &str) -> &str {
    let name = match name.split_once('<') {
        Some(_) => name.strip_prefix("System.Collections.Generic.").unwrap_or(name),
        None => name.rsplit('.').next().unwrap_or(name),
    };
    match name {
        "String" => "string",
        "Boolean" => "bool",
        "Char" => "char",
        "Int16" => "short",
        "Int32" => "int",
        "Int64" => "long",
        "Single" => "float",
        "Double" => "double",
        "Decimal" => "decimal",
        "Byte" => "byte",
        "Byte[]" => "byte[]",
        "String[]" => "string[]",
        other => other,
    }
}

fn texts(json: &Json) -> Result<Vec<String>, String> {
    let items = json.as_array().ok_or("a `string[]` is an array of texts")?;
    Ok(items
        .iter()
        .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
        .collect())
}

/// The expression that makes the value.
fn source(name: &str, json: &Json, text: &str) -> Result<String, String> {
    let quoted = quote(text);
    Ok(match name {
        "int" | "long" | "short" | "byte" | "uint" | "ulong" | "ushort" | "sbyte" | "float" | "double"
        | "decimal" | "char" | "bool" => format!("{name}.Parse({quoted})"),
        "DateTime" => format!("DateTime.Parse({quoted}).ToUniversalTime()"),
        "DateTimeOffset" | "TimeSpan" | "Guid" => format!("{name}.Parse({quoted})"),
        "Uri" => format!("new Uri({quoted})"),
        "Jwt" => format!("{quoted}.AsJwt()"),
        _ => return collection(name, json),
    })
}

fn collection(name: &str, json: &Json) -> Result<String, String> {
    let written = |json: &Json| match json {
        Json::String(text) => quote(text),
        other => other.to_string(),
    };
    match json {
        Json::Array(items)
            if name.ends_with("[]") || name.starts_with("List<") || name.starts_with("HashSet<") =>
        {
            let items: Vec<String> = items.iter().map(written).collect();
            let call = if name.ends_with("[]") { "" } else { "()" };
            Ok(format!("new {name}{call} {{ {} }}", items.join(", ")))
        }
        Json::Object(members) if name.starts_with("Dictionary<") => {
            let members = members
                .iter()
                .map(|(key, value)| format!("{{ {}, {} }}", quote(key), written(value)));
            Ok(format!(
                "new {name}() {{ {} }}",
                members.collect::<Vec<_>>().join(", ")
            ))
        }
        _ => Err(format!("values of type `{name}` cannot be written in a context")),
    }
}

/// A C# string literal.
fn quote(text: &str) -> String {
    format!("@\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn library_values_are_made_by_expressions() {
        assert_eq!(
            source("Guid", &json!("a\"b"), "a\"b"),
            Ok("Guid.Parse(@\"a\"\"b\")".to_owned())
        );
        let list = json!(["a", "b"]);
        assert_eq!(
            source("List<string>", &list, ""),
            Ok("new List<string>() { @\"a\", @\"b\" }".to_owned())
        );
        let map = json!({ "a": 1 });
        assert_eq!(
            source("Dictionary<string, int>", &map, ""),
            Ok("new Dictionary<string, int>() { { @\"a\", 1 } }".to_owned())
        );
        assert!(source("Stream", &json!("x"), "x").is_err());
    }
}
