use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;

use super::super::fixture::{founded, group, id, people, title};
use super::super::past::PastRevision;
use super::super::state::{Fields, VOID};
use super::super::suspect::Suspects;
use super::super::*;
use crate::crypto::Digest;
use crate::identity::fixture::NOW;
use crate::limits::*;
use crate::wire::{DecodeError, Layout, Reader, Writer, read_all};

fn edited(edit: impl FnOnce(&mut Fields)) -> Result<GroupState, DecodeError> {
    let (people, base) = group();
    let state = people.done("mona", &base, vec![Action::Ban(id("spam"))]);
    let mut fields = state.fields().clone();
    edit(&mut fields);
    GroupState::from_bytes(&GroupState::new(fields).to_bytes())
}

#[test]
fn a_stored_state_comes_back() {
    let (_, base) = group();
    assert_eq!(GroupState::from_bytes(&base.to_bytes()), Ok(base));
    assert!(edited(|_| {}).is_ok());
}

#[test]
fn a_state_that_no_changes_can_have_led_to_is_refused() {
    let refused = |edit: fn(&mut Fields)| assert_eq!(edited(edit), Err(DecodeError::OutOfRange));
    refused(|f| f.members.retain(|m| m.role != Role::Owner));
    refused(|f| f.banned[0].account = id("max"));
    refused(|f| f.revision = 0);
    refused(|f| f.key_epoch = 2);
    refused(|f| f.epoch_commitment = VOID);
    refused(|f| f.members[0].joined_at = 2);
    refused(|f| f.timer.version = 2);
    refused(|f| f.previous = Digest::from_bytes([0; 32]));
    refused(|f| f.last_change = Digest::from_bytes([0; 32]));
    assert_eq!(edited(|f| f.members.reverse()), Err(DecodeError::NotCanonical));
    assert_eq!(edited(|f| f.members[1] = f.members[0].clone()), Err(DecodeError::NotCanonical));
}

/// Each of the ways in which an account can be on two of the lists.
#[test]
fn an_account_is_a_member_invited_asking_or_banned() {
    let (people, base) = group();
    let state = people.done("mona", &base, vec![Action::Ban(id("spam"))]);
    let (device, list) = (people.device("sam"), people.list("sam"));
    let asking = Action::carry(&Ticket::request(base.group(), device, list, NOW).unwrap());
    let state = people.done("mia", &state, vec![asking]);
    let sue = Action::invite(&people.account("sue").contact(), Role::Member);
    let state = people.done("anna", &state, vec![sue]);
    assert_eq!(state.invited().iter().map(|i| &i.account).collect::<Vec<_>>(), [&id("sue")]);
    let read = |edit: fn(&mut Fields)| {
        let mut fields = state.fields().clone();
        edit(&mut fields);
        GroupState::from_bytes(&GroupState::new(fields).to_bytes()).map(drop)
    };
    assert_eq!(read(|_| {}), Ok(()));
    let refused = |edit| assert_eq!(read(edit), Err(DecodeError::OutOfRange));
    refused(|f| f.invited[0].account = id("max"));
    refused(|f| f.requests[0].account = id("max"));
    refused(|f| f.requests[0].account = id("sue"));
    refused(|f| f.banned[0].account = id("max"));
    refused(|f| f.banned[0].account = id("sue"));
    refused(|f| f.banned[0].account = id("sam"));
}

#[test]
fn a_state_says_when_it_began_and_whether_admins_alone_write() {
    let (people, base) = group();
    assert_eq!((base.created_at(), base.is_announcement()), (NOW, false));
    let state = people.done("anna", &base, vec![Action::SetAnnouncement(true)]);
    assert!(state.is_announcement());
}

