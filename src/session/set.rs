use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::SessionId;
use super::error::{DecryptError, EncryptError, StateError};
use super::outcome::{Changes, Encrypted, Renewal, StoredPeer};
use super::single::{Retired, Session};
use crate::crypto::{Digest, HashLabel, hash};
use crate::handshake::SessionName;
use crate::identity::{DeviceAddress, DevicePublicKeys, EncodedDeviceKeys, SendPermit};
use crate::limits::{ENVELOPE_BYTES, INACTIVE_SESSIONS, SIMULTANEOUS_GRACE};
use crate::ratchet::{Committed, Found, HeaderKey, Healing, RatchetError, RatchetMessage};
use crate::report::{Ends, Opening, Said};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

const VERSION: u8 = 1;

/// The sessions with one device of a peer: one that sends, and a few that may still receive.
/// SPEC.md section 11.2.
pub(super) struct SessionSet {
    peer: DeviceAddress,
    keys: EncodedDeviceKeys,
    active: Option<Box<Session>>,
    /// The most recently active first.
    inactive: VecDeque<Box<Session>>,
    /// The number of the next session.
    ordinal: u32,
    /// Of each of our attempts that is unacknowledged, by its ordinal: the handshake.
    flights: BTreeMap<u32, Vec<u8>>,
    /// Hash of the stored archive, which the stored active part names, so that parts of two
    /// different writes are not taken for one state.
    archive: Digest,
}

/// Without the flight, which is long.
impl fmt::Debug for SessionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionSet")
            .field("peer", &self.peer)
            .field("active", &self.active)
            .field("inactive", &self.inactive)
            .finish_non_exhaustive()
    }
}

/// What opening a message came to.
pub(super) enum SetOutcome {
    Decrypted(SetDecrypted),
    Duplicate,
    TooOld,
    Unknown,
}

pub(super) struct SetDecrypted {
    pub(super) session: SessionId,
    pub(super) plaintext: Vec<u8>,
    pub(super) opening: Option<Box<Opening>>,
    pub(super) committed: Committed,
    /// Whether more than the active session changed.
    pub(super) archive_changed: bool,
}

impl SessionSet {
    pub(super) fn new(peer: DeviceAddress, keys: &DevicePublicKeys) -> Self {
        let mut set = Self {
            peer,
            keys: keys.into(),
            active: None,
            inactive: VecDeque::new(),
            ordinal: 0,
            flights: BTreeMap::new(),
            archive: Digest::from_bytes([0; 32]),
        };
        set.archive_changed();
        set
    }

    pub(super) const fn peer(&self) -> &DeviceAddress {
        &self.peer
    }

    pub(super) fn has_keys(&self, keys: &DevicePublicKeys) -> bool {
        self.keys == keys.into()
    }

    /// When the peer was last heard of.
    pub(super) fn heard(&self) -> Timestamp {
        self.sessions().map(|session| session.heard).max().unwrap_or_default()
    }

    /// Takes a session that we initiated. It sends from now on.
    pub(super) fn insert_initiated(
        &mut self,
        session: Box<Session>,
        flight: Vec<u8>,
        now: Timestamp,
    ) {
        for retired in self.inactive.iter_mut().filter_map(|session| session.retired.as_mut()) {
            if *retired == Retired::HeardAgain {
                *retired = Retired::Answered;
            }
        }
        let session = self.numbered(session);
        self.flights.insert(session.ordinal, flight);
        self.supersede(session, now);
        self.archive_changed();
    }

    /// Takes a session that the peer initiated, whose first message authenticated, knowing of no
    /// later session than `known`. If we initiated one a moment ago that it did not know, our
    /// latest, both sides have begun at once: the one with the smaller id sends, on both sides.
    pub(super) fn insert_accepted(
        &mut self,
        session: Box<Session>,
        known: Option<SessionName>,
        now: Timestamp,
    ) {
        let mut session = self.numbered(session);
        let until = Some(now.saturating_add(SIMULTANEOUS_GRACE));
        let sessions = self.active.iter_mut().chain(&mut self.inactive);
        let attempts = sessions.filter(|session| session.is_fresh_attempt(now));
        let latest = attempts.max_by_key(|attempt| attempt.ordinal);
        match latest.filter(|attempt| known != Some(attempt.id.name())) {
            Some(attempt) if attempt.id < session.id => {
                let ordinal = attempt.ordinal;
                session.receive_only_until = until;
                self.deactivate(session, now);
                self.reactivate(ordinal, now);
            }
            attempt => {
                if let Some(attempt) = attempt {
                    attempt.receive_only_until = until;
                }
                self.supersede(session, now);
            }
        }
        self.archive_changed();
    }

