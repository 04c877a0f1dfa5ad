//! `System.Char`: one UTF-16 unit.

use super::table::{TypeDef, method, static_method, static_property, structure};
use crate::Value;
use crate::dotnet::{number, strings};

pub(crate) static TYPES: &[&TypeDef] = &[&CHAR];

/// `System.Char`.
pub(crate) static CHAR: TypeDef =
    structure("System.Char").bases(&["IComparable", "IComparable<char>", "IEquatable<char>"]).members(&[
        static_property("char MaxValue", |_, _, _| Ok(Value::Char(u16::MAX))),
        static_property("char MinValue", |_, _, _| Ok(Value::Char(0))),
        static_method("bool IsDigit(char c)", |_, a, _| is(&a[0], decimal_digit)),
        static_method("bool IsNumber(char c)", |_, a, _| is(&a[0], char::is_numeric)),
        static_method("bool IsLetter(char c)", |_, a, _| is(&a[0], char::is_alphabetic)),
        static_method("bool IsLetterOrDigit(char c)", |_, a, _| is(&a[0], |c| c.is_alphabetic() || decimal_digit(c))),
        static_method("bool IsWhiteSpace(char c)", |_, a, _| is(&a[0], strings::is_white_space)),
        static_method("bool IsUpper(char c)", |_, a, _| is(&a[0], char::is_uppercase)),
        static_method("bool IsLower(char c)", |_, a, _| is(&a[0], char::is_lowercase)),
        static_method("bool IsControl(char c)", |_, a, _| is(&a[0], char::is_control)),
        static_method("bool IsPunctuation(char c)", |_, a, _| is(&a[0], punctuation)),
        static_method("bool IsSymbol(char c)", |_, a, _| is(&a[0], |c| "$+<=>^`|~¢£¤¥¦¨©¬®¯°±´¸×÷€".contains(c))),
        static_method("bool IsSeparator(char c)", |_, a, _| is(&a[0], |c| c == ' ' || c.is_whitespace() && c > '\u{7f}')),
        static_method("bool IsSurrogate(char c)", |_, a, _| Ok((0xd800..0xe000).contains(&a[0].char()).into())),
        static_method("bool IsHighSurrogate(char c)", |_, a, _| Ok((0xd800..0xdc00).contains(&a[0].char()).into())),
        static_method("bool IsLowSurrogate(char c)", |_, a, _| Ok((0xdc00..0xe000).contains(&a[0].char()).into())),
        static_method("bool IsDigit(string s, int index)", |_, a, _| is(&at(a)?, decimal_digit)),
        static_method("bool IsLetter(string s, int index)", |_, a, _| is(&at(a)?, char::is_alphabetic)),
        static_method("char ToUpper(char c)", |_, a, _| Ok(upper(&a[0]))),
        static_method("char ToLower(char c)", |_, a, _| Ok(lower(&a[0]))),
        static_method("char ToUpperInvariant(char c)", |_, a, _| Ok(upper(&a[0]))),
        static_method("char ToLowerInvariant(char c)", |_, a, _| Ok(lower(&a[0]))),
        static_method("string ToString(char c)", |_, a, _| Ok(a[0].text().into())),
        static_method("double GetNumericValue(char c)", |_, a, _| {
            let value = char::from_u32(u32::from(a[0].char())).and_then(strings::numeric_value);
            Ok(value.unwrap_or(-1.0).into())
        }),
        static_method("char Parse(string s)", |_, a, _| Ok(Value::Char(number::parse_char(&a[0].str("s")?.as_str())?))),
        static_method("bool TryParse(string s, out char result)", |_, a, _| {
            let parsed = a[0].str_or_null().filter(|it| it.len() == 1).and_then(|it| it.unit(0));
            a[1] = Value::Char(parsed.unwrap_or_default());
            Ok(parsed.is_some().into())
        }),
        static_method("string ConvertFromUtf32(int utf32)", |_, a, _| match char::from_u32(a[0].int() as u32) {
            Some(c) => Ok(String::from(c).into()),
            None => Err(crate::Exception::out_of_range("A valid UTF32 value is between 0x000000 and 0x10ffff, inclusive, and should not include surrogate codepoint values (0x00d800 ~ 0x00dfff).", "utf32").into()),
        }),
        method("bool Equals(char obj)", |_, a, _| Ok((a[0].char() == a[1].char()).into())),
        method("int CompareTo(char value)", |_, a, _| Ok((i32::from(a[0].char()) - i32::from(a[1].char())).into())),
    ]);

fn is(value: &Value, test: impl Fn(char) -> bool) -> crate::exception::Eval {
    Ok(char::from_u32(u32::from(value.char())).is_some_and(test).into())
}

// The Unicode category of decimal digits: in each script, ten in a row.
fn decimal_digit(c: char) -> bool {
    c.is_ascii_digit()
        || c > '\u{7f}'
            && c.is_numeric()
            && "٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០᠐０"
                .chars()
                .any(|zero| (0..10).contains(&(c as i64 - zero as i64)))
}

fn punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c) || "¡§«¶·»¿‐‑‒–—―‘’‚“”„†‡•…‰′″‹›".contains(c)
}

fn at(a: &[Value]) -> crate::exception::Eval {
    let unit = a[0]
        .str("s")?
        .unit(usize::try_from(a[1].int()).unwrap_or(usize::MAX));
    unit.map(Value::Char).ok_or_else(|| {
        let message = "Specified argument was out of the range of valid values.";
        crate::Exception::out_of_range(message, "index").into()
    })
}

fn map(value: &Value, with: fn(char) -> char) -> Value {
    let mapped = char::from_u32(u32::from(value.char()))
        .map(with)
        .and_then(|c| u16::try_from(c as u32).ok());
    Value::Char(mapped.unwrap_or(value.char()))
}

fn upper(value: &Value) -> Value {
    map(value, strings::upper_char)
}

fn lower(value: &Value) -> Value {
    map(value, strings::lower_char)
}
