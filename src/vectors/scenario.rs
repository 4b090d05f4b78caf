use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::party::{NOW, Party};
use super::{Recorder, Topic, digest, field, flipped, integer};
use crate::identity::DeviceAddress;
use crate::session::{Endpoint, Introduction, OpenError, Opened, Received, StoredPeer};
use crate::time::Timestamp;

/// SPEC.md sections 11 and 15: two devices, through the operations that applications use.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "scenario-two-devices",
        &[
            ("convergence", "both sides begin sessions, or begin again"),
            ("refusal", "some step is refused, and changes nothing"),
        ],
    );
    topic.group(json!({ "op": "scenario" }));
    conversation(&mut topic);
    renewal(&mut topic);
    simultaneous(&mut topic);
    refusals(&mut topic);
    restored(&mut topic);
    topic
}

const ALICE: usize = 0;
const BOB: usize = 1;
const NAMES: [&str; 2] = ["alice", "bob"];

/// One side; what it starts with lies in the party.
struct Side {
    party: Party,
    endpoint: Endpoint,
}

impl Side {
    fn new(party: Party) -> Self {
        let local = party.local.clone();
        let endpoint = Endpoint::new(local, party.verified_list(), party.prekeys.clone());
        Self { party, endpoint }
    }

    fn address(&self) -> &DeviceAddress {
        self.party.local.address()
    }
}

struct Scenario {
    sides: [Side; 2],
    now: Timestamp,
    rng: Recorder,
    steps: Vec<Value>,
    envelopes: Vec<Vec<u8>>,
    introductions: Vec<Option<Box<Introduction>>>,
    inputs: Value,
}

impl Scenario {
    fn new(name: &str) -> Self {
        let mut rng = Recorder::new(name);
        let alice = Party::new("alice", 0x0a11_ce01, &mut rng);
        let bob = Party::new("bob", 0x0b0b_0001, &mut rng);
        let inputs = json!({ "actors": { "alice": alice.describe(), "bob": bob.describe() } });
        Self {
            sides: [Side::new(alice), Side::new(bob)],
            now: NOW,
            rng,
            steps: vec![],
            envelopes: vec![],
            introductions: vec![],
            inputs,
        }
    }

    /// A step, a second after the one before, with the actor's state after it.
    fn step(&mut self, actor: usize, op: &str, expect: &str, mut step: Value) {
        step["actor"] = json!(NAMES[actor]);
        step["op"] = json!(op);
        step["expect"] = json!(expect);
        step["now"] = json!(self.now.as_millis());
        step["state_digest"] = self.state(actor);
        self.steps.push(step);
        self.now = self.now.saturating_add(core::time::Duration::from_secs(1));
    }

    fn state(&self, actor: usize) -> Value {
        let endpoint = &self.sides[actor].endpoint;
        let stored = endpoint.stored_peer(self.sides[1 - actor].address());
        let part = |of: fn(&StoredPeer) -> &[u8]| stored.as_ref().map(|stored| digest(of(stored)));
        json!({
            "active": part(|stored| &stored.active),
            "archive": part(|stored| &stored.archive),
            "prekeys": digest(&endpoint.prekeys().to_bytes()),
        })
    }

    /// Begins a session with the bundle that the server hands out after `before` others.
    fn initiate(&mut self, actor: usize, before: usize) {
        let party = &self.sides[1 - actor].party;
        let (bundle, verified) = (party.bundle(before).encode(), party.verified_bundle(before));
        self.rng.taken();
        let endpoint = &mut self.sides[actor].endpoint;
        let begun = endpoint.initiate(&verified, None, self.now, &mut self.rng).unwrap();
        let fields = json!({
            "bundle": hex::encode(bundle), "random": self.rng.taken(),
            "session": hex::encode(begun.session.as_bytes()),
        });
        self.step(actor, "initiate", "ok", fields);
    }

    fn encrypt(&mut self, actor: usize, text: &[u8]) -> usize {
        let other = &self.sides[1 - actor];
        let permit = other.party.contact().permit(other.address().device, self.now).unwrap();
        self.rng.taken();
        let endpoint = &mut self.sides[actor].endpoint;
        let result = endpoint.encrypt(&permit, text, self.now, &mut self.rng);
        let mut fields = json!({ "plaintext": hex::encode(text), "random": self.rng.taken() });
        let expect = match result {
            Err(error) => error.code(),
            Ok(encrypted) => {
                fields["wire_out"] = json!(hex::encode(&encrypted.envelope));
                fields["session"] = json!(hex::encode(encrypted.session.as_bytes()));
                self.envelopes.push(encrypted.envelope);
                "ok"
            }
        };
        self.step(actor, "encrypt", expect, fields);
        self.envelopes.len().saturating_sub(1)
    }

