//! Where an expression ends, without reading it: strings, characters and comments are passed over.

/// Whether `text` is an expression: it begins with `@(` or `@{`, white space aside.
pub fn is_expression(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("@(") || text.starts_with("@{")
}

/// The offset behind the bracket that closes the expression whose `@` stands at `start`.
///
/// One pass with a stack of its own, so that depth costs no call stack.
pub fn end_of_expression(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (open, close) = match bytes.get(start..start + 2)? {
        b"@(" => (b'(', b')'),
        b"@{" => (b'{', b'}'),
        _ => return None,
    };
    let mut stack = vec![Level::Code { depth: 0 }];
    let mut at = start + 1;
    while at < bytes.len() {
        let bottom = stack.len() == 1;
        match stack.last_mut()? {
            Level::Text { verbatim } => {
                let verbatim = *verbatim;
                match bytes[at] {
                    b'"' if verbatim && bytes.get(at + 1) == Some(&b'"') => at += 2,
                    b'"' => {
                        stack.pop();
                        at += 1;
                    }
                    b'\\' if !verbatim => at += 2,
                    b'{' if bytes.get(at + 1) == Some(&b'{') => at += 2,
                    b'{' => {
                        stack.push(Level::Hole { braces: 0, rounds: 0 });
                        at += 1;
                    }
                    _ => at += 1,
                }
            }
            Level::Format => {
                if bytes[at] == b'}' {
                    stack.pop();
                }
                at += 1;
            }
            Level::Code { .. } | Level::Hole { .. } => {
                if let Some(next) = skip(bytes, at) {
                    at = next;
                    continue;
                }
                if let Some((length, verbatim)) = interpolated(bytes, at) {
                    stack.push(Level::Text { verbatim });
                    at += length;
                    continue;
                }
                let byte = bytes[at];
                at += 1;
                match stack.last_mut()? {
                    Level::Code { depth } if bottom && byte == open => *depth += 1,
                    Level::Code { depth } if bottom && byte == close => {
                        *depth -= 1;
                        if *depth == 0 {
                            return Some(at);
                        }
                    }
                    Level::Hole { braces, rounds } => match byte {
                        b'}' if *braces == 0 => drop(stack.pop()),
                        b'{' => *braces += 1,
                        b'}' => *braces -= 1,
                        b'(' | b'[' => *rounds += 1,
                        b')' | b']' => *rounds -= 1,
                        b':' if *braces == 0 && *rounds == 0 => *stack.last_mut()? = Level::Format,
                        _ => (),
                    },
                    _ => (),
                }
            }
        }
    }
    None
}

enum Level {
    Code { depth: usize },
    // Inside an interpolated string.
    Text { verbatim: bool },
    // Inside the braces of an interpolated string.
    Hole { braces: i32, rounds: i32 },
    // Behind the colon of a hole.
    Format,
}

// The offset behind a comment, character or plain string that begins at `at`.
fn skip(bytes: &[u8], at: usize) -> Option<usize> {
    match (bytes[at], bytes.get(at + 1)) {
        (b'/', Some(b'/')) => Some(find(bytes, at + 2, b"\n")),
        (b'/', Some(b'*')) => Some(find(bytes, at + 2, b"*/")),
        (b'"', _) => Some(plain_string(bytes, at + 1)),
        (b'@', Some(b'"')) => Some(verbatim_string(bytes, at + 2)),
        (b'\'', _) => character(bytes, at + 1),
        _ => None,
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(what.len())
        .position(|it| it == what)
        .map_or(bytes.len(), |found| from + found + what.len())
}

fn plain_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn verbatim_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', Some(b'"')) => at += 2,
            (b'"', _) => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

// A lone apostrophe is no literal: it is passed over, and the parser complains.
fn character(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() && bytes[at] != b'\n' {
        match bytes[at] {
            b'\'' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

// The length of `$"`, `$@"` or `@$"` at `at`, and whether it is verbatim.
fn interpolated(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    let rest = &bytes[at..];
    match () {
        () if rest.starts_with(b"$\"") => Some((2, false)),
        () if rest.starts_with(b"$@\"") || rest.starts_with(b"@$\"") => Some((3, true)),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) {
        assert_eq!(end_of_expression(text, 0), Some(text.len()), "{text}");
        assert_eq!(
            end_of_expression(&format!("{text}  rest)"), 0),
            Some(text.len()),
            "{text}"
        );
    }

    #[test]
    fn brackets_in_strings_characters_and_comments_do_not_count() {
        whole(r#"@(")" + '}' + "@(" /* ) */)"#);
        whole(r#"@(Regex.IsMatch(x, @"\(\d{2}\)"))"#);
        whole("@{ // don't stop }\n return 1; }");
        whole(r#"@{ var s = "//not a comment"; return s; }"#);
        whole(r#"@('\'' + "\")" + '"' + '\u0041')"#);
        whole(r#"@($"{d["k"]:0.0} {{ ) {(true ? ")" : $"{a}")}")"#);
        whole(r#"@($@"{"x"}\n")"#);
        whole(r#"@(@"a""b)")"#);
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!("@({}1{})", "(".repeat(100_000), ")".repeat(100_000));
        whole(&deep);
        let holes = format!("@({}1{})", "$\"{".repeat(50_000), "}\"".repeat(50_000));
        whole(&holes);
        assert_eq!(end_of_expression("@(((", 0), None);
        assert_eq!(end_of_expression("x", 0), None);
        assert_eq!(end_of_expression("@", 0), None);
    }
}
