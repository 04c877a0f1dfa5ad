"""Writes the pages `made-*.md` of expressions that nobody chose: python3 tests/oracle/made.py [SEED]. golden.py then answers them."""

import random
import sys

import runtime

PAGES = runtime.ROOT / "tests/cases/oracle"
ROWS = 70
TEXTS = ["", "a", "Hello, World", "a,b,,c", "  pad ", "ÄÖÜ é", "x=1;y=2", "UPPER lower", "tab\\tend", "42", "3.14", "a😀b", "aaa", "Zebra apple"]
WORDS = ["a", "l", "b", ",", "o", " ", "é", "LO", "1", "aa", "x", "=", "😀"]
FORMATS = ["F0", "F1", "F2", "F5", "N0", "N2", "E1", "E4", "G", "G2", "G5", "P0", "P1", "C", "0", "0.0", "0.00", "#.##", "#,##0.00", "000.0", "0.###", "0%", "0.0E+0", "C0", "N"]
INTEGER_FORMATS = ["D", "D5", "X", "x8", "X2", "N0", "N", "E2", "F2", "G", "G3", "P0", "C", "0", "000000", "#,##0", "0.00", "##-##", "0;(0);-"]


def integer(r):
    return r.choice([0, 1, -1, 2, 3, 7, 10, -13, 100, 255, 256, -1000, 12345, 65535, -65536, 1234567, 2147483647, -2147483647]) if r.random() < 0.7 else r.randint(-(10**6), 10**6)


def real(r):
    pool = [0.0, 0.5, 1.5, -2.5, 0.1, 0.25, 3.14159, 1e10, 1e-5, 123.456, -0.001, 1234567.891, 2.675, 1e15, 1e17, 99.995, 0.045]
    value = r.choice(pool) if r.random() < 0.6 else round(r.uniform(-1000, 1000), r.randint(0, 6))
    return repr(float(value))


def number(r, depth):
    """An arithmetic expression; variables keep the compiler from folding it."""
    if depth == 0:
        return r.choice(["a", "b", "c", "d", "e", str(abs(integer(r)) % 1000), real(r).lstrip("-")])
    left, right = number(r, depth - 1), number(r, depth - 1)
    if r.random() < 0.15:
        return f"-({left})"
    if r.random() < 0.1:
        return f"({left} > {right} ? {left} : {right})"
    return f"({left} {r.choice('+-*/%+-*')} {right})"


def arithmetic(r):
    declarations = f"int a = {integer(r)}; int b = {integer(r)}; long c = {integer(r)}; double d = {real(r)}; short e = {r.randint(-30000, 30000)};"
    return f"@{{ {declarations} return {number(r, r.randint(1, 3))}; }}"


