//! Whose sessions they are.

use super::*;
use crate::handshake::PreSharedSecret;
use crate::identity::fixture::{Account, month, restarted, rotate};
use crate::prekey::HandshakeStrength;

fn introduction(to: &mut Party, envelope: &[u8]) -> Introduction {
    match to.endpoint.open(envelope, NOW).unwrap() {
        Opened::Introduction(introduction) => *introduction,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_session_is_accepted_with_the_proof_of_the_very_device() {
    let (mut alice, mut bob, mut rng) = parties(10);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, b"hello", &mut rng);
    let other_keys = impostor_of("alice", &alice, &mut rng);
    let other_address = Party::new("carol", &mut rng);
    for other in [other_keys, other_address] {
        let introduction = introduction(&mut bob, &envelope);
        let refused = bob.endpoint.accept(introduction, other.permit().device(), NOW);
        assert_eq!(refused, Err(AcceptError::OtherDevice));
        assert_eq!(bob.endpoint.peers().next(), None);
    }
    assert_eq!(bob.hear(&alice, &envelope).plaintext, b"hello");
}

/// Whoever has somebody's certificate, and every ephemeral key, is not heard as its owner.
#[test]
fn nobody_is_heard_under_a_certificate_without_its_agreement_key() {
    let (alice, mut bob, mut rng) = parties(14);
    let certificate = alice.endpoint.local().certificate().clone();
    let mallory = LocalDevice::unchecked(DeviceKeys::generate(&mut rng), certificate);
    let own_list = alice.endpoint.own_list().clone();
    let mut mallory = Endpoint::new(mallory, own_list, PrekeyStore::new(NOW, &mut rng));
    mallory.initiate(&bob.bundle(), None, NOW, &mut rng).unwrap();
    let sent = mallory.encrypt(&bob.permit(), b"it is me, alice", NOW, &mut rng).unwrap();
    let refused = bob.endpoint.open(&sent.envelope, NOW).unwrap_err();
    assert_eq!(refused.code(), "open/first-message");
    assert_eq!(bob.endpoint.peers().next(), None);
}

#[test]
fn nothing_is_encrypted_for_other_keys_under_a_known_address() {
    let (mut alice, mut bob, mut rng) = parties(11);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let address = bob.endpoint.local().address().clone();
    let before = alice.endpoint.stored_peer(&address);
    let mallory = impostor_of("bob", &bob, &mut rng);
    let refused = alice.endpoint.encrypt(&mallory.permit(), b"secret", NOW, &mut rng);
    assert_eq!(refused.unwrap_err(), EncryptError::OtherDevice);
    assert_eq!(alice.endpoint.stored_peer(&address), before);
}

#[test]
fn an_introduction_says_what_it_is_protected_by() {
    let (mut alice, mut bob, mut rng) = parties(12);
    let psk = PreSharedSecret::generate(&mut rng);
    bob.endpoint.pre_shared_secrets_mut().push(psk.clone());
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, Some(&psk), NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, b"by the link", &mut rng);
    let first = introduction(&mut bob, &envelope);
    let strong = HandshakeStrength { one_time_x25519: true, one_time_kem: true };
    assert_eq!((first.strength(), first.pre_shared_secret()), (strong, Some(psk.id())));
    assert_eq!(first.plaintext(), b"by the link");

    while bob.shelf.one_time_ids().next().is_some() {
        bob.shelf.take_bundle(NOW);
    }
    let mut carol = Party::new("carol", &mut rng);
    let bundle = bob.bundle();
    carol.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = carol.say(&bob, b"too late", &mut rng);
    let late = introduction(&mut bob, &envelope);
    let weak = HandshakeStrength { one_time_x25519: false, one_time_kem: false };
    assert_eq!((late.strength(), late.pre_shared_secret()), (weak, None));
}

#[test]
fn the_own_list_moves_to_an_account_key_that_the_known_one_leads_to_and_to_no_other() {
    let alice = Account::new("alice", 1, 1);
    let mut rng = ChaCha20Rng::seed_from_u64(13);
    let (local, prekeys) = (alice.devices[0].clone(), PrekeyStore::new(NOW, &mut rng));
    let mut endpoint = Endpoint::new(local, alice.verified_list(), prekeys);

    let mut stranger = restarted(&alice, 9);
    stranger.add_device(&mut rng);
    let next = ListDraft::after(&stranger.verified_list()).sign(&stranger.pair, month(NOW));
    let next = VerifiedDeviceList::trust_on_first_use(next.unwrap(), NOW).unwrap();
    assert_eq!(endpoint.set_own_list(next), Err(OwnListRefused::OtherKey));
    assert_eq!(endpoint.own_list().hash(), alice.verified_list().hash());

    let mut contact = alice.contact();
    rotate(&mut contact, &alice);
    assert_eq!(endpoint.set_own_list(contact.list().clone()), Ok(()));
    assert_eq!(endpoint.own_list().hash(), contact.list().hash());
    assert_eq!(endpoint.set_own_list(alice.verified_list()), Err(OwnListRefused::Older));
}
