//! The language from text to value: the vectors of the specification, and what goes with them.

use crate::library;
use crate::testing::evaluated;

fn check(rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let found = evaluated(text);
        if found != *expected {
            wrong.push(format!("{text}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_row_can_be_read() {
    let mut wrong = Vec::new();
    for def in library::types() {
        for member in def.members {
            wrong.extend(library::signature::read(def, member).err());
        }
        for base in def.bases {
            wrong.extend(library::signature::read_type(def.generics, base).err().map(|why| format!("{}: {base}: {why}", def.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vectors_of_the_specification() {
    check(&[
        (r#"@("Hi There".Length)"#, "8"),
        ("@((1+1).ToString())", "2"),
        (r#"@(Regex.Match("max-age=60", @"max-age=(?<m>\d+)").Groups["m"]?.Value)"#, "60"),
        (r#"@(")" + '}' + "@(" /* ) */)"#, ")}@("),
        (r#"@{ var s = "//not a comment"; return s; }"#, "//not a comment"),
        (r#"@($"{(true ? "a" : "b")}-{1,3}")"#, "a-  1"),
        (r#"@($@"{"x"}\n")"#, r"x\n"),
        (r#"@(context.Variables.GetValueOrDefault<int>("n", 0) > 1 && true)"#, "False"),
        (r#"@(1 < 2 && "a" != "b")"#, "True"),
        ("@{ int F(int n) { return n <= 1 ? 1 : n * F(n - 1); } return F(5); }", "120"),
        (r#"@(int.TryParse("12", out var n) ? n : -1)"#, "12"),
        (r#"@(new[] {3,1,2}.OrderBy(x => x).Select(x => x.ToString()).Aggregate((a,b) => a + "," + b))"#, "1,2,3"),
        (r#"@(((JArray)JToken.Parse("[1,2]")).Sum(t => (int)t))"#, "3"),
        (r#"@(JObject.Parse("{\"a\":{\"b\":[1]}}").SelectToken("a.b[0]")?.ToString() ?? "none")"#, "1"),
        (r#"@(JObject.Parse("{\"a\":1}").ToString())"#, "{\n  \"a\": 1\n}"),
        (r#"@(JObject.Parse("{\"a\":null}")["a"] == null)"#, "False"),
        (r#"@(JObject.Parse("{}")["a"] == null)"#, "True"),
        (r#"@((string)JObject.Parse("{}")["a"] ?? "dflt")"#, "dflt"),
        (r#"@{ try { return int.Parse("x"); } catch (Exception e) { return e.Message; } }"#, "Input string was not in a correct format."),
        (r#"@(context.Variables["nope"])"#, "!System.Collections.Generic.KeyNotFoundException: The given key 'nope' was not present in the dictionary."),
        (r#"@(1/int.Parse("0"))"#, "!System.DivideByZeroException: Attempted to divide by zero."),
        (r#"@(DateTimeOffset.FromUnixTimeSeconds(0).ToString("o"))"#, "1970-01-01T00:00:00.0000000+00:00"),
        ("@(TimeSpan.FromMinutes(90).ToString())", "01:30:00"),
        (r#"@(string.Join("&", new Dictionary<string,string>{{"a","1"},{"b","2"}}.Select(k => k.Key + "=" + k.Value)))"#, "a=1&b=2"),
        (r#"@(context.Request.Headers.GetValueOrDefault("Authorization","").Split(' ').Last())"#, "abc"),
    ]);
}
