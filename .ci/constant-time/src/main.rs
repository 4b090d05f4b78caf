//! Does a secret steer a branch or a memory access?
//!
//! Valgrind's memcheck reports every branch and every address that depends on undefined memory. So
//! the secrets are marked undefined, the operation runs, and there must be no report. It is the
//! released code with the processor's instructions that valgrind offers (AVX2). What may depend on
//! secrets all the same is listed in `declassified.txt`, with reasons; `check.py` compares.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "it reports by panicking"
)]

#[path = "../../../tests/support/mod.rs"]
mod support;
mod valgrind;

use core::convert::Infallible;
use core::ops::Range;
use std::env;
use std::hint::black_box;
use std::process::exit;

use rand_chacha::ChaCha20Rng;
use rand_core::{TryCryptoRng, TryRng};
use sealwax::crypto::{DhSecretKey, KemSecretKey, SigningKey};
use sealwax::identity::{AccountKeyPair, CertificateTerms, DeviceKeys, LocalDevice};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{Endpoint, Opened, StoredPeer};
use support::{Dev, World, alice_and_bob, in_conversation, secrets};
use valgrind::{errors, is_secret, make_public, make_secret};

/// Everything it draws is secret.
struct SecretRng<'a>(&'a mut ChaCha20Rng);

impl TryRng for SecretRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(out)?;
        make_secret(out);
        Ok(())
    }
}

impl TryCryptoRng for SecretRng<'_> {}

const CASES: [(&str, fn()); 7] = [
    ("keys", keys),
    ("signatures", signatures),
    ("initiate", initiate),
    ("respond", respond),
    ("seal", seal),
    ("open", open),
    ("refuse", refuse),
];

fn main() {
    if !valgrind::is_running() {
        eprintln!("this says nothing without valgrind: see .ci/deep constant_time");
        exit(2);
    }
    positive_control();
    for (name, case) in CASES {
        if env::args().nth(1).is_none_or(|wanted| wanted == name) {
            case();
            println!("{name}: done");
        }
    }
}

/// What must be seen is seen: a comparison that stops at the first difference.
fn positive_control() {
    let mut secret = [7; 32];
    make_secret(&mut secret);
    let before = errors();
    let equal = leaky_equal(&secret, &[7; 32]);
    assert!(errors() > before, "valgrind does not see a leak");
    black_box(equal);
}

#[inline(never)]
fn leaky_equal(a: &[u8; 32], b: &[u8; 32]) -> bool {
    (0..32).all(|i| black_box(a[i]) == black_box(b[i]))
}

/// What leaves the crate: it must have come of the secrets, or the case shows nothing.
fn published(mut bytes: Vec<u8>) -> Vec<u8> {
    assert!(is_secret(&bytes), "no secret got here");
    make_public(&mut bytes);
    bytes
}

fn with_secrets(bytes: &[u8], ranges: &[Range<usize>]) -> Vec<u8> {
    assert!(!ranges.is_empty());
    let mut bytes = bytes.to_vec();
    for range in ranges {
        make_secret(&mut bytes[range.clone()]);
    }
    bytes
}

/// The device with its keys and prekeys read from stored bytes whose secrets are marked, and no
/// sessions.
fn mark_device(world: &mut World, dev: Dev) {
    let endpoint = world.endpoint(dev);
    let keys = endpoint.local().keys().to_bytes();
    let keys = DeviceKeys::from_bytes(&with_secrets(&keys, &secrets::device_keys(&keys))).unwrap();
    let local = LocalDevice::new(keys, endpoint.local().certificate().clone()).unwrap();
    let prekeys = endpoint.prekeys().to_bytes();
    let prekeys = with_secrets(&prekeys, &secrets::prekeys(&prekeys));
    let prekeys = PrekeyStore::from_bytes(&prekeys).unwrap();
    *world.endpoint_mut(dev) = Endpoint::new(local, endpoint.own_list().clone(), prekeys);
}

/// Marks the secrets of the session with a peer. Returns its state without marks.
fn mark_session(world: &mut World, dev: Dev, peer: Dev) -> StoredPeer {
    let stored = world.endpoint(dev).stored_peer(&world.address(peer)).unwrap();
    let active = with_secrets(&stored.active, &secrets::active_session(&stored.active));
    restore(world, dev, &StoredPeer { active: active.into(), ..stored.clone() });
    stored
}

fn restore(world: &mut World, dev: Dev, peer: &StoredPeer) {
    let endpoint = world.endpoint(dev);
    let (local, list) = (endpoint.local().clone(), endpoint.own_list().clone());
    let prekeys = endpoint.prekeys().clone();
    *world.endpoint_mut(dev) = Endpoint::restore(local, list, prekeys, [peer]).complete().unwrap();
}

/// Generation of every kind of key, and of a whole store of prekeys.
fn keys() {
    let mut world = World::new(1);
    let now = world.now;
    let mut rng = SecretRng(&mut world.rng);
    published(DhSecretKey::generate(&mut rng).public_key().as_bytes().to_vec());
    published(SigningKey::generate(&mut rng).verifying_key().as_bytes().to_vec());
    published(KemSecretKey::generate(&mut rng).public_key().as_bytes().to_vec());
    published(PrekeyStore::new(now, &mut rng).to_bytes().to_vec());
}

