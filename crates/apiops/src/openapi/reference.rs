use serde_json::Value;

/// A document, and the way around in it.
pub(crate) struct Document<'a> {
    /// The whole.
    pub(crate) root: &'a Value,
    /// Whether it is of version 2.0.
    pub(crate) is_two: bool,
}

// Longer chains are circles.
const CHAIN: usize = 16;

impl<'a> Document<'a> {
    /// The value itself, or what its `$ref` leads to; `None` if that is not in this document.
    pub(crate) fn resolve(&self, value: &'a Value) -> Option<&'a Value> {
        let mut value = value;
        for _ in 0..CHAIN {
            let Some(reference) = reference(value) else {
                return Some(value);
            };
            // Escapes of URLs beside those of JSON pointers; only the braces of path names occur.
            let pointer = reference
                .strip_prefix('#')?
                .replace("%7B", "{")
                .replace("%7D", "}");
            value = self.root.pointer(&pointer)?;
        }
        None
    }
}

/// The `$ref` of a value.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}
