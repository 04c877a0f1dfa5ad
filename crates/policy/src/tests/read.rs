use crate::xml::{MAX_DEPTH, Node, read};
use proptest::prelude::*;

fn codes(text: &str) -> Vec<String> {
    let (_, report) = read(text);
    report
        .iter()
        .map(|it| format!("{} {}..{}", it.code, it.span.start, it.span.end))
        .collect()
}

fn good(text: &str) -> Node {
    let (root, report) = read(text);
    assert!(report.is_empty(), "{report:?}");
    root.unwrap()
}

fn attribute(text: &str) -> String {
    good(text).attributes[0].value.text.text().to_owned()
}

fn inner(text: &str) -> String {
    good(text).text().text.text().to_owned()
}

#[test]
fn raw_and_escaped_expressions_mix_in_one_document() {
    assert_eq!(
        attribute(r#"<a b="@(x["k"] < 5 && y)" />"#),
        r#"@(x["k"] < 5 && y)"#
    );
    assert_eq!(
        attribute(r#"<a b="@(x[&quot;k&quot;] &lt; 5 &amp;&amp; y)" />"#),
        r#"@(x["k"] < 5 && y)"#
    );
    assert_eq!(attribute(r#"<a b="@(x[&quot;)&quot;])" />"#), r#"@(x[")"])"#);
    assert_eq!(attribute(r#"<a b='@(x["it&apos;s"])' />"#), r#"@(x["it's"])"#);
    assert_eq!(attribute("<a b=\" \n @(x) \n\" />"), " \n @(x) \n");
    assert_eq!(
        attribute(r#"<a b='@(x == ')' ? "a" : "b")' />"#),
        r#"@(x == ')' ? "a" : "b")"#
    );
    assert_eq!(
        attribute(
            r#"<a b="@{ /* it's */ return "}"; // don't
}" />"#
        ),
        "@{ /* it's */ return \"}\"; // don't\n}"
    );
    assert_eq!(
        inner("<a>\n @(As<JObject>() < 3 && b) \n</a>"),
        "\n @(As<JObject>() < 3 && b) \n"
    );
    assert_eq!(
        inner("<a>@(&quot;)&quot; + As&lt;T&gt;())</a>"),
        "@(\")\" + As<T>())"
    );
}

#[test]
fn what_is_no_policy_is_passed_over() {
    let text = "\u{feff}<?xml version=\"1.0\"?>\n<!--> don't read <b>@(x</b> -- this -->\n<a><!-- it's \"@(\" --><b/><?pi <c>?></a>\n";
    let root = good(text);
    assert_eq!(
        root.elements().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["b"]
    );
    assert_eq!(inner("<a>one<!-- & --> two</a>"), "one two");
    assert_eq!(inner("<a>x<![CDATA[ <b> & @( ]]>y</a>"), "x <b> & @( y");
    assert_eq!(inner("<a>&lt;&#65;&#x42;&amp;lt;</a>"), "<AB&lt;");
    assert_eq!(
        codes("<!-- c --><?xml version=\"1.0\"?><a/>"),
        ["late-declaration 10..15"]
    );
}

#[test]
fn spans_lie_in_the_original_text() {
    let text = "<a>\n  <ü b=\"x &amp; y\"/></a>";
    let root = good(text);
    let child = root.elements().next().unwrap();
    assert_eq!(&text[child.name_span.start..child.name_span.end], "ü");
    assert_eq!(&text[child.span.start..child.span.end], "<ü b=\"x &amp; y\"/>");
    let value = &child.attributes[0].value;
    assert_eq!(&text[value.span.start..value.span.end], "x &amp; y");
    let at = value.text.text().find('&').unwrap();
    let span = value.text.span(source::Span::new(at, at + 1));
    assert_eq!(&text[span.start..span.end], "&amp;");
    assert_eq!(
        &text[root.inner.start..root.inner.end],
        "\n  <ü b=\"x &amp; y\"/>"
    );
}

#[test]
fn mistakes_are_reported_and_reading_goes_on() {
    assert_eq!(
        codes("<a b='&nbsp;' c='a & b'><d e='&bad;'/></a>"),
        ["bad-entity 6..12", "bad-entity 19..20", "bad-entity 30..35"]
    );
    assert_eq!(
        codes("<a><b><c></a>"),
        ["unclosed-element 3..5", "unclosed-element 6..8"]
    );
    assert_eq!(codes("<chose><b/></choose>"), ["mismatched-end-tag 11..20"]);
    assert_eq!(codes("<a><b></when></b></a>"), ["mismatched-end-tag 6..13"]);
    assert_eq!(codes("<a/></b>"), ["unexpected-end-tag 4..8"]);
    assert_eq!(codes("<a b='1' c='2' b='3'/>"), ["duplicate-attribute 15..16"]);
    assert_eq!(
        codes("<a b=\"@(x\" /><c/>").first().map(String::as_str),
        Some("unclosed-expression 6..8")
    );
    assert_eq!(
        codes("<a b=\"@(x) y\" c=\"1\"/>"),
        ["text-behind-expression 11..12"]
    );
    assert_eq!(codes("<a>@(x) y</a>"), ["text-behind-expression 8..9"]);
    assert_eq!(codes("<a>@{ x </a>"), ["unclosed-expression 3..5"]);
    assert_eq!(
        codes("<a b c='1' d=2/>"),
        ["attribute-without-value 3..4", "value-without-quotes 11..12"]
    );
    assert_eq!(codes("<a b='1><c/></a>"), ["unclosed-quote 3..6"]);
    assert_eq!(codes("<a>1 < 2</a>"), ["stray-less-than 5..6"]);
    assert_eq!(codes("<a <b/></a>"), ["unclosed-tag 0..2"]);
    assert_eq!(codes("<!-- <a/>"), ["unclosed-markup 0..4"]);
    assert_eq!(codes("<!DOCTYPE a><a/>"), ["doctype 0..2"]);
    assert_eq!(codes("<a/>x<b/>"), ["text-outside 4..5", "second-root 6..7"]);
    assert_eq!(codes(" "), ["empty-document 0..0"]);
}

#[test]
fn deep_nesting_is_a_diagnostic() {
    let text = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let (root, report) = read(&text);
    assert!(root.is_some());
    assert_eq!(report.iter().map(|it| it.code).collect::<Vec<_>>(), ["too-deep"]);
    assert_eq!(report[0].span.start, MAX_DEPTH * 3);
    let (_, open) = read(&"<a>".repeat(10_000));
    assert_eq!(open.iter().map(|it| it.code).collect::<Vec<_>>(), ["too-deep"]);
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[<>/=a@(){}\"'& ;!\\[\\]\\-?x\nü]{0,60}") {
        let (_, report) = read(&text);
        for diagnostic in report {
            prop_assert!(diagnostic.span.end <= text.len(), "{diagnostic:?}");
        }
    }

    #[test]
    fn a_literal_survives_being_written_and_read(text in "[ -~]{0,40}") {
        prop_assume!(!text.trim_start().starts_with("@(") && !text.trim_start().starts_with("@{"));
        let written = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        prop_assert_eq!(attribute(&format!("<a b=\"{written}\"/>")), text.clone());
        prop_assert_eq!(inner(&format!("<a>{written}</a>")), text);
    }
}
