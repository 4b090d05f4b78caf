//! Stored forms of sessions with a peer: SPEC.md sections 9.7, 10.8 and 21.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::super::party::{NOW, Party};
use super::{Forms, Read, Refusal, address_json, hexed, misshapen, over, replaced, unhexed, with};
use crate::crypto::{HashLabel, hash};
use crate::limits::{INACTIVE_SESSIONS, SKIPPED_CHAINS, SKIPPED_KEYS};
use crate::session::{Endpoint, Opened, StateError, StoredPeer};
use crate::time::Timestamp;
use crate::vectors::{Recorder, Topic};

const ALICE: usize = 0;
const BOB: usize = 1;

pub(super) fn add(topic: &mut Topic) {
    let mut forms = Forms::new(topic, "peer", read);
    let kept = situations(&mut forms);
    braids(&mut forms);
    both_parts(&mut forms, &kept);
    sets(&mut forms, &kept);
    sessions(&mut forms, &kept.answered);
    past_chains(&mut forms, &kept);
    post_quantum(&mut forms, &kept);
}

fn read(stored: &Value) -> Result<Read, Refusal> {
    let part = |name| unhexed(&stored[name]);
    let peer = StoredPeer { active: part("active").into(), archive: part("archive").into() };
    let party = Party::new("carol", 1, &mut Recorder::new("stored/reader"));
    let (local, list) = (party.local.clone(), party.verified_list());
    let restored = Endpoint::restore(local, list, party.prekeys, [&peer]);
    if let Some((_, error)) = restored.damaged.first() {
        return Err(refusal(*error));
    }
    let endpoint = restored.endpoint;
    let address = endpoint.peers().next().unwrap().clone();
    let sessions = endpoint.sessions(&address).unwrap();
    let mut says = address_json(&address);
    says["active"] = json!(sessions.active.map(|id| hex::encode(id.as_bytes())));
    says["inactive"] = json!(sessions.inactive);
    Ok(Read { again: parts(&endpoint.stored_peer(&address).unwrap()), says })
}

fn refusal(error: StateError) -> Refusal {
    let cause = if let StateError::Decode(cause) = &error { Some(cause.code()) } else { None };
    Refusal { code: error.code(), cause }
}

fn parts(stored: &StoredPeer) -> Value {
    json!({ "active": hexed(&*stored.active), "archive": hexed(&*stored.archive) })
}

/// Two devices that talk.
struct Pair {
    parties: [Party; 2],
    endpoints: [Endpoint; 2],
    now: Timestamp,
    rng: Recorder,
}

impl Pair {
    fn new(name: &str) -> Self {
        let mut rng = Recorder::new(name);
        let parties = [("alice", 0x0a11_ce01), ("bob", 0x0b0b_0001)]
            .map(|(name, device)| Party::new(name, device, &mut rng));
        let endpoint = |party: &Party| {
            Endpoint::new(party.local.clone(), party.verified_list(), party.prekeys.clone())
        };
        let endpoints = [endpoint(&parties[0]), endpoint(&parties[1])];
        Self { parties, endpoints, now: NOW, rng }
    }

    /// With a session that `ALICE` began and `BOB` has answered.
    fn talking(name: &str) -> Self {
        let mut pair = Self::new(name);
        pair.initiate(ALICE, 0);
        pair.pass(ALICE);
        pair.pass(BOB);
        pair
    }

    fn initiate(&mut self, actor: usize, before: usize) {
        let bundle = self.parties[1 - actor].verified_bundle(before);
        self.endpoints[actor].initiate(&bundle, None, self.now, &mut self.rng).unwrap();
    }

    fn say(&mut self, actor: usize) -> Vec<u8> {
        self.now = self.now.saturating_add(Duration::from_secs(1));
        let other = &self.parties[1 - actor];
        let permit = other.contact().permit(other.local.address().device, self.now).unwrap();
        let sent = self.endpoints[actor].encrypt(&permit, b"said", self.now, &mut self.rng);
        sent.unwrap().envelope
    }

