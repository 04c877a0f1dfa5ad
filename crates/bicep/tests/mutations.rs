//! Whatever a text says, it is read, built and deployed without a crash: real templates, cut, doubled and mixed at random.
//!
//! `APIMITE_MUTATIONS` says how many; `fuzz/` has targets that look further.

use bicep::{Cloud, Deployed, Environment, Memory, Parameters, Refusal, load};
use serde_json::{Value, json};

struct Anything;

impl Cloud for Anything {
    fn put(&mut self, _: Deployed) -> Result<(), Refusal> {
        Ok(())
    }

    fn get(&self, id: &str) -> Option<Value> {
        Some(
            json!({ "id": id, "identity": { "principalId": "p" }, "properties": { "endpoints": {}, "a": [1, "b"] } }),
        )
    }

    fn act(&mut self, _: &str, _: &str, _: Option<&Value>) -> Result<Value, String> {
        Ok(json!({ "primaryKey": "k" }))
    }
}

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or_default()
    }
}

const MORE: &str = "
targetScope = 'resourceGroup'
@export()
@minLength(1)
type names = ('a' | 'b')[]
@discriminator('kind')
type either = { kind: 'x', x: int } | { kind: 'y', y: string? }
param p names = [ 'a' ]
param e either = { kind: 'x', x: 1 }
func f(n int, t string) string => '${t}${n + 1}'
import { q as r } from 'other.bicep'
var v = [for (n, i) in p: { ...{ a: n }, 'b-${i}': f(i, n) }]
var w = toObject(v, it => it.a, it => it.?c ?? (1 > 2 ? null : -1))
resource s 'Microsoft.X/things@2024-01-01' = [for n in p: if (n != 'z') {
  name: '${n}x'
}]
resource outer 'Microsoft.X/things@2024-01-01' existing = {
  name: 'k'
  resource t 'u' existing = { name: s[0].name }
}
module m 'other.bicep' = { params: { a: s[0].properties.a[^1] } }
#disable-next-line BCP057
output o array = map(range(0, 3), (x, i) => [ x, ...[ i ], '''raw''', m.outputs.?b ])
";

const OTHER: &str = "param a string = 'x'\n@export()\nvar q = 1\noutput b string = a\n";

fn mutated(seeds: &[String], dice: &mut Dice) -> String {
    let mut text: Vec<char> = seeds[dice.below(seeds.len())].chars().collect();
    // A window, so that mistakes are met from every side.
    let start = dice.below(text.len());
    let end = start + dice.below(text.len() - start);
    if dice.below(2) == 0 {
        text = text[start..end].to_vec();
    }
    for _ in 0..=dice.below(6) {
        if text.is_empty() {
            break;
        }
        let (at, length) = (dice.below(text.len()), dice.below(12));
        let to = (at + length).min(text.len());
        match dice.below(4) {
            0 => drop(text.drain(at..to)),
            1 => {
                let copy: Vec<char> = text[at..to].to_vec();
                let place = dice.below(text.len());
                text.splice(place..place, copy);
            }
            2 => {
                let other: Vec<char> = seeds[dice.below(seeds.len())].chars().collect();
                let from = dice.below(other.len());
                let part = other[from..(from + length * 4).min(other.len())].to_vec();
                text.splice(at..to, part);
            }
            _ => {
                text[at] = "'{}[]()$\n\\:=.?!@#&|^*'-9xé\u{1F600}\0\""
                    .chars()
                    .nth(dice.below(30))
                    .unwrap_or('x')
            }
        }
    }
    text.into_iter().collect()
}

fn run(name: &str, text: &str) {
    let files = Memory::new([
        (name, text),
        ("other.bicep", OTHER),
        ("model-server.bicep", OTHER),
    ]);
    let loaded = load(name, &files);
    loaded.deploy(&Parameters::default(), &Environment::default(), &mut Anything);
    if let Some(template) = loaded.build().filter(|_| name.ends_with(".bicep")) {
        let files = Memory::new([("built.json", template.to_string().as_str())]);
        let again = load("built.json", &files);
        assert!(again.is_good(), "{:?}\n{text}\n{template:#}", again.findings);
    }
}

#[test]
fn no_text_ends_the_program() {
    let count: u64 = std::env::var("APIMITE_MUTATIONS")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(600);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/labs/backend-pool");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).expect("readable");
    let seeds = [
        read("main.bicep"),
        read("model-server.bicep"),
        MORE.to_owned(),
        OTHER.to_owned(),
    ];
    let files = Memory::new([("main.bicep", seeds[2].as_str()), ("other.bicep", OTHER)]);
    let loaded = load("main.bicep", &files);
    assert!(loaded.is_good(), "{:?}", loaded.findings);
    let built = loaded.build().expect("good");
    let templates = [format!("{built:#}"), built.to_string()];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..count {
        match round % 3 {
            0 => run("main.json", &mutated(&templates, &mut dice)),
            _ => run("main.bicep", &mutated(&seeds, &mut dice)),
        }
    }
}
