//! `System.Guid`.

use super::table::{
    Member, TypeDef, constructor, method, operator, static_method, static_property, structure,
};
use super::{array, compare};
use crate::Value;
use crate::dotnet::guid;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::cmp::Ordering;
use uuid::Uuid;

pub(crate) static TYPES: &[&TypeDef] = &[&GUID];

/// `System.Guid`.
pub(crate) static GUID: TypeDef = structure("System.Guid")
    .bases(&["IComparable", "IComparable<Guid>", "IEquatable<Guid>"])
    .default(|_| value(Uuid::nil()))
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("Guid Empty", |_, _, _| Ok(value(Uuid::nil()))),
    static_method("Guid NewGuid()", |cx, _, _| {
        let (high, low) = (cx.random(), cx.random());
        Ok(value(guid::from_random(high, low)))
    }),
    constructor("()", |_, _, _| Ok(value(Uuid::nil()))),
    constructor("(string g)", |_, a, _| {
        Ok(value(guid::parse(&a[0].str("g")?.as_str())?))
    }),
    constructor("(byte[] b)", |_, a, _| {
        Ok(value(guid::from_bytes(&array::bytes(&a[0], "b")?)?))
    }),
    constructor("(int a, short b, short c, byte[] d)", |_, a, _| {
        let rest = array::bytes(&a[3], "d")?;
        let rest: [u8; 8] = rest.try_into().map_err(|_| {
            Exception::argument("Byte array for GUID must be exactly 8 bytes long. (Parameter 'd')")
        })?;
        Ok(value(Uuid::from_fields(
            a[0].int() as u32,
            a[1].int() as u16,
            a[2].int() as u16,
            &rest,
        )))
    }),
    constructor(
        "(int a, short b, short c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
        |_, a, _| Ok(fields(a)),
    ),
    constructor(
        "(uint a, ushort b, ushort c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
        |_, a, _| Ok(fields(a)),
    ),
    static_method("Guid Parse(string input)", |_, a, _| {
        Ok(value(guid::parse(&a[0].str("input")?.as_str())?))
    }),
    static_method("bool TryParse(string input, out Guid result)", |_, a, _| {
        let parsed = a[0].str_or_null().and_then(|it| guid::parse(&it.as_str()).ok());
        a[1] = value(parsed.unwrap_or_default());
        Ok(parsed.is_some().into())
    }),
    static_method("Guid ParseExact(string input, string format)", |_, a, _| {
        exact(a).map(value)
    }),
    static_method(
        "bool TryParseExact(string input, string format, out Guid result)",
        |_, a, _| {
            let parsed = exact(a).ok();
            a[2] = value(parsed.unwrap_or_default());
            Ok(parsed.is_some().into())
        },
    ),
    method("byte[] ToByteArray()", |_, a, _| {
        Ok(array::from_bytes(&guid::to_bytes(it(&a[0])?)))
    }),
    method("string ToString(string format)", |_, a, _| {
        Ok(guid::format(it(&a[0])?, &a[1].to_text())?.into())
    }),
    method(
        "string ToString(string format, IFormatProvider provider)",
        |_, a, _| Ok(guid::format(it(&a[0])?, &a[1].to_text())?.into()),
    )
    .not_in_azure(),
    method("bool Equals(Guid g)", |_, a, _| {
        Ok((it(&a[0])? == it(&a[1])?).into())
    }),
    method("int CompareTo(Guid value)", |_, a, _| {
        Ok((guid::compare(it(&a[0])?, it(&a[1])?) as i32).into())
    }),
    method("int CompareTo(object value)", |_, a, _| match &a[1] {
        Value::Null => Ok(1.into()),
        other => match uuid(other) {
            Some(other) => Ok((guid::compare(it(&a[0])?, other) as i32).into()),
            None => Err(Exception::argument("Object must be of type GUID. (Parameter 'value')").into()),
        },
    }),
    operator("bool ==(Guid a, Guid b)", |_, a, _| {
        Ok((it(&a[0])? == it(&a[1])?).into())
    }),
    operator("bool !=(Guid a, Guid b)", |_, a, _| {
        Ok((it(&a[0])? != it(&a[1])?).into())
    }),
];

#[derive(Debug)]
struct GuidObject(Uuid);

/// A `Guid`.
pub(crate) fn value(guid: Uuid) -> Value {
    Value::object(GuidObject(guid))
}

/// The GUID that a value is.
pub(crate) fn it(value: &Value) -> Result<Uuid, Exception> {
    Ok(value.of::<GuidObject>()?.0)
}

/// The GUID, if it is one.
pub(crate) fn uuid(value: &Value) -> Option<Uuid> {
    value.as_object::<GuidObject>().map(|it| it.0)
}

fn exact(a: &[Value]) -> Eval<Uuid> {
    let text = a[0].str("input")?.as_str();
    let parsed = guid::parse(&text)?;
    let same = guid::format(parsed, &a[1].str("format")?.as_str())?.eq_ignore_ascii_case(text.trim());
    if same {
        Ok(parsed)
    } else {
        Err(Exception::format(
            "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
        )
        .into())
    }
}

impl Object for GuidObject {
    fn ty(&self) -> Type {
        Type::class(&GUID)
    }

    fn text(&self) -> Text {
        self.0.hyphenated().to_string().into()
    }

    fn formatted(&self, format: &str) -> Option<Eval<String>> {
        Some(guid::format(self.0, format).map_err(Into::into))
    }

    fn equals(&self, other: &Value) -> bool {
        uuid(other) == Some(self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0.simple().to_string()))
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        uuid(other).map(|it| guid::compare(self.0, it))
    }
}

fn fields(a: &[Value]) -> Value {
    let mut rest = [0; 8];
    for (place, part) in rest.iter_mut().zip(&a[3..]) {
        *place = part.int() as u8;
    }
    value(Uuid::from_fields(
        a[0].long() as u32,
        a[1].long() as u16,
        a[2].long() as u16,
        &rest,
    ))
}
