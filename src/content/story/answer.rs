use alloc::string::String;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::super::said::Styled;
use crate::content::{
    Emoji, FormatRange, Mention, MessageId, MessageRef, Receipt, ReceiptKind, Violation,
};
use crate::limits::TEXT_BYTES;
use crate::wire::proto;

/// Tells the author that stories were seen: the author alone, and only if the viewer wants that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoryView(Receipt);

impl StoryView {
    /// Of these stories of the receiver's, in any order and as often as they come.
    ///
    /// # Errors
    /// [`Violation::ReceiptCount`] for none, or for more than
    /// [`RECEIPT_IDS`](crate::limits::RECEIPT_IDS).
    pub fn new(ids: impl IntoIterator<Item = MessageId>) -> Result<Self, Violation> {
        Receipt::new(ReceiptKind::Viewed, ids).map(Self)
    }

    /// The stories, each once, in ascending order.
    #[must_use]
    pub fn ids(&self) -> &[MessageId] {
        self.0.ids()
    }
}

impl WireBody for StoryView {
    type Wire = proto::StoryView;

    fn from_wire(wire: proto::StoryView) -> Result<Self, Violation> {
        let kind = proto::ReceiptKind::Viewed.into();
        Receipt::from_wire(proto::Receipt { kind, ids: wire.ids }).map(Self)
    }

    fn to_wire(&self) -> proto::StoryView {
        proto::StoryView { ids: self.0.to_wire().ids }
    }
}

/// Words in answer to a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryReply {
    target: MessageRef,
    text: Styled<TEXT_BYTES>,
}

impl StoryReply {
    /// 1 to [`TEXT_BYTES`] bytes of UTF-8.
    ///
    /// # Errors
    /// [`Violation::StoryReply`].
    pub fn new(target: MessageRef, text: impl Into<String>) -> Result<Self, Violation> {
        Ok(Self { target, text: Styled::new(text, Violation::StoryReply)? })
    }

    /// With what belongs to parts of the words.
    ///
    /// # Errors
    /// What a range or mention breaks.
    pub fn with_parts(
        mut self,
        ranges: Vec<FormatRange>,
        mentions: Vec<Mention>,
    ) -> Result<Self, Violation> {
        self.text.set_ranges(ranges)?;
        self.text.set_mentions(mentions)?;
        Ok(self)
    }

    /// The story.
    #[must_use]
    pub const fn target(&self) -> &MessageRef {
        &self.target
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// How parts of them look.
    #[must_use]
    pub fn ranges(&self) -> &[FormatRange] {
        self.text.ranges()
    }

    /// Who is named in them.
    #[must_use]
    pub fn mentions(&self) -> &[Mention] {
        self.text.mentions()
    }
}

impl WireBody for StoryReply {
    type Wire = proto::StoryReply;

    fn from_wire(wire: proto::StoryReply) -> Result<Self, Violation> {
        let target = MessageRef::required(wire.target)?;
        let text = Styled::from_styled(wire.text.unwrap_or_default(), Violation::StoryReply)?;
        Ok(Self { target, text })
    }

    fn to_wire(&self) -> proto::StoryReply {
        let (target, text) = (self.target.to_wire(), self.text.to_styled());
        proto::StoryReply { target: Some(target), text: Some(text) }
    }
}

/// A sign under a story, in place of the account's earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryReaction {
    /// The story.
    pub target: MessageRef,
    /// The sign; `None` takes the earlier one back.
    pub emoji: Option<Emoji>,
}

impl WireBody for StoryReaction {
    type Wire = proto::StoryReaction;

    fn from_wire(wire: proto::StoryReaction) -> Result<Self, Violation> {
        let emoji = (!wire.emoji.is_empty()).then(|| Emoji::new(wire.emoji)).transpose()?;
        Ok(Self { target: MessageRef::required(wire.target)?, emoji })
    }

    fn to_wire(&self) -> proto::StoryReaction {
        let emoji = self.emoji.as_ref().map(|emoji| emoji.as_str().into()).unwrap_or_default();
        proto::StoryReaction { target: Some(self.target.to_wire()), emoji }
    }
}

/// Takes a story back: viewers remove it if its author says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryDelete {
    /// The story.
    pub target: MessageRef,
}

impl WireBody for StoryDelete {
    type Wire = proto::StoryDelete;

    fn from_wire(wire: proto::StoryDelete) -> Result<Self, Violation> {
        MessageRef::required(wire.target).map(|target| Self { target })
    }

    fn to_wire(&self) -> proto::StoryDelete {
        proto::StoryDelete { target: Some(self.target.to_wire()) }
    }
}
