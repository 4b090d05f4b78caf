use zeroize::Zeroizing;

use super::*;
use crate::group::Role;
use crate::limits::SENDER_CHAINS;
use crate::sender_key::{ChainName, ScopeHash, StoredSendingChain};

/// A database with a place for each named part, which is written as [`Changes`] say.
#[derive(Default)]
struct Disk {
    membership: Vec<u8>,
    pending: Option<Part>,
    hot: Option<Part>,
    recipients: Option<Part>,
    scopes: BTreeMap<ScopeHash, Part>,
    chains: Vec<(ChainPart, Part)>,
}

type Part = Zeroizing<Vec<u8>>;

impl Disk {
    fn of(channel: &GroupChannel) -> Self {
        let scopes: Vec<_> = channel.scopes.iter().map(|chains| *chains.scope_hash()).collect();
        let part = |(scope, (device, chain)): (&ScopeHash, (&DeviceAddress, _))| {
            let chain = ChainName { device: device.clone(), chain };
            ChainPart { scope: *scope, chain }
        };
        let names = channel
            .scopes
            .iter()
            .flat_map(|chains| chains.chain_names().map(move |name| (chains.scope_hash(), name)));
        let chains = names.map(part).collect();
        let all = Changes { pending: true, scopes, chains, ..Changes::sending() };
        let mut disk = Self::default();
        disk.write(channel, &Changes { membership: true, ..all });
        disk
    }

    fn write(&mut self, channel: &GroupChannel, changes: &Changes) {
        if changes.membership {
            self.membership = channel.membership_bytes();
        }
        if changes.pending {
            self.pending = channel.pending_bytes();
        }
        if changes.hot {
            self.hot = channel.hot_bytes();
        }
        if changes.recipients {
            self.recipients = channel.recipient_bytes();
        }
        for scope in &changes.scopes {
            self.scopes.insert(*scope, channel.scope_bytes(scope).unwrap());
        }
        for part in &changes.chains {
            let bytes = channel.chain_bytes(part).unwrap();
            self.chains.retain(|(name, _)| name != part);
            self.chains.push((part.clone(), bytes));
        }
        self.scopes.retain(|scope, _| !changes.removed_scopes.contains(scope));
        self.chains.retain(|(name, _)| {
            let of_gone = changes.removed_scopes.contains(&name.scope);
            !of_gone && !changes.removed_chains.contains(name)
        });
    }

    fn stored(&self) -> StoredChannel {
        let sending = self.hot.clone().zip(self.recipients.clone());
        let scope = |(hash, bytes): (&ScopeHash, &Part)| {
            let here = self.chains.iter().filter(|(name, _)| name.scope == *hash);
            StoredScope { scope: bytes.clone(), chains: here.map(|(_, c)| c.clone()).collect() }
        };
        StoredChannel {
            membership: self.membership.clone(),
            pending: self.pending.clone(),
            sending: sending.map(|(hot, recipients)| StoredSendingChain { hot, recipients }),
            scopes: self.scopes.iter().map(scope).collect(),
        }
    }

    /// After this was written, the database has what the channel has.
    fn follows(&mut self, channel: &GroupChannel, changes: &Changes) {
        self.write(channel, changes);
        let restored = GroupChannel::restore(&self.stored()).unwrap();
        assert!(restored.stored() == channel.stored(), "{changes:?}");
    }
}

#[test]
fn a_channel_is_what_was_stored_of_it() {
    let mut world = World::new();
    let said = world.say("max", "1");
    world.heard("mia", &said);
    world.remove_max();
    world.distribute("mia");
    let stored = world.stored("mia");
    let restored = GroupChannel::restore(&stored).unwrap();
    assert!(restored.stored() == stored);
    world.channels.insert("mia", restored);
    assert_eq!(world.hear("mia", &said), Ok(Opened::Duplicate));
    assert_eq!(world.try_say("mia", "x"), Err(SendRefused::NotPrepared));
    let prepared = world.prepare("mia").unwrap();
    assert!(prepared.devices.is_empty() && prepared.changes.is_empty());
    let said = world.say("mia", "x");
    assert_eq!(world.heard("otto", &said).plaintext, b"x");
}

#[test]
fn what_operations_say_they_changed_is_all_that_they_changed() {
    let mut world = World::new();
    let mut disk = Disk::of(&world.channels["mia"]);
    let mut check =
        |world: &World, changes: &Changes| disk.follows(&world.channels["mia"], changes);
    assert!(Changes::default().is_empty());
    let said = world.say("max", "1");
    let heard = world.heard("mia", &said);
    assert!(heard.changes.chains.len() == 1 && !heard.changes.hot && !heard.changes.membership);
    assert!(!heard.changes.is_empty());
    check(&world, &heard.changes);
    world.hear("mia", &said).unwrap();
    check(&world, &Changes::default());
    let Ok(sent) = world.channels.get_mut("mia").unwrap().encrypt(b"x", NOW, &mut rng(1)) else {
        panic!()
    };
    assert_eq!(sent.changes, Changes { hot: true, ..Changes::default() });
    check(&world, &sent.changes);
    let authored = world.author("mona", vec![Action::Remove(id("max"))]);
    let changed = world.take("mia", &authored.change);
    assert!(changed.changes.membership && changed.changes.scopes.len() == 2);
    check(&world, &changed.changes);
    let learned = world.channel("mia").learn(authored.epoch_secret.as_ref().unwrap()).unwrap();
    check(&world, &learned);
    let prepared = world.prepare("mia").unwrap();
    check(&world, &prepared.changes);
}

