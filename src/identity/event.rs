use alloc::vec::Vec;

use super::account::AccountKey;
use super::address::DeviceId;
use super::certificate::DeviceCertificate;
use super::entry::ListVersion;
use super::fork::ForkEvidence;
use super::list::VerifiedDeviceList;
use crate::crypto::Digest;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Something that happened to a contact's identity. While one is unacknowledged, nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityEvent {
    /// The account began anew under another key, without the old one's consent.
    IdentityChanged {
        /// The key that we knew.
        previous: AccountKey,
        /// The key now in force.
        current: AccountKey,
    },
    /// The account handed over to another key, and both keys signed that.
    AccountKeyRotated {
        /// The key that we knew.
        previous: AccountKey,
        /// The key now in force.
        current: AccountKey,
    },
    /// The account added a device.
    DeviceAdded(DeviceId),
    /// The account revoked a device that it had listed.
    DeviceRevoked(DeviceId),
    /// The account signed two lists for one version.
    ListFork {
        /// The version.
        version: ListVersion,
        /// The hash of the entry that contradicts ours.
        other: Digest,
    },
}

impl IdentityEvent {
    /// What happened from one list to the next: at most 33 events.
    pub(super) fn between(before: &VerifiedDeviceList, after: &VerifiedDeviceList) -> Vec<Self> {
        let (previous, current) = (*before.account_key(), *after.account_key());
        let rotated =
            (previous != current).then_some(Self::AccountKeyRotated { previous, current });
        let gone = absent(before, after).map(Self::DeviceRevoked);
        let added = absent(after, before).map(Self::DeviceAdded);
        rotated.into_iter().chain(gone).chain(added).collect()
    }

    pub(super) fn forked(evidence: &ForkEvidence) -> Self {
        let other = evidence.second();
        Self::ListFork { version: other.version(), other: *other.hash() }
    }
}

/// The devices of one list that the other lacks.
fn absent<'a>(
    of: &'a VerifiedDeviceList,
    from: &'a VerifiedDeviceList,
) -> impl Iterator<Item = DeviceId> + 'a {
    let ids = of.devices().iter().map(DeviceCertificate::device);
    ids.filter(|id| from.listed(*id).is_err())
}

/// As stored: a kind byte from 1 to 5 and the fields.
impl Layout for IdentityEvent {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::IdentityChanged { previous, current } => {
                w.put(&1u8).put(previous).put(current);
            }
            Self::AccountKeyRotated { previous, current } => {
                w.put(&2u8).put(previous).put(current);
            }
            Self::DeviceAdded(device) => {
                w.put(&3u8).put(device);
            }
            Self::DeviceRevoked(device) => {
                w.put(&4u8).put(device);
            }
            Self::ListFork { version, other } => {
                w.put(&5u8).put(version).put(other);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            1 => Ok(Self::IdentityChanged { previous: r.get()?, current: r.get()? }),
            2 => Ok(Self::AccountKeyRotated { previous: r.get()?, current: r.get()? }),
            3 => r.get().map(Self::DeviceAdded),
            4 => r.get().map(Self::DeviceRevoked),
            5 => Ok(Self::ListFork { version: r.get()?, other: r.get()? }),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}
