use alloc::vec;
use alloc::vec::Vec;

use prost::Message;
use serde_json::json;

use super::party::{DAY, NOW, Party, certified, device_keys, device_secrets};
use super::{Recorder, Topic, encode, field, flipped, integer};
use crate::crypto::SignaturePurpose;
use crate::identity::{AccountId, LocalDevice};
use crate::prekey::{BundleError, PrekeyBundle, PrekeyId};
use crate::time::Timestamp;
use crate::wire::{Writer, proto};

/// SPEC.md section 6.2: bundles and what verifies them.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "prekey-bundle",
        &[
            ("canonical", "another encoding than the one"),
            ("signature", "a signature does not verify"),
            ("rule", "signed correctly, and against a rule"),
            ("time", "not in force"),
        ],
    );
    let mut rng = Recorder::new("prekey-bundle");
    let bob = Bob { party: Party::new("bob", 0x0b0b_0001, &mut rng) };
    let local = &bob.party.local;
    topic.group(json!({
        "op": "verify", "now": NOW.as_millis(), "list": hex::encode(bob.party.list.encode()),
        "device": device_secrets(local.keys()),
    }));
    bob.valid(&mut topic);
    bob.encodings(&mut topic);
    bob.certificates(&mut topic);
    bob.rules(&mut topic, &mut rng);
    topic
}

struct Bob {
    party: Party,
}

/// The fields of a bundle, encoded.
#[derive(Clone)]
struct Parts {
    certificate: Vec<u8>,
    prekeys: [Vec<u8>; 3],
}

impl Parts {
    fn encode(&self) -> Vec<u8> {
        let prekeys = self.prekeys.iter().zip(2..).filter(|(prekey, _)| !prekey.is_empty());
        let prekeys: Vec<_> = prekeys.map(|(prekey, number)| field(number, prekey)).collect();
        [field(1, &self.certificate), prekeys.concat()].concat()
    }
}

