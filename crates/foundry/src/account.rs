//! One account as it runs: its door, its script of faults, its deployments with their quotas.

use crate::auth::{Auth, Door};
use crate::estimate;
use crate::fault::Script;
use crate::knobs::{Knobs, overlay};
use crate::quota::Level;
use crate::quota::{Quota, Refused, Ticket};
use crate::safety::Safety;
use crate::stored::Stored;
use clock::{Dice, Moment};
use indexmap::IndexMap;
use model::{Account, AccountSettings, Deployment, DeploymentSettings};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A mock model server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) region_id: String,
    pub(crate) tier: &'static str,
    pub(crate) resource: Account,
    calls: AtomicU64,
    /// The settings as they were written, to tell whether they were edited.
    written: String,
    settings: Mutex<AccountSettings>,
    door: Mutex<Door>,
    script: Mutex<Script>,
    safety: Mutex<Safety>,
    /// Responses that callers may come back to.
    pub(crate) stored: Arc<Stored>,
    /// By name in lower case.
    deployments: IndexMap<String, Arc<Deployed>>,
}

/// A deployment of it.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) resource: Deployment,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    knobs: Knobs,
    quota: Quota,
    count: Counts,
}

/// What a deployment has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) admitted: u64,
    pub(crate) refused: u64,
    pub(crate) in_flight: u64,
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
}

/// What admission came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) knobs: Knobs,
    pub(crate) estimate: u64,
    pub(crate) before: Level,
    pub(crate) after: Level,
    pub(crate) outcome: Result<Ticket, Refused>,
    pub(crate) show: Show,
}

/// What the headers show of a quota.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Show {
    /// Requests and tokens.
    Standard { requests: Level, tokens: Level },
    /// Tenths of a percent.
    Provisioned { utilisation: u64 },
}

impl Server {
    /// Sets an account up; takes over what still fits from the `old` one of that name.
    pub(crate) fn new(
        resource: &Account,
        settings: &AccountSettings,
        dice: Dice,
        now: Moment,
        old: Option<&Server>,
        mistakes: &mut Vec<String>,
    ) -> Server {
        // Settings that were not edited stay as they are, with all that was changed while running.
        let written = format!("{settings:?}");
        let kept = old.filter(|old| old.written == written);
        let settings = &kept.map_or_else(|| settings.clone(), |old| old.settings.lock().clone());
        let known = |name: &String| {
            resource
                .deployments
                .iter()
                .any(|it| it.name.eq_ignore_ascii_case(name))
        };
        for unknown in settings.deployments.keys().filter(|name| !known(name)) {
            mistakes.push(format!(
                "account `{}` has no deployment `{unknown}`",
                resource.name
            ));
        }
        let mut deployments = IndexMap::new();
        for deployment in &resource.deployments {
            let settings = of_deployment(settings, &deployment.name);
            let key = deployment.name.to_ascii_lowercase();
            let old = old.and_then(|old| old.deployments.get(&key));
            deployments.insert(key, Deployed::new(deployment, &settings, old, mistakes));
        }
        spillover(resource, mistakes);
        let script = match kept {
            Some(old) => std::mem::take(&mut *old.script.lock()),
            None => Script::new(&settings.faults, now),
        };
        let made = Safety::new(resource, &settings.safety.clone().unwrap_or_default(), mistakes);
        // What callers did to blocklists stays too.
        let safety = match kept.filter(|old| old.resource.blocklists == resource.blocklists) {
            Some(old) => std::mem::take(&mut *old.safety.lock()),
            None => made,
        };
        Server {
            name: resource.name.clone(),
            region: model::region_name(&resource.location),
            region_id: model::region_id(&resource.location),
            tier: if resource.kind.eq_ignore_ascii_case("OpenAI") {
                "OpenAI S0"
            } else {
                "AIServices S0"
            },
            resource: resource.clone(),
            calls: AtomicU64::new(old.map_or(0, |old| old.calls.load(Ordering::Relaxed))),
            door: Mutex::new(door(resource, settings, dice, mistakes)),
            written,
            settings: Mutex::new(settings.clone()),
            script: Mutex::new(script),
            safety: Mutex::new(safety),
            stored: old.map(|old| old.stored.clone()).unwrap_or_default(),
            deployments,
        }
    }

