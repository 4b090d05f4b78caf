//! Vectors of the handshake; a child of it, for what it keeps to itself.

use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::*;
use crate::crypto::{HashLabel, Nonce, hash};
use crate::vectors::party::{DAY, NOW, Party};
use crate::vectors::{Recorder, Topic, field, flipped, integer};

/// SPEC.md section 7.
pub(crate) fn topic() -> Topic {
    let mut topic = Topic::new(
        "handshake",
        &[
            ("changed", "a field of the handshake was changed on the way"),
            ("hostile", "the initiator does what no honest one does"),
            ("low-order", "the ephemeral key has small order"),
            ("torsion", "the ephemeral key has a component of small order"),
        ],
    );
    let mut rng = Recorder::new("handshake");
    let alice = Party::new("alice", 0x0a11_ce01, &mut rng);
    let bob = Party::new("bob", 0x0b0b_0001, &mut rng);
    let psk = PreSharedSecret::from_bytes(rng.bytes());
    let parties = Parties { alice, bob, psk };
    topic.group(json!({
        "op": "agree", "now": NOW.as_millis(), "psks": [hex::encode(*parties.psk.to_bytes())],
        "initiator": parties.alice.describe(), "responder": parties.bob.describe(),
    }));
    parties.agreements(&mut topic, &mut rng);
    topic.group(json!({
        "op": "respond", "psks": [], "responder": parties.bob.describe(),
    }));
    parties.refusals(&mut topic, &mut rng);
    parties.hostile(&mut topic, &mut rng);
    topic
}

struct Parties {
    alice: Party,
    bob: Party,
    psk: PreSharedSecret,
}

impl Parties {
    fn initiate(&self, bundle: &VerifiedBundle, psk: bool, rng: &mut Recorder) -> Initiated {
        let psk = psk.then_some(&self.psk);
        initiate(&self.alice.local, &self.alice.verified_list(), bundle, psk, None, rng).unwrap()
    }

    fn agreements(&self, topic: &mut Topic, rng: &mut Recorder) {
        let mut without = self.bob.bundle(0).encode();
        without.truncate(without.len() - self.one_time_len());
        let cases = [
            ("both one-time prekeys", self.bob.bundle(0).encode(), false),
            ("no one-time prekey", without, false),
            ("last-resort KEM prekey alone", self.bob.bundle(2).encode(), false),
            ("with a pre-shared secret", self.bob.bundle(1).encode(), true),
        ];
        for (comment, bundle, psk) in cases {
            let decoded = crate::prekey::PrekeyBundle::decode(&bundle).unwrap();
            let verified = decoded.verify(&self.bob.verified(), NOW).unwrap();
            rng.taken();
            let initiated = self.initiate(&verified, psk, rng);
            let mut fields = self.outputs(&initiated);
            fields["bundle"] = json!(hex::encode(bundle));
            fields["random"] = json!(rng.taken());
            if psk {
                fields["psk"] = json!(hex::encode(*self.psk.to_bytes()));
            }
            topic.test(comment, &[], "ok", fields);
        }
    }

    /// Bytes of the bundle's field 4.
    fn one_time_len(&self) -> usize {
        let (with, without) = (self.bob.bundle(0), self.bob.bundle(2));
        let kem_len = |bundle: &crate::prekey::PrekeyBundle| bundle.encode().len();
        kem_len(&with) - kem_len(&without)
    }

