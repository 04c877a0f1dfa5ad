//! Which account, and what of it, a request asks for. An account answers by path, `/{account}/openai/...`, and by Host,
//! `{account}.openai.azure.com` and its two siblings.

use crate::safety::Route;
use http::request::Parts;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

/// Families of paths with different rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// `/openai/...` with a dated `api-version`.
    Classic,
    /// `/openai/v1/...`.
    V1,
    /// `/models/...`: Azure AI model inference, with a dated `api-version`.
    Inference,
    /// `/contentsafety/...`, with a dated `api-version`.
    Safety,
}

/// What a model can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Chat,
    Responses,
    Embeddings,
}

impl Operation {
    /// What errors about models call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Chat => "chatCompletion",
            Operation::Responses => "responses",
            Operation::Embeddings => "embeddings",
        }
    }

    /// What errors about quotas call it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Operation::Chat => "ChatCompletions_Create",
            Operation::Responses => "Create_Response",
            Operation::Embeddings => "Embeddings_Create",
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// An answer of a model; the deployment stands in the path or in the body.
    Model {
        operation: Operation,
        deployment: Option<String>,
    },
    /// An operation that exists, of a model that does not offer it: its name in the error.
    Unsupported {
        deployment: Option<String>,
        operation: &'static str,
    },
    /// The list of models, or one of them.
    Models { id: Option<String> },
    /// What is known of the model behind a deployment.
    Info { deployment: Option<String> },
    /// Something of Content Safety.
    Safety(Route),
    /// A response that was given earlier, or what it was asked with.
    Stored { id: String, items: bool },
    /// Nothing that is known.
    Unknown,
}

/// A request, read as far as its head goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) account: String,
    pub(crate) surface: Surface,
    pub(crate) target: Target,
    pub(crate) api_version: Option<String>,
}

const HOSTS: [&str; 3] = [
    ".openai.azure.com",
    ".cognitiveservices.azure.com",
    ".services.ai.azure.com",
];

// Path behind the deployment, and what the error calls the operation.
const OPERATIONS: [(&[&str], &str); 6] = [
    (&["completions"], "completion"),
    (&["images", "generations"], "imageGeneration"),
    (&["images", "edits"], "imageEdit"),
    (&["audio", "transcriptions"], "audioTranscription"),
    (&["audio", "translations"], "audioTranslation"),
    (&["audio", "speech"], "audioSpeech"),
];

impl Asked {
    /// Reads the head of a request; `None` when it names no account.
    pub(crate) fn read(parts: &Parts) -> Option<Asked> {
        // Slashes too many are common where users put addresses together.
        let mut segments = Vec::new();
        for segment in parts.uri.path().split('/').filter(|it| !it.is_empty()) {
            segments.push(percent_decode_str(segment).decode_utf8().ok()?.into_owned());
        }
        let mut segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let account = match account_of_host(parts) {
            Some(account) => account,
            None if segments.is_empty() => return None,
            None => segments.remove(0).to_ascii_lowercase(),
        };
        let (surface, mut target) = target(&parts.method, &segments);
        if let Target::Info { deployment } = &mut target {
            *deployment = query(parts, "model");
        }
        Some(Asked {
            account,
            surface,
            target,
            api_version: query(parts, "api-version"),
        })
    }
}

/// Whether the path is the one that tells that the server lives.
pub(crate) fn is_health(parts: &Parts) -> bool {
    parts.uri.path().trim_matches('/') == "health" && account_of_host(parts).is_none()
}

fn account_of_host(parts: &Parts) -> Option<String> {
    let host = host(&parts.headers).or_else(|| parts.uri.authority().map(|it| it.as_str()))?;
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let account = HOSTS.iter().find_map(|suffix| host.strip_suffix(suffix))?;
    (!account.is_empty()).then(|| account.to_owned())
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(http::header::HOST)?.to_str().ok()
}

fn query(parts: &Parts, name: &str) -> Option<String> {
    let pairs = parts
        .uri
        .query()?
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value);
    let value = values.next()?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn target(method: &Method, segments: &[&str]) -> (Surface, Target) {
    match segments {
        ["openai", "v1", rest @ ..] => (Surface::V1, account_level(method, rest, true)),
        ["openai", "deployments", deployment, rest @ ..] => {
            (Surface::Classic, of_deployment(method, deployment, rest))
        }
        ["openai", rest @ ..] => (Surface::Classic, account_level(method, rest, false)),
        ["models", rest @ ..] => (Surface::Inference, inference(method, rest)),
        ["contentsafety", rest @ ..] => {
            let route = Route::read(method, rest);
            (Surface::Safety, route.map_or(Target::Unknown, Target::Safety))
        }
        _ => (Surface::Classic, Target::Unknown),
    }
}

fn of_deployment(method: &Method, deployment: &str, rest: &[&str]) -> Target {
    let deployment = Some(deployment.to_owned());
    if method != Method::POST {
        return Target::Unknown;
    }
    match (spoken(rest), named(rest)) {
        (Some(operation), _) => Target::Model {
            operation,
            deployment,
        },
        (None, Some(operation)) => Target::Unsupported {
            deployment,
            operation,
        },
        (None, None) => Target::Unknown,
    }
}

