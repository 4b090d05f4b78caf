//! The sparse post-quantum ratchet: a symmetric chain each way for every epoch of the Braid, so
//! that every message has a post-quantum key. SPEC.md section 9.
//!
//! A send or a receipt is staged from `&self` and changes nothing until it is committed. What is
//! staged is the difference: a message that neither skips nor moves the Braid to another state
//! stages a chain key and an index or a chunk, and allocates nothing but for the first one that is
//! sent after the state was read.

mod chain;
mod error;
mod header;
mod healing;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use rand_core::CryptoRng;

use self::chain::{Chain, ChainStep, EpochChains, ReceivingChain, SkippedKey};
pub use self::error::PqError;
pub(crate) use self::header::PqHeader;
use self::healing::Healing;
use super::Staleness;
use super::braid::{Braid, BraidError, EpochKey, Step};
use crate::crypto::{Secret, SecretQueue};
use crate::limits;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Which side of the session this is. The initiator generates the first key pair of the Braid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Initiator,
    Responder,
}

/// The post-quantum half of a session's ratchet.
#[derive(Debug)]
pub(crate) struct PqRatchet {
    role: Role,
    root: Secret<32>,
    sending: Chain,
    /// The chain of the epoch whose key is known while the peer may not yet know it.
    next_sending: Option<Chain>,
    /// The newest epochs' chains, oldest first, up to [`Braid::latest_epoch`].
    receiving: Vec<ReceivingChain>,
    /// Oldest first.
    skipped: SecretQueue<SkippedKey>,
    dropped: u64,
    healing: Healing,
    braid: Braid,
}

/// A message about to be sent.
#[derive(Debug)]
pub(crate) struct PqSend {
    pub(crate) header: PqHeader,
    pub(crate) message_key: Secret<32>,
    pub(crate) staged: StagedSend,
}

/// What sending it changes.
#[derive(Debug)]
pub(crate) struct StagedSend {
    sending: Chain,
    added: Option<EpochChains>,
    braid: Step,
}

/// What a received header means.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a box would be an allocation for every message")]
pub(crate) enum PqReceive {
    /// The message's key, to be tried.
    Key(PqReceived),
    /// The key was used before.
    Duplicate,
    /// The key is gone: its epoch was erased, or it was dropped for age or room.
    TooOld,
}

/// A message about to be accepted.
#[derive(Debug)]
pub(crate) struct PqReceived {
    pub(crate) message_key: Secret<32>,
    pub(crate) staged: StagedReceive,
}

/// What accepting it changes.
#[derive(Debug)]
pub(crate) struct StagedReceive {
    key: UsedKey,
    added: Option<EpochChains>,
    braid: Step,
}

/// Where a message key came from.
#[derive(Debug)]
enum UsedKey {
    Skipped { epoch: u32, n: u32 },
    Chain { epoch: u32, chain: Chain, skipped: Vec<SkippedKey> },
}

impl PqRatchet {
    const VERSION: u8 = 1;

    /// The side that began the session. `sk_pq` and `braid_auth` are outputs of the handshake.
    pub(crate) fn initiator(sk_pq: &Secret<32>, braid_auth: &Secret<32>, now: Timestamp) -> Self {
        Self::start(Role::Initiator, sk_pq, Braid::initiator(braid_auth), now)
    }

    /// The side that answered.
    pub(crate) fn responder(sk_pq: &Secret<32>, braid_auth: &Secret<32>, now: Timestamp) -> Self {
        Self::start(Role::Responder, sk_pq, Braid::responder(braid_auth), now)
    }

    fn start(role: Role, sk_pq: &Secret<32>, braid: Braid, now: Timestamp) -> Self {
        let EpochChains { root, sending, receiving } = EpochChains::start(sk_pq, role);
        let mut receiving_chains = Vec::with_capacity(limits::PQ_EPOCHS);
        receiving_chains.push(receiving.into());
        Self {
            role,
            root,
            sending,
            next_sending: None,
            receiving: receiving_chains,
            skipped: SecretQueue::new(),
            dropped: 0,
            healing: Healing::begin(now),
            braid,
        }
    }

    /// The header and key of the next message. Randomness is used only where the Braid generates a
    /// key pair or encapsulates.
    pub(crate) fn stage_send<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> Result<PqSend, PqError> {
        let sent = self.braid.stage_send(rng);
        let added = self.added(sent.output.as_ref());
        // Last, so that there is no way out of here that has to wipe it: those ways are where the
        // compiler takes secrets apart into bytes.
        let ChainStep { chain, message_key } = self.sending.step()?;
        Ok(PqSend {
            header: PqHeader { message: sent.message, n: chain.n },
            message_key,
            staged: StagedSend { sending: chain, added, braid: sent.step },
        })
    }

    /// Takes over what sending changed. The message may leave only after this was stored.
    pub(crate) fn commit_send(&mut self, staged: StagedSend, now: Timestamp) {
        let StagedSend { sending, added, braid } = staged;
        self.sending = sending;
        self.healing.sent(now);
        self.commit(added, braid, now);
    }

