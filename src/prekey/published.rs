use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::crypto::{DhPublicKey, KemPublicKey, Signature, SignaturePurpose};
use crate::error::error_codes;
use crate::identity::{
    DeviceAddress, LocalDevice, OutsideValidity, Validity, VerifiedDevice, signature,
};
use crate::limits::{PREKEY_BODY_BYTES, PREKEY_VALIDITY};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, proto};

/// The version of the signed body's format.
const BODY_VERSION: u8 = 1;

/// Names a prekey of a device. All kinds draw from one counter that only rises, so an id is never
/// reused, whatever happens to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrekeyId(NonZeroU32);

impl PrekeyId {
    pub(super) const LAST: Self = Self(NonZeroU32::MAX);

    /// Takes an id; zero is none.
    #[must_use]
    pub const fn new(id: u32) -> Option<Self> {
        match NonZeroU32::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0.get()
    }
}

impl Layout for PrekeyId {
    fn write(&self, w: &mut Writer) {
        self.as_u32().write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(u32::read(r)?).ok_or(DecodeError::OutOfRange)
    }
}

/// What a prekey is for; the numbers are on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum PrekeyKind {
    /// X25519, in every handshake, replaced by time.
    Signed = 1,
    /// X25519, in one handshake.
    OneTime = 2,
    /// ML-KEM-768, when there is no one-time key left, replaced by time.
    LastResortKem = 3,
    /// ML-KEM-768, in one handshake.
    OneTimeKem = 4,
}

impl Layout for PrekeyKind {
    fn write(&self, w: &mut Writer) {
        w.u8(*self as u8);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            1 => Ok(Self::Signed),
            2 => Ok(Self::OneTime),
            3 => Ok(Self::LastResortKem),
            4 => Ok(Self::OneTimeKem),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

/// The public half of a prekey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PrekeyPublic {
    Dh(DhPublicKey),
    Kem(KemPublicKey),
}

/// A prekey as it is published: parsed, with a signature that only a verified device's key can
/// check. SPEC.md 6.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedPrekey {
    body: Body,
    bytes: Vec<u8>,
    signature: Signature,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    owner: DeviceAddress,
    kind: PrekeyKind,
    id: PrekeyId,
    key: PrekeyPublic,
    validity: Validity,
}

impl Body {
    fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > PREKEY_BODY_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let mut r = Reader::new(bytes);
        let body: Self = r.get()?;
        r.finish()?;
        if body.validity.length() > PREKEY_VALIDITY {
            return Err(DecodeError::OutOfRange);
        }
        Ok(body)
    }
}

impl Layout for Body {
    fn write(&self, w: &mut Writer) {
        w.u8(BODY_VERSION);
        w.put(&self.owner).put(&self.kind).put(&self.id);
        match &self.key {
            PrekeyPublic::Dh(key) => w.put(key),
            PrekeyPublic::Kem(key) => w.put(key),
        };
        w.put(&self.validity);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(BODY_VERSION)?;
        let (owner, kind, id) = (r.get()?, r.get()?, r.get()?);
        let key = match kind {
            PrekeyKind::Signed | PrekeyKind::OneTime => PrekeyPublic::Dh(r.get()?),
            PrekeyKind::LastResortKem | PrekeyKind::OneTimeKem => PrekeyPublic::Kem(r.get()?),
        };
        Ok(Self { owner, kind, id, key, validity: r.get()? })
    }
}

impl PublishedPrekey {
    /// Signs a prekey. The signature is deterministic: the same prekey gives the same bytes.
    pub(super) fn sign(
        device: &LocalDevice,
        kind: PrekeyKind,
        id: PrekeyId,
        key: PrekeyPublic,
        validity: Validity,
    ) -> Self {
        let body = Body { owner: device.address().clone(), kind, id, key, validity };
        let mut w = Writer::new();
        w.put(&body);
        let bytes = w.into_public();
        let signature = device.signing_key().sign(SignaturePurpose::Prekey, &bytes);
        Self { body, bytes, signature }
    }

    pub(super) fn from_proto(message: proto::PublishedPrekey) -> Result<Self, DecodeError> {
        let signature = signature(&message.signature)?;
        Ok(Self { body: Body::parse(&message.body)?, bytes: message.body, signature })
    }

    pub(super) fn to_proto(&self) -> proto::PublishedPrekey {
        proto::PublishedPrekey {
            body: self.bytes.clone(),
            signature: self.signature.as_bytes().to_vec(),
        }
    }

    /// What the prekey is for.
    #[must_use]
    pub const fn kind(&self) -> PrekeyKind {
        self.body.kind
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> PrekeyId {
        self.body.id
    }

    /// For when it holds.
    #[must_use]
    pub const fn validity(&self) -> &Validity {
        &self.body.validity
    }

    pub(super) const fn key(&self) -> &PrekeyPublic {
        &self.body.key
    }

    /// Checks owner, signature and validity.
    pub(super) fn verify(&self, owner: &VerifiedDevice, now: Timestamp) -> Result<(), PrekeyError> {
        if self.body.owner != *owner.address() {
            return Err(PrekeyError::OtherOwner);
        }
        owner
            .keys()
            .signing
            .verify(SignaturePurpose::Prekey, &self.bytes, &self.signature)
            .map_err(|_| PrekeyError::Signature)?;
        Ok(self.body.validity.check(now)?)
    }
}

/// Why a prekey was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrekeyError {
    /// Its kind does not belong where it was.
    #[error("a prekey of this kind does not belong here")]
    WrongKind,
    /// It is another device's.
    #[error("the prekey is another device's")]
    OtherOwner,
    /// The device did not sign it.
    #[error("the device's signature does not verify")]
    Signature,
    /// It does not hold now.
    #[error("the prekey does not hold now: {0}")]
    Validity(#[from] OutsideValidity),
}

error_codes!(PrekeyError {
    Self::WrongKind => ("prekey/wrong-kind", Drop),
    Self::OtherOwner => ("prekey/other-owner", Drop),
    Self::Signature => ("prekey/signature", Drop),
    Self::Validity(_) => ("prekey/validity", FetchBundle),
});
