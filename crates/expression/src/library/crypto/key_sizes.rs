//! `System.Security.Cryptography.KeySizes`.

use crate::Value;
use crate::dotnet::crypto::cipher::KeySizes;
use crate::library::array;
use crate::library::table::{TypeDef, class, constructor, property};
use crate::object::Object;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&KEY_SIZES];

/// `System.Security.Cryptography.KeySizes`.
pub(crate) static KEY_SIZES: TypeDef = class("System.Security.Cryptography.KeySizes")
    .members(&[
        constructor("(int minSize, int maxSize, int skipSize)", |_, a, _| {
            Ok(Value::object(Sizes(KeySizes {
                min: a[0].int(),
                max: a[1].int(),
                skip: a[2].int(),
            })))
        }),
        property("int MinSize", |_, a, _| Ok(a[0].of::<Sizes>()?.0.min.into())),
        property("int MaxSize", |_, a, _| Ok(a[0].of::<Sizes>()?.0.max.into())),
        property("int SkipSize", |_, a, _| Ok(a[0].of::<Sizes>()?.0.skip.into())),
    ])
    .not_in_azure();

#[derive(Debug)]
struct Sizes(KeySizes);

impl Object for Sizes {
    fn ty(&self) -> Type {
        Type::class(&KEY_SIZES)
    }
}

/// A `KeySizes[]` with one element.
pub(super) fn one(sizes: KeySizes) -> Value {
    array::new(Type::class(&KEY_SIZES), vec![Value::object(Sizes(sizes))])
}
