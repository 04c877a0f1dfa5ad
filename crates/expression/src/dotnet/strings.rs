//! Text: comparing, casing, trimming and splitting as `System.String` does.

use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization;

/// `char.IsWhiteSpace`.
pub(crate) fn is_white_space(c: char) -> bool {
    c.is_whitespace()
}

/// `char.ToUpperInvariant`: no mapping changes the length, so `ß` stays `ß`.
pub(crate) fn upper_char(c: char) -> char {
    // The dotless i of Turkish is nobody's lower case in other cultures.
    if c == 'ı' {
        return c;
    }
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// `char.ToLowerInvariant`.
pub(crate) fn lower_char(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// `ToUpper` and `ToUpperInvariant`.
pub(crate) fn upper(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        text.chars().map(upper_char).collect()
    }
}

/// `ToLower` and `ToLowerInvariant`.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().map(lower_char).collect()
    }
}

/// `char.GetNumericValue`: digits of any script that counts in tens, fractions, and small raised and lowered digits.
pub(crate) fn numeric_value(c: char) -> Option<f64> {
    // Where the zeros of the scripts stand.
    const ZEROS: &str = "0٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០᠐０";
    const PARTS: &[(char, f64)] = &[
        ('¼', 0.25),
        ('½', 0.5),
        ('¾', 0.75),
        ('⅓', 1.0 / 3.0),
        ('⅔', 2.0 / 3.0),
        ('⅕', 0.2),
        ('⅖', 0.4),
        ('⅗', 0.6),
        ('⅘', 0.8),
        ('⅙', 1.0 / 6.0),
        ('⅚', 5.0 / 6.0),
        ('⅛', 0.125),
        ('⅜', 0.375),
        ('⅝', 0.625),
        ('⅞', 0.875),
    ];
    if let Some((_, value)) = PARTS.iter().find(|(part, _)| *part == c) {
        return Some(*value);
    }
    if let Some(at) = "⁰¹²³⁴⁵⁶⁷⁸⁹"
        .chars()
        .chain("₀₁₂₃₄₅₆₇₈₉".chars())
        .position(|it| it == c)
    {
        return Some((at % 10) as f64);
    }
    if let Some(at) = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
        .chars()
        .chain("ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ".chars())
        .position(|it| it == c)
    {
        return Some((at % 12 + 1) as f64);
    }
    let zero = ZEROS
        .chars()
        .find(|zero| (0..10).contains(&(c as i64 - *zero as i64)))?;
    Some((c as u32 - zero as u32).into())
}

/// `Normalize()`: form C.
pub(crate) fn compose(text: &str) -> String {
    text.nfc().collect()
}

/// `StringComparison.OrdinalIgnoreCase`, equality.
pub(crate) fn equals_ignore_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(upper_char).eq(b.chars().map(upper_char))
}

/// `string.CompareOrdinal`: by UTF-16 unit.
pub(crate) fn compare_ordinal(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        a.cmp(b)
    } else {
        a.encode_utf16().cmp(b.encode_utf16())
    }
}

/// `string.Compare` under a culture: letters alphabetically whatever their case and accents; on a tie the plain
/// letter before the accented, then lower case before upper. Punctuation comes before digits, digits before letters.
pub(crate) fn compare_culture(a: &str, b: &str, ignore_case: bool) -> Ordering {
    let first = a.chars().filter(|it| !ignorable(*it)).map(primary);
    let second = b.chars().filter(|it| !ignorable(*it)).map(primary);
    first.cmp(second).then_with(|| {
        let accents = |text: &str| {
            text.chars()
                .filter(|it| !ignorable(*it))
                .map(accent)
                .collect::<Vec<_>>()
        };
        accents(a).cmp(&accents(b)).then_with(|| {
            if ignore_case {
                return Ordering::Equal;
            }
            let cases = |text: &str| {
                text.chars()
                    .filter(|it| !ignorable(*it))
                    .map(char::is_uppercase)
                    .collect::<Vec<_>>()
            };
            cases(a).cmp(&cases(b))
        })
    })
}

// Zero-width characters have no weight in any culture.
fn ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\0'..='\u{8}' | '\u{e}'..='\u{1f}')
}

fn primary(c: char) -> (u8, u32) {
    let lower = lower_char(c);
    let base = base_letter(lower);
    let class = match base {
        it if it.is_whitespace() => 0,
        '_' => 1,
        '-' => 2,
        ',' | ';' | ':' | '!' | '?' | '.' | '\'' | '"' | '(' | ')' | '[' | ']' | '{' | '}' | '@' | '*'
        | '/' | '\\' | '&' | '#' | '%' => 3,
        it if it.is_numeric() => 5,
        it if it.is_alphabetic() => 6,
        _ => 4,
    };
    // The order of punctuation in the root collation, not that of its code points.
    let place = match class {
        3 => ",;:!?.'\"()[]{}@*/\\&#%".find(base).unwrap_or(0) as u32,
        4 => "`^+<=>|~$".find(base).map_or(1_000 + base as u32, |it| it as u32),
        _ => base as u32,
    };
    (class, place)
}

