//! `<xsl-transform>`: the body, which is XML, through an XSLT 1.0 stylesheet.
//!
//! ```xml
//! <xsl-transform>
//!   <parameter name="region">@(context.Deployment.Region)</parameter>
//!   <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
//!     <xsl:param name="region" />
//!     <xsl:template match="/"><region><xsl:value-of select="$region" /></region></xsl:template>
//!   </xsl:stylesheet>
//! </xsl-transform>
//! ```
//! The engine is `uppsala`'s: what it lacks of XSLT 1.0 is refused by name. (`xrust` has more, but its trees stay on one
//! thread and it takes longer to compile than the rest of this crate.)

use super::content::{failed, text};
use super::set_body::verbatim;
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, Content, Shape, many, maybe, optional, required};
use crate::template::Template;
use crate::world::World;
use crate::xml::Node;
use source::{Diagnostic, Span};
use std::panic::{AssertUnwindSafe, catch_unwind};
use uppsala::Stylesheet;
use uppsala::xslt::ParameterValue;

/// Templates inside templates: an endless recursion must end as an error.
const DEPTH: u32 = 150;

pub(super) static SHAPE: Shape = Shape {
    name: "xsl-transform",
    attributes: &[],
    content: Content::Children(&[many(&PARAMETER), maybe(&STYLESHEET), maybe(&TRANSFORM)]),
};
static PARAMETER: Shape = Shape {
    name: "parameter",
    attributes: &[required("name").literal()],
    content: Content::Text,
};
static STYLESHEET: Shape = Shape {
    name: "xsl:stylesheet",
    attributes: &OF_STYLESHEET,
    content: Content::Opaque,
};
static TRANSFORM: Shape = Shape {
    name: "xsl:transform",
    attributes: &OF_STYLESHEET,
    content: Content::Opaque,
};
static OF_STYLESHEET: [Attribute; 3] = [
    optional("version").literal(),
    optional("exclude-result-prefixes").literal(),
    optional("extension-element-prefixes").literal(),
];

const NOT_THERE: &str = "the XSLT engine does not have it";
const NO_DOCUMENTS: &str = "other documents cannot be reached from a policy";

/// What XSLT 1.0 has and the engine has not, or what a gateway must not do; and why.
const REFUSED: [(&str, &str); 14] = [
    ("xsl:import", NO_DOCUMENTS),
    ("xsl:include", NO_DOCUMENTS),
    ("xsl:apply-imports", NO_DOCUMENTS),
    ("xsl:sort", NOT_THERE),
    ("xsl:key", NOT_THERE),
    ("xsl:number", NOT_THERE),
    ("xsl:decimal-format", NOT_THERE),
    ("xsl:attribute-set", NOT_THERE),
    ("xsl:namespace-alias", NOT_THERE),
    ("xsl:preserve-space", NOT_THERE),
    ("xsl:fallback", NOT_THERE),
    ("xsl:message", "a gateway has no console"),
    ("msxsl:script", "scripts do not run in a policy"),
    ("ms:script", "scripts do not run in a policy"),
];
/// Functions and attributes of the same kind.
const REFUSED_FUNCTIONS: [&str; 4] = ["document(", "key(", "format-number(", "unparsed-entity-uri("];
const REFUSED_ATTRIBUTES: [(&str, &str); 4] = [
    ("xsl:template", "mode"),
    ("xsl:apply-templates", "mode"),
    ("xsl:element", "use-attribute-sets"),
    ("xsl:copy", "use-attribute-sets"),
];

struct XslTransform {
    parameters: Vec<(String, Template)>,
    // Absent where a mistake was reported.
    stylesheet: Option<Stylesheet>,
    has_declaration: bool,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    element.needs_body();
    let parameters = element.children("parameter", |it| {
        (it.literal("name").unwrap_or_default(), it.text())
    });
    let sheet = element.node.elements().find(|it| it.name.starts_with("xsl:"));
    let mut stylesheet = None;
    match sheet {
        Some(node) => stylesheet = compile(element, node),
        None => {
            let message = "`xsl-transform` needs an element `xsl:stylesheet`";
            element.report(Diagnostic::error("missing-element", message, element.name_span()));
        }
    }
    Action::now(XslTransform {
        parameters,
        stylesheet,
        has_declaration: sheet.is_none_or(writes_declaration),
    })
}

