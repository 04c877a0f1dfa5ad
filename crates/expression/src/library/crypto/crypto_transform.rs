//! `System.Security.Cryptography.ICryptoTransform`: what `CreateEncryptor` gives.

use super::part;
use crate::Value;
use crate::dotnet::crypto::cipher::{Direction, Mode, Padding, Scheme};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::array;
use crate::library::table::{TypeDef, interface, method, property};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[&CRYPTO_TRANSFORM];

/// `System.Security.Cryptography.ICryptoTransform`.
pub(crate) static CRYPTO_TRANSFORM: TypeDef = interface("System.Security.Cryptography.ICryptoTransform")
    .bases(&["IDisposable"])
    .members(&[
        method("byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)", |cx, a, _| {
            let input = part(&a[1], "inputBuffer", a[2].int(), a[3].int())?;
            a[0].of::<Transform>()?.finish(cx, &input)
        }),
        method(
            "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)",
            |_, a, _| {
                let input = part(&a[1], "inputBuffer", a[2].int(), a[3].int())?;
                let made = a[0].of::<Transform>()?.blocks(&input)?;
                write(&made, &a[4], a[5].int())
            },
        ),
        property("int InputBlockSize", |_, a, _| {
            Ok((a[0].of::<Transform>()?.scheme.unit() as i32).into())
        }),
        property("int OutputBlockSize", |_, a, _| {
            Ok((a[0].of::<Transform>()?.scheme.unit() as i32).into())
        }),
        property("bool CanReuseTransform", |_, _, _| Ok(true.into())),
        property("bool CanTransformMultipleBlocks", |_, _, _| Ok(true.into())),
    ])
    .not_in_azure();

/// One direction of a cipher with its key.
#[derive(Debug)]
pub(super) struct Transform {
    scheme: Scheme,
    direction: Direction,
    key: Vec<u8>,
    iv: Option<Vec<u8>>,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    // The vector of the next block.
    iv: Option<Vec<u8>>,
    // The last block so far, kept back while it might be the padded one.
    held: Vec<u8>,
}

impl Transform {
    /// A transform as a value, with key and vector checked.
    pub(super) fn create(scheme: Scheme, direction: Direction, key: Vec<u8>, iv: Option<Vec<u8>>) -> Eval {
        scheme.check(&key, iv.as_deref())?;
        let progress = Progress {
            iv: iv.clone(),
            held: Vec::new(),
        };
        Ok(Value::object(Transform {
            scheme,
            direction,
            key,
            iv,
            progress: Mutex::new(progress),
        }))
    }

    fn blocks(&self, input: &[u8]) -> Eval<Vec<u8>> {
        if input.is_empty() || !input.len().is_multiple_of(self.scheme.unit()) {
            return Err(Exception::out_of_range("Value was invalid.", "inputCount").into());
        }
        let mut progress = self.progress.lock();
        let mut bytes = std::mem::take(&mut progress.held);
        bytes.extend_from_slice(input);
        let keeps = self.direction == Direction::Decrypt
            && !matches!(self.scheme.padding, Padding::None | Padding::Zeros);
        if keeps {
            progress.held = bytes.split_off(bytes.len() - self.scheme.unit());
        }
        let before = bytes.clone();
        self.scheme
            .apply(&self.key, progress.iv.as_deref(), &mut bytes, self.direction)?;
        let secret = match self.direction {
            Direction::Encrypt => &bytes,
            Direction::Decrypt => &before,
        };
        if let (Some(iv), true) = (&mut progress.iv, self.scheme.mode != Mode::Ecb) {
            let mut history = std::mem::take(iv);
            history.extend_from_slice(secret);
            *iv = history.split_off(history.len() - self.scheme.cipher.block());
        }
        Ok(bytes)
    }

    fn finish(&self, cx: &mut Cx<'_>, input: &[u8]) -> Eval {
        cx.charge(input.len().saturating_mul(2))?;
        let mut progress = self.progress.lock();
        let mut bytes = std::mem::take(&mut progress.held);
        bytes.extend_from_slice(input);
        let iv = std::mem::replace(&mut progress.iv, self.iv.clone());
        let made = match self.direction {
            Direction::Encrypt => self
                .scheme
                .encrypt(&self.key, iv.as_deref(), &bytes, || cx.random() as u8),
            Direction::Decrypt => self.scheme.decrypt(&self.key, iv.as_deref(), &bytes),
        };
        Ok(array::from_bytes(&made?))
    }
}

/// Writes bytes into an array; gives how many.
pub(super) fn write(bytes: &[u8], target: &Value, offset: i32) -> Eval {
    for (at, byte) in bytes.iter().enumerate() {
        array::set(target, i64::from(offset) + at as i64, &Value::Byte(*byte))?;
    }
    Ok((bytes.len() as i32).into())
}

impl Object for Transform {
    fn ty(&self) -> Type {
        Type::class(&CRYPTO_TRANSFORM)
    }
}
