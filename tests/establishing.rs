//! How sessions begin, as a user of the crate sees it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use sealwax::handshake::{PreSharedSecret, RespondError};
use sealwax::identity::{IdentityEvent, SendRefused, VerifiedDeviceList};
use sealwax::limits::{SILENT_MESSAGES, SILENT_TIME, UNACKNOWLEDGED_SESSION_AGE};
use sealwax::session::{AcceptError, EncryptError, OpenError, Opened, Renewal};
use sealwax::wire::DecodeError;
use support::bytes::{self, field, flipped, handshake};
use support::{Heard, NotHeard, account_id, alice_and_bob, in_conversation};

/// Behaviour: bundle, first message, reply. The initiator is unacknowledged until the reply.
#[test]
fn a_bundle_a_first_message_and_a_reply_make_a_session() {
    let (mut world, alice, bob) = alice_and_bob(1);
    let session = world.begin(alice, bob);
    let to_bob = world.address(bob);
    assert!(!world.endpoint(alice).sessions(&to_bob).unwrap().acknowledged);
    let received = world.tell(alice, bob, b"hello");
    assert_eq!(received.session, session);
    assert!(received.changes.active && received.changes.archive && received.changes.prekeys);
    let reply = world.tell(bob, alice, b"hello yourself");
    assert_eq!(reply.session, session);
    assert!(world.endpoint(alice).sessions(&to_bob).unwrap().acknowledged);
    assert_eq!(world.endpoint(alice).renewal(&to_bob, world.now), None);
    assert!(world.agree(alice, bob));
}

/// Behaviour: a known contact that comes back with another identity is not trusted until somebody
/// acknowledged it, neither for sending nor when it writes.
#[test]
fn a_new_identity_of_a_known_contact_waits_for_a_person() {
    let (mut world, alice, bob) = in_conversation(2);
    // Bob loses everything, his account key too, and begins anew under the same account id.
    let mut other = support::World::new(99);
    let impostor = other.join("bob");
    let lists = other.directory.lists[&account_id("bob")].clone();
    let fresh = lists[0].clone();
    let now = world.now;
    let contact = world.contact(alice, &account_id("bob"));
    let before = contact.to_bytes();
    assert!(matches!(
        contact.update(fresh.clone(), now).unwrap(),
        sealwax::identity::ContactUpdate::OtherAccountKey(_)
    ));
    assert_eq!(contact.to_bytes(), before);
    contact.replace(VerifiedDeviceList::trust_on_first_use(fresh, now).unwrap()).unwrap();
    assert!(matches!(contact.events(), [IdentityEvent::IdentityChanged { .. }]));
    let device = other.address(impostor).device;
    assert_eq!(contact.permit(device, now), Err(SendRefused::Unacknowledged));
    assert!(world.try_permit(alice, bob).is_err());
    world.acknowledge(alice, &account_id("bob"));
    let contact = world.contact(alice, &account_id("bob"));
    assert!(contact.permit(device, now).is_ok());
    assert!(world.try_permit(alice, bob).is_err(), "the old device is not on the new list");
}

/// Behaviour: a message that repeats the handshake after the reply still decrypts, in the same
/// session, which stays usable.
#[test]
fn a_repeated_handshake_after_the_reply_still_decrypts() {
    let (mut world, alice, bob) = alice_and_bob(4);
    let session = world.begin(alice, bob);
    let first = world.say(alice, bob, b"one");
    let second = world.say(alice, bob, b"two");
    world.hear(bob, &first);
    world.tell(bob, alice, b"reply");
    let received = world.hear(bob, &second);
    assert_eq!((received.plaintext.as_slice(), received.session), (b"two".as_slice(), session));
    assert!(!received.changes.prekeys);
    world.tell(bob, alice, b"still here");
    world.tell(alice, bob, b"so am I");
    let to_alice = world.address(alice);
    assert_eq!(world.endpoint(bob).sessions(&to_alice).unwrap().inactive, 0);
}

/// Behaviour: a bad first message does not consume the one-time prekeys; the good one then works,
/// and does.
#[test]
fn a_bad_first_message_consumes_nothing_and_the_good_one_does() {
    let (mut world, alice, bob) = alice_and_bob(5);
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"hello");
    let before = world.state(bob);
    for path in [
        handshake::EPHEMERAL_KEY,
        handshake::KEM_CIPHERTEXT,
        handshake::SEALED_IDENTITY,
        handshake::BODY,
    ] {
        let bad = flipped(&envelope, field(&envelope, path).start * 8 + 9);
        assert!(matches!(world.try_hear(bob, &bad), Err(NotHeard::Open(_))), "{path:?}");
        assert_eq!(world.state(bob), before, "{path:?}");
    }
    world.hear(bob, &envelope);
    assert_ne!(world.state(bob).prekeys, before.prekeys);
    // Forget the session: only the prekeys can refuse now.
    let to_alice = world.address(alice);
    world.endpoint_mut(bob).forget(&to_alice);
    let error = world.endpoint_mut(bob).open(&envelope, support::START).unwrap_err();
    assert_eq!(error, OpenError::Handshake(RespondError::UnknownPrekey));
}

