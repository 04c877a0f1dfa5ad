//! `Match`, `Group` and `Capture`, and the collections of them.

use super::table::{TypeDef, class, indexer, method, property, static_property};
use crate::Value;
use crate::dotnet::regex::{Match, Regex, Replacement, utf16_index};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::{Enumerator, Object};
use crate::text::Text;
use crate::types::Type;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[
    &CAPTURE,
    &GROUP,
    &MATCH,
    &CAPTURE_COLLECTION,
    &GROUP_COLLECTION,
    &MATCH_COLLECTION,
];

/// `System.Text.RegularExpressions.Capture`.
pub(crate) static CAPTURE: TypeDef = class("System.Text.RegularExpressions.Capture").members(&[
    property("string Value", |_, a, _| Ok(it(&a[0])?.captured().into())),
    property("int Index", |_, a, _| {
        let it = it(&a[0])?;
        Ok((it.range.map_or(0, |(from, _)| utf16_index(&it.input, from)) as i32).into())
    }),
    property("int Length", |_, a, _| {
        Ok((it(&a[0])?.captured().encode_utf16().count() as i32).into())
    }),
]);

/// `System.Text.RegularExpressions.Group`.
pub(crate) static GROUP: TypeDef = class("System.Text.RegularExpressions.Group")
    .bases(&["Capture"])
    .members(&[
        property("bool Success", |_, a, _| Ok(it(&a[0])?.range.is_some().into())),
        property("string Name", |_, a, _| Ok(it(&a[0])?.name.as_str().into())).not_in_azure(),
        property("CaptureCollection Captures", |_, a, _| {
            let it = it(&a[0])?;
            let capture = Captured {
                kind: Kind::Capture,
                ..it.clone()
            };
            Ok(collection(
                &CAPTURE_COLLECTION,
                it.range.map(|_| Value::object(capture)).into_iter().collect(),
                Vec::new(),
            ))
        }),
    ]);

/// `System.Text.RegularExpressions.Match`.
pub(crate) static MATCH: TypeDef = class("System.Text.RegularExpressions.Match")
    .bases(&["Group"])
    .members(&[
        static_property("Match Empty", |_, _, _| {
            Ok(Value::object(Captured {
                input: "".into(),
                range: None,
                name: "0".to_owned(),
                kind: Kind::Match(None),
            }))
        }),
        property("GroupCollection Groups", |_, a, _| Ok(groups(it(&a[0])?))),
        method("string Result(string replacement)", |_, a, _| {
            let it = it(&a[0])?;
            match &it.kind {
                Kind::Match(Some((regex, found))) => {
                    let replacement = Replacement::new(&a[1].str("replacement")?.as_str(), regex.groups());
                    Ok(replacement.expand(&it.input, found).into())
                }
                _ => {
                    let message = "Result cannot be called on a failed Match.";
                    Err(Exception::new("System.NotSupportedException", message).into())
                }
            }
        }),
        method("Match NextMatch()", |_, a, _| {
            let it = it(&a[0])?;
            let Kind::Match(Some((regex, found))) = &it.kind else {
                return Ok(a[0].clone());
            };
            let next = match Regex::next_start(&it.input, found) {
                Some(from) => regex.match_from(&it.input, from)?,
                None => None,
            };
            Ok(value(regex.clone(), it.input.clone(), next))
        })
        .not_in_azure(),
    ]);

/// `System.Text.RegularExpressions.CaptureCollection`.
pub(crate) static CAPTURE_COLLECTION: TypeDef = class("System.Text.RegularExpressions.CaptureCollection")
    .bases(&["IEnumerable<Capture>"])
    .members(&[
        property("int Count", |_, a, _| count(a)),
        indexer("Capture this[int i]", |_, a, _| at(a)),
    ]);

/// `System.Text.RegularExpressions.GroupCollection`.
pub(crate) static GROUP_COLLECTION: TypeDef = class("System.Text.RegularExpressions.GroupCollection")
    .bases(&["IEnumerable<Group>"])
    .members(&[
        property("int Count", |_, a, _| count(a)),
        indexer("Group this[int groupnum]", |_, a, _| {
            let number = i64::from(a[1].int());
            let it = a[0].of::<Collection>()?;
            let found = it
                .numbers
                .iter()
                .position(|it| *it == number)
                .map(|at| it.items[at].clone());
            found.map_or_else(|| named(a, &number.to_string()), Ok)
        }),
        indexer("Group this[string groupname]", |_, a, _| {
            named(a, &a[1].str("groupname")?.as_str())
        }),
        method("bool ContainsKey(string key)", |_, a, _| {
            let key = a[1].str("key")?.as_str();
            Ok(a[0].of::<Collection>()?.names.iter().any(|it| *it == key).into())
        })
        .not_in_azure(),
    ]);

