use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::Violation;
use crate::crypto::{Secret, constant_time_eq};

/// Bytes of another layer, 1 to `MAX` of them, which a content carries and does not look into. They
/// may hold keys: wiped when dropped, compared in constant time, never printed.
#[derive(Clone)]
pub struct Opaque<const MAX: usize>(Zeroizing<Vec<u8>>);

impl<const MAX: usize> Opaque<MAX> {
    /// Takes the bytes.
    ///
    /// # Errors
    /// [`Violation::OpaqueLength`] when there are none or more than `MAX`.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Violation> {
        let bytes = Zeroizing::new(bytes);
        if (1..=MAX).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(Violation::OpaqueLength)
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn to_wire(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl<const MAX: usize> PartialEq for Opaque<MAX> {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl<const MAX: usize> Eq for Opaque<MAX> {}

impl<const MAX: usize> fmt::Debug for Opaque<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.0.len())
    }
}

/// A secret of 32 bytes that one device hands to another: wiped when dropped, compared in constant
/// time, never printed.
#[derive(Clone)]
pub struct SharedKey(Secret<32>);

impl SharedKey {
    /// Takes the 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(crate) const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    pub(super) fn from_wire(bytes: Vec<u8>) -> Result<Self, Violation> {
        let bytes = Zeroizing::new(bytes);
        let bytes = bytes.as_slice().try_into().map_err(|_| Violation::KeyLength)?;
        Ok(Self(Secret::filled(|out| *out = bytes)))
    }

    pub(super) fn to_wire(key: Option<&Self>) -> Vec<u8> {
        key.map_or_else(Vec::new, |key| key.as_bytes().to_vec())
    }
}

impl PartialEq for SharedKey {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.as_bytes(), other.as_bytes())
    }
}

impl Eq for SharedKey {}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec};

    #[test]
    fn opaque_bytes_have_a_limit_and_are_not_printed() {
        let opaque = |len| Opaque::<3>::new(vec![0xab; len]);
        assert_eq!(opaque(0), Err(Violation::OpaqueLength));
        assert_eq!(opaque(3).unwrap().as_bytes(), [0xab; 3]);
        assert_eq!(opaque(4), Err(Violation::OpaqueLength));
        assert_eq!(format!("{:?}", opaque(3).unwrap()), "Opaque(3 bytes)");
        assert_ne!(opaque(2), opaque(3));
    }

    #[test]
    fn a_key_has_32_bytes_and_is_not_printed() {
        assert_eq!(SharedKey::from_wire(vec![7; 32]), Ok(SharedKey::from_bytes([7; 32])));
        assert_eq!(SharedKey::from_wire(vec![7; 31]), Err(Violation::KeyLength));
        assert_eq!(SharedKey::from_wire(vec![7; 33]), Err(Violation::KeyLength));
        assert_ne!(SharedKey::from_bytes([7; 32]), SharedKey::from_bytes([8; 32]));
        assert_eq!(format!("{:?}", SharedKey::from_bytes([7; 32])), "SharedKey(..)");
    }
}
