use zeroize::Zeroize;

use crate::crypto::{KdfLabel, Prk, Secret, chain_step};
use crate::ratchet::braid::EpochKey;
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
    let mut input = [constant; 9];
    for (to, from) in input.iter_mut().skip(1).zip(u64::from(n).to_be_bytes()) {
        *to = from;
    }
    input
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
        let [root, a2b, b2a] = keys.split();
        let (a2b, b2a) = (Chain::new(a2b), Chain::new(b2a));
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
#[derive(Clone, Debug)]
pub(super) struct SkippedKey {
    pub(super) epoch: u32,
    pub(super) n: u32,
    pub(super) key: Secret<32>,
    pub(super) stored_at: Timestamp,
}

impl SkippedKey {
    /// The message that it is of, by epoch and number.
    pub(super) const fn place(&self) -> (u32, u32) {
        (self.epoch, self.n)
    }
}

impl Zeroize for SkippedKey {
    fn zeroize(&mut self) {
        self.key.zeroize();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    // Computed with Python's hmac module from the formulas of SPEC.md.
    const START: &str = "2ea0247dbbf63efebcb646cbefe39fb2d1e151624862737a87df27910d2ddabec4544853c2a618502615918b25a17be8c1a11656203e31153a545fa188118b26d0531222b8a66b7f170ea4581c5e4dfc1774d78d65889266f5d574dfdd3207f6";
    const ADDED: &str = "058448eb462868d80e2a1d268e9e12735fa89088f33c5d7cb82d39c2fc6f2e04cfe7a1ac2c9eebbcdc1a97e5e8148b06836af52e306ca8fcff6cb808821598201a65172c0edbb06e9c75f1fc181c52ee26d32eb1e68a2c703cb70d07afee0139";
    const MESSAGE_KEYS: [&str; 2] = [
        "3625580b3c0e8483d94c528417357d3342d98d607a9ac4e39a56c272ce4d3e36",
        "4eb5ebc9833ea420a818ba4f828883429d3659307e167eded66e7dea6040fcba",
    ];

    fn all(chains: &EpochChains) -> alloc::string::String {
        let EpochChains { root, sending, receiving } = chains;
        hex::encode([root, &sending.key, &receiving.key].map(|key| *key.as_bytes()).concat())
    }

    #[test]
    fn a_skipped_key_wipes_itself() {
        let key = Secret::new([7; 32]);
        let mut skipped = SkippedKey { epoch: 1, n: 2, key, stored_at: Timestamp::default() };
        skipped.zeroize();
        assert_eq!(skipped.key.as_bytes(), &[0; 32]);
    }

    #[test]
    fn epochs_start_and_follow_with_the_known_answers() {
        let start = EpochChains::start(&Secret::new([1; 32]), Role::Initiator);
        assert_eq!(all(&start), START);
        let output = EpochKey { epoch: 1, key: Secret::new([6; 32]) };
        assert_eq!(all(&EpochChains::add(&start.root, &output, Role::Initiator)), ADDED);
    }

    #[test]
    fn the_responders_chains_are_the_initiators_exchanged() {
        let responder = EpochChains::start(&Secret::new([1; 32]), Role::Responder);
        let expected = [&START[..64], &START[128..], &START[64..128]].concat();
        assert_eq!(all(&responder), expected);
    }

    #[test]
    fn a_chain_gives_the_known_message_keys() {
        let mut chain = EpochChains::start(&Secret::new([1; 32]), Role::Initiator).sending;
        for expected in MESSAGE_KEYS {
            let step = chain.step().unwrap();
            assert_eq!(hex::encode(step.message_key.as_bytes()), expected);
            chain = step.chain;
        }
    }
}
