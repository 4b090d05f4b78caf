use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::account::AccountKey;
use super::address::{AccountId, DeviceAddress, DeviceId};
use super::certificate::DeviceCertificate;
use super::device::DevicePublicKeys;
use super::entry::{DeviceListEntry, ListVersion};
use super::fork::ForkEvidence;
use super::signed_list::{ListError, SignedDeviceList};
use super::validity::OutsideValidity;
use crate::crypto::Digest;
use crate::error::error_codes;
use crate::limits::RETIRED_ACCOUNT_KEYS;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The version of a stored [`VerifiedDeviceList`].
const STORED_VERSION: u8 = 1;

/// The newest device list that we know of an account whose key we pinned (SPEC.md 5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedDeviceList {
    newest: SignedDeviceList,
    /// Account keys that the chain rotated away from, newest last.
    retired: Vec<AccountKey>,
}

/// How a list relates to the one that we have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advance {
    /// It is the next one; here is the new state.
    Advanced(Box<VerifiedDeviceList>),
    /// It is the one that we have.
    AlreadyKnown,
    /// It is older than the one that we have.
    Stale,
    /// Entries in between are missing: fetch them, in order.
    Gap {
        /// What we have.
        have: ListVersion,
        /// What we got.
        got: ListVersion,
    },
    /// The account signed two lists for one version.
    Fork(Box<ForkEvidence>),
    /// It is under an account key that the chain that we know does not lead to.
    OtherAccountKey(AccountKey),
}

impl VerifiedDeviceList {
    /// Pins the account key of the first list that we see of an account. Who that is, only a
    /// compared safety number says.
    ///
    /// # Errors
    /// [`ListError::NotYetValid`].
    pub fn trust_on_first_use(list: SignedDeviceList, now: Timestamp) -> Result<Self, ListError> {
        check_begun(list.entry(), now)?;
        Ok(Self::pinned(list, Vec::new()))
    }

