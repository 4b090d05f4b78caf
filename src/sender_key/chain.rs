use alloc::boxed::Box;
use alloc::vec::Vec;

use super::distribution::{ChainId, Distribution, origin};
use super::epoch::{EpochKeys, MessageKeys};
use super::message::OpenedMessage;
use super::{OpenSenderError, Scope};
use crate::crypto::{Digest, Secret, SignedItem, VerifyingKey};
use crate::identity::DeviceAddress;
use crate::limits::{RECEIVED_CHAIN_AGE, SENDER_SKIP, SKIPPED_KEYS};
use crate::ratchet::{ChainKey, MissingKeys, NoKey, SkippedKey};
use crate::report::Opening;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A chain of another device's.
#[derive(Clone, Debug)]
pub(super) struct ReceivingChain {
    pub(super) id: ChainId,
    verifying: VerifyingKey,
    origin: Digest,
    chain: ChainKey,
    missing: MissingKeys,
    created: Timestamp,
    received: Timestamp,
}

/// What a message turned out to be in its chain.
pub(super) enum InChain {
    Message(Staged),
    Duplicate,
    TooOld,
}

/// An authentic message, and what it will change.
pub(super) struct Staged {
    pub(super) plaintext: Vec<u8>,
    pub(super) opening: Option<Box<Opening>>,
    step: Step,
}

impl Staged {
    /// Whether there will be more keys of missing messages.
    pub(super) fn skips(&self) -> bool {
        self.skipped() > 0
    }

    /// How many.
    pub(super) fn skipped(&self) -> usize {
        match &self.step {
            Step::Missing(_) => 0,
            Step::Ahead { skipped, .. } => skipped.len(),
        }
    }
}

enum Step {
    /// It was among the missing ones.
    Missing(u32),
    /// It is ahead of all before it.
    Ahead { chain: ChainKey, skipped: Vec<SkippedKey> },
}

/// The chain's part of the message key, and what becomes of the chain.
struct Key {
    part: Secret<32>,
    step: Step,
}

impl ReceivingChain {
    pub(super) fn new(distribution: &Distribution, sender: &DeviceAddress, now: Timestamp) -> Self {
        let Distribution { scope, id, chain, verifying, created, .. } = distribution;
        Self {
            id: *id,
            verifying: *verifying,
            origin: origin(scope, sender, *id, verifying),
            chain: chain.clone(),
            missing: MissingKeys::of_chain_from(chain.number()),
            created: *created,
            received: now,
        }
    }

    /// Whether a distribution is of this chain, at whatever iteration.
    pub(super) fn is(&self, distribution: &Distribution) -> bool {
        self.verifying == distribution.verifying && self.created == distribution.created
    }

    /// Whether it stands so far ahead of this one that a message from there would skip too many.
    pub(super) fn lost(&self, distribution: &Distribution) -> bool {
        distribution.iteration().saturating_sub(self.chain.number()) > SENDER_SKIP
    }

    /// How many keys of missing messages it holds.
    pub(super) fn missing(&self) -> usize {
        self.missing.len()
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        now.since(self.received) > RECEIVED_CHAIN_AGE
    }

    /// Authenticates a message without changing anything: the signature, which also says that the
    /// key is the sender's, then the body.
    pub(super) fn stage(
        &self,
        message: &OpenedMessage<'_>,
        from: &DeviceAddress,
        epoch: &EpochKeys,
        now: Timestamp,
    ) -> Result<InChain, OpenSenderError> {
        self.stage_with(message, from, epoch, now, |keys| {
            let verified = message.verify(&self.origin, &self.verifying, keys);
            verified.map_err(|_| OpenSenderError::Forged)
        })
    }

    /// The same with the signature put aside, to be verified with others: nothing of it counts
    /// until it is.
    pub(super) fn stage_unverified(
        &self,
        message: &OpenedMessage<'_>,
        from: &DeviceAddress,
        epoch: &EpochKeys,
        signed: &mut Vec<SignedItem>,
        now: Timestamp,
    ) -> Result<InChain, OpenSenderError> {
        self.stage_with(message, from, epoch, now, |keys| {
            signed.push(message.signed_item(&self.origin, &self.verifying, keys));
            Ok(())
        })
    }

