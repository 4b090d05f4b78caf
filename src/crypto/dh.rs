use core::fmt;

use rand_core::CryptoRng;
use zeroize::ZeroizeOnDrop;

use super::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// An X25519 public key (RFC 7748) in its one canonical encoding: 32 bytes, little-endian, less
/// than 2^255 − 19.
#[derive(Clone, Copy, Eq)]
pub struct DhPublicKey(x25519_dalek::PublicKey);

/// By their bytes, since encodings are canonical: the library would compute with the points.
impl PartialEq for DhPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl DhPublicKey {
    /// The byte that precedes the key wherever kinds of keys could be confused (SPEC.md 3.1).
    pub const TYPE: u8 = 0x01;
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes a received key.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] when the encoding is not canonical (the value is 2^255 − 19 or
    /// more, or the unused bit is set) or the key is the zero point, which no honest peer sends.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        if !is_canonical(&bytes) || bytes == [0; 32] {
            return Err(DecodeError::InvalidKey);
        }
        Ok(Self(x25519_dalek::PublicKey::from(bytes)))
    }

    /// The 32-byte encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// Whether the little-endian value is below the field prime 2^255 − 19.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    *high < 0x7f || (*high == 0x7f && (middle.iter().any(|b| *b != 0xff) || *low < 0xed))
}

impl fmt::Debug for DhPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "DhPublicKey", self.as_bytes())
    }
}

impl Layout for DhPublicKey {
    fn write(&self, w: &mut Writer) {
        w.u8(Self::TYPE);
        w.raw(self.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(Self::TYPE)?;
        Self::from_bytes(r.array()?)
    }
}

/// An X25519 secret key and its public half. Wiped on drop, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct DhSecretKey {
    secret: x25519_dalek::StaticSecret,
    #[zeroize(skip)]
    public: DhPublicKey,
}

impl DhSecretKey {
    /// A fresh key from the caller's generator.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::from_secret(&Secret::random(rng))
    }

    pub(crate) fn from_secret(bytes: &Secret<32>) -> Self {
        #[cfg(test)]
        super::meter::count(|m| m.dh_public += 1);
        let secret = x25519_dalek::StaticSecret::from(*bytes.as_bytes());
        let public = DhPublicKey(x25519_dalek::PublicKey::from(&secret));
        Self { secret, public }
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &DhPublicKey {
        &self.public
    }

    /// The one Diffie–Hellman of the crate.
    pub(crate) fn diffie_hellman(
        &self,
        their: &DhPublicKey,
    ) -> Result<SharedSecret, NonContributory> {
        #[cfg(test)]
        super::meter::count(|m| m.dh += 1);
        let shared = self.secret.diffie_hellman(&their.0);
        if !shared.was_contributory() {
            return Err(NonContributory);
        }
        Ok(SharedSecret(Secret::new(*shared.as_bytes())))
    }
}

impl fmt::Debug for DhSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DhSecretKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Stored as the secret scalar alone; the public half is derived again on load.
impl Layout for DhSecretKey {
    fn write(&self, w: &mut Writer) {
        w.raw(self.secret.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_secret(&Secret::read(r)?))
    }
}

/// An X25519 secret key without its public half, which is derived for each use: for one-time
/// prekeys, of which hundreds are kept and one is used.
#[derive(Clone, Debug)]
pub(crate) struct DhSeed(Secret<32>);

impl DhSeed {
    pub(crate) fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    pub(crate) fn expand(&self) -> DhSecretKey {
        DhSecretKey::from_secret(&self.0)
    }
}

/// As a [`DhSecretKey`] is stored.
impl Layout for DhSeed {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Secret::read(r).map(Self)
    }
}

/// A ratchet key: one whose public half, once it was read from storage, is derived when a message is
/// sent. Most sessions that are read only receive. Until then zeros stand for it, which are no key's.
#[derive(Debug)]
pub(crate) struct RatchetKey(DhSecretKey);

impl RatchetKey {
    pub(crate) fn public_key(&mut self) -> &DhPublicKey {
        if self.0.public.as_bytes() == &[0; DhPublicKey::LEN] {
            #[cfg(test)]
            super::meter::count(|m| m.dh_public += 1);
            self.0.public = DhPublicKey(x25519_dalek::PublicKey::from(&self.0.secret));
        }
        &self.0.public
    }

    pub(crate) fn diffie_hellman(
        &self,
        their: &DhPublicKey,
    ) -> Result<SharedSecret, NonContributory> {
        self.0.diffie_hellman(their)
    }
}

impl From<DhSecretKey> for RatchetKey {
    fn from(key: DhSecretKey) -> Self {
        Self(key)
    }
}

/// As a [`DhSecretKey`] is stored.
impl Layout for RatchetKey {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let secret = x25519_dalek::StaticSecret::from(*Secret::read(r)?.as_bytes());
        let public = DhPublicKey(x25519_dalek::PublicKey::from([0; DhPublicKey::LEN]));
        Ok(Self(DhSecretKey { secret, public }))
    }
}

/// The output of one Diffie–Hellman.
#[derive(Debug)]
pub(crate) struct SharedSecret(Secret<32>);

