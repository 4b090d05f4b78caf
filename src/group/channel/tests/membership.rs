use core::time::Duration;

use super::*;
use crate::group::{Confirmation, Role, SyncAnswer, SyncRequest};
use crate::limits::{EPOCH_GRACE, GROUP_BEHIND_AGE};

#[test]
fn a_snapshot_in_answer_takes_the_place_of_what_is_gone() {
    let mut world = World::new();
    let old = world.say("max", "old");
    let others = ["olga", "anna", "adam", "mona", "mia"];
    let authored = world.author("mona", vec![Action::Remove(id("max"))]);
    world.publish(&others, &authored);
    let request = SyncRequest { known: world.channels["otto"].group().ack() };
    let answer = world.channels["mia"].group().answer(&id("otto"), &request, &[]).unwrap();
    let Ok(SyncAnswer::Snapshot(snapshot)) = SyncAnswer::decode(&answer.encode()) else { panic!() };
    let key = world.people.account("otto").pair.public_key();
    let own = id("otto");
    let lists = world.people.lists.clone();
    let us = (&own, &key);
    let changes = world.channel("otto").resync(*snapshot, &id("mia"), us, &lists, NOW).unwrap();
    assert!(changes.membership);
    assert_eq!((changes.scopes.len(), changes.removed_scopes.len()), (1, 1));
    assert_eq!(world.hear("otto", &old), Ok(Opened::Unknown));
    assert!(matches!(
        world.channels["otto"].group().confirmation(),
        Confirmation::Unconfirmed { .. }
    ));
    let mut witnessing = GroupChannel::restore(&world.stored("otto")).unwrap();
    let ack = witnessing.group().ack();
    for changes in [Changes::membership(), Changes::default()] {
        assert_eq!(witnessing.witness(&id("anna"), &ack, NOW), (Witnessed::Same, changes));
    }
    world.distribute("anna");
    let said = world.say("anna", "x");
    assert!(world.heard("otto", &said).confirms);
    assert_eq!(*world.channels["otto"].group().confirmation(), Confirmation::Confirmed);
    let restored = GroupChannel::restore(&world.stored("otto")).unwrap();
    assert_eq!(*restored.group().confirmation(), Confirmation::Confirmed);
}

#[test]
fn an_acknowledgement_of_a_later_revision_makes_us_wait() {
    let mut world = World::new();
    let authored = world.author("anna", vec![Action::SetRole(id("otto"), Role::Member)]);
    world.publish(&["anna"], &authored);
    let ack = world.channels["anna"].group().ack();
    let (witnessed, changes) = world.channel("max").witness(&id("anna"), &ack, NOW);
    assert_eq!((witnessed, changes), (Witnessed::Ahead, Changes::default()));
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::Behind { revision: 1 }));
    let (witnessed, _) = world.channel("max").witness(&id("server"), &ack, NOW);
    assert_eq!(witnessed, Witnessed::NotAMember);
    world.take("max", &authored.change);
    world.distribute("max");
    world.say("max", "x");
}

#[test]
fn a_scope_that_is_over_is_searched_no_more() {
    let mut world = World::new();
    let old = world.say("adam", "in the old key epoch");
    world.remove_max();
    let channel = world.channels.remove("mia").unwrap();
    let (id, mut groups) = (channel.id(), Groups::new());
    groups.insert(channel);
    let mut found_after = |time| {
        groups.with(&id, |channel| channel.expire(NOW.saturating_add(time)));
        groups.find(&message(&old)).copied()
    };
    assert_eq!(found_after(EPOCH_GRACE), Some(id));
    assert_eq!(found_after(EPOCH_GRACE + Duration::from_secs(1)), None);
}

#[test]
fn only_a_member_can_say_that_there_is_more() {
    let mut world = World::new();
    let first = world.author("anna", vec![Action::SetRole(id("otto"), Role::Member)]);
    world.publish(&["anna"], &first);
    let second = world.author("anna", vec![Action::SetRole(id("otto"), Role::Observer)]);
    let forged = crate::group::fixture::resigned(&second.change);
    assert_eq!(world.take("max", &forged).outcome, Outcome::Ahead { have: 0, base: 1 });
    world.say("max", "a change that nobody signed holds nobody up");
    world.take("max", &second.change);
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::Behind { revision: 2 }));
}

#[test]
fn a_made_up_revision_makes_nobody_deaf_to_true_ones() {
    let mut world = World::new();
    let made_up = StateAck { revision: u32::MAX, ..world.channels["max"].group().ack() };
    world.channel("max").witness(&id("mia"), &made_up, NOW);
    assert!(world.try_say("max", "x").is_err());
    world.later(GROUP_BEHIND_AGE + Duration::from_millis(1));
    world.say("max", "x");
    world.change("anna", vec![Action::SetRole(id("otto"), Role::Member)]);
    assert!(world.prepare("max").is_ok(), "its time was over");
    let own = world.channels["max"].group().ack();
    let revision = own.revision + 1;
    let now = world.now;
    let later = StateAck { revision, ..own };
    world.channel("max").witness(&id("mia"), &later, now);
    assert!(world.prepare("max").is_ok(), "mia had its hour");
    world.channel("max").witness(&id("anna"), &later, now);
    assert_eq!(world.prepare("max").unwrap_err(), SendRefused::Behind { revision });
}

