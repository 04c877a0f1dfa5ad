//! A [`Template`] is written as an ARM template that Azure deploys: language version 2.0, with symbolic names.

mod expression;

use crate::template::{
    Additional, Expr, Function, Kind, Module, Output, Resource, Schema, SchemaType, Target, Template,
};
use expression::{Loops, Printer, escaped};
use serde_json::{Map, Value, json};

/// The template as JSON.
pub(crate) fn template(template: &Template) -> Value {
    let mut printer = Printer::default();
    let mut out = Map::new();
    let schema = match template.target {
        Target::Group => "2019-04-01/deploymentTemplate.json",
        Target::Subscription => "2018-05-01/subscriptionDeploymentTemplate.json",
        Target::ManagementGroup => "2019-08-01/managementGroupDeploymentTemplate.json",
        Target::Tenant => "2019-08-01/tenantDeploymentTemplate.json",
    };
    out.insert(
        "$schema".into(),
        format!("https://schema.management.azure.com/schemas/{schema}#").into(),
    );
    out.insert("languageVersion".into(), "2.0".into());
    out.insert("contentVersion".into(), "1.0.0.0".into());
    let mut metadata = Map::new();
    metadata.insert(
        "_generator".into(),
        json!({ "name": "apimite", "version": env!("CARGO_PKG_VERSION") }),
    );
    for (name, value) in &template.metadata {
        metadata.insert(name.clone(), printer.json(value, Loops::Mapped));
    }
    out.insert("metadata".into(), metadata.into());
    if !template.definitions.is_empty() {
        out.insert(
            "definitions".into(),
            object(&template.definitions, |it| self::schema(it).into()),
        );
    }
    if !template.functions.is_empty() {
        out.insert("functions".into(), functions(template, &mut printer));
    }
    if !template.parameters.is_empty() {
        let parameters = object(&template.parameters, |parameter| {
            let mut out = self::schema(&parameter.schema);
            if let Some(default) = &parameter.default {
                out.insert("defaultValue".into(), printer.json(default, Loops::Mapped));
            }
            out.into()
        });
        out.insert("parameters".into(), parameters);
    }
    variables(template, &mut printer, &mut out);
    if !template.extensions.is_empty() {
        let extensions = template
            .extensions
            .iter()
            .map(|(alias, name)| (alias.clone(), json!({ "provider": name, "version": "1.0.0" })));
        out.insert("imports".into(), Value::Object(extensions.collect()));
    }
    out.insert(
        "resources".into(),
        object(&template.resources, |it| resource(it, &mut printer)),
    );
    if !template.outputs.is_empty() {
        out.insert(
            "outputs".into(),
            object(&template.outputs, |it| output(it, &mut printer)),
        );
    }
    if !template.asserts.is_empty() {
        let asserts = template
            .asserts
            .iter()
            .map(|(name, value)| (name.clone(), printer.json(value, Loops::Mapped)));
        out.insert("asserts".into(), Value::Object(asserts.collect()));
    }
    out.into()
}

fn object<T>(items: &indexmap::IndexMap<String, T>, mut write: impl FnMut(&T) -> Value) -> Value {
    let members = items.iter().map(|(name, item)| (name.clone(), write(item)));
    Value::Object(members.collect())
}

fn variables(template: &Template, printer: &mut Printer, out: &mut Map<String, Value>) {
    if template.variables.is_empty() {
        return;
    }
    let mut variables = Map::new();
    let mut copies: Vec<Value> = Vec::new();
    for (name, value) in &template.variables {
        match &value.kind {
            Kind::Loop(inner) => copies.push(printer.copy(name, inner)),
            _ => drop(variables.insert(name.clone(), printer.json(value, Loops::Copied))),
        }
    }
    if !copies.is_empty() {
        variables.insert("copy".into(), copies.into());
    }
    out.insert("variables".into(), variables.into());
}

fn functions(template: &Template, printer: &mut Printer) -> Value {
    let mut namespaces: Map<String, Value> = Map::new();
    for (key, function) in &template.functions {
        let (namespace, name) = key.split_once('.').unwrap_or(("__bicep", key));
        let members = namespaces.entry(namespace).or_insert_with(|| json!({}));
        members[name] = self::function(function, printer);
    }
    let listed = namespaces
        .into_iter()
        .map(|(namespace, members)| json!({ "namespace": namespace, "members": members }));
    listed.collect()
}

fn function(function: &Function, printer: &mut Printer) -> Value {
    let parameters: Vec<Value> = function
        .parameters
        .iter()
        .map(|(name, schema)| {
            let mut out = self::schema(schema);
            out.insert("name".into(), name.as_str().into());
            out.into()
        })
        .collect();
    let mut output = schema(&function.output);
    output.insert("value".into(), printer.json(&function.body, Loops::Mapped));
    json!({ "parameters": parameters, "output": output })
}

fn output(output: &Output, printer: &mut Printer) -> Value {
    let mut out = schema(&output.schema);
    if let Some(condition) = &output.condition {
        out.insert("condition".into(), printer.json(condition, Loops::Mapped));
    }
    match &output.value.kind {
        Kind::Loop(inner) => {
            let count = printer.json(&inner.count, Loops::Mapped);
            let input = printer.within(&inner.name, None, |this| this.json(&inner.input, Loops::Mapped));
            out.insert("copy".into(), json!({ "count": count, "input": input }));
        }
        _ => drop(out.insert("value".into(), printer.json(&output.value, Loops::Mapped))),
    }
    out.into()
}

