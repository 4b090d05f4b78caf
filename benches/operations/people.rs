//! Accounts with one device each, and what a server holds of them.

use std::collections::VecDeque;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::identity::{
    AccountId, AccountKeyPair, CertificateTerms, Contact, DeviceKeys, ListDraft, LocalDevice,
    SendPermit, Validity, VerifiedDeviceList,
};
use sealwax::limits::SKIP;
use sealwax::prekey::{PrekeyBundle, PrekeyShelf, PrekeyStore, VerifiedBundle};
use sealwax::session::{Endpoint, Opened, Received};
use sealwax::time::Timestamp;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// As many messages as a session skips at once.
pub(crate) const SKIPPED: usize = SKIP as usize;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) struct Party {
    pub(crate) endpoint: Endpoint,
    contact: Contact,
    shelf: PrekeyShelf,
}

impl Party {
    pub(crate) fn new(name: &str, rng: &mut ChaCha20Rng) -> Self {
        let (local, own_list) = device(name, rng);
        let contact = Contact::trust_on_first_use(own_list.signed().clone(), NOW).unwrap();
        let prekeys = PrekeyStore::new(NOW, rng);
        let shelf = PrekeyShelf::new(prekeys.publication(&local, NOW));
        Self { endpoint: Endpoint::new(local, own_list, prekeys), contact, shelf }
    }

    pub(crate) fn permit(&self) -> SendPermit {
        self.contact.permit(self.endpoint.local().address().device, NOW).unwrap()
    }

    pub(crate) fn bundle(&mut self) -> VerifiedBundle {
        self.handed_out().verify(self.permit().device(), NOW).unwrap()
    }

    /// A bundle as the server hands it out.
    pub(crate) fn handed_out(&mut self) -> PrekeyBundle {
        self.shelf.take_bundle(NOW)
    }

    pub(crate) fn say(&mut self, to: &Self, text: &[u8], rng: &mut ChaCha20Rng) -> Vec<u8> {
        self.endpoint.encrypt(&to.permit(), text, NOW, rng).unwrap().envelope
    }

    pub(crate) fn hear(&mut self, from: &Self, envelope: &[u8]) -> Received {
        match self.endpoint.open(envelope, NOW).unwrap() {
            Opened::Message(received) => received,
            Opened::Introduction(introduction) => {
                self.endpoint.accept(*introduction, from.permit().device(), NOW).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Two parties with an acknowledged session.
pub(crate) fn acquaint(rng: &mut ChaCha20Rng) -> (Party, Party) {
    let mut alice = Party::new("alice", rng);
    let mut bob = Party::new("bob", rng);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, rng).unwrap();
    let envelope = alice.say(&bob, b"hello", rng);
    bob.hear(&alice, &envelope);
    let envelope = bob.say(&alice, b"hello", rng);
    alice.hear(&bob, &envelope);
    (alice, bob)
}

/// Somebody who got one message, and of those that follow the last one first.
pub(crate) struct Gap {
    alice: Party,
    bob: Party,
    envelopes: VecDeque<Vec<u8>>,
}

impl Gap {
    pub(crate) fn new(rng: &mut ChaCha20Rng) -> Self {
        let (mut alice, mut bob) = acquaint(rng);
        let first = alice.say(&bob, &[7; 64], rng);
        bob.hear(&alice, &first);
        let envelopes = (0..=SKIPPED).map(|_| alice.say(&bob, &[7; 64], rng)).collect();
        Self { alice, bob, envelopes }
    }

    pub(crate) fn open_last(&mut self) {
        let last = self.envelopes.pop_back().unwrap();
        self.bob.hear(&self.alice, &last);
    }

    pub(crate) fn open_late(&mut self) {
        let next = self.envelopes.pop_front().unwrap();
        self.bob.hear(&self.alice, &next);
    }
}

/// Somebody with sessions with `peers` devices, and an envelope of the one longest not heard of.
pub(crate) fn crowd(peers: usize, rng: &mut ChaCha20Rng) -> (Party, Vec<u8>) {
    let (mut alice, mut bob) = acquaint(rng);
    for i in 1..peers {
        let prekeys = PrekeyStore::from_bytes(&alice.endpoint.prekeys().to_bytes()).unwrap();
        let (local, list) = device(&format!("peer {i}"), rng);
        let mut peer = Endpoint::new(local, list, prekeys);
        let proof = peer.own_list().device(peer.local().address().device, NOW).unwrap();
        peer.initiate(&bob.bundle(), None, NOW, rng).unwrap();
        let envelope = peer.encrypt(&bob.permit(), b"hello", NOW, rng).unwrap().envelope;
        match bob.endpoint.open(&envelope, NOW).unwrap() {
            Opened::Introduction(first) => bob.endpoint.accept(*first, &proof, NOW).unwrap(),
            other => panic!("{other:?}"),
        };
    }
    let envelope = alice.say(&bob, b"hello again", rng);
    (bob, envelope)
}

/// An account with one device, and its list.
pub(crate) fn device(name: &str, rng: &mut ChaCha20Rng) -> (LocalDevice, VerifiedDeviceList) {
    let account = AccountId::new(name.as_bytes()).unwrap();
    let key = AccountKeyPair::generate(rng);
    let keys = DeviceKeys::generate(rng);
    let validity = Validity::starting(NOW, Duration::from_hours(720)).unwrap();
    let terms = CertificateTerms { validity, capabilities: 0 };
    let request = keys.request_certificate(&account, &key.public_key(), terms);
    let certificate = key.certify(&request, NOW).unwrap();
    let local = LocalDevice::new(keys, certificate.clone()).unwrap();
    let list = ListDraft::first(account).with(certificate).sign(&key, validity).unwrap();
    (local, VerifiedDeviceList::trust_on_first_use(list, NOW).unwrap())
}
