use alloc::vec::Vec;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use libcrux_chacha20poly1305 as verified;
use rand_core::CryptoRng;

use super::Secret;
use super::secret::wipe;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Length of an authentication tag in bytes; tags are never truncated.
pub(crate) const TAG_LEN: usize = 16;
/// Length of a nonce in bytes.
pub(crate) const NONCE_LEN: usize = 12;

/// A 96-bit AEAD nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nonce([u8; NONCE_LEN]);

impl Nonce {
    /// For a key that seals exactly once.
    pub(crate) const ZERO: Self = Self([0; NONCE_LEN]);

    pub(crate) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut nonce = Self::ZERO;
        rng.fill_bytes(&mut nonce.0);
        nonce
    }

    pub(crate) const fn from_bytes(bytes: [u8; NONCE_LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; NONCE_LEN] {
        &self.0
    }
}

/// A ChaCha20-Poly1305 key (RFC 8439).
#[derive(Clone, Debug)]
pub(crate) struct AeadKey(Secret<32>);

impl AeadKey {
    pub(crate) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    pub(crate) const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// Encrypts `buffer[start..]` in place and appends the tag. Room for the tag should be
    /// reserved, or the buffer grows.
    pub(crate) fn seal_suffix(&self, nonce: &Nonce, ad: &[u8], buffer: &mut Vec<u8>, start: usize) {
        let text = buffer.get_mut(start..).unwrap_or_default();
        let tag = self.seal_detached(nonce, ad, text);
        buffer.extend_from_slice(&tag);
    }

    /// Encrypts in place and returns the tag.
    pub(crate) fn seal_detached(&self, nonce: &Nonce, ad: &[u8], text: &mut [u8]) -> [u8; TAG_LEN] {
        #[cfg(test)]
        super::meter::count(|m| m.aead += 1);
        let sealed = if is_short(ad, text) {
            self.seal_short(nonce, ad, text)
        } else {
            let nonce = nonce.as_bytes().into();
            let sealed = self.cipher().encrypt_inout_detached(nonce, ad, (&mut *text).into());
            sealed.ok().map(Into::into)
        };
        // Both refuse only texts that are longer than any here can be. Even then nothing would leave
        // in clear, and what left would not open.
        sealed.unwrap_or_else(|| {
            text.fill(0);
            [0; TAG_LEN]
        })
    }

    /// Decrypts `sealed` (text and tag) in place; the text is left in its front. `None` leaves the
    /// ciphertext as it was and means: not authentic.
    pub(crate) fn open_in_place<'a>(
        &self,
        nonce: &Nonce,
        ad: &[u8],
        sealed: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        #[cfg(test)]
        super::meter::count(|m| m.aead += 1);
        let (text, tag) = sealed.split_last_chunk_mut()?;
        if is_short(ad, text) {
            self.open_short(nonce, ad, text, tag)?;
            return Some(text);
        }
        self.cipher()
            .decrypt_inout_detached(
                nonce.as_bytes().into(),
                ad,
                (&mut *text).into(),
                (&*tag).into(),
            )
            .ok()?;
        Some(text)
    }

    fn seal_short(&self, nonce: &Nonce, ad: &[u8], text: &mut [u8]) -> Option<[u8; TAG_LEN]> {
        let (mut room, mut tag) = ([0; SHORT], [0; TAG_LEN]);
        let copy = copied(text, &mut room)?;
        let (key, nonce) = (self.0.as_bytes(), nonce.as_bytes());
        let sealed = verified::encrypt_detached(key, copy, text, &mut tag, ad, nonce).is_ok();
        wipe(copy);
        sealed.then_some(tag)
    }

    fn open_short(
        &self,
        nonce: &Nonce,
        ad: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        let mut room = [0; SHORT];
        let copy = copied(text, &mut room)?;
        let (key, nonce) = (self.0.as_bytes(), nonce.as_bytes());
        verified::decrypt_detached(key, text, copy, tag, ad, nonce).ok().map(drop)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(self.0.as_bytes().into())
    }
}

/// Up to how many bytes, associated data included, the portable implementation seals and opens: the
/// vectors of the other, which is two to three times as fast on long texts, take longer to set up
/// (1.2 µs with AVX2) than a whole short message takes here.
const SHORT: usize = 768;

const fn is_short(ad: &[u8], text: &[u8]) -> bool {
    ad.len().saturating_add(text.len()) <= SHORT
}

/// A copy in `room`, since the portable implementation does not work in place.
fn copied<'a>(text: &[u8], room: &'a mut [u8; SHORT]) -> Option<&'a mut [u8]> {
    let copy = room.get_mut(..text.len())?;
    copy.copy_from_slice(text);
    Some(copy)
}

