//! What no policy can say by itself: which stand too often, which never run, which lack their partner. Fragments count where they
//! are included.

use crate::build::Build;
use crate::catalog::{Lookup, Scope};
use crate::statements::{Often, find};
use crate::xml::{self, Node};
use source::Diagnostic;
use std::collections::BTreeSet;

/// A look-up finds only what its store has kept: `This policy must have a corresponding policy`.
const PARTNERS: [(&str, &str); 3] = [
    ("cache-lookup", "cache-store"),
    ("llm-semantic-cache-lookup", "llm-semantic-cache-store"),
    (
        "azure-openai-semantic-cache-lookup",
        "azure-openai-semantic-cache-store",
    ),
];

/// What is on the way when a policy is reached.
#[derive(Debug, Clone, Default)]
struct Way {
    /// Policies that stand only once, as far as they were passed.
    seen: BTreeSet<&'static str>,
    /// `set-backend-service` with a `backend-id` was passed for certain.
    has_backend: bool,
}

/// What a section holds, fragments included.
#[derive(Debug, Default)]
struct Held {
    names: BTreeSet<String>,
    /// Something else comes in that is not known here: `<base />`, or a fragment that cannot be looked up.
    is_open: bool,
}

/// Looks at a whole document, whose policies are looked at by themselves elsewhere.
pub(crate) fn check(build: &mut Build<'_>, root: &Node) {
    let mut document = Way::default();
    for section in root.elements() {
        // What stands once in a section is counted anew in the next.
        document.seen.retain(|name| is_once_per_document(name));
        document.has_backend = false;
        sequence(build, section, &mut document);
    }
    partners(build, root);
}

/// The same for a fragment by itself.
pub(crate) fn check_fragment(build: &mut Build<'_>, root: &Node) {
    sequence(build, root, &mut Way::default());
}

fn is_once_per_document(name: &str) -> bool {
    find(name).is_some_and(|spec| spec.often == Often::OncePerDocument)
}

// Policies that run one after the other.
fn sequence(build: &mut Build<'_>, parent: &Node, way: &mut Way) {
    let mut ended: Option<&Node> = None;
    for node in parent.elements() {
        if let Some(end) = ended.take() {
            let message = format!(
                "`{}` never runs: `{}` ends the walk before it",
                node.name, end.name
            );
            build.report(Diagnostic::warning("unreachable", message, node.name_span));
        }
        one(build, parent, node, way);
        if always_ends(node) {
            ended = Some(node);
        }
    }
}

fn one(build: &mut Build<'_>, parent: &Node, node: &Node, way: &mut Way) {
    counted(build, node, way);
    match node.name.as_str() {
        "choose" => choose(build, node, way),
        "retry" | "limit-concurrency" => sequence(build, node, way),
        // Children of `wait` run side by side; each may still stand only once.
        "wait" => node.elements().for_each(|it| one(build, node, it, way)),
        "cache-value" => node
            .elements()
            .filter(|it| it.name == "value")
            .for_each(|it| sequence(build, it, way)),
        "set-backend-service" => backend(build, node, way),
        "cors" if parent.name == "when" || parent.name == "otherwise" => {
            let message = "`cors` inside `choose` answers no preflight request";
            let help = "only what stands directly in `inbound` does";
            build.report(Diagnostic::warning("nested-cors", message, node.name_span).help(help));
        }
        "include-fragment" => {
            in_fragment(build, node, |build, root| sequence(build, root, way));
        }
        _ => (),
    }
}

fn counted(build: &mut Build<'_>, node: &Node, way: &mut Way) {
    let Some(spec) = find(&node.name) else { return };
    let name = spec.shape.name;
    if spec.often == Often::Any || way.seen.insert(name) {
        return;
    }
    match spec.often {
        Often::Any => (),
        Often::OncePerSection => {
            let message = format!("`{name}` can be used only once in a section");
            build.tolerated(Diagnostic::warning("used-once", message, node.name_span));
        }
        Often::OncePerDocument => {
            let message = format!("`{name}` can be used only once in a policy document");
            build.refused(Diagnostic::error("used-once", message, node.name_span));
        }
    }
}

