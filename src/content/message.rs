use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use prost::Message;
use zeroize::Zeroizing;

use super::frame::check_sent_at;
use super::{
    Body, ContentError, Conversation, DeviceLists, Expiry, MessageId, Text, VERSION, Violation,
};
use crate::crypto::{Digest, HashLabel, constant_time_eq, hash};
use crate::limits::{CONTENT_BYTES, REFLECTED_BYTES};
use crate::time::Timestamp;
use crate::wire::{decode_extensible, proto};

/// What one message says; always valid. It keeps the exact bytes that it came or goes in, because
/// other contents refer to it by their hash. `Debug` prints neither them nor a text.
#[derive(Clone)]
pub struct Content {
    /// Some bodies hand over keys.
    bytes: Zeroizing<Vec<u8>>,
    frame: Frame,
    body: Body,
}

/// What every content has beside its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    id: MessageId,
    sent_at: Timestamp,
    conversation: Conversation,
    expiry: Option<Expiry>,
    lists: DeviceLists,
}

impl Content {
    /// Begins a content of ours; [`ContentBuilder::build`] gives it its body.
    pub const fn builder(
        id: MessageId,
        sent_at: Timestamp,
        conversation: Conversation,
        lists: DeviceLists,
    ) -> ContentBuilder {
        ContentBuilder(Frame { id, sent_at, conversation, expiry: None, lists })
    }

    /// The random id, unique together with the author.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.frame.id
    }

    /// When its author claims to have sent it. See [`time_of_sending`](super::time_of_sending).
    #[must_use]
    pub const fn sent_at(&self) -> Timestamp {
        self.frame.sent_at
    }

    /// What it is part of.
    #[must_use]
    pub const fn conversation(&self) -> Conversation {
        self.frame.conversation
    }

    /// The conversation's timer as the author knew it; `None`: never set.
    #[must_use]
    pub const fn expiry(&self) -> Option<Expiry> {
        self.frame.expiry
    }

    /// The device lists that the author knew.
    #[must_use]
    pub const fn lists(&self) -> DeviceLists {
        self.frame.lists
    }

    /// What it says.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The encoded content, 1 to [`CONTENT_BYTES`] bytes: for a received one exactly what was
    /// received, extensions included.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A copy of [`Content::as_bytes`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }

    /// The hash of the exact bytes, by which other contents refer to this one together with its
    /// author and id (SPEC.md 12.1).
    #[must_use]
    pub fn hash(&self) -> Digest {
        hash(HashLabel::Content, &self.bytes)
    }

    /// Takes bytes whose outline was checked: one known body, a known conversation, a version that
    /// we know.
    pub(super) fn from_outlined(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut wire: proto::Content = decode_extensible(bytes)?;
        let body = Body::take_from(&mut wire)?;
        let frame = Frame::from_wire(&wire)?;
        frame.check(&body)?;
        check_len(&body, bytes)?;
        Ok(Self { bytes: Zeroizing::new(bytes.to_vec()), frame, body })
    }
}

/// In constant time: there may be keys in it. What it says follows from its bytes.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.bytes, &other.bytes)
    }
}

impl Eq for Content {}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("frame", &self.frame)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// A content that still lacks its body.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct ContentBuilder(Frame);

impl ContentBuilder {
    /// With the conversation's timer. Only for bodies that expire.
    pub const fn expiry(mut self, expiry: Expiry) -> Self {
        self.0.expiry = Some(expiry);
        self
    }

    #[cfg(test)]
    pub(super) const fn in_conversation(mut self, conversation: Conversation) -> Self {
        self.0.conversation = conversation;
        self
    }

    #[cfg(test)]
    pub(super) const fn conversation(&self) -> Conversation {
        self.0.conversation
    }

    /// A text message.
    ///
    /// # Errors
    /// As [`Text::new`] and [`ContentBuilder::build`].
    pub fn text(self, text: impl Into<String>) -> Result<Content, Violation> {
        self.build(Text::new(text)?)
    }

    /// The finished content.
    ///
    /// # Errors
    /// [`Violation::SentAt`] when the time of sending is out of range, [`Violation::Place`] when the
    /// body has no place in the conversation,
    /// [`Violation::ExpiryNotAllowed`] when a timer was given and the body does not expire,
    /// [`Violation::TooLarge`] when it is longer than [`CONTENT_BYTES`], or than [`REFLECTED_BYTES`]
    /// if other devices get transcripts of it.
    pub fn build(self, body: impl Into<Body>) -> Result<Content, Violation> {
        let (frame, body) = (self.0, body.into());
        frame.check(&body)?;
        let mut wire = frame.to_wire();
        body.write_to(&mut wire);
        let bytes = Zeroizing::new(wire.encode_to_vec());
        check_len(&body, &bytes)?;
        // Back again: what is sent can be read, and keys end up where they are wiped.
        let body = Body::take_from(&mut wire)?;
        Ok(Content { bytes, frame, body })
    }
}

/// A content of which other devices get a transcript has to fit into one.
fn check_len(body: &Body, bytes: &[u8]) -> Result<(), Violation> {
    let limit = if body.kind().properties().reflected { REFLECTED_BYTES } else { CONTENT_BYTES };
    if bytes.len() > limit { Err(Violation::TooLarge) } else { Ok(()) }
}

impl Frame {
    /// The rules that hold between the frame's fields and the body.
    fn check(&self, body: &Body) -> Result<(), Violation> {
        check_sent_at(self.sent_at)?;
        let properties = body.kind().properties();
        if !properties.allow(&self.conversation) {
            return Err(Violation::Place);
        }
        if self.expiry.is_some() && !properties.expires {
            return Err(Violation::ExpiryNotAllowed);
        }
        Ok(())
    }

    fn from_wire(wire: &proto::Content) -> Result<Self, Violation> {
        Ok(Self {
            id: MessageId::from_wire(&wire.message_id)?,
            sent_at: Timestamp::from_millis(wire.sent_at),
            conversation: Conversation::from_wire(wire.conversation.as_ref())?,
            expiry: wire.expiry.map(Expiry::from_wire).transpose()?,
            lists: DeviceLists::from_wire(wire)?,
        })
    }

    fn to_wire(self) -> proto::Content {
        let mut wire = proto::Content {
            required_version: VERSION,
            message_id: self.id.as_bytes().to_vec(),
            sent_at: self.sent_at.as_millis(),
            expiry: self.expiry.map(Expiry::to_wire),
            conversation: Some(self.conversation.to_wire()),
            ..Default::default()
        };
        self.lists.write_to(&mut wire);
        wire
    }
}
