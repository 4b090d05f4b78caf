use alloc::vec::Vec;

use super::name::{read, write};
use super::{Chat, MessageName, MessageNames};
use crate::content::body::WireBody;
use crate::content::part::check_list;
use crate::content::{Violation, part};
use crate::limits::{DELETED_NEWEST, MEDIA_ITEMS};
use crate::time::Timestamp;
use crate::wire::proto;

/// Deletes on all devices of the account, and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteForMe {
    chat: Chat,
    at: Timestamp,
    what: Deletion,
}

/// What is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deletion {
    /// These messages.
    Messages(MessageNames),
    /// One of a message's media.
    Media {
        /// The message.
        message: MessageName,
        /// Which, from 0 to [`MEDIA_ITEMS`] − 1.
        index: u32,
    },
    /// The conversation: all that was there when it was deleted.
    Conversation {
        /// Its newest messages then, up to [`DELETED_NEWEST`], ascending: a device that holds none of
        /// them yet waits for one before it goes by the time.
        newest: Vec<MessageName>,
        /// It stays in the list, empty.
        keeps_chat: bool,
    },
}

impl DeleteForMe {
    /// Deleted from this conversation at this time.
    ///
    /// # Errors
    /// [`Violation::Time`] when the time is out of range, [`Violation::MediaIndex`] for a medium that
    /// no message has, [`Violation::ListCount`] or [`Violation::ListOrder`] when there are too many
    /// newest messages or they do not ascend.
    pub fn new(chat: Chat, at: Timestamp, what: Deletion) -> Result<Self, Violation> {
        part::time(at.as_millis())?;
        what.check()?;
        Ok(Self { chat, at, what })
    }

    /// The conversation.
    #[must_use]
    pub const fn chat(&self) -> &Chat {
        &self.chat
    }

    /// When it was deleted.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What was deleted.
    #[must_use]
    pub const fn what(&self) -> &Deletion {
        &self.what
    }
}

impl Deletion {
    fn check(&self) -> Result<(), Violation> {
        match self {
            Self::Messages(_) => Ok(()),
            Self::Media { index, .. } => match usize::try_from(*index) {
                Ok(index) if index < MEDIA_ITEMS => Ok(()),
                _ => Err(Violation::MediaIndex),
            },
            Self::Conversation { newest, .. } => {
                check_list(newest, 0..=DELETED_NEWEST, MessageName::clone)
            }
        }
    }

    fn from_wire(wire: &proto::delete_for_me::What) -> Result<Self, Violation> {
        use proto::delete_for_me::What;
        Ok(match wire {
            What::Messages(wire) => Self::Messages(MessageNames::from_wire(&wire.messages)?),
            What::Media(wire) => {
                let message = MessageName::required(wire.message.as_ref())?;
                Self::Media { message, index: wire.index }
            }
            What::Conversation(wire) => {
                Self::Conversation { newest: read(&wire.newest)?, keeps_chat: wire.keeps_chat }
            }
        })
    }

    fn to_wire(&self) -> proto::delete_for_me::What {
        use proto::delete_for_me::What;
        match self {
            Self::Messages(names) => {
                What::Messages(proto::DeletedMessages { messages: names.to_wire() })
            }
            Self::Media { message, index } => {
                What::Media(proto::DeletedMedia { message: Some(message.to_wire()), index: *index })
            }
            Self::Conversation { newest, keeps_chat } => {
                let (newest, keeps_chat) = (write(newest), *keeps_chat);
                What::Conversation(proto::DeletedConversation { newest, keeps_chat })
            }
        }
    }
}

impl WireBody for DeleteForMe {
    type Wire = proto::DeleteForMe;

    fn from_wire(wire: proto::DeleteForMe) -> Result<Self, Violation> {
        let what = Deletion::from_wire(wire.what.as_ref().ok_or(Violation::NoDeletion)?)?;
        Self::new(Chat::from_wire(wire.chat.as_ref())?, Timestamp::from_millis(wire.at), what)
    }

    fn to_wire(&self) -> proto::DeleteForMe {
        let (chat, what) = (Some(self.chat.to_wire()), Some(self.what.to_wire()));
        proto::DeleteForMe { chat, at: self.at.as_millis(), what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::MessageId;
    use crate::identity::AccountId;
    use alloc::vec;

    fn name(number: u8) -> MessageName {
        let author = AccountId::new(b"alice").unwrap();
        MessageName { author, id: MessageId::from_bytes([number; 16]) }
    }

    fn delete(what: Deletion) -> Result<(), Violation> {
        let chat = Chat::Account(AccountId::new(b"alice").unwrap());
        DeleteForMe::new(chat, Timestamp::from_secs(1), what).map(|_| ())
    }

    #[test]
    fn a_medium_is_one_that_a_message_can_have() {
        let media = |index| delete(Deletion::Media { message: name(1), index });
        assert_eq!(media(31), Ok(()));
        assert_eq!(media(32), Err(Violation::MediaIndex));
    }

    #[test]
    fn a_conversation_names_up_to_5_of_its_newest_messages() {
        let conversation = |numbers: &[u8]| {
            let newest = numbers.iter().copied().map(name).collect();
            delete(Deletion::Conversation { newest, keeps_chat: true })
        };
        assert_eq!(conversation(&[]), Ok(()));
        assert_eq!(conversation(&[1, 2, 3, 4, 5]), Ok(()));
        assert_eq!(conversation(&[1, 2, 3, 4, 5, 6]), Err(Violation::ListCount));
        assert_eq!(conversation(&[2, 1]), Err(Violation::ListOrder));
    }

    #[test]
    fn something_is_deleted_from_somewhere() {
        let wire = |what| proto::DeleteForMe { chat: None, at: 1, what };
        assert_eq!(DeleteForMe::from_wire(wire(None)), Err(Violation::NoDeletion));
        let conversation = proto::DeletedConversation { newest: vec![], keeps_chat: false };
        let what = Some(proto::delete_for_me::What::Conversation(conversation));
        assert_eq!(DeleteForMe::from_wire(wire(what)), Err(Violation::NoChat));
    }
}
