//! Connections that are read in portions.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take};

/// Bytes of one read at most.
const PORTION: u64 = 16 * 1024;

/// A connection that gives no more than 16 KB at a time. hyper doubles a connection's buffer whenever a read has filled it, up to
/// 400 KB, and an idle connection keeps what it once had: this way it has 32 KB, unless a head alone is longer.
pub struct Portions<S>(Take<S>);

impl<S: AsyncRead> Portions<S> {
    /// The same connection, read in portions.
    pub fn new(stream: S) -> Portions<S> {
        Portions(stream.take(PORTION))
    }

    /// The connection itself.
    pub(crate) fn inner(&self) -> &S {
        self.0.get_ref()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Portions<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.set_limit(PORTION);
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Portions<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.0.get_mut()).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.0.get_mut()).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.0.get_mut()).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.get_ref().is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.0.get_mut()).poll_write_vectored(context, slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn a_long_message_comes_in_portions() -> io::Result<()> {
        let (mut far, near) = tokio::io::duplex(1 << 20);
        far.write_all(&[7; 40_000]).await?;
        let mut near = Portions::new(near);
        let mut buffer = vec![0; 1 << 20];
        for expected in [16_384, 16_384, 7_232] {
            assert_eq!(near.read(&mut buffer).await?, expected);
        }
        drop(far);
        assert_eq!(near.read(&mut buffer).await?, 0);
        Ok(())
    }
}
