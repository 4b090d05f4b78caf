use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::SessionId;
use crate::ratchet::WireId;

/// A message ready to travel. Persist the changed state first, then send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The envelope, to be carried by anything.
    pub envelope: Vec<u8>,
    /// What a retry request will name this message by.
    pub wire_id: WireId,
    /// The session it was encrypted in.
    pub session: SessionId,
    /// What must be persisted before the envelope is sent.
    pub changes: Changes,
}

/// The two parts in which the state of the sessions with one device is stored. Both secret; write
/// both in one transaction whenever both changed.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPeer {
    /// The active session: changes with every message.
    pub active: Zeroizing<Vec<u8>>,
    /// Everything else: changes with sessions, not with messages.
    pub archive: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for StoredPeer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("StoredPeer")
            .field("active_len", &self.active.len())
            .field("archive_len", &self.archive.len())
            .finish()
    }
}

/// Why a new handshake with a device should be begun. SPEC.md section 11.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Renewal {
    /// There is no session that sends.
    NoSession,
    /// The session's post-quantum ratchet failed.
    Broken,
    /// The session was initiated too long ago without an answer.
    NeverAnswered,
    /// A counter of the session's is near its end
    /// ([`COUNTER_RESERVE`](crate::limits::COUNTER_RESERVE)), at which the session ends.
    NearlyExhausted,
    /// The peer has been silent for too many messages or too long: it may have lost the session.
    Silent,
    /// The peer used a session again that it had left for a later one: it may have gone back to an
    /// old state, in which it cannot read what the later one sends. Reported once for a session.
    OldSession,
}

/// What changed and must be persisted, in one transaction, before anything that came out is acted
/// upon or sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each names one thing to write")]
pub struct Changes {
    /// The active part of the peer's state.
    pub active: bool,
    /// The archive part of the peer's state.
    pub archive: bool,
    /// The prekey store.
    pub prekeys: bool,
    /// There is no state of the peer any more: delete both parts.
    pub removed: bool,
}

impl Changes {
    pub(super) const BOTH_PARTS: Self =
        Self { active: true, archive: true, prekeys: false, removed: false };
}

/// A session that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its id.
    pub session: SessionId,
    /// What must be persisted before the first message is encrypted.
    pub changes: Changes,
}
