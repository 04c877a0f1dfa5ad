//! `System.Text.RegularExpressions.Regex`.

use super::table::{
    Member, TypeDef, class, constructor, delegate, enumeration, method, property, static_method,
    static_property,
};
use super::{array, regex_match};
use crate::Value;
use crate::dotnet::regex::{self, Match, Regex, Replacement};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[&REGEX, &REGEX_OPTIONS, &MATCH_EVALUATOR];

/// `System.Text.RegularExpressions.RegexOptions`.
pub(crate) static REGEX_OPTIONS: TypeDef = enumeration(
    "System.Text.RegularExpressions.RegexOptions",
    &[
        ("None", 0),
        ("IgnoreCase", 1),
        ("Multiline", 2),
        ("ExplicitCapture", 4),
        ("Compiled", 8),
        ("Singleline", 16),
        ("IgnorePatternWhitespace", 32),
        ("RightToLeft", 64),
        ("ECMAScript", 256),
        ("CultureInvariant", 512),
    ],
)
.flags();

/// `System.Text.RegularExpressions.MatchEvaluator`.
pub(crate) static MATCH_EVALUATOR: TypeDef = delegate("System.Text.RegularExpressions.MatchEvaluator")
    .members(&[method("string Invoke(Match match)", |_, _, _| Ok(Value::Null))]);

