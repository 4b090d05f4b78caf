use core::time::Duration;

use crate::limits;
use crate::ratchet::Staleness;
use crate::ratchet::braid::Following;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// What the advice on carrier messages is made of.
///
/// An epoch needs messages in both directions, so a carrier is answered by a carrier: whoever is
/// stale and heard from the peer sends at once, and whoever hears nothing tries once a day.
///
/// The side that completes an epoch first owes the peer one message more, without which the peer
/// could not follow. That message may be lost, so it is repeated until something of the new epoch
/// arrives, which the peer in turn owes. Whoever has heard of the new epoch owes nothing for it by
/// itself, only in answer, and so two sides that have completed fall silent.
#[derive(Clone, Debug)]
pub(super) struct Healing {
    completed_at: Timestamp,
    sent_at: Timestamp,
    sent: u32,
    received: u32,
    /// Whether anything arrived since the last send.
    heard: bool,
    /// Whether the last epoch was stale when it completed: then its end is not left to chance.
    ended_stale: bool,
}

impl Healing {
    pub(super) const fn begin(now: Timestamp) -> Self {
        Self {
            completed_at: now,
            sent_at: now,
            sent: 0,
            received: 0,
            heard: false,
            ended_stale: false,
        }
    }

    pub(super) fn sent(&mut self, now: Timestamp) {
        self.sent = self.sent.saturating_add(1);
        self.sent_at = now;
        self.heard = false;
    }

    pub(super) fn received(&mut self) {
        self.received = self.received.saturating_add(1);
        self.heard = true;
    }

    /// What was heard last stays unanswered: it may be what completed the epoch.
    pub(super) fn completed(&mut self, now: Timestamp) {
        let Self { sent_at, heard, .. } = *self;
        *self = Self { sent_at, heard, ended_stale: self.is_stale(now), ..Self::begin(now) };
    }

    pub(super) fn staleness(&self, completed: u32, now: Timestamp) -> Staleness {
        let age = now.since(self.completed_at);
        Staleness { completed, sent: self.sent, received: self.received, age }
    }

    pub(super) fn should_send_carrier(&self, peer: Following, now: Timestamp) -> bool {
        let silent = is_over(limits::CARRIER_RETRY, self.sent_at, now);
        let answer = self.heard && (self.ended_stale || silent);
        let owed = match peer {
            Following::Known => false,
            Following::MayDoubt => answer,
            Following::MayLag => answer || silent,
        };
        owed || (self.is_stale(now) && (self.heard || silent))
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        is_over(limits::PQ_EPOCH_AGE, self.completed_at, now)
    }
}

/// Whether the time since `since` is over. A time too far in the future was set by a clock that
/// went wrong, and must not keep a session from healing until then.
fn is_over(time: Duration, since: Timestamp, now: Timestamp) -> bool {
    now.since(since) >= time || since.since(now) > limits::CLOCK_SKEW
}

impl Layout for Healing {
    fn write(&self, w: &mut Writer) {
        let Self { completed_at, sent_at, sent, received, heard, ended_stale } = self;
        w.put(completed_at).put(sent_at).put(sent).put(received).put(heard).put(ended_stale);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            completed_at: r.get()?,
            sent_at: r.get()?,
            sent: r.get()?,
            received: r.get()?,
            heard: r.get()?,
            ended_stale: r.get()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_over_when_it_has_passed_or_was_set_by_a_clock_that_went_wrong() {
        let (time, almost) = (Duration::from_mins(1), Duration::from_millis(59_999));
        let now = Timestamp::from_secs(1_800_000_000);
        let milli = Duration::from_millis(1);
        let since = |ahead: Duration| is_over(time, now.saturating_add(ahead), now);
        let at = |later: Duration| is_over(time, now, now.saturating_add(later));
        assert_eq!([at(Duration::ZERO), at(almost), at(time)], [false, false, true]);
        let skew = limits::CLOCK_SKEW;
        assert_eq!([since(skew), since(skew + milli)], [false, true]);
    }
}
