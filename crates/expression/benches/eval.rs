//! The two figures that matter: compiling a policy's expressions and evaluating the commonest condition.

fn main() {
    divan::main();
}
