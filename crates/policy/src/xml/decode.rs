use source::{Diagnostic, Mapped, Span};

/// The text of `text[span]` with its entities decoded, once. Inside an expression an `&` may stand for itself; elsewhere
/// one that begins no entity is a mistake.
pub(super) fn decode(
    text: &str,
    span: Span,
    expressions: &[Span],
    report: &mut Vec<Diagnostic>,
) -> (Mapped, bool) {
    let mut decoded = Mapped::new();
    let mut broken = false;
    let mut copied = span.start;
    let mut from = span.start;
    while let Some(at) = text[from..span.end].find('&').map(|found| from + found) {
        from = at + 1;
        match reference(&text[at..span.end]) {
            Reference::Char(c, length) => {
                decoded.push_copy(&text[copied..at], copied);
                decoded.push_replaced(c.encode_utf8(&mut [0; 4]), Span::new(at, at + length));
                copied = at + length;
                from = copied;
            }
            Reference::None(length) if !expressions.iter().any(|it| it.start <= at && at < it.end) => {
                broken = true;
                report.push(mistake(&text[at..at + length], Span::new(at, at + length)));
            }
            Reference::None(_) => (),
        }
    }
    decoded.push_copy(&text[copied..span.end], copied);
    (decoded, broken)
}

fn mistake(written: &str, span: Span) -> Diagnostic {
    if written == "&" {
        return Diagnostic::error(
            "bad-entity",
            "`&` stands for itself only inside an expression",
            span,
        )
        .help("write `&amp;`");
    }
    let message = format!("`{written}` is not an entity of XML");
    let help = "known are `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&apos;` and numbers such as `&#10;`";
    Diagnostic::error("bad-entity", message, span).help(help)
}

enum Reference {
    // A character, and the length of its reference.
    Char(char, usize),
    // Nothing that XML knows, and how much of the text looks like it.
    None(usize),
}

fn reference(text: &str) -> Reference {
    let body = &text[1..];
    let length = body
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '#')
        .unwrap_or(body.len());
    let (name, closed) = (&body[..length], body[length..].starts_with(';'));
    if !closed || name.is_empty() {
        return Reference::None(1);
    }
    let whole = length + 2;
    let c = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => number(name).and_then(char::from_u32).filter(|c| *c != '\0'),
    };
    c.map_or(Reference::None(whole), |c| Reference::Char(c, whole))
}

fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('#')?;
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// `text` decoded, for a look at what it says.
pub(super) fn peek(text: &str) -> String {
    let all = Span::new(0, text.len());
    decode(text, all, &[all], &mut Vec::new()).0.text().to_owned()
}
