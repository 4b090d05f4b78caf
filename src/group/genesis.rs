use alloc::vec::Vec;
use core::fmt;

use prost::Message;
use rand_core::CryptoRng;

use super::GroupId;
use super::access::{AccessTable, Role};

use super::error::ChangeError;
use super::extension::{Avatar, Extension};
use super::genesis_body::{Body, Founder, Predecessor};
use super::member::{ListRef, Member, PinnedKey, insert};
use super::proof::{DeviceProof, Origin, Parts, ProofError, SignedBody, key_in_force};
use super::state::{Fields, GroupState, Timer, VOID};
use super::state_layout::NONE;
use super::text::{Description, Title};
use crate::crypto::{HashLabel, SignaturePurpose};
use crate::identity::{DeviceListEntry, LocalDevice, VerifiedDeviceList};
use crate::limits::{GROUP_BODY_BYTES, GROUP_CHANGE_BYTES};
use crate::sender_key::EpochSecret;
use crate::time::Timestamp;
use crate::wire::{DecodeError, decode_canonical, proto};

/// A group that is about to be founded.
#[derive(Clone, Debug)]
pub struct GenesisDraft {
    title: Title,
    description: Description,
    avatar: Option<Avatar>,
    access: AccessTable,
    timer: u32,
    announcement: bool,
    founders: Vec<Founder>,
    successor_of: Option<Predecessor>,
    extensions: Vec<Extension>,
}

/// A group that was founded.
#[derive(Clone, Debug)]
pub struct Founded {
    /// What to give to the other members.
    pub genesis: SignedGenesis,
    /// The secret of key epoch 0.
    pub epoch_secret: EpochSecret,
}

impl GenesisDraft {
    /// A group with this title and nobody else in it.
    #[must_use]
    pub fn new(title: Title) -> Self {
        Self {
            title,
            description: Description::default(),
            avatar: None,
            access: AccessTable::default(),
            timer: 0,
            announcement: false,
            founders: Vec::new(),
            successor_of: None,
            extensions: Vec::new(),
        }
    }

    /// With a description.
    #[must_use]
    pub fn description(mut self, description: Description) -> Self {
        self.description = description;
        self
    }

    /// With a picture.
    #[must_use]
    pub fn avatar(mut self, avatar: Avatar) -> Self {
        self.avatar = Some(avatar);
        self
    }

    /// With another access table than the default one.
    #[must_use]
    pub const fn access(mut self, access: AccessTable) -> Self {
        self.access = access;
        self
    }

    /// With an expiry timer, in seconds.
    #[must_use]
    pub const fn timer(mut self, seconds: u32) -> Self {
        self.timer = seconds;
        self
    }

    /// With announcement mode on.
    #[must_use]
    pub const fn announcement(mut self) -> Self {
        self.announcement = true;
        self
    }

    /// With a member, under the list that we have of it.
    #[must_use]
    pub fn member(mut self, list: &VerifiedDeviceList, role: Role) -> Self {
        self.founders.push(Founder { list: list.signed().entry().encode(), role });
        self
    }

    /// With an extension; by ascending number.
    #[must_use]
    pub fn extension(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Continues a group that cannot go on.
    #[must_use]
    pub const fn successor_of(mut self, last: &GroupState) -> Self {
        self.successor_of = Some(Predecessor { group: last.group(), state: *last.hash() });
        self
    }

    /// Founds the group. `list` is the newest of the device's own account.
    ///
    /// # Errors
    /// [`GenesisError`]: what a receiver would answer.
    pub fn sign<R: CryptoRng + ?Sized>(
        self,
        device: &LocalDevice,
        list: &VerifiedDeviceList,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Founded, GenesisError> {
        let proof = DeviceProof::of(list, device.address().device).map_err(ChangeError::from)?;
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let epoch_secret = EpochSecret::generate(rng);
        let body = Body {
            salt,
            creator: device.address().clone(),
            creator_key: *proof.account_key(),
            creator_list: *proof.entry().hash(),
            created_at: now,
            epoch_commitment: epoch_secret.commitment(0),
            title: self.title,
            description: self.description,
            avatar: self.avatar,
            access: self.access,
            timer: self.timer,
            announcement: self.announcement,
            protocol_floor: super::apply::PROTOCOL,
            founders: self.founders,
            successor_of: self.successor_of,
            extensions: self.extensions,
        };
        let signed =
            SignedBody::sign(SignaturePurpose::GroupGenesis, body.to_bytes(), device, proof);
        // What would verify is the device's own signature, and lists that did before.
        let genesis = SignedGenesis::parse(signed, Origin::Store)?;
        let listed = genesis.proof().certificate().keys() == device.certificate().keys();
        if listed { Ok(Founded { genesis, epoch_secret }) } else { Err(GenesisError::Signature) }
    }
}

/// A group's genesis: verified in itself. Its hash is the group's id, and it gives revision 0.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedGenesis {
    signed: SignedBody,
    successor_of: Option<Predecessor>,
    state: GroupState,
}

impl fmt::Debug for SignedGenesis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedGenesis").field("group", &self.group()).finish_non_exhaustive()
    }
}

