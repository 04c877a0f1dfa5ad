//! The table promises what every attribute takes: each row is held to it.

use crate::{Attribute, Content, Kind, Lone, Options, PolicyInfo, Role, compile, policies};
use source::Source;

#[test]
fn every_row_of_every_policy_is_enforced() {
    let mut broken = Vec::new();
    for policy in policies().filter(|it| it.supported && it.name != "base") {
        let section = policy.sections.first().expect("it stands somewhere");
        let (open, close) = (
            format!("<policies><{section}>"),
            format!("</{section}></policies>"),
        );
        rows(
            &policy,
            policy.name,
            policy.attributes,
            (&open, &close),
            &mut broken,
        );
        children(&policy, policy.name, policy.content, (&open, &close), &mut broken);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn children(
    policy: &PolicyInfo,
    name: &str,
    content: &Content,
    around: (&str, &str),
    broken: &mut Vec<String>,
) {
    let (Content::Children(all) | Content::ChildrenOrText(all)) = content else {
        return;
    };
    let (open, close) = (format!("{}<{name}>", around.0), format!("</{name}>{}", around.1));
    // A stylesheet is read by XSLT's own rules.
    for child in all.iter().filter(|it| !it.shape.name.starts_with("xsl:")) {
        let shape = child.shape;
        rows(policy, shape.name, shape.attributes, (&open, &close), broken);
        children(policy, shape.name, &shape.content, (&open, &close), broken);
    }
}

fn rows(policy: &PolicyInfo, name: &str, rows: &[Attribute], around: (&str, &str), broken: &mut Vec<String>) {
    let codes = |attribute: &str| {
        let text = format!("{}<{name} {attribute}></{name}>{}", around.0, around.1);
        let source = Source::new("t", text.as_str());
        let (_, found) = compile(&source, Role::Unplaced, &Lone::default(), &Options::default());
        found
            .iter()
            .map(|it| format!("{} {}", it.diagnostic.code, it.diagnostic.message))
            .collect::<Vec<_>>()
    };
    let mut expect = |text: &str, code: &str, about: &str| {
        let found = codes(text);
        // A service of Service Fabric is not called, whatever is said of it.
        let is_refused = found.iter().any(|it| it.starts_with("not-supported"));
        let good = is_refused || found.iter().any(|it| it.starts_with(code) && it.contains(about));
        if !good {
            broken.push(format!(
                "{}: `{name} {text}` is no {code}: {found:?}",
                policy.name
            ));
        }
    };
    for row in rows {
        let named = format!("`{}`", row.name);
        if row.kind != Kind::Text {
            expect(&format!("{}=\"no such value\"", row.name), "wrong-value", &named);
        }
        if !row.expression {
            expect(&format!("{}=\"@(1)\"", row.name), "literal-expected", &named);
        }
        if row.required {
            expect("", "missing-attribute", &named);
        }
    }
}
