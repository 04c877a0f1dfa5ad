//! The figures that matter: compiling a policy's expressions and a long block, evaluating the commonest condition and a
//! block over a JSON body.

mod scene;

use divan::{Bencher, black_box};
use expression::{Options, Symbols, Value, compile};
use scene::Scene;
use source::Mapped;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

// What a policy in front of a backend pool asks.
const LAB: &[&str] = &[
    "@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)",
    "@(context.Response == null || context.Response.StatusCode >= 500)",
    "@((string)context.Variables[\"backend\"])",
    "@(context.Response.Headers.GetValueOrDefault(\"Retry-After\", \"0\"))",
    "@(context.Request.Headers.GetValueOrDefault(\"Authorization\", \"\").Split(' ').Last())",
    "@(\"Bearer \" + (string)context.Variables[\"token\"])",
    "@(context.Variables.GetValueOrDefault<int>(\"attempt\", 0) + 1)",
    "@(new JObject(new JProperty(\"error\", new JObject(new JProperty(\"code\", \"503\")))).ToString())",
    "@(context.LastError?.Message ?? \"unknown\")",
    "@(context.Response.StatusCode == 503 && context.Response.StatusReason.Contains(\"Backend pool\"))",
];

#[divan::bench]
fn compile_lab_policy(bencher: Bencher) {
    let texts: Vec<Mapped> = LAB.iter().map(|text| Mapped::copied(text, 0)).collect();
    let (symbols, options) = (Symbols::default(), Options::default());
    bencher.bench_local(|| {
        for text in &texts {
            black_box(compile(text, &symbols, &options));
        }
    });
}

fn run(bencher: Bencher, text: &str) {
    let symbols = Symbols::default();
    let compiled = compile(&Mapped::copied(text, 0), &symbols, &Options::default());
    let mut host = Scene::new(&symbols, &[("token", Value::from("abc"))], body());
    match compiled.expression {
        Some(expression) => bencher.bench_local(|| expression.eval(black_box(&mut host))),
        None => panic!("{:?}", compiled.diagnostics),
    }
}

#[divan::bench]
fn evaluate_status_condition(bencher: Bencher) {
    run(bencher, LAB[0]);
}

// Thirty lines over a JSON body of 2 KB.
const BLOCK: &str = r#"@{
    var body = context.Request.Body.As<JObject>(preserveContent: true);
    var items = (JArray)body["items"];
    var limit = (int)body["limit"];
    var region = ((string)body["region"]).ToUpper();
    var chosen = items
        .Where(item => (bool)item["active"] && (double)item["price"] > limit)
        .ToList();
    var total = 0.0;
    foreach (var item in chosen)
    {
        total += (double)item["price"];
    }
    var names = new JArray();
    foreach (var item in chosen)
    {
        names.Add((string)item["name"]);
    }
    var owners = chosen
        .Select(item => (string)item["owner"])
        .Distinct()
        .OrderBy(owner => owner);
    var cheapest = chosen
        .OrderBy(item => (double)item["price"])
        .First();
    var result = new JObject();
    result["region"] = region;
    result["count"] = chosen.Count;
    result["total"] = total;
    result["names"] = names;
    result["cheapest"] = (string)cheapest["name"];
    result["owners"] = string.Join(",", owners);
    return result.ToString(Formatting.None);
}"#;

// As long as the longest block that was ever published.
fn long_block() -> String {
    let part = BLOCK.trim_start_matches("@{").trim_end_matches('}');
    let parts =
        (0..7).map(|it| format!("    if ((int)context.Variables[\"n\"] == {it})\n    {{{part}    }}\n"));
    format!("@{{\n{}    return null;\n}}", parts.collect::<String>())
}

#[divan::bench]
fn compile_block_of_7500_characters(bencher: Bencher) {
    let text = long_block();
    assert!((7_500..8_500).contains(&text.len()), "{}", text.len());
    let text = Mapped::copied(&text, 0);
    let (symbols, options) = (Symbols::default(), Options::default());
    assert!(compile(&text, &symbols, &options).expression.is_some());
    bencher.bench_local(|| black_box(compile(&text, &symbols, &options)));
}

#[divan::bench]
fn evaluate_block_over_json(bencher: Bencher) {
    run(bencher, BLOCK);
}

#[divan::bench]
fn evaluate_one_property_of_json(bencher: Bencher) {
    run(
        bencher,
        "@((string)context.Request.Body.As<JObject>(true)[\"model\"])",
    );
}

#[divan::bench]
fn evaluate_header(bencher: Bencher) {
    run(bencher, LAB[3]);
}

#[divan::bench]
fn evaluate_variable(bencher: Bencher) {
    run(bencher, LAB[5]);
}

#[divan::bench]
fn evaluate_json(bencher: Bencher) {
    run(bencher, LAB[7]);
}

#[divan::bench]
fn evaluate_loop_of_1000(bencher: Bencher) {
    run(
        bencher,
        "@{ var s = 0; for (int i = 0; i < 1000; i++) { s += i % 7; } return s; }",
    );
}

// A JSON document of about 2 KB.
fn body() -> String {
    let item = |it: i32| {
        format!(
            r#"{{"id":{it},"name":"item {it}","price":{}.5,"active":{},"tags":["a","b{it}"],"owner":"team-{}"}}"#,
            it * 3,
            it % 3 != 0,
            it % 4
        )
    };
    let items: Vec<String> = (0..20).map(item).collect();
    format!(
        r#"{{"model":"catalogue","region":"east","limit":30,"items":[{}],"meta":{{"page":1,"next":null}}}}"#,
        items.join(",")
    )
}
