//! Vectors of stories; a child of them, for what they keep to themselves.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::content::{
    Colour, Content, Conversation, DeviceListRef, DeviceLists, MessageId, SharedKey,
    StoryBackground, StoryTerms, StoryText, Text, VersionedKey,
};
use crate::crypto::Digest;
use crate::envelope::Envelope;
use crate::identity::fixture::{self, Account, NOW};
use crate::identity::{AccountId, DeviceAddress, ListVersion, VerifiedDeviceList};
use crate::limits::{STORY_CHAIN_AGE, STORY_LIFE, STORY_VERSIONS_AHEAD};
use crate::sender_key::{Distribution, Rotation, SendingChain, Standing};
use crate::time::Timestamp;
use crate::vectors::{Recorder, Topic, digest, field, flipped};

const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];
const BOB: usize = 1;
const CAROL: usize = 2;
const MILLI: Duration = Duration::from_millis(1);

/// SPEC.md section 18.
pub(crate) fn topic() -> Topic {
    let flags = [
        ("over", "too late, or not allowed"),
        ("refusal", "has steps that are refused: keys, messages, contents"),
    ];
    let mut topic = Topic::new("stories", &flags);
    topic.group(json!({ "op": "day" }));
    topic.test("a day of one list", &[], "ok", Day::new().into_test(Day::live));
    let refusals = Day::new().into_test(Day::refusals);
    topic.test("what a viewer refuses", &["refusal"], "ok", refusals);
    versions(&mut topic);
    answers(&mut topic);
    topic
}

fn after(time: Duration) -> Timestamp {
    NOW.saturating_add(time)
}

fn address_json(address: &DeviceAddress) -> Value {
    json!({ "account": hex::encode(address.account.as_bytes()), "device": address.device.as_u32() })
}

fn device_lists() -> DeviceLists {
    let own = DeviceListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([1; 32]) };
    DeviceLists { own, peer: None }
}

fn story(sent_at: Timestamp, words: &str, terms: StoryTerms) -> Content {
    let text = StoryText::new(words, StoryBackground::plain(Colour(7)), terms).unwrap();
    let id = MessageId::from_bytes([7; 16]);
    Content::builder(id, sent_at, Conversation::Story, device_lists()).build(text).unwrap()
}

fn said_to_a_peer() -> Content {
    let id = MessageId::from_bytes([8; 16]);
    Content::builder(id, NOW, Conversation::Peer, device_lists())
        .build(Text::new("to you").unwrap())
        .unwrap()
}

/// An author with a list, on two devices of which the second views as others do; and three others.
struct Day {
    rng: Recorder,
    people: Vec<Account>,
    lists: BTreeMap<AccountId, VerifiedDeviceList>,
    list: StoryList,
    channel: StoryChannel,
    viewers: Vec<StoryViewer>,
    posts: Vec<Vec<u8>>,
    steps: Vec<Value>,
}

impl Day {
    fn new() -> Self {
        let named = NAMES.iter().zip(1..);
        let mut people: Vec<_> = named.map(|(name, seed)| Account::new(name, 1, seed)).collect();
        people[0].add_device(&mut fixture::rng(5));
        let lists = people.iter().map(|it| (it.id.clone(), it.verified_list())).collect();
        let mut rng = Recorder::new("stories");
        let contacts = [&people[1].id, &people[2].id];
        let list =
            StoryList::new(&people[0].id, StoryAudience::AllContacts, contacts, NOW, &mut rng);
        let list = list.unwrap();
        let made = json!({
            "op": "make-list", "now": NOW.as_millis(), "contacts": ["bob", "carol"],
            "random": rng.taken(), "list_digest": digest(&list.to_bytes()), "chain_digest": null,
        });
        let channel = StoryChannel::new(&list, people[0].devices[0].address(), NOW, &mut rng);
        let viewers = people.iter().map(|_| StoryViewer::new()).collect();
        let (channel, posts, steps) = (channel.unwrap(), vec![], vec![made]);
        let mut day = Self { rng, people, lists, list, channel, viewers, posts, steps };
        day.made_chain(NOW);
        day
    }

