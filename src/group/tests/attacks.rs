use alloc::vec;
use alloc::vec::Vec;

use super::super::fixture::{forged, founded, group, id, people, title, unchecked};
use super::super::*;
use crate::identity::fixture::{Account, NOW, days, rng};
use crate::identity::{DeviceKeys, LocalDevice};

#[test]
fn the_server_cannot_add_a_member() {
    let (people, base) = group();
    let add = || vec![Action::add(people.list("server"), Role::Member)];
    let change = forged(&people, "server", &base, add(), |_| {});
    assert_eq!(base.apply(&change), Err(ApplyError::NotAMember));
    // Under the name of an admin, with keys of its own.
    let mut impostors = people.clone();
    let at = impostors.accounts.iter().position(|a| a.id == id("anna")).unwrap();
    impostors.accounts[at] = Account::new("anna", 1, 4_711);
    impostors.lists.insert(id("anna"), impostors.accounts[at].verified_list());
    let change = forged(&impostors, "anna", &base, add(), |_| {});
    assert_eq!(base.apply(&change), Err(ApplyError::DeviceList));
    // By changing what an admin signed.
    let signed = people.sign("anna", &base, vec![Action::add(people.list("sam"), Role::Member)]);
    let mut message = signed.unwrap().change.to_proto();
    let at = message.body.windows(3).position(|w| w == b"sam").unwrap();
    message.body[at] = b'r';
    let change = SignedChange::from_proto(message).unwrap();
    assert_eq!(base.apply(&change), Err(ApplyError::Signature));
}

#[test]
fn a_former_member_who_knows_the_group_injects_nothing() {
    let (people, base) = group();
    let stolen = people.sign("adam", &base, vec![title("mine")]).unwrap().change;
    let state = people.done("olga", &base, vec![Action::Remove(id("adam"))]);
    assert_eq!(state.apply(&stolen), Err(ApplyError::NotAMember));
    let change = forged(&people, "adam", &state, vec![title("mine")], |_| {});
    assert_eq!(state.apply(&change), Err(ApplyError::NotAMember));
}

#[test]
fn a_demoted_admins_concurrent_change_loses_and_is_judged_by_the_new_role() {
    let (people, base) = group();
    let demotion = vec![Action::SetRole(id("adam"), Role::Member)];
    let demoted = people.sign("olga", &base, demotion).unwrap();
    let concurrent = people.sign("adam", &base, vec![title("mine"), Action::Leave]);
    assert!(concurrent.is_err());
    let concurrent = people.sign("adam", &base, vec![title("mine")]).unwrap();
    let both = [&concurrent.change, &demoted.change];
    assert_eq!(winner(&base, both), Some(&demoted.change));
    let outcome = demoted.state.apply(&concurrent.change).unwrap();
    assert!(matches!(outcome, Outcome::Rebase { base: 0, .. }));
    let rebased = rebase(&concurrent.change, &demoted.state);
    assert!(rebased.draft.is_none());
    assert_eq!(rebased.dropped[0].why, ApplyError::NotPermitted { action: 0 });
}

#[test]
fn two_admins_who_remove_each_other_leave_one() {
    let (people, base) = group();
    let owners =
        [Action::SetRole(id("anna"), Role::Owner), Action::SetRole(id("adam"), Role::Owner)];
    let base = people.done("olga", &base, owners.to_vec());
    let a = people.sign("anna", &base, vec![Action::Remove(id("adam"))]).unwrap();
    let b = people.sign("adam", &base, vec![Action::Remove(id("anna"))]).unwrap();
    let expected = if a.change.hash() < b.change.hash() { &a } else { &b };
    for order in [[&a.change, &b.change], [&b.change, &a.change]] {
        let replayed = replay(&base, order);
        assert_eq!(replayed.state, expected.state);
        assert_eq!(replayed.applied, [&expected.change]);
    }
    let loser = if a.change.hash() < b.change.hash() { &b } else { &a };
    let rebased = rebase(&loser.change, &expected.state);
    assert!(rebased.draft.is_none());
    assert_eq!(rebased.dropped[0].why, ApplyError::NotAMember);
}

