use alloc::boxed::Box;
use alloc::vec::Vec;

use super::account::AccountKey;
use super::address::{AccountId, DeviceAddress, DeviceId};
use super::device::DevicePublicKeys;
use super::entry::ListVersion;
use super::event::IdentityEvent;
use super::fork::ForkEvidence;
use super::list::{Advance, ChainError, DeviceRefused, VerifiedDevice, VerifiedDeviceList};
use super::safety::SafetyNumberMatch;
use super::signed_list::{ListError, SignedDeviceList};
use crate::error::error_codes;
use crate::limits::IDENTITY_EVENTS;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The version of a stored [`Contact`].
const STORED_VERSION: u8 = 1;

/// Whether a person compared the safety number. A latch: nothing but that person opens it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Never compared.
    Unverified,
    /// Compared, and what was compared still holds.
    Verified,
    /// Was compared, and the account has since changed its key without the old one's consent, or
    /// signed two lists for one version. Nothing is sent until a person compares again or gives up
    /// the verification.
    Violated,
}

/// What we believe about one account: its key, its newest device list, whether a person verified
/// it, and what happened since somebody last looked (SPEC.md 5.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    list: VerifiedDeviceList,
    verification: Verification,
    /// Unacknowledged, oldest first, none twice.
    events: Vec<IdentityEvent>,
}

/// What a received list changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContactUpdate {
    /// The list is the next one and was taken.
    Advanced,
    /// It is the one that we have.
    AlreadyKnown,
    /// It is older than the one that we have.
    Stale,
    /// Lists in between are missing: fetch them and give them in order.
    Gap {
        /// What we have.
        have: ListVersion,
        /// What we got.
        got: ListVersion,
    },
    /// The account signed two lists for one version. Recorded as an event; keep the evidence.
    Fork(Box<ForkEvidence>),
    /// The list is under an account key that ours does not lead to. If the server has no list in
    /// between that rotates to it, the account began anew: tell [`Contact::replace`]. An older list
    /// may be of before we met the account, under a key that we never knew: go by the newest one.
    OtherAccountKey(AccountKey),
}

impl Contact {
    /// Begins with the first list that we see of an account; better with its chain
    /// ([`Contact::trust_chain_on_first_use`]).
    ///
    /// # Errors
    /// [`ListError::NotYetValid`].
    pub fn trust_on_first_use(list: SignedDeviceList, now: Timestamp) -> Result<Self, ListError> {
        Ok(Self::met(VerifiedDeviceList::trust_on_first_use(list, now)?))
    }

