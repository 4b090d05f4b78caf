use zeroize::{Zeroize, Zeroizing};

use super::cipher::{ObjectCipher, SALT_LEN};
use super::{CHUNK_LEN, Chunk, Outboard, ResealError, SealedMedia};
use crate::wire::{DecodeError, Layout, Reader, Writer, read_all};

const VERSION: u8 = 1;

/// What is stored of a sealed object, together with its list of chaining values, so that its parts
/// can be sealed again from the plaintext. It exists only of whole objects. SPEC.md 17.8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealingRecord {
    media: SealedMedia,
    salt: [u8; SALT_LEN],
}

impl SealingRecord {
    pub(super) const fn new(media: SealedMedia, salt: [u8; SALT_LEN]) -> Self {
        Self { media, salt }
    }

    /// What a message carries of the object.
    #[must_use]
    pub const fn media(&self) -> &SealedMedia {
        &self.media
    }

    /// The bytes to store. They hold the key.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<alloc::vec::Vec<u8>> {
        let mut w = Writer::with_capacity(105);
        w.put(self);
        w.into_secret()
    }

    /// Loads what [`SealingRecord::to_bytes`] gave.
    ///
    /// # Errors
    ///
    /// The bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        read_all(bytes)
    }
}

/// `u8(1) ‖ media ‖ salt[24]`.
impl Layout for SealingRecord {
    fn write(&self, w: &mut Writer) {
        w.put(&VERSION).put(&self.media).put(&self.salt);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(VERSION)?;
        Ok(Self { media: r.get()?, salt: r.get()? })
    }
}

/// Seals chunks of an object again, to the same bytes, in any order and any number of times.
///
/// A chunk is given out only if it is the one that was sealed the first time, so that no nonce ever
/// covers two texts: whatever became of the file meanwhile, and however old the record is.
#[derive(Debug)]
pub struct Resealer {
    media: SealedMedia,
    outboard: Outboard,
    cipher: ObjectCipher,
}

impl Resealer {
    /// From what was stored when the object was sealed; the outboard is verified against
    /// [`SealingRecord::media`].
    #[must_use]
    pub fn new(record: SealingRecord, outboard: Outboard) -> Self {
        let cipher = ObjectCipher::derive(record.media.key(), record.salt);
        Self { media: record.media, outboard, cipher }
    }

    /// Chunk `index`, if there is one: its length, and where its plaintext goes.
    #[must_use]
    pub fn chunk(&self, index: u64) -> Option<Chunk> {
        self.media.geometry().chunk(index)
    }

    /// Seals chunk `index` in place, [`Chunk::text`] of whose buffer is its plaintext, and gives the
    /// sealed bytes.
    ///
    /// # Errors
    ///
    /// There is no such chunk, or the plaintext is not what it was; then the buffer is wiped.
    pub fn seal_again<'a>(
        &self,
        index: u64,
        buffer: &'a mut [u8; CHUNK_LEN],
    ) -> Result<&'a [u8], ResealError> {
        let chunk = self.chunk(index).ok_or(ResealError::NoSuchChunk)?;
        let sealed = buffer.get_mut(..chunk.len).unwrap_or_default();
        let value = self.cipher.seal(&chunk, sealed);
        if self.outboard.value(index) == Some(value) {
            return Ok(sealed);
        }
        sealed.zeroize();
        Err(ResealError::PlaintextChanged)
    }
}
