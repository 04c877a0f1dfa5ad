//! The .NET library from text to value: the vectors of the specification, and what goes with them.
//!
//! A row is an expression and the text of its value; `!` begins the exception that must come out instead, as
//! `!Type: message`.

use crate::Options;
use crate::testing::{TestHost, evaluated, evaluated_by};

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
fn numbers_and_math() {
    check(&[
        ("@(Convert.ToInt32(2.5))", "2"),
        ("@(Convert.ToInt32(3.5))", "4"),
        ("@(Math.Round(2.5))", "2"),
        ("@(Math.Round(2.5, MidpointRounding.AwayFromZero))", "3"),
        ("@(Math.Round(3.14159, 2))", "3.14"),
        ("@((int)new JValue(1.5))", "2"),
        (
            "@(Convert.ToByte(300))",
            "!System.OverflowException: Value was either too large or too small for an unsigned byte.",
        ),
        (
            "@(Math.Abs(int.MinValue))",
            "!System.OverflowException: Negating the minimum value of a twos complement number is invalid.",
        ),
        ("@(0.1 + 0.2)", "0.30000000000000004"),
        ("@(1.0 / 3)", "0.3333333333333333"),
        ("@(1.0)", "1"),
        ("@(1e15)", "1000000000000000"),
        ("@(0.00001)", "1E-05"),
        ("@(Math.Max(1, 2))", "2"),
        ("@(Math.Max(1, 2.5))", "2.5"),
        ("@(Math.Min(1L, 2))", "1"),
        ("@(Math.Ceiling(1.2))", "2"),
        ("@(Math.Floor(-1.2))", "-2"),
        ("@(Math.Pow(2, 10))", "1024"),
        ("@(Math.Sqrt(2))", "1.4142135623730951"),
        ("@(Math.Clamp(5, 1, 3))", "3"),
        ("@(Math.Sign(-2.5))", "-1"),
        ("@(Math.PI)", "3.141592653589793"),
        ("@(Math.Round(2.345m, 2))", "2.34"),
        ("@(int.Parse(\" 42 \"))", "42"),
        (
            "@(int.Parse(\"1,000\"))",
            "!System.FormatException: Input string was not in a correct format.",
        ),
        (
            "@(int.Parse(null))",
            "!System.ArgumentNullException: Value cannot be null. (Parameter 's')",
        ),
        ("@(double.Parse(\"1,234.5\"))", "1234.5"),
        ("@(bool.Parse(\"True \"))", "True"),
        (
            "@(bool.Parse(\"yes\"))",
            "!System.FormatException: String 'yes' was not recognized as a valid Boolean.",
        ),
        ("@(Convert.ToBoolean((string)null))", "False"),
        ("@(Convert.ToInt32((string)null))", "0"),
        ("@(Convert.ToString((object)null) == \"\")", "True"),
        ("@(Convert.ToString((string)null) == null)", "True"),
        ("@(Convert.ToInt32(\"ff\", 16))", "255"),
        ("@(Convert.ToString(10, 2))", "1010"),
        ("@(Convert.ToInt32(true))", "1"),
        ("@(Convert.ToInt32(\"12\"))", "12"),
        ("@(Convert.ToInt64(\"9999999999\"))", "9999999999"),
        ("@(Convert.ToDouble(\"1.5\"))", "1.5"),
        ("@(Convert.ToBoolean(\"true\"))", "True"),
        ("@(Convert.ToBoolean(1))", "True"),
        ("@(Convert.ToDecimal(0.1))", "0.1"),
        ("@(Convert.ToString(true))", "True"),
        ("@(Convert.ToChar(65))", "A"),
        (
            "@(Convert.ToInt32(\"x\"))",
            "!System.FormatException: Input string was not in a correct format.",
        ),
        ("@(Convert.ToInt32(new JValue(7)))", "7"),
        (
            "@(Convert.ToInt32(DateTime.MinValue))",
            "!System.InvalidCastException: Invalid cast from 'DateTime' to 'Int32'.",
        ),
        ("@(new Random(42).Next())", "1434747710"),
        ("@(new Random(1).Next(0))", "0"),
        (
            "@(new Random(1).Next(5, 4))",
            "!System.ArgumentOutOfRangeException: 'minValue' cannot be greater than maxValue. (Parameter 'minValue')",
        ),
        (
            "@{ var r = new Random(); var n = r.Next(1, 4); return n >= 1 && n < 4; }",
            "True",
        ),
    ]);
}

