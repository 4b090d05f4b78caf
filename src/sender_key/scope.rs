use super::EpochSecret;
use crate::crypto::{Digest, HashLabel, hash};
use crate::identity::{AccountId, DeviceAddress};
use crate::wire::{DecodeError, Layout, Reader, Writer, read_all};

/// What a sender chain is bound to: one key epoch of one group, or one version of one story list
/// of one author. SPEC.md section 14.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    kind: ScopeKind,
    id: Digest,
    key_epoch: u32,
    origin: Digest,
}

/// What kind of thing sender chains serve. It enters every derivation, so that the two are never
/// confused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ScopeKind {
    /// A group.
    Group,
    /// The audience of one author's stories.
    Story,
}

/// Names a scope: the hash that enters every derivation in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeHash(Digest);

impl Scope {
    /// Bytes of its layout.
    pub const LEN: usize = 1 + Digest::LEN + 4 + Digest::LEN;

    /// A key epoch of a group. `commitment` is what the group's state holds of the epoch secret
    /// ([`EpochSecret::commitment`]): whoever joins later knows it, and branches of a fork that
    /// each began a key epoch are different scopes.
    #[must_use]
    pub const fn group(id: Digest, key_epoch: u32, commitment: Digest) -> Self {
        Self { kind: ScopeKind::Group, id, key_epoch, origin: commitment }
    }

    /// A version of the story list that `author` named `list`, 32 random bytes. Only devices of
    /// `author` can have chains in it.
    #[must_use]
    pub fn story(author: &AccountId, list: Digest, version: u32) -> Self {
        Self { kind: ScopeKind::Story, id: list, key_epoch: version, origin: author_hash(author) }
    }

    /// A group or a story list.
    #[must_use]
    pub const fn kind(&self) -> ScopeKind {
        self.kind
    }

    /// The group's or the story list's id.
    #[must_use]
    pub const fn id(&self) -> &Digest {
        &self.id
    }

    /// The group's key epoch, or the story list's version.
    #[must_use]
    pub const fn key_epoch(&self) -> u32 {
        self.key_epoch
    }

    /// The commitment to the group's epoch secret, or the hash of the author of a story list.
    #[must_use]
    pub const fn origin(&self) -> &Digest {
        &self.origin
    }

    /// Its name.
    #[must_use]
    pub fn hash(&self) -> ScopeHash {
        ScopeHash(hash(HashLabel::SenderScope, &self.to_bytes()))
    }

    /// Whether `device` can have chains in it at all: in a story list only the author's can.
    #[must_use]
    pub fn admits(&self, device: &DeviceAddress) -> bool {
        match self.kind {
            ScopeKind::Group => true,
            ScopeKind::Story => self.origin == author_hash(&device.account),
        }
    }

    /// Whether this can be its epoch secret: in a group, the one that was committed to.
    #[must_use]
    pub fn fits(&self, secret: &EpochSecret) -> bool {
        match self.kind {
            ScopeKind::Group => !self.is_void() && secret.opens(self.key_epoch, &self.origin),
            ScopeKind::Story => true,
        }
    }

    /// Whether nobody can have a secret of it: the group commits to none.
    fn is_void(&self) -> bool {
        self.origin.as_bytes() == &[0; Digest::LEN]
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut w = Writer::with_capacity(Self::LEN);
        w.put(&self);
        w.as_slice().first_chunk().copied().unwrap_or([0; Self::LEN])
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        read_all(bytes)
    }
}

impl ScopeHash {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

fn author_hash(author: &AccountId) -> Digest {
    hash(HashLabel::SenderAuthor, author.as_bytes())
}

impl Layout for Scope {
    fn write(&self, w: &mut Writer) {
        let Self { kind, id, key_epoch, origin } = self;
        w.put(kind).put(id).put(key_epoch).put(origin);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { kind: r.get()?, id: r.get()?, key_epoch: r.get()?, origin: r.get()? })
    }
}

impl Layout for ScopeKind {
    fn write(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Group => 1,
            Self::Story => 2,
        });
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            1 => Ok(Self::Group),
            2 => Ok(Self::Story),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

impl Layout for ScopeHash {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}
