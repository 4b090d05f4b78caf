use alloc::vec::Vec;
use core::cmp::Ordering;

use prost::Message;

use super::account::AccountKey;
use super::address::{AccountId, DeviceAddress, DeviceId};
use super::certificate::{CertificateError, DeviceCertificate};
use super::device::DevicePublicKeys;
use super::entry::{DeviceListEntry, ListVersion};
use super::fork::ForkEvidence;
use super::validity::OutsideValidity;
use crate::crypto::Digest;
use crate::error::error_codes;
use crate::limits::{DEVICES, DOCUMENT_BYTES, RETIRED_ACCOUNT_KEYS};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, decode_canonical, proto};

/// The version of a stored [`VerifiedDeviceList`].
const STORED_VERSION: u8 = 1;

/// A device list entry with the certificates of its devices: consistent in itself, and not yet
/// known to be the account's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDeviceList {
    entry: DeviceListEntry,
    certificates: Vec<DeviceCertificate>,
}

impl SignedDeviceList {
    /// Puts an entry and the certificates of its devices together, in the entry's order.
    ///
    /// # Errors
    /// [`ListError::Certificates`] when a certificate is missing, superfluous, in another order,
    /// for another account or device, or under another account key than the one in force;
    /// [`ListError::KeysReused`] when two devices share a key.
    pub fn new(
        entry: DeviceListEntry,
        certificates: Vec<DeviceCertificate>,
    ) -> Result<Self, ListError> {
        let fits = |(listed, certificate): (&super::ListedDevice, &DeviceCertificate)| {
            listed.device == certificate.device()
                && listed.certificate == *certificate.hash()
                && entry.account() == certificate.account()
                && entry.body().key_in_force() == certificate.account_key()
        };
        let same_number = entry.devices().len() == certificates.len();
        if !same_number || !entry.devices().iter().zip(&certificates).all(fits) {
            return Err(ListError::Certificates);
        }
        check_keys(certificates.iter().flat_map(|a| certificates.iter().map(move |b| (a, b))))?;
        Ok(Self { entry, certificates })
    }

    /// Decodes and verifies every signature in it: at most 34.
    ///
    /// # Errors
    /// [`ListError`]: malformed, a signature, a certificate, or certificates that do not fit.
    pub fn decode(bytes: &[u8]) -> Result<Self, ListError> {
        if bytes.len() > DOCUMENT_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let message: proto::SignedDeviceList = decode_canonical(bytes)?;
        if message.certificates.len() > DEVICES {
            return Err(DecodeError::TooLarge.into());
        }
        let entry = DeviceListEntry::from_proto(message.entry.ok_or(DecodeError::Missing)?)?;
        let certificates = message.certificates.into_iter().map(DeviceCertificate::from_proto);
        Self::new(entry, certificates.collect::<Result<_, _>>()?)
    }

    /// The bytes to publish: an encoded `SignedDeviceList`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::SignedDeviceList {
            entry: Some(self.entry.to_proto()),
            certificates: self.certificates.iter().map(DeviceCertificate::to_proto).collect(),
        }
        .encode_to_vec()
    }

    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &DeviceListEntry {
        &self.entry
    }

    /// The certificates, in the entry's order.
    #[must_use]
    pub fn certificates(&self) -> &[DeviceCertificate] {
        &self.certificates
    }

    /// The rules of the chain that only two neighbours together can break.
    pub(super) fn check_successor(&self, next: &Self) -> Result<(), ListError> {
        if next.entry.previous() != self.entry.hash() {
            return Err(ListError::PreviousHash);
        }
        if !self.entry.revoked().iter().all(|id| next.entry.body().is_revoked(*id)) {
            return Err(ListError::RevocationDropped);
        }
        let kept = |id| next.entry.body().listed(id).is_some() || next.entry.body().is_revoked(id);
        if !self.entry.devices().iter().all(|listed| kept(listed.device)) {
            return Err(ListError::DeviceVanished);
        }
        let pairs =
            next.certificates.iter().flat_map(|n| self.certificates.iter().map(move |p| (p, n)));
        check_keys(pairs)
    }

    fn certificate(&self, device: DeviceId) -> Option<&DeviceCertificate> {
        let index = self.certificates.binary_search_by_key(&device, DeviceCertificate::device);
        self.certificates.get(index.ok()?)
    }
}

