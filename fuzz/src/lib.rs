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
mod profiles;
mod scene;
pub mod session_pair;
pub mod stored;
mod stories;
#[path = "../../tests/support/mod.rs"]
mod support;
mod vectors;

/// One fuzz target.
pub struct Target {
    /// The name of its binary and of its corpus.
    pub name: &'static str,
    /// Judges one input; panics when something does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with, named: real encodings, the same at every call.
    pub seeds: fn() -> Vec<(&'static str, Vec<u8>)>,
    /// Further ones, out of `test-vectors/`.
    pub vectors: fn() -> Vec<Seed>,
}

/// An input and its name.
pub type Seed = (String, Vec<u8>);

impl Target {
    /// All inputs to begin with.
    #[must_use]
    pub fn all_seeds(&self) -> Vec<Seed> {
        let own = (self.seeds)().into_iter().map(|(name, seed)| (name.to_string(), seed));
        own.chain((self.vectors)()).collect()
    }
}

macro_rules! target {
    ($name:ident) => {
        target!($name, Vec::new)
    };
    ($name:ident, $vectors:expr) => {
        Target { name: stringify!($name), run: $name::run, seeds: $name::seeds, vectors: $vectors }
    };
}

pub const TARGETS: [Target; 10] = [
    target!(braid_pair),
    target!(content, content::vectors),
    target!(documents, documents::vectors),
    target!(envelope, envelope::vectors),
    target!(group_documents, group_documents::vectors),
    target!(group_messages, group_messages::vectors),
    target!(group_stored, group_stored::vectors),
    target!(media, media::vectors),
    target!(session_pair),
    target!(stored),
];
