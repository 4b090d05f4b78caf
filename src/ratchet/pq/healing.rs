use crate::limits;
use crate::ratchet::Staleness;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// What the advice on carrier messages is made of.
///
/// An epoch needs messages in both directions, so a carrier is answered by a carrier: whoever is
/// stale and heard from the peer sends at once, and whoever hears nothing tries once a day. The
/// side that completes the epoch first owes one more message, without which the other could not
/// complete it.
#[derive(Clone, Debug)]
pub(super) struct Healing {
    completed_at: Timestamp,
    sent_at: Timestamp,
    sent: u32,
    received: u32,
    heard: bool,
    owes_answer: bool,
}

impl Healing {
    pub(super) const fn begin(now: Timestamp) -> Self {
        Self {
            completed_at: now,
            sent_at: now,
            sent: 0,
            received: 0,
            heard: false,
            owes_answer: false,
        }
    }

    pub(super) fn sent(&mut self, now: Timestamp) {
        self.sent = self.sent.saturating_add(1);
        self.sent_at = now;
        self.heard = false;
        self.owes_answer = false;
    }

    pub(super) fn received(&mut self) {
        self.received = self.received.saturating_add(1);
        self.heard = true;
    }

    /// `first`: the peer completes the epoch only when it hears from us.
    pub(super) fn completed(&mut self, first: bool, now: Timestamp) {
        let owes_answer = first && self.is_stale(now);
        *self = Self { completed_at: now, sent_at: self.sent_at, owes_answer, ..Self::begin(now) };
    }

    pub(super) fn staleness(&self, completed: u32, now: Timestamp) -> Staleness {
        let age = now.since(self.completed_at);
        Staleness { completed, sent: self.sent, received: self.received, age }
    }

    pub(super) fn should_send_carrier(&self, now: Timestamp) -> bool {
        let silent = now.since(self.sent_at) >= limits::CARRIER_RETRY;
        self.owes_answer || (self.is_stale(now) && (self.heard || silent))
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        now.since(self.completed_at) >= limits::PQ_EPOCH_AGE
    }
}

impl Layout for Healing {
    fn write(&self, w: &mut Writer) {
        let Self { completed_at, sent_at, sent, received, heard, owes_answer } = self;
        w.put(completed_at).put(sent_at).put(sent).put(received).put(heard).put(owes_answer);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            completed_at: r.get()?,
            sent_at: r.get()?,
            sent: r.get()?,
            received: r.get()?,
            heard: r.get()?,
            owes_answer: r.get()?,
        })
    }
}
