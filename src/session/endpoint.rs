use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;

use super::SessionId;
use super::error::{DecryptError, EncryptError, OpenError, StateError};
use super::introduction::Introduction;
use super::outcome::{Begun, Changes, Encrypted, Renewal, StoredPeer};
use super::peers::{Peers, Place};
use super::set::{SessionSet, SetDecrypted, SetOutcome};
use super::single::{Origin, Session};
use crate::crypto::Digest;
use crate::envelope::{Envelope, HandshakeMessage};
use crate::handshake::{self, InitiateError, PreSharedSecret};
use crate::identity::{
    DeviceAddress, DevicePublicKeys, LocalDevice, SendPermit, VerifiedDevice, VerifiedDeviceList,
};
use crate::prekey::{PrekeyStore, VerifiedBundle};
use crate::ratchet::{Healing, Ratchet, RatchetMessage, WireId};
use crate::report::{Opening, Said};
use crate::time::Timestamp;

/// One device's conversations with all devices it talks to.
///
/// It opens what arrives without being told from whom, and encrypts for one device at a time. What
/// the caller persists: the local device, its account's list, the prekeys, the two parts of each
/// peer, and the pre-shared secrets it handed out, which are to be given again after a restart. Every operation either changes what it says it changed, or
/// fails and changes nothing. SPEC.md section 11.
#[derive(Debug)]
pub struct Endpoint {
    local: LocalDevice,
    own_list: VerifiedDeviceList,
    prekeys: PrekeyStore,
    peers: Peers,
    psks: Vec<PreSharedSecret>,
}

/// What an envelope turned out to be.
#[derive(Debug)]
#[non_exhaustive]
pub enum Opened {
    /// A message of an established session.
    Message(Received),
    /// The first message of a new session. Nothing has changed yet: judge the sender's certificate,
    /// then [`Endpoint::accept`] it.
    Introduction(Box<Introduction>),
    /// A message that was opened before.
    Duplicate,
    /// A message whose key a limit dropped before it arrived, or a late repetition.
    TooOld,
    /// A message of a sender chain, of a group or of a story: not for a session, but for
    /// [`crate::sender_key`].
    Sender,
    /// It belongs to no session of this device. It names nobody, so nobody can be asked.
    Unknown,
}

/// An authentic message.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The device that sent it.
    pub sender: DeviceAddress,
    /// The session it came in.
    pub session: SessionId,
    /// What names the message to its sender.
    pub wire_id: WireId,
    /// The bytes that were encrypted.
    pub plaintext: Vec<u8>,
    /// What proves to others that the sender said this, if it made the message reportable. To be kept
    /// with the message, or thrown away.
    pub opening: Option<Box<Opening>>,
    /// Keys of older, still missing messages that a limit dropped: those messages are lost.
    pub dropped_keys: u32,
    /// What must be persisted before the message is acted upon.
    pub changes: Changes,
}

