//! Accounts and devices for tests.

use alloc::vec::Vec;
use core::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::time::Timestamp;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(crate) const DAY: Duration = Duration::from_hours(24);

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn days(n: u32) -> Timestamp {
    NOW.saturating_add(DAY * n)
}

pub(crate) fn month(from: Timestamp) -> Validity {
    Validity::starting(from, DAY * 30).unwrap()
}

pub(crate) fn terms() -> CertificateTerms {
    CertificateTerms { validity: Validity::starting(NOW, DAY * 365).unwrap(), capabilities: 0 }
}

/// An account with its key and devices.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) pair: AccountKeyPair,
    pub(crate) devices: Vec<LocalDevice>,
}

impl Account {
    pub(crate) fn new(name: &str, devices: usize, seed: u64) -> Self {
        let mut rng = rng(seed);
        let pair = AccountKeyPair::generate(&mut rng);
        let mut account =
            Self { id: AccountId::new(name.as_bytes()).unwrap(), pair, devices: Vec::new() };
        for _ in 0..devices {
            account.add_device(&mut rng);
        }
        account
    }

    pub(crate) fn add_device(&mut self, rng: &mut ChaCha20Rng) -> &LocalDevice {
        let keys = DeviceKeys::generate(rng);
        let certificate = self.certify(&keys);
        self.devices.push(LocalDevice::new(keys, certificate).unwrap());
        self.devices.last().unwrap()
    }

    pub(crate) fn certify(&self, keys: &DeviceKeys) -> DeviceCertificate {
        let request = keys.request_certificate(&self.id, &self.pair.public_key(), terms());
        self.pair.certify(&request, NOW).unwrap()
    }

    /// A first list of all devices.
    pub(crate) fn list(&self) -> SignedDeviceList {
        let draft = ListDraft::first(self.id.clone());
        self.draft_with_devices(draft).sign(&self.pair, month(NOW)).unwrap()
    }

    pub(crate) fn draft_with_devices(&self, draft: ListDraft) -> ListDraft {
        self.devices.iter().fold(draft, |draft, d| draft.with(d.certificate().clone()))
    }

    pub(crate) fn verified_list(&self) -> VerifiedDeviceList {
        VerifiedDeviceList::trust_on_first_use(self.list(), NOW).unwrap()
    }

    pub(crate) fn verified_device(&self, index: usize) -> VerifiedDevice {
        self.verified_list().device(self.devices[index].address().device, NOW).unwrap()
    }

    pub(crate) fn contact(&self) -> Contact {
        Contact::trust_on_first_use(self.list(), NOW).unwrap()
    }

    pub(crate) fn identity(&self) -> (AccountId, AccountKey) {
        (self.id.clone(), self.pair.public_key())
    }
}

/// Follows the chain by one list.
pub(crate) fn advanced(list: &VerifiedDeviceList, next: SignedDeviceList) -> VerifiedDeviceList {
    match list.advance(next, NOW).unwrap() {
        Advance::Advanced(list) => *list,
        other => panic!("expected to advance: {other:?}"),
    }
}

/// A contact with two devices of which the second was just added.
pub(crate) fn after_addition() -> (Account, Contact) {
    let mut alice = Account::new("alice", 1, 1);
    let mut contact = alice.contact();
    alice.add_device(&mut rng(7));
    let draft = alice.draft_with_devices(ListDraft::after(contact.list()));
    let list = draft.sign(&alice.pair, month(NOW)).unwrap();
    assert_eq!(contact.update(list, NOW), Ok(ContactUpdate::Advanced));
    (alice, contact)
}

/// The same account begun anew under another key, without devices.
pub(crate) fn restarted(account: &Account, seed: u64) -> Account {
    Account { id: account.id.clone(), ..Account::new("x", 0, seed) }
}

/// The account with another key and its devices certified again; the contact has followed.
pub(crate) fn rotate(contact: &mut Contact, old: &Account) -> Account {
    let mut new = restarted(old, 5);
    let renewed = old.devices.iter().map(|d| d.renewed(new.certify(d.keys())).unwrap());
    new.devices = renewed.collect();
    let draft = new.draft_with_devices(ListDraft::after(contact.list()));
    let list = draft.sign_rotation(&old.pair, &new.pair, month(NOW)).unwrap();
    contact.update(list, NOW).unwrap();
    new
}
