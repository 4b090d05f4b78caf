//! Stored parts that fit each other and yet are no session set. SPEC.md section 11.6.

use super::*;
use crate::crypto::{HashLabel, hash};
use crate::wire::{DecodeError, Writer};

/// An active part is its version, the hash of the archive, and a byte that says whether there is
/// a session, which follows.
const HASH: core::ops::Range<usize> = 1..33;
const SESSION_AT: usize = HASH.end + 1;

/// Alice's stored sessions with Bob, one that is unanswered, and how many bytes of the archive are
/// before the next ordinal.
fn begun(seed: u64) -> (Party, StoredPeer, usize) {
    let (mut alice, mut bob, mut rng) = parties(seed);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let address = bob.endpoint.local().address().clone();
    let stored = alice.endpoint.stored_peer(&address).unwrap();
    let mut w = Writer::new();
    w.u8(1);
    w.put(&address).put(bob.endpoint.local().certificate().keys());
    (alice, stored, w.as_slice().len())
}

/// What restoring comes to with another archive, which the active part names.
fn with_archive(alice: &Party, stored: &StoredPeer, archive: &[u8]) -> Result<(), StateError> {
    let mut changed = stored.clone();
    *changed.archive = archive.to_vec();
    changed.active[HASH].copy_from_slice(hash(HashLabel::SessionArchive, archive).as_bytes());
    let local = alice.endpoint.local().clone();
    let (list, prekeys) = (alice.endpoint.own_list().clone(), alice.endpoint.prekeys().clone());
    Endpoint::restore(local, list, prekeys, [&changed]).complete().map(drop)
}

const REFUSED: Result<(), StateError> = Err(StateError::Decode(DecodeError::NotCanonical));

#[test]
fn no_session_has_the_next_ordinal() {
    let (alice, stored, at) = begun(20);
    let mut archive = stored.archive.to_vec();
    assert_eq!(archive[at..at + 4], 1_u32.to_be_bytes());
    assert_eq!(with_archive(&alice, &stored, &archive), Ok(()));
    archive[at..at + 4].copy_from_slice(&0_u32.to_be_bytes());
    assert_eq!(with_archive(&alice, &stored, &archive), REFUSED);
}

#[test]
fn no_session_is_there_twice() {
    let (alice, stored, at) = begun(21);
    let list_at = at + 4;
    assert_eq!(stored.archive[list_at..list_at + 2], [0, 0]);
    let (before, after) = (&stored.archive[..list_at], &stored.archive[list_at + 2..]);
    let archive = [before, &[0, 1], &stored.active[SESSION_AT..], after].concat();
    assert_eq!(with_archive(&alice, &stored, &archive), REFUSED);
}

#[test]
fn an_unanswered_attempt_has_its_handshake() {
    let (alice, stored, at) = begun(22);
    let flights_at = at + 6;
    assert_eq!(stored.archive[flights_at..flights_at + 2], [0, 1]);
    let archive = [&stored.archive[..flights_at], &[0, 0]].concat();
    assert_eq!(with_archive(&alice, &stored, &archive), REFUSED);
}
