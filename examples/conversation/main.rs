//! Two accounts, three devices, a bad network and a hostile server.
//!
//! ```sh
//! cargo run --release --example conversation [-- --seed N] [FILE]
//! ```
//!
//! Alice reads a text file to Bob, line by line, over a transport that loses, repeats, reorders and
//! delays. On the way Bob gains a device and loses one, a device crashes, and the server tries what
//! it can. In the end every line must have arrived exactly once and unaltered on every device that
//! should have it; the exit code says whether it did.
//!
//! Read `story.rs` first: it is the list of what happens. `device.rs`, `sending.rs` and
//! `receiving.rs` are what an application writes around the library; `network.rs`, `directory.rs`
//! and `database.rs` stand for what it already has.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "it counts messages and bytes of a run that fits in memory"
)]

mod database;
mod device;
mod directory;
mod hostile;
mod network;
mod person;
mod receiving;
mod report;
mod sending;
mod story;
mod world;

use std::error::Error;
use std::process::ExitCode;

/// Whatever goes wrong ends the example: none of it is expected.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const DEFAULT_TEXT: &str = include_str!("text.txt");
const DEFAULT_SEED: u64 = 1;

struct Arguments {
    seed: u64,
    text: String,
}

fn main() -> ExitCode {
    match arguments().and_then(|arguments| story::tell(arguments.seed, &arguments.text)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conversation: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Outcome<Arguments> {
    let mut arguments = Arguments { seed: DEFAULT_SEED, text: DEFAULT_TEXT.into() };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        if argument == "--seed" {
            arguments.seed = given.next().ok_or("--seed needs a number")?.parse()?;
        } else if argument.starts_with('-') {
            return Err("usage: conversation [--seed N] [FILE]".into());
        } else {
            arguments.text = std::fs::read_to_string(&argument)
                .map_err(|error| format!("{argument}: {error}"))?;
        }
    }
    Ok(arguments)
}
