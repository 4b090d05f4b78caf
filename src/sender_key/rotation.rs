use alloc::vec::Vec;
use core::time::Duration;

use crate::identity::DeviceAddress;
use crate::limits::{GROUP_CHAIN_AGE, SENDER_CHAIN_MESSAGES, STORY_CHAIN_AGE};

/// When a sender chain has to be replaced although nobody left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    messages: u32,
    age: Duration,
}

impl Rotation {
    /// A group's chains: [`SENDER_CHAIN_MESSAGES`] and [`GROUP_CHAIN_AGE`].
    pub const GROUP: Self = Self { messages: SENDER_CHAIN_MESSAGES, age: GROUP_CHAIN_AGE };
    /// A story list's chains: [`SENDER_CHAIN_MESSAGES`] and [`STORY_CHAIN_AGE`].
    pub const STORY: Self = Self { messages: SENDER_CHAIN_MESSAGES, age: STORY_CHAIN_AGE };

    /// The same with at most so many messages and so much time: stricter, never laxer.
    #[must_use]
    pub fn at_most(self, messages: u32, age: Duration) -> Self {
        Self { messages: self.messages.min(messages), age: self.age.min(age) }
    }

    /// Why a chain with so many messages sent and of this age has to be replaced.
    pub(super) fn due(&self, messages: u32, age: Duration) -> Option<Rotate> {
        if messages >= self.messages {
            Some(Rotate::Count)
        } else if age > self.age {
            Some(Rotate::Age)
        } else {
            None
        }
    }
}

/// Why a new chain must be made before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotate {
    /// The chain is of another scope: the key epoch or the version was raised.
    Scope,
    /// It has served as many messages as it may.
    Count,
    /// It is older than it may get.
    Age,
    /// These devices have it and are no longer of the audience.
    Extra(Vec<DeviceAddress>),
}
