use super::Stamp;
use crate::content::Violation;
use crate::content::body::WireBody;
use crate::content::part::{self, wire_enum};
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::limits::SENT_AT;
use crate::time::Timestamp;
use crate::wire::proto;

/// Names a conversation among the devices of one account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    /// With this account; the own one: notes to oneself.
    Account(AccountId),
    /// Of this group.
    Group(Digest),
}

impl Chat {
    pub(super) fn from_wire(wire: Option<&proto::Chat>) -> Result<Self, Violation> {
        match wire.and_then(|chat| chat.chat.as_ref()).ok_or(Violation::NoChat)? {
            proto::chat::Chat::Account(account) => part::account(account).map(Self::Account),
            proto::chat::Chat::Group(id) => part::group(id).map(Self::Group),
        }
    }

    pub(super) fn to_wire(&self) -> proto::Chat {
        let chat = match self {
            Self::Account(account) => proto::chat::Chat::Account(account.as_bytes().to_vec()),
            Self::Group(id) => proto::chat::Chat::Group(id.as_bytes().to_vec()),
        };
        proto::Chat { chat: Some(chat) }
    }
}

/// How one conversation is kept. One value: what it does not change it repeats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ChatState {
    /// The conversation.
    pub chat: Chat,
    /// Which value is newest.
    pub stamp: Stamp,
    /// Marked as unread by hand.
    pub unread: bool,
    /// Put away.
    pub archived: bool,
    /// Shown only after unlocking.
    pub locked: bool,
    /// Its place among the pinned, from 1; 0: not pinned.
    pub pin: u32,
    muted_until: Timestamp,
}

impl ChatState {
    /// Silent for ever: the end of the year 9999.
    pub const FOR_EVER: Timestamp = Timestamp::from_millis(253_402_300_799_999);

    /// A conversation with nothing set.
    #[must_use]
    pub const fn new(chat: Chat, stamp: Stamp) -> Self {
        Self {
            chat,
            stamp,
            unread: false,
            archived: false,
            locked: false,
            pin: 0,
            muted_until: Timestamp::UNIX_EPOCH,
        }
    }

    /// Silent until then; at the epoch: not silent.
    ///
    /// # Errors
    /// [`Violation::Time`] when it is after the year 9999.
    pub fn with_muted_until(self, until: Timestamp) -> Result<Self, Violation> {
        if until.since(Timestamp::UNIX_EPOCH) > SENT_AT {
            return Err(Violation::Time);
        }
        Ok(Self { muted_until: until, ..self })
    }

    /// Until when it is silent; at the epoch: it is not.
    #[must_use]
    pub const fn muted_until(&self) -> Timestamp {
        self.muted_until
    }

    /// Whether it is silent at this time.
    #[must_use]
    pub fn is_muted(&self, now: Timestamp) -> bool {
        now < self.muted_until
    }
}

impl WireBody for ChatState {
    type Wire = proto::ChatState;

    fn from_wire(wire: proto::ChatState) -> Result<Self, Violation> {
        let chat = Chat::from_wire(wire.chat.as_ref())?;
        Self {
            unread: wire.unread,
            archived: wire.archived,
            locked: wire.locked,
            pin: wire.pin,
            ..Self::new(chat, Stamp::from_wire(wire.stamp)?)
        }
        .with_muted_until(Timestamp::from_millis(wire.muted_until))
    }

    fn to_wire(&self) -> proto::ChatState {
        let Self { chat, stamp, unread, archived, locked, pin, muted_until } = self;
        proto::ChatState {
            chat: Some(chat.to_wire()),
            stamp: Some(stamp.to_wire()),
            unread: *unread,
            archived: *archived,
            locked: *locked,
            pin: *pin,
            muted_until: muted_until.as_millis(),
        }
    }
}

/// What the owner decided about a message request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageRequestResponse {
    chat: Chat,
    answer: RequestAnswer,
    at: Timestamp,
}

