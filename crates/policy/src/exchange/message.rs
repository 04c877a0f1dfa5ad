use crate::arriving::take_in;
use crate::fault::{CLIENT_CONNECTION_FAILURE, Fault, REQUEST_BODY_TOO_LARGE};
use crate::{Body, BodyError};
use bytes::Bytes;
use expression::{BodyRead, Message};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::io::Read;

/// A body and what expressions did to it.
#[derive(Debug, Default)]
pub(crate) struct MessageBody {
    body: Body,
    // What expressions read of a compressed body.
    decoded: Option<Bytes>,
    // Whether `decoded` says all about compression.
    looked_at: bool,
    // Read by an expression without being preserved: it is sent empty, and reads as null.
    consumed: bool,
}

impl From<Body> for MessageBody {
    fn from(body: Body) -> MessageBody {
        MessageBody {
            body,
            ..MessageBody::default()
        }
    }
}

impl MessageBody {
    pub(crate) fn is_present(&self) -> bool {
        self.body.is_present()
    }

    pub(crate) fn into_body(self) -> Body {
        self.body
    }

    /// Whether it passes by and has not been looked at.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.body, Body::Stream(_))
    }

    /// Whether reading it needs anything first: its bytes, or a look at their compression.
    pub(crate) fn needs_buffering(&self) -> bool {
        self.is_stream() || !self.looked_at && matches!(self.body, Body::Full(_))
    }

    /// Brings it here, decompressed for reading as well, up to `limit` bytes.
    pub(crate) async fn buffer(&mut self, headers: &HeaderMap, limit: usize) -> Result<(), BodyError> {
        self.body.buffer(limit).await?;
        if let (Body::Full(bytes), false) = (&self.body, self.looked_at) {
            self.decoded = decode(bytes, headers, limit)?;
            self.looked_at = true;
        }
        Ok(())
    }

    /// Only the bytes as they came, for replay.
    pub(crate) async fn keep(&mut self, limit: usize) -> Result<(), BodyError> {
        self.body.buffer(limit).await
    }

    /// Waits, and takes in meanwhile what comes of it, up to `limit` bytes.
    pub(crate) async fn take_in(&mut self, wait: impl Future<Output = ()>, limit: usize) {
        take_in(&mut self.body, wait, limit).await;
    }

    /// Reads it for an expression.
    pub(crate) fn read(&mut self, headers: &mut HeaderMap, preserve: bool) -> BodyRead {
        if self.consumed {
            return BodyRead::Consumed;
        }
        let content = match &self.body {
            Body::Absent => return BodyRead::Absent,
            Body::Stream(_) | Body::Taken => return BodyRead::Consumed,
            Body::Full(bytes) => self.decoded.clone().unwrap_or_else(|| bytes.clone()),
        };
        if !preserve {
            self.replace(Body::Full(Bytes::new()), headers);
            self.consumed = true;
        }
        BodyRead::Content(content)
    }

    /// Puts another body in place and makes the framing headers fit.
    pub(crate) fn replace(&mut self, body: Body, headers: &mut HeaderMap) {
        if self.decoded.is_some() {
            // What replaces a compressed body is plain (inferred).
            headers.remove(CONTENT_ENCODING);
        }
        headers.remove(TRANSFER_ENCODING);
        match &body {
            Body::Full(bytes) if headers.contains_key(CONTENT_LENGTH) => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            }
            _ => drop(headers.remove(CONTENT_LENGTH)),
        }
        // What a policy put here is plain, whatever headers say.
        *self = MessageBody {
            looked_at: true,
            ..MessageBody::from(body)
        };
    }

    /// What is sent: a body that is here can be sent again, one that passes by only once.
    pub(crate) fn send(&mut self) -> Option<Body> {
        match &self.body {
            Body::Absent => Some(Body::Absent),
            Body::Full(bytes) => Some(Body::Full(bytes.clone())),
            Body::Stream(_) => Some(std::mem::replace(&mut self.body, Body::Taken)),
            Body::Taken => None,
        }
    }

    /// The content without its compression; the headers that spoke of it go.
    pub(crate) fn into_plain(self, headers: &mut HeaderMap) -> Bytes {
        headers.remove(TRANSFER_ENCODING);
        match (self.decoded, self.body) {
            (Some(plain), _) => {
                headers.remove(CONTENT_ENCODING);
                headers.remove(CONTENT_LENGTH);
                plain
            }
            (None, Body::Full(bytes)) => bytes,
            (None, _) => Bytes::new(),
        }
    }

    /// Puts something around a body that passes by; one that is here is left alone.
    pub(crate) fn wrap(&mut self, around: impl FnOnce(crate::Stream) -> crate::Stream) {
        if let Body::Stream(stream) = &mut self.body {
            // The place holds nothing only until the next line.
            let inner = std::mem::replace(stream, crate::watch::nothing());
            *stream = around(inner);
        }
    }

    /// The bytes as expressions read them, without compression, if they are here.
    pub(crate) fn plain(&self) -> Option<&Bytes> {
        self.decoded.as_ref().or(self.bytes())
    }

    /// The bytes, if they are here.
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match &self.body {
            Body::Full(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// The fault of a body that could not be brought here.
pub(crate) fn buffer_fault(of: Message, error: &BodyError) -> Fault {
    match (of, error) {
        (Message::Request, BodyError::TooLarge { .. }) => {
            let wire = "Request body is too large";
            Fault::refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                REQUEST_BODY_TOO_LARGE,
                error.to_string(),
                wire,
            )
        }
        (Message::Request, BodyError::Broken(_)) => {
            Fault::internal(CLIENT_CONNECTION_FAILURE, error.to_string())
        }
        (Message::Response, BodyError::TooLarge { .. }) => {
            Fault::internal("ResponseBodyTooLarge", error.to_string())
        }
        (Message::Response, BodyError::Broken(_)) => {
            Fault::internal("BackendConnectionFailure", error.to_string())
        }
    }
}

// `None` when the body is not compressed, or not in a way that its header says: it is then read as it stands.
fn decode(bytes: &Bytes, headers: &HeaderMap, limit: usize) -> Result<Option<Bytes>, BodyError> {
    let Some(encoding) = headers.get(CONTENT_ENCODING).and_then(|it| it.to_str().ok()) else {
        return Ok(None);
    };
    let encoding = encoding.trim().to_ascii_lowercase();
    match encoding.as_str() {
        "gzip" | "x-gzip" => inflate(GzDecoder::new(&bytes[..]), limit),
        "deflate" => match inflate(ZlibDecoder::new(&bytes[..]), limit)? {
            Some(plain) => Ok(Some(plain)),
            // Some senders leave the zlib wrapper out.
            None => inflate(DeflateDecoder::new(&bytes[..]), limit),
        },
        _ => Ok(None),
    }
}

fn inflate(decoder: impl Read, limit: usize) -> Result<Option<Bytes>, BodyError> {
    let mut plain = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match decoder.take(bound).read_to_end(&mut plain) {
        Ok(_) if plain.len() > limit => Err(BodyError::TooLarge { limit }),
        Ok(_) => Ok(Some(plain.into())),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn headers(encoding: &str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_ENCODING, encoding.parse().unwrap())])
    }

    #[test]
    fn compressed_bodies_are_read_plain_in_every_dialect() {
        let plain = b"{\"a\":1}";
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(plain).unwrap();
        zlib.write_all(plain).unwrap();
        raw.write_all(plain).unwrap();
        let bodies = [
            ("GZip", gzip.finish()),
            ("deflate", zlib.finish()),
            ("deflate", raw.finish()),
        ];
        for (encoding, bytes) in bodies {
            let bytes = Bytes::from(bytes.unwrap());
            assert_eq!(
                decode(&bytes, &headers(encoding), 100).unwrap().as_deref(),
                Some(&plain[..])
            );
            assert!(matches!(
                decode(&bytes, &headers(encoding), 3),
                Err(BodyError::TooLarge { limit: 3 })
            ));
        }
        // What its header does not describe is read as it stands.
        assert_eq!(
            decode(&Bytes::from_static(plain), &headers("gzip"), 100).unwrap(),
            None
        );
        assert_eq!(
            decode(&Bytes::from_static(plain), &headers("br"), 100).unwrap(),
            None
        );
    }

    #[test]
    fn a_body_that_was_not_preserved_is_gone_and_sent_empty() {
        let mut headers = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static("3"))]);
        let mut body = MessageBody::from(Body::Full(Bytes::from_static(b"abc")));
        assert!(matches!(body.read(&mut headers, true), BodyRead::Content(content) if content == "abc"));
        assert!(matches!(body.read(&mut headers, false), BodyRead::Content(content) if content == "abc"));
        assert!(matches!(body.read(&mut headers, true), BodyRead::Consumed));
        assert!(matches!(body.send(), Some(Body::Full(bytes)) if bytes.is_empty()));
        assert_eq!(headers[CONTENT_LENGTH], "0");
    }
}
