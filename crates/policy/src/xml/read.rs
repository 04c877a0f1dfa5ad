use super::decode::decode;
use super::lift::{Lifted, lift};
use super::{Attribute, Content, MAX_DEPTH, Node, Raw};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use source::{Diagnostic, Mapped, Span, nearest};

/// Nobody reads more of them, and a document that is no policy at all could bring one per character.
const MAX_REPORTS: usize = 100;

/// Reads a document. What cannot be understood is reported and left out; `None` when there is no element at all.
pub(crate) fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut report = Vec::new();
    let lifted = lift(text, &mut report);
    let mut builder = Builder {
        text,
        lifted: &lifted,
        report,
        open: Vec::new(),
        root: None,
        too_deep: 0,
        run: None,
    };
    builder.read();
    let Builder { root, mut report, .. } = builder;
    if root.is_none() && report.is_empty() {
        let help = "a policy document has the root `<policies>`, a fragment `<fragment>`";
        report.push(
            Diagnostic::error(
                "empty-document",
                "there is no element in this document",
                Span::at(0),
            )
            .help(help),
        );
    }
    report.sort_by_key(|it| it.span.start);
    report.truncate(MAX_REPORTS);
    (root, report)
}

struct Builder<'a> {
    text: &'a str,
    lifted: &'a Lifted,
    report: Vec<Diagnostic>,
    open: Vec<Node>,
    root: Option<Node>,
    // How many elements beyond the limit are open.
    too_deep: usize,
    // The run of text that is being collected.
    run: Option<Span>,
}

