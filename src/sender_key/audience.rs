use alloc::collections::BTreeSet;

use super::{Scope, ScopeHash};
use crate::crypto::{Digest, HashLabel, hash};
use crate::identity::DeviceAddress;
use crate::limits::AUDIENCE_DEVICES;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The devices that a device's sender chain goes to, exactly: all devices of all members of a group's
/// state, or of a story's viewers, the sender's other devices among them. SPEC.md section 14.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    scope: ScopeHash,
    sender: DeviceAddress,
    devices: Devices,
    digest: Digest,
}

impl Audience {
    /// The audience of `sender` in `scope`; `sender` itself is left out, whoever is named twice
    /// counts once. To be made once for a state, not for every message.
    ///
    /// # Errors
    /// [`DecodeError::TooLarge`] for more than [`AUDIENCE_DEVICES`].
    pub fn new(
        scope: &Scope,
        sender: &DeviceAddress,
        devices: impl IntoIterator<Item = DeviceAddress>,
    ) -> Result<Self, DecodeError> {
        let devices = devices.into_iter().filter(|device| device != sender).collect();
        Devices::new(devices).map(|devices| {
            let (scope, digest) = (scope.hash(), devices.digest());
            Self { scope, sender: sender.clone(), devices, digest }
        })
    }

    /// The devices, in ascending order.
    #[must_use]
    pub fn devices(&self) -> impl ExactSizeIterator<Item = &DeviceAddress> {
        self.devices.0.iter()
    }

    /// Whether the device is of it.
    #[must_use]
    pub fn contains(&self, device: &DeviceAddress) -> bool {
        self.devices.0.contains(device)
    }

    pub(super) const fn scope(&self) -> &ScopeHash {
        &self.scope
    }

    pub(super) const fn sender(&self) -> &DeviceAddress {
        &self.sender
    }

    /// Names the set of devices.
    pub(super) const fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(super) const fn set(&self) -> &Devices {
        &self.devices
    }
}

/// A bounded set of devices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Devices(BTreeSet<DeviceAddress>);

impl Devices {
    fn new(devices: BTreeSet<DeviceAddress>) -> Result<Self, DecodeError> {
        if devices.len() > AUDIENCE_DEVICES {
            return Err(DecodeError::TooLarge);
        }
        Ok(Self(devices))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, device: &DeviceAddress) -> bool {
        self.0.contains(device)
    }

    pub(super) fn insert(&mut self, device: DeviceAddress) {
        self.0.insert(device);
    }

    /// What is in it and not in `other`.
    pub(super) fn without<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = &'a DeviceAddress> {
        self.0.difference(&other.0)
    }

    pub(super) fn digest(&self) -> Digest {
        let mut w = Writer::new();
        w.put(self);
        hash(HashLabel::SenderAudience, w.as_slice())
    }
}

impl Layout for Devices {
    fn write(&self, w: &mut Writer) {
        w.list(self.0.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = r.count(AUDIENCE_DEVICES)?;
        let mut devices = BTreeSet::new();
        for _ in 0..count {
            let device: DeviceAddress = r.get()?;
            if devices.last().is_some_and(|last| *last >= device) {
                return Err(DecodeError::NotCanonical);
            }
            devices.insert(device);
        }
        Ok(Self(devices))
    }
}
