use rand_core::CryptoRng;

use super::cipher::ObjectCipher;
use super::hashes::Tree;
use super::{
    CHUNK_LEN, ChainingValue, Chunk, Geometry, MediaKey, SealError, SealedMedia, SealingRecord,
    room,
};
use crate::limits::MEDIA_BYTES;

/// Seals an object in place, chunk by chunk, without knowing its length beforehand.
///
/// For each chunk the caller puts plaintext into [`ChunkSealer::room`] of a buffer. A chunk that is
/// not full ends the plaintext; after it, empty ones are sealed until one is the last. Reading a
/// file until it gives nothing more does just that. SPEC.md 17.4.
///
/// ```
/// # let mut rng = rand_chacha::ChaCha20Rng::from_seed([0; 32]);
/// # use rand_chacha::rand_core::SeedableRng;
/// use std::io::Read;
/// use sealwax::media::{ChunkSealer, chunk_buffer};
///
/// let mut file: &[u8] = &[7; 100_000];
/// let (mut object, mut outboard) = (vec![], vec![]);
/// let mut sealer = ChunkSealer::new(&mut rng);
/// let mut buffer = chunk_buffer();
/// let sealed = loop {
///     let filled = file.read(&mut buffer[sealer.room()])?; // a real file is read until full
///     let chunk = sealer.seal(&mut buffer, filled)?;
///     object.extend_from_slice(&buffer[..chunk.len]);
///     outboard.extend_from_slice(chunk.value.as_bytes());
///     if let Some(sealed) = sealer.sealed() {
///         break sealed; // what the message carries
///     }
/// };
/// assert_eq!(object.len() as u64, sealed.ciphertext_len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ChunkSealer {
    pub(super) key: MediaKey,
    pub(super) cipher: ObjectCipher,
    pub(super) next: u64,
    /// Bytes of plaintext so far.
    pub(super) plaintext_len: u64,
    /// Set once the plaintext has ended.
    pub(super) geometry: Option<Geometry>,
    pub(super) tree: Tree,
}

/// A chunk that was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealedChunk {
    /// Bytes of it, from the beginning of the buffer.
    pub len: usize,
    /// Its place in the object's list of chaining values.
    pub value: ChainingValue,
    /// Whether the object ends with it.
    pub last: bool,
}

impl ChunkSealer {
    /// Begins an object under a new key. Draws key (32 bytes) and salt (24 bytes) from `rng`.
    pub fn new<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let key = MediaKey::random(rng);
        let mut salt = [0; 24];
        rng.fill_bytes(&mut salt);
        let cipher = ObjectCipher::derive(&key, salt);
        Self { key, cipher, next: 0, plaintext_len: 0, geometry: None, tree: Tree::default() }
    }

    /// Where the plaintext of the next chunk goes in its buffer.
    #[must_use]
    pub const fn room(&self) -> core::ops::Range<usize> {
        room(self.next)
    }

    /// Bytes of plaintext so far.
    #[must_use]
    pub const fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// Seals the next chunk, the first `filled` bytes of whose room are plaintext.
    ///
    /// # Errors
    ///
    /// Too much plaintext, or plaintext after its end. Nothing changes.
    pub fn seal(
        &mut self,
        buffer: &mut [u8; CHUNK_LEN],
        filled: usize,
    ) -> Result<SealedChunk, SealError> {
        let (chunk, geometry) = self.next_chunk(filled)?;
        let sealed = buffer.get_mut(..chunk.len).unwrap_or_default();
        let value = self.cipher.seal(&chunk, sealed);
        self.geometry = geometry;
        self.advance(&chunk, &value);
        Ok(SealedChunk { len: chunk.len, value, last: chunk.last })
    }

    pub(super) fn advance(&mut self, chunk: &Chunk, value: &ChainingValue) {
        self.tree.push(value);
        self.next = self.next.saturating_add(1);
        let text_len = u64::try_from(chunk.text_len).unwrap_or(u64::MAX);
        self.plaintext_len = self.plaintext_len.saturating_add(text_len);
    }

    fn next_chunk(&self, filled: usize) -> Result<(Chunk, Option<Geometry>), SealError> {
        let full = Chunk::full(self.next);
        if filled > full.text_len {
            return Err(SealError::Overfilled);
        }
        let len = self.len_with(filled)?;
        if let Some(geometry) = self.geometry {
            let chunk = geometry.chunk(self.next).filter(|_| filled == 0);
            return Ok((chunk.ok_or(SealError::Ended)?, self.geometry));
        }
        if filled == full.text_len {
            return Ok((full, None));
        }
        let geometry = Geometry::new(len).ok_or(SealError::TooLarge)?;
        let chunk = geometry.chunk(self.next).ok_or(SealError::Ended)?;
        Ok((chunk, Some(geometry)))
    }

    pub(super) fn len_with(&self, more: usize) -> Result<u64, SealError> {
        let len = u64::try_from(more).ok().and_then(|more| self.plaintext_len.checked_add(more));
        len.filter(|len| *len <= MEDIA_BYTES).ok_or(SealError::TooLarge)
    }

    /// Whether the last chunk is sealed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.geometry.is_some_and(|geometry| geometry.chunks() == self.next)
    }

    /// What a message carries of the object, once its last chunk is sealed.
    #[must_use]
    pub fn sealed(&self) -> Option<SealedMedia> {
        let geometry = self.geometry.filter(|geometry| geometry.chunks() == self.next)?;
        let root = self.tree.clone().root()?;
        Some(SealedMedia::sealed(self.key.clone(), geometry, root))
    }

    /// What has to be stored so that parts of the object can be sealed again, once its last chunk
    /// is sealed.
    #[must_use]
    pub fn record(&self) -> Option<SealingRecord> {
        Some(SealingRecord::new(self.sealed()?, *self.cipher.salt()))
    }
}
