//! `System.Text.RegularExpressions` over `fancy-regex`: .NET's syntax and numbering, with a limit on backtracking.
//!
//! Not supported, with a clear exception: balancing groups and `RightToLeft`. A group that a quantifier repeats shows its
//! last capture only.

mod class; // character classes
mod groups; // numbers and names
mod replacement; // `$1` and its like
mod translate; // .NET's syntax to fancy-regex's

use super::error::{DotnetError, Result};
use groups::Groups;
use indexmap::IndexMap;
use parking_lot::Mutex;
pub(crate) use replacement::Replacement;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, OnceLock};

/// `RegexOptions`, as numbers.
pub(crate) mod options {
    pub(crate) const IGNORE_CASE: i64 = 1;
    pub(crate) const MULTILINE: i64 = 2;
    pub(crate) const EXPLICIT_CAPTURE: i64 = 4;
    pub(crate) const SINGLELINE: i64 = 16;
    pub(crate) const IGNORE_PATTERN_WHITESPACE: i64 = 32;
    pub(crate) const RIGHT_TO_LEFT: i64 = 64;
    pub(crate) const ECMA_SCRIPT: i64 = 256;
}

/// Steps of backtracking before a match is given up, where nobody says otherwise: some tens of milliseconds.
pub(crate) const BACKTRACKS: usize = 500_000;
// Compiled patterns that are kept.
const CACHED: usize = 512;
// .NET has no limit; a longer pattern is no pattern.
const MAX_PATTERN: usize = 64 * 1024;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Regex {
    pattern: String,
    options: i64,
    backtracks: usize,
    groups: Groups,
    // `$` also matches before a final line feed. Texts without one get the simpler form, which the engine runs faster.
    simple: OnceLock<Compiled>,
    newline: OnceLock<Compiled>,
}

type Compiled = Result<fancy_regex::Regex>;

/// One match: byte ranges of the groups, in the order of their .NET numbers; number 0 is the whole match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) groups: Vec<Option<(usize, usize)>>,
}

impl Match {
    /// The match in a longer text, of which `by` bytes come before.
    pub(crate) fn moved(mut self, by: usize) -> Match {
        for (start, end) in self.groups.iter_mut().flatten() {
            *start += by;
            *end += by;
        }
        self
    }

    /// The whole match.
    pub(crate) fn range(&self) -> (usize, usize) {
        self.groups.first().copied().flatten().unwrap_or((0, 0))
    }
}

impl Regex {
    /// `new Regex(pattern, options)`. A match is given up after so many backtracks.
    pub(crate) fn new(pattern: &str, options: i64, backtracks: usize) -> Result<Regex> {
        if pattern.len() > MAX_PATTERN {
            return Err(DotnetError::argument(format!(
                "The pattern is longer than {MAX_PATTERN} bytes."
            )));
        }
        if options & self::options::RIGHT_TO_LEFT != 0 {
            return Err(not_supported("RegexOptions.RightToLeft is not supported."));
        }
        let groups = translate::groups(pattern, options)?;
        let regex = Regex {
            pattern: pattern.to_owned(),
            options,
            backtracks,
            groups,
            simple: OnceLock::new(),
            newline: OnceLock::new(),
        };
        // A pattern that the engine refuses is refused here, not at its first match.
        regex.engine("")?;
        Ok(regex)
    }

    /// The same, from a cache of recent patterns: what `Regex`'s static methods do.
    pub(crate) fn cached(pattern: &str, options: i64, backtracks: usize) -> Result<Arc<Regex>> {
        type Cache = Mutex<IndexMap<(String, i64, usize), Arc<Regex>, BuildHasherDefault<DefaultHasher>>>;
        static CACHE: OnceLock<Cache> = OnceLock::new();
        let cache = CACHE.get_or_init(Cache::default);
        let key = (pattern.to_owned(), options, backtracks);
        if let Some(known) = cache.lock().get(&key) {
            return Ok(known.clone());
        }
        let regex = Arc::new(Regex::new(pattern, options, backtracks)?);
        let mut cache = cache.lock();
        if cache.len() >= CACHED {
            cache.shift_remove_index(0);
        }
        cache.insert(key, regex.clone());
        Ok(regex)
    }

    /// `ToString()`: the pattern.
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// `Options`.
    pub(crate) fn options(&self) -> i64 {
        self.options
    }

    /// `IsMatch`.
    pub(crate) fn is_match(&self, text: &str) -> Result<bool> {
        self.engine(text)?.is_match(text).map_err(timed_out)
    }

    /// `Match`, from a byte position; what stands before it is still seen by look-behind.
    pub(crate) fn match_from(&self, text: &str, from: usize) -> Result<Option<Match>> {
        let engine = self.engine(text)?;
        let Some(found) = engine.captures_from_pos(text, from).map_err(timed_out)? else {
            return Ok(None);
        };
        let range = |at: usize| found.get(at).map(|it| (it.start(), it.end()));
        Ok(Some(Match {
            groups: self.groups.slots().iter().map(|it| it.pick(&range)).collect(),
        }))
    }

