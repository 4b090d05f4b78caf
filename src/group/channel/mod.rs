//! Messages of a group: who is in it, tied to the sender chains of its devices. SPEC.md section 16.
//!
//! A [`GroupChannel`] is one device's end of one group: the membership, its own sending chain, the
//! chains that it receives on, the epoch secrets. [`Groups`] finds the group of a message among
//! many.

mod author;
mod behind;
mod changes;
mod error;
mod groups;
mod keys;
mod outcome;
mod receive;
mod send;
mod stored;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
#[path = "../../vectors/group_messages.rs"]
pub(crate) mod vectors;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use author::Signed;
pub use changes::{ChainPart, Changes};
pub use error::{RecordRefused, RestoreError, SendRefused, SignRefused};
pub use groups::{Found, Groups};
pub use keys::KeyAnswer;
pub use outcome::{GroupMessage, KeyOutcome, MissingKey, NotAllowedReason, Opened, Stranger};
pub use send::{GroupSent, Prepared, Recorded, keeps_slow_mode};
pub use stored::{StoredChannel, StoredScope};

use author::Pending;
use behind::Behind;

use super::{
    ApplyError, DeviceLists, Group, GroupId, JoinError, Outcome, SignedChange, Snapshot, StateAck,
    Witnessed,
};
use crate::crypto::Digest;
use crate::identity::{AccountId, AccountKey, DeviceAddress};
use crate::limits::GROUP_PAST_REVISIONS;
use crate::sender_key::{
    Audience, ChainName, EpochSecret, ReceivingChains, RequestLog, Scope, ScopeHash, SendingChain,
};
use crate::time::Timestamp;

/// One device's end of one group. Every operation either changes what its [`Changes`] say, or fails
/// and changes nothing. SPEC.md section 16.1.
#[derive(Debug)]
pub struct GroupChannel {
    own: DeviceAddress,
    group: Group,
    /// By rising key epoch; the last one is the state's.
    scopes: Vec<ReceivingChains>,
    sending: Option<SendingChain>,
    last_sent: Option<Timestamp>,
    /// A person decided to believe an unconfirmed group.
    believed: bool,
    pending: Option<Pending>,
    /// Not stored, like all that follows: it is looked up, heard or counted again.
    ready: Option<Ready>,
    behind: Behind,
    asked: RequestLog,
    answered: RequestLog,
    /// Counts what [`Groups`] has to look at again.
    indexed: u64,
}

/// The devices of a state, as they were looked up.
#[derive(Debug)]
struct Ready {
    state: Digest,
    audience: Audience,
    since: Timestamp,
}

/// What became of a change.
#[derive(Debug)]
pub struct Changed {
    /// As [`Group::apply`] says.
    pub outcome: Outcome,
    /// Our own change of the state before, if another followed: to be rebased ([`super::rebase()`]).
    pub lost: Option<Box<SignedChange>>,
    /// What to persist.
    pub changes: Changes,
}

impl GroupChannel {
    /// A channel of the group that we founded, or joined with a snapshot. The epoch secret is for
    /// [`GroupChannel::learn`]; persist all parts.
    #[must_use]
    pub fn new(own: DeviceAddress, group: Group) -> Self {
        let scopes = alloc::vec![ReceivingChains::new(group.state().scope())];
        Self::with(own, group, scopes)
    }

    fn with(own: DeviceAddress, group: Group, scopes: Vec<ReceivingChains>) -> Self {
        Self {
            own,
            group,
            scopes,
            sending: None,
            last_sent: None,
            believed: false,
            pending: None,
            ready: None,
            behind: Behind::default(),
            asked: RequestLog::new(),
            answered: RequestLog::new(),
            indexed: 0,
        }
    }

    /// This device.
    #[must_use]
    pub const fn own(&self) -> &DeviceAddress {
        &self.own
    }

    /// The group's id.
    #[must_use]
    pub const fn id(&self) -> GroupId {
        self.group.state().group()
    }

    /// The membership.
    #[must_use]
    pub const fn group(&self) -> &Group {
        &self.group
    }

    /// The secret of the state's key epoch, once it is known: what newcomers need besides a
    /// snapshot, which they also get with everybody's chain.
    #[must_use]
    pub fn epoch_secret(&self) -> Option<&EpochSecret> {
        self.scopes.last().and_then(ReceivingChains::epoch_secret)
    }