    fn hear(&mut self, actor: usize, envelope: &[u8]) {
        let sender = self.parties[1 - actor].verified();
        match self.endpoints[actor].open(envelope, self.now).unwrap() {
            Opened::Message(_) => {}
            Opened::Introduction(it) => {
                self.endpoints[actor].accept(*it, &sender, self.now).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }

    fn pass(&mut self, from: usize) {
        let envelope = self.say(from);
        self.hear(1 - from, &envelope);
    }

    fn reset(&mut self, actor: usize) {
        let peer = self.parties[1 - actor].local.address().clone();
        let session = self.endpoints[actor].sessions(&peer).unwrap().active.unwrap();
        self.endpoints[actor].reset(&peer, session, self.now).unwrap();
    }

    fn stored(&self, actor: usize) -> Value {
        let peer = self.parties[1 - actor].local.address();
        parts(&self.endpoints[actor].stored_peer(peer).unwrap())
    }
}

/// Situations that later tests change something about.
struct Kept {
    initiated: Value,
    attempts: Value,
    answered: Value,
    skipped: Value,
    past: Value,
    inactive: Value,
}

fn situations(forms: &mut Forms<'_>) -> Kept {
    let mut pair = Pair::new("stored/peer");
    pair.initiate(ALICE, 0);
    let initiated = pair.stored(ALICE);
    forms.good("a session that was just begun", initiated.clone());
    pair.pass(ALICE);
    forms.good("one that was just accepted", pair.stored(BOB));
    pair.pass(BOB);
    let answered = pair.stored(ALICE);
    forms.good("one that was answered", answered.clone());
    let lost: Vec<_> = (0..4).map(|_| pair.say(ALICE)).collect();
    pair.hear(BOB, &lost[1]);
    pair.hear(BOB, &lost[3]);
    let skipped = pair.stored(BOB);
    forms.good("two messages are missing", skipped.clone());
    pair.pass(BOB);
    let late = pair.say(ALICE);
    pair.pass(ALICE);
    let past = pair.stored(BOB);
    forms.good("messages of two chains are missing", past.clone());
    pair.hear(BOB, &late);
    pair.hear(BOB, &lost[0]);
    forms.good("some came late", pair.stored(BOB));
    pair.reset(ALICE);
    forms.good("a reset, and none active", pair.stored(ALICE));
    pair.initiate(ALICE, 1);
    let inactive = pair.stored(ALICE);
    forms.good("another begun after it", inactive.clone());
    pair.pass(ALICE);
    forms.good("the peer took it", pair.stored(BOB));
    pair.pass(BOB);
    forms.good("and answered", pair.stored(ALICE));
    let attempts = attempts(forms);
    Kept { initiated, attempts, answered, skipped, past, inactive }
}

/// Begun twice without an answer, and by both at once.
fn attempts(forms: &mut Forms<'_>) -> Value {
    let mut pair = Pair::new("stored/attempts");
    pair.initiate(ALICE, 0);
    pair.initiate(ALICE, 1);
    let twice = pair.stored(ALICE);
    forms.good("begun twice, and not answered", twice.clone());
    let mut pair = Pair::new("stored/simultaneous");
    pair.initiate(ALICE, 0);
    pair.initiate(BOB, 0);
    let envelopes = [pair.say(ALICE), pair.say(BOB)];
    for (actor, envelope) in [(BOB, &envelopes[ALICE]), (ALICE, &envelopes[BOB])] {
        pair.hear(actor, envelope);
    }
    forms.good("both began at once: one side", pair.stored(ALICE));
    forms.good("and the other", pair.stored(BOB));
    twice
}

/// One state of each of the Braid's tags.
fn braids(forms: &mut Forms<'_>) {
    let mut pair = Pair::talking("stored/braid");
    let mut seen = BTreeSet::new();
    for message in 0..120 {
        let sender = message % 2;
        if message % 5 == 0 {
            pair.say(sender);
        }
        pair.pass(sender);
        for actor in [ALICE, BOB] {
            let stored = pair.stored(actor);
            let tag = Places::of(&stored).tag;
            if seen.insert(tag) {
                forms.good(&format!("the Braid in state {tag}"), stored);
            }
        }
    }
    assert!(seen.len() >= 10, "{seen:?}");
}

/// Where things are in the active part, which is in the forms of sections 21, 9.7 and 10.8.
#[derive(Debug)]
struct Places {
    /// The byte that says which form the sending half has.
    sending: usize,
    /// The presence byte of the receiving chain.
    receiving: usize,
    /// The count of past chains.
    past: usize,
    /// The version of the post-quantum half.
    pq: usize,
    /// The Braid's tag, and where it is.
    braid: usize,
    tag: u8,
}

const SESSION: usize = 34;
const RATCHET: usize = SESSION + 64;

impl Places {
    fn of(stored: &Value) -> Self {
        let active = unhexed(&stored["active"]);
        let sending = RATCHET + 32;
        let length = [64, 69, 136][usize::from(active[sending])];
        let receiving = sending + 1 + length;
        let chain = if active[receiving] == 1 { 105 } else { 0 };
        let past = receiving + 1 + chain + 32;
        let pq = past_chains_at(&active, past).pop().unwrap() + 8;
        let braid = pq + 34 + 4 + 64;
        Self { sending, receiving, past, pq, braid, tag: active[braid] }
    }

    /// Where the past chains begin.
    fn chains(&self, stored: &Value) -> Vec<usize> {
        let mut places = past_chains_at(&unhexed(&stored["active"]), self.past);
        places.pop();
        places
    }
}

/// Where past chains begin, behind their count, and where the last ends.
fn past_chains_at(active: &[u8], count: usize) -> Vec<usize> {
    let mut places = vec![count + 2];
    for _ in 0..number(active, count) {
        let at = *places.last().unwrap();
        places.push(at + 42 + 44 * number(active, at + 40));
    }
    places
}

fn number(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))
}

