use alloc::boxed::Box;
use alloc::vec::Vec;

use super::published::PrekeyId;
use crate::identity::Validity;
use crate::limits::{ONE_TIME_PREKEYS, ONE_TIME_TARGET, PREKEY_GRACE, PREKEY_VALIDITY};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The one-time prekeys of one kind, by ascending id. Consumed ones are gone.
#[derive(Clone, Debug)]
pub(super) struct OneTimeKeys<K>(Vec<OneTime<K>>);

/// One prekey.
#[derive(Clone, Debug)]
pub(super) struct OneTime<K> {
    pub(super) id: PrekeyId,
    /// Boxed, so that moving it leaves no copy behind.
    pub(super) secret: Box<K>,
    pub(super) validity: Validity,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Generated = 0,
    Published = 1,
    /// The server no longer holds it: somebody may have begun a handshake with it.
    HandedOut = 2,
}

impl<K> OneTimeKeys<K> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many to generate so that the server holds [`ONE_TIME_TARGET`], if it holds fewer than
    /// `threshold`; never so many that there are more than [`ONE_TIME_PREKEYS`] in all.
    pub(super) fn missing(&self, threshold: usize, now: Timestamp) -> usize {
        let offered = self.offered(now).count();
        if offered >= threshold {
            return 0;
        }
        let room = ONE_TIME_PREKEYS.saturating_sub(self.0.len());
        ONE_TIME_TARGET.saturating_sub(offered).min(room)
    }

    pub(super) fn add(&mut self, id: PrekeyId, secret: K, now: Timestamp) {
        let validity = Validity::lasting(now, PREKEY_VALIDITY);
        self.0.push(OneTime { id, secret: Box::new(secret), validity, state: State::Generated });
    }

    /// What belongs on the server.
    pub(super) fn offered(&self, now: Timestamp) -> impl Iterator<Item = &OneTime<K>> {
        self.0
            .iter()
            .filter(move |key| key.state != State::HandedOut && key.validity.check(now).is_ok())
    }

    /// Of those, what the server has confirmed.
    pub(super) fn published(&self, now: Timestamp) -> impl Iterator<Item = PrekeyId> {
        self.offered(now).filter(|key| key.state == State::Published).map(|key| key.id)
    }

    /// Of those, what it has not.
    pub(super) fn unpublished(&self, now: Timestamp) -> impl Iterator<Item = &OneTime<K>> {
        self.offered(now).filter(|key| key.state == State::Generated)
    }

    pub(super) fn confirm(&mut self, published: &[PrekeyId]) {
        for key in &mut self.0 {
            if key.state == State::Generated && published.contains(&key.id) {
                key.state = State::Published;
            }
        }
    }

    /// Notes which published ones the server no longer holds, and says how many those are.
    pub(super) fn hand_out_all_but(&mut self, held: &[PrekeyId]) -> usize {
        let mut gone = 0usize;
        for key in &mut self.0 {
            if key.state == State::Published && !held.contains(&key.id) {
                key.state = State::HandedOut;
                gone = gone.saturating_add(1);
            }
        }
        gone
    }

    pub(super) fn delete_dead(&mut self, now: Timestamp) -> usize {
        let before = self.0.len();
        self.0.retain(|key| now < key.validity.until().saturating_add(PREKEY_GRACE));
        before.saturating_sub(self.0.len())
    }

    pub(super) fn find(&self, id: PrekeyId) -> Option<&K> {
        let index = self.0.binary_search_by_key(&id, |key| key.id).ok()?;
        self.0.get(index).map(|key| &*key.secret)
    }

    pub(super) fn consume(&mut self, id: PrekeyId) {
        self.0.retain(|key| key.id != id);
    }

    /// Every id, ascending.
    pub(super) fn ids(&self) -> impl Iterator<Item = PrekeyId> + '_ {
        self.0.iter().map(|key| key.id)
    }
}

/// As stored: `id ‖ secret ‖ validity ‖ state`.
impl<K: Layout> Layout for OneTime<K> {
    fn write(&self, w: &mut Writer) {
        w.put(&self.id).put(&self.secret).put(&self.validity);
        w.u8(self.state as u8);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (id, secret, validity) = (r.get()?, r.get()?, r.get()?);
        let state = match u8::read(r)? {
            0 => State::Generated,
            1 => State::Published,
            2 => State::HandedOut,
            _ => return Err(DecodeError::OutOfRange),
        };
        Ok(Self { id, secret, validity, state })
    }
}

impl<K: Layout> Layout for OneTimeKeys<K> {
    fn write(&self, w: &mut Writer) {
        w.list(self.0.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.list(ONE_TIME_PREKEYS).map(Self)
    }
}
