//! What another file exports.

use super::unit::{Symbol, Unit};
use super::{FileCompiler, Place};
use crate::syntax::tree::{Expr as Tree, ExprKind, Imported, StatementKind};
use crate::template::{Expr, Schema, SchemaType};
use source::{Diagnostic, Span, nearest};
use std::rc::Rc;

impl FileCompiler<'_, '_> {
    /// Runs inside the file that an import statement names.
    fn imported<T>(&mut self, statement: usize, run: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let (unit, path) = self.imported_unit(statement)?;
        let prefix = self.prefix_of(&path);
        let outer = (
            std::mem::replace(&mut self.unit, unit),
            std::mem::replace(&mut self.prefix, prefix),
        );
        let result = self.at_top(run);
        (self.unit, self.prefix) = outer;
        Some(result)
    }

    /// What stands in front of the names of another file.
    pub(super) fn prefix_of(&mut self, path: &str) -> String {
        let count = self.imported.len() + 1;
        let prefix = self.imported.entry(path.to_owned());
        prefix.or_insert_with(|| format!("_{count}.")).clone()
    }

    fn imported_unit(&mut self, statement: usize) -> Option<(Rc<Unit>, String)> {
        let unit = self.unit.clone();
        let StatementKind::Import { path, .. } = &unit.file.statements.get(statement)?.kind else {
            return None;
        };
        let ExprKind::Text(text) = &path.kind else {
            self.error(path.span, "BCP047", "the path must be a text without `${...}`");
            return None;
        };
        if text.contains(':') || text.starts_with("br/") || text.starts_with("ts/") {
            self.registry(text, path.span);
            return None;
        }
        let asked = self.place(path);
        let path = self.beside(text);
        let unit = self.compiler.unit(&path, &asked)?;
        Some((unit, path))
    }

    fn exported(&mut self, name: &str, at: &Place) -> Option<Symbol> {
        let unit = self.unit.clone();
        let symbol = unit.symbols.get(name).cloned();
        let statement = match &symbol {
            Some(Symbol::Var(at) | Symbol::Type(at) | Symbol::Func(at)) => unit.file.statements.get(*at),
            _ => None,
        };
        let is_exported = statement.is_some_and(|statement| {
            statement
                .decorators
                .iter()
                .any(|decorator| decorator.name.text == "export")
        });
        if !is_exported {
            let near = nearest(
                name,
                unit.symbols
                    .keys()
                    .map(String::as_str)
                    .filter(|known| *known != name),
            );
            let message = format!("`{}` exports no `{name}`", unit.source.name());
            let mut finding = at.error("BCP360", message);
            finding.diagnostic = match symbol {
                Some(_) => finding.diagnostic.help("put `@export()` in front of it"),
                None => finding.diagnostic.suggest(near),
            };
            self.compiler.note(finding);
            return None;
        }
        symbol
    }

    pub(super) fn imported_value(&mut self, statement: usize, name: &str, at: &Place) -> Expr {
        if self.imports_compiled(statement) {
            let value = self
                .compiled(statement)
                .and_then(|from| self.adopted_value(&from, name, at));
            return value.unwrap_or_else(|| Expr::broken(at));
        }
        let value = self.imported(statement, |this| match this.exported(name, at) {
            Some(Symbol::Var(_)) => Some(this.variable(name, at)),
            Some(_) => {
                this.error_at(at, "BCP063", format!("`{name}` is no value"));
                None
            }
            None => None,
        });
        value.flatten().unwrap_or_else(|| Expr::broken(at))
    }

    /// A call of an imported function, `None` if the name is none.
    pub(super) fn imported_call(
        &mut self,
        statement: usize,
        name: &str,
        arguments: &[Tree],
        at: &Place,
    ) -> Option<Expr> {
        let key = match self.imports_compiled(statement) {
            true => self
                .compiled(statement)
                .and_then(|from| self.adopted_function(&from, name))?,
            false => self.imported(statement, |this| match this.exported(name, at) {
                Some(Symbol::Func(_)) => {
                    this.declare_function(name);
                    Some(format!("__bicep.{}{name}", this.prefix))
                }
                _ => None,
            })??,
        };
        let values: Vec<Expr> = arguments.iter().map(|it| self.expression(it)).collect();
        if let Some(function) = self.template.functions.get(&key).cloned() {
            if function.parameters.len() != values.len() {
                let message = format!(
                    "`{name}` takes {} arguments, not {}",
                    function.parameters.len(),
                    values.len()
                );
                self.error(at.span, "BCP071", message);
            }
            for (value, (_, schema)) in values.iter().zip(&function.parameters) {
                self.fits(value, schema, "BCP070");
            }
        }
        Some(Expr::call(&key, values, at))
    }

    pub(super) fn imported_type(&mut self, statement: usize, name: &str, span: Span) -> Schema {
        let at = self.at(span);
        if self.imports_compiled(statement) {
            let schema = self
                .compiled(statement)
                .and_then(|from| self.adopted_type(&from, name, &at));
            return schema.unwrap_or_default();
        }
        let schema = self.imported(statement, |this| match this.exported(name, &at) {
            Some(Symbol::Type(_)) => {
                this.declare_type(name);
                Some(Schema::of(SchemaType::Reference(format!(
                    "{}{name}",
                    this.prefix
                ))))
            }
            Some(_) => {
                this.error_at(&at, "BCP302", format!("`{name}` is no type"));
                None
            }
            None => None,
        });
        schema.flatten().unwrap_or_default()
    }

    /// Reports names that an import asks for in vain, used or not.
    pub(super) fn check_import(&mut self, what: &Imported, path: &Tree) {
        let statements = &self.unit.clone().file.statements;
        let at = statements.iter().position(
            |it| matches!(&it.kind, StatementKind::Import { path: it, .. } if it.span == path.span),
        );
        let Some(at) = at else { return };
        if self.imports_compiled(at) {
            if let (Some(from), Imported::Names(names)) = (self.compiled(at), what) {
                for (name, _) in names {
                    self.check_compiled(&from, &name.text, &self.at(name.span));
                }
            }
            return;
        }
        match what {
            Imported::All(_) => drop(self.imported(at, |_| ())),
            Imported::Names(names) => {
                for (name, _) in names {
                    let place = self.at(name.span);
                    self.imported(at, |this| drop(this.exported(&name.text, &place)));
                }
            }
        }
    }

    /// Notes that a path leads to a registry.
    pub(super) fn registry(&mut self, path: &str, span: Span) {
        let diagnostic = Diagnostic::error(
            "BCP192",
            format!("`{path}` is in a registry, and apimite fetches nothing"),
            span,
        )
        .help("restore it with `az bicep restore`, or copy the module beside the file and name its path");
        self.note(diagnostic);
    }
}
