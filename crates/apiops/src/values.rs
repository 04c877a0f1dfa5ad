use crate::read::Reader;
use crate::tree::Tree;
use model::{Fragment, NamedValue, PolicyDocument, ResourceKind, VersionSet, VersioningScheme};
use source::{Diagnostic, Finding, Source, Span};

/// `named values/*`.
pub(crate) fn named_values(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("named values") {
        let Some(file) = reader.information(folder, "namedValueInformation.json", &["namedValues", name])
        else {
            continue;
        };
        let findings = &mut reader.findings;
        let Some(properties) = file.properties(findings) else {
            continue;
        };
        let key_vault = properties
            .object("keyVault", findings)
            .and_then(|it| it.text("secretIdentifier", findings));
        let value = NamedValue {
            name: name.to_owned(),
            display_name: properties
                .word("displayName", findings)
                .unwrap_or_else(|| name.to_owned()),
            value: properties
                .text("value", findings)
                .filter(|value| !is_token(value)),
            // A reference to a vault is a secret whatever else is said.
            secret: properties.flag("secret", findings).unwrap_or(false) || key_vault.is_some(),
            key_vault,
        };
        reader.note(ResourceKind::NamedValue, name, file.origin.source);
        reader.service.named_values.push(value);
    }
}

// `{#secret#}`: a pipeline would put the value in before the publisher runs.
fn is_token(value: &str) -> bool {
    value.starts_with("{#") && value.ends_with("#}")
}

/// `policy fragments/*`.
pub(crate) fn fragments(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("policy fragments") {
        // Early extracts have no information file beside the policy.
        let description = match folder
            .file_names()
            .any(|it| it.eq_ignore_ascii_case("policyFragmentInformation.json"))
        {
            false => None,
            true => reader
                .information(
                    folder,
                    "policyFragmentInformation.json",
                    &["policyFragments", name],
                )
                .and_then(|file| {
                    file.properties(&mut reader.findings)?
                        .text("description", &mut reader.findings)
                }),
        };
        let Some(source) = folder.file("policy.xml") else {
            let missing = Source::new(format!("{}/policy.xml", folder.path), "");
            let message = format!("`{}` has no `policy.xml`", folder.path);
            reader
                .findings
                .push(Diagnostic::error("missing-file", message, Span::default()).found_in(&missing));
            continue;
        };
        reader
            .service
            .origins
            .note(ResourceKind::Fragment, name, source, "");
        reader.service.fragments.push(Fragment {
            name: name.to_owned(),
            description: description.unwrap_or_default(),
            document: PolicyDocument::raw(source.clone()),
        });
    }
}

/// `version sets/*`.
pub(crate) fn version_sets(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("version sets") {
        let Some(file) = reader.information(folder, "versionSetInformation.json", &["versionSets", name])
        else {
            continue;
        };
        let Some(properties) = file.properties(&mut reader.findings) else {
            continue;
        };
        let set = version_set(name, &properties, &mut reader.findings);
        reader.note(ResourceKind::VersionSet, name, file.origin.source);
        reader.service.version_sets.extend(set);
    }
}

/// A version set from its properties, also as an API holds it inline.
pub(crate) fn version_set(
    name: &str,
    properties: &crate::fields::Fields<'_>,
    findings: &mut Vec<Finding>,
) -> Option<VersionSet> {
    let scheme = properties.required("versioningScheme", findings)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "segment" => VersioningScheme::Segment,
        "query" => VersioningScheme::Query(properties.required("versionQueryName", findings)?),
        "header" => VersioningScheme::Header(properties.required("versionHeaderName", findings)?),
        _ => {
            let place = properties.pointer("versioningScheme");
            let message = format!("`{scheme}` is no versioning scheme");
            let mut finding = properties.origin().error(&place, "invalid-value", message);
            finding.diagnostic = finding
                .diagnostic
                .help("a version stands in a `Segment`, the `Query` or a `Header`");
            findings.push(finding);
            return None;
        }
    };
    let display_name = properties
        .word("displayName", findings)
        .unwrap_or_else(|| name.to_owned());
    Some(VersionSet {
        name: name.to_owned(),
        display_name,
        scheme,
    })
}
