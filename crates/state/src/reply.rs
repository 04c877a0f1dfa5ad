use futures_util::future::BoxFuture;

/// An answer: at once from memory, which costs no allocation, or later from elsewhere.
#[must_use = "an answer that is not taken may never have been asked for"]
pub enum Reply<'a, T> {
    /// Here it is.
    Now(T),
    /// It has to be waited for.
    Later(BoxFuture<'a, T>),
}

impl<T> Reply<'_, T> {
    /// The answer.
    pub async fn get(self) -> T {
        match self {
            Reply::Now(answer) => answer,
            Reply::Later(future) => future.await,
        }
    }
}
