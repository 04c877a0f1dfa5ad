//! `System.Net.IPAddress`.

use super::table::{TypeDef, class, enumeration, method, property, static_method, static_property};
use super::{Def, array, compare};
use crate::Value;
use crate::dotnet::ip_address;
use crate::exception::Exception;
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) static TYPES: &[&TypeDef] = &[&IP_ADDRESS, &ADDRESS_FAMILY];

/// `System.Net.Sockets.AddressFamily`, as far as addresses have one.
pub(crate) static ADDRESS_FAMILY: TypeDef = enumeration(
    "System.Net.Sockets.AddressFamily",
    &[("Unspecified", 0), ("InterNetwork", 2), ("InterNetworkV6", 23)],
);

/// `System.Net.IPAddress`.
pub(crate) static IP_ADDRESS: TypeDef = class("System.Net.IPAddress").members(&[
    static_method("IPAddress Parse(string ipString)", |_, a, _| {
        Ok(value(ip_address::parse(&a[0].str("ipString")?.as_str())?))
    }),
    static_method(
        "bool TryParse(string ipString, out IPAddress address)",
        |_, a, _| {
            let parsed = a[0]
                .str_or_null()
                .and_then(|it| ip_address::parse(&it.as_str()).ok());
            a[1] = parsed.map_or(Value::Null, value);
            Ok(parsed.is_some().into())
        },
    ),
    static_method("bool IsLoopback(IPAddress address)", |_, a, _| {
        Ok(ip_address::is_loopback(it(&a[0])?).into())
    }),
    method("byte[] GetAddressBytes()", |_, a, _| {
        Ok(array::from_bytes(&ip_address::bytes(it(&a[0])?)))
    }),
    property("AddressFamily AddressFamily", |_, a, _| {
        let number = if ip_address::family(it(&a[0])?) == "InterNetwork" {
            2
        } else {
            23
        };
        Ok(Value::Enum(Def(&ADDRESS_FAMILY), number))
    }),
    static_property("IPAddress Loopback", |_, _, _| {
        Ok(value(Ipv4Addr::LOCALHOST.into()))
    })
    .not_in_azure(),
    static_property("IPAddress IPv6Loopback", |_, _, _| {
        Ok(value(Ipv6Addr::LOCALHOST.into()))
    })
    .not_in_azure(),
    static_property("IPAddress Any", |_, _, _| Ok(value(Ipv4Addr::UNSPECIFIED.into()))).not_in_azure(),
    method("IPAddress MapToIPv4()", |_, a, _| {
        Ok(value(match it(&a[0])? {
            IpAddr::V6(six) => six.to_ipv4().map_or(IpAddr::V6(six), IpAddr::V4),
            four => four,
        }))
    })
    .not_in_azure(),
]);

#[derive(Debug)]
struct Address(IpAddr);

fn value(address: IpAddr) -> Value {
    Value::object(Address(address))
}

fn it(value: &Value) -> Result<IpAddr, Exception> {
    value
        .as_object::<Address>()
        .map(|it| it.0)
        .ok_or_else(|| Exception::argument_null("address"))
}

impl Object for Address {
    fn ty(&self) -> Type {
        Type::class(&IP_ADDRESS)
    }

    fn text(&self) -> Text {
        ip_address::text(self.0).into()
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<Address>().is_some_and(|it| it.0 == self.0)
    }

    fn hash(&self) -> Option<u64> {
        Some(compare::hash_text(&self.0.to_string()))
    }
}
