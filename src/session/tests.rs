use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::crypto::meter;
use crate::identity::{
    AccountId, AccountKeyPair, CertificateTerms, Contact, DeviceAddress, DeviceKeys, ListDraft,
    LocalDevice, SendPermit, Validity, VerifiedDeviceList,
};
use crate::limits;
use crate::prekey::{PrekeyShelf, PrekeyStore, VerifiedBundle};
use crate::ratchet::{Healing, Staleness};
use crate::time::Timestamp;

mod identity;
mod peers;
mod standing;
mod stored;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// An account with one device, and what a server holds of it.
struct Party {
    endpoint: Endpoint,
    contact: Contact,
    shelf: PrekeyShelf,
}

impl Party {
    fn new(name: &str, rng: &mut ChaCha20Rng) -> Self {
        let keys = DeviceKeys::generate(rng);
        Self::with_keys(name, keys, rng)
    }

    fn with_keys(name: &str, keys: DeviceKeys, rng: &mut ChaCha20Rng) -> Self {
        let account = AccountId::new(name.as_bytes()).unwrap();
        let key = AccountKeyPair::generate(rng);
        let validity = Validity::starting(NOW, Duration::from_hours(7200)).unwrap();
        let terms = CertificateTerms { validity, capabilities: 0 };
        let request = keys.request_certificate(&account, &key.public_key(), terms);
        let certificate = key.certify(&request, NOW).unwrap();
        let local = LocalDevice::new(keys, certificate.clone()).unwrap();
        let list = ListDraft::first(account).with(certificate).sign(&key, validity).unwrap();
        let prekeys = PrekeyStore::new(NOW, rng);
        let shelf = PrekeyShelf::new(prekeys.publication(&local, NOW));
        let own_list = VerifiedDeviceList::trust_on_first_use(list.clone(), NOW).unwrap();
        Self {
            endpoint: Endpoint::new(local, own_list, prekeys),
            contact: Contact::trust_on_first_use(list, NOW).unwrap(),
            shelf,
        }
    }

    fn permit(&self) -> SendPermit {
        self.contact.permit(self.endpoint.local().address().device, NOW).unwrap()
    }

    fn bundle(&mut self) -> VerifiedBundle {
        self.shelf.take_bundle(NOW).verify(self.permit().device(), NOW).unwrap()
    }

    fn say(&mut self, to: &Self, text: &[u8], rng: &mut ChaCha20Rng) -> Vec<u8> {
        self.endpoint.encrypt(&to.permit(), text, NOW, rng).unwrap().envelope
    }

