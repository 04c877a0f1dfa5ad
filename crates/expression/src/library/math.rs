//! `System.Math`.

use super::table::{Member, TypeDef, enumeration, static_class, static_method, static_property};
use crate::Value;
use crate::dotnet::math::{self, Rounding};
use crate::exception::{Eval, Exception};
use rust_decimal::Decimal;

pub(crate) static TYPES: &[&TypeDef] = &[&MATH, &MIDPOINT_ROUNDING];

/// `System.MidpointRounding`.
pub(crate) static MIDPOINT_ROUNDING: TypeDef = enumeration(
    "System.MidpointRounding",
    &[
        ("ToEven", 0),
        ("AwayFromZero", 1),
        ("ToZero", 2),
        ("ToNegativeInfinity", 3),
        ("ToPositiveInfinity", 4),
    ],
);

/// `System.Math`.
pub(crate) static MATH: TypeDef = static_class("System.Math").members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("double PI", |_, _, _| Ok(std::f64::consts::PI.into())),
    static_property("double E", |_, _, _| Ok(std::f64::consts::E.into())),
    // ---- whole numbers
    static_method("int Max(int val1, int val2)", |_, a, _| {
        Ok(Value::Int(wide(&a[0]).max(wide(&a[1])) as i32))
    }),
    static_method("int Min(int val1, int val2)", |_, a, _| {
        Ok(Value::Int(wide(&a[0]).min(wide(&a[1])) as i32))
    }),
    static_method("long Max(long val1, long val2)", |_, a, _| {
        Ok(Value::Long(wide(&a[0]).max(wide(&a[1])) as i64))
    }),
    static_method("long Min(long val1, long val2)", |_, a, _| {
        Ok(Value::Long(wide(&a[0]).min(wide(&a[1])) as i64))
    }),
    static_method("uint Max(uint val1, uint val2)", |_, a, _| {
        Ok(Value::UInt(wide(&a[0]).max(wide(&a[1])) as u32))
    }),
    static_method("uint Min(uint val1, uint val2)", |_, a, _| {
        Ok(Value::UInt(wide(&a[0]).min(wide(&a[1])) as u32))
    }),
    static_method("ulong Max(ulong val1, ulong val2)", |_, a, _| {
        Ok(Value::ULong(wide(&a[0]).max(wide(&a[1])) as u64))
    }),
    static_method("ulong Min(ulong val1, ulong val2)", |_, a, _| {
        Ok(Value::ULong(wide(&a[0]).min(wide(&a[1])) as u64))
    }),
    static_method("byte Max(byte val1, byte val2)", |_, a, _| {
        Ok(Value::Byte(wide(&a[0]).max(wide(&a[1])) as u8))
    }),
    static_method("byte Min(byte val1, byte val2)", |_, a, _| {
        Ok(Value::Byte(wide(&a[0]).min(wide(&a[1])) as u8))
    }),
    static_method("short Max(short val1, short val2)", |_, a, _| {
        Ok(Value::Short(wide(&a[0]).max(wide(&a[1])) as i16))
    }),
    static_method("short Min(short val1, short val2)", |_, a, _| {
        Ok(Value::Short(wide(&a[0]).min(wide(&a[1])) as i16))
    }),
    static_method("int Clamp(int value, int min, int max)", |_, a, _| {
        Ok(Value::Int(clamp(a)? as i32))
    }),
    static_method("int Abs(int value)", |_, a, _| {
        Ok(Value::Int(math::abs(a[0].long(), i64::from(i32::MIN))? as i32))
    }),
    static_method("int Sign(int value)", |_, a, _| {
        Ok((a[0].long().signum() as i32).into())
    }),
    static_method("long Clamp(long value, long min, long max)", |_, a, _| {
        Ok(Value::Long(clamp(a)? as i64))
    }),
    static_method("long Abs(long value)", |_, a, _| {
        Ok(Value::Long(math::abs(a[0].long(), i64::MIN)?))
    }),
    static_method("int Sign(long value)", |_, a, _| {
        Ok((a[0].long().signum() as i32).into())
    }),
    static_method("double Sqrt(double d)", |_, a, _| Ok(a[0].double().sqrt().into())),
    static_method("double Cbrt(double d)", |_, a, _| Ok(a[0].double().cbrt().into())),
    static_method("double Exp(double d)", |_, a, _| Ok(a[0].double().exp().into())),
    static_method("double Log10(double d)", |_, a, _| {
        Ok(a[0].double().log10().into())
    }),
    static_method("double Log2(double x)", |_, a, _| Ok(a[0].double().log2().into())),
    static_method("double Sin(double a)", |_, a, _| Ok(a[0].double().sin().into())),
    static_method("double Cos(double d)", |_, a, _| Ok(a[0].double().cos().into())),
    static_method("double Tan(double a)", |_, a, _| Ok(a[0].double().tan().into())),
    static_method("double Asin(double d)", |_, a, _| Ok(a[0].double().asin().into())),
    static_method("double Acos(double d)", |_, a, _| Ok(a[0].double().acos().into())),
    static_method("double Atan(double d)", |_, a, _| Ok(a[0].double().atan().into())),
    static_method("double Sinh(double a)", |_, a, _| Ok(a[0].double().sinh().into())),
    static_method("double Cosh(double a)", |_, a, _| Ok(a[0].double().cosh().into())),
    static_method("double Tanh(double a)", |_, a, _| Ok(a[0].double().tanh().into())),
    static_method("double Floor(double d)", |_, a, _| {
        Ok(a[0].double().floor().into())
    }),
    static_method("double Ceiling(double a)", |_, a, _| {
        Ok(a[0].double().ceil().into())
    }),
    static_method("double Truncate(double d)", |_, a, _| {
        Ok(a[0].double().trunc().into())
    }),
    static_method("double Abs(double value)", |_, a, _| {
        Ok(a[0].double().abs().into())
    }),
    static_method("double Acosh(double d)", |_, a, _| {
        Ok(a[0].double().acosh().into())
    }),
    static_method("double Asinh(double d)", |_, a, _| {
        Ok(a[0].double().asinh().into())
    }),
    static_method("double Atanh(double d)", |_, a, _| {
        Ok(a[0].double().atanh().into())
    }),
    static_method("double BitIncrement(double x)", |_, a, _| {
        Ok(a[0].double().next_up().into())
    }),
    static_method("double BitDecrement(double x)", |_, a, _| {
        Ok(a[0].double().next_down().into())
    }),
    static_method("double CopySign(double x, double y)", |_, a, _| {
        Ok(a[0].double().copysign(a[1].double()).into())
    }),
    static_method(
        "double FusedMultiplyAdd(double x, double y, double z)",
        |_, a, _| Ok(a[0].double().mul_add(a[1].double(), a[2].double()).into()),
    ),
    static_method("double ScaleB(double x, int n)", |_, a, _| {
        Ok(math::scale(a[0].double(), a[1].int()).into())
    }),
    static_method("int ILogB(double x)", |_, a, _| {
        Ok(math::binary_exponent(a[0].double()).into())
    }),
    static_method("double MaxMagnitude(double x, double y)", |_, a, _| {
        Ok(math::magnitude(a[0].double(), a[1].double(), true).into())
    }),
    static_method("double MinMagnitude(double x, double y)", |_, a, _| {
        Ok(math::magnitude(a[0].double(), a[1].double(), false).into())
    }),
    static_method("int Sign(float value)", |_, a, _| {
        Ok(math::sign(a[0].double())?.into())
    }),
    static_method("int Sign(short value)", |_, a, _| {
        Ok((a[0].long().signum() as i32).into())
    }),
    static_method("int Sign(sbyte value)", |_, a, _| {
        Ok((a[0].long().signum() as i32).into())
    }),
    static_method("short Abs(short value)", |_, a, _| {
        Ok(Value::Short(math::abs(a[0].long(), i64::from(i16::MIN))? as i16))
    }),
    static_method("sbyte Abs(sbyte value)", |_, a, _| {
        Ok(Value::SByte(math::abs(a[0].long(), i64::from(i8::MIN))? as i8))
    }),
    static_method("sbyte Max(sbyte val1, sbyte val2)", |_, a, _| {
        Ok(Value::SByte(wide(&a[0]).max(wide(&a[1])) as i8))
    }),
    static_method("sbyte Min(sbyte val1, sbyte val2)", |_, a, _| {
        Ok(Value::SByte(wide(&a[0]).min(wide(&a[1])) as i8))
    }),
    static_method("ushort Max(ushort val1, ushort val2)", |_, a, _| {
        Ok(Value::UShort(wide(&a[0]).max(wide(&a[1])) as u16))
    }),
    static_method("ushort Min(ushort val1, ushort val2)", |_, a, _| {
        Ok(Value::UShort(wide(&a[0]).min(wide(&a[1])) as u16))
    }),
    static_method("byte Clamp(byte value, byte min, byte max)", |_, a, _| {
        Ok(Value::Byte(clamp(a)? as u8))
    }),
    static_method("sbyte Clamp(sbyte value, sbyte min, sbyte max)", |_, a, _| {
        Ok(Value::SByte(clamp(a)? as i8))
    }),
    static_method("short Clamp(short value, short min, short max)", |_, a, _| {
        Ok(Value::Short(clamp(a)? as i16))
    }),
    static_method("ushort Clamp(ushort value, ushort min, ushort max)", |_, a, _| {
        Ok(Value::UShort(clamp(a)? as u16))
    }),
    static_method("uint Clamp(uint value, uint min, uint max)", |_, a, _| {
        Ok(Value::UInt(clamp(a)? as u32))
    }),
    static_method("ulong Clamp(ulong value, ulong min, ulong max)", |_, a, _| {
        Ok(Value::ULong(clamp(a)? as u64))
    }),
    static_method("float Clamp(float value, float min, float max)", |_, a, _| {
        let (value, min, max) = (a[0].double(), a[1].double(), a[2].double());
        if min > max {
            return Err(crossed(&a[1], &a[2]).into());
        }
        Ok(Value::Single(if value < min {
            min
        } else if value > max {
            max
        } else {
            value
        } as f32))
    }),
    static_method("int DivRem(int a, int b, out int result)", |_, a, _| {
        let (number, divisor) = (a[0].int(), a[1].int());
        let whole = number.checked_div(divisor).ok_or_else(|| division(divisor))?;
        a[2] = number.wrapping_rem(divisor).into();
        Ok(whole.into())
    }),
    static_method("long DivRem(long a, long b, out long result)", |_, a, _| {
        let (number, divisor) = (a[0].long(), a[1].long());
        let whole = number
            .checked_div(divisor)
            .ok_or_else(|| division(i32::from(divisor != 0)))?;
        a[2] = number.wrapping_rem(divisor).into();
        Ok(whole.into())
    }),
    static_method("long BigMul(int a, int b)", |_, a, _| {
        Ok((a[0].long() * a[1].long()).into())
    }),
    // ---- fractions
    static_method("double Max(double val1, double val2)", |_, a, _| {
        Ok(math::max(a[0].double(), a[1].double()).into())
    }),
    static_method("double Min(double val1, double val2)", |_, a, _| {
        Ok(math::min(a[0].double(), a[1].double()).into())
    }),
    static_method("float Max(float val1, float val2)", |_, a, _| {
        Ok(Value::Single(math::max(a[0].double(), a[1].double()) as f32))
    }),
    static_method("float Min(float val1, float val2)", |_, a, _| {
        Ok(Value::Single(math::min(a[0].double(), a[1].double()) as f32))
    }),
    static_method("float Abs(float value)", |_, a, _| {
        Ok(Value::Single(a[0].double().abs() as f32))
    }),
    static_method("double Clamp(double value, double min, double max)", |_, a, _| {
        let (value, min, max) = (a[0].double(), a[1].double(), a[2].double());
        if min > max {
            return Err(crossed(&a[1], &a[2]).into());
        }
        Ok(math::max(math::min(value, max), min).into())
    }),
    static_method("double Pow(double x, double y)", |_, a, _| {
        Ok(math::pow(a[0].double(), a[1].double()).into())
    }),
    static_method("double Log(double d)", |_, a, _| Ok(a[0].double().ln().into())),
    static_method("double Log(double a, double newBase)", |_, a, _| {
        Ok(a[0].double().log(a[1].double()).into())
    }),
    static_method("double Atan2(double y, double x)", |_, a, _| {
        Ok(a[0].double().atan2(a[1].double()).into())
    }),
    static_method("double IEEERemainder(double x, double y)", |_, a, _| {
        let (x, y) = (a[0].double(), a[1].double());
        Ok((x - y * (x / y).round_ties_even()).into())
    }),
    static_method("int Sign(double value)", |_, a, _| {
        Ok(math::sign(a[0].double())?.into())
    }),
    static_method("double Round(double a)", |_, a, _| {
        Ok(math::round_to_integer(a[0].double(), Rounding::ToEven).into())
    }),
    static_method("double Round(double value, int digits)", |_, a, _| {
        Ok(math::round(a[0].double(), a[1].long(), Rounding::ToEven)?.into())
    }),
    static_method("double Round(double value, MidpointRounding mode)", |_, a, _| {
        Ok(math::round_to_integer(a[0].double(), Rounding::from_number(a[1].long())?).into())
    }),
    static_method(
        "double Round(double value, int digits, MidpointRounding mode)",
        |_, a, _| Ok(math::round(a[0].double(), a[1].long(), Rounding::from_number(a[2].long())?)?.into()),
    ),
    // ---- decimals
    static_method("decimal Max(decimal val1, decimal val2)", |_, a, _| {
        Ok(a[0].decimal().max(a[1].decimal()).into())
    }),
    static_method("decimal Min(decimal val1, decimal val2)", |_, a, _| {
        Ok(a[0].decimal().min(a[1].decimal()).into())
    }),
    static_method(
        "decimal Clamp(decimal value, decimal min, decimal max)",
        |_, a, _| {
            let (value, min, max) = (a[0].decimal(), a[1].decimal(), a[2].decimal());
            if min > max {
                return Err(crossed(&a[1], &a[2]).into());
            }
            Ok(value.clamp(min, max).into())
        },
    ),
    static_method("decimal Abs(decimal value)", |_, a, _| {
        Ok(a[0].decimal().abs().into())
    }),
    static_method("int Sign(decimal value)", |_, a, _| {
        Ok((a[0].decimal().cmp(&Decimal::ZERO) as i32).into())
    }),
    static_method("decimal Floor(decimal d)", |_, a, _| {
        Ok(a[0].decimal().floor().into())
    }),
    static_method("decimal Ceiling(decimal d)", |_, a, _| {
        Ok(a[0].decimal().ceil().into())
    }),
    static_method("decimal Truncate(decimal d)", |_, a, _| {
        Ok(a[0].decimal().trunc().into())
    }),
    static_method("decimal Round(decimal d)", |_, a, _| {
        Ok(math::round_decimal(a[0].decimal(), 0, Rounding::ToEven)?.into())
    }),
    static_method("decimal Round(decimal d, int decimals)", |_, a, _| {
        Ok(math::round_decimal(a[0].decimal(), a[1].long(), Rounding::ToEven)?.into())
    }),
    static_method("decimal Round(decimal d, MidpointRounding mode)", |_, a, _| {
        Ok(math::round_decimal(a[0].decimal(), 0, Rounding::from_number(a[1].long())?)?.into())
    }),
    static_method(
        "decimal Round(decimal d, int decimals, MidpointRounding mode)",
        |_, a, _| {
            Ok(math::round_decimal(a[0].decimal(), a[1].long(), Rounding::from_number(a[2].long())?)?.into())
        },
    ),
];

fn wide(value: &Value) -> i128 {
    value.integer().unwrap_or_default()
}

fn clamp(a: &[Value]) -> Eval<i128> {
    let (value, min, max) = (wide(&a[0]), wide(&a[1]), wide(&a[2]));
    if min > max {
        return Err(crossed(&a[1], &a[2]).into());
    }
    Ok(value.clamp(min, max))
}

fn crossed(min: &Value, max: &Value) -> Exception {
    Exception::argument(format!(
        "'{}' cannot be greater than {}.",
        min.to_text(),
        max.to_text()
    ))
}

fn division(divisor: i32) -> Exception {
    match divisor {
        0 => Exception::new("System.DivideByZeroException", "Attempted to divide by zero."),
        _ => Exception::overflow("Arithmetic operation resulted in an overflow."),
    }
}