#[test]
fn formats() {
    check(&[
        (
            "@(string.Format(\"{0,5}|{0,-5}|{1:D4}|{2:F2}|{3:N0}|{4:X2}|{5:P1}\", 1, 7, 3.14159, 1234567, 255, 0.256))",
            "    1|1    |0007|3.14|1,234,567|FF|25.6%",
        ),
        (
            "@($\"{5,4}|{3.14159:0.00}|{255:x}|{12345.678:#,##0.0}\")",
            "   5|3.14|ff|12,345.7",
        ),
        ("@(1234.5.ToString(\"E2\"))", "1.23E+003"),
        ("@(1234567.0.ToString(\"G3\"))", "1.23E+06"),
        ("@(1234.5.ToString(\"C2\"))", "$1,234.50"),
        ("@($\"{new DateTime(2024, 3, 5):yyyy-MM-dd}\")", "2024-03-05"),
        ("@($\"{TimeSpan.FromMinutes(90):hh\\\\:mm}\")", "01:30"),
        ("@($\"{Guid.Empty:N}\")", "00000000000000000000000000000000"),
    ]);
}

#[test]
fn dates() {
    check(&[
        ("@(new DateTime(2024, 3, 5, 7, 8, 9))", "3/5/2024 7:08:09 AM"),
        (
            "@(new DateTime(2024, 3, 5, 7, 8, 9, 123, DateTimeKind.Utc).ToString(\"o\"))",
            "2024-03-05T07:08:09.1230000Z",
        ),
        (
            "@(new DateTime(2024, 3, 5, 7, 8, 9).ToString(\"o\"))",
            "2024-03-05T07:08:09.0000000",
        ),
        (
            "@(new DateTime(2024, 3, 5, 7, 8, 9).ToString(\"r\"))",
            "Tue, 05 Mar 2024 07:08:09 GMT",
        ),
        (
            "@(new DateTime(2024, 3, 5).ToString(\"K\"))",
            "!System.FormatException: Input string was not in a correct format.",
        ),
        (
            "@(DateTime.Parse(\"2024-03-05T07:08:09Z\").ToString(\"o\"))",
            "2024-03-05T07:08:09.0000000+00:00",
        ),
        ("@(DateTime.Parse(\"03/05/2024\").Day)", "5"),
        (
            "@(DateTime.Parse(\"nope\"))",
            "!System.FormatException: The string 'nope' was not recognized as a valid DateTime. There is an unknown word starting at index '0'.",
        ),
        (
            "@((new DateTime(2024, 3, 5, 7, 8, 9, 123) - new DateTime(1970, 1, 1)).TotalSeconds)",
            "1709622489.123",
        ),
        (
            "@(new DateTime(2024, 1, 31).AddMonths(1).ToString(\"yyyy-MM-dd\"))",
            "2024-02-29",
        ),
        ("@(new DateTime(1970, 1, 1).Ticks)", "621355968000000000"),
        ("@(new DateTime(2024, 3, 5).DayOfWeek)", "Tuesday"),
        ("@(new DateTime(2024, 3, 5) < new DateTime(2024, 3, 6))", "True"),
        (
            "@(new DateTime(2024, 3, 5).AddDays(1.5).ToString(\"s\"))",
            "2024-03-06T12:00:00",
        ),
        ("@(DateTime.MinValue == new DateTime())", "True"),
        (
            "@(DateTime.MaxValue.AddDays(1))",
            "!System.ArgumentOutOfRangeException: The added or subtracted value results in an un-representable DateTime. (Parameter 'value')",
        ),
        (
            "@(new DateTime(2024, 13, 1))",
            "!System.ArgumentOutOfRangeException: Year, Month, and Day parameters describe an un-representable DateTime.",
        ),
        ("@(DateTime.DaysInMonth(2024, 2))", "29"),
        (
            "@(DateTime.UtcNow.ToString(\"o\"))",
            "2024-03-05T07:08:09.1230000Z",
        ),
        (
            "@(DateTime.Now.ToString(\"o\"))",
            "2024-03-05T07:08:09.1230000+00:00",
        ),
        ("@(DateTimeOffset.UtcNow.ToUnixTimeSeconds())", "1709622489"),
        (
            "@(new DateTimeOffset(DateTime.UtcNow).ToUnixTimeMilliseconds())",
            "1709622489123",
        ),
        (
            "@(((DateTimeOffset)DateTime.UtcNow).ToUnixTimeSeconds())",
            "1709622489",
        ),
        (
            "@(DateTimeOffset.FromUnixTimeSeconds(0).ToString(\"o\"))",
            "1970-01-01T00:00:00.0000000+00:00",
        ),
        (
            "@(DateTimeOffset.FromUnixTimeMilliseconds(1500).UtcDateTime.ToString(\"o\"))",
            "1970-01-01T00:00:01.5000000Z",
        ),
        (
            "@(new DateTimeOffset(2024, 3, 5, 7, 8, 9, TimeSpan.Zero))",
            "3/5/2024 7:08:09 AM +00:00",
        ),
        ("@(TimeSpan.FromMinutes(90).ToString())", "01:30:00"),
        ("@(new TimeSpan(1, 2, 3, 4, 5))", "1.02:03:04.0050000"),
        ("@(TimeSpan.FromSeconds(1.5))", "00:00:01.5000000"),
        ("@(TimeSpan.FromMinutes(90).ToString(@\"hh\\:mm\"))", "01:30"),
        (
            "@(TimeSpan.FromMinutes(90).ToString(\"hh:mm\"))",
            "!System.FormatException: Input string was not in a correct format.",
        ),
        ("@(TimeSpan.Parse(\"90\").TotalDays)", "90"),
        ("@(TimeSpan.Parse(\"1.02:03:04\").TotalSeconds)", "93784"),
        (
            "@(TimeSpan.FromMilliseconds(1500) > TimeSpan.FromSeconds(1))",
            "True",
        ),
        (
            "@((TimeSpan.FromHours(1) + TimeSpan.FromMinutes(30)).TotalMinutes)",
            "90",
        ),
        ("@(-TimeSpan.FromSeconds(90))", "-00:01:30"),
        (
            "@(TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024, 7, 1, 12, 0, 0), TimeZoneInfo.FindSystemTimeZoneById(\"W. Europe Standard Time\")).ToString(\"o\"))",
            "2024-07-01T10:00:00.0000000Z",
        ),
        (
            "@(TimeZoneInfo.FindSystemTimeZoneById(\"Europe/Berlin\").BaseUtcOffset)",
            "01:00:00",
        ),
        (
            "@(TimeZoneInfo.FindSystemTimeZoneById(\"x\"))",
            "!System.TimeZoneNotFoundException: The time zone ID 'x' was not found on the local computer.",
        ),
    ]);
}