    /// What both sides come to, and what is on the way.
    fn outputs(&self, initiated: &Initiated) -> Value {
        let handshake = Handshake::decode(&initiated.flight).unwrap();
        let first = self.first(&handshake);
        let psks = [self.psk.clone()];
        let responded =
            respond(&self.bob.local, &self.bob.prekeys, &psks, &handshake, NOW).unwrap();
        assert_eq!(responded.id, initiated.id);
        let keys = |keys: &SessionKeys| {
            let SessionKeys { ec, pq, braid, header_a, header_b } = keys;
            [ec, pq, braid, header_a, header_b].map(|key| hex::encode(key.as_bytes()))
        };
        assert_eq!(keys(&responded.keys), keys(&initiated.keys));
        let [ec, pq, braid, header_a, header_b] = keys(&initiated.keys);
        json!({
            "handshake": hex::encode(&initiated.flight),
            "handshake_hash": hex::encode(hash(HashLabel::HandshakeFlight, &initiated.flight).as_bytes()),
            "t1": hex::encode(first.t1.as_bytes()),
            "k_id": hex::encode(first.keys.identity.secret().as_bytes()),
            "chain": hex::encode(first.keys.chain.as_bytes()),
            "sealed_identity": hex::encode(handshake.sealed_identity),
            "t2": hex::encode(initiated.id.as_bytes()),
            "session_keys": {
                "sk_ec": ec, "sk_pq": pq, "sk_braid": braid, "header_a": header_a,
                "header_b": header_b,
            },
            "replay_id": hex::encode(responded.prekey_use.replay),
        })
    }

    /// The first derivation, as the responder makes it.
    fn first(&self, handshake: &Handshake<'_>) -> First {
        let (ids, store) = (handshake.prekeys, &self.bob.prekeys);
        let signed = store.signed(ids.signed, NOW).unwrap();
        let one_time = ids.one_time.map(|id| store.one_time(id).unwrap());
        let (kem, shared) =
            store.kem(ids.kem, NOW).unwrap().secret.decapsulate(&handshake.ciphertext);
        let keys = UsedKeys {
            ids,
            signed: *signed.public_key(),
            one_time: one_time.as_ref().map(|key| *key.public_key()),
            kem,
        };
        let t1 = Transcript {
            responder: self.bob.local.address(),
            responder_keys: self.bob.local.certificate().keys(),
            keys: &keys,
            ephemeral: &handshake.ephemeral,
            ciphertext: &handshake.ciphertext,
        }
        .hash();
        let agree = |key: &DhSecretKey| key.diffie_hellman(&handshake.ephemeral).unwrap();
        let secrets = Secrets {
            identity: agree(self.bob.local.identity_key()),
            signed: agree(signed),
            one_time: one_time.as_ref().map(agree),
            kem: shared,
        };
        First { t1, keys: FirstKeys::derive(&t1, &secrets) }
    }

    /// Changes on the way, and what time and use refuse.
    fn refusals(&self, topic: &mut Topic, rng: &mut Recorder) {
        let bundle = self.bob.verified_bundle(0);
        let initiated = self.initiate(&bundle, false, rng);
        let parts = Parts::of(&initiated.flight);
        let good = parts.encode();
        assert_eq!(good, initiated.flight);
        self.refuse(topic, "as it was sent", &[], &good, NOW, &self.bob.prekeys);
        for (comment, changed) in parts.changes() {
            self.refuse(topic, comment, &["changed"], &changed, NOW, &self.bob.prekeys);
        }
        for (comment, flag, key) in ephemeral_keys() {
            let changed = Parts { ephemeral: key, ..parts.clone() }.encode();
            self.refuse(topic, comment, &[flag], &changed, NOW, &self.bob.prekeys);
        }
        let later = NOW.saturating_add(DAY * 365);
        self.refuse(topic, "the certificate expired", &[], &good, later, &self.bob.prekeys);
        let with_psk = self.initiate(&bundle, true, rng).flight;
        let comment = "a pre-shared secret that the responder does not know";
        self.refuse(topic, comment, &[], &with_psk, NOW, &self.bob.prekeys);
        let itself = &self.bob;
        let reflected = initiate(&itself.local, &itself.verified_list(), &bundle, None, None, rng);
        let reflected = reflected.unwrap().flight;
        self.refuse(
            topic,
            "from the responder itself",
            &["hostile"],
            &reflected,
            NOW,
            &itself.prekeys,
        );
        self.used(topic, "its one-time prekeys were used", &good);
        let last_resort = self.initiate(&self.bob.verified_bundle(2), false, rng).flight;
        self.refuse(
            topic,
            "last-resort prekey, first time",
            &[],
            &last_resort,
            NOW,
            &self.bob.prekeys,
        );
        self.used(topic, "last-resort prekey, a second time", &last_resort);
    }

