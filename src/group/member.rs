use alloc::vec::Vec;
use core::fmt;

use super::access::Role;
use crate::crypto::{Digest, VerifyingKey};
use crate::identity::{AccountId, AccountKey, DeviceListEntry, ListVersion};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// An account key as the state names it: compared, never used to verify.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PinnedKey([u8; 32]);

impl PinnedKey {
    /// The key's 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether it is this key.
    #[must_use]
    pub fn is(&self, key: &AccountKey) -> bool {
        self.0 == *key.as_bytes()
    }
}

impl From<&AccountKey> for PinnedKey {
    fn from(key: &AccountKey) -> Self {
        Self(*key.as_bytes())
    }
}

impl fmt::Debug for PinnedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinnedKey({:02x?}..)", self.0.first_chunk::<4>().unwrap_or(&[0; 4]))
    }
}

impl Layout for PinnedKey {
    fn write(&self, w: &mut Writer) {
        w.u8(VerifyingKey::TYPE);
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(VerifyingKey::TYPE)?;
        r.array().map(Self)
    }
}

/// The device list of a member that the group acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListRef {
    /// The version.
    pub version: ListVersion,
    /// The hash of the entry.
    pub hash: Digest,
    /// How many device ids it has as revoked. Revocations are never taken back, so that a greater
    /// number means a revoked device.
    pub revoked: u16,
}

impl From<&DeviceListEntry> for ListRef {
    fn from(entry: &DeviceListEntry) -> Self {
        let revoked = u16::try_from(entry.revoked().len()).unwrap_or(u16::MAX);
        Self { version: entry.version(), hash: *entry.hash(), revoked }
    }
}

impl Layout for ListRef {
    fn write(&self, w: &mut Writer) {
        w.put(&self.version).put(&self.hash).put(&self.revoked);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { version: r.get()?, hash: r.get()?, revoked: r.get()? })
    }
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// Its account key: the one when it joined, or one that the group followed a rotation to.
    pub account_key: PinnedKey,
    /// What it may do.
    pub role: Role,
    /// The revision that it joined at.
    pub joined_at: u32,
    /// On whose authority: who added, invited or approved it, or made the link.
    pub added_by: AccountId,
    /// Its device list.
    pub list: ListRef,
}

/// Somebody who may join by accepting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The account.
    pub account: AccountId,
    /// The account key that has to accept.
    pub account_key: PinnedKey,
    /// The role that it will have.
    pub role: Role,
    /// Who invited it.
    pub invited_by: AccountId,
    /// The revision of the invitation.
    pub at: u32,
}

impl Layout for Invitation {
    fn write(&self, w: &mut Writer) {
        w.put(&self.account).put(&self.account_key).put(&self.role);
        w.put(&self.invited_by).put(&self.at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            account: r.get()?,
            account_key: r.get()?,
            role: r.get()?,
            invited_by: r.get()?,
            at: r.get()?,
        })
    }
}

/// Somebody who asked to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// The account.
    pub account: AccountId,
    /// Its account key.
    pub account_key: PinnedKey,
    /// Its device list.
    pub list: ListRef,
    /// The revision of the request.
    pub at: u32,
}

impl Layout for JoinRequest {
    fn write(&self, w: &mut Writer) {
        w.put(&self.account).put(&self.account_key).put(&self.list).put(&self.at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { account: r.get()?, account_key: r.get()?, list: r.get()?, at: r.get()? })
    }
}

/// Somebody who may not join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// The account.
    pub account: AccountId,
    /// Who banned it.
    pub by: AccountId,
    /// The revision of the ban.
    pub at: u32,
}

impl Layout for Ban {
    fn write(&self, w: &mut Writer) {
        w.put(&self.account).put(&self.by).put(&self.at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { account: r.get()?, by: r.get()?, at: r.get()? })
    }
}

/// What a list of the state is sorted by, each key once.
pub(super) trait Keyed {
    type Key: Ord;
    fn key(&self) -> &Self::Key;
}

macro_rules! keyed_by_account {
    ($($kind:ty),+) => {$(
        impl Keyed for $kind {
            type Key = AccountId;

            fn key(&self) -> &AccountId {
                &self.account
            }
        }
    )+};
}

keyed_by_account!(Member, Invitation, JoinRequest, Ban);

pub(super) fn find<'a, T: Keyed>(list: &'a [T], key: &T::Key) -> Option<&'a T> {
    position(list, key).ok().and_then(|index| list.get(index))
}

pub(super) fn find_mut<'a, T: Keyed>(list: &'a mut [T], key: &T::Key) -> Option<&'a mut T> {
    position(list, key).ok().and_then(|index| list.get_mut(index))
}

pub(super) fn position<T: Keyed>(list: &[T], key: &T::Key) -> Result<usize, usize> {
    list.binary_search_by(|item| item.key().cmp(key))
}

/// Puts an item into its place; gives it back if its key is there already.
pub(super) fn insert<T: Keyed>(list: &mut Vec<T>, item: T) -> Result<(), T> {
    match position(list, item.key()) {
        Ok(_) => Err(item),
        Err(index) => {
            list.insert(index, item);
            Ok(())
        }
    }
}

pub(super) fn remove<T: Keyed>(list: &mut Vec<T>, key: &T::Key) -> Option<T> {
    position(list, key).ok().map(|index| list.remove(index))
}

pub(super) fn is_ascending<T: Keyed>(list: &[T]) -> bool {
    list.is_sorted_by(|a, b| a.key() < b.key())
}
