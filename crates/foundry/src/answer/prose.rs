//! Plausible English of an exact length in tokens.

use clock::Rng;
use llm::Encoding;

const OPENINGS: [&str; 10] = [
    "Good question.",
    "Here is the short version.",
    "That depends on what you want to achieve.",
    "Let me walk you through it.",
    "There are a few things to keep in mind here.",
    "In most cases the answer is simpler than it looks.",
    "It helps to look at this from two sides.",
    "The honest answer is that nobody knows for certain.",
    "You are closer to the answer than you think.",
    "Let us begin with what is known.",
];

const TOPICAL: [&str; 6] = [
    "You asked about {topic}, so let us start there.",
    "When people ask about {topic}, they usually expect a longer answer.",
    "The interesting part of {topic} is what it leaves out.",
    "About {topic} there is more to say than fits into one reply.",
    "The first thing to notice is {topic} itself.",
    "If {topic} matters to you, read the next part twice.",
];

// {a} an adjective, {n} a noun, {v} a verb, {p} a plural.
const BODIES: [&str; 24] = [
    "A {a} {n} usually costs less than a {a} one.",
    "Most {p} {v} only when somebody looks after them.",
    "The {n} tells you when to stop, and the {n} tells you why.",
    "Without a {a} {n}, even careful {p} {v} sooner or later.",
    "Take the {n} first, because everything else follows from it.",
    "Older {p} {v} in a different way, which still surprises newcomers.",
    "It is worth writing the {n} down before you forget it.",
    "Nobody plans for a {a} {n}, yet every project meets one.",
    "Compare the {a} case with the {a} one and the {n} becomes clear.",
    "Some {p} {v} under load, while others stay {a} for years.",
    "In practice the {n} is rarely as {a} as the manual claims.",
    "You can measure the {n}, but you cannot measure the {n} behind it.",
    "Start with a {a} draft, then let the {n} decide the rest.",
    "The {p} that {v} today were considered {a} only a decade ago.",
    "Two {a} {p} are easier to explain than one {a} {n}.",
    "Keep the {n} close and the {p} at a distance.",
    "If the {n} looks {a}, ask who benefits from it.",
    "There is a {a} reason why {p} {v} in the morning.",
    "A second {n} would help, although a {a} one may be enough.",
    "What looks like a {n} is often just a {a} habit.",
    "The {a} approach works until the {p} {v} at once.",
    "Good {p} {v} quietly and leave a {a} trace.",
    "Ask for the {n} early, since {p} tend to {v} late.",
    "Every {n} has a {a} side that the {p} never mention.",
];

const ADJECTIVES: [&str; 20] = [
    "simple", "careful", "patient", "quiet", "modern", "reliable", "small", "generous", "familiar", "steady",
    "plain", "slow", "bright", "narrow", "solid", "ordinary", "curious", "fragile", "honest", "clever",
];

const NOUNS: [&str; 20] = [
    "plan", "method", "pattern", "budget", "deadline", "window", "example", "question", "habit", "margin",
    "detail", "signal", "boundary", "schedule", "measure", "story", "balance", "tool", "limit", "reason",
];

const PLURALS: [&str; 16] = [
    "teams", "systems", "answers", "models", "numbers", "rules", "gardens", "bridges", "letters", "machines",
    "maps", "cities", "rivers", "clocks", "engines", "records",
];

const VERBS: [&str; 12] = [
    "fail",
    "improve",
    "change",
    "settle",
    "return",
    "drift",
    "wait",
    "recover",
    "grow",
    "agree",
    "slow down",
    "stop",
];

// Short sentences of many lengths; some of them together make up any rest.
const CLOSINGS: [&str; 20] = [
    "Enough.",
    "Try it.",
    "Good luck.",
    "That is all.",
    "So much for that.",
    "I hope this helps.",
    "Let me know how it goes.",
    "The rest is a matter of taste.",
    "Ask again if anything is unclear.",
    "Start small and adjust as you learn.",
    "In short, keep it simple and keep going.",
    "When in doubt, the plain solution is the better one.",
    "If you try only one thing, let it be the first one.",
    "None of this is urgent, but it is better done today than tomorrow.",
    "Small steps add up.",
    "Take your time with it.",
    "There is no hurry at all.",
    "You will see the difference within a week or two.",
    "Everything else can wait until the first part really works.",
    "And if it does not work, you will at least have learned something new.",
];

/// English of exactly `length` tokens, and of as many whole sentences as fit. `topic` may be empty.
pub(crate) fn compose(encoding: Encoding, length: u64, topic: &str, rng: &mut Rng) -> String {
    let mut text = String::new();
    let mut left = length;
    let mut bodies = shuffled(&BODIES, rng);
    let mut opening = Some(opening(topic, rng));
    loop {
        let sentence = match opening.take() {
            Some(opening) => opening,
            None => {
                if bodies.is_empty() {
                    bodies = shuffled(&BODIES, rng);
                }
                filled(bodies.pop().unwrap_or(BODIES[0]), rng)
            }
        };
        let sentence = spaced(&text, &sentence);
        let tokens = encoding.count(&sentence);
        // Closings make up any rest from 8 tokens on.
        if tokens + 8 > left {
            break;
        }
        text.push_str(&sentence);
        left -= tokens;
    }
    close(encoding, &mut text, left, rng);
    match encoding.count(&text) == length {
        true => text,
        false => cut(encoding, text, length, rng),
    }
}

