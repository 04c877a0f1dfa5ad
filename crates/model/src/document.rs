use source::Source;

/// A policy document as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// File or resource, and its text.
    pub source: Source,
    /// How the text was announced; the reader takes both forms in one document.
    pub format: PolicyFormat,
}

impl PolicyDocument {
    /// A document in the raw form, the form of nearly all files in repositories.
    pub fn raw(source: Source) -> PolicyDocument {
        PolicyDocument {
            source,
            format: PolicyFormat::RawXml,
        }
    }
}

/// `format` of a policy resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyFormat {
    /// Well-formed XML: expressions are escaped.
    Xml,
    /// Expressions stand verbatim.
    #[default]
    RawXml,
}

/// `policyFragments/{name}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Resource name, the `fragment-id` of `include-fragment`.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The document with root `<fragment>`.
    pub document: PolicyDocument,
}
