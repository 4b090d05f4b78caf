use rand_core::CryptoRng;

use super::{
    CHUNK_LEN, ChunkOpener, ChunkSealer, ForwardError, OpenError, SealedChunk, SealedMedia,
};

/// Turns an object into another of the same plaintext under a new key, chunk by chunk and in place:
/// neither the server nor the first sender can tell that the two are one, but for their length.
///
/// The copy may be announced only after [`Forwarder::finish`]: without an outboard, only then is it
/// known that the original was the sender's. SPEC.md 17.9.
#[derive(Debug)]
pub struct Forwarder {
    opener: ChunkOpener,
    sealer: ChunkSealer,
}

impl Forwarder {
    /// Begins with an opener that has opened nothing yet. Draws as [`ChunkSealer::new`] does.
    pub fn new<R: CryptoRng + ?Sized>(media: ChunkOpener, rng: &mut R) -> Self {
        Self { opener: media, sealer: ChunkSealer::new(rng) }
    }

    /// Bytes of the chunk that is due; `None` after the last.
    #[must_use]
    pub fn next_len(&self) -> Option<usize> {
        self.opener.next_chunk().map(|chunk| chunk.len)
    }

    /// Opens the next chunk, which is the first [`Forwarder::next_len`] bytes of the buffer, and
    /// seals it again in place, to the same number of bytes.
    ///
    /// # Errors
    ///
    /// The chunk did not open. Nothing changes but the buffer, which holds no plaintext.
    pub fn forward(&mut self, buffer: &mut [u8; CHUNK_LEN]) -> Result<SealedChunk, ForwardError> {
        let len = self.next_len().ok_or(OpenError::Extended)?;
        let filled = self.opener.open(buffer.get_mut(..len).unwrap_or_default())?.len();
        Ok(self.sealer.seal(buffer, filled)?)
    }

    /// What a message carries of the copy.
    ///
    /// # Errors
    ///
    /// The original was not opened to its end.
    pub fn finish(self) -> Result<SealedMedia, ForwardError> {
        self.opener.finish()?;
        Ok(self.sealer.sealed().ok_or(OpenError::Truncated)?)
    }
}
