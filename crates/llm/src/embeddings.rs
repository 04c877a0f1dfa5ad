//! An embeddings request: texts in, vectors out.

use crate::Encoding;
use serde_json::Value;

/// `input` of an embeddings request: one text or several, as they are or as token numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbeddingsInput {
    /// Texts.
    Texts(Vec<String>),
    /// Texts that were cut into tokens already.
    Tokens(Vec<Vec<u32>>),
}

impl EmbeddingsInput {
    /// Reads `input`; `None` for what is none of the four forms: a text, a list of texts, a list of tokens, a list of such lists.
    pub fn read(input: &Value) -> Option<EmbeddingsInput> {
        match input {
            Value::String(text) => Some(EmbeddingsInput::Texts(vec![text.clone()])),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let texts = items.iter().filter_map(Value::as_str).map(str::to_owned);
                Some(EmbeddingsInput::Texts(texts.collect()))
            }
            Value::Array(items) if items.iter().all(Value::is_number) => {
                Some(EmbeddingsInput::Tokens(vec![tokens(items)?]))
            }
            Value::Array(items) => {
                let lists = items.iter().map(|it| tokens(it.as_array()?));
                Some(EmbeddingsInput::Tokens(lists.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        match self {
            EmbeddingsInput::Texts(texts) => texts.len(),
            EmbeddingsInput::Tokens(lists) => lists.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tokens of each text.
    pub fn tokens(&self, encoding: Encoding) -> Vec<u64> {
        match self {
            EmbeddingsInput::Texts(texts) => texts.iter().map(|text| encoding.count(text)).collect(),
            EmbeddingsInput::Tokens(lists) => lists.iter().map(|list| list.len() as u64).collect(),
        }
    }

    /// The texts; what is no text when put together again has replacement characters.
    pub fn texts(&self, encoding: Encoding) -> Vec<String> {
        match self {
            EmbeddingsInput::Texts(texts) => texts.clone(),
            EmbeddingsInput::Tokens(lists) => lists.iter().map(|list| encoding.decode(list)).collect(),
        }
    }
}

fn tokens(items: &[Value]) -> Option<Vec<u32>> {
    let number = |it: &Value| it.as_u64().and_then(|it| u32::try_from(it).ok());
    items.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_four_forms_are_read_and_say_the_same() {
        let encoding = Encoding::Cl100kBase;
        let numbers = encoding.encode("hello world");
        let read = |value: Value| EmbeddingsInput::read(&value).unwrap();
        for input in [
            read(json!("hello world")),
            read(json!(["hello world"])),
            read(json!(numbers)),
            read(json!([numbers])),
        ] {
            assert_eq!((input.len(), input.tokens(encoding)), (1, vec![2]));
            assert_eq!(input.texts(encoding), ["hello world"]);
        }
        assert!(read(json!([])).is_empty());
        for wrong in [
            json!(1),
            json!({}),
            json!(["a", 1]),
            json!([[1], "a"]),
            json!([-1]),
        ] {
            assert_eq!(EmbeddingsInput::read(&wrong), None, "{wrong}");
        }
    }
}
