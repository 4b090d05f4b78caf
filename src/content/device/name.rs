use alloc::vec::Vec;

use crate::content::part::{self, check_list};
use crate::content::{MessageId, Violation};
use crate::identity::AccountId;
use crate::limits::MESSAGE_NAMES;
use crate::wire::proto;

/// Names a message among the devices of one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageName {
    /// Its author.
    pub author: AccountId,
    /// Its id.
    pub id: MessageId,
}

impl MessageName {
    pub(super) fn from_wire(wire: &proto::MessageName) -> Result<Self, Violation> {
        Ok(Self { author: part::account(&wire.author)?, id: MessageId::from_wire(&wire.id)? })
    }

    pub(super) fn required(wire: Option<&proto::MessageName>) -> Result<Self, Violation> {
        Self::from_wire(wire.ok_or(Violation::NoMessage)?)
    }

    pub(super) fn to_wire(&self) -> proto::MessageName {
        let (author, id) = (self.author.as_bytes().to_vec(), self.id.as_bytes().to_vec());
        proto::MessageName { author, id }
    }
}

/// 1 to [`MESSAGE_NAMES`] messages, each once, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageNames(Vec<MessageName>);

impl MessageNames {
    /// Of messages in any order and as often as they come: each is named once.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for none, or for more than [`MESSAGE_NAMES`].
    pub fn new(names: impl IntoIterator<Item = MessageName>) -> Result<Self, Violation> {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        check_list(&names, 1..=MESSAGE_NAMES, MessageName::clone)?;
        Ok(Self(names))
    }

    /// The messages.
    #[must_use]
    pub fn as_slice(&self) -> &[MessageName] {
        &self.0
    }

    pub(super) fn from_wire(wire: &[proto::MessageName]) -> Result<Self, Violation> {
        let names = read(wire)?;
        check_list(&names, 1..=MESSAGE_NAMES, MessageName::clone)?;
        Ok(Self(names))
    }

    pub(super) fn to_wire(&self) -> Vec<proto::MessageName> {
        write(&self.0)
    }
}

pub(super) fn read(wire: &[proto::MessageName]) -> Result<Vec<MessageName>, Violation> {
    wire.iter().map(MessageName::from_wire).collect()
}

pub(super) fn write(names: &[MessageName]) -> Vec<proto::MessageName> {
    names.iter().map(MessageName::to_wire).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn name(number: u16) -> MessageName {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        MessageName { author: AccountId::new(&[7]).unwrap(), id: MessageId::from_bytes(id) }
    }

    #[test]
    fn messages_are_named_in_order_and_not_too_many() {
        let received = |numbers: &mut dyn Iterator<Item = u16>| {
            let wire: Vec<_> = numbers.map(|number| name(number).to_wire()).collect();
            MessageNames::from_wire(&wire).map(|names| names.0.len())
        };
        assert_eq!(received(&mut (0..0)), Err(Violation::ListCount));
        assert_eq!(received(&mut (0..512)), Ok(512));
        assert_eq!(received(&mut (0..513)), Err(Violation::ListCount));
        assert_eq!(received(&mut [2, 1].into_iter()), Err(Violation::ListOrder));
        assert_eq!(received(&mut [1, 1].into_iter()), Err(Violation::ListOrder));
        let ours = MessageNames::new([name(2), name(1), name(2)]).unwrap();
        assert_eq!(ours.as_slice(), [name(1), name(2)]);
    }

    #[test]
    fn a_message_has_an_author_and_an_id() {
        let read = |author: usize, id: usize| {
            let wire = proto::MessageName { author: vec![7; author], id: vec![7; id] };
            MessageName::from_wire(&wire).map(|_| ())
        };
        assert_eq!(read(64, 16), Ok(()));
        assert_eq!(read(0, 16), Err(Violation::Account));
        assert_eq!(read(65, 16), Err(Violation::Account));
        assert_eq!(read(1, 15), Err(Violation::MessageId));
        assert_eq!(MessageName::required(None), Err(Violation::NoMessage));
    }
}
