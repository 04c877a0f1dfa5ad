use super::*;
use http::HeaderValue;
use proptest::prelude::*;

fn api(path: &str, operations: &[(&str, &str)]) -> ApiRoute {
    ApiRoute {
        path: path.into(),
        revision: "1".into(),
        is_current: true,
        is_online: true,
        operations: operations
            .iter()
            .enumerate()
            .map(|(at, (method, template))| OperationRoute {
                name: format!("op{at}"),
                method: (*method).into(),
                url_template: (*template).into(),
            })
            .collect(),
        ..ApiRoute::default()
    }
}

// The place of a request in words: `api/operation remainder name=value`, `api/-`, or `-`.
fn at(routes: &Routes, request: &str) -> String {
    at_with(routes, request, &HeaderMap::new())
}

fn at_with(routes: &Routes, request: &str, headers: &HeaderMap) -> String {
    let (method, target) = request.split_once(' ').expect("a method and a target");
    let (path, query) = target.find('?').map_or((target, ""), |at| target.split_at(at));
    match routes.find(&method.parse().expect("a method"), path, query, headers) {
        Route::Operation(found) => {
            let values: String = found
                .parameters
                .iter()
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            format!("{}/{} {}{values}", found.api, found.operation, found.remainder)
        }
        Route::ApiOnly { api } => format!("{api}/-"),
        Route::None => "-".into(),
    }
}

#[test]
fn the_longest_api_path_wins_by_whole_segments_and_without_fallback() {
    let routes = Routes::from_apis([
        api("inference", &[("GET", "/openai/models"), ("GET", "/other")]),
        api(
            "/inference/openai/",
            &[(
                "POST",
                "/deployments/{deployment-id}/chat/completions?api-version={api-version}",
            )],
        ),
        api("", &[("GET", "/*")]),
    ]);
    let chat = "/deployments/gpt-4o/chat/completions";
    assert_eq!(
        at(
            &routes,
            &format!("POST /inference/openai{chat}?api-version=2024-10-21&x=1")
        ),
        format!("1/0 {chat} deployment-id=gpt-4o api-version=2024-10-21")
    );
    assert_eq!(
        at(&routes, &format!("POST /Inference/OpenAI{chat}?api-version=")),
        format!("1/0 {chat} deployment-id=gpt-4o api-version=")
    );
    assert_eq!(
        at(&routes, &format!("POST /inference/openai{chat}")),
        "1/-",
        "a required query parameter is part of the match"
    );
    assert_eq!(
        at(&routes, &format!("GET /inference/openai{chat}?api-version=1")),
        "1/-",
        "404, not 405"
    );
    assert_eq!(
        at(&routes, "GET /inference/openai/models"),
        "1/-",
        "a shorter path is no fallback"
    );
    assert_eq!(at(&routes, "GET /inference/other"), "0/1 /other");
    assert_eq!(
        at(&routes, "GET /inferences/other"),
        "2/0 /inferences/other",
        "a segment matches as a whole"
    );
    assert_eq!(at(&routes, "GET /"), "2/0 /");
}

