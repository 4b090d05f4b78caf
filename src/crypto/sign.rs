use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::Signer;
use rand_core::CryptoRng;
use zeroize::ZeroizeOnDrop;

use super::{Secret, SignaturePurpose};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// An Ed25519 public key (RFC 8032) in its one canonical encoding, never of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// The byte that precedes the key wherever kinds of keys could be confused (SPEC.md 3.1).
    pub const TYPE: u8 = 0x02;
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes a received key.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] when the bytes are no point, are not its canonical encoding, or
    /// the point has small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, DecodeError> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| DecodeError::InvalidKey)?;
        if key.is_weak() || !is_reduced(bytes) {
            return Err(DecodeError::InvalidKey);
        }
        Ok(Self(key))
    }

    /// The 32-byte encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Verifies strictly (RFC 8032, section 5.1.7, with the stricter choices of "Taming the many
    /// `EdDSAs`"): canonical encodings only, neither the key nor `R` of small order, and the
    /// equation without the cofactor.
    ///
    /// # Errors
    /// [`BadSignature`], which says nothing about why.
    pub fn verify(
        &self,
        purpose: SignaturePurpose,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        #[cfg(test)]
        super::meter::count(|m| m.verify += 1);
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        framed(purpose, message, |framed| self.0.verify_strict(framed, &signature))
            .map_err(|_| BadSignature)
    }
}

/// Whether the y-coordinate of an encoded point is below 2²⁵⁵ − 19. A point with two encodings has
/// another one that is not, or is one of the two with x = 0, which has no sign: these have small order.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = bytes;
    *first < 0xed || middle.iter().any(|byte| *byte != 0xff) || last & 0x7f != 0x7f
}

/// One of many signatures that are verified together.
#[derive(Clone, Debug)]
pub(crate) struct SignedItem {
    pub(crate) key: VerifyingKey,
    pub(crate) signature: Signature,
    framed: Vec<u8>,
}

impl SignedItem {
    pub(crate) fn new(
        key: VerifyingKey,
        purpose: SignaturePurpose,
        message: &[u8],
        signature: Signature,
    ) -> Self {
        Self { key, signature, framed: framed(purpose, message, <[u8]>::to_vec) }
    }
}

/// Verifies all at once, in about half the time, and deterministically: what the random linear
/// combination is drawn from is a hash of all of it. If one is forged, all fail, and each has to be
/// verified by itself. It takes a little more than [`VerifyingKey::verify`]: what only the holder of
/// the key can make, with components of small order (SPEC.md 16.5).
pub(crate) fn verify_all(items: &[SignedItem]) -> Result<(), BadSignature> {
    #[cfg(test)]
    super::meter::count(|m| m.verify += 1);
    let messages: Vec<&[u8]> = items.iter().map(|item| item.framed.as_slice()).collect();
    let signature = |item: &SignedItem| ed25519_dalek::Signature::from_bytes(&item.signature.0);
    let signatures: Vec<_> = items.iter().map(signature).collect();
    let keys: Vec<_> = items.iter().map(|item| item.key.0).collect();
    ed25519_dalek::verify_batch(&messages, &signatures, &keys).map_err(|_| BadSignature)
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "VerifyingKey", self.as_bytes())
    }
}

impl Layout for VerifyingKey {
    fn write(&self, w: &mut Writer) {
        w.u8(Self::TYPE);
        w.raw(self.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.key_type(Self::TYPE)?;
        Self::from_bytes(&r.array()?)
    }
}

/// An Ed25519 secret key and its public half. Wiped on drop, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A fresh key from the caller's generator.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::from_seed(&Secret::random(rng))
    }

    pub(crate) fn from_seed(seed: &Secret<32>) -> Self {
        Self { key: ed25519_dalek::SigningKey::from_bytes(seed.as_bytes()) }
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.key.verifying_key())
    }

    /// Signs `"sealwax/v1/sig/" ‖ purpose ‖ 0x00 ‖ u32(len) ‖ message` (SPEC.md 3.3).
    #[must_use]
    pub fn sign(&self, purpose: SignaturePurpose, message: &[u8]) -> Signature {
        #[cfg(test)]
        super::meter::count(|m| m.sign += 1);
        Signature(framed(purpose, message, |framed| self.key.sign(framed)).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.verifying_key()).finish_non_exhaustive()
    }
}

