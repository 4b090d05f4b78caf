use crate::content::body::WireBody;
use crate::content::device::Stamp;
use crate::content::{ContactState, Violation, part};
use crate::identity::AccountId;
use crate::wire::proto;

/// What the account's owner decided about one contact, for the other devices. Nobody else is told
/// that they were blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactStateUpdate {
    /// The contact.
    pub account: AccountId,
    /// What was decided.
    pub state: ContactState,
    /// Which decision is newest.
    pub stamp: Stamp,
}

impl WireBody for ContactStateUpdate {
    type Wire = proto::ContactStateUpdate;

    fn from_wire(wire: proto::ContactStateUpdate) -> Result<Self, Violation> {
        Ok(Self {
            account: part::account(&wire.account)?,
            state: ContactState::from_wire(wire.standing)?,
            stamp: Stamp::from_wire(wire.stamp)?,
        })
    }

    fn to_wire(&self) -> proto::ContactStateUpdate {
        proto::ContactStateUpdate {
            account: self.account.as_bytes().to_vec(),
            standing: self.state.to_wire(),
            stamp: Some(self.stamp.to_wire()),
        }
    }
}
