use alloc::boxed::Box;
use core::fmt;

use libcrux_ml_kem::mlkem768;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// An ML-KEM-768 encapsulation key (FIPS 203) that passed the modulus check of section 7.2.
#[derive(Clone, PartialEq, Eq)]
pub struct KemPublicKey(Box<[u8; Self::LEN]>);

impl KemPublicKey {
    /// The byte that precedes the key wherever kinds of keys could be confused (SPEC.md 3.1).
    pub const TYPE: u8 = 0x11;
    /// Length in bytes.
    pub const LEN: usize = 1184;

    /// Takes a received key.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] when the length is wrong or a coefficient is not reduced.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let bytes: Box<[u8; Self::LEN]> =
            Box::new(bytes.try_into().map_err(|_| DecodeError::InvalidKey)?);
        if !mlkem768::validate_public_key(&(&*bytes).into()) {
            return Err(DecodeError::InvalidKey);
        }
        Ok(Self(bytes))
    }

    /// The encoding of FIPS 203.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Encapsulates with randomness from the caller's generator.
    pub(crate) fn encapsulate<R: CryptoRng + ?Sized>(
        &self,
        rng: &mut R,
    ) -> (KemCiphertext, Secret<32>) {
        #[cfg(test)]
        super::meter::count(|m| m.kem += 1);
        let randomness = Secret::<32>::random(rng);
        let (ciphertext, shared) =
            mlkem768::encapsulate(&(&*self.0).into(), *randomness.as_bytes());
        let shared = Zeroizing::new(shared);
        (KemCiphertext(Box::new(*ciphertext.as_slice())), Secret::new(*shared))
    }
}

impl fmt::Debug for KemPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "KemPublicKey", self.0.as_slice())
    }
}

impl Layout for KemPublicKey {
    fn write(&self, w: &mut Writer) {
        w.u8(Self::TYPE);
        w.raw(self.0.as_slice());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(Self::TYPE)?;
        Self::from_bytes(r.raw(Self::LEN)?)
    }
}

/// An ML-KEM-768 ciphertext: 1,088 bytes. Any bytes of this length decapsulate to something; a
/// wrong one shows only when what was sealed under its secret does not open.
#[derive(Clone, PartialEq, Eq)]
pub struct KemCiphertext(Box<[u8; Self::LEN]>);

impl KemCiphertext {
    /// Length in bytes.
    pub const LEN: usize = 1088;

    /// Takes a received ciphertext.
    ///
    /// # Errors
    /// [`DecodeError::WrongLength`] when it is not 1,088 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        bytes.try_into().map(|bytes| Self(Box::new(bytes))).map_err(|_| DecodeError::WrongLength)
    }

    /// The encoding of FIPS 203.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for KemCiphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "KemCiphertext", self.0.as_slice())
    }
}

/// An ML-KEM-768 decapsulation key, kept as the 64-byte seed `d ‖ z` of FIPS 203 and expanded for
/// each use: the seed form binds ciphertext and key, and is 2,336 bytes smaller.
#[derive(Clone, Debug)]
pub struct KemSecretKey(Secret<64>);

impl KemSecretKey {
    /// A fresh seed from the caller's generator.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// Expands the seed to the public key (FIPS 203, algorithm 16).
    #[must_use]
    pub fn public_key(&self) -> KemPublicKey {
        #[cfg(test)]
        super::meter::count(|m| m.kem += 1);
        let pair = mlkem768::generate_key_pair(*self.0.as_bytes());
        KemPublicKey(Box::new(*pair.pk()))
    }

    /// Decapsulates (FIPS 203, algorithm 21). A forged ciphertext gives an unpredictable secret.
    /// The public key comes with it, since the transcript needs it and the seed was just expanded.
    pub(crate) fn decapsulate(&self, ciphertext: &KemCiphertext) -> (KemPublicKey, Secret<32>) {
        #[cfg(test)]
        super::meter::count(|m| m.kem += 1);
        let pair = mlkem768::generate_key_pair(*self.0.as_bytes());
        let shared =
            Zeroizing::new(mlkem768::decapsulate(pair.private_key(), &(&*ciphertext.0).into()));
        (KemPublicKey(Box::new(*pair.pk())), Secret::new(*shared))
    }
}

