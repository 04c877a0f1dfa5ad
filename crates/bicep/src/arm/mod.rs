//! An ARM JSON template becomes a [`Template`].

mod expression;
mod resources;
mod schema;

use crate::json::{Member, Node, NodeKind, parse};
use crate::template::{Expr, Function, Kind, Output, Parameter, Place, Target, Template, ValueLoop};
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span};

pub(crate) use schema::schema;

/// Reads a template. Mistakes are added to `findings`; what could be read is returned.
pub(crate) fn read(source: &Source, findings: &mut Vec<Finding>) -> Option<Template> {
    match parse(source.text()) {
        Ok(node) => {
            let mut reader = Reader { source, findings };
            Some(reader.template(&node))
        }
        Err(mistake) => {
            findings.push(mistake.found_in(source));
            None
        }
    }
}

/// The alias under which Azure's own resources may be declared.
pub(crate) const AZURE: &str = "az";

struct Reader<'a> {
    source: &'a Source,
    findings: &'a mut Vec<Finding>,
}

/// What a template may hold at its top.
const PARTS: &[&str] = &[
    "$schema",
    "contentVersion",
    "languageVersion",
    "apiProfile",
    "metadata",
    "parameters",
    "variables",
    "functions",
    "definitions",
    "resources",
    "outputs",
    "imports",
    "extensions",
    "asserts",
    "rules",
];

