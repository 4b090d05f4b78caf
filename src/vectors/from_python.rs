//! `test-vectors/from-python.json`: inputs that the second implementation made up, and what it makes
//! of them. The crate comes to the same.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use std::fs;

use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

use crate::content::{Content, Incoming};
use crate::crypto::{
    AeadKey, HashLabel, KdfLabel, MacLabel, Nonce, Prk, SearchKey, Secret, SignaturePurpose,
    SigningKey, hash, hmac,
};
use crate::group::{GroupState, Outcome, SignedChange, SignedGenesis};
use crate::identity::{AccountId, DeviceAddress, DeviceId, SignedDeviceList, VerifiedDeviceList};
use crate::media::tests::{open, plain, seal_with};
use crate::media::{ChunkSealer, waveform};
use crate::profile::{KnownProfile, ProfileKey, ProfileUpdate};
use crate::ratchet::HeaderKey;
use crate::sender_key::Distribution;
use crate::time::Timestamp;
use crate::wire::{pad, padded_len};

/// How many there are of each operation, so that none vanish unnoticed.
const COUNTS: [(&str, usize); 16] = [
    ("content-decode", 600),
    ("expand", 12),
    ("group-change", 144),
    ("group-genesis", 6),
    ("group-open", 6),
    ("hash", 12),
    ("mac", 6),
    ("media-seal", 10),
    ("media-waveform", 7),
    ("pad", 12),
    ("padded-length", 18),
    ("profile-read", 16),
    ("seal-header", 8),
    ("search-tag", 8),
    ("sender-message", 8),
    ("sign", 12),
];

#[test]
fn what_the_second_implementation_made_up_comes_out_the_same() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/test-vectors/from-python.json");
    let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let tests = file["tests"].as_array().unwrap();
    let mut counts = BTreeMap::new();
    for test in tests {
        *counts.entry(test["op"].as_str().unwrap()).or_insert(0_usize) += 1;
    }
    assert_eq!(counts, COUNTS.into(), "a number that dropped says what is gone");
    let wrong: Vec<_> = tests.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), tests.len());
}

/// What is wrong with a test.
fn difference(test: &Value) -> Option<String> {
    let op = test["op"].as_str().unwrap();
    let (found, output) = (computed(op, &Inputs(&test["inputs"])), test["output"].as_object()?);
    let differs = |(name, expected): (&String, &Value)| {
        let same = found.get(name.as_str()) == Some(expected);
        (!same).then(|| {
            let found = found.get(name.as_str());
            alloc::format!("{op} {}, {name}: {expected} and here {found:?}", test["id"])
        })
    };
    output.iter().find_map(differs)
}

type Found = BTreeMap<&'static str, Value>;

fn computed(op: &str, inputs: &Inputs<'_>) -> Found {
    match op {
        "expand" | "hash" | "mac" | "sign" => derivations(op, inputs),
        "pad" => padded(inputs),
        "padded-length" => {
            let len = usize::try_from(inputs.number("length")).unwrap();
            [("padded", padded_len(len).into())].into()
        }
        "search-tag" => {
            let key = SearchKey::derive(&AeadKey::new(Secret::new(inputs.array("header_key"))));
            let tag = key.tag(&Nonce::from_bytes(inputs.array("nonce")));
            [("tag", bytes(tag.to_bytes()))].into()
        }
        "seal-header" => sealed_header(inputs),
        "sender-message" => sender_message(inputs),
        "media-seal" => media(inputs),
        "media-waveform" => {
            let peaks = inputs.0["peaks"].as_array().unwrap().iter();
            let peaks: Vec<_> =
                peaks.map(|peak| u16::try_from(peak.as_u64().unwrap()).unwrap()).collect();
            [("waveform", bytes(waveform(&peaks)))].into()
        }
        "content-decode" => content(&inputs.bytes("content")),
        "profile-read" => profile(inputs),
        "group-open" => crate::group::channel::vectors::opened(inputs),
        "group-genesis" => {
            let genesis = SignedGenesis::decode(&inputs.bytes("genesis")).unwrap();
            let state = genesis.state();
            let group = [("group", bytes(genesis.group().as_bytes()))];
            group.into_iter().chain(state_of(state)).collect()
        }
        "group-change" => group_change(inputs),
        _ => panic!("nothing computes {op}"),
    }
}

