//! Declarations of .NET members as text, `static bool IsNullOrEmpty(string value)`, and whether one stands for another.

use expression::MemberInfo;

/// A member's declaration, read.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Full name of the type without type arguments.
    pub(crate) of: String,
    name: String,
    parameters: Option<Vec<Parameter>>,
    // Of a conversion; elsewhere no two members differ in nothing but the result.
    result: Option<Type>,
    is_settable: bool,
}

#[derive(Debug)]
struct Parameter {
    ty: Type,
    mode: Mode,
    is_optional: bool,
}

#[derive(Debug, PartialEq)]
enum Mode {
    Value,
    Params,
    // `out` and `ref`.
    Place,
}

#[derive(Debug, PartialEq, Clone)]
enum Type {
    // A type parameter, of the type or of the method.
    Variable(String),
    Named(String, Vec<Type>),
    Array(Box<Type>),
}

impl Signature {
    /// A line of `members.txt`: `TYPE: DECLARATION`.
    pub(crate) fn of_line(line: &str) -> Option<Signature> {
        let (ty, declaration) = line.split_once(": ")?;
        let (of, variables) = match ty.split_once('<') {
            Some((of, rest)) => (of, names(rest.strip_suffix('>')?)),
            None => (ty, Vec::new()),
        };
        read(of, &variables, declaration)
    }

    /// A row of our tables.
    pub(crate) fn of_table(member: &MemberInfo) -> Option<Signature> {
        let variables: Vec<String> = member
            .type_parameters
            .iter()
            .map(|it| it.rsplit(' ').next().unwrap_or(it).to_owned())
            .collect();
        let signature = member.signature;
        let declaration = match member.kind {
            "constructor" => format!("new {signature}"),
            "implicit conversion" => format!("implicit operator {signature}"),
            "explicit conversion" => format!("explicit operator {signature}"),
            "operator" => {
                let (result, rest) = signature.split_once(' ')?;
                format!("{result} operator {rest}")
            }
            _ => signature.to_owned(),
        };
        let mut signature = read(table_of(member.type_name), &variables, &declaration)?;
        signature.is_settable = member.is_settable;
        Some(signature)
    }

    /// Operators and conversions of these types are part of C#, whatever a table says.
    pub(crate) fn is_of_language(&self) -> bool {
        const TYPES: [&str; 5] = [
            "System.Decimal",
            "System.Double",
            "System.Nullable",
            "System.Single",
            "System.String",
        ];
        // The checker knows the items of tuples.
        if self.of.starts_with("System.Tuple") && self.name.starts_with("Item") {
            return true;
        }
        let is_word = self.name != "conversion" && self.name.starts_with(char::is_alphabetic);
        !is_word && TYPES.contains(&self.of.as_str())
    }

    /// Type and name, if it has a name that an expression writes: no operator, no conversion.
    pub(crate) fn word(&self) -> Option<(String, String)> {
        let is_word = self.name != "conversion" && self.name.starts_with(char::is_alphabetic);
        let is_item = self.of.starts_with("System.Tuple") && self.name.starts_with("Item");
        (is_word && !is_item).then(|| (self.of.clone(), self.name.clone()))
    }

    /// What members have in common that may stand for each other.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.of, self.name)
    }
}

/// The .NET type of a table: LINQ's rows stand in several.
pub(crate) fn table_of(name: &str) -> &str {
    match name.starts_with("System.Linq.Enumerable.") {
        true => "System.Linq.Enumerable",
        false => name,
    }
}

fn read(of: &str, variables: &[String], declaration: &str) -> Option<Signature> {
    let mut text = declaration.trim();
    let is_settable = text.ends_with("set; }");
    if let Some((before, _)) = text.split_once(" { ").filter(|_| is_settable) {
        text = before;
    }
    text = text.strip_prefix("static ").unwrap_or(text);
    let mut variables = variables.to_vec();
    let (head, list) = match text.strip_suffix([')', ']']) {
        Some(open) if text.ends_with(')') || open.contains(" this[") => parted(open)?,
        _ => (text, None),
    };
    let (name, result) = if head.trim_end() == "new" || head.starts_with("new ") {
        ("new".to_owned(), None)
    } else if let Some(result) = head
        .strip_prefix("implicit operator ")
        .or(head.strip_prefix("explicit operator "))
    {
        ("conversion".to_owned(), Some(result.trim()))
    } else {
        let (before, own) = own_variables(head);
        variables.extend(own);
        (before.trim_end().rsplit(' ').next()?.to_owned(), None)
    };
    let parameters = list.map(|it| {
        split(it)
            .into_iter()
            .map(|it| parameter(it, &variables))
            .collect::<Option<Vec<_>>>()
    });
    Some(Signature {
        of: of.to_owned(),
        name,
        parameters: match parameters {
            Some(parameters) => Some(parameters?),
            None => None,
        },
        result: match result {
            Some(result) => Some(ty(result, &variables)?),
            None => None,
        },
        is_settable,
    })
}

// Parts `T First<T>(this IEnumerable<T> source` at the bracket that is open at its end.
fn parted(text: &str) -> Option<(&str, Option<&str>)> {
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | ']' => depth += 1,
            '(' | '[' if depth == 0 => return Some((&text[..at], Some(&text[at + 1..]))),
            '(' | '[' => depth -= 1,
            _ => (),
        }
    }
    None
}

