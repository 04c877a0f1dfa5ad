//! What loading a document carries along: where it looks things up, where it stands, what it has found.

use crate::catalog::{Catalog, CatalogNames, Lookup, Scope, Tier};
use crate::template::{Bodies, Compiled, Template};
use crate::xml::Raw;
use expression::{end_of_expression, is_expression};
use source::{Diagnostic, Finding, Mapped, Severity, Source, Span, nearest};
use std::collections::BTreeSet;
use std::sync::Arc;
use trace::Section;

/// How documents are judged.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What Azure tolerates, or refuses only at some dates, is an error.
    pub strict: bool,
    /// What Azure refuses although it could run is a warning, and runs.
    pub lenient: bool,
    /// Where the service runs, if that is known.
    pub tier: Option<Tier>,
    /// Budgets of every expression.
    pub limits: expression::Limits,
}

/// The state of one compilation.
pub(crate) struct Build<'a> {
    pub(crate) catalog: &'a dyn Catalog,
    pub(crate) options: &'a Options,
    /// The text that is being read: the document, or a fragment that it includes.
    pub(crate) source: Source,
    pub(crate) scope: Option<Scope>,
    pub(crate) section: Section,
    /// A fragment that is looked at by itself may land in any section.
    pub(crate) any_section: bool,
    pub(crate) in_fragment: bool,
    pub(crate) findings: Vec<Finding>,
    /// Secrets that were put into texts.
    pub(crate) secrets: Vec<Arc<str>>,
    /// What the expressions of the present policy read.
    pub(crate) needs: Bodies,
}

