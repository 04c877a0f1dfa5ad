use super::{Choose, Cors, Sections, Spec, find, known_names};
use crate::Scope;
use crate::build::Build;
use crate::caching::Store;
use crate::catalog::{CatalogNames, Lookup};
use crate::document::fragment_root;
use crate::element::Element;
use crate::exchange::{Exchange, Place};
use crate::fault::Fault;
use crate::shape::Content;
use crate::template::Bodies;
use crate::world::World;
use crate::xml::{self, Node};
use futures_util::future::BoxFuture;
use source::{Diagnostic, nearest};
use std::fmt;
use std::sync::Arc;
use trace::Section;

/// Policies in order.
pub(crate) type Block = Vec<Arc<Statement>>;

/// A policy in its place.
pub(crate) struct Statement {
    pub(crate) place: Place,
    pub(crate) scope: Option<Scope>,
    /// `LastError.Path`.
    pub(crate) path: Arc<str>,
    pub(crate) id: Option<String>,
    /// Bodies that its expressions read: they are brought here before it runs.
    pub(crate) needs: Bodies,
    pub(crate) action: Action,
}

/// What a policy does. Only what waits is boxed as a future.
pub(crate) enum Action {
    /// Done at once.
    Now(Box<dyn Now>),
    /// Chooses a branch, which the walk then enters.
    Choose(Choose),
    /// `cors`, which preflight requests look for.
    Cors(Box<Cors>),
    /// Waits for something.
    Wait(Box<dyn Wait>),
}

/// A policy that is done at once.
pub(crate) trait Now: Send + Sync {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault>;

    /// The document of `cross-domain`.
    fn cross_domain(&self) -> Option<&Arc<str>> {
        None
    }
}

/// A policy that waits.
pub(crate) trait Wait: Send + Sync {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>>;

    /// The policies inside.
    fn inside(&self) -> Option<&Block> {
        None
    }

    /// Which look-up it stores for.
    fn stores(&self) -> Option<Store> {
        None
    }
}

/// Every body that anything in a block may read.
pub(super) fn deep_needs(block: &Block) -> Bodies {
    let mut needs = Bodies::default();
    for statement in block {
        needs.add(statement.needs);
        match &statement.action {
            Action::Choose(choose) => choose.blocks().for_each(|it| needs.add(deep_needs(it))),
            Action::Wait(policy) => policy
                .inside()
                .into_iter()
                .for_each(|it| needs.add(deep_needs(it))),
            Action::Now(_) | Action::Cors(_) => (),
        }
    }
    needs
}

/// Places of the policies in a block, and of those inside them.
pub(crate) fn places(block: &Block, found: &mut Vec<String>) {
    for statement in block {
        found.push(statement.place.place.to_string());
        match &statement.action {
            Action::Choose(choose) => choose.blocks().for_each(|it| places(it, found)),
            Action::Wait(policy) => policy.inside().into_iter().for_each(|it| places(it, found)),
            Action::Now(_) | Action::Cors(_) => (),
        }
    }
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The next policy.
    Next,
    /// Nothing: the response is complete.
    Return,
    /// What stands behind the store in outbound: the response came out of a cache.
    Cached(Store),
}

impl Action {
    pub(super) fn now(policy: impl Now + 'static) -> Action {
        Action::Now(Box::new(policy))
    }

    pub(super) fn wait(policy: impl Wait + 'static) -> Action {
        Action::Wait(Box::new(policy))
    }
}

impl Statement {
    /// Adds to a fault where it arose, unless a policy inside has done so.
    pub(crate) fn locate(&self, fault: Fault) -> Fault {
        self.origin().locate(fault)
    }

    /// Where it stands, for what it does later.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            source: self.place.source.clone(),
            section: self.place.section,
            scope: self.scope,
            path: self.path.clone(),
            id: self.id.clone(),
        }
    }
}

/// Where a policy stands.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    source: Arc<str>,
    section: Section,
    scope: Option<Scope>,
    path: Arc<str>,
    id: Option<String>,
}

