//! Expressions.

use super::cast;
use super::closure;
use super::code::{Arm, Call, Code, Convert, Function, FunctionBody, Invoke, Piece};
use super::cx::Cx;
use super::statements::{Flow, exec, store};
use super::{dynamic, json, pattern};
use crate::Value;
use crate::dotnet::composite;
use crate::exception::{Eval, Exception};
use crate::library::{anonymous, array, context, exceptions, tuple};
use crate::text::Text;
use crate::types::Type;
use smallvec::SmallVec;

type Args = SmallVec<[Value; 4]>;

/// Runs a whole expression.
pub(crate) fn run(cx: &mut Cx<'_>, function: &Function) -> Eval {
    let result = stacker::maybe_grow(closure::RED_ZONE, closure::STACK, || match &function.body {
        FunctionBody::Value(code) => code.eval(cx),
        FunctionBody::Block(block) => exec(cx, block).map(|flow| match flow {
            Flow::Return => std::mem::take(&mut cx.result),
            _ => Value::Null,
        }),
    })?;
    let result = context::settle(cx, result)?;
    cx.release(&result);
    Ok(result)
}

impl Code {
    /// The value. Each kind of node has a function of its own, so that the recursion needs little stack.
    pub(crate) fn eval(&self, cx: &mut Cx<'_>) -> Eval {
        match self {
            Code::Const(value) => Ok(value.clone()),
            Code::Local(slot) | Code::Cell(slot) => Ok(cx.local(*slot)),
            Code::Get(get, receiver) => {
                let mut args = [receiver.eval(cx)?];
                match args[0] {
                    Value::Null => Err(Exception::null_reference().into()),
                    _ => (get.0)(cx, &mut args, &[]),
                }
            }
            Code::Binary(operation, sides) => {
                let left = sides.0.eval(cx)?;
                let right = sides.1.eval(cx)?;
                operation(&left, &right)
            }
            Code::And(parts) => {
                for part in parts {
                    if !part.eval(cx)?.bool() {
                        return Ok(Value::Bool(false));
                    }
                }
                Ok(Value::Bool(true))
            }
            Code::Or(parts) => {
                for part in parts {
                    if part.eval(cx)?.bool() {
                        return Ok(Value::Bool(true));
                    }
                }
                Ok(Value::Bool(false))
            }
            Code::Not(inner) => Ok(Value::Bool(!inner.eval(cx)?.bool())),
            Code::Ternary(parts) => match parts.0.eval(cx)?.bool() {
                true => parts.1.eval(cx),
                false => parts.2.eval(cx),
            },
            Code::Coalesce(sides) => match sides.0.eval(cx)? {
                Value::Null => sides.1.eval(cx),
                value => Ok(value),
            },
            Code::IsNull(inner) => Ok(Value::Bool(inner.eval(cx)?.is_null())),
            Code::IsNotNull(inner) => Ok(Value::Bool(!inner.eval(cx)?.is_null())),
            Code::Call(call) => eval_call(cx, call),
            Code::JsonItem(item) => json::item(cx, item),
            Code::JsonCast(parts) => json::cast(cx, &parts.0, &parts.1, parts.2),
            Code::Conditional(parts) => match parts.0.eval(cx)? {
                Value::Null => Ok(Value::Null),
                value => {
                    cx.set_local(parts.1, value);
                    parts.2.eval(cx)
                }
            },
            Code::Convert(convert, inner) => {
                let value = inner.eval(cx)?;
                eval_convert(cx, convert, value)
            }
            Code::SetLocal(slot, value) => {
                let value = value.eval(cx)?;
                cx.set_local(*slot, value.clone());
                Ok(value)
            }
            other => other.eval_rare(cx),
        }
    }

