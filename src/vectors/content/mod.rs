mod calls;
mod devices;
mod operations;
mod rules;
mod said;
mod signals;
mod stories;
mod strict;

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use prost::Message;
use serde_json::json;

pub(super) use calls::topic as calls;
pub(super) use devices::topic as devices;
pub(super) use operations::topic as operations;
pub(super) use rules::topic as rules;
pub(super) use said::topic as said;
pub(super) use signals::topic as signals;
pub(super) use stories::topic as stories;

use super::party::NOW;
use super::{Recorder, Topic, field, integer};
use crate::content::tests::every_body;
use crate::content::{
    Body, BodyKind, Content, Conversation, DeviceListRef, DeviceLists, Expiry, GroupBinding,
    Incoming, MessageId, Null, Place, Receipt, ReceiptKind, Retry, RetryReason, SessionReset,
    SessionResetReason, Text, UnsupportedCause,
};
use crate::crypto::Digest;
use crate::identity::ListVersion;
use crate::limits::CONTENT_BYTES;
use crate::wire::proto;

/// SPEC.md section 12: what decodes, what is refused and what is unsupported.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content",
        &[
            ("C1", "size"),
            ("C2", "strict encoding"),
            ("C3", "required version"),
            ("C4", "message id"),
            ("C5", "time of sending"),
            ("C6", "no conversation"),
            ("C7", "two conversations"),
            ("C8", "no body"),
            ("C9", "two bodies"),
            ("C10", "unsupported"),
            ("C11", "timer too long"),
            ("C12", "timer without a version"),
            ("C13", "timer with a body that does not expire"),
            ("C14", "no device list of the author"),
            ("C15", "a malformed device list reference"),
            ("C16", "empty text"),
            ("C17", "text too long"),
            ("C18", "receipt kind"),
            ("C19", "receipt count"),
            ("C20", "receipt order"),
            ("C21", "padding"),
            ("C22", "wire id"),
            ("C23", "session name"),
            ("C24", "attempt"),
            ("extension", "has fields that a receiver ignores"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content"));
    valid(&mut topic, &frame);
    extended(&mut topic, &frame);
    frames(&mut topic, &frame);
    bodies(&mut topic, &frame);
    strict::strictness(&mut topic, &frame);
    strict::unsupported(&mut topic, &frame);
    topic
}

type Parts = Vec<(u32, Vec<u8>)>;

/// A valid content in parts: field number and encoded field.
struct Frame {
    id: [u8; 16],
    lists: DeviceLists,
}

impl Frame {
    fn new(rng: &mut Recorder) -> Self {
        let id = rng.bytes();
        let mut list = |version| DeviceListRef {
            version: ListVersion::new(version).unwrap(),
            hash: Digest::from_bytes(rng.bytes()),
        };
        let lists = DeviceLists { own: list(3), peer: Some(list(7)) };
        Self { id, lists }
    }

    fn build(&self, body: impl Into<Body>, expiry: Option<Expiry>) -> Content {
        let (id, body) = (MessageId::from_bytes(self.id), body.into());
        let builder = Content::builder(id, NOW, conversation_of(body.kind()), self.lists);
        let builder = expiry.map_or(builder, |expiry| builder.expiry(expiry));
        builder.build(body).unwrap()
    }

    /// A content that is valid but for a change of its protobuf form.
    fn changed(&self, body: Body, change: impl FnOnce(&mut proto::Content)) -> Vec<u8> {
        let content = self.build(body, None);
        let mut wire = proto::Content::decode(content.as_bytes()).unwrap();
        change(&mut wire);
        wire.encode_to_vec()
    }

    /// The frame with `removed` taken out and `added` put in, in order.
    fn with(&self, removed: &[u32], added: Parts) -> Vec<u8> {
        let text = self.build(Text::new("hello").unwrap(), None);
        let mut parts = split(text.as_bytes());
        parts.retain(|(number, _)| !removed.contains(number));
        parts.extend(added);
        parts.sort_by_key(|(number, _)| *number);
        parts.into_iter().flat_map(|(_, bytes)| bytes).collect()
    }

    fn body(&self, number: u32, body: &[u8]) -> Vec<u8> {
        self.with(&[16], vec![(number, field(number, body))])
    }
}

/// Between two accounts where that is possible, else in a group.
fn conversation_of(kind: BodyKind) -> Conversation {
    let places = kind.properties().places;
    if places.contains(&Place::Peer) || places.contains(&Place::OwnDevices) {
        return Conversation::Peer;
    }
    let id = Digest::from_bytes([1; 32]);
    Conversation::Group(GroupBinding { id, revision: 7, state: [2; 16] })
}

/// One body of this kind with everything set, as the crate's tests have it.
fn body_of(kind: BodyKind) -> Body {
    every_body().into_iter().find(|body| body.kind() == kind).unwrap()
}

/// Every body of the kinds with these numbers.
fn every(topic: &mut Topic, frame: &Frame, numbers: core::ops::RangeInclusive<u32>) {
    let bodies = every_body().into_iter().filter(|body| numbers.contains(&body.kind().number()));
    for body in bodies {
        let name = body.kind().name();
        decode(topic, name, &[], frame.build(body, None).as_bytes());
    }
}

/// Contents that are valid but for one change of a body's protobuf form.
macro_rules! changes {
    ($topic:expr, $frame:expr, $kind:ident, $wire:ident, {
        $($comment:literal [$flag:literal] => $change:expr;)+
    }) => {$({
        let bytes = $frame.changed(body_of(BodyKind::$kind), |content| {
            let Some(crate::wire::proto::content::Body::$kind($wire)) = &mut content.body else {
                panic!()
            };
            $change;
        });
        decode($topic, concat!(stringify!($kind), ": ", $comment), &[$flag], &bytes);
    })+};
}
use changes;

/// The same for bodies from 1,024 on.
macro_rules! late_changes {
    ($topic:expr, $frame:expr, $kind:ident, $wire:ident, {
        $($comment:literal [$flag:literal] => $change:expr;)+
    }) => {$({
        let bytes = $frame.changed(body_of(BodyKind::$kind), |content| {
            let Some(crate::wire::proto::content::LateBody::$kind($wire)) = &mut content.late_body
            else {
                panic!()
            };
            $change;
        });
        decode($topic, concat!(stringify!($kind), ": ", $comment), &[$flag], &bytes);
    })+};
}
use late_changes;

fn split(bytes: &[u8]) -> Parts {
    let mut fields = crate::wire::Fields::new(bytes);
    let mut parts = vec![];
    loop {
        let before = fields.rest();
        let Some((number, _)) = fields.next().unwrap() else { return parts };
        parts.push((number, before[..before.len() - fields.rest().len()].to_vec()));
    }
}

/// As the files name what is not understood.
pub(super) fn cause(cause: UnsupportedCause) -> &'static str {
    match cause {
        UnsupportedCause::Version => "unsupported/version",
        UnsupportedCause::Body => "unsupported/body",
    }
}

