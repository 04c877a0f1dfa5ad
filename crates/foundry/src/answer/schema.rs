//! A value that a JSON schema accepts.

use clock::Rng;
use serde_json::{Map, Number, Value, json};

// Deeper than this only what must be there is made, and nothing at all beyond four times that.
const SHALLOW: usize = 6;

/// An instance of `schema`; references are looked up in `root`.
pub(crate) fn instance(root: &Value, schema: &Value, rng: &mut Rng) -> Value {
    make(root, schema, "value", 0, &mut Draw { rng, left: VALUES })
}

// A schema that multiplies itself must not fill the memory.
const VALUES: u32 = 5_000;

/// Chance, and how many values may still be made.
struct Draw<'a> {
    rng: &'a mut Rng,
    left: u32,
}

fn make(root: &Value, schema: &Value, name: &str, depth: usize, draw: &mut Draw<'_>) -> Value {
    if depth > 4 * SHALLOW || draw.left == 0 {
        return Value::Null;
    }
    draw.left -= 1;
    let Value::Object(map) = schema else {
        return json!({});
    };
    if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
        let pointer = reference.strip_prefix('#').unwrap_or(reference);
        return root
            .pointer(pointer)
            .map_or(Value::Null, |it| make(root, it, name, depth + 1, draw));
    }
    if let Some(value) = map.get("const") {
        return value.clone();
    }
    if let Some(values) = map.get("enum").and_then(Value::as_array) {
        return chosen(values, draw.rng).cloned().unwrap_or(Value::Null);
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = map.get(word).and_then(Value::as_array) {
            return alternative(root, choices, name, depth, draw);
        }
    }
    if let Some(parts) = map.get("allOf").and_then(Value::as_array) {
        return make(root, &merged(root, map, parts), name, depth + 1, draw);
    }
    match kind(map) {
        "object" => object(root, map, depth, draw),
        "array" => array(root, map, name, depth, draw),
        "integer" => integer(map, draw.rng),
        "number" => number(map, draw.rng),
        "boolean" => Value::Bool(draw.rng.below(2) == 1),
        "null" => Value::Null,
        _ => Value::String(string(map, name, draw.rng)),
    }
}

// The first type that is not null; without `type`, what the other members speak of.
fn kind(map: &Map<String, Value>) -> &str {
    match map.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            let mut names = kinds.iter().filter_map(Value::as_str);
            names.find(|it| *it != "null").unwrap_or("null")
        }
        _ if map.contains_key("properties") => "object",
        _ if map.contains_key("items") => "array",
        _ if map.contains_key("minimum") || map.contains_key("maximum") => "number",
        _ => "string",
    }
}

fn alternative(root: &Value, choices: &[Value], name: &str, depth: usize, draw: &mut Draw<'_>) -> Value {
    let is_null = |it: &&Value| it.get("type").and_then(Value::as_str) == Some("null");
    let null = choices.iter().find(is_null);
    // A recursive schema ends where null is allowed.
    let choice = match null.filter(|_| depth > SHALLOW) {
        Some(null) => Some(null),
        None => choices.iter().find(|it| !is_null(it)).or(null),
    };
    choice.map_or(Value::Null, |it| make(root, it, name, depth + 1, draw))
}

fn merged(root: &Value, map: &Map<String, Value>, parts: &[Value]) -> Value {
    let mut whole = map.clone();
    whole.shift_remove("allOf");
    for part in parts {
        let resolved = part
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|it| root.pointer(it.strip_prefix('#')?));
        let Some(part) = resolved.unwrap_or(part).as_object() else {
            continue;
        };
        for (word, value) in part {
            match (whole.get_mut(word), value) {
                (Some(Value::Object(there)), Value::Object(more)) => there.extend(more.clone()),
                (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.iter().cloned()),
                (Some(_), _) => (),
                (None, value) => drop(whole.insert(word.clone(), value.clone())),
            }
        }
    }
    Value::Object(whole)
}

fn object(root: &Value, map: &Map<String, Value>, depth: usize, draw: &mut Draw<'_>) -> Value {
    let required: Vec<&str> = map
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = map.get("properties").and_then(Value::as_object);
    let mut made = Map::new();
    for (name, schema) in properties.into_iter().flatten() {
        if depth <= SHALLOW || required.contains(&name.as_str()) {
            made.insert(name.clone(), make(root, schema, name, depth + 1, draw));
        }
    }
    Value::Object(made)
}

fn array(root: &Value, map: &Map<String, Value>, name: &str, depth: usize, draw: &mut Draw<'_>) -> Value {
    let bound = |word: &str| map.get(word).and_then(Value::as_u64);
    let least = bound("minItems").unwrap_or(0).min(64);
    let usual = if depth > SHALLOW { 0 } else { 2 };
    let length = least.max(usual).min(bound("maxItems").unwrap_or(u64::MAX));
    if let Some(items) = map.get("prefixItems").and_then(Value::as_array) {
        return items
            .iter()
            .map(|item| make(root, item, name, depth + 1, draw))
            .collect();
    }
    let anything = json!({"type": "string"});
    let item = map.get("items").filter(|it| it.is_object()).unwrap_or(&anything);
    (0..length)
        .map(|_| make(root, item, name, depth + 1, draw))
        .collect()
}