    #[inline(never)]
    fn eval_rare(&self, cx: &mut Cx<'_>) -> Eval {
        match self {
            Code::SetCell(slot, value) => {
                let value = value.eval(cx)?;
                cx.set_cell(*slot, value.clone());
                Ok(value)
            }
            Code::Variable(symbol, name) => match cx.host.variable(*symbol) {
                Some(value) => Ok(value.clone()),
                None => Err(Cx::missing_key(name).into()),
            },
            Code::HasVariable(symbol) => Ok(Value::Bool(cx.host.variable(*symbol).is_some())),
            Code::VariableOr(symbol, parts) => {
                // C# evaluates the default first, as any argument.
                let default = parts.1.eval(cx)?;
                match cx.host.variable(*symbol) {
                    Some(value) => cast_variable(value.clone(), &parts.0),
                    None => Ok(default),
                }
            }
            Code::Set(call) => eval_set(cx, call),
            Code::Invoke(invoke) => eval_invoke(cx, invoke),
            Code::Concat(parts) => eval_concat(cx, parts),
            Code::Interpolate(pieces) => eval_interpolate(cx, pieces),
            Code::Is(parts) => Ok(Value::Bool(cast::is_instance(&parts.0.eval(cx)?, &parts.1))),
            Code::As(parts) => {
                let value = parts.0.eval(cx)?;
                Ok(if cast::is_instance(&value, &parts.1) {
                    value
                } else {
                    Value::Null
                })
            }
            Code::Match(parts) => {
                let value = parts.0.eval(cx)?;
                Ok(Value::Bool(pattern::matches(cx, &value, &parts.1)?))
            }
            Code::Switch(parts) => eval_switch(cx, &parts.0, &parts.1),
            Code::Lambda(function) => {
                cx.charge(128)?;
                Ok(closure::close(cx, function))
            }
            Code::Sequence(parts) => {
                let mut last = Value::Null;
                for part in parts {
                    last = part.eval(cx)?;
                }
                Ok(last)
            }
            Code::Throw(inner) => {
                let thrown = inner.eval(cx)?;
                Err(exceptions::throw(thrown))
            }
            Code::Dynamic(parts) => dynamic::eval(cx, parts),
            other => other.eval_lifted(cx),
        }
    }

    #[inline(never)]
    fn eval_lifted(&self, cx: &mut Cx<'_>) -> Eval {
        match self {
            Code::Lifted(operation, sides) => match (sides.0.eval(cx)?, sides.1.eval(cx)?) {
                (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
                (left, right) => operation(&left, &right),
            },
            Code::LiftedCompare(operation, sides) => match (sides.0.eval(cx)?, sides.1.eval(cx)?) {
                (Value::Null, _) | (_, Value::Null) => Ok(Value::Bool(false)),
                (left, right) => operation(&left, &right),
            },
            Code::LiftedEquals(operation, negated, sides) => match (sides.0.eval(cx)?, sides.1.eval(cx)?) {
                (Value::Null, Value::Null) => Ok(Value::Bool(!negated)),
                (Value::Null, _) | (_, Value::Null) => Ok(Value::Bool(*negated)),
                (left, right) => operation(&left, &right),
            },
            Code::NullableLogic(or, sides) => {
                // Three-valued: what decides alone does so even beside null.
                Ok(match (sides.0.eval(cx)?, sides.1.eval(cx)?) {
                    (Value::Bool(it), _) | (_, Value::Bool(it)) if it == *or => Value::Bool(it),
                    (Value::Null, _) | (_, Value::Null) => Value::Null,
                    _ => Value::Bool(!or),
                })
            }
            Code::LiftedConvert(parts) => match parts.0.eval(cx)? {
                Value::Null => Ok(Value::Null),
                value => {
                    cx.set_local(parts.1, value);
                    parts.2.eval(cx)
                }
            },
            Code::Array(parts) => {
                let items = eval_all(cx, &parts.1)?;
                cx.charge_values(items.len())?;
                Ok(array::new(parts.0.clone(), items.into_vec()))
            }
            Code::SizedArray(parts) => {
                let length = parts.1.eval(cx)?.long();
                let Ok(length) = usize::try_from(length) else {
                    return Err(Exception::overflow("Arithmetic operation resulted in an overflow.").into());
                };
                cx.charge_values(length)?;
                Ok(array::new(parts.0.clone(), vec![parts.2.clone(); length]))
            }
            Code::Record(parts) => {
                let items = eval_all(cx, &parts.1)?.into_vec();
                Ok(match parts.0 {
                    Type::Tuple(_) => tuple::value_tuple(parts.0.clone(), items),
                    _ => anonymous::new(parts.0.clone(), items),
                })
            }
            Code::Item(at, inner) => {
                let value = inner.eval(cx)?;
                match value {
                    Value::Null => Err(Exception::null_reference().into()),
                    value => Ok(anonymous::item(&value, *at)),
                }
            }
            Code::WithItem(at, parts) => {
                let (whole, item) = (parts.0.eval(cx)?, parts.1.eval(cx)?);
                Ok(tuple::with_item(&whole, *at, item))
            }
            _ => Ok(Value::Null),
        }
    }
}

fn eval_switch(cx: &mut Cx<'_>, operand: &Code, arms: &[Arm]) -> Eval {
    let value = operand.eval(cx)?;
    for (label, guard, result) in arms {
        if !pattern::matches(cx, &value, label)? {
            continue;
        }
        let holds = match guard {
            Some(guard) => guard.eval(cx)?.bool(),
            None => true,
        };
        if holds {
            return result.eval(cx);
        }
    }
    let message = "Non-exhaustive switch expression failed to match its input.";
    Err(Exception::new(
        "System.Runtime.CompilerServices.SwitchExpressionException",
        message,
    )
    .into())
}

fn eval_all(cx: &mut Cx<'_>, codes: &[Code]) -> Eval<Args> {
    let mut args = Args::with_capacity(codes.len());
    for code in codes {
        args.push(code.eval(cx)?);
    }
    Ok(args)
}

#[inline(never)]
fn eval_call(cx: &mut Cx<'_>, call: &Call) -> Eval {
    let mut args = eval_all(cx, &call.args)?;
    if call.receiver && args.first().is_some_and(Value::is_null) {
        return Err(Exception::null_reference().into());
    }
    let result = (call.body)(cx, &mut args, &call.types)?;
    for (at, place) in &call.outs {
        let value = args.get_mut(*at).map(std::mem::take).unwrap_or_default();
        store(cx, place, value)?;
    }
    Ok(result)
}

fn eval_set(cx: &mut Cx<'_>, call: &Call) -> Eval {
    let mut args = eval_all(cx, &call.args)?;
    if call.receiver && args.first().is_some_and(Value::is_null) {
        return Err(Exception::null_reference().into());
    }
    let value = args.last().cloned().unwrap_or_default();
    (call.body)(cx, &mut args, &call.types)?;
    Ok(value)
}

fn eval_invoke(cx: &mut Cx<'_>, invoke: &Invoke) -> Eval {
    let function = invoke.function.eval(cx)?;
    let mut args = eval_all(cx, &invoke.args)?;
    let result = closure::call(cx, &function, &mut args)?;
    for (at, place) in &invoke.outs {
        let value = args.get_mut(*at).map(std::mem::take).unwrap_or_default();
        store(cx, place, value)?;
    }
    Ok(result)
}

fn eval_concat(cx: &mut Cx<'_>, parts: &[Code]) -> Eval {
    let mut texts: SmallVec<[Text; 8]> = SmallVec::new();
    let mut bytes = 0;
    for part in parts {
        let value = part.eval(cx)?;
        let text = cx.text(&value)?;
        bytes += text.bytes();
        texts.push(text);
    }
    cx.charge(bytes)?;
    let refs: SmallVec<[&Text; 8]> = texts.iter().collect();
    Ok(Value::Text(Text::concat(&refs)))
}

fn eval_interpolate(cx: &mut Cx<'_>, pieces: &[Piece]) -> Eval {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Hole {
                value,
                alignment,
                format,
            } => {
                let value = value.eval(cx)?;
                let text = formatted(cx, &value, format.as_deref())?;
                match alignment {
                    0 => out.push_str(&text),
                    width => {
                        cx.charge(width.unsigned_abs() as usize)?;
                        composite::align(&text, *width, &mut out);
                    }
                }
            }
        }
    }
    cx.charge(out.len())?;
    Ok(Value::from(out))
}