fn decode(topic: &mut Topic, comment: &str, flags: &[&str], bytes: &[u8]) {
    let mut fields = json!({});
    if bytes.len() > 20_000 {
        // Too long to be written out: all zeros from the first of the last run of zeros.
        let kept = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        fields["content"] = json!(hex::encode(&bytes[..kept]));
        fields["zeros_after"] = json!(bytes.len() - kept);
    } else {
        fields["content"] = json!(hex::encode(bytes));
    }
    let expect = match Content::decode(bytes) {
        Err(error) => error.code(),
        Ok(Incoming::Valid(content)) => {
            fields["message_id"] = json!(hex::encode(content.id().as_bytes()));
            fields["sent_at"] = json!(content.sent_at().as_millis());
            fields["hash"] = json!(hex::encode(content.hash().as_bytes()));
            fields["body"] = json!(content.body().kind().number());
            "ok"
        }
        Ok(Incoming::Unsupported(unsupported)) => {
            fields["message_id"] = json!(hex::encode(unsupported.id.as_bytes()));
            fields["sent_at"] = json!(unsupported.sent_at.as_millis());
            fields["body"] = json!(unsupported.body_number);
            fields["required_version"] = json!(unsupported.required);
            fields["timer"] = json!(unsupported.expiry.map(|expiry| expiry.timer_version()));
            fields["own_list_version"] =
                json!(unsupported.lists.map(|lists| lists.own.version.as_u32()));
            cause(unsupported.cause)
        }
    };
    topic.test(comment, flags, expect, fields);
}

