//! `System.Security.Cryptography.X509Certificates.X500DistinguishedName`, of which Azure allows `Name`.

use crate::Value;
use crate::dotnet::crypto::certificate::Name;
use crate::library::array;
use crate::library::table::{TypeDef, class, property};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

/// `System.Security.Cryptography.X509Certificates.X500DistinguishedName`.
pub(crate) static DISTINGUISHED_NAME: TypeDef =
    class("System.Security.Cryptography.X509Certificates.X500DistinguishedName").members(&[
        property("string Name", |_, a, _| {
            Ok(a[0].of::<Held>()?.0.text.as_str().into())
        }),
        property("byte[] RawData", |_, a, _| {
            Ok(array::from_bytes(&a[0].of::<Held>()?.0.der))
        })
        .not_in_azure(),
    ]);

#[derive(Debug)]
struct Held(Name);

/// A name as a value.
pub(super) fn value(name: &Name) -> Value {
    Value::object(Held(name.clone()))
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(&DISTINGUISHED_NAME)
    }

    fn text(&self) -> Text {
        Text::from(self.ty().clr_name())
    }
}
