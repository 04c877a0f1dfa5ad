use super::*;

fn first(pattern: &str, text: &str) -> Option<String> {
    with(pattern, text, 0)
}

fn with(pattern: &str, text: &str, options: i64) -> Option<String> {
    let regex = Regex::new(pattern, options, BACKTRACKS).unwrap();
    regex
        .match_from(text, 0)
        .unwrap()
        .map(|it| text[it.range().0..it.range().1].to_owned())
}

fn group(pattern: &str, text: &str, name: &str) -> Option<String> {
    let regex = Regex::new(pattern, 0, BACKTRACKS).unwrap();
    let at = regex.groups().by_name(name)?;
    let found = regex.match_from(text, 0).unwrap()?;
    found.groups[at].map(|(from, to)| text[from..to].to_owned())
}

#[test]
fn dotnet_syntax() {
    let rows = [
        (r"max-age=(?<m>\d+)", "max-age=60", Some("max-age=60")),
        (r"\d+", "x٣", Some("٣")),
        ("a$", "a\n", Some("a")),
        ("a$", "ba", Some("a")),
        (r"a\z", "a\n", None),
        (r"a\Z", "a\n", Some("a")),
        ("^b", "a\nb", None),
        ("(?m)^b$", "a\nb\nc", Some("b")),
        ("a.c", "a\nc", None),
        ("(?s)a.c", "a\nc", Some("a\nc")),
        ("(?i)ABC", "xabc", Some("abc")),
        ("(?i:a)B", "AB", Some("AB")),
        ("(?i:a)B", "Ab", None),
        ("a(?i)b", "aB", Some("aB")),
        ("[a-z-[aeiou]]+", "aeibcd", Some("bcd")),
        ("[^a-z-[0-9]]+", "a1B", Some("B")),
        ("[]a]+", "]a", Some("]a")),
        ("[a&&b]+", "&b", Some("&b")),
        (r"[\w-]+", "a-b", Some("a-b")),
        (r"[\]\-]+", "-]", Some("-]")),
        ("[[:]+", "[:", Some("[:")),
        (r"(?<=\$)\d+", "a$42", Some("42")),
        (r"(?<=a+)b", "aab", Some("b")),
        (r"(?<!a)b", "ab cb", Some("b")),
        (r"(a)\1", "aa", Some("aa")),
    ];
    for (pattern, text, expected) in rows {
        assert_eq!(first(pattern, text).as_deref(), expected, "{pattern}");
    }
    let more = [
        (r"(?<q>['x]).*?\k<q>", "a'b'c", Some("'b'")),
        ("(?>a+)b", "aab", Some("aab")),
        (r"^(\()?a(?(1)\)|b)$", "(a)", Some("(a)")),
        (r"^(\()?a(?(1)\)|b)$", "ab", Some("ab")),
        (r"^(?<p>\()?a(?(p)\)|b)$", "(a)", Some("(a)")),
        ("^(?(?=a)ab|cd)$", "ab", Some("ab")),
        ("^(?(a)ab|cd)$", "cd", Some("cd")),
        (r"a{2}b{1,}c{0,1}", "aabb", Some("aabb")),
        ("a{,2}", "a{,2}", Some("a{,2}")),
        ("x{y}", "x{y}", Some("x{y}")),
        (r"\u0041\x42\103", "ABC", Some("ABC")),
        (r"\ud83d\ude00", "😀", Some("😀")),
        ("a(?#comment)b", "ab", Some("ab")),
        (r"\p{Lu}+", "abCD", Some("CD")),
        (r"\P{L}+", "ab12", Some("12")),
        (r"\p{IsGreek}+", "aβγ", Some("βγ")),
        ("(?x) a b # c", "ab", Some("ab")),
        ("(?n)(a)(?<x>b)", "ab", Some("ab")),
        ("", "x", Some("")),
        ("a|", "b", Some("")),
        (r"^[\w.+-]+@[\w-]+\.[\w.]+$", "a.b@c.de", Some("a.b@c.de")),
        (r"\/api\/v\d", "/api/v1", Some("/api/v1")),
        ("'\"#~ ", "'\"#~ ", Some("'\"#~ ")),
    ];
    for (pattern, text, expected) in more {
        assert_eq!(first(pattern, text).as_deref(), expected, "{pattern}");
    }
    assert_eq!(with(r"\d+", "٣", options::ECMA_SCRIPT), None);
    assert_eq!(
        with(
            "A # c",
            "a",
            options::IGNORE_CASE | options::IGNORE_PATTERN_WHITESPACE
        )
        .as_deref(),
        Some("a")
    );
}

#[test]
fn unnamed_groups_come_first() {
    assert_eq!(group("(?<x>a)(b)", "ab", "1").as_deref(), Some("b"));
    assert_eq!(group("(?<x>a)(b)", "ab", "x").as_deref(), Some("a"));
    assert_eq!(
        Regex::new("(?<x>a)(b)", 0, BACKTRACKS)
            .unwrap()
            .groups()
            .by_number(2),
        Some(2)
    );
    assert_eq!(group("(?<x>a)|(?<x>b)", "b", "x").as_deref(), Some("b"));
    assert_eq!(group("(a)?b", "b", "1"), None);
    assert_eq!(group("(?<2>a)(b)(c)", "abc", "3").as_deref(), Some("c"));
    assert_eq!(group("(a)", "a", "nope"), None);
}

