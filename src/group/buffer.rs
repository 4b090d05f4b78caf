use alloc::vec::Vec;

use super::GroupId;
use super::change::SignedChange;
use super::state::GroupState;
use crate::limits::{GROUP_BUFFERED_AGE, GROUP_BUFFERED_BYTES, GROUP_BUFFERED_CHANGES};
use crate::time::Timestamp;

/// Changes that came before the ones that they build on. Bounded in number, bytes and age; whoever
/// fills it only makes us ask for what is missing, which we do anyway. Not stored: what is lost
/// comes with a resync.
#[derive(Clone, Debug)]
pub struct ChangeBuffer {
    group: GroupId,
    waiting: Vec<Waiting>,
}

#[derive(Clone, Debug)]
struct Waiting {
    change: SignedChange,
    bytes: usize,
    since: Timestamp,
}

impl ChangeBuffer {
    /// An empty one.
    #[must_use]
    pub const fn new(group: GroupId) -> Self {
        Self { group, waiting: Vec::new() }
    }

    /// Keeps a change that is ahead. False if it is of another group, there already, or there is no
    /// room: what waits keeps its place.
    pub fn keep(&mut self, change: SignedChange, now: Timestamp) -> bool {
        self.expire(now);
        let bytes = change.encode().len();
        let held: usize = self.waiting.iter().map(|w| w.bytes).sum();
        let fits = self.waiting.len() < GROUP_BUFFERED_CHANGES
            && held.saturating_add(bytes) <= GROUP_BUFFERED_BYTES;
        let known = self.waiting.iter().any(|w| w.change == change);
        if change.group() != self.group || known || !fits {
            return false;
        }
        self.waiting.push(Waiting { change, bytes, since: now });
        true
    }

    /// Takes out a change that builds on `state`, if one waits, and drops those that no longer can.
    pub fn next(&mut self, state: &GroupState) -> Option<SignedChange> {
        self.waiting.retain(|w| w.change.base_revision() >= state.revision());
        let follows = |w: &Waiting| {
            w.change.base_revision() == state.revision() && w.change.base_hash() == state.hash()
        };
        let index = self.waiting.iter().position(follows)?;
        Some(self.waiting.remove(index).change)
    }

    /// Drops what waited too long.
    pub fn expire(&mut self, now: Timestamp) {
        self.waiting.retain(|w| now.since(w.since) <= GROUP_BUFFERED_AGE);
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
