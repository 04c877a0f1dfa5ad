/// Why a server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Its keys are spread over several servers, and a script that decides about two of them has no server to run in.
    #[error("it is a node of a cluster, which is not supported: name a server that holds every key")]
    Cluster,
    /// It is not there, or refuses.
    #[error(transparent)]
    Server(#[from] redis::RedisError),
}
