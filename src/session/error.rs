use crate::error::error_codes;
use crate::handshake::RespondError;
use crate::identity::DeviceAddress;
use crate::ratchet::{PqError, RatchetError, WireId};
use crate::wire::DecodeError;

use super::outcome::Changes;

/// Why a message was not encrypted. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// There is no session with the device that may send: begin one.
    #[error("no session with the device may send")]
    NoSession,
    /// The permit is for another device than the session.
    #[error("the permit is for another device")]
    OtherDevice,
    /// The plaintext is longer than [`crate::limits::CONTENT_BYTES`], or reportable and longer than
    /// [`crate::limits::REPORTABLE_BYTES`].
    #[error("the plaintext is too long")]
    TooLarge,
    /// A counter of the session came to its end: begin a new session.
    #[error("the session has come to its end")]
    Exhausted,
}

error_codes!(EncryptError {
    Self::NoSession => ("encrypt/no-session", FetchBundle),
    Self::OtherDevice => ("encrypt/other-device", FixCaller),
    Self::TooLarge => ("encrypt/too-large", FixCaller),
    Self::Exhausted => ("encrypt/exhausted", FetchBundle),
});

/// Why a message of a known session was refused. Nothing has changed, except that some of
/// [`DecryptError::PostQuantum`] end the session. All of it can be dropped: whether a new session is
/// due is for [`crate::session::Endpoint::renewal`] alone to say, or whoever repeats one envelope
/// could make a client begin sessions without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// The header or the body is not authentic: damaged or forged on the way.
    #[error("the message is not authentic")]
    NotAuthentic,
    /// The handshake beside the message is not the one that made its session.
    #[error("the handshake is not the one that made the session")]
    OtherHandshake,
    /// The message skips more others than [`crate::limits::SKIP`].
    #[error("the message skips {skipped} others")]
    TooFarAhead {
        /// How many it skips.
        skipped: u32,
    },
    /// The peer, and nobody else, sent something that an honest device does not.
    #[error("the peer misbehaves")]
    PeerMisbehaved,
    /// The commitment beside the message is not to what it says: the peer, and nobody else, made a
    /// message that cannot be reported look like one that can.
    #[error("the commitment is to something else than the message says")]
    OtherCommitment,
    /// The peer's post-quantum ratchet contradicts ours. If [`PqError::ends_session`], the session is
    /// over.
    #[error("the post-quantum ratchet failed: {0}")]
    PostQuantum(PqError),
    /// The session's post-quantum ratchet failed earlier.
    #[error("the session is broken")]
    Broken,
}

impl From<RatchetError> for DecryptError {
    fn from(error: RatchetError) -> Self {
        match error {
            RatchetError::NotOurs
            | RatchetError::HeaderNotAuthentic
            | RatchetError::BodyNotAuthentic => Self::NotAuthentic,
            RatchetError::TooFarAhead { skipped } => Self::TooFarAhead { skipped },
            RatchetError::OtherCommitment => Self::OtherCommitment,
            RatchetError::PostQuantum(error) => Self::PostQuantum(error),
            RatchetError::Malformed(_)
            | RatchetError::Duplicate
            | RatchetError::TooOld
            | RatchetError::NothingReceived
            | RatchetError::Inconsistent
            | RatchetError::NonContributory(_)
            | RatchetError::Exhausted => Self::PeerMisbehaved,
        }
    }
}

error_codes!(DecryptError {
    Self::NotAuthentic => ("decrypt/not-authentic", Drop),
    Self::OtherHandshake => ("decrypt/other-handshake", Drop),
    Self::TooFarAhead { .. } => ("decrypt/too-far-ahead", Drop),
    Self::PeerMisbehaved => ("decrypt/peer-misbehaved", Drop),
    Self::OtherCommitment => ("decrypt/other-commitment", Drop),
    Self::PostQuantum(_) => ("decrypt/post-quantum", Drop),
    Self::Broken => ("decrypt/broken", Drop),
});

/// Why an envelope was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is no well-formed envelope.
    #[error("the envelope: {0}")]
    Envelope(#[from] DecodeError),
    /// Its handshake was refused.
    #[error("the handshake: {0}")]
    Handshake(#[from] RespondError),
    /// The handshake is well-formed, but the message that came with it does not prove that the
    /// initiator is who it claims to be.
    #[error("the first message: {0}")]
    FirstMessage(DecryptError),
    /// It belongs to a session with `peer`, but was refused there. A retry request can name it.
    #[error("a message of {peer:?}: {error}")]
    Message {
        /// Whose session it belongs to; whether this device sent it is not proven.
        peer: DeviceAddress,
        /// What a retry request names the message by.
        wire_id: WireId,
        /// What was wrong.
        error: DecryptError,
        /// What must be persisted: nothing, unless the error ended the session.
        changes: Changes,
    },
}

error_codes!(OpenError {
    Self::Envelope(DecodeError::UnsupportedVersion(_)) => ("open/unsupported-version", Update),
    Self::Envelope(_) => ("open/envelope", Drop),
    Self::Handshake(_) => ("open/handshake", Drop),
    Self::FirstMessage(_) => ("open/first-message", Drop),
    Self::Message { .. } => ("open/message", Drop),
});

/// Why stored bytes are no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The bytes are damaged, or of a version that this crate does not know.
    #[error("the stored bytes: {0}")]
    Decode(#[from] DecodeError),
    /// The two parts are of different writes.
    #[error("the two parts of the state are of different writes")]
    Torn,
    /// There is another state of the same peer.
    #[error("another state of the same peer was given")]
    Repeated,
}

error_codes!(StateError {
    Self::Decode(DecodeError::UnsupportedVersion(_)) => ("state/unsupported-version", Update),
    Self::Decode(_) => ("state/decode", FetchBundle),
    Self::Torn => ("state/torn", FetchBundle),
    Self::Repeated => ("state/repeated", FixCaller),
});
