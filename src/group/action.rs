use alloc::boxed::Box;
use alloc::vec::Vec;

use super::access::{Level, Permission, Role};
use super::error::ChangeError;
use super::link::{LinkId, LinkSecret, LinkTerms};
use super::member::PinnedKey;
use super::text::{Description, Title};
use super::ticket::Ticket;
use super::{Avatar, ExtensionValue, PinnedLinkKey};
use crate::identity::{AccountId, Contact, DeviceListEntry, VerifiedDeviceList};
use crate::limits::{EXPIRY, GROUP_LIST_ENTRY_BYTES, GROUP_SLOW_MODE, GROUP_TICKET_BYTES};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// One action of a change. Who may: SPEC.md 15.4.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Adds an account.
    Add {
        /// An encoded device list entry of the account: it says which account, under which key.
        list: Vec<u8>,
        /// Its role.
        role: Role,
    },
    /// Removes a member.
    Remove(AccountId),
    /// The actor leaves.
    Leave,
    /// Removes an account from wherever it is, and keeps it out.
    Ban(AccountId),
    /// Lets a banned account join again.
    Unban(AccountId),
    /// Gives a member another role.
    SetRole(AccountId, Role),
    /// An owner makes another member owner, and itself an admin.
    HandOver(AccountId),
    /// Invites an account.
    Invite {
        /// The account.
        account: AccountId,
        /// Its account key.
        account_key: PinnedKey,
        /// The role that it will have.
        role: Role,
    },
    /// Takes an invitation back.
    RevokeInvitation(AccountId),
    /// Somebody invited joins: an encoded [`Ticket`].
    Accept(Vec<u8>),
    /// Somebody asks to join: an encoded [`Ticket`].
    Request(Vec<u8>),
    /// Somebody who asked joins.
    Approve(AccountId),
    /// Somebody who asked does not join.
    Deny(AccountId),
    /// Makes an invite link.
    CreateLink {
        /// Names it.
        id: LinkId,
        /// The public key that its secret gives.
        verifier: PinnedLinkKey,
        /// Its terms.
        terms: LinkTerms,
    },
    /// Ends an invite link.
    RevokeLink(LinkId),
    /// Somebody with a link joins or, if the link says so, asks to: an encoded [`Ticket`].
    JoinByLink(Vec<u8>),
    /// Another title.
    SetTitle(Title),
    /// Another description.
    SetDescription(Description),
    /// Another avatar, or none.
    SetAvatar(Option<Avatar>),
    /// Another expiry timer, in seconds; 0 is off.
    SetTimer(u32),
    /// Another row of the access table.
    SetAccess(Permission, Level),
    /// Only admins write, or everybody with the permission again.
    SetAnnouncement(bool),
    /// Seconds between two messages of one member; 0 is off.
    SetSlowMode(u32),
    /// The lowest protocol version that can take part. Never falls.
    SetProtocolFloor(u16),
    /// Begins a new key epoch.
    ResetKeys,
    /// A member has a newer device list: the encoded entry.
    UpdateDevices(Vec<u8>),
    /// Sets or removes an extension.
    SetExtension(u16, Option<ExtensionValue>),
    /// Ends the group.
    Terminate,
}

/// What two actions of one change must not have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Account(AccountId),
    Link(LinkId),
    Access(Permission),
    Extension(u16),
    /// Something that there is one of: the action's number.
    Only(u8),
}

impl Action {
    /// Adds an account under the list that we have of it.
    #[must_use]
    pub fn add(list: &VerifiedDeviceList, role: Role) -> Self {
        Self::Add { list: list.signed().entry().encode(), role }
    }

    /// Invites an account under the key that we know.
    #[must_use]
    pub fn invite(contact: &Contact, role: Role) -> Self {
        let account_key = contact.account_key().into();
        Self::Invite { account: contact.account().clone(), account_key, role }
    }

    /// Carries a ticket.
    #[must_use]
    pub fn carry(ticket: &Ticket) -> Self {
        let bytes = ticket.encode();
        match ticket.kind() {
            super::TicketKind::Accept { .. } => Self::Accept(bytes),
            super::TicketKind::Request => Self::Request(bytes),
            super::TicketKind::Link(_) => Self::JoinByLink(bytes),
        }
    }

