//! What no device sees: every envelope that left a device, who may have lost what and why, and so
//! what each arrival must come to.

use std::collections::BTreeMap;

use sealwax::handshake::RespondError;
use sealwax::identity::DeviceAddress;
use sealwax::limits::{
    DOCUMENT_BYTES, ENVELOPE_BYTES, IDENTITY_EVENTS, INACTIVE_SESSION_AGE, INACTIVE_SESSIONS,
    PREKEY_ROTATION, SKIP, SKIPPED_CHAINS, SKIPPED_KEY_AGE, SKIPPED_KEYS,
};
use sealwax::session::{DecryptError, Encrypted, OpenError, Received, SessionId};
use sealwax::time::Timestamp;

use super::pool;
use super::world::World;

/// The longest stored session: a fixed part and skipped keys of both ratchets at their limits.
const SESSION_BYTES: usize = 16_384 + 2 * SKIPPED_KEYS * 52;
/// The longest stored prekeys: two hundred one-time ones of each kind, six rotating ones of each
/// and their records.
const PREKEYS_BYTES: usize = 200 * (53 + 85) + 12 * 200 + 6 * 1_024 * 16;
/// Messages in a session after which the limits on chains and epochs may have dropped a key: each
/// further chain takes two messages.
const MESSAGES_TO_A_LIMIT: usize = 2 * SKIPPED_CHAINS;

#[derive(Default)]
pub(super) struct Truth {
    pub(super) sent: Vec<Sent>,
    by_wire_id: BTreeMap<[u8; 12], usize>,
    /// The numbers of all messages of a session, both ways, in the order in which they left.
    by_session: BTreeMap<SessionId, Vec<usize>>,
    began: BTreeMap<SessionId, Timestamp>,
    /// The number of the first envelope that left after nothing went wrong any more.
    pub(super) calm: usize,
}

/// An envelope that left a device.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) session: SessionId,
    pub(super) plaintext: Vec<u8>,
    pub(super) envelope: Vec<u8>,
    pub(super) at: Timestamp,
}

/// A genuine envelope that was not opened, although it arrived intact for the first time.
pub(super) enum NotOpened<'a> {
    Duplicate,
    TooOld,
    Unknown,
    Refused(&'a OpenError),
}

impl Truth {
    pub(super) fn note_session(&mut self, session: SessionId, now: Timestamp) {
        self.began.insert(session, now);
    }

    fn later_in_session(&self, number: usize) -> usize {
        self.by_session[&self.sent[number].session].iter().filter(|other| **other > number).count()
    }
}

impl World {
    /// An envelope leaves: it shows neither its sender nor what it says.
    pub(super) fn note_sent(
        &mut self,
        from: usize,
        peer: &DeviceAddress,
        plaintext: &[u8],
        encrypted: Encrypted,
    ) -> usize {
        let Encrypted { envelope, wire_id, session, .. } = encrypted;
        assert!(envelope.len() <= ENVELOPE_BYTES);
        for secret in self.telling(from, plaintext, session) {
            assert!(!contains(&envelope, &secret), "an envelope shows {secret:02x?}");
        }
        let (to, wire_id, plaintext) =
            (self.place_of(peer), wire_id.to_bytes(), plaintext.to_vec());
        let number = self.truth.sent.len();
        let at = self.now;
        assert!(self.truth.by_wire_id.insert(wire_id, number).is_none(), "a nonce twice");
        self.truth.by_session.entry(session).or_default().push(number);
        let sent = Sent { from, to, session, plaintext, envelope, at };
        self.truth.sent.push(sent);
        number
    }

    /// What would tell who sent an envelope, in which session, or what it says.
    fn telling(&self, from: usize, plaintext: &[u8], session: SessionId) -> Vec<Vec<u8>> {
        let certificate = self.devices[from].certificate();
        let middle = plaintext.len() / 2;
        vec![
            certificate.account().as_bytes().to_vec(),
            certificate.account_key().as_bytes()[..16].to_vec(),
            certificate.keys().signing.as_bytes()[..16].to_vec(),
            certificate.keys().identity.as_bytes()[..16].to_vec(),
            session.as_bytes()[..8].to_vec(),
            plaintext[middle - 8..middle + 8].to_vec(),
        ]
    }

