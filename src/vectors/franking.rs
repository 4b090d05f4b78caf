//! Vectors of reportable messages in sessions, and of reports; a child of the ratchet, for what it
//! keeps to itself.

use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::header::HEADER_LEN;
use super::message::Outgoing;
use super::*;
use crate::content::{
    Body, Content, ContentError, Conversation, DeviceListRef, DeviceLists as Lists, Incoming,
    MessageId, Report,
};
use crate::envelope::{self, Envelope};
use crate::identity::{AccountId, DeviceAddress, DeviceId, ListVersion};
use crate::report::{Commitment, Venue};
use crate::vectors::party::NOW;
use crate::vectors::{Recorder, Topic, encode, flipped};
use crate::wire::{FieldWriter, proto};

fn address(name: &str, device: u32) -> DeviceAddress {
    let account = AccountId::new(name.as_bytes()).unwrap();
    DeviceAddress { account, device: DeviceId::new(device).unwrap() }
}

fn address_json(address: &DeviceAddress) -> Value {
    json!({ "account": hex::encode(address.account.as_bytes()), "device": address.device.as_u32() })
}

/// SPEC.md section 13.1: contexts, and what is derived from them.
pub(crate) fn commitments(topic: &mut Topic) {
    topic.group(json!({ "op": "commit" }));
    let mut rng = Recorder::new("franking/commitments");
    let sender = address("mallory", 9);
    let longest = address(&"x".repeat(64), u32::MAX);
    let session = Digest::from_bytes(rng.bytes());
    let venues = [
        Venue::Session { recipient: address("alice", 1), session },
        Venue::Session { recipient: longest, session },
        Venue::Chain { scope: session },
    ];
    for venue in venues {
        for length in [0, 1, 300] {
            let context = Context { sender: sender.clone(), venue: venue.clone() };
            let (prk, said) = (rng.bytes::<32>(), rng.bytes::<300>()[..length].to_vec());
            let commitment = report::commit(&Prk::from_key(&Secret::new(prk)), &context, &said);
            let venue = match &venue {
                Venue::Session { recipient, session } => json!({
                    "recipient": address_json(recipient), "session": hex::encode(session.as_bytes()),
                }),
                Venue::Chain { scope } => json!({ "scope": hex::encode(scope.as_bytes()) }),
            };
            let fields = json!({
                "prk": hex::encode(prk), "sender": address_json(&sender), "venue": venue,
                "content": hex::encode(said), "context": hex::encode(encode(&context)),
                "commitment": hex::encode(commitment.as_bytes()),
            });
            topic.test("a commitment", &[], "ok", fields);
        }
    }
}

/// One message of a session, of which all keys are known.
struct Scene {
    session: Digest,
    header_key: [u8; 32],
    prk: [u8; 32],
    header: [u8; HEADER_LEN],
    ends: (DeviceAddress, DeviceAddress),
    rng: Recorder,
}

impl Scene {
    fn new() -> Self {
        let mut rng = Recorder::new("franking/session");
        let header = Header {
            ratchet_key: *DhSecretKey::generate(&mut rng).public_key(),
            previous: 3,
            number: 7,
            pq: pq::PqHeader {
                message: braid::Message { epoch: 1, piece: braid::Piece::None },
                n: 1,
            },
        };
        let header = encode(&header).try_into().unwrap();
        let ends = (address("mallory", 9), address("alice", 1));
        let session = Digest::from_bytes(rng.bytes());
        let (header_key, prk) = (rng.bytes(), rng.bytes());
        Self { session, header_key, prk, header, ends, rng }
    }

    fn params(&self) -> Value {
        json!({
            "op": "open-session", "session": hex::encode(self.session.as_bytes()),
            "header_key": hex::encode(self.header_key), "prk": hex::encode(self.prk),
            "sender": address_json(&self.ends.0), "recipient": address_json(&self.ends.1),
        })
    }

    fn prk(&self) -> Prk {
        Prk::from_key(&Secret::new(self.prk))
    }

    fn header_key(&self) -> HeaderKey {
        HeaderKey::new(Secret::new(self.header_key))
    }

    fn context(&self) -> Context {
        Ends { sender: &self.ends.0, recipient: &self.ends.1 }.context(&self.session)
    }

    fn commitment(&self, context: &Context, said: &[u8]) -> Commitment {
        report::commit(&self.prk(), context, said)
    }

