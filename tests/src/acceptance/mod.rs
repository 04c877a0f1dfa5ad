//! What a page cannot say: cookies, two things at once, processes, properties, load.

mod affinity; // a cookie binds a caller to a member
mod bad_input; // what no policy document can show
mod command; // check, eval, clock, trace
mod compose; // docker-compose.yml, without Docker
mod concurrency; // two requests at the same time
mod deployment; // what is deployed beside APIs, and changes under load
mod exhaustion; // every quota spent
mod exposition; // what Prometheus reads
mod http; // versions of HTTP, connections, what is kept of a request
mod identity; // the local issuer from outside
mod lab; // the lab's figure, and that it repeats
mod process; // the binary
mod ptu; // a provisioned deployment past 100 %
mod reload; // a service changed under load
mod sinks; // where rows of logs go
mod streaming; // frames and callers that leave
mod switch; // when a quota runs out, for many quotas
mod template; // Bicep and ARM JSON that deploy a gateway
mod tls; // towards callers and backends

use crate::{Test, block_on};

pub(crate) use process::{Binary, Running};

pub(crate) fn tests() -> Vec<Test> {
    let groups = [
        affinity::tests(),
        bad_input::tests(),
        command::tests(),
        compose::tests(),
        concurrency::tests(),
        deployment::tests(),
        exhaustion::tests(),
        exposition::tests(),
        http::tests(),
        identity::tests(),
        lab::tests(),
        ptu::tests(),
        reload::tests(),
        sinks::tests(),
        streaming::tests(),
        switch::tests(),
        template::tests(),
        tls::tests(),
    ];
    groups.into_iter().flatten().collect()
}

/// A test that is a future.
pub(crate) fn test<F>(name: &str, body: impl FnOnce() -> F + Send + 'static) -> Test
where
    F: Future<Output = Result<(), String>>,
{
    Test::new(name, move || block_on(body()))
}

/// `Err` with both values unless they are the same.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, actual: T) -> Result<(), String> {
    match expected == actual {
        true => Ok(()),
        false => Err(format!("{what}: expected {expected:?}, got {actual:?}")),
    }
}

/// `Err` with the text unless it holds.
pub(crate) fn holds(what: impl Into<String>, condition: bool) -> Result<(), String> {
    if condition { Ok(()) } else { Err(what.into()) }
}