/// A comment, flags, and the fields of a certificate.
type Case<'a> = (&'a str, &'a [&'a str], [&'a [u8]; 3]);

/// Whatever a device could sign as a prekey.
struct Prekey {
    kind: u8,
    id: u32,
    key: Vec<u8>,
    validity: [u64; 2],
}

impl Prekey {
    fn body(&self, owner: &LocalDevice) -> Vec<u8> {
        let mut w = Writer::new();
        w.put(&1u8).put(owner.address()).put(&self.kind).put(&self.id);
        w.raw(&self.key);
        w.put(&self.validity[0]).put(&self.validity[1]);
        w.into_public()
    }

    fn signed(&self, owner: &LocalDevice) -> Vec<u8> {
        sign(&self.body(owner), owner)
    }
}

fn sign(body: &[u8], owner: &LocalDevice) -> Vec<u8> {
    let signature = owner.signing_key().sign(SignaturePurpose::Prekey, body);
    [field(1, body), field(2, signature.as_bytes())].concat()
}

impl Bob {
    fn dh(&self, kind: u8, id: u32) -> Prekey {
        let store = &self.party.prekeys;
        let secret = match kind {
            1 => store.signed(PrekeyId::new(1).unwrap(), NOW).cloned(),
            _ => store.one_time(PrekeyId::new(3).unwrap()),
        };
        let (from, until) = (NOW.as_millis(), NOW.saturating_add(DAY * 30).as_millis());
        let key = encode(secret.unwrap().public_key());
        Prekey { kind, id, key, validity: [from, until] }
    }

    fn kem(&self, kind: u8, id: u32) -> Prekey {
        let stored = if kind == 3 { 2 } else { 5 };
        let secret = self.party.prekeys.kem(PrekeyId::new(stored).unwrap(), NOW).unwrap().secret;
        Prekey { key: encode(&secret.public_key()), kind, id, ..self.dh(1, 1) }
    }

    fn parts(&self) -> Parts {
        let local = &self.party.local;
        Parts {
            certificate: local.certificate().encode(),
            prekeys: [self.dh(1, 1), self.kem(4, 5), self.dh(2, 3)].map(|p| p.signed(local)),
        }
    }

    fn with(&self, at: usize, prekey: Vec<u8>) -> Vec<u8> {
        let mut parts = self.parts();
        parts.prekeys[at] = prekey;
        parts.encode()
    }

    fn valid(&self, topic: &mut Topic) {
        let parts = self.parts();
        assert_eq!(parts.encode(), self.party.bundle(0).encode());
        self.verify(topic, "everything", &[], &parts.encode(), NOW);
        self.verify(
            topic,
            "as the server hands it out second",
            &[],
            &self.party.bundle(1).encode(),
            NOW,
        );
        self.verify(topic, "last-resort KEM prekey", &[], &self.party.bundle(2).encode(), NOW);
        self.verify(topic, "no one-time prekey", &[], &self.with(2, vec![]), NOW);
        let last = Timestamp::from_millis(NOW.saturating_add(DAY * 30).as_millis() - 1);
        self.verify(topic, "the last moment", &["time"], &parts.encode(), last);
        let early = Timestamp::from_millis(NOW.as_millis() - 86_400_000);
        self.verify(topic, "a clock that is a day behind", &["time"], &parts.encode(), early);
    }

    fn encodings(&self, topic: &mut Topic) {
        let parts = self.parts();
        let good = parts.encode();
        let refuse = |topic: &mut Topic, comment: &str, bytes: &[u8]| {
            self.verify(topic, comment, &["canonical"], bytes, NOW);
        };
        refuse(topic, "nothing", &[]);
        refuse(topic, "cut off", &good[..good.len() - 1]);
        refuse(topic, "an unknown field", &[&good[..], &integer(5, 1)].concat());
        refuse(topic, "no certificate", &good[field(1, &parts.certificate).len()..]);
        refuse(topic, "no signed prekey", &self.with(0, vec![]));
        refuse(topic, "no KEM prekey", &self.with(1, vec![]));
        refuse(topic, "over the limit", &[&good[..], &field(6, &vec![0; 32_768])].concat());
        let local = &self.party.local;
        let body = self.dh(1, 1).body(local);
        let short = [field(1, &body), field(2, &[7; 63])].concat();
        refuse(topic, "a short signature", &self.with(0, short));
        let typed = |change: &dyn Fn(&mut Prekey)| {
            let mut prekey = self.dh(1, 1);
            change(&mut prekey);
            self.with(0, prekey.signed(local))
        };
        let another = sign(&[&[2], &body[1..]].concat(), local);
        let cases = [
            ("another version of a prekey", self.with(0, another)),
            ("kind 0", typed(&|p| p.kind = 0)),
            ("kind 5", typed(&|p| p.kind = 5)),
            ("id 0", typed(&|p| p.id = 0)),
            ("a KEM kind with an X25519 key", typed(&|p| p.kind = 3)),
            ("a key of zero", typed(&|p| p.key[1..].fill(0))),
            ("a key that is not canonical", typed(&|p| p.key[1..].fill(0xff))),
            ("an empty validity", typed(&|p| p.validity[1] = p.validity[0])),
            ("a validity that is too long", typed(&|p| p.validity[1] += 1)),
            ("a byte after a prekey", self.with(0, sign(&[&body[..], &[0]].concat(), local))),
            ("a KEM key that is not reduced", {
                let mut prekey = self.kem(4, 5);
                prekey.key[1..3].fill(0xff);
                self.with(1, prekey.signed(local))
            }),
        ];
        for (comment, bytes) in cases {
            self.verify(topic, comment, &["rule"], &bytes, NOW);
        }
    }

    /// Of the certificate only the hash counts.
    fn certificates(&self, topic: &mut Topic) {
        let certificate = self.party.local.certificate().encode();
        let [body, possession, by_account] = {
            let message = proto::DeviceCertificate::decode(&certificate[..]).unwrap();
            [message.body, message.possession, message.signature]
        };
        let (no_body, long) = (vec![], [&body[..], &[0; 62]].concat());
        let cases: [Case<'_>; 8] = [
            ("a bit of its body", &["rule"], [&flipped(&body, 9), &possession, &by_account]),
            ("no body", &["rule"], [&no_body, &possession, &by_account]),
            ("a byte after its body", &["rule"], [&long[..=body.len()], &possession, &by_account]),
            ("a body over the limit", &["canonical"], [&long, &possession, &by_account]),
            (
                "a bit of its device's signature",
                &[],
                [&body, &flipped(&possession, 9), &by_account],
            ),
            (
                "a bit of its account's signature",
                &[],
                [&body, &possession, &flipped(&by_account, 9)],
            ),
            ("a short signature of its device", &["canonical"], [&body, &[7; 63], &by_account]),
            ("a long signature of its account", &["canonical"], [&body, &possession, &[7; 65]]),
        ];
        for (comment, flags, parts) in cases {
            let numbered = parts.iter().zip(1..).filter(|(part, _)| !part.is_empty());
            let certificate: Vec<_> = numbered.map(|(part, number)| field(number, part)).collect();
            let bytes = Parts { certificate: certificate.concat(), ..self.parts() }.encode();
            self.verify(topic, &alloc::format!("the certificate: {comment}"), flags, &bytes, NOW);
        }
    }

    fn rules(&self, topic: &mut Topic, rng: &mut Recorder) {
        let local = &self.party.local;
        let (account, pair) = (&local.address().account, &self.party.pair);
        let renewed = {
            let again = AccountId::new(account.as_bytes()).unwrap();
            certified(device_keys(local.address().device.as_u32(), rng), &again, pair)
        };
        let other = certified(device_keys(0x0b0b_0002, rng), account, pair);
        let foreign = Parts { certificate: renewed.certificate().encode(), ..self.parts() };
        self.verify(
            topic,
            "a certificate that is not on the list",
            &["rule"],
            &foreign.encode(),
            NOW,
        );
        let places = ["the signed prekey", "the KEM prekey", "the one-time prekey"];
        for (at, place) in places.into_iter().enumerate() {
            let prekey =
                || [self.dh(1, 1), self.kem(4, 5), self.dh(2, 3)].into_iter().nth(at).unwrap();
            let signed = prekey().signed(local);
            let mut case = |what: &str, flag: &str, prekey: Vec<u8>| {
                let comment = alloc::format!("{place}: {what}");
                self.verify(topic, &comment, &[flag], &self.with(at, prekey), NOW);
            };
            case(
                "another kind",
                "rule",
                match at {
                    0 => self.dh(2, 1).signed(local),
                    1 => self.dh(2, 5).signed(local),
                    _ => self.dh(1, 3).signed(local),
                },
            );
            case("another device's", "rule", prekey().signed(&other));
            case("a bit of the signature", "signature", flipped(&signed, signed.len() - 5));
            case("a bit of the validity", "signature", flipped(&signed, signed.len() - 67));
            let signature =
                renewed.signing_key().sign(SignaturePurpose::Prekey, &prekey().body(local));
            let body = field(1, &prekey().body(local));
            case(
                "signed by another key",
                "signature",
                [body, field(2, signature.as_bytes())].concat(),
            );
            let purpose = SignaturePurpose::DevicePossession;
            let signature = local.signing_key().sign(purpose, &prekey().body(local));
            let body = field(1, &prekey().body(local));
            case(
                "signed for another purpose",
                "signature",
                [body, field(2, signature.as_bytes())].concat(),
            );
            let expired = Prekey { validity: [NOW.as_millis() - 9, NOW.as_millis()], ..prekey() };
            case("expired", "time", expired.signed(local));
            let from = NOW.as_millis() + 86_400_001;
            let early = Prekey { validity: [from, from + 9], ..prekey() };
            case("not yet valid", "time", early.signed(local));
        }
        let same = [
            ("signed and KEM prekey have one id", 1, self.kem(4, 1)),
            ("signed and one-time prekey have one id", 2, self.dh(2, 1)),
            ("KEM and one-time prekey have one id", 2, self.dh(2, 5)),
        ];
        for (comment, at, prekey) in same {
            self.verify(topic, comment, &["rule"], &self.with(at, prekey.signed(local)), NOW);
        }
    }

    fn verify(
        &self,
        topic: &mut Topic,
        comment: &str,
        flags: &[&str],
        bytes: &[u8],
        now: Timestamp,
    ) {
        let mut fields = json!({ "bundle": hex::encode(bytes), "now": now.as_millis() });
        let decoded = PrekeyBundle::decode(bytes);
        let expect = match decoded.and_then(|bundle| bundle.verify(&self.party.verified(), now)) {
            Err(error) => {
                if let Some(cause) = cause(&error) {
                    fields["cause"] = json!(cause);
                }
                error.code()
            }
            Ok(verified) => {
                let (signed, kem) = (verified.signed().id, verified.kem().id);
                let one_time = verified.one_time().map(|prekey| prekey.id);
                let store = &self.party.prekeys;
                fields["ids"] =
                    json!([signed.as_u32(), kem.as_u32(), one_time.map_or(0, PrekeyId::as_u32)]);
                fields["strength"] = json!({
                    "one_time_x25519": verified.strength().one_time_x25519,
                    "one_time_kem": verified.strength().one_time_kem,
                });
                fields["secrets"] = json!([
                    hex::encode(encode(store.signed(signed, NOW).unwrap())),
                    hex::encode(encode(store.kem(kem, NOW).unwrap().secret)),
                    one_time.map(|id| hex::encode(encode(&store.one_time(id).unwrap()))),
                ]);
                "ok"
            }
        };
        topic.test(comment, flags, expect, fields);
    }
}

/// The code below a bundle's error, if there is one.
fn cause(error: &BundleError) -> Option<&'static str> {
    match error {
        BundleError::Malformed(cause) => Some(cause.code()),
        BundleError::SignedPrekey(cause)
        | BundleError::KemPrekey(cause)
        | BundleError::OneTimePrekey(cause) => Some(cause.code()),
        _ => None,
    }
}
