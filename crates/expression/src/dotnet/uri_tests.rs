//! `System.Uri`.

use super::*;

fn absolute(text: &str) -> Absolute {
    parse(text, UriKind::Absolute).unwrap().parts().unwrap().clone()
}

#[test]
fn parts() {
    let uri = parse("https://User@Host.com:8080/a/b%20c/?q=1#f", UriKind::Absolute).unwrap();
    let it = uri.parts().unwrap();
    assert_eq!(
        (it.host.as_str(), it.port, it.authority().as_str()),
        ("host.com", 8080, "host.com:8080")
    );
    assert_eq!(
        (it.path.as_str(), it.query.as_str(), it.fragment.as_str()),
        ("/a/b%20c/", "?q=1", "#f")
    );
    assert_eq!(it.segments(), ["/", "a/", "b%20c/"]);
    assert_eq!(it.text(), "https://User@host.com:8080/a/b%20c/?q=1#f");
    assert_eq!(uri.text(), "https://User@host.com:8080/a/b c/?q=1#f");
    assert_eq!(it.left_part(1), "https://User@host.com:8080");
    assert_eq!(it.user_info, "User");
}

#[test]
fn forms_and_defaults() {
    assert_eq!(absolute("http://h").text(), "http://h/");
    assert_eq!(absolute("https://h:443/x").authority(), "h");
    assert_eq!(absolute("http://h/a/./b/../c").path, "/a/c");
    assert_eq!(absolute("http://h/a b?x=ü").text(), "http://h/a%20b?x=%C3%BC");
    assert_eq!(absolute("http://[::1]:8080/").authority(), "[::1]:8080");
    assert_eq!(absolute("urn:a:b").text(), "urn:a:b");
    assert_eq!(absolute("mailto:a@b.c").text(), "mailto:a@b.c");
    assert!(absolute("http://127.0.0.1/").is_loopback());
}

#[test]
fn combining() {
    let base = parse("http://h/a/b?q", UriKind::Absolute).unwrap();
    for (relative, expected) in [
        ("c", "http://h/a/c"),
        ("/c?x=1", "http://h/c?x=1"),
        ("../c", "http://h/c"),
        ("?z", "http://h/a/b?z"),
        ("//o/p", "http://o/p"),
        ("https://x/", "https://x/"),
        ("", "http://h/a/b?q"),
    ] {
        assert_eq!(combine(&base, relative).unwrap().text(), expected, "{relative}");
    }
}

#[test]
fn what_is_none() {
    let message = |text| parse(text, UriKind::Absolute).unwrap_err().message;
    assert_eq!(
        message("/relative"),
        "Invalid URI: The format of the URI could not be determined."
    );
    assert_eq!(message(""), "Invalid URI: The URI is empty.");
    assert_eq!(message("http://h:x/"), "Invalid URI: Invalid port specified.");
    assert_eq!(
        message("http://a b/"),
        "Invalid URI: The hostname could not be parsed."
    );
    assert!(
        !parse("/relative", UriKind::RelativeOrAbsolute)
            .unwrap()
            .is_absolute()
    );
    assert!(parse("/relative", UriKind::Relative).unwrap().parts().is_err());
}

#[test]
fn well_formed_texts() {
    assert!(is_well_formed("http://h/a", UriKind::Absolute));
    assert!(!is_well_formed("http://h/a b", UriKind::Absolute));
}
