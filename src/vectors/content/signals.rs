use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::{Frame, body_of, changes, decode, every};
use crate::content::sample::{account_key, key, opaque};
use crate::content::{
    Body, BodyKind, Capabilities, ContactLink, ContactState, Content, Conversation, GroupBinding,
    GroupChange, GroupSnapshot, Name, ProfileShare, Reception, SenderKey, SnapshotId, Source,
    Typing, TypingState,
};
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::limits::{CAPABILITY_BODIES, CARRIED_BYTES, GROUP_CHANGE_BYTES, NAME_BYTES};
use crate::vectors::party::NOW;
use crate::vectors::{Recorder, Topic};

/// SPEC.md sections 12.4 to 12.6: signals, keys, safety, and where contents may come from.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-signals",
        &[
            ("limit", "at a limit"),
            ("V3", "a number out of range: refused where it decides, else taken for the default"),
            ("V4", "ids and references are well-formed and there"),
            ("V10", "what is said in a story's chain"),
            ("V11", "what only devices of the own account may say"),
            ("V13", "what is said in a group's chain"),
            ("V17", "the author is blocked"),
            ("V21", "the author was not accepted yet"),
            ("length", "lengths and counts"),
            ("order", "lists ascend"),
            ("report", "the commitment is to what the report shows"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content-signals"));
    every(&mut topic, &frame, 41..=47);
    every(&mut topic, &frame, 51..=62);
    every(&mut topic, &frame, 1_072..=1_072);
    limits(&mut topic, &frame);
    signals(&mut topic, &frame);
    keys(&mut topic, &frame);
    safety(&mut topic, &frame);
    topic.group(json!({ "op": "check-source" }));
    sources(&mut topic, &frame);
    topic
}

fn limits(topic: &mut Topic, frame: &Frame) {
    let link = |account: &[u8], secret, name| ContactLink {
        account: AccountId::new(account).unwrap(),
        account_key: account_key(),
        secret,
        name,
    };
    let longest_name = Name::new("\u{fc}".repeat(NAME_BYTES / 2)).unwrap();
    let numbers = 0..u16::try_from(CAPABILITY_BODIES).unwrap();
    let change = GroupChange { body: zeros(GROUP_CHANGE_BYTES), epoch_secret: Some(key()) };
    let cases: Vec<(&str, Body)> = vec![
        ("typing", Typing { state: TypingState::Started }.into()),
        ("typing stopped", Typing { state: TypingState::Stopped }.into()),
        ("the last profile key", ProfileShare::new(key(), u32::MAX).unwrap().into()),
        ("the longest sender key", SenderKey { body: opaque(CARRIED_BYTES) }.into()),
        ("the longest change", change.into()),
        ("256 capabilities", Capabilities::new(u32::MAX, numbers).unwrap().into()),
        ("a link with nothing but a key", link(&[7], None, None).into()),
        ("a link with everything", link(&[7; 64], Some(key()), Some(longest_name)).into()),
    ];
    for (comment, body) in cases {
        decode(topic, comment, &["limit"], frame.build(body, None).as_bytes());
    }
    let snapshot = vec![0; crate::limits::GROUP_PART_BYTES * 23 + 1];
    let parts = GroupSnapshot::split(SnapshotId::from_bytes([7; 16]), &snapshot).unwrap();
    for part in [parts.first(), parts.last()].into_iter().flatten() {
        let comment = format!("part {} of 24", part.part());
        decode(topic, &comment, &["limit"], frame.build(part.clone(), None).as_bytes());
    }
}

fn zeros<const MAX: usize>(len: usize) -> crate::content::Opaque<MAX> {
    crate::content::Opaque::new(vec![0; len]).unwrap()
}

fn signals(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, Typing, wire, {
        "an unknown state"["V3"] => wire.state = 3;
        "a negative state"["V3"] => wire.state = -1;
    });
    changes!(topic, frame, ProfileShare, wire, {
        "a key of 31 bytes"["length"] => wire.key.truncate(31);
        "a key of 33 bytes"["length"] => wire.key.push(7);
        "no key"["length"] => wire.key.clear();
        "no version"["V4"] => wire.version = 0;
    });
    changes!(topic, frame, ProfileKeyUpdate, wire, {
        "a key of 31 bytes"["length"] => wire.key.truncate(31);
        "no version"["V4"] => wire.version = 0;
    });
}

fn keys(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, SenderKey, wire, {
        "nothing"["length"] => wire.body.clear();
        "513 bytes"["length"] => wire.body = vec![7; 513];
    });
    changes!(topic, frame, SenderKeyRequest, wire, { "nothing"["length"] => wire.body.clear(); });
    changes!(topic, frame, SenderKeyWithheld, wire, { "nothing"["length"] => wire.body.clear(); });
    changes!(topic, frame, GroupSyncRequest, wire, { "nothing"["length"] => wire.body.clear(); });
    changes!(topic, frame, GroupStateAck, wire, { "nothing"["length"] => wire.body.clear(); });
    changes!(topic, frame, GroupChange, wire, {
        "nothing"["length"] => wire.body.clear();
        "55,297 bytes"["length"] => (wire.body, wire.epoch_secret) = (vec![0; 55_297], vec![]);
        "an epoch secret of 31 bytes"["length"] => wire.epoch_secret.truncate(31);
    });
    changes!(topic, frame, GroupSnapshot, wire, {
        "nothing"["length"] => wire.body.clear();
        "a name of 15 bytes"["V4"] => wire.snapshot.truncate(15);
        "no parts"["V4"] => wire.parts = 0;
        "a part after the last"["V4"] => wire.part = 1;
        "25 parts"["length"] => (wire.part, wire.parts) = (24, 25);
        "a short part before the last"["length"] => wire.parts = 2;
        "49,153 bytes"["length"] => wire.body = vec![0; 49_153];
    });
    changes!(topic, frame, Capabilities, wire, {
        "no version"["V4"] => wire.content_version = 0;
        "no bodies"["length"] => wire.bodies.clear();
        "half a number"["length"] => wire.bodies.push(0);
        "257 numbers"["length"] => wire.bodies = (0..257u16).flat_map(u16::to_be_bytes).collect();
        "out of order"["order"] => wire.bodies = vec![0, 17, 0, 16];
        "a number twice"["order"] => wire.bodies = vec![0, 16, 0, 16];
    });
}

