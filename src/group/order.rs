use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::access::Role;
use super::action::Action;
use super::change::SignedChange;
use super::state::GroupState;
use crate::crypto::Digest;

/// The class of a change: that of its strongest action (SPEC.md 15.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Somebody goes, or the group ends.
    Removal,
    /// Somebody has less to say.
    Demotion,
    /// Others may do other things.
    Access,
    /// Additions and everything else.
    Rest,
}

fn class(base: &GroupState, action: &Action) -> Class {
    match action {
        Action::Remove(_) | Action::Leave | Action::Terminate => Class::Removal,
        Action::Ban(account) if base.member(account).is_some() => Class::Removal,
        Action::SetRole(account, role) => match base.member(account) {
            Some(member) if *role < member.role => Class::Demotion,
            _ => Class::Rest,
        },
        Action::HandOver(_) => Class::Demotion,
        Action::SetAccess(..) | Action::SetAnnouncement(_) | Action::SetSlowMode(_) => {
            Class::Access
        }
        _ => Class::Rest,
    }
}

/// What a change tells of devices does not count: it would lift whatever is bundled with it.
fn class_of(base: &GroupState, change: &SignedChange) -> Class {
    change.actions().iter().map(|action| class(base, action)).min().unwrap_or(Class::Rest)
}

/// What decides between changes of one base: class, rank at the base, hash. Never a time.
type Precedence = (Class, Reverse<Role>, Digest);

fn precedence(base: &GroupState, change: &SignedChange) -> Option<Precedence> {
    let rank = base.member(&change.actor().account)?.role;
    Some((class_of(base, change), Reverse(rank), *change.hash()))
}

/// Without a server that orders: the change that follows `base`, of any number that claim to. Who
/// has the same candidates comes to the same result, in whatever order they came (SPEC.md 15.6).
/// Changes that no check would pass do not count, nor do those of devices that the list entries in
/// any of the others revoke: so a stolen device loses against the news of it, whatever its rank.
#[must_use]
pub fn winner<'a>(
    base: &GroupState,
    candidates: impl IntoIterator<Item = &'a SignedChange>,
) -> Option<&'a SignedChange> {
    best(base, candidates).map(|(change, _)| change)
}

fn best<'a>(
    base: &GroupState,
    candidates: impl IntoIterator<Item = &'a SignedChange>,
) -> Option<(&'a SignedChange, GroupState)> {
    let mut revoked = BTreeSet::new();
    let mut valid = Vec::new();
    for change in candidates {
        let Some(precedence) = precedence(base, change) else { continue };
        let Some(applied) = base.followed_by(change) else { continue };
        revoked.extend(applied.shown.revoked);
        valid.push((precedence, change));
    }
    valid.retain(|(_, change)| !revoked.contains(change.actor()));
    let (_, change) = valid.into_iter().min_by_key(|(precedence, _)| *precedence)?;
    base.followed_by(change).map(|applied| (change, applied.state))
}

/// Where a set of changes leads.
#[derive(Clone, Debug)]
pub struct Replayed<'a> {
    /// The last state.
    pub state: GroupState,
    /// The changes that led there, in order. The others lost, or were never valid.
    pub applied: Vec<&'a SignedChange>,
}

/// Folds a set of changes over a state: at every state the [`winner`] of those that build on it.
/// The result depends on the set alone, not on the order or on repetitions; one that turns up late
/// can change the past, which is why a group with a server that orders uses
/// [`GroupState::apply`].
#[must_use]
pub fn replay<'a>(
    base: &GroupState,
    changes: impl IntoIterator<Item = &'a SignedChange>,
) -> Replayed<'a> {
    let mut by_base: BTreeMap<Digest, Vec<&SignedChange>> = BTreeMap::new();
    for change in changes {
        by_base.entry(*change.base_hash()).or_default().push(change);
    }
    let mut replayed = Replayed { state: base.clone(), applied: Vec::new() };
    while let Some(candidates) = by_base.remove(replayed.state.hash()) {
        let Some((change, state)) = best(&replayed.state, candidates) else { break };
        replayed.applied.push(change);
        replayed.state = state;
    }
    replayed
}