fn valid(topic: &mut Topic, frame: &Frame) {
    let timer = Expiry::new(Duration::from_hours(24 * 366), 2).unwrap();
    let off = Expiry::new(Duration::ZERO, u32::MAX).unwrap();
    let ids = |count: u8| (0..count).map(|i| MessageId::from_bytes([i; 16]));
    let text = |text: &str| Body::from(Text::new(text).unwrap());
    let cases: Vec<(&str, Body, Option<Expiry>)> = vec![
        ("a text", text("hello"), None),
        ("a text of many bytes", text(&"\u{fc}".repeat(4_096)), None),
        ("the longest timer", text("hello"), Some(timer)),
        ("a timer that was turned off", text("hello"), Some(off)),
        ("delivered", Receipt::new(ReceiptKind::Delivered, ids(1)).unwrap().into(), None),
        ("played", Receipt::new(ReceiptKind::Played, ids(9)).unwrap().into(), None),
        ("nothing", Null::default().into(), None),
        ("nothing, padded", Null::padded(300).unwrap().into(), None),
        ("a reset", SessionReset { reason: SessionResetReason::Unspecified }.into(), None),
        (
            "a reset with a reason",
            SessionReset { reason: SessionResetReason::StateLost }.into(),
            None,
        ),
        (
            "a retry",
            Retry::new([7; 12], Some([8; 8]), 1, RetryReason::KeyGone).unwrap().into(),
            None,
        ),
        (
            "a retry without a session",
            Retry::new([7; 12], None, 5, RetryReason::Unspecified).unwrap().into(),
            None,
        ),
    ];
    for (comment, body, expiry) in cases {
        decode(topic, comment, &[], frame.build(body, expiry).as_bytes());
    }
    let around = frame.build(Null::padded(60_000).unwrap(), None).as_bytes().len() - 60_000;
    let largest = frame.build(Null::padded(CONTENT_BYTES - around).unwrap(), None);
    decode(topic, "the longest content", &[], largest.as_bytes());
    decode(topic, "one list", &[], &frame.with(&[9], vec![]));
    decode(topic, "an unknown reason of a reset", &[], &frame.body(49, &integer(1, 9)));
    let negative = [&[0x08][..], &[0xff; 9], &[0x01]].concat();
    decode(topic, "a negative reason of a reset", &[], &frame.body(49, &negative));
}

fn extended(topic: &mut Topic, frame: &Frame) {
    let flags = &["extension"];
    let at = |number: u32, value: &[u8]| vec![(number, field(number, value))];
    decode(topic, "the first extension", flags, &frame.with(&[], at(64, b"x")));
    decode(topic, "the last extension", flags, &frame.with(&[], at(1_023, b"")));
    let two = [at(64, b"x"), vec![(70, integer(70, 5))]].concat();
    decode(topic, "two extensions", flags, &frame.with(&[], two));
    let inner = [field(1, b"hello"), field(960, &[0xff; 5])].concat();
    decode(topic, "an extension of a text", flags, &frame.body(16, &inner));
    let fixed = vec![(65, vec![0x8d, 0x04, 1, 2, 3, 4])];
    decode(topic, "an extension of four bytes", flags, &frame.with(&[], fixed));
    let refused = &["C2", "extension"];
    let backwards = vec![(70, [integer(70, 5), field(64, b"x")].concat())];
    decode(topic, "extensions out of order", refused, &frame.with(&[], backwards));
    let twice = [at(64, b"x"), at(64, b"x")].concat();
    decode(topic, "an extension twice", refused, &frame.with(&[], twice));
    let group = vec![(64, vec![0x83, 0x04, 0x84, 0x04])];
    decode(topic, "a group", refused, &frame.with(&[], group));
    let late = [field(1, b"hello"), field(1_024, b"x")].concat();
    decode(topic, "a late body's number in a text", refused, &frame.body(16, &late));
}

