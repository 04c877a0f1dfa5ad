//! Event streams: `data: ...` frames, written, and read piece by piece as they come off the wire.

use bytes::{Bytes, BytesMut};

/// The frame that ends a chat stream.
pub const DONE: &str = "[DONE]";

/// A frame with `data` only: LF, one space behind the colon, no event line, as strict clients of Azure need it.
pub fn frame(data: &str) -> Bytes {
    let mut out = BytesMut::with_capacity(data.len() + 8);
    for (at, line) in data.split('\n').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\n");
        }
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line.as_bytes());
    }
    out.extend_from_slice(b"\n\n");
    out.freeze()
}

/// A frame with its event's name.
pub fn event(name: &str, data: &str) -> Bytes {
    let mut out = BytesMut::from(&b"event: "[..]);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\n");
    out.extend_from_slice(&frame(data));
    out.freeze()
}

/// A frame that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// `event`, if there was one.
    pub event: Option<String>,
    /// `data`, its lines joined by LF.
    pub data: String,
}

impl Frame {
    /// Whether it is the one that ends a chat stream.
    pub fn is_done(&self) -> bool {
        self.data.starts_with(DONE)
    }
}

/// Reads frames from chunks that may break anywhere, inside a character too.
#[derive(Debug, Default)]
pub struct Reader {
    line: Vec<u8>,
    frame: Frame,
    has_data: bool,
    after_cr: bool,
    begun: bool,
}

impl Reader {
    /// A reader at the beginning of a stream.
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Takes the next chunk; gives the frames that it completes.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        for &byte in chunk {
            match byte {
                b'\n' if self.after_cr => (), // The second half of CRLF.
                b'\n' | b'\r' => frames.extend(self.end_line()),
                _ => self.line.push(byte),
            }
            self.after_cr = byte == b'\r';
        }
        frames
    }

    /// The frame that was begun and never ended; streams of some servers stop without a last blank line.
    pub fn finish(mut self) -> Option<Frame> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.has_data.then_some(self.frame)
    }

    fn end_line(&mut self) -> Option<Frame> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = if std::mem::replace(&mut self.begun, true) {
            &text
        } else {
            text.trim_start_matches('\u{feff}')
        };
        if text.is_empty() {
            let complete = std::mem::take(&mut self.has_data);
            let frame = std::mem::take(&mut self.frame);
            return complete.then_some(frame);
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
            }
            "event" => self.frame.event = Some(value.to_owned()),
            _ => (), // Comments, ids and retry hints.
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_events_and_every_line_end_are_read() {
        let mut reader = Reader::new();
        let frames = reader
            .push(b": hello\r\nevent: ping\r\ndata: a\r\ndata:b\r\n\r\ndata: [DONE]\n\nid: 3\n\ndata: end");
        assert_eq!(frames.len(), 2);
        assert_eq!(
            frames[0],
            Frame {
                event: Some("ping".into()),
                data: "a\nb".into()
            }
        );
        assert!(frames[1].is_done());
        assert_eq!(reader.finish().map(|it| it.data).as_deref(), Some("end"));
    }

    proptest! {
        #[test]
        fn chunks_may_break_anywhere(texts in prop::collection::vec("[ -~é😀\n]{1,20}", 0..5), size in 1usize..7) {
            let bytes: Vec<u8> = texts.iter().flat_map(|text| frame(text).to_vec()).collect();
            let mut reader = Reader::new();
            let frames: Vec<String> =
                bytes.chunks(size).flat_map(|chunk| reader.push(chunk)).map(|it| it.data).collect();
            prop_assert_eq!(frames, texts);
        }
    }
}
