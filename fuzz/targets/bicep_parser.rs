//! Any text as a Bicep file: read, bound and compiled, whatever it is.
#![no_main]

use bicep::{Memory, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let files = Memory::new([("main.bicep", text), ("other.bicep", "param a string\noutput b string = a\n"), ("x.json", "{}")]);
    let loaded = load("main.bicep", &files);
    if let Some(template) = loaded.build() {
        // What is built must be read again.
        let files = Memory::new([("main.json", template.to_string().as_str())]);
        assert!(load("main.json", &files).is_good(), "{template:#}");
    }
});
