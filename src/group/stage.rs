//! Checks G7 to G9: what the actions do, on a copy (SPEC.md 15.4, 15.5).

use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::access::{Permission, Role};
use super::action::{Action, Opened};
use super::authority::{Refusal, answers_for, authorise};
use super::error::ApplyError;
use super::extension::{Extension, ExtensionValue};
use super::link::{InviteLink, LinkMode, LinkTerms};
use super::member::{
    Ban, Invitation, JoinRequest, Keyed, ListRef, Member, find, find_mut, insert, remove,
};
use super::proof::key_in_force;
use super::state::{Fields, GroupState, VOID};
use super::ticket::{Ticket, TicketKind};
use crate::crypto::Digest;
use crate::identity::{
    AccountId, AccountKey, DeviceAddress, DeviceId, DeviceListEntry, VerifiedDeviceList,
};
use crate::limits::{
    CLOCK_SKEW, GROUP_BANNED, GROUP_EXTENSIONS, GROUP_INVITED, GROUP_LINKS, GROUP_MEMBERS,
    GROUP_REQUESTS, GROUP_TICKET_AGE,
};
use crate::sender_key::EpochSecret;
use crate::time::Timestamp;

/// What a change says besides its actions.
pub(super) struct Act<'a> {
    /// The actor in the base state.
    pub(super) actor: &'a Member,
    /// The actor's device.
    pub(super) device: DeviceId,
    /// The list entry that the actor's device showed, unless another will be shown.
    pub(super) entry: Option<&'a DeviceListEntry>,
    pub(super) created_at: Timestamp,
}

impl Act<'_> {
    /// Whether the action tells that the actor's own device is revoked.
    pub(super) fn revokes_itself(&self, opened: &Opened<'_>) -> bool {
        let tells = matches!(opened.action, Action::UpdateDevices(_));
        opened.entry().is_some_and(|entry| {
            tells
                && *entry.account() == self.actor.account
                && entry.revoked().binary_search(&self.device).is_ok()
        })
    }
}

/// How a list entry relates to the one that the state names for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the one.
    Named,
    /// It follows it; `revokes` says whether a device or the account key went.
    Newer { revokes: bool },
}

/// Whether a list at hand revokes what the group has not been told of. One that was signed with a
/// later account key than the group's cannot be told before the entry that handed over, and says
/// nothing that a state can judge: it counts.
pub(super) fn is_untold(member: &Member, list: &VerifiedDeviceList) -> bool {
    let entry = list.signed().entry();
    match standing(member, entry) {
        Some(Standing::Named) => false,
        Some(Standing::Newer { revokes }) => revokes,
        None => {
            let pinned = AccountKey::from_bytes(member.account_key.as_bytes());
            entry.version() > member.list.version && pinned.is_ok_and(|key| list.is_retired(&key))
        }
    }
}

/// Judges a list entry by the entry itself and what the state pins: the same account, the same
/// account key or one that it hands over to, a later version, nothing unrevoked.
pub(super) fn standing(member: &Member, entry: &DeviceListEntry) -> Option<Standing> {
    let (named, new) = (&member.list, ListRef::from(entry));
    if entry.account() != &member.account {
        return None;
    }
    if new.hash == named.hash {
        return Some(Standing::Named);
    }
    let chained = named.version.next() != Some(new.version) || *entry.previous() == named.hash;
    let follows = new.version > named.version
        && chained
        && new.revoked >= named.revoked
        && member.account_key.is(entry.account_key());
    let revokes = new.revoked > named.revoked || entry.new_account_key().is_some();
    follows.then_some(Standing::Newer { revokes })
}

/// A state that is complete but for what names the change.
pub(super) struct Staged {
    next: Fields,
    raises: bool,
    /// The actor is gone: of the key epoch that begins it can give the secret to nobody.
    void: bool,
    pub(super) shown: Shown,
}

/// What the documents of a change show, besides where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// The devices that signed the tickets in it.
    pub(super) joiners: Vec<DeviceAddress>,
    /// The devices that the list entries which it follows revoke.
    pub(super) revoked: Vec<DeviceAddress>,
}

/// Carries the actions out on a copy of `base`: G6 to G8.
pub(super) fn stage(
    base: &GroupState,
    act: &Act<'_>,
    actions: &[Action],
) -> Result<Staged, ApplyError> {
    let opened = authorise(base, act, actions)?;
    let mut stage = Stage::new(base, act);
    if let Some(entry) = act.entry {
        stage.follow(entry).map_err(|_| ApplyError::DeviceList)?;
    }
    for (index, action) in opened.iter().enumerate() {
        stage.act(action).map_err(|refusal| refusal.of(index))?;
    }
    if !stage.next.members.iter().any(|member| member.role == Role::Owner) {
        return Err(ApplyError::NoOwner);
    }
    let void = find(&stage.next.members, stage.actor).is_none();
    Ok(Staged { next: stage.next, raises: stage.raises, void, shown: stage.shown })
}

