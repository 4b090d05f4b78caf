//! A device: what it has in memory, what it has on its disk, and how it crashes.

use std::collections::BTreeMap;

use sealwax::identity::{
    AccountId, Contact, DeviceAddress, DeviceCertificate, DeviceKeys, LocalDevice,
    VerifiedDeviceList,
};
use sealwax::session::{Changes, Endpoint};

use super::disk::{Chat, Disk};
use super::pool::Seat;
use super::world::World;

/// How many times likelier a crash is where something is written rarely.
const RARE: usize = 5;

pub(super) struct Device {
    pub(super) name: String,
    /// Its account, by its place in the world.
    pub(super) account: usize,
    pub(super) endpoint: Endpoint,
    pub(super) contacts: BTreeMap<AccountId, Contact>,
    pub(super) chat: Chat,
    pub(super) disk: Disk,
    pub(super) backup: Option<Disk>,
    /// When it went back to an old state, if it did.
    pub(super) restored: Option<sealwax::time::Timestamp>,
}

/// The process died. Whatever was being done is undone, unless it was written.
#[derive(Debug)]
pub(super) struct Crashed;

/// What may be interrupted.
pub(super) type Step<T = ()> = Result<T, Crashed>;

impl Device {
    pub(super) fn install(
        name: String,
        account: usize,
        local: LocalDevice,
        own_list: VerifiedDeviceList,
        seat: &Seat,
    ) -> Self {
        let mut endpoint = Endpoint::new(local, own_list, seat.prekeys.clone());
        endpoint.prekeys_mut().confirm_published(&seat.publication);
        let disk = Disk::of(&endpoint);
        let (contacts, chat) = (BTreeMap::new(), Chat::default());
        Self { name, account, endpoint, contacts, chat, disk, backup: None, restored: None }
    }

    pub(super) fn address(&self) -> &DeviceAddress {
        self.endpoint.local().address()
    }

    pub(super) fn certificate(&self) -> &DeviceCertificate {
        self.endpoint.local().certificate()
    }

    pub(super) fn keys(&self) -> &DeviceKeys {
        self.endpoint.local().keys()
    }

    /// Takes a renewed certificate, by way of the disk: an endpoint's is fixed.
    pub(super) fn renew(&mut self, local: LocalDevice) {
        self.disk.local = local.to_bytes().to_vec();
        self.restart(false);
    }

    /// Begins again with what was written down.
    pub(super) fn restart(&mut self, read_prekeys: bool) {
        (self.endpoint, self.contacts) = self.disk.load(read_prekeys);
        self.chat = self.disk.chat.clone();
    }

    pub(super) fn forget(&mut self, peer: &DeviceAddress) -> Option<(DeviceAddress, Changes)> {
        self.chat.drop_peer(peer);
        Some((peer.clone(), self.endpoint.forget(peer)?))
    }
}

impl World {
    /// Writes down what changed, in one transaction: the sessions and prekeys that operations named,
    /// all contacts, and the application's own tables. A crash comes before it or after it.
    pub(super) fn commit(
        &mut self,
        at: usize,
        during: &'static str,
        changes: &[(DeviceAddress, Changes)],
    ) -> Step {
        self.may_crash(at, during, "before it is written", 1)?;
        let device = &mut self.devices[at];
        for (peer, changes) in changes {
            device.disk.write(&device.endpoint, peer, *changes);
        }
        let same = if changes.iter().any(|(_, changes)| changes.prekeys) {
            device.disk.is_of(&device.endpoint)
        } else {
            device.disk.has_peers_of(&device.endpoint)
        };
        assert!(same, "{during}: more changed than {changes:?}");
        let contacts = device.contacts.iter();
        device.disk.contacts = contacts.map(|(id, c)| (id.clone(), c.to_bytes())).collect();
        device.disk.own_list = device.endpoint.own_list().to_bytes();
        device.disk.chat = device.chat.clone();
        self.check_limits(at);
        self.may_crash(at, during, "after it is written", 1)
    }

    /// The same for a step that changed the prekeys.
    pub(super) fn commit_prekeys(&mut self, at: usize, during: &'static str) -> Step {
        self.may_crash(at, during, "before it is written", RARE)?;
        let device = &mut self.devices[at];
        device.disk.write_prekeys(&device.endpoint);
        self.may_crash(at, during, "after it is written", RARE)
    }

    fn may_crash(&mut self, at: usize, during: &'static str, place: &str, times: usize) -> Step {
        if !self.dice.permille(self.crash_permille * times) {
            return Ok(());
        }
        self.report.count(format!("crash while {during}, {place}"));
        self.crash(at);
        Err(Crashed)
    }

    pub(super) fn crash(&mut self, at: usize) {
        self.log(at, || "crashes".into());
        let read_prekeys = self.dice.percent(3);
        self.devices[at].restart(read_prekeys);
    }

    /// Does something that nothing interrupts.
    pub(super) fn without_crashes<T>(&mut self, act: impl FnOnce(&mut Self) -> Step<T>) -> T {
        let permille = std::mem::take(&mut self.crash_permille);
        let done = act(self).expect("nothing crashes");
        self.crash_permille = permille;
        done
    }

    /// Whatever failed must have changed nothing.
    pub(super) fn assert_unchanged(&self, at: usize, what: &str) {
        let device = &self.devices[at];
        assert!(device.disk.is_of(&device.endpoint), "{what} changed the state of {}", device.name);
    }
}
