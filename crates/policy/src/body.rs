use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use std::error::Error;
use std::fmt;

/// A body that passes by, chunk by chunk.
pub type Stream = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// The body of a message.
#[derive(Default)]
pub enum Body {
    /// There is none: `context.Request.Body` is null.
    #[default]
    Absent,
    /// All of it is here, shared by reference count.
    Full(Bytes),
    /// It passes by and has not been looked at.
    Stream(Stream),
    /// It was read without being preserved, or has been sent: nothing is left.
    Taken,
}

/// A body that is larger than the configured limit, or that broke off.
#[derive(Debug)]
pub enum BodyError {
    /// More bytes than the limit.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The connection broke while it was read.
    Broken(Box<dyn Error + Send + Sync>),
}

impl Body {
    /// Whether the message has a body at all.
    pub fn is_present(&self) -> bool {
        !matches!(self, Body::Absent)
    }

    /// Brings the whole body here, up to `limit` bytes. Costs nothing for one that is here already.
    pub async fn buffer(&mut self, limit: usize) -> Result<(), BodyError> {
        if !matches!(self, Body::Stream(_)) {
            return Ok(());
        }
        if let Body::Stream(stream) = std::mem::replace(self, Body::Taken) {
            *self = Body::Full(collect(stream, limit).await?);
        }
        Ok(())
    }
}

async fn collect(mut stream: Stream, limit: usize) -> Result<Bytes, BodyError> {
    let mut chunks: Vec<Bytes> = Vec::new();
    let mut length = 0;
    while let Some(frame) = stream.frame().await {
        let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() else {
            continue;
        };
        length += data.len();
        if length > limit {
            return Err(BodyError::TooLarge { limit });
        }
        chunks.push(data);
    }
    Ok(match chunks.len() {
        1 => chunks.remove(0),
        _ => chunks.concat().into(),
    })
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Absent => f.write_str("Absent"),
            Body::Full(bytes) => write!(f, "Full({} bytes)", bytes.len()),
            Body::Stream(_) => f.write_str("Stream"),
            Body::Taken => f.write_str("Taken"),
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyError::TooLarge { limit } => write!(f, "the body is larger than the limit of {limit} bytes"),
            BodyError::Broken(error) => write!(f, "the body broke off: {error}"),
        }
    }
}

impl Error for BodyError {}
