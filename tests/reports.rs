//! Messages that can be reported, and what a report proves. SPEC.md section 13.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use sealwax::content::{
    Body, Content, ContentBuilder, Conversation, DeviceListRef, DeviceLists, Incoming, MessageId,
    Report, Text, Violation,
};
use sealwax::crypto::Digest;
use sealwax::envelope::Envelope;
use sealwax::identity::ListVersion;
use sealwax::limits::REPORTABLE_BYTES;
use sealwax::report::{Opening, Venue};
use sealwax::session::{DecryptError, EncryptError, OpenError, Received};
use support::{Heard, NotHeard, World, alice_and_bob, in_conversation};

fn draft(world: &World) -> ContentBuilder {
    let own = DeviceListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([1; 32]) };
    let lists = DeviceLists { own, peer: None };
    Content::builder(MessageId::from_bytes([7; 16]), world.now, Conversation::Peer, lists)
}

/// Mallory says something to alice that she can report.
fn rude() -> (World, Received, Opening) {
    let (mut world, mallory, alice) = in_conversation(1);
    let content = draft(&world).text("rude").unwrap();
    let envelope = world.say_reportable(mallory, alice, content.as_bytes());
    let received = world.hear(alice, &envelope);
    let opening = *received.opening.clone().unwrap();
    (world, received, opening)
}

fn report_of(content: &Content) -> &Report {
    let Body::Report(report) = content.body() else { panic!("a report") };
    report
}

#[test]
fn a_report_travels_and_proves_who_said_what_to_whom() {
    let (world, received, opening) = rude();
    let report = Report::new(received.plaintext.clone(), opening, b"stamp".to_vec()).unwrap();
    let sent = draft(&world).build(report).unwrap();
    let Ok(Incoming::Valid(came)) = Content::decode(sent.as_bytes()) else { panic!() };
    let reported = report_of(&came).verify().unwrap();
    assert_eq!(reported.context.sender, received.sender);
    let Venue::Session { session, .. } = &reported.context.venue else { panic!() };
    assert_eq!(session.as_bytes(), received.session.as_bytes());
    assert_eq!(reported.stamp, b"stamp");
    let Incoming::Valid(content) = reported.content else { panic!() };
    assert_eq!(*content.body(), Body::from(Text::new("rude").unwrap()));
    assert!(!format!("{came:?}").contains("rude"));
}

#[test]
fn a_message_is_reportable_only_if_its_sender_asks_for_it() {
    let (mut world, alice, bob) = in_conversation(2);
    let plain = world.say(alice, bob, b"kind");
    let committed = world.say_reportable(alice, bob, b"kind");
    assert_eq!(committed.len(), plain.len() + 34);
    assert_eq!(world.hear(bob, &plain).opening, None);
    let received = world.hear(bob, &committed);
    let stamped = Envelope::decode(&committed).unwrap();
    assert_eq!(stamped.commitment(), Some(received.opening.unwrap().commitment()));
    assert_eq!(Envelope::decode(&plain).unwrap().commitment(), None);
}

#[test]
fn the_first_message_of_a_session_can_be_reported() {
    let (mut world, alice, bob) = alice_and_bob(3);
    world.begin(alice, bob);
    let envelope = world.say_reportable(alice, bob, b"rude");
    let mut changed = envelope.clone();
    *changed.last_mut().unwrap() ^= 1;
    let refused = world.try_hear(bob, &changed).unwrap_err();
    let NotHeard::Open(OpenError::FirstMessage(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error, DecryptError::NotAuthentic);
    let stamped = Envelope::decode(&envelope).unwrap();
    let received = world.hear(bob, &envelope);
    let opening = received.opening.unwrap();
    assert_eq!(stamped.commitment(), Some(opening.commitment()));
    assert_eq!(opening.context().sender, world.address(alice));
    let Venue::Session { recipient, .. } = &opening.context().venue else { panic!() };
    assert_eq!(*recipient, world.address(bob));
    assert!(opening.opens(b"rude"));
}

#[test]
fn a_commitment_changed_added_or_taken_off_is_refused_and_changes_nothing() {
    let (mut world, alice, bob) = in_conversation(4);
    let (plain, sent) = (world.say(alice, bob, b"a"), world.say_reportable(alice, bob, b"b"));
    let other = world.say_reportable(alice, bob, b"c");
    let end = sent.len() - 34;
    let before = world.endpoint(bob).stored_peer(&world.address(alice));
    for changed in [
        [&sent[..sent.len() - 1], &[sent[sent.len() - 1] ^ 1]].concat(),
        sent[..end].to_vec(),
        [&plain[..], &sent[end..]].concat(),
        [&sent[..end], &other[end..]].concat(),
    ] {
        let refused = world.try_hear(bob, &changed).unwrap_err();
        let NotHeard::Open(OpenError::Message { error, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(error, DecryptError::NotAuthentic);
        assert_eq!(world.endpoint(bob).stored_peer(&world.address(alice)), before);
    }
    for envelope in [plain, sent, other] {
        assert!(matches!(world.try_hear(bob, &envelope), Ok(Heard::Message(_))));
    }
}

#[test]
fn nothing_else_can_be_reported_with_an_opening() {
    let (_, received, opening) = rude();
    let changed = [&received.plaintext[..], &[0]].concat();
    for (content, stamp, expected) in [
        (changed, 0, Violation::ReportCommitment),
        (vec![], 0, Violation::ReportContent),
        (vec![7; REPORTABLE_BYTES + 1], 0, Violation::ReportContent),
        (received.plaintext.clone(), 1_025, Violation::ReportStamp),
    ] {
        let refused = Report::new(content, opening.clone(), vec![7; stamp]);
        assert_eq!(refused.unwrap_err(), expected);
    }
}

#[test]
fn an_opening_comes_back_from_its_bytes_and_a_changed_one_opens_nothing() {
    let (_, received, opening) = rude();
    let bytes = opening.to_bytes();
    assert_eq!(Opening::from_bytes(&bytes), Ok(opening.clone()));
    assert!(!format!("{opening:?}").contains("key"), "{opening:?}");
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        let opens = Opening::from_bytes(&changed).is_ok_and(|it| it.opens(&received.plaintext));
        assert!(!opens, "byte {at}");
        assert!(Opening::from_bytes(&bytes[..at]).is_err());
    }
}

#[test]
fn the_longest_content_that_can_be_reported_fits_into_a_report() {
    let (mut world, alice, bob) = in_conversation(5);
    let longest = vec![7; REPORTABLE_BYTES];
    let envelope = world.say_reportable(alice, bob, &longest);
    let received = world.hear(bob, &envelope);
    let report = Report::new(longest, *received.opening.unwrap(), vec![7; 1_024]).unwrap();
    let content = draft(&world).build(report).unwrap();
    assert!(report_of(&content).verify().is_err(), "it was said, but is no content");
    let (permit, now) = (world.permit(alice, bob), world.now);
    let mut rng = world.rng.clone();
    let longer = vec![7; REPORTABLE_BYTES + 1];
    let refused = world.endpoint_mut(alice).encrypt_reportable(&permit, &longer, now, &mut rng);
    assert_eq!(refused.unwrap_err(), EncryptError::TooLarge);
}
