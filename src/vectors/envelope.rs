use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::{Recorder, Topic, field, integer};
use crate::crypto::DhSecretKey;
use crate::envelope::Envelope;
use crate::limits::ENVELOPE_BYTES;

/// SPEC.md section 13. Nothing in these is authentic, but for its form.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "envelope",
        &[
            ("canonical", "another encoding than the one"),
            ("length", "a field of a wrong length"),
            ("missing", "a field is not there"),
            ("version", "of another version"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let parts = Parts::new(&mut Recorder::new("envelope"));
    parts.valid(&mut topic);
    parts.sessions(&mut topic);
    parts.senders(&mut topic);
    parts.handshakes(&mut topic);
    parts.outsides(&mut topic);
    topic
}

/// What well-formed envelopes are made of.
struct Parts {
    message: [Vec<u8>; 4],
    handshake: [Vec<u8>; 7],
}

impl Parts {
    fn new(rng: &mut Recorder) -> Self {
        let key = DhSecretKey::generate(rng);
        Self {
            message: [
                field(1, &rng.bytes::<12>()),
                field(2, &rng.bytes::<8>()),
                field(3, &rng.bytes::<131>()),
                field(4, &rng.bytes::<144>()),
            ],
            handshake: [
                integer(1, 1),
                integer(2, 1),
                integer(3, 300),
                integer(4, u32::MAX),
                field(5, key.public_key().as_bytes()),
                field(6, &rng.bytes::<1_088>()),
                field(7, &rng.bytes::<400>()),
            ],
        }
    }

    fn message_with(&self, at: usize, part: Vec<u8>) -> Vec<u8> {
        let mut parts = self.message.clone();
        parts[at] = part;
        parts.concat()
    }

    fn handshake_with(&self, at: usize, part: Vec<u8>) -> Vec<u8> {
        let mut parts = self.handshake.clone();
        parts[at] = part;
        self.with_handshake(&parts.concat())
    }

    fn with_handshake(&self, handshake: &[u8]) -> Vec<u8> {
        let inner = [field(1, handshake), field(2, &self.message.concat())].concat();
        [integer(1, 1), field(2, &inner)].concat()
    }

    fn valid(&self, topic: &mut Topic) {
        decode(topic, "a session's message", &[], &session(&self.message.concat()));
        let longer = self.message_with(3, field(4, &[7; 1_040]));
        decode(topic, "a longer one", &[], &session(&longer));
        let whole = self.with_handshake(&self.handshake.concat());
        decode(topic, "a message with its handshake", &[], &whole);
        decode(topic, "without a one-time prekey", &[], &self.handshake_with(2, vec![]));
    }

    fn sessions(&self, topic: &mut Topic) {
        let whole = self.message.concat();
        let lengths = [(0, 11), (0, 13), (1, 7), (1, 9), (2, 130), (2, 132), (3, 143), (3, 0)];
        for (at, length) in lengths {
            let number = u32::try_from(at + 1).unwrap();
            let bytes = self.message_with(at, field(number, &vec![7; length]));
            let comment = alloc::format!("field {number} of a message with {length} bytes");
            decode(topic, &comment, &["length"], &session(&bytes));
        }
        for at in 0..4 {
            let comment = alloc::format!("a message without field {}", at + 1);
            decode(topic, &comment, &["missing"], &session(&self.message_with(at, vec![])));
        }
        let [nonce, tag, header, body] = self.message.clone();
        let swapped = [tag, nonce.clone(), header, body].concat();
        decode(topic, "fields out of order", &["canonical"], &session(&swapped));
        decode(topic, "a field twice", &["canonical"], &session(&[nonce, whole.clone()].concat()));
        let more = [whole.clone(), integer(5, 1)].concat();
        decode(topic, "an unknown field", &["canonical"], &session(&more));
        let integer_nonce = self.message_with(0, integer(1, 7));
        decode(topic, "a nonce that is an integer", &["canonical"], &session(&integer_nonce));
        let long_length = [&[0x0a, 0x8c, 0x00][..], &whole[2..]].concat();
        decode(topic, "a length in two bytes", &["canonical"], &session(&long_length));
        let group = [&[0x0b, 0x0c][..], &whole].concat();
        decode(topic, "a group", &["canonical"], &session(&group));
        decode(topic, "an empty message", &["missing"], &session(&[]));
    }

    /// A sender chain's message differs from a session's in its number and its header alone.
    fn senders(&self, topic: &mut Topic) {
        let header = field(3, &[7; 114]);
        let whole = self.message_with(2, header.clone());
        decode(topic, "a sender chain's message", &[], &sender(&whole));
        let longer = [self.message[..2].concat(), header, field(4, &[7; 1_040])].concat();
        decode(topic, "a longer one of a sender chain", &[], &sender(&longer));
        for length in [0, 113, 115, 131] {
            let bytes = self.message_with(2, field(3, &vec![7; length]));
            let comment =
                alloc::format!("a sender chain's message with a header of {length} bytes");
            decode(topic, &comment, &["length"], &sender(&bytes));
        }
        let more = [whole.clone(), integer(5, 1)].concat();
        decode(
            topic,
            "an unknown field of a sender chain's message",
            &["canonical"],
            &sender(&more),
        );
        let cut = &whole[..whole.len() - 1];
        decode(topic, "a sender chain's message that is cut off", &[], &sender(cut));
        let both = [sender(&whole), field(3, &self.message.concat())].concat();
        decode(topic, "both kinds of message", &["canonical"], &both);
        decode(topic, "an empty message of a sender chain", &["missing"], &sender(&[]));
    }

    fn handshakes(&self, topic: &mut Topic) {
        let whole = self.handshake.concat();
        for (at, length) in [(4, 31), (4, 33), (5, 1_087), (5, 1_089), (6, 0), (6, 399), (6, 401)] {
            let number = u32::try_from(at + 1).unwrap();
            let bytes = self.handshake_with(at, field(number, &vec![7; length]));
            let comment = alloc::format!("field {number} of a handshake with {length} bytes");
            decode(topic, &comment, &["length"], &bytes);
        }
        for at in [0, 1, 3, 4, 5, 6] {
            let comment = alloc::format!("a handshake without field {}", at + 1);
            decode(topic, &comment, &["missing"], &self.handshake_with(at, vec![]));
        }
        let suite = self.handshake_with(0, integer(1, 2));
        decode(topic, "suite 2", &["version"], &suite);
        for (comment, key) in [("zero", [0; 32]), ("not canonical", [0xff; 32])] {
            let comment = alloc::format!("an ephemeral key that is {comment}");
            decode(topic, &comment, &[], &self.handshake_with(4, field(5, &key)));
        }
        let large = [&[0x18][..], &[0x80, 0x80, 0x80, 0x80, 0x10]].concat();
        decode(topic, "an id above 32 bits", &["canonical"], &self.handshake_with(2, large));
        let zero = self.handshake_with(2, vec![0x18, 0]);
        decode(topic, "an id of zero, encoded", &["canonical"], &zero);
        let long = self.handshake_with(0, vec![0x08, 0x81, 0x00]);
        decode(topic, "an integer in two bytes", &["canonical"], &long);
        let more = self.with_handshake(&[whole, integer(8, 1)].concat());
        decode(topic, "an unknown field of a handshake", &["canonical"], &more);
    }

    fn outsides(&self, topic: &mut Topic) {
        let message = self.message.concat();
        let whole = session(&message);
        decode(topic, "nothing", &["version"], &[]);
        decode(topic, "no version", &["version"], &whole[2..]);
        for version in [2, u32::MAX] {
            let bytes = [integer(1, version), whole[2..].to_vec()].concat();
            decode(topic, &alloc::format!("version {version}"), &["version"], &bytes);
        }
        let unread = [integer(1, 2), vec![0xff; 9]].concat();
        decode(topic, "version 2 with anything after it", &["version"], &unread);
        decode(topic, "a version and nothing else", &["missing"], &integer(1, 1));
        decode(topic, "a version of zero, encoded", &["version"], &[0x08, 0]);
        for number in [5, 15] {
            let reserved = [integer(1, 1), field(number, &message)].concat();
            decode(topic, &alloc::format!("field {number}"), &["canonical"], &reserved);
        }
        let twice = [whole.clone(), field(3, &message)].concat();
        decode(topic, "two messages", &["canonical"], &twice);
        let without = [integer(1, 1), field(2, &field(1, &self.handshake.concat()))].concat();
        decode(topic, "a handshake without a message", &["missing"], &without);
        let swapped = [integer(1, 1), field(2, &[field(2, &message), field(1, b"")].concat())];
        decode(topic, "a message before its handshake", &["canonical"], &swapped.concat());
        for cut in [1, 3, 5, 100, whole.len() - 1] {
            let comment = alloc::format!("cut off after {cut} bytes");
            decode(topic, &comment, &[], &whole[..cut]);
        }
        let largest = self.message_with(3, field(4, &vec![7; ENVELOPE_BYTES - 180]));
        let largest = session(&largest);
        assert!(largest.len() <= ENVELOPE_BYTES);
        assert!(Envelope::decode(&largest).is_ok());
        oversized(topic);
    }
}

/// Too long to be written out: the file says what it is made of.
fn oversized(topic: &mut Topic) {
    let bytes = vec![0; ENVELOPE_BYTES + 1];
    let expect = Envelope::decode(&bytes).map_or_else(|error| error.code(), |_| "ok");
    let fields = json!({ "zeros": bytes.len() });
    topic.test("one byte over the limit", &["length"], expect, fields);
}

fn session(message: &[u8]) -> Vec<u8> {
    [integer(1, 1), field(3, message)].concat()
}

fn sender(message: &[u8]) -> Vec<u8> {
    [integer(1, 1), field(4, message)].concat()
}

fn decode(topic: &mut Topic, comment: &str, flags: &[&str], bytes: &[u8]) {
    let mut fields = json!({ "envelope": hex::encode(bytes) });
    let expect = match Envelope::decode(bytes) {
        Err(error) => error.code(),
        Ok(Envelope::Session(message)) => {
            fields["kind"] = json!("session");
            fields["wire_id"] = json!(hex::encode(message.wire_id().to_bytes()));
            "ok"
        }
        Ok(Envelope::Sender(message)) => {
            fields["kind"] = json!("sender");
            fields["wire_id"] = json!(hex::encode(message.wire_id().to_bytes()));
            "ok"
        }
        Ok(Envelope::Handshake(message)) => {
            let ids = message.handshake.prekeys();
            fields["kind"] = json!("handshake");
            fields["wire_id"] = json!(hex::encode(message.message.wire_id().to_bytes()));
            fields["prekeys"] = json!([
                ids.signed.as_u32(),
                ids.one_time.map_or(0, crate::prekey::PrekeyId::as_u32),
                ids.kem.as_u32(),
            ]);
            "ok"
        }
    };
    let comment: String = comment.into();
    topic.test(&comment, flags, expect, fields);
}
