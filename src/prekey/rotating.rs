use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use super::published::PrekeyId;
use crate::crypto::KemSecretKey;
use crate::identity::Validity;
use crate::limits::{
    PREKEY_EARLY_ROTATION, PREKEY_GRACE, PREKEY_ROTATION, PREKEY_VALIDITY, REPLAY_RECORD,
    ROTATED_PREKEYS,
};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Prekeys of one kind that replace each other by time. There is always a current one; the ones
/// before it still answer for a while.
#[derive(Clone, Debug)]
pub(super) struct Rotating<K> {
    current: Current<K>,
    /// Oldest first.
    past: Vec<Past<K>>,
}

#[derive(Clone, Debug)]
struct Current<K> {
    key: Rotated<K>,
    published: bool,
}

#[derive(Clone, Debug)]
struct Past<K> {
    key: Rotated<K>,
    replaced: Timestamp,
}

/// One prekey.
#[derive(Clone, Debug)]
pub(super) struct Rotated<K> {
    pub(super) id: PrekeyId,
    /// Boxed, so that moving it leaves no copy behind.
    pub(super) secret: Box<K>,
    pub(super) validity: Validity,
}

impl<K> Rotated<K> {
    pub(super) fn new(id: PrekeyId, secret: K, now: Timestamp) -> Self {
        Self { id, secret: Box::new(secret), validity: Validity::lasting(now, PREKEY_VALIDITY) }
    }
}

impl<K> Rotating<K> {
    pub(super) const fn new(key: Rotated<K>) -> Self {
        Self { current: Current { key, published: false }, past: Vec::new() }
    }

    pub(super) const fn current(&self) -> &Rotated<K> {
        &self.current.key
    }

    pub(super) const fn is_published(&self) -> bool {
        self.current.published
    }

    pub(super) fn confirm(&mut self, published: PrekeyId) {
        self.current.published |= self.current.key.id == published;
    }

    /// Whether the current key's time has come. A validity that begins in the future comes of a
    /// clock that was wrong; peers would refuse the key.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let validity = &self.current.key.validity;
        validity.check(now).is_err() || now.since(validity.from()) >= PREKEY_ROTATION
    }

    pub(super) fn replace(&mut self, fresh: Rotated<K>, now: Timestamp) {
        let fresh = Current { key: fresh, published: false };
        let replaced = core::mem::replace(&mut self.current, fresh);
        self.past.push(Past { key: replaced.key, replaced: now });
        let dropped = self.past.len().saturating_sub(ROTATED_PREKEYS.saturating_sub(1));
        self.past.drain(..dropped);
    }

    /// Deletes what no longer answers and says how many those were.
    pub(super) fn delete_dead(&mut self, now: Timestamp) -> usize {
        let before = self.past.len();
        self.past.retain(|past| !past.is_dead(now));
        before.saturating_sub(self.past.len())
    }

    /// The key with this id, current or past, if it still answers at `now`.
    pub(super) fn find(&self, id: PrekeyId, now: Timestamp) -> Option<&K> {
        let past = self.past.iter().filter(|past| !past.is_dead(now)).map(|past| &past.key);
        past.chain([&self.current.key]).find(|key| key.id == id).map(|key| &*key.secret)
    }

    pub(super) fn find_mut(&mut self, id: PrekeyId) -> Option<&mut K> {
        let past = self.past.iter_mut().map(|past| &mut past.key);
        past.chain([&mut self.current.key]).find(|key| key.id == id).map(|key| &mut *key.secret)
    }

    /// Every id, ascending if the state is sound.
    pub(super) fn ids(&self) -> impl Iterator<Item = PrekeyId> + '_ {
        self.past.iter().map(|past| past.key.id).chain([self.current.key.id])
    }
}

impl<K> Past<K> {
    fn is_dead(&self, now: Timestamp) -> bool {
        now.since(self.replaced) >= PREKEY_GRACE
    }
}

/// As stored: `id ‖ secret ‖ validity`.
impl<K: Layout> Layout for Rotated<K> {
    fn write(&self, w: &mut Writer) {
        w.put(&self.id).put(&self.secret).put(&self.validity);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: r.get()?, secret: r.get()?, validity: r.get()? })
    }
}

impl<K: Layout> Layout for Past<K> {
    fn write(&self, w: &mut Writer) {
        w.put(&self.key).put(&self.replaced);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.get()?, replaced: r.get()? })
    }
}

/// As stored: `current ‖ published ‖ list(past ‖ replaced)`.
impl<K: Layout> Layout for Rotating<K> {
    fn write(&self, w: &mut Writer) {
        w.put(&self.current.key).put(&self.current.published);
        w.list(self.past.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let current = Current { key: r.get()?, published: r.get()? };
        Ok(Self { current, past: r.list(ROTATED_PREKEYS.saturating_sub(1))? })
    }
}

/// A last-resort KEM prekey with the handshakes that it served: since the key stays, only this
/// record tells a replay from a new handshake.
#[derive(Clone)]
pub(super) struct LastResort {
    pub(super) secret: KemSecretKey,
    served: BTreeSet<[u8; 16]>,
}

/// Without the record, whose names were derived from the secrets of handshakes.
impl fmt::Debug for LastResort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastResort")
            .field("secret", &self.secret)
            .field("served", &self.served.len())
            .finish()
    }
}

impl LastResort {
    pub(super) const fn new(secret: KemSecretKey) -> Self {
        Self { secret, served: BTreeSet::new() }
    }

    pub(super) fn has_served(&self, replay: &[u8; 16]) -> bool {
        self.served.contains(replay)
    }

    pub(super) fn is_full(&self) -> bool {
        self.served.len() >= REPLAY_RECORD
    }

    pub(super) fn record(&mut self, replay: [u8; 16]) {
        self.served.insert(replay);
    }
}

impl Rotating<LastResort> {
    /// Due because half its record is used, once it is a day old: a flood of handshakes must
    /// neither fill the record nor push all earlier keys out.
    pub(super) fn is_worn(&self, now: Timestamp) -> bool {
        let key = &self.current.key;
        key.secret.served.len() >= REPLAY_RECORD / 2
            && now.since(key.validity.from()) >= PREKEY_EARLY_ROTATION
    }
}

/// As stored: the secret and the ascending replay ids.
impl Layout for LastResort {
    fn write(&self, w: &mut Writer) {
        w.put(&self.secret);
        w.list(self.served.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let secret = r.get()?;
        let served: Vec<[u8; 16]> = r.list(REPLAY_RECORD)?;
        if !served.is_sorted_by(|a, b| a < b) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(Self { secret, served: served.into_iter().collect() })
    }
}
