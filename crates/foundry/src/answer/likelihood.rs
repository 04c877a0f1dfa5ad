//! How likely each token was: the entries of `logprobs.content` (foundry.md 2.1).

use clock::Rng;
use llm::Piece;
use serde_json::{Value, json};

/// What might have stood there instead.
const OTHERS: [&str; 24] = [
    " the", " a", " to", " and", " of", " in", " that", " is", " it", " for", " on", " with", " as", " this",
    " be", " or", " an", " by", " from", " at", ",", ".", " not", " so",
];

/// An entry for every piece, each with the `top` most likely tokens of its place, itself first.
pub(super) fn entries(pieces: &[Piece], top: u64, rng: &mut Rng) -> Vec<Value> {
    pieces.iter().map(|piece| entry(&piece.text, top, rng)).collect()
}

fn entry(token: &str, top: u64, rng: &mut Rng) -> Value {
    let mut likelihood = lower(0.0, 600, rng);
    let mut entry = one(token, likelihood);
    let mut best = Vec::new();
    if top > 0 {
        best.push(entry.clone());
    }
    let first = rng.below(OTHERS.len() as u64);
    let others = OTHERS.iter().cycle().skip(usize::try_from(first).unwrap_or(0));
    let further = usize::try_from(top.saturating_sub(1)).unwrap_or(0);
    for other in others.filter(|other| **other != token).take(further) {
        likelihood = lower(likelihood - 0.4, 1_200, rng);
        best.push(one(other, likelihood));
    }
    entry["top_logprobs"] = best.into();
    entry
}

fn one(token: &str, logprob: f64) -> Value {
    json!({ "token": token, "logprob": logprob, "bytes": token.as_bytes() })
}

// Natural logarithms, of a thousandth's precision so that they look the same wherever they are written.
fn lower(than: f64, thousandths: u64, rng: &mut Rng) -> f64 {
    let below = than * 1_000.0 - rng.below(thousandths) as f64 - 1.0;
    below.round() / 1_000.0
}
