use super::MessageBody;
use crate::url;
use crate::{BackendHandle, Body, CallerCertificate, Destination, Proxy, StoredCertificate};
use expression::Url;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::sync::Arc;

/// Headers that end at the next hop, and those that the gateway itself consumes (inferred).
const NOT_FORWARDED: [HeaderName; 11] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    http::header::PROXY_AUTHENTICATE,
    http::header::PROXY_AUTHORIZATION,
    http::header::TE,
    http::header::TRAILER,
    http::header::TRANSFER_ENCODING,
    http::header::UPGRADE,
    HeaderName::from_static("ocp-apim-trace"),
    HeaderName::from_static("apim-debug-authorization"),
];

/// `context.Request`, and where it goes.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As the caller sent it.
    pub(crate) original_method: Method,
    /// The present backend URL: base, path and query joined.
    pub(crate) url: Arc<Url>,
    pub(crate) original_url: Arc<Url>,
    pub(crate) headers: HeaderMap,
    /// Whether a policy set `Host`: otherwise it is that of the backend.
    pub(crate) host_set: bool,
    pub(crate) body: MessageBody,
    pub(crate) ip_address: Arc<str>,
    /// What the caller has shown.
    pub(crate) certificate: Option<CallerCertificate>,
    /// What the backend is shown.
    pub(crate) shows: Option<Arc<StoredCertificate>>,
    /// Through which proxy it goes.
    pub(crate) proxy: Option<Arc<Proxy>>,
    pub(crate) matched: Arc<[(Arc<str>, Arc<str>)]>,
    path: String,
    query: String,
    // The API's service URL, or what `base-url` put in its place.
    base: Option<Arc<Url>>,
    backend: Option<BackendHandle>,
    // Length of the API's own part of the original path.
    api_path: usize,
}

impl Request {
    #[expect(clippy::too_many_arguments, reason = "called once, with the parts of `Start`")]
    pub(super) fn new(
        method: Method,
        original_url: Url,
        headers: HeaderMap,
        body: Body,
        ip_address: Arc<str>,
        certificate: Option<CallerCertificate>,
        base: Option<Url>,
        path: String,
        query: String,
        matched: Vec<(Arc<str>, Arc<str>)>,
    ) -> Request {
        let original_url = Arc::new(original_url);
        let url = base.as_ref().map_or_else(
            || original_url.clone(),
            |base| Arc::new(url::join(base, &path, &query)),
        );
        let api_path = original_url
            .path
            .strip_suffix(path.as_str())
            .map_or(original_url.path.len(), str::len);
        Request {
            original_method: method.clone(),
            method,
            url,
            original_url,
            headers,
            host_set: false,
            body: body.into(),
            ip_address,
            certificate,
            shows: None,
            proxy: None,
            matched: matched.into(),
            path,
            query,
            base: base.map(Arc::new),
            backend: None,
            api_path,
        }
    }

    /// A copy for a parallel child. A body that passes by stays where it is.
    pub(super) fn fork(&self) -> Request {
        let body = match self.body.bytes() {
            Some(bytes) => Body::Full(bytes.clone()),
            None if self.body.is_present() => Body::Taken,
            None => Body::Absent,
        };
        Request {
            method: self.method.clone(),
            original_method: self.original_method.clone(),
            url: self.url.clone(),
            original_url: self.original_url.clone(),
            headers: self.headers.clone(),
            host_set: self.host_set,
            body: body.into(),
            ip_address: self.ip_address.clone(),
            certificate: self.certificate.clone(),
            shows: self.shows.clone(),
            proxy: self.proxy.clone(),
            matched: self.matched.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            base: self.base.clone(),
            backend: self.backend.clone(),
            api_path: self.api_path,
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    /// Puts path and query in place of the present ones; the base stays.
    pub(crate) fn set_path_and_query(&mut self, path: String, query: String) {
        self.path = path;
        self.query = query;
        self.join();
    }

    pub(crate) fn set_query(&mut self, query: String) {
        self.query = query;
        self.join();
    }

    /// `base-url`. Does nothing once a `backend-id` was set (documented).
    pub(crate) fn set_base(&mut self, base: Arc<Url>) -> bool {
        let free = self.backend.is_none();
        if free {
            self.base = Some(base);
            self.join();
        }
        free
    }

    /// `backend-id`.
    pub(crate) fn set_backend(&mut self, backend: BackendHandle) {
        self.backend = Some(backend);
        self.join();
    }

    // A pool has no URL before it picks a member: the base of before is shown (inferred).
    fn join(&mut self) {
        let base = self
            .backend
            .as_ref()
            .and_then(|it| it.url.as_ref())
            .or(self.base.as_ref());
        if let Some(base) = base {
            self.url = Arc::new(url::join(base, &self.path, &self.query));
        } else {
            let url = &*self.original_url;
            self.url = Arc::new(Url {
                query: self.query.as_str().into(),
                ..url.clone()
            });
        }
    }

    /// Base URL of the present backend; none before a pool has picked a member.
    pub(crate) fn base_url(&self) -> Option<Arc<Url>> {
        match &self.backend {
            Some(backend) => backend.url.clone(),
            None => self.base.clone(),
        }
    }

    /// URL of the API at the gateway.
    pub(crate) fn api_url(&self) -> Url {
        let path = self.original_url.path.get(..self.api_path).unwrap_or("/");
        Url {
            path: path.into(),
            query: "".into(),
            ..Url::clone(&self.original_url)
        }
    }

    pub(crate) fn destination(&self) -> Option<Destination> {
        match (&self.backend, &self.base) {
            (Some(backend), _) => Some(Destination::Backend(backend.clone())),
            (None, Some(base)) => Some(Destination::Url(Url::clone(base))),
            (None, None) => None,
        }
    }

    /// Headers as they go to a backend.
    pub(crate) fn forwarded_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        end_to_end(&mut headers);
        if !self.host_set {
            headers.remove(HOST);
        }
        headers
    }

    pub(crate) fn replace_body(&mut self, body: Body) {
        self.body.replace(body, &mut self.headers);
    }

    /// The model deployment that the path names: `.../deployments/{name}/...`.
    pub(crate) fn foundry_deployment(&self) -> Option<&str> {
        let rest = self.original_url.path.split_once("/deployments/")?.1;
        rest.split('/').next().filter(|it| !it.is_empty())
    }
}

/// Takes out what ends at the next hop and what is framed anew.
pub(crate) fn end_to_end(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value: &HeaderValue| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named
        .iter()
        .chain(&NOT_FORWARDED)
        .chain([&CONTENT_LENGTH, &EXPECT])
    {
        headers.remove(name);
    }
}