    /// Refused after it was accepted once.
    fn used(&self, topic: &mut Topic, comment: &str, flight: &[u8]) {
        let mut store = self.bob.prekeys.clone();
        let handshake = Handshake::decode(flight).unwrap();
        let responded = respond(&self.bob.local, &store, &[], &handshake, NOW).unwrap();
        store.consume(&responded.prekey_use, NOW).unwrap();
        self.refuse(topic, comment, &[], flight, NOW, &store);
    }

    fn refuse(
        &self,
        topic: &mut Topic,
        comment: &str,
        flags: &[&str],
        flight: &[u8],
        now: Timestamp,
        prekeys: &PrekeyStore,
    ) {
        let mut fields = json!({ "handshake": hex::encode(flight), "now": now.as_millis() });
        if *prekeys.to_bytes() != *self.bob.prekeys.to_bytes() {
            fields["prekeys"] = json!(hex::encode(prekeys.to_bytes()));
        }
        let expect = match Handshake::decode(flight) {
            Err(error) => error.code(),
            Ok(handshake) => match respond(&self.bob.local, prekeys, &[], &handshake, now) {
                Err(error) => error.code(),
                Ok(responded) => {
                    fields["t2"] = json!(hex::encode(responded.id.as_bytes()));
                    "ok"
                }
            },
        };
        topic.test(comment, flags, expect, fields);
    }

    /// Identities that are sealed with the right key and are none.
    fn hostile(&self, topic: &mut Topic, rng: &mut Recorder) {
        let initiated = self.initiate(&self.bob.verified_bundle(0), false, rng);
        let parts = Parts::of(&initiated.flight);
        let first = self.first(&Handshake::decode(&initiated.flight).unwrap());
        let key = &first.keys.identity;
        let mut sealed = parts.identity.clone();
        let plain = key.open_in_place(&Nonce::ZERO, first.t1.as_bytes(), &mut sealed).unwrap();
        let plain = plain.to_vec();
        // What precedes the certificate without a pre-shared secret, and the certificate.
        let used = 40 + self.alice.local.certificate().encode().len();
        let cases: [(&str, Vec<u8>); 6] = [
            ("another version of the identity", flipped(&plain, 0)),
            ("list version 0", [&plain[..1], &[0; 4], &plain[5..]].concat()),
            ("a presence byte of 2", [&plain[..37], &[2], &plain[38..]].concat()),
            ("the account's signature changed", flipped(&plain, used - 1)),
            ("the possession signature changed", flipped(&plain, used - 70)),
            ("padding that is not zero", flipped(&plain, plain.len() - 1)),
        ];
        for (comment, identity) in cases {
            let mut sealed = identity;
            key.seal_suffix(&Nonce::ZERO, first.t1.as_bytes(), &mut sealed, 0);
            let flight = Parts { identity: sealed, ..parts.clone() }.encode();
            self.refuse(topic, comment, &["hostile"], &flight, NOW, &self.bob.prekeys);
        }
    }
}

struct First {
    t1: Digest,
    keys: FirstKeys,
}

/// The fields of an encoded handshake.
#[derive(Clone)]
struct Parts {
    suite: u32,
    ids: [u32; 3],
    ephemeral: Vec<u8>,
    ciphertext: Vec<u8>,
    identity: Vec<u8>,
}

