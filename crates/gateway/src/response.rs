//! The answer to the caller (gateway.md 2.3).

use crate::body::Outgoing;
use crate::headers;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::{HeaderValue, Method, Response, StatusCode};
use hyper::ext::ReasonPhrase;
use policy::{Body, ResponseParts};

/// Makes what a walk left into an answer to `method`.
pub(crate) fn respond(parts: ResponseParts, method: &Method, date: HeaderValue) -> Response<Outgoing> {
    let ResponseParts {
        status,
        reason,
        mut headers,
        body,
    } = parts;
    headers::drop_hop_by_hop(&mut headers);
    let body = match method == Method::HEAD {
        // The length that the answer to a GET would have is for the caller to know.
        true => {
            if let Body::Full(bytes) = &body
                && !bytes.is_empty()
            {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            }
            Outgoing::Empty
        }
        false if status == StatusCode::NOT_MODIFIED => Outgoing::Empty,
        // Counted anew from the body that is sent.
        false => {
            headers.remove(CONTENT_LENGTH);
            Outgoing::new(body)
        }
    };
    headers.insert(DATE, date);
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if let Some(reason) = reason.filter(|reason| Some(reason.as_str()) != status.canonical_reason())
        && let Ok(reason) = ReasonPhrase::try_from(reason)
    {
        response.extensions_mut().insert(reason);
    }
    response
}

/// An answer that no policy had a say in.
pub(crate) fn plain(status: StatusCode, content_type: &'static str, text: String) -> ResponseParts {
    let mut headers = http::HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    ResponseParts {
        status,
        reason: None,
        headers,
        body: Body::Full(text.into()),
    }
}
