//! Resource ids.

use super::frame::Scope;
use super::{Eval, Evaluator, Frame, Stop};
use crate::functions::provider_path;
use crate::template::{Expr, Place, Target};
use std::rc::Rc;
use std::sync::Arc;

impl Evaluator<'_> {
    /// `resourceId` and its like.
    pub(super) fn id_function(
        &mut self,
        frame: &Rc<Frame>,
        name: &str,
        arguments: &[Expr],
        at: &Place,
    ) -> Eval {
        let mut texts = Vec::new();
        for argument in arguments {
            texts.push(self.text(frame, argument, "each part of an id")?);
        }
        // The type is the first that has a namespace with a point in it; a name may have a slash, but stands behind it.
        let type_at = texts
            .iter()
            .position(|text| text.contains('/') && !text.starts_with('/'));
        let Some(type_at) = type_at else {
            return Err(at.stop("invalid-type", format!("`{name}` is given no resource type")));
        };
        let names: Vec<&str> = texts[type_at + 1..].iter().map(String::as_str).collect();
        let path =
            provider_path(&texts[type_at], &names).map_err(|message| at.stop("invalid-id", message))?;
        let scope = scope_of(name, &texts[..type_at], &frame.scope).ok_or_else(|| {
            at.stop(
                "wrong-arguments",
                format!("there are {} too many arguments in front of the type", type_at),
            )
        })?;
        Ok(Arc::new(
            format!("{}/providers/{path}", scope.trim_end_matches('/')).into(),
        ))
    }

    /// Where a resource of a template is: the scope's id in front of `/providers`.
    pub(super) fn place_of(
        &mut self,
        frame: &Rc<Frame>,
        resource: &crate::template::Resource,
    ) -> Result<String, Stop> {
        if let Some(scope) = &resource.scope {
            let id = self.text(frame, scope, "the scope")?;
            return Ok(match id.as_str() {
                "/" => String::new(),
                id if id.starts_with('/') => id.to_owned(),
                // `Microsoft.X/type/name`: a resource beside this one, or a management group.
                id => {
                    let lower = id.to_ascii_lowercase();
                    let own = match lower.starts_with("microsoft.management/managementgroups") {
                        true => String::new(),
                        false => frame.scope.id(),
                    };
                    format!("{own}/providers/{id}")
                }
            });
        }
        let mut scope = frame.scope.clone();
        if let Some(subscription) = &resource.subscription {
            scope.subscription = self.text(frame, subscription, "the subscription")?;
            scope.target = Target::Subscription;
        }
        if let Some(group) = &resource.group {
            scope.group = self.text(frame, group, "the resource group")?;
            scope.target = Target::Group;
        }
        // Resource groups and what belongs to subscriptions and tenants stand there, whoever deploys them.
        Ok(scope.id())
    }
}

/// The id of a resource under the id of its scope.
pub(super) fn join(scope: &str, r#type: &str, name: &str) -> Result<String, String> {
    let lower = r#type.to_ascii_lowercase();
    if lower == "microsoft.resources/resourcegroups" {
        return Ok(format!("{scope}/resourceGroups/{name}"));
    }
    if lower == "microsoft.resources/subscriptions" {
        return Ok(format!("/subscriptions/{name}"));
    }
    let names: Vec<&str> = name.split('/').collect();
    Ok(format!(
        "{}/providers/{}",
        scope.trim_end_matches('/'),
        provider_path(r#type, &names)?
    ))
}

fn scope_of(function: &str, leading: &[String], own: &Scope) -> Option<String> {
    let mut scope = own.clone();
    match (function, leading) {
        ("resourceId", []) => (),
        ("resourceId", [one]) => match is_guid(one) && own.target != Target::Group {
            true => {
                scope.subscription = one.clone();
                scope.target = Target::Subscription;
            }
            false => {
                scope.group = one.clone();
                scope.target = Target::Group;
            }
        },
        ("resourceId", [subscription, group]) => {
            scope = Scope {
                subscription: subscription.clone(),
                group: group.clone(),
                target: Target::Group,
                ..scope
            };
        }
        ("subscriptionResourceId", []) => scope.target = Target::Subscription,
        ("subscriptionResourceId", [subscription]) => {
            scope = Scope {
                subscription: subscription.clone(),
                target: Target::Subscription,
                ..scope
            };
        }
        ("managementGroupResourceId", []) => scope.target = Target::ManagementGroup,
        ("managementGroupResourceId", [group]) => {
            scope = Scope {
                management_group: group.clone(),
                target: Target::ManagementGroup,
                ..scope
            };
        }
        ("tenantResourceId", []) => scope.target = Target::Tenant,
        _ => return None,
    }
    Some(scope.id())
}

fn is_guid(text: &str) -> bool {
    text.parse::<uuid::Uuid>().is_ok()
}
