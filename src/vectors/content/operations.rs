use alloc::vec;
use core::time::Duration;

use prost::Message;
use serde_json::json;

use super::{Frame, body_of, changes, decode, every};
use crate::content::{Body, BodyKind, Expiry, ExpiryTimer, Pin};
use crate::limits::PIN_DURATION;
use crate::vectors::{Recorder, Topic, field};
use crate::wire::proto;

/// SPEC.md sections 12.4 and 12.5: what is done to messages, and each rule broken.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-operations",
        &[
            ("limit", "at a limit"),
            ("V4", "references are well-formed and there"),
            ("V5", "reactions show one character or remove it"),
            ("V6", "an edit changes what is said and nothing else"),
            ("V14", "timers"),
            ("place", "said where it has no place"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content-operations"));
    every(&mut topic, &frame, 32..=39);
    limits(&mut topic, &frame);
    reactions(&mut topic, &frame);
    edits(&mut topic, &frame);
    references(&mut topic, &frame);
    places(&mut topic, &frame);
    topic
}

fn limits(topic: &mut Topic, frame: &Frame) {
    let Body::Pin(pin) = body_of(BodyKind::Pin) else { panic!() };
    let longest = Pin::for_time(pin.target().clone(), PIN_DURATION).unwrap();
    let longest = frame.build(longest, None);
    decode(topic, "the longest pin", &["limit"], longest.as_bytes());
    let off = ExpiryTimer { expiry: Expiry::new(Duration::ZERO, u32::MAX).unwrap() };
    decode(topic, "a timer that is turned off", &["limit"], frame.build(off, None).as_bytes());
    changes!(topic, frame, Pin, wire, {
        "a second too long"["limit"] => wire.duration = 31_622_401;
    });
    changes!(topic, frame, ExpiryTimer, wire, {
        "the longest timer"["limit"] => wire.seconds = 31_622_400;
        "a second too long"["V14"] => wire.seconds = 31_622_401;
        "no version"["V14"] => wire.timer_version = 0;
        "nothing"["V14"] => (wire.seconds, wire.timer_version) = (0, 0);
    });
}

fn reactions(topic: &mut Topic, frame: &Frame) {
    use proto::reaction::Change::Emoji;
    changes!(topic, frame, Reaction, wire, {
        "neither a sign nor none"["V5"] => wire.change = None;
        "an empty sign"["V5"] => wire.change = Some(Emoji(alloc::string::String::new()));
        "two signs"["V5"] => wire.change = Some(Emoji("👍👍".into()));
        "a word"["V5"] => wire.change = Some(Emoji("yes".into()));
        "too long a sign"["V5"] => wire.change = Some(Emoji("👍🏽".repeat(9)));
        "a control character"["V5"] => wire.change = Some(Emoji("\u{7f}".into()));
    });
    let sign_and_none = [field(2, "👍".as_bytes()), field(3, b"")].concat();
    decode(topic, "a sign and none", &["V5"], &frame.body(32, &sign_and_none));
}

fn edits(topic: &mut Topic, frame: &Frame) {
    use proto::edit::Replacement::{Media, Text};
    let text = |change: &dyn Fn(&mut proto::Text)| {
        let mut text = proto::Text { text: "bye".into(), ..Default::default() };
        change(&mut text);
        Some(Text(text))
    };
    let media = |change: &dyn Fn(&mut proto::Media)| {
        let bytes = frame.build(body_of(BodyKind::Media), None).encode();
        let content = proto::Content::decode(bytes.as_slice()).unwrap();
        let Some(proto::content::Body::Media(mut media)) = content.body else { panic!() };
        (media.quote, media.caption) = (None, None);
        media.items.truncate(1);
        change(&mut media);
        Some(Media(media))
    };
    let quote = || {
        let bytes = frame.build(body_of(BodyKind::Text), None).encode();
        let content = proto::Content::decode(bytes.as_slice()).unwrap();
        let Some(proto::content::Body::Text(text)) = content.body else { panic!() };
        text.quote
    };
    let once = Some(proto::Forwarded { times: 1 });
    changes!(topic, frame, Edit, wire, {
        "edit 0"["V6"] => wire.edit_seq = 0;
        "edit 11"["V6"] => wire.edit_seq = 11;
        "no replacement"["V6"] => wire.replacement = None;
        "an empty text"["V6"] => wire.replacement = text(&|text| text.text.clear());
        "a text with a quote"["V6"] => wire.replacement = text(&|text| text.quote = quote());
        "a text that was forwarded"["V6"] => wire.replacement = text(&|text| text.forwarded = once);
        "a photo"["V6"] => wire.replacement = media(&|_| {});
        "a photo with a quote"["V6"] => wire.replacement = media(&|media| media.quote = quote());
        "a photo to be seen once"["V6"] => wire.replacement = media(&|media| media.view_once = true);
        "a photo that was forwarded"["V6"] =>
            wire.replacement = media(&|media| media.forwarded = once);
        "a voice note"["V6"] => wire.replacement = media(&|media| media.items[0].kind = 4);
    });
    let both = [field(3, &field(1, b"bye")), field(4, b"")].concat();
    decode(topic, "a text and media", &["V6"], &frame.body(33, &both));
    let bytes = frame.build(body_of(BodyKind::Edit), None).encode();
    let mut timed = proto::Content::decode(bytes.as_slice()).unwrap();
    timed.expiry = Some(proto::Expiry { seconds: 60, timer_version: 1 });
    decode(topic, "an edit with a timer", &["V6"], &timed.encode_to_vec());
}

fn references(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, Reaction, wire, {
        "no target"["V4"] => wire.target = None;
        "no author"["V4"] => wire.target.as_mut().unwrap().author.clear();
        "an author of 65 bytes"["V4"] => wire.target.as_mut().unwrap().author = vec![7; 65];
        "a short id"["V4"] => wire.target.as_mut().unwrap().message_id.truncate(15);
        "no hash"["V4"] => wire.target.as_mut().unwrap().hash.clear();
    });
    changes!(topic, frame, Edit, wire, { "no target"["V4"] => wire.target = None; });
    changes!(topic, frame, Delete, wire, { "no target"["V4"] => wire.target = None; });
    changes!(topic, frame, AdminDelete, wire, { "no target"["V4"] => wire.target = None; });
    changes!(topic, frame, Pin, wire, { "no target"["V4"] => wire.target = None; });
    changes!(topic, frame, Unpin, wire, { "no target"["V4"] => wire.target = None; });
}

