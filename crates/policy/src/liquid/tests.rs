use super::*;
use liquid_core::runtime::RuntimeBuilder;

fn render(text: &str) -> Result<String, String> {
    let mut report = Vec::new();
    let rules = Rules {
        nil_is_null: false,
        parse_date: true,
    };
    let mapped = Mapped::copied(text, 0);
    let liquid = Liquid::compile(&mapped, Span::new(0, text.len()), rules, &mut report);
    let Some(liquid) = liquid else {
        return Err(report.iter().map(|it| it.message.clone()).collect());
    };
    let body = Data::object(vec![
        ("name", Data::text("Ada Lovelace")),
        ("n", Data::Int(7)),
        (
            "when",
            Data::Date(expression::json_date("2024-05-01T12:30:00Z").unwrap()),
        ),
        (
            "tags",
            Data::Array(vec![Data::text("b"), Data::text("a"), Data::text("b")]),
        ),
        ("one", Data::object(vec![("x", Data::Int(1))])),
    ]);
    let globals = Data::object(vec![("body", body)]);
    let runtime = RuntimeBuilder::new().set_globals(&globals).build();
    let mut out = Vec::new();
    liquid
        .template
        .render_to(&mut out, &Lenient(&runtime))
        .map_err(|error| scan::reason(&error.to_string()))?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn filters_give_what_dotliquid_gives() {
    let rows = [
        ("{{ body.name | Upcase }}", "ADA LOVELACE"),
        ("{{ body.name | Size }}", "12"),
        ("{{ body.NAME | Split: ' ' | Last | Slice: 0, 4 }}", "Love"),
        (
            "{{ body.n | DividedBy: 2 }} {{ body.n | Modulo: 2 }} {{ body.n | Times: 1.5 }}",
            "3 1 10.5",
        ),
        (
            "{{ 2.5 | Round }} {{ -3 | Abs }} {{ 3 | AtLeast: 5 | AtMost: 4 }}",
            "2 3 4",
        ),
        ("{{ body.tags | Uniq | Sort | Join: ',' }}", "a,b"),
        (
            "{{ body.tags | First }}{{ body.missing | Default: 'none' }}",
            "bnone",
        ),
        (
            "{{ body.when | Date: 'yyyyMMddTHH:mm:ssZ' }}",
            "20240501T12:30:00Z",
        ),
        ("{{ '2024-05-01' | Date: 'dd.MM.yy' }}", "01.05.24"),
        ("{{ '<b>a & b</b>' | StripHtml | Escape }}", "a &amp; b"),
        (
            "{{ 'a b&c' | UrlEncode }} {{ 'a+b%26c' | UrlDecode }}",
            "a+b%26c a b&c",
        ),
        (
            "{{ 'abcdef' | Truncate: 5 }} {{ 'a b c d' | TruncateWords: 2 }}",
            "ab... a b...",
        ),
        ("{{ 1234.5 | Currency }}", "$1,234.50"),
        (
            "{{ 'hello world' | Capitalize | Replace: 'o', '0' | ReplaceFirst: 'l', 'L' | Remove: 'd' }}",
            "HeLl0 W0rl",
        ),
    ];
    for (template, expected) in rows {
        assert_eq!(render(template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn loops_go_through_lists_and_pairs() {
    assert_eq!(
        render("{% for t in body.tags %}{{ forloop.index }}{{ t }} {% endfor %}").as_deref(),
        Ok("1b 2a 3b ")
    );
    assert_eq!(
        render("[{% JSONArrayFor t in body.tags %}\"{{ t }}\"{% endJSONArrayFor %}]").as_deref(),
        Ok(r#"["b","a","b"]"#)
    );
    assert_eq!(
        render("{% JSONArrayFor t in body.one %}{{ t.x }}{% endJSONArrayFor %}").as_deref(),
        Ok("1")
    );
    assert_eq!(
        render("{% for p in body.one %}{{ p.Key }}={{ p.Value }}{% endfor %}").as_deref(),
        Ok("x=1")
    );
    assert_eq!(
        render("{% for x in body.none %}a{% else %}b{% endfor %}").as_deref(),
        Ok("b")
    );
    assert_eq!(
        render("{% for i in (1..5) limit:2 offset:1 %}{{ i }}{% endfor %}").as_deref(),
        Ok("23")
    );
}

#[test]
fn conditions_and_unknown_names() {
    assert_eq!(
        render("{% if body.name Contains 'Ada' %}y{% endif %}").as_deref(),
        Ok("y")
    );
    assert_eq!(
        render("{% if body.a.b.c %}y{% else %}n{% endif %}{{ body.a.b.c }}").as_deref(),
        Ok("n")
    );
    assert_eq!(
        render("{% assign a = body.one %}{{ a.x }}{{ a.y.z }}").as_deref(),
        Ok("1")
    );
}

#[test]
fn mistakes_are_told() {
    let told = |text: &str| render(text).unwrap_err();
    assert_eq!(
        told("{{ body.n | upcase }}"),
        "liquid has no filter `upcase` here"
    );
    assert!(told("{{ body.n | Slice }}").contains("`Slice` takes 1 to 2 arguments, not 0"));
    assert!(told("{% if a %}").contains("cannot be read"));
    assert!(told("{{ 99999999999999999999 }}").contains("out of range"));
    assert!(told(&"{% if a %}".repeat(100)).contains("nested deeper"));
    assert!(told("{% for i in (1..999999999) %}{% endfor %}").contains("too long"));
    assert!(told("{{ 1 | DividedBy: 0 }}").contains("divided by 0"));
}
