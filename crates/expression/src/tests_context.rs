//! `context`, from text to value.

use crate::Options;
use crate::testing::{TestHost, check, evaluated, evaluated_by};

#[test]
fn the_context() {
    check(&[
        (
            "@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)",
            "True",
        ),
        ("@(context.Response.StatusReason)", "Too Many Requests"),
        (
            "@(context.Response.Headers.GetValueOrDefault(\"Retry-After\", \"0\"))",
            "48",
        ),
        ("@(context.Request.Headers.GetValueOrDefault(\"x-many\"))", "a,b"),
        (
            "@(context.Request.Headers.GetValueOrDefault(\"nope\") == null)",
            "True",
        ),
        ("@(context.Request.Headers[\"x-many\"].Length)", "2"),
        (
            "@(context.Request.Headers[\"nope\"])",
            "!System.Collections.Generic.KeyNotFoundException: The given key 'nope' was not present in the dictionary.",
        ),
        (
            "@(context.Request.Headers.ContainsKey(\"AUTHORIZATION\"))",
            "True",
        ),
        (
            "@(context.Request.Headers.TryGetValue(\"X-Many\", out var v) ? v[1] : \"\")",
            "b",
        ),
        (
            "@(context.Request.Headers.TryGetValue(\"X-Many\", out string[] v) ? v[0] : \"\")",
            "a",
        ),
        ("@(context.Request.Headers.Count)", "3"),
        (
            "@(string.Join(\";\", context.Request.Headers.OrderBy(h => h.Key).Select(h => h.Key + \"=\" + string.Join(\",\", h.Value))))",
            "Authorization=Bearer abc;Content-Type=application/json; charset=utf-8;X-Many=a,b",
        ),
        (
            "@{ var s = \"\"; foreach (var h in context.Request.Headers) { s += h.Key; } return s.Length; }",
            "31",
        ),
        (
            "@(context.Request.Method.Equals(\"post\", StringComparison.OrdinalIgnoreCase))",
            "True",
        ),
        (
            "@(context.Request.Url.ToString())",
            "https://backend.example/base/items/7?q=1&q=2&name=a%20b",
        ),
        (
            "@(context.Request.OriginalUrl.ToString())",
            "https://api.example:8443/shop/items/7?q=1",
        ),
        (
            "@(context.Request.Url)",
            "https://backend.example/base/items/7?q=1&q=2&name=a%20b",
        ),
        (
            "@(\"\" + context.Request.Url)",
            "https://backend.example/base/items/7?q=1&q=2&name=a%20b",
        ),
        (
            "@(context.Request.OriginalUrl.Port + context.Request.OriginalUrl.Host + context.Request.OriginalUrl.Scheme)",
            "8443api.examplehttps",
        ),
        (
            "@(context.Request.Url.Path + context.Request.Url.QueryString)",
            "/base/items/7?q=1&q=2&name=a%20b",
        ),
        ("@(context.Request.Url.Query.GetValueOrDefault(\"q\"))", "1,2"),
        (
            "@(context.Request.Url.Query.GetValueOrDefault(\"NAME\", \"\"))",
            "a b",
        ),
        ("@(context.Request.Url.Query[\"q\"][1])", "2"),
        (
            "@(context.Request.OriginalUrl.ToUri().PathAndQuery)",
            "/shop/items/7?q=1",
        ),
        ("@(context.Request.IpAddress)", "10.0.0.9"),
        ("@(context.Request.MatchedParameters[\"id\"])", "7"),
        (
            "@(context.Request.MatchedParameters.GetValueOrDefault(\"nope\", \"d\"))",
            "d",
        ),
        ("@(context.Request.Foundry.Deployment)", "gpt-4o"),
        (
            "@(context.Api.Id + context.Api.Name + context.Api.Path + context.Api.Revision + context.Api.Version)",
            "shopThe Shopshop1",
        ),
        (
            "@(context.Api.ServiceUrl.Host + context.Api.IsCurrentRevision + context.Api.SubscriptionKeyParameterNames.Header)",
            "backend.exampleTrueapi-key",
        ),
        (
            "@(context.Operation.Id + context.Operation.Method + context.Operation.Name + context.Operation.UrlTemplate)",
            "get-itemGETGet item/items/{id}",
        ),
        (
            "@(context.Product.Name + context.Product.State + context.Product.SubscriptionsLimit + context.Product.Groups.First().Id)",
            "StarterPublished5developers",
        ),
        (
            "@(context.Subscription.Id + context.Subscription.Key + context.Subscription?.Name)",
            "sub-1k1First",
        ),
        (
            "@(context.User.Groups.Select(g => g.Name).Contains(\"Developers\"))",
            "True",
        ),
        (
            "@(string.Join(\",\", context.User.Groups.Select(g => g.Name)))",
            "Developers",
        ),
        (
            "@(context.Deployment.Region + context.Deployment.Gateway.Id + context.Deployment.ServiceName)",
            "East USmanagedapimite",
        ),
        ("@(context.Backend.Id + context.Backend.Type)", "poolPool"),
        ("@(context.LastError == null)", "True"),
        ("@(context.LastError?.Message ?? \"none\")", "none"),
        (
            "@(context.LastError.Message)",
            "!System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
        ("@(context.RequestId)", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        (
            "@(context.RequestId.ToString(\"N\"))",
            "0f8fad5bd9cb469fa16570867728950e",
        ),
        (
            "@(context.Timestamp.ToString(\"o\"))",
            "2024-03-05T07:08:08.1230000Z",
        ),
        ("@(context.Elapsed.TotalMilliseconds)", "1000"),
        ("@(context.Tracing)", "False"),
        ("@{ context.Trace(\"x\"); return 1; }", "1"),
        // Variables.
        ("@((string)context.Variables[\"text\"] + \"!\")", "hello!"),
        ("@((int)context.Variables[\"number\"] + 1)", "8"),
        (
            "@((int)context.Variables[\"long\"])",
            "!System.InvalidCastException: Unable to cast object of type 'System.Int64' to type 'System.Int32'.",
        ),
        ("@((bool)context.Variables[\"flag\"])", "True"),
        ("@(context.Variables.ContainsKey(\"nothing\"))", "True"),
        ("@(context.Variables.ContainsKey(\"nope\"))", "False"),
        (
            "@(context.Variables.GetValueOrDefault<string>(\"text\"))",
            "hello",
        ),
        (
            "@(context.Variables.GetValueOrDefault<string>(\"nope\", \"d\"))",
            "d",
        ),
        ("@(context.Variables.GetValueOrDefault(\"nope\", \"d\"))", "d"),
        ("@(context.Variables.GetValueOrDefault(\"nope\") == null)", "True"),
        ("@(context.Variables.GetValueOrDefault<int>(\"nope\"))", "0"),
        (
            "@(context.Variables.GetValueOrDefault<bool>(\"nope\", true))",
            "True",
        ),
        (
            "@(context.Variables.GetValueOrDefault<string>(\"number\"))",
            "!System.InvalidCastException: Unable to cast object of type 'System.Int32' to type 'System.String'.",
        ),
        (
            "@{ var k = \"te\" + \"xt\"; var d = k.ToLower(); return (string)context.Variables[d] + context.Variables.GetValueOrDefault<int>(\"num\" + \"ber\".ToLower(), 1); }",
            "hello7",
        ),
        (
            "@(context.Variables.TryGetValue(\"text\", out var v) ? v : \"\")",
            "hello",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).StatusCode)",
            "201",
        ),
        (
            "@((string)((IResponse)context.Variables[\"response\"]).Body.As<JObject>()[\"token\"])",
            "t",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).Body.As<JObject>(preserveContent: true)[\"items\"].Count())",
            "3",
        ),
        (
            "@(((IResponse)context.Variables[\"response\"]).Headers.GetValueOrDefault(\"x-stored\", \"\"))",
            "s",
        ),
        (
            "@{ var r = (IResponse)context.Variables[\"response\"]; var a = r.Body.As<string>(); return r.Body.As<string>() == null; }",
            "True",
        ),
        ("@((string)((JObject)context.Variables[\"json\"])[\"b\"][1])", "y"),
        ("@(((string[])context.Variables[\"list\"])[1])", "q"),
        (
            "@(context.Variables.GetValueOrDefault<JObject>(\"json\")[\"a\"].Value<int>() + 1)",
            "2",
        ),
        (
            "@(string.Join(\",\", context.Variables.Select(v => v.Key).Take(2)))",
            "text,number",
        ),
        ("@(context.Variables.Count > 5)", "True"),
        // Bodies.
        (
            "@(context.Request.Body.As<JObject>(true)[\"model\"].ToString())",
            "gpt",
        ),
        (
            "@((string)context.Request.Body.As<JObject>(preserveContent: true)[\"messages\"][0][\"content\"])",
            "hi",
        ),
        ("@(context.Request.Body.As<string>().Length)", "65"),
        ("@(context.Request.Body?.As<byte[]>(true).Length)", "65"),
        (
            "@{ var a = context.Request.Body.As<string>(); return context.Request.Body.As<JObject>()[\"n\"]; }",
            "!System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
        (
            "@(context.Request.Body.As<JArray>())",
            "!Newtonsoft.Json.JsonReaderException: The message body is not a valid JSON. Error reading JArray from JsonReader. Current JsonReader item is not an array: StartObject. Path '', line 1, position 1.",
        ),
        ("@(context.Request.Body != null)", "True"),
        (
            "@(\"Basic dTpwOnc=\".AsBasic().UserId + \"Basic dTpwOnc=\".AsBasic().Password)",
            "u:pw",
        ),
        (
            "@(\"nonsense\".AsBasic() == null && \"x\".AsJwt() == null)",
            "True",
        ),
        (
            "@(\"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJuIjo1fQ.\".AsJwt().Subject)",
            "me",
        ),
        (
            "@(\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJuIjo1fQ.\".AsJwt()?.Claims.GetValueOrDefault(\"aud\", \"\"))",
            "a,b",
        ),
        (
            "@(\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImF1ZCI6WyJhIiwiYiJdLCJuIjo1fQ.\".TryParseJwt(out var jwt) ? jwt.Claims[\"n\"][0] : \"\")",
            "5",
        ),
    ]);
}

/// A certificate of the caller, certificates of the service, a workspace.
#[test]
fn what_only_some_requests_have() {
    assert_eq!(
        evaluated("@(context.GraphQL == null && context.Workspace == null)"),
        "True"
    );
    assert_eq!(evaluated("@(context.Request.Certificate == null)"), "True");
    let read =
        |pem: &str| std::sync::Arc::new(crate::Certificate::read(pem.as_bytes(), "").expect("a certificate"));
    let mut host = TestHost::new();
    let mut deployment = (*host.facts.deployment).clone();
    deployment.certificates = vec![("leaf".to_owned(), read(LEAF))];
    host.certificate = Some(read(LEAF));
    host.facts.deployment = deployment.clone().into();
    host.facts.workspace = Some(std::sync::Arc::new(crate::WorkspaceFacts {
        id: "w".to_owned(),
        name: "Work".to_owned(),
    }));
    let eval =
        |host: &mut TestHost, text: &str| evaluated_by(&format!("@({text})"), host, &Options::default());
    assert_eq!(
        eval(&mut host, "context.Workspace.Id + context.Workspace.Name"),
        "wWork"
    );
    let thumbprint =
        "context.Request.Certificate.Thumbprint == context.Deployment.Certificates[\"leaf\"].Thumbprint";
    assert_eq!(eval(&mut host, thumbprint), "True");
    // Who signed it is trusted only once the service holds the authority.
    assert_eq!(eval(&mut host, "context.Request.Certificate.Verify()"), "False");
    deployment.authorities = vec![read(ROOT)];
    host.facts.deployment = deployment.into();
    assert_eq!(eval(&mut host, "context.Request.Certificate.Verify()"), "True");
    assert_eq!(
        eval(&mut host, "context.Request.Certificate.VerifyNoRevocation()"),
        "True"
    );
}

const LEAF: &str = "-----BEGIN CERTIFICATE-----\nMIIDrzCCApegAwIBAgIJAKGyw9Tl9gcYMA0GCSqGSIb3DQEBCwUAMEExCzAJBgNVBAYTAk5MMRYwFAYDVQQKDA1BcGltaXRlLCBJ\
bmMuMRowGAYDVQQDDBFBcGltaXRlIFRlc3QgUm9vdDAgFw0yNDAxMDExMDMwMDBaGA8yMDkwMDEwMTAwMDAwMFowgYIxCzAJBgNV\
BAYTAk5MMRAwDgYDVQQIDAdVdHJlY2h0MRYwFAYDVQQKDA1BcGltaXRlLCBJbmMuMRAwDgYDVQQLDAdHYXRld2F5MRcwFQYDVQQD\
DA5jbGllbnQuZXhhbXBsZTEeMBwGCSqGSIb3DQEJARYPYW5uQGV4YW1wbGUuY29tMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIB\
CgKCAQEA3MiwBpoNNMIhM4dWvtaObPGnsvDgZpQAq/oE84Cm5JcfLggZqfQp4ogb0zWF5R7ElkfCgBjpitIJW3f/iRkth9JHcR8w\
68tbma0lapnGdzhIgSAFqWY4HK0pbAY9e/J0IkmaANBdp6QnXP5pYkX7RKiCLttA/CtOwKmu0Rtn5fR7BB/GRQ8I2koWPTulV+N0\
A4VqYiRHGAvQexy8Qk2z2JqSgxKMzyS8a3OKLA/ACfqWXwtfHnQ1KWvpzNSSehHUH+amFHbZ62R2lSVNUY8qPHIaUmON4VbmFUBW\
Pvqs7IxC0nks79M0GPox5Ho8PkjAYxsWVE+8kVXihtKQj/6stwIDAQABo2YwZDAMBgNVHRMBAf8EAjAAMFQGA1UdEQRNMEuCDmNs\
aWVudC5leGFtcGxlgg1vdGhlci5leGFtcGxlgQ9ib2JAZXhhbXBsZS5jb22GGWh0dHBzOi8vY2xpZW50LmV4YW1wbGUvaWQwDQYJ\
KoZIhvcNAQELBQADggEBADVSJiERl2MYDEajhUZXB8HMoNgTv1CoGe3zDeARWTczbZeX6YQ0iM6X6wMMBqOcMDfB/ldTlNMja8fR\
Yx8kwK0bFbltr7v7KNl52V5sQR43KszyJfYXnIk8uvnf7MMblgPlCfHk4rRDZ+4bw3/Ruz419Cc2U+Xe8zfewwstzgUkd5+lzA8h\
JZxzNAt/Nm3RxoLSlN9r/hQM/76VLDR0Ny84M1FfxV8EyOd6IZs3e3/0UeZB2MlSmgaedYZ0S37KHsq7fWIkLhNsaZXnuRjiLcsk\
qLXNdENSwevCqhE9dgahNX/ADS+Tg9RTtnhPuViobsPJaPtxAbcB4VqLvKYs2RI=\n-----END CERTIFICATE-----\n";
const ROOT: &str = "-----BEGIN CERTIFICATE-----\nMIIDEjCCAfqgAwIBAgIBATANBgkqhkiG9w0BAQsFADBBMQswCQYDVQQGEwJOTDEWMBQGA1UECgwNQXBpbWl0ZSwgSW5jLjEaMBgG\
A1UEAwwRQXBpbWl0ZSBUZXN0IFJvb3QwIBcNMjQwMTAxMDAwMDAwWhgPMjA5OTAxMDEwMDAwMDBaMEExCzAJBgNVBAYTAk5MMRYw\
FAYDVQQKDA1BcGltaXRlLCBJbmMuMRowGAYDVQQDDBFBcGltaXRlIFRlc3QgUm9vdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCC\
AQoCggEBAL5+ZxxSygcLApiBhZVWbe0bmr2yRNLUPFUSabJXekKtFxGE9U8fWqYE44loSFTykmnvO83WYp0R81wRKfUIQc2/yDaB\
4reWNq7B4+qric+cs8D/MBUB01Zxum3HQnjXR9G6KWFwa243Czf2Bz+E34u3PbQizaYBSLJOOa3fe8cQU4hDJ5iTr5vaZo52Yabb\
AmPKObev1FmFg++OPYURlxO6yDXqeaOgM46G70EWq0ZbtU3yHbx9OKSFMjvEFbkqjj0LVeGV3gaix1/7SFmBJUMJxNzM+oGCUfOc\
q9+ao97o5BySFM9bulEjuLDNJzx38Au/he6ZQb/cf4EN9GObbS0CAwEAAaMTMBEwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B\
AQsFAAOCAQEAnJKKzyc0O98iIqQiYG6shbKdHVRBxzWPerhIjTIj3piIC2Ik3g9vuK8v+21GnqboaNXtVJOiJmnFU4ELi5j2aAxx\
4wTXWvdeemTeFv1PlmgRSXayfIXYoWh7ynsQlfn7PQXpxYEmJRlARJFUjVfF5RnMBiMekGq7xkigJqEXb+Ta5wIKO+vV25g2wXaK\
zG+ZMtyULdE2SohUWtV8UMb6IDV8M0iIWeqozyr2Wb2bQWAAQx77CmNFlzQj6N8TAzFrVkWnHLT79xcF6ZBdUgAzy1pwQJWIYcdx\
XZ3j4hMGxvHkJBJ70eSvRgjIwreZxGBdYHJwpPfWldhxvePjB1t9Zw==\n-----END CERTIFICATE-----\n";
