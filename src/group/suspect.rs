use alloc::vec::Vec;

use super::action::Action;
use super::change::SignedChange;
use super::devices::DeviceLists;
use super::snapshot::Snapshot;
use super::stage::Shown;
use super::state::GroupState;
use crate::identity::{DeviceAddress, DeviceId};
use crate::limits::GROUP_SUSPECTS;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A device that changed the group, or signed a ticket in a change, although a list that we had says
/// that it is revoked: its owner's last act, or that of whoever has it now. All members follow it, so
/// that they do not come apart; none that knows better speaks before a person looked (SPEC.md 15.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The first revision that it led to.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// The device.
    pub device: DeviceAddress,
}

/// One note for each device, by the first revision. What there is no room for is not forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Suspects {
    notes: Vec<Suspect>,
    /// The last revision of those without a note.
    beyond: Option<u32>,
}

/// The devices that speak in a change and that the lists revoke: those behind its tickets, and its
/// author's if it does what can lead to a reader, or to power.
pub(super) fn revoked_authors<L: DeviceLists + ?Sized>(
    change: &SignedChange,
    shown: &Shown,
    lists: &L,
) -> Vec<DeviceAddress> {
    let author = change.actions().iter().any(weighs).then_some(change.actor());
    let devices = author.into_iter().chain(&shown.joiners);
    devices.filter(|device| is_revoked(device, lists)).cloned().collect()
}

const fn weighs(action: &Action) -> bool {
    matches!(
        action,
        Action::Add { .. }
            | Action::Unban(_)
            | Action::SetRole(..)
            | Action::HandOver(_)
            | Action::Invite { .. }
            | Action::Accept(_)
            | Action::Request(_)
            | Action::Approve(_)
            | Action::CreateLink { .. }
            | Action::JoinByLink(_)
            | Action::SetAccess(..)
    )
}

/// The devices that may have made what a snapshot hides: the revoked ones of the members of `ours` of
/// which the group had not been told, and whoever speaks in the last change, whatever it does.
pub(super) fn behind_snapshot<L: DeviceLists + ?Sized>(
    ours: &GroupState,
    snapshot: &Snapshot,
    lists: &L,
) -> Vec<DeviceAddress> {
    let last = snapshot.last_change.iter().flat_map(speakers);
    let mut devices: Vec<_> = last.filter(|device| is_revoked(device, lists)).collect();
    for account in ours.untold(lists) {
        let revoked = lists.device_list(&account).map(|list| list.signed().entry().revoked());
        let address =
            |device: &DeviceId| DeviceAddress { account: account.clone(), device: *device };
        devices.extend(revoked.unwrap_or_default().iter().map(address));
    }
    devices
}

fn speakers(change: &SignedChange) -> Vec<DeviceAddress> {
    let joiner = |action: &Action| Some(action.open()?.ticket()?.proof().address().clone());
    let joiners = change.actions().iter().filter_map(joiner);
    core::iter::once(change.actor().clone()).chain(joiners).collect()
}

/// Whether the newest list that we have of its account revokes the device.
pub(super) fn is_revoked<L: DeviceLists + ?Sized>(device: &DeviceAddress, lists: &L) -> bool {
    lists
        .device_list(&device.account)
        .is_some_and(|list| list.signed().entry().revoked().binary_search(&device.device).is_ok())
}

impl Suspects {
    pub(super) fn as_slice(&self) -> &[Suspect] {
        &self.notes
    }

    pub(super) const fn beyond(&self) -> Option<u32> {
        self.beyond
    }

    pub(super) fn is_empty(&self) -> bool {
        self.notes.is_empty() && self.beyond.is_none()
    }

    pub(super) fn add(&mut self, devices: &[DeviceAddress], revision: u32) {
        for device in devices {
            self.note(&Suspect { first: revision, last: revision, device: device.clone() });
        }
    }

    /// A new device cannot push an old one out: what came first was perhaps worse.
    fn note(&mut self, new: &Suspect) {
        if let Some(note) = self.notes.iter_mut().find(|note| note.device == new.device) {
            note.first = note.first.min(new.first);
            note.last = note.last.max(new.last);
        } else if self.notes.len() < GROUP_SUSPECTS {
            self.notes.push(new.clone());
        } else {
            self.beyond = self.beyond.max(Some(new.last));
        }
        self.notes.sort_by_key(|note| note.first);
    }

