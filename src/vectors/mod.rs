//! Makes the test vectors of `test-vectors/` and compares them with what is committed there.
//!
//! A topic is generated in memory by the code under test; a difference, a missing file or a lower
//! count is a failure. `cargo run --example vectors` says what differs, and writes when asked to.
//! What decides whether they are right is `test-vectors/verify.py`, which shares nothing with this
//! crate.

mod contacts;
mod content;
mod envelope;
pub(crate) mod from_python;
mod identity;
mod labels;
mod layout;
mod media;
pub(crate) mod party;
mod prekey;
mod publication;
mod safety;
mod scenario;
mod stored;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use core::convert::Infallible;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::{env, fs};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_core::{Rng, TryCryptoRng, TryRng};
use serde_json::{Map, Value, json};

use crate::crypto::{HashLabel, hash};
use crate::wire::{Layout, Writer};

/// The tests of one file while they are collected.
pub(crate) struct Topic {
    name: &'static str,
    notes: Map<String, Value>,
    groups: Vec<Group>,
    count: u32,
}

struct Group {
    params: Value,
    tests: Vec<Value>,
}

impl Topic {
    /// `notes` says what each flag means.
    pub(crate) fn new(name: &'static str, notes: &[(&str, &str)]) -> Self {
        let notes = notes.iter().map(|(flag, text)| ((*flag).to_string(), json!(text))).collect();
        Self { name, notes, groups: vec![], count: 0 }
    }

    /// Begins a group; what all its tests share.
    pub(crate) fn group(&mut self, params: Value) {
        self.groups.push(Group { params, tests: vec![] });
    }

    /// Adds a test to the last group. `fields` are its inputs and outputs.
    pub(crate) fn test(&mut self, comment: &str, flags: &[&str], expect: &str, fields: Value) {
        assert!(flags.iter().all(|flag| self.notes.contains_key(*flag)), "{flags:?}");
        self.count += 1;
        let Value::Object(mut test) = fields else { panic!("a test is an object") };
        test.insert("id".into(), json!(self.count));
        test.insert("comment".into(), json!(comment));
        test.insert("flags".into(), json!(flags));
        test.insert("expect".into(), json!(expect));
        self.groups.last_mut().unwrap().tests.push(Value::Object(test));
    }

    fn render(self) -> String {
        let groups: Vec<_> = self
            .groups
            .into_iter()
            .map(|group| json!({ "params": group.params, "tests": group.tests }))
            .collect();
        let mut file = json!({
            "schema": "schema.json",
            "topic": self.name,
            "spec_version": 1,
            "generator": { "name": "sealwax", "version": env!("CARGO_PKG_VERSION") },
            "notes": self.notes,
            "groups": groups,
        });
        file.sort_all_objects();
        serde_json::to_string_pretty(&file).unwrap() + "\n"
    }

    /// Compares with the committed file, or writes one to the folder that `SEALWAX_VECTORS` names,
    /// for the example. Another number of tests than `count` is refused, so that none vanish
    /// unnoticed.
    pub(crate) fn check(self, count: u32) {
        let (name, made) = (self.name, self.count);
        assert!(made >= count, "{name}: {made} of {count} tests: {} are gone", count - made);
        assert!(made == count, "{name}: {made} tests: raise the number {count} that is checked");
        let generated = self.render();
        if let Some(folder) = env::var_os("SEALWAX_VECTORS") {
            return fs::write(other_folder(&folder).join(format!("{name}.json")), generated)
                .unwrap();
        }
        let path = format!("{COMMITTED}/{name}.json");
        let committed = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(committed == generated, "{path} differs: see test-vectors/README.md");
    }
}

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/test-vectors");

