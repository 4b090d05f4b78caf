//! Revoked devices that change the group: SPEC.md 15.9 and 16.3.

use alloc::vec;

use super::*;
use crate::group::fixture::title;
use crate::group::{
    Applied, DraftRefused, LinkMode, LinkSecret, LinkTerms, Outcome, Role, Suspect,
};
use crate::group::{SyncAnswer, SyncRequest, Ticket};

/// anna's device was stolen: what it signs then, though anna has revoked it and `knowing` know.
fn stolen(world: &mut World, actions: Vec<Action>) -> Authored {
    world.change("olga", vec![Action::Ban(id("sue"))]);
    let change = world.author("anna", actions);
    world.people.replace_device("anna");
    change
}

fn applied(changed: &Changed) -> &Applied {
    let Outcome::Applied(applied) = &changed.outcome else { panic!("{:?}", changed.outcome) };
    applied
}

#[test]
fn who_knows_of_a_revocation_follows_the_device_and_does_not_speak() {
    let mut world = World::new();
    let unaware = world.people.lists.clone();
    let thief = world.people.device("anna").address().clone();
    let add = vec![Action::add(world.people.list("server"), Role::Member)];
    let change = stolen(&mut world, add);
    // max has the newer list, mia does not: both come to one state.
    let changed = world.take("max", &change.change);
    assert_eq!(applied(&changed).suspects, core::slice::from_ref(&thief));
    assert!(changed.changes.membership);
    let now = world.now;
    world.channel("mia").apply(&change.change, &unaware, now).unwrap();
    let [max, mia] = ["max", "mia"].map(|name| world.channels[name].group());
    assert_eq!(max.state(), mia.state());
    let suspects = vec![Suspect { first: 2, last: 2, device: thief }];
    assert_eq!((max.suspects(), mia.suspects()), (&suspects[..], &[][..]));
    let refused = SendRefused::Suspect { suspects, beyond: None };
    assert_eq!(world.prepare("max").unwrap_err(), refused);
    assert_eq!(world.try_say("max", "x"), Err(refused.clone()));
    // Neither a restart nor a later change ends it, and the group can be told meanwhile.
    let restored = GroupChannel::restore(&world.stored("max")).unwrap();
    world.channels.insert("max", restored);
    let told = world.channels["max"].group().state().outdated(&world.people.lists);
    let told = world.author("max", told);
    world.take("max", &told.change);
    assert_eq!(world.prepare("max").unwrap_err(), refused);
    // A person does, for what it saw.
    assert!(world.channel("max").dismiss_suspects(1).is_empty());
    assert!(world.channel("max").dismiss_suspects(2).membership);
    let secret = told.epoch_secret.unwrap();
    world.channel("max").learn(&secret).unwrap();
    assert!(world.prepare("max").is_ok());
}

#[test]
fn who_catches_up_is_warned_as_well() {
    let mut world = World::new();
    let change = stolen(&mut world, vec![Action::Unban(id("sue"))]);
    let now = world.now;
    let unaware = fixture_lists();
    world.channel("mia").apply(&change.change, &unaware, now).unwrap();
    let request = SyncRequest { known: world.channels["max"].group().ack() };
    let answer = world.channels["mia"].group().answer(&id("max"), &request, &[change.change]);
    let Some(SyncAnswer::Changes(missing)) = answer else { panic!() };
    assert_eq!(applied(&world.take("max", &missing[0])).suspects.len(), 1);
    assert!(matches!(world.prepare("max"), Err(SendRefused::Suspect { .. })));
}

fn fixture_lists() -> crate::group::fixture::Lists {
    people().lists
}

#[test]
fn a_snapshot_does_not_make_a_suspect_group_a_good_one() {
    let mut world = World::new();
    let change = stolen(&mut world, vec![Action::Unban(id("sue"))]);
    world.take("max", &change.change);
    caught_up(&mut world, &change);
    let suspects = world.channels["max"].group().suspects();
    assert_eq!((suspects.len(), suspects[0].first), (1, 2));
}

