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
        static_method("bool IsSymbol(char c)", |_, a, _| is(&a[0], symbol)),
        static_method("bool IsSeparator(char c)", |_, a, _| is(&a[0], separator)),
        static_method("bool IsSurrogate(char c)", |_, a, _| Ok((0xd800..0xe000).contains(&a[0].char()).into())),
        static_method("bool IsHighSurrogate(char c)", |_, a, _| Ok((0xd800..0xdc00).contains(&a[0].char()).into())),
        static_method("bool IsLowSurrogate(char c)", |_, a, _| Ok((0xdc00..0xe000).contains(&a[0].char()).into())),
        static_method("bool IsDigit(string s, int index)", |_, a, _| is(&at(a)?, decimal_digit)),
        static_method("bool IsLetter(string s, int index)", |_, a, _| is(&at(a)?, char::is_alphabetic)),
        static_method("bool IsControl(string s, int index)", |_, a, _| is(&at(a)?, char::is_control)),
        static_method("bool IsLetterOrDigit(string s, int index)", |_, a, _| is(&at(a)?, |c| c.is_alphabetic() || decimal_digit(c))),
        static_method("bool IsLower(string s, int index)", |_, a, _| is(&at(a)?, char::is_lowercase)),
        static_method("bool IsNumber(string s, int index)", |_, a, _| is(&at(a)?, char::is_numeric)),
        static_method("bool IsPunctuation(string s, int index)", |_, a, _| is(&at(a)?, punctuation)),
        static_method("bool IsSeparator(string s, int index)", |_, a, _| is(&at(a)?, separator)),
        static_method("bool IsSymbol(string s, int index)", |_, a, _| is(&at(a)?, symbol)),
        static_method("bool IsUpper(string s, int index)", |_, a, _| is(&at(a)?, char::is_uppercase)),
        static_method("bool IsWhiteSpace(string s, int index)", |_, a, _| is(&at(a)?, strings::is_white_space)),
        static_method("bool IsSurrogate(string s, int index)", |_, a, _| Ok((0xd800..0xe000).contains(&at(a)?.char()).into())),
        static_method("bool IsHighSurrogate(string s, int index)", |_, a, _| Ok(is_high(at(a)?.char()).into())),
        static_method("bool IsLowSurrogate(string s, int index)", |_, a, _| Ok(is_low(at(a)?.char()).into())),
        static_method("bool IsSurrogatePair(char highSurrogate, char lowSurrogate)", |_, a, _| {
            Ok((is_high(a[0].char()) && is_low(a[1].char())).into())
        }),
        static_method("bool IsSurrogatePair(string s, int index)", |_, a, _| {
            let high = at(a)?.char();
            let low = a[0].it().unit(a[1].int() as usize + 1);
            Ok((is_high(high) && low.is_some_and(is_low)).into())
        }),
        static_method("double GetNumericValue(string s, int index)", |_, a, _| {
            let digit = char::from_u32(u32::from(at(a)?.char())).and_then(|c| c.to_digit(10));
            Ok(digit.map_or(-1.0, f64::from).into())
        }),
        static_method("int ConvertToUtf32(char highSurrogate, char lowSurrogate)", |_, a, _| {
            joined(a[0].char(), a[1].char())
        }),
        static_method("int ConvertToUtf32(string s, int index)", |_, a, _| {
            let unit = at(a)?.char();
            if !(0xd800..0xe000).contains(&unit) {
                return Ok(i32::from(unit).into());
            }
            let low = a[0].it().unit(a[1].int() as usize + 1);
            match low.filter(|low| is_high(unit) && is_low(*low)) {
                Some(low) => joined(unit, low),
                None => {
                    let kind = if is_high(unit) { "high" } else { "low" };
                    let message = format!("Found a {kind} surrogate char without a preceding high surrogate at index: {}. The input may not be in this encoding, or may not contain valid Unicode (UTF-16) characters. (Parameter 's')", a[1].int());
                    let message = if is_high(unit) { message.replace("a preceding high", "a following low") } else { message };
                    Err(crate::Exception::argument(message).into())
                }
            }
        }),
        method("int CompareTo(object value)", |_, a, _| match &a[1] {
            Value::Null => Ok(1.into()),
            Value::Char(other) => Ok((i32::from(a[0].char()) - i32::from(*other)).into()),
            _ => Err(crate::Exception::argument("Object must be of type Char.").into()),
        }),
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

fn symbol(c: char) -> bool {
    "$+<=>^`|~¢£¤¥¦¨©¬®¯°±´¸×÷€".contains(c)
}

fn separator(c: char) -> bool {
    c == ' ' || c.is_whitespace() && c > '\u{7f}' && c != '\u{85}'
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

fn joined(high: u16, low: u16) -> crate::exception::Eval {
    let wrong =
        |message: &str, parameter: &str| Err(crate::Exception::out_of_range(message, parameter).into());
    if !is_high(high) {
        return wrong(
            "A valid high surrogate character is between 0xd800 and 0xdbff, inclusive.",
            "highSurrogate",
        );
    }
    if !is_low(low) {
        return wrong(
            "A valid low surrogate character is between 0xdc00 and 0xdfff, inclusive.",
            "lowSurrogate",
        );
    }
    Ok(((i32::from(high) - 0xd800) * 0x400 + i32::from(low) - 0xdc00 + 0x10000).into())
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
