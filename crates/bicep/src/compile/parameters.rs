//! Bicep parameter files.

use super::{Compiler, FileCompiler, Unit};
use crate::evaluate::{self, Environment};
use crate::files::Files;
use crate::parameters::{Parameters, Secret};
use crate::syntax::tree::{Expr as Tree, ExprKind, StatementKind};
use crate::template::{Expr, Kind, Place};
use serde_json::Value;
use source::{Finding, Source, Span};
use std::rc::Rc;

/// The values that a Bicep parameter file gives.
pub(crate) fn parameter_values(
    path: &str,
    files: &dyn Files,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Parameters, Vec<Finding>> {
    let mut compiler = Compiler::new(files);
    let asked = Place {
        source: Source::new(path, ""),
        span: Span::default(),
    };
    let mut parameters = Parameters::default();
    read(&mut compiler, path, &asked, environment, &mut parameters, 0);
    let (findings, read, _) = compiler.finish();
    parameters.read = read;
    match findings.iter().any(Finding::is_error) {
        true => Err(findings),
        false => Ok(parameters),
    }
}

fn read(
    compiler: &mut Compiler<'_>,
    path: &str,
    asked: &Place,
    environment: &dyn Fn(&str) -> Option<String>,
    parameters: &mut Parameters,
    depth: usize,
) {
    let Some(unit) = compiler.unit(path, asked) else {
        return;
    };
    if depth > 20 {
        return compiler
            .findings
            .push(asked.error("BCP278", "parameter files extend each other in a circle"));
    }
    for statement in &unit.file.statements {
        match &statement.kind {
            StatementKind::Using {
                path:
                    Tree {
                        kind: ExprKind::Text(template),
                        ..
                    },
            } => {
                parameters.using = Some(crate::files::beside(path, template));
            }
            StatementKind::Extends {
                path:
                    tree @ Tree {
                        kind: ExprKind::Text(base),
                        ..
                    },
            } => {
                let asked = Place {
                    source: unit.source.clone(),
                    span: tree.span,
                };
                let base = crate::files::beside(path, base);
                read(compiler, &base, &asked, environment, parameters, depth + 1);
            }
            _ => (),
        }
    }
    values(compiler, &unit, environment, parameters);
}

fn values(
    compiler: &mut Compiler<'_>,
    unit: &Rc<Unit>,
    environment: &dyn Fn(&str) -> Option<String>,
    parameters: &mut Parameters,
) {
    let mut file = FileCompiler::new(compiler, unit.clone());
    file.variables_of_environment = Some(environment_values(unit, environment));
    let mut assigned = Vec::new();
    for statement in &unit.file.statements {
        match &statement.kind {
            StatementKind::Assignment { name, value } => {
                let compiled = file.expression(value);
                let at = file.at(name.span);
                assigned.push((name.text.clone(), compiled, at));
            }
            StatementKind::Var { name, .. } => file.declare_variable(&name.text),
            StatementKind::Import { what, path } => file.check_import(what, path),
            StatementKind::Type { .. }
            | StatementKind::Using { .. }
            | StatementKind::Extends { .. }
            | StatementKind::Extension { .. }
            | StatementKind::Func { .. }
            | StatementKind::Metadata { .. }
            | StatementKind::Broken => (),
            _ => file.error(
                statement.span,
                "BCP337",
                "a parameter file holds `using`, `extends`, `param`, `var`, `type` and `import`",
            ),
        }
    }
    if file.compiler.findings.iter().any(Finding::is_error) {
        return;
    }
    let template = Rc::new(file.template);
    for (name, expr, at) in assigned {
        let found = match &expr.kind {
            // A secret is asked for when the template is deployed, not before.
            Kind::Call(function, arguments) if &**function == "getSecret" => {
                secret(&template, arguments, &at).map(|secret| parameters.refer(&name, secret))
            }
            _ => evaluated(&template, &expr).map(|value| parameters.put(&name, value, at)),
        };
        if let Err(findings) = found {
            compiler.findings.extend(findings);
        }
    }
}

fn secret(
    template: &Rc<crate::template::Template>,
    arguments: &[Expr],
    at: &Place,
) -> Result<Secret, Vec<Finding>> {
    let mut texts = Vec::new();
    for argument in arguments {
        let value = evaluated(template, argument)?;
        let Some(text) = value.as_str() else {
            return Err(vec![
                argument
                    .at
                    .error("BCP070", "each part of a secret's name is a string"),
            ]);
        };
        texts.push(text.to_owned());
    }
    let mut texts = texts.into_iter();
    let (Some(vault), Some(name)) = (texts.next(), texts.next()) else {
        return Err(vec![at.error("BCP071", "a secret has a vault and a name")]);
    };
    Ok(Secret {
        vault,
        name,
        version: texts.next(),
        at: at.clone(),
    })
}

fn evaluated(template: &Rc<crate::template::Template>, expr: &Expr) -> Result<Value, Vec<Finding>> {
    let (mut cloud, environment) = (evaluate::Nothing, Environment::default());
    let mut evaluator = evaluate::Evaluator::new(&mut cloud, &environment);
    let frame = Rc::new(evaluate::Frame::new(template, &environment));
    match evaluator.value(&frame, expr) {
        Ok(value) => Ok((*value).clone()),
        Err(stop) => {
            evaluator.report(stop);
            Err(evaluator.findings)
        }
    }
}

// Asked for once, so that the compiler needs no access to the process.
fn environment_values(
    unit: &Unit,
    environment: &dyn Fn(&str) -> Option<String>,
) -> std::collections::BTreeMap<String, String> {
    let words = unit
        .source
        .text()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter_map(|word| Some((word.to_owned(), environment(word)?)))
        .collect()
}
