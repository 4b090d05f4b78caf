//! The bare primitives of each operation, called as directly as their crates allow.

use std::hint::black_box;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, Tag};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use libcrux_ml_kem::mlkem768;
use sealwax::media::CHUNK_LEN;
use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher24;
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
        black_box(search_tag(&self.key));
        black_box(sealed::<HEADER>(&self.key, &[]));
        black_box(sealed::<BODY>(&self.key, &[0; ASSOCIATED]));
    }

    pub(crate) fn open(&mut self) {
        self.keys();
        self.open_with_key();
    }

    /// What is left when the keys of both chains are stored.
    pub(crate) fn open_late(&mut self) {
        self.message_key();
        self.open_with_key();
    }

    /// The steps of both chains over so many messages, and the opening of the one behind them.
    pub(crate) fn open_behind(&mut self, skipped: usize) {
        for _ in 0..skipped {
            self.chain_steps();
        }
        self.open();
    }

    fn open_with_key(&mut self) {
        black_box(search_tag(&self.key));
        // Opening is the same work as sealing.
        black_box(sealed::<HEADER>(&self.key, &[]));
        black_box(sealed::<BODY>(&self.key, &[0; ASSOCIATED]));
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
        self.chain_steps();
        self.message_key();
    }

    fn chain_steps(&mut self) {
        for inputs in [[&[1u8][..], &[2]], [&[1; 9][..], &[2; 9]]] {
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).unwrap();
            for input in inputs {
                let mut mac = mac.clone();
                mac.update(input);
                self.key = mac.finalize().into_bytes().into();
            }
        }
    }

    fn message_key(&mut self) {
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

/// What hides a sender in a layer around a message: an ephemeral key, two agreements, two ciphers.
impl Handshake {
    pub(crate) fn layer_seal(&mut self) {
        black_box(PublicKey::from(&self.message.local));
        self.layer_open();
    }

    pub(crate) fn layer_open(&mut self) {
        for _ in 0..2 {
            self.x25519();
            expand(&[0; 32], &[0; 32], &mut [0; 96]);
        }
    }
}

/// What a new device makes, and what it and others check.
pub(crate) struct Device {
    seed: [u8; 32],
    signing: ed25519_dalek::SigningKey,
    signatures: [ed25519_dalek::Signature; 2],
}

/// Lengths of the signed bodies of prekeys: X25519 and ML-KEM-768.
const PREKEY_BODIES: [usize; 2] = [91, 1_243];

impl Device {
    pub(crate) fn new() -> Self {
        use ed25519_dalek::Signer;
        let signing = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
        let signatures = PREKEY_BODIES.map(|len| signing.sign(&vec![0; len]));
        Self { seed: [5; 32], signing, signatures }
    }

    /// The keys of an account and of its first device: two of Ed25519 and one of X25519.
    pub(crate) fn identity(&mut self) {
        for _ in 0..2 {
            black_box(ed25519_dalek::SigningKey::from_bytes(&self.seed));
        }
        self.x25519();
    }

    /// Those, and the signatures of a request, of a certificate and of a list.
    pub(crate) fn account(&mut self) {
        use ed25519_dalek::Signer;
        self.identity();
        for _ in 0..3 {
            black_box(self.signing.sign(&[0; 200]));
        }
    }

    /// So many prekeys of each kind, each signed.
    pub(crate) fn prekeys(&mut self, each: usize) {
        use ed25519_dalek::Signer;
        let bodies = PREKEY_BODIES.map(|len| vec![0; len]);
        for _ in 0..each {
            self.x25519();
            black_box(mlkem768::generate_key_pair([1; 64]));
            for body in &bodies {
                black_box(self.signing.sign(body));
            }
        }
    }

    /// Three signatures at once: of the signed prekey, the one-time prekey and the KEM prekey.
    pub(crate) fn bundle(&mut self) {
        let keys = [self.signing.verifying_key(); 3];
        let [dh, kem] = PREKEY_BODIES.map(|len| vec![0; len]);
        let [of_dh, of_kem] = self.signatures;
        let bodies = [&dh[..], &dh, &kem];
        ed25519_dalek::verify_batch(&bodies, &[of_dh, of_dh, of_kem], &keys).unwrap();
    }

    fn x25519(&self) {
        black_box(PublicKey::from(&StaticSecret::from(self.seed)));
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
        black_box((search_tag(&key), commitment));
        let (body, tag) = sealed::<BODY>(&key, &[0; SENDER_ASSOCIATED]);
        black_box((tag, Sha256::digest(body)));
        black_box(sealed::<SENDER_HEADER>(&key, &body));
    }
}

/// Media: the cipher chunk by chunk and one hash over everything.
pub(crate) struct Media(ChaCha20Poly1305);

impl Media {
    pub(crate) fn new() -> Self {
        Self(ChaCha20Poly1305::new((&[3; 32]).into()))
    }

    pub(crate) fn seal(&self, buffers: &mut [[u8; CHUNK_LEN]]) -> Vec<Tag> {
        let mut hash = blake3::Hasher::new();
        let tags = buffers
            .iter_mut()
            .map(|buffer| {
                let text = &mut buffer[..CHUNK_LEN - 16];
                let tag = self.0.encrypt_inout_detached((&[0; 12]).into(), &[], text.into());
                hash.update(&buffer[..]);
                tag.unwrap()
            })
            .collect();
        black_box(hash.finalize());
        tags
    }

    pub(crate) fn open(&self, buffers: &mut [[u8; CHUNK_LEN]], tags: &[Tag]) {
        let mut hash = blake3::Hasher::new();
        for (buffer, tag) in buffers.iter_mut().zip(tags) {
            hash.update(&buffer[..]);
            let text = &mut buffer[..CHUNK_LEN - 16];
            self.0.decrypt_inout_detached((&[0; 12]).into(), &[], text.into(), tag).unwrap();
        }
        black_box(hash.finalize());
    }
}

fn search_tag(key: &[u8; 32]) -> u64 {
    let key = key.first_chunk().unwrap();
    SipHasher24::new_with_key(black_box(key)).hash(&[0; 12])
}

/// A text sealed with what short ones are sealed with in the crate.
fn sealed<const N: usize>(key: &[u8; 32], ad: &[u8]) -> ([u8; N], [u8; 16]) {
    let (mut text, mut tag) = ([0; N], [0; 16]);
    let sealed = libcrux_chacha20poly1305::encrypt_detached(
        black_box(key),
        black_box(&[0; N]),
        &mut text,
        &mut tag,
        ad,
        &[0; 12],
    );
    sealed.unwrap();
    (text, tag)
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
