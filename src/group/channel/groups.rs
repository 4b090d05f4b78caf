use alloc::collections::BTreeMap;

use super::{GroupChannel, Opened};
use crate::group::GroupId;
use crate::sender_key::{OpenSenderError, ReceivingChains, ScopeHash, ScopeIndex, SenderMessage};
use crate::time::Timestamp;

/// All groups of a device, and which of them a message is of. SPEC.md section 16.4.
#[derive(Debug, Default)]
pub struct Groups {
    channels: BTreeMap<GroupId, Indexed>,
    index: ScopeIndex,
    scopes: BTreeMap<ScopeHash, GroupId>,
}

#[derive(Debug)]
struct Indexed {
    channel: GroupChannel,
    /// What of it is in the index: [`GroupChannel::indexed`] then.
    at: u64,
}

/// What a message turned out to be, and in which group.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The group; none if it is of none.
    pub group: Option<GroupId>,
    /// What it is.
    pub opened: Opened,
}

impl Groups {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a group; gives back the channel that there was of it, as when we were away and joined
    /// again. What was suspect of the group stays so: persist all parts after this, and in the same
    /// transaction delete all that was stored of the channel that was given back. Together they are
    /// [`RestoreError::Torn`](super::RestoreError::Torn).
    pub fn insert(&mut self, mut channel: GroupChannel) -> Option<GroupChannel> {
        let group = channel.id();
        let replaced = self.remove(&group);
        if let Some(old) = &replaced {
            channel.group.inherit(old.group.clone());
        }
        self.channels.insert(group, Indexed { channel, at: 0 });
        self.reindex(&group);
        replaced
    }

    /// Takes a group out, as after leaving it.
    pub fn remove(&mut self, group: &GroupId) -> Option<GroupChannel> {
        let removed = self.channels.remove(group)?;
        self.unindex(group);
        Some(removed.channel)
    }

    /// A group.
    #[must_use]
    pub fn channel(&self, group: &GroupId) -> Option<&GroupChannel> {
        self.channels.get(group).map(|indexed| &indexed.channel)
    }

    /// Does something with a group. `None`: there is no such group.
    pub fn with<T>(
        &mut self,
        group: &GroupId,
        act: impl FnOnce(&mut GroupChannel) -> T,
    ) -> Option<T> {
        let indexed = self.channels.get_mut(group)?;
        let result = act(&mut indexed.channel);
        if indexed.at != indexed.channel.indexed {
            self.reindex(group);
        }
        Some(result)
    }

    /// The group whose message this is, as its search tag says.
    #[must_use]
    pub fn find(&self, message: &SenderMessage<'_>) -> Option<&GroupId> {
        self.index.find(message).and_then(|scope| self.scopes.get(scope))
    }

    /// Finds the group of a message and opens it there: one search tag for each key epoch of each
    /// group, the one last heard in first, and nothing else for a message of none.
    ///
    /// # Errors
    /// [`OpenSenderError`]; nothing has changed.
    pub fn open(
        &mut self,
        message: &SenderMessage<'_>,
        now: Timestamp,
    ) -> Result<Found, OpenSenderError> {
        let scope = self.index.find(message).copied();
        let group = scope.as_ref().and_then(|scope| self.scopes.get(scope)).copied();
        let channel = group.as_ref().and_then(|group| self.channels.get_mut(group));
        let (Some(scope), Some(indexed)) = (scope, channel) else {
            return Ok(Found { group: None, opened: Opened::Unknown });
        };
        let opened = indexed.channel.open(message, now)?;
        if matches!(opened, Opened::Message(_)) {
            self.index.touch(&scope);
        }
        Ok(Found { group, opened })
    }

    /// The groups.
    pub fn iter(&self) -> impl Iterator<Item = &GroupChannel> {
        self.channels.values().map(|indexed| &indexed.channel)
    }

    fn unindex(&mut self, group: &GroupId) {
        let index = &mut self.index;
        self.scopes.retain(|scope, of| {
            let keep = of != group;
            if !keep {
                index.remove(scope);
            }
            keep
        });
    }

    fn reindex(&mut self, group: &GroupId) {
        self.unindex(group);
        let Some(indexed) = self.channels.get_mut(group) else { return };
        let known = |chains: &&ReceivingChains| chains.epoch_secret().is_some();
        for chains in indexed.channel.scopes.iter().filter(known) {
            self.index.insert(chains);
            self.scopes.insert(*chains.scope_hash(), *group);
        }
        indexed.at = indexed.channel.indexed;
    }
}
