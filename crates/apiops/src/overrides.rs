use crate::fields::parse_yaml;
use crate::tree::Tree;
use model::Settings;
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span, nearest};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The publisher's override file: lists of `name` and `properties`, by kind of resource.
pub(crate) struct Overrides {
    source: Source,
    root: Value,
    used: RefCell<BTreeSet<String>>,
}

// Kinds that this reader applies, nested ones with their parent's kind in front.
const KINDS: &[&str] = &[
    "apis",
    "backends",
    "groups",
    "namedValues",
    "policyFragments",
    "products",
    "subscriptions",
    "versionSets",
];

impl Overrides {
    /// The file that `apimite.toml` names, or the only one, or `configuration.yaml`. The publisher itself is always given exactly one;
    /// the extractor's own file has the same kind of name and is none of them.
    pub(crate) fn choose(tree: &Tree, settings: &Settings, findings: &mut Vec<Finding>) -> Overrides {
        let names: Vec<&str> = tree.file_names().filter(|name| is_override(name)).collect();
        for name in tree.file_names().filter(|name| is_configuration(name)) {
            tree.file(name); // Whichever is chosen, the others are no mistake.
        }
        let name = match (&settings.configuration, names.as_slice()) {
            (Some(wanted), _) => {
                let found = names
                    .iter()
                    .find(|name| name.eq_ignore_ascii_case(wanted))
                    .copied();
                if found.is_none() {
                    findings.push(unknown_file(tree, wanted, &names));
                }
                found
            }
            (None, [only]) => Some(*only),
            (None, several) => {
                let plain = several
                    .iter()
                    .find(|name| stem(name).eq_ignore_ascii_case("configuration"))
                    .copied();
                if plain.is_none() && !several.is_empty() {
                    findings.push(undecided(tree, several));
                }
                plain
            }
        };
        let Some(source) = name.and_then(|name| tree.file(name)) else {
            return Overrides::none();
        };
        match parse_yaml(source) {
            Ok(root) => Overrides {
                source: source.clone(),
                root,
                used: RefCell::default(),
            },
            Err(finding) => {
                findings.push(finding);
                Overrides::none()
            }
        }
    }

    fn none() -> Overrides {
        Overrides {
            source: Source::new("configuration.yaml", ""),
            root: Value::Null,
            used: RefCell::default(),
        }
    }

    /// The service's name, if the file names one.
    pub(crate) fn service_name(&self) -> Option<&str> {
        self.root
            .get("apimServiceName")?
            .as_str()
            .filter(|name| !name.trim().is_empty())
    }

    /// The entry of a resource: its file, where it stands there, and the entry itself. `path` alternates kinds and names.
    pub(crate) fn entry(&self, path: &[&str]) -> Option<(&Source, String, &Value)> {
        let mut value = &self.root;
        for step in path.chunks(2) {
            let [kind, name] = step else { return None };
            let named = |entry: &&Value| entry.get("name").and_then(Value::as_str) == Some(name);
            value = value.get(kind)?.as_array()?.iter().find(named)?;
        }
        let path = path.join("/");
        self.used.borrow_mut().insert(path.clone());
        Some((&self.source, format!("/{path}"), value))
    }

    /// Entries that no resource has asked for.
    pub(crate) fn unused(&self, findings: &mut Vec<Finding>) {
        if self.root.is_null() {
            return;
        }
        let Some(root) = self.root.as_object() else {
            let span = Span::default();
            let message = "an override file must hold lists by kind of resource";
            return findings.push(Diagnostic::error("invalid-value", message, span).found_in(&self.source));
        };
        let used = self.used.borrow();
        for (kind, list) in root.iter().filter(|(kind, _)| KINDS.contains(&kind.as_str())) {
            let Some(list) = list.as_array() else {
                let span = model::locate(self.source.text(), &format!("/{kind}"));
                findings.push(
                    Diagnostic::error("invalid-value", format!("`{kind}` must be a list"), span)
                        .found_in(&self.source),
                );
                continue;
            };
            for name in list
                .iter()
                .filter_map(|entry| entry.get("name").and_then(Value::as_str))
            {
                let path = format!("{kind}/{name}");
                if !used.contains(&path) {
                    let span = model::locate(self.source.text(), &format!("/{path}"));
                    let known = used.iter().filter_map(|it| it.strip_prefix(&format!("{kind}/")));
                    let message = format!("the folder has no `{name}` among its `{kind}`");
                    let finding =
                        Diagnostic::warning("unused-override", message, span).suggest(nearest(name, known));
                    findings.push(finding.found_in(&self.source));
                }
            }
        }
    }
}

/// Puts the members of `over` over those of `value`: objects member by member, everything else as a whole.
pub(crate) fn merge(value: &mut Value, over: &Value) {
    match (value, over) {
        (Value::Object(value), Value::Object(over)) => {
            for (name, over) in over {
                merge(value.entry(name.clone()).or_insert(Value::Null), over);
            }
        }
        (value, over) => *value = over.clone(),
    }
}

fn is_configuration(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with("configuration") && (lower.ends_with(".yaml") || lower.ends_with(".yml"))
}

fn is_override(name: &str) -> bool {
    is_configuration(name) && !name.to_ascii_lowercase().contains("extractor")
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn settings_place(tree: &Tree, pointer: &str) -> (Source, Span) {
    match tree.file("apimite.toml") {
        Some(source) => (source.clone(), model::locate(source.text(), pointer)),
        None => (Source::new("apimite.toml", ""), Span::default()),
    }
}

fn unknown_file(tree: &Tree, wanted: &str, names: &[&str]) -> Finding {
    let (source, span) = settings_place(tree, "/configuration");
    let finding = Diagnostic::error(
        "unknown-file",
        format!("the folder has no override file `{wanted}`"),
        span,
    );
    finding
        .suggest(nearest(wanted, names.iter().copied()))
        .found_in(&source)
}

fn undecided(tree: &Tree, names: &[&str]) -> Finding {
    let source = names.first().and_then(|name| tree.file(name)).cloned();
    let source = source.unwrap_or_else(|| Source::new("configuration.yaml", ""));
    let message = format!("none of the override files is applied: {}", names.join(", "));
    Diagnostic::warning("undecided-configuration", message, Span::default())
        .help("name one in apimite.toml: `configuration = \"FILE\"`")
        .found_in(&source)
}