#[test]
fn replacing() {
    let replace = |pattern: &str, text: &str, with: &str| {
        let regex = Regex::new(pattern, 0, BACKTRACKS).unwrap();
        let replacement = Replacement::new(with, regex.groups());
        regex
            .replace(text, -1, 0, |found| {
                Ok::<_, DotnetError>(replacement.expand(text, found))
            })
            .unwrap()
    };
    assert_eq!(replace(r"(\w+) (\w+)", "hello world", "$2 $1"), "world hello");
    assert_eq!(replace(r"(?<a>x)", "axb", "[${a}]"), "a[x]b");
    assert_eq!(replace("(x)", "axb", "$10"), "a$10b");
    assert_eq!(replace("x", "axb", "$$$&$`$'$_${no}$"), "a$xabaxb${no}$b");
    assert_eq!(replace("b*", "abc", "-"), "-a--c-");
    assert_eq!(replace("(a)|(b)", "ab", "<$+>"), "<><b>");
    let regex = Regex::new("a", 0, BACKTRACKS).unwrap();
    assert_eq!(
        regex
            .replace("aaa", 2, 0, |_| Ok::<_, DotnetError>("b".into()))
            .unwrap(),
        "bba"
    );
}

#[test]
fn splitting() {
    let split = |pattern: &str, text: &str, count| {
        Regex::new(pattern, 0, BACKTRACKS)
            .unwrap()
            .split(text, count, 0)
            .unwrap()
    };
    assert_eq!(split(",", "a,b,c", 0), ["a", "b", "c"]);
    assert_eq!(split("(,)", "a,b", 0), ["a", ",", "b"]);
    assert_eq!(split(",", "a,b,c", 2), ["a", "b,c"]);
    assert_eq!(split(",", "abc", 0), ["abc"]);
    assert_eq!(split("", "ab", 0), ["", "a", "b", ""]);
}

#[test]
fn matches_include_empty_ones() {
    let mut found = Vec::new();
    let regex = Regex::new("a*", 0, BACKTRACKS).unwrap();
    regex
        .for_each("aab", 0, |it| {
            found.push(it.range());
            Ok::<_, DotnetError>(true)
        })
        .unwrap();
    assert_eq!(found, [(0, 2), (2, 2), (3, 3)]);
}

#[test]
fn wrong_patterns_say_why() {
    let rows = [
        ("(", 1, "Not enough )'s."),
        (")", 1, "Too many )'s."),
        ("[a", 2, "Unterminated [] set."),
        ("*a", 1, "Quantifier {x,y} following nothing."),
        ("a**", 3, "Nested quantifier '*'."),
        ("a\\", 2, "Illegal \\\\ at end of pattern."),
        ("\\y", 2, "Unrecognized escape sequence \\\\y."),
        ("\\1", 2, "Reference to undefined group number 1."),
        ("\\k<x>", 5, "Reference to undefined group name 'x'."),
        ("[z-a]", 4, "[x-y] range in reverse order."),
        ("[a-\\w]", 5, "Cannot include class \\\\w in character range."),
        ("a{2,1}", 6, "Illegal {x,y} with x > y."),
        ("(?z)", 3, "Unrecognized grouping construct."),
    ];
    for (pattern, at, why) in rows {
        let message = format!("Invalid pattern '{pattern}' at offset {at}. {why}");
        let error = match Regex::new(pattern, 0, BACKTRACKS) {
            Ok(_) => panic!("{pattern} compiled"),
            Err(error) => error,
        };
        assert_eq!(
            (error.type_name, error.message.as_str()),
            ("System.ArgumentException", message.as_str())
        );
    }
    for pattern in ["(?<a-b>x)", "(?'a-b'x)"] {
        assert_eq!(
            Regex::new(pattern, 0, BACKTRACKS).unwrap_err().type_name,
            "System.NotSupportedException"
        );
    }
    assert!(Regex::new("a", options::RIGHT_TO_LEFT, BACKTRACKS).is_err());
    for pattern in [
        "(".repeat(10_000),
        "[".repeat(10_000),
        "a".repeat(100_000),
        "(?:a{1000}){1000}".into(),
        "(?(".into(),
    ] {
        assert!(Regex::new(&pattern, 0, BACKTRACKS).is_err());
    }
}

#[test]
fn catastrophes_time_out() {
    let regex = Regex::new(r"^(\w+\s?)*\1$", 0, BACKTRACKS).unwrap();
    let error = regex.is_match(&("a".repeat(60) + "!")).unwrap_err();
    assert_eq!(
        error.type_name,
        "System.Text.RegularExpressions.RegexMatchTimeoutException"
    );
    assert_eq!(
        Regex::new("^(a+)+$", 0, BACKTRACKS)
            .unwrap()
            .is_match(&("a".repeat(5_000) + "!")),
        Ok(false)
    );
}

#[test]
fn escaping_and_places() {
    assert_eq!(escape("a.b*c [d] #"), "a\\.b\\*c\\ \\[d]\\ \\#");
    assert_eq!(unescape("a\\.b\\n\\x41").as_deref(), Ok("a.b\nA"));
    assert_eq!(utf16_index("a😀b", 5), 3);
    assert_eq!(byte_index("a😀b", 3), Some(5));
    assert_eq!(byte_index("ab", 3), None);
}
