use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::identity::{AccountId, DeviceAddress};
use crate::limits::{STORY_AUTHORS, STORY_LIFE, STORY_SCOPES};
use crate::sender_key::{
    AcceptKeyError, ChainName, Distribution, ReceivingChains, Scope, ScopeHash, ScopeIndex,
    ScopeKind, SenderMessage, StateError,
};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

use super::StoryKeyError;

/// The version of a stored scope.
const VERSION: u8 = 1;

/// The story lists of all authors that were given to this device.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    authors: BTreeMap<AccountId, Vec<ReceivingChains>>,
    owners: BTreeMap<ScopeHash, AccountId>,
    index: ScopeIndex,
}

impl Scopes {
    /// The scope whose search key made the message's tag, and whose it is.
    pub(super) fn find(&self, message: &SenderMessage<'_>) -> Option<(ScopeHash, AccountId)> {
        let scope = *self.index.find(message)?;
        self.owners.get(&scope).map(|author| (scope, author.clone()))
    }

    pub(super) fn get(&self, scope: &ScopeHash) -> Option<&ReceivingChains> {
        let author = self.owners.get(scope)?;
        self.authors.get(author)?.iter().find(|chains| chains.scope_hash() == scope)
    }

    pub(super) fn get_mut(&mut self, scope: &ScopeHash) -> Option<&mut ReceivingChains> {
        let author = self.owners.get(scope)?;
        self.authors.get_mut(author)?.iter_mut().find(|chains| chains.scope_hash() == scope)
    }

    pub(super) fn touch(&mut self, scope: &ScopeHash) {
        self.index.touch(scope);
    }

    /// Whether a new list of `author`'s can be kept.
    pub(super) fn check(
        &self,
        from: &DeviceAddress,
        distribution: &Distribution,
    ) -> Result<(), StoryKeyError> {
        let scope = distribution.scope();
        if scope.kind() != ScopeKind::Story {
            return Err(StoryKeyError::NotAStory);
        }
        if !scope.admits(from) {
            return Err(AcceptKeyError::OtherAuthor.into());
        }
        if self.get(&scope.hash()).is_some() {
            return Ok(());
        }
        if !distribution.has_epoch_secret() {
            return Err(StoryKeyError::NoSecret);
        }
        let known = self.authors.contains_key(&from.account);
        let full = !known && self.authors.len() >= STORY_AUTHORS;
        if full { Err(StoryKeyError::TooManyAuthors) } else { Ok(()) }
    }

    /// Adds a scope; of the versions of one list only the newest stays open. Returns the scopes that
    /// were closed and those that a limit removed.
    pub(super) fn insert(
        &mut self,
        author: &AccountId,
        mut chains: ReceivingChains,
        now: Timestamp,
    ) -> Inserted {
        let known = self.authors.entry(author.clone()).or_default();
        let scope = *chains.scope();
        let same_list = |other: &Scope| other.id() == scope.id();
        let mut closed = Vec::new();
        for other in known.iter_mut().filter(|other| same_list(other.scope())) {
            if other.scope().key_epoch() >= scope.key_epoch() {
                chains.close(now);
            } else if !other.is_closed() {
                other.close(now);
                closed.push(*other.scope_hash());
            }
        }
        self.owners.insert(*chains.scope_hash(), author.clone());
        self.index.insert(&chains);
        known.push(chains);
        let surplus = known.len().saturating_sub(STORY_SCOPES);
        let removed: Vec<_> = known.drain(..surplus).map(|chains| *chains.scope_hash()).collect();
        for scope in &removed {
            self.drop_name(scope);
        }
        closed.retain(|scope| !removed.contains(scope));
        Inserted { closed, removed }
    }

    fn drop_name(&mut self, scope: &ScopeHash) {
        self.owners.remove(scope);
        self.index.remove(scope);
    }

    /// Forgets the lists of an author.
    pub(super) fn forget(&mut self, author: &AccountId) -> Vec<ScopeHash> {
        let known = self.authors.remove(author).unwrap_or_default();
        let removed: Vec<_> = known.iter().map(|chains| *chains.scope_hash()).collect();
        for scope in &removed {
            self.drop_name(scope);
        }
        removed
    }

    /// Forgets the chains of one device, and the versions that have no other: nothing says that their
    /// secret is the list's.
    pub(super) fn forget_device(&mut self, device: &DeviceAddress) -> Forgotten {
        let known = self.authors.get_mut(&device.account).into_iter().flatten();
        let forget = |chains: &mut ReceivingChains| {
            let scope = *chains.scope_hash();
            chains.forget(device).into_iter().map(move |chain| (scope, chain))
        };
        let chains = known.flat_map(forget).collect();
        Forgotten { chains, scopes: self.remove_where(ReceivingChains::is_empty) }
    }

