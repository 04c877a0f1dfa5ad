//! Texts to tokens: the two vocabularies that current models use.

use bpe_openai::Tokenizer;
use std::thread::JoinHandle;

/// The tokenizer of a family of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// gpt-4o and everything since; also the best guess for models of other makers.
    O200kBase,
    /// gpt-4, gpt-3.5-turbo, embeddings.
    Cl100kBase,
}

/// A part of a text that is a whole number of tokens and of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The characters.
    pub text: String,
    /// How many tokens they are: more than one only where a character is spread over several.
    pub tokens: u64,
}

const CL100K_PREFIXES: [&str; 6] = [
    "gpt-4-",
    "gpt-3.5-turbo",
    "gpt-35-turbo",
    "text-embedding-ada-002",
    "text-embedding-3-",
    "text-davinci",
];
const CL100K_NAMES: [&str; 3] = ["gpt-4", "davinci-002", "babbage-002"];
const O200K_PREFIXES: [&str; 10] = [
    "gpt-4o",
    "chatgpt-4o-",
    "gpt-4.1",
    "gpt-4.5-",
    "gpt-5",
    "gpt-6",
    "gpt-oss-",
    "o1",
    "o3",
    "o4-mini",
];

impl Encoding {
    /// The encoding of a model, by its name (foundry.md 5.1). Case does not matter.
    pub fn of_model(model: &str) -> Encoding {
        let model = model.to_ascii_lowercase();
        let model = model.strip_prefix("ft:").unwrap_or(&model);
        let older = CL100K_NAMES.contains(&model) || CL100K_PREFIXES.iter().any(|it| model.starts_with(it));
        if older {
            Encoding::Cl100kBase
        } else {
            Encoding::O200kBase
        }
    }

    /// Whether the encoding of `model` is only the nearest that there is.
    pub fn is_approximate(model: &str) -> bool {
        let model = model.to_ascii_lowercase();
        let model = model.strip_prefix("ft:").unwrap_or(&model);
        Encoding::of_model(model) == Encoding::O200kBase
            && !O200K_PREFIXES.iter().any(|it| model.starts_with(it))
            || model.starts_with("text-davinci")
    }

    /// Tokens of `text`. What looks like a control token counts as ordinary text.
    pub fn count(self, text: &str) -> u64 {
        match text.is_empty() {
            true => 0, // Spares loading the vocabulary.
            false => self.tokenizer().count(text) as u64,
        }
    }

    /// Tokens of `text`, by number.
    pub fn encode(self, text: &str) -> Vec<u32> {
        match text.is_empty() {
            true => Vec::new(),
            false => self.tokenizer().encode(text),
        }
    }

    /// The text of token numbers. Bytes that are no text become replacement characters, numbers that are no tokens nothing.
    pub fn decode(self, tokens: &[u32]) -> String {
        let bpe = &self.tokenizer().bpe;
        let known = u32::try_from(bpe.num_tokens()).unwrap_or(u32::MAX);
        let tokens: Vec<u32> = tokens.iter().copied().filter(|it| *it < known).collect();
        String::from_utf8_lossy(&bpe.decode_tokens(&tokens)).into_owned()
    }

    /// `text` token by token; put together again the pieces are `text`, and their tokens its count.
    pub fn pieces(self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut from, mut to, mut tokens) = (0, 0, 0);
        for token in self.encode(text) {
            to += self.tokenizer().bpe.token_len(token);
            tokens += 1;
            if let Some(part) = text.get(from..to) {
                pieces.push(Piece {
                    text: part.to_owned(),
                    tokens,
                });
                (from, tokens) = (to, 0);
            }
        }
        pieces
    }

    /// The longest beginning of `text`, cut between tokens and between characters, that counts at most `limit` tokens.
    pub fn truncate(self, text: &str, limit: u64) -> &str {
        let (mut end, mut tokens) = (0, 0);
        let mut ends = vec![0];
        for piece in self.pieces(text) {
            tokens += piece.tokens;
            if tokens > limit {
                break;
            }
            end += piece.text.len();
            ends.push(end);
        }
        // A cut inside a run of blanks can make the rest one token longer than it was inside the whole.
        let fits = |end: &usize| self.count(text.get(..*end).unwrap_or("")) <= limit;
        let end = ends.into_iter().rev().find(fits).unwrap_or(0);
        text.get(..end).unwrap_or("")
    }

    fn tokenizer(self) -> &'static Tokenizer {
        match self {
            Encoding::O200kBase => bpe_openai::o200k_base(),
            Encoding::Cl100kBase => bpe_openai::cl100k_base(),
        }
    }
}

/// Loads the vocabularies of `encodings` on a thread of its own. Whoever needs one before it is there waits for it.
pub fn warm(encodings: &[Encoding]) -> JoinHandle<()> {
    let encodings = encodings.to_vec();
    std::thread::spawn(move || {
        for encoding in encodings {
            // The expression behind a pattern is built on its first use, so one word is encoded.
            encoding.count("warm");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn models_have_the_encoding_of_their_family() {
        for model in [
            "gpt-4o-mini",
            "gpt-4.1",
            "gpt-5-mini",
            "o3",
            "gpt-oss-120b",
            "ft:gpt-4o:ours",
            "Phi-4",
        ] {
            assert_eq!(Encoding::of_model(model), Encoding::O200kBase, "{model}");
        }
        for model in [
            "gpt-4",
            "gpt-4-turbo",
            "gpt-35-turbo-16k",
            "GPT-3.5-Turbo",
            "text-embedding-3-large",
        ] {
            assert_eq!(Encoding::of_model(model), Encoding::Cl100kBase, "{model}");
        }
        assert!(Encoding::is_approximate("Phi-4"));
        assert!(!Encoding::is_approximate("gpt-4o"));
        assert!(!Encoding::is_approximate("gpt-4"));
    }

    #[test]
    fn counts_are_those_of_the_published_tokenizer() {
        assert_eq!(Encoding::O200kBase.encode("hello world"), [24912, 2375]);
        assert_eq!(Encoding::Cl100kBase.encode("hello world"), [15339, 1917]);
        assert!(
            Encoding::O200kBase.count("<|endoftext|>") > 1,
            "ordinary text, not a control token"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_make_the_text_and_its_count(text in "\\PC{0,40}|[a-z .,'\n\t]{0,80}|[ -~é😀]{0,40}") {
            for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
                let pieces = encoding.pieces(&text);
                prop_assert_eq!(pieces.iter().map(|it| it.text.as_str()).collect::<String>(), text.clone());
                prop_assert_eq!(pieces.iter().map(|it| it.tokens).sum::<u64>(), encoding.count(&text));
            }
        }

        #[test]
        fn a_truncated_text_never_counts_more(text in "[a-zA-Z0-9 .,'\n{}:é😀]{0,80}", limit in 0u64..30) {
            let encoding = Encoding::O200kBase;
            let cut = encoding.truncate(&text, limit);
            prop_assert!(text.starts_with(cut));
            prop_assert!(encoding.count(cut) <= limit);
            if encoding.count(&text) <= limit {
                prop_assert_eq!(cut, text.as_str());
            }
        }
    }
}
