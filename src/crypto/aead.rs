use alloc::vec::Vec;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, Tag};
use rand_core::CryptoRng;

use super::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Length of an authentication tag in bytes; tags are never truncated.
pub(crate) const TAG_LEN: usize = 16;
/// Length of a nonce in bytes.
pub(crate) const NONCE_LEN: usize = 12;

/// A 96-bit AEAD nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nonce([u8; NONCE_LEN]);

impl Nonce {
    /// For a key that seals exactly once.
    pub(crate) const ZERO: Self = Self([0; NONCE_LEN]);

    pub(crate) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut nonce = Self::ZERO;
        rng.fill_bytes(&mut nonce.0);
        nonce
    }

    pub(crate) const fn from_bytes(bytes: [u8; NONCE_LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; NONCE_LEN] {
        &self.0
    }
}

/// A ChaCha20-Poly1305 key (RFC 8439).
#[derive(Clone, Debug)]
pub(crate) struct AeadKey(Secret<32>);

impl AeadKey {
    pub(crate) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    pub(crate) const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// Encrypts `buffer[start..]` in place and appends the tag. Room for the tag should be
    /// reserved, or the buffer grows.
    pub(crate) fn seal_suffix(&self, nonce: &Nonce, ad: &[u8], buffer: &mut Vec<u8>, start: usize) {
        let text = buffer.get_mut(start..).unwrap_or_default();
        let tag = self.seal_detached(nonce, ad, text);
        buffer.extend_from_slice(&tag);
    }

    /// Encrypts in place and returns the tag.
    pub(crate) fn seal_detached(&self, nonce: &Nonce, ad: &[u8], text: &mut [u8]) -> [u8; TAG_LEN] {
        #[cfg(test)]
        super::meter::count(|m| m.aead += 1);
        // The cipher refuses only texts over 256 GiB; every text here has a limit far below. An
        // all-zero tag would not open, so even that stays safe.
        self.cipher()
            .encrypt_inout_detached(nonce.as_bytes().into(), ad, text.into())
            .map_or([0; TAG_LEN], Into::into)
    }

    /// Decrypts `sealed` (text and tag) in place; the text is left in its front. `None` leaves the
    /// ciphertext as it was and means: not authentic.
    pub(crate) fn open_in_place<'a>(
        &self,
        nonce: &Nonce,
        ad: &[u8],
        sealed: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        #[cfg(test)]
        super::meter::count(|m| m.aead += 1);
        let (text, tag) = sealed.split_at_mut_checked(sealed.len().checked_sub(TAG_LEN)?)?;
        let tag = Tag::try_from(&*tag).ok()?;
        self.cipher()
            .decrypt_inout_detached(nonce.as_bytes().into(), ad, (&mut *text).into(), &tag)
            .ok()?;
        Some(text)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(self.0.as_bytes().into())
    }
}

impl Layout for AeadKey {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Secret::read(r).map(Self)
    }
}