    fn stage_with(
        &self,
        message: &OpenedMessage<'_>,
        from: &DeviceAddress,
        epoch: &EpochKeys,
        now: Timestamp,
        verify: impl FnOnce(&MessageKeys) -> Result<(), OpenSenderError>,
    ) -> Result<InChain, OpenSenderError> {
        let number = message.claim().iteration;
        let Key { part, step } = if number < self.chain.number() {
            match self.missing.key(number) {
                Ok(key) => Key { part: key.clone(), step: Step::Missing(number) },
                Err(NoKey::Used) => return Ok(InChain::Duplicate),
                Err(NoKey::Dropped) => return Ok(InChain::TooOld),
            }
        } else {
            self.ahead(number, now)?
        };
        let keys = epoch.message_keys(&part);
        verify(&keys)?;
        let body = message.open_body(&self.origin, &keys);
        let plaintext = body.and_then(Result::ok).ok_or(OpenSenderError::SenderMisbehaved)?;
        let opening = message.opening(from, &keys, &plaintext)?;
        Ok(InChain::Message(Staged { plaintext, opening, step }))
    }

    fn ahead(&self, number: u32, now: Timestamp) -> Result<Key, OpenSenderError> {
        let skipped = number.saturating_sub(self.chain.number());
        if skipped > SENDER_SKIP {
            return Err(OpenSenderError::TooFarAhead { skipped });
        }
        let exhausted = |_| OpenSenderError::SenderMisbehaved;
        let (skipped, chain) = self.chain.clone().skip(number, now).map_err(exhausted)?;
        let (part, chain) = chain.advance().map_err(exhausted)?;
        Ok(Key { part, step: Step::Ahead { chain, skipped } })
    }

    /// When it was received, and its id for those of one moment: the order of age.
    pub(super) const fn age_order(&self) -> (Timestamp, ChainId) {
        (self.received, self.id)
    }

    /// Applies what an authentic message changes, and returns its plaintext and how many keys were
    /// dropped.
    pub(super) fn commit(&mut self, staged: Staged, now: Timestamp) -> (Vec<u8>, usize) {
        match staged.step {
            Step::Missing(number) => self.missing.remove(number),
            Step::Ahead { chain, skipped } => {
                self.chain = chain;
                self.missing.extend(skipped);
            }
        }
        let expired = self.expire_keys(now);
        let dropped = self.drop_keys(self.missing.len().saturating_sub(SKIPPED_KEYS));
        (staged.plaintext, expired.saturating_add(dropped))
    }

    /// Drops keys that are too old, and returns how many.
    pub(super) fn expire_keys(&mut self, now: Timestamp) -> usize {
        let before = self.missing.len();
        self.missing.expire(now);
        before.saturating_sub(self.missing.len())
    }

    /// Drops the oldest keys, at most `count`, and returns how many.
    pub(super) fn drop_keys(&mut self, count: usize) -> usize {
        (0..count).take_while(|_| self.missing.drop_oldest()).count()
    }

    pub(super) fn write(&self, w: &mut Writer) {
        let Self { id, verifying, origin: _, chain, missing, created, received } = self;
        w.put(id).put(verifying).put(chain).put(missing).put(created).put(received);
    }

    pub(super) fn read(
        r: &mut Reader<'_>,
        scope: &Scope,
        sender: &DeviceAddress,
    ) -> Result<Self, DecodeError> {
        let (id, verifying) = (ChainId::read(r)?, VerifyingKey::read(r)?);
        let restored = Self {
            id,
            verifying,
            origin: origin(scope, sender, id, &verifying),
            chain: r.get()?,
            missing: r.get()?,
            created: r.get()?,
            received: r.get()?,
        };
        let fits = restored.missing.ends_before(restored.chain.number());
        if fits { Ok(restored) } else { Err(DecodeError::NotCanonical) }
    }
}