/// Without the plaintext.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("sender", &self.sender)
            .field("session", &self.session)
            .field("plaintext_len", &self.plaintext.len())
            .field("opening", &self.opening)
            .field("dropped_keys", &self.dropped_keys)
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// A device without sessions.
    #[must_use]
    pub fn new(local: LocalDevice, own_list: VerifiedDeviceList, prekeys: PrekeyStore) -> Self {
        Self { local, own_list, prekeys, peers: Peers::default(), psks: Vec::new() }
    }

    /// A device with the sessions that [`Endpoint::stored_peer`] stored. Peers whose state is damaged
    /// are left out and named: a new session with them can be begun.
    #[must_use]
    pub fn restore<'a>(
        local: LocalDevice,
        own_list: VerifiedDeviceList,
        prekeys: PrekeyStore,
        peers: impl IntoIterator<Item = &'a StoredPeer>,
    ) -> Restored {
        let mut damaged = Vec::new();
        let mut sets = Vec::new();
        for (index, stored) in peers.into_iter().enumerate() {
            match SessionSet::restore(stored) {
                Ok(set) => sets.push((index, set)),
                Err(error) => damaged.push((index, error)),
            }
        }
        sets.sort_by_key(|(_, set)| set.heard());
        let mut endpoint = Self::new(local, own_list, prekeys);
        for (index, set) in sets {
            if endpoint.peers.get(set.peer()).is_some() {
                damaged.push((index, StateError::Repeated));
            } else {
                endpoint.peers.insert(set);
            }
        }
        Restored { endpoint, damaged }
    }

    /// Begins a session with the bundle's device. Messages to it travel in this session from now
    /// on, each with the handshake until the first reply.
    ///
    /// # Errors
    /// [`InitiateError`]; nothing has changed.
    pub fn initiate<R: CryptoRng + ?Sized>(
        &mut self,
        bundle: &VerifiedBundle,
        psk: Option<&PreSharedSecret>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Begun, InitiateError> {
        if bundle.peer().address() == self.local.address() {
            return Err(InitiateError::OwnBundle);
        }
        let (peer, keys) = (bundle.peer().address(), bundle.peer().keys());
        if !self.may_be(peer, keys) {
            return Err(InitiateError::OtherKeys);
        }
        let known = self.peers.get(peer).and_then(SessionSet::newest);
        let initiated = handshake::initiate(&self.local, &self.own_list, bundle, psk, known, rng)?;
        let ratchet = Ratchet::initiator(initiated.keys, &bundle.signed().key, now, rng)?;
        let flight = handshake::flight_digest(&initiated.flight);
        let session = Session::new(initiated.id, flight, ratchet, Origin::Initiated, now);
        let session = Box::new(session);
        let begun = Begun { session: session.id, changes: Changes::BOTH_PARTS };
        let slot = self.slot_for(peer, keys);
        self.peers.update(slot, |set| set.insert_initiated(session, initiated.flight, now));
        Ok(begun)
    }

    /// Encrypts for the permit's device in its active session.
    ///
    /// # Errors
    /// [`EncryptError`]; nothing has changed.
    pub fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        permit: &SendPermit,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Encrypted, EncryptError> {
        self.seal(permit, Said::plain(plaintext), now, rng)
    }

    /// The same so that the receiver can report it: a commitment stands in clear beside the message.
    /// By default nothing can be proven of a conversation; this is for those whose user or service
    /// wants it so. SPEC.md section 13.1.
    ///
    /// # Errors
    /// [`EncryptError`]; nothing has changed.
    pub fn encrypt_reportable<R: CryptoRng + ?Sized>(
        &mut self,
        permit: &SendPermit,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Encrypted, EncryptError> {
        self.seal(permit, Said::reportable(plaintext), now, rng)
    }

    fn seal<R: CryptoRng + ?Sized>(
        &mut self,
        permit: &SendPermit,
        said: Said<'_>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Encrypted, EncryptError> {
        let slot = self.peers.slot(permit.address()).ok_or(EncryptError::NoSession)?;
        let set = self.peers.set_mut(slot).ok_or(EncryptError::NoSession)?;
        set.encrypt(permit, self.local.address(), said, now, rng)
    }

    /// Opens an envelope.
    ///
    /// # Errors
    /// [`OpenError`]. Nothing has changed, except that a session whose post-quantum ratchet failed
    /// is over: then the peer's state must be persisted.
    pub fn open(&mut self, envelope: &[u8], now: Timestamp) -> Result<Opened, OpenError> {
        match Envelope::decode(envelope)? {
            Envelope::Session(message) => match self.peers.find(&message) {
                Some(place) => self.open_in(place, None, &message, now),
                None => Ok(Opened::Unknown),
            },
            Envelope::Sender(_) => Ok(Opened::Sender),
            Envelope::Handshake(HandshakeMessage { handshake, message }) => {
                let flight = handshake.digest();
                if let Some(place) = self.peers.find(&message) {
                    return self.open_in(place, Some(&flight), &message, now);
                }
                if self.peers.has_session_made_by(&flight) {
                    return Ok(Opened::TooOld);
                }
                let responded =
                    handshake::respond(&self.local, &self.prekeys, &self.psks, &handshake, now)?;
                Introduction::new(responded, flight, &message, self.local.address(), now)
                    .map(|introduction| Opened::Introduction(Box::new(introduction)))
                    .map_err(OpenError::FirstMessage)
            }
        }
    }

    fn open_in(
        &mut self,
        Place { slot, live }: Place,
        flight: Option<&Digest>,
        message: &RatchetMessage<'_>,
        now: Timestamp,
    ) -> Result<Opened, OpenError> {
        let Some(set) = self.peers.set_mut(slot) else { return Ok(Opened::Unknown) };
        let wire_id = message.wire_id();
        match set.decrypt(live, flight, message, self.local.address(), now) {
            Ok(SetOutcome::Decrypted(decrypted)) => {
                let sender = set.peer().clone();
                Ok(Opened::Message(self.received(slot, sender, wire_id, decrypted)))
            }
            Ok(SetOutcome::Duplicate) => Ok(Opened::Duplicate),
            Ok(SetOutcome::TooOld) => Ok(Opened::TooOld),
            Ok(SetOutcome::Unknown) => Ok(Opened::Unknown),
            Err(error) => {
                let mut changes = Changes::default();
                if matches!(error, DecryptError::PostQuantum(error) if error.ends_session()) {
                    set.break_session(message);
                    changes = Changes::BOTH_PARTS;
                }
                Err(OpenError::Message { peer: set.peer().clone(), wire_id, error, changes })
            }
        }
    }

    fn received(
        &mut self,
        slot: usize,
        sender: DeviceAddress,
        wire_id: WireId,
        decrypted: SetDecrypted,
    ) -> Received {
        let SetDecrypted { session, plaintext, opening, committed, archive_changed } = decrypted;
        self.peers.touch(slot);
        if committed.keys_changed || archive_changed {
            self.peers.reindex(slot);
        }
        let changes = Changes { active: true, archive: archive_changed, ..Changes::default() };
        let dropped_keys = committed.dropped;
        Received { sender, session, wire_id, plaintext, opening, dropped_keys, changes }
    }

    /// Takes a new session. `sender` is the proof that its account lists the device now: it comes
    /// from [`crate::identity::Contact::judge`], or for a first contact from the list that
    /// [`crate::identity::Contact::trust_on_first_use`] accepted.
    ///
    /// # Errors
    /// [`AcceptError`]; nothing has changed, and the same envelope may be opened again later.
    pub fn accept(
        &mut self,
        introduction: Introduction,
        sender: &VerifiedDevice,
        now: Timestamp,
    ) -> Result<Received, AcceptError> {
        let Introduction { session, initiator, prekey_use, plaintext, wire_id, .. } = introduction;
        let (address, keys) = (sender.address(), sender.keys());
        let certificate = initiator.certificate();
        if certificate.address() != address || certificate.keys() != keys {
            return Err(AcceptError::OtherDevice);
        }
        if !self.may_be(address, keys) {
            return Err(AcceptError::OtherKeys);
        }
        self.prekeys.consume(&prekey_use, now).map_err(|_| AcceptError::Stale)?;
        let slot = self.slot_for(address, keys);
        let id = session.id;
        self.peers.update(slot, |set| set.insert_accepted(session, initiator.known, now));
        self.peers.touch(slot);
        let changes = Changes { prekeys: true, ..Changes::BOTH_PARTS };
        Ok(Received {
            sender: address.clone(),
            session: id,
            wire_id,
            plaintext,
            opening: introduction.opening,
            dropped_keys: introduction.committed.dropped,
            changes,
        })
    }

    /// Whether a device with these keys may be the one that sessions with this address are with.
    fn may_be(&self, peer: &DeviceAddress, keys: &DevicePublicKeys) -> bool {
        self.peers.get(peer).is_none_or(|set| set.has_keys(keys))
    }

    fn slot_for(&mut self, peer: &DeviceAddress, keys: &DevicePublicKeys) -> usize {
        let known = self.peers.slot(peer);
        known.unwrap_or_else(|| self.peers.insert(SessionSet::new(peer.clone(), keys)))
    }
}

/// Standing and housekeeping.
impl Endpoint {
    /// This device.
    #[must_use]
    pub fn local(&self) -> &LocalDevice {
        &self.local
    }

    /// The newest device list of the own account.
    #[must_use]
    pub fn own_list(&self) -> &VerifiedDeviceList {
        &self.own_list
    }

    /// Takes a newer device list of the own account, or again the one that we have; new handshakes
    /// carry its version and hash.
    ///
    /// # Errors
    /// [`OwnListRefused`], in the order of its variants; the list that we have stays.
    pub fn set_own_list(&mut self, list: VerifiedDeviceList) -> Result<(), OwnListRefused> {
        let known = &self.own_list;
        if list.account() != known.account() {
            return Err(OwnListRefused::OtherAccount);
        }
        if list.version() < known.version() {
            return Err(OwnListRefused::Older);
        }
        if list.version() == known.version() && list.hash() != known.hash() {
            return Err(OwnListRefused::Forked);
        }
        if list.account_key() != known.account_key() && !list.is_retired(known.account_key()) {
            return Err(OwnListRefused::OtherKey);
        }
        self.own_list = list;
        Ok(())
    }

    /// The prekeys.
    #[must_use]
    pub fn prekeys(&self) -> &PrekeyStore {
        &self.prekeys
    }

    /// The prekeys, for their upkeep.
    pub fn prekeys_mut(&mut self) -> &mut PrekeyStore {
        &mut self.prekeys
    }

    /// The pre-shared secrets that handshakes may use; each is tried by its id alone.
    pub fn pre_shared_secrets_mut(&mut self) -> &mut Vec<PreSharedSecret> {
        &mut self.psks
    }

    /// Why a new handshake with `peer` should be begun, if it should: the peer's silence is the
    /// only sign that it lost a session, since what it cannot open names nobody.
    #[must_use]
    pub fn renewal(&self, peer: &DeviceAddress, now: Timestamp) -> Option<Renewal> {
        self.peers.get(peer).map_or(Some(Renewal::NoSession), |set| set.renewal(now))
    }

    /// How the sessions with `peer` stand.
    #[must_use]
    pub fn sessions(&self, peer: &DeviceAddress) -> Option<Sessions> {
        self.peers.get(peer).map(|set| Sessions {
            active: set.active().map(|session| session.id),
            acknowledged: set.is_acknowledged(),
            inactive: set.inactive_len(),
        })
    }

    /// How well the active session with `peer` has healed, and whether to send it an empty message
    /// ([`crate::content::Null`]) so that it heals. `None`: there is no active session.
    #[must_use]
    pub fn healing(&self, peer: &DeviceAddress, now: Timestamp) -> Option<Healing> {
        self.peers.get(peer)?.healing(now)
    }

    /// Bytes that the ML-KEM Braid takes within the stored active session with `peer` (SPEC.md
    /// section 10.8): a measurement, of the part whose size changes most. `None`: there is no
    /// active session.
    #[must_use]
    pub fn braid_state_len(&self, peer: &DeviceAddress) -> Option<usize> {
        Some(self.peers.get(peer)?.active()?.ratchet().braid_state_len())
    }

    /// The devices there are sessions with, the most recently heard of first.
    pub fn peers(&self) -> impl Iterator<Item = &DeviceAddress> {
        self.peers.iter().map(SessionSet::peer)
    }

    /// Retires a session with `peer`: it may still receive, but never sends again. `None` if there is
    /// no such session.
    pub fn reset(
        &mut self,
        peer: &DeviceAddress,
        session: SessionId,
        now: Timestamp,
    ) -> Option<Changes> {
        let slot = self.peers.slot(peer)?;
        let found = self.peers.update(slot, |set| set.reset(session, now))?;
        found.then_some(Changes::BOTH_PARTS)
    }

    /// Forgets all sessions with a device, as when it was revoked. `None` if there were none.
    pub fn forget(&mut self, peer: &DeviceAddress) -> Option<Changes> {
        self.peers.remove(peer).then_some(Changes { removed: true, ..Changes::default() })
    }

    /// Deletes what is too old of all sessions, inactive ones and skipped keys, and returns the peers
    /// of which something changed. To be called daily or so.
    pub fn expire(&mut self, now: Timestamp) -> Vec<(DeviceAddress, Changes)> {
        let mut expired = Vec::new();
        for peer in self.peers().cloned().collect::<Vec<_>>() {
            let slot = self.peers.slot(&peer);
            let changes = slot.and_then(|slot| self.peers.update(slot, |set| set.expire(now)));
            expired.extend(changes.filter(|it| *it != Changes::default()).map(|it| (peer, it)));
        }
        expired
    }

    /// The state of the sessions with `peer`, as bytes in two parts.
    #[must_use]
    pub fn stored_peer(&self, peer: &DeviceAddress) -> Option<StoredPeer> {
        self.peers.get(peer).map(SessionSet::store)
    }

    /// The part of that state that every message changes.
    #[must_use]
    pub fn stored_active(&self, peer: &DeviceAddress) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        self.peers.get(peer).map(SessionSet::store_active)
    }
}

