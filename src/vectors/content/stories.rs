use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::{Frame, body_of, decode, every};
use crate::content::MessageId;
use crate::content::{
    Body, BodyKind, Colour, StoryBackground, StoryReply, StoryTerms, StoryText, StoryView,
};
use crate::limits::{RECEIPT_IDS, STORY_COLOURS, STORY_TEXT_BYTES};
use crate::vectors::{Recorder, Topic};
use crate::wire::proto;
use crate::wire::proto::content::LateBody;

/// SPEC.md sections 12.4 and 12.5: stories and what is answered to them, and each rule broken.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-stories",
        &[
            ("limit", "at a limit"),
            ("V4", "references are well-formed and there"),
            ("V8", "a story's file is a picture or film"),
            ("V10", "terms, words and backgrounds of stories"),
            ("V12", "views name stories"),
            ("place", "said where it has no place"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content-stories"));
    every(&mut topic, &frame, 1_056..=1_061);
    limits(&mut topic, &frame);
    texts(&mut topic, &frame);
    media(&mut topic, &frame);
    answers(&mut topic, &frame);
    places(&mut topic, &frame);
    topic
}

/// A content of this kind after something was done to its body's protobuf form.
macro_rules! late {
    ($frame:expr, $kind:ident, $wire:ident => $change:expr) => {
        $frame.changed(body_of(BodyKind::$kind), |content| {
            let Some(LateBody::$kind($wire)) = &mut content.late_body else { panic!() };
            $change;
        })
    };
}

fn limits(topic: &mut Topic, frame: &Frame) {
    let stops = (0u32..).take(STORY_COLOURS).map(|i| (Colour(i), i * 14));
    let passage = StoryBackground::gradient(stops, 359).unwrap();
    let plain = StoryBackground::plain(Colour(0));
    let none = StoryTerms::default();
    let ids = (0..u16::try_from(RECEIPT_IDS).unwrap()).map(|i| {
        let mut id = [0; 16];
        id[14..].copy_from_slice(&i.to_be_bytes());
        MessageId::from_bytes(id)
    });
    let Body::StoryReply(reply) = body_of(BodyKind::StoryReply) else { panic!() };
    let longest = StoryReply::new(reply.target().clone(), "x".repeat(8_192)).unwrap();
    let cases: Vec<(&str, Body)> = vec![
        ("one colour, no terms", StoryText::new("x", plain.clone(), none.clone()).unwrap().into()),
        ("eight colours", StoryText::new("x", passage, none.clone()).unwrap().into()),
        (
            "the longest words",
            StoryText::new("x".repeat(STORY_TEXT_BYTES), plain, none).unwrap().into(),
        ),
        ("512 views", StoryView::new(ids).unwrap().into()),
        ("the longest answer", longest.into()),
    ];
    for (comment, body) in cases {
        decode(topic, comment, &["limit"], frame.build(body, None).as_bytes());
    }
}

fn texts(topic: &mut Topic, frame: &Frame) {
    let background = |colours: &[u32], positions: &[u32], angle| {
        let (colours, positions) = (colours.to_vec(), positions.to_vec());
        Some(proto::StoryBackground { colours, positions, angle })
    };
    let mut text = |comment: &str, change: &dyn Fn(&mut proto::StoryText)| {
        decode(topic, comment, &["V10"], &late!(frame, StoryText, wire => change(wire)));
    };
    text("no words", &|wire| wire.text = None);
    text("too many words", &|wire| {
        wire.text = Some(proto::StyledText { text: "x".repeat(2_049), ..Default::default() });
        wire.preview = None;
    });
    text("no background", &|wire| wire.background = None);
    text("no colour", &|wire| wire.background = background(&[], &[], 0));
    text("nine colours", &|wire| {
        wire.background = background(&[1; 9], &[0, 1, 2, 3, 4, 5, 6, 7, 8], 0);
    });
    text("a position of one colour", &|wire| wire.background = background(&[1], &[0], 0));
    text("an angle of one colour", &|wire| wire.background = background(&[1], &[], 1));
    text("a position too few", &|wire| wire.background = background(&[1, 2], &[0], 0));
    text("positions that fall", &|wire| wire.background = background(&[1, 2], &[9, 8], 0));
    text("a position beyond 100", &|wire| wire.background = background(&[1, 2], &[0, 101], 0));
    text("an angle of 360", &|wire| wire.background = background(&[1, 2], &[0, 9], 360));
    text("no terms", &|wire| wire.terms = None);
    text("a preview that leads elsewhere", &|wire| {
        wire.text = Some(proto::StyledText { text: "x".into(), ..Default::default() });
    });
    text("a font of a later version", &|wire| wire.font = 77);
}

fn media(topic: &mut Topic, frame: &Frame) {
    let mut media = |comment: &str, change: &dyn Fn(&mut proto::StoryMedia)| {
        decode(topic, comment, &["V8"], &late!(frame, StoryMedia, wire => change(wire)));
    };
    media("no file", &|wire| wire.item = None);
    media("a document", &|wire| wire.item.as_mut().unwrap().kind = 0);
    media("no terms", &|wire| wire.terms = None);
    media("an empty caption", &|wire| wire.caption = Some(proto::StyledText::default()));
}

fn answers(topic: &mut Topic, frame: &Frame) {
    let view = |topic: &mut Topic, comment: &str, ids: Vec<u8>| {
        decode(topic, comment, &["V12"], &late!(frame, StoryView, wire => wire.ids = ids));
    };
    view(topic, "a view of nothing", vec![]);
    view(topic, "a view of part of an id", vec![1; 15]);
    view(topic, "a view that names one twice", vec![1; 32]);
    let flags = &["V4"];
    let reply = late!(frame, StoryReply, wire => wire.target = None);
    decode(topic, "an answer to nothing", flags, &reply);
    let silent = late!(frame, StoryReply, wire => wire.text = None);
    decode(topic, "an answer without words", &["V10"], &silent);
    let reaction = late!(frame, StoryReaction, wire => wire.target = None);
    decode(topic, "a sign under nothing", flags, &reaction);
    let word = late!(frame, StoryReaction, wire => wire.emoji = "yes".into());
    decode(topic, "a word as a sign", &["V10"], &word);
    let back = late!(frame, StoryReaction, wire => wire.emoji.clear());
    decode(topic, "a sign that is taken back", &["limit"], &back);
    let delete = late!(frame, StoryDelete, wire => wire.target = None);
    decode(topic, "nothing taken back", flags, &delete);
}

fn places(topic: &mut Topic, frame: &Frame) {
    use proto::content::Conversation;
    let at = |kind, conversation: Conversation| {
        frame.changed(body_of(kind), |content| content.conversation = Some(conversation))
    };
    let peer = || Conversation::Peer(proto::Peer {});
    let story = || Conversation::Story(proto::Story {});
    let flags = &["place"];
    let cases = [
        ("words to the audience", BodyKind::StoryText, story(), true),
        ("words to a peer", BodyKind::StoryText, peer(), false),
        ("a file to a peer", BodyKind::StoryMedia, peer(), false),
        ("a view to the audience", BodyKind::StoryView, story(), false),
        ("an answer to the audience", BodyKind::StoryReply, story(), false),
        ("a sign to the audience", BodyKind::StoryReaction, story(), false),
        ("taken back to the audience", BodyKind::StoryDelete, story(), true),
        ("taken back to a peer", BodyKind::StoryDelete, peer(), false),
    ];
    for (comment, kind, conversation, allowed) in cases {
        let bytes = at(kind, conversation);
        assert_eq!(crate::content::Content::decode(&bytes).is_ok(), allowed, "{comment}");
        decode(topic, comment, flags, &bytes);
    }
}
