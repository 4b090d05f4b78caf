//! End-to-end encrypted messaging as pure logic.
//!
//! sealwax turns application content into bytes for the wire and back, and says what changed. It
//! has no I/O, no clock, no threads and no randomness of its own: time and a generator are
//! arguments, any transport carries the bytes, any database stores the states. The same inputs
//! give the same bytes. (Threads for large media come with the feature `parallel`, and only where
//! the caller says how many.)
//!
//! | module | what is there |
//! |---|---|
//! | [`identity`] | accounts, devices, certificates, signed device lists, safety numbers |
//! | [`prekey`] | bundles and the life cycle of prekeys |
//! | [`handshake`] | PQXDH that hides the initiator |
//! | [`report`] | commitments by which a message can be reported |
//! | [`ratchet`] | the header-encrypted Double Ratchet and the post-quantum ratchet beside it |
//! | [`sender_key`] | sender chains: one ciphertext for a group or a story's audience |
//! | [`session`] | conversations with a device: initiate, encrypt, decrypt, find, persist |
//! | [`content`] | what a message can say: typed, validated |
//! | [`profile`] | what an account shows of itself to the contacts it chose |
//! | [`media`] | files of any size: sealed, opened, sought in, forwarded |
//! | [`story`] | what an account shows to an audience for a day |
//! | [`envelope`] | what travels |
//! | [`group`] | who is in a group and may do what: a signed chain of changes; messages to it |
//! | [`crypto`], [`wire`] | typed keys and primitives; protobuf, fixed layouts, padding |
//! | [`attacks`] | published attacks, and what answers them |
//! | [`limits`], [`time`], [`error`] | every limit; time as an argument; codes and advice |
//!
//! What a module uses is of a layer below it, never above: the last three rows carry all others, then
//! identity, prekeys, handshake, ratchet and sender chains, then sessions and groups, then content,
//! and stories and profiles on top. `SPEC.md` in the repository is the normative description of every
//! byte.

#![no_std]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "a test fails by panicking"
    )
)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[allow(clippy::doc_markdown, reason = "names of products and papers")]
pub mod attacks;
pub mod content;
pub mod crypto;
pub mod envelope;
pub mod error;
pub mod group;
pub mod handshake;
pub mod identity;
pub mod limits;
pub mod media;
pub mod prekey;
pub mod profile;
pub mod ratchet;
pub mod report;
pub mod sender_key;
pub mod session;
pub mod story;
pub mod time;
#[cfg(test)]
mod vectors;
pub mod wire;

/// The program in README.md compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
