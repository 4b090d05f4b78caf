use crate::error::error_codes;

/// Why key, lengths and hash are not those of a sealed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedMediaError {
    /// The plaintext is longer than [`MEDIA_BYTES`](crate::limits::MEDIA_BYTES).
    #[error("the media is longer than the limit")]
    TooLarge,
    /// A plaintext of this length is not sealed to a ciphertext of that length.
    #[error("the lengths of plaintext and ciphertext do not belong together")]
    Lengths,
}

error_codes!(SealedMediaError {
    Self::TooLarge => ("media/too-large", Drop),
    Self::Lengths => ("media/lengths", Drop),
});

/// Why a chunk was not sealed. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The plaintext would be longer than [`MEDIA_BYTES`](crate::limits::MEDIA_BYTES).
    #[error("the media is longer than the limit")]
    TooLarge,
    /// More plaintext than a chunk has room for.
    #[error("the plaintext does not fit into its chunk")]
    Overfilled,
    /// Plaintext after the end of the plaintext, or a chunk after the last.
    #[error("the object has ended")]
    Ended,
}

error_codes!(SealError {
    Self::TooLarge => ("media/too-large", ShowToUser),
    Self::Overfilled => ("media/overfilled", FixCaller),
    Self::Ended => ("media/ended", FixCaller),
});

/// Why a chunk was not opened. No plaintext has left and nothing has changed: the right bytes still
/// open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The object ends before the length that the sender stated.
    #[error("the object is cut short")]
    Truncated,
    /// Bytes follow the length that the sender stated.
    #[error("bytes follow the object")]
    Extended,
    /// The object commits to another key: it is another object, or the key is wrong.
    #[error("the object commits to another key")]
    WrongKey,
    /// The key is right but the object does not commit to it.
    #[error("the object's key commitment is wrong")]
    WrongCommitment,
    /// Not a chunk of this object.
    #[error("a chunk is damaged or of another object")]
    Damaged,
    /// A chunk of this object that belongs elsewhere.
    #[error("a chunk is in the place of another: it is number {found}")]
    Reordered {
        /// The chunk's own number.
        found: u64,
    },
    /// Sealed as the last chunk where it is not, or not where it is.
    #[error("the last chunk is not where it should be")]
    FinalMark,
    /// Sealed by somebody who has the key, but not what the sender hashed.
    #[error("a chunk is not the sender's")]
    Substituted,
    /// Every chunk opened, but together they are not what the sender hashed.
    #[error("the object is not the sender's")]
    WrongRoot,
    /// The plaintext does not end where the sender stated.
    #[error("the plaintext has another length than stated")]
    Padding,
    /// The object has no chunk of this number.
    #[error("there is no such chunk")]
    NoSuchChunk,
}

error_codes!(OpenError {
    Self::Truncated => ("media/truncated", DownloadAgain),
    Self::Extended => ("media/extended", DownloadAgain),
    Self::WrongKey => ("media/wrong-key", DownloadAgain),
    Self::WrongCommitment => ("media/wrong-commitment", DownloadAgain),
    Self::Damaged => ("media/damaged", DownloadAgain),
    Self::Reordered { .. } => ("media/reordered", DownloadAgain),
    Self::FinalMark => ("media/final-mark", DownloadAgain),
    Self::Substituted => ("media/substituted", DownloadAgain),
    Self::WrongRoot => ("media/wrong-root", DownloadAgain),
    Self::Padding => ("media/padding", Drop),
    Self::NoSuchChunk => ("media/no-such-chunk", FixCaller),
});

/// Why a list of chaining values was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboardError {
    /// Not 32 bytes for each chunk of the object.
    #[error("the list of chaining values has a wrong length")]
    Length,
    /// The values do not lead to the hash that the sender stated.
    #[error("the chaining values are of another object")]
    Root,
}

error_codes!(OutboardError {
    Self::Length => ("media/outboard-length", DownloadAgain),
    Self::Root => ("media/outboard-root", DownloadAgain),
});

/// Why a chunk was not sealed again. Its bytes are wiped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResealError {
    /// The plaintext is not what was sealed the first time: begin anew, under a new key.
    #[error("the plaintext has changed since it was sealed")]
    PlaintextChanged,
    /// The object has no chunk of this number.
    #[error("there is no such chunk")]
    NoSuchChunk,
}

error_codes!(ResealError {
    Self::PlaintextChanged => ("media/plaintext-changed", ShowToUser),
    Self::NoSuchChunk => ("media/no-such-chunk", FixCaller),
});

/// Why a chunk was not forwarded. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForwardError {
    /// The original did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy was not sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl ForwardError {
    /// The code of the error inside.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Seal(error) => error.code(),
        }
    }

    /// The advice of the error inside.
    #[must_use]
    pub fn advice(&self) -> crate::error::Advice {
        match self {
            Self::Open(error) => error.advice(),
            Self::Seal(error) => error.advice(),
        }
    }
}
