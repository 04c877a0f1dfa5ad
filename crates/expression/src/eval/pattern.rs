//! `is` and `case`.

use super::cast::is_instance;
use super::code::Pattern;
use super::cx::Cx;
use super::statements::store;
use crate::Value;
use crate::exception::Eval;
use crate::library::compare;

pub(super) fn matches(cx: &mut Cx<'_>, value: &Value, pattern: &Pattern) -> Eval<bool> {
    match pattern {
        Pattern::Any => Ok(true),
        Pattern::Null => Ok(value.is_null()),
        Pattern::Constant(constant) => Ok(compare::equals(value, constant)),
        Pattern::Type(ty, place) => {
            let found = is_instance(value, ty);
            if found {
                store(cx, place, value.clone())?;
            }
            Ok(found)
        }
        Pattern::Var(place) => {
            store(cx, place, value.clone())?;
            Ok(true)
        }
        Pattern::Test(operation, ty, bound) => match is_instance(value, ty) {
            true => Ok(operation(value, bound)?.bool()),
            false => Ok(false),
        },
        Pattern::Not(inner) => Ok(!matches(cx, value, inner)?),
        Pattern::And(both) => Ok(matches(cx, value, &both.0)? && matches(cx, value, &both.1)?),
        Pattern::Or(either) => Ok(matches(cx, value, &either.0)? || matches(cx, value, &either.1)?),
    }
}
