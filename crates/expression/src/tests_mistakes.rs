//! What is refused while an expression is compiled.

use crate::testing::{check, compiled};

#[test]
fn mistakes_are_found_while_compiling() {
    check(&[
        (
            "@(context.Request.Headers.GetValueOrDefualt(\"x\"))",
            "#expression-unknown-member: `IReadOnlyDictionary<string, string[]>` has no `GetValueOrDefualt`",
        ),
        (
            "@(context.Nope)",
            "#expression-unknown-member: `IExpressionContext` has no `Nope`",
        ),
        (
            "@(contxt.Request)",
            "#expression-unknown-name: there is no `contxt` here",
        ),
        (
            "@(\"a\".Substring(\"b\"))",
            "#expression-arguments: no `Substring` takes (`string`)",
        ),
        (
            "@(\"a\".Substring())",
            "#expression-arguments: no `Substring` takes ()",
        ),
        (
            "@(new Frob())",
            "#expression-unknown-type: there is no type `Frob`",
        ),
        (
            "@((Frob)context.Variables[\"x\"])",
            "#expression-unknown-type: there is no type `Frob`",
        ),
        (
            "@(1 + )",
            "#expression-syntax: expected an expression, found the end",
        ),
        (
            "@(1 2)",
            "#expression-syntax: expected the end of the expression, found `2`",
        ),
        ("@{ return 1 }", "#expression-syntax: expected `;`, found the end"),
        (
            "@{ var x = 1; }",
            "#expression-no-return: not every path through this block ends in `return value;`",
        ),
        (
            "@{ if (context.Tracing) { return 1; } }",
            "#expression-no-return: not every path through this block ends in `return value;`",
        ),
        (
            "@(JObject.Parse(\"{}\")[\"a\"] == \"x\")",
            "#expression-type: `==` cannot be used on `JToken` and `string`",
        ),
        (
            "@(JObject.Parse(\"{}\")[\"a\"] == 1)",
            "#expression-type: `==` cannot be used on `JToken` and `int`",
        ),
        (
            "@(\"a\" == 1)",
            "#expression-type: `==` cannot be used on `string` and `int`",
        ),
        (
            "@(context.Variables[\"x\"] + 1)",
            "#expression-type: `+` cannot be used on `object` and `int`",
        ),
        (
            "@(context.Variables[\"x\"].Length)",
            "#expression-unknown-member: `object` has no `Length`",
        ),
        (
            "@{ string s = 1; return s; }",
            "#expression-type: `int` cannot be converted to `string`",
        ),
        (
            "@{ int s = 1.5; return s; }",
            "#expression-type: `double` does not become `int` by itself",
        ),
        (
            "@{ byte b = 300; return b; }",
            "#expression-type: `int` does not become `byte` by itself",
        ),
        (
            "@{ var x = null; return x; }",
            "#expression-type: `var x` cannot take its type from null",
        ),
        (
            "@{ var x = 1; var x = 2; return x; }",
            "#expression-duplicate: there is already a variable `x` here",
        ),
        (
            "@{ 1 + 1; return 2; }",
            "#expression-type: this value is not used for anything",
        ),
        ("@(1/0)", "#expression-type: this divides by the constant zero"),
        (
            "@(int.MaxValue + 1)",
            "#expression-type: this constant does not fit into its type",
        ),
        (
            "@(2147483647 + 1)",
            "#expression-type: this constant does not fit into its type",
        ),
        (
            "@(if (true) 1)",
            "#expression-syntax: expected an expression, found `if`",
        ),
        (
            "@(\"abc)",
            "#expression-syntax: this expression has no closing `)`",
        ),
        (
            "@('abc')",
            "#expression-syntax: `'abc'` holds more than one character",
        ),
        (
            "@(1) x",
            "#expression-syntax: text behind an expression; a value is either one expression or a literal",
        ),
        (
            "@(x => x)",
            "#expression-type: a lambda needs a type such as `Func<int, int>`",
        ),
        ("@(\"a\".Length())", "#expression-type: `int` cannot be called"),
        ("@(\"a\".Trim)", "#expression-type: `Trim` is a method"),
        (
            "@(string.Trim(\"a\"))",
            "#expression-unknown-member: `Trim` of `string` needs a value in front of the dot, not the type",
        ),
        ("@(string)", "#expression-type: `string` is a type, not a value"),
        (
            "@(true ? 1 : \"a\")",
            "#expression-type: the branches are `int` and `string`, and neither converts to the other",
        ),
        (
            "@(1 ?? 2)",
            "#expression-type: `??` has no use here: `int` is never null",
        ),
        (
            "@(1?.ToString())",
            "#expression-type: `?` has no use here: `int` is never null",
        ),
        (
            "@{ break; return 1; }",
            "#expression-type: there is nothing to `break` out of",
        ),
        (
            "@{ return x; var x = 1; }",
            "#expression-unknown-name: there is no `x` here",
        ),
        (
            "@(new[]{1}.Select(x => x.Foo))",
            "#expression-unknown-member: `int` has no `Foo`",
        ),
        (
            "@(context.Response.StatusCode = 5)",
            "#expression-type: `StatusCode` of `IResponse` cannot be assigned to",
        ),
        (
            "@{ switch (1) { case 1: var x = 1; } return 1; }",
            "#expression-type: this section runs into the next one",
        ),
        (
            "@(context.Request.Body.As<JObject>)",
            "#expression-type: `As` is a method",
        ),
        (
            "@(File.ReadAllText(\"x\"))",
            "#expression-unknown-name: there is no `File` here",
        ),
        (
            "@(System.IO.File.ReadAllText(\"x\"))",
            "#expression-unknown-type: there is no type `System.IO.File`",
        ),
        (
            "plain",
            "#expression-syntax: an expression begins with `@(` or `@{`",
        ),
    ]);
}

