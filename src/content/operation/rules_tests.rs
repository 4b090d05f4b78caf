use super::*;
use crate::content::said::tests::{album, photo, voice, vote};
use crate::content::tests::{draft, draft_at, every_body};
use crate::content::{Emoji, GroupBinding, Media, Text};
use crate::crypto::Digest;

const SENT: u64 = 1_000_000;

fn alice() -> AccountId {
    AccountId::new(b"alice").unwrap()
}

fn bob() -> AccountId {
    AccountId::new(b"bob").unwrap()
}

fn target() -> Target {
    Target::of(alice(), &draft_at(SENT).text("hello").unwrap())
}

fn by(account: &AccountId, after: Duration) -> Operator<'_> {
    let clock = Clock::Sending(Timestamp::from_secs(SENT).saturating_add(after));
    Operator { account, conversation: Conversation::Peer, clock, permitted: true }
}

fn edit(target: &Target, seq: u32) -> Edit {
    Edit::new(target.reference.clone(), seq, Text::new("bye").unwrap().into()).unwrap()
}

fn rank(seq: u32) -> Rank {
    Rank::new(seq, Timestamp::from_secs(SENT), Digest::from_bytes([seq.try_into().unwrap(); 32]))
}

fn editing(by: &Operator<'_>, target: &Target) -> Result<(), NotAllowed> {
    may_edit(&edit(target, 1), &rank(1), by, target)
}

#[test]
fn an_author_edits_within_a_day_and_receivers_allow_another() {
    let (alice, over) = (alice(), EDIT_WINDOW + Duration::from_millis(1));
    assert_eq!(editing(&by(&alice, EDIT_WINDOW), &target()), Ok(()));
    assert_eq!(editing(&by(&alice, over), &target()), Err(NotAllowed::TooLate));
    let received = |after| {
        let Clock::Sending(at) = by(&alice, after).clock else { panic!() };
        Operator { clock: Clock::Received(at), ..by(&alice, after) }
    };
    let slack = EDIT_WINDOW + WINDOW_SLACK;
    assert_eq!(editing(&received(slack), &target()), Ok(()));
    let over = slack + Duration::from_millis(1);
    assert_eq!(editing(&received(over), &target()), Err(NotAllowed::TooLate));
    let before = Operator { clock: Clock::Received(Timestamp::from_secs(1)), ..received(slack) };
    assert_eq!(editing(&before, &target()), Ok(()), "a clock that lags");
}

#[test]
fn nobody_edits_another_s_words() {
    assert_eq!(editing(&by(&bob(), Duration::ZERO), &target()), Err(NotAllowed::NotAuthor));
}

#[test]
fn an_edit_is_of_the_very_message_in_its_conversation() {
    let (alice, good) = (alice(), target());
    let at = by(&alice, Duration::ZERO);
    let other = Target::of(alice.clone(), &draft().text("hello").unwrap());
    let refused = |edit: &Edit, by| may_edit(edit, &rank(1), by, &good).unwrap_err();
    assert_eq!(refused(&edit(&other, 1), &at), NotAllowed::OtherContent, "the same id");
    let mut elsewhere = good.clone();
    elsewhere.reference.author = bob();
    assert_eq!(refused(&edit(&elsewhere, 1), &at), NotAllowed::OtherMessage);
    let group = |id, revision| {
        let id = Digest::from_bytes([id; 32]);
        Conversation::Group(GroupBinding { id, revision, state: [0; 16] })
    };
    let in_group = Operator { conversation: group(1, 1), ..at };
    assert_eq!(refused(&edit(&good, 1), &in_group), NotAllowed::OtherConversation);
    let grouped = Target { conversation: group(1, 9), ..good.clone() };
    assert_eq!(editing(&in_group, &grouped), Ok(()), "a later state of the same group");
    let other = Operator { conversation: group(2, 9), ..at };
    assert_eq!(editing(&other, &grouped), Err(NotAllowed::OtherConversation));
}

#[test]
fn an_edit_keeps_the_kind_and_only_texts_and_media_are_edited() {
    let alice = alice();
    let at = by(&alice, Duration::ZERO);
    let kind = Err(NotAllowed::NotOfThisKind);
    for body in every_body() {
        if let Ok(content) = draft().build(body) {
            let target = Target::of(alice.clone(), &content);
            let expected = if target.kind == BodyKind::Text { Ok(()) } else { kind };
            assert_eq!(editing(&at, &target), expected, "{:?}", target.kind);
        }
    }
    let media = |media: Media| Target::of(alice.clone(), &draft().build(media).unwrap());
    let caption = |target: &Target| {
        let replacement = Media::new(photo()).unwrap().into();
        let edit = Edit::new(target.reference.clone(), 1, replacement).unwrap();
        may_edit(&edit, &rank(1), &at, target)
    };
    assert_eq!(caption(&media(album())), Ok(()));
    assert_eq!(caption(&media(Media::new(voice()).unwrap())), kind);
    assert_eq!(caption(&media(Media::new(photo()).unwrap().view_once().unwrap())), kind);
    assert_eq!(caption(&target()), Err(NotAllowed::NotOfThisKind));
}

