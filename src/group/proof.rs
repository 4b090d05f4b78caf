use alloc::vec::Vec;
use core::fmt;

use crate::crypto::{BadSignature, Digest, HashLabel, Signature, SignaturePurpose, hash};
use crate::error::error_codes;
use crate::identity::{
    AccountId, AccountKey, CertificateError, DeviceAddress, DeviceCertificate, DeviceId,
    DeviceListEntry, ListError, LocalDevice, VerifiedDeviceList, signature,
};
use crate::limits::GROUP_BODY_BYTES;
use crate::wire::DecodeError;

/// That a device is its account's: its certificate, and a list entry of the account that names it.
/// Anybody can check it from these two alone; whether the account key is the right one, the state
/// of the group says (SPEC.md 15.3).
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceProof {
    certificate: DeviceCertificate,
    entry: DeviceListEntry,
}

impl DeviceProof {
    /// The proof that a list gives for one of its devices.
    ///
    /// # Errors
    /// [`ProofError::Unlisted`].
    pub fn of(list: &VerifiedDeviceList, device: DeviceId) -> Result<Self, ProofError> {
        let certificate = list.devices().iter().find(|c| c.device() == device);
        let certificate = certificate.ok_or(ProofError::Unlisted)?.clone();
        Self::new(certificate, list.signed().entry().clone())
    }

    fn new(certificate: DeviceCertificate, entry: DeviceListEntry) -> Result<Self, ProofError> {
        let listed = entry.devices().iter().any(|listed| {
            listed.device == certificate.device() && listed.certificate == *certificate.hash()
        });
        let same = entry.account() == certificate.account()
            && key_in_force(&entry) == certificate.account_key();
        if listed && same { Ok(Self { certificate, entry }) } else { Err(ProofError::Unlisted) }
    }

    fn decode(certificate: &[u8], entry: &[u8], origin: Origin) -> Result<Self, ProofError> {
        Self::new(origin.certificate(certificate)?, origin.entry(entry)?)
    }

    /// The device.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        self.certificate.address()
    }

    /// Its account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        self.certificate.account()
    }

    /// The account key that vouches.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        self.certificate.account_key()
    }

    /// The list entry that names the device.
    #[must_use]
    pub const fn entry(&self) -> &DeviceListEntry {
        &self.entry
    }

    /// The device's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &DeviceCertificate {
        &self.certificate
    }
}

impl fmt::Debug for DeviceProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceProof").field("device", self.address()).finish_non_exhaustive()
    }
}

/// Where signed bytes come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Others: every signature is verified.
    Wire,
    /// Our own store, where they came after they had verified: none is again (SPEC.md 5.3).
    Store,
}

impl Origin {
    fn certificate(self, bytes: &[u8]) -> Result<DeviceCertificate, CertificateError> {
        match self {
            Self::Wire => DeviceCertificate::decode(bytes),
            Self::Store => Ok(DeviceCertificate::decode_stored(bytes)?),
        }
    }

    pub(super) fn entry(self, bytes: &[u8]) -> Result<DeviceListEntry, ListError> {
        match self {
            Self::Wire => DeviceListEntry::decode(bytes),
            Self::Store => Ok(DeviceListEntry::decode_stored(bytes)?),
        }
    }
}

/// The account key in force after an entry.
pub(super) fn key_in_force(entry: &DeviceListEntry) -> &AccountKey {
    entry.new_account_key().unwrap_or(entry.account_key())
}

/// Why documents do not show that a device is its account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The certificate is bad in itself.
    #[error("the device's certificate was refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The list entry is bad in itself.
    #[error("the device list entry was refused: {0}")]
    List(#[from] ListError),
    /// The entry does not list the certificate.
    #[error("the device list does not name the device")]
    Unlisted,
}

error_codes!(ProofError {
    Self::Certificate(_) => ("group-proof/certificate", Drop),
    Self::List(_) => ("group-proof/list", Drop),
    Self::Unlisted => ("group-proof/unlisted", Drop),
});

/// Bytes that a device signed, with the proof of whose device it is. The signature is not verified
/// until [`SignedBody::verify`].
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SignedBody {
    pub(super) bytes: Vec<u8>,
    pub(super) signature: Signature,
    pub(super) proof: DeviceProof,
}

/// The four fields of such a message on the wire.
pub(super) struct Parts {
    pub(super) body: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) certificate: Vec<u8>,
    pub(super) list: Vec<u8>,
}

impl SignedBody {
    pub(super) fn sign(
        purpose: SignaturePurpose,
        bytes: Vec<u8>,
        device: &LocalDevice,
        proof: DeviceProof,
    ) -> Self {
        let signature = device.signing_key().sign(purpose, &bytes);
        Self { bytes, signature, proof }
    }

    pub(super) fn from_parts(parts: Parts, origin: Origin) -> Result<Self, BodyError> {
        if parts.body.len() > GROUP_BODY_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let signature = signature(&parts.signature)?;
        let proof = DeviceProof::decode(&parts.certificate, &parts.list, origin)?;
        Ok(Self { bytes: parts.body, signature, proof })
    }

    pub(super) fn to_parts(&self) -> Parts {
        Parts {
            body: self.bytes.clone(),
            signature: self.signature.as_bytes().to_vec(),
            certificate: self.proof.certificate.encode(),
            list: self.proof.entry.encode(),
        }
    }

    pub(super) fn verify(&self, purpose: SignaturePurpose) -> Result<(), BadSignature> {
        let key = &self.proof.certificate.keys().signing;
        key.verify(purpose, &self.bytes, &self.signature)
    }

    pub(super) fn hash(&self, label: HashLabel) -> Digest {
        hash(label, &self.bytes)
    }
}

/// Why signed bytes could not be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Proof(#[from] ProofError),
}
