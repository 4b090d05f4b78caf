use crate::error::error_codes;
use crate::identity::DeviceRefused;
use crate::wire::DecodeError;

/// Why something cannot be part of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileRule {
    /// A name needs a character.
    #[error("the name is empty")]
    EmptyName,
    /// Longer than [`crate::limits::PROFILE_NAME_BYTES`], [`crate::limits::PROFILE_ABOUT_BYTES`] or
    /// [`crate::limits::PROFILE_STATUS_BYTES`].
    #[error("a text of the profile is longer than its limit")]
    TooLong,
    /// A character that controls how others are shown.
    #[error("a text of the profile has control or direction characters")]
    Control,
}

error_codes!(ProfileRule {
    Self::EmptyName => ("profile/empty-name", FixCaller),
    Self::TooLong => ("profile/too-long", FixCaller),
    Self::Control => ("profile/control", FixCaller),
});

/// Why a sealed profile was not taken. Nothing has changed; the one that is known stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Longer than [`crate::limits::PROFILE_BYTES`], of another version, or malformed inside.
    #[error("the profile is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// Not sealed under this key for this account.
    #[error("the profile does not open under this key")]
    NotAuthentic,
    /// Sealed for this account, but signed for another.
    #[error("the profile is of another account")]
    OtherAccount,
    /// The device that signed it is not one of the account's now: a newer profile is due.
    #[error("the profile's device: {0}")]
    Device(#[from] DeviceRefused),
    /// The device's signature does not verify.
    #[error("the profile's signature does not verify")]
    BadSignature,
    /// It says what no profile may.
    #[error("the profile breaks a rule: {0}")]
    Rule(#[from] ProfileRule),
}

error_codes!(ProfileError {
    Self::Malformed(DecodeError::UnsupportedVersion(_)) => ("profile/unsupported-version", Update),
    Self::Malformed(_) => ("profile/malformed", Drop),
    Self::NotAuthentic => ("profile/not-authentic", Drop),
    Self::OtherAccount => ("profile/other-account", Drop),
    Self::Device(_) => ("profile/device", FetchDeviceList),
    Self::BadSignature => ("profile/bad-signature", Drop),
    Self::Rule(_) => ("profile/rule", Drop),
});

/// Why a profile was not published, or the key not noted as shared. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The revision came to its end.
    #[error("the profile's revision came to its end")]
    Exhausted,
    /// More than [`crate::limits::PROFILE_HOLDERS`] accounts hold the key.
    #[error("too many accounts hold the profile key")]
    TooManyHolders,
}

error_codes!(PublishError {
    Self::Exhausted => ("profile/exhausted", ShowToUser),
    Self::TooManyHolders => ("profile/too-many-holders", ShowToUser),
});