impl Staged {
    /// What the change commits to, if it begins a key epoch, and the secret of that, if it has one.
    pub(super) fn begin_epoch<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
    ) -> (Option<Digest>, Option<EpochSecret>) {
        if !self.raises {
            return (None, None);
        }
        if self.void {
            return (Some(VOID), None);
        }
        let secret = EpochSecret::generate(rng);
        let commitment = secret.commitment(self.next.key_epoch.saturating_add(1));
        (Some(commitment), Some(secret))
    }

    /// G9, and the state.
    pub(super) fn finish(
        mut self,
        base: &GroupState,
        commitment: Option<Digest>,
        core: Digest,
    ) -> Result<GroupState, ApplyError> {
        let fits = commitment.is_none_or(|commitment| (commitment == VOID) == self.void);
        if self.raises != commitment.is_some() || !fits {
            return Err(ApplyError::KeyEpoch);
        }
        let up = |number: u32| number.checked_add(1).ok_or(ApplyError::KeyEpoch);
        let next = &mut self.next;
        if let Some(commitment) = commitment {
            next.key_epoch = up(next.key_epoch)?;
            next.epoch_commitment = commitment;
        }
        next.revision = up(next.revision)?;
        next.previous = *base.hash();
        next.last_change = core;
        Ok(GroupState::new(self.next))
    }
}

/// The group's time at a change. An admin says what it is, backwards too, since who may add members
/// needs no false time to let somebody in, and a clock that was pushed ahead can be put right;
/// everybody else is never before the clock.
fn time(clock: Timestamp, act: &Act<'_>) -> Timestamp {
    if act.actor.role >= Role::Admin { act.created_at } else { clock.max(act.created_at) }
}

struct Stage<'a> {
    base: &'a GroupState,
    actor: &'a AccountId,
    time: Timestamp,
    revision: u32,
    next: Fields,
    raises: bool,
    shown: Shown,
}

impl<'a> Stage<'a> {
    fn new(base: &'a GroupState, act: &'a Act<'_>) -> Self {
        let mut next = base.fields().clone();
        let time = time(next.clock, act);
        if act.actor.role >= Role::Moderator {
            next.clock = time;
        }
        let revision = next.revision.saturating_add(1);
        let (actor, shown) = (&act.actor.account, Shown::default());
        Self { base, actor, time, revision, next, raises: false, shown }
    }

    fn act(&mut self, opened: &Opened<'_>) -> Result<(), Refusal> {
        match opened.action {
            Action::Add { role, .. } => {
                let entry = opened.entry().ok_or(Refusal::Document)?;
                let by = self.actor.clone();
                self.admit(&Newcomer::from(entry), *role, by)
            }
            Action::Remove(account) => self.expel(account).map(|_| ()),
            Action::Leave => self.expel(&self.actor.clone()).map(|_| ()),
            Action::Ban(account) => self.ban(account),
            Action::Unban(account) => {
                remove(&mut self.next.banned, account).map(|_| ()).ok_or(Refusal::Target)
            }
            Action::SetRole(account, role) => self.set_role(account, *role),
            Action::HandOver(account) => {
                self.set_role(account, Role::Owner)?;
                self.set_role(&self.actor.clone(), Role::Admin)
            }
            Action::Invite { account, account_key, role } => self.invite(Invitation {
                account: account.clone(),
                account_key: *account_key,
                role: *role,
                invited_by: self.actor.clone(),
                at: self.revision,
            }),
            Action::RevokeInvitation(account) => {
                remove(&mut self.next.invited, account).map(|_| ()).ok_or(Refusal::Target)
            }
            Action::Deny(account) => {
                remove(&mut self.next.requests, account).map(|_| ()).ok_or(Refusal::Target)
            }
            Action::Approve(account) => self.approve(account),
            Action::Accept(_) | Action::Request(_) | Action::JoinByLink(_) => {
                self.carry(opened.ticket().ok_or(Refusal::Document)?)
            }
            Action::UpdateDevices(_) => self.update(opened.entry().ok_or(Refusal::Document)?),
            Action::ResetKeys => {
                self.raises = true;
                Ok(())
            }
            other => self.set(other),
        }
    }

