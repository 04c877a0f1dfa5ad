//! A completion that streams, put together while it passes by: its tokens stand in the last event that has a usage (documented), if the
//! caller asked for one.

use bytes::Bytes;
use llm::sse::{self, Reader};
use policy::{Stream, Watch, watched};
use serde_json::{Map, Value, json};

/// Bytes of an answer that are kept (documented: the most that the logs hold of a message).
const MOST: usize = 2 * 1024 * 1024;

/// The same body; who wants to know is told the whole answer, in the shape of a chat, when it has ended, has broken off, or nobody
/// wants the rest.
pub(crate) fn told(inner: Stream, whole: impl FnOnce(Value) + Send + 'static) -> Stream {
    let told = Told {
        reader: Reader::new(),
        answer: Answer::default(),
        whole: Some(whole),
    };
    watched(inner, told)
}

/// The whole answer of a stream that is here.
pub(super) fn whole(body: &[u8]) -> Value {
    let (mut reader, mut answer) = (Reader::new(), Answer::default());
    let frames = reader.push(body);
    frames.iter().for_each(|it| answer.take(it));
    if let Some(last) = reader.finish() {
        answer.take(&last);
    }
    answer.whole()
}

struct Told<W> {
    reader: Reader,
    answer: Answer,
    whole: Option<W>,
}

/// What is known of an answer so far.
#[derive(Debug, Default)]
struct Answer {
    /// `id` and `model`.
    named: Map<String, Value>,
    usage: Map<String, Value>,
    text: String,
}

impl Answer {
    fn take(&mut self, frame: &sse::Frame) {
        let Ok(json) = serde_json::from_str::<Value>(&frame.data) else {
            return;
        };
        // A chunk of a chat says it itself, events of responses and messages say it of what they are about.
        for about in [Some(&json), json.get("response"), json.get("message")] {
            let about = about.and_then(Value::as_object);
            for (name, value) in about.into_iter().flatten() {
                match (name.as_str(), value) {
                    ("id" | "model", Value::String(text)) if !text.is_empty() => {
                        self.named.insert(name.clone(), value.clone());
                    }
                    ("usage", Value::Object(usage)) => self.usage.extend(usage.clone()),
                    _ => (),
                }
            }
        }
        for text in llm::delta_texts_of(&json) {
            if self.text.len() < MOST {
                self.text.push_str(&text);
            }
        }
    }

    fn whole(self) -> Value {
        let mut whole = self.named;
        if !self.usage.is_empty() {
            whole.insert("usage".to_owned(), self.usage.into());
        }
        if !self.text.is_empty() {
            let message = json!({ "role": "assistant", "content": self.text });
            whole.insert("choices".to_owned(), json!([{ "message": message }]));
        }
        whole.into()
    }
}

impl<W: FnOnce(Value) + Send> Watch for Told<W> {
    fn data(&mut self, data: &Bytes) {
        for frame in self.reader.push(data) {
            self.answer.take(&frame);
        }
    }

    fn end(&mut self) {
        let Some(whole) = self.whole.take() else { return };
        if let Some(last) = std::mem::take(&mut self.reader).finish() {
            self.answer.take(&last);
        }
        whole(std::mem::take(&mut self.answer).whole());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(frames: &[&str]) -> Value {
        let mut answer = Answer::default();
        for data in frames {
            answer.take(&sse::Frame {
                event: None,
                data: (*data).to_owned(),
            });
        }
        answer.whole()
    }

    #[test]
    fn pieces_of_every_shape_come_together() {
        let chat = answer(&[
            r#"{"id":"c1","model":"gpt-4o","choices":[{"delta":{"content":"Hi"}}],"usage":null}"#,
            r#"{"id":"c1","model":"gpt-4o","choices":[{"delta":{"content":" you"}}]}"#,
            r#"{"id":"c1","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            "[DONE]",
        ]);
        let message = json!([{ "message": { "role": "assistant", "content": "Hi you" } }]);
        assert_eq!(
            chat,
            json!({
                "id": "c1", "model": "gpt-4o", "choices": message,
                "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
            })
        );
        let responses = answer(&[
            r#"{"type":"response.created","response":{"id":"r1","model":"gpt-5","usage":null}}"#,
            r#"{"type":"response.output_text.delta","delta":"Hi you"}"#,
            r#"{"type":"response.completed","response":{"id":"r1","model":"gpt-5","usage":{"input_tokens":1,"output_tokens":2}}}"#,
        ]);
        assert_eq!(
            responses,
            json!({ "id": "r1", "model": "gpt-5", "choices": message, "usage": { "input_tokens": 1, "output_tokens": 2 } })
        );
        let messages = answer(&[
            r#"{"type":"message_start","message":{"id":"m1","model":"claude","usage":{"input_tokens":1,"output_tokens":1}}}"#,
            r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi you"}}"#,
            r#"{"type":"message_delta","delta":{},"usage":{"output_tokens":2}}"#,
        ]);
        assert_eq!(
            messages["usage"],
            json!({ "input_tokens": 1, "output_tokens": 2 })
        );
        assert_eq!(messages["choices"], message);
        assert_eq!(answer(&["no"]), json!({}));
    }
}
