//! Accounts, their devices, and what a device keeps when it crashes.

use std::collections::{BTreeMap, BTreeSet};

use sealwax::group::GroupState;
use sealwax::group::channel::{GroupChannel, Groups};
use sealwax::identity::{
    AccountId, AccountKeyPair, Advance, CertificateTerms, DeviceKeys, ListDraft, LocalDevice,
    Validity, VerifiedDeviceList,
};

use super::{Account, DAY, Device, Disk, World};

impl World {
    pub(super) fn open_account(&mut self, account: usize) {
        let id = AccountId::new(format!("account{account}").as_bytes()).unwrap();
        let key = AccountKeyPair::generate(&mut self.rng);
        self.accounts.push(Account { id, key });
        self.add_device(account);
    }

    /// One more device, with a list that has it. It is in no group yet.
    pub(super) fn add_device(&mut self, account: usize) {
        let owner = &self.accounts[account];
        let keys = DeviceKeys::generate(&mut self.rng);
        let validity = Validity::starting(self.now, DAY * 390).unwrap();
        let terms = CertificateTerms { validity, capabilities: 0 };
        let request = keys.request_certificate(&owner.id, &owner.key.public_key(), terms);
        let certificate = owner.key.certify(&request, self.now).unwrap();
        let local = LocalDevice::new(keys, certificate.clone()).unwrap();
        let draft = match self.lists.get(&owner.id) {
            None => ListDraft::first(owner.id.clone()),
            Some(list) => ListDraft::after(list),
        };
        self.publish(account, draft.with(certificate));
        self.devices.push(Device {
            account,
            local,
            groups: Groups::new(),
            disk: Disk::default(),
            backup: None,
            gone: false,
            restored: false,
            entered: BTreeMap::new(),
            knew: BTreeSet::new(),
            strayed: BTreeSet::new(),
            to_rebase: BTreeMap::new(),
            opened: BTreeSet::new(),
            marks: BTreeMap::new(),
        });
    }

    pub(super) fn revoke(&mut self, at: usize) {
        let (account, device) = (self.devices[at].account, self.devices[at].local.address().device);
        let draft = ListDraft::after(&self.lists[&self.accounts[account].id]).without(device);
        self.publish(account, draft);
        self.devices[at].gone = true;
        self.narrate(|_| format!("device {at} is revoked"));
        self.report.count("devices revoked");
    }

    fn publish(&mut self, account: usize, draft: ListDraft) {
        let owner = &self.accounts[account];
        let validity = Validity::starting(self.now, DAY * 390).unwrap();
        let signed = draft.sign(&owner.key, validity).unwrap();
        let next = match self.lists.get(&owner.id) {
            None => VerifiedDeviceList::trust_on_first_use(signed, self.now).unwrap(),
            Some(list) => match list.advance(signed, self.now).unwrap() {
                Advance::Advanced(next) => *next,
                other => panic!("{other:?}"),
            },
        };
        self.lists.insert(owner.id.clone(), next);
        for device in 0..self.devices.len() {
            for group in 0..self.groups.len() {
                let Self { devices, groups, lists, .. } = self;
                let _ = devices[device].groups.with(&groups[group].id, |c| c.refresh(lists));
            }
            self.write(device);
        }
    }

    // What is stored

    pub(super) fn write(&mut self, at: usize) {
        let device = &mut self.devices[at];
        device.disk.channels = device.groups.iter().map(GroupChannel::stored).collect();
    }

    fn load(&mut self, at: usize) {
        let device = &mut self.devices[at];
        device.groups = Groups::new();
        for stored in &device.disk.channels {
            let channel = GroupChannel::restore(stored).unwrap();
            assert!(channel.stored() == *stored, "what is restored is stored otherwise");
            device.groups.insert(channel);
        }
    }

    /// Writes what an operation changed, unless the device crashes before. Whether it is written,
    /// with what is to leave beside it.
    pub(super) fn commit(&mut self, at: usize, given: Option<(usize, super::Given)>) -> bool {
        let crashes = !self.calm && self.dice.percent(6);
        if crashes && self.dice.percent(50) {
            self.narrate(|_| format!("device {at} crashes before it is written"));
            self.report.count("crashes before it is written");
            self.load(at);
            return false;
        }
        if let Some((group, given)) = given {
            self.devices[at].disk.given.insert(group, given);
        }
        self.write(at);
        if crashes {
            self.narrate(|_| format!("device {at} crashes after it is written"));
            self.report.count("crashes after it is written");
            self.load(at);
        }
        true
    }

    pub(super) fn back_up(&mut self, at: usize) {
        self.devices[at].backup = Some(self.devices[at].disk.clone());
    }

    /// Whether there was a backup to go back to.
    pub(super) fn restore(&mut self, at: usize) {
        let Some(backup) = self.devices[at].backup.take() else { return };
        self.devices[at].disk = backup;
        self.devices[at].restored = true;
        self.load(at);
        self.narrate(|_| format!("device {at} goes back to a backup"));
        self.report.count("backups restored");
    }

    pub(super) fn state(&self, at: usize, group: usize) -> &GroupState {
        let channel = self.devices[at].groups.channel(&self.groups[group].id);
        channel.expect("in the group").group().state()
    }
}
