use core::time::Duration;

use crate::content::{
    AdminDelete, Body, BodyKind, Content, Conversation, Delete, Edit, MessageRef, Pin, Rank,
    Reaction, Unpin,
};
use crate::error::error_codes;
use crate::identity::AccountId;
use crate::limits::{ADMIN_DELETE_WINDOW, DELETE_WINDOW, EDIT_WINDOW, PINS, WINDOW_SLACK};
use crate::time::Timestamp;

/// A message that something is to be done to, as it is held. An operation whose target is not held
/// is no error: [`Held`](super::Held) keeps it until the message comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which message, and the hash of what was first sent.
    pub reference: MessageRef,
    /// Where it was said.
    pub conversation: Conversation,
    /// The kind of its body.
    pub kind: BodyKind,
    /// Whether its words can be changed: see [`Target::of`].
    pub editable: bool,
    /// Whether it is to be seen once.
    pub view_once: bool,
    /// When its author says it was sent.
    pub sent_at: Timestamp,
    /// The rank of the edit that it shows, if any.
    pub edited: Option<Rank>,
    /// Whether it was deleted for everyone.
    pub deleted: bool,
}

impl Target {
    /// A message as it came, neither edited nor deleted. Editable are texts and media, but not what
    /// is to be seen once and voice notes.
    #[must_use]
    pub fn of(author: AccountId, content: &Content) -> Self {
        let kind = content.body().kind();
        let (once, voice) = match content.body() {
            Body::Media(media) => (media.is_view_once(), media.is_voice_note()),
            _ => (false, false),
        };
        Self {
            reference: MessageRef::to(author, content),
            conversation: content.conversation(),
            kind,
            editable: kind.properties().editable && !once && !voice,
            view_once: once,
            sent_at: content.sent_at(),
            edited: None,
            deleted: false,
        }
    }
}

/// Who wants to do something, where and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator<'a> {
    /// The account that sent the operation.
    pub account: &'a AccountId,
    /// Where the operation was said.
    pub conversation: Conversation,
    /// When it was sent.
    pub clock: Clock,
    /// Whether the conversation lets the account do this to others' messages, or pin: between two
    /// accounts always, in a group as its state says at the operation's revision.
    pub permitted: bool,
}

/// When an operation was sent, which a sender knows and a receiver is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Ours, now.
    Sending(Timestamp),
    /// As its author claims: receivers allow [`WINDOW_SLACK`] more, for clocks that differ. When it
    /// came does not matter, or who was offline would see another conversation.
    Received(Timestamp),
}

impl Clock {
    fn within(self, window: Duration, target: &Target) -> bool {
        let (at, window) = match self {
            Self::Sending(now) => (now, window),
            Self::Received(sent_at) => (sent_at, window.saturating_add(WINDOW_SLACK)),
        };
        at.since(target.sent_at) <= window
    }
}

/// Whether an author's edit changes a message (SPEC.md 12.6). `rank` is the edit's, which becomes
/// [`Target::edited`].
///
/// # Errors
/// The first that applies of [`NotAllowed`].
pub fn may_edit(
    edit: &Edit,
    rank: &Rank,
    by: &Operator<'_>,
    target: &Target,
) -> Result<(), NotAllowed> {
    own(edit.target(), by, target)?;
    if !target.editable || target.kind != edit.replacement().kind() {
        return Err(NotAllowed::NotOfThisKind);
    }
    in_time(by, EDIT_WINDOW, target)?;
    match &target.edited {
        Some(shown) if shown >= rank => Err(NotAllowed::Superseded),
        _ => Ok(()),
    }
}

/// Whether an author may take a message back.
///
/// # Errors
/// The first that applies of [`NotAllowed`].
pub fn may_delete(delete: &Delete, by: &Operator<'_>, target: &Target) -> Result<(), NotAllowed> {
    own(&delete.target, by, target)?;
    deletable(target)?;
    in_time(by, DELETE_WINDOW, target)
}

/// Whether somebody may remove a message of a group, anybody's.
///
/// # Errors
/// The first that applies of [`NotAllowed`].
pub fn may_admin_delete(
    delete: &AdminDelete,
    by: &Operator<'_>,
    target: &Target,
) -> Result<(), NotAllowed> {
    same_message(&delete.target, by, target)?;
    permitted(by)?;
    deletable(target)?;
    in_time(by, ADMIN_DELETE_WINDOW, target)
}

