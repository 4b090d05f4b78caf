//! A device's database. The library gives bytes and says when they changed; where they go is up to
//! the application. Here: maps in memory that outlive the device that wrote them.

use std::collections::{BTreeMap, BTreeSet};

use sealwax::content::{Body, BodyKind, Content, MessageId};
use sealwax::crypto::VerifyingKey;
use sealwax::identity::{
    AccountId, Contact, DeviceAddress, LocalDevice, SendPermit, VerifiedDeviceList,
};
use sealwax::prekey::PrekeyStore;
use sealwax::sender_key::{ChainName, ScopeHash, StoredSendingChain};
use sealwax::session::{Changes, Endpoint, StoredPeer};
use sealwax::story::{StoryChannel, StoryList, StoryViewer};
use sealwax::time::Timestamp;

use crate::Outcome;
use crate::history::History;

#[derive(Clone, Default)]
pub(crate) struct Database {
    local: Vec<u8>,
    own_list: Vec<u8>,
    prekeys: Vec<u8>,
    peers: BTreeMap<DeviceAddress, StoredPeer>,
    contacts: BTreeMap<AccountId, Vec<u8>>,
    /// Our own story list and the chain in it.
    story_list: Option<(Vec<u8>, StoredSendingChain)>,
    /// Whose stories we may see: lists in the order in which they came, with their chains.
    stories: Vec<StoredStories>,
    /// The application's own tables.
    pub(crate) chat: Chat,
    /// How often something was written, and how many bytes.
    pub(crate) writes: usize,
    pub(crate) written: usize,
}

#[derive(Clone)]
struct StoredStories {
    scope: ScopeHash,
    list: Vec<u8>,
    chains: BTreeMap<ChainName, Vec<u8>>,
}

/// What the application itself remembers of its messages.
#[derive(Clone, Default)]
pub(crate) struct Chat {
    /// Written, and waiting for its turn to be encrypted for every device of the account.
    pub(crate) queue: Vec<Queued>,
    /// Encrypted for a device that has not said yet that it has it.
    pub(crate) unacknowledged: Vec<Unacknowledged>,
    /// To be said to one device, once: retry requests, resets.
    pub(crate) requests: Vec<(DeviceAddress, Body)>,
    /// The content ids behind the wire ids, for retry requests.
    pub(crate) sent: BTreeMap<[u8; 12], SentRow>,
    /// Texts that came, in the order of arrival.
    pub(crate) inbox: Vec<Arrived>,
    /// Everything that people see of the conversation.
    pub(crate) history: History,
    /// What came in answer to our stories, and from whom.
    pub(crate) story_answers: Vec<(AccountId, Content)>,
    /// Ids of all contents that came, by author: what makes "exactly once" of "at least once".
    pub(crate) seen: BTreeSet<(AccountId, MessageId)>,
    /// Receipts that are due, by the device that waits for them.
    pub(crate) receipts_due: BTreeMap<DeviceAddress, BTreeSet<MessageId>>,
}

/// A content before it is encrypted for anybody.
#[derive(Clone)]
pub(crate) struct Queued {
    pub(crate) to: AccountId,
    pub(crate) id: MessageId,
    pub(crate) content: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct Unacknowledged {
    pub(crate) to: DeviceAddress,
    pub(crate) id: MessageId,
    pub(crate) content: Vec<u8>,
    pub(crate) due: Timestamp,
    pub(crate) attempts: u32,
}

#[derive(Clone)]
pub(crate) struct SentRow {
    pub(crate) id: MessageId,
    pub(crate) kind: BodyKind,
    pub(crate) sent_to: VerifyingKey,
    pub(crate) answered: u32,
}

#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) id: MessageId,
    pub(crate) from: DeviceAddress,
    pub(crate) sent_at: Timestamp,
    pub(crate) text: String,
}

impl Database {
    /// Everything of a device, for the first time.
    pub(crate) fn create(endpoint: &Endpoint) -> Self {
        let mut database = Self { local: endpoint.local().to_bytes().to_vec(), ..Self::default() };
        database.store_own_list(endpoint);
        database.store_prekeys(endpoint);
        database
    }

