//! What every enumeration can do, and the small enumerations of `System`.

use super::Def;
use super::table::{TypeDef, class, enumeration, interface, method, static_method};
use crate::Value;
use crate::exception::{Eval, Exception};
use crate::library::object::TypeObject;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[
    &ENUM,
    &STRING_COMPARISON,
    &STRING_SPLIT_OPTIONS,
    &FORMAT_PROVIDER,
    &CULTURE_INFO,
    &DISPOSABLE,
];

/// `System.Enum`: the base of all enumerations.
pub(crate) static ENUM: TypeDef = class("System.Enum").members(&[
    method("bool HasFlag(Enum flag)", |_, a, _| {
        Ok((a[0].long() & a[1].long() == a[1].long()).into())
    }),
    method("string ToString(string format)", |_, a, _| match &a[0] {
        Value::Enum(def, value) => Ok(formatted(*def, *value, &a[1].to_text())?.into()),
        other => Ok(other.text().into()),
    }),
    method("int CompareTo(object target)", |_, a, _| {
        Ok((a[0].long().cmp(&a[1].long()) as i32).into())
    }),
    static_method("object Parse(Type enumType, string value)", |_, a, _| {
        parse_type(a, false)
    }),
    static_method(
        "object Parse(Type enumType, string value, bool ignoreCase)",
        |_, a, _| parse_type(a, a[2].bool()),
    ),
    static_method("T Parse<T>(string value)", |_, a, t| {
        parse(&t[0], &a[0].str("value")?.as_str(), false)
    }),
    static_method("T Parse<T>(string value, bool ignoreCase)", |_, a, t| {
        parse(&t[0], &a[0].str("value")?.as_str(), a[1].bool())
    }),
    static_method("bool TryParse<T>(string value, out T result)", |_, a, t| {
        try_parse(a, &t[0], false, 1)
    }),
    static_method(
        "bool TryParse<T>(string value, bool ignoreCase, out T result)",
        |_, a, t| {
            let ignore = a[1].bool();
            try_parse(a, &t[0], ignore, 2)
        },
    ),
    static_method("bool IsDefined(Type enumType, object value)", |_, a, _| {
        let Type::Class(def, _) = &a[0].of::<TypeObject>()?.0 else {
            return Ok(false.into());
        };
        Ok(def
            .0
            .values
            .iter()
            .any(|(name, number)| match &a[1] {
                Value::Text(text) => text == *name,
                other => other.long() == *number,
            })
            .into())
    }),
    static_method("string[] GetNames(Type enumType)", |_, a, _| {
        let Type::Class(def, _) = &a[0].of::<TypeObject>()?.0 else {
            return Ok(Value::Null);
        };
        Ok(Value::strings(
            def.0.values.iter().map(|(name, _)| (*name).to_owned()).collect(),
        ))
    })
    .not_in_azure(),
]);

/// `System.StringComparison`.
pub(crate) static STRING_COMPARISON: TypeDef = enumeration(
    "System.StringComparison",
    &[
        ("CurrentCulture", 0),
        ("CurrentCultureIgnoreCase", 1),
        ("InvariantCulture", 2),
        ("InvariantCultureIgnoreCase", 3),
        ("Ordinal", 4),
        ("OrdinalIgnoreCase", 5),
    ],
);

/// `System.StringSplitOptions`.
pub(crate) static STRING_SPLIT_OPTIONS: TypeDef = enumeration(
    "System.StringSplitOptions",
    &[("None", 0), ("RemoveEmptyEntries", 1), ("TrimEntries", 2)],
)
.flags();

/// `System.IFormatProvider`. There is one culture, so nothing is asked of it.
pub(crate) static FORMAT_PROVIDER: TypeDef = interface("System.IFormatProvider").not_in_azure();