#[test]
fn guids_bytes_and_encodings() {
    const GUID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
    check(&[
        (&format!("@(Guid.Parse(\"{GUID}\"))"), GUID),
        (
            &format!("@(new Guid(\"{GUID}\").ToString(\"N\"))"),
            "0f8fad5bd9cb469fa16570867728950e",
        ),
        (
            &format!("@(BitConverter.ToString(Guid.Parse(\"{GUID}\").ToByteArray()))"),
            "5B-AD-8F-0F-CB-D9-9F-46-A1-65-70-86-77-28-95-0E",
        ),
        (
            &format!("@(new Guid(Guid.Parse(\"{GUID}\").ToByteArray()) == Guid.Parse(\"{GUID}\"))"),
            "True",
        ),
        ("@(Guid.NewGuid().ToString().Length)", "36"),
        ("@(Guid.NewGuid() == Guid.NewGuid())", "False"),
        (
            "@(Guid.Parse(\"x\"))",
            "!System.FormatException: Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
        ),
        (
            "@(Convert.ToBase64String(Encoding.UTF8.GetBytes(\"héllo\")))",
            "aMOpbGxv",
        ),
        (
            "@(Encoding.UTF8.GetString(Convert.FromBase64String(\"aMOpbGxv\")))",
            "héllo",
        ),
        (
            "@(Convert.FromBase64String(\"-_\"))",
            "!System.FormatException: The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.",
        ),
        (
            "@(Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(\"aé\")))",
            "a?",
        ),
        (
            "@(BitConverter.ToString(Encoding.Unicode.GetBytes(\"a\")))",
            "61-00",
        ),
        (
            "@(BitConverter.ToString(Encoding.GetEncoding(\"iso-8859-1\").GetBytes(\"é\")))",
            "E9",
        ),
        ("@(BitConverter.ToInt32(new byte[] { 1, 2, 0, 0 }, 0))", "513"),
        (
            "@(BitConverter.ToString(BitConverter.GetBytes(513)))",
            "01-02-00-00",
        ),
        (
            "@(BitConverter.ToString(SHA256.Create().ComputeHash(Encoding.UTF8.GetBytes(\"abc\"))).Substring(0, 11))",
            "BA-78-16-BF",
        ),
        (
            "@(Convert.ToBase64String(new HMACSHA256(Encoding.UTF8.GetBytes(\"k\")).ComputeHash(Encoding.UTF8.GetBytes(\"m\"))))",
            "tgCQ4wUil661oICInOL8S8qVfnVvrrTffTGADKHncew=",
        ),
        (
            "@{ using (var h = new HMACSHA512(Encoding.UTF8.GetBytes(\"k\"))) { return h.ComputeHash(Encoding.UTF8.GetBytes(\"m\")).Length; } }",
            "64",
        ),
        (
            "@(BitConverter.ToString(MD5.Create().ComputeHash(new byte[0])).Replace(\"-\", \"\").ToLower())",
            "d41d8cd98f00b204e9800998ecf8427e",
        ),
        ("@(new SHA256Managed().ComputeHash(new byte[0]).Length)", "32"),
    ]);
}

