use alloc::vec::Vec;

use super::Rotate;
use crate::error::error_codes;
use crate::identity::DeviceAddress;
use crate::wire::DecodeError;

/// Why nothing was sent on a chain. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// A new chain must be made and distributed first.
    #[error("the chain must be replaced: {0:?}")]
    MustRotate(Rotate),
    /// These devices of the audience do not have the chain yet.
    #[error("{} devices do not have the chain", missing.len())]
    NotDistributed {
        /// Who they are.
        missing: Vec<DeviceAddress>,
    },
    /// The audience is another device's.
    #[error("the audience is another device's")]
    OtherSender,
    /// The plaintext is longer than [`crate::limits::CONTENT_BYTES`], or reportable and longer than
    /// [`crate::limits::REPORTABLE_BYTES`].
    #[error("the plaintext is too long")]
    TooLarge,
}

error_codes!(SendError {
    Self::MustRotate(Rotate::Scope) => ("sender/rotate-scope", RotateChain),
    Self::MustRotate(Rotate::Count) => ("sender/rotate-count", RotateChain),
    Self::MustRotate(Rotate::Age) => ("sender/rotate-age", RotateChain),
    Self::MustRotate(Rotate::Extra(_)) => ("sender/rotate-extra", RotateChain),
    Self::NotDistributed { .. } => ("sender/not-distributed", DistributeKey),
    Self::OtherSender => ("sender/other-sender", FixCaller),
    Self::TooLarge => ("sender/too-large", FixCaller),
});

/// Why it was not recorded who got a chain. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The audience is of another scope: make a new chain.
    #[error("the audience is of another scope than the chain")]
    OtherScope,
    /// The audience is another device's.
    #[error("the audience is another device's")]
    OtherSender,
    /// What was encrypted is not the chain as it stands: another chain's distribution, or one made
    /// before messages were sent that the devices would be able to read. It must not be sent; encrypt
    /// the present distribution.
    #[error("the distribution is not that of the chain as it stands")]
    Stale,
    /// These devices are not of the audience: what was encrypted for them must not be sent. If it
    /// was, make a new chain.
    #[error("{} devices are not of the audience", extra.len())]
    Extra {
        /// Who they are.
        extra: Vec<DeviceAddress>,
    },
    /// More devices than [`crate::limits::AUDIENCE_DEVICES`] would have the chain.
    #[error("too many devices have the chain")]
    TooManyDevices,
}

error_codes!(RecordError {
    Self::OtherScope => ("sender/rotate-scope", RotateChain),
    Self::OtherSender => ("sender/other-sender", FixCaller),
    Self::Stale => ("sender/stale-distribution", DistributeKey),
    Self::Extra { .. } => ("sender/extra-recipients", FixCaller),
    Self::TooManyDevices => ("sender/too-many-devices", RotateChain),
});

/// Why another device's chain was not taken. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptKeyError {
    /// It is for another scope.
    #[error("the chain is of another scope")]
    OtherScope,
    /// The scope is a story list of another account's.
    #[error("the scope is another account's")]
    OtherAuthor,
    /// Its epoch secret is not the one that the group's change committed to, or that is known.
    #[error("the epoch secret is not the scope's")]
    OtherEpochSecret,
    /// The device has given another chain under the same id.
    #[error("the device gave another chain under this id")]
    Conflict,
    /// More than [`crate::limits::AUDIENCE_DEVICES`] devices would have chains.
    #[error("too many devices have chains in the scope")]
    TooManyDevices,
}

error_codes!(AcceptKeyError {
    Self::OtherScope => ("sender-key/other-scope", Drop),
    Self::OtherAuthor => ("sender-key/other-author", Drop),
    Self::OtherEpochSecret => ("sender-key/other-epoch-secret", Drop),
    Self::Conflict => ("sender-key/conflict", Drop),
    Self::TooManyDevices => ("sender-key/too-many-devices", Drop),
});

/// Why a message of a known scope was refused. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSenderError {
    /// The header is not authentic: it was changed, or its body was.
    #[error("the message is not authentic")]
    NotAuthentic,
    /// Somebody who knows the epoch secret made a header that no honest device makes.
    #[error("the header is malformed: {0}")]
    Malformed(DecodeError),
    /// The caller opened it in another scope, or resolved the claim to a device with another id.
    #[error("the message is of another scope or device")]
    OtherSender,
    /// The message skips more others than [`crate::limits::SENDER_SKIP`].
    #[error("the message skips {skipped} others")]
    TooFarAhead {
        /// How many it skips.
        skipped: u32,
    },
    /// The signature is not of the device's chain and key: another member made it, or its sender
    /// gave us another chain than it uses.
    #[error("the signature is not of the chain that the message names")]
    Forged,
    /// The commitment beside the message is not to what it says: its sender, and nobody else, made a
    /// message that cannot be reported look like one that can.
    #[error("the commitment is to something else than the message says")]
    OtherCommitment,
    /// The sender, and nobody else, sent something that an honest device does not.
    #[error("the sender misbehaves")]
    SenderMisbehaved,
}

error_codes!(OpenSenderError {
    Self::NotAuthentic => ("open-sender/not-authentic", Drop),
    Self::Malformed(_) => ("open-sender/malformed", Drop),
    Self::OtherSender => ("open-sender/other-sender", FixCaller),
    Self::TooFarAhead { .. } => ("open-sender/too-far-ahead", Drop),
    Self::Forged => ("open-sender/forged", Drop),
    Self::OtherCommitment => ("open-sender/other-commitment", Drop),
    Self::SenderMisbehaved => ("open-sender/sender-misbehaved", Drop),
});

/// Why stored bytes are no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The bytes are damaged, or of a version that this crate does not know.
    #[error("the stored bytes: {0}")]
    Decode(#[from] DecodeError),
    /// The parts are of different writes.
    #[error("the parts of the state are of different writes")]
    Torn,
    /// A chain of another scope was given.
    #[error("a chain is of another scope")]
    OtherScope,
    /// A chain was given twice.
    #[error("a chain was given twice")]
    Repeated,
}

error_codes!(StateError {
    Self::Decode(DecodeError::UnsupportedVersion(_)) => ("sender-state/unsupported-version", Update),
    Self::Decode(_) => ("sender-state/decode", RotateChain),
    Self::Torn => ("sender-state/torn", RotateChain),
    Self::OtherScope => ("sender-state/other-scope", FixCaller),
    Self::Repeated => ("sender-state/repeated", FixCaller),
});
