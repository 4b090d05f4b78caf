//! Conversations: begin, encrypt, find and decrypt, persist. SPEC.md section 11.
//!
//! [`Endpoint`] is one device's view of everybody it talks to. Behind it lie a session set for each
//! peer device and, in each, sessions that hold a ratchet.

mod endpoint;
mod error;
mod introduction;
mod outcome;
mod peers;
mod set;
mod single;
#[cfg(test)]
mod tests;

pub use endpoint::{AcceptError, Endpoint, Opened, OwnListRefused, Received, Restored, Sessions};
pub use error::{DecryptError, EncryptError, OpenError, StateError};
pub use introduction::Introduction;
pub use outcome::{Begun, Changes, Encrypted, Renewal, StoredPeer};
pub use single::SessionId;
