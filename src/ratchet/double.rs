use alloc::boxed::Box;
use alloc::vec::Vec;
use core::{fmt, mem};

use rand_core::CryptoRng;

use super::chain::{ChainKey, ReceivingChain, RootKey};
use super::header::{HeaderKey, SealedHeader};
use super::missing::{NoKey, SkippedKey};
use super::skipped::SkippedKeys;
use super::{RatchetError, Staleness};
use crate::crypto::{DhPublicKey, DhSecretKey, NonContributory, RatchetKey, Secret};
use crate::limits::SKIP;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The Double Ratchet with header encryption (Signal's specification, section 4).
///
/// The sending half turns when it next sends rather than when it receives: the new ratchet key is
/// generated at the last moment, and receiving needs no randomness. SPEC.md section 8.4.
#[derive(Debug)]
pub(super) struct DoubleRatchet {
    root: RootKey,
    sending: Sending,
    receiving: Option<ReceivingChain>,
    /// Seals the headers of the peer's next chain.
    next_receiving: HeaderKey,
    skipped: SkippedKeys,
    /// When the peer last turned; when the session began if it never did.
    turned: Timestamp,
}

/// What the sending half stands at.
#[derive(Debug)]
enum Sending {
    /// The responder before the first message: it has only its signed prekey.
    Waiting {
        local: RatchetKey,
        next_header: HeaderKey,
        #[expect(dead_code, reason = "it is there to be zeros")]
        rest: Zeros<WAITING_REST>,
    },
    /// A new ratchet key of the peer's arrived: the next message begins a new chain.
    Turn {
        remote: DhPublicKey,
        next_header: HeaderKey,
        previous: u32,
        #[expect(dead_code, reason = "it is there to be zeros")]
        rest: Zeros<TURN_REST>,
    },
    /// In the middle of a chain.
    Chain(SendingChain),
}

impl Sending {
    const fn waiting(local: RatchetKey, next_header: HeaderKey) -> Self {
        Self::Waiting { local, next_header, rest: Zeros([0; _]) }
    }

    const fn turn(remote: DhPublicKey, next_header: HeaderKey, previous: u32) -> Self {
        Self::Turn { remote, next_header, previous, rest: Zeros([0; _]) }
    }
}

/// Fills a smaller variant up to the largest, but for up to three bytes that align it. What it does
/// not write there would be whatever lay on
/// the stack where it was made, moves with it to the heap, and is wiped by nobody.
struct Zeros<const N: usize>([u8; N]);

const WAITING_REST: usize = size_of::<SendingChain>() - size_of::<(RatchetKey, HeaderKey)>();
const TURN_REST: usize = size_of::<SendingChain>() - size_of::<(DhPublicKey, HeaderKey, u32)>();

impl<const N: usize> fmt::Debug for Zeros<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zeros({})", self.0.len())
    }
}

#[derive(Debug)]
struct SendingChain {
    local: RatchetKey,
    chain: ChainKey,
    header: HeaderKey,
    /// Messages in the chain before this one.
    previous: u32,
    next_header: HeaderKey,
}

/// The header's fields that this half reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) ratchet_key: DhPublicKey,
    pub(super) previous: u32,
    pub(super) number: u32,
}

/// What this half contributes to a message that is sent.
pub(super) struct EcSend {
    pub(super) position: Position,
    pub(super) header_key: HeaderKey,
    pub(super) message_key: Secret<32>,
}

/// The chain whose header key made a message's search tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Current,
    Next,
    /// One that has ended or misses messages, by its generation.
    Skipped(u32),
}

/// What this half contributes to a message that arrived, and its state if the message
/// authenticates.
pub(super) struct EcReceive {
    pub(super) message_key: Secret<32>,
    pub(super) staged: StagedEc,
}

pub(super) enum StagedEc {
    /// A key that was skipped is used.
    Skipped { generation: u32, number: u32 },
    /// The current chain advances.
    Current { chain: ChainKey, skipped: Vec<SkippedKey> },
    /// The peer turned.
    Next(Box<NextChain>),
}

pub(super) struct NextChain {
    root: RootKey,
    receiving: ReceivingChain,
    next_receiving: HeaderKey,
    sending: Sending,
    /// Missing messages of the chain that ended.
    closing: Vec<SkippedKey>,
    /// Missing messages of the new chain.
    skipped: Vec<SkippedKey>,
}

