use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::time::Duration;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::crypto::meter::measure;
use crate::limits::{COUNTER_RESERVE, SKIP, SKIPPED_CHAINS, SKIPPED_KEY_AGE, SKIPPED_KEYS};
use crate::wire::read_all;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const SESSION: Digest = Digest::from_bytes([7; 32]);

struct Pair {
    alice: Ratchet,
    bob: Ratchet,
    rng: ChaCha20Rng,
}

fn keys() -> SessionKeys {
    let [ec, pq, braid, header_a, header_b] = [1, 2, 3, 4, 5].map(|i| Secret::new([i; 32]));
    SessionKeys { ec, pq, braid, header_a, header_b }
}

fn pair(seed: u64) -> Pair {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let prekey = DhSecretKey::generate(&mut rng);
    let alice = Ratchet::initiator(keys(), prekey.public_key(), NOW, &mut rng).unwrap();
    Pair { alice, bob: Ratchet::responder(keys(), prekey, NOW), rng }
}

fn bytes(ratchet: &Ratchet) -> Vec<u8> {
    let mut w = Writer::new();
    w.put(ratchet);
    w.into_public()
}

fn send(from: &mut Ratchet, text: &[u8], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut out = vec![];
    from.encrypt(&SESSION, None, text, NOW, rng, &mut out).unwrap();
    out
}

fn open(to: &mut Ratchet, message: &[u8]) -> Result<Vec<u8>, RatchetError> {
    open_at(to, message, NOW)
}

fn open_at(to: &mut Ratchet, message: &[u8], now: Timestamp) -> Result<Vec<u8>, RatchetError> {
    let message = RatchetMessage::decode(message).unwrap();
    to.decrypt(&SESSION, &message, None, Ends::anybody(), now).map(|decrypted| decrypted.plaintext)
}

/// Expects an error that leaves the state as it was.
fn refuse(to: &mut Ratchet, message: &[u8]) -> RatchetError {
    let before = bytes(to);
    let error = open(to, message).unwrap_err();
    assert_eq!(bytes(to), before, "{error}");
    error
}

impl Pair {
    fn alice_says(&mut self, text: &[u8]) -> Vec<u8> {
        send(&mut self.alice, text, &mut self.rng)
    }

    fn bob_says(&mut self, text: &[u8]) -> Vec<u8> {
        send(&mut self.bob, text, &mut self.rng)
    }

    fn round_trip(&mut self) {
        let message = self.alice_says(b"ping");
        assert_eq!(open(&mut self.bob, &message).unwrap(), b"ping");
        let message = self.bob_says(b"pong");
        assert_eq!(open(&mut self.alice, &message).unwrap(), b"pong");
    }
}

#[test]
fn ping_pong_of_many_turns() {
    let mut pair = pair(1);
    for _ in 0..300 {
        pair.round_trip();
    }
    assert_eq!(pair.bob.ec.generation(), 300);
    assert_eq!(pair.bob.ec.skipped_len(), 0);
}

#[test]
fn a_responder_cannot_send_before_it_received() {
    let mut pair = pair(2);
    let before = bytes(&pair.bob);
    let sent = pair.bob.encrypt(&SESSION, None, b"x", NOW, &mut pair.rng, &mut vec![]);
    assert_eq!(sent, Err(RatchetError::NothingReceived));
    assert_eq!(bytes(&pair.bob), before);
}

#[test]
fn messages_open_in_any_order_across_turns() {
    let mut pair = pair(3);
    let first: Vec<_> = (0..5u8).map(|i| pair.alice_says(&[i])).collect();
    open(&mut pair.bob, &first[4]).unwrap();
    let reply = pair.bob_says(b"reply");
    open(&mut pair.alice, &reply).unwrap();
    let second: Vec<_> = (5..9u8).map(|i| pair.alice_says(&[i])).collect();
    open(&mut pair.bob, &second[2]).unwrap();
    for (message, text) in first[..4].iter().zip(0u8..).chain(second[..2].iter().zip(5u8..)) {
        assert_eq!(open(&mut pair.bob, message).unwrap(), [text]);
    }
    assert_eq!(open(&mut pair.bob, &second[3]).unwrap(), [8]);
    assert_eq!(pair.bob.ec.skipped_len(), 0);
}

