use crate::crypto::{KdfLabel, Prk, Secret, chain_step};
use crate::ratchet::braid::{EpochKey, part};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

use super::{PqError, Role};

/// A symmetric chain: its key, and the number of the last message whose key was derived.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    key: Secret<32>,
    pub(super) n: u32,
}

/// A chain moved by one message.
pub(super) struct ChainStep {
    pub(super) chain: Chain,
    pub(super) message_key: Secret<32>,
}

impl Chain {
    const fn new(key: Secret<32>) -> Self {
        Self { key, n: 0 }
    }

    /// `CK' = HMAC(CK, 0x02 ‖ u64(n))`, `MK = HMAC(CK, 0x01 ‖ u64(n))`, the first `n` being 1.
    pub(super) fn step(&self) -> Result<ChainStep, PqError> {
        let n = self.n.checked_add(1).ok_or(PqError::ChainExhausted)?;
        let (key, message_key) = chain_step(&self.key, &step_input(2, n), &step_input(1, n));
        Ok(ChainStep { chain: Self { key, n }, message_key })
    }
}

fn step_input(constant: u8, n: u32) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = u64::from(n).to_be_bytes();
    [constant, a, b, c, d, e, f, g, h]
}

impl Layout for Chain {
    fn write(&self, w: &mut Writer) {
        let Self { key, n } = self;
        w.put(key).put(n);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.get()?, n: r.get()? })
    }
}

/// What the root key gives for an epoch: the next root key and a chain each way.
#[derive(Debug)]
pub(super) struct EpochChains {
    pub(super) root: Secret<32>,
    pub(super) sending: Chain,
    pub(super) receiving: Chain,
}

impl EpochChains {
    /// Epoch 0, from the handshake's secret.
    pub(super) fn start(secret: &Secret<32>, role: Role) -> Self {
        let prk = Prk::extract(&[0; 32], secret.as_bytes());
        Self::split(&prk.expand(KdfLabel::PqChainStart, b""), role)
    }

    /// The epoch whose key the Braid put out.
    pub(super) fn add(root: &Secret<32>, output: &EpochKey, role: Role) -> Self {
        let prk = Prk::extract(root.as_bytes(), output.key.as_bytes());
        let epoch = u64::from(output.epoch).to_be_bytes();
        Self::split(&prk.expand(KdfLabel::PqAddEpoch, &epoch), role)
    }

    fn split(keys: &Secret<96>, role: Role) -> Self {
        let root = part(keys, 0);
        let (a2b, b2a) = (Chain::new(part(keys, 1)), Chain::new(part(keys, 2)));
        match role {
            Role::Initiator => Self { root, sending: a2b, receiving: b2a },
            Role::Responder => Self { root, sending: b2a, receiving: a2b },
        }
    }
}

/// The receiving chain of one epoch.
#[derive(Debug)]
pub(super) struct ReceivingChain {
    pub(super) chain: Chain,
    /// Up to this number, keys of skipped messages were dropped.
    pub(super) dropped_through: u32,
}

impl From<Chain> for ReceivingChain {
    fn from(chain: Chain) -> Self {
        Self { chain, dropped_through: 0 }
    }
}

impl Layout for ReceivingChain {
    fn write(&self, w: &mut Writer) {
        let Self { chain, dropped_through } = self;
        w.put(chain).put(dropped_through);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { chain: r.get()?, dropped_through: r.get()? })
    }
}

/// The key of a message that has not arrived yet.
#[derive(Debug)]
pub(super) struct SkippedKey {
    pub(super) epoch: u32,
    pub(super) n: u32,
    pub(super) key: Secret<32>,
    pub(super) stored_at: Timestamp,
}

impl Layout for SkippedKey {
    fn write(&self, w: &mut Writer) {
        let Self { epoch, n, key, stored_at } = self;
        w.put(epoch).put(n).put(key).put(stored_at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { epoch: r.get()?, n: r.get()?, key: r.get()?, stored_at: r.get()? })
    }
}
