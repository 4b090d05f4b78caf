//! Stored forms of sender chains and stories: SPEC.md sections 14.9, 18.1 and 18.3.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::super::party::{DAY, NOW};
use super::{Forms, Read, Refusal, address_json, hexed, misshapen, over, replaced, unhexed, with};
use crate::crypto::Digest;
use crate::envelope::Envelope;
use crate::identity::{AccountId, DeviceAddress, DeviceId};
use crate::limits::{
    AUDIENCE_DEVICES, SENDER_CHAINS, SENDER_KEY_REQUESTS, SENDER_SKIPPED_KEYS, STORY_VIEWERS,
};
use crate::sender_key::{
    Audience, EpochSecret, Outcome, ReceivingChains, RequestLog, Rotation, Scope, SendingChain,
    Standing, StateError, StoredSendingChain,
};
use crate::story::{StoryAudience, StoryList, StoryViewer};
use crate::vectors::{Recorder, Topic, encode};

pub(super) fn add(topic: &mut Topic, rng: &mut Recorder) {
    sending(topic, rng);
    receiving(topic, rng);
    requests(topic, rng);
    lists(topic, rng);
    viewers(topic, rng);
}

impl From<StateError> for Refusal {
    fn from(error: StateError) -> Self {
        let cause = if let StateError::Decode(cause) = &error { Some(cause.code()) } else { None };
        Self { code: error.code(), cause }
    }
}

fn account(name: &str) -> AccountId {
    AccountId::new(name.as_bytes()).unwrap()
}

fn device(name: &str, device: u32) -> DeviceAddress {
    DeviceAddress { account: account(name), device: DeviceId::new(device).unwrap() }
}

fn group_scope(rng: &mut Recorder) -> (Scope, EpochSecret) {
    let secret = EpochSecret::generate(rng);
    (Scope::group(Digest::from_bytes(rng.bytes()), 5, secret.commitment(5)), secret)
}

fn read_sending(stored: &Value) -> Result<Read, Refusal> {
    let part = |name| unhexed(&stored[name]).into();
    let stored = StoredSendingChain { hot: part("hot"), recipients: part("recipients") };
    let chain = SendingChain::restore(&stored)?;
    let says = json!({
        "scope": hexed(chain.scope().hash().as_bytes()), "sender": address_json(chain.sender()),
        "chain_id": chain.id().as_u32(), "iteration": chain.iteration(),
    });
    Ok(Read { again: sending_parts(&chain), says })
}

fn sending_parts(chain: &SendingChain) -> Value {
    let stored = chain.stored();
    json!({ "hot": hexed(&*stored.hot), "recipients": hexed(&*stored.recipients) })
}

/// The stored hot part: version, scope, address of `alice`, and then the secrets.
const SENDER: usize = 1 + 69;

fn sending(topic: &mut Topic, rng: &mut Recorder) {
    let ((scope, secret), alice) = (group_scope(rng), device("alice", 7));
    let new = |rng: &mut Recorder, scope| {
        SendingChain::new(scope, alice.clone(), secret.clone(), NOW, rng).unwrap()
    };
    let mut chain = new(rng, scope);
    let mut forms = Forms::new(topic, "sending-chain", read_sending);
    forms.good("of a group, that nobody has", sending_parts(&chain));
    let to = [device("bob", 1), device("bob", 2), device("carol", 1)];
    let audience = Audience::new(&scope, &alice, to.clone()).unwrap();
    chain.record(&audience, chain.position(), &to[..1]).unwrap();
    let one = sending_parts(&chain);
    forms.good("one device has it", one.clone());
    chain.record(&audience, chain.position(), &to[1..]).unwrap();
    for _ in 0..3 {
        let (standing, rotation) = (Standing::default(), Rotation::GROUP);
        chain.encrypt(&audience, standing, b"said", &rotation, NOW, rng).unwrap();
    }
    let sent = sending_parts(&chain);
    forms.good("three devices have it, and three messages were sent", sent.clone());
    let story = Scope::story(&alice.account, Digest::from_bytes(rng.bytes()), 3);
    let story = sending_parts(&new(rng, story));
    forms.good("of a story list", story.clone());
    for part in ["hot", "recipients"] {
        for (comment, bytes, why) in misshapen(&unhexed(&sent[part])) {
            forms.bad(&format!("{comment}: {part}"), "form", with(&sent, part, bytes), why);
        }
    }
    let other = sending_parts(&new(rng, scope));
    let swapped = with(&other, "hot", unhexed(&sent["hot"]));
    forms.bad("another chain's recipients", "consistency", swapped, "sender-state/torn");
    let before = with(&sent, "recipients", unhexed(&one["recipients"]));
    forms.bad("recipients of before", "consistency", before, "sender-state/torn");
    sending_values(&mut forms, &sent, &story);
}