    fn open(&mut self, actor: usize, envelope: usize) {
        let bytes = self.envelopes[envelope].clone();
        self.open_bytes(actor, json!({ "envelope": envelope }), &bytes);
    }

    fn open_changed(&mut self, actor: usize, bytes: &[u8]) {
        self.open_bytes(actor, json!({ "bytes": hex::encode(bytes) }), bytes);
    }

    fn open_bytes(&mut self, actor: usize, mut fields: Value, bytes: &[u8]) {
        let expect = match self.sides[actor].endpoint.open(bytes, self.now) {
            Ok(Opened::Message(received)) => {
                describe(&mut fields, &received);
                "ok"
            }
            Ok(Opened::Introduction(introduction)) => {
                let initiator = introduction.initiator();
                fields["plaintext"] = json!(hex::encode(introduction.plaintext()));
                fields["certificate"] = json!(hex::encode(initiator.certificate().encode()));
                fields["introduction"] = json!(self.introductions.len());
                self.introductions.push(Some(introduction));
                "introduction"
            }
            Ok(Opened::Duplicate) => "duplicate",
            Ok(Opened::TooOld) => "too-old",
            Ok(Opened::Sender) => "sender",
            Ok(Opened::Unknown) => "unknown",
            Err(error) => {
                fields["cause"] = json!(match &error {
                    OpenError::Envelope(cause) => cause.code(),
                    OpenError::Handshake(cause) => cause.code(),
                    OpenError::FirstMessage(cause) | OpenError::Message { error: cause, .. } => {
                        cause.code()
                    }
                });
                error.code()
            }
        };
        self.step(actor, "open", expect, fields);
    }

    fn accept(&mut self, actor: usize, introduction: usize) {
        let sender = self.sides[1 - actor].party.verified();
        let taken = self.introductions[introduction].take().unwrap();
        let mut fields = json!({ "introduction": introduction });
        let expect = match self.sides[actor].endpoint.accept(*taken, &sender, self.now) {
            Err(error) => error.code(),
            Ok(received) => {
                describe(&mut fields, &received);
                "ok"
            }
        };
        self.step(actor, "accept", expect, fields);
    }

    fn reset(&mut self, actor: usize) {
        let peer = self.sides[1 - actor].address().clone();
        let endpoint = &mut self.sides[actor].endpoint;
        let session = endpoint.sessions(&peer).unwrap().active.unwrap();
        endpoint.reset(&peer, session, self.now).unwrap();
        self.step(actor, "reset", "ok", json!({}));
    }

    fn stored(&self, actor: usize) -> StoredPeer {
        self.sides[actor].endpoint.stored_peer(self.sides[1 - actor].address()).unwrap()
    }

    /// Back to what was stored before a step.
    fn restore(&mut self, actor: usize, stored: &StoredPeer, before: usize) {
        let endpoint = &self.sides[actor].endpoint;
        let (local, list) = (endpoint.local().clone(), endpoint.own_list().clone());
        let prekeys = endpoint.prekeys().clone();
        self.sides[actor].endpoint = Endpoint::restore(local, list, prekeys, [stored]).endpoint;
        self.step(actor, "restore", "ok", json!({ "before": before }));
    }

    fn pass(&mut self, from: usize, text: &[u8]) {
        let envelope = self.encrypt(from, text);
        self.open(1 - from, envelope);
    }

    fn finish(mut self, topic: &mut Topic, comment: &str, flags: &[&str]) {
        self.inputs["steps"] = Value::Array(self.steps);
        topic.test(comment, flags, "ok", self.inputs);
    }
}

fn describe(fields: &mut Value, received: &Received) {
    fields["plaintext"] = json!(hex::encode(&received.plaintext));
    fields["session"] = json!(hex::encode(received.session.as_bytes()));
    fields["wire_id"] = json!(hex::encode(received.wire_id.to_bytes()));
}

fn conversation(topic: &mut Topic) {
    let mut scenario = Scenario::new("scenario/conversation");
    scenario.initiate(ALICE, 0);
    let first = scenario.encrypt(ALICE, b"hello");
    let second = scenario.encrypt(ALICE, b"are you there?");
    scenario.open(BOB, second);
    scenario.accept(BOB, 0);
    scenario.open(BOB, first);
    scenario.open(BOB, first);
    scenario.pass(BOB, b"I am");
    scenario.pass(ALICE, b"good");
    let lost = scenario.encrypt(BOB, b"late");
    for _ in 0..3 {
        scenario.pass(BOB, b"well");
        scenario.pass(ALICE, b"and well");
    }
    scenario.open(ALICE, lost);
    scenario.open(ALICE, lost);
    scenario.finish(topic, "two devices talk", &[]);
}

