//! Character classes and single-character escapes.

use super::options;

type Parsed<T> = std::result::Result<T, Wrong>;

/// What is wrong with a pattern, and how many characters of it had been read.
pub(super) struct Wrong {
    pub(super) why: String,
    pub(super) at: usize,
}

fn wrong<T>(why: impl Into<String>, at: usize) -> Parsed<T> {
    Err(Wrong { why: why.into(), at })
}

/// The character at a place; the pattern ends too soon otherwise.
fn char_at(chars: &[char], at: usize, why: &str) -> Parsed<char> {
    chars.get(at).copied().map_or_else(|| wrong(why, chars.len()), Ok)
}

// Subtractions within subtractions.
const MAX_DEPTH: usize = 16;

/// Translates the class whose `[` stands at `at`; gives where it ends.
pub(super) fn class(chars: &[char], at: usize, flags: i64, depth: usize) -> Parsed<(String, usize)> {
    if depth > MAX_DEPTH {
        return wrong("A character class is nested too deeply.", at);
    }
    let mut at = at + 1;
    let negated = chars.get(at) == Some(&'^');
    at += usize::from(negated);
    let mut items = String::new();
    let mut subtracted = None;
    let mut first = true;
    loop {
        let c = char_at(chars, at, "Unterminated [] set.")?;
        if c == ']' && !first {
            break;
        }
        first = false;
        if c == '-' && chars.get(at + 1) == Some(&'[') && !items.is_empty() {
            let (inner, end) = class(chars, at + 1, flags, depth + 1)?;
            if chars.get(end) != Some(&']') {
                return wrong(
                    "A subtraction must be the last element in a character class.",
                    end,
                );
            }
            (subtracted, at) = (Some(inner), end);
            break;
        }
        let (item, next) = item(chars, at, flags)?;
        let Item::Char(low) = item else {
            if let Item::Set(set) = item {
                items.push_str(&set);
            }
            at = next;
            continue;
        };
        let range = chars.get(next) == Some(&'-') && !matches!(chars.get(next + 1), None | Some(']' | '['));
        if !range {
            literal(low, &mut items);
            at = next;
            continue;
        }
        let (high, end) = self::item(chars, next + 1, flags)?;
        let Item::Char(high) = high else {
            let class: String = chars[next + 1..end].iter().collect();
            return wrong(format!("Cannot include class \\{class} in character range."), end);
        };
        if high < low {
            return wrong("[x-y] range in reverse order.", end);
        }
        literal(low, &mut items);
        items.push('-');
        literal(high, &mut items);
        at = end;
    }
    let sign = if negated { "^" } else { "" };
    let class = match subtracted {
        None => format!("[{sign}{items}]"),
        Some(inner) => format!("[[{sign}{items}]--{inner}]"),
    };
    Ok((class, at + 1))
}

enum Item {
    Char(char),
    Set(String),
}

fn item(chars: &[char], at: usize, flags: i64) -> Parsed<(Item, usize)> {
    let c = char_at(chars, at, "Unterminated [] set.")?;
    if c == '[' && chars.get(at + 1) == Some(&':') {
        // .NET takes `[:` for two characters, unlike the engine.
        return Ok((Item::Char('['), at + 1));
    }
    if c != '\\' {
        return Ok((Item::Char(c), at + 1));
    }
    match chars.get(at + 1) {
        None => wrong("Illegal \\\\ at end of pattern.", chars.len()),
        Some('b') => Ok((Item::Char('\u{8}'), at + 2)),
        Some('-') => Ok((Item::Char('-'), at + 2)),
        Some(letter @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
            Ok((Item::Set(shorthand(*letter, flags)), at + 2))
        }
        Some('p' | 'P') => property(chars, at + 1).map(|(set, end)| (Item::Set(set), end)),
        Some(_) => escaped_char(chars, at + 1).map(|(c, end)| (Item::Char(c), end)),
    }
}

/// `\d`, `\w`, `\s` and their opposites: Unicode, but ASCII under `ECMAScript`.
pub(super) fn shorthand(letter: char, flags: i64) -> String {
    if flags & options::ECMA_SCRIPT == 0 {
        return format!("\\{letter}");
    }
    let set = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "a-zA-Z0-9_",
        _ => " \\f\\n\\r\\t\\x0B",
    };
    format!("[{}{set}]", if letter.is_ascii_uppercase() { "^" } else { "" })
}

/// `\p{Lu}`, `\P{IsGreek}`; `at` is the place of the letter.
pub(super) fn property(chars: &[char], at: usize) -> Parsed<(String, usize)> {
    let letter = chars.get(at).copied().unwrap_or('p');
    if chars.get(at + 1) != Some(&'{') {
        return wrong(INCOMPLETE, at + 1);
    }
    let Some(end) = chars[at..].iter().position(|it| *it == '}') else {
        return wrong(INCOMPLETE, at + 1);
    };
    let name: String = chars[at + 2..at + end].iter().collect();
    let sign = if letter == 'P' { "^" } else { "" };
    let set = match BLOCKS.iter().find(|(block, _)| *block == name) {
        Some((_, range)) => format!("[{sign}{range}]"),
        None if CATEGORIES.split(' ').any(|it| it == name) => format!("\\{letter}{{{name}}}"),
        None => return wrong(format!("Unknown property '{name}'."), at + end + 1),
    };
    Ok((set, at + end + 1))
}