/// Whether somebody may pin a message. `pinned` counts those that are pinned in the conversation,
/// this one not included; the limit binds who sends, receivers unpin the one that was pinned first.
///
/// # Errors
/// The first that applies of [`NotAllowed`].
pub fn may_pin(
    pin: &Pin,
    by: &Operator<'_>,
    target: &Target,
    pinned: usize,
) -> Result<(), NotAllowed> {
    same_message(pin.target(), by, target)?;
    permitted(by)?;
    if !is_shown(target) || target.view_once {
        return Err(NotAllowed::NotOfThisKind);
    }
    match by.clock {
        Clock::Sending(_) if pinned >= PINS => Err(NotAllowed::TooMany),
        Clock::Sending(_) | Clock::Received(_) => Ok(()),
    }
}

/// Whether somebody may unpin a message, also one that was deleted since.
///
/// # Errors
/// The first that applies of [`NotAllowed`].
pub fn may_unpin(unpin: &Unpin, by: &Operator<'_>, target: &Target) -> Result<(), NotAllowed> {
    match same_message(&unpin.target, by, target) {
        Ok(()) | Err(NotAllowed::Deleted) => permitted(by),
        Err(error) => Err(error),
    }
}

/// Whether somebody may put a sign under a message.
///
/// # Errors
/// The first that applies of [`NotAllowed`].
pub fn may_react(
    reaction: &Reaction,
    by: &Operator<'_>,
    target: &Target,
) -> Result<(), NotAllowed> {
    same_message(reaction.target(), by, target)?;
    if is_shown(target) { Ok(()) } else { Err(NotAllowed::NotOfThisKind) }
}

/// It is the very message, in the same conversation, and still there.
fn same_message(
    reference: &MessageRef,
    by: &Operator<'_>,
    target: &Target,
) -> Result<(), NotAllowed> {
    if (&reference.author, reference.id) != (&target.reference.author, target.reference.id) {
        return Err(NotAllowed::OtherMessage);
    }
    if reference.hash != target.reference.hash {
        return Err(NotAllowed::OtherContent);
    }
    if !by.conversation.is_the_same_as(&target.conversation) {
        return Err(NotAllowed::OtherConversation);
    }
    if target.deleted { Err(NotAllowed::Deleted) } else { Ok(()) }
}

fn own(reference: &MessageRef, by: &Operator<'_>, target: &Target) -> Result<(), NotAllowed> {
    same_message(reference, by, target)?;
    if *by.account == target.reference.author { Ok(()) } else { Err(NotAllowed::NotAuthor) }
}

fn permitted(by: &Operator<'_>) -> Result<(), NotAllowed> {
    if by.permitted { Ok(()) } else { Err(NotAllowed::NotPermitted) }
}

fn deletable(target: &Target) -> Result<(), NotAllowed> {
    if is_shown(target) { Ok(()) } else { Err(NotAllowed::NotOfThisKind) }
}

/// People see it: it expires with its conversation.
fn is_shown(target: &Target) -> bool {
    target.kind.properties().expires
}

fn in_time(by: &Operator<'_>, window: Duration, target: &Target) -> Result<(), NotAllowed> {
    if by.clock.within(window, target) { Ok(()) } else { Err(NotAllowed::TooLate) }
}

/// Why nothing is done to a message. None is worth telling the one who sent the operation: the
/// answer would say what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAllowed {
    /// The operation names another message than this.
    #[error("the operation names another message")]
    OtherMessage,
    /// The operation was made for another content of the same author and id: somebody sent two.
    #[error("the operation names another content under the same id")]
    OtherContent,
    /// The message is part of another conversation.
    #[error("the message is part of another conversation")]
    OtherConversation,
    /// The message was deleted.
    #[error("the message was deleted")]
    Deleted,
    /// Only the message's author may.
    #[error("only the author of the message may do this")]
    NotAuthor,
    /// The conversation does not let this account.
    #[error("the conversation does not permit it to this account")]
    NotPermitted,
    /// Not with messages of this kind.
    #[error("this cannot be done to messages of this kind")]
    NotOfThisKind,
    /// The time for it is over.
    #[error("the time for it is over")]
    TooLate,
    /// A later one holds already.
    #[error("a later operation holds")]
    Superseded,
    /// There are as many as there may be.
    #[error("there are as many as there may be")]
    TooMany,
}

error_codes!(NotAllowed {
    Self::OtherMessage => ("operation/other-message", FixCaller),
    Self::OtherContent => ("operation/other-content", ShowToUser),
    Self::OtherConversation => ("operation/other-conversation", Drop),
    Self::Deleted => ("operation/deleted", Drop),
    Self::NotAuthor => ("operation/not-author", Drop),
    Self::NotPermitted => ("operation/not-permitted", Drop),
    Self::NotOfThisKind => ("operation/not-of-this-kind", Drop),
    Self::TooLate => ("operation/too-late", Drop),
    Self::Superseded => ("operation/superseded", Drop),
    Self::TooMany => ("operation/too-many", ShowToUser),
});

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
