//! The filters of the dialect: DotLiquid's, under their C# names (documented list).

use clock::Moment;
use liquid_core::model::{ArrayView, Value, ValueView};
use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{Error, Expression, Filter, FilterReflection, ParseFilter, Result, Runtime};
use std::cmp::Ordering;
use std::fmt;

/// A filter.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) name: &'static str,
    // How few and how many arguments it takes.
    arity: (usize, usize),
    body: fn(&dyn ValueView, &[Value], Moment) -> Result<Value>,
}

/// The time of the request, in the registers of a rendering.
#[derive(Default)]
pub(super) struct Now(pub(super) Moment);

const fn row(
    name: &'static str,
    least: usize,
    most: usize,
    body: fn(&dyn ValueView, &[Value], Moment) -> Result<Value>,
) -> Row {
    Row {
        name,
        arity: (least, most),
        body,
    }
}

/// Every filter.
pub(super) static FILTERS: &[Row] = &[
    row("Abs", 0, 0, |it, _, _| Ok(from_number(number(it)?.abs()))),
    row("Append", 1, 1, |it, a, _| Ok(text_value(text(it) + &text(&a[0])))),
    row("AtLeast", 1, 1, |it, a, _| {
        Ok(from_number(number(it)?.max(number(&a[0])?)))
    }),
    row("AtMost", 1, 1, |it, a, _| {
        Ok(from_number(number(it)?.min(number(&a[0])?)))
    }),
    row("Capitalize", 0, 0, |it, _, _| {
        Ok(text_value(capitalize(&text(it))))
    }),
    row("Compact", 0, 0, |it, _, _| {
        Ok(Value::Array(
            items(it).into_iter().filter(|it| !it.is_nil()).collect(),
        ))
    }),
    row("Currency", 0, 1, currency),
    row("Date", 1, 1, date),
    row("Default", 1, 1, |it, a, _| {
        Ok(if is_default(it) {
            a[0].clone()
        } else {
            it.to_value()
        })
    }),
    row("DividedBy", 1, 1, |it, a, _| divide(it, &a[0], true)),
    row("Downcase", 0, 0, |it, _, _| {
        Ok(text_value(text(it).to_lowercase()))
    }),
    row("Escape", 0, 0, |it, _, _| {
        Ok(text_value(expression::html_encode(&text(it))))
    }),
    row("First", 0, 0, |it, _, _| {
        Ok(items(it).into_iter().next().unwrap_or_default())
    }),
    row("H", 0, 0, |it, _, _| {
        Ok(text_value(expression::html_encode(&text(it))))
    }),
    row("Join", 0, 1, |it, a, _| {
        Ok(text_value(join(
            it,
            a.first().map_or(" ".to_owned(), |it| text(it)).as_str(),
        )))
    }),
    row("Last", 0, 0, |it, _, _| Ok(items(it).pop().unwrap_or_default())),
    row("Lstrip", 0, 0, |it, _, _| {
        Ok(text_value(text(it).trim_start().to_owned()))
    }),
    row("Map", 1, 1, |it, a, _| {
        Ok(Value::Array(
            items(it).iter().map(|item| member(item, &text(&a[0]))).collect(),
        ))
    }),
    row("Minus", 1, 1, |it, a, _| {
        arithmetic(it, &a[0], |a, b| a.checked_sub(b), |a, b| a - b)
    }),
    row("Modulo", 1, 1, |it, a, _| divide(it, &a[0], false)),
    row("NewlineToBr", 0, 0, |it, _, _| {
        Ok(text_value(
            text(it).replace("\r\n", "\n").replace('\n', "<br />\r\n"),
        ))
    }),
    row("Plus", 1, 1, |it, a, _| {
        arithmetic(it, &a[0], |a, b| a.checked_add(b), |a, b| a + b)
    }),
    row("Prepend", 1, 1, |it, a, _| {
        Ok(text_value(text(&a[0]) + &text(it)))
    }),
    row("Remove", 1, 1, |it, a, _| {
        Ok(text_value(replace(it, &a[0], "", usize::MAX)))
    }),
    row("RemoveFirst", 1, 1, |it, a, _| {
        Ok(text_value(replace(it, &a[0], "", 1)))
    }),
    row("Replace", 1, 2, |it, a, _| {
        Ok(text_value(replace(it, &a[0], &second(a), usize::MAX)))
    }),
    row("ReplaceFirst", 1, 2, |it, a, _| {
        Ok(text_value(replace(it, &a[0], &second(a), 1)))
    }),
    row("Round", 0, 1, round),
    row("Rstrip", 0, 0, |it, _, _| {
        Ok(text_value(text(it).trim_end().to_owned()))
    }),
    row("Size", 0, 0, size),
    row("Slice", 1, 2, slice),
    row("Sort", 0, 1, sort),
    row("Split", 1, 1, split),
    row("Strip", 0, 0, |it, _, _| {
        Ok(text_value(text(it).trim().to_owned()))
    }),
    row("StripHtml", 0, 0, |it, _, _| {
        Ok(text_value(strip_html(&text(it))))
    }),
    row("StripNewlines", 0, 0, |it, _, _| {
        Ok(text_value(text(it).replace(['\r', '\n'], "")))
    }),
    row("Times", 1, 1, |it, a, _| {
        arithmetic(it, &a[0], |a, b| a.checked_mul(b), |a, b| a * b)
    }),
    row("Truncate", 0, 2, truncate),
    row("TruncateWords", 0, 2, truncate_words),
    row("Uniq", 0, 0, uniq),
    row("Upcase", 0, 0, |it, _, _| Ok(text_value(text(it).to_uppercase()))),
    row("UrlDecode", 0, 0, |it, _, _| {
        Ok(text_value(expression::url_decode(&text(it))))
    }),
    row("UrlEncode", 0, 0, |it, _, _| {
        Ok(text_value(expression::url_encode(&text(it))))
    }),
];

