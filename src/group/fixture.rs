//! Groups for tests.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::change::{Core, SignedChange as Change, core_hash};
use super::stage::{Act, stage};
use super::*;
use crate::crypto::{Digest, SignaturePurpose};
use crate::identity::fixture::{self, Account, NOW, advanced, month};
use crate::identity::{AccountId, ListDraft, LocalDevice, VerifiedDeviceList};
use crate::time::Timestamp;

pub(crate) type Lists = BTreeMap<AccountId, VerifiedDeviceList>;

/// Accounts with one device each, whose lists everybody knows.
#[derive(Clone)]
pub(crate) struct People {
    pub(crate) accounts: Vec<Account>,
    pub(crate) lists: Lists,
}

impl People {
    pub(crate) fn new(names: &[&str]) -> Self {
        let seeds = (1..).map(|seed: u64| seed * 100);
        let accounts: Vec<_> =
            names.iter().zip(seeds).map(|(name, seed)| Account::new(name, 1, seed)).collect();
        let lists = accounts.iter().map(|a| (a.id.clone(), a.verified_list())).collect();
        Self { accounts, lists }
    }

    pub(crate) fn account(&self, name: &str) -> &Account {
        self.accounts.iter().find(|a| a.id.as_bytes() == name.as_bytes()).unwrap()
    }

    pub(crate) fn device(&self, name: &str) -> &LocalDevice {
        &self.account(name).devices[0]
    }

    pub(crate) fn list(&self, name: &str) -> &VerifiedDeviceList {
        &self.lists[&id(name)]
    }

    pub(crate) fn sign(
        &self,
        name: &str,
        base: &GroupState,
        actions: Vec<Action>,
    ) -> Result<Authored, DraftRefused> {
        self.sign_at(name, base, actions, NOW)
    }

    pub(crate) fn sign_at(
        &self,
        name: &str,
        base: &GroupState,
        actions: Vec<Action>,
        now: Timestamp,
    ) -> Result<Authored, DraftRefused> {
        let draft = actions.into_iter().fold(base.change(), ChangeDraft::with);
        draft.sign(base, self.device(name), &self.lists, now, &mut fixture::rng(7))
    }

    /// What the others make of the change is what its author made of it.
    pub(crate) fn done(&self, name: &str, base: &GroupState, actions: Vec<Action>) -> GroupState {
        let authored = self.sign(name, base, actions).unwrap();
        let change = SignedChange::decode(&authored.change.encode()).unwrap();
        let Ok(Outcome::Applied(applied)) = base.apply(&change) else { panic!() };
        assert_eq!(applied.state, authored.state);
        let has_secret = applied.key_epoch_began && !applied.state.is_void();
        assert_eq!(has_secret, authored.epoch_secret.is_some());
        applied.state
    }

    pub(crate) fn refused(
        &self,
        name: &str,
        base: &GroupState,
        actions: Vec<Action>,
    ) -> ApplyError {
        match self.sign(name, base, actions) {
            Err(DraftRefused::Rules(error)) => error,
            other => panic!("not refused by the rules: {other:?}"),
        }
    }

    /// The next list of an account, with the first device revoked and a new one.
    pub(crate) fn replace_device(&mut self, name: &str) {
        let index = self.accounts.iter().position(|a| a.id == id(name)).unwrap();
        let old = self.lists[&id(name)].clone();
        let account = &mut self.accounts[index];
        let gone = account.devices.remove(0).address().device;
        account.add_device(&mut fixture::rng(old.version().as_u32().into()));
        let draft = account.draft_with_devices(ListDraft::after(&old)).without(gone);
        let next = advanced(&old, draft.sign(&account.pair, month(NOW)).unwrap());
        self.lists.insert(id(name), next);
    }

    /// The next list of an account, with one device more.
    pub(crate) fn add_device(&mut self, name: &str) {
        let index = self.accounts.iter().position(|a| a.id == id(name)).unwrap();
        let old = self.lists[&id(name)].clone();
        let account = &mut self.accounts[index];
        account.add_device(&mut fixture::rng(u64::from(old.version().as_u32()) + 50));
        let draft = account.draft_with_devices(ListDraft::after(&old));
        let next = advanced(&old, draft.sign(&account.pair, month(NOW)).unwrap());
        self.lists.insert(id(name), next);
    }
}

pub(crate) fn id(name: &str) -> AccountId {
    AccountId::new(name.as_bytes()).unwrap()
}

pub(crate) fn title(text: &str) -> Action {
    Action::SetTitle(Title::new(text).unwrap())
}