fn frames(topic: &mut Topic, frame: &Frame) {
    let one = |number: u32, bytes: Vec<u8>| vec![(number, bytes)];
    let cases: Vec<(&str, &[&str], Vec<u8>)> = vec![
        ("nothing", &["C3"], vec![]),
        ("no required version", &["C3"], frame.with(&[1], vec![])),
        ("no message id", &["C4"], frame.with(&[2], vec![])),
        ("a message id of 15 bytes", &["C4"], frame.with(&[2], one(2, field(2, &[7; 15])))),
        ("no time of sending", &["C5"], frame.with(&[3], vec![])),
        ("sent after 9999", &["C5"], frame.with(&[3], one(3, varint(3, 253_402_300_800_000)))),
        ("sent at the end of 9999", &[], frame.with(&[3], one(3, varint(3, 253_402_300_799_999)))),
        ("no conversation", &["C6"], frame.with(&[4], vec![])),
        ("two conversations", &["C7"], frame.with(&[], one(5, field(5, b"")))),
        ("no body", &["C8"], frame.with(&[16], vec![])),
        ("two bodies", &["C9"], frame.with(&[], one(48, field(48, b"")))),
        ("a known and an unknown body", &["C9"], frame.with(&[], one(2_016, field(2_016, b"")))),
        (
            "a timer of 366 days and a second",
            &["C11"],
            frame.with(&[], one(7, timer(31_622_401, 1))),
        ),
        ("a timer without a version", &["C12"], frame.with(&[], one(7, timer(60, 0)))),
        ("a timer with nothing in it", &["C12"], frame.with(&[], one(7, timer(0, 0)))),
        (
            "a timer with a reset",
            &["C13"],
            frame.with(&[16], [one(7, timer(60, 1)), one(49, field(49, b""))].concat()),
        ),
        ("no device list", &["C14"], frame.with(&[8], vec![])),
        (
            "a device list without a version",
            &["C15"],
            frame.with(&[8], one(8, field(8, &field(2, &[7; 32])))),
        ),
        ("a device list with a short hash", &["C15"], frame.with(&[8], one(8, list(1, &[7; 31])))),
        ("a peer's list with a long hash", &["C15"], frame.with(&[9], one(9, list(1, &[7; 33])))),
        ("an empty device list", &["C15"], frame.with(&[8], one(8, field(8, b"")))),
    ];
    for (comment, flags, bytes) in cases {
        decode(topic, comment, flags, &bytes);
    }
    decode(topic, "one byte too long", &["C1"], &vec![0; CONTENT_BYTES + 1]);
}

fn timer(seconds: u32, version: u32) -> Vec<u8> {
    field(7, &[integer(1, seconds), integer(2, version)].concat())
}

fn list(number: u32, hash: &[u8]) -> Vec<u8> {
    field(if hash.len() > 32 { 9 } else { 8 }, &[integer(1, number), field(2, hash)].concat())
}

/// An integer field of up to 64 bits.
fn varint(number: u32, value: u64) -> Vec<u8> {
    let (mut out, mut rest) = (vec![u8::try_from(number << 3).unwrap()], value);
    while rest >= 0x80 {
        out.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
        rest >>= 7;
    }
    out.push(u8::try_from(rest).unwrap());
    out
}

fn bodies(topic: &mut Topic, frame: &Frame) {
    let receipt = |kind: u32, ids: &[u8]| [integer(1, kind), field(2, ids)].concat();
    let retry = |wire: &[u8], session: &[u8], attempt: u32| {
        let session = if session.is_empty() { vec![] } else { field(2, session) };
        [field(1, wire), session, integer(3, attempt)].concat()
    };
    let ids = |count: u16| {
        (0..count)
            .flat_map(|i| [[0; 14].to_vec(), i.to_be_bytes().to_vec()].concat())
            .collect::<Vec<_>>()
    };
    let cases: Vec<(&str, &str, u32, Vec<u8>)> = vec![
        ("an empty text", "C16", 16, vec![]),
        ("a text that is too long", "C17", 16, field(1, &[b'x'; 8_193])),
        ("a text that is not UTF-8", "C2", 16, field(1, &[0xff, 0xfe])),
        ("a receipt of no kind", "C18", 40, field(2, &ids(1))),
        ("a receipt of kind 5", "C18", 40, receipt(5, &ids(1))),
        ("a receipt for nothing", "C19", 40, integer(1, 1)),
        ("a receipt for part of an id", "C19", 40, receipt(1, &ids(1)[1..])),
        ("a receipt for 513 messages", "C19", 40, receipt(1, &ids(513))),
        ("a receipt out of order", "C20", 40, receipt(1, &[[9; 16], [8; 16]].concat())),
        ("a receipt that names one twice", "C20", 40, receipt(1, &[[9; 16], [9; 16]].concat())),
        ("padding that says something", "C21", 48, field(1, &[0, 0, 1])),
        ("a short wire id", "C22", 50, retry(&[7; 11], &[8; 8], 1)),
        ("a short session", "C23", 50, retry(&[7; 12], &[8; 7], 1)),
        ("attempt 0", "C24", 50, retry(&[7; 12], &[8; 8], 0)),
        ("attempt 6", "C24", 50, retry(&[7; 12], &[8; 8], 6)),
    ];
    for (comment, rule, number, body) in cases {
        decode(topic, comment, &[rule], &frame.body(number, &body));
    }
}
