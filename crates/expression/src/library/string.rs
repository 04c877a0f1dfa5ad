//! `System.String`.

use super::array;
use super::string_comparison::How::{Culture, Ordinal};
use super::string_comparison::{difference, equal, folding, how, ordered};
use super::string_parts::{
    concat, edge, find, format, join, join_range, pad, replace, slice, split, trim, units,
};
use super::table::{
    Member, TypeDef, class, constructor, indexer, method, operator, property, static_method, static_property,
};
use crate::Value;
use crate::dotnet::strings;
use crate::exception::Exception;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&STRING];

/// `System.String`.
pub(crate) static STRING: TypeDef = class("System.String")
    .bases(&[
        "IEnumerable<char>",
        "IEnumerable",
        "IComparable",
        "IComparable<string>",
        "IEquatable<string>",
    ])
    .members(MEMBERS)
    .also(super::string_find::MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("string Empty", |_, _, _| Ok("".into())),
    property("int Length", |_, a, _| Ok((a[0].it().len() as i32).into())),
    indexer("char this[int index]", |_, a, _| {
        let unit = usize::try_from(a[1].int())
            .ok()
            .and_then(|at| a[0].str_or_null()?.unit(at));
        unit.map(Value::Char)
            .ok_or_else(|| Exception::index_out_of_range().into())
    }),
    constructor("(char c, int count)", |cx, a, _| {
        let count = usize::try_from(a[1].int())
            .map_err(|_| Exception::out_of_range("'count' must be non-negative.", "count"))?;
        cx.charge(count)?;
        Ok(Text::repeat(a[0].char(), count).into())
    }),
    constructor("(char[] value)", |_, a, _| {
        Ok(Text::from_units(&units(&a[0])).into())
    }),
    constructor("(char[] value, int startIndex, int length)", |_, a, _| {
        let all = Text::from_units(&units(&a[0]));
        slice(&all, a[1].int(), a[2].int())
    }),
    static_method("bool IsNullOrEmpty(string value)", |_, a, _| {
        Ok(a[0].str_or_null().is_none_or(Text::is_empty).into())
    }),
    static_method("bool IsNullOrWhiteSpace(string value)", |_, a, _| {
        Ok(a[0]
            .str_or_null()
            .is_none_or(|it| it.as_str().chars().all(strings::is_white_space))
            .into())
    }),
    // ---- searching
    method("bool Contains(string value)", |_, a, _| {
        Ok(find(a, Ordinal)?.is_some().into())
    }),
    method("bool Contains(char value)", |_, a, _| {
        Ok(a[0].it().units().contains(&a[1].char()).into())
    }),
    method(
        "bool Contains(string value, StringComparison comparisonType)",
        |_, a, _| Ok(find(a, how(&a[2]))?.is_some().into()),
    ),
    method(
        "bool Contains(char value, StringComparison comparisonType)",
        |_, a, _| {
            a[1] = Value::from(a[1].text());
            Ok(find(a, how(&a[2]))?.is_some().into())
        },
    ),
    method("bool StartsWith(string value)", |_, a, _| {
        Ok(edge(a, Culture, true)?.into())
    }),
    method("bool StartsWith(char value)", |_, a, _| {
        Ok((a[0].it().unit(0) == Some(a[1].char())).into())
    }),
    method(
        "bool StartsWith(string value, StringComparison comparisonType)",
        |_, a, _| Ok(edge(a, how(&a[2]), true)?.into()),
    ),
    method(
        "bool StartsWith(string value, bool ignoreCase, CultureInfo culture)",
        |_, a, _| Ok(edge(a, folding(&a[2]), true)?.into()),
    )
    .not_in_azure(),
    method("bool EndsWith(string value)", |_, a, _| {
        Ok(edge(a, Culture, false)?.into())
    }),
    method("bool EndsWith(char value)", |_, a, _| {
        Ok((a[0].it().units().last() == Some(&a[1].char())).into())
    }),
    method(
        "bool EndsWith(string value, StringComparison comparisonType)",
        |_, a, _| Ok(edge(a, how(&a[2]), false)?.into()),
    ),
    // ---- parts
    method("string Substring(int startIndex)", |_, a, _| {
        let text = a[0].it();
        let rest = text.len() as i64 - i64::from(a[1].int());
        slice(&text, a[1].int(), i32::try_from(rest).unwrap_or(-1))
    }),
    method("string Substring(int startIndex, int length)", |_, a, _| {
        slice(&a[0].it(), a[1].int(), a[2].int())
    }),
    method("string Remove(int startIndex)", |_, a, _| {
        let text = a[0].it();
        match a[1].int() {
            at if at < 0 => {
                Err(Exception::out_of_range("StartIndex cannot be less than zero.", "startIndex").into())
            }
            at if at as usize >= text.len() => Err(Exception::out_of_range(
                "startIndex must be less than length of string.",
                "startIndex",
            )
            .into()),
            at => slice(&text, 0, at),
        }
    }),
    method("string Remove(int startIndex, int count)", |_, a, _| {
        let (text, at, count) = (a[0].it(), a[1].int(), a[2].int());
        slice(&text, at, count).map_err(|_| {
            Exception::out_of_range(
                "Index and count must refer to a location within the string.",
                if at < 0 { "startIndex" } else { "count" },
            )
        })?;
        let mut units = text.units().into_owned();
        units.drain(at as usize..(at + count) as usize);
        Ok(Text::from_units(&units).into())
    }),
    method("string Insert(int startIndex, string value)", |cx, a, _| {
        let (text, more) = (a[0].it(), a[2].str("value")?);
        cx.charge(text.bytes() + more.bytes())?;
        let at = usize::try_from(a[1].int()).ok().filter(|at| *at <= text.len());
        let at = at.ok_or_else(|| {
            Exception::out_of_range(
                "Specified argument was out of the range of valid values.",
                "startIndex",
            )
        })?;
        let (head, tail) = (
            text.slice(0, at).unwrap_or_default(),
            text.slice(at, text.len() - at).unwrap_or_default(),
        );
        Ok(Text::concat(&[&head, more, &tail]).into())
    }),
    method("string Replace(string oldValue, string newValue)", |cx, a, _| {
        replace(cx, a, Ordinal)
    }),
    method(
        "string Replace(string oldValue, string newValue, StringComparison comparisonType)",
        |cx, a, _| replace(cx, a, how(&a[3])),
    ),
    method("string Replace(char oldChar, char newChar)", |_, a, _| {
        let (old, new) = (a[1].char(), a[2].char());
        let units: Vec<u16> = a[0]
            .it()
            .units()
            .iter()
            .map(|it| if *it == old { new } else { *it })
            .collect();
        Ok(Text::from_units(&units).into())
    }),
    method("string Trim()", |_, a, _| trim(a, true, true)),
    method("string Trim(params char[] trimChars)", |_, a, _| {
        trim(a, true, true)
    }),
    method("string TrimStart()", |_, a, _| trim(a, true, false)),
    method("string TrimStart(params char[] trimChars)", |_, a, _| {
        trim(a, true, false)
    }),
    method("string TrimEnd()", |_, a, _| trim(a, false, true)),
    method("string TrimEnd(params char[] trimChars)", |_, a, _| {
        trim(a, false, true)
    }),
    method("string PadLeft(int totalWidth)", |cx, a, _| pad(cx, a, true)),
    method("string PadLeft(int totalWidth, char paddingChar)", |cx, a, _| {
        pad(cx, a, true)
    }),
    method("string PadRight(int totalWidth)", |cx, a, _| pad(cx, a, false)),
    method("string PadRight(int totalWidth, char paddingChar)", |cx, a, _| {
        pad(cx, a, false)
    }),
    // The two i of Turkish lose what sets them apart in en-US, but not in the invariant culture.
    method("string ToUpper()", |_, a, _| {
        Ok(strings::upper(&a[0].it().as_str()).replace('ı', "I").into())
    }),
    method("string ToLower()", |_, a, _| {
        Ok(strings::lower(&a[0].it().as_str()).replace('İ', "i").into())
    }),
    method("string ToUpperInvariant()", |_, a, _| {
        Ok(strings::upper(&a[0].it().as_str()).into())
    }),
    method("string ToLowerInvariant()", |_, a, _| {
        Ok(strings::lower(&a[0].it().as_str()).into())
    }),
    method("string ToUpper(CultureInfo culture)", |_, a, _| {
        Ok(strings::upper(&a[0].it().as_str()).into())
    })
    .not_in_azure(),
    method("string ToLower(CultureInfo culture)", |_, a, _| {
        Ok(strings::lower(&a[0].it().as_str()).into())
    })
    .not_in_azure(),
    method("string Normalize()", |_, a, _| {
        Ok(strings::compose(&a[0].it().as_str()).into())
    }),
    method("char[] ToCharArray()", |cx, a, _| {
        cx.charge_values(a[0].it().len())?;
        Ok(array::new(
            Type::Char,
            a[0].it().units().iter().map(|it| Value::Char(*it)).collect(),
        ))
    }),
    method("char[] ToCharArray(int startIndex, int length)", |_, a, _| {
        let part = slice(&a[0].it(), a[1].int(), a[2].int())?.it();
        Ok(array::new(
            Type::Char,
            part.units().iter().map(|it| Value::Char(*it)).collect(),
        ))
    }),
    // ---- splitting and joining
    method("string[] Split(params char[] separator)", |cx, a, _| {
        split(cx, a, i32::MAX, 0)
    }),
    method(
        "string[] Split(char separator, StringSplitOptions options = 0)",
        |cx, a, _| {
            let options = a[2].long();
            split(cx, a, i32::MAX, options)
        },
    ),
    method(
        "string[] Split(char separator, int count, StringSplitOptions options = 0)",
        |cx, a, _| {
            let (count, options) = (a[2].int(), a[3].long());
            split(cx, a, count, options)
        },
    ),
    method("string[] Split(char[] separator, int count)", |cx, a, _| {
        let count = a[2].int();
        split(cx, a, count, 0)
    }),
    method(
        "string[] Split(char[] separator, StringSplitOptions options)",
        |cx, a, _| {
            let options = a[2].long();
            split(cx, a, i32::MAX, options)
        },
    ),
    method(
        "string[] Split(char[] separator, int count, StringSplitOptions options)",
        |cx, a, _| {
            let (count, options) = (a[2].int(), a[3].long());
            split(cx, a, count, options)
        },
    ),
    method(
        "string[] Split(string separator, StringSplitOptions options = 0)",
        |cx, a, _| {
            let options = a[2].long();
            split(cx, a, i32::MAX, options)
        },
    ),
    method(
        "string[] Split(string separator, int count, StringSplitOptions options = 0)",
        |cx, a, _| {
            let (count, options) = (a[2].int(), a[3].long());
            split(cx, a, count, options)
        },
    ),
    method(
        "string[] Split(string[] separator, StringSplitOptions options)",
        |cx, a, _| {
            let options = a[2].long();
            split(cx, a, i32::MAX, options)
        },
    ),
    method(
        "string[] Split(string[] separator, int count, StringSplitOptions options)",
        |cx, a, _| {
            let (count, options) = (a[2].int(), a[3].long());
            split(cx, a, count, options)
        },
    ),
    static_method(
        "string Join(string separator, string[] value, int startIndex, int count)",
        |cx, a, _| join_range(cx, a),
    ),
    static_method(
        "string Join(string separator, params string[] value)",
        |cx, a, _| join(cx, a),
    ),
    static_method(
        "string Join(string separator, params object[] values)",
        |cx, a, _| join(cx, a),
    ),
    static_method(
        "string Join(string separator, IEnumerable<string> values)",
        |cx, a, _| join(cx, a),
    ),
    static_method(
        "string Join<T>(string separator, IEnumerable<T> values)",
        |cx, a, _| join(cx, a),
    ),
    static_method(
        "string Join(char separator, params string[] value)",
        |cx, a, _| join(cx, a),
    ),
    static_method(
        "string Join(char separator, params object[] values)",
        |cx, a, _| join(cx, a),
    ),
    static_method(
        "string Join<T>(char separator, IEnumerable<T> values)",
        |cx, a, _| join(cx, a),
    ),
    static_method("string Concat(object arg0)", |cx, a, _| {
        Ok(cx.text(&a[0])?.into())
    }),
    static_method("string Concat(object arg0, object arg1)", |cx, a, _| {
        concat(cx, a)
    }),
    static_method(
        "string Concat(object arg0, object arg1, object arg2)",
        |cx, a, _| concat(cx, a),
    ),
    static_method("string Concat(params object[] args)", |cx, a, _| {
        concat(cx, &array::items(&a[0]))
    }),
    static_method("string Concat(string str0, string str1)", |cx, a, _| {
        concat(cx, a)
    }),
    static_method(
        "string Concat(string str0, string str1, string str2)",
        |cx, a, _| concat(cx, a),
    ),
    static_method(
        "string Concat(string str0, string str1, string str2, string str3)",
        |cx, a, _| concat(cx, a),
    ),
    static_method("string Concat(params string[] values)", |cx, a, _| {
        concat(cx, &array::items(&a[0]))
    }),
    static_method("string Concat(IEnumerable<string> values)", |cx, a, _| {
        let items = cx.collect(&a[0])?;
        concat(cx, &items)
    }),
    static_method("string Concat<T>(IEnumerable<T> values)", |cx, a, _| {
        let items = cx.collect(&a[0])?;
        concat(cx, &items)
    }),
    static_method("string Format(string format, object arg0)", |cx, a, _| {
        format(cx, &a[0], &a[1..])
    }),
    static_method(
        "string Format(string format, object arg0, object arg1)",
        |cx, a, _| format(cx, &a[0], &a[1..]),
    ),
    static_method(
        "string Format(string format, object arg0, object arg1, object arg2)",
        |cx, a, _| format(cx, &a[0], &a[1..]),
    ),
    static_method(
        "string Format(string format, params object[] args)",
        |cx, a, _| {
            // `string.Format("{0}", null)` passes no array at all.
            if a[1].is_null() {
                return Err(Exception::argument_null("args").into());
            }
            format(cx, &a[0], &array::items(&a[1]))
        },
    ),
    static_method(
        "string Format(IFormatProvider provider, string format, params object[] args)",
        |cx, a, _| format(cx, &a[1], &array::items(&a[2])),
    )
    .not_in_azure(),
    static_method("string Copy(string str)", |_, a, _| {
        Ok(a[0].str("str")?.clone().into())
    }),
    static_method("string Intern(string str)", |_, a, _| {
        Ok(a[0].str("str")?.clone().into())
    }),
    // ---- comparing
    operator("bool ==(string a, string b)", |_, a, _| {
        Ok((a[0].str_or_null() == a[1].str_or_null()).into())
    }),
    operator("bool !=(string a, string b)", |_, a, _| {
        Ok((a[0].str_or_null() != a[1].str_or_null()).into())
    }),
    method("bool Equals(string value)", |_, a, _| {
        Ok((a[0].str_or_null() == a[1].str_or_null()).into())
    }),
    method(
        "bool Equals(string value, StringComparison comparisonType)",
        |_, a, _| Ok(equal(&a[0], &a[1], how(&a[2])).into()),
    ),
    static_method("bool Equals(string a, string b)", |_, a, _| {
        Ok(equal(&a[0], &a[1], Ordinal).into())
    }),
    static_method(
        "bool Equals(string a, string b, StringComparison comparisonType)",
        |_, a, _| Ok(equal(&a[0], &a[1], how(&a[2])).into()),
    ),
    static_method("int Compare(string strA, string strB)", |_, a, _| {
        Ok(ordered(&a[0], &a[1], Culture).into())
    }),
    static_method(
        "int Compare(string strA, string strB, bool ignoreCase)",
        |_, a, _| Ok(ordered(&a[0], &a[1], folding(&a[2])).into()),
    ),
    static_method(
        "int Compare(string strA, string strB, StringComparison comparisonType)",
        |_, a, _| Ok(ordered(&a[0], &a[1], how(&a[2])).into()),
    ),
    static_method(
        "int Compare(string strA, int indexA, string strB, int indexB, int length)",
        |_, a, _| {
            let part = |text: &Value, at: &Value| {
                let text = text.it();
                let start = usize::try_from(at.int()).unwrap_or_default().min(text.len());
                Value::from(
                    text.slice(start, (a[4].int().max(0) as usize).min(text.len() - start))
                        .unwrap_or_default(),
                )
            };
            Ok(ordered(&part(&a[0], &a[1]), &part(&a[2], &a[3]), Culture).into())
        },
    ),
    static_method("int CompareOrdinal(string strA, string strB)", |_, a, _| {
        Ok(difference(&a[0], &a[1]).into())
    }),
    method("int CompareTo(string strB)", |_, a, _| {
        Ok(ordered(&a[0], &a[1], Culture).into())
    }),
    method("int CompareTo(object value)", |_, a, _| {
        Ok(ordered(&a[0], &a[1], Culture).into())
    }),
    method("string ToString()", |_, a, _| Ok(a[0].clone())),
    method("string ToString(IFormatProvider provider)", |_, a, _| {
        Ok(a[0].clone())
    })
    .not_in_azure(),
    method("object Clone()", |_, a, _| Ok(a[0].clone())),
    method("bool IsNormalized()", |_, _, _| Ok(true.into())),
];
