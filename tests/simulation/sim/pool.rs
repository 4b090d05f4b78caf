//! Keys that take long to generate, the same in every story: accounts, and places for their devices
//! with prekeys that are ready to be published.

use std::sync::OnceLock;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::identity::{
    AccountId, AccountKeyPair, CertificateTerms, DeviceKeys, LocalDevice, Validity,
};
use sealwax::prekey::{PrekeyStore, Publication};
use sealwax::time::Timestamp;

pub(super) const START: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(super) const HOUR: Duration = Duration::from_secs(3_600);
pub(super) const DAY: Duration = HOUR.saturating_mul(24);

/// The last one is the server's own, which it calls by the others' names.
const NAMES: [&str; 4] =
    ["alice of wonderland", "bob the builder", "carol singing loud", "mallory"];
pub(super) const ACCOUNTS: usize = NAMES.len() - 1;
/// How many devices an account may have had in the end.
pub(super) const SEATS: usize = 6;

/// A device before its installation.
pub(super) struct Seat {
    pub(super) keys: DeviceKeys,
    pub(super) prekeys: PrekeyStore,
    /// Under the account's first key.
    pub(super) local: LocalDevice,
    pub(super) publication: Publication,
}

pub(super) fn account_id(account: usize) -> AccountId {
    AccountId::new(NAMES[account].as_bytes()).unwrap()
}

/// An account's first key.
pub(super) fn account_key(account: usize) -> AccountKeyPair {
    AccountKeyPair::generate(&mut rng(account, 99))
}

pub(super) fn seat(account: usize, place: usize) -> &'static Seat {
    static POOL: [[OnceLock<Seat>; SEATS]; ACCOUNTS] =
        [const { [const { OnceLock::new() }; SEATS] }; ACCOUNTS];
    POOL[account][place].get_or_init(|| {
        let mut rng = rng(account, place as u64);
        let keys = DeviceKeys::generate(&mut rng);
        let prekeys = PrekeyStore::new(START, &mut rng);
        let local = certified(&keys, &account_id(account), &account_key(account), START);
        let publication = prekeys.publication(&local, START);
        Seat { keys, prekeys, local, publication }
    })
}

fn rng(account: usize, place: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1_000 * account as u64 + place)
}

/// A device with a certificate of this account.
pub(super) fn certified(
    keys: &DeviceKeys,
    account: &AccountId,
    key: &AccountKeyPair,
    now: Timestamp,
) -> LocalDevice {
    let terms = CertificateTerms { validity: certificates_from(now), capabilities: 0 };
    let request = keys.request_certificate(account, &key.public_key(), terms);
    LocalDevice::new(keys.clone(), key.certify(&request, now).unwrap()).unwrap()
}

fn certificates_from(now: Timestamp) -> Validity {
    Validity::starting(now, DAY * 399).unwrap()
}

/// Short enough to see lists expire.
pub(super) fn lists_from(now: Timestamp) -> Validity {
    Validity::starting(now, DAY * 60).unwrap()
}
