//! Vectors of group messages; a child of their module, for what it keeps to itself.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::tests::{World, message};
use super::*;
use crate::group::fixture::{People, id};
use crate::group::{Action, GenesisDraft, Role, Title};
use crate::identity::fixture::{NOW, rng};
use crate::limits::{GROUP_FORMER_AGE, GROUP_PAST_AGE};
use crate::sender_key::{
    Distribution, OpenSenderError, Rotation, SendingChain, Standing, StoredSendingChain,
};
use crate::vectors::from_python::Inputs;
use crate::vectors::{Recorder, Topic, digest, flipped};

fn address(address: &DeviceAddress) -> Value {
    json!({ "account": hex::encode(address.account.as_bytes()), "device": address.device.as_u32() })
}

/// All parts of a channel, in one order.
fn parts(stored: &StoredChannel) -> Vec<Vec<u8>> {
    let sending = stored.sending.iter().flat_map(|s| [s.hot.to_vec(), s.recipients.to_vec()]);
    let scopes = stored.scopes.iter().flat_map(|scope| {
        let chains = scope.chains.iter().map(|chain| chain.to_vec());
        core::iter::once(scope.scope.to_vec()).chain(chains)
    });
    core::iter::once(stored.membership.clone()).chain(sending).chain(scopes).collect()
}

fn state_digest(channel: &GroupChannel) -> String {
    digest(&parts(&channel.stored()).concat())
}

fn stored_json(stored: &StoredChannel) -> Value {
    let scope = |scope: &StoredScope| {
        let chains: Vec<_> = scope.chains.iter().map(|chain| hex::encode(&**chain)).collect();
        json!({ "scope": hex::encode(&*scope.scope), "chains": chains })
    };
    json!({
        "membership": hex::encode(&stored.membership),
        "hot": stored.sending.as_ref().map(|s| hex::encode(&*s.hot)),
        "recipients": stored.sending.as_ref().map(|s| hex::encode(&*s.recipients)),
        "scopes": stored.scopes.iter().map(scope).collect::<Vec<_>>(),
    })
}

/// The outcome's name, and what a message says.
fn outcome(opened: &Result<Opened, OpenSenderError>, fields: &mut Value) -> &'static str {
    match opened {
        Ok(Opened::Message(heard)) => {
            fields["sender"] = address(&heard.sender);
            fields["role"] = json!(heard.role as u8);
            fields["revision"] = json!(heard.revision);
            fields["former"] = json!(heard.former);
            fields["plaintext"] = json!(hex::encode(&heard.plaintext));
            "ok"
        }
        Ok(Opened::Duplicate) => "duplicate",
        Ok(Opened::TooOld) => "too-old",
        Ok(Opened::Own) => "own",
        Ok(Opened::NeedState { .. }) => "need-state",
        Ok(Opened::Fork { .. }) => "fork",
        Ok(Opened::NeedSenderKey(_)) => "need-sender-key",
        Ok(Opened::NotAllowed { reason: NotAllowedReason::NoSuchMember, .. }) => {
            "not-allowed/member"
        }
        Ok(Opened::NotAllowed { reason: NotAllowedReason::Role, .. }) => "not-allowed/role",
        Ok(Opened::NotAllowed { reason: NotAllowedReason::Former, .. }) => "not-allowed/former",
        Ok(Opened::NotAllowed { reason: NotAllowedReason::KeyEpoch, .. }) => {
            "not-allowed/key-epoch"
        }
        Ok(Opened::Unknown) => "unknown",
        Err(error) => error.code(),
    }
}

