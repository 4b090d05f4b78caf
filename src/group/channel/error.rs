use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::error::error_codes;
use crate::group::{DraftRefused, SignedChange, Suspect};
use crate::identity::AccountId;
use crate::sender_key::{RecordError, SendError, StateError};
use crate::time::Timestamp;
use crate::wire::DecodeError;

/// Why nothing can be sent to the group now, in this order. Nothing has changed. SPEC.md sections
/// 16.2 and 16.3.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendRefused {
    /// The group has ended.
    #[error("the group was terminated")]
    Terminated,
    /// We are no member.
    #[error("we are not a member")]
    NotAMember,
    /// Our role may not write.
    #[error("our role may not send")]
    NotAllowed,
    /// One account alone vouches for the group: show it to the person, or wait for another.
    #[error("nobody else has confirmed the group")]
    Unconfirmed,
    /// A revoked device changed the group, and we follow so that its members do not come apart: show
    /// a person who did what, and ask before anything is said ([`super::GroupChannel::dismiss_suspects`]).
    /// If the group was not told of the revocation, it is told at once
    /// ([`crate::group::GroupState::untold`]).
    #[error("revoked devices changed the group")]
    Suspect {
        /// Which, and when.
        suspects: Vec<Suspect>,
        /// There are more than have a note: until which revision.
        beyond: Option<u32>,
    },
    /// There is a later revision, in which others may be members.
    #[error("revision {revision} is missing")]
    Behind {
        /// The latest one that we heard of.
        revision: u32,
    },
    /// Devices were revoked and the group does not know: a change with
    /// [`crate::group::Action::update_devices`] has to be made first, so that a key epoch begins.
    #[error("devices of {} members were revoked", accounts.len())]
    Revoked {
        /// Whose.
        accounts: Vec<AccountId>,
    },
    /// Our account does not list this device, or its list is not at hand.
    #[error("this device is not listed")]
    OwnDevice,
    /// The secret of the key epoch has not come yet.
    #[error("the epoch secret is missing")]
    NoEpochSecret,
    /// Whoever left last began a key epoch that nobody has a secret of: any member begins another
    /// ([`crate::group::Action::ResetKeys`]), whatever the access table says.
    #[error("the key epoch has no secret")]
    VoidEpoch,
    /// The devices have to be looked up first: [`super::GroupChannel::prepare`].
    #[error("the devices of this state were not looked up")]
    NotPrepared,
    /// Slow mode.
    #[error("slow mode")]
    SlowMode {
        /// When the next message may be sent.
        until: Timestamp,
    },
    /// The sender chain is not ready: [`super::GroupChannel::prepare`] says what to do.
    #[error(transparent)]
    Chain(#[from] SendError),
}

error_codes!(SendRefused {
    Self::Terminated => ("group-send/terminated", Drop),
    Self::NotAMember => ("group-send/not-a-member", Drop),
    Self::NotAllowed => ("group-send/not-allowed", Drop),
    Self::Unconfirmed => ("group-send/unconfirmed", ShowToUser),
    Self::Suspect { .. } => ("group-send/suspect", ShowToUser),
    Self::Behind { .. } => ("group-send/behind", SyncGroup),
    Self::Revoked { .. } => ("group-send/revoked", ChangeGroup),
    Self::OwnDevice => ("group-send/own-device", FetchDeviceList),
    Self::NoEpochSecret => ("group-send/no-epoch-secret", SyncGroup),
    Self::VoidEpoch => ("group-send/void-epoch", ChangeGroup),
    Self::NotPrepared => ("group-send/not-prepared", DistributeKey),
    Self::SlowMode { .. } => ("group-send/slow-mode", ShowToUser),
    Self::Chain(SendError::TooLarge) => ("group-send/too-large", FixCaller),
    Self::Chain(_) => ("group-send/chain", DistributeKey),
});

/// Why a change was not signed. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignRefused {
    /// The device is not the channel's.
    #[error("the device is not the one of this channel")]
    OtherDevice,
    /// This device has signed a change of this state already, and perhaps given it to somebody: give
    /// it out again. When another change follows, it is to be rebased.
    #[error("a change of this state was signed already")]
    Pending(Box<SignedChange>),
    /// What a receiver would answer, or an honest author does not sign.
    #[error(transparent)]
    Draft(#[from] DraftRefused),
}

error_codes!(SignRefused {
    Self::OtherDevice => ("group-sign/other-device", FixCaller),
    Self::Pending(_) => ("group-sign/pending", ChangeGroup),
    Self::Draft(_) => ("group-sign/draft", FixCaller),
});

/// Why it was not recorded who got the chain. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordRefused {
    /// Another state than the one that was prepared for, or nothing was: prepare again.
    #[error("the devices of this state were not looked up")]
    NotPrepared,
    /// As the chain says.
    #[error(transparent)]
    Chain(#[from] RecordError),
}

error_codes!(RecordRefused {
    Self::NotPrepared => ("group-send/not-prepared", DistributeKey),
    Self::Chain(_) => ("group-send/record", FixCaller),
});

/// Why stored parts are no group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The membership is damaged, or of a version that this crate does not know.
    #[error("the stored membership: {0}")]
    Membership(#[from] DecodeError),
    /// A part of the sender chain or of a scope is.
    #[error("a stored part: {0}")]
    Part(#[from] StateError),
    /// The pending change is damaged.
    #[error("the stored pending change: {0}")]
    Pending(DecodeError),
    /// A part is another group's or another device's.
    #[error("a part is of another group or device")]
    OtherGroup,
    /// The parts are of different writes.
    #[error("the parts are of different writes")]
    Torn,
}

error_codes!(RestoreError {
    Self::Membership(_) => ("group-stored/membership", RestoreState),
    Self::Part(_) => ("group-stored/part", RestoreState),
    Self::Pending(_) => ("group-stored/pending", RestoreState),
    Self::OtherGroup => ("group-stored/other-group", FixCaller),
    Self::Torn => ("group-stored/torn", RestoreState),
});
