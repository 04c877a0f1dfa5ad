//! The .NET library from text to value: the vectors of the specification, and what goes with them.
//!
//! A row is an expression and the text of its value; `!` begins the exception that must come out instead, as
//! `!Type: message`.

use crate::testing::check;

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
