//! What a device and its person do beside talking: lists of contacts, prekeys, old things.

use std::collections::BTreeSet;

use sealwax::identity::{
    AccountId, Contact, ContactUpdate, DeviceAddress, IdentityEvent, SignedDeviceList,
    VerifiedDeviceList,
};
use sealwax::session::Changes;
use sealwax::time::Timestamp;

use super::device::Step;
use super::world::World;

impl World {
    /// Makes a contact of an account, on first use of whatever lists the server shows.
    pub(super) fn meet(&mut self, at: usize, account: &AccountId) -> bool {
        if self.devices[at].contacts.contains_key(account) {
            return true;
        }
        let device = &self.devices[at];
        let lists = if device.address().account == *account {
            vec![device.endpoint.own_list().signed().clone()]
        } else {
            self.server.lists_of(account, &mut self.dice)
        };
        let chain = newest_chain(&lists).to_vec();
        let Ok(contact) = Contact::trust_chain_on_first_use(chain, self.now) else {
            return false;
        };
        self.devices[at].contacts.insert(account.clone(), contact);
        self.check_contact(at, self.account_of(account));
        true
    }

    /// Follows the lists of an account as far as the server shows them. What is gone is forgotten at
    /// once; what is new waits for a person.
    pub(super) fn refresh(&mut self, at: usize, account: &AccountId) -> Step {
        if !self.meet(at, account) {
            return Ok(());
        }
        for list in self.server.lists_of(account, &mut self.dice) {
            let contact = self.devices[at].contacts.get_mut(account).unwrap();
            let before = contact.to_bytes();
            let updated = contact.update(list, self.now);
            let advanced = matches!(updated, Ok(ContactUpdate::Advanced));
            assert!(advanced || contact.to_bytes() == before, "{updated:?} changed a contact");
            assert!(!matches!(updated, Ok(ContactUpdate::Fork(_))), "an honest account forked");
            if advanced {
                self.report.count("lists followed");
            }
        }
        self.check_contact(at, self.account_of(account));
        self.know_own_list(at, account);
        self.drop_unlisted(at, account, "following a list")
    }

    fn know_own_list(&mut self, at: usize, account: &AccountId) {
        let device = &mut self.devices[at];
        if device.address().account == *account {
            let list = device.contacts[account].list().clone();
            // A hostile server may still show one from before this device was on it, and of an account that
            // began anew it is none any more.
            let ours = list.devices().iter().any(|listed| listed.address() == device.address());
            let taken = device.endpoint.set_own_list(list);
            assert!(taken.is_ok() || !ours, "{taken:?}");
        }
    }

    /// Forgets what there was with devices that an account no longer lists.
    fn drop_unlisted(&mut self, at: usize, account: &AccountId, during: &'static str) -> Step {
        let device = &mut self.devices[at];
        let listed: BTreeSet<DeviceAddress> = device.contacts[account]
            .list()
            .devices()
            .iter()
            .map(|listed| listed.address().clone())
            .collect();
        let known = device.endpoint.peers().chain(device.chat.waiting.iter().map(|row| &row.to));
        let gone = known.filter(|peer| peer.account == *account && !listed.contains(peer));
        let gone: BTreeSet<_> = gone.cloned().collect();
        let changes: Vec<_> = gone.iter().filter_map(|peer| device.forget(peer)).collect();
        self.commit(at, during, &changes)
    }

    /// A person looks at what changed about an account, and goes on. Whether an account really began
    /// anew, its owner says.
    pub(super) fn look_at(&mut self, at: usize, account: usize) -> Step {
        let id = self.accounts[account].id.clone();
        let owner = &self.accounts[account];
        let Some(contact) = self.devices[at].contacts.get_mut(&id) else { return Ok(()) };
        let lists = self.server.lists_of(&id, &mut self.dice);
        let chain = newest_chain(&lists);
        let began_anew = began_anew(contact, chain, self.now);
        let really = lists.len() > owner.began && !owner.keys.contains(contact.account_key());
        let older = |list: &SignedDeviceList| list.entry().version() < contact.list().version();
        let withheld = lists.len() <= owner.began || chain.last().is_some_and(older);
        assert!(began_anew == really || withheld && began_anew, "begun anew?");
        if really {
            let fresh = VerifiedDeviceList::trust_chain_on_first_use(chain.to_vec(), self.now);
            contact.replace(fresh.unwrap()).unwrap();
            self.report.count("identities replaced");
        }
        let events: Vec<IdentityEvent> = contact.events().to_vec();
        contact.acknowledge(&events);
        self.refresh(at, &id)?;
        let contact = self.devices[at].contacts.get_mut(&id).unwrap();
        let events: Vec<IdentityEvent> = contact.events().to_vec();
        contact.acknowledge(&events);
        self.drop_unlisted(at, &id, "acknowledging")
    }

    /// What every device does daily: prekeys are replaced, refilled and published; what is too old
    /// is deleted.
    pub(super) fn upkeep(&mut self, at: usize) -> Step {
        let address = self.devices[at].address().clone();
        let left = self.server.left_of(&address, &mut self.dice);
        let prekeys = self.devices[at].endpoint.prekeys_mut();
        prekeys.server_holds(&left);
        let done = prekeys.maintain(self.now, &mut self.rng).unwrap();
        self.commit_prekeys(at, "maintaining prekeys")?;
        if done.publish || self.has_other_certificate(at) {
            self.publish_prekeys(at)?;
        }
        let expired: Vec<(DeviceAddress, Changes)> = self.devices[at].endpoint.expire(self.now);
        self.report.add("peers of which something expired", expired.len() as u64);
        self.commit(at, "deleting what is old", &expired)
    }

    fn has_other_certificate(&self, at: usize) -> bool {
        let device = &self.devices[at];
        !self.server.has_certificate(device.certificate())
    }

    /// What is published is on the disk; whether it was, the server confirms.
    fn publish_prekeys(&mut self, at: usize) -> Step {
        let endpoint = &self.devices[at].endpoint;
        let publication = endpoint.prekeys().publication_update(endpoint.local(), self.now);
        self.report.count("prekeys published");
        self.server.publish_prekeys(publication.clone());
        self.devices[at].endpoint.prekeys_mut().confirm_published(&publication);
        self.commit_prekeys(at, "confirming prekeys")
    }
}

/// Of the lists that a server shows, those of the chain that the newest one is of.
fn newest_chain(lists: &[SignedDeviceList]) -> &[SignedDeviceList] {
    let follows = |pair: &[SignedDeviceList]| {
        pair[0].entry().version().next() == Some(pair[1].entry().version())
    };
    let breaks = lists.windows(2).rposition(|pair| !follows(pair));
    &lists[breaks.map_or(0, |place| place + 1)..]
}

/// Whether the account has another key that ours did not hand over to: the newest list says so, or
/// the one that follows ours.
fn began_anew(contact: &Contact, chain: &[SignedDeviceList], now: Timestamp) -> bool {
    let taken = |list: &SignedDeviceList| contact.clone().update(list.clone(), now);
    let other = |list| matches!(taken(list), Ok(ContactUpdate::OtherAccountKey(_)));
    let Some(newest) = chain.last() else { return false };
    let next = contact.list().version().next();
    let following = chain.iter().find(|list| Some(list.entry().version()) == next);
    match taken(newest) {
        Ok(ContactUpdate::Gap { .. }) => following.is_some_and(other),
        _ => other(newest),
    }
}
