use super::format::{same_shape, text_of};
use super::{Shape, describe, list, number, text, wrong};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::Value;

type Answer = Result<Value, String>;

pub(super) fn base64(values: &[Value]) -> Answer {
    Ok(STANDARD.encode(text(values, 0)?).into())
}

fn decoded(text: &str) -> Result<String, String> {
    let bytes = STANDARD_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_| "the text is no Base64".to_owned())?;
    String::from_utf8(bytes).map_err(|_| "what the Base64 holds is no text".to_owned())
}

pub(super) fn base64_to_string(values: &[Value]) -> Answer {
    decoded(text(values, 0)?).map(Value::from)
}

pub(super) fn base64_to_json(values: &[Value]) -> Answer {
    parsed(&decoded(text(values, 0)?)?)
}

pub(super) fn json(values: &[Value]) -> Answer {
    parsed(text(values, 0)?)
}

fn parsed(text: &str) -> Answer {
    // .NET's reader takes texts in single quotes, which a template needs not double.
    serde_json::from_str(text).or_else(|error| {
        // It takes a number without its zero too.
        let number = text
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|_| text.trim().starts_with('.'));
        if let Some(number) = number.and_then(serde_json::Number::from_f64) {
            return Ok(Value::Number(number));
        }
        let quoted = text
            .trim()
            .strip_prefix('\'')
            .and_then(|text| text.strip_suffix('\''));
        quoted
            .map(|text| Value::from(text.replace("\\'", "'")))
            .ok_or_else(|| format!("the text is no JSON: {error}"))
    })
}

pub(super) fn concat(values: &[Value]) -> Answer {
    if values.iter().any(Value::is_array) {
        let lists: Result<Vec<&Vec<Value>>, String> = (0..values.len()).map(|at| list(values, at)).collect();
        return Ok(lists?.into_iter().flatten().cloned().collect::<Vec<_>>().into());
    }
    if let Some(at) = values.iter().position(Value::is_object) {
        return Err(wrong(at, "a string or an array", values.get(at)));
    }
    Ok(values.iter().map(text_of).collect::<String>().into())
}

pub(super) fn data_uri(values: &[Value]) -> Answer {
    Ok(format!(
        "data:text/plain;charset=utf8;base64,{}",
        STANDARD.encode(text(values, 0)?)
    )
    .into())
}

pub(super) fn data_uri_to_string(values: &[Value]) -> Answer {
    let uri = text(values, 0)?;
    let (head, body) = uri
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .ok_or_else(|| format!("`{uri}` is no data URI"))?;
    match head.ends_with(";base64") {
        true => decoded(body).map(Value::from),
        false => super::uris::component_to_string(&[body.into()]),
    }
}

pub(super) fn starts_with(values: &[Value]) -> Answer {
    Ok(text(values, 0)?
        .to_lowercase()
        .starts_with(&text(values, 1)?.to_lowercase())
        .into())
}

pub(super) fn ends_with(values: &[Value]) -> Answer {
    Ok(text(values, 0)?
        .to_lowercase()
        .ends_with(&text(values, 1)?.to_lowercase())
        .into())
}

pub(super) fn join(values: &[Value]) -> Answer {
    let parts: Vec<String> = list(values, 0)?.iter().map(text_of).collect();
    Ok(parts.join(text(values, 1)?).into())
}

/// `like('text', 'te*t?')`: `*` stands for any text, `?` for one character; case does not matter.
pub(super) fn like(values: &[Value]) -> Answer {
    let (whole, pattern) = (text(values, 0)?.to_lowercase(), text(values, 1)?.to_lowercase());
    Ok(crate::functions::matches_pattern(&whole, &pattern).into())
}

pub(super) fn pad_left(values: &[Value]) -> Answer {
    let value = match values.first() {
        Some(value @ (Value::String(_) | Value::Number(_))) => text_of(value),
        other => return Err(wrong(0, "a string or an int", other)),
    };
    let total = usize::try_from(number(values, 1)?.clamp(0, 16 * 1024)).unwrap_or_default();
    let mut fill = match values.get(2) {
        Some(_) => text(values, 2)?.chars(),
        None => " ".chars(),
    };
    let (Some(fill), None) = (fill.next(), fill.next()) else {
        return Err(wrong(2, "one character", values.get(2)));
    };
    let missing = total.saturating_sub(value.encode_utf16().count());
    Ok((fill.to_string().repeat(missing) + &value).into())
}

