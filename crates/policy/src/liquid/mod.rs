//! Liquid templates in the dialect of `set-body`: DotLiquid with C# names.
//!
//! Only what the dialect has is registered: filters in Pascal case, the tags of DotLiquid that need no other file, and
//! `JSONArrayFor` of generated SOAP-to-REST policies. A name that nobody knows renders as nothing, as in DotLiquid.

mod data; // values that templates see
mod filters; // the filters, one row each
mod input; // bodies and `context` as values
mod lenient; // a runtime in which unknown names are nothing
mod loops; // `for` and `JSONArrayFor`
mod scan; // what can be said about a template before it is parsed

use crate::exchange::Exchange;
use crate::fault::Fault;
use data::Data;
use lenient::Lenient;
use liquid_core::runtime::RuntimeBuilder;
use liquid_core::{Language, Renderable, Runtime, Template};
use liquid_lib::stdlib;
use source::{Diagnostic, Mapped, Span};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

static LANGUAGE: LazyLock<Language> = LazyLock::new(language);

/// A compiled template.
pub(crate) struct Liquid {
    template: Template,
    rules: Rules,
    /// Whether it reads `body`.
    pub(crate) reads_body: bool,
}

/// How a body becomes values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// An element with `xsi:nil="true"` is null instead of an empty text.
    pub(crate) nil_is_null: bool,
    /// Strings of JSON that look like dates are dates.
    pub(crate) parse_date: bool,
}

/// What `body` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// The message of the section.
    Message,
    /// Nothing: the template makes a response of its own.
    Nothing,
}

impl Liquid {
    /// Compiles a text; what is wrong with it is reported with its place.
    pub(crate) fn compile(
        text: &Mapped,
        whole: Span,
        rules: Rules,
        report: &mut Vec<Diagnostic>,
    ) -> Option<Liquid> {
        let source = text.text();
        let before = report.len();
        scan::check(text, report);
        if report.len() > before {
            return None;
        }
        let spelled = scan::operators(source);
        // The parser asserts where it meets numbers beyond its range: that is the template's mistake, not a bug to die of.
        let parsed = catch_unwind(AssertUnwindSafe(|| {
            liquid_core::parser::parse(&spelled, &LANGUAGE)
        }));
        let message = match parsed {
            Ok(Ok(parts)) => {
                return Some(Liquid {
                    template: Template::new(parts),
                    rules,
                    reads_body: scan::mentions(source, "body"),
                });
            }
            Ok(Err(error)) => scan::reason(&error.to_string()),
            Err(_) => "a number is out of range".to_owned(),
        };
        let message = format!("the liquid template cannot be read: {message}");
        report.push(Diagnostic::error("bad-liquid", message, whole));
        None
    }

    /// Renders it for a request.
    pub(crate) fn render(&self, exchange: &mut Exchange, input: Input) -> Result<String, Fault> {
        let body = match input {
            Input::Message if self.reads_body => input::body(exchange, self.rules)?,
            _ => Data::Null,
        };
        let context = input::context(exchange);
        let globals = Data::object(vec![("body", body), ("context", context)]);
        let now = exchange.time();
        let runtime = RuntimeBuilder::new().set_globals(&globals).build();
        runtime.registers().get_mut::<filters::Now>().0 = now;
        let lenient = Lenient(&runtime);
        let mut out = Bounded {
            bytes: Vec::new(),
            limit: exchange.body_limit,
        };
        self.template
            .render_to(&mut out, &lenient)
            .map_err(|error| failed(scan::reason(&error.to_string())))?;
        String::from_utf8(out.bytes).map_err(failed)
    }
}

fn failed(message: impl std::fmt::Display) -> Fault {
    Fault::internal("TransformationFailure", format!("Liquid error: {message}"))
}

// A loop in a template must not fill the memory.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.limit {
            return Err(io::Error::other(
                "the rendered text is larger than the limit of bodies",
            ));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn language() -> Language {
    let mut language = Language::empty();
    macro_rules! tags {
        ($($name:literal => $tag:ident),*) => {
            $(language.tags.register($name.to_owned(), stdlib::$tag.into());)*
        };
    }
    macro_rules! blocks {
        ($($name:literal => $block:ident),*) => {
            $(language.blocks.register($name.to_owned(), stdlib::$block.into());)*
        };
    }
    tags!("assign" => AssignTag, "break" => BreakTag, "continue" => ContinueTag, "cycle" => CycleTag,
        "increment" => IncrementTag, "decrement" => DecrementTag);
    blocks!("raw" => RawBlock, "if" => IfBlock, "unless" => UnlessBlock, "ifchanged" => IfChangedBlock,
        "comment" => CommentBlock, "capture" => CaptureBlock, "case" => CaseBlock, "tablerow" => TableRowBlock);
    for block in [loops::FOR, loops::JSON_ARRAY_FOR] {
        language.blocks.register(block.start.to_owned(), block.into());
    }
    for row in filters::FILTERS {
        language.filters.register(row.name.to_owned(), (*row).into());
    }
    language
}

/// A template, to be shared by the forks of a walk.
pub(crate) type Shared = Arc<Liquid>;

#[cfg(test)]
mod tests;
