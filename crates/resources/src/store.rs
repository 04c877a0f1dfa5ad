use crate::{actions, computed, kinds};
use bicep::{Cloud, Deployed, Refusal};
use indexmap::IndexMap;
use model::Settings;
use serde_json::Value;

/// What is known outside of the resources.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Where the gateway can be called.
    pub gateway: String,
    /// Tenant id.
    pub tenant: String,
    /// Region of whatever names none.
    pub location: String,
    /// Seed of keys.
    pub seed: u64,
    /// Keys that the user has set.
    pub settings: Settings,
}

/// Everything that was deployed.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// By id in lower case, in the order of first deployment.
    pub(crate) resources: IndexMap<String, Kept>,
    pub(crate) facts: Facts,
}

/// A resource.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// As it was deployed last.
    pub(crate) sent: Deployed,
    /// As Azure gives it.
    pub(crate) whole: Value,
    /// Whether it has a part in answering calls.
    pub(crate) is_emulated: bool,
}

impl Kept {
    /// The type in lower case.
    pub(crate) fn kind(&self) -> String {
        self.sent.r#type.to_ascii_lowercase()
    }

    /// The type in lower case, as if what is in a workspace were in the service itself.
    pub(crate) fn plain_kind(&self) -> String {
        self.kind().replacen("/service/workspaces/", "/service/", 1)
    }

    /// The workspace that it is in, by name.
    pub(crate) fn workspace(&self) -> Option<&str> {
        let lower = self.sent.id.to_ascii_lowercase();
        let at = lower.find("/workspaces/")? + "/workspaces/".len();
        let is_below = lower.contains("/providers/microsoft.apimanagement/service/");
        let (name, _) = self.sent.id.get(at..)?.split_once('/')?;
        is_below.then_some(name)
    }

    /// A property as it was sent.
    pub(crate) fn property(&self, name: &str) -> Option<&Value> {
        self.sent
            .body
            .get("properties")?
            .get(name)
            .filter(|value| !value.is_null())
    }
}

impl Store {
    /// Nothing is deployed yet.
    pub fn new(facts: Facts) -> Store {
        Store {
            resources: IndexMap::new(),
            facts,
        }
    }

    /// Every resource as Azure gives it, in the order of first deployment.
    pub fn list(&self) -> impl Iterator<Item = &Value> {
        self.resources.values().map(|kept| &kept.whole)
    }

    /// Every resource as it was sent.
    pub fn sent(&self) -> impl Iterator<Item = &Deployed> {
        self.resources.values().map(|kept| &kept.sent)
    }

    pub(crate) fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.resources.values()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Kept> {
        self.resources.get(&id.trim_end_matches('/').to_ascii_lowercase())
    }

    fn refuse_orphan(&self, resource: &Deployed) -> Result<(), Refusal> {
        // Only where the missing parent would be missed: other resources are kept, whatever they hang on.
        let lower = resource.id.to_ascii_lowercase();
        let is_ours = lower.contains("/providers/microsoft.apimanagement/service/")
            || lower.contains("/providers/microsoft.cognitiveservices/accounts/");
        let Some(parent) = parent(&resource.id).filter(|_| is_ours) else {
            return Ok(());
        };
        match self.get(parent) {
            Some(_) => Ok(()),
            None => Err(Refusal {
                code: "ParentResourceNotFound",
                message: format!("`{}` belongs to `{parent}`, which does not exist", resource.name),
                pointer: "/name".into(),
                help: Some(
                    "deploy the parent first, in the same template with `parent:` or in an earlier one"
                        .into(),
                ),
            }),
        }
    }
}

/// The id of the resource above, if it is of the same provider.
pub(crate) fn parent(id: &str) -> Option<&str> {
    let (_, path) = id.rsplit_once("/providers/")?;
    // Namespace, type, name: two more for each level below.
    if path.matches('/').count() <= 2 {
        return None;
    }
    let cut = id.rmatch_indices('/').nth(1)?.0;
    id.get(..cut)
}

impl Cloud for Store {
    fn put(&mut self, resource: Deployed) -> Result<(), Refusal> {
        let is_emulated = match kinds::is_emulated(&resource.r#type) {
            Ok(is_emulated) => is_emulated,
            Err((message, near)) => {
                let help = near.map(|near| format!("did you mean `{near}`?"));
                return Err(Refusal {
                    code: "unknown-resource-type",
                    message,
                    pointer: String::new(),
                    help,
                });
            }
        };
        shape(&resource)?;
        self.refuse_orphan(&resource)?;
        let key = resource.id.to_ascii_lowercase();
        let whole = computed::complete(&resource, &self.facts);
        self.resources.insert(
            key,
            Kept {
                sent: resource,
                whole,
                is_emulated,
            },
        );
        Ok(())
    }

    fn get(&self, id: &str) -> Option<Value> {
        match self.find(id) {
            Some(kept) => Some(kept.whole.clone()),
            None => crate::operations::implied(self, id),
        }
    }

    fn act(&mut self, function: &str, id: &str, _body: Option<&Value>) -> Result<Value, String> {
        actions::act(self, function, id)
    }
}

/// What every resource must look like.
fn shape(resource: &Deployed) -> Result<(), Refusal> {
    let wrong = |name: &str, wanted: &str| Refusal {
        code: "invalid-value",
        message: format!("`{name}` must be {wanted}"),
        pointer: format!("/{name}"),
        help: None,
    };
    for (name, value) in &resource.body {
        let is_null = value.is_null();
        match name.as_str() {
            "properties" | "tags" | "sku" | "identity" | "plan" if !is_null && !value.is_object() => {
                return Err(wrong(name, "an object"));
            }
            "location" | "kind" | "managedBy" if !is_null && !value.is_string() => {
                return Err(wrong(name, "a string"));
            }
            "zones" if !is_null && !value.is_array() => return Err(wrong(name, "an array")),
            _ => (),
        }
    }
    if let Some(Value::Object(tags)) = resource.body.get("tags")
        && let Some((name, _)) = tags
            .iter()
            .find(|(_, value)| !value.is_string() && !value.is_null())
    {
        return Err(Refusal {
            pointer: format!("/tags/{name}"),
            ..wrong(&format!("tags.{name}"), "a string")
        });
    }
    let is_ours = resource.r#type.to_ascii_lowercase().starts_with(kinds::SERVICE);
    if is_ours && let Some(c) = resource.name.chars().find(|c| "*#&+:<>?".contains(*c)) {
        return Err(Refusal {
            code: "invalid-name",
            message: format!("`{}` is no name: it holds `{c}`", resource.name),
            pointer: "/name".into(),
            help: None,
        });
    }
    Ok(())
}
