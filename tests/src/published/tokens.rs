//! C# in words: enough to follow who reads what.

/// A word of C#.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or keyword.
    Name(String),
    /// A string or a character, without its quotes.
    Text(String),
    Number(String),
    /// One or two characters of punctuation.
    Mark(&'static str),
}

const MARKS: [&str; 38] = [
    "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[", "++", "--", "+=", "-=", "(", ")", "[", "]",
    "{", "}", ".", ",", ";", ":", "?", "<", ">", "=", "+", "-", "*", "/", "%", "!", "&", "|", "^", "~",
];

/// The words of an expression; comments are none. Holes of interpolated strings are read as words in brackets.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches('@');
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |it| it + 2),
            '$' | '@' | '"' => string(rest, &mut found),
            '\'' => {
                let inside = &rest[1..];
                let skip = if inside.starts_with('\\') {
                    2
                } else {
                    inside.chars().next().map_or(1, char::len_utf8)
                };
                let end = inside
                    .get(skip..)
                    .and_then(|it| it.find('\''))
                    .map_or(inside.len(), |it| it + skip);
                found.push(Token::Text(inside[..end].to_owned()));
                (end + 2).min(rest.len())
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = rest
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                found.push(Token::Name(rest[..end].to_owned()));
                end
            }
            c if c.is_ascii_digit() => {
                let end = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                found.push(Token::Number(rest[..end].to_owned()));
                end
            }
            c => match MARKS.iter().find(|it| rest.starts_with(**it)) {
                Some(mark) => {
                    found.push(Token::Mark(mark));
                    mark.len()
                }
                None => c.len_utf8(),
            },
        };
        rest = &rest[length..];
    }
    found
}

// A string of any kind; gives its length.
fn string(text: &str, found: &mut Vec<Token>) -> usize {
    let open = text.find('"').unwrap_or_default();
    let prefix = &text[..open];
    if text.len() <= open || !prefix.chars().all(|it| matches!(it, '$' | '@')) {
        return 1;
    }
    let (verbatim, holes) = (prefix.contains('@'), prefix.contains('$'));
    let mut out = String::new();
    let mut at = open + 1;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        match c {
            '"' if verbatim && rest.starts_with("\"\"") => {
                out.push('"');
                at += 2;
            }
            '"' => {
                at += 1;
                break;
            }
            '\\' if !verbatim => {
                let escaped = rest[1..].chars().next().unwrap_or('\\');
                out.push(if escaped == 'n' { '\n' } else { escaped });
                at += 1 + escaped.len_utf8();
            }
            '{' if holes && !rest.starts_with("{{") => {
                let end = hole(rest);
                found.push(Token::Mark("("));
                found.extend(tokens(&rest[1..end]));
                found.push(Token::Mark(")"));
                at = (at + end + 1).min(text.len());
            }
            c => {
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    found.push(Token::Text(out));
    at.min(text.len())
}

// Where the bracket of a hole closes. Strings inside it have no brackets, as good as ever.
fn hole(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at,
            '}' => depth -= 1,
            _ => (),
        }
    }
    text.len()
}
