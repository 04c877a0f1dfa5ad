use expression::Value as Date;
use liquid_core::model::{
    ArrayView, DisplayCow, KString, KStringCow, Object, ObjectView, ScalarCow, State, Value, ValueView,
};
use std::fmt;

/// A value of a body or of `context`. Members keep their order, and are found in any case.
#[derive(Debug, Clone)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// A date of JSON: shown as .NET shows it.
    Date(Date),
    Array(Vec<Data>),
    /// Members, and the text beside them, which an element with attributes has.
    Object(Vec<(String, Data)>, Option<String>),
}

impl Data {
    pub(super) fn object(members: Vec<(&str, Data)>) -> Data {
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
        Data::Object(members.collect(), None)
    }

    pub(super) fn text(text: impl Into<String>) -> Data {
        Data::Text(text.into())
    }

    fn member(&self, name: &str) -> Option<&Data> {
        let Data::Object(members, _) = self else {
            return None;
        };
        let exact = members.iter().find(|(it, _)| it == name);
        let found = exact.or_else(|| members.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value)
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Data::Null => Ok(()),
            Data::Bool(value) => value.fmt(f),
            Data::Int(value) => value.fmt(f),
            Data::Float(value) => value.fmt(f),
            Data::Text(text) => f.write_str(text),
            Data::Date(date) => f.write_str(&date.to_text()),
            Data::Array(items) => items.iter().try_for_each(|item| item.fmt(f)),
            Data::Object(_, Some(text)) => f.write_str(text),
            Data::Object(members, None) => members.iter().try_for_each(|(name, value)| {
                f.write_str(name)?;
                value.fmt(f)
            }),
        }
    }
}

impl ValueView for Data {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Borrowed(self)
    }

    /// A date gives its exact form, from which `Date` reads it again.
    fn source(&self) -> DisplayCow<'_> {
        match self {
            Data::Date(date) => {
                DisplayCow::Owned(Box::new(expression::format_date(date, "o").unwrap_or_default()))
            }
            _ => self.render(),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Data::Null => "nil",
            Data::Bool(_) => "boolean",
            Data::Int(_) => "whole number",
            Data::Float(_) => "fractional number",
            Data::Text(_) => "string",
            Data::Date(_) => "date",
            Data::Array(_) => "array",
            Data::Object(..) => "object",
        }
    }

    fn query_state(&self, state: State) -> bool {
        match (self, state) {
            (Data::Null, state) => state != State::Truthy,
            (Data::Bool(value), State::Truthy) => *value,
            (Data::Bool(value), _) => !value,
            (_, State::Truthy) => true,
            (Data::Text(text), State::Blank) => text.trim().is_empty(),
            (Data::Text(text), _) => text.is_empty(),
            (Data::Array(items), _) => items.is_empty(),
            (Data::Object(members, text), _) => members.is_empty() && text.is_none(),
            _ => false,
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        match self {
            Data::Text(text) => KStringCow::from_ref(text),
            other => KStringCow::from_string(other.to_string()),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Data::Null => Value::Nil,
            Data::Bool(value) => Value::scalar(*value),
            Data::Int(value) => Value::scalar(*value),
            Data::Float(value) => Value::scalar(*value),
            Data::Array(items) => Value::Array(items.iter().map(ValueView::to_value).collect()),
            Data::Object(members, None) => {
                let members = members
                    .iter()
                    .map(|(name, value)| (KString::from_ref(name), value.to_value()));
                Value::Object(members.collect::<Object>())
            }
            other => Value::scalar(other.to_string()),
        }
    }

    fn as_scalar(&self) -> Option<ScalarCow<'_>> {
        match self {
            Data::Bool(value) => Some(ScalarCow::new(*value)),
            Data::Int(value) => Some(ScalarCow::new(*value)),
            Data::Float(value) => Some(ScalarCow::new(*value)),
            Data::Text(text) => Some(ScalarCow::new(text.as_str())),
            Data::Date(_) | Data::Object(_, Some(_)) => Some(ScalarCow::new(self.to_string())),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<&dyn ArrayView> {
        matches!(self, Data::Array(_)).then_some(self as &dyn ArrayView)
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        matches!(self, Data::Object(..)).then_some(self as &dyn ObjectView)
    }

    fn is_nil(&self) -> bool {
        matches!(self, Data::Null)
    }
}

impl ArrayView for Data {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        match self {
            Data::Array(items) => i64::try_from(items.len()).unwrap_or(i64::MAX),
            _ => 0,
        }
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        let items: &[Data] = match self {
            Data::Array(items) => items,
            _ => &[],
        };
        Box::new(items.iter().map(|it| it as &dyn ValueView))
    }

    fn contains_key(&self, index: i64) -> bool {
        ArrayView::get(self, index).is_some()
    }

    fn get(&self, index: i64) -> Option<&dyn ValueView> {
        let Data::Array(items) = self else {
            return None;
        };
        let length = i64::try_from(items.len()).ok()?;
        let at = if index < 0 { index + length } else { index };
        <[Data]>::get(items, usize::try_from(at).ok()?).map(|it| it as &dyn ValueView)
    }
}

impl ObjectView for Data {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        i64::try_from(members(self).len()).unwrap_or(i64::MAX)
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(members(self).iter().map(|(name, _)| KStringCow::from_ref(name)))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(members(self).iter().map(|(_, value)| value as &dyn ValueView))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        let pair = |(name, value): &'k (String, Data)| (KStringCow::from_ref(name), value as &dyn ValueView);
        Box::new(members(self).iter().map(pair))
    }

    fn contains_key(&self, index: &str) -> bool {
        self.member(index).is_some()
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        self.member(index).map(|it| it as &dyn ValueView)
    }
}

fn members(data: &Data) -> &[(String, Data)] {
    match data {
        Data::Object(members, _) => members,
        _ => &[],
    }
}
