//! Bodies of signals, keys, calls and own devices, for tests.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::*;
use crate::crypto::{Digest, Secret};
use crate::identity::{
    AccountId, AccountKey, AccountKeyPair, DeviceAddress, DeviceId, ListVersion,
};
use crate::limits::{ICE_CANDIDATES, NAME_BYTES};
use crate::report::{Context, Opening, Venue};
use crate::time::Timestamp;

pub(crate) fn stamp() -> Stamp {
    Stamp::new(3, Timestamp::from_secs(1_700_000_000)).unwrap()
}

pub(crate) fn account_key() -> AccountKey {
    AccountKeyPair::generate(&mut ChaCha20Rng::seed_from_u64(1)).public_key()
}

pub(crate) fn key() -> SharedKey {
    SharedKey::from_bytes([0xab; 32])
}

pub(crate) fn account(name: &[u8]) -> AccountId {
    AccountId::new(name).unwrap()
}

pub(crate) fn opaque<const MAX: usize>(len: usize) -> Opaque<MAX> {
    Opaque::new(vec![7; len]).unwrap()
}

pub(crate) fn name() -> Name {
    Name::new("Alice").unwrap()
}

pub(crate) fn message(number: u8) -> MessageName {
    MessageName { author: account(b"alice"), id: MessageId::from_bytes([number; 16]) }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

pub(crate) fn chat() -> Chat {
    Chat::Account(account(b"alice"))
}

fn device() -> DeviceId {
    DeviceId::new(9).unwrap()
}

/// A report of something said in a session.
pub(crate) fn report() -> Report {
    let lists = DeviceLists {
        own: DeviceListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([1; 32]) },
        peer: None,
    };
    let id = MessageId::from_bytes([9; 16]);
    let said = Content::builder(id, now(), Conversation::Peer, lists).text("rude").unwrap();
    let (bytes, recipient) = (said.as_bytes().to_vec(), address(b"alice"));
    let venue = Venue::Session { recipient, session: Digest::from_bytes([5; 32]) };
    let context = Context { sender: address(b"mallory"), venue };
    let opening = Opening::of(Secret::new([0xab; 32]), context, &bytes);
    Report::new(bytes, opening, vec![7; 40]).unwrap()
}

fn address(name: &[u8]) -> DeviceAddress {
    DeviceAddress { account: account(name), device: device() }
}

/// One or several bodies of every kind of this part.
pub(crate) fn every_signal() -> Vec<Body> {
    [signals(), calls(), group_calls(), seen(), kept(), devices()].concat()
}

pub(crate) fn signals() -> Vec<Body> {
    let link = ContactLink {
        account: account(b"alice"),
        account_key: account_key(),
        secret: Some(key()),
        name: Some(name()),
    };
    let snapshot = GroupSnapshot::split(SnapshotId::from_bytes([7; 16]), b"snapshot").unwrap();
    vec![
        Typing { state: TypingState::Recording }.into(),
        ProfileShare::new(key(), 1).unwrap().into(),
        ProfileKeyUpdate::new(key(), 2).unwrap().into(),
        SenderKey { body: opaque(152) }.into(),
        SenderKeyRequest { body: opaque(75) }.into(),
        SenderKeyWithheld { body: opaque(77) }.into(),
        GroupChange { body: opaque(300), epoch_secret: Some(key()) }.into(),
        GroupChange { body: opaque(300), epoch_secret: None }.into(),
        snapshot[0].clone().into(),
        GroupSyncRequest { body: opaque(70) }.into(),
        GroupStateAck { body: opaque(70) }.into(),
        Capabilities::new(1, [16, 40, 1_024]).unwrap().into(),
        ContactStateUpdate {
            account: account(b"alice"),
            state: ContactState::Blocked,
            stamp: stamp(),
        }
        .into(),
        link.into(),
        report().into(),
        GroupTicket { body: opaque(300) }.into(),
    ]
}

pub(crate) fn calls() -> Vec<Body> {
    let hang_up = |reason| CallHangUp { call_id: 5, reason }.into();
    let mut media = CallMediaState::new(5, 1).unwrap();
    media.audio = true;
    vec![
        CallOffer { call_id: 5, kind: CallKind::Video, description: opaque(90) }.into(),
        CallAnswer { call_id: 5, description: opaque(90) }.into(),
        CallIce::new(5, vec![opaque(40), opaque(50)]).unwrap().into(),
        CallRinging { call_id: 5 }.into(),
        CallBusy { call_id: 5 }.into(),
        hang_up(HangUpReason::Normal),
        hang_up(HangUpReason::AcceptedElsewhere(device())),
        hang_up(HangUpReason::DeclinedElsewhere(device())),
        hang_up(HangUpReason::BusyElsewhere(device())),
        hang_up(HangUpReason::NeedPermission),
        CallReject { call_id: 5 }.into(),
        CallNegotiate::new(5, 2, opaque(90)).unwrap().into(),
        media.into(),
        CallOpaque { call_id: 5, data: opaque(9), urgency: CallUrgency::Now }.into(),
    ]
}

