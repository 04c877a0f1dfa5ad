//! The functions of templates: one row per function says how many arguments of what shape it takes, what it gives, and who
//! runs it. The compiler checks calls against the same rows that the evaluator runs.

mod arrays; // arrays and objects
mod cidr;
mod dates;
mod format; // `format` and how values become text
mod logic; // comparison, logic, arithmetic
mod strings;
mod unique; // uniqueString and guid
mod uris;

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

pub(crate) use arrays::get;
pub(crate) use dates::now;
pub(crate) use format::text_of;
pub(crate) use unique::guid;
pub(crate) use uris::provider_path;

/// What a value looks like from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Any,
    Text,
    Int,
    Bool,
    Array,
    Object,
}

impl Shape {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Shape::Any => "any value",
            Shape::Text => "a string",
            Shape::Int => "an int",
            Shape::Bool => "a bool",
            Shape::Array => "an array",
            Shape::Object => "an object",
        }
    }

    pub(crate) fn of(value: &Value) -> Shape {
        match value {
            Value::Null => Shape::Any,
            Value::Bool(_) => Shape::Bool,
            Value::Number(_) => Shape::Int,
            Value::String(_) => Shape::Text,
            Value::Array(_) => Shape::Array,
            Value::Object(_) => Shape::Object,
        }
    }

    pub(crate) fn takes(self, other: Shape) -> bool {
        self == Shape::Any || other == Shape::Any || self == other
    }
}

/// What a function does with its values, or why it cannot.
pub(crate) type Pure = fn(&[Value]) -> Result<Value, String>;

/// Who runs a function.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    /// Its values decide alone.
    Pure(Pure),
    /// The evaluator, which knows loops, parameters, resources and where it deploys.
    Evaluator,
    /// The compiler: the function exists in Bicep, not in templates.
    Compiler,
}

/// A function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Shapes of the arguments; the last is that of all further ones.
    pub(crate) takes: &'static [Shape],
    pub(crate) gives: Shape,
    pub(crate) run: Run,
    /// Whether Bicep knows it under this name; operators and plumbing exist in templates only.
    pub(crate) in_bicep: bool,
}

const MANY: usize = usize::MAX;

const fn pure(
    name: &'static str,
    counts: (usize, usize),
    takes: &'static [Shape],
    gives: Shape,
    run: Pure,
) -> Row {
    Row {
        name,
        least: counts.0,
        most: counts.1,
        takes,
        gives,
        run: Run::Pure(run),
        in_bicep: true,
    }
}

const fn operator(
    name: &'static str,
    counts: (usize, usize),
    takes: &'static [Shape],
    gives: Shape,
    run: Pure,
) -> Row {
    Row {
        in_bicep: false,
        ..pure(name, counts, takes, gives, run)
    }
}

const fn evaluator(name: &'static str, counts: (usize, usize), takes: &'static [Shape], gives: Shape) -> Row {
    Row {
        name,
        least: counts.0,
        most: counts.1,
        takes,
        gives,
        run: Run::Evaluator,
        in_bicep: true,
    }
}

const fn plumbing(name: &'static str, counts: (usize, usize), takes: &'static [Shape], gives: Shape) -> Row {
    Row {
        in_bicep: false,
        ..evaluator(name, counts, takes, gives)
    }
}

const fn compiler(name: &'static str, counts: (usize, usize), takes: &'static [Shape], gives: Shape) -> Row {
    Row {
        run: Run::Compiler,
        ..evaluator(name, counts, takes, gives)
    }
}

use Shape::{Any, Array, Bool, Int, Object, Text};

