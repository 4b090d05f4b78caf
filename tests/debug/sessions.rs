//! Devices with prekeys and sessions.

use sealwax::handshake::PreSharedSecret;
use sealwax::session::{Endpoint, Opened};

use crate::TEXT;
use crate::sheet::{Sheet, show};
use crate::support::{Dev, World, busy};

pub(crate) fn devices() -> Sheet {
    let mut sheet = Sheet::default();
    let (mut world, alice, bob) = busy(1);
    messages(&mut sheet, &mut world, alice, bob);
    introduction(&mut sheet, &mut world, alice);
    let endpoint = world.endpoint(alice);
    let (local, prekeys) = (endpoint.local(), endpoint.prekeys());
    let stored = endpoint.stored_peer(&world.address(bob)).unwrap();
    let list = endpoint.own_list().clone();
    show!(sheet, identity::DeviceKeys, local.keys());
    show!(sheet, identity::LocalDevice, local);
    show!(sheet, identity::AccountKeyPair, world.account_key("alice"));
    show!(sheet, prekey::PrekeyStore, prekeys);
    show!(sheet, prekey::Publication, &prekeys.publication(local, world.now));
    show!(sheet, session::Endpoint, endpoint);
    show!(sheet, session::StoredPeer, &stored);
    let restored = Endpoint::restore(local.clone(), list, prekeys.clone(), [&stored]);
    show!(sheet, session::Restored, &restored);
    sheet.drawn(&world.rng);
    sheet.secret(TEXT);
    sheet.secret(&world.account_key("alice").to_bytes());
    for dev in [alice, bob] {
        stored_forms(&mut sheet, world.endpoint(dev));
    }
    sheet
}

fn messages(sheet: &mut Sheet, world: &mut World, alice: Dev, bob: Dev) {
    let envelope = world.say_reportable(bob, alice, TEXT);
    let opened = world.open(alice, &envelope).unwrap();
    show!(sheet, session::Opened, &opened);
    let Opened::Message(received) = opened else { panic!("{opened:?}") };
    let opening = received.opening.as_ref().unwrap();
    show!(sheet, session::Received, &received);
    show!(sheet, report::Opening, opening);
    sheet.secret(&opening.to_bytes());
}

/// Of carol, with a pre-shared secret.
fn introduction(sheet: &mut Sheet, world: &mut World, alice: Dev) {
    let psk = PreSharedSecret::generate(&mut world.rng);
    world.endpoint_mut(alice).pre_shared_secrets_mut().push(psk.clone());
    let carol = world.join("carol");
    world.begin_with(carol, alice, Some(&psk));
    let envelope = world.say(carol, alice, TEXT);
    let opened = world.open(alice, &envelope).unwrap();
    show!(sheet, session::Opened, &opened);
    let Opened::Introduction(introduction) = opened else { panic!("{opened:?}") };
    show!(sheet, session::Introduction, &introduction);
    stored_forms(sheet, world.endpoint(carol));
}

fn stored_forms(sheet: &mut Sheet, endpoint: &Endpoint) {
    sheet.secret(&endpoint.local().to_bytes());
    sheet.secret(&endpoint.prekeys().to_bytes());
    for peer in endpoint.peers() {
        let stored = endpoint.stored_peer(peer).unwrap();
        sheet.secret(&stored.active);
        sheet.secret(&stored.archive);
    }
}