impl Reader<'_> {
    fn at(&self, span: Span) -> Place {
        Place {
            source: self.source.clone(),
            span,
        }
    }

    fn error(&mut self, span: Span, code: &'static str, message: impl Into<String>) {
        self.findings
            .push(Diagnostic::error(code, message, span).found_in(self.source));
    }

    fn template(&mut self, root: &Node) -> Template {
        let mut template = Template::new();
        let Some(members) = root.members() else {
            self.error(root.span, "invalid-template", "a template is an object");
            return template;
        };
        for member in members {
            if !PARTS.iter().any(|part| part.eq_ignore_ascii_case(&member.name)) {
                let near = source::nearest(&member.name, PARTS.iter().copied());
                let message = format!("a template has no `{}`", member.name);
                let diagnostic = Diagnostic::error("invalid-template", message, member.span).suggest(near);
                self.findings.push(diagnostic.found_in(self.source));
            }
        }
        template.target = self.target(root);
        for member in self.part(root, "definitions") {
            let schema = schema(&member.value, self.source, self.findings);
            template.definitions.insert(member.name.clone(), schema);
        }
        for member in self.part(root, "parameters") {
            let schema = schema(&member.value, self.source, self.findings);
            let default = member.value.get("defaultValue").map(|it| self.expression(it));
            let parameter = Parameter {
                schema,
                default,
                at: self.at(member.span),
            };
            template.parameters.insert(member.name.clone(), parameter);
        }
        self.variables(root, &mut template);
        self.functions(root, &mut template);
        for member in self.part(root, "outputs") {
            let output = self.output(&member);
            template.outputs.insert(member.name.clone(), output);
        }
        for part in ["imports", "extensions"] {
            for member in self.part(root, part) {
                let name = member
                    .value
                    .get("name")
                    .or(member.value.get("provider"))
                    .and_then(Node::text);
                let name = name.unwrap_or(&member.name).to_owned();
                if name != "AzureResourceManager" {
                    template.extensions.push((member.name.clone(), name));
                }
            }
        }
        for member in self.part(root, "asserts") {
            template
                .asserts
                .push((member.name.clone(), self.expression(&member.value)));
        }
        for member in self.part(root, "metadata") {
            template
                .metadata
                .push((member.name.clone(), self.expression(&member.value)));
        }
        self.resources(root, &mut template);
        template
    }

    /// The members of a part of the template that is an object.
    fn part(&mut self, root: &Node, name: &str) -> Vec<Member> {
        match root.get(name) {
            Some(Node {
                kind: NodeKind::Object(members),
                ..
            }) => members.clone(),
            None
            | Some(Node {
                kind: NodeKind::Null, ..
            }) => Vec::new(),
            Some(other) => {
                self.error(other.span, "invalid-template", format!("`{name}` is an object"));
                Vec::new()
            }
        }
    }

    fn target(&mut self, root: &Node) -> Target {
        let Some(schema) = root.get("$schema") else {
            self.error(
                Span::new(root.span.start, root.span.start + 1),
                "invalid-template",
                "the template has no `$schema`",
            );
            return Target::Group;
        };
        let name = schema.text().unwrap_or_default().to_ascii_lowercase();
        let name = name.trim_end_matches('#').rsplit('/').next().unwrap_or_default();
        match name {
            "deploymenttemplate.json" => Target::Group,
            "subscriptiondeploymenttemplate.json" => Target::Subscription,
            "managementgroupdeploymenttemplate.json" => Target::ManagementGroup,
            "tenantdeploymenttemplate.json" => Target::Tenant,
            _ => {
                self.error(schema.span, "invalid-template", "that is no schema of a template");
                Target::Group
            }
        }
    }

    fn variables(&mut self, root: &Node, template: &mut Template) {
        for member in self.part(root, "variables") {
            if !member.name.eq_ignore_ascii_case("copy") {
                let value = self.expression(&member.value);
                template.variables.insert(member.name.clone(), value);
                continue;
            }
            for (name, value) in self.loops(&member.value) {
                template.variables.insert(name, value);
            }
        }
    }

    fn functions(&mut self, root: &Node, template: &mut Template) {
        let Some(namespaces) = root.get("functions").and_then(Node::elements) else {
            return;
        };
        for namespace in namespaces {
            let prefix = namespace
                .get("namespace")
                .and_then(Node::text)
                .unwrap_or_default()
                .to_owned();
            for member in self.part(namespace, "members") {
                let parameters = member
                    .value
                    .get("parameters")
                    .and_then(Node::elements)
                    .unwrap_or_default();
                let parameters = parameters.iter().map(|parameter| {
                    let name = parameter.get("name").and_then(Node::text).unwrap_or_default();
                    (name.to_owned(), schema(parameter, self.source, self.findings))
                });
                let parameters = parameters.collect();
                let Some(output) = member.value.get("output") else {
                    self.error(member.span, "invalid-template", "the function has no `output`");
                    continue;
                };
                let Some(value) = output.get("value") else {
                    self.error(output.span, "invalid-template", "the output has no `value`");
                    continue;
                };
                let body = self.expression(value);
                let output = schema(output, self.source, self.findings);
                let function = Function {
                    parameters,
                    output,
                    body,
                };
                template
                    .functions
                    .insert(format!("{prefix}.{}", member.name), function);
            }
        }
    }

    fn output(&mut self, member: &Member) -> Output {
        let at = self.at(member.span);
        let value = match (member.value.get("copy"), member.value.get("value")) {
            (Some(copy), _) => self.one_loop("", copy),
            (None, Some(value)) => Some(self.expression(value)),
            (None, None) => {
                self.error(
                    member.span,
                    "invalid-template",
                    format!("output `{}` has no `value`", member.name),
                );
                None
            }
        };
        Output {
            schema: schema(&member.value, self.source, self.findings),
            condition: member.value.get("condition").map(|it| self.expression(it)),
            value: value.unwrap_or_else(|| Expr::value(Value::Null, &at)),
            at,
        }
    }

    /// `copy` of values: names and loops.
    fn loops(&mut self, copy: &Node) -> Vec<(String, Expr)> {
        let Some(elements) = copy.elements() else {
            self.error(copy.span, "invalid-copy", "`copy` of values is a list of loops");
            return Vec::new();
        };
        let mut loops = Vec::new();
        for element in elements {
            let Some(name) = element.get("name").and_then(Node::text).map(str::to_owned) else {
                self.error(element.span, "invalid-copy", "the loop has no `name`");
                continue;
            };
            if let Some(value) = self.one_loop(&name, element) {
                loops.push((name, value));
            }
        }
        loops
    }

    fn one_loop(&mut self, name: &str, node: &Node) -> Option<Expr> {
        let (Some(count), Some(input)) = (node.get("count"), node.get("input")) else {
            self.error(
                node.span,
                "invalid-copy",
                "a loop of values has `count` and `input`",
            );
            return None;
        };
        self.loop_count(count);
        let (count, input) = (self.expression(count), self.expression(input));
        let inner = ValueLoop {
            name: name.into(),
            count,
            input,
        };
        Some(Expr {
            kind: Kind::Loop(Box::new(inner)),
            at: self.at(node.span),
        })
    }

    /// A value with expressions in it.
    fn expression(&mut self, node: &Node) -> Expr {
        let at = self.at(node.span);
        match &node.kind {
            NodeKind::Text(text) => self.text(text, node.span),
            NodeKind::Array(elements) => {
                let elements = elements.iter().map(|it| self.expression(it)).collect();
                Expr {
                    kind: Kind::Array(elements),
                    at,
                }
            }
            NodeKind::Object(members) => {
                let mut out = Vec::new();
                for member in members {
                    let is_loop = member.name.eq_ignore_ascii_case("copy")
                        && member
                            .value
                            .elements()
                            .is_some_and(|it| it.iter().all(|it| it.get("count").is_some()));
                    if is_loop {
                        let loops = self.loops(&member.value);
                        out.extend(
                            loops
                                .into_iter()
                                .map(|(name, value)| (Expr::text(name, &value.at.clone()), value)),
                        );
                        continue;
                    }
                    let key = self.text(&member.name, member.span);
                    out.push((key, self.expression(&member.value)));
                }
                Expr {
                    kind: Kind::Object(out),
                    at,
                }
            }
            _ => Expr::value(node.value(), &at),
        }
    }

    fn text(&mut self, text: &str, span: Span) -> Expr {
        match expression::read(text, span, self.source) {
            Ok(expression) => {
                self.check(&expression);
                expression
            }
            Err(finding) => {
                self.findings.push(finding);
                Expr::value(Value::Null, &self.at(span))
            }
        }
    }

    /// Notes functions that do not exist and counts of arguments that do not fit.
    fn check(&mut self, expression: &Expr) {
        let mut mistakes = Vec::new();
        expression.walk(&mut |it| {
            let Kind::Call(name, arguments) = &it.kind else {
                return;
            };
            let is_list = crate::template::is_list(name);
            let row = crate::functions::find(name)
                .filter(|row| !matches!(row.run, crate::functions::Run::Compiler));
            match row {
                // A namespace: the template's own function.
                None if name.contains('.') || is_list || &**name == "getSecret" => (),
                None => {
                    let near = source::nearest(name, crate::functions::template_names());
                    let diagnostic = Diagnostic::error(
                        "unknown-function",
                        format!("there is no function `{name}`"),
                        it.at.span,
                    );
                    mistakes.push(diagnostic.suggest(near));
                }
                Some(row) if arguments.len() < row.least || arguments.len() > row.most => {
                    let message = format!(
                        "`{}` takes {}, not {}",
                        row.name,
                        crate::functions::counts(row),
                        arguments.len()
                    );
                    mistakes.push(Diagnostic::error("wrong-arguments", message, it.at.span));
                }
                Some(_) => (),
            }
        });
        self.findings
            .extend(mistakes.into_iter().map(|mistake| mistake.found_in(self.source)));
    }
}