    /// What a device opened was sent to it, by the device that it is attributed to, in these words
    /// and in this session, and comes for the first time.
    pub(super) fn check_opened(&mut self, at: usize, received: &Received) -> usize {
        let Received { sender, session, wire_id, plaintext, dropped_keys, .. } = received;
        let number = self.truth.by_wire_id.get(&wire_id.to_bytes());
        let number = *number.expect("what nobody sent was opened");
        let sent = &self.truth.sent[number];
        let device = &mut self.devices[at];
        assert_eq!(sent.to, at, "{} opened a message to another device", device.name);
        assert_eq!((sent.session, &sent.plaintext), (*session, plaintext));
        assert!(device.chat.opened.insert(number), "{} opened {number} twice", device.name);
        device.chat.note_session(sender, *session);
        let known = device.chat.sessions.get_mut(sender).unwrap();
        let losses = known.losses.entry(*session.as_bytes()).or_default();
        losses.reported += dropped_keys;
        assert!(losses.seen == 0 || losses.reported > 0, "a loss that nobody was told of");
        let from = sent.from;
        assert_eq!(self.devices[from].address(), sender, "attributed to another device");
        self.report.add("keys dropped by a limit", u64::from(*dropped_keys));
        number
    }

    /// A genuine envelope was not opened: it was opened before, or there is a reason with a name.
    pub(super) fn check_not_opened(&mut self, at: usize, number: usize, how: &NotOpened<'_>) {
        let device = &self.devices[at];
        let sent = &self.truth.sent[number];
        if self.tainted(sent.from, at) {
            return;
        }
        if device.chat.opened.contains(&number) {
            let misread = matches!(how, NotOpened::Refused(OpenError::Message { .. }));
            return assert!(!misread, "a repetition of {number} is taken for something else");
        }
        let what = match how {
            NotOpened::Duplicate => panic!("{number} is no duplicate at {}", device.name),
            NotOpened::TooOld => self.lost_to_a_limit(at, number, "too old"),
            NotOpened::Unknown => self.lost_to_a_limit(at, number, "unknown"),
            NotOpened::Refused(error) => self.why_refused(at, number, error),
        };
        self.report.count(what);
    }

    /// Whether one of two devices went back to an old state.
    pub(super) fn tainted(&self, a: usize, b: usize) -> bool {
        [a, b].iter().any(|at| self.devices[*at].restored.is_some())
    }