#[test]
fn templates_are_matched_segment_by_segment() {
    let routes = Routes::from_apis([api(
        "a",
        &[
            ("GET", "/items/{id}"),
            ("GET", "/items/all"),
            ("GET", "/items/{id}.json"),
            ("GET", "/items/{id}?full={full}"),
            ("GET", "/files/{*path}"),
            ("DELETE", "/*"),
            ("PURGE", "/"),
            ("GET", "/{from}-{to}.{kind}"),
        ],
    )]);
    assert_eq!(at(&routes, "GET /a/items/7"), "0/0 /items/7 id=7");
    assert_eq!(at(&routes, "GET /a/items/7/"), "0/0 /items/7/ id=7");
    assert_eq!(at(&routes, "GET /a/ITEMS/All"), "0/1 /ITEMS/All");
    assert_eq!(at(&routes, "GET /a/items/%61ll"), "0/1 /items/%61ll");
    assert_eq!(at(&routes, "GET /a/items/7.json"), "0/2 /items/7.json id=7");
    assert_eq!(at(&routes, "GET /a/items/.json"), "0/0 /items/.json id=.json");
    assert_eq!(
        at(&routes, "GET /a/items/x%2Fy%20z?full=a+b"),
        "0/3 /items/x%2Fy%20z id=x/y z full=a b"
    );
    assert_eq!(at(&routes, "GET /a/items/"), "0/-");
    assert_eq!(at(&routes, "GET /a/items/7/8"), "0/-");
    assert_eq!(
        at(&routes, "GET /a/files/x/y%20z"),
        "0/4 /files/x/y%20z path=x/y z"
    );
    assert_eq!(at(&routes, "GET /a/files"), "0/4 /files path=");
    assert_eq!(at(&routes, "DELETE /a"), "0/5 ");
    assert_eq!(at(&routes, "DELETE /a/x/y"), "0/5 /x/y");
    assert_eq!(at(&routes, "PURGE /a/"), "0/6 /");
    assert_eq!(
        at(&routes, "GET /a/1-2-3.tar.gz"),
        "0/7 /1-2-3.tar.gz from=1 to=2-3 kind=tar.gz"
    );
    assert_eq!(at(&routes, "HEAD /a/items/7"), "0/-", "HEAD is no GET");
}

#[test]
fn a_version_stands_in_a_segment_a_header_or_the_query() {
    let versions = |scheme: VersioningScheme, names: &[&str]| {
        names
            .iter()
            .map(|name| ApiRoute {
                version: (*name).into(),
                scheme: Some(scheme.clone()),
                ..api("p", &[("GET", "/x")])
            })
            .collect::<Vec<_>>()
    };
    let segment = Routes::from_apis(versions(VersioningScheme::Segment, &["v1", "v2"]));
    assert_eq!(at(&segment, "GET /p/V2/x"), "1/0 /x");
    assert_eq!(at(&segment, "GET /p/x"), "-");
    assert_eq!(at(&segment, "GET /p/v3/x"), "-");
    let original = Routes::from_apis(versions(VersioningScheme::Segment, &["", "v1"]));
    assert_eq!(at(&original, "GET /p/x"), "0/0 /x");
    assert_eq!(at(&original, "GET /p/v1/x"), "1/0 /x");
    assert_eq!(at(&original, "GET /p/v9/x"), "0/-");
    let query = Routes::from_apis(versions(VersioningScheme::Query("ver".into()), &["v1"]));
    assert_eq!(at(&query, "GET /p/x?ver=v1"), "0/0 /x");
    assert_eq!(at(&query, "GET /p/x"), "-");
    let header = Routes::from_apis(versions(VersioningScheme::Header("x-ver".into()), &["v1"]));
    let mut headers = HeaderMap::new();
    assert_eq!(at_with(&header, "GET /p/x", &headers), "-");
    headers.insert("x-ver", HeaderValue::from_static("V1"));
    assert_eq!(at_with(&header, "GET /p/x", &headers), "0/0 /x");
}

#[test]
fn a_revision_is_named_behind_the_api_part() {
    let revision = |number: &str, current, online| ApiRoute {
        revision: number.into(),
        is_current: current,
        is_online: online,
        ..api("shop/customers", &[("GET", "/leads")])
    };
    let routes = Routes::from_apis([
        revision("1", false, true),
        revision("2", true, true),
        revision("3", false, false),
    ]);
    assert_eq!(at(&routes, "GET /shop/customers/leads?x=1"), "1/0 /leads");
    assert_eq!(at(&routes, "GET /shop/customers;rev=1/leads"), "0/0 /leads");
    assert_eq!(at(&routes, "GET /shop/customers;rev=2/leads"), "1/0 /leads");
    assert_eq!(at(&routes, "GET /shop/customers;rev=3/leads"), "-", "offline");
    assert_eq!(at(&routes, "GET /shop/customers;rev=4/leads"), "-");
    let versioned = Routes::from_apis([
        ApiRoute {
            version: "v1".into(),
            scheme: Some(VersioningScheme::Segment),
            is_current: false,
            ..api("p", &[("GET", "/x")])
        },
        ApiRoute {
            version: "v1".into(),
            scheme: Some(VersioningScheme::Segment),
            revision: "2".into(),
            ..api("p", &[("GET", "/x")])
        },
    ]);
    assert_eq!(at(&versioned, "GET /p/v1/x"), "1/0 /x");
    assert_eq!(at(&versioned, "GET /p/v1;rev=1/x"), "0/0 /x");
    let root = Routes::from_apis([api("", &[("GET", "/x")])]);
    assert_eq!(at(&root, "GET /;rev=1/x"), "0/0 /x");
}

