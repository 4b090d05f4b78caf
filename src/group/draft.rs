use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::GroupState;
use super::action::Action;
use super::change::{Core, SignedChange, core_hash};
use super::devices::DeviceLists;
use super::error::{ApplyError, ChangeError};
use super::extension::Extension;
use super::member::insert;
use super::proof::{DeviceProof, ProofError};
use super::stage::{Act, stage};
use super::suspect::is_revoked;
use crate::crypto::Digest;
use crate::error::error_codes;
use crate::identity::{DeviceListEntry, LocalDevice};
use crate::limits::{GROUP_ACTIONS, GROUP_EXTENSIONS};
use crate::sender_key::EpochSecret;
use crate::time::Timestamp;
use crate::wire::DecodeError;

/// A change of one state that is being put together; [`super::channel::GroupChannel::sign`] signs it.
#[derive(Clone, Debug)]
pub struct ChangeDraft {
    base: Digest,
    actions: Vec<Action>,
    extensions: Vec<Extension>,
}

/// A change of ours, and what it leads to.
#[derive(Clone, Debug)]
pub struct Authored {
    /// What to give to the other members.
    pub change: SignedChange,
    /// The state that it leads to, once it is the one that follows.
    pub state: GroupState,
    /// The secret of the key epoch, if the change begins one: goes to every device of the new
    /// state, in pairwise sessions. There is none if its author goes.
    pub epoch_secret: Option<EpochSecret>,
}

impl GroupState {
    /// Begins a change of this state.
    #[must_use]
    pub const fn change(&self) -> ChangeDraft {
        ChangeDraft { base: *self.hash(), actions: Vec::new(), extensions: Vec::new() }
    }
}

impl ChangeDraft {
    /// Adds an action.
    #[must_use]
    pub fn with(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Adds an extension of the change itself, which is signed and kept and says nothing to this
    /// version.
    #[must_use]
    pub fn with_extension(mut self, extension: Extension) -> Self {
        // A number that is there already stays twice, for `sign` to refuse.
        if let Err(twice) = insert(&mut self.extensions, extension) {
            self.extensions.push(twice);
        }
        self
    }

    /// The actions so far.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Checks as every receiver will, and against the newest lists that we have, our own among them.
    ///
    /// # Errors
    /// [`DraftRefused`].
    pub(super) fn sign<L, R>(
        self,
        base: &GroupState,
        device: &LocalDevice,
        lists: &L,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Authored, DraftRefused>
    where
        L: DeviceLists + ?Sized,
        R: CryptoRng + ?Sized,
    {
        if self.base != *base.hash() {
            return Err(DraftRefused::Moved);
        }
        base.check_floor()?;
        self.check_sizes()?;
        let own = lists.device_list(&device.address().account).ok_or(ProofError::Unlisted)?;
        let proof = DeviceProof::of(own, device.address().device)?;
        let actor = base.member(proof.account()).ok_or(ApplyError::NotAMember)?;
        let own = device.address().device;
        let act = Act { actor, device: own, entry: Some(proof.entry()), created_at: now };
        let staged = stage(base, &act, &self.actions)?;
        self.check_lists(lists)?;
        let (commitment, epoch_secret) = staged.begin_epoch(rng);
        let core = Core {
            group: base.group(),
            base_revision: base.revision(),
            base_hash: *base.hash(),
            actor: device.address().clone(),
            created_at: now,
            epoch_commitment: commitment,
            actions: self.actions,
            extensions: self.extensions,
        }
        .to_bytes();
        let state = staged.finish(base, commitment, core_hash(&core))?;
        if base.is_terminated() {
            return Err(ApplyError::Terminated.into());
        }
        let change = SignedChange::sign(core, *state.hash(), device, proof)?;
        Ok(Authored { change, state, epoch_secret })
    }

    /// Receivers take an old list entry or ticket, since they cannot agree on which is old; who signs
    /// does not put one in.
    fn check_lists<L: DeviceLists + ?Sized>(&self, lists: &L) -> Result<(), DraftRefused> {
        for (action, index) in self.actions.iter().zip(0u8..) {
            let Some(opened) = action.open() else { continue };
            if opened.ticket().is_some_and(|ticket| is_revoked(ticket.proof().address(), lists)) {
                return Err(DraftRefused::RevokedDevice { action: index });
            }
            let adds = matches!(action, Action::Add { .. });
            if opened.entry().is_some_and(|entry| adds && is_outdated(entry, lists)) {
                return Err(DraftRefused::OutdatedList { action: index });
            }
        }
        Ok(())
    }

    /// What could not be written out and read again.
    fn check_sizes(&self) -> Result<(), ChangeError> {
        if self.actions.is_empty() {
            return Err(DecodeError::Missing.into());
        }
        let over = self.actions.len() > GROUP_ACTIONS || self.extensions.len() > GROUP_EXTENSIONS;
        if over { Err(DecodeError::TooLarge.into()) } else { Ok(()) }
    }
}

/// Whether we have a newer list of the account, or another of the same version.
fn is_outdated<L: DeviceLists + ?Sized>(entry: &DeviceListEntry, lists: &L) -> bool {
    lists
        .device_list(entry.account())
        .is_some_and(|list| entry.version() <= list.version() && entry.hash() != list.hash())
}

/// Why a change was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftRefused {
    /// The group's rules refuse it.
    #[error(transparent)]
    Rules(#[from] ApplyError),
    /// It cannot be written.
    #[error(transparent)]
    Form(#[from] ChangeError),
    /// Our list is not at hand, or does not name the device.
    #[error(transparent)]
    Device(#[from] ProofError),
    /// It was put together for another state than the present one: look again, or
    /// [`super::rebase()`].
    #[error("the group has changed since the draft was begun")]
    Moved,
    /// A newer list of the account that is added is at hand: add it under that one.
    #[error("action {action} adds an account under an old device list")]
    OutdatedList {
        /// Which.
        action: u8,
    },
    /// A list at hand revokes the device that signed the ticket.
    #[error("the ticket of action {action} is a revoked device's")]
    RevokedDevice {
        /// Which.
        action: u8,
    },
}

error_codes!(DraftRefused {
    Self::Rules(_) => ("group-draft/rules", FixCaller),
    Self::Form(_) => ("group-draft/form", FixCaller),
    Self::Device(_) => ("group-draft/device", FixCaller),
    Self::Moved => ("group-draft/moved", ChangeGroup),
    Self::OutdatedList { .. } => ("group-draft/outdated-list", ChangeGroup),
    Self::RevokedDevice { .. } => ("group-draft/revoked-device", ShowToUser),
});
