//! What errors have in common: a stable code and what to do next.
//!
//! Each operation has its own small error enum. Every variant answers `code()`, a string that
//! never changes once released, and `advice()`. No error carries a secret or message content.

/// What a client does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Drop the input: it is forged, damaged or stale, and nothing is lost by forgetting it.
    Drop,
    /// Fetch a new prekey bundle and begin a new session.
    FetchBundle,
    /// Fetch the peer's newest device list and try again.
    FetchDeviceList,
    /// The caller passed something that does not fit together: a bug on our side.
    FixCaller,
    /// The stored state cannot be used: restore it or begin anew.
    RestoreState,
    /// Open the same envelope again.
    OpenAgain,
    /// Make a new sender chain and distribute it.
    RotateChain,
    /// Give the sender chain to the devices named, then try again.
    DistributeKey,
    /// Ask a member for the group's changes, then try again.
    SyncGroup,
    /// Change the group as the error says, then try again.
    ChangeGroup,
    /// Download what is named again, from elsewhere if there is a choice.
    DownloadAgain,
    /// A person has to decide.
    ShowToUser,
    /// The peer speaks a version that this crate does not: update.
    Update,
}

/// Gives an error enum its `code()` and `advice()`.
macro_rules! error_codes {
    ($name:ident { $($pattern:pat => ($code:expr, $advice:ident),)+ }) => {
        impl $name {
            /// A stable name of this error, for logs and for callers that match on text.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $($pattern => $code,)+ }
            }

            /// What to do about it.
            #[must_use]
            pub fn advice(&self) -> $crate::error::Advice {
                match self { $($pattern => $crate::error::Advice::$advice,)+ }
            }
        }
    };
}

pub(crate) use error_codes;

use crate::wire::DecodeError;

error_codes!(DecodeError {
    Self::Truncated => ("decode/truncated", Drop),
    Self::Trailing => ("decode/trailing", Drop),
    Self::WrongLength => ("decode/wrong-length", Drop),
    Self::NotCanonical => ("decode/not-canonical", Drop),
    Self::Missing => ("decode/missing", Drop),
    Self::InvalidKey => ("decode/invalid-key", Drop),
    Self::OutOfRange => ("decode/out-of-range", Drop),
    Self::TooLarge => ("decode/too-large", Drop),
    Self::UnsupportedVersion(_) => ("decode/unsupported-version", Update),
});