/// olga owns, anna and adam are admins, mona moderates, max and mia are members, otto observes;
/// sam, sue and server are not in it.
pub(crate) fn people() -> People {
    People::new(&["olga", "anna", "adam", "mona", "max", "mia", "otto", "sam", "sue", "server"])
}

pub(crate) const ROLES: [(&str, Role); 6] = [
    ("anna", Role::Admin),
    ("adam", Role::Admin),
    ("mona", Role::Moderator),
    ("max", Role::Member),
    ("mia", Role::Member),
    ("otto", Role::Observer),
];

pub(crate) fn founded(people: &People) -> Founded {
    let draft = GenesisDraft::new(Title::new("climbing").unwrap());
    ROLES
        .iter()
        .fold(draft, |draft, (name, role)| draft.member(people.list(name), *role))
        .sign(people.device("olga"), people.list("olga"), NOW, &mut fixture::rng(1))
        .unwrap()
}

pub(crate) fn group() -> (People, GroupState) {
    let people = people();
    let state = founded(&people).genesis.state().clone();
    (people, state)
}

/// A change that its author did not check: what it says is up to `edit`, and the state that it
/// claims to lead to is zeros.
pub(super) fn forged(
    people: &People,
    name: &str,
    base: &GroupState,
    actions: Vec<Action>,
    edit: impl FnOnce(&mut Core),
) -> SignedChange {
    let mut core = core(people, name, base, actions);
    edit(&mut core);
    sealed(people, name, &core, Digest::from_bytes([0; 32]))
}

/// As [`forged`], but leading to where its actions do, if they do.
pub(crate) fn unchecked(
    people: &People,
    name: &str,
    base: &GroupState,
    actions: Vec<Action>,
) -> SignedChange {
    edited(people, name, base, actions, |_| {})
}

/// The same, and what it says is up to `edit`.
pub(super) fn edited(
    people: &People,
    name: &str,
    base: &GroupState,
    actions: Vec<Action>,
    edit: impl FnOnce(&mut Core),
) -> SignedChange {
    let mut core = core(people, name, base, actions);
    edit(&mut core);
    let proof = DeviceProof::of(people.list(name), core.actor.device).unwrap();
    let actor = base.member(&core.actor.account).unwrap();
    let (device, created_at) = (core.actor.device, core.created_at);
    let act = Act { actor, device, entry: Some(proof.entry()), created_at };
    let staged = stage(base, &act, &core.actions).unwrap();
    let state = staged.finish(base, core.epoch_commitment, core_hash(&core.to_bytes())).unwrap();
    sealed(people, name, &core, *state.hash())
}

fn core(people: &People, name: &str, base: &GroupState, actions: Vec<Action>) -> Core {
    Core {
        group: base.group(),
        base_revision: base.revision(),
        base_hash: *base.hash(),
        actor: people.device(name).address().clone(),
        created_at: NOW,
        epoch_commitment: None,
        actions,
        extensions: Vec::new(),
    }
}

fn sealed(people: &People, name: &str, core: &Core, new_state: Digest) -> SignedChange {
    let proof = DeviceProof::of(people.list(name), people.device(name).address().device).unwrap();
    Change::sign(core.to_bytes(), new_state, people.device(name), proof).unwrap()
}

/// The change, signed anew as leading to another state.
pub(crate) fn leading_to(
    people: &People,
    name: &str,
    change: &SignedChange,
    state: Digest,
) -> SignedChange {
    sealed(people, name, &change.core, state)
}

/// The genesis with another body, which its creator signed.
pub(crate) fn refounded(
    people: &People,
    genesis: &SignedGenesis,
    edit: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let mut message = genesis.to_proto();
    edit(&mut message.body);
    let device = people.device("olga");
    let signature = device.signing_key().sign(SignaturePurpose::GroupGenesis, &message.body);
    message.signature = signature.as_bytes().to_vec();
    prost::Message::encode_to_vec(&message)
}

/// The body of a genesis with a commitment of zeros.
pub(crate) fn commit_to_nothing(genesis: &SignedGenesis, body: &mut [u8]) {
    let commitment = genesis.state().fields().epoch_commitment;
    let at = body.windows(32).position(|bytes| bytes == commitment.as_bytes()).unwrap();
    body[at..at + 32].fill(0);
}

/// The change with one byte of its signature changed.
pub(crate) fn resigned(change: &SignedChange) -> SignedChange {
    let mut message = change.to_proto();
    message.signature[7] ^= 1;
    SignedChange::from_proto(message).unwrap()
}
