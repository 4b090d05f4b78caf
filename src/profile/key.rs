use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use crate::crypto::{AeadKey, KdfLabel, Prk, Secret};
use crate::identity::AccountId;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Opens the profile of one account: 32 secret bytes that the account gives to its contacts
/// (content bodies 42 and 43).
#[derive(Clone)]
pub struct ProfileKey(Secret<32>);

impl ProfileKey {
    /// Length in bytes.
    pub const LEN: usize = 32;
    /// Length of a locator in bytes.
    pub const LOCATOR_LEN: usize = 16;

    /// A fresh key.
    #[must_use]
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// A key that came from a contact.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The key, to give to a contact: secret.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        self.0.as_bytes()
    }

    /// The name under which a server stores the sealed profile: only who holds the key can compute
    /// it, it changes with the key, and it does not name the account.
    #[must_use]
    pub fn locator(&self, account: &AccountId) -> [u8; Self::LOCATOR_LEN] {
        *self.expand::<{ Self::LOCATOR_LEN }>(KdfLabel::ProfileLocator, account).as_bytes()
    }

    pub(super) fn sealing_key(&self, account: &AccountId) -> AeadKey {
        AeadKey::new(self.expand(KdfLabel::ProfileSeal, account))
    }

    fn expand<const N: usize>(&self, label: KdfLabel, account: &AccountId) -> Secret<N> {
        Prk::from_key(&self.0).expand(label, account.as_bytes())
    }
}

impl PartialEq for ProfileKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for ProfileKey {}

impl fmt::Debug for ProfileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileKey(..)")
    }
}

impl Layout for ProfileKey {
    fn write(&self, w: &mut Writer) {
        w.put(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}