#[test]
fn a_change_replayed_in_another_group_is_refused() {
    let (people, base) = group();
    let change = people.sign("anna", &base, vec![title("x")]).unwrap().change;
    let other = GenesisDraft::new(Title::new("other").unwrap())
        .member(people.list("anna"), Role::Admin)
        .sign(people.device("olga"), people.list("olga"), NOW, &mut rng(3))
        .unwrap();
    let answer = other.genesis.state().apply(&change);
    assert_eq!(answer, Err(ApplyError::UnknownGroup));
    // Not even with the other group's name in it.
    let mut message = change.to_proto();
    message.body[1..33].copy_from_slice(other.genesis.group().as_bytes());
    message.body[37..69].copy_from_slice(other.genesis.state().hash().as_bytes());
    let change = SignedChange::from_proto(message).unwrap();
    let answer = other.genesis.state().apply(&change);
    assert_eq!(answer, Err(ApplyError::Signature));
}

#[test]
fn a_malicious_adders_wrong_snapshot_is_never_confirmed() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let add = vec![Action::add(people.list("sam"), Role::Member)];
    let added = people.sign("anna", group.state(), add).unwrap();
    group.apply(&added.change, &people.lists, NOW).unwrap();
    // anna shows sam a state in which adam is gone, and which nobody else has.
    let base = group.genesis().state();
    let lie = vec![
        Action::add(people.list("sam"), Role::Member),
        Action::SetRole(id("max"), Role::Observer),
    ];
    let lie = people.sign("anna", base, lie).unwrap();
    let shown = Snapshot::new(group.genesis().clone(), lie.state.clone(), Some(lie.change.clone()));
    let us = people.account("sam");
    let key = us.pair.public_key();
    let mut sams = shown.unwrap().join(&id("anna"), (&us.id, &key)).unwrap();
    assert_eq!(sams.witness(&id("anna"), &sams.ack(), NOW), Witnessed::Same);
    let unconfirmed = Confirmation::Unconfirmed { by: id("anna"), own: id("sam") };
    assert_eq!(*sams.confirmation(), unconfirmed);
    assert_eq!(sams.witness(&id("sam"), &sams.ack(), NOW), Witnessed::Same);
    assert_eq!(*sams.confirmation(), unconfirmed, "our other devices are no witnesses");
    assert_eq!(sams.witness(&id("server"), &sams.ack(), NOW), Witnessed::NotAMember);
    assert_eq!(sams.witness(&id("max"), &group.ack(), NOW), Witnessed::Fork);
    assert_eq!(*sams.confirmation(), unconfirmed);
    // The two changes together prove what anna did.
    let evidence = GroupEvidence::new(added.change, lie.change).unwrap();
    assert_eq!(evidence.kind(), EvidenceKind::Equivocation);
}

#[test]
fn a_snapshot_whose_parts_do_not_belong_together_is_refused() {
    let (people, base) = group();
    let genesis = founded(&people).genesis;
    let one = people.sign("anna", &base, vec![title("one")]).unwrap();
    let two = people.sign("anna", &one.state, vec![title("two")]).unwrap();
    let new = |state: &GroupState, change: Option<&SignedChange>| {
        Snapshot::new(genesis.clone(), state.clone(), change.cloned()).err()
    };
    assert_eq!(new(&two.state, Some(&two.change)), None);
    assert_eq!(new(&base, None), None);
    let wrong = Some(SnapshotError::LastChange);
    assert_eq!(new(&two.state, Some(&one.change)), wrong);
    assert_eq!(new(&two.state, None), wrong);
    let unsigned = fixture::resigned(&two.change);
    assert_eq!(new(&two.state, Some(&unsigned)), Some(SnapshotError::Signature));
    let other = GenesisDraft::new(Title::new("other").unwrap())
        .sign(people.device("olga"), people.list("olga"), NOW, &mut rng(3))
        .unwrap();
    let mixed = Snapshot::new(other.genesis, two.state, Some(two.change));
    assert_eq!(mixed.err(), Some(SnapshotError::Genesis));
}

