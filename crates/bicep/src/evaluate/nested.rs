//! Deployments inside deployments, and resources that are not Azure's.

use super::frame::{Instance, Scope, State};
use super::{Evaluator, Frame, Stop};
use crate::template::{Resource, Target};
use serde_json::{Map, Value, json};
use source::Finding;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// How deep modules may hold modules.
const DEPTH: usize = 50;

impl Evaluator<'_> {
    /// Resources of other extensions are not deployed; what was written is what they are.
    pub(super) fn foreign(
        &mut self,
        frame: &Rc<Frame>,
        extension: &str,
        resource: &Resource,
        instance: &Instance,
    ) -> Result<State, Stop> {
        let mut body = self.body(frame, resource)?;
        // By the key that the extension itself knows it by, so that it is the same however the template was written.
        let key = ["uniqueName", "name", "displayName"]
            .iter()
            .find_map(|name| body.get(*name)?.as_str());
        let key = key.unwrap_or(instance.name.as_str());
        let unique = crate::functions::guid(&format!("{}/{key}", resource.r#type));
        let known = |body: &mut Map<String, Value>, name: &str, value: &str| {
            body.entry(name).or_insert_with(|| value.into());
        };
        known(&mut body, "id", &unique);
        known(&mut body, "appId", &crate::functions::guid(&unique));
        if !self.outcome.extensions.iter().any(|known| known == extension) {
            self.outcome.extensions.push(extension.to_owned());
        }
        Ok(State::Done(Some(Arc::new(body.into()))))
    }

    pub(super) fn nested(
        &mut self,
        frame: &Rc<Frame>,
        resource: &Resource,
        module: &crate::template::Module,
        instance: &Instance,
    ) -> Result<State, Stop> {
        if self.depth >= DEPTH {
            return Err(resource.at.stop("too-deep", "modules are nested too deeply"));
        }
        let mut given = BTreeMap::new();
        let mut failed = None;
        for (name, value) in &module.parameters {
            match self.value(frame, value) {
                Ok(it) => {
                    let it = (Arc::unwrap_or_clone(it), value.at.clone());
                    drop(given.insert(name.to_ascii_lowercase(), it));
                }
                Err(stop) => {
                    if let Some(earlier) = failed.replace(stop) {
                        self.report(earlier);
                    }
                }
            }
        }
        if let Some(stop) = failed {
            return Err(stop);
        }
        let missing = module.template.parameters.iter().filter(|(name, parameter)| {
            parameter.default.is_none()
                && !parameter.schema.nullable
                && !given.contains_key(&name.to_ascii_lowercase())
        });
        let missing: Vec<String> = missing.map(|(name, _)| format!("`{name}`")).collect();
        if !missing.is_empty() && module.inner {
            let word = if missing.len() == 1 {
                "parameter"
            } else {
                "parameters"
            };
            let message = format!(
                "the deployment gives no value to the {word} {}",
                missing.join(", ")
            );
            return Err(resource.at.stop("missing-parameter", message));
        }
        let scope = self.scope_of(frame, resource, module.template.target)?;
        let name = instance.name.clone();
        let outer = if module.inner {
            None
        } else {
            Some(frame.outer.clone().unwrap_or_else(|| frame.clone()))
        };
        let inner = Rc::new(Frame::inside(&module.template, scope, name, given, outer));
        let before = self.findings.len();
        self.depth += 1;
        // An outer template's loop goes on inside, as its parameters do.
        let outputs = match module.inner {
            true => self.apart(|this| this.all(&inner)),
            false => self.all(&inner),
        };
        self.depth -= 1;
        if self.findings[before..].iter().any(Finding::is_error) {
            return Err(Stop::Reported);
        }
        let outputs: Map<String, Value> = outputs
            .into_iter()
            .map(|(name, output)| (name, json!({ "type": output.r#type, "value": output.value })))
            .collect();
        self.outcome.resources.push(instance.id.clone());
        let value = json!({ "provisioningState": "Succeeded", "mode": "Incremental", "outputs": outputs });
        Ok(State::Done(Some(Arc::new(value))))
    }

    fn scope_of(&mut self, frame: &Rc<Frame>, resource: &Resource, target: Target) -> Result<Scope, Stop> {
        let mut scope = Scope {
            target,
            ..frame.scope.clone()
        };
        if let Some(subscription) = &resource.subscription {
            scope.subscription = self.text(frame, subscription, "the subscription")?;
        }
        if let Some(group) = &resource.group {
            scope.group = self.text(frame, group, "the resource group")?;
            scope.target = Target::Group;
        }
        if let Some(place) = &resource.scope {
            let id = self.text(frame, place, "the scope")?;
            if target == Target::ManagementGroup {
                scope.management_group = id.rsplit('/').next().unwrap_or_default().to_owned();
            }
        }
        Ok(scope)
    }
}
