use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::change::SignedChange;
use super::error::ApplyError;
use super::evidence::GroupEvidence;
use super::member::Member;
use super::stage::{Act, Shown, stage, standing};
use super::state::GroupState;
use crate::identity::DeviceAddress;

/// The version of the protocol that this crate speaks, against a group's floor.
pub(super) const PROTOCOL: u16 = 1;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It follows; here is the new state.
    Applied(Box<Applied>),
    /// It was applied before.
    Duplicate,
    /// It builds on a later revision: keep it ([`super::ChangeBuffer`]) and get what is missing.
    Ahead {
        /// What we have.
        have: u32,
        /// What it builds on.
        base: u32,
    },
    /// It builds on a state that we had, and another change followed that one. Its author has to
    /// rebase it ([`super::rebase()`]).
    Rebase {
        /// The revision that it builds on.
        base: u32,
        /// Two different changes on one base, if the one that won is at hand: evidence of
        /// equivocation if one device signed both.
        evidence: Option<Box<GroupEvidence>>,
    },
    /// It builds on a revision too old to say anything about.
    Stale,
    /// Its author has another state of a revision that we have: the group has come apart. Compare
    /// with others.
    Fork {
        /// The revision of which there are two states.
        revision: u32,
        /// The change before, ours, and this one, if ours is at hand.
        evidence: Option<Box<GroupEvidence>>,
    },
}

/// A change that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The state that it led to.
    pub state: GroupState,
    /// Whether a key epoch began: every sender needs a new chain, and everybody the new secret.
    pub key_epoch_began: bool,
    /// Devices that made the change, or a ticket in it, and that a list at hand revokes: the group is
    /// suspect ([`super::Suspect`]). Only [`super::Group::apply`] looks.
    pub suspects: Vec<DeviceAddress>,
    pub(super) shown: Shown,
}

impl GroupState {
    /// Checks a change and says what it leads to; nothing here is changed. The answer depends on the
    /// state and the change's bytes alone, so that all members give the same (SPEC.md 15.5).
    ///
    /// # Errors
    /// [`ApplyError`]: the first check that fails.
    pub fn apply(&self, change: &SignedChange) -> Result<Outcome, ApplyError> {
        match self.place(change)? {
            Some(outcome) => Ok(outcome),
            None => self.succeed(change).map(|applied| Outcome::Applied(Box::new(applied))),
        }
    }

    /// What a change leads to if it follows this state, and passes every check.
    pub(super) fn followed_by(&self, change: &SignedChange) -> Option<Applied> {
        match self.apply(change) {
            Ok(Outcome::Applied(applied)) => Some(*applied),
            _ => None,
        }
    }

    /// G2 and G3: where the change belongs; none if it claims to follow.
    fn place(&self, change: &SignedChange) -> Result<Option<Outcome>, ApplyError> {
        if change.group() != self.group() {
            return Err(ApplyError::UnknownGroup);
        }
        let (have, base) = (self.revision(), change.base_revision());
        match base.cmp(&have) {
            Ordering::Greater => Ok(Some(Outcome::Ahead { have, base })),
            Ordering::Equal if change.base_hash() == self.hash() => {
                self.check_floor().map(|()| None)
            }
            Ordering::Equal => self.fork(change, have).map(Some),
            Ordering::Less => self.place_older(change).map(Some),
        }
    }

    /// The group asks for no newer protocol than ours.
    pub(super) fn check_floor(&self) -> Result<(), ApplyError> {
        let understood = self.protocol_floor() <= PROTOCOL;
        if understood { Ok(()) } else { Err(ApplyError::ProtocolFloor) }
    }

    fn place_older(&self, change: &SignedChange) -> Result<Outcome, ApplyError> {
        let base = change.base_revision();
        if base.checked_add(1) != Some(self.revision()) {
            return Ok(Outcome::Stale);
        }
        if change.base_hash() != self.previous() {
            return self.fork(change, base);
        }
        if change.core_hash() == self.last_change() && change.new_state() == self.hash() {
            return Ok(Outcome::Duplicate);
        }
        self.check_author(change)?;
        Ok(Outcome::Rebase { base, evidence: None })
    }

    /// Only what a member signed says that there are two states.
    fn fork(&self, change: &SignedChange, revision: u32) -> Result<Outcome, ApplyError> {
        self.check_author(change)?;
        Ok(Outcome::Fork { revision, evidence: None })
    }

    /// G4: the actor is a member, and its device on the list that the state names or a later one.
    fn check_actor(&self, change: &SignedChange) -> Result<&Member, ApplyError> {
        let actor = self.member(&change.actor().account).ok_or(ApplyError::NotAMember)?;
        standing(actor, change.proof().entry()).ok_or(ApplyError::DeviceList)?;
        Ok(actor)
    }

    /// G4 and G5.
    pub(super) fn check_author(&self, change: &SignedChange) -> Result<&Member, ApplyError> {
        let actor = self.check_actor(change)?;
        change.verify().map_err(|_| ApplyError::Signature)?;
        Ok(actor)
    }

    /// G4 to G11 for a change of this state.
    fn succeed(&self, change: &SignedChange) -> Result<Applied, ApplyError> {
        let actor = self.check_author(change)?;
        let entry = Some(change.proof().entry());
        let device = change.actor().device;
        let act = Act { actor, device, entry, created_at: change.created_at() };
        let mut staged = stage(self, &act, change.actions())?;
        let shown = core::mem::take(&mut staged.shown);
        let state = staged.finish(self, change.core.epoch_commitment, *change.core_hash())?;
        if state.hash() != change.new_state() {
            return Err(ApplyError::StateHash);
        }
        if self.is_terminated() {
            return Err(ApplyError::Terminated);
        }
        let key_epoch_began = change.begins_key_epoch();
        Ok(Applied { state, key_epoch_began, suspects: Vec::new(), shown })
    }
}
