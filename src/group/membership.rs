use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::apply::{Applied, Outcome};
use super::change::SignedChange;
use super::devices::DeviceLists;
use super::error::ApplyError;
use super::evidence::GroupEvidence;
use super::genesis::SignedGenesis;
use super::past::{PastRevision, PastSender};
use super::proof::Origin;
use super::snapshot::Snapshot;
use super::state::GroupState;
use super::suspect::{self, Suspect, Suspects};
use super::sync::StateAck;
use crate::crypto::Digest;
use crate::identity::{AccountId, DeviceAddress};
use crate::limits::{GROUP_CHANGE_BYTES, GROUP_PAST_REVISIONS, GROUP_STATE_BYTES};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

const STORED_VERSION: u8 = 1;

/// Whether anybody but the one who let us in has the same state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// One account vouches for what we believe: it could have made it up.
    Unconfirmed {
        /// Who.
        by: AccountId,
        /// Our own account, whose other devices prove nothing.
        own: AccountId,
    },
    /// We were there from the beginning, or another account has the same state.
    Confirmed,
}

/// What another member's word about its state says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Witnessed {
    /// The same state as ours, or as ours was then.
    Same,
    /// It is ahead: ask for what is missing.
    Ahead,
    /// A revision too old to compare.
    Stale,
    /// Another state of the same revision: the group has come apart, or whoever let us in made
    /// something up.
    Fork,
    /// The witness is no member.
    NotAMember,
    /// Of another group.
    OtherGroup,
}

/// What a device stores of a group: the genesis, the state, the change that led there, and the past
/// that late messages need (SPEC.md 15.8). It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    genesis: SignedGenesis,
    state: GroupState,
    last_change: Option<SignedChange>,
    confirmation: Confirmation,
    /// Oldest first, without gaps.
    past: VecDeque<PastRevision>,
    suspects: Suspects,
}

impl Group {
    /// The group that we founded, or were founders of: whoever has the genesis knows the state.
    #[must_use]
    pub fn founded(genesis: SignedGenesis) -> Self {
        let state = genesis.state().clone();
        Self::with(genesis, state, None, Confirmation::Confirmed)
    }

    pub(super) fn joined(snapshot: Snapshot, by: AccountId, own: AccountId) -> Self {
        let Snapshot { genesis, state, last_change } = snapshot;
        let confirmation = Confirmation::Unconfirmed { by, own };
        Self::with(genesis, state, last_change, confirmation)
    }

    fn with(
        genesis: SignedGenesis,
        state: GroupState,
        last_change: Option<SignedChange>,
        confirmation: Confirmation,
    ) -> Self {
        let suspects = Suspects::default();
        Self { genesis, state, last_change, confirmation, past: VecDeque::new(), suspects }
    }

    /// The state.
    #[must_use]
    pub const fn state(&self) -> &GroupState {
        &self.state
    }

    /// The genesis.
    #[must_use]
    pub const fn genesis(&self) -> &SignedGenesis {
        &self.genesis
    }

    /// The change that led to the state; none at the genesis.
    #[must_use]
    pub const fn last_change(&self) -> Option<&SignedChange> {
        self.last_change.as_ref()
    }

    /// Whether another account has the same state.
    #[must_use]
    pub const fn confirmation(&self) -> &Confirmation {
        &self.confirmation
    }

    /// Takes a change, a member's or our own once it is the one that follows (SPEC.md 15.5). `lists`
    /// are the newest that we have; they do not decide whether it is taken, but whether the group is
    /// suspect from then on ([`Group::suspects`]).
    ///
    /// # Errors
    /// [`ApplyError`]; then, and for every outcome but [`Outcome::Applied`], nothing changed.
    pub fn apply<L: DeviceLists + ?Sized>(
        &mut self,
        change: &SignedChange,
        lists: &L,
        now: Timestamp,
    ) -> Result<Outcome, ApplyError> {
        let mut outcome = self.state.apply(change)?;
        if let Outcome::Applied(applied) = &mut outcome {
            applied.suspects = suspect::revoked_authors(change, &applied.shown, lists);
        }
        Ok(self.settle(change, outcome, now))
    }

