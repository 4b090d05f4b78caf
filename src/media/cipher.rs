use zeroize::Zeroize;

use super::{ChainingValue, Chunk, HEADER_LEN, MediaKey, OpenError, room};
use crate::crypto::{AeadKey, KdfLabel, NONCE_LEN, Nonce, Prk, Secret, TAG_LEN, constant_time_eq};

pub(super) const SALT_LEN: usize = 24;
const COMMITMENT_LEN: usize = 32;

/// The byte that ends the plaintext; zeros follow.
const MARK: u8 = 0x80;

/// How far from its place a chunk that does not open is looked for, only to name the error.
const DIAGNOSED: u64 = 16;

/// What seals and opens the chunks of one object (SPEC.md 17.3).
#[derive(Clone, Debug)]
pub(super) struct ObjectCipher {
    key: AeadKey,
    salt: [u8; SALT_LEN],
    commitment: [u8; COMMITMENT_LEN],
}

impl ObjectCipher {
    pub(super) fn derive(key: &MediaKey, salt: [u8; SALT_LEN]) -> Self {
        let keys: Secret<64> = Prk::from_key(key.secret()).expand(KdfLabel::MediaObject, &salt);
        let [key, commitment] = keys.split();
        Self { key: AeadKey::new(key), salt, commitment: *commitment.as_bytes() }
    }

    pub(super) const fn salt(&self) -> &[u8; SALT_LEN] {
        &self.salt
    }

    /// Derives from the salt of a header, and says whether the header commits to the key.
    pub(super) fn of_header(key: &MediaKey, header: &[u8; HEADER_LEN]) -> (Self, bool) {
        let (salt, commitment) = header.split_first_chunk().unwrap_or((&[0; SALT_LEN], &[]));
        let cipher = Self::derive(key, *salt);
        let commits = constant_time_eq(&cipher.commitment, commitment);
        (cipher, commits)
    }

    /// Seals `chunk` in place. Its plaintext is in its room; `sealed` is exactly as long as it.
    pub(super) fn seal(&self, chunk: &Chunk, sealed: &mut [u8]) -> ChainingValue {
        let body = self.write_header(chunk, sealed);
        if let Some((text, tag)) = body.split_last_chunk_mut::<TAG_LEN>() {
            pad(chunk, text);
            *tag = self.key.seal_detached(&nonce(chunk.index, chunk.last), &[], text);
        }
        ChainingValue::of(chunk, sealed)
    }

    fn write_header<'a>(&self, chunk: &Chunk, sealed: &'a mut [u8]) -> &'a mut [u8] {
        let (header, body) = split_header(chunk.index, sealed);
        let bytes = self.salt.iter().chain(&self.commitment);
        header.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        body
    }

    /// Opens `chunk` in place, if its chaining value is what is `expected` of it. On failure
    /// `sealed` holds no plaintext.
    pub(super) fn open(
        &self,
        chunk: &Chunk,
        expected: Option<ChainingValue>,
        sealed: &mut [u8],
    ) -> Result<ChainingValue, OpenError> {
        let value = ChainingValue::of(chunk, sealed);
        if expected.is_some_and(|expected| expected != value) {
            return Err(self.diagnose(chunk, sealed));
        }
        let (_, body) = split_header(chunk.index, sealed);
        let nonce = nonce(chunk.index, chunk.last);
        let Some(text) = self.key.open_in_place(&nonce, &[], body) else {
            return Err(self.diagnose(chunk, sealed));
        };
        if is_padded(chunk, text) {
            return Ok(value);
        }
        sealed.zeroize();
        Err(OpenError::Padding)
    }

    /// What is wrong with a chunk that has not the expected chaining value or does not open.
    fn diagnose(&self, chunk: &Chunk, sealed: &mut [u8]) -> OpenError {
        if self.opens(chunk.index, chunk.last, sealed) {
            return OpenError::Substituted;
        }
        if self.opens(chunk.index, !chunk.last, sealed) {
            return OpenError::FinalMark;
        }
        let nearby = chunk.index.saturating_sub(DIAGNOSED)..=chunk.index.saturating_add(DIAGNOSED);
        let found = nearby
            .filter(|index| *index != chunk.index)
            .find(|index| self.opens(*index, false, sealed) || self.opens(*index, true, sealed));
        found.map_or(OpenError::Damaged, |found| OpenError::Reordered { found })
    }

    /// Whether the bytes are chunk `index` as somebody with the key sealed it; wipes them if so.
    pub(super) fn opens(&self, index: u64, last: bool, sealed: &mut [u8]) -> bool {
        let (_, body) = split_header(index, sealed);
        let opens = self.key.open_in_place(&nonce(index, last), &[], body).is_some();
        if opens {
            sealed.zeroize();
        }
        opens
    }
}

/// `00 00 00 ‖ u64(index) ‖ last`: no two chunks of an object share one.
fn nonce(index: u64, last: bool) -> Nonce {
    let number = (u128::from(index) << 8) | u128::from(last);
    Nonce::from_bytes(*number.to_be_bytes().last_chunk().unwrap_or(&[0; NONCE_LEN]))
}

fn split_header(index: u64, sealed: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    let at = room(index).start.min(sealed.len());
    sealed.split_at_mut(at)
}

/// What follows the plaintext in a chunk: the mark, if the plaintext ends in it, and zeros.
fn pad(chunk: &Chunk, text: &mut [u8]) {
    let padding = text.get_mut(chunk.text_len..).unwrap_or_default();
    padding.fill(0);
    if let (true, Some(mark)) = (chunk.marked, padding.first_mut()) {
        *mark = MARK;
    }
}

fn is_padded(chunk: &Chunk, text: &[u8]) -> bool {
    let padding = text.get(chunk.text_len..).unwrap_or_default();
    let zeros = if chunk.marked { padding.strip_prefix(&[MARK]) } else { Some(padding) };
    zeros.is_some_and(|zeros| zeros.iter().all(|byte| *byte == 0))
}
