//! A [`Template`] is deployed: expressions get their values, resources are sent to a [`Cloud`] in the order in which they need each
//! other. Everything is lazy: a resource that is asked for is deployed at that moment, whatever stands in front of it.

mod calls; // functions that need more than their arguments
mod deploy; // resources, nested deployments, outputs
mod expressions;
mod frame; // one deployment and what is known of it
mod ids; // resource ids
mod lambdas; // map, filter, sort, ...
mod nested; // modules, and resources of extensions
mod order; // what is sent first
mod places; // where the parts of a resource were written
pub(crate) mod schema; // whether a value fits

use crate::template::{Expr, Place, Template};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use source::{Finding, Source, Span};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use deploy::deploy;
pub(crate) use expressions::LOOP;
pub(crate) use frame::Frame;

/// Where resources go, and where what is known of them comes from.
pub trait Cloud {
    /// Takes a resource as a deployment sends it.
    ///
    /// # Errors
    /// Why Azure would refuse it.
    fn put(&mut self, resource: Deployed) -> Result<(), Refusal>;

    /// A resource as Azure would give it: `id`, `name`, `type`, `location`, `properties` and so on.
    fn get(&self, id: &str) -> Option<Value>;

    /// What an action of a resource answers, such as `listKeys`.
    ///
    /// # Errors
    /// Why it has no answer.
    fn act(&mut self, function: &str, id: &str, body: Option<&Value>) -> Result<Value, String>;
}

/// Why a resource is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A stable name of the kind of mistake.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// JSON pointer of the part of the resource that is wrong; empty for the whole.
    pub pointer: String,
    /// Advice.
    pub help: Option<String>,
}

/// A resource as a deployment sends it.
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    /// Full resource id.
    pub id: String,
    /// Type, such as `Microsoft.ApiManagement/service/apis`.
    pub r#type: String,
    /// Version of the contract.
    pub api_version: String,
    /// Last segment of the name.
    pub name: String,
    /// `location`, `properties`, `sku` and whatever else was written.
    pub body: Map<String, Value>,
    /// Where it was written.
    pub places: Places,
}

/// Where the parts of a resource were written, by JSON pointer.
#[derive(Debug, Clone, Default)]
pub struct Places(pub BTreeMap<String, (Source, Span)>);

impl Places {
    /// The place of a part, or of the nearest part above it.
    pub fn find(&self, pointer: &str) -> Option<(Source, Span)> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.0.get(pointer) {
                return Some(place.clone());
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}

/// Where a deployment happens, and what Azure would know of it.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Subscription id.
    pub subscription: String,
    /// Tenant id.
    pub tenant: String,
    /// Name of the resource group.
    pub group: String,
    /// Name of the management group.
    pub management_group: String,
    /// Region of the resource group and of the deployment.
    pub location: String,
    /// Name of the deployment.
    pub deployment: String,
    /// Object id of who deploys.
    pub deployer: String,
    /// The moment that `utcNow()` gives, in seconds since 1970.
    pub now: i64,
    /// Seed of `newGuid()`.
    pub seed: u64,
}

impl Default for Environment {
    fn default() -> Environment {
        Environment {
            subscription: "00000000-0000-0000-0000-000000000000".into(),
            tenant: "11111111-1111-1111-1111-111111111111".into(),
            group: "apimite".into(),
            management_group: "apimite".into(),
            location: "eastus".into(),
            deployment: "main".into(),
            deployer: "22222222-2222-2222-2222-222222222222".into(),
            now: 0,
            seed: 42,
        }
    }
}

/// An output of a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputValue {
    /// `String`, `Int`, `Bool`, `Object` or `Array`, and with `Secure` in front for what must not be shown.
    pub r#type: String,
    /// The value.
    pub value: Value,
}

/// What came of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Outputs, in the order of the template.
    pub outputs: IndexMap<String, OutputValue>,
    /// Ids of what was deployed, in that order.
    pub resources: Vec<String>,
    /// Extensions whose resources were passed over.
    pub extensions: Vec<String>,
}