    /// The same with lists that follow one another, the oldest first: whoever meets an account after
    /// its key changed then knows the retired keys, and what was on its way meanwhile is heard
    /// (SPEC.md 5.7). Of an account that began anew, the lists since then.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn trust_chain_on_first_use(
        lists: impl IntoIterator<Item = SignedDeviceList>,
        now: Timestamp,
    ) -> Result<Self, ChainError> {
        let mut lists = lists.into_iter();
        let oldest = lists.next().ok_or(ChainError::Broken)?;
        lists.try_fold(Self::trust_on_first_use(oldest, now)?, |known, list| {
            match known.advance(list, now)? {
                Advance::Advanced(next) => Ok(*next),
                _ => Err(ChainError::Broken),
            }
        })
    }

    /// Compares a received list with this one, and follows the chain if it is the next. An expired
    /// one is followed too, since the next may not be: expiry stops sending, not learning.
    ///
    /// # Errors
    /// [`ListError`] when the list is of another account, or claims to be the next one and breaks a
    /// rule of the chain.
    pub fn advance(&self, list: SignedDeviceList, now: Timestamp) -> Result<Advance, ListError> {
        if list.entry().account() != self.account() {
            return Err(ListError::OtherAccount);
        }
        if list.entry().hash() == self.hash() {
            return Ok(Advance::AlreadyKnown);
        }
        match list.entry().version().cmp(&self.version()) {
            Ordering::Less => Ok(self.not_newer(&list)),
            Ordering::Equal => Ok(self.same_version(&list)),
            Ordering::Greater => self.newer(list, now),
        }
    }

    fn not_newer(&self, list: &SignedDeviceList) -> Advance {
        let key = list.entry().account_key();
        if key == self.account_key() || self.retired.contains(key) {
            Advance::Stale
        } else {
            Advance::OtherAccountKey(*key)
        }
    }

    fn same_version(&self, list: &SignedDeviceList) -> Advance {
        let otherwise = self.not_newer(list);
        ForkEvidence::new(self.newest.entry().clone(), list.entry().clone())
            .map_or(otherwise, |fork| Advance::Fork(Box::new(fork)))
    }

    fn newer(&self, list: SignedDeviceList, now: Timestamp) -> Result<Advance, ListError> {
        let (have, got) = (self.version(), list.entry().version());
        if self.retired.contains(list.entry().account_key()) {
            return Err(ListError::RetiredAccountKey);
        }
        if have.next() != Some(got) {
            return Ok(Advance::Gap { have, got });
        }
        if list.entry().account_key() != self.account_key() {
            return Ok(Advance::OtherAccountKey(*list.entry().account_key()));
        }
        check_begun(list.entry(), now)?;
        self.newest.check_successor(&list)?;
        Ok(Advance::Advanced(Box::new(self.followed_by(list))))
    }

    fn followed_by(&self, list: SignedDeviceList) -> Self {
        Self::pinned(list, self.retired.clone())
    }

    fn pinned(list: SignedDeviceList, mut retired: Vec<AccountKey>) -> Self {
        if list.entry().new_account_key().is_some() {
            retired.push(*list.entry().account_key());
            let forgotten = retired.len().saturating_sub(RETIRED_ACCOUNT_KEYS);
            retired.drain(..forgotten);
        }
        Self { newest: list, retired }
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        self.newest.entry().account()
    }

    /// The account key in force.
    #[must_use]
    pub fn account_key(&self) -> &AccountKey {
        self.newest.entry().body().key_in_force()
    }

    /// The list with its certificates, to publish or to hand to another device.
    #[must_use]
    pub const fn signed(&self) -> &SignedDeviceList {
        &self.newest
    }

    /// The newest version.
    #[must_use]
    pub const fn version(&self) -> ListVersion {
        self.newest.entry().version()
    }

    /// The hash of the newest entry.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        self.newest.entry().hash()
    }

    /// Whether the list has expired: nothing is sent on its word then.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.newest.entry().validity().check(now) == Err(OutsideValidity::Expired)
    }

    /// The certificates of all devices, by ascending id.
    #[must_use]
    pub fn devices(&self) -> &[DeviceCertificate] {
        self.newest.certificates()
    }

    /// Whether the account key was in force before a rotation that we know of.
    #[must_use]
    pub fn is_retired(&self, key: &AccountKey) -> bool {
        self.retired.contains(key)
    }

    /// Vouches for a device: it is on the newest list, and list and certificate hold at `now`.
    ///
    /// # Errors
    /// [`DeviceRefused`] in the order of its variants.
    pub fn device(
        &self,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<VerifiedDevice, DeviceRefused> {
        let listed = self.listed(device)?;
        if self.is_expired(now) {
            return Err(DeviceRefused::ListExpired);
        }
        listed.certificate.validity().check(now).map_err(DeviceRefused::Certificate)?;
        Ok(listed.vouch())
    }

    /// The devices for which [`VerifiedDeviceList::device`] vouches at `now`, by ascending id: no
    /// list has a device that it revokes.
    pub(crate) fn vouched(&self, now: Timestamp) -> impl Iterator<Item = &DeviceAddress> {
        let devices = if self.is_expired(now) { &[] } else { self.devices() };
        let holds = move |c: &&DeviceCertificate| c.validity().check(now).is_ok();
        devices.iter().filter(holds).map(DeviceCertificate::address)
    }

    pub(super) fn listed(&self, device: DeviceId) -> Result<Listed<'_>, DeviceRefused> {
        if self.newest.entry().body().is_revoked(device) {
            return Err(DeviceRefused::Revoked);
        }
        let certificate = self.newest.certificate(device).ok_or(DeviceRefused::Unlisted)?;
        Ok(Listed { list: self, certificate })
    }

    /// The state to store; it holds no secret.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.put(self);
        w.into_public()
    }

    /// Reads a stored list.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`VerifiedDeviceList::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let list = r.get()?;
        r.finish()?;
        Ok(list)
    }
}

/// As stored: `version ‖ entry ‖ certificates ‖ retired account keys`.
impl Layout for VerifiedDeviceList {
    fn write(&self, w: &mut Writer) {
        w.u8(STORED_VERSION);
        w.put(&self.newest);
        w.list(self.retired.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(STORED_VERSION)?;
        Ok(Self { newest: r.get()?, retired: r.list(RETIRED_ACCOUNT_KEYS)? })
    }
}

fn check_begun(entry: &DeviceListEntry, now: Timestamp) -> Result<(), ListError> {
    entry.validity().check_begun(now).map_err(|_| ListError::NotYetValid)
}

/// A device on a list, whatever the time.
pub(super) struct Listed<'a> {
    list: &'a VerifiedDeviceList,
    pub(super) certificate: &'a DeviceCertificate,
}

