//! What an expression may use, and what happens when it wants more.

use crate::testing::{compiled, evaluated, evaluated_within};

#[test]
fn nothing_makes_it_run_for_ever_or_fall() {
    let budget = "!System.InsufficientExecutionStackException: The expression was stopped";
    for text in [
        "@{ while (true) ; }",
        "@{ for (;;) { } }",
        "@{ while (true) { try { while (true) { } } catch { } finally { } } }",
        "@{ int F(int n) { return F(n + 1); } return F(0); }",
        "@{ Func<int, int> f = null; f = n => f(n) + 1; return f(1); }",
        "@(new string('x', 2000000000))",
        "@(\"x\".PadLeft(2000000000))",
        "@(new int[2000000000].Length)",
        "@{ var s = \"xxxxxxxxxxxxxxxx\"; while (true) { s += s; } }",
        "@{ var l = new List<int>(); while (true) { l.Add(1); } }",
        "@(Enumerable.Range(0, 2000000000).Where(x => x < 0).Count())",
        "@(Enumerable.Repeat(\"x\", 2000000000).ToList().Count)",
        "@{ IEnumerable<int> e = new[]{1}; while (true) { e = e.Where(x => true); } }",
        "@(string.Join(\"\", Enumerable.Repeat(new string('x', 1000000), 1000000)))",
        "@($\"{1,1000000000}\")",
        // A tree that is somewhere already, or would hold itself, is copied.
        "@{ var a = new JArray(1, 2); while (true) { a.Add(a); } }",
        "@{ var a = new JArray(1, 2); while (true) { a.AddFirst(a); } }",
        "@{ var a = new JArray(1, 2); while (true) { a.Insert(0, a); } }",
        "@{ var a = new JArray(1, 2); while (true) { a.Merge(a); } }",
        "@{ var a = new JArray(1, 2); while (true) { a.Last.AddAfterSelf(a); } }",
        "@{ var a = new JArray(1, 2); while (true) { a.First.Replace(new JArray(a, a)); } }",
        "@{ var o = new JObject(); for (int i = 0; ; i++) { o[\"k\" + i] = o; } }",
        "@{ var o = new JObject(); for (int i = 0; ; i++) { o.Add(\"k\" + i, o); } }",
        "@{ var p = new JProperty(\"p\", 1); while (true) { p.Value = new JObject(p, new JProperty(\"q\", p.Value)); } }",
        "@{ var a = new JArray(1, 2); while (true) { a = JArray.FromObject(new[] { a, a, a }); } }",
        "@{ var l = new List<JToken>(); var j = JToken.Parse(\"[\" + string.Join(\",\", Enumerable.Range(0, 9000)) + \"]\"); while (true) { var c = (JArray)j.DeepClone(); c.RemoveAt(0); l.Add(c); } }",
        "@{ var x = new XElement(\"x\"); while (true) { x.Add(x); } }",
        "@{ var x = new XElement(\"x\", \"t\"); while (true) { x.AddFirst(x); x.LastNode.AddAfterSelf(x); } }",
    ] {
        let limits = crate::Limits {
            steps: 100_000,
            bytes: 16 << 20,
            ..crate::Limits::default()
        };
        let found = evaluated_within(text, limits);
        assert!(found.starts_with(budget), "{text}: {found}");
    }
    // Chains and circles of objects are dropped without recursion.
    assert_eq!(
        evaluated(
            "@{ var l = new List<object>(); for (int i = 0; i < 100000; i++) { var m = new List<object>(); m.Add(l); l = m; } return 1; }"
        ),
        "1"
    );
    assert_eq!(
        evaluated(
            "@{ Exception e = new Exception(\"a\"); for (int i = 0; i < 100000; i++) { e = new Exception(\"b\", e); } return e.Message; }"
        ),
        "b"
    );
    assert_eq!(
        evaluated(
            "@{ Func<int> f = () => 0; for (int i = 0; i < 100000; i++) { var g = f; f = () => g(); } return 1; }"
        ),
        "1"
    );
    assert_eq!(
        evaluated("@(Regex.IsMatch(new string('a', 40) + \"!\", \"^((?=a)a+)+$\"))")
            .split(':')
            .next(),
        Some("!System.Text.RegularExpressions.RegexMatchTimeoutException")
    );
}

