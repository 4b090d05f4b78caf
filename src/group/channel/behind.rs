use alloc::collections::BTreeMap;

use crate::group::GroupState;
use crate::identity::AccountId;
use crate::limits::{GROUP_BEHIND_AGE, GROUP_WORD_AGE};
use crate::time::Timestamp;

/// Words of others that there is a later revision than ours, by the account that gave it; none for
/// headers, which any member can make. At most one more than there are members. SPEC.md section 16.1.
#[derive(Debug, Default)]
pub(super) struct Behind(BTreeMap<Option<AccountId>, Word>);

#[derive(Debug)]
struct Word {
    /// The latest that it spoke of.
    revision: u32,
    /// When it first did.
    since: Timestamp,
}

impl Behind {
    /// Each source is counted from its own first word: inventing ever later revisions holds nobody up
    /// for longer, and makes nobody deaf to others.
    pub(super) fn hear(&mut self, by: Option<&AccountId>, revision: u32, now: Timestamp) {
        self.forget_old(now);
        let word = self.0.entry(by.cloned()).or_insert(Word { revision, since: now });
        word.revision = word.revision.max(revision);
    }

    /// The state went on: what it has reached counts no more, nor does who has left.
    pub(super) fn reached(&mut self, state: &GroupState, now: Timestamp) {
        self.forget_old(now);
        self.0.retain(|by, word| {
            let inside = by.as_ref().is_none_or(|account| state.member(account).is_some());
            inside && word.revision > state.revision()
        });
    }

    fn forget_old(&mut self, now: Timestamp) {
        self.0.retain(|_, word| now.since(word.since) <= GROUP_WORD_AGE);
    }

    /// The latest revision that we wait for, if we still wait for one.
    pub(super) fn waits_for(&self, now: Timestamp) -> Option<u32> {
        let fresh = self.0.values().filter(|word| now.since(word.since) <= GROUP_BEHIND_AGE);
        fresh.map(|word| word.revision).max()
    }
}
