//! A deployment's resource and its settings, read once into what the server works with.

use crate::catalog;
use crate::quota::{Limits, ProvisionedLimits, StandardLimits, WindowKind};
use model::{Deployment, DeploymentSettings, LatencySettings};

/// How a call is weighed before anyone knows what it will use (foundry.md 4.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Estimator {
    /// Characters / 4 + the answer's cap, corrected to what was used when the answer is complete.
    #[default]
    Reconciled,
    /// The same, never corrected.
    Documented,
    /// The cap alone.
    Measured2024,
    /// Characters / 4, and a cap only where the request sets one.
    Measured2026,
    /// Tokens of the prompt + the cap.
    Exact,
}

/// How a standard deployment words its 429 (4.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Classic,
    Named,
    V1,
    Bare,
    Capacity,
}

/// How long answers take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Latency {
    /// Nanoseconds to the first token.
    pub(crate) first_token: u64,
    /// Nanoseconds per further token.
    pub(crate) per_token: u64,
    /// Spread around both, as a share.
    pub(crate) jitter: f64,
}

/// What the settings of a deployment come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Knobs {
    pub(crate) limits: Limits,
    pub(crate) estimator: Estimator,
    /// By the surface that was called, when not set.
    pub(crate) refusal: Option<Style>,
    /// Guess for the answer's length when the request sets none.
    pub(crate) default_max_output: u64,
    /// Shortest and longest answer.
    pub(crate) answer_tokens: (u64, u64),
    pub(crate) latency: Latency,
}

// Published runs of the backend-pool lab had answers of 40 to 75 tokens (4.1.2). With these, an account of capacity 1 serves
// ten to twelve calls of that lab, so four of them serve both of its sections, forty calls, within one minute.
const ANSWER_TOKENS: (u64, u64) = (45, 70);
const LONGEST_ANSWER: u64 = 100_000;

impl Knobs {
    /// Reads the settings; adds what is wrong with them to `mistakes`.
    pub(crate) fn read(
        deployment: &Deployment,
        settings: &DeploymentSettings,
        mistakes: &mut Vec<String>,
    ) -> Knobs {
        let mut complain =
            |mistake: String| mistakes.push(format!("deployment `{}`: {mistake}", deployment.name));
        let provisioned = deployment.sku.is_provisioned();
        let limits = match provisioned {
            true => Limits::Provisioned(provisioned_limits(deployment, settings, &mut complain)),
            false => Limits::Standard(standard_limits(deployment, settings, &mut complain)),
        };
        Knobs {
            limits,
            estimator: estimator(settings.estimator.as_deref(), &mut complain),
            refusal: refusal(settings.refusal.as_deref(), &mut complain),
            default_max_output: settings
                .default_max_output
                .unwrap_or(if provisioned { 1_000 } else { 16 }),
            answer_tokens: answer_tokens(settings.answer_tokens, &mut complain),
            latency: latency(&deployment.model.name, &settings.latency, &mut complain),
        }
    }
}

fn standard_limits(
    deployment: &Deployment,
    settings: &DeploymentSettings,
    complain: &mut impl FnMut(String),
) -> StandardLimits {
    let sku = &deployment.sku;
    let (tokens, requests) = catalog::limits(&deployment.model.name, &sku.name, sku.capacity);
    let window = match settings.window.as_deref() {
        None | Some("fixed") => WindowKind::Fixed,
        Some("minute") => WindowKind::Minute,
        Some("sliding") => WindowKind::Sliding,
        Some("gcra") => WindowKind::Gcra,
        Some(other) => {
            complain(unknown("window", other, "`fixed`, `minute`, `sliding`, `gcra`"));
            WindowKind::Fixed
        }
    };
    let request_slice = settings.request_slice.unwrap_or(60);
    if ![1, 10, 60].contains(&request_slice) {
        complain(unknown("request-slice", &request_slice.to_string(), "1, 10, 60"));
    }
    for (key, value) in [
        ("tokens-per-minute", settings.tokens_per_minute),
        ("requests-per-minute", settings.requests_per_minute),
    ] {
        if value == Some(0) {
            complain(format!("`{key}` is at least 1"));
        }
    }
    StandardLimits {
        tokens_per_minute: settings.tokens_per_minute.unwrap_or(tokens).max(1),
        // Published runs at capacity 1 are limited by tokens, never by six requests a minute (inferred).
        requests_per_minute: settings.requests_per_minute.unwrap_or(requests.max(20)).max(1),
        request_slice: request_slice.clamp(1, 60),
        window,
    }
}