    fn lost_to_a_limit(&mut self, at: usize, number: usize, how: &str) -> &'static str {
        let sent = self.truth.sent[number].clone();
        let peer = self.devices[sent.from].address().clone();
        if self.session_is_over(at, &sent) {
            return "lost: its session was dropped";
        }
        let device = &mut self.devices[at];
        assert!(device.disk.holds(&peer, sent.session, self.now), "{how}: the session is gone");
        let old = self.now.since(sent.at) >= SKIPPED_KEY_AGE;
        let far = self.truth.later_in_session(number) >= MESSAGES_TO_A_LIMIT;
        assert!(old || far, "{number} is {how} at {} for no reason", device.name);
        let known = device.chat.sessions.entry(peer).or_default();
        known.losses.entry(*sent.session.as_bytes()).or_default().seen += 1;
        "lost: its key was dropped"
    }

    /// Whether a session that was known may have been dropped: forgotten with its device, too many
    /// later ones, too old.
    fn session_is_over(&self, at: usize, sent: &Sent) -> bool {
        let device = &self.devices[at];
        let peer = self.devices[sent.from].address();
        if device.chat.forgotten.contains(sent.session.as_bytes()) {
            return true;
        }
        let Some(known) = device.chat.sessions.get(peer) else { return false };
        let old = self.now.since(self.truth.began[&sent.session]) > INACTIVE_SESSION_AGE;
        let many = known.sessions.len() > INACTIVE_SESSIONS + 1;
        known.sessions.contains(&sent.session)
            && (old || many)
            && !device.disk.holds(peer, sent.session, self.now)
    }

    fn why_refused(&self, at: usize, number: usize, error: &OpenError) -> &'static str {
        let sent = &self.truth.sent[number];
        match error {
            OpenError::Handshake(RespondError::UnknownPrekey | RespondError::Replay(_)) => {
                let age = self.now.since(self.truth.began[&sent.session]);
                if self.session_is_over(at, sent) {
                    return "lost: its session was dropped, and its prekeys are used";
                }
                if self.server.shared(sent.session) {
                    return "lost: the server gave its prekeys out twice";
                }
                assert!(age > PREKEY_ROTATION, "{number}: its prekeys are gone");
                "lost: its prekeys are over"
            }
            OpenError::Message { error: DecryptError::TooFarAhead { skipped }, .. }
            | OpenError::FirstMessage(DecryptError::TooFarAhead { skipped }) => {
                assert!(*skipped > SKIP && number > SKIP as usize);
                "lost: too many others are missing"
            }
            _ => panic!("{} refuses {number}: {error}", self.devices[at].name),
        }
    }

    /// A handshake that was accepted is used up, even for a device that forgets its session.
    pub(super) fn check_used_up(&self, at: usize, envelope: &[u8]) {
        let again = self.devices[at].disk.without_peers().open(envelope, self.now);
        let used = matches!(
            again,
            Err(OpenError::Handshake(RespondError::UnknownPrekey | RespondError::Replay(_)))
        );
        assert!(used, "a handshake can be accepted twice: {again:?}");
    }

    /// No state is larger than its limits allow.
    pub(super) fn check_limits(&mut self, at: usize) {
        let device = &self.devices[at];
        let disk = &device.disk;
        let mut longest = (0, 0);
        for (peer, stored) in &disk.peers {
            let inactive = device.endpoint.sessions(peer).unwrap().inactive;
            assert!(inactive <= INACTIVE_SESSIONS);
            assert!(stored.active.len() <= SESSION_BYTES);
            assert!(stored.archive.len() <= INACTIVE_SESSIONS * (SESSION_BYTES + 2_048) + 1_024);
            longest = longest.max((stored.active.len(), stored.archive.len()));
        }
        assert!(disk.prekeys.len() <= PREKEYS_BYTES);
        let contacts = disk.contacts.values();
        assert!(contacts.clone().all(|it| it.len() <= DOCUMENT_BYTES + IDENTITY_EVENTS * 80));
        let prekeys = disk.prekeys.len();
        self.report.highest("bytes of an active session", longest.0 as u64);
        self.report.highest("bytes of an archive", longest.1 as u64);
        self.report.highest("bytes of prekeys", prekeys as u64);
    }

    /// Nothing that is written from now on may be for a device that is known to be revoked.
    pub(super) fn check_addressee(&self, from: usize, to: &DeviceAddress) {
        let contact = &self.devices[from].contacts[&to.account];
        let owner = &self.accounts[self.account_of(&to.account)];
        let listed = contact.list().devices().iter().any(|listed| listed.address() == to);
        assert!(listed, "sent to a device that is not listed");
        let newest = contact.list().hash() == owner.list.hash();
        assert!(!newest || owner.lists(to), "sent to a revoked device");
    }

    /// Every device that somebody believes in is one that its account certified.
    pub(super) fn check_contact(&self, at: usize, account: usize) {
        let id = pool::account_id(account);
        let contact = &self.devices[at].contacts[&id];
        for listed in contact.list().devices() {
            let known = self.devices.iter().find(|device| device.address() == listed.address());
            let known = known.expect("a device that nobody installed");
            assert_eq!(known.keys().public_keys(), *listed.keys());
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let first = wanted[0];
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    let mut starts = starts.map(|(at, _)| &bytes[at..]);
    starts.any(|rest| rest.starts_with(wanted))
}
