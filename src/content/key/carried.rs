use crate::content::body::WireBody;
use crate::content::part::present;
use crate::content::{Opaque, SharedKey, Violation};
use crate::limits::{CARRIED_BYTES, GROUP_CHANGE_BYTES, GROUP_TICKET_BYTES};
use crate::wire::proto;

/// Declares a body that is nothing but what it carries.
macro_rules! carried {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            /// The encoded message of the other section.
            pub body: Opaque<CARRIED_BYTES>,
        }

        impl WireBody for $name {
            type Wire = proto::Carried;

            fn from_wire(wire: proto::Carried) -> Result<Self, Violation> {
                Ok(Self { body: Opaque::new(wire.body)? })
            }

            fn to_wire(&self) -> proto::Carried {
                proto::Carried { body: self.body.to_wire() }
            }
        }
    )+};
}

carried! {
    /// The author's sender chain for a group or a story's audience (SPEC.md section 14). Secret.
    SenderKey;
    /// Asks for the receiver's sender chain, of which a message could not be read.
    SenderKeyRequest;
    /// Says that a sender chain is not given, and why.
    SenderKeyWithheld;
    /// Asks for the changes or the snapshot of a group that the author lacks (SPEC.md section 15).
    GroupSyncRequest;
    /// Says which state of a group the author has.
    GroupStateAck;
}

/// Asks a member to let the author into a group: its signed ticket, which the member carries into a
/// change if it may and a person agrees (SPEC.md section 15.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTicket {
    /// The encoded ticket.
    pub body: Opaque<GROUP_TICKET_BYTES>,
}

impl WireBody for GroupTicket {
    type Wire = proto::CarriedTicket;

    fn from_wire(wire: proto::CarriedTicket) -> Result<Self, Violation> {
        Ok(Self { body: Opaque::new(wire.body)? })
    }

    fn to_wire(&self) -> proto::CarriedTicket {
        proto::CarriedTicket { body: self.body.to_wire() }
    }
}

/// A signed change of a group, with the secret of the key epoch that it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupChange {
    /// The encoded change, or the genesis of the group.
    pub body: Opaque<GROUP_CHANGE_BYTES>,
    /// The secret of the new key epoch. `None` when it begins none or the receiver shall not have it.
    pub epoch_secret: Option<SharedKey>,
}

impl WireBody for GroupChange {
    type Wire = proto::CarriedChange;

    fn from_wire(wire: proto::CarriedChange) -> Result<Self, Violation> {
        let epoch_secret = present(wire.epoch_secret, SharedKey::from_wire)?;
        Ok(Self { body: Opaque::new(wire.body)?, epoch_secret })
    }

    fn to_wire(&self) -> proto::CarriedChange {
        let epoch_secret = SharedKey::to_wire(self.epoch_secret.as_ref());
        proto::CarriedChange { body: self.body.to_wire(), epoch_secret }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec};

    #[test]
    fn what_is_carried_has_its_limit() {
        let carried = |len| SenderKey::from_wire(proto::Carried { body: vec![7; len] });
        assert_eq!(carried(0), Err(Violation::OpaqueLength));
        assert!(carried(CARRIED_BYTES).is_ok());
        assert_eq!(carried(CARRIED_BYTES + 1), Err(Violation::OpaqueLength));
        let ticket = |len| GroupTicket::from_wire(proto::CarriedTicket { body: vec![7; len] });
        assert_eq!(ticket(0), Err(Violation::OpaqueLength));
        assert!(ticket(GROUP_TICKET_BYTES).is_ok());
        assert_eq!(ticket(GROUP_TICKET_BYTES + 1), Err(Violation::OpaqueLength));
        let change = |len| {
            let epoch_secret = vec![7; 32];
            GroupChange::from_wire(proto::CarriedChange { body: vec![7; len], epoch_secret })
        };
        assert_eq!(change(0), Err(Violation::OpaqueLength));
        assert!(change(GROUP_CHANGE_BYTES).is_ok());
        assert_eq!(change(GROUP_CHANGE_BYTES + 1), Err(Violation::OpaqueLength));
    }

    #[test]
    fn an_epoch_secret_is_32_bytes_if_there_is_one() {
        let change = |len| {
            let epoch_secret = vec![7; len];
            GroupChange::from_wire(proto::CarriedChange { body: vec![1], epoch_secret })
        };
        assert_eq!(change(0).unwrap().epoch_secret, None);
        assert_eq!(change(32).unwrap().epoch_secret, Some(SharedKey::from_bytes([7; 32])));
        assert_eq!(change(16), Err(Violation::KeyLength));
        let printed = format!("{:?}", change(32).unwrap());
        assert_eq!(
            printed,
            "GroupChange { body: Opaque(1 bytes), epoch_secret: Some(SharedKey(..)) }"
        );
    }
}
