use alloc::vec::Vec;
use core::fmt;

use prost::Message;

use super::published::{PrekeyError, PrekeyId, PrekeyKind, PrekeyPublic, PublishedPrekey};
use crate::crypto::{DhPublicKey, Digest, HashLabel, KemPublicKey, hash, verify_all};
use crate::error::error_codes;
use crate::identity::{CertificateError, DeviceCertificate, VerifiedDevice, signature};
use crate::limits::{CERTIFICATE_BODY_BYTES, DOCUMENT_BYTES};
use crate::time::Timestamp;
use crate::wire::{DecodeError, decode_canonical, proto};

/// What a server handed out for a device: untrusted. Only [`PrekeyBundle::verify`] makes of it what
/// a session can start from. SPEC.md 6.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrekeyBundle {
    pub(super) certificate: NamedCertificate,
    pub(super) signed: PublishedPrekey,
    pub(super) kem: PublishedPrekey,
    pub(super) one_time: Option<PublishedPrekey>,
}

impl PrekeyBundle {
    /// Decodes a bundle; nothing but its form is checked yet.
    ///
    /// # Errors
    /// [`BundleError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > DOCUMENT_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let message: proto::PrekeyBundle = decode_canonical(bytes)?;
        let certificate = message.certificate.ok_or(DecodeError::Missing)?;
        Ok(Self {
            signed: required(message.signed_prekey)?,
            kem: required(message.kem_prekey)?,
            one_time: message.one_time_prekey.map(PublishedPrekey::from_proto).transpose()?,
            certificate: NamedCertificate::from_proto(certificate)?,
        })
    }

    /// The bytes to hand out: an encoded `PrekeyBundle`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::PrekeyBundle {
            certificate: Some(self.certificate.message.clone()),
            signed_prekey: Some(self.signed.to_proto()),
            kem_prekey: Some(self.kem.to_proto()),
            one_time_prekey: self.one_time.as_ref().map(PublishedPrekey::to_proto),
        }
        .encode_to_vec()
    }

    /// Names the device's certificate as the server has it: what to look for in the device list.
    #[must_use]
    pub const fn certificate_hash(&self) -> &Digest {
        &self.certificate.hash
    }

    /// Checks everything against a device that its account's list vouches for.
    ///
    /// # Errors
    /// [`BundleError`] in the order of its variants.
    pub fn verify(
        &self,
        peer: &VerifiedDevice,
        now: Timestamp,
    ) -> Result<VerifiedBundle, BundleError> {
        if self.certificate_hash() != peer.certificate_hash() {
            return Err(BundleError::OtherCertificate);
        }
        let check = Check { peer, now, are_verified: self.are_signed_by(peer) };
        let signed =
            check.dh(&self.signed, PrekeyKind::Signed).map_err(BundleError::SignedPrekey)?;
        let kem = check.kem(&self.kem).map_err(BundleError::KemPrekey)?;
        let one_time = self.one_time.as_ref();
        let one_time = one_time
            .map(|prekey| check.dh(prekey, PrekeyKind::OneTime))
            .transpose()
            .map_err(BundleError::OneTimePrekey)?;
        let repeats = one_time.is_some_and(|prekey| [signed.id, kem.id].contains(&prekey.id));
        if repeats || signed.id == kem.id {
            return Err(BundleError::SameId);
        }
        Ok(VerifiedBundle { peer: peer.clone(), signed, kem, one_time })
    }

    /// All signatures at once, in two thirds of the time. If one is bad, each is verified by itself, so
    /// that the error is that of the first.
    fn are_signed_by(&self, peer: &VerifiedDevice) -> bool {
        let prekeys = [&self.signed, &self.kem].into_iter().chain(&self.one_time);
        let items: Vec<_> = prekeys.map(|prekey| prekey.signed_by(peer)).collect();
        verify_all(&items).is_ok()
    }
}

/// A certificate that nothing is taken from but its name. The verified list has one of this name,
/// whose signatures over the same body verified: those here are not looked at.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct NamedCertificate {
    message: proto::DeviceCertificate,
    hash: Digest,
}

impl NamedCertificate {
    fn from_proto(message: proto::DeviceCertificate) -> Result<Self, DecodeError> {
        if message.body.len() > CERTIFICATE_BODY_BYTES {
            return Err(DecodeError::TooLarge);
        }
        signature(&message.possession)?;
        signature(&message.signature)?;
        Ok(Self { hash: hash(HashLabel::DeviceCertificate, &message.body), message })
    }
}

