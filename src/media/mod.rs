//! Media: files of any size, sealed for whoever gets the key in a message. SPEC.md section 17.
//!
//! An object is sealed once, under a key of its own, in chunks of 64 KiB. What a message carries
//! of it is a [`SealedMedia`]: key, lengths and the BLAKE3 hash of the ciphertext. Nothing here
//! does I/O: chunks come in and go out as bytes, in constant memory.
//!
//! | to | use |
//! |---|---|
//! | seal or open a stream, bytes in and bytes out | [`Sealer`], [`Opener`] |
//! | the same in place, one chunk at a time, without copies | [`ChunkSealer`], [`ChunkOpener`] |
//! | open any part of an object, such as a video's end | [`SeekOpener`] with an [`Outboard`] |
//! | seal parts again, the same bytes, after an interrupted upload | [`Resealer`] |
//! | pass an object on under a new key | [`Forwarder`] |
//! | recognise a file that this device has sealed before | [`DedupKey`] |
//! | draw a voice note | [`waveform`] |
//!
//! A thumbnail is an object like any other, with its own key.

mod cipher;
mod dedup;
mod error;
mod forward;
mod geometry;
mod hashes;
mod open_stream;
mod opening;
#[cfg(feature = "parallel")]
mod parallel;
mod pointer;
mod reseal;
mod seal_stream;
mod sealing;
mod seek;
#[cfg(test)]
pub(crate) mod tests;
mod waveform;

pub use dedup::{DedupHasher, DedupKey, DedupTag};
pub use error::{ForwardError, OpenError, OutboardError, ResealError, SealError, SealedMediaError};
pub use forward::Forwarder;
pub use geometry::{CHUNK_LEN, Chunk, Geometry, HEADER_LEN, Span, chunk_buffer, room};
pub use hashes::{ChainingValue, Outboard};
pub use open_stream::{OpenStep, Opener};
pub use opening::ChunkOpener;
pub use pointer::{MediaKey, MediaRoot, SealedMedia};
pub use reseal::{Resealer, SealingRecord};
pub use seal_stream::{SealStep, Sealer};
pub use sealing::{ChunkSealer, SealedChunk};
pub use seek::SeekOpener;
pub use waveform::{peak, waveform};
