use alloc::vec::Vec;

use super::account::AccountKey;
use super::address::{AccountId, DeviceAddress, DeviceId};
use super::certificate::DeviceCertificate;
use super::device::DevicePublicKeys;
use super::entry::ListVersion;
use super::event::IdentityEvent;
use super::fork::ForkEvidence;
use super::list::{
    Advance, DeviceRefused, ListError, SignedDeviceList, VerifiedDevice, VerifiedDeviceList,
};
use super::safety::SafetyNumberMatch;
use super::validity::OutsideValidity;
use crate::crypto::Digest;
use crate::error::error_codes;
use crate::limits::IDENTITY_EVENTS;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The version of a stored [`Contact`].
const STORED_VERSION: u8 = 1;

/// Whether a person compared the safety number. A latch: nothing but that person opens it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Never compared.
    Unverified,
    /// Compared, and what was compared still holds.
    Verified,
    /// Was compared, and the account has since changed its key without the old one's consent, or
    /// signed two lists for one version. Nothing is sent until a person compares again or gives up
    /// the verification.
    Violated,
}

/// What we believe about one account: its key, its newest device list, whether a person verified
/// it, and what happened since somebody last looked (SPEC.md 5.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    list: VerifiedDeviceList,
    verification: Verification,
    /// Unacknowledged, oldest first, none twice.
    events: Vec<IdentityEvent>,
}

/// What a received list changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContactUpdate {
    /// The list is the next one and was taken.
    Advanced,
    /// It is the one that we have.
    AlreadyKnown,
    /// It is older than the one that we have.
    Stale,
    /// Lists in between are missing: fetch them and give them in order.
    Gap {
        /// What we have.
        have: ListVersion,
        /// What we got.
        got: ListVersion,
    },
    /// The account signed two lists for one version. Recorded as an event; keep the evidence.
    Fork(ForkEvidence),
    /// The list is under an account key that ours does not lead to. If the server has no list in
    /// between that rotates to it, the account began anew: tell [`Contact::replace`].
    OtherAccountKey(AccountKey),
}

impl Contact {
    /// Begins with the first list that we see of an account.
    ///
    /// # Errors
    /// [`ListError::NotYetValid`].
    pub fn trust_on_first_use(list: SignedDeviceList, now: Timestamp) -> Result<Self, ListError> {
        let list = VerifiedDeviceList::trust_on_first_use(list, now)?;
        Ok(Self { list, verification: Verification::Unverified, events: Vec::new() })
    }

    /// Takes a received list.
    ///
    /// # Errors
    /// [`ContactError`]; then nothing changed.
    pub fn update(
        &mut self,
        list: SignedDeviceList,
        now: Timestamp,
    ) -> Result<ContactUpdate, ContactError> {
        match self.list.advance(list, now)? {
            Advance::Advanced(list) => {
                self.note(&IdentityEvent::between(&self.list, &list))?;
                self.list = list;
                Ok(ContactUpdate::Advanced)
            }
            Advance::Fork(evidence) => {
                self.note(&[IdentityEvent::forked(&evidence)])?;
                self.violate();
                Ok(ContactUpdate::Fork(evidence))
            }
            Advance::AlreadyKnown => Ok(ContactUpdate::AlreadyKnown),
            Advance::Stale => Ok(ContactUpdate::Stale),
            Advance::Gap { have, got } => Ok(ContactUpdate::Gap { have, got }),
            Advance::OtherAccountKey(key) => Ok(ContactUpdate::OtherAccountKey(key)),
        }
    }

    /// The account began anew under another key that the old one did not hand over to. This is what
    /// an attacker would do as well, so it is an event, and ends a verification.
    ///
    /// # Errors
    /// [`ContactError`] when the list is of another account, from the future, or under the key in
    /// force or a retired one; then nothing changed.
    pub fn replace(&mut self, list: SignedDeviceList, now: Timestamp) -> Result<(), ContactError> {
        let fresh = VerifiedDeviceList::trust_on_first_use(list, now)?;
        if fresh.account() != self.account() {
            return Err(ListError::OtherAccount.into());
        }
        let (previous, current) = (*self.account_key(), *fresh.account_key());
        if previous == current {
            return Err(ContactError::SameAccountKey);
        }
        if self.list.is_retired(&current) {
            return Err(ListError::RetiredAccountKey.into());
        }
        self.note(&[IdentityEvent::IdentityChanged { previous, current }])?;
        self.violate();
        self.list = fresh;
        Ok(())
    }

