use super::FileCompiler;
use super::references::{Target, symbolic};
use super::resources::management_group;
use super::scopes::Scope;
use super::unit::{layers, property};
use crate::syntax::tree::{Expr as Tree, ExprKind, Member, Module as TreeModule};
use crate::template::{Expr, Kind, Module, Place, Resource, Target as TemplateTarget, Template};
use source::{Diagnostic, nearest};
use std::rc::Rc;

/// What the body of a module may hold.
const KNOWN: &[&str] = &[
    "name",
    "params",
    "scope",
    "dependsOn",
    "identity",
    "extensionConfigs",
];

/// The version of nested deployments.
pub(crate) const DEPLOYMENTS: (&str, &str) = ("Microsoft.Resources/deployments", "2022-09-01");

impl FileCompiler<'_, '_> {
    /// Compiles a module and the file that it names.
    pub(super) fn module(&mut self, module: &Rc<TreeModule>) {
        let at = self.at(module.name.span);
        let template = self.module_template(module);
        let (resource, touched) = self.touching(|this| this.module_alone(module, template.as_ref(), &at));
        if let Some(mut resource) = resource {
            self.depend(&mut resource, touched, &module.name.text, &at);
            self.template.resources.insert(module.name.text.clone(), resource);
        }
    }

    fn module_template(&mut self, module: &TreeModule) -> Option<Rc<Template>> {
        let ExprKind::Text(path) = &module.path.kind else {
            self.error(
                module.path.span,
                "BCP047",
                "the path must be a text without `${...}`",
            );
            return None;
        };
        if path.starts_with("br:")
            || path.starts_with("br/")
            || path.starts_with("ts:")
            || path.starts_with("ts/")
        {
            self.registry(path, module.path.span);
            return None;
        }
        let asked = self.place(&module.path);
        let path = self.beside(path);
        self.compiler.template(&path, &asked)
    }

    fn module_alone(
        &mut self,
        module: &TreeModule,
        template: Option<&Rc<Template>>,
        at: &Place,
    ) -> Option<Resource> {
        let body = layers(&module.value).body;
        let ExprKind::Object(members) = &body.kind else {
            self.error(body.span, "BCP167", "the body of a module is an object");
            return None;
        };
        let symbol = &module.name.text;
        let shell = self.shell(&module.value, symbol, &module.decorators, false);
        for member in members {
            if let Member::Property {
                key:
                    Tree {
                        kind: ExprKind::Text(name),
                        span,
                    },
                ..
            } = member
                && !KNOWN.contains(&name.as_str())
            {
                let near = nearest(name, KNOWN.iter().copied());
                let message = format!("a module takes no `{name}`");
                self.note(Diagnostic::error("BCP037", message, *span).suggest(near));
            }
        }
        let index = shell.index.clone();
        let name = self.module_name(module, index.as_ref(), at);
        self.known_at_start(&name, property(body, "name"));
        let (scope, depends_on, parameters, identity) = self.with_locals(shell.locals, |this| {
            let scope = property(body, "scope").map(|scope| this.scope(scope));
            let depends_on = this.explicit(property(body, "dependsOn"));
            let identity = property(body, "identity").map(|identity| this.expression(identity));
            (scope, depends_on, this.parameters(body, template, at), identity)
        });
        let template = template?.clone();
        let mut resource = Resource {
            at: self.at(module.path.span),
            existing: false,
            r#type: DEPLOYMENTS.0.into(),
            api_version: DEPLOYMENTS.1.into(),
            name,
            condition: shell.condition,
            each: shell.each,
            scope: None,
            subscription: None,
            group: None,
            depends_on,
            body: identity
                .map(|it| (Expr::text("identity", at), it))
                .into_iter()
                .collect(),
            module: Some(Module {
                template: template.clone(),
                parameters,
                inner: true,
            }),
            extension: None,
        };
        self.place_module(&mut resource, scope, template.target, module, at);
        Some(resource)
    }

