//! Which request is what.

use crate::claims::Version;
use crate::code::Code;
use crate::form::{Form, encode};
use crate::grants::{CODE_LIFETIME, Refusal, basic_user, missing};
use crate::issuer::Issuer;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value as Json, json};

impl Issuer {
    /// Answers a request that was sent to `scheme`, `http` or `https`, at the host that it names.
    pub fn respond(&self, scheme: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let host = request.headers().get(HOST).and_then(|it| it.to_str().ok());
        let host = host
            .or(request.uri().authority().map(|it| it.as_str()))
            .unwrap_or("localhost");
        let base = format!("{scheme}://{host}");
        let path: Vec<&str> = request
            .uri()
            .path()
            .split('/')
            .filter(|it| !it.is_empty())
            .collect();
        let query = Form::read(request.uri().query().unwrap_or_default());
        let form = || Form::read(&String::from_utf8_lossy(request.body()));
        let is_post = request.method() == Method::POST;
        match (is_post, &path[..]) {
            (false, [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
                found(&self.configuration(&base, tenant, Version::Two))
            }
            (false, [tenant, ".well-known", "openid-configuration"]) => {
                found(&self.configuration(&base, tenant, Version::One))
            }
            (false, [_, "discovery", "keys"] | [_, "discovery", "v2.0", "keys"]) => found(&self.keys()),
            (false, ["common", "discovery", "instance"]) => found(&self.instance(&base)),
            (false, [_, "userrealm", _]) => found(&json!({ "ver": "1.0", "account_type": "Managed" })),
            (false, [_, "oauth2", "authorize"] | [_, "oauth2", "v2.0", "authorize"]) => {
                self.authorize(&query)
            }
            (true, [tenant, "oauth2", "token"]) => {
                self.granted(tenant, Version::One, &form(), request.headers())
            }
            (true, [tenant, "oauth2", "v2.0", "token"]) => {
                self.granted(tenant, Version::Two, &form(), request.headers())
            }
            (true, [_, "oauth2", "devicecode"] | [_, "oauth2", "v2.0", "devicecode"]) => {
                judged(self.device(&base, &form()))
            }
            (false, ["msi", "token"]) => self.of_host(&query),
            _ => json_response(StatusCode::NOT_FOUND, &json!({ "error": "not_found" })),
        }
    }

    fn granted(&self, tenant: &str, version: Version, form: &Form, headers: &HeaderMap) -> Response<Bytes> {
        let basic = headers
            .get(AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
            .and_then(basic_user);
        judged(self.token(tenant, version, form, basic.as_deref()))
    }

    // Nobody is asked: the user is signed in and consents.
    fn authorize(&self, query: &Form) -> Response<Bytes> {
        let asked = query.get("client_id").zip(query.get("redirect_uri"));
        let Some((client, back)) = asked else {
            return judged(Err(missing(if query.get("client_id").is_some() {
                "redirect_uri"
            } else {
                "client_id"
            })));
        };
        let challenge = query.get("code_challenge").map(str::to_owned);
        let method = query.get("code_challenge_method").unwrap_or("plain").to_owned();
        let code = Code {
            client: client.to_owned(),
            scope: query.get("scope").unwrap_or("openid").to_owned(),
            nonce: query.get("nonce").map(str::to_owned),
            challenge: challenge.map(|challenge| (challenge, method)),
            until: self.now().seconds() + CODE_LIFETIME,
        };
        let mark = if back.contains('?') { '&' } else { '?' };
        let mut place = format!("{back}{mark}code={}", encode(&code.text()));
        if let Some(state) = query.get("state") {
            place.push_str(&format!("&state={}", encode(state)));
        }
        match HeaderValue::try_from(place) {
            Ok(place) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::FOUND;
                response.headers_mut().insert(LOCATION, place);
                response
            }
            Err(_) => judged(Err(missing("redirect_uri"))),
        }
    }

    // As `IDENTITY_ENDPOINT` of an Azure host answers.
    fn of_host(&self, query: &Form) -> Response<Bytes> {
        let Some(resource) = query.get("resource") else {
            return judged(Err(missing("resource")));
        };
        match self.managed_identity(resource, query.get("client_id")) {
            Ok(token) => {
                let expires = (self.now().seconds().div_euclid(86_400) + 2) * 86_400;
                found(&json!({
                    "access_token": token, "expires_on": expires.to_string(), "resource": resource, "token_type": "Bearer",
                }))
            }
            Err(message) => judged(Err(("invalid_request", message))),
        }
    }
}

fn judged(answer: Result<Json, Refusal>) -> Response<Bytes> {
    match answer {
        Ok(answer) => found(&answer),
        Err((error, description)) => {
            let code = description
                .strip_prefix("AADSTS")
                .and_then(|it| it.split(':').next()?.parse::<u64>().ok());
            let codes: Vec<u64> = code.into_iter().collect();
            let body = json!({ "error": error, "error_description": description, "error_codes": codes });
            json_response(StatusCode::BAD_REQUEST, &body)
        }
    }
}

fn found(body: &Json) -> Response<Bytes> {
    json_response(StatusCode::OK, body)
}

fn json_response(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