    /// What is about no account.
    fn set(&mut self, action: &Action) -> Result<(), Refusal> {
        let next = &mut self.next;
        match action {
            Action::SetTitle(title) => next.title = title.clone(),
            Action::SetDescription(description) => next.description = description.clone(),
            Action::SetAvatar(avatar) => next.avatar.clone_from(avatar),
            Action::SetTimer(seconds) => {
                next.timer.seconds = *seconds;
                next.timer.version = next.timer.version.saturating_add(1);
            }
            Action::SetAccess(permission, level) => {
                next.access = next.access.with(*permission, *level).ok_or(Refusal::Target)?;
            }
            Action::SetAnnouncement(on) => next.announcement = *on,
            Action::SetSlowMode(seconds) => next.slow_mode = *seconds,
            Action::SetProtocolFloor(floor) if *floor <= next.protocol_floor => {
                return Err(Refusal::Target);
            }
            Action::SetProtocolFloor(floor) => next.protocol_floor = *floor,
            Action::SetExtension(number, value) => return self.extend(*number, value.as_ref()),
            Action::CreateLink { id, verifier, terms } => {
                return self.create_link(InviteLink {
                    id: *id,
                    verifier: *verifier,
                    terms: LinkTerms { ..*terms },
                    uses: 0,
                    made_by: self.actor.clone(),
                });
            }
            Action::RevokeLink(id) => {
                return remove(&mut next.links, id).map(|_| ()).ok_or(Refusal::Target);
            }
            Action::Terminate => next.terminated = true,
            _ => return Err(Refusal::Document),
        }
        Ok(())
    }

    /// Takes a list entry of a member that is newer than the one that the state names.
    fn follow(&mut self, entry: &DeviceListEntry) -> Result<Standing, Refusal> {
        let member = find_mut(&mut self.next.members, entry.account()).ok_or(Refusal::Target)?;
        let standing = standing(member, entry).ok_or(Refusal::Target)?;
        if let Standing::Newer { revokes } = standing {
            member.list = ListRef::from(entry);
            member.account_key = key_in_force(entry).into();
            self.raises |= revokes;
            self.shown.revoked.extend(revoked(entry));
        }
        Ok(standing)
    }

    /// The same by an action of its own. The actor's own entry was followed with the proof already; it
    /// is told by this if it was news to the group.
    fn update(&mut self, entry: &DeviceListEntry) -> Result<(), Refusal> {
        let base = self.base.member(entry.account()).and_then(|member| standing(member, entry));
        match (self.follow(entry)?, base) {
            (Standing::Newer { .. }, _) | (_, Some(Standing::Newer { .. })) => Ok(()),
            _ => Err(Refusal::Target),
        }
    }

    fn admit(&mut self, who: &Newcomer, role: Role, added_by: AccountId) -> Result<(), Refusal> {
        self.check_not_banned(&who.account)?;
        let member = Member {
            account: who.account.clone(),
            account_key: who.account_key,
            role,
            joined_at: self.revision,
            added_by,
            list: who.list,
        };
        add(&mut self.next.members, member, GROUP_MEMBERS)?;
        remove(&mut self.next.invited, &who.account);
        remove(&mut self.next.requests, &who.account);
        Ok(())
    }

    fn check_not_banned(&self, account: &AccountId) -> Result<(), Refusal> {
        let banned = find(&self.next.banned, account).is_some();
        if banned { Err(Refusal::Target) } else { Ok(()) }
    }

    /// Out, with the links and invitations that somebody else would have to answer for.
    fn expel(&mut self, account: &AccountId) -> Result<Member, Refusal> {
        let gone = remove(&mut self.next.members, account).ok_or(Refusal::Target)?;
        self.next.links.retain(|link| link.made_by != *account);
        self.next.invited.retain(|invitation| invitation.invited_by != *account);
        self.raises = true;
        Ok(gone)
    }

    fn ban(&mut self, account: &AccountId) -> Result<(), Refusal> {
        if find(&self.next.members, account).is_some() {
            self.expel(account)?;
        }
        remove(&mut self.next.invited, account);
        remove(&mut self.next.requests, account);
        let ban = Ban { account: account.clone(), by: self.actor.clone(), at: self.revision };
        add(&mut self.next.banned, ban, GROUP_BANNED)
    }

    fn set_role(&mut self, account: &AccountId, role: Role) -> Result<(), Refusal> {
        let member = find_mut(&mut self.next.members, account).ok_or(Refusal::Target)?;
        member.role = role;
        Ok(())
    }

    fn invite(&mut self, invitation: Invitation) -> Result<(), Refusal> {
        self.check_outside(&invitation.account)?;
        add(&mut self.next.invited, invitation, GROUP_INVITED)
    }