/// What is said of a resource whose condition is false.
pub(crate) const NOT_DEPLOYED: &str = "not-deployed";
/// Steps that one deployment may take: far more than any real one needs.
const STEPS: u64 = 20_000_000;

pub(crate) struct Evaluator<'a> {
    pub(crate) cloud: &'a mut dyn Cloud,
    pub(crate) environment: &'a Environment,
    pub(crate) findings: Vec<Finding>,
    pub(crate) outcome: Outcome,
    pub(crate) locals: Locals,
    /// Modules inside modules.
    pub(crate) depth: usize,
    pub(crate) nesting: usize,
    pub(crate) steps: u64,
    pub(crate) guids: u64,
}

/// What stands only where an expression is.
#[derive(Default)]
pub(crate) struct Locals {
    /// Loops, innermost last.
    pub(crate) loops: Vec<Iteration>,
    pub(crate) lambdas: Vec<(Arc<str>, Arc<Value>)>,
    /// Arguments of the function that is running.
    pub(crate) arguments: Option<BTreeMap<String, Arc<Value>>>,
}

/// Where a loop is.
pub(crate) struct Iteration {
    pub(crate) name: Arc<str>,
    pub(crate) index: usize,
    /// Whether `copyIndex()` without a name means it: loops of resources and outputs, not those of properties.
    pub(crate) is_main: bool,
}

/// Why an expression has no value.
pub(crate) enum Stop {
    Found(Box<Finding>),
    /// Something that it needs failed, and that has been reported.
    Reported,
}

pub(crate) type Eval = Result<Arc<Value>, Stop>;

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Stop {
        Stop::Found(Box::new(finding))
    }
}

impl Place {
    pub(crate) fn stop(&self, code: &'static str, message: impl Into<String>) -> Stop {
        Stop::from(self.error(code, message))
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(cloud: &'a mut dyn Cloud, environment: &'a Environment) -> Evaluator<'a> {
        Evaluator {
            cloud,
            environment,
            findings: Vec::new(),
            outcome: Outcome::default(),
            locals: Locals::default(),
            depth: 0,
            nesting: 0,
            steps: 0,
            guids: 0,
        }
    }

    pub(crate) fn report(&mut self, stop: Stop) {
        if let Stop::Found(finding) = stop
            && !self.findings.contains(&finding)
        {
            self.findings.push(*finding);
        }
    }
}

/// A cloud without anything in it: what needs no resource can be evaluated with it.
pub(crate) struct Nothing;

impl Cloud for Nothing {
    fn put(&mut self, _: Deployed) -> Result<(), Refusal> {
        Ok(())
    }

    fn get(&self, _: &str) -> Option<Value> {
        None
    }

    fn act(&mut self, _: &str, _: &str, _: Option<&Value>) -> Result<Value, String> {
        Err("nothing is deployed".to_owned())
    }
}

/// The value of an expression that needs neither parameters nor resources nor the place of a deployment.
pub(crate) fn constant(value: &Expr, template: &Template) -> Option<Value> {
    let mut is_constant = true;
    let visit = &mut |it: &Expr| {
        if let crate::template::Kind::Call(name, _) = &it.kind {
            let row = crate::functions::find(name);
            let is_pure = row.is_some_and(|row| matches!(row.run, crate::functions::Run::Pure(_)));
            is_constant &= is_pure
                || matches!(
                    &**name,
                    "variables"
                        | "if"
                        | "and"
                        | "or"
                        | "coalesce"
                        | "copyIndex"
                        | "lambdaVariables"
                        | "map"
                        | "filter"
                        | "reduce"
                        | "sort"
                        | "toObject"
                        | "mapValues"
                        | "groupBy"
                )
                || name.contains('.');
        }
    };
    value.walk(visit);
    if !is_constant {
        return None;
    }
    let (mut cloud, environment) = (Nothing, Environment::default());
    let mut evaluator = Evaluator::new(&mut cloud, &environment);
    let frame = Rc::new(Frame::new(&Rc::new(template.clone()), &environment));
    evaluator.value(&frame, value).ok().map(|value| (*value).clone())
}
