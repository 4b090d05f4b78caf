use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::set::SessionSet;
use crate::crypto::{Digest, SearchKey};
use crate::identity::DeviceAddress;
use crate::ratchet::{Found, HeaderKey, RatchetMessage};

/// All session sets of a device, findable by address and by search tag. SPEC.md section 11.4.
#[derive(Debug, Default)]
pub(super) struct Peers {
    slots: Vec<Option<Box<Entry>>>,
    by_address: BTreeMap<DeviceAddress, usize>,
    /// Occupied slots by when their peer was last heard of, the most recent first.
    recent: Vec<usize>,
    /// Search keys of every active session's current and next chain, in the order of `recent` and
    /// side by side: a search reads this from the front and touches nothing else.
    live: Vec<LiveKey>,
}

#[derive(Debug)]
struct LiveKey {
    slot: usize,
    chain: Found,
    key: SearchKey,
}

/// Where a message belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) slot: usize,
    /// The message's chain, if that is one of the active session's that the peer may use now.
    pub(super) live: Option<Found>,
}

#[derive(Debug)]
struct Entry {
    set: SessionSet,
    /// Search keys of inactive sessions and of chains that miss messages.
    other: Vec<SearchKey>,
}

impl Peers {
    pub(super) fn get(&self, address: &DeviceAddress) -> Option<&SessionSet> {
        self.entry(*self.by_address.get(address)?).map(|entry| &entry.set)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &SessionSet> {
        self.recent.iter().filter_map(|slot| self.entry(*slot)).map(|entry| &entry.set)
    }

    /// The peer in whose session a message belongs, by its search tag. Tries the live
    /// keys of all peers, the most recently heard of first, then all others; each tried key costs
    /// one search tag and nothing else.
    pub(super) fn find(&self, message: &RatchetMessage<'_>) -> Option<Place> {
        let matches = |key: &SearchKey| key.tag(&message.header.nonce) == message.header.search_tag;
        if let Some(LiveKey { slot, chain, .. }) = self.live.iter().find(|live| matches(&live.key))
        {
            return Some(Place { slot: *slot, live: Some(*chain) });
        }
        let others = |slot: &usize| self.entry(*slot).map(|entry| entry.other.iter());
        let mut slots = self.recent.iter().copied();
        let slot = slots.find(|slot| others(slot).is_some_and(|mut keys| keys.any(matches)))?;
        Some(Place { slot, live: None })
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
        let result = change(self.set_mut(slot)?);
        self.reindex(slot);
        Some(result)
    }

    /// Rebuilds what finds a set after its keys changed. One that was not searched for before comes
    /// first.
    pub(super) fn reindex(&mut self, slot: usize) {
        let Some(Some(entry)) = self.slots.get_mut(slot) else { return };
        entry.other = entry.set.other_header_keys().map(search_key).collect();
        let live = entry.set.live_header_keys();
        let live: Vec<_> =
            live.map(|(chain, key)| LiveKey { slot, chain, key: search_key(key) }).collect();
        let at = self.live.iter().position(|live| live.slot == slot);
        if at.is_none() {
            self.touch(slot);
        }
        let at = at.unwrap_or(0);
        self.live.retain(|key| key.slot != slot);
        self.live.splice(at..at, live);
    }

    /// Puts a peer first in the order of search.
    pub(super) fn touch(&mut self, slot: usize) {
        if self.recent.first() == Some(&slot) {
            return;
        }
        if let Some(order) = upto(&mut self.recent, |recent| *recent == slot) {
            order.rotate_right(1);
        }
        if let Some(keys) = upto(&mut self.live, |live| live.slot == slot) {
            let count = keys.iter().rev().take_while(|live| live.slot == slot).count();
            keys.rotate_right(count);
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
        let entry = Some(Box::new(Entry { set, other: Vec::new() }));
        match self.slots.get_mut(slot) {
            Some(place) => *place = entry,
            None => self.slots.push(entry),
        }
        self.reindex(slot);
        slot
    }

    pub(super) fn remove(&mut self, address: &DeviceAddress) -> bool {
        let Some(slot) = self.by_address.remove(address) else { return false };
        self.recent.retain(|recent| *recent != slot);
        self.live.retain(|live| live.slot != slot);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = None;
        }
        true
    }

    fn entry(&self, slot: usize) -> Option<&Entry> {
        self.slots.get(slot)?.as_deref()
    }
}

fn search_key(key: &HeaderKey) -> SearchKey {
    key.search_key().clone()
}

/// The front of a list, up to and including the last item of the first run that matches.
fn upto<T>(items: &mut [T], matches: impl Fn(&T) -> bool) -> Option<&mut [T]> {
    let first = items.iter().position(&matches)?;
    let run = items.iter().skip(first).take_while(|item| matches(item)).count();
    items.get_mut(..first.saturating_add(run))
}
