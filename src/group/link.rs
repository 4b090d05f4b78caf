use core::fmt;

use rand_core::CryptoRng;

use super::member::Keyed;
use super::{GroupId, PinnedLinkKey};
use crate::crypto::{KdfLabel, Prk, Secret, Signature, SignaturePurpose, SigningKey};
use crate::identity::AccountId;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Names an invite link within its group: 8 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId([u8; 8]);

impl LinkId {
    /// Takes the bytes of an id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The 8 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl Layout for LinkId {
    fn write(&self, w: &mut Writer) {
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array().map(Self)
    }
}

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkMode {
    /// Joins.
    Open,
    /// Makes a request, for somebody with the permission to approve.
    Approval,
}

impl Layout for LinkMode {
    fn write(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Open => 1,
            Self::Approval => 2,
        });
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            1 => Ok(Self::Open),
            2 => Ok(Self::Approval),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

/// The terms of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkTerms {
    /// What it is good for.
    pub mode: LinkMode,
    /// From when on it is not.
    pub expires: Option<Timestamp>,
    /// How often it can be used; at least once.
    pub max_uses: Option<u32>,
}

impl Layout for LinkTerms {
    fn write(&self, w: &mut Writer) {
        w.put(&self.mode).put(&self.expires).put(&self.max_uses);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let terms = Self { mode: r.get()?, expires: r.get()?, max_uses: r.get()? };
        if terms.max_uses == Some(0) { Err(DecodeError::OutOfRange) } else { Ok(terms) }
    }
}

/// An invite link as the group's state has it: without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLink {
    /// Names it.
    pub id: LinkId,
    /// What a ticket must be signed with, besides the joiner's device: only the secret gives the
    /// key.
    pub verifier: PinnedLinkKey,
    /// Its terms.
    pub terms: LinkTerms,
    /// How often it was used.
    pub uses: u32,
    /// Who made it, and answers for it: it works as long as its maker may make links.
    pub made_by: AccountId,
}

impl InviteLink {
    pub(super) fn is_open_at(&self, time: Timestamp) -> bool {
        self.terms.expires.is_none_or(|end| time < end)
            && self.terms.max_uses.is_none_or(|max| self.uses < max)
    }
}

impl Keyed for InviteLink {
    type Key = LinkId;

    fn key(&self) -> &LinkId {
        &self.id
    }
}

impl Layout for InviteLink {
    fn write(&self, w: &mut Writer) {
        w.put(&self.id).put(&self.verifier).put(&self.terms).put(&self.uses).put(&self.made_by);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let link = Self {
            id: r.get()?,
            verifier: r.get()?,
            terms: r.get()?,
            uses: r.get()?,
            made_by: r.get()?,
        };
        let overused = link.terms.max_uses.is_some_and(|max| link.uses > max);
        if overused { Err(DecodeError::OutOfRange) } else { Ok(link) }
    }
}

/// What an invite link carries, in the part of it that no server sees: the group, the link's id,
/// and the secret. It admits; it opens no message.
#[derive(Clone)]
pub struct LinkSecret {
    group: GroupId,
    id: LinkId,
    secret: Secret<32>,
}

impl LinkSecret {
    /// A fresh link of a group.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(group: GroupId, rng: &mut R) -> Self {
        let mut id = [0; 8];
        rng.fill_bytes(&mut id);
        Self { group, id: LinkId(id), secret: Secret::random(rng) }
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The link.
    #[must_use]
    pub const fn id(&self) -> LinkId {
        self.id
    }

    /// The bytes for the fragment of a URL: `group ‖ id ‖ secret`, 72 of them.
    #[must_use]
    pub fn to_bytes(&self) -> zeroize::Zeroizing<alloc::vec::Vec<u8>> {
        let mut w = Writer::with_capacity(72);
        w.put(&self.group).put(&self.id).put(&self.secret);
        w.into_secret()
    }

    /// Reads a link.
    ///
    /// # Errors
    /// [`DecodeError`] when it does not have exactly 72 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let link = Self { group: r.get()?, id: r.get()?, secret: r.get()? };
        r.finish()?;
        Ok(link)
    }

    pub(super) fn verifier(&self) -> PinnedLinkKey {
        PinnedLinkKey(*self.key().verifying_key().as_bytes())
    }

    pub(super) fn sign(&self, ticket: &[u8]) -> Signature {
        self.key().sign(SignaturePurpose::GroupLink, ticket)
    }

    /// The secret itself is shown to nobody: a ticket proves that its author knows it, and is worth
    /// nothing to another.
    fn key(&self) -> SigningKey {
        let mut w = Writer::new();
        w.put(&self.group).put(&self.id);
        let seed = Prk::from_key(&self.secret).expand(KdfLabel::GroupLink, w.as_slice());
        SigningKey::from_seed(&seed)
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkSecret").field("id", &self.id).finish_non_exhaustive()
    }
}
