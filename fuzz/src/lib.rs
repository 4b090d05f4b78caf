//! What the fuzz targets do with their input. `tests/fuzz.rs` of the crate includes this file and
//! replays the corpora with it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::similar_names,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a target reports by panicking, and nobody else uses it"
)]

pub mod braid_pair;
pub mod content;
pub mod documents;
pub mod envelope;
pub mod group_documents;
pub mod group_messages;
mod group_scene;
pub mod group_stored;
pub mod media;
mod scene;
pub mod session_pair;
pub mod stored;
#[path = "../../tests/support/mod.rs"]
mod support;

/// One fuzz target.
pub struct Target {
    /// The name of its binary and of its corpus.
    pub name: &'static str,
    /// Judges one input; panics when something does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with, named: real encodings, the same at every call.
    pub seeds: fn() -> Vec<(&'static str, Vec<u8>)>,
}

pub const TARGETS: [Target; 10] = [
    Target { name: "braid_pair", run: braid_pair::run, seeds: braid_pair::seeds },
    Target { name: "content", run: content::run, seeds: content::seeds },
    Target { name: "documents", run: documents::run, seeds: documents::seeds },
    Target { name: "envelope", run: envelope::run, seeds: envelope::seeds },
    Target { name: "group_documents", run: group_documents::run, seeds: group_documents::seeds },
    Target { name: "group_messages", run: group_messages::run, seeds: group_messages::seeds },
    Target { name: "group_stored", run: group_stored::run, seeds: group_stored::seeds },
    Target { name: "media", run: media::run, seeds: media::seeds },
    Target { name: "session_pair", run: session_pair::run, seeds: session_pair::seeds },
    Target { name: "stored", run: stored::run, seeds: stored::seeds },
];
