//! What is known of each model: its unit of quota, its throughput per PTU, its speed, its context.

/// Facts about a model family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Facts {
    /// What the names of the family begin with.
    pub(crate) prefix: &'static str,
    /// Tokens and requests per minute of one unit of capacity (foundry.md 4.1.1).
    pub(crate) unit: (u64, u64),
    /// Whether a deployment has just that, whatever its capacity.
    pub(crate) fixed: bool,
    /// Normalised input tokens per minute of one PTU, and the weight of a token of the answer (4.2.1).
    pub(crate) provisioned: (u64, u64),
    /// Milliseconds to the first token, and per further one (after 6.2, inferred).
    pub(crate) speed: (f64, f64),
    /// Tokens that prompt and answer may have together.
    pub(crate) context: u64,
    /// Thinks before it answers, and takes `max_completion_tokens` only.
    pub(crate) reasoning: bool,
    /// Numbers of a vector, for a model that makes vectors; 0 for one that talks.
    pub(crate) dimensions: u64,
    /// Whether a request may ask for fewer.
    pub(crate) shortens: bool,
}

impl Facts {
    /// Whether it makes vectors instead of talking.
    pub(crate) fn embeds(&self) -> bool {
        self.dimensions > 0
    }
}

const fn facts(
    prefix: &'static str,
    unit: (u64, u64),
    provisioned: (u64, u64),
    speed: (f64, f64),
    context: u64,
) -> Facts {
    Facts {
        prefix,
        unit,
        fixed: false,
        provisioned,
        speed,
        context,
        reasoning: false,
        dimensions: 0,
        shortens: false,
    }
}

// A model of another publisher: its limits are those of the model (quotas-limits of Foundry Models, doc).
const fn other(prefix: &'static str, unit: (u64, u64), provisioned: (u64, u64), context: u64) -> Facts {
    Facts {
        fixed: true,
        ..facts(prefix, unit, provisioned, OMNI, context)
    }
}

const fn embedder(prefix: &'static str, dimensions: u64, shortens: bool) -> Facts {
    Facts {
        dimensions,
        shortens,
        ..facts(prefix, (1_000, 6), (2_500, 4), VECTORS, 8_192)
    }
}

const fn thinker(
    prefix: &'static str,
    unit: (u64, u64),
    provisioned: (u64, u64),
    speed: (f64, f64),
    context: u64,
) -> Facts {
    Facts {
        reasoning: true,
        ..facts(prefix, unit, provisioned, speed, context)
    }
}

// A third of what 6.2 guesses for the models themselves: a lab's forty calls are over in half a minute, and models keep
// their order.
const VECTORS: (f64, f64) = (20.0, 0.01);
const MINI: (f64, f64) = (120.0, 3.0);
const OMNI: (f64, f64) = (170.0, 5.0);
const FOUR: (f64, f64) = (150.0, 4.0);
const FIVE: (f64, f64) = (230.0, 4.0);
const DEEP: (f64, f64) = (500.0, 4.0);

/// A model that the table does not know is taken for the usual case.
const UNKNOWN: Facts = facts("", (1_000, 6), (2_500, 4), OMNI, 128_000);

const UNKNOWN_EMBEDDER: Facts = embedder("", 1_536, true);

