use super::Environment;
use crate::template::{Place, Template};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// One deployment: a template, its parameters, where it goes, and what has been found of it so far.
pub(crate) struct Frame {
    pub(crate) template: Rc<Template>,
    pub(crate) parameters: RefCell<BTreeMap<String, Slot>>,
    pub(crate) variables: RefCell<BTreeMap<String, Slot>>,
    /// Resources by symbol, once their names were asked for.
    pub(crate) instances: RefCell<BTreeMap<String, Listed>>,
    /// Symbol and place of each resource of the template, by id in lower case; made when first needed.
    pub(crate) by_id: RefCell<Option<BTreeMap<String, (String, usize)>>>,
    /// What parameters were given, and where, by name in lower case.
    pub(crate) given: BTreeMap<String, (Value, Place)>,
    pub(crate) scope: Scope,
    pub(crate) name: String,
    /// The deployment whose parameters and variables the expressions see, if it is not this one.
    pub(crate) outer: Option<Rc<Frame>>,
}

/// A value that is found when it is first needed.
#[derive(Clone)]
pub(crate) enum Slot {
    /// It is being found: whoever needs it now closes a circle.
    Open,
    Known(Arc<Value>),
    Failed,
}

/// The resources of one declaration.
#[derive(Clone)]
pub(crate) enum Listed {
    Open,
    Failed,
    Known(Rc<Vec<Instance>>),
}

/// One resource of a declaration.
pub(crate) struct Instance {
    pub(crate) id: String,
    /// Full name, with slashes.
    pub(crate) name: String,
    pub(crate) index: Option<usize>,
    pub(crate) state: RefCell<State>,
}

#[derive(Clone)]
pub(crate) enum State {
    Waiting,
    Open,
    /// Deployed; modules hold what `reference` gives.
    Done(Option<Arc<Value>>),
    /// Its condition is false.
    Absent,
    Failed,
}

/// Where a deployment goes.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) target: crate::template::Target,
    pub(crate) subscription: String,
    pub(crate) group: String,
    pub(crate) management_group: String,
}

impl Scope {
    /// The id that ids of resources in it begin with.
    pub(crate) fn id(&self) -> String {
        use crate::template::Target;
        match self.target {
            Target::Group => format!(
                "/subscriptions/{}/resourceGroups/{}",
                self.subscription, self.group
            ),
            Target::Subscription => format!("/subscriptions/{}", self.subscription),
            Target::ManagementGroup => {
                format!(
                    "/providers/Microsoft.Management/managementGroups/{}",
                    self.management_group
                )
            }
            Target::Tenant => String::new(),
        }
    }
}

impl Frame {
    /// The outermost deployment.
    pub(crate) fn new(template: &Rc<Template>, environment: &Environment) -> Frame {
        let scope = Scope {
            target: template.target,
            subscription: environment.subscription.clone(),
            group: environment.group.clone(),
            management_group: environment.management_group.clone(),
        };
        Frame::inside(
            template,
            scope,
            environment.deployment.clone(),
            BTreeMap::new(),
            None,
        )
    }

    pub(crate) fn inside(
        template: &Rc<Template>,
        scope: Scope,
        name: String,
        given: BTreeMap<String, (Value, Place)>,
        outer: Option<Rc<Frame>>,
    ) -> Frame {
        Frame {
            template: template.clone(),
            parameters: RefCell::default(),
            variables: RefCell::default(),
            instances: RefCell::default(),
            by_id: RefCell::default(),
            given,
            scope,
            name,
            outer,
        }
    }
}
