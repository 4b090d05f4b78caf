//! What is stored: it comes back, damage is refused or loads, nothing secret is printed, and a
//! failure changes no byte of it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::Config;
use sealwax::crypto::{DhSecretKey, KemSecretKey, SigningKey};
use sealwax::handshake::PreSharedSecret;
use sealwax::identity::{AccountKeyPair, Contact, DeviceKeys, LocalDevice, VerifiedDeviceList};
use sealwax::prekey::{PrekeyBundle, PrekeyShelf, PrekeyStore, VerifiedBundle};
use sealwax::session::{Endpoint, Introduction, OpenError, Opened, StateError, StoredPeer};
use support::bytes;
use support::{Dev, Disk, World, alice_and_bob, in_conversation};

/// A world in which every part of a device's state has something in it.
fn rich(seed: u64) -> (World, Dev, Dev) {
    let (mut world, alice, bob) = in_conversation(seed);
    let missing = world.say(alice, bob, b"missing");
    world.tell(alice, bob, b"skips one");
    world.reset(bob, alice);
    world.begin(bob, alice);
    world.say(bob, alice, b"unacknowledged");
    drop(missing);
    let carol = world.join("carol");
    world.exhaust(bob);
    world.begin(carol, bob);
    world.tell(carol, bob, b"through the last resort");
    world.revoke(carol);
    let id = world.address(carol).account;
    world.refresh(bob, &id);
    (world, alice, bob)
}

/// Behaviour: after every step, what was said to have changed is all that changed; a crash between
/// any two steps loses nothing.
#[test]
fn a_crash_between_any_two_steps_loses_nothing() {
    let (mut world, alice, bob) = alice_and_bob(1);
    let crash = |world: &mut World| {
        world.crash(alice);
        world.crash(bob);
    };
    world.begin(alice, bob);
    crash(&mut world);
    for i in 0..6u8 {
        let (first, second) = (world.say(alice, bob, &[i]), world.say(alice, bob, &[i, i]));
        crash(&mut world);
        world.hear(bob, &second);
        crash(&mut world);
        world.hear(bob, &first);
        crash(&mut world);
        world.tell(bob, alice, &[i]);
        crash(&mut world);
    }
    world.reset(bob, alice);
    crash(&mut world);
    world.begin(bob, alice);
    crash(&mut world);
    world.tell(bob, alice, b"anew");
    crash(&mut world);
    world.tell(alice, bob, b"anew");
    assert!(world.agree(alice, bob));
}

/// A stored type: its bytes, and what reading and storing them again gives.
struct Stored {
    name: &'static str,
    bytes: Vec<u8>,
    again: fn(&[u8]) -> Option<Vec<u8>>,
}

fn stored_types(world: &mut World, bob: Dev) -> Vec<Stored> {
    let disk = world.disk(bob);
    let account = disk.contacts.values().last().unwrap().clone();
    let keys = world.account_key("bob").to_bytes().to_vec();
    let device = world.endpoint(bob).local().keys().to_bytes().to_vec();
    let of = |name, bytes, again| Stored { name, bytes, again };
    vec![
        of("AccountKeyPair", keys, |b| {
            Some(AccountKeyPair::from_bytes(b).ok()?.to_bytes().to_vec())
        }),
        of("DeviceKeys", device, |b| Some(DeviceKeys::from_bytes(b).ok()?.to_bytes().to_vec())),
        of("LocalDevice", disk.local, |b| {
            Some(LocalDevice::from_bytes(b).ok()?.to_bytes().to_vec())
        }),
        of("VerifiedDeviceList", disk.own_list, |b| {
            Some(VerifiedDeviceList::from_bytes(b).ok()?.to_bytes())
        }),
        of("Contact", account, |b| Some(Contact::from_bytes(b).ok()?.to_bytes())),
        of("PrekeyStore", disk.prekeys, |b| {
            Some(PrekeyStore::from_bytes(b).ok()?.to_bytes().to_vec())
        }),
    ]
}

/// Behaviour: every stored type comes back as it was, and is refused when cut anywhere, when
/// something follows, and when its version is another.
#[test]
fn stored_bytes_come_back_whole_or_not_at_all() {
    let (mut world, _, bob) = rich(2);
    for Stored { name, bytes, again } in stored_types(&mut world, bob) {
        assert_eq!(again(&bytes).as_ref(), Some(&bytes), "{name}");
        // Reading prekeys derives their public halves: not at each of 13,000 lengths.
        for len in (0..bytes.len()).step_by(bytes.len().div_ceil(700)) {
            assert_eq!(again(&bytes[..len]), None, "{name} cut at {len}");
        }
        assert_eq!(again(&[&bytes[..], &[0]].concat()), None, "{name} with more");
        let other_version = [&[bytes[0] + 1], &bytes[1..]].concat();
        assert_eq!(again(&other_version), None, "{name} of another version");
    }
}