/// `System.Text.RegularExpressions.Regex`. A time-out argument is accepted; what ends a runaway match is the limit on
/// backtracking, with the same exception.
pub(crate) static REGEX: TypeDef = class("System.Text.RegularExpressions.Regex").members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("TimeSpan InfiniteMatchTimeout", |_, _, _| {
        Ok(super::time_span::value(-10_000))
    })
    .not_in_azure(),
    constructor("(string pattern)", |cx, a, _| Ok(value(compile(cx, &a[0], 0)?))),
    constructor("(string pattern, RegexOptions options)", |cx, a, _| {
        Ok(value(compile(cx, &a[0], a[1].long())?))
    }),
    constructor(
        "(string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| Ok(value(compile(cx, &a[0], a[1].long())?)),
    ),
    // ---- statics: input, pattern, options, time-out
    static_method("bool IsMatch(string input, string pattern)", |cx, a, _| {
        is_match(cx, a, 0)
    }),
    static_method(
        "bool IsMatch(string input, string pattern, RegexOptions options)",
        |cx, a, _| is_match(cx, a, a[2].long()),
    ),
    static_method(
        "bool IsMatch(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| is_match(cx, a, a[2].long()),
    ),
    static_method("Match Match(string input, string pattern)", |cx, a, _| {
        let regex = compile(cx, &a[1], 0)?;
        first(cx, &regex, &a[0], 0)
    }),
    static_method(
        "Match Match(string input, string pattern, RegexOptions options)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[2].long())?;
            first(cx, &regex, &a[0], 0)
        },
    ),
    static_method(
        "Match Match(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[2].long())?;
            first(cx, &regex, &a[0], 0)
        },
    ),
    static_method(
        "MatchCollection Matches(string input, string pattern)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], 0)?;
            all(cx, &regex, &a[0], 0)
        },
    ),
    static_method(
        "MatchCollection Matches(string input, string pattern, RegexOptions options)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[2].long())?;
            all(cx, &regex, &a[0], 0)
        },
    ),
    static_method(
        "MatchCollection Matches(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[2].long())?;
            all(cx, &regex, &a[0], 0)
        },
    ),
    static_method(
        "string Replace(string input, string pattern, string replacement)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], 0)?;
            replace(cx, &regex, &a[0], &a[2], -1, 0)
        },
    ),
    static_method(
        "string Replace(string input, string pattern, string replacement, RegexOptions options)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[3].long())?;
            replace(cx, &regex, &a[0], &a[2], -1, 0)
        },
    ),
    static_method(
        "string Replace(string input, string pattern, string replacement, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[3].long())?;
            replace(cx, &regex, &a[0], &a[2], -1, 0)
        },
    ),
    static_method(
        "string Replace(string input, string pattern, MatchEvaluator evaluator)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], 0)?;
            evaluate(cx, &regex, &a[0], &a[2], -1, 0)
        },
    ),
    static_method(
        "string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[3].long())?;
            evaluate(cx, &regex, &a[0], &a[2], -1, 0)
        },
    ),
    static_method(
        "string Replace(string input, string pattern, MatchEvaluator evaluator, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[3].long())?;
            evaluate(cx, &regex, &a[0], &a[2], -1, 0)
        },
    ),
    static_method("string[] Split(string input, string pattern)", |cx, a, _| {
        let regex = compile(cx, &a[1], 0)?;
        split(cx, &regex, &a[0], 0, 0)
    }),
    static_method(
        "string[] Split(string input, string pattern, RegexOptions options)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[2].long())?;
            split(cx, &regex, &a[0], 0, 0)
        },
    ),
    static_method(
        "string[] Split(string input, string pattern, RegexOptions options, TimeSpan matchTimeout)",
        |cx, a, _| {
            let regex = compile(cx, &a[1], a[2].long())?;
            split(cx, &regex, &a[0], 0, 0)
        },
    ),
    static_method("string Escape(string str)", |cx, a, _| {
        let text = a[0].str("str")?;
        cx.charge(text.bytes().saturating_mul(2))?;
        Ok(regex::escape(&text.as_str()).into())
    })
    .not_in_azure(),
    static_method("string Unescape(string str)", |_, a, _| {
        Ok(regex::unescape(&a[0].str("str")?.as_str())?.into())
    }),
    // ---- of one pattern
    method("bool IsMatch(string input)", |cx, a, _| {
        let input = input(cx, &a[1])?;
        Ok(it(&a[0])?.is_match(&input)?.into())
    }),
    method("bool IsMatch(string input, int startat)", |cx, a, _| {
        let input = input(cx, &a[1])?;
        let from = start(&input, a[2].int())?;
        Ok(it(&a[0])?.match_from(&input, from)?.is_some().into())
    }),
    method("Match Match(string input)", |cx, a, _| {
        first(cx, it(&a[0])?, &a[1], 0)
    }),
    method("Match Match(string input, int startat)", |cx, a, _| {
        let from = start(&a[1].str("input")?.as_str(), a[2].int())?;
        first(cx, it(&a[0])?, &a[1], from)
    }),
    method(
        "Match Match(string input, int beginning, int length)",
        |cx, a, _| {
            let input = input(cx, &a[1])?;
            let from = start(&input, a[2].int())?;
            let end = match a[3].int() {
                length if length < 0 => None,
                length => Some(a[2].int().saturating_add(length)),
            };
            let end = end.map(|it| start(&input, it)).transpose()?;
            let end = end.ok_or_else(|| {
                Exception::out_of_range("Length cannot be less than 0 or exceed input length.", "length")
            })?;
            // What lies outside is as if it were not there.
            let regex = it(&a[0])?;
            let text: Arc<str> = input[..end].into();
            let inside: Arc<str> = text[from..].into();
            let found = regex.match_from(&inside, 0)?.map(|it| it.moved(from));
            Ok(regex_match::value(regex.clone(), text, found))
        },
    ),
    method("MatchCollection Matches(string input)", |cx, a, _| {
        let regex = it(&a[0])?.clone();
        all(cx, &regex, &a[1], 0)
    }),
    method(
        "MatchCollection Matches(string input, int startat)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            let from = start(&a[1].str("input")?.as_str(), a[2].int())?;
            all(cx, &regex, &a[1], from)
        },
    ),
    method("string Replace(string input, string replacement)", |cx, a, _| {
        let regex = it(&a[0])?.clone();
        replace(cx, &regex, &a[1], &a[2], -1, 0)
    }),
    method(
        "string Replace(string input, string replacement, int count)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            replace(cx, &regex, &a[1], &a[2], a[3].long(), 0)
        },
    ),
    method(
        "string Replace(string input, string replacement, int count, int startat)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            let from = start(&a[1].str("input")?.as_str(), a[4].int())?;
            replace(cx, &regex, &a[1], &a[2], a[3].long(), from)
        },
    ),
    method(
        "string Replace(string input, MatchEvaluator evaluator)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            evaluate(cx, &regex, &a[1], &a[2], -1, 0)
        },
    ),
    method(
        "string Replace(string input, MatchEvaluator evaluator, int count)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            evaluate(cx, &regex, &a[1], &a[2], a[3].long(), 0)
        },
    ),
    method(
        "string Replace(string input, MatchEvaluator evaluator, int count, int startat)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            let from = start(&a[1].str("input")?.as_str(), a[4].int())?;
            evaluate(cx, &regex, &a[1], &a[2], a[3].long(), from)
        },
    ),
    method("string[] Split(string input)", |cx, a, _| {
        let regex = it(&a[0])?.clone();
        split(cx, &regex, &a[1], 0, 0)
    }),
    method("string[] Split(string input, int count)", |cx, a, _| {
        let regex = it(&a[0])?.clone();
        split(cx, &regex, &a[1], a[2].long(), 0)
    }),
    method(
        "string[] Split(string input, int count, int startat)",
        |cx, a, _| {
            let regex = it(&a[0])?.clone();
            let from = start(&a[1].str("input")?.as_str(), a[3].int())?;
            split(cx, &regex, &a[1], a[2].long(), from)
        },
    ),
    property("RegexOptions Options", |_, a, _| {
        Ok(Value::Enum(super::Def(&REGEX_OPTIONS), it(&a[0])?.options()))
    })
    .not_in_azure(),
    method("string[] GetGroupNames()", |_, a, _| {
        Ok(Value::strings(
            it(&a[0])?
                .groups()
                .slots()
                .iter()
                .map(|it| it.name.clone())
                .collect(),
        ))
    })
    .not_in_azure(),
    method("int[] GetGroupNumbers()", |_, a, _| {
        let numbers = it(&a[0])?
            .groups()
            .slots()
            .iter()
            .map(|it| (it.number as i32).into())
            .collect();
        Ok(array::new(Type::Int, numbers))
    })
    .not_in_azure(),
    method("int GroupNumberFromName(string name)", |_, a, _| {
        let groups = it(&a[0])?.groups();
        let at = groups.by_name(&a[1].str("name")?.as_str());
        Ok(at.map_or(-1, |it| groups.slots()[it].number as i32).into())
    })
    .not_in_azure(),
    method("string GroupNameFromNumber(int i)", |_, a, _| {
        let groups = it(&a[0])?.groups();
        Ok(groups
            .by_number(a[1].long())
            .map_or("", |it| groups.slots()[it].name.as_str())
            .into())
    })
    .not_in_azure(),
];