    fn place_module(
        &mut self,
        resource: &mut Resource,
        scope: Option<Scope>,
        wanted: TemplateTarget,
        module: &TreeModule,
        at: &Place,
    ) {
        let own = self.template.target;
        let scope = scope.unwrap_or(Scope::Own(own));
        let given = match &scope {
            Scope::Own(target) => *target,
            Scope::Group { .. } | Scope::Extends(_) => TemplateTarget::Group,
            Scope::Subscription(_) => TemplateTarget::Subscription,
            Scope::ManagementGroup(_) => TemplateTarget::ManagementGroup,
            Scope::Tenant => TemplateTarget::Tenant,
        };
        if given != wanted || matches!(scope, Scope::Extends(_)) {
            let span =
                property(layers(&module.value).body, "scope").map_or(module.name.span, |tree| tree.span);
            let wants = |target| match target {
                TemplateTarget::Group => "a resource group",
                TemplateTarget::Subscription => "a subscription",
                TemplateTarget::ManagementGroup => "a management group",
                TemplateTarget::Tenant => "the tenant",
            };
            let message = format!(
                "the module is for {}, and its scope is {}",
                wants(wanted),
                wants(given)
            );
            self.error(span, "BCP134", message);
        }
        match scope {
            Scope::Own(_) | Scope::Extends(_) => (),
            Scope::Group { subscription, group } => {
                resource.subscription = subscription;
                resource.group = Some(group);
            }
            Scope::Subscription(id) => {
                let own = || Expr::call("subscription", Vec::new(), at).member("subscriptionId", at);
                resource.subscription = Some(id.unwrap_or_else(own));
            }
            Scope::ManagementGroup(name) => resource.scope = Some(management_group(name, at)),
            Scope::Tenant => resource.scope = Some(Expr::text("/", at)),
        }
    }

    /// The name of a module's deployment, made from its symbol where it has none.
    fn module_name(&mut self, module: &TreeModule, index: Option<&Expr>, at: &Place) -> Expr {
        let parts = layers(&module.value);
        if let Some(name) = property(parts.body, "name").cloned() {
            let found = self.once(format!("{} name", module.name.text), at, |this| {
                let locals = match (parts.each, index) {
                    (Some(each), Some(index)) => this.locals_of(each, index),
                    _ => Vec::new(),
                };
                this.with_locals(locals, |this| this.expression(&name))
            });
            return found.unwrap_or_else(|| Expr::text(String::new(), at));
        }
        let symbol = &module.name.text;
        let deployment = Expr::call("deployment", Vec::new(), at).member("name", at);
        let unique = Expr::call(
            "uniqueString",
            vec![Expr::text(symbol.clone(), at), deployment],
            at,
        );
        let pattern = match index {
            Some(_) => "{0}-{1}-{2}",
            None => "{0}-{1}",
        };
        let mut arguments = vec![Expr::text(pattern, at), Expr::text(symbol.clone(), at)];
        arguments.extend(index.cloned());
        arguments.push(unique);
        Expr::call("format", arguments, at)
    }

