//! Symmetric ciphers with the modes and paddings of .NET.

use super::failure;
use crate::dotnet::error::{DotnetError, Result};
use cipher::{
    Array, Block, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit, KeyInit, common::InnerInit,
};

/// An algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cipher {
    Aes,
    TripleDes,
    Des,
    Rc2,
}

/// `CipherMode`. OFB and CTS have names and no implementation in .NET either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Cbc = 1,
    Ecb = 2,
    Ofb = 3,
    Cfb = 4,
    Cts = 5,
}

/// `PaddingMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    None = 1,
    Pkcs7 = 2,
    Zeros = 3,
    AnsiX923 = 4,
    Iso10126 = 5,
}

/// The key sizes that an algorithm takes, in bits: smallest, largest, step.
#[derive(Debug)]
pub(crate) struct KeySizes {
    pub(crate) min: i32,
    pub(crate) max: i32,
    pub(crate) skip: i32,
}

impl Cipher {
    /// By the names that `SymmetricAlgorithm.Create(name)` and `CryptoConfig` know. Case counts for nothing.
    pub(crate) fn by_name(name: &str) -> Option<Cipher> {
        let short = name.rsplit('.').next()?.to_ascii_lowercase();
        Some(match short.as_str() {
            "aes" | "aesmanaged" | "aescryptoserviceprovider" | "aescng" => Cipher::Aes,
            "rijndael" | "rijndaelmanaged" | "symmetricalgorithm" => Cipher::Aes,
            "des" | "descryptoserviceprovider" => Cipher::Des,
            "3des" | "tripledes" | "triple des" | "tripledescryptoserviceprovider" | "tripledescng" => {
                Cipher::TripleDes
            }
            "rc2" | "rc2cryptoserviceprovider" => Cipher::Rc2,
            _ => return None,
        })
    }

    /// Bytes of a block.
    pub(crate) fn block(self) -> usize {
        match self {
            Cipher::Aes => 16,
            _ => 8,
        }
    }

    /// `LegalKeySizes`.
    pub(crate) fn key_sizes(self) -> KeySizes {
        let (min, max, skip) = match self {
            Cipher::Aes => (128, 256, 64),
            Cipher::TripleDes => (128, 192, 64),
            Cipher::Des => (64, 64, 0),
            Cipher::Rc2 => (40, 128, 8),
        };
        KeySizes { min, max, skip }
    }

    /// Bits of the key that a new object makes.
    pub(crate) fn default_key(self) -> i32 {
        match self {
            Cipher::Aes => 256,
            Cipher::TripleDes => 192,
            Cipher::Des => 64,
            Cipher::Rc2 => 128,
        }
    }

    /// `ValidKeySize`.
    pub(crate) fn takes_key(self, bits: i32) -> bool {
        let sizes = self.key_sizes();
        (sizes.min..=sizes.max).contains(&bits) && (sizes.skip == 0 || (bits - sizes.min) % sizes.skip == 0)
    }
}

/// How text is cut into blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scheme {
    pub(crate) cipher: Cipher,
    pub(crate) mode: Mode,
    pub(crate) padding: Padding,
}

impl Scheme {
    /// What a fresh algorithm object has: CBC with PKCS#7.
    pub(crate) fn new(cipher: Cipher) -> Scheme {
        Scheme {
            cipher,
            mode: Mode::Cbc,
            padding: Padding::Pkcs7,
        }
    }

    /// Bytes that one call takes at a time: one in CFB, whose feedback is a byte as in .NET.
    pub(crate) fn unit(self) -> usize {
        match self.mode {
            Mode::Cfb => 1,
            _ => self.cipher.block(),
        }
    }

    /// Whether key and vector have sizes that `CreateEncryptor(key, iv)` takes.
    pub(crate) fn check(self, key: &[u8], iv: Option<&[u8]>) -> Result<()> {
        let argument = |message: &str, name: &str| {
            DotnetError::new(
                "System.ArgumentException",
                format!("{message} (Parameter '{name}')"),
            )
        };
        if !self.cipher.takes_key(key.len() as i32 * 8) {
            return Err(argument(
                "Specified key is not a valid size for this algorithm.",
                "rgbKey",
            ));
        }
        match (self.mode, iv) {
            (_, Some(iv)) if iv.len() != self.cipher.block() => Err(argument(
                "Specified initialization vector (IV) does not match the block size for this algorithm.",
                "rgbIV",
            )),
            (Mode::Cbc | Mode::Cfb, None) => Err(failure(
                "The cipher mode specified requires that an initialization vector (IV) be used.",
            )),
            (Mode::Ofb | Mode::Cts, _) => {
                Err(failure("Specified cipher mode is not valid for this algorithm."))
            }
            _ => Ok(()),
        }
    }