/// What a reader of the second implementation's makes of messages, one after the other.
pub(crate) fn opened(inputs: &Inputs<'_>) -> BTreeMap<&'static str, Value> {
    let stored = stored_of(&inputs.0["reader"]);
    let mut channel = GroupChannel::restore(&stored).unwrap();
    assert_eq!(channel.stored(), stored);
    let mut open = |received: &Value| {
        let received = Inputs(received);
        let now = Timestamp::from_millis(received.number("now"));
        let opened = channel.open(&message(&received.bytes("envelope")), now);
        let mut fields = json!({});
        fields["expect"] = json!(outcome(&opened, &mut fields));
        fields
    };
    let received = inputs.0["received"].as_array().unwrap();
    let opened: Vec<_> = received.iter().map(&mut open).collect();
    [("opened", json!(opened)), ("state_digest", json!(state_digest(&channel)))].into()
}

/// What [`stored_json`] wrote.
fn stored_of(json: &Value) -> StoredChannel {
    let parts = Inputs(json);
    let sending = !json["hot"].is_null();
    let scope = |json: &Value| {
        let chains = json["chains"].as_array().unwrap().iter();
        let chain = |chain: &Value| hex::decode(chain.as_str().unwrap()).unwrap().into();
        StoredScope {
            scope: Inputs(json).bytes("scope").into(),
            chains: chains.map(chain).collect(),
        }
    };
    StoredChannel {
        membership: parts.bytes("membership"),
        pending: None,
        sending: sending.then(|| StoredSendingChain {
            hot: parts.bytes("hot").into(),
            recipients: parts.bytes("recipients").into(),
        }),
        scopes: json["scopes"].as_array().unwrap().iter().map(scope).collect(),
    }
}

/// SPEC.md section 16.4: one reader, at one state, and what it makes of each message.
pub(crate) fn messages() -> Topic {
    let mut topic = Topic::new(
        "group-messages",
        &[
            ("past", "of an earlier revision"),
            ("claim", "the header says what is not so"),
            ("changed", "something was changed on the way"),
        ],
    );
    let mut world = World::new();
    let [first, second] = ["first", "second"].map(|text| world.say("adam", text));
    let last_words = world.say("max", "last words");
    let own = world.say("mia", "my own");
    world.remove_max();
    for name in ["olga", "anna", "adam", "mona", "mia"] {
        world.distribute(name);
    }
    let stored = world.stored("mia");
    let now = world.now;
    let present = world.say("adam", "in the new key epoch");
    let later = later(&mut world);
    let claims = claims(&mut world);
    let unknown = flipped(&present, 8);
    topic.group(json!({ "op": "open", "reader": stored_json(&stored) }));
    let mut open = |comment: &str, flags: &[&str], envelope: &[u8], now: Timestamp| {
        let mut channel = GroupChannel::restore(&stored).unwrap();
        let opened = channel.open(&message(envelope), now);
        let mut fields = json!({ "envelope": hex::encode(envelope), "now": now.as_millis() });
        let expect = outcome(&opened, &mut fields);
        fields["state_digest"] = json!(state_digest(&channel));
        assert!(expect == "ok" || channel.stored() == stored);
        topic.test(comment, flags, expect, fields);
    };
    let after = |age: Duration| now.saturating_add(age).saturating_add(Duration::from_millis(1));
    open("of the present revision", &[], &present, now);
    open("of an earlier revision and key epoch", &["past"], &first, now);
    open(
        "another, at the end of the window",
        &["past"],
        &second,
        now.saturating_add(GROUP_PAST_AGE),
    );
    open("after it", &["past"], &second, after(GROUP_PAST_AGE));
    open("of a member that was removed since", &["past"], &last_words, now);
    let end = now.saturating_add(GROUP_FORMER_AGE);
    open("at the end of its window", &["past"], &last_words, end);
    open("after it", &["past"], &last_words, after(GROUP_FORMER_AGE));
    open("the reader's own", &["past"], &own, now);
    open("of a later revision", &["claim"], &later, now);
    open("of no scope", &["changed"], &unknown, now);
    open("with a changed header", &["changed"], &flipped(&present, 40), now);
    open("with a changed body", &["changed"], &flipped(&present, present.len() - 1), now);
    for (comment, envelope) in &claims {
        open(comment, &["claim"], envelope, now);
    }
    topic
}

fn later(world: &mut World) -> Vec<u8> {
    let change = world.author("anna", vec![Action::SetTitle(Title::new("later").unwrap())]);
    world.publish(&["anna"], &change);
    world.distribute("anna");
    world.say("anna", "of a later revision")
}

/// What adam's device makes with its own chain under other standings.
fn claims(world: &mut World) -> Vec<(&'static str, Vec<u8>)> {
    let state = world.channels["adam"].group().state().clone();
    let prefix = send::prefix(state.hash().as_bytes());
    let index = |name: &str| state.member_index(&id(name)).unwrap();
    let (revision, adam) = (state.revision(), index("adam"));
    let standing =
        |member_index, revision, state_prefix| Standing { member_index, revision, state_prefix };
    let mut other = prefix;
    other[0] ^= 1;
    let past = send::prefix(state.previous().as_bytes());
    let cases = [
        ("another state of this revision", standing(adam, revision, other)),
        ("another state of the revision before", standing(adam, 0, other)),
        ("the revision before, of another key epoch", standing(adam, 0, past)),
        ("no such member", standing(99, revision, prefix)),
        ("a member that may not write", standing(index("otto"), revision, prefix)),
        (
            "another member, of whom there is no such chain",
            standing(index("anna"), revision, prefix),
        ),
        ("a revision that never was", standing(adam, u32::MAX, prefix)),
    ];
    let World { channels, now, rng, .. } = world;
    let adam = &channels["adam"];
    let (chain, ready) = (adam.sending.as_ref().unwrap(), adam.ready.as_ref().unwrap());
    let mut make = |standing| {
        let mut chain = SendingChain::restore(&chain.stored()).unwrap();
        let sent = chain.encrypt(&ready.audience, standing, b"x", &Rotation::GROUP, *now, rng);
        sent.unwrap().envelope
    };
    cases.map(|(comment, standing)| (comment, make(standing))).to_vec()
}

const FIVE: [&str; 5] = ["olga", "anna", "mona", "max", "mia"];

/// Five members and everything that they do, with the digest of the actor's state after each step.
struct Scenario {
    people: People,
    channels: BTreeMap<&'static str, GroupChannel>,
    now: Timestamp,
    rng: Recorder,
    steps: Vec<Value>,
}

/// SPEC.md section 16, through the operations that applications use.
pub(crate) fn scenario() -> Topic {
    let mut topic = Topic::new(
        "scenario-five-members",
        &[("refusal", "some step is refused, and changes nothing")],
    );
    topic.group(json!({ "op": "group-scenario" }));
    let people = People::new(&FIVE);
    let roles = [
        ("anna", Role::Admin),
        ("mona", Role::Moderator),
        ("max", Role::Member),
        ("mia", Role::Member),
    ];
    let draft = GenesisDraft::new(Title::new("five").unwrap());
    let draft =
        roles.iter().fold(draft, |draft, (name, role)| draft.member(people.list(name), *role));
    let founded = draft.sign(people.device("olga"), people.list("olga"), NOW, &mut rng(1)).unwrap();
    let channel = |name: &&'static str| {
        let own = people.device(name).address().clone();
        (*name, GroupChannel::new(own, Group::founded(founded.genesis.clone())))
    };
    let channels: BTreeMap<_, _> = FIVE.iter().map(channel).collect();
    let actors: Vec<_> = channels
        .iter()
        .map(|(name, channel)| {
            let list = people.list(name).signed().encode();
            json!({ "name": name, "list": hex::encode(list), "stored": stored_json(&channel.stored()) })
        })
        .collect();
    let rng = Recorder::new("scenario-five-members");
    let mut scenario = Scenario { people, channels, now: NOW, rng, steps: vec![] };
    scenario.play(&founded.epoch_secret);
    let fields = json!({ "actors": actors, "steps": scenario.steps });
    topic.test("founding, talking, a removal with messages under way", &["refusal"], "ok", fields);
    topic
}

