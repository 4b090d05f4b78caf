use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::chain::{InChain, ReceivingChain, Staged};
use super::distribution::{ChainId, Distribution};
use super::epoch::EpochKeys;
use super::message::{OpenedMessage, SenderMessage, Standing};
use super::{AcceptKeyError, EpochSecret, OpenSenderError, Scope, ScopeHash};
use crate::crypto::{Digest, SearchKey};
use crate::identity::{DeviceAddress, DeviceId};
use crate::limits::{AUDIENCE_DEVICES, EPOCH_GRACE, SENDER_CHAINS, SENDER_SKIPPED_KEYS};
use crate::ratchet::WireId;
use crate::time::Timestamp;

/// The chains that messages of one scope arrive on. SPEC.md section 14.7.
#[derive(Debug)]
pub struct ReceivingChains {
    pub(super) scope: Scope,
    hash: ScopeHash,
    /// What the epoch secret must hash to.
    pub(super) commitment: Option<Digest>,
    pub(super) epoch: Option<EpochKeys>,
    /// Since when the scope has a successor.
    pub(super) closed: Option<Timestamp>,
    pub(super) chains: BTreeMap<DeviceAddress, Vec<ReceivingChain>>,
}

/// Names a chain within a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainName {
    /// Whose it is.
    pub device: DeviceAddress,
    /// Its id.
    pub chain: ChainId,
}

/// What came of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The chain was not known before.
    pub new: bool,
    /// The scope's epoch secret was not known before: persist the scope, and insert it into the
    /// [`super::ScopeIndex`].
    pub epoch_learned: bool,
    /// The device's oldest chain, which the new one replaced: delete it.
    pub removed: Option<ChainId>,
    /// Keys of missing messages that went with it: those messages are lost.
    pub dropped_keys: u32,
}

/// What a message of the scope turned out to be.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// An authentic message.
    Decrypted(Decrypted),
    /// A message that was opened before.
    Duplicate,
    /// A message whose key was dropped, of before the chain was given to this device, or of a chain
    /// or scope that is over.
    TooOld,
    /// The device has not given the chain yet: ask it ([`super::KeyRequest`]) and keep the message for
    /// a while.
    UnknownChain {
        /// The sender's place among the members, as the message claims it.
        member_index: u16,
        /// The sender's device id, as the message claims it.
        device: DeviceId,
    },
}

/// An authentic message.
#[derive(PartialEq, Eq)]
pub struct Decrypted {
    /// The device that sent it.
    pub sender: DeviceAddress,
    /// Where it stood in the group's state.
    pub standing: Standing,
    /// The chain that it came on: persist it before the message is acted upon.
    pub chain: ChainId,
    /// Its number there.
    pub iteration: u32,
    /// Names the message to its sender.
    pub wire_id: WireId,
    /// The bytes that were encrypted.
    pub plaintext: Vec<u8>,
    /// Keys of older, still missing messages that a limit dropped: those messages are lost.
    pub dropped_keys: u32,
    /// Further chains that keys were dropped of, to be persisted too.
    pub also_changed: Vec<ChainName>,
}

/// Without the plaintext.
impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decrypted")
            .field("sender", &self.sender)
            .field("chain", &self.chain)
            .field("iteration", &self.iteration)
            .field("plaintext_len", &self.plaintext.len())
            .field("dropped_keys", &self.dropped_keys)
            .finish_non_exhaustive()
    }
}

/// What grew too old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Chains to delete.
    pub removed: Vec<ChainName>,
    /// Chains to persist.
    pub changed: Vec<ChainName>,
    /// Keys of missing messages that were dropped.
    pub dropped_keys: u32,
}

impl ReceivingChains {
    /// A scope without chains. `commitment` is what the group's change said of the epoch secret
    /// ([`EpochSecret::commitment`]); in a group it must be given, or whoever comes first decides.
    #[must_use]
    pub fn new(scope: Scope, commitment: Option<Digest>) -> Self {
        Self::with(scope, commitment, None)
    }

    pub(super) fn with(
        scope: Scope,
        commitment: Option<Digest>,
        secret: Option<EpochSecret>,
    ) -> Self {
        let hash = scope.hash();
        let epoch = secret.map(|secret| EpochKeys::derive(secret, &hash));
        Self { scope, hash, commitment, epoch, closed: None, chains: BTreeMap::new() }
    }

    /// The scope.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The scope's name.
    #[must_use]
    pub const fn scope_hash(&self) -> &ScopeHash {
        &self.hash
    }

    /// The epoch secret, once it is known.
    #[must_use]
    pub fn epoch_secret(&self) -> Option<&EpochSecret> {
        self.epoch.as_ref().map(|epoch| &epoch.secret)
    }

