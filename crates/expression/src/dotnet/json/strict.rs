//! JSON to the letter (RFC 8259), read in one go and without a word about mistakes: whatever is not quite so gives `None`, and
//! the lenient reader begins anew. So this one knows no messages, places or states.
//!
//! Lists mostly hold objects of one kind: an object that names the same properties as the one before it shares its names.

use super::frozen::{Content, Frozen, Tree};
use super::iso_date;
use super::lexemes::{self, number_value};
use super::properties::Names;
use super::read::ParseOptions;
use super::scalar::Scalar;
use std::borrow::Cow;
use std::sync::Arc;

/// The document, if it is one.
pub(super) fn read(text: &str, options: &ParseOptions) -> Option<Frozen> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        options,
        models: Vec::new(),
        values: Vec::new(),
    };
    let read = reader.value(0)?;
    reader.skip_blank();
    (reader.at == text.len()).then_some(read)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    options: &'a ParseOptions,
    // The names of the object that was read last, for each depth.
    models: Vec<Arc<Names>>,
    // What was read of the containers that are open.
    values: Vec<Frozen>,
}

impl<'a> Reader<'a> {
    // `depth` containers are open.
    fn value(&mut self, depth: usize) -> Option<Frozen> {
        Some(Frozen::Scalar(match self.peek()? {
            b'"' => self.text_value()?,
            b'{' => return self.object(depth + 1),
            b'[' => return self.array(depth + 1),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true", Scalar::Boolean(true))?,
            b'f' => self.word("false", Scalar::Boolean(false))?,
            b'n' => self.word("null", Scalar::Null)?,
            _ => return None,
        }))
    }

    fn array(&mut self, depth: usize) -> Option<Frozen> {
        self.enter(depth)?;
        let first = self.values.len();
        if !self.closes(b']')? {
            loop {
                let value = self.value(depth)?;
                self.values.push(value);
                if !self.continues(b']')? {
                    break;
                }
            }
        }
        let items = self.values.split_off(first).into();
        Some(Frozen::Tree(Arc::new(Tree::new(Content::Array(items)))))
    }

    fn object(&mut self, depth: usize) -> Option<Frozen> {
        self.enter(depth)?;
        let first = self.values.len();
        let mut own = None;
        if !self.closes(b'}')? {
            loop {
                if self.peek()? != b'"' {
                    return None;
                }
                let name = self.string()?;
                self.named(depth, self.values.len() - first, &name, &mut own)?;
                if self.peek()? != b':' {
                    return None;
                }
                self.at += 1;
                let value = self.value(depth)?;
                self.values.push(value);
                if !self.continues(b'}')? {
                    break;
                }
            }
        }
        let values: Box<[Frozen]> = self.values.split_off(first).into();
        let names = self.names(depth, values.len(), own);
        Some(Frozen::Tree(Arc::new(Tree::new(Content::Object(names, values)))))
    }

    /// The property at a place has this name: that of the model as long as there is one, else one of its own.
    fn named(&self, depth: usize, at: usize, name: &str, own: &mut Option<Names>) -> Option<()> {
        let model = &self.models[depth - 1];
        let names = match own {
            Some(names) => names,
            None if model.get(at).is_some_and(|it| **it == *name) => return Some(()),
            None => own.insert(model.first(at)),
        };
        // Of names that come again the last counts, at the place of the first: rare enough.
        match names.position(name) {
            Some(_) => None,
            None => {
                names.push(name.into());
                Some(())
            }
        }
    }

    fn names(&mut self, depth: usize, count: usize, own: Option<Names>) -> Arc<Names> {
        let model = &mut self.models[depth - 1];
        match own {
            Some(names) => *model = Arc::new(names),
            None if model.len() > count => *model = Arc::new(model.first(count)),
            None => (),
        }
        model.clone()
    }

    fn enter(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.models.len() < depth {
            self.models.push(Arc::default());
        }
        (depth <= self.options.max_depth).then_some(())
    }

    // Whether an empty container ends here.
    fn closes(&mut self, bracket: u8) -> Option<bool> {
        let is_end = self.peek()? == bracket;
        self.at += usize::from(is_end);
        Some(is_end)
    }

    // Behind a value: a comma, or the end.
    fn continues(&mut self, bracket: u8) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            b',' => Some(true),
            it if it == bracket => Some(false),
            _ => None,
        }
    }

    fn skip_blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// What comes next that is not blank.
    fn peek(&mut self) -> Option<u8> {
        self.skip_blank();
        self.bytes.get(self.at).copied()
    }

    fn word(&mut self, word: &str, scalar: Scalar) -> Option<Scalar> {
        let is_word = self.bytes[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        is_word.then_some(scalar)
    }

    fn number(&mut self) -> Option<Scalar> {
        let rest = &self.bytes[self.at..];
        let belongs = |it: &u8| it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'E' | b'+' | b'-');
        let length = rest.iter().position(|it| !belongs(it)).unwrap_or(rest.len());
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
        // A zero in front makes it octal, and a point wants digits on both sides.
        let is_strict = match digits {
            [b'0', b'0'..=b'9', ..] | [b'.', ..] | [.., b'.'] => false,
            _ => !text.contains(".e") && !text.contains(".E"),
        };
        number_value(text).filter(|_| is_strict)
    }

    fn text_value(&mut self) -> Option<Scalar> {
        let text = self.string()?;
        match iso_date::parse(&text).filter(|_| self.options.dates) {
            Some(date) => Some(Scalar::Date(date)),
            None => Some(Scalar::String(text.into())),
        }
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let rest: &'a str = &self.text[self.at + 1..];
        let bytes = rest.as_bytes();
        let mut end = bytes.iter().position(|it| matches!(it, b'"' | b'\\'))?;
        let is_plain = bytes[end] == b'"';
        while bytes[end] == b'\\' {
            let behind = end + 2;
            end = behind
                + bytes
                    .get(behind..)?
                    .iter()
                    .position(|it| matches!(it, b'"' | b'\\'))?;
        }
        self.at += end + 2;
        match is_plain {
            true => Some(Cow::Borrowed(&rest[..end])),
            false => lexemes::unescaped(&rest[..end]).map(Cow::Owned),
        }
    }
}
