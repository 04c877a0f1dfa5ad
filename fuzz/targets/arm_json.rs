//! Any text as an ARM JSON template, and as the value of an output in one.
#![no_main]

use bicep::{Cloud, Deployed, Environment, Memory, Parameters, Refusal, load};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

struct Nothing;

impl Cloud for Nothing {
    fn put(&mut self, _: Deployed) -> Result<(), Refusal> {
        Ok(())
    }

    fn get(&self, _: &str) -> Option<Value> {
        None
    }

    fn act(&mut self, _: &str, _: &str, _: Option<&Value>) -> Result<Value, String> {
        Err("nothing is there".to_owned())
    }
}

fn deploy(text: &str) {
    let loaded = load("main.json", &Memory::new([("main.json", text)]));
    loaded.deploy(&Parameters::default(), &Environment::default(), &mut Nothing);
}

fuzz_target!(|text: &str| {
    deploy(text);
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    let template = json!({
        "$schema": schema, "contentVersion": "1.0.0.0", "resources": [],
        "outputs": { "a": { "type": "object", "value": format!("[{text}]") } },
    });
    deploy(&template.to_string());
});