#[test]
fn a_later_edit_holds_whatever_comes_after() {
    let alice = alice();
    let shown = Target { edited: Some(rank(2)), ..target() };
    let seq = |seq| may_edit(&edit(&shown, seq), &rank(seq), &by(&alice, Duration::ZERO), &shown);
    assert_eq!(seq(1), Err(NotAllowed::Superseded));
    assert_eq!(seq(2), Err(NotAllowed::Superseded), "the same again");
    assert_eq!(seq(3), Ok(()));
}

#[test]
fn nothing_is_done_to_what_was_deleted() {
    let alice = alice();
    let gone = Target { deleted: true, ..target() };
    let at = by(&alice, Duration::ZERO);
    let reference = gone.reference.clone();
    let refused = Err(NotAllowed::Deleted);
    assert_eq!(editing(&at, &gone), refused);
    assert_eq!(may_delete(&Delete { target: reference.clone() }, &at, &gone), refused);
    let delete = AdminDelete { target: reference.clone() };
    assert_eq!(may_admin_delete(&delete, &at, &gone), refused);
    assert_eq!(may_pin(&Pin::new(reference.clone()), &at, &gone, 0), refused);
    let wave = Emoji::new("👋").unwrap();
    assert_eq!(may_react(&Reaction::new(reference.clone(), wave), &at, &gone), refused);
    assert_eq!(may_unpin(&Unpin { target: reference }, &at, &gone), Ok(()));
}

#[test]
fn an_author_deletes_within_a_day() {
    let (alice, bob) = (alice(), bob());
    let delete = Delete { target: target().reference };
    let may = |by: &Operator<'_>| may_delete(&delete, by, &target());
    assert_eq!(may(&by(&alice, DELETE_WINDOW)), Ok(()));
    let over = DELETE_WINDOW + Duration::from_millis(1);
    assert_eq!(may(&by(&alice, over)), Err(NotAllowed::TooLate));
    assert_eq!(may(&by(&bob, Duration::ZERO)), Err(NotAllowed::NotAuthor));
}

#[test]
fn who_is_permitted_deletes_anybody_s_message() {
    let bob = bob();
    let delete = AdminDelete { target: target().reference };
    let may = |by: &Operator<'_>| may_admin_delete(&delete, by, &target());
    assert_eq!(may(&by(&bob, ADMIN_DELETE_WINDOW)), Ok(()));
    let over = ADMIN_DELETE_WINDOW + Duration::from_millis(1);
    assert_eq!(may(&by(&bob, over)), Err(NotAllowed::TooLate));
    let without = Operator { permitted: false, ..by(&bob, Duration::ZERO) };
    assert_eq!(may(&without), Err(NotAllowed::NotPermitted));
}

#[test]
fn only_what_people_see_is_deleted_pinned_and_reacted_to() {
    let alice = alice();
    let at = by(&alice, Duration::ZERO);
    let content = draft().build(vote()).unwrap();
    let target = Target::of(alice.clone(), &content);
    let reference = target.reference.clone();
    let refused = Err(NotAllowed::NotOfThisKind);
    assert_eq!(may_delete(&Delete { target: reference.clone() }, &at, &target), refused);
    assert_eq!(may_pin(&Pin::new(reference.clone()), &at, &target, 0), refused);
    assert_eq!(may_react(&Reaction::remove(reference), &at, &target), refused);
}

#[test]
fn pins_need_a_permission_and_have_a_limit_for_who_sends() {
    let bob = bob();
    let pin = Pin::new(target().reference);
    let may = |by: &Operator<'_>, pinned| may_pin(&pin, by, &target(), pinned);
    let at = by(&bob, Duration::ZERO);
    assert_eq!(may(&at, PINS - 1), Ok(()));
    assert_eq!(may(&at, PINS), Err(NotAllowed::TooMany));
    let received = Operator { clock: Clock::Received(Timestamp::from_secs(SENT)), ..at };
    assert_eq!(may(&received, PINS), Ok(()));
    let without = Operator { permitted: false, ..at };
    assert_eq!(may(&without, 0), Err(NotAllowed::NotPermitted));
    let unpin = Unpin { target: target().reference };
    assert_eq!(may_unpin(&unpin, &without, &target()), Err(NotAllowed::NotPermitted));
    let once = Target { view_once: true, ..target() };
    assert_eq!(may_pin(&pin, &at, &once, 0), Err(NotAllowed::NotOfThisKind));
}
