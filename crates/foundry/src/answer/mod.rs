//! What the model says: chosen by the seed and the request, so that the same question always gets the same answer.

mod likelihood; // of each token
mod prose; // English of an exact length
mod schema; // values that a JSON schema accepts

use clock::{Dice, Rng};
use llm::{ChatRequest, Encoding, FunctionCall, Message, Piece, Tool, ToolCall, ToolChoice, Usage};
use serde_json::{Value, json};
use std::ops::Range;

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) choices: Vec<Choice>,
    pub(crate) usage: Usage,
}

/// One of its choices.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) said: Said,
    /// What is sent, token by token: the text, or the arguments of the call.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) finish: &'static str,
    /// How likely each piece was, where that was asked for.
    pub(crate) likelihoods: Option<Vec<Value>>,
}

/// Words or a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    Text(String),
    Call(ToolCall),
}

impl Choice {
    /// How many frames of tokens it has.
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Tokens of its first `frames` frames.
    pub(crate) fn tokens(&self, frames: usize) -> u64 {
        self.pieces.iter().take(frames).map(|piece| piece.tokens).sum()
    }

    /// `logprobs` of some of its pieces; `null` where nobody asked.
    pub(crate) fn logprobs(&self, pieces: Range<usize>) -> Value {
        let entries = self.likelihoods.as_ref().and_then(|all| all.get(pieces));
        entries.map_or(
            Value::Null,
            |entries| json!({ "content": entries, "refusal": null }),
        )
    }
}

impl Answer {
    /// What a model says that makes vectors: nothing.
    pub(crate) fn nothing(prompt_tokens: u64) -> Answer {
        Answer {
            choices: Vec::new(),
            usage: Usage::of(prompt_tokens, 0, 0),
        }
    }

    /// Frames of its longest choice.
    pub(crate) fn len(&self) -> usize {
        self.choices.iter().map(Choice::len).max().unwrap_or(0)
    }

    /// Tokens that are out when each choice has sent its first `frames`; what is only thought counts from the first on.
    pub(crate) fn produced(&self, frames: usize) -> u64 {
        if frames >= self.len() {
            return self.usage.completion_tokens;
        }
        let shown: u64 = self.choices.iter().map(|choice| choice.tokens(frames)).sum();
        let hidden = self.usage.completion_tokens_details.reasoning_tokens;
        if frames == 0 { 0 } else { shown + hidden }
    }
}

/// What an answer is made for.
pub(crate) struct Question<'a> {
    pub(crate) request: &'a ChatRequest,
    pub(crate) model: &'a str,
    pub(crate) reasoning: bool,
    pub(crate) prompt_tokens: u64,
    /// Shortest and longest answer.
    pub(crate) length: (u64, u64),
}

/// Thinks of an answer.
pub(crate) fn answer(dice: Dice, question: &Question<'_>) -> Answer {
    let encoding = Encoding::of_model(question.model);
    let subject = subject(question.request);
    let cap = question.request.max_output().unwrap_or(u64::MAX);
    let mut choices = Vec::new();
    let (mut completion, mut hidden) = (0, 0);
    for index in 0..question.request.choices() {
        let mut rng = dice.roll(("answer", &subject), index);
        // Thought is counted inside the cap; where it uses it up, nothing is said (doc).
        let thought = if question.reasoning {
            64 * (1 + rng.below(4))
        } else {
            0
        }
        .min(cap);
        let mut choice = choose(encoding, question, cap - thought, &mut rng);
        if question.request.logprobs == Some(true) && matches!(choice.said, Said::Text(_)) {
            let top = question.request.top_logprobs.unwrap_or(0);
            let mut rng = dice.roll(("likelihood", &subject), index);
            choice.likelihoods = Some(likelihood::entries(&choice.pieces, top, &mut rng));
        }
        completion += thought + spoken(encoding, &choice);
        hidden += thought;
        choices.push(choice);
    }
    Answer {
        choices,
        usage: Usage::of(question.prompt_tokens, completion, hidden),
    }
}

// All that the answer depends on: not whether it streams, and not what the deployment is called.
fn subject(request: &ChatRequest) -> String {
    let format = request.response_format.as_ref();
    serde_json::to_string(&(&request.messages, &request.tools, &request.tool_choice, format))
        .unwrap_or_default()
}

