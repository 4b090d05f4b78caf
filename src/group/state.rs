use alloc::vec::Vec;

use super::access::{AccessTable, Permission, Role};
use super::extension::{Avatar, Extension};
use super::link::InviteLink;
use super::member::{Ban, Invitation, JoinRequest, Member, find, position};
use super::text::{Description, Title};
use super::{GroupId, state_layout};
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::sender_key::{EpochSecret, Scope};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The expiry timer of a group's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timer {
    /// Seconds; 0 is off.
    pub seconds: u32,
    /// How often it was set.
    pub version: u32,
}

impl Layout for Timer {
    fn write(&self, w: &mut Writer) {
        w.put(&self.seconds).put(&self.version);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let limit = crate::limits::EXPIRY.as_secs();
        Ok(Self { seconds: super::action::at_most(r, limit)?, version: r.get()? })
    }
}

/// Everything that a group's state says (SPEC.md 15.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) group: GroupId,
    pub(super) revision: u32,
    pub(super) previous: Digest,
    pub(super) last_change: Digest,
    pub(super) key_epoch: u32,
    pub(super) epoch_commitment: Digest,
    pub(super) created_at: Timestamp,
    pub(super) clock: Timestamp,
    pub(super) title: Title,
    pub(super) description: Description,
    pub(super) avatar: Option<Avatar>,
    pub(super) access: AccessTable,
    pub(super) timer: Timer,
    pub(super) announcement: bool,
    pub(super) slow_mode: u32,
    pub(super) protocol_floor: u16,
    pub(super) terminated: bool,
    pub(super) members: Vec<Member>,
    pub(super) invited: Vec<Invitation>,
    pub(super) requests: Vec<JoinRequest>,
    pub(super) banned: Vec<Ban>,
    pub(super) links: Vec<InviteLink>,
    pub(super) extensions: Vec<Extension>,
}

/// The commitment of a key epoch without a secret.
pub(super) const VOID: Digest = Digest::from_bytes([0; 32]);

/// A state of a group. Only a genesis and checked changes make one, or a snapshot that another
/// member vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupState {
    fields: Fields,
    hash: Digest,
}

impl GroupState {
    pub(super) fn new(fields: Fields) -> Self {
        let hash = state_layout::hash(&fields);
        Self { fields, hash }
    }

    pub(super) const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.fields.group
    }

    /// How many changes led here from the genesis.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.fields.revision
    }

    /// Names the state. Through the hash of the previous state in it, it names all of the past.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        &self.hash
    }

    /// The hash of the state before; zeros at revision 0.
    #[must_use]
    pub const fn previous(&self) -> &Digest {
        &self.fields.previous
    }

    /// The core hash of the change that led here; zeros at revision 0.
    #[must_use]
    pub const fn last_change(&self) -> &Digest {
        &self.fields.last_change
    }

    /// Counts the times that all keys had to be made anew.
    #[must_use]
    pub const fn key_epoch(&self) -> u32 {
        self.fields.key_epoch
    }

    /// Whether this is the secret of the key epoch.
    #[must_use]
    pub fn is_epoch_secret(&self, secret: &EpochSecret) -> bool {
        self.scope().fits(secret)
    }

    /// Whether nobody has a secret of the key epoch: it began when somebody left, who can give none to
    /// anybody. Nothing is sent before a member resets the keys (SPEC.md 15.6).
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.fields.epoch_commitment == VOID
    }

    /// What the sender chains of the key epoch are bound to.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        let Fields { group, key_epoch, epoch_commitment, .. } = &self.fields;
        Scope::group(Digest::from_bytes(*group.as_bytes()), *key_epoch, *epoch_commitment)
    }

    /// When the group was founded, by its creator's clock.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.fields.created_at
    }

    /// The title.
    #[must_use]
    pub const fn title(&self) -> &Title {
        &self.fields.title
    }

    /// The description.
    #[must_use]
    pub const fn description(&self) -> &Description {
        &self.fields.description
    }

    /// What points at the picture.
    #[must_use]
    pub const fn avatar(&self) -> Option<&Avatar> {
        self.fields.avatar.as_ref()
    }

    /// Who may do what.
    #[must_use]
    pub const fn access(&self) -> &AccessTable {
        &self.fields.access
    }

    /// The expiry timer.
    #[must_use]
    pub const fn timer(&self) -> Timer {
        self.fields.timer
    }

    /// Whether only admins write.
    #[must_use]
    pub const fn is_announcement(&self) -> bool {
        self.fields.announcement
    }

    /// Seconds between two messages of one member below moderator; 0 is off.
    #[must_use]
    pub const fn slow_mode(&self) -> u32 {
        self.fields.slow_mode
    }

    /// The lowest protocol version that can take part.
    #[must_use]
    pub const fn protocol_floor(&self) -> u16 {
        self.fields.protocol_floor
    }

    /// Whether the group has ended.
    #[must_use]
    pub const fn is_terminated(&self) -> bool {
        self.fields.terminated
    }

    /// The members, by account.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.fields.members
    }

    /// Who is invited, by account.
    #[must_use]
    pub fn invited(&self) -> &[Invitation] {
        &self.fields.invited
    }

    /// Who asked to join, by account.
    #[must_use]
    pub fn requests(&self) -> &[JoinRequest] {
        &self.fields.requests
    }

    /// Who is kept out, by account.
    #[must_use]
    pub fn banned(&self) -> &[Ban] {
        &self.fields.banned
    }

    /// The invite links, by id.
    #[must_use]
    pub fn links(&self) -> &[InviteLink] {
        &self.fields.links
    }

    /// What this version does not know, by number.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.fields.extensions
    }

    /// A member.
    #[must_use]
    pub fn member(&self, account: &AccountId) -> Option<&Member> {
        find(&self.fields.members, account)
    }

    /// A member's place among the members of this revision.
    #[must_use]
    pub fn member_index(&self, account: &AccountId) -> Option<u16> {
        position(&self.fields.members, account).ok().and_then(|index| u16::try_from(index).ok())
    }

    /// The member at a place.
    #[must_use]
    pub fn member_at(&self, index: u16) -> Option<&Member> {
        self.fields.members.get(usize::from(index))
    }

    /// Whether the role has the permission: by the access table and announcement mode, and in a
    /// group that has not ended.
    #[must_use]
    pub fn may(&self, role: Role, permission: Permission) -> bool {
        let announced = self.fields.announcement && permission.is_announcement();
        !self.fields.terminated
            && (!announced || role >= Role::Admin)
            && self.fields.access.may(role, permission)
    }

    /// Whether the account is a member that has the permission.
    #[must_use]
    pub fn permits(&self, account: &AccountId, permission: Permission) -> bool {
        self.member(account).is_some_and(|member| self.may(member.role, permission))
    }

    /// The bytes that are hashed, which are those to store; they hold no secret.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        state_layout::bytes(&self.fields).into_public()
    }

    /// Reads a stored state, and refuses one that no changes can have led to, as far as it shows.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self { fields: state_layout::parse(bytes)?, hash: state_layout::hash_bytes(bytes) })
    }
}
