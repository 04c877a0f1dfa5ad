//! Any text as an expression and as statements.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for diagnostic in expression::fuzzing::parse(text) {
        let span = diagnostic.span;
        assert!(text.get(span.start..span.end).is_some(), "a mistake has no place: {diagnostic:?}");
    }
});
