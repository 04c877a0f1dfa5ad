//! TLS in earnest: the gateway towards its callers, and towards its backends.

use super::{holds, same, test};
use crate::{Test, root};
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use policy::StoredCertificate;
use std::sync::Arc;
use testkit::{Api, Apimite, Backend, Builder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wire::{Client, ClientOptions, Identity, Version};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "tls > the local authority makes certificates for whoever is called",
            local_authority,
        ),
        test("tls > a given certificate, HTTP/2 and HTTP/1.1", given),
        test(
            "tls > a caller shows its certificate where a policy looks at it",
            caller,
        ),
        test(
            "tls > a backend is shown the certificate of its entity or of a policy",
            backend,
        ),
        test(
            "tls > the chain of a backend is checked unless its entity says no",
            checked,
        ),
        test("tls > a proxy carries calls with and without TLS", proxied),
    ]
}

/// A gateway that answers with what it sees of its caller.
fn seen() -> Builder {
    let answer = |who: &str| {
        format!(
            r#"<return-response><set-status code="200" reason="OK" /><set-body>@(context.Request.OriginalUrl.Scheme + " " + context.Request.OriginalUrl.Host + " {who}")</set-body></return-response>"#
        )
    };
    let known = format!(
        r#"<validate-client-certificate validate-revocation="false" validate-trust="false">
             <identities><identity thumbprint="{CLIENT}" /></identities>
           </validate-client-certificate>{}"#,
        answer("ada")
    );
    let api = Api::new("seen")
        .path("")
        .open()
        .operation("GET", "/*")
        .inbound(&known);
    Apimite::builder()
        .real_clock()
        .api(api.on_error(&answer("nobody")))
}

/// Thumbprint of `orders-client.pfx`.
const CLIENT: &str = "E7F7F90252B01DC9AC10EF4065B8ABFBB565C66D";

fn with_server_certificate(builder: Builder) -> Builder {
    builder.settings(|settings| settings.tls.certificate = Some("certificates/server.pem".to_owned()))
}

fn fixture(name: &str) -> Result<StoredCertificate, String> {
    let path = root().join("fixtures/certificates").join(name);
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    StoredCertificate::read(name, &bytes, "apimite")
}

fn trusting(chain: Vec<Vec<u8>>) -> ClientOptions {
    ClientOptions {
        authorities: chain.into(),
        ..ClientOptions::default()
    }
}

fn client_identity() -> Result<Identity, String> {
    let client = fixture("orders-client.pfx")?;
    same("thumbprint", CLIENT, client.thumbprint.as_str())?;
    Identity::new(client.chain, client.key.ok_or("no key")?)
}