/// Behaviour: the two parts of a peer's state come back, and are refused when cut anywhere.
#[test]
fn a_stored_peer_comes_back_whole_or_not_at_all() {
    let (world, _, bob) = rich(3);
    let disk = world.state(bob);
    assert_eq!(Disk { contacts: disk.contacts.clone(), ..reload(&disk).unwrap() }, disk);
    let whole = disk.endpoint().unwrap();
    let with = |stored: StoredPeer| {
        let (list, prekeys) = (whole.own_list().clone(), whole.prekeys().clone());
        Endpoint::restore(whole.local().clone(), list, prekeys, [&stored]).complete()
    };
    for stored in disk.peers.values() {
        for len in 0..stored.active.len() {
            let active = stored.active[..len].to_vec().into();
            assert!(with(StoredPeer { active, ..stored.clone() }).is_err(), "active cut at {len}");
        }
        for len in 0..stored.archive.len() {
            let archive = stored.archive[..len].to_vec().into();
            assert!(with(StoredPeer { archive, ..stored.clone() }).is_err(), "cut at {len}");
        }
    }
}

fn reload(disk: &Disk) -> Result<Disk, StateError> {
    let endpoint = disk.endpoint()?;
    let stored = |peer: &sealwax::identity::DeviceAddress| endpoint.stored_peer(peer).unwrap();
    Ok(Disk {
        local: endpoint.local().to_bytes().to_vec(),
        own_list: endpoint.own_list().to_bytes(),
        prekeys: endpoint.prekeys().to_bytes().to_vec(),
        contacts: std::collections::BTreeMap::new(),
        peers: endpoint.peers().map(|peer| (peer.clone(), stored(peer))).collect(),
    })
}

/// Behaviour: parts of two different writes are not taken for one state.
#[test]
fn halves_of_different_writes_are_torn() {
    let (mut world, alice, bob) = in_conversation(4);
    let before = world.state(alice);
    world.reset(alice, bob);
    let after = world.state(alice);
    let address = world.address(bob);
    let torn = StoredPeer {
        active: after.peers[&address].active.clone(),
        archive: before.peers[&address].archive.clone(),
    };
    let mut disk = after;
    disk.peers.insert(address, torn);
    assert_eq!(disk.endpoint().unwrap_err(), StateError::Torn);
}

/// Behaviour: the same seeds and times give the same bytes, on the wire and on the disk.
#[test]
fn the_same_inputs_give_the_same_bytes() {
    let run = || {
        let (mut world, alice, bob) = rich(5);
        (world.say(bob, alice, b"same"), world.state(alice), world.state(bob))
    };
    assert_eq!(run(), run());
}

fn is_send_and_sync<T: Send + Sync + 'static>() {}

/// Behaviour: what a caller holds can be moved to and shared with other threads.
#[test]
fn what_a_caller_holds_is_send_and_sync() {
    is_send_and_sync::<Endpoint>();
    is_send_and_sync::<Introduction>();
    is_send_and_sync::<Opened>();
    is_send_and_sync::<OpenError>();
    is_send_and_sync::<StoredPeer>();
    is_send_and_sync::<PrekeyStore>();
    is_send_and_sync::<PrekeyShelf>();
    is_send_and_sync::<VerifiedBundle>();
    is_send_and_sync::<PreSharedSecret>();
    is_send_and_sync::<AccountKeyPair>();
    is_send_and_sync::<DeviceKeys>();
    is_send_and_sync::<LocalDevice>();
    is_send_and_sync::<Contact>();
    is_send_and_sync::<sealwax::identity::SendPermit>();
    is_send_and_sync::<sealwax::identity::SafetyNumber>();
    is_send_and_sync::<sealwax::content::Content>();
    is_send_and_sync::<SigningKey>();
    is_send_and_sync::<DhSecretKey>();
    is_send_and_sync::<KemSecretKey>();
}

/// Refuses text in which bytes can be read: more hex digits in a row than the four bytes by which
/// public things are told apart, or numbers in a row.
fn shows_no_bytes(printed: &str) {
    let hex = |c: char| !c.is_ascii_hexdigit();
    for run in printed.split(hex).filter(|run| run.len() > 8) {
        assert!(run.len() < 20 && run.bytes().all(|b| b.is_ascii_digit()), "{run} is printed");
    }
    let words: Vec<_> = printed.split_whitespace().collect();
    for row in words.windows(12) {
        let numbers = row.iter().map(|word| word.trim_matches(|c| "[](),".contains(c)));
        let numbers = numbers.filter(|number| number.parse::<u8>().is_ok()).count();
        assert!(numbers < 8, "numbers in a row: {row:?}");
    }
}