    fn step(&mut self, op: &str, now: Timestamp, mut fields: Value) {
        fields["op"] = json!(op);
        fields["now"] = json!(now.as_millis());
        fields["list_digest"] = json!(digest(&self.list.to_bytes()));
        fields["chain_digest"] = json!(digest(&self.channel.hot_bytes()));
        self.steps.push(fields);
    }

    fn own(&self) -> DeviceAddress {
        self.people[0].devices[0].address().clone()
    }

    fn made_chain(&mut self, now: Timestamp) {
        let random = self.rng.taken();
        self.step("make-chain", now, json!({ "random": random }));
    }

    /// The chain goes to everybody of the audience who lacks it.
    fn distribute(&mut self, now: Timestamp) {
        let own = self.own();
        let devices = self.list.devices(&own, &self.lists, now).unwrap();
        let Preparation { distribution, to, position } = self.channel.prepare(&devices);
        let given = Distribution::decode(&distribution).unwrap();
        let mut taken = vec![];
        for device in &to {
            let at = self.people.iter().position(|it| it.id == device.account).unwrap();
            let closed = self.viewers[at].accept(&own, &given, now).unwrap().closed;
            let state = self.stored(at);
            taken.push(json!({
                "to": address_json(device), "closed": closed.len(), "viewer_digest": state,
            }));
        }
        self.channel.record(&devices, position, &to).unwrap();
        let fields = json!({ "distribution": hex::encode(&*distribution), "taken": taken });
        self.step("distribute", now, fields);
    }

    /// All that a viewer stores: scopes in their order, each with its chains.
    fn stored(&self, at: usize) -> String {
        let viewer = &self.viewers[at];
        let mut all = vec![];
        for scope in viewer.scopes() {
            all.extend_from_slice(&viewer.scope_bytes(scope).unwrap());
            for chain in viewer.chain_names(scope) {
                all.extend_from_slice(&viewer.chain_bytes(scope, &chain).unwrap());
            }
        }
        digest(&all)
    }

    /// A chain that comes from a device, whoever it is of.
    fn take(&mut self, from: usize, body: &[u8]) {
        let from = self.people[from].devices[0].address().clone();
        let distribution = field(1, body);
        let given = Distribution::decode(&distribution).unwrap();
        let (expect, cause) = match self.viewers[BOB].accept(&from, &given, NOW) {
            Ok(taken) => {
                assert!(!taken.scope_changed && taken.closed.is_empty());
                ("ok", None)
            }
            Err(error) => (error.code(), cause_of_key(error)),
        };
        let fields = json!({
            "viewer": NAMES[BOB], "from": address_json(&from),
            "distribution": hex::encode(distribution), "expect": expect, "cause": cause,
            "viewer_digest": self.stored(BOB),
        });
        self.step("take", NOW, fields);
    }

    fn post(&mut self, now: Timestamp) {
        self.post_content(&story(now, "all day long", StoryTerms::default()), now);
    }

    fn post_content(&mut self, content: &Content, now: Timestamp) {
        let devices = self.list.devices(&self.own(), &self.lists, now).unwrap();
        let Self { list, channel, rng, .. } = self;
        let result = channel.post(list, &devices, content, now, rng);
        let mut fields =
            json!({ "content": hex::encode(content.as_bytes()), "random": self.rng.taken() });
        fields["expect"] = match result {
            Ok(sent) => {
                fields["envelope"] = json!(hex::encode(&sent.envelope));
                self.posts.push(sent.envelope);
                json!("ok")
            }
            Err(error) => json!(error.code()),
        };
        self.step("post", now, fields);
    }

