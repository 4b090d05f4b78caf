use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sha2::digest::{FixedOutput, Output};

use super::secret::wipe;
use super::{KdfLabel, Secret};

const PREFIX: &[u8] = b"sealwax/v1/";

/// A pseudorandom key: the output of HKDF-Extract, from which labelled keys are expanded.
pub(crate) struct Prk(Hkdf<Sha256>);

impl Prk {
    /// HKDF-Extract (RFC 5869, section 2.2) with SHA-256.
    pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Self {
        #[cfg(test)]
        super::meter::count(|m| m.kdf += 1);
        Self::wiping(Hkdf::extract(Some(salt), ikm))
    }

    /// HKDF-Extract over input that lies in several pieces.
    pub(crate) fn extract_parts(salt: &[u8], ikm: &[&[u8]]) -> Self {
        #[cfg(test)]
        super::meter::count(|m| m.kdf += 1);
        let mut extract = hkdf::HkdfExtract::<Sha256>::new(Some(salt));
        for part in ikm {
            extract.input_ikm(part);
        }
        Self::wiping(extract.finalize())
    }

    /// Extraction also gives the key as plain bytes, which nobody else would wipe.
    fn wiping((mut bytes, hkdf): (Output<Sha256>, Hkdf<Sha256>)) -> Self {
        wipe(&mut bytes);
        Self(hkdf)
    }

    /// Uses a uniformly random key of 32 bytes as it is.
    pub(crate) fn from_key(key: &Secret<32>) -> Self {
        // 32 bytes are what SHA-256 needs, so the other arm cannot be reached; it is still a
        // sound derivation rather than a panic.
        Self(Hkdf::from_prk(key.as_bytes()).unwrap_or_else(|_| Hkdf::new(None, key.as_bytes())))
    }

    /// `Expand(secret, label, context, N)` of SPEC.md 3.2.
    pub(crate) fn expand<const N: usize>(&self, label: KdfLabel, context: &[u8]) -> Secret<N> {
        const { assert!(N <= 255 * 32, "HKDF-SHA-256 gives at most 255 blocks") };
        #[cfg(test)]
        super::meter::count(|m| m.kdf += 1);
        let length = u16::try_from(context.len()).unwrap_or(u16::MAX).to_be_bytes();
        let info = [PREFIX, label.as_str().as_bytes(), &[0], &length, context];
        Secret::filled(|out| {
            // Only a longer output than the assertion above allows is an error.
            let _ = self.0.expand_multi_info(&info, out);
        })
    }
}

/// HMAC-SHA-256 (RFC 2104) of `data` under a 32-byte key.
pub(crate) fn hmac(key: &Secret<32>, data: &[&[u8]]) -> Secret<32> {
    let mut mac = keyed(key);
    for part in data {
        mac.update(part);
    }
    finish(mac)
}

/// One step of a symmetric chain: `(next chain key, message key)`, each the HMAC of its input
/// under the chain key. The two inputs must differ.
pub(crate) fn chain_step(
    key: &Secret<32>,
    next: &[u8],
    message: &[u8],
) -> (Secret<32>, Secret<32>) {
    #[cfg(test)]
    super::meter::count(|m| m.kdf += 1);
    let keyed = keyed(key);
    let derive = |input: &[u8]| {
        let mut mac = keyed.clone();
        mac.update(input);
        finish(mac)
    };
    (derive(next), derive(message))
}

fn keyed(key: &Secret<32>) -> Hmac<Sha256> {
    // HMAC pads a key of 32 bytes with zeros to its block, which is what the fixed-size
    // constructor takes; unlike the slice constructor it cannot fail.
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(key.as_bytes()) {
        *to = *from;
    }
    let keyed = Hmac::new((&block).into());
    wipe(&mut block);
    keyed
}

