//! What an operation costs beside the primitives it cannot do without: `cargo bench`.
//!
//! Each row alternates short batches of the operation and of its floor (the bare primitives on
//! inputs of the same lengths), and prints the median of each and the median of their ratios. On a
//! machine that is never quiet, the ratio of two neighbouring batches is what can be compared.
//! Names select parts: `cargo bench --bench operations -- rotation`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a bench fails by panicking"
)]

#[path = "../../examples/sizes/groups.rs"]
mod crowd;
mod device;
mod fanout;
mod floor;
mod groups;
mod late;
mod media;
mod people;

use std::hint::black_box;
use std::time::{Duration, Instant};

use people::{NOW, Party, acquaint, rng};
use sealwax::crypto::Digest;
use sealwax::envelope::Envelope;
use sealwax::identity::{AccountId, DeviceAddress, DeviceId};
use sealwax::sender_key::{
    Audience, EpochSecret, ReceivingChains, Rotation, Scope, SendingChain, Standing,
};
use sealwax::session::Opened;

const BATCHES: usize = 200;

/// What is measured together, by the name that selects it.
const PARTS: [(&str, fn()); 11] = [
    ("device", device::run),
    ("session", encrypt_and_decrypt),
    ("sender", hidden_sender),
    ("late", late::run),
    ("chain", sender_chain),
    ("turn", turn),
    ("handshake", handshake),
    ("search", searches),
    ("groups", groups::run),
    ("rotation", groups::rotation),
    ("media", media::run),
];

fn main() {
    let names: Vec<_> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    assert!(names.iter().all(|name| PARTS.iter().any(|(part, _)| part == name)), "no such part");
    println!("{:<34} {:>11} {:>11} {:>7}", "operation", "ours", "floor", "ratio");
    for (part, run) in PARTS {
        if names.is_empty() || names.iter().any(|name| name == part) {
            run();
        }
    }
}

fn searches() {
    forged(100, "search through 100");
    forged(1_000, "search through 1,000");
    search(100, "found as the 100th");
    search(1_000, "found as the 1,000th");
}

/// One message of an established session, 64 bytes of text, no turn.
fn encrypt_and_decrypt() {
    let mut rng = rng(1);
    let (mut alice, mut bob) = acquaint(&mut rng);
    let permit = bob.permit();
    let mut envelopes = Vec::new();
    let mut primitives = floor::Message::new();
    let times = paired(
        40,
        |_| primitives.seal(),
        |_| {
            envelopes
                .push(alice.endpoint.encrypt(&permit, &[7; 64], NOW, &mut rng).unwrap().envelope);
        },
    );
    row("encrypt 64 bytes", &times);
    let mut primitives = floor::Message::new();
    let mut queue = envelopes.iter();
    let times = paired(
        40,
        |_| primitives.open(),
        |_| match bob.endpoint.open(queue.next().unwrap(), NOW).unwrap() {
            Opened::Message(received) => drop(black_box(received)),
            other => panic!("{other:?}"),
        },
    );
    row("decrypt 64 bytes", &times);
}

/// What hides the sender elsewhere is a layer of its own around a message. Here the whole message
/// stands beside the primitives of that layer alone.
fn hidden_sender() {
    let mut rng = rng(8);
    let (mut alice, mut bob) = acquaint(&mut rng);
    let permit = bob.permit();
    let mut envelopes = Vec::new();
    let mut primitives = floor::Handshake::new();
    let times = paired(
        10,
        |_| primitives.layer_seal(),
        |_| {
            envelopes
                .push(alice.endpoint.encrypt(&permit, &[7; 64], NOW, &mut rng).unwrap().envelope);
        },
    );
    row("encrypt / seal of a sender's layer", &times);
    let times = paired(
        10,
        |_| primitives.layer_open(),
        |i| drop(black_box(bob.endpoint.open(&envelopes[i], NOW).unwrap())),
    );
    row("decrypt / open of a sender's layer", &times);
}

/// One message of a sender chain, 64 bytes of text, one receiver of it.
fn sender_chain() {
    let mut rng = rng(6);
    let secret = EpochSecret::generate(&mut rng);
    let scope = Scope::group(Digest::from_bytes([1; 32]), 1, secret.commitment(1));
    let account = AccountId::new(b"alice").unwrap();
    let sender = DeviceAddress { account, device: DeviceId::new(1).unwrap() };
    let mut chain = SendingChain::new(scope, sender.clone(), secret, NOW, &mut rng).unwrap();
    let audience = Audience::new(&scope, &sender, []).unwrap();
    chain.record(&audience, chain.position(), &[]).unwrap();
    let mut chains = ReceivingChains::new(scope);
    chains.accept(&sender, &chain.distribution(), NOW).unwrap();
    let mut envelopes = Vec::new();
    let mut primitives = floor::Sender::new();
    let times = paired(
        40,
        |_| primitives.seal(),
        |_| {
            let standing = Standing::default();
            let sent =
                chain.encrypt(&audience, standing, &[7; 64], &Rotation::GROUP, NOW, &mut rng);
            envelopes.push(sent.unwrap().envelope);
        },
    );
    row("sender chain, encrypt 64 bytes", &times);
    let mut primitives = floor::Sender::new();
    let mut queue = envelopes.iter();
    let times = paired(
        40,
        |_| primitives.open(),
        |_| {
            let Ok(Envelope::Sender(message)) = Envelope::decode(queue.next().unwrap()) else {
                panic!("of a sender chain")
            };
            let opened = chains.open(&message).unwrap().unwrap();
            drop(black_box(chains.decrypt(&opened, &sender, NOW).unwrap()));
        },
    );
    row("sender chain, decrypt 64 bytes", &times);
}