fn sending_values(forms: &mut Forms<'_>, sent: &Value, story: &Value) {
    let hot = |stored: &Value, at: usize, bytes: &[u8]| {
        with(stored, "hot", over(&unhexed(&stored["hot"]), at, bytes))
    };
    let why = "decode/out-of-range";
    for kind in [0, 3] {
        forms.bad(&format!("a scope of kind {kind}"), "form", hot(sent, 1, &[kind]), why);
    }
    forms.bad("sent by device 0", "value", hot(sent, SENDER + 7, &[0; 4]), why);
    let mallory = hot(story, SENDER + 2, b"mallo");
    forms.bad("of somebody else's story list", "consistency", mallory, why);
    let secret = hot(sent, SENDER + 11, &[0x55; 32]);
    forms.bad("an epoch secret that was not committed to", "consistency", secret, why);
    let recipients = unhexed(&sent["recipients"]);
    // Version, origin, count; then twice `bob` and once `carol`.
    let (count, first, second) = (33, 35, 35 + 9);
    let mut bad = |comment, flag, bytes: Vec<u8>, why| {
        forms.bad(comment, flag, with(sent, "recipients", bytes), why);
    };
    let both = [&recipients[second..second + 9], &recipients[first..second]].concat();
    let why = "decode/not-canonical";
    bad("recipients not ascending", "order", over(&recipients, first, &both), why);
    let twice = over(&recipients, first, &recipients[second..second + 9]);
    bad("a recipient twice", "order", twice, why);
    let longer = [&recipients[second + 9..], &recipients[first..second + 9]].concat();
    bad("the longer account id first", "order", over(&recipients, first, &longer), why);
    let nobody = over(&recipients, first + 5, &[0; 4]);
    bad("a recipient of device 0", "value", nobody, "decode/out-of-range");
    let many = u16::try_from(AUDIENCE_DEVICES + 1).unwrap().to_be_bytes();
    bad("16,385 recipients", "limit", over(&recipients, count, &many), "decode/too-large");
}

fn read_receiving(stored: &Value) -> Result<Read, Refusal> {
    let chains = restored(stored)?;
    let names: Vec<_> = chains.chain_names().map(|(device, _)| address_json(device)).collect();
    let says = json!({ "scope": hexed(chains.scope_hash().as_bytes()), "chains_of": names });
    Ok(Read { again: scope_parts(&chains), says })
}

fn restored(stored: &Value) -> Result<ReceivingChains, StateError> {
    let chains = unhexed_list(&stored["chains"]);
    ReceivingChains::restore(&unhexed(&stored["scope"]), chains.iter().map(Vec::as_slice))
}

fn unhexed_list(values: &Value) -> Vec<Vec<u8>> {
    values.as_array().unwrap().iter().map(unhexed).collect()
}

fn scope_parts(chains: &ReceivingChains) -> Value {
    let chain = |(device, id)| hexed(&*chains.chain_bytes(device, id).unwrap());
    let each: Vec<_> = chains.chain_names().map(chain).collect();
    json!({ "scope": hexed(&*chains.scope_bytes()), "chains": each })
}

/// A scope with chains of bob's and carol's; of bob's, two messages are missing.
fn heard(scope: Scope, secret: &EpochSecret, rng: &mut Recorder) -> ReceivingChains {
    let (bob, me) = (device("bob", 1), device("alice", 7));
    let audience = Audience::new(&scope, &bob, [me.clone()]).unwrap();
    let mut chain = SendingChain::new(scope, bob.clone(), secret.clone(), NOW, rng).unwrap();
    let mut chains = ReceivingChains::new(scope);
    chains.accept(&bob, &chain.distribution(), NOW).unwrap();
    chain.record(&audience, chain.position(), &[me]).unwrap();
    let mut say = || {
        let (standing, rotation) = (Standing::default(), Rotation::GROUP);
        chain.encrypt(&audience, standing, b"said", &rotation, NOW, rng).unwrap().envelope
    };
    let [_, _, last] = [(); 3].map(|()| say());
    let Ok(Envelope::Sender(message)) = Envelope::decode(&last) else { panic!() };
    let opened = chains.open(&message).unwrap().unwrap();
    let Ok(Outcome::Decrypted(_)) = chains.decrypt(&opened, &bob, NOW) else { panic!() };
    let carol = device("carol", 2);
    let other = SendingChain::new(scope, carol.clone(), secret.clone(), NOW, rng).unwrap();
    chains.accept(&carol, &other.distribution(), NOW).unwrap();
    chains
}

