"""Fills in what .NET answers: python3 tests/oracle/golden.py [PAGE...]

Every row `EXPRESSION => VALUE` of the `text eval` blocks below `tests/cases/oracle` is compiled and run, and its value is written anew.
With `--compare` nothing is written: rows whose value differs are printed (for pages whose values were taken from documentation).
"""

import json
import re
import sys

import runtime

PAGES = runtime.ROOT / "tests/cases/oracle"
# A row below such a remark keeps its value: nothing here can tell it, or it differs for the reason given.
KEPT = ("# specification", "# .NET Core")


class Row:
    """One row of a page: its remarks, its expression, and what is written behind the arrow."""

    def __init__(self, at, remarks, expression, value):
        self.at, self.remarks, self.expression, self.value = at, remarks, expression, value

    @property
    def is_kept(self):
        return any(it.startswith(KEPT) for it in self.remarks)


def read(lines):
    """Parts a page into rows and lines; a row's text is replaced by the row."""
    parts, inside, remarks, open_lines = [], False, [], []
    for at, line in enumerate(lines):
        if line.startswith("```"):
            inside = line.rstrip() == "```text eval"
            parts += remarks
            remarks = []
            parts.append(line)
        elif not inside:
            parts.append(line)
        elif line.startswith("# ") and not open_lines:
            remarks.append(line)
        elif " => " in line:
            expression, value = "\n".join(open_lines + [line]).rsplit(" => ", 1)
            parts.append(Row(at + 1, remarks, expression.strip(), value.strip()))
            remarks, open_lines = [], []
        elif line.strip():
            open_lines.append(line)
        else:
            parts.append(line)
    return parts


def write(parts):
    lines = []
    for part in parts:
        if isinstance(part, Row):
            lines += part.remarks
            lines += f"{part.expression} => {part.value}".split("\n")
        else:
            lines.append(part)
    return "\n".join(lines) + "\n"


def method(at, expression):
    block = expression.startswith("@{")
    body = expression[1:] if block else "{ return (" + expression + "\n); }"
    return f"static object E{at}() {body}\n"


def program(expressions):
    """The C# of a program that evaluates all, and for each of its lines which expression it belongs to."""
    head, tail = (runtime.HERE / "Harness.cs").read_text().split("/*EXPRESSIONS*/")
    text, owners = head, {}
    line = text.count("\n") + 1
    for at, expression in expressions.items():
        piece = method(at, expression)
        for offset in range(piece.count("\n")):
            owners[line + offset] = at
        line += piece.count("\n")
        text += piece
    cases = "".join(f"case {at}: return E{at}();\n" for at in expressions)
    numbers = ", ".join(map(str, expressions))
    return text + tail.replace("/*CASES*/", cases).replace("/*NUMBERS*/", numbers), owners


def answers(expressions, core):
    """What each expression comes to: text, None for null, ("throws", message) or ("refused", error)."""
    found, left = {}, dict(expressions)
    name = "golden-core" if core else "golden-mono"
    source = runtime.HOME / "run" / f"{name}.cs"
    for _ in range(60):
        text, owners = program(left)
        source.write_text(text)
        complaints = runtime.compile(source, name, core=core, check=False)
        refused = {}
        for line, code in re.findall(r"\.cs\((\d+),\d+\): error (CS\d+: .*)", complaints):
            if int(line) in owners:
                refused.setdefault(owners[int(line)], code)
        if not refused:
            if "error CS" in complaints or "Unhandled" in complaints:
                raise SystemExit(complaints[-3000:])
            break
        # A slip in the grammar hides everything behind it: only the first counts.
        syntax = [at for at, code in refused.items() if re.match(r"CS(1[05]\d\d|8\d\d\d|9\d\d\d|1[67]\d\d)", code)]
        for at in syntax[:1] or refused:
            found[at] = ("refused", refused[at])
            del left[at]
    for line in runtime.run(name, core=core).splitlines():
        it = json.loads(line)
        found[it["at"]] = ("throws", it["throws"]) if "throws" in it else it["value"]
    return found


def written(answer):
    """An answer as it stands behind the arrow."""
    if answer is None:
        return "null"
    if isinstance(answer, tuple):
        kind, text = answer
        return "refused" if kind == "refused" else "throws " + quoted(text, "")
    return quoted(answer, "null throws refused")


def quoted(text, words):
    plain = text.isprintable() and text == text.strip() and text != "" and " => " not in text and not text.startswith('"')
    plain = plain and "<" not in text and text.split(" ")[0] not in words.split() and text.split("\n")[0] != "?"
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable()).replace(" => ", " =\\u003e ")


def main():
    arguments = sys.argv[1:]
    is_compare = "--compare" in arguments
    names = [it for it in arguments if it != "--compare"]
    runtime.setup()
    files = [runtime.ROOT / it for it in names] or sorted(PAGES.glob("**/*.md"))
    pages = {file: read(file.read_text().splitlines()) for file in files}
    rows = [row for parts in pages.values() for row in parts if isinstance(row, Row)]
    expressions = {at: row.expression for at, row in enumerate(rows) if not row.is_kept}
    core, mono = answers(expressions, True), answers(expressions, False)
    print(flush=True)
    for at, row in enumerate(rows):
        if row.is_kept:
            continue
        answer, other = core[at], mono[at]
        was = row.value
        row.value = written(answer)
        row.remarks = [it for it in row.remarks if not it.startswith("# Mono: ")]
        # Where one compiler setting lacks the overload there is nothing to compare.
        if not (isinstance(other, tuple) and other[0] == "refused") and other != answer:
            row.remarks.append("# Mono: " + written(other))
        if isinstance(answer, tuple) and answer[0] == "refused" and (is_compare or was != "refused"):
            print(f"refused: {row.expression}\n    {answer[1]}")
        elif is_compare and was != row.value:
            print(f"{row.at}: {row.expression}\n    page: {was}\n    .NET: {row.value}")
    if not is_compare:
        for file, parts in pages.items():
            file.write_text(write(parts))
    print(f"{len(rows)} rows, {sum(row.is_kept for row in rows)} kept, {sum('# Mono' in ' '.join(row.remarks) for row in rows)} that differ on Mono")


if __name__ == "__main__":
    main()