pub(super) fn replace(values: &[Value]) -> Answer {
    let (value, old, new) = (text(values, 0)?, text(values, 1)?, text(values, 2)?);
    match old.is_empty() {
        true => Err("argument 2 must not be empty".to_owned()),
        false => Ok(value.replace(old, new).into()),
    }
}

pub(super) fn split(values: &[Value]) -> Answer {
    let value = text(values, 0)?;
    let delimiters: Vec<&str> = match values.get(1) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) if same_shape(many).is_none_or(|shape| shape == Shape::Text) => {
            many.iter().filter_map(Value::as_str).collect()
        }
        other => return Err(wrong(1, "a string or an array of strings", other)),
    };
    let mut parts = vec![value];
    for delimiter in delimiters.into_iter().filter(|it| !it.is_empty()) {
        parts = parts.into_iter().flat_map(|part| part.split(delimiter)).collect();
    }
    Ok(parts.into_iter().map(Value::from).collect::<Vec<_>>().into())
}

pub(super) fn string(values: &[Value]) -> Answer {
    Ok(values.first().map(text_of).unwrap_or_default().into())
}

pub(super) fn substring(values: &[Value]) -> Answer {
    let units: Vec<u16> = text(values, 0)?.encode_utf16().collect();
    let start = number(values, 1)?;
    let length = match values.get(2) {
        Some(_) => number(values, 2)?,
        None => i64::try_from(units.len())
            .unwrap_or(i64::MAX)
            .saturating_sub(start),
    };
    let range = usize::try_from(start).ok().zip(usize::try_from(length).ok());
    let part = range.and_then(|(start, length)| units.get(start..start.checked_add(length)?));
    let part = part.ok_or_else(|| {
        format!(
            "the text has {} characters: none from {start} on for {length}",
            units.len()
        )
    })?;
    Ok(String::from_utf16_lossy(part).into())
}

pub(super) fn to_lower(values: &[Value]) -> Answer {
    Ok(text(values, 0)?.to_lowercase().into())
}

pub(super) fn to_upper(values: &[Value]) -> Answer {
    Ok(text(values, 0)?.to_uppercase().into())
}

pub(super) fn trim(values: &[Value]) -> Answer {
    Ok(text(values, 0)?.trim().into())
}

/// A text as a list of its UTF-16 units, or a list: what `take` and `skip` part.
pub(super) fn parted(values: &[Value], part: impl Fn(usize) -> std::ops::Range<usize>) -> Answer {
    match values.first() {
        Some(Value::String(text)) => {
            let units: Vec<u16> = text.encode_utf16().collect();
            Ok(String::from_utf16_lossy(&units[part(units.len())]).into())
        }
        Some(Value::Array(list)) => Ok(list[part(list.len())].to_vec().into()),
        Some(other) => Err(format!(
            "argument 1 must be a string or an array, not {}",
            describe(other)
        )),
        None => Err(wrong(0, "a string or an array", None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(function: super::super::Pure, values: Value) -> Answer {
        function(values.as_array().expect("a list"))
    }

    #[test]
    fn texts_are_counted_in_utf16_units() {
        assert_eq!(run(substring, json!(["a😀b", 1, 2])), Ok(json!("😀")));
        assert_eq!(run(substring, json!(["abc", 1])), Ok(json!("bc")));
        assert!(run(substring, json!(["abc", 2, 2])).is_err());
        assert!(run(substring, json!(["abc", -1, 2])).is_err());
    }

    #[test]
    fn lists_and_texts_are_joined_and_parted() {
        assert_eq!(run(concat, json!([[1], [2, 3]])), Ok(json!([1, 2, 3])));
        assert_eq!(run(concat, json!(["a", 1, true])), Ok(json!("a1True")));
        assert_eq!(
            run(split, json!(["a,b;c", [",", ";"]])),
            Ok(json!(["a", "b", "c"]))
        );
        assert_eq!(run(pad_left, json!([7, 3, "0"])), Ok(json!("007")));
        assert_eq!(
            run(data_uri_to_string, json!(["data:;base64,SGVsbG8="])),
            Ok(json!("Hello"))
        );
        assert_eq!(run(starts_with, json!(["ABC", "ab"])), Ok(json!(true)));
    }
}