impl Origin {
    /// Adds to a fault where it arose, unless that is known.
    pub(crate) fn locate(&self, mut fault: Fault) -> Fault {
        if fault.source.is_empty() {
            fault.source = self.source.to_string();
        }
        if fault.section.is_none() {
            fault.section = Some(self.section);
            fault.scope = self.scope;
            fault.policy_id.clone_from(&self.id);
        }
        fault.path.get_or_insert_with(|| self.path.to_string());
        fault
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place.place, self.path)
    }
}

/// What stands in a section.
#[derive(Debug)]
pub(crate) enum Part {
    /// `<base />`: here goes the same section of the next broader scope.
    Base,
    /// A policy.
    Policy(Arc<Statement>),
}

/// Reads the policies inside an element; fragments are put in where they are included.
pub(crate) fn block(build: &mut Build<'_>, parent: &Node, path: &str, content: &'static Content) -> Block {
    let mut block = Block::new();
    for (node, path) in numbered(parent, path) {
        if node.name == "base" {
            let message = "`base` stands inside another policy or a fragment";
            let help = "it has a meaning only directly in `inbound`, `backend`, `outbound` and `on-error`";
            build.report(Diagnostic::error("misplaced-base", message, node.name_span).help(help));
            continue;
        }
        if let Content::PoliciesOf(names) = content
            && find(&node.name).is_some()
            && !names.contains(&node.name.as_str())
        {
            let message = format!("`{}` cannot stand directly in `{}`", node.name, parent.name);
            let help = format!("allowed are {}", names.join(", "));
            build.refused(Diagnostic::error("wrong-place", message, node.name_span).help(help));
        }
        statements(build, node, &path, &mut block);
    }
    block
}

/// Reads a section: policies, and the places of `<base />`.
pub(crate) fn parts(build: &mut Build<'_>, section: &Node) -> Vec<Part> {
    let mut parts = Vec::new();
    for (node, path) in numbered(section, "") {
        if node.name == "base" {
            if let Some(spec) = find("base") {
                Element {
                    node,
                    shape: spec.shape,
                    build,
                    path: &path,
                }
                .check();
            }
            parts.push(Part::Base);
            continue;
        }
        let mut block = Block::new();
        statements(build, node, &path, &mut block);
        parts.extend(block.into_iter().map(Part::Policy));
    }
    parts
}

// The child elements with their paths: the index counts siblings of the same name, from 1.
fn numbered<'n>(parent: &'n Node, path: &str) -> impl Iterator<Item = (&'n Node, String)> {
    let separator = if path.is_empty() { "" } else { "/" };
    let mut seen: Vec<(&str, usize)> = Vec::new();
    parent.elements().map(move |node| {
        let at = seen
            .iter()
            .position(|(name, _)| *name == node.name)
            .unwrap_or_else(|| {
                seen.push((&node.name, 0));
                seen.len() - 1
            });
        seen[at].1 += 1;
        (node, format!("{path}{separator}{}[{}]", node.name, seen[at].1))
    })
}

// One element: mostly one policy; several for an included fragment; none if it is wrong.
fn statements(build: &mut Build<'_>, node: &Node, path: &str, out: &mut Block) {
    match (node.name.as_str(), find(&node.name)) {
        ("include-fragment", _) => include_fragment(build, node, path, out),
        (_, Some(spec)) => out.extend(policy(build, spec, node, path).map(Arc::new)),
        (name, None) => {
            let message = format!("there is no policy `{name}`");
            let near = nearest(name, known_names());
            build.report(Diagnostic::error("unknown-policy", message, node.name_span).suggest(near));
        }
    }
}

fn policy(build: &mut Build<'_>, spec: &'static Spec, node: &Node, path: &str) -> Option<Statement> {
    check_section(build, spec, node);
    let Some(parse) = spec.parse else {
        let message = format!("`{}` is known but not yet supported", spec.shape.name);
        build.report(Diagnostic::error("not-supported", message, node.name_span));
        return None;
    };
    // What the policies inside read is theirs.
    let outer = std::mem::take(&mut build.needs);
    let mut element = Element {
        node,
        shape: spec.shape,
        build,
        path,
    };
    element.check();
    let action = parse(&mut element);
    let needs = std::mem::replace(&mut build.needs, outer);
    let place = Place {
        section: build.section,
        source: spec.shape.name.into(),
        place: build
            .scope
            .map_or_else(|| path.to_owned(), |scope| format!("{scope} {path}"))
            .into(),
    };
    let id = node
        .attributes
        .iter()
        .find(|it| it.name == "id")
        .map(|it| it.value.text.text().to_owned());
    Some(Statement {
        place,
        scope: build.scope,
        path: path.into(),
        id,
        needs,
        action,
    })
}

