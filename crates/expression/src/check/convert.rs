//! Which types convert to which, and how.

use super::{Checker, Typed};
use crate::Value;
use crate::eval::cast::{bases, default_of, fits, in_range};
use crate::eval::code::{Call, Code, Convert, Number};
use crate::library::{Def, MemberKind, Row, def_of, enums};
use crate::types::Type;
use source::Span;

/// A way from one type to another.
#[derive(Debug, Clone)]
pub(super) enum Way {
    // The value is the same.
    Same,
    Number(Number),
    Enum(Def),
    // Null stays null, anything else goes this way.
    Lift(Box<Way>),
    // Null throws, anything else goes this way.
    Unwrap(Box<Way>),
    Cast(Type),
    Unbox(Type),
    // A conversion that a type declares, with what comes before and after it.
    User(Box<Way>, &'static Row, Box<Way>),
    Tuple(Type, Vec<Way>),
    Dynamic(Type),
}

impl Way {
    fn cost(&self) -> u32 {
        match self {
            Way::Same => 0,
            Way::Number(_) | Way::Enum(_) | Way::Tuple(..) | Way::Dynamic(_) => 1,
            Way::Lift(inner) => 1 + inner.cost(),
            Way::Unwrap(inner) => 2 + inner.cost(),
            Way::Cast(_) | Way::Unbox(_) => 4,
            Way::User(before, _, after) => 4 + before.cost() + after.cost(),
        }
    }
}

/// The numeric type behind a static type.
pub(super) fn number(ty: &Type) -> Option<Number> {
    Some(match ty {
        Type::Char => Number::Char,
        Type::SByte => Number::SByte,
        Type::Byte => Number::Byte,
        Type::Short => Number::Short,
        Type::UShort => Number::UShort,
        Type::Int => Number::Int,
        Type::UInt => Number::UInt,
        Type::Long => Number::Long,
        Type::ULong => Number::ULong,
        Type::Single => Number::Single,
        Type::Double => Number::Double,
        Type::Decimal => Number::Decimal,
        _ => return None,
    })
}

// C# 10.2.3.
fn widens(from: &Type, to: &Type) -> bool {
    use Type::*;
    let targets: &[Type] = match from {
        SByte => &[Short, Int, Long, Single, Double, Decimal],
        Byte => &[Short, UShort, Int, UInt, Long, ULong, Single, Double, Decimal],
        Short => &[Int, Long, Single, Double, Decimal],
        UShort => &[Int, UInt, Long, ULong, Single, Double, Decimal],
        Int => &[Long, Single, Double, Decimal],
        UInt => &[Long, ULong, Single, Double, Decimal],
        Long | ULong => &[Single, Double, Decimal],
        Char => &[UShort, Int, UInt, Long, ULong, Single, Double, Decimal],
        Single => &[Double],
        _ => &[],
    };
    targets.contains(to)
}

// A constant fits into a smaller type when its value does (C# 10.2.11).
fn constant_fits(constant: &Value, from: &Type, to: &Type) -> bool {
    let Some(int) = constant.integer() else {
        return false;
    };
    let target = matches!(
        to,
        Type::SByte | Type::Byte | Type::Short | Type::UShort | Type::UInt | Type::ULong
    );
    match from {
        Type::Int => target && number(to).is_some_and(|it| in_range(int, it)),
        Type::Long => *to == Type::ULong && int >= 0,
        _ => false,
    }
}

// Tuples that differ in names only.
fn same_shape(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|((_, a), (_, b))| a == b || same_shape(a, b))
        }
        _ => false,
    }
}