    /// Opens an envelope of `from`, accepting a new session.
    fn hear(&mut self, from: &Self, envelope: &[u8]) -> Received {
        match self.endpoint.open(envelope, NOW).unwrap() {
            Opened::Message(received) => received,
            Opened::Introduction(introduction) => {
                self.endpoint.accept(*introduction, from.permit().device(), NOW).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }
}

fn parties(seed: u64) -> (Party, Party, ChaCha20Rng) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let alice = Party::new("alice", &mut rng);
    let bob = Party::new("bob", &mut rng);
    (alice, bob, rng)
}

#[test]
fn two_devices_talk() {
    let (mut alice, mut bob, mut rng) = parties(1);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    for i in 0..3u8 {
        let envelope = alice.say(&bob, &[i], &mut rng);
        let received = bob.hear(&alice, &envelope);
        assert_eq!(received.plaintext, [i]);
        assert_eq!(&received.sender, alice.endpoint.local().address());
    }
    for i in 0..3u8 {
        let envelope = bob.say(&alice, &[i], &mut rng);
        assert_eq!(alice.hear(&bob, &envelope).plaintext, [i]);
        let envelope = alice.say(&bob, &[i], &mut rng);
        assert_eq!(bob.hear(&alice, &envelope).plaintext, [i]);
    }
}

#[test]
fn healing_counts_turns_epochs_and_the_messages_since() {
    let (mut alice, mut bob, mut rng) = parties(6);
    let address = bob.endpoint.local().address().clone();
    assert_eq!(alice.endpoint.healing(&address, NOW), None);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let later = NOW.saturating_add(Duration::from_mins(1));
    let fresh = Staleness { completed: 0, sent: 0, received: 0, age: Duration::from_mins(1) };
    let healing = alice.endpoint.healing(&address, later).unwrap();
    assert_eq!((healing.classical, healing.post_quantum), (fresh, fresh));
    let mut round_trips = 0;
    while alice.endpoint.healing(&address, NOW).unwrap().post_quantum.completed == 0 {
        let envelope = alice.say(&bob, b"ping", &mut rng);
        bob.hear(&alice, &envelope);
        let envelope = bob.say(&alice, b"pong", &mut rng);
        alice.hear(&bob, &envelope);
        round_trips += 1;
        assert!(round_trips < 100);
    }
    alice.say(&bob, b"one more", &mut rng);
    let Healing { classical, post_quantum, should_send_carrier } =
        alice.endpoint.healing(&address, later).unwrap();
    let minute = Duration::from_mins(1);
    assert_eq!(classical, Staleness { completed: round_trips, sent: 1, received: 1, age: minute });
    assert_eq!((post_quantum.completed, post_quantum.age), (1, minute));
    assert!(!should_send_carrier);
    let week = NOW.saturating_add(limits::PQ_EPOCH_AGE);
    assert!(alice.endpoint.healing(&address, week).unwrap().should_send_carrier);
}

#[test]
fn healing_comes_back_with_the_state() {
    let (mut alice, mut bob, mut rng) = parties(7);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, b"hello", &mut rng);
    bob.hear(&alice, &envelope);
    let address = alice.endpoint.local().address();
    let stored = bob.endpoint.stored_peer(address).unwrap();
    let later = NOW.saturating_add(Duration::from_mins(1));
    let before = bob.endpoint.healing(address, later);
    assert!(before.is_some_and(|healing| healing.classical.received == 1));
    let Party { endpoint, .. } = bob;
    let (list, prekeys) = (endpoint.own_list().clone(), endpoint.prekeys().clone());
    let restored = Endpoint::restore(endpoint.local().clone(), list, prekeys, [&stored]).endpoint;
    assert_eq!(restored.healing(address, later), before);
}

/// Of what Bob stores, nothing but the Braid changes its length while Alice goes on in one chain.
#[test]
fn the_length_of_the_braid_is_that_of_its_part_of_the_stored_session() {
    let (mut alice, mut bob, mut rng) = parties(23);
    let [at_alice, at_bob] = [&alice, &bob].map(|p| p.endpoint.local().address().clone());
    assert_eq!(alice.endpoint.braid_state_len(&at_bob), None);
    let bundle = bob.bundle();
    let id = alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap().session;
    assert_eq!(id.name().to_bytes(), id.as_bytes()[..8]);
    let lengths = [(); 4].map(|()| {
        let envelope = alice.say(&bob, b"hello", &mut rng);
        bob.hear(&alice, &envelope);
        let whole = bob.endpoint.stored_active(&at_alice).unwrap().len();
        (whole, bob.endpoint.braid_state_len(&at_alice).unwrap())
    });
    let (whole, braid) = lengths[0];
    assert!(lengths.iter().all(|(other, of_it)| other - of_it == whole - braid));
    assert!(lengths.iter().any(|(_, of_it)| *of_it != braid));
}

#[test]
fn a_forged_handshake_costs_what_the_specification_says() {
    let (mut alice, mut bob, mut rng) = parties(2);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let mut envelope = alice.say(&bob, b"hello", &mut rng);
    // A byte of the KEM ciphertext.
    envelope[200] ^= 1;
    let (result, cost) = meter::measure(|| bob.endpoint.open(&envelope, NOW));
    assert_eq!(result.unwrap_err().code(), "open/handshake");
    assert_eq!((cost.kem, cost.dh, cost.aead), (1, 3, 1));
    assert_eq!((cost.dh_public, cost.sign, cost.verify), (1, 0, 0));
}

#[test]
fn a_forged_envelope_costs_one_search() {
    let (mut alice, mut bob, mut rng) = parties(3);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, b"hello", &mut rng);
    bob.hear(&alice, &envelope);
    let mut reply = bob.say(&alice, b"hello", &mut rng);
    // A byte of the nonce.
    reply[9] ^= 1;
    let (result, cost) = meter::measure(|| alice.endpoint.open(&reply, NOW).unwrap());
    assert!(matches!(result, Opened::Unknown));
    assert_eq!(cost, meter::Meter { search: 1, ..meter::Meter::default() });
}