/// `count` members, of whom all but the real ones are made up, with ids of 16 bytes.
fn crowd(count: usize) -> (fixture::People, GroupState) {
    let (people, base) = group();
    let mut fields = base.fields().clone();
    let model = base.member(&id("max")).unwrap().clone();
    for n in fields.members.len()..count {
        let account = id(&alloc::format!("member number {n:02}"));
        let member = Member { account, added_by: id("0123456789abcdef"), ..model.clone() };
        member::insert(&mut fields.members, member).unwrap();
    }
    (people, GroupState::new(fields))
}

#[test]
fn a_group_has_so_many_members_and_no_more() {
    let (people, almost) = crowd(GROUP_MEMBERS - 1);
    let add = |name| vec![Action::add(people.list(name), Role::Member)];
    let full = people.done("anna", &almost, add("sam"));
    assert_eq!(full.members().len(), GROUP_MEMBERS);
    assert_eq!(people.refused("anna", &full, add("sue")), ApplyError::Full { action: 0 });
    let bytes = full.to_bytes();
    assert_eq!(GroupState::from_bytes(&bytes).as_ref(), Ok(&full));
    assert!(bytes.len() < 160 * 1024, "{}", bytes.len());
    let (_, over) = crowd(GROUP_MEMBERS + 1);
    assert_eq!(GroupState::from_bytes(&over.to_bytes()), Err(DecodeError::TooLarge));
}

/// SPEC.md 15.2 states these figures.
#[test]
fn a_full_group_takes_what_the_specification_says() {
    let (_, base) = group();
    let bytes = |len: usize| {
        let mut fields = base.fields().clone();
        let account = |n: usize| id(&alloc::format!("{n:0len$}"));
        let model = Member { account: id("a"), added_by: account(0), ..fields.members[0].clone() };
        fields.members =
            (0..GROUP_MEMBERS).map(|n| Member { account: account(n), ..model.clone() }).collect();
        let rest = Fields { members: Vec::new(), ..fields.clone() };
        GroupState::new(fields).to_bytes().len() - GroupState::new(rest).to_bytes().len()
    };
    assert_eq!([16, 36, 64].map(bytes), [98_304, 118_784, 147_456]);
}

#[test]
fn applying_a_change_verifies_one_signature_and_no_key_of_a_member() {
    let (people, base) = crowd(GROUP_MEMBERS);
    let change = people.sign("anna", &base, vec![title("x")]).unwrap().change;
    let apply = || base.apply(&change);
    let (outcome, meter) = crate::crypto::meter::measure(apply);
    assert!(matches!(outcome, Ok(Outcome::Applied(_))));
    assert_eq!(meter.verify, 1);
}

#[test]
fn a_group_comes_back_from_its_bytes_and_remembers_so_much_past() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    assert_eq!(Group::from_bytes(&group.to_bytes()).as_ref(), Ok(&group));
    for n in 0..=GROUP_PAST_REVISIONS {
        let change = people.sign("anna", group.state(), vec![title(&alloc::format!("{n}"))]);
        group.apply(&change.unwrap().change, &people.lists, NOW).unwrap();
    }
    assert_eq!(group.past_sender(0, 0, NOW), None);
    for revision in 1..=16 {
        let there = group.past_sender(revision, 0, NOW).unwrap();
        assert_eq!(there.account, group.state().member_at(0).unwrap().account);
    }
    assert_eq!(Group::from_bytes(&group.to_bytes()), Ok(group));
}

/// A group after three titles, and another branch of the same length.
fn branches() -> [Group; 2] {
    let people = people();
    ["one", "other"].map(|text| {
        let mut group = Group::founded(founded(&people).genesis);
        for _ in 0..3 {
            let change = people.sign("anna", group.state(), vec![title(text)]).unwrap().change;
            group.apply(&change, &people.lists, NOW).unwrap();
        }
        group
    })
}

/// Where the past begins in a stored group that has nothing suspect, and the past.
fn past_of(bytes: &[u8]) -> (usize, Vec<PastRevision>) {
    let mut r = Reader::new(bytes);
    r.version(1).unwrap();
    r.var(GROUP_CHANGE_BYTES).unwrap();
    let len = u32::read(&mut r).unwrap();
    r.raw(usize::try_from(len).unwrap()).unwrap();
    let _: (Option<SignedChange>, Confirmation) = (r.get().unwrap(), r.get().unwrap());
    let past: Vec<_> = r.list(GROUP_PAST_REVISIONS).unwrap();
    (bytes.len() - tail(&past).len(), past)
}