    fn note(&mut self, new: &[IdentityEvent]) -> Result<(), ContactError> {
        let mut events = self.events.clone();
        for event in new {
            if !events.contains(event) {
                events.push(*event);
            }
        }
        if events.len() > IDENTITY_EVENTS {
            return Err(ContactError::TooManyEvents);
        }
        self.events = events;
        Ok(())
    }

    fn violate(&mut self) {
        if self.verification == Verification::Verified {
            self.verification = Verification::Violated;
        }
    }

    /// What happened and nobody acknowledged, oldest first.
    #[must_use]
    pub fn events(&self) -> &[IdentityEvent] {
        &self.events
    }

    /// A person has seen these events. Those that came in the meantime stay.
    pub fn acknowledge(&mut self, seen: &[IdentityEvent]) {
        self.events.retain(|event| !seen.contains(event));
    }

    /// A person compared the safety number, and it matched.
    ///
    /// # Errors
    /// [`MatchOutdated`] when the match is of another account or of a key no longer in force; then
    /// nothing changed.
    pub fn mark_verified(&mut self, matched: &SafetyNumberMatch) -> Result<(), MatchOutdated> {
        if matched.account != *self.account() || matched.key != *self.account_key() {
            return Err(MatchOutdated);
        }
        self.verification = Verification::Verified;
        Ok(())
    }

    /// A person no longer wants the verification to count.
    pub fn withdraw_verification(&mut self) {
        self.verification = Verification::Unverified;
    }

    /// Whether a person compared the safety number.
    #[must_use]
    pub const fn verification(&self) -> Verification {
        self.verification
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        self.list.account()
    }

    /// The account key in force.
    #[must_use]
    pub fn account_key(&self) -> &AccountKey {
        self.list.account_key()
    }

    /// The newest list.
    #[must_use]
    pub const fn list(&self) -> &VerifiedDeviceList {
        &self.list
    }

    /// The gate before every send to a device.
    ///
    /// # Errors
    /// [`SendRefused`] in the order of its variants.
    pub fn permit(&self, device: DeviceId, now: Timestamp) -> Result<SendPermit, SendRefused> {
        if !self.events.is_empty() {
            return Err(SendRefused::Unacknowledged);
        }
        if self.verification == Verification::Violated {
            return Err(SendRefused::VerificationViolated);
        }
        Ok(SendPermit { device: self.list.device(device, now)? })
    }

    /// What to think of the sender of a handshake, who showed this certificate and says that its
    /// account's newest list is that one (SPEC.md 5.10). Changes nothing.
    #[must_use]
    pub fn judge(
        &self,
        certificate: &DeviceCertificate,
        claimed: ClaimedList,
        now: Timestamp,
    ) -> SenderStatus {
        if certificate.account() != self.account() {
            return SenderStatus::OtherAccount;
        }
        if claimed.version > self.list.version() {
            let (have, claimed) = (self.list.version(), claimed.version);
            return SenderStatus::NeedNewerList { have, claimed };
        }
        let key = certificate.account_key();
        if key != self.account_key() && !self.list.is_retired(key) {
            return SenderStatus::IdentityChanged;
        }
        if claimed.version == self.list.version() && claimed.hash != *self.list.hash() {
            return SenderStatus::Fork;
        }
        self.judge_device(certificate, now)
    }

    fn judge_device(&self, certificate: &DeviceCertificate, now: Timestamp) -> SenderStatus {
        let listed = match self.list.listed(certificate.device()) {
            Ok(listed) => listed,
            Err(DeviceRefused::Revoked) => return SenderStatus::Revoked,
            Err(_) => return SenderStatus::Unlisted,
        };
        if listed.certificate.keys() != certificate.keys() {
            return SenderStatus::Unlisted;
        }
        match listed.certificate.validity().check(now) {
            Ok(()) => SenderStatus::Listed(listed.vouch()),
            Err(outside) => SenderStatus::CertificateOutsideValidity(outside),
        }
    }

