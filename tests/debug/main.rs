//! No form of printing shows a secret, or what people say to each other. Every public type is either
//! printed here or said to hold neither.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod contents;
mod groups;
mod interface;
mod keys;
mod media;
mod sender_keys;
mod sessions;
mod sheet;
mod stories;
#[path = "../support/mod.rs"]
mod support;

use sheet::Sheet;

/// What people say to each other in these tests.
const TEXT: &[u8] = b"what nobody else may read";

const SHEETS: [fn() -> Sheet; 8] = [
    contents::bodies,
    contents::parts,
    groups::channels,
    keys::alone,
    media::objects,
    sender_keys::chains,
    sessions::devices,
    stories::lists,
];

#[test]
fn nothing_printed_shows_a_secret() {
    let leaks: Vec<_> = SHEETS.iter().flat_map(|sheet| sheet().leaks()).collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}
