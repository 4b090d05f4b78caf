use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use prost::Message;
use serde_json::{Map, Value, json};

use super::party::{DAY, NOW, Party, device_secrets, store_in};
use super::{Recorder, Topic, field};
use crate::identity::LocalDevice;
use crate::prekey::{
    BundleError, PrekeyId, PrekeyShelf, PrekeyStore, Publication, PublishedPrekey,
};
use crate::time::Timestamp;
use crate::wire::proto::PrekeyPublication;

/// SPEC.md sections 6.3 and 6.4: what a device publishes, and what a server holds then.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "prekey-publication",
        &[
            ("canonical", "another encoding than the one"),
            ("rule", "against a rule of a publication"),
            (
                "handed-out",
                "what was handed out, or the server was not told to keep, does not come back",
            ),
        ],
    );
    let mut rng = Recorder::new("prekey-publication");
    let owner = Party::new("bob", 0x0b0b_0002, &mut rng);
    let local = &owner.local;
    let fresh = store_in(&[0, 0, 0], &mut rng);
    publishing(&mut topic, local, &fresh, &mut rng);
    decoding(&mut topic, local, &fresh);
    shelves(&mut topic, local, &fresh, &mut rng);
    topic
}

fn numbers<'a>(ids: impl IntoIterator<Item = &'a PrekeyId>) -> Vec<u32> {
    ids.into_iter().map(|id| id.as_u32()).collect()
}

fn publishing(topic: &mut Topic, local: &LocalDevice, fresh: &PrekeyStore, rng: &mut Recorder) {
    topic.group(json!({
        "op": "publish", "device": device_secrets(local.keys()),
        "certificate": hex::encode(local.certificate().encode()),
    }));
    let mixed = store_in(&[2, 1, 1, 0, 0], rng);
    let published = store_in(&[1, 1], rng);
    let cases = [
        ("a new store", fresh, 0),
        ("generated, published and handed out", &mixed, 0),
        ("all published", &published, 0),
        ("the last day", &mixed, 29),
        ("expired one-time prekeys", &mixed, 30),
    ];
    for (comment, store, days) in cases {
        let now = NOW.saturating_add(DAY * days);
        let whole = store.publication(local, now);
        let update = store.publication_update(local, now);
        let fields = json!({
            "store": hex::encode(store.to_bytes()), "now": now.as_millis(),
            "whole": hex::encode(whole.encode()), "update": hex::encode(update.encode()),
            "ids": numbers(update.prekeys().map(PublishedPrekey::id).collect::<Vec<_>>().iter()),
        });
        topic.test(comment, &[], "ok", fields);
    }
}

/// A change of a publication's fields.
type Change = fn(&mut PrekeyPublication);

/// What is encoded well and against a rule.
const BROKEN: [(&str, Change); 16] = [
    ("no certificate", |p| p.certificate = None),
    ("no signed prekey", |p| p.signed_prekey = None),
    ("no last-resort prekey", |p| p.last_resort_kem_prekey = None),
    ("a one-time prekey as the signed one", |p| {
        p.signed_prekey = Some(p.one_time_prekeys[0].clone());
    }),
    ("a one-time KEM prekey as the last resort", |p| {
        p.last_resort_kem_prekey = Some(p.one_time_kem_prekeys[0].clone());
    }),
    ("a KEM prekey among the others", |p| {
        p.one_time_prekeys[1] = p.one_time_kem_prekeys[0].clone();
    }),
    ("the signed prekey among the KEM ones", |p| {
        p.one_time_kem_prekeys[0] = p.signed_prekey.clone().unwrap();
    }),
    ("the wrong way round", |p| p.one_time_prekeys.reverse()),
    ("one twice", |p| p.one_time_kem_prekeys[1] = p.one_time_kem_prekeys[0].clone()),
    ("201 one-time prekeys", |p| {
        p.one_time_prekeys = vec![p.one_time_prekeys[0].clone(); 201];
    }),
    ("a kept id that is none", |p| p.kept_prekey_ids = vec![0]),
    ("kept ids the wrong way round", |p| p.kept_prekey_ids = vec![2, 1]),
    ("a kept id twice", |p| p.kept_prekey_ids = vec![7, 7]),
    ("401 kept ids", |p| p.kept_prekey_ids = (1..=401).collect()),
    ("a certificate with another signature", |p| {
        p.certificate.as_mut().unwrap().signature[0] ^= 1;
    }),
    ("a body that is no prekey", |p| p.one_time_prekeys[0].body[0] = 2),
];

fn decoding(topic: &mut Topic, local: &LocalDevice, fresh: &PrekeyStore) {
    topic.group(json!({ "op": "decode-publication" }));
    let mut store = fresh.clone();
    store.confirm_published(&store.publication(local, NOW));
    let whole = fresh.publication(local, NOW).encode();
    let update = store.publication_update(local, NOW).encode();
    let decode = |topic: &mut Topic, comment: &str, flags: &[&str], bytes: &[u8]| {
        let mut fields = json!({ "bytes": hex::encode(bytes) });
        let expect = Publication::decode(bytes).map_or_else(
            |error| {
                fields["cause"] = json!(cause(&error));
                error.code()
            },
            |_| "ok",
        );
        topic.test(comment, flags, expect, fields);
    };
    decode(topic, "whole", &[], &whole);
    decode(topic, "an update", &[], &update);
    let changed = |change: Change| {
        let mut message = PrekeyPublication::decode(&*whole).unwrap();
        change(&mut message);
        message.encode_to_vec()
    };
    for (comment, change) in BROKEN {
        decode(topic, comment, &["rule"], &changed(change));
    }
    let most = changed(|p| p.kept_prekey_ids = (1..=400).collect());
    decode(topic, "400 kept ids", &[], &most);
    let unpacked = [&whole[..], &[6 << 3, 1]].concat();
    decode(topic, "kept ids that are not packed", &["canonical"], &unpacked);
    let empty = [&whole[..], &field(6, &[])].concat();
    decode(topic, "no kept ids, written down", &["canonical"], &empty);
    let long = [&whole[..], &field(6, &[0x81, 0])].concat();
    decode(topic, "a kept id in more bytes than it needs", &["canonical"], &long);
    let wide = [&whole[..], &field(6, &[0x81, 0x80, 0x80, 0x80, 0x10])].concat();
    decode(topic, "a kept id of more than 32 bits", &["canonical"], &wide);
    decode(topic, "a field of its own", &["canonical"], &[&whole[..], &field(7, &[1])].concat());
    decode(topic, "cut off", &["canonical"], &whole[..whole.len() - 1]);
    decode(topic, "nothing", &["rule"], &[]);
}

