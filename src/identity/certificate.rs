use alloc::vec::Vec;
use core::fmt;

use prost::Message;

use super::account::{AccountKey, AccountKeyPair};
use super::address::{AccountId, DeviceAddress, DeviceId};
use super::device::{DeviceKeys, DevicePublicKeys};
use super::validity::{OutsideValidity, Validity};
use crate::crypto::{Digest, HashLabel, Signature, SignaturePurpose, hash};
use crate::error::error_codes;
use crate::limits::CERTIFICATE_BODY_BYTES;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, decode_canonical, proto};

/// The version of the signed body.
const BODY_VERSION: u8 = 1;

/// What a certificate says: SPEC.md 5.4.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    address: DeviceAddress,
    account_key: AccountKey,
    keys: DevicePublicKeys,
    validity: Validity,
    capabilities: u32,
}

impl Body {
    fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > CERTIFICATE_BODY_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let mut r = Reader::new(bytes);
        let body = r.get()?;
        r.finish()?;
        Ok(body)
    }
}

impl Layout for Body {
    fn write(&self, w: &mut Writer) {
        w.u8(BODY_VERSION);
        w.put(&self.address.account).put(&self.account_key).put(&self.address.device);
        w.put(&self.keys).put(&self.validity).put(&self.capabilities);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(BODY_VERSION)?;
        let (account, account_key, device) = (r.get()?, r.get()?, r.get()?);
        Ok(Self {
            address: DeviceAddress { account, device },
            account_key,
            keys: r.get()?,
            validity: r.get()?,
            capabilities: r.get()?,
        })
    }
}

/// What a device asks its certificate to say besides its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateTerms {
    /// When the device was added or the certificate renewed, and until when the certificate holds.
    pub validity: Validity,
    /// Bits for what the device can do. This version defines none and keeps all.
    pub capabilities: u32,
}

/// A device's request to be certified. The possession signature verified: whoever made it holds the
/// device's signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    body: Body,
    bytes: Vec<u8>,
    possession: Signature,
}

/// Without the signed bytes, which spell out the account id.
impl fmt::Debug for CertificateRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateRequest").field("body", &self.body).finish_non_exhaustive()
    }
}

impl CertificateRequest {
    pub(super) fn new(
        keys: &DeviceKeys,
        account: &AccountId,
        account_key: &AccountKey,
        terms: CertificateTerms,
    ) -> Self {
        let body = Body {
            address: DeviceAddress { account: account.clone(), device: keys.device() },
            account_key: *account_key,
            keys: keys.public_keys(),
            validity: terms.validity,
            capabilities: terms.capabilities,
        };
        let mut w = Writer::with_capacity(CERTIFICATE_BODY_BYTES);
        w.put(&body);
        let bytes = w.into_public();
        let possession = keys.signing_key().sign(SignaturePurpose::DevicePossession, &bytes);
        Self { body, bytes, possession }
    }

    /// Decodes and verifies a request that travelled to the account key.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] or [`CertificateError::PossessionSignature`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CertificateError> {
        let message: proto::CertificateRequest = decode_canonical(bytes)?;
        let request = Self::parse(message.body, &message.possession)?;
        request.verify()?;
        Ok(request)
    }

    fn parse(bytes: Vec<u8>, possession: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self { body: Body::parse(&bytes)?, bytes, possession: signature(possession)? })
    }

    fn verify(&self) -> Result<(), CertificateError> {
        let key = &self.body.keys.signing;
        key.verify(SignaturePurpose::DevicePossession, &self.bytes, &self.possession)
            .map_err(|_| CertificateError::PossessionSignature)
    }

    pub(super) fn signed_by(self, account: &AccountKeyPair) -> DeviceCertificate {
        let signature = account.sign(SignaturePurpose::DeviceCertificate, &self.bytes);
        DeviceCertificate::new(self, signature)
    }

    /// The bytes to send to the account key: an encoded `CertificateRequest`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::CertificateRequest {
            body: self.bytes.clone(),
            possession: self.possession.as_bytes().to_vec(),
        }
        .encode_to_vec()
    }

    /// The device that asks.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        &self.body.address
    }

    /// The account key that the device expects to sign.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        &self.body.account_key
    }

    /// The device's keys.
    #[must_use]
    pub const fn keys(&self) -> &DevicePublicKeys {
        &self.body.keys
    }

    /// For when the certificate would hold.
    #[must_use]
    pub const fn validity(&self) -> &Validity {
        &self.body.validity
    }
}

/// An account's statement about one of its devices. Both signatures verified against the keys
/// inside; that the account key is the right one, and that the device is on the account's list, is
/// for a [`super::VerifiedDeviceList`] to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCertificate {
    request: CertificateRequest,
    signature: Signature,
    hash: Digest,
}