impl Scenario {
    fn play(&mut self, secret: &EpochSecret) {
        self.learn("olga", secret);
        for name in FIVE {
            self.distribute(name);
        }
        let hello = self.say("max", "hello");
        for name in ["olga", "anna", "mona", "mia"] {
            self.hear(name, &hello);
        }
        self.hear("mia", &hello);
        let last_words = self.say("max", "wait");
        let change = self.change("mona", vec![Action::Remove(id("max"))]);
        self.apply("mona", &change.change);
        self.learn("mona", change.epoch_secret.as_ref().unwrap());
        self.say("mona", "on the old chain");
        for name in ["olga", "anna", "max", "mia"] {
            self.apply(name, &change.change);
        }
        self.say("max", "on no chain");
        for name in ["mona", "olga", "anna", "mia"] {
            self.distribute(name);
        }
        let without = self.say("anna", "without max");
        for name in ["olga", "mona", "mia", "max"] {
            self.hear(name, &without);
            self.hear(name, &last_words);
        }
        self.now = self.now.saturating_add(Duration::from_hours(2));
        self.hear("anna", &last_words);
        let title = self.change("anna", vec![Action::SetTitle(Title::new("four").unwrap())]);
        self.apply("anna", &title.change);
        self.distribute("anna");
        let ahead = self.say("anna", "first");
        self.hear("mia", &ahead);
        self.say("mia", "behind");
        self.apply("mia", &title.change);
        self.hear("mia", &ahead);
    }

