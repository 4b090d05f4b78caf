use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::StoryListId;
use crate::content::body::WireBody;
use crate::content::decode::body_number;
use crate::content::part::{self, present};
use crate::content::{BodyKind, Content, Conversation, Incoming, Unsupported, Violation};
use crate::identity::AccountId;
use crate::limits::REFLECTED_BYTES;
use crate::wire::proto;

/// What another device of the account sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTranscript {
    destination: Destination,
    content: Transcribed,
}

/// Where it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Destination {
    /// To this account; the own one: notes to oneself.
    Account(AccountId),
    /// To the group that the content names.
    Group,
    /// To the audience of this list.
    StoryList(StoryListId),
}

/// What was sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Transcribed {
    /// Something that this version understands.
    Valid(Box<Content>),
    /// Something that only the other device's version does. Keep the bytes.
    Unsupported {
        /// What is known of it.
        what: Box<Unsupported>,
        /// Its exact bytes.
        bytes: Vec<u8>,
    },
}

impl SentTranscript {
    /// Of this content, which was sent there.
    ///
    /// # Errors
    /// [`Violation::TranscriptContent`] when other devices get no transcripts of its kind,
    /// [`Violation::TranscriptDestination`] when it is part of another sort of conversation.
    pub fn new(destination: Destination, content: Content) -> Result<Self, Violation> {
        if !content.body().kind().properties().reflected {
            return Err(Violation::TranscriptContent);
        }
        Self::checked(destination, Transcribed::Valid(Box::new(content)))
    }

    /// Where it was sent.
    #[must_use]
    pub const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// What was sent. Its author is the own account; its timer runs from its time of sending.
    #[must_use]
    pub const fn content(&self) -> &Transcribed {
        &self.content
    }

    fn checked(destination: Destination, content: Transcribed) -> Result<Self, Violation> {
        let fits = matches!(
            (&destination, content.conversation()),
            (_, None)
                | (Destination::Account(_), Some(Conversation::Peer))
                | (Destination::Group, Some(Conversation::Group(_)))
                | (Destination::StoryList(_), Some(Conversation::Story))
        );
        if fits { Ok(Self { destination, content }) } else { Err(Violation::TranscriptDestination) }
    }
}

impl Destination {
    fn from_wire(account: Vec<u8>, list: Vec<u8>) -> Result<Self, Violation> {
        let account = present(account, |bytes| part::account(&bytes))?;
        let list = present(list, |bytes| StoryListId::from_wire(&bytes))?;
        match (account, list) {
            (None, None) => Ok(Self::Group),
            (Some(account), None) => Ok(Self::Account(account)),
            (None, Some(list)) => Ok(Self::StoryList(list)),
            (Some(_), Some(_)) => Err(Violation::TranscriptDestination),
        }
    }
}

impl Transcribed {
    /// The exact bytes that were sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Valid(content) => content.as_bytes(),
            Self::Unsupported { bytes, .. } => bytes,
        }
    }

    fn conversation(&self) -> Option<Conversation> {
        match self {
            Self::Valid(content) => Some(content.conversation()),
            Self::Unsupported { what, .. } => what.conversation,
        }
    }

    /// Looks at the body's number before anything is decoded: what is not reflected may hold further
    /// contents, and so on.
    fn from_wire(bytes: Vec<u8>) -> Result<Self, Violation> {
        let refused = |_| Violation::TranscriptContent;
        let kind = BodyKind::from_number(body_number(&bytes).map_err(refused)?);
        if kind.is_some_and(|kind| !kind.properties().reflected) || bytes.len() > REFLECTED_BYTES {
            return Err(Violation::TranscriptContent);
        }
        match Content::decode(&bytes).map_err(refused)? {
            Incoming::Valid(content) => Ok(Self::Valid(Box::new(content))),
            Incoming::Unsupported(what) => Ok(Self::Unsupported { what: Box::new(what), bytes }),
        }
    }
}

impl fmt::Debug for Transcribed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid(content) => content.fmt(f),
            Self::Unsupported { what, .. } => what.fmt(f),
        }
    }
}

impl WireBody for SentTranscript {
    type Wire = proto::SentTranscript;

    fn from_wire(wire: proto::SentTranscript) -> Result<Self, Violation> {
        let destination = Destination::from_wire(wire.account, wire.story_list)?;
        Self::checked(destination, Transcribed::from_wire(wire.content)?)
    }

    fn to_wire(&self) -> proto::SentTranscript {
        let mut wire = proto::SentTranscript {
            content: self.content.as_bytes().to_vec(),
            ..Default::default()
        };
        match &self.destination {
            Destination::Account(account) => wire.account = account.as_bytes().to_vec(),
            Destination::StoryList(list) => wire.story_list = list.as_bytes().to_vec(),
            Destination::Group => {}
        }
        wire
    }
}
