use core::time::Duration;

use super::*;
use crate::group::{GenesisDraft, Permission, Role, Title, WithheldReason};
use crate::limits::{GROUP_BEHIND_AGE, GROUP_CHAIN_AGE, GROUP_DEVICES_AGE};
use crate::sender_key::{RecordError, Rotate, SendError};

#[test]
fn everybody_reads_what_a_member_writes() {
    let mut world = World::new();
    let envelope = world.say("max", "hello");
    for name in FOUNDERS.into_iter().filter(|name| *name != "max") {
        let heard = world.heard(name, &envelope);
        assert_eq!(heard.plaintext, b"hello");
        assert_eq!(heard.sender, *world.people.device("max").address());
        assert_eq!((heard.role, heard.revision, heard.former), (Role::Member, 0, false));
        assert_eq!(world.hear(name, &envelope), Ok(Opened::Duplicate));
    }
    assert_eq!(world.hear("max", &envelope), Ok(Opened::Own));
}

#[test]
fn nothing_is_sent_before_exactly_the_devices_of_the_state_have_the_chain() {
    let mut world = World::quiet();
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::NotPrepared));
    let prepared = world.prepare("max").unwrap();
    let position = prepared.distribution.position();
    assert_eq!(prepared.devices.len(), 6);
    assert!(prepared.devices.iter().all(|d| d.account != id("max")));
    world.channel("max").record(position, &prepared.devices[1..]).unwrap();
    let missing = SendError::NotDistributed { missing: vec![prepared.devices[0].clone()] };
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::Chain(missing)));
    let again = world.prepare("max").unwrap();
    assert!(again.changes.is_empty());
    assert_eq!(again.devices.len(), 1);
    let recorded = world.channel("max").record(position, &prepared.devices[..1]).unwrap();
    assert_eq!(recorded.progress.missing, 0);
    assert!(world.try_say("max", "x").is_ok());
    let sam = world.people.device("sam").address().clone();
    let before = world.stored("max");
    let position = world.channel("max").sending.as_ref().unwrap().position();
    let extra = world.channel("max").record(position, core::slice::from_ref(&sam));
    assert_eq!(extra, Err(RecordRefused::Chain(RecordError::Extra { extra: vec![sam] })));
    assert!(world.stored("max") == before);
}

#[test]
fn an_unlisted_device_gets_nothing() {
    let mut world = World::quiet();
    world.people.lists.remove(&id("mia"));
    let prepared = world.prepare("max").unwrap();
    assert!(prepared.devices.iter().all(|d| d.account != id("mia")));
    let [withheld] = &prepared.withheld[..] else { panic!() };
    assert_eq!((&withheld.account, withheld.reason), (&id("mia"), WithheldReason::NoList));
    let mia = world.people.device("mia").address().clone();
    assert!(world.channel("max").record(prepared.distribution.position(), &[mia]).is_err());
}

#[test]
fn after_a_removal_nothing_is_sent_on_the_old_chain() {
    let mut world = World::new();
    world.remove_max();
    assert_eq!(world.try_say("mia", "x"), Err(SendRefused::NotPrepared));
    let before = world.channels["mia"].sending.as_ref().unwrap().id();
    let prepared = world.prepare("mia").unwrap();
    assert_ne!(prepared.distribution.chain(), before);
    assert!(prepared.changes.hot && prepared.changes.recipients);
    assert!(prepared.devices.iter().all(|d| d.account != id("max")));
    let refused = world.try_say("mia", "x").unwrap_err();
    assert!(matches!(refused, SendRefused::Chain(SendError::NotDistributed { .. })));
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::NotAMember));
}

#[test]
fn whoever_joins_later_reads_from_then_on() {
    let mut world = World::new();
    let early = world.say("max", "early");
    let add = vec![Action::add(world.people.list("sam"), Role::Member)];
    world.change("anna", add);
    let refused = world.try_say("max", "x");
    assert_eq!(refused, Err(SendRefused::NotPrepared), "the devices are looked up anew");
    let us = world.people.account("sam");
    let snapshot = world.channels["anna"].group().snapshot();
    let group = snapshot.join(&id("anna"), (&us.id, &us.pair.public_key())).unwrap();
    let own = world.people.device("sam").address().clone();
    world.channels.insert("sam", GroupChannel::new(own.clone(), group));
    assert_eq!(world.distribute("max"), [own]);
    assert_eq!(world.hear("sam", &early), Ok(Opened::TooOld));
    let late = world.say("max", "late");
    let heard = world.heard("sam", &late);
    assert_eq!(heard.plaintext, b"late");
    assert!(heard.confirms, "max is another than anna, who let sam in");
    world.distribute("sam");
    let first = world.say("sam", "hi");
    assert_eq!(world.heard("max", &first).plaintext, b"hi");
}

