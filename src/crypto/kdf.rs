use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{KdfLabel, Secret};

const PREFIX: &[u8] = b"sealwax/v1/";

/// A pseudorandom key: the output of HKDF-Extract, from which labelled keys are expanded.
pub(crate) struct Prk(Hkdf<Sha256>);

impl Prk {
    /// HKDF-Extract (RFC 5869, section 2.2) with SHA-256.
    pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Self {
        #[cfg(test)]
        super::meter::count(|m| m.kdf += 1);
        Self(Hkdf::new(Some(salt), ikm))
    }

    /// HKDF-Extract over input that lies in several pieces.
    pub(crate) fn extract_parts(salt: &[u8], ikm: &[&[u8]]) -> Self {
        #[cfg(test)]
        super::meter::count(|m| m.kdf += 1);
        let mut extract = hkdf::HkdfExtract::<Sha256>::new(Some(salt));
        for part in ikm {
            extract.input_ikm(part);
        }
        Self(extract.finalize().1)
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
    let mut block = zeroize::Zeroizing::new([0; 64]);
    for (to, from) in block.iter_mut().zip(key.as_bytes()) {
        *to = *from;
    }
    Hmac::new((&*block).into())
}

fn finish(mac: Hmac<Sha256>) -> Secret<32> {
    let mut tag = mac.finalize().into_bytes();
    let secret = Secret::new(tag.into());
    zeroize::Zeroize::zeroize(tag.as_mut_slice());
    secret
}