fn derivations(op: &str, inputs: &Inputs<'_>) -> Found {
    let output = match op {
        "expand" => {
            let label = KdfLabel::ALL.iter().find(|l| l.as_str() == inputs.text("label")).unwrap();
            let prk = Prk::from_key(&Secret::new(inputs.array("prk")));
            let output: Secret<255> = prk.expand(*label, &inputs.bytes("context"));
            let len = usize::try_from(inputs.number("length")).unwrap();
            output.as_bytes()[..len].to_vec()
        }
        "hash" => {
            let label = HashLabel::ALL.iter().find(|l| l.as_str() == inputs.text("label")).unwrap();
            hash(*label, &inputs.bytes("data")).as_bytes().to_vec()
        }
        "mac" => {
            let label = MacLabel::ALL.iter().find(|l| l.as_str() == inputs.text("label")).unwrap();
            let data = inputs.bytes("data");
            let parts: [&[u8]; 4] = [b"sealwax/v1/mac/", label.as_str().as_bytes(), &[0], &data];
            hmac(&Secret::new(inputs.array("key")), &parts).as_bytes().to_vec()
        }
        _ => {
            let purpose = inputs.text("purpose");
            let purpose = SignaturePurpose::ALL.iter().find(|p| p.as_str() == purpose).unwrap();
            let key = SigningKey::from_seed(&Secret::new(inputs.array("seed")));
            let signature = key.sign(*purpose, &inputs.bytes("data"));
            let public = bytes(key.verifying_key().as_bytes());
            return [("public", public), ("signature", bytes(signature.as_bytes()))].into();
        }
    };
    [("output", bytes(output))].into()
}

fn padded(inputs: &Inputs<'_>) -> Found {
    let mut text = inputs.bytes("text");
    pad(&mut text, 0);
    [("padded", bytes(text))].into()
}

fn sealed_header(inputs: &Inputs<'_>) -> Found {
    let header = Inputs(&inputs.0["header"]);
    let word = |name| u32::try_from(header.number(name)).unwrap().to_be_bytes().to_vec();
    let kind = u8::try_from(header.number("kind")).unwrap();
    let index = u16::try_from(header.number("index")).unwrap().to_be_bytes().to_vec();
    let key = header.bytes("ratchet_key");
    let (counters, pq) = ([word("pn"), word("n")].concat(), [word("epoch"), word("pq_n")].concat());
    let plain = [key, counters, pq, [kind].to_vec(), index, header.bytes("chunk")].concat();
    let mut place = [plain, [0; 16].to_vec()].concat();
    let nonce = Nonce::from_bytes(inputs.array("nonce"));
    let key = HeaderKey::new(Secret::new(inputs.array("header_key")));
    key.seal(&nonce, &inputs.bytes("body"), &mut place);
    [("sealed", bytes(place))].into()
}

/// The envelope is an input here: that it opens shows every value on the way.
fn sender_message(inputs: &Inputs<'_>) -> Found {
    let distribution = Distribution::decode(&inputs.bytes("distribution")).unwrap();
    let from = DeviceAddress {
        account: AccountId::new(&inputs.bytes("account")).unwrap(),
        device: DeviceId::new(u32::try_from(inputs.number("device")).unwrap()).unwrap(),
    };
    crate::sender_key::vectors::sent_by(&distribution, &from, inputs)
}

