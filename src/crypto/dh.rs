use core::fmt;

use rand_core::CryptoRng;
use zeroize::ZeroizeOnDrop;

use super::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// An X25519 public key (RFC 7748) in its one canonical encoding: 32 bytes, little-endian, less
/// than 2^255 − 19.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DhPublicKey(x25519_dalek::PublicKey);

impl DhPublicKey {
    /// The byte that precedes the key wherever kinds of keys could be confused (SPEC.md 3.1).
    pub const TYPE: u8 = 0x01;
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes a received key.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] when the encoding is not canonical (the value is 2^255 − 19 or
    /// more, or the unused bit is set) or the key is the zero point, which no honest peer sends.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        if !is_canonical(&bytes) || bytes == [0; 32] {
            return Err(DecodeError::InvalidKey);
        }
        Ok(Self(x25519_dalek::PublicKey::from(bytes)))
    }

    /// The 32-byte encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// Whether the little-endian value is below the field prime 2^255 − 19.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    *high < 0x7f || (*high == 0x7f && (middle.iter().any(|b| *b != 0xff) || *low < 0xed))
}

impl fmt::Debug for DhPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "DhPublicKey", self.as_bytes())
    }
}

impl Layout for DhPublicKey {
    fn write(&self, w: &mut Writer) {
        w.u8(Self::TYPE);
        w.raw(self.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(Self::TYPE)?;
        Self::from_bytes(r.array()?)
    }
}

/// An X25519 secret key and its public half. Wiped on drop, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct DhSecretKey {
    secret: x25519_dalek::StaticSecret,
    #[zeroize(skip)]
    public: DhPublicKey,
}

impl DhSecretKey {
    /// A fresh key from the caller's generator.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::from_secret(&Secret::random(rng))
    }

    pub(crate) fn from_secret(bytes: &Secret<32>) -> Self {
        let secret = x25519_dalek::StaticSecret::from(*bytes.as_bytes());
        let public = DhPublicKey(x25519_dalek::PublicKey::from(&secret));
        Self { secret, public }
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &DhPublicKey {
        &self.public
    }

    /// The one Diffie–Hellman of the crate.
    pub(crate) fn diffie_hellman(
        &self,
        their: &DhPublicKey,
    ) -> Result<SharedSecret, NonContributory> {
        #[cfg(test)]
        super::meter::count(|m| m.dh += 1);
        let shared = self.secret.diffie_hellman(&their.0);
        if !shared.was_contributory() {
            return Err(NonContributory);
        }
        Ok(SharedSecret(Secret::new(*shared.as_bytes())))
    }
}

impl fmt::Debug for DhSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DhSecretKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Stored as the secret scalar alone; the public half is derived again on load.
impl Layout for DhSecretKey {
    fn write(&self, w: &mut Writer) {
        w.raw(self.secret.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_secret(&Secret::read(r)?))
    }
}

/// The output of one Diffie–Hellman.
#[derive(Debug)]
pub(crate) struct SharedSecret(Secret<32>);

impl SharedSecret {
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// The peer's key contributed nothing: the shared secret would be the same for everybody
/// (RFC 7748, section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peer's Diffie-Hellman key contributes nothing to the shared secret")]
pub struct NonContributory;