#[test]
fn a_change_of_ones_own_is_stored_when_signed_and_gone_with_its_secret_when_applied() {
    let mut world = World::new();
    let mut disk = Disk::of(&world.channels["mona"]);
    let World { people, channels, now, rng } = &mut world;
    let mona = channels.get_mut("mona").unwrap();
    let draft = mona.group().state().change().with(Action::ResetKeys);
    let signed = mona.sign(draft, people.device("mona"), &people.lists, *now, rng).unwrap();
    disk.follows(mona, &signed.changes);
    assert!(disk.pending.is_some());
    let changed = mona.apply(&signed.authored.change, &people.lists, *now).unwrap();
    disk.follows(mona, &changed.changes);
    assert!(disk.pending.is_none());
}

/// One chain more than there is room for: the oldest is gone from the database too.
#[test]
fn a_chain_that_gives_way_is_deleted() {
    let mut world = World::new();
    let mut disk = Disk::of(&world.channels["mia"]);
    let anna = world.channels["anna"].own().clone();
    let without = StoredChannel { sending: None, ..world.stored("anna") };
    for n in 1..=SENDER_CHAINS {
        let mut anew = GroupChannel::restore(&without).unwrap();
        let given = anew.prepare(&world.people.lists, NOW, &mut rng(90 + n as u64)).unwrap();
        let World { people, channels, now, .. } = &mut world;
        let mia = channels.get_mut("mia").unwrap();
        let taken = mia.accept(&anna, &given.distribution, &people.lists, *now).unwrap();
        let KeyOutcome::Taken { changes, .. } = taken else { panic!("{taken:?}") };
        assert_eq!((changes.chains.len(), changes.removed_chains.len()), (1, n / SENDER_CHAINS));
        disk.follows(mia, &changes);
    }
}

/// Of the channel that there was before nothing stays stored.
#[test]
fn who_joins_again_begins_a_new_database() {
    let mut world = World::new();
    let old = world.channels.remove("max").unwrap();
    let before = old.stored();
    world.remove_max();
    let add = vec![Action::add(world.people.list("max"), Role::Member)];
    world.change("anna", add);
    let max = world.people.account("max");
    let snapshot = world.channels["mona"].group().snapshot();
    let group = snapshot.join(&id("mona"), (&max.id, &max.pair.public_key())).unwrap();
    let again = GroupChannel::new(world.people.device("max").address().clone(), group);
    let mut groups = Groups::new();
    groups.insert(old);
    let group = again.id();
    assert!(groups.insert(again).is_some());
    let channel = groups.channel(&group).unwrap();
    let stored = Disk::of(channel).stored();
    assert!(GroupChannel::restore(&stored).unwrap().stored() == channel.stored());
    let both = [before.scopes, stored.scopes.clone()].concat();
    let both = StoredChannel { scopes: both, ..stored };
    assert_eq!(GroupChannel::restore(&both).unwrap_err(), RestoreError::Torn);
}

/// anna lets sam in; that olga writes in it confirms it.
#[test]
fn a_message_that_confirms_the_group_changes_the_membership() {
    let mut world = World::new();
    let add = vec![Action::add(world.people.list("sam"), Role::Member)];
    let authored = world.change("anna", add);
    let snapshot = world.channels["anna"].group().snapshot();
    let sam = world.people.account("sam");
    let group = snapshot.join(&id("anna"), (&sam.id, &sam.pair.public_key())).unwrap();
    let mut channel = GroupChannel::new(world.people.device("sam").address().clone(), group);
    assert!(authored.epoch_secret.is_none());
    channel.learn(world.channels["anna"].epoch_secret().unwrap()).unwrap();
    world.channels.insert("sam", channel);
    world.distribute("olga");
    let mut disk = Disk::of(&world.channels["sam"]);
    let said = world.say("olga", "welcome");
    let heard = world.heard("sam", &said);
    assert!(heard.confirms && heard.changes.membership);
    disk.follows(&world.channels["sam"], &heard.changes);
    let again = world.say("olga", "again");
    let heard = world.heard("sam", &again);
    assert!(!heard.confirms && !heard.changes.membership);
    disk.follows(&world.channels["sam"], &heard.changes);
}

#[test]
fn parts_of_different_writes_or_groups_are_refused() {
    let mut world = World::new();
    let before = world.stored("mia");
    world.remove_max();
    let after = world.stored("mia");
    let torn = StoredChannel { scopes: before.scopes.clone(), ..after.clone() };
    assert_eq!(GroupChannel::restore(&torn).unwrap_err(), RestoreError::Torn);
    let torn = StoredChannel { membership: before.membership.clone(), ..after.clone() };
    assert_eq!(GroupChannel::restore(&torn).unwrap_err(), RestoreError::Torn);
    let foreign = StoredChannel { sending: world.stored("anna").sending, ..after.clone() };
    assert_eq!(GroupChannel::restore(&foreign).unwrap_err(), RestoreError::OtherGroup);
    // A scope is closed exactly if it has a successor.
    let mut open = after.clone();
    open.scopes[0].scope = before.scopes[0].scope.clone();
    assert_eq!(GroupChannel::restore(&open).unwrap_err(), RestoreError::Torn);
    let mut over = GroupChannel::restore(&after).unwrap();
    over.scopes.last_mut().unwrap().close(NOW);
    assert_eq!(GroupChannel::restore(&over.stored()).unwrap_err(), RestoreError::Torn);
    let mut twice = after.clone();
    twice.scopes.push(twice.scopes[0].clone());
    assert_eq!(GroupChannel::restore(&twice).unwrap_err(), RestoreError::Torn);
    let mut short = after;
    short.membership.pop();
    assert!(matches!(GroupChannel::restore(&short), Err(RestoreError::Membership(_))));
}

#[test]
fn what_is_shown_of_a_channel_holds_no_secret() {
    let world = World::new();
    let shown = alloc::format!("{:?}", world.stored("mia"));
    assert!(shown.len() < 400, "{shown}");
}
