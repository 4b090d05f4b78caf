use alloc::vec::Vec;
use core::fmt;

use super::member::Keyed;
use crate::limits::{GROUP_AVATAR_BYTES, GROUP_EXTENSION_BYTES};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// What points at a group's picture: opaque here, 1 to [`GROUP_AVATAR_BYTES`] bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Avatar(Vec<u8>);

impl Avatar {
    /// Takes the bytes.
    ///
    /// # Errors
    /// [`DecodeError::WrongLength`] for none, [`DecodeError::TooLarge`] for too many.
    pub fn new(bytes: &[u8]) -> Result<Self, DecodeError> {
        match bytes.len() {
            0 => Err(DecodeError::WrongLength),
            len if len > GROUP_AVATAR_BYTES => Err(DecodeError::TooLarge),
            _ => Ok(Self(bytes.to_vec())),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Avatar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Avatar({} bytes)", self.0.len())
    }
}

impl Layout for Avatar {
    fn write(&self, w: &mut Writer) {
        w.var(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.var(GROUP_AVATAR_BYTES)?)
    }
}

/// Something that a later version or an application put beside what this version knows: kept byte
/// for byte, and part of what is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// What it is.
    pub number: u16,
    /// What it says.
    pub value: ExtensionValue,
}

/// The value of an [`Extension`]: at most [`GROUP_EXTENSION_BYTES`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct ExtensionValue(Vec<u8>);

impl ExtensionValue {
    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for ExtensionValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ExtensionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExtensionValue({} bytes)", self.0.len())
    }
}

impl Layout for ExtensionValue {
    fn write(&self, w: &mut Writer) {
        w.var(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(r.var(GROUP_EXTENSION_BYTES)?.to_vec()))
    }
}

impl Keyed for Extension {
    type Key = u16;

    fn key(&self) -> &u16 {
        &self.number
    }
}

impl Layout for Extension {
    fn write(&self, w: &mut Writer) {
        w.put(&self.number).put(&self.value);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { number: r.get()?, value: r.get()? })
    }
}