impl Listed<'_> {
    pub(super) fn vouch(&self) -> VerifiedDevice {
        VerifiedDevice {
            address: self.certificate.address().clone(),
            account_key: *self.list.account_key(),
            keys: *self.certificate.keys(),
            certificate: *self.certificate.hash(),
            list_version: self.list.version(),
            list_hash: *self.list.hash(),
        }
    }
}

/// A device that its account's newest verified list vouches for. Only a list makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedDevice {
    address: DeviceAddress,
    account_key: AccountKey,
    keys: DevicePublicKeys,
    certificate: Digest,
    list_version: ListVersion,
    list_hash: Digest,
}

impl VerifiedDevice {
    /// The device.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        &self.address
    }

    /// The account key that vouches.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        &self.account_key
    }

    /// The device's keys.
    #[must_use]
    pub const fn keys(&self) -> &DevicePublicKeys {
        &self.keys
    }

    /// The hash of the device's certificate.
    #[must_use]
    pub const fn certificate_hash(&self) -> &Digest {
        &self.certificate
    }

    /// The version of the list that vouches.
    #[must_use]
    pub const fn list_version(&self) -> ListVersion {
        self.list_version
    }

    /// The hash of the list that vouches.
    #[must_use]
    pub const fn list_hash(&self) -> &Digest {
        &self.list_hash
    }
}

/// Why a list does not vouch for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceRefused {
    /// The account revoked it.
    #[error("the device was revoked")]
    Revoked,
    /// The account never listed it, as far as we know.
    #[error("the device is not on the account's list")]
    Unlisted,
    /// The list is too old to act on.
    #[error("the device list has expired")]
    ListExpired,
    /// The device's certificate does not hold now.
    #[error("the device's certificate does not hold now: {0}")]
    Certificate(OutsideValidity),
}

/// Why lists are no chain to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// One of them was refused.
    #[error("a device list was refused: {0}")]
    List(#[from] ListError),
    /// There is none, or one does not follow the one before it.
    #[error("the device lists do not follow one another")]
    Broken,
}

error_codes!(ChainError {
    Self::List(_) => ("list-chain/list", Drop),
    Self::Broken => ("list-chain/broken", Drop),
});

