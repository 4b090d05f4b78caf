//! Arbitrary bytes as a content.

use std::time::Duration;

use sealwax::content::{
    AdminDelete, Body, ContactAccount, ContactCard, ContactDetail, ContactDetailKind, Content,
    Conversation, Delete, Dimensions, Edit, Emoji, ExpiryTimer, FormatRange, FormatStyle,
    GroupBinding, GroupInvite, LinkPreview, Location, Media, MediaItem, MediaKind, MediaObject,
    MediaPointer, Mention, Mentioned, MessageRef, OptionId, Pin, Poll, PollClose, PollOption,
    PollVote, Quote, QuoteKind, Reaction, Sticker, StickerPackRef, Text, Thumbnail, Unpin,
};
use sealwax::content::{
    DeviceListRef, DeviceLists, Expiry, Incoming, MessageId, Null, Receipt, ReceiptKind, Retry,
    RetryReason, SessionReset, SessionResetReason, UnsupportedCause, VERSION,
};
use sealwax::crypto::Digest;
use sealwax::group::LinkSecret;
use sealwax::identity::{AccountId, ListVersion};
use sealwax::media::{Geometry, MediaKey, MediaRoot, SealedMedia};
use sealwax::time::Timestamp;

/// A content keeps its bytes, and what it says makes an equal one.
pub fn run(data: &[u8]) {
    let decoded = Content::decode(data);
    assert_eq!(decoded, Content::decode(data));
    let _ = format!("{decoded:?}");
    match decoded {
        Ok(Incoming::Valid(content)) => valid(&content, data),
        Ok(Incoming::Unsupported(unsupported)) => {
            let version = unsupported.cause == UnsupportedCause::Version;
            assert_eq!(version, unsupported.required > VERSION);
            assert_eq!(version, unsupported.lists.is_none());
            assert!(!(version && unsupported.expiry.is_some()));
        }
        Err(error) => assert!(error.code().starts_with("content/")),
    }
}

fn valid(content: &Content, data: &[u8]) {
    assert_eq!(content.as_bytes(), data);
    assert_eq!(content.encode(), data);
    let again = rebuilt(content, content.body().clone());
    assert_eq!(again.body(), content.body());
    assert_eq!(Content::decode(again.as_bytes()), Ok(Incoming::Valid(again.clone())));
    // What we do not write is all that can be missing: extensions and reasons of newer versions.
    assert!(again.as_bytes() == data || again.as_bytes().len() < data.len());
    assert_eq!(again == *content, again.hash() == content.hash());
}

