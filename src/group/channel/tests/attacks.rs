use core::time::Duration;

use super::*;
use crate::group::{Role, Title};
use crate::identity::fixture::rng;
use crate::limits::{EPOCH_GRACE, GROUP_FORMER_AGE};
use crate::sender_key::AcceptKeyError;
use crate::sender_key::{Rotation, Standing};

#[test]
fn a_former_member_injects_nothing_into_the_new_key_epoch() {
    let mut world = World::new();
    world.remove_max();
    world.channels.remove("mona");
    let mia = world.people.device("mia").address().clone();
    world.distribute("mia");
    let said = world.say("mia", "without max");
    assert_eq!(world.hear("max", &said), Ok(Opened::Unknown), "max finds it to be of no group");
    // Its own chain of the new epoch would need the secret; its old chain is not distributed anew.
    let given = world.channels["max"].sending.as_ref().unwrap().distribution();
    let (max, lists) = (world.people.device("max").address().clone(), world.people.lists.clone());
    let taken = world.channel("mia").accept(&max, &given, &lists, NOW).unwrap();
    assert_eq!(taken, KeyOutcome::Stranger(Stranger::NotAMember));
    assert!(world.channels["mia"].sending.as_ref().unwrap().sender() == &mia);
}

#[test]
fn a_former_member_cannot_say_that_there_is_more() {
    let mut world = World::new();
    let audience = world.channels["max"].ready.as_ref().unwrap().audience.clone();
    world.remove_max();
    // max still has the header key of the old epoch and puts any revision into a header.
    let standing = Standing { revision: u32::MAX, ..Standing::default() };
    let sending = world.channel("max").sending.as_mut().unwrap();
    let mut rng = rng(5);
    let rotation = Rotation::GROUP;
    let sent = sending.encrypt(&audience, standing, b"x", &rotation, NOW, &mut rng).unwrap();
    for name in ["mia", "anna"] {
        let refused = world.hear(name, &sent.envelope).unwrap();
        let key_epoch = NotAllowedReason::KeyEpoch;
        assert!(matches!(refused, Opened::NotAllowed { reason, .. } if reason == key_epoch));
        world.distribute(name);
        world.say(name, "not held up");
    }
}

#[test]
fn a_former_member_cannot_speak_from_the_past_for_long() {
    let mut world = World::new();
    let authored = world.author("mona", vec![Action::Remove(id("max"))]);
    let others = ["olga", "anna", "adam", "mona", "mia", "otto"];
    world.publish(&others, &authored);
    // max did not take the change and goes on as if nothing had happened.
    let within = world.say("max", "still here");
    assert!(world.heard("mia", &within).former);
    world.later(GROUP_FORMER_AGE + Duration::from_millis(1));
    let late = world.say("max", "and still");
    for name in others {
        let refused = world.hear(name, &late).unwrap();
        assert!(matches!(refused, Opened::NotAllowed { reason: NotAllowedReason::Former, .. }));
    }
    // Nor by naming the present revision, in which its place is another's.
    let revision = authored.state.revision();
    let prefix = send::prefix(authored.state.hash().as_bytes());
    let forged = forge(&mut world, "max", revision, prefix);
    let reason = NotAllowedReason::KeyEpoch;
    assert_eq!(world.hear("mia", &forged), Ok(Opened::NotAllowed { account: None, reason }));
}

/// What `name` says on its chain under a standing of its choice.
fn forge(world: &mut World, name: &str, revision: u32, state_prefix: [u8; 16]) -> Vec<u8> {
    use crate::sender_key::{Audience, Rotation, SendingChain, Standing};
    let now = world.now;
    let index = world.channels[name].group().state().member_index(&id(name)).unwrap();
    let chain: &SendingChain = world.channels[name].sending.as_ref().unwrap();
    let mut chain = SendingChain::restore(&chain.stored()).unwrap();
    let ready = world.channels[name].ready.as_ref().unwrap();
    let audience: Audience = ready.audience.clone();
    let standing = Standing { member_index: index, revision, state_prefix };
    let sent = chain.encrypt(&audience, standing, b"x", &Rotation::GROUP, now, &mut world.rng);
    sent.unwrap().envelope
}

