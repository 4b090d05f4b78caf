//! What the post-quantum half adds to a message, in instructions. Needs valgrind and an optimised
//! build, so that it is ignored: `.ci/deep instructions`.

use alloc::vec;
use alloc::vec::Vec;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use self::callgrind::{counted, instructions};
use super::braid::Piece;
use super::header::{SEALED_HEADER_LEN, SealedHeader};
use super::*;
use crate::crypto::{Nonce, SEARCH_TAG_LEN, SearchTag, TAG_LEN};
use crate::vectors::encode;
use crate::wire::{FieldWriter, Fields, joined, pad, padded_len, read_all, unpad};

#[path = "../../benches/instructions/callgrind.rs"]
mod callgrind;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const SESSION: Digest = Digest::from_bytes([7; 32]);
const TEXT: [u8; 64] = [7; 64];

/// Messages that each side sends before the other answers: all but the first turn nothing.
const IN_A_ROW: usize = 3;

const CASES: [(&str, fn()); 6] = [
    ("double encrypt", || Pair::new(0).double_encrypt()),
    ("double decrypt", || Pair::new(0).double_decrypt()),
    ("triple encrypt", || Pair::new(0).triple_encrypt()),
    ("triple encrypt redundant", || Pair::new(20).triple_encrypt()),
    ("triple decrypt", || Pair::new(0).triple_decrypt()),
    ("triple encrypt epochs", || assert!(Pair::new(0).triple_encrypt_epochs() > 0)),
];

/// Does what is counted, in a program of its own.
#[test]
#[ignore = "one case of the test below"]
fn case() {
    let selected = std::env::var("SEALWAX_CASE").unwrap_or_default();
    CASES.iter().filter(|(name, _)| *name == selected).for_each(|(_, run)| run());
}

fn count(case: &str) -> f64 {
    assert!(CASES.iter().any(|(name, _)| *name == case));
    let arguments = ["--ignored", "--exact", "ratchet::cost::case", "--test-threads", "1"];
    let count = instructions(&arguments, &[("SEALWAX_CASE", case)]);
    f64::from(u32::try_from(count).unwrap())
}

#[test]
#[ignore = "needs valgrind: .ci/deep instructions"]
fn a_message_costs_at_most_1_4_times_the_double_ratchet_alone() {
    for (ours, alone, limit) in [
        ("triple encrypt", "double encrypt", 1.4),
        ("triple decrypt", "double decrypt", 1.4),
        // The chunk is one that only losses make necessary, and has to be computed. Hashing, sealing
        // and that alone are 1.41.
        ("triple encrypt redundant", "double encrypt", 1.45),
    ] {
        compare(ours, count(ours), count(alone), limit);
    }
    let messages = f64::from(u32::try_from(Pair::new(0).triple_encrypt_epochs()).unwrap());
    let each = count("triple encrypt epochs") / messages;
    compare("mean of two epochs", each, count("double encrypt"), 1.41);
}

fn compare(name: &str, ours: f64, alone: f64, limit: f64) {
    let ratio = ours / alone;
    std::println!("{name}: {ours:.0} instructions, {alone} without, ratio {ratio:.3}");
    assert!(ratio <= limit, "{name}");
}

/// Two sides in the middle of an epoch and of a chain each: no turn, no transition.
struct Pair {
    alice: Ratchet,
    bob: Ratchet,
    rng: ChaCha20Rng,
}

impl Pair {
    /// `lost`: how many messages of Alice's have been lost.
    fn new(lost: usize) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let [ec, pq, braid, header_a, header_b] = [1, 2, 3, 4, 5].map(|i| Secret::new([i; 32]));
        let keys = SessionKeys { ec, pq, braid, header_a, header_b };
        let prekey = DhSecretKey::generate(&mut rng);
        let alice = Ratchet::initiator(keys.clone(), prekey.public_key(), NOW, &mut rng).unwrap();
        let mut pair = Self { alice, bob: Ratchet::responder(keys, prekey, NOW), rng };
        for _ in 0..2 {
            let message = send(&mut pair.alice, &mut pair.rng);
            receive(&mut pair.bob, &message);
            let message = send(&mut pair.bob, &mut pair.rng);
            receive(&mut pair.alice, &message);
        }
        let message = send(&mut pair.alice, &mut pair.rng);
        receive(&mut pair.bob, &message);
        for _ in 0..lost {
            send(&mut pair.alice, &mut pair.rng);
        }
        pair.check(lost);
        pair
    }

    /// The next message carries a chunk of a key, and of the object's own unless many were lost.
    fn check(&self, lost: usize) {
        let staged = self.alice.pq.stage_send(&mut self.rng.clone()).unwrap();
        let Piece::Key(chunk) = staged.header.message.piece else { panic!("no transition") };
        assert_eq!(usize::from(chunk.index), 1 + lost);
    }

    fn triple_encrypt(mut self) {
        let mut out = Vec::with_capacity(encoded_len(TEXT.len()));
        counted(|| {
            self.alice.encrypt(&SESSION, None, &TEXT, NOW, &mut self.rng, &mut out).unwrap();
        });
        receive(&mut self.bob, &out);
    }

    /// Over two whole epochs the messages that neither turn nor make a transition, which are all
    /// that draw no randomness but a nonce's. Returns how many.
    fn triple_encrypt_epochs(mut self) -> usize {
        let mut messages = 0;
        while self.alice.healing(NOW).post_quantum.completed < 2 {
            for number in 0..IN_A_ROW {
                messages += usize::from(self.counted_unless_first(number == 0));
            }
            mem::swap(&mut self.alice, &mut self.bob);
        }
        messages
    }

    fn counted_unless_first(&mut self, first: bool) -> bool {
        let mut rng = self.rng.clone();
        self.alice.pq.stage_send(&mut rng).unwrap();
        let counts = !first && rng == self.rng;
        let mut out = Vec::with_capacity(encoded_len(TEXT.len()));
        let mut send =
            || self.alice.encrypt(&SESSION, None, &TEXT, NOW, &mut self.rng, &mut out).unwrap();
        if counts {
            counted(send)
        } else {
            send()
        };
        receive(&mut self.bob, &out);
        counts
    }

    fn triple_decrypt(mut self) {
        let message = send(&mut self.alice, &mut self.rng);
        assert_eq!(counted(|| receive(&mut self.bob, &message)), TEXT);
    }

    fn double_encrypt(mut self) {
        let key = self.header_key();
        let mut out = Vec::with_capacity(encoded_len(TEXT.len()));
        counted(|| double_encrypt(&mut self.alice, &key, &mut self.rng, &mut out));
        double_decrypt(&mut self.bob, &key, &out);
    }

    fn double_decrypt(mut self) {
        let (key, mut message) = (self.header_key(), vec![]);
        double_encrypt(&mut self.alice, &key, &mut self.rng, &mut message);
        assert_eq!(counted(|| double_decrypt(&mut self.bob, &key, &message)), TEXT);
    }

    /// The key that seals the headers of Alice's chain.
    fn header_key(&self) -> AeadKey {
        let mut copy: Ratchet = read_all(&encode(&self.alice)).unwrap();
        read_all(&encode(&copy.ec.send(&mut self.rng.clone()).unwrap().header_key)).unwrap()
    }
}

