//! BLAKE3 where bytes come by the gigabyte: the tree over an object's groups, and a keyed hash.

use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use zeroize::Zeroize;

use super::Secret;

/// Bytes of a group: a whole subtree of 64 BLAKE3 chunks.
pub(crate) const GROUP_LEN: usize = 64 * blake3::CHUNK_LEN;

/// BLAKE3 of `bytes`.
pub(crate) fn whole_hash(bytes: &[u8]) -> [u8; 32] {
    blake3::hash(bytes).into()
}

/// The chaining value of group `index` of an input that has more than one group. `bytes` is the
/// group: not empty, at most [`GROUP_LEN`] long, and exactly that unless it is the last.
pub(crate) fn group_chaining_value(index: u64, bytes: &[u8]) -> [u8; 32] {
    // The hasher panics on an empty or an overlong subtree; no caller has one.
    let group = bytes.get(..GROUP_LEN).unwrap_or(bytes);
    if group.is_empty() {
        return [0; 32];
    }
    let offset = index.saturating_mul(GROUP_LEN as u64) & !(GROUP_LEN as u64).saturating_sub(1);
    blake3::Hasher::new().set_input_offset(offset).update(group).finalize_non_root()
}

/// The chaining value of a subtree from those of its halves.
pub(crate) fn parent_chaining_value(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    merge_subtrees_non_root(left, right, Mode::Hash)
}

/// The hash of the whole input from the chaining values of its two halves.
pub(crate) fn root_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    merge_subtrees_root(left, right, Mode::Hash).into()
}

/// Keyed BLAKE3 of what comes in pieces.
pub(crate) struct KeyedHash(blake3::Hasher);

impl KeyedHash {
    pub(crate) fn new(key: &Secret<32>) -> Self {
        Self(blake3::Hasher::new_keyed(key.as_bytes()))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(&self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

impl Drop for KeyedHash {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect()
    }

    /// From BLAKE3's own test vectors.
    #[test]
    fn the_official_vectors() {
        assert_eq!(
            hex::encode(whole_hash(&bytes(1))),
            "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"
        );
        let mut keyed = KeyedHash::new(&Secret::new(*b"whats the Elvish word for friend"));
        keyed.update(&bytes(1));
        assert_eq!(
            hex::encode(keyed.finish()),
            "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"
        );
    }

    #[test]
    fn three_groups_hash_as_the_whole() {
        let input = bytes(2 * GROUP_LEN + 77);
        let values: Vec<_> = (0..)
            .zip(input.chunks(GROUP_LEN))
            .map(|(index, group)| group_chaining_value(index, group))
            .collect();
        let left = parent_chaining_value(&values[0], &values[1]);
        assert_eq!(root_hash(&left, &values[2]), whole_hash(&input));
    }

    #[test]
    fn a_group_elsewhere_has_another_chaining_value() {
        let group = bytes(GROUP_LEN);
        assert_ne!(group_chaining_value(0, &group), group_chaining_value(1, &group));
        assert_ne!(group_chaining_value(0, &group), whole_hash(&group));
        let far = 1 << 32;
        assert_ne!(group_chaining_value(far, &group), group_chaining_value(0, &group));
    }
}
