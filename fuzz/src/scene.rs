//! Devices in the middle of their conversations, the same in every process.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sealwax::identity::{
    AccountId, AccountKeyPair, Contact, DeviceAddress, LocalDevice, SendPermit, SenderStatus,
    SignedDeviceList, VerifiedDeviceList,
};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{
    AcceptError, Changes, Endpoint, Introduction, Received, StateError, StoredPeer,
};
use sealwax::time::Timestamp;

use super::support::bytes::{field, handshake, session};
use super::support::{World, account_id, in_conversation};

/// What Bob has, what was sent to him and has not arrived, and what lies at the server.
pub(super) struct Scene {
    pub(super) now: Timestamp,
    pub(super) own: Own,
    pub(super) sessions: BTreeMap<DeviceAddress, StoredPeer>,
    pub(super) contacts: BTreeMap<AccountId, Contact>,
    pub(super) permits: Vec<SendPermit>,
    pub(super) account: AccountKeyPair,
    pub(super) sent: Vec<Sent>,
    /// Bob's bundles: with one-time prekeys and without.
    pub(super) bundles: Vec<Vec<u8>>,
    /// Every list of Alice's account, oldest first.
    pub(super) lists: Vec<SignedDeviceList>,
}

/// What a device has before its first session.
#[derive(Clone)]
pub(super) struct Own {
    pub(super) local: LocalDevice,
    pub(super) list: VerifiedDeviceList,
    pub(super) prekeys: PrekeyStore,
}

/// A genuine envelope.
pub(super) struct Sent {
    pub(super) kind: &'static str,
    pub(super) envelope: Vec<u8>,
    pub(super) plaintext: Vec<u8>,
}

/// Every stored byte that an endpoint's operations can change.
#[derive(PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) prekeys: Vec<u8>,
    pub(super) peers: BTreeMap<DeviceAddress, StoredPeer>,
}

pub(super) fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(Scene::new)
}

impl Scene {
    /// One envelope on each way through the code.
    fn new() -> Self {
        let (mut world, alice, bob) = in_conversation(1);
        let mut sent = Vec::new();
        let mut say = |world: &mut World, from, kind: &'static str| {
            let plaintext = kind.as_bytes().to_vec();
            let envelope = world.say(from, bob, &plaintext);
            sent.push(Sent { kind, envelope, plaintext });
        };
        say(&mut world, alice, "inactive-session");
        world.reset(alice, bob);
        world.begin(alice, bob);
        world.tell(alice, bob, b"anew");
        say(&mut world, alice, "known-handshake");
        world.tell(bob, alice, b"anew");
        say(&mut world, alice, "skipped");
        world.tell(alice, bob, b"skips one");
        world.tell(bob, alice, b"turn");
        say(&mut world, alice, "old-chain");
        world.tell(alice, bob, b"skips one");
        say(&mut world, alice, "current-chain");
        say(&mut world, alice, "current-chain-ahead");
        world.tell(bob, alice, b"turn");
        say(&mut world, alice, "new-chain");
        let carol = world.join("carol");
        world.begin(carol, bob);
        say(&mut world, carol, "first-message");
        let full = world.fetch(bob);
        world.exhaust(bob);
        let dave = world.join("dave");
        world.begin(dave, bob);
        say(&mut world, dave, "last-resort");
        let erin = world.join("erin");
        world.begin(bob, erin);
        let senders = ["alice", "carol", "dave", "erin"].map(account_id);
        let contacts = senders.map(|id| (id.clone(), world.contact(bob, &id).clone()));
        let phone = world.join("alice");
        world.revoke(phone);
        Self {
            now: world.now,
            own: Own::of(world.endpoint(bob)),
            sessions: Stored::of(world.endpoint(bob)).peers,
            contacts: contacts.into(),
            permits: vec![world.permit(bob, alice), world.permit(bob, erin)],
            account: world.account_key("bob").clone(),
            sent,
            bundles: vec![full, world.fetch(bob)],
            lists: world.directory.lists[&account_id("alice")].clone(),
        }
    }

    pub(super) fn bob(&self) -> Endpoint {
        self.own.endpoint(self.sessions.values()).unwrap()
    }

    /// The genuine message in an envelope, which may have lost its handshake on the way.
    pub(super) fn genuine(&self, envelope: &[u8]) -> Option<&Sent> {
        self.sent.iter().find(|sent| {
            let stripped = !carries_handshake(envelope);
            sent.envelope == envelope
                || stripped && message_of(&sent.envelope) == message_of(envelope)
        })
    }
}

/// The encoded message in a well-formed envelope.
pub(super) fn message_of(envelope: &[u8]) -> &[u8] {
    let path = if carries_handshake(envelope) { handshake::MESSAGE } else { session::MESSAGE };
    &envelope[field(envelope, path)]
}

/// Of a well-formed envelope.
pub(super) fn carries_handshake(envelope: &[u8]) -> bool {
    envelope.get(2) == Some(&(2 << 3 | 2))
}

impl Own {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        Self {
            local: endpoint.local().clone(),
            list: endpoint.own_list().clone(),
            prekeys: endpoint.prekeys().clone(),
        }
    }

    pub(super) fn endpoint<'a>(
        &self,
        peers: impl IntoIterator<Item = &'a StoredPeer>,
    ) -> Result<Endpoint, StateError> {
        let Self { local, list, prekeys } = self.clone();
        Endpoint::restore(local, list, prekeys, peers).complete()
    }
}

impl Stored {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        let stored = |peer: &DeviceAddress| endpoint.stored_peer(peer).unwrap();
        Self {
            prekeys: endpoint.prekeys().to_bytes().to_vec(),
            peers: endpoint.peers().map(|peer| (peer.clone(), stored(peer))).collect(),
        }
    }
}

impl Stored {
    /// Checks that no more changed of a peer's state than was said.
    pub(super) fn changed(&self, after: &Self, peer: &DeviceAddress, said: Changes) {
        assert!(said.prekeys || self.prekeys == after.prekeys);
        let part = |of: &Self, part: fn(&StoredPeer) -> &[u8]| {
            of.peers.get(peer).map(|peer| part(peer).to_vec())
        };
        let [active, archive]: [fn(&StoredPeer) -> &[u8]; 2] = [|p| &p.active, |p| &p.archive];
        let removed = said.removed && !after.peers.contains_key(peer);
        assert!(said.active || removed || part(self, active) == part(after, active));
        assert!(said.archive || removed || part(self, archive) == part(after, archive));
        let others = |of: &Self| {
            let others = of.peers.iter().filter(|(other, _)| *other != peer);
            others.map(|(other, stored)| (other.clone(), stored.clone())).collect::<Vec<_>>()
        };
        assert!(others(self) == others(after));
    }
}

/// Takes a session from a device that its account lists; `Err(None)` when it is not listed.
pub(super) fn accept(
    endpoint: &mut Endpoint,
    contact: &Contact,
    introduction: Introduction,
    now: Timestamp,
) -> Result<Received, Option<AcceptError>> {
    let initiator = introduction.initiator();
    match contact.judge(initiator.certificate(), initiator.claimed_list(), now) {
        SenderStatus::Listed(sender) => endpoint.accept(introduction, &sender, now).map_err(Some),
        _ => Err(None),
    }
}