// A template over a tiny alphabet, so that several match one path.
fn template() -> impl Strategy<Value = String> {
    let segment = prop_oneof![3 => "[ab]{1,2}", 2 => "\\{[x-z]\\}", 1 => "\\{[x-z]\\}\\.a"];
    (prop::collection::vec(segment, 0..4), any::<bool>()).prop_map(|(segments, rest)| {
        let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        match rest {
            true => format!("{path}/*"),
            false if path.is_empty() => "/".into(),
            false => path,
        }
    })
}

fn kinds(template: &str) -> Vec<char> {
    let steps = template.split('/').skip(1).filter(|step| !step.is_empty());
    steps
        .map(|step| {
            if step == "*" {
                '*'
            } else if !step.contains('{') {
                'l'
            } else if step.ends_with('}') {
                'p'
            } else {
                'm'
            }
        })
        .collect()
}

// A second opinion on one template, by recursion over both lists.
fn covers(template: &[&str], path: &[&str]) -> bool {
    match (template, path) {
        (["*"], _) | ([], []) => true,
        ([wanted, template @ ..], [given, path @ ..]) => {
            let same = match wanted.find('{') {
                None => wanted == given,
                Some(_) if wanted.ends_with(".a") => given.ends_with(".a") && given.len() > 2,
                Some(_) => !given.is_empty(),
            };
            same && covers(template, path)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn the_winner_matches_and_nothing_that_matches_goes_before_it(
        templates in prop::collection::vec(template(), 1..8),
        path in prop::collection::vec("[ab]{1,2}(\\.a)?", 0..4),
    ) {
        let operations: Vec<(&str, &str)> = templates.iter().map(|it| ("GET", it.as_str())).collect();
        let routes = Routes::from_apis([api("p", &operations)]);
        let request = format!("/p/{}", path.join("/"));
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        let matching: Vec<usize> = (0..templates.len())
            .filter(|at| covers(&templates[*at].split('/').skip(1).filter(|it| !it.is_empty()).collect::<Vec<_>>(), &steps))
            .collect();
        match routes.find(&Method::GET, &request, "", &HeaderMap::new()) {
            Route::Operation(found) => {
                prop_assert!(matching.contains(&found.operation));
                let order = |kind: &char| "lmp*".find(*kind);
                let won: Vec<_> = kinds(&templates[found.operation]).iter().map(order).collect();
                for other in matching {
                    let lost: Vec<_> = kinds(&templates[other]).iter().map(order).collect();
                    prop_assert!(won <= lost, "{} before {}", templates[other], templates[found.operation]);
                }
            }
            _ => prop_assert!(matching.is_empty()),
        }
    }

    #[test]
    fn any_request_line_is_answered(template in ".{0,20}", path in ".{0,20}", query in ".{0,20}") {
        let routes = Routes::from_apis([api("a", &[("GET", &template)]), api("", &[("GET", &template)])]);
        routes.find(&Method::GET, &format!("/{path}"), &query, &HeaderMap::new());
        routes.find(&Method::GET, &path, &query, &HeaderMap::new());
    }

    #[test]
    fn captured_text_is_the_text_that_was_sent(values in prop::collection::vec("[a-z0-9 /?%äß]{1,6}", 2..3)) {
        let routes = Routes::from_apis([api("p", &[("GET", "/x/{one}/y-{two}.z")])]);
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let request = format!("/p/x/{}/y-{}.z", encode(&values[0]), encode(&values[1]));
        let Route::Operation(found) = routes.find(&Method::GET, &request, "", &HeaderMap::new()) else {
            return Err(TestCaseError::fail("no match"));
        };
        let got: Vec<&str> = found.parameters.iter().map(|(_, value)| value.as_ref()).collect();
        prop_assert_eq!(got, values.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
