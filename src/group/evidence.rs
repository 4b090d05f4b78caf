use alloc::vec::Vec;

use prost::Message;

use super::change::SignedChange;
use super::error::ChangeError;
use super::proof::Origin;
use crate::error::error_codes;
use crate::limits::GROUP_CHANGE_BYTES;
use crate::wire::{DecodeError, Layout, Reader, Writer, decode_canonical, proto};

/// Two changes of one group that contradict each other. Verified from its bytes alone: whose
/// devices signed, under which account keys (SPEC.md 15.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEvidence {
    first: SignedChange,
    second: SignedChange,
}

/// What two changes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvidenceKind {
    /// One device signed two changes of one base: it tells different members different things.
    Equivocation,
    /// Two devices changed one base. It happens; one of them has to rebase.
    Competition,
    /// There are two states of one revision: members have come apart.
    Fork,
}

impl GroupEvidence {
    /// Puts two changes together.
    ///
    /// # Errors
    /// [`EvidenceError`] when a signature does not verify or they do not contradict each other.
    pub fn new(first: SignedChange, second: SignedChange) -> Result<Self, EvidenceError> {
        let evidence = Self { first, second };
        for change in [&evidence.first, &evidence.second] {
            change.verify().map_err(|_| EvidenceError::Signature)?;
        }
        let (a, b) = (&evidence.first, &evidence.second);
        let contradict = a.group() == b.group()
            && a.base_revision() == b.base_revision()
            && a.hash() != b.hash();
        if contradict { Ok(evidence) } else { Err(EvidenceError::NotEvidence) }
    }

    /// Decodes and verifies evidence that somebody else collected.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.len() > GROUP_CHANGE_BYTES.saturating_mul(2).saturating_add(16) {
            return Err(ChangeError::from(DecodeError::TooLarge).into());
        }
        let message: proto::GroupEvidence = decode_canonical(bytes).map_err(ChangeError::from)?;
        let change = |change: Option<_>| {
            SignedChange::from_proto(change.ok_or(ChangeError::Malformed(DecodeError::Missing))?)
        };
        Self::new(change(message.first)?, change(message.second)?)
    }

    /// The bytes to show to others: an encoded `GroupEvidence`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::GroupEvidence {
            first: Some(self.first.to_proto()),
            second: Some(self.second.to_proto()),
        }
        .encode_to_vec()
    }

    /// What it shows.
    #[must_use]
    pub fn kind(&self) -> EvidenceKind {
        let (a, b) = (&self.first, &self.second);
        let key = |change: &SignedChange| change.proof().certificate().keys().signing;
        if a.base_hash() != b.base_hash() {
            EvidenceKind::Fork
        } else if a.actor() == b.actor() && key(a) == key(b) {
            EvidenceKind::Equivocation
        } else {
            EvidenceKind::Competition
        }
    }

    /// The change that was known first.
    #[must_use]
    pub const fn first(&self) -> &SignedChange {
        &self.first
    }

    /// The change that contradicts it.
    #[must_use]
    pub const fn second(&self) -> &SignedChange {
        &self.second
    }
}

/// As stored: `var(encoded change)`. The documents in it verified when it was received, and are not
/// verified again.
impl Layout for SignedChange {
    fn write(&self, w: &mut Writer) {
        w.var(&self.encode());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::decode_from(Origin::Store, r.var(GROUP_CHANGE_BYTES)?)
            .map_err(|_| DecodeError::OutOfRange)
    }
}

/// Why two changes are no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A change is bad in itself.
    #[error("a change was refused: {0}")]
    Change(#[from] ChangeError),
    /// A device did not sign.
    #[error("a signature does not verify")]
    Signature,
    /// They do not contradict each other.
    #[error("the changes do not contradict each other")]
    NotEvidence,
}

error_codes!(EvidenceError {
    Self::Change(_) => ("group-evidence/change", Drop),
    Self::Signature => ("group-evidence/signature", Drop),
    Self::NotEvidence => ("group-evidence/not-evidence", Drop),
});