/// Every function, by group.
static ROWS: &[Row] = &[
    // Text.
    pure("base64", (1, 1), &[Text], Text, strings::base64),
    pure("base64ToJson", (1, 1), &[Text], Any, strings::base64_to_json),
    pure("base64ToString", (1, 1), &[Text], Text, strings::base64_to_string),
    pure("concat", (0, MANY), &[Any], Any, strings::concat),
    pure("contains", (2, 2), &[Any, Any], Bool, arrays::contains),
    pure("dataUri", (1, 1), &[Text], Text, strings::data_uri),
    pure(
        "dataUriToString",
        (1, 1),
        &[Text],
        Text,
        strings::data_uri_to_string,
    ),
    pure("empty", (1, 1), &[Any], Bool, arrays::empty),
    pure("endsWith", (2, 2), &[Text], Bool, strings::ends_with),
    pure("first", (1, 1), &[Any], Any, arrays::first),
    pure("format", (1, MANY), &[Text, Any], Text, format::format),
    pure("guid", (1, MANY), &[Text], Text, unique::guid_of),
    pure("indexOf", (2, 2), &[Any], Int, arrays::index_of),
    pure("join", (2, 2), &[Array, Text], Text, strings::join),
    pure("json", (1, 1), &[Text], Any, strings::json),
    pure("last", (1, 1), &[Any], Any, arrays::last),
    pure("lastIndexOf", (2, 2), &[Any], Int, arrays::last_index_of),
    pure("length", (1, 1), &[Any], Int, arrays::length),
    pure("like", (2, 2), &[Text], Bool, strings::like),
    pure("padLeft", (2, 3), &[Any, Int, Text], Text, strings::pad_left),
    pure("replace", (3, 3), &[Text], Text, strings::replace),
    pure("skip", (2, 2), &[Any, Int], Any, arrays::skip),
    pure("split", (2, 2), &[Text, Any], Array, strings::split),
    pure("startsWith", (2, 2), &[Text], Bool, strings::starts_with),
    pure("string", (1, 1), &[Any], Text, strings::string),
    pure("substring", (2, 3), &[Text, Int], Text, strings::substring),
    pure("take", (2, 2), &[Any, Int], Any, arrays::take),
    pure("toLower", (1, 1), &[Text], Text, strings::to_lower),
    pure("toUpper", (1, 1), &[Text], Text, strings::to_upper),
    pure("trim", (1, 1), &[Text], Text, strings::trim),
    pure("uniqueString", (1, MANY), &[Text], Text, unique::unique_string_of),
    pure("uri", (2, 2), &[Text], Text, uris::uri),
    pure("uriComponent", (1, 1), &[Text], Text, uris::component),
    pure(
        "uriComponentToString",
        (1, 1),
        &[Text],
        Text,
        uris::component_to_string,
    ),
    pure("buildUri", (1, 1), &[Object], Text, uris::build),
    pure("parseUri", (1, 1), &[Text], Object, uris::parse),
    // Arrays and objects.
    pure("array", (1, 1), &[Any], Array, arrays::array),
    operator("createArray", (0, MANY), &[Any], Array, arrays::create_array),
    operator("createObject", (0, MANY), &[Any], Object, arrays::create_object),
    pure("distinct", (1, 1), &[Array], Array, arrays::distinct),
    pure("flatten", (1, 1), &[Array], Array, arrays::flatten),
    pure("intersection", (2, MANY), &[Any], Any, arrays::intersection),
    pure("items", (1, 1), &[Object], Array, arrays::items),
    pure("max", (1, MANY), &[Any], Int, arrays::max),
    pure("min", (1, MANY), &[Any], Int, arrays::min),
    pure("objectKeys", (1, 1), &[Object], Array, arrays::object_keys),
    pure("range", (2, 2), &[Int], Array, arrays::range),
    pure("shallowMerge", (1, 1), &[Array], Object, arrays::shallow_merge),
    pure("tryGet", (2, MANY), &[Any], Any, arrays::try_get),
    operator("indexFromEnd", (2, 2), &[Array, Int], Any, arrays::index_from_end),
    operator(
        "tryIndexFromEnd",
        (2, MANY),
        &[Any, Int, Any],
        Any,
        arrays::try_index_from_end,
    ),
    pure("union", (2, MANY), &[Any], Any, arrays::union),
    evaluator("map", (2, 2), &[Array, Any], Array),
    evaluator("filter", (2, 2), &[Array, Any], Array),
    evaluator("reduce", (3, 3), &[Array, Any], Any),
    evaluator("sort", (2, 2), &[Array, Any], Array),
    evaluator("toObject", (2, 3), &[Array, Any], Object),
    evaluator("mapValues", (2, 2), &[Object, Any], Object),
    evaluator("groupBy", (2, 3), &[Array, Any], Object),
    // Logic and numbers.
    operator("add", (2, 2), &[Int], Int, logic::add),
    operator("sub", (2, 2), &[Int], Int, logic::sub),
    operator("mul", (2, 2), &[Int], Int, logic::mul),
    operator("div", (2, 2), &[Int], Int, logic::div),
    operator("mod", (2, 2), &[Int], Int, logic::r#mod),
    operator("equals", (2, 2), &[Any], Bool, logic::equals),
    operator("less", (2, 2), &[Any], Bool, logic::less),
    operator("lessOrEquals", (2, 2), &[Any], Bool, logic::less_or_equals),
    operator("greater", (2, 2), &[Any], Bool, logic::greater),
    operator("greaterOrEquals", (2, 2), &[Any], Bool, logic::greater_or_equals),
    operator("not", (1, 1), &[Bool], Bool, logic::not),
    operator("true", (0, 0), &[], Bool, logic::r#true),
    operator("false", (0, 0), &[], Bool, logic::r#false),
    operator("null", (0, 0), &[], Any, logic::null),
    operator("float", (1, 1), &[Any], Any, logic::float),
    pure("bool", (1, 1), &[Any], Bool, logic::bool),
    pure("int", (1, 1), &[Any], Int, logic::int),
    plumbing("and", (2, MANY), &[Bool], Bool),
    plumbing("or", (2, MANY), &[Bool], Bool),
    plumbing("if", (3, 3), &[Bool, Any], Any),
    plumbing("coalesce", (1, MANY), &[Any], Any),
    // Dates and networks.
    pure("dateTimeAdd", (2, 3), &[Text], Text, dates::add),
    pure("dateTimeFromEpoch", (1, 1), &[Int], Text, dates::from_epoch),
    pure("dateTimeToEpoch", (1, 1), &[Text], Int, dates::to_epoch),
    evaluator("utcNow", (0, 1), &[Text], Text),
    evaluator("newGuid", (0, 0), &[], Text),
    pure("parseCidr", (1, 1), &[Text], Object, cidr::parse),
    pure("cidrSubnet", (3, 3), &[Text, Int], Text, cidr::subnet),
    pure("cidrHost", (2, 2), &[Text, Int], Text, cidr::host),
    // Where it is deployed.
    evaluator("deployment", (0, 0), &[], Object),
    evaluator("deployer", (0, 0), &[], Object),
    evaluator("environment", (0, 0), &[], Object),
    evaluator("subscription", (0, 1), &[Text], Object),
    evaluator("resourceGroup", (0, 2), &[Text], Object),
    evaluator("managementGroup", (0, 1), &[Text], Object),
    evaluator("tenant", (0, 0), &[], Object),
    evaluator("fail", (1, 1), &[Text], Any),
    // Resources.
    evaluator("resourceId", (2, MANY), &[Text], Text),
    evaluator("subscriptionResourceId", (2, MANY), &[Text], Text),
    evaluator("tenantResourceId", (2, MANY), &[Text], Text),
    evaluator("managementGroupResourceId", (2, MANY), &[Text], Text),
    pure(
        "extensionResourceId",
        (3, MANY),
        &[Text],
        Text,
        uris::extension_resource_id,
    ),
    evaluator("reference", (1, 3), &[Text], Object),
    evaluator("pickZones", (3, 5), &[Text, Text, Text, Int], Array),
    evaluator("providers", (1, 2), &[Text], Any),
    evaluator("toLogicalZone", (3, 3), &[Text], Text),
    evaluator("toPhysicalZone", (3, 3), &[Text], Text),
    evaluator("toLogicalZones", (3, 3), &[Text, Text, Array], Array),
    evaluator("toPhysicalZones", (3, 3), &[Text, Text, Array], Array),
    plumbing("references", (1, 2), &[Text], Array),
    plumbing("parameters", (1, 1), &[Text], Any),
    plumbing("variables", (1, 1), &[Text], Any),
    plumbing("copyIndex", (0, 2), &[Any], Int),
    plumbing("lambdaVariables", (1, 1), &[Text], Any),
    plumbing("lambda", (1, MANY), &[Any], Any),
    plumbing("externalInputs", (1, 1), &[Text], Any),
    // Bicep alone.
    compiler("any", (1, 1), &[Any], Any),
    compiler("nameof", (1, 1), &[Any], Text),
    compiler("loadTextContent", (1, 2), &[Text], Text),
    compiler("loadFileAsBase64", (1, 1), &[Text], Text),
    compiler("loadJsonContent", (1, 3), &[Text], Any),
    compiler("loadYamlContent", (1, 3), &[Text], Any),
    compiler("loadDirectoryFileInfo", (1, 2), &[Text], Array),
    compiler("readEnvironmentVariable", (1, 2), &[Text], Text),
    compiler("readCliArg", (1, 1), &[Text], Text),
    compiler("externalInput", (1, 2), &[Text, Any], Any),
    compiler("getSecret", (3, 5), &[Text], Text),
];

/// The function of that name; templates ignore case.
pub(crate) fn find(name: &str) -> Option<&'static Row> {
    static BY_NAME: OnceLock<BTreeMap<String, &'static Row>> = OnceLock::new();
    let rows = BY_NAME.get_or_init(|| {
        ROWS.iter()
            .map(|row| (row.name.to_ascii_lowercase(), row))
            .collect()
    });
    rows.get(&name.to_ascii_lowercase()).copied()
}

/// Names of the functions that Bicep knows.
pub(crate) fn bicep_names<'a>() -> impl Iterator<Item = &'a str> {
    ROWS.iter().filter(|row| row.in_bicep).map(|row| row.name)
}

/// Names of the functions that templates know.
pub(crate) fn template_names() -> impl Iterator<Item = &'static str> {
    let rows = ROWS.iter().filter(|row| !matches!(row.run, Run::Compiler));
    rows.map(|row| row.name)
}

/// The shape that an argument must have.
pub(crate) fn wanted(row: &Row, index: usize) -> Shape {
    row.takes.get(index).or(row.takes.last()).copied().unwrap_or(Any)
}

/// `1 argument`, `2 or 3 arguments`, `at least 2 arguments`.
pub(crate) fn counts(row: &Row) -> String {
    let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
    match (row.least, row.most) {
        (least, MANY) => format!("at least {least} {}", plural(least)),
        (least, most) if least == most => format!("{least} {}", plural(least)),
        (least, most) if least + 1 == most => format!("{least} or {most} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

/// Whether a text fits a pattern: `*` stands for any text, `?` for one character.
pub(crate) fn matches_pattern(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut wanted) = (0, 0);
    // Where the last star stood, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(wanted) {
            Some('*') => {
                star = Some((wanted, at));
                wanted += 1;
            }
            Some(c) if *c == '?' || *c == name[at] => {
                at += 1;
                wanted += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, wanted) = (taken + 1, place + 1);
                }
                None => return false,
            },
        }
    }
    pattern[wanted..].iter().all(|c| *c == '*')
}

