use super::HangUpReason;
use crate::identity::DeviceId;

/// One call between two accounts, as one device sees it (SPEC.md 12.6). Pure: [`Call::step`] says
/// what comes next and what to tell whom; what the media layers say is not its business.
///
/// The caller decides which device of the called account has the call: the one whose answer came
/// first. It tells the others, so that at most one is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    id: u64,
    side: Side,
    phase: CallPhase,
}

/// On which side of the call this device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    Caller,
    Called { own: DeviceId, caller: DeviceId },
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallPhase {
    /// We called and nobody answered.
    Calling,
    /// We are called.
    Incoming,
    /// With this device of the other account.
    Connected(DeviceId),
    /// Over.
    Ended(CallEnd),
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallEnd {
    /// Somebody hung up after it was answered, or we did before.
    HungUp,
    /// Nobody answered in time, or the caller gave up.
    Missed,
    /// The called person declined.
    Declined,
    /// The called account is in another call.
    Busy,
    /// The called person has to accept the caller first.
    NeedPermission,
    /// This other device of ours took it.
    AnsweredElsewhere(DeviceId),
    /// This other device of ours declined it.
    DeclinedElsewhere(DeviceId),
    /// This other device of ours is in a call.
    BusyElsewhere(DeviceId),
    /// Both called each other, and the other call goes on.
    LostGlare,
}

/// What happens to a call. `by` is the device whose session the content came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallEvent {
    /// The person at this device takes the call: a [`CallAnswer`](super::CallAnswer) goes out.
    Accept,
    /// The person at this device declines.
    Decline,
    /// The person at this device hangs up.
    HangUp,
    /// Nobody did anything for [`CALL_RING_TIME`](crate::limits::CALL_RING_TIME).
    TimeOut,
    /// [`glare`](super::glare) decided for the other call.
    LostGlare,
    /// A [`CallAnswer`](super::CallAnswer) came.
    Answered {
        /// From this device.
        by: DeviceId,
    },
    /// A [`CallReject`](super::CallReject) came.
    Rejected {
        /// From this device.
        by: DeviceId,
    },
    /// A [`CallBusy`](super::CallBusy) came.
    Busy {
        /// From this device.
        by: DeviceId,
    },
    /// A [`CallHangUp`](super::CallHangUp) came.
    HungUp {
        /// From this device.
        by: DeviceId,
        /// With this reason.
        reason: HangUpReason,
    },
}

/// What an event makes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct CallStep {
    /// The call after it.
    pub call: Call,
    /// What to send, beside an answer that the person just gave.
    pub send: Option<CallSignal>,
}

/// A signal to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallSignal {
    /// A [`CallHangUp`](super::CallHangUp).
    HangUp {
        /// Its reason.
        reason: HangUpReason,
        /// Who gets it.
        to: CallSignalTo,
    },
    /// A [`CallReject`](super::CallReject) to this device.
    Reject(DeviceId),
}

/// Which devices of the other account get a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallSignalTo {
    /// All.
    All,
    /// All but this one.
    AllBut(DeviceId),
    /// This one.
    One(DeviceId),
}

impl Call {
    /// A call that we offer to another account.
    #[must_use]
    pub const fn outgoing(id: u64) -> Self {
        Self { id, side: Side::Caller, phase: CallPhase::Calling }
    }

    /// A call that is offered to our device `own` by the device `caller` of another account.
    #[must_use]
    pub const fn incoming(id: u64, own: DeviceId, caller: DeviceId) -> Self {
        Self { id, side: Side::Called { own, caller }, phase: CallPhase::Incoming }
    }

    /// The call's id.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// How far it is.
    #[must_use]
    pub const fn phase(&self) -> CallPhase {
        self.phase
    }

