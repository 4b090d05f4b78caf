use alloc::collections::VecDeque;
use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::{DecryptError, EncryptError, StateError};
use super::outcome::{Encrypted, Renewal, StoredPeer};
use super::single::Session;
use crate::crypto::Digest;
use crate::identity::{DeviceAddress, DevicePublicKeys, SendPermit};
use crate::limits::{
    CONTENT_BYTES, ENVELOPE_BYTES, INACTIVE_SESSION_AGE, INACTIVE_SESSIONS, SIMULTANEOUS_GRACE,
};
use crate::ratchet::{Committed, HeaderKey, Healing, RatchetError, RatchetMessage};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

const VERSION: u8 = 1;

/// The sessions with one device of a peer: one that sends, and a few that may still receive.
/// SPEC.md section 11.2.
#[derive(Debug)]
pub(super) struct SessionSet {
    peer: DeviceAddress,
    keys: DevicePublicKeys,
    /// Counts the changes of everything but the active session, so that halves of two different
    /// writes are not taken for one state.
    generation: u64,
    active: Option<Session>,
    /// The most recently active first.
    inactive: VecDeque<Session>,
    /// The active session's handshake, while it is unacknowledged.
    flight: Option<Vec<u8>>,
}

/// What opening a message came to.
pub(super) enum SetOutcome {
    Decrypted(SetDecrypted),
    Duplicate,
    TooOld,
    Unknown,
}

pub(super) struct SetDecrypted {
    pub(super) session: super::SessionId,
    pub(super) plaintext: Vec<u8>,
    pub(super) committed: Committed,
    /// Whether more than the active session changed.
    pub(super) archive_changed: bool,
}

impl SessionSet {
    pub(super) const fn new(peer: DeviceAddress, keys: DevicePublicKeys) -> Self {
        Self { peer, keys, generation: 0, active: None, inactive: VecDeque::new(), flight: None }
    }

    pub(super) const fn peer(&self) -> &DeviceAddress {
        &self.peer
    }

    pub(super) const fn keys(&self) -> &DevicePublicKeys {
        &self.keys
    }

    /// When the peer was last heard of.
    pub(super) fn heard(&self) -> Timestamp {
        self.sessions().map(|session| session.heard).max().unwrap_or_default()
    }

    /// Takes a session that we initiated. It sends from now on.
    pub(super) fn insert_initiated(&mut self, session: Session, flight: Vec<u8>, now: Timestamp) {
        self.activate(session, now);
        self.flight = Some(flight);
    }

    /// Takes a session that the peer initiated, whose first message authenticated. Of two sessions
    /// initiated at once the one with the smaller id sends, on both sides; the other receives.
    pub(super) fn insert_accepted(&mut self, mut session: Session, now: Timestamp) {
        let until = Some(now.saturating_add(SIMULTANEOUS_GRACE));
        match &mut self.active {
            Some(active) if active.is_fresh_attempt(now) => {
                if session.id < active.id {
                    active.receive_only_until = until;
                    self.activate(session, now);
                } else {
                    session.receive_only_until = until;
                    self.archive(session, now);
                }
            }
            _ => self.activate(session, now),
        }
    }

    pub(super) fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        permit: &SendPermit,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Encrypted, EncryptError> {
        if permit.address() != &self.peer || permit.keys() != &self.keys {
            return Err(EncryptError::OtherDevice);
        }
        if plaintext.len() > CONTENT_BYTES {
            return Err(EncryptError::TooLarge);
        }
        let session = self.active.as_mut().filter(|active| active.may_send(now));
        let session = session.ok_or(EncryptError::NoSession)?;
        let sealed = session.encrypt(self.flight.as_deref(), plaintext, now, rng);
        let (envelope, wire_id) = sealed.map_err(|error| match error {
            RatchetError::Exhausted => EncryptError::Exhausted,
            _ => EncryptError::NoSession,
        })?;
        debug_assert!(envelope.len() <= ENVELOPE_BYTES, "content and flight limits leave room");
        Ok(Encrypted { envelope, wire_id, session: session.id })
    }

