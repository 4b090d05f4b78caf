use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{
    CHUNK_LEN, ChainingValue, ChunkSealer, SealError, SealedChunk, SealedMedia, SealingRecord,
};

/// Seals a stream: bytes in, bytes out, in pieces of any length, with one chunk of memory.
///
/// [`Sealer::push`] until there is no more plaintext, then [`Sealer::finish`] until it is done; both
/// take and give what fits, and are called again with the rest.
#[derive(Debug)]
pub struct Sealer {
    chunks: ChunkSealer,
    /// A chunk that fills or drains.
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    sealed: Range<usize>,
    finishing: bool,
}

/// What one call took and gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealStep {
    /// Bytes taken from the beginning of the input.
    pub taken: usize,
    /// Bytes written to the beginning of the output.
    pub given: usize,
    /// Of the chunk that was sealed in this call, if one was: the next 32 bytes of the object's
    /// list of chaining values.
    pub value: Option<ChainingValue>,
}

impl Sealer {
    /// Begins an object under a new key. Draws as [`ChunkSealer::new`] does.
    pub fn new<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self {
            chunks: ChunkSealer::new(rng),
            buffer: Zeroizing::new(vec![0; CHUNK_LEN]),
            filled: 0,
            sealed: 0..0,
            finishing: false,
        }
    }

    /// Takes plaintext from `input` and writes ciphertext to `output`, as much as fits, and no more
    /// than to the end of a chunk.
    ///
    /// # Errors
    ///
    /// The object would be too large, or [`Sealer::finish`] was called before. Nothing changes.
    pub fn push(&mut self, input: &[u8], output: &mut [u8]) -> Result<SealStep, SealError> {
        if self.finishing && !input.is_empty() {
            return Err(SealError::Ended);
        }
        self.chunks.len_with(self.filled.saturating_add(input.len()))?;
        let drained = self.drain(output);
        if !self.sealed.is_empty() {
            return Ok(SealStep { taken: 0, given: drained, value: None });
        }
        let taken = self.fill(input);
        let value = if self.filled == self.chunks.room().len() { self.seal()? } else { None };
        let given = self.drain_behind(drained, output);
        Ok(SealStep { taken, given, value })
    }

    /// Ends the plaintext and writes the rest of the object, as much as fits, and no more than to
    /// the end of a chunk. Called again until [`Sealer::is_done`].
    ///
    /// # Errors
    ///
    /// None that `push` would not have returned.
    pub fn finish(&mut self, output: &mut [u8]) -> Result<SealStep, SealError> {
        self.finishing = true;
        let drained = self.drain(output);
        let due = self.sealed.is_empty() && !self.chunks.is_done();
        let value = if due { self.seal()? } else { None };
        let given = self.drain_behind(drained, output);
        Ok(SealStep { taken: 0, given, value })
    }

    /// Whether the whole object was written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.sealed.is_empty() && self.chunks.is_done()
    }

    /// What a message carries of the object, once all of it was written.
    #[must_use]
    pub fn sealed(&self) -> Option<SealedMedia> {
        self.chunks.sealed().filter(|_| self.sealed.is_empty())
    }

    /// What has to be stored so that parts of the object can be sealed again, once all of it was
    /// written.
    #[must_use]
    pub fn record(&self) -> Option<SealingRecord> {
        self.chunks.record().filter(|_| self.sealed.is_empty())
    }

    /// Copies what of `input` fits into the chunk.
    fn fill(&mut self, input: &[u8]) -> usize {
        let begin = self.chunks.room().start.saturating_add(self.filled);
        let free = self.buffer.get_mut(begin..self.chunks.room().end).unwrap_or_default();
        let taken = copy(input, free);
        self.filled = self.filled.saturating_add(taken);
        taken
    }

    fn seal(&mut self) -> Result<Option<ChainingValue>, SealError> {
        let Some(buffer) = self.buffer.first_chunk_mut() else { return Ok(None) };
        let SealedChunk { len, value, .. } = self.chunks.seal(buffer, self.filled)?;
        self.filled = 0;
        self.sealed = 0..len;
        Ok(Some(value))
    }

    fn drain(&mut self, output: &mut [u8]) -> usize {
        let given = copy(self.buffer.get(self.sealed.clone()).unwrap_or_default(), output);
        self.sealed.start = self.sealed.start.saturating_add(given);
        given
    }

    /// Drains behind what was drained before; gives the bytes of both.
    fn drain_behind(&mut self, before: usize, output: &mut [u8]) -> usize {
        let rest = output.get_mut(before..).unwrap_or_default();
        before.saturating_add(self.drain(rest))
    }
}

/// Copies as much as fits, and says how much that was.
pub(super) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let len = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..len), to.get_mut(..len)) {
        to.copy_from_slice(from);
    }
    len
}