/// A value as `{0:format}` prints it.
pub(crate) fn formatted(cx: &mut Cx<'_>, value: &Value, format: Option<&str>) -> Eval<String> {
    let format = format.unwrap_or_default();
    if let Some(number) = value.number() {
        return Ok(crate::dotnet::number_format::format(number, format)?);
    }
    match value {
        Value::Object(object) if !format.is_empty() => match object.formatted(format) {
            Some(text) => text,
            None => Ok(object.text().as_str().into_owned()),
        },
        Value::Enum(def, it) if !format.is_empty() => crate::library::enums::formatted(*def, *it, format),
        other => Ok(cx.text(other)?.as_str().into_owned()),
    }
}

fn eval_convert(cx: &mut Cx<'_>, convert: &Convert, value: Value) -> Eval {
    match convert {
        Convert::Number(to, checked) => cast::number(&value, *to, *checked),
        Convert::Enum(def) => Ok(Value::Enum(
            *def,
            value.integer().map_or(value.double() as i64, |it| it as i64),
        )),
        Convert::Cast(ty) => cast::cast(value, ty),
        Convert::Unbox(ty) => cast::unbox(value, ty),
        Convert::Unwrap => match value {
            Value::Null => Err(Exception::invalid_operation("Nullable object must have a value.").into()),
            value => Ok(value),
        },
        Convert::Dynamic(ty) => dynamic::convert(cx, value, ty),
    }
}

/// A stored variable as `GetValueOrDefault<T>` gives it: the stored type must be `T`.
pub(crate) fn cast_variable(value: Value, ty: &Type) -> Eval {
    match (value.is_null(), ty.is_value() && !matches!(ty, Type::Nullable(_))) {
        (true, true) => Ok(cast::default_of(ty)),
        (true, false) => Ok(value),
        (false, true) => cast::unbox(value, ty),
        (false, false) => cast::cast(value, ty),
    }
}
