use super::CallDescription;
use crate::content::body::WireBody;
use crate::content::part::wire_enum;
use crate::content::{Opaque, Violation};
use crate::limits::CALL_DESCRIPTION_BYTES;
use crate::wire::proto;

/// Changes what the offer and the answer agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallNegotiate {
    call_id: u64,
    round: u32,
    description: CallDescription,
}

impl CallNegotiate {
    /// The author's negotiation number `round` in this call, from 1.
    ///
    /// # Errors
    /// [`Violation::CallRound`] when it is zero.
    pub fn new(call_id: u64, round: u32, description: CallDescription) -> Result<Self, Violation> {
        if round == 0 {
            Err(Violation::CallRound)
        } else {
            Ok(Self { call_id, round, description })
        }
    }

    /// The call, as its offer named it.
    #[must_use]
    pub const fn call_id(&self) -> u64 {
        self.call_id
    }

    /// Counts the author's negotiations of this call. Take only a higher one than the last.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }

    /// What the author's media layer says.
    #[must_use]
    pub const fn description(&self) -> &CallDescription {
        &self.description
    }
}

impl WireBody for CallNegotiate {
    type Wire = proto::CallNegotiate;

    fn from_wire(wire: proto::CallNegotiate) -> Result<Self, Violation> {
        Self::new(wire.call_id, wire.round, Opaque::new(wire.description)?)
    }

    fn to_wire(&self) -> proto::CallNegotiate {
        let description = self.description.to_wire();
        proto::CallNegotiate { call_id: self.call_id, round: self.round, description }
    }
}

/// What the author's device sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallMediaState {
    call_id: u64,
    round: u32,
    /// The microphone is on.
    pub audio: bool,
    /// The camera is on.
    pub video: bool,
    /// The screen is shown.
    pub screen: bool,
}

impl CallMediaState {
    /// The author's state number `round` in this call, from 1: everything off.
    ///
    /// # Errors
    /// [`Violation::CallRound`] when it is zero.
    pub const fn new(call_id: u64, round: u32) -> Result<Self, Violation> {
        if round == 0 {
            return Err(Violation::CallRound);
        }
        Ok(Self { call_id, round, audio: false, video: false, screen: false })
    }

    /// The call, as its offer named it.
    #[must_use]
    pub const fn call_id(&self) -> u64 {
        self.call_id
    }

    /// Counts the author's states of this call. Take only a higher one than the last.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }
}

impl WireBody for CallMediaState {
    type Wire = proto::CallMediaState;

    fn from_wire(wire: proto::CallMediaState) -> Result<Self, Violation> {
        let proto::CallMediaState { call_id, round, audio, video, screen } = wire;
        Ok(Self { audio, video, screen, ..Self::new(call_id, round)? })
    }

    fn to_wire(&self) -> proto::CallMediaState {
        let Self { call_id, round, audio, video, screen } = *self;
        proto::CallMediaState { call_id, round, audio, video, screen }
    }
}

/// Anything else that the media layer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOpaque {
    /// The call, as its offer named it.
    pub call_id: u64,
    /// What it says.
    pub data: Opaque<CALL_DESCRIPTION_BYTES>,
    /// Whether the receiver's device is woken.
    pub urgency: CallUrgency,
}

wire_enum! {
    /// Whether the receiver's device is woken.
    CallUrgency or default {
        /// Can be dropped when the device sleeps; also what this version does not know.
        #[default]
        CanWait,
        /// Wakes the device.
        Now,
    }
}

impl WireBody for CallOpaque {
    type Wire = proto::CallOpaque;

    fn from_wire(wire: proto::CallOpaque) -> Result<Self, Violation> {
        Ok(Self {
            call_id: wire.call_id,
            data: Opaque::new(wire.data)?,
            urgency: CallUrgency::from_wire(wire.urgency),
        })
    }

    fn to_wire(&self) -> proto::CallOpaque {
        let (data, urgency) = (self.data.to_wire(), self.urgency.to_wire());
        proto::CallOpaque { call_id: self.call_id, data, urgency }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn rounds_count_from_one() {
        let description = || Opaque::new(vec![1]).unwrap();
        assert_eq!(CallNegotiate::new(5, 0, description()), Err(Violation::CallRound));
        assert_eq!(CallNegotiate::new(5, 1, description()).unwrap().round(), 1);
        assert_eq!(CallMediaState::new(5, 0), Err(Violation::CallRound));
        assert_eq!(CallMediaState::new(5, u32::MAX).unwrap().round(), u32::MAX);
    }

    #[test]
    fn an_unknown_urgency_can_wait() {
        for (urgency, expected) in [(1, CallUrgency::Now), (2, CallUrgency::CanWait)] {
            let wire = proto::CallOpaque { call_id: 5, data: vec![1], urgency };
            assert_eq!(CallOpaque::from_wire(wire).unwrap().urgency, expected);
        }
        let empty = proto::CallOpaque { call_id: 5, data: vec![], urgency: 0 };
        assert_eq!(CallOpaque::from_wire(empty), Err(Violation::OpaqueLength));
    }
}
