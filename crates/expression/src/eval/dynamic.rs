//! What is bound only when it runs: `dynamic`.

use super::code::{Dynamic, Number};
use super::cx::Cx;
use super::{cast, operation};
use crate::Value;
use crate::dotnet::json::TokenType;
use crate::exception::{Eval, Exception, Fault};
use crate::library::{self, MemberKind, Mode, Row, compare, def_of, token};
use crate::types::Type;

fn binder(message: String) -> Fault {
    Exception::new("Microsoft.CSharp.RuntimeBinder.RuntimeBinderException", message).into()
}

fn on_null() -> Fault {
    binder("Cannot perform runtime binding on a null reference".to_owned())
}

pub(super) fn eval(cx: &mut Cx<'_>, what: &Dynamic) -> Eval {
    match what {
        Dynamic::Get(object, name) => {
            let object = object.eval(cx)?;
            get(cx, &object, name)
        }
        Dynamic::Set(object, name, value) => {
            let (object, value) = (object.eval(cx)?, value.eval(cx)?);
            match token::of(&object) {
                // A member of a JSON object is its property.
                Some(_) => {
                    let content = token::value(token::content(&value)?);
                    set(
                        cx,
                        &object,
                        "this",
                        &[name.as_ref().into(), content],
                        MemberKind::Indexer,
                    )?;
                }
                None => drop(set(
                    cx,
                    &object,
                    name,
                    std::slice::from_ref(&value),
                    MemberKind::Property,
                )?),
            }
            Ok(value)
        }
        Dynamic::Index(object, args) => {
            let mut all = vec![object.eval(cx)?];
            for arg in args {
                all.push(arg.eval(cx)?);
            }
            call(cx, all, "this", MemberKind::Indexer)
        }
        Dynamic::SetIndex(object, args, value) => {
            let object = object.eval(cx)?;
            let mut all = Vec::new();
            for arg in args {
                all.push(arg.eval(cx)?);
            }
            let value = value.eval(cx)?;
            all.push(value.clone());
            set(cx, &object, "this", &all, MemberKind::Indexer)?;
            Ok(value)
        }
        Dynamic::Call(object, name, args) => {
            let mut all = vec![object.eval(cx)?];
            for arg in args {
                all.push(arg.eval(cx)?);
            }
            call(cx, all, name, MemberKind::Method)
        }
        Dynamic::Invoke(function, args) => {
            let function = function.eval(cx)?;
            let mut all = Vec::new();
            for arg in args {
                all.push(arg.eval(cx)?);
            }
            cx.invoke(&function, &all)
        }
        Dynamic::Binary(op, left, right) => {
            let (left, right) = (left.eval(cx)?, right.eval(cx)?);
            binary(cx, op, left, right)
        }
        Dynamic::Unary(op, operand) => {
            let operand = operand.eval(cx)?;
            unary(op, &operand)
        }
    }
}

fn get(cx: &mut Cx<'_>, object: &Value, name: &str) -> Eval {
    if object.is_null() {
        return Err(on_null());
    }
    if let Some(token) = token::of(object)
        && token.kind() == TokenType::Object
    {
        return Ok(token::option(token.get(name)));
    }
    if let Some(fields) = library::anonymous::fields(object)
        && let Some((_, value)) = fields.into_iter().find(|(it, _)| it == name)
    {
        return Ok(value);
    }
    call(cx, vec![object.clone()], name, MemberKind::Property)
}