    pub(crate) fn store_own_list(&mut self, endpoint: &Endpoint) {
        self.own_list = endpoint.own_list().to_bytes();
        self.count(self.own_list.len());
    }

    pub(crate) fn store_prekeys(&mut self, endpoint: &Endpoint) {
        self.prekeys = endpoint.prekeys().to_bytes().to_vec();
        self.count(self.prekeys.len());
    }

    pub(crate) fn store_contact(&mut self, contact: &Contact) {
        let bytes = contact.to_bytes();
        self.count(bytes.len());
        self.contacts.insert(contact.account().clone(), bytes);
    }

    /// After everything that says what it changed: no more than that is written.
    pub(crate) fn store(&mut self, endpoint: &Endpoint, peer: &DeviceAddress, changes: Changes) {
        if changes.prekeys {
            self.store_prekeys(endpoint);
        }
        match self.peers.get_mut(peer) {
            Some(row) if !changes.archive => {
                let Some(active) = endpoint.stored_active(peer) else { return };
                row.active = active;
                let bytes = row.active.len();
                self.count(bytes);
            }
            _ => self.store_peer(endpoint, peer),
        }
    }

    /// Both parts of a peer; removes what is no longer there.
    pub(crate) fn store_peer(&mut self, endpoint: &Endpoint, peer: &DeviceAddress) {
        if let Some(stored) = endpoint.stored_peer(peer) {
            self.count(stored.active.len() + stored.archive.len());
            self.peers.insert(peer.clone(), stored);
        } else {
            self.peers.remove(peer);
        }
    }

    pub(crate) fn store_story_list(&mut self, list: &StoryList, channel: &StoryChannel) {
        let list = list.to_bytes().to_vec();
        self.count(list.len());
        self.story_list = Some((list, channel.stored()));
    }

    /// A chain that was given to us or moved on, and what it belongs to.
    pub(crate) fn store_story_chain(
        &mut self,
        stories: &StoryViewer,
        scope: ScopeHash,
        chain: &ChainName,
    ) {
        let (list, bytes) = (stories.scope_bytes(&scope), stories.chain_bytes(&scope, chain));
        let (Some(list), Some(bytes)) = (list, bytes) else { return };
        self.count(list.len() + bytes.len());
        if !self.stories.iter().any(|row| row.scope == scope) {
            self.stories.push(StoredStories { scope, list: Vec::new(), chains: BTreeMap::new() });
        }
        if let Some(row) = self.stories.iter_mut().find(|row| row.scope == scope) {
            row.list = list.to_vec();
            row.chains.insert(chain.clone(), bytes.to_vec());
        }
    }

    pub(crate) fn load_stories(&self) -> Outcome<StoryViewer> {
        let mut stories = StoryViewer::new();
        for row in &self.stories {
            let chains: Vec<_> = row.chains.values().map(Vec::as_slice).collect();
            stories.restore(&row.list, &chains)?;
        }
        Ok(stories)
    }

    fn count(&mut self, bytes: usize) {
        self.writes += 1;
        self.written += bytes;
    }

    pub(crate) fn load_endpoint(&self) -> Outcome<Endpoint> {
        let local = LocalDevice::from_bytes(&self.local)?;
        let own_list = VerifiedDeviceList::from_bytes(&self.own_list)?;
        let prekeys = PrekeyStore::from_bytes(&self.prekeys)?;
        Ok(Endpoint::restore(local, own_list, prekeys, self.peers.values()).complete()?)
    }

    pub(crate) fn load_contacts(&self) -> Outcome<BTreeMap<AccountId, Contact>> {
        let load =
            |(id, bytes): (&AccountId, &Vec<u8>)| Ok((id.clone(), Contact::from_bytes(bytes)?));
        self.contacts.iter().map(load).collect()
    }
}

impl Chat {
    /// Remembers what was encrypted under a wire id.
    pub(crate) fn note_sent(
        &mut self,
        wire_id: [u8; 12],
        permit: &SendPermit,
        id: MessageId,
        kind: BodyKind,
    ) {
        let row = SentRow { id, kind, sent_to: permit.keys().signing, answered: 0 };
        self.sent.insert(wire_id, row);
    }
}