    fn step(&mut self, actor: &str, op: &str, expect: &str, mut step: Value) {
        step["actor"] = json!(actor);
        step["op"] = json!(op);
        step["expect"] = json!(expect);
        step["now"] = json!(self.now.as_millis());
        step["state_digest"] = json!(state_digest(&self.channels[actor]));
        self.steps.push(step);
        self.now = self.now.saturating_add(Duration::from_secs(1));
    }

    fn learn(&mut self, name: &'static str, secret: &EpochSecret) {
        self.channels.get_mut(name).unwrap().learn(secret).unwrap();
        let secret = hex::encode(crate::vectors::encode(secret));
        self.step(name, "learn", "ok", json!({ "epoch_secret": secret }));
    }

    fn distribute(&mut self, name: &'static str) {
        let Self { people, channels, now, rng, .. } = self;
        rng.taken();
        let channel = channels.get_mut(name).unwrap();
        let prepared = channel.prepare(&people.lists, *now, rng).unwrap();
        let random = rng.taken();
        let given = prepared.distribution.encode();
        let listed: Vec<_> = prepared.devices.iter().map(address).collect();
        let fields =
            json!({ "random": random, "distribution": hex::encode(&*given), "devices": listed });
        self.step(name, "prepare", "ok", fields);
        self.channels
            .get_mut(name)
            .unwrap()
            .record(prepared.distribution.position(), &prepared.devices)
            .unwrap();
        self.step(name, "record", "ok", json!({ "devices": listed }));
        let from = self.channels[name].own().clone();
        let others = FIVE
            .into_iter()
            .filter(|other| prepared.devices.iter().any(|d| d.account == id(other)));
        for other in others.collect::<Vec<_>>() {
            let Self { people, channels, now, .. } = self;
            let given = Distribution::decode(&given).unwrap();
            let channel = channels.get_mut(other).unwrap();
            let taken = channel.accept(&from, &given, &people.lists, *now).unwrap();
            assert!(matches!(taken, KeyOutcome::Taken { .. }));
            let position = self.steps.iter().rposition(|step| step["op"] == "prepare");
            let fields = json!({ "from": address(&from), "prepared_in": position });
            self.step(other, "accept", "ok", fields);
        }
    }

    fn say(&mut self, name: &'static str, text: &str) -> Vec<u8> {
        self.rng.taken();
        let Self { channels, now, rng, .. } = self;
        let said = channels.get_mut(name).unwrap().encrypt(text.as_bytes(), *now, rng);
        let mut fields = json!({ "plaintext": hex::encode(text), "random": self.rng.taken() });
        let (expect, envelope) = match said {
            Ok(said) => ("ok", said.sent.envelope),
            Err(error) => (error.code(), Vec::new()),
        };
        fields["envelope"] = json!(hex::encode(&envelope));
        self.step(name, "encrypt", expect, fields);
        envelope
    }

    fn hear(&mut self, name: &'static str, envelope: &[u8]) {
        let now = self.now;
        let opened = self.channels.get_mut(name).unwrap().open(&message(envelope), now);
        let mut fields = json!({ "envelope": hex::encode(envelope) });
        let expect = outcome(&opened, &mut fields);
        self.step(name, "open", expect, fields);
    }

    fn change(&self, name: &str, actions: Vec<Action>) -> crate::group::Authored {
        let state = self.channels[name].group().state();
        self.people.sign_at(name, state, actions, self.now).unwrap()
    }

    fn apply(&mut self, name: &'static str, change: &SignedChange) {
        let Self { people, channels, now, .. } = self;
        let applied = channels.get_mut(name).unwrap().apply(change, &people.lists, *now).unwrap();
        assert!(matches!(applied.outcome, Outcome::Applied(_)));
        let hash = hex::encode(channels[name].group().state().hash().as_bytes());
        let fields = json!({ "change": hex::encode(change.encode()), "state_hash": hash });
        self.step(name, "apply", "ok", fields);
    }
}