/// One device, one pair of keys: two certificates agree in both keys when they are for the same
/// device, and in neither when they are not.
fn check_keys<'a>(
    mut pairs: impl Iterator<Item = (&'a DeviceCertificate, &'a DeviceCertificate)>,
) -> Result<(), ListError> {
    let fits = |(a, b): (&DeviceCertificate, &DeviceCertificate)| {
        let same = a.device() == b.device();
        same == (a.keys().signing == b.keys().signing)
            && same == (a.keys().identity == b.keys().identity)
    };
    if pairs.all(fits) { Ok(()) } else { Err(ListError::KeysReused) }
}

/// As stored: `entry ‖ certificates`.
impl Layout for SignedDeviceList {
    fn write(&self, w: &mut Writer) {
        w.put(&self.entry);
        w.list(self.certificates.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.get()?, r.list(DEVICES)?).map_err(|_| DecodeError::OutOfRange)
    }
}

/// The newest device list that we know of an account whose key we pinned (SPEC.md 5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedDeviceList {
    newest: SignedDeviceList,
    /// Account keys that the chain rotated away from, newest last.
    retired: Vec<AccountKey>,
}

/// How a list relates to the one that we have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advance {
    /// It is the next one; here is the new state.
    Advanced(VerifiedDeviceList),
    /// It is the one that we have.
    AlreadyKnown,
    /// It is older than the one that we have.
    Stale,
    /// Entries in between are missing: fetch them, in order.
    Gap {
        /// What we have.
        have: ListVersion,
        /// What we got.
        got: ListVersion,
    },
    /// The account signed two lists for one version.
    Fork(ForkEvidence),
    /// It is under an account key that the chain that we know does not lead to.
    OtherAccountKey(AccountKey),
}

impl VerifiedDeviceList {
    /// Pins the account key of the first list that we see of an account. Who that is, only a
    /// compared safety number says.
    ///
    /// # Errors
    /// [`ListError::NotYetValid`].
    pub fn trust_on_first_use(list: SignedDeviceList, now: Timestamp) -> Result<Self, ListError> {
        check_begun(&list.entry, now)?;
        Ok(Self::pinned(list, Vec::new()))
    }

    /// Compares a received list with this one, and follows the chain if it is the next. An expired
    /// one is followed too, since the next may not be: expiry stops sending, not learning.
    ///
    /// # Errors
    /// [`ListError`] when the list is of another account, or claims to be the next one and breaks a
    /// rule of the chain.
    pub fn advance(&self, list: SignedDeviceList, now: Timestamp) -> Result<Advance, ListError> {
        if list.entry.account() != self.account() {
            return Err(ListError::OtherAccount);
        }
        if list.entry.hash() == self.hash() {
            return Ok(Advance::AlreadyKnown);
        }
        match list.entry.version().cmp(&self.version()) {
            Ordering::Less => Ok(self.not_newer(&list)),
            Ordering::Equal => Ok(self.same_version(list)),
            Ordering::Greater => self.newer(list, now),
        }
    }

    fn not_newer(&self, list: &SignedDeviceList) -> Advance {
        let key = list.entry.account_key();
        if key == self.account_key() || self.retired.contains(key) {
            Advance::Stale
        } else {
            Advance::OtherAccountKey(*key)
        }
    }

    fn same_version(&self, list: SignedDeviceList) -> Advance {
        let otherwise = self.not_newer(&list);
        ForkEvidence::new(self.newest.entry.clone(), list.entry).map_or(otherwise, Advance::Fork)
    }

    fn newer(&self, list: SignedDeviceList, now: Timestamp) -> Result<Advance, ListError> {
        let (have, got) = (self.version(), list.entry.version());
        if self.retired.contains(list.entry.account_key()) {
            return Err(ListError::RetiredAccountKey);
        }
        if have.next() != Some(got) {
            return Ok(Advance::Gap { have, got });
        }
        if list.entry.account_key() != self.account_key() {
            return Ok(Advance::OtherAccountKey(*list.entry.account_key()));
        }
        check_begun(&list.entry, now)?;
        self.newest.check_successor(&list)?;
        Ok(Advance::Advanced(self.followed_by(list)))
    }

