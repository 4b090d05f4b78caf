use alloc::vec::Vec;

use zeroize::Zeroize;

use crate::crypto::{Secret, SecretQueue};
use crate::limits::{SKIPPED_KEY_AGE, SKIPPED_KEYS};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The key of a message that has not arrived yet although a later one has.
#[derive(Clone, Debug)]
pub(crate) struct SkippedKey {
    pub(crate) number: u32,
    pub(crate) key: Secret<32>,
    /// When it was skipped.
    pub(crate) at: Timestamp,
}

impl Zeroize for SkippedKey {
    fn zeroize(&mut self) {
        self.key.zeroize();
    }
}

/// Why there is no key for a message of a known chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoKey {
    Used,
    Dropped,
}

/// The keys of one chain's missing messages, at most [`SKIPPED_KEYS`] once they are stored.
#[derive(Clone, Debug)]
pub(crate) struct MissingKeys {
    /// Keys below this number may have been dropped: a message there is too old rather than a
    /// duplicate.
    dropped_below: u32,
    /// In rising order of their numbers.
    keys: SecretQueue<SkippedKey>,
}

impl MissingKeys {
    /// Nothing missing of a chain whose first known number is `first`.
    pub(crate) const fn of_chain_from(first: u32) -> Self {
        Self { dropped_below: first, keys: SecretQueue::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether all of it is of numbers before `number`.
    pub(crate) fn ends_before(&self, number: u32) -> bool {
        self.dropped_below <= number && self.keys.back().is_none_or(|key| key.number < number)
    }

    pub(crate) fn key(&self, number: u32) -> Result<&Secret<32>, NoKey> {
        let dropped = || if number < self.dropped_below { NoKey::Dropped } else { NoKey::Used };
        let key = self.position(number).and_then(|at| self.keys.get(at));
        key.map(|key| &key.key).ok_or_else(dropped)
    }

    pub(crate) fn remove(&mut self, number: u32) {
        if let Some(at) = self.position(number) {
            self.keys.remove(at);
        }
    }

    /// Where a key is. Late messages mostly come in order, so that the oldest is tried first.
    fn position(&self, number: u32) -> Option<usize> {
        if self.keys.front().is_some_and(|key| key.number == number) {
            return Some(0);
        }
        self.keys.binary_search_by_key(&number, |key| key.number).ok()
    }

    /// Adds keys of numbers above all that are in it.
    pub(crate) fn extend(&mut self, keys: Vec<SkippedKey>) {
        self.keys.append(keys);
    }

    pub(crate) fn drop_oldest(&mut self) -> bool {
        let Some(key) = self.keys.front() else { return false };
        self.dropped_below = key.number.saturating_add(1);
        self.keys.remove(0);
        true
    }

    /// Drops what is too old.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        while self.keys.front().is_some_and(|key| now.since(key.at) > SKIPPED_KEY_AGE) {
            self.drop_oldest();
        }
    }
}

impl Layout for SkippedKey {
    fn write(&self, w: &mut Writer) {
        w.put(&self.number).put(&self.key).put(&self.at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { number: r.get()?, key: r.get()?, at: r.get()? })
    }
}

impl Layout for MissingKeys {
    fn write(&self, w: &mut Writer) {
        w.put(&self.dropped_below);
        w.list(self.keys.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let dropped_below = r.get()?;
        let keys: Vec<_> = r.list(SKIPPED_KEYS)?;
        let missing = Self { dropped_below, keys: keys.into() };
        let keys = &missing.keys;
        let rising = keys.iter().zip(keys.iter().skip(1)).all(|(a, b)| a.number < b.number);
        if rising { Ok(missing) } else { Err(DecodeError::NotCanonical) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read_all;

    fn skipped(number: u32) -> SkippedKey {
        SkippedKey { number, key: Secret::new([7; 32]), at: Timestamp::default() }
    }

    fn missing(dropped_below: u32, numbers: &[u32]) -> MissingKeys {
        let keys: Vec<_> = numbers.iter().copied().map(skipped).collect();
        MissingKeys { dropped_below, keys: keys.into() }
    }

    #[test]
    fn a_key_wipes_itself() {
        let mut key = skipped(3);
        key.zeroize();
        assert_eq!(key.key.as_bytes(), &[0; 32]);
    }

    #[test]
    fn what_is_missing_is_of_numbers_before_the_next() {
        assert!(missing(0, &[]).ends_before(0));
        assert!(missing(5, &[5, 8]).ends_before(9));
        assert!(!missing(5, &[5, 8]).ends_before(8), "the next one is not missing yet");
        assert!(!missing(5, &[8]).ends_before(7));
        assert!(!missing(5, &[]).ends_before(4), "nothing is dropped before it was skipped");
        assert!(missing(5, &[]).ends_before(5));
    }

    #[test]
    fn stored_keys_rise() {
        let read = |numbers: &[u32]| {
            let mut w = Writer::new();
            w.put(&missing(0, numbers));
            read_all::<MissingKeys>(&w.into_public()).map(|missing| missing.len())
        };
        assert_eq!(read(&[1, 2, 9]), Ok(3));
        assert_eq!(read(&[1, 2, 2]), Err(DecodeError::NotCanonical));
        assert_eq!(read(&[2, 1]), Err(DecodeError::NotCanonical));
    }
}