/// Behaviour: several messages before the first reply, arriving in any order, are one session.
#[test]
fn any_of_the_first_messages_may_come_first() {
    let (mut world, alice, bob) = alice_and_bob(7);
    let session = world.begin(alice, bob);
    let envelopes: Vec<_> = (0..5u8).map(|i| world.say(alice, bob, &[i])).collect();
    for i in [3, 0, 4, 2, 1u8] {
        let received = world.hear(bob, &envelopes[usize::from(i)]);
        assert_eq!((received.plaintext, received.session), (vec![i], session));
    }
    world.tell(bob, alice, b"all five");
}

/// Behaviour: an unacknowledged session sends for 30 days and then no more, until a new handshake.
#[test]
fn an_unacknowledged_session_stops_sending_after_30_days() {
    let (mut world, alice, bob) = alice_and_bob(9);
    world.begin(alice, bob);
    let to_bob = world.address(bob);
    world.say(alice, bob, b"anybody?");
    world.advance(UNACKNOWLEDGED_SESSION_AGE);
    world.say(alice, bob, b"on the last day");
    world.advance(std::time::Duration::from_millis(1));
    let before = world.state(alice);
    assert_eq!(world.encrypt(alice, bob, b"too late"), Err(EncryptError::NoSession));
    assert_eq!(world.state(alice), before);
    assert_eq!(world.endpoint(alice).renewal(&to_bob, world.now), Some(Renewal::NeverAnswered));
    world.maintain(bob);
    world.begin(alice, bob);
    world.tell(alice, bob, b"again");
    world.tell(bob, alice, b"here I am");
}

/// Behaviour: the initiator of a session that was answered once sends for ever.
#[test]
fn an_acknowledged_session_sends_after_a_year() {
    let (mut world, alice, bob) = in_conversation(10);
    world.advance(support::DAY * 365);
    world.tell(alice, bob, b"long time no see");
    world.tell(bob, alice, b"indeed");
}

/// Behaviour: another version is refused before any cryptography, whatever follows it.
#[test]
fn other_versions_are_refused_for_their_number_alone() {
    let (mut world, _, bob) = alice_and_bob(11);
    let before = world.state(bob);
    for bytes in [&[8, 2][..], &[8, 2, 0xff, 0xff], &[8, 0x7f], &[]] {
        let error = world.endpoint_mut(bob).open(bytes, support::START).unwrap_err();
        assert_eq!(error.code(), "open/unsupported-version", "{bytes:?}");
    }
    // An unknown suite, before any of its keys is looked at.
    let suite_2 = bytes::handshake_envelope(&[8, 2, 0xff], &[]);
    let error = world.endpoint_mut(bob).open(&suite_2, support::START).unwrap_err();
    assert_eq!(error, OpenError::Envelope(DecodeError::UnsupportedVersion(2)));
    assert_eq!(world.state(bob), before);
}

/// Behaviour: a first message delivered to another device, of somebody else or of the same
/// account, is refused there and stores nothing.
#[test]
fn a_handshake_opens_at_no_other_device() {
    let (mut world, alice, bob) = alice_and_bob(12);
    let (bobs_other, carol) = (world.join("bob"), world.join("carol"));
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"for one device");
    for other in [bobs_other, carol] {
        let before = world.state(other);
        let error = world.open(other, &envelope).unwrap_err();
        assert_eq!(error, OpenError::Handshake(RespondError::NotAuthentic));
        assert_eq!(world.state(other), before);
    }
    world.hear(bob, &envelope);
}

/// Behaviour: a handshake that already made a session makes no second one, whoever brings it, and
/// is never attributed to anybody else.
#[test]
fn the_same_handshake_from_somebody_else_is_still_its_initiators() {
    let (mut world, alice, bob) = alice_and_bob(13);
    let mallory = world.join("mallory");
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"from Alice");
    let Opened::Introduction(introduction) = world.open(bob, &envelope).unwrap() else {
        panic!("not an introduction")
    };
    assert_eq!(introduction.initiator().certificate().address(), &world.address(alice));
    let wrong = world.permit(bob, mallory);
    let before = world.state(bob);
    assert_eq!(
        world.accept_from(bob, *introduction, wrong.device()),
        Err(AcceptError::OtherDevice)
    );
    assert_eq!(world.state(bob), before);
    world.hear(bob, &envelope);
    assert!(matches!(world.try_hear(bob, &envelope), Ok(Heard::Duplicate)));
    let to_mallory = world.address(mallory);
    assert_eq!(world.endpoint(bob).sessions(&to_mallory), None);
}