/// The folder to write to: any but the committed one, which only the example may change.
fn other_folder(folder: &OsStr) -> PathBuf {
    let [folder, committed] = [folder, OsStr::new(COMMITTED)].map(|path| {
        fs::canonicalize(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    assert!(!folder.starts_with(committed), "SEALWAX_VECTORS is test-vectors itself");
    folder
}

/// A generator that remembers what it gave, for the file to say.
#[derive(Clone)]
pub(crate) struct Recorder {
    rng: ChaCha20Rng,
    given: Vec<u8>,
}

impl Recorder {
    pub(crate) fn new(name: &str) -> Self {
        let seed = *hash(HashLabel::Content, name.as_bytes()).as_bytes();
        Self { rng: ChaCha20Rng::from_seed(seed), given: vec![] }
    }

    /// Everything drawn since the last call.
    pub(crate) fn taken(&mut self) -> String {
        hex::encode(core::mem::take(&mut self.given))
    }

    /// Bytes that are inputs and not drawn by an operation.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }
}

impl TryRng for Recorder {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.rng.fill_bytes(out);
        self.given.extend_from_slice(out);
        Ok(())
    }
}

impl TryCryptoRng for Recorder {}

pub(crate) fn encode<T: Layout>(value: &T) -> Vec<u8> {
    let mut w = Writer::new();
    w.put(value);
    w.into_public()
}

/// The digest by which files compare stored states.
pub(crate) fn digest(stored: &[u8]) -> String {
    hex::encode(hash(HashLabel::StateDigest, stored).as_bytes())
}

/// The bytes with one bit of the byte at `at` changed.
pub(crate) fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

/// One bytes field of protobuf.
pub(crate) fn field(number: u32, value: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    crate::wire::FieldWriter(&mut out).bytes(number, value);
    out
}

/// One integer field of protobuf.
pub(crate) fn integer(number: u32, value: u32) -> Vec<u8> {
    let mut out = vec![];
    crate::wire::FieldWriter(&mut out).u32(number, value);
    out
}

#[test]
fn labels_kdf() {
    labels::topic().check(99);
}

#[test]
fn codec_padding() {
    layout::topic().check(46);
}

#[test]
fn identity_documents() {
    identity::topic().check(114);
}

#[test]
fn contacts() {
    contacts::topic().check(96);
}

#[test]
fn stored_forms() {
    stored::topic().check(365);
}

#[test]
fn safety_number() {
    safety::topic().check(17);
}

#[test]
fn prekey_bundle() {
    prekey::topic().check(61);
}

#[test]
fn prekey_publication() {
    publication::topic().check(42);
}

#[test]
fn handshake() {
    crate::handshake::vectors::topic().check(46);
}

#[test]
fn header_sealing() {
    crate::ratchet::vectors::header_sealing().check(23);
}

#[test]
fn ratchet_steps() {
    crate::ratchet::vectors::steps().check(4);
}

#[test]
fn ratchet_out_of_order() {
    crate::ratchet::vectors::out_of_order().check(29);
}

#[test]
fn sender_distribution() {
    crate::sender_key::vectors::distribution().check(27);
}

#[test]
fn sender_chain() {
    crate::sender_key::vectors::chain().check(24);
}

#[test]
fn franking() {
    use crate::ratchet::vectors_of_reports as of;
    let mut topic = Topic::new(
        "franking",
        &[
            ("changed", "something was changed on the way"),
            ("peer", "the sender commits to something else"),
            ("report", "a report that does not fit together"),
        ],
    );
    of::commitments(&mut topic);
    of::session(&mut topic);
    crate::sender_key::vectors::reportable(&mut topic);
    of::reports(&mut topic);
    topic.check(57);
}

#[test]
fn braid() {
    crate::ratchet::vectors::braid_topic().check(37);
}

#[test]
fn envelope_decoding() {
    envelope::topic().check(71);
}

#[test]
fn content_decoding() {
    content::topic().check(91);
}

#[test]
fn content_said() {
    content::said().check(178);
}

#[test]
fn content_signals() {
    content::signals().check(170);
}

#[test]
fn content_calls() {
    content::calls().check(162);
}

#[test]
fn content_devices() {
    content::devices().check(158);
}

#[test]
fn content_operations() {
    content::operations().check(53);
}

#[test]
fn content_rules() {
    content::rules().check(280);
}

#[test]
fn content_stories() {
    content::stories().check(46);
}

#[test]
fn stories() {
    crate::story::vectors::topic().check(58);
}

#[test]
fn media_encryption() {
    media::topic().check(141);
}

#[test]
fn scenario_two_devices() {
    scenario::topic().check(5);
}

#[test]
fn group_genesis() {
    crate::group::vectors::genesis().check(28);
}

#[test]
fn group_changes() {
    crate::group::vectors::changes().check(108);
}

#[test]
fn group_conflicts() {
    crate::group::vectors::conflicts().check(25);
}

#[test]
fn group_tickets() {
    crate::group::joining_vectors::tickets().check(42);
}

#[test]
fn group_joining() {
    crate::group::joining_vectors::joining().check(31);
}

#[test]
fn group_evidence() {
    crate::group::joining_vectors::evidence().check(13);
}

#[test]
fn group_suspects() {
    crate::group::joining_vectors::suspects().check(11);
}

#[test]
fn group_messages() {
    crate::group::channel::vectors::messages().check(19);
}

#[test]
fn scenario_five_members() {
    crate::group::channel::vectors::scenario().check(1);
}