    /// The number of the call that arrives, from 0.
    pub(crate) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn door(&self) -> Door {
        self.door.lock().clone()
    }

    pub(crate) fn script<T>(&self, with: impl FnOnce(&mut Script) -> T) -> T {
        with(&mut self.script.lock())
    }

    pub(crate) fn safety<T>(&self, with: impl FnOnce(&mut Safety) -> T) -> T {
        with(&mut self.safety.lock())
    }

    pub(crate) fn deployment(&self, name: &str) -> Option<&Arc<Deployed>> {
        self.deployments.get(&name.to_ascii_lowercase())
    }

    pub(crate) fn deployments(&self) -> impl Iterator<Item = &Arc<Deployed>> {
        self.deployments.values()
    }

    /// Changes what `patch` sets, all of it or nothing.
    pub(crate) fn patch(
        &self,
        patch: &AccountSettings,
        faults: bool,
        dice: Dice,
        now: Moment,
    ) -> Result<(), Vec<String>> {
        let mut mistakes = Vec::new();
        let mut settings = self.settings.lock();
        let mut merged = settings.clone();
        if patch.auth.is_some() {
            merged.auth.clone_from(&patch.auth);
        }
        if !patch.keys.is_empty() {
            merged.keys.clone_from(&patch.keys);
        }
        if faults {
            merged.faults.clone_from(&patch.faults);
        }
        let mut knobs = Vec::new();
        for (name, patch) in &patch.deployments {
            let Some(deployed) = self.deployment(name) else {
                mistakes.push(format!("account `{}` has no deployment `{name}`", self.name));
                continue;
            };
            let name = &deployed.resource.name;
            let changed = overlay(&of_deployment(&merged, name), patch);
            knobs.push((deployed, Knobs::read(&deployed.resource, &changed, &mut mistakes)));
            merged
                .deployments
                .retain(|key, _| !key.eq_ignore_ascii_case(name));
            merged.deployments.insert(name.clone(), changed);
        }
        let safety = patch.safety.as_ref().map(|patch| {
            merged.safety = Some(patch.clone());
            Safety::new(&self.resource, patch, &mut mistakes)
        });
        let door = door(&self.resource, &merged, dice, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        *self.door.lock() = door;
        if let Some(safety) = safety {
            *self.safety.lock() = safety;
        }
        for (deployed, knobs) in knobs {
            deployed.tune(knobs);
        }
        if faults {
            *self.script.lock() = Script::new(&merged.faults, now);
        }
        *settings = merged;
        Ok(())
    }

    /// Empties every quota, begins the script of faults again, counts calls from 0.
    pub(crate) fn reset(&self, now: Moment) {
        self.calls.store(0, Ordering::Relaxed);
        self.script.lock().restart(now);
        self.stored.clear();
        for deployed in self.deployments.values() {
            let mut state = deployed.state.lock();
            state.quota = Quota::new(state.knobs.limits);
            state.count = Counts {
                in_flight: state.count.in_flight,
                ..Counts::default()
            };
        }
    }
}

fn of_deployment(settings: &AccountSettings, name: &str) -> DeploymentSettings {
    let mut all = settings.deployments.iter();
    all.find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, settings)| settings.clone())
        .unwrap_or_default()
}

fn spillover(resource: &Account, mistakes: &mut Vec<String>) {
    for deployment in &resource.deployments {
        let Some(target) = &deployment.spillover else {
            continue;
        };
        let found = resource
            .deployments
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(target));
        let problem = match found {
            None => format!("account `{}` has no deployment `{target}`", resource.name),
            Some(it) if it.sku.is_provisioned() => format!("`{target}` is not a standard deployment"),
            Some(_) => continue,
        };
        mistakes.push(format!("deployment `{}` spills over: {problem}", deployment.name));
    }
}

fn door(resource: &Account, settings: &AccountSettings, dice: Dice, mistakes: &mut Vec<String>) -> Door {
    let auth = match settings.auth.as_deref() {
        None => Auth::default(),
        Some(text) => Auth::parse(text).unwrap_or_else(|| {
            let account = &resource.name;
            mistakes.push(format!(
                "account `{account}`: `auth` is one of `keys+jwt`, `keys`, `off`, not `{text}`"
            ));
            Auth::default()
        }),
    };
    let keys = match settings.keys.is_empty() {
        true => (0..2)
            .map(|number| made_key(&resource.name, dice, number))
            .collect(),
        false => settings.keys.clone(),
    };
    Door {
        auth,
        keys,
        local_auth_disabled: resource.disable_local_auth,
    }
}

