//! The language from text to value: the vectors of the specification, and what goes with them.

use crate::library;
use crate::testing::check;

#[test]
fn every_row_can_be_read() {
    let mut wrong = Vec::new();
    for def in library::types() {
        for member in def.members.iter().chain(def.more) {
            wrong.extend(library::signature::read(def, member).err());
        }
        for base in def.bases {
            wrong.extend(
                library::signature::read_type(def.generics, base)
                    .err()
                    .map(|why| format!("{}: {base}: {why}", def.name)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vectors_of_the_specification() {
    check(&[
        (r#"@("Hi There".Length)"#, "8"),
        ("@((1+1).ToString())", "2"),
        (
            r#"@(Regex.Match("max-age=60", @"max-age=(?<m>\d+)").Groups["m"]?.Value)"#,
            "60",
        ),
        (r#"@(")" + '}' + "@(" /* ) */)"#, ")}@("),
        (r#"@{ var s = "//not a comment"; return s; }"#, "//not a comment"),
        (r#"@($"{(true ? "a" : "b")}-{1,3}")"#, "a-  1"),
        (r#"@($@"{"x"}\n")"#, r"x\n"),
        (
            r#"@(context.Variables.GetValueOrDefault<int>("n", 0) > 1 && true)"#,
            "False",
        ),
        (r#"@(1 < 2 && "a" != "b")"#, "True"),
        (
            "@{ int F(int n) { return n <= 1 ? 1 : n * F(n - 1); } return F(5); }",
            "120",
        ),
        (r#"@(int.TryParse("12", out var n) ? n : -1)"#, "12"),
        (
            r#"@(new[] {3,1,2}.OrderBy(x => x).Select(x => x.ToString()).Aggregate((a,b) => a + "," + b))"#,
            "1,2,3",
        ),
        (r#"@(((JArray)JToken.Parse("[1,2]")).Sum(t => (int)t))"#, "3"),
        (
            r#"@(JObject.Parse("{\"a\":{\"b\":[1]}}").SelectToken("a.b[0]")?.ToString() ?? "none")"#,
            "1",
        ),
        (r#"@(JObject.Parse("{\"a\":1}").ToString())"#, "{\n  \"a\": 1\n}"),
        (r#"@(JObject.Parse("{\"a\":null}")["a"] == null)"#, "False"),
        (r#"@(JObject.Parse("{}")["a"] == null)"#, "True"),
        (r#"@((string)JObject.Parse("{}")["a"] ?? "dflt")"#, "dflt"),
        (
            r#"@{ try { return int.Parse("x"); } catch (Exception e) { return e.Message; } }"#,
            "Input string was not in a correct format.",
        ),
        (
            r#"@(context.Variables["nope"])"#,
            "!System.Collections.Generic.KeyNotFoundException: The given key 'nope' was not present in the dictionary.",
        ),
        (
            r#"@(1/int.Parse("0"))"#,
            "!System.DivideByZeroException: Attempted to divide by zero.",
        ),
        (
            r#"@(DateTimeOffset.FromUnixTimeSeconds(0).ToString("o"))"#,
            "1970-01-01T00:00:00.0000000+00:00",
        ),
        ("@(TimeSpan.FromMinutes(90).ToString())", "01:30:00"),
        (
            r#"@(string.Join("&", new Dictionary<string,string>{{"a","1"},{"b","2"}}.Select(k => k.Key + "=" + k.Value)))"#,
            "a=1&b=2",
        ),
        (
            r#"@(context.Request.Headers.GetValueOrDefault("Authorization","").Split(' ').Last())"#,
            "abc",
        ),
    ]);
}

#[test]
fn numbers_and_operators() {
    check(&[
        ("@(7/2)", "3"),
        ("@(-7/2)", "-3"),
        ("@(-7%3)", "-1"),
        ("@{ int x = int.MaxValue; return x + 1; }", "-2147483648"),
        (
            "@{ int x = int.MaxValue; return checked(x + 1); }",
            "!System.OverflowException: Arithmetic operation resulted in an overflow.",
        ),
        ("@(1/0.0)", "∞"),
        ("@((int)2.9)", "2"),
        ("@((int)-2.9)", "-2"),
        ("@(1 << 33)", "2"),
        ("@(-8 >> 1)", "-4"),
        ("@('a'+1)", "98"),
        ("@((char)('a'+1))", "b"),
        ("@{ uint x = 0; return x - 1; }", "4294967295"),
        ("@(true ? 1 : 2.0)", "1"),
        ("@((true ? 1 : 2.0).GetType().Name)", "Double"),
        ("@(10m/3m)", "3.3333333333333333333333333333"),
        ("@(1.0m)", "1.0"),
        ("@(1.10m*2)", "2.20"),
        ("@(0xFF)", "255"),
        ("@(0b101)", "5"),
        ("@(1_000)", "1000"),
        ("@(5L)", "5"),
        ("@(2147483648)", "2147483648"),
        ("@(-2147483648)", "-2147483648"),
        ("@(1 + 2 + \"\")", "3"),
        ("@(\"\" + 1 + 2)", "12"),
        ("@(\"a\" + null)", "a"),
        ("@(\"\" + true)", "True"),
        ("@('a' + \"b\")", "ab"),
        ("@(\"x\" + 'c')", "xc"),
        ("@(1 == 1.0)", "True"),
        ("@(!true || false)", "False"),
        ("@(~5)", "-6"),
        ("@(5 & 3 | 8 ^ 1)", "9"),
        ("@(1 < 2 == true)", "True"),
        ("@{ byte b = 250; b += 10; return b; }", "4"),
        (
            "@{ int i = 1; i += 2; i *= 5; i -= 1; i /= 2; i %= 4; i <<= 3; return i; }",
            "24",
        ),
        ("@{ int i = 5; return i++ + ++i; }", "12"),
        ("@{ int? x = null; return x + 1; }", ""),
        ("@{ int? x = null; return x > 1; }", "False"),
        ("@{ int? x = null; return x == null; }", "True"),
        ("@{ int? x = 3; return x.Value + x.GetValueOrDefault(); }", "6"),
        ("@{ int? x = null; return x ?? 9; }", "9"),
        (
            "@{ int? x = null; return x.Value; }",
            "!System.InvalidOperationException: Nullable object must have a value.",
        ),
        ("@{ bool? a = null; return (a | true) == true; }", "True"),
        (
            "@((int)(object)1L)",
            "!System.InvalidCastException: Unable to cast object of type 'System.Int64' to type 'System.Int32'.",
        ),
        (
            "@((int)(object)\"1\")",
            "!System.InvalidCastException: Unable to cast object of type 'System.String' to type 'System.Int32'.",
        ),
        ("@((long)7)", "7"),
        (
            "@((byte)300.7)",
            "#expression-type: this constant does not fit into `byte`",
        ),
        ("@(unchecked((byte)300))", "44"),
        ("@(1.5 + 1)", "2.5"),
        ("@(5.0)", "5"),
        ("@(1e3)", "1000"),
        ("@((decimal)1.5 + 1)", "2.5"),
        ("@(default(int))", "0"),
        ("@(nameof(context.Request))", "Request"),
        ("@(int.MaxValue.ToString(\"N0\"))", "2,147,483,647"),
        ("@((1.0f / 3).ToString())", "0.33333334"),
        ("@(DateTime.UtcNow > DateTime.MinValue)", "True"),
    ]);
}

#[test]
fn strings() {
    check(&[
        ("@(\"abc\".Substring(3))", ""),
        (
            "@(\"abc\".Substring(4))",
            "!System.ArgumentOutOfRangeException: startIndex cannot be larger than length of string. (Parameter 'startIndex')",
        ),
        (
            "@(\"abc\"[3])",
            "!System.IndexOutOfRangeException: Index was outside the bounds of the array.",
        ),
        ("@(\"abc\"[1])", "b"),
        ("@(\"abc\".IndexOf(\"\"))", "0"),
        ("@(\"abc\".IndexOf(\"z\"))", "-1"),
        (
            "@(\"abc\".Replace(\"\", \"x\"))",
            "!System.ArgumentException: String cannot be of zero length. (Parameter 'oldValue')",
        ),
        ("@(\"a,b,,c\".Split(',').Length)", "4"),
        ("@(\"\".Split(',').Length)", "1"),
        ("@(\"a b  c\".Split().Length)", "4"),
        (
            "@(\"a b  c\".Split(new[]{' '}, StringSplitOptions.RemoveEmptyEntries).Length)",
            "3",
        ),
        ("@(\"k=a|b=c\".Split(new[]{'='}, 2)[1])", "a|b=c"),
        (
            "@(\"a--b\".Split(new[]{\"--\"}, StringSplitOptions.None)[1])",
            "b",
        ),
        ("@(\"a,b;c\".Split(',', ';').Length)", "3"),
        ("@(\"a--b\".Split(\"--\")[0])", "a"),
        (
            "@(\"  x \".Trim() + \"|\" + \"xxaxx\".Trim('x') + \"|\" + \"/p/\".TrimStart('/') + \"|\" + \"p/;\".TrimEnd('/',';'))",
            "x|a|p/|p",
        ),
        ("@(string.Join(\",\", new[]{1,2}))", "1,2"),
        ("@(string.Join(\",\", \"a\", null, \"b\"))", "a,,b"),
        ("@(string.Join(\",\", new List<string>{\"a\",\"b\"}))", "a,b"),
        ("@(string.Concat(\"a\", 1, 'c'))", "a1c"),
        ("@(\"ß\".ToUpper())", "ß"),
        (
            "@(new string('x',3) + \"7\".PadLeft(3,'0') + \"7\".PadRight(3) + \"|\")",
            "xxx0077  |",
        ),
        (
            "@(\"abc\".Insert(1, \"X\") + \"abc\".Remove(1) + \"abcd\".Remove(1, 2))",
            "aXbcaad",
        ),
        (
            "@(string.IsNullOrEmpty(null) && string.IsNullOrWhiteSpace(\" \"))",
            "True",
        ),
        (
            "@(\"Hello\".Contains(\"ell\") && \"Hello\".StartsWith(\"He\") && \"Hello\".EndsWith(\"lo\"))",
            "True",
        ),
        (
            "@(\"Hello\".Equals(\"hello\", StringComparison.OrdinalIgnoreCase))",
            "True",
        ),
        (
            "@(\"Hello\".IndexOf(\"L\", StringComparison.OrdinalIgnoreCase))",
            "2",
        ),
        ("@(string.Compare(\"a\",\"B\"))", "-1"),
        ("@(string.CompareOrdinal(\"a\",\"B\"))", "31"),
        (
            "@(string.Join(\",\", new[]{\"b\",\"A\",\"a\",\"B\"}.OrderBy(x => x)))",
            "a,A,b,B",
        ),
        (
            "@(string.Join(\",\", new[]{\"b\",\"A\",\"a\",\"B\"}.OrderBy(x => x, StringComparer.Ordinal)))",
            "A,B,a,b",
        ),
        ("@(\"😀a\".Length)", "3"),
        ("@(\"😀a\".Substring(0, 1).Length)", "1"),
        ("@(\"😀a\".Substring(0, 1) + \"😀a\".Substring(1))", "😀a"),
        (
            "@(string.Format(\"{0,5}|{0,-5}|{1:D4}|{2:F2}|{3:N0}|{4:X2}\", 1, 7, 3.14159, 1234567, 255))",
            "    1|1    |0007|3.14|1,234,567|FF",
        ),
        (
            "@($\"{5,4}|{3.14159:0.00}|{255:x}|{12345.678:#,##0.0}\")",
            "   5|3.14|ff|12,345.7",
        ),
        ("@(string.Format(\"{{{0}}}\", (object)null))", "{}"),
        (
            "@(string.Format(\"{0}\", null))",
            "!System.ArgumentNullException: Value cannot be null. (Parameter 'args')",
        ),
        (
            "@(string.Format(\"{1}\", 1))",
            "!System.FormatException: Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
        ),
        ("@(new byte[2].ToString())", "System.Byte[]"),
        (
            "@(context.Request.Headers[\"Authorization\"].ToString())",
            "System.String[]",
        ),
        (
            "@(new List<string>().ToString())",
            "System.Collections.Generic.List`1[System.String]",
        ),
        ("@(new { a = 1, b = \"x\" }.ToString())", "{ a = 1, b = x }"),
        ("@((1, \"a\").ToString())", "(1, a)"),
        ("@(new KeyValuePair<string,int>(\"a\", 1).ToString())", "[a, 1]"),
        ("@(StringComparison.Ordinal.ToString())", "Ordinal"),
        ("@(\"a\\tb\\u0041\\x41\\\\\\\"\")", "a\tbAA\\\""),
        ("@(@\"a\"\"b\\\")", "a\"b\\"),
        (
            "@(\"abc\".ToCharArray().Length + \"abc\".Count(c => c == 'a'))",
            "4",
        ),
        ("@(new string(\"abc\".Reverse().ToArray()))", "cba"),
        ("@(\"a\" == \"a\")", "True"),
        ("@(\"abc\".ToUpperInvariant() + \"ABC\".ToLower())", "ABCabc"),
        (
            "@{ var b = new StringBuilder(); b.Append(1).Append('x').AppendLine(\"y\").AppendFormat(\"{0:00}\", 3); return b.ToString(); }",
            "1xy\n03",
        ),
        (
            "@(char.IsDigit('7') && char.IsLetter('x') && !char.IsUpper('x'))",
            "True",
        ),
        ("@(char.ToUpper('x'))", "X"),
        ("@(string.Empty.Length)", "0"),
        ("@(String.IsNullOrEmpty(\"\"))", "True"),
        ("@(System.String.Concat(\"a\", \"b\"))", "ab"),
    ]);
}

// A hole that is never closed ends behind whatever character stands there, however wide it is.
#[test]
fn every_mistake_has_a_place_between_characters() {
    for text in [
        "@($\"{(a[b ? é.",
        "@($\"{true ? ٞ\")",
        "@($\"{é",
        "@{ return $\"{x:😀; }",
    ] {
        let source = source::Mapped::copied(text, 0);
        let symbols = crate::Symbols::default();
        let compiled = crate::compile(&source, &symbols, &crate::Options::default());
        assert!(!compiled.diagnostics.is_empty(), "{text}");
        for diagnostic in compiled.diagnostics {
            let span = diagnostic.span;
            assert!(text.get(span.start..span.end).is_some(), "{text}: {diagnostic:?}");
        }
    }
}
