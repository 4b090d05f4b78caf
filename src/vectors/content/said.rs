use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::{Frame, body_of, changes, decode, every};
use crate::content::{
    Body, BodyKind, ContactCard, ContactDetail, ContactDetailKind, Emoji, FormatRange, FormatStyle,
    Location, Media, MediaItem, MediaKind, MediaObject, MediaPointer, Mention, Mentioned, OptionId,
    Poll, PollVote, Sticker, Text, Thumbnail,
};
use crate::limits::{
    CAPTION_BYTES, CONTACT_DETAILS, FORMAT_RANGES, MEDIA_BYTES, MEDIA_ITEMS, MENTIONS,
    POLL_OPTIONS, TEXT_BYTES, THUMBNAIL_BYTES,
};
use crate::media::{Geometry, MediaKey, MediaRoot, SealedMedia};
use crate::vectors::{Recorder, Topic};
use crate::wire::proto;

/// SPEC.md sections 12.4 and 12.5: what people say, and each rule broken.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-said",
        &[
            ("limit", "at a limit"),
            ("V3", "a number out of range that only explains: taken for the default"),
            ("V4", "ids and references are well-formed and there"),
            ("V6", "forward information"),
            ("V7", "polls"),
            ("V8", "media, voice notes, stickers"),
            ("V9", "places and links"),
            ("V15", "ranges and mentions are parts of the text"),
            ("words", "lengths and characters"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content-said"));
    every(&mut topic, &frame, 16..=31);
    limits(&mut topic, &frame);
    emoji(&mut topic, &frame);
    text(&mut topic, &frame);
    media(&mut topic, &frame);
    pointer(&mut topic, &frame);
    others(&mut topic, &frame);
    polls(&mut topic, &frame);
    topic
}

fn pointer_of(size: u64, content_type: &str) -> MediaPointer {
    let (key, root) = (MediaKey::from_bytes([1; 32]), MediaRoot::from_bytes([2; 32]));
    let sealed = SealedMedia::new(key, size, sealed_len(size), root).unwrap();
    let object = MediaObject::new(*b"somewhere", sealed).unwrap();
    MediaPointer::new(object, content_type).unwrap()
}

fn sealed_len(size: u64) -> u64 {
    Geometry::new(size).unwrap().ciphertext_len()
}

fn limits(topic: &mut Topic, frame: &Frame) {
    let long = Text::new("x".repeat(TEXT_BYTES)).unwrap();
    let ranges = vec![FormatRange::new(0, 8_192, FormatStyle::Bold); FORMAT_RANGES];
    let mentions = (0..128).map(|i| Mention::new(i, 1, Mentioned::Everyone)).collect::<Vec<_>>();
    assert_eq!(mentions.len(), MENTIONS);
    let photo = || MediaItem::new(pointer_of(1, "image/png"), MediaKind::Photo).unwrap();
    let album = || Media::album(vec![photo(); MEDIA_ITEMS]).unwrap();
    let thumbnail = |len| Thumbnail::Inline(vec![7; len]);
    let pictured = |len| pointer_of(1, "image/png").with_thumbnail(thumbnail(len)).unwrap();
    let picture = MediaItem::new(pictured(THUMBNAIL_BYTES), MediaKind::Photo).unwrap();
    let details = vec![ContactDetail::new(ContactDetailKind::Phone, "1").unwrap(); CONTACT_DETAILS];
    let options = (0..POLL_OPTIONS).map(|i| i.to_string()).collect::<Vec<_>>();
    let chosen = options.iter().map(|text| OptionId::of(text));
    let Body::PollVote(vote) = body_of(BodyKind::PollVote) else { panic!() };
    let cases: Vec<(&str, Body)> = vec![
        ("256 ranges over the longest text", long.clone().with_ranges(ranges).unwrap().into()),
        ("128 mentions", long.with_mentions(mentions).unwrap().into()),
        ("32 files", album().into()),
        (
            "the longest caption",
            album().with_caption("x".repeat(CAPTION_BYTES), vec![], vec![]).unwrap().into(),
        ),
        ("two of the longest thumbnails", Media::album(vec![picture; 2]).unwrap().into()),
        (
            "an empty file",
            Media::new(MediaItem::new(pointer_of(0, "a/b"), MediaKind::Document).unwrap())
                .unwrap()
                .into(),
        ),
        (
            "the largest file",
            Media::new(MediaItem::new(pointer_of(MEDIA_BYTES, "a/b"), MediaKind::Video).unwrap())
                .unwrap()
                .into(),
        ),
        (
            "the longest long text",
            Text::new("x".repeat(2_048))
                .unwrap()
                .with_long_text(pointer_of(65_536, Text::LONG_TEXT_TYPE))
                .unwrap()
                .into(),
        ),
        ("the north pole", Location::new(900_000_000, 1_800_000_000).unwrap().into()),
        ("the south pole", Location::new(-900_000_000, -1_800_000_000).unwrap().into()),
        ("off the coast of Africa", Location::new(0, 0).unwrap().into()),
        ("a name alone", ContactCard::new("x").unwrap().into()),
        ("32 details", ContactCard::new("x").unwrap().with_details(details).unwrap().into()),
        ("12 answers", Poll::new("?", options.clone()).unwrap().into()),
        ("12 choices", PollVote::new(vote.poll().clone(), chosen, u32::MAX).unwrap().into()),
        ("a vote that is taken back", PollVote::new(vote.poll().clone(), [], 1).unwrap().into()),
    ];
    for (comment, body) in cases {
        decode(topic, comment, &["limit"], frame.build(body, None).as_bytes());
    }
}

/// What is one character, in stickers and reactions alike.
fn emoji(topic: &mut Topic, frame: &Frame) {
    let Body::Sticker(sticker) = body_of(BodyKind::Sticker) else { panic!() };
    for emoji in ["❤️‍🔥", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👍🏽", "e\u{301}", "A", "\u{1fbff}"]
    {
        let (pack, pointer) = (sticker.pack().clone(), sticker.pointer().clone());
        let sticker = Sticker::new(pack, 1, pointer).with_emoji(Emoji::new(emoji).unwrap());
        let comment = ["one character: ", emoji].concat();
        decode(topic, &comment, &["words"], frame.build(sticker, None).as_bytes());
    }
    changes!(topic, frame, Sticker, wire, {
        "two characters"["words"] => wire.emoji = "👍👍".into();
        "letters"["words"] => wire.emoji = "ab".into();
        "half a flag"["words"] => wire.emoji = "🇩".into();
        "a flag and a half"["words"] => wire.emoji = "🇩🇪🇫".into();
        "a joiner at the end"["words"] => wire.emoji = "👍\u{200d}".into();
        "two joiners"["words"] => wire.emoji = "👍\u{200d}\u{200d}👍".into();
        "a mark alone"["words"] => wire.emoji = "\u{fe0f}".into();
        "a skin tone alone"["words"] => wire.emoji = "🏽".into();
        "a space"["words"] => wire.emoji = " ".into();
        "a direction override"["words"] => wire.emoji = "\u{202e}".into();
        "nothing to be seen"["words"] => wire.emoji = "\u{3164}".into();
        "66 bytes"["words"] => wire.emoji = ["é", &"\u{301}".repeat(32)].concat();
    });
}

fn text(topic: &mut Topic, frame: &Frame) {
    let range = |start, length| proto::FormatRange { start, length, style: 1 };
    let everyone = || Some(proto::mention::Who::Everyone(proto::Everyone {}));
    let mention = |start, length| proto::Mention { start, length, who: everyone() };
    let snippet = |text: String| proto::StyledText { text, ..Default::default() };
    changes!(topic, frame, Text, wire, {
        "an unknown style"["V3"] => wire.ranges[0].style = 99;
        "an unknown kind of quote"["V3"] => wire.quote.as_mut().unwrap().kind = 99;
        "a negative kind of quote"["V3"] => wire.quote.as_mut().unwrap().kind = -1;
        "a range of nothing"["V15"] => wire.ranges = vec![range(1, 0)];
        "a range past the end"["V15"] => wire.ranges = vec![range(1, 5_000)];
        "a range that overflows"["V15"] => wire.ranges = vec![range(u32::MAX, u32::MAX)];
        "a range from inside a character"["V15"] =>
            (wire.text.insert(0, 'é'), wire.mentions.clear(), wire.ranges = vec![range(1, 1)]);
        "a range into a character"["V15"] =>
            (wire.text.insert(0, 'é'), wire.mentions.clear(), wire.ranges = vec![range(0, 1)]);
        "257 ranges"["V15"] => wire.ranges = vec![range(0, 1); 257];
        "a mention past the end"["V15"] => wire.mentions = vec![mention(1, 5_000)];
        "mentions that overlap"["V15"] => wire.mentions = vec![mention(0, 2), mention(1, 2)];
        "mentions out of order"["V15"] => wire.mentions = vec![mention(4, 1), mention(1, 1)];
        "129 mentions"["V15"] => wire.mentions = vec![mention(0, 1); 129];
        "a mention of nobody"["V4"] => wire.mentions[0].who = None;
        "a mention of an empty id"["V4"] =>
            wire.mentions[0].who = Some(proto::mention::Who::Account(vec![]));
        "a quote of no message"["V4"] => wire.quote.as_mut().unwrap().target = None;
        "a quote without an author"["V4"] =>
            wire.quote.as_mut().unwrap().target.as_mut().unwrap().author.clear();
        "a quote with a short hash"["V4"] =>
            wire.quote.as_mut().unwrap().target.as_mut().unwrap().hash.truncate(31);
        "an empty snippet"["words"] =>
            wire.quote.as_mut().unwrap().snippet = Some(snippet(String::new()));
        "a snippet of 2,049 bytes"["words"] =>
            wire.quote.as_mut().unwrap().snippet = Some(snippet("x".repeat(2_049)));
        "a snippet with a mention"["V15"] =>
            wire.quote.as_mut().unwrap().snippet.as_mut().unwrap().mentions = vec![mention(0, 1)];
        "a quote that shows what is seen once"["V8"] => wire.quote.as_mut().unwrap().kind = 8;
        "a thumbnail of 16,385 bytes"["V8"] =>
            wire.quote.as_mut().unwrap().thumbnail = vec![7; 16_385];
        "a link that is not in the text"["V9"] =>
            wire.preview.as_mut().unwrap().url = "https://example.com".into();
        "a link of another scheme"["V9"] =>
            wire.preview.as_mut().unwrap().url = "file:///etc".into();
        "a link without a host"["V9"] => wire.preview.as_mut().unwrap().url = "https:///x".into();
        "a link with a space"["V9"] => wire.preview.as_mut().unwrap().url = "https://a b".into();
        "a title of 257 bytes"["words"] =>
            wire.preview.as_mut().unwrap().title = "x".repeat(257);
        "a page of the year 10000"["words"] =>
            wire.preview.as_mut().unwrap().published_at = 253_402_300_800_000;
        "a long text that is short"["V8"] => {
            let object = wire.long_text.as_mut().unwrap().object.as_mut().unwrap();
            (object.size, object.ciphertext_size) = (3, sealed_len(3));
        };
        "a long text of 65,537 bytes"["V8"] => {
            let object = wire.long_text.as_mut().unwrap().object.as_mut().unwrap();
            (object.size, object.ciphertext_size) = (65_537, sealed_len(65_537));
        };
        "a long text that is a picture"["V8"] =>
            wire.long_text.as_mut().unwrap().content_type = "image/png".into();
        "forwarded zero times"["V6"] => wire.forwarded = Some(proto::Forwarded { times: 0 });
        "forwarded 256 times"["V6"] => wire.forwarded = Some(proto::Forwarded { times: 256 });
    });
}

fn media(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, Media, wire, {
        "an unknown kind is a document"["V3"] => wire.items[1].kind = 99;
        "no file"["V8"] => wire.items.clear();
        "33 files"["V8"] => wire.items = vec![wire.items[1].clone(); 33];
        "a file without a pointer"["V8"] => wire.items[0].pointer = None;
        "an empty caption"["words"] => wire.caption.as_mut().unwrap().text.clear();
        "a caption of 4,097 bytes"["words"] =>
            wire.caption.as_mut().unwrap().text = "x".repeat(4_097);
        "a voice note without a duration"["V8"] => {
            wire.items.truncate(1);
            wire.caption = None;
            wire.items[0].kind = 4;
            wire.items[0].pointer.as_mut().unwrap().duration = 0;
        };
        "a voice note with a caption"["V8"] => (wire.items.truncate(1), wire.items[0].kind = 4);
        "a voice note among files"["V8"] => (wire.caption = None, wire.items[0].kind = 4);
        "a waveform of a photo"["V8"] => wire.items[0].waveform = vec![7; 9];
        "a waveform of 129 bytes"["V8"] => {
            wire.items.truncate(1);
            wire.caption = None;
            wire.items[0].kind = 4;
            wire.items[0].waveform = vec![7; 129];
        };
        "several files to be seen once"["V8"] => wire.view_once = true;
        "a document to be seen once"["V8"] => {
            wire.items.truncate(1);
            wire.items[0].kind = 0;
            wire.view_once = true;
        };
        "seen once and forwarded"["V8"] => {
            wire.items.truncate(1);
            wire.view_once = true;
            wire.forwarded = Some(proto::Forwarded { times: 1 });
        };
        "thumbnails of 32,769 bytes"["V8"] => {
            let thumbnail = |len| {
                Some(proto::media_pointer::Thumbnail::InlineThumbnail(vec![7; len]))
            };
            wire.items[0].pointer.as_mut().unwrap().thumbnail = thumbnail(16_384);
            wire.items[1].pointer.as_mut().unwrap().thumbnail = thumbnail(16_384);
            wire.items[2].pointer.as_mut().unwrap().thumbnail = thumbnail(1);
        };
    });
}

fn pointer(topic: &mut Topic, frame: &Frame) {
    use proto::media_pointer::Thumbnail::{InlineThumbnail, RemoteThumbnail};
    changes!(topic, frame, Sticker, wire, {
        "no object"["V8"] => wire.pointer.as_mut().unwrap().object = None;
        "no locator"["V8"] =>
            wire.pointer.as_mut().unwrap().object.as_mut().unwrap().locator.clear();
        "a locator of 513 bytes"["V8"] =>
            wire.pointer.as_mut().unwrap().object.as_mut().unwrap().locator = vec![7; 513];
        "a key of 31 bytes"["V8"] =>
            wire.pointer.as_mut().unwrap().object.as_mut().unwrap().key.truncate(31);
        "a hash of 33 bytes"["V8"] =>
            wire.pointer.as_mut().unwrap().object.as_mut().unwrap().root.push(7);
        "an object no longer than its plaintext"["V8"] =>
            wire.pointer.as_mut().unwrap().object.as_mut().unwrap().ciphertext_size = 70_000;
        "an object a byte longer than it is sealed to"["V8"] =>
            wire.pointer.as_mut().unwrap().object.as_mut().unwrap().ciphertext_size += 1;
        "more than a tebibyte"["V8"] => {
            let object = wire.pointer.as_mut().unwrap().object.as_mut().unwrap();
            (object.size, object.ciphertext_size) = ((1 << 40) + 1, 1 << 41);
        };
        "no content type"["words"] => wire.pointer.as_mut().unwrap().content_type.clear();
        "a content type of one name"["words"] =>
            wire.pointer.as_mut().unwrap().content_type = "image".into();
        "a content type that is not ASCII"["words"] =>
            wire.pointer.as_mut().unwrap().content_type = "image/pñg".into();
        "a content type of 128 bytes"["words"] =>
            wire.pointer.as_mut().unwrap().content_type = ["a/", &"b".repeat(126)].concat();
        "a path"["words"] => wire.pointer.as_mut().unwrap().file_name = "../../x".into();
        "a path of Windows"["words"] => wire.pointer.as_mut().unwrap().file_name = "..\\x".into();
        "the folder above"["words"] => wire.pointer.as_mut().unwrap().file_name = "..".into();
        "a file name with a zero"["words"] =>
            wire.pointer.as_mut().unwrap().file_name = "a\0.png".into();
        "a file name that is a disguise"["words"] =>
            wire.pointer.as_mut().unwrap().file_name = "gnp.\u{202e}exe".into();
        "a file name of 256 bytes"["words"] =>
            wire.pointer.as_mut().unwrap().file_name = "x".repeat(256);
        "a width without a height"["V8"] => wire.pointer.as_mut().unwrap().width = 7;
        "an empty thumbnail"["V8"] =>
            wire.pointer.as_mut().unwrap().thumbnail = Some(InlineThumbnail(vec![]));
        "a thumbnail of 16,385 bytes"["V8"] =>
            wire.pointer.as_mut().unwrap().thumbnail = Some(InlineThumbnail(vec![7; 16_385]));
        "a thumbnail's object without a key"["V8"] =>
            wire.pointer.as_mut().unwrap().thumbnail = Some(RemoteThumbnail(proto::MediaObject::default()));
        "a blurhash of another base"["words"] =>
            wire.pointer.as_mut().unwrap().blurhash = "<>".into();
        "a blurhash of 65 bytes"["words"] =>
            wire.pointer.as_mut().unwrap().blurhash = "0".repeat(65);
        "a description of 1,025 bytes"["words"] =>
            wire.pointer.as_mut().unwrap().description = "x".repeat(1_025);
    });
}

fn others(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, Sticker, wire, {
        "no pack"["V8"] => wire.pack_id.clear();
        "a pack's key of 31 bytes"["V8"] => wire.pack_key.truncate(31);
        "no picture"["V8"] => wire.pointer = None;
    });
    changes!(topic, frame, ContactCard, wire, {
        "a detail of an unknown kind"["V3"] => wire.details[0].kind = 99;
        "no name"["words"] => wire.name.clear();
        "a blank name"["words"] => wire.name = " \u{3000}".into();
        "a name of 257 bytes"["words"] => wire.name = "x".repeat(257);
        "an organisation of 257 bytes"["words"] => wire.organisation = "x".repeat(257);
        "an empty detail"["words"] => wire.details[0].value.clear();
        "a detail of 513 bytes"["words"] => wire.details[0].value = "x".repeat(513);
        "a label of 65 bytes"["words"] => wire.details[0].label = "x".repeat(65);
        "33 details"["words"] => wire.details = vec![wire.details[0].clone(); 33];
        "an account without an id"["V4"] => wire.account.as_mut().unwrap().account.clear();
        "half a fingerprint"["V4"] => wire.account.as_mut().unwrap().fingerprint.truncate(16);
    });
    changes!(topic, frame, Location, wire, {
        "north of the pole"["V9"] => wire.latitude = 900_000_001;
        "south of the pole"["V9"] => wire.latitude = -900_000_001;
        "too far east"["V9"] => wire.longitude = 1_800_000_001;
        "too far west"["V9"] => wire.longitude = i32::MIN;
        "a name without an address"["V9"] => wire.address.clear();
        "a name of 257 bytes"["words"] => wire.name = "x".repeat(257);
        "an address of 1,025 bytes"["words"] => wire.address = "x".repeat(1_025);
        "a link of another scheme"["V9"] => wire.url = "javascript:x".into();
        "a link of 2,049 bytes"["V9"] => wire.url = ["https://", &"x".repeat(2_041)].concat();
    });
    changes!(topic, frame, GroupInvite, wire, {
        "a short group id"["V4"] => wire.group_id.truncate(31);
        "a long link id"["V4"] => wire.link_id.push(7);
        "no secret"["V4"] => wire.link_secret.clear();
        "no title"["words"] => wire.title.clear();
        "a title of 257 bytes"["words"] => wire.title = "x".repeat(257);
        "an end in the year 10000"["words"] => wire.expires_at = 253_402_300_800_000;
    });
}

