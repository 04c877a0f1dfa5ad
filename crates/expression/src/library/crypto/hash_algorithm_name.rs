//! `System.Security.Cryptography.HashAlgorithmName`.

use crate::Value;
use crate::dotnet::crypto::failure;
use crate::dotnet::crypto::hash::Hash;
use crate::exception::{Eval, Exception};
use crate::library::compare;
use crate::library::table::{TypeDef, constructor, method, operator, property, static_property, structure};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&HASH_ALGORITHM_NAME];

/// `System.Security.Cryptography.HashAlgorithmName`: a text that names an algorithm, which need not exist.
pub(crate) static HASH_ALGORITHM_NAME: TypeDef = structure("System.Security.Cryptography.HashAlgorithmName")
    .default(|_| value(None))
    .members(&[
        constructor("(string name)", |_, a, _| Ok(value(a[0].str_or_null().cloned()))),
        static_property("HashAlgorithmName MD5", |_, _, _| Ok(value(Some("MD5".into())))),
        static_property("HashAlgorithmName SHA1", |_, _, _| Ok(value(Some("SHA1".into())))),
        static_property("HashAlgorithmName SHA256", |_, _, _| {
            Ok(value(Some("SHA256".into())))
        }),
        static_property("HashAlgorithmName SHA384", |_, _, _| {
            Ok(value(Some("SHA384".into())))
        }),
        static_property("HashAlgorithmName SHA512", |_, _, _| {
            Ok(value(Some("SHA512".into())))
        }),
        property("string Name", |_, a, _| Ok(a[0].of::<Name>()?.0.clone().into())),
        method("bool Equals(HashAlgorithmName other)", |_, a, _| {
            Ok((a[0].of::<Name>()?.0 == a[1].of::<Name>()?.0).into())
        }),
        operator(
            "bool ==(HashAlgorithmName left, HashAlgorithmName right)",
            |_, a, _| Ok((a[0].of::<Name>()?.0 == a[1].of::<Name>()?.0).into()),
        ),
        operator(
            "bool !=(HashAlgorithmName left, HashAlgorithmName right)",
            |_, a, _| Ok((a[0].of::<Name>()?.0 != a[1].of::<Name>()?.0).into()),
        ),
        super::super::table::static_method("HashAlgorithmName FromOid(string oidValue)", |_, a, _| {
            let number = a[0].str("oidValue")?.as_str().into_owned();
            let known = crate::dotnet::crypto::oid::name_of(&number).and_then(Hash::by_name);
            match known {
                Some(hash) => Ok(of(hash)),
                None => Err(failure(format!("'{number}' is not a known hash algorithm.")).into()),
            }
        })
        .not_in_azure(),
    ]);

#[derive(Debug)]
struct Name(Option<Text>);

fn value(name: Option<Text>) -> Value {
    Value::object(Name(name))
}

/// The name without a text.
pub(super) fn none() -> Value {
    value(None)
}

/// The name of an algorithm.
pub(super) fn of(hash: Hash) -> Value {
    value(Some(hash.name().into()))
}

/// The algorithm that a name stands for.
pub(super) fn hash(name: &Value) -> Eval<Hash> {
    let Some(name) = &name.of::<Name>()?.0 else {
        return Err(Exception::argument(
            "The hash algorithm name cannot be null or empty. (Parameter 'hashAlgorithm')",
        )
        .into());
    };
    let name = name.as_str();
    match Hash::by_name(&name) {
        Some(hash) => Ok(hash),
        None if name.is_empty() => Err(Exception::argument(
            "The hash algorithm name cannot be null or empty. (Parameter 'hashAlgorithm')",
        )
        .into()),
        None => Err(failure(format!("'{name}' is not a known hash algorithm.")).into()),
    }
}

impl Object for Name {
    fn ty(&self) -> Type {
        Type::class(&HASH_ALGORITHM_NAME)
    }

    fn text(&self) -> Text {
        self.0.clone().unwrap_or_default()
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<Name>().is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0.clone().unwrap_or_default().as_str()))
    }
}