    /// Takes over what is known of the same group from before, which is now at `revision`.
    pub(super) fn inherit(&mut self, mut old: Self, revision: u32) {
        for note in &mut old.notes {
            note.first = note.first.min(revision);
            note.last = note.last.min(revision);
        }
        let beyond = old.beyond.map(|last| last.min(revision));
        let new = core::mem::replace(self, Self { notes: old.notes, beyond });
        self.beyond = self.beyond.max(new.beyond);
        new.notes.iter().for_each(|note| self.note(note));
    }

    pub(super) fn dismiss(&mut self, seen: u32) -> bool {
        let before = self.clone();
        self.notes.retain(|note| note.last > seen);
        for note in &mut self.notes {
            note.first = note.first.max(seen.saturating_add(1));
        }
        self.beyond = self.beyond.filter(|last| *last > seen);
        *self != before
    }

    /// Whether they can be of a group at this revision.
    pub(super) fn fit(&self, revision: u32) -> bool {
        let once = |(at, note): (usize, &Suspect)| {
            self.notes.iter().take(at).all(|other| other.device != note.device)
        };
        self.notes.is_sorted_by_key(|note| note.first)
            && self.notes.iter().all(|note| note.first <= note.last && note.last <= revision)
            && self.notes.iter().enumerate().all(once)
            && self.beyond.is_none_or(|last| last <= revision)
    }
}

impl Layout for Suspects {
    fn write(&self, w: &mut Writer) {
        w.list(self.notes.iter());
        w.put(&self.beyond);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { notes: r.list(GROUP_SUSPECTS)?, beyond: r.get()? })
    }
}

impl Layout for Suspect {
    fn write(&self, w: &mut Writer) {
        w.put(&self.first).put(&self.last).put(&self.device);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { first: r.get()?, last: r.get()?, device: r.get()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::fixture::people;

    fn device(n: usize) -> DeviceAddress {
        let mut device = people().device("anna").address().clone();
        device.device =
            crate::wire::read_all(&u32::try_from(n + 1).unwrap().to_be_bytes()).unwrap();
        device
    }

    #[test]
    fn a_device_has_one_note_and_no_newer_one_pushes_it_out() {
        let mut suspects = Suspects::default();
        suspects.add(&[device(0)], 3);
        for revision in 4..100 {
            suspects.add(&[device(0)], revision);
        }
        assert_eq!(suspects.as_slice(), [Suspect { first: 3, last: 99, device: device(0) }]);
        for n in 1..=GROUP_SUSPECTS {
            assert_eq!(suspects.beyond(), None);
            suspects.add(&[device(n)], 100);
        }
        assert_eq!((suspects.as_slice().len(), suspects.beyond()), (GROUP_SUSPECTS, Some(100)));
        assert_eq!(suspects.as_slice()[0].device, device(0));
        assert!(suspects.fit(100) && !suspects.fit(99));
        // Who saw 50 revisions has seen the beginning of the first.
        assert!(suspects.dismiss(50));
        assert_eq!(suspects.as_slice()[0], Suspect { first: 51, last: 99, device: device(0) });
        assert!(!suspects.dismiss(50));
        assert!(suspects.dismiss(99) && !suspects.is_empty());
        assert_eq!(suspects.beyond(), Some(100));
        assert!(suspects.dismiss(100) && suspects.is_empty());
    }

    #[test]
    fn what_was_noted_before_goes_on_counting_at_the_new_revision() {
        let (mut old, mut new) = (Suspects::default(), Suspects::default());
        old.add(&[device(0), device(1)], 8);
        old.beyond = Some(9);
        new.add(&[device(1), device(2)], 4);
        new.inherit(old, 5);
        let note = |first, last, n| Suspect { first, last, device: device(n) };
        assert_eq!(new.as_slice(), [note(4, 5, 1), note(4, 4, 2), note(5, 5, 0)]);
        assert_eq!(new.beyond(), Some(5));
        assert!(new.fit(5));
    }

    #[test]
    fn stored_notes_that_cannot_be_are_refused() {
        let note = |first, last, n| Suspect { first, last, device: device(n) };
        let fit = |notes: &[Suspect], beyond| Suspects { notes: notes.to_vec(), beyond }.fit(7);
        assert!(fit(&[note(1, 7, 0), note(1, 2, 1), note(3, 3, 2)], Some(7)));
        assert!(!fit(&[note(2, 7, 0), note(1, 2, 1)], None));
        assert!(!fit(&[note(2, 1, 0)], None));
        assert!(!fit(&[note(1, 8, 0)], None));
        assert!(!fit(&[note(1, 1, 0), note(2, 2, 0)], None));
        assert!(!fit(&[], Some(8)));
    }
}
