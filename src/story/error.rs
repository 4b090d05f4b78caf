use crate::content::ContentError;
use crate::error::{Advice, error_codes};
use crate::sender_key::{AcceptKeyError, OpenSenderError, SendError};

/// Why a story was not posted. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The list has a version that the channel's chain is not of, or the version is a day old: renew
    /// the list if it is due, and prepare the channel.
    #[error("the list needs a new chain")]
    NotPrepared,
    /// The content's conversation is not that of a story.
    #[error("the content is not for a story's audience")]
    NotAStory,
    /// The chain may not send yet.
    #[error("the chain: {0}")]
    Chain(#[from] SendError),
}

impl PostError {
    /// A stable name of this error: that of the chain's error, if it is one.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPrepared => "story/not-prepared",
            Self::NotAStory => "story/not-a-story",
            Self::Chain(error) => error.code(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::NotPrepared => Advice::RotateChain,
            Self::NotAStory => Advice::FixCaller,
            Self::Chain(error) => error.advice(),
        }
    }
}

/// Why a chain of a story list was not taken. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoryKeyError {
    /// It is a group's.
    #[error("the chain is not of a story list")]
    NotAStory,
    /// It comes without the list's secret.
    #[error("the chain comes without the secret of its list")]
    NoSecret,
    /// More than [`crate::limits::STORY_AUTHORS`] authors.
    #[error("too many authors")]
    TooManyAuthors,
    /// The chain was refused.
    #[error("the chain: {0}")]
    Chain(#[from] AcceptKeyError),
}

error_codes!(StoryKeyError {
    Self::NotAStory => ("story-key/not-a-story", Drop),
    Self::NoSecret => ("story-key/no-secret", Drop),
    Self::TooManyAuthors => ("story-key/too-many-authors", ShowToUser),
    Self::Chain(_) => ("story-key/chain", Drop),
});

/// Why a message of a known story list was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoryRefused {
    /// It did not open. Nothing has changed.
    #[error("the message: {0}")]
    Message(#[from] OpenSenderError),
    /// It says that it was sent from a group. Nothing has changed.
    #[error("the message stands in a group")]
    Standing,
    /// It opened, and its content was refused: the author's client is broken or hostile.
    #[error("the content: {0}")]
    Content(#[from] ContentError),
    /// It opened, and its content is not for a story's audience.
    #[error("the content is not for a story's audience")]
    NotAStory,
}

error_codes!(StoryRefused {
    Self::Message(_) => ("open-story/message", Drop),
    Self::Standing => ("open-story/standing", Drop),
    Self::Content(_) => ("open-story/content", Drop),
    Self::NotAStory => ("open-story/not-a-story", Drop),
});
