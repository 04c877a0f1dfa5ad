use crate::load::{Load, Payload};
use crate::peers::Target;
use comfy_table::Table;
use std::time::Duration;

/// Prints one case: every target, and what it adds to the direct way.
pub(crate) fn print(payload: Payload, connections: usize, targets: &[Target], loads: &[Load]) {
    let peer = targets.iter().position(|target| target.name == "nginx");
    let mut table = Table::new();
    table.set_header([
        "",
        "requests/s",
        "x nginx",
        "p50 us",
        "added p50 us",
        "p99 us",
        "added p99 us",
        "failed",
    ]);
    for (at, (target, load)) in targets.iter().zip(loads).enumerate() {
        let ratio = match peer {
            Some(peer) if at > 0 => format!("{:.2}", load.per_second() / loads[peer].per_second()),
            _ => "-".into(),
        };
        table.add_row([
            target.name.to_owned(),
            format!("{:.0}", load.per_second()),
            ratio,
            micros(load.quantile(0.5)),
            added(load, &loads[0], 0.5),
            micros(load.quantile(0.99)),
            added(load, &loads[0], 0.99),
            load.failures.to_string(),
        ]);
    }
    println!(
        "\n{}, {connections} connection{}\n{table}",
        payload.name(),
        if connections == 1 { "" } else { "s" }
    );
}

fn micros(duration: Duration) -> String {
    format!("{:.0}", duration.as_secs_f64() * 1e6)
}

fn added(load: &Load, direct: &Load, share: f64) -> String {
    format!(
        "{:.0}",
        (load.quantile(share).as_secs_f64() - direct.quantile(share).as_secs_f64()) * 1e6
    )
}
