//! Names: a local part and a namespace.

use super::failure;
use crate::dotnet::error::{DotnetError, Result};
use std::sync::Arc;

/// The namespace that the prefix `xml` stands for.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace that the prefix `xmlns` stands for.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// `XName`. Two are equal if both parts are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) local: Arc<str>,
    pub(crate) namespace: Arc<str>,
}

impl Name {
    /// `XName.Get(localName, namespaceName)`.
    pub(crate) fn new(local: &str, namespace: &str) -> Result<Name> {
        check_name(local)?;
        Ok(Name {
            local: local.into(),
            namespace: namespace.into(),
        })
    }

    /// `XName.Get(expandedName)`: `local` or `{namespace}local`.
    pub(crate) fn expanded(text: &str) -> Result<Name> {
        let wrong = || DotnetError::argument(format!("'{text}' is an invalid expanded name."));
        if text.is_empty() {
            return Err(wrong());
        }
        let Some(rest) = text.strip_prefix('{') else {
            return Name::new(text, "");
        };
        match rest.rsplit_once('}') {
            Some((namespace, local)) if !namespace.is_empty() && !local.is_empty() => {
                Name::new(local, namespace)
            }
            _ => Err(wrong()),
        }
    }

    /// `ToString()`.
    pub(crate) fn text(&self) -> String {
        match &*self.namespace {
            "" => self.local.to_string(),
            namespace => format!("{{{namespace}}}{}", self.local),
        }
    }

    /// Whether an attribute of this name declares a namespace.
    pub(crate) fn is_declaration(&self) -> bool {
        match &*self.namespace {
            "" => &*self.local == "xmlns",
            namespace => namespace == XMLNS,
        }
    }
}

/// Whether a character may stand in a name.
pub(super) fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether a name may begin with a character. A colon is none of a local name.
pub(super) fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// Refuses what is no name without a colon.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let Some(first) = name.chars().next() else {
        return Err(DotnetError::argument(
            "The empty string '' is not a valid local name.",
        ));
    };
    if !is_name_start(first) {
        return Err(failure(format!(
            "Name cannot begin with the '{first}' character, hexadecimal value {}.",
            hex(first)
        )));
    }
    match name.chars().find(|it| !is_name_char(*it)) {
        Some(wrong) => Err(failure(format!(
            "The '{wrong}' character, hexadecimal value {}, cannot be included in a name.",
            hex(wrong)
        ))),
        None => Ok(()),
    }
}

/// A character as .NET's messages spell it.
pub(super) fn hex(c: char) -> String {
    format!("0x{:02X}", u32::from(c))
}