pub(crate) fn group_calls() -> Vec<Body> {
    let era = Era::from_bytes([7; 16]);
    let rung = [account(b"bob"), account(b"alice")];
    vec![
        GroupCallStart { era, kind: CallKind::Audio, server: Some(opaque(20)) }.into(),
        GroupCallStart { era, kind: CallKind::Video, server: None }.into(),
        GroupCallUpdate { era, presence: GroupCallPresence::Joined }.into(),
        GroupCallRing::new(era, 8, rung).unwrap().into(),
        GroupCallRing::new(era, 8, []).unwrap().into(),
        GroupCallCancel { era, ring_id: 8 }.into(),
        GroupCallEnd { era }.into(),
    ]
}

pub(crate) fn seen() -> Vec<Body> {
    let messages = || MessageNames::new([message(1), message(2)]).unwrap();
    let text = tests::draft().text("hello").unwrap();
    let deleted = |what| DeleteForMe::new(chat(), now(), what).unwrap().into();
    vec![
        SentTranscript::new(Destination::Account(account(b"bob")), text).unwrap().into(),
        MessagesRead::new(messages(), now()).unwrap().into(),
        MessagesViewed::new(messages(), now()).unwrap().into(),
        MessagesPlayed::new(messages(), now()).unwrap().into(),
        ViewOnceOpened::new(message(1), now()).unwrap().into(),
        deleted(Deletion::Messages(messages())),
        deleted(Deletion::Media { message: message(1), index: 31 }),
        deleted(Deletion::Conversation { newest: vec![message(1)], keeps_chat: true }),
    ]
}

pub(crate) fn contact(number: u8) -> ContactEntry {
    ContactEntry {
        account: account(&[number]),
        stamp: stamp(),
        state: ContactState::Accepted,
        name: Some(name()),
        key: Some(KnownKey { key: account_key(), verified: VerifiedState::Verified }),
        profile: Some(VersionedKey::new(key(), 1).unwrap()),
        hidden: false,
        hides_stories: true,
        removed: false,
    }
}

pub(crate) fn kept() -> Vec<Body> {
    let group = Digest::from_bytes([5; 32]);
    let entry = GroupEntry {
        id: group,
        stamp: stamp(),
        state: ContactState::Requested,
        hidden: true,
        mentions_only: true,
        hides_stories: false,
        removed: false,
    };
    let bare = ContactEntry { name: None, key: None, profile: None, ..contact(2) };
    let mut state = ChatState::new(chat(), stamp());
    (state.pin, state.unread) = (1, true);
    let list = StoryList::new(
        Digest::from_bytes([6; 32]),
        stamp(),
        AudienceMode::CloseFriends,
        [account(b"bob"), account(b"alice")],
    );
    let mut list = list.unwrap();
    (list.name, list.allows_replies) = (Some(name()), true);
    list.secret = Some(VersionedKey::new(key(), 4).unwrap());
    let verified = Verified {
        account: account(b"alice"),
        stamp: stamp(),
        key: account_key(),
        state: VerifiedState::Unverified,
    };
    let mut settings = Settings::new(stamp());
    settings.typing = true;
    vec![
        state.with_muted_until(ChatState::FOR_EVER).unwrap().into(),
        ChatState::new(Chat::Group(group), stamp()).into(),
        Contacts::new([contact(1), bare]).unwrap().into(),
        Groups::new([entry]).unwrap().into(),
        BlockList::new(stamp(), [account(b"mallory")], [group]).unwrap().into(),
        BlockList::new(stamp(), [], []).unwrap().into(),
        verified.into(),
        settings.with_default_timer(Duration::from_hours(1)).unwrap().into(),
        StoryLists::new([list]).unwrap().into(),
        OwnKeys::of_storage(stamp(), key()).with_backup(key()).into(),
    ]
}

