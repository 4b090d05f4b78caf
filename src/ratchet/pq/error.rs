use crate::error::error_codes;
use crate::ratchet::braid::BraidError;

/// Why the post-quantum ratchet refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PqError {
    /// The Braid refused.
    #[error(transparent)]
    Braid(#[from] BraidError),
    /// A message skips more than [`SKIP`](crate::limits::SKIP) messages of its chain.
    #[error("a message skips too many messages of its post-quantum chain")]
    SkipLimit,
    /// A chain has no further message numbers.
    #[error("a post-quantum chain is exhausted")]
    ChainExhausted,
}

impl PqError {
    /// Whether the session has to end and another begin: it could not heal any more.
    #[must_use]
    pub const fn ends_session(&self) -> bool {
        match self {
            Self::Braid(error) => error.ends_session(),
            Self::SkipLimit => false,
            Self::ChainExhausted => true,
        }
    }
}

error_codes!(PqError {
    Self::Braid(BraidError::HeaderMac) => ("braid/header-mac", FetchBundle),
    Self::Braid(BraidError::CiphertextMac) => ("braid/ciphertext-mac", FetchBundle),
    Self::Braid(BraidError::EncapsulationKey) => ("braid/encapsulation-key", FetchBundle),
    Self::Braid(BraidError::ContradictoryChunks) => ("braid/contradictory-chunks", FetchBundle),
    Self::Braid(BraidError::EpochsExhausted) => ("braid/epochs-exhausted", FetchBundle),
    Self::Braid(BraidError::FutureEpoch) => ("braid/future-epoch", Drop),
    Self::SkipLimit => ("pq-ratchet/skip-limit", Drop),
    Self::ChainExhausted => ("pq-ratchet/chain-exhausted", FetchBundle),
});
