//! What a network does to messages, and what becomes of them.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::VecDeque;

use rand_chacha::rand_core::Rng;
use sealwax::limits::{CONTENT_BYTES, ENVELOPE_BYTES, SKIP, SKIPPED_KEY_AGE, SKIPPED_KEYS};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{Changes, DecryptError, EncryptError, OpenError, Opened};
use support::bytes::{field, flipped, session};
use support::{DAY, Dev, Heard, NotHeard, World, in_conversation};

fn shuffle<T>(world: &mut World, items: &mut [T]) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(world, i + 1));
    }
}

fn below(world: &mut World, bound: usize) -> usize {
    world.rng.next_u32() as usize % bound
}

/// Behaviour: 50 and 50 messages each way, shuffled, half of them late.
#[test]
fn fifty_and_fifty_shuffled_each_way() {
    let (mut world, alice, bob) = in_conversation(1);
    for (from, to) in [(alice, bob), (bob, alice)] {
        let mut late = Vec::new();
        for half in 0..2u8 {
            let mut sent: Vec<_> =
                (0..50u8).map(|i| ([half, i], world.say(from, to, &[half, i]))).collect();
            shuffle(&mut world, &mut sent);
            late.extend(sent.split_off(25));
            for (text, envelope) in sent {
                assert_eq!(world.hear(to, &envelope).plaintext, text);
            }
        }
        world.tell(to, from, b"half of them came");
        world.tell(from, to, b"more will");
        shuffle(&mut world, &mut late);
        for (text, envelope) in late {
            assert_eq!(world.hear(to, &envelope).plaintext, text);
        }
    }
}

/// Behaviour: the oldest skipped keys are evicted at the limit, which is reported, and a message
/// that comes after its key went is too old rather than a duplicate.
#[test]
fn evicted_keys_are_reported_and_their_messages_too_old() {
    let (mut world, alice, bob) = in_conversation(2);
    let count = SKIPPED_KEYS + 300;
    let sent: Vec<_> = (0..count).map(|_| world.say(alice, bob, b"one of many")).collect();
    assert_eq!(world.hear(bob, &sent[1_000]).dropped_keys, 0);
    assert_eq!(world.hear(bob, &sent[2_000]).dropped_keys, 0);
    let dropped = world.hear(bob, &sent[count - 1]).dropped_keys as usize;
    assert_eq!(dropped, count - 3 - SKIPPED_KEYS);
    assert!(matches!(world.try_hear(bob, &sent[5]), Ok(Heard::TooOld)));
    assert!(matches!(world.try_hear(bob, &sent[dropped - 1]), Ok(Heard::TooOld)));
    world.hear(bob, &sent[dropped]);
    assert!(matches!(world.try_hear(bob, &sent[dropped]), Ok(Heard::Duplicate)));
    assert!(matches!(world.try_hear(bob, &sent[2_000]), Ok(Heard::Duplicate)));
    world.tell(bob, alice, b"that was a lot");
    world.tell(alice, bob, b"it was");
}

/// Behaviour: a message may skip so many and no more, between one's own devices too; nothing
/// changes at the refusal, and what was missing can still come.
#[test]
fn a_jump_over_the_limit_is_refused() {
    let mut world = World::new(3);
    let (phone, laptop) = (world.join("alice"), world.join("alice"));
    world.begin(phone, laptop);
    world.tell(phone, laptop, b"hello");
    world.tell(laptop, phone, b"hello");
    let sent: Vec<_> = (0..=SKIP + 1).map(|_| world.say(phone, laptop, b"jump")).collect();
    let before = world.state(laptop);
    let Err(NotHeard::Open(error)) = world.try_hear(laptop, &sent[SKIP as usize + 1]) else {
        panic!("a jump over the limit")
    };
    assert!(matches!(
        error,
        OpenError::Message { error: DecryptError::TooFarAhead { skipped }, .. }
            if skipped == SKIP + 1
    ));
    assert_eq!(world.state(laptop), before);
    world.hear(laptop, &sent[SKIP as usize]);
    world.hear(laptop, &sent[SKIP as usize + 1]);
    world.hear(laptop, &sent[0]);
}

/// Behaviour: skipped keys die of age, and say so.
#[test]
fn skipped_keys_expire() {
    let (mut world, alice, bob) = in_conversation(4);
    let (missing, later) = (world.say(alice, bob, b"lost"), world.say(alice, bob, b"found"));
    world.hear(bob, &later);
    world.advance(SKIPPED_KEY_AGE + DAY);
    let to_alice = world.address(alice);
    let now = world.now;
    let changes = Changes { active: true, ..Changes::default() };
    assert_eq!(world.endpoint_mut(bob).expire(now), [(to_alice, changes)]);
    world.save(bob);
    assert!(matches!(world.try_hear(bob, &missing), Ok(Heard::TooOld)));
    world.tell(alice, bob, b"go on");
}

