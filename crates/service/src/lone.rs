use crate::LoadOptions;
use policy::{Lone, Options, Role};
use source::{Finding, Source};

/// Checks a policy document or a fragment by itself. What it refers to cannot be looked up: those findings are of severity info.
pub fn check_document(source: &Source) -> Vec<Finding> {
    check_document_with(source, &LoadOptions::default())
}

/// The same, as strict or lenient as `options` say.
pub fn check_document_with(source: &Source, options: &LoadOptions) -> Vec<Finding> {
    let role = match root_name(source.text()) {
        Some("fragment") => Role::Fragment,
        _ => Role::Unplaced,
    };
    let options = Options {
        strict: options.strict,
        lenient: options.lenient,
        ..Options::default()
    };
    let (_, findings) = policy::compile(source, role, &Lone::default(), &options);
    crate::check::sorted(findings)
}

// The name of the first element, past declarations and comments.
fn root_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        let end = match rest.as_bytes().first()? {
            b'!' if rest.starts_with("!--") => rest.find("-->")?,
            b'!' | b'?' => rest.find('>')?,
            _ => {
                return rest
                    .split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
                    .next();
            }
        };
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::root_name;

    #[test]
    fn the_root_is_found_behind_declarations_and_comments() {
        assert_eq!(
            root_name("<?xml version='1.0'?>\n<!-- <policies> -->\n<fragment>"),
            Some("fragment")
        );
        assert_eq!(root_name("<policies/>"), Some("policies"));
        assert_eq!(root_name("no element <"), None);
        assert_eq!(root_name("<!-- open"), None);
    }
}
