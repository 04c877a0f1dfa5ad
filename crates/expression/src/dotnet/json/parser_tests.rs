//! What the parser accepts, and what it says about the rest.

use super::{JToken, ParseOptions, Root, Scalar, parse};

fn read(text: &str) -> JToken {
    parse(text, Root::Any, &ParseOptions::default()).unwrap()
}

fn message(text: &str, root: Root) -> String {
    parse(text, root, &ParseOptions::default()).unwrap_err().message
}

#[test]
fn what_is_lenient() {
    let rows = [
        ("{a:1,'b':2,\"c\":3,}", r#"{"a":1,"b":2,"c":3}"#),
        ("/* x */[1, // y\n2]", "[1,2]"),
        ("[1,]", "[1]"),
        ("[1,,2]", "[1,undefined,2]"),
        ("{'a':1,'b':2,'a':3}", r#"{"a":3,"b":2}"#),
        ("[0x1F,017,-0,1.5e2,.5]", "[31,15,0,150.0,0.5]"),
        ("'\\u00e9\\ud83d\\ude00\\/'", "\"é😀/\""),
        ("new Date(1,2)", "new Date(1,2)"),
        ("  true ", "true"),
    ];
    for (text, expected) in rows {
        assert_eq!(read(text).compact(), expected, "{text}");
    }
    let kept = ParseOptions {
        dates: false,
        ..ParseOptions::default()
    };
    let date = parse("'2024-03-05T07:08:09Z'", Root::Any, &kept).unwrap();
    assert!(matches!(date.scalar(), Some(Scalar::String(_))));
}

#[test]
fn messages_name_path_and_place() {
    let rows = [
        (
            "",
            Root::Object,
            "Error reading JObject from JsonReader. Path '', line 0, position 0.",
        ),
        (
            "",
            Root::Any,
            "Error reading JToken from JsonReader. Path '', line 0, position 0.",
        ),
        (
            "[1]",
            Root::Object,
            "Error reading JObject from JsonReader. Current JsonReader item is not an object: StartArray. Path '', \
             line 1, position 1.",
        ),
        (
            "{}",
            Root::Array,
            "Error reading JArray from JsonReader. Current JsonReader item is not an array: StartObject. Path '', \
             line 1, position 1.",
        ),
        (
            "<a>",
            Root::Object,
            "Unexpected character encountered while parsing value: <. Path '', line 0, position 0.",
        ),
        (
            "{\"a\": x}",
            Root::Object,
            "Unexpected character encountered while parsing value: x. Path 'a', line 1, position 6.",
        ),
        (
            "{\"a\": 1",
            Root::Object,
            "Unexpected end of content while loading JObject. Path 'a', line 1, position 7.",
        ),
        (
            "{\"a\": 1 2}",
            Root::Object,
            "After parsing a value an unexpected character was encountered: 2. Path 'a', line 1, position 8.",
        ),
        (
            "{\n\"a\": tru}",
            Root::Object,
            "Error parsing boolean value. Path 'a', line 2, position 8.",
        ),
        (
            "\"abc",
            Root::Any,
            "Unterminated string. Expected delimiter: \". Path '', line 1, position 4.",
        ),
        (
            "{} x",
            Root::Object,
            "Additional text encountered after finished reading JSON content: x. Path '', line 1, position 3.",
        ),
        (
            "{\"a\"}",
            Root::Object,
            "Invalid character after parsing property name. Expected ':' but got: }. Path '', line 1, position 4.",
        ),
        (
            "[1, x]",
            Root::Any,
            "Unexpected character encountered while parsing value: x. Path '[0]', line 1, position 4.",
        ),
        (
            "{\"a\":[{\"b\":1]}",
            Root::Any,
            "JsonToken EndArray is not valid for closing JsonType Object. Path 'a[0]', line 1, position 13.",
        ),
    ];
    for (text, root, expected) in rows {
        assert_eq!(message(text, root), expected, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = "[".repeat(10_000);
    assert!(message(&deep, Root::Any).starts_with("The reader's MaxDepth of 64 has been exceeded."));
    assert!(message(&"{'a':".repeat(10_000), Root::Any).contains("MaxDepth"));
    let fits = "[".repeat(64) + &"]".repeat(64);
    assert_eq!(read(&fits).compact(), fits);
}

#[test]
fn garbage_is_an_error_and_never_a_panic() {
    for text in [
        "]", "}", ")", ",", ":", "{]", "[}", "n", "ne", "new", "new X", "nul", "-", "1x", "/", "/*", "'\\",
        "'\\u12", "\\", "{a b}", "é", "{'é",
    ] {
        assert!(
            parse(text, Root::Any, &ParseOptions::default()).is_err(),
            "{text}"
        );
    }
}