// `T First<T>` has a type parameter, `IEnumerable<T> Items` has none.
fn own_variables(head: &str) -> (&str, Vec<String>) {
    match head.strip_suffix('>') {
        Some(open) => {
            let mut depth = 0;
            let at = open.char_indices().rev().find(|(_, c)| {
                match c {
                    '>' => depth += 1,
                    '<' if depth == 0 => return true,
                    '<' => depth -= 1,
                    _ => (),
                }
                false
            });
            at.map_or((head, Vec::new()), |(at, _)| {
                (&head[..at], names(&open[at + 1..]))
            })
        }
        None => (head, Vec::new()),
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|it| it.trim().to_owned()).collect()
}

// At the commas outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => (),
        }
    }
    if !text[start..].trim().is_empty() {
        parts.push(text[start..].trim());
    }
    parts
}

fn parameter(text: &str, variables: &[String]) -> Option<Parameter> {
    let (text, is_optional) = match text.split_once(" = ") {
        Some((text, _)) => (text, true),
        None => (text, false),
    };
    let (word, rest) = text.split_once(' ')?;
    let (mode, text) = match word {
        "out" | "ref" => (Mode::Place, rest),
        "params" => (Mode::Params, rest),
        "this" | "in" => (Mode::Value, rest),
        _ => (Mode::Value, text),
    };
    let (ty_text, _) = text.rsplit_once(' ')?;
    Some(Parameter {
        ty: ty(ty_text, variables)?,
        mode,
        is_optional,
    })
}

fn ty(text: &str, variables: &[String]) -> Option<Type> {
    let text = text.trim();
    if let Some(element) = text.strip_suffix("[]") {
        return Some(Type::Array(Box::new(ty(element, variables)?)));
    }
    if let Some(inner) = text.strip_suffix('?') {
        return Some(Type::Named("Nullable".to_owned(), vec![ty(inner, variables)?]));
    }
    if let Some(items) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        let items = split(items)
            .into_iter()
            .map(|it| ty(it.split(' ').next()?, variables));
        return Some(Type::Named(
            "ValueTuple".to_owned(),
            items.collect::<Option<_>>()?,
        ));
    }
    match text.split_once('<') {
        Some((name, rest)) => {
            let args = rest.rsplit_once('>')?.0;
            let args = split(args).into_iter().map(|it| ty(it, variables));
            Some(Type::Named(name.to_owned(), args.collect::<Option<_>>()?))
        }
        None if variables.iter().any(|it| it == text) => Some(Type::Variable(text.to_owned())),
        None => Some(Type::Named(text.to_owned(), Vec::new())),
    }
}

/// Whether a row of ours takes what .NET's member takes. One row may stand for several overloads: `object` for the simple
/// types, `T` for what it is, `params T[]` for any number of `T`.
pub(crate) fn covers(ours: &Signature, theirs: &Signature) -> bool {
    let bindings = &mut Vec::new();
    let (Some(left), Some(right)) = (&ours.parameters, &theirs.parameters) else {
        let both_without = ours.parameters.is_none() && theirs.parameters.is_none();
        return both_without && (ours.is_settable || !theirs.is_settable);
    };
    let is_result_right = match (&ours.result, &theirs.result) {
        (Some(ours), Some(theirs)) => accepts(ours, theirs, bindings),
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    };
    is_result_right && (ours.is_settable || !theirs.is_settable) && accepts_all(left, right, bindings)
}

fn accepts_all<'a>(
    ours: &'a [Parameter],
    theirs: &'a [Parameter],
    bindings: &mut Vec<(&'a str, &'a Type)>,
) -> bool {
    match (ours.split_first(), theirs.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((left, rest)), None) => {
            (left.is_optional || left.mode == Mode::Params) && accepts_all(rest, theirs, bindings)
        }
        (Some((left, rest)), Some((right, others))) => {
            let is_same_mode = (left.mode == Mode::Place) == (right.mode == Mode::Place);
            let before = bindings.len();
            if is_same_mode && accepts(&left.ty, &right.ty, bindings) && accepts_all(rest, others, bindings) {
                return true;
            }
            bindings.truncate(before);
            match &left.ty {
                Type::Array(element) if left.mode == Mode::Params && right.mode == Mode::Value => {
                    accepts(element, &right.ty, bindings) && accepts_all(ours, others, bindings)
                }
                _ => false,
            }
        }
    }
}

// What an `object` of ours stands for: values that print and convert as themselves when they are boxed.
const BOXED: &[&str] = &[
    "object",
    "bool",
    "byte",
    "sbyte",
    "char",
    "short",
    "ushort",
    "int",
    "uint",
    "long",
    "ulong",
    "float",
    "double",
    "decimal",
    "string",
    "DateTime",
    "DateTimeOffset",
    "Guid",
    "TimeSpan",
    "Uri",
];

fn accepts<'a>(ours: &'a Type, theirs: &'a Type, bindings: &mut Vec<(&'a str, &'a Type)>) -> bool {
    match (ours, theirs) {
        (Type::Variable(name), _) => match bindings.iter().find(|(bound, _)| bound == name) {
            Some((_, bound)) => *bound == theirs,
            None => {
                bindings.push((name, theirs));
                true
            }
        },
        (Type::Named(a, _), Type::Named(b, args)) if a == "object" => {
            args.is_empty() && BOXED.contains(&b.as_str())
        }
        (Type::Named(a, left), Type::Named(b, right)) => {
            a == b
                && left.len() == right.len()
                && left.iter().zip(right).all(|(a, b)| accepts(a, b, bindings))
        }
        (Type::Array(a), Type::Array(b)) => accepts(a, b, bindings),
        // `Array.Reverse(Array)`: arrays of any element.
        (Type::Array(a), Type::Named(b, _)) => matches!(**a, Type::Variable(_)) && b == "Array",
        _ => false,
    }
}
