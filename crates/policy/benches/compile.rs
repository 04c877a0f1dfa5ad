//! How long a policy document takes to load.

fn main() {
    divan::main();
}
