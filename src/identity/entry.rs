use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use prost::Message;

use super::account::{AccountKey, AccountKeyPair};
use super::address::{AccountId, DeviceId};
use super::certificate::signature;
use super::signed_list::ListError;
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
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceListEntry {
    body: Body,
    bytes: Vec<u8>,
    hash: Digest,
    signature: Signature,
    rotation_signature: Option<Signature>,
}

/// Without the signed bytes, which spell out the account id.
impl fmt::Debug for DeviceListEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceListEntry").field("body", &self.body).finish_non_exhaustive()
    }
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

    /// Decodes what verified before it was stored, and does not verify it again.
    pub(crate) fn decode_stored(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_canonical(bytes).and_then(Self::parse)
    }

    pub(super) fn from_proto(message: proto::DeviceListEntry) -> Result<Self, ListError> {
        let entry = Self::parse(message)?;
        entry.verify()?;
        Ok(entry)
    }

    fn parse(message: proto::DeviceListEntry) -> Result<Self, DecodeError> {
        let body = Body::parse(&message.body)?;
        let own = signature(&message.signature)?;
        let rotation = match message.rotation_signature.as_slice() {
            [] => None,
            bytes => Some(signature(bytes)?),
        };
        Ok(Self::new(body, message.body, own, rotation))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{Account, NOW, month};
    use crate::identity::{ListDraft, VerifiedDeviceList};
    use alloc::vec;
    use proptest::prelude::*;

    fn account() -> Account {
        Account::new("alice", 2, 1)
    }

    fn body() -> Body {
        account().list().entry().body.clone()
    }

    /// What decoding says of a body that the account signed although it should not have.
    fn signed(body: Body) -> Result<DeviceListEntry, ListError> {
        DeviceListEntry::decode(&DeviceListEntry::sign(body, &account().pair, None).encode())
    }

    fn refused(change: impl FnOnce(&mut Body), error: DecodeError) {
        let mut body = body();
        change(&mut body);
        assert_eq!(signed(body), Err(ListError::Malformed(error)));
    }

    #[test]
    fn the_body_is_laid_out_as_specified() {
        let account = account();
        let first = VerifiedDeviceList::trust_on_first_use(account.list(), NOW).unwrap();
        let gone = account.devices[0].address().device;
        let draft = ListDraft::after(&first).without(gone);
        let entry = draft.sign(&account.pair, month(NOW)).unwrap().entry().clone();
        let mut expected = vec![1, 0, 5];
        expected.extend(b"alice");
        expected.push(2);
        expected.extend(account.pair.public_key().as_bytes());
        expected.extend(2u32.to_be_bytes());
        expected.extend(first.hash().as_bytes());
        expected.extend(month(NOW).from().as_millis().to_be_bytes());
        expected.extend(month(NOW).until().as_millis().to_be_bytes());
        expected.extend([0, 1]);
        expected.extend(entry.devices()[0].device.as_u32().to_be_bytes());
        expected.extend(account.devices[1].certificate().hash().as_bytes());
        expected.extend([0, 1]);
        expected.extend(gone.as_u32().to_be_bytes());
        expected.push(0);
        assert_eq!(entry.bytes, expected);
    }

    #[test]
    fn every_flipped_byte_is_refused() {
        let bytes = account().list().entry().encode();
        for i in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[i] ^= 0x10;
            assert!(DeviceListEntry::decode(&flipped).is_err(), "byte {i}");
        }
    }

    #[test]
    fn unordered_or_repeated_ids_are_refused() {
        refused(|b| b.devices.reverse(), DecodeError::NotCanonical);
        refused(|b| b.devices.push(b.devices[1]), DecodeError::NotCanonical);
        let (one, two) = (DeviceId::new(1).unwrap(), DeviceId::new(2).unwrap());
        refused(|b| b.revoked = vec![two, one], DecodeError::NotCanonical);
        refused(|b| b.revoked = vec![one, one], DecodeError::NotCanonical);
    }

    #[test]
    fn a_listed_device_that_is_revoked_is_refused() {
        refused(|b| b.revoked = vec![b.devices[0].device], DecodeError::OutOfRange);
    }

    #[test]
    fn only_the_first_entry_has_no_previous_one() {
        refused(|b| b.previous = Digest::from_bytes([1; 32]), DecodeError::OutOfRange);
        refused(|b| b.version = ListVersion::new(2).unwrap(), DecodeError::OutOfRange);
        assert_eq!(ListVersion::new(0), None);
        assert_eq!(ListVersion::new(u32::MAX).unwrap().next(), None);
    }

    fn ids(count: usize) -> Vec<DeviceId> {
        (1..=u32::try_from(count).unwrap()).map(|id| DeviceId::new(id).unwrap()).collect()
    }

    #[test]
    fn devices_and_revoked_ids_have_limits() {
        let listed = |device| ListedDevice { device, certificate: Digest::from_bytes([1; 32]) };
        let devices = |n| ids(n).into_iter().map(listed).collect::<Vec<_>>();
        let mut body = body();
        body.devices = devices(DEVICES);
        body.revoked = Vec::new();
        assert!(signed(body.clone()).is_ok());
        body.devices = devices(DEVICES + 1);
        assert_eq!(signed(body.clone()), Err(ListError::Malformed(DecodeError::TooLarge)));
        body.devices = Vec::new();
        body.revoked = ids(REVOKED_DEVICES);
        assert!(signed(body.clone()).is_ok());
        body.revoked = ids(REVOKED_DEVICES + 1);
        assert_eq!(signed(body), Err(ListError::Malformed(DecodeError::TooLarge)));
    }

    #[test]
    fn the_largest_entry_fills_the_body_and_no_more() {
        let other = Account::new("other", 0, 2).pair.public_key();
        let listed = |device| ListedDevice { device, certificate: Digest::from_bytes([1; 32]) };
        let mut all = ids(REVOKED_DEVICES + DEVICES);
        let body = Body {
            account: AccountId::new(&[7; 64]).unwrap(),
            version: ListVersion::new(9).unwrap(),
            previous: Digest::from_bytes([1; 32]),
            devices: all.split_off(REVOKED_DEVICES).into_iter().map(listed).collect(),
            revoked: all,
            new_account_key: Some(other),
            ..body()
        };
        let mut w = Writer::new();
        w.put(&body);
        assert_eq!(w.as_slice().len(), DEVICE_LIST_BODY_BYTES);
        assert_eq!(Body::parse(w.as_slice()), Ok(body));
        w.u8(0);
        assert_eq!(Body::parse(w.as_slice()), Err(DecodeError::TooLarge));
    }

    #[test]
    fn a_rotation_signed_by_one_key_alone_is_refused() {
        let (account, new) = (account(), Account::new("alice", 0, 7).pair);
        let thief = Account::new("alice", 0, 8).pair;
        let rotation = Body {
            version: ListVersion::new(2).unwrap(),
            previous: Digest::from_bytes([1; 32]),
            new_account_key: Some(new.public_key()),
            ..body()
        };
        let decode = |own, old| {
            DeviceListEntry::decode(&DeviceListEntry::sign(rotation.clone(), own, old).encode())
        };
        assert!(decode(&new, Some(&account.pair)).is_ok());
        assert_eq!(decode(&new, None), Err(ListError::RotationSignature));
        assert_eq!(decode(&new, Some(&thief)), Err(ListError::RotationSignature));
        assert_eq!(decode(&new, Some(&new)), Err(ListError::RotationSignature));
        assert_eq!(decode(&account.pair, Some(&account.pair)), Err(ListError::Signature));
    }

    #[test]
    fn a_rotation_signature_on_an_ordinary_entry_is_refused() {
        let account = account();
        let entry = DeviceListEntry::sign(body(), &account.pair, Some(&account.pair));
        assert_eq!(DeviceListEntry::decode(&entry.encode()), Err(ListError::RotationSignature));
    }

    #[test]
    fn a_rotation_to_the_same_key_or_in_the_first_entry_is_refused() {
        refused(|b| b.new_account_key = Some(b.account_key), DecodeError::OutOfRange);
        let other = Account::new("alice", 0, 7).pair.public_key();
        refused(|b| b.new_account_key = Some(other), DecodeError::OutOfRange);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = DeviceListEntry::decode(&bytes);
            let _ = Body::parse(&bytes);
        }
    }
}