impl FilterReflection for Row {
    fn name(&self) -> &str {
        self.name
    }

    fn description(&self) -> &str {
        "a filter of DotLiquid"
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for Row {
    fn parse(&self, mut arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let given: Vec<Expression> = arguments.positional.collect();
        let (least, most) = self.arity;
        if !(least..=most).contains(&given.len()) || arguments.keyword.next().is_some() {
            let wanted = match least == most {
                true => least.to_string(),
                false => format!("{least} to {most}"),
            };
            let message = format!("`{}` takes {wanted} arguments, not {}", self.name, given.len());
            return Err(Error::with_msg(message));
        }
        Ok(Box::new(Applied { row: *self, given }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

#[derive(Debug)]
struct Applied {
    row: Row,
    given: Vec<Expression>,
}

impl Filter for Applied {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let given: Result<Vec<Value>> = self
            .given
            .iter()
            .map(|it| it.evaluate(runtime).map(|value| value.into_owned()))
            .collect();
        let now = runtime.registers().get_mut::<Now>().0;
        (self.row.body)(input, &given?, now)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.name)
    }
}

fn text(value: &dyn ValueView) -> String {
    value.render().to_string()
}

fn text_value(text: String) -> Value {
    Value::scalar(text)
}

fn second(arguments: &[Value]) -> String {
    arguments.get(1).map(|it| text(it)).unwrap_or_default()
}

fn number(value: &dyn ValueView) -> Result<f64> {
    text(value)
        .trim()
        .parse()
        .map_err(|_| Error::with_msg(format!("`{}` is no number", text(value))))
}

fn whole(value: &dyn ValueView) -> Option<i64> {
    text(value).trim().parse().ok()
}

fn from_number(number: f64) -> Value {
    // Whole results are shown without a fraction, and so are whole doubles of .NET.
    match number.fract() == 0.0 && number.abs() < 9e15 {
        true => Value::scalar(number as i64),
        false => Value::scalar(number),
    }
}

fn items(value: &dyn ValueView) -> Vec<Value> {
    match (value.as_array(), value.is_nil()) {
        (Some(array), _) => ArrayView::values(array).map(ValueView::to_value).collect(),
        (None, true) => Vec::new(),
        (None, false) => vec![value.to_value()],
    }
}

fn member(value: &Value, name: &str) -> Value {
    value
        .as_object()
        .and_then(|it| it.get(name))
        .map(ValueView::to_value)
        .unwrap_or_default()
}

fn is_default(value: &dyn ValueView) -> bool {
    value.is_nil()
        || value.as_scalar().and_then(|it| it.to_bool()) == Some(false)
        || value.as_array().is_some_and(|it| it.size() == 0)
        || value.as_array().is_none() && value.as_object().is_none() && text(value).is_empty()
}

fn capitalize(text: &str) -> String {
    // DotLiquid makes the first letter of every word a capital.
    let mut start = true;
    text.chars()
        .flat_map(|c| {
            let upper = start && c.is_alphabetic();
            start = c.is_whitespace();
            let (first, second) = match upper {
                true => (Some(c.to_uppercase()), None),
                false => (None, Some(c)),
            };
            first.into_iter().flatten().chain(second)
        })
        .collect()
}

fn arithmetic(
    it: &dyn ValueView,
    by: &Value,
    exact: fn(i64, i64) -> Option<i64>,
    rough: fn(f64, f64) -> f64,
) -> Result<Value> {
    if let (Some(a), Some(b)) = (whole(it), whole(by))
        && let Some(result) = exact(a, b)
    {
        return Ok(Value::scalar(result));
    }
    Ok(from_number(rough(number(it)?, number(by)?)))
}

// Whole numbers divide to a whole one.
fn divide(it: &dyn ValueView, by: &Value, quotient: bool) -> Result<Value> {
    if let (Some(a), Some(b)) = (whole(it), whole(by)) {
        let result = if quotient {
            a.checked_div(b)
        } else {
            a.checked_rem(b)
        };
        return result
            .map(Value::scalar)
            .ok_or_else(|| Error::with_msg("divided by 0"));
    }
    let (a, b) = (number(it)?, number(by)?);
    Ok(from_number(if quotient { a / b } else { a % b }))
}

fn round(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let places = arguments
        .first()
        .and_then(|it| whole(it))
        .unwrap_or(0)
        .clamp(0, 15);
    let scale = 10f64.powi(i32::try_from(places).unwrap_or(0));
    // `Math.Round` of .NET: halves go to the even neighbour.
    Ok(from_number((number(it)? * scale).round_ties_even() / scale))
}

fn replace(it: &dyn ValueView, from: &Value, to: &str, times: usize) -> String {
    let (it, from) = (text(it), text(from));
    match from.is_empty() {
        true => it,
        false => it.replacen(&from, to, times),
    }
}

fn join(it: &dyn ValueView, glue: &str) -> String {
    let parts: Vec<String> = items(it).iter().map(|it| text(it)).collect();
    parts.join(glue)
}

fn size(it: &dyn ValueView, _: &[Value], _: Moment) -> Result<Value> {
    let size = match (it.as_array(), it.as_object()) {
        (Some(array), _) => array.size(),
        (_, Some(object)) => object.size(),
        _ => i64::try_from(text(it).encode_utf16().count()).unwrap_or(i64::MAX),
    };
    Ok(Value::scalar(size))
}

fn slice(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let start = whole(&arguments[0]).ok_or_else(|| Error::with_msg("`Slice` starts at a whole number"))?;
    let length = arguments
        .get(1)
        .map_or(Some(1), |it| whole(it))
        .unwrap_or(1)
        .max(0);
    let range = |size: usize| {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let from = if start < 0 {
            start.saturating_add(size)
        } else {
            start
        }
        .clamp(0, size);
        let to = from.saturating_add(length).min(size);
        (
            usize::try_from(from).unwrap_or(0),
            usize::try_from(to).unwrap_or(0),
        )
    };
    if it.as_array().is_some() {
        let items = items(it);
        let (from, to) = range(items.len());
        return Ok(Value::Array(items[from..to].to_vec()));
    }
    let chars: Vec<char> = text(it).chars().collect();
    let (from, to) = range(chars.len());
    Ok(text_value(chars[from..to].iter().collect()))
}

fn sort(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let mut items = items(it);
    let key = arguments.first().map(|it| text(it));
    let of = |value: &Value| {
        key.as_deref()
            .map_or_else(|| value.clone(), |key| member(value, key))
    };
    items.sort_by(|a, b| compare(&of(a), &of(b)));
    Ok(Value::Array(items))
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (number(a), number(b)) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => text(a).cmp(&text(b)),
    }
}

fn split(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let (it, by) = (text(it), text(&arguments[0]));
    let parts: Vec<Value> = match by.is_empty() {
        true => it.chars().map(|c| text_value(c.to_string())).collect(),
        // Empty parts are left out, as DotLiquid does.
        false => it
            .split(&by)
            .filter(|part| !part.is_empty())
            .map(|part| text_value(part.to_owned()))
            .collect(),
    };
    Ok(Value::Array(parts))
}

fn strip_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let Some(length) = rest[open..].find('>') else {
            break;
        };
        out.push_str(&rest[..open]);
        rest = &rest[open + length + 1..];
    }
    out + rest
}

fn truncate(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let (it, length, end) = (text(it), limit(arguments, 50), ending(arguments));
    if it.chars().count() <= length {
        return Ok(text_value(it));
    }
    let kept: String = it
        .chars()
        .take(length.saturating_sub(end.chars().count()))
        .collect();
    Ok(text_value(kept + &end))
}

fn truncate_words(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let (it, count, end) = (text(it), limit(arguments, 15), ending(arguments));
    let words: Vec<&str> = it.split(' ').collect();
    match words.len() > count {
        true => Ok(text_value(words[..count].join(" ") + &end)),
        false => Ok(text_value(it)),
    }
}

fn limit(arguments: &[Value], default: usize) -> usize {
    let given = arguments.first().and_then(|it| whole(it));
    given.map_or(default, |it| usize::try_from(it).unwrap_or(0))
}

fn ending(arguments: &[Value]) -> String {
    arguments.get(1).map_or_else(|| "...".to_owned(), |it| text(it))
}

fn uniq(it: &dyn ValueView, _: &[Value], _: Moment) -> Result<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items(it) {
        if !kept.iter().any(|it| text(it) == text(&item)) {
            kept.push(item);
        }
    }
    Ok(Value::Array(kept))
}

