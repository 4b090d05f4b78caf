use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::{Frame, body_of, decode, every, late_changes};
use crate::content::sample::{account, chat, contact, key, now, stamp};
use crate::content::{
    AudienceMode, BlockList, Body, BodyKind, ChatState, Contacts, DeleteForMe, Deletion,
    Destination, MessageId, MessageName, MessageNames, MessagesRead, OwnKeys, SentTranscript,
    Stamp, StoryList, StoryLists, Text,
};
use crate::crypto::Digest;
use crate::identity::{AccountId, DeviceId};
use crate::time::Timestamp;
use crate::vectors::{Recorder, Topic};
use crate::wire::proto;

/// SPEC.md sections 12.4 to 12.6: what devices of one account tell each other.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-devices",
        &[
            ("limit", "at a limit"),
            ("V3", "a number out of range that decides"),
            ("V4", "ids and references are well-formed and there"),
            ("V11", "transcripts"),
            ("V14", "times"),
            ("length", "lengths and counts"),
            ("order", "lists ascend"),
            ("stamp", "which value is newest"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content-devices"));
    every(&mut topic, &frame, 1_088..=1_199);
    limits(&mut topic, &frame);
    transcripts(&mut topic, &frame);
    seen(&mut topic, &frame);
    kept(&mut topic, &frame);
    contacts(&mut topic, &frame);
    stories(&mut topic, &frame);
    requests(&mut topic, &frame);
    deletions(&mut topic, &frame);
    devices(&mut topic, &frame);
    topic.group(json!({ "op": "replaces" }));
    stamps(&mut topic);
    topic
}

fn id(number: u16) -> MessageId {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    MessageId::from_bytes(bytes)
}

fn numbered(number: u16) -> AccountId {
    account(&number.to_be_bytes())
}

fn limits(topic: &mut Topic, frame: &Frame) {
    let author = AccountId::new(&[7; 64]).unwrap();
    let names = (0..512).map(|number| MessageName { author: author.clone(), id: id(number) });
    let read = MessagesRead::new(MessageNames::new(names).unwrap(), ChatState::FOR_EVER).unwrap();
    let newest = (0..5).map(|number| MessageName { author: author.clone(), id: id(number) });
    let conversation = Deletion::Conversation { newest: newest.collect(), keeps_chat: false };
    let list_id = Digest::from_bytes([6; 32]);
    let list = StoryList::new(list_id, stamp(), AudienceMode::Custom, (0..800).map(numbered));
    let all = StoryList::new(list_id, stamp(), AudienceMode::All, []);
    let keys = OwnKeys::of_media(stamp(), key()).with_profile(key());
    let cases: Vec<(&str, Body)> = vec![
        ("512 messages read", read.into()),
        ("128 contacts", Contacts::new((0..128).map(contact)).unwrap().into()),
        ("512 blocked", BlockList::new(stamp(), (0..512).map(numbered), []).unwrap().into()),
        ("an audience of 800", StoryLists::new([list.unwrap()]).unwrap().into()),
        ("an audience of all", StoryLists::new([all.unwrap()]).unwrap().into()),
        ("all keys", keys.with_storage(key()).with_backup(key()).into()),
        ("5 newest messages", DeleteForMe::new(chat(), now(), conversation).unwrap().into()),
        ("a bare conversation", ChatState::new(chat(), stamp()).into()),
    ];
    for (comment, body) in cases {
        decode(topic, comment, &["limit"], frame.build(body, None).as_bytes());
    }
}

fn transcripts(topic: &mut Topic, frame: &Frame) {
    let text = frame.build(Text::new("hello").unwrap(), None);
    let mut newer = text.encode();
    newer[1] = 2;
    let unknown = frame.with(&[16], vec![(63, super::field(63, b"?"))]);
    let inner = frame.build(body_of(BodyKind::SentTranscript), None).encode();
    let receipt = frame.build(body_of(BodyKind::Receipt), None).encode();
    late_changes!(topic, frame, SentTranscript, wire, {
        "of a newer version"["V11"] => wire.content = newer.clone();
        "of a newer version, to a group"["V11"] => {
            (wire.content, wire.account) = (newer.clone(), vec![]);
        };
        "of an unknown body"["V11"] => wire.content = unknown.clone();
        "of an unknown body, to a group"["V11"] => {
            (wire.content, wire.account) = (unknown.clone(), vec![]);
        };
        "of nothing"["V11"] => wire.content.clear();
        "of what is cut off"["V11"] => wire.content.truncate(20);
        "of a transcript"["V11"] => wire.content = inner.clone();
        "of a receipt"["V11"] => wire.content = receipt.clone();
        "to a group, of what was said to a peer"["V11"] => wire.account.clear();
        "to a story list, of what was said to a peer"["V11"] => {
            (wire.account, wire.story_list) = (vec![], vec![7; 32]);
        };
        "to two places"["V11"] => wire.story_list = vec![7; 32];
        "to an account of 65 bytes"["V4"] => wire.account = vec![7; 65];
        "to a story list of 31 bytes"["V4"] => wire.story_list = vec![7; 31];
    });
    let to_oneself = SentTranscript::new(Destination::Account(account(b"alice")), text).unwrap();
    decode(topic, "a note", &["V11"], frame.build(to_oneself, None).as_bytes());
}

fn seen(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, MessagesRead, wire, {
        "none"["length"] => wire.messages.clear();
        "513"["length"] => {
            let name = |n: u16| proto::MessageName { author: vec![7], id: id(n).as_bytes().to_vec() };
            wire.messages = (0..513).map(name).collect();
        };
        "out of order"["order"] => wire.messages.reverse();
        "one twice"["order"] => wire.messages[1] = wire.messages[0].clone();
        "no author"["V4"] => wire.messages[0].author.clear();
        "an id of 15 bytes"["V4"] => wire.messages[0].id.truncate(15);
        "at no time"["V14"] => wire.at = 0;
        "after 9999"["V14"] => wire.at = 253_402_300_800_000;
    });
    late_changes!(topic, frame, MessagesViewed, wire, {
        "none"["length"] => wire.messages.clear();
        "at no time"["V14"] => wire.at = 0;
    });
    late_changes!(topic, frame, MessagesPlayed, wire, {
        "none"["length"] => wire.messages.clear();
        "at no time"["V14"] => wire.at = 0;
    });
    late_changes!(topic, frame, ViewOnceOpened, wire, {
        "nothing"["V4"] => wire.message = None;
        "at no time"["V14"] => wire.at = 0;
    });
}

