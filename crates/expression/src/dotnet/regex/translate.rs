//! .NET's pattern syntax to that of the engine.
//!
//! Every capturing group becomes an unnamed one; [`Groups`] knows which .NET group it belongs to. Of the options only
//! `IgnoreCase` reaches the engine; the others are worked into the pattern.

use super::super::error::Result;
use super::class::{class, escaped_char, literal, property, shorthand};
use super::groups::Groups;
use super::{not_supported, options, parsing};

// Open groups at most; the engine has a limit of its own.
const MAX_DEPTH: usize = 60;

/// The groups of a pattern.
pub(super) fn groups(pattern: &str, flags: i64) -> Result<Groups> {
    let mut scanner = Scanner::new(pattern, flags, None, false);
    scanner.run()?;
    Ok(Groups::new(&scanner.names))
}

/// The pattern for the engine. `newline` says that texts end with a line feed, which `$` then has to look for.
pub(super) fn translate(pattern: &str, flags: i64, groups: &Groups, newline: bool) -> Result<String> {
    let mut scanner = Scanner::new(pattern, flags, Some(groups), newline);
    scanner.run()?;
    Ok(scanner.out)
}

struct Scanner<'a> {
    pattern: &'a str,
    chars: Vec<char>,
    at: usize,
    flags: i64,
    // The options to return to at each open group's end, and what else has to be closed there.
    open: Vec<(i64, &'static str)>,
    names: Vec<Option<String>>,
    groups: Option<&'a Groups>,
    newline: bool,
    out: String,
    last: Last,
}

/// What a quantifier would apply to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Atom,
    Quantified,
}

