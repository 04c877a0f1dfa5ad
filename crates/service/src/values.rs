use crate::check::{At, Check};
use model::ResourceKind::NamedValue;
use policy::Lookup;
use source::nearest;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Named values by display name, which is what `{{...}}` holds.
#[derive(Debug, Default)]
pub(crate) struct Values {
    all: BTreeMap<String, Entry>,
    // Referred to, but without a value.
    missed: RefCell<BTreeSet<String>>,
}

#[derive(Debug)]
struct Entry {
    resource: String,
    value: Option<String>,
    secret: bool,
    in_vault: bool,
}

impl Values {
    /// The values of a service; those of `apimite.toml` go before.
    pub(crate) fn read(check: &mut Check<'_>) -> Values {
        let mut values = Values::default();
        let service = check.service;
        for it in &service.named_values {
            let place = At(NamedValue, &it.name, "/displayName");
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            if it.display_name.is_empty()
                || it.display_name.len() > 256
                || !it.display_name.chars().all(allowed)
            {
                let message = format!(
                    "`{}` is no display name: up to 256 letters, digits, `.`, `-` and `_`",
                    it.display_name
                );
                check.error(place, "invalid-name", message);
            }
            let entry = Entry {
                resource: it.name.clone(),
                value: service
                    .settings
                    .named_values
                    .get(&it.display_name)
                    .or(it.value.as_ref())
                    .cloned(),
                // What may be shown is masked nowhere.
                secret: it.secret && !service.settings.log.show_secrets,
                in_vault: it.key_vault.is_some(),
            };
            if let Some(twin) = values.all.insert(it.display_name.clone(), entry) {
                let message = format!(
                    "`{}` and `{}` have the same display name `{}`",
                    twin.resource, it.name, it.display_name
                );
                check.error(place, "duplicate-name", message);
            }
        }
        values
    }

    /// What a policy gets for `{{name}}`.
    pub(crate) fn look_up(&self, name: &str) -> Lookup<policy::NamedValue> {
        let Some((known, entry)) = self.entry(name) else {
            return Lookup::Missing;
        };
        match &entry.value {
            Some(value) => Lookup::Known(policy::NamedValue {
                value: value.clone(),
                secret: entry.secret,
            }),
            None => {
                self.missed.borrow_mut().insert(known.to_owned());
                Lookup::Unknowable
            }
        }
    }

    /// By its display name, which is compared without case where there is none that is the same.
    fn entry(&self, name: &str) -> Option<(&str, &Entry)> {
        let exact = self.all.get_key_value(name);
        let found = exact.or_else(|| {
            self.all
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
        });
        found.map(|(known, entry)| (known.as_str(), entry))
    }

    /// Display names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Texts that traces mask, the longest first, so that one inside another leaves nothing over.
    pub(crate) fn secrets(&self) -> Vec<Arc<str>> {
        let secret = self
            .all
            .values()
            .filter(|it| it.secret)
            .filter_map(|it| it.value.as_deref());
        let mut secrets: Vec<Arc<str>> = secret.filter(|it| !it.is_empty()).map(Arc::from).collect();
        secrets.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        secrets.dedup();
        secrets
    }

    /// Puts named values into a text of a resource. What is inside a value stays as it is (documented: never nested).
    pub(crate) fn fill(&self, text: &str, at: At<'_>, check: &mut Check<'_>) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_reference(rest) {
            filled.push_str(before);
            match self.look_up(name) {
                Lookup::Known(value) => filled.push_str(&value.value),
                Lookup::Missing => {
                    let near = nearest(name, self.names());
                    check.unknown(
                        at,
                        "unknown-named-value",
                        format!("there is no named value `{name}`"),
                        near,
                    );
                }
                Lookup::Unknowable => (), // Reported once, at the value.
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Reports values that something needs and that nobody gave.
    pub(crate) fn report_missed(&self, check: &mut Check<'_>) {
        for name in self.missed.borrow().iter() {
            let Some(entry) = self.all.get(name) else { continue };
            let kind = match entry.in_vault {
                true => "stands in a Key Vault",
                false => "is secret, so the folder does not hold it",
            };
            let message = format!("the value of `{name}` {kind}, and a policy or backend needs it");
            check.report(At(NamedValue, &entry.resource, ""), |span| {
                let help = format!("give it in apimite.toml, below `[named-values]`: `{name} = \"VALUE\"`");
                source::Diagnostic::error("missing-secret", message, span).help(help)
            });
        }
    }
}

// The text before the next `{{name}}`, the name, and what follows.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find("{{")?;
    let close = open + text[open..].find("}}")?;
    Some((&text[..open], text[open + 2..close].trim(), &text[close + 2..]))
}
