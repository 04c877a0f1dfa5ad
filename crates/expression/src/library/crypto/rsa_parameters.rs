//! `System.Security.Cryptography.RSAParameters`.

use crate::Value;
use crate::dotnet::crypto::rsa::Parameters;
use crate::exception::Eval;
use crate::library::array;
use crate::library::table::{TypeDef, constructor, property, structure};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&RSA_PARAMETERS];

macro_rules! field {
    ($signature:literal, $name:ident) => {
        property($signature, |_, a, _| {
            let bytes = a[0].of::<Held>()?.0.lock().$name.clone();
            Ok(bytes.map_or(Value::Null, |it| array::from_bytes(&it)))
        })
        .set(|_, a, _| {
            a[0].of::<Held>()?.0.lock().$name = array::to_bytes(&a[1]);
            Ok(Value::Null)
        })
    };
}

/// `System.Security.Cryptography.RSAParameters`, which is not on the list, though `RSA.ImportParameters` is.
pub(crate) static RSA_PARAMETERS: TypeDef = structure("System.Security.Cryptography.RSAParameters")
    .default(|_| value(Parameters::default()))
    .members(&[
        constructor("()", |_, _, _| Ok(value(Parameters::default()))),
        field!("byte[] Modulus", modulus),
        field!("byte[] Exponent", exponent),
        field!("byte[] D", d),
        field!("byte[] P", p),
        field!("byte[] Q", q),
        field!("byte[] DP", dp),
        field!("byte[] DQ", dq),
        field!("byte[] InverseQ", inverse_q),
    ])
    .not_in_azure();

#[derive(Debug)]
struct Held(Mutex<Parameters>);

/// Numbers as a value.
pub(super) fn value(parameters: Parameters) -> Value {
    Value::object(Held(Mutex::new(parameters)))
}

/// The numbers of a value.
pub(super) fn given(value: &Value) -> Eval<Parameters> {
    Ok(value.of::<Held>()?.0.lock().clone())
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(&RSA_PARAMETERS)
    }
}
