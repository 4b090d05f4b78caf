use alloc::vec::Vec;
use core::fmt;

use super::{CHUNK_LEN, Chunk, MediaRoot, OutboardError, SealedMedia};
use crate::crypto::{group_chaining_value, parent_chaining_value, root_hash, whole_hash};

/// What BLAKE3 knows of one chunk: its node in the tree whose root a message carries. That of an
/// object's only chunk is the root itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainingValue([u8; 32]);

impl ChainingValue {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// The 32 bytes, as they stand in the object's list.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Of the ciphertext of `chunk`.
    pub(super) fn of(chunk: &Chunk, sealed: &[u8]) -> Self {
        const { assert!(CHUNK_LEN == crate::crypto::GROUP_LEN, "a chunk is a subtree") };
        if chunk.is_only() {
            return Self(whole_hash(sealed));
        }
        Self(group_chaining_value(chunk.index, sealed))
    }
}

impl From<MediaRoot> for ChainingValue {
    fn from(root: MediaRoot) -> Self {
        Self(*root.as_bytes())
    }
}

/// The tree over the chunks so far: the roots of its whole subtrees, the largest first. One for
/// each bit that is set in the number of chunks.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    subtrees: Vec<[u8; 32]>,
    chunks: u64,
}

impl Tree {
    /// Merges what is complete only when the next chunk comes, since the last merge of all is
    /// another one.
    pub(super) fn push(&mut self, value: &ChainingValue) {
        while self.subtrees.len() > usize::try_from(self.chunks.count_ones()).unwrap_or(0) {
            self.merge(parent_chaining_value);
        }
        self.subtrees.push(value.0);
        self.chunks = self.chunks.saturating_add(1);
    }

    /// The hash of everything; `None` of nothing.
    pub(super) fn root(mut self) -> Option<MediaRoot> {
        while self.subtrees.len() > 2 {
            self.merge(parent_chaining_value);
        }
        match *self.subtrees.as_slice() {
            [left, right] => Some(MediaRoot::from_bytes(root_hash(&left, &right))),
            [only] => Some(MediaRoot::from_bytes(only)),
            _ => None,
        }
    }

    fn merge(&mut self, parent: fn(&[u8; 32], &[u8; 32]) -> [u8; 32]) {
        if let (Some(right), Some(left)) = (self.subtrees.pop(), self.subtrees.pop()) {
            self.subtrees.push(parent(&left, &right));
        }
    }
}

/// The chaining values of all chunks of an object, verified against its root: with them any chunk
/// is verified alone. 32 bytes for each 64 KiB.
#[derive(Clone, PartialEq, Eq)]
pub struct Outboard(Vec<u8>);

impl Outboard {
    /// Verifies the list that came with an object.
    ///
    /// # Errors
    ///
    /// The list is not of this object.
    pub fn verify(media: &SealedMedia, list: Vec<u8>) -> Result<Self, OutboardError> {
        if u64::try_from(list.len()) != Ok(media.geometry().outboard_len()) {
            return Err(OutboardError::Length);
        }
        let mut tree = Tree::default();
        for value in values(&list) {
            tree.push(&value);
        }
        if tree.root() == Some(*media.root()) { Ok(Self(list)) } else { Err(OutboardError::Root) }
    }

    /// The list as it travels.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn value(&self, index: u64) -> Option<ChainingValue> {
        let (values, _) = self.0.as_chunks();
        values.get(usize::try_from(index).ok()?).copied().map(ChainingValue)
    }
}

fn values(list: &[u8]) -> impl Iterator<Item = ChainingValue> {
    list.as_chunks().0.iter().copied().map(ChainingValue)
}

impl fmt::Debug for Outboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outboard({} bytes)", self.0.len())
    }
}
