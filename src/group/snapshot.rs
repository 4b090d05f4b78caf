use alloc::vec::Vec;

use prost::Message;

use super::access::Permission;
use super::change::SignedChange;
use super::devices::DeviceLists;
use super::error::ChangeError;
use super::genesis::{GenesisError, SignedGenesis};
use super::membership::Group;
use super::proof::Origin;
use super::state::GroupState;
use super::suspect::behind_snapshot;
use crate::error::error_codes;
use crate::identity::{AccountId, AccountKey};
use crate::limits::GROUP_SYNC_BYTES;
use crate::wire::{DecodeError, decode_canonical, proto};

/// A group's genesis, state, and the change that led there: what a new member gets, in a pairwise
/// session, from whoever lets it in. The session says who that is, and the signature of the last
/// change is over the hash of the state, so that a snapshot needs no signature of its own
/// (SPEC.md 15.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub(super) genesis: SignedGenesis,
    pub(super) state: GroupState,
    pub(super) last_change: Option<SignedChange>,
}

impl Snapshot {
    /// Puts the parts together.
    ///
    /// # Errors
    /// [`SnapshotError`] when they do not belong together.
    pub fn new(
        genesis: SignedGenesis,
        state: GroupState,
        last_change: Option<SignedChange>,
    ) -> Result<Self, SnapshotError> {
        let snapshot = Self::of_verified(genesis, state, last_change)?;
        match &snapshot.last_change {
            Some(change) if change.verify().is_err() => Err(SnapshotError::Signature),
            _ => Ok(snapshot),
        }
    }

    /// Puts together what verified before it was stored.
    pub(super) fn of_verified(
        genesis: SignedGenesis,
        state: GroupState,
        last_change: Option<SignedChange>,
    ) -> Result<Self, SnapshotError> {
        if genesis.group() != state.group() {
            return Err(SnapshotError::Genesis);
        }
        let fits = match &last_change {
            None => state == *genesis.state(),
            Some(change) => leads_to(change, &state),
        };
        if !fits {
            return Err(SnapshotError::LastChange);
        }
        Ok(Self { genesis, state, last_change })
    }

    /// Decodes and checks that the parts belong together.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        if bytes.len() > GROUP_SYNC_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        Self::from_proto(decode_canonical(bytes)?)
    }

    pub(super) fn from_proto(message: proto::GroupSnapshot) -> Result<Self, SnapshotError> {
        let genesis =
            SignedGenesis::from_proto(message.genesis.ok_or(DecodeError::Missing)?, Origin::Wire)?;
        let state = GroupState::from_bytes(&message.state)?;
        let last_change = message.last_change.map(SignedChange::from_proto).transpose()?;
        Self::new(genesis, state, last_change)
    }

    pub(super) fn to_proto(&self) -> proto::GroupSnapshot {
        proto::GroupSnapshot {
            genesis: Some(self.genesis.to_proto()),
            state: self.state.to_bytes(),
            last_change: self.last_change.as_ref().map(SignedChange::to_proto),
        }
    }

    /// The bytes to send in a pairwise session: an encoded `GroupSnapshot`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
    }

    /// The state, which so far only the sender vouches for.
    #[must_use]
    pub const fn state(&self) -> &GroupState {
        &self.state
    }

    /// The genesis.
    #[must_use]
    pub const fn genesis(&self) -> &SignedGenesis {
        &self.genesis
    }

    /// Joins, on the word of `sender`, whose pairwise session the snapshot came in. `us` is our
    /// account and its key. The group is unconfirmed until another account has the same state.
    ///
    /// # Errors
    /// [`JoinError`], in the order of its variants.
    pub fn join(
        self,
        sender: &AccountId,
        us: (&AccountId, &AccountKey),
    ) -> Result<Group, JoinError> {
        let (account, key) = us;
        let own = self.state.member(account).ok_or(JoinError::NotAMember)?;
        if !own.account_key.is(key) {
            return Err(JoinError::OtherKey);
        }
        if sender == account || self.state.member(sender).is_none() {
            return Err(JoinError::SenderNotAMember);
        }
        if own.joined_at == self.state.revision() && !self.may_have_added(&own.added_by) {
            return Err(JoinError::NoRight);
        }
        Ok(Group::joined(self, sender.clone(), account.clone()))
    }

    /// Whoever answers for us could let us in at all, as far as the state shows.
    fn may_have_added(&self, adder: &AccountId) -> bool {
        let rights = [Permission::AddMember, Permission::ApproveJoin, Permission::InviteLink];
        self.state.revision() == 0
            || self.state.member(adder).is_some_and(|member| {
                rights.iter().any(|right| self.state.access().may(member.role, *right))
            })
    }
}