fn renewal(topic: &mut Topic) {
    let mut scenario = Scenario::new("scenario/renewal");
    scenario.initiate(ALICE, 0);
    let hello = scenario.encrypt(ALICE, b"hello");
    scenario.open(BOB, hello);
    scenario.accept(BOB, 0);
    scenario.pass(BOB, b"hello");
    let late = scenario.encrypt(BOB, b"from the old session");
    scenario.reset(ALICE);
    scenario.encrypt(ALICE, b"no session sends");
    scenario.initiate(ALICE, 1);
    let again = scenario.encrypt(ALICE, b"hello again");
    scenario.open(BOB, again);
    scenario.accept(BOB, 1);
    scenario.pass(BOB, b"in the new session");
    scenario.open(ALICE, late);
    scenario.pass(ALICE, b"in the old session again");
    scenario.pass(BOB, b"follows");
    scenario.finish(topic, "a session is reset, replaced and comes back", &["convergence"]);
}

fn simultaneous(topic: &mut Topic) {
    let mut scenario = Scenario::new("scenario/simultaneous");
    scenario.initiate(ALICE, 0);
    scenario.initiate(BOB, 0);
    let from_alice = scenario.encrypt(ALICE, b"from alice");
    let from_bob = scenario.encrypt(BOB, b"from bob");
    scenario.open(BOB, from_alice);
    scenario.accept(BOB, 0);
    scenario.open(ALICE, from_bob);
    scenario.accept(ALICE, 1);
    for _ in 0..2 {
        scenario.pass(ALICE, b"both in one session");
        scenario.pass(BOB, b"both in one session");
    }
    scenario.finish(topic, "both sides begin at once", &["convergence"]);
}

fn refusals(topic: &mut Topic) {
    let mut scenario = Scenario::new("scenario/refusals");
    scenario.initiate(ALICE, 0);
    let first = scenario.encrypt(ALICE, b"first");
    let second = scenario.encrypt(ALICE, b"second");
    let good = scenario.envelopes[first].clone();
    scenario.open_changed(BOB, &[]);
    scenario.open_changed(BOB, &integer(1, 1));
    scenario.open_changed(BOB, &flipped(&good, good.len() - 1));
    scenario.open_changed(BOB, &flipped(&good, 200));
    scenario.open(BOB, first);
    scenario.open(BOB, first);
    scenario.accept(BOB, 0);
    scenario.accept(BOB, 1);
    scenario.open(BOB, first);
    let later = scenario.envelopes[second].clone();
    scenario.open_changed(BOB, &flipped(&later, later.len() - 1));
    scenario.initiate(ALICE, 0);
    let used = scenario.encrypt(ALICE, b"under used prekeys");
    scenario.open(BOB, used);
    let mixed = mixed(&scenario.envelopes[used], &later);
    scenario.open_changed(BOB, &mixed);
    scenario.open(BOB, second);
    let reply = scenario.encrypt(BOB, b"reply");
    let bytes = scenario.envelopes[reply].clone();
    scenario.open_changed(ALICE, &flipped(&bytes, 9));
    scenario.open_changed(ALICE, &flipped(&bytes, 60));
    scenario.open_changed(ALICE, &flipped(&bytes, bytes.len() - 1));
    scenario.open(ALICE, reply);
    scenario.finish(topic, "what is refused, and that it changes nothing", &["refusal"]);
}

/// A device that goes back to an old state contradicts itself, and its peer gives the session up.
fn restored(topic: &mut Topic) {
    let mut scenario = Scenario::new("scenario/restored");
    scenario.initiate(ALICE, 0);
    let old = scenario.stored(ALICE);
    let before = scenario.steps.len();
    let first = scenario.encrypt(ALICE, b"first");
    scenario.open(BOB, first);
    scenario.accept(BOB, 0);
    scenario.restore(ALICE, &old, before);
    scenario.pass(ALICE, b"a number that was used");
    scenario.pass(ALICE, b"of another Braid");
    scenario.pass(ALICE, b"in a session that is over");
    scenario.encrypt(BOB, b"nothing is sent in it either");
    scenario.initiate(BOB, 0);
    let anew = scenario.encrypt(BOB, b"a new one");
    scenario.open(ALICE, anew);
    scenario.accept(ALICE, 1);
    scenario.pass(BOB, b"goes on");
    scenario.finish(topic, "an old state is restored", &["refusal"]);
}

/// The handshake of one envelope with the message of another.
fn mixed(one: &[u8], other: &[u8]) -> Vec<u8> {
    let ([handshake, _], [_, message]) = (halves(one), halves(other));
    let inner = [field(1, handshake), field(2, message)].concat();
    [integer(1, 1), field(2, &inner)].concat()
}

/// Handshake and message of an envelope that has both.
fn halves(envelope: &[u8]) -> [&[u8]; 2] {
    let mut outer = crate::wire::Fields::new(envelope);
    outer.u32(1).unwrap();
    let mut inner = crate::wire::Fields::new(outer.bytes(2).unwrap());
    [inner.bytes(1).unwrap(), inner.bytes(2).unwrap()]
}