impl Checker<'_> {
    /// How a value converts without a cast, conversions of its own types included.
    pub(super) fn implicit(&self, from: &Type, constant: Option<&Value>, to: &Type) -> Option<Way> {
        self.standard(from, constant, to)
            .or_else(|| user_defined(self, from, to, false))
    }

    /// How a value converts without a cast by the rules of the language alone.
    pub(super) fn standard(&self, from: &Type, constant: Option<&Value>, to: &Type) -> Option<Way> {
        if from == to || from.is_error() || to.is_error() || same_shape(from, to) {
            return Some(Way::Same);
        }
        if *from == Type::Void || *to == Type::Void {
            return None;
        }
        match (from, to) {
            (_, Type::Object | Type::Dynamic) => return Some(Way::Same),
            (Type::Dynamic, to) => return Some(Way::Dynamic(to.clone())),
            (Type::Null, to) => return to.takes_null().then_some(Way::Same),
            (Type::Nullable(from), Type::Nullable(to)) => {
                return self.standard(from, None, to).map(|way| Way::Lift(Box::new(way)));
            }
            (from, Type::Nullable(to)) => return self.standard(from, constant, to),
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                let ways: Option<Vec<Way>> = a
                    .iter()
                    .zip(b.iter())
                    .map(|((_, a), (_, b))| self.standard(a, None, b))
                    .collect();
                return ways.map(|ways| Way::Tuple(to.clone(), ways));
            }
            _ => (),
        }
        if widens(from, to) {
            return number(to).map(Way::Number);
        }
        if let Some(constant) = constant {
            if constant_fits(constant, from, to) {
                return number(to).map(Way::Number);
            }
            if let (Type::Class(def, _), Some(0)) = (to, constant.integer())
                && to.is_enum()
                && from.is_integral()
            {
                return Some(Way::Enum(*def));
            }
        }
        if from.is_enum() && to.is(&enums::ENUM) {
            return Some(Way::Same);
        }
        fits(from, to).then_some(Way::Same)
    }

    /// How a value converts with a cast.
    pub(super) fn explicit(&self, from: &Type, constant: Option<&Value>, to: &Type) -> Option<Way> {
        if let Some(way) = self.standard(from, constant, to) {
            return Some(way);
        }
        self.standard_cast(from, to)
            .or_else(|| user_defined(self, from, to, true))
    }

    fn standard_cast(&self, from: &Type, to: &Type) -> Option<Way> {
        if let (Some(_), Some(target)) = (number(from), number(to)) {
            return Some(Way::Number(target));
        }
        match (from, to) {
            (from, Type::Class(def, _)) if to.is_enum() && (from.is_numeric() || from.is_enum()) => {
                return Some(Way::Enum(*def));
            }
            (from, to) if from.is_enum() && to.is_numeric() => return number(to).map(Way::Number),
            (Type::Nullable(inner), Type::Nullable(target)) => {
                let way = self
                    .standard(inner, None, target)
                    .or_else(|| self.standard_cast(inner, target));
                return way.map(|way| Way::Lift(Box::new(way)));
            }
            (Type::Nullable(inner), to) if to.is_value() => {
                let way = self
                    .standard(inner, None, to)
                    .or_else(|| self.standard_cast(inner, to));
                return way.map(|way| Way::Unwrap(Box::new(way)));
            }
            (from, Type::Nullable(target)) if from.is_value() => return self.standard_cast(from, target),
            _ => (),
        }
        if *from == Type::Void || *from == Type::Null || *to == Type::Void {
            return None;
        }
        // From a reference to what it may really be.
        let opens = matches!(from, Type::Object) || from.is_interface() || from.is(&enums::ENUM);
        match to {
            Type::Nullable(_) if opens => Some(Way::Cast(to.clone())),
            to if to.is_value() => (opens
                && (matches!(from, Type::Object) || fits(to, from) || from.is(&enums::ENUM)))
            .then(|| Way::Unbox(to.clone())),
            to if from.is_value() => (to.is_interface() && fits(from, to)).then_some(Way::Same),
            to => {
                let related =
                    opens || to.is_interface() && !sealed(from) || fits(to, from) || arrays_related(from, to);
                (related && !(sealed(to) && from.is_interface() && !fits(to, from)))
                    .then(|| Way::Cast(to.clone()))
            }
        }
    }

    /// The code that goes a way.
    pub(super) fn follow(&mut self, way: &Way, code: Code) -> Code {
        match way {
            Way::Same => code,
            Way::Number(to) => Code::Convert(Convert::Number(*to, self.checked), Box::new(code)),
            Way::Enum(def) => Code::Convert(Convert::Enum(*def), Box::new(code)),
            Way::Cast(ty) => Code::Convert(Convert::Cast(ty.clone()), Box::new(code)),
            Way::Unbox(ty) => Code::Convert(Convert::Unbox(ty.clone()), Box::new(code)),
            Way::Dynamic(ty) => Code::Convert(Convert::Dynamic(ty.clone()), Box::new(code)),
            Way::Lift(inner) => match &**inner {
                Way::Same => code,
                inner => {
                    let slot = self.temporary();
                    let converted = self.follow(inner, Code::Local(slot));
                    Code::LiftedConvert(Box::new((code, slot, converted)))
                }
            },
            Way::Unwrap(inner) => {
                let unwrapped = Code::Convert(Convert::Unwrap, Box::new(code));
                self.follow(inner, unwrapped)
            }
            Way::User(before, row, after) => {
                let before = self.follow(before, code);
                if let Code::JsonItem(item) = before {
                    let cast = Code::JsonCast(Box::new((*item, row.result.clone(), row.member.get)));
                    return self.follow(after, cast);
                }
                let call = Call {
                    body: row.member.get,
                    args: vec![before],
                    types: Box::default(),
                    receiver: false,
                    outs: Vec::new(),
                };
                self.follow(after, Code::Call(Box::new(call)))
            }
            Way::Tuple(ty, ways) => {
                let slot = self.temporary();
                let store = Code::SetLocal(slot, Box::new(code));
                let items = ways.iter().enumerate().map(|(at, way)| {
                    let item = Code::Item(at, Box::new(Code::Local(slot)));
                    self.follow(way, item)
                });
                let items = items.collect();
                Code::Sequence([store, Code::Record(Box::new((ty.clone(), items)))].into())
            }
        }
    }

    /// The value as `to`, without a cast; a complaint if there is no such conversion.
    pub(super) fn converted(&mut self, value: Typed, to: &Type, span: Span) -> Typed {
        match self.implicit(&value.ty, value.constant.as_ref(), to) {
            Some(way) => self.along(value, &way, to),
            None => self.no_conversion(&value.ty, to, span),
        }
    }

    /// The value on a way that is known to exist.
    pub(super) fn along(&mut self, value: Typed, way: &Way, to: &Type) -> Typed {
        if value.is_null() && to.is_value() {
            return Typed::new(Code::Const(Value::Null), to.clone());
        }
        let constant = match (&value.constant, way) {
            (Some(constant), Way::Same) => Some(constant.clone()),
            (Some(constant), Way::Number(to)) => crate::eval::cast::number(constant, *to, false).ok(),
            (Some(constant), Way::Enum(def)) => Some(Value::Enum(*def, constant.long())),
            _ => None,
        };
        match constant {
            Some(constant) if !matches!(to, Type::Object | Type::Dynamic) => {
                Typed::constant(constant, to.clone())
            }
            Some(constant) => Typed::new(Code::Const(constant), to.clone()),
            None => Typed {
                code: self.follow(way, value.code),
                ty: to.clone(),
                constant: None,
                origin: value.origin,
            },
        }
    }

    pub(super) fn no_conversion(&mut self, from: &Type, to: &Type, span: Span) -> Typed {
        if self.explicit(from, None, to).is_some() {
            let message = format!("`{from}` does not become `{to}` by itself");
            let diagnostic = source::Diagnostic::error("expression-type", message, span);
            self.report(diagnostic.help(format!("write a cast: `({to})value`")));
            return Typed::error();
        }
        self.type_error(format!("`{from}` cannot be converted to `{to}`"), span)
    }

    /// `default(T)`.
    pub(super) fn default_value(&self, ty: &Type) -> Typed {
        let value = default_of(ty);
        match ty.is_simple() && *ty != Type::String {
            true => Typed::constant(value, ty.clone()),
            false => Typed::new(Code::Const(value), ty.clone()),
        }
    }
}