fn made_key(account: &str, dice: Dice, number: u64) -> String {
    let mut rng = dice.roll(("foundry key", account), number);
    format!("{:016x}{:016x}", rng.bits(), rng.bits())
}

impl Deployed {
    fn new(
        resource: &Deployment,
        settings: &DeploymentSettings,
        old: Option<&Arc<Deployed>>,
        mistakes: &mut Vec<String>,
    ) -> Arc<Deployed> {
        let knobs = Knobs::read(resource, settings, mistakes);
        let same =
            |old: &&Arc<Deployed>| old.resource.model == resource.model && old.resource.sku == resource.sku;
        match old.filter(same) {
            Some(old) if old.resource.spillover == resource.spillover => {
                old.tune(knobs);
                old.clone()
            }
            _ => {
                let state = State {
                    knobs,
                    quota: Quota::new(knobs.limits),
                    count: Counts::default(),
                };
                Arc::new(Deployed {
                    resource: resource.clone(),
                    state: Mutex::new(state),
                })
            }
        }
    }

    fn tune(&self, knobs: Knobs) {
        let mut state = self.state.lock();
        if state.knobs.limits != knobs.limits {
            state.quota.retune(knobs.limits);
        }
        state.knobs = knobs;
    }

    pub(crate) fn knobs(&self) -> Knobs {
        self.state.lock().knobs
    }

    pub(crate) fn counts(&self) -> Counts {
        self.state.lock().count
    }

    /// Weighs a call and asks the quota.
    pub(crate) fn admit(&self, now: Moment, request: &llm::ChatRequest, prompt_tokens: u64) -> Admission {
        let mut state = self.state.lock();
        let knobs = state.knobs;
        let estimate = estimate::estimate(&knobs, &self.resource.model.name, request, prompt_tokens);
        let before = state.quota.level(now);
        let outcome = state.quota.admit(now, estimate);
        let after = state.quota.level(now);
        match outcome {
            Ok(_) => {
                state.count.admitted += 1;
                state.count.in_flight += 1;
            }
            Err(_) => state.count.refused += 1,
        }
        let show = show(&mut state.quota, now);
        Admission {
            knobs,
            estimate,
            before,
            after,
            outcome,
            show,
        }
    }

    /// Ends a call that was admitted: puts what it used in the place of its estimate, where the quota looks again.
    pub(crate) fn settle(&self, now: Moment, admission: &Admission, prompt: u64, output: u64) -> Level {
        let mut state = self.state.lock();
        let actual = estimate::actual(&admission.knobs, prompt, output);
        if let (Some(actual), Ok(ticket)) = (actual, admission.outcome) {
            state.quota.correct(now, ticket, admission.estimate, actual);
        }
        state.count.in_flight = state.count.in_flight.saturating_sub(1);
        state.count.prompt_tokens += prompt;
        state.count.completion_tokens += output;
        state.quota.level(now)
    }

    /// Ends a call that the model would not take: a provisioned deployment gives its estimate back, a standard one does not
    /// (doc).
    pub(crate) fn reject(&self, now: Moment, admission: &Admission) -> Level {
        let mut state = self.state.lock();
        if let (Quota::Provisioned(quota), Ok(_)) = (&mut state.quota, admission.outcome) {
            quota.correct(now, admission.estimate, 0);
        }
        state.count.in_flight = state.count.in_flight.saturating_sub(1);
        state.quota.level(now)
    }

    /// How full its quota is.
    pub(crate) fn look(&self, now: Moment) -> (Level, Show) {
        let mut state = self.state.lock();
        (state.quota.level(now), show(&mut state.quota, now))
    }
}

fn show(quota: &mut Quota, now: Moment) -> Show {
    match quota {
        Quota::Standard(quota) => Show::Standard {
            requests: quota.requests_level(now),
            tokens: quota.level(now),
        },
        Quota::Provisioned(quota) => Show::Provisioned {
            utilisation: quota.utilisation(now),
        },
    }
}