    /// The same with lists that follow one another, the oldest first, as
    /// [`VerifiedDeviceList::trust_chain_on_first_use`] takes them. What they changed is no event:
    /// nobody had seen it before.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn trust_chain_on_first_use(
        lists: impl IntoIterator<Item = SignedDeviceList>,
        now: Timestamp,
    ) -> Result<Self, ChainError> {
        Ok(Self::met(VerifiedDeviceList::trust_chain_on_first_use(lists, now)?))
    }

    const fn met(list: VerifiedDeviceList) -> Self {
        Self { list, verification: Verification::Unverified, events: Vec::new() }
    }

    /// Takes a received list.
    ///
    /// # Errors
    /// [`ContactError`]; then nothing changed.
    pub fn update(
        &mut self,
        list: SignedDeviceList,
        now: Timestamp,
    ) -> Result<ContactUpdate, ContactError> {
        match self.list.advance(list, now)? {
            Advance::Advanced(list) => {
                self.note(&IdentityEvent::between(&self.list, &list))?;
                self.list = *list;
                Ok(ContactUpdate::Advanced)
            }
            Advance::Fork(evidence) => {
                self.note(&[IdentityEvent::forked(&evidence)])?;
                self.violate();
                Ok(ContactUpdate::Fork(evidence))
            }
            Advance::AlreadyKnown => Ok(ContactUpdate::AlreadyKnown),
            Advance::Stale => Ok(ContactUpdate::Stale),
            Advance::Gap { have, got } => Ok(ContactUpdate::Gap { have, got }),
            Advance::OtherAccountKey(key) => Ok(ContactUpdate::OtherAccountKey(key)),
        }
    }

    /// The account began anew under another key that the old one did not hand over to. This is what
    /// an attacker would do as well, so it is an event, and ends a verification. The new list is one
    /// that was trusted on first use, best with its chain.
    ///
    /// # Errors
    /// [`ContactError`] when the list is of another account, under the key in force or a retired one, or
    /// under one that the key in force handed over to; then nothing changed.
    pub fn replace(&mut self, fresh: VerifiedDeviceList) -> Result<(), ContactError> {
        if fresh.account() != self.account() {
            return Err(ListError::OtherAccount.into());
        }
        let (previous, current) = (*self.account_key(), *fresh.account_key());
        if previous == current {
            return Err(ContactError::SameAccountKey);
        }
        if self.list.is_retired(&current) {
            return Err(ListError::RetiredAccountKey.into());
        }
        if fresh.is_retired(&previous) {
            return Err(ContactError::HandedOver);
        }
        self.note(&[IdentityEvent::IdentityChanged { previous, current }])?;
        self.violate();
        self.list = fresh;
        Ok(())
    }

    fn note(&mut self, new: &[IdentityEvent]) -> Result<(), ContactError> {
        let mut events = self.events.clone();
        for event in new {
            if !events.contains(event) {
                events.push(*event);
            }
        }
        if events.len() > IDENTITY_EVENTS {
            return Err(ContactError::TooManyEvents);
        }
        self.events = events;
        Ok(())
    }

    fn violate(&mut self) {
        if self.verification == Verification::Verified {
            self.verification = Verification::Violated;
        }
    }

    /// What happened and nobody acknowledged, oldest first.
    #[must_use]
    pub fn events(&self) -> &[IdentityEvent] {
        &self.events
    }

    /// A person has seen these events. Those that came in the meantime stay.
    pub fn acknowledge(&mut self, seen: &[IdentityEvent]) {
        self.events.retain(|event| !seen.contains(event));
    }

    /// A person compared the safety number, and it matched.
    ///
    /// # Errors
    /// [`MatchOutdated`] when the match is of another account or of a key no longer in force; then
    /// nothing changed.
    pub fn mark_verified(&mut self, matched: &SafetyNumberMatch) -> Result<(), MatchOutdated> {
        if matched.account != *self.account() || matched.key != *self.account_key().as_bytes() {
            return Err(MatchOutdated);
        }
        self.verification = Verification::Verified;
        Ok(())
    }

    /// A person no longer wants the verification to count.
    pub fn withdraw_verification(&mut self) {
        self.verification = Verification::Unverified;
    }

    /// Whether a person compared the safety number.
    #[must_use]
    pub const fn verification(&self) -> Verification {
        self.verification
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        self.list.account()
    }

    /// The account key in force.
    #[must_use]
    pub fn account_key(&self) -> &AccountKey {
        self.list.account_key()
    }

    /// The newest list.
    #[must_use]
    pub const fn list(&self) -> &VerifiedDeviceList {
        &self.list
    }

    /// The gate before every send to a device.
    ///
    /// # Errors
    /// [`SendRefused`] in the order of its variants.
    pub fn permit(&self, device: DeviceId, now: Timestamp) -> Result<SendPermit, SendRefused> {
        if !self.events.is_empty() {
            return Err(SendRefused::Unacknowledged);
        }
        if self.verification == Verification::Violated {
            return Err(SendRefused::VerificationViolated);
        }
        Ok(SendPermit { device: self.list.device(device, now)? })
    }

    /// The state to store; it holds no secret, but says whom we know.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(STORED_VERSION);
        w.put(&self.list).put(&self.verification);
        w.list(self.events.iter());
        w.into_public()
    }

    /// Reads a stored contact.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`Contact::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let contact =
            Self { list: r.get()?, verification: r.get()?, events: r.list(IDENTITY_EVENTS)? };
        r.finish()?;
        Ok(contact)
    }
}

impl Layout for Verification {
    fn write(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Unverified => 0,
            Self::Verified => 1,
            Self::Violated => 2,
        });
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            0 => Ok(Self::Unverified),
            1 => Ok(Self::Verified),
            2 => Ok(Self::Violated),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

/// Permission to send to one device now. Made by [`Contact::permit`] alone; hold it no longer than
/// the send takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendPermit {
    device: VerifiedDevice,
}