fn media(inputs: &Inputs<'_>) -> Found {
    let mut given = Given([inputs.bytes("key"), inputs.bytes("salt")].concat());
    let len = usize::try_from(inputs.number("plaintext_len")).unwrap();
    let object = seal_with(ChunkSealer::new(&mut given), &plain(len));
    assert!(open(object.verified_opener(), &object.bytes).unwrap() == plain(len));
    [
        ("ciphertext_len", object.media.ciphertext_len().into()),
        ("root", bytes(object.media.root().as_bytes())),
        ("list", bytes(&object.list)),
        ("record", bytes(&*object.record.to_bytes())),
        ("object", bytes(&object.bytes)),
    ]
    .into()
}

fn content(data: &[u8]) -> Found {
    match Content::decode(data) {
        Err(error) => [("expect", error.code().into())].into(),
        Ok(Incoming::Valid(content)) => [
            ("expect", "ok".into()),
            ("message_id", bytes(content.id().as_bytes())),
            ("sent_at", content.sent_at().as_millis().into()),
            ("body", content.body().kind().number().into()),
            ("hash", bytes(content.hash().as_bytes())),
        ]
        .into(),
        Ok(Incoming::Unsupported(unsupported)) => [
            ("expect", super::content::cause(unsupported.cause).into()),
            ("message_id", bytes(unsupported.id.as_bytes())),
            ("sent_at", unsupported.sent_at.as_millis().into()),
            ("body", unsupported.body_number.into()),
        ]
        .into(),
    }
}

fn profile(inputs: &Inputs<'_>) -> Found {
    let now = Timestamp::from_millis(inputs.number("now"));
    let list = SignedDeviceList::decode(&inputs.bytes("list")).unwrap();
    let list = VerifiedDeviceList::trust_on_first_use(list, now).unwrap();
    let key = ProfileKey::from_bytes(inputs.array("key"));
    let mut found: Found = [("locator", bytes(key.locator(list.account())))].into();
    let mut known = KnownProfile::new(key);
    match known.open(&inputs.bytes("profile"), &list, now) {
        Err(error) => drop(found.insert("expect", error.code().into())),
        Ok(ProfileUpdate::Newer(read)) => {
            let shown = read.profile();
            let stored = known.to_bytes();
            // u8 version, key, bool, revision, hash, device: SPEC.md 19.3.
            let device = u32::from_be_bytes(stored[70..74].try_into().unwrap());
            found.extend([
                ("expect", "ok".into()),
                ("device", device.into()),
                ("revision", read.revision().into()),
                ("published", read.published().as_millis().into()),
                ("name", bytes(shown.name())),
                ("about", bytes(shown.about())),
                ("status", bytes(shown.status())),
                ("picture", bytes(shown.avatar().unwrap_or_default())),
                ("hash", bytes(&stored[38..70])),
            ]);
        }
        Ok(other) => panic!("{other:?}"),
    }
    found
}

fn group_change(inputs: &Inputs<'_>) -> Found {
    let base = GroupState::from_bytes(&inputs.bytes("base")).unwrap();
    let change = match SignedChange::decode(&inputs.bytes("change")) {
        Err(error) => return [("expect", error.code().into())].into(),
        Ok(change) => change,
    };
    let mut found: Found = [("change_hash", bytes(change.hash().as_bytes()))].into();
    match base.apply(&change) {
        Err(error) => drop(found.insert("expect", error.code().into())),
        Ok(Outcome::Applied(applied)) => {
            found.insert("expect", "ok".into());
            found.extend(state_of(&applied.state));
        }
        Ok(other) => panic!("{other:?}"),
    }
    found
}

fn state_of(state: &GroupState) -> [(&'static str, Value); 2] {
    [("state", bytes(state.to_bytes())), ("state_hash", bytes(state.hash().as_bytes()))]
}

pub(crate) fn bytes(data: impl AsRef<[u8]>) -> Value {
    hex::encode(data).into()
}

/// The inputs of a test.
pub(crate) struct Inputs<'a>(pub(crate) &'a Value);

impl Inputs<'_> {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    pub(crate) fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap()
    }
}

/// A generator that gives these bytes and no others.
pub(crate) struct Given(pub(crate) Vec<u8>);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only bytes are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only bytes are drawn")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Given {}
