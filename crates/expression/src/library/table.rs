//! How a .NET type is written down: a [`TypeDef`] with its rows, and how rows become [`Row`]s.

use crate::Value;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::types::Type;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

/// What a row does: arguments (the receiver first, if there is one) and type arguments (those of the type first) in, result out.
/// An `out` or `ref` argument is written back from its place in the slice.
pub(crate) type Body = fn(&mut Cx<'_>, &mut [Value], &[Type]) -> Eval;

/// What kind of type it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// A reference type.
    Class,
    /// A value type.
    Struct,
    /// An interface.
    Interface,
    /// A set of named numbers.
    Enum,
    /// A class of static members.
    Static,
    /// A type of functions; its row `Invoke` tells the signature.
    Delegate,
}

/// One .NET type.
pub struct TypeDef {
    /// Full name without type arguments.
    pub name: &'static str,
    /// What kind of type it is.
    pub kind: TypeKind,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) generics: &'static [&'static str],
    // `Func`, `Action`, `Tuple`: any number of type arguments.
    pub(crate) variadic: bool,
    pub(crate) bases: &'static [&'static str],
    pub(crate) members: &'static [Member],
    // Rows that another file holds.
    pub(crate) more: &'static [Member],
    pub(crate) values: &'static [(&'static str, i64)],
    pub(crate) flags: bool,
    pub(crate) in_azure: bool,
    // `default(T)` of a structure.
    pub(crate) default: Option<fn(&Type) -> Value>,
    rows: OnceLock<Vec<Row>>,
    base_types: OnceLock<Vec<Type>>,
}

const fn definition(name: &'static str, kind: TypeKind) -> TypeDef {
    TypeDef {
        name,
        kind,
        aliases: &[],
        generics: &[],
        variadic: false,
        bases: &[],
        members: &[],
        more: &[],
        values: &[],
        flags: false,
        in_azure: true,
        default: None,
        rows: OnceLock::new(),
        base_types: OnceLock::new(),
    }
}

/// A reference type. `name` is the full .NET name.
pub(crate) const fn class(name: &'static str) -> TypeDef {
    definition(name, TypeKind::Class)
}

/// A value type.
pub(crate) const fn structure(name: &'static str) -> TypeDef {
    definition(name, TypeKind::Struct)
}

/// An interface.
pub(crate) const fn interface(name: &'static str) -> TypeDef {
    definition(name, TypeKind::Interface)
}

/// A class that has static members or extension methods only.
pub(crate) const fn static_class(name: &'static str) -> TypeDef {
    definition(name, TypeKind::Static)
}

/// A delegate type.
pub(crate) const fn delegate(name: &'static str) -> TypeDef {
    definition(name, TypeKind::Delegate)
}