    /// Opens a message of one of these sessions. `flight` is the handshake that came with it.
    pub(super) fn decrypt(
        &mut self,
        flight: Option<&Digest>,
        message: &RatchetMessage<'_>,
        now: Timestamp,
    ) -> Result<SetOutcome, DecryptError> {
        if let Some(active) = self.active.as_mut().filter(|session| session.recognises(message)) {
            let acknowledges = !active.acknowledged;
            let opened = open(active, flight, message, now)?;
            if acknowledges && matches!(opened, SetOutcome::Decrypted(_)) {
                self.flight = None;
                return Ok(self.with_archive_changed(opened));
            }
            return Ok(opened);
        }
        let Some(at) = self.inactive.iter().position(|session| session.recognises(message)) else {
            return Ok(SetOutcome::Unknown);
        };
        let Some(session) = self.inactive.get_mut(at) else { return Ok(SetOutcome::Unknown) };
        let opened = open(session, flight, message, now)?;
        if matches!(opened, SetOutcome::Decrypted(_)) {
            self.promote(at, now);
            return Ok(self.with_archive_changed(opened));
        }
        Ok(opened)
    }

    fn with_archive_changed(&mut self, mut opened: SetOutcome) -> SetOutcome {
        self.generation = self.generation.wrapping_add(1);
        if let SetOutcome::Decrypted(decrypted) = &mut opened {
            decrypted.archive_changed = true;
        }
        opened
    }

    /// An inactive session on which a message arrived becomes active, unless it lost a
    /// simultaneous initiation a moment ago.
    fn promote(&mut self, at: usize, now: Timestamp) {
        let blocked =
            |session: &Session| session.receive_only_until.is_some_and(|until| now < until);
        if self.inactive.get(at).is_some_and(blocked) {
            return;
        }
        if let Some(mut session) = self.inactive.remove(at) {
            session.receive_only_until = None;
            self.activate(session, now);
        }
    }

    fn activate(&mut self, session: Session, now: Timestamp) {
        self.flight = None;
        if let Some(old) = self.active.replace(session) {
            self.archive(old, now);
        } else {
            self.generation = self.generation.wrapping_add(1);
        }
    }

    fn archive(&mut self, session: Session, now: Timestamp) {
        self.generation = self.generation.wrapping_add(1);
        self.inactive.push_front(session);
        self.drop_stale(now);
    }

    fn drop_stale(&mut self, now: Timestamp) {
        self.inactive.retain(|session| now.since(session.heard) <= INACTIVE_SESSION_AGE);
        self.inactive.truncate(INACTIVE_SESSIONS);
    }

    /// Stops sending on the active session, as after a reset: it may still receive.
    pub(super) fn reset(&mut self, now: Timestamp) {
        self.flight = None;
        if let Some(active) = self.active.take() {
            self.archive(active, now);
        }
    }

    /// Marks the session that recognises `message` as broken: its post-quantum half failed under
    /// an authentic header.
    pub(super) fn break_session(&mut self, message: &RatchetMessage<'_>) {
        self.generation = self.generation.wrapping_add(1);
        let sessions = self.active.iter_mut().chain(&mut self.inactive);
        for session in sessions.filter(|session| session.recognises(message)) {
            session.broken = true;
        }
    }