/// `System.Text.RegularExpressions.MatchCollection`.
pub(crate) static MATCH_COLLECTION: TypeDef = class("System.Text.RegularExpressions.MatchCollection")
    .bases(&["IEnumerable<Match>"])
    .members(&[
        property("int Count", |_, a, _| count(a)),
        indexer("Match this[int i]", |_, a, _| at(a)),
    ]);

/// A match, a group or a capture: a part of the input, or none.
#[derive(Debug, Clone)]
struct Captured {
    input: Arc<str>,
    range: Option<(usize, usize)>,
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Capture,
    Group,
    Match(Option<(Arc<Regex>, Match)>),
}

/// A `Match`, successful or not.
pub(crate) fn value(regex: Arc<Regex>, input: Arc<str>, found: Option<Match>) -> Value {
    let range = found.as_ref().map(Match::range);
    let kind = Kind::Match(found.map(|it| (regex, it)));
    Value::object(Captured {
        input,
        range,
        name: "0".to_owned(),
        kind,
    })
}

/// A `MatchCollection`.
pub(crate) fn matches(items: Vec<Value>) -> Value {
    collection(&MATCH_COLLECTION, items, Vec::new())
}

fn it(value: &Value) -> Result<&Captured, Exception> {
    value.of()
}

impl Captured {
    // A group that took no part has the empty text, not null.
    fn captured(&self) -> &str {
        self.range
            .and_then(|(from, to)| self.input.get(from..to))
            .unwrap_or("")
    }
}

impl Object for Captured {
    fn ty(&self) -> Type {
        Type::class(match self.kind {
            Kind::Capture => &CAPTURE,
            Kind::Group => &GROUP,
            Kind::Match(_) => &MATCH,
        })
    }

    fn text(&self) -> Text {
        self.captured().into()
    }
}

fn groups(it: &Captured) -> Value {
    let Kind::Match(Some((regex, found))) = &it.kind else {
        let failed = Captured {
            kind: Kind::Group,
            ..it.clone()
        };
        return collection(
            &GROUP_COLLECTION,
            vec![Value::object(failed)],
            vec!["0".to_owned()],
        );
    };
    let slots = regex.groups().slots();
    let group = |at: usize| {
        if at == 0 {
            return Value::object(it.clone());
        }
        let range = found.groups.get(at).copied().flatten();
        Value::object(Captured {
            input: it.input.clone(),
            range,
            name: slots[at].name.clone(),
            kind: Kind::Group,
        })
    };
    Value::object(Collection {
        def: &GROUP_COLLECTION,
        items: (0..slots.len()).map(group).collect(),
        names: slots.iter().map(|it| it.name.clone()).collect(),
        numbers: slots.iter().map(|it| it.number).collect(),
    })
}

#[derive(Debug)]
struct Collection {
    def: &'static TypeDef,
    items: Vec<Value>,
    names: Vec<String>,
    // Of the groups: one with a name has a number too.
    numbers: Vec<i64>,
}

fn collection(def: &'static TypeDef, items: Vec<Value>, names: Vec<String>) -> Value {
    Value::object(Collection {
        def,
        items,
        names,
        numbers: Vec::new(),
    })
}

fn count(a: &[Value]) -> Eval {
    Ok((a[0].of::<Collection>()?.items.len() as i32).into())
}

fn at(a: &[Value]) -> Eval {
    let items = &a[0].of::<Collection>()?.items;
    let item = usize::try_from(a[1].int()).ok().and_then(|it| items.get(it));
    item.cloned().ok_or_else(|| {
        let message = "Specified argument was out of the range of valid values.";
        Exception::out_of_range(message, "i").into()
    })
}

/// The group of a name or number; one that the pattern does not have is a failed group, never null.
fn named(a: &[Value], name: &str) -> Eval {
    let it = a[0].of::<Collection>()?;
    let found = it
        .names
        .iter()
        .position(|it| it == name)
        .and_then(|at| it.items.get(at));
    Ok(found.cloned().unwrap_or_else(|| {
        Value::object(Captured {
            input: "".into(),
            range: None,
            name: name.to_owned(),
            kind: Kind::Group,
        })
    }))
}

impl Object for Collection {
    fn ty(&self) -> Type {
        Type::class(self.def)
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn Enumerator>> {
        Some(Box::new(Walk { of: self, at: 0 }))
    }
}

struct Walk {
    of: Arc<Collection>,
    at: usize,
}

impl Enumerator for Walk {
    fn next(&mut self, _: &mut Cx<'_>) -> Eval<Option<Value>> {
        self.at += 1;
        Ok(self.of.items.get(self.at - 1).cloned())
    }
}
