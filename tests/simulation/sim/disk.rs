//! What a device has written down: all that survives a crash.

use std::collections::{BTreeMap, BTreeSet};

use sealwax::content::{Body, BodyKind, MessageId};
use sealwax::crypto::VerifyingKey;
use sealwax::identity::{AccountId, Contact, DeviceAddress, LocalDevice, VerifiedDeviceList};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{Changes, Endpoint, SessionId, StoredPeer};
use sealwax::time::Timestamp;

#[derive(Clone)]
pub(super) struct Disk {
    pub(super) local: Vec<u8>,
    pub(super) own_list: Vec<u8>,
    pub(super) prekeys: Vec<u8>,
    /// The same prekeys: reading them derives two hundred public keys.
    prekeys_read: PrekeyStore,
    pub(super) peers: BTreeMap<DeviceAddress, StoredPeer>,
    pub(super) contacts: BTreeMap<AccountId, Vec<u8>>,
    pub(super) chat: Chat,
}

/// What an application remembers of its messages, and what we want to know of them.
#[derive(Clone, Default)]
pub(super) struct Chat {
    /// Written, and not yet addressed to devices.
    pub(super) queue: Vec<Queued>,
    /// Addressed to a device that has not said that it has it.
    pub(super) waiting: Vec<Waiting>,
    /// To be said to one device, once.
    pub(super) requests: Vec<(DeviceAddress, Body)>,
    /// What was encrypted under a wire id, for retry requests.
    pub(super) sent: BTreeMap<[u8; 12], SentRow>,
    /// How often a message was asked for.
    pub(super) asked: BTreeMap<[u8; 12], u32>,
    pub(super) receipts_due: BTreeMap<DeviceAddress, BTreeSet<MessageId>>,
    /// Contents that came, by author.
    pub(super) seen: BTreeSet<(AccountId, MessageId)>,
    /// Texts that were shown, and how often.
    pub(super) shown: BTreeMap<MessageId, u32>,
    /// Every text of this device's own, and for whom it was.
    pub(super) said: BTreeMap<MessageId, Said>,
    /// Envelopes that were opened, by their number in [`super::truth::Truth`].
    pub(super) opened: BTreeSet<usize>,
    pub(super) sessions: BTreeMap<DeviceAddress, Known>,
    /// Sessions with devices that were forgotten.
    pub(super) forgotten: BTreeSet<[u8; 32]>,
}

/// The sessions there were with a device.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// All there ever were, in the order in which they were taken.
    pub(super) sessions: Vec<SessionId>,
    /// Of each session, the messages that were lost to a limit and not yet reported, and the keys
    /// whose loss was reported.
    pub(super) losses: BTreeMap<[u8; 32], Losses>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Losses {
    pub(super) seen: u32,
    pub(super) reported: u32,
}

#[derive(Clone)]
pub(super) struct Queued {
    pub(super) to: AccountId,
    pub(super) id: MessageId,
    pub(super) content: Vec<u8>,
}

#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) to: DeviceAddress,
    pub(super) id: MessageId,
    pub(super) content: Vec<u8>,
    pub(super) due: Timestamp,
    pub(super) attempts: u32,
}

#[derive(Clone)]
pub(super) struct SentRow {
    pub(super) id: MessageId,
    pub(super) kind: BodyKind,
    pub(super) sent_to: VerifyingKey,
    pub(super) answered: u32,
}

#[derive(Clone)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) at: Timestamp,
    /// Empty until it was addressed.
    pub(super) to: Vec<DeviceAddress>,
}

