//! Stored forms of profiles, openings, media, links: SPEC.md sections 13.1, 15.7, 17.8 and 19.

use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{Forms, Read, Refusal, address_json, hexed, over, unhexed};
use crate::group::LinkSecret;
use crate::identity::AccountId;
use crate::limits::PROFILE_HOLDERS;
use crate::media::SealingRecord;
use crate::media::tests::{plain, seal};
use crate::profile::{KnownProfile, OwnProfile, ProfileKey};
use crate::report::Opening;
use crate::vectors::{Recorder, Topic, encode};

pub(super) fn add(topic: &mut Topic, rng: &mut Recorder) {
    own_profile(topic, rng);
    known_profile(topic, rng);
    openings(topic, rng);
    records(topic);
    links(topic, rng);
}

/// Where the profile of `alice` is under this key.
fn locator(key: &ProfileKey) -> Value {
    hexed(key.locator(&AccountId::new(b"alice").unwrap()))
}

fn read_own(stored: &Value) -> Result<Read, Refusal> {
    let own = OwnProfile::from_bytes(&unhexed(stored))?;
    let says = json!({ "revision": own.revision(), "locator": locator(own.key()) });
    Ok(Read { again: hexed(&*own.to_bytes()), says })
}

fn accounts(names: &[&[u8]]) -> Vec<u8> {
    let each = names
        .iter()
        .map(|name| [&u16::try_from(name.len()).unwrap().to_be_bytes()[..], name].concat());
    let count = u16::try_from(names.len()).unwrap().to_be_bytes();
    [count.to_vec()].into_iter().chain(each).flatten().collect()
}

fn own_profile(topic: &mut Topic, rng: &mut Recorder) {
    let key = rng.bytes::<32>();
    let stored = |revision: u32, holders: &[&[u8]]| {
        [&[1][..], &key, &revision.to_be_bytes(), &accounts(holders)].concat()
    };
    let mut forms = Forms::new(topic, "own-profile", read_own);
    forms.good("never published", hexed(stored(0, &[])));
    let three = stored(u32::MAX, &[b"bob", b"eve", &[0xff; 64]]);
    forms.good("the last revision, three who have the key", hexed(&three));
    forms.bad_form(&three);
    let why = "decode/not-canonical";
    forms.bad("holders not ascending", "order", hexed(stored(1, &[b"eve", b"bob"])), why);
    let longer = stored(1, &[b"carol", b"eve"]);
    forms.bad("the longer account id first", "order", hexed(longer), why);
    forms.bad("a holder twice", "order", hexed(stored(1, &[b"bob", b"bob"])), why);
    let why = "decode/wrong-length";
    forms.bad("a holder without an id", "value", hexed(stored(1, &[b""])), why);
    let too_many = over(&stored(1, &[]), 37, &count_after(PROFILE_HOLDERS));
    forms.bad("a holder too many", "limit", hexed(too_many), "decode/too-large");
}

/// The count that is one more than a limit.
fn count_after(limit: usize) -> [u8; 2] {
    u16::try_from(limit + 1).unwrap().to_be_bytes()
}

fn read_known(stored: &Value) -> Result<Read, Refusal> {
    let known = KnownProfile::from_bytes(&unhexed(stored))?;
    let says = json!({ "locator": locator(known.key()) });
    Ok(Read { again: hexed(&*known.to_bytes()), says })
}

fn known_profile(topic: &mut Topic, rng: &mut Recorder) {
    let (key, hash) = (rng.bytes::<32>(), rng.bytes::<32>());
    let none = [&[1][..], &key, &[0]].concat();
    let seen = [&[1][..], &key, &[1, 0, 0, 0, 3], &hash, &[0, 0, 0, 7]].concat();
    let mut forms = Forms::new(topic, "known-profile", read_known);
    forms.good("none seen", hexed(&none));
    forms.good("one seen", hexed(&seen));
    forms.bad_form(&seen);
    let why = "decode/out-of-range";
    forms.bad("a presence byte that is none", "form", hexed(over(&none, 33, &[2])), why);
    let nobody = over(&seen, seen.len() - 4, &[0; 4]);
    forms.bad("seen of device 0", "value", hexed(nobody), why);
}