#[test]
fn finding_a_session_among_a_thousand_tries_the_recent_ones_first() {
    let (mut alice, mut bob, mut rng) = parties(4);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, b"hello", &mut rng);
    bob.hear(&alice, &envelope);
    for i in 0..20 {
        let mut peer = Party::new(&alloc::format!("peer {i}"), &mut rng);
        let bundle = bob.bundle();
        peer.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
        let envelope = peer.say(&bob, b"hello", &mut rng);
        bob.hear(&peer, &envelope);
    }
    let envelope = alice.say(&bob, b"first on the bottom", &mut rng);
    let (_, cost) = meter::measure(|| bob.endpoint.open(&envelope, NOW).unwrap());
    assert!(cost.search > 40, "{cost:?}");
    let envelope = alice.say(&bob, b"now on top", &mut rng);
    let (_, cost) = meter::measure(|| bob.endpoint.open(&envelope, NOW).unwrap());
    assert_eq!(cost.search, 1);
}

#[test]
fn state_in_two_parts_comes_back_and_torn_parts_do_not() {
    let (mut alice, mut bob, mut rng) = parties(5);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let address = bob.endpoint.local().address().clone();
    let before = alice.endpoint.stored_peer(&address).unwrap();
    let envelope = alice.say(&bob, b"hello", &mut rng);
    bob.hear(&alice, &envelope);
    let reply = bob.say(&alice, b"hello", &mut rng);
    let received = alice.hear(&bob, &reply);
    assert_eq!(received.changes, Changes::BOTH_PARTS);
    let after = alice.endpoint.stored_peer(&address).unwrap();
    let restore = |stored: &StoredPeer| {
        let list = alice.endpoint.own_list().clone();
        let prekeys = PrekeyStore::from_bytes(&alice.endpoint.prekeys().to_bytes()).unwrap();
        let local = LocalDevice::from_bytes(&alice.endpoint.local().to_bytes()).unwrap();
        Endpoint::restore(local, list, prekeys, [stored]).complete()
    };
    let loaded = restore(&after).unwrap();
    assert_eq!(loaded.stored_peer(&address).unwrap(), after);
    let torn = StoredPeer { active: after.active.clone(), archive: before.archive.clone() };
    assert_eq!(restore(&torn).unwrap_err(), StateError::Torn);
    let mut damaged = vec![];
    for at in 0..after.archive.len() {
        let mut stored = after.clone();
        stored.archive[at] ^= 0x80;
        damaged.extend(restore(&stored).err());
    }
    assert!(damaged.contains(&StateError::Torn));
}

/// Changes what the party has stored of the Braid's first chunk.
fn damage_first_chunk(party: &mut Party, peer: &DeviceAddress) {
    // NoHeaderReceived with one chunk, of index 0 (SPEC.md section 10.8).
    const HELD: [u8; 5] = [5, 0, 1, 0, 0];
    let mut stored = party.endpoint.stored_peer(peer).unwrap();
    let at = stored.active.windows(HELD.len()).position(|bytes| bytes == HELD).unwrap();
    stored.active[at + HELD.len()] ^= 1;
    party.endpoint = restored(party, &stored);
}

#[test]
fn a_broken_post_quantum_ratchet_ends_the_session_and_another_heals_it() {
    let (mut alice, mut bob, mut rng) = parties(9);
    let [at_alice, at_bob] = [&alice, &bob].map(|p| p.endpoint.local().address().clone());
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, b"hello", &mut rng);
    bob.hear(&alice, &envelope);
    let envelope = bob.say(&alice, b"hello", &mut rng);
    alice.hear(&bob, &envelope);
    damage_first_chunk(&mut bob, &at_alice);
    let envelope = alice.say(&bob, b"completes the header", &mut rng);
    let Err(OpenError::Message { error, changes, .. }) = bob.endpoint.open(&envelope, NOW) else {
        panic!("a wrong header goes unnoticed")
    };
    assert!(
        matches!(error, DecryptError::PostQuantum(cause) if cause.code() == "braid/header-mac")
    );
    assert!(changes.active);
    let stored = bob.endpoint.stored_peer(&at_alice).unwrap();
    bob.endpoint = restored(&bob, &stored);
    assert_eq!(bob.endpoint.renewal(&at_alice, NOW), Some(Renewal::Broken));
    let refused = bob.endpoint.encrypt(&alice.permit(), b"no", NOW, &mut rng);
    assert_eq!(refused.unwrap_err(), EncryptError::NoSession);
    let bundle = alice.bundle();
    bob.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    talk(&mut bob, &mut alice, &mut rng);
    assert_eq!(bob.endpoint.renewal(&at_alice, NOW), None);
    assert_eq!(alice.endpoint.renewal(&at_bob, NOW), None);
}

