//! Text to tokens. Whether a name or `*` is an operator depends on what stands before it.

use super::failure;
use crate::dotnet::error::Result;
use crate::dotnet::xml::name::{is_name_char, is_name_start};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    // `/`, `//`, `(`, `::`, `and`, and their like.
    Sign(&'static str),
    Number(f64),
    Text(String),
    // Prefix and local part; `*` may stand for the local part.
    Name(Option<String>, String),
    Variable,
}

const SIGNS: [&str; 22] = [
    "//", "::", "..", "!=", "<=", ">=", "/", "(", ")", "[", "]", ".", "@", ",", "|", "+", "-", "=", "<", ">",
    "*", "$",
];

/// All tokens of an expression.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, end) = next(text, rest, may_be_operator(tokens.last()))?;
        tokens.push(token);
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

/// The message for what cannot be read.
pub(super) fn invalid(text: &str) -> crate::dotnet::DotnetError {
    failure(format!("'{text}' has an invalid token."))
}

// After an operand a name is an operator.
fn may_be_operator(before: Option<&Token>) -> bool {
    match before {
        None => false,
        Some(Token::Sign(sign)) => matches!(*sign, ")" | "]" | "." | ".."),
        Some(_) => true,
    }
}

fn next(text: &str, rest: &str, operator: bool) -> Result<(Token, usize)> {
    let first = rest.chars().next().unwrap_or('\0');
    if first == '"' || first == '\'' {
        let end = rest[1..]
            .find(first)
            .ok_or_else(|| failure("This is an unclosed string."))?;
        return Ok((Token::Text(rest[1..=end].to_owned()), end + 2));
    }
    let digit_follows = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || first == '.' && digit_follows {
        return number(text, rest);
    }
    if is_name_start(first) {
        return Ok(name(rest, operator));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(&"*") if !operator => Ok((Token::Name(None, "*".to_owned()), 1)),
        Some(&"$") => Ok((Token::Variable, rest.len())),
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(invalid(text)),
    }
}

fn number(text: &str, rest: &str) -> Result<(Token, usize)> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let fraction = match rest[end..].strip_prefix('.') {
        Some(after) => 1 + after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len()),
        None => 0,
    };
    let end = end + fraction;
    let value = rest[..end].parse().map_err(|_| invalid(text))?;
    Ok((Token::Number(value), end))
}

fn name(rest: &str, operator: bool) -> (Token, usize) {
    let length = |text: &str| text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    let end = length(rest);
    let first = &rest[..end];
    if operator && let Some(word) = ["and", "or", "div", "mod"].into_iter().find(|it| *it == first) {
        return (Token::Sign(word), end);
    }
    let after = &rest[end..];
    if let Some(local) = after.strip_prefix(':').filter(|it| !it.starts_with(':')) {
        if local.starts_with('*') {
            return (Token::Name(Some(first.to_owned()), "*".to_owned()), end + 2);
        }
        if local.starts_with(is_name_start) {
            let length = length(local);
            let local = local[..length].to_owned();
            return (Token::Name(Some(first.to_owned()), local), end + 1 + length);
        }
    }
    (Token::Name(None, first.to_owned()), end)
}
