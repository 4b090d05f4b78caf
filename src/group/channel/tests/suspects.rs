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
    let suspects = vec![Suspect { revision: 1, device: thief }];
    assert_eq!((max.suspects(), mia.suspects()), (&suspects[..], &[][..]));
    let refused = SendRefused::Suspect { suspects };
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
    assert!(world.channel("max").dismiss_suspects(0).is_empty());
    assert!(world.channel("max").dismiss_suspects(1).membership);
    let secret = told.epoch_secret.unwrap();
    world.channel("max").learn(&secret).unwrap();
    assert!(world.prepare("max").is_ok());
}

#[test]
fn who_catches_up_is_warned_as_well() {
    let mut world = World::new();
    let change = stolen(&mut world, vec![title("mine")]);
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
    let change = stolen(&mut world, vec![title("mine")]);
    world.take("max", &change.change);
    let now = world.now;
    world.channel("mia").apply(&change.change, &fixture_lists(), now).unwrap();
    let next = world.people.sign("adam", world.channels["mia"].group().state(), vec![title("x")]);
    world.take("mia", &next.unwrap().change);
    let snapshot = world.channels["mia"].group().snapshot();
    let us = world.people.account("max");
    let (account, key) = (us.id.clone(), us.pair.public_key());
    world.channel("max").resync(snapshot, &id("mia"), (&account, &key), now).unwrap();
    assert_eq!(world.channels["max"].group().suspects().len(), 1);
}

#[test]
fn the_newest_suspects_are_remembered_up_to_the_limit() {
    let mut world = World::new();
    let limit = crate::limits::GROUP_SUSPECTS;
    let thief = world.people.clone();
    world.people.replace_device("anna");
    for n in 0..=limit {
        let state = world.channels["max"].group().state();
        let text = alloc::format!("{n}");
        let change = thief.sign("anna", state, vec![title(&text)]).unwrap();
        world.take("max", &change.change);
    }
    let revisions: Vec<_> =
        world.channels["max"].group().suspects().iter().map(|s| s.revision as usize).collect();
    assert_eq!(revisions, (2..=limit + 1).collect::<Vec<_>>());
    let group = world.channels["max"].group();
    assert_eq!(Group::from_bytes(&group.to_bytes()).as_ref(), Ok(group));
    // One more, of a later revision, or out of order, is no group's.
    let bytes = group.to_bytes();
    let suspect = |revision: u32| {
        let mut bytes = bytes.clone();
        let at = bytes.len() - (4 + 2 + 4 + 4);
        bytes[at..at + 4].copy_from_slice(&revision.to_be_bytes());
        Group::from_bytes(&bytes).is_ok()
    };
    assert!(suspect(17));
    assert!(!suspect(18) && !suspect(15) && !suspect(0));
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
