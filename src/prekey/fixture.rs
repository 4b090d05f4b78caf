//! A device with published prekeys, for tests.

use super::*;
use crate::identity::fixture::{Account, NOW, rng};
use crate::identity::{LocalDevice, VerifiedDevice};

pub(crate) struct Published {
    pub(crate) device: LocalDevice,
    pub(crate) verified: VerifiedDevice,
    pub(crate) store: PrekeyStore,
    pub(crate) shelf: PrekeyShelf,
}

/// The first device of an account called `name`.
pub(crate) fn published(name: &str, seed: u64) -> Published {
    let account = Account::new(name, 1, seed);
    let device = account.devices[0].clone();
    let mut store = PrekeyStore::new(NOW, &mut rng(seed + 1000));
    let publication = store.publication(&device, NOW);
    store.confirm_published(&publication);
    let verified = account.verified_device(0);
    Published { device, verified, store, shelf: PrekeyShelf::new(publication) }
}