fn accent(c: char) -> u32 {
    let lower = lower_char(c);
    if base_letter(lower) == lower {
        0
    } else {
        lower as u32
    }
}

/// The letter under its accents, for the Latin letters of Western and Central Europe.
fn base_letter(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
        'ł' | 'ĺ' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ß' => 's',
        'ţ' | 'ť' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => c,
    }
}

/// What `Split` cuts at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Separators<'a> {
    /// No separator given: at white space.
    WhiteSpace,
    /// At any of these characters.
    Chars(&'a [char]),
    /// At the first of these texts that matches; empty ones never do.
    Texts(&'a [&'a str]),
}

/// `StringSplitOptions`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SplitOptions {
    pub(crate) remove_empty: bool,
    pub(crate) trim: bool,
}

/// `string.Split`. At most `most` parts; the last keeps the rest.
pub(crate) fn split<'a>(
    text: &'a str,
    at: Separators<'_>,
    most: usize,
    options: SplitOptions,
) -> Vec<&'a str> {
    let mut parts = Vec::new();
    if most == 0 {
        return parts;
    }
    let mut rest = text;
    loop {
        // With the last part in sight, leading empty parts are still skipped.
        if parts.len() + 1 == most {
            if options.remove_empty {
                rest = skip_empty(rest, at, options);
            }
            break;
        }
        let Some((from, length)) = next_separator(rest, at) else {
            break;
        };
        push(&rest[..from], options, &mut parts);
        rest = &rest[from + length..];
    }
    push(rest, options, &mut parts);
    parts
}

fn push<'a>(part: &'a str, options: SplitOptions, parts: &mut Vec<&'a str>) {
    let part = if options.trim { part.trim() } else { part };
    if !(options.remove_empty && part.is_empty()) {
        parts.push(part);
    }
}

fn skip_empty<'a>(mut text: &'a str, at: Separators<'_>, options: SplitOptions) -> &'a str {
    while let Some((from, length)) = next_separator(text, at) {
        let part = &text[..from];
        if !(if options.trim { part.trim() } else { part }).is_empty() {
            break;
        }
        text = &text[from + length..];
    }
    text
}

fn next_separator(text: &str, at: Separators<'_>) -> Option<(usize, usize)> {
    match at {
        Separators::WhiteSpace => find_char(text, is_white_space),
        Separators::Chars(set) => find_char(text, |c| set.contains(&c)),
        Separators::Texts(set) => text.char_indices().find_map(|(index, _)| {
            let hit = set
                .iter()
                .find(|it| !it.is_empty() && text[index..].starts_with(**it))?;
            Some((index, hit.len()))
        }),
    }
}

fn find_char(text: &str, wanted: impl Fn(char) -> bool) -> Option<(usize, usize)> {
    text.char_indices()
        .find(|(_, c)| wanted(*c))
        .map(|(at, c)| (at, c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn culture_order_is_alphabetical() {
        let mut letters = ["B", "a", "b", "A"];
        letters.sort_by(|a, b| compare_culture(a, b, false));
        assert_eq!(letters, ["a", "A", "b", "B"]);
        let mut letters = ["B", "a", "b", "A"];
        letters.sort_by(|a, b| compare_ordinal(a, b));
        assert_eq!(letters, ["A", "B", "a", "b"]);
        assert_eq!(compare_culture("a", "B", false), Ordering::Less);
        assert_eq!(compare_culture("abc", "ABC", true), Ordering::Equal);
        assert_eq!(compare_culture("co\u{ad}op", "coop", false), Ordering::Equal);
        assert_eq!(compare_culture("é", "f", false), Ordering::Less);
        assert_eq!(compare_culture("a", "ab", false), Ordering::Less);
    }

    #[test]
    fn splitting() {
        let none = SplitOptions::default();
        let remove = SplitOptions {
            remove_empty: true,
            trim: false,
        };
        let all = usize::MAX;
        let comma = Separators::Chars(&[',']);
        assert_eq!(split("a,b,,c", comma, all, none), ["a", "b", "", "c"]);
        assert_eq!(split("", comma, all, none), [""]);
        assert_eq!(split("", comma, all, remove), [""; 0]);
        assert_eq!(split("a,b,,c", comma, all, remove), ["a", "b", "c"]);
        assert_eq!(split("a=b=c", Separators::Chars(&['=']), 2, none), ["a", "b=c"]);
        assert_eq!(split("a--b", Separators::Texts(&["--"]), all, none), ["a", "b"]);
        assert_eq!(
            split(" a  b", Separators::WhiteSpace, all, none),
            ["", "a", "", "b"]
        );
        assert_eq!(split(",,a,b", comma, 1, remove), ["a,b"]);
        assert_eq!(
            split(
                "a, ,b",
                comma,
                all,
                SplitOptions {
                    remove_empty: true,
                    trim: true
                }
            ),
            ["a", "b"]
        );
    }

    #[test]
    fn casing_keeps_the_length() {
        assert_eq!(upper("straße"), "STRAßE");
        assert_eq!(lower("ÄB"), "äb");
        assert!(equals_ignore_case("É", "é"));
    }
}