pub(crate) fn devices() -> Vec<Body> {
    let hash = Digest::from_bytes([4; 32]);
    let list = DeviceListRef { version: ListVersion::FIRST, hash };
    let request = |what| DeviceRequest { what }.into();
    let entry = CallLogEntry {
        chat: chat(),
        call_id: 5,
        kind: CallKind::Video,
        direction: CallDirection::Incoming,
        outcome: CallOutcome::Missed,
        at: now(),
    };
    vec![
        request(Requested::Keys),
        request(Requested::Message(message(1))),
        DeviceResponse {
            request: MessageId::from_bytes([7; 16]),
            outcome: ResponseOutcome::Sent,
            contents: 2,
        }
        .into(),
        MessageRequestResponse::new(chat(), RequestAnswer::BlockAndDelete, now()).unwrap().into(),
        CallLog::call(entry).unwrap().into(),
        CallLog::cleared(now()).unwrap().into(),
        DeviceName { device: device(), stamp: stamp(), name: name() }.into(),
        DeviceAdded { device: device(), list }.into(),
        DeviceRevoked { device: device(), list }.into(),
    ]
}

/// Any body of this part that can be part of a conversation between two accounts.
pub(crate) fn any_signal() -> BoxedStrategy<Body> {
    let opaque = |max| prop::collection::vec(any::<u8>(), 1..max);
    let key = any::<[u8; 32]>().prop_map(SharedKey::from_bytes);
    let device = (1u32..).prop_map(|id| DeviceId::new(id).unwrap());
    let account =
        prop::collection::vec(any::<u8>(), 1..=64).prop_map(|id| AccountId::new(&id).unwrap());
    let id = any::<[u8; 16]>().prop_map(MessageId::from_bytes);
    let time = (1u64..253_402_300_800_000).prop_map(Timestamp::from_millis);
    let stamp = (1u32.., time.clone()).prop_map(|(version, at)| Stamp::new(version, at).unwrap());
    let name = prop::collection::vec(any::<char>(), 1..=NAME_BYTES / 4)
        .prop_map(|name| Name::new(String::from_iter(name)).unwrap());
    let message = (account.clone(), id).prop_map(|(author, id)| MessageName { author, id });
    let messages = prop::collection::vec(message.clone(), 1..9)
        .prop_map(|names| MessageNames::new(names).unwrap());
    let chat = prop_oneof![
        account.clone().prop_map(Chat::Account),
        any::<[u8; 32]>().prop_map(|id| Chat::Group(Digest::from_bytes(id))),
    ];
    let reason = prop_oneof![
        Just(HangUpReason::Normal),
        Just(HangUpReason::NeedPermission),
        device.clone().prop_map(HangUpReason::AcceptedElsewhere),
        device.clone().prop_map(HangUpReason::DeclinedElsewhere),
        device.clone().prop_map(HangUpReason::BusyElsewhere),
    ];
    prop_oneof![
        prop::sample::select(every_signal()).prop_filter("between two", |body| body
            .kind()
            .properties()
            .places
            .iter()
            .any(|place| matches!(place, Place::Peer | Place::OwnDevices))),
        (key.clone(), 1u32..).prop_map(|(key, n)| ProfileShare::new(key, n).unwrap().into()),
        opaque(513).prop_map(|body| SenderKey { body: Opaque::new(body).unwrap() }.into()),
        (opaque(2_000), prop::option::of(key.clone())).prop_map(|(body, epoch_secret)| {
            GroupChange { body: Opaque::new(body).unwrap(), epoch_secret }.into()
        }),
        (any::<u64>(), reason).prop_map(|(call_id, reason)| CallHangUp { call_id, reason }.into()),
        (any::<u64>(), prop::collection::vec(opaque(99), 1..=ICE_CANDIDATES)).prop_map(
            |(call_id, all)| {
                let all = all.into_iter().map(|one| Opaque::new(one).unwrap()).collect();
                CallIce::new(call_id, all).unwrap().into()
            }
        ),
        (any::<u64>(), 1u32.., any::<[bool; 3]>()).prop_map(
            |(id, round, [audio, video, screen])| {
                let mut state = CallMediaState::new(id, round).unwrap();
                (state.audio, state.video, state.screen) = (audio, video, screen);
                state.into()
            }
        ),
        (messages.clone(), time.clone())
            .prop_map(|(names, at)| MessagesRead::new(names, at).unwrap().into()),
        (chat.clone(), stamp.clone(), any::<[bool; 3]>(), any::<u32>(), time.clone()).prop_map(
            |(chat, stamp, [unread, archived, locked], pin, until)| {
                let mut state = ChatState::new(chat, stamp);
                (state.unread, state.archived, state.locked) = (unread, archived, locked);
                state.pin = pin;
                state.with_muted_until(until).unwrap().into()
            }
        ),
        (chat, time, messages).prop_map(|(chat, at, names)| {
            DeleteForMe::new(chat, at, Deletion::Messages(names)).unwrap().into()
        }),
        (stamp.clone(), prop::collection::btree_set(account, 0..9))
            .prop_map(|(stamp, accounts)| { BlockList::new(stamp, accounts, []).unwrap().into() }),
        (device, stamp.clone(), name).prop_map(|(device, stamp, name)| DeviceName {
            device,
            stamp,
            name
        }
        .into()),
        (stamp, key).prop_map(|(stamp, key)| OwnKeys::of_media(stamp, key).into()),
        message.prop_map(|name| DeviceRequest { what: Requested::Media(name) }.into()),
    ]
    .boxed()
}