/// Puts the number of the last message into every counter that the message `text` raised.
fn wear_out(alice: &mut Party, bob: &Party, rng: &mut ChaCha20Rng, number: u32) {
    let address = bob.endpoint.local().address().clone();
    for _ in 0..37 {
        alice.say(bob, b"on", rng);
    }
    let before = alice.endpoint.stored_peer(&address).unwrap();
    alice.say(bob, b"on", rng);
    let mut worn = alice.endpoint.stored_peer(&address).unwrap();
    let count = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let mut raised = 0;
    for at in 0..before.active.len() - 4 {
        let [old, new] = [&before, &worn].map(|stored| count(&stored.active[at..at + 4]));
        if (37..45).contains(&old) && new == old + 1 {
            worn.active[at..at + 4].copy_from_slice(&number.to_be_bytes());
            raised += 1;
        }
    }
    assert!(raised >= 2, "both halves count");
    alice.endpoint = restored(alice, &worn);
}

#[test]
fn a_session_whose_counters_come_to_their_end_is_renewed_before() {
    let (mut alice, mut bob, mut rng) = parties(8);
    let address = bob.endpoint.local().address().clone();
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    talk(&mut alice, &mut bob, &mut rng);
    assert_eq!(alice.endpoint.renewal(&address, NOW), None);
    wear_out(&mut alice, &bob, &mut rng, u32::MAX - limits::COUNTER_RESERVE);
    assert_eq!(alice.endpoint.renewal(&address, NOW), Some(Renewal::NearlyExhausted));
    alice.say(&bob, b"there is time left", &mut rng);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    talk(&mut alice, &mut bob, &mut rng);
    assert_eq!(alice.endpoint.renewal(&address, NOW), None);
    wear_out(&mut alice, &bob, &mut rng, u32::MAX);
    let refused = alice.endpoint.encrypt(&bob.permit(), b"too late", NOW, &mut rng);
    assert_eq!(refused.unwrap_err(), EncryptError::Exhausted);
}

/// The party's device, address and all, under keys that somebody else made.
fn impostor_of(name: &str, party: &Party, rng: &mut ChaCha20Rng) -> Party {
    let id = party.endpoint.local().address().device;
    let mut stored = DeviceKeys::generate(rng).to_bytes();
    stored[1..5].copy_from_slice(&id.as_u32().to_be_bytes());
    Party::with_keys(name, DeviceKeys::from_bytes(&stored).unwrap(), rng)
}

#[test]
fn a_device_under_a_known_address_with_other_keys_is_refused() {
    let (mut alice, mut bob, mut rng) = parties(6);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let mut mallory = impostor_of("bob", &bob, &mut rng);
    assert_eq!(mallory.endpoint.local().address(), bob.endpoint.local().address());
    let address = bob.endpoint.local().address().clone();
    let before = alice.endpoint.stored_peer(&address);
    let refused = alice.endpoint.initiate(&mallory.bundle(), None, NOW, &mut rng);
    assert_eq!(refused, Err(crate::handshake::InitiateError::OtherKeys));
    assert_eq!(alice.endpoint.stored_peer(&address), before);

    let alices = alice.bundle();
    mallory.endpoint.initiate(&alices, None, NOW, &mut rng).unwrap();
    let envelope = mallory.say(&alice, b"it is me, bob", &mut rng);
    let Opened::Introduction(first) = alice.endpoint.open(&envelope, NOW).unwrap() else {
        panic!("a new session")
    };
    let refused = alice.endpoint.accept(*first, mallory.permit().device(), NOW);
    assert_eq!(refused, Err(AcceptError::OtherKeys));
    assert_eq!(alice.endpoint.stored_peer(&address), before);
}

