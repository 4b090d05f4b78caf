use super::Violation;
use super::body::WireBody;
use crate::wire::proto;

/// The called device rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallRinging {
    /// The call, as its offer named it.
    pub call_id: u64,
}

impl WireBody for CallRinging {
    type Wire = proto::CallRinging;

    fn from_wire(wire: proto::CallRinging) -> Result<Self, Violation> {
        Ok(Self { call_id: wire.call_id })
    }

    fn to_wire(&self) -> proto::CallRinging {
        proto::CallRinging { call_id: self.call_id }
    }
}