    /// Deletes what is too old: inactive sessions and skipped keys.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.generation = self.generation.wrapping_add(1);
        self.drop_stale(now);
        for session in self.active.iter_mut().chain(&mut self.inactive) {
            session.expire(now);
        }
    }

    /// Why a new handshake should be begun, if it should.
    pub(super) fn renewal(&self, now: Timestamp) -> Option<Renewal> {
        match &self.active {
            None => Some(Renewal::NoSession),
            Some(active) if active.broken => Some(Renewal::Broken),
            Some(active) if !active.may_send(now) => Some(Renewal::NeverAnswered),
            Some(active) if active.is_silent(now) => Some(Renewal::Silent),
            Some(_) => None,
        }
    }

    pub(super) fn has_session_made_by(&self, flight: &Digest) -> bool {
        self.sessions().any(|session| session.was_made_by(flight))
    }

    pub(super) fn active(&self) -> Option<&Session> {
        self.active.as_ref()
    }

    pub(super) fn healing(&self, now: Timestamp) -> Option<Healing> {
        self.active().map(|session| session.ratchet().healing(now))
    }

    pub(super) fn is_acknowledged(&self) -> bool {
        self.active.as_ref().is_some_and(|active| active.acknowledged)
    }

    pub(super) fn inactive_len(&self) -> usize {
        self.inactive.len()
    }

    /// Header keys of the active session that the peer may use now.
    pub(super) fn live_header_keys(&self) -> impl Iterator<Item = &HeaderKey> {
        self.active.iter().flat_map(|session| session.ratchet().live_header_keys())
    }

    /// All other header keys that a message may still arrive under.
    pub(super) fn other_header_keys(&self) -> impl Iterator<Item = &HeaderKey> {
        let inactive = self.inactive.iter();
        let live = inactive.flat_map(|session| session.ratchet().live_header_keys());
        live.chain(self.sessions().flat_map(|session| session.ratchet().past_header_keys()))
    }

    fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.active.iter().chain(&self.inactive)
    }
}

fn open(
    session: &mut Session,
    flight: Option<&Digest>,
    message: &RatchetMessage<'_>,
    now: Timestamp,
) -> Result<SetOutcome, DecryptError> {
    if session.broken {
        return Err(DecryptError::Broken);
    }
    if flight.is_some_and(|flight| !session.was_made_by(flight)) {
        return Err(DecryptError::OtherHandshake);
    }
    match session.decrypt(message, now) {
        Ok(decrypted) => Ok(SetOutcome::Decrypted(SetDecrypted {
            session: session.id,
            plaintext: decrypted.plaintext,
            committed: decrypted.committed,
            archive_changed: false,
        })),
        Err(RatchetError::Duplicate) => Ok(SetOutcome::Duplicate),
        Err(RatchetError::TooOld) => Ok(SetOutcome::TooOld),
        Err(RatchetError::NotOurs) => Ok(SetOutcome::Unknown),
        Err(error) => Err(error.into()),
    }
}

/// Persistence in two parts: the active session, which every message changes, and the rest.
impl SessionSet {
    pub(super) fn store(&self) -> StoredPeer {
        StoredPeer { active: self.store_active(), archive: self.store_archive() }
    }

    pub(super) fn store_active(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(2_048);
        w.put(&VERSION).put(&self.generation).put(&self.active);
        w.into_secret()
    }

    fn store_archive(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(2_048);
        w.put(&VERSION).put(&self.generation).put(&self.peer).put(&self.keys);
        w.list(self.inactive.iter());
        self.flight.is_some().write(&mut w);
        w.var(self.flight.as_deref().unwrap_or_default());
        w.into_secret()
    }

    pub(super) fn restore(stored: &StoredPeer) -> Result<Self, StateError> {
        let mut r = Reader::new(&stored.active);
        r.version(VERSION)?;
        let (generation, active) = (r.get::<u64>()?, r.get()?);
        r.finish()?;
        let mut r = Reader::new(&stored.archive);
        r.version(VERSION)?;
        if r.get::<u64>()? != generation {
            return Err(StateError::Torn);
        }
        let (peer, keys, inactive) = (r.get()?, r.get()?, r.list(INACTIVE_SESSIONS)?);
        let unacknowledged: bool = r.get()?;
        let flight = r.var(ENVELOPE_BYTES)?;
        r.finish()?;
        if !unacknowledged && !flight.is_empty() {
            return Err(DecodeError::NotCanonical.into());
        }
        let flight = unacknowledged.then(|| flight.to_vec());
        Ok(Self { peer, keys, generation, active, inactive, flight })
    }
}