fn text(values: &[Value], index: usize) -> Result<&str, String> {
    match values.get(index) {
        Some(Value::String(text)) => Ok(text),
        other => Err(wrong(index, "a string", other)),
    }
}

fn number(values: &[Value], index: usize) -> Result<i64, String> {
    let value = values.get(index);
    let number = match value {
        Some(Value::Number(number)) => number.as_i64(),
        _ => None,
    };
    number.ok_or_else(|| wrong(index, "an int", value))
}

fn list(values: &[Value], index: usize) -> Result<&Vec<Value>, String> {
    match values.get(index) {
        Some(Value::Array(list)) => Ok(list),
        other => Err(wrong(index, "an array", other)),
    }
}

fn object(values: &[Value], index: usize) -> Result<&serde_json::Map<String, Value>, String> {
    match values.get(index) {
        Some(Value::Object(object)) => Ok(object),
        other => Err(wrong(index, "an object", other)),
    }
}

fn wrong(index: usize, wanted: &str, value: Option<&Value>) -> String {
    let found = match value {
        None => "nothing".to_owned(),
        Some(value) => describe(value),
    };
    format!("argument {} must be {wanted}, not {found}", index + 1)
}

/// What a value is, for a message.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) if text.chars().count() <= 40 => format!("the string `{text}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::Bool(flag) => format!("`{flag}`"),
        value => Shape::of(value).name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let mut names: Vec<String> = ROWS.iter().map(|row| row.name.to_ascii_lowercase()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
