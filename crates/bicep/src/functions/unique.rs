use serde_json::Value;
use uuid::Uuid;

/// Azure's namespace for `guid()`: its results are version-5 UUIDs.
const NAMESPACE: Uuid = Uuid::from_u128(0x11fb06fb_712d_4ddd_98c7_e71bbd588830);

pub(super) fn guid_of(values: &[Value]) -> Result<Value, String> {
    Ok(guid(&joined(values)?).into())
}

pub(super) fn unique_string_of(values: &[Value]) -> Result<Value, String> {
    Ok(unique_string(&joined(values)?).into())
}

fn joined(values: &[Value]) -> Result<String, String> {
    let texts: Result<Vec<&str>, String> = (0..values.len()).map(|at| super::text(values, at)).collect();
    Ok(texts?.join("-"))
}

/// The GUID that Azure makes of a text.
pub(crate) fn guid(text: &str) -> String {
    Uuid::new_v5(&NAMESPACE, text.as_bytes()).to_string()
}

/// The 13 letters and digits that Azure makes of a text: a 64-bit hash in the manner of Murmur, five bits a character.
fn unique_string(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let hash = hash(text.as_bytes());
    (0..13)
        .map(|at| {
            // Thirteen times five bits are one more than there are.
            let bits = match at {
                0..12 => (hash >> (59 - 5 * at)) & 31,
                _ => (hash << 1) & 31,
            };
            char::from(ALPHABET[usize::try_from(bits).unwrap_or_default()])
        })
        .collect()
}

const C1: u32 = 0x239b_961b;
const C2: u32 = 0xab0e_9789;

fn hash(bytes: &[u8]) -> u64 {
    let (mut h1, mut h2) = (0u32, 0u32);
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        let (k1, k2) = (little(&block[..4]), little(&block[4..]));
        h1 ^= first(k1);
        h1 = h1
            .rotate_left(19)
            .wrapping_add(h2)
            .wrapping_mul(5)
            .wrapping_add(0x561c_cd1b);
        h2 ^= second(k2);
        h2 = h2
            .rotate_left(13)
            .wrapping_add(h1)
            .wrapping_mul(5)
            .wrapping_add(0x0bca_a747);
    }
    let tail = blocks.remainder();
    if !tail.is_empty() {
        h1 ^= first(little(&tail[..tail.len().min(4)]));
        if tail.len() > 4 {
            h2 ^= second(little(&tail[4..]));
        }
    }
    let length = bytes.len() as u32;
    h1 ^= length;
    h2 ^= length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = mixed(h1);
    h2 = mixed(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    u64::from(h2) << 32 | u64::from(h1)
}

fn first(k: u32) -> u32 {
    k.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

fn second(k: u32) -> u32 {
    k.wrapping_mul(C2).rotate_left(17).wrapping_mul(C1)
}

fn little(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn mixed(mut h: u32) -> u32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_those_of_azure() {
        assert_eq!(guid("a-b-c"), "a98fa280-e03f-5afa-8d8e-92d0a9c201e8");
        assert_eq!(unique_string("hello-world"), "a7wkljktk6wne");
        assert_eq!(unique_string("tyeth"), "zcztcwvu6iyg6");
    }
}