impl DeviceCertificate {
    fn new(request: CertificateRequest, signature: Signature) -> Self {
        let hash = hash(HashLabel::DeviceCertificate, &request.bytes);
        Self { request, signature, hash }
    }

    /// Decodes and verifies.
    ///
    /// # Errors
    /// [`CertificateError`] in the order of its variants: malformed, possession, account.
    pub fn decode(bytes: &[u8]) -> Result<Self, CertificateError> {
        decode_canonical(bytes).map_err(CertificateError::from).and_then(Self::from_proto)
    }

    /// Decodes what verified before it was stored, and does not verify it again.
    pub(crate) fn decode_stored(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_canonical(bytes).and_then(Self::parse)
    }

    pub(crate) fn from_proto(message: proto::DeviceCertificate) -> Result<Self, CertificateError> {
        let certificate = Self::parse(message)?;
        certificate.verify()?;
        Ok(certificate)
    }

    fn parse(message: proto::DeviceCertificate) -> Result<Self, DecodeError> {
        let account_signature = signature(&message.signature)?;
        let request = CertificateRequest::parse(message.body, &message.possession)?;
        Ok(Self::new(request, account_signature))
    }

    fn verify(&self) -> Result<(), CertificateError> {
        self.request.verify()?;
        self.account_key()
            .verify(SignaturePurpose::DeviceCertificate, &self.request.bytes, &self.signature)
            .map_err(|_| CertificateError::AccountSignature)
    }

    pub(crate) fn to_proto(&self) -> proto::DeviceCertificate {
        proto::DeviceCertificate {
            body: self.request.bytes.clone(),
            possession: self.request.possession.as_bytes().to_vec(),
            signature: self.signature.as_bytes().to_vec(),
        }
    }

    /// The bytes to publish: an encoded `DeviceCertificate`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
    }

    /// Names the certificate: the hash of the signed body.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        &self.hash
    }

    /// The device.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        self.request.address()
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.address().account
    }

    /// The device within the account.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.address().device
    }

    /// The account key that signed.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        self.request.account_key()
    }

    /// The device's keys.
    #[must_use]
    pub const fn keys(&self) -> &DevicePublicKeys {
        self.request.keys()
    }

    /// For when it holds.
    #[must_use]
    pub const fn validity(&self) -> &Validity {
        self.request.validity()
    }

    /// Bits for what the device can do; this version defines none.
    #[must_use]
    pub const fn capabilities(&self) -> u32 {
        self.request.body.capabilities
    }

    /// Whether it holds at `now`.
    ///
    /// # Errors
    /// [`CertificateError::Validity`].
    pub fn check_validity(&self, now: Timestamp) -> Result<(), CertificateError> {
        Ok(self.validity().check(now)?)
    }
}

/// As stored: `var(body) ‖ possession ‖ signature`. Reading does not verify the signatures again:
/// the store is ours, and a contact has sixteen of these.
impl Layout for DeviceCertificate {
    fn write(&self, w: &mut Writer) {
        w.var(&self.request.bytes);
        w.put(&self.request.possession).put(&self.signature);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = r.var(CERTIFICATE_BODY_BYTES)?.to_vec();
        let request =
            CertificateRequest { body: Body::parse(&bytes)?, bytes, possession: r.get()? };
        Ok(Self::new(request, r.get()?))
    }
}

/// Takes a signature from a protobuf field.
pub(crate) fn signature(bytes: &[u8]) -> Result<Signature, DecodeError> {
    bytes.try_into().map(Signature::from_bytes).map_err(|_| DecodeError::WrongLength)
}