    /// Makes a link with this secret.
    #[must_use]
    pub fn create_link(secret: &LinkSecret, terms: LinkTerms) -> Self {
        Self::CreateLink { id: secret.id(), verifier: secret.verifier(), terms }
    }

    /// Tells the group of a member's newer device list.
    #[must_use]
    pub fn update_devices(entry: &DeviceListEntry) -> Self {
        Self::UpdateDevices(entry.encode())
    }

    /// The action's number on the wire.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Add { .. } => 1,
            Self::Remove(_) => 2,
            Self::Leave => 3,
            Self::Ban(_) => 4,
            Self::Unban(_) => 5,
            Self::SetRole(..) => 6,
            Self::HandOver(_) => 7,
            Self::Invite { .. } => 8,
            Self::RevokeInvitation(_) => 9,
            Self::Accept(_) => 10,
            Self::Request(_) => 11,
            Self::Approve(_) => 12,
            Self::Deny(_) => 13,
            Self::CreateLink { .. } => 14,
            Self::RevokeLink(_) => 15,
            Self::JoinByLink(_) => 16,
            Self::SetTitle(_) => 17,
            Self::SetDescription(_) => 18,
            Self::SetAvatar(_) => 19,
            Self::SetTimer(_) => 20,
            Self::SetAccess(..) => 21,
            Self::SetAnnouncement(_) => 22,
            Self::SetSlowMode(_) => 23,
            Self::SetProtocolFloor(_) => 24,
            Self::ResetKeys => 25,
            Self::UpdateDevices(_) => 26,
            Self::SetExtension(..) => 27,
            Self::Terminate => 28,
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.u8(self.code());
        match self {
            Self::Leave | Self::ResetKeys | Self::Terminate => {}
            Self::Add { list, role } => {
                w.var(list);
                w.put(role);
            }
            Self::Remove(account)
            | Self::Ban(account)
            | Self::Unban(account)
            | Self::HandOver(account)
            | Self::RevokeInvitation(account)
            | Self::Approve(account)
            | Self::Deny(account) => account.write(w),
            Self::SetRole(account, role) => {
                w.put(account).put(role);
            }
            Self::Invite { account, account_key, role } => {
                w.put(account).put(account_key).put(role);
            }
            Self::Accept(bytes)
            | Self::Request(bytes)
            | Self::JoinByLink(bytes)
            | Self::UpdateDevices(bytes) => w.var(bytes),
            Self::CreateLink { id, verifier, terms } => {
                w.put(id).put(verifier).put(terms);
            }
            Self::RevokeLink(id) => id.write(w),
            Self::SetTitle(title) => title.write(w),
            Self::SetDescription(description) => description.write(w),
            Self::SetAvatar(avatar) => avatar.write(w),
            Self::SetTimer(seconds) | Self::SetSlowMode(seconds) => seconds.write(w),
            Self::SetAccess(permission, level) => {
                w.put(permission).put(level);
            }
            Self::SetAnnouncement(on) => on.write(w),
            Self::SetProtocolFloor(floor) => floor.write(w),
            Self::SetExtension(number, value) => {
                w.put(number).put(&value.is_some());
                if let Some(value) = value {
                    w.put(value);
                }
            }
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, ChangeError> {
        Ok(match u8::read(r)? {
            1 => Self::Add { list: r.var(GROUP_LIST_ENTRY_BYTES)?.to_vec(), role: r.get()? },
            2 => Self::Remove(r.get()?),
            3 => Self::Leave,
            4 => Self::Ban(r.get()?),
            5 => Self::Unban(r.get()?),
            6 => Self::SetRole(r.get()?, r.get()?),
            7 => Self::HandOver(r.get()?),
            8 => Self::Invite { account: r.get()?, account_key: r.get()?, role: r.get()? },
            9 => Self::RevokeInvitation(r.get()?),
            10 => Self::Accept(r.var(GROUP_TICKET_BYTES)?.to_vec()),
            11 => Self::Request(r.var(GROUP_TICKET_BYTES)?.to_vec()),
            12 => Self::Approve(r.get()?),
            13 => Self::Deny(r.get()?),
            14 => Self::CreateLink { id: r.get()?, verifier: r.get()?, terms: r.get()? },
            15 => Self::RevokeLink(r.get()?),
            16 => Self::JoinByLink(r.var(GROUP_TICKET_BYTES)?.to_vec()),
            17 => Self::SetTitle(Title::parse(r)??),
            18 => Self::SetDescription(Description::parse(r)??),
            19 => Self::SetAvatar(r.get()?),
            20 => Self::SetTimer(at_most(r, EXPIRY.as_secs())?),
            21 => Self::SetAccess(r.get()?, r.get()?),
            22 => Self::SetAnnouncement(r.get()?),
            23 => Self::SetSlowMode(at_most(r, GROUP_SLOW_MODE.as_secs())?),
            24 => Self::SetProtocolFloor(r.get()?),
            25 => Self::ResetKeys,
            26 => Self::UpdateDevices(r.var(GROUP_LIST_ENTRY_BYTES)?.to_vec()),
            27 => Self::read_extension(r)?,
            28 => Self::Terminate,
            other => return Err(ChangeError::UnknownAction(other)),
        })
    }

    /// The bytes that it takes in a change.
    pub(super) fn size(&self) -> usize {
        let mut w = Writer::new();
        self.write(&mut w);
        w.into_public().len()
    }

    fn read_extension(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = r.get()?;
        let value = if bool::read(r)? { Some(r.get()?) } else { None };
        Ok(Self::SetExtension(number, value))
    }

    /// Takes the documents inside apart, which verifies their signatures.
    pub(super) fn open(&self) -> Option<Opened<'_>> {
        let document = match self {
            Self::Add { list, .. } | Self::UpdateDevices(list) => {
                Document::List(Box::new(DeviceListEntry::decode(list).ok()?))
            }
            Self::Accept(bytes) | Self::Request(bytes) | Self::JoinByLink(bytes) => {
                Document::Ticket(Box::new(Ticket::decode(bytes).ok()?))
            }
            _ => Document::None,
        };
        Some(Opened { action: self, document })
    }
}

