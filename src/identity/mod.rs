//! Who is who: accounts, devices, and what their signed lists say. SPEC.md section 5.
//!
//! An account key vouches for devices with certificates and publishes them in a hash-chained list,
//! of which every entry is signed. What is signed is verified once, on decoding, and then carried
//! in a type that says so.

mod account;
mod address;
mod certificate;
mod device;
mod draft;
mod entry;
mod fork;
mod list;
mod validity;

pub use account::{AccountKey, AccountKeyPair};
pub use address::{AccountId, DeviceAddress, DeviceId};
pub(crate) use certificate::signature;
pub use certificate::{
    CertificateError, CertificateRequest, CertificateTerms, CertifyError, DeviceCertificate,
};
pub use device::{DeviceKeys, DevicePublicKeys, LocalDevice, NotThisDevice};
pub use draft::{DraftError, ListDraft};
pub use entry::{DeviceListEntry, ListVersion, ListedDevice};
pub use fork::{ForkError, ForkEvidence};
pub use list::{
    Advance, DeviceRefused, ListError, SignedDeviceList, VerifiedDevice, VerifiedDeviceList,
};
pub use validity::{OutsideValidity, Validity};