    fn seal(&mut self, content: &[u8], commitment: Option<Commitment>) -> Vec<u8> {
        let outgoing = Outgoing {
            header: crate::wire::read_all(&self.header).unwrap(),
            header_key: self.header_key(),
            body_key: message_key(&self.prk()),
            commitment,
        };
        let mut out = envelope::begin(None, encoded_len(content.len()));
        outgoing.seal(&self.session, content, &mut self.rng, &mut out);
        out
    }

    fn open(&self, envelope: &[u8]) -> Result<Vec<u8>, &'static str> {
        let Envelope::Session(message) = Envelope::decode(envelope).map_err(|e| e.code())? else {
            panic!("a session's message");
        };
        let opened = message.open_header(&self.header_key()).ok_or("decrypt/not-authentic")?;
        let body = message.open_body(&message_key(&self.prk()), &self.session, &opened);
        let content =
            body.ok_or("decrypt/not-authentic")?.map_err(|_| "decrypt/peer-misbehaved")?;
        report::check(message.commitment, &self.prk(), || self.context(), &content)
            .map_err(|_| "decrypt/other-commitment")?;
        Ok(content)
    }

    fn test(&self, topic: &mut Topic, comment: &str, flags: &[&str], envelope: &[u8]) {
        let result = self.open(envelope);
        let mut fields = json!({ "envelope": hex::encode(envelope) });
        if let Ok(content) = &result {
            fields["content"] = json!(hex::encode(content));
        }
        topic.test(comment, flags, result.err().unwrap_or("ok"), fields);
    }
}

/// SPEC.md section 13.1: messages of a session as they come.
pub(crate) fn session(topic: &mut Topic) {
    let mut scene = Scene::new();
    topic.group(scene.params());
    let content = said().as_bytes().to_vec();
    let good = scene.commitment(&scene.context(), &content);
    let plain = scene.seal(&content, None);
    let sent = scene.seal(&content, Some(good));
    scene.test(topic, "without a commitment", &[], &plain);
    scene.test(topic, "with a commitment", &[], &sent);
    let longest = vec![7; crate::limits::REPORTABLE_BYTES];
    let commitment = scene.commitment(&scene.context(), &longest);
    let sealed = scene.seal(&longest, Some(commitment));
    scene.test(topic, "the longest", &[], &sealed);
    on_the_way(topic, &scene, &plain, &sent);
    made_by_the_peer(topic, &mut scene, &content, &good);
}

fn on_the_way(topic: &mut Topic, scene: &Scene, plain: &[u8], sent: &[u8]) {
    let end = sent.len();
    let without = &sent[..end - 34];
    let mut added = plain.to_vec();
    FieldWriter(&mut added).bytes(15, &[7; 32]);
    let mut short = without.to_vec();
    FieldWriter(&mut short).bytes(15, &sent[end - 31..]);
    let mut twice = sent.to_vec();
    twice.extend_from_slice(&sent[end - 34..]);
    let mut other = without.to_vec();
    FieldWriter(&mut other).bytes(14, &sent[end - 32..]);
    for (comment, envelope) in [
        ("a bit of the commitment", flipped(sent, end - 1)),
        ("the commitment's first bit", flipped(sent, end - 32)),
        ("the commitment is gone", without.to_vec()),
        ("a commitment was put there", added),
        ("a bit of the body", flipped(sent, end - 40)),
        ("a commitment of 31 bytes", short),
        ("the commitment twice", twice),
        ("in another field", other),
        ("cut", sent[..end - 1].to_vec()),
    ] {
        scene.test(topic, comment, &["changed"], &envelope);
    }
}

fn made_by_the_peer(topic: &mut Topic, scene: &mut Scene, content: &[u8], good: &Commitment) {
    let (mallory, alice) = scene.ends.clone();
    let session = scene.session;
    let venue = |recipient: &DeviceAddress, session| Venue::Session {
        recipient: recipient.clone(),
        session,
    };
    let from = |sender: &DeviceAddress, venue| Context { sender: sender.clone(), venue };
    let elsewhere = [
        ("to another sender", from(&alice, venue(&alice, session))),
        ("to another device of the sender's", from(&address("mallory", 8), venue(&alice, session))),
        ("to another recipient", from(&mallory, venue(&mallory, session))),
        ("to another session", from(&mallory, venue(&alice, Digest::from_bytes([7; 32])))),
        ("to a chain", from(&mallory, Venue::Chain { scope: session })),
    ];
    for (comment, claimed) in elsewhere {
        let commitment = scene.commitment(&claimed, content);
        let envelope = scene.seal(content, Some(commitment));
        scene.test(topic, comment, &["peer"], &envelope);
    }
    let other = scene.commitment(&scene.context(), b"something else");
    let random = Commitment::from_bytes([7; 32]);
    let long = vec![7; crate::limits::REPORTABLE_BYTES + 1];
    let too_long = scene.commitment(&scene.context(), &long);
    for (comment, content, commitment) in [
        ("to another content", content, other),
        ("to nothing", content, random),
        ("of another message", &b"another message"[..], *good),
        ("to what is too long to be reported", &long, too_long),
    ] {
        let envelope = scene.seal(content, Some(commitment));
        scene.test(topic, comment, &["peer"], &envelope);
    }
}