#[test]
fn what_leads_to_no_reader_and_no_power_is_not_suspect() {
    let mut world = World::new();
    let thief = world.people.clone();
    world.people.replace_device("anna");
    let harmless = [title("x"), Action::Remove(id("max")), Action::SetSlowMode(5)];
    for action in harmless.into_iter().chain([Action::ResetKeys, Action::Ban(id("sue"))]) {
        let state = world.channels["mia"].group().state().clone();
        let change = thief.sign("anna", &state, vec![action]).unwrap();
        assert!(applied(&world.take("mia", &change.change)).suspects.is_empty());
    }
    let state = world.channels["mia"].group().state().clone();
    let change = thief.sign("anna", &state, vec![title("y"), Action::Unban(id("sue"))]).unwrap();
    assert_eq!(applied(&world.take("mia", &change.change)).suspects.len(), 1);
}

#[test]
fn a_device_has_one_note_of_its_first_and_last_deed() {
    let mut world = World::new();
    let thief = world.people.clone();
    world.people.replace_device("anna");
    for action in [Action::SetRole(id("mia"), Role::Observer), title("x")] {
        let state = world.channels["max"].group().state().clone();
        let change = thief.sign("anna", &state, vec![action]).unwrap();
        world.take("max", &change.change);
    }
    let state = world.channels["max"].group().state().clone();
    let change = thief.sign("anna", &state, vec![Action::SetRole(id("mia"), Role::Member)]);
    world.take("max", &change.unwrap().change);
    let group = world.channels["max"].group();
    let device = thief.device("anna").address().clone();
    assert_eq!(group.suspects(), [Suspect { first: 1, last: 3, device }]);
    assert_eq!(Group::from_bytes(&group.to_bytes()).as_ref(), Ok(group));
    // Of a later revision than the group's it is no group's.
    let mut bytes = group.to_bytes();
    let at = bytes.len() - 1 - (4 + 2 + 4) - 1;
    assert_eq!(bytes[at], 3);
    bytes[at] = 4;
    assert!(Group::from_bytes(&bytes).is_err());
    assert!(world.channel("max").dismiss_suspects(2).membership);
    assert_eq!(world.channels["max"].group().suspects()[0].first, 3);
}

/// max was away when `change` and another one were made, and gets a snapshot of mia's.
fn caught_up(world: &mut World, change: &Authored) {
    let now = world.now;
    world.channel("mia").apply(&change.change, &fixture_lists(), now).unwrap();
    let state = world.channels["mia"].group().state().clone();
    let next = world.people.sign("adam", &state, vec![title("x")]).unwrap();
    world.take("mia", &next.change);
    let snapshot = world.channels["mia"].group().snapshot();
    let us = world.people.account("max");
    let (account, key) = (us.id.clone(), us.pair.public_key());
    let lists = world.people.lists.clone();
    let us = (&account, &key);
    world.channel("max").resync(snapshot, &id("mia"), us, &lists, now).unwrap();
}

#[test]
fn a_snapshot_does_not_hide_what_a_revoked_device_may_have_done() {
    let mut world = World::new();
    let thief = world.people.device("anna").address().clone();
    let add = vec![Action::add(world.people.list("server"), Role::Member)];
    let change = stolen(&mut world, add);
    caught_up(&mut world, &change);
    let revision = world.channels["max"].group().state().revision();
    let suspects = [Suspect { first: revision, last: revision, device: thief }];
    assert_eq!(world.channels["max"].group().suspects(), suspects);
}

