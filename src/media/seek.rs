use super::cipher::ObjectCipher;
use super::opening::open_whole;
use super::{Chunk, HEADER_LEN, OpenError, Outboard, SealedMedia};

/// Opens the chunks of an object in any order, each verified alone. SPEC.md 17.7.
///
/// [`Geometry::span`](super::Geometry::span) says which chunks hold a part of the plaintext.
#[derive(Debug)]
pub struct SeekOpener {
    media: SealedMedia,
    outboard: Outboard,
    cipher: ObjectCipher,
}

impl SeekOpener {
    /// From the object's first [`HEADER_LEN`] bytes and its list of chaining values.
    ///
    /// # Errors
    ///
    /// The header is not one of this key.
    pub fn new(
        media: SealedMedia,
        outboard: Outboard,
        header: &[u8; HEADER_LEN],
    ) -> Result<Self, OpenError> {
        let (cipher, commits) = ObjectCipher::of_header(media.key(), header);
        if commits { Ok(Self { media, outboard, cipher }) } else { Err(OpenError::WrongKey) }
    }

    /// What is being opened.
    #[must_use]
    pub const fn media(&self) -> &SealedMedia {
        &self.media
    }

    /// Chunk `index`, if there is one: its length and where its plaintext is.
    #[must_use]
    pub fn chunk(&self, index: u64) -> Option<Chunk> {
        self.media.geometry().chunk(index)
    }

    /// Opens chunk `index`, which is `sealed` from the first byte to the last, in place, and gives
    /// its plaintext.
    ///
    /// # Errors
    ///
    /// The chunk is not what it should be; `sealed` holds no plaintext.
    pub fn open_chunk<'a>(
        &self,
        index: u64,
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], OpenError> {
        let chunk = self.chunk(index).ok_or(OpenError::NoSuchChunk)?;
        let expected = self.outboard.value(index).ok_or(OpenError::NoSuchChunk)?;
        open_whole(&self.cipher, &chunk, Some(expected), sealed)?;
        Ok(sealed.get_mut(chunk.text()).unwrap_or_default())
    }
}
