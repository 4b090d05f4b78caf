use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use super::ScopeHash;
use crate::crypto::{
    AeadKey, Digest, HashLabel, KdfLabel, Prk, Secret, TranscriptHash, constant_time_eq,
};
use crate::ratchet::HeaderKey;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// What everybody in a scope knows and nobody else: without it no message of the scope is found,
/// and none opens. SPEC.md section 14.2.
#[derive(Clone)]
pub struct EpochSecret(Secret<32>);

impl EpochSecret {
    /// A fresh one: by the author of the change that begins a group's key epoch, or by the author of
    /// a new version of a story list.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// One that was derived.
    pub(crate) const fn derived(secret: Secret<32>) -> Self {
        Self(secret)
    }

    /// What the genesis or change that begins `key_epoch` of a group says of it, so that nobody can
    /// give members different ones. The group's id, a hash of the genesis, cannot be in it.
    #[must_use]
    pub fn commitment(&self, key_epoch: u32) -> Digest {
        TranscriptHash::new(HashLabel::EpochSecret)
            .chain(&key_epoch.to_be_bytes())
            .chain(self.0.as_bytes())
            .finish()
    }

    /// Whether it is the one committed to.
    pub(crate) fn opens(&self, key_epoch: u32, commitment: &Digest) -> bool {
        constant_time_eq(self.commitment(key_epoch).as_bytes(), commitment.as_bytes())
    }
}

impl PartialEq for EpochSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for EpochSecret {}

impl fmt::Debug for EpochSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochSecret(..)")
    }
}

impl Layout for EpochSecret {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

/// An epoch secret and what is derived from it.
#[derive(Debug)]
pub(super) struct EpochKeys {
    pub(super) secret: EpochSecret,
    pub(super) header: HeaderKey,
    pub(super) mix: Secret<32>,
}

/// The keys of one message.
pub(super) struct MessageKeys {
    pub(super) body: AeadKey,
    /// What the signature says about the key: two keys with one commitment cannot be found.
    pub(super) commitment: Secret<32>,
    /// What they are from, as is what a reportable message commits by.
    pub(super) prk: Prk,
}

impl EpochKeys {
    pub(super) fn derive(secret: EpochSecret, scope: &ScopeHash) -> Self {
        let prk = Prk::from_key(&secret.0);
        let header = HeaderKey::new(prk.expand(KdfLabel::SenderHeader, scope.as_bytes()));
        let mix = prk.expand(KdfLabel::SenderMix, scope.as_bytes());
        Self { secret, header, mix }
    }

    /// From the chain's part of a message key.
    pub(super) fn message_keys(&self, chain: &Secret<32>) -> MessageKeys {
        let prk = Prk::extract(self.mix.as_bytes(), chain.as_bytes());
        MessageKeys {
            body: AeadKey::new(prk.expand(KdfLabel::SenderMessage, &[])),
            commitment: prk.expand(KdfLabel::SenderCommit, &[]),
            prk,
        }
    }
}
