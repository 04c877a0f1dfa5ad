use super::{number, text};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

type Answer = Result<Value, String>;

struct Network {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Network, String> {
        let wrong = || format!("`{text}` is no address range");
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let prefix: u32 = prefix.parse().map_err(|_| wrong())?;
        let (address, bits) = match address.parse::<IpAddr>().map_err(|_| wrong())? {
            IpAddr::V4(it) => (u128::from(u32::from(it)), 32),
            IpAddr::V6(it) => (u128::from(it), 128),
        };
        match prefix <= bits {
            true => Ok(Network {
                address: address & mask(prefix, bits),
                prefix,
                bits,
            }),
            false => Err(wrong()),
        }
    }

    fn shown(&self, address: u128) -> String {
        match self.bits {
            32 => Ipv4Addr::from(u32::try_from(address).unwrap_or(u32::MAX)).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }

    fn last(&self) -> u128 {
        self.address | (all(self.bits) & !mask(self.prefix, self.bits))
    }
}

fn all(bits: u32) -> u128 {
    if bits == 128 { u128::MAX } else { (1 << bits) - 1 }
}

fn mask(prefix: u32, bits: u32) -> u128 {
    match prefix {
        0 => 0,
        _ => all(bits) & !all(bits).checked_shr(prefix).unwrap_or(0),
    }
}

pub(super) fn parse(values: &[Value]) -> Answer {
    let network = Network::parse(text(values, 0)?)?;
    let (first, last) = (network.address, network.last());
    let mut out = json!({
        "network": network.shown(first),
        "netmask": network.shown(mask(network.prefix, network.bits)),
        "cidr": network.prefix,
    });
    // The two outermost addresses of an IPv4 network are not for hosts.
    let edge = u128::from(network.bits == 32 && network.prefix < 31);
    if network.bits == 32 {
        out["broadcast"] = network.shown(last).into();
    }
    out["firstUsable"] = network.shown(first + edge).into();
    out["lastUsable"] = network.shown(last - edge).into();
    Ok(out)
}

pub(super) fn subnet(values: &[Value]) -> Answer {
    let network = Network::parse(text(values, 0)?)?;
    let (prefix, index) = (number(values, 1)?, number(values, 2)?);
    let prefix = u32::try_from(prefix)
        .ok()
        .filter(|it| (network.prefix..=network.bits).contains(it));
    let prefix =
        prefix.ok_or_else(|| format!("argument 2 must be from {} to {}", network.prefix, network.bits))?;
    let index = u128::try_from(index).ok().filter(|it| {
        let room = prefix - network.prefix;
        room == 128 || *it < 1 << room
    });
    let index = index.ok_or_else(|| "there are not so many networks of that size in the range".to_owned())?;
    let start = network.address + index.checked_shl(network.bits - prefix).unwrap_or(0);
    Ok(format!("{}/{prefix}", network.shown(start)).into())
}

pub(super) fn host(values: &[Value]) -> Answer {
    let network = Network::parse(text(values, 0)?)?;
    let index = number(values, 1)?;
    // The first address names an IPv4 network itself: host 0 is the one behind it.
    let first = network.address + u128::from(network.bits == 32 && network.prefix < 31);
    let end = network.last() - u128::from(network.bits == 32 && network.prefix < 31);
    let address = u128::try_from(index)
        .ok()
        .and_then(|index| first.checked_add(index));
    let address = address
        .filter(|it| *it <= end)
        .ok_or_else(|| format!("the range has no host {index}"))?;
    Ok(network.shown(address).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_parted_as_documented() {
        let subnet =
            |range: &str, prefix: i64, index: i64| subnet(&[range.into(), prefix.into(), index.into()]);
        assert_eq!(subnet("10.144.0.0/20", 24, 0), Ok("10.144.0.0/24".into()));
        assert_eq!(subnet("10.144.0.0/20", 24, 15), Ok("10.144.15.0/24".into()));
        assert!(subnet("10.144.0.0/20", 24, 16).is_err() && subnet("10.144.0.0/20", 19, 0).is_err());
        assert_eq!(host(&["10.144.3.0/24".into(), 0.into()]), Ok("10.144.3.1".into()));
        assert_eq!(host(&["10.144.3.0/24".into(), 4.into()]), Ok("10.144.3.5".into()));
        let parsed = parse(&["10.144.0.0/20".into()]).expect("a range");
        assert_eq!(parsed["broadcast"], "10.144.15.255");
        assert_eq!(
            (&parsed["firstUsable"], &parsed["lastUsable"]),
            (&json!("10.144.0.1"), &json!("10.144.15.254"))
        );
        assert_eq!(parsed["netmask"], "255.255.240.0");
        assert!(parse(&["0.0.0.0/0".into()]).is_ok() && parse(&["::/0".into()]).is_ok());
    }
}
