//! Check G6: what the actor's role permits, judged in the base state alone, and what the actions
//! of one change must not have in common (SPEC.md 15.4).

use alloc::vec::Vec;

use super::access::{Level, Permission, Role};
use super::action::{Action, Opened, Subject};
use super::error::ApplyError;
use super::member::{Invitation, Member};
use super::stage::Act;
use super::state::GroupState;
use super::ticket::TicketKind;
use crate::identity::AccountId;

/// Why an action is refused, before it is known which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NotPermitted,
    Rank,
    Conflict,
    Document,
    OwnDevice,
    Target,
    Link,
    Full,
}

impl Refusal {
    pub(super) fn of(self, index: usize) -> ApplyError {
        let action = u8::try_from(index).unwrap_or(u8::MAX);
        match self {
            Self::NotPermitted => ApplyError::NotPermitted { action },
            Self::Rank => ApplyError::Rank { action },
            Self::Conflict => ApplyError::Conflict { action },
            Self::Document => ApplyError::Document { action },
            Self::OwnDevice => ApplyError::OwnDevice { action },
            Self::Target => ApplyError::Target { action },
            Self::Link => ApplyError::Link { action },
            Self::Full => ApplyError::Full { action },
        }
    }
}

/// Opens the actions' documents and judges all of them.
pub(super) fn authorise<'a>(
    base: &GroupState,
    act: &Act<'_>,
    actions: &'a [Action],
) -> Result<Vec<Opened<'a>>, ApplyError> {
    let judge = |(index, action): (usize, &'a Action)| {
        let opened = action.open().ok_or(Refusal::Document.of(index))?;
        if act.revokes_itself(&opened) {
            return Err(Refusal::OwnDevice.of(index));
        }
        Authority { base, actor: act.actor }.judge(&opened).map_err(|refusal| refusal.of(index))?;
        Ok(opened)
    };
    let opened: Vec<_> = actions.iter().enumerate().map(judge).collect::<Result<_, _>>()?;
    check_conflicts(&opened, &act.actor.account)?;
    Ok(opened)
}