fn safety(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, ContactStateUpdate, wire, {
        "no account"["V4"] => wire.account.clear();
        "an account of 65 bytes"["V4"] => wire.account = vec![7; 65];
        "no standing"["V3"] => wire.standing = 0;
        "an unknown standing"["V3"] => wire.standing = 4;
        "no stamp"["V4"] => wire.stamp = None;
    });
    changes!(topic, frame, Report, wire, {
        "no content"["length"] => wire.content.clear();
        "other content"["report"] => wire.content.push(0);
        "61,441 bytes of content"["length"] => wire.content = vec![0; 61_441];
        "no context"["report"] => wire.context.clear();
        "another version of the context"["report"] => wire.context[0] = 2;
        "another sender"["report"] => wire.context[3] ^= 1;
        "a byte after the context"["report"] => wire.context.push(0);
        "a key of 31 bytes"["length"] => wire.key.truncate(31);
        "another key"["report"] => wire.key[0] ^= 1;
        "a commitment of 31 bytes"["length"] => wire.commitment.truncate(31);
        "another commitment"["report"] => wire.commitment[31] ^= 1;
        "no stamp"["limit"] => wire.stamp.clear();
        "a stamp of 1,024 bytes"["limit"] => wire.stamp = vec![7; 1_024];
        "a stamp of 1,025 bytes"["length"] => wire.stamp = vec![7; 1_025];
    });
    changes!(topic, frame, ContactLink, wire, {
        "no account"["V4"] => wire.account.clear();
        "no account key"["V4"] => wire.account_key.clear();
        "an account key that is none"["V4"] => wire.account_key = vec![0; 32];
        "a secret of 16 bytes"["length"] => wire.secret.truncate(16);
        "a name of 129 bytes"["length"] => wire.name = "x".repeat(129);
    });
}

/// Every kind from every source, in the conversation that fits the source.
fn sources(topic: &mut Topic, frame: &Frame) {
    use ContactState::{Accepted, Blocked, Requested};
    let id = Digest::from_bytes([1; 32]);
    let group = |group, blocked| Source::Group { id, group, blocked };
    let sources = [
        ("V11", Source::Peer { author: Accepted }),
        ("V21", Source::Peer { author: Requested }),
        ("V17", Source::Peer { author: Blocked }),
        ("V11", Source::OwnDevice),
        ("V13", group(Accepted, false)),
        ("V21", group(Requested, false)),
        ("V17", group(Accepted, true)),
        ("V13", Source::Group { id: Digest::from_bytes([2; 32]), group: Accepted, blocked: false }),
        ("V10", Source::Story { author: Accepted }),
    ];
    let binding = GroupBinding { id, revision: 7, state: [2; 16] };
    let conversations = [Conversation::Peer, Conversation::Group(binding), Conversation::Story];
    for kind in [
        BodyKind::Text,
        BodyKind::Receipt,
        BodyKind::Typing,
        BodyKind::SenderKey,
        BodyKind::CallOffer,
        BodyKind::GroupCallRing,
        BodyKind::MessagesRead,
    ] {
        for conversation in conversations {
            let id = crate::content::MessageId::from_bytes(frame.id);
            let begun = Content::builder(id, NOW, conversation, frame.lists);
            let Ok(content) = begun.build(body_of(kind)) else { continue };
            for (flag, source) in &sources {
                source_test(topic, flag, &content, source);
            }
        }
    }
}

fn source_test(topic: &mut Topic, flag: &str, content: &Content, source: &Source) {
    let standing = |state: &ContactState| format!("{state:?}").to_lowercase();
    let described = match source {
        Source::Peer { author } => json!({ "session": "peer", "author": standing(author) }),
        Source::OwnDevice => json!({ "session": "own-device" }),
        Source::Group { id, group, blocked } => json!({
            "chain": "group", "id": hex::encode(id.as_bytes()), "group": standing(group),
            "blocked": blocked,
        }),
        Source::Story { author } => json!({ "chain": "story", "author": standing(author) }),
    };
    let expect = match content.check_source(source) {
        Ok(Reception::Applies) => "ok",
        Ok(Reception::Requested) => "requested",
        Ok(Reception::Blocked) => "blocked",
        Err(misplaced) => misplaced.code(),
    };
    let fields = json!({ "content": hex::encode(content.as_bytes()), "source": described });
    topic.test(content.body().kind().name(), &[flag], expect, fields);
}
