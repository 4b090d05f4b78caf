use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;

use crate::crypto::Digest;
use crate::envelope;
use crate::limits::{SILENT_MESSAGES, SILENT_TIME, SIMULTANEOUS_GRACE, UNACKNOWLEDGED_SESSION_AGE};
use crate::ratchet::{
    Committed, Decrypted, Ratchet, RatchetError, RatchetMessage, WireId, encoded_len,
};
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
    /// It lost a simultaneous initiation and does not become active before this time.
    pub(super) receive_only_until: Option<Timestamp>,
    /// The post-quantum ratchet failed: nothing more is sent or received.
    pub(super) broken: bool,
}

impl Session {
    pub(super) fn new(id: Digest, flight: Digest, ratchet: Ratchet, now: Timestamp) -> Self {
        Self {
            id: SessionId(id),
            flight,
            ratchet,
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
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<(Vec<u8>, WireId), RatchetError> {
        let mut out = envelope::begin(flight, encoded_len(plaintext.len()));
        let wire_id = self.ratchet.encrypt(&self.id.0, plaintext, now, rng, &mut out)?;
        self.unanswered = self.unanswered.saturating_add(1);
        self.unanswered_since.get_or_insert(now);
        Ok((out, wire_id))
    }

    /// On success the peer has been heard of; on error nothing has changed.
    pub(super) fn decrypt(
        &mut self,
        message: &RatchetMessage<'_>,
        now: Timestamp,
    ) -> Result<Decrypted, RatchetError> {
        let decrypted = self.ratchet.decrypt(&self.id.0, message, now)?;
        self.acknowledged = true;
        self.heard = now;
        self.unanswered = 0;
        self.unanswered_since = None;
        Ok(decrypted)
    }

    pub(super) fn was_made_by(&self, flight: &Digest) -> bool {
        self.flight == *flight
    }

    pub(super) fn recognises(&self, message: &RatchetMessage<'_>) -> bool {
        self.ratchet.recognises(message)
    }

    /// Whether messages may be sent: an initiated session expires if no reply ever comes.
    pub(super) fn may_send(&self, now: Timestamp) -> bool {
        !self.broken && (self.acknowledged || now.since(self.created) <= UNACKNOWLEDGED_SESSION_AGE)
    }

    /// Whether we initiated it so recently that a handshake of the peer's may have crossed ours.
    pub(super) fn is_fresh_attempt(&self, now: Timestamp) -> bool {
        !self.broken && !self.acknowledged && now.since(self.created) <= SIMULTANEOUS_GRACE
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
            receive_only_until,
            broken,
        } = self;
        w.put(&id.0).put(flight).put(ratchet).put(created).put(acknowledged).put(heard);
        w.put(unanswered).put(unanswered_since).put(receive_only_until).put(broken);
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
            receive_only_until: r.get()?,
            broken: r.get()?,
        })
    }
}
