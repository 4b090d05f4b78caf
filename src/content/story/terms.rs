use super::super::body::WireBody;
use crate::content::{MessageRef, Violation};
use crate::wire::proto;

/// What viewers may do with a story, as its author wants it, and whose it was first. By default they
/// may do nothing but see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoryTerms {
    /// Viewers may answer with words.
    pub replies: bool,
    /// Viewers may put a sign under it.
    pub reactions: bool,
    /// Viewers may show it to their own audience.
    pub resharing: bool,
    /// The story that this one shows again, under the first author's permission.
    pub origin: Option<MessageRef>,
}

impl WireBody for StoryTerms {
    type Wire = proto::StoryTerms;

    fn from_wire(wire: proto::StoryTerms) -> Result<Self, Violation> {
        let proto::StoryTerms { replies, reactions, resharing, origin } = wire;
        let origin = origin.map(MessageRef::from_wire).transpose()?;
        Ok(Self { replies, reactions, resharing, origin })
    }

    fn to_wire(&self) -> proto::StoryTerms {
        let Self { replies, reactions, resharing, origin } = self;
        let origin = origin.as_ref().map(MessageRef::to_wire);
        proto::StoryTerms {
            replies: *replies,
            reactions: *reactions,
            resharing: *resharing,
            origin,
        }
    }
}