/// A message each way with a turn on both sides: four Diffie–Hellmans and two key generations.
fn turn() {
    let mut rng = rng(2);
    let (mut alice, mut bob) = acquaint(&mut rng);
    let mut primitives = floor::Message::new();
    let times = paired(
        4,
        |_| primitives.round_trip_with_turns(),
        |_| {
            let envelope = alice.say(&bob, &[7; 64], &mut rng);
            bob.hear(&alice, &envelope);
            let envelope = bob.say(&alice, &[7; 64], &mut rng);
            alice.hear(&bob, &envelope);
        },
    );
    row("ping-pong, both turn", &times);
}

fn handshake() {
    let mut rng = rng(3);
    let mut alice = Party::new("alice", &mut rng);
    let mut bob = Party::new("bob", &mut rng);
    let permit = bob.permit();
    let bundles: Vec<_> = (0..=BATCHES).map(|_| bob.bundle()).collect();
    let mut envelopes = Vec::new();
    let mut primitives = floor::Handshake::new();
    let times = paired(
        1,
        |_| primitives.initiate(),
        |i| {
            alice.endpoint.initiate(&bundles[i], None, NOW, &mut rng).unwrap();
            envelopes
                .push(alice.endpoint.encrypt(&permit, &[7; 64], NOW, &mut rng).unwrap().envelope);
        },
    );
    row("first message, initiator", &times);
    let times = paired(
        1,
        |_| primitives.respond(),
        |i| {
            bob.hear(&alice, &envelopes[i]);
        },
    );
    row("first message, responder", &times);
}

/// Finding the session of one peer that is last of `peers` in the order of search, against one
/// X25519. The message is damaged behind its tag, so that only the search and one opening happen.
fn search(peers: usize, name: &str) {
    let mut rng = rng(4);
    let (mut bob, last) = people::crowd(peers, &mut rng);
    let mut envelope = last;
    let end = envelope.len() - 1;
    envelope[end - 200] ^= 1;
    let mut primitives = floor::Handshake::new();
    let times = paired(
        4,
        |_| primitives.x25519(),
        |_| {
            let result = bob.endpoint.open(&envelope, NOW);
            assert!(black_box(result).is_err());
        },
    );
    row(&format!("{name} / X25519"), &times);
}

/// The search alone: an envelope of nobody's, with sessions with `peers` devices, two tags each.
fn forged(peers: usize, name: &str) {
    let mut rng = rng(5);
    let (mut bob, mut envelope) = people::crowd(peers, &mut rng);
    envelope[12] ^= 1;
    let mut primitives = floor::Handshake::new();
    let times = paired(
        4,
        |_| primitives.x25519(),
        |_| {
            assert!(matches!(bob.endpoint.open(&envelope, NOW), Ok(Opened::Unknown)));
        },
    );
    row(&format!("{name} / X25519"), &times);
}

/// Time of one operation in each of the two, batch by batch.
struct Times(Vec<(Duration, Duration)>);

fn paired(size: usize, floor: impl FnMut(usize), ours: impl FnMut(usize)) -> Times {
    paired_in(BATCHES, size, floor, ours)
}

fn paired_in<F, O>(
    batches: usize,
    size: usize,
    mut floor: impl FnMut(usize) -> F,
    mut ours: impl FnMut(usize) -> O,
) -> Times {
    let time = |work: &mut dyn FnMut(usize), batch: usize| {
        let start = Instant::now();
        for i in 0..size {
            work(batch * size + i);
        }
        start.elapsed() / u32::try_from(size).unwrap()
    };
    let mut floor = |i| drop(black_box(floor(i)));
    let mut ours = |i| drop(black_box(ours(i)));
    Times((0..batches).map(|batch| (time(&mut ours, batch), time(&mut floor, batch))).collect())
}

fn row(name: &str, times: &Times) {
    let micros = |d: Duration| d.as_secs_f64() * 1e6;
    let ours = median(times.0.iter().map(|t| micros(t.0)).collect());
    let floor = median(times.0.iter().map(|t| micros(t.1)).collect());
    let ratio = median(times.0.iter().map(|t| micros(t.0) / micros(t.1)).collect());
    println!("{name:<34} {ours:>8.2} µs {floor:>8.2} µs {ratio:>7.2}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