    /// The key of a received message whose header authenticated.
    pub(crate) fn stage_receive(
        &self,
        header: &PqHeader,
        now: Timestamp,
    ) -> Result<PqReceive, PqError> {
        let (epoch, n) = (header.key_epoch(), header.n);
        let Some(index) = self.index_of(epoch) else { return Ok(PqReceive::TooOld) };
        let receiving = self.receiving.get(index).ok_or(BraidError::FutureEpoch)?;
        if n > receiving.chain.n {
            let ahead = advance(epoch, &receiving.chain, n, now)?;
            return self.received(header, ahead);
        }
        match self.skipped_at(epoch, n).and_then(|at| self.skipped.get(at)) {
            Some(key) if !is_expired(key, now) => {
                let key = AvailableKey {
                    message_key: key.key.clone(),
                    used: UsedKey::Skipped { epoch, n },
                };
                self.received(header, key)
            }
            None if n > receiving.dropped_through => Ok(PqReceive::Duplicate),
            _ => Ok(PqReceive::TooOld),
        }
    }

    fn received(&self, header: &PqHeader, key: AvailableKey) -> Result<PqReceive, PqError> {
        let received = self.braid.stage_receive(&header.message)?;
        Ok(PqReceive::Key(PqReceived {
            message_key: key.message_key,
            staged: StagedReceive {
                key: key.used,
                added: self.added(received.output.as_ref()),
                braid: received.step,
            },
        }))
    }

    /// Takes over what accepting a message changed, once its body authenticated.
    pub(crate) fn commit_receive(&mut self, staged: StagedReceive, now: Timestamp) {
        let StagedReceive { key, added, braid } = staged;
        match key {
            UsedKey::Skipped { epoch, n } => {
                if let Some(at) = self.skipped_at(epoch, n) {
                    self.skipped.remove(at);
                }
            }
            UsedKey::Chain { epoch, chain, skipped } => {
                if let Some(receiving) = self.receiving_mut(epoch) {
                    receiving.chain = chain;
                }
                self.skipped.append(skipped);
                let excess = self.skipped.len().saturating_sub(limits::SKIPPED_KEYS);
                for _ in 0..excess {
                    self.drop_skipped_at(0);
                }
            }
        }
        self.healing.received();
        self.commit(added, braid, now);
    }

    fn added(&self, output: Option<&EpochKey>) -> Option<EpochChains> {
        output.map(|output| EpochChains::add(&self.root, output, self.role))
    }

    fn commit(&mut self, added: Option<EpochChains>, step: Step, now: Timestamp) {
        let before = self.braid.sending_epoch();
        self.braid.commit(step);
        if let Some(EpochChains { root, sending, receiving }) = added {
            self.root = root;
            self.next_sending = Some(sending);
            self.add_receiving(receiving);
        }
        if self.braid.sending_epoch() != before {
            // Exchanged and then dropped where it lies: to take it out would leave a copy behind.
            if let Some(next) = &mut self.next_sending {
                core::mem::swap(&mut self.sending, next);
                self.next_sending = None;
            }
            self.healing.completed(now);
        }
    }

    /// Adds the newest epoch's chain and erases what is older than [`limits::PQ_EPOCHS`].
    fn add_receiving(&mut self, chain: Chain) {
        if self.receiving.len() >= limits::PQ_EPOCHS {
            self.receiving.drain(..1);
        }
        self.receiving.push(chain.into());
        let oldest = self.oldest_epoch().unwrap_or(0);
        self.drop_skipped(|key| key.epoch < oldest);
    }

    /// Drops skipped keys that are too old.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.drop_skipped(|key| is_expired(key, now));
    }

    /// How many keys of messages that never arrived were dropped, for age, room or their epoch.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes of the Braid's stored form.
    pub(crate) fn braid_state_len(&self) -> usize {
        self.braid.stored_len()
    }

    /// The counter that comes to its end first.
    pub(crate) fn highest_counter(&self) -> u32 {
        let received = self.receiving.iter().map(|receiving| receiving.chain.n);
        received.fold(self.sending.n.max(self.braid.latest_epoch()), u32::max)
    }

    /// How stale the post-quantum protection is.
    pub(crate) fn staleness(&self, now: Timestamp) -> Staleness {
        self.healing.staleness(self.braid.sending_epoch(), now)
    }

    /// Whether to send an empty message now so that the Braid moves.
    pub(crate) fn should_send_carrier(&self, now: Timestamp) -> bool {
        self.healing.should_send_carrier(self.braid.following(), now)
    }

    fn oldest_epoch(&self) -> Option<u32> {
        let later = u32::try_from(self.receiving.len().checked_sub(1)?).ok()?;
        self.braid.latest_epoch().checked_sub(later)
    }

    fn receiving_mut(&mut self, epoch: u32) -> Option<&mut ReceivingChain> {
        let index = self.index_of(epoch)?;
        self.receiving.get_mut(index)
    }

    /// Where an epoch's chain is, if there is one. `None`: it was erased.
    fn index_of(&self, epoch: u32) -> Option<usize> {
        usize::try_from(epoch.checked_sub(self.oldest_epoch()?)?).ok()
    }

    /// Where a skipped key is. Their order is that of the messages, but where two epochs mix.
    fn skipped_at(&self, epoch: u32, n: u32) -> Option<usize> {
        let sought = (epoch, n);
        let at = self.skipped.binary_search_by_key(&sought, SkippedKey::place).ok();
        at.or_else(|| self.skipped.iter().position(|key| key.place() == sought))
    }

    fn drop_skipped(&mut self, drop: impl Fn(&SkippedKey) -> bool) {
        let mut at = 0;
        while let Some(key) = self.skipped.get(at) {
            if drop(key) {
                self.drop_skipped_at(at);
            } else {
                at = at.saturating_add(1);
            }
        }
    }

    fn drop_skipped_at(&mut self, at: usize) {
        let Some((epoch, n)) = self.skipped.get(at).map(SkippedKey::place) else { return };
        self.dropped = self.dropped.saturating_add(1);
        if let Some(receiving) = self.receiving_mut(epoch) {
            receiving.dropped_through = receiving.dropped_through.max(n);
        }
        self.skipped.remove(at);
    }
}

