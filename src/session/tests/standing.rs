//! Which sessions send, which are left, and what expires.

use super::*;
use crate::limits::{INACTIVE_SESSION_AGE, SIMULTANEOUS_GRACE, SKIPPED_KEY_AGE};

fn after(time: Duration) -> Timestamp {
    NOW.saturating_add(time)
}

fn just_past(time: Duration) -> Timestamp {
    after(time + Duration::from_millis(1))
}

fn address(party: &Party) -> DeviceAddress {
    party.endpoint.local().address().clone()
}

fn begin(from: &mut Party, with: &mut Party, rng: &mut ChaCha20Rng) -> SessionId {
    let bundle = with.bundle();
    from.endpoint.initiate(&bundle, None, NOW, rng).unwrap().session
}

/// A later message of an older session brings it back only as long as the later one is unanswered.
#[test]
fn a_session_that_came_back_is_left_for_good_once_the_later_one_is_answered() {
    let (mut alice, mut bob, mut rng) = parties(16);
    let to_bob = address(&bob);
    let first = begin(&mut alice, &mut bob, &mut rng);
    talk(&mut alice, &mut bob, &mut rng);
    let late = [0; 2].map(|_| bob.say(&alice, b"late", &mut rng));
    let second = begin(&mut alice, &mut bob, &mut rng);
    let anew = alice.say(&bob, b"anew", &mut rng);
    let now = after(SIMULTANEOUS_GRACE);
    let active = |alice: &Party| alice.endpoint.sessions(&to_bob).unwrap().active;

    assert!(matches!(alice.endpoint.open(&late[0], now), Ok(Opened::Message(_))));
    assert_eq!(active(&alice), Some(first));
    bob.hear(&alice, &anew);
    let answer = bob.say(&alice, b"answer", &mut rng);
    assert!(matches!(alice.endpoint.open(&answer, now), Ok(Opened::Message(_))));
    assert_eq!(active(&alice), Some(second));
    assert!(matches!(alice.endpoint.open(&late[1], now), Ok(Opened::Message(_))));
    assert_eq!(active(&alice), Some(second));
    assert_eq!(alice.endpoint.renewal(&to_bob, now), Some(Renewal::OldSession));
}

#[test]
fn a_session_that_only_receives_can_be_reset_too_and_one_that_is_not_there_cannot() {
    let (mut alice, mut bob, mut rng) = parties(17);
    let to_bob = address(&bob);
    let first = begin(&mut alice, &mut bob, &mut rng);
    talk(&mut alice, &mut bob, &mut rng);
    let late = bob.say(&alice, b"late", &mut rng);
    let second = begin(&mut alice, &mut bob, &mut rng);
    let other = begin(&mut bob, &mut alice, &mut rng);
    assert_eq!(alice.endpoint.reset(&to_bob, other, NOW), None);
    assert_eq!(alice.endpoint.reset(&to_bob, first, NOW), Some(Changes::BOTH_PARTS));
    let now = after(SIMULTANEOUS_GRACE);
    assert!(matches!(alice.endpoint.open(&late, now), Ok(Opened::Message(_))));
    let sessions = alice.endpoint.sessions(&to_bob).unwrap();
    assert_eq!((sessions.active, sessions.inactive), (Some(second), 1));
}

/// Bob's first message is missing at Alice's.
fn with_a_missing_message(seed: u64) -> (Party, Party, ChaCha20Rng) {
    let (mut alice, mut bob, mut rng) = parties(seed);
    begin(&mut alice, &mut bob, &mut rng);
    talk(&mut alice, &mut bob, &mut rng);
    bob.say(&alice, b"lost", &mut rng);
    let envelope = bob.say(&alice, b"found", &mut rng);
    alice.hear(&bob, &envelope);
    (alice, bob, rng)
}

#[test]
fn keys_of_the_session_that_sends_expire_and_its_part_is_named() {
    let (mut alice, bob, _) = with_a_missing_message(18);
    assert_eq!(alice.endpoint.expire(after(SKIPPED_KEY_AGE)), []);
    let active = Changes { active: true, ..Changes::default() };
    let expired = alice.endpoint.expire(just_past(SKIPPED_KEY_AGE));
    assert_eq!(expired, [(address(&bob), active)]);
    assert_eq!(alice.endpoint.expire(just_past(SKIPPED_KEY_AGE)), []);
}

#[test]
fn inactive_sessions_and_their_keys_expire_and_both_parts_are_named() {
    let (mut alice, mut bob, mut rng) = with_a_missing_message(19);
    let to_bob = address(&bob);
    begin(&mut alice, &mut bob, &mut rng);
    let inactive = |alice: &Party| alice.endpoint.sessions(&to_bob).unwrap().inactive;
    let both_parts = [(to_bob.clone(), Changes::BOTH_PARTS)];
    assert_eq!(alice.endpoint.expire(after(SKIPPED_KEY_AGE)), []);
    assert_eq!(alice.endpoint.expire(just_past(SKIPPED_KEY_AGE)), both_parts);
    assert_eq!(alice.endpoint.expire(after(INACTIVE_SESSION_AGE)), []);
    assert_eq!(inactive(&alice), 1);
    assert_eq!(alice.endpoint.expire(just_past(INACTIVE_SESSION_AGE)), both_parts);
    assert_eq!(inactive(&alice), 0);
}