/// What a commit did beside moving the chains on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Committed {
    /// Skipped message keys that a limit dropped.
    pub(crate) dropped: u32,
    /// Whether the set of header keys changed that messages may arrive under.
    pub(crate) keys_changed: bool,
}

/// The state of both halves before the first message: `RatchetInitAliceHE`, `RatchetInitBobHE`.
impl DoubleRatchet {
    /// The initiator turns at once, against the responder's signed prekey.
    pub(super) fn initiator<R: CryptoRng + ?Sized>(
        root: Secret<32>,
        [ours, theirs]: [Secret<32>; 2],
        remote: &DhPublicKey,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Self, NonContributory> {
        let local = DhSecretKey::generate(rng);
        let step = RootKey::new(root).turn(&local.diffie_hellman(remote)?);
        let sending = Sending::Chain(SendingChain {
            local: local.into(),
            chain: step.chain,
            header: HeaderKey::new(ours),
            previous: 0,
            next_header: step.next_header,
        });
        let next_receiving = HeaderKey::new(theirs);
        Ok(Self {
            root: step.root,
            sending,
            receiving: None,
            next_receiving,
            skipped: SkippedKeys::default(),
            turned: now,
        })
    }

    /// The responder's signed prekey serves as its first ratchet key.
    pub(super) fn responder(
        root: Secret<32>,
        [theirs, ours]: [Secret<32>; 2],
        local: DhSecretKey,
        now: Timestamp,
    ) -> Self {
        Self {
            root: RootKey::new(root),
            sending: Sending::waiting(local.into(), HeaderKey::new(ours)),
            receiving: None,
            next_receiving: HeaderKey::new(theirs),
            skipped: SkippedKeys::default(),
            turned: now,
        }
    }
}

impl DoubleRatchet {
    /// The next message's key; the state moves on, or stays as it was on error.
    pub(super) fn send<R: CryptoRng + ?Sized>(
        &mut self,
        rng: &mut R,
    ) -> Result<EcSend, RatchetError> {
        match &mut self.sending {
            Sending::Waiting { .. } => Err(RatchetError::NothingReceived),
            Sending::Chain(sending) => sending.send(),
            Sending::Turn { remote, next_header, previous, .. } => {
                let local = DhSecretKey::generate(rng);
                let step = self.root.turn(&local.diffie_hellman(remote)?);
                let mut sending = SendingChain {
                    local: local.into(),
                    chain: step.chain,
                    header: next_header.clone(),
                    previous: *previous,
                    next_header: step.next_header,
                };
                let sent = sending.send()?;
                self.root = step.root;
                self.sending = Sending::Chain(sending);
                Ok(sent)
            }
        }
    }

    /// Which chain a message belongs to, by its search tag.
    pub(super) fn find(&self, sealed: &SealedHeader<'_>) -> Option<Found> {
        let live = self.live_header_keys().find(|(_, key)| key.matches(sealed));
        let found = live.map(|(found, _)| found);
        found.or_else(|| self.skipped.find(sealed).map(Found::Skipped))
    }

    /// The header key of a chain that was found.
    pub(super) fn header_key(&self, found: Found) -> Option<&HeaderKey> {
        match found {
            Found::Current => self.receiving.as_ref().map(|receiving| &receiving.header),
            Found::Next => Some(&self.next_receiving),
            Found::Skipped(generation) => self.skipped.header_key(generation),
        }
    }

    /// The key of a message whose header authenticated. Nothing changes until [`Self::commit`].
    pub(super) fn receive(
        &self,
        found: Found,
        position: &Position,
        now: Timestamp,
    ) -> Result<EcReceive, RatchetError> {
        match (found, &self.receiving) {
            (Found::Skipped(generation), _) => self.receive_skipped(generation, position.number),
            (Found::Current, Some(receiving)) => self.receive_current(receiving, position, now),
            (Found::Current | Found::Next, _) => self.receive_next(position, now),
        }
    }

    fn receive_skipped(&self, generation: u32, number: u32) -> Result<EcReceive, RatchetError> {
        let key = self.skipped.key(generation, number).map_err(|no_key| match no_key {
            NoKey::Used => RatchetError::Duplicate,
            NoKey::Dropped => RatchetError::TooOld,
        })?;
        Ok(EcReceive { message_key: key.clone(), staged: StagedEc::Skipped { generation, number } })
    }

