use alloc::boxed::Box;
use core::fmt;

use libcrux_ml_kem::mlkem768::incremental;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{KemCiphertext, KemPublicKey, Secret};
use crate::wire::{DecodeError, Layout, Reader, Writer};

// ML-KEM-768 in steps: the first 960 bytes of a ciphertext need only 64 bytes of the key. The
// library's interface for this is not a standard one and its encodings have changed before, so
// what is kept between the steps is ours: seeds, and bytes as FIPS 203 has them.

/// What the first step of an encapsulation needs of a key: `ρ ‖ H(ek)`, with `H` as in FIPS 203,
/// over the whole key in its standard order.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KemHeader([u8; Self::LEN]);

impl KemHeader {
    /// Length in bytes.
    pub(crate) const LEN: usize = 64;

    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Takes the rest of the key: it must hash to what the header says and be reduced
    /// (FIPS 203, section 7.2).
    pub(crate) fn admit(&self, vector: &[u8]) -> Result<KemVector, DecodeError> {
        #[cfg(test)]
        super::meter::count(|m| m.kem += 1);
        incremental::validate_pk_bytes(&self.0, vector).map_err(|_| DecodeError::InvalidKey)?;
        let vector: [u8; KemVector::LEN] =
            vector.try_into().map_err(|_| DecodeError::WrongLength)?;
        Ok(KemVector(Box::new(vector)))
    }
}

impl fmt::Debug for KemHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "KemHeader", &self.0)
    }
}

impl Layout for KemHeader {
    fn write(&self, w: &mut Writer) {
        w.put(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

/// The bulk of a key, `t̂`, checked against its header.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KemVector(Box<[u8; Self::LEN]>);

impl KemVector {
    /// Length in bytes.
    pub(crate) const LEN: usize = KemPublicKey::LEN - 32;

    pub(crate) fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for KemVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "KemVector", self.0.as_slice())
    }
}

/// The first part of a ciphertext: compressed `u`.
pub(crate) type KemCt1 = [u8; KEM_CT1_LEN];
/// The second part of a ciphertext: compressed `v`.
pub(crate) type KemCt2 = [u8; KEM_CT2_LEN];
/// Length of the first part in bytes.
pub(crate) const KEM_CT1_LEN: usize = 960;
/// Length of the second part in bytes.
pub(crate) const KEM_CT2_LEN: usize = KemCiphertext::LEN - KEM_CT1_LEN;

/// The public halves of a key pair.
#[derive(Debug)]
pub(crate) struct KemKeyParts {
    pub(crate) header: KemHeader,
    pub(crate) vector: KemVector,
}

/// A key pair as the seed `d ‖ z` of FIPS 203. It is drawn where it stays: of one that moves into a
/// state the compiler was seen to leave a copy behind.
#[derive(Clone, Debug)]
pub(crate) struct KemSeed(Box<Secret<64>>);

impl KemSeed {
    pub(crate) fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::boxed(rng))
    }

    /// Expands the seed to the public halves.
    pub(crate) fn public_parts(&self) -> KemKeyParts {
        let expanded = self.expand();
        // dk ‖ t̂ ‖ ρ ‖ H(ek) ‖ z
        let (_, public) = expanded.split_at(KemVector::LEN);
        let (vector, rest) = public.split_at(KemVector::LEN);
        KemKeyParts { header: KemHeader(copied(rest)), vector: KemVector(Box::new(copied(vector))) }
    }

    /// Decapsulates (FIPS 203, algorithm 21). A forged ciphertext gives an unpredictable secret.
    pub(crate) fn decapsulate(&self, ct1: &KemCt1, ct2: &KemCt2) -> Secret<32> {
        let expanded = self.expand();
        let shared = Zeroizing::new(incremental::decapsulate_compressed_key(
            &expanded,
            &incremental::Ciphertext1 { value: *ct1 },
            &incremental::Ciphertext2 { value: *ct2 },
        ));
        Secret::new(*shared)
    }

    fn expand(&self) -> Zeroizing<[u8; incremental::COMPRESSED_KEYPAIR_LEN]> {
        #[cfg(test)]
        super::meter::count(|m| m.kem += 1);
        let mut expanded = Zeroizing::new([0; incremental::COMPRESSED_KEYPAIR_LEN]);
        incremental::generate_key_pair_compressed(*self.0.as_bytes(), &mut expanded);
        expanded
    }
}

/// The first `N` bytes, which the callers' constants guarantee to be there.
fn copied<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

impl Layout for KemSeed {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Secret::read(r).map(Box::new).map(Self)
    }
}

/// An encapsulation between its steps: the header and the 32 bytes of randomness `m`, from which
/// each step is computed anew.
#[derive(Clone, Debug)]
pub(crate) struct KemEncapsulation {
    header: KemHeader,
    randomness: Secret<32>,
}

/// What the first step gives.
pub(crate) struct KemFirstStep {
    pub(crate) ct1: KemCt1,
    pub(crate) shared: Secret<32>,
}

/// A whole ciphertext.
pub(crate) struct KemCiphertextParts {
    pub(crate) ct1: KemCt1,
    pub(crate) ct2: KemCt2,
}

impl KemEncapsulation {
    pub(crate) fn begin<R: CryptoRng + ?Sized>(header: KemHeader, rng: &mut R) -> Self {
        Self { header, randomness: Secret::random(rng) }
    }