    /// Whether we called.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        matches!(self.side, Side::Caller)
    }

    /// What an event makes of the call. What does not fit, comes twice or after the end changes
    /// nothing.
    pub const fn step(&self, event: CallEvent) -> CallStep {
        match (self.side, self.phase) {
            (_, CallPhase::Ended(_)) => self.stay(),
            (Side::Caller, CallPhase::Connected(with)) => self.connected_caller(with, event),
            (Side::Caller, _) => self.calling(event),
            (Side::Called { caller, .. }, CallPhase::Incoming) => self.incoming_step(caller, event),
            (Side::Called { caller, .. }, _) => self.connected_called(caller, event),
        }
    }

    const fn calling(&self, event: CallEvent) -> CallStep {
        use CallSignalTo::{All, AllBut};
        use HangUpReason::{AcceptedElsewhere, BusyElsewhere, DeclinedElsewhere, Normal};
        match event {
            CallEvent::Answered { by } => {
                self.to(CallPhase::Connected(by)).hang_up(AllBut(by), AcceptedElsewhere(by))
            }
            CallEvent::Rejected { by } => {
                self.end(CallEnd::Declined).hang_up(AllBut(by), DeclinedElsewhere(by))
            }
            CallEvent::Busy { by } => {
                self.end(CallEnd::Busy).hang_up(AllBut(by), BusyElsewhere(by))
            }
            CallEvent::HungUp { by, reason: Normal } => {
                self.end(CallEnd::HungUp).hang_up(AllBut(by), Normal)
            }
            CallEvent::HungUp { by, reason: HangUpReason::NeedPermission } => {
                self.end(CallEnd::NeedPermission).hang_up(AllBut(by), Normal)
            }
            CallEvent::HangUp => self.end(CallEnd::HungUp).hang_up(All, Normal),
            CallEvent::TimeOut => self.end(CallEnd::Missed).hang_up(All, Normal),
            CallEvent::LostGlare => self.end(CallEnd::LostGlare).hang_up(All, Normal),
            CallEvent::Accept | CallEvent::Decline | CallEvent::HungUp { .. } => self.stay(),
        }
    }

    const fn connected_caller(&self, with: DeviceId, event: CallEvent) -> CallStep {
        use CallSignalTo::One;
        match event {
            CallEvent::Answered { by } if !same(by, with) => {
                self.stay().hang_up(One(by), HangUpReason::AcceptedElsewhere(with))
            }
            CallEvent::HungUp { by, reason: HangUpReason::Normal } if same(by, with) => {
                self.end(CallEnd::HungUp)
            }
            CallEvent::HangUp => self.end(CallEnd::HungUp).hang_up(One(with), HangUpReason::Normal),
            _ => self.stay(),
        }
    }

    const fn incoming_step(&self, caller: DeviceId, event: CallEvent) -> CallStep {
        match event {
            CallEvent::Accept => self.to(CallPhase::Connected(caller)),
            CallEvent::Decline | CallEvent::HangUp => self.end(CallEnd::Declined).reject(caller),
            CallEvent::TimeOut => self.end(CallEnd::Missed),
            CallEvent::HungUp { by, reason } if same(by, caller) => self.ended_by_caller(reason),
            _ => self.stay(),
        }
    }

    const fn connected_called(&self, caller: DeviceId, event: CallEvent) -> CallStep {
        match event {
            CallEvent::HangUp => {
                self.end(CallEnd::HungUp).hang_up(CallSignalTo::One(caller), HangUpReason::Normal)
            }
            CallEvent::HungUp { by, reason } if same(by, caller) => self.ended_by_caller(reason),
            _ => self.stay(),
        }
    }

    /// The caller's word, whether we answered or not: it decides who has the call. What it says of
    /// this very device is what this device did.
    const fn ended_by_caller(&self, reason: HangUpReason) -> CallStep {
        let Side::Called { own, .. } = self.side else { return self.stay() };
        match reason {
            HangUpReason::Normal | HangUpReason::NeedPermission
                if matches!(self.phase, CallPhase::Incoming) =>
            {
                self.end(CallEnd::Missed)
            }
            HangUpReason::Normal | HangUpReason::NeedPermission => self.end(CallEnd::HungUp),
            HangUpReason::AcceptedElsewhere(device) if !same(device, own) => {
                self.end(CallEnd::AnsweredElsewhere(device))
            }
            HangUpReason::DeclinedElsewhere(device) if !same(device, own) => {
                self.end(CallEnd::DeclinedElsewhere(device))
            }
            HangUpReason::BusyElsewhere(device) if !same(device, own) => {
                self.end(CallEnd::BusyElsewhere(device))
            }
            _ => self.stay(),
        }
    }

    const fn stay(&self) -> CallStep {
        CallStep { call: *self, send: None }
    }

    const fn to(&self, phase: CallPhase) -> CallStep {
        CallStep { call: Self { phase, ..*self }, send: None }
    }

    const fn end(&self, end: CallEnd) -> CallStep {
        self.to(CallPhase::Ended(end))
    }
}

impl CallStep {
    const fn hang_up(self, to: CallSignalTo, reason: HangUpReason) -> Self {
        Self { send: Some(CallSignal::HangUp { reason, to }), ..self }
    }

    const fn reject(self, caller: DeviceId) -> Self {
        Self { send: Some(CallSignal::Reject(caller)), ..self }
    }
}

const fn same(a: DeviceId, b: DeviceId) -> bool {
    a.as_u32() == b.as_u32()
}

#[cfg(test)]
mod tests;
