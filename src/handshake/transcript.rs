use super::wire::{PrekeyIds, SUITE};
use crate::crypto::{
    DhPublicKey, Digest, HashLabel, KemCiphertext, KemPublicKey, TranscriptHash, hash,
};
use crate::identity::{DeviceAddress, DevicePublicKeys};
use crate::prekey::{PrekeyId, VerifiedBundle};
use crate::wire::Writer;

/// The responder's prekeys that a handshake uses, with the keys themselves.
pub(super) struct UsedKeys {
    pub(super) ids: PrekeyIds,
    pub(super) signed: DhPublicKey,
    pub(super) one_time: Option<DhPublicKey>,
    pub(super) kem: KemPublicKey,
}

impl UsedKeys {
    pub(super) fn of_bundle(bundle: &VerifiedBundle) -> Self {
        Self {
            ids: PrekeyIds {
                signed: bundle.signed().id,
                one_time: bundle.one_time().map(|prekey| prekey.id),
                kem: bundle.kem().id,
            },
            signed: bundle.signed().key,
            one_time: bundle.one_time().map(|prekey| prekey.key),
            kem: bundle.kem().key.clone(),
        }
    }
}

/// Everything that precedes the initiator's identity, as both sides see it.
pub(super) struct Transcript<'a> {
    pub(super) responder: &'a DeviceAddress,
    pub(super) responder_keys: &'a DevicePublicKeys,
    pub(super) keys: &'a UsedKeys,
    pub(super) ephemeral: &'a DhPublicKey,
    pub(super) ciphertext: &'a KemCiphertext,
}

impl Transcript<'_> {
    /// `T1`, in the layout of SPEC.md section 7.2.
    pub(super) fn hash(&self) -> Digest {
        let UsedKeys { ids, signed, one_time, kem } = self.keys;
        let mut w = Writer::with_capacity(2_560);
        w.put(&SUITE).put(self.responder);
        w.put(&self.responder_keys.signing).put(&self.responder_keys.identity);
        w.put(&ids.signed.as_u32()).put(signed);
        w.put(&ids.one_time.map_or(0, PrekeyId::as_u32)).put(one_time);
        w.put(&ids.kem.as_u32()).put(kem);
        w.put(self.ephemeral);
        w.raw(self.ciphertext.as_bytes());
        hash(HashLabel::HandshakeKeys, w.as_slice())
    }
}

/// `T2`: the whole handshake, and the id of the session it makes.
pub(super) fn session_id(t1: &Digest, sealed_identity: &[u8]) -> Digest {
    TranscriptHash::new(HashLabel::HandshakeSession)
        .chain(t1.as_bytes())
        .chain(sealed_identity)
        .finish()
}