    /// Takes the epoch secret. Returns whether it was not known before.
    ///
    /// # Errors
    /// [`AcceptKeyError::OtherEpochSecret`]; nothing has changed.
    pub fn learn(&mut self, secret: &EpochSecret) -> Result<bool, AcceptKeyError> {
        self.check_secret(secret)?;
        let new = self.epoch.is_none();
        if new {
            self.epoch = Some(EpochKeys::derive(secret.clone(), &self.hash));
        }
        Ok(new)
    }

    fn check_secret(&self, secret: &EpochSecret) -> Result<(), AcceptKeyError> {
        let committed = self.commitment.is_none_or(|commitment| {
            secret.commitment(self.scope.id(), self.scope.key_epoch()) == commitment
        });
        let known = self.epoch_secret().is_none_or(|known| known == secret);
        if committed && known { Ok(()) } else { Err(AcceptKeyError::OtherEpochSecret) }
    }

    /// Takes a chain of `from`: the device whose pairwise session brought it. That it belongs to the
    /// scope's group is for the caller to have checked.
    ///
    /// # Errors
    /// [`AcceptKeyError`]; nothing has changed.
    pub fn accept(
        &mut self,
        from: &DeviceAddress,
        distribution: &Distribution,
        now: Timestamp,
    ) -> Result<Accepted, AcceptKeyError> {
        if distribution.scope != self.scope {
            return Err(AcceptKeyError::OtherScope);
        }
        if !self.scope.admits(from) {
            return Err(AcceptKeyError::OtherAuthor);
        }
        if let Some(secret) = &distribution.epoch {
            self.check_secret(secret)?;
        }
        let new = match self.chain(from, distribution.id) {
            Some(known) if known.is(distribution) => false,
            Some(_) => return Err(AcceptKeyError::Conflict),
            None => true,
        };
        if new && !self.chains.contains_key(from) && self.chains.len() >= AUDIENCE_DEVICES {
            return Err(AcceptKeyError::TooManyDevices);
        }
        let epoch_learned = match &distribution.epoch {
            Some(secret) => self.learn(secret)?,
            None => false,
        };
        let accepted = Accepted { new, epoch_learned, ..Accepted::default() };
        if !new {
            return Ok(accepted);
        }
        let chains = self.chains.entry(from.clone()).or_default();
        chains.push(ReceivingChain::new(distribution, from, now));
        let removed = evict(chains);
        let dropped_keys = removed.as_ref().map_or(0, |chain| counted(chain.missing()));
        Ok(Accepted { removed: removed.map(|chain| chain.id), dropped_keys, ..accepted })
    }