pub(super) fn at_most(r: &mut Reader<'_>, limit: u64) -> Result<u32, DecodeError> {
    let seconds = u32::read(r)?;
    if u64::from(seconds) > limit { Err(DecodeError::OutOfRange) } else { Ok(seconds) }
}

/// An action whose documents verified.
pub(super) struct Opened<'a> {
    pub(super) action: &'a Action,
    document: Document,
}

enum Document {
    None,
    List(Box<DeviceListEntry>),
    Ticket(Box<Ticket>),
}

impl Opened<'_> {
    pub(super) fn entry(&self) -> Option<&DeviceListEntry> {
        match &self.document {
            Document::List(entry) => Some(entry),
            Document::Ticket(ticket) => Some(ticket.proof().entry()),
            Document::None => None,
        }
    }

    pub(super) fn ticket(&self) -> Option<&Ticket> {
        match &self.document {
            Document::Ticket(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// The account that the action is about, if it is about one; `actor` for one on oneself.
    pub(super) fn account<'a>(&'a self, actor: &'a AccountId) -> Option<&'a AccountId> {
        match self.action {
            Action::Remove(account)
            | Action::Ban(account)
            | Action::Unban(account)
            | Action::SetRole(account, _)
            | Action::HandOver(account)
            | Action::Invite { account, .. }
            | Action::RevokeInvitation(account)
            | Action::Approve(account)
            | Action::Deny(account) => Some(account),
            Action::Leave => Some(actor),
            _ => self.entry().map(DeviceListEntry::account),
        }
    }

    pub(super) fn subject(&self, actor: &AccountId) -> Subject {
        if let Some(account) = self.account(actor) {
            return Subject::Account(account.clone());
        }
        match self.action {
            Action::CreateLink { id, .. } | Action::RevokeLink(id) => Subject::Link(*id),
            Action::SetAccess(permission, _) => Subject::Access(*permission),
            Action::SetExtension(number, _) => Subject::Extension(*number),
            other => Subject::Only(other.code()),
        }
    }
}
