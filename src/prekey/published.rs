use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use crate::crypto::{DhPublicKey, KemPublicKey, Signature, SignaturePurpose, SignedItem};
use crate::error::error_codes;
use crate::identity::{
    DeviceAddress, LocalDevice, OutsideValidity, Validity, VerifiedDevice, signature,
};
use crate::limits::{PREKEY_BODY_BYTES, PREKEY_VALIDITY};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, proto};

/// The version of the signed body's format.
const BODY_VERSION: u8 = 1;

/// Names a prekey of a device. All kinds draw from one counter that only rises, so an id is never
/// reused, whatever happens to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrekeyId(NonZeroU32);

impl PrekeyId {
    pub(super) const LAST: Self = Self(NonZeroU32::MAX);

    /// Takes an id; zero is none.
    #[must_use]
    pub const fn new(id: u32) -> Option<Self> {
        match NonZeroU32::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0.get()
    }
}

impl Layout for PrekeyId {
    fn write(&self, w: &mut Writer) {
        self.as_u32().write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(u32::read(r)?).ok_or(DecodeError::OutOfRange)
    }
}

/// What a prekey is for; the numbers are on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum PrekeyKind {
    /// X25519, in every handshake, replaced by time.
    Signed = 1,
    /// X25519, in one handshake.
    OneTime = 2,
    /// ML-KEM-768, when there is no one-time key left, replaced by time.
    LastResortKem = 3,
    /// ML-KEM-768, in one handshake.
    OneTimeKem = 4,
}

impl Layout for PrekeyKind {
    fn write(&self, w: &mut Writer) {
        w.u8(*self as u8);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::read(r)? {
            1 => Ok(Self::Signed),
            2 => Ok(Self::OneTime),
            3 => Ok(Self::LastResortKem),
            4 => Ok(Self::OneTimeKem),
            _ => Err(DecodeError::OutOfRange),
        }
    }
}

/// The public half of a prekey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PrekeyPublic {
    Dh(DhPublicKey),
    Kem(KemPublicKey),
}

/// A prekey as it is published: parsed, with a signature that only a verified device's key can
/// check. SPEC.md 6.1.
#[derive(Clone, PartialEq, Eq)]
pub struct PublishedPrekey {
    body: Body,
    bytes: Vec<u8>,
    signature: Signature,
}

/// Without the signed bytes, which spell out the account id.
impl fmt::Debug for PublishedPrekey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedPrekey").field("body", &self.body).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    owner: DeviceAddress,
    kind: PrekeyKind,
    id: PrekeyId,
    key: PrekeyPublic,
    validity: Validity,
}

impl Body {
    fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > PREKEY_BODY_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let mut r = Reader::new(bytes);
        let body: Self = r.get()?;
        r.finish()?;
        if body.validity.length() > PREKEY_VALIDITY {
            return Err(DecodeError::OutOfRange);
        }
        Ok(body)
    }
}

impl Layout for Body {
    fn write(&self, w: &mut Writer) {
        w.u8(BODY_VERSION);
        w.put(&self.owner).put(&self.kind).put(&self.id);
        match &self.key {
            PrekeyPublic::Dh(key) => w.put(key),
            PrekeyPublic::Kem(key) => w.put(key),
        };
        w.put(&self.validity);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(BODY_VERSION)?;
        let (owner, kind, id) = (r.get()?, r.get()?, r.get()?);
        let key = match kind {
            PrekeyKind::Signed | PrekeyKind::OneTime => PrekeyPublic::Dh(r.get()?),
            PrekeyKind::LastResortKem | PrekeyKind::OneTimeKem => PrekeyPublic::Kem(r.get()?),
        };
        Ok(Self { owner, kind, id, key, validity: r.get()? })
    }
}

impl PublishedPrekey {
    /// Signs a prekey. The signature is deterministic: the same prekey gives the same bytes.
    pub(super) fn sign(
        device: &LocalDevice,
        kind: PrekeyKind,
        id: PrekeyId,
        key: PrekeyPublic,
        validity: Validity,
    ) -> Self {
        let body = Body { owner: device.address().clone(), kind, id, key, validity };
        let mut w = Writer::new();
        w.put(&body);
        let bytes = w.into_public();
        let signature = device.signing_key().sign(SignaturePurpose::Prekey, &bytes);
        Self { body, bytes, signature }
    }

