//! The .NET library: one type per file, each a table of rows.
//!
//! # How to add a type
//!
//! 1. A file `library/NAME.rs` with a [`TypeDef`]:
//!    ```text
//!    pub(crate) static GUID: TypeDef = structure("System.Guid").bases(&["IComparable<Guid>"]).members(&[
//!        static_property("Guid Empty", |_, _, _| Ok(guid(Default::default()))),
//!        static_method("Guid NewGuid()", |cx, _, _| ...),
//!        constructor("(string g)", |_, a, _| Ok(guid(parse(&a[0].str("g")?.as_str())?))),
//!        method("string ToString(string format)", |_, a, _| ...),
//!        operator("bool ==(Guid a, Guid b)", |_, a, _| ...),
//!    ]);
//!    ```
//!    and one line in [`TYPES`] below. A row's text is its C# signature: type parameters, `params`, `out`, `this`, names and
//!    defaults included. The checker reads overloads, conversions, named arguments and inference from it; the reference page
//!    prints it. A test reads every row, so a slip shows at once. Types are named as in C# (short names suffice).
//! 2. A body gets `(cx, a, t)`: the context, the arguments (`a[0]` is the receiver of an instance member, never null; for
//!    static members `a[0]` is the first argument; optional arguments are filled in; `params` arrive as one array), the type
//!    arguments (those of the type first, then the method's). `out` and `ref` arguments are written to `a[i]`.
//!    Arguments have exactly the row's types (an `int` argument for a `long` parameter has been converted), but a reference
//!    may be null: `a[1].str("name")?` throws `ArgumentNullException`, `a[1].str_or_null()` does not.
//!    It gives the result with exactly the row's type, `Value::Null` for `void`. `?` turns [`Exception`](crate::Exception)
//!    and `DotnetError` into a thrown exception.
//! 3. Values of the type: a plain Rust struct with `impl Object` (`object.rs`), made by `Value::object(it)`, read by
//!    `a[0].of::<It>()?`. `equals`/`hash`/`compare`/`text`/`formatted` make `==` in collections, keys, `OrderBy`, `ToString()`
//!    and `{0:format}` work. A mutable object holds a `parking_lot::Mutex`, never locked while a lambda or other code runs.
//!    Enumerations are `enumeration("System.DayOfWeek", &[("Sunday", 0), ...])`; their values are `Value::Enum(Def(&DAY), n)`.
//! 4. Helpers: arrays `array::new(Type::String, items)`, `array::bytes(&[u8])`, `array::to_bytes(&value)`;
//!    lists `list::new(ty, items)`; any sequence `cx.iterate(&value)?` or `cx.collect(&value)?`; a lambda `cx.invoke(&f, args)?`;
//!    time `cx.now()`; chance `cx.random()`; text of anything `cx.text(&value)?`. Long work calls `cx.step()?` per turn and
//!    `cx.charge(bytes)?` before it allocates what an author could make huge.
//! 5. What is not on Azure's list of allowed members gets `.not_in_azure()` (a row, or the whole type).

pub(crate) mod signature; // the text of a row to its types
pub(crate) mod table; // how a type is written down

