//! The four sections of a document, and what `<base />` means.

use crate::build::{Build, Options};
use crate::catalog::{Catalog, Role, Scope};
use crate::exchange::Place;
use crate::preflight;
use crate::shape::Content;
use crate::statements::{self, Action, Block, Cors, Part, Statement};
use crate::xml::{self, Node};
use source::{Diagnostic, Finding, Source, nearest};
use std::fmt;
use std::sync::Arc;
use trace::Section;

/// A compiled document: four sections, each with the places where its parent's goes. Immutable.
pub struct Document {
    sections: [Vec<Part>; 4],
    secrets: Vec<Arc<str>>,
}

/// The effective policies of an operation: what remains when every `<base />` is replaced.
pub struct Walk {
    pub(crate) inbound: Block,
    pub(crate) backend: Block,
    pub(crate) outbound: Block,
    pub(crate) on_error: Block,
    pub(crate) secrets: Arc<[Arc<str>]>,
}

const SECTIONS: [Section; 4] = [
    Section::Inbound,
    Section::Backend,
    Section::Outbound,
    Section::OnError,
];

/// Compiles a policy document or a fragment, reporting every mistake. There is a document only if none is an error.
///
/// A fragment is compiled to be checked: what runs is compiled again where it is included.
pub fn compile(
    source: &Source,
    role: Role,
    catalog: &dyn Catalog,
    options: &Options,
) -> (Option<Arc<Document>>, Vec<Finding>) {
    let mut build = Build::new(source, catalog, options);
    let (root, mistakes) = xml::read(source.text());
    for mistake in mistakes {
        build.report(mistake);
    }
    let mut document = Document::empty();
    match (root, role) {
        (None, _) => (),
        (Some(root), Role::Policy(_) | Role::Unplaced) => {
            if let Role::Policy(scope) = role {
                build.scope = Some(scope);
            }
            document.read(&mut build, &root);
            preflight::check(&mut build, &root);
        }
        (Some(root), Role::Fragment) => {
            build.any_section = true;
            build.in_fragment = true;
            if fragment_root(&mut build, &root) {
                statements::block(&mut build, &root, "", &Content::Policies);
                preflight::check_fragment(&mut build, &root);
            }
        }
    }
    build.order_findings();
    let good = !build.has_errors();
    document.secrets = std::mem::take(&mut build.secrets);
    (good.then(|| Arc::new(document)), build.findings)
}

/// What a service has at global scope when it was given nothing: `<forward-request />` in `backend`.
pub fn default_global() -> Arc<Document> {
    let mut document = Document::empty();
    document.sections[1].push(Part::Policy(Arc::new(Statement {
        place: Place {
            section: Section::Backend,
            source: "forward-request".into(),
            place: "global forward-request[1]".into(),
        },
        scope: Some(Scope::Global),
        path: "forward-request[1]".into(),
        id: None,
        needs: Default::default(),
        action: statements::default_forward(),
    })));
    Arc::new(document)
}

/// Folds the documents that apply to an operation, the narrowest first: each `<base />` is replaced by the same section of
/// the next document. A section without `<base />` cuts off all broader ones.
pub fn fold(narrowest_first: &[Arc<Document>]) -> Arc<Walk> {
    let section = |index: usize| {
        let mut block = Block::new();
        splice(narrowest_first, index, &mut block);
        block
    };
    let mut secrets: Vec<Arc<str>> = narrowest_first
        .iter()
        .flat_map(|it| it.secrets.iter().cloned())
        .collect();
    // The longest first, so that one secret inside another leaves nothing over.
    secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    secrets.dedup();
    Arc::new(Walk {
        inbound: section(0),
        backend: section(1),
        outbound: section(2),
        on_error: section(3),
        secrets: secrets.into(),
    })
}

fn splice(documents: &[Arc<Document>], index: usize, block: &mut Block) {
    let Some((narrowest, broader)) = documents.split_first() else {
        return;
    };
    for item in &narrowest.sections[index] {
        match item {
            Part::Base => splice(broader, index, block),
            Part::Policy(statement) => block.push(statement.clone()),
        }
    }
}

impl Walk {
    /// The `cors` policies directly in `inbound`, in order.
    pub(crate) fn cors(&self) -> impl Iterator<Item = (&Statement, &Cors)> {
        self.inbound.iter().filter_map(|it| match &it.action {
            Action::Cors(cors) => Some((&**it, &**cors)),
            _ => None,
        })
    }

    /// What `cross-domain` gives to Flash and Silverlight clients.
    pub fn cross_domain(&self) -> Option<&Arc<str>> {
        self.inbound.iter().find_map(|it| match &it.action {
            Action::Now(policy) => policy.cross_domain(),
            _ => None,
        })
    }

