use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::Recorder;
use crate::identity::{
    AccountId, AccountKeyPair, CertificateTerms, Contact, DeviceKeys, ListDraft, LocalDevice,
    SignedDeviceList, Validity, VerifiedDevice, VerifiedDeviceList,
};
use crate::limits::PREKEY_VALIDITY;
use crate::prekey::{PrekeyBundle, PrekeyShelf, PrekeyStore, VerifiedBundle};
use crate::time::Timestamp;
use crate::wire::Writer;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// An account with one device, of which every secret is known.
pub(crate) struct Party {
    pub(crate) pair: AccountKeyPair,
    pub(crate) local: LocalDevice,
    pub(crate) list: SignedDeviceList,
    pub(crate) prekeys: PrekeyStore,
}

/// How many one-time prekeys of each kind a party has.
const ONE_TIME: usize = 2;

pub(crate) fn terms() -> CertificateTerms {
    CertificateTerms { validity: Validity::starting(NOW, DAY * 365).unwrap(), capabilities: 0 }
}

pub(crate) fn month() -> Validity {
    Validity::starting(NOW, DAY * 30).unwrap()
}

pub(crate) fn account_pair(rng: &mut Recorder) -> AccountKeyPair {
    AccountKeyPair::from_bytes(&[&[1][..], &rng.bytes::<32>()].concat()).unwrap()
}

pub(crate) fn device_keys(device: u32, rng: &mut Recorder) -> DeviceKeys {
    let stored = [&[1][..], &device.to_be_bytes(), &rng.bytes::<64>()].concat();
    DeviceKeys::from_bytes(&stored).unwrap()
}

pub(crate) fn certified(
    keys: DeviceKeys,
    account: &AccountId,
    pair: &AccountKeyPair,
) -> LocalDevice {
    let request = keys.request_certificate(account, &pair.public_key(), terms());
    let certificate = pair.certify(&request, NOW).unwrap();
    LocalDevice::new(keys, certificate).unwrap()
}

/// A device's secrets: id, signing seed, identity secret.
pub(crate) fn device_secrets(keys: &DeviceKeys) -> Value {
    let stored = keys.to_bytes();
    json!({
        "device": keys.device().as_u32(),
        "signing_seed": hex::encode(&stored[5..37]),
        "identity_secret": hex::encode(&stored[37..]),
    })
}

pub(crate) fn account_seed(pair: &AccountKeyPair) -> String {
    hex::encode(&pair.to_bytes()[1..])
}

impl Party {
    pub(crate) fn new(name: &str, device: u32, rng: &mut Recorder) -> Self {
        let account = AccountId::new(name.as_bytes()).unwrap();
        let pair = account_pair(rng);
        let local = certified(device_keys(device, rng), &account, &pair);
        let draft = ListDraft::first(account).with(local.certificate().clone());
        let list = draft.sign(&pair, month()).unwrap();
        Self { pair, local, list, prekeys: store(ONE_TIME, rng) }
    }

    /// Everything about the party, as files say it.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "account": hex::encode(self.local.address().account.as_bytes()),
            "account_seed": account_seed(&self.pair),
            "device": device_secrets(self.local.keys()),
            "certificate": hex::encode(self.local.certificate().encode()),
            "list": hex::encode(self.list.encode()),
            "prekeys": hex::encode(self.prekeys.to_bytes()),
        })
    }

    pub(crate) fn verified_list(&self) -> VerifiedDeviceList {
        VerifiedDeviceList::trust_on_first_use(self.list.clone(), NOW).unwrap()
    }

    pub(crate) fn verified(&self) -> VerifiedDevice {
        self.verified_list().device(self.local.address().device, NOW).unwrap()
    }

    pub(crate) fn contact(&self) -> Contact {
        Contact::trust_on_first_use(self.list.clone(), NOW).unwrap()
    }

    pub(crate) fn shelf(&self) -> PrekeyShelf {
        PrekeyShelf::new(self.prekeys.publication(&self.local, NOW))
    }

    /// The bundle handed out after `before` others.
    pub(crate) fn bundle(&self, before: usize) -> PrekeyBundle {
        let mut server = self.shelf();
        for _ in 0..before {
            server.take_bundle(NOW);
        }
        server.take_bundle(NOW)
    }

    pub(crate) fn verified_bundle(&self, before: usize) -> VerifiedBundle {
        self.bundle(before).verify(&self.verified(), NOW).unwrap()
    }
}

/// A store in its stored form (SPEC.md 6.4): a signed prekey with id 1, a last-resort one with id 2,
/// then one-time prekeys.
pub(crate) fn store(one_time: usize, rng: &mut Recorder) -> PrekeyStore {
    store_in(&vec![1; one_time], rng)
}

/// The same with one-time prekeys of each kind in these states: 0 generated, 1 published, 2 handed out.
pub(crate) fn store_in(states: &[u8], rng: &mut Recorder) -> PrekeyStore {
    let one_time = states.len();
    let validity = Validity::lasting(NOW, PREKEY_VALIDITY);
    let mut w = Writer::new();
    let mut ids = 1u32..;
    let last = u32::try_from(2 + 2 * one_time).unwrap();
    w.put(&1u8).put(&last).put(&1u16);
    w.put(&ids.next().unwrap()).put(&rng.bytes::<32>()).put(&validity).put(&true).put(&0u16);
    w.put(&ids.next().unwrap()).put(&rng.bytes::<64>()).put(&0u16).put(&validity).put(&true);
    w.put(&0u16);
    w.count(one_time);
    for state in states {
        w.put(&ids.next().unwrap()).put(&rng.bytes::<32>()).put(&validity).put(state);
    }
    w.count(one_time);
    for state in states {
        w.put(&ids.next().unwrap()).put(&rng.bytes::<64>()).put(&validity).put(state);
    }
    let stored: Vec<u8> = w.into_public();
    PrekeyStore::from_bytes(&stored).unwrap()
}