/// The same peer with another active part.
fn active(stored: &Value, edit: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    with(stored, "active", edit(&unhexed(&stored["active"])))
}

/// The same peer with another archive, which the active part names.
fn archive(stored: &Value, edit: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    let archive = edit(&unhexed(&stored["archive"]));
    let name = hash(HashLabel::SessionArchive, &archive);
    let stored = with(stored, "archive", &archive);
    active(&stored, |bytes| over(bytes, 1, name.as_bytes()))
}

fn both_parts(forms: &mut Forms<'_>, kept: &Kept) {
    for (comment, bytes, why) in misshapen(&unhexed(&kept.answered["active"])) {
        let comment = format!("{comment}, in the active part");
        forms.bad(&comment, "form", with(&kept.answered, "active", bytes), why);
    }
    for (comment, bytes, why) in misshapen(&unhexed(&kept.inactive["archive"])) {
        let comment = format!("{comment}, in the archive");
        forms.bad(&comment, "form", archive(&kept.inactive, |_| bytes), why);
    }
    let torn = with(&kept.answered, "archive", unhexed(&kept.initiated["archive"]));
    forms.bad("an archive of before", "consistency", torn, "state/torn");
    let none = active(&kept.inactive, |bytes| over(bytes, 33, &[2]));
    forms.bad("a presence byte that is none", "form", none, "decode/out-of-range");
}

/// Where the list of inactive sessions begins in an archive: after the address of `bob` and two keys.
const INACTIVE: usize = 1 + 2 + 3 + 4 + 33 + 33 + 4;

fn sets(forms: &mut Forms<'_>, kept: &Kept) {
    let (attempts, inactive, answered) = (&kept.attempts, &kept.inactive, &kept.answered);
    let no_points = archive(answered, |bytes| {
        let bytes = over(bytes, 11, &[0xff; 32]);
        over(&bytes, 44, &[0xff; 32])
    });
    forms.good("the peer's keys are not looked at", no_points);
    let why = "decode/out-of-range";
    let nobody = archive(answered, |bytes| over(bytes, 6, &[0; 4]));
    forms.bad("device 0", "value", nobody, why);
    let mistyped = archive(answered, |bytes| over(bytes, 10, &[1]));
    forms.bad("a signing key of another type", "value", mistyped, "decode/invalid-key");
    let mistyped = archive(answered, |bytes| over(bytes, 43, &[2]));
    forms.bad("an identity key of another type", "value", mistyped, "decode/invalid-key");
    let many = u16::try_from(INACTIVE_SESSIONS + 1).unwrap().to_be_bytes();
    let six = archive(inactive, |bytes| over(bytes, INACTIVE, &many));
    forms.bad("six inactive sessions", "limit", six, "decode/too-large");
    let why = "decode/not-canonical";
    let next = archive(inactive, |bytes| over(bytes, INACTIVE - 4, &[0, 0, 0, 1]));
    forms.bad("an ordinal that is not below the next", "consistency", next, why);
    let own = unhexed(&inactive["active"])[SESSION..SESSION + 32].to_vec();
    let twin = archive(inactive, |bytes| over(bytes, INACTIVE + 2, &own));
    forms.bad("two sessions with one id", "consistency", twin, why);
    flights(forms, kept);
    let large = archive(attempts, |bytes| {
        let at = flights_place(attempts);
        over(bytes, at, &u16::try_from(INACTIVE_SESSIONS + 2).unwrap().to_be_bytes())
    });
    forms.bad("seven handshakes", "limit", large, "decode/too-large");
}

