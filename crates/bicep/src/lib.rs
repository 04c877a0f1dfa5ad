//! Bicep source or ARM JSON becomes resources.
//!
//! [`load`] reads a file with everything that it names and reports every mistake; [`Loaded::build`] writes the ARM template that
//! Azure's own compiler would make of it; [`Loaded::deploy`] evaluates it and sends each resource to a [`Cloud`] in the order in
//! which they need each other. Both languages become the same `template`, so that there is one evaluator, and a template
//! that was built here deploys as its source does.
//!
//! This crate knows no resource type, no policy and no socket: what a resource means is for whoever implements [`Cloud`].

mod arm; // ARM JSON to a template
mod compile; // Bicep to a template
mod emit; // a template to ARM JSON
mod evaluate; // a template to resources
mod files; // where texts come from
mod functions; // the function table
mod json; // JSON with places
mod parameters; // parameter files
mod request; // a request that carries a template
mod syntax; // Bicep text to a tree
mod template; // what both languages become

use crate::compile::Compiler;
use crate::template::{Place, Template};
use serde_json::Value;
use source::{Finding, Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use evaluate::{Cloud, Deployed, Environment, Outcome, OutputValue, Places, Refusal};
pub use files::{Disk, Files, Memory};
pub use parameters::{Parameters, parameter_file};
pub use request::{Request, request};

/// A template that was read.
#[derive(Debug)]
pub struct Loaded {
    template: Option<Rc<Template>>,
    /// What is wrong with it, and with everything that it names.
    pub findings: Vec<Finding>,
    /// Every file that was asked for, there or not: a change of one may change the template.
    pub read: BTreeSet<String>,
    /// Texts that were loaded as such, by their paths.
    pub texts: BTreeMap<String, String>,
}

/// Reads the Bicep file or the ARM JSON template at `path`.
pub fn load(path: &str, files: &dyn Files) -> Loaded {
    let mut compiler = Compiler::new(files);
    let asked = Place {
        source: Source::new(path, ""),
        span: Span::default(),
    };
    let template = compiler.template(&files::normal(path), &asked);
    let (findings, read, texts) = compiler.finish();
    Loaded {
        template,
        findings,
        read,
        texts,
    }
}

impl Loaded {
    /// Names of its parameters.
    pub fn parameters(&self) -> Vec<String> {
        let names = self
            .template
            .iter()
            .flat_map(|template| template.parameters.keys().cloned());
        names.collect()
    }

    /// Whether it can be built and deployed.
    pub fn is_good(&self) -> bool {
        self.template.is_some()
    }

    /// The ARM template, if there is no mistake in its way.
    pub fn build(&self) -> Option<Value> {
        self.template.as_deref().map(emit::template)
    }

    /// Deploys it with the values of its parameters. Findings of severity error mean that something was not deployed.
    pub fn deploy(
        &self,
        parameters: &Parameters,
        environment: &Environment,
        cloud: &mut dyn Cloud,
    ) -> (Outcome, Vec<Finding>) {
        match &self.template {
            Some(template) => evaluate::deploy(template, parameters, environment, cloud),
            None => (Outcome::default(), Vec::new()),
        }
    }
}
