//! Counts cryptographic operations in tests, so that "a forged message costs at most so much" is a
//! number that a test compares.

use core::cell::Cell;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meter {
    pub(crate) aead: u64,
    pub(crate) dh: u64,
    /// Public halves of X25519 keys.
    pub(crate) dh_public: u64,
    pub(crate) kdf: u64,
    pub(crate) kem: u64,
    pub(crate) search: u64,
    pub(crate) sign: u64,
    pub(crate) verify: u64,
}

std::thread_local! {
    static METER: Cell<Meter> = const { Cell::new(Meter {
        aead: 0, dh: 0, dh_public: 0, kdf: 0, kem: 0, search: 0, sign: 0, verify: 0,
    }) };
}

pub(crate) fn count(add: impl FnOnce(&mut Meter)) {
    METER.with(|cell| {
        let mut meter = cell.get();
        add(&mut meter);
        cell.set(meter);
    });
}

/// What `work` cost on this thread.
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, Meter) {
    METER.with(|cell| cell.set(Meter::default()));
    let result = work();
    (result, METER.with(Cell::get))
}
