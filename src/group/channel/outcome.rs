use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::Changes;
use crate::group::{Role, WithheldReason};
use crate::identity::{AccountId, DeviceAddress};
use crate::ratchet::WireId;
use crate::report::Opening;
use crate::sender_key::{Accepted, ChainId, Scope};

/// What a message of a sender chain turned out to be. SPEC.md section 16.4.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opened {
    /// An authentic message of a member who might send it.
    Message(Box<GroupMessage>),
    /// It was opened before.
    Duplicate,
    /// Its key was dropped, or its revision or key epoch lies too far back.
    TooOld,
    /// Ours, come back.
    Own,
    /// It names a revision that we lack: ask for the changes and open it again. The word of a
    /// member, whoever it is.
    NeedState {
        /// Which.
        revision: u32,
    },
    /// It names another state of a revision that we have: a member's word that the group has come
    /// apart. Compare with others.
    Fork {
        /// Which revision.
        revision: u32,
        /// The first 16 bytes of the other state's hash.
        prefix: [u8; 16],
    },
    /// Its chain has not been given to us: ask the device ([`super::GroupChannel::ask`]) and open
    /// the message again.
    NeedSenderKey(Box<MissingKey>),
    /// Whoever it says it is from might not have sent it.
    NotAllowed {
        /// Who; none if there is no such member.
        account: Option<AccountId>,
        /// Why.
        reason: NotAllowedReason,
    },
    /// Of no key epoch of this group that we know, and most likely of another group. If a change
    /// or a chain is on its way, open it again after that.
    Unknown,
}

/// A chain that we do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingKey {
    /// Whose.
    pub device: DeviceAddress,
    /// What it is bound to.
    pub scope: Scope,
    /// Its id.
    pub chain: ChainId,
}

/// Why somebody might not have sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAllowedReason {
    /// There was no such member at the revision.
    NoSuchMember,
    /// The member's role might not send at the revision.
    Role,
    /// It might then, may not any more, and had time enough to get its last words in.
    Former,
    /// The key epoch is not the revision's.
    KeyEpoch,
}

/// An authentic message.
#[derive(PartialEq, Eq)]
pub struct GroupMessage {
    /// The device that sent it.
    pub sender: DeviceAddress,
    /// Its account's role at the revision.
    pub role: Role,
    /// The revision that it was sent at.
    pub revision: u32,
    /// The account may not send any more: it was on its way when that changed, or pretends so.
    pub former: bool,
    /// Slow mode for this sender: to be judged by the stated times of its messages
    /// ([`super::keeps_slow_mode`]).
    pub slow_mode: Option<Duration>,
    /// The message is what confirmed the group ([`crate::group::Confirmation`]).
    pub confirms: bool,
    /// Names the message to its sender.
    pub wire_id: WireId,
    /// The chain that it came on.
    pub chain: ChainId,
    /// Its number there.
    pub iteration: u32,
    /// The bytes that were encrypted.
    pub plaintext: Vec<u8>,
    /// What proves to others that the sender said this, if it made the message reportable.
    pub opening: Option<Box<Opening>>,
    /// Keys of older, still missing messages that a limit dropped: those messages are lost.
    pub dropped_keys: u32,
    /// What must be persisted before the message is acted upon.
    pub changes: Changes,
}

/// Without the plaintext.
impl fmt::Debug for GroupMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupMessage")
            .field("sender", &self.sender)
            .field("role", &self.role)
            .field("revision", &self.revision)
            .field("former", &self.former)
            .field("chain", &self.chain)
            .field("iteration", &self.iteration)
            .field("plaintext_len", &self.plaintext.len())
            .finish_non_exhaustive()
    }
}

/// What came of another device's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOutcome {
    /// It was taken, or known.
    Taken {
        /// As the scope says.
        accepted: Accepted,
        /// What to persist.
        changes: Changes,
    },
    /// Of a later key epoch: ask for the changes, and give it again.
    NeedState {
        /// Which key epoch.
        key_epoch: u32,
    },
    /// Of another branch of the group.
    Fork {
        /// Which key epoch.
        key_epoch: u32,
    },
    /// Of a key epoch that is over.
    TooOld,
    /// Not from a device of a member, as far as we know: if the sender may have joined or listed
    /// the device just now, ask for the changes or its list, and give it again.
    Stranger(Stranger),
}

/// Why a device is none of the group's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stranger {
    /// Its account is no member.
    NotAMember,
    /// Its account's list cannot be used.
    Withheld(WithheldReason),
    /// The list does not name the device, or not now.
    Unlisted,
}