fn printed(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

/// The checker itself sees what it must see.
#[test]
#[should_panic(expected = "numbers in a row")]
fn a_derived_debug_of_a_secret_would_be_noticed() {
    shows_no_bytes(&printed(&[7u8; 32]));
}

/// Behaviour: no key, secret or not, can be read out of what any type prints, and no plaintext.
#[test]
fn nothing_printed_shows_bytes() {
    let (mut world, alice, bob) = rich(6);
    let psk = PreSharedSecret::generate(&mut world.rng);
    world.endpoint_mut(bob).pre_shared_secrets_mut().push(psk.clone());
    let bundle = world.bundle(bob, alice);
    let permit = world.permit(alice, bob);
    let id = world.address(alice).account;
    let contact = printed(world.contact(bob, &id));
    let shelf = printed(&world.directory.shelves[&world.address(bob)]);
    let carol = world.join("carol");
    world.begin(carol, bob);
    let envelope = world.say(carol, bob, b"a plaintext of many bytes");
    let introduction = printed(&world.open(bob, &envelope).unwrap());
    let received = printed(&world.hear(bob, &envelope));
    let endpoint = world.endpoint(bob);
    let stored = endpoint.stored_peer(&world.address(alice)).unwrap();
    for printed in [
        contact,
        shelf,
        introduction,
        received,
        printed(endpoint),
        printed(endpoint.local()),
        printed(endpoint.local().keys()),
        printed(endpoint.prekeys()),
        printed(&stored),
        printed(&psk),
        printed(&bundle.signed()),
        printed(&permit),
        printed(world.account_key("bob")),
        printed(&SigningKey::generate(&mut world.rng)),
        printed(&DhSecretKey::generate(&mut world.rng)),
        printed(&KemSecretKey::generate(&mut world.rng)),
    ] {
        shows_no_bytes(&printed);
    }
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(6))]

    /// Behaviour: damaged stored bytes are refused or load; either way nothing panics, and what
    /// loads can be stored, used and asked.
    #[test]
    fn damaged_storage_is_refused_or_loads(
        seed in 0..4u64,
        at in prop::collection::vec((any::<prop::sample::Index>(), 1..=255u8), 25),
    ) {
        let (mut world, alice, bob) = rich(seed);
        for Stored { bytes, again, .. } in stored_types(&mut world, bob) {
            for (index, mask) in &at {
                let mut bytes = bytes.clone();
                let len = bytes.len();
                bytes[index.index(len)] ^= mask;
                if let Some(stored) = again(&bytes) {
                    prop_assert!(again(&stored).as_ref() == Some(&stored));
                }
            }
        }
        let envelope = world.say(alice, bob, b"hello");
        let permit = world.permit(bob, alice);
        let mut rng = world.rng.clone();
        let address = world.address(alice);
        let whole = world.endpoint(bob);
        let stored = whole.stored_peer(&address).unwrap();
        for (index, mask) in &at {
            let mut peer = stored.clone();
            let at = index.index(peer.active.len() + peer.archive.len());
            match at.checked_sub(peer.active.len()) {
                None => peer.active[at] ^= mask,
                Some(at) => peer.archive[at] ^= mask,
            }
            let (list, prekeys) = (whole.own_list().clone(), whole.prekeys().clone());
            let restored = Endpoint::restore(whole.local().clone(), list, prekeys, [&peer]);
            if let Ok(mut endpoint) = restored.complete() {
                let _ = endpoint.open(&envelope, world.now);
                let _ = endpoint.encrypt(&permit, b"hello", world.now, &mut rng);
                endpoint.expire(world.now);
                let _ = endpoint.renewal(&address, world.now);
            }
        }
    }

    /// Behaviour: arbitrary bytes are no envelope and no bundle, and cost no panic.
    #[test]
    fn arbitrary_bytes_open_nothing(
        seed in 0..4u64,
        inputs in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 50),
    ) {
        let (mut world, _, bob) = alice_and_bob(seed);
        let before = world.state(bob);
        for input in inputs {
            prop_assert!(world.open(bob, &input).is_err());
            let framed = bytes::session_envelope(&input);
            prop_assert!(matches!(world.open(bob, &framed), Err(_) | Ok(Opened::Unknown)));
            prop_assert!(PrekeyBundle::decode(&input).is_err());
        }
        prop_assert!(world.state(bob) == before);
    }
}
