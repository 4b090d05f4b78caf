//! Two accounts, three devices, a bad network and a hostile server.
//!
//! ```sh
//! cargo run --release --example conversation [-- --seed N] [FILE] [FILE]
//! ```
//!
//! Alice reads a text file to Bob, line by line, over a transport that loses, repeats, reorders and
//! delays. Then they send each other what is more than words: a photo, a voice note, reactions, an
//! edit, a poll, a quote, and Alice posts a story for a day. On the way Bob gains a device and loses one, a device crashes, and the server tries what
//! it can. In the end every line must have arrived exactly once and unaltered on every device that
//! should have it; the exit code says whether it did.
//!
//! The first file of UTF-8 is the text; any other file is the photo.
//!
//! Read `story.rs` first: it is the list of what happens. `device.rs`, `sending.rs` and
//! `receiving.rs` are what an application writes around the library; `network.rs`, `directory.rs`
//! and `database.rs` stand for what it already has.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "it counts messages and bytes of a run that fits in memory"
)]

mod database;
mod day;
mod device;
mod directory;
mod exchange;
mod files;
mod history;
mod hostile;
mod network;
mod objects;
mod person;
mod receiving;
mod report;
mod sending;
mod story;
mod world;

use std::error::Error;
use std::process::ExitCode;

use crate::files::Photo;

/// Whatever goes wrong ends the example: none of it is expected.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const DEFAULT_TEXT: &str = include_str!("text.txt");
const DEFAULT_SEED: u64 = 1;
const USAGE: &str = "usage: conversation [--seed N] [TEXT] [PHOTO]";

struct Arguments {
    seed: u64,
    text: Option<String>,
    photo: Option<Photo>,
}

fn main() -> ExitCode {
    match arguments().and_then(tell) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conversation: {error}");
            ExitCode::FAILURE
        }
    }
}

fn tell(Arguments { seed, text, photo }: Arguments) -> Outcome<bool> {
    let photo = photo.unwrap_or_else(Photo::embedded);
    story::tell(seed, text.as_deref().unwrap_or(DEFAULT_TEXT), &photo)
}

fn arguments() -> Outcome<Arguments> {
    let mut arguments = Arguments { seed: DEFAULT_SEED, text: None, photo: None };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        if argument == "--seed" {
            arguments.seed = given.next().ok_or("--seed needs a number")?.parse()?;
        } else if argument.starts_with('-') {
            return Err(USAGE.into());
        } else {
            arguments.take(&argument)?;
        }
    }
    Ok(arguments)
}

impl Arguments {
    /// A file: the text if it can be and there is none yet, else the photo.
    fn take(&mut self, path: &str) -> Outcome {
        let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        match String::from_utf8(bytes) {
            Ok(text) if self.text.is_none() => self.text = Some(text),
            _ if self.photo.is_some() => return Err(USAGE.into()),
            Ok(text) => self.photo = Some(Photo::new(path, text.into_bytes())),
            Err(error) => self.photo = Some(Photo::new(path, error.into_bytes())),
        }
        Ok(())
    }
}