    /// The session inserted last, by which a handshake says what it follows.
    pub(super) fn newest(&self) -> Option<SessionName> {
        self.sessions().max_by_key(|session| session.ordinal).map(|session| session.id.name())
    }

    fn reactivate(&mut self, ordinal: u32, now: Timestamp) {
        let at = self.inactive.iter().position(|session| session.ordinal == ordinal);
        if let Some(session) = at.and_then(|at| self.inactive.remove(at)) {
            self.activate(session, now);
        }
    }

    fn numbered(&mut self, mut session: Box<Session>) -> Box<Session> {
        session.ordinal = self.ordinal;
        self.ordinal = self.ordinal.saturating_add(1);
        session
    }

    pub(super) fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        permit: &SendPermit,
        local: &DeviceAddress,
        said: Said<'_>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Encrypted, EncryptError> {
        if permit.address() != &self.peer || !self.has_keys(permit.keys()) {
            return Err(EncryptError::OtherDevice);
        }
        if said.is_too_large() {
            return Err(EncryptError::TooLarge);
        }
        let session = self.active.as_mut().filter(|active| active.may_send(now));
        let session = session.ok_or(EncryptError::NoSession)?;
        let flight = self.flights.get(&session.ordinal).map(Vec::as_slice);
        let ends = Ends { sender: local, recipient: &self.peer };
        let sealed = session.encrypt(flight, ends, said, now, rng);
        let (envelope, wire_id) = sealed.map_err(|error| match error {
            RatchetError::Exhausted | RatchetError::PostQuantum(_) => EncryptError::Exhausted,
            _ => EncryptError::NoSession,
        })?;
        debug_assert!(envelope.len() <= ENVELOPE_BYTES, "content and flight limits leave room");
        let changes = Changes { active: true, ..Changes::default() };
        Ok(Encrypted { envelope, wire_id, session: session.id, changes })
    }

    /// Opens a message of one of these sessions. `live` is its chain if that is one of the active
    /// session's that [`Self::live_header_keys`] named; `flight` is the handshake that came with it.
    pub(super) fn decrypt(
        &mut self,
        live: Option<Found>,
        flight: Option<&Digest>,
        message: &RatchetMessage<'_>,
        local: &DeviceAddress,
        now: Timestamp,
    ) -> Result<SetOutcome, DecryptError> {
        let ends = Ends { sender: &self.peer, recipient: local };
        if let Some(active) = &mut self.active
            && let Some(found) = live.or_else(|| active.find(message, now))
        {
            let acknowledged = active.acknowledged;
            let opened = open(active, found, flight, message, ends, now)?;
            return Ok(self.heard_in_active(opened, acknowledged));
        }
        let sessions = self.inactive.iter_mut().enumerate();
        let mut found = sessions.filter_map(|(at, session)| {
            let found = session.find(message, now)?;
            Some((at, session, found))
        });
        let Some((at, session, found)) = found.next() else { return Ok(SetOutcome::Unknown) };
        let opened = open(session, found, flight, message, ends, now)?;
        Ok(self.heard_in_inactive(opened, at, now))
    }

    fn heard_in_active(&mut self, mut opened: SetOutcome, acknowledged: bool) -> SetOutcome {
        if let SetOutcome::Decrypted(decrypted) = &mut opened {
            let retired = self.retire_older();
            if retired || !acknowledged {
                self.archive_changed();
                decrypted.archive_changed = true;
            }
        }
        opened
    }

    fn heard_in_inactive(
        &mut self,
        mut opened: SetOutcome,
        at: usize,
        now: Timestamp,
    ) -> SetOutcome {
        if let SetOutcome::Decrypted(decrypted) = &mut opened {
            self.promote(at, now);
            self.retire_older();
            self.archive_changed();
            decrypted.archive_changed = true;
        }
        opened
    }

    /// An inactive session on which a message arrived becomes active, unless it is retired or gave
    /// way a moment ago.
    fn promote(&mut self, at: usize, now: Timestamp) {
        let sends = self.active.as_ref().is_some_and(|active| active.may_send(now));
        let Some(session) = self.inactive.get_mut(at) else { return };
        if let Some(retired) = &mut session.retired {
            if *retired == Retired::Silent {
                *retired = Retired::HeardAgain;
            }
            return;
        }
        if sends && session.is_blocked(now) {
            return;
        }
        if let Some(session) = self.inactive.remove(at) {
            self.activate(session, now);
        }
    }

    /// Once the peer has answered in the active session, those before it and those that gave way
    /// never send again: what was stolen of them is worth nothing for what comes.
    fn retire_older(&mut self) -> bool {
        let Some(active) = self.active.as_ref().filter(|active| active.is_confirmed()) else {
            return false;
        };
        let mut changed = false;
        for session in self.inactive.iter_mut().filter(|session| session.retired.is_none()) {
            if session.ordinal < active.ordinal || session.receive_only_until.is_some() {
                session.retired = Some(Retired::Silent);
                changed = true;
            }
        }
        changed
    }

    /// Activates a new session in place of an older one. What the peer sent in that one before it
    /// knew the new one does not bring it back: if such messages went on crossing, both sides would
    /// change places for ever.
    fn supersede(&mut self, session: Box<Session>, now: Timestamp) {
        if let Some(active) = &mut self.active {
            active.receive_only_until = Some(now.saturating_add(SIMULTANEOUS_GRACE));
        }
        self.activate(session, now);
    }

    fn activate(&mut self, mut session: Box<Session>, now: Timestamp) {
        session.inactive_since = None;
        session.receive_only_until = None;
        if let Some(old) = self.active.replace(session) {
            self.deactivate(old, now);
        }
    }

    fn deactivate(&mut self, mut session: Box<Session>, now: Timestamp) {
        session.inactive_since = Some(now);
        self.inactive.push_front(session);
        self.drop_stale(now);
    }

    fn drop_stale(&mut self, now: Timestamp) -> bool {
        let before = self.inactive.len();
        self.inactive.retain(|session| !session.is_stale(now));
        self.inactive.truncate(INACTIVE_SESSIONS);
        self.inactive.len() != before
    }

    /// Retires a session: it may still receive. Returns whether there is one with this id.
    pub(super) fn reset(&mut self, id: SessionId, now: Timestamp) -> bool {
        if let Some(mut active) = self.active.take_if(|active| active.id == id) {
            active.retired = Some(Retired::Silent);
            self.deactivate(active, now);
        } else if let Some(session) = self.inactive.iter_mut().find(|session| session.id == id) {
            session.retired.get_or_insert(Retired::Silent);
        } else {
            return false;
        }
        self.archive_changed();
        true
    }

    /// Marks the session that recognises `message` as broken: its post-quantum half failed under
    /// an authentic header.
    pub(super) fn break_session(&mut self, message: &RatchetMessage<'_>) {
        let sessions = self.active.iter_mut().chain(&mut self.inactive);
        for session in sessions.filter(|session| session.ratchet().find(message).is_some()) {
            session.broken = true;
        }
        self.archive_changed();
    }

    /// Deletes what is too old: inactive sessions and skipped keys.
    pub(super) fn expire(&mut self, now: Timestamp) -> Changes {
        let dropped = |session: &mut Box<Session>| session.expire(now) != Committed::default();
        let active = self.active.as_mut().is_some_and(dropped);
        let mut keys = false;
        for session in &mut self.inactive {
            keys |= dropped(session);
        }
        let archive = self.drop_stale(now) || keys;
        if archive {
            self.archive_changed();
        }
        Changes { active: active || archive, archive, ..Changes::default() }
    }

    /// Why a new handshake should be begun, if it should.
    pub(super) fn renewal(&self, now: Timestamp) -> Option<Renewal> {
        match &self.active {
            None => Some(Renewal::NoSession),
            Some(active) if active.broken => Some(Renewal::Broken),
            Some(active) if !active.may_send(now) => Some(Renewal::NeverAnswered),
            Some(active) if active.ratchet().is_nearly_exhausted() => {
                Some(Renewal::NearlyExhausted)
            }
            Some(active) if active.is_silent(now) => Some(Renewal::Silent),
            Some(_) => self.fell_back().then_some(Renewal::OldSession),
        }
    }

    fn fell_back(&self) -> bool {
        self.inactive.iter().any(|session| session.retired == Some(Retired::HeardAgain))
    }

    pub(super) fn has_session_made_by(&self, flight: &Digest) -> bool {
        self.sessions().any(|session| session.was_made_by(flight))
    }

    pub(super) fn active(&self) -> Option<&Session> {
        self.active.as_deref()
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
    pub(super) fn live_header_keys(&self) -> impl Iterator<Item = (Found, &HeaderKey)> {
        self.active.iter().flat_map(|session| session.ratchet().live_header_keys())
    }

    /// All other header keys that a message may still arrive under.
    pub(super) fn other_header_keys(&self) -> impl Iterator<Item = &HeaderKey> {
        let inactive = self.inactive.iter();
        let live = inactive.flat_map(|session| session.ratchet().live_header_keys());
        live.map(|(_, key)| key)
            .chain(self.sessions().flat_map(|session| session.ratchet().past_header_keys()))
    }

    fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.active.iter().chain(&self.inactive).map(|session| &**session)
    }
}

