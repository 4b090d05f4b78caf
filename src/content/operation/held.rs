use alloc::vec::Vec;

use crate::content::{Content, MessageId, MessageRef};
use crate::identity::AccountId;
use crate::limits::{HELD_OPERATION_AGE, HELD_OPERATIONS, HELD_OPERATIONS_OF_ONE};
use crate::time::Timestamp;

/// Operations whose message has not come yet, oldest first (SPEC.md 12.6). At most
/// [`HELD_OPERATIONS`], of one account [`HELD_OPERATIONS_OF_ONE`], for [`HELD_OPERATION_AGE`]. Who
/// has too many loses his own oldest, so that nobody can drive out another's.
///
/// It has no stored form: after a restart hold again what was stored and names no message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held(Vec<HeldOperation>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldOperation {
    /// The message that it waits for.
    pub target: MessageRef,
    /// The account that sent it.
    pub sender: AccountId,
    /// When it came.
    pub received: Timestamp,
    /// The operation.
    pub content: Content,
}

impl Held {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Keeps one that came now. Gives back what makes room for it, if anything must: the oldest of
    /// its sender, or of the account that has the most.
    pub fn hold(&mut self, operation: HeldOperation) -> Option<HeldOperation> {
        let sender = operation.sender.clone();
        self.0.push(operation);
        if self.count_of(&sender) > HELD_OPERATIONS_OF_ONE {
            return self.remove_oldest_of(&sender);
        }
        if self.0.len() <= HELD_OPERATIONS {
            return None;
        }
        let most = self.0.iter().max_by_key(|held| self.count_of(&held.sender))?.sender.clone();
        self.remove_oldest_of(&most)
    }

    /// Takes out those that wait for this message, in the order in which they came. Each is then
    /// judged like one that comes now.
    pub fn release(&mut self, author: &AccountId, id: MessageId) -> Vec<HeldOperation> {
        let waits =
            |held: &mut HeldOperation| held.target.author == *author && held.target.id == id;
        self.0.extract_if(.., waits).collect()
    }

    /// Drops those that have waited too long.
    pub fn expire(&mut self, now: Timestamp) {
        self.0.retain(|held| now.since(held.received) <= HELD_OPERATION_AGE);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn count_of(&self, sender: &AccountId) -> usize {
        self.0.iter().filter(|held| held.sender == *sender).count()
    }

    fn remove_oldest_of(&mut self, sender: &AccountId) -> Option<HeldOperation> {
        let oldest = self.0.iter().position(|held| held.sender == *sender)?;
        Some(self.0.remove(oldest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Delete;
    use crate::content::said::tests::reference;
    use crate::content::tests::draft;
    use core::time::Duration;

    fn account(name: u8) -> AccountId {
        AccountId::new(&[name]).unwrap()
    }

    fn operation(sender: u8, target: u16, secs: u64) -> HeldOperation {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&target.to_be_bytes());
        let target = MessageRef { id: MessageId::from_bytes(id), ..reference() };
        let content = draft().build(Delete { target: target.clone() }).unwrap();
        let (sender, received) = (account(sender), Timestamp::from_secs(secs));
        HeldOperation { target, sender, received, content }
    }

    #[test]
    fn a_message_releases_what_waits_for_it_in_order() {
        let mut held = Held::new();
        for (sender, target) in [(1, 7), (2, 8), (2, 7)] {
            assert_eq!(held.hold(operation(sender, target, 0)), None);
        }
        let wanted = operation(1, 7, 0).target;
        let released = held.release(&wanted.author, wanted.id);
        assert_eq!(released, [operation(1, 7, 0), operation(2, 7, 0)]);
        assert_eq!(held.len(), 1);
        assert!(held.release(&account(9), operation(2, 8, 0).target.id).is_empty());
        assert_eq!(held.len(), 1, "the author is part of the name");
    }

    #[test]
    fn who_has_too_many_loses_the_oldest() {
        let mut held = Held::new();
        held.hold(operation(2, 0, 0));
        for i in 0..32 {
            assert_eq!(held.hold(operation(1, i, 0)), None);
        }
        assert_eq!(held.hold(operation(1, 32, 0)), Some(operation(1, 0, 0)));
        assert_eq!(held.len(), 33);
        assert_eq!(HELD_OPERATIONS_OF_ONE, 32);
    }

    #[test]
    fn nobody_drives_out_who_has_fewer() {
        let mut held = Held::new();
        held.hold(operation(200, 0, 0));
        for sender in 0..8 {
            (0..32).for_each(|i| {
                held.hold(operation(sender, i, 0));
            });
        }
        assert_eq!(held.len(), HELD_OPERATIONS);
        assert_eq!(held.count_of(&account(200)), 1);
        let lost = held.hold(operation(201, 0, 0)).unwrap();
        assert!(lost.sender < account(8));
        assert_eq!(held.len(), HELD_OPERATIONS);
    }

    #[test]
    fn what_waited_too_long_is_dropped() {
        let mut held = Held::new();
        held.hold(operation(1, 1, 1_000));
        let last = Timestamp::from_secs(1_000).saturating_add(HELD_OPERATION_AGE);
        held.expire(last);
        assert_eq!(held.len(), 1);
        held.expire(last.saturating_add(Duration::from_millis(1)));
        assert!(held.is_empty());
    }
}
