use alloc::vec::Vec;

use prost::Message;

use super::entry::DeviceListEntry;
use super::signed_list::ListError;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{Account, NOW, days, month};
    use crate::identity::{Advance, ListDraft, VerifiedDeviceList};

    fn first_list(account: &Account, from: crate::time::Timestamp) -> VerifiedDeviceList {
        let draft = account.draft_with_devices(ListDraft::first(account.id.clone()));
        let list = draft.sign(&account.pair, month(from)).unwrap();
        VerifiedDeviceList::trust_on_first_use(list, NOW).unwrap()
    }

    fn evidence() -> ForkEvidence {
        let alice = Account::new("alice", 1, 1);
        let other = first_list(&alice, days(1));
        match first_list(&alice, NOW).advance(other.signed().clone(), NOW) {
            Ok(Advance::Fork(evidence)) => *evidence,
            unexpected => panic!("{unexpected:?}"),
        }
    }

    #[test]
    fn evidence_convinces_somebody_who_knows_nothing() {
        let evidence = evidence();
        let shown = ForkEvidence::decode(&evidence.encode()).unwrap();
        assert_eq!(shown.verify(), Ok(()));
        assert_eq!(shown, evidence);
    }

    #[test]
    fn entries_that_agree_or_follow_each_other_are_no_evidence() {
        let alice = Account::new("alice", 1, 1);
        let first = first_list(&alice, NOW);
        let next = ListDraft::after(&first).sign(&alice.pair, month(NOW)).unwrap();
        let entry = first.signed().entry().clone();
        assert_eq!(ForkEvidence::new(entry.clone(), entry.clone()), Err(ForkError::NotAFork));
        assert_eq!(ForkEvidence::new(entry, next.entry().clone()), Err(ForkError::NotAFork));
    }

    #[test]
    fn two_accounts_make_no_evidence_against_either() {
        let alice = first_list(&Account::new("alice", 1, 1), NOW);
        let impostor = first_list(&Account::new("alice", 1, 2), NOW);
        // One key that two accounts share is no fork of either's chain.
        let namesake = first_list(&Account::new("alicia", 1, 1), NOW);
        for other in [impostor, namesake] {
            let (a, b) = (alice.signed().entry().clone(), other.signed().entry().clone());
            assert_eq!(ForkEvidence::new(a, b), Err(ForkError::NotAFork));
        }
    }

    #[test]
    fn every_flipped_byte_of_evidence_is_refused() {
        let bytes = evidence().encode();
        for i in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[i] ^= 4;
            assert!(ForkEvidence::decode(&flipped).is_err(), "byte {i}");
        }
    }

    #[test]
    fn evidence_is_bounded() {
        let over = alloc::vec![0; DOCUMENT_BYTES + 1];
        let error = ForkError::Entry(ListError::Malformed(DecodeError::TooLarge));
        assert_eq!(ForkEvidence::decode(&over), Err(error));
    }
}