// Types that nothing derives from.
fn sealed(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Array(_)) || ty.is_delegate() || ty.is_value()
}

fn arrays_related(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Array(a), Type::Array(b)) => {
            !a.is_value() && !b.is_value() && (fits(b, a) || a.is_interface() || b.is_interface())
        }
        _ => false,
    }
}

/// The conversion that the types themselves declare and that fits best.
fn user_defined(checker: &Checker<'_>, from: &Type, to: &Type, explicit: bool) -> Option<Way> {
    let rows = declared(from, to);
    let best = rows
        .into_iter()
        .filter(|row| explicit || row.kind() == MemberKind::Implicit)
        .filter_map(|row| {
            let param = &row.params.first()?.ty;
            let cast = |a: &Type, b: &Type| {
                let way = checker.standard(a, None, b);
                if explicit {
                    way.or_else(|| checker.standard_cast(a, b))
                } else {
                    way
                }
            };
            let (before, after) = (cast(from, param)?, cast(&row.result, to)?);
            // A detour over a cast of references would make everything convertible.
            let detour = |way: &Way| matches!(way, Way::Cast(_) | Way::Unbox(_));
            // Between equal ways the one without a detour over another type wins.
            let exact = u32::from(param != from) + u32::from(row.result != *to);
            match detour(&before) || detour(&after) {
                true => None,
                false => Some((exact, Way::User(Box::new(before), row, Box::new(after)))),
            }
        })
        .min_by_key(|(exact, way)| 4 * way.cost() + exact)
        .map(|it| it.1);
    best.or_else(|| lifted(checker, from, to, explicit))
}

fn lifted(checker: &Checker<'_>, from: &Type, to: &Type, explicit: bool) -> Option<Way> {
    match (from, to) {
        (Type::Nullable(from), Type::Nullable(to)) => {
            user_defined(checker, from, to, explicit).map(|way| Way::Lift(Box::new(way)))
        }
        (Type::Nullable(from), to) if explicit => {
            user_defined(checker, from, to, explicit).map(|way| Way::Unwrap(Box::new(way)))
        }
        _ => None,
    }
}

// Conversions that the two types and their bases declare.
fn declared(from: &Type, to: &Type) -> Vec<&'static Row> {
    let mut rows = Vec::new();
    let mut seen: Vec<Def> = Vec::new();
    for ty in [from, to] {
        bases(ty, &mut |base| {
            if let Some(def) = def_of(base)
                && !seen.contains(&def)
            {
                seen.push(def);
                rows.extend(
                    def.0
                        .rows()
                        .iter()
                        .filter(|it| matches!(it.kind(), MemberKind::Implicit | MemberKind::Explicit)),
                );
            }
            false
        });
    }
    rows
}