    fn receive_current(
        &self,
        receiving: &ReceivingChain,
        position: &Position,
        now: Timestamp,
    ) -> Result<EcReceive, RatchetError> {
        if receiving.remote != position.ratchet_key {
            return Err(RatchetError::Inconsistent);
        }
        let start = receiving.chain.number();
        if position.number < start {
            return self.receive_skipped(receiving.generation, position.number);
        }
        within_limit(&[(start, position.number)])?;
        let (skipped, chain) = receiving.chain.clone().skip(position.number, now)?;
        let (message_key, chain) = chain.advance()?;
        Ok(EcReceive { message_key, staged: StagedEc::Current { chain, skipped } })
    }

    fn receive_next(&self, position: &Position, now: Timestamp) -> Result<EcReceive, RatchetError> {
        let (local, next_header, sent) = match &self.sending {
            Sending::Waiting { local, next_header, .. } => (local, next_header, 0),
            Sending::Chain(sending) => {
                (&sending.local, &sending.next_header, sending.chain.number())
            }
            // The peer can only have turned in answer to a chain of ours.
            Sending::Turn { .. } => return Err(RatchetError::Inconsistent),
        };
        let ended = self.receiving.as_ref().map(|old| old.chain.number());
        within_limit(&[
            (ended.unwrap_or(position.previous), position.previous),
            (0, position.number),
        ])?;
        let step = self.root.turn(&local.diffie_hellman(&position.ratchet_key)?);
        let closing = match &self.receiving {
            Some(old) => old.chain.clone().skip(position.previous, now)?.0,
            None => Vec::new(),
        };
        let (skipped, chain) = step.chain.skip(position.number, now)?;
        let (message_key, chain) = chain.advance()?;
        let generation = self.generation().checked_add(1).ok_or(RatchetError::Exhausted)?;
        let next = NextChain {
            root: step.root,
            receiving: ReceivingChain {
                generation,
                remote: position.ratchet_key,
                header: self.next_receiving.clone(),
                chain,
            },
            next_receiving: step.next_header,
            sending: Sending::turn(position.ratchet_key, next_header.clone(), sent),
            closing,
            skipped,
        };
        Ok(EcReceive { message_key, staged: StagedEc::Next(Box::new(next)) })
    }

    /// Applies what an authentic message changes.
    pub(super) fn commit(&mut self, staged: StagedEc, now: Timestamp) -> Committed {
        let keys_changed = match staged {
            StagedEc::Skipped { generation, number } => {
                self.skipped.remove(generation, number);
                false
            }
            StagedEc::Current { chain, skipped } => self.commit_current(chain, skipped),
            StagedEc::Next(mut next) => {
                self.commit_next(&mut next, now);
                true
            }
        };
        let pruned = self.expire(now);
        Committed { keys_changed: keys_changed || pruned.keys_changed, ..pruned }
    }

    fn commit_current(&mut self, chain: ChainKey, skipped: Vec<SkippedKey>) -> bool {
        let Some(receiving) = &mut self.receiving else { return false };
        receiving.chain = chain;
        let skips = !skipped.is_empty();
        if skips {
            self.skipped.add(receiving, skipped);
        }
        skips
    }

    /// Exchanges, so that what was goes where it is wiped; moving out of a box leaves a copy in it.
    fn commit_next(&mut self, next: &mut NextChain, now: Timestamp) {
        if let Some(old) = &self.receiving {
            self.skipped.add(old, mem::take(&mut next.closing));
        }
        if !next.skipped.is_empty() {
            self.skipped.add(&next.receiving, mem::take(&mut next.skipped));
        }
        mem::swap(&mut self.root, &mut next.root);
        mem::swap(&mut self.next_receiving, &mut next.next_receiving);
        mem::swap(&mut self.sending, &mut next.sending);
        match &mut self.receiving {
            Some(receiving) => mem::swap(receiving, &mut next.receiving),
            None => self.receiving = Some(next.receiving.clone()),
        }
        self.turned = now;
    }