pub(crate) mod annotations; // `AddAnnotation`
pub(crate) mod anonymous; // `new { a = 1 }`
pub(crate) mod array;
pub(crate) mod array_statics; // `Array.IndexOf` and its like
pub(crate) mod bit_converter;
pub(crate) mod boolean;
pub(crate) mod char;
pub(crate) mod compare; // equality, order and hash codes of any values
pub(crate) mod comparers; // StringComparer, EqualityComparer, Comparer
pub(crate) mod context; // what `context` offers
pub(crate) mod convert;
pub(crate) mod crypto; // System.Security.Cryptography
pub(crate) mod date_enums; // DayOfWeek, DateTimeKind, DateTimeStyles
pub(crate) mod date_time;
pub(crate) mod date_time_offset;
pub(crate) mod decimal;
pub(crate) mod delegates; // Func, Action and their like
pub(crate) mod dictionary;
pub(crate) mod encoding;
mod encoding_parts; // parts and sizes
pub(crate) mod enumerable; // LINQ
pub(crate) mod enums; // what every enumeration can do, and the small ones
pub(crate) mod exceptions;
pub(crate) mod guid;
pub(crate) mod hash_set;
pub(crate) mod interfaces; // IEnumerable, IList, IReadOnlyDictionary and their like
pub(crate) mod ip_address;
pub(crate) mod jarray;
pub(crate) mod jcontainer;
pub(crate) mod jobject;
pub(crate) mod jproperty;
pub(crate) mod json_convert;
pub(crate) mod json_extensions;
pub(crate) mod jtoken;
pub(crate) mod jvalue;
pub(crate) mod key_value_pair;
pub(crate) mod linq_xml; // System.Xml.Linq
pub(crate) mod list;
mod list_items; // what is behind a list
pub(crate) mod math;
pub(crate) mod nullable;
pub(crate) mod numbers; // Int32, Double and their like
pub(crate) mod object;
pub(crate) mod queue;
pub(crate) mod random;
pub(crate) mod regex;
pub(crate) mod regex_match; // Match, Group, Capture
pub(crate) mod stack;
pub(crate) mod string;
pub(crate) mod string_builder;
mod string_builder_parts; // parts of a StringBuilder
pub(crate) mod string_comparison; // StringComparison
mod string_find; // IndexOf and its like
pub(crate) mod string_parts; // finding, cutting, replacing, joining
pub(crate) mod string_reader;
pub(crate) mod string_writer;
pub(crate) mod time_span;
pub(crate) mod time_zone;
pub(crate) mod time_zone_info;
pub(crate) mod time_zone_rules; // AdjustmentRule and TransitionTime
pub(crate) mod token; // JToken and its kin
pub(crate) mod token_convert; // tokens to values of a type
pub(crate) mod tuple;
pub(crate) mod uri;
pub(crate) mod web_utility;
pub(crate) mod xml_dom; // XmlDocument, XmlReader and XPath, which Azure does not list

use crate::syntax::tree::{TypeSyntax, TypeSyntaxKind};
use crate::types::Type;
use source::Span;
use std::collections::BTreeMap;
use std::sync::OnceLock;
pub(crate) use table::{Body, Def, MemberKind, Mode, Param, Row, TypeDef, TypeKind};

/// Every type of the library.
static TYPES: &[&[&TypeDef]] = &[
    anonymous::TYPES,
    array::TYPES,
    array_statics::TYPES,
    bit_converter::TYPES,
    boolean::TYPES,
    char::TYPES,
    comparers::TYPES,
    context::TYPES,
    convert::TYPES,
    date_enums::TYPES,
    date_time::TYPES,
    date_time_offset::TYPES,
    decimal::TYPES,
    delegates::TYPES,
    dictionary::TYPES,
    encoding::TYPES,
    enumerable::TYPES,
    enums::TYPES,
    exceptions::TYPES,
    guid::TYPES,
    hash_set::TYPES,
    interfaces::TYPES,
    ip_address::TYPES,
    jarray::TYPES,
    jcontainer::TYPES,
    jobject::TYPES,
    jproperty::TYPES,
    json_convert::TYPES,
    json_extensions::TYPES,
    jtoken::TYPES,
    jvalue::TYPES,
    key_value_pair::TYPES,
    linq_xml::TYPES,
    list::TYPES,
    math::TYPES,
    nullable::TYPES,
    numbers::TYPES,
    object::TYPES,
    queue::TYPES,
    random::TYPES,
    regex::TYPES,
    regex_match::TYPES,
    stack::TYPES,
    string::TYPES,
    string_builder::TYPES,
    string_reader::TYPES,
    string_writer::TYPES,
    time_span::TYPES,
    time_zone::TYPES,
    time_zone_info::TYPES,
    time_zone_rules::TYPES,
    tuple::TYPES,
    uri::TYPES,
    web_utility::TYPES,
    xml_dom::TYPES,
];