impl Layout for KemSecretKey {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Secret::read(r).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Tape, read_all, unhex};
    use super::*;
    use alloc::vec::Vec;
    use sha2::{Digest as _, Sha256};

    /// The ML-KEM-768 vector "unluckysample" of C2SP's CCTV, whose matrix takes more rejection
    /// sampling than usual; its long values as SHA-256, which another implementation
    /// (kyber-py) confirms.
    const SEED: &str = "82c4a361586b9715c2375a45fb85c32d04be7fe6e26acd820ec5d4080093afe1\
                        8476013560151d986dc7834dcb57c75f845f8d7ee71558d0955f3f4feb723cf2";
    const M: &str = "e48f74ad416e99631003ded1478aec62a02c245d88ed7f2fae92aedf13ca03b3";
    const SHARED: &str = "4f7cc64c040fc4e335a539691f4638caf8b1bf5da6455754afe699e41813801b";
    const PUBLIC_SHA256: &str = "056834c9a99e2a5c4626126a79471e6e71bfc6589b136df8c2042f0f269a096c";
    const CIPHER_SHA256: &str = "b1416c2cab14394174ba9f5181d178a0229a8957ea1965c0eb5d3badae563e10";
    /// Decapsulation of that ciphertext with its first bit flipped, by kyber-py.
    const REJECTED: &str = "0f198c806707e2ce640b1c037eb9ae53d9d8a93d878ee77a3a0d92288ff0fe25";

    fn key() -> KemSecretKey {
        KemSecretKey(Secret::new(unhex(SEED)))
    }

    fn encapsulated() -> (KemCiphertext, Secret<32>) {
        key().public_key().encapsulate(&mut Tape::new(&unhex::<32>(M)))
    }

    fn sha256(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    #[test]
    fn fips_203_key_generation() {
        let public = key().public_key();
        assert_eq!(public.as_bytes()[..8], unhex::<8>("ad568015b87690eb"));
        assert_eq!(sha256(public.as_bytes()), unhex(PUBLIC_SHA256));
    }

    #[test]
    fn fips_203_encapsulation() {
        let (ciphertext, shared) = encapsulated();
        assert_eq!(ciphertext.as_bytes()[..8], unhex::<8>("696ef1699d5ac2aa"));
        assert_eq!(sha256(ciphertext.as_bytes()), unhex(CIPHER_SHA256));
        assert_eq!(shared.as_bytes(), &unhex(SHARED));
    }

    #[test]
    fn fips_203_decapsulation() {
        let (public, shared) = key().decapsulate(&encapsulated().0);
        assert_eq!(shared.as_bytes(), &unhex(SHARED));
        assert!(public == key().public_key());
    }

    #[test]
    fn fips_203_implicit_rejection() {
        let mut ciphertext = encapsulated().0;
        ciphertext.0[0] ^= 1;
        assert_eq!(key().decapsulate(&ciphertext).1.as_bytes(), &unhex(REJECTED));
    }

    /// A hundred random keys, encapsulations and rejected ciphertexts, accumulated as C2SP's CCTV
    /// describes; the expected hash is the one that Go's standard library tests against.
    #[test]
    fn a_hundred_accumulated_vectors() {
        const ROUND: usize = 64 + 32 + KemCiphertext::LEN;
        let input: [u8; 100 * ROUND] = libcrux_sha3::shake128(&[]);
        let mut output = Vec::new();
        for round in input.chunks(ROUND) {
            let (seed, rest) = round.split_at(64);
            let (m, forged) = rest.split_at(32);
            let key: KemSecretKey = read_all(seed).unwrap();
            let (ciphertext, shared) = key.public_key().encapsulate(&mut Tape::new(m));
            let (public, decapsulated) = key.decapsulate(&ciphertext);
            assert_eq!(shared.as_bytes(), decapsulated.as_bytes());
            let (_, rejected) = key.decapsulate(&KemCiphertext::from_bytes(forged).unwrap());
            output.extend_from_slice(public.as_bytes());
            output.extend_from_slice(ciphertext.as_bytes());
            output.extend_from_slice(shared.as_bytes());
            output.extend_from_slice(rejected.as_bytes());
        }
        assert_eq!(
            libcrux_sha3::shake128::<32>(&output),
            unhex("1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415")
        );
    }

    /// The public key with its coefficient number `i` (12 bits each, 768 in all) replaced.
    fn with_coefficient(i: usize, value: u16) -> [u8; KemPublicKey::LEN] {
        let mut bytes = *key().public_key().as_bytes();
        let (at, [low, high]) = (i / 2 * 3, value.to_le_bytes());
        if i.is_multiple_of(2) {
            bytes[at] = low;
            bytes[at + 1] = (bytes[at + 1] & 0xf0) | high;
        } else {
            bytes[at + 1] = (bytes[at + 1] & 0x0f) | (low << 4);
            bytes[at + 2] = (low >> 4) | (high << 4);
        }
        bytes
    }

    #[test]
    fn a_coefficient_that_is_not_reduced_is_refused_wherever_it_is() {
        for i in 0..768 {
            assert!(KemPublicKey::from_bytes(&with_coefficient(i, 3328)).is_ok(), "{i}");
            for value in [3329, 4095] {
                let result = KemPublicKey::from_bytes(&with_coefficient(i, value));
                assert_eq!(result.unwrap_err(), DecodeError::InvalidKey, "{i}: {value}");
            }
        }
    }

    #[test]
    fn a_wrong_length_is_refused() {
        for len in [0, KemPublicKey::LEN - 1, KemPublicKey::LEN + 1] {
            let result = KemPublicKey::from_bytes(&alloc::vec![0; len]);
            assert_eq!(result.unwrap_err(), DecodeError::InvalidKey);
        }
        for len in [0, KemCiphertext::LEN - 1, KemCiphertext::LEN + 1] {
            let result = KemCiphertext::from_bytes(&alloc::vec![0; len]);
            assert_eq!(result.unwrap_err(), DecodeError::WrongLength);
        }
    }
}
