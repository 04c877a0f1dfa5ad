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
    assert!(
        wrong.is_empty(),
        "{} of {} rows\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

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

#[test]
fn the_context() {
    check(&[
        (
            "@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)",
            "True",
        ),
        ("@(context.Response.StatusReason)", "Too Many Requests"),
        (
            "@(context.Response.Headers.GetValueOrDefault(\"Retry-After\", \"0\"))",
            "48",
        ),
        ("@(context.Request.Headers.GetValueOrDefault(\"x-many\"))", "a,b"),
        (
            "@(context.Request.Headers.GetValueOrDefault(\"nope\") == null)",
            "True",
        ),
        ("@(context.Request.Headers[\"x-many\"].Length)", "2"),
        (
            "@(context.Request.Headers[\"nope\"])",
            "!System.Collections.Generic.KeyNotFoundException: The given key 'nope' was not present in the dictionary.",
        ),
        (
            "@(context.Request.Headers.ContainsKey(\"AUTHORIZATION\"))",
            "True",
        ),
        (
            "@(context.Request.Headers.TryGetValue(\"X-Many\", out var v) ? v[1] : \"\")",
            "b",
        ),
        (
            "@(context.Request.Headers.TryGetValue(\"X-Many\", out string[] v) ? v[0] : \"\")",
            "a",
        ),
        ("@(context.Request.Headers.Count)", "3"),
        (
            "@(string.Join(\";\", context.Request.Headers.OrderBy(h => h.Key).Select(h => h.Key + \"=\" + string.Join(\",\", h.Value))))",
            "Authorization=Bearer abc;Content-Type=application/json; charset=utf-8;X-Many=a,b",
        ),
        (
            "@{ var s = \"\"; foreach (var h in context.Request.Headers) { s += h.Key; } return s.Length; }",
            "31",
        ),
        (
            "@(context.Request.Method.Equals(\"post\", StringComparison.OrdinalIgnoreCase))",
            "True",
        ),
        (
            "@(context.Request.Url.ToString())",
            "https://backend.example/base/items/7?q=1&q=2&name=a%20b",
        ),
        (
            "@(context.Request.OriginalUrl.ToString())",
            "https://api.example:8443/shop/items/7?q=1",
        ),
        (
            "@(context.Request.Url)",
            "https://backend.example/base/items/7?q=1&q=2&name=a%20b",
        ),
        (
            "@(\"\" + context.Request.Url)",
            "https://backend.example/base/items/7?q=1&q=2&name=a%20b",
        ),
        (
            "@(context.Request.OriginalUrl.Port + context.Request.OriginalUrl.Host + context.Request.OriginalUrl.Scheme)",
            "8443api.examplehttps",
        ),
        (
            "@(context.Request.Url.Path + context.Request.Url.QueryString)",
            "/base/items/7?q=1&q=2&name=a%20b",
        ),
        ("@(context.Request.Url.Query.GetValueOrDefault(\"q\"))", "1,2"),
        (
            "@(context.Request.Url.Query.GetValueOrDefault(\"NAME\", \"\"))",
            "a b",
        ),
        ("@(context.Request.Url.Query[\"q\"][1])", "2"),
        (
            "@(context.Request.OriginalUrl.ToUri().PathAndQuery)",
            "/shop/items/7?q=1",
        ),
        ("@(context.Request.IpAddress)", "10.0.0.9"),
        ("@(context.Request.MatchedParameters[\"id\"])", "7"),
        (
            "@(context.Request.MatchedParameters.GetValueOrDefault(\"nope\", \"d\"))",
            "d",
        ),
        ("@(context.Request.Foundry.Deployment)", "gpt-4o"),
        (
            "@(context.Api.Id + context.Api.Name + context.Api.Path + context.Api.Revision + context.Api.Version)",
            "shopThe Shopshop1",
        ),
        (
            "@(context.Api.ServiceUrl.Host + context.Api.IsCurrentRevision + context.Api.SubscriptionKeyParameterNames.Header)",
            "backend.exampleTrueapi-key",
        ),
        (
            "@(context.Operation.Id + context.Operation.Method + context.Operation.Name + context.Operation.UrlTemplate)",
            "get-itemGETGet item/items/{id}",
        ),
        (
            "@(context.Product.Name + context.Product.State + context.Product.SubscriptionsLimit + context.Product.Groups.First().Id)",
            "StarterPublished5developers",
        ),
        (
            "@(context.Subscription.Id + context.Subscription.Key + context.Subscription?.Name)",
            "sub-1k1First",
        ),
        (
            "@(context.User.Groups.Select(g => g.Name).Contains(\"Developers\"))",
            "True",
        ),
        (
            "@(string.Join(\",\", context.User.Groups.Select(g => g.Name)))",
            "Developers",
        ),
        (
            "@(context.Deployment.Region + context.Deployment.Gateway.Id + context.Deployment.ServiceName)",
            "East USmanagedapimite",
        ),
        ("@(context.Backend.Id + context.Backend.Type)", "poolPool"),
        ("@(context.LastError == null)", "True"),
        ("@(context.LastError?.Message ?? \"none\")", "none"),
        (
            "@(context.LastError.Message)",
            "!System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
        ("@(context.RequestId)", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        (
            "@(context.RequestId.ToString(\"N\"))",
            "0f8fad5bd9cb469fa16570867728950e",
        ),
        (
            "@(context.Timestamp.ToString(\"o\"))",
            "2024-03-05T07:08:08.1230000Z",
        ),
        ("@(context.Elapsed.TotalMilliseconds)", "1000"),
        ("@(context.Tracing)", "False"),
        ("@{ context.Trace(\"x\"); return 1; }", "1"),
        // Variables.
        ("@((string)context.Variables[\"text\"] + \"!\")", "hello!"),
        ("@((int)context.Variables[\"number\"] + 1)", "8"),
        (
            "@((int)context.Variables[\"long\"])",
            "!System.InvalidCastException: Unable to cast object of type 'System.Int64' to type 'System.Int32'.",
        ),
        ("@((bool)context.Variables[\"flag\"])", "True"),
        ("@(context.Variables.ContainsKey(\"nothing\"))", "True"),
        ("@(context.Variables.ContainsKey(\"nope\"))", "False"),
        (
            "@(context.Variables.GetValueOrDefault<string>(\"text\"))",
            "hello",
        ),
        (
            "@(context.Variables.GetValueOrDefault<string>(\"nope\", \"d\"))",
            "d",
        ),
        ("@(context.Variables.GetValueOrDefault(\"nope\", \"d\"))", "d"),
        ("@(context.Variables.GetValueOrDefault(\"nope\") == null)", "True"),
        ("@(context.Variables.GetValueOrDefault<int>(\"nope\"))", "0"),
        (
            "@(context.Variables.GetValueOrDefault<bool>(\"nope\", true))",
            "True",
        ),
        (
            "@(context.Variables.GetValueOrDefault<string>(\"number\"))",
            "!System.InvalidCastException: Unable to cast object of type 'System.Int32' to type 'System.String'.",
        ),
        (
            "@{ var k = \"te\" + \"xt\"; var d = k.ToLower(); return (string)context.Variables[d] + context.Variables.GetValueOrDefault<int>(\"num\" + \"ber\".ToLower(), 1); }",
            "hello7",
        ),
        (
            "@(context.Variables.TryGetValue(\"text\", out var v) ? v : \"\")",
            "hello",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).StatusCode)",
            "201",
        ),
        (
            "@((string)((IResponse)context.Variables[\"response\"]).Body.As<JObject>()[\"token\"])",
            "t",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).Body.As<JObject>(preserveContent: true)[\"items\"].Count())",
            "3",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).Headers.GetValueOrDefault(\"x-stored\", \"\"))",
            "s",
        ),
        (
            "@{ var r = (IResponse)context.Variables[\"response\"]; var a = r.Body.As<string>(); return r.Body.As<string>() == null; }",
            "True",
        ),
        ("@((string)((JObject)context.Variables[\"json\"])[\"b\"][1])", "y"),
        ("@(((string[])context.Variables[\"list\"])[1])", "q"),
        (
            "@(context.Variables.GetValueOrDefault<JObject>(\"json\")[\"a\"].Value<int>() + 1)",
            "2",
        ),
        (
            "@(string.Join(\",\", context.Variables.Select(v => v.Key).Take(2)))",
            "text,number",
        ),
        ("@(context.Variables.Count > 5)", "True"),
        // Bodies.
        (
            "@(context.Request.Body.As<JObject>(true)[\"model\"].ToString())",
            "gpt",
        ),
        (
            "@((string)context.Request.Body.As<JObject>(preserveContent: true)[\"messages\"][0][\"content\"])",
            "hi",
        ),
        ("@(context.Request.Body.As<string>().Length)", "65"),
        ("@(context.Request.Body?.As<byte[]>(true).Length)", "65"),
        (
            "@{ var a = context.Request.Body.As<string>(); return context.Request.Body.As<JObject>()[\"n\"]; }",
            "!System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
        (
            "@(context.Request.Body.As<JArray>())",
            "!Newtonsoft.Json.JsonReaderException: The message body is not a valid JSON. Error reading JArray from JsonReader. Current JsonReader item is not an array: StartObject. Path '', line 1, position 1.",
        ),
        ("@(context.Request.Body != null)", "True"),
        (
            "@(\"Basic dTpwOnc=\".AsBasic().UserId + \"Basic dTpwOnc=\".AsBasic().Password)",
            "u:pw",
        ),
        (
            "@(\"nonsense\".AsBasic() == null && \"x\".AsJwt() == null)",
            "True",
        ),
        (
            "@(\"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJuIjo1fQ.\".AsJwt().Subject)",
            "me",
        ),
        (
            "@(\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJuIjo1fQ.\".AsJwt()?.Claims.GetValueOrDefault(\"aud\", \"\"))",
            "a,b",
        ),
        (
            "@(\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJuIjo1fQ.\".TryParseJwt(out var jwt) ? jwt.Claims[\"n\"][0] : \"\")",
            "5",
        ),
    ]);
}

#[test]
fn statements() {
    check(&[
        (
            "@{ var s = 0; for (int i = 0; i < 5; i++) { if (i == 3) continue; s += i; } return s; }",
            "7",
        ),
        (
            "@{ var s = 0; foreach (var x in new[]{1,2,3}) s += x; return s; }",
            "6",
        ),
        (
            "@{ var i = 0; while (true) { if (++i > 4) break; } return i; }",
            "5",
        ),
        ("@{ var i = 0; do { i++; } while (i < 3); return i; }", "3"),
        (
            "@{ if (1 > 2) return \"a\"; else if (2 > 1) return \"b\"; else return \"c\"; }",
            "b",
        ),
        (
            "@{ try { throw new Exception(\"x\"); } catch (Exception e) { return e.Message; } }",
            "x",
        ),
        (
            "@{ try { throw new ArgumentException(\"x\"); } catch (FormatException) { return 1; } catch (ArgumentException) { return 2; } }",
            "2",
        ),
        (
            "@{ var s = \"\"; try { s += \"a\"; int.Parse(\"x\"); } catch { s += \"b\"; } finally { s += \"c\"; } return s; }",
            "abc",
        ),
        (
            "@{ try { return \"a\"; } finally { context.Trace(\"t\"); } }",
            "a",
        ),
        (
            "@{ try { throw new Exception(\"x\"); } catch (Exception e) when (e.Message == \"y\") { return 1; } catch (Exception) { return 2; } }",
            "2",
        ),
        (
            "@{ try { try { throw new Exception(\"in\"); } catch { throw; } } catch (Exception e) { return e.Message; } }",
            "in",
        ),
        ("@{ throw new Exception(\"boom\"); }", "!System.Exception: boom"),
        (
            "@{ throw new InvalidOperationException(\"boom\", new Exception(\"inner\")); }",
            "!System.InvalidOperationException: boom",
        ),
        (
            "@{ string x = null; return x.Length; }",
            "!System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
        (
            "@{ switch (\"b\") { case \"a\": return 1; case \"b\": case \"c\": return 2; default: return 3; } }",
            "2",
        ),
        (
            "@{ int r; switch (5) { case 1: r = 1; break; case int n when n > 3: r = n * 2; break; default: r = 0; break; } return r; }",
            "10",
        ),
        (
            "@{ object o = 1.5; switch (o) { case string s: return s; case double d: return d + 1; case null: return \"null\"; } return 0; }",
            "2.5",
        ),
        (
            "@{ switch (1) { case 1: goto case 2; case 2: goto default; default: return \"d\"; } }",
            "d",
        ),
        (
            "@{ int F(int n) => n < 2 ? n : F(n - 1) + F(n - 2); return F(15); }",
            "610",
        ),
        (
            "@{ bool Even(int n) { return n == 0 || Odd(n - 1); } bool Odd(int n) { return n != 0 && Even(n - 1); } return Even(10); }",
            "True",
        ),
        (
            "@{ int x = 1; void Add(int n) { x += n; } Add(2); Add(3); return x; }",
            "6",
        ),
        (
            "@{ void Two(out int a, ref int b) { a = 1; b++; } int q = 5; Two(out var p, ref q); return p + q; }",
            "7",
        ),
        (
            "@{ string J(string a, string b = \"d\", params int[] rest) { return a + b + rest.Length; } return J(\"x\") + J(\"x\", \"y\", 1, 2) + J(b: \"z\", a: \"w\"); }",
            "xd0xy2wz0",
        ),
        ("@{ Func<int, int> f = n => n * 2; return f(4); }", "8"),
        (
            "@{ Func<int, Func<int, int>> f = a => b => a + b; return f(1)(2); }",
            "3",
        ),
        (
            "@{ Action<string> log = m => { context.Trace(m); }; log(\"x\"); return 1; }",
            "1",
        ),
        (
            "@{ var fs = new List<Func<int>>(); for (int i = 0; i < 3; i++) { fs.Add(() => i); } return fs[0]() + fs[2](); }",
            "6",
        ),
        (
            "@{ var fs = new List<Func<int>>(); foreach (var i in new[]{1,2,3}) { fs.Add(() => i); } return fs[0]() + fs[2](); }",
            "4",
        ),
        (
            "@{ var fs = new List<Func<int>>(); for (int i = 0; i < 3; i++) { var j = i; fs.Add(() => j); } return fs[0]() + fs[2](); }",
            "2",
        ),
        (
            "@{ Func<int, int> fact = null; fact = n => n < 2 ? 1 : n * fact(n - 1); return fact(5); }",
            "120",
        ),
        (
            "@{ using (var w = new StringWriter()) { w.Write(\"x\"); return w.ToString(); } }",
            "x",
        ),
        (
            "@{ using (var h = SHA256.Create()) { return h.ComputeHash(Encoding.UTF8.GetBytes(\"abc\")).Length; } }",
            "32",
        ),
        (
            "@{ const int n = 3; const string s = \"a\" + \"b\"; return s + n; }",
            "ab3",
        ),
        ("@{ var (a, b) = (1, \"x\"); return a + b; }", "1x"),
        ("@{ int a = 1, b = 2; (a, b) = (b, a); return a * 10 + b; }", "21"),
        ("@{ var t = (x: 1, y: 2); return t.x + t.y + t.Item1; }", "4"),
        (
            "@{ foreach (var (k, v) in new Dictionary<string,int>{ [\"a\"] = 1 }) { return k + v; } return \"\"; }",
            "a1",
        ),
        (
            "@{ object o = \"str\"; return o is string s ? s.Length : 0; }",
            "3",
        ),
        (
            "@{ object o = \"str\"; if (o is string s && s.Length > 2) { return s; } return \"\"; }",
            "str",
        ),
        ("@{ object o = null; return o is null; }", "True"),
        ("@{ object o = 5; return o is 5; }", "True"),
        ("@{ object o = 5; return o as string == null; }", "True"),
        ("@{ object o = 5; return o is int ? \"int\" : \"no\"; }", "int"),
        ("@(\"x\" as object as string)", "x"),
        (
            "@{ var a = new int[3]; a[1] = 5; a[1]++; a[2] += 4; return string.Join(\",\", a); }",
            "0,6,4",
        ),
        ("@{ int[] a = { 1, 2 }; return a.Length; }", "2"),
        (
            "@{ var a = new string[] { \"a\", \"b\" }; return a[2]; }",
            "!System.IndexOutOfRangeException: Index was outside the bounds of the array.",
        ),
        (
            "@{ var j = new int[][] { new[]{1}, new[]{2,3} }; return j[1][1]; }",
            "3",
        ),
        (
            "@{ var l = new List<int>{1,2,3}; l[0] = 9; l.RemoveAt(1); l.Add(4); return string.Join(\",\", l); }",
            "9,3,4",
        ),
        (
            "@{ var l = new List<int>{1}; return l[3]; }",
            "!System.ArgumentOutOfRangeException: Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
        ),
        (
            "@{ var l = new List<int>{1,2}; foreach (var x in l) { l.Add(x); } return 0; }",
            "!System.InvalidOperationException: Collection was modified; enumeration operation may not execute.",
        ),
        (
            "@{ var d = new Dictionary<string, int>{ {\"a\", 1}, {\"b\", 2} }; d[\"c\"] = 3; d[\"a\"]++; return d[\"a\"] + d.Count; }",
            "5",
        ),
        (
            "@{ var d = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase){ [\"A\"] = 1 }; return d[\"a\"]; }",
            "1",
        ),
        (
            "@{ var d = new Dictionary<string, int>(); d.Add(\"a\", 1); d.Add(\"a\", 2); return 0; }",
            "!System.ArgumentException: An item with the same key has already been added. Key: a",
        ),
        (
            "@{ var d = new Dictionary<string, List<int>>(); d[\"a\"] = new List<int>(); d[\"a\"].Add(1); return d[\"a\"].Count; }",
            "1",
        ),
        (
            "@{ var d = new Dictionary<string, int>{{\"a\",1}}; return d.TryGetValue(\"a\", out int v) ? v : -1; }",
            "1",
        ),
        (
            "@{ var h = new HashSet<string>{\"a\",\"a\",\"b\"}; return h.Count; }",
            "2",
        ),
        (
            "@{ var q = new Queue<int>(); q.Enqueue(1); q.Enqueue(2); var s = new Stack<int>(); s.Push(1); s.Push(2); return q.Dequeue() * 10 + s.Pop(); }",
            "12",
        ),
        (
            "@{ int x; x = 5; int y = x; { int z = y; y = z + 1; } return y; }",
            "6",
        ),
        ("@{ lock (context) { return 1; } }", "1"),
        (
            "@{ checked { int x = int.MaxValue; try { x++; return \"no\"; } catch (OverflowException) { return \"yes\"; } } }",
            "yes",
        ),
        (
            "@{ dynamic d = JObject.Parse(\"{\\\"a\\\":{\\\"b\\\":5}}\"); return d.a.b + 1; }",
            "6",
        ),
        (
            "@{ dynamic d = \"abc\"; return d.Length + d.Substring(1); }",
            "3bc",
        ),
        (
            "@{ dynamic d = JsonConvert.DeserializeObject<dynamic>(\"{\\\"x\\\":\\\"y\\\"}\"); string s = d.x; return s; }",
            "y",
        ),
        ("@{ return null; }", ""),
        ("@{ var x = true ? null : \"a\"; return x == null; }", "True"),
        (
            "@{ string s = null; s = s ?? throw new Exception(\"none\"); return s; }",
            "!System.Exception: none",
        ),
        (
            "@{ var p = Tuple.Create(1, \"a\"); return p.Item1 + p.Item2; }",
            "1a",
        ),
        (
            "@{ var x = new { A = 1, B = new { C = 2 } }; return x.A + x.B.C; }",
            "3",
        ),
    ]);
}

#[test]
fn sequences() {
    check(&[
        ("@(new[]{1,2,3}.Where(x => x > 1).Sum())", "5"),
        ("@(new[]{1,2,3}.Sum(x => x * 1.5))", "9"),
        ("@(new[]{1,2}.Average())", "1.5"),
        (
            "@(new int[0].Max())",
            "!System.InvalidOperationException: Sequence contains no elements",
        ),
        ("@(new int[0].Sum() + new int[0].FirstOrDefault())", "0"),
        ("@(new string[0].FirstOrDefault() == null)", "True"),
        (
            "@(new[]{1,2}.First(x => x > 5))",
            "!System.InvalidOperationException: Sequence contains no matching element",
        ),
        (
            "@(new[]{1,2}.Single())",
            "!System.InvalidOperationException: Sequence contains more than one element",
        ),
        (
            "@(string.Join(\",\", Enumerable.Range(1, 5).Skip(1).Take(3).Reverse()))",
            "4,3,2",
        ),
        (
            "@(string.Join(\",\", new[]{3,1,2}.OrderByDescending(x => x)))",
            "3,2,1",
        ),
        (
            "@(string.Join(\",\", new[]{\"bb\",\"a\",\"cc\"}.OrderBy(s => s.Length).ThenByDescending(s => s)))",
            "a,cc,bb",
        ),
        (
            "@(string.Join(\",\", new[]{1,2,3,4}.GroupBy(x => x % 2).Select(g => g.Key + \":\" + g.Count())))",
            "1:2,0:2",
        ),
        (
            "@(new[]{\"a\",\"b\"}.ToDictionary(x => x, x => x.Length)[\"b\"])",
            "1",
        ),
        (
            "@(string.Join(\",\", new[]{1,2}.SelectMany(x => new[]{x, x * 10})))",
            "1,10,2,20",
        ),
        (
            "@(string.Join(\",\", new[]{1,2}.Zip(new[]{\"a\",\"b\"}, (n, s) => n + s)))",
            "1a,2b",
        ),
        (
            "@(string.Join(\",\", new[]{1,1,2}.Distinct().Concat(new[]{3}).Union(new[]{2,4})))",
            "1,2,3,4",
        ),
        (
            "@(string.Join(\",\", new[]{1,2,3}.Except(new[]{2}).Intersect(new[]{3,1})))",
            "1,3",
        ),
        ("@(new[]{1,2,3}.Aggregate(10, (a, b) => a + b))", "16"),
        (
            "@(new[]{1,2,3}.Any(x => x == 2) && new[]{1}.All(x => x > 0) && new[]{1}.Contains(1))",
            "True",
        ),
        (
            "@(string.Join(\",\", new object[]{1,\"a\",2}.OfType<int>()))",
            "1,2",
        ),
        (
            "@(new object[]{1,\"a\"}.Cast<int>().Count())",
            "!System.InvalidCastException: Unable to cast object of type 'System.String' to type 'System.Int32'.",
        ),
        (
            "@(string.Join(\",\", new[]{\"a\",\"b\"}.Select((x, i) => x + i)))",
            "a0,b1",
        ),
        ("@(string.Join(\",\", Enumerable.Repeat(\"x\", 3)))", "x,x,x"),
        (
            "@(new[]{1,2,3}.ElementAtOrDefault(9) + new[]{1,2,3}.ElementAt(1) + new[]{1,2,3}.Last())",
            "5",
        ),
        ("@(Array.Exists(new[]{\"a\",\"b\"}, x => x == \"b\"))", "True"),
        ("@(Array.IndexOf(new[]{\"a\",\"b\"}, \"b\"))", "1"),
        (
            "@(string.Join(\",\", Array.ConvertAll(new[]{\"1\",\"2\"}, int.Parse)))",
            "1,2",
        ),
        (
            "@(string.Join(\",\", new[]{\"1\",\"2\"}.Select(int.Parse).Select(x => x + 1)))",
            "2,3",
        ),
        ("@(new[]{\"\", \"a\"}.Count(string.IsNullOrEmpty))", "1"),
        (
            "@{ var a = new[]{3,1,2}; Array.Sort(a); Array.Reverse(a); return string.Join(\",\", a); }",
            "3,2,1",
        ),
        (
            "@{ var l = new List<int>{3,1}; l.Sort((a, b) => b.CompareTo(a)); return string.Join(\",\", l.ConvertAll(x => x.ToString())); }",
            "3,1",
        ),
        (
            "@{ int n = 0; var q = new[]{1,2,3}.Where(x => { n++; return true; }); var before = n; q.ToList(); return before + \",\" + n; }",
            "0,3",
        ),
        (
            "@(string.Join(\",\", from x in new[]{1,2,3} where x > 1 orderby x descending select x * 2))",
            "6,4",
        ),
        (
            "@(string.Join(\",\", from x in new[]{1,2} from y in new[]{10,20} let z = x + y where z != 12 select z))",
            "11,21,22",
        ),
        (
            "@(string.Join(\",\", from x in new[]{\"a\",\"bb\",\"cc\"} group x by x.Length into g orderby g.Key select g.Key + \"=\" + g.Count()))",
            "1=1,2=2",
        ),
        (
            "@(string.Join(\",\", from a in new[]{1,2} join b in new[]{2,3} on a equals b select a + b))",
            "4",
        ),
        ("@(new[]{1,2,3}.ToList().FindAll(x => x > 1).Count)", "2"),
        ("@(new[] {\"b\",\"a\"}.Max())", "b"),
        (
            "@(new[] {1,2,3,4}.Skip(1).TakeWhile(x => x < 4).Sum(x => (long)x))",
            "5",
        ),
        (
            "@(string.Join(\",\", new[]{1,2,3}.ToLookup(x => x > 1)[true]))",
            "2,3",
        ),
        (
            "@(new Dictionary<string,string>{{\"a\",\"1\"}}.FirstOrDefault(x => x.Key == \"zz\").Value == null)",
            "True",
        ),
        (
            "@(JObject.Parse(\"{'a':[{'n':1},{'n':5}]}\")[\"a\"].Select(x => (int)x[\"n\"]).Max())",
            "5",
        ),
        (
            "@(JArray.Parse(\"['x','y']\").Any(t => t.ToString() == \"y\"))",
            "True",
        ),
        (
            "@(string.Join(\",\", JArray.Parse(\"[1,2]\").Select(t => t.Value<int>() * 2)))",
            "2,4",
        ),
        (
            "@{ var s = \"\"; foreach (JProperty p in JObject.Parse(\"{'a':1,'b':2}\").Properties()) { s += p.Name + p.Value; } return s; }",
            "a1b2",
        ),
        (
            "@{ var s = \"\"; foreach (var p in JObject.Parse(\"{'a':1,'b':2}\")) { s += p.Key + p.Value; } return s; }",
            "a1b2",
        ),
        (
            "@{ var s = 0; foreach (var t in (JArray)JToken.Parse(\"[1,2]\")) { s += (int)t; } return s; }",
            "3",
        ),
        (
            "@(new JObject(new JProperty(\"a\", 1), new JProperty(\"b\", new JArray(1, 2)), new JProperty(\"c\", null)).ToString(Formatting.None))",
            "{\"a\":1,\"b\":[1,2],\"c\":null}",
        ),
        (
            "@(new JObject{ [\"a\"] = 1, [\"b\"] = \"x\", [\"c\"] = new JObject{ {\"d\", true} } }.ToString(Newtonsoft.Json.Formatting.None))",
            "{\"a\":1,\"b\":\"x\",\"c\":{\"d\":true}}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1}\"); o[\"a\"] = 5; o[\"b\"] = \"x\"; o.Add(\"c\", o[\"a\"]); o.Remove(\"a\"); return o.ToString(Formatting.None); }",
            "{\"b\":\"x\",\"c\":5}",
        ),
        (
            "@(JsonConvert.SerializeObject(new { a = 1, b = new[]{ \"x\" }, c = (string)null }))",
            "{\"a\":1,\"b\":[\"x\"],\"c\":null}",
        ),
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