    /// Where to look for the match after one: behind an empty match, one character on.
    pub(crate) fn next_start(text: &str, found: &Match) -> Option<usize> {
        let (start, end) = found.range();
        if end > start {
            return Some(end);
        }
        text.get(end..)?.chars().next().map(|it| end + it.len_utf8())
    }

    /// `Matches`: each is given to `each`, until it says stop.
    pub(crate) fn for_each<E: From<DotnetError>>(
        &self,
        text: &str,
        from: usize,
        mut each: impl FnMut(Match) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        let mut start = Some(from);
        while let Some(at) = start {
            let Some(found) = self.match_from(text, at)? else {
                return Ok(());
            };
            start = Regex::next_start(text, &found);
            if !each(found)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// `Replace`, at most `count` times when that is not negative; `with` gives the text for a match.
    pub(crate) fn replace<E: From<DotnetError>>(
        &self,
        text: &str,
        count: i64,
        from: usize,
        mut with: impl FnMut(&Match) -> std::result::Result<String, E>,
    ) -> std::result::Result<String, E> {
        let mut out = String::new();
        let mut last = 0;
        let mut left = count;
        if count == 0 {
            return Ok(text.to_owned());
        }
        self.for_each(text, from, |found| {
            let (start, end) = found.range();
            out.push_str(&text[last..start]);
            out.push_str(&with(&found)?);
            last = end;
            left -= 1;
            Ok::<_, E>(left != 0)
        })?;
        out.push_str(&text[last..]);
        Ok(out)
    }

    /// `Split`: captured groups stand between the parts. `count` 0 means all parts.
    pub(crate) fn split(&self, text: &str, count: i64, from: usize) -> Result<Vec<String>> {
        let mut parts = Vec::new();
        let mut last = 0;
        let mut left = count;
        if count == 1 {
            return Ok(vec![text.to_owned()]);
        }
        self.for_each(text, from, |found| {
            let (start, end) = found.range();
            parts.push(text[last..start].to_owned());
            parts.extend(
                found.groups[1..]
                    .iter()
                    .flatten()
                    .map(|(from, to)| text[*from..*to].to_owned()),
            );
            last = end;
            left -= 1;
            Ok::<_, DotnetError>(left != 1)
        })?;
        parts.push(text[last..].to_owned());
        Ok(parts)
    }

    /// The group table.
    pub(crate) fn groups(&self) -> &Groups {
        &self.groups
    }

    fn engine(&self, text: &str) -> Result<&fancy_regex::Regex> {
        let newline = text.ends_with('\n');
        let cell = if newline { &self.newline } else { &self.simple };
        let compiled = cell.get_or_init(|| {
            let pattern = translate::translate(&self.pattern, self.options, &self.groups, newline)?;
            fancy_regex::RegexBuilder::new(&pattern)
                .backtrack_limit(self.backtracks)
                .build()
                .map_err(|why| parsing(&self.pattern, &why.to_string(), self.pattern.chars().count()))
        });
        compiled.as_ref().map_err(DotnetError::clone)
    }
}

/// `Regex.Escape`.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\\' | '*' | '+' | '?' | '|' | '{' | '[' | '(' | ')' | '^' | '$' | '.' | '#' | ' ' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// `Regex.Unescape`.
pub(crate) fn unescape(text: &str) -> Result<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        if chars[at] != '\\' {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let (c, next) = class::escaped_char(&chars, at + 1).map_err(|it| parsing(text, &it.why, it.at))?;
        out.push(c);
        at = next;
    }
    Ok(out)
}

/// The UTF-16 place of a byte place.
pub(crate) fn utf16_index(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    if before.is_ascii() {
        byte
    } else {
        before.encode_utf16().count()
    }
}

/// The byte place of a UTF-16 place; inside a pair, that of its beginning. Beyond the end, none.
pub(crate) fn byte_index(text: &str, unit: usize) -> Option<usize> {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units + c.len_utf16() > unit {
            return Some(at);
        }
        units += c.len_utf16();
    }
    (units == unit).then_some(text.len())
}

fn timed_out(_: fancy_regex::Error) -> DotnetError {
    DotnetError::new(
        "System.Text.RegularExpressions.RegexMatchTimeoutException",
        "The Regex engine has timed out while trying to match a pattern to an input string. This can occur for many \
         reasons, including very large inputs or excessive backtracking caused by nested quantifiers, back-references \
         and other factors.",
    )
}

fn parsing(pattern: &str, why: &str, at: usize) -> DotnetError {
    DotnetError::argument(format!("Invalid pattern '{pattern}' at offset {at}. {why}"))
}

fn not_supported(message: &str) -> DotnetError {
    DotnetError::new("System.NotSupportedException", message)
}

#[cfg(test)]
mod tests;
