//! How long a policy document takes to load, and to walk through when the backend answers at once.

use policy::{Lone, Options, Role, Scope, compile};
use source::Source;

/// A document such as a backend-pool lab deploys: about 40 lines, ten expressions.
const LAB: &str = include_str!("lab.xml");

fn main() {
    divan::main();
}

#[divan::bench]
fn compile_lab(bencher: divan::Bencher<'_, '_>) {
    let source = Source::new("lab.xml", LAB);
    let (catalog, options) = (Lone::default(), Options::default());
    let (document, findings) = compile(&source, Role::Policy(Scope::Api), &catalog, &options);
    assert!(document.is_some(), "{findings:?}");
    bencher.bench(|| {
        compile(
            divan::black_box(&source),
            Role::Policy(Scope::Api),
            &catalog,
            &options,
        )
    });
}
