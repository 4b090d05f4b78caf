//! The operations that are counted. Each prepares, does everything once so that nothing is counted
//! that happens only the first time, and then does it once more for the count.

use std::collections::BTreeMap;

use sealwax::envelope::Envelope;
use sealwax::group::channel::GroupChannel;
use sealwax::group::{Action, GenesisDraft, Group, SignedChange, Title};
use sealwax::prekey::PrekeyBundle;
use sealwax::sender_key::SenderMessage;
use sealwax::session::Opened;

use crate::callgrind::counted;
use crate::crowd::{Account, Crowd};
use crate::people::{Gap, NOW, Party, acquaint, crowd, rng};

pub(crate) type Case = (&'static str, fn());

pub(crate) const CASES: [Case; 20] = [
    ("encrypt", encrypt),
    ("decrypt", decrypt),
    ("decrypt_behind_1000_skipped", decrypt_behind_skipped),
    ("ping_pong_with_turns", ping_pong),
    ("ping_pong_epoch", epoch),
    ("first_message_initiator", first_message_initiator),
    ("first_message_responder", first_message_responder),
    ("open_found_among_1000", found),
    ("open_unknown_among_1000", unknown),
    ("decrypt_late_of_1000", decrypt_late),
    ("bundle", bundle),
    ("group_founded", group_founded),
    ("group_encrypt", group_encrypt),
    ("group_decrypt", group_decrypt),
    ("group_100_at_once", group_at_once),
    ("group_removal_of_256", group_removal),
    ("group_restored_of_256", group_restored),
    ("group_prepared_for_511", group_prepared),
    ("store", store),
    ("restore", restore),
];

const TEXT: [u8; 64] = [7; 64];

/// One message of an established session, without a turn.
fn encrypt() {
    let mut rng = rng(1);
    let (mut alice, bob) = acquaint(&mut rng);
    let permit = bob.permit();
    alice.say(&bob, &TEXT, &mut rng);
    counted(|| alice.endpoint.encrypt(&permit, &TEXT, NOW, &mut rng).unwrap());
}

fn decrypt() {
    let mut rng = rng(2);
    let (mut alice, mut bob) = acquaint(&mut rng);
    let [first, second] = [(); 2].map(|()| alice.say(&bob, &TEXT, &mut rng));
    bob.hear(&alice, &first);
    counted(|| bob.endpoint.open(&second, NOW).unwrap());
}

fn decrypt_behind_skipped() {
    let mut gap = Gap::new(&mut rng(3));
    counted(|| gap.open_last());
}

fn decrypt_late() {
    let mut gap = Gap::new(&mut rng(12));
    gap.open_last();
    gap.open_late();
    counted(|| gap.open_late());
}

/// A message each way, with a turn on both sides.
fn ping_pong() {
    let mut rng = rng(4);
    let (mut alice, mut bob) = acquaint(&mut rng);
    round_trip(&mut alice, &mut bob, &mut rng);
    counted(|| round_trip(&mut alice, &mut bob, &mut rng));
}

/// So many round trips that every transition of the post-quantum ratchet is among them.
fn epoch() {
    let mut rng = rng(5);
    let (mut alice, mut bob) = acquaint(&mut rng);
    round_trip(&mut alice, &mut bob, &mut rng);
    counted(|| (0..45).for_each(|_| round_trip(&mut alice, &mut bob, &mut rng)));
}

fn round_trip(alice: &mut Party, bob: &mut Party, rng: &mut rand_chacha::ChaCha20Rng) {
    let envelope = alice.say(bob, &TEXT, rng);
    bob.hear(alice, &envelope);
    let envelope = bob.say(alice, &TEXT, rng);
    alice.hear(bob, &envelope);
}

fn first_message_initiator() {
    let mut rng = rng(6);
    let (mut alice, mut bob) = acquaint(&mut rng);
    let (bundle, permit) = (bob.bundle(), bob.permit());
    counted(|| {
        alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
        alice.endpoint.encrypt(&permit, &TEXT, NOW, &mut rng).unwrap()
    });
}

fn first_message_responder() {
    let mut rng = rng(7);
    let (mut alice, mut bob) = acquaint(&mut rng);
    let bundle = bob.bundle();
    alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
    let envelope = alice.say(&bob, &TEXT, &mut rng);
    let permit = alice.permit();
    counted(|| match bob.endpoint.open(&envelope, NOW).unwrap() {
        Opened::Introduction(first) => bob.endpoint.accept(*first, permit.device(), NOW).unwrap(),
        other => panic!("{other:?}"),
    });
}

/// A message of the peer that is searched for last.
fn found() {
    let (mut bob, envelope) = crowd(1_000, &mut rng(8));
    counted(|| match bob.endpoint.open(&envelope, NOW).unwrap() {
        Opened::Message(received) => received,
        other => panic!("{other:?}"),
    });
}

/// An envelope of nobody's.
fn unknown() {
    let (mut bob, mut envelope) = crowd(1_000, &mut rng(9));
    envelope[12] ^= 1;
    counted(|| assert!(matches!(bob.endpoint.open(&envelope, NOW), Ok(Opened::Unknown))));
}

fn bundle() {
    let mut bob = Party::new("bob", &mut rng(13));
    let (bytes, permit) = (bob.handed_out().encode(), bob.permit());
    counted(|| PrekeyBundle::decode(&bytes).unwrap().verify(permit.device(), NOW).unwrap());
}

/// A group of one's own, with a chain to give out.
fn group_founded() {
    let mut rng = rng(19);
    let Account { devices, list } = Account::new("owner", 1, NOW, &mut rng).unwrap();
    let lists = BTreeMap::from([(list.account().clone(), list.clone())]);
    counted(|| {
        let draft = GenesisDraft::new(Title::new("a group").unwrap());
        let founded = draft.sign(&devices[0], &list, NOW, &mut rng).unwrap();
        let own = devices[0].address().clone();
        let mut channel = GroupChannel::new(own, Group::founded(founded.genesis));
        channel.learn(&founded.epoch_secret).unwrap();
        let prepared = channel.prepare(&lists, NOW, &mut rng).unwrap();
        (prepared.distribution.encode(), channel)
    });
}

fn group_encrypt() {
    let mut rng = rng(14);
    let crowd = Crowd::new(4, 1, NOW, &mut rng).unwrap();
    let (mut writer, _) = crowd.pair(&mut rng).unwrap();
    writer.encrypt(&TEXT, NOW, &mut rng).unwrap();
    counted(|| writer.encrypt(&TEXT, NOW, &mut rng).unwrap());
}

fn group_decrypt() {
    let (mut reader, envelopes) = group_queue(2);
    let [first, second] = [0, 1].map(|i| sender_message(&envelopes[i]));
    reader.open(&first, NOW).unwrap();
    counted(|| reader.open(&second, NOW).unwrap());
}

/// A queue in one call, whose signatures are verified together.
fn group_at_once() {
    let (mut reader, envelopes) = group_queue(100);
    let messages: Vec<_> = envelopes.iter().map(|envelope| sender_message(envelope)).collect();
    counted(|| reader.open_all(&messages, NOW));
}

/// A reader in a group, and what is written to it.
fn group_queue(messages: usize) -> (GroupChannel, Vec<Vec<u8>>) {
    let mut rng = rng(15);
    let crowd = Crowd::new(4, 1, NOW, &mut rng).unwrap();
    let (mut writer, reader) = crowd.pair(&mut rng).unwrap();
    let write = |_| writer.encrypt(&TEXT, NOW, &mut rng).unwrap().sent.envelope;
    (reader, (0..messages).map(write).collect())
}

fn sender_message(envelope: &[u8]) -> SenderMessage<'_> {
    match Envelope::decode(envelope).unwrap() {
        Envelope::Sender(message) => message,
        other => panic!("{other:?}"),
    }
}

