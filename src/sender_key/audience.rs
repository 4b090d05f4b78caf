use alloc::vec::Vec;

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
        let mut devices: Vec<_> = devices.into_iter().collect();
        devices.retain(|device| device != sender);
        let devices = Devices::of(devices);
        if devices.len() > AUDIENCE_DEVICES {
            return Err(DecodeError::TooLarge);
        }
        let (scope, digest) = (scope.hash(), devices.digest());
        Ok(Self { scope, sender: sender.clone(), devices, digest })
    }

    /// The devices, in ascending order.
    #[must_use]
    pub fn devices(&self) -> impl ExactSizeIterator<Item = &DeviceAddress> {
        self.devices.0.iter()
    }

    /// Whether the device is of it.
    #[must_use]
    pub fn contains(&self, device: &DeviceAddress) -> bool {
        self.devices.contains(device)
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

/// A set of devices, strictly ascending: two of them are compared in one walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Devices(Vec<DeviceAddress>);

impl Devices {
    /// Devices in any order, which is checked first: mostly they come in the right one.
    pub(super) fn of(mut devices: Vec<DeviceAddress>) -> Self {
        if !is_ascending(&devices) {
            devices.sort_unstable();
            devices.dedup();
        }
        Self(devices)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, device: &DeviceAddress) -> bool {
        self.0.binary_search(device).is_ok()
    }

    /// What is in one of the two.
    pub(super) fn with(mut self, other: Self) -> Self {
        if self.0.is_empty() {
            return other;
        }
        self.0.extend(other.0);
        // Of two runs, the stable sort makes one in a walk.
        self.0.sort();
        self.0.dedup();
        self
    }

    /// What is in it and not in `other`.
    pub(super) fn without<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = &'a DeviceAddress> {
        let mut others = other.0.iter().peekable();
        self.0.iter().filter(move |device| {
            while others.next_if(|other| other < device).is_some() {}
            others.next_if_eq(device).is_none()
        })
    }

    pub(super) fn digest(&self) -> Digest {
        let mut w = Writer::with_capacity(self.len().saturating_mul(ADDRESS_BYTES));
        w.put(self);
        // Taken out, since nothing in it is secret.
        hash(HashLabel::SenderAudience, &w.into_public())
    }
}

/// What an address takes with an id of 16 bytes; only a first guess for the buffer.
const ADDRESS_BYTES: usize = 24;

fn is_ascending(devices: &[DeviceAddress]) -> bool {
    devices.is_sorted_by(|a, b| a < b)
}

impl Layout for Devices {
    fn write(&self, w: &mut Writer) {
        w.list(self.0.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let devices: Vec<_> = r.list(AUDIENCE_DEVICES)?;
        if is_ascending(&devices) { Ok(Self(devices)) } else { Err(DecodeError::NotCanonical) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{AccountId, DeviceId};
    use crate::wire::read_all;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    /// Accounts of both lengths, several devices each.
    fn device(n: u32) -> DeviceAddress {
        let name = if n & 1 == 0 { "bo" } else { "abe" };
        let account = AccountId::new(name.as_bytes()).unwrap();
        DeviceAddress { account, device: DeviceId::new(n + 1).unwrap() }
    }

    fn devices(numbers: &[u32]) -> (Devices, BTreeSet<DeviceAddress>) {
        let all = || numbers.iter().map(|n| device(*n));
        (Devices::of(all().collect()), all().collect())
    }

    proptest! {
        #[test]
        fn it_is_the_set_of_its_devices(
            a in proptest::collection::vec(0u32..20, 0..20),
            b in proptest::collection::vec(0u32..20, 0..20),
        ) {
            let ((a, all_a), (b, all_b)) = (devices(&a), devices(&b));
            prop_assert!(a.0.iter().eq(&all_a));
            prop_assert!(a.without(&b).eq(all_a.difference(&all_b)));
            prop_assert!((0..20).all(|n| a.contains(&device(n)) == all_a.contains(&device(n))));
            prop_assert!(a.with(b).0.iter().eq(all_a.union(&all_b)));
        }
    }

    #[test]
    fn stored_devices_are_in_order_and_there_once() {
        let read = |devices: &[DeviceAddress]| {
            let mut w = Writer::new();
            w.list(devices.iter());
            read_all::<Devices>(w.as_slice())
        };
        let [a, b] = [device(0), device(1)];
        assert_eq!(read(&[a.clone(), b.clone()]), Ok(Devices(alloc::vec![a.clone(), b.clone()])));
        assert_eq!(read(&[b.clone(), a]), Err(DecodeError::NotCanonical));
        assert_eq!(read(&[b.clone(), b]), Err(DecodeError::NotCanonical));
    }
}
