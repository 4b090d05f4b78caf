use alloc::vec::Vec;

use serde_json::json;

use super::{Recorder, Topic, encode, flipped};
use crate::crypto::{
    AeadKey, DhPublicKey, DhSecretKey, HashLabel, KdfLabel, KemPublicKey, MacLabel, Nonce, Prk,
    SearchKey, Secret, Signature, SignaturePurpose, SigningKey, VerifyingKey, chain_step, hash,
    hmac,
};
use crate::wire::DecodeError;

/// SPEC.md section 3 and the derivations of 8 and 9: labels, framing, chains, keys.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "labels-kdf",
        &[
            ("malleated", "S is not below the group order"),
            ("small-order", "a point of small order"),
            ("non-canonical", "an encoding that is not the one of its value"),
            ("other-purpose", "the signature is for another purpose"),
        ],
    );
    let mut rng = Recorder::new("labels-kdf");
    expansions(&mut topic, &mut rng);
    hashes(&mut topic, &mut rng);
    macs(&mut topic, &mut rng);
    signatures(&mut topic, &mut rng);
    combinations(&mut topic, &mut rng);
    chains(&mut topic, &mut rng);
    searches(&mut topic, &mut rng);
    public_keys(&mut topic, &mut rng);
    agreements(&mut topic, &mut rng);
    topic
}

fn expansions(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "expand", "length": 96 }));
    for (label, length) in KdfLabel::ALL.iter().zip([0, 1, 8, 32, 300].into_iter().cycle()) {
        let prk: [u8; 32] = rng.bytes();
        let context = &rng.bytes::<300>()[..length];
        let output: Secret<96> = Prk::from_key(&Secret::new(prk)).expand(*label, context);
        let fields = json!({
            "prk": hex::encode(prk), "label": label.as_str(), "context": hex::encode(context),
            "output": hex::encode(output.as_bytes()),
        });
        topic.test("Expand", &[], "ok", fields);
    }
    topic.group(json!({ "op": "extract-expand", "length": 32 }));
    for length in [0, 32, 200] {
        let (salt, ikm) = (rng.bytes::<32>(), rng.bytes::<200>());
        let prk = Prk::extract(&salt, &ikm[..length]);
        let output: Secret<32> = prk.expand(KdfLabel::HandshakeChain, b"context");
        let fields = json!({
            "salt": hex::encode(salt), "ikm": hex::encode(&ikm[..length]),
            "label": KdfLabel::HandshakeChain.as_str(), "context": hex::encode(b"context"),
            "output": hex::encode(output.as_bytes()),
        });
        topic.test("Extract, then Expand", &[], "ok", fields);
    }
}

fn hashes(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "hash" }));
    for (label, length) in HashLabel::ALL.iter().zip([0, 1, 64, 200].into_iter().cycle()) {
        let data = &rng.bytes::<200>()[..length];
        let output = hash(*label, data);
        let fields = json!({
            "label": label.as_str(), "data": hex::encode(data),
            "output": hex::encode(output.as_bytes()),
        });
        topic.test("Hash", &[], "ok", fields);
    }
}

fn macs(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "mac" }));
    for label in MacLabel::ALL {
        let (key, data) = (rng.bytes::<32>(), rng.bytes::<72>());
        let parts: [&[u8]; 4] = [b"sealwax/v1/mac/", label.as_str().as_bytes(), &[0], &data];
        let fields = json!({
            "key": hex::encode(key), "label": label.as_str(), "data": hex::encode(data),
            "output": hex::encode(hmac(&Secret::new(key), &parts).as_bytes()),
        });
        topic.test("Mac", &[], "ok", fields);
    }
}

