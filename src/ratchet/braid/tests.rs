use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::crypto::meter::measure;

fn bytes(braid: &Braid) -> Vec<u8> {
    let mut w = Writer::new();
    braid.write(&mut w);
    w.as_slice().to_vec()
}

fn reload(braid: &Braid) -> Braid {
    read_all(&bytes(braid)).unwrap()
}

/// The tag of the state as it is stored, after epoch and authenticator.
fn tag(braid: &Braid) -> u8 {
    bytes(braid)[4 + 64]
}

const KEYS_UNSAMPLED: u8 = 0;
const CT1_SAMPLED: u8 = 7;
const EK_RECEIVED: u8 = 8;
const CT1_ACKNOWLEDGED: u8 = 9;

/// The state before and after each transition, by the specification's numbers.
const TRANSITIONS: [(u8, u8); 13] = [
    (0, 1),
    (1, 2),
    (2, 3),
    (3, 4),
    (4, 5),
    (5, 6),
    (6, 7),
    (7, 9),
    (7, 10),
    (7, 8),
    (9, 10),
    (8, 10),
    (10, 0),
];

fn transition(before: u8, after: u8) -> Option<usize> {
    TRANSITIONS.iter().position(|t| *t == (before, after)).map(|i| i + 1)
}

/// Two sides that take turns, and what became known on the way.
struct Pair {
    sides: [Braid; 2],
    rng: ChaCha20Rng,
    /// How often each transition happened.
    seen: [u32; 14],
    keys: [BTreeMap<u32, [u8; 32]>; 2],
    largest: usize,
    /// Whether both are stored and read after every message.
    stored: bool,
}

/// What the network does with a message: whether it arrives.
type Schedule = fn(&[Braid; 2], &mut Message) -> bool;

impl Pair {
    fn new(seed: u64) -> Self {
        let secret = Secret::new([9; 32]);
        Self {
            sides: [Braid::initiator(&secret), Braid::responder(&secret)],
            rng: ChaCha20Rng::seed_from_u64(seed),
            seen: [0; 14],
            keys: Default::default(),
            largest: 0,
            stored: true,
        }
    }

    /// A pair that stays in memory.
    fn kept(seed: u64) -> Self {
        Self { stored: false, ..Self::new(seed) }
    }

    fn send(&mut self, side: usize) -> Message {
        let before = bytes(&self.sides[side]);
        let sent = self.sides[side].stage_send(&mut self.rng);
        assert_eq!(before, bytes(&self.sides[side]), "staging changed something");
        assert_eq!(sent.message.key_epoch(), self.sides[side].sending_epoch());
        self.commit(side, sent.step, sent.output);
        sent.message
    }

    fn receive(&mut self, side: usize, message: &Message) -> Result<(), BraidError> {
        let before = bytes(&self.sides[side]);
        let received = self.sides[side].stage_receive(message);
        assert_eq!(before, bytes(&self.sides[side]), "staging changed something");
        let received = received?;
        self.commit(side, received.step, received.output);
        Ok(())
    }

    fn commit(&mut self, side: usize, step: Step, output: Option<EpochKey>) {
        let before = tag(&self.sides[side]);
        let replaced = matches!(step, Step::Replaced(_));
        self.sides[side].commit(step);
        let stored = bytes(&self.sides[side]);
        self.largest = self.largest.max(stored.len());
        let transition = transition(before, stored[68]);
        assert_eq!(replaced, transition.is_some(), "{before} to {}", stored[68]);
        self.seen[transition.unwrap_or(0)] += 1;
        if let Some(EpochKey { epoch, key }) = output {
            assert_eq!(self.keys[side].insert(epoch, *key.as_bytes()), None, "two keys");
        }
        if self.stored {
            self.sides[side] = reload(&self.sides[side]);
            assert_eq!(bytes(&self.sides[side]), stored);
        }
    }

    /// One message from each side.
    fn round(&mut self, schedule: Schedule) -> Result<(), BraidError> {
        for side in [0, 1] {
            let mut message = self.send(side);
            if schedule(&self.sides, &mut message) {
                self.receive(1 - side, &message)?;
            }
        }
        Ok(())
    }

    /// Rounds until a transition has happened.
    fn run_until(&mut self, transition: usize, schedule: Schedule) {
        for _ in 0..200 {
            if self.seen[transition] > 0 {
                return;
            }
            self.round(schedule).unwrap();
        }
        panic!("transition {transition} not reached");
    }
}

