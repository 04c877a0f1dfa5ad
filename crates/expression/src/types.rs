//! Static types, as the checker sees them and as values carry them.

use crate::library::{Def, TypeKind};
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// A C# type.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `void`.
    Void,
    /// The type of the literal `null`.
    Null,
    /// The type of what was found wrong already; fits everywhere.
    Error,
    /// `dynamic`.
    Dynamic,
    /// `object`.
    Object,
    /// `string`.
    String,
    /// `bool`.
    Bool,
    /// `char`.
    Char,
    /// `sbyte`.
    SByte,
    /// `byte`.
    Byte,
    /// `short`.
    Short,
    /// `ushort`.
    UShort,
    /// `int`.
    Int,
    /// `uint`.
    UInt,
    /// `long`.
    Long,
    /// `ulong`.
    ULong,
    /// `float`.
    Single,
    /// `double`.
    Double,
    /// `decimal`.
    Decimal,
    /// A type of the library, with its type arguments.
    Class(Def, Option<Arc<[Type]>>),
    /// `T[]`.
    Array(Arc<Type>),
    /// `T?` of a value type.
    Nullable(Arc<Type>),
    /// `(int, string name)`.
    Tuple(Arc<[(Option<Arc<str>>, Type)]>),
    /// `new { Name = value }`.
    Anonymous(Arc<[(Arc<str>, Type)]>),
    /// A type parameter: those of the declaring type first, then those of the method.
    Param(u8),
}

impl Type {
    /// A library type without type arguments.
    pub(crate) fn class(def: &'static crate::library::TypeDef) -> Type {
        Type::Class(Def(def), None)
    }

    /// A library type with type arguments.
    pub(crate) fn generic(def: &'static crate::library::TypeDef, args: impl Into<Arc<[Type]>>) -> Type {
        Type::Class(Def(def), Some(args.into()))
    }

    pub(crate) fn array(element: Type) -> Type {
        Type::Array(Arc::new(element))
    }

    /// `T?` for a value type, `T` itself for anything else.
    pub(crate) fn nullable(self) -> Type {
        match self.is_value() && !matches!(self, Type::Nullable(_)) {
            true => Type::Nullable(Arc::new(self)),
            false => self,
        }
    }

    pub(crate) fn args(&self) -> &[Type] {
        match self {
            Type::Class(_, Some(args)) => args,
            Type::Array(element) | Type::Nullable(element) => std::slice::from_ref(element),
            _ => &[],
        }
    }