    /// A person decided to believe a group that one account alone vouches for.
    pub fn believe(&mut self) -> Changes {
        self.believed = true;
        Changes::membership()
    }

    /// A person looked at the changes of revoked devices up to the revision `seen` ([`Group::suspects`])
    /// and goes on.
    pub fn dismiss_suspects(&mut self, seen: u32) -> Changes {
        Changes { membership: self.group.dismiss_suspects(seen), ..Changes::default() }
    }

    /// Takes a change ([`Group::apply`]): a member's, or our own once it is the one that follows. The
    /// secret of a new key epoch is known at once if the change is ours; else it comes beside it, or
    /// later, and is for [`GroupChannel::learn`].
    ///
    /// # Errors
    /// [`ApplyError`]; nothing has changed.
    pub fn apply<L: DeviceLists + ?Sized>(
        &mut self,
        change: &SignedChange,
        lists: &L,
        now: Timestamp,
    ) -> Result<Changed, ApplyError> {
        let outcome = self.group.apply(change, lists, now)?;
        match &outcome {
            Outcome::Applied(_) => {
                let mut changes = self.follow(lists, now);
                let lost = self.settle_pending(change, &mut changes);
                Ok(Changed { outcome, lost, changes })
            }
            Outcome::Ahead { base, .. } => {
                // Only a member may hold us up, and not the server with a change of its own make.
                if self.group.state().check_author(change).is_ok() {
                    let by = &change.actor().account;
                    self.behind.hear(Some(by), base.saturating_add(1), now);
                }
                Ok(Changed { outcome, lost: None, changes: Changes::default() })
            }
            _ => Ok(Changed { outcome, lost: None, changes: Changes::default() }),
        }
    }

    /// What was pending is the change that followed, or has lost against it.
    fn settle_pending(
        &mut self,
        followed: &SignedChange,
        changes: &mut Changes,
    ) -> Option<Box<SignedChange>> {
        let Pending { change, epoch_secret } = self.take_pending()?;
        changes.pending = true;
        if change.hash() != followed.hash() {
            return Some(Box::new(change));
        }
        if let Some(secret) = epoch_secret {
            self.learn_drawn(&secret, changes);
        }
        None
    }

    /// What is left in its place is wiped, as it would not be if it were moved out.
    fn take_pending(&mut self) -> Option<Pending> {
        let pending = self.pending.clone();
        self.pending = None;
        pending
    }

    /// The secret that we drew for a key epoch, if it is the state's.
    fn learn_drawn(&mut self, secret: &EpochSecret, changes: &mut Changes) {
        let learned = self.learn(secret).unwrap_or_default().scopes;
        changes.scopes.retain(|scope| !learned.contains(scope));
        changes.scopes.extend(learned);
    }

    /// Takes a snapshot in place of changes that are gone ([`Group::resync`]). Key epochs of before
    /// are forgotten: nothing shows who might speak in them. A pending change of ours is gone; if it is
    /// among those that the snapshot stands for, the secret that it drew is known.
    ///
    /// # Errors
    /// [`JoinError`]; nothing has changed.
    pub fn resync<L: DeviceLists + ?Sized>(
        &mut self,
        snapshot: Snapshot,
        sender: &AccountId,
        us: (&AccountId, &AccountKey),
        lists: &L,
        now: Timestamp,
    ) -> Result<Changes, JoinError> {
        self.group.resync(snapshot, sender, us, lists)?;
        self.believed = false;
        let pending = self.take_pending();
        let scope = self.group.state().scope();
        let (kept, gone): (Vec<_>, Vec<_>) =
            core::mem::take(&mut self.scopes).into_iter().partition(|s| *s.scope() == scope);
        let mut changes = Changes { pending: pending.is_some(), ..Changes::membership() };
        changes.removed_scopes = gone.iter().map(|chains| *chains.scope_hash()).collect();
        self.scopes = kept;
        self.enter(scope, &mut changes);
        if let Some(secret) = pending.and_then(|pending| pending.epoch_secret) {
            self.learn_drawn(&secret, &mut changes);
        }
        changes.removed_chains = self.forget_unlisted(lists);
        self.moved(now);
        Ok(changes)
    }