#[test]
fn a_message_opens_once_on_every_path() {
    let mut pair = pair(4);
    let messages: Vec<_> = (0..3u8).map(|i| pair.alice_says(&[i])).collect();
    open(&mut pair.bob, &messages[2]).unwrap();
    open(&mut pair.bob, &messages[0]).unwrap();
    for used in [2, 0] {
        assert_eq!(refuse(&mut pair.bob, &messages[used]), RatchetError::Duplicate);
    }
    let reply = pair.bob_says(b"");
    open(&mut pair.alice, &reply).unwrap();
    let next = pair.alice_says(b"next chain");
    open(&mut pair.bob, &next).unwrap();
    assert_eq!(refuse(&mut pair.bob, &messages[2]), RatchetError::Duplicate);
    assert_eq!(refuse(&mut pair.bob, &next), RatchetError::Duplicate);
}

#[test]
fn the_skip_limit_holds_at_the_limit_and_one_past_it() {
    for (skipped, expected) in
        [(SKIP, Ok(())), (SKIP + 1, Err(RatchetError::TooFarAhead { skipped: SKIP + 1 }))]
    {
        let mut pair = pair(5);
        for _ in 0..skipped {
            pair.alice_says(b"");
        }
        let message = pair.alice_says(b"far");
        let before = bytes(&pair.bob);
        let result = open(&mut pair.bob, &message).map(drop);
        assert_eq!(result, expected);
        assert_eq!(bytes(&pair.bob) == before, expected.is_err());
    }
}

#[test]
fn the_skip_limit_counts_both_chains() {
    let mut pair = pair(6);
    let first = pair.alice_says(b"");
    open(&mut pair.bob, &first).unwrap();
    for _ in 0..SKIP / 2 {
        pair.alice_says(b"lost");
    }
    let reply = pair.bob_says(b"");
    open(&mut pair.alice, &reply).unwrap();
    for _ in 0..=SKIP / 2 {
        pair.alice_says(b"lost too");
    }
    let message = pair.alice_says(b"");
    assert_eq!(refuse(&mut pair.bob, &message), RatchetError::TooFarAhead { skipped: SKIP + 1 });
}

#[test]
fn the_oldest_skipped_keys_are_dropped_counted_and_told_from_duplicates() {
    let mut pair = pair(7);
    let oldest = pair.alice_says(b"oldest");
    let rounds = SKIPPED_KEYS / SKIP as usize;
    let mut dropped = 0;
    for round in 0..=rounds {
        let lost = if round == 0 { SKIP - 1 } else { SKIP };
        for _ in 0..lost {
            pair.alice_says(b"");
        }
        let message = pair.alice_says(b"");
        let message = RatchetMessage::decode(&message).unwrap();
        dropped += pair
            .bob
            .decrypt(&SESSION, &message, None, Ends::anybody(), NOW)
            .unwrap()
            .committed
            .dropped;
    }
    assert_eq!(pair.bob.ec.skipped_len(), SKIPPED_KEYS);
    assert_eq!(dropped, SKIP);
    assert_eq!(refuse(&mut pair.bob, &oldest), RatchetError::TooOld);
}

#[test]
fn skipped_keys_expire_by_age() {
    let mut pair = pair(8);
    let late = pair.alice_says(b"late");
    let on_time = pair.alice_says(b"");
    open(&mut pair.bob, &on_time).unwrap();
    let at_limit = NOW.saturating_add(SKIPPED_KEY_AGE);
    assert_eq!(pair.bob.expire(at_limit), Committed::default());
    let past = at_limit.saturating_add(Duration::from_millis(1));
    assert_eq!(pair.bob.expire(past).dropped, 1);
    assert_eq!(open_at(&mut pair.bob, &late, past), Err(RatchetError::TooOld));
}

#[test]
fn chains_with_missing_messages_are_bounded() {
    let mut pair = pair(9);
    let mut lost = vec![];
    for _ in 0..SKIPPED_CHAINS + 3 {
        lost.push(pair.alice_says(b"lost"));
        pair.round_trip();
    }
    assert_eq!(pair.bob.past_header_keys().count(), SKIPPED_CHAINS);
    assert_eq!(refuse(&mut pair.bob, &lost[0]), RatchetError::NotOurs);
    assert_eq!(open(&mut pair.bob, lost.last().unwrap()).unwrap(), b"lost");
}