    /// What a client posts that keeps to no rule of 18.2.
    fn forge(&mut self, standing: Standing, plaintext: &[u8]) {
        let devices = self.list.devices(&self.own(), &self.lists, NOW).unwrap();
        let mut chain = SendingChain::restore(&self.channel.stored()).unwrap();
        let (audience, rotation) = (&devices.audience, Rotation::STORY);
        let sent = chain.encrypt(audience, standing, plaintext, &rotation, NOW, &mut self.rng);
        let envelope = sent.unwrap().envelope;
        self.channel = StoryChannel::restore(&chain.stored()).unwrap();
        let fields = json!({
            "member_index": standing.member_index, "revision": standing.revision,
            "state_prefix": hex::encode(standing.state_prefix), "content": hex::encode(plaintext),
            "random": self.rng.taken(), "envelope": hex::encode(&envelope),
        });
        self.posts.push(envelope);
        self.step("forge", NOW, fields);
    }

    fn open(&mut self, name: &str, post: usize, now: Timestamp) {
        let envelope = self.posts[post].clone();
        self.open_bytes(name, &envelope, now, json!({ "post": post }));
    }

    fn open_changed(&mut self, post: usize) {
        let envelope = flipped(&self.posts[post], self.posts[post].len() - 1);
        let fields = json!({ "bytes": hex::encode(&envelope) });
        self.open_bytes("bob", &envelope, NOW, fields);
    }

    fn open_bytes(&mut self, name: &str, envelope: &[u8], now: Timestamp, mut fields: Value) {
        let at = NAMES.iter().position(|it| *it == name).unwrap();
        let Envelope::Sender(message) = Envelope::decode(envelope).unwrap() else {
            panic!("a chain's message");
        };
        let opened = self.viewers[at].open(&message, now);
        let ends = match &opened {
            Ok(StoryOpened::Post(post)) => Some(post.life.ends().as_millis()),
            _ => None,
        };
        let (expect, cause) = opened_name(&opened);
        fields["viewer"] = json!(name);
        fields["expect"] = json!(expect);
        fields["cause"] = json!(cause);
        fields["ends"] = json!(ends);
        fields["viewer_digest"] = json!(self.stored(at));
        self.step("open", now, fields);
    }

    fn expire(&mut self, name: &str, now: Timestamp) {
        let at = NAMES.iter().position(|it| *it == name).unwrap();
        let (removed, _) = self.viewers[at].expire(now);
        let fields = json!({
            "viewer": name, "removed": removed.len(), "viewer_digest": self.stored(at),
        });
        self.step("expire", now, fields);
    }

    fn update(&mut self, without: &[usize], contacts: &[usize], now: Timestamp) {
        let ids = |of: &[usize]| of.iter().map(|at| self.people[*at].id.clone()).collect();
        let audience = StoryAudience::AllExcept(ids(without));
        let contacts: Vec<_> = ids(contacts).into_iter().collect();
        let change = self.list.update(audience, &contacts, now).unwrap();
        let expect = name(change);
        let named = |of: &[usize]| of.iter().map(|at| NAMES[*at]).collect::<Vec<_>>();
        let all: Vec<_> =
            contacts.iter().map(|id| core::str::from_utf8(id.as_bytes()).unwrap()).collect();
        let fields = json!({ "except": named(without), "contacts": all, "expect": expect });
        self.step("update", now, fields);
    }

    fn new_chain(&mut self, now: Timestamp) {
        let own = self.own();
        self.channel = StoryChannel::new(&self.list, &own, now, &mut self.rng).unwrap();
        self.made_chain(now);
    }

    fn into_test(mut self, live: fn(&mut Self)) -> Value {
        live(&mut self);
        let list = |it: &Account| hex::encode(self.lists[&it.id].signed().encode());
        let lists: Vec<_> = self.people.iter().map(list).collect();
        json!({ "author": address_json(&self.own()), "lists": lists, "steps": self.steps })
    }

