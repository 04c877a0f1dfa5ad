//! Expressions that compile are run: text as it is, and blocks made by a grammar.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim_start().starts_with('@') => fuzz::run(text),
        _ => fuzz::run(&fuzz::write(bytes)),
    }
});
