use super::unit::Symbol;
use super::{FileCompiler, Variable};
use crate::functions::Shape;
use crate::syntax::tree::{
    Decorator, Expr as Tree, ExprKind, Parameter as TreeParameter, StatementKind, Type,
};
use crate::template::{Expr, Function, Output, Parameter, Schema, Target, Template};
use serde_json::Value;
use source::{Diagnostic, nearest};
use std::rc::Rc;

impl FileCompiler<'_, '_> {
    /// Compiles the whole file.
    pub(super) fn template(mut self) -> Template {
        let unit = self.unit.clone();
        for statement in &unit.file.statements {
            if let StatementKind::TargetScope(value) = &statement.kind {
                self.target_scope(value);
            }
        }
        for statement in &unit.file.statements {
            self.declare_parameter_or_type(&statement.decorators, &statement.kind);
        }
        for statement in &unit.file.statements {
            self.statement(&statement.decorators, &statement.kind);
        }
        self.template
    }

    fn target_scope(&mut self, value: &Tree) {
        let name = match &value.kind {
            ExprKind::Text(name) => name.as_str(),
            _ => "",
        };
        self.template.target = match name {
            "resourceGroup" => Target::Group,
            "subscription" => Target::Subscription,
            "managementGroup" => Target::ManagementGroup,
            "tenant" => Target::Tenant,
            _ => {
                let diagnostic = Diagnostic::error("BCP033", "that is no scope of a file", value.span)
                    .help("a file is for 'resourceGroup', 'subscription', 'managementGroup' or 'tenant'");
                self.note(diagnostic);
                Target::Group
            }
        };
    }

