use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::crypto::{Digest, HashLabel, hash};
use crate::identity::ListVersion;
use crate::limits::{CONTENT_BYTES, EXPIRY, RECEIPT_IDS, RESENDS, TEXT_BYTES};
use crate::time::Timestamp;
use crate::wire::{DecodeError, FieldWriter, Fields, proto};

pub(super) fn draft() -> ContentBuilder {
    draft_at(1_800_000_000)
}

pub(super) fn draft_at(secs: u64) -> ContentBuilder {
    let list = |version, seed: &[u8]| DeviceListRef {
        version: ListVersion::new(version).unwrap(),
        hash: hash(HashLabel::DeviceList, seed),
    };
    let lists = DeviceLists { own: list(3, b"own"), peer: Some(list(7, b"peer")) };
    let sent_at = Timestamp::from_secs(secs);
    Content::builder(MessageId::from_bytes([9; 16]), sent_at, Conversation::Peer, lists)
}

pub(super) fn begin(conversation: Conversation) -> ContentBuilder {
    draft().in_conversation(conversation)
}

/// As [`draft`], in a conversation where such a body may be said.
fn draft_of(body: &Body) -> ContentBuilder {
    let group = GroupBinding { id: Digest::from_bytes([1; 32]), revision: 7, state: [2; 16] };
    let draft = draft();
    let places = [Conversation::Peer, Conversation::Group(group), Conversation::Story];
    let allowed = |place: &Conversation| body.kind().properties().allow(place);
    draft.in_conversation(places.into_iter().find(allowed).unwrap())
}

/// One body of every kind.
pub(crate) fn every_body() -> Vec<Body> {
    let said = said::tests::every_said().into_iter();
    let said = said.chain(operation::tests::every_operation()).chain(story::tests::every_story());
    let others = vec![
        Text::new("hello").unwrap().into(),
        Receipt::new(ReceiptKind::Read, [MessageId::from_bytes([1; 16])]).unwrap().into(),
        Null::padded(9).unwrap().into(),
        SessionReset { reason: SessionResetReason::StateLost }.into(),
        Retry::new([7; 12], Some([8; 8]), 1, RetryReason::KeyGone).unwrap().into(),
    ];
    said.chain(others).chain(sample::every_signal()).collect()
}

#[test]
fn every_kind_of_body_is_tested() {
    let tested: Vec<_> = every_body().iter().map(Body::kind).collect();
    for kind in BodyKind::ALL {
        assert!(tested.contains(kind), "{kind:?}");
    }
}

#[test]
fn every_body_comes_back_as_it_was() {
    for body in every_body() {
        let sent = draft_of(&body).build(body).unwrap();
        assert_eq!(decode(sent.as_bytes()), Ok(Incoming::Valid(sent)));
    }
}

fn text() -> Content {
    draft().expiry(Expiry::new(Duration::from_mins(1), 2).unwrap()).text("hello").unwrap()
}

/// Decodes a text after something was done to its protobuf form.
fn changed(change: impl FnOnce(&mut proto::Content)) -> Result<Incoming, ContentError> {
    let mut wire = proto::Content::decode(text().as_bytes()).unwrap();
    change(&mut wire);
    Content::decode(&wire.encode_to_vec())
}

fn violation(change: impl FnOnce(&mut proto::Content)) -> Violation {
    match changed(change) {
        Err(ContentError::Rule(violation)) => violation,
        other => panic!("{other:?}"),
    }
}

/// The encoded fields of a content, to be put together differently.
fn fields(content: &Content) -> Vec<(u32, Vec<u8>)> {
    let mut fields = Fields::new(content.as_bytes());
    let mut all = vec![];
    loop {
        let before = fields.rest();
        let Some((number, _)) = fields.next().unwrap() else { return all };
        all.push((number, before[..before.len() - fields.rest().len()].to_vec()));
    }
}

