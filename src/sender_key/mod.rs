//! Sender chains: one ciphertext for all devices of a group or of a story's audience. SPEC.md
//! section 14.
//!
//! Each device sends on a chain of its own, whose key it gives to the others in pairwise sessions
//! ([`SendingChain`], [`Distribution`]). A receiver keeps the chains of one [`Scope`] together
//! ([`ReceivingChains`]) and finds the scope of a message by its search tag ([`ScopeIndex`]). Who
//! belongs to a scope is for the layers above to say: they name the devices in an [`Audience`].

mod audience;
mod batch;
mod chain;
mod distribution;
mod epoch;
mod error;
mod index;
mod message;
mod outcome;
mod receiving;
mod request;
mod rotation;
mod scope;
mod sending;
mod stored;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "../vectors/sender_key.rs"]
pub(crate) mod vectors;

pub use audience::Audience;
pub use batch::Resolved;
pub use distribution::{ChainId, ChainPosition, Distribution};
pub use epoch::EpochSecret;
pub use error::{AcceptKeyError, OpenSenderError, RecordError, SendError, StateError};
pub use index::ScopeIndex;
pub use message::{Claim, OpenedMessage, SenderMessage, Standing};
pub use outcome::{Accepted, ChainName, Decrypted, Expired, Outcome};
pub use receiving::ReceivingChains;
pub use request::{Answer, KeyRequest, RequestLog, TooSoon, Withheld, WithheldReason};
pub use rotation::{Rotate, Rotation};
pub use scope::{Scope, ScopeHash, ScopeKind};
pub use sending::{Progress, SendingChain, Sent, StoredSendingChain};