    fn check_outside(&self, account: &AccountId) -> Result<(), Refusal> {
        self.check_not_banned(account)?;
        let inside = find(&self.next.members, account).is_some()
            || find(&self.next.requests, account).is_some()
            || find(&self.next.invited, account).is_some();
        if inside { Err(Refusal::Target) } else { Ok(()) }
    }

    fn approve(&mut self, account: &AccountId) -> Result<(), Refusal> {
        let request = remove(&mut self.next.requests, account).ok_or(Refusal::Target)?;
        let JoinRequest { account, account_key, list, at: _ } = request;
        let by = self.actor.clone();
        self.admit(&Newcomer { account, account_key, list }, Role::Member, by)
    }

    fn carry(&mut self, ticket: &Ticket) -> Result<(), Refusal> {
        self.shown.joiners.push(ticket.proof().address().clone());
        let (signed, now) = (ticket.created_at(), self.time);
        if now.since(signed) > GROUP_TICKET_AGE || signed.since(now) > CLOCK_SKEW {
            return Err(Refusal::Document);
        }
        let who = Newcomer::from(ticket.proof().entry());
        match ticket.kind() {
            TicketKind::Accept { invited_at } => self.accept(&who, invited_at),
            TicketKind::Request => self.request(who),
            TicketKind::Link(_) => self.join_by_link(ticket, who),
        }
    }

    fn accept(&mut self, who: &Newcomer, invited_at: u32) -> Result<(), Refusal> {
        let invitation = find(&self.next.invited, &who.account)
            .filter(|i| i.at == invited_at && i.account_key == who.account_key)
            .filter(|i| answers_for(self.base, i))
            .ok_or(Refusal::Target)?;
        let (role, by) = (invitation.role, invitation.invited_by.clone());
        self.admit(who, role, by)
    }

    fn request(&mut self, who: Newcomer) -> Result<(), Refusal> {
        self.check_outside(&who.account)?;
        let Newcomer { account, account_key, list } = who;
        let request = JoinRequest { account, account_key, list, at: self.revision };
        add(&mut self.next.requests, request, GROUP_REQUESTS)
    }

    fn join_by_link(&mut self, ticket: &Ticket, who: Newcomer) -> Result<(), Refusal> {
        let TicketKind::Link(id) = ticket.kind() else { return Err(Refusal::Link) };
        let link = find_mut(&mut self.next.links, &id).ok_or(Refusal::Link)?;
        let access = &self.base.fields().access;
        let answered_for = self
            .base
            .member(&link.made_by)
            .is_some_and(|maker| access.may(maker.role, Permission::InviteLink));
        if !answered_for || !link.is_open_at(self.time) || !ticket.has_secret_of(link) {
            return Err(Refusal::Link);
        }
        link.uses = link.uses.saturating_add(1);
        match link.terms.mode {
            LinkMode::Open => {
                let by = link.made_by.clone();
                self.admit(&who, Role::Member, by)
            }
            LinkMode::Approval => self.request(who),
        }
    }

    fn create_link(&mut self, link: InviteLink) -> Result<(), Refusal> {
        add(&mut self.next.links, link, GROUP_LINKS)
    }

    fn extend(&mut self, number: u16, value: Option<&ExtensionValue>) -> Result<(), Refusal> {
        let old = remove(&mut self.next.extensions, &number);
        match value {
            Some(value) => {
                let extension = Extension { number, value: value.clone() };
                add(&mut self.next.extensions, extension, GROUP_EXTENSIONS)
            }
            None => old.map(|_| ()).ok_or(Refusal::Target),
        }
    }
}

/// The devices that an entry revokes.
fn revoked(entry: &DeviceListEntry) -> impl Iterator<Item = DeviceAddress> {
    let address =
        |device: &DeviceId| DeviceAddress { account: entry.account().clone(), device: *device };
    entry.revoked().iter().map(address)
}

/// Somebody who comes in, as their own list entry says.
struct Newcomer {
    account: AccountId,
    account_key: super::PinnedKey,
    list: ListRef,
}

impl From<&DeviceListEntry> for Newcomer {
    fn from(entry: &DeviceListEntry) -> Self {
        Self {
            account: entry.account().clone(),
            account_key: key_in_force(entry).into(),
            list: ListRef::from(entry),
        }
    }
}

fn add<T: Keyed>(list: &mut Vec<T>, item: T, limit: usize) -> Result<(), Refusal> {
    if find(list, item.key()).is_some() {
        return Err(Refusal::Target);
    }
    if list.len() >= limit {
        return Err(Refusal::Full);
    }
    insert(list, item).map_err(|_| Refusal::Target)
}