/// A message key and what using it changes.
struct AvailableKey {
    message_key: Secret<32>,
    used: UsedKey,
}

/// Moves a chain on to message `n`, keeping the keys of those before it.
fn advance(epoch: u32, from: &Chain, n: u32, now: Timestamp) -> Result<AvailableKey, PqError> {
    let missing = n.saturating_sub(from.n).saturating_sub(1);
    if missing > limits::SKIP {
        return Err(PqError::SkipLimit);
    }
    let mut skipped = Vec::with_capacity(usize::try_from(missing).unwrap_or_default());
    let mut step = from.step()?;
    while step.chain.n < n {
        let next = step.chain.step()?;
        let n = step.chain.n;
        skipped.push(SkippedKey { epoch, n, key: step.message_key, stored_at: now });
        step = next;
    }
    let ChainStep { chain, message_key } = step;
    Ok(AvailableKey { message_key, used: UsedKey::Chain { epoch, chain, skipped } })
}

fn is_expired(key: &SkippedKey, now: Timestamp) -> bool {
    now.since(key.stored_at) > limits::SKIPPED_KEY_AGE
}

impl Layout for Role {
    fn write(&self, w: &mut Writer) {
        w.put(&(*self == Self::Responder));
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(if bool::read(r)? { Self::Responder } else { Self::Initiator })
    }
}

impl Layout for PqRatchet {
    fn write(&self, w: &mut Writer) {
        let Self { role, root, sending, next_sending, receiving, skipped, dropped, healing, braid } =
            self;
        w.u8(Self::VERSION);
        w.put(role).put(root).put(braid).put(sending).put(next_sending);
        w.list(receiving.iter());
        w.list(skipped.iter());
        w.put(dropped).put(healing);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(Self::VERSION)?;
        let (role, root, braid) = (r.get()?, r.get()?, r.get::<Braid>()?);
        let (sending, next_sending) = (r.get()?, r.get::<Option<Chain>>()?);
        let chains = r.count(limits::PQ_EPOCHS)?;
        let mut receiving = Vec::with_capacity(limits::PQ_EPOCHS);
        for _ in 0..chains {
            receiving.push(r.get()?);
        }
        let ratchet = Self {
            role,
            root,
            sending,
            next_sending,
            receiving,
            skipped: r.list::<_, Vec<_>>(limits::SKIPPED_KEYS)?.into(),
            dropped: r.get()?,
            healing: r.get()?,
            braid,
        };
        if ratchet.is_consistent() { Ok(ratchet) } else { Err(DecodeError::OutOfRange) }
    }
}

impl PqRatchet {
    /// What stored bytes must satisfy beyond their form.
    fn is_consistent(&self) -> bool {
        let latest = self.braid.latest_epoch();
        let has_next = latest != self.braid.sending_epoch();
        let chains = usize::try_from(latest).unwrap_or(usize::MAX).saturating_add(1);
        self.next_sending.is_some() == has_next
            && self.receiving.len() == chains.min(limits::PQ_EPOCHS)
            && self.receiving.iter().all(|r| r.dropped_through < r.chain.n.max(1))
            && self.skipped_keys_rise()
    }

    /// Whether the skipped keys of each epoch rise, and are of messages before its chain's last.
    fn skipped_keys_rise(&self) -> bool {
        let mut last = [0; limits::PQ_EPOCHS];
        self.skipped.iter().all(|key| {
            let Some(index) = self.index_of(key.epoch) else { return false };
            let before = last.get_mut(index).map(|last| core::mem::replace(last, key.n));
            let chain = self.receiving.get(index).map(|receiving| &receiving.chain);
            before.zip(chain).is_some_and(|(before, chain)| before < key.n && key.n < chain.n)
        })
    }
}