/// Behaviour: the same message twice is a duplicate, now and after later messages and turns, and
/// changes nothing.
#[test]
fn duplicates_are_told() {
    let (mut world, alice, bob) = in_conversation(5);
    let envelope = world.say(alice, bob, b"once");
    world.hear(bob, &envelope);
    for text in [b"a".as_slice(), b"b"] {
        let before = world.state(bob);
        assert!(matches!(world.try_hear(bob, &envelope), Ok(Heard::Duplicate)));
        assert_eq!(world.state(bob), before);
        world.tell(bob, alice, text);
        world.tell(alice, bob, text);
    }
}

/// Behaviour: a message is never opened twice, however long the conversation has gone on.
#[test]
fn no_message_opens_twice() {
    let (mut world, alice, bob) = in_conversation(6);
    let mut seen = Vec::new();
    for i in 0..60u8 {
        let envelope = world.say(alice, bob, &[i]);
        world.hear(bob, &envelope);
        seen.push(envelope);
        world.tell(bob, alice, &[i]);
    }
    let before = world.state(bob);
    for envelope in &seen {
        let again = world.try_hear(bob, envelope);
        assert!(matches!(again, Ok(Heard::Duplicate | Heard::TooOld | Heard::Unknown)));
    }
    assert_eq!(world.state(bob), before);
}

/// Behaviour: a damaged message is refused and named, the session goes on, and the undamaged one
/// still opens.
#[test]
fn a_damaged_message_is_named_and_can_be_sent_again() {
    let (mut world, alice, bob) = in_conversation(7);
    let permit = world.permit(alice, bob);
    let encrypted = world.encrypt(alice, bob, b"precious").unwrap();
    assert_eq!(permit.address(), &world.address(bob));
    let before = world.state(bob);
    let body = field(&encrypted.envelope, session::BODY);
    let Err(NotHeard::Open(error)) =
        world.try_hear(bob, &flipped(&encrypted.envelope, body.start * 8))
    else {
        panic!("a damaged message")
    };
    let OpenError::Message { peer, wire_id, error, .. } = error else { panic!("{error}") };
    assert_eq!((peer, wire_id), (world.address(alice), encrypted.wire_id));
    assert_eq!(error, DecryptError::NotAuthentic);
    assert_eq!(world.state(bob), before);
    world.hear(bob, &encrypted.envelope);
}

/// Behaviour: a long random conversation: sent, lost, delayed and reordered by up to 30 places,
/// with a crash now and then.
fn converse(seed: u64, steps: usize) {
    let (mut world, alice, bob) = in_conversation(seed);
    let mut wires: [VecDeque<(usize, Vec<u8>)>; 2] = [VecDeque::new(), VecDeque::new()];
    let mut delivered = 0;
    for step in 0..steps {
        let towards = below(&mut world, 2);
        let (from, to) = if towards == 0 { (alice, bob) } else { (bob, alice) };
        match below(&mut world, 20) {
            0..=8 => {
                let envelope = world.say(from, to, &step.to_be_bytes());
                wires[towards].push_back((step, envelope));
            }
            9..=16 => delivered += usize::from(deliver(&mut world, to, &mut wires[towards], 1)),
            17 | 18 => delivered += usize::from(deliver(&mut world, to, &mut wires[towards], 30)),
            _ => {
                wires[towards].pop_front();
                if step % 7 == 0 {
                    world.crash(to);
                }
            }
        }
    }
    assert!(delivered > steps / 4, "{delivered}");
    for (from, to) in [(alice, bob), (bob, alice)] {
        let wire = &mut wires[usize::from(from == bob)];
        while deliver(&mut world, to, wire, 30) {}
    }
    assert!(world.agree(alice, bob));
    world.tell(alice, bob, b"the end");
    world.tell(bob, alice, b"the very end");
}

/// Delivers one of the first `reach` messages on a wire.
fn deliver(
    world: &mut World,
    to: Dev,
    wire: &mut VecDeque<(usize, Vec<u8>)>,
    reach: usize,
) -> bool {
    if wire.is_empty() {
        return false;
    }
    let at = below(world, wire.len().min(reach));
    let (step, envelope) = wire.remove(at).unwrap();
    assert_eq!(world.hear(to, &envelope).plaintext, step.to_be_bytes());
    true
}

#[test]
fn long_random_conversations_go_on() {
    for seed in 0..3 {
        converse(100 + seed, 1_000);
    }
}

#[test]
#[ignore = "takes long"]
fn very_long_random_conversations_go_on() {
    for seed in 0..3 {
        converse(200 + seed, 20_000);
    }
}