/// Stored as the 32-byte seed; the public half is derived again on load.
impl Layout for SigningKey {
    fn write(&self, w: &mut Writer) {
        w.raw(self.key.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_seed(&Secret::read(r)?))
    }
}

/// An Ed25519 signature: 64 bytes, not yet verified.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Length in bytes.
    pub const LEN: usize = 64;

    /// Takes received bytes; whether they verify is for [`VerifyingKey::verify`] to say.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hash::debug_hex(f, "Signature", &self.0)
    }
}

impl Layout for Signature {
    fn write(&self, w: &mut Writer) {
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(r.array()?))
    }
}

/// A signature that does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// Framed messages up to this length are put together without an allocation: a signature of every
/// message of a sender chain is among them.
const FRAMED_INLINE: usize = 256;

/// Calls `with` with `"sealwax/v1/sig/" ‖ purpose ‖ 0x00 ‖ u32(len) ‖ message`.
fn framed<T>(purpose: SignaturePurpose, message: &[u8], with: impl FnOnce(&[u8]) -> T) -> T {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    let parts = [b"sealwax/v1/sig/", purpose.as_str().as_bytes(), &[0], &length, message];
    let total = parts.iter().fold(0usize, |sum, part| sum.saturating_add(part.len()));
    let mut inline = [0; FRAMED_INLINE];
    match inline.get_mut(..total) {
        Some(place) => {
            place.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
            with(place)
        }
        None => with(&parts.concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{secret, unhex};
    use super::*;
    use proptest::prelude::*;

    /// The key of RFC 8032's TEST 2, and what it signs below.
    const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    const MESSAGE: &[u8] = b"hello";

    const TEST_1024: &str = "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98\
         fa6e264bf09efe12ee50f8f54e9f77b1e355f6c50544e23fb1433ddf73be84d8\
         79de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20329d\
         658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc\
         1a858efcb8550ee3a5e1998bd177e93a7363c344fe6b199ee5d02e82d522c4fe\
         ba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d1a36553e\
         06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573cb116dbef\
         efd75499da96bd68a8a97b928a8bbc103b6621fcde2beca1231d206be6cd9ec7\
         aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed1\
         85ce81bd84359d44254d95629e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2\
         d17ba70eb6248e594e1a2297acbbb39d502f1a8c6eb6f1ce22b3de1a1f40cc24\
         554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f270\
         88d78b7e883c8759d2c4f5c65adb7553878ad575f9fad878e80a0c9ba63bcbcc\
         2732e69485bbc9c90bfbd62481d9089beccf80cfe2df16a2cf65bd92dd597b07\
         07e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128ba\
         b27af87a71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51a\
         ddd3b75a2b1ae0784504df543af8969be3ea7082ff7fc9888c144da2af58429e\
         c96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9b47acdb7\
         51fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c\
         42f58c30c04aafdb038dda0847dd988dcda6f3bfd15c4b4c4525004aa06eeff8\
         ca61783aacec57fb3d1f92b0fe2fd1a85f6724517b65e614ad6808d6f6ee34df\
         f7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08\
         d78ff4ef5d63653a65040cf9bfd4aca7984a74d37145986780fc0b16ac451649\
         de6188a7dbdf191f64b5fc5e2ab47b57f7f7276cd419c17a3ca8e1b939ae49e4\
         88acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600a3\
         2ef5b52a1ecc820e308aa342721aac0943bf6686b64b2579376504ccc493d97e\
         6aed3fb0f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5f\
         b93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876e506b5\
         0d334ba77c225bc307ba537152f3f1610e4eafe595f6d9d90d11faa933a15ef1\
         369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380d\
         b2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c\
         0618983f8741c5ef68d3a101e8a3b8cac60c905c15fc910840b94c00a0b9d0";

    fn key() -> SigningKey {
        SigningKey::from_seed(&secret(SEED))
    }

    fn signature(text: &str) -> Signature {
        Signature::from_bytes(unhex(text))
    }

    fn verify(text: &str) -> Result<(), BadSignature> {
        key().verifying_key().verify(SignaturePurpose::Prekey, MESSAGE, &signature(text))
    }

    /// What RFC 8032 signs is not framed by us, so this goes below our `sign` and `verify`.
    fn check_rfc_8032(seed: &str, public: &str, message: &str, expected: &str) {
        let message = hex::decode(message).unwrap();
        let signing = SigningKey::from_seed(&secret(seed));
        assert_eq!(signing.verifying_key().as_bytes(), &unhex(public));
        let signed = signing.key.sign(&message);
        assert_eq!(hex::encode(signed.to_bytes()), expected);
        let verifying = VerifyingKey::from_bytes(&unhex(public)).unwrap();
        assert!(verifying.0.verify_strict(&message, &signed).is_ok());
    }

    #[test]
    fn rfc_8032_test_1() {
        check_rfc_8032(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
             5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        );
    }

    #[test]
    fn rfc_8032_test_2() {
        check_rfc_8032(
            SEED,
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
    }

    #[test]
    fn rfc_8032_test_3() {
        check_rfc_8032(
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
             18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        );
    }

    #[test]
    fn rfc_8032_test_1024() {
        check_rfc_8032(
            "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
            "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
            TEST_1024,
            "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350\
             aa5371b1508f9f4528ecea23c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
        );
    }

    #[test]
    fn rfc_8032_test_sha_abc() {
        check_rfc_8032(
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589\
             09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        );
    }

    /// Ed25519 itself over the parts of SPEC.md 3.3, below and above what is framed inline.
    #[test]
    fn short_and_long_messages_are_framed_alike() {
        for len in [0, 222, 223, 230, 231, 1_000] {
            let message = alloc::vec![7; len];
            let length = u32::try_from(len).unwrap().to_be_bytes();
            let whole = [b"sealwax/v1/sig/prekey\0", &length[..], &message].concat();
            let signed = key().sign(SignaturePurpose::Prekey, &message);
            assert_eq!(signed.as_bytes(), &key().key.sign(&whole).to_bytes(), "{len}");
        }
    }

    /// Computed with the `cryptography` package of Python over the framing of SPEC.md 3.3.
    const FRAMED: &str = "3bee0d3923641fa2d5b785efbff947faf94d534c78cea795f55cbaabcda005fb\
                          4be18f022fff53bd6516fb7c059196481348ce19b888b5045aaae7c9c75b3e01";

    #[test]
    fn the_framed_signature_is_what_another_implementation_computes() {
        let signed = key().sign(SignaturePurpose::Prekey, MESSAGE);
        assert_eq!(hex::encode(signed.as_bytes()), FRAMED);
        assert_eq!(verify(FRAMED), Ok(()));
    }

    #[test]
    fn a_signature_counts_for_its_purpose_alone() {
        for made_for in SignaturePurpose::ALL {
            let signed = key().sign(*made_for, MESSAGE);
            for taken_for in SignaturePurpose::ALL {
                let result = key().verifying_key().verify(*taken_for, MESSAGE, &signed);
                let expected = if made_for == taken_for { Ok(()) } else { Err(BadSignature) };
                assert_eq!(result, expected, "{made_for:?} taken for {taken_for:?}");
            }
        }
    }

    /// `S + L` in place of `S`: the same signature to whoever does not compare `S` with the order.
    #[test]
    fn a_malleated_signature_is_refused() {
        assert_eq!(
            verify(
                "3bee0d3923641fa2d5b785efbff947faf94d534c78cea795f55cbaabcda005fb\
                 38b5855f496266153cb3f21fe48a755d1348ce19b888b5045aaae7c9c75b3e11"
            ),
            Err(BadSignature)
        );
    }

    /// `R` is the neutral point and `S = H(R, A, M)·a`: the plain equation holds.
    #[test]
    fn a_signature_with_a_point_of_small_order_is_refused() {
        assert_eq!(
            verify(
                "0100000000000000000000000000000000000000000000000000000000000000\
                 8cc1c6f5fa637bc446360834a475c5d952b18e3c0bbafe23d699a094a98fc200"
            ),
            Err(BadSignature)
        );
    }

    /// `R` with a component of order 8: only an equation multiplied by 8 holds.
    #[test]
    fn a_signature_of_mixed_order_is_refused() {
        assert_eq!(
            verify(
                "40a4cf5c611d737a2f1c6fcca84d9cabfed80987f186a5a6c57e629bff1af27f\
                 b12a69c2f843540e015766dd536c639ca7382706ade1daa12718a7bed80e4d0d"
            ),
            Err(BadSignature)
        );
    }

    /// The key with a component of order 8 added, with a signature that only an equation
    /// multiplied by 8 accepts.
    #[test]
    fn a_signature_under_a_key_of_mixed_order_is_refused() {
        let mixed = "0169d3c02f3edd121cafbe1dfd45c4cf4aac216a79e36e6326419f2a654d2d46";
        let signed = signature(
            "1d84c09c915b1e355f4130b3950f6754270b37696f36f1b6ca5d4a9b4cf48860\
             87d4632bdc13f3c9193be4283b1b9b293429f7604fb128a08dff62df2303900d",
        );
        let accepted = VerifyingKey::from_bytes(&unhex(mixed))
            .map_err(|_| BadSignature)
            .and_then(|key| key.verify(SignaturePurpose::Prekey, MESSAGE, &signed));
        assert_eq!(accepted, Err(BadSignature));
    }

    #[test]
    fn keys_of_small_order_are_refused_in_every_encoding() {
        for point in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ] {
            assert_eq!(
                VerifyingKey::from_bytes(&unhex(point)),
                Err(DecodeError::InvalidKey),
                "{point}"
            );
        }
    }

    /// The points with y from 0 to 18 have a second encoding, y + p. Not all are on the curve;
    /// those of large order are taken as y and refused as y + p.
    #[test]
    fn keys_are_taken_in_their_canonical_encoding_alone() {
        for y in [3u8, 4, 5, 6, 9, 10, 14, 15, 16, 18] {
            for sign in [0, 0x80] {
                let mut canonical = [0; 32];
                (canonical[0], canonical[31]) = (y, sign);
                assert!(VerifyingKey::from_bytes(&canonical).is_ok(), "{y}");
                let mut other = [0xff; 32];
                (other[0], other[31]) = (0xed + y, 0x7f | sign);
                let result = VerifyingKey::from_bytes(&other);
                assert_eq!(result, Err(DecodeError::InvalidKey), "{y} + p");
            }
        }
    }

    #[test]
    fn a_coordinate_is_reduced_below_the_order_of_the_field_alone() {
        let mut bytes = [0xff; 32];
        for (first, last, expected) in [
            (0xec, 0x7f, true),
            (0xed, 0x7f, false),
            (0xff, 0xff, false),
            (0xed, 0x7e, true),
            (0xed, 0xfe, true),
            (0xec, 0xff, true),
        ] {
            (bytes[0], bytes[31]) = (first, last);
            assert_eq!(is_reduced(&bytes), expected, "{first:x} {last:x}");
        }
        (bytes[0], bytes[31], bytes[30]) = (0xff, 0x7f, 0xfe);
        assert!(is_reduced(&bytes));
    }

    /// All encodings with a coordinate near the order, and around them: taken are those that their
    /// point encodes to.
    #[test]
    fn a_key_that_is_taken_is_what_its_point_encodes_to() {
        let taken = |bytes: [u8; 32]| {
            let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&bytes) else { return false };
            !key.is_weak() && key.to_edwards().compress().to_bytes() == bytes
        };
        let ends = (0..=255).flat_map(|first| [0x7e, 0x7f, 0xfe, 0xff].map(|last| (first, last)));
        let mut counts = [0, 0];
        for (bytes, (first, last)) in ends.flat_map(|ends| [([0xff; 32], ends), ([0; 32], ends)]) {
            let mut bytes: [u8; 32] = bytes;
            (bytes[0], bytes[31]) = (first, last);
            let expected = taken(bytes);
            assert_eq!(VerifyingKey::from_bytes(&bytes).is_ok(), expected, "{bytes:02x?}");
            counts[usize::from(expected)] += 1;
        }
        assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
    }

    #[test]
    fn what_is_no_point_is_no_key() {
        let mut bytes = [0; 32];
        bytes[0] = 2;
        assert_eq!(VerifyingKey::from_bytes(&bytes), Err(DecodeError::InvalidKey));
    }

    #[test]
    fn signatures_verify_together_if_each_does() {
        let purpose = SignaturePurpose::SenderMessage;
        let item = |seed: u8| {
            let key = SigningKey::from_seed(&Secret::new([seed; 32]));
            SignedItem::new(key.verifying_key(), purpose, &[seed], key.sign(purpose, &[seed]))
        };
        let mut items: Vec<_> = (0..40).map(item).collect();
        assert_eq!(verify_all(&items), Ok(()));
        assert_eq!(verify_all(&[]), Ok(()));
        let good = items[17].signature;
        for at in [0, 31, 32, 63] {
            items[17].signature.0[at] ^= 1;
            assert_eq!(verify_all(&items), Err(BadSignature), "byte {at}");
            items[17].signature = good;
        }
        items.swap(3, 4);
        assert_eq!(verify_all(&items), Ok(()));
        (items[3].signature, items[4].signature) = (items[4].signature, items[3].signature);
        assert_eq!(verify_all(&items), Err(BadSignature));
    }

    /// What SPEC.md 16.5 grants to the holder of a key: with `R` the neutral element, `S` is the hash
    /// times the secret scalar.
    #[test]
    fn together_a_signature_with_a_point_of_small_order_passes() {
        use curve25519_dalek::Scalar;
        use sha2::{Digest as _, Sha512};
        let (purpose, seed) = (SignaturePurpose::Prekey, Secret::new([9; 32]));
        let key = SigningKey::from_seed(&seed).verifying_key();
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let half = |bytes: &[u8]| *Sha512::digest(bytes).first_chunk::<32>().unwrap();
        let secret = Scalar::from_bytes_mod_order(clamped(half(seed.as_bytes())));
        let hashed = framed(purpose, MESSAGE, |text| {
            Sha512::digest([&neutral[..], key.as_bytes(), text].concat())
        });
        let s = Scalar::from_bytes_mod_order_wide(&hashed.into()) * secret;
        let signature = Signature([neutral, s.to_bytes()].concat().try_into().unwrap());
        assert_eq!(key.verify(purpose, MESSAGE, &signature), Err(BadSignature));
        let item = |message: &[u8]| SignedItem::new(key, purpose, message, signature);
        assert_eq!(verify_all(&[item(MESSAGE)]), Ok(()));
        assert_eq!(verify_all(&[item(b"other")]), Err(BadSignature));
    }

    fn clamped(mut bytes: [u8; 32]) -> [u8; 32] {
        bytes[0] &= 0xf8;
        bytes[31] = (bytes[31] & 0x7f) | 0x40;
        bytes
    }

    proptest! {
        #[test]
        fn a_signature_counts_for_its_message_and_key_alone(
            message: Vec<u8>, other_message: Vec<u8>, seed: [u8; 32], other_seed: [u8; 32],
        ) {
            let purpose = SignaturePurpose::DeviceList;
            let key = SigningKey::from_seed(&Secret::new(seed));
            let other = SigningKey::from_seed(&Secret::new(other_seed)).verifying_key();
            let signed = key.sign(purpose, &message);
            prop_assert_eq!(key.verifying_key().verify(purpose, &message, &signed), Ok(()));
            prop_assume!(message != other_message && seed != other_seed);
            let public = key.verifying_key();
            prop_assert_eq!(public.verify(purpose, &other_message, &signed), Err(BadSignature));
            prop_assert_eq!(other.verify(purpose, &message, &signed), Err(BadSignature));
        }

        #[test]
        fn a_signature_with_a_changed_bit_is_refused(at in 0..64usize, bit in 0..8u8) {
            let mut bytes = unhex::<64>(FRAMED);
            bytes[at] ^= 1 << bit;
            let changed = Signature::from_bytes(bytes);
            let result = key().verifying_key().verify(SignaturePurpose::Prekey, MESSAGE, &changed);
            prop_assert_eq!(result, Err(BadSignature));
        }
    }
}