impl Builder<'_> {
    fn read(&mut self) {
        let lifted = self.lifted;
        let mut reader = Reader::from_str(&lifted.masked);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event();
            let span = Span::new(start, reader.buffer_position() as usize);
            match event {
                Ok(Event::Text(_) | Event::GeneralRef(_)) => {
                    self.run = Some(self.run.map_or(span, |run| run.to(span)));
                    continue;
                }
                Ok(event) => {
                    self.end_of_run();
                    match event {
                        Event::Start(tag) => self.start(&tag, span),
                        Event::Empty(tag) => {
                            self.start(&tag, span);
                            self.close(span.end, span.end);
                        }
                        Event::End(tag) => self.end(tag.name().as_ref(), span),
                        Event::CData(_) => self.cdata(span),
                        Event::Eof => break,
                        _ => (),
                    }
                }
                Err(error) => {
                    self.end_of_run();
                    let at = (reader.error_position() as usize).min(self.text.len());
                    let message = format!("this is not XML: {error}");
                    self.report.push(Diagnostic::error(
                        "not-xml",
                        message,
                        Span::new(at, span.end.max(at)),
                    ));
                    // An ill-formed token has been passed; behind a syntax error there is nothing.
                    if !matches!(error, quick_xml::Error::IllFormed(_)) {
                        break;
                    }
                }
            }
        }
        let lost = std::mem::take(&mut self.too_deep) > 0;
        while let Some(node) = self.open.last() {
            if !lost {
                self.report.push(unclosed(node));
            }
            self.close(self.text.len(), self.text.len());
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, span: Span) {
        if self.too_deep > 0 || self.open.len() >= MAX_DEPTH {
            if self.too_deep == 0 {
                let message = format!("elements are nested more than {MAX_DEPTH} deep");
                self.report.push(Diagnostic::error("too-deep", message, span));
            }
            self.too_deep += 1;
            return;
        }
        let name = tag.name().as_ref().to_owned();
        let name_span = Span::new(span.start + 1, span.start + 1 + name.len());
        let attributes = self.attributes(tag);
        self.open.push(Node {
            name,
            name_span,
            span,
            inner: Span::at(span.end),
            attributes,
            contents: Vec::new(),
        });
    }

    fn attributes(&mut self, tag: &BytesStart<'_>) -> Vec<Attribute> {
        let mut list: Vec<Attribute> = Vec::new();
        for attribute in tag.attributes().with_checks(false) {
            // The lifter has mended whatever quick-xml could object to.
            let Ok(attribute) = attribute else { continue };
            let name = attribute.key.as_ref();
            let (Some(at), Some(value)) = (self.offset(name), self.offset(&attribute.value)) else {
                continue;
            };
            let name_span = Span::new(at, at + name.len());
            if list.iter().any(|it| it.name == name) {
                let message = format!("attribute `{name}` stands twice in this element");
                self.report
                    .push(Diagnostic::error("duplicate-attribute", message, name_span));
                continue;
            }
            let value = self.raw(Span::new(value, value + attribute.value.len()));
            list.push(Attribute {
                name: name.to_owned(),
                name_span,
                value,
            });
        }
        list
    }

    // Where a part of the masked text stands in it.
    fn offset(&self, part: &str) -> Option<usize> {
        let start = self.lifted.masked.as_ptr().addr();
        let offset = part.as_ptr().addr().checked_sub(start)?;
        (offset + part.len() <= self.lifted.masked.len()).then_some(offset)
    }

    // A text that may hold an expression, decoded from the original.
    fn raw(&mut self, span: Span) -> Raw {
        let broken = self
            .lifted
            .broken
            .iter()
            .find(|(it, _)| it.start < span.end && span.start < it.end || *it == span);
        match broken {
            Some((_, None)) => Raw {
                text: Mapped::new(),
                span,
                broken: true,
            },
            Some((_, Some(good))) => {
                let (text, _) = decode(self.text, *good, &[*good], &mut self.report);
                Raw {
                    text,
                    span: *good,
                    broken: false,
                }
            }
            None => {
                let from = self.lifted.expressions.partition_point(|it| it.end <= span.start);
                let near = &self.lifted.expressions[from..];
                let inside = near.first().is_some_and(|it| it.start < span.end);
                let (text, broken) = decode(
                    self.text,
                    span,
                    if inside { &near[..1] } else { &[] },
                    &mut self.report,
                );
                Raw { text, span, broken }
            }
        }
    }

    fn end_of_run(&mut self) {
        let Some(span) = self.run.take() else { return };
        if self.too_deep > 0 {
            return;
        }
        if self.open.is_empty() {
            let outside = &self.lifted.masked[span.start..span.end];
            if !outside.trim().is_empty() {
                let message = "text stands outside the root element";
                let start = span.end - outside.trim_start().len();
                self.report.push(Diagnostic::error(
                    "text-outside",
                    message,
                    Span::new(start, span.end),
                ));
            }
            return;
        }
        let raw = self.text_without_comments(span);
        if let Some(node) = self.open.last_mut() {
            node.contents.push(Content::Text(raw));
        }
    }

    // Comments inside a run of text have been filled with blanks; they are left out of it.
    fn text_without_comments(&mut self, span: Span) -> Raw {
        let mut all = Raw {
            text: Mapped::new(),
            span,
            broken: false,
        };
        let mut from = span.start;
        let in_expression = |at: usize| {
            self.lifted
                .expressions
                .iter()
                .any(|it| it.start <= at && at < it.end)
        };
        let mut pieces = Vec::new();
        let mut search = from;
        while let Some(at) = self.text[search..span.end].find('<').map(|found| search + found) {
            search = at + 1;
            if in_expression(at) || self.lifted.masked.as_bytes()[at] != b' ' {
                continue;
            }
            // `<!-->` begins a comment and does not end it.
            let (open, close) = match self.text[at..].starts_with("<!--") {
                true => ("<!--", "-->"),
                false => ("<", "?>"),
            };
            pieces.push(Span::new(from, at));
            let inside = at + open.len();
            from = self.text[inside..]
                .find(close)
                .map_or(span.end, |found| (inside + found + close.len()).min(span.end));
            search = from;
        }
        pieces.push(Span::new(from, span.end));
        for piece in pieces.into_iter().filter(|it| !it.is_empty()) {
            let raw = self.raw(piece);
            all.text.append(&raw.text);
            all.broken |= raw.broken;
        }
        all
    }

    fn cdata(&mut self, span: Span) {
        let inner = Span::new(
            span.start + "<![CDATA[".len(),
            span.end.saturating_sub("]]>".len()),
        );
        if let (0, Some(node)) = (self.too_deep, self.open.last_mut()) {
            let text = Mapped::copied(&self.text[inner.start..inner.end], inner.start);
            node.contents.push(Content::Text(Raw {
                text,
                span: inner,
                broken: false,
            }));
        }
    }

    fn end(&mut self, name: &str, span: Span) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(top) = self.open.last() else {
            let message = format!("`</{name}>` closes nothing");
            self.report
                .push(Diagnostic::error("unexpected-end-tag", message, span));
            return;
        };
        if top.name == name {
            return self.close(span.start, span.end);
        }
        if self.open.iter().any(|it| it.name == name) {
            while self.open.last().is_some_and(|it| it.name != name) {
                self.report.extend(self.open.last().map(unclosed));
                self.close(span.start, span.start);
            }
            return self.close(span.start, span.end);
        }
        let message = format!("`</{name}>` stands where `</{}>` is expected", top.name);
        let misspelt = nearest(name, [top.name.as_str()]).is_some();
        self.report.push(
            Diagnostic::error("mismatched-end-tag", message, span).suggest(misspelt.then_some(&*top.name)),
        );
        if misspelt {
            self.close(span.start, span.end);
        }
    }

    // The innermost open element ends: its content at `inner`, its end tag at `end`.
    fn close(&mut self, inner: usize, end: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(mut node) = self.open.pop() else { return };
        node.inner = Span::new(node.inner.start, inner);
        node.span = Span::new(node.span.start, end);
        match self.open.last_mut() {
            Some(parent) => parent.contents.push(Content::Element(node)),
            None if self.root.is_none() => self.root = Some(node),
            None => {
                let message = format!("`{}` is a second root element", node.name);
                self.report
                    .push(Diagnostic::error("second-root", message, node.name_span));
            }
        }
    }
}

fn unclosed(node: &Node) -> Diagnostic {
    let message = format!("`{}` is never closed", node.name);
    let help = format!("add `</{}>`", node.name);
    Diagnostic::error(
        "unclosed-element",
        message,
        Span::new(node.span.start, node.name_span.end),
    )
    .help(help)
}
