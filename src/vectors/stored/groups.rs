//! Stored forms of groups and their channels: SPEC.md sections 15.8 and 16.6.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{Forms, Read, Refusal, address_json, hexed, misshapen, over, replaced, unhexed, with};
use crate::group::channel::tests::World;
use crate::group::channel::{GroupChannel, RestoreError, StoredChannel, StoredScope};
use crate::group::fixture::{People, id, title};
use crate::group::{Action, Founded, GenesisDraft, Group, Role, Title};
use crate::identity::fixture::{NOW, rng};
use crate::limits::{GROUP_PAST_REVISIONS, GROUP_STATE_BYTES, GROUP_SUSPECTS};
use crate::sender_key::StoredSendingChain;
use crate::vectors::{Topic, encode};

pub(super) fn add(topic: &mut Topic) {
    let people = People::new(&["olga", "max", "mia"]);
    let groups = Groups::new(&people);
    stored_groups(topic, &groups);
    channels(topic, &people);
}

fn founded(people: &People, name: &str) -> Founded {
    GenesisDraft::new(Title::new(name).unwrap())
        .member(people.list("max"), Role::Member)
        .member(people.list("mia"), Role::Admin)
        .sign(people.device("olga"), people.list("olga"), NOW, &mut rng(1))
        .unwrap()
}

fn read_group(stored: &Value) -> Result<Read, Refusal> {
    let group = Group::from_bytes(&unhexed(stored))?;
    let state = group.state();
    let suspects: Vec<_> = group.suspects().iter().map(|s| address_json(&s.device)).collect();
    let says = json!({
        "group": hexed(state.group().as_bytes()), "revision": state.revision(),
        "state_hash": hexed(state.hash().as_bytes()), "suspects": suspects,
    });
    Ok(Read { again: hexed(group.to_bytes()), says })
}

/// A group at four times, and another one.
struct Groups {
    first: Vec<u8>,
    second: Vec<u8>,
    /// After three changes of the title.
    fourth: Vec<u8>,
    /// After a removal as well.
    fifth: Vec<u8>,
    other: Vec<u8>,
}

impl Groups {
    fn new(people: &People) -> Self {
        let mut group = Group::founded(founded(people, "first").genesis);
        let mut stored = vec![group.to_bytes()];
        let titles = ["second", "third", "fourth"].map(title);
        for action in titles.into_iter().chain([Action::Remove(id("max"))]) {
            let change = people.sign("olga", group.state(), vec![action]).unwrap().change;
            group.apply(&change, &people.lists, NOW).unwrap();
            stored.push(group.to_bytes());
        }
        let other = Group::founded(founded(people, "other").genesis).to_bytes();
        let [first, second, _, fourth, fifth] = stored.try_into().unwrap();
        Self { first, second, fourth, fifth, other }
    }
}

/// A stored group taken apart at the places that section 15.8 says.
#[derive(Clone)]
struct Parts {
    genesis: Vec<u8>,
    state: Vec<u8>,
    change: Option<Vec<u8>>,
    /// Presence byte, past and suspects.
    rest: Vec<u8>,
}

impl Parts {
    fn of(stored: &[u8]) -> Self {
        let len = |at: usize| usize::from(u16::from_be_bytes([stored[at], stored[at + 1]]));
        let genesis = 3 + len(1);
        let bytes = stored[genesis..genesis + 4].try_into().unwrap();
        let state = genesis + 4 + usize::try_from(u32::from_be_bytes(bytes)).unwrap();
        let change = stored[state] == 1;
        let rest = state + 1 + if change { 2 + len(state + 1) } else { 0 };
        Self {
            genesis: stored[3..genesis].to_vec(),
            state: stored[genesis + 4..state].to_vec(),
            change: change.then(|| stored[state + 3..rest].to_vec()),
            rest: stored[rest..].to_vec(),
        }
    }

    fn stored(&self) -> Vec<u8> {
        let var =
            |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
        let len = u32::try_from(self.state.len()).unwrap().to_be_bytes();
        let change = match &self.change {
            Some(change) => [&[1][..], &var(change)].concat(),
            None => vec![0],
        };
        [&[1][..], &var(&self.genesis), &len, &self.state, &change, &self.rest].concat()
    }
}

