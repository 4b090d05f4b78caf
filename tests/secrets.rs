//! No secret is left behind in memory that is given back.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::mem;

use sealwax::handshake::PreSharedSecret;
use sealwax::identity::{AccountKeyPair, DeviceKeys, LocalDevice};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{Endpoint, Opened};
use sealwax_watch::{Unwiped, Watching, watch};
use support::secrets::of_endpoint;
use support::{World, alice_and_bob, busy, in_conversation};

#[global_allocator]
static ALLOCATOR: Watching = Watching;

const NOTHING: Unwiped = Unwiped { blocks: 0, largest: 0 };

fn restored(endpoint: &Endpoint) -> Endpoint {
    let peers: Vec<_> = endpoint.peers().map(|peer| endpoint.stored_peer(peer).unwrap()).collect();
    let (local, list) = (endpoint.local().clone(), endpoint.own_list().clone());
    Endpoint::restore(local, list, endpoint.prekeys().clone(), &peers).complete().unwrap()
}

/// The allocator sees what it must see: a secret in a block that is freed, and in one that grows.
#[test]
fn an_unwiped_block_would_be_found() {
    let secret: Vec<u8> = (100..132).collect();
    let copy = secret.clone();
    let ((), unwiped) = watch(std::slice::from_ref(&secret), || drop(copy));
    assert_eq!(unwiped, Unwiped { blocks: 1, largest: 32 });
    let mut copy = secret.clone();
    let (copy, unwiped) = watch(std::slice::from_ref(&secret), || {
        copy.reserve(4096);
        copy
    });
    assert_eq!(unwiped.blocks, 1);
    drop(copy);
}

#[test]
fn dropped_keys_are_wiped() {
    let mut world = World::new(3);
    let account = Box::new(AccountKeyPair::generate(&mut world.rng));
    let secrets = [account.to_bytes()[1..33].to_vec()];
    assert_eq!(watch(&secrets, || drop(account)).1, NOTHING);
    let keys = Box::new(DeviceKeys::generate(&mut world.rng));
    let bytes = keys.to_bytes();
    let secrets: Vec<_> = support::secrets::device_keys(&bytes)
        .into_iter()
        .map(|range| bytes[range].to_vec())
        .collect();
    assert_eq!(watch(&secrets, || drop((keys, bytes))).1, NOTHING);
    let psk = Box::new(PreSharedSecret::generate(&mut world.rng));
    let secrets = [psk.to_bytes().to_vec()];
    assert_eq!(watch(&secrets, || drop(psk)).1, NOTHING);
}

/// Behaviour: a device with all it has leaves no secret when it is dropped.
#[test]
fn a_dropped_endpoint_is_wiped() {
    let (mut world, alice, _) = busy(4);
    let copy = restored(world.endpoint(alice));
    let endpoint = mem::replace(world.endpoint_mut(alice), copy);
    let secrets = of_endpoint(&endpoint);
    assert_eq!(watch(&secrets, || drop(endpoint)).1, NOTHING);
}

/// Behaviour: making, keeping and dropping a store leaves no secret. The same generator makes the
/// same keys, so a first run says which.
#[test]
fn a_store_of_prekeys_leaves_nothing() {
    let mut world = World::new(5);
    let live = |world: &mut World| {
        let mut store = PrekeyStore::new(world.now, &mut world.rng);
        for _ in 0..8 {
            world.now = world.now.saturating_add(support::DAY * 8);
            store.maintain(world.now, &mut world.rng).unwrap();
        }
        store
    };
    let (start, rng) = (world.now, world.rng.clone());
    let stored = live(&mut world).to_bytes();
    let mut secrets: Vec<_> = support::secrets::prekeys(&stored)
        .into_iter()
        .map(|range| stored[range].to_vec())
        .collect();
    (world.now, world.rng) = (start, rng.clone());
    let stored = PrekeyStore::new(world.now, &mut world.rng).to_bytes();
    let first = support::secrets::prekeys(&stored).into_iter();
    secrets.extend(first.map(|range| stored[range].to_vec()));
    (world.now, world.rng) = (start, rng);
    assert_eq!(watch(&secrets, || drop(live(&mut world))).1, NOTHING);
}

/// Behaviour: storing and loading leave no copies.
#[test]
fn storing_and_loading_leave_nothing() {
    let (world, alice, bob) = busy(6);
    let endpoint = world.endpoint(alice);
    let secrets = of_endpoint(endpoint);
    let peer = world.address(bob);
    let act = || {
        let keys = endpoint.local().keys().to_bytes();
        let keys = DeviceKeys::from_bytes(&keys).unwrap();
        drop(LocalDevice::new(keys, endpoint.local().certificate().clone()).unwrap());
        drop(PrekeyStore::from_bytes(&endpoint.prekeys().to_bytes()).unwrap());
        drop(endpoint.stored_peer(&peer));
    };
    assert_eq!(watch(&secrets, act).1, NOTHING);
}

