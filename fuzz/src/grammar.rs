//! Bytes to a block of C# that mostly compiles: every byte chooses a production. A dollar names what is put in.

/// The block that `bytes` choose.
pub fn write(bytes: &[u8]) -> String {
    let mut writer = Writer { bytes, at: 0, out: String::new() };
    writer.out.push_str("@{ int i = 3; long l = 4; double d = 1.5; string s = \"ab c\"; bool b = true; ");
    writer.out.push_str("int[] a = new[] { 3, 1, 2 }; var q = new List<string> { \"x\", \"yy\" }; ");
    writer.out.push_str("JToken j = JObject.Parse(\"{'k':[1,{'m':'v'}],'n':null}\"); object o = null; ");
    writer.out.push_str("var t = new Dictionary<string, int> { [\"x\"] = 1 }; int? n = null; decimal m = 2.50m; ");
    while writer.at < writer.bytes.len() && writer.out.len() < 6_000 {
        writer.put("$S ", 0);
    }
    writer.put("return $O; }", 0);
    writer.out
}

struct Writer<'b> {
    bytes: &'b [u8],
    at: usize,
    out: String,
}

impl Writer<'_> {
    // Writes a production; beyond some depth only the first of each kind, which ends.
    fn put(&mut self, text: &str, depth: u8) {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            self.out.push_str(&rest[..at]);
            let kind = rest[at + 1..].chars().next().unwrap_or('$');
            rest = &rest[at + 1 + kind.len_utf8()..];
            let choices = productions(kind);
            if choices.is_empty() {
                // Two dollars are one: an interpolated string begins with it.
                self.out.push(kind);
                continue;
            }
            let byte = self.bytes.get(self.at).copied().unwrap_or_default();
            self.at += 1;
            let choice = if depth > 6 { 0 } else { usize::from(byte) % choices.len() };
            self.put(choices[choice], depth + 1);
        }
        self.out.push_str(rest);
    }
}

