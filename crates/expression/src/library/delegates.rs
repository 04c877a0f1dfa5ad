//! `Func`, `Action` and the other types of functions.

use super::table::{TypeDef, delegate, method};
use crate::Value;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&FUNC, &ACTION, &ACTION_0, &PREDICATE, &COMPARISON, &CONVERTER];

/// `System.Func<..., TResult>`: the last type argument is the result.
pub(crate) static FUNC: TypeDef = delegate("System.Func").generic(&["R"]).variadic();

/// `System.Action<...>`.
pub(crate) static ACTION: TypeDef = delegate("System.Action").generic(&["T"]).variadic();

/// `System.Action`.
pub(crate) static ACTION_0: TypeDef =
    delegate("System.Action").members(&[method("void Invoke()", |_, _, _| Ok(Value::Null))]);

/// `System.Predicate<T>`.
pub(crate) static PREDICATE: TypeDef = delegate("System.Predicate")
    .generic(&["in T"])
    .members(&[method("bool Invoke(T obj)", |_, _, _| Ok(Value::Null))]);

/// `System.Comparison<T>`.
pub(crate) static COMPARISON: TypeDef = delegate("System.Comparison")
    .generic(&["in T"])
    .members(&[method("int Invoke(T x, T y)", |_, _, _| Ok(Value::Null))]);

/// `System.Converter<TInput, TOutput>`.
pub(crate) static CONVERTER: TypeDef = delegate("System.Converter")
    .generic(&["in TInput", "out TOutput"])
    .members(&[method("TOutput Invoke(TInput input)", |_, _, _| Ok(Value::Null))]);

/// Parameters and result of a delegate type. The rows above only tell these; a call runs the function itself.
pub(crate) fn signature(ty: &Type) -> Option<(Vec<Type>, Type)> {
    let Type::Class(def, _) = ty else { return None };
    if !ty.is_delegate() {
        return None;
    }
    let args = ty.args();
    if std::ptr::eq(def.0, &FUNC) {
        let (result, params) = args.split_last()?;
        return Some((params.to_vec(), result.clone()));
    }
    if std::ptr::eq(def.0, &ACTION) {
        return Some((args.to_vec(), Type::Void));
    }
    let invoke = def.0.rows().iter().find(|it| it.name == "Invoke")?;
    Some((
        invoke.params.iter().map(|it| it.ty.with(args)).collect(),
        invoke.result.with(args),
    ))
}

/// The delegate type with these parameters and result.
pub(crate) fn of(params: &[Type], result: &Type) -> Type {
    match (params, result) {
        ([], Type::Void) => Type::class(&ACTION_0),
        (params, Type::Void) => Type::generic(&ACTION, params.to_vec()),
        (params, result) => {
            let mut args = params.to_vec();
            args.push(result.clone());
            Type::generic(&FUNC, args)
        }
    }
}