// .NET writes the declaration unless the stylesheet says otherwise, or makes text.
fn writes_declaration(sheet: &Node) -> bool {
    let output = sheet.elements().find(|it| it.name == "xsl:output");
    let says = |name: &str, value: &str| {
        output.is_some_and(|it| {
            it.attributes
                .iter()
                .any(|it| it.name == name && it.value.text.text() == value)
        })
    };
    !says("omit-xml-declaration", "yes") && !says("method", "text")
}

fn compile(element: &mut Element<'_, '_, '_>, node: &Node) -> Option<Stylesheet> {
    let mut good = true;
    refuse(element, node, &mut good);
    let raw = verbatim(element, node.span);
    let text = element.build.substitute(&raw).text;
    if !good {
        return None;
    }
    let compiled = guarded(|| {
        let tree = uppsala::parse(text.text()).map_err(|error| error.to_string())?;
        Stylesheet::compile(&tree).map_err(|error| error.to_string())
    });
    match compiled {
        Ok(stylesheet) => Some(stylesheet.set_max_depth(DEPTH)),
        Err(message) => {
            let message = format!("the stylesheet cannot be compiled: {message}");
            element.report(Diagnostic::error("bad-stylesheet", message, node.name_span));
            None
        }
    }
}

fn refuse(element: &mut Element<'_, '_, '_>, node: &Node, good: &mut bool) {
    let mut report = |message: String, span: Span| {
        *good = false;
        element.report(Diagnostic::error("not-supported", message, span));
    };
    if let Some((name, why)) = REFUSED.iter().find(|(name, _)| *name == node.name) {
        report(
            format!("`{name}` cannot be used in a stylesheet: {why}"),
            node.name_span,
        );
    }
    for attribute in &node.attributes {
        let (name, value) = (attribute.name.as_str(), attribute.value.text.text());
        if REFUSED_ATTRIBUTES.contains(&(node.name.as_str(), name)) {
            let message = format!("`{name}` of `{}` is not supported: {NOT_THERE}", node.name);
            report(message, attribute.name_span);
        }
        if let Some(function) = REFUSED_FUNCTIONS.iter().find(|it| calls(value, it)) {
            let message = format!("`{function})` cannot be used in a stylesheet");
            report(message, attribute.value.span);
        }
        if node.name == "xsl:output" && name == "method" && !matches!(value, "xml" | "text") {
            report(
                format!("`xsl:output` of method `{value}` is not supported"),
                attribute.value.span,
            );
        }
    }
    for child in node.elements() {
        refuse(element, child, good);
    }
}

fn calls(text: &str, function: &str) -> bool {
    text.match_indices(function)
        .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')))
}

impl Now for XslTransform {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let mut parameters = Vec::with_capacity(self.parameters.len());
        for (name, value) in &self.parameters {
            let value = ParameterValue::String(value.text(exchange)?.into_owned());
            parameters.push((name.clone(), value));
        }
        let (Some(body), Some(stylesheet)) = (
            exchange.content().filter(|it| !it.is_empty()),
            self.stylesheet.as_ref(),
        ) else {
            return Err(failed("There is no body to transform."));
        };
        let source = text(&body)?;
        let out = guarded(|| {
            let mut source = uppsala::parse(source).map_err(|error| error.to_string())?;
            source.prepare_xpath();
            let result = stylesheet.transform_with_params(&source, &parameters);
            result.map_err(|error| error.to_string())
        });
        let mut out = out.map_err(failed)?;
        if self.has_declaration && !out.trim_start().starts_with("<?xml") {
            out.insert_str(0, r#"<?xml version="1.0" encoding="utf-8"?>"#);
        }
        if out.len() > exchange.body_limit {
            return Err(failed("The transformed body is larger than the limit of bodies."));
        }
        exchange.put_content(out.into(), None);
        Ok(Flow::Next)
    }
}

// The engine asserts in places where a stylesheet or a document is to blame.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("the XSLT engine gave up".to_owned()))
}