/// The types, in no particular order.
pub(crate) fn types() -> impl Iterator<Item = &'static TypeDef> {
    let files = TYPES.iter().chain(crypto::TYPES);
    files.flat_map(|file| file.iter().copied())
}

/// The type that is called `name`, in full, by its last part or by another of its names, with `arity` type arguments.
pub(crate) fn find(name: &str, arity: usize) -> Option<Def> {
    let found = names().get(name)?;
    found
        .iter()
        .copied()
        .find(|it| it.0.variadic && arity > 0 || !it.0.variadic && it.0.generics.len() == arity)
}

/// Whether some type has this name, with any number of type arguments.
pub(crate) fn find_any(name: &str) -> Option<Def> {
    names().get(name).and_then(|found| found.first().copied())
}

/// Whether `name` is a namespace, or the beginning of one.
pub(crate) fn is_namespace(name: &str) -> bool {
    types().any(|it| {
        let space = it.namespace();
        space
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The short names of all types, to suggest one.
pub(crate) fn type_names() -> impl Iterator<Item = &'static str> {
    types().map(TypeDef::short_name)
}

fn names() -> &'static BTreeMap<&'static str, Vec<Def>> {
    static NAMES: OnceLock<BTreeMap<&'static str, Vec<Def>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: BTreeMap<&'static str, Vec<Def>> = BTreeMap::new();
        for def in types() {
            let all = [def.name, def.short_name()];
            for name in all.into_iter().chain(def.aliases.iter().copied()) {
                let entry = names.entry(name).or_default();
                if !entry.contains(&Def(def)) {
                    entry.push(Def(def));
                }
            }
        }
        names
    })
}

/// The extension methods called `name`.
pub(crate) fn extensions(name: &str) -> &'static [&'static Row] {
    all_extensions().get(name).map_or(&[], Vec::as_slice)
}

/// The names of all extension methods, to suggest one.
pub(crate) fn extension_names() -> impl Iterator<Item = &'static str> {
    all_extensions().keys().copied()
}

fn all_extensions() -> &'static BTreeMap<&'static str, Vec<&'static Row>> {
    static EXTENSIONS: OnceLock<BTreeMap<&'static str, Vec<&'static Row>>> = OnceLock::new();
    EXTENSIONS.get_or_init(|| {
        let mut extensions: BTreeMap<&'static str, Vec<&'static Row>> = BTreeMap::new();
        for def in types().filter(|it| it.members.iter().any(|row| row.kind == MemberKind::Extension)) {
            for row in def.rows().iter().filter(|it| it.kind() == MemberKind::Extension) {
                extensions.entry(&row.name).or_default().push(row);
            }
        }
        extensions
    })
}

// The types with a keyword, and where their members stand.
static SIMPLE: &[(Type, &TypeDef)] = &[
    (Type::Object, &object::OBJECT),
    (Type::String, &string::STRING),
    (Type::Bool, &boolean::BOOLEAN),
    (Type::Char, &char::CHAR),
    (Type::SByte, &numbers::SBYTE),
    (Type::Byte, &numbers::BYTE),
    (Type::Short, &numbers::INT16),
    (Type::UShort, &numbers::UINT16),
    (Type::Int, &numbers::INT32),
    (Type::UInt, &numbers::UINT32),
    (Type::Long, &numbers::INT64),
    (Type::ULong, &numbers::UINT64),
    (Type::Single, &numbers::SINGLE),
    (Type::Double, &numbers::DOUBLE),
    (Type::Decimal, &decimal::DECIMAL),
    (Type::Void, &object::VOID),
];

/// The table that holds the members of a type.
pub(crate) fn def_of(ty: &Type) -> Option<Def> {
    match ty {
        Type::Class(def, _) => Some(*def),
        Type::Array(_) => Some(Def(&array::ARRAY)),
        Type::Nullable(_) => Some(Def(&nullable::NULLABLE)),
        Type::Tuple(_) => Some(Def(&tuple::VALUE_TUPLE)),
        Type::Anonymous(_) => Some(Def(&anonymous::ANONYMOUS)),
        simple => SIMPLE
            .iter()
            .find(|(ty, _)| ty == simple)
            .map(|(_, def)| Def(def)),
    }
}

