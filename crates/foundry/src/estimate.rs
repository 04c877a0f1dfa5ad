//! What a call is weighed at before it runs (foundry.md 4.1.2).

use crate::knobs::{Estimator, Knobs};
use crate::quota::Limits;
use llm::ChatRequest;

/// The tokens that a call is admitted with.
pub(crate) fn estimate(knobs: &Knobs, model: &str, request: &ChatRequest, prompt_tokens: u64) -> u64 {
    let output = request.max_output().unwrap_or(match knobs.estimator {
        Estimator::Measured2026 => 0,
        _ => knobs.default_max_output,
    });
    let output = output.saturating_mul(request.choices().max(1));
    if let Limits::Provisioned(limits) = knobs.limits {
        return limits.cost(prompt_tokens, output);
    }
    let prompt = match knobs.estimator {
        Estimator::Measured2024 => 0,
        Estimator::Exact => prompt_tokens,
        _ => llm::text_length(request).div_ceil(4) + images(model, request),
    };
    prompt.saturating_add(output)
}

/// What a call that used so much counts as in the end; `None` where nobody looks again.
pub(crate) fn actual(knobs: &Knobs, prompt_tokens: u64, output_tokens: u64) -> Option<u64> {
    match (knobs.limits, knobs.estimator) {
        (Limits::Provisioned(limits), _) => Some(limits.cost(prompt_tokens, output_tokens)),
        (_, Estimator::Reconciled) => Some(prompt_tokens.saturating_add(output_tokens)),
        _ => None,
    }
}

fn images(model: &str, request: &ChatRequest) -> u64 {
    let images = request
        .messages
        .iter()
        .flat_map(|message| message.content.images());
    images.map(|image| llm::image_tokens(model, image)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Deployment, DeploymentSettings, ModelName, Sku};
    use serde_json::json;

    fn knobs(estimator: &str) -> Knobs {
        let deployment = Deployment {
            name: "d".into(),
            model: ModelName {
                name: "gpt-4o".into(),
                ..ModelName::default()
            },
            sku: Sku {
                name: "Standard".into(),
                capacity: 1,
            },
            spillover: None,
        };
        let settings = DeploymentSettings {
            estimator: Some(estimator.into()),
            ..DeploymentSettings::default()
        };
        Knobs::read(&deployment, &settings, &mut Vec::new())
    }

    #[test]
    fn presets_weigh_as_they_were_measured() {
        let plain: ChatRequest =
            serde_json::from_value(json!({"messages": [{"role": "user", "content": "x".repeat(41)}]}))
                .unwrap();
        let capped: ChatRequest = serde_json::from_value(
            json!({"max_tokens": 100, "n": 2, "messages": [{"role": "user", "content": "x".repeat(41)}]}),
        )
        .unwrap();
        for (estimator, without, with) in [
            ("reconciled", 11 + 16, 11 + 200),
            ("documented", 11 + 16, 11 + 200),
            ("measured-2024", 16, 200),
            ("measured-2026", 11, 11 + 200),
            ("exact", 30 + 16, 30 + 200),
        ] {
            let knobs = knobs(estimator);
            assert_eq!(estimate(&knobs, "gpt-4o", &plain, 30), without, "{estimator}");
            assert_eq!(estimate(&knobs, "gpt-4o", &capped, 30), with, "{estimator}");
            assert_eq!(actual(&knobs, 30, 70).is_some(), estimator == "reconciled");
        }
    }
}