impl SendPermit {
    /// The device.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        self.device.address()
    }

    /// The device's keys.
    #[must_use]
    pub const fn keys(&self) -> &DevicePublicKeys {
        self.device.keys()
    }

    /// The device as its account's list vouches for it, to verify a prekey bundle with.
    #[must_use]
    pub const fn device(&self) -> &VerifiedDevice {
        &self.device
    }
}

/// Why a list did not change a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// The list itself was refused.
    #[error("the device list was refused: {0}")]
    List(#[from] ListError),
    /// It is under the key in force: an update, not a replacement.
    #[error("the list is under the account key in force")]
    SameAccountKey,
    /// The key in force handed over to it: an update, list by list, and not a replacement.
    #[error("the account key in force led to the list's")]
    HandedOver,
    /// More events than are kept wait for acknowledgement.
    #[error("too many events wait for acknowledgement")]
    TooManyEvents,
}

error_codes!(ContactError {
    Self::List(_) => ("contact/list", Drop),
    Self::SameAccountKey => ("contact/same-account-key", FixCaller),
    Self::HandedOver => ("contact/handed-over", FixCaller),
    Self::TooManyEvents => ("contact/too-many-events", ShowToUser),
});

/// Why nothing may be sent to a device now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendRefused {
    /// Something about the account changed that nobody acknowledged.
    #[error("events wait for acknowledgement")]
    Unacknowledged,
    /// The verification was violated.
    #[error("the contact's verification was violated")]
    VerificationViolated,
    /// The account's list does not vouch for the device.
    #[error("the account does not vouch for the device: {0}")]
    Device(#[from] DeviceRefused),
}

error_codes!(SendRefused {
    Self::Unacknowledged => ("send/unacknowledged", ShowToUser),
    Self::VerificationViolated => ("send/verification-violated", ShowToUser),
    Self::Device(_) => ("send/device", FetchDeviceList),
});

/// A safety number that matched, but not for this contact's present key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the compared safety number is of another account or an earlier key")]
pub struct MatchOutdated;