    /// The state to store; it holds no secret, but says whom we know.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(STORED_VERSION);
        w.put(&self.list).put(&self.verification);
        w.list(self.events.iter());
        w.into_public()
    }

    /// Reads a stored contact.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`Contact::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let contact =
            Self { list: r.get()?, verification: r.get()?, events: r.list(IDENTITY_EVENTS)? };
        r.finish()?;
        Ok(contact)
    }
}

impl Layout for Verification {
    fn write(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Unverified => 0,
            Self::Verified => 1,
            Self::Violated => 2,
        });
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            0 => Ok(Self::Unverified),
            1 => Ok(Self::Verified),
            2 => Ok(Self::Violated),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

/// Permission to send to one device now. Made by [`Contact::permit`] alone; hold it no longer than
/// the send takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendPermit {
    device: VerifiedDevice,
}

impl SendPermit {
    /// The device.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        self.device.address()
    }

    /// The device's keys.
    #[must_use]
    pub const fn keys(&self) -> &DevicePublicKeys {
        self.device.keys()
    }

    /// The device as its account's list vouches for it, to verify a prekey bundle with.
    #[must_use]
    pub const fn device(&self) -> &VerifiedDevice {
        &self.device
    }
}

/// The list that the sender of a handshake or a message says is its account's newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedList {
    /// The list's version.
    pub version: ListVersion,
    /// The hash of its entry.
    pub hash: Digest,
}

/// What [`Contact::judge`] thinks of a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderStatus {
    /// The account lists the device, with these keys.
    Listed(VerifiedDevice),
    /// The sender knows a newer list than we do: fetch it and judge again.
    NeedNewerList {
        /// What we have.
        have: ListVersion,
        /// What the sender says there is.
        claimed: ListVersion,
    },
    /// The certificate is under an account key that ours does not lead to.
    IdentityChanged,
    /// The sender has another list of the version that we have: fetch it from somewhere else to get
    /// the evidence.
    Fork,
    /// The account revoked the device.
    Revoked,
    /// The account does not list the device, or lists it with other keys.
    Unlisted,
    /// The device is listed and its certificate does not hold now.
    CertificateOutsideValidity(OutsideValidity),
    /// The certificate is of another account than this contact: the caller mixed them up.
    OtherAccount,
}

/// Why a list did not change a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// The list itself was refused.
    #[error("the device list was refused: {0}")]
    List(#[from] ListError),
    /// It is under the key in force: an update, not a replacement.
    #[error("the list is under the account key in force")]
    SameAccountKey,
    /// More events than are kept wait for acknowledgement.
    #[error("too many events wait for acknowledgement")]
    TooManyEvents,
}

error_codes!(ContactError {
    Self::List(_) => ("contact/list", Drop),
    Self::SameAccountKey => ("contact/same-account-key", FixCaller),
    Self::TooManyEvents => ("contact/too-many-events", ShowToUser),
});

/// Why nothing may be sent to a device now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendRefused {
    /// Something about the account changed that nobody acknowledged.
    #[error("events wait for acknowledgement")]
    Unacknowledged,
    /// The verification was violated.
    #[error("the contact's verification was violated")]
    VerificationViolated,
    /// The account's list does not vouch for the device.
    #[error("the account does not vouch for the device: {0}")]
    Device(#[from] DeviceRefused),
}

error_codes!(SendRefused {
    Self::Unacknowledged => ("send/unacknowledged", ShowToUser),
    Self::VerificationViolated => ("send/verification-violated", ShowToUser),
    Self::Device(_) => ("send/device", FetchDeviceList),
});

/// A safety number that matched, but not for this contact's present key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the compared safety number is of another account or an earlier key")]
pub struct MatchOutdated;

error_codes!(MatchOutdated {
    Self => ("contact/match-outdated", ShowToUser),
});
