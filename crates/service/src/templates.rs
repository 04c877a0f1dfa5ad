use model::Operation;
use std::collections::BTreeSet;

/// What a URL template consists of, as far as its parameters go.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Parameters in the path, without the `*` of a catch-all.
    pub(crate) path: Vec<String>,
    /// Parameters in the query.
    pub(crate) query: Vec<String>,
    /// What is wrong with the template itself.
    pub(crate) mistakes: Vec<String>,
}

/// Takes a template apart.
pub(crate) fn shape(template: &str) -> Shape {
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    let mut shape = Shape::default();
    let mut names = Vec::new();
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    for (at, step) in steps.iter().enumerate() {
        let before = names.len();
        parameters(step, &mut names, &mut shape.mistakes);
        let rest = *step == "*" || names[before..].iter().any(|name| name.starts_with('*'));
        if rest && at + 1 < steps.len() {
            shape
                .mistakes
                .push("`*` stands only at the end of a template".into());
        }
    }
    shape.path = names
        .iter()
        .map(|name| name.trim_start_matches('*').to_owned())
        .collect();
    parameters(query, &mut shape.query, &mut shape.mistakes);
    let mut seen = BTreeSet::new();
    for name in shape.path.iter().chain(&shape.query) {
        if !seen.insert(name) {
            shape
                .mistakes
                .push(format!("the template has the parameter `{name}` twice"));
        }
    }
    shape
}

fn parameters(text: &str, names: &mut Vec<String>, mistakes: &mut Vec<String>) {
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let inside = &rest[open + 1..];
        match inside.find(['{', '}']) {
            Some(close) if rest[open..].starts_with('{') && inside[close..].starts_with('}') => {
                match inside[..close].trim_start_matches('*') {
                    "" => mistakes.push("the template has a parameter without a name".into()),
                    _ => names.push(inside[..close].to_owned()),
                }
                rest = &inside[close + 1..];
            }
            _ => {
                mistakes.push("the template has a brace without its counterpart".into());
                return;
            }
        }
    }
}

/// Parameters that the template has and nobody declared, and those that are declared and not in the template.
pub(crate) fn mismatches(operation: &Operation, shape: &Shape) -> Vec<String> {
    let declared: BTreeSet<&str> = operation
        .template_parameters
        .iter()
        .map(|it| it.name.trim_start_matches('*'))
        .collect();
    let used: BTreeSet<&str> = shape
        .path
        .iter()
        .chain(&shape.query)
        .map(String::as_str)
        .collect();
    let template = &operation.url_template;
    let undeclared = used
        .difference(&declared)
        .map(|name| format!("`{template}` has the parameter `{name}`, which is not declared"));
    let unused = declared
        .difference(&used)
        .map(|name| format!("the parameter `{name}` is declared, but not in `{template}`"));
    undeclared.chain(unused).collect()
}

/// The template with every parameter made equal: two operations with the same method and the same key cannot be told apart.
pub(crate) fn key(template: &str) -> String {
    let mut key = String::new();
    let mut depth = 0usize;
    for c in template.trim_end_matches('/').chars() {
        match c {
            '{' => {
                depth += 1;
                key.push('{');
            }
            '}' => {
                depth = depth.saturating_sub(1);
                key.push('}');
            }
            _ if depth > 0 => (),
            c => key.extend(c.to_lowercase()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_taken_apart_and_its_mistakes_are_named() {
        let good = shape("/a/{id}.json/{x}-{y}/{*rest}?v={v}&w=1");
        assert_eq!(
            (good.path, good.query, good.mistakes.len()),
            (
                vec!["id".into(), "x".into(), "y".into(), "rest".into()],
                vec!["v".into()],
                0
            )
        );
        for bad in [
            "/{a", "/a}", "/{}", "/{a}/{a}", "/*/b", "/{*a}/b", "/{a{b}}", "/{*}",
        ] {
            assert!(!shape(bad).mistakes.is_empty(), "{bad}");
        }
        assert_eq!(key("/Items/{id}/"), key("/items/{name}"));
        assert_ne!(key("/items/{id}?a={a}"), key("/items/{id}"));
    }
}
