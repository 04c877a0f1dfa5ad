use super::{describe, number, text_of, wrong};
use serde_json::Value;
use std::cmp::Ordering;

type Answer = Result<Value, String>;

fn arithmetic(values: &[Value], operate: fn(i64, i64) -> Option<i64>) -> Answer {
    let (a, b) = (number(values, 0)?, number(values, 1)?);
    operate(a, b).map(Value::from).ok_or_else(|| match b {
        0 => "a number is divided by zero".to_owned(),
        _ => "the result does not fit into 64 bits".to_owned(),
    })
}

pub(super) fn add(values: &[Value]) -> Answer {
    arithmetic(values, i64::checked_add)
}

pub(super) fn sub(values: &[Value]) -> Answer {
    arithmetic(values, i64::checked_sub)
}

pub(super) fn mul(values: &[Value]) -> Answer {
    arithmetic(values, i64::checked_mul)
}

pub(super) fn div(values: &[Value]) -> Answer {
    arithmetic(values, i64::checked_div)
}

pub(super) fn r#mod(values: &[Value]) -> Answer {
    arithmetic(values, i64::checked_rem)
}

/// Whether two values are equal: texts with their case, objects whatever the order of their members.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

pub(super) fn equals(values: &[Value]) -> Answer {
    Ok(same(&values[0], &values[1]).into())
}

fn compared(values: &[Value], holds: fn(Ordering) -> bool) -> Answer {
    let order = match (&values[0], &values[1]) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => {
            return Err(format!(
                "two ints or two strings can be compared, not {} and {}",
                describe(a),
                describe(b)
            ));
        }
    };
    Ok(holds(order).into())
}

pub(super) fn less(values: &[Value]) -> Answer {
    compared(values, Ordering::is_lt)
}

pub(super) fn less_or_equals(values: &[Value]) -> Answer {
    compared(values, Ordering::is_le)
}

pub(super) fn greater(values: &[Value]) -> Answer {
    compared(values, Ordering::is_gt)
}

pub(super) fn greater_or_equals(values: &[Value]) -> Answer {
    compared(values, Ordering::is_ge)
}

pub(super) fn not(values: &[Value]) -> Answer {
    match &values[0] {
        Value::Bool(flag) => Ok((!flag).into()),
        other => Err(wrong(0, "a bool", Some(other))),
    }
}

pub(super) fn r#true(_: &[Value]) -> Answer {
    Ok(true.into())
}

pub(super) fn r#false(_: &[Value]) -> Answer {
    Ok(false.into())
}

pub(super) fn null(_: &[Value]) -> Answer {
    Ok(Value::Null)
}

pub(super) fn bool(values: &[Value]) -> Answer {
    let text = match &values[0] {
        Value::Bool(flag) => return Ok((*flag).into()),
        Value::Number(number) => return Ok((number.as_i64() != Some(0)).into()),
        value => text_of(value),
    };
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true.into()),
        "false" | "0" => Ok(false.into()),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

pub(super) fn int(values: &[Value]) -> Answer {
    let number = match &values[0] {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number
        .map(Value::from)
        .ok_or_else(|| format!("{} is no whole number", describe(&values[0])))
}

// What is behind the point is cut off.
fn whole(number: f64) -> Option<i64> {
    let fits = number.is_finite() && number.abs() < 9.2e18;
    fits.then(|| number.trunc() as i64)
}

pub(super) fn float(values: &[Value]) -> Answer {
    let number = match &values[0] {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.and_then(serde_json::Number::from_f64);
    number
        .map(Value::from)
        .ok_or_else(|| format!("{} is no number", describe(&values[0])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_does_not_fit_is_said() {
        assert_eq!(
            add(&[json!(i64::MAX), json!(1)]),
            Err("the result does not fit into 64 bits".into())
        );
        assert_eq!(
            div(&[json!(1), json!(0)]),
            Err("a number is divided by zero".into())
        );
        assert_eq!(int(&[json!("12")]), Ok(json!(12)));
        assert_eq!(int(&[json!(3.9)]), Ok(json!(3)));
        assert!(int(&[json!("x")]).is_err() && less(&[json!("a"), json!(1)]).is_err());
        assert_eq!(bool(&[json!("True")]), Ok(json!(true)));
    }
}
