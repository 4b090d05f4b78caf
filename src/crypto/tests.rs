//! What holds for all key types together, and what the tests of this folder share.

use alloc::format;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt::Debug;

use rand_core::{TryCryptoRng, TryRng};
use zeroize::ZeroizeOnDrop;

use super::*;
use crate::wire::{DecodeError, Layout, Reader, Writer};

pub(super) fn unhex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

pub(super) fn secret<const N: usize>(text: &str) -> Secret<N> {
    Secret::new(unhex(text))
}

/// `first`, `first + 1` and so on.
pub(super) fn counting_from<const N: usize>(first: u8) -> [u8; N] {
    let mut next = first..=u8::MAX;
    core::array::from_fn(|_| next.next().unwrap())
}

pub(super) fn encode<T: Layout>(value: &T) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.put(value);
    writer.into_public()
}

pub(super) fn read_all<T: Layout>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = reader.get()?;
    reader.finish()?;
    Ok(value)
}

/// A generator that gives the bytes it was made of, and fails the test when asked for more.
pub(super) struct Tape(Vec<u8>);

impl Tape {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl TryRng for Tape {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("keys are filled with bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("keys are filled with bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Tape {}

fn dh_key() -> DhSecretKey {
    DhSecretKey::from_secret(&Secret::new([7; 32]))
}

fn public_keys() -> [Vec<u8>; 3] {
    [
        encode(dh_key().public_key()),
        encode(&SigningKey::from_seed(&Secret::new([7; 32])).verifying_key()),
        encode(&KemSecretKey::generate(&mut Tape::new(&[7; 64])).public_key()),
    ]
}

#[test]
fn a_key_of_one_kind_is_never_read_as_another() {
    let keys = public_keys();
    assert_eq!(keys.each_ref().map(|key| key[0]), [0x01, 0x02, 0x11]);
    for (i, key) in keys.iter().enumerate() {
        let read = [
            read_all::<DhPublicKey>(key).map(|_| ()),
            read_all::<VerifyingKey>(key).map(|_| ()),
            read_all::<KemPublicKey>(key).map(|_| ()),
        ];
        for (j, result) in read.into_iter().enumerate() {
            let expected = if i == j { Ok(()) } else { Err(DecodeError::InvalidKey) };
            assert_eq!(result, expected, "key {i} read as {j}");
        }
    }
}

#[test]
fn public_keys_survive_their_encoding() {
    let [dh, verifying, kem] = public_keys();
    assert_eq!(encode(&read_all::<DhPublicKey>(&dh).unwrap()), dh);
    assert_eq!(encode(&read_all::<VerifyingKey>(&verifying).unwrap()), verifying);
    assert_eq!(encode(&read_all::<KemPublicKey>(&kem).unwrap()), kem);
}

#[test]
fn secret_keys_survive_storage() {
    let seed = [0x5a; 64];
    assert_eq!(encode(&read_all::<DhSecretKey>(&seed[..32]).unwrap()), seed[..32]);
    assert_eq!(encode(&read_all::<SigningKey>(&seed[..32]).unwrap()), seed[..32]);
    assert_eq!(encode(&read_all::<KemSecretKey>(&seed).unwrap()), seed);
    assert_eq!(encode(&read_all::<AeadKey>(&seed[..32]).unwrap()), seed[..32]);
}

#[test]
fn truncated_and_overlong_keys_are_refused() {
    for key in public_keys() {
        for len in [0, 1, key.len() - 1] {
            assert!(read_all::<DhPublicKey>(&key[..len]).is_err());
            assert!(read_all::<VerifyingKey>(&key[..len]).is_err());
            assert!(read_all::<KemPublicKey>(&key[..len]).is_err());
        }
        let longer = [&key[..], &[0]].concat();
        assert!(read_all::<DhPublicKey>(&longer).is_err());
        assert!(read_all::<VerifyingKey>(&longer).is_err());
        assert!(read_all::<KemPublicKey>(&longer).is_err());
    }
}

/// `value` was made of secret bytes that are all `byte`.
fn assert_redacted(value: &impl Debug, byte: u8) {
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        for leak in [format!("{byte:02x}"), format!("{byte:02X}"), format!("{byte}")] {
            assert!(!printed.contains(&leak), "{leak} is in {printed}");
        }
    }
}

#[test]
fn secrets_are_not_printed() {
    // 0xd3 is 211: neither occurs by chance in the public halves that are printed.
    let byte = 0xd3;
    let secret = Secret::new([byte; 32]);
    let dh = DhSecretKey::from_secret(&secret);
    assert_redacted(&secret, byte);
    assert_redacted(&dh, byte);
    assert_redacted(&SigningKey::from_seed(&secret), byte);
    assert_redacted(&KemSecretKey::generate(&mut Tape::new(&[byte; 64])), byte);
    assert_redacted(&AeadKey::new(secret.clone()), byte);
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    assert_eq!(
        format!("{:?}", dh.diffie_hellman(dh_key().public_key())),
        "Ok(SharedSecret(Secret(..)))"
    );
    assert_eq!(format!("{:?}", SearchKey::derive(&AeadKey::new(secret))), "SearchKey(..)");
}

#[test]
fn secrets_are_wiped_on_drop() {
    const fn wipes<T: ZeroizeOnDrop>() {}
    const {
        wipes::<Secret<32>>();
        wipes::<DhSecretKey>();
        wipes::<SigningKey>();
        wipes::<x25519_dalek::StaticSecret>();
        wipes::<x25519_dalek::SharedSecret>();
        wipes::<ed25519_dalek::SigningKey>();
        wipes::<chacha20poly1305::ChaCha20Poly1305>();
        // What HMAC and HKDF keep their keys in.
        wipes::<sha2::Sha256>();
    }
    assert!(core::mem::needs_drop::<AeadKey>());
    assert!(core::mem::needs_drop::<KemSecretKey>());
    assert!(core::mem::needs_drop::<SearchKey>());
    assert!(core::mem::needs_drop::<SharedSecret>());
    assert!(core::mem::needs_drop::<Prk>());
}
