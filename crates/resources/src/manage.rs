//! What a management plane asks of the store beyond deploying to it: single resources, what lies below them, taking them away.

use crate::kinds;
use crate::operations;
use crate::store::{Facts, Kept, Store};
use bicep::{Cloud as _, Deployed, Refusal};
use serde_json::Value;

impl Store {
    /// What is known outside of the resources.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// A resource as it was sent.
    pub fn sent_as(&self, id: &str) -> Option<&Deployed> {
        self.find(id).map(|kept| &kept.sent)
    }

    /// A resource as Azure gives it, without those that only follow from an import.
    pub fn whole(&self, id: &str) -> Option<&Value> {
        self.find(id).map(|kept| &kept.whole)
    }

    /// Ids of everything below a resource, at any depth, in the order of first deployment.
    pub fn below(&self, id: &str) -> Vec<String> {
        let root = format!("{}/", id.trim_end_matches('/').to_ascii_lowercase());
        self.resources
            .iter()
            .filter(|(key, _)| key.starts_with(&root))
            .map(|(_, kept)| kept.sent.id.clone())
            .collect()
    }

    /// Every resource of a type, in the order of first deployment, as it was sent and as Azure gives it.
    pub fn of_type<'a>(&'a self, r#type: &'a str) -> impl Iterator<Item = (&'a Deployed, &'a Value)> {
        self.kept()
            .filter(move |kept| kept.sent.r#type.eq_ignore_ascii_case(r#type))
            .map(|kept| (&kept.sent, &kept.whole))
    }

    /// Takes a resource away with everything below it; what went, as it was sent.
    pub fn remove(&mut self, id: &str) -> Vec<Deployed> {
        let own = id.trim_end_matches('/').to_ascii_lowercase();
        let root = format!("{own}/");
        let is_gone = |key: &str| key == own || key.starts_with(&root);
        let (gone, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.resources)
            .into_iter()
            .partition(|(key, _)| is_gone(key));
        self.resources = rest.into_iter().collect();
        gone.into_iter().map(|(_, kept)| kept.sent).collect()
    }

    /// Gives a resource, and everything below it, another id.
    ///
    /// # Errors
    /// Why it cannot have it.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Refusal> {
        let length = from.len();
        for mut resource in self.remove(from) {
            resource.id = format!("{to}{}", &resource.id[length..]);
            resource.name = last(&resource.id).to_owned();
            self.put(resource)?;
        }
        Ok(())
    }

    /// The operations of an API that follow from what it imported, or from its kind, as Azure gives them.
    pub fn imported_operations(&self, api: &str) -> Vec<Value> {
        let Some(kept) = self.find(api) else {
            return Vec::new();
        };
        operations::imported(kept)
    }

    /// Whether a change of such a resource can change an answer of the gateway.
    pub fn has_effect(r#type: &str) -> bool {
        // Named values and certificates take secrets of vaults.
        let is_secret = r#type.eq_ignore_ascii_case(kinds::SECRETS);
        is_secret || kinds::is_emulated(r#type).unwrap_or(false)
    }

    /// The resource type as it is spelt; an error says that there is none, with the nearest that there is.
    ///
    /// # Errors
    /// There is no such type.
    pub fn spelt(r#type: &str) -> Result<String, (String, Option<String>)> {
        kinds::is_emulated(r#type)?;
        Ok(kinds::spelt(r#type))
    }

    /// Namespaces whose resources are kept, and the types in them that are known by name.
    pub fn namespaces() -> impl Iterator<Item = (&'static str, Vec<String>)> {
        kinds::namespaces()
    }
}

impl Kept {
    /// Whether it is bookkeeping of the management plane: groups, deployments, what was deleted.
    pub(crate) fn is_bookkeeping(&self) -> bool {
        let kind = self.kind();
        kind.starts_with("microsoft.resources/") || kinds::is_deleted(&kind)
    }
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