fn polls(topic: &mut Topic, frame: &Frame) {
    changes!(topic, frame, Poll, wire, {
        "a blank question"["V7"] => wire.question = " ".into();
        "a question of 513 bytes"["V7"] => wire.question = "x".repeat(513);
        "one answer"["V7"] => wire.options.truncate(1);
        "13 answers"["V7"] => wire.options = (0..13).map(|i: u8| i.to_string()).collect();
        "an empty answer"["V7"] => wire.options[0].clear();
        "a blank answer"["V7"] => wire.options[0] = "\u{200b}".into();
        "an answer of 257 bytes"["V7"] => wire.options[0] = "x".repeat(257);
        "an answer twice"["V7"] => wire.options[2] = wire.options[0].clone();
        "no choice"["V7"] => wire.max_choices = 0;
        "13 choices"["V7"] => wire.max_choices = 13;
        "more choices than answers"["V7"] => wire.open = false;
        "an open quiz"["V7"] =>
            (wire.max_choices = 1, wire.correct = OptionId::of("nowhere").as_bytes().to_vec());
        "a quiz of several choices"["V7"] => {
            (wire.open, wire.max_choices) = (false, 2);
            wire.correct = OptionId::of("nowhere").as_bytes().to_vec();
        };
        "a quiz without a right answer"["V7"] =>
            ((wire.open, wire.max_choices) = (false, 1), wire.correct = vec![7; 16]);
        "an end in the year 10000"["V7"] => wire.closes_at = 253_402_300_800_000;
    });
    changes!(topic, frame, PollVote, wire, {
        "no poll"["V4"] => wire.poll = None;
        "no count"["V7"] => wire.vote_count = 0;
        "half an answer"["V7"] => wire.options.truncate(8);
        "an answer twice"["V7"] => wire.options = vec![7; 32];
        "answers out of order"["V7"] => wire.options.rotate_left(16);
        "13 answers"["V7"] => wire.options = (0..13).flat_map(|i: u8| [i; 16]).collect();
    });
    changes!(topic, frame, PollOption, wire, {
        "no poll"["V4"] => wire.poll = None;
        "no text"["V7"] => wire.text.clear();
        "a blank text"["V7"] => wire.text = "\t".into();
    });
    changes!(topic, frame, PollClose, wire, {
        "no poll"["V4"] => wire.poll = None;
    });
}
