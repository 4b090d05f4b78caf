//! A failure changes no stored byte, whichever way a message goes.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::Config;
use sealwax::session::{DecryptError, OpenError};
use support::bytes::{self, field, flipped, handshake, session};
use support::{Dev, Heard, NotHeard, World, alice_and_bob, in_conversation};

/// Behaviour: a failed first message stores nothing, whether the peer is unknown or has sessions,
/// active and inactive.
#[test]
fn a_failed_handshake_leaves_every_byte_as_it_was() {
    for known in [false, true] {
        let (mut world, alice, bob) = alice_and_bob(7);
        if known {
            world.begin(alice, bob);
            world.tell(alice, bob, b"a");
            world.tell(bob, alice, b"b");
            world.reset(bob, alice);
            world.reset(alice, bob);
        }
        world.begin(alice, bob);
        let envelope = world.say(alice, bob, b"hello");
        let before = world.state(bob);
        for path in [handshake::ALL, handshake::MESSAGE, handshake::BODY] {
            let range = field(&envelope, path);
            for bit in [range.start * 8 + 1, range.end * 8 - 1] {
                assert!(matches!(
                    world.try_hear(bob, &flipped(&envelope, bit)),
                    Err(NotHeard::Open(_))
                ));
                assert_eq!(world.state(bob), before, "bit {bit} of {path:?}");
            }
        }
        world.hear(bob, &envelope);
    }
}

/// Behaviour: a ciphertext wrapped again with another handshake is refused and nothing changes:
/// with another ephemeral key, and with another genuine handshake.
#[test]
fn a_message_wrapped_with_another_handshake_is_refused() {
    let (mut world, alice, bob) = alice_and_bob(8);
    let mallory = world.join("mallory");
    world.begin(alice, bob);
    world.tell(alice, bob, b"hello");
    let envelope = world.say(alice, bob, b"to be wrapped");
    world.begin(mallory, bob);
    let hers = world.say(mallory, bob, b"hello");
    let other_key = bytes::replaced(
        &envelope,
        field(&envelope, handshake::EPHEMERAL_KEY),
        &hers[field(&hers, handshake::EPHEMERAL_KEY)],
    );
    let other_handshake = bytes::handshake_envelope(
        &hers[field(&hers, handshake::ALL)],
        &envelope[field(&envelope, handshake::MESSAGE)],
    );
    let before = world.state(bob);
    for wrapped in [other_key, other_handshake] {
        let error = match world.try_hear(bob, &wrapped) {
            Err(NotHeard::Open(OpenError::Message { error, .. })) => error,
            other => panic!("{other:?}"),
        };
        assert_eq!(error, DecryptError::OtherHandshake);
        assert_eq!(world.state(bob), before);
    }
    // Stripped of its handshake it is the same message.
    let message = &envelope[field(&envelope, handshake::MESSAGE)];
    world.hear(bob, &bytes::session_envelope(message));
    assert!(matches!(world.try_hear(bob, &envelope), Ok(Heard::Duplicate)));
}

/// One envelope on each way through the code, with the devices that are to open it.
fn one_of_each_kind(seed: u64) -> (World, Dev, Vec<(&'static str, Vec<u8>)>) {
    let (mut world, alice, bob) = in_conversation(seed);
    let inactive = world.say(alice, bob, b"in a session that becomes inactive");
    world.reset(alice, bob);
    world.begin(alice, bob);
    world.tell(alice, bob, b"anew");
    let unanswered = world.say(alice, bob, b"with the handshake, session known");
    world.tell(bob, alice, b"anew");
    let (skipped, old_chain) = (world.say(alice, bob, b"skipped"), world.say(alice, bob, b"too"));
    world.tell(alice, bob, b"skips two");
    world.tell(bob, alice, b"turn");
    world.tell(alice, bob, b"turn");
    let current = world.say(alice, bob, b"the current chain");
    world.tell(alice, bob, b"once more");
    let ahead = world.say(alice, bob, b"ahead");
    world.tell(bob, alice, b"turn");
    let next = world.say(alice, bob, b"a new chain");
    let carol = world.join("carol");
    world.begin(carol, bob);
    let first = world.say(carol, bob, b"a new peer");
    world.exhaust(bob);
    let dave = world.join("dave");
    world.begin(dave, bob);
    let last_resort = world.say(dave, bob, b"a new peer through the last resort");
    let kinds = vec![
        ("inactive session", inactive),
        ("known handshake", unanswered),
        ("skipped key", skipped),
        ("old chain", old_chain),
        ("current chain", current),
        ("current chain, ahead", ahead),
        ("new chain", next),
        ("first message", first),
        ("first message, last resort", last_resort),
    ];
    (world, bob, kinds)
}

/// Behaviour: each part of a session's message is bound to it: none can be taken from another.
#[test]
fn parts_of_two_messages_make_no_third() {
    let (mut world, alice, bob) = in_conversation(9);
    let (one, two) = (world.say(alice, bob, b"one"), world.say(alice, bob, b"two"));
    let before = world.state(bob);
    for path in [session::NONCE, session::SEARCH_TAG, session::HEADER, session::BODY] {
        let mixed = bytes::replaced(&one, field(&one, path), &two[field(&two, path)]);
        match world.try_hear(bob, &mixed) {
            Err(NotHeard::Open(OpenError::Message { .. })) | Ok(Heard::Unknown) => {}
            other => panic!("{path:?}: {other:?}"),
        }
        assert_eq!(world.state(bob), before, "{path:?}");
    }
    assert_eq!(field(&one, session::MESSAGE).end, one.len());
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(6))]

    /// Behaviour: whichever way a message goes, one flipped bit anywhere leaves every stored byte as
    /// it was, and the message opens afterwards.
    #[test]
    fn a_flipped_bit_changes_nothing_on_any_way(
        seed in 0..u64::MAX,
        at in prop::collection::vec(any::<prop::sample::Index>(), 12),
    ) {
        let (mut world, bob, kinds) = one_of_each_kind(seed);
        for (kind, envelope) in kinds {
            let before = world.state(bob);
            for index in &at {
                let bad = flipped(&envelope, index.index(envelope.len() * 8));
                match world.try_hear(bob, &bad) {
                    Err(NotHeard::Open(_)) | Ok(Heard::Unknown) => {}
                    // The handshake is known, the message is nobody's.
                    Ok(Heard::TooOld) if kind == "known handshake" => {}
                    other => prop_assert!(false, "{}: {:?}", kind, other),
                }
                prop_assert!(world.state(bob) == before, "{}", kind);
            }
            for len in at.iter().map(|index| index.index(envelope.len())) {
                prop_assert!(world.try_hear(bob, &envelope[..len]).is_err());
            }
            prop_assert!(world.state(bob) == before, "{}", kind);
            world.hear(bob, &envelope);
        }
    }
}