#[test]
fn the_last_change_before_a_snapshot_speaks_for_itself() {
    let mut world = World::new();
    let (secret, terms) = link(&mut world);
    world.change("anna", vec![Action::create_link(&secret, terms)]);
    let (now, old) = (world.now, world.people.clone());
    let sam = old.device("sam").address().clone();
    let ticket = Ticket::link(&secret, old.device("sam"), old.list("sam"), NOW).unwrap();
    let carried = world.author("otto", vec![Action::carry(&ticket)]);
    world.take("mia", &carried.change);
    let snapshot = world.channels["mia"].group().snapshot();
    // In max's own state sam is no member, so that nothing there says what its list revokes.
    world.people.replace_device("sam");
    let us = world.people.account("max");
    let (account, key) = (us.id.clone(), us.pair.public_key());
    let lists = world.people.lists.clone();
    let us = (&account, &key);
    world.channel("max").resync(snapshot, &id("mia"), us, &lists, now).unwrap();
    let suspects = [Suspect { first: 2, last: 2, device: sam }];
    assert_eq!(world.channels["max"].group().suspects(), suspects);
}

#[test]
fn who_joins_again_knows_what_was_suspect() {
    let mut world = World::new();
    let change = stolen(&mut world, vec![Action::Unban(id("sue"))]);
    world.take("max", &change.change);
    let now = world.now;
    world.channel("mia").apply(&change.change, &fixture_lists(), now).unwrap();
    let us = world.people.account("max");
    let snapshot = world.channels["mia"].group().snapshot();
    let group = snapshot.join(&id("mia"), (&us.id, &us.pair.public_key())).unwrap();
    let old = world.channels.remove("max").unwrap();
    let again = GroupChannel::new(old.own().clone(), group);
    assert!(!again.group().is_suspect());
    let (known, noted) = (old.id(), old.group().suspects().to_vec());
    let mut groups = Groups::new();
    groups.insert(old);
    assert!(groups.insert(again).is_some());
    assert_eq!(groups.channel(&known).unwrap().group().suspects(), noted);
}

fn link(world: &mut World) -> (LinkSecret, LinkTerms) {
    let secret = LinkSecret::generate(world.channels["olga"].id(), &mut rng(5));
    (secret, LinkTerms { mode: LinkMode::Open, expires: None, max_uses: None })
}

#[test]
fn a_ticket_of_a_revoked_device_is_not_carried_by_who_knows_and_marked_by_who_does() {
    let mut world = World::new();
    let (secret, terms) = link(&mut world);
    world.change("anna", vec![Action::create_link(&secret, terms)]);
    let old = world.people.clone();
    let sam = old.device("sam").address().clone();
    let ticket = Ticket::link(&secret, old.device("sam"), old.list("sam"), NOW).unwrap();
    world.people.replace_device("sam");
    let state = world.channels["otto"].group().state().clone();
    let refused = world.people.sign("otto", &state, vec![Action::carry(&ticket)]).unwrap_err();
    assert_eq!(refused, DraftRefused::RevokedDevice { action: 0 });
    let carried = old.sign("otto", &state, vec![Action::carry(&ticket)]).unwrap();
    let changed = world.take("max", &carried.change);
    assert_eq!(applied(&changed).suspects, [sam]);
    assert!(matches!(world.prepare("max"), Err(SendRefused::Suspect { .. })));
}

#[test]
fn nobody_adds_under_an_older_list_than_it_has() {
    let mut world = World::new();
    let old = world.people.clone();
    world.people.replace_device("sam");
    let state = world.channels["anna"].group().state().clone();
    let add = || vec![title("x"), Action::add(old.list("sam"), Role::Member)];
    let refused = world.people.sign("anna", &state, add()).unwrap_err();
    assert_eq!(refused, DraftRefused::OutdatedList { action: 1 });
    // Who had no newer one adds; who has it tells the group before it sends.
    let added = old.sign("anna", &state, add()).unwrap();
    let changed = world.take("max", &added.change);
    assert!(applied(&changed).suspects.is_empty());
    let accounts = vec![id("sam")];
    assert_eq!(world.prepare("max").unwrap_err(), SendRefused::Revoked { accounts });
}