    /// Opens a message's header, which nobody outside the scope can have made. `None`: it is not of
    /// this scope.
    ///
    /// # Errors
    /// [`OpenSenderError`].
    pub fn open<'a>(
        &self,
        message: &SenderMessage<'a>,
    ) -> Result<Option<OpenedMessage<'a>>, OpenSenderError> {
        let epoch = self.epoch.as_ref().filter(|epoch| epoch.header.matches(&message.header));
        let Some(epoch) = epoch else { return Ok(None) };
        match message.open(self.hash, epoch) {
            None => Err(OpenSenderError::NotAuthentic),
            Some(Err(error)) => Err(OpenSenderError::Malformed(error)),
            Some(Ok(opened)) => Ok(Some(opened)),
        }
    }

    /// Decrypts a message whose claim the caller resolved to the device `from` and found allowed.
    ///
    /// # Errors
    /// [`OpenSenderError`]; nothing has changed.
    pub fn decrypt(
        &mut self,
        message: &OpenedMessage<'_>,
        from: &DeviceAddress,
        now: Timestamp,
    ) -> Result<Outcome, OpenSenderError> {
        let claim = message.claim();
        if *message.scope() != self.hash || claim.device != from.device {
            return Err(OpenSenderError::OtherSender);
        }
        let (Some(chain), Some(epoch)) = (self.chain(from, claim.chain), &self.epoch) else {
            let member_index = claim.standing.member_index;
            return Ok(Outcome::UnknownChain { member_index, device: claim.device });
        };
        if self.is_over(now) || chain.is_expired(now) {
            return Ok(Outcome::TooOld);
        }
        match chain.stage(message, epoch, now)? {
            InChain::Duplicate => Ok(Outcome::Duplicate),
            InChain::TooOld => Ok(Outcome::TooOld),
            InChain::Message(staged) => {
                Ok(Outcome::Decrypted(self.commit(message, from, staged, now)))
            }
        }
    }

    fn commit(
        &mut self,
        message: &OpenedMessage<'_>,
        from: &DeviceAddress,
        staged: Staged,
        now: Timestamp,
    ) -> Decrypted {
        let claim = message.claim();
        let skips = staged.skips();
        let chain = self.chain_mut(from, claim.chain);
        let (plaintext, dropped) =
            chain.map_or_else(Default::default, |chain| chain.commit(staged, now));
        let trimmed = if skips { self.trim() } else { Trimmed::default() };
        let mut also_changed = trimmed.chains;
        also_changed.retain(|name| name.device != *from || name.chain != claim.chain);
        Decrypted {
            sender: from.clone(),
            standing: claim.standing,
            chain: claim.chain,
            iteration: claim.iteration,
            wire_id: message.wire_id(),
            plaintext,
            dropped_keys: counted(dropped.saturating_add(trimmed.keys)),
            also_changed,
        }
    }

    /// Drops keys beyond what the scope may hold: the oldest of the chain that misses most, so that
    /// who makes others store keys loses its own first.
    fn trim(&mut self) -> Trimmed {
        let mut trimmed = Trimmed::default();
        let mut surplus = self.missing().saturating_sub(SENDER_SKIPPED_KEYS);
        while surplus > 0 {
            let all = self.chains.iter_mut();
            let all = all.flat_map(|(device, chains)| chains.iter_mut().map(move |c| (device, c)));
            let Some((device, chain)) = all.max_by_key(|(_, chain)| chain.missing()) else { break };
            let dropped = chain.drop_keys(surplus);
            if dropped == 0 {
                break;
            }
            surplus = surplus.saturating_sub(dropped);
            trimmed.keys = trimmed.keys.saturating_add(dropped);
            trimmed.chains.push(ChainName { device: device.clone(), chain: chain.id });
        }
        trimmed
    }

    pub(super) fn missing(&self) -> usize {
        self.chains.values().flatten().map(ReceivingChain::missing).sum()
    }

    /// The scope has a successor: its chains receive for [`EPOCH_GRACE`] from now on. Persist the
    /// scope.
    pub fn close(&mut self, now: Timestamp) {
        self.closed.get_or_insert(now);
    }

    /// Whether the scope can be deleted.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.closed.is_some_and(|closed| now.since(closed) > EPOCH_GRACE)
    }

    /// Deletes chains and keys that are too old. To be called daily or so.
    pub fn expire(&mut self, now: Timestamp) -> Expired {
        let mut expired = Expired::default();
        for (device, chains) in &mut self.chains {
            let name =
                |chain: &ReceivingChain| ChainName { device: device.clone(), chain: chain.id };
            chains.retain(|chain| {
                let keep = !chain.is_expired(now);
                if !keep {
                    expired.removed.push(name(chain));
                    expired.add(chain.missing());
                }
                keep
            });
            for chain in chains {
                let dropped = chain.expire_keys(now);
                if dropped > 0 {
                    expired.changed.push(name(chain));
                    expired.add(dropped);
                }
            }
        }
        self.chains.retain(|_, chains| !chains.is_empty());
        expired
    }

    /// Forgets all chains of a device, as when it was revoked. Returns those to delete.
    pub fn forget(&mut self, device: &DeviceAddress) -> Vec<ChainName> {
        let chains = self.chains.remove(device).unwrap_or_default();
        let name = |chain: ReceivingChain| ChainName { device: device.clone(), chain: chain.id };
        chains.into_iter().map(name).collect()
    }

    /// Whether the device has given this chain.
    #[must_use]
    pub fn knows(&self, device: &DeviceAddress, chain: ChainId) -> bool {
        self.chain(device, chain).is_some()
    }

    pub(super) fn search_key(&self) -> Option<&SearchKey> {
        self.epoch.as_ref().map(|epoch| epoch.header.search_key())
    }

    pub(super) fn chain(&self, device: &DeviceAddress, id: ChainId) -> Option<&ReceivingChain> {
        self.chains.get(device)?.iter().find(|chain| chain.id == id)
    }

    fn chain_mut(&mut self, device: &DeviceAddress, id: ChainId) -> Option<&mut ReceivingChain> {
        self.chains.get_mut(device)?.iter_mut().find(|chain| chain.id == id)
    }
}

impl Expired {
    fn add(&mut self, keys: usize) {
        self.dropped_keys = self.dropped_keys.saturating_add(counted(keys));
    }
}

/// What the limit of the scope dropped.
#[derive(Default)]
struct Trimmed {
    keys: usize,
    chains: Vec<ChainName>,
}

/// Takes the oldest of one device's chains out if there are too many.
fn evict(chains: &mut Vec<ReceivingChain>) -> Option<ReceivingChain> {
    if chains.len() <= SENDER_CHAINS {
        return None;
    }
    let oldest = chains.iter().enumerate().min_by_key(|(_, chain)| chain.age_order())?.0;
    Some(chains.remove(oldest))
}

fn counted(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(u32::MAX)
}
