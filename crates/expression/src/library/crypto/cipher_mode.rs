//! `System.Security.Cryptography.CipherMode` and `PaddingMode`.

use crate::Value;
use crate::dotnet::crypto::cipher::{Mode, Padding};
use crate::library::Def;
use crate::library::table::{TypeDef, enumeration};

pub(crate) static TYPES: &[&TypeDef] = &[&CIPHER_MODE, &PADDING_MODE];

/// `System.Security.Cryptography.CipherMode`.
pub(crate) static CIPHER_MODE: TypeDef = enumeration(
    "System.Security.Cryptography.CipherMode",
    &[("CBC", 1), ("ECB", 2), ("OFB", 3), ("CFB", 4), ("CTS", 5)],
);

/// `System.Security.Cryptography.PaddingMode`.
pub(crate) static PADDING_MODE: TypeDef = enumeration(
    "System.Security.Cryptography.PaddingMode",
    &[
        ("None", 1),
        ("PKCS7", 2),
        ("Zeros", 3),
        ("ANSIX923", 4),
        ("ISO10126", 5),
    ],
);

/// A mode as a value.
pub(super) fn mode_value(mode: Mode) -> Value {
    Value::Enum(Def(&CIPHER_MODE), mode as i64)
}

/// A padding as a value.
pub(super) fn padding_value(padding: Padding) -> Value {
    Value::Enum(Def(&PADDING_MODE), padding as i64)
}

/// The mode that a value stands for.
pub(super) fn mode(value: &Value) -> Option<Mode> {
    let all = [Mode::Cbc, Mode::Ecb, Mode::Ofb, Mode::Cfb, Mode::Cts];
    all.into_iter().find(|it| *it as i64 == value.long())
}

/// The padding that a value stands for.
pub(super) fn padding(value: &Value) -> Option<Padding> {
    let all = [
        Padding::None,
        Padding::Pkcs7,
        Padding::Zeros,
        Padding::AnsiX923,
        Padding::Iso10126,
    ];
    all.into_iter().find(|it| *it as i64 == value.long())
}
