//! Json.NET as policies use it, and its corners.

use crate::testing::check;

#[test]
fn as_policies_write_it() {
    check(&[
        (
            "@(((JObject)context.Variables[\"json\"])[\"b\"][0].ToString())",
            "x",
        ),
        (
            "@(context.Variables.GetValueOrDefault<JObject>(\"json\")[\"a\"].Value<int>() + 1)",
            "2",
        ),
        (
            "@{ var body = context.Request.Body.As<JObject>(preserveContent: true); body[\"stream\"] = true; body.Remove(\"messages\"); return body.ToString(Newtonsoft.Json.Formatting.None); }",
            "{\"model\":\"gpt\",\"n\":2,\"stream\":true}",
        ),
        (
            "@((string)context.Request.Body.As<JObject>(true)[\"messages\"][0][\"content\"])",
            "hi",
        ),
        (
            "@(context.Request.Body.As<JObject>(true).SelectToken(\"messages[0].role\").Value<string>())",
            "user",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).Body.As<JObject>()[\"token\"].ToString())",
            "t",
        ),
        (
            "@(((JArray)((IResponse)context.Variables[\"response\"]).Body.As<JObject>()[\"items\"]).Count)",
            "3",
        ),
        (
            "@(string.Join(\",\", ((JArray)((IResponse)context.Variables[\"response\"]).Body.As<JObject>()[\"items\"]).Select(i => (int)i * 2)))",
            "2,4,6",
        ),
        (
            "@(new JObject(new JProperty(\"error\", new JObject(new JProperty(\"code\", context.Response.StatusCode), new JProperty(\"id\", context.RequestId)))).ToString(Formatting.None))",
            "{\"error\":{\"code\":429,\"id\":\"0f8fad5b-d9cb-469f-a165-70867728950e\"}}",
        ),
        (
            "@(JsonConvert.SerializeObject(new { host = context.Request.Url.Host, names = context.Request.Headers.Select(h => h.Key).OrderBy(k => k).ToArray() }))",
            "{\"host\":\"backend.example\",\"names\":[\"Authorization\",\"Content-Type\",\"X-Many\"]}",
        ),
        (
            "@(JsonConvert.SerializeObject(context.Request.Headers.ToDictionary(h => h.Key, h => string.Join(\",\", h.Value))[\"X-Many\"]))",
            "\"a,b\"",
        ),
        (
            "@(context.Timestamp.AddSeconds(30).ToString(\"yyyy-MM-ddTHH:mm:ssZ\"))",
            "2024-03-05T07:08:38Z",
        ),
        (
            "@((int)(DateTime.UtcNow - context.Timestamp).TotalMilliseconds)",
            "1000",
        ),
        ("@(context.Request.OriginalUrl.ToUri().Host)", "api.example"),
        (
            "@(new Random(context.RequestId.GetHashCode()).Next(1, 3) < 3)",
            "True",
        ),
        (
            "@{ var list = new JArray(); foreach (var i in Enumerable.Range(1, 3)) { list.Add(new JObject(new JProperty(\"priority\", i), new JProperty(\"isThrottling\", i % 2 == 0), new JProperty(\"retryAfter\", DateTime.MinValue))); } return list.Where(x => !(bool)x[\"isThrottling\"]).Select(x => x.Value<int>(\"priority\")).Max(); }",
            "3",
        ),
        (
            "@{ JArray backends = JArray.Parse(\"[{'url':'a','retryAfter':'0001-01-01T00:00:00Z','isThrottling':true}]\"); for (int i = 0; i < backends.Count; i++) { JObject backend = (JObject)backends[i]; if (backend.Value<bool>(\"isThrottling\") && DateTime.Now >= backend.Value<DateTime>(\"retryAfter\")) { backend[\"isThrottling\"] = false; backend[\"retryAfter\"] = DateTime.MinValue; } } return backends.ToString(Formatting.None); }",
            "[{\"url\":\"a\",\"retryAfter\":\"0001-01-01T00:00:00\",\"isThrottling\":false}]",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':{'x':1},'b':{'x':2}}\"); return string.Join(\",\", o.Properties().Where(p => (int)p.Value[\"x\"] > 1).Select(p => p.Name)); }",
            "b",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1}\"); foreach (JProperty p in o.Properties()) { p.Value = p.Name; } return o.ToString(Formatting.None); }",
            "{\"a\":\"a\"}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1,'b':2}\"); foreach (var k in o.Properties().Select(p => p.Name).ToList()) { o.Remove(k); } return o.Count; }",
            "0",
        ),
        (
            "@{ JToken t; return JObject.Parse(\"{'a':1}\").TryGetValue(\"a\", out t) ? t.ToString() : \"no\"; }",
            "1",
        ),
        (
            "@(JObject.Parse(\"{'a':[{'id':'1'},{'id':'2'}]}\")[\"a\"].Select(x => (string)x[\"id\"]).Aggregate((x, y) => x + y))",
            "12",
        ),
        ("@(JObject.Parse(\"{'a':[1,2]}\")[\"a\"].Children().Count())", "2"),
        (
            "@(JObject.Parse(\"{'a':[1,2]}\")[\"a\"].Values<int>().Sum())",
            "3",
        ),
        (
            "@(JObject.Parse(\"{'a':[{'v':1}]}\")[\"a\"].Children<JObject>().First()[\"v\"])",
            "1",
        ),
        ("@((JObject.Parse(\"{'a':'x'}\")[\"a\"] as JValue).Value)", "x"),
        ("@(JObject.Parse(\"{'a':'x'}\")[\"a\"] is JObject)", "False"),
        ("@(JToken.Parse(\"[1]\") is JArray)", "True"),
        ("@(JObject.Parse(\"{'a':5}\").Value<double>(\"a\") / 2)", "2.5"),
        ("@((double)JObject.Parse(\"{'a':5}\")[\"a\"] / 2)", "2.5"),
        ("@((bool?)JObject.Parse(\"{}\")[\"a\"] ?? true)", "True"),
        ("@(JObject.Parse(\"{'a':5}\")[\"a\"]?.Value<int?>() ?? 0)", "5"),
        ("@(\"a\" + JObject.Parse(\"{'a':5}\")[\"a\"])", "a5"),
        ("@($\"{JObject.Parse(\"{'a':5}\")[\"a\"]}\")", "5"),
        (
            "@(string.IsNullOrEmpty((string)JObject.Parse(\"{'a':''}\")[\"a\"]))",
            "True",
        ),
        (
            "@(JObject.Parse(\"{'a':{'b':null}}\")[\"a\"]?[\"b\"]?.ToString() == \"\")",
            "True",
        ),
        (
            "@(Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Format(\"{0}:{1}\", \"user\", \"pass\"))))",
            "dXNlcjpwYXNz",
        ),
        (
            "@{ var p = \"eyJhIjoxfQ\"; p = p.Replace('-', '+').Replace('_', '/').PadRight(p.Length + (4 - p.Length % 4) % 4, '='); return (int)JObject.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(p)))[\"a\"]; }",
            "1",
        ),
        (
            "@{ var span = TimeSpan.FromSeconds(90); return $\"{span.TotalMinutes:F1}|{(int)span.TotalSeconds}|{span:c}\"; }",
            "1.5|90|00:01:30",
        ),
        (
            "@(Uri.EscapeDataString(context.Request.Url.Query.GetValueOrDefault(\"name\")))",
            "a%20b",
        ),
        (
            "@(Regex.Replace(context.Request.OriginalUrl.Path, \"^/shop\", \"\"))",
            "/items/7",
        ),
        (
            "@(Guid.Parse(\"0f8fad5b-d9cb-469f-a165-70867728950e\") == context.RequestId)",
            "True",
        ),
        (
            "@(Math.Max(1, (int)Math.Ceiling((DateTime.UtcNow.AddSeconds(2.2) - DateTime.UtcNow).TotalSeconds)))",
            "3",
        ),
        (
            "@{ var s = new StringBuilder(); foreach (var t in new JArray(\"a\", 1, true, null)) { s.Append(t.Type).Append(' '); } return s.ToString(); }",
            "String Integer Boolean Null ",
        ),
        ("@(new JArray(new[] { \"a\", \"b\" }).Contains(\"a\"))", "False"),
        (
            "@(new JArray(new[] { \"a\", \"b\" }).Any(t => t.ToString() == \"a\"))",
            "True",
        ),
        (
            "@(new JArray(1, 2, 3).OrderByDescending(t => (int)t).First())",
            "3",
        ),
        (
            "@(JArray.Parse(\"[{'g':'a','n':1},{'g':'b','n':2},{'g':'a','n':3}]\").GroupBy(t => (string)t[\"g\"]).Select(g => g.Key + g.Sum(t => (int)t[\"n\"])).Last())",
            "b2",
        ),
    ]);
}

