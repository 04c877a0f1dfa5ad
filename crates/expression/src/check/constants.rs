//! What is known while compiling.

use super::{Checker, Typed};
use crate::Value;
use crate::eval::Operation;
use crate::eval::code::Code;
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    /// An operation on two values; computed now if both are constants.
    pub(super) fn fold(
        &mut self,
        operation: Operation,
        left: Typed,
        right: Typed,
        ty: Type,
        span: Span,
    ) -> Typed {
        if let (Some(a), Some(b)) = (&left.constant, &right.constant) {
            return match operation(a, b) {
                Ok(value) => Typed::constant(value, ty),
                // The compiler of C# refuses these too.
                Err(fault) => {
                    let message = match fault.get().exception.type_name {
                        "System.DivideByZeroException" => "this divides by the constant zero",
                        _ => "this constant does not fit into its type",
                    };
                    self.type_error(message, span)
                }
            };
        }
        Typed::new(Code::Binary(operation, Box::new((left.code, right.code))), ty)
    }
}

/// The constants that .NET's number types and `Math` declare with `const`.
pub(super) fn of_library(ty: &Type, name: &str) -> Option<Value> {
    let value = match (ty, name) {
        (Type::SByte, "MaxValue") => Value::SByte(i8::MAX),
        (Type::SByte, "MinValue") => Value::SByte(i8::MIN),
        (Type::Byte, "MaxValue") => Value::Byte(u8::MAX),
        (Type::Byte, "MinValue") => Value::Byte(u8::MIN),
        (Type::Short, "MaxValue") => Value::Short(i16::MAX),
        (Type::Short, "MinValue") => Value::Short(i16::MIN),
        (Type::UShort, "MaxValue") => Value::UShort(u16::MAX),
        (Type::UShort, "MinValue") => Value::UShort(u16::MIN),
        (Type::Int, "MaxValue") => Value::Int(i32::MAX),
        (Type::Int, "MinValue") => Value::Int(i32::MIN),
        (Type::UInt, "MaxValue") => Value::UInt(u32::MAX),
        (Type::UInt, "MinValue") => Value::UInt(u32::MIN),
        (Type::Long, "MaxValue") => Value::Long(i64::MAX),
        (Type::Long, "MinValue") => Value::Long(i64::MIN),
        (Type::ULong, "MaxValue") => Value::ULong(u64::MAX),
        (Type::ULong, "MinValue") => Value::ULong(u64::MIN),
        (Type::Char, "MaxValue") => Value::Char(u16::MAX),
        (Type::Char, "MinValue") => Value::Char(u16::MIN),
        (Type::Single, "MaxValue") => Value::Single(f32::MAX),
        (Type::Single, "MinValue") => Value::Single(f32::MIN),
        (Type::Double, "MaxValue") => Value::Double(f64::MAX),
        (Type::Double, "MinValue") => Value::Double(f64::MIN),
        (Type::Double, "NaN") => Value::Double(f64::NAN),
        (Type::Double, "PositiveInfinity") => Value::Double(f64::INFINITY),
        (Type::Double, "NegativeInfinity") => Value::Double(f64::NEG_INFINITY),
        (Type::Decimal, "MaxValue") => Value::Decimal(rust_decimal::Decimal::MAX),
        (Type::Decimal, "MinValue") => Value::Decimal(rust_decimal::Decimal::MIN),
        (Type::Decimal, "One") => Value::Decimal(rust_decimal::Decimal::ONE),
        (Type::Decimal, "Zero") => Value::Decimal(rust_decimal::Decimal::ZERO),
        (ty, "PI") if ty.is(&crate::library::math::MATH) => Value::Double(std::f64::consts::PI),
        (ty, "E") if ty.is(&crate::library::math::MATH) => Value::Double(std::f64::consts::E),
        _ => return None,
    };
    Some(value)
}
