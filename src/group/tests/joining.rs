use alloc::collections::BTreeMap;
use alloc::vec;

use super::super::fixture::{founded, group, id, people, title};
use super::super::*;
use crate::identity::fixture::{NOW, days};
use crate::limits::*;

fn joined() -> (fixture::People, Group, Group) {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let add = vec![Action::add(people.list("sam"), Role::Member)];
    let added = people.sign("anna", group.state(), add).unwrap();
    group.apply(&added.change, &people.lists, NOW).unwrap();
    let snapshot = Snapshot::decode(&group.snapshot().encode()).unwrap();
    let us = people.account("sam");
    let sams = snapshot.join(&id("anna"), (&us.id, &us.pair.public_key())).unwrap();
    (people, group, sams)
}

#[test]
fn a_joiner_is_confirmed_by_another_account_than_the_adders() {
    let (_, group, mut sams) = joined();
    assert_eq!(sams.state(), group.state());
    let unconfirmed = Confirmation::Unconfirmed { by: id("anna"), own: id("sam") };
    assert_eq!(*sams.confirmation(), unconfirmed);
    let ack = StateAck::decode(&group.ack().encode()).unwrap();
    assert_eq!(sams.witness(&id("anna"), &ack, NOW), Witnessed::Same);
    assert_eq!(*sams.confirmation(), unconfirmed);
    assert_eq!(sams.witness(&id("max"), &ack, NOW), Witnessed::Same);
    assert_eq!(*sams.confirmation(), Confirmation::Confirmed);
}

#[test]
fn a_witness_may_be_ahead_behind_or_elsewhere() {
    let (people, mut group, mut sams) = joined();
    let before = sams.ack();
    let change = people.sign("anna", group.state(), vec![title("x")]).unwrap().change;
    group.apply(&change, &people.lists, NOW).unwrap();
    assert_eq!(sams.witness(&id("max"), &group.ack(), NOW), Witnessed::Ahead);
    assert_eq!(group.witness(&id("max"), &before, NOW), Witnessed::Same);
    assert_eq!(group.witness(&id("max"), &before, days(3)), Witnessed::Stale);
    let other = StateAck { group: GroupId::from_bytes([0; 32]), ..before };
    assert_eq!(group.witness(&id("max"), &other, NOW), Witnessed::OtherGroup);
}

#[test]
fn nobody_joins_without_being_in_it_or_on_a_strangers_word() {
    let (people, group, _) = joined();
    let sam = people.account("sam");
    let key = sam.pair.public_key();
    let join = |by: &str, us: &str, key| group.snapshot().join(&id(by), (&id(us), key)).err();
    assert_eq!(join("anna", "sue", &key), Some(JoinError::NotAMember));
    assert_eq!(join("anna", "max", &key), Some(JoinError::OtherKey));
    assert_eq!(join("server", "sam", &key), Some(JoinError::SenderNotAMember));
    assert_eq!(join("sam", "sam", &key), Some(JoinError::SenderNotAMember));
    assert_eq!(join("max", "sam", &key), None);
}

#[test]
fn an_adder_without_the_right_is_not_believed() {
    let (people, group, _) = joined();
    let mut fields = group.genesis().state().fields().clone();
    let sam = member::find(group.state().members(), &id("sam")).unwrap().clone();
    let sam = Member { added_by: id("otto"), joined_at: 1, ..sam };
    member::insert(&mut fields.members, sam).unwrap();
    (fields.revision, fields.previous) = (1, *group.genesis().state().hash());
    let otto = fixture::forged(&people, "otto", group.genesis().state(), vec![title("x")], |_| {});
    fields.last_change = *otto.core_hash();
    let state = GroupState::new(fields);
    let made_up = Snapshot { genesis: group.genesis().clone(), state, last_change: None };
    let us = people.account("sam");
    let joined = made_up.join(&id("otto"), (&us.id, &us.pair.public_key()));
    assert_eq!(joined.err(), Some(JoinError::NoRight));
}

#[test]
fn an_answer_is_the_changes_or_a_snapshot_and_only_for_members() {
    let (people, mut group, mut sams) = joined();
    let change = people.sign("anna", group.state(), vec![title("x")]).unwrap().change;
    let chain = [group.last_change().unwrap().clone(), change.clone()];
    group.apply(&change, &people.lists, NOW).unwrap();
    let request = SyncRequest::decode(&SyncRequest { known: sams.ack() }.encode()).unwrap();
    assert_eq!(group.answer(&id("server"), &request, &chain), None);
    let up_to_date = SyncRequest { known: group.ack() };
    assert_eq!(group.answer(&id("sam"), &up_to_date, &chain), None);
    let answer = group.answer(&id("sam"), &request, &chain).unwrap();
    assert_eq!(answer, SyncAnswer::Changes(vec![change]));
    let answer = group.answer(&id("sam"), &request, &chain[..1]).unwrap();
    let Ok(SyncAnswer::Snapshot(snapshot)) = SyncAnswer::decode(&answer.encode()) else { panic!() };
    let us = people.account("sam");
    let key = us.pair.public_key();
    sams.witness(&id("max"), &sams.ack(), NOW);
    sams.resync((*snapshot).clone(), &id("max"), (&us.id, &key), &people.lists).unwrap();
    assert_eq!(sams.state(), group.state());
    assert_ne!(*sams.confirmation(), Confirmation::Confirmed, "only max says so");
    let again = sams.resync(*snapshot, &id("max"), (&us.id, &key), &people.lists);
    assert_eq!(again, Err(JoinError::NotNewer));
}

