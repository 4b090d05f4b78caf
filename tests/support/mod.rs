//! A small world to test in: accounts with devices, a directory that may be trusted or not, a clock
//! that stands still until it is moved, and a disk for each device. Nothing here reaches around the
//! public interface, and nothing is random but by the world's seed.
#![allow(dead_code, reason = "every test file uses its own part of it")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub(crate) mod bytes;
mod disk;
pub(crate) mod secrets;

use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) use disk::Disk;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::handshake::PreSharedSecret;
use sealwax::identity::{
    AccountId, AccountKeyPair, CertificateTerms, Contact, DeviceAddress, DeviceCertificate,
    DeviceKeys, ListDraft, LocalDevice, SendPermit, SendRefused, SenderStatus, SignedDeviceList,
    Validity, VerifiedDevice, VerifiedDeviceList,
};
use sealwax::prekey::{PrekeyBundle, PrekeyShelf, PrekeyStore, VerifiedBundle};
use sealwax::session::{
    AcceptError, EncryptError, Encrypted, Endpoint, Introduction, OpenError, Opened, Received,
    SessionId,
};
use sealwax::time::Timestamp;

pub(crate) const START: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(crate) const HOUR: Duration = Duration::new(3_600, 0);
pub(crate) const DAY: Duration = HOUR.saturating_mul(24);

/// Names a device of a [`World`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dev(usize);

/// Everything there is.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) directory: Directory,
    accounts: BTreeMap<AccountId, AccountKeyPair>,
    devices: Vec<Device>,
}

/// What a server holds; tests in which it is hostile write to it.
#[derive(Default)]
pub(crate) struct Directory {
    /// The chain of each account's lists, oldest first.
    pub(crate) lists: BTreeMap<AccountId, Vec<SignedDeviceList>>,
    pub(crate) shelves: BTreeMap<DeviceAddress, PrekeyShelf>,
}

struct Device {
    endpoint: Endpoint,
    contacts: BTreeMap<AccountId, Contact>,
    disk: Disk,
}

/// Why a device did not take in an envelope.
#[derive(Debug)]
pub(crate) enum NotHeard {
    Open(OpenError),
    Sender(SenderStatus),
    Accept(AcceptError),
}

/// What became of an envelope.
#[derive(Debug)]
pub(crate) enum Heard {
    Message(Received),
    Duplicate,
    TooOld,
    Unknown,
}

pub(crate) fn account_id(name: &str) -> AccountId {
    AccountId::new(name.as_bytes()).unwrap()
}

/// Two people with a device each, who have not met.
pub(crate) fn alice_and_bob(seed: u64) -> (World, Dev, Dev) {
    let mut world = World::new(seed);
    let (alice, bob) = (world.join("alice"), world.join("bob"));
    (world, alice, bob)
}

/// Two people in the middle of a conversation: both have sent and received.
pub(crate) fn in_conversation(seed: u64) -> (World, Dev, Dev) {
    let (mut world, alice, bob) = alice_and_bob(seed);
    world.begin(alice, bob);
    world.tell(alice, bob, b"hello");
    world.tell(bob, alice, b"hello yourself");
    (world, alice, bob)
}

/// Alice's device with sessions, turns, skipped keys and an epoch of the Braid under way.
pub(crate) fn busy(seed: u64) -> (World, Dev, Dev) {
    let (mut world, alice, bob) = in_conversation(seed);
    for round in 0..12 {
        if round % 4 == 0 {
            world.say(bob, alice, b"lost");
        }
        world.tell(bob, alice, b"hello");
        world.tell(alice, bob, b"hello");
    }
    (world, alice, bob)
}

