//! Groups of the largest size.

use std::hint::black_box;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use sealwax::envelope::Envelope;
use sealwax::group::channel::{GroupChannel, Opened};
use sealwax::group::{Action, Outcome, SignedChange, Title};
use sealwax::identity::{Contact, SendPermit};
use sealwax::limits::GROUP_MEMBERS;
use sealwax::prekey::{PrekeyShelf, PrekeyStore};
use sealwax::sender_key::SenderMessage;
use sealwax::session::{Endpoint, Opened as OpenedSession};

use crate::people::{NOW, rng};
use crate::{floor, paired, row};

#[path = "../../examples/sizes/groups.rs"]
mod crowd;

use crowd::Crowd;

const QUEUE: usize = 1_000;

pub(crate) fn run() {
    let mut rng = rng(7);
    let crowd = Crowd::new(GROUP_MEMBERS, 1, NOW, &mut rng).unwrap();
    messages(&crowd, &mut rng);
    changes(&crowd, &mut rng);
    catching_up(&crowd, &mut rng);
    rotation(&mut rng);
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
    let times = crate::paired_in(
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
fn rotation(rng: &mut ChaCha20Rng) {
    let crowd = Crowd::new(1_000, 2, NOW, rng).unwrap();
    let (mut endpoint, permits) = sessions(&crowd, rng);
    let mut channel = crowd.channel(0).unwrap();
    let start = Instant::now();
    let prepared = channel.prepare(&crowd.lists, NOW, rng).unwrap();
    let prepare = start.elapsed();
    assert_eq!(prepared.devices.len(), permits.len());
    let distribution = prepared.distribution.encode();
    let mut bytes = 0;
    let start = Instant::now();
    for permit in &permits {
        bytes += endpoint.encrypt(permit, &distribution, NOW, rng).unwrap().envelope.len();
    }
    let encrypts = start.elapsed();
    let devices: Vec<_> = prepared.devices.iter().map(|d| d.address().clone()).collect();
    let start = Instant::now();
    channel.record(prepared.distribution.position(), &devices).unwrap();
    let record = start.elapsed();
    println!(
        "rotation for {} devices: prepare {prepare:.1?}, encrypts {encrypts:.1?}, record {record:.1?}, {bytes} bytes",
        devices.len(),
    );
}

/// The owner's first device with a session with every other device, and the permits to write.
fn sessions(crowd: &Crowd, rng: &mut ChaCha20Rng) -> (Endpoint, Vec<SendPermit>) {
    let owner = &crowd.accounts[0];
    let device = &owner.devices[0];
    let prekeys = PrekeyStore::new(NOW, rng);
    let mut shelf = PrekeyShelf::new(prekeys.publication(device, NOW));
    let own = owner.list.device(device.address().device, NOW).unwrap();
    let mut endpoint = Endpoint::new(device.clone(), owner.list.clone(), prekeys);
    let owner_contact = Contact::trust_on_first_use(owner.list.signed().clone(), NOW).unwrap();
    let to_owner = owner_contact.permit(device.address().device, NOW).unwrap();
    let others = PrekeyStore::new(NOW, rng);
    let mut permits = Vec::new();
    for account in &crowd.accounts {
        let contact = Contact::trust_on_first_use(account.list.signed().clone(), NOW).unwrap();
        for peer in account.devices.iter().filter(|peer| peer.address() != device.address()) {
            let prekeys = PrekeyStore::from_bytes(&others.to_bytes()).unwrap();
            let mut peer_end = Endpoint::new(peer.clone(), account.list.clone(), prekeys);
            let bundle = shelf.take_bundle(NOW).verify(&own, NOW).unwrap();
            peer_end.initiate(&bundle, None, NOW, rng).unwrap();
            let first = peer_end.encrypt(&to_owner, b"hello", NOW, rng).unwrap().envelope;
            let permit = contact.permit(peer.address().device, NOW).unwrap();
            match endpoint.open(&first, NOW).unwrap() {
                OpenedSession::Introduction(first) => {
                    endpoint.accept(*first, permit.device(), NOW).unwrap()
                }
                other => panic!("{other:?}"),
            };
            permits.push(permit);
        }
    }
    (endpoint, permits)
}
