use super::{number, object, text};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

type Answer = Result<Value, String>;

/// What RFC 3986 reserves nowhere stays as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The address that a relative one names as seen from a base: with a slash between them, whatever either of them has.
pub(super) fn uri(values: &[Value]) -> Answer {
    let (base, relative) = (text(values, 0)?, text(values, 1)?);
    let Some((scheme, rest)) = base.split_once("://") else {
        return Err(format!("`{base}` is no absolute address"));
    };
    if relative.contains("://") {
        return Ok(relative.into());
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if relative.starts_with('/') {
        return Ok(format!("{scheme}://{host}{relative}").into());
    }
    // A base that ends in a slash is a folder; otherwise its last segment is replaced.
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let (relative, query) = relative.split_at(relative.find('?').unwrap_or(relative.len()));
    for part in relative.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => (),
            part => parts.push(part),
        }
    }
    Ok(format!("{scheme}://{host}/{}{query}", parts.join("/")).into())
}

pub(super) fn component(values: &[Value]) -> Answer {
    Ok(utf8_percent_encode(text(values, 0)?, ESCAPED).to_string().into())
}

pub(super) fn component_to_string(values: &[Value]) -> Answer {
    Ok(percent_decode_str(text(values, 0)?)
        .decode_utf8_lossy()
        .into_owned()
        .into())
}

pub(super) fn parse(values: &[Value]) -> Answer {
    let address = text(values, 0)?;
    let (scheme, rest) = address
        .split_once("://")
        .ok_or_else(|| format!("`{address}` is no absolute address"))?;
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(at);
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse::<u16>().ok()),
        None => (authority, None),
    };
    Ok(
        json!({ "scheme": scheme, "host": host, "port": port, "path": if path.is_empty() { "/" } else { path }, "query": query }),
    )
}

pub(super) fn build(values: &[Value]) -> Answer {
    let parts = object(values, 0)?;
    let part = |name: &str| parts.get(name).and_then(Value::as_str).unwrap_or_default();
    let port = match parts.get("port").filter(|it| !it.is_null()) {
        Some(port) => format!(":{}", number(std::slice::from_ref(port), 0)?),
        None => String::new(),
    };
    let lead = |text: &str, mark: char| match text {
        "" => String::new(),
        text if text.starts_with(mark) => text.to_owned(),
        text => format!("{mark}{text}"),
    };
    let (path, query) = (lead(part("path"), '/'), lead(part("query"), '?'));
    Ok(format!("{}://{}{port}{path}{query}", part("scheme"), part("host")).into())
}

/// `/{scope}/providers/{namespace}/{type}/{name}/...`.
pub(super) fn extension_resource_id(values: &[Value]) -> Answer {
    let texts: Result<Vec<&str>, String> = (0..values.len()).map(|at| text(values, at)).collect();
    let texts = texts?;
    let path = provider_path(texts[1], &texts[2..])?;
    Ok(format!("{}/providers/{path}", texts[0].trim_end_matches('/')).into())
}

/// `namespace/type/name/type/name` of a type and its names.
pub(crate) fn provider_path(r#type: &str, names: &[&str]) -> Result<String, String> {
    let mut types = r#type.split('/');
    let namespace = types.next().unwrap_or_default();
    let types: Vec<&str> = types.collect();
    let names: Vec<&str> = names.iter().flat_map(|name| name.split('/')).collect();
    if types.is_empty() || types.len() != names.len() {
        return Err(format!(
            "the type `{type}` needs {} names, and there are {}",
            types.len(),
            names.len()
        ));
    }
    let pairs: Vec<String> = types
        .iter()
        .zip(names)
        .map(|(kind, name)| format!("{kind}/{name}"))
        .collect();
    Ok(format!("{namespace}/{}", pairs.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_put_together() {
        let uri = |base: &str, relative: &str| uri(&[base.into(), relative.into()]).expect("an address");
        assert_eq!(
            uri("http://contoso.org/firstpath/", "myscript.sh"),
            "http://contoso.org/firstpath/myscript.sh"
        );
        assert_eq!(
            uri("http://contoso.org/firstpath", "myscript.sh"),
            "http://contoso.org/myscript.sh"
        );
        assert_eq!(
            uri("http://contoso.org/a/b/azuredeploy.json", "/x"),
            "http://contoso.org/x"
        );
        assert_eq!(component(&["a b/ü~".into()]), Ok("a%20b%2F%C3%BC~".into()));
    }

    #[test]
    fn a_type_and_its_names_make_a_path() {
        assert_eq!(
            provider_path("Microsoft.X/a/b", &["1", "2"]),
            Ok("Microsoft.X/a/1/b/2".into())
        );
        assert_eq!(
            provider_path("Microsoft.X/a/b", &["1/2"]),
            Ok("Microsoft.X/a/1/b/2".into())
        );
        assert!(provider_path("Microsoft.X/a", &["1", "2"]).is_err());
    }
}
