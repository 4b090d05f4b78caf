use alloc::vec::Vec;

use crate::content::part::present;
use crate::content::{SharedKey, Violation};

/// A key and which one in the order of its kind: a contact's profile key, or the secret of an
/// audience's current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionedKey {
    key: SharedKey,
    version: u32,
}

impl VersionedKey {
    /// Key number `version`, from 1.
    ///
    /// # Errors
    /// [`Violation::KeyVersion`] when it is zero.
    pub fn new(key: SharedKey, version: u32) -> Result<Self, Violation> {
        if version == 0 { Err(Violation::KeyVersion) } else { Ok(Self { key, version }) }
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &SharedKey {
        &self.key
    }

    /// Counts the keys of its kind, from 1.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn from_wire(key: Vec<u8>, version: u32) -> Result<Option<Self>, Violation> {
        match present(key, SharedKey::from_wire)? {
            Some(key) => Self::new(key, version).map(Some),
            None if version == 0 => Ok(None),
            None => Err(Violation::KeyVersion),
        }
    }

    pub(super) fn key_to_wire(known: Option<&Self>) -> Vec<u8> {
        SharedKey::to_wire(known.map(Self::key))
    }

    pub(super) fn version_to_wire(known: Option<&Self>) -> u32 {
        known.map_or(0, Self::version)
    }
}
