//! Each check of SPEC.md 15.5 failing alone, and their order.

use alloc::vec;
use alloc::vec::Vec;

use super::super::fixture::{forged, group, id, leading_to, resigned, title, unchecked};
use super::super::*;
use crate::crypto::Digest;
use crate::identity::fixture::NOW;
use crate::wire::DecodeError;

fn judged(base: &GroupState, change: &SignedChange) -> ApplyError {
    base.apply(change).expect_err("the change should be refused")
}

#[test]
fn g1_bytes_that_are_no_change_are_refused() {
    let (people, base) = group();
    let change = people.sign("anna", &base, vec![title("x")]).unwrap().change;
    let bytes = change.encode();
    assert_eq!(SignedChange::decode(&bytes), Ok(change.clone()));
    for at in (0..bytes.len()).step_by(5) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        let accepted = SignedChange::decode(&flipped).is_ok_and(|change| {
            base.apply(&change).is_ok_and(|o| matches!(o, Outcome::Applied(_)))
        });
        assert!(!accepted, "byte {at}");
    }
    let over = vec![0; crate::limits::GROUP_CHANGE_BYTES + 1];
    let too_large = Err(ChangeError::Malformed(DecodeError::TooLarge));
    assert_eq!(SignedChange::decode(&over), too_large);
    assert_ne!(SignedChange::decode(&over[1..]), too_large);
}

#[test]
fn documents_of_a_group_have_limits() {
    use crate::limits::{
        GROUP_BODY_BYTES, GROUP_CHANGE_BYTES, GROUP_STATE_BYTES, GROUP_SYNC_BYTES,
        GROUP_TICKET_BYTES,
    };
    let too_large = ChangeError::Malformed(DecodeError::TooLarge);
    let (people, base) = group();
    let (device, list) = (people.device("anna"), people.list("anna"));
    let proof = DeviceProof::of(list, device.address().device).unwrap();
    let state = Digest::from_bytes([1; 32]);
    let sign = |body: usize| {
        SignedChange::sign(vec![0; body - Digest::LEN], state, device, proof.clone()).map(drop)
    };
    assert_ne!(sign(GROUP_BODY_BYTES), Err(too_large));
    assert_eq!(sign(GROUP_BODY_BYTES + 1), Err(too_large));

    let genesis = SignedGenesis::decode;
    assert_ne!(genesis(&vec![0; GROUP_CHANGE_BYTES]), Err(too_large.into()));
    assert_eq!(genesis(&vec![0; GROUP_CHANGE_BYTES + 1]), Err(too_large.into()));
    let founded = fixture::founded(&people).genesis;
    let with_body =
        |len| fixture::refounded(&people, &founded, |body: &mut Vec<u8>| *body = vec![0; len]);
    assert_ne!(genesis(&with_body(GROUP_BODY_BYTES)), Err(too_large.into()));
    assert_eq!(genesis(&with_body(GROUP_BODY_BYTES + 1)), Err(too_large.into()));

    let both = 2 * GROUP_CHANGE_BYTES + 16;
    assert_ne!(GroupEvidence::decode(&vec![0; both]), Err(too_large.into()));
    assert_eq!(GroupEvidence::decode(&vec![0; both + 1]), Err(too_large.into()));

    let snapshot = |len| Snapshot::decode(&vec![0; len]).unwrap_err();
    let answer = |len| SyncAnswer::decode(&vec![0; len]).unwrap_err();
    for error in [snapshot, answer] {
        assert_ne!(error(GROUP_SYNC_BYTES), DecodeError::TooLarge.into());
        assert_eq!(error(GROUP_SYNC_BYTES + 1), DecodeError::TooLarge.into());
    }
    let ticket = |len| Ticket::decode(&vec![0; len]).unwrap_err();
    assert_ne!(ticket(GROUP_TICKET_BYTES), DecodeError::TooLarge.into());
    assert_eq!(ticket(GROUP_TICKET_BYTES + 1), DecodeError::TooLarge.into());
    let state = |len| GroupState::from_bytes(&vec![1; len]).unwrap_err();
    assert_ne!(state(GROUP_STATE_BYTES), DecodeError::TooLarge);
    assert_eq!(state(GROUP_STATE_BYTES + 1), DecodeError::TooLarge);

    let extended = |count: u16| {
        let extension = |number| Extension { number, value: vec![].into() };
        let draft = base.change().with(title("x"));
        let draft = (1..=count).map(extension).fold(draft, ChangeDraft::with_extension);
        draft.sign(&base, device, &people.lists, NOW, &mut crate::identity::fixture::rng(1))
    };
    let most = u16::try_from(crate::limits::GROUP_EXTENSIONS).unwrap();
    assert!(extended(most).is_ok());
    assert_eq!(extended(most + 1).unwrap_err(), DraftRefused::Form(too_large));
}