/// Accounts, devices and the directory.
impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            now: START,
            rng: ChaCha20Rng::seed_from_u64(seed),
            directory: Directory::default(),
            accounts: BTreeMap::new(),
            devices: Vec::new(),
        }
    }

    pub(crate) fn advance(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
    }

    pub(crate) fn validity(&self) -> Validity {
        Validity::starting(self.now, DAY * 390).unwrap()
    }

    /// Adds a device with fresh prekeys to the account of this name, which is made if it is new.
    pub(crate) fn join(&mut self, name: &str) -> Dev {
        let prekeys = PrekeyStore::new(self.now, &mut self.rng);
        let dev = self.join_with(name, prekeys);
        self.publish(dev);
        dev
    }

    /// The same without publishing anything but the device list.
    pub(crate) fn join_with(&mut self, name: &str, prekeys: PrekeyStore) -> Dev {
        let account = account_id(name);
        let keys = DeviceKeys::generate(&mut self.rng);
        let certificate = self.certify(&account, &keys);
        let draft = match self.newest_list(&account) {
            None => ListDraft::first(account.clone()),
            Some(list) => ListDraft::after(&list),
        };
        self.publish_list(&account, draft.with(certificate.clone()));
        let own_list = self.newest_list(&account).unwrap();
        let local = LocalDevice::new(keys, certificate).unwrap();
        let endpoint = Endpoint::new(local, own_list, prekeys);
        let disk = Disk::of(&endpoint);
        self.devices.push(Device { endpoint, contacts: BTreeMap::new(), disk });
        Dev(self.devices.len() - 1)
    }

    fn certify(&mut self, account: &AccountId, keys: &DeviceKeys) -> DeviceCertificate {
        let (now, terms) =
            (self.now, CertificateTerms { validity: self.validity(), capabilities: 0 });
        let rng = &mut self.rng;
        let key =
            self.accounts.entry(account.clone()).or_insert_with(|| AccountKeyPair::generate(rng));
        let request = keys.request_certificate(account, &key.public_key(), terms);
        key.certify(&request, now).unwrap()
    }

    /// Revokes a device in its account's next list.
    pub(crate) fn revoke(&mut self, dev: Dev) {
        let address = self.address(dev);
        let list = self.newest_list(&address.account).unwrap();
        self.publish_list(&address.account, ListDraft::after(&list).without(address.device));
    }

    /// Signs and publishes the next list of an account.
    pub(crate) fn publish_list(&mut self, account: &AccountId, draft: ListDraft) {
        let list = draft.sign(&self.accounts[account], self.validity()).unwrap();
        self.directory.lists.entry(account.clone()).or_default().push(list);
        self.spread_own_list(account);
    }

    fn spread_own_list(&mut self, account: &AccountId) {
        let Some(list) = self.newest_list(account) else { return };
        for device in &mut self.devices {
            if device.endpoint.local().address().account == *account {
                device.endpoint.set_own_list(list.clone()).unwrap();
                device.disk.own_list = list.to_bytes();
            }
        }
    }

    pub(crate) fn account_key(&self, name: &str) -> &AccountKeyPair {
        &self.accounts[&account_id(name)]
    }

    /// The newest list as the account itself knows it.
    pub(crate) fn newest_list(&self, account: &AccountId) -> Option<VerifiedDeviceList> {
        let list = self.directory.lists.get(account)?.last()?;
        Some(VerifiedDeviceList::trust_on_first_use(list.clone(), self.now).unwrap())
    }

    /// Uploads a device's prekeys.
    pub(crate) fn publish(&mut self, dev: Dev) {
        let device = &mut self.devices[dev.0];
        let endpoint = &mut device.endpoint;
        let publication = endpoint.prekeys().publication_update(endpoint.local(), self.now);
        endpoint.prekeys_mut().confirm_published(&publication);
        device.disk.prekeys = endpoint.prekeys().to_bytes().to_vec();
        let address = endpoint.local().address().clone();
        match self.directory.shelves.get_mut(&address) {
            Some(held) => held.accept(publication),
            None => drop(self.directory.shelves.insert(address, PrekeyShelf::new(publication))),
        }
    }

    /// What a device does daily: asks what the server holds, maintains, uploads.
    pub(crate) fn maintain(&mut self, dev: Dev) -> sealwax::prekey::Maintenance {
        let address = self.address(dev);
        let held: Vec<_> = self.directory.shelves[&address].one_time_ids().collect();
        let prekeys = self.devices[dev.0].endpoint.prekeys_mut();
        prekeys.server_holds(&held);
        let done = prekeys.maintain(self.now, &mut self.rng).unwrap();
        self.publish(dev);
        done
    }

    /// A bundle as it comes from the server: bytes.
    pub(crate) fn fetch(&mut self, of: Dev) -> Vec<u8> {
        let address = self.address(of);
        self.directory.shelves.get_mut(&address).unwrap().take_bundle(self.now).encode()
    }

    /// Lets the server run out of one-time prekeys of a device.
    pub(crate) fn exhaust(&mut self, dev: Dev) {
        self.exhaust_into(dev, |_| {});
    }

    /// The same, showing every bundle that is taken.
    pub(crate) fn exhaust_into(&mut self, dev: Dev, mut take: impl FnMut(&[u8])) {
        let held = self.directory.shelves.get_mut(&self.devices[dev.0].address()).unwrap();
        while held.one_time_ids().next().is_some() {
            take(&held.take_bundle(self.now).encode());
        }
    }
}

