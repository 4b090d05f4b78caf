use core::fmt;

use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::HashLabel;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A SHA-256 digest of public data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes the bytes of a digest that was computed elsewhere.
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

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_hex(f, "Digest", &self.0)
    }
}

impl Layout for Digest {
    fn write(&self, w: &mut Writer) {
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(r.array()?))
    }
}

/// `H("sealwax/v1/hash/" ‖ label ‖ 0x00 ‖ data)`: every hash of the protocol (SPEC.md 3.2).
#[must_use]
pub fn hash(label: HashLabel, data: &[u8]) -> Digest {
    TranscriptHash::new(label).chain(data).finish()
}

/// The same hash over data that comes in pieces; the caller makes the pieces unambiguous.
pub(crate) struct TranscriptHash(Sha256);

impl TranscriptHash {
    pub(crate) fn new(label: HashLabel) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"sealwax/v1/hash/");
        hasher.update(label.as_str().as_bytes());
        hasher.update([0]);
        Self(hasher)
    }

    pub(crate) fn chain(mut self, data: &[u8]) -> Self {
        self.0.update(data);
        self
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// SHA-512 again and again, for what people compare and should be costly to search for:
/// `h_1 = H(prefix ‖ label ‖ 0x00 ‖ data ‖ key)`, `h_i = H(h_{i-1} ‖ key)`, and `h_rounds` is the
/// result (SPEC.md 5.11).
pub(crate) fn iterated_hash(label: HashLabel, data: &[u8], key: &[u8], rounds: u32) -> [u8; 64] {
    let first = Sha512::new()
        .chain_update(b"sealwax/v1/hash/")
        .chain_update(label.as_str().as_bytes())
        .chain_update([0])
        .chain_update(data)
        .chain_update(key)
        .finalize();
    let next = |h, _| Sha512::new().chain_update(h).chain_update(key).finalize();
    (1..rounds).fold(first, next).into()
}

/// Compares in time that depends on the lengths alone.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Prints the first four bytes of a public value: enough to tell two apart in a log.
pub(super) fn debug_hex(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    for byte in bytes.iter().take(4) {
        write!(f, "{byte:02x}")?;
    }
    f.write_str("..)")
}

#[cfg(test)]
mod tests {
    use super::super::tests::unhex;
    use super::*;

    /// Computed with `hashlib` of Python.
    #[test]
    fn the_hash_is_what_another_implementation_computes() {
        assert_eq!(
            hash(HashLabel::HandshakeKeys, b"some data").as_bytes(),
            &unhex("0a0a566d59cd965b2a32a6b2eeb1e8cd11a99c1dc9b17dffbbaaba00436da711")
        );
    }

    #[test]
    fn pieces_hash_as_the_whole() {
        let pieces =
            TranscriptHash::new(HashLabel::Content).chain(b"some").chain(b"").chain(b" data");
        assert_eq!(pieces.finish(), hash(HashLabel::Content, b"some data"));
    }

    #[test]
    fn every_label_gives_another_hash() {
        for (i, a) in HashLabel::ALL.iter().enumerate() {
            for b in &HashLabel::ALL[..i] {
                assert_ne!(hash(*a, b"data"), hash(*b, b"data"), "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn the_iterated_hash_is_that_of_the_plain_definition() {
        let mut hash = Sha512::digest(b"sealwax/v1/hash/safety-number\0datakey").to_vec();
        for _ in 1..7 {
            hash.extend(b"key");
            hash = Sha512::digest(hash).to_vec();
        }
        assert_eq!(iterated_hash(HashLabel::SafetyNumber, b"data", b"key", 7).to_vec(), hash);
    }

    #[test]
    fn constant_time_comparison_compares() {
        assert!(constant_time_eq(b"same", b"same"));
        assert!(!constant_time_eq(b"same", b"sane"));
        assert!(!constant_time_eq(b"same", b"same as"));
    }
}