/// Where an archive's list of handshakes begins: two of one length are its end.
fn flights_place(stored: &Value) -> usize {
    let [_, first, _] = flights_of(stored);
    unhexed(&stored["archive"]).len() - 2 - 2 * first.len()
}

/// Of an archive that ends with two handshakes of one length: what is before their count, and both.
fn flights_of(stored: &Value) -> [Vec<u8>; 3] {
    let bytes = unhexed(&stored["archive"]);
    let fits = |len: &usize| {
        let second = bytes.len() - len;
        let first = second - len;
        let are = |at: usize, ordinal: u8| {
            bytes[at..at + 4] == [0, 0, 0, ordinal] && number(&bytes, at + 4) + 6 == *len
        };
        are(first, 0) && are(second, 1) && bytes[first - 2..first] == [0, 2]
    };
    let len = (1000..2000).find(fits).unwrap();
    let (rest, both) = bytes.split_at(bytes.len() - 2 * len);
    [rest[..rest.len() - 2].to_vec(), both[..len].to_vec(), both[len..].to_vec()]
}

fn flights(forms: &mut Forms<'_>, kept: &Kept) {
    let why = "decode/not-canonical";
    let [rest, first, second] = flights_of(&kept.attempts);
    let of = |count: u8, flights: &[&[u8]]| {
        let flights = flights.concat();
        archive(&kept.attempts, |_| [&rest[..], &[0, count], &flights].concat())
    };
    forms.bad("an attempt without its handshake", "consistency", of(1, &[&second]), why);
    forms.bad("handshakes not by rising ordinal", "order", of(2, &[&second, &first]), why);
    forms.bad("a handshake twice", "order", of(3, &[&first, &first, &second]), why);
    let third = over(&second, 0, &[0, 0, 0, 2]);
    let more = of(3, &[&first, &second, &third]);
    forms.bad("a handshake of no session", "consistency", more, why);
    let answered =
        archive(&kept.answered, |bytes| [&bytes[..bytes.len() - 2], &[0, 1], &first].concat());
    forms.bad("a handshake of an answered attempt", "consistency", answered, why);
    let large = over(&first, 4, &[0xff; 2]);
    let long = of(2, &[&large, &second]);
    forms.bad("a handshake cut", "form", long, "decode/truncated");
}

/// What follows the ratchets, counted from the end of the active part: of a session without times of
/// being inactive, blocked or unanswered.
fn sessions(forms: &mut Forms<'_>, answered: &Value) {
    let from_end = |back: usize, bytes: &[u8]| {
        active(answered, |active| replaced(active, active.len() - back, 1, bytes))
    };
    let why = "decode/out-of-range";
    forms.bad("broken is 2", "form", from_end(1, &[2]), why);
    forms.bad("retired is 3", "form", from_end(2, &[1, 3]), why);
    forms.bad("a presence byte of a time that is none", "form", from_end(4, &[2]), why);
    forms.bad("initiated is 2", "form", from_end(9, &[2]), why);
    forms.bad("acknowledged is 2", "form", from_end(23, &[2]), why);
    let why = "decode/not-canonical";
    let waiting = from_end(23, &[0]);
    forms.bad("unacknowledged, without its handshake", "consistency", waiting, why);
    let later = from_end(5, &[1]);
    forms.bad("the active session's ordinal is the next", "consistency", later, why);
    let place = Places::of(answered);
    let at = |at: usize, bytes: &[u8]| active(answered, |active| over(active, at, bytes));
    let why = "decode/out-of-range";
    forms.bad("a sending half of form 3", "form", at(place.sending, &[3]), why);
    forms.bad("a receiving chain's presence byte", "form", at(place.receiving, &[2]), why);
    let why = "decode/invalid-key";
    let key = place.receiving + 5;
    forms.bad("a ratchet key of another type", "value", at(key, &[2]), why);
    forms.bad("a ratchet key of zeros", "value", at(key + 1, &[0; 32]), why);
    forms.bad("a ratchet key over the field's order", "value", at(key + 1, &[0xff; 32]), why);
}

