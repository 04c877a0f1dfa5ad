//! What all of them read, and what must come out.

/// A JSON document of about 2 KB.
pub fn body() -> String {
    let items: Vec<String> = (0..20)
        .map(|it| {
            format!(
                r#"{{"id":{it},"name":"item {it}","price":{}.5,"active":{},"tags":["a","b{it}"],"owner":"team-{}"}}"#,
                it * 3,
                it % 3 != 0,
                it % 4
            )
        })
        .collect();
    format!(
        r#"{{"model":"catalogue","region":"east","limit":30,"items":[{}],"meta":{{"page":1,"next":null,"total":20}}}}"#,
        items.join(",")
    )
}

/// What the block gives for it.
pub const RESULT: &str = r#"{"region":"EAST","count":7,"total":303.5,"names":["item 10","item 11","item 13","item 14","item 16","item 17","item 19"],"cheapest":"item 10","owners":"team-0,team-1,team-2,team-3"}"#;
