use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::distribution::ChainId;
use super::message::Standing;
use crate::identity::{DeviceAddress, DeviceId};
use crate::ratchet::WireId;
use crate::report::Opening;

/// Names a chain within a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainName {
    /// Whose it is.
    pub device: DeviceAddress,
    /// Its id.
    pub chain: ChainId,
}

/// What came of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The chain was not known before.
    pub new: bool,
    /// The scope's epoch secret was not known before: persist the scope, and insert it into the
    /// [`super::ScopeIndex`].
    pub epoch_learned: bool,
    /// The device's oldest chain, which the new one replaced: delete it.
    pub removed: Option<ChainId>,
    /// Keys of missing messages that went with it: those messages are lost.
    pub dropped_keys: u32,
}

/// What a message of the scope turned out to be.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// An authentic message.
    Decrypted(Decrypted),
    /// A message that was opened before.
    Duplicate,
    /// A message whose key was dropped, of before the chain was given to this device, or of a chain
    /// or scope that is over.
    TooOld,
    /// The device has not given the chain yet: ask it ([`super::KeyRequest`]) and keep the message for
    /// a while.
    UnknownChain {
        /// The sender's place among the members, as the message claims it.
        member_index: u16,
        /// The sender's device id, as the message claims it.
        device: DeviceId,
    },
}

/// An authentic message.
#[derive(PartialEq, Eq)]
pub struct Decrypted {
    /// The device that sent it.
    pub sender: DeviceAddress,
    /// Where it stood in the group's state.
    pub standing: Standing,
    /// The chain that it came on: persist it before the message is acted upon.
    pub chain: ChainId,
    /// Its number there.
    pub iteration: u32,
    /// Names the message to its sender.
    pub wire_id: WireId,
    /// The bytes that were encrypted.
    pub plaintext: Vec<u8>,
    /// What proves to others that the sender said this, if it made the message reportable.
    pub opening: Option<Box<Opening>>,
    /// Keys of older, still missing messages that a limit dropped: those messages are lost.
    pub dropped_keys: u32,
    /// Further chains that keys were dropped of, to be persisted too.
    pub also_changed: Vec<ChainName>,
}

/// Without the plaintext.
impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decrypted")
            .field("sender", &self.sender)
            .field("chain", &self.chain)
            .field("iteration", &self.iteration)
            .field("plaintext_len", &self.plaintext.len())
            .field("dropped_keys", &self.dropped_keys)
            .finish_non_exhaustive()
    }
}

/// What grew too old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Chains to delete.
    pub removed: Vec<ChainName>,
    /// Chains to persist.
    pub changed: Vec<ChainName>,
    /// Keys of missing messages that were dropped.
    pub dropped_keys: u32,
}

impl Expired {
    pub(super) fn add(&mut self, keys: usize) {
        self.dropped_keys = self.dropped_keys.saturating_add(counted(keys));
    }
}

/// A number of keys, for a report.
pub(super) fn counted(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(u32::MAX)
}