#[test]
fn a_group_that_one_account_vouches_for_is_written_to_when_a_person_says_so() {
    let mut world = World::new();
    let add = vec![Action::add(world.people.list("sam"), Role::Member)];
    world.change("anna", add);
    let us = world.people.account("sam");
    let snapshot = world.channels["anna"].group().snapshot();
    let group = snapshot.join(&id("anna"), (&us.id, &us.pair.public_key())).unwrap();
    let own = world.people.device("sam").address().clone();
    let mut sam = GroupChannel::new(own, group);
    sam.learn(world.channels["anna"].epoch_secret().unwrap()).unwrap();
    let lists = &world.people.lists;
    assert_eq!(sam.prepare(lists, NOW, &mut rng(1)).unwrap_err(), SendRefused::Unconfirmed);
    assert!(sam.believe().membership);
    assert!(sam.prepare(lists, NOW, &mut rng(1)).is_ok());
}

#[test]
fn roles_terms_and_the_end_of_the_group_are_kept_to() {
    let mut world = World::new();
    assert_eq!(world.prepare("otto").unwrap_err(), SendRefused::NotAllowed);
    world.change("anna", vec![Action::SetAnnouncement(true)]);
    assert_eq!(world.prepare("max").unwrap_err(), SendRefused::NotAllowed);
    assert!(world.distribute("adam").is_empty());
    world.say("adam", "only admins");
    world.change("olga", vec![Action::Terminate]);
    assert_eq!(world.prepare("adam").unwrap_err(), SendRefused::Terminated);
}

#[test]
fn slow_mode_binds_members_and_not_moderators() {
    let mut world = World::new();
    world.change("anna", vec![Action::SetSlowMode(60)]);
    world.distribute_all();
    let first = world.say("max", "1");
    let until = world.now.saturating_add(Duration::from_mins(1));
    assert_eq!(world.try_say("max", "2"), Err(SendRefused::SlowMode { until }));
    world.say("mona", "1");
    world.say("mona", "2");
    assert_eq!(world.heard("mia", &first).slow_mode, Some(Duration::from_mins(1)));
    world.now = until;
    world.say("max", "2");
}

#[test]
fn slow_mode_is_judged_by_stated_times_whatever_the_order() {
    let (minute, at) = (Duration::from_mins(1), |s| NOW.saturating_add(Duration::from_secs(s)));
    assert!(keeps_slow_mode(minute, at(60), at(500), [at(0), at(120)]));
    assert!(!keeps_slow_mode(minute, at(59), at(500), [at(0)]));
    assert!(!keeps_slow_mode(minute, at(0), at(500), [at(0)]));
    assert!(keeps_slow_mode(minute, at(60), at(0), []));
    assert!(!keeps_slow_mode(minute, at(61), at(0), []), "in the future");
}

#[test]
fn whoever_heard_of_a_later_revision_waits_for_it_and_not_for_ever() {
    let mut world = World::new();
    let change = world.author("anna", vec![Action::SetTitle(Title::new("a").unwrap())]);
    world.publish(&["anna", "mia"], &change);
    world.distribute("anna");
    let envelope = world.say("anna", "x");
    assert_eq!(world.hear("max", &envelope), Ok(Opened::NeedState { revision: 1 }));
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::Behind { revision: 1 }));
    assert_eq!(world.prepare("max").unwrap_err(), SendRefused::Behind { revision: 1 });
    world.later(GROUP_BEHIND_AGE);
    assert!(world.try_say("max", "x").is_err());
    world.later(Duration::from_millis(1));
    assert!(world.try_say("max", "x").is_ok());
    assert_eq!(world.hear("max", &envelope), Ok(Opened::NeedState { revision: 1 }));
    assert!(world.try_say("max", "x").is_ok(), "the same word again holds nobody up");
    world.take("max", &change.change);
    assert_eq!(world.heard("max", &envelope).plaintext, b"x");
}

#[test]
fn a_revoked_device_ends_the_sending_until_the_group_knows() {
    let mut world = World::new();
    let old = world.people.device("mia").address().clone();
    world.people.replace_device("mia");
    let said = world.say("mia", "from the device that is lost");
    let lists_now = world.people.lists.clone();
    let gone = world.channel("max").refresh(&lists_now);
    assert_eq!(gone.removed_chains.len(), 1);
    assert_eq!(gone.removed_chains[0].chain.device, old);
    let heard = world.hear("max", &said).unwrap();
    assert!(matches!(heard, Opened::NeedSenderKey(_)), "what it gave is forgotten: {heard:?}");
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::NotPrepared));
    let refused = world.prepare("max").unwrap_err();
    assert_eq!(refused, SendRefused::Revoked { accounts: vec![id("mia")] });
    // It cannot give it again.
    let given = world.channels["mia"].sending.as_ref().unwrap().distribution();
    let taken = world.channel("max").accept(&old, &given, &lists_now, NOW).unwrap();
    assert_eq!(taken, KeyOutcome::Stranger(Stranger::Unlisted));
    let update = world.channels["max"].group().state().outdated(&world.people.lists);
    let epoch = world.channels["max"].group().state().key_epoch();
    let names = ["olga", "anna", "adam", "mona", "max", "otto"];
    let authored = world.author("max", update);
    assert!(authored.epoch_secret.is_some());
    world.publish(&names, &authored);
    assert_eq!(world.channels["max"].group().state().key_epoch(), epoch + 1);
    let told = world.distribute("max");
    assert!(!told.contains(&old) && told.iter().any(|d| d.account == id("mia")));
    let said = world.say("max", "without it");
    assert_eq!(world.hear("mia", &said), Ok(Opened::Unknown));
    assert_eq!(world.heard("otto", &said).plaintext, b"without it");
}