    /// The revoked devices whose changes we followed and no person has looked at yet, oldest first.
    #[must_use]
    pub fn suspects(&self) -> &[Suspect] {
        self.suspects.as_slice()
    }

    /// The last revision of such devices for which there was no room in [`Group::suspects`].
    #[must_use]
    pub const fn suspects_beyond(&self) -> Option<u32> {
        self.suspects.beyond()
    }

    /// Whether a person has to look before anything is sent to the group.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        !self.suspects.is_empty()
    }

    /// A person looked at what suspect devices did up to the revision `seen`, and goes on. Returns
    /// whether there was anything.
    pub fn dismiss_suspects(&mut self, seen: u32) -> bool {
        self.suspects.dismiss(seen)
    }

    fn settle(&mut self, change: &SignedChange, outcome: Outcome, now: Timestamp) -> Outcome {
        let evidence = || {
            let last = self.last_change.clone()?;
            GroupEvidence::new(last, change.clone()).ok().map(Box::new)
        };
        match outcome {
            Outcome::Applied(applied) => {
                self.advance(&applied, change, now);
                Outcome::Applied(applied)
            }
            Outcome::Rebase { base, .. } => Outcome::Rebase { base, evidence: evidence() },
            Outcome::Fork { revision, .. } => Outcome::Fork { revision, evidence: evidence() },
            Outcome::Stale => self.place_in_past(change),
            other => other,
        }
    }

    fn advance(&mut self, applied: &Applied, change: &SignedChange, now: Timestamp) {
        let next = &applied.state;
        let past = PastRevision::between(&self.state, next, *change.hash(), now);
        self.expire(now);
        if self.past.len() >= GROUP_PAST_REVISIONS {
            self.past.pop_front();
        }
        self.past.push_back(past);
        self.suspects.add(&applied.suspects, next.revision());
        self.state = next.clone();
        self.last_change = Some(change.clone());
    }

    fn place_in_past(&self, change: &SignedChange) -> Outcome {
        let base = change.base_revision();
        match self.past.iter().find(|past| past.revision == base) {
            Some(past) if past.followed_by == *change.hash() => Outcome::Duplicate,
            Some(past) if past.state == *change.base_hash() => {
                Outcome::Rebase { base, evidence: None }
            }
            _ => Outcome::Stale,
        }
    }

    /// Forgets the past that no longer counts.
    pub fn expire(&mut self, now: Timestamp) {
        while self.past.front().is_some_and(|past| past.is_over(now)) {
            self.past.pop_front();
        }
    }

    /// The state hash and the key epoch of a revision: the present one, or a past one that counts
    /// still.
    #[must_use]
    pub fn revision(&self, revision: u32, now: Timestamp) -> Option<(&Digest, u32)> {
        if revision == self.state.revision() {
            return Some((self.state.hash(), self.state.key_epoch()));
        }
        let past = self.past_revision(revision, now)?;
        Some((&past.state, past.key_epoch))
    }

    fn past_revision(&self, revision: u32, now: Timestamp) -> Option<&PastRevision> {
        self.past.iter().find(|past| past.revision == revision && !past.is_over(now))
    }

    /// The member at a place of a past revision that counts still.
    #[must_use]
    pub fn past_sender(&self, revision: u32, index: u16, now: Timestamp) -> Option<PastSender> {
        let past = self.past_revision(revision, now)?;
        let later = self.past.iter().rev().take_while(|p| p.revision > revision);
        past.sender(later, &self.state, index)
    }

    /// What another member says its state is: in an acknowledgement, or in a message. It confirms
    /// ours if it is the same and from another account than the one that let us in.
    pub fn witness(&mut self, by: &AccountId, ack: &StateAck, now: Timestamp) -> Witnessed {
        if ack.group != self.state.group() {
            return Witnessed::OtherGroup;
        }
        if self.state.member(by).is_none() {
            return Witnessed::NotAMember;
        }
        if ack.revision > self.state.revision() {
            return Witnessed::Ahead;
        }
        match self.revision(ack.revision, now) {
            None => Witnessed::Stale,
            Some((hash, _)) if *hash != ack.state_hash => Witnessed::Fork,
            Some(_) => {
                self.confirm(by);
                Witnessed::Same
            }
        }
    }

    /// A snapshot takes the place of the changes. What is suspect stays so, and so do the devices that
    /// may have made what the snapshot hides.
    pub(super) fn replace(&mut self, joined: Self, hidden: &[DeviceAddress]) {
        let mut old = core::mem::replace(self, joined);
        let revision = self.state.revision();
        old.suspects.add(hidden, revision);
        self.inherit(old);
    }

    /// Takes over what was suspect of the same group, as it was known before.
    pub(super) fn inherit(&mut self, old: Self) {
        self.suspects.inherit(old.suspects, self.state.revision());
    }

    /// Returns whether that changed anything.
    pub(super) fn confirm(&mut self, by: &AccountId) -> bool {
        let news = matches!(&self.confirmation,
            Confirmation::Unconfirmed { by: first, own } if first != by && own != by);
        if news {
            self.confirmation = Confirmation::Confirmed;
        }
        news
    }

    /// The state to store; it holds no secret, but says who is in the group.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { genesis, state, last_change, confirmation, past, suspects } = self;
        let mut w = Writer::new();
        w.u8(STORED_VERSION);
        w.var(&genesis.encode());
        let state = state.to_bytes();
        w.put(&u32::try_from(state.len()).unwrap_or(u32::MAX));
        w.raw(&state);
        w.put(last_change).put(confirmation);
        w.list(past.iter());
        w.put(suspects);
        w.into_public()
    }

    /// Reads a stored group, whose signatures verified before it was stored.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`Group::to_bytes`] wrote, or their parts do not
    /// belong together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let genesis = SignedGenesis::decode_from(Origin::Store, r.var(GROUP_CHANGE_BYTES)?)
            .map_err(|_| DecodeError::OutOfRange)?;
        let len = usize::try_from(u32::read(&mut r)?).map_err(|_| DecodeError::TooLarge)?;
        if len > GROUP_STATE_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let state = GroupState::from_bytes(r.raw(len)?)?;
        let (last_change, confirmation) = (r.get()?, r.get()?);
        let past = r.list(GROUP_PAST_REVISIONS)?;
        let suspects: Suspects = r.get()?;
        r.finish()?;
        let snapshot = Snapshot::of_verified(genesis, state, last_change)
            .map_err(|_| DecodeError::OutOfRange)?;
        let Snapshot { genesis, state, last_change } = snapshot;
        let group = Self { genesis, state, last_change, confirmation, past, suspects };
        if group.past_fits() && group.suspects.fit(group.state.revision()) {
            Ok(group)
        } else {
            Err(DecodeError::OutOfRange)
        }
    }

    /// Without gaps up to the state before this one.
    fn past_fits(&self) -> bool {
        let revisions = self.past.iter().rev().map(|past| past.revision);
        let before = (0..self.state.revision()).rev();
        let newest = self.past.back().is_none_or(|past| past.state == *self.state.previous());
        newest && revisions.eq(before.take(self.past.len()))
    }
}

/// `0` confirmed, or `1 ‖ by ‖ own`.
impl Layout for Confirmation {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Confirmed => w.put(&false),
            Self::Unconfirmed { by, own } => w.put(&true).put(by).put(own),
        };
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if bool::read(r)? {
            Ok(Self::Unconfirmed { by: r.get()?, own: r.get()? })
        } else {
            Ok(Self::Confirmed)
        }
    }
}