// A member of the value's own type whose parameters take the values.
fn find(args: &[Value], name: &str, kind: MemberKind, extra: usize) -> Option<(&'static Row, Vec<Type>)> {
    let receiver = args.first()?.ty();
    let mut found: Option<(&'static Row, Vec<Type>)> = None;
    let mut look = |base: &Type| {
        let Some(def) = def_of(base) else { return };
        for row in def.0.rows() {
            let fits = row.kind() == kind
                && row.name == name
                && row.own == 0
                && row.params.len() + 1 == args.len() + extra;
            let types = base.args().to_vec();
            let takes = || {
                row.params.iter().zip(&args[1..]).all(|(param, arg)| {
                    let ty = param.ty.with(&types);
                    param.mode == Mode::Value && (takes(arg, &ty))
                })
            };
            if fits && found.is_none() && takes() {
                found = Some((row, types));
            }
        }
    };
    cast::bases(&receiver, &mut |base| {
        look(base);
        false
    });
    look(&Type::Object);
    found
}

fn takes(value: &Value, ty: &Type) -> bool {
    match value {
        Value::Null => ty.takes_null(),
        value => cast::is_instance(value, ty) || widened(value, ty).is_some(),
    }
}

// A number as a wider type.
fn widened(value: &Value, ty: &Type) -> Option<Value> {
    let to = match ty.underlying() {
        Type::Int => Number::Int,
        Type::Long => Number::Long,
        Type::Double => Number::Double,
        Type::Decimal => Number::Decimal,
        _ => return None,
    };
    let rank = |ty: &Type| match ty {
        Type::Byte | Type::SByte | Type::Char => 1,
        Type::Short | Type::UShort => 2,
        Type::Int => 3,
        Type::UInt | Type::Long => 4,
        Type::Single | Type::Double => 5,
        Type::Decimal => 6,
        _ => 9,
    };
    let from = value.ty();
    let wider = from.is_numeric()
        && rank(&from) <= rank(ty.underlying())
        && !(from == Type::Double && *ty == Type::Decimal);
    if wider {
        cast::number(value, to, false).ok()
    } else {
        None
    }
}

fn call(cx: &mut Cx<'_>, mut args: Vec<Value>, name: &str, kind: MemberKind) -> Eval {
    if args.first().is_none_or(Value::is_null) {
        return Err(on_null());
    }
    cx.step()?;
    let Some((row, types)) = find(&args, name, kind, 0) else {
        let ty = args.first().map(Value::ty).unwrap_or(Type::Object);
        return Err(binder(format!(
            "'{}' does not contain a definition for '{name}'",
            named(&ty)
        )));
    };
    for (at, param) in row.params.iter().enumerate() {
        if let Some(value) = args
            .get(at + 1)
            .and_then(|it| widened(it, &param.ty.with(&types)))
        {
            args[at + 1] = value;
        }
    }
    (row.member.get)(cx, &mut args, &types)
}

fn set(cx: &mut Cx<'_>, object: &Value, name: &str, args: &[Value], kind: MemberKind) -> Eval {
    if object.is_null() {
        return Err(on_null());
    }
    let mut all = vec![object.clone()];
    all.extend_from_slice(args);
    let keys = &all[..all.len() - 1];
    let Some((row, types)) = find(keys, name, kind, 0) else {
        return Err(binder(format!(
            "'{}' does not contain a definition for '{name}'",
            named(&object.ty())
        )));
    };
    match row.member.set {
        Some(body) => {
            if let Some(last) = all.last_mut() {
                *last = convert(cx, std::mem::take(last), &row.result.with(&types))?;
            }
            body(cx, &mut all, &types)
        }
        None => Err(binder(format!(
            "Property or indexer '{name}' cannot be assigned to -- it is read only"
        ))),
    }
}

/// The value as a type, by any implicit conversion.
pub(super) fn convert(cx: &mut Cx<'_>, value: Value, ty: &Type) -> Eval {
    if matches!(ty, Type::Object | Type::Dynamic)
        || value.is_null() && ty.takes_null()
        || cast::is_instance(&value, ty)
    {
        return Ok(value);
    }
    if let Some(wider) = widened(&value, ty) {
        return Ok(wider);
    }
    // A conversion that one of the two types declares, such as those of `JToken`.
    let mut rows: Vec<&'static Row> = Vec::new();
    for side in [&value.ty(), ty] {
        cast::bases(side, &mut |base| {
            rows.extend(def_of(base).into_iter().flat_map(|def| def.0.rows()));
            false
        });
    }
    let declared = rows.into_iter().find(|row| {
        matches!(row.kind(), MemberKind::Implicit | MemberKind::Explicit)
            && row.result == *ty
            && row
                .params
                .first()
                .is_some_and(|it| cast::is_instance(&value, &it.ty))
    });
    match declared {
        Some(row) => (row.member.get)(cx, &mut [value], &[]),
        None if value.is_null() => Err(on_null()),
        None => Err(binder(format!(
            "Cannot implicitly convert type '{}' to '{}'",
            named(&value.ty()),
            named(ty)
        ))),
    }
}

fn binary(cx: &mut Cx<'_>, op: &'static str, left: Value, right: Value) -> Eval {
    let (left, right) = (
        token::scalar(&left).unwrap_or(left),
        token::scalar(&right).unwrap_or(right),
    );
    if op == "+" && (matches!(left, Value::Text(_)) || matches!(right, Value::Text(_))) {
        let (a, b) = (cx.text(&left)?, cx.text(&right)?);
        cx.charge(a.bytes() + b.bytes())?;
        return Ok(crate::text::Text::concat(&[&a, &b]).into());
    }
    let types = (left.ty(), right.ty());
    let wide = [Type::Int, Type::Long, Type::Double, Type::Decimal];
    let number = wide.iter().find(|ty| {
        types.0.is_numeric()
            && types.1.is_numeric()
            && (widened(&left, ty).is_some() && widened(&right, ty).is_some())
    });
    if let Some(ty) = number
        && let (Some(a), Some(b), Some(run)) =
            (widened(&left, ty), widened(&right, ty), operation(op, ty, false))
    {
        return run(&a, &b);
    }
    match op {
        "==" => return Ok(compare::equals(&left, &right).into()),
        "!=" => return Ok((!compare::equals(&left, &right)).into()),
        _ => (),
    }
    if types.0 == types.1
        && let Some(run) = operation(op, &types.0, false)
    {
        return run(&left, &right);
    }
    let declared = [&types.0, &types.1]
        .into_iter()
        .filter_map(def_of)
        .flat_map(|def| def.0.rows())
        .find(|row| {
            row.kind() == MemberKind::Operator
                && row.name == op
                && row.params.len() == 2
                && cast::is_instance(&left, &row.params[0].ty)
                && cast::is_instance(&right, &row.params[1].ty)
        });
    match declared {
        Some(row) => (row.member.get)(cx, &mut [left, right], &[]),
        None => Err(binder(format!(
            "Operator '{op}' cannot be applied to operands of type '{}' and '{}'",
            named(&types.0),
            named(&types.1)
        ))),
    }
}

fn unary(op: &str, operand: &Value) -> Eval {
    let operand = token::scalar(operand).unwrap_or_else(|| operand.clone());
    match (op, &operand) {
        ("!", Value::Bool(value)) => Ok((!value).into()),
        ("+", _) => Ok(operand),
        ("-", value) if value.ty().is_numeric() => {
            let ty = if value.integer().is_some() && value.ty() != Type::Long {
                Type::Int
            } else {
                value.ty()
            };
            let zero = cast::default_of(&ty);
            match operation("-", &ty, false) {
                Some(run) => run(&zero, value),
                None => Err(on_null()),
            }
        }
        _ => Err(binder(format!(
            "Operator '{op}' cannot be applied to operand of type '{}'",
            named(&operand.ty())
        ))),
    }
}

// As the binder of C# names types: by keyword where there is one.
fn named(ty: &Type) -> String {
    ty.keyword().map_or_else(|| ty.clr_name(), str::to_owned)
}
