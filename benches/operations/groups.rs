//! Groups of the largest size.

use std::hint::black_box;

use rand_chacha::ChaCha20Rng;
use sealwax::envelope::Envelope;
use sealwax::group::channel::{GroupChannel, Opened};
use sealwax::group::{Action, Outcome, SignedChange, Title};
use sealwax::limits::GROUP_MEMBERS;
use sealwax::sender_key::SenderMessage;

use crate::crowd::Crowd;
use crate::fanout::sessions;
use crate::people::{NOW, rng};
use crate::{floor, paired, paired_in, row};

const QUEUE: usize = 1_000;
const ROTATIONS: usize = 21;
/// Bytes of an encoded distribution of a sender key.
const DISTRIBUTION: usize = 187;

pub(crate) fn run() {
    let mut rng = rng(7);
    let crowd = Crowd::new(GROUP_MEMBERS, 1, NOW, &mut rng).unwrap();
    messages(&crowd, &mut rng);
    changes(&crowd, &mut rng);
    catching_up(&crowd, &mut rng);
}

/// One message in a group of 1,024, 64 bytes of text.
fn messages(crowd: &Crowd, rng: &mut ChaCha20Rng) {
    let (mut writer, mut reader) = crowd.pair(rng).unwrap();
    let mut envelopes = Vec::new();
    let mut primitives = floor::Sender::new();
    let times = paired(
        40,
        |_| primitives.seal(),
        |_| envelopes.push(writer.encrypt(&[7; 64], NOW, rng).unwrap().sent.envelope),
    );
    row("group message, encrypt 64 bytes", &times);
    let mut primitives = floor::Sender::new();
    let mut queue = envelopes.iter();
    let times = paired(
        40,
        |_| primitives.open(),
        |_| {
            let opened = reader.open(&message(queue.next().unwrap()), NOW).unwrap();
            assert!(matches!(black_box(opened), Opened::Message(_)));
        },
    );
    row("group message, decrypt 64 bytes", &times);
}

fn message(envelope: &[u8]) -> SenderMessage<'_> {
    match Envelope::decode(envelope).unwrap() {
        Envelope::Sender(message) => message,
        other => panic!("{other:?}"),
    }
}

/// A change of one action in a group of 1,024 members, decoded, verified and applied; against one
/// verification of a signature.
fn changes(crowd: &Crowd, rng: &mut ChaCha20Rng) {
    let state = crowd.group.state();
    println!("{:<34} {:>8} bytes", "state of 1,024 members", state.to_bytes().len());
    let title = Action::SetTitle(Title::new("another title").unwrap());
    let remove = Action::Remove(state.members()[500].account.clone());
    for (name, action) in [("change of a title", title), ("removal of one", remove)] {
        let change = crowd.change(vec![action], rng).unwrap().change;
        let bytes = change.encode();
        println!("{:<34} {:>8} bytes", name, bytes.len());
        let mut primitives = floor::Sender::new();
        let times = paired(
            2,
            |_| primitives.open(),
            |_| {
                let change = SignedChange::decode(&bytes).unwrap();
                let mut group = crowd.group.clone();
                let outcome = group.apply(&change, &crowd.lists, NOW).unwrap();
                assert!(matches!(black_box(outcome), Outcome::Applied(_)));
            },
        );
        row(&format!("{name}, applied / message"), &times);
    }
}

/// A queue of 1,000 messages, at once against one by one.
fn catching_up(crowd: &Crowd, rng: &mut ChaCha20Rng) {
    let (mut writer, reader) = crowd.pair(rng).unwrap();
    let envelopes: Vec<_> =
        (0..QUEUE).map(|_| writer.encrypt(&[7; 64], NOW, rng).unwrap().sent.envelope).collect();
    let messages: Vec<_> = envelopes.iter().map(|envelope| message(envelope)).collect();
    let stored = reader.stored();
    let fresh = || GroupChannel::restore(&stored).unwrap();
    let batches = 5;
    let mut singles: Vec<_> = (0..batches).map(|_| fresh()).collect();
    let mut at_once: Vec<_> = (0..batches).map(|_| fresh()).collect();
    let times = paired_in(
        batches,
        1,
        |i| {
            for message in &messages {
                drop(black_box(singles[i].open(message, NOW).unwrap()));
            }
        },
        |i| drop(black_box(at_once[i].open_all(&messages, NOW))),
    );
    row("1,000 queued at once / one by one", &times);
}

/// A new chain for 1,000 members with two devices each: pairwise messages to 1,999 devices, against
/// as many pairwise messages of the same length and nothing else.
pub(crate) fn rotation() {
    let rng = &mut rng(9);
    let crowd = Crowd::new(1_000, 2, NOW, rng).unwrap();
    let (mut endpoint, permits) = sessions(&crowd, rng);
    let mut channels: Vec<_> = (0..ROTATIONS).map(|_| crowd.channel(0).unwrap()).collect();
    // Pairwise messages are not of the same cost while the post-quantum ratchets begin.
    let (mut pairwise, _) = sessions(&crowd, rng);
    let (mut total, mut length) = (0, 0);
    let generator = std::cell::RefCell::new(rng);
    let times = paired_in(
        ROTATIONS,
        1,
        |_| {
            let mut rng = generator.borrow_mut();
            for permit in &permits {
                black_box(pairwise.encrypt(permit, &[7; DISTRIBUTION], NOW, *rng).unwrap());
            }
        },
        |i| {
            let mut rng = generator.borrow_mut();
            let prepared = channels[i].prepare(&crowd.lists, NOW, *rng).unwrap();
            let distribution = prepared.distribution.encode();
            (total, length) = (0, distribution.len());
            for permit in &permits {
                total += endpoint.encrypt(permit, &distribution, NOW, *rng).unwrap().envelope.len();
            }
            channels[i].record(prepared.distribution.position(), &prepared.devices).unwrap();
        },
    );
    assert_eq!(length, DISTRIBUTION);
    row("rotation / 1,999 pairwise messages", &times);
    println!("{:<34} {total:>8} bytes", "");
}
