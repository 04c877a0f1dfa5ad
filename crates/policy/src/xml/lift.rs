use super::decode::peek;
use expression::{end_of_expression, is_expression};
use source::{Diagnostic, Span};

/// What is left for quick-xml: the same length as the original, byte for byte.
pub(super) struct Lifted {
    pub(super) masked: String,
    /// Where expressions stand, in order.
    pub(super) expressions: Vec<Span>,
    /// Values in which a mistake was reported, with the part of them that is good.
    pub(super) broken: Vec<(Span, Option<Span>)>,
}

/// Fills expressions, comments, declarations and slips with harmless characters. Mistakes are reported and mended, so that
/// reading can go on behind them.
pub(super) fn lift(text: &str, report: &mut Vec<Diagnostic>) -> Lifted {
    let mut lifter = Lifter {
        text,
        masked: text.as_bytes().to_vec(),
        expressions: Vec::new(),
        broken: Vec::new(),
        report,
    };
    lifter.document();
    let Lifter {
        masked,
        expressions,
        broken,
        ..
    } = lifter;
    // Whole characters were replaced, so this is UTF-8.
    let masked = String::from_utf8(masked).unwrap_or_default();
    Lifted {
        masked,
        expressions,
        broken,
    }
}

struct Lifter<'a> {
    text: &'a str,
    masked: Vec<u8>,
    expressions: Vec<Span>,
    broken: Vec<(Span, Option<Span>)>,
    report: &'a mut Vec<Diagnostic>,
}

