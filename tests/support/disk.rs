//! What survives a crash.

use std::collections::BTreeMap;

use sealwax::identity::{AccountId, Contact, DeviceAddress, LocalDevice, VerifiedDeviceList};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{Changes, Endpoint, StateError, StoredPeer};

use super::{Dev, Device, World};

/// The bytes that a device wrote down: all that survives a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disk {
    pub(crate) local: Vec<u8>,
    pub(crate) own_list: Vec<u8>,
    pub(crate) prekeys: Vec<u8>,
    pub(crate) contacts: BTreeMap<AccountId, Vec<u8>>,
    pub(crate) peers: BTreeMap<DeviceAddress, StoredPeer>,
}

/// Disks.
impl World {
    /// Every byte that the device would write down now.
    pub(crate) fn state(&self, dev: Dev) -> Disk {
        Disk::of_device(&self.devices[dev.0])
    }

    /// What the device did write down.
    pub(crate) fn disk(&mut self, dev: Dev) -> Disk {
        self.save_contacts(dev);
        self.devices[dev.0].disk.clone()
    }

    /// Writes down everything.
    pub(crate) fn save(&mut self, dev: Dev) {
        self.devices[dev.0].disk = self.state(dev);
    }

    fn save_contacts(&mut self, dev: Dev) {
        let device = &mut self.devices[dev.0];
        let contacts = device.contacts.iter();
        device.disk.contacts = contacts.map(|(id, c)| (id.clone(), c.to_bytes())).collect();
    }

    /// The process dies and starts again with what was written down.
    pub(crate) fn crash(&mut self, dev: Dev) {
        let disk = self.disk(dev);
        self.load(dev, &disk).unwrap();
        assert_eq!(self.state(dev), disk, "loading and storing changes nothing");
    }

    /// Puts a device's disk in, as when a backup is restored.
    pub(crate) fn load(&mut self, dev: Dev, disk: &Disk) -> Result<(), StateError> {
        let device = &mut self.devices[dev.0];
        device.endpoint = disk.endpoint()?;
        device.contacts = disk
            .contacts
            .iter()
            .map(|(id, bytes)| (id.clone(), Contact::from_bytes(bytes).unwrap()))
            .collect();
        device.disk = disk.clone();
        Ok(())
    }
}

impl Disk {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        let stored = |peer: &DeviceAddress| endpoint.stored_peer(peer).unwrap();
        Self {
            local: endpoint.local().to_bytes().to_vec(),
            own_list: endpoint.own_list().to_bytes(),
            prekeys: endpoint.prekeys().to_bytes().to_vec(),
            contacts: BTreeMap::new(),
            peers: endpoint.peers().map(|peer| (peer.clone(), stored(peer))).collect(),
        }
    }

    fn of_device(device: &Device) -> Self {
        let contacts = device.contacts.iter();
        Self {
            contacts: contacts.map(|(id, c)| (id.clone(), c.to_bytes())).collect(),
            ..Self::of(&device.endpoint)
        }
    }

    pub(crate) fn endpoint(&self) -> Result<Endpoint, StateError> {
        Endpoint::restore(
            LocalDevice::from_bytes(&self.local)?,
            VerifiedDeviceList::from_bytes(&self.own_list)?,
            PrekeyStore::from_bytes(&self.prekeys)?,
            self.peers.values(),
        )
        .complete()
    }
}

impl Device {
    pub(super) fn address(&self) -> DeviceAddress {
        self.endpoint.local().address().clone()
    }

    /// Writes down what is said to have changed, and checks that nothing else did.
    pub(super) fn write(&mut self, peer: &DeviceAddress, changes: Changes) {
        let now = self.endpoint.stored_peer(peer).unwrap();
        if let Some(old) = self.disk.peers.get_mut(peer) {
            if changes.active {
                old.active.clone_from(&now.active);
            }
            if changes.archive {
                old.archive.clone_from(&now.archive);
            }
            assert!(*old == now, "more changed than {changes:?}");
        } else {
            assert!(changes.active && changes.archive, "a new peer is all new");
            self.disk.peers.insert(peer.clone(), now);
        }
        if changes.prekeys {
            self.disk.prekeys = self.endpoint.prekeys().to_bytes().to_vec();
        }
    }

    pub(super) fn write_peer(&mut self, peer: &DeviceAddress) {
        if let Some(now) = self.endpoint.stored_peer(peer) {
            self.disk.peers.insert(peer.clone(), now);
        }
    }
}
