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
        Self { root: part(&keys, 0), mac_key: part(&keys, 1) }
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

/// The 32-byte key at a position of a longer output.
pub(crate) fn part<const N: usize>(keys: &Secret<N>, position: usize) -> Secret<32> {
    Secret::filled(|out| {
        for (to, from) in
            out.iter_mut().zip(keys.as_bytes().iter().skip(position.saturating_mul(32)))
        {
            *to = *from;
        }
    })
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