/// Behaviour: two envelopes opened before either is accepted make one session; the second
/// acceptance finds the prekeys gone and changes nothing, and its message is opened again.
#[test]
fn accepting_twice_is_stale_and_the_message_is_not_lost() {
    let (mut world, alice, bob) = alice_and_bob(14);
    world.begin(alice, bob);
    let envelopes = [world.say(alice, bob, b"one"), world.say(alice, bob, b"two")];
    let [first, second] =
        envelopes.each_ref().map(|envelope| match world.open(bob, envelope).unwrap() {
            Opened::Introduction(introduction) => *introduction,
            other => panic!("{other:?}"),
        });
    world.accept(bob, first).unwrap();
    let before = world.state(bob);
    assert!(matches!(world.accept(bob, second), Err(NotHeard::Accept(AcceptError::Stale))));
    assert_eq!(world.state(bob), before);
    assert_eq!(world.hear(bob, &envelopes[1]).plaintext, b"two");
}

/// Behaviour: a pre-shared secret that both know is used; one that the responder does not know, or
/// knows otherwise, ends the handshake without a trace.
#[test]
fn a_pre_shared_secret_must_be_known() {
    let (mut world, alice, bob) = alice_and_bob(15);
    let secret = PreSharedSecret::generate(&mut world.rng);
    let other = PreSharedSecret::generate(&mut world.rng);
    world.begin_with(alice, bob, Some(&secret));
    let envelope = world.say(alice, bob, b"by the link");
    let before = world.state(bob);
    for known in [None, Some(&other)] {
        *world.endpoint_mut(bob).pre_shared_secrets_mut() = known.into_iter().cloned().collect();
        let error = world.open(bob, &envelope).unwrap_err();
        assert_eq!(error, OpenError::Handshake(RespondError::UnknownPreSharedSecret));
        assert_eq!(world.state(bob), before);
    }
    let given = PreSharedSecret::from_bytes(*secret.to_bytes());
    *world.endpoint_mut(bob).pre_shared_secrets_mut() = vec![other, given];
    world.hear(bob, &envelope);
    world.tell(bob, alice, b"it is you");
    world.tell(alice, bob, b"it is");
}

/// Behaviour: who knows secrets accepts handshakes without one, and the initiator's own secrets
/// are not used unasked.
#[test]
fn knowing_secrets_does_not_demand_them() {
    let (mut world, alice, bob) = alice_and_bob(16);
    let secret = PreSharedSecret::generate(&mut world.rng);
    world.endpoint_mut(bob).pre_shared_secrets_mut().push(secret.clone());
    world.endpoint_mut(alice).pre_shared_secrets_mut().push(secret);
    world.begin(alice, bob);
    world.tell(alice, bob, b"without");
    world.tell(bob, alice, b"fine");
}

/// Behaviour: silence is the only sign of a lost session. After 500 unanswered messages, or 14
/// days, a new handshake is due; an answer resets both counts.
#[test]
fn a_silent_peer_makes_a_new_handshake_due() {
    let (mut world, alice, bob) = in_conversation(21);
    let to_bob = world.address(bob);
    let due = |world: &support::World| world.endpoint(alice).renewal(&to_bob, world.now);
    for _ in 1..SILENT_MESSAGES {
        world.say(alice, bob, b"anybody?");
    }
    assert_eq!(due(&world), None);
    world.say(alice, bob, b"anybody?");
    assert_eq!(due(&world), Some(Renewal::Silent));
    world.tell(bob, alice, b"yes");
    assert_eq!(due(&world), None);
    world.advance(SILENT_TIME);
    assert_eq!(due(&world), None, "nothing was said, so nothing is unanswered");
    world.say(alice, bob, b"anybody?");
    world.advance(SILENT_TIME.saturating_sub(std::time::Duration::from_millis(1)));
    assert_eq!(due(&world), None);
    world.advance(std::time::Duration::from_millis(1));
    assert_eq!(due(&world), Some(Renewal::Silent));
    world.begin(alice, bob);
    world.tell(alice, bob, b"a new session");
    world.tell(bob, alice, b"good");
    assert_eq!(due(&world), None);
}
