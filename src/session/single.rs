use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use rand_core::CryptoRng;

use crate::crypto::Digest;
use crate::envelope;
use crate::handshake::SessionName;
use crate::limits::{
    INACTIVE_SESSION_AGE, SILENT_MESSAGES, SILENT_TIME, SIMULTANEOUS_GRACE,
    UNACKNOWLEDGED_SESSION_AGE,
};
use crate::ratchet::{
    Committed, Decrypted, Found, Ratchet, RatchetError, RatchetMessage, WireId, encoded_len,
};
use crate::report::{Ends, Said};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Names a session to both of its ends: the hash of the whole handshake that made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(Digest);

impl SessionId {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The first eight bytes, by which handshakes and retry requests name the session.
    #[must_use]
    pub fn name(&self) -> SessionName {
        SessionName::of(&self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({:?})", self.0)
    }
}

/// One session: a ratchet and what is known of its standing. SPEC.md section 11.1.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    /// Hash of the encoded handshake that made it, by which its repetitions are recognised.
    flight: Digest,
    ratchet: Ratchet,
    created: Timestamp,
    /// Whether a message of the peer's has authenticated. A responder's session begins with one.
    pub(super) acknowledged: bool,
    /// When a message of the peer's last authenticated; the creation if none has.
    pub(super) heard: Timestamp,
    /// Messages sent since then, and when the first of them was.
    unanswered: u32,
    unanswered_since: Option<Timestamp>,
    /// Whether we began it.
    initiated: bool,
    /// Numbers the sessions of a set in the order in which they were inserted.
    pub(super) ordinal: u32,
    /// Since when it is not the one that sends.
    pub(super) inactive_since: Option<Timestamp>,
    /// It gave way to a later session, or lost a simultaneous initiation, and does not become active
    /// before this time.
    pub(super) receive_only_until: Option<Timestamp>,
    /// It was reset, or the peer has shown that it holds a later one: it never sends again.
    pub(super) retired: Option<Retired>,
    /// The post-quantum ratchet failed: nothing more is sent or received.
    pub(super) broken: bool,
}

/// What was heard in a session after it was retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retired {
    Silent,
    /// The peer used it again: it may have fallen back to an old state.
    HeardAgain,
    /// A new handshake has answered that; once is enough.
    Answered,
}

/// Who began a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Initiated,
    Accepted,
}

impl Session {
    pub(super) fn new(
        id: Digest,
        flight: Digest,
        ratchet: Ratchet,
        origin: Origin,
        now: Timestamp,
    ) -> Self {
        Self {
            id: SessionId(id),
            flight,
            ratchet,
            initiated: origin == Origin::Initiated,
            ordinal: 0,
            inactive_since: None,
            retired: None,
            created: now,
            acknowledged: false,
            heard: now,
            unanswered: 0,
            unanswered_since: None,
            receive_only_until: None,
            broken: false,
        }
    }

    pub(super) fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        flight: Option<&[u8]>,
        ends: Ends<'_>,
        said: Said<'_>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<(Vec<u8>, WireId), RatchetError> {
        let (id, plaintext) = (&self.id.0, said.plaintext);
        let context = said.reportable.then(|| ends.context(id));
        let mut out = envelope::begin(flight, encoded_len(plaintext.len()));
        let ratchet = &mut self.ratchet;
        let wire_id = ratchet.encrypt(id, context.as_ref(), plaintext, now, rng, &mut out)?;
        self.unanswered = self.unanswered.saturating_add(1);
        self.unanswered_since.get_or_insert(now);
        Ok((out, wire_id))
    }

    /// On success the peer has been heard of; on error nothing has changed.
    pub(super) fn decrypt(
        &mut self,
        message: &RatchetMessage<'_>,
        found: Option<Found>,
        ends: Ends<'_>,
        now: Timestamp,
    ) -> Result<Decrypted, RatchetError> {
        let decrypted = self.ratchet.decrypt(&self.id.0, message, found, ends, now)?;
        self.acknowledged = true;
        self.heard = now;
        self.unanswered = 0;
        self.unanswered_since = None;
        Ok(decrypted)
    }

    /// Whether the peer has shown that it holds the session: it answered a message of ours in it.
    pub(super) fn is_confirmed(&self) -> bool {
        self.ratchet.generation() >= if self.initiated { 1 } else { 2 }
    }

    pub(super) fn was_made_by(&self, flight: &Digest) -> bool {
        self.flight == *flight
    }

    /// The chain that the message is of, if the session may still receive.
    pub(super) fn find(&self, message: &RatchetMessage<'_>, now: Timestamp) -> Option<Found> {
        if self.is_stale(now) { None } else { self.ratchet.find(message) }
    }

    /// Whether messages may be sent: an initiated session expires if no reply ever comes.
    pub(super) fn may_send(&self, now: Timestamp) -> bool {
        !self.broken && (self.acknowledged || now.since(self.created) <= UNACKNOWLEDGED_SESSION_AGE)
    }

    /// Whether we initiated it so recently that a handshake of the peer's may have crossed ours.
    pub(super) fn is_fresh_attempt(&self, now: Timestamp) -> bool {
        let fresh = now.since(self.created) <= SIMULTANEOUS_GRACE;
        self.initiated && !self.acknowledged && !self.broken && self.retired.is_none() && fresh
    }

    /// Whether it has been inactive for too long.
    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        self.inactive_since.is_some_and(|since| now.since(since) > INACTIVE_SESSION_AGE)
    }

    /// Whether it gave way or lost a simultaneous initiation a moment ago. A time too far in the
    /// future was set by a clock that went wrong.
    pub(super) fn is_blocked(&self, now: Timestamp) -> bool {
        let left = self.receive_only_until.map_or(Duration::ZERO, |until| until.since(now));
        !left.is_zero() && left <= SIMULTANEOUS_GRACE
    }

    /// Whether the peer has been silent for so long that it may have lost the session.
    pub(super) fn is_silent(&self, now: Timestamp) -> bool {
        self.unanswered >= SILENT_MESSAGES
            || self.unanswered_since.is_some_and(|since| now.since(since) >= SILENT_TIME)
    }

    pub(super) fn ratchet(&self) -> &Ratchet {
        &self.ratchet
    }

    pub(super) fn expire(&mut self, now: Timestamp) -> Committed {
        self.ratchet.expire(now)
    }
}