/// No two actions about the same; nobody ends a group or leaves and does something else besides,
/// except that an owner may hand over and leave at once.
fn check_conflicts(actions: &[Opened<'_>], actor: &AccountId) -> Result<(), ApplyError> {
    let mut seen: Vec<Subject> = Vec::new();
    for (index, opened) in actions.iter().enumerate() {
        let subject = opened.subject(actor);
        let alone = match opened.action {
            Action::Terminate => actions.len() == 1,
            Action::Leave => index == actions.len().saturating_sub(1) && only_hands_over(actions),
            _ => true,
        };
        if !alone || seen.contains(&subject) {
            return Err(Refusal::Conflict.of(index));
        }
        seen.push(subject);
    }
    Ok(())
}

fn only_hands_over(actions: &[Opened<'_>]) -> bool {
    actions.len() <= 2
        && actions.iter().all(|o| matches!(o.action, Action::Leave | Action::HandOver(_)))
}

/// Whether who invited somebody could do so still: a rank that was taken from somebody is not given
/// away by them afterwards.
pub(super) fn answers_for(base: &GroupState, invitation: &Invitation) -> bool {
    base.member(&invitation.invited_by)
        .is_some_and(|actor| Authority { base, actor }.may_let_in(invitation.role).is_ok())
}

struct Authority<'a> {
    base: &'a GroupState,
    actor: &'a Member,
}

impl Authority<'_> {
    fn judge(&self, opened: &Opened<'_>) -> Result<(), Refusal> {
        match opened.action {
            Action::Leave | Action::UpdateDevices(_) => Ok(()),
            Action::Add { role, .. } | Action::Invite { role, .. } => self.may_let_in(*role),
            Action::Remove(target) => self.over(Permission::RemoveMember, target),
            Action::Ban(target) => self.over(Permission::Ban, target),
            Action::Unban(_) => self.has(Permission::Ban),
            Action::SetRole(target, role) => {
                self.has(Permission::SetRole)?;
                self.outranks(target)?;
                self.may_grant(*role)
            }
            Action::HandOver(target) => {
                self.owns()?;
                if *target == self.actor.account { Err(Refusal::Target) } else { Ok(()) }
            }
            Action::Terminate | Action::SetProtocolFloor(_) => self.owns(),
            Action::RevokeInvitation(target) => self.may_revoke_invitation(target),
            Action::Approve(_) | Action::Deny(_) => self.has(Permission::ApproveJoin),
            Action::Accept(_) | Action::Request(_) | Action::JoinByLink(_) => self.carries(opened),
            Action::CreateLink { .. } | Action::RevokeLink(_) => self.has(Permission::InviteLink),
            Action::SetTitle(_)
            | Action::SetDescription(_)
            | Action::SetAvatar(_)
            | Action::SetExtension(..) => self.has(Permission::EditInfo),
            Action::SetTimer(_) => self.has(Permission::SetTimer),
            Action::SetAccess(permission, level) => self.may_set(*permission, *level),
            Action::SetAnnouncement(_) | Action::SetSlowMode(_) => self.has(Permission::EditAccess),
            Action::ResetKeys => self.may_reset_keys(),
        }
    }

    fn is_owner(&self) -> bool {
        self.actor.role == Role::Owner
    }

    fn has(&self, permission: Permission) -> Result<(), Refusal> {
        let may = self.base.fields().access.may(self.actor.role, permission);
        if may { Ok(()) } else { Err(Refusal::NotPermitted) }
    }

    fn owns(&self) -> Result<(), Refusal> {
        if self.is_owner() { Ok(()) } else { Err(Refusal::NotPermitted) }
    }

    /// The permission, over somebody else of a lower rank.
    fn over(&self, permission: Permission, target: &AccountId) -> Result<(), Refusal> {
        self.has(permission)?;
        if *target == self.actor.account {
            return Err(Refusal::Target);
        }
        self.outranks(target)
    }

    fn outranks(&self, target: &AccountId) -> Result<(), Refusal> {
        let below = |member: &Member| member.role < self.actor.role;
        let may = self.is_owner() || self.base.member(target).is_none_or(below);
        if may { Ok(()) } else { Err(Refusal::Rank) }
    }

    fn may_grant(&self, role: Role) -> Result<(), Refusal> {
        if self.is_owner() || role < self.actor.role { Ok(()) } else { Err(Refusal::Rank) }
    }

    fn may_let_in(&self, role: Role) -> Result<(), Refusal> {
        self.has(Permission::AddMember)?;
        self.may_admit(role)
    }

    /// Everybody begins as a member: letting somebody in as one gives no rank away.
    fn may_admit(&self, role: Role) -> Result<(), Refusal> {
        if role <= Role::Member { Ok(()) } else { self.may_grant(role) }
    }

    fn may_revoke_invitation(&self, target: &AccountId) -> Result<(), Refusal> {
        let invitation = super::member::find(&self.base.fields().invited, target);
        let own = invitation.is_some_and(|i| i.invited_by == self.actor.account);
        if own { Ok(()) } else { self.has(Permission::RemoveMember) }
    }

    /// Somebody has to, when nobody can write.
    fn may_reset_keys(&self) -> Result<(), Refusal> {
        let needed = self.base.is_void() && self.actor.role >= Role::Member;
        if needed { Ok(()) } else { self.has(Permission::ResetKeys) }
    }

    /// Anybody may carry a ticket; it has to be one for this group and of the action's kind.
    fn carries(&self, opened: &Opened<'_>) -> Result<(), Refusal> {
        let fits = opened.ticket().is_some_and(|ticket| {
            ticket.group() == self.base.group()
                && matches!(
                    (opened.action, ticket.kind()),
                    (Action::Accept(_), TicketKind::Accept { .. })
                        | (Action::Request(_), TicketKind::Request)
                        | (Action::JoinByLink(_), TicketKind::Link(_))
                )
        });
        if fits { Ok(()) } else { Err(Refusal::Document) }
    }

    /// A row that is and stays within the actor's reach.
    fn may_set(&self, permission: Permission, level: Level) -> Result<(), Refusal> {
        self.has(Permission::EditAccess)?;
        let reach = Level::AtLeast(self.actor.role);
        let within = level <= reach && self.base.access().level(permission) <= reach;
        if self.is_owner() || within { Ok(()) } else { Err(Refusal::Rank) }
    }
}
