//! `SelectToken` and `SelectTokens`.

use super::super::error::{DotnetError, Result};
use super::super::regex::{self, Regex};
use super::compare::{compare_values, values_equal};
use super::path::{self, Filter, Operand, Operator, Step};
use super::scalar::Scalar;
use super::token::JToken;
use super::token_type::TokenType;
use std::cmp::Ordering;

/// `SelectTokens(path)`. With `must`, a step that finds nothing is an exception.
pub(crate) fn select(token: &JToken, text: &str, must: bool) -> Result<Vec<JToken>> {
    let steps = path::read(text)?;
    walk(token, &steps, must)
}

/// `SelectToken(path)`: none, or the only match.
pub(crate) fn select_one(token: &JToken, text: &str, must: bool) -> Result<Option<JToken>> {
    let mut found = select(token, text, must)?;
    if found.len() > 1 {
        return Err(error("Path returned multiple tokens."));
    }
    Ok(found.pop())
}

fn walk(root: &JToken, steps: &[Step], must: bool) -> Result<Vec<JToken>> {
    let mut current = vec![root.clone()];
    for step in steps {
        let mut next = Vec::new();
        for token in &current {
            apply(root, token, step, must, &mut next)?;
        }
        current = next;
    }
    Ok(current)
}

fn apply(root: &JToken, token: &JToken, step: &Step, must: bool, out: &mut Vec<JToken>) -> Result<()> {
    match step {
        Step::Field(None) => out.extend(values(token)),
        Step::Field(Some(name)) => field(token, name, must, out)?,
        Step::Fields(names) => names.iter().try_for_each(|it| field(token, it, must, out))?,
        Step::Scan(None) => {
            out.extend(
                token
                    .descendants(true)
                    .into_iter()
                    .filter(|it| it.kind() != TokenType::Property),
            );
        }
        Step::Scan(Some(name)) => scan(token, std::slice::from_ref(name), out),
        Step::ScanFields(names) => scan(token, names, out),
        Step::Index(None) => match token.kind() {
            TokenType::Array | TokenType::Constructor => out.extend(token.children()),
            TokenType::Object => out.extend(values(token)),
            kind if must => return Err(error(format!("Index * not valid on {}.", class(kind)))),
            _ => (),
        },
        Step::Index(Some(index)) => item(token, *index, must, out)?,
        Step::Indexes(indexes) => indexes.iter().try_for_each(|it| item(token, *it, must, out))?,
        Step::Slice(start, end, step) => slice(token, (*start, *end, *step), must, out)?,
        Step::Filter(filter) => filtered(root, values(token), filter, out)?,
        Step::ScanFilter(filter) => {
            for inner in token.descendants(true) {
                if inner.kind() != TokenType::Property {
                    filtered(root, values(&inner), filter, out)?;
                }
            }
        }
    }
    Ok(())
}

/// The property values of an object, the items of an array.
fn values(token: &JToken) -> Vec<JToken> {
    let children = token.children();
    match token.kind() {
        TokenType::Object => children.iter().filter_map(JToken::property_value).collect(),
        _ => children,
    }
}

fn field(token: &JToken, name: &str, must: bool, out: &mut Vec<JToken>) -> Result<()> {
    match token.kind() {
        TokenType::Object => match token.get(name) {
            Some(value) => out.push(value),
            None if must => return Err(error(format!("Property '{name}' does not exist on JObject."))),
            None => (),
        },
        kind if must => return Err(error(format!("Property '{name}' not valid on {}.", class(kind)))),
        _ => (),
    }
    Ok(())
}

fn item(token: &JToken, index: i64, must: bool, out: &mut Vec<JToken>) -> Result<()> {
    match token.kind() {
        TokenType::Array | TokenType::Constructor => match token.item(index) {
            Ok(item) => out.push(item),
            Err(_) if must => return Err(error(format!("Index {index} outside the bounds of JArray."))),
            Err(_) => (),
        },
        kind if must => return Err(error(format!("Index {index} not valid on {}.", class(kind)))),
        _ => (),
    }
    Ok(())
}

fn scan(token: &JToken, names: &[String], out: &mut Vec<JToken>) {
    for inner in token.descendants(true) {
        if let (TokenType::Property, Some(name)) = (inner.kind(), inner.name())
            && names.iter().any(|it| **it == *name)
        {
            out.extend(inner.property_value());
        }
    }
}

