use super::cipher::ObjectCipher;
use super::hashes::Tree;
use super::{ChainingValue, Chunk, OpenError, Outboard, SealedMedia};

/// Opens an object in place, chunk by chunk, in order. SPEC.md 17.6.
///
/// Without an [`Outboard`] a chunk's plaintext is what *somebody who has the key* sealed for this
/// place; that all of it is what the sender sealed is known when the last chunk has opened. Until
/// then it is provisional: a file is renamed to its name only after [`ChunkOpener::finish`]. With an
/// outboard every chunk is known to be the sender's before its plaintext leaves.
///
/// A chunk that is refused changes nothing: download it again, and go on.
#[derive(Debug)]
pub struct ChunkOpener {
    pub(super) media: SealedMedia,
    outboard: Option<Outboard>,
    /// Known from the first chunk on.
    cipher: Option<ObjectCipher>,
    next: u64,
    tree: Tree,
}

/// A chunk opened and not yet accounted for.
pub(super) struct OpenedChunk {
    pub(super) chunk: Chunk,
    pub(super) value: ChainingValue,
}

impl ChunkOpener {
    /// Opens what `media` says, from the beginning.
    #[must_use]
    pub fn new(media: SealedMedia) -> Self {
        Self { media, outboard: None, cipher: None, next: 0, tree: Tree::default() }
    }

    /// Verifies every chunk against the list that came with the object.
    #[must_use]
    pub fn with_outboard(media: SealedMedia, outboard: Outboard) -> Self {
        Self { outboard: Some(outboard), ..Self::new(media) }
    }

    /// The chunk that is due; `None` after the last.
    #[must_use]
    pub fn next_chunk(&self) -> Option<Chunk> {
        self.media.geometry().chunk(self.next)
    }

    /// Opens the next chunk, which is `sealed` from the first byte to the last, and gives its
    /// plaintext: the [`room`](super::room) of a chunk, empty if there is only padding in it.
    ///
    /// # Errors
    ///
    /// The chunk is not what it should be. Nothing changes but `sealed`, which holds no plaintext.
    pub fn open<'a>(&mut self, sealed: &'a mut [u8]) -> Result<&'a mut [u8], OpenError> {
        let chunk = self.next_chunk().ok_or(OpenError::Extended)?;
        let cipher = self.cipher_for(&chunk, sealed)?;
        let value = open_whole(&cipher, &chunk, self.expected(chunk.index), sealed)?;
        self.commit(cipher, &[OpenedChunk { chunk, value }]).inspect_err(|_| sealed.fill(0))?;
        Ok(sealed.get_mut(chunk.text()).unwrap_or_default())
    }

    /// How much of the object is opened: where the chunk that is due begins.
    #[must_use]
    pub fn position(&self) -> u64 {
        let whole = self.next.saturating_mul(super::CHUNK_LEN as u64);
        whole.min(self.media.ciphertext_len())
    }

    #[cfg(feature = "parallel")]
    pub(super) const fn next_index(&self) -> u64 {
        self.next
    }

    /// Says whether the whole object was opened.
    ///
    /// # Errors
    ///
    /// Chunks are missing.
    pub fn finish(self) -> Result<(), OpenError> {
        if self.next_chunk().is_none() { Ok(()) } else { Err(OpenError::Truncated) }
    }

    /// The chaining value that a chunk must have, where that is known beforehand.
    pub(super) fn expected(&self, index: u64) -> Option<ChainingValue> {
        match &self.outboard {
            Some(outboard) => outboard.value(index),
            None if self.media.geometry().chunks() == 1 => Some((*self.media.root()).into()),
            None => None,
        }
    }

    /// The object's cipher; that of the first chunk comes from its header.
    pub(super) fn cipher_for(
        &self,
        chunk: &Chunk,
        sealed: &mut [u8],
    ) -> Result<ObjectCipher, OpenError> {
        if let Some(cipher) = &self.cipher {
            return Ok(cipher.clone());
        }
        check_len(chunk, sealed)?;
        let header = sealed.first_chunk().ok_or(OpenError::Truncated)?;
        let (cipher, commits) = ObjectCipher::of_header(self.media.key(), header);
        if commits {
            return Ok(cipher);
        }
        let expected = self.expected(chunk.index);
        let altered = expected.is_some_and(|value| value != ChainingValue::of(chunk, sealed));
        Err(match cipher.opens(chunk.index, chunk.last, sealed) {
            true => OpenError::WrongCommitment,
            false if altered => OpenError::Damaged,
            false => OpenError::WrongKey,
        })
    }

    /// Accounts for chunks that opened, unless they end an object that is not the sender's.
    pub(super) fn commit(
        &mut self,
        cipher: ObjectCipher,
        opened: &[OpenedChunk],
    ) -> Result<(), OpenError> {
        if opened.last().is_some_and(|opened| opened.chunk.last) {
            let mut tree = self.tree.clone();
            push_all(&mut tree, opened);
            if tree.root() != Some(*self.media.root()) {
                return Err(OpenError::WrongRoot);
            }
        }
        push_all(&mut self.tree, opened);
        let count = u64::try_from(opened.len()).unwrap_or(u64::MAX);
        self.next = self.next.saturating_add(count);
        self.cipher = Some(cipher);
        Ok(())
    }
}

fn push_all(tree: &mut Tree, opened: &[OpenedChunk]) {
    for opened in opened {
        tree.push(&opened.value);
    }
}

/// Opens `sealed`, which must have the length of `chunk`.
pub(super) fn open_whole(
    cipher: &ObjectCipher,
    chunk: &Chunk,
    expected: Option<ChainingValue>,
    sealed: &mut [u8],
) -> Result<ChainingValue, OpenError> {
    check_len(chunk, sealed)?;
    cipher.open(chunk, expected, sealed)
}

fn check_len(chunk: &Chunk, sealed: &[u8]) -> Result<(), OpenError> {
    match sealed.len().cmp(&chunk.len) {
        core::cmp::Ordering::Less => Err(OpenError::Truncated),
        core::cmp::Ordering::Equal => Ok(()),
        core::cmp::Ordering::Greater => Err(OpenError::Extended),
    }
}