impl SharedSecret {
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// The peer's key contributed nothing: the shared secret would be the same for everybody
/// (RFC 7748, section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peer's Diffie-Hellman key contributes nothing to the shared secret")]
pub struct NonContributory;

#[cfg(test)]
mod tests {
    use super::super::tests::{secret, unhex};
    use super::*;
    use proptest::prelude::*;

    const ALICE: &str = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    const BOB: &str = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";

    fn key(text: &str) -> DhSecretKey {
        DhSecretKey::from_secret(&secret(text))
    }

    fn public(text: &str) -> Result<DhPublicKey, DecodeError> {
        DhPublicKey::from_bytes(unhex(text))
    }

    fn shared(secret: &str, their: &str) -> [u8; 32] {
        *key(secret).diffie_hellman(&public(their).unwrap()).unwrap().as_bytes()
    }

    #[test]
    fn rfc_7748_section_5_2_single() {
        assert_eq!(
            shared(
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"
            ),
            unhex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
        );
    }

    /// The second vector sets the unused bit of the coordinate. RFC 7748 ignores it; we refuse it,
    /// since two encodings of one key would be two keys to a hash. Without it the result is the
    /// RFC's.
    #[test]
    fn rfc_7748_section_5_2_unused_bit() {
        let given = "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493";
        assert_eq!(public(given), Err(DecodeError::InvalidKey));
        assert_eq!(
            shared(
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413"
            ),
            unhex("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")
        );
    }

    #[test]
    fn rfc_7748_section_5_2_iterated() {
        let mut k: [u8; 32] = core::array::from_fn(|i| if i == 0 { 9 } else { 0 });
        let mut u = k;
        for round in 1..=1000 {
            let their = DhPublicKey::from_bytes(u).unwrap();
            let secret = DhSecretKey::from_secret(&Secret::new(k));
            u = k;
            k = *secret.diffie_hellman(&their).unwrap().as_bytes();
            if round == 1 {
                let first = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
                assert_eq!(k, unhex(first));
            }
        }
        assert_eq!(k, unhex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
    }

    #[test]
    fn rfc_7748_section_6_1() {
        let alice = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
        let bob = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        assert_eq!(key(ALICE).public_key().as_bytes(), &unhex(alice));
        assert_eq!(key(BOB).public_key().as_bytes(), &unhex(bob));
        let agreed = unhex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assert_eq!(shared(ALICE, bob), agreed);
        assert_eq!(shared(BOB, alice), agreed);
    }

    /// Every coordinate of small order, on the curve and on its twist, in every encoding that 32
    /// bytes have: orders 1, 4, 8, 8 and 2, and 0 and 1 once more as p and p + 1.
    #[test]
    fn no_point_of_small_order_gives_a_secret() {
        for point in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            let mut bytes = unhex(point);
            if let Ok(their) = DhPublicKey::from_bytes(bytes) {
                let result = key(ALICE).diffie_hellman(&their);
                assert_eq!(result.unwrap_err(), NonContributory, "{point}");
            }
            bytes[31] |= 0x80;
            assert_eq!(DhPublicKey::from_bytes(bytes), Err(DecodeError::InvalidKey));
        }
    }

    #[test]
    fn the_zero_point_is_no_key() {
        assert_eq!(DhPublicKey::from_bytes([0; 32]), Err(DecodeError::InvalidKey));
    }

    #[test]
    fn every_value_from_the_prime_on_is_refused() {
        let mut bytes = [0xff; 32];
        bytes[31] = 0x7f;
        for low in 0xed..=0xff {
            bytes[0] = low;
            assert_eq!(DhPublicKey::from_bytes(bytes), Err(DecodeError::InvalidKey), "{low}");
        }
        bytes[0] = 0xec;
        assert!(DhPublicKey::from_bytes(bytes).is_ok(), "p - 1 is canonical");
    }

    fn any_bytes() -> impl Strategy<Value = [u8; 32]> {
        // Mostly bytes at the edges, so that values near the prime come up.
        prop::array::uniform32(prop_oneof![Just(0xff), Just(0x7f), Just(0xed), any::<u8>()])
    }

    proptest! {
        #[test]
        fn exactly_the_values_below_the_prime_are_taken(mut bytes in any_bytes(), near: bool) {
            if near {
                bytes[1..31].fill(0xff);
            }
            let mut prime = [0xff; 32];
            (prime[0], prime[31]) = (0xed, 0x7f);
            let below = bytes.iter().rev().lt(prime.iter().rev());
            let taken = DhPublicKey::from_bytes(bytes).is_ok();
            prop_assert_eq!(taken, below && bytes != [0; 32]);
        }

        #[test]
        fn both_sides_agree(a: [u8; 32], b: [u8; 32]) {
            let [a, b] = [a, b].map(|bytes| DhSecretKey::from_secret(&Secret::new(bytes)));
            let left = a.diffie_hellman(b.public_key()).unwrap();
            let right = b.diffie_hellman(a.public_key()).unwrap();
            prop_assert_eq!(left.as_bytes(), right.as_bytes());
            prop_assert!(DhPublicKey::from_bytes(*a.public_key().as_bytes()).is_ok());
        }
    }
}