    /// Encrypts the whole of a message. `noise` gives bytes for ISO 10126.
    pub(crate) fn encrypt(
        self,
        key: &[u8],
        iv: Option<&[u8]>,
        plain: &[u8],
        noise: impl FnMut() -> u8,
    ) -> Result<Vec<u8>> {
        self.check(key, iv)?;
        let mut bytes = plain.to_vec();
        pad(&mut bytes, self.unit(), self.padding, noise)?;
        self.apply(key, iv, &mut bytes, Direction::Encrypt)?;
        Ok(bytes)
    }

    /// Decrypts the whole of a message.
    pub(crate) fn decrypt(self, key: &[u8], iv: Option<&[u8]>, secret: &[u8]) -> Result<Vec<u8>> {
        self.check(key, iv)?;
        if !secret.len().is_multiple_of(self.unit()) {
            return Err(failure("The input data is not a complete block."));
        }
        let mut bytes = secret.to_vec();
        self.apply(key, iv, &mut bytes, Direction::Decrypt)?;
        unpad(&mut bytes, self.unit(), self.padding)?;
        Ok(bytes)
    }

    /// Runs the mode over whole units; the vector becomes that of the next call if there is one.
    pub(crate) fn apply(
        self,
        key: &[u8],
        iv: Option<&[u8]>,
        bytes: &mut [u8],
        direction: Direction,
    ) -> Result<()> {
        let tripled;
        let iv = iv.unwrap_or_default();
        let done = match (self.cipher, key.len()) {
            (Cipher::Aes, 16) => run::<aes::Aes128>(self.mode, key, iv, bytes, direction),
            (Cipher::Aes, 24) => run::<aes::Aes192>(self.mode, key, iv, bytes, direction),
            (Cipher::Aes, 32) => run::<aes::Aes256>(self.mode, key, iv, bytes, direction),
            (Cipher::Des, 8) => run::<des::Des>(self.mode, key, iv, bytes, direction),
            (Cipher::TripleDes, 24) => run::<des::TdesEde3>(self.mode, key, iv, bytes, direction),
            (Cipher::TripleDes, 16) => {
                tripled = [key, &key[..8]].concat();
                run::<des::TdesEde3>(self.mode, &tripled, iv, bytes, direction)
            }
            (Cipher::Rc2, _) => run::<rc2::Rc2>(self.mode, key, iv, bytes, direction),
            _ => None,
        };
        done.ok_or_else(|| failure("Specified key is not a valid size for this algorithm."))
    }
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Encrypt,
    Decrypt,
}

fn run<C>(mode: Mode, key: &[u8], iv: &[u8], bytes: &mut [u8], direction: Direction) -> Option<()>
where
    C: KeyInit + cipher::BlockCipherEncrypt + cipher::BlockCipherDecrypt,
{
    let cipher = C::new_from_slice(key).ok()?;
    match (mode, direction) {
        (Mode::Ecb, Direction::Encrypt) => encrypt_all(ecb::Encryptor::<C>::inner_init(cipher), bytes),
        (Mode::Ecb, Direction::Decrypt) => decrypt_all(ecb::Decryptor::<C>::inner_init(cipher), bytes),
        (Mode::Cbc, Direction::Encrypt) => {
            encrypt_all(cbc::Encryptor::<C>::inner_iv_slice_init(cipher, iv).ok()?, bytes)
        }
        (Mode::Cbc, Direction::Decrypt) => {
            decrypt_all(cbc::Decryptor::<C>::inner_iv_slice_init(cipher, iv).ok()?, bytes)
        }
        (Mode::Cfb, Direction::Encrypt) => {
            encrypt_all(cfb8::Encryptor::<C>::inner_iv_slice_init(cipher, iv).ok()?, bytes)
        }
        (Mode::Cfb, Direction::Decrypt) => {
            decrypt_all(cfb8::Decryptor::<C>::inner_iv_slice_init(cipher, iv).ok()?, bytes)
        }
        (Mode::Ofb | Mode::Cts, _) => return None,
    }
    Some(())
}

fn encrypt_all<M: BlockModeEncrypt>(mut mode: M, bytes: &mut [u8]) {
    mode.encrypt_blocks(blocks::<M>(bytes));
}

fn decrypt_all<M: BlockModeDecrypt>(mut mode: M, bytes: &mut [u8]) {
    mode.decrypt_blocks(blocks::<M>(bytes));
}

fn blocks<M: BlockSizeUser>(bytes: &mut [u8]) -> &mut [Block<M>] {
    Array::slice_as_chunks_mut(bytes).0
}

fn pad(bytes: &mut Vec<u8>, unit: usize, padding: Padding, mut noise: impl FnMut() -> u8) -> Result<()> {
    let count = unit - bytes.len() % unit;
    let size = u8::try_from(count).unwrap_or_default();
    let target = bytes.len() + count;
    match padding {
        Padding::None if count == unit => (),
        Padding::None => return Err(failure("The input data is not a complete block.")),
        Padding::Zeros if count == unit => (),
        Padding::Zeros => bytes.resize(target, 0),
        Padding::Pkcs7 => bytes.resize(target, size),
        Padding::AnsiX923 => {
            bytes.resize(target - 1, 0);
            bytes.push(size);
        }
        Padding::Iso10126 => {
            bytes.resize_with(target - 1, &mut noise);
            bytes.push(size);
        }
    }
    Ok(())
}

