//! Any text as a whole expression: what is wrong is said, with a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use source::{Mapped, Severity};

fuzz_target!(|text: &str| {
    for text in [text.to_owned(), format!("@({text})"), format!("@{{{text}}}")] {
        let compiled = expression::compile(&Mapped::copied(&text, 0), &Default::default(), &fuzz::options());
        let wrong = compiled.diagnostics.iter().any(|it| it.severity == Severity::Error);
        assert_eq!(compiled.expression.is_none(), wrong, "refused without a reason, or taken with one");
        for diagnostic in &compiled.diagnostics {
            let span = diagnostic.span;
            assert!(text.get(span.start..span.end).is_some(), "a mistake has no place: {diagnostic:?}");
        }
    }
});
