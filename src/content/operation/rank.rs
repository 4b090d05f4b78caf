use core::cmp::Ordering;

use crate::content::{Body, Content};
use crate::crypto::Digest;
use crate::time::Timestamp;

/// Which of several operations of one account on one message holds: the one of the highest rank, so
/// that all who know the same come to the same, in whatever order it came (SPEC.md 12.6).
///
/// By counter (edits and votes have one; it is 0 for others), then by the claimed time of sending,
/// then by hash. A sender whose own earlier operation claims a later time than its clock says sends
/// with one millisecond more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    counter: u32,
    sent_at: Timestamp,
    hash: Digest,
}

impl Rank {
    /// Of an operation.
    #[must_use]
    pub fn of(operation: &Content) -> Self {
        let counter = match operation.body() {
            Body::Edit(edit) => edit.edit_seq(),
            Body::PollVote(vote) => vote.vote_count(),
            _ => 0,
        };
        Self { counter, sent_at: operation.sent_at(), hash: operation.hash() }
    }

    /// The counter of an edit or a vote, 0 of others.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.counter
    }

    /// The claimed time of sending.
    #[must_use]
    pub const fn sent_at(&self) -> Timestamp {
        self.sent_at
    }

    /// From its parts, for who keeps them instead of the content.
    #[must_use]
    pub const fn new(counter: u32, sent_at: Timestamp, hash: Digest) -> Self {
        Self { counter, sent_at, hash }
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |rank: &Self| (rank.counter, rank.sent_at, *rank.hash.as_bytes());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::said::tests::reference;
    use crate::content::tests::draft;
    use crate::content::{Edit, Emoji, Reaction, Text};

    #[test]
    fn the_counter_counts_before_time_and_time_before_hash() {
        let rank = |counter, secs, byte| {
            Rank::new(counter, Timestamp::from_secs(secs), Digest::from_bytes([byte; 32]))
        };
        assert!(rank(2, 1, 1) > rank(1, 9, 9));
        assert!(rank(1, 2, 1) > rank(1, 1, 9));
        assert!(rank(1, 1, 2) > rank(1, 1, 1));
        assert_eq!(rank(1, 1, 1), rank(1, 1, 1));
    }

    #[test]
    fn a_rank_is_of_the_content() {
        let reaction = Reaction::new(reference(), Emoji::new("👋").unwrap());
        let reaction = draft().build(reaction).unwrap();
        let expected = Rank::new(0, reaction.sent_at(), reaction.hash());
        assert_eq!(Rank::of(&reaction), expected);
        let edit = Edit::new(reference(), 7, Text::new("x").unwrap().into()).unwrap();
        let edit = draft().build(edit).unwrap();
        assert_eq!(Rank::of(&edit), Rank::new(7, edit.sent_at(), edit.hash()));
    }
}