/// Three changes of anna's, and two of adam's on the same base.
fn branches(people: &fixture::People, base: &GroupState) -> [Authored; 5] {
    let sign = |name, base: &GroupState, text| people.sign(name, base, vec![title(text)]).unwrap();
    let one = sign("anna", base, "one");
    let two = sign("anna", &one.state, "two");
    let three = sign("anna", &two.state, "three");
    let other = sign("adam", base, "other");
    let after_other = sign("adam", &other.state, "more");
    [one, two, three, other, after_other]
}

/// A membership remembers more than its state does.
#[test]
fn a_change_of_the_past_is_a_repetition_a_rebase_or_stale() {
    let (people, base) = group();
    let [one, two, three, other, after_other] = branches(&people, &base);
    let mut membership = Group::founded(fixture::founded(&people).genesis);
    let mut apply = |change| membership.apply(change, &people.lists, NOW).unwrap();
    for next in [&one, &two, &three] {
        assert!(matches!(apply(&next.change), Outcome::Applied(_)));
    }
    assert_eq!(apply(&one.change), Outcome::Duplicate);
    assert_eq!(apply(&two.change), Outcome::Duplicate);
    assert_eq!(apply(&other.change), Outcome::Rebase { base: 0, evidence: None });
    assert_eq!(apply(&after_other.change), Outcome::Stale);
}

/// The body of a title change with other bytes in the title's place.
fn with_title(bytes: &[u8]) -> Result<SignedChange, ChangeError> {
    let (people, base) = group();
    let change = people.sign("anna", &base, vec![title("xyz")]).unwrap().change;
    let mut message = change.to_proto();
    let at = message.body.windows(3).position(|w| w == b"xyz").unwrap();
    message.body.splice(at..at + 3, bytes.iter().copied());
    message.body[at - 1] = u8::try_from(bytes.len()).unwrap();
    SignedChange::from_proto(message)
}

#[test]
fn g1_a_title_with_control_or_bidi_characters_is_refused() {
    assert!(with_title(b"abc").is_ok());
    assert_eq!(with_title("a\u{202e}b".as_bytes()), Err(TextError::Control.into()));
    assert_eq!(with_title(b"a\0b"), Err(TextError::Control.into()));
    assert_eq!(with_title(b""), Err(TextError::Empty.into()));
    assert_eq!(with_title(&[0xff]), Err(TextError::NotUtf8.into()));
}

#[test]
fn g1_an_unknown_action_asks_for_an_update() {
    let (people, base) = group();
    let change = people.sign("mona", &base, vec![Action::ResetKeys]).unwrap().change;
    let mut message = change.to_proto();
    let code = message.body.len() - 32 - 2 - 1;
    message.body[code] = 29;
    let error = SignedChange::from_proto(message).unwrap_err();
    assert_eq!(error, ChangeError::UnknownAction(29));
    assert_eq!(error.advice(), crate::error::Advice::Update);
}

#[test]
fn g1_the_documents_must_be_those_of_the_actors_device() {
    let (people, base) = group();
    let mut message = people.sign("anna", &base, vec![title("x")]).unwrap().change.to_proto();
    let other = people.sign("adam", &base, vec![title("x")]).unwrap().change.to_proto();
    message.certificate = other.certificate.clone();
    let error = SignedChange::from_proto(message.clone()).unwrap_err();
    assert_eq!(error, ProofError::Unlisted.into());
    message.list = other.list;
    assert_eq!(SignedChange::from_proto(message).unwrap_err(), ProofError::Unlisted.into());
}

