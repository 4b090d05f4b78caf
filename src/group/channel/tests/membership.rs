use super::*;
use crate::group::{Confirmation, Role, SyncAnswer, SyncRequest};
use crate::limits::GROUP_BEHIND_AGE;

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
    let changes = world.channel("otto").resync(*snapshot, &id("mia"), (&own, &key), NOW).unwrap();
    assert!(changes.membership);
    assert_eq!((changes.scopes.len(), changes.removed_scopes.len()), (1, 1));
    assert_eq!(world.hear("otto", &old), Ok(Opened::Unknown));
    assert!(matches!(
        world.channels["otto"].group().confirmation(),
        Confirmation::Unconfirmed { .. }
    ));
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
    world.later(GROUP_BEHIND_AGE + core::time::Duration::from_millis(1));
    world.say("max", "x");
    world.change("anna", vec![Action::SetRole(id("otto"), Role::Member)]);
    assert!(world.prepare("max").is_ok(), "its time was over");
    let own = world.channels["max"].group().ack();
    let revision = own.revision + 1;
    let now = world.now;
    world.channel("max").witness(&id("mia"), &StateAck { revision, ..own }, now);
    assert_eq!(world.prepare("max").unwrap_err(), SendRefused::Behind { revision });
}