impl SignedGenesis {
    /// Decodes and verifies: at most 5 signatures, and 2 for every founder.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisError> {
        Self::decode_from(Origin::Wire, bytes)
    }

    pub(super) fn decode_from(origin: Origin, bytes: &[u8]) -> Result<Self, GenesisError> {
        if bytes.len() > GROUP_CHANGE_BYTES {
            return Err(ChangeError::from(DecodeError::TooLarge).into());
        }
        Self::from_proto(decode_canonical(bytes).map_err(ChangeError::from)?, origin)
    }

    pub(super) fn from_proto(
        message: proto::SignedGroupGenesis,
        origin: Origin,
    ) -> Result<Self, GenesisError> {
        let parts = Parts {
            body: message.body,
            signature: message.signature,
            certificate: message.certificate,
            list: message.list,
        };
        Self::parse(SignedBody::from_parts(parts, origin).map_err(ChangeError::from)?, origin)
    }

    fn parse(signed: SignedBody, origin: Origin) -> Result<Self, GenesisError> {
        if signed.bytes.len() > GROUP_BODY_BYTES {
            return Err(ChangeError::from(DecodeError::TooLarge).into());
        }
        let body = Body::parse(&signed.bytes)?;
        let proof = &signed.proof;
        let same = body.creator == *proof.address()
            && body.creator_key == *proof.account_key()
            && body.creator_list == *proof.entry().hash();
        if !same {
            return Err(ChangeError::from(ProofError::Unlisted).into());
        }
        if body.epoch_commitment == VOID {
            return Err(GenesisError::VoidEpoch);
        }
        if origin == Origin::Wire {
            signed.verify(SignaturePurpose::GroupGenesis).map_err(|_| GenesisError::Signature)?;
        }
        let group = GroupId::from(signed.hash(HashLabel::GroupGenesis));
        let successor_of = body.successor_of;
        let state = GroupState::new(first_state(group, body, proof, origin)?);
        Ok(Self { signed, successor_of, state })
    }

    pub(super) fn to_proto(&self) -> proto::SignedGroupGenesis {
        let parts = self.signed.to_parts();
        proto::SignedGroupGenesis {
            body: parts.body,
            signature: parts.signature,
            certificate: parts.certificate,
            list: parts.list,
        }
    }

    /// The bytes to give to the other members: an encoded `SignedGroupGenesis`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
    }

    /// The group's id.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.state.group()
    }

    /// The state of revision 0.
    #[must_use]
    pub const fn state(&self) -> &GroupState {
        &self.state
    }

    /// Whose device founded the group.
    #[must_use]
    pub const fn proof(&self) -> &DeviceProof {
        &self.signed.proof
    }

    /// The group that this one says it continues. Believe it as far as the founder: whether the
    /// founder was an owner there, the old state says.
    #[must_use]
    pub const fn successor_of(&self) -> Option<&Predecessor> {
        self.successor_of.as_ref()
    }
}

fn first_state(
    group: GroupId,
    body: Body,
    proof: &DeviceProof,
    origin: Origin,
) -> Result<Fields, GenesisError> {
    let creator = &body.creator.account;
    let mut members = alloc::vec![founding(proof.entry(), Role::Owner, creator)];
    for founder in &body.founders {
        let entry = origin.entry(&founder.list).map_err(|_| GenesisError::Founder)?;
        insert(&mut members, founding(&entry, founder.role, creator))
            .map_err(|_| GenesisError::Founder)?;
    }
    Ok(Fields {
        group,
        revision: 0,
        previous: NONE,
        last_change: NONE,
        key_epoch: 0,
        epoch_commitment: body.epoch_commitment,
        created_at: body.created_at,
        clock: body.created_at,
        title: body.title,
        description: body.description,
        avatar: body.avatar,
        access: body.access,
        timer: Timer { seconds: body.timer, version: 0 },
        announcement: body.announcement,
        slow_mode: 0,
        protocol_floor: body.protocol_floor,
        terminated: false,
        members,
        invited: Vec::new(),
        requests: Vec::new(),
        banned: Vec::new(),
        links: Vec::new(),
        extensions: body.extensions,
    })
}

fn founding(entry: &DeviceListEntry, role: Role, by: &crate::identity::AccountId) -> Member {
    Member {
        account: entry.account().clone(),
        account_key: PinnedKey::from(key_in_force(entry)),
        role,
        joined_at: 0,
        added_by: by.clone(),
        list: ListRef::from(entry),
    }
}

/// Why a genesis was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GenesisError {
    /// Not a genesis of this version, or not from the device that it names.
    #[error(transparent)]
    Form(#[from] ChangeError),
    /// It commits to zeros, which is what a key epoch without a secret says: a group begins with one.
    #[error("the first key epoch has no secret")]
    VoidEpoch,
    /// The creator's device did not sign.
    #[error("the signature does not verify")]
    Signature,
    /// A founder's device list entry does not verify, or an account is there twice.
    #[error("a founder was refused")]
    Founder,
}

crate::error::error_codes!(GenesisError {
    Self::Form(_) => ("group-genesis/form", Drop),
    Self::VoidEpoch => ("group-genesis/void-epoch", Drop),
    Self::Signature => ("group-genesis/signature", Drop),
    Self::Founder => ("group-genesis/founder", Drop),
});
