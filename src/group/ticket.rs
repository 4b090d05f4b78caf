use alloc::vec::Vec;

use prost::Message;

use super::GroupId;
use super::link::{InviteLink, LinkId, LinkSecret};
use super::proof::{BodyError, DeviceProof, Origin, Parts, ProofError, SignedBody};
use crate::crypto::{Digest, Signature, SignaturePurpose, VerifyingKey};
use crate::error::error_codes;
use crate::identity::{DeviceAddress, LocalDevice, VerifiedDeviceList, signature};
use crate::limits::GROUP_TICKET_BYTES;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, decode_canonical, proto};

const VERSION: u8 = 1;

/// How somebody wants to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketKind {
    /// Accepts the invitation of this revision.
    Accept {
        /// The revision, so that a ticket answers one invitation and no later one.
        invited_at: u32,
    },
    /// Asks.
    Request,
    /// Has an invite link.
    Link(LinkId),
}

impl Layout for TicketKind {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Accept { invited_at } => w.put(&1u8).put(invited_at),
            Self::Request => w.put(&2u8),
            Self::Link(id) => w.put(&3u8).put(id),
        };
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            1 => Ok(Self::Accept { invited_at: r.get()? }),
            2 => Ok(Self::Request),
            3 => Ok(Self::Link(r.get()?)),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

/// What the joiner's device signs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    group: GroupId,
    kind: TicketKind,
    joiner: DeviceAddress,
    list: Digest,
    created_at: Timestamp,
}

impl Layout for Body {
    fn write(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.put(&self.group).put(&self.kind).put(&self.joiner).put(&self.list).put(&self.created_at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(VERSION)?;
        Ok(Self {
            group: r.get()?,
            kind: r.get()?,
            joiner: r.get()?,
            list: r.get()?,
            created_at: r.get()?,
        })
    }
}

/// Somebody's own signed wish to join a group. Nobody joins without one, or without a member who
/// answers for them; a member carries it into a change, since who is outside does not know the
/// state (SPEC.md 15.7). Its signatures verified, but for that of the link.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    body: Body,
    signed: SignedBody,
    link_signature: Option<Signature>,
}

impl core::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ticket").field("body", &self.body).finish_non_exhaustive()
    }
}

impl Ticket {
    /// Accepts the invitation of revision `invited_at`.
    ///
    /// # Errors
    /// [`ProofError::Unlisted`] when `list` does not name the device.
    pub fn accept(
        group: GroupId,
        invited_at: u32,
        device: &LocalDevice,
        list: &VerifiedDeviceList,
        now: Timestamp,
    ) -> Result<Self, ProofError> {
        Self::sign(group, TicketKind::Accept { invited_at }, device, list, now)
    }

    /// Asks to join.
    ///
    /// # Errors
    /// [`ProofError::Unlisted`] when `list` does not name the device.
    pub fn request(
        group: GroupId,
        device: &LocalDevice,
        list: &VerifiedDeviceList,
        now: Timestamp,
    ) -> Result<Self, ProofError> {
        Self::sign(group, TicketKind::Request, device, list, now)
    }

    /// Shows an invite link, without giving its secret away.
    ///
    /// # Errors
    /// [`ProofError::Unlisted`] when `list` does not name the device.
    pub fn link(
        link: &LinkSecret,
        device: &LocalDevice,
        list: &VerifiedDeviceList,
        now: Timestamp,
    ) -> Result<Self, ProofError> {
        let mut ticket = Self::sign(link.group(), TicketKind::Link(link.id()), device, list, now)?;
        ticket.link_signature = Some(link.sign(&ticket.signed.bytes));
        Ok(ticket)
    }

    fn sign(
        group: GroupId,
        kind: TicketKind,
        device: &LocalDevice,
        list: &VerifiedDeviceList,
        now: Timestamp,
    ) -> Result<Self, ProofError> {
        let joiner = device.address().clone();
        let proof = DeviceProof::of(list, joiner.device)?;
        let body = Body { group, kind, joiner, list: *proof.entry().hash(), created_at: now };
        let mut w = Writer::new();
        w.put(&body);
        let signed =
            SignedBody::sign(SignaturePurpose::GroupTicket, w.into_public(), device, proof);
        Ok(Self { body, signed, link_signature: None })
    }

    /// Decodes and verifies, but for the link's signature: only the group's state has the key.
    ///
    /// # Errors
    /// [`TicketError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, TicketError> {
        if bytes.len() > GROUP_TICKET_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let message: proto::GroupTicket = decode_canonical(bytes)?;
        let link_signature = match message.link_signature.as_slice() {
            [] => None,
            bytes => Some(signature(bytes)?),
        };
        let parts = Parts {
            body: message.body,
            signature: message.signature,
            certificate: message.certificate,
            list: message.list,
        };
        let signed = SignedBody::from_parts(parts, Origin::Wire)?;
        let body: Body = crate::wire::read_all(&signed.bytes)?;
        let ticket = Self { body, signed, link_signature };
        ticket.check()?;
        Ok(ticket)
    }

    fn check(&self) -> Result<(), TicketError> {
        let (body, proof) = (&self.body, &self.signed.proof);
        let by_link = matches!(body.kind, TicketKind::Link(_));
        if by_link != self.link_signature.is_some() {
            return Err(DecodeError::Missing.into());
        }
        if body.joiner != *proof.address() || body.list != *proof.entry().hash() {
            return Err(ProofError::Unlisted.into());
        }
        self.signed.verify(SignaturePurpose::GroupTicket).map_err(|_| TicketError::Signature)
    }

    /// The bytes to give to a member in a pairwise session: an encoded `GroupTicket`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let parts = self.signed.to_parts();
        let link_signature = self.link_signature.map(|s| s.as_bytes().to_vec());
        proto::GroupTicket {
            body: parts.body,
            signature: parts.signature,
            link_signature: link_signature.unwrap_or_default(),
            certificate: parts.certificate,
            list: parts.list,
        }
        .encode_to_vec()
    }

    /// The group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.body.group
    }

    /// How the joiner wants to join.
    #[must_use]
    pub const fn kind(&self) -> TicketKind {
        self.body.kind
    }

    /// Who wants to join, and that it is them.
    #[must_use]
    pub const fn proof(&self) -> &DeviceProof {
        &self.signed.proof
    }

    /// When the joiner signed, by its clock.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.body.created_at
    }

    /// Whether the ticket's author knows the secret of the link.
    pub(super) fn has_secret_of(&self, link: &InviteLink) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(link.verifier.as_bytes()) else { return false };
        self.body.kind == TicketKind::Link(link.id)
            && self.link_signature.is_some_and(|signature| {
                key.verify(SignaturePurpose::GroupLink, &self.signed.bytes, &signature).is_ok()
            })
    }
}

/// Why a ticket was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// Not a ticket of this version.
    #[error("malformed ticket: {0}")]
    Malformed(#[from] DecodeError),
    /// The joiner's documents do not show that the device is theirs.
    #[error("the joiner's device was refused: {0}")]
    Proof(#[from] ProofError),
    /// The joiner's device did not sign.
    #[error("the signature does not verify")]
    Signature,
}

impl From<BodyError> for TicketError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Decode(error) => Self::Malformed(error),
            BodyError::Proof(error) => Self::Proof(error),
        }
    }
}

error_codes!(TicketError {
    Self::Malformed(_) => ("group-ticket/malformed", Drop),
    Self::Proof(_) => ("group-ticket/device", Drop),
    Self::Signature => ("group-ticket/signature", Drop),
});
