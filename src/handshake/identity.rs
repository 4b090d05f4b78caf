use alloc::vec::Vec;

use super::psk::PreSharedSecretId;
use crate::crypto::{AeadKey, Digest, Nonce, TAG_LEN};
use crate::identity::{ClaimedList, DeviceCertificate};
use crate::limits::SEALED_IDENTITY_BYTES;
use crate::wire::{DecodeError, Layout, Reader, Writer};

const VERSION: u8 = 1;

/// Bytes of every identity before it is sealed: zeros fill up what it leaves, so that the length
/// tells nothing of account or secret.
const IDENTITY_BYTES: usize = SEALED_IDENTITY_BYTES - TAG_LEN;

/// Who the initiator says it is: what travels sealed in the handshake. SPEC.md section 7.3.
#[derive(Clone, Debug)]
pub struct InitiatorIdentity {
    certificate: DeviceCertificate,
    list: ClaimedList,
    pub(crate) psk: Option<PreSharedSecretId>,
    /// The newest session with the responder's device that the initiator knew.
    pub(crate) known: Option<SessionName>,
}

/// Names a session within the two devices that have it: the first eight bytes of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionName([u8; Self::LEN]);

impl SessionName {
    /// Length in bytes.
    pub const LEN: usize = 8;

    pub(crate) fn of(id: &Digest) -> Self {
        Self(id.as_bytes().first_chunk().copied().unwrap_or_default())
    }

    /// The eight bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        self.0
    }
}

impl Layout for SessionName {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

impl InitiatorIdentity {
    pub(super) const fn new(
        certificate: DeviceCertificate,
        list: ClaimedList,
        psk: Option<PreSharedSecretId>,
        known: Option<SessionName>,
    ) -> Self {
        Self { certificate, list, psk, known }
    }

    /// The initiator's device certificate, whose two signatures have been verified.
    #[must_use]
    pub fn certificate(&self) -> &DeviceCertificate {
        &self.certificate
    }

    /// The newest device list that the initiator knows of its own account.
    #[must_use]
    pub fn claimed_list(&self) -> ClaimedList {
        self.list
    }

    pub(super) fn seal(&self, key: &AeadKey, t1: &Digest) -> Vec<u8> {
        let mut out = self.padded();
        key.seal_suffix(&Nonce::ZERO, t1.as_bytes(), &mut out, 0);
        out
    }

    /// `None`: not authentic, or not what an honest initiator seals.
    pub(super) fn open(
        key: &AeadKey,
        t1: &Digest,
        sealed: &[u8; SEALED_IDENTITY_BYTES],
    ) -> Option<Self> {
        let mut sealed = *sealed;
        Self::parse(key.open_in_place(&Nonce::ZERO, t1.as_bytes(), &mut sealed)?)
    }

    /// What is sealed.
    fn padded(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(SEALED_IDENTITY_BYTES);
        w.put(&VERSION).put(&self.list.version).put(&self.list.hash);
        w.put(&self.psk).put(&self.known);
        w.var(&self.certificate.encode());
        let mut out = w.into_public();
        out.resize(IDENTITY_BYTES, 0);
        out
    }

    /// Reads what [`Self::padded`] wrote.
    fn parse(padded: &[u8]) -> Option<Self> {
        let mut r = Reader::new(padded);
        r.version(VERSION).ok()?;
        let list = ClaimedList { version: r.get().ok()?, hash: r.get().ok()? };
        let (psk, known) = (r.get().ok()?, r.get().ok()?);
        let certificate = DeviceCertificate::decode(r.var(IDENTITY_BYTES).ok()?).ok()?;
        let padding_is_zero = r.rest().iter().all(|byte| *byte == 0);
        padding_is_zero.then_some(Self { certificate, list, psk, known })
    }

    /// Whether the identity fits into its one length.
    pub(super) fn fits(&self) -> bool {
        const NAMES: usize = 1 + PreSharedSecretId::LEN + 1 + SessionName::LEN;
        const FIXED: usize = 1 + 4 + Digest::LEN + NAMES + 2;
        self.certificate.encode().len() <= IDENTITY_BYTES - FIXED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{AccountId, AccountKeyPair, CertificateTerms, DeviceKeys, Validity};
    use crate::time::Timestamp;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// That of an account whose id has `len` bytes.
    fn identity(len: usize, psk: bool, known: bool) -> InitiatorIdentity {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let now = Timestamp::from_secs(1_800_000_000);
        let account_key = AccountKeyPair::generate(&mut rng);
        let validity = Validity::starting(now, core::time::Duration::from_mins(1)).unwrap();
        let account = AccountId::new(&alloc::vec![b'a'; len]).unwrap();
        let keys = DeviceKeys::generate(&mut rng);
        let terms = CertificateTerms { validity, capabilities: u32::MAX };
        let request = keys.request_certificate(&account, &account_key.public_key(), terms);
        let certificate = account_key.certify(&request, now).unwrap();
        let hash = Digest::from_bytes([1; 32]);
        let list = ClaimedList { version: crate::identity::ListVersion::FIRST, hash };
        let psk = psk.then(|| super::super::PreSharedSecret::generate(&mut rng).id());
        InitiatorIdentity::new(certificate, list, psk, known.then_some(SessionName([5; 8])))
    }

    #[test]
    fn the_longest_identity_fits_and_all_have_one_length() {
        for (len, psk) in [(1, false), (1, true), (64, false), (64, true)] {
            let identity = identity(len, psk, true);
            assert!(identity.fits());
            let key = AeadKey::new(crate::crypto::Secret::new([7; 32]));
            let t1 = Digest::from_bytes([2; 32]);
            let sealed = identity.seal(&key, &t1);
            let opened = InitiatorIdentity::open(&key, &t1, &sealed.try_into().unwrap());
            assert_eq!(opened.unwrap().certificate(), &identity.certificate);
        }
    }

    fn has_one_encoding(bytes: &[u8]) {
        if let Some(identity) = InitiatorIdentity::parse(bytes) {
            assert_eq!(identity.padded(), bytes);
        }
    }

    proptest! {
        #[test]
        fn what_decodes_of_any_bytes_encodes_to_them(bytes: [u8; IDENTITY_BYTES], len in 0..=IDENTITY_BYTES) {
            let versioned = [&[VERSION], &bytes[1..]].concat();
            for bytes in [&bytes[..], &versioned] {
                has_one_encoding(bytes);
                prop_assert!(InitiatorIdentity::parse(&bytes[..len]).is_none());
            }
        }

        #[test]
        fn what_decodes_of_a_damaged_identity_encodes_to_it(
            len in prop_oneof![Just(1_usize), Just(64)],
            psk: bool,
            known: bool,
            changes in vec((0..IDENTITY_BYTES, 1u8..), 0..3),
        ) {
            let genuine = identity(len, psk, known);
            let mut bytes = genuine.padded();
            prop_assert!(InitiatorIdentity::parse(&bytes).is_some());
            for (at, bits) in changes {
                bytes[at] ^= bits;
            }
            has_one_encoding(&bytes);
        }
    }
}
