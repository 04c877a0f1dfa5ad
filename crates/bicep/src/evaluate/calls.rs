use super::frame::State;
use super::{Eval, Evaluator, Frame, Iteration, NOT_DEPLOYED, Stop};
use crate::functions::{describe, guid, now};
use crate::template::{Expr, Place};
use serde_json::{Value, json};
use source::{Diagnostic, nearest};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// How deep functions may call each other.
const DEPTH: usize = 100;

impl Evaluator<'_> {
    pub(super) fn special(&mut self, frame: &Rc<Frame>, name: &str, arguments: &[Expr], at: &Place) -> Eval {
        match name {
            "if" => {
                let yes = self.flag(frame, &arguments[0], "the condition")?;
                self.value(frame, &arguments[if yes { 1 } else { 2 }])
            }
            "and" | "or" => {
                let ends = name == "or";
                for argument in arguments {
                    if self.flag(frame, argument, "each side")? == ends {
                        return Ok(Arc::new(ends.into()));
                    }
                }
                Ok(Arc::new((!ends).into()))
            }
            "coalesce" => {
                for argument in arguments {
                    let value = self.value(frame, argument)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Arc::new(Value::Null))
            }
            "parameters" | "variables" | "lambdaVariables" => {
                let wanted = self.text(frame, &arguments[0], "the name")?;
                match name {
                    "parameters" => self.parameter(frame, &wanted, at),
                    "variables" => self.variable(frame, &wanted, at),
                    _ => self.lambda_variable(&wanted, at),
                }
            }
            "copyIndex" => self.copy_index(frame, arguments, at),
            "reference" | "references" => self.reference(frame, name, arguments, at),
            "resourceId" | "subscriptionResourceId" | "tenantResourceId" | "managementGroupResourceId" => {
                self.id_function(frame, name, arguments, at)
            }
            "utcNow" => {
                let pattern = match arguments.first() {
                    Some(pattern) => Some(self.text(frame, pattern, "the format")?),
                    None => None,
                };
                let moment = jiff::Timestamp::from_second(self.environment.now).unwrap_or_default();
                let text =
                    now(moment, pattern.as_deref()).map_err(|message| at.stop("wrong-arguments", message))?;
                Ok(Arc::new(text.into()))
            }
            "newGuid" => {
                self.guids += 1;
                let text = format!(
                    "{}-{}-{}",
                    self.environment.seed, self.environment.deployment, self.guids
                );
                Ok(Arc::new(guid(&text).into()))
            }
            "fail" => {
                let message = self.text(frame, &arguments[0], "the message")?;
                Err(at.stop("failed", message))
            }
            "map" | "filter" | "reduce" | "sort" | "toObject" | "mapValues" | "groupBy" => {
                self.with_lambda(frame, name, arguments, at)
            }
            "lambda" => Err(at.stop(
                "BCP238",
                "a lambda stands only as an argument of a function that takes one",
            )),
            "externalInputs" => Err(at.stop("not-supported", "external inputs are not yet supported")),
            _ => self.facts(frame, name, arguments, at),
        }
    }

    fn lambda_variable(&mut self, name: &str, at: &Place) -> Eval {
        let found = self
            .locals
            .lambdas
            .iter()
            .rev()
            .find(|(known, _)| **known == *name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| at.stop("unknown-variable", format!("there is no `{name}` here")))
    }

    // `copyIndex()`, `copyIndex(offset)`, `copyIndex('loop')`, `copyIndex('loop', offset)`.
    fn copy_index(&mut self, frame: &Rc<Frame>, arguments: &[Expr], at: &Place) -> Eval {
        let mut name = None;
        let mut offset = 0;
        for argument in arguments {
            match &*self.value(frame, argument)? {
                Value::String(text) => name = Some(text.clone()),
                Value::Number(number) => offset = number.as_i64().unwrap_or_default(),
                other => {
                    return Err(argument.at.stop(
                        "wrong-type",
                        format!(
                            "this must be the name of a loop or a number, not {}",
                            describe(other)
                        ),
                    ));
                }
            }
        }
        let loops = self.locals.loops.iter().rev();
        let found = match &name {
            Some(name) => loops.clone().find(|it| it.name.eq_ignore_ascii_case(name)),
            None => loops.clone().find(|it| it.is_main),
        };
        let Some(Iteration { index, .. }) = found else {
            let message = match &name {
                Some(name) => format!("there is no loop `{name}` around this"),
                None => "there is no loop around this".to_owned(),
            };
            let near = name
                .as_deref()
                .and_then(|name| nearest(name, loops.map(|it| &*it.name)));
            return Err(Diagnostic::error("invalid-copy", message, at.span)
                .suggest(near)
                .found_in(&at.source)
                .into());
        };
        let index = i64::try_from(*index).unwrap_or(i64::MAX);
        Ok(Arc::new(index.saturating_add(offset).into()))
    }

    /// Functions of namespaces and actions of resources.
    pub(super) fn other_call(
        &mut self,
        frame: &Rc<Frame>,
        name: &str,
        arguments: &[Expr],
        at: &Place,
    ) -> Eval {
        if crate::template::is_list(name) {
            return self.action(frame, name, arguments, at);
        }
        if name == "getSecret" {
            return self.secret(frame, arguments, at);
        }
        if let Some(outer) = frame.outer.clone() {
            return self.other_call(&outer, name, arguments, at);
        }
        let template = frame.template.clone();
        let functions = template.functions.iter();
        let Some((_, function)) = functions
            .clone()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        else {
            let near = nearest(name, functions.map(|(known, _)| known.as_str()));
            let diagnostic = Diagnostic::error(
                "unknown-function",
                format!("there is no function `{name}`"),
                at.span,
            );
            return Err(diagnostic.suggest(near).found_in(&at.source).into());
        };
        if function.parameters.len() != arguments.len() {
            let message = format!(
                "`{name}` takes {} arguments, not {}",
                function.parameters.len(),
                arguments.len()
            );
            return Err(at.stop("wrong-arguments", message));
        }
        if self.depth > DEPTH {
            return Err(at.stop("too-deep", "functions call each other too deeply"));
        }
        let mut values = BTreeMap::new();
        for ((parameter, schema), argument) in function.parameters.iter().zip(arguments) {
            let value = self.value(frame, argument)?;
            self.fitting(&value, schema, frame, &argument.at)?;
            values.insert(parameter.clone(), value);
        }
        self.depth += 1;
        let value = self.apart(|this| {
            this.locals.arguments = Some(values);
            this.value(frame, &function.body)
        });
        self.depth -= 1;
        value
    }

    /// What `deployment()`, `resourceGroup()` and their like tell.
    fn facts(&mut self, frame: &Rc<Frame>, name: &str, arguments: &[Expr], at: &Place) -> Eval {
        let mut values: Vec<Value> = Vec::new();
        for argument in arguments {
            values.push(Arc::unwrap_or_clone(self.value(frame, argument)?));
        }
        let text = |index: usize| values.get(index).and_then(Value::as_str);
        let (environment, scope) = (self.environment, &frame.scope);
        let value = match name {
            "subscription" => {
                let id = text(0).unwrap_or(&scope.subscription);
                json!({
                    "id": format!("/subscriptions/{id}"),
                    "subscriptionId": id,
                    "tenantId": environment.tenant,
                    "displayName": "apimite",
                })
            }
            "resourceGroup" => {
                let group = text(values.len().saturating_sub(1)).unwrap_or(&scope.group);
                let subscription = if values.len() == 2 { text(0) } else { None };
                let subscription = subscription.unwrap_or(&scope.subscription);
                let id = format!("/subscriptions/{subscription}/resourceGroups/{group}");
                let known = self.cloud.get(&id);
                let location = known
                    .as_ref()
                    .and_then(|it| it.get("location")?.as_str())
                    .unwrap_or(&environment.location);
                json!({
                    "id": id,
                    "name": group,
                    "type": "Microsoft.Resources/resourceGroups",
                    "location": location,
                    "tags": known.as_ref().and_then(|it| it.get("tags")).cloned().unwrap_or_else(|| json!({})),
                    "properties": { "provisioningState": "Succeeded" },
                })
            }
            "managementGroup" => {
                let name = text(0).unwrap_or(&scope.management_group);
                json!({
                    "id": format!("/providers/Microsoft.Management/managementGroups/{name}"),
                    "name": name,
                    "type": "Microsoft.Management/managementGroups",
                    "properties": { "tenantId": environment.tenant, "displayName": name },
                })
            }
            "tenant" => {
                json!({ "tenantId": environment.tenant, "countryCode": "US", "displayName": "apimite" })
            }
            "deployment" => self.deployment_facts(frame),
            "deployer" => json!({
                "objectId": environment.deployer,
                "tenantId": environment.tenant,
                "userPrincipalName": "developer@apimite.test",
            }),
            "environment" => public_cloud(),
            "pickZones" => {
                let (count, offset) = (
                    values.get(3).and_then(Value::as_u64).unwrap_or(1),
                    values.get(4).and_then(Value::as_u64).unwrap_or(0),
                );
                (1..=3u64)
                    .skip(usize::try_from(offset).unwrap_or(3))
                    .take(usize::try_from(count).unwrap_or(3))
                    .map(|zone| Value::from(zone.to_string()))
                    .collect()
            }
            "toLogicalZone" | "toPhysicalZone" | "toLogicalZones" | "toPhysicalZones" => values[2].clone(),
            "providers" => {
                json!({ "resourceType": text(1), "locations": [environment.location], "apiVersions": ["2024-01-01"] })
            }
            _ => return Err(at.stop("unknown-function", format!("there is no function `{name}`"))),
        };
        Ok(Arc::new(value))
    }

    fn deployment_facts(&self, frame: &Frame) -> Value {
        let parameters = frame.parameters.borrow();
        let known = parameters.iter().filter_map(|(name, slot)| match slot {
            super::frame::Slot::Known(value) => Some((name.clone(), json!({ "value": **value }))),
            _ => None,
        });
        let parameters: serde_json::Map<String, Value> = known.collect();
        json!({
            "name": frame.name,
            "location": self.environment.location,
            "properties": {
                "mode": "Incremental",
                "provisioningState": "Accepted",
                "parameters": parameters,
                "template": { "contentVersion": "1.0.0.0", "resources": [] },
            },
        })
    }

    /// `reference(...)`, of a resource of the template by symbol, name or id, or of one that exists.
    fn reference(&mut self, frame: &Rc<Frame>, function: &str, arguments: &[Expr], at: &Place) -> Eval {
        let wanted = self.text(frame, &arguments[0], "the resource")?;
        if function == "references" {
            return self.references(frame, &wanted, arguments.get(1), at);
        }
        let full = match arguments.get(2) {
            Some(mode) => self.text(frame, mode, "the mode")?.eq_ignore_ascii_case("full"),
            None => false,
        };
        self.referenced(frame, &wanted, full, at)
    }

    fn references(&mut self, frame: &Rc<Frame>, symbol: &str, mode: Option<&Expr>, at: &Place) -> Eval {
        let full = match mode {
            Some(mode) => self.text(frame, mode, "the mode")?.eq_ignore_ascii_case("full"),
            None => false,
        };
        let count = self.instances(frame, symbol)?.len();
        let mut all = Vec::new();
        for index in 0..count {
            all.push(Arc::unwrap_or_clone(self.referenced(
                frame,
                &format!("{symbol}[{index}]"),
                full,
                at,
            )?));
        }
        Ok(Arc::new(all.into()))
    }

    fn referenced(&mut self, frame: &Rc<Frame>, wanted: &str, full: bool, at: &Place) -> Eval {
        let id = match self.find(frame, wanted)? {
            Some((symbol, index)) => {
                let state = self.deployed(frame, &symbol, index, at)?;
                let instance = self.instance(frame, &symbol, index, at)?;
                match state {
                    State::Done(Some(outputs)) => return Ok(outputs),
                    // Another declaration may have deployed what has the same name.
                    State::Absent if self.cloud.get(&instance).is_none() => {
                        return Err(not_deployed(&symbol, at));
                    }
                    _ => instance,
                }
            }
            None if wanted.starts_with('/') => wanted.to_owned(),
            None => {
                let symbols = frame
                    .template
                    .resources
                    .keys()
                    .map(String::as_str)
                    .filter(|it| !it.starts_with('#'));
                let near = nearest(wanted, symbols);
                let diagnostic = Diagnostic::error(
                    "unknown-resource",
                    format!("the template has no resource `{wanted}`"),
                    at.span,
                );
                return Err(diagnostic.suggest(near).found_in(&at.source).into());
            }
        };
        let Some(found) = self.cloud.get(&id) else {
            let diagnostic = Diagnostic::error(
                "resource-not-found",
                format!("there is no resource `{id}`"),
                at.span,
            )
            .help("an existing resource must have been deployed before, by this template or another one");
            return Err(diagnostic.found_in(&at.source).into());
        };
        Ok(Arc::new(match full {
            true => found,
            false => found.get("properties").cloned().unwrap_or_else(|| json!({})),
        }))
    }

    /// `listKeys(resource, version, body)`.
    fn action(&mut self, frame: &Rc<Frame>, name: &str, arguments: &[Expr], at: &Place) -> Eval {
        let Some(first) = arguments.first() else {
            return Err(at.stop(
                "wrong-arguments",
                format!("`{name}` takes at least 1 argument, not 0"),
            ));
        };
        let wanted = self.text(frame, first, "the resource")?;
        let body = match arguments.get(2) {
            Some(body) => Some(self.value(frame, body)?),
            None => None,
        };
        let id = match self.find(frame, &wanted)? {
            Some((symbol, index)) => {
                let state = self.deployed(frame, &symbol, index, at)?;
                let id = self.instance(frame, &symbol, index, at)?;
                if matches!(state, State::Absent) && self.cloud.get(&id).is_none() {
                    return Err(not_deployed(&symbol, at));
                }
                id
            }
            None => wanted,
        };
        match self.cloud.act(name, &id, body.as_deref()) {
            Ok(answer) => Ok(Arc::new(answer)),
            Err(message) => Err(at.stop("resource-not-found", message)),
        }
    }

    fn secret(&mut self, frame: &Rc<Frame>, arguments: &[Expr], at: &Place) -> Eval {
        let [vault, name, ..] = arguments else {
            return Err(at.stop("wrong-arguments", "a secret has a vault and a name"));
        };
        let (vault, name) = (
            self.text(frame, vault, "the vault")?,
            self.text(frame, name, "the secret")?,
        );
        let id = format!("{vault}/secrets/{name}");
        match self.cloud.act("getSecret", &id, None) {
            Ok(answer) => Ok(Arc::new(answer)),
            Err(message) => Err(at.stop("resource-not-found", message)),
        }
    }

    /// The id of one resource of the template.
    fn instance(
        &mut self,
        frame: &Rc<Frame>,
        symbol: &str,
        index: usize,
        at: &Place,
    ) -> Result<String, Stop> {
        let instances = self.instances(frame, symbol)?;
        let found = instances.get(index).map(|it| it.id.clone());
        found.ok_or_else(|| {
            at.stop(
                "missing-property",
                format!("there is no `{symbol}[{index}]`: there are {}", instances.len()),
            )
        })
    }
}

fn not_deployed(symbol: &str, at: &Place) -> Stop {
    let message = format!("`{symbol}` is not deployed: its condition is false");
    let diagnostic = Diagnostic::error(NOT_DEPLOYED, message, at.span)
        .help("ask the same condition before reading from it, or read with `.?`, which gives null");
    diagnostic.found_in(&at.source).into()
}

fn public_cloud() -> Value {
    json!({
        "name": "AzureCloud",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": "https://portal.azure.com",
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    })
}