/// The order of Ed25519's group, little-endian.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn signatures(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "sign" }));
    for (purpose, length) in SignaturePurpose::ALL.iter().zip([0, 1, 64, 190, 300]) {
        let seed: [u8; 32] = rng.bytes();
        let data = &rng.bytes::<300>()[..length];
        let key = SigningKey::from_seed(&Secret::new(seed));
        let fields = json!({
            "seed": hex::encode(seed), "public": hex::encode(key.verifying_key().as_bytes()),
            "purpose": purpose.as_str(), "data": hex::encode(data),
            "signature": hex::encode(key.sign(*purpose, data).as_bytes()),
        });
        topic.test("Sign", &[], "ok", fields);
    }
    topic.group(json!({ "op": "verify" }));
    let key = SigningKey::from_seed(&Secret::new(rng.bytes()));
    let (public, data) = (key.verifying_key(), rng.bytes::<40>());
    let good = *key.sign(SignaturePurpose::Prekey, &data).as_bytes();
    let mut neutral = good;
    neutral[..32].fill(0);
    neutral[0] = 1;
    let purpose = SignaturePurpose::Prekey;
    let other = SignaturePurpose::DeviceList;
    let cases: [(_, &[_], _, _, &[u8]); 8] = [
        ("as signed", &[], purpose, good, &data),
        ("R changed", &[], purpose, array(&flipped(&good, 3)), &data),
        ("S changed", &[], purpose, array(&flipped(&good, 40)), &data),
        ("data changed", &[], purpose, good, &data[1..]),
        ("another purpose", &["other-purpose"], other, good, &data),
        ("S plus the group order", &["malleated"], purpose, plus_order(&good), &data),
        ("R is the neutral point", &["small-order"], purpose, neutral, &data),
        ("zeros", &[], purpose, [0; 64], &data),
    ];
    for (comment, flags, purpose, signature, data) in cases {
        let verified = public.verify(purpose, data, &Signature::from_bytes(signature)).is_ok();
        let fields = json!({
            "public": hex::encode(public.as_bytes()), "purpose": purpose.as_str(),
            "data": hex::encode(data), "signature": hex::encode(signature),
        });
        topic.test(comment, flags, if verified { "ok" } else { "signature" }, fields);
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap()
}

/// The signature with the group order added to `S`.
fn plus_order(signature: &[u8; 64]) -> [u8; 64] {
    let (mut out, mut carry) = (*signature, 0);
    for (byte, order) in out[32..].iter_mut().zip(hex::decode(ORDER).unwrap()) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    out
}

fn combinations(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "message-key" }));
    for _ in 0..2 {
        let (ec, pq) = (rng.bytes::<32>(), rng.bytes::<32>());
        let key = crate::ratchet::vectors::combined(&Secret::new(ec), &Secret::new(pq));
        let fields = json!({
            "ec_mk": hex::encode(ec), "pq_mk": hex::encode(pq), "mk": hex::encode(key),
        });
        topic.test("mk of a message", &[], "ok", fields);
    }
    topic.group(json!({ "op": "root-turn" }));
    for _ in 0..2 {
        let (root, ours, theirs) = (rng.bytes::<32>(), rng.bytes::<32>(), rng.bytes::<32>());
        let [ours, theirs] = [ours, theirs].map(|key| DhSecretKey::from_secret(&Secret::new(key)));
        let shared = ours.diffie_hellman(theirs.public_key()).unwrap();
        let output: Secret<96> =
            Prk::extract(&root, shared.as_bytes()).expand(KdfLabel::RatchetRoot, &[]);
        let fields = json!({
            "root": hex::encode(root), "secret": hex::encode(encode(&ours)),
            "public": hex::encode(theirs.public_key().as_bytes()),
            "output": hex::encode(output.as_bytes()),
        });
        topic.test("KDF_RK", &[], "ok", fields);
    }
}

fn chains(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "chain-ec" }));
    let first: [u8; 32] = rng.bytes();
    let (mut key, mut messages) = (Secret::new(first), Vec::new());
    for _ in 0..4 {
        let (next, message) = chain_step(&key, &[2], &[1]);
        messages.push(hex::encode(message.as_bytes()));
        key = next;
    }
    let fields = json!({
        "chain": hex::encode(first), "messages": messages, "after": hex::encode(key.as_bytes()),
    });
    topic.test("four steps of KDF_CK", &[], "ok", fields);
    topic.group(json!({ "op": "chain-pq" }));
    let (mut key, mut messages) = (Secret::new(first), Vec::new());
    for n in 1..=4u64 {
        let input = |byte: u8| [&[byte][..], &n.to_be_bytes()].concat();
        let (next, message) = chain_step(&key, &input(2), &input(1));
        messages.push(hex::encode(message.as_bytes()));
        key = next;
    }
    let fields = json!({
        "chain": hex::encode(first), "messages": messages, "after": hex::encode(key.as_bytes()),
    });
    topic.test("four steps of a post-quantum chain", &[], "ok", fields);
}

fn searches(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "search-tag" }));
    for _ in 0..3 {
        let (key, nonce) = (rng.bytes::<32>(), rng.bytes::<12>());
        let search = SearchKey::derive(&AeadKey::new(Secret::new(key)));
        let search_key: Secret<16> =
            Prk::from_key(&Secret::new(key)).expand(KdfLabel::RatchetSearch, &[]);
        let fields = json!({
            "header_key": hex::encode(key), "nonce": hex::encode(nonce),
            "search_key": hex::encode(search_key.as_bytes()),
            "tag": hex::encode(search.tag(&Nonce::from_bytes(nonce)).to_bytes()),
        });
        topic.test("search tag", &[], "ok", fields);
    }
}