/// A message of every kind that the receiver distinguishes, with the ratchet that would open it.
fn every_branch() -> Vec<(&'static str, Ratchet, Vec<u8>)> {
    let mut branches = vec![];
    let mut add = |name, ratchet: &Ratchet, message: &[u8]| {
        branches.push((name, read_all(&bytes(ratchet)).unwrap(), message.to_vec()));
    };
    let mut pair = pair(10);
    let first = pair.alice_says(b"first");
    add("responder's first", &pair.bob, &first);
    open(&mut pair.bob, &first).unwrap();
    let skipped = pair.alice_says(b"skipped");
    let ahead = pair.alice_says(b"ahead");
    add("skips in the current chain", &pair.bob, &ahead);
    open(&mut pair.bob, &ahead).unwrap();
    add("skipped key of the current chain", &pair.bob, &skipped);
    let next = pair.alice_says(b"next");
    add("current chain", &pair.bob, &next);
    let reply = pair.bob_says(b"reply");
    add("initiator's first", &pair.alice, &reply);
    open(&mut pair.alice, &reply).unwrap();
    let turned = pair.alice_says(b"turned");
    add("new chain that closes one with a gap", &pair.bob, &turned);
    open(&mut pair.bob, &turned).unwrap();
    add("skipped key of a past chain", &pair.bob, &skipped);
    for i in 0..60 {
        let message = pair.alice_says(b"braid");
        if i % 3 == 0 {
            add("with the Braid in flight", &pair.bob, &message);
        }
        open(&mut pair.bob, &message).unwrap();
        let message = pair.bob_says(b"braid");
        if i % 3 == 1 {
            add("with the Braid in flight, initiator", &pair.alice, &message);
        }
        open(&mut pair.alice, &message).unwrap();
    }
    branches
}

#[test]
fn every_flipped_bit_is_refused_without_a_change_on_every_branch() {
    for (branch, mut ratchet, message) in every_branch() {
        for at in 0..message.len() {
            let mut forged = message.clone();
            forged[at] ^= 1 << (at % 8);
            let before = bytes(&ratchet);
            if let Ok(forged) = RatchetMessage::decode(&forged) {
                let result =
                    ratchet.decrypt(&SESSION, &forged, None, Ends::anybody(), NOW).map(drop);
                assert!(result.is_err(), "{branch}: byte {at}");
            }
            assert_eq!(bytes(&ratchet), before, "{branch}: byte {at}");
        }
        open(&mut ratchet, &message).unwrap();
    }
}

/// The Braid's state by its name.
fn braid_state(ratchet: &Ratchet) -> String {
    let debug = format!("{:?}", ratchet.pq);
    debug.rsplit_once("state: ").unwrap().1.trim_end_matches([' ', '}']).into()
}

#[test]
fn a_message_that_does_not_authenticate_makes_no_transition() {
    let mut seen = BTreeSet::new();
    for seed in 0..16 {
        let Pair { mut alice, mut bob, mut rng } = pair(seed);
        open(&mut bob, &send(&mut alice, b"begin", &mut rng)).unwrap();
        for _ in 0..160 {
            let (from, to) = match rng.next_u32() % 2 {
                0 => (&mut alice, &mut bob),
                _ => (&mut bob, &mut alice),
            };
            let before = [&*from, &*to].map(braid_state);
            let message = send(from, b"on", &mut rng);
            let mut damaged = message.clone();
            let at = damaged.len() - 1 - rng.next_u32() as usize % 128;
            damaged[at] ^= 1;
            refuse(to, &damaged);
            assert_eq!(braid_state(to), before[1]);
            open(to, &message).unwrap();
            let after = [&*from, &*to].map(braid_state);
            seen.extend(before.into_iter().zip(after).filter(|(before, after)| before != after));
        }
    }
    assert_eq!(seen.len(), 13, "every transition: {seen:?}");
}

#[test]
fn another_session_does_not_open_it() {
    for (_, mut ratchet, message) in every_branch() {
        let message = RatchetMessage::decode(&message).unwrap();
        let other = Digest::from_bytes([8; 32]);
        let result = ratchet.decrypt(&other, &message, None, Ends::anybody(), NOW).map(drop);
        assert_eq!(result, Err(RatchetError::BodyNotAuthentic));
    }
}