/// A past, and nothing suspect.
fn tail(past: &[PastRevision]) -> Vec<u8> {
    let mut w = Writer::new();
    w.list(past.iter());
    w.put(&Suspects::default());
    w.into_public()
}

fn with_past(bytes: &[u8], edit: impl FnOnce(&mut Vec<PastRevision>)) -> Option<Group> {
    let (at, mut past) = past_of(bytes);
    edit(&mut past);
    Group::from_bytes(&[&bytes[..at], &tail(&past)].concat()).ok()
}

#[test]
fn a_stored_past_leads_to_the_state_without_a_gap() {
    let [one, other] = branches().map(|group| group.to_bytes());
    assert_eq!(with_past(&one, |_| {}), Group::from_bytes(&one).ok());
    assert!(with_past(&one, |past| past.drain(..2).for_each(drop)).is_some(), "it may be short");
    assert!(with_past(&one, |past| drop(past.remove(1))).is_none(), "a gap");
    assert!(with_past(&one, |past| drop(past.pop())).is_none(), "it ends too early");
    assert!(with_past(&one, |past| *past = past_of(&other).1).is_none(), "another branch");
    let begins_before = |past: &mut Vec<PastRevision>| past.insert(0, past[0].clone());
    assert!(with_past(&one, begins_before).is_none());
}

#[test]
fn nobody_may_anything_in_a_past_that_had_ended() {
    let [one, _] = branches().map(|group| group.to_bytes());
    let may = |group: Option<Group>| {
        let olga = group.unwrap().past_sender(1, 5, NOW).unwrap();
        assert_eq!(olga.role, Role::Owner);
        olga.may(Permission::Send)
    };
    assert!(may(with_past(&one, |_| {})));
    // Behind the mark there is only the number of changed roles, of two bytes.
    let ended = |past: &PastRevision| {
        let mut w = Writer::new();
        w.put(past);
        let mut bytes = w.into_public();
        let at = bytes.len() - 3;
        assert_eq!(core::mem::replace(&mut bytes[at], 1), 0);
        read_all(&bytes).unwrap()
    };
    assert!(!may(with_past(&one, |past| past[1] = ended(&past[1]))));
}

#[test]
fn the_past_is_forgotten_when_it_no_longer_counts() {
    let [mut group, _] = branches();
    group.expire(NOW.saturating_add(GROUP_PAST_AGE));
    assert!(group.past_sender(0, 0, NOW).is_some());
    group.expire(NOW.saturating_add(GROUP_PAST_AGE + Duration::from_millis(1)));
    assert_eq!(group.past_sender(2, 0, NOW), None);
    assert_eq!(past_of(&group.to_bytes()).1.len(), 0);
}

#[test]
fn a_stored_state_has_so_many_bytes_and_no_more() {
    let [one, _] = branches();
    let bytes = one.to_bytes();
    let state = one.state().to_bytes();
    let at = bytes.windows(state.len()).position(|part| part == state).unwrap();
    let read = |len: usize| {
        let (head, len_bytes) = (&bytes[..at - 4], u32::try_from(len).unwrap().to_be_bytes());
        Group::from_bytes(&[head, &len_bytes, &vec![1; len]].concat()).unwrap_err()
    };
    assert_ne!(read(GROUP_STATE_BYTES), DecodeError::TooLarge);
    assert_eq!(read(GROUP_STATE_BYTES + 1), DecodeError::TooLarge);
}

