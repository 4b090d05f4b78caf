use subtle::ConstantTimeEq;

use crate::crypto::{KdfLabel, KemCt1, KemCt2, KemHeader, MacLabel, Prk, Secret, hmac};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Length of a MAC in bytes; MACs are never truncated.
pub(super) const MAC_LEN: usize = 32;

/// The Braid's own authentication: a key that every epoch's output moves on, so that whoever takes
/// over a later epoch has to have known all earlier ones.
#[derive(Clone, Debug)]
pub(super) struct Authenticator {
    root: Secret<32>,
    mac_key: Secret<32>,
}

impl Authenticator {
    /// From the handshake's secret.
    pub(super) fn start(secret: &Secret<32>) -> Self {
        Self::derive(&[0; 32], 1, secret)
    }

    /// After an epoch's key became known.
    pub(super) fn updated(&self, epoch: u32, key: &Secret<32>) -> Self {
        Self::derive(self.root.as_bytes(), epoch, key)
    }

    fn derive(root: &[u8; 32], epoch: u32, update: &Secret<32>) -> Self {
        let context = u64::from(epoch).to_be_bytes();
        let keys: Secret<64> =
            Prk::extract(root, update.as_bytes()).expand(KdfLabel::BraidAuthenticator, &context);
        let [root, mac_key] = keys.split();
        Self { root, mac_key }
    }

    pub(super) fn header_mac(&self, epoch: u32, header: &KemHeader) -> Secret<MAC_LEN> {
        self.mac(MacLabel::BraidHeader, epoch, [header.as_bytes(), &[]])
    }

    pub(super) fn ciphertext_mac(&self, epoch: u32, ct1: &KemCt1, ct2: &KemCt2) -> Secret<MAC_LEN> {
        self.mac(MacLabel::BraidCiphertext, epoch, [ct1, ct2])
    }

    /// `HMAC(key, "sealwax/v1/mac/" ‖ label ‖ 0x00 ‖ u64(epoch) ‖ data)`; data has one length for
    /// each label.
    fn mac(&self, label: MacLabel, epoch: u32, [a, b]: [&[u8]; 2]) -> Secret<MAC_LEN> {
        let epoch = u64::from(epoch).to_be_bytes();
        hmac(&self.mac_key, &[b"sealwax/v1/mac/", label.as_str().as_bytes(), &[0], &epoch, a, b])
    }
}

/// Compares in constant time.
pub(super) fn is_mac(expected: &Secret<MAC_LEN>, received: &[u8]) -> bool {
    expected.as_bytes().ct_eq(received).into()
}

/// `KDF_OK`: the key that an epoch puts out.
pub(super) fn epoch_key(shared: &Secret<32>, epoch: u32) -> Secret<32> {
    let context = u64::from(epoch).to_be_bytes();
    Prk::extract(&[0; 32], shared.as_bytes()).expand(KdfLabel::BraidEpochKey, &context)
}

impl Layout for Authenticator {
    fn write(&self, w: &mut Writer) {
        let Self { root, mac_key } = self;
        w.put(root).put(mac_key);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { root: r.get()?, mac_key: r.get()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Computed with Python's hmac module from the formulas of SPEC.md.
    #[test]
    fn the_derivations_give_the_known_answers() {
        let first = Authenticator::start(&Secret::new([1; 32]));
        let second = first.updated(1, &Secret::new([2; 32]));
        let header = KemHeader::from_bytes(core::array::from_fn(|i| u8::try_from(i).unwrap()));
        let key = epoch_key(&Secret::new([5; 32]), 7);
        for (secret, expected) in [
            (&first.mac_key, "8fc101c8df8d62c8dc7e5f94d3e1f129d5fb3e3093672d9160596f18a4bcd99a"),
            (&second.root, "5e2aa704c289ef623f06f08121bcd2ef5af6add5dad70038dd7f126d0fdb1f9a"),
            (&second.mac_key, "afe36a22410e1dcee0a41261628811037688e9b75f2f0dbfc1b1cafb9cbabb59"),
            (
                &first.header_mac(1, &header),
                "b169c997cc74d7048caa4a9c6ec83845405ed018050d3666736d9072fae49e97",
            ),
            (
                &second.ciphertext_mac(1, &[3; 960], &[4; 128]),
                "b3da9b8b6f1aa1730cf3c01d1f95418b2e9f842c8841a6978f330001d298f6f5",
            ),
            (&key, "dd3f012df94dda5d44d064f3ed7360f22cafa574e2d95918f4051af7024e8dc5"),
        ] {
            assert_eq!(hex::encode(secret.as_bytes()), expected);
        }
    }

    #[test]
    fn a_mac_of_another_length_or_with_a_flipped_bit_is_none() {
        let mac = Secret::new([7; 32]);
        let mut flipped = [7; 32];
        flipped[31] ^= 0x80;
        assert!(is_mac(&mac, &[7; 32]));
        assert!(!is_mac(&mac, &flipped));
        assert!(!is_mac(&mac, &[7; 31]));
    }
}