#[test]
fn reordered_repeated_and_dropped_changes_lead_to_the_same_state() {
    let people = people();
    let mut author = Group::founded(founded(&people).genesis);
    let mut reader = author.clone();
    let mut chain = Vec::new();
    for text in ["a", "b", "c", "d", "e"] {
        let change = people.sign("anna", author.state(), vec![title(text)]).unwrap().change;
        author.apply(&change, &people.lists, NOW).unwrap();
        chain.push(change);
    }
    let mut buffer = ChangeBuffer::new(author.state().group());
    // The third never comes, so that the later ones wait for a resync.
    for at in [1, 4, 0, 1, 3] {
        match reader.apply(&chain[at], &people.lists, NOW).unwrap() {
            Outcome::Applied(_) | Outcome::Duplicate => {}
            Outcome::Ahead { .. } => assert!(buffer.keep(chain[at].clone(), NOW)),
            other => panic!("{other:?}"),
        }
        while let Some(next) = buffer.next(reader.state()) {
            reader.apply(&next, &people.lists, NOW).unwrap();
        }
    }
    assert_eq!((reader.state().revision(), buffer.len()), (2, 2));
    let request = SyncRequest { known: reader.ack() };
    let answer = author.answer(&id("max"), &request, &chain).unwrap();
    let Ok(SyncAnswer::Changes(missing)) = SyncAnswer::decode(&answer.encode()) else { panic!() };
    for change in &missing {
        reader.apply(change, &people.lists, NOW).unwrap();
    }
    assert_eq!(reader.state(), author.state());
    assert_eq!(buffer.next(reader.state()), None);
    assert!(buffer.is_empty());
}

#[test]
fn a_member_with_another_account_key_gets_no_keys_from_who_knows_better() {
    let (people, base) = group();
    let mut deceived = people.clone();
    let fake = Account::new("sam", 1, 4_711).verified_list();
    deceived.lists.insert(id("sam"), fake.clone());
    let state = deceived.done("anna", &base, vec![Action::add(&fake, Role::Member)]);
    let set = state.devices(&people.lists, NOW).unwrap();
    let withheld = Withheld { account: id("sam"), reason: WithheldReason::OtherKey };
    assert_eq!(set.withheld(), [withheld]);
    assert!(set.devices().iter().all(|device| device.account != id("sam")));
}

#[test]
fn nobody_joins_by_a_ticket_of_somebody_else() {
    let (people, base) = group();
    let secret = LinkSecret::generate(base.group(), &mut rng(5));
    let terms = LinkTerms { mode: LinkMode::Open, expires: None, max_uses: None };
    let state = people.done("anna", &base, vec![Action::create_link(&secret, terms)]);
    // The server has sam's ticket and puts itself in sam's place.
    let sams = Ticket::link(&secret, people.device("sam"), people.list("sam"), NOW).unwrap();
    let own = Ticket::request(base.group(), people.device("server"), people.list("server"), NOW);
    let mut message: crate::wire::proto::GroupTicket =
        crate::wire::decode_canonical(&own.unwrap().encode()).unwrap();
    let genuine: crate::wire::proto::GroupTicket =
        crate::wire::decode_canonical(&sams.encode()).unwrap();
    message.body = genuine.body;
    message.link_signature = genuine.link_signature;
    let bytes = prost::Message::encode_to_vec(&message);
    assert!(Ticket::decode(&bytes).is_err());
    let carried = vec![Action::JoinByLink(bytes)];
    assert_eq!(people.refused("max", &state, carried), ApplyError::Document { action: 0 });
}

/// Whose keys were restarted did not contradict itself.
#[test]
fn a_device_under_the_same_address_with_other_keys_is_another() {
    let (people, base) = group();
    let a = people.sign("anna", &base, vec![title("a")]).unwrap().change;
    let b = people.sign("anna", &base, vec![title("b")]).unwrap().change;
    let device = people.device("anna").address().device;
    let mut keys = DeviceKeys::generate(&mut rng(9)).to_bytes();
    keys[1..5].copy_from_slice(&device.as_u32().to_be_bytes());
    let keys = DeviceKeys::from_bytes(&keys).unwrap();
    let mut anew = Account::new("anna", 0, 999);
    let certificate = anew.certify(&keys);
    anew.devices = vec![LocalDevice::new(keys, certificate).unwrap()];
    let proof = DeviceProof::of(&anew.verified_list(), device).unwrap();
    let b = SignedChange::sign(b.core.to_bytes(), *base.hash(), &anew.devices[0], proof).unwrap();
    assert_eq!(a.actor(), b.actor());
    assert_eq!(GroupEvidence::new(a, b).unwrap().kind(), EvidenceKind::Competition);
}