fn provisioned_limits(
    deployment: &Deployment,
    settings: &DeploymentSettings,
    complain: &mut impl FnMut(String),
) -> ProvisionedLimits {
    let (tokens, output_weight) = catalog::of_model(&deployment.model.name).provisioned;
    for (key, value) in [
        ("tokens-per-ptu", settings.tokens_per_ptu),
        ("burst-window", settings.burst_window),
    ] {
        if value == Some(0) {
            complain(format!("`{key}` is at least 1"));
        }
    }
    ProvisionedLimits {
        ptus: deployment.sku.capacity.max(1),
        tokens_per_ptu: settings.tokens_per_ptu.unwrap_or(tokens).max(1),
        output_weight,
        burst_window: settings.burst_window.unwrap_or(60).max(1),
    }
}

fn estimator(name: Option<&str>, complain: &mut impl FnMut(String)) -> Estimator {
    match name {
        None | Some("reconciled") => Estimator::Reconciled,
        Some("documented") => Estimator::Documented,
        Some("measured-2024") => Estimator::Measured2024,
        Some("measured-2026") => Estimator::Measured2026,
        Some("exact") => Estimator::Exact,
        Some(other) => {
            let known = "`reconciled`, `documented`, `measured-2024`, `measured-2026`, `exact`";
            complain(unknown("estimator", other, known));
            Estimator::Reconciled
        }
    }
}

fn refusal(name: Option<&str>, complain: &mut impl FnMut(String)) -> Option<Style> {
    match name? {
        "classic" => Some(Style::Classic),
        "named" => Some(Style::Named),
        "v1" => Some(Style::V1),
        "bare" => Some(Style::Bare),
        "capacity" => Some(Style::Capacity),
        other => {
            complain(unknown(
                "refusal",
                other,
                "`classic`, `named`, `v1`, `bare`, `capacity`",
            ));
            None
        }
    }
}

fn answer_tokens(range: Option<[u64; 2]>, complain: &mut impl FnMut(String)) -> (u64, u64) {
    let Some([shortest, longest]) = range else {
        return ANSWER_TOKENS;
    };
    if shortest == 0 || shortest > longest || longest > LONGEST_ANSWER {
        complain(format!(
            "`answer-tokens` is the shortest and the longest answer, from 1 to {LONGEST_ANSWER}, not `[{shortest}, {longest}]`"
        ));
        return ANSWER_TOKENS;
    }
    (shortest, longest)
}

fn latency(model: &str, settings: &LatencySettings, complain: &mut impl FnMut(String)) -> Latency {
    let (first, per) = catalog::of_model(model).speed;
    let mut nanos = |key: &str, millis: f64| {
        if !(0.0..=86_400_000.0).contains(&millis) {
            complain(format!(
                "`{key}` is a number of milliseconds from 0 to a day, not `{millis}`"
            ));
            return 0;
        }
        (millis * 1_000_000.0).round() as u64
    };
    let first_token = nanos("first-token", settings.first_token.unwrap_or(first));
    let per_token = nanos("per-token", settings.per_token.unwrap_or(per));
    let jitter = settings.jitter.unwrap_or(0.0);
    if !(0.0..=0.7).contains(&jitter) {
        complain(format!("`jitter` is a share from 0 to 0.7, not `{jitter}`"));
    }
    let jitter = if jitter.is_finite() {
        jitter.clamp(0.0, 0.7)
    } else {
        0.0
    };
    Latency {
        first_token,
        per_token,
        jitter,
    }
}