fn productions(kind: char) -> &'static [&'static str] {
    match kind {
        // Statements.
        'S' => &[
            "i = $I;", "s = $T;", "b = $B;", "l += $I;", "d = $D;", "o = $O;", "j = $J;", "n = $I;", "m = $M;",
            "if ($B) { $S } else { $S }", "while ($B) { $S if ($B) break; }", "foreach (var x in $A) { i += x; $S }",
            "for (int k = 0; k < $I; k++) { s += k; $S if (k > 5) continue; }",
            "try { $S } catch (FormatException e) { s = e.Message; } catch (Exception e) when ($B) { s = e.Message; } finally { $S }",
            "switch (i) { case 1: $S break; case 2: goto case 1; case int z when z > $I: $S break; default: $S break; }",
            "{ int F(int p) { return p < 1 ? 0 : F(p - 2) + $I; } i = F($I); }",
            "{ Func<int, int> f = p => p * $I; i = f($I); }", "q.Add($T);", "t[$T] = $I;", "a[$I] = $I;", "i++;", "--l;",
            "using (var r = new StringReader($T)) { s = r.ReadToEnd(); }", "{ dynamic y = $O; s = y.ToString(); }",
            "{ var (u, v) = ($I, $T); s += u + v; }", "throw new Exception($T);", "s ??= $T;", "do { $S i++; } while (i < 3);",
            "checked { i += $I; }", "((JObject)j)[$T] = $J;", "q.Sort();", "{ T G<T>(T p) => p; i = G($I); s = G($T); }",
        ],
        // Values of each type.
        'I' => &[
            "i", "1", "0", "-2147483648", "2147483647", "($I + $I)", "($I - $I)", "($I * $I)", "($I / $I)", "($I % $I)",
            "($I << $I)", "($I >> $I)", "($I ^ $I)", "~$I", "s.Length", "q.Count", "$T.IndexOf($T)", "$A.Sum()", "$A.Count(x => x > $I)",
            "$A.Max()", "(n ?? $I)", "($B ? $I : $I)", "int.Parse($T)", "(int)$D", "(int)l", "Convert.ToInt32($T)", "a[$I]",
            "$T[$I]", "Math.Abs($I)", "(int)$J", "t[$T]", "$T.CompareTo($T)", "$A.Aggregate((x, y) => x * y + $I)",
            "Convert.ToInt32($T, 16)", "DateTime.UtcNow.Day", "(int)context.Variables[\"number\"]", "$T.LastIndexOf($T)",
            "context.Response.StatusCode", "$A.FirstOrDefault(x => x == $I)", "(i switch { 1 => $I, _ => $I })",
        ],
        'D' => &["d", "0.1", "($D + $D)", "($D / $D)", "($D * $D)", "Math.Sqrt($D)", "Math.Round($D, $I)", "double.Parse($T)", "(double)$I", "$A.Average()", "Math.Pow($D, $D)"],
        'M' => &["m", "0.10m", "($M + $M)", "($M * $M)", "($M / $M)", "(decimal)$D", "Math.Round($M, $I)"],
        'B' => &[
            "b", "true", "false", "!$B", "($B && $B)", "($B || $B)", "$I < $I", "$I == $I", "$T == $T", "$T.Contains($T)", "$D >= $D", "(n > $I)",
            "o == null", "(o is string)", "(o is int w && w > 1)", "q.Any(x => x == $T)", "Regex.IsMatch($T, $R)", "string.IsNullOrEmpty($T)",
            "int.TryParse($T, out i)", "$T.StartsWith($T, StringComparison.OrdinalIgnoreCase)", "t.ContainsKey($T)", "$A.SequenceEqual($A)",
        ],
        'T' => &[
            "s", "\"\"", "\"a,b;c\"", "\"\\u00e9\\ud83d\\ude00\"", "\"2024-03-05T07:08:09Z\"", "\"12\"", "($T + $T)", "($T + $I)", "$T.Substring($I)",
            "$T.Substring($I, $I)", "$T.Replace($T, $T)", "$T.ToUpper()", "$T.Trim()", "$T.PadLeft($I)", "$I.ToString()", "$I.ToString($F)", "$D.ToString($F)",
            "string.Join($T, $L)", "string.Format($F, $I, $T)", "$$\"{$I,5:X}{$T}\"", "$J.ToString()", "$J.ToString(Formatting.None)", "($T ?? $T)",
            "Convert.ToBase64String(Encoding.UTF8.GetBytes($T))", "Encoding.UTF8.GetString(Convert.FromBase64String($T))", "Regex.Replace($T, $R, $T)",
            "$T.Split(',')[$I]", "$T.Insert($I, $T)", "$T.Remove($I)", "new string('x', $I)", "Uri.EscapeDataString($T)", "WebUtility.UrlDecode($T)",
            "JsonConvert.SerializeObject($O)", "DateTime.Parse($T).ToString($F)", "new StringBuilder($T).Append($I).Insert(0, $T).ToString()",
            "context.Request.Headers.GetValueOrDefault($T, $T)", "(string)context.Variables[\"text\"]", "context.Request.Body.As<string>(true)", "TimeSpan.FromSeconds($D).ToString()",
            "Regex.Match($T, $R).Groups[1].Value", "((object)$I).ToString()", "string.Concat($L)", "$M.ToString($F)", "new Guid().ToString($F)", "nameof(s)",
            "$X.XPathEvaluate($P).ToString()", "$X.XPathSelectElement($P)?.ToString()", "$X.ToString()",
            "string.Concat($X.XPathSelectElements($P).Select(x => x.Value))",
            "new Func<string>(() => { var z = new XmlDocument(); z.LoadXml($X.ToString()); return z.SelectSingleNode($P)?.OuterXml; })()",
        ],
        // XML, and paths into it.
        'X' => &["XDocument.Parse(\"<a x='1'>t<b>12</b><!--c--><b y='2'><c>u</c>v</b></a>\")", "XElement.Parse(\"<n:a xmlns:n='u'><n:b>3</n:b>x</n:a>\")", "XDocument.Parse($T)"],
        'P' => &[
            "\"//b\"", "\"/a/b[2]/c/text()\"", "\"//b[@y='2']/..\"", "\"count(//*) + sum(//b)\"", "\"(//b)[last()]\"", "\"//b[.>3]|//@*\"",
            "\"//c/ancestor-or-self::*[position()<3]\"", "\"//b/following::node()\"", "\"string(//b[1]) = 'x' or not(//z)\"", "\"substring('abc', -1, 1 div 0)\"",
            "\"//n:b\"", "\"translate(normalize-space(//a), 't', 'Tx')\"", "$T", "(\"//\" + $T)", "($P + \"[\" + $P + \"]\")", "($P + $P)",
        ],
        'F' => &["\"N2\"", "\"X\"", "\"0.00#;(0)\"", "\"{0,5}|{1}\"", "\"yyyy-MM-dd\"", "\"D9\"", "\"{0:#,##0.0}{{\"", "\"P\"", "\"E3\"", "\"o\"", "$T"],
        'R' => &["\"(\\\\w+) (\\\\d+)\"", "\"^[a-c]*?$\"", "\"(a|b)+?c\"", "\"(?<x>\\\\d)(?=2)\"", "\"(?i)AB\"", "$T"],
        // Sequences of `int` and of `string`.
        'A' => &["a", "new int[0]", "new[] { $I, $I }", "Enumerable.Range($I, 3)", "$A.Where(x => x > $I)", "$A.Select(x => x + $I)", "$A.OrderBy(x => -x)", "$A.Skip($I)", "$A.Take($I)", "$A.Distinct()", "$A.Concat($A)", "$A.Reverse()", "q.Select(x => x.Length)", "$A.GroupBy(x => x % 2).Select(g => g.Count())", "$A.Zip($A, (x, y) => x - y)", "$A.SelectMany(x => $A)", "(from x in $A where x > $I orderby x descending select x)", "$A.ToList()", "$A.ToArray()"],
        'L' => &["q", "$T.Split(' ')", "$A.Select(x => x.ToString())", "$L.Where(x => x != $T)", "$L.OrderBy(x => x)", "new[] { $T, $T }", "$L.Distinct()", "$L.Take($I)", "t.Keys", "$L.Select(x => x + $T)"],
        'J' => &["j", "j[\"k\"]", "j[\"k\"][$I]", "j[$T]", "JToken.Parse($T)", "JToken.FromObject($O)", "new JArray($I, $T)", "new JObject(new JProperty($T, $O))", "(JToken)$I", "(JToken)$T", "j.SelectToken(\"k[1].m\")", "j.SelectToken($T)", "context.Request.Body.As<JObject>(true)", "j.DeepClone()", "j.First", "((JObject)j).Property($T)", "new JObject { [$T] = $J }"],
        'O' => &["i", "s", "d", "b", "o", "(object)$I", "(object)$T", "(object)$J", "new { x = $I, y = $T }", "(object)$A", "(object)$D", "(object)q", "($I, $T)", "(object)t", "(object)$M", "(object)n", "DateTime.UtcNow.AddDays($D)", "new Uri($T)"],
        _ => &[],
    }
}