fn edited(stored: &[u8], edit: impl FnOnce(&mut Parts)) -> Value {
    let mut parts = Parts::of(stored);
    assert_eq!(parts.stored(), stored);
    edit(&mut parts);
    hexed(parts.stored())
}

/// The last two bytes and the one after: no suspects, and nobody beyond.
const NO_SUSPECTS: usize = 3;

/// The group with these suspects: first and last revision, and a device of max's.
fn suspecting(stored: &[u8], suspects: &[(u32, u32, u32)], beyond: Option<u32>) -> Value {
    let max = encode(&id("max"));
    let note = |(first, last, device): &(u32, u32, u32)| {
        let numbers = [first, last].map(|number| number.to_be_bytes()).concat();
        [&numbers[..], &max, &device.to_be_bytes()].concat()
    };
    let count = u16::try_from(suspects.len()).unwrap().to_be_bytes();
    let notes: Vec<_> = suspects.iter().flat_map(note).collect();
    let before = &stored[..stored.len() - NO_SUSPECTS];
    hexed([before, &count, &notes, &encode(&beyond)].concat())
}

fn stored_groups(topic: &mut Topic, groups: &Groups) {
    let Groups { first, fourth, fifth, .. } = groups;
    let mut forms = Forms::new(topic, "group", read_group);
    forms.good("just founded", hexed(first));
    forms.good("three past revisions", hexed(fourth));
    forms.good("a past revision in which somebody was a member", hexed(fifth));
    let let_in = [&[1][..], &encode(&id("olga")), &encode(&id("mia"))].concat();
    let unconfirmed = edited(first, |parts| parts.rest = replaced(&parts.rest, 0, 1, &let_in));
    forms.good("that only who let this account in has confirmed", unconfirmed);
    let forgotten = edited(fourth, |parts| parts.rest = vec![0; 1 + 2 + NO_SUSPECTS]);
    forms.good("a past that was forgotten", forgotten);
    forms.good("two suspects", suspecting(fourth, &[(1, 1, 1), (2, 3, 2)], None));
    let many: Vec<_> = (1..=u32::try_from(GROUP_SUSPECTS).unwrap()).map(|n| (2, 2, n)).collect();
    forms.good("more suspects than there is room for", suspecting(fourth, &many, Some(3)));
    forms.bad_form(fourth);
    group_parts(&mut forms, groups);
    past(&mut forms, fourth, fifth);
    let more: Vec<_> =
        (1..=u32::try_from(GROUP_SUSPECTS + 1).unwrap()).map(|n| (2, 2, n)).collect();
    forms.bad("17 suspects", "limit", suspecting(fourth, &more, None), "decode/too-large");
    let why = "decode/out-of-range";
    let mut bad = |comment, flag, suspects: &[(u32, u32, u32)], beyond| {
        forms.bad(comment, flag, suspecting(fourth, suspects, beyond), why);
    };
    bad("a suspect of a later revision", "consistency", &[(1, 4, 1)], None);
    bad("a suspect whose last revision is before its first", "consistency", &[(2, 1, 1)], None);
    bad("suspects not by their first revision", "order", &[(2, 2, 1), (1, 3, 2)], None);
    bad("a suspect twice", "order", &[(1, 1, 1), (2, 2, 1)], None);
    bad("a suspect of device 0", "value", &[(1, 1, 0)], None);
    bad("those without a note at a later revision", "consistency", &[], Some(4));
}

/// That genesis, state and change belong together.
fn group_parts(forms: &mut Forms<'_>, groups: &Groups) {
    let Groups { first, second, fourth, other, .. } = groups;
    let why = "decode/out-of-range";
    let genesis = edited(fourth, |parts| parts.genesis = Parts::of(other).genesis);
    forms.bad("another group's genesis", "consistency", genesis, why);
    let state = edited(first, |parts| parts.state = Parts::of(other).state);
    forms.bad("another group's state", "consistency", state, why);
    let later = edited(first, |parts| parts.state = Parts::of(fourth).state);
    forms.bad("a later state without a change", "consistency", later, why);
    let change = edited(first, |parts| parts.change = Parts::of(second).change);
    forms.bad("a change at revision 0", "consistency", change, why);
    let change = edited(fourth, |parts| parts.change = Parts::of(second).change);
    forms.bad("an earlier change", "consistency", change, why);
    let cut = edited(fourth, |parts| parts.genesis.truncate(100));
    forms.bad("a genesis that is none", "form", cut, why);
    let presence = edited(first, |parts| parts.rest[0] = 2);
    forms.bad("a presence byte that is none", "form", presence, why);
    let version = edited(first, |parts| parts.state[0] = 2);
    let why = "decode/unsupported-version";
    forms.bad("a state of another version", "form", version, why);
    let at = 3 + Parts::of(first).genesis.len();
    let len = u32::try_from(GROUP_STATE_BYTES + 1).unwrap().to_be_bytes();
    forms.bad("a state over its limit", "limit", hexed(over(first, at, &len)), "decode/too-large");
}

