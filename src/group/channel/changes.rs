use alloc::vec::Vec;

use crate::sender_key::{ChainName, ScopeHash};

/// What changed and must be persisted, in one transaction, before anything that came out is acted
/// upon or sent. SPEC.md section 16.6.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "one for each part that there is one of")]
pub struct Changes {
    /// [`super::GroupChannel::membership_bytes`].
    pub membership: bool,
    /// [`super::GroupChannel::pending_bytes`]: there is another, or none any more.
    pub pending: bool,
    /// [`super::GroupChannel::hot_bytes`]: alone after a message.
    pub hot: bool,
    /// [`super::GroupChannel::recipient_bytes`].
    pub recipients: bool,
    /// [`super::GroupChannel::scope_bytes`] of these.
    pub scopes: Vec<ScopeHash>,
    /// [`super::GroupChannel::chain_bytes`] of these.
    pub chains: Vec<ChainPart>,
    /// Scopes to delete, with all their chains.
    pub removed_scopes: Vec<ScopeHash>,
    /// Chains to delete.
    pub removed_chains: Vec<ChainPart>,
}

/// Names the stored part of one received chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainPart {
    /// The scope.
    pub scope: ScopeHash,
    /// The chain in it.
    pub chain: ChainName,
}

impl Changes {
    pub(super) fn membership() -> Self {
        Self { membership: true, ..Self::default() }
    }

    pub(super) fn sending() -> Self {
        Self { hot: true, recipients: true, ..Self::default() }
    }

    /// Whether there is nothing to persist.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