    fn parameters(
        &mut self,
        body: &Tree,
        template: Option<&Rc<Template>>,
        at: &Place,
    ) -> Vec<(String, Expr)> {
        let params = property(body, "params");
        let mut given: Vec<(String, Expr)> = Vec::new();
        if let Some(tree) = params {
            let compiled = self.expression(tree);
            match compiled.kind {
                Kind::Object(members) => {
                    for (key, value) in members {
                        match key.as_text().map(str::to_owned) {
                            Some(name) => {
                                self.parameter(&name, &key.at, &value, template);
                                given.push((name, value));
                            }
                            None => {
                                self.error(tree.span, "BCP036", "the name of a parameter must be a constant")
                            }
                        }
                    }
                }
                // A spread: its value is known only when the module is deployed.
                Kind::Call(..) => {
                    let Some(template) = template else { return given };
                    for name in template.parameters.keys() {
                        let key = Expr::text(name.clone(), at);
                        given.push((
                            name.clone(),
                            Expr::call("tryGet", vec![compiled.clone(), key], at),
                        ));
                    }
                    return given;
                }
                _ => self.error(tree.span, "BCP036", "`params` is an object"),
            }
        }
        let Some(template) = template else { return given };
        let missing = template.parameters.iter().filter(|(name, parameter)| {
            parameter.default.is_none()
                && !parameter.schema.nullable
                && !given.iter().any(|(it, _)| it == *name)
        });
        let missing: Vec<String> = missing.map(|(name, _)| format!("`{name}`")).collect();
        if !missing.is_empty() {
            let span = params.map_or(body.span, |tree| tree.span);
            let word = if missing.len() == 1 {
                "parameter"
            } else {
                "parameters"
            };
            let message = format!("the module needs the {word} {}", missing.join(", "));
            // The whole body would be underlined: the name of the module is enough.
            let span = if params.is_some() {
                source::Span::new(span.start, span.start + 1)
            } else {
                at.span
            };
            self.error(span, "BCP035", message);
        }
        given
    }

    fn parameter(&mut self, name: &str, at: &Place, value: &Expr, template: Option<&Rc<Template>>) {
        let Some(template) = template else { return };
        match template.parameters.get(name) {
            Some(parameter) => {
                let is_null = matches!(&value.kind, Kind::Value(value) if value.is_null());
                if !is_null || parameter.default.is_none() {
                    self.fits_there(value, &parameter.schema, &template.definitions, "BCP036");
                }
            }
            None => {
                let near = nearest(name, template.parameters.keys().map(String::as_str));
                let message = format!("the module has no parameter `{name}`");
                let mut finding = at.error("BCP037", message);
                finding.diagnostic = finding.diagnostic.suggest(near);
                self.compiler.note(finding);
            }
        }
    }

    /// `module.name`, `module.outputs`.
    pub(super) fn module_member(
        &mut self,
        module: &Rc<TreeModule>,
        index: Option<&Expr>,
        name: &str,
        base: &Tree,
        at: &Place,
    ) -> Expr {
        let symbolic = symbolic(&module.name.text, index, at);
        match name {
            "name" => self.module_name(module, index, at),
            "outputs" => Expr::call("reference", vec![symbolic], at).member("outputs", at),
            _ => {
                let diagnostic = Diagnostic::error("BCP053", format!("a module has no `{name}`"), base.span)
                    .help("a module has `name` and `outputs`");
                self.note(diagnostic);
                Expr::broken(at)
            }
        }
    }

    /// `module.outputs.name`, `None` if it is something else.
    pub(super) fn output_of(&mut self, base: &Tree, key: &Expr, safe: bool, at: &Place) -> Option<Expr> {
        let outer = match &base.kind {
            ExprKind::Member { base, name, .. } if name.text == "outputs" => base,
            _ => return None,
        };
        let Some(Target::Module(module, index)) = self.target(outer) else {
            return None;
        };
        let target = Target::Module(module.clone(), index.clone());
        if target.is_list() && index.is_none() {
            self.whole_list(&target, at);
        }
        self.touch(&target);
        let outputs = self.module_member(&module, index.as_ref(), "outputs", base, at);
        if let (Some(name), Some(template)) = (key.as_text(), self.module_template(&module))
            && !template.outputs.contains_key(name)
            && !safe
        {
            let near = nearest(name, template.outputs.keys().map(String::as_str));
            let code = if near.is_some() { "BCP083" } else { "BCP053" };
            let message = format!("the module has no output `{name}`");
            self.note(Diagnostic::error(code, message, key.at.span).suggest(near));
        }
        Some(match safe {
            true => Expr::call("tryGet", vec![outputs, key.clone(), Expr::text("value", at)], at),
            false => outputs.index(key.clone(), at).member("value", at),
        })
    }
}