/// Behaviour: the post-quantum ratchet moves on while two people talk: no envelope is larger for
/// it, and what is stored of a session stays bounded.
#[test]
fn the_post_quantum_half_is_there_and_bounded() {
    let (mut world, alice, bob) = in_conversation(8);
    let to_bob = world.address(bob);
    let mut envelope_sizes = std::collections::BTreeSet::new();
    let mut state_sizes = std::collections::BTreeSet::new();
    for i in 0..200u8 {
        let envelope = world.say(alice, bob, &[i]);
        envelope_sizes.insert(envelope.len());
        world.hear(bob, &envelope);
        world.tell(bob, alice, &[i]);
        state_sizes.insert(world.endpoint(alice).stored_active(&to_bob).unwrap().len());
    }
    assert_eq!(envelope_sizes.len(), 1, "one size of envelope: {envelope_sizes:?}");
    assert!(state_sizes.len() > 3, "key pairs and ciphertexts come and go: {state_sizes:?}");
    assert!(state_sizes.last().unwrap() < &16_384, "{state_sizes:?}");
}

/// Behaviour: mass communication. One device has sessions with a thousand others, the right one is
/// found for every message, and all of them survive a restart.
#[test]
fn a_thousand_sessions_and_the_right_one_is_found() {
    let mut world = World::new(9);
    let bob = world.join("bob");
    // The peers publish nothing, so they can share what would be their prekeys.
    let prekeys = PrekeyStore::new(world.now, &mut world.rng);
    let peers: Vec<_> =
        (0..1_000).map(|i| world.join_with(&format!("peer {i}"), prekeys.clone())).collect();
    for (i, peer) in peers.iter().enumerate() {
        world.begin(*peer, bob);
        let envelope = world.say(*peer, bob, &i.to_be_bytes());
        let Opened::Introduction(introduction) = world.open(bob, &envelope).unwrap() else {
            panic!("{i}")
        };
        world.accept(bob, *introduction).unwrap();
    }
    world.crash(bob);
    for _ in 0..300 {
        let i = below(&mut world, peers.len());
        let envelope = world.say(peers[i], bob, &i.to_be_bytes());
        let received = world.hear(bob, &envelope);
        assert_eq!(received.sender, world.address(peers[i]));
        assert_eq!(received.plaintext, i.to_be_bytes());
    }
    assert_eq!(world.endpoint(bob).peers().count(), 1_000);
    for i in (0..1_000).step_by(50) {
        world.tell(bob, peers[i], b"to you");
    }
}

/// Behaviour: the longest plaintext fits, before the first reply too, and one byte more does not.
#[test]
fn the_longest_plaintext_fits_and_no_longer_one() {
    let mut world = World::new(10);
    let (alice, bob) = (world.join("alice"), world.join("bob"));
    world.begin(alice, bob);
    let longest = vec![7; CONTENT_BYTES];
    let envelope = world.say(alice, bob, &longest);
    assert!(envelope.len() <= ENVELOPE_BYTES);
    assert_eq!(world.hear(bob, &envelope).plaintext, longest);
    let before = world.state(alice);
    let longer = vec![7; CONTENT_BYTES + 1];
    assert_eq!(world.encrypt(alice, bob, &longer), Err(EncryptError::TooLarge));
    assert_eq!(world.state(alice), before);
    world.tell(bob, alice, &longest);
    world.tell(bob, alice, b"");
}

/// Behaviour: an envelope shows who is talking neither by its bytes nor by its length.
#[test]
fn an_envelope_shows_neither_names_nor_keys_nor_short_lengths() {
    let mut world = World::new(11);
    let (alice, bob) = (world.join("alice of wonderland"), world.join("bob the builder"));
    let session = world.begin(alice, bob);
    let first = world.say(alice, bob, b"hello");
    world.hear(bob, &first);
    world.tell(bob, alice, b"hello");
    let later = world.say(alice, bob, b"hello");
    let mut telling = vec![session.as_bytes().to_vec()];
    for dev in [alice, bob] {
        let certificate = world.endpoint(dev).local().certificate();
        telling.push(certificate.account().as_bytes().to_vec());
        telling.push(certificate.account_key().as_bytes().to_vec());
        telling.push(certificate.keys().signing.as_bytes().to_vec());
        telling.push(certificate.keys().identity.as_bytes().to_vec());
    }
    for bytes in telling {
        for envelope in [&first, &later] {
            assert!(envelope.windows(8).all(|window| !bytes.windows(8).any(|b| b == window)));
        }
    }
    for len in [0, 1, 64, 127] {
        assert_eq!(world.say(alice, bob, &vec![1; len]).len(), later.len(), "{len} bytes");
    }
    assert!(world.say(alice, bob, &[1; 128]).len() > later.len());
}
