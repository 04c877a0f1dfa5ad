//! `System.Uri`.

use super::table::{
    Member, TypeDef, class, constructor, enumeration, method, operator, property, static_method,
    static_property,
};
use super::{Def, compare};
use crate::Value;
use crate::dotnet::uri::{self, Absolute, Uri, UriKind};
use crate::dotnet::uri_escape;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) static TYPES: &[&TypeDef] = &[&URI, &URI_KIND, &URI_HOST_NAME_TYPE, &URI_PARTIAL];

/// `System.UriKind`.
pub(crate) static URI_KIND: TypeDef = enumeration(
    "System.UriKind",
    &[("RelativeOrAbsolute", 0), ("Absolute", 1), ("Relative", 2)],
);

/// `System.UriHostNameType`.
pub(crate) static URI_HOST_NAME_TYPE: TypeDef = enumeration(
    "System.UriHostNameType",
    &[("Unknown", 0), ("Basic", 1), ("Dns", 2), ("IPv4", 3), ("IPv6", 4)],
)
.not_in_azure();

/// `System.UriPartial`.
pub(crate) static URI_PARTIAL: TypeDef = enumeration(
    "System.UriPartial",
    &[("Scheme", 0), ("Authority", 1), ("Path", 2), ("Query", 3)],
);

/// `System.Uri`.
pub(crate) static URI: TypeDef = class("System.Uri").members(MEMBERS);

