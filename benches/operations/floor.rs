//! The bare primitives of each operation, called as directly as their crates allow.

use std::hint::black_box;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use libcrux_ml_kem::mlkem768;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

const HEADER: usize = 115;
const BODY: usize = 128;
const ASSOCIATED: usize = 183;
const SENDER_HEADER: usize = 98;
const SENDER_ASSOCIATED: usize = 86;
const SIGNED: usize = 176;

/// What one message takes on either side: two chain steps, the message key, header and body.
pub(crate) struct Message {
    key: [u8; 32],
    local: StaticSecret,
    remote: PublicKey,
}

impl Message {
    pub(crate) fn new() -> Self {
        let local = StaticSecret::from([9; 32]);
        Self { key: [3; 32], remote: PublicKey::from(&local), local }
    }

    pub(crate) fn seal(&mut self) {
        self.keys();
        black_box(blake3::keyed_hash(&self.key, &[0; 12]));
        let (mut header, mut body) = ([0u8; HEADER], [0u8; BODY]);
        let cipher = ChaCha20Poly1305::new((&self.key).into());
        let nonce = [0; 12];
        black_box(
            cipher.encrypt_inout_detached((&nonce).into(), &[], (&mut header[..]).into()).unwrap(),
        );
        let cipher = ChaCha20Poly1305::new((&self.key).into());
        let ad = [0; ASSOCIATED];
        black_box(
            cipher.encrypt_inout_detached((&nonce).into(), &ad, (&mut body[..]).into()).unwrap(),
        );
        black_box((header, body));
    }

    pub(crate) fn open(&mut self) {
        self.keys();
        black_box(blake3::keyed_hash(&self.key, &[0; 12]));
        let (mut header, mut body) = ([0u8; HEADER], [0u8; BODY]);
        let nonce = [0; 12];
        let ad = [0; ASSOCIATED];
        // A wrong tag: the check costs the same, the decryption behind it is added below.
        let cipher = ChaCha20Poly1305::new((&self.key).into());
        let tag =
            cipher.encrypt_inout_detached((&nonce).into(), &[], (&mut header[..]).into()).unwrap();
        black_box((tag, header));
        let cipher = ChaCha20Poly1305::new((&self.key).into());
        let tag =
            cipher.encrypt_inout_detached((&nonce).into(), &ad, (&mut body[..]).into()).unwrap();
        black_box((tag, body));
    }

    /// Two messages, and on each side a receiving and a sending turn.
    pub(crate) fn round_trip_with_turns(&mut self) {
        for _ in 0..2 {
            self.seal();
            self.open();
        }
        for _ in 0..2 {
            black_box(PublicKey::from(&self.local));
        }
        for _ in 0..4 {
            let shared = self.local.diffie_hellman(&self.remote);
            expand(&self.key, shared.as_bytes(), &mut [0; 96]);
            expand_only(&self.key, &mut [0; 32]);
        }
    }

    fn keys(&mut self) {
        for inputs in [[&[1u8][..], &[2]], [&[1; 9][..], &[2; 9]]] {
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).unwrap();
            for input in inputs {
                let mut mac = mac.clone();
                mac.update(input);
                self.key = mac.finalize().into_bytes().into();
            }
        }
        let mut key = [0; 32];
        expand(&self.key, &self.key, &mut key);
        self.key = key;
    }
}

/// What a handshake takes on either side, the first message and its turn included.
pub(crate) struct Handshake {
    message: Message,
    seed: [u8; 64],
    ciphertext: mlkem768::MlKem768Ciphertext,
    signing: ed25519_dalek::SigningKey,
    signature: ed25519_dalek::Signature,
}

impl Handshake {
    pub(crate) fn new() -> Self {
        use ed25519_dalek::Signer;
        let pair = mlkem768::generate_key_pair([1; 64]);
        let (ciphertext, _) = mlkem768::encapsulate(pair.public_key(), [2; 32]);
        let signing = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
        let signature = signing.sign(&[0; 200]);
        Self { message: Message::new(), seed: [1; 64], ciphertext, signing, signature }
    }