fn send(from: &mut Ratchet, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut out = vec![];
    from.encrypt(&SESSION, None, &TEXT, NOW, rng, &mut out).unwrap();
    out
}

fn receive(to: &mut Ratchet, message: &[u8]) -> Vec<u8> {
    let message = RatchetMessage::decode(message).unwrap();
    to.decrypt(&SESSION, &message, None, Ends::anybody(), NOW).unwrap().plaintext
}

/// Ratchet key and two numbers: the header without its post-quantum part.
const HEADER: usize = 40;
const ASSOCIATED: usize = 32 + 12 + SEARCH_TAG_LEN + HEADER;

/// [`Ratchet::encrypt`] with the post-quantum half left out of state, header and key.
fn double_encrypt(
    ratchet: &mut Ratchet,
    header_key: &AeadKey,
    rng: &mut ChaCha20Rng,
    out: &mut Vec<u8>,
) {
    let ec = ratchet.ec.send(rng).unwrap();
    let body_key = message_key(&message_prk(&ec.message_key, &Secret::new([0; 32])));
    let (nonce, tag) = ec.header_key.address(rng);
    let mut fields = FieldWriter(out);
    fields.bytes(1, nonce.as_bytes());
    fields.bytes(2, &tag.to_bytes());
    fields.header(3, HEADER + TAG_LEN);
    let header_at = out.len();
    let mut writer = Writer::onto(mem::take(out));
    writer.raw(ec.position.ratchet_key.as_bytes());
    writer.put(&ec.position.previous).put(&ec.position.number);
    *out = writer.into_public();
    let header = *out.last_chunk::<HEADER>().unwrap();
    out.extend_from_slice(&[0; TAG_LEN]);
    FieldWriter(out).header(4, padded_len(TEXT.len()) + TAG_LEN);
    let body_at = out.len();
    out.extend_from_slice(&TEXT);
    pad(out, body_at);
    body_key.seal_suffix(&nonce, &associated(&nonce, tag, &header), out, body_at);
    let (front, body) = out.split_at_mut(body_at);
    let (text, rest) = front[header_at..].split_at_mut(HEADER);
    rest[..TAG_LEN].copy_from_slice(&header_key.seal_detached(&nonce, body, text));
}

/// [`Ratchet::decrypt`] likewise.
fn double_decrypt(ratchet: &mut Ratchet, header_key: &AeadKey, message: &[u8]) -> Vec<u8> {
    let mut fields = Fields::new(message);
    let nonce = Nonce::from_bytes(fields.bytes(1).unwrap().try_into().unwrap());
    let tag = SearchTag::from_bytes(fields.bytes(2).unwrap().try_into().unwrap());
    let mut sealed: [u8; HEADER + TAG_LEN] = fields.bytes(3).unwrap().try_into().unwrap();
    let body = fields.bytes(4).unwrap();
    fields.finish().unwrap();
    let place = SealedHeader { nonce, search_tag: tag, sealed: &[0; SEALED_HEADER_LEN] };
    let found = ratchet.ec.find(&place).unwrap();
    header_key.open_in_place(&nonce, body, &mut sealed).unwrap();
    let mut r = Reader::new(&sealed[..HEADER]);
    let position = Position {
        ratchet_key: DhPublicKey::from_bytes(r.array().unwrap()).unwrap(),
        previous: r.get().unwrap(),
        number: r.get().unwrap(),
    };
    let ec = ratchet.ec.receive(found, &position, NOW).unwrap();
    let body_key = message_key(&message_prk(&ec.message_key, &Secret::new([0; 32])));
    let mut plaintext = body.to_vec();
    let header = sealed.first_chunk().unwrap();
    body_key.open_in_place(&nonce, &associated(&nonce, tag, header), &mut plaintext).unwrap();
    plaintext.truncate(body.len() - TAG_LEN);
    plaintext.truncate(unpad(&plaintext).unwrap());
    ratchet.ec.commit(ec.staged, NOW);
    plaintext
}

fn associated(nonce: &Nonce, tag: SearchTag, header: &[u8; HEADER]) -> [u8; ASSOCIATED] {
    joined(&[SESSION.as_bytes(), nonce.as_bytes(), &tag.to_bytes(), header])
}
