use super::FileCompiler;
use super::references::{Target, Touched, symbolic};
use super::scopes::Scope;
use super::unit::{Declared, children, type_span};
use crate::functions::Shape;
use crate::syntax::tree::{Decorator, Element, Expr as Tree, ExprKind, Member};
use crate::template::{Expr, Place, Resource, ResourceLoop, Target as TemplateTarget};
use source::{Diagnostic, nearest};
use std::rc::Rc;

/// Properties that say where a resource belongs; everything else is sent to Azure.
const PLACEMENT: &[&str] = &["name", "parent", "scope", "dependsOn"];

/// What a declaration that may be a loop comes to, whatever it declares.
pub(super) struct Shell {
    pub(super) each: Option<ResourceLoop>,
    pub(super) condition: Option<Expr>,
    pub(super) locals: Vec<(String, Expr)>,
    pub(super) index: Option<Expr>,
}

impl FileCompiler<'_, '_> {
    /// Compiles a resource and those inside it.
    pub(super) fn resource(&mut self, declared: &Rc<Declared>) {
        let around = self.inside.len();
        self.inside.push(declared.clone());
        let (resource, touched) = self.touching(|this| this.resource_alone(declared));
        if let Some(mut resource) = resource {
            let at = resource.at.clone();
            self.depend(&mut resource, touched, &declared.symbol, &at);
            self.template.resources.insert(declared.symbol.clone(), resource);
        }
        let mut mistakes = Vec::new();
        let inner = children(declared, &mut mistakes);
        mistakes.into_iter().for_each(|mistake| self.note(mistake));
        if !inner.is_empty() && declared.is_list() {
            let span = inner[0].name().span;
            self.error(span, "BCP160", "a resource in a loop has no resources inside it");
        } else {
            let mut names: Vec<&str> = Vec::new();
            for child in &inner {
                if names.contains(&child.name().text.as_str()) {
                    let message = format!("`{}` is declared more than once", child.name().text);
                    self.error(child.name().span, "BCP028", message);
                }
                names.push(&child.name().text);
                self.resource(child);
            }
        }
        self.inside.truncate(around);
    }

    fn resource_alone(&mut self, declared: &Rc<Declared>) -> Option<Resource> {
        let at = self.at(declared.name().span);
        let layers = declared.layers();
        let ExprKind::Object(members) = &layers.body.kind else {
            self.error(layers.body.span, "BCP167", "the body of a resource is an object");
            return None;
        };
        let value = &declared.nested.resource.value;
        let decorators = &declared.nested.decorators;
        let shell = self.shell(value, &declared.symbol, decorators, declared.is_existing());
        let is_extension = self.extension_of(declared).is_some();
        if declared.property("name").is_none() && !is_extension {
            self.error(layers.body.span, "BCP035", "the resource has no `name`");
        }
        let index = shell.index.clone();
        let condition = self.conditions(declared, shell.condition.clone());
        let scope = match is_extension {
            true => Scope::Own(self.template.target),
            false => self.scope_of(declared, index.as_ref()),
        };
        let name = self.full_name(declared, index.as_ref(), &at);
        if !is_extension {
            self.known_at_start(&name, declared.property("name"));
        }
        self.touch_parents(declared, &shell);
        let (depends_on, body) = self.with_locals(shell.locals, |this| {
            let depends_on = this.explicit(declared.property("dependsOn"));
            let placement = if is_extension { &PLACEMENT[3..] } else { PLACEMENT };
            (depends_on, this.body(members, placement, declared.is_existing()))
        });
        let mut resource = Resource {
            extension: self.extension_of(declared),
            at: self.at(type_span(declared)),
            existing: declared.is_existing(),
            r#type: declared.r#type.clone(),
            api_version: declared.api_version.clone(),
            name,
            condition,
            each: shell.each,
            scope: None,
            subscription: None,
            group: None,
            depends_on,
            body,
            module: None,
        };
        self.place_in(&mut resource, scope, declared, &at);
        Some(resource)
    }

    /// Loop and condition of a declaration.
    pub(super) fn shell(
        &mut self,
        value: &Tree,
        symbol: &str,
        decorators: &[Decorator],
        existing: bool,
    ) -> Shell {
        let layers = super::unit::layers(value);
        let batch = self.batch(decorators);
        let mut locals = Vec::new();
        let mut index = None;
        let each = layers.each.map(|each| {
            let at = self.at(each.collection.span);
            let own = Expr::call("copyIndex", vec![Expr::text(symbol, &at)], &at);
            locals = self.locals_of(each, &own);
            index = Some(own);
            let count = self.count_of(each);
            if let Some(place) = count.runtime() {
                self.error_at(
                    &place,
                    "BCP178",
                    "the list must be known before anything is deployed".into(),
                );
            }
            ResourceLoop {
                name: symbol.into(),
                count,
                batch,
            }
        });
        let condition = layers.condition.map(|condition| {
            let condition = self.with_locals(locals.clone(), |this| this.expression(condition));
            self.wants(&condition, Shape::Bool, "BCP046");
            if let Some(place) = condition.runtime().filter(|_| !existing) {
                self.error_at(
                    &place,
                    "BCP177",
                    "the condition must be known before anything is deployed".into(),
                );
            }
            condition
        });
        Shell {
            each,
            condition,
            locals,
            index,
        }
    }