fn rebuilt(content: &Content, body: Body) -> Content {
    let (id, sent_at) = (content.id(), content.sent_at());
    let mut builder = Content::builder(id, sent_at, content.conversation(), content.lists());
    if let Some(expiry) = content.expiry() {
        builder = builder.expiry(expiry);
    }
    let again = builder.build(body).expect("what is valid can be sent");
    assert_eq!(
        (again.id(), again.sent_at(), again.conversation(), again.expiry(), again.lists()),
        (id, sent_at, content.conversation(), content.expiry(), content.lists()),
    );
    again
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let list = |version, byte| DeviceListRef {
        version: ListVersion::new(version).unwrap(),
        hash: Digest::from_bytes([byte; 32]),
    };
    let ids = |n: u8| (0..n).map(|byte| MessageId::from_bytes([byte; 16]));
    let begin = || {
        let lists = DeviceLists { own: list(1, 1), peer: Some(list(70_000, 2)) };
        let sent_at = Timestamp::from_secs(1_800_000_000);
        Content::builder(MessageId::from_bytes([7; 16]), sent_at, Conversation::Peer, lists)
    };
    let timer = |secs, version| Expiry::new(Duration::from_secs(secs), version).unwrap();
    let retry = |session, attempt, reason| Retry::new([9; 12], session, attempt, reason).unwrap();
    let text = begin().expiry(timer(3_600, 3)).text("text, \u{e9} and \u{1f58b}").unwrap();
    let mut newer = text.encode();
    newer[1] = 2;
    let extended = [text.as_bytes(), &[0xc2, 0x3e, 3, 1, 2, 3]].concat();
    let other_body = [&begin().text("x").unwrap().encode()[..], &[0x82, 0x40, 1, 1]].concat();
    let bodies: [(&str, Body); 8] = [
        ("null", Null::default().into()),
        ("null-padded", Null::padded(40).unwrap().into()),
        ("receipt", Receipt::new(ReceiptKind::Delivered, ids(1)).unwrap().into()),
        ("receipt-many", Receipt::new(ReceiptKind::Played, ids(9)).unwrap().into()),
        ("reset", SessionReset { reason: SessionResetReason::StateLost }.into()),
        ("reset-unspecified", SessionReset { reason: SessionResetReason::Unspecified }.into()),
        ("retry", retry(Some([8; 8]), 1, RetryReason::Body).into()),
        ("retry-without-session", retry(None, 5, RetryReason::Unspecified).into()),
    ];
    let built = bodies.map(|(name, body)| (name, begin().build(body).unwrap().encode()));
    let changed = [
        ("text", text.encode()),
        ("timer-off", begin().expiry(timer(0, 1)).text("x").unwrap().encode()),
        ("newer-version", newer),
        ("extended", extended),
        ("two-bodies", other_body),
    ];
    let group = GroupBinding { id: Digest::from_bytes([1; 32]), revision: 7, state: [2; 16] };
    let removed = AdminDelete { target: target() };
    let in_group = {
        let lists = DeviceLists { own: list(1, 1), peer: None };
        let id = MessageId::from_bytes([7; 16]);
        Content::builder(id, Timestamp::from_secs(1), Conversation::Group(group), lists)
    };
    let removed = ("admin-delete", in_group.build(removed).unwrap().encode());
    let said = said().into_iter().chain(operations());
    let said = said.map(|(name, body)| (name, begin().build(body).unwrap().encode()));
    built.into_iter().chain(changed).chain(said).chain([removed]).collect()
}

fn target() -> MessageRef {
    MessageRef {
        author: AccountId::new(b"alice").unwrap(),
        id: MessageId::from_bytes([2; 16]),
        hash: Digest::from_bytes([3; 32]),
    }
}

fn pointer(content_type: &str) -> MediaPointer {
    let (key, root) = (MediaKey::from_bytes([4; 32]), MediaRoot::from_bytes([5; 32]));
    let ciphertext = Geometry::new(3_000).unwrap().ciphertext_len();
    let sealed = SealedMedia::new(key, 3_000, ciphertext, root).unwrap();
    let object = MediaObject::new(*b"somewhere", sealed).unwrap();
    let thumbnail = Thumbnail::Remote(Box::new(object.clone()));
    MediaPointer::new(object, content_type)
        .unwrap()
        .with_file_name("a b.png")
        .unwrap()
        .with_dimensions(Dimensions::new(640, 480).unwrap())
        .with_duration(Duration::from_secs(3))
        .with_thumbnail(thumbnail)
        .unwrap()
        .with_blurhash("LEHV6nWB2yk8")
        .unwrap()
        .with_description("x")
        .unwrap()
}

fn quote() -> Quote {
    let bold = FormatRange::new(0, 2, FormatStyle::Bold);
    let quote = Quote::new(target(), QuoteKind::Poll).with_snippet("what", vec![bold]).unwrap();
    quote.with_thumbnail([1; 9]).unwrap()
}

