//! Accounts: what is true about them, whoever knows it.

use sealwax::identity::{
    AccountId, AccountKey, AccountKeyPair, Advance, DeviceAddress, ListDraft, SignedDeviceList,
    VerifiedDeviceList,
};

use super::device::Device;
use super::pool::{self, ACCOUNTS, DAY, SEATS, lists_from};
use super::world::World;

pub(super) struct Account {
    pub(super) id: AccountId,
    key: AccountKeyPair,
    /// The newest list that was signed.
    pub(super) list: VerifiedDeviceList,
    /// Signed and not published yet.
    unpublished: Vec<SignedDeviceList>,
    /// Every list that was ever signed, and how many of them came before the account began anew.
    signed: usize,
    pub(super) began: usize,
    /// The account keys since then.
    pub(super) keys: Vec<AccountKey>,
    /// Places of the pool that were taken.
    seats: usize,
}

impl Account {
    pub(super) fn lists(&self, address: &DeviceAddress) -> bool {
        self.list.devices().iter().any(|certificate| certificate.address() == address)
    }
}

impl World {
    /// A new account with its first device.
    pub(super) fn open_account(&mut self, account: usize) {
        let (id, key) = (pool::account_id(account), pool::account_key(account));
        let local = pool::seat(account, 0).local.clone();
        let draft = ListDraft::first(id.clone()).with(local.certificate().clone());
        let signed = draft.sign(&key, lists_from(self.now)).unwrap();
        let list = VerifiedDeviceList::trust_on_first_use(signed.clone(), self.now).unwrap();
        let keys = vec![key.public_key()];
        let unpublished = vec![signed];
        self.accounts.push(Account {
            id,
            key,
            list,
            unpublished,
            signed: 1,
            began: 0,
            keys,
            seats: 0,
        });
        self.publish_lists();
        self.install(account);
    }

    /// One more device: certified, listed, its prekeys published.
    pub(super) fn add_device(&mut self, account: usize) -> bool {
        let owner = &self.accounts[account];
        if owner.seats == SEATS {
            return false;
        }
        let keys = &pool::seat(account, owner.seats).keys;
        let local = pool::certified(keys, &owner.id, &owner.key, self.now);
        let draft = ListDraft::after(&owner.list).with(local.certificate().clone());
        self.sign(account, draft);
        self.install(account);
        true
    }

    fn install(&mut self, account: usize) {
        let owner = &mut self.accounts[account];
        let seat = pool::seat(account, owner.seats);
        owner.seats += 1;
        let address = seat.local.address();
        let certificate =
            owner.list.devices().iter().find(|listed| listed.address() == address).unwrap();
        let local = seat.local.renewed(certificate.clone()).unwrap();
        let name = format!("{}{}", ["A", "B", "C"][account], owner.seats);
        let device = Device::install(name, account, local, owner.list.clone(), seat);
        let same = device.certificate() == seat.local.certificate();
        self.devices.push(device);
        if same {
            self.server.publish_prekeys(seat.publication.clone());
        } else {
            let at = self.devices.len() - 1;
            self.without_crashes(|world| world.upkeep(at));
        }
    }

    /// Signs the next list. It is stored by then, and published some time later.
    fn sign(&mut self, account: usize, draft: ListDraft) {
        let now = self.now;
        let owner = &mut self.accounts[account];
        let signed = draft.sign(&owner.key, lists_from(now)).unwrap();
        owner.advance(signed, now);
        self.log_list(account);
    }

    fn log_list(&self, account: usize) {
        self.say(|world| {
            let devices: Vec<_> = world.listed_devices(account);
            let names = devices.iter().map(|at| world.devices[*at].name.clone());
            let list = &world.accounts[account].list;
            format!("list {:?}: {:?}", list.version(), names.collect::<Vec<_>>())
        });
    }

    pub(super) fn revoke(&mut self, at: usize) -> bool {
        let address = self.devices[at].address().clone();
        let account = self.devices[at].account;
        let owner = &self.accounts[account];
        if !owner.lists(&address) || owner.list.devices().len() == 1 {
            return false;
        }
        let draft = ListDraft::after(&owner.list).without(address.device);
        self.sign(account, draft);
        true
    }

    /// Hands over to a new account key.
    pub(super) fn rotate(&mut self, account: usize) {
        let new = AccountKeyPair::generate(&mut self.rng);
        let devices = self.listed_devices(account);
        let owner = &self.accounts[account];
        let renewed =
            |at: &usize| pool::certified(self.devices[*at].keys(), &owner.id, &new, self.now);
        let renewed: Vec<_> = devices.iter().map(renewed).collect();
        let certificates = renewed.iter().map(|local| local.certificate().clone());
        let draft = certificates.fold(ListDraft::after(&owner.list), ListDraft::with);
        let signed = draft.sign_rotation(&owner.key, &new, lists_from(self.now)).unwrap();
        let now = self.now;
        let owner = &mut self.accounts[account];
        owner.advance(signed, now);
        owner.keys.push(new.public_key());
        owner.key = new;
        for (at, local) in devices.into_iter().zip(renewed) {
            self.devices[at].renew(local);
        }
    }

    /// Begins anew under an unrelated key, with one new device.
    pub(super) fn replace_identity(&mut self, account: usize) -> bool {
        let owner = &self.accounts[account];
        if owner.seats == SEATS {
            return false;
        }
        let key = AccountKeyPair::generate(&mut self.rng);
        let keys = &pool::seat(account, owner.seats).keys;
        let local = pool::certified(keys, &owner.id, &key, self.now);
        let draft = ListDraft::first(owner.id.clone()).with(local.certificate().clone());
        let signed = draft.sign(&key, lists_from(self.now)).unwrap();
        let owner = &mut self.accounts[account];
        owner.list = VerifiedDeviceList::trust_on_first_use(signed.clone(), self.now).unwrap();
        owner.keys = vec![key.public_key()];
        owner.key = key;
        owner.began = owner.signed;
        owner.signed += 1;
        owner.unpublished.push(signed);
        self.install(account);
        true
    }

    /// Lists are renewed in good time.
    pub(super) fn renew_lists(&mut self) {
        for account in 0..self.accounts.len() {
            let validity = *self.accounts[account].list.signed().entry().validity();
            if validity.until().since(self.now) < DAY * 30 {
                let draft = ListDraft::after(&self.accounts[account].list);
                self.sign(account, draft);
            }
        }
    }

    pub(super) fn publish_lists(&mut self) {
        for owner in &mut self.accounts {
            self.server.publish_lists(&owner.id, owner.unpublished.drain(..));
        }
    }

    /// The devices that an account lists, by their place.
    pub(super) fn listed_devices(&self, account: usize) -> Vec<usize> {
        (0..self.devices.len())
            .filter(|at| self.devices[*at].account == account && self.is_listed(*at))
            .collect()
    }

    /// Whether its account lists a device, whoever knows it.
    pub(super) fn is_listed(&self, at: usize) -> bool {
        self.accounts[self.devices[at].account].lists(self.devices[at].address())
    }

    pub(super) fn account_of(&self, id: &AccountId) -> usize {
        (0..ACCOUNTS).find(|account| pool::account_id(*account) == *id).unwrap()
    }
}

impl Account {
    fn advance(&mut self, signed: SignedDeviceList, now: sealwax::time::Timestamp) {
        let Ok(Advance::Advanced(list)) = self.list.advance(signed.clone(), now) else {
            panic!("an account's own list does not follow");
        };
        self.list = *list;
        self.signed += 1;
        self.unpublished.push(signed);
    }
}
