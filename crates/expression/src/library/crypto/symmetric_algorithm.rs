//! `System.Security.Cryptography.SymmetricAlgorithm`, and `Aes` and its kin, which Azure knows by name only:
//! `SymmetricAlgorithm.Create("Aes")`.

use super::crypto_transform::Transform;
use super::{cipher_mode, key_sizes};
use crate::Value;
use crate::dotnet::crypto::cipher::{Cipher, Direction, KeySizes, Mode, Scheme};
use crate::dotnet::crypto::failure;
use crate::eval::Cx;
use crate::exception::Eval;
use crate::library::array;
use crate::library::table::{Member, TypeDef, class, constructor, method, property, static_method};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

pub(crate) static TYPES: &[&TypeDef] = &[
    &SYMMETRIC_ALGORITHM,
    &AES,
    &AES_MANAGED,
    &AES_PROVIDER,
    &RIJNDAEL,
    &RIJNDAEL_MANAGED,
    &TRIPLE_DES,
    &TRIPLE_DES_PROVIDER,
    &DES,
    &DES_PROVIDER,
    &RC2,
    &RC2_PROVIDER,
];

/// `System.Security.Cryptography.SymmetricAlgorithm`.
pub(crate) static SYMMETRIC_ALGORITHM: TypeDef = class("System.Security.Cryptography.SymmetricAlgorithm")
    .bases(&["IDisposable"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    static_method("SymmetricAlgorithm Create(string algName)", |cx, a, _| {
        Ok(match Cipher::by_name(&a[0].str("algName")?.as_str()) {
            Some(cipher) => create(cx, def_of(cipher), cipher),
            None => Value::Null,
        })
    }),
    property("int BlockSize", |_, a, _| {
        Ok((it(&a[0])?.cipher.block() as i32 * 8).into())
    })
    .set(
        |_, a, _| match a[1].int() == it(&a[0])?.cipher.block() as i32 * 8 {
            true => Ok(Value::Null),
            false => Err(failure("Specified block size is not valid for this algorithm.").into()),
        },
    ),
    property("int FeedbackSize", |_, _, _| Ok(8.into())).set(|_, a, _| match a[1].int() {
        8 => Ok(Value::Null),
        _ => Err(failure("Specified feedback size is not valid for this algorithm.").into()),
    }),
    property("int KeySize", |_, a, _| {
        Ok((it(&a[0])?.state.lock().key.len() as i32 * 8).into())
    })
    .set(|cx, a, _| {
        let it = it(&a[0])?;
        let bits = a[1].int();
        if !it.cipher.takes_key(bits) {
            return Err(invalid_key());
        }
        it.state.lock().key = noise(cx, bits as usize / 8);
        Ok(Value::Null)
    }),
    property("KeySizes[] LegalKeySizes", |_, a, _| {
        Ok(key_sizes::one(it(&a[0])?.cipher.key_sizes()))
    }),
    property("KeySizes[] LegalBlockSizes", |_, a, _| {
        let bits = it(&a[0])?.cipher.block() as i32 * 8;
        Ok(key_sizes::one(KeySizes {
            min: bits,
            max: bits,
            skip: 0,
        }))
    }),
    method("bool ValidKeySize(int bitLength)", |_, a, _| {
        Ok(it(&a[0])?.cipher.takes_key(a[1].int()).into())
    }),
    property("byte[] Key", |_, a, _| {
        Ok(array::from_bytes(&it(&a[0])?.state.lock().key))
    })
    .set(|_, a, _| {
        let it = it(&a[0])?;
        let key = array::bytes(&a[1], "value")?;
        if !it.cipher.takes_key(key.len() as i32 * 8) {
            return Err(invalid_key());
        }
        it.state.lock().key = key;
        Ok(Value::Null)
    }),
    property("byte[] IV", |_, a, _| {
        Ok(array::from_bytes(&it(&a[0])?.state.lock().iv))
    })
    .set(|_, a, _| {
        let it = it(&a[0])?;
        let iv = array::bytes(&a[1], "value")?;
        if iv.len() != it.cipher.block() {
            let message =
                "Specified initialization vector (IV) does not match the block size for this algorithm.";
            return Err(failure(message).into());
        }
        it.state.lock().iv = iv;
        Ok(Value::Null)
    }),
    property("CipherMode Mode", |_, a, _| {
        Ok(cipher_mode::mode_value(it(&a[0])?.state.lock().scheme.mode))
    })
    .set(|_, a, _| match cipher_mode::mode(&a[1]) {
        Some(mode) if !matches!(mode, Mode::Ofb | Mode::Cts) => {
            it(&a[0])?.state.lock().scheme.mode = mode;
            Ok(Value::Null)
        }
        _ => Err(failure("Specified cipher mode is not valid for this algorithm.").into()),
    }),
    property("PaddingMode Padding", |_, a, _| {
        Ok(cipher_mode::padding_value(it(&a[0])?.state.lock().scheme.padding))
    })
    .set(|_, a, _| match cipher_mode::padding(&a[1]) {
        Some(padding) => {
            it(&a[0])?.state.lock().scheme.padding = padding;
            Ok(Value::Null)
        }
        None => Err(failure("Specified padding mode is not valid for this algorithm.").into()),
    }),
    method("void GenerateKey()", |cx, a, _| {
        let it = it(&a[0])?;
        let size = it.state.lock().key.len();
        it.state.lock().key = noise(cx, size);
        Ok(Value::Null)
    }),
    method("void GenerateIV()", |cx, a, _| {
        let it = it(&a[0])?;
        it.state.lock().iv = noise(cx, it.cipher.block());
        Ok(Value::Null)
    }),
    method("ICryptoTransform CreateEncryptor()", |_, a, _| {
        own(&a[0], Direction::Encrypt)
    }),
    method("ICryptoTransform CreateDecryptor()", |_, a, _| {
        own(&a[0], Direction::Decrypt)
    }),
    method(
        "ICryptoTransform CreateEncryptor(byte[] rgbKey, byte[] rgbIV)",
        |_, a, _| given(a, Direction::Encrypt),
    ),
    method(
        "ICryptoTransform CreateDecryptor(byte[] rgbKey, byte[] rgbIV)",
        |_, a, _| given(a, Direction::Decrypt),
    ),
    method("void Clear()", |_, _, _| Ok(Value::Null)),
    method("void Dispose()", |_, _, _| Ok(Value::Null)),
];

macro_rules! algorithms {
    ($($id:ident = $name:literal: $base:literal, [$($extra:expr),*];)*) => {
        $(
            #[doc = concat!("`System.Security.Cryptography.", $name, "`.")]
            pub(crate) static $id: TypeDef = class(concat!("System.Security.Cryptography.", $name))
                .bases(&[$base])
                .members(&[$($extra),*])
                .not_in_azure();
        )*
    };
}

algorithms! {
    AES = "Aes": "SymmetricAlgorithm",
        [static_method("Aes Create()", |cx, _, _| Ok(create(cx, &AES, Cipher::Aes)))];
    AES_MANAGED = "AesManaged": "Aes",
        [constructor("()", |cx, _, _| Ok(create(cx, &AES_MANAGED, Cipher::Aes)))];
    AES_PROVIDER = "AesCryptoServiceProvider": "Aes",
        [constructor("()", |cx, _, _| Ok(create(cx, &AES_PROVIDER, Cipher::Aes)))];
    RIJNDAEL = "Rijndael": "SymmetricAlgorithm",
        [static_method("Rijndael Create()", |cx, _, _| Ok(create(cx, &RIJNDAEL, Cipher::Aes)))];
    RIJNDAEL_MANAGED = "RijndaelManaged": "Rijndael",
        [constructor("()", |cx, _, _| Ok(create(cx, &RIJNDAEL_MANAGED, Cipher::Aes)))];
    TRIPLE_DES = "TripleDES": "SymmetricAlgorithm",
        [static_method("TripleDES Create()", |cx, _, _| Ok(create(cx, &TRIPLE_DES, Cipher::TripleDes)))];
    TRIPLE_DES_PROVIDER = "TripleDESCryptoServiceProvider": "TripleDES",
        [constructor("()", |cx, _, _| Ok(create(cx, &TRIPLE_DES_PROVIDER, Cipher::TripleDes)))];
    DES = "DES": "SymmetricAlgorithm",
        [static_method("DES Create()", |cx, _, _| Ok(create(cx, &DES, Cipher::Des)))];
    DES_PROVIDER = "DESCryptoServiceProvider": "DES",
        [constructor("()", |cx, _, _| Ok(create(cx, &DES_PROVIDER, Cipher::Des)))];
    RC2 = "RC2": "SymmetricAlgorithm",
        [static_method("RC2 Create()", |cx, _, _| Ok(create(cx, &RC2, Cipher::Rc2)))];
    RC2_PROVIDER = "RC2CryptoServiceProvider": "RC2",
        [constructor("()", |cx, _, _| Ok(create(cx, &RC2_PROVIDER, Cipher::Rc2)))];
}

fn def_of(cipher: Cipher) -> &'static TypeDef {
    match cipher {
        Cipher::Aes => &AES,
        Cipher::TripleDes => &TRIPLE_DES,
        Cipher::Des => &DES,
        Cipher::Rc2 => &RC2,
    }
}

