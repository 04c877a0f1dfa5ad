//! `System.BitConverter`.

use super::array;
use super::table::{Member, TypeDef, static_class, static_method, static_property};
use crate::Value;
use crate::dotnet::bits;
use crate::exception::Eval;

pub(crate) static TYPES: &[&TypeDef] = &[&BIT_CONVERTER];

/// `System.BitConverter`.
pub(crate) static BIT_CONVERTER: TypeDef = static_class("System.BitConverter").members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_property("bool IsLittleEndian", |_, _, _| Ok(true.into())),
    static_method("string ToString(byte[] value)", |_, a, _| {
        Ok(bits::text(&array::bytes(&a[0], "value")?).into())
    }),
    static_method("string ToString(byte[] value, int startIndex)", |_, a, _| {
        Ok(bits::text_from(&array::bytes(&a[0], "value")?, a[1].long(), None)?.into())
    }),
    static_method(
        "string ToString(byte[] value, int startIndex, int length)",
        |_, a, _| Ok(bits::text_from(&array::bytes(&a[0], "value")?, a[1].long(), Some(a[2].long()))?.into()),
    ),
    static_method("bool ToBoolean(byte[] value, int startIndex)", |_, a, _| {
        Ok((take::<1>(a)?[0] != 0).into())
    }),
    static_method("char ToChar(byte[] value, int startIndex)", |_, a, _| {
        Ok(Value::Char(u16::from_le_bytes(take(a)?)))
    }),
    static_method("short ToInt16(byte[] value, int startIndex)", |_, a, _| {
        Ok(Value::Short(i16::from_le_bytes(take(a)?)))
    }),
    static_method("int ToInt32(byte[] value, int startIndex)", |_, a, _| {
        Ok(i32::from_le_bytes(take(a)?).into())
    }),
    static_method("long ToInt64(byte[] value, int startIndex)", |_, a, _| {
        Ok(i64::from_le_bytes(take(a)?).into())
    }),
    static_method("ushort ToUInt16(byte[] value, int startIndex)", |_, a, _| {
        Ok(Value::UShort(u16::from_le_bytes(take(a)?)))
    }),
    static_method("uint ToUInt32(byte[] value, int startIndex)", |_, a, _| {
        Ok(Value::UInt(u32::from_le_bytes(take(a)?)))
    }),
    static_method("ulong ToUInt64(byte[] value, int startIndex)", |_, a, _| {
        Ok(Value::ULong(u64::from_le_bytes(take(a)?)))
    }),
    static_method("float ToSingle(byte[] value, int startIndex)", |_, a, _| {
        Ok(Value::Single(f32::from_le_bytes(take(a)?)))
    }),
    static_method("double ToDouble(byte[] value, int startIndex)", |_, a, _| {
        Ok(f64::from_le_bytes(take(a)?).into())
    }),
    static_method("byte[] GetBytes(bool value)", |_, a, _| {
        Ok(array::from_bytes(&[u8::from(a[0].bool())]))
    }),
    static_method("byte[] GetBytes(char value)", |_, a, _| {
        Ok(array::from_bytes(&a[0].char().to_le_bytes()))
    }),
    static_method("byte[] GetBytes(short value)", |_, a, _| {
        Ok(array::from_bytes(&(a[0].long() as i16).to_le_bytes()))
    }),
    static_method("byte[] GetBytes(int value)", |_, a, _| {
        Ok(array::from_bytes(&a[0].int().to_le_bytes()))
    }),
    static_method("byte[] GetBytes(long value)", |_, a, _| {
        Ok(array::from_bytes(&a[0].long().to_le_bytes()))
    }),
    static_method("byte[] GetBytes(ushort value)", |_, a, _| {
        Ok(array::from_bytes(&(a[0].long() as u16).to_le_bytes()))
    }),
    static_method("byte[] GetBytes(uint value)", |_, a, _| {
        Ok(array::from_bytes(&(a[0].long() as u32).to_le_bytes()))
    }),
    static_method("byte[] GetBytes(ulong value)", |_, a, _| {
        Ok(array::from_bytes(&a[0].long().to_le_bytes()))
    }),
    static_method("byte[] GetBytes(float value)", |_, a, _| {
        Ok(array::from_bytes(&(a[0].double() as f32).to_le_bytes()))
    }),
    static_method("byte[] GetBytes(double value)", |_, a, _| {
        Ok(array::from_bytes(&a[0].double().to_le_bytes()))
    }),
    static_method("int SingleToInt32Bits(float value)", |_, a, _| {
        Ok((a[0].double() as f32).to_bits().cast_signed().into())
    }),
    static_method("float Int32BitsToSingle(int value)", |_, a, _| {
        Ok(Value::Single(f32::from_bits(a[0].int().cast_unsigned())))
    }),
    static_method("long DoubleToInt64Bits(double value)", |_, a, _| {
        Ok((a[0].double().to_bits() as i64).into())
    }),
    static_method("double Int64BitsToDouble(long value)", |_, a, _| {
        Ok(f64::from_bits(a[0].long() as u64).into())
    }),
];

fn take<const N: usize>(a: &[Value]) -> Eval<[u8; N]> {
    Ok(bits::take(&array::bytes(&a[0], "value")?, a[1].long())?)
}