error_codes!(DeviceRefused {
    Self::Revoked => ("device/revoked", Drop),
    Self::Unlisted => ("device/unlisted", FetchDeviceList),
    Self::ListExpired => ("device/list-expired", FetchDeviceList),
    Self::Certificate(_) => ("device/certificate", FetchDeviceList),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{Account, DAY, NOW, advanced, days, month, rng};
    use crate::identity::{
        AccountKeyPair, CertificateTerms, DeviceKeys, DraftError, ListDraft, Validity,
    };
    use crate::identity::{DeviceCertificate, DeviceListEntry};
    use crate::limits::{DEVICES, DOCUMENT_BYTES};
    use proptest::prelude::*;

    fn next(list: &VerifiedDeviceList, account: &Account) -> SignedDeviceList {
        ListDraft::after(list).sign(&account.pair, month(NOW)).unwrap()
    }

    /// The same account under a new key, its devices certified again.
    fn with_new_key(account: &Account, seed: u64) -> Account {
        let mut renewed = account.clone();
        renewed.pair = AccountKeyPair::generate(&mut rng(seed));
        let recertified =
            account.devices.iter().map(|d| d.renewed(renewed.certify(d.keys())).unwrap());
        renewed.devices = recertified.collect();
        renewed
    }

    fn rotated(list: &VerifiedDeviceList, old: &Account, new: &Account) -> SignedDeviceList {
        let draft = new.draft_with_devices(ListDraft::after(list));
        draft.sign_rotation(&old.pair, &new.pair, month(NOW)).unwrap()
    }

    #[test]
    fn a_list_comes_back_from_its_bytes() {
        let list = Account::new("alice", 3, 1).list();
        assert_eq!(SignedDeviceList::decode(&list.encode()), Ok(list));
    }

    #[test]
    fn a_list_is_bounded_in_bytes_and_certificates() {
        assert_eq!(
            SignedDeviceList::decode(&alloc::vec![0; DOCUMENT_BYTES + 1]),
            Err(ListError::Malformed(DecodeError::TooLarge))
        );
        let full = Account::new("alice", DEVICES, 1);
        assert!(SignedDeviceList::decode(&full.list().encode()).is_ok());
        let over = Account::new("alice", DEVICES + 1, 1);
        let draft = over.draft_with_devices(ListDraft::first(over.id.clone()));
        assert_eq!(draft.sign(&over.pair, month(NOW)), Err(DraftError::TooMany));
    }

    #[test]
    fn certificates_must_be_those_of_the_entry() {
        let (alice, mallory) = (Account::new("alice", 2, 1), Account::new("mallory", 2, 2));
        let list = alice.list();
        let with = |certificates: &[DeviceCertificate]| {
            SignedDeviceList::new(list.entry().clone(), certificates.to_vec())
        };
        let [a, b] = [&list.certificates()[0], &list.certificates()[1]];
        let foreign = mallory.devices[0].certificate();
        for wrong in [&[a.clone()][..], &[b.clone(), a.clone()], &[a.clone(), foreign.clone()], &[]]
        {
            assert_eq!(with(wrong), Err(ListError::Certificates));
        }
        assert_eq!(with(list.certificates()), Ok(list.clone()));
    }

    #[test]
    fn certificates_under_another_account_key_are_refused() {
        let alice = Account::new("alice", 1, 1);
        let fake = with_new_key(&alice, 9);
        let draft = fake.draft_with_devices(ListDraft::first(alice.id.clone()));
        assert_eq!(
            draft.sign(&alice.pair, month(NOW)),
            Err(DraftError::Refused(ListError::Certificates))
        );
    }

    #[test]
    fn it_vouches_for_all_at_once_as_for_each() {
        let alice = Account::new("alice", 4, 1);
        let first = alice.verified_list();
        let [_, gone, brief, _] = [0, 1, 2, 3].map(|at| &alice.devices[at]);
        let validity = Validity::starting(NOW, DAY * 20).unwrap();
        let (account, key) = (&alice.id, &alice.pair.public_key());
        let terms = CertificateTerms { validity, capabilities: 0 };
        let request = brief.keys().request_certificate(account, key, terms);
        let renewed = alice.pair.certify(&request, NOW).unwrap();
        let draft = ListDraft::after(&first).without(gone.address().device).with(renewed);
        let second = advanced(&first, draft.sign(&alice.pair, month(NOW)).unwrap());
        for (list, day, count) in
            [(&first, 0, 4), (&second, 0, 3), (&second, 25, 2), (&second, 40, 0)]
        {
            let ids = alice.devices.iter().map(|device| device.address().device);
            let each = ids.filter_map(|id| list.device(id, days(day)).ok());
            let mut each: Vec<_> = each.map(|device| device.address().clone()).collect();
            each.sort();
            let at_once: Vec<_> = list.vouched(days(day)).cloned().collect();
            assert_eq!((at_once.len(), at_once), (count, each));
        }
    }

    #[test]
    fn the_chain_advances_by_one_and_knows_what_it_has() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let second = advanced(&first, next(&first, &alice));
        assert_eq!(second.version().as_u32(), 2);
        let again = second.advance(second.signed().clone(), NOW);
        assert_eq!(again, Ok(Advance::AlreadyKnown));
        assert_eq!(second.advance(first.signed().clone(), NOW), Ok(Advance::Stale));
    }

    #[test]
    fn a_version_gap_names_both_ends() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let second = advanced(&first, next(&first, &alice));
        let third = next(&second, &alice);
        let gap = Advance::Gap { have: first.version(), got: third.entry().version() };
        assert_eq!(first.advance(third, NOW), Ok(gap));
    }

    #[test]
    fn a_wrong_previous_hash_is_refused() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let other = ListDraft::first(alice.id.clone());
        let other = alice.draft_with_devices(other).sign(&alice.pair, month(days(1))).unwrap();
        let other = VerifiedDeviceList::trust_on_first_use(other, NOW).unwrap();
        assert_eq!(first.advance(next(&other, &alice), NOW), Err(ListError::PreviousHash));
    }

    #[test]
    fn another_accounts_list_is_refused() {
        let (alice, bob) = (Account::new("alice", 1, 1), Account::new("bob", 1, 2));
        assert_eq!(alice.verified_list().advance(bob.list(), NOW), Err(ListError::OtherAccount));
    }

    #[test]
    fn a_list_from_the_future_is_refused_and_an_expired_one_followed() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let future = ListDraft::after(&first).sign(&alice.pair, month(days(2))).unwrap();
        assert_eq!(first.advance(future.clone(), NOW), Err(ListError::NotYetValid));
        assert_eq!(
            VerifiedDeviceList::trust_on_first_use(future.clone(), NOW),
            Err(ListError::NotYetValid)
        );
        assert!(matches!(first.advance(future, days(300)), Ok(Advance::Advanced(_))));
    }

    #[test]
    fn a_revoked_device_is_refused_for_ever() {
        let alice = Account::new("alice", 2, 1);
        let first = alice.verified_list();
        let gone = alice.devices[0].address().device;
        let draft = ListDraft::after(&first).without(gone);
        let second = advanced(&first, draft.sign(&alice.pair, month(NOW)).unwrap());
        assert_eq!(second.device(gone, NOW), Err(DeviceRefused::Revoked));
        let back = ListDraft::after(&second).with(alice.devices[0].certificate().clone());
        assert_eq!(
            back.sign(&alice.pair, month(NOW)),
            Err(DraftError::Refused(ListError::Malformed(DecodeError::OutOfRange)))
        );
    }

    /// A successor that the account signed although it breaks a rule.
    fn rogue(
        list: &VerifiedDeviceList,
        account: &Account,
        revoked: &[DeviceId],
        certificates: &[DeviceCertificate],
    ) -> SignedDeviceList {
        let mut body = list.newest.entry().body().clone();
        body.version = list.version().next().unwrap();
        body.previous = *list.hash();
        body.revoked = revoked.to_vec();
        let listed = |c: &DeviceCertificate| super::super::ListedDevice {
            device: c.device(),
            certificate: *c.hash(),
        };
        body.devices = certificates.iter().map(listed).collect();
        let entry = DeviceListEntry::sign(body, &account.pair, None);
        SignedDeviceList::new(entry, certificates.to_vec()).unwrap()
    }

    #[test]
    fn a_device_may_not_vanish_or_rise_from_the_dead() {
        let alice = Account::new("alice", 2, 1);
        let first = alice.verified_list();
        let certificates = first.devices().to_vec();
        let vanished = rogue(&first, &alice, &[], &certificates[1..]);
        assert_eq!(first.advance(vanished, NOW), Err(ListError::DeviceVanished));
        let gone = certificates[0].device();
        let second = advanced(&first, rogue(&first, &alice, &[gone], &certificates[1..]));
        let resurrected = rogue(&second, &alice, &[], &certificates);
        assert_eq!(second.advance(resurrected, NOW), Err(ListError::RevocationDropped));
        let forgotten = rogue(&second, &alice, &[], &certificates[1..]);
        assert_eq!(second.advance(forgotten, NOW), Err(ListError::RevocationDropped));
    }

    /// A device with this id and the keys of a stored [`DeviceKeys`] of which some bytes are those
    /// of another.
    fn mixed(account: &Account, id: u32, others: core::ops::Range<usize>) -> DeviceCertificate {
        let mut bytes = account.devices[0].keys().to_bytes();
        bytes[1..5].copy_from_slice(&id.to_be_bytes());
        let other = DeviceKeys::generate(&mut rng(9)).to_bytes();
        bytes[others.clone()].copy_from_slice(&other[others]);
        account.certify(&DeviceKeys::from_bytes(&bytes).unwrap())
    }

    /// Where a stored [`DeviceKeys`] has its two secrets.
    const SIGNING: core::ops::Range<usize> = 5..37;
    const IDENTITY: core::ops::Range<usize> = 37..69;

    #[test]
    fn a_key_of_a_revoked_device_may_not_return_under_another_id() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let gone = first.devices()[0].device();
        for others in [0..0, SIGNING, IDENTITY] {
            let returned = rogue(&first, &alice, &[gone], &[mixed(&alice, 7, others)]);
            assert_eq!(first.advance(returned, NOW), Err(ListError::KeysReused));
        }
        let fresh = rogue(&first, &alice, &[gone], &[mixed(&alice, 7, 5..69)]);
        assert!(matches!(first.advance(fresh, NOW), Ok(Advance::Advanced(_))));
    }

    #[test]
    fn two_devices_may_not_share_a_key_and_one_may_not_change_any() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let same = first.devices()[0].device().as_u32();
        let changes = [(same, SIGNING), (same, IDENTITY), (7, SIGNING), (7, IDENTITY), (7, 0..0)];
        for (id, others) in changes {
            let draft = ListDraft::after(&first).with(mixed(&alice, id, others));
            assert_eq!(
                draft.sign(&alice.pair, month(NOW)),
                Err(DraftError::Refused(ListError::KeysReused))
            );
        }
    }

    #[test]
    fn a_renewed_certificate_replaces_the_old_one() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let terms = CertificateTerms { validity: month(days(1)), capabilities: 0 };
        let keys = alice.devices[0].keys();
        let request = keys.request_certificate(&alice.id, first.account_key(), terms);
        let renewed = alice.pair.certify(&request, NOW).unwrap();
        let draft = ListDraft::after(&first).with(renewed.clone());
        let second = advanced(&first, draft.sign(&alice.pair, month(NOW)).unwrap());
        assert_eq!(second.devices(), [renewed]);
    }

    #[test]
    fn a_rotation_continues_the_chain_under_the_new_key_alone() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let renewed = with_new_key(&alice, 9);
        let second = advanced(&first, rotated(&first, &alice, &renewed));
        assert_eq!(*second.account_key(), renewed.pair.public_key());
        assert!(second.is_retired(&alice.pair.public_key()));
        assert!(matches!(second.advance(next(&second, &renewed), NOW), Ok(Advance::Advanced(_))));
        assert_eq!(
            ListDraft::after(&second).sign(&alice.pair, month(NOW)),
            Err(DraftError::OtherAccountKey)
        );
    }

    #[test]
    fn whoever_begins_with_a_chain_knows_its_retired_keys() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let renewed = with_new_key(&alice, 9);
        let second = advanced(&first, rotated(&first, &alice, &renewed));
        let third = advanced(&second, next(&second, &renewed));
        let chain = [&first, &second, &third].map(|list| list.signed().clone());
        let begun = VerifiedDeviceList::trust_chain_on_first_use(chain.clone(), NOW);
        assert_eq!(begun, Ok(third));
        let newest = VerifiedDeviceList::trust_chain_on_first_use(chain[2..].to_vec(), NOW);
        assert!(!newest.unwrap().is_retired(&alice.pair.public_key()));
    }

    #[test]
    fn lists_that_do_not_follow_one_another_are_no_chain() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let second = advanced(&first, next(&first, &alice));
        let third = next(&second, &alice);
        let fake = with_new_key(&alice, 9);
        let fake_second = next(&fake.verified_list(), &fake);
        let [first, second] = [first, second].map(|list| list.signed().clone());
        let begin = |lists: &[&SignedDeviceList]| {
            VerifiedDeviceList::trust_chain_on_first_use(lists.iter().copied().cloned(), NOW)
        };
        let broken: [&[&SignedDeviceList]; 5] = [
            &[],
            &[&first, &third],
            &[&second, &first],
            &[&first, &first],
            &[&first, &fake_second],
        ];
        for lists in broken {
            assert_eq!(begin(lists), Err(ChainError::Broken));
        }
        let other = Account::new("bob", 1, 2).list();
        assert_eq!(begin(&[&first, &other]), Err(ChainError::List(ListError::OtherAccount)));
        let early = ListDraft::first(alice.id.clone()).sign(&alice.pair, month(days(2))).unwrap();
        assert_eq!(begin(&[&early]), Err(ChainError::List(ListError::NotYetValid)));
    }

    #[test]
    fn a_retired_key_signs_nothing_any_more() {
        let alice = Account::new("alice", 1, 1);
        let first = alice.verified_list();
        let renewed = with_new_key(&alice, 9);
        let second = advanced(&first, rotated(&first, &alice, &renewed));
        let parallel = advanced(&first, next(&first, &alice));
        let third_by_old = next(&parallel, &alice);
        assert_eq!(second.advance(third_by_old, NOW), Err(ListError::RetiredAccountKey));
        assert_eq!(second.advance(first.signed().clone(), NOW), Ok(Advance::Stale));
    }

    #[test]
    fn only_so_many_retired_keys_are_remembered() {
        let mut account = Account::new("alice", 1, 1);
        let first_key = account.pair.public_key();
        let mut list = account.verified_list();
        for i in 0..=RETIRED_ACCOUNT_KEYS {
            assert_eq!(list.is_retired(&first_key), i > 0);
            let renewed = with_new_key(&account, 100 + i as u64);
            list = advanced(&list, rotated(&list, &account, &renewed));
            account = renewed;
        }
        assert_eq!(list.retired.len(), RETIRED_ACCOUNT_KEYS);
        assert!(!list.is_retired(&first_key));
    }

    #[test]
    fn an_unrelated_key_is_another_key_and_not_a_fork() {
        let alice = Account::new("alice", 1, 1);
        let fake = with_new_key(&alice, 9);
        let expected = Advance::OtherAccountKey(fake.pair.public_key());
        assert_eq!(alice.verified_list().advance(fake.list(), NOW), Ok(expected.clone()));
        let fake_second = next(&fake.verified_list(), &fake);
        assert_eq!(alice.verified_list().advance(fake_second, NOW), Ok(expected));
    }

    #[test]
    fn a_device_is_vouched_for_while_list_and_certificate_hold() {
        let alice = Account::new("alice", 1, 1);
        let list = alice.verified_list();
        let device = alice.devices[0].address().device;
        let vouched = list.device(device, NOW).unwrap();
        assert_eq!(vouched.address(), alice.devices[0].address());
        assert_eq!(*vouched.keys(), alice.devices[0].keys().public_keys());
        assert_eq!(vouched.list_hash(), list.hash());
        assert_eq!(list.device(DeviceId::new(9).unwrap(), NOW), Err(DeviceRefused::Unlisted));
        assert_eq!(list.device(device, days(30)), Err(DeviceRefused::ListExpired));
        let renewed = ListDraft::after(&list).sign(&alice.pair, month(days(360))).unwrap();
        let Ok(Advance::Advanced(renewed)) = list.advance(renewed, days(365)) else { panic!() };
        assert_eq!(
            renewed.device(device, days(365)),
            Err(DeviceRefused::Certificate(OutsideValidity::Expired))
        );
    }

    #[test]
    fn decoding_a_full_list_costs_34_signatures() {
        let full = Account::new("alice", DEVICES, 1);
        let bytes = rotated(&full.verified_list(), &full, &with_new_key(&full, 9)).encode();
        let (result, meter) = crate::crypto::meter::measure(|| SignedDeviceList::decode(&bytes));
        assert!(result.is_ok());
        assert_eq!(meter.verify, 34);
    }

    #[test]
    fn a_stored_list_comes_back() {
        let alice = Account::new("alice", 2, 1);
        let first = alice.verified_list();
        let list = advanced(&first, rotated(&first, &alice, &with_new_key(&alice, 9)));
        assert_eq!(VerifiedDeviceList::from_bytes(&list.to_bytes()), Ok(list));
    }

    proptest! {
        #[test]
        fn damaged_stored_lists_never_panic(cut: prop::sample::Index, at: prop::sample::Index, with: u8) {
            let mut bytes = Account::new("alice", 1, 1).verified_list().to_bytes();
            prop_assert!(VerifiedDeviceList::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] ^= with;
            if let Ok(list) = VerifiedDeviceList::from_bytes(&bytes) {
                prop_assert_eq!(list.to_bytes(), bytes);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = SignedDeviceList::decode(&bytes);
        }
    }
}