impl<'a> Build<'a> {
    pub(crate) fn new(source: &Source, catalog: &'a dyn Catalog, options: &'a Options) -> Build<'a> {
        Build {
            catalog,
            options,
            source: source.clone(),
            scope: None,
            section: Section::Inbound,
            any_section: false,
            in_fragment: false,
            findings: Vec::new(),
            secrets: Vec::new(),
            needs: Bodies::default(),
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic.found_in(&self.source));
    }

    /// Reports what Azure refuses although it could run: an error, or a warning with `--lenient`.
    pub(crate) fn refused(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = if self.options.lenient {
            Severity::Warning
        } else {
            Severity::Error
        };
        self.report(diagnostic);
    }

    /// Reports what Azure tolerates: a warning, an error with `--strict`, an information with `--lenient`.
    pub(crate) fn tolerated(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = match (self.options.strict, self.options.lenient) {
            (true, _) => Severity::Error,
            (false, true) => Severity::Info,
            (false, false) => Severity::Warning,
        };
        self.report(diagnostic);
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// Puts findings in the order of the text. An attribute that was looked at twice brings its findings twice: once is enough.
    pub(crate) fn order_findings(&mut self) {
        let main = self.source.name().to_owned();
        self.findings
            .sort_by_key(|it| (it.source.name() != main, it.diagnostic.span.start));
        let mut seen = BTreeSet::new();
        self.findings.retain(|it| {
            let diagnostic = &it.diagnostic;
            seen.insert((
                it.source.name().to_owned(),
                diagnostic.span,
                diagnostic.code,
                diagnostic.message.clone(),
            ))
        });
    }

    /// Whether the document is looked at alone, so that names cannot be looked up.
    pub(crate) fn is_lone(&self) -> bool {
        self.catalog.named_value("") == Lookup::Unknowable
    }

    /// The text with named values put in. `None` for the flag means that every name was known.
    pub(crate) fn substitute(&mut self, raw: &Raw) -> Substituted {
        let text = raw.text.text();
        if !text.contains("{{") {
            return Substituted {
                text: raw.text.clone(),
                unresolved: false,
            };
        }
        let mut done = Substituted {
            text: Mapped::new(),
            unresolved: false,
        };
        let mut copied = 0;
        let mut from = 0;
        while let Some(at) = text[from..].find("{{").map(|found| from + found) {
            let Some(name) = name_at(&text[at + 2..]) else {
                from = at + 1;
                continue;
            };
            let token = Span::new(at, at + name.len() + 4);
            from = token.end;
            let span = raw.text.span(token);
            if let Some(value) =
                self.named_value(name, span, in_interpolation(&text[..at]), &mut done.unresolved)
            {
                done.text.append(&raw.text.slice(Span::new(copied, at)));
                done.text.push_replaced(&value, span);
                copied = token.end;
            }
        }
        done.text.append(&raw.text.slice(Span::new(copied, text.len())));
        done
    }

    /// The text with those named values put in that are known; other braces are left to a Liquid template.
    pub(crate) fn substitute_known(&mut self, raw: &Raw) -> Mapped {
        let text = raw.text.text();
        let mut done = Mapped::new();
        let (mut copied, mut from) = (0, 0);
        while let Some(at) = text[from..].find("{{").map(|found| from + found) {
            from = at + 1;
            let Some(name) = name_at(&text[at + 2..]) else {
                continue;
            };
            let Lookup::Known(value) = self.catalog.named_value(name) else {
                continue;
            };
            if value.secret && !value.value.is_empty() {
                self.secrets.push(value.value.as_str().into());
            }
            let token = Span::new(at, at + name.len() + 4);
            done.append(&raw.text.slice(Span::new(copied, at)));
            done.push_replaced(&value.value, raw.text.span(token));
            (copied, from) = (token.end, token.end);
        }
        done.append(&raw.text.slice(Span::new(copied, text.len())));
        done
    }

    fn named_value(
        &mut self,
        name: &str,
        span: Span,
        escapes: bool,
        unresolved: &mut bool,
    ) -> Option<String> {
        match self.catalog.named_value(name) {
            Lookup::Known(value) => {
                if value.secret && !value.value.is_empty() {
                    self.secrets.push(value.value.as_str().into());
                }
                return Some(value.value);
            }
            // In `$"{{name}}"` the braces may be C# escapes.
            Lookup::Missing if escapes => {
                let message =
                    format!("`{{{{{name}}}}}` names no named value and is left for the interpolated string");
                self.report(Diagnostic::warning("unknown-named-value", message, span));
            }
            Lookup::Missing => {
                let message = format!("there is no named value `{name}`");
                let names = self.catalog.names(CatalogNames::NamedValues);
                let near = nearest(name, names.iter().map(String::as_str));
                self.report(Diagnostic::error("unknown-named-value", message, span).suggest(near));
                *unresolved = true;
            }
            Lookup::Unknowable => {
                let message = format!("named value `{name}` cannot be looked up here");
                self.report(Diagnostic::info("unresolved-named-value", message, span));
                *unresolved = true;
            }
        }
        None
    }

    /// Says that a template has yet to fill in a text.
    pub(crate) fn placeholder(&mut self, span: Span) {
        let message = "a deploying template fills in a placeholder here";
        self.report(Diagnostic::info("template-placeholder", message, span));
    }

    /// Reports text that stands where only elements may, unless a template has yet to fill it in.
    pub(crate) fn stray_text(&mut self, raw: &Raw, place: &str) {
        if raw.is_blank() || raw.broken {
            return;
        }
        let raw = raw.trimmed();
        if self.is_lone() && is_only_placeholders(raw.text.text()) {
            return self.placeholder(raw.span);
        }
        let message = format!("text stands directly in `{place}`");
        self.report(Diagnostic::error("stray-text", message, raw.span));
    }

    /// Compiles a text: one expression, or a literal. `trim` for literals whose white space means nothing.
    pub(crate) fn template(&mut self, raw: &Raw, trim: bool) -> Template {
        if raw.broken {
            return Template::unknown(raw.span);
        }
        let Substituted { text, unresolved } = self.substitute(raw);
        let content = text.text();
        if !is_expression(content) {
            let literal = if trim { content.trim() } else { content };
            return Template::literal(literal, raw.span, unresolved);
        }
        let start = content.len() - content.trim_start().len();
        let Some(end) = end_of_expression(content, start) else {
            let message = "the bracket of this expression is never closed";
            self.report(Diagnostic::error("unclosed-expression", message, raw.span));
            return Template::unknown(raw.span);
        };
        if !content[end..].trim().is_empty() {
            let message = "text stands behind an expression";
            let help = "a value is either one expression or a literal; join texts inside the expression";
            let span = text.span(Span::new(end, content.len()));
            self.report(Diagnostic::error("text-behind-expression", message, span).help(help));
            return Template::unknown(raw.span);
        }
        let shown = raw.text.text().trim();
        self.expression(&text.slice(Span::new(start, end)), shown, raw.span, unresolved)
    }

    fn expression(&mut self, text: &Mapped, shown: &str, span: Span, unresolved: bool) -> Template {
        let options = expression::Options {
            strict: self.options.strict,
            lenient: self.options.lenient,
            limits: self.options.limits.clone(),
        };
        let compiled = expression::compile(text, self.catalog.symbols(), &options);
        let is_error = |it: &Diagnostic| it.severity == Severity::Error;
        // A bare `{{number}}` that nobody can look up, or a `${marker}` of a template, is no mistake of the expression.
        let is_template = self.is_lone() && (text.text().contains("${") || text.text().contains("%{"));
        let excused = (unresolved || is_template) && compiled.diagnostics.iter().any(is_error);
        if excused && !unresolved {
            self.placeholder(span);
        }
        if !excused {
            for diagnostic in compiled.diagnostics {
                self.report(diagnostic);
            }
        }
        match compiled.expression {
            Some(expression) => {
                let compiled = Compiled::new(expression, shown);
                self.needs.add(compiled.needs());
                Template::expression(compiled, span)
            }
            None => Template::unknown(span),
        }
    }
}

