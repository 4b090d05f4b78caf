//! ratchet

mod braid;
mod pq;

pub use braid::BraidError;
pub use pq::PqError;
