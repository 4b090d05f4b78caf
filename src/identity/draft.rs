use alloc::vec::Vec;

use super::account::AccountKeyPair;
use super::address::{AccountId, DeviceId};
use super::certificate::DeviceCertificate;
use super::entry::{Body, DeviceListEntry, ListVersion, ListedDevice, NO_PREVIOUS};
use super::list::VerifiedDeviceList;
use super::signed_list::{ListError, SignedDeviceList};
use super::validity::Validity;
use crate::error::error_codes;
use crate::limits::{DEVICES, REVOKED_DEVICES};

/// The next device list of our own account, before it is signed. One version must be signed once:
/// store what came out before publishing it, or two lists of one version are a fork.
#[derive(Clone, Debug)]
pub struct ListDraft {
    account: AccountId,
    follows: Option<SignedDeviceList>,
    certificates: Vec<DeviceCertificate>,
    revoked: Vec<DeviceId>,
}

impl ListDraft {
    /// The first list of a new account.
    #[must_use]
    pub const fn first(account: AccountId) -> Self {
        Self { account, follows: None, certificates: Vec::new(), revoked: Vec::new() }
    }

    /// The list after `current`: the same devices under another validity, until changed.
    #[must_use]
    pub fn after(current: &VerifiedDeviceList) -> Self {
        Self {
            account: current.account().clone(),
            follows: Some(current.signed().clone()),
            certificates: current.devices().to_vec(),
            revoked: current.signed().entry().revoked().to_vec(),
        }
    }

    /// Lists a device, or replaces its certificate by a newer one.
    #[must_use]
    pub fn with(mut self, certificate: DeviceCertificate) -> Self {
        self.certificates.retain(|other| other.device() != certificate.device());
        self.certificates.push(certificate);
        self.certificates.sort_by_key(DeviceCertificate::device);
        self
    }

    /// Revokes a device, for good: its id can never be listed again.
    #[must_use]
    pub fn without(mut self, device: DeviceId) -> Self {
        self.certificates.retain(|certificate| certificate.device() != device);
        self.revoked.push(device);
        self.revoked.sort_unstable();
        self.revoked.dedup();
        self
    }

    /// Signs the list with the account key in force.
    ///
    /// # Errors
    /// [`DraftError`]; then nothing was signed.
    pub fn sign(
        self,
        account: &AccountKeyPair,
        validity: Validity,
    ) -> Result<SignedDeviceList, DraftError> {
        self.finish(account, None, validity)
    }

    /// Signs the list with the account key in force and hands over to a new one. The certificates
    /// of all devices must already be under the new key: see [`ListDraft::with`].
    ///
    /// # Errors
    /// [`DraftError`]; then nothing was signed.
    pub fn sign_rotation(
        self,
        old: &AccountKeyPair,
        new: &AccountKeyPair,
        validity: Validity,
    ) -> Result<SignedDeviceList, DraftError> {
        self.finish(new, Some(old), validity)
    }

    fn finish(
        self,
        account: &AccountKeyPair,
        rotated_from: Option<&AccountKeyPair>,
        validity: Validity,
    ) -> Result<SignedDeviceList, DraftError> {
        let body = self.body(account, rotated_from, validity)?;
        let entry = DeviceListEntry::sign(body, account, rotated_from);
        let list = SignedDeviceList::new(entry, self.certificates)?;
        if let Some(previous) = &self.follows {
            previous.check_successor(&list)?;
        }
        Ok(list)
    }

    fn body(
        &self,
        account: &AccountKeyPair,
        rotated_from: Option<&AccountKeyPair>,
        validity: Validity,
    ) -> Result<Body, DraftError> {
        let signer = rotated_from.unwrap_or(account).public_key();
        let previous = self.follows.as_ref().map(SignedDeviceList::entry);
        if previous.is_some_and(|entry| *entry.body().key_in_force() != signer) {
            return Err(DraftError::OtherAccountKey);
        }
        if self.certificates.len() > DEVICES || self.revoked.len() > REVOKED_DEVICES {
            return Err(DraftError::TooMany);
        }
        let body = Body {
            account: self.account.clone(),
            account_key: signer,
            version: next_version(previous)?,
            previous: previous.map_or(NO_PREVIOUS, |entry| *entry.hash()),
            validity,
            devices: self.certificates.iter().map(listed).collect(),
            revoked: self.revoked.clone(),
            new_account_key: rotated_from.map(|_| account.public_key()),
        };
        body.check_structure().map_err(ListError::from)?;
        Ok(body)
    }
}

fn next_version(previous: Option<&DeviceListEntry>) -> Result<ListVersion, DraftError> {
    match previous {
        None => Ok(ListVersion::FIRST),
        Some(entry) => entry.version().next().ok_or(DraftError::EndOfChain),
    }
}

fn listed(certificate: &DeviceCertificate) -> ListedDevice {
    ListedDevice { device: certificate.device(), certificate: *certificate.hash() }
}

/// Why a list was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The key pair is not that of the account key in force.
    #[error("the key pair is not the account's")]
    OtherAccountKey,
    /// More devices or revoked ids than a list holds.
    #[error("too many devices or revoked ids")]
    TooMany,
    /// There are no more versions.
    #[error("the chain has reached its last version")]
    EndOfChain,
    /// Everybody would refuse the list.
    #[error("the list breaks a rule: {0}")]
    Refused(#[from] ListError),
}

error_codes!(DraftError {
    Self::OtherAccountKey => ("draft/other-account-key", FixCaller),
    Self::TooMany => ("draft/too-many", ShowToUser),
    Self::EndOfChain => ("draft/end-of-chain", ShowToUser),
    Self::Refused(_) => ("draft/refused", FixCaller),
});
