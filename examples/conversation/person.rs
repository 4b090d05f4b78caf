//! A person: an account, its key, and the device list that it publishes.

use sealwax::identity::{
    AccountId, AccountKey, AccountKeyPair, Advance, CertificateTerms, DeviceKeys, ListDraft,
    LocalDevice, Validity, VerifiedDeviceList,
};

use crate::Outcome;
use crate::story::YEAR;
use crate::world::World;

/// Somebody with an account. The account key may as well be kept offline.
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) key: AccountKeyPair,
    pub(crate) list: VerifiedDeviceList,
}

impl Person {
    /// A new account with its first device.
    pub(crate) fn join(name: &str, world: &mut World) -> Outcome<(Self, LocalDevice)> {
        let account = AccountId::new(name.as_bytes())?;
        let key = AccountKeyPair::generate(&mut world.rng);
        let local = certified(&account, &key, world)?;
        let draft = ListDraft::first(account.clone()).with(local.certificate().clone());
        let signed = draft.sign(&key, Validity::starting(world.now, YEAR)?)?;
        let list = VerifiedDeviceList::trust_on_first_use(signed, world.now)?;
        Ok((Self { account, key, list }, local))
    }

    /// Signs and publishes the next device list.
    pub(crate) fn publish(&mut self, draft: ListDraft, world: &mut World) -> Outcome {
        let signed = draft.sign(&self.key, Validity::starting(world.now, YEAR)?)?;
        world.directory.publish_list(&signed);
        let advanced = self.list.advance(signed, world.now)?;
        let Advance::Advanced(list) = advanced else {
            return Err("our own list does not follow".into());
        };
        self.list = *list;
        Ok(())
    }

    /// What a safety number is about.
    pub(crate) fn identity(&self) -> (&AccountId, AccountKey) {
        (&self.account, self.key.public_key())
    }
}

/// Keys of a new device, vouched for by the account.
pub(crate) fn certified(
    account: &AccountId,
    key: &AccountKeyPair,
    world: &mut World,
) -> Outcome<LocalDevice> {
    let keys = DeviceKeys::generate(&mut world.rng);
    let terms =
        CertificateTerms { validity: Validity::starting(world.now, YEAR)?, capabilities: 0 };
    let request = keys.request_certificate(account, &key.public_key(), terms);
    let certificate = key.certify(&request, world.now)?;
    Ok(LocalDevice::new(keys, certificate)?)
}
