//! Statements and sequences, from text to value.

use crate::testing::check;

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
