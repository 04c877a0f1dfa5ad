//! Any text: where an expression ends, and its tokens.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let start = text.len() - text.trim_start().len();
    if expression::is_expression(text)
        && let Some(end) = expression::end_of_expression(text, start)
    {
        assert!(text.is_char_boundary(end), "ends inside a character");
    }
    let tokens = expression::fuzzing::lex(text);
    assert!(tokens.windows(2).all(|it| it[0].end <= it[1].start), "tokens overlap");
    assert!(tokens.iter().all(|it| text.get(it.start..it.end).is_some()), "a token has no place");
});