/// The code below an error, if there is one.
fn cause(error: &BundleError) -> Option<&'static str> {
    match error {
        BundleError::Malformed(cause) => Some(cause.code()),
        BundleError::Certificate(cause) => Some(cause.code()),
        _ => None,
    }
}

/// What happens to one server's shelf, step by step.
struct Shelf<'a> {
    uploads: &'a [(&'static str, Publication)],
    held: Option<PrekeyShelf>,
    steps: Vec<Value>,
}

impl<'a> Shelf<'a> {
    const fn new(uploads: &'a [(&'static str, Publication)]) -> Self {
        Self { uploads, held: None, steps: vec![] }
    }

    fn upload(mut self, name: &str) -> Self {
        let upload = self.uploads.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        match &mut self.held {
            Some(held) => held.accept(upload),
            None => self.held = Some(PrekeyShelf::new(upload)),
        }
        self.step(json!({ "do": "upload", "publication": name }))
    }

    fn take(mut self, days: u32) -> Self {
        let now: Timestamp = NOW.saturating_add(DAY * days);
        let bundle = hex::encode(self.held.as_mut().unwrap().take_bundle(now).encode());
        self.step(json!({ "do": "take", "now": now.as_millis(), "bundle": bundle }))
    }

    fn step(mut self, mut step: Value) -> Self {
        let left: Vec<_> = self.held.as_ref().unwrap().one_time_ids().collect();
        step["left"] = json!(numbers(&left));
        self.steps.push(step);
        self
    }

    fn end(self, topic: &mut Topic, comment: &str, flags: &[&str]) {
        topic.test(comment, flags, "ok", json!({ "steps": self.steps }));
    }
}

fn shelves(topic: &mut Topic, local: &LocalDevice, fresh: &PrekeyStore, rng: &mut Recorder) {
    let uploads = uploads(local, fresh, rng);
    let hexed = |(name, upload): &(&str, Publication)| {
        (String::from(*name), json!(hex::encode(upload.encode())))
    };
    let publications: Map<_, _> = uploads.iter().map(hexed).collect();
    topic.group(json!({ "op": "shelf", "publications": publications }));
    let new = || Shelf::new(&uploads).upload("whole");
    let flags = &["handed-out"];
    new().take(0).take(0).take(0).take(0).end(
        topic,
        "handed out in order, then the last resort",
        &[],
    );
    new().take(30).end(topic, "none that has expired", &[]);
    new().upload("update").end(topic, "an update keeps all that it names", &[]);
    new().take(0).upload("update").take(0).end(topic, "but not what was handed out", flags);
    new().take(0).upload("whole").take(0).end(
        topic,
        "nor does the same upload bring it back",
        flags,
    );
    new().upload("refilled").take(0).end(topic, "what is new is added", &[]);
    new().upload("refilled").upload("whole").end(topic, "an older upload comes late", flags);
    new().upload("one-less").upload("whole").end(topic, "what is not named goes", flags);
    let lost = Shelf::new(&uploads).upload("update").upload("whole");
    lost.end(topic, "a server that lost what it had, and a repeated upload", flags);
    new().upload("other-keys").end(topic, "other keys under the same ids", flags);
    new().take(0).upload("rotated").take(0).end(
        topic,
        "another signed prekey and last resort",
        &[],
    );
}

/// Uploads of one device: as it began, all confirmed, and what came then.
fn uploads(
    local: &LocalDevice,
    fresh: &PrekeyStore,
    rng: &mut Recorder,
) -> Vec<(&'static str, Publication)> {
    let mut store = fresh.clone();
    let whole = store.publication(local, NOW);
    store.confirm_published(&whole);
    let update = store.publication_update(local, NOW);
    let changed = |change: &dyn Fn(&mut PrekeyPublication)| {
        let mut message = PrekeyPublication::decode(&*update.encode()).unwrap();
        change(&mut message);
        Publication::decode(&message.encode_to_vec()).unwrap()
    };
    let later = store_in(&[0; 8], rng).publication(local, NOW);
    let later = PrekeyPublication::decode(&*later.encode()).unwrap();
    let one_less = changed(&|p| p.kept_prekey_ids.truncate(5));
    let refilled = changed(&|p| {
        p.one_time_prekeys = later.one_time_prekeys[6..].to_vec();
        p.one_time_kem_prekeys = later.one_time_kem_prekeys.clone();
    });
    let rotated = changed(&|p| {
        p.signed_prekey = later.signed_prekey.clone();
        p.last_resort_kem_prekey = later.last_resort_kem_prekey.clone();
    });
    let other_keys = store_in(&[0, 0, 0], rng).publication(local, NOW);
    vec![
        ("whole", whole),
        ("update", update.clone()),
        ("one-less", one_less),
        ("refilled", refilled),
        ("other-keys", other_keys),
        ("rotated", rotated),
    ]
}