impl Disk {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        let stored = |peer: &DeviceAddress| endpoint.stored_peer(peer).unwrap();
        Self {
            local: endpoint.local().to_bytes().to_vec(),
            own_list: endpoint.own_list().to_bytes(),
            prekeys: endpoint.prekeys().to_bytes().to_vec(),
            prekeys_read: endpoint.prekeys().clone(),
            peers: endpoint.peers().map(|peer| (peer.clone(), stored(peer))).collect(),
            contacts: BTreeMap::new(),
            chat: Chat::default(),
        }
    }

    /// Whether an endpoint is as it was written down, its prekeys too.
    pub(super) fn is_of(&self, endpoint: &Endpoint) -> bool {
        self.has_peers_of(endpoint) && *endpoint.prekeys().to_bytes() == *self.prekeys
    }

    /// Whether the sessions of an endpoint are as they were written down.
    pub(super) fn has_peers_of(&self, endpoint: &Endpoint) -> bool {
        let same =
            |peer: &DeviceAddress| endpoint.stored_peer(peer).as_ref() == self.peers.get(peer);
        endpoint.peers().count() == self.peers.len() && endpoint.peers().all(same)
    }

    /// Writes what an operation said that it changed.
    pub(super) fn write(&mut self, endpoint: &Endpoint, peer: &DeviceAddress, changes: Changes) {
        if changes.removed {
            self.peers.remove(peer);
        }
        if let Some(now) = endpoint.stored_peer(peer).filter(|_| changes.active || changes.archive)
        {
            match self.peers.get_mut(peer) {
                None => {
                    assert!(changes.active && changes.archive, "a new peer is all new");
                    self.peers.insert(peer.clone(), now);
                }
                Some(row) if changes.archive => *row = now,
                Some(row) => row.active = now.active,
            }
        }
        if changes.prekeys {
            self.write_prekeys(endpoint);
        }
    }

    pub(super) fn write_prekeys(&mut self, endpoint: &Endpoint) {
        self.prekeys = endpoint.prekeys().to_bytes().to_vec();
        self.prekeys_read = endpoint.prekeys().clone();
    }

    /// What a restart reads; the prekeys from their bytes only if asked, since it takes long.
    pub(super) fn load(&self, prekeys_too: bool) -> (Endpoint, BTreeMap<AccountId, Contact>) {
        let prekeys = if prekeys_too {
            PrekeyStore::from_bytes(&self.prekeys).unwrap()
        } else {
            self.prekeys_read.clone()
        };
        let local = LocalDevice::from_bytes(&self.local).unwrap();
        let own_list = VerifiedDeviceList::from_bytes(&self.own_list).unwrap();
        let restored = Endpoint::restore(local, own_list, prekeys, self.peers.values());
        let endpoint = restored.complete().unwrap();
        assert!(!prekeys_too || self.is_of(&endpoint));
        assert!(self.has_peers_of(&endpoint), "loading and storing changes nothing");
        let contacts = self.contacts.iter();
        let contacts =
            contacts.map(|(id, bytes)| (id.clone(), Contact::from_bytes(bytes).unwrap()));
        (endpoint, contacts.collect())
    }

    /// The device without any session.
    pub(super) fn without_peers(&self) -> Endpoint {
        let local = LocalDevice::from_bytes(&self.local).unwrap();
        let own_list = VerifiedDeviceList::from_bytes(&self.own_list).unwrap();
        Endpoint::new(local, own_list, self.prekeys_read.clone())
    }

    /// Whether a session is still there.
    pub(super) fn holds(&self, peer: &DeviceAddress, session: SessionId, now: Timestamp) -> bool {
        let (mut endpoint, _) = self.load(false);
        // One that is too old finds nothing any more, though it is deleted later.
        let _ = endpoint.expire(now);
        endpoint.reset(peer, session, now).is_some()
    }
}

impl Chat {
    /// A device is gone: nothing more is said to it.
    pub(super) fn drop_peer(&mut self, peer: &DeviceAddress) {
        self.waiting.retain(|row| row.to != *peer);
        self.requests.retain(|(to, _)| to != peer);
        self.receipts_due.remove(peer);
        let gone = self.sessions.remove(peer).unwrap_or_default();
        self.forgotten.extend(gone.sessions.iter().map(|session| *session.as_bytes()));
    }

    pub(super) fn note_session(&mut self, peer: &DeviceAddress, session: SessionId) {
        let known = self.sessions.entry(peer.clone()).or_default();
        if !known.sessions.contains(&session) {
            known.sessions.push(session);
        }
    }
}
