use core::time::Duration;

use super::*;
use crate::group::{Role, Title};
use crate::limits::{GROUP_FORMER_AGE, GROUP_PAST_AGE, GROUP_PAST_REVISIONS};
use crate::sender_key::{Answer, WithheldReason};

fn title(n: usize) -> Vec<Action> {
    vec![Action::SetTitle(Title::new(&alloc::format!("title {n}")).unwrap())]
}

#[test]
fn a_message_of_an_earlier_revision_counts_within_the_window() {
    let mut world = World::new();
    let said = [world.say("max", "1"), world.say("max", "2"), world.say("max", "3")];
    world.change("anna", title(0));
    assert_eq!(world.heard("mia", &said[0]).revision, 0);
    for n in 1..GROUP_PAST_REVISIONS {
        world.change("anna", title(n));
    }
    assert_eq!(world.heard("mia", &said[1]).plaintext, b"2");
    world.change("anna", title(99));
    assert_eq!(world.hear("mia", &said[2]), Ok(Opened::TooOld));
}

#[test]
fn a_message_of_an_earlier_revision_counts_for_two_days() {
    let mut world = World::new();
    let said = [world.say("max", "1"), world.say("max", "2")];
    world.change("anna", title(0));
    world.later(GROUP_PAST_AGE);
    assert_eq!(world.heard("mia", &said[0]).plaintext, b"1");
    world.later(Duration::from_millis(1));
    assert_eq!(world.hear("mia", &said[1]), Ok(Opened::TooOld));
}

#[test]
fn last_words_of_a_removed_member_count_for_an_hour_and_are_marked() {
    let mut world = World::new();
    let said = [world.say("max", "1"), world.say("max", "2")];
    world.remove_max();
    world.later(GROUP_FORMER_AGE);
    let heard = world.heard("mia", &said[0]);
    assert!(heard.former && heard.plaintext == b"1");
    world.later(Duration::from_millis(1));
    let reason = NotAllowedReason::Former;
    let refused = Opened::NotAllowed { account: Some(id("max")), reason };
    assert_eq!(world.hear("mia", &said[1]), Ok(refused));
}

#[test]
fn a_demoted_member_has_no_more_time_than_a_removed_one() {
    let mut world = World::new();
    let said = [world.say("max", "1"), world.say("max", "2")];
    world.change("anna", vec![Action::SetRole(id("max"), Role::Observer)]);
    let heard = world.heard("mia", &said[0]);
    assert!(heard.former && heard.role == Role::Member);
    world.later(GROUP_FORMER_AGE + Duration::from_millis(1));
    assert!(matches!(
        world.hear("mia", &said[1]),
        Ok(Opened::NotAllowed { reason: NotAllowedReason::Former, .. })
    ));
}

#[test]
fn a_message_of_another_state_of_the_same_revision_is_a_fork() {
    let mut world = World::new();
    let [a, b] = [1, 2].map(|n| world.author("anna", title(n)));
    world.publish(&["max"], &a);
    world.publish(&["mia"], &b);
    world.distribute("max");
    let said = world.say("max", "x");
    let prefix = send::prefix(a.state.hash().as_bytes());
    assert_eq!(world.hear("mia", &said), Ok(Opened::Fork { revision: 1, prefix }));
}

#[test]
fn a_missing_chain_is_asked_for_and_given_as_it_stands() {
    let mut world = World::new();
    let lost = world.say("max", "lost");
    let max = world.people.device("max").address().clone();
    let mia = world.people.device("mia").address().clone();
    for scope in &mut world.channel("mia").scopes {
        scope.forget(&max);
    }
    let Ok(Opened::NeedSenderKey(missing)) = world.hear("mia", &lost) else { panic!() };
    assert_eq!(missing.device, max);
    let now = world.now;
    let request = world.channel("mia").ask(&missing, now).unwrap();
    assert!(world.channel("mia").ask(&missing, now).is_err(), "once an hour");
    let KeyAnswer { answer, changes } = world.channel("max").answer(&mia, &request, now).unwrap();
    let Answer::Give(given) = answer else { panic!() };
    assert!(changes.hot && changes.recipients);
    world.give(&max, &mia, &given);
    assert_eq!(world.hear("mia", &lost), Ok(Opened::TooOld));
    let next = world.say("max", "next");
    assert_eq!(world.heard("mia", &next).plaintext, b"next");
    let again = world.channel("max").answer(&mia, &request, now).unwrap();
    assert!(matches!(again.answer, Answer::Ignore(_)), "both sides count");
    let sam = world.people.device("sam").address().clone();
    let stranger = world.channel("max").answer(&sam, &request, now).unwrap();
    let Answer::Withhold(withheld) = stranger.answer else { panic!() };
    assert_eq!(withheld.reason, WithheldReason::NotAMember);
    assert!(stranger.changes.is_empty());
}