/// The type that a table describes, given type arguments.
pub(crate) fn type_of(def: Def, args: Vec<Type>) -> Type {
    if let Some((ty, _)) = SIMPLE.iter().find(|(_, it)| Def(it) == def) {
        return ty.clone();
    }
    match args.first() {
        None => Type::Class(def, None),
        Some(only) if def == Def(&nullable::NULLABLE) => only.clone().nullable(),
        Some(_) if def == Def(&tuple::VALUE_TUPLE) => {
            Type::Tuple(args.into_iter().map(|it| (None, it)).collect())
        }
        Some(_) => Type::Class(def, Some(args.into())),
    }
}

/// A type name that nothing is known by.
pub(crate) struct Unknown {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// The type that is written; `scope` knows the type parameters.
pub(crate) fn resolve(syntax: &TypeSyntax, scope: &dyn Fn(&str) -> Option<Type>) -> Result<Type, Unknown> {
    Ok(match &syntax.kind {
        TypeSyntaxKind::Array(element) => Type::array(resolve(element, scope)?),
        TypeSyntaxKind::Nullable(inner) => resolve(inner, scope)?.nullable_syntax(),
        TypeSyntaxKind::Tuple(items) => {
            let items: Result<Vec<_>, Unknown> = items
                .iter()
                .map(|(ty, name)| Ok((name.as_deref().map(Into::into), resolve(ty, scope)?)))
                .collect();
            Type::Tuple(items?.into())
        }
        TypeSyntaxKind::Omitted => Type::Object,
        TypeSyntaxKind::Name(name, args) => {
            if args.is_empty()
                && let Some(ty) = Type::from_keyword(name).or_else(|| scope(name))
            {
                return Ok(ty);
            }
            let args = args
                .iter()
                .map(|it| resolve(it, scope))
                .collect::<Result<Vec<_>, _>>()?;
            match find(name, args.len()) {
                Some(def) => type_of(def, args),
                None => {
                    return Err(Unknown {
                        name: name.clone(),
                        span: syntax.span,
                    });
                }
            }
        }
    })
}

/// One member of the library, for reference pages.
#[derive(Debug, Clone)]
pub struct MemberInfo {
    /// The .NET type, such as `System.String`.
    pub type_name: &'static str,
    /// Its type parameters, such as `out T`.
    pub type_parameters: &'static [&'static str],
    /// What kind of member it is, such as `method`.
    pub kind: &'static str,
    /// The C# signature.
    pub signature: &'static str,
    /// Whether a property or indexer can be set.
    pub is_settable: bool,
    /// Whether Azure allows it in policy expressions.
    pub in_azure: bool,
}

/// Every member that expressions can use.
pub fn members() -> impl Iterator<Item = MemberInfo> {
    types().flat_map(|def| {
        let values = def.values.iter().map(|(name, _)| MemberInfo {
            type_name: def.name,
            type_parameters: def.generics,
            kind: "value",
            signature: name,
            is_settable: false,
            in_azure: def.in_azure,
        });
        let members = def.members.iter().chain(def.more).map(|member| MemberInfo {
            type_name: def.name,
            type_parameters: def.generics,
            kind: match member.kind {
                MemberKind::Property => "property",
                MemberKind::StaticProperty => "static property",
                MemberKind::Method => "method",
                MemberKind::StaticMethod => "static method",
                MemberKind::Extension => "extension method",
                MemberKind::Constructor => "constructor",
                MemberKind::Indexer => "indexer",
                MemberKind::Operator => "operator",
                MemberKind::Implicit => "implicit conversion",
                MemberKind::Explicit => "explicit conversion",
            },
            signature: signature::shown(member.signature),
            is_settable: member.set.is_some(),
            in_azure: member.in_azure && def.in_azure,
        });
        values.chain(members)
    })
}