/// `System.Globalization.CultureInfo`, of which only the name counts.
pub(crate) static CULTURE_INFO: TypeDef = class("System.Globalization.CultureInfo")
    .bases(&["IFormatProvider"])
    .members(&[
        super::table::static_property("CultureInfo InvariantCulture", |_, _, _| {
            Ok(Value::object(Culture("")))
        }),
        super::table::static_property("CultureInfo CurrentCulture", |_, _, _| {
            Ok(Value::object(Culture("en-US")))
        }),
        super::table::constructor("(string name)", |_, _, _| Ok(Value::object(Culture("en-US")))),
        static_method("CultureInfo GetCultureInfo(string name)", |_, _, _| {
            Ok(Value::object(Culture("en-US")))
        }),
        super::table::property("string Name", |_, a, _| Ok(a[0].of::<Culture>()?.0.into())),
    ])
    .not_in_azure();

/// `System.IDisposable`.
pub(crate) static DISPOSABLE: TypeDef =
    interface("System.IDisposable").members(&[method("void Dispose()", |_, a, _| {
        if let Value::Object(object) = &a[0] {
            object.dispose();
        }
        Ok(Value::Null)
    })]);

#[derive(Debug)]
struct Culture(&'static str);

impl crate::object::Object for Culture {
    fn ty(&self) -> Type {
        Type::class(&CULTURE_INFO)
    }

    fn text(&self) -> crate::text::Text {
        self.0.into()
    }
}

/// `ToString()` of a value: its name, names joined for flags, or the number.
pub(crate) fn name(def: Def, value: i64) -> String {
    if let Some((name, _)) = def.0.values.iter().find(|(_, number)| *number == value) {
        return (*name).to_owned();
    }
    if def.0.flags {
        let mut left = value;
        let mut names = Vec::new();
        for (name, number) in def.0.values.iter().rev() {
            if *number != 0 && left & number == *number {
                left &= !number;
                names.push(*name);
            }
        }
        if left == 0 && !names.is_empty() {
            names.reverse();
            return names.join(", ");
        }
    }
    value.to_string()
}

/// `ToString(format)`.
pub(crate) fn formatted(def: Def, value: i64, format: &str) -> Eval<String> {
    match format {
        "" | "G" | "g" | "F" | "f" => Ok(name(def, value)),
        "D" | "d" => Ok(value.to_string()),
        "X" | "x" => Ok(format!("{value:08X}")),
        _ => {
            let message =
                "Format string can be only \"G\", \"g\", \"X\", \"x\", \"F\", \"f\", \"D\" or \"d\".";
            Err(Exception::format(message).into())
        }
    }
}

fn parse_type(a: &[Value], ignore: bool) -> Eval {
    parse(
        &a[0].of::<TypeObject>()?.0.clone(),
        &a[1].str("value")?.as_str(),
        ignore,
    )
}

fn parse(ty: &Type, text: &str, ignore: bool) -> Eval {
    let Type::Class(def, _) = ty else {
        return Err(Exception::argument("Type provided must be an Enum. (Parameter 'enumType')").into());
    };
    if text.trim().is_empty() {
        let message = "Must specify valid information for parsing in the string. (Parameter 'value')";
        return Err(Exception::argument(message).into());
    }
    let mut value = 0;
    for part in text.split(',').map(str::trim) {
        let named = def
            .0
            .values
            .iter()
            .find(|(name, _)| *name == part || ignore && name.eq_ignore_ascii_case(part));
        value |= match (named, part.parse::<i64>()) {
            (Some((_, number)), _) => *number,
            (None, Ok(number)) => number,
            _ => return Err(Exception::argument(format!("Requested value '{text}' was not found.")).into()),
        };
    }
    Ok(Value::Enum(*def, value))
}

fn try_parse(a: &mut [Value], ty: &Type, ignore: bool, out: usize) -> Eval {
    let parsed = a[0]
        .str_or_null()
        .and_then(|text| parse(ty, &text.as_str(), ignore).ok());
    let found = parsed.is_some();
    a[out] = parsed.unwrap_or_else(|| crate::eval::cast::default_of(ty));
    Ok(found.into())
}
