//! Json.NET from text to value.

use crate::testing::check;

#[test]
fn json_reading() {
    const OBJECT: &str =
        "JObject.Parse(\"{'a':{'b':[1,'x']},'n':null,'num':5,'d':'2024-03-05T07:08:09Z','f':1.0,'t':true}\")";
    let rows: &[(&str, &str)] = &[
        (".SelectToken(\"a.b[0]\")?.ToString() ?? \"none\"", "1"),
        (".SelectToken(\"a.zz\")?.ToString() ?? \"none\"", "none"),
        ("[\"a\"][\"b\"][1]", "x"),
        ("[\"n\"] == null", "False"),
        ("[\"n\"].Type == JTokenType.Null", "True"),
        ("[\"missing\"] == null", "True"),
        ("[\"n\"].ToString() == \"\"", "True"),
        (
            "[\"missing\"][\"x\"]",
            "!System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
        (
            "[\"num\"][\"x\"]",
            "!System.InvalidOperationException: Cannot access child value on Newtonsoft.Json.Linq.JValue.",
        ),
        ("[\"d\"].Type", "Date"),
        ("[\"d\"]", "3/5/2024 7:08:09 AM"),
        ("[\"f\"]", "1"),
        ("[\"t\"]", "True"),
        (".Value<string>(\"num\")", "5"),
        (".Value<int>(\"num\")", "5"),
        (".Value<int>(\"missing\")", "0"),
        (".Value<int?>(\"missing\") == null", "True"),
        (
            ".Value<int>(\"n\")",
            "!System.InvalidCastException: Null object cannot be converted to a value type.",
        ),
        (".Value<JObject>(\"a\")[\"b\"][0]", "1"),
        (".Value<bool>(\"t\")", "True"),
        (".Value<DateTime>(\"d\").Year", "2024"),
        ("[\"num\"].Value<string>()", "5"),
        ("[\"num\"].ToObject<int>() + 1", "6"),
        ("[\"a\"][\"b\"].ToObject<JArray>().Count", "2"),
        (".Property(\"num\").Value", "5"),
        (".Property(\"missing\") == null", "True"),
        (".Properties().First().Name", "a"),
        (".Count", "6"),
        (".ContainsKey(\"a\")", "True"),
        (".GetValue(\"NUM\", StringComparison.OrdinalIgnoreCase)", "5"),
        (".TryGetValue(\"num\", out var v)", "True"),
        ("[\"a\"][\"b\"].Path", "a.b"),
        ("[\"a\"][\"b\"].Parent.Parent.Path", "a"),
        (".SelectToken(\"a.b\").Root.Children().Count()", "6"),
        ("[\"a\"].HasValues", "True"),
        ("[\"a\"].First", "\"b\": [\n  1,\n  \"x\"\n]"),
        (".Descendants().OfType<JValue>().Count()", "7"),
        (".SelectTokens(\"a.b[*]\").Count()", "2"),
    ];
    let rows: Vec<(String, &str)> = rows
        .iter()
        .map(|(text, it)| (format!("@({OBJECT}{text})"), *it))
        .collect();
    check(
        &rows
            .iter()
            .map(|(text, it)| (text.as_str(), *it))
            .collect::<Vec<_>>(),
    );
    check(&[
        (
            "@((string)JObject.Parse(\"{'d':'2024-03-05T07:08:09Z'}\")[\"d\"])",
            "03/05/2024 07:08:09",
        ),
        ("@((string)JObject.Parse(\"{}\")[\"a\"] ?? \"dflt\")", "dflt"),
        (
            "@((string)JObject.Parse(\"{'n':null}\")[\"n\"] ?? \"dflt\")",
            "dflt",
        ),
        (
            "@((int)JObject.Parse(\"{}\")[\"a\"])",
            "!System.ArgumentNullException: Value cannot be null. (Parameter 'value')",
        ),
        (
            "@((int)JObject.Parse(\"{'n':null}\")[\"n\"])",
            "!System.ArgumentException: Can not convert Null to Int32.",
        ),
        ("@((int?)JObject.Parse(\"{'n':null}\")[\"n\"] == null)", "True"),
        (
            "@((string)JObject.Parse(\"{'o':{}}\")[\"o\"])",
            "!System.ArgumentException: Can not convert Object to String.",
        ),
        ("@((int)new JValue(\"5\"))", "5"),
        ("@((bool)new JValue(\"true\"))", "True"),
        ("@((string)new JValue(1))", "1"),
        ("@((string)new JValue(true))", "True"),
        (
            "@(JArray.Parse(\"[1,2]\")[9])",
            "!System.ArgumentOutOfRangeException: Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
        ),
        (
            "@(((JToken)JArray.Parse(\"[1]\"))[\"x\"])",
            "!System.ArgumentException: Accessed JArray values with invalid key value: \"x\". Int32 array index expected.",
        ),
        (
            "@(JObject.Parse(\"\"))",
            "!Newtonsoft.Json.JsonReaderException: Error reading JObject from JsonReader. Path '', line 0, position 0.",
        ),
        (
            "@(JObject.Parse(\"[1]\"))",
            "!Newtonsoft.Json.JsonReaderException: Error reading JObject from JsonReader. Current JsonReader item is not an object: StartArray. Path '', line 1, position 1.",
        ),
        (
            "@(JToken.Parse(\"12345678901234567890123\"))",
            "12345678901234567890123",
        ),
        ("@(((JArray)JToken.Parse(\"[1,2]\")).Sum(t => (int)t))", "3"),
        (
            "@(JArray.Parse(\"[{'n':1},{'n':2}]\").Select(t => (int)t[\"n\"]).Max())",
            "2",
        ),
        (
            "@(JArray.Parse(\"[{'n':'a'},{'n':'b'}]\").FirstOrDefault(t => (string)t[\"n\"] == \"b\") != null)",
            "True",
        ),
        (
            "@{ var s = \"\"; foreach (var p in JObject.Parse(\"{'a':1,'b':2}\")) { s += p.Key + p.Value; } return s; }",
            "a1b2",
        ),
        (
            "@{ var s = \"\"; foreach (var t in JArray.Parse(\"[1,2]\")) { s += t; } return s; }",
            "12",
        ),
        (
            "@{ var s = \"\"; foreach (JObject o in JArray.Parse(\"[{'a':1},{'a':2}]\")) { s += o[\"a\"]; } return s; }",
            "12",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':{}}\"); return o[\"a\"] == o[\"a\"]; }",
            "True",
        ),
        (
            "@(JToken.DeepEquals(JObject.Parse(\"{a:1,b:2}\"), JObject.Parse(\"{b:2,a:1}\")))",
            "True",
        ),
        (
            "@(JObject.Parse(\"{'a':1}\").SelectToken(\"x.y\", true))",
            "!Newtonsoft.Json.JsonException: Property 'x' does not exist on JObject.",
        ),
    ]);
}

#[test]
fn json_writing() {
    check(&[
        (
            "@(JObject.Parse(\"{\\\"a\\\":1}\").ToString())",
            "{\n  \"a\": 1\n}",
        ),
        (
            "@(JObject.Parse(\"{\\\"a\\\":1}\").ToString(Formatting.None))",
            "{\"a\":1}",
        ),
        (
            "@(JObject.Parse(\"{'a':1}\").ToString(Newtonsoft.Json.Formatting.None))",
            "{\"a\":1}",
        ),
        (
            "@(new JObject(new JProperty(\"a\", 1), new JProperty(\"b\", new JObject(new JProperty(\"c\", \"x\"))), new JProperty(\"d\", null)).ToString(Formatting.None))",
            "{\"a\":1,\"b\":{\"c\":\"x\"},\"d\":null}",
        ),
        ("@(new JArray(1, 2).ToString(Formatting.None))", "[1,2]"),
        (
            "@(new JArray(new List<int> { 1, 2 }).ToString(Formatting.None))",
            "[1,2]",
        ),
        ("@(new JArray(new JObject()).ToString(Formatting.None))", "[{}]"),
        (
            "@(new JProperty(\"a\", new[] { 1, 2 }).ToString(Formatting.None))",
            "\"a\":[1,2]",
        ),
        (
            "@{ var o = new JObject(); o[\"x\"] = 1; o[\"y\"] = \"s\"; o[\"z\"] = null; o[\"x\"] = true; return o.ToString(Formatting.None); }",
            "{\"x\":true,\"y\":\"s\",\"z\":null}",
        ),
        (
            "@{ var o = new JObject { { \"a\", 1 } }; o.Add(\"b\", new JArray { \"x\" }); return o.ToString(Formatting.None); }",
            "{\"a\":1,\"b\":[\"x\"]}",
        ),
        (
            "@{ var o = new JObject { [\"a\"] = 1 }; o.Add(new JProperty(\"b\", 2)); return o.ToString(Formatting.None); }",
            "{\"a\":1,\"b\":2}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'x':1}\"); o.Add(\"x\", 2); return o; }",
            "!System.ArgumentException: Can not add property x to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object.",
        ),
        (
            "@{ var o = JObject.Parse(\"{'x':1,'y':2}\"); o.Remove(\"x\"); return o.ToString(Formatting.None); }",
            "{\"y\":2}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'x':1,'y':2}\"); o.Property(\"x\").Remove(); return o.ToString(Formatting.None); }",
            "{\"y\":2}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'x':1,'y':2}\"); o.Property(\"x\").AddAfterSelf(new JProperty(\"n\", 3)); return o.ToString(Formatting.None); }",
            "{\"x\":1,\"n\":3,\"y\":2}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'x':1}\"); o.AddFirst(new JProperty(\"n\", 3)); return o.ToString(Formatting.None); }",
            "{\"n\":3,\"x\":1}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':[1,2,3]}\"); ((JArray)o[\"a\"]).RemoveAt(1); return o.ToString(Formatting.None); }",
            "{\"a\":[1,3]}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':{'b':1}}\"); o[\"a\"][\"b\"] = 2; return o.ToString(Formatting.None); }",
            "{\"a\":{\"b\":2}}",
        ),
        (
            "@{ var o = JObject.Parse(\"{'a':1}\"); o.Merge(JObject.Parse(\"{'b':2}\")); return o.ToString(Formatting.None); }",
            "{\"a\":1,\"b\":2}",
        ),
        (
            "@(JsonConvert.SerializeObject(new { a = 1, b = (string)null, e = 1.0, f = 1m }))",
            "{\"a\":1,\"b\":null,\"e\":1.0,\"f\":1.0}",
        ),
        (
            "@(JsonConvert.SerializeObject(new { s = \"é<>&'\\\"\\n\", l = new[] { 1, 2 } }))",
            "{\"s\":\"é<>&'\\\"\\n\",\"l\":[1,2]}",
        ),
        ("@(JsonConvert.SerializeObject(null))", "null"),
        ("@(JsonConvert.SerializeObject(\"x\"))", "\"x\""),
        ("@(JsonConvert.SerializeObject(1e20))", "1E+20"),
        ("@(JsonConvert.SerializeObject(double.NaN))", "\"NaN\""),
        (
            "@(JsonConvert.SerializeObject(new Dictionary<string, int> { { \"a\", 1 } }))",
            "{\"a\":1}",
        ),
        (
            "@(JsonConvert.SerializeObject(new List<string> { \"a\" }, Formatting.Indented))",
            "[\n  \"a\"\n]",
        ),
        (
            "@(JsonConvert.SerializeObject(new DateTime(2024, 3, 5, 7, 8, 9, DateTimeKind.Utc)))",
            "\"2024-03-05T07:08:09Z\"",
        ),
        (
            "@(JsonConvert.SerializeObject(Guid.Empty))",
            "\"00000000-0000-0000-0000-000000000000\"",
        ),
        (
            "@(JsonConvert.SerializeObject(TimeSpan.FromSeconds(1)))",
            "\"00:00:01\"",
        ),
        ("@(JsonConvert.SerializeObject(new byte[] { 1, 2 }))", "\"AQI=\""),
        ("@(JsonConvert.SerializeObject('c'))", "\"c\""),
        (
            "@(JsonConvert.SerializeObject(JObject.Parse(\"{'a':1}\")))",
            "{\"a\":1}",
        ),
        (
            "@(JObject.FromObject(new { a = 1, b = new { c = \"x\" } }).ToString(Formatting.None))",
            "{\"a\":1,\"b\":{\"c\":\"x\"}}",
        ),
        (
            "@(JArray.FromObject(new[] { \"x\", \"y\" }).ToString(Formatting.None))",
            "[\"x\",\"y\"]",
        ),
        ("@(JToken.FromObject(5).Type)", "Integer"),
        (
            "@(JsonConvert.DeserializeObject<JObject>(\"{'a':1}\")[\"a\"])",
            "1",
        ),
        (
            "@(JsonConvert.DeserializeObject<Dictionary<string, string>>(\"{'a':1}\")[\"a\"])",
            "1",
        ),
        (
            "@(JsonConvert.DeserializeObject<List<int>>(\"[1,2]\").Sum())",
            "3",
        ),
        (
            "@(JsonConvert.DeserializeObject<string[]>(\"['a','b']\").Length)",
            "2",
        ),
        (
            "@{ dynamic d = JsonConvert.DeserializeObject(\"{'a':{'b':5}}\"); return (int)d.a.b; }",
            "5",
        ),
        (
            "@{ dynamic d = JObject.Parse(\"{'a':1}\"); return d.missing == null; }",
            "True",
        ),
        (
            "@(new JObject(5))",
            "!System.ArgumentException: Can not add Newtonsoft.Json.Linq.JValue to Newtonsoft.Json.Linq.JObject.",
        ),
        (
            "@(new JProperty(\"a\", new { b = 1 }))",
            "!System.ArgumentException: Could not determine JSON object type for type <>f__AnonymousType0`1[System.Int32].",
        ),
        (
            "@{ var a = new JArray(); for (var i = 0; i < 2000; i++) { a = new JArray(a, 1); } return a; }",
            "!System.InvalidOperationException: The token is nested deeper than 512 levels.",
        ),
        (
            "@{ var a = JObject.Parse(\"{'x':[1]}\"); var b = a.DeepClone(); ((JArray)a[\"x\"]).Add(2); return b.ToString(Formatting.None); }",
            "{\"x\":[1]}",
        ),
    ]);
}