const INCOMPLETE: &str = "Incomplete \\\\p{X} character escape.";

const CATEGORIES: &str =
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn";

const BLOCKS: &[(&str, &str)] = &[
    ("IsBasicLatin", "\\x{0}-\\x{7F}"),
    ("IsLatin-1Supplement", "\\x{80}-\\x{FF}"),
    ("IsLatinExtended-A", "\\x{100}-\\x{17F}"),
    ("IsLatinExtended-B", "\\x{180}-\\x{24F}"),
    ("IsCombiningDiacriticalMarks", "\\x{300}-\\x{36F}"),
    ("IsGreek", "\\x{370}-\\x{3FF}"),
    ("IsGreekandCoptic", "\\x{370}-\\x{3FF}"),
    ("IsCyrillic", "\\x{400}-\\x{4FF}"),
    ("IsHebrew", "\\x{590}-\\x{5FF}"),
    ("IsArabic", "\\x{600}-\\x{6FF}"),
    ("IsThai", "\\x{E00}-\\x{E7F}"),
    ("IsGeneralPunctuation", "\\x{2000}-\\x{206F}"),
    ("IsCurrencySymbols", "\\x{20A0}-\\x{20CF}"),
    ("IsHiragana", "\\x{3040}-\\x{309F}"),
    ("IsKatakana", "\\x{30A0}-\\x{30FF}"),
    ("IsCJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}"),
    ("IsHangulSyllables", "\\x{AC00}-\\x{D7AF}"),
];

/// The character that an escape stands for; `at` is the place behind the backslash.
pub(super) fn escaped_char(chars: &[char], at: usize) -> Parsed<(char, usize)> {
    let c = char_at(chars, at, "Illegal \\\\ at end of pattern.")?;
    let next = at + 1;
    Ok(match c {
        'n' => ('\n', next),
        'r' => ('\r', next),
        't' => ('\t', next),
        'f' => ('\u{c}', next),
        'v' => ('\u{b}', next),
        'a' => ('\u{7}', next),
        'e' => ('\u{1b}', next),
        'x' => hex(chars, next, 2)?,
        'u' => {
            let (unit, end) = unit(chars, next)?;
            match char::from_u32(unit) {
                Some(c) => (c, end),
                None => surrogates(chars, unit, end)?,
            }
        }
        'c' => {
            let letter = char_at(chars, next, "Missing control character.")?.to_ascii_uppercase();
            if !('@'..='_').contains(&letter) {
                return wrong("Unrecognized control character.", next + 1);
            }
            (char::from(letter as u8 - b'@'), next + 1)
        }
        '0'..='7' => {
            let digits = chars[at..]
                .iter()
                .take(3)
                .take_while(|it| ('0'..='7').contains(*it))
                .count();
            let value = chars[at..at + digits]
                .iter()
                .fold(0, |sum, it| sum * 8 + it.to_digit(8).unwrap_or(0));
            (char::from((value & 0xff) as u8), at + digits)
        }
        _ if c.is_alphanumeric() || c == '_' => {
            return wrong(format!("Unrecognized escape sequence \\\\{c}."), next);
        }
        _ => (c, next),
    })
}

fn unit(chars: &[char], at: usize) -> Parsed<(u32, usize)> {
    let digits: String = chars[at.min(chars.len())..].iter().take(4).collect();
    if digits.chars().count() < 4 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return wrong("Insufficient hexadecimal digits.", at);
    }
    Ok((u32::from_str_radix(&digits, 16).unwrap_or(0xfffd), at + 4))
}

fn surrogates(chars: &[char], high: u32, at: usize) -> Parsed<(char, usize)> {
    if chars.get(at) == Some(&'\\') && chars.get(at + 1) == Some(&'u') {
        let (low, end) = unit(chars, at + 2)?;
        if let Some(Ok(c)) = char::decode_utf16([high as u16, low as u16]).next() {
            return Ok((c, end));
        }
    }
    wrong("A lone surrogate cannot be matched.", at)
}

fn hex(chars: &[char], at: usize, count: usize) -> Parsed<(char, usize)> {
    let digits: String = chars[at.min(chars.len())..].iter().take(count).collect();
    match u32::from_str_radix(&digits, 16)
        .ok()
        .filter(|_| digits.len() == count)
        .and_then(char::from_u32)
    {
        Some(c) => Ok((c, at + count)),
        None => wrong("Insufficient hexadecimal digits.", at),
    }
}

/// A character as the engine takes it literally, inside a class and outside.
pub(super) fn literal(c: char, out: &mut String) {
    // The engine takes `\<` and `\>` for the edges of a word.
    if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
        out.push('\\');
        out.push(c);
    } else if matches!(c, '<' | '>') || c.is_ascii_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{:02X}", c as u32));
    }
}