fn reliable(_: &[Braid; 2], _: &mut Message) -> bool {
    true
}

/// The acknowledgement comes with the last chunk of the key.
fn ack_with_the_last_chunk(sides: &[Braid; 2], message: &mut Message) -> bool {
    let missing = match &sides[1].state {
        State::Ct1Sampled { key, .. } => !matches!(key.len(), 17),
        _ => false,
    };
    !(missing && matches!(&message.piece, Piece::Ct1(chunk) if chunk.index >= 14))
}

/// The acknowledgement comes after the key.
fn ack_after_the_key(sides: &[Braid; 2], message: &mut Message) -> bool {
    tag(&sides[1]) != CT1_SAMPLED
        || !matches!(&message.piece, Piece::Ct1(chunk) if chunk.index >= 14)
}

/// Every third chunk of every object is lost, so that others are needed.
fn every_third_chunk_is_lost(_: &[Braid; 2], message: &mut Message) -> bool {
    match &message.piece {
        Piece::None | Piece::Ct1Ack => true,
        Piece::Header(chunk)
        | Piece::Key(chunk)
        | Piece::KeyAck(chunk)
        | Piece::Ct1(chunk)
        | Piece::Ct2(chunk) => chunk.index % 3 != 1,
    }
}

macro_rules! transitions {
    ($($name:ident: $number:literal under $schedule:ident;)+) => {$(
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(4))]

            #[test]
            fn $name(seed: u64) {
                Pair::new(seed).run_until($number, $schedule);
            }
        }
    )+};
}

// `Pair` checks at every step that staging changes nothing, that only a transition replaces the
// state, and that what is stored reads back.
transitions! {
    transition_1_samples_keys: 1 under reliable;
    transition_2_begins_ct1: 2 under reliable;
    transition_3_completes_ct1: 3 under reliable;
    transition_4_begins_ct2: 4 under reliable;
    transition_5_decapsulates: 5 under reliable;
    transition_6_takes_the_header: 6 under reliable;
    transition_7_encapsulates: 7 under reliable;
    transition_8_is_acknowledged_before_the_key: 8 under reliable;
    transition_9_is_acknowledged_with_the_key: 9 under ack_with_the_last_chunk;
    transition_10_takes_the_key: 10 under ack_after_the_key;
    transition_11_completes_the_key: 11 under reliable;
    transition_12_is_acknowledged_after_the_key: 12 under ack_after_the_key;
    transition_13_follows_to_the_next_epoch: 13 under reliable;
}

#[test]
fn an_epoch_takes_45_messages_in_all_and_both_sides_have_one_key_for_it() {
    let mut pair = Pair::new(7);
    let mut rounds = 0u32;
    while pair.sides[0].sending_epoch() < 20 || pair.sides[1].sending_epoch() < 20 {
        pair.round(reliable).unwrap();
        rounds += 1;
    }
    std::println!(
        "messages an epoch: {:.1} each way, {:.1} in all",
        f64::from(rounds) / 20.0,
        f64::from(rounds) / 10.0
    );
    std::println!("braid_state_largest in ping-pong {}", pair.largest);
    assert_eq!(pair.keys[0], pair.keys[1]);
    assert_eq!(pair.keys[0].len(), 20);
    assert_eq!(2 * rounds, 20 * 45);
}

#[test]
fn the_largest_state_is_the_whole_key_beside_the_ciphertexts_first_part() {
    let mut pair = Pair::new(8);
    pair.run_until(10, ack_after_the_key);
    assert_eq!(bytes(&pair.sides[1]).len(), pair.largest);
    assert_eq!(pair.largest, 1320);
}

#[test]
fn what_is_late_or_of_no_use_changes_nothing() {
    let mut pair = Pair::new(9);
    let mut messages = Vec::new();
    while pair.sides[0].sending_epoch() < 3 {
        for side in [0, 1] {
            let message = pair.send(side);
            pair.receive(1 - side, &message).unwrap();
            messages.push((1 - side, message));
        }
    }
    for (side, message) in messages.iter().filter(|(_, message)| message.epoch < 3) {
        let received = pair.sides[*side].stage_receive(message).unwrap();
        assert!(matches!(received.step, Step::Unchanged));
    }
}