/// Behaviour: sending and receiving leave neither the keys that were nor those that come. The same
/// inputs give the same bytes, so a run on a copy says which keys come.
#[test]
fn messages_leave_nothing() {
    let (mut world, alice, bob) = busy(7);
    for round in 0..60 {
        let (from, to) = if round % 2 == 0 { (alice, bob) } else { (bob, alice) };
        let (permit, now) = (world.permit(from, to), world.now);
        let mut copy = restored(world.endpoint(from));
        let mut rng = world.rng.clone();
        copy.encrypt(&permit, b"hello", now, &mut rng).unwrap();
        let secrets = [of_endpoint(world.endpoint(from)), of_endpoint(&copy)].concat();
        let rng = &mut world.rng.clone();
        let endpoint = world.endpoint_mut(from);
        let (sent, unwiped) = watch(&secrets, || endpoint.encrypt(&permit, b"hello", now, rng));
        assert_eq!(unwiped, NOTHING, "sending, round {round}");
        let envelope = sent.unwrap().envelope;
        let mut copy = restored(world.endpoint(to));
        copy.open(&envelope, now).unwrap();
        let secrets = [of_endpoint(world.endpoint(to)), of_endpoint(&copy)].concat();
        let endpoint = world.endpoint_mut(to);
        let (opened, unwiped) = watch(&secrets, || endpoint.open(&envelope, now).unwrap());
        assert!(matches!(opened, Opened::Message(_)));
        assert_eq!(unwiped, NOTHING, "receiving, round {round}");
        if round % 5 == 0 {
            world.say(from, to, b"lost, so that keys are skipped");
        }
        world.tell(from, to, b"hello");
    }
}

/// Behaviour: a handshake leaves neither prekeys nor the new session's keys.
#[test]
fn handshakes_leave_nothing() {
    let (mut world, alice, bob) = alice_and_bob(8);
    let before = of_endpoint(world.endpoint(bob));
    let endpoint = restored(world.endpoint(bob));
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"hello");
    let mut secrets = of_endpoint(world.endpoint(alice));
    let opened = world.open(bob, &envelope).unwrap();
    let Opened::Introduction(introduction) = opened else { panic!("{opened:?}") };
    let sender = world.permit(bob, alice).device().clone();
    world.accept_from(bob, *introduction, &sender).unwrap();
    secrets.extend(of_endpoint(world.endpoint(bob)));
    secrets.extend(before);
    let (now, mut endpoint) = (world.now, endpoint);
    let act = || {
        let Opened::Introduction(introduction) = endpoint.open(&envelope, now).unwrap() else {
            panic!("no introduction");
        };
        endpoint.accept(*introduction, &sender, now).unwrap();
        endpoint
    };
    let (endpoint, unwiped) = watch(&secrets, act);
    assert_eq!(unwiped, NOTHING, "accepting");
    assert_eq!(watch(&secrets, || drop(endpoint)).1, NOTHING, "dropping what accepted");
}

/// Behaviour: the keys of late messages are wiped where they lie, in whatever order these come and
/// while others join them. With the last one, their room is given back.
#[test]
fn late_messages_leave_nothing() {
    let (mut world, alice, bob) = in_conversation(9);
    let mut late = Vec::new();
    for _ in 0..4 {
        late.extend((0..9).map(|_| world.say(alice, bob, b"late")));
        world.tell(alice, bob, b"on time");
    }
    let mut later: Vec<_> = (0..60).map(|_| world.say(alice, bob, b"later")).collect();
    let (newest, now) = (later.pop().unwrap(), world.now);
    let mut copy = restored(world.endpoint(bob));
    copy.open(&newest, now).unwrap();
    let secrets = [of_endpoint(world.endpoint(bob)), of_endpoint(&copy)].concat();
    let endpoint = world.endpoint_mut(bob);
    let mut open = |envelope: &[u8]| {
        assert!(matches!(endpoint.open(envelope, now).unwrap(), Opened::Message(_)));
    };
    let act = || {
        (0..20).for_each(|i| open(&late[i * 7 % 36]));
        open(&newest);
        (20..36).for_each(|i| open(&late[i * 7 % 36]));
        (0..59).for_each(|i| open(&later[i * 7 % 59]));
    };
    assert_eq!(watch(&secrets, act).1, NOTHING);
}