#[test]
fn a_former_members_replays_are_duplicates_or_too_old() {
    let mut world = World::new();
    let said = world.say("adam", "hello");
    world.heard("mia", &said);
    world.remove_max();
    assert_eq!(world.hear("mia", &said), Ok(Opened::Duplicate));
    world.later(EPOCH_GRACE + Duration::from_millis(1));
    assert_eq!(world.hear("mia", &said), Ok(Opened::TooOld));
    let now = world.now;
    let changes = world.channel("mia").expire(now);
    assert_eq!(changes.removed_scopes.len(), 1);
    assert_eq!(world.hear("mia", &said), Ok(Opened::Unknown));
}

#[test]
fn a_member_that_gives_out_different_chain_keys_is_read_by_those_with_its_own_alone() {
    let mut world = World::quiet();
    world.distribute("mona");
    let prepared = world.prepare("max").unwrap();
    let max = world.people.device("max").address().clone();
    // Another chain under the same id and signing key, for mia alone.
    let stored = world.channels["max"].sending.as_ref().unwrap().stored();
    let mut other = stored.clone();
    let at = other.hot.len() - 4 - 32 - 32 - 8 - 1;
    other.hot[at] ^= 1;
    let other = SendingChain::restore(&other).unwrap();
    assert_eq!(other.id(), prepared.distribution.chain());
    for device in &prepared.devices {
        let lie = other.distribution();
        let given = if device.account == id("mia") { &lie } else { &prepared.distribution };
        world.give(&max, device, given);
    }
    world.channel("max").record(prepared.distribution.position(), &prepared.devices).unwrap();
    let said = world.say("max", "x");
    assert_eq!(world.heard("anna", &said).plaintext, b"x");
    let before = world.stored("mia");
    assert_eq!(world.hear("mia", &said), Err(OpenSenderError::Forged));
    assert!(world.stored("mia") == before);
    // What it tells mia anew under the known name is refused or ignored.
    let lists = world.people.lists.clone();
    let mut anew = prepared.distribution;
    anew = Distribution::decode(&anew.encode()).unwrap();
    let taken = world.channel("mia").accept(&max, &anew, &lists, NOW).unwrap();
    assert!(matches!(taken, KeyOutcome::Taken { accepted, .. } if !accepted.new));
}

