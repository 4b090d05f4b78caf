use core::fmt;

use siphasher::sip::SipHasher24;

use super::{AeadKey, KdfLabel, NONCE_LEN, Nonce, Prk, Secret};

/// Length of a search tag in bytes.
pub(crate) const SEARCH_TAG_LEN: usize = 8;

/// What an envelope carries so that its receiver finds the session without trial decryption.
///
/// It authenticates nothing: whatever it finds must still open. SPEC.md section 8.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SearchTag(u64);

impl SearchTag {
    pub(crate) const fn from_bytes(bytes: [u8; SEARCH_TAG_LEN]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }

    pub(crate) const fn to_bytes(self) -> [u8; SEARCH_TAG_LEN] {
        self.0.to_le_bytes()
    }
}

/// A search key: expanded from a header key, it makes the search tags of that header key's chain.
#[derive(Clone)]
pub(crate) struct SearchKey(Secret<16>);

impl SearchKey {
    pub(crate) fn derive(header_key: &AeadKey) -> Self {
        Self(Prk::from_key(header_key.secret()).expand(KdfLabel::RatchetSearch, &[]))
    }

    /// `SipHash-2-4(search key, nonce)`.
    pub(crate) fn tag(&self, nonce: &Nonce) -> SearchTag {
        #[cfg(test)]
        super::meter::count(|m| m.search += 1);
        let input: &[u8; NONCE_LEN] = nonce.as_bytes();
        SearchTag(SipHasher24::new_with_key(self.0.as_bytes()).hash(input))
    }
}

impl fmt::Debug for SearchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{counting_from, unhex};
    use super::*;

    fn key(byte: u8) -> SearchKey {
        SearchKey::derive(&AeadKey::new(Secret::new([byte; 32])))
    }

    /// Computed with the `cryptography` and `siphash24` packages of Python.
    #[test]
    fn the_tag_is_what_another_implementation_computes() {
        let header_key = AeadKey::new(Secret::new(counting_from(0)));
        let nonce = Nonce::from_bytes(counting_from(0));
        let tag = SearchKey::derive(&header_key).tag(&nonce);
        assert_eq!(tag.to_bytes(), unhex("516c02b30eee8543"));
        assert_eq!(SearchTag::from_bytes(tag.to_bytes()), tag);
    }

    #[test]
    fn another_key_or_nonce_gives_another_tag() {
        let nonce = Nonce::from_bytes([1; 12]);
        assert_ne!(key(1).tag(&nonce), key(2).tag(&nonce));
        assert_ne!(key(1).tag(&nonce), key(1).tag(&Nonce::from_bytes([2; 12])));
    }
}