async fn get(options: ClientOptions, url: &str) -> Result<(http::Version, String), String> {
    let client = Client::new(&Clock::real(), options);
    let request = Request::get(url).body(Full::<bytes::Bytes>::default());
    let request = request.map_err(|error| error.to_string())?;
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    let version = response.version();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok((version, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}

async fn local_authority() -> Result<(), String> {
    let apimite = seen().tls().start().await;
    let url = apimite.tls_url().ok_or("no TLS")?;
    holds(
        "it is not trusted unasked",
        get(ClientOptions::default(), &url).await.is_err(),
    )?;
    let authority = apimite.gateway().authority()?;
    let authority = StoredCertificate::read("ca", authority.as_bytes(), "")?.chain;
    let (_, text) = get(trusting(authority.clone()), &url).await?;
    same("by address", "https 127.0.0.1 nobody".to_owned(), text)?;
    let by_name = url.replace("127.0.0.1", "localhost");
    let (_, text) = get(trusting(authority), &by_name).await?;
    same("by name", "https localhost nobody".to_owned(), text)
}

async fn given() -> Result<(), String> {
    let apimite = with_server_certificate(seen()).tls().start().await;
    let url = apimite
        .tls_url()
        .ok_or("no TLS")?
        .replace("127.0.0.1", "localhost");
    let authority = fixture("contoso-root.pem")?.chain;
    for (version, wanted) in [
        (Version::One, http::Version::HTTP_11),
        (Version::TwoOrOne, http::Version::HTTP_2),
        (Version::Two, http::Version::HTTP_2),
    ] {
        let options = ClientOptions {
            version,
            ..trusting(authority.clone())
        };
        same("version", wanted, get(options, &url).await?.0)?;
    }
    holds(
        "HTTP is no TLS",
        get(ClientOptions::default(), &url.replace("https", "http"))
            .await
            .is_err(),
    )
}

async fn caller() -> Result<(), String> {
    let apimite = with_server_certificate(seen()).tls().start().await;
    let url = apimite
        .tls_url()
        .ok_or("no TLS")?
        .replace("127.0.0.1", "localhost");
    let authority = fixture("contoso-root.pem")?.chain;
    let identity = client_identity()?;
    let options = ClientOptions {
        identity: Some(identity),
        ..trusting(authority.clone())
    };
    same(
        "with",
        "https localhost ada".to_owned(),
        get(options, &url).await?.1,
    )?;
    same(
        "without",
        "https localhost nobody".to_owned(),
        get(trusting(authority), &url).await?.1,
    )
}

/// A gateway in front of another that speaks TLS and asks who calls.
async fn before(
    behind: &Apimite,
    inbound: &str,
    change: impl FnOnce(&mut model::Backend),
) -> Result<Apimite, String> {
    let url = behind
        .tls_url()
        .ok_or("no TLS")?
        .replace("127.0.0.1", "localhost");
    let mut entity = model::Backend {
        name: "behind".to_owned(),
        url: Some(url),
        ..model::Backend::default()
    };
    change(&mut entity);
    let inbound = format!("<set-backend-service backend-id=\"behind\" />{inbound}");
    let api = Api::new("front")
        .path("")
        .open()
        .operation("GET", "/*")
        .inbound(&inbound);
    let builder = Apimite::builder()
        .real_clock()
        .api(api)
        .backend(Backend::from(entity));
    let builder = builder.settings(|settings| {
        settings.tls.authorities = vec!["certificates/contoso-root.pem".to_owned()];
        let client = model::CertificateSettings {
            file: Some("certificates/orders-client.pfx".to_owned()),
            data: None,
            password: Some("apimite".to_owned()),
        };
        settings.certificates.insert("orders-client".to_owned(), client);
    });
    Ok(builder.start().await)
}

async fn backend() -> Result<(), String> {
    let behind = with_server_certificate(seen()).tls().start().await;
    let shown = "https localhost ada".to_owned();
    let front = before(&behind, "", |entity| {
        entity.credentials.certificate_ids = vec!["/x/certificates/Orders-Client".to_owned()];
    })
    .await?;
    same("by its entity", shown.clone(), front.get("/").send().await.text())?;
    let policy = r#"<authentication-certificate certificate-id="orders-client" />"#;
    let front = before(&behind, policy, |_| ()).await?;
    same("by a policy", shown, front.get("/").send().await.text())?;
    let front = before(&behind, "", |_| ()).await?;
    same(
        "by nobody",
        "https localhost nobody".to_owned(),
        front.get("/").send().await.text(),
    )
}

async fn checked() -> Result<(), String> {
    let behind = with_server_certificate(seen()).tls().start().await;
    let stranger = seen().tls().start().await;
    let status = async |behind: &Apimite, host: &str, chain: bool, name: bool| {
        let host = host.to_owned();
        let front = before(behind, "", |entity| {
            entity.url = entity.url.take().map(|url| url.replace("localhost", &host));
            entity.tls.validate_certificate_chain = chain;
            entity.tls.validate_certificate_name = name;
        });
        Ok::<u16, String>(front.await?.get("/").send().await.status())
    };
    same("known", 200, status(&behind, "localhost", true, true).await?)?;
    same("unknown", 500, status(&stranger, "localhost", true, true).await?)?;
    same(
        "unknown, not asked",
        200,
        status(&stranger, "localhost", false, true).await?,
    )
}

async fn proxied() -> Result<(), String> {
    let proxy = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|error| error.to_string())?;
    let address = proxy.local_addr().map_err(|error| error.to_string())?;
    let seen_lines: Arc<parking_lot::Mutex<Vec<String>>> = Arc::default();
    let lines = seen_lines.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = proxy.accept().await {
            let lines = lines.clone();
            tokio::spawn(async move { drop(carry(stream, &lines).await) });
        }
    });
    let behind = with_server_certificate(seen()).tls().start().await;
    let through = |entity: &mut model::Backend| {
        entity.proxy = Some(model::Proxy {
            url: format!("http://{address}"),
            username: Some("ada".to_owned()),
            password: Some("secret".to_owned()),
        });
    };
    let front = before(&behind, "", through).await?;
    same(
        "with TLS",
        "https localhost nobody".to_owned(),
        front.get("/").send().await.text(),
    )?;
    let plain = behind.url();
    let front = before(&behind, "", |entity| {
        through(entity);
        entity.url = Some(plain.clone());
    })
    .await?;
    same(
        "without",
        "http 127.0.0.1 nobody".to_owned(),
        front.get("/").send().await.text(),
    )?;
    let lines = seen_lines.lock().clone();
    holds(
        format!("{lines:?}"),
        lines
            .first()
            .is_some_and(|it| it.starts_with("CONNECT localhost:")),
    )?;
    holds(
        format!("{lines:?}"),
        lines
            .get(1)
            .is_some_and(|it| it.starts_with(&format!("GET {plain}/"))),
    )?;
    let credentials = "proxy-authorization: Basic YWRhOnNlY3JldA==";
    holds(
        format!("{lines:?}"),
        lines
            .iter()
            .all(|it| it.to_lowercase().contains(&credentials.to_lowercase())),
    )
}

// A proxy: tunnels what is to be connected, passes on what is asked of it.
async fn carry(mut stream: TcpStream, lines: &parking_lot::Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    lines.lock().push(text.clone());
    let place = text.split(' ').nth(1).unwrap_or_default().to_owned();
    if text.starts_with("CONNECT") {
        let mut to = TcpStream::connect(place.replace("localhost", "127.0.0.1")).await?;
        stream
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
        tokio::io::copy_bidirectional(&mut stream, &mut to).await?;
        return Ok(());
    }
    let authority = place
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default();
    let mut to = TcpStream::connect(authority).await?;
    let path = &place["http://".len() + authority.len()..];
    to.write_all(text.replacen(&place, path, 1).as_bytes()).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut to).await?;
    Ok(())
}
