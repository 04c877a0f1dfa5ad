use super::{head, row};
use policy::{Attribute, Child, Content, Kind, PolicyInfo, policies};
use serde_json::{Value, json};

const SCOPES: usize = 4;

pub(super) fn markdown() -> String {
    let all: Vec<PolicyInfo> = policies().collect();
    let (run, known): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.supported);
    let mut page = head("Policies", "policies");
    page.push_str(&format!(
        "\napimite runs {} policies. It knows {} more: a document that uses one of those is refused with \
         `not-supported`, never run without it. So are `sf-*` and `dapr-*` on `set-backend-service`. Every policy takes an `id`. A section in parentheses is one where Azure runs the policy \
         although its page does not list it: a warning, an error with `--strict`. `once per` is where it may stand once only, \
         `not in` names tiers and places that do not have it.\n\n",
        run.len(),
        known.len()
    ));
    page.push_str(&overview(&run, |name| format!("[{name}](#{name})")));
    for policy in &run {
        page.push_str(&section(policy));
    }
    page.push_str("\n## Known, not yet supported\n\n");
    page.push_str(&overview(&known, |name| format!("`{name}`")));
    page
}

pub(super) fn json() -> Value {
    policies()
        .map(|it| {
            json!({
                "name": it.name,
                "supported": it.supported,
                "sections": it.sections,
                "toleratedSections": it.tolerated_sections,
                "scopes": it.scopes,
                "once": it.once,
                "lackingTiers": it.lacking_tiers,
                "inFragments": it.in_fragments,
                "attributes": attributes_json(it.attributes),
                "content": content_json(it.content),
            })
        })
        .collect()
}

fn overview(policies: &[PolicyInfo], link: impl Fn(&str) -> String) -> String {
    let head = ["policy", "sections", "scopes", "once per", "not in"];
    let mut table = row(head) + &row(["---"; 5]);
    for policy in policies {
        table += &row([
            &link(policy.name),
            &sections(policy),
            &scopes(policy),
            policy.once.unwrap_or_default(),
            &not_in(policy),
        ]);
    }
    table
}

fn sections(policy: &PolicyInfo) -> String {
    let tolerated = policy.tolerated_sections.iter().map(|name| format!("({name})"));
    let sections = policy.sections.iter().map(|name| (*name).to_owned());
    let all: Vec<String> = sections.chain(tolerated).collect();
    match all.is_empty() {
        true => "resolvers only".to_owned(),
        false => all.join(", "),
    }
}

fn scopes(policy: &PolicyInfo) -> String {
    match policy.scopes.len() {
        SCOPES => "all".to_owned(),
        _ => policy.scopes.join(", "),
    }
}

fn not_in(policy: &PolicyInfo) -> String {
    let mut places: Vec<&str> = policy.lacking_tiers.clone();
    places.extend((!policy.in_fragments).then_some("fragments"));
    places.join(", ")
}

fn section(policy: &PolicyInfo) -> String {
    let mut text = format!("\n## {}\n", policy.name);
    let mut rows = Vec::new();
    let mut elements = Vec::new();
    attribute_rows(policy.name, policy.attributes, &mut rows);
    parts(policy.content, 0, &mut elements, &mut rows);
    let inside = match policy.content {
        Content::Children(_) => "In it:".to_owned(),
        Content::ChildrenOrText(_) => "In it a text, or:".to_owned(),
        other => format!("In it: {}.", words(other)),
    };
    if !rows.is_empty() {
        text += "\n";
        text += &row([
            "element",
            "attribute",
            "required",
            "default",
            "takes",
            "expression",
        ]);
        text += &row(["---"; 6]);
        rows.into_iter().for_each(|it| text += &it);
    }
    text += &format!("\n{inside}\n");
    if !elements.is_empty() {
        text += "\n";
        elements.into_iter().for_each(|it| text += &it);
    }
    text
}