/// The parts of a scope with other chains.
fn with_chains(stored: &Value, chains: &[&[u8]]) -> Value {
    let mut stored = stored.clone();
    stored["chains"] = chains.iter().map(hexed).collect();
    stored
}

fn receiving(topic: &mut Topic, rng: &mut Recorder) {
    let (scope, secret) = group_scope(rng);
    let mut chains = heard(scope, &secret, rng);
    let mut forms = Forms::new(topic, "receiving-scope", read_receiving);
    forms.good("without a secret or chains", scope_parts(&ReceivingChains::new(scope)));
    let stored = scope_parts(&chains);
    forms.good("two devices' chains, messages of one missing", stored.clone());
    chains.close(NOW.saturating_add(DAY));
    forms.good("closed", scope_parts(&chains));
    let (other, other_secret) = group_scope(rng);
    let foreign = scope_parts(&heard(other, &other_secret, rng));
    scope_part(&mut forms, &stored, &foreign);
    chain_part(&mut forms, &stored, &foreign);
}

fn scope_part(forms: &mut Forms<'_>, stored: &Value, foreign: &Value) {
    let scope = unhexed(&stored["scope"]);
    for (comment, bytes, why) in misshapen(&scope) {
        forms.bad(&format!("{comment}: scope"), "form", with(stored, "scope", bytes), why);
    }
    let why = "decode/out-of-range";
    let mut bad = |comment, flag, at, bytes: &[u8]| {
        forms.bad(comment, flag, with(stored, "scope", over(&scope, at, bytes)), why);
    };
    bad("a scope of kind 3", "form", 1, &[3]);
    bad("a presence byte that is none", "form", 70, &[2]);
    bad("an epoch secret that was not committed to", "consistency", 71, &[0x55; 32]);
    let void = [&scope[..38], &[0; 32], &scope[70..]].concat();
    let alone = with(&with_chains(stored, &[]), "scope", void);
    forms.bad("an epoch secret of a void epoch", "consistency", alone, why);
    let other = with(stored, "scope", unhexed(&foreign["scope"]));
    let why = "sender-state/other-scope";
    forms.bad("chains of another scope", "consistency", other, why);
}

/// Before a chain's kept keys: version, scope hash, address of `bob`, id, key, chain key, number.
const MARK: usize = 1 + 32 + 9 + 4 + 33 + 32 + 4;

fn chain_part(forms: &mut Forms<'_>, stored: &Value, foreign: &Value) {
    let all = unhexed_list(&stored["chains"]);
    let [bob, carol] = &all[..] else { panic!() };
    let mut bad = |comment: &str, flag, chain: &[u8], why| {
        forms.bad(comment, flag, with_chains(stored, &[chain, carol]), why);
    };
    for (comment, bytes, why) in misshapen(bob) {
        bad(&format!("{comment}: chain"), "form", &bytes, why);
    }
    let foreign = unhexed_list(&foreign["chains"]);
    bad("a chain of another scope", "consistency", &foreign[0], "sender-state/other-scope");
    bad("a chain twice", "order", carol, "sender-state/repeated");
    bad("given by device 0", "value", &over(bob, 38, &[0; 4]), "decode/out-of-range");
    let why = "decode/invalid-key";
    bad("a verifying key of another type", "value", &over(bob, 46, &[1]), why);
    bad("a verifying key that is none", "value", &over(bob, 47, &[0xff; 32]), why);
    let why = "decode/not-canonical";
    let (count, first) = (MARK + 4, MARK + 6);
    let second = first + 44;
    bad("kept keys not rising", "order", &over(bob, first, &[0, 0, 0, 2]), why);
    bad("a kept key twice", "order", &over(bob, second, &[0; 4]), why);
    let high = over(bob, second, &[0, 0, 0, 3]);
    bad("a kept key of a number not reached", "consistency", &high, why);
    let high = over(bob, MARK, &[0, 0, 0, 4]);
    bad("a mark beyond the chain", "consistency", &high, why);
    let many = u16::try_from(SENDER_SKIPPED_KEYS.min(2000) + 1).unwrap().to_be_bytes();
    bad("2,001 kept keys", "limit", &over(bob, count, &many), "decode/too-large");
    let six: Vec<_> =
        (0..=SENDER_CHAINS).map(|id| over(bob, 45, &[u8::try_from(id).unwrap()])).collect();
    let six: Vec<&[u8]> = six.iter().map(Vec::as_slice).collect();
    let why = "decode/too-large";
    forms.bad("six chains of a device", "limit", with_chains(stored, &six), why);
}