    /// What another member says its state is ([`Group::witness`]), in its pairwise session.
    pub fn witness(
        &mut self,
        by: &AccountId,
        ack: &StateAck,
        now: Timestamp,
    ) -> (Witnessed, Changes) {
        let before = self.group.confirmation().clone();
        let witnessed = self.group.witness(by, ack, now);
        if witnessed == Witnessed::Ahead {
            self.behind.hear(Some(by), ack.revision, now);
        }
        let membership = before != *self.group.confirmation();
        (witnessed, Changes { membership, ..Changes::default() })
    }

    /// To be called when a member's device list has changed: what revoked devices gave us is
    /// forgotten, and [`GroupChannel::prepare`] is due.
    pub fn refresh<L: DeviceLists + ?Sized>(&mut self, lists: &L) -> Changes {
        self.ready = None;
        let removed_chains = self.forget_unlisted(lists);
        Changes { removed_chains, ..Changes::default() }
    }

    /// Forgets what is too old. To be called daily or so.
    pub fn expire(&mut self, now: Timestamp) -> Changes {
        let mut changes = Changes::membership();
        self.group.expire(now);
        self.leave(now, &mut changes);
        for chains in &mut self.scopes {
            let expired = chains.expire(now);
            let scope = *chains.scope_hash();
            let part = |chain: ChainName| ChainPart { scope, chain };
            changes.chains.extend(expired.changed.into_iter().map(part));
            changes.removed_chains.extend(expired.removed.into_iter().map(part));
        }
        changes
    }

    /// After the state went forward.
    fn follow<L: DeviceLists + ?Sized>(&mut self, lists: &L, now: Timestamp) -> Changes {
        let mut changes = Changes::membership();
        let scope = self.group.state().scope();
        if let Some(last) = self.scopes.last_mut().filter(|last| *last.scope() != scope) {
            last.close(now);
            changes.scopes.push(*last.scope_hash());
        }
        self.enter(scope, &mut changes);
        self.leave(now, &mut changes);
        changes.removed_chains = self.forget_unlisted(lists);
        self.moved(now);
        changes
    }

    /// Begins the scope if it is not the last one.
    fn enter(&mut self, scope: Scope, changes: &mut Changes) {
        if self.scopes.last().is_none_or(|last| *last.scope() != scope) {
            let chains = ReceivingChains::new(scope);
            changes.scopes.push(*chains.scope_hash());
            self.scopes.push(chains);
        }
        self.indexed = self.indexed.wrapping_add(1);
    }

    /// Drops closed scopes that are over, and the oldest beyond as many as revisions count.
    fn leave(&mut self, now: Timestamp, changes: &mut Changes) {
        let surplus = self.scopes.len().saturating_sub(GROUP_PAST_REVISIONS.saturating_add(1));
        let over = self.scopes.iter().take_while(|chains| chains.is_over(now)).count();
        let gone: Vec<_> = self.scopes.drain(..surplus.max(over)).collect();
        changes.removed_scopes.extend(gone.iter().map(|chains| *chains.scope_hash()));
        changes.scopes.retain(|scope| !changes.removed_scopes.contains(scope));
        self.indexed = self.indexed.wrapping_add(u64::from(!gone.is_empty()));
    }

    /// Forgets the chains of devices that their account's list does not name, or no longer. Members
    /// who left are judged by revision instead.
    fn forget_unlisted<L: DeviceLists + ?Sized>(&mut self, lists: &L) -> Vec<ChainPart> {
        let mut removed = Vec::new();
        for chains in &mut self.scopes {
            let unlisted = |device: &&DeviceAddress| {
                lists.device_list(&device.account).is_some_and(|list| {
                    list.devices().iter().all(|listed| listed.device() != device.device)
                })
            };
            let devices = chains.chain_names().map(|(device, _)| device);
            let mut gone: Vec<_> = devices.filter(unlisted).cloned().collect();
            gone.dedup();
            let scope: ScopeHash = *chains.scope_hash();
            let part = |chain| ChainPart { scope, chain };
            removed.extend(gone.iter().flat_map(|device| chains.forget(device)).map(part));
        }
        removed
    }

    /// What was looked up for the last state counts no more. Who is behind goes on waiting.
    fn moved(&mut self, now: Timestamp) {
        self.ready = None;
        self.behind.reached(self.group.state(), now);
    }
}
