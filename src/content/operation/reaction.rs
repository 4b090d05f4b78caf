use super::super::body::WireBody;
use crate::content::{Emoji, MessageRef, Violation};
use crate::wire::proto;
use crate::wire::proto::reaction::Change;

/// A sign under a message. An account has one under each: of several the one with the highest
/// [`Rank`](super::Rank) holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    target: MessageRef,
    emoji: Option<Emoji>,
}

impl Reaction {
    /// Puts a sign under a message, in place of the account's earlier one.
    #[must_use]
    pub const fn new(target: MessageRef, emoji: Emoji) -> Self {
        Self { target, emoji: Some(emoji) }
    }

    /// Takes it back.
    #[must_use]
    pub const fn remove(target: MessageRef) -> Self {
        Self { target, emoji: None }
    }

    /// The message.
    #[must_use]
    pub const fn target(&self) -> &MessageRef {
        &self.target
    }

    /// The sign; `None` takes the earlier one back.
    #[must_use]
    pub const fn emoji(&self) -> Option<&Emoji> {
        self.emoji.as_ref()
    }
}

impl WireBody for Reaction {
    type Wire = proto::Reaction;

    fn from_wire(wire: proto::Reaction) -> Result<Self, Violation> {
        let emoji = match wire.change.ok_or(Violation::NoReaction)? {
            Change::Emoji(emoji) => Some(Emoji::new(emoji)?),
            Change::None(_) => None,
        };
        Ok(Self { target: MessageRef::required(wire.target)?, emoji })
    }

    fn to_wire(&self) -> proto::Reaction {
        let change = match &self.emoji {
            Some(emoji) => Change::Emoji(emoji.as_str().into()),
            None => Change::None(proto::NoReaction {}),
        };
        proto::Reaction { target: Some(self.target.to_wire()), change: Some(change) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::said::tests::reference;

    #[test]
    fn a_reaction_is_a_sign_or_none() {
        let with = |change| {
            Reaction::from_wire(proto::Reaction { target: Some(reference().to_wire()), change })
        };
        let wave = Emoji::new("👋").unwrap();
        let sent = Reaction::new(reference(), wave.clone());
        assert_eq!(with(sent.to_wire().change), Ok(sent));
        let none = with(Some(Change::None(proto::NoReaction {})));
        assert_eq!(none, Ok(Reaction::remove(reference())));
        assert_eq!(with(None), Err(Violation::NoReaction));
        assert_eq!(with(Some(Change::Emoji(alloc::string::String::new()))), Err(Violation::Emoji));
        assert_eq!(with(Some(Change::Emoji("👋👋".into()))), Err(Violation::Emoji));
        let wire = proto::Reaction { target: None, ..Reaction::new(reference(), wave).to_wire() };
        assert_eq!(Reaction::from_wire(wire), Err(Violation::Reference));
    }
}
