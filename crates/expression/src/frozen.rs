//! Values as bytes, for caches: what comes back is equal, and a copy of its own.

use crate::host::StoredResponse;
use crate::library;
use crate::value::Value;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use parking_lot::Mutex;
use rust_decimal::Decimal;
use std::sync::Arc;

impl Value {
    /// The value as bytes. `None` for what has no meaning outside its process, such as a `Dictionary`.
    pub fn freeze(&self) -> Option<Bytes> {
        let tagged = |tag: u8, content: &[u8]| {
            let mut out = BytesMut::with_capacity(content.len() + 1);
            out.put_u8(tag);
            out.extend_from_slice(content);
            Some(out.freeze())
        };
        match self {
            Value::Bool(value) => tagged(b'b', &[u8::from(*value)]),
            Value::Int(value) => tagged(b'i', &value.to_be_bytes()),
            Value::Long(value) => tagged(b'l', &value.to_be_bytes()),
            Value::Double(value) => tagged(b'd', &value.to_be_bytes()),
            Value::Decimal(value) => tagged(b'm', &value.serialize()),
            Value::Text(text) => tagged(b's', text.as_str().as_bytes()),
            Value::Response(response) => tagged(b'r', &freeze_response(response)),
            other => match (library::token::to_json(other), library::array::to_bytes(other)) {
                (Some(json), _) => tagged(b'j', json.to_string().as_bytes()),
                (None, Some(bytes)) => tagged(b'B', &bytes),
                (None, None) => None,
            },
        }
    }

    /// The value that bytes of [`Value::freeze`] were made of. `None` for anything else.
    pub fn thaw(frozen: &Bytes) -> Option<Value> {
        let (tag, content) = frozen.split_first()?;
        Some(match tag {
            b'b' => Value::Bool(*content == [1]),
            b'i' => Value::Int(i32::from_be_bytes(content.try_into().ok()?)),
            b'l' => Value::Long(i64::from_be_bytes(content.try_into().ok()?)),
            b'd' => Value::Double(f64::from_be_bytes(content.try_into().ok()?)),
            b'm' => Value::Decimal(Decimal::deserialize(content.try_into().ok()?)),
            b's' => Value::from(std::str::from_utf8(content).ok()?),
            b'j' => Value::json(&serde_json::from_slice(content).ok()?),
            b'B' => Value::bytes(frozen.slice(1..)),
            b'r' => Value::Response(Arc::new(thaw_response(&frozen.slice(1..))?)),
            _ => return None,
        })
    }
}

// Status, then reason, headers and body, each with its length before it.
fn freeze_response(response: &StoredResponse) -> Bytes {
    let mut out = BytesMut::new();
    out.put_u16(response.status);
    let part = |out: &mut BytesMut, bytes: &[u8]| {
        out.put_u32(u32::try_from(bytes.len()).unwrap_or(0));
        out.extend_from_slice(bytes);
    };
    part(&mut out, response.reason.as_bytes());
    out.put_u32(u32::try_from(response.headers.len()).unwrap_or(0));
    for (name, value) in &response.headers {
        part(&mut out, name.as_str().as_bytes());
        part(&mut out, value.as_bytes());
    }
    out.extend_from_slice(response.body.lock().as_deref().unwrap_or_default());
    out.freeze()
}

fn thaw_response(frozen: &Bytes) -> Option<StoredResponse> {
    let mut rest = frozen.clone();
    let status = u16::from_be_bytes(rest.get(..2)?.try_into().ok()?);
    rest = rest.slice(2..);
    let number = |rest: &mut Bytes| {
        let number = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
        *rest = rest.slice(4..);
        usize::try_from(number).ok()
    };
    let part = |rest: &mut Bytes| {
        let length = number(rest)?;
        (length <= rest.len()).then(|| rest.split_to(length))
    };
    let reason = String::from_utf8(part(&mut rest)?.to_vec()).ok()?;
    let mut headers = HeaderMap::new();
    for _ in 0..number(&mut rest)? {
        let name = HeaderName::from_bytes(&part(&mut rest)?).ok()?;
        headers.append(name, HeaderValue::from_bytes(&part(&mut rest)?).ok()?);
    }
    Some(StoredResponse {
        status,
        reason,
        headers,
        body: Mutex::new(Some(rest)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_values_come_back_with_their_type() {
        let values = [
            Value::from(true),
            Value::from(-7),
            Value::from(7_000_000_000i64),
            Value::from(0.1),
            Value::from(Decimal::new(123, 2)),
            Value::from("hé"),
            Value::json(&serde_json::json!({"a": [1, null, "x"]})),
            Value::bytes(Bytes::from_static(&[0, 255])),
        ];
        for value in values {
            let back = Value::thaw(&value.freeze().unwrap()).unwrap();
            assert_eq!(back.type_name(), value.type_name());
            assert_eq!(back.to_body(), value.to_body());
        }
        assert!(Value::Null.freeze().is_none());
        assert!(Value::thaw(&Bytes::from_static(b"?")).is_none());
    }

    #[test]
    fn a_frozen_response_is_whole() {
        let headers = HeaderMap::from_iter([(http::header::SERVER, HeaderValue::from_static("x"))]);
        let response = StoredResponse {
            status: 418,
            reason: "I'm a teapot".to_owned(),
            headers: headers.clone(),
            body: Mutex::new(Some(Bytes::from_static(b"body"))),
        };
        let frozen = Value::response(Arc::new(response)).freeze().unwrap();
        let back = Value::thaw(&frozen).unwrap().as_response().unwrap();
        assert_eq!(
            (back.status, back.reason.as_str(), &back.headers),
            (418, "I'm a teapot", &headers)
        );
        assert_eq!(back.body.lock().as_deref(), Some(&b"body"[..]));
        for end in 1..frozen.len().min(40) {
            // Cut short it is another response or none, never a panic.
            let _ = Value::thaw(&frozen.slice(..end));
        }
    }
}