static MEMBERS: &[Member] = &[
    constructor("(string uriString)", |_, a, _| parse(&a[0], UriKind::Absolute)),
    constructor("(string uriString, UriKind uriKind)", |_, a, _| {
        parse(&a[0], UriKind::from_number(a[1].long()))
    }),
    constructor("(Uri baseUri, string relativeUri)", |_, a, _| {
        Ok(made(uri::combine(it(&a[0])?, &a[1].to_text())?))
    }),
    constructor("(Uri baseUri, Uri relativeUri)", |_, a, _| {
        Ok(made(uri::combine(it(&a[0])?, &it(&a[1])?.text())?))
    }),
    constructor("(string uriString, bool dontEscape)", |_, a, _| {
        parse(&a[0], UriKind::Absolute)
    }),
    constructor("(Uri baseUri, string relativeUri, bool dontEscape)", |_, a, _| {
        Ok(made(uri::combine(it(&a[0])?, &a[1].to_text())?))
    }),
    property("string AbsoluteUri", |_, a, _| Ok(parts(a)?.text().into())),
    property("string OriginalString", |_, a, _| {
        Ok(it(&a[0])?.original.as_str().into())
    }),
    property("string Scheme", |_, a, _| Ok(parts(a)?.scheme.as_str().into())),
    property("string Host", |_, a, _| Ok(parts(a)?.host.as_str().into())),
    property("string DnsSafeHost", |_, a, _| {
        Ok(parts(a)?.host.trim_matches(['[', ']']).into())
    }),
    property("string IdnHost", |_, a, _| {
        Ok(parts(a)?.host.trim_matches(['[', ']']).into())
    }),
    property("int Port", |_, a, _| Ok(parts(a)?.port.into())),
    property("string Authority", |_, a, _| Ok(parts(a)?.authority().into())),
    property("string UserInfo", |_, a, _| {
        Ok(parts(a)?.user_info.as_str().into())
    }),
    property("string AbsolutePath", |_, a, _| {
        let parts = parts(a)?;
        // What follows `mailto:` is user and host.
        Ok(if parts.scheme == "mailto" {
            ""
        } else {
            parts.path.as_str()
        }
        .into())
    }),
    property("UriHostNameType HostNameType", |_, a, _| {
        Ok(Value::Enum(
            Def(&URI_HOST_NAME_TYPE),
            host_name_type(&parts(a)?.host),
        ))
    }),
    property("string LocalPath", |_, a, _| Ok(parts(a)?.local_path().into())),
    property("string Query", |_, a, _| Ok(parts(a)?.query.as_str().into())),
    property("string PathAndQuery", |_, a, _| {
        Ok(parts(a)?.path_and_query().into())
    }),
    property("string Fragment", |_, a, _| {
        Ok(parts(a)?.fragment.as_str().into())
    }),
    property("string[] Segments", |_, a, _| {
        Ok(Value::strings(
            parts(a)?.segments().into_iter().map(str::to_owned).collect(),
        ))
    }),
    property("bool IsAbsoluteUri", |_, a, _| {
        Ok(it(&a[0])?.is_absolute().into())
    }),
    property("bool IsDefaultPort", |_, a, _| {
        Ok(parts(a)?.is_default_port().into())
    }),
    property("bool IsLoopback", |_, a, _| Ok(parts(a)?.is_loopback().into())),
    property("bool IsFile", |_, a, _| Ok((parts(a)?.scheme == "file").into())),
    property("bool IsUnc", |_, a, _| {
        let parts = parts(a)?;
        Ok((parts.scheme == "file" && !parts.host.is_empty()).into())
    }),
    property("bool UserEscaped", |_, _, _| Ok(false.into())),
    method("string GetLeftPart(UriPartial part)", |_, a, _| {
        Ok(parts(a)?.left_part(a[1].long()).into())
    }),
    method("Uri MakeRelativeUri(Uri uri)", |_, a, _| {
        let text = parts(a)?.relative_to(parts(&a[1..])?);
        Ok(made(uri::parse(&text, UriKind::RelativeOrAbsolute)?))
    }),
    method("string MakeRelative(Uri toUri)", |_, a, _| {
        Ok(parts(a)?.relative_to(parts(&a[1..])?).into())
    }),
    method("bool IsBaseOf(Uri uri)", |_, a, _| {
        Ok(parts(a)?.is_base_of(it(&a[1])?.parts()?).into())
    }),
    method("bool IsWellFormedOriginalString()", |_, a, _| {
        Ok(uri::is_well_formed(&it(&a[0])?.original, UriKind::RelativeOrAbsolute).into())
    }),
    operator("bool ==(Uri uri1, Uri uri2)", |_, a, _| Ok(same(a).into())),
    operator("bool !=(Uri uri1, Uri uri2)", |_, a, _| Ok((!same(a)).into())),
    static_method(
        "bool TryCreate(string uriString, UriKind uriKind, out Uri result)",
        |_, a, _| {
            let kind = UriKind::from_number(a[1].long());
            a[2] = a[0]
                .str_or_null()
                .and_then(|it| uri::parse(&it.as_str(), kind).ok())
                .map_or(Value::Null, made);
            Ok((!a[2].is_null()).into())
        },
    ),
    static_method(
        "bool TryCreate(Uri baseUri, string relativeUri, out Uri result)",
        |_, a, _| {
            let combined = it(&a[0])
                .ok()
                .and_then(|base| uri::combine(base, &a[1].to_text()).ok());
            a[2] = combined.map_or(Value::Null, made);
            Ok((!a[2].is_null()).into())
        },
    ),
    static_method(
        "bool TryCreate(Uri baseUri, Uri relativeUri, out Uri result)",
        |_, a, _| {
            let combined = it(&a[0])
                .ok()
                .zip(it(&a[1]).ok())
                .and_then(|(base, relative)| uri::combine(base, &relative.text()).ok());
            a[2] = combined.map_or(Value::Null, made);
            Ok((!a[2].is_null()).into())
        },
    ),
    static_method(
        "bool IsWellFormedUriString(string uriString, UriKind uriKind)",
        |_, a, _| {
            let kind = UriKind::from_number(a[1].long());
            Ok(a[0]
                .str_or_null()
                .is_some_and(|it| uri::is_well_formed(&it.as_str(), kind))
                .into())
        },
    ),
    static_method("string EscapeDataString(string stringToEscape)", |cx, a, _| {
        let text = a[0].str("stringToEscape")?;
        cx.charge(text.bytes().saturating_mul(3))?;
        Ok(uri_escape::escape_data(&text.as_str()).into())
    }),
    static_method("string EscapeUriString(string stringToEscape)", |cx, a, _| {
        let text = a[0].str("stringToEscape")?;
        cx.charge(text.bytes().saturating_mul(3))?;
        Ok(uri_escape::escape_uri(&text.as_str()).into())
    }),
    static_method("string UnescapeDataString(string stringToUnescape)", |_, a, _| {
        Ok(uri_escape::unescape_data(&a[0].str("stringToUnescape")?.as_str()).into())
    }),
    static_property("string SchemeDelimiter", |_, _, _| Ok("://".into())),
    static_property("string UriSchemeFile", |_, _, _| Ok("file".into())),
    static_property("string UriSchemeFtp", |_, _, _| Ok("ftp".into())),
    static_property("string UriSchemeGopher", |_, _, _| Ok("gopher".into())),
    static_property("string UriSchemeHttp", |_, _, _| Ok("http".into())),
    static_property("string UriSchemeHttps", |_, _, _| Ok("https".into())),
    static_property("string UriSchemeMailto", |_, _, _| Ok("mailto".into())),
    static_property("string UriSchemeNetPipe", |_, _, _| Ok("net.pipe".into())),
    static_property("string UriSchemeNetTcp", |_, _, _| Ok("net.tcp".into())),
    static_property("string UriSchemeNews", |_, _, _| Ok("news".into())),
    static_property("string UriSchemeNntp", |_, _, _| Ok("nntp".into())),
    static_method("bool IsHexDigit(char character)", |_, a, _| {
        Ok(hex_digit(a[0].char()).is_some().into())
    }),
    static_method("int FromHex(char digit)", |_, a, _| {
        match hex_digit(a[0].char()) {
            Some(digit) => Ok((digit as i32).into()),
            None => Err(Exception::argument("digit").into()),
        }
    }),
    static_method("bool IsHexEncoding(string pattern, int index)", |_, a, _| {
        Ok(escaped(&a[0], a[1].int()).is_some().into())
    }),
    static_method("string HexEscape(char character)", |_, a, _| {
        match u8::try_from(a[0].char()) {
            Ok(byte) => Ok(format!("%{byte:02X}").into()),
            Err(_) => {
                let message = "Specified argument was out of the range of valid values.";
                Err(Exception::out_of_range(message, "character").into())
            }
        }
    }),
    static_method("char HexUnescape(string pattern, ref int index)", |_, a, _| {
        let at = a[1].int();
        let plain = usize::try_from(at).ok().and_then(|at| a[0].it().unit(at));
        let plain = plain.ok_or_else(|| {
            Exception::out_of_range(
                "Specified argument was out of the range of valid values.",
                "index",
            )
        })?;
        let (unit, length) = escaped(&a[0], at).map_or((plain, 1), |it| (it, 3));
        a[1] = (at + length).into();
        Ok(Value::Char(unit))
    }),
    static_method("bool CheckSchemeName(string schemeName)", |_, a, _| {
        let text = a[0].to_text();
        let fine = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        Ok(fine.into())
    }),
];

