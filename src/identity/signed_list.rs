use alloc::vec::Vec;

use prost::Message;

use super::address::DeviceId;
use super::certificate::{CertificateError, DeviceCertificate};
use super::entry::{DeviceListEntry, ListedDevice};
use crate::error::error_codes;
use crate::limits::{DEVICES, DOCUMENT_BYTES};
use crate::wire::{DecodeError, Layout, Reader, Writer, decode_canonical, proto};

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
        let fits = |(listed, certificate): (&ListedDevice, &DeviceCertificate)| {
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

    pub(super) fn certificate(&self, device: DeviceId) -> Option<&DeviceCertificate> {
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