impl From<&DeviceCertificate> for NamedCertificate {
    fn from(certificate: &DeviceCertificate) -> Self {
        Self { message: certificate.to_proto(), hash: *certificate.hash() }
    }
}

/// Without the body, which spells out the account id.
impl fmt::Debug for NamedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedCertificate").field("hash", &self.hash).finish_non_exhaustive()
    }
}

pub(super) fn required(
    prekey: Option<proto::PublishedPrekey>,
) -> Result<PublishedPrekey, DecodeError> {
    PublishedPrekey::from_proto(prekey.ok_or(DecodeError::Missing)?)
}

/// What a bundle's prekeys are checked against.
struct Check<'a> {
    peer: &'a VerifiedDevice,
    now: Timestamp,
    /// Whether all signatures were found good at once.
    are_verified: bool,
}

impl Check<'_> {
    fn dh(&self, prekey: &PublishedPrekey, kind: PrekeyKind) -> Result<DhPrekey, PrekeyError> {
        match prekey.key() {
            PrekeyPublic::Dh(key) if prekey.kind() == kind => {
                prekey.verify(self.peer, self.now, self.are_verified)?;
                Ok(DhPrekey { id: prekey.id(), key: *key })
            }
            _ => Err(PrekeyError::WrongKind),
        }
    }

    fn kem(&self, prekey: &PublishedPrekey) -> Result<KemPrekey, PrekeyError> {
        let PrekeyPublic::Kem(key) = prekey.key() else {
            return Err(PrekeyError::WrongKind);
        };
        prekey.verify(self.peer, self.now, self.are_verified)?;
        let last_resort = prekey.kind() == PrekeyKind::LastResortKem;
        Ok(KemPrekey { id: prekey.id(), key: key.clone(), last_resort })
    }
}

/// A verified X25519 prekey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DhPrekey {
    /// Its id.
    pub id: PrekeyId,
    /// The key.
    pub key: DhPublicKey,
}

/// A verified ML-KEM-768 prekey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KemPrekey {
    /// Its id.
    pub id: PrekeyId,
    /// The key.
    pub key: KemPublicKey,
    /// Whether others may have got the same one.
    pub last_resort: bool,
}

/// A bundle of which every signature, kind, owner and validity was checked: what a session starts
/// from. Made by [`PrekeyBundle::verify`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedBundle {
    peer: VerifiedDevice,
    signed: DhPrekey,
    kem: KemPrekey,
    one_time: Option<DhPrekey>,
}

impl VerifiedBundle {
    /// The device that the bundle is of.
    #[must_use]
    pub const fn peer(&self) -> &VerifiedDevice {
        &self.peer
    }

    /// The signed prekey.
    #[must_use]
    pub const fn signed(&self) -> &DhPrekey {
        &self.signed
    }

    /// The one-time X25519 prekey, if the server had one.
    #[must_use]
    pub const fn one_time(&self) -> Option<&DhPrekey> {
        self.one_time.as_ref()
    }

    /// The KEM prekey.
    #[must_use]
    pub const fn kem(&self) -> &KemPrekey {
        &self.kem
    }

    /// How strong the first messages will be.
    #[must_use]
    pub const fn strength(&self) -> HandshakeStrength {
        HandshakeStrength {
            one_time_x25519: self.one_time.is_some(),
            one_time_kem: !self.kem.last_resort,
        }
    }
}

/// Which one-time keys a handshake used. Without them the first messages, up to the peer's first
/// reply, can be read by whoever steals the peer's keys before those rotate; a server that always
/// says "none left" can bring this about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HandshakeStrength {
    /// A one-time X25519 prekey was used.
    pub one_time_x25519: bool,
    /// A one-time KEM prekey was used, not the last-resort one.
    pub one_time_kem: bool,
}

/// Why a bundle was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not a bundle of this version.
    #[error("malformed prekey bundle: {0}")]
    Malformed(#[from] DecodeError),
    /// A publication's certificate is bad in itself. Of a bundle's certificate only the hash counts.
    #[error("the publication's certificate was refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificate is not the one that the account's list names for the device.
    #[error("the bundle is under another certificate than the device list's")]
    OtherCertificate,
    /// The signed prekey was refused.
    #[error("the signed prekey was refused: {0}")]
    SignedPrekey(PrekeyError),
    /// The KEM prekey was refused.
    #[error("the KEM prekey was refused: {0}")]
    KemPrekey(PrekeyError),
    /// The one-time prekey was refused.
    #[error("the one-time prekey was refused: {0}")]
    OneTimePrekey(PrekeyError),
    /// Two prekeys have one id.
    #[error("two prekeys of the bundle have the same id")]
    SameId,
}

