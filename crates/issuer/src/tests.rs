use crate::Issuer;
use bytes::Bytes;
use clock::{Clock, Dice, Moment};
use http::{Method, Request, StatusCode};
use jose::{Compact, Key, Token};
use model::IdentitySettings;
use serde_json::{Value as Json, json};
use std::time::Duration;

const NOON: Moment = Moment::from_seconds(86_400 * 20_000 + 43_200);

fn issuer(settings: Json) -> Issuer {
    let settings: IdentitySettings = serde_json::from_value(settings).unwrap();
    Issuer::new("s", &settings, Clock::auto(NOON), Dice::new(1))
}

fn get(issuer: &Issuer, path: &str) -> (StatusCode, Json) {
    ask(issuer, Method::GET, path, "")
}

fn post(issuer: &Issuer, path: &str, form: &str) -> (StatusCode, Json) {
    ask(issuer, Method::POST, path, form)
}

fn ask(issuer: &Issuer, method: Method, path: &str, form: &str) -> (StatusCode, Json) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "login.local:81");
    let request = request.body(Bytes::copy_from_slice(form.as_bytes())).unwrap();
    let response = issuer.respond("http", &request);
    (
        response.status(),
        serde_json::from_slice(response.body()).unwrap_or_default(),
    )
}

// Read with the keys that are published.
fn token(issuer: &Issuer, text: &Json) -> Token {
    let Ok(Compact::Signed(token)) = jose::read(text.as_str().unwrap()) else {
        panic!("{text}")
    };
    let keys = Key::from_jwks(&get(issuer, "/common/discovery/v2.0/keys").1);
    assert_eq!(token.verify(&keys[0]), Ok(()));
    assert_eq!(token.key_id(), keys[0].id());
    token
}

const TENANT: &str = "33333333-3333-3333-3333-333333333333";

