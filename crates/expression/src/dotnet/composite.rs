//! Composite formats: `string.Format` and interpolated strings.

use super::error::{DotnetError, Result};

// .NET's own limit on the index and the alignment of a hole.
const LIMIT: usize = 1_000_000;

/// Fills the holes of `format`. `text` gives argument `index` as text under the hole's format, if it has one;
/// a null argument is the empty string.
pub(crate) fn format<E: From<DotnetError>>(
    format: &str,
    count: usize,
    mut text: impl FnMut(usize, Option<&str>) -> std::result::Result<String, E>,
) -> std::result::Result<String, E> {
    let mut out = String::with_capacity(format.len() + 16);
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(DotnetError::input_string().into());
        }
        let (hole, after) = hole(rest)?;
        rest = after;
        if hole.index >= count {
            let message = "Index (zero based) must be greater than or equal to zero and less than the size of the \
                           argument list.";
            return Err(DotnetError::format(message).into());
        }
        let value = text(hole.index, hole.format.as_deref())?;
        align(&value, hole.alignment, &mut out);
    }
    out.push_str(rest);
    Ok(out)
}

/// Appends `text`, padded to a width: on the left when it is positive, on the right when it is negative.
pub(crate) fn align(text: &str, width: i32, out: &mut String) {
    let units = if width == 0 {
        0
    } else {
        text.encode_utf16().count()
    };
    let padding = (width.unsigned_abs() as usize).saturating_sub(units);
    if width > 0 {
        out.extend(std::iter::repeat_n(' ', padding));
    }
    out.push_str(text);
    if width < 0 {
        out.extend(std::iter::repeat_n(' ', padding));
    }
}

struct Hole {
    index: usize,
    alignment: i32,
    format: Option<String>,
}

/// Reads `0,-5:D4}` and gives what follows it.
fn hole(text: &str) -> Result<(Hole, &str)> {
    let (index, rest) = digits(text)?;
    let mut rest = rest.trim_start_matches(' ');
    let mut alignment = 0;
    if let Some(after) = rest.strip_prefix(',') {
        let after = after.trim_start_matches(' ');
        let positive = after.strip_prefix('-');
        let (width, after) = digits(positive.unwrap_or(after))?;
        alignment = if positive.is_some() {
            -(width as i32)
        } else {
            width as i32
        };
        rest = after.trim_start_matches(' ');
    }
    if let Some(after) = rest.strip_prefix('}') {
        return Ok((
            Hole {
                index,
                alignment,
                format: None,
            },
            after,
        ));
    }
    let Some(after) = rest.strip_prefix(':') else {
        return Err(DotnetError::input_string());
    };
    let (format, rest) = hole_format(after)?;
    Ok((
        Hole {
            index,
            alignment,
            format: (!format.is_empty()).then_some(format),
        },
        rest,
    ))
}

fn digits(text: &str) -> Result<(usize, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    match digits.parse::<usize>() {
        Ok(value) if value < LIMIT => Ok((value, rest)),
        _ => Err(DotnetError::input_string()),
    }
}

/// The format of a hole; doubled braces in it stand for one.
fn hole_format(text: &str) -> Result<(String, &str)> {
    let mut format = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '{' && c != '}' {
            format.push(c);
            continue;
        }
        if chars.peek().is_some_and(|(_, next)| *next == c) {
            chars.next();
            format.push(c);
        } else if c == '}' {
            return Ok((format, &text[at + 1..]));
        } else {
            break;
        }
    }
    Err(DotnetError::input_string())
}

#[cfg(test)]
mod tests {
    use super::super::number_buffer::Number;
    use super::super::number_format;
    use super::*;

    fn filled(text: &str, arguments: &[Number]) -> Result<String> {
        format(text, arguments.len(), |at, spec| {
            number_format::format(arguments[at], spec.unwrap_or(""))
        })
    }

    #[test]
    #[expect(clippy::approx_constant, reason = "the number of a specification vector")]
    fn holes_align_and_format() {
        let int = |it| Number::Signed(it, 32);
        let arguments = [
            int(1),
            int(7),
            Number::Double(3.14159),
            int(1234567),
            int(255),
            Number::Double(0.256),
        ];
        let text = filled("{0,5}|{0,-5}|{1:D4}|{2:F2}|{3:N0}|{4:X2}|{5:P1}", &arguments);
        assert_eq!(text.as_deref(), Ok("    1|1    |0007|3.14|1,234,567|FF|25.6%"));
        assert_eq!(filled("{{{0}}}", &arguments).as_deref(), Ok("{1}"));
        assert_eq!(filled("{1:0{{}}}", &arguments).as_deref(), Ok("7{}"));
        assert_eq!(filled("{0 , 3 }", &arguments).as_deref(), Ok("  1"));
    }

    #[test]
    fn wrong_formats_are_refused() {
        for bad in [
            "{",
            "}",
            "{0",
            "{x}",
            "{0:",
            "{0,}",
            "{9}",
            "{-1}",
            "a}b",
            "{0,9999999}",
        ] {
            let error = filled(bad, &[Number::Signed(1, 32)]).unwrap_err();
            assert_eq!(error.type_name, "System.FormatException", "{bad}");
        }
    }
}
