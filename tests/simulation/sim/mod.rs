//! A deterministic world of accounts, devices, a server and a network, in which anything may go
//! wrong that SPEC.md foresees, and which knows what must be true all the same.
//!
//! One seed is one story: some hundred [`actions`](Action) drawn by a [`Profile`], then [`heal`]
//! (nothing goes wrong any more, days pass), then the last checks. A device ([`device`]) does what
//! SPEC.md asks of an application: one transaction for each step, written before anything leaves,
//! repeated until a receipt comes. [`truth`] sees what no device sees, and judges each outcome.
//!
//! A new kind of conversation plugs in with an [`Action`] that begins it, state in [`disk::Chat`] or
//! beside it, its contents in [`World::act_on`](receiving), and its checks in [`heal`].
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![allow(clippy::pedantic, reason = "read as a story, not called from elsewhere")]

mod account;
mod actions;
#[path = "../../support/bytes.rs"]
#[allow(dead_code, reason = "each of its users damages other fields")]
mod bytes;
mod device;
mod dice;
mod disk;
pub(crate) mod groups;
mod heal;
mod hostile;
mod pool;
mod receiving;
mod report;
mod sending;
mod server;
mod truth;
mod upkeep;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use groups::run as run_groups;
pub(crate) use report::Report;
use world::World;

/// Runs one story. A failed check panics, with the seed.
pub(crate) fn run(seed: u64) -> Report {
    run_traced(seed, false)
}

/// The same, printing what happens.
pub(crate) fn run_traced(seed: u64, trace: bool) -> Report {
    let story = AssertUnwindSafe(|| {
        let mut world = World::new(seed, trace);
        world.play();
        world.heal();
        world.report
    });
    catch_unwind(story).unwrap_or_else(|_| {
        panic!(
            "seed {seed} fails; to see why:\n  \
             cargo run --release --example simulation -- --seed {seed}"
        )
    })
}