    /// Place of every policy, those inside others as well: what a record's events name.
    pub fn places(&self) -> Vec<String> {
        let mut found = Vec::new();
        for block in [&self.inbound, &self.backend, &self.outbound, &self.on_error] {
            statements::places(block, &mut found);
        }
        found
    }

    /// Whether a preflight request for this operation is answered by a `cors` policy.
    pub fn has_cors(&self) -> bool {
        self.cors().next().is_some()
    }
}

/// Whether the root is that of a fragment; reports it otherwise.
pub(crate) fn fragment_root(build: &mut Build<'_>, root: &Node) -> bool {
    let good = root.name == "fragment";
    if !good {
        let message = format!("a fragment has the root `fragment`, not `{}`", root.name);
        build.report(Diagnostic::error("wrong-root", message, root.name_span));
    }
    for attribute in root.attributes.iter().filter(|it| !it.name.starts_with("xmlns")) {
        let message = format!("`fragment` has no attribute `{}`", attribute.name);
        build.report(Diagnostic::error(
            "unknown-attribute",
            message,
            attribute.name_span,
        ));
    }
    stray_text(build, root);
    good
}

impl Document {
    fn empty() -> Document {
        Document {
            sections: Default::default(),
            secrets: Vec::new(),
        }
    }

    /// Whether a section holds anything.
    pub fn has(&self, section: Section) -> bool {
        SECTIONS
            .iter()
            .position(|it| *it == section)
            .is_some_and(|at| !self.sections[at].is_empty())
    }

    fn read(&mut self, build: &mut Build<'_>, root: &Node) {
        if root.name != "policies" {
            let message = format!("a policy document has the root `policies`, not `{}`", root.name);
            build.report(Diagnostic::error("wrong-root", message, root.name_span));
            return;
        }
        for attribute in root.attributes.iter().filter(|it| !it.name.starts_with("xmlns")) {
            let message = format!("`policies` has no attribute `{}`", attribute.name);
            build.report(Diagnostic::error(
                "unknown-attribute",
                message,
                attribute.name_span,
            ));
        }
        stray_text(build, root);
        let mut seen = [false; 4];
        for node in root.elements() {
            let Some(at) = SECTIONS.iter().position(|it| it.name() == node.name) else {
                self.not_a_section(build, node);
                continue;
            };
            if std::mem::replace(&mut seen[at], true) {
                let message = format!("section `{}` stands twice", node.name);
                build.report(Diagnostic::error("repeated-section", message, node.name_span));
                continue;
            }
            build.section = SECTIONS[at];
            self.sections[at] = section(build, node);
        }
        if !seen[1] {
            let message = "there is no `backend` section, so nothing is ever forwarded";
            let help = "add `<backend><base /></backend>`";
            build.report(Diagnostic::warning("no-backend", message, root.name_span).help(help));
        }
    }

    fn not_a_section(&self, build: &mut Build<'_>, node: &Node) {
        let message = match statements::find(&node.name) {
            Some(_) => format!("`{}` stands outside the sections", node.name),
            None => format!("there is no section `{}`", node.name),
        };
        let near = nearest(&node.name, SECTIONS.iter().map(|it| it.name()));
        let diagnostic = Diagnostic::error("unknown-section", message, node.name_span);
        build.report(match near {
            Some(near) => diagnostic.suggest(Some(near)),
            None => diagnostic.help("the sections are `inbound`, `backend`, `outbound` and `on-error`"),
        });
    }
}

fn section(build: &mut Build<'_>, node: &Node) -> Vec<Part> {
    for attribute in &node.attributes {
        let message = format!("section `{}` has no attribute `{}`", node.name, attribute.name);
        build.report(Diagnostic::error(
            "unknown-attribute",
            message,
            attribute.name_span,
        ));
    }
    stray_text(build, node);
    if build.section == Section::Backend
        && let Some(second) = node.elements().nth(1)
    {
        // Refused at save (observed).
        let message = "the `backend` section allows only one policy, and `base` counts as one";
        let help = "put them into one container, such as `retry` or `choose`";
        build.refused(Diagnostic::error("backend-one-policy", message, second.name_span).help(help));
    }
    let items = statements::parts(build, node);
    let count = items.len();
    if build.section == Section::Backend && count > 1 && node.elements().nth(1).is_none() {
        let message = "the included fragment brings more than one policy into `backend`";
        build.refused(Diagnostic::error("backend-one-policy", message, node.name_span));
    }
    items
}

fn stray_text(build: &mut Build<'_>, node: &Node) {
    for content in &node.contents {
        if let xml::Content::Text(raw) = content {
            build.stray_text(raw, &node.name);
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Secrets stay out of logs.
        f.debug_struct("Document")
            .field("sections", &self.sections)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("inbound", &self.inbound)
            .field("backend", &self.backend)
            .field("outbound", &self.outbound)
            .field("on_error", &self.on_error)
            .finish_non_exhaustive()
    }
}