#[test]
fn stored_bytes_come_back_and_damaged_ones_never_panic() {
    for (branch, ratchet, message) in every_branch() {
        let stored = bytes(&ratchet);
        let mut loaded: Ratchet = read_all(&stored).unwrap();
        assert_eq!(bytes(&loaded), stored, "{branch}");
        open(&mut loaded, &message).unwrap();
        for at in (0..stored.len()).step_by(7) {
            let mut damaged = stored.clone();
            damaged[at] ^= 0x55;
            if let Ok(mut loaded) = read_all::<Ratchet>(&damaged) {
                let _ = open(&mut loaded, &message);
            }
            assert!(read_all::<Ratchet>(&stored[..at]).is_err());
        }
    }
}

#[test]
fn a_counter_is_nearly_exhausted_at_the_reserve_and_no_earlier() {
    let last = u32::MAX - COUNTER_RESERVE;
    for (number, expected) in [(last - 1, false), (last, true), (u32::MAX, true)] {
        let Pair { alice, .. } = pair(1);
        let mut stored = bytes(&alice);
        // Root, tag, ratchet key and chain key, then the sending chain's number.
        stored[97..101].copy_from_slice(&number.to_be_bytes());
        let alice: Ratchet = read_all(&stored).unwrap();
        assert_eq!(alice.is_nearly_exhausted(), expected, "{number}");
    }
}

#[test]
fn debug_output_shows_no_secret() {
    for (_, ratchet, _) in every_branch() {
        let printed = alloc::format!("{ratchet:?}");
        let mut runs = printed.split(|c: char| !c.is_ascii_digit() && !", ".contains(c));
        assert!(runs.all(|run| run.matches(',').count() < 3), "bytes are printed: {printed}");
    }
}

/// A message whose header says what no honest peer's does, sealed with the right keys.
fn forge(pair: &mut Pair, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let pq = pair.alice.pq.stage_send(&mut pair.rng).unwrap();
    let ec = pair.alice.ec.send(&mut pair.rng).unwrap();
    pair.alice.pq.commit_send(pq.staged, NOW);
    let Position { ratchet_key, previous, number } = ec.position;
    let mut header = Header { ratchet_key, previous, number, pq: pq.header };
    change(&mut header);
    let body_key = message_key(&message_prk(&ec.message_key, &pq.message_key));
    let mut out = vec![];
    Outgoing { header, header_key: ec.header_key, body_key, commitment: None }.seal(
        &SESSION,
        b"",
        &mut pair.rng,
        &mut out,
    );
    out
}

/// What alice sends with a commitment of `commit`'s, and bob's result.
fn committed(
    pair: &mut Pair,
    commit: impl FnOnce(&Prk) -> report::Commitment,
) -> Result<Decrypted, RatchetError> {
    let pq = pair.alice.pq.stage_send(&mut pair.rng).unwrap();
    let ec = pair.alice.ec.send(&mut pair.rng).unwrap();
    let Position { ratchet_key, previous, number } = ec.position;
    let prk = message_prk(&ec.message_key, &pq.message_key);
    let outgoing = Outgoing {
        header: Header { ratchet_key, previous, number, pq: pq.header },
        header_key: ec.header_key,
        body_key: message_key(&prk),
        commitment: Some(commit(&prk)),
    };
    let mut out = vec![];
    outgoing.seal(&SESSION, b"rude", &mut pair.rng, &mut out);
    let commitment = *out.last_chunk().unwrap();
    let message = RatchetMessage::decode(&out[..out.len() - 34]).unwrap();
    let message = message.beside(Some(report::Commitment::from_bytes(commitment)));
    pair.bob.decrypt(&SESSION, &message, None, Ends::anybody(), NOW)
}

#[test]
fn a_commitment_to_something_else_is_refused_and_changes_nothing() {
    let context = |session| Ends::anybody().context(&session);
    let cases: [(Context, &[u8], bool); 3] = [
        (context(SESSION), b"rude", true),
        (context(SESSION), b"kind", false),
        (context(Digest::from_bytes([0xee; 32])), b"rude", false),
    ];
    for (context, content, honest) in cases {
        let mut pair = pair(11);
        let before = bytes(&pair.bob);
        let result = committed(&mut pair, |prk| report::commit(prk, &context, content));
        match result {
            Ok(decrypted) => {
                assert!(honest);
                assert!(decrypted.opening.unwrap().opens(b"rude"));
            }
            Err(error) => {
                assert!(!honest && matches!(error, RatchetError::OtherCommitment), "{error}");
                assert_eq!(bytes(&pair.bob), before);
            }
        }
    }
}

