use alloc::vec::Vec;

use super::action::Action;
use super::change::SignedChange;
use super::draft::ChangeDraft;
use super::error::ApplyError;
use super::stage::{Act, stage, standing};
use super::state::GroupState;

/// A change that lost against another, derived anew.
#[derive(Clone, Debug)]
pub struct Rebase {
    /// What is left of it, to be signed; none if nothing is.
    pub draft: Option<ChangeDraft>,
    /// What the new state does not permit or has no use for.
    pub dropped: Vec<Dropped>,
}

/// An action that did not survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The action.
    pub action: Action,
    /// Why.
    pub why: ApplyError,
}

/// Derives our pending change anew on the state that the winner led to (SPEC.md 15.6): the actions
/// that would not pass are dropped and reported, since somebody has decided otherwise in between.
/// What is left gets a new signature, and a new secret if it begins a key epoch.
#[must_use]
pub fn rebase(pending: &SignedChange, onto: &GroupState) -> Rebase {
    let mut kept: Vec<Action> = Vec::new();
    let mut dropped = Vec::new();
    for action in pending.actions() {
        kept.push(action.clone());
        if let Err(why) = check(pending, onto, &kept) {
            kept.pop();
            dropped.push(Dropped { action: action.clone(), why });
        }
    }
    let extensions = pending.core.extensions.iter().cloned();
    let draft = (!kept.is_empty()).then(|| {
        let draft = kept.into_iter().fold(onto.change(), ChangeDraft::with);
        extensions.fold(draft, ChangeDraft::with_extension)
    });
    Rebase { draft, dropped }
}

fn check(pending: &SignedChange, onto: &GroupState, actions: &[Action]) -> Result<(), ApplyError> {
    onto.check_floor()?;
    if onto.is_terminated() {
        return Err(ApplyError::Terminated);
    }
    let actor = onto.member(&pending.actor().account).ok_or(ApplyError::NotAMember)?;
    // The group may know a newer list by now: the draft is signed with ours of then.
    let entry = Some(pending.proof().entry()).filter(|entry| standing(actor, entry).is_some());
    let (device, created_at) = (pending.actor().device, pending.created_at());
    stage(onto, &Act { actor, device, entry, created_at }, actions).map(|_| ())
}