#[test]
fn a_device_that_its_own_list_does_not_name_prepares_nothing() {
    let mut world = World::new();
    let list = world.people.lists.remove(&id("max")).unwrap();
    assert_eq!(world.prepare("max").unwrap_err(), SendRefused::OwnDevice);
    world.people.lists.insert(id("max"), list);
    assert!(world.prepare("max").is_ok());
}

#[test]
fn devices_are_looked_up_again_after_a_day() {
    let mut world = World::new();
    world.later(GROUP_DEVICES_AGE);
    world.say("max", "x");
    world.later(Duration::from_millis(1));
    assert_eq!(world.try_say("max", "x"), Err(SendRefused::NotPrepared));
    world.prepare("max").unwrap();
    world.say("max", "x");
}

#[test]
fn a_chain_that_is_due_is_replaced_when_prepared() {
    let mut world = World::new();
    let before = world.channels["max"].sending.as_ref().unwrap().id();
    world.later(GROUP_CHAIN_AGE);
    let prepared = world.prepare("max").unwrap();
    assert_eq!(prepared.distribution.chain(), before);
    world.later(Duration::from_millis(1));
    let due = Err(SendRefused::Chain(SendError::MustRotate(Rotate::Age)));
    assert_eq!(world.try_say("max", "x"), due);
    let prepared = world.prepare("max").unwrap();
    assert_ne!(prepared.distribution.chain(), before);
    assert_eq!(prepared.devices.len(), 6);
}

#[test]
fn without_the_epoch_secret_nothing_is_prepared_and_a_wrong_one_is_refused() {
    let mut world = World::new();
    let authored = world.author("mona", vec![Action::Remove(id("max"))]);
    world.take("mia", &authored.change);
    assert_eq!(world.prepare("mia").unwrap_err(), SendRefused::NoEpochSecret);
    let before = world.stored("mia");
    let wrong = EpochSecret::generate(&mut rng(5));
    assert!(world.channel("mia").learn(&wrong).is_err());
    assert!(world.stored("mia") == before);
    let secret = authored.epoch_secret.unwrap();
    assert_eq!(world.channel("mia").learn(&secret).unwrap().scopes.len(), 1);
    assert!(world.channel("mia").learn(&secret).unwrap().is_empty());
    assert!(world.prepare("mia").is_ok());
}

#[test]
fn who_may_send_is_what_the_access_table_says() {
    let mut world = World::new();
    let observers = crate::group::Level::AtLeast(Role::Observer);
    world.change("olga", vec![Action::SetAccess(Permission::Send, observers)]);
    world.distribute_all();
    assert_eq!(world.distribute("otto").len(), 6);
    let said = world.say("otto", "at last");
    assert_eq!(world.heard("max", &said).role, Role::Observer);
}

/// Whoever is alone with the one who let it in has nobody else to ask.
#[test]
fn a_group_of_two_is_believed_at_once() {
    let people = people();
    for (third, expected) in [(None, Ok(())), (Some("mia"), Err(SendRefused::Unconfirmed))] {
        let draft = GenesisDraft::new(Title::new("two").unwrap());
        let draft = draft.member(people.list("sam"), Role::Member);
        let draft = third
            .into_iter()
            .fold(draft, |draft, name| draft.member(people.list(name), Role::Member));
        let founded =
            draft.sign(people.device("olga"), people.list("olga"), NOW, &mut rng(2)).unwrap();
        let sam = people.account("sam");
        let us = (&sam.id, &sam.pair.public_key());
        let group = Group::founded(founded.genesis).snapshot().join(&id("olga"), us).unwrap();
        let mut channel = GroupChannel::new(people.device("sam").address().clone(), group);
        channel.learn(&founded.epoch_secret).unwrap();
        let prepared = channel.prepare(&people.lists, NOW, &mut rng(3)).map(drop);
        assert_eq!(prepared, expected);
    }
}

#[test]
fn slow_mode_is_for_members_below_moderators() {
    let interval = send::interval;
    assert_eq!(interval(0, Role::Member), None);
    assert_eq!(interval(7, Role::Member), Some(Duration::from_secs(7)));
    assert_eq!(interval(7, Role::Moderator), None);
}
