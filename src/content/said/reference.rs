use super::super::body::WireBody;
use crate::content::{Content, MessageId, Violation};
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::wire::proto;

/// Names a message: which one, and what exactly it said (SPEC.md 12.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// The account that sent it.
    pub author: AccountId,
    /// Its id, unique together with the author.
    pub id: MessageId,
    /// [`Content::hash`] of it.
    pub hash: Digest,
}

impl MessageRef {
    /// Names a content that `author` sent.
    #[must_use]
    pub fn to(author: AccountId, content: &Content) -> Self {
        Self { author, id: content.id(), hash: content.hash() }
    }

    /// Takes a field that must be there.
    pub(in crate::content) fn required(wire: Option<proto::MessageRef>) -> Result<Self, Violation> {
        Self::from_wire(wire.ok_or(Violation::Reference)?)
    }
}

impl WireBody for MessageRef {
    type Wire = proto::MessageRef;

    fn from_wire(wire: proto::MessageRef) -> Result<Self, Violation> {
        let malformed = Violation::Reference;
        let author = AccountId::new(&wire.author).map_err(|_| malformed)?;
        let id = MessageId::from_wire(&wire.message_id).map_err(|_| malformed)?;
        let hash = wire.hash.as_slice().try_into().map_err(|_| malformed)?;
        Ok(Self { author, id, hash: Digest::from_bytes(hash) })
    }

    fn to_wire(&self) -> proto::MessageRef {
        proto::MessageRef {
            author: self.author.as_bytes().to_vec(),
            message_id: self.id.as_bytes().to_vec(),
            hash: self.hash.as_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::*;
    use crate::limits::ACCOUNT_ID_BYTES;
    use alloc::vec;

    pub(in crate::content) fn reference() -> MessageRef {
        let author = AccountId::new(b"alice").unwrap();
        let hash = Digest::from_bytes([3; 32]);
        MessageRef { author, id: MessageId::from_bytes([2; 16]), hash }
    }

    #[test]
    fn a_reference_has_an_author_an_id_and_a_hash() {
        let broken = |change: &dyn Fn(&mut proto::MessageRef)| {
            let mut wire = reference().to_wire();
            change(&mut wire);
            MessageRef::from_wire(wire)
        };
        assert_eq!(broken(&|_| {}), Ok(reference()));
        assert!(broken(&|w| w.author = vec![1; ACCOUNT_ID_BYTES]).is_ok());
        let changes: [&dyn Fn(&mut proto::MessageRef); 6] = [
            &|w| w.author.clear(),
            &|w| w.author = vec![1; ACCOUNT_ID_BYTES + 1],
            &|w| w.message_id.truncate(15),
            &|w| w.message_id.push(1),
            &|w| w.hash.clear(),
            &|w| w.hash.push(1),
        ];
        for change in changes {
            assert_eq!(broken(change), Err(Violation::Reference));
        }
        assert_eq!(MessageRef::required(None), Err(Violation::Reference));
    }
}
