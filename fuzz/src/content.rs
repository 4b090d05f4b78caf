//! Arbitrary bytes as a content.

use std::time::Duration;

use sealwax::content::{
    Body, ContactAccount, ContactCard, ContactDetail, ContactDetailKind, Content, Conversation,
    DeviceListRef, DeviceLists, Dimensions, Edit, Emoji, FormatRange, FormatStyle, GroupInvite,
    Incoming, LinkPreview, Media, MediaItem, MediaKind, MediaObject, MediaPointer, Mention,
    Mentioned, MessageId, MessageRef, Quote, QuoteKind, Retry, RetryReason, SessionReset,
    SessionResetReason, Sticker, StickerPackRef, Text, Thumbnail, UnsupportedCause, VERSION,
};
use sealwax::crypto::Digest;
use sealwax::group::LinkSecret;
use sealwax::identity::{AccountId, ListVersion};
use sealwax::media::{Geometry, MediaKey, MediaRoot, SealedMedia};
use sealwax::time::Timestamp;

use super::Seed;
use super::vectors::contents;

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

/// What no vector has: much at once.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let list = |version, byte| DeviceListRef {
        version: ListVersion::new(version).unwrap(),
        hash: Digest::from_bytes([byte; 32]),
    };
    let build = |body| {
        let lists = DeviceLists { own: list(1, 1), peer: Some(list(70_000, 2)) };
        let (id, sent_at) = (MessageId::from_bytes([7; 16]), Timestamp::from_secs(1_800_000_000));
        let content = Content::builder(id, sent_at, Conversation::Peer, lists).build(body);
        content.unwrap().encode()
    };
    said().into_iter().chain(signals()).map(|(name, body)| (name, build(body))).collect()
}

pub fn vectors() -> Vec<Seed> {
    contents()
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
    let link = LinkSecret::from_bytes(&[3; 72]).unwrap();
    let invite = GroupInvite::new(link, "group").unwrap();
    let photo = MediaItem::new(pointer("image/png"), MediaKind::Photo).unwrap();
    vec![
        ("text-with-everything", text.with_quote(quote()).unwrap().into()),
        ("album", album.with_quote(quote()).unwrap().into()),
        ("voice-note", voice.clone().view_once().unwrap().into()),
        ("forwarded", voice.forward(vec![pointer("audio/ogg")]).unwrap().into()),
        ("sticker", sticker.with_quote(quote()).into()),
        ("contact-card", card.into()),
        ("group-invite", invite.with_thumbnail([1; 9]).unwrap().into()),
        ("edit-media", Edit::new(target(), 10, Media::new(photo).unwrap().into()).unwrap().into()),
    ]
}

fn signals() -> Vec<(&'static str, Body)> {
    let retry = Retry::new([9; 12], Some([8; 8]), 1, RetryReason::Body).unwrap();
    vec![
        ("reset-unspecified", SessionReset { reason: SessionResetReason::Unspecified }.into()),
        ("retry", retry.into()),
    ]
}
