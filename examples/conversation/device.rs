//! A device: the library's endpoint, the contacts, and a database, with the glue that every
//! application writes between them. Sending is in `sending.rs`, receiving in `receiving.rs`.

use std::collections::BTreeMap;

use sealwax::content::{
    Content, ContentBuilder, Conversation, DeviceListRef, DeviceLists, MessageId,
};
use sealwax::identity::{
    AccountId, Contact, ContactUpdate, DeviceAddress, LocalDevice, VerifiedDeviceList,
};
use sealwax::prekey::PrekeyStore;
use sealwax::session::Endpoint;
use sealwax::story::StoryViewer;

use crate::Outcome;
use crate::database::Database;
use crate::world::World;

pub(crate) struct Device {
    pub(crate) name: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) contacts: BTreeMap<AccountId, Contact>,
    /// The chains of those whose stories we may see.
    pub(crate) stories: StoryViewer,
    pub(crate) database: Database,
}

impl Device {
    /// A new installation: generates prekeys, stores everything, then publishes.
    pub(crate) fn install(
        name: &'static str,
        local: LocalDevice,
        own_list: VerifiedDeviceList,
        world: &mut World,
    ) -> Outcome<Self> {
        let prekeys = PrekeyStore::new(world.now, &mut world.rng);
        let endpoint = Endpoint::new(local, own_list, prekeys);
        let database = Database::create(&endpoint);
        let (contacts, stories) = (BTreeMap::new(), StoryViewer::new());
        let mut device = Self { name, endpoint, contacts, stories, database };
        device.publish_prekeys(world)?;
        Ok(device)
    }

    /// What is left after a crash: the database. Everything else is read from it.
    pub(crate) fn restart(name: &'static str, database: Database) -> Outcome<Self> {
        let (endpoint, contacts) = (database.load_endpoint()?, database.load_contacts()?);
        let stories = database.load_stories()?;
        Ok(Self { name, endpoint, contacts, stories, database })
    }

    pub(crate) fn address(&self) -> &DeviceAddress {
        self.endpoint.local().address()
    }

    /// Uploads what the server lacks. Repeating it does no harm, so it may fail at any point.
    pub(crate) fn publish_prekeys(&mut self, world: &mut World) -> Outcome<usize> {
        let publication =
            self.endpoint.prekeys().publication_update(self.endpoint.local(), world.now);
        let bytes = publication.encode();
        world.directory.publish_prekeys(&bytes)?;
        self.endpoint.prekeys_mut().confirm_published(&publication);
        self.database.store_prekeys(&self.endpoint);
        Ok(bytes.len())
    }

    /// The upkeep that every device does daily: what is old is deleted or replaced, what was used is refilled.
    pub(crate) fn daily_upkeep(&mut self, world: &mut World) -> Outcome {
        let left = world.directory.prekeys_left(self.address());
        self.endpoint.prekeys_mut().server_holds(&left);
        let done = self.endpoint.prekeys_mut().maintain(world.now, &mut world.rng)?;
        self.database.store_prekeys(&self.endpoint);
        if done.publish {
            self.publish_prekeys(world)?;
        }
        for (peer, _) in self.endpoint.expire(world.now) {
            self.database.store_peer(&self.endpoint, &peer);
        }
        Ok(())
    }

    /// A newer device list of our own account.
    pub(crate) fn take_own_list(&mut self, list: VerifiedDeviceList) -> Outcome {
        self.endpoint.set_own_list(list)?;
        self.database.store_own_list(&self.endpoint);
        Ok(())
    }

    /// The contact of an account, on first use taken from the directory.
    pub(crate) fn meet(&mut self, world: &World, account: &AccountId) -> Outcome<&mut Contact> {
        if !self.contacts.contains_key(account) {
            let lists = world.directory.all_lists(account)?;
            let contact = Contact::trust_chain_on_first_use(lists, world.now)?;
            self.database.store_contact(&contact);
            self.contacts.insert(account.clone(), contact);
        }
        Ok(self.contacts.get_mut(account).ok_or("unknown contact")?)
    }

    /// Fetches the device lists of an account that we have not seen, and follows the chain.
    pub(crate) fn refresh(&mut self, world: &World, account: &AccountId) -> Outcome {
        let contact = self.meet(world, account)?;
        for list in world.directory.lists_after(account, contact.list().version())? {
            match contact.update(list, world.now)? {
                ContactUpdate::Advanced | ContactUpdate::AlreadyKnown | ContactUpdate::Stale => {}
                refused => return Err(format!("the directory lies: {refused:?}").into()),
            }
        }
        let contact = contact.clone();
        self.database.store_contact(&contact);
        Ok(())
    }

    /// The user has looked at what changed about a contact, and goes on. Sessions with revoked
    /// devices are forgotten, and what was still due to them is not sent.
    pub(crate) fn acknowledge(&mut self, account: &AccountId) {
        let Some(contact) = self.contacts.get_mut(account) else { return };
        let seen = contact.events().to_vec();
        contact.acknowledge(&seen);
        let contact = contact.clone();
        self.database.store_contact(&contact);
        let listed = |address: &DeviceAddress| {
            contact.list().devices().iter().any(|certificate| certificate.address() == address)
        };
        let gone = |address: &&DeviceAddress| address.account == *account && !listed(address);
        let gone: Vec<_> = self.endpoint.peers().filter(gone).cloned().collect();
        for address in gone {
            self.endpoint.forget(&address);
            self.database.store_peer(&self.endpoint, &address);
            self.database.chat.unacknowledged.retain(|row| row.to != address);
            self.database.chat.receipts_due.remove(&address);
        }
    }

    /// The frame of every content: what it belongs to, and which device lists we know. That is how
    /// the other side learns of a new list, or that the server shows us two different ones.
    pub(crate) fn content(&self, world: &mut World, to: &AccountId) -> ContentBuilder {
        let reference = |list: &VerifiedDeviceList| DeviceListRef {
            version: list.version(),
            hash: *list.hash(),
        };
        let peer = self.contacts.get(to).map(|contact| reference(contact.list()));
        let lists = DeviceLists { own: reference(self.endpoint.own_list()), peer };
        let id = MessageId::random(&mut world.rng);
        Content::builder(id, world.now, Conversation::Peer, lists)
    }

    /// Watches the post-quantum ratchet: called after each message to or from `peer`.
    pub(crate) fn watch(&self, peer: &DeviceAddress, world: &mut World) {
        let session = self.endpoint.sessions(peer).and_then(|sessions| sessions.active);
        let healing = self.endpoint.healing(peer, world.now);
        if let (Some(session), Some(healing)) = (session, healing) {
            world.meter.healing(self.name, session, healing.post_quantum);
        }
    }

    /// Nothing waits to be sent or to be acknowledged.
    pub(crate) fn is_idle(&self) -> bool {
        let chat = &self.database.chat;
        chat.queue.is_empty() && chat.unacknowledged.is_empty() && chat.receipts_due.is_empty()
    }
}
