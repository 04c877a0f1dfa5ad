//! The two forms of a document: `rawxml` leaves expressions as they are, `xml` escapes them.

use super::lift::lift;

/// A raw document as well-formed XML: expressions are escaped.
pub fn escaped(text: &str) -> String {
    each_expression(text, |expression, out| {
        // What is escaped already stays: the reader takes both forms in one document.
        let is_escaped = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"]
            .iter()
            .any(|it| expression.contains(it));
        if is_escaped {
            return out.push_str(expression);
        }
        for c in expression.chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                c => out.push(c),
            }
        }
    })
}

/// Well-formed XML as a raw document: expressions stand verbatim.
pub fn unescaped(text: &str) -> String {
    each_expression(text, |expression, out| {
        let plain = expression
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&");
        out.push_str(&plain);
    })
}

fn each_expression(text: &str, mut write: impl FnMut(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in lift(text, &mut Vec::new()).expressions {
        let (Some(before), Some(expression)) = (text.get(at..span.start), text.get(span.start..span.end))
        else {
            continue;
        };
        out.push_str(before);
        write(expression, &mut out);
        at = span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_expressions_differ() {
        let raw = r#"<a b="@(x && y == "1")">@{ return List<int>(); } &lt;</a>"#;
        let xml = "<a b=\"@(x &amp;&amp; y == &quot;1&quot;)\">@{ return List&lt;int&gt;(); } &lt;</a>";
        assert_eq!(escaped(raw), xml);
        assert_eq!(unescaped(xml), raw);
        assert_eq!(escaped(xml), xml);
    }
}
