use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use zeroize::Zeroizing;

use super::seal_stream::copy;
use super::{CHUNK_LEN, ChunkOpener, OpenError};

/// Opens a stream: bytes in, bytes out, in pieces of any length, with one chunk of memory.
///
/// What [`ChunkOpener`] says about plaintext that is provisional holds here too: before
/// [`Opener::finish`] has returned `Ok`, the object may still turn out not to be the sender's, unless
/// there is an outboard.
#[derive(Debug)]
pub struct Opener {
    chunks: ChunkOpener,
    /// A chunk that fills or drains.
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    opened: Range<usize>,
}

/// What one call took and gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenStep {
    /// Bytes taken from the beginning of the input.
    pub taken: usize,
    /// Bytes written to the beginning of the output.
    pub given: usize,
}

impl Opener {
    /// Begins with an opener that has opened nothing yet.
    #[must_use]
    pub fn new(chunks: ChunkOpener) -> Self {
        let buffer = Zeroizing::new(vec![0; CHUNK_LEN]);
        Self { chunks, buffer, filled: 0, opened: 0..0 }
    }

    /// Takes ciphertext from `input` and writes plaintext to `output`, as much as fits, and no more
    /// than to the end of a chunk. Called again with the rest, and with no input until it gives no
    /// more output.
    ///
    /// # Errors
    ///
    /// A chunk is not what it should be, or bytes follow the object. Nothing is written; the bytes
    /// of the chunk are forgotten, and it is due again from its beginning, [`Opener::position`].
    pub fn push(&mut self, input: &[u8], output: &mut [u8]) -> Result<OpenStep, OpenError> {
        let Some(chunk) = self.chunks.next_chunk() else {
            let extended = !input.is_empty();
            return if extended { Err(OpenError::Extended) } else { Ok(self.step(0, output)) };
        };
        if !self.opened.is_empty() {
            return Ok(self.step(0, output));
        }
        let taken = copy(input, self.buffer.get_mut(self.filled..chunk.len).unwrap_or_default());
        self.filled = self.filled.saturating_add(taken);
        if self.filled == chunk.len {
            self.filled = 0;
            self.chunks.open(self.buffer.get_mut(..chunk.len).unwrap_or_default())?;
            self.opened = chunk.text();
        }
        Ok(self.step(taken, output))
    }

    /// How much of the object is opened: where the chunk that is due begins.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.chunks.position()
    }

    /// Whether all plaintext was written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.opened.is_empty() && self.chunks.next_chunk().is_none()
    }

    /// Says whether the whole object was opened and is the sender's.
    ///
    /// # Errors
    ///
    /// Bytes are missing, or plaintext was not taken.
    pub fn finish(self) -> Result<(), OpenError> {
        if self.is_done() { self.chunks.finish() } else { Err(OpenError::Truncated) }
    }

    fn step(&mut self, taken: usize, output: &mut [u8]) -> OpenStep {
        let given = copy(self.buffer.get(self.opened.clone()).unwrap_or_default(), output);
        self.opened.start = self.opened.start.saturating_add(given);
        OpenStep { taken, given }
    }
}