fn said() -> Content {
    begin(NOW).text("rude").unwrap()
}

fn begin(sent_at: Timestamp) -> crate::content::ContentBuilder {
    let own = DeviceListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([1; 32]) };
    let lists = Lists { own, peer: None };
    Content::builder(MessageId::from_bytes([9; 16]), sent_at, Conversation::Peer, lists)
}

/// SPEC.md section 13.2: reports as they come to whoever judges.
pub(crate) fn reports(topic: &mut Topic) {
    topic.group(json!({ "op": "verify" }));
    let mut rng = Recorder::new("franking/reports");
    let key: [u8; 32] = rng.bytes();
    let places = [
        Ends { sender: &address("mallory", 9), recipient: &address("alice", 1) }
            .context(&Digest::from_bytes(rng.bytes())),
        Context {
            sender: address("mallory", 9),
            venue: Venue::Chain { scope: Digest::from_bytes(rng.bytes()) },
        },
    ];
    let opening = |place: &Context, said: &[u8]| Opening::of(Secret::new(key), place.clone(), said);
    for place in &places {
        for content in [said().as_bytes(), b"no content at all"] {
            let opening = opening(place, content);
            let report = Report::new(content.to_vec(), opening, vec![7; 40]).unwrap();
            verify(topic, "a report", &[], begin(NOW).build(report).unwrap().as_bytes());
        }
    }
    let content = said().as_bytes().to_vec();
    let report = Report::new(content.clone(), opening(&places[0], &content), vec![]).unwrap();
    let content = begin(NOW).build(report).unwrap();
    let mut broken = |comment, change: &dyn Fn(&mut proto::Report)| {
        let mut wire: proto::Content = prost::Message::decode(content.as_bytes()).unwrap();
        let Some(proto::content::Body::Report(report)) = &mut wire.body else { panic!() };
        change(report);
        verify(topic, comment, &["report"], &prost::Message::encode_to_vec(&wire));
    };
    let moved = encode(&places[1]);
    broken("another content", &|report| report.content[30] ^= 1);
    broken("more content", &|report| report.content.push(0));
    broken("no content", &|report| report.content.clear());
    broken("another key", &|report| report.key[5] ^= 1);
    broken("another commitment", &|report| report.commitment[31] ^= 1);
    broken("moved to a group", &|report| report.context.clone_from(&moved));
    broken("another session", &|report| *report.context.last_mut().unwrap() ^= 1);
    broken("another sender", &|report| report.context[3] ^= 1);
    broken("another device of the sender's", &|report| report.context[13] ^= 1);
    broken("a venue that is none", &|report| report.context[14] = 3);
    broken("a context of version 2", &|report| report.context[0] = 2);
    broken("a context that is cut", &|report| report.context.truncate(40));
    broken("a stamp of 1,025 bytes", &|report| report.stamp = vec![7; 1_025]);
}

fn verify(topic: &mut Topic, comment: &str, flags: &[&str], bytes: &[u8]) {
    let mut fields = json!({ "report": hex::encode(bytes) });
    let expect = match Content::decode(bytes) {
        Err(error) => error.code(),
        Ok(Incoming::Unsupported(_)) => panic!("a report"),
        Ok(Incoming::Valid(content)) => {
            let Body::Report(report) = content.body() else { panic!("a report") };
            fields["content"] = json!(hex::encode(report.content()));
            let reported = report.verify();
            fields["said"] = json!(reported.as_ref().map_or_else(ContentError::code, |_| "ok"));
            if let Ok(reported) = reported {
                fields["context"] = json!(hex::encode(encode(reported.context)));
                fields["commitment"] = json!(hex::encode(reported.commitment.as_bytes()));
                fields["stamp"] = json!(hex::encode(reported.stamp));
            }
            "ok"
        }
    };
    topic.test(comment, flags, expect, fields);
}
