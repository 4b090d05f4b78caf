//! What the devices of one author tell each other of a list.

use super::*;
use crate::content::{AudienceMode, Body, Incoming, Stamp, StoryLists};
use crate::identity::DeviceId;

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
