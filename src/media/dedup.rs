use core::fmt;

use rand_core::CryptoRng;

use crate::crypto::{KdfLabel, KeyedHash, Prk, Secret, constant_time_eq};

/// A secret of this device under which it recognises files that it has sealed or opened before.
///
/// Neither it nor what it makes ever travels: a hash that a server could compute of a file, or a
/// key that followed from the file, would tell the server who has which file. SPEC.md 17.10.
#[derive(Clone)]
pub struct DedupKey(Secret<32>);

impl DedupKey {
    /// A new one, of 32 random bytes.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// Loads what [`DedupKey::as_bytes`] gave.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes to store on this device, as the secret they are.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Begins the tag of a file.
    #[must_use]
    pub fn hasher(&self) -> DedupHasher {
        let key = Prk::from_key(&self.0).expand(KdfLabel::MediaDedup, &[]);
        DedupHasher(KeyedHash::new(&key))
    }
}

impl fmt::Debug for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DedupKey(..)")
    }
}

/// The tag of a file while it is being read.
pub struct DedupHasher(KeyedHash);

impl DedupHasher {
    /// The file's next bytes.
    pub fn update(&mut self, plaintext: &[u8]) {
        self.0.update(plaintext);
    }

    /// The tag of all of them.
    #[must_use]
    pub fn finish(self) -> DedupTag {
        DedupTag(Secret::new(self.0.finish()))
    }
}

impl fmt::Debug for DedupHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DedupHasher(..)")
    }
}

/// The name of a file on this device: equal for equal files, compared in constant time, and not to
/// leave the device.
#[derive(Clone)]
pub struct DedupTag(Secret<32>);

impl DedupTag {
    /// The bytes, for an index on this device.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl PartialEq for DedupTag {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.as_bytes(), other.as_bytes())
    }
}

impl Eq for DedupTag {}

impl fmt::Debug for DedupTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DedupTag(..)")
    }
}