/// A member removes another, of 256: decoded, verified and applied.
fn group_removal() {
    let mut rng = rng(16);
    let mut crowd = Crowd::new(256, 1, NOW, &mut rng).unwrap();
    let remove = Action::Remove(crowd.group.state().members()[128].account.clone());
    let change = crowd.change(vec![remove], &mut rng).unwrap().change;
    let bytes = change.encode();
    counted(|| {
        let change = SignedChange::decode(&bytes).unwrap();
        crowd.group.apply(&change, &crowd.lists, NOW).unwrap()
    });
}

fn group_restored() {
    let mut rng = rng(17);
    let crowd = Crowd::new(256, 1, NOW, &mut rng).unwrap();
    let stored = crowd.pair(&mut rng).unwrap().1.stored();
    counted(|| GroupChannel::restore(&stored).unwrap());
}

/// A new chain is made for all other devices and recorded as given out, without the messages.
fn group_prepared() {
    let mut rng = rng(18);
    let crowd = Crowd::new(256, 2, NOW, &mut rng).unwrap();
    let mut channel = crowd.channel(0).unwrap();
    counted(|| {
        let prepared = channel.prepare(&crowd.lists, NOW, &mut rng).unwrap();
        channel.record(prepared.distribution.position(), &prepared.devices).unwrap()
    });
}

fn store() {
    let (alice, bob) = acquaint(&mut rng(10));
    let peer = bob.endpoint.local().address();
    counted(|| alice.endpoint.stored_peer(peer).unwrap());
}

fn restore() {
    let (alice, bob) = acquaint(&mut rng(11));
    let stored = alice.endpoint.stored_peer(bob.endpoint.local().address()).unwrap();
    let Party { endpoint, .. } = alice;
    let (local, list) = (endpoint.local().clone(), endpoint.own_list().clone());
    let prekeys = endpoint.prekeys().clone();
    counted(|| sealwax::session::Endpoint::restore(local, list, prekeys, [&stored]).complete())
        .unwrap();
}