#[test]
fn everybody_can_hold_us_up_once_a_day() {
    let mut world = World::new();
    let own = world.channels["max"].group().ack();
    let says = |world: &mut World, name: &str, revision| {
        let (later, now) = (StateAck { revision, ..own }, world.now);
        world.channel("max").witness(&id(name), &later, now);
        world.prepare("max").err()
    };
    let hour = GROUP_BEHIND_AGE + Duration::from_millis(1);
    let waits = |revision| Some(SendRefused::Behind { revision });
    assert_eq!(says(&mut world, "mia", 9), waits(9));
    assert_eq!(says(&mut world, "mia", 7), waits(9));
    world.later(hour);
    assert_eq!(says(&mut world, "mia", 10), None);
    assert_eq!(says(&mut world, "anna", 2), waits(2), "the latest of those who still count");
    // A header may be any member's.
    let now = world.now;
    world.channel("max").behind.hear(None, 3, now);
    assert_eq!(world.prepare("max").err(), waits(3));
    world.later(hour);
    assert_eq!(world.prepare("max").err(), None);
    world.later(crate::limits::GROUP_WORD_AGE);
    assert_eq!(says(&mut world, "mia", 4), waits(4));
}

#[test]
fn the_secret_of_an_own_change_outlives_a_snapshot_that_has_it() {
    let mut world = World::new();
    let World { people, channels, now, rng } = &mut world;
    let mona = channels.get_mut("mona").unwrap();
    let draft = mona.group().state().change().with(Action::Remove(id("max")));
    let (device, lists) = (people.device("mona"), &people.lists);
    let signed = mona.sign(draft, device, lists, *now, rng).unwrap().authored;
    let stored = mona.stored();
    world.take("mia", &signed.change);
    let snapshot = world.channels["mia"].group().snapshot();
    let key = world.people.account("mona").pair.public_key();
    let (own, lists) = (id("mona"), world.people.lists.clone());
    let us = (&own, &key);
    let changes = world.channel("mona").resync(snapshot, &id("mia"), us, &lists, NOW).unwrap();
    assert!(changes.pending && changes.scopes.len() == 1);
    assert_eq!(world.channels["mona"].epoch_secret(), signed.epoch_secret.as_ref());
    let restored = GroupChannel::restore(&world.stored("mona")).unwrap();
    assert_eq!(restored.epoch_secret(), signed.epoch_secret.as_ref());
    // Another's change: what was drawn for ours is worth nothing.
    world.channels.insert("mona", GroupChannel::restore(&stored).unwrap());
    let other = world.author("anna", vec![Action::Remove(id("max"))]);
    world.take("otto", &other.change);
    let snapshot = world.channels["otto"].group().snapshot();
    world.channel("mona").resync(snapshot, &id("otto"), us, &lists, NOW).unwrap();
    assert_eq!(world.channels["mona"].epoch_secret(), None);
}

#[test]
fn after_somebody_left_any_member_resets_the_keys_and_nobody_speaks_before() {
    let mut world = World::new();
    let left = world.change("mia", vec![Action::Leave]);
    assert!(left.epoch_secret.is_none() && left.state.is_void());
    world.channels.remove("mia");
    for name in ["olga", "max"] {
        assert_eq!(world.prepare(name).unwrap_err(), SendRefused::VoidEpoch);
    }
    let secret = EpochSecret::generate(&mut world.rng);
    assert!(world.channel("max").learn(&secret).is_err());
    let pending = {
        let World { people, channels, now, rng } = &mut world;
        let max = channels.get_mut("max").unwrap();
        let draft = max.group().state().change().with(Action::ResetKeys);
        max.sign(draft, people.device("max"), &people.lists, *now, rng).unwrap().authored
    };
    let names: Vec<_> = world.channels.keys().copied().collect();
    world.publish(&names, &pending);
    world.distribute_all();
    let said = world.say("max", "x");
    assert_eq!(world.heard("olga", &said).plaintext, b"x");
}

#[test]
fn who_leaves_comes_back_from_a_crash_with_its_leave_pending() {
    let mut world = World::new();
    let World { people, channels, now, rng } = &mut world;
    let mia = channels.get_mut("mia").unwrap();
    let draft = mia.group().state().change().with(Action::Leave);
    let signed = mia.sign(draft, people.device("mia"), &people.lists, *now, rng).unwrap();
    let restored = GroupChannel::restore(&mia.stored()).unwrap();
    assert_eq!(restored.pending(), Some(&signed.authored.change));
}
