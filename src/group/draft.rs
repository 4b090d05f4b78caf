use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::GroupState;
use super::action::Action;
use super::change::{Core, SignedChange, core_hash};
use super::error::{ApplyError, ChangeError};
use super::extension::Extension;
use super::member::insert;
use super::proof::{DeviceProof, ProofError};
use super::stage::{Act, stage};
use crate::error::error_codes;
use crate::identity::{LocalDevice, VerifiedDeviceList};
use crate::limits::{GROUP_ACTIONS, GROUP_EXTENSIONS};
use crate::sender_key::EpochSecret;
use crate::time::Timestamp;
use crate::wire::DecodeError;

/// A change that is being put together.
#[derive(Clone, Debug)]
pub struct ChangeDraft<'a> {
    base: &'a GroupState,
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
    /// state, in pairwise sessions.
    pub epoch_secret: Option<EpochSecret>,
}

impl GroupState {
    /// Begins a change of this state.
    #[must_use]
    pub const fn change(&self) -> ChangeDraft<'_> {
        ChangeDraft { base: self, actions: Vec::new(), extensions: Vec::new() }
    }
}

impl ChangeDraft<'_> {
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

    /// Checks as every receiver will, and signs. `list` is the newest of the device's own account.
    ///
    /// # Errors
    /// [`DraftRefused`]: what a receiver would answer.
    pub fn sign<R: CryptoRng + ?Sized>(
        self,
        device: &LocalDevice,
        list: &VerifiedDeviceList,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Authored, DraftRefused> {
        self.check_sizes()?;
        let base = self.base;
        let proof = DeviceProof::of(list, device.address().device)?;
        let actor = base.member(proof.account()).ok_or(ApplyError::NotAMember)?;
        let act = Act { actor, entry: Some(proof.entry()), created_at: now };
        let staged = stage(base, &act, &self.actions)?;
        let secret = staged.begins_epoch().map(|epoch| (epoch, EpochSecret::generate(rng)));
        let commitment = secret.as_ref().map(|(epoch, secret)| secret.commitment(*epoch));
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
        Ok(Authored { change, state, epoch_secret: secret.map(|(_, secret)| secret) })
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
    /// The list does not name the device.
    #[error(transparent)]
    Device(#[from] ProofError),
}

error_codes!(DraftRefused {
    Self::Rules(_) => ("group-draft/rules", FixCaller),
    Self::Form(_) => ("group-draft/form", FixCaller),
    Self::Device(_) => ("group-draft/device", FixCaller),
});