fn attribute_rows(element: &str, attributes: &[Attribute], rows: &mut Vec<String>) {
    for it in attributes {
        let yes = |is: bool| if is { "yes" } else { "" };
        let default = it.default.map(|text| format!("`{text}`")).unwrap_or_default();
        let name = format!("`{}`", it.name);
        let element = format!("`{element}`");
        let cells = [
            &element,
            &name,
            yes(it.required),
            &default,
            &takes(it.kind),
            yes(it.expression),
        ];
        rows.push(row(cells));
    }
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Bool => "`true`, `false`".to_owned(),
        Kind::Int => "whole number".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::OneOf(values) => values
            .iter()
            .map(|it| format!("`{it}`"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

// The elements inside, one line each, and the rows of their attributes. One that is a policy itself has its own section.
fn parts(content: &Content, depth: usize, lines: &mut Vec<String>, rows: &mut Vec<String>) {
    let (Content::Children(children) | Content::ChildrenOrText(children)) = content else {
        return;
    };
    for Child {
        shape,
        at_least,
        at_most,
    } in *children
    {
        let indent = "  ".repeat(depth);
        let often = often(*at_least, *at_most);
        if let Some(policy) = policies().find(|it| it.name == shape.name) {
            let name = match policy.supported {
                true => format!("[{0}](#{0})", shape.name),
                false => format!("`{}`, not yet supported", shape.name),
            };
            lines.push(format!("{indent}- {name}, {often}\n"));
            continue;
        }
        let inner = match &shape.content {
            Content::Children(_) | Content::Empty => String::new(),
            other => format!(": {}", words(other)),
        };
        lines.push(format!("{indent}- `{}`, {often}{inner}\n", shape.name));
        attribute_rows(shape.name, shape.attributes, rows);
        parts(&shape.content, depth + 1, lines, rows);
    }
}

fn often(at_least: usize, at_most: usize) -> &'static str {
    match (at_least, at_most) {
        (0, 1) => "at most one",
        (1, 1) => "exactly one",
        (0, _) => "any number",
        _ => "at least one",
    }
}

fn words(content: &Content) -> String {
    match content {
        Content::Empty => "nothing".to_owned(),
        Content::Text => "text or an expression".to_owned(),
        Content::Body => "text, an expression, or literal XML".to_owned(),
        Content::Children(_) => "elements".to_owned(),
        Content::ChildrenOrText(_) => "elements or text".to_owned(),
        Content::Policies => "policies".to_owned(),
        Content::PoliciesOf(names) => names
            .iter()
            .map(|it| format!("`{it}`"))
            .collect::<Vec<_>>()
            .join(", "),
        Content::Opaque => "anything".to_owned(),
    }
}

fn attributes_json(attributes: &[Attribute]) -> Value {
    let one = |it: &Attribute| {
        let (kind, values) = match it.kind {
            Kind::Text => ("text", None),
            Kind::Bool => ("bool", None),
            Kind::Int => ("int", None),
            Kind::Number => ("number", None),
            Kind::OneOf(values) => ("one-of", Some(values)),
        };
        json!({
            "name": it.name,
            "required": it.required,
            "default": it.default,
            "expression": it.expression,
            "kind": kind,
            "values": values,
        })
    };
    attributes.iter().map(one).collect()
}

fn content_json(content: &Content) -> Value {
    let kind = match content {
        Content::Empty => "empty",
        Content::Text => "text",
        Content::Body => "body",
        Content::Children(_) => "children",
        Content::ChildrenOrText(_) => "children-or-text",
        Content::Policies | Content::PoliciesOf(_) => "policies",
        Content::Opaque => "opaque",
    };
    match content {
        Content::Children(children) | Content::ChildrenOrText(children) => {
            let children = children.iter().map(child_json).collect::<Vec<_>>();
            json!({ "kind": kind, "children": children })
        }
        Content::PoliciesOf(names) => json!({ "kind": kind, "policies": names }),
        _ => json!({ "kind": kind }),
    }
}

fn child_json(child: &Child) -> Value {
    json!({
        "name": child.shape.name,
        "atLeast": child.at_least,
        "atMost": (child.at_most < usize::MAX).then_some(child.at_most),
        "attributes": attributes_json(child.shape.attributes),
        "content": content_json(&child.shape.content),
    })
}
