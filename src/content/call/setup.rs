use alloc::vec::Vec;

use crate::content::body::WireBody;
use crate::content::part::wire_enum;
use crate::content::{Opaque, Violation};
use crate::limits::{CALL_DESCRIPTION_BYTES, ICE_CANDIDATE_BYTES, ICE_CANDIDATES};
use crate::wire::proto;

/// What the media layer says of one side of a call.
pub type CallDescription = Opaque<CALL_DESCRIPTION_BYTES>;

/// A way to reach a device, as the media layer writes it.
pub type IceCandidate = Opaque<ICE_CANDIDATE_BYTES>;

wire_enum! {
    /// What a call begins with.
    CallKind or CallKind {
        /// Sound alone.
        Audio,
        /// Pictures, too.
        Video,
    }
}

/// Calls an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOffer {
    /// The call: random.
    pub call_id: u64,
    /// What it begins with.
    pub kind: CallKind,
    /// What the caller's media layer offers.
    pub description: CallDescription,
}

impl WireBody for CallOffer {
    type Wire = proto::CallOffer;

    fn from_wire(wire: proto::CallOffer) -> Result<Self, Violation> {
        Ok(Self {
            call_id: wire.call_id,
            kind: CallKind::from_wire(wire.kind)?,
            description: Opaque::new(wire.description)?,
        })
    }

    fn to_wire(&self) -> proto::CallOffer {
        let description = self.description.to_wire();
        proto::CallOffer { call_id: self.call_id, kind: self.kind.to_wire(), description }
    }
}

/// A called device takes the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAnswer {
    /// The call, as its offer named it.
    pub call_id: u64,
    /// What the called device's media layer answers.
    pub description: CallDescription,
}

impl WireBody for CallAnswer {
    type Wire = proto::CallAnswer;

    fn from_wire(wire: proto::CallAnswer) -> Result<Self, Violation> {
        Ok(Self { call_id: wire.call_id, description: Opaque::new(wire.description)? })
    }

    fn to_wire(&self) -> proto::CallAnswer {
        proto::CallAnswer { call_id: self.call_id, description: self.description.to_wire() }
    }
}

/// Ways to reach the author's device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallIce {
    call_id: u64,
    candidates: Vec<IceCandidate>,
}

impl CallIce {
    /// With candidates in the order in which to try them.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for none, or for more than [`ICE_CANDIDATES`].
    pub fn new(call_id: u64, candidates: Vec<IceCandidate>) -> Result<Self, Violation> {
        if (1..=ICE_CANDIDATES).contains(&candidates.len()) {
            Ok(Self { call_id, candidates })
        } else {
            Err(Violation::ListCount)
        }
    }

    /// The call, as its offer named it.
    #[must_use]
    pub const fn call_id(&self) -> u64 {
        self.call_id
    }

    /// The candidates, 1 to [`ICE_CANDIDATES`].
    #[must_use]
    pub fn candidates(&self) -> &[IceCandidate] {
        &self.candidates
    }
}

impl WireBody for CallIce {
    type Wire = proto::CallIce;

    fn from_wire(wire: proto::CallIce) -> Result<Self, Violation> {
        let candidates = wire.candidates.into_iter().map(Opaque::new).collect::<Result<_, _>>()?;
        Self::new(wire.call_id, candidates)
    }

    fn to_wire(&self) -> proto::CallIce {
        let candidates = self.candidates.iter().map(Opaque::to_wire).collect();
        proto::CallIce { call_id: self.call_id, candidates }
    }
}

/// Declares a body that only names its call.
macro_rules! about_a_call {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            /// The call, as its offer named it.
            pub call_id: u64,
        }

        impl WireBody for $name {
            type Wire = proto::$name;

            fn from_wire(wire: proto::$name) -> Result<Self, Violation> {
                Ok(Self { call_id: wire.call_id })
            }

            fn to_wire(&self) -> proto::$name {
                proto::$name { call_id: self.call_id }
            }
        }
    )+};
}

about_a_call! {
    /// The called device rings.
    CallRinging;
    /// The called account is in another call.
    CallBusy;
    /// The called person declines.
    CallReject;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn an_offer_has_a_kind_and_a_description() {
        let offer = |kind, len| {
            let description = vec![7; len];
            CallOffer::from_wire(proto::CallOffer { call_id: 5, kind, description }).map(|o| o.kind)
        };
        assert_eq!(offer(1, 1), Ok(CallKind::Audio));
        assert_eq!(offer(2, CALL_DESCRIPTION_BYTES), Ok(CallKind::Video));
        for kind in [0, 3, -1] {
            assert_eq!(offer(kind, 1), Err(Violation::CallKind));
        }
        assert_eq!(offer(1, 0), Err(Violation::OpaqueLength));
        assert_eq!(offer(1, CALL_DESCRIPTION_BYTES + 1), Err(Violation::OpaqueLength));
    }

    #[test]
    fn candidates_are_counted_and_have_a_limit() {
        let ice = |count, len| {
            let candidates = vec![vec![7; len]; count];
            CallIce::from_wire(proto::CallIce { call_id: 5, candidates })
                .map(|ice| ice.candidates.len())
        };
        assert_eq!(ice(0, 1), Err(Violation::ListCount));
        assert_eq!(ice(ICE_CANDIDATES, ICE_CANDIDATE_BYTES), Ok(ICE_CANDIDATES));
        assert_eq!(ice(ICE_CANDIDATES + 1, 1), Err(Violation::ListCount));
        assert_eq!(ice(1, 0), Err(Violation::OpaqueLength));
        assert_eq!(ice(1, ICE_CANDIDATE_BYTES + 1), Err(Violation::OpaqueLength));
    }
}
