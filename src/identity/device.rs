use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::account::AccountKey;
use super::address::{AccountId, DeviceAddress, DeviceId};
use super::certificate::{CertificateRequest, CertificateTerms, DeviceCertificate};
use crate::crypto::{DhPublicKey, DhSecretKey, SigningKey, VerifyingKey};
use crate::error::error_codes;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The version of a stored [`DeviceKeys`] or [`LocalDevice`].
const STORED_VERSION: u8 = 1;

/// A device's two public keys, generated independently: neither is derived from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevicePublicKeys {
    /// Ed25519: signs prekeys and the possession of the certificate.
    pub signing: VerifyingKey,
    /// X25519: takes part in handshakes.
    pub identity: DhPublicKey,
}

impl Layout for DevicePublicKeys {
    fn write(&self, w: &mut Writer) {
        w.put(&self.signing).put(&self.identity);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { signing: r.get()?, identity: r.get()? })
    }
}

/// The encoding of a device's public keys, for who only compares them: reading it takes no point apart.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EncodedDeviceKeys {
    signing: [u8; 32],
    identity: [u8; 32],
}

impl From<&DevicePublicKeys> for EncodedDeviceKeys {
    fn from(keys: &DevicePublicKeys) -> Self {
        Self { signing: *keys.signing.as_bytes(), identity: *keys.identity.as_bytes() }
    }
}

/// As the keys themselves are stored.
impl Layout for EncodedDeviceKeys {
    fn write(&self, w: &mut Writer) {
        w.u8(VerifyingKey::TYPE);
        w.raw(&self.signing);
        w.u8(DhPublicKey::TYPE);
        w.raw(&self.identity);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(VerifyingKey::TYPE)?;
        let signing = r.array()?;
        r.key_type(DhPublicKey::TYPE)?;
        Ok(Self { signing, identity: r.array()? })
    }
}

/// A device's id and secret keys, before and after it is certified. Made once per installation and
/// never carried to another.
#[derive(Clone, Debug)]
pub struct DeviceKeys {
    device: DeviceId,
    signing: SigningKey,
    identity: DhSecretKey,
}

impl DeviceKeys {
    /// A fresh device.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self {
            device: DeviceId::random(rng),
            signing: SigningKey::generate(rng),
            identity: DhSecretKey::generate(rng),
        }
    }

    /// The id that goes with these keys.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The public halves.
    #[must_use]
    pub fn public_keys(&self) -> DevicePublicKeys {
        DevicePublicKeys {
            signing: self.signing.verifying_key(),
            identity: *self.identity.public_key(),
        }
    }

    /// Asks for a certificate of `account`, and proves possession of the signing key. Also how a
    /// certificate is renewed, with the same keys and another validity.
    #[must_use]
    pub fn request_certificate(
        &self,
        account: &AccountId,
        account_key: &AccountKey,
        terms: CertificateTerms,
    ) -> CertificateRequest {
        CertificateRequest::new(self, account, account_key, terms)
    }

    pub(crate) const fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    /// The state of a device that waits for its certificate: secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(69);
        w.u8(STORED_VERSION);
        w.put(self);
        w.into_secret()
    }

    /// Reads stored keys.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`DeviceKeys::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let keys = r.get()?;
        r.finish()?;
        Ok(keys)
    }
}

/// As stored: `device ‖ signing seed ‖ identity secret`.
impl Layout for DeviceKeys {
    fn write(&self, w: &mut Writer) {
        w.put(&self.device).put(&self.signing).put(&self.identity);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { device: r.get()?, signing: r.get()?, identity: r.get()? })
    }
}

/// This device: its keys with the certificate that says whose it is (SPEC.md 5.5).
#[derive(Clone, Debug)]
pub struct LocalDevice {
    keys: DeviceKeys,
    certificate: DeviceCertificate,
}

impl LocalDevice {
    /// Puts keys and certificate together.
    ///
    /// # Errors
    /// [`NotThisDevice`] when the certificate is for another device or other keys.
    pub fn new(keys: DeviceKeys, certificate: DeviceCertificate) -> Result<Self, NotThisDevice> {
        if certificate.device() != keys.device || *certificate.keys() != keys.public_keys() {
            return Err(NotThisDevice);
        }
        Ok(Self { keys, certificate })
    }

    /// With a certificate that may be somebody else's.
    #[cfg(test)]
    pub(crate) const fn unchecked(keys: DeviceKeys, certificate: DeviceCertificate) -> Self {
        Self { keys, certificate }
    }

    /// The same device with a newer certificate.
    ///
    /// # Errors
    /// [`NotThisDevice`] when the certificate is for another device, other keys, or another account.
    pub fn renewed(&self, certificate: DeviceCertificate) -> Result<Self, NotThisDevice> {
        if certificate.account() != self.certificate.account() {
            return Err(NotThisDevice);
        }
        Self::new(self.keys.clone(), certificate)
    }