    pub(crate) const fn header(&self) -> &KemHeader {
        &self.header
    }

    /// The first part of the ciphertext and the shared secret.
    pub(crate) fn first(&self) -> KemFirstStep {
        self.first_with_state().1
    }

    /// Both parts of the ciphertext, for the key that [`KemHeader::admit`] checked against this
    /// header.
    pub(crate) fn ciphertext(&self, vector: &KemVector) -> KemCiphertextParts {
        let (state, first) = self.first_with_state();
        let ct2 = incremental::encapsulate2(&state, vector.as_bytes()).value;
        KemCiphertextParts { ct1: first.ct1, ct2 }
    }

    fn first_with_state(&self) -> (Zeroizing<[u8; incremental::encaps_state_len()]>, KemFirstStep) {
        #[cfg(test)]
        super::meter::count(|m| m.kem += 1);
        let mut state = Zeroizing::new([0; incremental::encaps_state_len()]);
        // Only buffers of other lengths are an error, and these have theirs from the library. If it
        // failed all the same, the secret would be one that nobody else has.
        let mut shared = Zeroizing::new(*self.randomness.as_bytes());
        let randomness = *self.randomness.as_bytes();
        let ct1 = incremental::encapsulate1(&self.header.0, randomness, &mut *state, &mut *shared)
            .map_or([0; KEM_CT1_LEN], |ct1| ct1.value);
        (state, KemFirstStep { ct1, shared: Secret::new(*shared) })
    }
}

impl Layout for KemEncapsulation {
    fn write(&self, w: &mut Writer) {
        let Self { header, randomness } = self;
        w.put(header).put(randomness);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { header: r.get()?, randomness: r.get()? })
    }
}

#[cfg(test)]
mod tests {
    use libcrux_ml_kem::mlkem768;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn rng(seed: u64) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(seed)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_steps_together_are_ordinary_ml_kem(seed: u64) {
            let mut rng = rng(seed);
            let pair = KemSeed::generate(&mut rng);
            let KemKeyParts { header, vector } = pair.public_parts();
            let standard = mlkem768::generate_key_pair(*pair.0.as_bytes());
            prop_assert_eq!(&standard.pk()[..KemVector::LEN], vector.as_bytes());
            prop_assert_eq!(&standard.pk()[KemVector::LEN..], &header.as_bytes()[..32]);

            let encapsulation = KemEncapsulation::begin(header.clone(), &mut rng);
            let first = encapsulation.first();
            let KemCiphertextParts { ct1, ct2 } =
                encapsulation.ciphertext(&header.admit(vector.as_bytes()).unwrap());
            prop_assert_eq!(ct1, first.ct1);
            let randomness = *encapsulation.randomness.as_bytes();
            let (ciphertext, shared) = mlkem768::encapsulate(standard.public_key(), randomness);
            prop_assert_eq!(&ciphertext.as_slice()[..KEM_CT1_LEN], &first.ct1);
            prop_assert_eq!(&ciphertext.as_slice()[KEM_CT1_LEN..], &ct2);
            prop_assert_eq!(first.shared.as_bytes(), &shared);
            prop_assert_eq!(*pair.decapsulate(&first.ct1, &ct2).as_bytes(), shared);
        }
    }

    #[test]
    fn a_key_that_is_not_the_headers_is_refused() {
        let KemKeyParts { header, vector } = KemSeed::generate(&mut rng(1)).public_parts();
        let mut other = *vector.as_bytes();
        other[0] ^= 1;
        assert_eq!(header.admit(&other), Err(DecodeError::InvalidKey));
        assert_eq!(header.admit(&other[1..]), Err(DecodeError::InvalidKey));
    }

    #[test]
    fn a_key_with_an_unreduced_coefficient_is_refused_though_its_hash_fits() {
        // SHA3-256 of 1,184 zero bytes, and of the same with the first coefficient 0xfff.
        let reduced = "d2c9a283b3d97759100a9a12b3ea90d70e51082b5df280a51cbe6234e4403e60";
        let unreduced = "0cc434739ddc3cef4fcb362850da36b1ad245cc11b9b523a3c473a4484d31feb";
        let mut key = [0; KemVector::LEN];
        let header = |hash| {
            let mut header = [0; KemHeader::LEN];
            hex::decode_to_slice(hash, &mut header[32..]).unwrap();
            KemHeader::from_bytes(header)
        };
        assert!(header(reduced).admit(&key).is_ok());
        key[..2].copy_from_slice(&[0xff, 0x0f]);
        assert_eq!(header(unreduced).admit(&key), Err(DecodeError::InvalidKey));
    }

    #[test]
    fn a_forged_ciphertext_decapsulates_to_another_secret() {
        let mut rng = rng(2);
        let pair = KemSeed::generate(&mut rng);
        let KemKeyParts { header, vector } = pair.public_parts();
        let encapsulation = KemEncapsulation::begin(header, &mut rng);
        let first = encapsulation.first();
        let mut ct2 = encapsulation.ciphertext(&vector).ct2;
        ct2[0] ^= 1;
        assert_ne!(pair.decapsulate(&first.ct1, &ct2).as_bytes(), first.shared.as_bytes());
    }
}