#[test]
fn deep_nesting_is_a_diagnostic() {
    let deep = 10_000;
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("!", "true", ""),
        ("-", "1", ""),
        ("(int)", "1", ""),
        ("new[]{", "1", "}"),
        ("$\"{", "1", "}\""),
        ("true ? 1 : ", "1", ""),
        ("f(", "1", ")"),
        ("a[", "1", "]"),
        ("x => ", "1", ""),
        ("1 + (", "1", ")"),
        ("null ?? ", "1", ""),
        ("new List<", "int", ">()"),
        ("a?.b(", "1", ")"),
        ("from x in ", "y", " select x"),
    ] {
        let text = format!("@({}{middle}{})", open.repeat(deep), close.repeat(deep));
        let found = compiled(&text);
        assert!(found.expression.is_none(), "{open}");
        assert!(!found.diagnostics.is_empty(), "{open}");
    }
    for (open, close) in [
        ("{", "}"),
        ("if (true) ", ";"),
        ("while (true) {", "}"),
        ("try {", "} catch { }"),
        ("int F() {", "}"),
    ] {
        let text = format!("@{{{}{}return 1;}}", open.repeat(deep), close.repeat(deep));
        assert!(compiled(&text).expression.is_none(), "{open}");
    }
    for chain in ["+ 1", ".ToString()", "[0]", "&& true", "?? 1", "* 2", "+ \"a\""] {
        let text = format!("@(1 {})", format!(" {chain}").repeat(deep));
        assert!(compiled(&text).expression.is_none(), "{chain}");
    }
}

#[test]
fn long_but_reasonable_texts_compile() {
    let sum = format!("@(1{})", " + 1".repeat(300));
    assert_eq!(evaluated(&sum), "301");
    let or = format!("@(false{})", " || 1 == 2".repeat(300));
    assert_eq!(evaluated(&or), "False");
    let text = format!("@(\"\"{})", " + \"a\" + 1".repeat(150));
    assert_eq!(evaluated(&text), "a1".repeat(150));
    let chain = format!(
        "@(new StringBuilder(){}.ToString().Length)",
        ".Append(\"a\")".repeat(150)
    );
    assert_eq!(evaluated(&chain), "150");
    let nested = format!("@({}1{})", "(".repeat(100), ")".repeat(100));
    assert_eq!(evaluated(&nested), "1");
    let branches: String = (0..100)
        .map(|it| format!("if ((string)context.Variables[\"text\"] == \"{it}\") {{ return {it}; }} else "))
        .collect();
    assert_eq!(evaluated(&format!("@{{ {branches} {{ return -1; }} }}")), "-1");
    let blocks: String = (0..2000).map(|it| format!("var v{it} = {it};")).collect();
    assert_eq!(evaluated(&format!("@{{ {blocks} return v1999; }}")), "1999");
}

#[test]
fn each_limit_says_what_was_too_much() {
    let limits = |change: fn(&mut crate::Limits)| {
        let mut limits = crate::Limits::default();
        change(&mut limits);
        limits
    };
    let few = limits(|it| it.elements = 100);
    for text in [
        "@{ var l = new List<int>(); while (true) { l.Add(1); } }",
        "@{ var l = new HashSet<int>(); for (int i = 0; ; i++) { l.Add(i); } }",
        "@{ var d = new Dictionary<int, int>(); for (int i = 0; ; i++) { d[i] = i; } }",
        "@{ var q = new Queue<int>(); while (true) { q.Enqueue(1); } }",
        "@{ var s = new Stack<int>(); while (true) { s.Push(1); } }",
        "@(Enumerable.Range(0, 200).ToList().Count)",
        "@(new int[200].Length)",
    ] {
        let expected = "!System.InsufficientExecutionStackException: The expression was stopped because it put more than 100 elements into one collection.";
        assert_eq!(evaluated_within(text, few.clone()), expected, "{text}");
    }
    let short = limits(|it| it.item_bytes = 1000);
    for text in [
        "@(new string('x', 2000))",
        "@(\"x\".PadLeft(2000))",
        "@{ var s = \"xxxx\"; while (true) { s += s; } }",
        "@(string.Join(\"\", Enumerable.Repeat(\"xxxx\", 1000)))",
    ] {
        let expected = "!System.InsufficientExecutionStackException: The expression was stopped because it asked for a string or array of more than 1000 bytes.";
        assert_eq!(evaluated_within(text, short.clone()), expected, "{text}");
    }
    // A clock on which a second passes at each look.
    let mut host = crate::testing::TestHost::new();
    host.pace = std::time::Duration::from_secs(1);
    let options = crate::Options {
        limits: limits(|it| it.time = std::time::Duration::from_secs(5)),
        ..crate::Options::default()
    };
    let found = crate::testing::evaluated_by("@{ while (true) { } }", &mut host, &options);
    assert_eq!(
        found,
        "!System.InsufficientExecutionStackException: The expression was stopped after 5 seconds."
    );
}