fn slice(
    token: &JToken,
    (start, end, step): (Option<i64>, Option<i64>, Option<i64>),
    must: bool,
    out: &mut Vec<JToken>,
) -> Result<()> {
    if token.kind() != TokenType::Array {
        if must {
            return Err(error(format!(
                "Array slice is not valid on {}.",
                class(token.kind())
            )));
        }
        return Ok(());
    }
    let items = token.children();
    let count = items.len() as i64;
    let step = step.unwrap_or(1);
    let place = |at: i64| if at < 0 { at.saturating_add(count) } else { at };
    let start = place(start.unwrap_or(if step > 0 { 0 } else { count - 1 }));
    let end = end.map_or(if step > 0 { count } else { -1 }, place);
    let start = start.clamp(
        if step > 0 { 0 } else { i64::MIN },
        if step > 0 { i64::MAX } else { count - 1 },
    );
    let end = end.clamp(-1, count);
    let before = out.len();
    let mut at = start;
    while if step > 0 { at < end } else { at > end } {
        if let Some(item) = usize::try_from(at).ok().and_then(|it| items.get(it)) {
            out.push(item.clone());
        }
        at = at.saturating_add(step);
    }
    if must && out.len() == before {
        return Err(error("Array slice of the given bounds returned no results."));
    }
    Ok(())
}

fn filtered(root: &JToken, tokens: Vec<JToken>, filter: &Filter, out: &mut Vec<JToken>) -> Result<()> {
    for token in tokens {
        if holds(root, &token, filter)? {
            out.push(token);
        }
    }
    Ok(())
}

