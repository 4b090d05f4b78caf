//! Who is who: accounts, devices, and what their signed lists say. SPEC.md section 5.
//!
//! An account key vouches for devices with certificates and publishes them in a hash-chained list,
//! of which every entry is signed. What is signed is verified once, on decoding, and then carried
//! in a type that says so. A [`Contact`] is what we believe about one account; only it permits a
//! send, and it refuses until what changed was acknowledged.

mod account;
mod address;
mod certificate;
mod contact;
mod device;
mod draft;
mod entry;
mod event;
#[cfg(test)]
pub(crate) mod fixture;
mod fork;
mod list;
mod safety;
mod sender;
mod signed_list;
mod validity;

pub use account::{AccountKey, AccountKeyPair};
pub use address::{AccountId, DeviceAddress, DeviceId};
pub(crate) use certificate::signature;
pub use certificate::{
    CertificateError, CertificateRequest, CertificateTerms, CertifyError, DeviceCertificate,
};
pub use contact::{
    Contact, ContactError, ContactUpdate, MatchOutdated, SendPermit, SendRefused, Verification,
};
pub(crate) use device::EncodedDeviceKeys;
pub use device::{DeviceKeys, DevicePublicKeys, LocalDevice, NotThisDevice};
pub use draft::{DraftError, ListDraft};
pub use entry::{DeviceListEntry, ListVersion, ListedDevice};
pub use event::IdentityEvent;
pub use fork::{ForkError, ForkEvidence};
pub use list::{Advance, ChainError, DeviceRefused, VerifiedDevice, VerifiedDeviceList};
pub use safety::{AccountIdentity, SafetyNumber, SafetyNumberMatch, ScanOutcome};
pub use sender::{ClaimedList, SenderStatus};
pub use signed_list::{ListError, SignedDeviceList};
pub use validity::{OutsideValidity, Validity};
