use alloc::vec::Vec;

use crate::crypto::{DhPublicKey, Digest, HashLabel, KemCiphertext, hash};
use crate::limits::SEALED_IDENTITY_BYTES;
use crate::prekey::PrekeyId;
use crate::wire::{DecodeError, FieldWriter, Fields};

/// The one cryptographic suite so far: X25519, Ed25519, ML-KEM-768, SHA-256, ChaCha20-Poly1305.
pub(super) const SUITE: u32 = 1;

/// The prekeys of the responder's that a handshake uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrekeyIds {
    /// The signed X25519 prekey.
    pub signed: PrekeyId,
    /// The one-time X25519 prekey, if the bundle had one.
    pub one_time: Option<PrekeyId>,
    /// The ML-KEM prekey, one-time or last-resort.
    pub kem: PrekeyId,
}

/// A received handshake as it lies in the envelope: `Handshake` of `envelope.proto`, decoded
/// canonically. Nothing in it names the initiator. SPEC.md section 7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake<'a> {
    pub(super) prekeys: PrekeyIds,
    pub(super) ephemeral: DhPublicKey,
    pub(super) ciphertext: KemCiphertext,
    pub(super) sealed_identity: &'a [u8; SEALED_IDENTITY_BYTES],
    raw: &'a [u8],
}

impl<'a> Handshake<'a> {
    /// Decodes the protobuf message.
    ///
    /// # Errors
    /// [`DecodeError`]: an unknown suite, a prekey id of zero, a key that is not canonical, a
    /// length outside of its range, or anything but the canonical encoding.
    pub fn decode(raw: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::new(raw);
        let suite = fields.u32(1)?;
        if suite != SUITE {
            return Err(DecodeError::UnsupportedVersion(suite));
        }
        let prekeys = PrekeyIds {
            signed: PrekeyId::new(fields.u32(2)?).ok_or(DecodeError::Missing)?,
            one_time: PrekeyId::new(fields.u32(3)?),
            kem: PrekeyId::new(fields.u32(4)?).ok_or(DecodeError::Missing)?,
        };
        let ephemeral = fields.bytes(5)?.try_into().map_err(|_| DecodeError::WrongLength)?;
        let ephemeral = DhPublicKey::from_bytes(ephemeral)?;
        let ciphertext = KemCiphertext::from_bytes(fields.bytes(6)?)?;
        let sealed_identity = fields.bytes(7)?.try_into().map_err(|_| DecodeError::WrongLength)?;
        fields.finish()?;
        Ok(Self { prekeys, ephemeral, ciphertext, sealed_identity, raw })
    }

    /// The prekeys it names.
    #[must_use]
    pub fn prekeys(&self) -> PrekeyIds {
        self.prekeys
    }

    /// The encoded bytes.
    #[cfg(test)]
    pub(crate) const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// What a session remembers of the handshake that made it, to recognise its repetition.
    pub(crate) fn digest(&self) -> Digest {
        digest(self.raw)
    }
}

/// Names an encoded handshake, to recognise its repetition.
pub(crate) fn digest(encoded: &[u8]) -> Digest {
    hash(HashLabel::HandshakeFlight, encoded)
}

pub(super) fn encode(
    prekeys: PrekeyIds,
    ephemeral: &DhPublicKey,
    ciphertext: &KemCiphertext,
    sealed_identity: &[u8],
) -> Vec<u8> {
    let mut out = Vec::with_capacity(sealed_identity.len().saturating_add(1_200));
    let mut fields = FieldWriter(&mut out);
    fields.u32(1, SUITE);
    fields.u32(2, prekeys.signed.as_u32());
    fields.u32(3, prekeys.one_time.map_or(0, PrekeyId::as_u32));
    fields.u32(4, prekeys.kem.as_u32());
    fields.bytes(5, ephemeral.as_bytes());
    fields.bytes(6, ciphertext.as_bytes());
    fields.bytes(7, sealed_identity);
    out
}
