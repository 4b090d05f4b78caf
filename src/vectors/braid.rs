//! Vectors of the ML-KEM Braid; a child of it, for what it keeps to itself.

use alloc::vec::Vec;

use serde_json::{Value, json};

use super::authenticator::epoch_key;
use super::encoder::Object;
use super::erasure::Offered;
use super::state::{CT1_OBJECT_LEN, CT2_OBJECT_LEN, HEADER_OBJECT_LEN, KEY_OBJECT_LEN};
use super::*;
use crate::crypto::{KemEncapsulation, KemHeader, KemSeed};
use crate::vectors::{Recorder, Topic, encode, flipped};
use crate::wire::read_all;

/// SPEC.md section 10: the parts of the Braid. Whole exchanges are in `ratchet-steps`.
pub(crate) fn topic() -> Topic {
    let mut topic = Topic::new(
        "braid",
        &[
            ("redundant", "chunks beyond the object's own are used"),
            ("contradiction", "chunks that no object has"),
        ],
    );
    let mut rng = Recorder::new("braid");
    authenticators(&mut topic, &mut rng);
    let parts = kem(&mut topic, &mut rng);
    keys(&mut topic, &parts);
    chunks(&mut topic, &mut rng);
    decoding(&mut topic, &mut rng);
    crate::ratchet::vectors::pq_start(&mut topic, &mut rng);
    topic
}

fn authenticators(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "authenticator" }));
    let (secret, shared) = (rng.bytes::<32>(), rng.bytes::<32>());
    let (header, ct1, ct2) = (rng.bytes::<64>(), rng.bytes::<960>(), rng.bytes::<128>());
    for epoch in [1, 2, u32::MAX] {
        let start = Authenticator::start(&Secret::new(secret));
        let key = epoch_key(&Secret::new(shared), epoch);
        let updated = start.updated(epoch, &key);
        let fields = json!({
            "sk_braid": hex::encode(secret), "shared": hex::encode(shared), "epoch": epoch,
            "header": hex::encode(header), "ct1": hex::encode(ct1), "ct2": hex::encode(ct2),
            "start": hex::encode(encode(&start)), "epoch_key": hex::encode(key.as_bytes()),
            "updated": hex::encode(encode(&updated)),
            "header_mac": hex::encode(
                start.header_mac(epoch, &KemHeader::from_bytes(header)).as_bytes()),
            "ciphertext_mac": hex::encode(
                updated.ciphertext_mac(epoch, &ct1, &ct2).as_bytes()),
        });
        topic.test("authenticator, epoch key and MACs", &[], "ok", fields);
    }
}

/// Header and bulk of a key.
type KeyParts = ([u8; 64], [u8; 1_152]);

fn kem(topic: &mut Topic, rng: &mut Recorder) -> KeyParts {
    topic.group(json!({ "op": "incremental-kem" }));
    let mut parts = Vec::new();
    for _ in 0..3 {
        let (seed, m) = (rng.bytes::<64>(), rng.bytes::<32>());
        let key: KemSeed = read_all(&seed).unwrap();
        let public = key.public_parts();
        let mut tape = Tape(m.to_vec());
        let encapsulation = KemEncapsulation::begin(public.header.clone(), &mut tape);
        let first = encapsulation.first();
        let both = encapsulation.ciphertext(&public.vector);
        assert_eq!(key.decapsulate(&both.ct1, &both.ct2).as_bytes(), first.shared.as_bytes());
        let mut forged = both.ct2;
        forged[0] ^= 1;
        let fields = json!({
            "seed": hex::encode(seed), "m": hex::encode(m),
            "header": hex::encode(public.header.as_bytes()),
            "vector": hex::encode(public.vector.as_bytes()),
            "ct1": hex::encode(first.ct1), "ct2": hex::encode(both.ct2),
            "shared": hex::encode(first.shared.as_bytes()),
            "shared_if_ct2_bit_0_differs":
                hex::encode(key.decapsulate(&both.ct1, &forged).as_bytes()),
        });
        topic.test("ML-KEM-768 in steps equals ML-KEM-768", &[], "ok", fields);
        parts.push((*public.header.as_bytes(), *public.vector.as_bytes()));
    }
    parts.pop().unwrap()
}

/// Gives the bytes that it was made of.
struct Tape(Vec<u8>);