#[test]
fn uris_and_web_text() {
    check(&[
        (
            "@(Uri.EscapeDataString(\"a b/ü!*'()~-_.&=+\"))",
            "a%20b%2F%C3%BC%21%2A%27%28%29~-_.%26%3D%2B",
        ),
        ("@(Uri.UnescapeDataString(\"a%20b+c%2F\"))", "a b+c/"),
        (
            "@(WebUtility.UrlEncode(\"a b/ü!*'()~-_.&=+\"))",
            "a+b%2F%C3%BC!*%27()%7E-_.%26%3D%2B",
        ),
        ("@(System.Net.WebUtility.UrlDecode(\"a+b%2F\"))", "a b/"),
        (
            "@(WebUtility.HtmlEncode(\"<a b=\\\"c\\\">'é&\"))",
            "&lt;a b=&quot;c&quot;&gt;&#39;&#233;&amp;",
        ),
        (
            "@(new Uri(\"https://User@Host.com:8080/a/b%20c/?q=1#f\").Host)",
            "host.com",
        ),
        (
            "@(new Uri(\"https://User@Host.com:8080/a/b%20c/?q=1#f\").PathAndQuery)",
            "/a/b%20c/?q=1",
        ),
        (
            "@(new Uri(\"https://Host.com/a/b%20c/\").Segments.Last())",
            "b%20c/",
        ),
        ("@(new Uri(\"http://h\"))", "http://h/"),
        (
            "@(new Uri(\"/x\"))",
            "!System.UriFormatException: Invalid URI: The format of the URI could not be determined.",
        ),
        ("@(new Uri(new Uri(\"http://h/a/b\"), \"c\"))", "http://h/a/c"),
        (
            "@(new Uri(\"https://h:8443/a?b\").GetLeftPart(UriPartial.Authority))",
            "https://h:8443",
        ),
        ("@(IPAddress.Parse(\"10.0.0.1\").GetAddressBytes()[0])", "10"),
        ("@(IPAddress.TryParse(\"x\", out var ip))", "False"),
    ]);
}

#[test]
fn regular_expressions() {
    check(&[
        (
            "@(Regex.Match(\"max-age=60\", @\"max-age=(?<m>\\d+)\").Groups[\"m\"]?.Value)",
            "60",
        ),
        (
            "@(Regex.IsMatch(\"ABC\", \"^abc$\", RegexOptions.IgnoreCase))",
            "True",
        ),
        (
            "@(Regex.IsMatch(\"ABC\", \"^abc$\", RegexOptions.IgnoreCase, TimeSpan.FromMilliseconds(100)))",
            "True",
        ),
        (
            "@(Regex.Replace(\"hello world\", @\"(\\w+) (\\w+)\", \"$2 $1\"))",
            "world hello",
        ),
        (
            "@(Regex.Replace(\"a1b2\", @\"\\d\", m => \"<\" + m.Value + \">\"))",
            "a<1>b<2>",
        ),
        ("@(string.Join(\"|\", Regex.Split(\"a,b\", \"(,)\")))", "a|,|b"),
        ("@(new Regex(\"(?<x>a)(b)\").Match(\"ab\").Groups[1].Value)", "b"),
        ("@(Regex.Match(\"x\", \"(a)?x\").Groups[1].Value == \"\")", "True"),
        ("@(Regex.Match(\"x\", \"y\").Success)", "False"),
        ("@(Regex.Match(\"x\", \"x\").Groups[\"nope\"].Success)", "False"),
        ("@(Regex.Match(\"a😀b\", \"b\").Index)", "3"),
        ("@(Regex.Matches(\"a1b22\", @\"\\d+\").Count)", "2"),
        (
            "@(string.Join(\",\", Regex.Matches(\"a1b22\", @\"\\d+\").Cast<Match>().Select(m => m.Value)))",
            "1,22",
        ),
        (
            "@{ var s = \"\"; foreach (Match m in Regex.Matches(\"a1b22\", @\"\\d+\")) { s += m.Value; } return s; }",
            "122",
        ),
        ("@(Regex.Match(\"ab\", \"(?<x>a)\").Result(\"[${x}]\"))", "[a]"),
        (
            "@(Regex.IsMatch(null, \"x\"))",
            "!System.ArgumentNullException: Value cannot be null. (Parameter 'input')",
        ),
        (
            "@(Regex.IsMatch(\"x\", \"(\"))",
            "!System.ArgumentException: Invalid pattern '(' at offset 1. Not enough )'s.",
        ),
        ("@(Regex.IsMatch(\"a\\n\", \"a$\"))", "True"),
        ("@(Regex.Replace(\"x\", \"(x)\", \"$10\"))", "$10"),
        ("@(Regex.Escape(\"a.b\"))", "a\\.b"),
        (
            "@(Regex.IsMatch(new string('a', 60) + \"!\", @\"^(\\w+\\s?)*\\1$\"))",
            "!System.Text.RegularExpressions.RegexMatchTimeoutException: The Regex engine has timed out while trying to match a pattern to an input string. This can occur for many reasons, including very large inputs or excessive backtracking caused by nested quantifiers, back-references and other factors.",
        ),
    ]);
}

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

