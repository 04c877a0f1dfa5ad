//! Functions that only the compiler runs: they put what is known now in their place.

use super::FileCompiler;
use super::path::select;
use crate::files::beside;
use crate::functions::Row;
use crate::syntax::tree::{Expr as Tree, ExprKind};
use crate::template::{Expr, Place};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

impl FileCompiler<'_, '_> {
    pub(super) fn compile_time(&mut self, row: &Row, arguments: &[Tree], at: &Place) -> Expr {
        let first = &arguments[0];
        match row.name {
            "any" => self.expression(first),
            "nameof" => self.name_of(first, at),
            "readEnvironmentVariable" if self.variables_of_environment.is_some() => {
                self.environment_variable(arguments, at)
            }
            "externalInput" | "readCliArg" | "readEnvironmentVariable" => {
                let message = format!("`{}` stands only in a parameter file", row.name);
                self.error(at.span, "BCP441", message);
                Expr::broken(at)
            }
            "getSecret" => {
                let values = arguments.iter().map(|it| self.expression(it)).collect::<Vec<_>>();
                let id = values[..3.min(values.len())].to_vec();
                let r#type = Expr::text("Microsoft.KeyVault/vaults", at);
                let mut vault = id;
                vault.insert(2, r#type);
                let rest = values.into_iter().skip(3);
                let id = Expr::call("resourceId", vault, at);
                Expr::call("getSecret", std::iter::once(id).chain(rest).collect(), at)
            }
            _ => self.load(row.name, arguments, at),
        }
    }

    fn environment_variable(&mut self, arguments: &[Tree], at: &Place) -> Expr {
        let Some(name) = self.constant(&arguments[0]) else {
            return Expr::broken(at);
        };
        let found = self
            .variables_of_environment
            .as_ref()
            .and_then(|known| known.get(&name))
            .cloned();
        match (found, arguments.get(1)) {
            (Some(text), _) => Expr::text(text, at),
            (None, Some(default)) => self.expression(default),
            (None, None) => {
                let diagnostic = source::Diagnostic::error(
                    "BCP427",
                    format!("there is no environment variable `{name}`"),
                    at.span,
                )
                .help("a second argument is its default");
                self.note(diagnostic);
                Expr::broken(at)
            }
        }
    }

    fn name_of(&mut self, tree: &Tree, at: &Place) -> Expr {
        // Compiled for its mistakes alone.
        self.touching(|this| drop(this.expression(tree)));
        let name = match &tree.kind {
            ExprKind::Name(name) => Some(name),
            ExprKind::Member { name, .. } | ExprKind::Nested { name, .. } => Some(&name.text),
            ExprKind::Index { index, .. } if matches!(index.kind, ExprKind::Text(_)) => match &index.kind {
                ExprKind::Text(name) => Some(name),
                _ => None,
            },
            ExprKind::Index { base, .. } | ExprKind::NonNull(base) => return self.name_of(base, at),
            _ => None,
        };
        match name {
            Some(name) => Expr::text(name.clone(), at),
            None => {
                self.error(tree.span, "BCP408", "`nameof` takes a name or a member");
                Expr::broken(at)
            }
        }
    }

    /// A text that must be known now.
    fn constant(&mut self, tree: &Tree) -> Option<String> {
        let value = self.expression(tree);
        let folded = crate::evaluate::constant(&value, &self.template);
        match folded {
            Some(Value::String(text)) => Some(text),
            _ => {
                self.error(
                    tree.span,
                    "BCP032",
                    "the value must be known when the template is compiled",
                );
                None
            }
        }
    }

    fn load(&mut self, function: &str, arguments: &[Tree], at: &Place) -> Expr {
        let loaded = self.loaded(function, arguments);
        Expr::value(loaded.unwrap_or_default(), at)
    }

    fn loaded(&mut self, function: &str, arguments: &[Tree]) -> Option<Value> {
        let path = self.constant(&arguments[0])?;
        let asked = self.place(&arguments[0]);
        let path = beside(self.unit.source.name(), &path);
        if function == "loadDirectoryFileInfo" {
            return self.listing(&path, arguments.get(1));
        }
        let bytes = self.compiler.bytes(&path, &asked)?;
        if function == "loadFileAsBase64" {
            return Some(STANDARD.encode(bytes).into());
        }
        let encoding_at = if function == "loadTextContent" { 1 } else { 2 };
        let encoding = match arguments.get(encoding_at) {
            Some(tree) => self.constant(tree)?,
            None => "utf-8".to_owned(),
        };
        let text = match decode(&bytes, &encoding) {
            Ok(text) => text,
            Err(message) => {
                self.error(asked.span, "not-utf-8", format!("`{path}`: {message}"));
                return None;
            }
        };
        if function == "loadTextContent" {
            self.compiler.loaded.insert(path, text.clone());
            return Some(text.into());
        }
        let parsed = match function {
            "loadJsonContent" => crate::json::parse(&text)
                .map(|node| node.value())
                .map_err(|mistake| {
                    let source = source::Source::new(path.as_str(), text.as_str());
                    let place = source.position(mistake.span.start);
                    format!(
                        "line {}, column {}: {}",
                        place.line, place.column, mistake.message
                    )
                }),
            _ => serde_saphyr::from_str::<Value>(&text).map_err(|error| {
                error
                    .without_snippet()
                    .to_string()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            }),
        };
        let value = match parsed {
            Ok(value) => value,
            Err(message) => {
                self.error(asked.span, "BCP186", format!("cannot read `{path}`: {message}"));
                return None;
            }
        };
        match arguments.get(1) {
            Some(tree) => {
                let query = self.constant(tree)?;
                let found = select(&value, &query).unwrap_or_default();
                match found[..] {
                    [] => {
                        self.error(tree.span, "BCP235", format!("`{path}` has nothing at `{query}`"));
                        None
                    }
                    [only] => Some(only.clone()),
                    _ => Some(found.into_iter().cloned().collect()),
                }
            }
            None => Some(value),
        }
    }

    fn listing(&mut self, folder: &str, pattern: Option<&Tree>) -> Option<Value> {
        let pattern = match pattern {
            Some(tree) => self.constant(tree)?,
            None => "*".to_owned(),
        };
        let names = self.compiler.files.list(folder);
        let files = names
            .iter()
            .filter(|name| crate::functions::matches_pattern(name, &pattern))
            .map(|name| {
                let (stem, extension) = name
                    .rsplit_once('.')
                    .map_or((name.as_str(), String::new()), |(stem, it)| {
                        (stem, format!(".{it}"))
                    });
                json!({ "relativePath": name, "baseName": stem, "fileName": name, "extension": extension })
            });
        Some(files.collect::<Vec<_>>().into())
    }
}

fn decode(bytes: &[u8], encoding: &str) -> Result<String, String> {
    let wide = |bytes: &[u8], big: bool| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| {
                if big {
                    u16::from_be_bytes([pair[0], pair[1]])
                } else {
                    u16::from_le_bytes([pair[0], pair[1]])
                }
            })
            .collect();
        String::from_utf16(&units).map_err(|_| "the file is no text in UTF-16".to_owned())
    };
    let text = match encoding.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => {
            String::from_utf8(bytes.to_vec()).map_err(|_| "the file is no text in UTF-8".to_owned())?
        }
        "iso-8859-1" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        "utf-16" => wide(bytes, false)?,
        "utf-16be" => wide(bytes, true)?,
        other => {
            return Err(format!(
                "`{other}` is no encoding; there are us-ascii, iso-8859-1, utf-8, utf-16BE and utf-16"
            ));
        }
    };
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use crate::functions::matches_pattern;

    #[test]
    fn patterns_match_names() {
        assert!(
            matches_pattern("policy.xml", "*.xml") && matches_pattern("a", "?") && matches_pattern("", "*")
        );
        assert!(!matches_pattern("policy.xml", "*.json") && !matches_pattern("ab", "?"));
    }
}