    /// The device's address.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        self.certificate.address()
    }

    /// The key of the account that the device belongs to.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        self.certificate.account_key()
    }

    /// The certificate.
    #[must_use]
    pub const fn certificate(&self) -> &DeviceCertificate {
        &self.certificate
    }

    /// The keys, to ask for a renewed certificate.
    #[must_use]
    pub const fn keys(&self) -> &DeviceKeys {
        &self.keys
    }

    pub(crate) const fn signing_key(&self) -> &SigningKey {
        &self.keys.signing
    }

    pub(crate) const fn identity_key(&self) -> &DhSecretKey {
        &self.keys.identity
    }

    /// The state to store: secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(512);
        w.u8(STORED_VERSION);
        w.put(&self.keys).put(&self.certificate);
        w.into_secret()
    }

    /// Reads a stored device.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`LocalDevice::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let device =
            Self::new(r.get()?, r.get()?).map_err(|NotThisDevice| DecodeError::InvalidKey)?;
        r.finish()?;
        Ok(device)
    }
}

/// A certificate that does not belong to these keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate is not for this device")]
pub struct NotThisDevice;

error_codes!(NotThisDevice {
    Self => ("device/not-this-device", FixCaller),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::AccountKeyPair;
    use crate::identity::fixture::{Account, rng};
    use alloc::format;
    use proptest::prelude::*;

    #[test]
    fn a_certificate_for_another_device_or_other_keys_is_refused() {
        let account = Account::new("alice", 2, 1);
        let (first, second) = (&account.devices[0], &account.devices[1]);
        let swapped = LocalDevice::new(first.keys.clone(), second.certificate.clone());
        assert_eq!(swapped.err(), Some(NotThisDevice));
        let mut same_id = DeviceKeys::generate(&mut rng(5));
        same_id.device = first.keys.device;
        assert_eq!(LocalDevice::new(same_id, first.certificate.clone()).err(), Some(NotThisDevice));
    }

    #[test]
    fn a_renewed_certificate_of_another_account_is_refused() {
        let account = Account::new("alice", 1, 1);
        let device = &account.devices[0];
        assert!(device.renewed(account.certify(device.keys())).is_ok());
        let other = Account::new("mallory", 0, 2).certify(device.keys());
        assert_eq!(device.renewed(other).err(), Some(NotThisDevice));
    }

    #[test]
    fn a_stored_device_comes_back() {
        let device = Account::new("alice", 1, 1).devices.remove(0);
        let bytes = device.to_bytes();
        let restored = LocalDevice::from_bytes(&bytes).unwrap();
        assert_eq!(restored.to_bytes(), bytes);
        assert_eq!(restored.keys().public_keys(), device.keys().public_keys());
        let keys = device.keys().to_bytes();
        assert_eq!(DeviceKeys::from_bytes(&keys).unwrap().to_bytes(), keys);
    }

    #[test]
    fn two_devices_share_neither_id_nor_key() {
        let mut rng = rng(1);
        let (a, b) = (DeviceKeys::generate(&mut rng), DeviceKeys::generate(&mut rng));
        assert_ne!(a.device, b.device);
        assert_ne!(a.public_keys().signing, b.public_keys().signing);
        assert_ne!(a.public_keys().identity, b.public_keys().identity);
    }

    #[test]
    fn nothing_printed_holds_a_secret() {
        let device = Account::new("alice", 1, 1).devices.remove(0);
        let pair = AccountKeyPair::generate(&mut rng(4));
        let printed = format!("{device:?} {device:#?} {pair:?}").replace([' ', '\n', ','], "");
        let stored = [&device.keys().to_bytes()[5..], &pair.to_bytes()[1..]].concat();
        for secret in stored.chunks(4) {
            let hexadecimal = hex::encode(secret);
            let decimal: Vec<_> = secret.iter().map(alloc::string::ToString::to_string).collect();
            assert!(!printed.contains(&hexadecimal) && !printed.contains(&decimal.concat()));
        }
    }

    proptest! {
        #[test]
        fn damaged_stored_devices_never_panic(cut in 0usize..420, at in 0usize..420, with: u8) {
            let mut bytes = Account::new("alice", 1, 1).devices[0].to_bytes().to_vec();
            prop_assert!(LocalDevice::from_bytes(&bytes[..cut.min(bytes.len() - 1)]).is_err());
            let at = at % bytes.len();
            bytes[at] ^= with;
            if let Ok(device) = LocalDevice::from_bytes(&bytes) {
                prop_assert_eq!(device.to_bytes().to_vec(), bytes);
            }
        }
    }
}