fn little_endian(low: u8, middle: u8, high: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    (bytes[0], bytes[31]) = (low, high);
    bytes
}

fn code<T>(result: Result<T, DecodeError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "ok")
}

fn public_keys(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "x25519-key" }));
    let good = *DhSecretKey::from_secret(&Secret::new(rng.bytes())).public_key().as_bytes();
    let mut top = good;
    top[31] |= 0x80;
    let cases: [(&str, &[&str], [u8; 32]); 7] = [
        ("a key", &[], good),
        ("2^255 - 20, the highest", &[], little_endian(0xec, 0xff, 0x7f)),
        ("2^255 - 19", &["non-canonical"], little_endian(0xed, 0xff, 0x7f)),
        ("2^255 - 1", &["non-canonical"], little_endian(0xff, 0xff, 0x7f)),
        ("the top bit set", &["non-canonical"], top),
        ("zero", &["small-order"], [0; 32]),
        ("one: refused by the agreement alone", &["small-order"], little_endian(1, 0, 0)),
    ];
    for (comment, flags, key) in cases {
        let expect = code(DhPublicKey::from_bytes(key));
        topic.test(comment, flags, expect, json!({ "key": hex::encode(key) }));
    }
    topic.group(json!({ "op": "ed25519-key" }));
    let good = *SigningKey::from_seed(&Secret::new(rng.bytes())).verifying_key().as_bytes();
    let cases: [(&str, &[&str], [u8; 32]); 7] = [
        ("a key", &[], good),
        ("the neutral point", &["small-order"], little_endian(1, 0, 0)),
        ("y = -1, order 2", &["small-order"], little_endian(0xec, 0xff, 0x7f)),
        ("y = 0, order 4", &["small-order"], [0; 32]),
        ("y = p + 1, the neutral point", &["non-canonical"], little_endian(0xee, 0xff, 0x7f)),
        ("x = 0 with its sign set", &["non-canonical"], little_endian(1, 0, 0x80)),
        ("no point", &[], little_endian(2, 0, 0)),
    ];
    for (comment, flags, key) in cases {
        let expect = code(VerifyingKey::from_bytes(&key));
        topic.test(comment, flags, expect, json!({ "key": hex::encode(key) }));
    }
    kem_keys(topic, rng);
}

fn kem_keys(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "ml-kem-768-key" }));
    let seed: [u8; 64] = rng.bytes();
    let key: crate::crypto::KemSecretKey = crate::wire::read_all(&seed).unwrap();
    let good = *key.public_key().as_bytes();
    let fields = json!({ "key": hex::encode(good), "seed": hex::encode(seed) });
    topic.test("a key and its seed", &[], code(KemPublicKey::from_bytes(&good)), fields);
    let mut unreduced = good;
    (unreduced[0], unreduced[1]) = (0x01, unreduced[1] & 0xf0 | 0x0d);
    let mut last = good;
    (last[1150], last[1151]) = (last[1150] & 0x0f | 0xf0, 0xff);
    let cases: [(&str, &[u8]); 4] = [
        ("the first coefficient is 3,329", &unreduced),
        ("the last coefficient is 4,095", &last),
        ("a byte short", &good[1..]),
        ("nothing", &[]),
    ];
    for (comment, key) in cases {
        let expect = code(KemPublicKey::from_bytes(key));
        topic.test(comment, &[], expect, json!({ "key": hex::encode(key) }));
    }
}

fn agreements(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "dh" }));
    let secret: [u8; 32] = rng.bytes();
    let theirs = *DhSecretKey::from_secret(&Secret::new(rng.bytes())).public_key().as_bytes();
    let order_8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
    let cases: [(&str, &[&str], [u8; 32]); 4] = [
        ("two keys", &[], theirs),
        ("one, order 1", &["small-order"], little_endian(1, 0, 0)),
        ("a point of order 8", &["small-order"], array(&hex::decode(order_8).unwrap())),
        ("minus one, order 4", &["small-order"], little_endian(0xec, 0xff, 0x7f)),
    ];
    for (comment, flags, public) in cases {
        let key = DhSecretKey::from_secret(&Secret::new(secret));
        let shared = key.diffie_hellman(&DhPublicKey::from_bytes(public).unwrap());
        let mut fields = json!({ "secret": hex::encode(secret), "public": hex::encode(public) });
        if let Ok(shared) = &shared {
            fields["shared"] = json!(hex::encode(shared.as_bytes()));
        }
        topic.test(comment, flags, if shared.is_ok() { "ok" } else { "non-contributory" }, fields);
    }
}