#[test]
fn a_member_cannot_send_different_contents_as_one_message() {
    let mut world = World::new();
    let restored = GroupChannel::restore(&world.stored("max")).unwrap();
    let a = world.say("max", "to anna");
    world.channels.insert("max", restored);
    world.prepare("max").unwrap();
    let b = world.say("max", "to mia");
    // Two envelopes of one iteration: each member takes whichever comes first, and no other.
    assert_eq!(world.heard("anna", &a).plaintext, b"to anna");
    assert_eq!(world.hear("anna", &b), Ok(Opened::Duplicate));
    assert_eq!(world.heard("mia", &b).plaintext, b"to mia");
    assert_eq!(world.hear("mia", &a), Ok(Opened::Duplicate));
    // They name different messages, so that quotes and receipts show it.
    let ids = [&a, &b].map(|envelope| message(envelope).wire_id());
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_member_cannot_forge_anothers_message() {
    let mut world = World::new();
    let given = world.channels["adam"].sending.as_ref().unwrap().distribution();
    let (max, lists) = (world.people.device("max").address().clone(), world.people.lists.clone());
    // max knows adam's chain, and passes it on as its own: it opens nothing.
    let taken = world.channel("mia").accept(&max, &given, &lists, NOW).unwrap();
    assert!(matches!(taken, KeyOutcome::Taken { .. }));
    let said = world.say("adam", "mine");
    let heard = world.heard("mia", &said);
    assert_eq!(heard.sender.account, id("adam"));
    // max speaks under adam's place: there is no such chain of adam's.
    let state = world.channels["max"].group().state();
    let (hash, adam) = (*state.hash(), state.member_index(&id("adam")).unwrap());
    let chain = world.channels["max"].sending.as_ref().unwrap();
    let mut chain = SendingChain::restore(&chain.stored()).unwrap();
    let standing =
        Standing { member_index: adam, revision: 0, state_prefix: send::prefix(hash.as_bytes()) };
    let audience = world.channels["max"].ready.as_ref().unwrap().audience.clone();
    let rotation = Rotation::GROUP;
    let sent = chain.encrypt(&audience, standing, b"x", &rotation, NOW, &mut rng(1)).unwrap();
    let before = world.stored("mia");
    assert!(matches!(world.hear("mia", &sent.envelope), Ok(Opened::NeedSenderKey(_))));
    assert!(world.stored("mia") == before);
}

#[test]
fn a_message_of_an_unknown_group_is_nobodys() {
    let mut world = World::new();
    let other = {
        let people = &world.people;
        let draft = crate::group::GenesisDraft::new(Title::new("other").unwrap());
        let (device, list) = (people.device("max"), people.list("max"));
        let founded = draft.sign(device, list, NOW, &mut rng(3)).unwrap();
        let mut other =
            GroupChannel::new(device.address().clone(), Group::founded(founded.genesis));
        other.learn(&founded.epoch_secret).unwrap();
        let prepared = other.prepare(&people.lists, NOW, &mut rng(4)).unwrap();
        other.record(prepared.distribution.position(), &[]).unwrap();
        other
    };
    let mut other = other;
    let said = other.encrypt(b"x", NOW, &mut rng(5)).unwrap().sent.envelope;
    assert_eq!(world.hear("mia", &said), Ok(Opened::Unknown));
    let given = other.sending.as_ref().unwrap().distribution();
    let (max, lists) = (world.people.device("max").address().clone(), world.people.lists.clone());
    let refused = world.channel("mia").accept(&max, &given, &lists, NOW);
    assert_eq!(refused, Err(AcceptKeyError::OtherScope));
}

#[test]
fn the_server_and_strangers_find_no_way_in() {
    let mut world = World::new();
    let said = world.say("max", "x");
    for at in (0..said.len()).step_by(7) {
        let mut changed = said.clone();
        changed[at] ^= 1;
        let before = world.stored("mia");
        if let Ok(Envelope::Sender(message)) = Envelope::decode(&changed) {
            let opened = world.channel("mia").open(&message, NOW);
            let refused =
                matches!(opened, Ok(Opened::Unknown) | Err(OpenSenderError::NotAuthentic));
            assert!(refused, "byte {at}: {opened:?}");
        }
        assert!(world.stored("mia") == before, "byte {at}");
    }
    // A chain from a device that is no member's.
    let given = world.channels["max"].sending.as_ref().unwrap().distribution();
    let (server, lists) =
        (world.people.device("server").address().clone(), world.people.lists.clone());
    let taken = world.channel("mia").accept(&server, &given, &lists, NOW).unwrap();
    assert_eq!(taken, KeyOutcome::Stranger(Stranger::NotAMember));
}

#[test]
fn changes_may_be_reordered_and_dropped_with_messages_in_flight() {
    let mut world = World::new();
    let said = world.say("mia", "0");
    let a = world.author("anna", vec![Action::SetTitle(Title::new("a").unwrap())]);
    world.publish(&["anna", "mia"], &a);
    world.distribute("mia");
    let in_a = world.say("mia", "1");
    let b = world.author("anna", vec![Action::add(world.people.list("sam"), Role::Member)]);
    world.publish(&["anna", "mia"], &b);
    world.distribute("mia");
    let in_b = world.say("mia", "2");
    // max gets b before a, and all messages in between.
    let ahead = world.take("max", &b.change).outcome;
    assert_eq!(ahead, Outcome::Ahead { have: 0, base: 1 });
    assert_eq!(world.hear("max", &in_b), Ok(Opened::NeedState { revision: 2 }));
    assert_eq!(world.hear("max", &in_a), Ok(Opened::NeedState { revision: 1 }));
    world.take("max", &a.change);
    assert_eq!(world.heard("max", &in_a).plaintext, b"1");
    assert_eq!(world.hear("max", &in_b), Ok(Opened::NeedState { revision: 2 }));
    world.take("max", &b.change);
    assert_eq!(world.take("max", &a.change).outcome, Outcome::Duplicate);
    assert_eq!(world.heard("max", &in_b).plaintext, b"2");
    assert_eq!(world.heard("max", &said).plaintext, b"0");
}
