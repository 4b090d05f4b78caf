//! Signalling of calls, and who ends up in which. SPEC.md 12.4 and 12.6.

mod glare;
mod group;
mod hang_up;
mod media;
mod setup;
mod state;

pub use glare::{Glare, OfferOutcome, Offered, glare, on_offer};
pub use group::{
    Era, GroupCallCancel, GroupCallEnd, GroupCallPresence, GroupCallRing, GroupCallStart,
    GroupCallUpdate,
};
pub use hang_up::{CallHangUp, HangUpReason};
pub use media::{CallMediaState, CallNegotiate, CallOpaque, CallUrgency};
pub use setup::{
    CallAnswer, CallBusy, CallDescription, CallIce, CallKind, CallOffer, CallReject, CallRinging,
    IceCandidate,
};
pub use state::{Call, CallEnd, CallEvent, CallPhase, CallSignal, CallSignalTo, CallStep};