#[test]
fn g2_to_g5_group_actor_device_and_signature() {
    let (people, base) = group();
    let elsewhere = GroupId::from_bytes([1; 32]);
    let change = forged(&people, "anna", &base, vec![title("x")], |c| c.group = elsewhere);
    assert_eq!(judged(&base, &change), ApplyError::UnknownGroup);
    let change = forged(&people, "server", &base, vec![title("x")], |_| {});
    assert_eq!(judged(&base, &change), ApplyError::NotAMember);
    let change = people.sign("anna", &base, vec![title("x")]).unwrap().change;
    assert_eq!(judged(&base, &resigned(&change)), ApplyError::Signature);
}

#[test]
fn g3_places_a_change() {
    let (people, base) = group();
    let [one, two, three, other, after_other] = branches(&people, &base);
    let at = |state: &GroupState, change: &SignedChange| state.apply(change).unwrap();
    assert_eq!(at(&base, &two.change), Outcome::Ahead { have: 0, base: 1 });
    assert_eq!(at(&one.state, &one.change), Outcome::Duplicate);
    assert_eq!(at(&one.state, &other.change), Outcome::Rebase { base: 0, evidence: None });
    let elsewhere = leading_to(&people, "anna", &one.change, Digest::from_bytes([1; 32]));
    assert_eq!(at(&one.state, &elsewhere), Outcome::Rebase { base: 0, evidence: None });
    assert_eq!(at(&one.state, &after_other.change), Outcome::Fork { revision: 1, evidence: None });
    assert_eq!(at(&two.state, &after_other.change), Outcome::Fork { revision: 1, evidence: None });
    assert_eq!(at(&three.state, &one.change), Outcome::Stale);
}

#[test]
fn g3_a_fork_is_believed_only_of_a_member_who_signed_it() {
    let (people, base) = group();
    let state = people.done("anna", &base, vec![title("one")]);
    let other = |c: &mut change::Core| c.base_hash = Digest::from_bytes([3; 32]);
    let change = forged(&people, "server", &state, vec![title("x")], other);
    assert_eq!(judged(&state, &change), ApplyError::NotAMember);
    let change = resigned(&forged(&people, "adam", &state, vec![title("x")], other));
    assert_eq!(judged(&state, &change), ApplyError::Signature);
}

#[test]
fn g4_a_device_that_the_group_knows_as_revoked_changes_nothing() {
    let (mut people, base) = group();
    let stolen = people.clone();
    people.replace_device("anna");
    // Whoever has a newer list than the group takes what everybody takes.
    let change = stolen.sign("anna", &base, vec![title("x")]).unwrap().change;
    assert!(matches!(base.apply(&change), Ok(Outcome::Applied(_))));
    let state = people.done("otto", &base, base.outdated(&people.lists));
    let change = forged(&stolen, "anna", &state, vec![title("x")], |_| {});
    assert_eq!(judged(&state, &change), ApplyError::DeviceList);
}

fn refused_at_g6(name: &str, actions: Vec<Action>) -> ApplyError {
    let (people, base) = group();
    let change = forged(&people, name, &base, actions.clone(), |_| {});
    let error = judged(&base, &change);
    assert_eq!(people.refused(name, &base, actions), error, "the author is told the same");
    error
}