fn read_requests(stored: &Value) -> Result<Read, Refusal> {
    let log = RequestLog::from_bytes(&unhexed(stored))?;
    Ok(Read { again: hexed(&*log.to_bytes()), says: json!({}) })
}

fn requests(topic: &mut Topic, rng: &mut Recorder) {
    let mut log = RequestLog::new();
    let mut forms = Forms::new(topic, "sender-key-requests", read_requests);
    forms.good("none", hexed(&*log.to_bytes()));
    for name in ["bob", "carol"] {
        log.admit(&group_scope(rng).0.hash(), &device(name, 9), NOW).unwrap();
    }
    let stored = log.to_bytes();
    forms.good("two", hexed(&*stored));
    forms.bad_form(&stored);
    let why = "decode/out-of-range";
    forms.bad("of device 0", "value", hexed(over(&stored, 40, &[0; 4])), why);
    let why = "decode/wrong-length";
    forms.bad("of nobody", "value", hexed(over(&stored, 35, &[0; 2])), why);
    let many = u16::try_from(SENDER_KEY_REQUESTS + 1).unwrap().to_be_bytes();
    let why = "decode/too-large";
    forms.bad("1,025 requests", "limit", hexed(over(&stored, 1, &many)), why);
}

fn read_story_list(stored: &Value) -> Result<Read, Refusal> {
    let list = StoryList::from_bytes(&unhexed(stored))?;
    let viewers: Vec<_> = list.viewers().map(|viewer| hexed(viewer.as_bytes())).collect();
    let says = json!({
        "author": hexed(list.author().as_bytes()), "version": list.version(),
        "scope": hexed(list.scope().hash().as_bytes()), "viewers": viewers,
    });
    Ok(Read { again: hexed(&*list.to_bytes()), says })
}

/// Encoded account ids of a list.
fn named(names: &[&str]) -> Vec<u8> {
    let count = u16::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    let each = names.iter().map(|name| encode(&account(name)));
    [count].into_iter().chain(each).flatten().collect()
}

fn lists(topic: &mut Topic, rng: &mut Recorder) {
    let names = |names: &[&str]| names.iter().map(|name| account(name)).collect::<BTreeSet<_>>();
    let contacts = names(&["bob", "carol", "eve"]);
    let mut list = |audience| {
        StoryList::new(&account("alice"), audience, &contacts, NOW, rng).unwrap().to_bytes()
    };
    let all = list(StoryAudience::AllContacts);
    let but = list(StoryAudience::AllExcept(names(&["eve", "zoe"])));
    let only = list(StoryAudience::Only(names(&["bob", "dave"])));
    let friends = list(StoryAudience::CloseFriends(names(&[])));
    let custom = list(StoryAudience::Custom(names(&["carol", "eve"])));
    let mut forms = Forms::new(topic, "story-list", read_story_list);
    forms.good("for all contacts", hexed(&*all));
    forms.good("for all but some", hexed(&*but));
    forms.good("for some", hexed(&*only));
    forms.good("for close friends, of whom there are none", hexed(&*friends));
    forms.good("for a list that the author made", hexed(&*custom));
    forms.bad_form(&custom);
    let why = "decode/unsupported-version";
    forms.bad("version 1, which is another form", "form", hexed(over(&all, 0, &[1])), why);
    list_values(&mut forms, &all);
}

/// Before a list's audience: version, account `alice`, id, version, root, time.
const AUDIENCE: usize = 1 + 7 + 32 + 4 + 32 + 8;