    pub(super) fn from_proto(message: proto::PublishedPrekey) -> Result<Self, DecodeError> {
        let signature = signature(&message.signature)?;
        Ok(Self { body: Body::parse(&message.body)?, bytes: message.body, signature })
    }

    pub(super) fn to_proto(&self) -> proto::PublishedPrekey {
        proto::PublishedPrekey {
            body: self.bytes.clone(),
            signature: self.signature.as_bytes().to_vec(),
        }
    }

    /// What the prekey is for.
    #[must_use]
    pub const fn kind(&self) -> PrekeyKind {
        self.body.kind
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> PrekeyId {
        self.body.id
    }

    /// For when it holds.
    #[must_use]
    pub const fn validity(&self) -> &Validity {
        &self.body.validity
    }

    pub(super) const fn key(&self) -> &PrekeyPublic {
        &self.body.key
    }

    /// The signature, to be verified with others.
    pub(super) fn signed_by(&self, owner: &VerifiedDevice) -> SignedItem {
        let key = owner.keys().signing;
        SignedItem::new(key, SignaturePurpose::Prekey, &self.bytes, self.signature)
    }

    /// Checks owner, signature, unless it is verified, and validity.
    pub(super) fn verify(
        &self,
        owner: &VerifiedDevice,
        now: Timestamp,
        is_verified: bool,
    ) -> Result<(), PrekeyError> {
        if self.body.owner != *owner.address() {
            return Err(PrekeyError::OtherOwner);
        }
        if !is_verified {
            let key = owner.keys().signing;
            key.verify(SignaturePurpose::Prekey, &self.bytes, &self.signature)
                .map_err(|_| PrekeyError::Signature)?;
        }
        Ok(self.body.validity.check(now)?)
    }
}

/// Why a prekey was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrekeyError {
    /// Its kind does not belong where it was.
    #[error("a prekey of this kind does not belong here")]
    WrongKind,
    /// It is another device's.
    #[error("the prekey is another device's")]
    OtherOwner,
    /// The device did not sign it.
    #[error("the device's signature does not verify")]
    Signature,
    /// It does not hold now.
    #[error("the prekey does not hold now: {0}")]
    Validity(#[from] OutsideValidity),
}

error_codes!(PrekeyError {
    Self::WrongKind => ("prekey/wrong-kind", Drop),
    Self::OtherOwner => ("prekey/other-owner", Drop),
    Self::Signature => ("prekey/signature", Drop),
    Self::Validity(_) => ("prekey/validity", FetchBundle),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{DhSecretKey, KemSecretKey, SigningKey};
    use crate::identity::fixture::{Account, NOW, days, rng};
    use alloc::vec;
    use proptest::prelude::*;

    fn account() -> Account {
        Account::new("alice", 2, 1)
    }

    fn id() -> PrekeyId {
        PrekeyId::new(0x0102_0304).unwrap()
    }

    fn prekey_of(device: &LocalDevice) -> PublishedPrekey {
        let key = PrekeyPublic::Dh(*DhSecretKey::generate(&mut rng(5)).public_key());
        let validity = Validity::lasting(NOW, PREKEY_VALIDITY);
        PublishedPrekey::sign(device, PrekeyKind::Signed, id(), key, validity)
    }

    fn prekey() -> PublishedPrekey {
        prekey_of(&account().devices[0])
    }

    /// Offsets in the body of a prekey of "alice".
    const OWNER: usize = 3;
    const DEVICE: usize = OWNER + 5;
    const KIND: usize = DEVICE + 4;
    const ID: usize = KIND + 1;
    const KEY: usize = ID + 4;

    /// A changed body with a signature by the device that never saw it, or by `signer`.
    fn forge(
        change: impl FnOnce(&mut Vec<u8>),
        signer: Option<&SigningKey>,
    ) -> proto::PublishedPrekey {
        let mut message = prekey().to_proto();
        change(&mut message.body);
        if let Some(key) = signer {
            message.signature =
                key.sign(SignaturePurpose::Prekey, &message.body).as_bytes().to_vec();
        }
        message
    }

    fn verify(message: proto::PublishedPrekey) -> Result<(), PrekeyError> {
        PublishedPrekey::from_proto(message).unwrap().verify(
            &account().verified_device(0),
            NOW,
            false,
        )
    }

    #[test]
    fn the_body_is_laid_out_as_specified() {
        let account = account();
        let mut expected = vec![1, 0, 5];
        expected.extend(b"alice");
        expected.extend(account.devices[0].address().device.as_u32().to_be_bytes());
        expected.extend([1, 1, 2, 3, 4, 1]);
        expected.extend(DhSecretKey::generate(&mut rng(5)).public_key().as_bytes());
        expected.extend(NOW.as_millis().to_be_bytes());
        expected.extend(days(30).as_millis().to_be_bytes());
        assert_eq!(prekey().bytes, expected);
        assert_eq!(verify(prekey().to_proto()), Ok(()));
    }

    #[test]
    fn every_flipped_bit_of_the_signature_is_refused() {
        let owner = account().verified_device(0);
        for bit in 0..512 {
            let mut message = prekey().to_proto();
            message.signature[bit / 8] ^= 1 << (bit % 8);
            let flipped = PublishedPrekey::from_proto(message).unwrap();
            assert_eq!(
                flipped.verify(&owner, NOW, false),
                Err(PrekeyError::Signature),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn every_flipped_bit_of_the_body_is_refused() {
        let owner = account().verified_device(0);
        for bit in 0..prekey().bytes.len() * 8 {
            let message = forge(|b| b[bit / 8] ^= 1 << (bit % 8), None);
            if let Ok(flipped) = PublishedPrekey::from_proto(message) {
                assert!(flipped.verify(&owner, NOW, false).is_err(), "bit {bit}");
            }
        }
    }

    #[test]
    fn a_missing_or_short_signature_is_refused() {
        for len in [0, 63, 65] {
            let mut message = prekey().to_proto();
            message.signature = vec![0; len];
            assert_eq!(PublishedPrekey::from_proto(message), Err(DecodeError::WrongLength));
        }
    }

    #[test]
    fn a_foreign_signature_is_refused() {
        let other_device = account().devices[1].signing_key().clone();
        let stranger = SigningKey::generate(&mut rng(9));
        for signer in [other_device, stranger] {
            assert_eq!(verify(forge(|_| {}, Some(&signer))), Err(PrekeyError::Signature));
        }
    }

    #[test]
    fn a_signature_of_another_purpose_is_refused() {
        let mut message = prekey().to_proto();
        let key = account().devices[0].signing_key().clone();
        let signature = key.sign(SignaturePurpose::DevicePossession, &message.body);
        message.signature = signature.as_bytes().to_vec();
        assert_eq!(verify(message), Err(PrekeyError::Signature));
    }

    #[test]
    fn a_swapped_owner_is_refused_even_if_signed() {
        let key = account().devices[0].signing_key().clone();
        let swapped_account = forge(|b| b[OWNER..OWNER + 5].copy_from_slice(b"alicf"), Some(&key));
        assert_eq!(verify(swapped_account), Err(PrekeyError::OtherOwner));
        let swapped_device = forge(|b| b[DEVICE + 3] ^= 1, Some(&key));
        assert_eq!(verify(swapped_device), Err(PrekeyError::OtherOwner));
        let other = prekey_of(&account().devices[1]);
        assert_eq!(verify(other.to_proto()), Err(PrekeyError::OtherOwner));
    }

    #[test]
    fn bad_keys_kinds_ids_and_versions_are_refused() {
        let malformed = |change: &dyn Fn(&mut Vec<u8>)| {
            PublishedPrekey::from_proto(forge(change, None)).unwrap_err()
        };
        assert_eq!(malformed(&|b| b[0] = 2), DecodeError::UnsupportedVersion(2));
        for kind in [0, 5, 255] {
            assert_eq!(malformed(&|b| b[KIND] = kind), DecodeError::OutOfRange);
        }
        for kem_kind in [3, 4] {
            assert_eq!(malformed(&|b| b[KIND] = kem_kind), DecodeError::InvalidKey);
        }
        assert_eq!(malformed(&|b| b[ID..KEY].fill(0)), DecodeError::OutOfRange);
        assert_eq!(malformed(&|b| b[KEY] = 2), DecodeError::InvalidKey);
        assert_eq!(malformed(&|b| b[KEY + 1..KEY + 33].fill(0)), DecodeError::InvalidKey);
        assert_eq!(malformed(&|b| b[KEY + 1..KEY + 33].fill(0xff)), DecodeError::InvalidKey);
        assert_eq!(malformed(&|b| b.push(0)), DecodeError::Trailing);
        assert_eq!(malformed(&|b| b.truncate(KEY)), DecodeError::Truncated);
    }

    #[test]
    fn a_kem_key_that_is_not_reduced_is_refused() {
        let device = &account().devices[0];
        let key = PrekeyPublic::Kem(KemSecretKey::generate(&mut rng(5)).public_key());
        let validity = Validity::lasting(NOW, PREKEY_VALIDITY);
        let kem = PublishedPrekey::sign(device, PrekeyKind::OneTimeKem, id(), key, validity);
        let mut message = kem.to_proto();
        assert_eq!(PublishedPrekey::from_proto(message.clone()), Ok(kem));
        message.body[KEY + 1..KEY + 4].fill(0xff);
        assert_eq!(PublishedPrekey::from_proto(message), Err(DecodeError::InvalidKey));
    }

    #[test]
    fn the_longest_body_is_a_kem_key_under_the_longest_account_id() {
        let mut account = Account::new("alice", 0, 1);
        account.id = crate::identity::AccountId::new(&[7; 64]).unwrap();
        let device = account.add_device(&mut rng(2)).clone();
        let key = PrekeyPublic::Kem(KemSecretKey::generate(&mut rng(5)).public_key());
        let validity = Validity::lasting(NOW, PREKEY_VALIDITY);
        let kem = PublishedPrekey::sign(&device, PrekeyKind::OneTimeKem, id(), key, validity);
        assert_eq!(kem.bytes.len(), PREKEY_BODY_BYTES);
        assert_eq!(PublishedPrekey::from_proto(kem.to_proto()), Ok(kem));
        assert_eq!(Body::parse(&[1; PREKEY_BODY_BYTES + 1]), Err(DecodeError::TooLarge));
    }

    #[test]
    fn what_has_expired_or_comes_from_the_future_is_refused() {
        let owner = account().verified_device(0);
        let at = |now| prekey().verify(&owner, now, false);
        assert_eq!(at(days(29)), Ok(()));
        assert_eq!(at(days(30)), Err(PrekeyError::Validity(OutsideValidity::Expired)));
        let before = Timestamp::from_secs(NOW.as_millis() / 1000 - 2 * 86_400);
        assert_eq!(at(before), Err(PrekeyError::Validity(OutsideValidity::NotYetValid)));
    }

    #[test]
    fn a_validity_over_the_limit_is_refused() {
        let until = |end: Timestamp| {
            forge(
                |b| {
                    let at = b.len() - 8;
                    b[at..].copy_from_slice(&end.as_millis().to_be_bytes());
                },
                None,
            )
        };
        let over = NOW.saturating_add(PREKEY_VALIDITY + core::time::Duration::from_millis(1));
        assert_eq!(PublishedPrekey::from_proto(until(over)), Err(DecodeError::OutOfRange));
        assert_eq!(PublishedPrekey::from_proto(until(NOW)), Err(DecodeError::OutOfRange));
        assert!(PublishedPrekey::from_proto(until(days(30))).is_ok());
    }

    proptest! {
        #[test]
        fn arbitrary_bodies_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Body::parse(&body);
        }
    }
}
