use crate::content::body::WireBody;
use crate::content::{Violation, part};
use crate::identity::DeviceId;
use crate::wire::proto;

/// The author ends the call, or the caller tells the called account's devices what one of them did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallHangUp {
    /// The call, as its offer named it.
    pub call_id: u64,
    /// Why.
    pub reason: HangUpReason,
}

/// Why a call ends. It decides what a device shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HangUpReason {
    /// A person hung up, or gave up waiting.
    Normal,
    /// This device of the called account took the call.
    AcceptedElsewhere(DeviceId),
    /// This device of the called account declined it.
    DeclinedElsewhere(DeviceId),
    /// This device of the called account is in a call.
    BusyElsewhere(DeviceId),
    /// The called person has to accept the caller first.
    NeedPermission,
}

impl HangUpReason {
    /// The device that did it, if it was another one.
    #[must_use]
    pub const fn device(self) -> Option<DeviceId> {
        match self {
            Self::Normal | Self::NeedPermission => None,
            Self::AcceptedElsewhere(device)
            | Self::DeclinedElsewhere(device)
            | Self::BusyElsewhere(device) => Some(device),
        }
    }

    fn from_wire(reason: i32, device: u32) -> Result<Self, Violation> {
        use proto::HangUpReason as Wire;
        let elsewhere = || part::device(device).map_err(|_| Violation::HangUpDevice);
        let reason = match Wire::try_from(reason) {
            Ok(Wire::AcceptedElsewhere) => Self::AcceptedElsewhere(elsewhere()?),
            Ok(Wire::DeclinedElsewhere) => Self::DeclinedElsewhere(elsewhere()?),
            Ok(Wire::BusyElsewhere) => Self::BusyElsewhere(elsewhere()?),
            Ok(Wire::Normal) => Self::Normal,
            Ok(Wire::NeedPermission) => Self::NeedPermission,
            Ok(Wire::Unspecified) | Err(_) => return Err(Violation::HangUpReason),
        };
        if device != 0 && reason.device().is_none() {
            return Err(Violation::HangUpDevice);
        }
        Ok(reason)
    }

    const fn to_wire(self) -> proto::HangUpReason {
        match self {
            Self::Normal => proto::HangUpReason::Normal,
            Self::AcceptedElsewhere(_) => proto::HangUpReason::AcceptedElsewhere,
            Self::DeclinedElsewhere(_) => proto::HangUpReason::DeclinedElsewhere,
            Self::BusyElsewhere(_) => proto::HangUpReason::BusyElsewhere,
            Self::NeedPermission => proto::HangUpReason::NeedPermission,
        }
    }
}

impl WireBody for CallHangUp {
    type Wire = proto::CallHangUp;

    fn from_wire(wire: proto::CallHangUp) -> Result<Self, Violation> {
        let reason = HangUpReason::from_wire(wire.reason, wire.device)?;
        Ok(Self { call_id: wire.call_id, reason })
    }

    fn to_wire(&self) -> proto::CallHangUp {
        proto::CallHangUp {
            call_id: self.call_id,
            reason: self.reason.to_wire().into(),
            device: self.reason.device().map_or(0, DeviceId::as_u32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(reason: i32, device: u32) -> Result<HangUpReason, Violation> {
        CallHangUp::from_wire(proto::CallHangUp { call_id: 5, reason, device }).map(|it| it.reason)
    }

    #[test]
    fn a_device_is_named_exactly_when_another_one_did_it() {
        let device = DeviceId::new(9).unwrap();
        assert_eq!(received(1, 0), Ok(HangUpReason::Normal));
        assert_eq!(received(2, 9), Ok(HangUpReason::AcceptedElsewhere(device)));
        assert_eq!(received(3, 9), Ok(HangUpReason::DeclinedElsewhere(device)));
        assert_eq!(received(4, 9), Ok(HangUpReason::BusyElsewhere(device)));
        assert_eq!(received(5, 0), Ok(HangUpReason::NeedPermission));
        for (reason, device) in [(1, 9), (5, 9), (2, 0), (3, 0), (4, 0)] {
            assert_eq!(received(reason, device), Err(Violation::HangUpDevice));
        }
    }

    #[test]
    fn a_reason_out_of_range_is_refused() {
        for reason in [0, 6, -1] {
            assert_eq!(received(reason, 0), Err(Violation::HangUpReason));
            assert_eq!(received(reason, 9), Err(Violation::HangUpReason));
        }
    }
}
