use alloc::vec::Vec;

use prost::Message;

use super::published::{PrekeyError, PrekeyId, PrekeyKind, PrekeyPublic, PublishedPrekey};
use crate::crypto::{DhPublicKey, KemPublicKey};
use crate::error::error_codes;
use crate::identity::{CertificateError, DeviceCertificate, VerifiedDevice};
use crate::limits::DOCUMENT_BYTES;
use crate::time::Timestamp;
use crate::wire::{DecodeError, decode_canonical, proto};

/// What a server handed out for a device: untrusted. Only [`PrekeyBundle::verify`] makes of it what
/// a session can start from. SPEC.md 6.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrekeyBundle {
    pub(super) certificate: DeviceCertificate,
    pub(super) signed: PublishedPrekey,
    pub(super) kem: PublishedPrekey,
    pub(super) one_time: Option<PublishedPrekey>,
}

impl PrekeyBundle {
    /// Decodes a bundle; the certificate's signatures verify, nothing else is checked yet.
    ///
    /// # Errors
    /// [`BundleError::Malformed`] or [`BundleError::Certificate`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > DOCUMENT_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let message: proto::PrekeyBundle = decode_canonical(bytes)?;
        let certificate = message.certificate.ok_or(DecodeError::Missing)?;
        Ok(Self {
            signed: required(message.signed_prekey)?,
            kem: required(message.kem_prekey)?,
            one_time: message.one_time_prekey.map(PublishedPrekey::from_proto).transpose()?,
            certificate: DeviceCertificate::from_proto(certificate)?,
        })
    }

    /// The bytes to hand out: an encoded `PrekeyBundle`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::PrekeyBundle {
            certificate: Some(self.certificate.to_proto()),
            signed_prekey: Some(self.signed.to_proto()),
            kem_prekey: Some(self.kem.to_proto()),
            one_time_prekey: self.one_time.as_ref().map(PublishedPrekey::to_proto),
        }
        .encode_to_vec()
    }

    /// The device's certificate as the server has it: what to look for in the device list.
    #[must_use]
    pub const fn certificate(&self) -> &DeviceCertificate {
        &self.certificate
    }

    /// Checks everything against a device that its account's list vouches for.
    ///
    /// # Errors
    /// [`BundleError`] in the order of its variants.
    pub fn verify(
        &self,
        peer: &VerifiedDevice,
        now: Timestamp,
    ) -> Result<VerifiedBundle, BundleError> {
        if self.certificate.hash() != peer.certificate_hash() {
            return Err(BundleError::OtherCertificate);
        }
        let signed = verify_dh(&self.signed, PrekeyKind::Signed, peer, now)
            .map_err(BundleError::SignedPrekey)?;
        let kem = verify_kem(&self.kem, peer, now).map_err(BundleError::KemPrekey)?;
        let one_time = self.one_time.as_ref();
        let one_time = one_time
            .map(|prekey| verify_dh(prekey, PrekeyKind::OneTime, peer, now))
            .transpose()
            .map_err(BundleError::OneTimePrekey)?;
        let repeats = one_time.is_some_and(|prekey| [signed.id, kem.id].contains(&prekey.id));
        if repeats || signed.id == kem.id {
            return Err(BundleError::SameId);
        }
        Ok(VerifiedBundle { peer: peer.clone(), signed, kem, one_time })
    }
}

pub(super) fn required(
    prekey: Option<proto::PublishedPrekey>,
) -> Result<PublishedPrekey, DecodeError> {
    PublishedPrekey::from_proto(prekey.ok_or(DecodeError::Missing)?)
}

fn verify_dh(
    prekey: &PublishedPrekey,
    kind: PrekeyKind,
    peer: &VerifiedDevice,
    now: Timestamp,
) -> Result<DhPrekey, PrekeyError> {
    match prekey.key() {
        PrekeyPublic::Dh(key) if prekey.kind() == kind => {
            prekey.verify(peer, now)?;
            Ok(DhPrekey { id: prekey.id(), key: *key })
        }
        _ => Err(PrekeyError::WrongKind),
    }
}

