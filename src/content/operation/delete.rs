use super::super::body::WireBody;
use crate::content::{MessageRef, Violation};
use crate::wire::proto;

/// Takes a message back, from its author: whoever received it removes it. That they do cannot be
/// enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    /// The message.
    pub target: MessageRef,
}

impl WireBody for Delete {
    type Wire = proto::Delete;

    fn from_wire(wire: proto::Delete) -> Result<Self, Violation> {
        Ok(Self { target: MessageRef::required(wire.target)? })
    }

    fn to_wire(&self) -> proto::Delete {
        proto::Delete { target: Some(self.target.to_wire()) }
    }
}

/// Removes somebody's message from a group, by who may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminDelete {
    /// The message.
    pub target: MessageRef,
}

impl WireBody for AdminDelete {
    type Wire = proto::AdminDelete;

    fn from_wire(wire: proto::AdminDelete) -> Result<Self, Violation> {
        Ok(Self { target: MessageRef::required(wire.target)? })
    }

    fn to_wire(&self) -> proto::AdminDelete {
        proto::AdminDelete { target: Some(self.target.to_wire()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deleted_is_named() {
        assert_eq!(Delete::from_wire(proto::Delete::default()), Err(Violation::Reference));
        assert_eq!(
            AdminDelete::from_wire(proto::AdminDelete::default()),
            Err(Violation::Reference)
        );
    }
}
