//! `System.Security.Cryptography.RNGCryptoServiceProvider`. Its chance is that of the evaluation, so that a seeded run repeats.

use crate::Value;
use crate::exception::Exception;
use crate::library::array;
use crate::library::table::{TypeDef, class, constructor, method, static_method};
use crate::object::Object;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&GENERATOR, &PROVIDER];

/// `System.Security.Cryptography.RandomNumberGenerator`.
pub(crate) static GENERATOR: TypeDef = class("System.Security.Cryptography.RandomNumberGenerator")
    .bases(&["IDisposable"])
    .members(&[
        static_method("RandomNumberGenerator Create()", |_, _, _| {
            Ok(Value::object(Source))
        }),
        static_method("RandomNumberGenerator Create(string rngName)", |_, _, _| {
            Ok(Value::object(Source))
        }),
        method("void GetBytes(byte[] data)", |cx, a, _| {
            fill(cx, &a[1], 0, None, false)
        }),
        method("void GetBytes(byte[] data, int offset, int count)", |cx, a, _| {
            fill(cx, &a[1], a[2].int(), Some(a[3].int()), false)
        }),
        method("void GetNonZeroBytes(byte[] data)", |cx, a, _| {
            fill(cx, &a[1], 0, None, true)
        }),
        method("void Dispose()", |_, _, _| Ok(Value::Null)),
    ])
    .not_in_azure();

/// `System.Security.Cryptography.RNGCryptoServiceProvider`.
pub(crate) static PROVIDER: TypeDef = class("System.Security.Cryptography.RNGCryptoServiceProvider")
    .bases(&["RandomNumberGenerator"])
    .members(&[
        constructor("()", |_, _, _| Ok(Value::object(Source))),
        constructor("(byte[] rgb)", |_, _, _| Ok(Value::object(Source))),
        constructor("(string str)", |_, _, _| Ok(Value::object(Source))),
        static_method("int GetInt32(int toExclusive)", |cx, a, _| {
            if a[0].int() <= 0 {
                return Err(Exception::out_of_range("Positive number required.", "toExclusive").into());
            }
            Ok(between(cx, 0, a[0].int()))
        }),
        static_method("int GetInt32(int fromInclusive, int toExclusive)", |cx, a, _| {
            if a[0].int() >= a[1].int() {
                let message = "Range of random number does not contain at least one possibility.";
                return Err(Exception::argument(message).into());
            }
            Ok(between(cx, a[0].int(), a[1].int()))
        }),
        method("void Dispose()", |_, _, _| Ok(Value::Null)),
        method("void GetBytes(byte[] data)", |cx, a, _| {
            fill(cx, &a[1], 0, None, false)
        }),
        method("void GetBytes(byte[] data, int offset, int count)", |cx, a, _| {
            fill(cx, &a[1], a[2].int(), Some(a[3].int()), false)
        }),
        method("void GetNonZeroBytes(byte[] data)", |cx, a, _| {
            fill(cx, &a[1], 0, None, true)
        }),
    ]);

#[derive(Debug)]
struct Source;

impl Object for Source {
    fn ty(&self) -> Type {
        Type::class(&PROVIDER)
    }
}

fn between(cx: &mut crate::eval::Cx<'_>, from: i32, to: i32) -> Value {
    let span = i64::from(to) - i64::from(from);
    let chosen = (u128::from(cx.random()) * span as u128) >> 64;
    ((i64::from(from) + chosen as i64) as i32).into()
}

fn fill(
    cx: &mut crate::eval::Cx<'_>,
    data: &Value,
    offset: i32,
    count: Option<i32>,
    without_zeros: bool,
) -> crate::exception::Eval {
    let length = array::bytes(data, "data")?.len() as i32;
    let count = count.unwrap_or(length);
    if offset < 0 {
        return Err(Exception::out_of_range("Non-negative number required.", "offset").into());
    }
    if count < 0 {
        return Err(Exception::out_of_range("Non-negative number required.", "count").into());
    }
    if i64::from(offset) + i64::from(count) > i64::from(length) {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.";
        return Err(Exception::argument(message).into());
    }
    for at in offset..offset + count {
        let byte = cx.random() as u8;
        let byte = if without_zeros { byte.max(1) } else { byte };
        array::set(data, i64::from(at), &Value::Byte(byte))?;
    }
    Ok(Value::Null)
}
