use core::fmt;

use rand_core::CryptoRng;

use super::{Geometry, SealedMediaError};
use crate::crypto::{Secret, constant_time_eq};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The key of one object, random, and of that object alone.
#[derive(Clone)]
pub struct MediaKey(Secret<32>);

impl MediaKey {
    /// Takes the bytes that a message carried.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes, for the message that carries them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    pub(super) const fn secret(&self) -> &Secret<32> {
        &self.0
    }
}

/// In constant time.
impl PartialEq for MediaKey {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.as_bytes(), other.as_bytes())
    }
}

impl Eq for MediaKey {}

impl fmt::Debug for MediaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MediaKey(..)")
    }
}

/// The BLAKE3 hash of an object: of its ciphertext, from the first byte to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MediaRoot([u8; 32]);

impl MediaRoot {
    /// Takes the bytes that a message carried.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What a message says of an object, beside where it is: enough to open it and nothing else
/// (SPEC.md 17.5). Its lengths belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedMedia {
    key: MediaKey,
    geometry: Geometry,
    root: MediaRoot,
}

impl SealedMedia {
    /// From the four fields of a message. Lengths in bytes.
    ///
    /// # Errors
    ///
    /// The plaintext is over the limit, or the ciphertext has another length than one of it has.
    pub fn new(
        key: MediaKey,
        plaintext_len: u64,
        ciphertext_len: u64,
        root: MediaRoot,
    ) -> Result<Self, SealedMediaError> {
        let geometry = Geometry::new(plaintext_len).ok_or(SealedMediaError::TooLarge)?;
        if geometry.ciphertext_len() != ciphertext_len {
            return Err(SealedMediaError::Lengths);
        }
        Ok(Self { key, geometry, root })
    }

    pub(super) const fn sealed(key: MediaKey, geometry: Geometry, root: MediaRoot) -> Self {
        Self { key, geometry, root }
    }

    /// The object's key.
    #[must_use]
    pub const fn key(&self) -> &MediaKey {
        &self.key
    }

    /// Bytes of the plaintext.
    #[must_use]
    pub const fn plaintext_len(&self) -> u64 {
        self.geometry.plaintext_len()
    }

    /// Bytes of the object.
    #[must_use]
    pub const fn ciphertext_len(&self) -> u64 {
        self.geometry.ciphertext_len()
    }

    /// The hash of the object.
    #[must_use]
    pub const fn root(&self) -> &MediaRoot {
        &self.root
    }

    /// Where everything is in the object.
    #[must_use]
    pub const fn geometry(&self) -> &Geometry {
        &self.geometry
    }
}

/// `key[32] ‖ u64(plaintext) ‖ u64(ciphertext) ‖ root[32]`.
impl Layout for SealedMedia {
    fn write(&self, w: &mut Writer) {
        self.key.0.write(w);
        self.plaintext_len().write(w);
        self.ciphertext_len().write(w);
        w.raw(&self.root.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let key = MediaKey(r.get()?);
        let (plaintext, ciphertext) = (r.get()?, r.get()?);
        Self::new(key, plaintext, ciphertext, MediaRoot(r.array()?)).map_err(|error| match error {
            SealedMediaError::TooLarge => DecodeError::TooLarge,
            SealedMediaError::Lengths => DecodeError::WrongLength,
        })
    }
}
