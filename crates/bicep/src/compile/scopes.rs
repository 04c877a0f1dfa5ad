//! Where a resource or a module is deployed, and how ids look there.

use super::FileCompiler;
use super::references::Target;
use super::unit::Declared;
use crate::syntax::tree::{Expr as Tree, ExprKind};
use crate::template::{Expr, Place, Target as TemplateTarget};
use std::rc::Rc;

/// A scope.
#[derive(Debug, Clone)]
pub(crate) enum Scope {
    /// That of the template.
    Own(TemplateTarget),
    /// `resourceGroup(name)`, `resourceGroup(subscription, name)`.
    Group { subscription: Option<Expr>, group: Expr },
    /// `subscription()`, `subscription(id)`.
    Subscription(Option<Expr>),
    /// `managementGroup()`, `managementGroup(name)`.
    ManagementGroup(Option<Expr>),
    /// `tenant()`.
    Tenant,
    /// Another resource, by its id.
    Extends(Expr),
}

impl Scope {
    /// The id of a resource in this scope.
    pub(crate) fn id(&self, r#type: &str, names: Vec<Expr>, at: &Place) -> Expr {
        let call = |function: &str, first: Vec<Expr>| {
            let r#type = Expr::text(r#type, at);
            let arguments = first.into_iter().chain([r#type]).chain(names.clone());
            Expr::call(function, arguments.collect(), at)
        };
        let own_group = || Expr::call("managementGroup", Vec::new(), at).member("id", at);
        match self {
            Scope::Own(TemplateTarget::Group) => call("resourceId", Vec::new()),
            Scope::Own(TemplateTarget::Subscription) | Scope::Subscription(None) => {
                call("subscriptionResourceId", Vec::new())
            }
            Scope::Own(TemplateTarget::ManagementGroup) | Scope::ManagementGroup(None) => {
                call("extensionResourceId", vec![own_group()])
            }
            Scope::Own(TemplateTarget::Tenant) | Scope::Tenant => call("tenantResourceId", Vec::new()),
            Scope::Group { subscription, group } => call(
                "resourceId",
                subscription.iter().cloned().chain([group.clone()]).collect(),
            ),
            Scope::Subscription(Some(id)) => call("subscriptionResourceId", vec![id.clone()]),
            Scope::ManagementGroup(Some(name)) => {
                let id = Expr::call(
                    "tenantResourceId",
                    vec![
                        Expr::text("Microsoft.Management/managementGroups", at),
                        name.clone(),
                    ],
                    at,
                );
                call("extensionResourceId", vec![id])
            }
            Scope::Extends(id) => call("extensionResourceId", vec![id.clone()]),
        }
    }
}

impl FileCompiler<'_, '_> {
    /// The scope of a resource: its own, or that of the resource that it belongs to.
    pub(super) fn scope_of(&mut self, declared: &Rc<Declared>, index: Option<&Expr>) -> Scope {
        let at = self.at(declared.name().span);
        let what = format!("{} scope", declared.symbol);
        let found = self.once(what, &at, |this| this.scope_found(declared, index));
        found.unwrap_or(Scope::Own(self.template.target))
    }

    fn scope_found(&mut self, declared: &Rc<Declared>, index: Option<&Expr>) -> Scope {
        if let Some(parent) = declared.parent.clone() {
            return self.scope_of(&parent, None);
        }
        let locals = self.loop_locals(declared, index);
        let (parent, scope) = (
            declared.property("parent").cloned(),
            declared.property("scope").cloned(),
        );
        self.with_locals(locals, |this| {
            if let Some(Target::Resource(parent, index)) = parent.and_then(|parent| this.target(&parent)) {
                return this.scope_of(&parent, index.as_ref());
            }
            match scope {
                Some(scope) => this.scope(&scope),
                None => Scope::Own(this.template.target),
            }
        })
    }

    /// What a property `scope` says.
    pub(super) fn scope(&mut self, tree: &Tree) -> Scope {
        let at = self.place(tree);
        if let Some(Target::Resource(declared, index)) = self.target(tree) {
            self.touch(&Target::Resource(declared.clone(), index.clone()));
            // A resource group that the template makes is a scope to deploy into.
            let r#type = declared.r#type.to_ascii_lowercase();
            return match r#type.as_str() {
                "microsoft.resources/resourcegroups" => {
                    let group = self.own_name(&declared, index.as_ref(), &at);
                    let subscription = match self.scope_of(&declared, index.as_ref()) {
                        Scope::Subscription(id) => id,
                        _ => None,
                    };
                    Scope::Group { subscription, group }
                }
                "microsoft.management/managementgroups" => {
                    Scope::ManagementGroup(Some(self.own_name(&declared, index.as_ref(), &at)))
                }
                _ => Scope::Extends(self.id(&declared, index.as_ref(), &at)),
            };
        }
        let (name, arguments) = match &tree.kind {
            ExprKind::Call { name, arguments } | ExprKind::Method { name, arguments, .. } => {
                (name, arguments)
            }
            _ => return self.unclear_scope(tree),
        };
        let mut values: Vec<Expr> = arguments.iter().map(|it| self.expression(it)).collect();
        match (name.text.as_str(), values.len()) {
            ("resourceGroup", 0) => Scope::Own(TemplateTarget::Group),
            ("resourceGroup", 1) => Scope::Group {
                subscription: None,
                group: values.swap_remove(0),
            },
            ("resourceGroup", 2) => {
                let group = values.swap_remove(1);
                Scope::Group {
                    subscription: values.pop(),
                    group,
                }
            }
            ("subscription", 0 | 1) => Scope::Subscription(values.pop()),
            ("managementGroup", 0 | 1) => Scope::ManagementGroup(values.pop()),
            ("tenant", 0) => Scope::Tenant,
            _ => self.unclear_scope(tree),
        }
    }

    fn unclear_scope(&mut self, tree: &Tree) -> Scope {
        let diagnostic = source::Diagnostic::error("BCP036", "that is no scope", tree.span)
                .help("a scope is a resource, `resourceGroup(...)`, `subscription(...)`, `managementGroup(...)` or `tenant()`");
        self.note(diagnostic);
        Scope::Own(self.template.target)
    }
}