#[derive(Debug)]
struct UriObject(Uri);

/// The `Uri` that a text spells: `new Uri(text)`.
pub(crate) fn value(text: &str) -> Eval {
    Ok(made(uri::parse(text, UriKind::Absolute)?))
}

/// A `Uri`.
pub(crate) fn made(uri: Uri) -> Value {
    Value::object(UriObject(uri))
}

/// The URI that a value is.
pub(crate) fn it(value: &Value) -> Result<&Uri, Exception> {
    Ok(&value.of::<UriObject>()?.0)
}

fn parts(a: &[Value]) -> Eval<&Absolute> {
    Ok(it(&a[0])?.parts()?)
}

fn parse(text: &Value, kind: UriKind) -> Eval {
    Ok(made(uri::parse(&text.str("uriString")?.as_str(), kind)?))
}

fn hex_digit(unit: u16) -> Option<u32> {
    char::from_u32(u32::from(unit)).and_then(|it| it.to_digit(16))
}

// What `%41` at a place stands for.
fn escaped(pattern: &Value, at: i32) -> Option<u16> {
    let (text, at) = (pattern.it(), usize::try_from(at).ok()?);
    if text.unit(at)? != u16::from(b'%') {
        return None;
    }
    let (high, low) = (hex_digit(text.unit(at + 1)?)?, hex_digit(text.unit(at + 2)?)?);
    u16::try_from(high * 16 + low).ok()
}

fn same(a: &[Value]) -> bool {
    match (a[0].as_object::<UriObject>(), a[1].as_object::<UriObject>()) {
        (Some(a), Some(b)) => a.0.same(&b.0),
        _ => a[0].is_null() && a[1].is_null(),
    }
}

impl Object for UriObject {
    fn ty(&self) -> Type {
        Type::class(&URI)
    }

    fn text(&self) -> Text {
        self.0.text().into()
    }

    fn equals(&self, other: &Value) -> bool {
        other
            .as_object::<UriObject>()
            .is_some_and(|it| it.0.same(&self.0))
    }

    fn hash(&self) -> Option<u64> {
        // Without the fragment, which takes no part in equality.
        Some(compare::hash_text(
            self.0.text().split('#').next().unwrap_or_default(),
        ))
    }
}

fn host_name_type(host: &str) -> i64 {
    match host {
        "" => 1,
        _ if host.starts_with('[') => 4,
        _ if host.parse::<std::net::Ipv4Addr>().is_ok() => 3,
        _ => 2,
    }
}