fn leads_to(change: &SignedChange, state: &GroupState) -> bool {
    change.group() == state.group()
        && change.base_revision().checked_add(1) == Some(state.revision())
        && change.base_hash() == state.previous()
        && change.core_hash() == state.last_change()
        && change.new_state() == state.hash()
}

impl Group {
    /// What to give to a new member.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            genesis: self.genesis().clone(),
            state: self.state().clone(),
            last_change: self.last_change().cloned(),
        }
    }
}

/// Why a snapshot was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Not a snapshot of this version, or a state that no changes can have led to.
    #[error("malformed snapshot: {0}")]
    Malformed(#[from] DecodeError),
    /// The genesis is bad in itself.
    #[error("the genesis was refused: {0}")]
    BadGenesis(#[from] GenesisError),
    /// The last change is bad in itself.
    #[error("the last change was refused: {0}")]
    BadChange(#[from] ChangeError),
    /// The state is of another group than the genesis.
    #[error("the genesis is that of another group")]
    Genesis,
    /// The last change does not lead to the state.
    #[error("the last change does not lead to the state")]
    LastChange,
    /// Nobody signed the last change.
    #[error("the signature of the last change does not verify")]
    Signature,
}

error_codes!(SnapshotError {
    Self::Malformed(_) => ("group-snapshot/malformed", Drop),
    Self::BadGenesis(_) => ("group-snapshot/bad-genesis", Drop),
    Self::BadChange(_) => ("group-snapshot/bad-change", Drop),
    Self::Genesis => ("group-snapshot/genesis", Drop),
    Self::LastChange => ("group-snapshot/last-change", Drop),
    Self::Signature => ("group-snapshot/signature", Drop),
});

impl Group {
    /// Takes a snapshot in place of changes that are gone: the answer of `sender` to our resync
    /// request. Nothing shows that it continues what we knew, so that the group is unconfirmed
    /// again: keep what was stored before until it is confirmed, and take no answer that was not
    /// asked for. What revoked devices did shows in the last change alone, so that all those of
    /// which the group we knew had not been told are suspect ([`Group::suspects`]).
    ///
    /// # Errors
    /// [`JoinError`]; then nothing changed.
    pub fn resync<L: DeviceLists + ?Sized>(
        &mut self,
        snapshot: Snapshot,
        sender: &AccountId,
        us: (&AccountId, &AccountKey),
        lists: &L,
    ) -> Result<(), JoinError> {
        if snapshot.state.group() != self.state().group() {
            return Err(JoinError::OtherGroup);
        }
        let (ours, theirs) = (self.state(), &snapshot.state);
        if theirs.revision() <= ours.revision() || theirs.key_epoch() < ours.key_epoch() {
            return Err(JoinError::NotNewer);
        }
        // The snapshot alone cannot say so: whoever makes one up is a member of it.
        if self.state().member(sender).is_none() {
            return Err(JoinError::SenderNotAMember);
        }
        let hidden = behind_snapshot(self.state(), &snapshot, lists);
        self.replace(snapshot.join(sender, us)?, &hidden);
        Ok(())
    }
}

/// Why we do not join on a snapshot's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// We are not in it.
    #[error("the state does not have us as a member")]
    NotAMember,
    /// We are in it under another key.
    #[error("the state has us under another account key")]
    OtherKey,
    /// The sender is not in it, or is ourselves; resync: nor in the state that we have.
    #[error("the sender is not another member")]
    SenderNotAMember,
    /// Whoever let us in had no right to.
    #[error("whoever added us had no right to")]
    NoRight,
    /// Resync: of another group.
    #[error("the snapshot is of another group")]
    OtherGroup,
    /// Resync: no later than what we have. Two states of one revision are for people to sort out.
    #[error("the snapshot is not newer than what we have")]
    NotNewer,
}

error_codes!(JoinError {
    Self::NotAMember => ("group-join/not-a-member", Drop),
    Self::OtherKey => ("group-join/other-key", ShowToUser),
    Self::SenderNotAMember => ("group-join/sender", Drop),
    Self::NoRight => ("group-join/no-right", ShowToUser),
    Self::OtherGroup => ("group-join/other-group", Drop),
    Self::NotNewer => ("group-join/not-newer", Drop),
});
