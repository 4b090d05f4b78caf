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
