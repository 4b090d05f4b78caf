use super::proof::{BodyError, ProofError};
use super::text::TextError;
use crate::error::error_codes;
use crate::wire::DecodeError;

/// Check G1: why bytes are no change or genesis (SPEC.md 15.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// Not a change of this version.
    #[error("malformed group change: {0}")]
    Malformed(#[from] DecodeError),
    /// A title or description that is refused.
    #[error("a text was refused: {0}")]
    Text(#[from] TextError),
    /// An action that this version does not know.
    #[error("action {0} is not known")]
    UnknownAction(u8),
    /// The documents do not show whose device signed.
    #[error("the signer's device was refused: {0}")]
    Proof(#[from] ProofError),
}

impl From<BodyError> for ChangeError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Decode(error) => Self::Malformed(error),
            BodyError::Proof(error) => Self::Proof(error),
        }
    }
}

error_codes!(ChangeError {
    Self::Malformed(_) => ("group-change/malformed", Drop),
    Self::Text(_) => ("group-change/text", Drop),
    Self::UnknownAction(_) => ("group-change/unknown-action", Update),
    Self::Proof(_) => ("group-change/device", Drop),
});

/// Checks G2 to G11, in the order of the variants: why a change does not follow a state.
/// `action` counts from 0 (SPEC.md 15.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// G2: of a group that this is not.
    #[error("the change is of another group")]
    UnknownGroup,
    /// G3: the group requires a newer protocol.
    #[error("the group requires a newer protocol version")]
    ProtocolFloor,
    /// G4: the actor was no member.
    #[error("the actor is not a member")]
    NotAMember,
    /// G4: the actor's device list is not the one that the group knows, nor follows it.
    #[error("the actor's device list is not the group's")]
    DeviceList,
    /// G5: the device did not sign.
    #[error("the signature does not verify")]
    Signature,
    /// G6: the actor's role does not permit it.
    #[error("action {action} is not permitted")]
    NotPermitted {
        /// Which.
        action: u8,
    },
    /// G6: it grants or touches a rank at or above the actor's.
    #[error("action {action} reaches above the actor's rank")]
    Rank {
        /// Which.
        action: u8,
    },
    /// G6: it is about what another action of the change is about, or must stand alone.
    #[error("action {action} conflicts with another")]
    Conflict {
        /// Which.
        action: u8,
    },
    /// G6: a document inside does not verify, or is another than the action needs.
    #[error("the document of action {action} was refused")]
    Document {
        /// Which.
        action: u8,
    },
    /// G6: it tells that the device which signed is revoked: that is for others to tell.
    #[error("action {action} revokes the device that signed it")]
    OwnDevice {
        /// Which.
        action: u8,
    },
    /// G7: whom or what it is about is not where it must be, or is there already.
    #[error("the target of action {action} is not where it must be")]
    Target {
        /// Which.
        action: u8,
    },
    /// G7: the link is unknown, used up, expired or disowned, or the ticket does not open it.
    #[error("the link of action {action} does not admit")]
    Link {
        /// Which.
        action: u8,
    },
    /// G7: a list is full.
    #[error("action {action} exceeds a limit")]
    Full {
        /// Which.
        action: u8,
    },
    /// G8: nobody would own the group.
    #[error("the group would have no owner")]
    NoOwner,
    /// G9: the key epoch rises and must not, or does not and must, or has come to its end; or it has a
    /// secret and must not, or has none and must.
    #[error("the key epoch does not rise exactly when it must")]
    KeyEpoch,
    /// G10: the actor came to another state.
    #[error("the resulting state is another")]
    StateHash,
    /// G11: the group has ended.
    #[error("the group was terminated")]
    Terminated,
}

error_codes!(ApplyError {
    Self::UnknownGroup => ("group/unknown-group", Drop),
    Self::ProtocolFloor => ("group/protocol-floor", Update),
    Self::NotAMember => ("group/not-a-member", Drop),
    Self::DeviceList => ("group/device-list", Drop),
    Self::Signature => ("group/signature", Drop),
    Self::NotPermitted { .. } => ("group/not-permitted", Drop),
    Self::Rank { .. } => ("group/rank", Drop),
    Self::Conflict { .. } => ("group/conflict", Drop),
    Self::Document { .. } => ("group/document", Drop),
    Self::OwnDevice { .. } => ("group/own-device", Drop),
    Self::Target { .. } => ("group/target", Drop),
    Self::Link { .. } => ("group/link", Drop),
    Self::Full { .. } => ("group/full", Drop),
    Self::NoOwner => ("group/no-owner", Drop),
    Self::KeyEpoch => ("group/key-epoch", Drop),
    Self::StateHash => ("group/state-hash", ShowToUser),
    Self::Terminated => ("group/terminated", Drop),
});
