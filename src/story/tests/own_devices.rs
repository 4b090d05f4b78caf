//! What the devices of one author tell each other of a list.

use super::*;
use crate::content::{AudienceMode, Body, SharedKey, Stamp, StoryLists, VersionedKey};
use crate::identity::DeviceId;
use crate::limits::STORY_VERSIONS_AHEAD;

/// A list as one of its author's devices keeps it, with the stamp of its audience and who gave that.
struct Keeper {
    device: DeviceAddress,
    list: StoryList,
    stamp: Stamp,
    by: DeviceId,
}

impl Keeper {
    fn tell(&self) -> Vec<u8> {
        let (mode, members) = match self.list.audience() {
            StoryAudience::AllContacts => (AudienceMode::All, BTreeSet::new()),
            StoryAudience::AllExcept(members) => (AudienceMode::AllExcept, members.clone()),
            other => panic!("{other:?}"),
        };
        let id = *self.list.scope().id();
        let mut entry = crate::content::StoryList::new(id, self.stamp, mode, members).unwrap();
        entry.secret = self.list.to_tell();
        let lists = StoryLists::new([entry]).unwrap();
        builder(NOW, Conversation::Peer).build(lists).unwrap().as_bytes().to_vec()
    }

    /// SPEC.md 18.1: the version by its number, the audience by its stamp.
    fn hear(&mut self, told: &[u8], by: DeviceId, contacts: &[AccountId]) {
        let Ok(Incoming::Valid(content)) = Content::decode(told) else { panic!() };
        let Body::StoryLists(lists) = content.body() else { panic!() };
        let [entry] = lists.lists() else { panic!() };
        self.list.learn(entry.secret.as_ref().unwrap(), content.sent_at(), NOW).unwrap();
        let mut audience = self.list.audience().clone();
        if entry.stamp().replaces(by, &self.stamp, self.by) {
            (self.stamp, self.by) = (entry.stamp(), by);
            let members = entry.members().iter().cloned().collect();
            audience = match entry.mode() {
                AudienceMode::All => StoryAudience::AllContacts,
                AudienceMode::AllExcept => StoryAudience::AllExcept(members),
                other => panic!("{other:?}"),
            };
        }
        self.list.update(audience, contacts, NOW).unwrap();
    }

    fn shows_to(&self, viewer: &DeviceAddress, world: &World) -> bool {
        let devices = self.list.devices(&self.device, &world.lists, NOW).unwrap();
        devices.devices().any(|device| device == viewer)
    }
}

/// The phone's list and the laptop's, which are the same.
fn two_devices(world: &World) -> [Keeper; 2] {
    let stamp = Stamp::next(None, NOW).unwrap();
    [0, 1].map(|at| {
        let device = world.people[0].devices[at].address().clone();
        Keeper { device, list: world.list.clone(), stamp, by: world.device(0).device }
    })
}

#[test]
fn a_viewer_whom_one_device_removed_stays_removed_though_another_renews_later() {
    let world = World::new();
    let [mut phone, mut laptop] = two_devices(&world);
    let (bob, carol) = (world.device(1), world.device(2));
    let contacts = [1, 2].map(|person| world.id(person));
    laptop.stamp = Stamp::next(Some(laptop.stamp), NOW).unwrap();
    laptop.by = laptop.device.device;
    let except = StoryAudience::AllExcept([world.id(2)].into());
    laptop.list.update(except, &contacts, NOW).unwrap();
    for _ in 0..2 {
        phone.list.renew(after(Duration::from_secs(9))).unwrap();
    }
    assert!(phone.shows_to(&carol, &world), "it has not heard");
    let told = [phone.tell(), laptop.tell()];
    laptop.hear(&told[0], phone.device.device, &contacts);
    phone.hear(&told[1], laptop.device.device, &contacts);
    for device in [&phone, &laptop] {
        assert!(device.shows_to(&bob, &world) && !device.shows_to(&carol, &world));
    }
    laptop.hear(&phone.tell(), phone.device.device, &contacts);
    assert_eq!(phone.list, laptop.list);
    assert_eq!(phone.list.version(), 4, "what carol was given the secret of is over");
}