#[test]
fn evidence_verifies_on_its_own_and_only_if_there_is_something_to_show() {
    let (people, base) = group();
    let a = people.sign("anna", &base, vec![title("a")]).unwrap().change;
    let b = people.sign("anna", &base, vec![title("b")]).unwrap().change;
    let c = people.sign("adam", &base, vec![title("c")]).unwrap().change;
    let evidence = GroupEvidence::new(a.clone(), b.clone()).unwrap();
    assert_eq!(evidence.kind(), EvidenceKind::Equivocation);
    assert_eq!(GroupEvidence::decode(&evidence.encode()), Ok(evidence.clone()));
    assert_eq!(GroupEvidence::new(a.clone(), c).unwrap().kind(), EvidenceKind::Competition);
    assert_eq!(GroupEvidence::new(a.clone(), a.clone()), Err(EvidenceError::NotEvidence));
    let unsigned = fixture::resigned(&b);
    assert_eq!(GroupEvidence::new(a.clone(), unsigned), Err(EvidenceError::Signature));
    let state = people.done("adam", &base, vec![title("d")]);
    let later = people.sign("anna", &state, vec![title("b")]).unwrap().change;
    assert_eq!(GroupEvidence::new(a, later), Err(EvidenceError::NotEvidence));
    let bytes = evidence.encode();
    for at in (0..bytes.len()).step_by(11) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        assert!(GroupEvidence::decode(&flipped).is_err(), "byte {at}");
    }
}

#[test]
fn an_equivocating_device_is_caught_by_who_sees_both() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let base = group.state().clone();
    let a = people.sign("anna", &base, vec![title("a")]).unwrap();
    let b = people.sign("anna", &base, vec![title("b")]).unwrap();
    group.apply(&a.change, &people.lists, NOW).unwrap();
    let Ok(Outcome::Rebase { evidence: Some(evidence), .. }) =
        group.apply(&b.change, &people.lists, NOW)
    else {
        panic!()
    };
    assert_eq!(evidence.kind(), EvidenceKind::Equivocation);
    let fork = people.sign("adam", &b.state, vec![title("c")]).unwrap().change;
    let outcome = group.apply(&fork, &people.lists, NOW).unwrap();
    assert!(matches!(outcome, Outcome::Fork { revision: 1, .. }));
    assert_eq!(*group.state(), a.state);
}

#[test]
fn a_removed_member_speaks_from_the_past_no_longer_than_the_past_counts() {
    let people = people();
    let mut group = Group::founded(founded(&people).genesis);
    let index = group.state().member_index(&id("max")).unwrap();
    let removal = people.sign("mona", group.state(), vec![Action::Remove(id("max"))]).unwrap();
    group.apply(&removal.change, &people.lists, NOW).unwrap();
    let then = group.past_sender(0, index, days(2)).unwrap();
    assert_eq!((&then.account, then.role, then.is_member), (&id("max"), Role::Member, false));
    assert!(then.may(Permission::Send) && !then.may(Permission::Pin));
    assert_eq!(group.past_sender(0, index, days(3)), None);
    assert_eq!(group.revision(0, days(3)), None);
    let (hash, epoch) = group.revision(1, days(3)).unwrap();
    assert_eq!((hash, epoch), (group.state().hash(), 1));
}

#[test]
fn a_terminated_state_is_not_brought_back_by_an_unchecked_change() {
    let (people, base) = group();
    let over = people.done("olga", &base, vec![Action::Terminate]);
    let change = unchecked(&people, "anna", &over, vec![title("x")]);
    assert_eq!(over.apply(&change), Err(ApplyError::Terminated));
    assert_eq!(replay(&over, [&change]).state, over);
}