const LEAF: &str = "-----BEGIN CERTIFICATE-----\nMIIDrzCCApegAwIBAgIJAKGyw9Tl9gcYMA0GCSqGSIb3DQEBCwUAMEExCzAJBgNVBAYTAk5MMRYwFAYDVQQKDA1BcGltaXRlLCBJ\
bmMuMRowGAYDVQQDDBFBcGltaXRlIFRlc3QgUm9vdDAgFw0yNDAxMDExMDMwMDBaGA8yMDkwMDEwMTAwMDAwMFowgYIxCzAJBgNV\
BAYTAk5MMRAwDgYDVQQIDAdVdHJlY2h0MRYwFAYDVQQKDA1BcGltaXRlLCBJbmMuMRAwDgYDVQQLDAdHYXRld2F5MRcwFQYDVQQD\
DA5jbGllbnQuZXhhbXBsZTEeMBwGCSqGSIb3DQEJARYPYW5uQGV4YW1wbGUuY29tMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB\
CgKCAQEA3MiwBpoNNMIhM4dWvtaObPGnsvDgZpQAq/oE84Cm5JcfLggZqfQp4ogb0zWF5R7ElkfCgBjpitIJW3f/iRkth9JHcR8w\
68tbma0lapnGdzhIgSAFqWY4HK0pbAY9e/J0IkmaANBdp6QnXP5pYkX7RKiCLttA/CtOwKmu0Rtn5fR7BB/GRQ8I2koWPTulV+N0\
A4VqYiRHGAvQexy8Qk2z2JqSgxKMzyS8a3OKLA/ACfqWXwtfHnQ1KWvpzNSSehHUH+amFHbZ62R2lSVNUY8qPHIaUmON4VbmFUBW\
Pvqs7IxC0nks79M0GPox5Ho8PkjAYxsWVE+8kVXihtKQj/6stwIDAQABo2YwZDAMBgNVHRMBAf8EAjAAMFQGA1UdEQRNMEuCDmNs\
aWVudC5leGFtcGxlgg1vdGhlci5leGFtcGxlgQ9ib2JAZXhhbXBsZS5jb22GGWh0dHBzOi8vY2xpZW50LmV4YW1wbGUvaWQwDQYJ\
KoZIhvcNAQELBQADggEBADVSJiERl2MYDEajhUZXB8HMoNgTv1CoGe3zDeARWTczbZeX6YQ0iM6X6wMMBqOcMDfB/ldTlNMja8fR\
Yx8kwK0bFbltr7v7KNl52V5sQR43KszyJfYXnIk8uvnf7MMblgPlCfHk4rRDZ+4bw3/Ruz419Cc2U+Xe8zfewwstzgUkd5+lzA8h\
JZxzNAt/Nm3RxoLSlN9r/hQM/76VLDR0Ny84M1FfxV8EyOd6IZs3e3/0UeZB2MlSmgaedYZ0S37KHsq7fWIkLhNsaZXnuRjiLcsk\
qLXNdENSwevCqhE9dgahNX/ADS+Tg9RTtnhPuViobsPJaPtxAbcB4VqLvKYs2RI=\n-----END CERTIFICATE-----\n";
const ROOT: &str = "-----BEGIN CERTIFICATE-----\nMIIDEjCCAfqgAwIBAgIBATANBgkqhkiG9w0BAQsFADBBMQswCQYDVQQGEwJOTDEWMBQGA1UECgwNQXBpbWl0ZSwgSW5jLjEaMBgG\
A1UEAwwRQXBpbWl0ZSBUZXN0IFJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5OTAxMDEwMDAwMDBaMEExCzAJBgNVBAYTAk5MMRYw\
FAYDVQQKDA1BcGltaXRlLCBJbmMuMRowGAYDVQQDDBFBcGltaXRlIFRlc3QgUm9vdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCC\
AQoCggEBAL5+ZxxSygcLApiBhZVWbe0bmr2yRNLUPFUSabJXekKtFxGE9U8fWqYE44loSFTykmnvO83WYp0R81wRKfUIQc2/yDaB\
4reWNq7B4+qric+cs8D/MBUB01Zxum3HQnjXR9G6KWFwa243Czf2Bz+E34u3PbQizaYBSLJOOa3fe8cQU4hDJ5iTr5vaZo52Yabb\
AmPKObev1FmFg++OPYURlxO6yDXqeaOgM46G70EWq0ZbtU3yHbx9OKSFMjvEFbkqjj0LVeGV3gaix1/7SFmBJUMJxNzM+oGCUfOc\
q9+ao97o5BySFM9bulEjuLDNJzx38Au/he6ZQb/cf4EN9GObbS0CAwEAAaMTMBEwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B\
AQsFAAOCAQEAnJKKzyc0O98iIqQiYG6shbKdHVRBxzWPerhIjTIj3piIC2Ik3g9vuK8v+21GnqboaNXtVJOiJmnFU4ELi5j2aAxx\
4wTXWvdeemTeFv1PlmgRSXayfIXYoWh7ynsQlfn7PQXpxYEmJRlARJFUjVfF5RnMBiMekGq7xkigJqEXb+Ta5wIKO+vV25g2wXaK\
zG+ZMtyULdE2SohUWtV8UMb6IDV8M0iIWeqozyr2Wb2bQWAAQx77CmNFlzQj6N8TAzFrVkWnHLT79xcF6ZBdUgAzy1pwQJWIYcdx\
XZ3j4hMGxvHkJBJ70eSvRgjIwreZxGBdYHJwpPfWldhxvePjB1t9Zw==\n-----END CERTIFICATE-----\n";

