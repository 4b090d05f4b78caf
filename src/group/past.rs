use alloc::vec::Vec;

use super::access::{AccessTable, Permission, Role};
use super::member::Member;
use super::state::GroupState;
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::limits::{GROUP_MEMBERS, GROUP_PAST_AGE};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A revision that was superseded: enough to judge who might send then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastRevision {
    pub(super) revision: u32,
    pub(super) state: Digest,
    /// The change that followed.
    pub(super) followed_by: Digest,
    pub(super) key_epoch: u32,
    pub(super) superseded_at: Timestamp,
    access: AccessTable,
    announcement: bool,
    terminated: bool,
    /// Whose role was another one, by account.
    roles: Vec<FormerRole>,
}

/// What an account was, before a change that made it something else; none if it was no member.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FormerRole {
    account: AccountId,
    role: Option<Role>,
}

impl Layout for FormerRole {
    fn write(&self, w: &mut Writer) {
        w.put(&self.account).put(&self.role);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { account: r.get()?, role: r.get()? })
    }
}

/// Somebody who was a member of a past revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSender {
    /// The account.
    pub account: AccountId,
    /// Its role then.
    pub role: Role,
    /// Whether it is a member still.
    pub is_member: bool,
    /// When we learnt of the revision that followed.
    pub superseded_at: Timestamp,
    access: AccessTable,
    open: bool,
    announcement: bool,
}

impl PastSender {
    /// Whether it had the permission then.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        let announced = self.announcement && permission.is_announcement();
        self.open
            && (!announced || self.role >= Role::Admin)
            && self.access.may(self.role, permission)
    }
}

impl PastRevision {
    pub(super) fn between(
        old: &GroupState,
        new: &GroupState,
        followed_by: Digest,
        now: Timestamp,
    ) -> Self {
        Self {
            revision: old.revision(),
            state: *old.hash(),
            followed_by,
            key_epoch: old.key_epoch(),
            superseded_at: now,
            access: *old.access(),
            announcement: old.is_announcement(),
            terminated: old.is_terminated(),
            roles: former_roles(old, new),
        }
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now.since(self.superseded_at) > GROUP_PAST_AGE
    }

    /// The member at a place of this revision. `later` are the revisions after it, newest first.
    pub(super) fn sender<'a>(
        &'a self,
        later: impl Iterator<Item = &'a Self>,
        now_state: &'a GroupState,
        index: u16,
    ) -> Option<PastSender> {
        let members = now_state.members().iter();
        let mut roles: Vec<_> = members.map(|m| (&m.account, m.role)).collect();
        for revision in later.chain([self]) {
            revision.undo(&mut roles);
        }
        let (account, role) = roles.into_iter().nth(usize::from(index))?;
        Some(PastSender {
            is_member: now_state.member(account).is_some(),
            account: account.clone(),
            superseded_at: self.superseded_at,
            role,
            access: self.access,
            open: !self.terminated,
            announcement: self.announcement,
        })
    }

    fn undo<'a>(&'a self, roles: &mut Vec<(&'a AccountId, Role)>) {
        for former in &self.roles {
            match (roles.binary_search_by(|(a, _)| (*a).cmp(&former.account)), former.role) {
                (Ok(at), Some(role)) => {
                    if let Some(entry) = roles.get_mut(at) {
                        entry.1 = role;
                    }
                }
                (Ok(at), None) => {
                    roles.remove(at);
                }
                (Err(at), Some(role)) => roles.insert(at, (&former.account, role)),
                (Err(_), None) => {}
            }
        }
    }
}

/// By account, as both lists are: one walk, since a group is large and a change small.
fn former_roles(old: &GroupState, new: &GroupState) -> Vec<FormerRole> {
    let (mut before, mut after) = (old.members(), new.members());
    let mut roles = Vec::new();
    while let Some(next) = before.first().into_iter().chain(after.first()).map(|m| &m.account).min()
    {
        let (was, is) = (take_off(&mut before, next), take_off(&mut after, next));
        if was != is {
            roles.push(FormerRole { account: next.clone(), role: was });
        }
    }
    roles
}

/// The role of the first member, if it is that account, which is then taken off.
fn take_off(members: &mut &[Member], account: &AccountId) -> Option<Role> {
    let (first, rest) = members.split_first().filter(|(first, _)| first.account == *account)?;
    *members = rest;
    Some(first.role)
}

impl Layout for PastRevision {
    fn write(&self, w: &mut Writer) {
        w.put(&self.revision).put(&self.state).put(&self.followed_by).put(&self.key_epoch);
        w.put(&self.superseded_at).put(&self.access).put(&self.announcement).put(&self.terminated);
        w.list(self.roles.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            revision: r.get()?,
            state: r.get()?,
            followed_by: r.get()?,
            key_epoch: r.get()?,
            superseded_at: r.get()?,
            access: r.get()?,
            announcement: r.get()?,
            terminated: r.get()?,
            roles: r.list(GROUP_MEMBERS.saturating_mul(2))?,
        })
    }
}
