//! A group of four, a server that orders and lies, and messages that overtake changes.
//!
//! ```sh
//! cargo run --release --example group [-- --seed N]
//! ```
//!
//! Olga founds a group; Sam joins by link; everybody talks; Max is removed while messages are under
//! way; two admins change the group at once; the server adds itself and is refused. In the end all
//! members must have the same state and have read what they should, and nobody else; the exit code
//! says whether it is so.
//!
//! Read `story.rs` first. `world.rs` stands for the rest of an application: the pairwise sessions
//! that keys and snapshots travel in are simply delivered here; `examples/conversation` shows those.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "it counts messages and bytes of a run that fits in memory"
)]

mod person;
mod story;
mod world;

use std::error::Error;
use std::process::ExitCode;

/// Whatever goes wrong ends the example: none of it is expected.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const DEFAULT_SEED: u64 = 1;

fn main() -> ExitCode {
    match seed().and_then(story::tell) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("group: {error}");
            ExitCode::FAILURE
        }
    }
}

fn seed() -> Outcome<u64> {
    let mut given = std::env::args().skip(1);
    match (given.next().as_deref(), given.next()) {
        (None, _) => Ok(DEFAULT_SEED),
        (Some("--seed"), Some(seed)) => Ok(seed.parse()?),
        _ => Err("usage: group [--seed N]".into()),
    }
}
