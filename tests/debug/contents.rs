//! What people and devices say to each other: a body of every kind, as the test vectors have it, and
//! what is made of them.

use std::fs;

use sealwax::content::{
    Body, BodyKind, Content, ContentBuilder, Conversation, DeviceListRef, DeviceLists, Held,
    HeldOperation, Incoming, MessageId, MessageRef, Opaque, Poll, PollOption, SharedKey, Tally,
};
use sealwax::crypto::Digest;
use sealwax::identity::ListVersion;
use serde_json::Value;

use crate::TEXT;
use crate::sheet::{Sheet, show, within};
use crate::support::{START, account_id, bytes};

/// Shows a body by its kind.
macro_rules! show_body {
    ($sheet:expr, $body:expr, [$($kind:ident),+ $(,)?]) => {
        match $body {
            $(Body::$kind(body) => show!($sheet, content::$kind, body),)+
            other => panic!("a new kind of body: {other:?}"),
        }
    };
}

pub(crate) fn bodies() -> Sheet {
    let mut sheet = Sheet::default();
    let mut kinds = Vec::new();
    for content in contents() {
        let number = content.body().kind().number();
        sheet.secret(&content.as_bytes()[bytes::field(content.as_bytes(), &[number])]);
        kinds.push(content.body().kind());
        show!(sheet, content::Body, content.body());
        show_kind(&mut sheet, content.body());
        show!(sheet, content::Content, &content);
        show!(sheet, content::Incoming, &Incoming::Valid(content));
    }
    assert!(BodyKind::ALL.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    within!(
        sheet,
        content,
        [
            ContactDetail,
            ContactEntry,
            Emoji,
            LinkPreview,
            MediaItem,
            MediaObject,
            MediaPointer,
            Name,
            Quote,
            SharedKey,
            StickerPackRef,
            StoryList,
            VersionedKey,
        ]
    );
    within!(sheet, media, [MediaKey, SealedMedia]);
    within!(sheet, group, [LinkSecret]);
    within!(sheet, report, [Opening]);
    sheet
}

fn show_kind(sheet: &mut Sheet, body: &Body) {
    show_body!(
        sheet,
        body,
        [
            AdminDelete,
            BlockList,
            CallAnswer,
            CallBusy,
            CallHangUp,
            CallIce,
            CallLog,
            CallMediaState,
            CallNegotiate,
            CallOffer,
            CallOpaque,
            CallReject,
            CallRinging,
            Capabilities,
            ChatState,
            ContactCard,
            ContactLink,
            ContactStateUpdate,
            Contacts,
            Delete,
            DeleteForMe,
            DeviceAdded,
            DeviceName,
            DeviceRequest,
            DeviceResponse,
            DeviceRevoked,
            Edit,
            ExpiryTimer,
            GroupCallCancel,
            GroupCallEnd,
            GroupCallRing,
            GroupCallStart,
            GroupCallUpdate,
            GroupChange,
            GroupInvite,
            GroupSnapshot,
            GroupStateAck,
            GroupSyncRequest,
            GroupTicket,
            Groups,
            Location,
            Media,
            MessageRequestResponse,
            MessagesPlayed,
            MessagesRead,
            MessagesViewed,
            Null,
            OwnKeys,
            Pin,
            Poll,
            PollClose,
            PollOption,
            PollVote,
            ProfileKeyUpdate,
            ProfileShare,
            Reaction,
            Receipt,
            Report,
            Retry,
            SenderKey,
            SenderKeyRequest,
            SenderKeyWithheld,
            SentTranscript,
            SessionReset,
            Settings,
            Sticker,
            StoryDelete,
            StoryLists,
            StoryMedia,
            StoryReaction,
            StoryReply,
            StoryText,
            StoryView,
            Text,
            Typing,
            Unpin,
            Verified,
            ViewOnceOpened
        ]
    );
}

/// All contents that the vectors call valid.
fn contents() -> Vec<Content> {
    let mut all = Vec::new();
    for topic in ["", "-calls", "-devices", "-operations", "-said", "-signals", "-stories"] {
        let root = env!("CARGO_MANIFEST_DIR");
        let text = fs::read_to_string(format!("{root}/test-vectors/content{topic}.json")).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        all.extend(valid(&file));
    }
    all
}

fn valid(file: &Value) -> Vec<Content> {
    let groups = file["groups"].as_array().unwrap().iter();
    let decoding = groups.filter(|group| group["params"]["op"] == "decode");
    let tests = decoding.flat_map(|group| group["tests"].as_array().unwrap());
    tests.filter(|test| test["expect"] == "ok").map(decoded).collect()
}

fn decoded(test: &Value) -> Content {
    let mut bytes = hex::decode(test["content"].as_str().unwrap()).unwrap();
    let zeros = test["zeros_after"].as_u64().unwrap_or(0);
    bytes.resize(bytes.len() + usize::try_from(zeros).unwrap(), 0);
    match Content::decode(&bytes) {
        Ok(Incoming::Valid(content)) => content,
        other => panic!("{test}: {other:?}"),
    }
}

/// What bodies are made of and what is made of them.
pub(crate) fn parts() -> Sheet {
    let mut sheet = Sheet::default();
    let key = [0xab; 32];
    show!(sheet, content::SharedKey, &SharedKey::from_bytes(key));
    show!(sheet, content::Opaque<1000>, &Opaque::new(TEXT.to_vec()).unwrap());
    poll(&mut sheet);
    for content in contents() {
        part(&mut sheet, content.body());
    }
    sheet.secret(&key);
    sheet.secret(TEXT);
    sheet
}

fn part(sheet: &mut Sheet, body: &Body) {
    match body {
        Body::Edit(edit) => show!(sheet, content::Replacement, edit.replacement()),
        Body::SentTranscript(sent) => show!(sheet, content::Transcribed, sent.content()),
        Body::Media(media) => {
            for thumbnail in media.items().iter().filter_map(|item| item.pointer().thumbnail()) {
                show!(sheet, content::Thumbnail, thumbnail);
            }
        }
        Body::Report(report) => show!(sheet, content::Reported, &report.verify().unwrap()),
        _ => {}
    }
}

/// Answers are told apart by a hash, which says as much as they do to whoever can guess them.
fn poll(sheet: &mut Sheet) {
    let text = str::from_utf8(TEXT).unwrap();
    let poll = draft(Conversation::Peer)
        .build(Poll::new(text, [text, "no"]).unwrap().open().unwrap())
        .unwrap();
    let alice = account_id("alice");
    let target = MessageRef::to(alice.clone(), &poll);
    let added = PollOption::new(target.clone(), format!("{text}?")).unwrap();
    let content = draft(Conversation::Peer).build(added).unwrap();
    let mut tally = Tally::new(alice.clone(), &poll).unwrap();
    tally.apply(&alice, &content).unwrap();
    show!(sheet, content::Tally, &tally);
    for count in tally.counts() {
        sheet.secret(count.id.as_bytes());
        show!(sheet, content::OptionCount, &count);
        show!(sheet, content::OptionId, &count.id);
    }
    let waiting = HeldOperation { target, sender: alice, received: START, content };
    let mut held = Held::new();
    show!(sheet, content::HeldOperation, &waiting);
    held.hold(waiting);
    show!(sheet, content::Held, &held);
}

pub(crate) fn draft(conversation: Conversation) -> ContentBuilder {
    let own = DeviceListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([1; 32]) };
    let lists = DeviceLists { own, peer: None };
    Content::builder(MessageId::from_bytes([7; 16]), START, conversation, lists)
}
