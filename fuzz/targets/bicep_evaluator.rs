//! Any text as a Bicep file that is deployed, without values for its parameters, and made a service of.
#![no_main]

use bicep::{Cloud, Deployed, Environment, Memory, Parameters, Refusal, load};
use libfuzzer_sys::fuzz_target;
use resources::{Facts, Store};
use serde_json::{Value, json};

struct Anything;

impl Cloud for Anything {
    fn put(&mut self, _: Deployed) -> Result<(), Refusal> {
        Ok(())
    }

    fn get(&self, id: &str) -> Option<Value> {
        Some(json!({ "id": id, "properties": { "a": [1, "b"] } }))
    }

    fn act(&mut self, _: &str, _: &str, _: Option<&Value>) -> Result<Value, String> {
        Ok(json!({ "key1": "k" }))
    }
}

fuzz_target!(|text: &str| {
    let files = Memory::new([("main.bicep", text), ("other.bicep", "param a string = 'x'\noutput b string = a\n")]);
    let loaded = load("main.bicep", &files);
    loaded.deploy(&Parameters::default(), &Environment::default(), &mut Anything);
    // The same to what keeps resources, and a service of what it keeps.
    let mut store = Store::new(Facts::default());
    loaded.deploy(&Parameters::default(), &Environment::default(), &mut store);
    resources::service(&store, None, &loaded.texts, &|_| Err("nothing is fetched".to_owned()));
});
