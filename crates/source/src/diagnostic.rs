use crate::{Mapped, Source, Span};

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Azure would take it, or some dates of Azure would; it may not do what the author expects.
    Warning,
    /// Nothing is served until this is mended.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A mistake of an author: what is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name of the kind of mistake, such as `unknown-attribute`.
    pub code: &'static str,
    /// What is wrong: lower case, no final stop, the author's words in backticks.
    pub message: String,
    /// Where, in the text that is being read.
    pub span: Span,
    /// Advice, such as the nearest right name.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake that keeps the text from being used.
    pub fn error(code: &'static str, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            span,
            help: None,
        }
    }

    /// Something that the author should look at.
    pub fn warning(code: &'static str, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, message, span)
        }
    }

    /// Something that the author may want to know.
    pub fn info(code: &'static str, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic {
            severity: Severity::Info,
            ..Diagnostic::error(code, message, span)
        }
    }

    /// The same with advice.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The same with the advice ``did you mean `name`?``, if there is a name.
    pub fn suggest(self, name: Option<&str>) -> Diagnostic {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The same, placed in the text that `mapped` was lifted from.
    pub fn lifted(mut self, mapped: &Mapped) -> Diagnostic {
        self.span = mapped.span(self.span);
        self
    }

    /// The same, as something found in `source`.
    pub fn found_in(self, source: &Source) -> Finding {
        Finding {
            source: source.clone(),
            diagnostic: self,
        }
    }
}

/// A diagnostic and the text that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The text.
    pub source: Source,
    /// What is wrong in it.
    pub diagnostic: Diagnostic,
}

impl Finding {
    /// Whether nothing may be served until this is mended.
    pub fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }
}
