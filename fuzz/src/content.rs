//! Arbitrary bytes as a content.

use std::time::Duration;

use sealwax::content::{
    Body, Content, Conversation, DeviceListRef, DeviceLists, Expiry, Incoming, MessageId, Null,
    Receipt, ReceiptKind, Retry, RetryReason, SessionReset, SessionResetReason, UnsupportedCause,
    VERSION,
};
use sealwax::crypto::Digest;
use sealwax::identity::ListVersion;
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
    built.into_iter().chain(changed).collect()
}