    fn followed_by(&self, list: SignedDeviceList) -> Self {
        Self::pinned(list, self.retired.clone())
    }

    fn pinned(list: SignedDeviceList, mut retired: Vec<AccountKey>) -> Self {
        if list.entry.new_account_key().is_some() {
            retired.push(*list.entry.account_key());
            let forgotten = retired.len().saturating_sub(RETIRED_ACCOUNT_KEYS);
            retired.drain(..forgotten);
        }
        Self { newest: list, retired }
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        self.newest.entry.account()
    }

    /// The account key in force.
    #[must_use]
    pub fn account_key(&self) -> &AccountKey {
        self.newest.entry.body().key_in_force()
    }

    /// The list with its certificates, to publish or to hand to another device.
    #[must_use]
    pub const fn signed(&self) -> &SignedDeviceList {
        &self.newest
    }

    /// The newest version.
    #[must_use]
    pub const fn version(&self) -> ListVersion {
        self.newest.entry.version()
    }

    /// The hash of the newest entry.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        self.newest.entry.hash()
    }

    /// Whether the list has expired: nothing is sent on its word then.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.newest.entry.validity().check(now) == Err(OutsideValidity::Expired)
    }

    /// The certificates of all devices, by ascending id.
    #[must_use]
    pub fn devices(&self) -> &[DeviceCertificate] {
        self.newest.certificates()
    }

    /// Whether the account key was in force before a rotation that we know of.
    #[must_use]
    pub fn is_retired(&self, key: &AccountKey) -> bool {
        self.retired.contains(key)
    }

    /// Vouches for a device: it is on the newest list, and list and certificate hold at `now`.
    ///
    /// # Errors
    /// [`DeviceRefused`] in the order of its variants.
    pub fn device(
        &self,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<VerifiedDevice, DeviceRefused> {
        let listed = self.listed(device)?;
        if self.is_expired(now) {
            return Err(DeviceRefused::ListExpired);
        }
        listed.certificate.validity().check(now).map_err(DeviceRefused::Certificate)?;
        Ok(listed.vouch())
    }

    pub(super) fn listed(&self, device: DeviceId) -> Result<Listed<'_>, DeviceRefused> {
        if self.newest.entry.body().is_revoked(device) {
            return Err(DeviceRefused::Revoked);
        }
        let certificate = self.newest.certificate(device).ok_or(DeviceRefused::Unlisted)?;
        Ok(Listed { list: self, certificate })
    }

    /// The state to store; it holds no secret.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.put(self);
        w.into_public()
    }

    /// Reads a stored list.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`VerifiedDeviceList::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let list = r.get()?;
        r.finish()?;
        Ok(list)
    }
}

/// As stored: `version ‖ entry ‖ certificates ‖ retired account keys`.
impl Layout for VerifiedDeviceList {
    fn write(&self, w: &mut Writer) {
        w.u8(STORED_VERSION);
        w.put(&self.newest);
        w.list(self.retired.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(STORED_VERSION)?;
        Ok(Self { newest: r.get()?, retired: r.list(RETIRED_ACCOUNT_KEYS)? })
    }
}

fn check_begun(entry: &DeviceListEntry, now: Timestamp) -> Result<(), ListError> {
    entry.validity().check_begun(now).map_err(|_| ListError::NotYetValid)
}

/// A device on a list, whatever the time.
pub(super) struct Listed<'a> {
    list: &'a VerifiedDeviceList,
    pub(super) certificate: &'a DeviceCertificate,
}

impl Listed<'_> {
    pub(super) fn vouch(&self) -> VerifiedDevice {
        VerifiedDevice {
            address: self.certificate.address().clone(),
            account_key: *self.list.account_key(),
            keys: *self.certificate.keys(),
            certificate: *self.certificate.hash(),
            list_version: self.list.version(),
            list_hash: *self.list.hash(),
        }
    }
}