    fn batch(&mut self, decorators: &[Decorator]) -> Option<u64> {
        const KNOWN: &[&str] = &[
            "batchSize",
            "description",
            "metadata",
            "onlyIfNotExists",
            "waitUntil",
            "retryOn",
            "nullIfNotFound",
        ];
        decorators
            .iter()
            .for_each(|decorator| self.check_decorator(decorator, KNOWN));
        let decorator = decorators
            .iter()
            .find(|decorator| decorator.name.text == "batchSize")?;
        let value = self.decorator_value(decorator)?;
        let batch = value.as_u64().filter(|batch| *batch > 0);
        if batch.is_none() {
            self.error(decorator.span, "BCP154", "a batch holds at least one resource");
        }
        batch
    }

    // A resource inside another exists only if the other does.
    fn conditions(&mut self, declared: &Declared, own: Option<Expr>) -> Option<Expr> {
        let mut all: Vec<Expr> = own.into_iter().collect();
        let mut above = declared.parent.clone();
        while let Some(parent) = above {
            if let Some(condition) = parent.layers().condition {
                let condition = condition.clone();
                all.insert(0, self.expression(&condition));
            }
            above = parent.parent.clone();
        }
        let at = all.last()?.at.clone();
        let mut all = all.into_iter();
        let first = all.next()?;
        Some(all.fold(first, |both, next| Expr::call("and", vec![both, next], &at)))
    }

    fn full_name(&mut self, declared: &Rc<Declared>, index: Option<&Expr>, at: &Place) -> Expr {
        let mut names = self.segments(declared, index, at);
        let has_parent = declared.parent.is_some() || declared.property("parent").is_some();
        if !has_parent {
            // As it was written, slashes and all.
            return self.own_name(declared, index, at);
        }
        if names.len() == 1 {
            return names.swap_remove(0);
        }
        let pattern: Vec<String> = (0..names.len()).map(|index| format!("{{{index}}}")).collect();
        names.insert(0, Expr::text(pattern.join("/"), at));
        Expr::call("format", names, at)
    }

    pub(super) fn known_at_start(&mut self, name: &Expr, written: Option<&Tree>) {
        if name.runtime().is_some() {
            let span = written.map_or(name.at.span, |tree| tree.span);
            let diagnostic = Diagnostic::error(
                "BCP120",
                "the name must be known before anything is deployed",
                span,
            )
            .help("properties of a resource are known only afterwards; its `id` and `name` are known before");
            self.note(diagnostic);
        }
    }

