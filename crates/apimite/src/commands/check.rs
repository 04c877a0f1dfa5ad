use super::say;
use crate::cli::{Check, CheckFormat};
use crate::exit::Exit;
use crate::findings;
use crate::input::Input;
use model::Service;
use service::LoadOptions;
use source::{Diagnostic, Finding, Source, Span};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &Check) -> Result<Exit, String> {
    let mut names = Vec::new();
    let mut found = Vec::new();
    for path in &args.paths {
        look_at(path, args, &mut names, &mut found)?;
    }
    match args.format {
        CheckFormat::Sarif => say(findings::sarif(&found).to_string()),
        CheckFormat::Json => {
            for document in findings::by_document(&names, &found) {
                say(serde_json::to_string(&document).map_err(|error| error.to_string())?);
            }
        }
        CheckFormat::Text => {
            findings::show(&found);
            let documents = findings::by_document(&names, &found).len();
            let count = findings::count(&found);
            let word = if documents == 1 { "document" } else { "documents" };
            let result = if count.is_empty() {
                "nothing to complain about"
            } else {
                count.as_str()
            };
            say(format!("{documents} {word}: {result}"));
        }
    }
    Ok(match found.iter().any(Finding::is_error) {
        true => Exit::Failed,
        false => Exit::Good,
    })
}

fn look_at(
    path: &str,
    args: &Check,
    names: &mut Vec<String>,
    found: &mut Vec<Finding>,
) -> Result<(), String> {
    let file = Path::new(path);
    if !path.starts_with("lab:") {
        if file.is_file() {
            return document(file, args, names, found);
        }
        if file.is_dir() && !is_service(file) {
            let mut documents = Vec::new();
            collect(file, &mut documents)?;
            if documents.is_empty() {
                return Err(format!("`{path}` holds neither a service nor a policy document"));
            }
            return documents
                .iter()
                .try_for_each(|it| document(it, args, names, found));
        }
    }
    let input = Input::named(path)?;
    let (service, mistakes) = input.read();
    names.extend(documents_of(&service));
    found.extend(mistakes);
    found.extend(service::load(service, &options(args)).findings);
    Ok(())
}

fn options(args: &Check) -> LoadOptions {
    LoadOptions {
        strict: args.strict,
        lenient: args.lenient,
        ..LoadOptions::default()
    }
}

fn document(
    file: &Path,
    args: &Check,
    names: &mut Vec<String>,
    found: &mut Vec<Finding>,
) -> Result<(), String> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read `{name}`: {error}"))?;
    let text = String::from_utf8_lossy(&bytes);
    let source = Source::new(name.clone(), text.strip_prefix('\u{feff}').unwrap_or(&text));
    if std::str::from_utf8(&bytes).is_err() {
        let place = source.text().find('\u{fffd}').unwrap_or_default();
        let message = "the document is no text in UTF-8";
        found.push(Diagnostic::error("not-utf-8", message, Span::at(place)).found_in(&source));
        names.push(name);
        return Ok(());
    }
    names.push(name);
    found.extend(service::check_document_with(&source, &options(args)));
    Ok(())
}

/// What stands in a folder that the extractor wrote, and in no folder of loose documents.
const PARTS: [&str; 8] = [
    "apis",
    "backends",
    "products",
    "named values",
    "policy fragments",
    "subscriptions",
    "foundry",
    "apimite.toml",
];

fn is_service(folder: &Path) -> bool {
    PARTS.iter().any(|part| folder.join(part).exists())
}

fn collect(folder: &Path, documents: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, documents)?;
        } else if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xml")) && is_policy(&path) {
            documents.push(path);
        }
    }
    Ok(())
}

// Whether a file that nobody named is a policy at all: other XML lies in folders too.
fn is_policy(file: &Path) -> bool {
    const PARTS: [&str; 6] = [
        "<policies",
        "<fragment",
        "<inbound",
        "<outbound",
        "<backend",
        "<on-error",
    ];
    std::fs::read(file).is_ok_and(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        // What is empty or broken is shown, not passed over.
        !text.contains('<') || PARTS.iter().any(|it| text.contains(it))
    })
}

fn documents_of(service: &Service) -> Vec<String> {
    let apis = service.apis.iter();
    let of_apis = apis.flat_map(|api| {
        api.policy
            .iter()
            .chain(api.operations.iter().filter_map(|it| it.policy.as_ref()))
    });
    let of_products = service
        .products
        .iter()
        .filter_map(|product| product.policy.as_ref());
    let of_fragments = service.fragments.iter().map(|fragment| &fragment.document);
    let all = service
        .policy
        .iter()
        .chain(of_products)
        .chain(of_apis)
        .chain(of_fragments);
    all.map(|document| document.source.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use source::Severity;

    #[test]
    fn ready_made_policies_are_right() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
        let mut documents = Vec::new();
        collect(&folder, &mut documents).expect("readable");
        assert!(documents.len() >= 10, "{documents:?}");
        for file in documents {
            let text = std::fs::read_to_string(&file).expect("readable");
            let found = service::check_document(&Source::new(file.display().to_string(), text));
            let bad = found.iter().find(|it| it.diagnostic.severity != Severity::Info);
            assert!(
                bad.is_none(),
                "{}",
                bad.map(|it| source::render(it, false)).unwrap_or_default()
            );
        }
    }

    #[test]
    fn labs_are_right() {
        for lab in lab::all() {
            let (service, mut found) = Input::Lab(lab).read();
            found.extend(service::load(service, &LoadOptions::default()).findings);
            assert!(
                found.is_empty(),
                "{}: {}",
                lab.name,
                source::render(&found[0], false)
            );
        }
    }
}