fn spoken(encoding: Encoding, choice: &Choice) -> u64 {
    match &choice.said {
        Said::Text(text) => encoding.count(text),
        Said::Call(call) => encoding.count(&call.function.name) + choice.tokens(choice.len()) + 3,
    }
}

fn choose(encoding: Encoding, question: &Question<'_>, cap: u64, rng: &mut Rng) -> Choice {
    let request = question.request;
    if let Some(tool) = tool(request, rng) {
        return call(encoding, tool, rng);
    }
    let format = request.response_format.as_ref();
    let text = match format.map(|it| it.kind.as_str()) {
        Some("json_schema") => {
            let schema = format.and_then(|it| it.json_schema.as_ref()?.schema.as_ref());
            schema
                .map_or_else(|| json!({}), |schema| schema::instance(schema, schema, rng))
                .to_string()
        }
        Some("json_object") => json!({"answer": prose(encoding, question, rng)}).to_string(),
        _ => prose(encoding, question, rng),
    };
    let (text, finish) = stopped(request, text);
    let shortened = encoding.truncate(&text, cap);
    let finish = if shortened.len() < text.len() {
        "length"
    } else {
        finish
    };
    let text = shortened.to_owned();
    Choice {
        pieces: encoding.pieces(&text),
        said: Said::Text(text),
        finish,
        likelihoods: None,
    }
}

fn prose(encoding: Encoding, question: &Question<'_>, rng: &mut Rng) -> String {
    let (shortest, longest) = question.length;
    let length = shortest + rng.below(longest.saturating_sub(shortest) + 1);
    prose::compose(encoding, length, &topic(&question.request.messages), rng)
}

// A stop text ends the answer and is not part of it.
fn stopped(request: &ChatRequest, mut text: String) -> (String, &'static str) {
    let stops = request.stop.as_ref().map(|stop| stop.texts()).unwrap_or_default();
    let first = stops
        .iter()
        .filter(|stop| !stop.is_empty())
        .filter_map(|stop| text.find(stop.as_str()))
        .min();
    if let Some(at) = first {
        text.truncate(at);
    }
    (text, "stop")
}

/// The tool that is called: the one that is forced, or any; none once a tool has answered, or when none is wanted.
fn tool<'a>(request: &'a ChatRequest, rng: &mut Rng) -> Option<&'a Tool> {
    let functions: Vec<&Tool> = request
        .tools
        .iter()
        .filter(|tool| !tool.function.name.is_empty())
        .collect();
    let answered = request
        .messages
        .last()
        .is_some_and(|message| message.role == "tool");
    match &request.tool_choice {
        Some(ToolChoice::Named { function }) => functions
            .into_iter()
            .find(|tool| tool.function.name == function.name),
        Some(ToolChoice::Mode(mode)) if mode == "none" => None,
        Some(ToolChoice::Mode(mode)) if mode == "required" => any(&functions, rng),
        _ if answered => None,
        _ => any(&functions, rng),
    }
}

fn any<'a>(tools: &[&'a Tool], rng: &mut Rng) -> Option<&'a Tool> {
    let at = usize::try_from(rng.below(tools.len() as u64)).ok()?;
    tools.get(at).copied()
}

fn call(encoding: Encoding, tool: &Tool, rng: &mut Rng) -> Choice {
    let nothing = json!({"type": "object"});
    let schema = tool.function.parameters.as_ref().unwrap_or(&nothing);
    let made = schema::instance(schema, schema, rng);
    let arguments = if made.is_object() {
        made
    } else {
        Value::Object(Default::default())
    }
    .to_string();
    let pieces = encoding.pieces(&arguments);
    let function = FunctionCall {
        arguments,
        name: tool.function.name.clone(),
    };
    let id = format!("call_{}", base62(rng, 24));
    let said = Said::Call(ToolCall {
        function,
        id,
        kind: "function".into(),
    });
    Choice {
        said,
        pieces,
        finish: "tool_calls",
        likelihoods: None,
    }
}