    pub(crate) fn is(&self, def: &'static crate::library::TypeDef) -> bool {
        matches!(self, Type::Class(it, _) if std::ptr::eq(it.0, def))
    }

    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Type::Error)
    }

    pub(crate) fn is_dynamic(&self) -> bool {
        matches!(self, Type::Dynamic)
    }

    /// Whether values of this type are never null references: structs, enumerations and their nullable forms.
    pub(crate) fn is_value(&self) -> bool {
        match self {
            Type::Class(def, _) => matches!(def.0.kind, TypeKind::Struct | TypeKind::Enum),
            Type::Nullable(_) | Type::Tuple(_) => true,
            _ => self.is_simple() && !matches!(self, Type::String),
        }
    }

    /// Whether null is one of its values.
    pub(crate) fn takes_null(&self) -> bool {
        matches!(self, Type::Nullable(_) | Type::Null | Type::Error)
            || !self.is_value() && *self != Type::Void
    }

    /// Whether it has a keyword and literals: numbers, `bool`, `char`, `string`.
    pub(crate) fn is_simple(&self) -> bool {
        self.is_numeric() || matches!(self, Type::Bool | Type::String)
    }

    /// The integer types and `char`.
    pub(crate) fn is_integral(&self) -> bool {
        use Type::*;
        matches!(
            self,
            Char | SByte | Byte | Short | UShort | Int | UInt | Long | ULong
        )
    }

    /// The integer types, `char`, `float`, `double`, `decimal`.
    pub(crate) fn is_numeric(&self) -> bool {
        self.is_integral() || matches!(self, Type::Single | Type::Double | Type::Decimal)
    }

    pub(crate) fn is_enum(&self) -> bool {
        matches!(self, Type::Class(def, _) if def.0.kind == TypeKind::Enum)
    }

    pub(crate) fn is_interface(&self) -> bool {
        matches!(self, Type::Class(def, _) if def.0.kind == TypeKind::Interface)
    }

    pub(crate) fn is_delegate(&self) -> bool {
        matches!(self, Type::Class(def, _) if def.0.kind == TypeKind::Delegate)
    }

    /// `T` of `T?`, otherwise the type itself.
    pub(crate) fn underlying(&self) -> &Type {
        match self {
            Type::Nullable(inner) => inner,
            other => other,
        }
    }

    /// Whether a type parameter occurs in it.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Type::Param(_) => true,
            Type::Tuple(items) => items.iter().any(|(_, it)| it.is_open()),
            Type::Anonymous(items) => items.iter().any(|(_, it)| it.is_open()),
            other => other.args().iter().any(Type::is_open),
        }
    }

    /// The type with its parameters replaced; a parameter without a replacement stays.
    pub(crate) fn with(&self, args: &[Type]) -> Type {
        match self {
            Type::Param(at) => args
                .get(usize::from(*at))
                .cloned()
                .unwrap_or_else(|| self.clone()),
            Type::Class(def, Some(own)) if self.is_open() => {
                Type::Class(*def, Some(own.iter().map(|it| it.with(args)).collect()))
            }
            Type::Array(element) => Type::array(element.with(args)),
            Type::Nullable(inner) => inner.with(args).nullable(),
            Type::Tuple(items) => Type::Tuple(
                items
                    .iter()
                    .map(|(name, it)| (name.clone(), it.with(args)))
                    .collect(),
            ),
            Type::Anonymous(items) => Type::Anonymous(
                items
                    .iter()
                    .map(|(name, it)| (name.clone(), it.with(args)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    /// The C# keyword, for the types that have one.
    pub(crate) fn keyword(&self) -> Option<&'static str> {
        Some(match self {
            Type::Void => "void",
            Type::Null => "null",
            Type::Error => "?",
            Type::Dynamic => "dynamic",
            Type::Object => "object",
            Type::String => "string",
            Type::Bool => "bool",
            Type::Char => "char",
            Type::SByte => "sbyte",
            Type::Byte => "byte",
            Type::Short => "short",
            Type::UShort => "ushort",
            Type::Int => "int",
            Type::UInt => "uint",
            Type::Long => "long",
            Type::ULong => "ulong",
            Type::Single => "float",
            Type::Double => "double",
            Type::Decimal => "decimal",
            _ => return None,
        })
    }

    /// The type that a C# keyword names.
    pub(crate) fn from_keyword(word: &str) -> Option<Type> {
        use Type::*;
        const ALL: [Type; 18] = [
            Void, Dynamic, Object, String, Bool, Char, SByte, Byte, Short, UShort, Int, UInt, Long, ULong,
            Single, Double, Decimal, Error,
        ];
        ALL.into_iter()
            .find(|it| it.keyword() == Some(word) && !it.is_error())
    }

    /// The CLR name, as `ToString()` of an object without its own prints it.
    pub(crate) fn clr_name(&self) -> String {
        match self {
            Type::Array(element) => format!("{}[]", element.clr_name()),
            Type::Nullable(inner) => format!("System.Nullable`1[{}]", inner.clr_name()),
            Type::Tuple(items) => clr_generic("System.ValueTuple", items.iter().map(|(_, it)| it)),
            Type::Anonymous(items) => clr_generic("<>f__AnonymousType0", items.iter().map(|(_, it)| it)),
            Type::Class(def, None) => def.0.name.to_owned(),
            Type::Class(def, Some(args)) => clr_generic(def.0.name, args.iter()),
            Type::Param(at) => format!("T{at}"),
            Type::Dynamic | Type::Null | Type::Error => "System.Object".to_owned(),
            other => crate::library::def_of(other)
                .map_or("System.Object", |def| def.0.name)
                .to_owned(),
        }
    }
}

fn clr_generic<'a>(name: &str, args: impl ExactSizeIterator<Item = &'a Type>) -> String {
    let mut text = format!("{name}`{}[", args.len());
    for (at, arg) in args.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&arg.clr_name());
    }
    text.push(']');
    text
}

// As an author writes it: `IReadOnlyDictionary<string, string[]>`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Class(def, args) => {
                f.write_str(def.0.short_name())?;
                match args {
                    Some(args) => list(f, '<', args.iter().map(|it| (None, it)), '>'),
                    None => Ok(()),
                }
            }
            Type::Array(element) => write!(f, "{element}[]"),
            Type::Nullable(inner) => write!(f, "{inner}?"),
            Type::Tuple(items) => list(f, '(', items.iter().map(|(name, it)| (name.as_deref(), it)), ')'),
            Type::Anonymous(items) => {
                f.write_str("new ")?;
                list(f, '{', items.iter().map(|(name, it)| (Some(&**name), it)), '}')
            }
            Type::Param(at) => write!(f, "T{at}"),
            other => f.write_str(other.keyword().unwrap_or("?")),
        }
    }
}

fn list<'a>(
    f: &mut fmt::Formatter<'_>,
    open: char,
    items: impl Iterator<Item = (Option<&'a str>, &'a Type)>,
    close: char,
) -> fmt::Result {
    f.write_char(open)?;
    for (at, (name, item)) in items.enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
        if let Some(name) = name {
            write!(f, " {name}")?;
        }
    }
    f.write_char(close)
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Type {
    // `T?` as written: a type parameter may turn out to be a value type.
    pub(crate) fn nullable_syntax(self) -> Type {
        match self {
            Type::Param(_) => Type::Nullable(Arc::new(self)),
            other => other.nullable(),
        }
    }
}
