//! What `AddAnnotation` attaches to the nodes of a tree: values that no serialization shows.

use crate::Value;
use crate::dotnet::Annotation;
use crate::eval::{Cx, cast};
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::types::Type;
use std::sync::Arc;

/// `AddAnnotation(annotation)`.
pub(crate) fn add(all: &mut Vec<Annotation>, annotation: &Value) -> Eval {
    if annotation.is_null() {
        return Err(Exception::argument_null("annotation").into());
    }
    all.push(Arc::new(annotation.clone()));
    Ok(Value::Null)
}

/// `Annotation<T>()`: the first, or null.
pub(crate) fn first(all: &[Annotation], ty: &Type) -> Value {
    values(all, ty).into_iter().next().unwrap_or_default()
}

/// `Annotations<T>()`.
pub(crate) fn sequence(cx: &mut Cx<'_>, all: &[Annotation], ty: &Type) -> Eval {
    let found = values(all, ty);
    cx.charge_values(found.len())?;
    Ok(array::new(ty.clone(), found))
}

/// `RemoveAnnotations<T>()`.
pub(crate) fn remove(all: &mut Vec<Annotation>, ty: &Type) {
    all.retain(|it| {
        !it.downcast_ref::<Value>()
            .is_some_and(|it| cast::is_instance(it, ty))
    });
}

fn values(all: &[Annotation], ty: &Type) -> Vec<Value> {
    let values = all.iter().filter_map(|it| it.downcast_ref::<Value>());
    values.filter(|it| cast::is_instance(it, ty)).cloned().collect()
}