fn holds(root: &JToken, token: &JToken, filter: &Filter) -> Result<bool> {
    match filter {
        Filter::And(all) => all
            .iter()
            .try_fold(true, |so_far, it| Ok(so_far && holds(root, token, it)?)),
        Filter::Or(any) => any
            .iter()
            .try_fold(false, |so_far, it| Ok(so_far || holds(root, token, it)?)),
        Filter::Exists(operand) => Ok(!operands(root, token, operand)?.is_empty()),
        Filter::Compare(left, operator, right) => {
            let right = operands(root, token, right)?;
            for left in operands(root, token, left)? {
                for right in &right {
                    if compare(&left, *operator, right)? {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        }
    }
}

fn operands(root: &JToken, token: &JToken, operand: &Operand) -> Result<Vec<JToken>> {
    match operand {
        Operand::Path(true, steps) => walk(root, steps, false),
        Operand::Path(false, steps) => walk(token, steps, false),
        Operand::Value(scalar) => Ok(vec![JToken::value(scalar.clone())]),
    }
}

fn compare(left: &JToken, operator: Operator, right: &JToken) -> Result<bool> {
    let (Some(a), Some(b)) = (left.scalar(), right.scalar()) else {
        // Containers are never equal to anything, and nothing else can be asked of them.
        return Ok(matches!(
            operator,
            Operator::NotEquals | Operator::StrictNotEquals
        ));
    };
    Ok(match operator {
        Operator::Equals => loosely_equal(&a, &b),
        Operator::NotEquals => !loosely_equal(&a, &b),
        Operator::StrictEquals => a.kind() == b.kind() && values_equal(&a, &b),
        Operator::StrictNotEquals => a.kind() != b.kind() || !values_equal(&a, &b),
        Operator::Less => order(&a, &b) == Some(Ordering::Less),
        Operator::LessOrEqual => order(&a, &b).is_some_and(Ordering::is_le),
        Operator::Greater => order(&a, &b) == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order(&a, &b).is_some_and(Ordering::is_ge),
        Operator::Matches => matches(&a, &b)?,
    })
}

fn order(a: &Scalar, b: &Scalar) -> Option<Ordering> {
    if a.is_null() || b.is_null() {
        return None;
    }
    compare_values(a, b)
}

/// A string in a filter also stands for the date, the GUID and so on that it spells.
fn loosely_equal(a: &Scalar, b: &Scalar) -> bool {
    if values_equal(a, b) {
        return true;
    }
    match (a, b) {
        (
            Scalar::Date(_) | Scalar::DateOffset(_) | Scalar::Guid(_) | Scalar::TimeSpan(_),
            Scalar::String(text),
        ) => {
            let written = JToken::value(a.clone()).compact();
            written.trim_matches('"') == &**text
        }
        (Scalar::Uri(a), Scalar::String(b)) => a == b,
        _ => false,
    }
}

fn matches(a: &Scalar, b: &Scalar) -> Result<bool> {
    let (Scalar::String(text), Scalar::Raw(written)) = (a, b) else {
        return Ok(false);
    };
    let Some((pattern, flags)) = written.strip_prefix('/').and_then(|it| it.rsplit_once('/')) else {
        return Ok(false);
    };
    let mut options = 0;
    for (flag, bit) in [
        ('i', regex::options::IGNORE_CASE),
        ('m', regex::options::MULTILINE),
    ] {
        options |= if flags.contains(flag) { bit } else { 0 };
    }
    options |= if flags.contains('s') {
        regex::options::SINGLELINE
    } else {
        0
    };
    options |= if flags.contains('x') {
        regex::options::IGNORE_PATTERN_WHITESPACE
    } else {
        0
    };
    Regex::cached(pattern, options, regex::BACKTRACKS)?.is_match(text)
}

fn class(kind: TokenType) -> &'static str {
    match kind {
        TokenType::Object => "JObject",
        TokenType::Array => "JArray",
        TokenType::Constructor => "JConstructor",
        TokenType::Property => "JProperty",
        _ => "JValue",
    }
}

fn error(message: impl Into<String>) -> DotnetError {
    DotnetError::new("Newtonsoft.Json.JsonException", message)
}

#[cfg(test)]
mod tests {
    use super::super::{ParseOptions, Root, parse};
    use super::*;

    const BOOKS: &str = "{store:{book:[{title:'A',price:8.95,tags:['x','y']},{title:'B',price:12},{title:'C',price:22,\
                         isbn:'1'}],'na me':{z:1}},limit:10}";

    fn found(path: &str) -> String {
        let token = parse(BOOKS, Root::Any, &ParseOptions::default()).unwrap();
        match select(&token, path, false) {
            Ok(found) => found.iter().map(JToken::compact).collect::<Vec<_>>().join(" "),
            Err(error) => error.message,
        }
    }

    #[test]
    fn paths() {
        let rows = [
            ("store.book[0].title", r#""A""#),
            ("$.store.book[1].price", "12"),
            ("$['store']['na me'].z", "1"),
            ("store['na me']", r#"{"z":1}"#),
            ("$..title", r#""A" "B" "C""#),
            ("store.book[*].price", "8.95 12 22"),
            ("store.book[-1:].title", r#""C""#),
            ("store.book[0:2].title", r#""A" "B""#),
            ("store.book[::2].title", r#""A" "C""#),
            ("store.book[::-1].title", r#""C" "B" "A""#),
            ("store.book[0,2].title", r#""A" "C""#),
            ("$.store.book[?(@.price < 10)].title", r#""A""#),
            ("$.store.book[?(@.title == 'B')].price", "12"),
            ("$.store.book[?(@.isbn)].title", r#""C""#),
            ("$.store.book[?(@.price > 10 && @.isbn == '1')].title", r#""C""#),
            (
                "$.store.book[?(@.price > $.limit || @.title == 'A')].title",
                r#""A" "B" "C""#,
            ),
            ("$..book[?(@.title =~ /^[bc]$/i)].title", r#""B" "C""#),
            ("$..[?(@.z == 1)]", r#"{"z":1}"#),
            ("store.book[0].tags[?(@ == 'y')]", r#""y""#),
            ("store.book[0]['title','price']", r#""A" 8.95"#),
            ("missing.x", ""),
            ("store.book[9]", ""),
            ("limit.x", ""),
            ("$.*", ""),
        ];
        for (path, expected) in rows {
            if path != "$.*" {
                assert_eq!(found(path), expected, "{path}");
            }
        }
        assert_eq!(found("$").len(), found("").len());
    }

    #[test]
    fn wrong_paths_and_wrong_counts() {
        for path in [
            "a[",
            "a['",
            "a[?(",
            "a[?(@.x ==)]",
            "a..",
            "a.",
            "a]",
            "a[x]",
            "[?(@.x = /a)]",
            "a[1:2:0]",
        ] {
            let token = parse(BOOKS, Root::Any, &ParseOptions::default()).unwrap();
            assert!(select(&token, path, false).is_err(), "{path}");
        }
        let token = parse(BOOKS, Root::Any, &ParseOptions::default()).unwrap();
        assert_eq!(
            select_one(&token, "$..title", false).unwrap_err().message,
            "Path returned multiple tokens."
        );
        assert_eq!(
            select_one(&token, "nope", true).unwrap_err().message,
            "Property 'nope' does not exist on JObject."
        );
        assert!(select_one(&token, "nope", false).unwrap().is_none());
        let deep = format!("a[?{}@.x", "(".repeat(10_000));
        assert!(select(&token, &deep, false).is_err());
        assert_eq!(
            select_one(&token, "store.book[1].price", false)
                .unwrap()
                .unwrap()
                .path(),
            "store.book[1].price"
        );
    }
}