    // Types and the types of parameters come first, so that everything else can be checked against them.
    fn declare_parameter_or_type(&mut self, decorators: &[Decorator], kind: &StatementKind) {
        match kind {
            StatementKind::Param {
                name,
                r#type,
                default,
            } => {
                let schema = match (r#type, default) {
                    (Some(r#type), _) => self.schema(r#type, decorators),
                    (None, Some(_)) => Schema::default(),
                    (None, None) => {
                        let diagnostic = Diagnostic::error(
                            "BCP014",
                            format!("parameter `{}` has no type", name.text),
                            name.span,
                        )
                        .help(format!("such as `param {} string`", name.text));
                        self.note(diagnostic);
                        Schema::default()
                    }
                };
                let parameter = Parameter {
                    schema,
                    default: None,
                    at: self.at(name.span),
                };
                self.template.parameters.insert(name.text.clone(), parameter);
            }
            StatementKind::Type { name, .. } => self.declare_type(&name.text),
            _ => (),
        }
    }

    fn statement(&mut self, decorators: &[Decorator], kind: &StatementKind) {
        match kind {
            StatementKind::Param {
                name,
                default: Some(default),
                ..
            } => {
                self.in_default = true;
                let value = self.expression(default);
                self.in_default = false;
                if let Some(at) = value.runtime() {
                    self.error(
                        at.span,
                        "BCP072",
                        "the default value of a parameter must not depend on a resource",
                    );
                }
                if let Some(schema) = self
                    .template
                    .parameters
                    .get(&name.text)
                    .map(|it| it.schema.clone())
                {
                    self.fits(&value, &schema, "BCP033");
                }
                if let Some(parameter) = self.template.parameters.get_mut(&name.text) {
                    parameter.default = Some(value);
                }
            }
            StatementKind::Var { name, .. } => self.declare_variable(&name.text),
            StatementKind::Func { name, .. } => self.declare_function(&name.text),
            StatementKind::Resource(_) | StatementKind::Module(_) => self.declare_resource(kind),
            StatementKind::Output { name, r#type, value } => {
                let schema = match r#type {
                    Some(r#type) => self.schema(r#type, decorators),
                    None => {
                        let message = format!("output `{}` has no type", name.text);
                        self.error(name.span, "BCP146", message);
                        Schema::default()
                    }
                };
                let (value, _) = self.touching(|this| this.expression(value));
                self.fits(&value, &schema, "BCP033");
                let at = self.at(name.span);
                let output = Output {
                    schema,
                    condition: None,
                    value,
                    at,
                };
                if self.template.outputs.insert(name.text.clone(), output).is_some() {
                    let message = format!("output `{}` is declared more than once", name.text);
                    self.error(name.span, "BCP145", message);
                }
            }
            StatementKind::Metadata { name, value } => {
                let value = self.expression(value);
                self.template.metadata.push((name.text.clone(), value));
            }
            StatementKind::Assert { name, value } => {
                let (value, _) = self.touching(|this| this.expression(value));
                if !matches!(value.kind, crate::template::Kind::Object(_)) {
                    self.wants(&value, Shape::Bool, "BCP033");
                    self.template.asserts.push((name.text.clone(), value));
                }
            }
            StatementKind::Extension { name, alias, config } => {
                if let Some(config) = config {
                    self.touching(|this| drop(this.expression(config)));
                }
                let alias = alias.as_ref().unwrap_or(name).text.clone();
                if alias != "az" && alias != "sys" {
                    self.template.extensions.push((alias, name.text.clone()));
                }
            }
            StatementKind::Import { what, path } => self.check_import(what, path),
            StatementKind::Using { path } | StatementKind::Extends { path } => {
                self.error(
                    path.span,
                    "BCP007",
                    "`using` and `extends` stand only in a parameter file",
                );
            }
            StatementKind::Assignment { name, .. } => {
                let diagnostic = Diagnostic::error(
                    "BCP014",
                    format!("parameter `{}` has no type", name.text),
                    name.span,
                )
                .help(format!("write `param {} string = ...`", name.text));
                self.note(diagnostic);
            }
            _ => (),
        }
        self.check_decorators(decorators, kind);
    }

    /// Compiles a variable of this file, once.
    pub(super) fn declare_variable(&mut self, name: &str) {
        let key = format!("{}{name}", self.prefix);
        if self.variables.contains_key(&key) {
            return;
        }
        let unit = self.unit.clone();
        let Some(Symbol::Var(at)) = unit.symbols.get(name) else {
            return;
        };
        let StatementKind::Var { r#type, value, .. } = &unit.file.statements[*at].kind else {
            return;
        };
        self.variables.insert(key.clone(), Variable::Open);
        let before = self.compiler.findings.len();
        let (value, touched) = self.touching(|this| this.at_top(|this| this.expression(value)));
        if let Some(r#type) = r#type {
            let schema = self.schema(r#type, &unit.file.statements[*at].decorators);
            self.fits(&value, &schema, "BCP033");
        }
        let is_broken = self.compiler.findings[before..]
            .iter()
            .any(source::Finding::is_error);
        let variable = match value.runtime().is_some() {
            _ if is_broken => Variable::Broken,
            true => Variable::Inlined(value, touched),
            false => {
                self.template.variables.insert(key.clone(), value);
                // Names and ids are constants, and still whoever uses them depends on the resource.
                match touched.is_empty() {
                    true => Variable::Constant,
                    false => {
                        let at = self.at(unit.file.statements[*at].span);
                        let call = Expr::call("variables", vec![Expr::text(key.clone(), &at)], &at);
                        Variable::Inlined(call, touched)
                    }
                }
            }
        };
        self.variables.insert(key, variable);
    }

    /// Compiles a function of this file, once.
    pub(super) fn declare_function(&mut self, name: &str) {
        let key = format!("__bicep.{}{name}", self.prefix);
        if self.template.functions.contains_key(&key) {
            return;
        }
        let unit = self.unit.clone();
        let Some(Symbol::Func(at)) = unit.symbols.get(name) else {
            return;
        };
        let StatementKind::Func {
            name,
            parameters,
            result,
            body,
        } = &unit.file.statements[*at].kind
        else {
            return;
        };
        if self.open_functions.contains(&key) {
            return self.error(
                name.span,
                "BCP079",
                format!("function `{}` calls itself", name.text),
            );
        }
        self.open_functions.push(key.clone());
        let function = self.at_top(|this| this.function(parameters, result, body));
        self.open_functions.pop();
        self.template.functions.insert(key, function);
    }

    fn function(&mut self, parameters: &[TreeParameter], result: &Type, body: &Tree) -> Function {
        let mut schemas = Vec::new();
        let mut locals = Vec::new();
        for parameter in parameters {
            let schema = match &parameter.r#type {
                Some(r#type) => self.schema(r#type, &[]),
                None => {
                    let message = format!("parameter `{}` has no type", parameter.name.text);
                    self.error(parameter.name.span, "BCP279", message);
                    Schema::default()
                }
            };
            let at = self.at(parameter.name.span);
            let name = parameter.name.text.clone();
            locals.push((
                name.clone(),
                Expr::call("parameters", vec![Expr::text(name.clone(), &at)], &at),
            ));
            schemas.push((name, schema));
        }
        let output = self.schema(result, &[]);
        self.in_function = true;
        let body = self.with_locals(locals, |this| this.expression(body));
        self.fits(&body, &output, "BCP033");
        Function {
            parameters: schemas,
            output,
            body,
        }
    }

    fn check_decorators(&mut self, decorators: &[Decorator], kind: &StatementKind) {
        const VALUES: &[&str] = &[
            "secure",
            "allowed",
            "minValue",
            "maxValue",
            "minLength",
            "maxLength",
            "description",
            "metadata",
            "sealed",
            "discriminator",
            "export",
            "validate",
            "userDefined",
        ];
        let allowed: &[&str] = match kind {
            StatementKind::Param { .. } | StatementKind::Type { .. } | StatementKind::Output { .. } => VALUES,
            StatementKind::Var { .. } | StatementKind::Func { .. } => &["description", "export", "metadata"],
            _ => return,
        };
        for decorator in decorators {
            self.check_decorator(decorator, allowed);
        }
    }

    /// Notes a decorator that is not among `allowed`.
    pub(super) fn check_decorator(&mut self, decorator: &Decorator, allowed: &[&str]) {
        let name = &decorator.name.text;
        if !allowed.contains(&name.as_str()) {
            let near = nearest(name, allowed.iter().copied());
            let message = format!("there is no decorator `{name}` for this");
            let code = if near.is_some() { "BCP082" } else { "BCP057" };
            self.note(Diagnostic::error(code, message, decorator.name.span).suggest(near));
        }
    }

    /// The value of a decorator's argument, which must be a constant.
    pub(super) fn decorator_value(&mut self, decorator: &Decorator) -> Option<Value> {
        let Some(argument) = decorator.arguments.first() else {
            let message = format!("`{}` takes 1 argument, not 0", decorator.name.text);
            self.error(decorator.span, "BCP071", message);
            return None;
        };
        let value = self.expression(argument);
        let folded = crate::evaluate::constant(&value, &self.template);
        if folded.is_none() {
            self.error(argument.span, "BCP032", "the value must be a constant");
        }
        folded
    }

    fn declare_resource(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Resource(nested) => {
                let Some(Symbol::Resource(declared)) =
                    self.unit.symbols.get(&nested.resource.name.text).cloned()
                else {
                    return;
                };
                if Rc::ptr_eq(&declared.nested, nested) {
                    self.resource(&declared);
                }
            }
            StatementKind::Module(module) => self.module(&module.clone()),
            _ => (),
        }
    }
}