/// A device that came back from its stored bytes.
#[derive(Debug)]
pub struct Restored {
    /// The device with all peers whose state is good.
    pub endpoint: Endpoint,
    /// The others, by their place in what was given.
    pub damaged: Vec<(usize, StateError)>,
}

impl Restored {
    /// The device, if nothing is damaged.
    ///
    /// # Errors
    /// The first [`StateError`].
    pub fn complete(self) -> Result<Endpoint, StateError> {
        match self.damaged.first() {
            None => Ok(self.endpoint),
            Some((_, error)) => Err(*error),
        }
    }
}

/// How the sessions with one device stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// The session that sends, if any.
    pub active: Option<SessionId>,
    /// Whether the peer has answered in it.
    pub acknowledged: bool,
    /// How many sessions only receive.
    pub inactive: usize,
}

/// Why a new session was not taken. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// The proof is of another device than the introduction.
    #[error("the proof is of another device than the introduction")]
    OtherDevice,
    /// The prekeys have been used since the envelope was opened, perhaps by another message of the
    /// same new session: open it again.
    #[error("the prekeys have been used in the meantime")]
    Stale,
    /// There are sessions with the same device id under other keys: one of them is not the device.
    #[error("the device id is known under other keys")]
    OtherKeys,
}

crate::error::error_codes!(AcceptError {
    Self::OtherDevice => ("accept/other-device", FixCaller),
    Self::Stale => ("accept/stale", OpenAgain),
    Self::OtherKeys => ("accept/other-keys", ShowToUser),
});

/// Why a device list of the own account was not taken. Nothing has changed. SPEC.md section 5.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OwnListRefused {
    /// It is another account's.
    #[error("the list is another account's")]
    OtherAccount,
    /// We have a newer one.
    #[error("the list is older than ours")]
    Older,
    /// Two lists of one version: whoever holds the account key signed both.
    #[error("the list is another of the same version")]
    Forked,
    /// The account key that we know does not lead to its.
    #[error("the list is under another account key")]
    OtherKey,
}

crate::error::error_codes!(OwnListRefused {
    Self::OtherAccount => ("own-list/other-account", FixCaller),
    Self::Older => ("own-list/older", Drop),
    Self::Forked => ("own-list/forked", ShowToUser),
    Self::OtherKey => ("own-list/other-key", ShowToUser),
});