/// A device that its account's newest verified list vouches for. Only a list makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedDevice {
    address: DeviceAddress,
    account_key: AccountKey,
    keys: DevicePublicKeys,
    certificate: Digest,
    list_version: ListVersion,
    list_hash: Digest,
}

impl VerifiedDevice {
    /// The device.
    #[must_use]
    pub const fn address(&self) -> &DeviceAddress {
        &self.address
    }

    /// The account key that vouches.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        &self.account_key
    }

    /// The device's keys.
    #[must_use]
    pub const fn keys(&self) -> &DevicePublicKeys {
        &self.keys
    }

    /// The hash of the device's certificate.
    #[must_use]
    pub const fn certificate_hash(&self) -> &Digest {
        &self.certificate
    }

    /// The version of the list that vouches.
    #[must_use]
    pub const fn list_version(&self) -> ListVersion {
        self.list_version
    }

    /// The hash of the list that vouches.
    #[must_use]
    pub const fn list_hash(&self) -> &Digest {
        &self.list_hash
    }
}

/// Why a list was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// Not a device list of this version.
    #[error("malformed device list: {0}")]
    Malformed(#[from] DecodeError),
    /// The account key in force after the entry did not sign it.
    #[error("the account's signature does not verify")]
    Signature,
    /// The entry rotates the account key without the old key's signature, or has one and does not.
    #[error("the old account key's signature is missing, superfluous or does not verify")]
    RotationSignature,
    /// A certificate of the list is bad in itself.
    #[error("a certificate of the list was refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificates are not those that the entry names.
    #[error("the certificates are not those of the listed devices")]
    Certificates,
    /// The list is of another account.
    #[error("the list is of another account")]
    OtherAccount,
    /// It claims to be newer and is under an account key that the account rotated away from.
    #[error("the list is signed by a retired account key")]
    RetiredAccountKey,
    /// It was created in the future.
    #[error("the list was created in the future")]
    NotYetValid,
    /// It does not follow the entry that we have.
    #[error("the previous hash is not that of the list before")]
    PreviousHash,
    /// An id that was revoked no longer is.
    #[error("a revocation was taken back")]
    RevocationDropped,
    /// A device is gone without having been revoked.
    #[error("a device vanished without being revoked")]
    DeviceVanished,
    /// A device has other keys than before, or two devices share one.
    #[error("a device's keys changed or were reused")]
    KeysReused,
}

error_codes!(ListError {
    Self::Malformed(_) => ("device-list/malformed", Drop),
    Self::Signature => ("device-list/signature", Drop),
    Self::RotationSignature => ("device-list/rotation-signature", Drop),
    Self::Certificate(_) => ("device-list/certificate", Drop),
    Self::Certificates => ("device-list/certificates", FetchDeviceList),
    Self::OtherAccount => ("device-list/other-account", FixCaller),
    Self::RetiredAccountKey => ("device-list/retired-account-key", ShowToUser),
    Self::NotYetValid => ("device-list/not-yet-valid", Drop),
    Self::PreviousHash => ("device-list/previous-hash", ShowToUser),
    Self::RevocationDropped => ("device-list/revocation-dropped", ShowToUser),
    Self::DeviceVanished => ("device-list/device-vanished", ShowToUser),
    Self::KeysReused => ("device-list/keys-reused", ShowToUser),
});

/// Why a list does not vouch for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceRefused {
    /// The account revoked it.
    #[error("the device was revoked")]
    Revoked,
    /// The account never listed it, as far as we know.
    #[error("the device is not on the account's list")]
    Unlisted,
    /// The list is too old to act on.
    #[error("the device list has expired")]
    ListExpired,
    /// The device's certificate does not hold now.
    #[error("the device's certificate does not hold now: {0}")]
    Certificate(OutsideValidity),
}

error_codes!(DeviceRefused {
    Self::Revoked => ("device/revoked", Drop),
    Self::Unlisted => ("device/unlisted", FetchDeviceList),
    Self::ListExpired => ("device/list-expired", FetchDeviceList),
    Self::Certificate(_) => ("device/certificate", FetchDeviceList),
});