// The last resort, for lengths that no sentences make up: a text that is too long, cut.
fn cut(encoding: Encoding, mut text: String, length: u64, rng: &mut Rng) -> String {
    while encoding.count(&text) < length {
        let sentence = filled(pick(&BODIES, rng), rng);
        text = format!("{text}{}", spaced(&text, &sentence));
    }
    encoding.truncate(&text, length).to_owned()
}

fn opening(topic: &str, rng: &mut Rng) -> String {
    match topic.is_empty() || rng.below(3) == 0 {
        true => pick(&OPENINGS, rng).to_owned(),
        false => pick(&TOPICAL, rng).replace("{topic}", topic),
    }
}

fn spaced(before: &str, sentence: &str) -> String {
    if before.is_empty() {
        sentence.to_owned()
    } else {
        format!(" {sentence}")
    }
}

fn filled(pattern: &str, rng: &mut Rng) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(match slot {
            "a" => pick(&ADJECTIVES, rng),
            "n" => pick(&NOUNS, rng),
            "v" => pick(&VERBS, rng),
            _ => pick(&PLURALS, rng),
        });
        rest = after;
    }
    text.push_str(rest);
    // An article in front of a vowel.
    [" a o", " a e", " a i", "A o", "A e", "A i"]
        .iter()
        .fold(text, |text, article| {
            let (start, vowel) = article.split_at(article.len() - 2);
            text.replace(
                &format!("{start} {}", vowel.trim()),
                &format!("{start}n {}", vowel.trim()),
            )
        })
}

// Chooses closings, each at most once, whose tokens make up `left`.
fn close(encoding: Encoding, text: &mut String, left: u64, rng: &mut Rng) {
    let closings = shuffled(&CLOSINGS, rng);
    let first = text.is_empty();
    let counts: Vec<u64> = closings
        .iter()
        .map(|it| encoding.count(&format!(" {it}")))
        .collect();
    let Some(mut chosen) = subset(&counts, left) else {
        return;
    };
    // The shortest is the last word.
    chosen.sort_by_key(|index| std::cmp::Reverse(counts.get(*index).copied()));
    for (at, index) in chosen.into_iter().enumerate() {
        if !(first && at == 0) {
            text.push(' ');
        }
        text.push_str(closings.get(index).copied().unwrap_or(""));
    }
}

/// Indexes whose counts sum up to `total`; the first such choice in a fixed order.
fn subset(counts: &[u64], total: u64) -> Option<Vec<usize>> {
    let total = usize::try_from(total).ok().filter(|it| *it <= 256)?;
    // For each sum, the last index that was added and the sum before it.
    let mut reached: Vec<Option<(usize, usize)>> = vec![None; total + 1];
    for (index, count) in counts.iter().enumerate() {
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        for sum in (count.max(1)..=total).rev() {
            let before = sum - count;
            let free = reached.get(sum).is_some_and(Option::is_none);
            if free && (before == 0 || reached.get(before).is_some_and(Option::is_some)) {
                reached[sum] = Some((index, before));
            }
        }
    }
    let mut chosen = Vec::new();
    let mut sum = total;
    while sum > 0 {
        let (index, before) = reached[sum]?;
        chosen.push(index);
        sum = before;
    }
    chosen.reverse();
    Some(chosen)
}

fn pick<'a>(list: &[&'a str], rng: &mut Rng) -> &'a str {
    let at = rng.below(list.len() as u64);
    usize::try_from(at)
        .ok()
        .and_then(|at| list.get(at))
        .copied()
        .unwrap_or("")
}

fn shuffled<'a>(list: &[&'a str], rng: &mut Rng) -> Vec<&'a str> {
    let mut list = list.to_vec();
    for at in (1..list.len()).rev() {
        let other = usize::try_from(rng.below(at as u64 + 1)).unwrap_or(0);
        list.swap(at, other);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Dice;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_text_has_exactly_the_length_that_was_asked_for(seed: u64, length in 1u64..400, topic in "|tides|rivers and maps") {
            for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
                let text = compose(encoding, length, &topic, &mut Dice::new(seed).roll("prose", 0));
                prop_assert_eq!(encoding.count(&text), length, "{}", text);
            }
        }

        #[test]
        fn a_text_of_ordinary_length_ends_with_a_sentence(seed: u64, length in 24u64..200) {
            let text = compose(Encoding::O200kBase, length, "tides", &mut Dice::new(seed).roll("prose", 0));
            prop_assert!(text.ends_with('.'), "{}", text);
            prop_assert!(!text.contains(['{', '}']), "{}", text);
            prop_assert!(!text.contains("  "), "{}", text);
        }
    }
}
