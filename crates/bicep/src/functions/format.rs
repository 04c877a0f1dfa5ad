use super::{Shape, text};
use serde_json::Value;

/// `format('{0} of {1:D2}', a, b)`: .NET's composite formatting, as far as templates can reach it.
pub(super) fn format(values: &[Value]) -> Result<Value, String> {
    let pattern = text(values, 0)?;
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        let end = rest.find('}').filter(|_| brace == "{");
        let Some(end) = end else {
            return Err(format!("`{pattern}` has a brace without its partner"));
        };
        out.push_str(&item(&rest[..end], &values[1..])?);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out.into())
}

// `index[,alignment][:format]`.
fn item(item: &str, values: &[Value]) -> Result<String, String> {
    let (place, style) = item.split_once(':').unwrap_or((item, ""));
    let (index, alignment) = place.split_once(',').unwrap_or((place, "0"));
    let value = index
        .trim()
        .parse::<usize>()
        .ok()
        .and_then(|index| values.get(index));
    let value = value.ok_or_else(|| format!("`{{{item}}}` names no argument"))?;
    let alignment: i64 = alignment
        .trim()
        .parse()
        .map_err(|_| format!("`{alignment}` is no width"))?;
    let text = styled(value, style)?;
    let missing = usize::try_from(alignment.unsigned_abs().min(10_000)).unwrap_or_default();
    let missing = " ".repeat(missing.saturating_sub(text.encode_utf16().count()));
    Ok(match alignment < 0 {
        true => text + &missing,
        false => missing + &text,
    })
}

fn styled(value: &Value, style: &str) -> Result<String, String> {
    let (Some(number), Some(kind)) = (value.as_i64(), style.chars().next()) else {
        return Ok(text_of(value));
    };
    let width: usize = match style[kind.len_utf8()..].trim() {
        "" => 0,
        digits => digits
            .parse::<usize>()
            .map_err(|_| format!("`{style}` is no format of a number"))?
            .min(1_000),
    };
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs();
    Ok(match kind {
        'D' | 'd' => format!("{sign}{digits:0>width$}"),
        'X' => format!("{number:0>width$X}"),
        'x' => format!("{number:0>width$x}"),
        'N' | 'n' => {
            let decimals = if style.len() == 1 { 2 } else { width };
            format!("{sign}{}{}", grouped(digits), fraction(decimals))
        }
        'F' | 'f' => {
            let decimals = if style.len() == 1 { 2 } else { width };
            format!("{sign}{digits}{}", fraction(decimals))
        }
        'G' | 'g' => number.to_string(),
        '0' if style.chars().all(|c| c == '0') => format!("{sign}{digits:0>width$}", width = style.len()),
        _ => return Err(format!("`{style}` is no format that numbers have here")),
    })
}

fn fraction(decimals: usize) -> String {
    match decimals {
        0 => String::new(),
        _ => format!(".{}", "0".repeat(decimals)),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How a value is written in a text: `True` as .NET has it, nothing for null, JSON for arrays and objects.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// What two values have in common, if they are of one shape.
pub(super) fn same_shape(values: &[Value]) -> Option<Shape> {
    let first = Shape::of(values.first()?);
    values
        .iter()
        .all(|value| Shape::of(value) == first)
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_put_in_as_dotnet_does() {
        let format = |values: Value| {
            format(values.as_array().expect("a list")).map(|it| it.as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(
            format(json!(["{0}/{1}/{{{2}}}", "a", 7, true])),
            Ok("a/7/{True}".into())
        );
        assert_eq!(
            format(json!(["{0:D3}|{0,5}|{0,-5}|{1:N0}|{0:X}", 42, 1234567])),
            Ok("042|   42|42   |1,234,567|2A".into())
        );
        assert_eq!(
            format(json!(["{0}{1}", null, {"a": [1]}])),
            Ok(r#"{"a":[1]}"#.into())
        );
        assert!(format(json!(["{0}"])).is_err() && format(json!(["{0", 1])).is_err());
    }
}