fn open(
    session: &mut Session,
    found: Found,
    flight: Option<&Digest>,
    message: &RatchetMessage<'_>,
    ends: Ends<'_>,
    now: Timestamp,
) -> Result<SetOutcome, DecryptError> {
    if session.broken {
        return Err(DecryptError::Broken);
    }
    if flight.is_some_and(|flight| !session.was_made_by(flight)) {
        return Err(DecryptError::OtherHandshake);
    }
    match session.decrypt(message, Some(found), ends, now) {
        Ok(decrypted) => Ok(SetOutcome::Decrypted(SetDecrypted {
            session: session.id,
            plaintext: decrypted.plaintext,
            opening: decrypted.opening,
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
        let mut w = Writer::with_capacity(2_560);
        w.put(&VERSION).put(&self.archive).put(&self.active);
        w.into_secret()
    }

    fn store_archive(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(2_560);
        w.put(&VERSION).put(&self.peer).put(&self.keys).put(&self.ordinal);
        w.list(self.inactive.iter());
        w.count(self.flights.len());
        for (ordinal, flight) in &self.flights {
            w.put(ordinal);
            w.var(flight);
        }
        w.into_secret()
    }

    /// To be called after every change of anything but the active session.
    fn archive_changed(&mut self) {
        let awaiting: BTreeSet<_> = self.awaiting().collect();
        self.flights.retain(|ordinal, _| awaiting.contains(ordinal));
        self.archive = hash(HashLabel::SessionArchive, &self.store_archive());
    }

    pub(super) fn restore(stored: &StoredPeer) -> Result<Self, StateError> {
        let mut r = Reader::new(&stored.active);
        r.version(VERSION)?;
        let (archive, active) = (r.get::<Digest>()?, r.get()?);
        r.finish()?;
        if hash(HashLabel::SessionArchive, &stored.archive) != archive {
            return Err(StateError::Torn);
        }
        let mut r = Reader::new(&stored.archive);
        r.version(VERSION)?;
        let (peer, keys, ordinal) = (r.get()?, r.get()?, r.get()?);
        let inactive = r.list(INACTIVE_SESSIONS)?;
        let mut flights = BTreeMap::new();
        for _ in 0..r.count(INACTIVE_SESSIONS.saturating_add(1))? {
            let (ordinal, flight) = (r.get()?, r.var(ENVELOPE_BYTES)?.to_vec());
            if flights.last_key_value().is_some_and(|(last, _)| *last >= ordinal) {
                return Err(DecodeError::NotCanonical.into());
            }
            flights.insert(ordinal, flight);
        }
        r.finish()?;
        let set = Self { peer, keys, active, inactive, ordinal, flights, archive };
        if set.is_consistent() { Ok(set) } else { Err(DecodeError::NotCanonical.into()) }
    }

    /// What holds of every set that [`SessionSet::store`] stored.
    fn is_consistent(&self) -> bool {
        let numbered = self.sessions().all(|session| session.ordinal < self.ordinal);
        let mut ids: Vec<_> = self.sessions().map(|session| session.id).collect();
        ids.sort_unstable();
        let distinct = ids.is_sorted_by(|a, b| a < b);
        let awaiting: BTreeSet<_> = self.awaiting().collect();
        self.flights.keys().eq(&awaiting) && numbered && distinct
    }

    /// The ordinals of our attempts that may still be acknowledged.
    fn awaiting(&self) -> impl Iterator<Item = u32> {
        let waits = |session: &&Session| !session.acknowledged && session.retired.is_none();
        self.sessions().filter(waits).map(|session| session.ordinal)
    }
}