    /// Applies the limits to the skipped keys.
    pub(super) fn expire(&mut self, now: Timestamp) -> Committed {
        let chains = self.skipped.chains();
        let dropped = self.skipped.prune(self.generation(), now);
        let dropped = u32::try_from(dropped).unwrap_or(u32::MAX);
        Committed { dropped, keys_changed: self.skipped.chains() != chains }
    }

    /// The header keys that the peer may use now: current and next chain.
    pub(super) fn live_header_keys(&self) -> impl Iterator<Item = (Found, &HeaderKey)> {
        let current = self.receiving.iter().map(|chain| (Found::Current, &chain.header));
        current.chain([(Found::Next, &self.next_receiving)])
    }

    /// The header keys of chains that have ended or miss messages.
    pub(super) fn past_header_keys(&self) -> impl Iterator<Item = &HeaderKey> {
        self.skipped.header_keys()
    }

    #[cfg(test)]
    pub(super) fn skipped_len(&self) -> usize {
        self.skipped.len()
    }

    /// How long ago the peer last turned.
    pub(super) fn staleness(&self, now: Timestamp) -> Staleness {
        let (sent, received) = (self.sent(), self.received());
        Staleness { completed: self.generation(), sent, received, age: now.since(self.turned) }
    }

    /// The counter that comes to its end first.
    pub(super) fn highest_counter(&self) -> u32 {
        self.sent().max(self.received()).max(self.generation())
    }

    /// Messages sent in the current chain.
    fn sent(&self) -> u32 {
        match &self.sending {
            Sending::Waiting { .. } | Sending::Turn { .. } => 0,
            Sending::Chain(sending) => sending.chain.number(),
        }
    }

    /// Messages of the peer's current chain up to the last that arrived.
    fn received(&self) -> u32 {
        self.receiving.as_ref().map_or(0, |receiving| receiving.chain.number())
    }

    /// Chains of the peer's so far; each is a completed classical turn.
    pub(super) fn generation(&self) -> u32 {
        self.receiving.as_ref().map_or(0, |chain| chain.generation)
    }
}

impl SendingChain {
    fn send(&mut self) -> Result<EcSend, RatchetError> {
        let position = Position {
            ratchet_key: *self.local.public_key(),
            previous: self.previous,
            number: self.chain.number(),
        };
        let (message_key, chain) = self.chain.advance()?;
        self.chain = chain;
        Ok(EcSend { position, header_key: self.header.clone(), message_key })
    }
}

/// Refuses a message that skips more than the limit over all its `(from, to)` gaps.
fn within_limit(gaps: &[(u32, u32)]) -> Result<(), RatchetError> {
    let skipped =
        gaps.iter().fold(0u32, |sum, (from, to)| sum.saturating_add(to.saturating_sub(*from)));
    if skipped > SKIP { Err(RatchetError::TooFarAhead { skipped }) } else { Ok(()) }
}

impl Layout for Sending {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Waiting { local, next_header, rest: _ } => {
                w.put(&0u8).put(local).put(next_header)
            }
            Self::Turn { remote, next_header, previous, rest: _ } => {
                w.put(&1u8).put(remote).put(next_header).put(previous)
            }
            Self::Chain(SendingChain { local, chain, header, previous, next_header }) => {
                w.put(&2u8).put(local).put(chain).put(header).put(previous).put(next_header)
            }
        };
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            0 => Ok(Self::waiting(r.get()?, r.get()?)),
            1 => Ok(Self::turn(r.get()?, r.get()?, r.get()?)),
            2 => Ok(Self::Chain(SendingChain {
                local: r.get()?,
                chain: r.get()?,
                header: r.get()?,
                previous: r.get()?,
                next_header: r.get()?,
            })),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

impl Layout for DoubleRatchet {
    fn write(&self, w: &mut Writer) {
        let Self { root, sending, receiving, next_receiving, skipped, turned } = self;
        w.put(root).put(sending).put(receiving).put(next_receiving).put(skipped).put(turned);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let ratchet = Self {
            root: r.get()?,
            sending: r.get()?,
            receiving: r.get()?,
            next_receiving: r.get()?,
            skipped: r.get()?,
            turned: r.get()?,
        };
        let fits = ratchet.skipped.fit(ratchet.receiving.as_ref());
        if fits { Ok(ratchet) } else { Err(DecodeError::NotCanonical) }
    }
}
