use super::frame::{Instance, Listed, Slot, State};
use super::order::order;
use super::{
    Cloud, Deployed, Environment, Evaluator, Frame, Iteration, Outcome, OutputValue, Stop, ids, places,
};
use crate::parameters::Parameters;
use crate::template::{Place, Resource, Schema, SchemaType, Template};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use source::{Diagnostic, Finding, nearest};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Deploys a template with the values of its parameters.
pub(crate) fn deploy(
    template: &Rc<Template>,
    parameters: &Parameters,
    environment: &Environment,
    cloud: &mut dyn Cloud,
) -> (Outcome, Vec<Finding>) {
    let mut evaluator = Evaluator::new(cloud, environment);
    let (mut given, unknown) = evaluator.given(parameters);
    for name in &parameters.from_environment {
        let schema = template.parameters.get(name).map(|it| &it.schema.r#type);
        if let (Some(schema), Some((value, _))) = (schema, given.get_mut(name)) {
            meant(value, schema);
        }
    }
    for (name, (_, place)) in &given {
        if !template
            .parameters
            .keys()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            let near = nearest(name, template.parameters.keys().map(String::as_str));
            let message = format!("the template has no parameter `{name}`");
            let diagnostic = Diagnostic::error("unknown-parameter", message, place.span).suggest(near);
            evaluator.findings.push(diagnostic.found_in(&place.source));
        }
    }
    let mut frame = Frame::new(template, environment);
    frame.given = given
        .iter()
        .map(|(name, given)| (name.to_ascii_lowercase(), given.clone()))
        .collect();
    let frame = Rc::new(frame);
    for (name, parameter) in &template.parameters {
        if unknown.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            frame.parameters.borrow_mut().insert(name.clone(), Slot::Failed);
        }
        let is_given = frame.given.contains_key(&name.to_ascii_lowercase());
        if !is_given && parameter.default.is_none() && !parameter.schema.nullable {
            let message = format!("parameter `{name}` has no value");
            let diagnostic = Diagnostic::error("missing-parameter", message, parameter.at.span).help(
                format!("give one with `--parameters {name}=...` or in a parameter file"),
            );
            evaluator.findings.push(diagnostic.found_in(&parameter.at.source));
        }
    }
    let outputs = evaluator.all(&frame);
    evaluator.outcome.outputs = outputs;
    (evaluator.outcome, evaluator.findings)
}

// A text of the environment stands for a number or a bool where one is wanted.
fn meant(value: &mut Value, wanted: &SchemaType) {
    let text = value.as_str().unwrap_or_default();
    let other = match wanted {
        SchemaType::Bool => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        SchemaType::Int => text.parse::<i64>().ok().map(Value::from),
        _ => None,
    };
    if let Some(other) = other {
        *value = other;
    }
}