impl Layout for Session {
    fn write(&self, w: &mut Writer) {
        let Self {
            id,
            flight,
            ratchet,
            created,
            acknowledged,
            heard,
            unanswered,
            unanswered_since,
            initiated,
            ordinal,
            inactive_since,
            receive_only_until,
            retired,
            broken,
        } = self;
        w.put(&id.0).put(flight).put(ratchet).put(created).put(acknowledged).put(heard);
        w.put(unanswered).put(unanswered_since).put(initiated).put(ordinal);
        w.put(inactive_since).put(receive_only_until).put(retired).put(broken);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: SessionId(r.get()?),
            flight: r.get()?,
            ratchet: r.get()?,
            created: r.get()?,
            acknowledged: r.get()?,
            heard: r.get()?,
            unanswered: r.get()?,
            unanswered_since: r.get()?,
            initiated: r.get()?,
            ordinal: r.get()?,
            inactive_since: r.get()?,
            receive_only_until: r.get()?,
            retired: r.get()?,
            broken: r.get()?,
        })
    }
}

impl Layout for Retired {
    fn write(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Silent => 0,
            Self::HeardAgain => 1,
            Self::Answered => 2,
        });
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            0 => Ok(Self::Silent),
            1 => Ok(Self::HeardAgain),
            2 => Ok(Self::Answered),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DhSecretKey, Secret};
    use crate::handshake::SessionKeys;
    use crate::wire::read_all;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const MOMENT: Duration = Duration::from_millis(1);

    fn after(time: Duration) -> Timestamp {
        NOW.saturating_add(time)
    }

    /// Begun now by this device.
    fn attempt() -> Session {
        let [ec, pq, braid, header_a, header_b] = [1, 2, 3, 4, 5].map(|i| Secret::new([i; 32]));
        let keys = SessionKeys { ec, pq, braid, header_a, header_b };
        let prekey = DhSecretKey::generate(&mut ChaCha20Rng::seed_from_u64(1));
        let [id, flight] = [6, 7].map(|i| Digest::from_bytes([i; 32]));
        Session::new(id, flight, Ratchet::responder(keys, prekey, NOW), Origin::Initiated, NOW)
    }

    #[test]
    fn only_a_recent_unanswered_attempt_of_ours_may_have_crossed_another() {
        assert!(attempt().is_fresh_attempt(after(SIMULTANEOUS_GRACE)));
        assert!(!attempt().is_fresh_attempt(after(SIMULTANEOUS_GRACE + MOMENT)));
        let with = |change: &dyn Fn(&mut Session)| {
            let mut session = attempt();
            change(&mut session);
            session.is_fresh_attempt(NOW)
        };
        assert!(!with(&|session| session.initiated = false));
        assert!(!with(&|session| session.acknowledged = true));
        assert!(!with(&|session| session.broken = true));
        assert!(!with(&|session| session.retired = Some(Retired::Silent)));
    }

    #[test]
    fn an_inactive_session_is_kept_for_its_time_and_no_longer() {
        let past = after(INACTIVE_SESSION_AGE + MOMENT);
        let mut session = attempt();
        assert!(!session.is_stale(past));
        session.inactive_since = Some(NOW);
        assert!(!session.is_stale(after(INACTIVE_SESSION_AGE)));
        assert!(session.is_stale(past));
    }

    #[test]
    fn who_gave_way_is_blocked_for_a_moment_unless_a_clock_went_wrong() {
        let mut session = attempt();
        assert!(!session.is_blocked(NOW));
        session.receive_only_until = Some(after(SIMULTANEOUS_GRACE + MOMENT));
        assert!(!session.is_blocked(NOW));
        assert!(session.is_blocked(after(MOMENT)));
        assert!(session.is_blocked(after(SIMULTANEOUS_GRACE)));
        assert!(!session.is_blocked(after(SIMULTANEOUS_GRACE + MOMENT)));
    }

    #[test]
    fn what_was_heard_of_a_retired_session_comes_back() {
        for (byte, retired) in
            [Retired::Silent, Retired::HeardAgain, Retired::Answered].into_iter().enumerate()
        {
            let mut w = Writer::new();
            w.put(&retired);
            assert_eq!(w.as_slice(), [u8::try_from(byte).unwrap()]);
            assert_eq!(read_all(w.as_slice()), Ok(retired));
        }
        assert_eq!(read_all::<Retired>(&[3]), Err(DecodeError::OutOfRange));
    }
}