    fn touch_parents(&mut self, declared: &Rc<Declared>, shell: &Shell) {
        if let Some(parent) = &declared.parent {
            self.touch(&Target::Resource(parent.clone(), None));
        }
        let Some(parent) = declared.property("parent").cloned() else {
            return;
        };
        self.with_locals(shell.locals.clone(), |this| match this.target(&parent) {
            Some(Target::Resource(above, index)) => {
                if above.is_list() && index.is_none() {
                    let at = this.place(&parent);
                    this.whole_list(&Target::Resource(above.clone(), None), &at);
                }
                let (own, upper) = (
                    declared.r#type.to_ascii_lowercase(),
                    above.r#type.to_ascii_lowercase(),
                );
                let is_below = own
                    .rsplit_once('/')
                    .is_some_and(|(type_above, _)| type_above == upper);
                if !is_below {
                    let message = format!("a `{}` is no parent of a `{}`", above.r#type, declared.r#type);
                    this.error(parent.span, "BCP036", message);
                }
                this.touch(&Target::Resource(above, index));
            }
            _ => {
                let before = this.compiler.findings.len();
                this.expression(&parent);
                if this.compiler.findings.len() == before {
                    this.error(parent.span, "BCP240", "the parent must be the name of a resource");
                }
            }
        });
    }

    /// `dependsOn`, as it was written.
    pub(super) fn explicit(&mut self, tree: Option<&Tree>) -> Vec<Expr> {
        let Some(tree) = tree else { return Vec::new() };
        if let ExprKind::Ternary { yes, no, .. } = &tree.kind {
            // Which of them holds is known only later: both must be there.
            self.explicit(Some(yes));
            return self.explicit(Some(no));
        }
        let ExprKind::Array(elements) = &tree.kind else {
            self.error(
                tree.span,
                "BCP036",
                "`dependsOn` is a list of resources and modules",
            );
            return Vec::new();
        };
        let elements = elements.clone();
        for element in &elements {
            let (Element::Value(value) | Element::Spread(value)) = element;
            match self.target(value) {
                Some(target) => self.touch(&target),
                None => {
                    let (_, touched) = self.touching(|this| this.expression(value));
                    match touched.is_empty() {
                        true => self.error(
                            value.span,
                            "BCP034",
                            "`dependsOn` takes names of resources and modules",
                        ),
                        // `condition ? a : b`, or a list made from one.
                        false => self.touched.extend(touched),
                    }
                }
            }
        }
        Vec::new()
    }

    fn body(&mut self, members: &[Member], placement: &[&str], existing: bool) -> Vec<(Expr, Expr)> {
        let mut body: Vec<(Expr, Expr)> = Vec::new();
        for member in members {
            match member {
                Member::Property { key, value } => {
                    let key = self.expression(key);
                    let name = key.as_text().unwrap_or_default().to_owned();
                    if placement.contains(&name.as_str()) {
                        continue;
                    }
                    if existing {
                        let near = nearest(&name, placement.iter().copied());
                        let message = format!("an existing resource takes no `{name}`");
                        let diagnostic = Diagnostic::warning("BCP073", message, key.at.span).suggest(near);
                        self.note(diagnostic);
                        continue;
                    }
                    if body.iter().any(|(known, _)| known.as_text() == Some(&name)) {
                        self.error(
                            key.at.span,
                            "BCP025",
                            format!("`{name}` stands here more than once"),
                        );
                    }
                    let value = self.expression(value);
                    body.push((key, value));
                }
                Member::Spread(inner) => {
                    self.error(inner.span, "BCP396", "the body of a resource takes no `...`");
                }
                Member::Resource(_) => (),
            }
        }
        body
    }

    fn place_in(&mut self, resource: &mut Resource, scope: Scope, declared: &Declared, at: &Place) {
        let own = self.template.target;
        match scope {
            Scope::Own(_) => (),
            Scope::Subscription(None) if own == TemplateTarget::Subscription => (),
            Scope::ManagementGroup(None) if own == TemplateTarget::ManagementGroup => (),
            Scope::Tenant if own == TemplateTarget::Tenant => (),
            Scope::Extends(id) => resource.scope = Some(id),
            Scope::Tenant => resource.scope = Some(Expr::text("/", at)),
            other if !declared.is_existing() => {
                let span = declared.property("scope").map_or(at.span, |tree| tree.span);
                let diagnostic =
                    Diagnostic::error("BCP139", "a resource is deployed where its file is", span)
                        .help("put it into a module, and give the module the scope");
                self.note(diagnostic);
                drop(other);
            }
            Scope::Group { subscription, group } => {
                resource.subscription = subscription;
                resource.group = Some(group);
            }
            Scope::Subscription(id) => {
                let id = id.unwrap_or_else(|| {
                    Expr::call("subscription", Vec::new(), at).member("subscriptionId", at)
                });
                resource.subscription = Some(id);
            }
            Scope::ManagementGroup(name) => resource.scope = Some(management_group(name, at)),
        }
    }

    /// Adds what was touched to what a resource depends on.
    pub(super) fn depend(&mut self, resource: &mut Resource, touched: Vec<Touched>, own: &str, at: &Place) {
        for Touched { symbol, index } in touched {
            if symbol == own {
                // One of a list may need another of it; a resource that needs itself is a circle.
                let is_known = self
                    .compiler
                    .findings
                    .iter()
                    .any(|it| it.diagnostic.code == "BCP080");
                if !is_known && (index.is_none() || resource.each.is_none()) {
                    self.error(at.span, "BCP080", format!("`{own}` depends on itself"));
                }
                continue;
            }
            // An index that only the loop of another value knows stands for all.
            let index = index.filter(|index| is_known_in(index, own));
            let dependency = symbolic(&symbol, index.as_ref(), at);
            if !resource.depends_on.contains(&dependency) {
                resource.depends_on.push(dependency);
            }
        }
    }

    pub(super) fn extension_of(&self, declared: &Declared) -> Option<String> {
        let version = declared.api_version.as_bytes();
        let is_date = version.len() >= 10
            && version[..10]
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b'-');
        if is_date {
            return None;
        }
        let namespace = declared
            .r#type
            .split(['/', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let aliases = self.template.extensions.iter();
        let near = aliases.clone().find(|(alias, name)| {
            let plain = namespace.replace('.', "");
            alias.to_ascii_lowercase().contains(&plain) || name.to_ascii_lowercase().contains(&plain)
        });
        let found = near
            .or(self.template.extensions.first())
            .map(|(alias, _)| alias.clone());
        Some(found.unwrap_or_else(|| "unknown".to_owned()))
    }
}

/// A management group as the scope of a resource.
pub(super) fn management_group(name: Option<Expr>, at: &Place) -> Expr {
    match name {
        Some(name) => {
            let pattern = Expr::text("Microsoft.Management/managementGroups/{0}", at);
            Expr::call("format", vec![pattern, name], at)
        }
        None => Expr::call("managementGroup", Vec::new(), at).member("id", at),
    }
}

fn is_known_in(index: &Expr, own: &str) -> bool {
    let mut known = true;
    index.walk(&mut |it| {
        if let crate::template::Kind::Call(name, arguments) = &it.kind {
            let other = match &**name {
                "copyIndex" => arguments.first().and_then(Expr::as_text) != Some(own),
                "lambdaVariables" => true,
                _ => false,
            };
            known &= !other;
        }
    });
    known
}