impl Evaluator<'_> {
    /// The values that were given, secrets of vaults among them, and the names of those that are not known.
    fn given(&mut self, parameters: &Parameters) -> (IndexMap<String, (Value, Place)>, Vec<String>) {
        let (mut given, mut unknown) = (parameters.values.clone(), Vec::new());
        for (name, secret) in &parameters.secrets {
            let id = format!("{}/secrets/{}", secret.vault, secret.name);
            let value = self.cloud.act("getSecret", &id, None).unwrap_or_else(|message| {
                let diagnostic = Diagnostic::error("missing-secret", message, secret.at.span).help(format!(
                    "give the value with `--parameters {name}=...`, or deploy the vault and its secret before"
                ));
                self.findings.push(diagnostic.found_in(&secret.at.source));
                unknown.push(name.clone());
                Value::Null
            });
            given.insert(name.clone(), (value, secret.at.clone()));
        }
        (given, unknown)
    }

    /// Deploys everything of a template, and gives its outputs.
    pub(super) fn all(&mut self, frame: &Rc<Frame>) -> IndexMap<String, OutputValue> {
        let template = frame.template.clone();
        // A value that does not fit is found whether or not anything needs it.
        if frame.outer.is_none() {
            for (name, parameter) in &template.parameters {
                if let Err(stop) = self.parameter(frame, name, &parameter.at) {
                    self.report(stop);
                }
            }
        }
        for symbol in order(&template) {
            let Some(resource) = template.resources.get(symbol).filter(|it| !it.existing) else {
                continue;
            };
            let count = match self.instances(frame, symbol) {
                Ok(instances) => instances.len(),
                Err(stop) => {
                    self.report(stop);
                    continue;
                }
            };
            for index in 0..count {
                if let Err(stop) = self.deployed(frame, symbol, index, &resource.at) {
                    self.report(stop);
                }
            }
        }
        for (name, condition) in &template.asserts {
            match self.flag(frame, condition, "an assertion") {
                Ok(true) => (),
                Ok(false) => self.report(
                    condition
                        .at
                        .stop("assertion", format!("assertion `{name}` does not hold")),
                ),
                Err(stop) => self.report(stop),
            }
        }
        self.outputs(frame)
    }

    fn outputs(&mut self, frame: &Rc<Frame>) -> IndexMap<String, OutputValue> {
        let template = frame.template.clone();
        let mut outputs = IndexMap::new();
        for (name, output) in &template.outputs {
            let value = self.apart(|this| {
                if let Some(condition) = &output.condition
                    && !this.flag(frame, condition, "the condition")?
                {
                    return Ok(None);
                }
                let value = this.value(frame, &output.value)?;
                this.fitting(&value, &output.schema, frame, &output.at)?;
                Ok(Some(value))
            });
            match value {
                Ok(Some(value)) => {
                    let r#type = type_name(&output.schema, &value, &template);
                    outputs.insert(
                        name.clone(),
                        OutputValue {
                            r#type,
                            value: Arc::unwrap_or_clone(value),
                        },
                    );
                }
                Ok(None) => (),
                Err(stop) => self.report(stop),
            }
        }
        outputs
    }

    /// The resources of a declaration, with their names.
    pub(super) fn instances(&mut self, frame: &Rc<Frame>, symbol: &str) -> Result<Rc<Vec<Instance>>, Stop> {
        let known = frame.instances.borrow().get(symbol).cloned();
        let Some(resource) = frame.template.clone().resources.get(symbol).cloned() else {
            return Err(Stop::Reported);
        };
        match known {
            Some(Listed::Known(instances)) => return Ok(instances),
            Some(Listed::Failed) => return Err(Stop::Reported),
            Some(Listed::Open) => {
                return Err(resource
                    .at
                    .stop("BCP080", format!("the name of `{symbol}` depends on itself")));
            }
            None => (),
        }
        frame
            .instances
            .borrow_mut()
            .insert(symbol.to_owned(), Listed::Open);
        let made = self.apart(|this| this.named(frame, &resource));
        let listed = match &made {
            Ok(instances) => Listed::Known(instances.clone()),
            Err(_) => Listed::Failed,
        };
        frame.instances.borrow_mut().insert(symbol.to_owned(), listed);
        made
    }

    fn named(&mut self, frame: &Rc<Frame>, resource: &Resource) -> Result<Rc<Vec<Instance>>, Stop> {
        let count = match &resource.each {
            Some(each) => Some(self.count(frame, &each.count)?),
            None => None,
        };
        let mut instances = Vec::new();
        for index in 0..count.unwrap_or(1) {
            if let Some(each) = &resource.each {
                self.locals.loops.push(Iteration {
                    name: each.name.clone(),
                    index,
                    is_main: true,
                });
            }
            let instance = self.one_named(frame, resource, count.map(|_| index));
            if resource.each.is_some() {
                self.locals.loops.pop();
            }
            instances.push(instance?);
        }
        Ok(Rc::new(instances))
    }

    fn one_named(
        &mut self,
        frame: &Rc<Frame>,
        resource: &Resource,
        index: Option<usize>,
    ) -> Result<Instance, Stop> {
        let new = |id: String, name: String, state: State| Instance {
            id,
            name,
            index,
            state: RefCell::new(state),
        };
        if let Some(condition) = &resource.condition
            && !self.flag(frame, condition, "the condition")?
        {
            // What is not deployed need not have a name.
            let name = self.text(frame, &resource.name, "the name");
            let id = name.and_then(|name| Ok((self.id_of(frame, resource, &name)?, name)));
            let (id, name) = id.unwrap_or_default();
            return Ok(new(id, name, State::Absent));
        }
        let name = self.text(frame, &resource.name, "the name")?;
        if name.is_empty() {
            return Err(resource.name.at.stop("invalid-name", "the name is empty"));
        }
        let id = self.id_of(frame, resource, &name)?;
        Ok(new(id, name, State::Waiting))
    }

    fn id_of(&mut self, frame: &Rc<Frame>, resource: &Resource, name: &str) -> Result<String, Stop> {
        if let Some(extension) = &resource.extension {
            return Ok(format!("/extensions/{extension}/{}/{name}", resource.r#type));
        }
        let scope = self.place_of(frame, resource)?;
        ids::join(&scope, &resource.r#type, name).map_err(|message| {
            let text = format!("`{name}` is no name for this: {message}");
            resource.name.at.stop("invalid-name", text)
        })
    }

    /// Symbol and place of a resource of the template: by symbol, `symbol[index]`, id, or plain name.
    pub(super) fn find(&mut self, frame: &Rc<Frame>, wanted: &str) -> Result<Option<(String, usize)>, Stop> {
        let template = frame.template.clone();
        if template.resources.contains_key(wanted) {
            return Ok(Some((wanted.to_owned(), 0)));
        }
        if let Some((symbol, rest)) = wanted.rsplit_once('[')
            && let Some(index) = rest
                .strip_suffix(']')
                .and_then(|index| index.parse::<usize>().ok())
            && template.resources.contains_key(symbol)
        {
            return Ok(Some((symbol.to_owned(), index)));
        }
        if frame.by_id.borrow().is_none() {
            let mut by_id = BTreeMap::new();
            for symbol in template.resources.keys() {
                // One whose name cannot be found now is not the one that is asked for, or is reported elsewhere.
                let is_existing = template.resources.get(symbol).is_some_and(|it| it.existing);
                if is_existing && self.is_nameless(frame, symbol) {
                    continue;
                }
                let Ok(instances) = self.instances(frame, symbol) else {
                    continue;
                };
                for (index, instance) in instances.iter().enumerate() {
                    by_id.insert(instance.id.to_ascii_lowercase(), (symbol.clone(), index));
                    by_id
                        .entry(instance.name.to_ascii_lowercase())
                        .or_insert((symbol.clone(), index));
                }
                let each = template.resources.get(symbol).and_then(|it| it.each.as_ref());
                if let Some(each) = each {
                    by_id
                        .entry(each.name.to_ascii_lowercase())
                        .or_insert((symbol.clone(), usize::MAX));
                }
            }
            frame.by_id.replace(Some(by_id));
        }
        let by_id = frame.by_id.borrow();
        Ok(by_id
            .as_ref()
            .and_then(|it| it.get(&wanted.to_ascii_lowercase()).cloned()))
    }

    /// Deploys one resource, unless that has been done.
    pub(super) fn deployed(
        &mut self,
        frame: &Rc<Frame>,
        symbol: &str,
        index: usize,
        at: &Place,
    ) -> Result<State, Stop> {
        let instances = self.instances(frame, symbol)?;
        let template = frame.template.clone();
        let (Some(instance), Some(resource)) = (instances.get(index), template.resources.get(symbol)) else {
            let message = format!("there is no `{symbol}[{index}]`: there are {}", instances.len());
            return Err(at.stop("missing-property", message));
        };
        let state = instance.state.borrow().clone();
        match state {
            State::Done(_) | State::Absent => return Ok(state),
            State::Failed => return Err(Stop::Reported),
            State::Open => {
                let message = format!("`{symbol}` depends on itself");
                return Err(at.stop("BCP080", message));
            }
            State::Waiting => (),
        }
        instance.state.replace(State::Open);
        let result = self.apart(|this| {
            if let (Some(each), Some(index)) = (&resource.each, instance.index) {
                this.locals.loops.push(Iteration {
                    name: each.name.clone(),
                    index,
                    is_main: true,
                });
            }
            this.one(frame, symbol, resource, instance)
        });
        match result {
            Ok(state) => {
                instance.state.replace(state.clone());
                Ok(state)
            }
            Err(stop) => {
                instance.state.replace(State::Failed);
                Err(stop)
            }
        }
    }

    fn one(
        &mut self,
        frame: &Rc<Frame>,
        symbol: &str,
        resource: &Resource,
        instance: &Instance,
    ) -> Result<State, Stop> {
        self.dependencies(frame, symbol, resource)?;
        if resource.existing {
            return Ok(State::Done(None));
        }
        if let Some(extension) = &resource.extension {
            return self.foreign(frame, extension, resource, instance);
        }
        if let Some(module) = &resource.module {
            return self.nested(frame, resource, module, instance);
        }
        let body = self.body(frame, resource)?;
        let deployed = Deployed {
            id: instance.id.clone(),
            r#type: resource.r#type.clone(),
            api_version: resource.api_version.clone(),
            name: instance.name.rsplit('/').next().unwrap_or_default().to_owned(),
            body,
            places: places::places(resource),
        };
        let found = deployed.places.clone();
        match self.cloud.put(deployed) {
            Ok(()) => {
                self.outcome.resources.push(instance.id.clone());
                Ok(State::Done(None))
            }
            Err(refusal) => {
                let whole = (resource.at.source.clone(), resource.at.span);
                let (source, span) = found.find(&refusal.pointer).unwrap_or(whole);
                let mut diagnostic = Diagnostic::error(refusal.code, refusal.message, span);
                diagnostic.help = refusal.help;
                Err(diagnostic.found_in(&source).into())
            }
        }
    }

    pub(super) fn body(
        &mut self,
        frame: &Rc<Frame>,
        resource: &Resource,
    ) -> Result<Map<String, Value>, Stop> {
        let mut body = Map::new();
        let mut failed = None;
        for (key, value) in &resource.body {
            let name = self.text(frame, key, "the name of a property")?;
            match self.value(frame, value) {
                Ok(value) => drop(body.insert(name, Arc::unwrap_or_clone(value))),
                // The mistakes of all properties are reported, not only the first.
                Err(stop) => {
                    if let Some(earlier) = failed.replace(stop) {
                        self.report(earlier);
                    }
                }
            }
        }
        match failed {
            Some(stop) => Err(stop),
            None => Ok(body),
        }
    }

    /// Whether the name of a resource cannot be found; it is looked for again when it is needed.
    fn is_nameless(&mut self, frame: &Rc<Frame>, symbol: &str) -> bool {
        match self.instances(frame, symbol) {
            Err(Stop::Found(_)) => {
                frame.instances.borrow_mut().remove(symbol);
                true
            }
            _ => false,
        }
    }

    fn dependencies(&mut self, frame: &Rc<Frame>, symbol: &str, resource: &Resource) -> Result<(), Stop> {
        for dependency in &resource.depends_on {
            let wanted = self.text(frame, dependency, "a dependency")?;
            let Some((other, index)) = self.find(frame, &wanted)? else {
                // Something that this template does not deploy: Azure refuses that.
                if wanted.starts_with('/') && self.cloud.get(&wanted).is_some() {
                    continue;
                }
                let symbols = frame
                    .template
                    .resources
                    .keys()
                    .map(String::as_str)
                    .filter(|it| !it.starts_with('#'));
                let near = nearest(&wanted, symbols);
                let message = format!("`{wanted}` is no resource of this template");
                let diagnostic =
                    Diagnostic::error("unknown-resource", message, dependency.at.span).suggest(near);
                return Err(diagnostic.found_in(&dependency.at.source).into());
            };
            if other == symbol && resource.each.is_some() {
                continue;
            }
            // Azure does not look at an existing resource that nothing is read of: what is wrong with its name is no matter then.
            let is_existing = frame.template.resources.get(&other).is_some_and(|it| it.existing);
            if is_existing && self.is_nameless(frame, &other) {
                continue;
            }
            let is_one = wanted.ends_with(']') || wanted.starts_with('/') && index != usize::MAX;
            let range = match is_one {
                true => index..index + 1,
                false => 0..self.instances(frame, &other)?.len(),
            };
            for index in range {
                self.deployed(frame, &other, index, &dependency.at)?;
            }
        }
        Ok(())
    }
}

fn type_name(schema: &Schema, value: &Value, template: &Template) -> String {
    let mut schema = schema;
    let mut secure = schema.secure;
    // A type may be made of itself.
    for _ in 0..32 {
        let SchemaType::Reference(name) = &schema.r#type else {
            break;
        };
        let Some(inner) = template.definitions.get(name) else {
            break;
        };
        schema = inner;
        secure |= schema.secure;
    }
    let name = match (&schema.r#type, value) {
        (SchemaType::String, _) | (_, Value::String(_)) => "String",
        (SchemaType::Int, _) | (_, Value::Number(_)) => "Int",
        (SchemaType::Bool, _) | (_, Value::Bool(_)) => "Bool",
        (SchemaType::Array, _) | (_, Value::Array(_)) => "Array",
        _ => "Object",
    };
    match secure {
        true => format!("Secure{name}"),
        false => name.to_owned(),
    }
}