impl Layout for AeadKey {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Secret::read(r).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{secret, unhex};
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    const TEXT: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you only one \
        tip for the future, sunscreen would be it.";
    const AD: &str = "50515253c0c1c2c3c4c5c6c7";
    const SEALED: &str = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e\
        8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab\
        324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0\
        600691";

    fn key() -> AeadKey {
        AeadKey::new(secret("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"))
    }

    fn nonce() -> Nonce {
        Nonce::from_bytes(unhex("070000004041424344454647"))
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![any::<Vec<u8>>(), prop::collection::vec(any::<u8>(), SHORT..2 * SHORT)]
    }

    #[test]
    fn rfc_8439_section_2_8_2() {
        let ad = hex::decode(AD).unwrap();
        let mut buffer = TEXT.to_vec();
        key().seal_suffix(&nonce(), &ad, &mut buffer, 0);
        assert_eq!(hex::encode(&buffer), SEALED);
        assert_eq!(key().open_in_place(&nonce(), &ad, &mut buffer).unwrap(), TEXT);
    }

    #[test]
    fn sealing_a_suffix_leaves_what_is_before_it() {
        let mut buffer = b"header".to_vec();
        buffer.extend_from_slice(TEXT);
        key().seal_suffix(&nonce(), &hex::decode(AD).unwrap(), &mut buffer, 6);
        assert_eq!(&buffer[..6], b"header");
        assert_eq!(hex::encode(&buffer[6..]), SEALED);
    }

    #[test]
    fn what_is_shorter_than_a_tag_does_not_open() {
        for len in 0..TAG_LEN {
            assert!(key().open_in_place(&nonce(), &[], &mut vec![0; len]).is_none());
        }
    }

    #[test]
    fn another_key_nonce_or_associated_data_does_not_open() {
        let sealed = hex::decode(SEALED).unwrap();
        let ad = hex::decode(AD).unwrap();
        let other = AeadKey::new(Secret::new([0; 32]));
        for (key, nonce, ad) in [
            (&other, &nonce(), &ad[..]),
            (&key(), &Nonce::ZERO, &ad),
            (&key(), &nonce(), &ad[1..]),
            (&key(), &nonce(), &[]),
        ] {
            let mut buffer = sealed.clone();
            assert!(key.open_in_place(nonce, ad, &mut buffer).is_none());
            assert_eq!(buffer, sealed);
        }
    }

    /// On both sides of the length at which the implementation changes.
    #[test]
    fn both_implementations_seal_and_open_alike() {
        let cipher = key().cipher();
        for (ad, len) in
            [(0, 0), (0, 1), (183, 128), (144, 115), (0, SHORT), (0, SHORT + 1), (SHORT, 1)]
        {
            let (ad, text) = (vec![7; ad], vec![9; len]);
            let mut sealed = text.clone();
            let tag = cipher.encrypt_inout_detached(
                nonce().as_bytes().into(),
                &ad,
                sealed.as_mut_slice().into(),
            );
            sealed.extend_from_slice(&tag.unwrap());
            let mut ours = text.clone();
            key().seal_suffix(&nonce(), &ad, &mut ours, 0);
            assert_eq!(ours, sealed, "{} and {len}", ad.len());
            assert_eq!(key().open_in_place(&nonce(), &ad, &mut ours).unwrap(), text);
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(
            text in text(), ad: Vec<u8>, key: [u8; 32], nonce: [u8; 12],
        ) {
            let (key, nonce) = (AeadKey::new(Secret::new(key)), Nonce::from_bytes(nonce));
            let mut buffer = text.clone();
            key.seal_suffix(&nonce, &ad, &mut buffer, 0);
            prop_assert_eq!(buffer.len(), text.len() + TAG_LEN);
            prop_assert_eq!(&*key.open_in_place(&nonce, &ad, &mut buffer).unwrap(), &text[..]);
        }

        #[test]
        fn a_changed_bit_does_not_open_and_the_buffer_stays(
            text in text(), at: prop::sample::Index, bit in 0..8u8,
        ) {
            let mut buffer = text;
            key().seal_suffix(&nonce(), b"ad", &mut buffer, 0);
            let at = at.index(buffer.len());
            buffer[at] ^= 1 << bit;
            let before = buffer.clone();
            prop_assert!(key().open_in_place(&nonce(), b"ad", &mut buffer).is_none());
            prop_assert_eq!(buffer, before);
        }
    }
}