impl<'a> Scanner<'a> {
    fn new(pattern: &'a str, flags: i64, groups: Option<&'a Groups>, newline: bool) -> Scanner<'a> {
        Scanner {
            pattern,
            chars: pattern.chars().collect(),
            at: 0,
            flags,
            open: Vec::new(),
            names: Vec::new(),
            groups,
            newline,
            out: String::new(),
            last: Last::Nothing,
        }
    }

    fn has(&self, flag: i64) -> bool {
        self.flags & flag != 0
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn looking_at(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(ahead, c)| self.peek(ahead) == Some(c))
    }

    /// .NET says how far it had read: what is wrong has `length` characters.
    fn fail<T>(&self, why: &str, length: usize) -> Result<T> {
        Err(parsing(self.pattern, why, self.at + length))
    }

    fn unfinished<T>(&self, why: &str) -> Result<T> {
        Err(parsing(self.pattern, why, self.chars.len()))
    }

    fn run(&mut self) -> Result<()> {
        if self.has(options::IGNORE_CASE) {
            self.out.push_str("(?i)");
        }
        while let Some(c) = self.peek(0) {
            if self.has(options::IGNORE_PATTERN_WHITESPACE) && self.skip_free(c) {
                continue;
            }
            match c {
                '\\' => self.escape()?,
                '[' => {
                    let made = class(&self.chars, self.at, self.flags, 0);
                    let (text, end) = made.map_err(|it| parsing(self.pattern, &it.why, it.at))?;
                    self.atom(&text, end - self.at);
                }
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '|' => {
                    self.out.push('|');
                    self.at += 1;
                    self.last = Last::Nothing;
                }
                '*' | '+' | '?' => self.quantifier(&c.to_string(), 1)?,
                '{' => self.braces()?,
                '.' => self.atom(
                    if self.has(options::SINGLELINE) {
                        "(?s:.)"
                    } else {
                        "[^\\n]"
                    },
                    1,
                ),
                '^' => self.atom(
                    if self.has(options::MULTILINE) {
                        "(?m:^)"
                    } else {
                        "\\A"
                    },
                    1,
                ),
                '$' => self.end_anchor(1),
                _ => {
                    let mut text = String::new();
                    literal(c, &mut text);
                    self.atom(&text, 1);
                }
            }
        }
        if !self.open.is_empty() {
            return self.unfinished("Not enough )'s.");
        }
        Ok(())
    }

    /// White space and comments of `IgnorePatternWhitespace`.
    fn skip_free(&mut self, c: char) -> bool {
        if c.is_whitespace() {
            self.at += 1;
            return true;
        }
        if c == '#' {
            while self.peek(0).is_some_and(|it| it != '\n') {
                self.at += 1;
            }
            return true;
        }
        false
    }

    fn atom(&mut self, text: &str, length: usize) {
        self.out.push_str(text);
        self.at += length;
        self.last = Last::Atom;
    }

    fn end_anchor(&mut self, length: usize) {
        let text = match (self.has(options::MULTILINE) && length == 1, self.newline) {
            (true, _) => "(?m:$)",
            (false, true) => "(?=\\n?\\z)",
            (false, false) => "\\z",
        };
        self.atom(text, length);
    }

    fn quantifier(&mut self, text: &str, length: usize) -> Result<()> {
        match self.last {
            Last::Nothing => return self.fail("Quantifier {x,y} following nothing.", length),
            Last::Quantified => return self.fail(&format!("Nested quantifier '{}'.", &text[..1]), 1),
            Last::Atom => (),
        }
        self.out.push_str(text);
        self.at += length;
        if self.peek(0) == Some('?') {
            self.out.push('?');
            self.at += 1;
        }
        self.last = Last::Quantified;
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,5}`; any other brace is itself.
    fn braces(&mut self) -> Result<()> {
        let rest: String = self.chars[self.at + 1..].iter().take(24).collect();
        let inner = rest.split_once('}').map(|(inner, _)| inner).unwrap_or("");
        let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
        let number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        if !number(low) || !(number(high) || high.is_empty()) {
            self.atom("\\{", 1);
            return Ok(());
        }
        let (low, high) = (
            low.parse::<u32>(),
            if high.is_empty() {
                Ok(u32::MAX)
            } else {
                high.parse()
            },
        );
        match (low, high) {
            (Ok(low), Ok(high)) if low <= high => self.quantifier(&format!("{{{inner}}}"), inner.len() + 2),
            (Ok(_), Ok(_)) => self.fail("Illegal {x,y} with x > y.", inner.len() + 2),
            _ => self.fail(
                "Capture group numbers must be less than or equal to Int32.MaxValue.",
                inner.len() + 1,
            ),
        }
    }

    fn open_group(&mut self) -> Result<()> {
        if self.open.len() >= MAX_DEPTH {
            return self.fail("The pattern is nested too deeply.", 1);
        }
        self.last = Last::Nothing;
        if self.peek(1) != Some('?') {
            if self.has(options::EXPLICIT_CAPTURE) {
                self.begin("(?:", 1, ")");
            } else {
                self.names.push(None);
                self.begin("(", 1, ")");
            }
            return Ok(());
        }
        for plain in ["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"] {
            if self.looking_at(plain) {
                self.begin(plain, plain.len(), ")");
                return Ok(());
            }
        }
        match self.peek(2) {
            Some('#') => self.comment(),
            Some('<') => self.named('>'),
            Some('\'') => self.named('\''),
            Some('(') => self.conditional(),
            _ => self.inline_options(),
        }
    }

    fn begin(&mut self, text: &str, length: usize, close: &'static str) {
        self.open.push((self.flags, close));
        self.out.push_str(text);
        self.at += length;
    }

    fn comment(&mut self) -> Result<()> {
        match self.chars[self.at..].iter().position(|it| *it == ')') {
            Some(length) => {
                self.at += length + 1;
                Ok(())
            }
            None => self.unfinished("Unterminated (?#...) comment."),
        }
    }

    fn named(&mut self, end: char) -> Result<()> {
        let from = self.at + 3;
        let Some(length) = self.chars[from.min(self.chars.len())..]
            .iter()
            .position(|it| *it == end)
        else {
            return self.unfinished("Unrecognized grouping construct.");
        };
        let name: String = self.chars[from..from + length].iter().collect();
        if name.contains('-') {
            return Err(not_supported(
                "Balancing groups, such as (?<a-b>...), are not supported.",
            ));
        }
        let number = name.parse::<i64>();
        let word = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_');
        if !word || (number.is_err() && name.starts_with(|c: char| c.is_numeric())) {
            return self.fail(
                "Invalid group name: Group names must begin with a word character.",
                4,
            );
        }
        if number == Ok(0) {
            return self.fail("Capture number cannot be zero.", 4);
        }
        self.names.push(Some(number.map_or(name, |it| it.to_string())));
        self.begin("(", length + 4, ")");
        Ok(())
    }

    /// `(?(name)yes|no)` asks whether a group has matched, `(?(expression)yes|no)` looks ahead.
    fn conditional(&mut self) -> Result<()> {
        let from = self.at + 3;
        let length = self.chars[from..].iter().position(|it| *it == ')').unwrap_or(0);
        let name: String = self.chars[from..from + length].iter().collect();
        let engine = self
            .groups
            .and_then(|it| it.engine(&name))
            .filter(|_| name != "0");
        if let Some(last) = engine.and_then(|it| it.last()) {
            self.open.push((self.flags, ")"));
            self.out.push_str(&format!("(?({last})"));
            self.at = from + length + 1;
            return Ok(());
        }
        if !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit()) && self.groups.is_some() {
            return self.fail(&format!("(?({name}) ) reference to undefined group."), length + 4);
        }
        self.open.push((self.flags, ")"));
        // The inner parenthesis is the condition: it closes with one more of the engine's.
        self.open.push((self.flags, "))"));
        self.out.push_str("(?((?=");
        self.at += 3;
        if self.looking_at("?=") || self.looking_at("?!") || self.looking_at("?<") {
            self.at -= 1;
            self.open.pop();
            self.open.push((self.flags, ")))"));
            let text = if self.looking_at("(?<") { 4 } else { 3 };
            let head: String = self.chars[self.at..(self.at + text).min(self.chars.len())]
                .iter()
                .collect();
            self.out.push_str(&head);
            self.at = (self.at + text).min(self.chars.len());
        }
        Ok(())
    }

    /// `(?i)`, `(?i-m)`, `(?s:...)`.
    fn inline_options(&mut self) -> Result<()> {
        let mut at = self.at + 2;
        let mut flags = self.flags;
        let mut on = true;
        loop {
            let flag = match self.chars.get(at) {
                Some('+') => {
                    on = true;
                    0
                }
                Some('-') => {
                    on = false;
                    0
                }
                Some('i') => options::IGNORE_CASE,
                Some('m') => options::MULTILINE,
                Some('n') => options::EXPLICIT_CAPTURE,
                Some('s') => options::SINGLELINE,
                Some('x') => options::IGNORE_PATTERN_WHITESPACE,
                Some(')' | ':') => break,
                _ => return self.fail("Unrecognized grouping construct.", at + 1 - self.at),
            };
            flags = if on { flags | flag } else { flags & !flag };
            at += 1;
        }
        let sign = if flags & options::IGNORE_CASE != 0 {
            "i"
        } else {
            "-i"
        };
        let group = self.chars.get(at) == Some(&':');
        let length = at + 1 - self.at;
        if group {
            self.begin(&format!("(?{sign}:"), length, ")");
        } else {
            self.out.push_str(&format!("(?{sign})"));
            self.at += length;
        }
        self.flags = flags;
        Ok(())
    }

    fn close_group(&mut self) -> Result<()> {
        let Some((flags, close)) = self.open.pop() else {
            return self.fail("Too many )'s.", 1);
        };
        self.flags = flags;
        self.atom(close, 1);
        if close.len() > 1 {
            // The end of a condition; its branches follow.
            self.last = Last::Nothing;
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        let Some(c) = self.peek(1) else {
            return self.unfinished("Illegal \\\\ at end of pattern.");
        };
        match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => self.atom(&shorthand(c, self.flags), 2),
            'b' | 'B' | 'A' | 'z' | 'G' => self.atom(&format!("\\{c}"), 2),
            'Z' => self.end_anchor(2),
            'p' | 'P' => {
                let made = property(&self.chars, self.at + 1);
                let (text, end) = made.map_err(|it| parsing(self.pattern, &it.why, it.at))?;
                self.atom(&text, end - self.at);
            }
            'k' => self.named_reference()?,
            '1'..='9' => self.numbered_reference()?,
            _ => self.escaped_literal()?,
        }
        Ok(())
    }

    fn escaped_literal(&mut self) -> Result<()> {
        let made = escaped_char(&self.chars, self.at + 1);
        let (c, end) = made.map_err(|it| parsing(self.pattern, &it.why, it.at))?;
        let mut text = String::new();
        literal(c, &mut text);
        self.atom(&text, end - self.at);
        Ok(())
    }

    fn named_reference(&mut self) -> Result<()> {
        let end = match self.peek(2) {
            Some('<') => '>',
            Some('\'') => '\'',
            _ => return self.unfinished("Malformed \\k<...> named back reference."),
        };
        let from = self.at + 3;
        let Some(length) = self.chars[from..].iter().position(|it| *it == end) else {
            return self.unfinished("Malformed \\k<...> named back reference.");
        };
        let name: String = self.chars[from..from + length].iter().collect();
        self.reference(&name, length + 4)
    }

    fn numbered_reference(&mut self) -> Result<()> {
        let digits: String = self.chars[self.at + 1..]
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .collect();
        // `\10` is a group if there are ten, else the octal character if it can be one.
        let known = self.groups.is_none_or(|it| it.engine(&digits).is_some());
        if known || digits.len() == 1 {
            return self.reference(&digits, digits.len() + 1);
        }
        if digits.starts_with(['8', '9']) {
            return self.reference(&digits[..1], 2);
        }
        self.escaped_literal()
    }

    fn reference(&mut self, name: &str, length: usize) -> Result<()> {
        let Some(groups) = self.groups else {
            self.atom("", length);
            return Ok(());
        };
        let Some(engine) = groups.engine(name).filter(|_| name != "0") else {
            let which = match name.parse::<i64>() {
                Ok(number) => format!("number {number}"),
                Err(_) => format!("name '{name}'"),
            };
            return self.fail(&format!("Reference to undefined group {which}."), length);
        };
        let any: Vec<String> = engine.iter().rev().map(|it| format!("\\{it}")).collect();
        self.atom(&format!("(?:{})", any.join("|")), length);
        Ok(())
    }
}