#[test]
fn metadata_lead_to_the_keys_at_the_address_that_was_asked() {
    let issuer = issuer(json!({}));
    let (_, two) = get(
        &issuer,
        &format!("/{TENANT}/v2.0/.well-known/openid-configuration"),
    );
    assert_eq!(
        two["issuer"],
        format!("https://login.microsoftonline.com/{TENANT}/v2.0")
    );
    assert_eq!(
        two["jwks_uri"],
        format!("http://login.local:81/{TENANT}/discovery/v2.0/keys")
    );
    let (_, one) = get(&issuer, &format!("/{TENANT}/.well-known/openid-configuration"));
    assert_eq!(one["issuer"], format!("https://sts.windows.net/{TENANT}/"));
    let (_, all) = get(&issuer, "/organizations/v2.0/.well-known/openid-configuration");
    assert_eq!(all["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0");
    let (_, domain) = get(&issuer, "/contoso.com/v2.0/.well-known/openid-configuration");
    assert_ne!(domain["issuer"], two["issuer"]);
    assert_eq!(get(&issuer, "/nothing").0, StatusCode::NOT_FOUND);
}

#[test]
fn an_application_gets_a_token_for_what_it_asks() {
    let issuer =
        issuer(json!({ "applications": { "me": { "claims": { "roles": ["reader"], "azp": "me!" } } } }));
    let form =
        "grant_type=client_credentials&client_id=ME&client_secret=x&scope=api%3A%2F%2Forders%2F.default";
    let (status, answer) = post(&issuer, &format!("/{TENANT}/oauth2/v2.0/token"), form);
    assert_eq!(
        (status, &answer["token_type"]),
        (StatusCode::OK, &json!("Bearer"))
    );
    let claims = token(&issuer, &answer["access_token"]).claims;
    assert_eq!(claims["aud"], "api://orders");
    assert_eq!(
        claims["iss"],
        format!("https://login.microsoftonline.com/{TENANT}/v2.0")
    );
    assert_eq!(
        (&claims["roles"], &claims["azp"]),
        (&json!(["reader"]), &json!("me!"))
    );
    assert_eq!(claims["exp"], NOON.seconds() + 3_600);
    // Version 1 names the resource and the caller otherwise.
    let form = "grant_type=client_credentials&client_id=you&resource=https://vault.azure.net";
    let (_, answer) = post(&issuer, "/contoso.com/oauth2/token", form);
    let claims = token(&issuer, &answer["access_token"]).claims;
    assert_eq!((&claims["appid"], &claims["ver"]), (&json!("you"), &json!("1.0")));
    assert_eq!(answer["resource"], "https://vault.azure.net");
    assert!(
        claims["iss"]
            .as_str()
            .unwrap()
            .starts_with("https://sts.windows.net/")
    );
}

#[test]
fn a_user_is_signed_in_by_code_device_password_and_again() {
    let issuer = issuer(json!({}));
    let back = "http%3A%2F%2Flocalhost%3A5000%2Fback";
    let asked = format!(
        "/common/oauth2/v2.0/authorize?client_id=me&redirect_uri={back}&state=s%201&nonce=n&scope=openid+api://orders/read&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let request = Request::get(asked).body(Bytes::new()).unwrap();
    let response = issuer.respond("http", &request);
    assert_eq!(response.status(), StatusCode::FOUND);
    let place = response.headers()["location"].to_str().unwrap();
    let rest = place.strip_prefix("http://localhost:5000/back?code=").unwrap();
    let (code, state) = rest.split_once("&state=").unwrap();
    assert_eq!(state, "s%201");
    // The verifier of RFC 7636 appendix B.
    let form = |verifier: &str| {
        format!("grant_type=authorization_code&client_id=me&code={code}&code_verifier={verifier}")
    };
    let place = "/common/oauth2/v2.0/token";
    assert_eq!(post(&issuer, place, &form("wrong")).1["error"], "invalid_grant");
    let (_, answer) = post(
        &issuer,
        place,
        &form("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    );
    let claims = token(&issuer, &answer["access_token"]).claims;
    assert_eq!(
        (&claims["aud"], &claims["scp"]),
        (&json!("api://orders"), &json!("read"))
    );
    let identity = token(&issuer, &answer["id_token"]).claims;
    assert_eq!(
        (&identity["aud"], &identity["nonce"]),
        (&json!("me"), &json!("n"))
    );

    let again = format!(
        "grant_type=refresh_token&client_id=me&client_info=1&refresh_token={}",
        answer["refresh_token"].as_str().unwrap()
    );
    let (_, again) = post(&issuer, place, &again);
    assert_eq!(token(&issuer, &again["access_token"]).claims["scp"], "read");
    assert!(again["client_info"].is_string());

    let (_, device) = post(
        &issuer,
        "/common/oauth2/v2.0/devicecode",
        "client_id=me&scope=api://orders/write",
    );
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=me&device_code={}",
        device["device_code"].as_str().unwrap()
    );
    let (_, answer) = post(&issuer, place, &form);
    assert_eq!(token(&issuer, &answer["access_token"]).claims["scp"], "write");
    let form = "grant_type=password&client_id=me&username=ada&scope=openid";
    assert_eq!(post(&issuer, place, form).0, StatusCode::OK);
}

#[test]
fn what_is_asked_for_wrongly_is_refused_as_entra_id_does() {
    let issuer = issuer(json!({}));
    let error = |form: &str| {
        let (status, answer) = post(&issuer, "/common/oauth2/v2.0/token", form);
        assert_eq!(status, StatusCode::BAD_REQUEST);
        (
            answer["error"].as_str().unwrap().to_owned(),
            answer["error_codes"][0].as_u64(),
        )
    };
    assert_eq!(error(""), ("invalid_request".to_owned(), Some(900_144)));
    assert_eq!(
        error("grant_type=implicit"),
        ("unsupported_grant_type".to_owned(), Some(70_003))
    );
    assert_eq!(
        error("grant_type=client_credentials&scope=a/.default").0,
        "invalid_request"
    );
    assert_eq!(
        error("grant_type=client_credentials&client_id=a&scope=a/read").0,
        "invalid_scope"
    );
    assert_eq!(
        error("grant_type=authorization_code&client_id=a&code=x").0,
        "invalid_grant"
    );
    assert_eq!(
        post(&issuer, "/common/oauth2/v2.0/devicecode", "").0,
        StatusCode::BAD_REQUEST
    );
}

#[test]
fn a_code_is_over_after_a_while() {
    let clock = Clock::manual(NOON);
    let issuer = Issuer::new("s", &IdentitySettings::default(), clock.clone(), Dice::new(1));
    let (_, device) = post(
        &issuer,
        "/common/oauth2/v2.0/devicecode",
        "client_id=me&scope=openid",
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(clock.advance(Duration::from_secs(901)));
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code={}",
        device["device_code"].as_str().unwrap()
    );
    assert_eq!(
        post(&issuer, "/common/oauth2/v2.0/token", &form).1["error"],
        "expired_token"
    );
}

#[test]
fn a_managed_token_is_the_same_all_day_and_differs_by_resource_client_and_day() {
    let clock = Clock::manual(NOON);
    let issuer = Issuer::new("s", &IdentitySettings::default(), clock.clone(), Dice::new(1));
    let of = |resource: &str, client: Option<&str>| issuer.managed_identity(resource, client).unwrap();
    let first = of("https://cognitiveservices.azure.com", None);
    let other = Issuer::new("s", &IdentitySettings::default(), Clock::auto(NOON), Dice::new(1));
    assert_eq!(
        other
            .managed_identity("https://cognitiveservices.azure.com", None)
            .unwrap(),
        first
    );
    assert_ne!(of("https://ai.azure.com", None), first);
    assert_ne!(of("https://cognitiveservices.azure.com", Some("c")), first);
    let claims = token(&issuer, &json!(&*first)).claims;
    assert_eq!(claims["aud"], "https://cognitiveservices.azure.com");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(clock.advance(Duration::from_secs(3_600)));
    assert_eq!(of("https://cognitiveservices.azure.com", None), first);
    runtime.block_on(clock.advance(Duration::from_secs(86_400)));
    assert_ne!(of("https://cognitiveservices.azure.com", None), first);
}

#[test]
fn identities_that_do_not_exist_get_nothing() {
    let some = issuer(json!({ "user-assigned": ["One"] }));
    assert!(some.managed_identity("r", Some("one")).is_ok());
    assert!(some.managed_identity("r", None).is_ok());
    assert!(
        some.managed_identity("r", Some("two"))
            .unwrap_err()
            .contains("two")
    );
    assert!(
        issuer(json!({ "unavailable": true }))
            .managed_identity("r", None)
            .is_err()
    );
    let (status, answer) = get(
        &some,
        "/msi/token?api-version=2019-08-01&resource=r&client_id=one",
    );
    assert_eq!((status, &answer["resource"]), (StatusCode::OK, &json!("r")));
    assert_eq!(get(&some, "/msi/token").0, StatusCode::BAD_REQUEST);
}