fn kept(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, ChatState, wire, {
        "of nothing"["V4"] => wire.chat = None;
        "of a conversation with nobody"["V4"] => wire.chat = Some(proto::Chat { chat: None });
        "no stamp"["stamp"] => wire.stamp = None;
        "a stamp without a version"["stamp"] => wire.stamp.as_mut().unwrap().version = 0;
        "a stamp without a time"["V14"] => wire.stamp.as_mut().unwrap().changed_at = 0;
        "silent until after 9999"["V14"] => wire.muted_until = 253_402_300_800_000;
    });
    late_changes!(topic, frame, Settings, wire, {
        "no stamp"["stamp"] => wire.stamp = None;
        "a timer of 366 days and a second"["V14"] => wire.default_timer = 31_622_401;
    });
    late_changes!(topic, frame, Groups, wire, {
        "none"["length"] => wire.groups.clear();
        "one twice"["order"] => wire.groups.push(wire.groups[0].clone());
        "an id of 31 bytes"["V4"] => wire.groups[0].id.truncate(31);
        "no standing"["V3"] => wire.groups[0].standing = 0;
        "no stamp"["stamp"] => wire.groups[0].stamp = None;
        "257"["length"] => {
            let entry = wire.groups[0].clone();
            let numbered = |n: u16| proto::GroupEntry {
                id: [&n.to_be_bytes()[..], &[0; 30]].concat(),
                ..entry.clone()
            };
            wire.groups = (0..257).map(numbered).collect();
        };
    });
    late_changes!(topic, frame, OwnKeys, wire, {
        "none"["V4"] => (wire.storage, wire.backup) = (vec![], vec![]);
        "one of 31 bytes"["length"] => wire.storage.truncate(31);
        "no stamp"["stamp"] => wire.stamp = None;
    });
}