fn list_values(forms: &mut Forms<'_>, all: &[u8]) {
    let of = |mode: u8, audience: &[u8], viewers: &[&str]| {
        hexed([&all[..AUDIENCE], &[mode], audience, &named(viewers)].concat())
    };
    let why = "decode/out-of-range";
    forms.bad("version 0", "value", hexed(over(all, AUDIENCE - 44, &[0; 4])), why);
    forms.bad("an audience of sort 0", "form", of(0, &[], &[]), why);
    forms.bad("an audience of sort 6", "form", of(6, &named(&[]), &[]), why);
    let excluded = of(2, &named(&["eve"]), &["bob", "eve"]);
    forms.bad("a viewer that is excluded", "consistency", excluded, why);
    let unnamed = of(5, &named(&["bob"]), &["bob", "eve"]);
    forms.bad("a viewer that is not named", "consistency", unnamed, why);
    let author = of(1, &[], &["bob", "alice"]);
    forms.bad("the author among the viewers", "consistency", author, why);
    let why = "decode/not-canonical";
    forms.bad("viewers not ascending", "order", of(1, &[], &["eve", "bob"]), why);
    forms.bad("a viewer twice", "order", of(1, &[], &["bob", "bob"]), why);
    forms.bad("the longer account id first", "order", of(1, &[], &["carol", "eve"]), why);
    let named_twice = of(3, &named(&["bob", "bob"]), &[]);
    forms.bad("an audience that names one twice", "order", named_twice, why);
    let unordered = of(4, &named(&["eve", "bob"]), &[]);
    forms.bad("an audience not ascending", "order", unordered, why);
    let many = u16::try_from(STORY_VIEWERS + 1).unwrap().to_be_bytes();
    let why = "decode/too-large";
    let viewers = hexed([&all[..AUDIENCE], &[1], &many[..]].concat());
    forms.bad("8,193 viewers", "limit", viewers, why);
    forms.bad("an audience of 8,193", "limit", of(5, &many, &[]), why);
    let why = "decode/wrong-length";
    forms.bad("no author", "value", hexed(replaced(all, 1, 7, &[0; 2])), why);
}

/// Scopes, each with its chains, oldest first.
fn read_viewer(stored: &Value) -> Result<Read, Refusal> {
    let mut viewer = StoryViewer::new();
    for scope in stored.as_array().unwrap() {
        let chains = unhexed_list(&scope["chains"]);
        let chains: Vec<_> = chains.iter().map(Vec::as_slice).collect();
        viewer.restore(&unhexed(&scope["scope"]), &chains)?;
    }
    let again = viewer_parts(&viewer);
    let scopes: Vec<_> = viewer.scopes().map(|scope| hexed(scope.as_bytes())).collect();
    Ok(Read { again, says: json!({ "scopes": scopes }) })
}

fn viewer_parts(viewer: &StoryViewer) -> Value {
    let of = |scope| {
        let chains = viewer.chain_names(scope);
        let chains = chains.iter().map(|name| viewer.chain_bytes(scope, name).unwrap());
        let chains: Vec<_> = chains.map(|chain| hexed(&*chain)).collect();
        json!({ "scope": hexed(&*viewer.scope_bytes(scope).unwrap()), "chains": chains })
    };
    viewer.scopes().map(of).collect()
}

fn viewers(topic: &mut Topic, rng: &mut Recorder) {
    let (alice, id) = (device("alice", 7), Digest::from_bytes(rng.bytes()));
    let mut viewer = StoryViewer::new();
    let mut forms = Forms::new(topic, "story-viewer", read_viewer);
    forms.good("nothing was given", viewer_parts(&viewer));
    for version in [1, 2] {
        let scope = Scope::story(&alice.account, id, version);
        let secret = EpochSecret::generate(rng);
        let chain = SendingChain::new(scope, alice.clone(), secret, NOW, rng).unwrap();
        viewer.accept(&alice, &chain.distribution(), NOW).unwrap();
    }
    let stored = viewer_parts(&viewer);
    forms.good("two versions of a list, one closed", stored.clone());
    let scope = unhexed(&stored[0]["scope"]);
    let of =
        |scope: &[u8], chain: &[u8]| json!([{ "scope": hexed(scope), "chains": [hexed(chain)] }]);
    let chain = unhexed_list(&stored[0]["chains"]).remove(0);
    for (comment, bytes, why) in misshapen(&scope) {
        forms.bad(comment, "form", of(&bytes, &chain), why);
    }
    let why = "decode/unsupported-version";
    let inner = over(&scope, 8, &[2]);
    forms.bad("a scope of another version", "form", of(&inner, &chain), why);
    let why = "sender-state/other-scope";
    let theirs = replaced(&scope, 1, 7, &[&[0, 5][..], b"mallo"].concat());
    forms.bad("another author's", "consistency", of(&theirs, &chain), why);
    let foreign = over(&chain, 33 + 2, b"mallo");
    forms.bad("a chain of another account", "consistency", of(&scope, &foreign), why);
    let group = [&[1][..], &encode(&alice.account), &*group_chains(rng)].concat();
    let group = json!([{ "scope": hexed(group), "chains": [] }]);
    forms.bad("a group's scope", "consistency", group, why);
    let twice = json!([stored[0], stored[1], stored[0]]);
    forms.bad("a version twice", "order", twice, "sender-state/repeated");
}

/// A stored scope of a group without chains.
fn group_chains(rng: &mut Recorder) -> Vec<u8> {
    ReceivingChains::new(group_scope(rng).0).scope_bytes().to_vec()
}