#[test]
fn a_told_version_began_when_it_was_told_and_not_in_the_future() {
    let world = World::new();
    let told = world.list.to_tell().unwrap();
    let (id, all) = (*world.list.scope().id(), StoryAudience::AllContacts);
    let ahead = after(STORY_CHAIN_AGE * 3650);
    let due = after(STORY_CHAIN_AGE);
    let none: [&AccountId; 0] = [];
    let new = StoryList::told(&world.id(0), id, &told, all, none, ahead, NOW).unwrap();
    let mut learned = world.list.clone();
    let mut later = world.list.clone();
    later.renew(NOW).unwrap();
    learned.learn(&later.to_tell().unwrap(), ahead, NOW).unwrap();
    assert!(new.is_due(due) && learned.is_due(due));
    assert!(!new.is_due(NOW) && !learned.is_due(NOW));
}

/// The list as it was told to a new device, at this version.
fn told_at(world: &World, version: u32) -> StoryList {
    let told = VersionedKey::new(SharedKey::from_bytes([7; 32]), version).unwrap();
    let (id, all) = (*world.list.scope().id(), StoryAudience::AllContacts);
    let contacts = [1, 2].map(|person| world.id(person));
    StoryList::told(&world.id(0), id, &told, all, &contacts, NOW, NOW).unwrap()
}

#[test]
fn a_replaced_root_holds_against_renewals_of_the_old_one() {
    let mut world = World::new();
    for version in [1, 2, 0xfffe, 0xffff, 0x1_0000, 0x1_ffff] {
        let list = told_at(&world, version);
        let [mut replacing, mut behind, mut thief] = [list.clone(), list.clone(), list];
        replacing.replace(NOW, &mut world.rng).unwrap();
        let replaced = replacing.clone();
        for _ in 0..2 {
            behind.renew(NOW).unwrap();
            thief.renew(NOW).unwrap();
        }
        let told = [replacing.to_tell().unwrap(), behind.to_tell().unwrap()];
        assert_eq!(replacing.learn(&told[1], NOW, NOW), Ok(ListChange::Older));
        assert_eq!(replacing, replaced);
        assert_ne!(replacing.secret(), thief.secret());
        assert_eq!(behind.learn(&told[0], NOW, NOW), Ok(ListChange::NewVersion));
        assert_eq!(behind, replacing);
    }
}

#[test]
fn devices_that_replace_at_once_though_one_had_renewed_come_to_one_version() {
    let mut world = World::new();
    let [mut phone, mut laptop] = [world.list.clone(), world.list.clone()];
    laptop.renew(NOW).unwrap();
    phone.replace(NOW, &mut world.rng).unwrap();
    laptop.replace(NOW, &mut world.rng).unwrap();
    let told = [phone.to_tell().unwrap(), laptop.to_tell().unwrap()];
    phone.learn(&told[1], NOW, NOW).unwrap();
    laptop.learn(&told[0], NOW, NOW).unwrap();
    assert_eq!(phone, laptop);
}

#[test]
fn a_version_too_far_ahead_is_not_taken() {
    let world = World::new();
    let mut list = world.list.clone();
    let told = |version| VersionedKey::new(SharedKey::from_bytes([7; 32]), version).unwrap();
    for version in [2 + STORY_VERSIONS_AHEAD, u32::MAX] {
        let refused = list.learn(&told(version), NOW, NOW);
        assert_eq!(refused, Err(StoryListError::TooFarAhead));
        assert_eq!(list, world.list);
    }
    let furthest = told(1 + STORY_VERSIONS_AHEAD);
    assert_eq!(list.learn(&furthest, NOW, NOW), Ok(ListChange::NewVersion));
}

#[test]
fn a_version_at_its_end_changes_nothing_more() {
    let mut world = World::new();
    let mut list = told_at(&world, u32::MAX);
    let before = list.clone();
    assert_eq!(list.renew(NOW), Err(StoryListError::Exhausted));
    assert_eq!(list.replace(NOW, &mut world.rng), Err(StoryListError::Exhausted));
    let except = StoryAudience::AllExcept([world.id(2)].into());
    assert_eq!(list.update(except, [&world.id(1)], NOW), Err(StoryListError::Exhausted));
    assert_eq!(list, before);
    let mut near = told_at(&world, u32::MAX - 0x1_0001);
    assert_eq!(near.replace(NOW, &mut world.rng), Err(StoryListError::Exhausted));
}
