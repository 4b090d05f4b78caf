use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::set::SessionSet;
use crate::crypto::{Digest, SearchKey};
use crate::identity::DeviceAddress;
use crate::ratchet::{HeaderKey, RatchetMessage};

/// All session sets of a device, findable by address and by search tag. SPEC.md section 11.4.
#[derive(Debug, Default)]
pub(super) struct Peers {
    slots: Vec<Option<Entry>>,
    by_address: BTreeMap<DeviceAddress, usize>,
    /// Occupied slots by when their peer was last heard of, the most recent first.
    recent: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    set: SessionSet,
    /// Search keys of the active session's current and next chain.
    live: Vec<SearchKey>,
    /// Search keys of inactive sessions and of chains that miss messages.
    other: Vec<SearchKey>,
}

impl Entry {
    fn new(set: SessionSet) -> Self {
        let mut entry = Self { set, live: Vec::new(), other: Vec::new() };
        entry.index();
        entry
    }

    fn index(&mut self) {
        let search_key = |key: &HeaderKey| key.search_key().clone();
        self.live = self.set.live_header_keys().map(search_key).collect();
        self.other = self.set.other_header_keys().map(search_key).collect();
    }
}

impl Peers {
    pub(super) fn get(&self, address: &DeviceAddress) -> Option<&SessionSet> {
        self.entry(*self.by_address.get(address)?).map(|entry| &entry.set)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &SessionSet> {
        self.recent.iter().filter_map(|slot| self.entry(*slot)).map(|entry| &entry.set)
    }

    /// The slot of the peer whose session a message belongs to, by its search tag. Tries the live
    /// keys of all peers, the most recently heard of first, then all others; each tried key costs
    /// one keyed BLAKE3 and nothing else.
    pub(super) fn find(&self, message: &RatchetMessage<'_>) -> Option<usize> {
        let matches = |key: &SearchKey| key.tag(&message.header.nonce) == message.header.search_tag;
        let by = |keys: fn(&Entry) -> &[SearchKey]| {
            let mut slots = self.recent.iter().copied();
            slots.find(|slot| self.entry(*slot).is_some_and(|e| keys(e).iter().any(matches)))
        };
        by(|entry| &entry.live).or_else(|| by(|entry| &entry.other))
    }

    pub(super) fn has_session_made_by(&self, flight: &Digest) -> bool {
        self.iter().any(|set| set.has_session_made_by(flight))
    }

    /// A set to be changed without changing the keys that messages may arrive under.
    pub(super) fn set_mut(&mut self, slot: usize) -> Option<&mut SessionSet> {
        self.slots.get_mut(slot)?.as_mut().map(|entry| &mut entry.set)
    }

    pub(super) fn slot(&self, address: &DeviceAddress) -> Option<usize> {
        self.by_address.get(address).copied()
    }

    /// Changes a set in any way and finds its new keys.
    pub(super) fn update<T>(
        &mut self,
        slot: usize,
        change: impl FnOnce(&mut SessionSet) -> T,
    ) -> Option<T> {
        let entry = self.slots.get_mut(slot)?.as_mut()?;
        let result = change(&mut entry.set);
        entry.index();
        Some(result)
    }

    /// Rebuilds what finds a set after its keys changed.
    pub(super) fn reindex(&mut self, slot: usize) {
        if let Some(Some(entry)) = self.slots.get_mut(slot) {
            entry.index();
        }
    }

    /// Puts a peer first in the order of search.
    pub(super) fn touch(&mut self, slot: usize) {
        if let Some(at) = self.recent.iter().position(|recent| *recent == slot)
            && let Some(moved) = self.recent.get_mut(..=at)
        {
            moved.rotate_right(1);
        }
    }

    /// Adds a set, or replaces the one with the same peer, and returns its slot.
    pub(super) fn insert(&mut self, set: SessionSet) -> usize {
        let known = self.slot(set.peer());
        let free = || self.slots.iter().position(Option::is_none);
        let slot = known.or_else(free).unwrap_or(self.slots.len());
        if known.is_none() {
            self.by_address.insert(set.peer().clone(), slot);
            self.recent.insert(0, slot);
        }
        let entry = Some(Entry::new(set));
        match self.slots.get_mut(slot) {
            Some(place) => *place = entry,
            None => self.slots.push(entry),
        }
        slot
    }

    pub(super) fn remove(&mut self, address: &DeviceAddress) -> bool {
        let Some(slot) = self.by_address.remove(address) else { return false };
        self.recent.retain(|recent| *recent != slot);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = None;
        }
        true
    }

    fn entry(&self, slot: usize) -> Option<&Entry> {
        self.slots.get(slot)?.as_ref()
    }
}