#[test]
fn messages_around_a_key_epoch_open_in_any_order() {
    let mut world = World::new();
    let before = world.say("mia", "before");
    let authored = world.author("mona", vec![Action::Remove(id("max"))]);
    world.publish(&["mona", "mia"], &authored);
    let prepared = world.prepare("mia").unwrap();
    world.channel("mia").record(prepared.distribution.position(), &prepared.devices).unwrap();
    let after = world.say("mia", "after");
    // otto gets the message first, then the chain, then the change.
    assert_eq!(world.hear("otto", &after), Ok(Opened::Unknown));
    let (mia, lists, now) =
        (world.people.device("mia").address().clone(), world.people.lists.clone(), world.now);
    let given = &prepared.distribution;
    let early = world.channel("otto").accept(&mia, given, &lists, now).unwrap();
    assert_eq!(early, KeyOutcome::NeedState { key_epoch: 1 });
    world.take("otto", &authored.change);
    let taken = world.channel("otto").accept(&mia, given, &lists, now).unwrap();
    let KeyOutcome::Taken { accepted, changes } = taken else { panic!() };
    assert!(accepted.new && accepted.epoch_learned);
    assert_eq!((changes.scopes.len(), changes.chains.len()), (1, 1));
    assert_eq!(world.heard("otto", &after).plaintext, b"after");
    assert_eq!(world.heard("otto", &before).plaintext, b"before");
}

#[test]
fn a_message_is_found_among_a_thousand_groups() {
    use crate::crypto::meter::measure;
    let mut world = World::new();
    let mut groups = Groups::new();
    let people = &world.people;
    for n in 0..999 {
        let draft = crate::group::GenesisDraft::new(Title::new("other").unwrap());
        let (device, list) = (people.device("mia"), people.list("mia"));
        let founded = draft.sign(device, list, NOW, &mut rng(1_000 + n)).unwrap();
        let own = device.address().clone();
        let mut channel = GroupChannel::new(own, Group::founded(founded.genesis));
        channel.learn(&founded.epoch_secret).unwrap();
        groups.insert(channel);
    }
    let mia = world.channels.remove("mia").unwrap();
    let group = mia.id();
    groups.insert(mia);
    let said = [world.say("max", "1"), world.say("max", "2")];
    let ask = |groups: &mut Groups, said: &[u8]| groups.open(&message(said), NOW).unwrap();
    let (found, cost) = measure(|| ask(&mut groups, &said[0]));
    assert!(found.group == Some(group) && matches!(found.opened, Opened::Message(_)));
    assert!(cost.search <= 1_002, "{cost:?}");
    let (_, cost) = measure(|| ask(&mut groups, &said[1]));
    assert!(cost.search <= 3, "{cost:?}");
    groups.remove(&group).unwrap();
    let (found, cost) = measure(|| ask(&mut groups, &said[1]));
    assert_eq!(found, Found { group: None, opened: Opened::Unknown });
    assert_eq!((cost.search, cost.aead, cost.kdf, cost.verify), (999, 0, 0, 0));
}

#[test]
fn a_message_of_a_group_can_be_made_reportable() {
    let mut world = World::new();
    let (now, plain) = (world.now, world.say("max", "kind"));
    let World { channels, rng, .. } = &mut world;
    let max = channels.get_mut("max").unwrap();
    let envelope = max.encrypt_reportable(b"rude", now, rng).unwrap().sent.envelope;
    let heard = world.heard("mia", &envelope);
    let opening = heard.opening.unwrap();
    assert!(opening.opens(&heard.plaintext));
    assert_eq!(opening.context().sender, heard.sender);
    assert_eq!(world.heard("mia", &plain).opening, None);
}