/// A group after so many titles, and the changes.
fn titled(count: usize) -> (fixture::People, Group, vec::Vec<SignedChange>) {
    let (people, mut group, _) = joined();
    let mut chain = vec![];
    for n in 0..count {
        let change = people.sign("anna", group.state(), vec![title(&alloc::format!("{n}"))]);
        let change = change.unwrap().change;
        group.apply(&change, &people.lists, NOW).unwrap();
        chain.push(change);
    }
    (people, group, chain)
}

#[test]
fn only_changes_that_lead_from_the_known_state_to_ours_are_an_answer() {
    let (_, group, chain) = titled(3);
    let first = &chain[0];
    let state_hash = *first.base_hash();
    let known =
        StateAck { group: group.state().group(), revision: first.base_revision(), state_hash };
    let changes = |known: &StateAck, chain: &[SignedChange]| {
        let request = SyncRequest { known: *known };
        match group.answer(&id("sam"), &request, chain).unwrap() {
            SyncAnswer::Changes(changes) => Some(changes),
            SyncAnswer::Snapshot(snapshot) => {
                assert_eq!(*snapshot, group.snapshot());
                None
            }
        }
    };
    assert_eq!(changes(&known, &chain).as_ref(), Some(&chain));
    assert_eq!(changes(&known, &chain[..2]), None, "it ends before our state");
    assert_eq!(changes(&known, &[chain[0].clone(), chain[2].clone()]), None, "a gap");
    let other = StateAck { state_hash: *group.state().hash(), ..known };
    assert_eq!(changes(&other, &chain), None, "another state of that revision");
}

#[test]
fn so_many_changes_are_an_answer_and_then_a_snapshot() {
    let (_, group, chain) = titled(GROUP_SYNC_CHANGES + 1);
    let is_changes = |from: usize| {
        let first = &chain[from];
        let (revision, state_hash) = (first.base_revision(), *first.base_hash());
        let request =
            SyncRequest { known: StateAck { group: group.state().group(), revision, state_hash } };
        matches!(group.answer(&id("sam"), &request, &chain), Some(SyncAnswer::Changes(_)))
    };
    assert_eq!([0, 1].map(is_changes), [false, true]);
}

#[test]
fn the_last_change_of_a_snapshot_is_of_its_group() {
    let (people, group, _) = joined();
    let founding = group.genesis().state();
    let elsewhere = fixture::forged(&people, "anna", founding, vec![title("x")], |core| {
        core.group = GroupId::from_bytes([1; 32]);
    });
    let mut fields = people.done("anna", founding, vec![title("x")]).fields().clone();
    fields.last_change = *elsewhere.core_hash();
    let state = GroupState::new(fields);
    let last = fixture::leading_to(&people, "anna", &elsewhere, *state.hash());
    let made_up = Snapshot::new(group.genesis().clone(), state, Some(last));
    assert_eq!(made_up.err(), Some(SnapshotError::LastChange));
}

#[test]
fn a_snapshot_of_somebody_outside_does_not_replace_what_we_have() {
    let (people, mut group, _) = joined();
    let kicked = people.sign("olga", group.state(), vec![Action::Ban(id("adam"))]).unwrap();
    group.apply(&kicked.change, &people.lists, NOW).unwrap();
    // adam goes on alone from the state that he was in, and makes it a longer history.
    let mut his = group.genesis().state().clone();
    let mut last = None;
    for _ in 0..3 {
        let authored = people.sign("adam", &his, vec![Action::ResetKeys]).unwrap();
        (his, last) = (authored.state, Some(authored.change));
    }
    let snapshot = Snapshot::new(group.genesis().clone(), his, last).unwrap();
    let us = people.account("max");
    let before = group.clone();
    let taken = group.resync(snapshot, &id("adam"), (&us.id, &us.pair.public_key()), &people.lists);
    assert_eq!(taken, Err(JoinError::SenderNotAMember));
    assert_eq!(group, before);
}

