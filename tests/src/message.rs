//! HTTP messages as they stand in pages: a first line, headers, an empty line, a body.

use crate::pattern;

/// A message of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    /// Request line or status line.
    pub(crate) first: String,
    /// Header lines in order.
    pub(crate) headers: Vec<(String, String)>,
    /// What stands below the empty line; `None` when there is none.
    pub(crate) body: Option<String>,
}

impl Message {
    pub(crate) fn parse(text: &str) -> Result<Message, String> {
        let (head, body) = match text.split_once("\n\n") {
            Some((head, body)) => (head, Some(body)),
            None => (text, None),
        };
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default().trim().to_owned();
        let headers = lines
            .filter(|line| !line.trim().is_empty())
            .map(|line| match line.split_once(':') {
                Some((name, value)) => Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
                None => Err(format!("`{line}` is no header")),
            })
            .collect::<Result<_, _>>()?;
        // The fence stands on a line of its own: the last line break is not part of the body.
        let body = body.map(|body| body.strip_suffix('\n').unwrap_or(body).to_owned());
        Ok(Message { first, headers, body })
    }

    /// Method and path of a request line.
    pub(crate) fn target(&self) -> Result<(&str, &str), String> {
        let mut words = self.first.split_whitespace();
        match (words.next(), words.next()) {
            (Some(method), Some(path)) => Ok((method, path)),
            _ => Err(format!("`{}` is no request line", self.first)),
        }
    }
}

/// Compares what came with what the page expects; every difference is a line.
pub(crate) fn compare(
    expected: &Message,
    first: &str,
    headers: &[(String, String)],
    body: &str,
) -> Vec<String> {
    let mut differences = Vec::new();
    if !pattern::matches(&expected.first, first) {
        differences.push(format!("expected `{}`, got `{first}`", expected.first));
    }
    let mut names: Vec<&str> = expected.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    for name in names {
        let wanted: Vec<&str> = values(&expected.headers, name);
        let given: Vec<&str> = values(headers, name);
        let is_absent = wanted == ["(absent)"] && given.is_empty();
        let is_same = wanted.len() == given.len()
            && wanted
                .iter()
                .zip(&given)
                .all(|(wanted, given)| pattern::matches(wanted, given));
        if !is_absent && !is_same {
            differences.push(format!("header {name}: expected {wanted:?}, got {given:?}"));
        }
    }
    if let Some(wanted) = &expected.body {
        let wanted = if wanted == "(empty)" { "" } else { wanted };
        if !pattern::matches(wanted, body) {
            differences.push(format!("body: expected\n{wanted}\ngot\n{body}"));
        }
    }
    differences
}

fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}