#[test]
fn a_thief_of_an_old_session_gets_nothing_once_a_later_one_is_answered() {
    let (mut alice, mut bob, mut rng) = parties(7);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    talk(&mut alice, &mut bob, &mut rng);
    let bobs = bob.endpoint.local().address().clone();
    let stolen = alice.endpoint.stored_peer(&bobs).unwrap();
    let mut thief = Party::new("thief", &mut rng);
    thief.endpoint = restored(&alice, &stolen);

    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    talk(&mut alice, &mut bob, &mut rng);
    let alices = alice.endpoint.local().address().clone();
    let active = bob.endpoint.sessions(&alices).unwrap().active;
    let forged = thief.endpoint.encrypt(&bob.permit(), b"from the past", NOW, &mut rng).unwrap();
    assert!(matches!(bob.endpoint.open(&forged.envelope, NOW), Ok(Opened::Message(_))));
    assert_eq!(bob.endpoint.sessions(&alices).unwrap().active, active);
    let reply = bob.say(&alice, b"not for thieves", &mut rng);
    assert!(matches!(thief.endpoint.open(&reply, NOW), Ok(Opened::Unknown)));
    assert_eq!(alice.hear(&bob, &reply).plaintext, b"not for thieves");
    // It may also have been Alice, back from an old state: one new handshake answers for good.
    assert_eq!(bob.endpoint.renewal(&alices, NOW), Some(Renewal::OldSession));
    let bundle = alice.bundle();
    bob.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    assert_eq!(bob.endpoint.renewal(&alices, NOW), None);
    let again = thief.endpoint.encrypt(&bob.permit(), b"once more", NOW, &mut rng).unwrap();
    bob.endpoint.open(&again.envelope, NOW).unwrap();
    assert_eq!(bob.endpoint.renewal(&alices, NOW), None);
}

#[test]
fn an_active_part_does_not_fit_the_archive_of_sessions_that_were_forgotten() {
    let (mut alice, mut bob, mut rng) = parties(8);
    let bobs = bob.endpoint.local().address().clone();
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let forgotten = alice.endpoint.stored_peer(&bobs).unwrap();
    assert!(alice.endpoint.forget(&bobs).unwrap().removed);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let now = alice.endpoint.stored_peer(&bobs).unwrap();
    let torn = StoredPeer { active: now.active, archive: forgotten.archive };
    let local = alice.endpoint.local().clone();
    let (list, prekeys) = (alice.endpoint.own_list().clone(), alice.endpoint.prekeys().clone());
    let restored = Endpoint::restore(local, list, prekeys, [&torn]);
    assert_eq!(restored.damaged, [(0, StateError::Torn)]);
}

fn talk(alice: &mut Party, bob: &mut Party, rng: &mut ChaCha20Rng) {
    for _ in 0..2 {
        let envelope = alice.say(bob, b"ping", rng);
        bob.hear(alice, &envelope);
        let envelope = bob.say(alice, b"pong", rng);
        alice.hear(bob, &envelope);
    }
}

fn restored(party: &Party, stored: &StoredPeer) -> Endpoint {
    let local = party.endpoint.local().clone();
    let (list, prekeys) = (party.endpoint.own_list().clone(), party.endpoint.prekeys().clone());
    Endpoint::restore(local, list, prekeys, [stored]).complete().unwrap()
}

#[test]
fn a_list_that_does_not_follow_from_our_own_is_not_taken() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut alice = Party::new("alice", &mut rng);
    let own = alice.endpoint.own_list().clone();
    // The same account and version under a key of somebody else's.
    let other = Party::new("alice", &mut rng).endpoint.own_list().clone();
    assert!(own.version() == other.version() && own.hash() != other.hash());
    assert_eq!(alice.endpoint.set_own_list(other), Err(OwnListRefused::Forked));
    let bobs = Party::new("bob", &mut rng).endpoint.own_list().clone();
    assert_eq!(alice.endpoint.set_own_list(bobs), Err(OwnListRefused::OtherAccount));
    assert_eq!(alice.endpoint.own_list().hash(), own.hash());
    assert_eq!(alice.endpoint.set_own_list(own), Ok(()));
}