    fn live(&mut self) {
        let hour = |n| after(Duration::from_hours(n));
        self.post(NOW);
        self.distribute(NOW);
        self.post(NOW);
        self.open("bob", 0, NOW);
        self.open("bob", 0, NOW);
        self.open("dave", 0, NOW);
        self.update(&[], &[1, 2], hour(1));
        self.update(&[], &[1, 2, 3], hour(1));
        self.distribute(hour(1));
        self.post(hour(1));
        self.open("dave", 0, hour(1));
        self.open("dave", 1, hour(1));
        self.update(&[2], &[1, 2, 3], hour(2));
        self.post(hour(2));
        self.new_chain(hour(2));
        self.distribute(hour(2));
        self.post(hour(2));
        self.open("carol", 2, hour(2));
        self.open("carol", 1, hour(3));
        self.open("bob", 2, hour(3));
        let over = after(STORY_LIFE);
        self.open("carol", 0, over);
        let due = hour(2).saturating_add(STORY_CHAIN_AGE);
        self.post(due);
        self.list.renew(due).unwrap();
        self.step("renew", due, json!({}));
        self.new_chain(due);
        self.distribute(due);
        self.post(due);
        self.open("bob", 3, due);
        self.open("alice", 3, due);
        let over = hour(2).saturating_add(STORY_LIFE.saturating_mul(2));
        self.expire("bob", over);
        self.expire("bob", over.saturating_add(MILLI));
    }

    fn refusals(&mut self) {
        self.distribute(NOW);
        self.refused_keys();
        self.refused_messages();
        self.post_content(&said_to_a_peer(), NOW);
    }

    fn refused_keys(&mut self) {
        let encoded = self.distribution_body();
        let changed = |at: usize| flipped(&encoded, at);
        self.take(0, &encoded);
        self.take(CAROL, &encoded);
        let mut of_a_group = encoded.clone();
        of_a_group[SCOPE_KIND] = 1;
        self.take(0, &of_a_group);
        self.take(0, &changed(EPOCH_SECRET));
        self.take(0, &changed(encoded.len() - 1));
        let mut without = encoded.clone();
        without.splice(HAS_SECRET..EPOCH_SECRET + 32, [0]);
        self.take(0, &without);
        without[KEY_EPOCH_END] ^= 2;
        self.take(0, &without);
    }

    /// What field 1 of a distribution of the chain as it stands holds.
    fn distribution_body(&self) -> Vec<u8> {
        let devices = self.list.devices(&self.own(), &self.lists, NOW).unwrap();
        let encoded = self.channel.prepare(&devices).distribution;
        let body = encoded[3..].to_vec();
        assert_eq!(field(1, &body), *encoded);
        body
    }

    fn refused_messages(&mut self) {
        let good = story(NOW, "well", StoryTerms::default());
        let none = Standing::default();
        let standings = [
            Standing { member_index: 1, ..none },
            Standing { revision: 1, ..none },
            Standing { state_prefix: [1; 16], ..none },
        ];
        for standing in standings {
            self.forge(standing, good.as_bytes());
        }
        self.forge(none, b"no content");
        self.forge(none, said_to_a_peer().as_bytes());
        let mut later = good.as_bytes().to_vec();
        assert_eq!(later[..2], [8, 1]);
        later[1] = 2;
        self.forge(none, &later);
        for post in 0..self.posts.len() {
            self.open("bob", post, NOW);
        }
        self.open_changed(3);
    }
}

/// Where things stand in the body of a distribution (14.6) with an epoch secret.
const SCOPE_KIND: usize = 1;
const KEY_EPOCH_END: usize = 37;
const HAS_SECRET: usize = 143;
const EPOCH_SECRET: usize = 144;

fn cause_of_key(error: StoryKeyError) -> Option<&'static str> {
    match error {
        StoryKeyError::Chain(below) => Some(below.code()),
        _ => None,
    }
}

/// The outcome or the error, and the error below it.
fn opened_name(opened: &Result<StoryOpened, StoryRefused>) -> (&'static str, Option<&'static str>) {
    match opened {
        Ok(StoryOpened::Post(_)) => ("ok", None),
        Ok(StoryOpened::Expired(_)) => ("expired", None),
        Ok(StoryOpened::Unsupported(..)) => ("unsupported", None),
        Ok(StoryOpened::Duplicate) => ("duplicate", None),
        Ok(StoryOpened::TooOld) => ("too-old", None),
        Ok(StoryOpened::NeedKey { .. }) => ("need-key", None),
        Ok(StoryOpened::Unknown) => ("unknown", None),
        Ok(StoryOpened::Refused(error, _)) | Err(error) => (error.code(), cause_of(error)),
    }
}

