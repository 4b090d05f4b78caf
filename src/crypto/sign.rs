use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::Signer;
use rand_core::CryptoRng;
use zeroize::ZeroizeOnDrop;

use super::{Secret, SignaturePurpose};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// An Ed25519 public key (RFC 8032) in its one canonical encoding, never of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// The byte that precedes the key wherever kinds of keys could be confused (SPEC.md 3.1).
    pub const TYPE: u8 = 0x02;
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes a received key.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] when the bytes are no point, are not its canonical encoding, or
    /// the point has small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, DecodeError> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| DecodeError::InvalidKey)?;
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
            return Err(DecodeError::InvalidKey);
        }
        Ok(Self(key))
    }

    /// The 32-byte encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Verifies strictly: canonical encodings only, no small-order components (RFC 8032, section
    /// 5.1.7, with the stricter choices of "Taming the many `EdDSAs`").
    ///
    /// # Errors
    /// [`BadSignature`], which says nothing about why.
    pub fn verify(
        &self,
        purpose: SignaturePurpose,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        #[cfg(test)]
        super::meter::count(|m| m.verify += 1);
        self.0
            .verify_strict(
                &framed(purpose, message),
                &ed25519_dalek::Signature::from_bytes(&signature.0),
            )
            .map_err(|_| BadSignature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "VerifyingKey", self.as_bytes())
    }
}

impl Layout for VerifyingKey {
    fn write(&self, w: &mut Writer) {
        w.u8(Self::TYPE);
        w.raw(self.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(Self::TYPE)?;
        Self::from_bytes(&r.array()?)
    }
}

/// An Ed25519 secret key and its public half. Wiped on drop, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A fresh key from the caller's generator.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::from_seed(&Secret::random(rng))
    }

    pub(crate) fn from_seed(seed: &Secret<32>) -> Self {
        Self { key: ed25519_dalek::SigningKey::from_bytes(seed.as_bytes()) }
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.key.verifying_key())
    }

    /// Signs `"sealwax/v1/sig/" ‖ purpose ‖ 0x00 ‖ u32(len) ‖ message` (SPEC.md 3.3).
    #[must_use]
    pub fn sign(&self, purpose: SignaturePurpose, message: &[u8]) -> Signature {
        #[cfg(test)]
        super::meter::count(|m| m.sign += 1);
        Signature(self.key.sign(&framed(purpose, message)).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.verifying_key()).finish_non_exhaustive()
    }
}

/// Stored as the 32-byte seed; the public half is derived again on load.
impl Layout for SigningKey {
    fn write(&self, w: &mut Writer) {
        w.raw(self.key.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_seed(&Secret::read(r)?))
    }
}

/// An Ed25519 signature: 64 bytes, not yet verified.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Length in bytes.
    pub const LEN: usize = 64;

    /// Takes received bytes; whether they verify is for [`VerifyingKey::verify`] to say.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "Signature", &self.0)
    }
}

impl Layout for Signature {
    fn write(&self, w: &mut Writer) {
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(r.array()?))
    }
}

/// A signature that does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

fn framed(purpose: SignaturePurpose, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    [b"sealwax/v1/sig/", purpose.as_str().as_bytes(), &[0], &length, message].concat()
}