/// A past revision in which nobody's role was altered has so many bytes.
const PAST: usize = 4 + 32 + 32 + 4 + 8 + 17 + 1 + 1 + 2;

fn past(forms: &mut Forms<'_>, fourth: &[u8], fifth: &[u8]) {
    let Parts { rest, .. } = Parts::of(fourth);
    assert_eq!((rest[2], rest.len()), (3, 1 + 2 + 3 * PAST + NO_SUSPECTS));
    let revisions: Vec<_> = rest[3..3 + 3 * PAST].chunks(PAST).collect();
    let of = |count: u16, revisions: &[&[u8]]| {
        let count = count.to_be_bytes();
        let rest = [&[0][..], &count, &revisions.concat(), &[0; NO_SUSPECTS]].concat();
        edited(fourth, |parts| parts.rest = rest)
    };
    let why = "decode/out-of-range";
    let [a, b, c] = revisions[..] else { panic!() };
    forms.bad("a past with a gap", "consistency", of(2, &[a, c]), why);
    forms.bad("a past that ends too early", "consistency", of(2, &[a, b]), why);
    forms.bad("a past in another order", "order", of(3, &[b, a, c]), why);
    forms.bad("a past revision twice", "order", of(3, &[a, c, c]), why);
    let hash = over(c, 4, &[7; 32]);
    forms.bad("a past that led to another state", "consistency", of(3, &[a, b, &hash]), why);
    let access = over(c, 80, &[9]);
    forms.bad("an access level that is none", "form", of(3, &[a, b, &access]), why);
    let announcement = over(c, 97, &[2]);
    forms.bad("announcement is 2", "form", of(3, &[a, b, &announcement]), why);
    let many = u16::try_from(GROUP_PAST_REVISIONS + 1).unwrap();
    forms.bad("17 past revisions", "limit", of(many, &[a, b, c]), "decode/too-large");
    let role = fifth.len() - NO_SUSPECTS - 1;
    assert_eq!(fifth[role - 6..=role], *[&[0, 3][..], b"max", &[1, 1]].concat());
    forms.bad("a former role that is none", "form", hexed(over(fifth, role, &[5])), why);
}

impl From<RestoreError> for Refusal {
    fn from(error: RestoreError) -> Self {
        let cause = match &error {
            RestoreError::Membership(cause) | RestoreError::Pending(cause) => Some(cause.code()),
            RestoreError::Part(cause) => Some(cause.code()),
            RestoreError::OtherGroup | RestoreError::Torn => None,
        };
        Self { code: error.code(), cause }
    }
}

fn read_channel(stored: &Value) -> Result<Read, Refusal> {
    let part = |name| stored.get(name).map(unhexed);
    let scope = |scope: &Value| StoredScope {
        scope: unhexed(&scope["scope"]).into(),
        chains: scope["chains"].as_array().unwrap().iter().map(|c| unhexed(c).into()).collect(),
    };
    let channel = GroupChannel::restore(&StoredChannel {
        membership: part("membership").unwrap(),
        pending: part("pending").map(Into::into),
        sending: part("hot").zip(part("recipients")).map(|(hot, recipients)| StoredSendingChain {
            hot: hot.into(),
            recipients: recipients.into(),
        }),
        scopes: stored["scopes"].as_array().unwrap().iter().map(scope).collect(),
    })?;
    let says = json!({
        "own": address_json(channel.own()),
        "state_hash": hexed(channel.group().state().hash().as_bytes()),
    });
    Ok(Read { again: parts(&channel.stored()), says })
}

