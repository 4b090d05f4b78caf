//! Changes of one's own: SPEC.md 15.5 and 21.1.

use alloc::vec;

use super::*;
use crate::group::fixture::title;
use crate::group::{ApplyError, DraftRefused, EvidenceKind, GroupEvidence, Outcome};

fn sign(world: &mut World, name: &str, actions: Vec<Action>) -> Result<Signed, SignRefused> {
    let World { people, channels, now, rng } = world;
    let channel = channels.get_mut(name).unwrap();
    let draft =
        actions.into_iter().fold(channel.group().state().change(), crate::group::ChangeDraft::with);
    channel.sign(draft, people.device(name), &people.lists, *now, rng)
}

#[test]
fn after_a_crash_the_same_change_is_given_out_again_and_no_other_is_signed() {
    let mut world = World::new();
    let signed = sign(&mut world, "mona", vec![Action::Remove(id("max"))]).unwrap();
    assert_eq!(signed.changes, Changes { pending: true, ..Changes::default() });
    // The crash: what was stored after signing is all that is left.
    let restored = GroupChannel::restore(&world.stored("mona")).unwrap();
    world.channels.insert("mona", restored);
    let again = sign(&mut world, "mona", vec![Action::Remove(id("mia"))]).unwrap_err();
    assert_eq!(again, SignRefused::Pending(Box::new(signed.authored.change.clone())));
    let pending = world.channels["mona"].pending().unwrap().clone();
    assert_eq!(pending.encode(), signed.authored.change.encode());
    // Some got the first copy, all get the second: nobody sees two changes.
    world.take("anna", &signed.authored.change);
    for name in FOUNDERS {
        let changed = world.take(name, &pending);
        assert!(matches!(changed.outcome, Outcome::Applied(_) | Outcome::Duplicate), "{name}");
    }
    let mona = &world.channels["mona"];
    assert!(mona.pending().is_none());
    let secret = signed.authored.epoch_secret.as_ref().unwrap();
    assert!(mona.epoch_secret().is_some_and(|known| mona.group().state().is_epoch_secret(known)));
    assert!(mona.group().state().is_epoch_secret(secret), "the secret outlived the crash");
    assert!(!world.distribute("mona").is_empty());
}

#[test]
fn a_device_that_forgets_what_it_signed_looks_like_one_that_lies() {
    let mut world = World::new();
    let before = world.stored("anna");
    let first = sign(&mut world, "anna", vec![title("a")]).unwrap().authored.change;
    world.channels.insert("anna", GroupChannel::restore(&before).unwrap());
    let second = sign(&mut world, "anna", vec![title("b")]).unwrap().authored.change;
    let evidence = GroupEvidence::new(first, second).unwrap();
    assert_eq!(evidence.kind(), EvidenceKind::Equivocation);
}

#[test]
fn a_pending_change_goes_when_the_state_goes_on() {
    let mut world = World::new();
    let ours = sign(&mut world, "anna", vec![title("ours")]).unwrap().authored.change;
    let theirs = world.author("adam", vec![title("theirs")]);
    let changed = world.take("anna", &theirs.change);
    assert_eq!(changed.lost.as_deref(), Some(&ours));
    assert!(changed.changes.pending && changed.changes.membership);
    assert!(world.channels["anna"].pending().is_none());
    assert!(world.stored("anna").pending.is_none());
    let crate::group::Rebase { draft, .. } =
        crate::group::rebase(&ours, world.channels["anna"].group().state());
    let World { people, channels, now, rng } = &mut world;
    let anna = channels.get_mut("anna").unwrap();
    let again = anna.sign(draft.unwrap(), people.device("anna"), &people.lists, *now, rng);
    let again = again.unwrap().authored.change;
    assert_eq!(again.base_revision(), 1);
    let changed = anna.apply(&again, &people.lists, *now).unwrap();
    assert!(changed.lost.is_none() && changed.changes.pending);
}

#[test]
fn what_is_refused_leaves_nothing_pending() {
    let mut world = World::new();
    let before = world.stored("max");
    let refused = sign(&mut world, "max", vec![title("x")]).unwrap_err();
    let rules = ApplyError::NotPermitted { action: 0 };
    assert_eq!(refused, SignRefused::Draft(DraftRefused::Rules(rules)));
    let draft = world.channels["max"].group().state().change().with(Action::Leave);
    let World { people, channels, now, rng } = &mut world;
    let max = channels.get_mut("max").unwrap();
    let refused = max.sign(draft.clone(), people.device("mia"), &people.lists, *now, rng);
    assert_eq!(refused.unwrap_err(), SignRefused::OtherDevice);
    assert!(world.stored("max") == before);
    let change = world.author("anna", vec![title("x")]);
    world.publish(&FOUNDERS, &change);
    let World { people, channels, now, rng } = &mut world;
    let max = channels.get_mut("max").unwrap();
    let refused = max.sign(draft, people.device("max"), &people.lists, *now, rng);
    assert_eq!(refused.unwrap_err(), SignRefused::Draft(DraftRefused::Moved));
}

#[test]
fn a_pending_change_of_another_state_device_or_secret_is_refused_on_load() {
    let mut world = World::new();
    let old = world.stored("mona");
    sign(&mut world, "mona", vec![Action::Remove(id("max"))]).unwrap();
    let good = world.stored("mona");
    let with = |base: &StoredChannel, pending: Vec<u8>| {
        let pending = Some(pending.into());
        GroupChannel::restore(&StoredChannel { pending, ..base.clone() }).err()
    };
    let pending = good.pending.clone().unwrap().to_vec();
    assert_eq!(with(&old, pending.clone()), None);
    let mut other_secret = pending.clone();
    *other_secret.last_mut().unwrap() ^= 1;
    assert_eq!(with(&good, other_secret), Some(RestoreError::Torn));
    let mut no_secret = pending[..pending.len() - 33].to_vec();
    no_secret.push(0);
    assert_eq!(with(&good, no_secret), Some(RestoreError::Torn));
    assert!(matches!(with(&good, pending[1..].to_vec()), Some(RestoreError::Pending(_))));
    assert_eq!(with(&world.stored("mia"), pending.clone()), Some(RestoreError::OtherGroup));
    let theirs = world.author("adam", vec![title("x")]);
    world.take("mona", &theirs.change);
    assert_eq!(with(&world.stored("mona"), pending), Some(RestoreError::Torn));
}