/// An encoded bytes field.
fn field(number: u32, value: &[u8]) -> (u32, Vec<u8>) {
    let mut bytes = vec![];
    FieldWriter(&mut bytes).bytes(number, value);
    (number, bytes)
}

/// A text with some fields taken out and others put in, in order.
fn with(removed: &[u32], added: Vec<(u32, Vec<u8>)>) -> Vec<u8> {
    let mut all = fields(&text());
    all.retain(|(number, _)| !removed.contains(number));
    all.extend(added);
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

fn decode(bytes: &[u8]) -> Result<Incoming, ContentError> {
    Content::decode(bytes)
}

fn unsupported(bytes: &[u8]) -> Unsupported {
    match decode(bytes) {
        Ok(Incoming::Unsupported(unsupported)) => unsupported,
        other => panic!("{other:?}"),
    }
}

const MALFORMED: Result<Incoming, ContentError> =
    Err(ContentError::Malformed(DecodeError::NotCanonical));

#[test]
fn a_content_comes_back_as_it_was() {
    let sent = text();
    let Ok(Incoming::Valid(received)) = decode(&sent.encode()) else { panic!() };
    assert_eq!(received, sent);
    assert_eq!(received.id(), MessageId::from_bytes([9; 16]));
    assert_eq!(received.sent_at(), Timestamp::from_secs(1_800_000_000));
    assert_eq!(received.conversation(), Conversation::Peer);
    assert_eq!(received.expiry().map(|e| e.timer_version()), Some(2));
    assert_eq!(received.lists().own.version.as_u32(), 3);
    assert_eq!(received.lists().peer.map(|l| l.version.as_u32()), Some(7));
    assert_eq!(received.body(), &Body::from(Text::new("hello").unwrap()));
}

#[test]
fn each_body_has_its_number() {
    for body in every_body() {
        let number = body.kind().number();
        let content = draft_of(&body).build(body).unwrap();
        assert_eq!(fields(&content).last().unwrap().0, number);
    }
}

#[test]
fn the_hash_is_of_the_exact_bytes() {
    let sent = text();
    let extended = with(&[], vec![field(64, b"x")]);
    let Ok(Incoming::Valid(received)) = decode(&extended) else { panic!() };
    assert_eq!(received.body(), sent.body());
    assert_eq!(received.as_bytes(), extended);
    assert_eq!(received.hash(), hash(HashLabel::Content, &extended));
    assert_ne!(received.hash(), sent.hash());
}

#[test]
fn nothing_that_was_said_is_printed() {
    let secret = "meet me at nine";
    for body in every_body().into_iter().chain([Text::new(secret).unwrap().into()]) {
        let content = draft_of(&body).build(body).unwrap();
        let incoming = decode(content.as_bytes());
        for printed in [format!("{content:?}"), format!("{incoming:?}"), format!("{incoming:#?}")] {
            assert!(!printed.contains("meet"), "{printed}");
            assert!(!printed.contains("109, 101, 101, 116"), "{printed}");
        }
    }
}

#[test]
fn a_content_is_no_longer_than_its_limit() {
    let null = |padding| draft().build(Null::padded(padding).unwrap());
    let around = CONTENT_BYTES - (null(60_000).unwrap().as_bytes().len() - 60_000);
    assert_eq!(null(around).unwrap().as_bytes().len(), CONTENT_BYTES);
    assert!(matches!(decode(null(around).unwrap().as_bytes()), Ok(Incoming::Valid(_))));
    assert_eq!(null(around + 1), Err(Violation::TooLarge));
    let over = vec![0; CONTENT_BYTES + 1];
    assert_eq!(decode(&over), Err(Violation::TooLarge.into()));
}

#[test]
fn the_frame_is_complete_and_well_formed() {
    assert_eq!(violation(|c| c.required_version = 0), Violation::RequiredVersion);
    assert_eq!(violation(|c| c.message_id.clear()), Violation::MessageId);
    assert_eq!(violation(|c| c.message_id.truncate(15)), Violation::MessageId);
    assert_eq!(violation(|c| c.message_id.push(0)), Violation::MessageId);
    assert_eq!(violation(|c| c.sent_at = 0), Violation::SentAt);
    assert!(changed(|c| c.sent_at = 253_402_300_799_999).is_ok());
    assert_eq!(violation(|c| c.sent_at = 253_402_300_800_000), Violation::SentAt);
    assert_eq!(violation(|c| c.conversation = None), Violation::NoConversation);
    assert_eq!(violation(|c| c.body = None), Violation::NoBody);
    assert_eq!(violation(|c| c.own_list = None), Violation::NoDeviceList);
    assert!(changed(|c| c.peer_list = None).is_ok());
    assert!(changed(|c| c.expiry = None).is_ok());
}

#[test]
fn device_lists_have_a_version_and_a_hash() {
    let own = |version, len| {
        violation(|c| c.own_list = Some(proto::DeviceListRef { version, hash: vec![1; len] }))
    };
    assert_eq!(own(0, 32), Violation::DeviceList);
    assert_eq!(own(1, 31), Violation::DeviceList);
    assert_eq!(own(1, 33), Violation::DeviceList);
    let peer = Some(proto::DeviceListRef { version: 0, hash: vec![1; 32] });
    assert_eq!(violation(|c| c.peer_list = peer), Violation::DeviceList);
}

#[test]
fn timers_are_checked_on_receipt() {
    let timer = |seconds: u64, timer_version| {
        let seconds = u32::try_from(seconds).unwrap();
        changed(|c| c.expiry = Some(proto::Expiry { seconds, timer_version }))
    };
    let limit = EXPIRY.as_secs();
    assert!(timer(limit, 1).is_ok());
    assert_eq!(timer(limit + 1, 1), Err(Violation::ExpiryDuration.into()));
    assert_eq!(timer(1, 0), Err(Violation::ExpiryVersion.into()));
    assert!(timer(0, 1).is_ok());
}

#[test]
fn only_what_people_see_expires() {
    let expiry = Expiry::new(Duration::from_mins(1), 1).unwrap();
    for body in every_body() {
        let expires = body.kind().properties().expires;
        let built = draft_of(&body).expiry(expiry).build(body.clone());
        assert_eq!(built.is_ok(), expires);
        assert!(expires || built == Err(Violation::ExpiryNotAllowed));
        let conversation = draft_of(&body).conversation();
        let received = changed(|c| {
            (c.body, c.conversation) = (None, Some(conversation.to_wire()));
            body.write_to(c);
        });
        assert!(expires || received == Err(Violation::ExpiryNotAllowed.into()));
    }
}

#[test]
fn bodies_are_checked_on_receipt() {
    use proto::content::Body as Wire;
    let broken = |body: Wire| {
        violation(|c| {
            c.expiry = None;
            c.body = Some(body);
        })
    };
    let text = |len| Wire::Text(proto::Text { text: "x".repeat(len), ..Default::default() });
    assert_eq!(broken(text(0)), Violation::EmptyText);
    assert_eq!(broken(text(TEXT_BYTES + 1)), Violation::TextTooLong);
    let receipt = |kind, len| Wire::Receipt(proto::Receipt { kind, ids: vec![1; len] });
    assert_eq!(broken(receipt(5, 16)), Violation::ReceiptKind);
    assert_eq!(broken(receipt(0, 16)), Violation::ReceiptKind);
    assert_eq!(broken(receipt(1, 17)), Violation::ReceiptCount);
    assert_eq!(broken(receipt(1, 0)), Violation::ReceiptCount);
    assert_eq!(broken(receipt(1, 16 * (RECEIPT_IDS + 1))), Violation::ReceiptCount);
    assert_eq!(broken(receipt(1, 32)), Violation::ReceiptOrder);
    assert_eq!(broken(Wire::Null(proto::Null { padding: vec![1] })), Violation::Padding);
    let retry = proto::Retry { wire_id: vec![1; 12], session: vec![], attempt: 6, reason: 0 };
    assert_eq!(broken(Wire::Retry(retry)), Violation::Attempt);
}

#[test]
fn there_is_exactly_one_body_whether_known_or_not() {
    for second in [40, 48, 19, 63, 1_024, 2_047, 536_870_911] {
        let bytes = with(&[], vec![field(second, b"")]);
        assert_eq!(decode(&bytes), Err(Violation::SeveralBodies.into()), "{second}");
    }
    let two_unknown = with(&[16], vec![field(19, b""), field(1_024, b"")]);
    assert_eq!(decode(&two_unknown), Err(Violation::SeveralBodies.into()));
}

#[test]
fn there_is_exactly_one_conversation() {
    for second in [5, 6] {
        let bytes = with(&[], vec![field(second, b"")]);
        assert_eq!(decode(&bytes), Err(Violation::SeveralConversations.into()), "{second}");
    }
}

#[test]
fn an_unknown_body_is_shown_not_lost() {
    for number in [19, 63, 2_016, 2_047, 536_870_911] {
        let placeholder = unsupported(&with(&[16], vec![field(number, b"\xff\xff")]));
        assert_eq!(placeholder.cause, UnsupportedCause::Body);
        assert_eq!(placeholder.body_number, number);
        assert_eq!(placeholder.required, 1);
        assert_eq!(placeholder.id, text().id());
        assert_eq!(placeholder.sent_at, text().sent_at());
        assert_eq!(placeholder.expiry, text().expiry());
        assert_eq!(placeholder.lists, Some(text().lists()));
    }
}

#[test]
fn a_group_is_named_by_id_revision_and_state() {
    let group = |id, state| {
        changed(|c| {
            let group = proto::Group { id: vec![1; id], revision: 7, state: vec![2; state] };
            c.conversation = Some(proto::content::Conversation::Group(group));
        })
    };
    let Ok(Incoming::Valid(content)) = group(32, 16) else { panic!() };
    let binding = GroupBinding { id: Digest::from_bytes([1; 32]), revision: 7, state: [2; 16] };
    assert_eq!(content.conversation(), Conversation::Group(binding));
    for (id, state) in [(31, 16), (33, 16), (32, 15), (32, 17), (0, 0)] {
        assert_eq!(group(id, state), Err(Violation::GroupBinding.into()));
    }
}

#[test]
fn a_body_is_said_only_where_it_may_be() {
    let group = GroupBinding { id: Digest::from_bytes([1; 32]), revision: 7, state: [2; 16] };
    for conversation in [Conversation::Peer, Conversation::Group(group), Conversation::Story] {
        for body in every_body() {
            let allowed = body.kind().properties().allow(&conversation);
            let begun =
                Content::builder(text().id(), text().sent_at(), conversation, text().lists());
            assert_eq!(begun.build(body.clone()).err(), (!allowed).then_some(Violation::Place));
            let received = changed(|c| {
                (c.body, c.expiry, c.conversation) = (None, None, Some(conversation.to_wire()));
                body.write_to(c);
            });
            assert_eq!(received.err(), (!allowed).then_some(Violation::Place.into()));
        }
    }
}

#[test]
fn a_newer_version_is_shown_whatever_else_it_changed() {
    let version = |version: u32| {
        let mut bytes = vec![];
        FieldWriter(&mut bytes).u32(1, version);
        (1, bytes)
    };
    for required in [2, u32::MAX] {
        let bytes = with(&[1, 4, 8], vec![version(required), field(10, b"?"), field(15, b"")]);
        let placeholder = unsupported(&bytes);
        assert_eq!(placeholder.cause, UnsupportedCause::Version);
        assert_eq!(placeholder.required, required);
        assert_eq!((placeholder.id, placeholder.sent_at), (text().id(), text().sent_at()));
        assert_eq!((placeholder.expiry, placeholder.lists), (None, None));
    }
    let no_body = with(&[1, 16], vec![version(2)]);
    assert_eq!(decode(&no_body), Err(Violation::NoBody.into()));
    let no_id = with(&[1, 2], vec![version(2)]);
    assert_eq!(decode(&no_id), Err(Violation::MessageId.into()));
    let above_32_bits = with(&[1], vec![(1, vec![0x08, 0x80, 0x80, 0x80, 0x80, 0x10])]);
    assert_eq!(decode(&above_32_bits), Err(DecodeError::OutOfRange.into()));
}

#[test]
fn the_frame_of_an_unknown_body_is_still_checked() {
    let unknown = || field(19, b"");
    assert_eq!(decode(&with(&[8, 16], vec![unknown()])), Err(Violation::NoDeviceList.into()));
    assert_eq!(
        decode(&with(&[7, 16], vec![unknown(), field(7, &[0x08, 5])])),
        Err(Violation::ExpiryVersion.into())
    );
    assert_eq!(decode(&with(&[16], vec![unknown(), field(10, b"")])), MALFORMED);
}

#[test]
fn extensions_are_ignored_and_the_frame_s_own_numbers_are_not() {
    for number in [64, 500, 959, 960, 1_023] {
        let Ok(Incoming::Valid(content)) = decode(&with(&[], vec![field(number, b"\xff")])) else {
            panic!("{number}")
        };
        assert_eq!(content.body(), text().body());
    }
    for number in [10, 15] {
        assert_eq!(decode(&with(&[], vec![field(number, b"")])), MALFORMED, "{number}");
    }
}

#[test]
fn extensions_inside_a_body_are_ignored_and_its_own_numbers_are_not() {
    let text_with = |extra: (u32, Vec<u8>)| {
        let body = [field(1, b"hello").1, extra.1].concat();
        decode(&with(&[16], vec![field(16, &body)]))
    };
    assert!(matches!(text_with(field(64, b"x")), Ok(Incoming::Valid(_))));
    assert!(matches!(text_with(field(1_023, b"x")), Ok(Incoming::Valid(_))));
    assert_eq!(text_with(field(63, b"x")), MALFORMED);
    assert_eq!(text_with(field(1_024, b"x")), MALFORMED);
    assert!(matches!(text_with(field(1, b"x")), Err(ContentError::Malformed(_))));
}

#[test]
fn repeated_unordered_and_explicit_default_fields_are_refused() {
    for (number, bytes) in fields(&text()) {
        let repeated = decode(&with(&[], vec![(number, bytes)]));
        assert_eq!(repeated, MALFORMED, "{number}");
    }
    let mut unordered = fields(&text());
    unordered.swap(0, 1);
    let unordered: Vec<u8> = unordered.into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert_eq!(decode(&unordered), MALFORMED);
    let off = with(&[7], vec![field(7, &[0x08, 0, 0x10, 1])]);
    assert_eq!(decode(&off), MALFORMED, "an explicit zero");
    let session = with(&[7, 16], vec![field(50, &[0x0a, 0, 0x12, 0, 0x18, 1])]);
    assert_eq!(decode(&session), MALFORMED, "explicitly empty bytes");
}

#[test]
fn a_body_is_a_message_and_a_text_utf_8() {
    assert_eq!(decode(&with(&[16], vec![(16, vec![0x80, 0x01, 5])])), MALFORMED);
    assert_eq!(decode(&with(&[16], vec![(17, vec![0x88, 0x01, 5])])), MALFORMED);
    assert_eq!(decode(&with(&[16], vec![field(16, &field(1, b"\xff").1)])), MALFORMED);
}

#[test]
fn the_builder_refuses_a_time_that_no_receiver_takes() {
    let at = |millis| {
        let sent_at = Timestamp::from_millis(millis);
        Content::builder(text().id(), sent_at, Conversation::Peer, text().lists()).text("x")
    };
    assert_eq!(at(0), Err(Violation::SentAt));
    assert!(at(1).is_ok());
    assert_eq!(at(253_402_300_800_000), Err(Violation::SentAt));
}

#[test]
fn each_error_has_its_own_code() {
    assert_eq!(ContentError::from(Violation::EmptyText).code(), Violation::EmptyText.code());
    assert_eq!(ContentError::from(DecodeError::Trailing).code(), "content/malformed");
}

fn any_body() -> impl Strategy<Value = Body> {
    let id = any::<[u8; 16]>().prop_map(MessageId::from_bytes);
    let kind = prop::sample::select(&[
        ReceiptKind::Delivered,
        ReceiptKind::Read,
        ReceiptKind::Viewed,
        ReceiptKind::Played,
    ]);
    let reset = prop::sample::select(&[
        SessionResetReason::Unspecified,
        SessionResetReason::Requested,
        SessionResetReason::Undecryptable,
        SessionResetReason::StateLost,
    ]);
    let retry = prop::sample::select(&[
        RetryReason::Unspecified,
        RetryReason::KeyGone,
        RetryReason::Body,
        RetryReason::Content,
    ]);
    prop_oneof![
        prop::collection::vec(any::<char>(), 1..200).prop_map(|text| Text::new(String::from_iter(
            text
        ))
        .unwrap()
        .into()),
        (kind, prop::collection::vec(id, 1..40))
            .prop_map(|(kind, ids)| Receipt::new(kind, ids).unwrap().into()),
        (0usize..2_000).prop_map(|len| Null::padded(len).unwrap().into()),
        reset.prop_map(|reason| SessionReset { reason }.into()),
        (any::<[u8; 12]>(), any::<Option<[u8; 8]>>(), 1..=RESENDS, retry)
            .prop_map(|(id, session, n, why)| Retry::new(id, session, n, why).unwrap().into()),
        sample::any_signal(),
        prop::sample::select(said_to_a_peer()),
        any_styled_text(),
        any_location(),
    ]
}

/// What people say and do that has a place between two accounts.
fn said_to_a_peer() -> Vec<Body> {
    let mut bodies = every_body();
    bodies.retain(|body| body.kind().properties().allow(&Conversation::Peer));
    bodies
}

fn any_styled_text() -> impl Strategy<Value = Body> {
    let ranges = prop::collection::vec((0u32..20, 1u32..20), 0..10);
    ("[a-z]{40}", ranges).prop_map(|(text, ranges)| {
        let range = |(start, length)| FormatRange::new(start, length, FormatStyle::Italic);
        let text = Text::new(text).unwrap();
        text.with_ranges(ranges.into_iter().map(range).collect()).unwrap().into()
    })
}

fn any_location() -> impl Strategy<Value = Body> {
    (-900_000_000i32..=900_000_000, -1_800_000_000i32..=1_800_000_000, any::<u32>()).prop_map(
        |(latitude, longitude, accuracy)| {
            Location::new(latitude, longitude).unwrap().with_accuracy(accuracy).into()
        },
    )
}

fn any_content() -> impl Strategy<Value = Content> {
    let list = || {
        (1u32.., any::<[u8; 32]>()).prop_map(|(version, hash)| DeviceListRef {
            version: ListVersion::new(version).unwrap(),
            hash: Digest::from_bytes(hash),
        })
    };
    let lists =
        (list(), prop::option::of(list())).prop_map(|(own, peer)| DeviceLists { own, peer });
    let expiry = prop::option::of((0..=EXPIRY.as_secs(), 1u32..));
    (any::<[u8; 16]>(), 1u64..253_402_300_800_000, lists, expiry, any_body()).prop_map(
        |(id, sent_at, lists, expiry, body)| {
            let (id, sent_at) = (MessageId::from_bytes(id), Timestamp::from_millis(sent_at));
            let mut builder = Content::builder(id, sent_at, Conversation::Peer, lists);
            if let Some((seconds, version)) = expiry.filter(|_| body.kind().properties().expires) {
                let duration = Duration::from_secs(seconds);
                builder = builder.expiry(Expiry::new(duration, version).unwrap());
            }
            builder.build(body).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn every_content_comes_back(content in any_content()) {
        prop_assert_eq!(decode(&content.encode()), Ok(Incoming::Valid(content)));
    }

    #[test]
    fn what_decodes_is_what_its_parts_encode(content in any_content()) {
        let mut builder =
            Content::builder(content.id(), content.sent_at(), content.conversation(), content.lists());
        if let Some(expiry) = content.expiry() {
            builder = builder.expiry(expiry);
        }
        prop_assert_eq!(builder.build(content.body().clone()), Ok(content));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn bodies_of_arbitrary_fields_never_panic(
        kind in prop::sample::select(BodyKind::ALL),
        parts in prop::collection::vec((1u32..9, prop::collection::vec(any::<u8>(), 0..40)), 0..8),
        integers in prop::collection::vec((1u32..9, any::<u32>()), 0..4),
    ) {
        let mut body: Vec<_> =
            parts.into_iter().map(|(number, value)| field(number, &value)).collect();
        for (number, value) in integers {
            let mut bytes = vec![];
            FieldWriter(&mut bytes).u32(number, value);
            body.push((number, bytes));
        }
        body.sort_by_key(|(number, _)| *number);
        body.dedup_by_key(|(number, _)| *number);
        let body: Vec<u8> = body.into_iter().flat_map(|(_, bytes)| bytes).collect();
        if let Ok(Incoming::Valid(content)) = decode(&with(&[16], vec![field(kind.number(), &body)])) {
            let again = draft().build(content.body().clone());
            let again = again.unwrap();
            prop_assert_eq!(again.body(), content.body());
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_seen(
        content in any_content(), at: prop::sample::Index, bits in 1u8..,
    ) {
        let mut bytes = content.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        match decode(&bytes) {
            Ok(Incoming::Valid(other)) => {
                prop_assert_ne!(other.hash(), content.hash());
                prop_assert_eq!(other.as_bytes(), bytes);
            }
            Ok(Incoming::Unsupported(_)) | Err(_) => {}
        }
    }

    #[test]
    fn a_cut_content_is_refused(content in any_content(), at: prop::sample::Index) {
        let bytes = content.as_bytes();
        prop_assert!(decode(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn fields_put_together_at_random_never_panic(
        parts in prop::collection::vec((1u32..70, prop::collection::vec(any::<u8>(), 0..20)), 0..12),
        removed in prop::collection::vec(1u32..17, 0..4),
    ) {
        let added = parts.into_iter().map(|(number, value)| field(number, &value)).collect();
        let _ = decode(&with(&removed, added));
    }
}

/// `cargo test --release content::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn speed_of_a_text() {
    use std::time::Instant;
    let (batches, rounds) = (500, 500u32);
    let timed = |name: &str, work: &dyn Fn()| {
        let batch = |_| {
            let start = Instant::now();
            (0..rounds).for_each(|_| work());
            start.elapsed().as_nanos() / u128::from(rounds)
        };
        let best = (0..batches).map(batch).min().unwrap_or_default();
        std::println!("{name}: {best} ns");
    };
    let words = "Shall we say nine, at the usual place?";
    let draft = draft();
    let sent = draft.text(words).unwrap();
    timed("build and encode", &|| {
        std::hint::black_box(draft.text(std::hint::black_box(words)).unwrap());
    });
    timed("decode and validate", &|| {
        std::hint::black_box(decode(std::hint::black_box(sent.as_bytes())).unwrap());
    });
    timed("hash", &|| {
        std::hint::black_box(sent.hash());
    });
    std::println!("{} bytes, {} of them text", sent.as_bytes().len(), words.len());
}