/// One device's view.
impl World {
    pub(crate) fn endpoint(&self, dev: Dev) -> &Endpoint {
        &self.devices[dev.0].endpoint
    }

    /// Whoever changes an endpoint behind the world's back calls [`World::save`].
    pub(crate) fn endpoint_mut(&mut self, dev: Dev) -> &mut Endpoint {
        &mut self.devices[dev.0].endpoint
    }

    pub(crate) fn address(&self, dev: Dev) -> DeviceAddress {
        self.devices[dev.0].address()
    }

    /// The contact that a device has of an account, made of the directory's lists on first use.
    pub(crate) fn contact(&mut self, dev: Dev, account: &AccountId) -> &mut Contact {
        let lists = &self.directory.lists[account];
        let device = &mut self.devices[dev.0];
        device.contacts.entry(account.clone()).or_insert_with(|| {
            Contact::trust_on_first_use(lists.last().unwrap().clone(), self.now).unwrap()
        })
    }

    /// Follows the directory's lists of an account, as far as they can be followed.
    pub(crate) fn refresh(&mut self, dev: Dev, account: &AccountId) {
        let (now, lists) = (self.now, self.directory.lists[account].clone());
        let contact = self.contact(dev, account);
        for list in lists {
            let _ = contact.update(list, now);
        }
    }

    /// A person has seen all that happened to an account.
    pub(crate) fn acknowledge(&mut self, dev: Dev, account: &AccountId) {
        let contact = self.contact(dev, account);
        let events = contact.events().to_vec();
        contact.acknowledge(&events);
    }

    pub(crate) fn try_permit(&mut self, from: Dev, to: Dev) -> Result<SendPermit, SendRefused> {
        let (now, address) = (self.now, self.address(to));
        self.contact(from, &address.account).permit(address.device, now)
    }

    pub(crate) fn permit(&mut self, from: Dev, to: Dev) -> SendPermit {
        self.try_permit(from, to).unwrap()
    }

    /// A bundle of `of`, as `by` verified it.
    pub(crate) fn bundle(&mut self, of: Dev, by: Dev) -> VerifiedBundle {
        let bytes = self.fetch(of);
        let permit = self.permit(by, of);
        PrekeyBundle::decode(&bytes).unwrap().verify(permit.device(), self.now).unwrap()
    }

    pub(crate) fn begin(&mut self, from: Dev, to: Dev) -> SessionId {
        self.begin_with(from, to, None)
    }

    pub(crate) fn begin_with(
        &mut self,
        from: Dev,
        to: Dev,
        psk: Option<&PreSharedSecret>,
    ) -> SessionId {
        let bundle = self.bundle(to, from);
        let endpoint = &mut self.devices[from.0].endpoint;
        let begun = endpoint.initiate(&bundle, psk, self.now, &mut self.rng).unwrap();
        self.devices[from.0].write(bundle.peer().address(), begun.changes);
        begun.session
    }

    /// Encrypts and writes down what that changed: the active part, and nothing else.
    pub(crate) fn encrypt(
        &mut self,
        from: Dev,
        to: Dev,
        text: &[u8],
    ) -> Result<Encrypted, EncryptError> {
        let permit = self.permit(from, to);
        let device = &mut self.devices[from.0];
        let encrypted = device.endpoint.encrypt(&permit, text, self.now, &mut self.rng)?;
        device.write(permit.address(), encrypted.changes);
        Ok(encrypted)
    }

    pub(crate) fn say(&mut self, from: Dev, to: Dev, text: &[u8]) -> Vec<u8> {
        self.encrypt(from, to, text).unwrap().envelope
    }

