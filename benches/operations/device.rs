//! What a device makes before its first message, and what it stores.

use std::hint::black_box;

use sealwax::identity::{AccountKeyPair, DeviceKeys};
use sealwax::prekey::{PrekeyBundle, PrekeyStore};
use sealwax::session::Endpoint;

use crate::people::{NOW, Party, acquaint, device, rng};
use crate::{floor, paired, paired_in, row};

pub(crate) fn run() {
    identity();
    prekeys();
    bundle();
    state();
}

fn identity() {
    let mut rng = rng(10);
    let mut primitives = floor::Device::new();
    let times = paired(
        4,
        |_| primitives.identity(),
        |_| {
            black_box((AccountKeyPair::generate(&mut rng), DeviceKeys::generate(&mut rng)));
        },
    );
    row("identity, keys alone", &times);
    let times =
        paired(4, |_| primitives.account(), |_| drop(black_box(device("somebody", &mut rng))));
    row("identity, certified and listed", &times);
}

/// The first publication: 100 one-time prekeys of X25519 and 100 of ML-KEM-768, each signed, and
/// one more of each that is not for one time.
fn prekeys() {
    let mut rng = rng(11);
    let (local, _) = device("somebody", &mut rng);
    let mut primitives = floor::Device::new();
    let times = paired_in(
        20,
        1,
        |_| primitives.prekeys(101),
        |_| PrekeyStore::new(NOW, &mut rng).publication(&local, NOW).encode(),
    );
    row("100 prekeys of each kind", &times);
}

fn bundle() {
    let mut bob = Party::new("bob", &mut rng(12));
    let bytes = bob.handed_out().encode();
    let permit = bob.permit();
    let mut primitives = floor::Device::new();
    let times = paired(
        4,
        |_| primitives.bundle(),
        |_| {
            let bundle = PrekeyBundle::decode(&bytes).unwrap();
            black_box(bundle.verify(permit.device(), NOW).unwrap());
        },
    );
    row("bundle, decoded and verified", &times);
}

/// A session to bytes and back, both beside one X25519.
fn state() {
    let (alice, bob) = acquaint(&mut rng(13));
    let peer = bob.endpoint.local().address();
    let stored = alice.endpoint.stored_peer(peer).unwrap();
    let mut primitives = floor::Handshake::new();
    let times = paired(
        40,
        |_| primitives.x25519(),
        |_| drop(black_box(alice.endpoint.stored_peer(peer).unwrap())),
    );
    row("session to bytes / X25519", &times);
    let endpoint = &alice.endpoint;
    let restore = || {
        let (local, list) = (endpoint.local().clone(), endpoint.own_list().clone());
        Endpoint::restore(local, list, endpoint.prekeys().clone(), [&stored]).complete().unwrap()
    };
    let times = paired(4, |_| primitives.x25519(), |_| drop(black_box(restore())));
    row("session from bytes / X25519", &times);
    let prekeys = endpoint.prekeys().to_bytes();
    let times = paired(
        1,
        |_| primitives.x25519(),
        |_| drop(black_box(PrekeyStore::from_bytes(&prekeys).unwrap())),
    );
    row("prekeys from bytes / X25519", &times);
}