#[derive(Debug)]
struct RegexObject(Arc<Regex>);

fn value(regex: Arc<Regex>) -> Value {
    Value::object(RegexObject(regex))
}

fn it(value: &Value) -> Result<&Arc<Regex>, Exception> {
    Ok(&value.of::<RegexObject>()?.0)
}

fn compile(cx: &mut Cx<'_>, pattern: &Value, options: i64) -> Eval<Arc<Regex>> {
    let pattern = pattern.str("pattern")?;
    cx.work(pattern.bytes())?;
    Ok(Regex::cached(&pattern.as_str(), options, cx.backtracks())?)
}

fn is_match(cx: &mut Cx<'_>, a: &[Value], options: i64) -> Eval {
    let input = input(cx, &a[0])?;
    Ok(compile(cx, &a[1], options)?.is_match(&input)?.into())
}

/// The byte place of a `startat`.
fn start(text: &str, unit: i32) -> Result<usize, Exception> {
    let place = usize::try_from(unit)
        .ok()
        .and_then(|it| regex::byte_index(text, it));
    place.ok_or_else(|| {
        Exception::out_of_range(
            "Start index cannot be less than 0 or greater than input length.",
            "startat",
        )
    })
}

/// The input as shared text, which matches keep. To look through it is work.
fn input(cx: &mut Cx<'_>, input: &Value) -> Eval<Arc<str>> {
    let text = input.str("input")?;
    cx.work(text.bytes())?;
    Ok(text.shared().cloned().unwrap_or_else(|| text.as_str().into()))
}

fn first(cx: &mut Cx<'_>, regex: &Arc<Regex>, input: &Value, from: usize) -> Eval {
    let text = self::input(cx, input)?;
    let found = regex.match_from(&text, from)?;
    Ok(regex_match::value(regex.clone(), text, found))
}

fn all(cx: &mut Cx<'_>, regex: &Arc<Regex>, input: &Value, from: usize) -> Eval {
    let text = self::input(cx, input)?;
    let mut items = Vec::new();
    regex.for_each(&text, from, |found| {
        cx.step()?;
        cx.charge(64 + 16 * found.groups.len())?;
        items.push(regex_match::value(regex.clone(), text.clone(), Some(found)));
        Eval::Ok(true)
    })?;
    Ok(regex_match::matches(items))
}

fn replace(
    cx: &mut Cx<'_>,
    regex: &Arc<Regex>,
    input: &Value,
    with: &Value,
    count: i64,
    from: usize,
) -> Eval {
    let text = self::input(cx, input)?;
    let replacement = Replacement::new(&with.str("replacement")?.as_str(), regex.groups());
    let made = regex.replace(&text, count, from, |found: &Match| {
        cx.step()?;
        let part = replacement.expand(&text, found);
        cx.charge(part.len())?;
        Eval::Ok(part)
    })?;
    cx.charge(text.len())?;
    Ok(made.into())
}

fn evaluate(
    cx: &mut Cx<'_>,
    regex: &Arc<Regex>,
    input: &Value,
    with: &Value,
    count: i64,
    from: usize,
) -> Eval {
    let text = self::input(cx, input)?;
    if with.is_null() {
        return Err(Exception::argument_null("evaluator").into());
    }
    let made = regex.replace(&text, count, from, |found: &Match| {
        cx.step()?;
        let found = regex_match::value(regex.clone(), text.clone(), Some(found.clone()));
        let part = cx.invoke(with, &[found])?.to_text();
        cx.charge(part.len())?;
        Eval::Ok(part)
    })?;
    cx.charge(text.len())?;
    Ok(made.into())
}

fn split(cx: &mut Cx<'_>, regex: &Arc<Regex>, input: &Value, count: i64, from: usize) -> Eval {
    let text = self::input(cx, input)?;
    if count < 0 {
        return Err(Exception::out_of_range("Count cannot be less than -1.", "count").into());
    }
    cx.charge(text.len())?;
    let parts = regex.split(&text, count, from)?;
    cx.charge_values(parts.len())?;
    Ok(Value::strings(parts))
}

impl Object for RegexObject {
    fn ty(&self) -> Type {
        Type::class(&REGEX)
    }

    fn text(&self) -> Text {
        self.0.pattern().into()
    }
}
