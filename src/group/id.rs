use core::fmt;

use crate::crypto::{Digest, VerifyingKey};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Names a group: the hash of its genesis, so that nobody can found another under the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(Digest);

impl GroupId {
    /// Takes the bytes of an id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Digest::from_bytes(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl From<Digest> for GroupId {
    fn from(genesis: Digest) -> Self {
        Self(genesis)
    }
}

impl Layout for GroupId {
    fn write(&self, w: &mut Writer) {
        w.put(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

/// The public key of an invite link as the state names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PinnedLinkKey(pub(super) [u8; 32]);

impl PinnedLinkKey {
    /// The key's 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PinnedLinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinnedLinkKey({:02x?}..)", self.0.first_chunk::<4>().unwrap_or(&[0; 4]))
    }
}

impl Layout for PinnedLinkKey {
    fn write(&self, w: &mut Writer) {
        w.u8(VerifyingKey::TYPE);
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(VerifyingKey::TYPE)?;
        r.array().map(Self)
    }
}
