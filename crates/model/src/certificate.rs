/// `certificates/{name}`: what backends are shown, and what tokens and callers are checked with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificate {
    /// Resource name.
    pub name: String,
    /// A PFX file, or PEM, or DER.
    pub data: Vec<u8>,
    /// Password of a PFX file.
    pub password: Option<String>,
}
