//! Session affinity of a pool: a cookie that binds a caller to a member (gateway.md 3.7).

use http::header::{COOKIE, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The cookie of one pool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Affinity {
    name: String,
    // An opaque, stable id per member, in the order of members.
    tokens: Vec<String>,
}

impl Affinity {
    /// The cookie called `name` of `pool`.
    pub(crate) fn new<'a>(name: &str, pool: &str, members: impl Iterator<Item = &'a str>) -> Affinity {
        Affinity {
            name: name.to_owned(),
            tokens: members.map(|member| token(pool, member)).collect(),
        }
    }

    /// The member that a request is bound to.
    pub(crate) fn bound(&self, headers: &HeaderMap) -> Option<usize> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .find_map(|(_, value)| self.tokens.iter().position(|token| token == value))
    }

    /// The `Set-Cookie` that binds to `member`. Its attributes are inferred.
    pub(crate) fn cookie(&self, member: usize) -> Option<HeaderValue> {
        let token = self.tokens.get(member)?;
        HeaderValue::try_from(format!("{}={token}; Path=/; HttpOnly", self.name)).ok()
    }
}

fn token(pool: &str, member: &str) -> String {
    let digest = Sha256::digest(format!("{pool}\n{member}"));
    let mut text = String::with_capacity(32);
    for byte in &digest[..16] {
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_that_was_set_leads_back_and_no_other_does() {
        let affinity = Affinity::new("SessionId", "pool", ["a", "b"].into_iter());
        let set = affinity.cookie(1).expect("a cookie");
        let pair = set
            .to_str()
            .expect("text")
            .split(';')
            .next()
            .expect("a pair")
            .to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, format!("x=1; {pair}").parse().expect("a value"));
        assert_eq!(affinity.bound(&headers), Some(1));
        assert_eq!(
            Affinity::new("SessionId", "other", ["a", "b"].into_iter()).bound(&headers),
            None
        );
        headers.insert(COOKIE, HeaderValue::from_static("SessionId=b"));
        assert_eq!(affinity.bound(&headers), None);
    }
}
