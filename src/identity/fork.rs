use alloc::vec::Vec;

use prost::Message;

use super::entry::DeviceListEntry;
use super::list::ListError;
use crate::error::error_codes;
use crate::limits::DOCUMENT_BYTES;
use crate::wire::{DecodeError, decode_canonical, proto};

/// Two different device lists that one account key signed for one version: proof, to anybody, that
/// the key was used twice (SPEC.md 5.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkEvidence {
    first: DeviceListEntry,
    second: DeviceListEntry,
}

impl ForkEvidence {
    /// Puts two entries together.
    ///
    /// # Errors
    /// [`ForkError::NotAFork`] when the entries are the same, of different accounts or versions, or
    /// no account key signed both.
    pub fn new(first: DeviceListEntry, second: DeviceListEntry) -> Result<Self, ForkError> {
        let evidence = Self { first, second };
        evidence.verify()?;
        Ok(evidence)
    }

    /// Decodes and verifies evidence that somebody else collected.
    ///
    /// # Errors
    /// [`ForkError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ForkError> {
        if bytes.len() > DOCUMENT_BYTES {
            return Err(ListError::from(DecodeError::TooLarge).into());
        }
        let message: proto::ForkEvidence = decode_canonical(bytes).map_err(ListError::from)?;
        let entry = |entry: Option<_>| {
            DeviceListEntry::from_proto(entry.ok_or(ListError::Malformed(DecodeError::Missing))?)
        };
        Self::new(entry(message.first)?, entry(message.second)?)
    }

    /// The bytes to show to others: an encoded `ForkEvidence`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::ForkEvidence {
            first: Some(self.first.to_proto()),
            second: Some(self.second.to_proto()),
        }
        .encode_to_vec()
    }

    /// Verifies everything again, from the two entries alone.
    ///
    /// # Errors
    /// [`ForkError`].
    pub fn verify(&self) -> Result<(), ForkError> {
        let (a, b) = (&self.first, &self.second);
        a.verify()?;
        b.verify()?;
        let keys = |entry: &DeviceListEntry| [*entry.account_key(), *entry.body().key_in_force()];
        let one_key_signed_both = keys(a).iter().any(|key| keys(b).contains(key));
        let fork = a.account() == b.account() && a.version() == b.version() && a.hash() != b.hash();
        if fork && one_key_signed_both { Ok(()) } else { Err(ForkError::NotAFork) }
    }

    /// The entry that was known first.
    #[must_use]
    pub const fn first(&self) -> &DeviceListEntry {
        &self.first
    }

    /// The entry that contradicts it.
    #[must_use]
    pub const fn second(&self) -> &DeviceListEntry {
        &self.second
    }
}

/// Why two entries are no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForkError {
    /// An entry is bad in itself.
    #[error("an entry was refused: {0}")]
    Entry(#[from] ListError),
    /// The entries do not contradict each other.
    #[error("the entries do not show that one key signed two lists for one version")]
    NotAFork,
}

error_codes!(ForkError {
    Self::Entry(_) => ("fork/entry", Drop),
    Self::NotAFork => ("fork/not-a-fork", Drop),
});
