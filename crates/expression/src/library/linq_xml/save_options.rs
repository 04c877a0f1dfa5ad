//! `System.Xml.Linq.SaveOptions` and `LoadOptions`, which Azure does not list.

use crate::Value;
use crate::dotnet::xml;
use crate::library::table::{TypeDef, enumeration};

/// `System.Xml.Linq.SaveOptions`.
pub(crate) static SAVE_OPTIONS: TypeDef = enumeration(
    "System.Xml.Linq.SaveOptions",
    &[
        ("None", 0),
        ("DisableFormatting", 1),
        ("OmitDuplicateNamespaces", 2),
    ],
)
.flags()
.not_in_azure();

/// `System.Xml.Linq.LoadOptions`.
pub(crate) static LOAD_OPTIONS: TypeDef = enumeration(
    "System.Xml.Linq.LoadOptions",
    &[
        ("None", 0),
        ("PreserveWhitespace", 1),
        ("SetBaseUri", 2),
        ("SetLineInfo", 4),
    ],
)
.flags()
.not_in_azure();

/// What a value of `SaveOptions` asks for.
pub(super) fn save(value: &Value) -> xml::SaveOptions {
    xml::SaveOptions {
        plain: value.long() & 1 != 0,
        omit_duplicates: value.long() & 2 != 0,
    }
}

/// Whether a value of `LoadOptions` keeps white space.
pub(super) fn preserves(value: &Value) -> bool {
    value.long() & 1 != 0
}
