//! `System.Security.Cryptography.Oid`.

use crate::Value;
use crate::dotnet::crypto::oid;
use crate::exception::Exception;
use crate::library::table::{TypeDef, class, constructor, property, static_method};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&OID, &OID_GROUP];

/// `System.Security.Cryptography.Oid`.
pub(crate) static OID: TypeDef = class("System.Security.Cryptography.Oid").members(&[
    constructor("()", |_, _, _| Ok(made(None, None))),
    constructor("(string oid)", |_, a, _| {
        let text = a[0].str_or_null().map(|it| it.as_str().into_owned());
        // A friendly name is looked up; what is not known is taken for a number.
        let number = text
            .as_deref()
            .and_then(oid::number_of)
            .map(str::to_owned)
            .or(text);
        Ok(made(number, None))
    }),
    constructor("(string value, string friendlyName)", |_, a, _| {
        let text = |it: &Value| it.str_or_null().map(|it| it.as_str().into_owned());
        Ok(made(text(&a[0]), text(&a[1])))
    }),
    constructor("(Oid oid)", |_, a, _| {
        let other = a[0]
            .as_object::<Oid>()
            .ok_or_else(|| Exception::argument_null("oid"))?;
        let (value, name) = other.0.lock().clone();
        Ok(made(value, name))
    }),
    property("string Value", |_, a, _| {
        Ok(a[0].of::<Oid>()?.0.lock().0.clone().into())
    })
    .set(|_, a, _| {
        a[0].of::<Oid>()?.0.lock().0 = a[1].str_or_null().map(|it| it.as_str().into_owned());
        Ok(Value::Null)
    }),
    property("string FriendlyName", |_, a, _| {
        let (value, name) = a[0].of::<Oid>()?.0.lock().clone();
        Ok(name.or_else(|| oid::name_of(&value?).map(str::to_owned)).into())
    })
    .set(|_, a, _| {
        let text = a[1].str_or_null().map(|it| it.as_str().into_owned());
        let number = text.as_deref().and_then(oid::number_of);
        let mut state = a[0].of::<Oid>()?.0.lock();
        state.1 = text;
        if let Some(number) = number {
            state.0 = Some(number.to_owned());
        }
        Ok(Value::Null)
    }),
    static_method(
        "Oid FromFriendlyName(string friendlyName, OidGroup group)",
        |_, a, _| {
            let name = a[0].str("friendlyName")?.as_str().into_owned();
            match oid::number_of(&name) {
                Some(number) => Ok(made(Some(number.to_owned()), Some(name))),
                None => Err(crate::dotnet::crypto::failure("No OID value matches this name.").into()),
            }
        },
    ),
    static_method("Oid FromOidValue(string oidValue, OidGroup group)", |_, a, _| {
        let number = a[0].str("oidValue")?.as_str().into_owned();
        match oid::name_of(&number) {
            Some(name) => Ok(made(Some(number), Some(name.to_owned()))),
            None => Err(crate::dotnet::crypto::failure("The OID value is invalid.").into()),
        }
    }),
]);

/// `System.Security.Cryptography.OidGroup`.
pub(crate) static OID_GROUP: TypeDef = crate::library::table::enumeration(
    "System.Security.Cryptography.OidGroup",
    &[
        ("All", 0),
        ("HashAlgorithm", 1),
        ("EncryptionAlgorithm", 2),
        ("PublicKeyAlgorithm", 3),
        ("SignatureAlgorithm", 4),
        ("Attribute", 5),
        ("ExtensionOrAttribute", 6),
        ("EnhancedKeyUsage", 7),
        ("Policy", 8),
        ("Template", 9),
        ("KeyDerivationFunction", 10),
    ],
)
.not_in_azure();

#[derive(Debug)]
struct Oid(Mutex<(Option<String>, Option<String>)>);

fn made(value: Option<String>, name: Option<String>) -> Value {
    Value::object(Oid(Mutex::new((value, name))))
}

/// An identifier as a value.
pub(super) fn value(number: &str) -> Value {
    made(Some(number.to_owned()), None)
}

impl Object for Oid {
    fn ty(&self) -> Type {
        Type::class(&OID)
    }

    fn text(&self) -> Text {
        Text::from(self.ty().clr_name())
    }
}