fn unknown(key: &str, value: &str, known: &str) -> String {
    format!("`{key}` is one of {known}, not `{value}`")
}

/// `base` with everything that `patch` sets.
pub(crate) fn overlay(base: &DeploymentSettings, patch: &DeploymentSettings) -> DeploymentSettings {
    DeploymentSettings {
        estimator: patch.estimator.clone().or_else(|| base.estimator.clone()),
        window: patch.window.clone().or_else(|| base.window.clone()),
        tokens_per_minute: patch.tokens_per_minute.or(base.tokens_per_minute),
        requests_per_minute: patch.requests_per_minute.or(base.requests_per_minute),
        request_slice: patch.request_slice.or(base.request_slice),
        refusal: patch.refusal.clone().or_else(|| base.refusal.clone()),
        default_max_output: patch.default_max_output.or(base.default_max_output),
        burst_window: patch.burst_window.or(base.burst_window),
        tokens_per_ptu: patch.tokens_per_ptu.or(base.tokens_per_ptu),
        answer_tokens: patch.answer_tokens.or(base.answer_tokens),
        latency: overlay_latency(&base.latency, &patch.latency),
    }
}

fn overlay_latency(base: &LatencySettings, patch: &LatencySettings) -> LatencySettings {
    LatencySettings {
        first_token: patch.first_token.or(base.first_token),
        per_token: patch.per_token.or(base.per_token),
        jitter: patch.jitter.or(base.jitter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ModelName, Sku};

    fn deployment(model: &str, sku: &str, capacity: u64) -> Deployment {
        let model = ModelName {
            name: model.into(),
            ..ModelName::default()
        };
        Deployment {
            name: "d".into(),
            model,
            sku: Sku {
                name: sku.into(),
                capacity,
            },
            spillover: None,
        }
    }

    fn standard(model: &str, sku: &str, capacity: u64) -> (u64, u64) {
        let mut mistakes = Vec::new();
        let knobs = Knobs::read(
            &deployment(model, sku, capacity),
            &DeploymentSettings::default(),
            &mut mistakes,
        );
        assert!(mistakes.is_empty());
        match knobs.limits {
            Limits::Standard(limits) => (limits.tokens_per_minute, limits.requests_per_minute),
            Limits::Provisioned(_) => panic!("not standard"),
        }
    }

    // foundry.md 4.1.1 and the floor of 4.1.3.
    #[test]
    fn capacity_becomes_tokens_and_requests_per_minute() {
        assert_eq!(standard("gpt-4o-mini", "Standard", 1), (1_000, 20));
        assert_eq!(standard("gpt-4o-mini", "GlobalStandard", 240), (240_000, 1_440));
        assert_eq!(standard("gpt-4o", "GlobalStandard", 450), (450_000, 4_500));
        assert_eq!(standard("gpt-4.1-mini", "GlobalStandard", 100), (100_000, 100));
        assert_eq!(standard("o1", "Standard", 50), (300_000, 50));
        assert_eq!(standard("o3-mini", "Standard", 50), (500_000, 50));
        assert_eq!(standard("DeepSeek-R1", "GlobalStandard", 1), (5_000_000, 5_000));
        assert_eq!(standard("Phi-4", "GlobalStandard", 7), (400_000, 1_000));
    }

    #[test]
    fn wrong_settings_are_all_told() {
        let settings = DeploymentSettings {
            estimator: Some("guess".into()),
            window: Some("wide".into()),
            request_slice: Some(7),
            answer_tokens: Some([9, 3]),
            latency: LatencySettings {
                first_token: Some(-1.0),
                per_token: Some(f64::NAN),
                jitter: Some(2.0),
            },
            ..DeploymentSettings::default()
        };
        let mut mistakes = Vec::new();
        Knobs::read(&deployment("gpt-4o", "Standard", 1), &settings, &mut mistakes);
        assert_eq!(mistakes.len(), 7, "{mistakes:?}");
    }
}