/// Random letters and digits.
pub(crate) fn base62(rng: &mut Rng, length: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..length)
        .map(|_| char::from(DIGITS[(rng.below(62) % 62) as usize]))
        .collect()
}

/// What the last question is about: its two longest plain words.
fn topic(messages: &[Message]) -> String {
    const DULL: [&str; 12] = [
        "please", "about", "could", "would", "should", "there", "their", "which", "where", "what", "tell",
        "with",
    ];
    let Some(question) = messages.iter().rev().find(|message| message.role == "user") else {
        return String::new();
    };
    let text: String = question.content.texts().collect::<Vec<_>>().join(" ");
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(|it: char| !it.is_alphanumeric()).take(1_000) {
        let plain = (4..=14).contains(&word.len()) && word.bytes().all(|it| it.is_ascii_lowercase());
        if plain && !DULL.contains(&word) && !words.contains(&word) {
            words.push(word);
        }
    }
    let mut longest = words.clone();
    longest.sort_by_key(|word| std::cmp::Reverse(word.len()));
    longest.truncate(2);
    let chosen: Vec<&str> = words.into_iter().filter(|word| longest.contains(word)).collect();
    chosen.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ask(request: &Value, seed: u64) -> Answer {
        let request: ChatRequest = serde_json::from_value(request.clone()).unwrap();
        let question = Question {
            request: &request,
            model: "gpt-4o-mini",
            reasoning: false,
            prompt_tokens: 31,
            length: (72, 88),
        };
        answer(Dice::new(seed), &question)
    }

    fn text(choice: &Choice) -> &str {
        match &choice.said {
            Said::Text(text) => text,
            Said::Call(_) => panic!("not a text"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn usage_is_the_count_of_what_is_said(seed: u64, n in 1u64..4, cap in prop::option::of(0u64..120), question in "[a-z ]{0,40}") {
            let encoding = Encoding::O200kBase;
            let mut request = json!({"messages": [{"role": "user", "content": question}], "n": n});
            let whole = ask(&request, seed);
            if let Some(cap) = cap {
                request["max_completion_tokens"] = json!(cap);
            }
            let answer = ask(&request, seed);
            prop_assert_eq!(&answer, &ask(&request, seed));
            let counts: Vec<u64> = answer.choices.iter().map(|it| encoding.count(text(it))).collect();
            prop_assert_eq!(answer.usage.completion_tokens, counts.iter().sum::<u64>());
            for ((choice, whole), count) in answer.choices.iter().zip(&whole.choices).zip(counts) {
                let (natural, cap) = (whole.tokens(whole.len()), cap.unwrap_or(u64::MAX));
                prop_assert!((72..=88).contains(&natural));
                prop_assert_eq!(choice.tokens(choice.len()), count);
                prop_assert_eq!(count, natural.min(cap));
                prop_assert_eq!(choice.finish == "length", natural > cap);
            }
        }
    }

    #[test]
    fn tools_formats_and_stops_are_honoured() {
        let tools = json!([{"type": "function", "function": {"name": "weather", "parameters":
            {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]);
        let mut request = json!({"messages": [{"role": "user", "content": "Weather?"}], "tools": tools});
        let choice = &ask(&request, 1).choices[0];
        let Said::Call(call) = &choice.said else {
            panic!("a call")
        };
        let arguments: Value = serde_json::from_str(&call.function.arguments).unwrap();
        assert!(arguments["city"].is_string());
        assert_eq!(
            (call.function.name.as_str(), choice.finish),
            ("weather", "tool_calls")
        );

        let answered = json!({"role": "tool", "tool_call_id": call.id, "content": "rain"});
        request["messages"].as_array_mut().unwrap().push(answered);
        assert_eq!(ask(&request, 1).choices[0].finish, "stop");

        let request = json!({"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema",
            "json_schema": {"name": "n", "schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}}}});
        let value: Value = serde_json::from_str(text(&ask(&request, 1).choices[0])).unwrap();
        assert!(value["a"].is_i64());

        let request = json!({"messages": [{"role": "user", "content": "x"}], "stop": [".", "zzz"]});
        let answer = ask(&request, 1);
        assert!(!text(&answer.choices[0]).contains('.') && answer.choices[0].finish == "stop");
    }
}
