//! State outside the process, in a real `redis-server` or `valkey-server` that each test starts on a free port; and limits under
//! load, there and in memory.

mod agree; // memory and the server decide alike
mod caches; // what gateways share beside counters
mod limits; // exact, whoever counts
mod outage; // the server goes away and comes back
mod secured; // behind TLS, with users; and clusters
mod semantic; // answers to prompts that are alike
mod server; // a server of a test's own

use crate::Test;
use server::Server;
use std::time::Duration;

/// Tests that need a server begin so.
const PREFIX: &str = "redis > ";

/// Every test, whether there is a server program or not.
pub(crate) fn tests() -> Vec<Test> {
    let groups = [
        agree::tests(),
        caches::tests(),
        limits::tests(),
        outage::tests(),
        secured::tests(),
        semantic::tests(),
    ];
    groups.into_iter().flatten().collect()
}

/// Takes out the tests that need a server where there is none. Gives the line that says so.
pub(crate) fn leave_out(tests: &mut Vec<Test>) -> Option<String> {
    if Server::is_installed() {
        return None;
    }
    let before = tests.len();
    tests.retain(|test| !test.name.starts_with(PREFIX));
    Some(format!(
        "left out: {} tests that begin with `{PREFIX}` (neither redis-server nor valkey-server)",
        before - tests.len()
    ))
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
