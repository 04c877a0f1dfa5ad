//! Vectors of texts: texts that share words and parts of words lie near each other, others do not, and the same text is always the
//! same vector.
//!
//! Every word, every pair of neighbouring words and every three neighbouring characters of a word is a feature with a direction of
//! its own, pseudo-random and so nearly at right angles to every other. A text is the sum of its features; words that stand in
//! every text weigh little.

use std::collections::BTreeMap;

/// Words that say nothing about what a text is about.
const DULL: [&str; 86] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "explain", "for", "from", "give", "had", "has", "have", "he", "her", "his", "how", "i",
    "if", "in", "into", "is", "it", "its", "just", "let", "like", "may", "me", "my", "no", "not", "of", "on",
    "one", "or", "our", "please", "s", "say", "she", "should", "so", "some", "steps", "t", "tell", "than",
    "that", "the", "their", "them", "then", "there", "they", "this", "to", "up", "us", "was", "way", "we",
    "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your", "yours",
];
const WORD: f32 = 0.8;
const PAIR: f32 = 0.2;
const PART: f32 = 0.5;
const DULL_SHARE: f32 = 0.35;

/// The vector of a text, of length 1. Vectors of two models have nothing in common.
pub(crate) fn vector(text: &str, model: &str, dimensions: usize) -> Vec<f32> {
    let seed = hash(0, model);
    let mut sum = vec![0.0f32; dimensions];
    for (feature, weight) in features(text) {
        add(&mut sum, hash(seed, &feature), weight);
    }
    unit(&mut sum);
    sum
}

/// Makes the length of a vector 1; one without direction gets one.
pub(crate) fn unit(vector: &mut [f32]) {
    let length: f64 = vector.iter().map(|it| f64::from(*it) * f64::from(*it)).sum();
    let length = length.sqrt();
    if length > 0.0 {
        for it in vector.iter_mut() {
            *it = (f64::from(*it) / length) as f32;
        }
    } else if let Some(first) = vector.first_mut() {
        *first = 1.0;
    }
}

// In order of their names, so that sums of floats come out the same.
fn features(text: &str) -> BTreeMap<String, f32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .collect();
    let mut counts: BTreeMap<String, f32> = BTreeMap::new();
    if words.is_empty() {
        // Marks alone are a feature as they stand.
        counts.insert(format!("text {lower}"), 1.0);
        return counts;
    }
    for word in &words {
        let share = if DULL.contains(word) { DULL_SHARE } else { 1.0 };
        *counts.entry(format!("word {word}")).or_default() += WORD * share;
        let framed: Vec<char> = std::iter::once('^').chain(word.chars()).chain(['$']).collect();
        for part in framed.windows(3) {
            let part: String = part.iter().collect();
            *counts.entry(format!("part {part}")).or_default() += PART * share;
        }
    }
    for pair in words.windows(2) {
        let share = if pair.iter().any(|it| DULL.contains(it)) {
            DULL_SHARE
        } else {
            1.0
        };
        *counts.entry(format!("pair {} {}", pair[0], pair[1])).or_default() += PAIR * share;
    }
    // A word that is said ten times does not make the text ten times as much about it.
    counts
        .values_mut()
        .for_each(|it| *it = it.sqrt() * it.min(1.0).sqrt());
    counts
}

// FNV-1a: small, fixed for ever, and no secret is at stake.
fn hash(seed: u64, text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

// One bit of the feature's own stream of bits says the sign in each dimension.
fn add(sum: &mut [f32], mut state: u64, weight: f32) {
    for chunk in sum.chunks_mut(64) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        for it in chunk {
            *it += if bits & 1 == 1 { weight } else { -weight };
            bits >>= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance(a: &str, b: &str) -> f64 {
        let (a, b) = (vector(a, "m", 1536), vector(b, "m", 1536));
        1.0 - a
            .iter()
            .zip(&b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>()
    }

    #[test]
    fn texts_about_the_same_are_near_and_others_far() {
        let coffee = "How do I brew the perfect cup of coffee?";
        let again = distance(coffee, "Tell me how to brew the perfect cup of coffee");
        assert!(again < 0.15, "{again}");
        let related = distance(coffee, "What are the steps to brewing good coffees?");
        assert!(related > again && related < 0.75, "{related}");
        let other = distance(coffee, "Which planet has the largest moons?");
        assert!(other > 0.85, "{other}");
        assert!(distance("hello", "Hello!") < 1e-6);
        assert!(distance("hello", "hallo") < distance("hello", "world"));
        assert!(distance("?", "!") > 0.5);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_text_has_one_vector_of_length_one(text in "\\PC{0,60}", dimensions in 1usize..300) {
            let it = vector(&text, "m", dimensions);
            prop_assert_eq!(&it, &vector(&text, "m", dimensions));
            let length: f64 = it.iter().map(|it| f64::from(*it).powi(2)).sum();
            prop_assert!((length - 1.0).abs() < 1e-5);
        }
    }
}