/// Why a certificate or a request for one was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not a certificate of this version.
    #[error("malformed certificate: {0}")]
    Malformed(#[from] DecodeError),
    /// The device did not prove that it holds its signing key.
    #[error("the device's possession signature does not verify")]
    PossessionSignature,
    /// The account did not sign.
    #[error("the account's signature does not verify")]
    AccountSignature,
    /// It does not hold now.
    #[error("the certificate does not hold now: {0}")]
    Validity(#[from] OutsideValidity),
}

error_codes!(CertificateError {
    Self::Malformed(_) => ("certificate/malformed", Drop),
    Self::PossessionSignature => ("certificate/possession-signature", Drop),
    Self::AccountSignature => ("certificate/account-signature", Drop),
    Self::Validity(_) => ("certificate/validity", FetchDeviceList),
});

/// Why the account did not certify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertifyError {
    /// The request is for another account key than this one.
    #[error("the request names another account key")]
    OtherAccountKey,
    /// The certificate would not hold now.
    #[error("the requested validity does not hold now: {0}")]
    Validity(#[from] OutsideValidity),
}

error_codes!(CertifyError {
    Self::OtherAccountKey => ("certify/other-account-key", ShowToUser),
    Self::Validity(_) => ("certify/validity", FixCaller),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DhPublicKey, SigningKey, VerifyingKey};
    use crate::identity::fixture::{Account, NOW, days, rng, terms};
    use alloc::vec;
    use core::time::Duration;
    use proptest::prelude::*;

    fn certificate() -> DeviceCertificate {
        Account::new("alice", 1, 1).devices[0].certificate().clone()
    }

    /// Offsets in the body of a certificate of "alice".
    const ACCOUNT_KEY: usize = 1 + 2 + 5;
    const DEVICE_ID: usize = ACCOUNT_KEY + 33;
    const SIGNING_KEY: usize = DEVICE_ID + 4;
    const IDENTITY_KEY: usize = SIGNING_KEY + 33;

    #[test]
    fn the_body_is_laid_out_as_specified() {
        let certificate = certificate();
        let mut expected = vec![1, 0, 5];
        expected.extend(b"alice");
        expected.push(2);
        expected.extend(certificate.account_key().as_bytes());
        expected.extend(certificate.device().as_u32().to_be_bytes());
        expected.push(2);
        expected.extend(certificate.keys().signing.as_bytes());
        expected.push(1);
        expected.extend(certificate.keys().identity.as_bytes());
        expected.extend(NOW.as_millis().to_be_bytes());
        expected.extend(days(365).as_millis().to_be_bytes());
        expected.extend([0; 4]);
        assert_eq!(certificate.request.bytes, expected);
    }

    #[test]
    fn a_certificate_and_a_request_come_back_from_their_bytes() {
        let certificate = certificate();
        assert_eq!(DeviceCertificate::decode(&certificate.encode()), Ok(certificate.clone()));
        let request = certificate.request;
        assert_eq!(CertificateRequest::decode(&request.encode()), Ok(request));
    }

    #[test]
    fn the_longest_account_id_fills_the_body() {
        let mut account = Account::new("alice", 0, 1);
        account.id = AccountId::new(&[7; 64]).unwrap();
        let certificate = account.add_device(&mut rng(2)).certificate().clone();
        assert_eq!(certificate.request.bytes.len(), CERTIFICATE_BODY_BYTES);
        assert!(DeviceCertificate::decode(&certificate.encode()).is_ok());
        assert_eq!(Body::parse(&[1; CERTIFICATE_BODY_BYTES + 1]), Err(DecodeError::TooLarge));
    }

    #[test]
    fn every_flipped_byte_is_refused() {
        let bytes = certificate().encode();
        for i in 0..bytes.len() {
            for bit in [0x01, 0x80] {
                let mut flipped = bytes.clone();
                flipped[i] ^= bit;
                assert!(DeviceCertificate::decode(&flipped).is_err(), "byte {i} bit {bit:#x}");
            }
        }
    }

    #[test]
    fn every_flipped_bit_of_both_signatures_is_refused_for_what_it_is() {
        let certificate = certificate();
        for bit in 0..512 {
            let mut possession = certificate.to_proto();
            possession.possession[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                DeviceCertificate::from_proto(possession),
                Err(CertificateError::PossessionSignature)
            );
            let mut account = certificate.to_proto();
            account.signature[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                DeviceCertificate::from_proto(account),
                Err(CertificateError::AccountSignature)
            );
        }
    }

    /// Signs a changed body as if the thief had the device's or both keys.
    fn forge(
        change: impl FnOnce(&mut Vec<u8>),
        device: &SigningKey,
        account: &SigningKey,
    ) -> proto::DeviceCertificate {
        let mut body = certificate().request.bytes;
        change(&mut body);
        let sign = |key: &SigningKey, purpose| key.sign(purpose, &body).as_bytes().to_vec();
        proto::DeviceCertificate {
            possession: sign(device, SignaturePurpose::DevicePossession),
            signature: sign(account, SignaturePurpose::DeviceCertificate),
            body,
        }
    }

    #[test]
    fn a_foreign_account_cannot_sign() {
        let thief = SigningKey::generate(&mut rng(9));
        let device = Account::new("alice", 1, 1).devices[0].signing_key().clone();
        assert_eq!(
            DeviceCertificate::from_proto(forge(|_| {}, &device, &thief)),
            Err(CertificateError::AccountSignature)
        );
    }

    #[test]
    fn a_device_key_that_is_not_possessed_is_refused() {
        let thief = SigningKey::generate(&mut rng(9));
        assert_eq!(
            DeviceCertificate::from_proto(forge(|_| {}, &thief, &thief)),
            Err(CertificateError::PossessionSignature)
        );
    }

    #[test]
    fn signatures_of_another_purpose_do_not_serve() {
        let mut swapped = certificate().to_proto();
        core::mem::swap(&mut swapped.possession, &mut swapped.signature);
        assert_eq!(
            DeviceCertificate::from_proto(swapped),
            Err(CertificateError::PossessionSignature)
        );
    }

    #[test]
    fn bad_keys_are_refused_at_every_position() {
        let key = SigningKey::generate(&mut rng(9));
        let mut not_canonical = [0xff; 32];
        not_canonical[31] = 0x7f;
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        for position in [ACCOUNT_KEY, SIGNING_KEY, IDENTITY_KEY] {
            for bad in [[0; 32], not_canonical, [0xff; 32]] {
                let forged =
                    forge(|b| b[position + 1..position + 33].copy_from_slice(&bad), &key, &key);
                assert_eq!(
                    DeviceCertificate::from_proto(forged),
                    Err(CertificateError::Malformed(DecodeError::InvalidKey)),
                    "position {position}"
                );
            }
            let wrong_type = forge(|b| b[position] ^= 3, &key, &key);
            assert_eq!(
                DeviceCertificate::from_proto(wrong_type),
                Err(CertificateError::Malformed(DecodeError::InvalidKey))
            );
        }
        for position in [ACCOUNT_KEY, SIGNING_KEY] {
            let low_order = forge(
                |b| b[position + 1..position + 33].copy_from_slice(&identity_point),
                &key,
                &key,
            );
            assert_eq!(
                DeviceCertificate::from_proto(low_order),
                Err(CertificateError::Malformed(DecodeError::InvalidKey))
            );
        }
        assert!(VerifyingKey::from_bytes(&identity_point).is_err());
        assert!(DhPublicKey::from_bytes([0; 32]).is_err());
    }

    #[test]
    fn device_id_zero_is_refused() {
        let key = SigningKey::generate(&mut rng(9));
        let forged = forge(|b| b[DEVICE_ID..DEVICE_ID + 4].fill(0), &key, &key);
        assert_eq!(
            DeviceCertificate::from_proto(forged),
            Err(CertificateError::Malformed(DecodeError::OutOfRange))
        );
    }

    #[test]
    fn unknown_versions_and_trailing_bytes_are_refused() {
        let key = SigningKey::generate(&mut rng(9));
        assert_eq!(
            DeviceCertificate::from_proto(forge(|b| b[0] = 2, &key, &key)),
            Err(CertificateError::Malformed(DecodeError::UnsupportedVersion(2)))
        );
        assert_eq!(
            DeviceCertificate::from_proto(forge(|b| b.push(0), &key, &key)),
            Err(CertificateError::Malformed(DecodeError::Trailing))
        );
        let mut extended = certificate().encode();
        extended.extend([0x20, 1]);
        assert_eq!(
            DeviceCertificate::decode(&extended),
            Err(CertificateError::Malformed(DecodeError::NotCanonical))
        );
    }

    #[test]
    fn it_holds_from_its_creation_to_its_expiry() {
        let certificate = certificate();
        assert_eq!(certificate.check_validity(NOW), Ok(()));
        assert_eq!(
            certificate.check_validity(days(365)),
            Err(CertificateError::Validity(OutsideValidity::Expired))
        );
        let long_before = Timestamp::from_secs(NOW.as_millis() / 1000 - 2 * 86_400);
        assert_eq!(
            certificate.check_validity(long_before),
            Err(CertificateError::Validity(OutsideValidity::NotYetValid))
        );
    }

    #[test]
    fn a_validity_over_the_limit_is_refused() {
        let key = SigningKey::generate(&mut rng(9));
        let forged = forge(
            |b| {
                let end = NOW.saturating_add(crate::limits::VALIDITY + Duration::from_millis(1));
                let at = b.len() - 12;
                b[at..at + 8].copy_from_slice(&end.as_millis().to_be_bytes());
            },
            &key,
            &key,
        );
        assert_eq!(
            DeviceCertificate::from_proto(forged),
            Err(CertificateError::Malformed(DecodeError::OutOfRange))
        );
    }

    #[test]
    fn the_hash_is_of_the_body_alone() {
        let account = Account::new("alice", 1, 1);
        let keys = account.devices[0].keys();
        assert_eq!(account.certify(keys).hash(), certificate().hash());
        let other = CertificateTerms { capabilities: 1, ..terms() };
        let request = keys.request_certificate(&account.id, &account.pair.public_key(), other);
        assert_ne!(account.pair.certify(&request, NOW).unwrap().hash(), certificate().hash());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = DeviceCertificate::decode(&bytes);
            let _ = CertificateRequest::decode(&bytes);
            let _ = Body::parse(&bytes);
        }
    }
}