fn places(topic: &mut Topic, frame: &Frame) {
    let peer = proto::content::Conversation::Peer(proto::Peer {});
    let story = proto::content::Conversation::Story(proto::Story {});
    let group = proto::Group { id: vec![1; 32], revision: 7, state: vec![2; 16] };
    let group = proto::content::Conversation::Group(group);
    for (comment, kind, place) in [
        ("somebody's message removed between two accounts", BodyKind::AdminDelete, peer),
        ("a group's timer", BodyKind::ExpiryTimer, group),
        ("a reaction to the audience of a story", BodyKind::Reaction, story.clone()),
        ("a text to the audience of a story", BodyKind::Text, story),
    ] {
        let bytes = frame.changed(body_of(kind), |content| content.conversation = Some(place));
        decode(topic, comment, &["place"], &bytes);
    }
    for (comment, id, state) in
        [("a group id of 31 bytes", 31, 16), ("a group's state of 15", 32, 15)]
    {
        let group = proto::Group { id: vec![1; id], revision: 7, state: vec![2; state] };
        let group = proto::content::Conversation::Group(group);
        let bytes = frame.changed(body_of(BodyKind::Pin), |content| {
            content.conversation = Some(group);
        });
        decode(topic, comment, &["place"], &bytes);
    }
}