#[test]
fn requests_and_answers_are_one_an_hour_for_each_peer() {
    let mut limiter = SyncLimiter::default();
    let later = NOW.saturating_add(GROUP_SYNC_INTERVAL);
    assert!(limiter.may_ask(&id("max"), NOW));
    assert!(!limiter.may_ask(&id("max"), NOW));
    assert!(limiter.may_ask(&id("mia"), NOW));
    assert!(limiter.may_answer(&id("max"), NOW));
    assert!(!limiter.may_answer(&id("max"), NOW));
    assert!(limiter.may_ask(&id("max"), later) && limiter.may_answer(&id("max"), later));
    let mut full = SyncLimiter::default();
    for n in 0..GROUP_SYNC_PEERS {
        assert!(full.may_answer(&id(&alloc::format!("peer{n}")), NOW));
    }
    assert!(!full.may_answer(&id("one more"), NOW));
    assert!(full.may_answer(&id("one more"), later));
    let mut ahead = SyncLimiter::default();
    assert!(ahead.may_ask(&id("max"), days(9)));
    assert!(ahead.may_ask(&id("max"), NOW), "the clock was set back");
}

#[test]
fn of_waiting_changes_the_one_that_builds_on_the_very_state_is_next() {
    let (people, base) = group();
    let one = people.sign("anna", &base, vec![title("one")]).unwrap();
    let other = people.sign("adam", &base, vec![title("other")]).unwrap();
    let two = people.sign("anna", &one.state, vec![title("two")]).unwrap();
    let three = people.sign("anna", &two.state, vec![title("three")]).unwrap();
    let after_other = people.sign("adam", &other.state, vec![title("more")]).unwrap();
    let mut buffer = ChangeBuffer::new(base.group());
    assert!(buffer.is_empty());
    for ahead in [&after_other, &three, &two] {
        assert!(buffer.keep(ahead.change.clone(), NOW));
    }
    assert!(!buffer.is_empty());
    assert_eq!(buffer.next(&base), None);
    assert_eq!(buffer.next(&one.state), Some(two.change));
    assert_eq!(buffer.next(&one.state), None);
    assert_eq!(buffer.next(&two.state), Some(three.change));
    assert!(buffer.is_empty());
}

#[test]
fn waiting_changes_are_bounded_in_number_and_age() {
    let (people, group, _) = joined();
    let base = group.state();
    let ahead = |n: u32| {
        fixture::forged(&people, "anna", base, vec![title("x")], |c| {
            c.base_revision = 5 + n;
        })
    };
    let mut buffer = ChangeBuffer::new(base.group());
    for n in 0..u32::try_from(GROUP_BUFFERED_CHANGES).unwrap() {
        assert!(buffer.keep(ahead(n), NOW));
    }
    assert!(!buffer.keep(ahead(999), NOW));
    assert!(buffer.keep(ahead(999), days(8)));
    assert_eq!(buffer.len(), 1);
    assert!(!buffer.keep(ahead(999), days(8)), "it is there");
    let elsewhere = ChangeBuffer::new(GroupId::from_bytes([0; 32])).keep(ahead(0), NOW);
    assert!(!elsewhere);
}

#[test]
fn the_device_set_is_that_of_the_state_by_lists_as_new_as_it_names() {
    let (mut people, group, _) = joined();
    let state = group.state();
    let set = state.devices(&people.lists, NOW).unwrap();
    assert_eq!(set.devices().len(), 8);
    let contacts = people.lists.keys().map(|account| {
        let name = core::str::from_utf8(account.as_bytes()).unwrap();
        (account.clone(), people.account(name).contact())
    });
    let contacts: BTreeMap<_, _> = contacts.collect();
    assert_eq!(state.devices(&contacts, NOW).as_ref(), Ok(&set));
    assert!(set.devices().is_sorted_by(|a, b| a < b));
    assert!(set.contains(people.device("max").address()));
    assert!(!set.contains(people.device("server").address()));
    let old = people.lists.clone();
    people.replace_device("max");
    let newer = state.devices(&people.lists, NOW).unwrap();
    assert!(newer.contains(people.device("max").address()));
    assert_eq!(newer.devices().len(), 8);
    let state = people.done("otto", state, state.outdated(&people.lists));
    let needed = ListsNeeded { accounts: vec![id("max")] };
    assert_eq!(state.devices(&old, NOW), Err(needed));
    let at_hand = state.devices_at_hand(&old, NOW);
    assert_eq!(at_hand.devices().len(), 7);
    assert_eq!(at_hand.withheld()[0].reason, WithheldReason::Outdated);
    let mut none = old.clone();
    none.remove(&id("mia"));
    assert!(state.devices(&none, NOW).is_err());
    let expired = state.devices_at_hand(&people.lists, days(31));
    assert!(expired.devices().is_empty());
    assert_eq!(expired.withheld()[0].reason, WithheldReason::Expired);
}
