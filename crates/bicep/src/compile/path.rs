//! JSONPath, as `loadJsonContent` and `loadYamlContent` take it: what Json.NET's `SelectTokens` reads, without regular expressions.

use serde_json::Value;
use std::cmp::Ordering;

/// Everything at `path` in `value`, in the order of the document; `None` if the path cannot be read, or finds more than [`MOST`].
pub(super) fn select<'a>(value: &'a Value, path: &str) -> Option<Vec<&'a Value>> {
    let mut reader = Reader { rest: path.trim() };
    reader.take("$");
    let steps = reader.steps(0)?;
    let found = reader.rest.is_empty().then(|| walk(value, value, &steps));
    found.filter(|it| it.len() <= MOST)
}

/// One step of a path.
enum Step {
    /// Members of these names.
    Names(Vec<String>),
    /// Items at these places; those below zero count from the end.
    Items(Vec<i64>),
    /// `[start:end:step]`.
    Slice(Option<i64>, Option<i64>, i64),
    /// Every member or item.
    All,
    /// Every member or item that fulfils a condition.
    Where(Condition),
    /// The same step at the value and everything inside it.
    Deep(Box<Step>),
}

enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Exists(Operand),
    Compare(Operand, &'static str, Operand),
}

enum Operand {
    /// `@` with steps from the value itself, `$` from the top.
    Path(bool, Vec<Step>),
    Value(Value),
}

/// How many values a path may find on its way: several `..` in a row find the same ones over and over.
const MOST: usize = 10_000;
/// How deep conditions may be nested.
const DEPTH: usize = 20;
const OPERATORS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn until(&mut self, ends: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.to_owned()
    }

    fn steps(&mut self, depth: usize) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            let is_first = steps.is_empty();
            if self.take("..") {
                let inner = match self.rest.starts_with('[') {
                    true => self.bracket(depth)?,
                    false => self.name()?,
                };
                steps.push(Step::Deep(Box::new(inner)));
            } else if self.take(".") {
                steps.push(self.name()?);
            } else if self.rest.starts_with('[') {
                steps.push(self.bracket(depth)?);
            } else if is_first && depth == 0 && !self.rest.is_empty() {
                // The first name needs no dot.
                steps.push(self.name()?);
            } else {
                return Some(steps);
            }
        }
    }

    fn name(&mut self) -> Option<Step> {
        if self.take("*") {
            return Some(Step::All);
        }
        let name = self.until(|c| {
            matches!(
                c,
                '.' | '[' | ']' | '(' | ')' | ' ' | '=' | '!' | '<' | '>' | '&' | '|'
            )
        });
        (!name.is_empty()).then(|| Step::Names(vec![name]))
    }

    fn bracket(&mut self, depth: usize) -> Option<Step> {
        self.take("[");
        self.space();
        let step = if self.take("*") {
            Step::All
        } else if self.take("?") {
            self.space();
            self.take("(").then_some(())?;
            let condition = self.any(depth + 1)?;
            self.take(")").then_some(())?;
            Step::Where(condition)
        } else if self.rest.starts_with(['\'', '"']) {
            Step::Names(self.list(Reader::quoted)?)
        } else {
            self.places()?
        };
        self.space();
        self.take("]").then_some(step)
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        loop {
            self.space();
            all.push(one(self)?);
            self.space();
            if !self.take(",") {
                return Some(all);
            }
        }
    }

    fn quoted(&mut self) -> Option<String> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.push(chars.next()?.1),
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }

    // `1`, `1,2`, `1:3`, `::2`.
    fn places(&mut self) -> Option<Step> {
        let text = self.until(|c| c == ']');
        let number = |text: &str| text.trim().parse::<i64>().ok();
        if !text.contains(':') {
            return text
                .split(',')
                .map(number)
                .collect::<Option<_>>()
                .map(Step::Items);
        }
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let part = |at: usize| match parts.get(at).copied().unwrap_or_default() {
            "" => Some(None),
            text => number(text).map(Some),
        };
        let step = part(2)?.unwrap_or(1);
        (parts.len() <= 3 && step != 0).then_some(())?;
        Some(Step::Slice(part(0)?, part(1)?, step))
    }

    fn any(&mut self, depth: usize) -> Option<Condition> {
        let mut all = vec![self.all(depth)?];
        while self.take("||") {
            all.push(self.all(depth)?);
        }
        Some(Condition::Any(all))
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut all = vec![self.one(depth)?];
        while self.take("&&") {
            all.push(self.one(depth)?);
        }
        Some(Condition::All(all))
    }

    fn one(&mut self, depth: usize) -> Option<Condition> {
        (depth < DEPTH).then_some(())?;
        self.space();
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            self.take(")").then_some(())?;
            self.space();
            return Some(inner);
        }
        let left = self.operand(depth)?;
        self.space();
        let condition = match OPERATORS.into_iter().find(|it| self.take(it)) {
            None => Condition::Exists(left),
            Some(operator) => {
                // `===` is `==`: there is nothing else to compare than JSON.
                self.take("=");
                self.space();
                Condition::Compare(left, operator, self.operand(depth)?)
            }
        };
        self.space();
        Some(condition)
    }

    fn operand(&mut self, depth: usize) -> Option<Operand> {
        for (sign, from_top) in [("@", false), ("$", true)] {
            if self.take(sign) {
                return Some(Operand::Path(from_top, self.steps(depth)?));
            }
        }
        if self.rest.starts_with(['\'', '"']) {
            return self.quoted().map(|text| Operand::Value(text.into()));
        }
        let word = self.until(|c| matches!(c, ' ' | ')' | '=' | '!' | '<' | '>' | '&' | '|'));
        serde_json::from_str(&word).ok().map(Operand::Value)
    }
}