// One branch is taken: what stands in several of them still runs once.
fn choose(build: &mut Build<'_>, node: &Node, way: &mut Way) {
    let mut after = way.clone();
    for branch in node.elements() {
        let mut taken = way.clone();
        sequence(build, branch, &mut taken);
        after.seen.extend(taken.seen);
    }
    *way = after;
}

// After a `backend-id` a `base-url` is passed over (documented).
fn backend(build: &mut Build<'_>, node: &Node, way: &mut Way) {
    let names = |name: &str| node.attributes.iter().any(|it| it.name == name);
    if names("backend-id") {
        way.has_backend = true;
    } else if way.has_backend && names("base-url") {
        let message =
            "`base-url` has no effect: a `backend-id` was set before, and only another one takes its place";
        build.report(Diagnostic::warning("no-effect", message, node.name_span));
    }
}

fn always_ends(node: &Node) -> bool {
    let last = |it: &Node| it.elements().any(always_ends);
    match node.name.as_str() {
        "return-response" | "mock-response" => true,
        "choose" => node.elements().any(|it| it.name == "otherwise") && node.elements().all(last),
        "retry" | "limit-concurrency" => last(node),
        _ => false,
    }
}

// Reads the fragment that is included; whether there is one that is known.
fn in_fragment(build: &mut Build<'_>, node: &Node, look: impl FnOnce(&mut Build<'_>, &Node)) -> bool {
    let Some(id) = node.attributes.iter().find(|it| it.name == "fragment-id") else {
        return true;
    };
    if build.in_fragment {
        return true;
    }
    let Lookup::Known(text) = build.catalog.fragment(id.value.text.text().trim()) else {
        return false;
    };
    let outer = std::mem::replace(&mut build.source, text);
    build.in_fragment = true;
    // Its mistakes were reported where it was compiled.
    let (root, _) = xml::read(build.source.clone().text());
    if let Some(root) = root.filter(|it| it.name == "fragment") {
        look(build, &root);
    }
    build.in_fragment = false;
    build.source = outer;
    true
}

// Only an operation's document says the last word: what a wider scope lacks may stand in a narrower one.
fn partners(build: &mut Build<'_>, root: &Node) {
    if build.scope != Some(Scope::Operation) {
        return;
    }
    let section = |name: &str| root.elements().find(|it| it.name == name);
    let mut held = |name: &str| {
        let mut held = Held::default();
        if let Some(node) = section(name) {
            gather(build, node, &mut held);
        }
        held
    };
    let (inbound, outbound) = (held("inbound"), held("outbound"));
    for (lookup, store) in PARTNERS {
        let there = |held: &Held, name: &str| held.is_open || held.names.contains(name);
        let lacking = [
            (section("inbound"), lookup, store, there(&outbound, store)),
            (section("outbound"), store, lookup, there(&inbound, lookup)),
        ];
        for (section, name, partner, is_there) in lacking {
            let own = section.and_then(|it| first(it, name)).filter(|_| !is_there);
            if let Some(own) = own {
                let message = format!("`{name}` has no effect: there is no `{partner}`");
                build.report(Diagnostic::warning("no-effect", message, own.name_span));
            }
        }
    }
}

fn gather(build: &mut Build<'_>, parent: &Node, held: &mut Held) {
    for node in parent.elements() {
        held.names.insert(node.name.clone());
        held.is_open |= node.name == "base";
        if node.name == "include-fragment" {
            let known = in_fragment(build, node, |build, root| gather(build, root, held));
            held.is_open |= !known;
        }
        gather(build, node, held);
    }
}

// The first policy of a name in a section, wherever in it.
fn first<'n>(parent: &'n Node, name: &str) -> Option<&'n Node> {
    parent.elements().find_map(|node| match node.name == name {
        true => Some(node),
        false => first(node, name),
    })
}
