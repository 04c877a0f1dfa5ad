use crate::Value;
use crate::check::{self, Source};
use crate::eval::code::Function;
use crate::eval::{Cx, run};
use crate::exception::Exception;
use crate::host::Host;
use crate::symbol::Symbols;
use crate::syntax::{Parser, lex, scan};
use source::{Diagnostic, Mapped, Severity, Span};
use std::sync::Arc;
use std::time::Duration;

/// How expressions are compiled and run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether what Azure does not allow, but runs here, is an error instead of a warning.
    pub strict: bool,
    /// Whether it is only an information.
    pub lenient: bool,
    /// What one evaluation may use.
    pub limits: Limits,
}

impl Options {
    /// How severe it is to use what Azure does not allow.
    pub(crate) fn outside_azure(&self) -> Severity {
        match (self.strict, self.lenient) {
            (true, _) => Severity::Error,
            (false, true) => Severity::Info,
            (false, false) => Severity::Warning,
        }
    }
}

/// What one evaluation may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Turns of loops, calls of functions, elements of sequences.
    pub steps: u64,
    /// Calls of functions inside each other.
    pub depth: u32,
    /// Steps back of one regular expression.
    pub backtracks: usize,
    /// Memory, counted as it is asked for.
    pub bytes: usize,
    /// Bytes of one string or array that is made at once.
    pub item_bytes: usize,
    /// Elements of one collection.
    pub elements: usize,
    /// Time, by the clock of the host.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            steps: 5_000_000,
            depth: 1_000,
            backtracks: 1_000_000,
            bytes: 256 << 20,
            item_bytes: 64 << 20,
            elements: 2_000_000,
            time: Duration::from_secs(10),
        }
    }
}

/// The outcome of [`compile`].
#[derive(Debug)]
pub struct Compiled {
    /// The expression, unless a diagnostic is an error.
    pub expression: Option<Expression>,
    /// What is wrong, with places in the text that the [`Mapped`] was lifted from.
    pub diagnostics: Vec<Diagnostic>,
}

/// Which bodies must be buffered before an expression runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// `context.Request.Body` may be read.
    pub request_body: bool,
    /// `context.Response.Body` may be read.
    pub response_body: bool,
}

/// An expression that is ready to run. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expression(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: String,
    function: Function,
    needs: Needs,
    uses: Box<[(&'static str, &'static str)]>,
    symbols: Symbols,
    limits: Limits,
}

impl Expression {
    /// Runs it for one request.
    pub fn eval(&self, host: &mut dyn Host) -> Result<Value, Exception> {
        let inner = &*self.0;
        let mut cx = Cx::new(host, &inner.symbols, &inner.limits, inner.function.frame);
        run(&mut cx, &inner.function).map_err(crate::exception::Fault::into_exception)
    }

    /// Which bodies it may read.
    pub fn needs(&self) -> Needs {
        self.0.needs
    }

    /// The members of .NET types that it uses: the type's full name and the member's, sorted. What `dynamic` finds while it
    /// runs is not among them.
    pub fn uses(&self) -> &[(&'static str, &'static str)] {
        &self.0.uses
    }

    /// Its text, `@(` and `)` included.
    pub fn text(&self) -> &str {
        &self.0.text
    }
}

// Parsing and checking recurse as deep as the text nests, which the parser bounds.
const STACK: usize = 16 << 20;
const RED_ZONE: usize = if cfg!(debug_assertions) { 12 << 20 } else { 1 << 20 };

/// Compiles `@(...)` or `@{...}`, with white space around it or not. Names of variables get numbers in `symbols`.
pub fn compile(text: &Mapped, symbols: &Symbols, options: &Options) -> Compiled {
    stacker::maybe_grow(RED_ZONE, STACK, || {
        let mut diagnostics = Vec::new();
        let expression = compile_local(text.text(), symbols, options, &mut diagnostics);
        Compiled {
            expression,
            diagnostics: diagnostics.into_iter().map(|it| it.lifted(text)).collect(),
        }
    })
}

// Azure compiles expressions as C# 7.
fn newer_than_azure(what: &str, span: Span, options: &Options) -> Diagnostic {
    let message = format!("{what} is newer than C# 7");
    Diagnostic {
        severity: options.outside_azure(),
        ..Diagnostic::warning("expression-not-in-azure", message, span)
            .help("Azure refuses to save a policy that uses it")
    }
}

fn compile_local(
    text: &str,
    symbols: &Symbols,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Expression> {
    let start = text.len() - text.trim_start().len();
    if !scan::is_expression(text) {
        let message = "an expression begins with `@(` or `@{`";
        diagnostics.push(Diagnostic::error("expression-syntax", message, Span::at(start)));
        return None;
    }
    let Some(end) = scan::end_of_expression(text, start) else {
        let close = if text[start..].starts_with("@(") { ")" } else { "}" };
        let message = format!("this expression has no closing `{close}`");
        diagnostics.push(Diagnostic::error(
            "expression-syntax",
            message,
            Span::new(start, start + 2),
        ));
        return None;
    };
    if !text[end..].trim().is_empty() {
        let rest = end + text[end..].len() - text[end..].trim_start().len();
        let message = "text behind an expression; a value is either one expression or a literal";
        let diagnostic = Diagnostic::error(
            "expression-syntax",
            message,
            Span::new(rest, text.trim_end().len()),
        );
        diagnostics.push(diagnostic.help("join them inside: `@(\"text\" + value)`"));
        return None;
    }
    let tokens = lex(text, start + 2, end - 1, diagnostics);
    let mut parser = Parser::new(&tokens, diagnostics, 0);
    let source = match text[start..].starts_with("@{") {
        true => parser.statements().map(Source::Block),
        false => parser
            .expression()
            .and_then(|value| parser.expect_end().map(|()| Source::Value(value))),
    };
    let (captured, newer) = (
        std::mem::take(&mut parser.captured),
        std::mem::take(&mut parser.newer),
    );
    let Ok(source) = source else { return None };
    if diagnostics.iter().any(|it| it.severity == Severity::Error) {
        return None;
    }
    diagnostics.extend(
        newer
            .into_iter()
            .map(|(what, span)| newer_than_azure(what, span, options)),
    );
    let checked = check::check(&source, captured, symbols, options.outside_azure());
    diagnostics.extend(checked.diagnostics);
    if diagnostics.iter().any(|it| it.severity == Severity::Error) {
        return None;
    }
    Some(Expression(Arc::new(Inner {
        text: text[start..end].to_owned(),
        function: checked.function,
        needs: checked.needs,
        uses: checked.uses.into_iter().collect(),
        symbols: symbols.clone(),
        limits: options.limits.clone(),
    })))
}