fn walk<'a>(top: &'a Value, from: &'a Value, steps: &[Step]) -> Vec<&'a Value> {
    let mut found = vec![from];
    for step in steps {
        let mut next = Vec::new();
        for value in found {
            apply(top, value, step, &mut next);
        }
        found = next;
    }
    found
}

fn apply<'a>(top: &'a Value, value: &'a Value, step: &Step, out: &mut Vec<&'a Value>) {
    if out.len() > MOST {
        return;
    }
    match step {
        Step::Names(names) => out.extend(names.iter().filter_map(|name| value.get(name))),
        Step::Items(places) => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            out.extend(places.iter().filter_map(|at| items.get(place(*at, items.len())?)));
        }
        Step::Slice(start, end, step) => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            out.extend(slice(items.len(), *start, *end, *step).map(|at| &items[at]));
        }
        Step::All => out.extend(inside(value)),
        Step::Where(condition) => out.extend(inside(value).filter(|it| holds(top, it, condition))),
        Step::Deep(step) => {
            apply(top, value, step, out);
            inside(value).for_each(|inner| apply_deep(top, inner, step, out));
        }
    }
}

fn apply_deep<'a>(top: &'a Value, value: &'a Value, step: &Step, out: &mut Vec<&'a Value>) {
    apply(top, value, step, out);
    inside(value).for_each(|inner| apply_deep(top, inner, step, out));
}

fn inside(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Object(members) => Box::new(members.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::empty()),
    }
}

fn place(at: i64, length: usize) -> Option<usize> {
    match usize::try_from(at) {
        Ok(at) => Some(at),
        Err(_) => length.checked_sub(usize::try_from(at.unsigned_abs()).ok()?),
    }
}

// As in Python, which Json.NET follows.
fn slice(length: usize, start: Option<i64>, end: Option<i64>, step: i64) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |given: Option<i64>, usual: i64| match given {
        None => usual,
        Some(at) if at < 0 => at.saturating_add(length).clamp(low, high),
        Some(at) => at.clamp(low, high),
    };
    let (start, end) = match step > 0 {
        true => (bound(start, low), bound(end, high)),
        false => (bound(start, high), bound(end, low)),
    };
    let places = std::iter::successors(Some(start), move |at| at.checked_add(step));
    places
        .take_while(move |at| if step > 0 { *at < end } else { *at > end })
        .filter_map(|at| usize::try_from(at).ok())
}

fn holds(top: &Value, value: &Value, condition: &Condition) -> bool {
    match condition {
        Condition::Any(all) => all.iter().any(|it| holds(top, value, it)),
        Condition::All(all) => all.iter().all(|it| holds(top, value, it)),
        Condition::Exists(operand) => !values(top, value, operand).is_empty(),
        Condition::Compare(left, operator, right) => {
            let right = values(top, value, right);
            let mut left = values(top, value, left).into_iter();
            left.any(|left| right.iter().any(|right| compares(left, operator, right)))
        }
    }
}

fn values<'a>(top: &'a Value, value: &'a Value, operand: &'a Operand) -> Vec<&'a Value> {
    match operand {
        Operand::Path(true, steps) => walk(top, top, steps),
        Operand::Path(false, steps) => walk(top, value, steps),
        Operand::Value(value) => vec![value],
    }
}

fn compares(left: &Value, operator: &str, right: &Value) -> bool {
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => left
            .as_f64()
            .zip(right.as_f64())
            .and_then(|(left, right)| left.partial_cmp(&right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (left, right) => (left == right).then_some(Ordering::Equal),
    };
    match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_find_what_they_name() {
        let value = json!({
            "a": { "b c": [1, 2, 3, 4] },
            "products": [{ "name": "x", "price": 5 }, { "name": "y", "price": 3.99 }, { "name": "z", "price": 2, "old": true }],
        });
        for (path, expected) in [
            ("$", json!([value])),
            ("$.a['b c'][1]", json!([2])),
            ("a", json!([value["a"]])),
            (".a.x", json!([])),
            (".a['b c'][-1,0]", json!([4, 1])),
            (".a['b c'][1:3]", json!([2, 3])),
            (".a['b c'][::-2]", json!([4, 2])),
            (".a['b c'][9:]", json!([])),
            (".products[*].name", json!(["x", "y", "z"])),
            (".products[?(@.price > 3)].name", json!(["x", "y"])),
            (
                ".products[?(@.price > 3 && @.name == 'y' || @.old)].name",
                json!(["y", "z"]),
            ),
            (".products[?(@.price != $.a['b c'][1])].price", json!([5, 3.99])),
            ("$..name", json!(["x", "y", "z"])),
            ("$..[0]", json!([1, { "name": "x", "price": 5 }])),
        ] {
            let found = select(&value, path).map(|it| it.into_iter().cloned().collect::<Vec<_>>());
            assert_eq!(found.map(Value::from), Some(expected), "{path}");
        }
        let many = json!([vec![0; 200], vec![0; 200]]);
        assert_eq!(select(&many, "$..*").map(|it| it.len()), Some(402));
        let more = json!(vec![0; MOST + 1]);
        assert!(select(&more, "$[*]").is_none());
        for path in ["a[", "a[?(@.b]", "a..", "[x]", "a[0:1:0]", "a['b", "a b"] {
            assert!(select(&value, path).is_none(), "{path}");
        }
    }
}