fn check_tier(build: &mut Build<'_>, spec: &'static Spec, node: &Node) {
    let Some(tier) = build.options.tier.filter(|it| spec.lacking.contains(it)) else {
        return;
    };
    // `Policy is not allowed in 'Consumption' sku` (observed).
    let message = format!("`{}` is not allowed in the {} tier", spec.shape.name, tier.name());
    build.refused(Diagnostic::error("wrong-tier", message, node.name_span));
}

fn check_section(build: &mut Build<'_>, spec: &'static Spec, node: &Node) {
    check_tier(build, spec, node);
    if build.in_fragment && !spec.in_fragments {
        let message = format!("`{}` is not supported inside a fragment", spec.shape.name);
        let help = "put it into the policy document itself";
        build.tolerated(Diagnostic::warning("not-in-fragments", message, node.name_span).help(help));
    }
    if build.any_section {
        return;
    }
    let (name, section) = (spec.shape.name, build.section);
    let message = || format!("`{name}` is not allowed in `{}`", section.name());
    let allowed = || {
        let names: Vec<String> = spec.sections.names().map(|it| format!("`{it}`")).collect();
        match names.is_empty() {
            true => "it belongs to a resolver, not to a policy document".to_owned(),
            false => format!("it is allowed in {}", names.join(", ")),
        }
    };
    if spec.sections.holds(section) {
    } else if spec.tolerated.holds(section) {
        let diagnostic = Diagnostic::warning("wrong-section", message(), node.name_span);
        build.tolerated(diagnostic.help(format!("{}; Azure runs it here too", allowed())));
    } else {
        build.refused(Diagnostic::error("wrong-section", message(), node.name_span).help(allowed()));
    }
    if let Some(scope) = build.scope
        && !spec.scopes.contains(&scope)
    {
        let message = format!("`{name}` is not allowed at {scope} scope");
        build.refused(Diagnostic::error("wrong-scope", message, node.name_span));
    }
}

fn include_fragment(build: &mut Build<'_>, node: &Node, path: &str, out: &mut Block) {
    let Some(spec) = find("include-fragment") else {
        return;
    };
    let mut element = Element {
        node,
        shape: spec.shape,
        build,
        path,
    };
    element.check();
    let template = element.required("fragment-id");
    let Some(id) = template.known() else { return };
    let span = template.span;
    if build.in_fragment {
        let message = "a fragment cannot include another";
        build.report(Diagnostic::error("nested-fragment", message, node.name_span));
        return;
    }
    match build.catalog.fragment(id) {
        Lookup::Known(text) => {
            let outer = std::mem::replace(&mut build.source, text);
            build.in_fragment = true;
            let (root, mistakes) = xml::read(build.source.clone().text());
            for mistake in mistakes {
                build.report(mistake);
            }
            if let Some(root) = root.filter(|root| fragment_root(build, root)) {
                out.extend(block(build, &root, path, &Content::Policies));
            }
            build.in_fragment = false;
            build.source = outer;
        }
        Lookup::Missing => {
            let names = build.catalog.names(CatalogNames::Fragments);
            let near = nearest(id, names.iter().map(String::as_str));
            let message = format!("there is no fragment `{id}`");
            build.report(Diagnostic::error("unknown-fragment", message, span).suggest(near));
        }
        Lookup::Unknowable => {
            let message = format!("fragment `{id}` cannot be looked up here");
            build.report(Diagnostic::info("unresolved-fragment", message, span));
        }
    }
}

impl Sections {
    pub(crate) fn holds(self, section: Section) -> bool {
        let bit = match section {
            Section::Inbound => Sections::IN,
            Section::Backend => Sections::BACKEND,
            Section::Outbound => Sections::OUT,
            Section::OnError => Sections::ON_ERROR,
        };
        self.has(bit)
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        [
            Section::Inbound,
            Section::Backend,
            Section::Outbound,
            Section::OnError,
        ]
        .into_iter()
        .filter(move |it| self.holds(*it))
        .map(Section::name)
    }
}
