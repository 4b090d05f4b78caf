//! Stored forms: what applications keep of every type, read and written again as the same bytes, and
//! what is refused. A form that changes breaks what applications have stored.

mod accounts;
mod chains;
mod groups;
mod others;
mod sessions;

use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{Recorder, Topic};
use crate::identity::DeviceAddress;
use crate::wire::DecodeError;

/// SPEC.md sections 4.1 and 21, and those of each form.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "stored",
        &[
            ("form", "another version, cut, longer, a presence or enumeration byte that is none"),
            ("value", "a value, key or length that its field cannot have"),
            ("order", "entries that are not in order, or there twice"),
            ("limit", "more entries than a limit allows"),
            ("consistency", "parts that do not belong together"),
        ],
    );
    let mut rng = Recorder::new("stored");
    accounts::add(&mut topic, &mut rng);
    others::add(&mut topic, &mut rng);
    sessions::add(&mut topic);
    chains::add(&mut topic, &mut rng);
    groups::add(&mut topic);
    topic
}

/// What was read: written again, and something that it says.
struct Read {
    again: Value,
    says: Value,
}

/// The code of a refusal, and of the one below it.
struct Refusal {
    code: &'static str,
    cause: Option<&'static str>,
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self { code: error.code(), cause: None }
    }
}

/// How one form is read.
type Reading = fn(&Value) -> Result<Read, Refusal>;

/// The tests of one form.
struct Forms<'a> {
    topic: &'a mut Topic,
    read: Reading,
}

impl<'a> Forms<'a> {
    fn new(topic: &'a mut Topic, op: &str, read: Reading) -> Self {
        topic.group(json!({ "op": op }));
        Self { topic, read }
    }

    /// Bytes that are read, and written again as the same.
    fn good(&mut self, comment: &str, stored: impl Into<Value>) {
        let stored = stored.into();
        let Ok(Read { again, says }) = (self.read)(&stored) else { panic!("{comment}: refused") };
        assert_eq!(again, stored, "{comment}");
        self.topic.test(comment, &[], "ok", json!({ "stored": stored, "says": says }));
    }

    /// Bytes that are refused for this reason.
    fn bad(&mut self, comment: &str, flag: &str, stored: impl Into<Value>, why: &str) {
        let stored = stored.into();
        let Err(refusal) = (self.read)(&stored) else { panic!("{comment}: read") };
        let Refusal { code, cause } = refusal;
        assert_eq!(cause.unwrap_or(code), why, "{comment}");
        let mut fields = json!({ "stored": stored });
        if let Some(cause) = cause {
            fields["cause"] = json!(cause);
        }
        self.topic.test(comment, &[flag], code, fields);
    }

    /// What is refused of every form that is one string of bytes.
    fn bad_form(&mut self, stored: &[u8]) {
        for (comment, bytes, why) in misshapen(stored) {
            self.bad(comment, "form", hexed(bytes), why);
        }
    }
}

/// Another version, cut, and longer.
fn misshapen(stored: &[u8]) -> [(&'static str, Vec<u8>, &'static str); 3] {
    [
        ("another version", over(stored, 0, &[9]), "decode/unsupported-version"),
        ("cut", stored[..stored.len() - 1].to_vec(), "decode/truncated"),
        ("a byte more", [stored, &[0]].concat(), "decode/trailing"),
    ]
}

fn hexed(bytes: impl AsRef<[u8]>) -> Value {
    json!(hex::encode(bytes))
}

fn unhexed(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn address_json(address: &DeviceAddress) -> Value {
    json!({ "account": hex::encode(address.account.as_bytes()), "device": address.device.as_u32() })
}

/// The bytes with others in place of those at `at`.
fn over(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    replaced(bytes, at, with.len(), with)
}

/// The bytes with others in place of `len` of them at `at`.
fn replaced(bytes: &[u8], at: usize, len: usize, with: &[u8]) -> Vec<u8> {
    [&bytes[..at], with, &bytes[at + len..]].concat()
}

/// The parts with another one in place of one of them.
fn with(parts: &Value, name: &str, part: impl AsRef<[u8]>) -> Value {
    let mut parts = parts.clone();
    parts[name] = hexed(part);
    parts
}

/// Where the one occurrence of `of` begins.
fn place(bytes: &[u8], of: &[u8]) -> usize {
    let found: Vec<_> =
        bytes.windows(of.len()).enumerate().filter(|(_, part)| *part == of).collect();
    assert_eq!(found.len(), 1);
    found[0].0
}