#[test]
fn an_epoch_that_cannot_have_begun_is_refused_in_every_state() {
    let mut pair = Pair::new(10);
    for _ in 0..60 {
        pair.round(reliable).unwrap();
        for side in &pair.sides {
            let first = if tag(side) == 10 { side.epoch + 2 } else { side.epoch + 1 };
            for epoch in [first, first + 1, u32::MAX] {
                let message = Message { epoch, piece: Piece::None };
                let refused = side.stage_receive(&message).unwrap_err();
                assert_eq!(refused, BraidError::FutureEpoch);
                assert!(!refused.ends_session());
            }
        }
    }
}

/// Runs until the pair fails with an error that ends the session.
fn failure(schedule: Schedule) -> BraidError {
    let mut pair = Pair::new(11);
    let error = (0..100).find_map(|_| pair.round(schedule).err()).expect("no failure");
    assert!(error.ends_session());
    error
}

fn forge(message: &mut Message, of: fn(&mut Piece) -> Option<&mut Chunk>, at: usize) -> bool {
    if let Some(chunk) = of(&mut message.piece)
        && chunk.index == 1
    {
        chunk.data[at] ^= 1;
    }
    true
}

#[test]
fn a_forged_header_chunk_ends_the_session() {
    fn header(piece: &mut Piece) -> Option<&mut Chunk> {
        if let Piece::Header(chunk) = piece { Some(chunk) } else { None }
    }
    assert_eq!(failure(|_, message| forge(message, header, 0)), BraidError::HeaderMac);
    assert_eq!(failure(|_, message| forge(message, header, 63)), BraidError::ContradictoryChunks);
}

#[test]
fn a_forged_key_chunk_ends_the_session() {
    fn key(piece: &mut Piece) -> Option<&mut Chunk> {
        if let Piece::Key(chunk) = piece { Some(chunk) } else { None }
    }
    assert_eq!(failure(|_, message| forge(message, key, 0)), BraidError::EncapsulationKey);
}

#[test]
fn a_forged_ciphertext_chunk_ends_the_session() {
    fn ct1(piece: &mut Piece) -> Option<&mut Chunk> {
        if let Piece::Ct1(chunk) = piece { Some(chunk) } else { None }
    }
    fn ct2(piece: &mut Piece) -> Option<&mut Chunk> {
        if let Piece::Ct2(chunk) = piece { Some(chunk) } else { None }
    }
    assert_eq!(failure(|_, message| forge(message, ct1, 0)), BraidError::CiphertextMac);
    assert_eq!(failure(|_, message| forge(message, ct2, 0)), BraidError::CiphertextMac);
}

#[test]
fn a_chunk_that_contradicts_an_earlier_one_ends_the_session() {
    let mut pair = Pair::new(12);
    let mut message = pair.send(0);
    pair.receive(1, &message).unwrap();
    let Piece::Header(chunk) = &mut message.piece else { panic!("not a header") };
    chunk.data[0] ^= 1;
    assert_eq!(pair.receive(1, &message), Err(BraidError::ContradictoryChunks));
}

#[test]
fn another_secret_from_the_handshake_shows_at_the_header() {
    let mut pair = Pair::new(13);
    pair.sides[1] = Braid::responder(&Secret::new([8; 32]));
    let error = (0..5).find_map(|_| pair.round(reliable).err());
    assert_eq!(error, Some(BraidError::HeaderMac));
}

#[test]
fn the_last_epoch_is_an_error_and_no_wrap() {
    let mut pair = Pair::new(14);
    for side in &mut pair.sides {
        side.epoch = u32::MAX;
    }
    let error = (0..60).find_map(|_| pair.round(reliable).err());
    assert_eq!(error, Some(BraidError::EpochsExhausted));
}

#[test]
fn the_acknowledgement_outlives_the_key_chunks() {
    for schedule in [reliable as Schedule, ack_after_the_key] {
        let mut pair = Pair::new(15);
        pair.run_until(3, schedule);
        let State::Ct1Received { key, .. } = &mut pair.sides[0].state else { panic!() };
        *key = encoder::Encoder::restored(None);
        let mut message = pair.send(0);
        assert_eq!(message.piece, Piece::Ct1Ack);
        let waits = tag(&pair.sides[1]) == CT1_SAMPLED;
        pair.receive(1, &message).unwrap();
        assert_eq!(tag(&pair.sides[1]), if waits { CT1_ACKNOWLEDGED } else { 10 });
        message.epoch += 1;
        assert!(waits == pair.receive(1, &message).is_err());
        assert!(waits || tag(&pair.sides[1]) == KEYS_UNSAMPLED);
    }
}

