//! The two figures that matter: compiling a policy's expressions and evaluating the commonest condition.

use clock::Moment;
use divan::{Bencher, black_box};
use expression::{
    BackendFacts, BodyRead, Facts, Host, LastError, Message, Options, RequestView, ResponseView, Symbol,
    Symbols, Url, Value, compile,
};
use http::HeaderMap;
use source::Mapped;
use uuid::Uuid;

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
    let mut host = Fixed::new(&symbols);
    match compiled.expression {
        Some(expression) => bencher.bench_local(|| expression.eval(black_box(&mut host))),
        None => panic!("{:?}", compiled.diagnostics),
    }
}

#[divan::bench]
fn evaluate_status_condition(bencher: Bencher) {
    run(bencher, LAB[0]);
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

struct Fixed {
    url: Url,
    headers: HeaderMap,
    facts: Facts,
    token: (Symbol, Value),
}

impl Fixed {
    fn new(symbols: &Symbols) -> Fixed {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", http::HeaderValue::from_static("48"));
        let token = (symbols.intern("token"), Value::from("abc"));
        Fixed {
            url: Url::default(),
            headers,
            facts: Facts::default(),
            token,
        }
    }
}

impl Host for Fixed {
    fn now(&self) -> Moment {
        Moment::EPOCH
    }

    fn random(&mut self) -> u64 {
        4
    }

    fn request(&self) -> RequestView<'_> {
        RequestView {
            method: "GET",
            url: &self.url,
            original_url: &self.url,
            headers: &self.headers,
            ip_address: "127.0.0.1",
            matched_parameters: &[],
            foundry_deployment: None,
        }
    }

    fn response(&self) -> Option<ResponseView<'_>> {
        Some(ResponseView {
            status: 503,
            reason: "Service Unavailable",
            headers: &self.headers,
        })
    }

    fn body(&mut self, _: Message, _: bool) -> BodyRead {
        BodyRead::Absent
    }

    fn has_body(&self, _: Message) -> bool {
        false
    }

    fn variable(&self, name: Symbol) -> Option<&Value> {
        (name == self.token.0).then_some(&self.token.1)
    }

    fn variables(&self) -> Vec<(Symbol, Value)> {
        vec![self.token.clone()]
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn backend(&self) -> Option<BackendFacts> {
        None
    }

    fn last_error(&self) -> Option<&LastError> {
        None
    }

    fn request_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn timestamp(&self) -> Moment {
        Moment::EPOCH
    }

    fn tracing(&self) -> bool {
        false
    }

    fn trace(&mut self, _: &str) {}
}
