//! `System.Object`, and what every type inherits from it.

use super::compare;
use super::table::{TypeDef, class, method, static_method, structure};
use crate::Value;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&OBJECT, &VOID, &TYPE];

/// `System.Object`.
pub(crate) static OBJECT: TypeDef = class("System.Object").members(&[
    method("string ToString()", |cx, a, _| Ok(Value::Text(cx.text(&a[0])?))),
    method("bool Equals(object obj)", |_, a, _| {
        Ok(compare::equals(&a[0], &a[1]).into())
    }),
    method(
        "int GetHashCode()",
        |_, a, _| Ok(compare::hash_code(&a[0]).into()),
    ),
    method("Type GetType()", |_, a, _| {
        Ok(Value::object(TypeObject(a[0].ty())))
    })
    .not_in_azure(),
    static_method("bool Equals(object objA, object objB)", |_, a, _| {
        Ok(compare::equals(&a[0], &a[1]).into())
    }),
    static_method("bool ReferenceEquals(object objA, object objB)", |_, a, _| {
        Ok(compare::same(&a[0], &a[1]).into())
    }),
    super::table::constructor("()", |_, _, _| Ok(Value::object(Plain))),
]);

pub(crate) static VOID: TypeDef = structure("System.Void");

/// `System.Type`, for `typeof` and `GetType()`.
pub(crate) static TYPE: TypeDef = class("System.Type")
    .members(&[
        super::table::property("string Name", |_, a, _| {
            let ty = &a[0].of::<TypeObject>()?.0;
            let name = ty.clr_name();
            let name = name.split('[').next().unwrap_or_default().trim_end_matches(']');
            let short = name.rsplit('.').next().unwrap_or_default().to_owned();
            Ok(match ty {
                Type::Array(_) => format!("{short}[]").into(),
                _ => short.into(),
            })
        }),
        super::table::property("string FullName", |_, a, _| {
            Ok(a[0].of::<TypeObject>()?.0.clr_name().into())
        }),
    ])
    .not_in_azure();

/// A type as a value.
#[derive(Debug)]
pub(crate) struct TypeObject(pub(crate) Type);

impl crate::object::Object for TypeObject {
    fn ty(&self) -> Type {
        Type::class(&TYPE)
    }

    fn text(&self) -> crate::text::Text {
        self.0.clr_name().into()
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<TypeObject>().is_some_and(|it| it.0 == self.0)
    }

    // .NET has one object for each type.
    fn same_as(&self, other: &dyn crate::object::Object) -> bool {
        crate::object::downcast::<TypeObject>(other).is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0.clr_name()))
    }
}

#[derive(Debug)]
struct Plain;

impl crate::object::Object for Plain {
    fn ty(&self) -> Type {
        Type::Object
    }
}

/// `default(T)` of a structure of the library.
pub(crate) fn default_struct(def: &'static TypeDef, ty: &Type) -> Value {
    def.default.map_or(Value::Null, |make| make(ty))
}