fn said() -> Vec<(&'static str, Body)> {
    let id = || AccountId::new(b"bob").unwrap();
    let text = Text::new("\u{e9} @b https://a").unwrap();
    let text = text.with_ranges(vec![FormatRange::new(0, 2, FormatStyle::CodeBlock)]).unwrap();
    let text = text.with_mentions(vec![Mention::new(3, 2, Mentioned::Account(id()))]).unwrap();
    let preview = LinkPreview::new("https://a").unwrap().with_title("A").unwrap();
    let text = text.with_preview(preview.with_image(pointer("image/png"))).unwrap();
    let text = text.with_long_text(pointer(Text::LONG_TEXT_TYPE)).unwrap();
    let item = |kind| MediaItem::new(pointer("a/b"), kind).unwrap();
    let album = Media::album(vec![item(MediaKind::Photo), item(MediaKind::Document)]).unwrap();
    let everyone = Mention::new(0, 1, Mentioned::Everyone);
    let album = album.with_caption("two", vec![], vec![everyone]).unwrap();
    let voice = Media::new(MediaItem::voice_note(pointer("audio/ogg"), [9; 20]).unwrap()).unwrap();
    let emoji = Emoji::new("\u{1f44d}\u{1f3fd}").unwrap();
    let pack = StickerPackRef::new([1; 16], [2; 32]);
    let sticker = Sticker::new(pack, 3, pointer("image/webp")).with_emoji(emoji).animated();
    let account = ContactAccount { id: id(), fingerprint: Some(Digest::from_bytes([6; 32])) };
    let phone = ContactDetail::new(ContactDetailKind::Phone, "1").unwrap().with_label("x").unwrap();
    let card = ContactCard::new("Bob").unwrap().with_details(vec![phone]).unwrap();
    let card = card.with_account(account).with_avatar(pointer("image/png"));
    let place = Location::new(525_162_746, -133_777_041).unwrap().with_name("a", "b").unwrap();
    let link = LinkSecret::from_bytes(&[3; 72]).unwrap();
    let invite = GroupInvite::new(link, "group").unwrap();
    let poll = Poll::new("?", ["a", "b"]).unwrap();
    let options = ["a", "b"].map(OptionId::of);
    let answer = PollOption::new(target(), "c").unwrap();
    vec![
        ("text-with-everything", text.with_quote(quote()).unwrap().into()),
        ("album", album.with_quote(quote()).unwrap().into()),
        ("voice-note", voice.clone().view_once().unwrap().into()),
        ("forwarded", voice.forward(vec![pointer("audio/ogg")]).unwrap().into()),
        ("sticker", sticker.with_quote(quote()).into()),
        ("contact-card", card.into()),
        ("location", place.with_accuracy(5).into()),
        ("group-invite", invite.with_thumbnail([1; 9]).unwrap().into()),
        ("poll", poll.clone().open().unwrap().with_max_choices(12).unwrap().into()),
        ("quiz", poll.with_correct("b").unwrap().into()),
        ("poll-vote", PollVote::new(target(), options, 3).unwrap().into()),
        ("poll-option", answer.into()),
        ("poll-close", PollClose { poll: target() }.into()),
    ]
}

fn operations() -> Vec<(&'static str, Body)> {
    let text = Text::new("bye").unwrap();
    let photo = MediaItem::new(pointer("image/png"), MediaKind::Photo).unwrap();
    let expiry = Expiry::new(Duration::from_mins(1), 3).unwrap();
    vec![
        ("reaction", Reaction::new(target(), Emoji::new("\u{2764}\u{fe0f}").unwrap()).into()),
        ("reaction-removed", Reaction::remove(target()).into()),
        ("edit-text", Edit::new(target(), 1, text.into()).unwrap().into()),
        ("edit-media", Edit::new(target(), 10, Media::new(photo).unwrap().into()).unwrap().into()),
        ("delete", Delete { target: target() }.into()),
        ("pin", Pin::for_time(target(), Duration::from_mins(1)).unwrap().into()),
        ("unpin", Unpin { target: target() }.into()),
        ("expiry-timer", ExpiryTimer { expiry }.into()),
    ]
}