/// A text with named values put in.
pub(crate) struct Substituted {
    pub(crate) text: Mapped,
    /// Some name could not be looked up.
    pub(crate) unresolved: bool,
}

// The name of a named value whose braces have just been opened: letters, digits, `.`, `-`, `_`.
fn name_at(text: &str) -> Option<&str> {
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'))?;
    (length > 0 && text[length..].starts_with("}}")).then(|| &text[..length])
}

fn in_interpolation(before: &str) -> bool {
    is_expression(before) && ["$\"", "$@\"", "@$\""].iter().any(|it| before.contains(it))
}

/// Whether a text holds a marker that a deploying template replaces: `{name}`, `${name}`, `%{if name}`; or is one: `RETRY_COUNT`,
/// `__count__`.
pub(crate) fn is_placeholder(text: &str) -> bool {
    markers(text).next().is_some() || is_token(text.trim())
}

// What scripts look for in a document to replace it.
fn is_token(text: &str) -> bool {
    let marked = text.strip_prefix("__").and_then(|it| it.strip_suffix("__"));
    let name = marked.unwrap_or(text);
    let is_loud = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let good = match marked {
        Some(_) => name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')),
        None => name.contains('_') && name.chars().all(is_loud),
    };
    good && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether a text holds nothing but such markers.
pub(crate) fn is_only_placeholders(text: &str) -> bool {
    let marked: usize = markers(text).map(str::len).sum();
    let blank = text
        .chars()
        .filter(|c| c.is_whitespace())
        .map(char::len_utf8)
        .sum::<usize>();
    let blank_inside: usize = markers(text)
        .flat_map(str::chars)
        .filter(|c| c.is_whitespace())
        .map(char::len_utf8)
        .sum();
    marked > 0 && marked + blank - blank_inside == text.len()
}

fn markers(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(open, _)| {
        let length = text[open..].find('}')?;
        let inner = &text[open + 1..open + length];
        // A directive, such as `%{ if name == "a" }`, compares with texts.
        let is_directive = text[..open].ends_with('%');
        let good = !inner.trim().is_empty()
            && !inner.contains(['{', '\n', ';'])
            && (is_directive || !inner.contains('"'));
        let start = open - usize::from(text[..open].ends_with(['$', '%']));
        good.then(|| &text[start..open + length + 1])
    })
}