/// A device asks for a certificate and gets it, and signs its prekeys.
fn signatures() {
    let mut world = World::new(2);
    let (now, validity) = (world.now, world.validity());
    let account = AccountKeyPair::generate(&mut SecretRng(&mut world.rng));
    let keys = DeviceKeys::generate(&mut world.rng);
    let bytes = keys.to_bytes();
    let marked = with_secrets(&bytes, &secrets::device_keys(&bytes));
    let marked = DeviceKeys::from_bytes(&marked).unwrap();
    let terms = CertificateTerms { validity, capabilities: 0 };
    let name = support::account_id("alice");
    let request = marked.request_certificate(&name, &account.public_key(), terms);
    published(request.encode());
    let public_request = keys.request_certificate(&name, &account.public_key(), terms);
    published(account.certify(&public_request, now).unwrap().encode());
}

/// The initiator's side of the handshake with its first message.
fn initiate() {
    let (mut world, alice, bob) = alice_and_bob(3);
    let bundle = world.bundle(bob, alice);
    let permit = world.permit(alice, bob);
    mark_device(&mut world, alice);
    let (now, mut rng) = (world.now, world.rng.clone());
    let mut rng = SecretRng(&mut rng);
    let endpoint = world.endpoint_mut(alice);
    endpoint.initiate(&bundle, None, now, &mut rng).unwrap();
    let envelope = endpoint.encrypt(&permit, b"hello", now, &mut rng).unwrap().envelope;
    let envelope = published(envelope);
    assert_eq!(world.hear(bob, &envelope).plaintext, b"hello");
}

/// The responder's side with the first message, with and without one-time prekeys.
fn respond() {
    for exhausted in [false, true] {
        let (mut world, alice, bob) = alice_and_bob(4);
        if exhausted {
            world.exhaust(bob);
        }
        world.begin(alice, bob);
        let envelope = world.say(alice, bob, b"hello");
        mark_device(&mut world, bob);
        let now = world.now;
        let Opened::Introduction(introduction) =
            world.endpoint_mut(bob).open(&envelope, now).unwrap()
        else {
            panic!("no introduction");
        };
        published(introduction.plaintext().to_vec());
    }
}

/// Messages of a session in many states of the Braid: chains, turns, skipped keys, epochs.
fn seal() {
    let (mut world, alice, bob) = in_conversation(5);
    let mut states = [false; 11];
    for round in 0..48 {
        let (from, to) = if round % 2 == 0 { (alice, bob) } else { (bob, alice) };
        let permit = world.permit(from, to);
        let state = braid_state(&world, from, to);
        states[usize::from(state)] = true;
        let clean = mark_session(&mut world, from, to);
        let (now, mut rng) = (world.now, world.rng.clone());
        let mut rng = SecretRng(&mut rng);
        let endpoint = world.endpoint_mut(from);
        published(endpoint.encrypt(&permit, b"hello", now, &mut rng).unwrap().envelope);
        restore(&mut world, from, &clean);
        world.tell(from, to, b"hello");
    }
    println!("states of the Braid that sealed: {states:?}");
    assert!(states.iter().filter(|seen| **seen).count() >= 8);
}

/// The same for receiving.
fn open() {
    let (mut world, alice, bob) = in_conversation(6);
    let mut states = [false; 11];
    for round in 0..48 {
        let (from, to) = if round % 2 == 0 { (alice, bob) } else { (bob, alice) };
        if round % 7 == 0 {
            world.say(from, to, b"lost, so that keys are skipped");
        }
        let envelope = world.say(from, to, b"hello");
        states[usize::from(braid_state(&world, to, from))] = true;
        let clean = mark_session(&mut world, to, from);
        let now = world.now;
        let Opened::Message(received) = world.endpoint_mut(to).open(&envelope, now).unwrap() else {
            panic!("no message");
        };
        assert_eq!(published(received.plaintext), b"hello");
        restore(&mut world, to, &clean);
        world.hear(to, &envelope);
    }
    println!("states of the Braid that opened: {states:?}");
    assert!(states.iter().filter(|seen| **seen).count() >= 8);
}

/// Messages and handshakes that are refused: where they were changed must not show in the time.
fn refuse() {
    let (mut world, alice, bob) = in_conversation(7);
    let envelope = world.say(alice, bob, b"hello");
    mark_session(&mut world, bob, alice);
    refuse_changed(&mut world, bob, &envelope);
    let carol = world.join("carol");
    let dave = world.join("dave");
    world.begin(carol, dave);
    let envelope = world.say(carol, dave, b"hello");
    mark_device(&mut world, dave);
    refuse_changed(&mut world, dave, &envelope);
}

fn refuse_changed(world: &mut World, at: Dev, envelope: &[u8]) {
    let now = world.now;
    for position in (20..envelope.len()).step_by(envelope.len() / 9) {
        let mut changed = envelope.to_vec();
        changed[position] ^= 1;
        let _ = black_box(world.endpoint_mut(at).open(&changed, now));
    }
}

fn braid_state(world: &World, at: Dev, peer: Dev) -> u8 {
    let stored = world.endpoint(at).stored_peer(&world.address(peer)).unwrap();
    secrets::braid_state(&stored.active)
}