// A .NET format string. What is no date stays as it is, as in DotLiquid.
fn date(it: &dyn ValueView, arguments: &[Value], now: Moment) -> Result<Value> {
    let format = text(&arguments[0]);
    let exact = match it.type_name() {
        "date" => it.source().to_string(),
        _ => text(it),
    };
    let date = match exact.trim() {
        "now" => Some(expression::date(now)),
        text => expression::json_date(text).or_else(|| expression::parse_date(text, now)),
    };
    let Some(date) = date else {
        return Ok(it.to_value());
    };
    expression::format_date(&date, &format)
        .map(text_value)
        .map_err(|error| Error::with_msg(error.message.to_string()))
}

fn currency(it: &dyn ValueView, arguments: &[Value], _: Moment) -> Result<Value> {
    let Ok(amount) = number(it) else {
        return Ok(it.to_value());
    };
    let sign = match arguments.first().map(|it| text(it)).unwrap_or_default().as_str() {
        "" | "en-US" => "$",
        "en-GB" => "£",
        other => {
            return Err(Error::with_msg(format!(
                "the culture `{other}` is not known here"
            )));
        }
    };
    let cents = format!("{:.2}", amount.abs());
    let (units, fraction) = cents.split_once('.').unwrap_or((&cents, "00"));
    let mut grouped = String::new();
    for (at, digit) in units.chars().enumerate() {
        if at > 0 && (units.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let minus = if amount < 0.0 { "-" } else { "" };
    Ok(text_value(format!("{minus}{sign}{grouped}.{fraction}")))
}