fn unpad(bytes: &mut Vec<u8>, unit: usize, padding: Padding) -> Result<()> {
    if matches!(padding, Padding::None | Padding::Zeros) {
        return Ok(());
    }
    let Some(count) = bytes.last().map(|it| usize::from(*it)) else {
        return Ok(());
    };
    let start = bytes.len().checked_sub(count);
    let right = |start: usize| match padding {
        Padding::Pkcs7 => bytes[start..].iter().all(|it| usize::from(*it) == count),
        Padding::AnsiX923 => bytes[start..bytes.len() - 1].iter().all(|it| *it == 0),
        _ => true,
    };
    match start {
        Some(start) if (1..=unit).contains(&count) && right(start) => {
            bytes.truncate(start);
            Ok(())
        }
        _ => Err(failure("Padding is invalid and cannot be removed.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex
            .bytes()
            .filter_map(|it| (it as char).to_digit(16))
            .map(|it| it as u8)
            .collect();
        digits.chunks(2).map(|it| it[0] * 16 + it[1]).collect()
    }

    fn scheme(cipher: Cipher, mode: Mode, padding: Padding) -> Scheme {
        Scheme {
            cipher,
            mode,
            padding,
        }
    }

    // NIST SP 800-38A, F.2.5 (CBC-AES256), F.1.1 (ECB-AES128) and F.3.7 (CFB8-AES128); NIST SP 800-67 for TDEA (appendix B);
    // RFC 2268 section 5 for RC2 with 64 effective bits.
    #[test]
    fn known_answers() {
        let cases = [
            (
                scheme(Cipher::Aes, Mode::Cbc, Padding::None),
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "000102030405060708090a0b0c0d0e0f",
                "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
                "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
            ),
            (
                scheme(Cipher::Aes, Mode::Ecb, Padding::None),
                "2b7e151628aed2a6abf7158809cf4f3c",
                "",
                "6bc1bee22e409f96e93d7e117393172a",
                "3ad77bb40d7a3660a89ecaf32466ef97",
            ),
            (
                scheme(Cipher::Aes, Mode::Cfb, Padding::None),
                "2b7e151628aed2a6abf7158809cf4f3c",
                "000102030405060708090a0b0c0d0e0f",
                "6bc1bee22e409f96e93d7e117393172aae2d",
                "3b79424c9c0dd436bace9e0ed4586a4f32b9",
            ),
            (
                scheme(Cipher::TripleDes, Mode::Ecb, Padding::None),
                "0123456789abcdef23456789abcdef01456789abcdef0123",
                "",
                "5468652071756663",
                "a826fd8ce53b855f",
            ),
            (
                scheme(Cipher::Rc2, Mode::Ecb, Padding::None),
                "3000000000000000",
                "",
                "1000000000000001",
                "30649edf9be7d2c2",
            ),
        ];
        for (scheme, key, iv, plain, secret) in cases {
            let (key, iv) = (bytes(key), bytes(iv));
            let iv = (!iv.is_empty()).then_some(&*iv);
            let made = scheme.encrypt(&key, iv, &bytes(plain), || 0).expect("encrypts");
            assert_eq!(made, bytes(secret), "{scheme:?}");
            assert_eq!(
                scheme.decrypt(&key, iv, &made).expect("decrypts"),
                bytes(plain),
                "{scheme:?}"
            );
        }
    }

    #[test]
    fn every_padding_comes_off_again() {
        for padding in [Padding::Pkcs7, Padding::AnsiX923, Padding::Iso10126] {
            for length in 0..40 {
                let scheme = scheme(Cipher::Aes, Mode::Cbc, padding);
                let plain = vec![7; length];
                let made = scheme
                    .encrypt(&[1; 16], Some(&[2; 16]), &plain, || 9)
                    .expect("encrypts");
                assert_eq!(made.len(), length / 16 * 16 + 16);
                assert_eq!(
                    scheme.decrypt(&[1; 16], Some(&[2; 16]), &made).expect("decrypts"),
                    plain
                );
            }
        }
    }

    #[test]
    fn a_wrong_key_is_noticed_by_the_padding() {
        let scheme = Scheme::new(Cipher::Aes);
        let made = scheme
            .encrypt(&[1; 16], Some(&[2; 16]), b"text", || 0)
            .expect("encrypts");
        let error = scheme
            .decrypt(&[3; 16], Some(&[2; 16]), &made)
            .expect_err("does not decrypt");
        assert_eq!(error.message, "Padding is invalid and cannot be removed.");
    }
}
