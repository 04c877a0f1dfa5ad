//! The gateway over real sockets, with backends of a few lines.

mod backend; // servers that answer as a test says
mod calls; // one request and what came of it
mod lifetime; // callers and backends that leave, reloads
