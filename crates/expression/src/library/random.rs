//! `System.Random`.

use super::array;
use super::table::{TypeDef, class, constructor, method};
use crate::Value;
use crate::dotnet::random::Random;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&RANDOM];

/// `System.Random`. Without a seed it starts from the dice of the clock, so that a seeded run repeats.
pub(crate) static RANDOM: TypeDef = class("System.Random").members(&[
    constructor("()", |cx, _, _| Ok(value(cx.random() as i32))),
    constructor("(int Seed)", |_, a, _| Ok(value(a[0].int()))),
    method("int Next()", |_, a, _| draw(a, |it| Ok(it.next().into()))),
    method("int Next(int maxValue)", |_, a, _| {
        draw(a, |it| Ok(it.next_below(a[1].int())?.into()))
    }),
    method("int Next(int minValue, int maxValue)", |_, a, _| {
        draw(a, |it| Ok(it.next_between(a[1].int(), a[2].int())?.into()))
    }),
    method("double NextDouble()", |_, a, _| {
        draw(a, |it| Ok(it.next_double().into()))
    }),
    method("void NextBytes(byte[] buffer)", |_, a, _| {
        let mut bytes = array::bytes(&a[1], "buffer")?;
        draw(a, |it| {
            it.fill(&mut bytes);
            Ok(Value::Null)
        })?;
        for (at, byte) in bytes.iter().enumerate() {
            array::set(&a[1], at as i64, &Value::Byte(*byte))?;
        }
        Ok(Value::Null)
    }),
]);

#[derive(Debug)]
struct RandomObject(Mutex<Random>);

fn value(seed: i32) -> Value {
    Value::object(RandomObject(Mutex::new(Random::new(seed))))
}

fn draw(a: &[Value], with: impl FnOnce(&mut Random) -> Eval) -> Eval {
    let object: Result<&RandomObject, Exception> = a[0].of();
    with(&mut object?.0.lock())
}

impl Object for RandomObject {
    fn ty(&self) -> Type {
        Type::class(&RANDOM)
    }
}
