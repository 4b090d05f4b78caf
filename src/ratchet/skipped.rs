use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::chain::ReceivingChain;
use super::header::{HeaderKey, SealedHeader};
use super::missing::{MissingKeys, NoKey, SkippedKey};
use crate::crypto::Secret;
use crate::limits::{SKIPPED_CHAINS, SKIPPED_KEYS};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// What is remembered of one of the peer's chains: its header key and its missing messages.
#[derive(Debug)]
struct SkippedChain {
    generation: u32,
    /// Boxed, so that moving it leaves no copy behind.
    header: Box<HeaderKey>,
    missing: MissingKeys,
}

/// Skipped message keys, oldest chain first, bounded in number, chains and age. SPEC.md 8.6.
#[derive(Debug, Default)]
pub(super) struct SkippedKeys {
    chains: VecDeque<SkippedChain>,
}

impl SkippedKeys {
    pub(super) fn len(&self) -> usize {
        self.chains.iter().map(|chain| chain.missing.len()).sum()
    }

    pub(super) fn chains(&self) -> usize {
        self.chains.len()
    }

    /// Whether this can be what is missing beside a current chain: chains of before, and of it the
    /// messages before its next.
    pub(super) fn fit(&self, current: Option<&ReceivingChain>) -> bool {
        self.chains.back().is_none_or(|newest| {
            current.is_some_and(|current| match newest.generation.cmp(&current.generation) {
                Ordering::Less => true,
                Ordering::Equal => newest.missing.ends_before(current.chain.number()),
                Ordering::Greater => false,
            })
        })
    }

    /// The generation of the chain whose header key made this search tag.
    pub(super) fn find(&self, sealed: &SealedHeader<'_>) -> Option<u32> {
        let chain = self.chains.iter().rev().find(|chain| chain.header.matches(sealed))?;
        Some(chain.generation)
    }

    pub(super) fn header_key(&self, generation: u32) -> Option<&HeaderKey> {
        self.chain(generation).map(|chain| &*chain.header)
    }

    pub(super) fn header_keys(&self) -> impl Iterator<Item = &HeaderKey> {
        self.chains.iter().rev().map(|chain| &*chain.header)
    }

    pub(super) fn key(&self, generation: u32, number: u32) -> Result<&Secret<32>, NoKey> {
        let chain = self.chain(generation).ok_or(NoKey::Used)?;
        chain.missing.key(number)
    }

    pub(super) fn remove(&mut self, generation: u32, number: u32) {
        if let Some(chain) = self.chains.iter_mut().find(|chain| chain.generation == generation) {
            chain.missing.remove(number);
        }
    }

    /// Adds keys of `chain`, which is remembered even if there are none, so that duplicates of its
    /// messages are recognised.
    pub(super) fn add(&mut self, chain: &ReceivingChain, keys: Vec<SkippedKey>) {
        let known = self.chains.iter_mut().find(|known| known.generation == chain.generation);
        if let Some(known) = known {
            return known.missing.extend(keys);
        }
        let mut missing = MissingKeys::of_chain_from(0);
        missing.extend(keys);
        let (generation, header) = (chain.generation, Box::new(chain.header.clone()));
        self.chains.push_back(SkippedChain { generation, header, missing });
    }

    /// Applies the limits: forgets chains before `current` − 1 that miss nothing, then the oldest
    /// keys beyond age and number. Returns how many keys were dropped.
    pub(super) fn prune(&mut self, current: u32, now: Timestamp) -> usize {
        let before = self.len();
        for chain in &mut self.chains {
            chain.missing.expire(now);
        }
        let mut surplus = self.len().saturating_sub(SKIPPED_KEYS);
        for chain in &mut self.chains {
            while surplus > 0 && chain.missing.drop_oldest() {
                surplus = surplus.saturating_sub(1);
            }
        }
        let oldest = current.saturating_sub(1);
        self.chains.retain(|chain| chain.generation >= oldest || !chain.missing.is_empty());
        while self.chains.len() > SKIPPED_CHAINS {
            self.chains.pop_front();
        }
        before.saturating_sub(self.len())
    }

    fn chain(&self, generation: u32) -> Option<&SkippedChain> {
        self.chains.iter().find(|chain| chain.generation == generation)
    }
}

impl Layout for SkippedChain {
    fn write(&self, w: &mut Writer) {
        w.put(&self.generation).put(&self.header).put(&self.missing);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { generation: r.get()?, header: r.get()?, missing: r.get()? })
    }
}

impl Layout for SkippedKeys {
    fn write(&self, w: &mut Writer) {
        w.list(self.chains.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let skipped = Self { chains: r.list(SKIPPED_CHAINS)? };
        let chains = &skipped.chains;
        let rising =
            chains.iter().zip(chains.iter().skip(1)).all(|(a, b)| a.generation < b.generation);
        if !rising {
            return Err(DecodeError::NotCanonical);
        }
        if skipped.len() > SKIPPED_KEYS { Err(DecodeError::TooLarge) } else { Ok(skipped) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read_all;

    /// As many missing messages as said, of each of these chains.
    fn read(chains: &[(u32, usize)]) -> Result<SkippedKeys, DecodeError> {
        let key =
            |number| SkippedKey { number, key: Secret::new([7; 32]), at: Timestamp::default() };
        let chain = |&(generation, count): &(u32, usize)| {
            let mut missing = MissingKeys::of_chain_from(0);
            missing.extend((0..u32::try_from(count).unwrap()).map(key).collect());
            let header = Box::new(HeaderKey::new(Secret::new([9; 32])));
            SkippedChain { generation, header, missing }
        };
        let mut w = Writer::new();
        w.put(&SkippedKeys { chains: chains.iter().map(chain).collect() });
        read_all(&w.into_public())
    }

    #[test]
    fn stored_chains_rise_and_have_so_many_keys_in_all() {
        assert_eq!(read(&[(1, 1), (4, 0), (5, 3)]).unwrap().chains(), 3);
        assert_eq!(read(&[(1, 1), (1, 1)]).unwrap_err(), DecodeError::NotCanonical);
        assert_eq!(read(&[(2, 1), (1, 1)]).unwrap_err(), DecodeError::NotCanonical);
        assert_eq!(read(&[(1, SKIPPED_KEYS - 1), (2, 1)]).unwrap().len(), SKIPPED_KEYS);
        assert_eq!(read(&[(1, SKIPPED_KEYS), (2, 1)]).unwrap_err(), DecodeError::TooLarge);
        assert_eq!(read(&[(1, SKIPPED_KEYS - 1), (2, 7)]).unwrap_err(), DecodeError::TooLarge);
    }
}