#[test]
fn keys_are_in_no_debug_output() {
    for body in every_signal() {
        let printed = alloc::format!("{body:?} {body:#?}");
        for secret in ["171, 171", "abab", "ab, ab", "Alice"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[test]
fn a_transcript_fits_around_whatever_it_is_of() {
    let mut text = tests::draft().text("hello").unwrap();
    let longest = crate::limits::REFLECTED_BYTES;
    let extension = longest - text.as_bytes().len() - 5;
    let mut bytes = text.encode();
    crate::wire::FieldWriter(&mut bytes).bytes(64, &vec![0xff; extension]);
    assert_eq!(bytes.len(), longest);
    let Ok(Incoming::Valid(valid)) = Content::decode(&bytes) else { panic!() };
    text = valid;
    let destination = Destination::Account(account(&[7; 64]));
    let timer = Expiry::new(crate::limits::EXPIRY, u32::MAX).unwrap();
    let _ = timer;
    let transcript = SentTranscript::new(destination, text.clone()).unwrap();
    let content = tests::draft().build(transcript).unwrap();
    let Ok(Incoming::Valid(received)) = Content::decode(content.as_bytes()) else { panic!() };
    let Body::SentTranscript(received) = received.body() else { panic!() };
    assert_eq!(received.content(), &Transcribed::Valid(Box::new(text)));
    let mut over = tests::draft().text("hello").unwrap().encode();
    crate::wire::FieldWriter(&mut over).bytes(64, &vec![0xff; extension + 1]);
    assert_eq!(Content::decode(&over), Err(Violation::TooLarge.into()));
}

#[test]
fn transcripts_do_not_nest_and_are_of_what_people_say() {
    let destination = || Destination::Account(account(b"bob"));
    for body in every_signal() {
        let Ok(content) = tests::draft().build(body) else { continue };
        let reflected = content.body().kind().properties().reflected;
        let transcript = SentTranscript::new(destination(), content);
        assert_eq!(transcript.is_ok(), reflected);
        assert!(reflected || transcript == Err(Violation::TranscriptContent));
    }
    let text = tests::draft().text("hello").unwrap();
    for wrong in [Destination::Group, Destination::StoryList(Digest::from_bytes([7; 32]))] {
        let transcript = SentTranscript::new(wrong, text.clone());
        assert_eq!(transcript, Err(Violation::TranscriptDestination));
    }
}

/// As deep as a content can be: refused by the number of the first body inside, without looking
/// further.
#[test]
fn transcripts_of_transcripts_are_refused_at_the_first() {
    use crate::wire::proto;
    use prost::Message;
    let content = tests::draft()
        .build(
            every_signal()
                .into_iter()
                .find(|body| body.kind() == BodyKind::SentTranscript)
                .unwrap(),
        )
        .unwrap();
    let mut bytes = content.encode();
    while bytes.len() < 60_000 {
        let mut outer = proto::Content::decode(content.as_bytes()).unwrap();
        let inner =
            proto::SentTranscript { account: b"bob".to_vec(), story_list: vec![], content: bytes };
        outer.late_body = Some(proto::content::LateBody::SentTranscript(inner));
        bytes = outer.encode_to_vec();
        let refused = Content::decode(&bytes);
        assert_eq!(refused, Err(Violation::TranscriptContent.into()));
    }
}

#[test]
fn what_a_newer_device_sent_is_kept() {
    use crate::wire::proto;
    let text = tests::draft().text("hello").unwrap();
    let mut newer = text.encode();
    newer[1] = 2;
    let wire = |content: Vec<u8>| proto::SentTranscript {
        account: b"bob".to_vec(),
        story_list: vec![],
        content,
    };
    let transcript = <SentTranscript as body::WireBody>::from_wire(wire(newer.clone())).unwrap();
    let Transcribed::Unsupported { what, bytes } = transcript.content() else { panic!() };
    assert_eq!((what.required, bytes), (2, &newer));
    for broken in [vec![], vec![1, 2, 3], newer[..20].to_vec()] {
        let refused = <SentTranscript as body::WireBody>::from_wire(wire(broken));
        assert_eq!(refused, Err(Violation::TranscriptContent));
    }
    let both = proto::SentTranscript { story_list: vec![7; 32], ..wire(text.encode()) };
    let refused = <SentTranscript as body::WireBody>::from_wire(both);
    assert_eq!(refused, Err(Violation::TranscriptDestination));
}