fn integer(map: &Map<String, Value>, rng: &mut Rng) -> Value {
    let bound = |word: &str| {
        map.get(word)
            .and_then(|it| it.as_i64().or_else(|| it.as_f64().map(|it| it.ceil() as i64)))
    };
    let low = bound("minimum").or(bound("exclusiveMinimum").map(|it| it.saturating_add(1)));
    let high = bound("maximum").or(bound("exclusiveMaximum").map(|it| it.saturating_sub(1)));
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high.max(low)),
        (Some(low), None) => (low, low.saturating_add(99)),
        (None, Some(high)) => (high.saturating_sub(99), high),
        (None, None) => (1, 100),
    };
    let span = u64::try_from(i128::from(high) - i128::from(low))
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let value = i64::try_from(i128::from(low) + i128::from(rng.below(span))).unwrap_or(low);
    match map.get("multipleOf").and_then(Value::as_i64).filter(|it| *it > 0) {
        Some(step) => {
            let down = value.div_euclid(step).saturating_mul(step);
            json!(if down < low {
                down.saturating_add(step)
            } else {
                down
            })
        }
        None => json!(value),
    }
}

fn number(map: &Map<String, Value>, rng: &mut Rng) -> Value {
    let bound = |word: &str| map.get(word).and_then(Value::as_f64);
    let low = bound("minimum").or(bound("exclusiveMinimum"));
    let high = bound("maximum").or(bound("exclusiveMaximum"));
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high.max(low)),
        (Some(low), None) => (low, low + 100.0),
        (None, Some(high)) => (high - 100.0, high),
        (None, None) => (0.0, 100.0),
    };
    if let Some(step) = bound("multipleOf").filter(|it| *it > 0.0) {
        return Number::from_f64((low / step).ceil() * step).map_or(Value::Null, Value::Number);
    }
    // Well inside, so that an exclusive bound is kept; two decimals where the range has room for them.
    let value = low + (high - low) * (0.25 + 0.5 * rng.unit());
    let rounded = (value * 100.0).round() / 100.0;
    let value = if rounded > low && rounded < high {
        rounded
    } else {
        value
    };
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

const WORDS: [&str; 16] = [
    "harbor", "meadow", "silver", "lantern", "copper", "orchard", "valley", "willow", "marble", "cedar",
    "north", "amber", "river", "summit", "garden", "island",
];

fn string(map: &Map<String, Value>, name: &str, rng: &mut Rng) -> String {
    let mut number = |below: u64| rng.below(below);
    match map.get("format").and_then(Value::as_str) {
        Some("date-time") => {
            return format!(
                "2026-{:02}-{:02}T{:02}:30:00Z",
                1 + number(12),
                1 + number(28),
                number(24)
            );
        }
        Some("date") => return format!("2026-{:02}-{:02}", 1 + number(12), 1 + number(28)),
        Some("time") => return format!("{:02}:{:02}:00Z", number(24), number(60)),
        Some("duration") => return format!("PT{}M", 1 + number(59)),
        Some("email") => return format!("{}@example.com", word(rng)),
        Some("hostname") => return format!("{}.example.com", word(rng)),
        Some("ipv4") => return format!("192.0.2.{}", 1 + number(254)),
        Some("ipv6") => return format!("2001:db8::{:x}", 1 + number(65_000)),
        Some("uri" | "url") => return format!("https://example.com/{}", word(rng)),
        Some("uuid") => return rng.uuid().to_string(),
        _ => (),
    }
    let bound = |limit: &str| {
        map.get(limit)
            .and_then(Value::as_u64)
            .and_then(|it| usize::try_from(it).ok())
    };
    let least = bound("minLength").unwrap_or(0).min(100_000);
    let most = bound("maxLength").unwrap_or(usize::MAX);
    let mut text = match name {
        "city" | "location" | "place" => {
            ["Lisbon", "Oslo", "Nairobi", "Quito"][rng.below(4) as usize].to_owned()
        }
        _ => format!("{} {}", word(rng), word(rng)),
    };
    while text.chars().count() < least {
        text.push(' ');
        text.push_str(word(rng));
    }
    text.chars().take(most.max(least)).collect()
}

fn word(rng: &mut Rng) -> &'static str {
    WORDS[rng.below(WORDS.len() as u64) as usize]
}

fn chosen<'a>(values: &'a [Value], rng: &mut Rng) -> Option<&'a Value> {
    values.get(usize::try_from(rng.below(values.len() as u64)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Dice;

    #[test]
    fn an_instance_has_the_shape_of_its_schema() {
        let schema = json!({
            "type": "object", "required": ["city", "days", "unit", "tags", "next"],
            "properties": {
                "city": {"type": "string"},
                "days": {"type": "integer", "minimum": 3, "maximum": 5},
                "ratio": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                "unit": {"enum": ["c", "f"]},
                "when": {"type": "string", "format": "date"},
                "tags": {"type": "array", "minItems": 3, "items": {"type": ["string", "null"], "minLength": 30, "maxLength": 32}},
                "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
            },
        });
        for seed in 0..50 {
            let made = instance(&schema, &schema, &mut Dice::new(seed).roll("schema", 0));
            assert!((3..=5).contains(&made["days"].as_i64().unwrap()), "{made}");
            let ratio = made["ratio"].as_f64().unwrap();
            assert!(ratio > 0.0 && ratio < 1.0);
            assert!(["c", "f"].contains(&made["unit"].as_str().unwrap()));
            assert_eq!(made["tags"].as_array().unwrap().len(), 3);
            assert!((30..=32).contains(&made["tags"][0].as_str().unwrap().len()));
            assert!(made["next"].is_object());
        }
    }

    #[test]
    fn endless_and_senseless_schemas_come_to_an_end() {
        for schema in [
            json!({"$ref": "#"}),
            json!({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}),
            json!({"type": "array", "items": {"$ref": "#"}, "minItems": 1_000_000}),
            json!({"type": "integer", "minimum": i64::MAX, "maximum": i64::MIN}),
            json!({"enum": []}),
            json!({"anyOf": []}),
            json!(true),
        ] {
            instance(&schema, &schema, &mut Dice::new(1).roll("schema", 0));
        }
    }
}
