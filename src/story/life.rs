use crate::content::{SentAt, time_of_sending};
use crate::limits::STORY_LIFE;
use crate::time::Timestamp;

/// When a story was posted and when it ends, by the receiver's clock: from the time that its author
/// claims, but not from later than when it came. An author's clock can so shorten a story's life,
/// and never lengthen it (SPEC.md 18.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoryLife {
    posted: Timestamp,
}

impl StoryLife {
    /// Of a story that claims this time and came at that. The author itself takes one time for both.
    #[must_use]
    pub fn new(claimed: Timestamp, received: Timestamp) -> Self {
        let (SentAt::Plausible { counts_as } | SentAt::Implausible { counts_as }) =
            time_of_sending(claimed, received);
        Self { posted: counts_as }
    }

    /// When it counts as posted.
    #[must_use]
    pub const fn posted(self) -> Timestamp {
        self.posted
    }

    /// When it ends: [`STORY_LIFE`] after it was posted.
    #[must_use]
    pub fn ends(self) -> Timestamp {
        self.posted.saturating_add(STORY_LIFE)
    }

    /// Whether it can still be seen, answered and passed on.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        now >= self.ends()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn a_story_lives_for_a_day() {
        let life = StoryLife::new(NOW, NOW);
        let last = NOW.saturating_add(STORY_LIFE.saturating_sub(Duration::from_millis(1)));
        assert!(!life.is_over(NOW) && !life.is_over(last));
        assert!(life.is_over(NOW.saturating_add(STORY_LIFE)));
    }

    proptest! {
        #[test]
        fn no_claim_makes_a_story_outlive_a_day_after_it_came(claimed: u64, received: u64) {
            let received = Timestamp::from_millis(received);
            let life = StoryLife::new(Timestamp::from_millis(claimed), received);
            prop_assert!(life.posted() <= received);
            prop_assert!(life.ends() <= received.saturating_add(STORY_LIFE));
        }
    }
}