/// SPEC.md section 21: keys of the elliptic half that are kept.
fn past_chains(forms: &mut Forms<'_>, kept: &Kept) {
    let (one, two) = (&kept.skipped, &kept.past);
    let why = "decode/not-canonical";
    let place = Places::of(one);
    let first = *place.chains(one).last().unwrap();
    let keys = first + 42;
    let at = |at: usize, bytes: &[u8]| active(one, |active| over(active, at, bytes));
    assert_eq!(number(&unhexed(&one["active"]), first + 40), 2);
    let ahead = [0, 0, 0, 9];
    forms.bad("a past chain ahead of the receiving one", "consistency", at(first, &ahead), why);
    let high = at(keys + 44, &[0, 0, 1, 0]);
    forms.bad("a number that the chain has not reached", "consistency", high, why);
    let dropped = at(first + 36, &[0, 0, 1, 0]);
    forms.bad("a mark that the chain has not reached", "consistency", dropped, why);
    let unordered = at(keys, &[0, 0, 0, 3]);
    forms.bad("numbers not rising", "order", unordered, why);
    let number_of_second = unhexed(&one["active"])[keys + 44..keys + 48].to_vec();
    forms.bad("a number twice", "order", at(keys, &number_of_second), why);
    let beside_none = active(one, |active| replaced(active, place.receiving, 106, &[0]));
    forms.bad("a past chain beside no receiving one", "consistency", beside_none, why);
    let chains = u16::try_from(SKIPPED_CHAINS + 1).unwrap().to_be_bytes();
    forms.bad("17 past chains", "limit", at(place.past, &chains), "decode/too-large");
    let many = u16::try_from(SKIPPED_KEYS + 1).unwrap().to_be_bytes();
    forms.bad("2,001 keys of a chain", "limit", at(first + 40, &many), "decode/too-large");
    let [generation, second, ..] = Places::of(two).chains(two)[..] else { panic!() };
    let same = unhexed(&two["active"])[second..second + 4].to_vec();
    let twice = active(two, |active| over(active, generation, &same));
    forms.bad("two past chains of one number", "order", twice, why);
    let falling = active(two, |active| over(active, second, &[0; 4]));
    forms.bad("past chains not rising", "order", falling, why);
}

/// SPEC.md sections 9.7 and 10.8. A fresh initiator's Braid has tag 0 and nothing after it.
fn post_quantum(forms: &mut Forms<'_>, kept: &Kept) {
    let fresh = &kept.initiated;
    let Places { pq, braid, tag, .. } = Places::of(fresh);
    assert_eq!(tag, 0);
    let (next, chains) = (braid + 1 + 36, braid + 1 + 37);
    let at = |at: usize, bytes: &[u8]| active(fresh, |active| over(active, at, bytes));
    let why = "decode/unsupported-version";
    forms.bad("a post-quantum half of another version", "form", at(pq, &[2]), why);
    let why = "decode/out-of-range";
    forms.bad("role 2", "form", at(pq + 1, &[2]), why);
    forms.bad("epoch 0", "value", at(braid - 68, &[0; 4]), why);
    forms.bad("a Braid in state 11", "form", at(braid, &[11]), why);
    let more = active(fresh, |active| replaced(active, next, 1, &[&[1][..], &[7; 36]].concat()));
    forms.bad("a next sending chain that the Braid knows nothing of", "consistency", more, why);
    let none = active(fresh, |active| replaced(active, chains, 42, &[0; 2]));
    forms.bad("no receiving chain", "consistency", none, why);
    let twice = active(fresh, |active| {
        let chain = active[chains + 2..chains + 42].to_vec();
        replaced(active, chains, 42, &[&[0, 2][..], &chain, &chain].concat())
    });
    forms.bad("more receiving chains than epochs", "consistency", twice, why);
    forms.bad("four receiving chains", "limit", at(chains, &[0, 4]), "decode/too-large");
    let dropped = at(chains + 38, &[0, 0, 0, 1]);
    forms.bad("dropped through the chain's own number", "consistency", dropped, why);
    let healing = chains + 42 + 2;
    let many = u16::try_from(SKIPPED_KEYS + 1).unwrap().to_be_bytes();
    forms.bad("2,001 skipped keys", "limit", at(healing - 2, &many), "decode/too-large");
    forms.bad("heard is 2", "form", at(healing + 32, &[2]), why);
    forms.bad("ended stale is 2", "form", at(healing + 33, &[2]), why);
    skipped(forms, &kept.skipped);
    chunks(forms);
}

