use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::certificate::{CertificateRequest, CertifyError, DeviceCertificate};
use crate::crypto::{BadSignature, Signature, SignaturePurpose, SigningKey, VerifyingKey};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The version of a stored [`AccountKeyPair`].
const STORED_VERSION: u8 = 1;

/// An account's public key: what a safety number is about and everything else hangs from. A type
/// of its own, so that no device key can stand in for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountKey(VerifyingKey);

impl AccountKey {
    /// Takes the 32-byte Ed25519 encoding.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] as for every [`VerifyingKey`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, DecodeError> {
        VerifyingKey::from_bytes(bytes).map(Self)
    }

    /// The 32-byte Ed25519 encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn verify(
        &self,
        purpose: SignaturePurpose,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        self.0.verify(purpose, message, signature)
    }
}

impl Layout for AccountKey {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

/// An account's key pair. It signs device certificates and device lists and nothing else, so it may
/// live on one device or offline (SPEC.md 5.3).
#[derive(Clone, Debug)]
pub struct AccountKeyPair(SigningKey);

impl AccountKeyPair {
    /// A fresh pair from the caller's generator.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(SigningKey::generate(rng))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> AccountKey {
        AccountKey(self.0.verifying_key())
    }

    /// Vouches for a device that proved possession of its key. Whether the device is the person's
    /// own is for the person to say before: compare a code derived from both sides' keys.
    ///
    /// # Errors
    /// [`CertifyError`] when the request names another account key or does not hold at `now`.
    pub fn certify(
        &self,
        request: &CertificateRequest,
        now: Timestamp,
    ) -> Result<DeviceCertificate, CertifyError> {
        if *request.account_key() != self.public_key() {
            return Err(CertifyError::OtherAccountKey);
        }
        request.validity().check(now)?;
        Ok(request.clone().signed_by(self))
    }

    pub(super) fn sign(&self, purpose: SignaturePurpose, message: &[u8]) -> Signature {
        self.0.sign(purpose, message)
    }

    /// The state to store: secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(33);
        w.u8(STORED_VERSION);
        w.put(&self.0);
        w.into_secret()
    }

    /// Reads a stored pair.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`AccountKeyPair::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let pair = Self(r.get()?);
        r.finish()?;
        Ok(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{Account, NOW, days, rng, terms};
    use crate::identity::{DeviceKeys, OutsideValidity};

    #[test]
    fn another_accounts_request_is_not_certified() {
        let (alice, mallory) = (Account::new("alice", 0, 1), Account::new("mallory", 0, 2));
        let keys = DeviceKeys::generate(&mut rng(3));
        let request = keys.request_certificate(&alice.id, &alice.pair.public_key(), terms());
        assert_eq!(mallory.pair.certify(&request, NOW), Err(CertifyError::OtherAccountKey));
    }

    #[test]
    fn what_would_not_hold_is_not_certified() {
        let alice = Account::new("alice", 0, 1);
        let keys = DeviceKeys::generate(&mut rng(3));
        let request = keys.request_certificate(&alice.id, &alice.pair.public_key(), terms());
        assert_eq!(
            alice.pair.certify(&request, days(365)),
            Err(CertifyError::Validity(OutsideValidity::Expired))
        );
    }

    #[test]
    fn a_stored_pair_signs_as_before() {
        let pair = AccountKeyPair::generate(&mut rng(1));
        let bytes = pair.to_bytes();
        assert_eq!(AccountKeyPair::from_bytes(&bytes).unwrap().public_key(), pair.public_key());
        assert!(AccountKeyPair::from_bytes(&bytes[..32]).is_err());
        assert_eq!(
            AccountKeyPair::from_bytes(&[2; 33]).err(),
            Some(DecodeError::UnsupportedVersion(2))
        );
    }
}