/// Writes the tag to where it stays, so that there is no copy to wipe.
fn finish(mac: Hmac<Sha256>) -> Secret<32> {
    Secret::filled(|out| mac.finalize_into(out.into()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{counting_from, secret, unhex};
    use super::*;
    use alloc::vec::Vec;
    use core::array::from_fn;

    fn counting() -> Secret<32> {
        Secret::new(counting_from(0))
    }

    /// The expansion that RFC 5869 tests, without our label around it.
    fn unlabelled<const N: usize>(prk: &Prk, info: &[u8]) -> [u8; N] {
        let mut out = [0; N];
        prk.0.expand(info, &mut out).unwrap();
        out
    }

    #[test]
    fn rfc_5869_a_1_basic() {
        let salt: [u8; 13] = counting_from(0);
        let info: [u8; 10] = counting_from(0xf0);
        assert_eq!(
            unlabelled::<42>(&Prk::extract(&salt, &[0x0b; 22]), &info),
            unhex(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            )
        );
        let prk = secret("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        assert_eq!(
            unlabelled::<42>(&Prk::from_key(&prk), &info),
            unlabelled(&Prk::extract(&salt, &[0x0b; 22]), &info)
        );
    }

    #[test]
    fn rfc_5869_a_2_longer_inputs() {
        let ikm: [u8; 80] = counting_from(0);
        let salt: [u8; 80] = counting_from(0x60);
        let info: [u8; 80] = counting_from(0xb0);
        let expected = unhex(
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
             59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71\
             cc30c58179ec3e87c14c01d5c1f3434f1d87",
        );
        assert_eq!(unlabelled::<82>(&Prk::extract(&salt, &ikm), &info), expected);
        let parts = Prk::extract_parts(&salt, &[&ikm[..7], &[], &ikm[7..]]);
        assert_eq!(unlabelled::<82>(&parts, &info), expected);
    }

    #[test]
    fn rfc_5869_a_3_no_salt_and_no_info() {
        assert_eq!(
            unlabelled::<42>(&Prk::extract(&[], &[0x0b; 22]), &[]),
            unhex(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            )
        );
    }

    /// HMAC pads short keys with zeros, so that the shorter keys of RFC 4231 fit our fixed length.
    #[test]
    fn rfc_4231_cases_1_to_4() {
        let cases: [(&[u8], &[u8], &str); 4] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &counting_from::<25>(1),
                &[0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
        ];
        for (short_key, data, expected) in cases {
            let key = Secret::new(from_fn(|i| short_key.get(i).copied().unwrap_or(0)));
            let (head, tail) = data.split_at(3);
            assert_eq!(hmac(&key, &[head, tail]).as_bytes(), &unhex(expected));
        }
    }

    /// Computed with the `cryptography` package of Python from SPEC.md's definition.
    #[test]
    fn the_labelled_expansion_is_what_another_implementation_computes() {
        let key: Secret<76> =
            Prk::from_key(&counting()).expand(KdfLabel::RatchetMessage, b"context");
        assert_eq!(
            hex::encode(key.as_bytes()),
            "a243b7bcb1d0481f33dd2641a9d5e32a71aa0ec70a4a51d58bd2888bbbe84f72270b6668ff9acf15\
             5c327f17680bd36862e606def9b9339b574a818aee99ecf648e2be7bed352528db9262ea"
        );
        let keys: Secret<160> =
            Prk::extract(b"salt", b"first second").expand(KdfLabel::HandshakeSession, &[1, 2]);
        assert_eq!(
            hex::encode(keys.as_bytes()),
            "265317b3fe4abe4703ac7c11e01d48289840c645efb100b6e5b86f803e09cfef\
             5c76a580281ce9de41d1a8f968a2c05ab323c0ec7dd138ca8429b20b2f597e1d\
             3f59951782a5524262f357d6dd0962dce32872cab7f2106a3224c6e35abc76ed\
             2e2fd099486c1c4f5fd9d3cff1cc6733df910f800165f43bf14d9dee3511c789\
             11264ce9366177c6f80278e2e048a4271412858aea1d2a6887d465f9f1a777ba"
        );
    }

    /// Computed with `hmac` of Python.
    #[test]
    fn a_chain_step_is_what_another_implementation_computes() {
        let (next, message) = chain_step(&counting(), &[2], &[1]);
        assert_eq!(
            next.as_bytes(),
            &unhex("4304c22c84a53755ab08ead8d97a8d429be5efa480682d7ad1da27f73e1fbe1d")
        );
        assert_eq!(
            message.as_bytes(),
            &unhex("9b4c8120a4823a95f47cde17a244f4507244ee6e3957d1fab9fa29b44d3829b7")
        );
    }

    #[test]
    fn every_label_and_every_context_gives_another_key() {
        let prk = Prk::from_key(&counting());
        let mut keys: Vec<Secret<32>> =
            KdfLabel::ALL.iter().map(|label| prk.expand(*label, &[])).collect();
        keys.push(prk.expand(KdfLabel::RatchetRoot, &[0]));
        keys.push(prk.expand(KdfLabel::RatchetRoot, &[0, 0]));
        keys.sort_by_key(|key| *key.as_bytes());
        assert!(keys.windows(2).all(|pair| pair[0].as_bytes() != pair[1].as_bytes()));
    }
}
