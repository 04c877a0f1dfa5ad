use super::Reader;
use crate::json::{Node, NodeKind};
use crate::template::{Expr, Kind, Module, Resource, ResourceLoop, Target, Template};
use source::{Diagnostic, Span};
use std::rc::Rc;

/// What says how a resource is deployed; everything else is sent to Azure.
const PLACEMENT: &[&str] = &[
    "type",
    "apiVersion",
    "name",
    "condition",
    "copy",
    "dependsOn",
    "scope",
    "subscriptionId",
    "resourceGroup",
    "existing",
    "import",
    "extension",
    "comments",
    "resources",
    "metadata",
    "@options",
];

impl Reader<'_> {
    pub(super) fn resources(&mut self, root: &Node, template: &mut Template) {
        match root.get("resources") {
            Some(Node {
                kind: NodeKind::Object(members),
                ..
            }) => {
                for member in members {
                    self.resource(&member.value, member.name.clone(), None, template);
                }
            }
            Some(Node {
                kind: NodeKind::Array(elements),
                ..
            }) => {
                for (at, element) in elements.iter().enumerate() {
                    // No name that an author could write.
                    self.resource(element, format!("#{at}"), None, template);
                }
            }
            Some(other) => self.error(
                other.span,
                "invalid-template",
                "`resources` is a list or an object",
            ),
            None => self.error(
                Span::new(root.span.start, root.span.start + 1),
                "invalid-template",
                "the template has no `resources`",
            ),
        }
    }

    fn resource(&mut self, node: &Node, symbol: String, above: Option<&Resource>, template: &mut Template) {
        if node.members().is_none() {
            return self.error(node.span, "invalid-template", "a resource is an object");
        }
        let Some(mut resource) = self.placed(node, above) else {
            return;
        };
        let is_deployment = resource
            .r#type
            .eq_ignore_ascii_case("Microsoft.Resources/deployments");
        if is_deployment && resource.extension.is_none() && !resource.existing {
            resource.module = self.deployment(node, template.target, &resource);
            if resource.module.is_none() {
                return;
            }
        }
        for member in node.members().unwrap_or_default() {
            let is_placement = PLACEMENT.iter().any(|it| it.eq_ignore_ascii_case(&member.name));
            let is_properties = member.name.eq_ignore_ascii_case("properties");
            let is_template = resource.module.is_some() && is_properties;
            if is_properties && resource.extension.is_some() {
                // What Azure's resources have beside `properties`, those of extensions have inside.
                for member in member.value.members().unwrap_or_default() {
                    let key = Expr::text(member.name.clone(), &self.at(member.span));
                    let value = self.expression(&member.value);
                    resource.body.push((key, value));
                }
                continue;
            }
            if !is_placement && !is_template {
                let key = Expr::text(member.name.clone(), &self.at(member.span));
                let value = self.expression(&member.value);
                resource.body.push((key, value));
            }
        }
        if template.resources.contains_key(&symbol) {
            self.error(
                node.span,
                "duplicate-name",
                format!("`{symbol}` is declared more than once"),
            );
        }
        let inner = node.get("resources").and_then(Node::elements).unwrap_or_default();
        for (at, child) in inner.iter().enumerate() {
            self.resource(child, format!("{symbol}/#{at}"), Some(&resource), template);
        }
        template.resources.insert(symbol, resource);
    }

    /// Everything but what is sent to Azure.
    fn placed(&mut self, node: &Node, above: Option<&Resource>) -> Option<Resource> {
        let mut required = |name: &str| {
            let found = node.get(name);
            if found.is_none() {
                let span = Span::new(node.span.start, node.span.start + 1);
                self.error(span, "invalid-template", format!("the resource has no `{name}`"));
            }
            found
        };
        let r#type = required("type")?;
        let extension = node.get("import").or(node.get("extension")).and_then(Node::text);
        let extension = extension
            .filter(|alias| *alias != super::AZURE)
            .map(str::to_owned);
        let is_foreign = extension.is_some();
        let (version, name) = match is_foreign {
            true => (node.get("apiVersion"), node.get("name")),
            false => (required("apiVersion"), Some(required("name")?)),
        };
        let mut type_name = r#type.text().unwrap_or_default().to_owned();
        let at = self.at(r#type.span);
        if !type_name.contains('/') && above.is_none() && !is_foreign {
            self.error(
                r#type.span,
                "invalid-type",
                format!("`{type_name}` is no resource type"),
            );
        }
        let mut name = name.map_or_else(
            || Expr::text(type_name.clone(), &at),
            |name| self.expression(name),
        );
        let mut depends_on = Vec::new();
        for dependency in node.get("dependsOn").and_then(Node::elements).unwrap_or_default() {
            depends_on.push(self.expression(dependency));
        }
        if let Some(above) = above {
            // A child in its parent's body: its type and name go on where those of the parent end.
            type_name = format!("{}/{type_name}", above.r#type);
            let pattern = Expr::text("{0}/{1}", &at);
            name = Expr::call("format", vec![pattern, above.name.clone(), name], &at);
        }
        let mut part = |name: &str| {
            node.get(name)
                .filter(|it| it.kind != NodeKind::Null)
                .map(|it| self.expression(it))
        };
        let (condition, scope) = (part("condition"), part("scope"));
        let (subscription, group) = (part("subscriptionId"), part("resourceGroup"));
        let each = match node.get("copy") {
            Some(copy) => Some(self.copy(copy)?),
            None => None,
        };
        let (type_name, api_version) = match (extension.is_some(), type_name.split_once('@')) {
            (true, Some((r#type, version))) => (r#type.to_owned(), version.to_owned()),
            _ => (
                type_name,
                version.and_then(Node::text).unwrap_or_default().to_owned(),
            ),
        };
        Some(Resource {
            at,
            existing: matches!(
                node.get("existing"),
                Some(Node {
                    kind: NodeKind::Bool(true),
                    ..
                })
            ),
            r#type: type_name,
            api_version,
            name,
            condition: condition.or(above.and_then(|it| it.condition.clone())),
            each,
            scope,
            subscription,
            group,
            depends_on,
            body: Vec::new(),
            module: None,
            extension,
        })
    }

    fn copy(&mut self, copy: &Node) -> Option<ResourceLoop> {
        let (Some(name), Some(count)) = (copy.get("name").and_then(Node::text), copy.get("count")) else {
            self.error(
                copy.span,
                "invalid-copy",
                "`copy` of a resource has `name` and `count`",
            );
            return None;
        };
        let mode = copy.get("mode");
        let serial = match mode.map(|it| it.text().unwrap_or_default().to_ascii_lowercase()) {
            None => false,
            Some(mode) if mode == "parallel" => false,
            Some(mode) if mode == "serial" => true,
            Some(mode) => {
                let near = source::nearest(&mode, ["serial", "parallel"]);
                let span = copy.get("mode").map_or(copy.span, |it| it.span);
                let message = "`mode` of a loop is `serial` or `parallel`";
                let diagnostic = Diagnostic::error("invalid-copy", message, span).suggest(near);
                self.findings.push(diagnostic.found_in(self.source));
                false
            }
        };
        self.loop_count(count);
        let batch = copy.get("batchSize");
        if let Some(node) =
            batch.filter(|it| it.text().is_none() && it.value().as_u64().is_none_or(|it| it == 0))
        {
            self.error(node.span, "invalid-copy", "`batchSize` is a number from 1");
        }
        let batch = batch.and_then(|it| it.value().as_u64());
        Some(ResourceLoop {
            name: name.into(),
            count: self.expression(count),
            batch: serial.then_some(batch.unwrap_or(1)),
        })
    }

    /// Notes a count that no loop can have.
    pub(super) fn loop_count(&mut self, count: &Node) {
        let is_expression = count.text().is_some_and(|it| it.starts_with('['));
        let number = count.value().as_i64();
        if !is_expression && number.is_none_or(|it| !(0..=crate::evaluate::LOOP).contains(&it)) {
            let message = format!("a loop runs from 0 to {} times", crate::evaluate::LOOP);
            self.error(count.span, "invalid-copy", message);
        }
    }

    fn deployment(&mut self, node: &Node, own: Target, resource: &Resource) -> Option<Module> {
        let Some(properties) = node.get("properties") else {
            self.error(
                node.span,
                "invalid-template",
                "the deployment has no `properties`",
            );
            return None;
        };
        let Some(inner) = properties.get("template") else {
            let span = properties
                .get("templateLink")
                .map_or(properties.span, |it| it.span);
            let message = "only nested templates are deployed: apimite fetches none from elsewhere";
            self.error(Span::new(span.start, span.start + 1), "not-supported", message);
            return None;
        };
        let scope = properties
            .get("expressionEvaluationOptions")
            .and_then(|it| it.get("scope"));
        let inner_scope = scope
            .and_then(Node::text)
            .is_some_and(|it| it.eq_ignore_ascii_case("inner"));
        let mut template = self.template(inner);
        // Nested templates keep the schema of the outer one whatever they deploy to.
        if template.target == Target::Group && own != Target::Group && resource.group.is_none() {
            template.target = own;
        }
        let mut parameters = Vec::new();
        for member in self.part(properties, "parameters") {
            let value = match (member.value.get("value"), member.value.get("reference")) {
                (Some(value), _) => self.expression(value),
                (None, Some(reference)) => self.secret(reference),
                // The whole of it may be an expression.
                (None, None) => {
                    let at = self.at(member.value.span);
                    self.expression(&member.value).member("value", &at)
                }
            };
            parameters.push((member.name.clone(), value));
        }
        Some(Module {
            template: Rc::new(template),
            parameters,
            inner: inner_scope,
        })
    }

    // A secret of a vault, as `vault.getSecret(name)` asks for it.
    fn secret(&mut self, reference: &Node) -> Expr {
        let at = self.at(reference.span);
        let mut part = |node: Option<&Node>| node.map(|it| self.expression(it));
        let vault = part(reference.get("keyVault").and_then(|it| it.get("id")));
        let name = part(reference.get("secretName"));
        let version = part(reference.get("secretVersion"));
        let arguments: Vec<Expr> = [vault, name, version].into_iter().flatten().collect();
        Expr {
            kind: Kind::Call("getSecret".into(), arguments),
            at,
        }
    }
}
