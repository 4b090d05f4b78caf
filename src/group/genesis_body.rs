use alloc::vec::Vec;

use super::GroupId;
use super::access::{AccessTable, Role};
use super::error::ChangeError;
use super::extension::{Avatar, Extension};
use super::member::is_ascending;
use super::text::{Description, Title};
use crate::crypto::Digest;
use crate::identity::{AccountKey, DeviceAddress};
use crate::limits::{EXPIRY, GROUP_EXTENSIONS, GROUP_FOUNDERS, GROUP_LIST_ENTRY_BYTES};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

const VERSION: u8 = 1;
const SUITE: u8 = 1;

/// The group that another continues, when it could not go on: its id and last state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predecessor {
    /// The old group.
    pub group: GroupId,
    /// The hash of the last state that the founder had of it.
    pub state: Digest,
}

impl Layout for Predecessor {
    fn write(&self, w: &mut Writer) {
        w.put(&self.group).put(&self.state);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { group: r.get()?, state: r.get()? })
    }
}

/// A member from the beginning: a signed device list entry, and a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Founder {
    pub(super) list: Vec<u8>,
    pub(super) role: Role,
}

impl Layout for Founder {
    fn write(&self, w: &mut Writer) {
        w.var(&self.list);
        w.put(&self.role);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { list: r.var(GROUP_LIST_ENTRY_BYTES)?.to_vec(), role: r.get()? })
    }
}

/// What a genesis says (SPEC.md 15.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) salt: [u8; 32],
    pub(super) creator: DeviceAddress,
    pub(super) creator_key: AccountKey,
    pub(super) creator_list: Digest,
    pub(super) created_at: Timestamp,
    pub(super) epoch_commitment: Digest,
    pub(super) title: Title,
    pub(super) description: Description,
    pub(super) avatar: Option<Avatar>,
    pub(super) access: AccessTable,
    pub(super) timer: u32,
    pub(super) announcement: bool,
    pub(super) protocol_floor: u16,
    pub(super) founders: Vec<Founder>,
    pub(super) successor_of: Option<Predecessor>,
    pub(super) extensions: Vec<Extension>,
}

impl Body {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u8(SUITE);
        w.put(&self.salt).put(&self.creator).put(&self.creator_key).put(&self.creator_list);
        w.put(&self.created_at).put(&self.epoch_commitment);
        w.put(&self.title).put(&self.description).put(&self.avatar).put(&self.access);
        w.put(&self.timer).put(&self.announcement).put(&self.protocol_floor);
        w.list(self.founders.iter());
        w.put(&self.successor_of);
        w.list(self.extensions.iter());
        w.into_public()
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ChangeError> {
        r.version(VERSION)?;
        r.version(SUITE)?;
        Ok(Self {
            salt: r.get()?,
            creator: r.get()?,
            creator_key: r.get()?,
            creator_list: r.get()?,
            created_at: r.get()?,
            epoch_commitment: r.get()?,
            title: Title::parse(r)??,
            description: Description::parse(r)??,
            avatar: r.get()?,
            access: r.get()?,
            timer: super::action::at_most(r, EXPIRY.as_secs())?,
            announcement: r.get()?,
            protocol_floor: r.get()?,
            founders: r.list(GROUP_FOUNDERS)?,
            successor_of: r.get()?,
            extensions: r.list(GROUP_EXTENSIONS)?,
        })
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ChangeError> {
        let mut r = Reader::new(bytes);
        let body = Self::read(&mut r)?;
        r.finish()?;
        if !is_ascending(&body.extensions) {
            return Err(DecodeError::NotCanonical.into());
        }
        // A group begins at the first version; raising the floor is a change.
        if body.protocol_floor != super::apply::PROTOCOL {
            return Err(DecodeError::OutOfRange.into());
        }
        Ok(body)
    }
}