/// An enumeration: names and numbers.
pub(crate) const fn enumeration(name: &'static str, values: &'static [(&'static str, i64)]) -> TypeDef {
    let mut def = definition(name, TypeKind::Enum);
    def.values = values;
    def
}

impl TypeDef {
    /// The rows.
    pub(crate) const fn members(mut self, members: &'static [Member]) -> TypeDef {
        self.members = members;
        self
    }

    /// Rows that stand in a file of their own.
    pub(crate) const fn also(mut self, members: &'static [Member]) -> TypeDef {
        self.more = members;
        self
    }

    /// Type parameters; `out T` and `in T` as C# declares variance.
    pub(crate) const fn generic(mut self, generics: &'static [&'static str]) -> TypeDef {
        self.generics = generics;
        self
    }

    pub(crate) const fn variadic(mut self) -> TypeDef {
        self.variadic = true;
        self
    }

    /// Base class and interfaces, written as types; may use the type parameters.
    pub(crate) const fn bases(mut self, bases: &'static [&'static str]) -> TypeDef {
        self.bases = bases;
        self
    }

    /// Other names beside the full name and its last part.
    pub(crate) const fn aliases(mut self, aliases: &'static [&'static str]) -> TypeDef {
        self.aliases = aliases;
        self
    }

    /// An enumeration whose numbers are bits.
    pub(crate) const fn flags(mut self) -> TypeDef {
        self.flags = true;
        self
    }

    /// `default(T)` of a structure. Every structure needs it.
    pub(crate) const fn default(mut self, make: fn(&Type) -> Value) -> TypeDef {
        self.default = Some(make);
        self
    }

    /// Not on Azure's list of allowed types: using it is a warning, or an error when strict.
    pub(crate) const fn not_in_azure(mut self) -> TypeDef {
        self.in_azure = false;
        self
    }

    pub(crate) fn short_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    pub(crate) fn namespace(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(space, _)| space)
    }

    /// The rows with their signatures read. A row that cannot be read is left out; a test reads them all.
    pub(crate) fn rows(&'static self) -> &'static [Row] {
        self.rows.get_or_init(|| {
            let members = self.members.iter().chain(self.more);
            members
                .filter_map(|member| super::signature::read(self, member).ok())
                .collect()
        })
    }

    /// Bases with type parameters in place.
    pub(crate) fn base_types(&'static self) -> &'static [Type] {
        self.base_types.get_or_init(|| {
            self.bases
                .iter()
                .filter_map(|text| super::signature::read_type(self.generics, text).ok())
                .collect()
        })
    }

    /// Whether the type parameter at `at` may be replaced by a base (`out`).
    pub(crate) fn is_covariant(&self, at: usize) -> bool {
        match self.variadic {
            true => false,
            false => self.generics.get(at).is_some_and(|name| name.starts_with("out ")),
        }
    }
}

impl fmt::Debug for TypeDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A type by identity.
#[derive(Debug, Clone, Copy)]
pub struct Def(pub &'static TypeDef);

impl PartialEq for Def {
    fn eq(&self, other: &Def) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Def {}

impl Hash for Def {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberKind {
    /// `int Length`.
    Property,
    /// `string Empty`.
    StaticProperty,
    /// `string Trim()`.
    Method,
    /// `bool IsNullOrEmpty(string value)`.
    StaticMethod,
    /// `T First<T>(this IEnumerable<T> source)`.
    Extension,
    /// `(char c, int count)`.
    Constructor,
    /// `char this[int index]`.
    Indexer,
    /// `TimeSpan -(DateTime left, DateTime right)`.
    Operator,
    /// `JToken (string value)`.
    Implicit,
    /// `string (JToken value)`.
    Explicit,
}

/// One row of a type's table.
pub(crate) struct Member {
    pub(crate) kind: MemberKind,
    pub(crate) signature: &'static str,
    pub(crate) get: Body,
    pub(crate) set: Option<Body>,
    pub(crate) in_azure: bool,
}

impl Member {
    /// How a property or indexer is set: arguments and then the new value in, null out.
    pub(crate) const fn set(mut self, body: Body) -> Member {
        self.set = Some(body);
        self
    }

    /// Not on Azure's list of allowed members.
    pub(crate) const fn not_in_azure(mut self) -> Member {
        self.in_azure = false;
        self
    }
}

const fn member(kind: MemberKind, signature: &'static str, get: Body) -> Member {
    Member {
        kind,
        signature,
        get,
        set: None,
        in_azure: true,
    }
}

/// `int Length`; `a[0]` is the receiver.
pub(crate) const fn property(signature: &'static str, get: Body) -> Member {
    member(MemberKind::Property, signature, get)
}

/// `string Empty`; fields and constants too.
pub(crate) const fn static_property(signature: &'static str, get: Body) -> Member {
    member(MemberKind::StaticProperty, signature, get)
}

/// `bool Contains(string value)`; `a[0]` is the receiver, never null; `a[1]` the first argument.
pub(crate) const fn method(signature: &'static str, body: Body) -> Member {
    member(MemberKind::Method, signature, body)
}

/// `bool IsNullOrEmpty(string value)`; `a[0]` is the first argument.
pub(crate) const fn static_method(signature: &'static str, body: Body) -> Member {
    member(MemberKind::StaticMethod, signature, body)
}

/// `T First<T>(this IEnumerable<T> source)`; `a[0]` is the receiver, which may be null.
pub(crate) const fn extension(signature: &'static str, body: Body) -> Member {
    member(MemberKind::Extension, signature, body)
}

/// `(char c, int count)`; `a[0]` is the first argument.
pub(crate) const fn constructor(signature: &'static str, body: Body) -> Member {
    member(MemberKind::Constructor, signature, body)
}

/// `char this[int index]`; `a[0]` is the receiver.
pub(crate) const fn indexer(signature: &'static str, get: Body) -> Member {
    member(MemberKind::Indexer, signature, get)
}

/// `TimeSpan -(DateTime left, DateTime right)`.
pub(crate) const fn operator(signature: &'static str, body: Body) -> Member {
    member(MemberKind::Operator, signature, body)
}

/// `JToken (string value)`: a conversion that needs no cast.
pub(crate) const fn implicit(signature: &'static str, body: Body) -> Member {
    member(MemberKind::Implicit, signature, body)
}

/// `string (JToken value)`: a conversion that needs a cast.
pub(crate) const fn explicit(signature: &'static str, body: Body) -> Member {
    member(MemberKind::Explicit, signature, body)
}

/// A member with its signature read.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) def: Def,
    pub(crate) member: &'static Member,
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Type,
    // Type parameters that only some types may stand for: `where T : XNode`.
    pub(crate) bounds: Vec<(usize, Type)>,
    // Type parameters of the declaring type, and how many of its own the method adds to them.
    pub(crate) outer: usize,
    pub(crate) own: usize,
}

impl Row {
    pub(crate) fn kind(&self) -> MemberKind {
        self.member.kind
    }

    /// The parameters that a call's arguments are matched with: without `this`.
    pub(crate) fn is_static(&self) -> bool {
        !matches!(
            self.kind(),
            MemberKind::Property | MemberKind::Method | MemberKind::Indexer
        )
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.signature)
    }
}

/// One parameter of a row.
#[derive(Debug, Clone)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) mode: Mode,
    pub(crate) default: Option<Value>,
}

/// How an argument is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Value,
    This,
    Out,
    Ref,
    Params,
}