wire_enum! {
    /// A decision about a message request.
    RequestAnswer or RequestAnswer {
        /// Receive.
        Accept,
        /// Delete the conversation.
        Delete,
        /// Block.
        Block,
        /// Block and delete.
        BlockAndDelete,
        /// Block and delete, and it was told to the service.
        Spam,
    }
}

impl MessageRequestResponse {
    /// This decision, made at this time. Of several the last holds.
    ///
    /// # Errors
    /// [`Violation::Time`] when the time is out of range.
    pub fn new(chat: Chat, answer: RequestAnswer, at: Timestamp) -> Result<Self, Violation> {
        part::time(at.as_millis())?;
        Ok(Self { chat, answer, at })
    }

    /// The conversation.
    #[must_use]
    pub const fn chat(&self) -> &Chat {
        &self.chat
    }

    /// The decision.
    #[must_use]
    pub const fn answer(&self) -> RequestAnswer {
        self.answer
    }

    /// When it was made.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl WireBody for MessageRequestResponse {
    type Wire = proto::MessageRequestResponse;

    fn from_wire(wire: proto::MessageRequestResponse) -> Result<Self, Violation> {
        Ok(Self {
            chat: Chat::from_wire(wire.chat.as_ref())?,
            answer: RequestAnswer::from_wire(wire.answer)?,
            at: part::time(wire.at)?,
        })
    }

    fn to_wire(&self) -> proto::MessageRequestResponse {
        let (chat, answer) = (Some(self.chat.to_wire()), self.answer.to_wire());
        proto::MessageRequestResponse { chat, answer, at: self.at.as_millis() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn chat() -> Chat {
        Chat::Account(AccountId::new(b"alice").unwrap())
    }

    #[test]
    fn a_conversation_is_with_an_account_or_of_a_group() {
        let read = |chat| Chat::from_wire(Some(&proto::Chat { chat })).map(|_| ());
        assert_eq!(read(None), Err(Violation::NoChat));
        assert_eq!(Chat::from_wire(None), Err(Violation::NoChat));
        assert_eq!(read(Some(proto::chat::Chat::Account(vec![7; 64]))), Ok(()));
        assert_eq!(read(Some(proto::chat::Chat::Account(vec![]))), Err(Violation::Account));
        assert_eq!(read(Some(proto::chat::Chat::Group(vec![7; 32]))), Ok(()));
        assert_eq!(read(Some(proto::chat::Chat::Group(vec![7; 31]))), Err(Violation::GroupBinding));
    }

    #[test]
    fn a_conversation_is_silent_until_a_time() {
        let stamp = Stamp::new(1, Timestamp::from_secs(1)).unwrap();
        let state = || ChatState::new(chat(), stamp);
        let until = Timestamp::from_secs(100);
        let muted = state().with_muted_until(until).unwrap();
        assert!(muted.is_muted(Timestamp::from_secs(99)) && !muted.is_muted(until));
        assert!(!state().is_muted(Timestamp::UNIX_EPOCH));
        assert!(state().with_muted_until(ChatState::FOR_EVER).is_ok());
        let after = Timestamp::from_millis(253_402_300_800_000);
        assert_eq!(state().with_muted_until(after), Err(Violation::Time));
    }

    #[test]
    fn an_answer_out_of_range_is_refused() {
        let at = Timestamp::from_secs(1);
        let mut wire =
            MessageRequestResponse::new(chat(), RequestAnswer::Spam, at).unwrap().to_wire();
        for answer in [0, 6] {
            wire.answer = answer;
            let refused = MessageRequestResponse::from_wire(wire.clone());
            assert_eq!(refused, Err(Violation::RequestAnswer));
        }
        let epoch = Timestamp::UNIX_EPOCH;
        let refused = MessageRequestResponse::new(chat(), RequestAnswer::Accept, epoch);
        assert_eq!(refused, Err(Violation::Time));
    }
}