#[test]
fn what_was_suspect_beyond_the_notes_is_stored() {
    let [one, _] = branches();
    let mut bytes = one.to_bytes();
    assert_eq!((bytes.pop(), one.suspects_beyond()), (Some(0), None));
    bytes.extend([1, 0, 0, 0, 2]);
    let mut group = Group::from_bytes(&bytes).unwrap();
    assert_eq!((group.suspects_beyond(), group.is_suspect()), (Some(2), true));
    assert!(!group.dismiss_suspects(1) && group.dismiss_suspects(2));
    assert_eq!(group, one);
}

#[test]
fn what_verified_before_it_was_stored_is_not_verified_again() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let change = people.sign("anna", group.state(), vec![title("x")]).unwrap().change;
    group.apply(&change, &people.lists, NOW).unwrap();
    let bytes = group.to_bytes();
    let (read, meter) = crate::crypto::meter::measure(|| Group::from_bytes(&bytes));
    assert_eq!(read, Ok(group));
    assert_eq!(meter.verify, 0);
}

#[test]
fn the_past_knows_who_was_at_which_place() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let mut states = vec![group.state().clone()];
    for (actor, action) in [
        ("anna", Action::add(people.list("sam"), Role::Member)),
        ("mona", Action::Remove(id("max"))),
        ("olga", Action::SetRole(id("anna"), Role::Observer)),
        ("adam", Action::add(people.list("max"), Role::Observer)),
        ("adam", Action::SetAnnouncement(true)),
    ] {
        let change = people.sign(actor, group.state(), vec![action]).unwrap().change;
        group.apply(&change, &people.lists, NOW).unwrap();
        states.push(group.state().clone());
    }
    for state in &states[..5] {
        for (index, member) in (0u16..).zip(state.members()) {
            let then = group.past_sender(state.revision(), index, NOW).unwrap();
            assert_eq!((&then.account, then.role), (&member.account, member.role));
            for permission in Permission::ALL {
                assert_eq!(then.may(*permission), state.may(member.role, *permission));
            }
        }
        let beyond = u16::try_from(state.members().len()).unwrap();
        assert_eq!(group.past_sender(state.revision(), beyond, NOW), None);
    }
}

#[test]
fn a_refused_change_leaves_the_group_as_it_was() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let before = group.to_bytes();
    let good = people.sign("anna", group.state(), vec![title("x")]).unwrap().change;
    let bad = fixture::resigned(&good);
    assert!(group.apply(&bad, &people.lists, NOW).is_err());
    assert_eq!(group.to_bytes(), before);
}

#[test]
fn a_stored_group_whose_parts_do_not_belong_together_is_refused() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let change = people.sign("anna", group.state(), vec![title("x")]).unwrap().change;
    group.apply(&change, &people.lists, NOW).unwrap();
    let bytes = group.to_bytes();
    let refused: Vec<_> = (0..bytes.len())
        .step_by(13)
        .filter(|at| {
            let mut flipped = bytes.clone();
            flipped[*at] ^= 1;
            // What a flip in the past changes shows only if it breaks the order.
            Group::from_bytes(&flipped).is_ok_and(|g| g.state() != group.state())
        })
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = SignedChange::decode(&bytes);
        let _ = SignedGenesis::decode(&bytes);
        let _ = Snapshot::decode(&bytes);
        let _ = SyncAnswer::decode(&bytes);
        let _ = StateAck::decode(&bytes);
        let _ = Ticket::decode(&bytes);
        let _ = GroupEvidence::decode(&bytes);
        let _ = GroupState::from_bytes(&bytes);
        let _ = Group::from_bytes(&bytes);
        let _ = LinkSecret::from_bytes(&bytes);
    }

    #[test]
    fn damaged_states_never_panic(at: prop::sample::Index, with: u8, cut: prop::sample::Index) {
        let (_, base) = group();
        let mut bytes = base.to_bytes();
        prop_assert!(GroupState::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        let at = at.index(bytes.len());
        bytes[at] ^= with;
        if let Ok(state) = GroupState::from_bytes(&bytes) {
            prop_assert_eq!(state.to_bytes(), bytes);
        }
    }
}