fn account_level(method: &Method, rest: &[&str], v1: bool) -> Target {
    let deployment = None;
    match rest {
        ["models"] if method == Method::GET => Target::Models { id: None },
        ["models", id] if method == Method::GET => Target::Models {
            id: Some((*id).to_owned()),
        },
        ["responses"] if method == Method::POST => Target::Model {
            operation: Operation::Responses,
            deployment,
        },
        ["responses", id] if method == Method::GET || method == Method::DELETE => Target::Stored {
            id: (*id).to_owned(),
            items: false,
        },
        ["responses", id, "input_items"] if method == Method::GET => Target::Stored {
            id: (*id).to_owned(),
            items: true,
        },
        _ if v1 && method == Method::POST => match (spoken(rest), named(rest)) {
            (Some(operation), _) => Target::Model {
                operation,
                deployment,
            },
            (None, Some(operation)) => Target::Unsupported {
                deployment,
                operation,
            },
            (None, None) => Target::Unknown,
        },
        _ => Target::Unknown,
    }
}

fn inference(method: &Method, rest: &[&str]) -> Target {
    match rest {
        ["info"] if method == Method::GET => Target::Info { deployment: None },
        _ if method == Method::POST => spoken(rest).map_or(Target::Unknown, |operation| Target::Model {
            operation,
            deployment: None,
        }),
        _ => Target::Unknown,
    }
}

// The operations that every family of paths has.
fn spoken(rest: &[&str]) -> Option<Operation> {
    match rest {
        ["chat", "completions"] => Some(Operation::Chat),
        ["embeddings"] => Some(Operation::Embeddings),
        _ => None,
    }
}

fn named(rest: &[&str]) -> Option<&'static str> {
    OPERATIONS
        .iter()
        .find(|(path, _)| *path == rest)
        .map(|(_, operation)| *operation)
}

/// Whether a surface knows a version.
pub(crate) fn accepts(surface: Surface, version: Option<&str>) -> bool {
    match surface {
        Surface::Classic | Surface::Inference | Surface::Safety => version.is_some_and(is_dated),
        Surface::V1 => matches!(version, None | Some("" | "v1" | "preview")),
    }
}

// `YYYY-MM-DD`, perhaps with `-preview`.
fn is_dated(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    let parts: Vec<&str> = date.split('-').collect();
    let digits =
        |part: &str, length: usize| part.len() == length && part.bytes().all(|it| it.is_ascii_digit());
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn read(method: &str, uri: &str, host: &str) -> Option<Asked> {
        Asked::read(
            &Request::builder()
                .method(method)
                .uri(uri)
                .header("host", host)
                .body(())
                .unwrap()
                .into_parts()
                .0,
        )
    }

    #[test]
    fn accounts_are_found_by_path_and_by_host() {
        let chat = Target::Model {
            operation: Operation::Chat,
            deployment: Some("gpt 4".into()),
        };
        let asked = Asked {
            account: "a1".into(),
            surface: Surface::Classic,
            target: chat,
            api_version: Some("2024-10-21".into()),
        };
        let path = "/openai/deployments/gpt%204//chat/completions?api-version=2024-10-21";
        assert_eq!(
            read("POST", &format!("/A1{path}"), "localhost:8082"),
            Some(asked.clone())
        );
        assert_eq!(read("POST", path, "a1.openai.azure.com"), Some(asked.clone()));
        assert_eq!(read("POST", path, "A1.services.ai.azure.com:8082"), Some(asked));
        assert_eq!(read("GET", "/", "localhost"), None);
    }

    #[test]
    fn paths_are_told_apart() {
        let target = |method: &str, path: &str| read(method, path, "a.openai.azure.com").unwrap().target;
        assert_eq!(
            target("POST", "/openai/v1/chat/completions"),
            Target::Model {
                operation: Operation::Chat,
                deployment: None
            }
        );
        assert_eq!(
            target("POST", "/openai/responses"),
            target("POST", "/openai/v1/responses")
        );
        assert_eq!(
            target("POST", "/models/embeddings"),
            Target::Model {
                operation: Operation::Embeddings,
                deployment: None
            }
        );
        assert_eq!(
            target("GET", "/models/info?model=phi"),
            Target::Info {
                deployment: Some("phi".into())
            }
        );
        assert_eq!(target("POST", "/openai/embeddings"), Target::Unknown);
        assert_eq!(
            target("GET", "/openai/v1/models/m"),
            Target::Models { id: Some("m".into()) }
        );
        assert_eq!(
            target("POST", "/openai/deployments/d/audio/speech"),
            Target::Unsupported {
                deployment: Some("d".into()),
                operation: "audioSpeech"
            }
        );
        assert_eq!(
            target("GET", "/openai/deployments/d/chat/completions"),
            Target::Unknown
        );
        assert_eq!(target("GET", "/openai/files"), Target::Unknown);
        assert!(accepts(Surface::Classic, Some("2025-04-01-preview")));
        assert!(!accepts(Surface::Classic, None) && !accepts(Surface::Classic, Some("v1")));
        assert!(accepts(Surface::V1, None) && !accepts(Surface::V1, Some("2024-10-21")));
    }
}
