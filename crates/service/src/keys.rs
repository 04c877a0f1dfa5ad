use crate::check::{At, Check};
use crate::facts;
use crate::load::LoadOptions;
use crate::plan::{Key, ScopePlan, SubscriptionPlan};
use clock::Dice;
use expression::SubscriptionFacts;
use model::ResourceKind::{Settings, Subscription as Place};
use model::{Scope, Subscription, SubscriptionState};
use source::nearest;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The built-in subscription for everything.
const MASTER: &str = "master";

/// Every subscription with its keys, `master` first, and whose each key is.
pub(crate) fn plan(
    check: &mut Check<'_>,
    options: &LoadOptions,
) -> (Vec<SubscriptionPlan>, BTreeMap<String, Key>) {
    let service = check.service;
    let master = Subscription {
        name: MASTER.into(),
        display_name: "Built-in all-access subscription".into(),
        scope: Scope::Service,
        state: SubscriptionState::Active,
        owner: None,
        primary_key: None,
        secondary_key: None,
        allow_tracing: true,
    };
    let own = service
        .subscriptions
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(MASTER));
    let others = service
        .subscriptions
        .iter()
        .filter(|it| !it.name.eq_ignore_ascii_case(MASTER));
    let all: Vec<&Subscription> = std::iter::once(own.unwrap_or(&master)).chain(others).collect();
    settings(check, &all);
    let mut plans = Vec::new();
    let mut keys: BTreeMap<String, Key> = BTreeMap::new();
    for subscription in all {
        let plan = one(subscription, check, options);
        for key in [&plan.primary_key, &plan.secondary_key] {
            let facts = facts(subscription, &plan, key, options);
            let entry = Key {
                subscription: plans.len(),
                facts,
            };
            if let Some(twin) = keys
                .insert(key.clone(), entry)
                .filter(|twin| twin.subscription != plans.len())
            {
                let other: &SubscriptionPlan = &plans[twin.subscription];
                let message = format!("`{}` and `{}` have the same key", other.name, subscription.name);
                check.error(At(Place, &subscription.name, ""), "duplicate-key", message);
            }
        }
        plans.push(plan);
    }
    (plans, keys)
}

fn settings(check: &mut Check<'_>, all: &[&Subscription]) {
    let service = check.service;
    for name in service
        .settings
        .subscriptions
        .keys()
        .filter(|name| !all.iter().any(|it| it.name == **name))
    {
        let near = nearest(name, all.iter().map(|it| it.name.as_str()));
        let message = format!("there is no subscription `{name}`");
        check.unknown(
            At(Settings, "", &format!("/subscriptions/{name}")),
            "unknown-subscription",
            message,
            near,
        );
    }
}

fn one(subscription: &Subscription, check: &mut Check<'_>, options: &LoadOptions) -> SubscriptionPlan {
    let service = check.service;
    let name = &subscription.name;
    let own = service.settings.subscriptions.get(name);
    let dice = Dice::new(options.seed);
    let made = |ordinal: u64| {
        let mut rng = dice.roll(("subscription-key", name.as_str()), ordinal);
        format!("{:016x}{:016x}", rng.bits(), rng.bits())
    };
    let first = |given: Option<&String>, kept: &Option<String>, ordinal| {
        given.or(kept.as_ref()).cloned().unwrap_or_else(|| made(ordinal))
    };
    let owner = subscription.owner.as_deref();
    let user = owner.and_then(|id| service.users.iter().find(|it| it.name.eq_ignore_ascii_case(id)));
    SubscriptionPlan {
        name: name.as_str().into(),
        scope: scope(subscription, check),
        is_active: subscription.state == SubscriptionState::Active,
        is_blocked: user.is_some_and(|user| user.blocked),
        primary_key: first(
            own.and_then(|it| it.primary_key.as_ref()),
            &subscription.primary_key,
            0,
        ),
        secondary_key: first(
            own.and_then(|it| it.secondary_key.as_ref()),
            &subscription.secondary_key,
            1,
        ),
        user: owner.map(|id| facts::user(id, user, service, options.loaded)),
        allow_tracing: subscription.allow_tracing,
    }
}

fn scope(subscription: &Subscription, check: &mut Check<'_>) -> ScopePlan {
    let service = check.service;
    let place = At(Place, &subscription.name, "/scope");
    match &subscription.scope {
        Scope::Service | Scope::AllApis => ScopePlan::Everything,
        Scope::Workspace(name) => ScopePlan::Workspace(name.to_ascii_lowercase().into()),
        Scope::Api(api) => {
            let found = service.apis.iter().find(|it| it.name.eq_ignore_ascii_case(api));
            if found.is_none() {
                let near = nearest(api, service.apis.iter().map(|it| it.name.as_str()));
                let message = format!(
                    "subscription `{}` is for the API `{api}`, which does not exist",
                    subscription.name
                );
                check.unknown(place, "unknown-scope", message, near);
            }
            ScopePlan::Api(found.map_or(api.as_str(), |it| &it.name).into())
        }
        Scope::Product(product) => match service
            .products
            .iter()
            .position(|it| it.name.eq_ignore_ascii_case(product))
        {
            Some(at) => ScopePlan::Product(at),
            None => {
                let near = nearest(product, service.products.iter().map(|it| it.name.as_str()));
                let message = format!(
                    "subscription `{}` is for the product `{product}`, which does not exist",
                    subscription.name
                );
                check.unknown(place, "unknown-scope", message, near);
                ScopePlan::Product(usize::MAX)
            }
        },
    }
}

fn facts(
    subscription: &Subscription,
    plan: &SubscriptionPlan,
    key: &str,
    options: &LoadOptions,
) -> Arc<SubscriptionFacts> {
    Arc::new(SubscriptionFacts {
        id: subscription.name.clone(),
        name: subscription.display_name.clone(),
        key: key.to_owned(),
        primary_key: plan.primary_key.clone(),
        secondary_key: plan.secondary_key.clone(),
        created: options.loaded,
        starts: None,
        ends: None,
    })
}