#[test]
fn corners_of_json() {
    check(&[
        (
            "@(string.Join(\",\", JObject.Parse(\"{'a':1,'b':2}\").Values().Select(v => v.ToString())))",
            "1,2",
        ),
        (
            "@(JObject.Parse(\"{'a':{'b':5}}\").First.First.First.Path)",
            "a.b",
        ),
        (
            "@(JObject.Parse(\"{'a':1}\").Properties().ToDictionary(p => p.Name, p => p.Value.ToString())[\"a\"])",
            "1",
        ),
        (
            "@(JObject.Parse(\"{'a':1}\").ToObject<Dictionary<string, object>>()[\"a\"].GetType().Name)",
            "Int64",
        ),
        (
            "@{ var s = \"\"; foreach (KeyValuePair<string, JToken> p in JObject.Parse(\"{'a':1}\")) { s += p.Key; } return s; }",
            "a",
        ),
        (
            "@(new JObject(new Dictionary<string, int> { { \"a\", 1 } }.Select(kv => new JProperty(kv.Key, kv.Value))).ToString(Formatting.None))",
            "{\"a\":1}",
        ),
        (
            "@(JObject.FromObject(new Dictionary<string, string> { { \"a\", \"b\" } }).ToString(Formatting.None))",
            "{\"a\":\"b\"}",
        ),
        (
            "@(JObject.FromObject(context.Request.Headers)[\"X-Many\"].ToString(Formatting.None))",
            "[\"a\",\"b\"]",
        ),
        ("@(JToken.Parse(\"[]\").HasValues)", "False"),
        (
            "@(JObject.Parse(\"{'a':'x'}\")[\"a\"].Type == JTokenType.String)",
            "True",
        ),
        (
            "@{ dynamic d = new JObject(); d.x = 1; d.y = new JObject(); d.y.z = \"s\"; return d.ToString(Formatting.None); }",
            "{\"x\":1,\"y\":{\"z\":\"s\"}}",
        ),
        (
            "@{ dynamic d = JArray.Parse(\"[{'n':1},{'n':2}]\"); var sum = 0; foreach (var i in d) { sum += (int)i.n; } return sum; }",
            "3",
        ),
        (
            "@(JsonConvert.SerializeObject(new { a = new JObject(new JProperty(\"b\", 1)), c = new JArray(1) }))",
            "{\"a\":{\"b\":1},\"c\":[1]}",
        ),
        (
            "@(JsonConvert.SerializeObject(new { d = DateTime.UtcNow, t = DayOfWeek.Monday }))",
            "{\"d\":\"2024-03-05T07:08:09.123Z\",\"t\":1}",
        ),
        (
            "@(JsonConvert.SerializeObject(Tuple.Create(1, \"a\")))",
            "{\"Item1\":1,\"Item2\":\"a\"}",
        ),
        ("@(JsonConvert.SerializeObject(new[] { 1.5m, 2m }))", "[1.5,2.0]"),
        (
            "@(JsonConvert.SerializeObject(new { f = 0.1f, l = long.MaxValue, u = ulong.MaxValue }))",
            "{\"f\":0.1,\"l\":9223372036854775807,\"u\":18446744073709551615}",
        ),
        ("@(JToken.FromObject(new[] { \"a\" }).Type)", "Array"),
        (
            "@(((JValue)JToken.Parse(\"1.5\")).Value.GetType().Name)",
            "Double",
        ),
        ("@(new JValue(\"x\").Equals(new JValue(\"x\")))", "True"),
        ("@(new JValue(1).CompareTo(new JValue(2)))", "-1"),
        ("@(JToken.Parse(\"'x'\").ToString(Formatting.None))", "\"x\""),
        ("@(new JObject { { \"a\", new JArray { 1, 2 } } }[\"a\"][1])", "2"),
        (
            "@(JObject.Parse(\"{'a':{'b':1}}\").SelectToken(\"$.a['b']\").Path)",
            "a.b",
        ),
        (
            "@{ var o = JObject.Parse(\"{'items':[{'k':1},{'k':2}]}\"); o.SelectToken(\"items[0]\").Remove(); return o.ToString(Formatting.None); }",
            "{\"items\":[{\"k\":2}]}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':{'b':1}}\"); o.SelectToken(\"a.b\").Replace(\"x\"); return o.ToString(Formatting.None); }",
            "{\"a\":{\"b\":\"x\"}}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1}\"); o[\"a\"].Parent.Remove(); return o.ToString(Formatting.None); }",
            "{}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1}\"); var p = o.DeepClone() as JObject; p[\"a\"] = 2; return o[\"a\"].ToString() + p[\"a\"]; }",
            "12",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1}\"); o.Property(\"a\").Value = new JArray(1); return o.ToString(Formatting.None); }",
            "{\"a\":[1]}",
        ),
        (
            "@{ var o = new JObject(); o.Add(\"t\", \"x\"); o.Add(\"n\", 1); o.Add(\"b\", true); o.Add(\"d\", 1.5); o.Add(\"z\", null); return o.ToString(Formatting.None); }",
            "{\"t\":\"x\",\"n\":1,\"b\":true,\"d\":1.5,\"z\":null}",
        ),
        (
            "@(JsonConvert.DeserializeObject<JArray>(\"[1]\").GetType().FullName)",
            "Newtonsoft.Json.Linq.JArray",
        ),
        (
            "@(JsonConvert.DeserializeObject<JObject>(\"[1]\"))",
            "!System.InvalidCastException: Unable to cast object of type 'Newtonsoft.Json.Linq.JArray' to type 'Newtonsoft.Json.Linq.JObject'.",
        ),
        (
            "@(JsonConvert.DeserializeObject<int>(\"'x'\"))",
            "!System.FormatException: Input string was not in a correct format.",
        ),
        (
            "@(JsonConvert.DeserializeObject<List<Dictionary<string, int>>>(\"[{'a':1}]\")[0][\"a\"])",
            "1",
        ),
        ("@(JsonConvert.DeserializeObject<int?>(\"null\") == null)", "True"),
        (
            "@{ try { return JObject.Parse(\"{\"); } catch (JsonReaderException e) { return e.Message; } }",
            "Unexpected end of content while loading JObject. Path '', line 1, position 1.",
        ),
        (
            "@{ try { return JObject.Parse(null); } catch (ArgumentNullException) { return \"null\"; } }",
            "null",
        ),
    ]);
}