/// An algorithm with its settings.
#[derive(Debug)]
pub(super) struct Algorithm {
    def: &'static TypeDef,
    cipher: Cipher,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    scheme: Scheme,
    key: Vec<u8>,
    iv: Vec<u8>,
}

impl Object for Algorithm {
    fn ty(&self) -> Type {
        Type::class(self.def)
    }
}

impl Algorithm {
    /// Mode and padding, key and vector.
    pub(super) fn settings(&self) -> (Scheme, Vec<u8>, Vec<u8>) {
        let state = self.state.lock();
        (state.scheme, state.key.clone(), state.iv.clone())
    }
}

fn create(cx: &mut Cx<'_>, def: &'static TypeDef, cipher: Cipher) -> Value {
    let state = State {
        scheme: Scheme::new(cipher),
        key: noise(cx, cipher.default_key() as usize / 8),
        iv: noise(cx, cipher.block()),
    };
    Value::object(Algorithm {
        def,
        cipher,
        state: Mutex::new(state),
    })
}

/// Random bytes.
pub(super) fn noise(cx: &mut Cx<'_>, count: usize) -> Vec<u8> {
    (0..count).map(|_| cx.random() as u8).collect()
}

fn it(value: &Value) -> Result<&Algorithm, crate::Exception> {
    value.of::<Algorithm>()
}

fn invalid_key() -> crate::exception::Fault {
    failure("Specified key is not a valid size for this algorithm.").into()
}

fn own(algorithm: &Value, direction: Direction) -> Eval {
    let (scheme, key, iv) = it(algorithm)?.settings();
    Transform::create(scheme, direction, key, Some(iv))
}

fn given(a: &[Value], direction: Direction) -> Eval {
    let (scheme, ..) = it(&a[0])?.settings();
    let key = array::bytes(&a[1], "rgbKey")?;
    Transform::create(scheme, direction, key, array::to_bytes(&a[2]))
}
