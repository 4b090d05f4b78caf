//! The server's directory: it stores what accounts publish and hands it out. Nobody has to trust
//! it: everything in it is bytes that whoever fetches them verifies.

use std::collections::BTreeMap;

use sealwax::identity::{AccountId, DeviceAddress, ListVersion, SignedDeviceList};
use sealwax::prekey::{PrekeyId, PrekeyShelf, Publication};
use sealwax::time::Timestamp;

use crate::Outcome;

#[derive(Default)]
pub(crate) struct Directory {
    /// Every list of an account in order, encoded: whoever missed some follows the chain.
    lists: BTreeMap<AccountId, Vec<Vec<u8>>>,
    shelves: BTreeMap<DeviceAddress, PrekeyShelf>,
}

impl Directory {
    pub(crate) fn publish_list(&mut self, list: &SignedDeviceList) {
        let account = list.entry().account().clone();
        self.lists.entry(account).or_default().push(list.encode());
    }

    pub(crate) fn publish_prekeys(&mut self, encoded: &[u8]) -> Outcome {
        let upload = Publication::decode(encoded)?;
        let address = upload.certificate().address().clone();
        match self.shelves.get_mut(&address) {
            Some(held) => held.accept(upload),
            None => drop(self.shelves.insert(address, PrekeyShelf::new(upload))),
        }
        Ok(())
    }

    /// The one-time prekeys that are left of a device's.
    pub(crate) fn prekeys_left(&self, device: &DeviceAddress) -> Vec<PrekeyId> {
        self.shelves.get(device).map(|shelf| shelf.one_time_ids().collect()).unwrap_or_default()
    }

    /// All lists, oldest first.
    pub(crate) fn all_lists(&self, account: &AccountId) -> Outcome<Vec<SignedDeviceList>> {
        let lists = self.lists.get(account).ok_or("no such account")?;
        lists.iter().map(|bytes| Ok(SignedDeviceList::decode(bytes)?)).collect()
    }

    /// All lists after a version, oldest first.
    pub(crate) fn lists_after(
        &self,
        account: &AccountId,
        version: ListVersion,
    ) -> Outcome<Vec<SignedDeviceList>> {
        let mut newer = Vec::new();
        for bytes in self.lists.get(account).into_iter().flatten() {
            let list = SignedDeviceList::decode(bytes)?;
            if list.entry().version() > version {
                newer.push(list);
            }
        }
        Ok(newer)
    }

    /// An encoded bundle, with one-time prekeys that nobody else gets.
    pub(crate) fn take_bundle(
        &mut self,
        device: &DeviceAddress,
        now: Timestamp,
    ) -> Outcome<Vec<u8>> {
        let held = self.shelves.get_mut(device).ok_or("no prekeys of that device")?;
        Ok(held.take_bundle(now).encode())
    }
}
