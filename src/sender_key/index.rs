use alloc::vec::Vec;

use super::{ReceivingChains, ScopeHash, SenderMessage};
use crate::crypto::SearchKey;

/// Finds the scope of a message among all that a device is in, by its search tag. SPEC.md section
/// 14.7.
///
/// The keys lie side by side, those of the scope last heard in first: a search reads from the front
/// and touches nothing else.
#[derive(Debug, Default)]
pub struct ScopeIndex {
    live: Vec<LiveScope>,
}

#[derive(Debug)]
struct LiveScope {
    key: SearchKey,
    scope: ScopeHash,
}

impl ScopeIndex {
    /// Searches this scope too, before all others; to be called again once its epoch secret is
    /// known. Returns whether there is one yet.
    pub fn insert(&mut self, chains: &ReceivingChains) -> bool {
        let scope = *chains.scope_hash();
        self.remove(&scope);
        let Some(key) = chains.search_key() else { return false };
        self.live.insert(0, LiveScope { key: key.clone(), scope });
        true
    }

    /// Searches this scope no more.
    pub fn remove(&mut self, scope: &ScopeHash) {
        self.live.retain(|live| live.scope != *scope);
    }

    /// The scope whose header key made the message's search tag; that the message is of it is
    /// proven by [`ReceivingChains::open`]. Each scope costs one search tag and nothing else.
    #[must_use]
    pub fn find(&self, message: &SenderMessage<'_>) -> Option<&ScopeHash> {
        let header = &message.header;
        let made = |live: &&LiveScope| live.key.tag(&header.nonce) == header.search_tag;
        self.live.iter().find(made).map(|live| &live.scope)
    }

    /// Puts a scope first in the order of search: after a message of it decrypted.
    pub fn touch(&mut self, scope: &ScopeHash) {
        let at = self.live.iter().position(|live| live.scope == *scope);
        if let Some(front) = at.and_then(|at| self.live.get_mut(..=at)) {
            front.rotate_right(1);
        }
    }

    /// How many scopes are searched.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether there is no scope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }
}
