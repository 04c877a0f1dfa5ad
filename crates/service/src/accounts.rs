use crate::check::{At, Check};
use model::ResourceKind::{Account as Place, Settings};
use model::{Account, Deployment};
use source::nearest;
use std::collections::BTreeSet;

const SKUS: &[&str] = &[
    "Standard",
    "GlobalStandard",
    "DataZoneStandard",
    "DeveloperTier",
    "GlobalBatch",
    "DataZoneBatch",
    "ProvisionedManaged",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
];

/// Accounts and deployments of the mock model servers, and the settings that name them.
pub(crate) fn check(check: &mut Check<'_>) {
    let service = check.service;
    let mut names = BTreeSet::new();
    for account in &service.accounts {
        let name = &account.name;
        if !names.insert(name.to_ascii_lowercase()) {
            check.error(
                At(Place, name, "/name"),
                "duplicate-name",
                format!("there are two accounts `{name}`"),
            );
        }
        // The name is the first label of the account's hosts.
        let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_label) || name.starts_with('-') {
            let message = format!("`{name}` is no account name: up to 64 letters, digits and `-`");
            check.error(At(Place, name, "/name"), "invalid-name", message);
        }
        if account.location.trim().is_empty() {
            check.error(
                At(Place, name, "/location"),
                "missing-value",
                format!("account `{name}` has no `location`"),
            );
        }
        deployments(account, check);
    }
    settings(check);
}

fn deployments(account: &Account, check: &mut Check<'_>) {
    let name = &account.name;
    let mut names = BTreeSet::new();
    // A deployment may stand inside its account or beside it; what is found of it is shown at the account.
    for (at, deployment) in account.deployments.iter().enumerate() {
        let place = format!("/resources/{at}");
        if !names.insert(deployment.name.to_ascii_lowercase()) {
            let message = format!("account `{name}` has two deployments `{}`", deployment.name);
            check.error(
                At(Place, name, &format!("{place}/name")),
                "duplicate-name",
                message,
            );
        }
        sku(account, deployment, &place, check);
        if deployment.model.name.trim().is_empty() {
            let message = format!("deployment `{}` names no model", deployment.name);
            check.error(
                At(Place, name, &format!("{place}/properties/model")),
                "missing-value",
                message,
            );
        }
        if let Some(spillover) = &deployment.spillover {
            let target = account
                .deployments
                .iter()
                .find(|it| it.name.eq_ignore_ascii_case(spillover));
            let place = format!("{place}/properties/spilloverDeploymentName");
            match target {
                None => {
                    let near = nearest(spillover, account.deployments.iter().map(|it| it.name.as_str()));
                    let message =
                        format!("account `{name}` has no deployment `{spillover}` to spill over to");
                    check.unknown(At(Place, name, &place), "unknown-deployment", message, near);
                }
                Some(target) if target.sku.is_provisioned() || !deployment.sku.is_provisioned() => {
                    let message = "only a provisioned deployment spills over, and to a standard one";
                    check.error(At(Place, name, &place), "invalid-spillover", message);
                }
                Some(_) => (),
            }
        }
    }
}

fn sku(account: &Account, deployment: &Deployment, place: &str, check: &mut Check<'_>) {
    let (name, sku) = (&account.name, &deployment.sku);
    if !SKUS.iter().any(|known| known.eq_ignore_ascii_case(&sku.name)) {
        let message = format!("`{}` is no SKU of a deployment", sku.name);
        check.unknown(
            At(Place, name, &format!("{place}/sku/name")),
            "unknown-sku",
            message,
            nearest(&sku.name, SKUS.iter().copied()),
        );
    }
    if sku.capacity == 0 || sku.capacity > 10_000_000 {
        let message = format!(
            "the capacity of `{}` is {}, which is no quota",
            deployment.name, sku.capacity
        );
        check.error(
            At(Place, name, &format!("{place}/sku/capacity")),
            "out-of-range",
            message,
        );
    }
}

// Names in apimite.toml that no resource has are misspelled.
fn settings(check: &mut Check<'_>) {
    let service = check.service;
    let accounts = || service.accounts.iter().map(|it| it.name.as_str());
    for (name, settings) in &service.settings.accounts {
        let place = format!("/accounts/{name}");
        let Some(account) = service
            .accounts
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(name))
        else {
            let message = format!("there is no account `{name}`");
            check.unknown(
                At(Settings, "", &place),
                "unknown-account",
                message,
                nearest(name, accounts()),
            );
            continue;
        };
        let known = |name: &str| {
            account
                .deployments
                .iter()
                .any(|it| it.name.eq_ignore_ascii_case(name))
        };
        let in_faults = settings
            .faults
            .iter()
            .filter_map(|fault| Some(("faults", fault.deployment.as_ref()?)));
        let named = settings
            .deployments
            .keys()
            .map(|name| ("deployments", name))
            .chain(in_faults);
        for (list, deployment) in named.filter(|(_, name)| !known(name)) {
            let near = nearest(deployment, account.deployments.iter().map(|it| it.name.as_str()));
            let message = format!("account `{name}` has no deployment `{deployment}`");
            check.unknown(
                At(Settings, "", &format!("{place}/{list}/{deployment}")),
                "unknown-deployment",
                message,
                near,
            );
        }
        if let Some(auth) = settings
            .auth
            .as_deref()
            .filter(|it| !matches!(*it, "keys+jwt" | "keys" | "off"))
        {
            let message = format!("`{auth}` is no way to check callers: `keys+jwt`, `keys` or `off`");
            check.error(
                At(Settings, "", &format!("{place}/auth")),
                "invalid-value",
                message,
            );
        }
    }
}
