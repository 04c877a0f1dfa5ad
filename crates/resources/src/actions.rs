//! Keys and other secrets that resources give when they are asked for them.

use crate::computed::made;
use crate::kinds::ACCOUNTS;
use crate::store::{Facts, Kept, Store};
use bicep::{Cloud as _, Deployed};
use clock::Dice;
use serde_json::{Value, json};

/// What an action of a resource answers.
pub(crate) fn act(store: &Store, function: &str, id: &str) -> Result<Value, String> {
    let Some(kept) = store.find(id) else {
        return match function {
            "getSecret" => Err(format!("there is no secret `{id}`")),
            // The built-in subscription exists in every service.
            "listSecrets" if id.to_ascii_lowercase().ends_with("/subscriptions/master") => {
                Ok(subscription_keys("master", None, &store.facts))
            }
            _ => Err(format!("there is no resource `{id}`")),
        };
    };
    Ok(answer(kept, function, &store.facts))
}

fn answer(kept: &Kept, function: &str, facts: &Facts) -> Value {
    let (kind, name) = (kept.plain_kind(), kept.sent.name.as_str());
    let key = |which: &str| made(&kept.sent.id, which, facts);
    let text = |name: &str| {
        kept.property(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match (kind.as_str(), function) {
        ("microsoft.apimanagement/service/subscriptions", _) => subscription_keys(name, Some(kept), facts),
        ("microsoft.apimanagement/service/namedvalues", _) => json!({ "value": text("value") }),
        (ACCOUNTS, _) => account_keys(kept, facts),
        (_, "getSecret") => text("value").into(),
        ("microsoft.storage/storageaccounts", _) => json!({ "keys": [
            { "keyName": "key1", "value": key("1"), "permissions": "FULL" },
            { "keyName": "key2", "value": key("2"), "permissions": "FULL" },
        ]}),
        ("microsoft.operationalinsights/workspaces", _) => {
            json!({ "primarySharedKey": key("1"), "secondarySharedKey": key("2") })
        }
        ("microsoft.containerregistry/registries", _) => json!({
            "username": name,
            "passwords": [{ "name": "password", "value": key("1") }, { "name": "password2", "value": key("2") }],
        }),
        ("microsoft.documentdb/databaseaccounts", "listConnectionStrings") => json!({ "connectionStrings": [{
            "connectionString": format!("AccountEndpoint=https://{name}.documents.azure.com:443/;AccountKey={};", key("1")),
            "description": "Primary SQL Connection String",
        }]}),
        ("microsoft.documentdb/databaseaccounts", _) => json!({
            "primaryMasterKey": key("1"), "secondaryMasterKey": key("2"),
            "primaryReadonlyMasterKey": key("3"), "secondaryReadonlyMasterKey": key("4"),
        }),
        (_, "listCallbackUrl") => callback(name, &key("sig")),
        ("microsoft.app/containerapps", "listSecrets") => json!({ "value": [] }),
        // Under whatever name a client asks for the first or the second key.
        _ => {
            let connection = format!(
                "Endpoint=sb://{name}.servicebus.windows.net/;SharedAccessKeyName={name};SharedAccessKey={}",
                key("1")
            );
            json!({
                "key1": key("1"), "key2": key("2"),
                "primaryKey": key("1"), "secondaryKey": key("2"),
                "keys": [{ "name": "key1", "value": key("1") }, { "name": "key2", "value": key("2") }],
                "primaryConnectionString": connection, "secondaryConnectionString": connection,
                "value": key("1"),
            })
        }
    }
}

fn callback(name: &str, signature: &str) -> Value {
    let base = format!("https://{name}.logic.azure.com:443/workflows/{name}/triggers/manual/paths/invoke");
    json!({
        "value": format!("{base}?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={signature}"),
        "method": "POST",
        "basePath": format!("https://{name}.logic.azure.com:443/workflows/{name}"),
        "relativePath": "/triggers/manual/paths/invoke",
        "queries": { "api-version": "2016-10-01", "sp": "/triggers/manual/run", "sv": "1.0", "sig": signature },
    })
}

/// Keys of a subscription: set by the user, sent with it, or made as the gateway makes them.
fn subscription_keys(name: &str, kept: Option<&Kept>, facts: &Facts) -> Value {
    let own = facts.settings.subscriptions.get(name);
    let sent = |property: &str| Some(kept?.property(property)?.as_str()?.to_owned());
    let dice = Dice::new(facts.seed);
    let made = |ordinal: u64| {
        let mut rng = dice.roll(("subscription-key", name), ordinal);
        format!("{:016x}{:016x}", rng.bits(), rng.bits())
    };
    let primary = own
        .and_then(|own| own.primary_key.clone())
        .or_else(|| sent("primaryKey"));
    let secondary = own
        .and_then(|own| own.secondary_key.clone())
        .or_else(|| sent("secondaryKey"));
    json!({ "primaryKey": primary.unwrap_or_else(|| made(0)), "secondaryKey": secondary.unwrap_or_else(|| made(1)) })
}

fn account_keys(kept: &Kept, facts: &Facts) -> Value {
    let [first, second] = keys_of_account(kept, facts);
    json!({ "key1": first, "key2": second })
}

/// Keys of a mock model server: set by the user, or made.
pub(crate) fn keys_of_account(kept: &Kept, facts: &Facts) -> [String; 2] {
    let own = facts
        .settings
        .accounts
        .get(&kept.sent.name)
        .map(|own| own.keys.as_slice());
    let made = |which: &str| made(&kept.sent.id, which, facts);
    let [first, second] = match own {
        Some([first, second, ..]) => [first.clone(), second.clone()],
        Some([only]) => [only.clone(), only.clone()],
        _ => [made("1"), made("2")],
    };
    let anew = |name: &str| kept.sent.body.get(KEYS)?.get(name)?.as_str().map(str::to_owned);
    [anew("key1").unwrap_or(first), anew("key2").unwrap_or(second)]
}

/// Where an account keeps keys that were made anew: beside its properties, and shown to nobody.
pub(crate) const KEYS: &str = "keysMadeAnew";

impl Store {
    /// Makes the first or the second key of an account anew; `false` without such an account.
    pub fn regenerate_account_key(&mut self, id: &str, is_second: bool) -> bool {
        let Some(kept) = self.find(id).filter(|it| it.kind() == ACCOUNTS) else {
            return false;
        };
        let keys = keys_of_account(kept, &self.facts);
        let mut sent = kept.sent.clone();
        // The next key follows from the one before.
        let new = made(&kept.sent.id, &keys[usize::from(is_second)], &self.facts);
        let anew = sent.body.entry(KEYS).or_insert_with(|| json!({}));
        if !anew.is_object() {
            *anew = json!({});
        }
        anew[if is_second { "key2" } else { "key1" }] = new.into();
        self.put(sent).is_ok()
    }

    /// Leaves an account that is written over the keys that it has.
    pub fn keep_keys(&self, resource: &mut Deployed) {
        let known = self.find(&resource.id).and_then(|it| it.sent.body.get(KEYS));
        match known {
            Some(keys) => drop(resource.body.insert(KEYS.to_owned(), keys.clone())),
            None => drop(resource.body.shift_remove(KEYS)),
        }
    }
}