/// Only the parts that there are.
fn parts(stored: &StoredChannel) -> Value {
    let scope = |scope: &StoredScope| {
        let chains: Vec<_> = scope.chains.iter().map(|chain| hexed(&**chain)).collect();
        json!({ "scope": hexed(&*scope.scope), "chains": chains })
    };
    let scopes: Vec<_> = stored.scopes.iter().map(scope).collect();
    let mut parts = json!({ "membership": hexed(&stored.membership), "scopes": scopes });
    if let Some(pending) = &stored.pending {
        parts["pending"] = hexed(&**pending);
    }
    if let Some(StoredSendingChain { hot, recipients }) = &stored.sending {
        parts["hot"] = hexed(&**hot);
        parts["recipients"] = hexed(&**recipients);
    }
    parts
}

const NAMES: [&str; 3] = ["olga", "max", "mia"];

/// The three's channels in a group with this title.
fn world(people: &People, name: &str) -> World {
    let founded = founded(people, name);
    let channel = |name: &'static str| {
        let own = people.device(name).address().clone();
        let mut channel = GroupChannel::new(own, Group::founded(founded.genesis.clone()));
        channel.learn(&founded.epoch_secret).unwrap();
        (name, channel)
    };
    let channels = NAMES.map(channel).into();
    World { people: people.clone(), channels, now: NOW, rng: rng(77) }
}

fn stored(world: &World, name: &str) -> Value {
    parts(&world.stored(name))
}

/// With a change of mia's own that waits.
fn pending(world: &mut World, action: Action) -> Value {
    let World { people, channels, now, rng } = world;
    let mia = channels.get_mut("mia").unwrap();
    let draft = mia.group().state().change().with(action);
    mia.sign(draft, people.device("mia"), &people.lists, *now, rng).unwrap();
    stored(world, "mia")
}

fn channels(topic: &mut Topic, people: &People) {
    let mut forms = Forms::new(topic, "group-channel", read_channel);
    let mut talking = world(people, "first");
    forms.good("just founded", stored(&talking, "mia"));
    for name in NAMES {
        talking.distribute(name);
    }
    let all = stored(&talking, "mia");
    forms.good("everybody gave its chain", all.clone());
    let said = [(); 3].map(|()| talking.say("max", "said"));
    talking.heard("mia", &said[2]);
    talking.say("mia", "said");
    forms.good("messages are missing, and one was sent", stored(&talking, "mia"));
    let authored = talking.author("olga", vec![Action::Remove(id("max"))]);
    talking.publish(&NAMES, &authored);
    let two = stored(&talking, "mia");
    forms.good("somebody was removed", two.clone());
    let titled = pending(&mut world(people, "first"), title("other"));
    forms.good("a change waits", titled.clone());
    let reset = pending(&mut world(people, "first"), Action::ResetKeys);
    forms.good("a change waits that begins a key epoch", reset.clone());
    let mut other = world(people, "other");
    other.distribute("mia");
    other.distribute("max");
    let foreign = stored(&other, "mia");
    let theirs = stored(&talking, "olga");
    channel_forms(&mut forms, &reset, &all);
    scopes(&mut forms, &two, &all, &foreign);
    sending(&mut forms, &all, &foreign, &theirs);
    let mut olga = world(people, "first");
    let after = olga.author("olga", vec![title("after")]);
    olga.publish(&NAMES, &after);
    let later = stored(&olga, "mia");
    waiting(&mut forms, [&titled, &reset, &later], &pending(&mut other, title("foreign")));
}

fn channel_forms(forms: &mut Forms<'_>, reset: &Value, all: &Value) {
    for (stored, part) in
        [(reset, "membership"), (reset, "pending"), (all, "hot"), (all, "recipients")]
    {
        for (comment, bytes, why) in misshapen(&unhexed(&stored[part])) {
            let why = if part == "hot" || part == "recipients" {
                match why {
                    "decode/unsupported-version" => "sender-state/unsupported-version",
                    _ => "sender-state/decode",
                }
            } else {
                why
            };
            forms.bad(&format!("{comment}: {part}"), "form", with(stored, part, bytes), why);
        }
    }
    let membership = unhexed(&all["membership"]);
    let why = "decode/out-of-range";
    let nobody = over(&membership, 1 + 5, &[0; 4]);
    forms.bad("this device is 0", "value", with(all, "membership", nobody), why);
    let believed = over(&membership, 1 + 9, &[2]);
    forms.bad("believed is 2", "form", with(all, "membership", believed), why);
}

