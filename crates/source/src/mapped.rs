use crate::Span;

/// A text whose pieces stand elsewhere: entities decoded, named values put in, a body lifted out of its element.
///
/// Pieces are pushed in order; [`Mapped::span`] answers where a range of the new text stood in the old one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    start: usize,
    origin: Span,
    // A copied piece maps byte for byte; a replaced one (an entity, a named value) maps to its whole origin.
    copied: bool,
}

impl Mapped {
    /// An empty text.
    pub fn new() -> Mapped {
        Mapped::default()
    }

    /// A text that was copied unchanged from `offset` on.
    pub fn copied(text: &str, offset: usize) -> Mapped {
        let mut mapped = Mapped::new();
        mapped.push_copy(text, offset);
        mapped
    }

    /// Appends `text`, which stands unchanged at `offset`.
    pub fn push_copy(&mut self, text: &str, offset: usize) {
        self.push(text, Span::new(offset, offset + text.len()), true);
    }

    /// Appends `text`, which stands for what `origin` covers.
    pub fn push_replaced(&mut self, text: &str, origin: Span) {
        self.push(text, origin, false);
    }

    fn push(&mut self, text: &str, origin: Span, copied: bool) {
        if !text.is_empty() {
            self.pieces.push(Piece {
                start: self.text.len(),
                origin,
                copied,
            });
            self.text.push_str(text);
        }
    }

    /// Appends another text with its origins.
    pub fn append(&mut self, more: &Mapped) {
        for (at, piece) in more.pieces.iter().enumerate() {
            let end = more.pieces.get(at + 1).map_or(more.text.len(), |next| next.start);
            self.push(&more.text[piece.start..end], piece.origin, piece.copied);
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part `range` of this text, with its origins.
    pub fn slice(&self, range: Span) -> Mapped {
        let mut part = Mapped::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(at + 1).map_or(self.text.len(), |next| next.start);
            let (from, to) = (piece.start.max(range.start), end.min(range.end));
            if from < to {
                let origin = match piece.copied {
                    true => Span::new(
                        piece.origin.start + from - piece.start,
                        piece.origin.start + to - piece.start,
                    ),
                    false => piece.origin,
                };
                part.push(&self.text[from..to], origin, piece.copied);
            }
        }
        part
    }

    /// Where a range of this text stood in the text that it came from.
    pub fn span(&self, local: Span) -> Span {
        let start = self.origin(local.start).0;
        let end = match local.end > local.start {
            true => self.origin(local.end - 1).1,
            false => start,
        };
        Span::new(start, end)
    }

    // The origin of one byte: where it starts and where it ends.
    fn origin(&self, offset: usize) -> (usize, usize) {
        let after = self.pieces.partition_point(|piece| piece.start <= offset);
        let Some(piece) = after.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return (offset, offset);
        };
        if !piece.copied {
            return (piece.origin.start, piece.origin.end);
        }
        let at = (piece.origin.start + offset - piece.start).min(piece.origin.end);
        (at, (at + 1).min(piece.origin.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_followed_through_a_replaced_piece() {
        // `a &amp; b` at offset 10 becomes `a & b`.
        let mut text = Mapped::copied("a ", 10);
        text.push_replaced("&", Span::new(12, 17));
        text.push_copy(" b", 17);
        assert_eq!(text.text(), "a & b");
        assert_eq!(text.span(Span::new(2, 3)), Span::new(12, 17));
        assert_eq!(text.span(Span::new(4, 5)), Span::new(18, 19));
        assert_eq!(
            text.slice(Span::new(2, 5)).span(Span::new(2, 3)),
            Span::new(18, 19)
        );
    }
}