fn resource(resource: &Resource, printer: &mut Printer) -> Value {
    let mut out = Map::new();
    if resource.existing {
        out.insert("existing".into(), true.into());
    }
    let Some(each) = &resource.each else {
        inside(resource, printer, &mut out);
        return out.into();
    };
    let mut copy = json!({ "name": &*each.name, "count": printer.json(&each.count, Loops::Mapped) });
    if let Some(batch) = each.batch {
        copy["mode"] = "serial".into();
        copy["batchSize"] = batch.into();
    }
    out.insert("copy".into(), copy);
    printer.within(&each.name, Some(&each.name), |printer| {
        inside(resource, printer, &mut out)
    });
    out.into()
}

fn inside(resource: &Resource, printer: &mut Printer, out: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Option<&Expr>, printer: &mut Printer| {
        if let Some(value) = value {
            out.insert(name.to_owned(), printer.json(value, Loops::Mapped));
        }
    };
    put("condition", resource.condition.as_ref(), printer);
    put("scope", resource.scope.as_ref(), printer);
    put("subscriptionId", resource.subscription.as_ref(), printer);
    put("resourceGroup", resource.group.as_ref(), printer);
    if let Some(extension) = &resource.extension {
        let r#type = format!("{}@{}", resource.r#type, resource.api_version);
        out.insert("import".into(), extension.as_str().into());
        out.insert("type".into(), r#type.trim_end_matches('@').into());
        let members: Vec<(Expr, Expr)> = resource.body.clone();
        let whole = Expr {
            kind: Kind::Object(members),
            at: resource.at.clone(),
        };
        out.insert("properties".into(), printer.json(&whole, Loops::Copied));
    } else {
        out.insert("type".into(), resource.r#type.as_str().into());
        out.insert("apiVersion".into(), resource.api_version.as_str().into());
        out.insert("name".into(), printer.json(&resource.name, Loops::Mapped));
        for (key, value) in &resource.body {
            let name = key.as_text().unwrap_or_default();
            let loops = if name == "properties" {
                Loops::Copied
            } else {
                Loops::Mapped
            };
            out.insert(name.to_owned(), printer.json(value, loops));
        }
    }
    if let Some(module) = &resource.module {
        out.insert("properties".into(), self::module(module, printer));
    }
    if !resource.depends_on.is_empty() {
        let all: Vec<Value> = resource
            .depends_on
            .iter()
            .map(|it| printer.json(it, Loops::Mapped))
            .collect();
        out.insert("dependsOn".into(), all.into());
    }
}

fn module(module: &Module, printer: &mut Printer) -> Value {
    let parameters = module
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), parameter(value, printer)));
    let parameters = Value::Object(parameters.collect());
    json!({
        "expressionEvaluationOptions": { "scope": if module.inner { "inner" } else { "outer" } },
        "mode": "Incremental",
        "parameters": parameters,
        "template": template(&module.template),
    })
}

fn parameter(value: &Expr, printer: &mut Printer) -> Value {
    match &value.kind {
        Kind::Call(name, arguments) if &**name == "getSecret" => {
            let mut all = arguments.iter().map(|it| printer.json(it, Loops::Mapped));
            let mut reference = json!({ "keyVault": { "id": all.next() }, "secretName": all.next() });
            if let Some(version) = all.next() {
                reference["secretVersion"] = version;
            }
            json!({ "reference": reference })
        }
        Kind::Loop(inner) => json!({ "copy": [printer.copy("value", inner)] }),
        _ => json!({ "value": printer.json(value, Loops::Copied) }),
    }
}

fn schema(schema: &Schema) -> Map<String, Value> {
    let mut out = Map::new();
    match &schema.r#type {
        SchemaType::Any => (),
        SchemaType::Reference(name) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            out.insert("$ref".into(), format!("#/definitions/{name}").into());
        }
        r#type => {
            let name = match (schema.secure, r#type) {
                (true, SchemaType::String) => "securestring",
                (true, SchemaType::Object) => "secureObject",
                (_, r#type) => r#type.name(),
            };
            out.insert("type".into(), name.into());
        }
    }
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(name.to_owned(), value);
        }
    };
    put("nullable", schema.nullable.then_some(true.into()));
    put(
        "allowedValues",
        schema.allowed.as_ref().map(|it| it.iter().map(escaped).collect()),
    );
    put("minValue", schema.min_value.map(Value::from));
    put("maxValue", schema.max_value.map(Value::from));
    put("minLength", schema.min_length.map(Value::from));
    put("maxLength", schema.max_length.map(Value::from));
    let inner = |it: &Schema| Value::Object(self::schema(it));
    if !schema.properties.is_empty() {
        put("properties", Some(object(&schema.properties, inner)));
    }
    if !schema.prefix.is_empty() {
        put("prefixItems", Some(schema.prefix.iter().map(inner).collect()));
    }
    let additional = |it: &Additional| match it {
        Additional::Forbidden => false.into(),
        Additional::Of(schema) => inner(schema),
    };
    put("additionalProperties", schema.additional.as_ref().map(additional));
    put("items", schema.items.as_ref().map(additional));
    if let Some((property, mapping)) = &schema.discriminator {
        put(
            "discriminator",
            Some(json!({ "propertyName": property, "mapping": object(mapping, inner) })),
        );
    }
    if !schema.metadata.is_empty() {
        let members = schema
            .metadata
            .iter()
            .map(|(name, value)| (name.clone(), escaped(value)));
        put("metadata", Some(Value::Object(members.collect())));
    }
    out
}