    /// The same, so that whoever receives it can report it.
    pub(crate) fn say_reportable(&mut self, from: Dev, to: Dev, text: &[u8]) -> Vec<u8> {
        let (permit, now) = (self.permit(from, to), self.now);
        let device = &mut self.devices[from.0];
        let sent = device.endpoint.encrypt_reportable(&permit, text, now, &mut self.rng).unwrap();
        device.write(permit.address(), sent.changes);
        sent.envelope
    }

    /// Opens an envelope and writes down what is said to have changed.
    pub(crate) fn open(&mut self, at: Dev, envelope: &[u8]) -> Result<Opened, OpenError> {
        let device = &mut self.devices[at.0];
        let opened = device.endpoint.open(envelope, self.now);
        match &opened {
            Ok(Opened::Message(received)) => device.write(&received.sender, received.changes),
            Err(OpenError::Message { peer, changes, .. }) => device.write(peer, *changes),
            _ => {}
        }
        opened
    }

    /// Judges the initiator by its account's newest list and takes the session.
    pub(crate) fn accept(
        &mut self,
        at: Dev,
        introduction: Introduction,
    ) -> Result<Received, NotHeard> {
        let certificate = introduction.initiator().certificate().clone();
        let claimed = introduction.initiator().claimed_list();
        let (now, account) = (self.now, certificate.account().clone());
        let mut status = self.contact(at, &account).judge(&certificate, claimed, now);
        if matches!(status, SenderStatus::NeedNewerList { .. }) {
            self.refresh(at, &account);
            status = self.contact(at, &account).judge(&certificate, claimed, now);
        }
        let SenderStatus::Listed(sender) = status else { return Err(NotHeard::Sender(status)) };
        self.accept_from(at, introduction, &sender).map_err(NotHeard::Accept)
    }

    pub(crate) fn accept_from(
        &mut self,
        at: Dev,
        introduction: Introduction,
        sender: &VerifiedDevice,
    ) -> Result<Received, AcceptError> {
        let device = &mut self.devices[at.0];
        let received = device.endpoint.accept(introduction, sender, self.now)?;
        device.write(&received.sender, received.changes);
        Ok(received)
    }

    /// Opens an envelope and takes the new session that it may bring.
    pub(crate) fn try_hear(&mut self, at: Dev, envelope: &[u8]) -> Result<Heard, NotHeard> {
        Ok(match self.open(at, envelope).map_err(NotHeard::Open)? {
            Opened::Message(received) => Heard::Message(received),
            Opened::Introduction(introduction) => Heard::Message(self.accept(at, *introduction)?),
            Opened::Duplicate => Heard::Duplicate,
            Opened::TooOld => Heard::TooOld,
            Opened::Unknown => Heard::Unknown,
            other => panic!("a new outcome: {other:?}"),
        })
    }

    pub(crate) fn hear(&mut self, at: Dev, envelope: &[u8]) -> Received {
        match self.try_hear(at, envelope) {
            Ok(Heard::Message(received)) => received,
            other => panic!("not heard: {other:?}"),
        }
    }

    /// Sends a message that arrives at once, and checks that it arrives as it was sent.
    pub(crate) fn tell(&mut self, from: Dev, to: Dev, text: &[u8]) -> Received {
        let envelope = self.say(from, to, text);
        let received = self.hear(to, &envelope);
        assert_eq!(received.plaintext, text);
        assert_eq!(received.sender, self.address(from));
        received
    }

    /// The session in which `from` sends to `to`.
    pub(crate) fn active(&self, from: Dev, to: Dev) -> Option<SessionId> {
        self.endpoint(from).sessions(&self.address(to))?.active
    }

    pub(crate) fn agree(&self, a: Dev, b: Dev) -> bool {
        let session = self.active(a, b);
        session.is_some() && session == self.active(b, a)
    }

    pub(crate) fn reset(&mut self, at: Dev, peer: Dev) {
        let (peer, now) = (self.address(peer), self.now);
        let device = &mut self.devices[at.0];
        let session = device.endpoint.sessions(&peer).and_then(|sessions| sessions.active);
        let changes = session.and_then(|session| device.endpoint.reset(&peer, session, now));
        if let Some(changes) = changes {
            device.write(&peer, changes);
        }
    }
}
