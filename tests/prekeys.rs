//! The life of prekeys as a user sees it: handed out, used once, replaced, gone.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use sealwax::handshake::RespondError;
use sealwax::limits::{ONE_TIME_PREKEYS, PREKEY_GRACE, REPLAY_RECORD};
use sealwax::prekey::{BundleError, PrekeyBundle, PrekeyError, PrekeyId, ReplayRefused};
use sealwax::session::{OpenError, Opened};
use sealwax::wire::DecodeError;
use support::alice_and_bob;
use support::bytes::{self, field};

/// Behaviour: a session begins without any one-time prekey, and says that it is weaker.
#[test]
fn no_one_time_prekey_is_needed() {
    let (mut world, alice, bob) = alice_and_bob(6);
    let strong = world.bundle(bob, alice).strength();
    assert!(strong.one_time_x25519 && strong.one_time_kem);
    world.exhaust(bob);
    let weak = world.bundle(bob, alice).strength();
    assert!(!weak.one_time_x25519 && !weak.one_time_kem);
    world.begin(alice, bob);
    world.tell(alice, bob, b"hello");
    world.tell(bob, alice, b"hello yourself");
}

/// Behaviour: zero is no prekey id.
#[test]
fn prekey_id_zero_does_not_exist() {
    assert_eq!(PrekeyId::new(0), None);
    let (mut world, alice, bob) = alice_and_bob(8);
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"hello");
    let signed_prekey_id = field(&envelope, &[2, 1, 2]);
    let zero = bytes::replaced(&envelope, signed_prekey_id, &[0]);
    assert_eq!(
        world.endpoint_mut(bob).open(&zero, support::START).unwrap_err(),
        OpenError::Envelope(DecodeError::NotCanonical)
    );
}

/// Behaviour: a last-resort prekey serves a handshake once, even after the session is forgotten.
#[test]
fn a_replay_to_the_last_resort_prekey_is_refused() {
    let (mut world, alice, bob) = alice_and_bob(17);
    world.exhaust(bob);
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"once");
    world.hear(bob, &envelope);
    let to_alice = world.address(alice);
    world.endpoint_mut(bob).forget(&to_alice);
    let before = world.state(bob);
    let error = world.endpoint_mut(bob).open(&envelope, support::START).unwrap_err();
    let replayed = RespondError::Replay(ReplayRefused::Replayed);
    assert_eq!(error, OpenError::Handshake(replayed));
    assert_eq!(world.state(bob), before);
    // The record survives a restart.
    let mut endpoint = before.endpoint().unwrap();
    let error = endpoint.open(&envelope, support::START).unwrap_err();
    assert_eq!(error, OpenError::Handshake(replayed));
}

/// Behaviour: the replay record has a size, and a full one fails closed until the prekey rotates.
#[test]
fn a_full_replay_record_refuses_until_the_rotation() {
    let (mut world, alice, bob) = alice_and_bob(18);
    world.exhaust(bob);
    let to_alice = world.address(alice);
    for i in 0..=REPLAY_RECORD {
        world.begin(alice, bob);
        let envelope = world.say(alice, bob, b"again");
        let opened = world.open(bob, &envelope);
        if i == REPLAY_RECORD {
            let full = RespondError::Replay(ReplayRefused::RecordFull);
            assert_eq!(opened.unwrap_err(), OpenError::Handshake(full));
            break;
        }
        let Opened::Introduction(introduction) = opened.unwrap() else { panic!("{i}") };
        world.accept(bob, *introduction).unwrap();
        world.endpoint_mut(bob).forget(&to_alice);
    }
    world.advance(support::DAY);
    let done = world.maintain(bob);
    assert!(done.rotated_last_resort && done.publish);
    world.begin(alice, bob);
    world.tell(alice, bob, b"at last");
}

/// Behaviour: prekeys as a user sees their life: handed out once, refilled, rotated weekly, and a
/// bundle that somebody kept answers through the grace and not after it.
#[test]
fn a_kept_bundle_works_until_its_prekeys_are_gone() {
    let (mut world, alice, bob) = alice_and_bob(19);
    world.exhaust(bob);
    let kept = world.fetch(bob);
    let begin = |world: &mut support::World, kept: &[u8]| {
        let permit = world.permit(alice, bob);
        let bundle = PrekeyBundle::decode(kept).unwrap().verify(permit.device(), world.now)?;
        let (now, mut rng) = (world.now, world.rng.clone());
        world.endpoint_mut(alice).initiate(&bundle, None, now, &mut rng).unwrap();
        world.rng = rng;
        world.save(alice);
        Ok::<_, BundleError>(world.say(alice, bob, b"from an old bundle"))
    };
    world.advance(support::DAY * 7);
    let done = world.maintain(bob);
    assert!(done.rotated_signed && done.rotated_last_resort && done.generated > 0);
    let envelope = begin(&mut world, &kept).unwrap();
    world.hear(bob, &envelope);
    let last = begin(&mut world, &kept).unwrap();
    world.advance(PREKEY_GRACE);
    let error = begin(&mut world, &kept).unwrap_err();
    assert!(matches!(error, BundleError::SignedPrekey(PrekeyError::Validity(_))));
    world.maintain(bob);
    assert_eq!(
        world.open(bob, &last).unwrap_err(),
        OpenError::Handshake(RespondError::UnknownPrekey)
    );
}

/// Behaviour: a server hands out no one-time prekey twice, even if the upload is repeated, and who
/// takes them all makes the device generate a bounded number.
#[test]
fn one_time_prekeys_are_handed_out_once() {
    let (mut world, alice, bob) = alice_and_bob(20);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..3 {
        world.exhaust_into(bob, |bytes| {
            let key = bytes[field(bytes, &[4, 1])].to_vec();
            assert!(seen.insert(key), "round {round}");
        });
        world.publish(bob);
        world.maintain(bob);
    }
    assert_eq!(seen.len(), ONE_TIME_PREKEYS);
    assert!(world.bundle(bob, alice).one_time().is_none());
}