// The longest prefix of the model's name decides.
const MODELS: [Facts; 54] = [
    embedder("text-embedding-ada-002", 1_536, false),
    embedder("text-embedding-3-small", 1_536, true),
    embedder("text-embedding-3-large", 3_072, true),
    embedder("cohere-embed", 1_024, false),
    embedder("embed-v-4-0", 1_536, true),
    facts("gpt-35-turbo", (1_000, 6), (2_500, 4), MINI, 16_385),
    facts("gpt-3.5-turbo", (1_000, 6), (2_500, 4), MINI, 16_385),
    facts("gpt-4", (1_000, 6), (2_500, 4), OMNI, 8_192),
    facts("gpt-4-32k", (1_000, 6), (2_500, 4), OMNI, 32_768),
    facts("gpt-4-turbo", (1_000, 6), (2_500, 4), OMNI, 128_000),
    facts("gpt-4-1106", (1_000, 6), (2_500, 4), OMNI, 128_000),
    facts("gpt-4-0125", (1_000, 6), (2_500, 4), OMNI, 128_000),
    facts("gpt-4o", (1_000, 6), (2_500, 4), OMNI, 128_000),
    facts("gpt-4o-mini", (1_000, 6), (37_000, 4), MINI, 128_000),
    facts("gpt-4.1", (1_000, 1), (3_000, 4), FOUR, 1_047_576),
    facts("gpt-4.1-mini", (1_000, 1), (14_900, 4), FOUR, 1_047_576),
    facts("gpt-4.1-nano", (1_000, 1), (59_400, 4), FOUR, 1_047_576),
    facts("gpt-4.5", (1_000, 6), (2_500, 4), OMNI, 128_000),
    thinker("gpt-5", (1_000, 6), (4_750, 8), FIVE, 400_000),
    facts("gpt-5-chat", (1_000, 6), (4_750, 8), FIVE, 128_000),
    thinker("gpt-5-mini", (1_000, 6), (23_750, 8), FIVE, 400_000),
    thinker("gpt-5.1", (1_000, 6), (4_750, 8), FIVE, 400_000),
    facts("gpt-5.1-chat", (1_000, 6), (4_750, 8), FIVE, 128_000),
    thinker("gpt-5.2", (1_000, 6), (3_400, 8), FIVE, 400_000),
    facts("gpt-5.2-chat", (1_000, 6), (3_400, 8), FIVE, 128_000),
    thinker("gpt-5.3", (1_000, 6), (3_400, 8), FIVE, 400_000),
    thinker("gpt-5.4", (1_000, 6), (2_400, 6), FIVE, 1_050_000),
    thinker("gpt-5.4-mini", (1_000, 6), (7_900, 6), FIVE, 400_000),
    thinker("gpt-5.5", (1_000, 6), (1_200, 6), FIVE, 1_050_000),
    thinker("gpt-5.6", (1_000, 6), (3_000, 6), FIVE, 1_050_000),
    thinker("gpt-5.6-luna", (1_000, 6), (30_000, 6), FIVE, 1_050_000),
    thinker("gpt-5.6-terra", (1_000, 6), (3_000, 6), FIVE, 1_050_000),
    thinker("gpt-5.6-sol", (1_000, 6), (1_200, 6), FIVE, 1_050_000),
    thinker("gpt-6", (1_000, 6), (3_000, 5), FIVE, 1_050_000),
    thinker("gpt-6-sol", (1_000, 6), (3_000, 5), FIVE, 1_050_000),
    thinker("gpt-6-astra", (1_000, 6), (600, 5), FIVE, 1_050_000),
    thinker("o1", (6_000, 1), (230, 4), DEEP, 200_000),
    thinker("o1-mini", (10_000, 1), (2_500, 4), DEEP, 128_000),
    thinker("o3", (1_000, 1), (3_000, 4), DEEP, 200_000),
    thinker("o3-mini", (10_000, 1), (2_500, 4), DEEP, 200_000),
    thinker("o3-pro", (10_000, 1), (3_000, 4), DEEP, 200_000),
    thinker("o4-mini", (1_000, 1), (5_400, 4), DEEP, 200_000),
    facts("model-router", (1_000, 1), (2_500, 4), OMNI, 200_000),
    facts("gpt-oss-120b", (1_000, 1), (13_500, 4), OMNI, 131_072),
    facts("gpt-oss", (1_000, 6), (13_500, 4), OMNI, 131_072),
    other("llama", (400_000, 1_000), (8_450, 4), 128_000),
    other("deepseek", (400_000, 1_000), (4_000, 4), 128_000),
    other("deepseek-r1", (5_000_000, 5_000), (4_000, 4), 128_000),
    other("deepseek-v3-0324", (5_000_000, 5_000), (4_000, 4), 128_000),
    other("qwen3-14b", (400_000, 1_000), (4_800, 4), 131_072),
    other("phi", (400_000, 1_000), (2_500, 4), 128_000),
    other("phi-4", (400_000, 1_000), (2_500, 4), 16_384),
    other("mistral", (400_000, 1_000), (2_500, 4), 128_000),
    other("grok", (400_000, 1_000), (2_500, 4), 131_072),
];

/// What is known of a model.
pub(crate) fn of_model(model: &str) -> Facts {
    let model = model.to_ascii_lowercase();
    let fitting = MODELS.iter().filter(|facts| model.starts_with(facts.prefix));
    let usual = match model.contains("embed") {
        true => UNKNOWN_EMBEDDER,
        false => UNKNOWN,
    };
    fitting
        .max_by_key(|facts| facts.prefix.len())
        .copied()
        .unwrap_or(usual)
}

/// Tokens and requests per minute of a deployment of so many units.
pub(crate) fn limits(model: &str, sku: &str, capacity: u64) -> (u64, u64) {
    let (tokens, requests) = unit(model, sku);
    let units = match of_model(model).fixed {
        true => 1,
        false => capacity.max(1),
    };
    (tokens.saturating_mul(units), requests.saturating_mul(units))
}

/// Tokens and requests per minute of one unit of a deployment.
fn unit(model: &str, sku: &str) -> (u64, u64) {
    // Seen at ten requests per thousand tokens, where the documentation says six (obs).
    let generous = model.eq_ignore_ascii_case("gpt-4o") && sku.eq_ignore_ascii_case("GlobalStandard");
    if generous {
        (1_000, 10)
    } else {
        of_model(model).unit
    }
}

/// Whether a prompt is too long for a provisioned deployment, although the model would take it (doc).
pub(crate) fn provisioned_refuses(model: &str, prompt_tokens: u64) -> bool {
    let model = model.to_ascii_lowercase();
    prompt_tokens > 128_000 && (model.starts_with("gpt-4.1") || model.starts_with("gpt-5.4"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(of_model("gpt-4o-mini").provisioned, (37_000, 4));
        assert_eq!(of_model("gpt-4o-2024-08-06").provisioned, (2_500, 4));
        assert_eq!(of_model("GPT-4.1-nano").provisioned, (59_400, 4));
        assert_eq!(of_model("gpt-5.2-codex").provisioned, (3_400, 8));
        assert!(of_model("o3-mini").reasoning && !of_model("gpt-4").reasoning);
        assert_eq!(of_model("something-else").unit, (1_000, 6));
        assert!(of_model("text-embedding-3-large").embeds() && !of_model("something-else").embeds());
        assert_eq!(of_model("my-embedder").dimensions, 1_536);
        assert_eq!(unit("gpt-4o", "GlobalStandard"), (1_000, 10));
        assert_eq!(unit("gpt-4o", "Standard"), (1_000, 6));
    }
}
