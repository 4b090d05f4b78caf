use alloc::vec::Vec;
use core::num::NonZeroU32;

use prost::Message;

use super::account::{AccountKey, AccountKeyPair};
use super::address::{AccountId, DeviceId};
use super::certificate::signature;
use super::list::ListError;
use super::validity::Validity;
use crate::crypto::{Digest, HashLabel, Signature, SignaturePurpose, hash};
use crate::limits::{DEVICE_LIST_BODY_BYTES, DEVICES, REVOKED_DEVICES};
use crate::wire::{DecodeError, Layout, Reader, Writer, decode_canonical, proto};

/// The version of the signed body's format.
const BODY_VERSION: u8 = 1;

/// The number of a device list in its chain: 1 for the first, and one more for every next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListVersion(NonZeroU32);

impl ListVersion {
    /// The first list of a chain.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Takes a number; zero is none.
    #[must_use]
    pub const fn new(version: u32) -> Option<Self> {
        match NonZeroU32::new(version) {
            Some(version) => Some(Self(version)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0.get()
    }

    /// One more; none at the end of numbers, where the chain ends.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(version) => Some(Self(version)),
            None => None,
        }
    }
}

impl Layout for ListVersion {
    fn write(&self, w: &mut Writer) {
        self.as_u32().write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(u32::read(r)?).ok_or(DecodeError::OutOfRange)
    }
}

/// One device in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedDevice {
    /// The device.
    pub device: DeviceId,
    /// The hash of its certificate.
    pub certificate: Digest,
}

impl Layout for ListedDevice {
    fn write(&self, w: &mut Writer) {
        w.put(&self.device).put(&self.certificate);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { device: r.get()?, certificate: r.get()? })
    }
}

/// What a device list entry says: SPEC.md 5.6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) account: AccountId,
    pub(super) account_key: AccountKey,
    pub(super) version: ListVersion,
    pub(super) previous: Digest,
    pub(super) validity: Validity,
    pub(super) devices: Vec<ListedDevice>,
    pub(super) revoked: Vec<DeviceId>,
    pub(super) new_account_key: Option<AccountKey>,
}

impl Body {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > DEVICE_LIST_BODY_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let mut r = Reader::new(bytes);
        let body: Self = r.get()?;
        r.finish()?;
        body.check_structure()?;
        Ok(body)
    }

    /// What can be told from the entry alone.
    pub(super) fn check_structure(&self) -> Result<(), DecodeError> {
        if self.devices.len() > DEVICES || self.revoked.len() > REVOKED_DEVICES {
            return Err(DecodeError::TooLarge);
        }
        let ascending = self.devices.is_sorted_by(|a, b| a.device < b.device)
            && self.revoked.is_sorted_by(|a, b| a < b);
        if !ascending {
            return Err(DecodeError::NotCanonical);
        }
        let first = self.version == ListVersion::FIRST;
        let starts_at_zero = self.previous == NO_PREVIOUS;
        let resurrected = self.devices.iter().any(|listed| self.is_revoked(listed.device));
        let rotates_to_itself = self.new_account_key == Some(self.account_key);
        let rotates_at_once = first && self.new_account_key.is_some();
        if first != starts_at_zero || resurrected || rotates_to_itself || rotates_at_once {
            return Err(DecodeError::OutOfRange);
        }
        Ok(())
    }

    pub(super) fn is_revoked(&self, device: DeviceId) -> bool {
        self.revoked.binary_search(&device).is_ok()
    }

    pub(super) fn listed(&self, device: DeviceId) -> Option<&ListedDevice> {
        let index = self.devices.binary_search_by_key(&device, |listed| listed.device).ok()?;
        self.devices.get(index)
    }

    /// The account key in force after this entry.
    pub(super) fn key_in_force(&self) -> &AccountKey {
        self.new_account_key.as_ref().unwrap_or(&self.account_key)
    }
}

/// What the first entry names as its previous one.
pub(super) const NO_PREVIOUS: Digest = Digest::from_bytes([0; Digest::LEN]);

impl Layout for Body {
    fn write(&self, w: &mut Writer) {
        w.u8(BODY_VERSION);
        w.put(&self.account).put(&self.account_key).put(&self.version).put(&self.previous);
        w.put(&self.validity);
        w.list(self.devices.iter());
        w.list(self.revoked.iter());
        w.put(&self.new_account_key);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(BODY_VERSION)?;
        Ok(Self {
            account: r.get()?,
            account_key: r.get()?,
            version: r.get()?,
            previous: r.get()?,
            validity: r.get()?,
            devices: r.list(DEVICES)?,
            revoked: r.list(REVOKED_DEVICES)?,
            new_account_key: r.get()?,
        })
    }
}