#[test]
fn a_variable_has_a_value_when_it_is_read() {
    let wrong = "#expression-unassigned: `x` may have no value here";
    check(&[
        ("@{ int x; return x; }", wrong),
        ("@{ int x; if (context.Tracing) { x = 1; } return x; }", wrong),
        (
            "@{ int x; if (context.Tracing) { x = 1; } else { x = 2; } return x; }",
            "2",
        ),
        (
            "@{ int x; if (context.Tracing) { return 0; } else { x = 2; } return x; }",
            "2",
        ),
        (
            "@{ int x; foreach (var y in new[]{1}) { x = y; } return x; }",
            wrong,
        ),
        ("@{ int x; while (true) { x = 1; break; } return x; }", "1"),
        (
            "@{ int x; for (;;) { if (context.Tracing) { break; } x = 1; break; } return x; }",
            wrong,
        ),
        (
            "@{ int x; do { x = 1; } while (context.Tracing); return x; }",
            "1",
        ),
        (
            "@{ int x; try { x = int.Parse(\"1\"); } catch { } return x; }",
            wrong,
        ),
        (
            "@{ int x; try { x = int.Parse(\"1\"); } catch { x = 0; } return x; }",
            "1",
        ),
        (
            "@{ int x; try { x = int.Parse(\"1\"); } catch { return 5; } return x; }",
            "1",
        ),
        ("@{ int x; try { } finally { x = 3; } return x; }", "3"),
        ("@{ int x; int.TryParse(\"5\", out x); return x; }", "5"),
        (
            "@{ if (int.TryParse(\"5\", out var x) && x > 1) { return x; } return x; }",
            "5",
        ),
        (
            "@{ object o = 1; if (!(o is int x)) { return 0; } return x; }",
            "1",
        ),
        (
            "@{ object o = 1; if (o is int x) { return 0; } return x; }",
            wrong,
        ),
        ("@{ object o = 1; return o is int x && x > 0 ? x : 0; }", "1"),
        ("@{ object o = 1; return o is int x || x > 0; }", wrong),
        (
            "@{ int x; switch (1) { case 1: x = 1; break; default: x = 2; break; } return x; }",
            "1",
        ),
        (
            "@{ int x; switch (1) { case 1: x = 1; break; } return x; }",
            wrong,
        ),
        ("@{ int x; x += 1; return x; }", wrong),
        ("@{ int x; Func<int> f = () => x; x = 1; return f(); }", wrong),
        (
            "@{ Func<int, int> x = n => n < 1 ? 0 : x(n - 1); return x(3); }",
            "0",
        ),
        ("@{ string x; x = x ?? \"a\"; return x; }", wrong),
        ("@{ int x = x + 1; return x; }", wrong),
    ]);
}

#[test]
fn only_what_is_read_must_be_buffered() {
    let needs = |text: &str| {
        let needs = compiled(text).expression.expect(text).needs();
        (needs.request_body, needs.response_body)
    };
    assert_eq!(needs("@(context.Request.Body.As<string>())"), (true, false));
    assert_eq!(needs("@(context.Request.Body?.As<string>(true))"), (true, false));
    assert_eq!(needs("@(context.Response?.Body.As<string>())"), (false, true));
    assert_eq!(needs("@(context.Request.Body == null)"), (false, false));
    assert_eq!(needs("@(null != context.Response.Body)"), (false, false));
    assert_eq!(
        needs("@(context.Response == null || context.Response.StatusCode > 400)"),
        (false, false)
    );
    assert_eq!(needs("@(context.Response?.StatusCode)"), (false, false));
    assert_eq!(
        needs("@{ var r = context.Request; return r.Method; }"),
        (true, false)
    );
    assert_eq!(
        needs("@{ var b = context.Response.Body; return b == null; }"),
        (false, true)
    );
    assert_eq!(
        needs("@(((IResponse)context.Variables[\"r\"]).Body.As<string>())"),
        (false, false)
    );
    assert_eq!(
        needs("@(context.Request.Headers.Where(h => h.Key == \"a\").Count())"),
        (false, false)
    );
    assert_eq!(
        needs("@(new[]{1}.Select(x => context.Request.Body.As<string>(true)).First())"),
        (true, false)
    );
}

#[test]
fn places_and_advice_are_given() {
    let text = "@(context.Request.Headers.GetValueOrDefualt(\"x\"))";
    let diagnostic = compiled(text).diagnostics.remove(0);
    assert_eq!(
        &text[diagnostic.span.start..diagnostic.span.end],
        "GetValueOrDefualt"
    );
    assert_eq!(
        diagnostic.help.as_deref(),
        Some("did you mean `GetValueOrDefault`?")
    );
    for text in ["@{\u{a0}}", "@{ var x = 1;\u{a0}}"] {
        let missing = compiled(text).diagnostics.remove(0);
        assert_eq!(&text[missing.span.start..missing.span.end], "}", "{text}");
    }
    let text = "@($\"{{é}}{1} }} \\ü\")";
    let wrong = compiled(text).diagnostics.remove(0);
    assert_eq!(&text[wrong.span.start..wrong.span.end], "\\ü");
    let text = "@(Regex.Escape(\"x\"))";
    let diagnostic = compiled(text).diagnostics.remove(0);
    assert_eq!(
        (diagnostic.code, diagnostic.severity),
        ("expression-not-in-azure", source::Severity::Warning)
    );
    let strict = crate::Options {
        strict: true,
        ..crate::Options::default()
    };
    let refused = crate::compile(
        &source::Mapped::copied(text, 0),
        &crate::Symbols::default(),
        &strict,
    );
    assert!(refused.expression.is_none());
}