error_codes!(MatchOutdated {
    Self => ("contact/match-outdated", ShowToUser),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Digest;
    use crate::identity::fixture::{
        Account, DAY, NOW, after_addition, days, month, restarted, rng, rotate,
    };
    use crate::identity::{AccountIdentity, ListDraft, SafetyNumber};
    use alloc::vec;
    use proptest::prelude::*;

    fn device(account: &Account, index: usize) -> DeviceId {
        account.devices[index].address().device
    }

    fn proof(account: &Account) -> SafetyNumberMatch {
        let me = Account::new("me", 0, 99).identity();
        let (id, key) = account.identity();
        let own = AccountIdentity { account: &me.0, key: &me.1 };
        SafetyNumber::new(own, AccountIdentity { account: &id, key: &key }).compared_by_person()
    }

    fn acknowledge_all(contact: &mut Contact) {
        let seen = contact.events().to_vec();
        contact.acknowledge(&seen);
    }

    #[test]
    fn a_fresh_contact_permits_its_listed_devices_alone() {
        let alice = Account::new("alice", 1, 1);
        let contact = alice.contact();
        let permit = contact.permit(device(&alice, 0), NOW).unwrap();
        assert_eq!(permit.address(), alice.devices[0].address());
        assert_eq!(*permit.keys(), alice.devices[0].keys().public_keys());
        assert_eq!(
            contact.permit(DeviceId::new(5).unwrap(), NOW),
            Err(SendRefused::Device(DeviceRefused::Unlisted))
        );
        assert_eq!(
            contact.permit(device(&alice, 0), days(30)),
            Err(SendRefused::Device(DeviceRefused::ListExpired))
        );
    }

    #[test]
    fn an_added_device_stops_sending_until_it_is_acknowledged() {
        let (alice, mut contact) = after_addition();
        let added = IdentityEvent::DeviceAdded(device(&alice, 1));
        assert_eq!(contact.events(), [added]);
        assert_eq!(contact.permit(device(&alice, 0), NOW), Err(SendRefused::Unacknowledged));
        contact.acknowledge(&[IdentityEvent::DeviceAdded(device(&alice, 0))]);
        assert_eq!(contact.events(), [added]);
        contact.acknowledge(&[added]);
        assert!(contact.permit(device(&alice, 0), NOW).is_ok());
        assert!(contact.permit(device(&alice, 1), NOW).is_ok());
    }

    #[test]
    fn a_revoked_device_gets_nothing_from_the_next_send_on() {
        let (alice, mut contact) = after_addition();
        let draft = ListDraft::after(contact.list()).without(device(&alice, 0));
        contact.update(draft.sign(&alice.pair, month(NOW)).unwrap(), NOW).unwrap();
        let revoked = IdentityEvent::DeviceRevoked(device(&alice, 0));
        assert_eq!(contact.events().last(), Some(&revoked));
        acknowledge_all(&mut contact);
        assert_eq!(
            contact.permit(device(&alice, 0), NOW),
            Err(SendRefused::Device(DeviceRefused::Revoked))
        );
    }

    #[test]
    fn a_refused_or_known_list_changes_nothing() {
        let (alice, mut contact) = after_addition();
        let before = contact.to_bytes();
        let bob = Account::new("bob", 1, 2);
        let known = contact.list().signed().clone();
        let other_account = Err(ContactError::List(ListError::OtherAccount));
        assert_eq!(contact.update(bob.list(), NOW).map(|_| ()), other_account);
        assert_eq!(contact.replace(bob.verified_list()), other_account);
        assert_eq!(contact.mark_verified(&proof(&bob)), Err(MatchOutdated));
        assert_eq!(contact.replace(contact.list().clone()), Err(ContactError::SameAccountKey));
        assert_eq!(contact.update(known, NOW), Ok(ContactUpdate::AlreadyKnown));
        let first = Account { devices: alice.devices[..1].to_vec(), ..alice }.list();
        assert_eq!(contact.update(first, NOW), Ok(ContactUpdate::Stale));
        assert_eq!(contact.to_bytes(), before);
    }

    #[test]
    fn verified_is_a_latch_that_an_identity_change_breaks_visibly() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        contact.mark_verified(&proof(&alice)).unwrap();
        assert_eq!(contact.verification(), Verification::Verified);
        let mut new = restarted(&alice, 5);
        new.add_device(&mut rng(6));
        contact.replace(new.verified_list()).unwrap();
        assert_eq!(contact.verification(), Verification::Violated);
        assert_eq!(contact.permit(device(&new, 0), NOW), Err(SendRefused::Unacknowledged));
        acknowledge_all(&mut contact);
        assert_eq!(contact.permit(device(&new, 0), NOW), Err(SendRefused::VerificationViolated));
        assert_eq!(contact.mark_verified(&proof(&alice)), Err(MatchOutdated));
        contact.mark_verified(&proof(&new)).unwrap();
        assert!(contact.permit(device(&new, 0), NOW).is_ok());
    }

    #[test]
    fn a_violated_verification_can_be_given_up() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        contact.mark_verified(&proof(&alice)).unwrap();
        let mut new = restarted(&alice, 5);
        new.add_device(&mut rng(6));
        contact.replace(new.verified_list()).unwrap();
        acknowledge_all(&mut contact);
        contact.withdraw_verification();
        assert!(contact.permit(device(&new, 0), NOW).is_ok());
    }

    #[test]
    fn an_identity_change_of_an_unverified_contact_must_be_acknowledged() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        let mut new = restarted(&alice, 5);
        new.add_device(&mut rng(6));
        assert!(matches!(
            contact.update(new.list(), NOW),
            Ok(ContactUpdate::OtherAccountKey(key)) if key == new.pair.public_key()
        ));
        assert!(contact.events().is_empty());
        contact.replace(new.verified_list()).unwrap();
        assert_eq!(contact.verification(), Verification::Unverified);
        let (previous, current) = (alice.pair.public_key(), new.pair.public_key());
        assert_eq!(contact.events(), [IdentityEvent::IdentityChanged { previous, current }]);
    }

    #[test]
    fn a_rotation_keeps_the_verification_and_is_shown() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        contact.mark_verified(&proof(&alice)).unwrap();
        let new = rotate(&mut contact, &alice);
        assert_eq!(contact.verification(), Verification::Verified);
        let (previous, current) = (alice.pair.public_key(), new.pair.public_key());
        assert_eq!(contact.events(), [IdentityEvent::AccountKeyRotated { previous, current }]);
    }

    #[test]
    fn a_retired_key_cannot_come_back_as_a_new_identity() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        rotate(&mut contact, &alice);
        let before = contact.clone();
        assert_eq!(
            contact.replace(alice.verified_list()),
            Err(ContactError::List(ListError::RetiredAccountKey))
        );
        assert_eq!(contact, before);
    }

    #[test]
    fn a_key_that_ours_handed_over_to_is_no_new_identity() {
        let alice = Account::new("alice", 1, 1);
        let (mut contact, mut followed) = (alice.contact(), alice.contact());
        rotate(&mut followed, &alice);
        let before = contact.clone();
        let replaced = contact.replace(followed.list().clone());
        assert_eq!((replaced, &contact), (Err(ContactError::HandedOver), &before));
    }

    #[test]
    fn a_fork_is_an_event_with_evidence_and_breaks_a_verification() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        contact.mark_verified(&proof(&alice)).unwrap();
        let draft = alice.draft_with_devices(ListDraft::first(alice.id.clone()));
        let other = draft.sign(&alice.pair, month(days(1))).unwrap();
        let hash = *other.entry().hash();
        let Ok(ContactUpdate::Fork(evidence)) = contact.update(other.clone(), NOW) else {
            panic!()
        };
        assert_eq!(evidence.verify(), Ok(()));
        let event = IdentityEvent::ListFork { version: ListVersion::FIRST, other: hash };
        assert_eq!(contact.events(), [event]);
        contact.update(other, NOW).unwrap();
        assert_eq!(contact.events(), [event]);
        assert_eq!(contact.verification(), Verification::Violated);
    }

    #[test]
    fn events_are_bounded_and_the_one_too_many_changes_nothing() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        let fork = |i: u32| {
            let from = NOW.saturating_add(DAY / 1000 * i);
            let draft = alice.draft_with_devices(ListDraft::first(alice.id.clone()));
            draft.sign(&alice.pair, month(from)).unwrap()
        };
        for i in 1..=u32::try_from(IDENTITY_EVENTS).unwrap() {
            assert!(contact.update(fork(i), NOW).is_ok());
        }
        let before = contact.clone();
        assert_eq!(contact.update(fork(999), NOW), Err(ContactError::TooManyEvents));
        assert_eq!(contact, before);
    }

    #[test]
    fn a_stored_contact_comes_back() {
        let (alice, mut contact) = after_addition();
        contact.mark_verified(&proof(&alice)).unwrap();
        let new = rotate(&mut contact, &alice);
        let mut other = restarted(&new, 8);
        other.add_device(&mut rng(9));
        contact.replace(other.verified_list()).unwrap();
        assert_eq!(contact.events().len(), 3);
        assert_eq!(Contact::from_bytes(&contact.to_bytes()), Ok(contact));
    }

    proptest! {
        #[test]
        fn damaged_stored_contacts_never_panic(cut: prop::sample::Index, at: prop::sample::Index, with: u8) {
            let mut bytes = after_addition().1.to_bytes();
            prop_assert!(Contact::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] ^= with;
            if let Ok(contact) = Contact::from_bytes(&bytes) {
                prop_assert_eq!(contact.to_bytes(), bytes);
            }
        }

        #[test]
        fn every_event_round_trips(n in 1u32.., hash: [u8; 32]) {
            let (a, b) = (Account::new("a", 0, 1).identity().1, Account::new("b", 0, 2).identity().1);
            let device = DeviceId::new(n).unwrap();
            let events = vec![
                IdentityEvent::IdentityChanged { previous: a, current: b },
                IdentityEvent::AccountKeyRotated { previous: a, current: b },
                IdentityEvent::DeviceAdded(device),
                IdentityEvent::DeviceRevoked(device),
                IdentityEvent::ListFork { version: ListVersion::new(n).unwrap(), other: Digest::from_bytes(hash) },
            ];
            let mut w = Writer::new();
            w.list(events.iter());
            let mut r = Reader::new(w.as_slice());
            prop_assert_eq!(r.list::<IdentityEvent, Vec<_>>(5), Ok(events));
            prop_assert_eq!(r.finish(), Ok(()));
        }
    }
}
