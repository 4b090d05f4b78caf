use alloc::vec::Vec;

use super::change::SignedChange;
use super::devices::DeviceLists;
use super::stage::Shown;
use crate::identity::DeviceAddress;
use crate::limits::GROUP_SUSPECTS;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A change that was followed although a list that we had says that a device which made it, or a
/// ticket in it, is revoked: the device's own last act, or that of whoever has it now. All members
/// follow it, so that they do not come apart; none that knows better speaks before a person looked
/// (SPEC.md 15.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The revision that the change led to.
    pub revision: u32,
    /// The device.
    pub device: DeviceAddress,
}

/// The newest ones, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Suspects(Vec<Suspect>);

/// The devices that speak in a change and that the lists revoke.
pub(super) fn revoked_authors<L: DeviceLists + ?Sized>(
    change: &SignedChange,
    shown: &Shown,
    lists: &L,
) -> Vec<DeviceAddress> {
    let devices = core::iter::once(change.actor()).chain(&shown.joiners);
    devices.filter(|device| is_revoked(device, lists)).cloned().collect()
}

/// Whether the newest list that we have of its account revokes the device.
pub(super) fn is_revoked<L: DeviceLists + ?Sized>(device: &DeviceAddress, lists: &L) -> bool {
    lists
        .device_list(&device.account)
        .is_some_and(|list| list.signed().entry().revoked().binary_search(&device.device).is_ok())
}

impl Suspects {
    pub(super) fn as_slice(&self) -> &[Suspect] {
        &self.0
    }

    /// The group stays suspect whatever is forgotten: there are newer ones.
    pub(super) fn add(&mut self, devices: &[DeviceAddress], revision: u32) {
        self.0.extend(devices.iter().map(|device| Suspect { revision, device: device.clone() }));
        let surplus = self.0.len().saturating_sub(GROUP_SUSPECTS);
        self.0.drain(..surplus);
    }

    pub(super) fn dismiss(&mut self, seen: u32) -> bool {
        let before = self.0.len();
        self.0.retain(|suspect| suspect.revision > seen);
        self.0.len() < before
    }

    /// Whether they can be of a group at this revision.
    pub(super) fn fit(&self, revision: u32) -> bool {
        self.0.is_sorted_by_key(|suspect| suspect.revision)
            && self.0.iter().all(|suspect| (1..=revision).contains(&suspect.revision))
    }
}

impl Layout for Suspects {
    fn write(&self, w: &mut Writer) {
        w.list(self.0.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.list(GROUP_SUSPECTS).map(Self)
    }
}

impl Layout for Suspect {
    fn write(&self, w: &mut Writer) {
        w.put(&self.revision).put(&self.device);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { revision: r.get()?, device: r.get()? })
    }
}
