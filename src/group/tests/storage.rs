use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::fixture::{founded, group, id, people, title};
use super::super::state::{Fields, VOID};
use super::super::*;
use crate::identity::fixture::NOW;
use crate::limits::*;
use crate::wire::DecodeError;

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
    assert_eq!(edited(|f| f.members.reverse()), Err(DecodeError::NotCanonical));
    assert_eq!(edited(|f| f.members[1] = f.members[0].clone()), Err(DecodeError::NotCanonical));
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