fn read_opening(stored: &Value) -> Result<Read, Refusal> {
    let opening = Opening::from_bytes(&unhexed(stored))?;
    let says = json!({
        "sender": address_json(&opening.context().sender),
        "commitment": hexed(opening.commitment().as_bytes()),
    });
    Ok(Read { again: hexed(&*opening.to_bytes()), says })
}

fn openings(topic: &mut Topic, rng: &mut Recorder) {
    let alice = [&accounts(&[b"alice"])[2..], &[0, 0, 0, 7]].concat();
    let bob = [&accounts(&[b"bob"])[2..], &[0, 0, 0, 9]].concat();
    let (venue, rest) = (rng.bytes::<32>(), rng.bytes::<64>());
    let session = [&[1][..], &alice, &[1], &bob, &venue, &rest].concat();
    let chain = [&[1][..], &alice, &[2], &venue, &rest].concat();
    let kind = 1 + alice.len();
    let mut forms = Forms::new(topic, "opening", read_opening);
    forms.good("of a message in a session", hexed(&session));
    forms.good("of a message on a sender chain", hexed(&chain));
    forms.bad_form(&session);
    let why = "decode/out-of-range";
    for venue in [0, 3] {
        let other = over(&chain, kind, &[venue]);
        forms.bad(&alloc::format!("a venue of kind {venue}"), "form", hexed(other), why);
    }
    forms.bad("sent by device 0", "value", hexed(over(&chain, kind - 4, &[0; 4])), why);
    let to_nobody = over(&session, kind + bob.len() - 3, &[0; 4]);
    forms.bad("received by device 0", "value", hexed(to_nobody), why);
    let nameless = over(&chain, 1, &[0, 0]);
    forms.bad("sent by nobody", "value", hexed(nameless), "decode/wrong-length");
    let long = over(&chain, 1, &65u16.to_be_bytes());
    forms.bad("an account id of 65 bytes", "value", hexed(long), "decode/too-large");
}

fn read_record(stored: &Value) -> Result<Read, Refusal> {
    let record = SealingRecord::from_bytes(&unhexed(stored))?;
    let media = record.media();
    let says = json!({
        "plaintext_len": media.plaintext_len(), "ciphertext_len": media.ciphertext_len(),
        "root": hexed(&encode(media)[48..]),
    });
    Ok(Read { again: hexed(&*record.to_bytes()), says })
}

fn records(topic: &mut Topic) {
    let stored = |len: usize| seal(&plain(len), 5).record.to_bytes();
    let some = stored(1000);
    let mut forms = Forms::new(topic, "media-record", read_record);
    forms.good("of nothing", hexed(&*stored(0)));
    forms.good("of 1,000 bytes", hexed(&*some));
    forms.good("of 100,000 bytes", hexed(&*stored(100_000)));
    forms.bad_form(&some);
    let large = over(&some, 33, &((1_u64 << 40) + 1).to_be_bytes());
    forms.bad("a plaintext over the limit", "limit", hexed(large), "decode/too-large");
    let why = "decode/wrong-length";
    let other = over(&some, 33, &2000_u64.to_be_bytes());
    forms.bad("a plaintext of another length", "consistency", hexed(other), why);
    let other = over(&some, 41, &1_u64.to_be_bytes());
    forms.bad("a ciphertext of another length", "consistency", hexed(other), why);
}

fn links(topic: &mut Topic, rng: &mut Recorder) {
    let mut forms = Forms::new(topic, "link-secret", |stored| {
        let link = LinkSecret::from_bytes(&unhexed(stored))?;
        let says = json!({
            "group": hexed(link.group().as_bytes()), "id": hexed(encode(&link.id())),
        });
        Ok(Read { again: hexed(&*link.to_bytes()), says })
    });
    let stored = [&rng.bytes::<32>()[..], &rng.bytes::<40>()].concat();
    forms.good("a link", hexed(&stored));
    forms.bad("cut", "form", hexed(&stored[..71]), "decode/truncated");
    forms.bad("a byte more", "form", hexed([&stored[..], &[0]].concat()), "decode/trailing");
}