fn contacts(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, Contacts, wire, {
        "none"["length"] => wire.contacts.clear();
        "129"["length"] => {
            let entry = wire.contacts[0].clone();
            let numbered = |n| proto::ContactEntry { account: vec![n], ..entry.clone() };
            wire.contacts = (0..129).map(numbered).collect();
        };
        "out of order"["order"] => wire.contacts.reverse();
        "no account"["V4"] => wire.contacts[0].account.clear();
        "no stamp"["stamp"] => wire.contacts[0].stamp = None;
        "no standing"["V3"] => wire.contacts[0].standing = 0;
        "a name of 129 bytes"["length"] => wire.contacts[0].name = "x".repeat(129);
        "an account key that is none"["V4"] => wire.contacts[0].account_key = vec![0; 32];
        "a key without a state"["V3"] => wire.contacts[0].verified = 0;
        "a state without a key"["V3"] => wire.contacts[0].account_key.clear();
        "an unknown state"["V3"] => wire.contacts[0].verified = 4;
        "a profile key of 31 bytes"["length"] => wire.contacts[0].profile_key.truncate(31);
        "a profile key without a version"["V4"] => wire.contacts[0].profile_version = 0;
        "a version without a profile key"["V4"] => wire.contacts[0].profile_key.clear();
    });
    late_changes!(topic, frame, BlockList, wire, {
        "no stamp"["stamp"] => wire.stamp = None;
        "an account twice"["order"] => wire.accounts.push(wire.accounts[0].clone());
        "a group of 31 bytes"["V4"] => wire.groups[0].truncate(31);
        "a group twice"["order"] => wire.groups.push(wire.groups[0].clone());
        "513 accounts"["length"] => {
            wire.accounts = (0..513).map(|n| numbered(n).as_bytes().to_vec()).collect();
        };
    });
    late_changes!(topic, frame, Verified, wire, {
        "no account"["V4"] => wire.account.clear();
        "no key"["V4"] => wire.account_key.clear();
        "no state"["V3"] => wire.state = 0;
        "an unknown state"["V3"] => wire.state = 4;
        "no stamp"["stamp"] => wire.stamp = None;
    });
}

fn stories(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, StoryLists, wire, {
        "none"["length"] => wire.lists.clear();
        "17"["length"] => {
            let list = proto::StoryList { members: vec![], ..wire.lists[0].clone() };
            let numbered = |n| proto::StoryList { id: vec![n; 32], ..list.clone() };
            wire.lists = (0..17).map(numbered).collect();
        };
        "one twice"["order"] => wire.lists.push(wire.lists[0].clone());
        "an id of 31 bytes"["V4"] => wire.lists[0].id.truncate(31);
        "no mode"["V3"] => wire.lists[0].mode = 0;
        "an unknown mode"["V3"] => wire.lists[0].mode = 6;
        "members of an audience of all"["V4"] => wire.lists[0].mode = 1;
        "members out of order"["order"] => wire.lists[0].members.reverse();
        "801 members"["length"] => {
            wire.lists[0].members = (0..801).map(|n| numbered(n).as_bytes().to_vec()).collect();
        };
        "a secret without a version"["V4"] => wire.lists[0].version = 0;
        "a version without a secret"["V4"] => wire.lists[0].secret.clear();
        "a secret of 31 bytes"["length"] => wire.lists[0].secret.truncate(31);
        "no stamp"["stamp"] => wire.lists[0].stamp = None;
    });
}

fn requests(topic: &mut Topic, frame: &Frame) {
    let name = proto::MessageName { author: vec![7], id: vec![7; 16] };
    late_changes!(topic, frame, DeviceRequest, wire, {
        "for nothing"["V3"] => wire.what = 0;
        "for something unknown"["V3"] => wire.what = 11;
        "for a message, not which"["V4"] => wire.what = 9;
        "for keys, with a message"["V4"] => wire.message = Some(name.clone());
    });
    late_changes!(topic, frame, DeviceResponse, wire, {
        "to a request of 15 bytes"["V4"] => wire.request.truncate(15);
        "no outcome"["V3"] => wire.outcome = 0;
        "an unknown outcome"["V3"] => wire.outcome = 5;
    });
    late_changes!(topic, frame, MessageRequestResponse, wire, {
        "of nothing"["V4"] => wire.chat = None;
        "no answer"["V3"] => wire.answer = 0;
        "an unknown answer"["V3"] => wire.answer = 6;
        "at no time"["V14"] => wire.at = 0;
    });
}

