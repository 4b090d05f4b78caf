use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use super::chain::{InChain, ReceivingChain, Staged};
use super::distribution::{ChainId, Distribution};
use super::epoch::EpochKeys;
use super::message::{OpenedMessage, SenderMessage};
use super::outcome::{Accepted, ChainName, Decrypted, Expired, Outcome, counted};
use super::{AcceptKeyError, EpochSecret, OpenSenderError, Scope, ScopeHash};
use crate::crypto::SearchKey;
use crate::identity::DeviceAddress;
use crate::limits::{AUDIENCE_DEVICES, EPOCH_GRACE, SENDER_CHAINS, SENDER_SKIPPED_KEYS};
use crate::time::Timestamp;

/// The chains that messages of one scope arrive on. SPEC.md section 14.7.
#[derive(Debug)]
pub struct ReceivingChains {
    pub(super) scope: Scope,
    hash: ScopeHash,
    pub(super) epoch: Option<EpochKeys>,
    /// Since when the scope has a successor.
    pub(super) closed: Option<Timestamp>,
    /// Of each device in their order of age.
    pub(super) chains: BTreeMap<DeviceAddress, Vec<ReceivingChain>>,
}

impl ReceivingChains {
    /// A scope without chains.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self { scope, hash: scope.hash(), epoch: None, closed: None, chains: BTreeMap::new() }
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
        let known = self.epoch_secret().is_none_or(|known| known == secret);
        if self.scope.fits(secret) && known {
            Ok(())
        } else {
            Err(AcceptKeyError::OtherEpochSecret)
        }
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
        let known = self.chain(from, distribution.id);
        if known.is_some_and(|known| !known.is(distribution)) {
            return Err(AcceptKeyError::Conflict);
        }
        let (new, lost) = (known.is_none(), known.is_some_and(|known| known.lost(distribution)));
        if new && !self.chains.contains_key(from) && self.chains.len() >= AUDIENCE_DEVICES {
            return Err(AcceptKeyError::TooManyDevices);
        }
        let epoch_learned = match &distribution.epoch {
            Some(secret) => self.learn(secret)?,
            None => false,
        };
        let accepted = Accepted { new, epoch_learned, ..Accepted::default() };
        if lost {
            return Ok(Accepted { epoch_learned, ..self.resume(from, distribution, now) });
        }
        if !new {
            return Ok(accepted);
        }
        let chains = self.chains.entry(from.clone()).or_default();
        let removed = evict(chains);
        chains.push(ReceivingChain::new(distribution, from, now));
        chains.sort_by_key(ReceivingChain::age_order);
        let dropped_keys = removed.as_ref().map_or(0, |chain| counted(chain.missing()));
        Ok(Accepted { removed: removed.map(|chain| chain.id), dropped_keys, ..accepted })
    }

    /// Goes on with a known chain where its sender says that it is: more messages were lost than a
    /// receiver derives for.
    fn resume(
        &mut self,
        from: &DeviceAddress,
        distribution: &Distribution,
        now: Timestamp,
    ) -> Accepted {
        let Some(chains) = self.chains.get_mut(from) else { return Accepted::default() };
        let known = chains.iter_mut().find(|chain| chain.id == distribution.id);
        let Some(known) = known else { return Accepted::default() };
        let dropped_keys = counted(known.missing());
        *known = ReceivingChain::new(distribution, from, now);
        chains.sort_by_key(ReceivingChain::age_order);
        Accepted { new: true, dropped_keys, ..Accepted::default() }
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
        match chain.stage(message, from, epoch, now)? {
            InChain::Duplicate => Ok(Outcome::Duplicate),
            InChain::TooOld => Ok(Outcome::TooOld),
            InChain::Message(staged) => {
                Ok(Outcome::Decrypted(self.commit(message, from, staged, now)))
            }
        }
    }

    pub(super) fn commit(
        &mut self,
        message: &OpenedMessage<'_>,
        from: &DeviceAddress,
        mut staged: Staged,
        now: Timestamp,
    ) -> Decrypted {
        let claim = message.claim();
        let opening = staged.opening.take();
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
            opening,
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

    pub(crate) const fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Whether the scope can be deleted.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.was_closed_for(now, EPOCH_GRACE)
    }

    /// Whether it has had a successor for longer than this.
    pub(crate) fn was_closed_for(&self, now: Timestamp, time: Duration) -> bool {
        self.closed.is_some_and(|closed| now.since(closed) > time)
    }

    /// Whether there is no chain in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.chains.is_empty()
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

    pub(super) fn chain_mut(
        &mut self,
        device: &DeviceAddress,
        id: ChainId,
    ) -> Option<&mut ReceivingChain> {
        self.chains.get_mut(device)?.iter_mut().find(|chain| chain.id == id)
    }
}

/// What the limit of the scope dropped.
#[derive(Default)]
struct Trimmed {
    keys: usize,
    chains: Vec<ChainName>,
}

/// Takes the oldest of one device's chains out if there is no room for another.
fn evict(chains: &mut Vec<ReceivingChain>) -> Option<ReceivingChain> {
    (chains.len() >= SENDER_CHAINS).then(|| chains.remove(0))
}