/// One entry of an account's chain of device lists. Its signatures verified against the keys
/// inside; whether it continues the chain that we know is for [`super::VerifiedDeviceList`] to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceListEntry {
    body: Body,
    bytes: Vec<u8>,
    hash: Digest,
    signature: Signature,
    rotation_signature: Option<Signature>,
}

impl DeviceListEntry {
    /// Signs what a draft checked. `rotated_from` is the account key that a rotation replaces.
    pub(super) fn sign(
        body: Body,
        account: &AccountKeyPair,
        rotated_from: Option<&AccountKeyPair>,
    ) -> Self {
        let mut w = Writer::new();
        w.put(&body);
        let bytes = w.into_public();
        let signature = account.sign(SignaturePurpose::DeviceList, &bytes);
        let rotation_signature =
            rotated_from.map(|old| old.sign(SignaturePurpose::AccountKeyRotation, &bytes));
        Self::new(body, bytes, signature, rotation_signature)
    }

    fn new(body: Body, bytes: Vec<u8>, own: Signature, rotation: Option<Signature>) -> Self {
        let hash = hash(HashLabel::DeviceList, &bytes);
        Self { body, bytes, hash, signature: own, rotation_signature: rotation }
    }

    /// Decodes and verifies.
    ///
    /// # Errors
    /// [`ListError::Malformed`], [`ListError::Signature`] or [`ListError::RotationSignature`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ListError> {
        decode_canonical(bytes).map_err(ListError::from).and_then(Self::from_proto)
    }

    pub(super) fn from_proto(message: proto::DeviceListEntry) -> Result<Self, ListError> {
        let body = Body::parse(&message.body)?;
        let own = signature(&message.signature)?;
        let rotation = match message.rotation_signature.as_slice() {
            [] => None,
            bytes => Some(signature(bytes)?),
        };
        let entry = Self::new(body, message.body, own, rotation);
        entry.verify()?;
        Ok(entry)
    }

    pub(super) fn to_proto(&self) -> proto::DeviceListEntry {
        let rotation = self.rotation_signature.as_ref();
        proto::DeviceListEntry {
            body: self.bytes.clone(),
            signature: self.signature.as_bytes().to_vec(),
            rotation_signature: rotation.map(|s| s.as_bytes().to_vec()).unwrap_or_default(),
        }
    }

    /// The signature by the key in force after the entry and, exactly if it rotates, the one by the
    /// key before.
    pub(super) fn verify(&self) -> Result<(), ListError> {
        let (body, bytes) = (&self.body, &self.bytes);
        body.key_in_force()
            .verify(SignaturePurpose::DeviceList, bytes, &self.signature)
            .map_err(|_| ListError::Signature)?;
        match (&body.new_account_key, &self.rotation_signature) {
            (None, None) => Ok(()),
            (Some(_), Some(by_old)) => body
                .account_key
                .verify(SignaturePurpose::AccountKeyRotation, bytes, by_old)
                .map_err(|_| ListError::RotationSignature),
            _ => Err(ListError::RotationSignature),
        }
    }

    /// The bytes to publish: an encoded `DeviceListEntry`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
    }

    pub(super) const fn body(&self) -> &Body {
        &self.body
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.body.account
    }

    /// The account key in force before the entry.
    #[must_use]
    pub const fn account_key(&self) -> &AccountKey {
        &self.body.account_key
    }

    /// The account key that the entry hands over to, if it rotates.
    #[must_use]
    pub const fn new_account_key(&self) -> Option<&AccountKey> {
        self.body.new_account_key.as_ref()
    }

    /// Its place in the chain.
    #[must_use]
    pub const fn version(&self) -> ListVersion {
        self.body.version
    }

    /// Names the entry: the hash of the signed body.
    #[must_use]
    pub const fn hash(&self) -> &Digest {
        &self.hash
    }

    /// The hash of the entry before it; zeros for the first.
    #[must_use]
    pub const fn previous(&self) -> &Digest {
        &self.body.previous
    }

    /// For when it holds.
    #[must_use]
    pub const fn validity(&self) -> &Validity {
        &self.body.validity
    }

    /// The devices, by ascending id.
    #[must_use]
    pub fn devices(&self) -> &[ListedDevice] {
        &self.body.devices
    }

    /// Every id that was ever revoked, ascending.
    #[must_use]
    pub fn revoked(&self) -> &[DeviceId] {
        &self.body.revoked
    }
}

/// As stored: `var(body) ‖ signature ‖ option(rotation signature)`. Reading does not verify the
/// signatures again.
impl Layout for DeviceListEntry {
    fn write(&self, w: &mut Writer) {
        w.var(&self.bytes);
        w.put(&self.signature).put(&self.rotation_signature);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = r.var(DEVICE_LIST_BODY_BYTES)?.to_vec();
        Ok(Self::new(Body::parse(&bytes)?, bytes, r.get()?, r.get()?))
    }
}