/// Keys of the post-quantum half that are kept: those of two messages of epoch 0.
fn skipped(forms: &mut Forms<'_>, stored: &Value) {
    let bytes = unhexed(&stored["active"]);
    let find = |number: u8| [&[0; 4][..], &[0, 0, 0, number]].concat();
    let Places { braid, .. } = Places::of(stored);
    let kept = bytes.windows(2 + 48 + 48).enumerate().skip(braid).filter(|(_, part)| {
        part[..2] == [0, 2] && part[2..10] == *find(2) && part[50..58] == *find(4)
    });
    let kept: Vec<_> = kept.map(|(at, _)| at + 2).collect();
    let [first] = kept[..] else { panic!("{kept:?}") };
    let second = first + 48;
    let why = "decode/out-of-range";
    let mut bad = |comment, flag, at: usize, with: &[u8]| {
        forms.bad(comment, flag, active(stored, |active| over(active, at, with)), why);
    };
    bad("a skipped key of an epoch without a chain", "consistency", first, &[0, 0, 0, 1]);
    bad("a skipped key of number 0", "value", first + 4, &[0; 4]);
    bad("skipped keys not rising", "order", first + 4, &[0, 0, 0, 5]);
    bad("a skipped key twice", "order", second + 4, &[0, 0, 0, 2]);
    bad("a skipped key beyond its chain", "consistency", second + 4, &[0, 0, 0, 99]);
}

/// Chunks of the Braid, of a responder that has one of the header's.
fn chunks(forms: &mut Forms<'_>) {
    let mut pair = Pair::new("stored/chunks");
    pair.initiate(ALICE, 0);
    pair.pass(ALICE);
    let stored = pair.stored(BOB);
    let Places { braid, tag, .. } = Places::of(&stored);
    let bytes = unhexed(&stored["active"]);
    assert_eq!((tag, number(&bytes, braid + 1)), (5, 1));
    let two = active(&stored, |active| {
        let chunk = active[braid + 3..braid + 69].to_vec();
        replaced(active, braid + 1, 68, &[&[0, 2][..], &chunk, &chunk].concat())
    });
    forms.bad("as many chunks as restore it", "limit", two, "decode/too-large");
    let (with_two, place) = key_chunks(&mut pair);
    let twice = active(&with_two, |active| {
        let index = active[place..place + 2].to_vec();
        over(active, place + 66, &index)
    });
    forms.bad("a chunk's index twice", "order", twice, "decode/out-of-range");
}

/// A state with at least two chunks of the ciphertext, and where they are.
fn key_chunks(pair: &mut Pair) -> (Value, usize) {
    for message in 1..40 {
        pair.pass(message % 2);
        let stored = pair.stored(ALICE);
        let place = Places::of(&stored);
        let bytes = unhexed(&stored["active"]);
        // Seed, presence byte and index of what is next sent.
        let count = place.braid + 1 + 64 + 3;
        if place.tag == 2 && number(&bytes, count) >= 2 {
            return (stored, count + 2);
        }
    }
    panic!("the Braid does not come so far");
}