/// A certificate of the caller, certificates of the service, a workspace.
#[test]
fn what_only_some_requests_have() {
    assert_eq!(
        evaluated("@(context.GraphQL == null && context.Workspace == null)"),
        "True"
    );
    assert_eq!(evaluated("@(context.Request.Certificate == null)"), "True");
    let read =
        |pem: &str| std::sync::Arc::new(crate::Certificate::read(pem.as_bytes(), "").expect("a certificate"));
    let mut host = TestHost::new();
    let mut deployment = (*host.facts.deployment).clone();
    deployment.certificates = vec![("leaf".to_owned(), read(LEAF))];
    host.certificate = Some(read(LEAF));
    host.facts.deployment = deployment.clone().into();
    host.facts.workspace = Some(std::sync::Arc::new(crate::WorkspaceFacts {
        id: "w".to_owned(),
        name: "Work".to_owned(),
    }));
    let eval =
        |host: &mut TestHost, text: &str| evaluated_by(&format!("@({text})"), host, &Options::default());
    assert_eq!(
        eval(&mut host, "context.Workspace.Id + context.Workspace.Name"),
        "wWork"
    );
    let thumbprint =
        "context.Request.Certificate.Thumbprint == context.Deployment.Certificates[\"leaf\"].Thumbprint";
    assert_eq!(eval(&mut host, thumbprint), "True");
    // Who signed it is trusted only once the service holds the authority.
    assert_eq!(eval(&mut host, "context.Request.Certificate.Verify()"), "False");
    deployment.authorities = vec![read(ROOT)];
    host.facts.deployment = deployment.into();
    assert_eq!(eval(&mut host, "context.Request.Certificate.Verify()"), "True");
    assert_eq!(
        eval(&mut host, "context.Request.Certificate.VerifyNoRevocation()"),
        "True"
    );
}