fn scopes(forms: &mut Forms<'_>, two: &Value, all: &Value, foreign: &Value) {
    let of = |stored: &Value, scopes: &[&Value]| {
        let mut stored = stored.clone();
        stored["scopes"] = json!(scopes);
        stored
    };
    let torn = "group-stored/torn";
    let [before, now] = [&two["scopes"][0], &two["scopes"][1]];
    forms.bad("no scopes", "consistency", of(two, &[]), torn);
    forms.bad("the state's scope is missing", "consistency", of(two, &[before]), torn);
    forms.bad("a scope twice", "order", of(two, &[before, before, now]), torn);
    let scope = unhexed(&now["scope"]);
    let mut closed = now.clone();
    closed["scope"] = hexed([&scope[..scope.len() - 1], &[1], &[0; 8]].concat());
    forms.bad("the state's scope is closed", "consistency", of(two, &[before, &closed]), torn);
    let mut open = before.clone();
    let scope = unhexed(&before["scope"]);
    open["scope"] = hexed([&scope[..scope.len() - 9], &[0]].concat());
    forms.bad("one before it is open", "consistency", of(two, &[&open, now]), torn);
    let theirs = of(all, &[&foreign["scopes"][0]]);
    forms.bad("another group's scope", "consistency", theirs, "group-stored/other-group");
    let mut mixed = all["scopes"][0].clone();
    mixed["chains"][0] = foreign["scopes"][0]["chains"][0].clone();
    let why = "sender-state/other-scope";
    forms.bad("another group's chain", "consistency", of(all, &[&mixed]), why);
    let mut twice = all["scopes"][0].clone();
    twice["chains"][0] = twice["chains"][1].clone();
    forms.bad("a chain twice", "order", of(all, &[&twice]), "sender-state/repeated");
}

fn sending(forms: &mut Forms<'_>, all: &Value, foreign: &Value, olgas: &Value) {
    let of = |other: &Value| {
        let hot = with(all, "hot", unhexed(&other["hot"]));
        with(&hot, "recipients", unhexed(&other["recipients"]))
    };
    let why = "group-stored/other-group";
    forms.bad("a chain for another group", "consistency", of(foreign), why);
    forms.bad("another device's chain", "consistency", of(olgas), why);
    let torn = with(all, "recipients", unhexed(&foreign["recipients"]));
    forms.bad("another chain's recipients", "consistency", torn, "sender-state/torn");
}

/// A change that waits has to be this device's, of this group and on its state.
fn waiting(forms: &mut Forms<'_>, [titled, reset, later]: [&Value; 3], foreign: &Value) {
    let pending = |stored: &Value, of: &Value| with(stored, "pending", unhexed(&of["pending"]));
    let why = "group-stored/other-group";
    forms.bad("a change of another group", "consistency", pending(titled, foreign), why);
    let mut olgas = titled.clone();
    let membership = unhexed(&titled["membership"]);
    // Another device of the same account.
    olgas["membership"] = hexed(over(&membership, 1 + 5, &[0, 0, 0, 1]));
    forms.bad("a change of another device", "consistency", olgas, why);
    let torn = "group-stored/torn";
    forms.bad("a change on another state", "consistency", pending(later, titled), torn);
    let bytes = unhexed(&titled["pending"]);
    let secret = [&bytes[..bytes.len() - 1], &[1], &[7; 32]].concat();
    let secret = with(titled, "pending", secret);
    forms.bad("a secret, and no key epoch begins", "consistency", secret, torn);
    let bytes = unhexed(&reset["pending"]);
    let none = [&bytes[..bytes.len() - 33], &[0]].concat();
    let none = with(reset, "pending", none);
    forms.bad("a key epoch begins without its secret", "consistency", none, torn);
    let other = over(&bytes, bytes.len() - 32, &[7; 32]);
    let other = with(reset, "pending", other);
    forms.bad("a secret that was not committed to", "consistency", other, torn);
    let presence = over(&bytes, bytes.len() - 33, &[2]);
    let presence = with(reset, "pending", presence);
    forms.bad("a presence byte that is none: pending", "form", presence, "decode/out-of-range");
}