impl Parts {
    fn of(flight: &[u8]) -> Self {
        let handshake = Handshake::decode(flight).unwrap();
        let PrekeyIds { signed, one_time, kem } = handshake.prekeys;
        Self {
            suite: 1,
            ids: [
                signed.as_u32(),
                one_time.map_or(0, crate::prekey::PrekeyId::as_u32),
                kem.as_u32(),
            ],
            ephemeral: handshake.ephemeral.as_bytes().to_vec(),
            ciphertext: handshake.ciphertext.as_bytes().to_vec(),
            identity: handshake.sealed_identity.to_vec(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        [
            integer(1, self.suite),
            integer(2, self.ids[0]),
            integer(3, self.ids[1]),
            integer(4, self.ids[2]),
            field(5, &self.ephemeral),
            field(6, &self.ciphertext),
            field(7, &self.identity),
        ]
        .concat()
    }

    fn changes(&self) -> Vec<(&'static str, Vec<u8>)> {
        let with = |change: &dyn Fn(&mut Self)| {
            let mut parts = self.clone();
            change(&mut parts);
            parts.encode()
        };
        let good = self.encode();
        vec![
            ("no suite", with(&|p| p.suite = 0)),
            ("suite 2", with(&|p| p.suite = 2)),
            ("no signed prekey", with(&|p| p.ids[0] = 0)),
            ("another signed prekey", with(&|p| p.ids[0] = 77)),
            ("no one-time prekey", with(&|p| p.ids[1] = 0)),
            ("another one-time prekey", with(&|p| p.ids[1] = 4)),
            ("an unknown one-time prekey", with(&|p| p.ids[1] = 77)),
            ("no KEM prekey", with(&|p| p.ids[2] = 0)),
            ("the last-resort prekey", with(&|p| p.ids[2] = 2)),
            ("an unknown KEM prekey", with(&|p| p.ids[2] = 77)),
            ("a bit of the ephemeral key", with(&|p| p.ephemeral[9] ^= 1)),
            ("the ephemeral key is short", with(&|p| p.ephemeral.truncate(31))),
            ("a bit of the ciphertext", with(&|p| p.ciphertext[9] ^= 1)),
            ("the last bit of the ciphertext", with(&|p| p.ciphertext[1087] ^= 0x80)),
            ("the ciphertext is short", with(&|p| p.ciphertext.truncate(1087))),
            ("a bit of the identity", with(&|p| p.identity[9] ^= 1)),
            ("a bit of the identity's tag", with(&|p| *p.identity.last_mut().unwrap() ^= 1)),
            ("the identity is short", with(&|p| p.identity.truncate(399))),
            ("the identity is empty", with(&|p| p.identity.clear())),
            ("the identity is long", with(&|p| p.identity.push(0))),
            ("an unknown field", [&good[..], &integer(8, 1)].concat()),
            ("a field twice", [&integer(1, 1)[..], &good].concat()),
            ("cut off", good[..good.len() - 1].to_vec()),
            ("nothing", vec![]),
        ]
    }
}

/// The inverse of the ephemeral key's coordinate modulo 2^255 − 19: the same point plus the one of
/// order 2, with which every Diffie–Hellman comes to the same. Computed with Python.
const TORSIONED: &str = "4493a733bad7fbd40a7d2ddb41ef38fa0d6bc74c05585830459045cafc737770";

fn ephemeral_keys() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let of = |low: u8, middle: u8, high: u8| {
        let mut key = vec![middle; 32];
        (key[0], key[31]) = (low, high);
        key
    };
    vec![
        ("the ephemeral key plus a point of order 2", "torsion", hex::decode(TORSIONED).unwrap()),
        ("the ephemeral key is one", "low-order", of(1, 0, 0)),
        ("the ephemeral key is minus one", "low-order", of(0xec, 0xff, 0x7f)),
        ("the ephemeral key is zero", "low-order", of(0, 0, 0)),
        ("the ephemeral key is not canonical", "changed", of(0xee, 0xff, 0x7f)),
    ]
}