fn cause_of(error: &StoryRefused) -> Option<&'static str> {
    match error {
        StoryRefused::Message(below) => Some(below.code()),
        StoryRefused::Content(below) => Some(below.code()),
        StoryRefused::Standing | StoryRefused::NotAStory => None,
    }
}

const fn name(change: ListChange) -> &'static str {
    match change {
        ListChange::Same => "same",
        ListChange::Grown => "grown",
        ListChange::NewVersion => "new-version",
        ListChange::Older => "older",
    }
}

/// What a device makes of a version that another device of the account tells.
fn versions(topic: &mut Topic) {
    topic.group(json!({ "op": "learn", "now": after(Duration::from_hours(5)).as_millis() }));
    let mut rng = Recorder::new("stories/versions");
    let author = AccountId::new(b"alice").unwrap();
    let none: [&AccountId; 0] = [];
    let list = StoryList::new(&author, StoryAudience::AllContacts, none, NOW, &mut rng).unwrap();
    let mut list = list;
    list.renew(NOW).unwrap();
    let told = list.to_tell().unwrap();
    let other = |first: u8| SharedKey::from_bytes([first; 32]);
    let cases = [
        ("the same", VersionedKey::new(told.key().clone(), 2)),
        ("an older one", VersionedKey::new(other(9), 1)),
        ("a later one", VersionedKey::new(other(9), 3)),
        ("as far ahead as may be", VersionedKey::new(other(9), 2 + STORY_VERSIONS_AHEAD)),
        ("too far ahead", VersionedKey::new(other(9), 3 + STORY_VERSIONS_AHEAD)),
        ("the last", VersionedKey::new(other(9), u32::MAX)),
        ("another of this version, higher", VersionedKey::new(other(0xff), 2)),
        ("another of this version, lower", VersionedKey::new(other(0), 2)),
    ];
    for (comment, told) in cases {
        let (told, mut after_it) = (told.unwrap(), list.clone());
        let sent_at = after(Duration::from_hours(4));
        let now = after(Duration::from_hours(5));
        let change = after_it.learn(&told, sent_at, now);
        let expect = change.map_or_else(|error| error.code(), name);
        let fields = json!({
            "before": hex::encode(&*list.to_bytes()), "version": told.version(),
            "root": hex::encode(told.key().as_bytes()), "sent_at": sent_at.as_millis(),
            "after": hex::encode(&*after_it.to_bytes()),
            "epoch_secret": hex::encode(crate::vectors::encode(&after_it.secret())),
        });
        topic.test(comment, &[], expect, fields);
    }
}

fn answers(topic: &mut Topic) {
    topic.group(json!({ "op": "answer", "received": NOW.as_millis() }));
    let none = StoryTerms::default();
    let terms = [
        none.clone(),
        StoryTerms { replies: true, ..none.clone() },
        StoryTerms { reactions: true, ..none.clone() },
        StoryTerms { resharing: true, ..none },
    ];
    let answers = [
        ("view", StoryAnswer::View),
        ("reply", StoryAnswer::Reply),
        ("reaction", StoryAnswer::Reaction),
        ("reshare", StoryAnswer::Reshare),
    ];
    let last = STORY_LIFE.saturating_sub(MILLI);
    for terms in terms {
        let content = story(NOW, "words", terms);
        let life = StoryLife::new(content.sent_at(), NOW);
        for (name, answer) in answers {
            for at in [Duration::ZERO, last, STORY_LIFE] {
                let allowed = may_answer(&content, life, answer, after(at));
                let fields = json!({
                    "story": hex::encode(content.as_bytes()), "answer": name,
                    "at": after(at).as_millis(),
                });
                let expect = allowed.map_or_else(|error| error.code(), |()| "ok");
                let flags: &[&str] = if expect == "ok" { &[] } else { &["over"] };
                topic.test(name, flags, expect, fields);
            }
        }
    }
}
