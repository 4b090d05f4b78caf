use alloc::vec::Vec;

use super::RatchetError;
use super::header::HeaderKey;
use super::missing::SkippedKey;
use crate::crypto::{DhPublicKey, KdfLabel, Prk, Secret, SharedSecret, chain_step};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The root key: each Diffie–Hellman turns it into a new one, a chain key and a header key.
#[derive(Clone, Debug)]
pub(super) struct RootKey(Secret<32>);

/// What one turn of the root gives.
pub(super) struct RootStep {
    pub(super) root: RootKey,
    pub(super) chain: ChainKey,
    pub(super) next_header: HeaderKey,
}

impl RootKey {
    pub(super) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    /// `KDF_RK`: `HKDF(salt = root key, ikm = DH output, "ratchet/root", 96)`.
    pub(super) fn turn(&self, shared: &SharedSecret) -> RootStep {
        let output: Secret<96> =
            Prk::extract(self.0.as_bytes(), shared.as_bytes()).expand(KdfLabel::RatchetRoot, &[]);
        let [root, chain, header] = output.split();
        RootStep {
            root: Self(root),
            chain: ChainKey::new(chain, 0),
            next_header: HeaderKey::new(header),
        }
    }
}

/// A chain key and the number of the message whose key it gives next.
#[derive(Clone, Debug)]
pub(crate) struct ChainKey {
    key: Secret<32>,
    number: u32,
}

impl ChainKey {
    /// A chain whose next message has this number.
    pub(crate) const fn new(key: Secret<32>, number: u32) -> Self {
        Self { key, number }
    }

    pub(crate) const fn number(&self) -> u32 {
        self.number
    }

    /// `KDF_CK`: the message key of this number, and the chain at the next one.
    ///
    /// # Errors
    /// [`RatchetError::Exhausted`] at the last number: counters never wrap.
    pub(crate) fn advance(&self) -> Result<(Secret<32>, Self), RatchetError> {
        let number = self.number.checked_add(1).ok_or(RatchetError::Exhausted)?;
        let (key, message) = chain_step(&self.key, &[0x02], &[0x01]);
        Ok((message, Self { key, number }))
    }

    /// Collects the keys up to `until`, not including it, and the chain standing there. How many
    /// that are is for the caller to limit.
    pub(crate) fn skip(
        self,
        until: u32,
        now: Timestamp,
    ) -> Result<(Vec<SkippedKey>, Self), RatchetError> {
        let mut chain = self;
        let gap = until.saturating_sub(chain.number);
        // In full from the beginning: growing would leave copies of keys behind.
        let mut keys = Vec::with_capacity(usize::try_from(gap).unwrap_or_default());
        while chain.number < until {
            let number = chain.number;
            let (key, next) = chain.advance()?;
            keys.push(SkippedKey { number, key, at: now });
            chain = next;
        }
        Ok((keys, chain))
    }
}

/// A chain of the peer's that messages arrive on.
#[derive(Clone, Debug)]
pub(super) struct ReceivingChain {
    /// Counts the peer's chains from 1; names this one among the skipped keys.
    pub(super) generation: u32,
    pub(super) remote: DhPublicKey,
    pub(super) header: HeaderKey,
    pub(super) chain: ChainKey,
}

impl Layout for RootKey {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

impl Layout for ChainKey {
    fn write(&self, w: &mut Writer) {
        w.put(&self.key).put(&self.number);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.get()?, number: r.get()? })
    }
}

impl Layout for ReceivingChain {
    fn write(&self, w: &mut Writer) {
        w.put(&self.generation).put(&self.remote).put(&self.header).put(&self.chain);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { generation: r.get()?, remote: r.get()?, header: r.get()?, chain: r.get()? })
    }
}