impl rand_core::TryRng for Tape {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        panic!("bytes are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        panic!("bytes are drawn")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.copy_from_slice(&self.0);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Tape {}

fn keys(topic: &mut Topic, parts: &KeyParts) {
    topic.group(json!({ "op": "check-key" }));
    let (header, vector) = parts;
    let mut unreduced = vector.to_vec();
    (unreduced[0], unreduced[1]) = (0xff, 0xff);
    let hashed = {
        let whole = [&unreduced[..], &header[..32]].concat();
        let digest: [u8; 32] = libcrux_sha3::sha256(&whole);
        [&header[..32], &digest].concat()
    };
    let cases = [
        ("as generated", header.to_vec(), vector.to_vec()),
        ("a bit of the bulk", header.to_vec(), flipped(vector, 100)),
        ("a bit of the seed", flipped(header, 3), vector.to_vec()),
        ("a bit of the hash", flipped(header, 40), vector.to_vec()),
        ("a coefficient of 4,095 under its hash", hashed, unreduced),
    ];
    for (comment, header, vector) in cases {
        let header_bytes: [u8; 64] = header[..].try_into().unwrap();
        let admitted = KemHeader::from_bytes(header_bytes).admit(&vector).is_ok();
        let fields = json!({ "header": hex::encode(header), "vector": hex::encode(vector) });
        topic.test(comment, &[], if admitted { "ok" } else { "braid/encapsulation-key" }, fields);
    }
}

const LENGTHS: [usize; 4] = [HEADER_OBJECT_LEN, KEY_OBJECT_LEN, CT1_OBJECT_LEN, CT2_OBJECT_LEN];

fn chunk(object: &[u8], index: u16) -> Chunk {
    Object::new(object).chunk(index)
}

fn chunks(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "encode" }));
    for length in LENGTHS {
        let object = rng.bytes::<1_152>()[..length].to_vec();
        let needed = u16::try_from(length.div_ceil(CHUNK_LEN)).unwrap();
        let indexes = [0, needed - 1, needed, needed + 1, 1_000, u16::MAX];
        let chunks: Vec<_> =
            indexes.iter().map(|index| describe(&chunk(&object, *index))).collect();
        let fields = json!({ "object": hex::encode(object), "chunks": chunks });
        topic.test("chunks of an object", &["redundant"], "ok", fields);
    }
}

fn describe(chunk: &Chunk) -> Value {
    json!({ "index": chunk.index, "data": hex::encode(chunk.data) })
}

fn decoding(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "decode" }));
    for (length, step) in LENGTHS.into_iter().zip([3u16, 7, 2, 11]) {
        let object = rng.bytes::<1_152>()[..length].to_vec();
        let needed = u16::try_from(length.div_ceil(CHUNK_LEN)).unwrap();
        let own: Vec<_> = (0..needed).rev().map(|i| chunk(&object, i)).collect();
        offer(topic, "the object's own chunks, backwards", &[], length, &own);
        let redundant: Vec<_> = (1..=needed).map(|i| chunk(&object, i * step)).collect();
        offer(topic, "other chunks", &["redundant"], length, &redundant);
        let mut again = redundant.clone();
        again.insert(1, redundant[0].clone());
        offer(topic, "a chunk twice", &["redundant"], length, &again);
        let mut differing = redundant.clone();
        differing[0].data[63] ^= 1;
        differing.insert(1, redundant[0].clone());
        offer(topic, "two chunks of one index", &["contradiction"], length, &differing);
        if length % CHUNK_LEN != 0 {
            let mut padded = own.clone();
            padded[0].data[63] = 1;
            offer(topic, "padding that is not zero", &["contradiction"], length, &padded);
            let mut damaged = redundant;
            damaged[0].data[63] ^= 1;
            offer(topic, "a damaged redundant chunk", &["contradiction"], length, &damaged);
        }
    }
}

fn offer(topic: &mut Topic, comment: &str, flags: &[&str], length: usize, chunks: &[Chunk]) {
    let (mut decoder, mut result) = (Decoder::new(length), Ok(None));
    for chunk in chunks {
        match decoder.offer(chunk) {
            Ok(Offered::Known) => {}
            Ok(Offered::New) => decoder.keep(chunk.clone()),
            Ok(Offered::Complete(object)) => result = Ok(Some(object)),
            Err(error) => {
                result = Err(BraidError::from(error));
                break;
            }
        }
    }
    let described: Vec<_> = chunks.iter().map(describe).collect();
    let mut fields = json!({ "length": length, "chunks": described });
    let expect = match result {
        Ok(object) => {
            fields["object"] = json!(hex::encode(object.unwrap()));
            "ok"
        }
        Err(error) => crate::ratchet::PqError::from(error).code(),
    };
    topic.test(comment, flags, expect, fields);
}
