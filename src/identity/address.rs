use core::fmt;
use core::num::NonZeroU32;

use rand_core::CryptoRng;

use crate::limits::ACCOUNT_ID_BYTES;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Names an account: 1 to 64 opaque bytes that the application chose (a UUID, a hash). It is never
/// an alias: two ids are two accounts (SPEC.md 5.1).
///
/// Held inline, so that naming a sender allocates nothing. The length comes first in the order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId {
    len: u8,
    /// Zeros after the id.
    bytes: [u8; ACCOUNT_ID_BYTES],
}

impl AccountId {
    /// Takes the application's id.
    ///
    /// # Errors
    /// [`DecodeError::WrongLength`] when there are no bytes, [`DecodeError::TooLarge`] when there
    /// are more than [`ACCOUNT_ID_BYTES`].
    pub fn new(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Err(DecodeError::WrongLength);
        }
        let mut id = Self { len: 0, bytes: [0; ACCOUNT_ID_BYTES] };
        let room = id.bytes.get_mut(..bytes.len()).ok_or(DecodeError::TooLarge)?;
        room.copy_from_slice(bytes);
        id.len = u8::try_from(bytes.len()).map_err(|_| DecodeError::TooLarge)?;
        Ok(id)
    }

    /// The application's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// Prints the first four bytes: enough to tell two apart in a log, too little to name a person.
impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountId(")?;
        for byte in self.as_bytes().iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("..)")
    }
}

impl Layout for AccountId {
    fn write(&self, w: &mut Writer) {
        w.var(self.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.var(ACCOUNT_ID_BYTES)?)
    }
}

/// Names a device within its account: random, never zero, fresh for every installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(NonZeroU32);

impl DeviceId {
    /// Takes an id; zero is none.
    #[must_use]
    pub const fn new(id: u32) -> Option<Self> {
        match NonZeroU32::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// A fresh id. Zero, which comes up once in four billion times, becomes one.
    #[must_use]
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(NonZeroU32::new(rng.next_u32()).unwrap_or(NonZeroU32::MIN))
    }

    /// The number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0.get()
    }
}

impl Layout for DeviceId {
    fn write(&self, w: &mut Writer) {
        self.as_u32().write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(u32::read(r)?).ok_or(DecodeError::OutOfRange)
    }
}

/// The one address of a device: sessions, permits and messages all name devices by this and by
/// nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceAddress {
    /// The account that the device belongs to.
    pub account: AccountId,
    /// The device within the account.
    pub device: DeviceId,
}

impl Layout for DeviceAddress {
    fn write(&self, w: &mut Writer) {
        w.put(&self.account).put(&self.device);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { account: r.get()?, device: r.get()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn an_account_id_has_1_to_64_bytes() {
        assert_eq!(AccountId::new(&[]), Err(DecodeError::WrongLength));
        assert!(AccountId::new(&[7]).is_ok());
        assert!(AccountId::new(&[7; ACCOUNT_ID_BYTES]).is_ok());
        assert_eq!(AccountId::new(&[7; ACCOUNT_ID_BYTES + 1]), Err(DecodeError::TooLarge));
    }

    #[test]
    fn device_id_zero_is_refused() {
        assert_eq!(DeviceId::new(0), None);
        assert_eq!(Reader::new(&[0; 4]).get::<DeviceId>(), Err(DecodeError::OutOfRange));
    }

    #[test]
    fn an_address_round_trips() {
        let address = DeviceAddress {
            account: AccountId::new(b"alice").unwrap(),
            device: DeviceId::new(0x0102_0304).unwrap(),
        };
        let mut w = Writer::new();
        w.put(&address);
        assert_eq!(w.as_slice(), [0, 5, b'a', b'l', b'i', b'c', b'e', 1, 2, 3, 4]);
        assert_eq!(Reader::new(w.as_slice()).get(), Ok(address));
    }

    #[test]
    fn a_printed_account_id_does_not_name_a_person() {
        let id = AccountId::new(b"+49 170 1234567").unwrap();
        assert_eq!(format!("{id:?}"), "AccountId(2b343920..)");
    }
}
