use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Deref;

use zeroize::Zeroize;

/// Secrets in a row, without a box for each: what is taken out is wiped in its place, and what needs
/// more room is copied and wiped where it was, so that nothing is left behind.
///
/// The items have to wipe themselves on drop.
#[derive(Clone, Debug)]
pub(crate) struct SecretQueue<T>(VecDeque<T>);

impl<T: Clone + Zeroize> SecretQueue<T> {
    pub(crate) const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Adds items at the end.
    pub(crate) fn append(&mut self, items: Vec<T>) {
        if self.0.is_empty() {
            self.0 = items.into();
            return;
        }
        let len = self.0.len().saturating_add(items.len());
        if len > self.0.capacity() {
            self.grow(len.saturating_mul(2));
        }
        self.0.extend(items.iter().cloned());
    }

    /// Wipes an item and takes it out. The room of the last one is given back.
    pub(crate) fn remove(&mut self, at: usize) {
        let Some(item) = self.0.get_mut(at) else { return };
        item.zeroize();
        self.close_gap(at);
        if self.0.is_empty() {
            self.0 = VecDeque::new();
        }
    }

    /// Moves a wiped item to the nearer end and takes it off. With [`VecDeque::remove`], the item at
    /// that end would be there twice, once beyond the end and never wiped.
    fn close_gap(&mut self, at: usize) {
        let after = self.0.len().saturating_sub(at);
        if at < after {
            for to in (0..at).rev() {
                self.0.swap(to, to.saturating_add(1));
            }
            self.0.pop_front();
        } else {
            for from in at.saturating_add(1)..self.0.len() {
                self.0.swap(from.saturating_sub(1), from);
            }
            self.0.pop_back();
        }
    }

    fn grow(&mut self, capacity: usize) {
        let mut larger = VecDeque::with_capacity(capacity);
        larger.extend(self.0.iter().cloned());
        self.0 = larger;
    }
}

/// To read. What writes could leave copies behind.
impl<T> Deref for SecretQueue<T> {
    type Target = VecDeque<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Moves nothing.
impl<T> From<Vec<T>> for SecretQueue<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items.into())
    }
}

#[cfg(test)]
impl<T> SecretQueue<T> {
    pub(crate) fn items_mut(&mut self) -> &mut VecDeque<T> {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_holds_what_a_plain_queue_does(
            steps in prop::collection::vec(
                (prop::collection::vec(any::<u8>(), 0..9), any::<prop::sample::Index>()), 0..40),
        ) {
            let (mut queue, mut plain) = (SecretQueue::new(), VecDeque::new());
            for (items, at) in steps {
                plain.extend(items.iter().copied());
                queue.append(items);
                prop_assert_eq!(&*queue, &plain);
                if !plain.is_empty() {
                    let at = at.index(plain.len());
                    plain.remove(at);
                    queue.remove(at);
                }
                queue.remove(plain.len());
                prop_assert_eq!(&*queue, &plain);
            }
        }
    }

    #[test]
    fn the_room_of_the_last_one_is_given_back() {
        let mut queue = SecretQueue::from(alloc::vec![1u8, 2]);
        queue.remove(1);
        assert!(queue.capacity() >= 2);
        queue.remove(0);
        assert_eq!(queue.capacity(), 0);
    }
}