fn deletions(topic: &mut Topic, frame: &Frame) {
    use proto::delete_for_me::What;
    let name = |n: u16| proto::MessageName { author: vec![7], id: id(n).as_bytes().to_vec() };
    let media = |message, index| Some(What::Media(proto::DeletedMedia { message, index }));
    let conversation = |names: &[u16]| {
        let newest = names.iter().copied().map(name).collect();
        Some(What::Conversation(proto::DeletedConversation { newest, keeps_chat: true }))
    };
    late_changes!(topic, frame, DeleteForMe, wire, {
        "nothing"["V4"] => wire.what = None;
        "from nowhere"["V4"] => wire.chat = None;
        "at no time"["V14"] => wire.at = 0;
        "no messages"["length"] => wire.what = Some(What::Messages(proto::DeletedMessages::default()));
        "media of no message"["V4"] => wire.what = media(None, 0);
        "a 33rd medium"["V4"] => wire.what = media(Some(name(1)), 32);
        "an empty conversation"["limit"] => wire.what = conversation(&[]);
        "6 newest messages"["length"] => wire.what = conversation(&[1, 2, 3, 4, 5, 6]);
        "newest messages out of order"["order"] => wire.what = conversation(&[2, 1]);
    });
    late_changes!(topic, frame, CallLog, wire, {
        "nothing"["V4"] => wire.entry = None;
        "cleared until never"["V14"] => wire.entry = Some(proto::call_log::Entry::ClearedUntil(0));
        "no conversation"["V4"] => call(wire).chat = None;
        "no kind"["V3"] => call(wire).kind = 0;
        "no direction"["V3"] => call(wire).direction = 0;
        "an unknown outcome"["V3"] => call(wire).outcome = 5;
        "at no time"["V14"] => call(wire).at = 0;
    });
}

fn call(log: &mut proto::CallLog) -> &mut proto::CallLogEntry {
    let Some(proto::call_log::Entry::Call(call)) = &mut log.entry else { panic!() };
    call
}

fn devices(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, DeviceName, wire, {
        "of no device"["V4"] => wire.device = 0;
        "no stamp"["stamp"] => wire.stamp = None;
        "an empty name"["length"] => wire.name.clear();
        "a name of 129 bytes"["length"] => wire.name = "x".repeat(129);
    });
    late_changes!(topic, frame, DeviceAdded, wire, {
        "no device"["V4"] => wire.device = 0;
        "no version"["V4"] => wire.list_version = 0;
        "a hash of 31 bytes"["V4"] => wire.list_hash.truncate(31);
    });
    late_changes!(topic, frame, DeviceRevoked, wire, {
        "no device"["V4"] => wire.device = 0;
        "a hash of 33 bytes"["V4"] => wire.list_hash.push(7);
    });
}

fn stamps(topic: &mut Topic) {
    let value = |(version, at, by): (u32, u64, u32)| {
        let stamp = Stamp::new(version, Timestamp::from_millis(at)).unwrap();
        (stamp, DeviceId::new(by).unwrap())
    };
    let described = |(version, at, by): (u32, u64, u32)| json!({ "version": version, "changed_at": at, "device": by });
    for (first, second) in [
        ((2, 1, 1), (1, 9, 9)),
        ((2, 5, 1), (2, 4, 9)),
        ((2, 5, 9), (2, 5, 1)),
        ((2, 5, 9), (2, 5, 9)),
        ((1, 9, 9), (2, 1, 1)),
    ] {
        let ((a, by_a), (b, by_b)) = (value(first), value(second));
        let expect = if a.replaces(by_a, &b, by_b) { "replaces" } else { "stays" };
        let fields = json!({ "first": described(first), "second": described(second) });
        topic.test("two values", &["stamp"], expect, fields);
    }
}
