use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use crate::content::SharedKey;
use crate::crypto::{Digest, KdfLabel, Prk, Secret};
use crate::sender_key::EpochSecret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// What the author's devices know of one version of a list and its viewers do not: the version's secret
/// and the next version's root follow from it, so that devices which go on at the same time go on to the
/// same. SPEC.md 18.1.
#[derive(Clone)]
pub(super) struct Root(Secret<32>);

impl Root {
    pub(super) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    pub(super) fn of(key: &SharedKey) -> Self {
        Self(key.secret().clone())
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// `Expand(root, "story/secret", list id ‖ u32 version, 32)`.
    pub(super) fn secret(&self, id: &Digest, version: u32) -> EpochSecret {
        let mut w = Writer::new();
        w.put(id).put(&version);
        EpochSecret::derived(Prk::from_key(&self.0).expand(KdfLabel::StorySecret, w.as_slice()))
    }

    /// `Expand(root, "story/next", "", 32)`.
    pub(super) fn next(&self) -> Self {
        Self(Prk::from_key(&self.0).expand(KdfLabel::StoryNext, &[]))
    }

    /// Of two roots of one version the one that counts. Only the author's devices ever compare.
    pub(super) fn higher<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.as_bytes() >= other.as_bytes() { self } else { other }
    }
}

impl PartialEq for Root {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Root {}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root(..)")
    }
}

impl Layout for Root {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}