def whole(r):
    kind = r.choice(["int", "uint", "long", "ulong", "short", "byte"])
    unsigned = kind in ("uint", "ulong", "byte")
    limit = {"byte": 255, "short": 30000}.get(kind, 10**6)
    a, b = (r.randint(0 if unsigned else -limit, limit) for _ in "ab")
    operator = r.choice(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", "==", "!=", ">="])
    right = str(r.randint(0, 40)) if operator in ("<<", ">>") else "b"
    return f"@{{ {kind} a = {a}; {kind} b = {b}; return a {operator} {right}; }}"


def fraction(r):
    a, b = (f"{r.choice([-1, 1]) * r.randint(0, 10**r.randint(1, 7)) / 10**r.randint(0, 4):f}".rstrip("0").rstrip(".") + "0" * r.randint(0, 1) * 0 + "m" for _ in "ab")
    shape = r.choice(["a + b", "a - b", "a * b", "a / b", "a % b", "decimal.Round(a, 2)", "Math.Round(a / 3, 3)", "a.ToString(\"N2\")", "a.CompareTo(b)", "(double)a", "(int)a", "Math.Floor(a)", "a > b"])
    return f"@{{ decimal a = {a}; decimal b = {b}; return {shape}; }}"


def formatted(r):
    if r.random() < 0.4:
        kind = r.choice(["int", "long", "short"])
        return f"@{{ {kind} n = {integer(r) % 30000 if kind == 'short' else integer(r)}; return n.ToString(\"{r.choice(INTEGER_FORMATS)}\"); }}"
    if r.random() < 0.3:
        return f"string.Format(\"{{0,{r.randint(-12, 12)}:{r.choice(FORMATS)}}}|\", {real(r)})"
    suffix = r.choice(["", "", "m", "f"])
    value = real(r)
    if suffix == "m" and "e" in value:
        suffix = ""
    return f"({value}{suffix}).ToString(\"{r.choice(FORMATS)}\")"


def text(r):
    it, word = r.choice(TEXTS), r.choice(WORDS)
    calls = [
        f".IndexOf(\"{word}\")", f".LastIndexOf(\"{word}\")", f".Replace(\"{word}\", \"{r.choice(WORDS)}\")", ".ToUpper()", ".ToLower()", ".Trim()", ".Length",
        f".Contains(\"{word}\")", f".StartsWith(\"{word}\")", f".EndsWith(\"{word}\", StringComparison.OrdinalIgnoreCase)", f".PadLeft({r.randint(0, 15)}, '.')",
        f".Substring({r.randint(0, 6)})", f".Substring({r.randint(0, 3)}, {r.randint(0, 4)})", f".Remove({r.randint(0, 5)})", f".Insert({r.randint(0, 5)}, \"|\")",
        f".Split('{r.choice(',=; ')}').Length", f".CompareTo(\"{r.choice(TEXTS)}\")", f".IndexOf('{r.choice('ale,x')}', {r.randint(0, 6)})", f".TrimEnd('{r.choice('cda ')}')",
        ".Select(c => (int)c).Sum()", f".Split(new[] {{ ',', ' ' }}, {r.randint(1, 3)}, StringSplitOptions.RemoveEmptyEntries).Last()", ".OrderBy(c => c).First()",
        f".Equals(\"{r.choice(TEXTS)}\", StringComparison.InvariantCultureIgnoreCase)", f".LastIndexOf('{r.choice('ale,x')}')", ".Distinct().Count()",
    ]
    return f"\"{it}\"{r.choice(calls)}"


def date(r):
    made = f"new DateTime({r.randint(1990, 2035)}, {r.randint(1, 12)}, {r.randint(1, 28)}, {r.randint(0, 23)}, {r.randint(0, 59)}, {r.randint(0, 59)}, {r.randint(0, 999)}{r.choice(['', ', DateTimeKind.Utc'])})"
    patterns = ["o", "s", "u", "r", "d", "D", "t", "T", "f", "g", "y", "M", "yyyy-MM-dd", "dd/MM/yy HH:mm", "h:mm:ss tt", "ddd, d MMM yyyy", "yyyyMMddHHmmssfff", "HH:mm:ss.FFF K", "MMMM 'the' d"]
    calls = [
        f".ToString(\"{r.choice(patterns)}\")", f".AddDays({r.randint(-400, 400)}).ToString(\"s\")", f".AddMonths({r.randint(-30, 30)}).ToString(\"d\")", ".DayOfWeek", ".DayOfYear", ".Ticks",
        f".AddHours({real(r)[:6].rstrip('e.-')}).ToString(\"o\")", ".TimeOfDay", " - new DateTime(2000, 1, 1)", f".AddYears({r.randint(-50, 50)}).ToString(\"s\")", ".Date.ToString()",
        f".Add(TimeSpan.FromMinutes({r.randint(-5000, 5000)})).ToString(\"g\")",
    ]
    span = f"new TimeSpan({r.randint(-3, 30)}, {r.randint(-50, 50)}, {r.randint(-100, 100)}, {r.randint(-100, 100)})"
    spans = [".ToString()", ".TotalHours", ".TotalMinutes", ".Days", ".Hours", ".ToString(\"g\")", ".ToString(\"G\")", ".Negate()", f".Add(TimeSpan.FromSeconds({r.randint(-99999, 99999)}))", ".Duration()", ".Ticks"]
    return made + r.choice(calls) if r.random() < 0.7 else span + r.choice(spans)


def sequence(r):
    items = [r.randint(-20, 20) for _ in range(r.randint(0, 8))]
    text = f"new int[] {{ {', '.join(map(str, items))} }}" if items else "new int[0]"
    for _ in range(r.randint(1, 3)):
        k = r.randint(-5, 6)
        text += r.choice([f".Where(x => x > {k})", f".Select(x => x * {k})", f".Skip({k})", f".Take({k})", ".OrderBy(x => x)", ".OrderByDescending(x => x)", ".Distinct()", ".Reverse()",
            f".Concat(new[] {{ {k}, 1 }})", f".TakeWhile(x => x != {k})", f".SkipWhile(x => x < {k})", f".Union(new[] {{ {k} }})", ".Where((x, i) => i % 2 == 0)", f".DefaultIfEmpty({k})",
            f".Except(new[] {{ {k}, 2 }})", ".OrderBy(x => x % 3).ThenByDescending(x => x)", f".Append({k})"])
    ends = [".Sum()", ".Count()", ".Max()", ".Min()", ".Average()", ".First()", ".Last()", ".FirstOrDefault()", ".Any(x => x < 0)", ".All(x => x > -10)", ".Aggregate((x, y) => x - y)", ".ElementAt(2)", ".Single()", ".Contains(3)"]
    if r.random() < 0.5:
        return text + r.choice(ends)
    if r.random() < 0.4:
        return f"string.Join(\";\", {text}.GroupBy(x => x % 3).Select(g => g.Key + \":\" + string.Join(\",\", g)))"
    return f"string.Join(\",\", {text})"


def token(r, depth):
    if depth == 0 or r.random() < 0.35:
        return r.choice(["null", "true", "false", str(integer(r)), real(r).replace("e+", "e"), "'text'", "'2024-03-05T07:08:09Z'", "'é\\u0041'", "''"])
    if r.random() < 0.5:
        return "[" + ", ".join(token(r, depth - 1) for _ in range(r.randint(0, 3))) + "]"
    return "{ " + ", ".join(f"{k}: {token(r, depth - 1)}" for k in r.sample("abcd", r.randint(0, 3))) + " }"


def json(r):
    made = "{ " + ", ".join(f"{k}: {token(r, 2)}" for k in "abc") + " }"
    parsed = f"JObject.Parse(\"{made}\")"
    key = r.choice("abcd")
    calls = [
        ".ToString(Formatting.None)", ".ToString(Formatting.None)", ".ToString()", f"[\"{key}\"]?.ToString()", f"[\"{key}\"]?.Type", f".SelectToken(\"{key}.a\")?.ToString()", f".SelectTokens(\"$..{key}\").Count()",
        f".SelectToken(\"{key}[0]\")?.ToString()", ".Descendants().Count()", f".Value<string>(\"{key}\")", f"[\"{key}\"].Type", ".Properties().Select(p => p.Value.Type.ToString()).Aggregate((x, y) => x + y)",
        f"[\"{key}\"]?.HasValues", f"[\"{key}\"]?.Path", f".SelectTokens(\"$.*\").Count()",
    ]
    return parsed + r.choice(calls)


def conversion(r):
    raw = r.choice(["12", " 7 ", "-3", "1e3", "0x1F", "1,000", "3.7", "", "abc", "true", "99999999999", "2147483648", "٣", "+5", "5-", "(5)", "1.", ".5", "NaN", "255", "256", "-1", "1_0"])
    call = r.choice(["int.Parse", "long.Parse", "double.Parse", "decimal.Parse", "byte.Parse", "Convert.ToInt32", "Convert.ToDouble", "Convert.ToBoolean", "Convert.ToDecimal", "float.Parse", "ushort.Parse", "bool.Parse", "sbyte.Parse", "uint.Parse"])
    if r.random() < 0.7:
        return f"{call}(\"{raw}\")"
    target = r.choice(["Int32", "Byte", "Int16", "UInt32", "Int64", "String", "Boolean", "Single", "Decimal", "SByte", "Char"])
    return f"Convert.To{target}({r.choice([str(integer(r)), real(r), real(r).replace('e', '0') + 'm' if 'e' not in real(r) else '1.5m', 'true', chr(39) + 'a' + chr(39)])})"


def pattern(r):
    piece = lambda: r.choice(["a", "b", "\\d", "\\w", ".", "[a-c]", "[^ab]", "(a|b)", "(?<n>\\w)", "\\s", "(ab)?", "x", "\\b", "(?:1|2)"]) + r.choice(["", "", "", "*", "+", "?", "{2}", "+?", "{1,2}"])
    made = "".join(piece() for _ in range(r.randint(1, 4))).replace("\\b*", "\\b").replace("\\b+?", "\\b").replace("\\b+", "\\b").replace("\\b?", "\\b").replace("\\b{2}", "\\b").replace("\\b{1,2}", "\\b")
    subject = r.choice(["abc 123", "aabbcc", "x1y2", "the cat", "ab ab", "", "baba 22"])
    calls = [f"Regex.Match(\"{subject}\", @\"{made}\").Value", f"Regex.Matches(\"{subject}\", @\"{made}\").Count", f"Regex.Replace(\"{subject}\", @\"{made}\", \"[$0]\")", f"Regex.IsMatch(\"{subject}\", @\"^{made}$\")",
        f"string.Join(\"|\", Regex.Split(\"{subject}\", @\"{made}\"))", f"Regex.Match(\"{subject}\", @\"{made}\").Index", f"Regex.Match(\"{subject}\", @\"{made}\").Groups.Count", f"Regex.Match(\"{subject}\", @\"{made}\").Groups[1].Value"]
    return r.choice(calls)


KINDS = {"arithmetic": arithmetic, "whole numbers": whole, "decimals": fraction, "formats": formatted, "texts": text, "dates and spans": date, "sequences": sequence, "JSON": json, "conversions": conversion, "patterns": pattern}


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for kind, make in KINDS.items():
        r = random.Random(f"{seed} {kind}")
        rows = []
        while len(rows) < ROWS:
            row = make(r)
            if row not in rows:
                rows.append(row)
        name = kind.lower().replace(" ", "-")
        lines = [f"# Made expressions: {kind}", "", f"Written by `made.py {seed}`, answered by .NET.", "", f"## {kind}", "", "```text eval", *(f"{row} => ?" for row in rows), "```"]
        (PAGES / f"made-{name}.md").write_text("\n".join(lines) + "\n")


main()
