use alloc::vec::Vec;

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
    /// When the device was added, and until when the certificate holds.
    pub validity: Validity,
    /// Bits for what the device can do. This version defines none and keeps all.
    pub capabilities: u32,
}

/// A device's request to be certified. The possession signature verified: whoever made it holds the
/// device's signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    body: Body,
    bytes: Vec<u8>,
    possession: Signature,
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
        Self::verified(message.body, &message.possession)
    }

    fn verified(bytes: Vec<u8>, possession: &[u8]) -> Result<Self, CertificateError> {
        let body = Body::parse(&bytes)?;
        let possession = signature(possession)?;
        body.keys
            .signing
            .verify(SignaturePurpose::DevicePossession, &bytes, &possession)
            .map_err(|_| CertificateError::PossessionSignature)?;
        Ok(Self { body, bytes, possession })
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

    pub(crate) fn from_proto(message: proto::DeviceCertificate) -> Result<Self, CertificateError> {
        let account_signature = signature(&message.signature)?;
        let request = CertificateRequest::verified(message.body, &message.possession)?;
        request
            .account_key()
            .verify(SignaturePurpose::DeviceCertificate, &request.bytes, &account_signature)
            .map_err(|_| CertificateError::AccountSignature)?;
        Ok(Self::new(request, account_signature))
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