#[test]
fn a_late_chunk_of_the_key_still_counts_after_the_acknowledgement() {
    let mut pair = Pair::new(18);
    let mut late = None;
    while pair.seen[8] == 0 {
        let message = pair.send(0);
        match &message.piece {
            Piece::Key(chunk) if chunk.index == 3 => late = Some(message),
            _ => pair.receive(1, &message).unwrap(),
        }
        let message = pair.send(1);
        pair.receive(0, &message).unwrap();
    }
    let missing = |pair: &Pair| match &pair.sides[1].state {
        State::Ct1Acknowledged { key, .. } => 18 - key.len(),
        _ => panic!("not acknowledged"),
    };
    let before = missing(&pair);
    pair.receive(1, &late.unwrap()).unwrap();
    assert_eq!(missing(&pair), before - 1);
}

/// One stored state after each of many messages, every transition among them.
fn stored_states() -> Vec<Vec<u8>> {
    let mut states = Vec::new();
    for schedule in [reliable as Schedule, ack_with_the_last_chunk, ack_after_the_key] {
        let mut pair = Pair::new(16);
        for _ in 0..50 {
            pair.round(schedule).unwrap();
            states.extend(pair.sides.iter().map(bytes));
        }
    }
    let tags: BTreeSet<_> = states.iter().map(|state| state[68]).collect();
    assert!(tags.contains(&EK_RECEIVED) && tags.contains(&CT1_ACKNOWLEDGED));
    states
}

#[test]
fn a_state_that_was_read_goes_on_like_the_one_that_was_stored() {
    let mut read_in = BTreeSet::new();
    for schedule in [
        reliable as Schedule,
        ack_with_the_last_chunk,
        ack_after_the_key,
        every_third_chunk_is_lost,
    ] {
        let (mut read, mut kept) = (Pair::new(19), Pair::kept(19));
        while read.sides.iter().any(|side| side.sending_epoch() < 2) {
            for side in [0, 1] {
                read_in.insert(tag(&read.sides[side]));
                let mut message = read.send(side);
                assert_eq!(kept.send(side), message);
                if schedule(&read.sides, &mut message) {
                    read.receive(1 - side, &message).unwrap();
                    kept.receive(1 - side, &message).unwrap();
                }
                assert_eq!(kept.sides.each_ref().map(bytes), read.sides.each_ref().map(bytes));
            }
        }
        assert_eq!(kept.keys, read.keys);
    }
    assert_eq!(read_in, (0..=10).collect());
}

#[test]
fn reading_computes_no_key_and_the_first_send_computes_the_object_once() {
    let mut rng = ChaCha20Rng::seed_from_u64(20);
    for state in stored_states() {
        let tag = state[68];
        let (mut braid, cost) = measure(|| read_all::<Braid>(&state).unwrap());
        assert_eq!(cost.kem, u64::from(tag == EK_RECEIVED), "the received key alone is checked");
        // 0 and 6 are followed by a transition.
        for expected in [u64::from(matches!(tag, 0..=3 | 6..=8)), 0] {
            let (sent, cost) = measure(|| braid.stage_send(&mut rng));
            assert_eq!(cost.kem, expected, "{tag}");
            braid.commit(sent.step);
        }
    }
}

#[test]
fn truncated_states_are_refused() {
    for state in stored_states().iter().step_by(7) {
        for len in (0..state.len()).step_by(13).chain([state.len() - 1]) {
            assert!(read_all::<Braid>(&state[..len]).is_err());
        }
    }
}

#[test]
fn flipped_states_are_refused_or_work_on_and_never_panic() {
    let mut rng = ChaCha20Rng::seed_from_u64(17);
    for (i, state) in stored_states().into_iter().enumerate() {
        for at in (i % 11..state.len()).step_by(97).chain([0, 3, 68, 69, 70, 134, 165, 166]) {
            let mut state = state.clone();
            let Some(byte) = state.get_mut(at) else { continue };
            *byte ^= 1 << (i % 8);
            let Ok(braid) = read_all::<Braid>(&state) else { continue };
            assert_eq!(bytes(&braid), state, "not the only encoding");
            let sent = braid.stage_send(&mut rng);
            let _ = braid.stage_receive(&sent.message);
        }
    }
}

fn read_all<T: Layout>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut r = Reader::new(bytes);
    let value = r.get()?;
    r.finish()?;
    Ok(value)
}
