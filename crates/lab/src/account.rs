use serde::{Deserialize, Serialize};

/// What a mock model server says about one of its deployments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Account.
    pub name: String,
    /// Region.
    pub region: String,
    /// Deployment.
    pub deployment: String,
    /// Tokens per minute, or the level in normalised tokens that equals 100 % of a provisioned deployment.
    pub limit: u64,
    /// Whether the deployment is provisioned, as far as a refusal shows.
    pub provisioned: bool,
    /// Calls that it answered.
    pub answered: u64,
    /// Calls that it refused for its quota.
    pub refused: u64,
    /// The first of those.
    pub refusal: Option<Refusal>,
}

/// A refused call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// What the call was thought to cost.
    pub estimate: u64,
    /// Tokens that were counted in the window before it, or the level.
    pub counted: u64,
}

/// What a lab needs of a line in a mock's journal.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Entry {
    account: String,
    region: String,
    deployment: Option<String>,
    status: Option<u16>,
    estimate: Option<u64>,
    before: Option<Level>,
    refused_by: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Level {
    used: u64,
    limit: u64,
}

/// What a lab needs of an account that a mock server has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Server {
    name: String,
    region: String,
    deployments: Vec<Deployment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Deployment {
    name: String,
    tokens: Level,
}

impl Server {
    fn accounts(&self) -> impl Iterator<Item = Account> {
        self.deployments.iter().map(|deployment| Account {
            name: self.name.clone(),
            region: self.region.clone(),
            deployment: deployment.name.clone(),
            limit: deployment.tokens.limit,
            ..Account::default()
        })
    }
}

/// Sums a journal up, by account and deployment; those that nobody called are there too.
pub(crate) fn sum_up(servers: &[Server], journal: &[Entry]) -> Vec<Account> {
    let mut accounts: Vec<Account> = servers.iter().flat_map(Server::accounts).collect();
    for entry in journal {
        let deployment = entry.deployment.as_deref().unwrap_or_default();
        let known = accounts
            .iter()
            .position(|it| it.name == entry.account && it.deployment == deployment);
        let at = known.unwrap_or_else(|| {
            let (name, region) = (entry.account.clone(), entry.region.clone());
            accounts.push(Account {
                name,
                region,
                deployment: deployment.to_owned(),
                ..Account::default()
            });
            accounts.len() - 1
        });
        accounts[at].note(entry);
    }
    accounts.sort_by(|a, b| (&a.name, &a.deployment).cmp(&(&b.name, &b.deployment)));
    accounts
}

impl Account {
    fn note(&mut self, entry: &Entry) {
        let before = entry.before.unwrap_or_default();
        self.limit = self.limit.max(before.limit);
        self.answered += u64::from(entry.status == Some(200));
        let Some(limiter) = &entry.refused_by else { return };
        self.refused += 1;
        self.provisioned |= limiter == "utilisation";
        if self.refusal.is_none() {
            self.refusal = Some(Refusal {
                estimate: entry.estimate.unwrap_or(0),
                counted: before.used,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_refusal_is_kept_with_what_was_counted_before_it() {
        let journal: Vec<Entry> = serde_json::from_value(serde_json::json!([
            { "account": "a", "region": "East US", "deployment": "d", "status": 200, "before": { "used": 0, "limit": 1000 } },
            { "account": "a", "deployment": "d", "status": 429, "estimate": 37, "before": { "used": 980, "limit": 1000 }, "refusedBy": "tokens" },
            { "account": "a", "deployment": "d", "status": 429, "estimate": 37, "before": { "used": 980, "limit": 1000 }, "refusedBy": "tokens" },
        ]))
        .expect("a journal");
        let servers: Vec<Server> = serde_json::from_value(serde_json::json!([
            { "name": "b", "region": "West US", "deployments": [{ "name": "d", "tokens": { "used": 0, "limit": 500 } }] },
            { "name": "a", "region": "East US", "deployments": [{ "name": "d", "tokens": { "used": 980, "limit": 1000 } }] },
        ]))
        .expect("servers");
        let accounts = sum_up(&servers, &journal);
        assert_eq!(
            (accounts.len(), accounts[1].answered, accounts[1].limit),
            (2, 0, 500)
        );
        assert_eq!(
            (accounts[0].answered, accounts[0].refused, accounts[0].limit),
            (1, 2, 1000)
        );
        assert_eq!(
            accounts[0].refusal,
            Some(Refusal {
                estimate: 37,
                counted: 980
            })
        );
    }
}