#[test]
fn another_ratchet_key_in_a_running_chain_is_refused() {
    let mut pair = pair(11);
    let first = pair.alice_says(b"");
    open(&mut pair.bob, &first).unwrap();
    let other = *DhSecretKey::generate(&mut pair.rng).public_key();
    let forged = forge(&mut pair, |header| header.ratchet_key = other);
    assert_eq!(refuse(&mut pair.bob, &forged), RatchetError::Inconsistent);
}

#[test]
fn a_ratchet_key_of_small_order_is_refused() {
    let mut pair = pair(12);
    let mut one = [0; 32];
    one[0] = 1;
    let low = DhPublicKey::from_bytes(one).unwrap();
    let forged = forge(&mut pair, |header| header.ratchet_key = low);
    assert_eq!(refuse(&mut pair.bob, &forged), RatchetError::NonContributory(NonContributory));
}

#[test]
fn the_largest_numbers_are_refused_without_deriving_anything() {
    let mut pair = pair(13);
    let forged = forge(&mut pair, |header| header.number = u32::MAX);
    let (error, cost) = measure(|| refuse(&mut pair.bob, &forged));
    assert_eq!(error, RatchetError::TooFarAhead { skipped: u32::MAX });
    assert_eq!((cost.dh, cost.kdf), (0, 0));
}

#[test]
fn a_forged_message_costs_one_search_and_at_most_one_opening() {
    let mut pair = pair(14);
    for _ in 0..3 {
        pair.round_trip();
    }
    let message = pair.alice_says(b"");
    let cost_of = |pair: &mut Pair, at: usize| {
        let mut forged = message.clone();
        forged[at] ^= 1;
        measure(|| refuse(&mut pair.bob, &forged)).1
    };
    let keys = pair.bob.live_header_keys().count() + pair.bob.past_header_keys().count();
    let unknown = cost_of(&mut pair, 3);
    assert_eq!((unknown.search, unknown.aead, unknown.dh, unknown.kdf), (keys as u64, 0, 0, 0));
    let header = cost_of(&mut pair, 60);
    assert_eq!((header.aead, header.dh, header.kdf), (1, 0, 0));
}

#[test]
fn a_body_changed_on_the_way_costs_one_opening_however_much_it_skips() {
    let mut pair = pair(16);
    for _ in 0..SKIP {
        pair.alice_says(b"lost");
    }
    let mut message = pair.alice_says(b"far ahead");
    let last = message.len() - 1;
    message[last] ^= 1;
    let (error, cost) = measure(|| refuse(&mut pair.bob, &message));
    assert_eq!(error, RatchetError::HeaderNotAuthentic);
    assert_eq!((cost.aead, cost.dh, cost.kdf), (1, 0, 0));
}

#[test]
fn an_old_state_cannot_read_what_was_sent_after_a_full_turn() {
    let mut pair = pair(15);
    pair.round_trip();
    let stolen = bytes(&pair.bob);
    pair.round_trip();
    pair.round_trip();
    let message = pair.alice_says(b"healed");
    let mut thief: Ratchet = read_all(&stolen).unwrap();
    assert_eq!(refuse(&mut thief, &message), RatchetError::NotOurs);
}

/// What finds the session of a message is made anew only then, and must not keep old keys for ever.
#[test]
fn a_past_chain_whose_last_message_arrives_is_no_longer_searched_for() {
    let mut pair = pair(73);
    let late = [pair.alice_says(b"late"), pair.alice_says(b"later")];
    for _ in 0..3 {
        pair.round_trip();
    }
    let mut changes = |message: &[u8]| {
        let message = RatchetMessage::decode(message).unwrap();
        let opened = pair.bob.decrypt(&SESSION, &message, None, Ends::anybody(), NOW).unwrap();
        opened.committed.keys_changed
    };
    assert_eq!([&late[0], &late[1]].map(|message| changes(message)), [false, true]);
}