#[test]
fn g6_what_a_role_does_not_permit_is_refused() {
    let add = |role| Action::add(fixture::people().list("sam"), role);
    let not = |name, action| {
        assert_eq!(refused_at_g6(name, vec![action]), ApplyError::NotPermitted { action: 0 });
    };
    not("max", add(Role::Member));
    not("mona", title("x"));
    not("max", Action::Remove(id("mia")));
    not("max", Action::Ban(id("mia")));
    not("max", Action::Unban(id("mia")));
    not("mona", Action::SetRole(id("max"), Role::Observer));
    not("anna", Action::HandOver(id("max")));
    not("anna", Action::Terminate);
    not("anna", Action::SetProtocolFloor(2));
    not("max", Action::Approve(id("sam")));
    not("max", Action::Deny(id("sam")));
    not("max", Action::RevokeInvitation(id("sam")));
    not("max", Action::RevokeLink(LinkId::from_bytes([0; 8])));
    not("max", Action::SetTimer(1));
    not("max", Action::SetAnnouncement(true));
    not("max", Action::SetSlowMode(1));
    not("max", Action::ResetKeys);
    not("mona", Action::SetAccess(Permission::Pin, Level::AtLeast(Role::Member)));
    not("max", Action::SetDescription(Description::default()));
    not("max", Action::SetAvatar(None));
    not("max", Action::SetExtension(1, None));
}

#[test]
fn g6_nobody_grants_or_touches_a_rank_at_or_above_their_own_but_owners() {
    let add = |role| Action::add(fixture::people().list("sam"), role);
    let rank = |name, action| {
        assert_eq!(refused_at_g6(name, vec![action]), ApplyError::Rank { action: 0 });
    };
    rank("anna", add(Role::Admin));
    rank("anna", add(Role::Owner));
    rank("anna", Action::Remove(id("adam")));
    rank("anna", Action::Remove(id("olga")));
    rank("mona", Action::Ban(id("anna")));
    rank("anna", Action::SetRole(id("adam"), Role::Member));
    rank("anna", Action::SetRole(id("max"), Role::Admin));
    rank("anna", Action::SetRole(id("anna"), Role::Owner));
    rank("anna", Action::SetAccess(Permission::Pin, Level::AtLeast(Role::Owner)));
    rank("anna", Action::SetAccess(Permission::Pin, Level::Nobody));
    let (people, base) = group();
    let owners = people.done("olga", &base, vec![Action::SetRole(id("anna"), Role::Owner)]);
    people.done("anna", &owners, vec![Action::Remove(id("olga"))]);
}

#[test]
fn g6_actions_of_one_change_may_not_conflict() {
    let conflict = |name, actions, action| {
        assert_eq!(refused_at_g6(name, actions), ApplyError::Conflict { action });
    };
    conflict("mona", vec![Action::Ban(id("sam")), Action::Unban(id("sam"))], 1);
    conflict("anna", vec![title("a"), title("b")], 1);
    conflict(
        "anna",
        vec![Action::Remove(id("max")), Action::SetRole(id("max"), Role::Observer)],
        1,
    );
    conflict("olga", vec![title("a"), Action::Terminate], 1);
    conflict("max", vec![Action::Leave, Action::Leave], 0);
    conflict("anna", vec![title("a"), Action::Leave], 1);
    conflict("olga", vec![Action::Leave, Action::HandOver(id("anna"))], 0);
}

#[test]
fn g6_documents_inside_are_verified() {
    let (people, _) = group();
    let Action::Add { mut list, role } = Action::add(people.list("sam"), Role::Member) else {
        panic!()
    };
    let last = list.len() - 1;
    list[last] ^= 1;
    let error = refused_at_g6("anna", vec![Action::Add { list, role }]);
    assert_eq!(error, ApplyError::Document { action: 0 });
}

#[test]
fn g7_targets_are_where_they_must_be() {
    let target = |name, action| {
        assert_eq!(refused_at_g6(name, vec![action]), ApplyError::Target { action: 0 });
    };
    let people = fixture::people();
    target("anna", Action::add(people.list("max"), Role::Member));
    target("anna", Action::invite(&people.account("max").contact(), Role::Member));
    target("anna", Action::Remove(id("sam")));
    target("anna", Action::Remove(id("anna")));
    target("anna", Action::Unban(id("sam")));
    target("anna", Action::SetRole(id("sam"), Role::Member));
    target("olga", Action::HandOver(id("sam")));
    target("olga", Action::HandOver(id("olga")));
    target("anna", Action::RevokeInvitation(id("sam")));
    target("anna", Action::Approve(id("sam")));
    target("anna", Action::Deny(id("sam")));
    target("anna", Action::RevokeLink(LinkId::from_bytes([0; 8])));
    target("anna", Action::SetExtension(1, None));
    target("olga", Action::SetAccess(Permission::EditAccess, Level::Nobody));
    target("otto", Action::update_devices(people.list("max").signed().entry()));
}