    pub(crate) fn x25519(&mut self) {
        black_box(self.message.local.diffie_hellman(&self.message.remote));
    }

    /// Two key generations, five Diffie–Hellmans, one encapsulation, one message.
    pub(crate) fn initiate(&mut self) {
        for _ in 0..2 {
            black_box(PublicKey::from(&self.message.local));
        }
        for _ in 0..5 {
            self.x25519();
        }
        let pair = mlkem768::generate_key_pair(self.seed);
        black_box(mlkem768::encapsulate(pair.public_key(), [2; 32]));
        self.message.seal();
    }

    /// Five Diffie–Hellmans, one key expansion and decapsulation, two verifications, one message.
    pub(crate) fn respond(&mut self) {
        for _ in 0..5 {
            self.x25519();
        }
        let pair = mlkem768::generate_key_pair(self.seed);
        black_box(mlkem768::decapsulate(pair.private_key(), &self.ciphertext));
        for _ in 0..2 {
            let key = self.signing.verifying_key();
            key.verify_strict(&[0; 200], &self.signature).unwrap();
        }
        self.message.open();
    }
}

/// What a message of a sender chain takes: a chain step, the message's keys, header and body, a hash
/// of the body and an Ed25519 operation.
pub(crate) struct Sender {
    key: [u8; 32],
    signing: ed25519_dalek::SigningKey,
    signature: ed25519_dalek::Signature,
}

impl Sender {
    pub(crate) fn new() -> Self {
        use ed25519_dalek::Signer;
        let signing = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
        Self { key: [3; 32], signature: signing.sign(&[0; SIGNED]), signing }
    }

    pub(crate) fn seal(&mut self) {
        use ed25519_dalek::Signer;
        self.symmetric();
        black_box(self.signing.sign(&[0; SIGNED]));
    }

    pub(crate) fn open(&mut self) {
        self.symmetric();
        let key = self.signing.verifying_key();
        key.verify_strict(&[0; SIGNED], &self.signature).unwrap();
    }

    fn symmetric(&mut self) {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).unwrap();
        for input in [1u8, 2] {
            let mut mac = mac.clone();
            mac.update(&[input]);
            self.key = mac.finalize().into_bytes().into();
        }
        let hkdf = Hkdf::<Sha256>::new(Some(&self.key), &self.key);
        let (mut key, mut commitment) = ([0; 32], [0; 32]);
        hkdf.expand(&[0; 28], &mut key).unwrap();
        hkdf.expand(&[0; 27], &mut commitment).unwrap();
        black_box((blake3::keyed_hash(&key, &[0; 12]), commitment));
        let (mut header, mut body) = ([0u8; SENDER_HEADER], [0u8; BODY]);
        let cipher = ChaCha20Poly1305::new((&key).into());
        let (nonce, ad) = ([0; 12], [0; SENDER_ASSOCIATED]);
        let tag =
            cipher.encrypt_inout_detached((&nonce).into(), &ad, (&mut body[..]).into()).unwrap();
        let cipher = ChaCha20Poly1305::new((&key).into());
        black_box((tag, Sha256::digest(body)));
        let tag = cipher
            .encrypt_inout_detached((&nonce).into(), &body, (&mut header[..]).into())
            .unwrap();
        black_box((tag, header));
    }
}

fn expand(salt: &[u8], ikm: &[u8], out: &mut [u8]) {
    let hkdf = Hkdf::<Sha256>::new(Some(salt), ikm);
    hkdf.expand(&[0; 29], out).unwrap();
    black_box(&out);
}

fn expand_only(prk: &[u8], out: &mut [u8]) {
    Hkdf::<Sha256>::from_prk(prk).unwrap().expand(&[0; 28], out).unwrap();
    black_box(&out);
}
