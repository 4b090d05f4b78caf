use alloc::vec::Vec;
use core::fmt;

use prost::Message;

use super::GroupId;
use super::action::Action;
use super::error::ChangeError;
use super::extension::Extension;
use super::member::is_ascending;
use super::proof::{DeviceProof, Origin, Parts, ProofError, SignedBody};
use crate::crypto::{BadSignature, Digest, HashLabel, SignaturePurpose, hash};
use crate::identity::{DeviceAddress, LocalDevice};
use crate::limits::{GROUP_ACTIONS, GROUP_BODY_BYTES, GROUP_CHANGE_BYTES, GROUP_EXTENSIONS};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer, decode_canonical, proto};

const VERSION: u8 = 1;

/// What a change says, but for the state that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Core {
    pub(super) group: GroupId,
    pub(super) base_revision: u32,
    pub(super) base_hash: Digest,
    pub(super) actor: DeviceAddress,
    pub(super) created_at: Timestamp,
    pub(super) epoch_commitment: Option<Digest>,
    pub(super) actions: Vec<Action>,
    pub(super) extensions: Vec<Extension>,
}

impl Core {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(&self.group).put(&self.base_revision).put(&self.base_hash);
        w.put(&self.actor).put(&self.created_at).put(&self.epoch_commitment);
        w.count(self.actions.len());
        for action in &self.actions {
            action.write(&mut w);
        }
        w.list(self.extensions.iter());
        w.into_public()
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ChangeError> {
        r.version(VERSION)?;
        let core = Self {
            group: r.get()?,
            base_revision: r.get()?,
            base_hash: r.get()?,
            actor: r.get()?,
            created_at: r.get()?,
            epoch_commitment: r.get()?,
            actions: read_actions(r)?,
            extensions: r.list(GROUP_EXTENSIONS)?,
        };
        if !is_ascending(&core.extensions) {
            return Err(DecodeError::NotCanonical.into());
        }
        Ok(core)
    }
}

fn read_actions(r: &mut Reader<'_>) -> Result<Vec<Action>, ChangeError> {
    let count = r.count(GROUP_ACTIONS)?;
    if count == 0 {
        return Err(DecodeError::Missing.into());
    }
    (0..count).map(|_| Action::read(r)).collect()
}

pub(super) fn core_hash(core: &[u8]) -> Digest {
    hash(HashLabel::GroupChangeCore, core)
}

/// One change of a group, signed by a member's device over exactly the bytes it carries, with the
/// proof of whose device that is (SPEC.md 15.3). Decoded, which is check G1; the rest is for
/// [`super::GroupState::apply`] to say.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedChange {
    pub(super) core: Core,
    core_hash: Digest,
    new_state: Digest,
    hash: Digest,
    signed: SignedBody,
}

impl fmt::Debug for SignedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedChange").field("core", &self.core).finish_non_exhaustive()
    }
}

impl SignedChange {
    /// Signs a core and the hash of the state that it leads to.
    pub(super) fn sign(
        core: Vec<u8>,
        new_state: Digest,
        device: &LocalDevice,
        proof: DeviceProof,
    ) -> Result<Self, ChangeError> {
        let mut w = Writer::onto(core);
        w.put(&new_state);
        let body = w.into_public();
        if body.len() > GROUP_BODY_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        Self::parse(SignedBody::sign(SignaturePurpose::GroupChange, body, device, proof))
    }

    /// Decodes: G1. Verifies the documents of the actor's device, at most four signatures; the
    /// change's own is G5.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ChangeError> {
        Self::decode_from(Origin::Wire, bytes)
    }

    pub(super) fn decode_from(origin: Origin, bytes: &[u8]) -> Result<Self, ChangeError> {
        if bytes.len() > GROUP_CHANGE_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        Self::from_parts(decode_canonical(bytes)?, origin)
    }

    pub(super) fn from_proto(message: proto::SignedGroupChange) -> Result<Self, ChangeError> {
        Self::from_parts(message, Origin::Wire)
    }

    fn from_parts(message: proto::SignedGroupChange, origin: Origin) -> Result<Self, ChangeError> {
        let parts = Parts {
            body: message.body,
            signature: message.signature,
            certificate: message.certificate,
            list: message.list,
        };
        Self::parse(SignedBody::from_parts(parts, origin)?)
    }

    fn parse(signed: SignedBody) -> Result<Self, ChangeError> {
        let end = signed.bytes.len().checked_sub(Digest::LEN).ok_or(DecodeError::Truncated)?;
        let (front, new_state) =
            signed.bytes.split_at_checked(end).ok_or(DecodeError::Truncated)?;
        let new_state = crate::wire::read_all(new_state)?;
        let mut r = Reader::new(front);
        let core = Core::read(&mut r)?;
        r.finish()?;
        if core.actor != *signed.proof.address() {
            return Err(ProofError::Unlisted.into());
        }
        let (core_hash, hash) = (core_hash(front), signed.hash(HashLabel::GroupChange));
        Ok(Self { core, core_hash, new_state, hash, signed })
    }

    pub(super) fn to_proto(&self) -> proto::SignedGroupChange {
        let parts = self.signed.to_parts();
        proto::SignedGroupChange {
            body: parts.body,
            signature: parts.signature,
            certificate: parts.certificate,
            list: parts.list,
        }
    }

    /// The bytes to give to the other members: an encoded `SignedGroupChange`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
    }

    pub(super) fn verify(&self) -> Result<(), BadSignature> {
        self.signed.verify(SignaturePurpose::GroupChange)
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.core.group
    }

    /// The revision that it builds on.
    #[must_use]
    pub const fn base_revision(&self) -> u32 {
        self.core.base_revision
    }

    /// The state that it builds on.
    #[must_use]
    pub const fn base_hash(&self) -> &Digest {
        &self.core.base_hash
    }

    /// The device that made it.
    #[must_use]
    pub const fn actor(&self) -> &DeviceAddress {
        &self.core.actor
    }

    /// When, by the actor's clock.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.core.created_at
    }

    /// What it does, in order.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.core.actions
    }

    /// Whether it begins a key epoch.
    #[must_use]
    pub const fn begins_key_epoch(&self) -> bool {
        self.core.epoch_commitment.is_some()
    }

    /// The state that it leads to, as the actor says.
    #[must_use]
    pub const fn new_state(&self) -> &Digest {
        &self.new_state
    }

    /// Names the change.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        &self.hash
    }

    /// Names what it says but for the new state; this is what the new state names.
    #[must_use]
    pub const fn core_hash(&self) -> &Digest {
        &self.core_hash
    }

    /// Whose device made it.
    #[must_use]
    pub const fn proof(&self) -> &DeviceProof {
        &self.signed.proof
    }
}
