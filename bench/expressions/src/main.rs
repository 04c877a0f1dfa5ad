//! Prints how long the same work takes as a policy expression, as a rhai script and as JavaScript in boa: a condition,
//! and a block that reads a JSON body, filters it and builds another. In one run, in turns; each figure is the
//! median of its rounds.

mod apimite;
mod boa;
mod rhai;
mod work;

use comfy_table::Table;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(120);

fn main() {
    let body = work::body();
    println!("body of {} bytes, {ROUNDS} rounds of {} ms each", body.len(), ROUND.as_millis());
    let mut table = Table::new();
    table.set_header(["", "apimite", "rhai", "boa"]);
    type Run<'r> = Box<dyn FnMut() + 'r>;
    let mut rows: Vec<(&str, [Run<'_>; 3])> = vec![
        (
            "compile the condition",
            [
                Box::new(|| apimite::compile(apimite::CONDITION)),
                Box::new(|| rhai::compile(rhai::CONDITION)),
                Box::new(|| boa::compile(boa::CONDITION)),
            ],
        ),
        (
            "evaluate the condition",
            [
                Box::new(apimite::condition()),
                Box::new(rhai::condition()),
                Box::new(boa::condition()),
            ],
        ),
        (
            "compile the block",
            [
                Box::new(|| apimite::compile(apimite::BLOCK)),
                Box::new(|| rhai::compile(rhai::BLOCK)),
                Box::new(|| boa::compile(boa::BLOCK)),
            ],
        ),
        (
            "evaluate the block",
            [
                Box::new(apimite::block(&body)),
                Box::new(rhai::block(&body)),
                Box::new(boa::block(&body)),
            ],
        ),
    ];
    for (name, runs) in &mut rows {
        let mut figures = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for (run, figures) in runs.iter_mut().zip(&mut figures) {
                figures.push(time(run));
            }
        }
        let cells = figures.iter_mut().map(|it| {
            it.sort_by(f64::total_cmp);
            nanoseconds(it[it.len() / 2])
        });
        table.add_row(std::iter::once((*name).to_owned()).chain(cells));
    }
    println!("{table}");
}

// Nanoseconds of one call.
fn time(run: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed() < ROUND {
        for _ in 0..16 {
            run();
        }
        calls += 16;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn nanoseconds(it: f64) -> String {
    match it {
        it if it < 1_000.0 => format!("{it:.0} ns"),
        it if it < 1_000_000.0 => format!("{:.2} µs", it / 1e3),
        it => format!("{:.2} ms", it / 1e6),
    }
}