#[test]
fn what_is_stored_as_missing_is_of_the_current_chain_or_before() {
    let mut pair = pair(74);
    pair.alice_says(b"lost");
    let second = pair.alice_says(b"second");
    open(&mut pair.bob, &second).unwrap();
    let stored = bytes(&pair.bob);
    let accepted = |at: usize, byte: u8| {
        let mut stored = stored.clone();
        stored[at] = byte;
        read_all::<Ratchet>(&stored).is_ok()
    };
    // The current chain's header key is that of the chain with the lost message, behind whose number
    // it stands there.
    let header = [4; 32];
    let places: Vec<_> =
        (0..stored.len()).filter(|at| stored[*at..].starts_with(&header)).collect();
    let &[_, at] = places.as_slice() else { panic!("{places:?}") };
    assert_eq!(stored[at - 4..at], [0, 0, 0, 1]);
    assert!(accepted(at - 1, 1) && !accepted(at - 1, 2));
    // Behind it the mark of what was dropped, the number of keys, and the number of the first. The
    // next message of the chain is 2.
    let (mark, number) = (at + 32, at + 38);
    assert_eq!(stored[mark..number + 4], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert!(accepted(number + 3, 1) && !accepted(number + 3, 2));
    assert!(accepted(mark + 3, 2) && !accepted(mark + 3, 3));
}

#[test]
fn a_body_is_no_longer_than_an_envelope() {
    use prost::Message as _;
    let decoded = |len| {
        let message = crate::wire::proto::SessionMessage {
            nonce: vec![1; 12],
            search_tag: vec![2; 8],
            header: vec![3; header::SEALED_HEADER_LEN],
            body: vec![4; len],
        };
        RatchetMessage::decode(&message.encode_to_vec()).map(drop)
    };
    assert_eq!(decoded(crate::limits::ENVELOPE_BYTES), Ok(()));
    assert_eq!(decoded(crate::limits::ENVELOPE_BYTES + 1), Err(DecodeError::WrongLength));
}

/// Most sessions that are read receive a message and are stored again.
#[test]
fn a_stored_state_derives_its_public_key_when_it_sends() {
    let mut pair = pair(72);
    pair.round_trip();
    let stored = bytes(&pair.bob);
    let (restored, cost) = measure(|| read_all(&stored).unwrap());
    assert_eq!(cost.dh_public, 0);
    pair.bob = restored;
    let (first, cost) = measure(|| pair.bob_says(b"first"));
    assert_eq!(cost.dh_public, 1);
    let (second, cost) = measure(|| pair.bob_says(b"second"));
    assert_eq!(cost.dh_public, 0);
    assert_eq!(open(&mut pair.alice, &first).unwrap(), b"first");
    assert_eq!(open(&mut pair.alice, &second).unwrap(), b"second");
}

/// A restored state has no memory of what it sealed: chance alone keeps key and nonce from meeting
/// twice, and the peer takes one text of the two.
#[test]
fn a_sender_that_was_rolled_back_repeats_its_keys_under_another_nonce() {
    let mut pair = pair(17);
    pair.round_trip();
    let turned = pair.alice_says(b"a chain of her own");
    open(&mut pair.bob, &turned).unwrap();
    let old = bytes(&pair.alice);
    let first = pair.alice_says(b"one text");
    pair.alice = read_all(&old).unwrap();
    let second = pair.alice_says(b"one text");
    let [a, b] = [&first, &second].map(|message| RatchetMessage::decode(message).unwrap());
    assert_ne!(a.header.nonce, b.header.nonce);
    assert_ne!(a.header.search_tag, b.header.search_tag);
    assert_ne!(a.header.sealed, b.header.sealed);
    open(&mut pair.bob, &second).unwrap();
    assert_eq!(refuse(&mut pair.bob, &first), RatchetError::Duplicate);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_schedule_of_loss_and_reordering_delivers_what_it_delivers(
        seed: u64,
        steps in proptest::collection::vec((any::<bool>(), 0u8..6, any::<u16>()), 1..120),
    ) {
        let mut pair = pair(seed);
        let first = pair.alice_says(b"hello");
        open(&mut pair.bob, &first).unwrap();
        let mut flying: [Vec<(u32, Vec<u8>)>; 2] = [vec![], vec![]];
        let mut count = 0u32;
        for (to_bob, action, pick) in steps {
            let lane = usize::from(to_bob);
            if action < 3 {
                count += 1;
                let from = if to_bob { &mut pair.alice } else { &mut pair.bob };
                let message = send(from, &count.to_be_bytes(), &mut pair.rng);
                flying[lane].push((count, message));
            } else if !flying[lane].is_empty() {
                let at = usize::from(pick) % flying[lane].len();
                let (number, message) = flying[lane].swap_remove(at);
                if action == 3 {
                    continue;
                }
                let to = if to_bob { &mut pair.bob } else { &mut pair.alice };
                prop_assert_eq!(open(to, &message), Ok(number.to_be_bytes().to_vec()));
                prop_assert!(open(to, &message).is_err());
            }
        }
    }
}
