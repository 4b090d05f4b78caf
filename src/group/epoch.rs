use rand_core::CryptoRng;

use crate::crypto::{Digest, HashLabel, Secret, TranscriptHash, constant_time_eq};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The secret of a key epoch: made by the author of the change that begins it, delivered to every
/// device in a pairwise session, and committed to in the change, so that all members provably have
/// the same one (SPEC.md 15.6).
#[derive(Clone, Debug)]
pub struct EpochSecret(Secret<32>);

impl EpochSecret {
    pub(super) fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    #[allow(dead_code, reason = "what the key schedule of group messages begins with")]
    pub(crate) const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    pub(super) fn commitment(&self, key_epoch: u32) -> Digest {
        TranscriptHash::new(HashLabel::GroupEpochSecret)
            .chain(&key_epoch.to_be_bytes())
            .chain(self.0.as_bytes())
            .finish()
    }

    pub(super) fn opens(&self, key_epoch: u32, commitment: &Digest) -> bool {
        constant_time_eq(self.commitment(key_epoch).as_bytes(), commitment.as_bytes())
    }
}

impl Layout for EpochSecret {
    fn write(&self, w: &mut Writer) {
        w.put(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}