#[test]
fn g8_a_group_keeps_an_owner() {
    assert_eq!(refused_at_g6("olga", vec![Action::Leave]), ApplyError::NoOwner);
    let demote = vec![Action::SetRole(id("olga"), Role::Admin)];
    assert_eq!(refused_at_g6("olga", demote), ApplyError::NoOwner);
}

#[test]
fn g9_the_key_epoch_rises_exactly_when_it_must() {
    let (people, base) = group();
    let change = forged(&people, "mona", &base, vec![Action::Remove(id("max"))], |_| {});
    assert_eq!(judged(&base, &change), ApplyError::KeyEpoch);
    let commit = |c: &mut change::Core| {
        c.epoch_commitment = Some(Digest::from_bytes([1; 32]));
    };
    let change = forged(&people, "anna", &base, vec![title("x")], commit);
    assert_eq!(judged(&base, &change), ApplyError::KeyEpoch);
}

#[test]
fn g10_the_new_state_is_computed_again() {
    let (people, base) = group();
    let change = forged(&people, "anna", &base, vec![title("x")], |_| {});
    assert_eq!(judged(&base, &change), ApplyError::StateHash);
    let change = unchecked(&people, "anna", &base, vec![title("x")]);
    assert!(matches!(base.apply(&change), Ok(Outcome::Applied(_))));
}

#[test]
fn g11_a_terminated_group_is_refused_last() {
    let (people, base) = group();
    let over = people.done("olga", &base, vec![Action::Terminate]);
    let change = unchecked(&people, "olga", &over, vec![title("x")]);
    assert_eq!(judged(&over, &change), ApplyError::Terminated);
    let change = forged(&people, "olga", &over, vec![title("x")], |_| {});
    assert_eq!(judged(&over, &change), ApplyError::StateHash);
}

#[test]
fn the_first_check_that_fails_names_the_error() {
    let (people, base) = group();
    let bad = |c: &mut change::Core| {
        c.epoch_commitment = Some(Digest::from_bytes([1; 32]));
    };
    // Not permitted, no such target, a wrong epoch, a wrong state, and a wrong signature.
    let actions = || vec![Action::Remove(id("sam")), title("x")];
    let change = forged(&people, "mona", &base, actions(), bad);
    assert_eq!(judged(&base, &resigned(&change)), ApplyError::Signature);
    assert_eq!(judged(&base, &change), ApplyError::NotPermitted { action: 1 });
    let change = forged(&people, "anna", &base, actions(), bad);
    assert_eq!(judged(&base, &change), ApplyError::Target { action: 0 });
    let change = forged(&people, "olga", &base, vec![Action::Leave], |_| {});
    assert_eq!(judged(&base, &change), ApplyError::NoOwner);
}

#[test]
fn an_extension_of_a_change_is_signed_and_kept() {
    let (people, base) = group();
    let extension = Extension { number: 9, value: vec![1, 2, 3].into() };
    let draft = base.change().with(title("x")).with_extension(extension.clone());
    let mut rng = crate::identity::fixture::rng(1);
    let signed = draft.sign(&base, people.device("anna"), &people.lists, NOW, &mut rng).unwrap();
    let change = SignedChange::decode(&signed.change.encode()).unwrap();
    assert_eq!(change.core.extensions, core::slice::from_ref(&extension));
    assert!(matches!(base.apply(&change), Ok(Outcome::Applied(_))));
    let twice = base.change().with(title("x")).with_extension(extension.clone());
    let twice = twice.with_extension(extension);
    let twice = twice.sign(&base, people.device("anna"), &people.lists, NOW, &mut rng).unwrap_err();
    assert_eq!(twice, DraftRefused::Form(ChangeError::Malformed(DecodeError::NotCanonical)));
}
