use super::*;

/// What a database has after every change was written as [`Changes`] say.
fn write(disk: &mut StoredChannel, channel: &GroupChannel, changes: &Changes) {
    if changes.membership {
        disk.membership = channel.membership_bytes();
    }
    if changes.pending {
        disk.pending = channel.pending_bytes();
    }
    if changes.hot || changes.recipients {
        let old = disk.sending.take();
        let parts = channel.stored().sending.unwrap();
        let recipients = old.filter(|_| !changes.recipients).map(|old| old.recipients);
        let recipients = recipients.unwrap_or(parts.recipients);
        disk.sending = Some(crate::sender_key::StoredSendingChain { hot: parts.hot, recipients });
    }
    // Scopes and chains by name, as a database would have them.
    let now = channel.stored().scopes;
    let moved = changes.scopes.len() + changes.chains.len();
    if moved + changes.removed_scopes.len() + changes.removed_chains.len() > 0 {
        disk.scopes = now;
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
    let mut disk = world.stored("mia");
    let mut check = |world: &World, changes: &Changes| {
        write(&mut disk, &world.channels["mia"], changes);
        assert!(disk == world.stored("mia"), "{changes:?}");
    };
    let said = world.say("max", "1");
    let heard = world.heard("mia", &said);
    assert!(heard.changes.chains.len() == 1 && !heard.changes.hot && !heard.changes.membership);
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
    let mut disk = world.stored("mona");
    let World { people, channels, now, rng } = &mut world;
    let mona = channels.get_mut("mona").unwrap();
    let draft = mona.group().state().change().with(Action::ResetKeys);
    let signed = mona.sign(draft, people.device("mona"), &people.lists, *now, rng).unwrap();
    write(&mut disk, mona, &signed.changes);
    assert!(disk.pending.is_some() && disk == mona.stored());
    let changed = mona.apply(&signed.authored.change, &people.lists, *now).unwrap();
    write(&mut disk, mona, &changed.changes);
    assert!(disk.pending.is_none() && disk == mona.stored());
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