fn verify_kem(
    prekey: &PublishedPrekey,
    peer: &VerifiedDevice,
    now: Timestamp,
) -> Result<KemPrekey, PrekeyError> {
    let PrekeyPublic::Kem(key) = prekey.key() else {
        return Err(PrekeyError::WrongKind);
    };
    prekey.verify(peer, now)?;
    let last_resort = prekey.kind() == PrekeyKind::LastResortKem;
    Ok(KemPrekey { id: prekey.id(), key: key.clone(), last_resort })
}

/// A verified X25519 prekey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DhPrekey {
    /// Its id.
    pub id: PrekeyId,
    /// The key.
    pub key: DhPublicKey,
}

/// A verified ML-KEM-768 prekey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KemPrekey {
    /// Its id.
    pub id: PrekeyId,
    /// The key.
    pub key: KemPublicKey,
    /// Whether others may have got the same one.
    pub last_resort: bool,
}

/// A bundle of which every signature, kind, owner and validity was checked: what a session starts
/// from. Made by [`PrekeyBundle::verify`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedBundle {
    peer: VerifiedDevice,
    signed: DhPrekey,
    kem: KemPrekey,
    one_time: Option<DhPrekey>,
}

impl VerifiedBundle {
    /// The device that the bundle is of.
    #[must_use]
    pub const fn peer(&self) -> &VerifiedDevice {
        &self.peer
    }

    /// The signed prekey.
    #[must_use]
    pub const fn signed(&self) -> &DhPrekey {
        &self.signed
    }

    /// The one-time X25519 prekey, if the server had one.
    #[must_use]
    pub const fn one_time(&self) -> Option<&DhPrekey> {
        self.one_time.as_ref()
    }

    /// The KEM prekey.
    #[must_use]
    pub const fn kem(&self) -> &KemPrekey {
        &self.kem
    }

    /// How strong the first messages will be.
    #[must_use]
    pub const fn strength(&self) -> HandshakeStrength {
        HandshakeStrength {
            one_time_x25519: self.one_time.is_some(),
            one_time_kem: !self.kem.last_resort,
        }
    }
}

/// Which one-time keys a handshake used. Without them the first messages, up to the peer's first
/// reply, can be read by whoever steals the peer's keys before those rotate; a server that always
/// says "none left" can bring this about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HandshakeStrength {
    /// A one-time X25519 prekey was used.
    pub one_time_x25519: bool,
    /// A one-time KEM prekey was used, not the last-resort one.
    pub one_time_kem: bool,
}

/// Why a bundle was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not a bundle of this version.
    #[error("malformed prekey bundle: {0}")]
    Malformed(#[from] DecodeError),
    /// The certificate is bad in itself.
    #[error("the bundle's certificate was refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificate is not the one that the account's list names for the device.
    #[error("the bundle is under another certificate than the device list's")]
    OtherCertificate,
    /// The signed prekey was refused.
    #[error("the signed prekey was refused: {0}")]
    SignedPrekey(PrekeyError),
    /// The KEM prekey was refused.
    #[error("the KEM prekey was refused: {0}")]
    KemPrekey(PrekeyError),
    /// The one-time prekey was refused.
    #[error("the one-time prekey was refused: {0}")]
    OneTimePrekey(PrekeyError),
    /// Two prekeys have one id.
    #[error("two prekeys of the bundle have the same id")]
    SameId,
}

error_codes!(BundleError {
    Self::Malformed(_) => ("bundle/malformed", Drop),
    Self::Certificate(_) => ("bundle/certificate", Drop),
    Self::OtherCertificate => ("bundle/other-certificate", FetchDeviceList),
    Self::SignedPrekey(_) => ("bundle/signed-prekey", FetchBundle),
    Self::KemPrekey(_) => ("bundle/kem-prekey", FetchBundle),
    Self::OneTimePrekey(_) => ("bundle/one-time-prekey", FetchBundle),
    Self::SameId => ("bundle/same-id", FetchBundle),
});
