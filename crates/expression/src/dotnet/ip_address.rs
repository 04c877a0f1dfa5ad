//! `System.Net.IPAddress`.

use super::error::{DotnetError, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `IPAddress.Parse`. IPv4 may have fewer than four parts and hexadecimal or octal ones, as in the BSD rules.
pub(crate) fn parse(text: &str) -> Result<IpAddr> {
    let wrong = || DotnetError::format("An invalid IP address was specified.");
    if text.contains(':') {
        let inner = text
            .strip_prefix('[')
            .and_then(|it| it.split_once(']'))
            .map_or(text, |(inner, _)| inner);
        // A scope such as `%eth0` is not part of the address that policies see.
        let address = inner.split('%').next().unwrap_or(inner);
        return address.parse::<Ipv6Addr>().map(IpAddr::V6).map_err(|_| wrong());
    }
    four(text).map(IpAddr::V4).ok_or_else(wrong)
}

fn four(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = text.split('.').map(part).collect::<Option<_>>()?;
    let (last, head) = parts.split_last()?;
    if parts.len() > 4 || head.iter().any(|it| *it > 255) {
        return None;
    }
    let room = 8 * (4 - head.len() as u32);
    if *last >= 1 << room {
        return None;
    }
    let high = head
        .iter()
        .enumerate()
        .map(|(at, it)| it << (24 - 8 * at))
        .sum::<u64>();
    Some(Ipv4Addr::from((high + last) as u32))
}

fn part(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix)
        .ok()
        .filter(|it| *it <= u64::from(u32::MAX))
}

/// `ToString()`.
pub(crate) fn text(address: IpAddr) -> String {
    address.to_string()
}

/// `GetAddressBytes`.
pub(crate) fn bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(it) => it.octets().to_vec(),
        IpAddr::V6(it) => it.octets().to_vec(),
    }
}

/// `IPAddress.IsLoopback`.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.is_loopback()
        || matches!(address, IpAddr::V6(it) if it.to_ipv4_mapped().is_some_and(|it| it.is_loopback()))
}

/// `AddressFamily`, by its name.
pub(crate) fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() {
        "InterNetwork"
    } else {
        "InterNetworkV6"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsing() {
        for (input, shown) in [
            ("10.0.0.1", "10.0.0.1"),
            ("1", "0.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("0x7f.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("[::1]:80", "::1"),
            ("2001:DB8::A", "2001:db8::a"),
        ] {
            assert_eq!(parse(input).map(text).as_deref(), Ok(shown));
        }
        for bad in ["", "256.0.0.1", "a.b", "1.2.3.4.5", "1.2.3.", ":::"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("::ffff:127.0.0.1").is_ok_and(is_loopback));
    }
}