impl Lifter<'_> {
    fn document(&mut self) {
        let mut at = 0;
        if self.text.starts_with('\u{feff}') {
            self.mask(Span::new(0, 3), b' ');
            at = 3;
        }
        while at < self.text.len() {
            at = match self.text[at..].starts_with('<') {
                true => self.markup(at),
                false => self.run_of_text(at),
            };
        }
    }

    // A run of text; behind its white space may stand an expression, in which `<` is no markup.
    fn run_of_text(&mut self, at: usize) -> usize {
        let start = at + blank(&self.text[at..]);
        if !is_expression(&self.text[start..]) {
            return start + self.text[start..].find('<').unwrap_or(self.text.len() - start);
        }
        let to_markup = start + self.text[start..].find('<').unwrap_or(self.text.len() - start);
        let coded = is_coded(&self.text[start..to_markup], '"');
        if coded && let Some(length) = self.decoded_length(Span::new(start, to_markup)) {
            return self.behind(start, start + length, to_markup);
        }
        match end_of_expression(self.text, start) {
            Some(end) => {
                let next = end + self.text[end..].find('<').unwrap_or(self.text.len() - end);
                self.behind(start, end, next)
            }
            None => {
                self.unclosed(start);
                self.broken.push((Span::new(at, to_markup), None));
                to_markup
            }
        }
    }

    // The expression `start..end` was found in a text that ends at `next`.
    fn behind(&mut self, start: usize, end: usize, next: usize) -> usize {
        let expression = Span::new(start, end);
        let rest = self.text[end..next].trim();
        self.lifted(expression);
        if !rest.is_empty() {
            let from = end + blank(&self.text[end..]);
            self.text_behind(Span::new(from, from + rest.len()));
            self.broken.push((Span::new(start, next), Some(expression)));
        }
        next
    }

    fn markup(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        match () {
            () if rest.starts_with("<!--") => self.pass(at, "<!--", "-->", "comment"),
            () if rest.starts_with("<![CDATA[") => match rest.find("]]>") {
                Some(length) => at + length + 3,
                None => self.pass(at, "<![CDATA[", "]]>", "CDATA section"),
            },
            () if rest.starts_with("<?") => {
                let before = self.text[..at].trim_start_matches('\u{feff}');
                if rest.starts_with("<?xml ") && !before.trim().is_empty() {
                    let message = "the XML declaration stands behind other text";
                    let help = "move it to the very beginning, or leave it out";
                    self.report.push(
                        Diagnostic::warning("late-declaration", message, Span::new(at, at + 5)).help(help),
                    );
                }
                self.pass(at, "<?", "?>", "processing instruction")
            }
            () if rest.starts_with("<!") => {
                let message = "a document type declaration has no place in a policy";
                self.report
                    .push(Diagnostic::error("doctype", message, Span::new(at, at + 2)));
                let end = at + rest.find('>').map_or(rest.len(), |it| it + 1);
                self.mask(Span::new(at, end), b' ');
                end
            }
            () if rest.starts_with("</") => at + rest.find('>').map_or(rest.len(), |it| it + 1),
            () if rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':') => self.tag(at),
            () => {
                let message = "`<` begins no element here";
                let help = "write `&lt;`; only inside an expression it may stand as it is";
                self.report
                    .push(Diagnostic::error("stray-less-than", message, Span::new(at, at + 1)).help(help));
                self.mask(Span::new(at, at + 1), b'_');
                at + 1
            }
        }
    }

    // Something with a fixed end, of which nothing is kept.
    fn pass(&mut self, at: usize, open: &str, close: &str, what: &str) -> usize {
        let from = at + open.len();
        let end = self.text[from..]
            .find(close)
            .map(|found| from + found + close.len());
        if end.is_none() {
            let message = format!("this {what} has no end");
            let help = format!("close it with `{close}`");
            self.report
                .push(Diagnostic::error("unclosed-markup", message, Span::new(at, from)).help(help));
        }
        let end = end.unwrap_or(self.text.len());
        self.mask(Span::new(at, end), b' ');
        end
    }

    // A start tag: its attributes one by one.
    fn tag(&mut self, start: usize) -> usize {
        let name = start + 1 + name_length(&self.text[start + 1..]);
        let mut at = name;
        loop {
            at += blank(&self.text[at..]);
            let Some(next) = self.text[at..].chars().next() else {
                return self.unclosed_tag(start, name, at);
            };
            at = match next {
                '>' => return at + 1,
                '<' => return self.unclosed_tag(start, name, at),
                '/' => at + 1,
                '"' | '\'' => self.slip(
                    at,
                    "stray-quote",
                    "a quote stands where an attribute should begin",
                ),
                '=' => self.slip(
                    at,
                    "attribute-without-name",
                    "`=` has no attribute name before it",
                ),
                _ => match self.attribute(start, at) {
                    Some(next) => next,
                    None => return self.text.len(),
                },
            };
        }
    }

    fn slip(&mut self, at: usize, code: &'static str, message: &str) -> usize {
        let help = "is a quote missing, or one too many, in the attribute before?";
        self.report
            .push(Diagnostic::error(code, message, Span::new(at, at + 1)).help(help));
        self.mask(Span::new(at, at + 1), b' ');
        at + 1
    }

    // `None` when the rest of the document is lost.
    fn attribute(&mut self, tag: usize, at: usize) -> Option<usize> {
        let length =
            name_length(&self.text[at..]).max(self.text[at..].chars().next().map_or(1, char::len_utf8));
        let end = at + length;
        let name = Span::new(at, end);
        let equals = end + blank(&self.text[end..]);
        if !self.text[equals..].starts_with('=') {
            let message = format!("attribute `{}` has no value", &self.text[at..end]);
            self.report
                .push(Diagnostic::error("attribute-without-value", message, name));
            self.mask(name, b' ');
            return Some(end);
        }
        let open = equals + 1 + blank(&self.text[equals + 1..]);
        match self.text[open..].chars().next() {
            Some(quote @ ('"' | '\'')) => self.value(tag, name, open, quote),
            _ => {
                let message = format!("the value of `{}` has no quotes", &self.text[at..end]);
                self.report
                    .push(Diagnostic::error("value-without-quotes", message, name));
                let rest = &self.text[open..];
                let ends = |(at, c): (usize, char)| {
                    c.is_whitespace() || matches!(c, '>' | '<') || rest[at..].starts_with("/>")
                };
                let next = open
                    + rest
                        .char_indices()
                        .find(|it| ends(*it))
                        .map_or(rest.len(), |(at, _)| at);
                self.mask(Span::new(at, next), b' ');
                Some(next)
            }
        }
    }

    // A quoted value: an expression ends where its bracket closes, whatever quotes are in it.
    fn value(&mut self, tag: usize, name: Span, open: usize, quote: char) -> Option<usize> {
        let start = open + 1;
        let Some(first_quote) = self.text[start..].find(quote).map(|found| start + found) else {
            let message = format!(
                "the value of `{}` has no closing quote",
                &self.text[name.start..name.end]
            );
            self.report.push(Diagnostic::error(
                "unclosed-quote",
                message,
                Span::new(name.start, start),
            ));
            self.mask(Span::new(tag, self.text.len()), b' ');
            return None;
        };
        let expression = start + blank(&self.text[start..]);
        if !is_expression(&self.text[start..]) {
            self.literal(name, Span::new(start, first_quote));
            return Some(first_quote + 1);
        }
        let simple = Span::new(expression, first_quote.max(expression));
        if is_coded(&self.text[simple.start..simple.end], quote)
            && let Some(length) = self.decoded_length(simple)
        {
            self.lifted(Span::new(simple.start, simple.start + length));
            return Some(first_quote + 1);
        }
        let Some(end) = end_of_expression(self.text, expression) else {
            self.unclosed(expression);
            let close = self.likely_close(start, quote).unwrap_or(first_quote);
            self.mask(Span::new(start, close), b'_');
            self.broken.push((Span::new(start, close), None));
            return Some(close + 1);
        };
        let close = end + blank(&self.text[end..]);
        if self.text[close..].starts_with(quote) {
            self.lifted(Span::new(expression, end));
            return Some(close + 1);
        }
        // Behind the bracket stands no quote: perhaps entities misled the scan, perhaps text follows.
        if let Some(length) = self.decoded_length(simple) {
            self.lifted(Span::new(simple.start, simple.start + length));
            return Some(first_quote + 1);
        }
        let Some(next) = self.text[end..].find(quote).map(|found| end + found) else {
            self.mask(Span::new(tag, self.text.len()), b' ');
            self.unclosed(expression);
            return None;
        };
        let lifted = Span::new(expression, end);
        self.text_behind(Span::new(close, next));
        self.mask(Span::new(start, next), b'_');
        self.expressions.push(lifted);
        self.broken.push((Span::new(start, next), Some(lifted)));
        Some(next + 1)
    }

    fn literal(&mut self, name: Span, value: Span) {
        let Some(found) = self.text[value.start..value.end].find('<') else {
            return;
        };
        let at = value.start + found;
        let message = format!(
            "`<` stands in the literal value of `{}`",
            &self.text[name.start..name.end]
        );
        let help = "write `&lt;`, or close the value's quote if it is missing";
        self.report
            .push(Diagnostic::error("stray-less-than", message, Span::new(at, at + 1)).help(help));
        self.broken.push((value, None));
    }

    fn lifted(&mut self, expression: Span) {
        self.mask(expression, b'_');
        self.expressions.push(expression);
    }

    // The raw length of an expression whose quotes are written as entities, if it fills the span.
    fn decoded_length(&self, span: Span) -> Option<usize> {
        let raw = &self.text[span.start..span.end];
        let decoded = peek(raw);
        let end = end_of_expression(&decoded, 0)?;
        decoded[end..].trim().is_empty().then(|| raw.trim_end().len())
    }

    // The quote that most likely ends a value in which the scan got lost: one that is followed by what follows a value.
    fn likely_close(&self, start: usize, quote: char) -> Option<usize> {
        let line = start + self.text[start..].find('\n').unwrap_or(self.text.len() - start);
        let ends_value = |at: usize| {
            let rest = self.text[at + 1..].trim_start();
            rest.starts_with("/>") || rest.starts_with('>') || rest.is_empty()
        };
        self.text[start..line]
            .rmatch_indices(quote)
            .map(|(found, _)| start + found)
            .find(|at| ends_value(*at))
    }

    fn unclosed(&mut self, start: usize) {
        let (close, what) = match self.text[start..].starts_with("@(") {
            true => (")", "round bracket"),
            false => ("}", "brace"),
        };
        let message = format!("the {what} of this expression is never closed");
        let help = format!("add the missing `{close}`, or close a string or comment inside the expression");
        self.report
            .push(Diagnostic::error("unclosed-expression", message, Span::new(start, start + 2)).help(help));
    }

    fn text_behind(&mut self, rest: Span) {
        let message = "text stands behind an expression";
        let help = "a value is either one expression or a literal; join texts inside the expression with `+` or `$\"...\"`";
        self.report
            .push(Diagnostic::error("text-behind-expression", message, rest).help(help));
    }

    // The tag that begins at `start` is not closed before `at`, where another begins or the text ends.
    fn unclosed_tag(&mut self, start: usize, name: usize, at: usize) -> usize {
        let message = format!("the tag `{}` is not closed", &self.text[start..name]);
        self.report
            .push(Diagnostic::error("unclosed-tag", message, Span::new(start, name)).help("add `>` or `/>`"));
        match self.masked.get(at.wrapping_sub(1)) {
            Some(byte) if byte.is_ascii_whitespace() && at < self.text.len() => self.masked[at - 1] = b'>',
            _ => self.mask(Span::new(start, at), b' '),
        }
        at
    }

    fn mask(&mut self, span: Span, with: u8) {
        self.masked[span.start..span.end].fill(with);
    }
}

// Whether quotes are written as entities only, so that the raw text shows a scanner no strings.
fn is_coded(text: &str, quote: char) -> bool {
    let coded = ["&quot;", "&#34;", "&#x22;"].iter().any(|it| text.contains(it));
    coded && (quote == '"' || !text.contains('"')) && !text.contains('"')
}

fn blank(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<' | '"' | '\''))
        .unwrap_or(text.len())
}