error_codes!(BundleError {
    Self::Malformed(_) => ("bundle/malformed", Drop),
    Self::Certificate(_) => ("bundle/certificate", Drop),
    Self::OtherCertificate => ("bundle/other-certificate", FetchDeviceList),
    Self::SignedPrekey(_) => ("bundle/signed-prekey", FetchBundle),
    Self::KemPrekey(_) => ("bundle/kem-prekey", FetchBundle),
    Self::OneTimePrekey(_) => ("bundle/one-time-prekey", FetchBundle),
    Self::SameId => ("bundle/same-id", FetchBundle),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::OutsideValidity;
    use crate::identity::fixture::{NOW, days};
    use crate::prekey::PrekeyShelf;
    use crate::prekey::fixture::{Published, published};
    use proptest::prelude::*;

    fn alice() -> Published {
        published("alice", 1)
    }

    /// A shelf that has run out of one-time prekeys.
    fn drained(mut shelf: PrekeyShelf) -> PrekeyShelf {
        while shelf.one_time_ids().next().is_some() {
            shelf.take_bundle(NOW);
        }
        shelf
    }

    #[test]
    fn a_bundle_comes_back_from_its_bytes_and_verifies() {
        let mut alice = alice();
        let bundle = alice.shelf.take_bundle(NOW);
        assert_eq!(PrekeyBundle::decode(&bundle.encode()), Ok(bundle.clone()));
        let verified = bundle.verify(&alice.verified, NOW).unwrap();
        assert_eq!(verified.peer(), &alice.verified);
        let strong = HandshakeStrength { one_time_x25519: true, one_time_kem: true };
        assert_eq!(verified.strength(), strong);
    }

    #[test]
    fn the_signatures_of_a_bundle_are_verified_at_once() {
        use crate::crypto::meter::measure;
        let mut alice = alice();
        let bundle = alice.shelf.take_bundle(NOW);
        let (verified, cost) = measure(|| bundle.verify(&alice.verified, NOW));
        assert_eq!((verified.is_ok(), cost.verify), (true, 1));
        // And each by itself if one of them is bad, which has to be the one that is named.
        let mut other = bundle.clone();
        other.one_time = alice.shelf.take_bundle(NOW).one_time;
        let (verified, cost) = measure(|| other.verify(&alice.verified, NOW));
        assert_eq!((verified.is_ok(), cost.verify), (true, 1));
        let mut message = other.one_time.unwrap().to_proto();
        message.signature[3] ^= 1;
        other.one_time = PublishedPrekey::from_proto(message).ok();
        let (verified, cost) = measure(|| other.verify(&alice.verified, NOW));
        let error = BundleError::OneTimePrekey(PrekeyError::Signature);
        assert_eq!((verified, cost.verify), (Err(error), 4));
    }

    #[test]
    fn without_one_time_prekeys_a_bundle_says_that_it_is_weaker() {
        let alice = alice();
        let bundle = drained(alice.shelf).take_bundle(NOW);
        let decoded = PrekeyBundle::decode(&bundle.encode()).unwrap();
        let verified = decoded.verify(&alice.verified, NOW).unwrap();
        assert!(verified.kem().last_resort);
        assert_eq!(verified.one_time(), None);
        let weak = HandshakeStrength { one_time_x25519: false, one_time_kem: false };
        assert_eq!(verified.strength(), weak);
    }

    #[test]
    fn a_bundle_is_bounded() {
        let over = alloc::vec![0; DOCUMENT_BYTES + 1];
        assert_eq!(PrekeyBundle::decode(&over), Err(BundleError::Malformed(DecodeError::TooLarge)));
        assert_eq!(
            PrekeyBundle::decode(&over[1..]),
            Err(BundleError::Malformed(DecodeError::NotCanonical))
        );
    }

    /// But in the certificate's signatures, the last fields of its message, which do not count.
    #[test]
    fn flipped_bytes_are_refused() {
        let mut alice = alice();
        let bundle = alice.shelf.take_bundle(NOW);
        let (bytes, message) = (bundle.encode(), &bundle.certificate.message);
        let place = |part: &[u8]| {
            let at = bytes.windows(part.len()).position(|window| window == part).unwrap();
            at..at + part.len()
        };
        let signatures = [place(&message.possession), place(&message.signature)];
        let counts = |i: &usize| !signatures.iter().any(|signature| signature.contains(i));
        for i in (0..bytes.len()).filter(counts) {
            let mut flipped = bytes.clone();
            flipped[i] ^= 2;
            let result =
                PrekeyBundle::decode(&flipped).and_then(|b| b.verify(&alice.verified, NOW));
            assert!(result.is_err(), "byte {i}");
        }
    }

    /// The body's hash is what the list vouches for, whatever the server put beside it.
    #[test]
    fn the_certificates_signatures_do_not_count() {
        let mut alice = alice();
        let mut bundle = alice.shelf.take_bundle(NOW);
        let genuine = bundle.verify(&alice.verified, NOW).unwrap();
        bundle.certificate.message.possession[9] ^= 1;
        bundle.certificate.message.signature.fill(0);
        let decoded = PrekeyBundle::decode(&bundle.encode()).unwrap();
        assert_eq!(decoded, bundle);
        assert_eq!(decoded.verify(&alice.verified, NOW), Ok(genuine));
    }

    #[test]
    fn a_certificate_has_the_lengths_of_one() {
        let bundle = alice().shelf.take_bundle(NOW);
        let with = |change: fn(&mut proto::DeviceCertificate)| {
            let mut changed = bundle.clone();
            change(&mut changed.certificate.message);
            PrekeyBundle::decode(&changed.encode()).map(|_| ())
        };
        assert_eq!(with(|c| c.body.resize(CERTIFICATE_BODY_BYTES, 0)), Ok(()));
        let refused = |error: DecodeError| Err(BundleError::Malformed(error));
        assert_eq!(
            with(|c| c.body.resize(CERTIFICATE_BODY_BYTES + 1, 0)),
            refused(DecodeError::TooLarge)
        );
        assert_eq!(with(|c| c.possession.truncate(63)), refused(DecodeError::WrongLength));
        assert_eq!(with(|c| c.signature.push(0)), refused(DecodeError::WrongLength));
    }

    type Swap = fn(&mut PrekeyBundle, &mut Published, &mut Published);

    /// What a hostile server can put where something else belongs. The stranger is another account;
    /// `alice` is the same device that hands out a second bundle.
    const SWAPS: [(&str, Swap, BundleError); 20] = [
        (
            "another account's certificate",
            |b, _, s| b.certificate = s.shelf.take_bundle(NOW).certificate,
            BundleError::OtherCertificate,
        ),
        (
            "another account's whole bundle",
            |b, _, s| *b = s.shelf.take_bundle(NOW),
            BundleError::OtherCertificate,
        ),
        (
            "an older certificate of the device",
            |b, a, _| b.certificate = (&older_certificate(a)).into(),
            BundleError::OtherCertificate,
        ),
        (
            "another account's signed prekey",
            |b, _, s| b.signed = s.shelf.take_bundle(NOW).signed,
            BundleError::SignedPrekey(PrekeyError::OtherOwner),
        ),
        (
            "another account's KEM prekey",
            |b, _, s| b.kem = s.shelf.take_bundle(NOW).kem,
            BundleError::KemPrekey(PrekeyError::OtherOwner),
        ),
        (
            "another account's one-time prekey",
            |b, _, s| b.one_time = s.shelf.take_bundle(NOW).one_time,
            BundleError::OneTimePrekey(PrekeyError::OtherOwner),
        ),
        (
            "one-time for signed",
            |b, _, _| b.signed = b.one_time.clone().unwrap(),
            BundleError::SignedPrekey(PrekeyError::WrongKind),
        ),
        (
            "signed for one-time",
            |b, _, _| b.one_time = Some(b.signed.clone()),
            BundleError::OneTimePrekey(PrekeyError::WrongKind),
        ),
        (
            "KEM for signed",
            |b, _, _| b.signed = b.kem.clone(),
            BundleError::SignedPrekey(PrekeyError::WrongKind),
        ),
        (
            "KEM for one-time",
            |b, _, _| b.one_time = Some(b.kem.clone()),
            BundleError::OneTimePrekey(PrekeyError::WrongKind),
        ),
        (
            "signed for KEM",
            |b, _, _| b.kem = b.signed.clone(),
            BundleError::KemPrekey(PrekeyError::WrongKind),
        ),
        (
            "one-time for KEM",
            |b, _, _| b.kem = b.one_time.clone().unwrap(),
            BundleError::KemPrekey(PrekeyError::WrongKind),
        ),
        (
            "the server's own signed prekey",
            |b, a, s| b.signed = forged(a, s, b.signed.id(), PrekeyKind::Signed),
            BundleError::SignedPrekey(PrekeyError::Signature),
        ),
        (
            "the server's own KEM prekey",
            |b, a, s| b.kem = forged(a, s, b.kem.id(), PrekeyKind::OneTimeKem),
            BundleError::KemPrekey(PrekeyError::Signature),
        ),
        (
            "the server's own last-resort prekey",
            |b, a, s| b.kem = forged(a, s, b.kem.id(), PrekeyKind::LastResortKem),
            BundleError::KemPrekey(PrekeyError::Signature),
        ),
        (
            "the server's own one-time prekey",
            |b, a, s| b.one_time = Some(forged(a, s, b.signed.id(), PrekeyKind::OneTime)),
            BundleError::OneTimePrekey(PrekeyError::Signature),
        ),
        (
            "the signature of another prekey on the signed one",
            |b, a, _| b.signed = resigned(&b.signed, &a.shelf.take_bundle(NOW).kem),
            BundleError::SignedPrekey(PrekeyError::Signature),
        ),
        (
            "the signature of another prekey on the KEM one",
            |b, a, _| b.kem = resigned(&b.kem, &a.shelf.take_bundle(NOW).kem),
            BundleError::KemPrekey(PrekeyError::Signature),
        ),
        (
            "one id for two prekeys",
            |b, a, _| b.one_time = Some(same_id(a, b.signed.id(), PrekeyKind::OneTime)),
            BundleError::SameId,
        ),
        (
            "one id for signed and KEM",
            |b, a, _| b.kem = same_id(a, b.signed.id(), PrekeyKind::OneTimeKem),
            BundleError::SameId,
        ),
    ];

    fn older_certificate(alice: &Published) -> DeviceCertificate {
        let account = crate::identity::fixture::Account::new("alice", 1, 1);
        let validity = crate::identity::fixture::month(NOW);
        let terms = crate::identity::CertificateTerms { validity, capabilities: 7 };
        let request =
            alice.device.keys().request_certificate(&account.id, alice.device.account_key(), terms);
        account.pair.certify(&request, NOW).unwrap()
    }

    fn fresh(kind: PrekeyKind) -> PrekeyPublic {
        let mut rng = crate::identity::fixture::rng(77);
        match kind {
            PrekeyKind::Signed | PrekeyKind::OneTime => {
                PrekeyPublic::Dh(*crate::crypto::DhSecretKey::generate(&mut rng).public_key())
            }
            _ => PrekeyPublic::Kem(crate::crypto::KemSecretKey::generate(&mut rng).public_key()),
        }
    }

    fn same_id(alice: &Published, id: PrekeyId, kind: PrekeyKind) -> PublishedPrekey {
        let validity = crate::identity::fixture::month(NOW);
        PublishedPrekey::sign(&alice.device, kind, id, fresh(kind), validity)
    }

    /// Says that it is Alice's, under the stranger's signature.
    fn forged(
        alice: &Published,
        stranger: &Published,
        id: PrekeyId,
        kind: PrekeyKind,
    ) -> PublishedPrekey {
        let mut message = same_id(alice, id, kind).to_proto();
        let key = stranger.device.signing_key();
        let purpose = crate::crypto::SignaturePurpose::Prekey;
        message.signature = key.sign(purpose, &message.body).as_bytes().to_vec();
        PublishedPrekey::from_proto(message).unwrap()
    }

    fn resigned(prekey: &PublishedPrekey, other: &PublishedPrekey) -> PublishedPrekey {
        let mut message = prekey.to_proto();
        message.signature = other.to_proto().signature;
        PublishedPrekey::from_proto(message).unwrap()
    }

    #[test]
    fn a_hostile_server_swaps_in_vain() {
        for (name, swap, error) in SWAPS {
            let (mut alice, mut stranger) = (alice(), published("mallory", 2));
            let mut bundle = alice.shelf.take_bundle(NOW);
            swap(&mut bundle, &mut alice, &mut stranger);
            let received = PrekeyBundle::decode(&bundle.encode()).unwrap();
            assert_eq!(received.verify(&alice.verified, NOW), Err(error), "{name}");
        }
    }

    #[test]
    fn a_bundle_is_refused_for_another_device_than_its_own() {
        let (mut alice, stranger) = (alice(), published("mallory", 2));
        let bundle = alice.shelf.take_bundle(NOW);
        assert_eq!(bundle.verify(&stranger.verified, NOW), Err(BundleError::OtherCertificate));
    }

    #[test]
    fn an_old_bundle_is_refused() {
        let mut alice = alice();
        let bundle = alice.shelf.take_bundle(NOW);
        assert_eq!(
            bundle.verify(&alice.verified, days(30)),
            Err(BundleError::SignedPrekey(PrekeyError::Validity(OutsideValidity::Expired)))
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = PrekeyBundle::decode(&bytes);
            let _ = crate::prekey::Publication::decode(&bytes);
        }
    }
}