    /// Removes versions that were replaced so long ago that whatever was posted in them is over, and
    /// those whose chains all went.
    pub(super) fn remove_over(&mut self, now: Timestamp) -> Vec<ScopeHash> {
        let grace = STORY_LIFE.saturating_mul(2);
        self.remove_where(|chains| chains.was_closed_for(now, grace) || chains.is_empty())
    }

    fn remove_where(&mut self, gone: impl Fn(&ReceivingChains) -> bool) -> Vec<ScopeHash> {
        let mut removed = Vec::new();
        for known in self.authors.values_mut() {
            removed.extend(known.iter().filter(|c| gone(c)).map(|c| *c.scope_hash()));
            known.retain(|chains| !gone(chains));
        }
        self.authors.retain(|_, known| !known.is_empty());
        for scope in &removed {
            self.drop_name(scope);
        }
        removed
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ReceivingChains> {
        self.authors.values_mut().flatten()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &ScopeHash> {
        self.authors.values().flatten().map(ReceivingChains::scope_hash)
    }

    pub(super) fn scope_bytes(&self, scope: &ScopeHash) -> Option<Zeroizing<Vec<u8>>> {
        let (author, chains) = (self.owners.get(scope)?, self.get(scope)?);
        let mut w = Writer::with_capacity(256);
        w.u8(VERSION);
        w.put(author);
        w.raw(&chains.scope_bytes());
        Some(w.into_secret())
    }

    /// Adds a stored scope with its chains.
    pub(super) fn restore(&mut self, scope: &[u8], chains: &[&[u8]]) -> Result<(), StateError> {
        let mut r = Reader::new(scope);
        r.version(VERSION)?;
        let author: AccountId = r.get()?;
        let chains = ReceivingChains::restore(r.rest(), chains.iter().copied())?;
        let scope = chains.scope();
        let own = *scope == Scope::story(&author, *scope.id(), scope.key_epoch());
        if scope.kind() != ScopeKind::Story || !own {
            return Err(StateError::OtherScope);
        }
        if self.owners.contains_key(chains.scope_hash()) {
            return Err(StateError::Repeated);
        }
        let full = match self.authors.get(&author) {
            Some(known) => known.len() >= STORY_SCOPES,
            None => self.authors.len() >= STORY_AUTHORS,
        };
        if full {
            return Err(DecodeError::TooLarge.into());
        }
        self.owners.insert(*chains.scope_hash(), author.clone());
        self.index.insert(&chains);
        self.authors.entry(author).or_default().push(chains);
        Ok(())
    }
}

/// What went with a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Its chains: delete them.
    pub chains: Vec<(ScopeHash, ChainName)>,
    /// Versions of lists that only it had posted to: delete them.
    pub scopes: Vec<ScopeHash>,
}

/// What adding a scope did to others.
pub(super) struct Inserted {
    pub(super) closed: Vec<ScopeHash>,
    pub(super) removed: Vec<ScopeHash>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Digest;
    use crate::identity::DeviceId;
    use crate::identity::fixture::{NOW, rng};
    use crate::sender_key::{EpochSecret, SendingChain};

    fn stored(author: &AccountId) -> Zeroizing<Vec<u8>> {
        let device = DeviceAddress { account: author.clone(), device: DeviceId::new(1).unwrap() };
        let scope = Scope::story(author, Digest::from_bytes([1; 32]), 1);
        let secret = EpochSecret::generate(&mut rng(1));
        let chain = SendingChain::new(scope, device.clone(), secret, NOW, &mut rng(2)).unwrap();
        let mut chains = ReceivingChains::new(scope);
        chains.accept(&device, &chain.distribution(), NOW).unwrap();
        let mut scopes = Scopes::default();
        scopes.insert(author, chains, NOW);
        scopes.scope_bytes(&scope.hash()).unwrap()
    }

    #[test]
    fn a_stored_list_beyond_the_limit_is_refused_and_changes_nothing() {
        let id = |i: usize| AccountId::new(&i.to_be_bytes()).unwrap();
        let mut scopes = Scopes::default();
        scopes.authors.extend((1..=STORY_AUTHORS).map(|i| (id(i), Vec::new())));
        let refused = scopes.restore(&stored(&id(0)), &[]);
        assert_eq!(refused, Err(DecodeError::TooLarge.into()));
        assert_eq!(scopes.authors.len(), STORY_AUTHORS);
        assert!(scopes.owners.is_empty());
        assert_eq!(scopes.restore(&stored(&id(1)), &[]), Ok(()));
    }
}
