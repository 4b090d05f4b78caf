//! What people say. SPEC.md section 12.4.

mod pointer;
mod words;

pub use pointer::{Dimensions, MediaKey, MediaObject, MediaPointer, MediaRoot, Thumbnail};
