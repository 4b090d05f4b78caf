use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::party::{DAY, NOW, account_pair, account_seed, certified, device_keys, device_secrets};
use super::{Recorder, Topic, digest, field, flipped, integer};
use crate::crypto::{Secret, SignaturePurpose, SigningKey};
use crate::identity::{
    AccountId, AccountKeyPair, Advance, CertificateError, DeviceCertificate, DeviceId, DeviceKeys,
    ForkError, ForkEvidence, ListError, LocalDevice, SignedDeviceList, VerifiedDeviceList,
};
use crate::time::Timestamp;
use crate::wire::Writer;

/// SPEC.md sections 5.2 to 5.8.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "identity",
        &[
            ("signature", "a signature does not verify"),
            ("canonical", "another encoding than the one"),
            ("rule", "signed correctly, and against a rule"),
            ("chain", "against a rule of the chain"),
            ("time", "not in force"),
        ],
    );
    let mut rng = Recorder::new("identity");
    let family = Family::new(&mut rng);
    family.certificates(&mut topic);
    family.broken_certificates(&mut topic);
    let chain = family.lists(&mut topic);
    family.broken_lists(&mut topic);
    family.advances(&mut topic, &chain);
    family.vouching(&mut topic, &chain);
    family.forks(&mut topic);
    topic
}

/// An account that gets a new key later, and devices under both.
struct Family {
    account: AccountId,
    old: AccountKeyPair,
    new: AccountKeyPair,
    keys: Vec<DeviceKeys>,
}

const IDS: [u32; 3] = [0x0100, 0x0200, u32::MAX];
const ZERO: [u8; 32] = [0; 32];

fn signing_key(pair: &AccountKeyPair) -> SigningKey {
    let stored = pair.to_bytes();
    SigningKey::from_seed(&Secret::new(stored[1..].try_into().unwrap()))
}

fn millis(days: u64) -> u64 {
    NOW.as_millis() + 86_400_000 * days
}

impl Family {
    fn new(rng: &mut Recorder) -> Self {
        Self {
            account: AccountId::new(b"family").unwrap(),
            old: account_pair(rng),
            new: account_pair(rng),
            keys: IDS.map(|id| device_keys(id, rng)).to_vec(),
        }
    }

    fn device(&self, index: usize, pair: &AccountKeyPair) -> LocalDevice {
        certified(self.keys[index].clone(), &self.account, pair)
    }

    fn certificate(&self, index: usize) -> DeviceCertificate {
        self.device(index, &self.old).certificate().clone()
    }

    fn certificates(&self, topic: &mut Topic) {
        topic
            .group(json!({ "op": "certificate", "account": hex::encode(self.account.as_bytes()) }));
        for (index, pair) in [(0, &self.old), (1, &self.old), (2, &self.old), (0, &self.new)] {
            let certificate = self.device(index, pair).certificate().clone();
            let validity = certificate.validity();
            let request = self.keys[index].request_certificate(
                &self.account,
                &pair.public_key(),
                super::party::terms(),
            );
            let fields = json!({
                "account_seed": account_seed(pair), "device": device_secrets(&self.keys[index]),
                "validity": [validity.from().as_millis(), validity.until().as_millis()],
                "capabilities": certificate.capabilities(),
                "request": hex::encode(request.encode()),
                "certificate": hex::encode(certificate.encode()),
                "hash": hex::encode(certificate.hash().as_bytes()),
            });
            topic.test("a certificate", &[], "ok", fields);
        }
    }

    /// A certificate around any body, with good signatures.
    fn certify(&self, body: &[u8]) -> Vec<u8> {
        let stored = self.keys[0].to_bytes();
        let device = SigningKey::from_seed(&Secret::new(stored[5..37].try_into().unwrap()));
        let possession = device.sign(SignaturePurpose::DevicePossession, body);
        let signature = signing_key(&self.old).sign(SignaturePurpose::DeviceCertificate, body);
        [field(1, body), field(2, possession.as_bytes()), field(3, signature.as_bytes())].concat()
    }

    fn broken_certificates(&self, topic: &mut Topic) {
        topic.group(json!({ "op": "decode-certificate" }));
        let good = self.certificate(0).encode();
        // The body lies behind its key and a length of two bytes.
        let len = good.len() - 2 * 66 - 3;
        let (body, signatures) = (good[3..3 + len].to_vec(), good[3 + len..].to_vec());
        let (possession, signature) = signatures.split_at(66);
        assert_eq!(self.certify(&body), good);
        let key_at = 1 + 2 + self.account.as_bytes().len();
        let patch = |at: usize, bytes: &[u8]| {
            let mut body = body.clone();
            body[at..at + bytes.len()].copy_from_slice(bytes);
            self.certify(&body)
        };
        let validity_at = key_at + 33 + 4 + 66;
        let until = |until: u64| patch(validity_at + 8, &until.to_be_bytes());
        let no_account = [&body[..1], &[0, 0], &body[key_at..]].concat();
        let long_account = [&body[..1], &[0, 65], &[7; 65], &body[key_at..]].concat();
        let cases: Vec<(&str, &[&str], Vec<u8>)> = vec![
            ("a certificate", &[], good.clone()),
            ("capabilities that nobody knows", &[], patch(body.len() - 4, &[0xff; 4])),
            ("as long as the limit", &[], until(millis(400))),
            ("nothing", &["canonical"], vec![]),
            ("cut off", &["canonical"], good[..good.len() - 1].to_vec()),
            ("an unknown field", &["canonical"], [&good[..], &integer(4, 1)].concat()),
            ("a field twice", &["canonical"], [&good[..], signature].concat()),
            (
                "fields out of order",
                &["canonical"],
                [possession, &field(1, &body), signature].concat(),
            ),
            ("no account signature", &["canonical"], good[..good.len() - 66].to_vec()),
            (
                "a short possession signature",
                &["canonical"],
                [&field(1, &body), &field(2, &[7; 63])[..], signature].concat(),
            ),
            ("a bit of the body", &["signature"], flipped(&good, 3 + len - 1)),
            ("a bit of the possession signature", &["signature"], flipped(&good, 3 + len + 20)),
            ("a bit of the account's signature", &["signature"], flipped(&good, good.len() - 20)),
            (
                "the signatures exchanged",
                &["signature"],
                [&field(1, &body), &field(2, &signature[2..])[..], &field(3, &possession[2..])]
                    .concat(),
            ),
            ("another version", &["rule"], patch(0, &[2])),
            ("no account", &["rule"], self.certify(&no_account)),
            ("an account of 65 bytes", &["rule"], self.certify(&long_account)),
            ("an account key of another type", &["rule"], patch(key_at, &[1])),
            ("an account key of small order", &["rule"], patch(key_at + 1, &ZERO)),
            ("device 0", &["rule"], patch(key_at + 33, &[0; 4])),
            ("an identity key of zero", &["rule"], patch(key_at + 33 + 4 + 34, &ZERO)),
            (
                "an identity key that is not canonical",
                &["rule"],
                patch(key_at + 33 + 4 + 34, &[0xff; 32]),
            ),
            ("a validity that is empty", &["rule"], until(millis(0))),
            ("a validity that is too long", &["rule"], until(millis(400) + 1)),
            ("a byte after the body", &["rule"], self.certify(&[&body[..], &[0]].concat())),
            ("a byte less of the body", &["rule"], self.certify(&body[..body.len() - 1])),
        ];
        for (comment, flags, bytes) in cases {
            let mut fields = json!({ "bytes": hex::encode(&bytes) });
            let expect = match DeviceCertificate::decode(&bytes) {
                Ok(_) => "ok",
                Err(error) => {
                    if let CertificateError::Malformed(cause) = &error {
                        fields["cause"] = json!(cause.code());
                    }
                    error.code()
                }
            };
            topic.test(comment, flags, expect, fields);
        }
    }

    fn entry(&self, version: u32, previous: [u8; 32], devices: &[usize]) -> Entry {
        let certificates: Vec<_> = devices.iter().map(|index| self.certificate(*index)).collect();
        Entry {
            account: self.account.clone(),
            signer: self.old.clone(),
            rotate_to: None,
            version,
            previous,
            validity: [millis(0), millis(30)],
            devices: certificates.iter().map(listed).collect(),
            revoked: vec![],
            certificates,
        }
    }

    /// A chain that adds, revokes and rotates.
    fn lists(&self, topic: &mut Topic) -> Vec<Vec<u8>> {
        topic.group(json!({ "op": "list", "account": hex::encode(self.account.as_bytes()) }));
        let first = self.entry(1, ZERO, &[0]);
        let second = self.entry(2, first.hash(), &[0, 1]);
        let third = self.entry(3, second.hash(), &[0, 1, 2]);
        let fourth = Entry { revoked: vec![IDS[1]], ..self.entry(4, third.hash(), &[0, 2]) };
        let renewed: Vec<_> =
            [0, 2].map(|index| self.device(index, &self.new).certificate().clone()).to_vec();
        let fifth = Entry {
            rotate_to: Some(self.new.clone()),
            devices: renewed.iter().map(listed).collect(),
            certificates: renewed,
            revoked: vec![IDS[1]],
            ..self.entry(5, fourth.hash(), &[])
        };
        let sixth = Entry {
            signer: self.new.clone(),
            rotate_to: None,
            version: 6,
            previous: fifth.hash(),
            ..fifth.clone()
        };
        let chain = [
            ("the first list", first),
            ("a device is added", second),
            ("another is added", third),
            ("a device is revoked", fourth),
            ("the account key is rotated", fifth),
            ("under the new key", sixth),
        ];
        let mut lists = vec![];
        for (comment, entry) in chain {
            let list = entry.list();
            let decoded = SignedDeviceList::decode(&list).unwrap();
            assert_eq!(decoded.encode(), list);
            let certificates: Vec<_> =
                entry.certificates.iter().map(|c| hex::encode(c.encode())).collect();
            let mut fields = json!({
                "account_seed": account_seed(entry.rotate_to.as_ref().unwrap_or(&entry.signer)),
                "version": entry.version, "previous": hex::encode(entry.previous),
                "validity": entry.validity, "certificates": certificates,
                "revoked": entry.revoked, "list": hex::encode(&list),
                "hash": hex::encode(decoded.entry().hash().as_bytes()),
            });
            if entry.rotate_to.is_some() {
                fields["old_account_seed"] = json!(account_seed(&entry.signer));
            }
            topic.test(comment, &[], "ok", fields);
            lists.push(list);
        }
        lists
    }

    fn broken_lists(&self, topic: &mut Topic) {
        topic.group(json!({ "op": "decode-list" }));
        let good = self.entry(1, ZERO, &[0, 1]);
        decode_list(topic, "a list", &[], &good.list());
        decode_list(topic, "a rotation", &[], &self.rotation(&good).list());
        let empty = good.with(|e| {
            e.devices.clear();
            e.certificates.clear();
        });
        decode_list(topic, "a list without devices", &[], &empty.list());
        broken_encodings(topic, &good);
        self.broken_signatures(topic, &good);
        self.broken_entries(topic, &good);
        self.broken_validity(topic, &good);
        self.wrong_certificates(topic, &good);
    }

    /// The same devices under a new account key.
    fn rotation(&self, entry: &Entry) -> Entry {
        let certificates =
            [0, 1].map(|index| self.device(index, &self.new).certificate().clone()).to_vec();
        Entry {
            rotate_to: Some(self.new.clone()),
            version: 2,
            previous: [7; 32],
            devices: certificates.iter().map(listed).collect(),
            certificates,
            ..entry.clone()
        }
    }

    fn broken_signatures(&self, topic: &mut Topic, good: &Entry) {
        let (body, signed) = (good.body(), good.encode());
        let rotation = self.rotation(good);
        let rotated = rotation.encode();
        let by_old = signed_by(&rotation.body(), &self.old, Some(&self.old));
        let unneeded = signed_by(&body, &self.old, Some(&self.old));
        let cases = [
            ("a bit of the body", flipped(&good.list(), 111)),
            ("a bit of the signature", good.around(&flipped(&signed, signed.len() - 5))),
            ("signed by another key", good.around(&signed_by(&body, &self.new, None))),
            (
                "a rotation that the old key did not sign",
                rotation.around(&rotated[..rotated.len() - 66]),
            ),
            ("a rotation that only the old key signed", rotation.around(&by_old)),
            (
                "a bit of the rotation signature",
                rotation.around(&flipped(&rotated, rotated.len() - 5)),
            ),
            ("a rotation signature without a rotation", good.around(&unneeded)),
        ];
        for (comment, bytes) in cases {
            decode_list(topic, comment, &["signature"], &bytes);
        }
    }

    fn broken_entries(&self, topic: &mut Topic, good: &Entry) {
        let to_itself = Entry { rotate_to: Some(self.old.clone()), ..self.rotation(good) };
        let cases = [
            ("list version 0", good.with(|e| e.version = 0)),
            ("a first list that has a previous", good.with(|e| e.previous = [7; 32])),
            ("a second list without a previous", good.with(|e| e.version = 2)),
            ("a first list that rotates", good.with(|e| e.rotate_to = Some(self.new.clone()))),
            ("a rotation to the same key", to_itself),
            ("a device that is listed and revoked", good.with(|e| e.revoked = vec![IDS[0]])),
            (
                "devices out of order",
                good.with(|e| {
                    e.devices.reverse();
                    e.certificates.reverse();
                }),
            ),
            (
                "a device twice",
                good.with(|e| {
                    e.devices[1] = e.devices[0];
                    e.certificates[1] = e.certificates[0].clone();
                }),
            ),
            ("revoked ids out of order", good.with(|e| e.revoked = vec![8, 7])),
            ("a revoked id twice", good.with(|e| e.revoked = vec![7, 7])),
            ("a revoked id of 0", good.with(|e| e.revoked = vec![0])),
            ("1,001 revoked ids", good.with(|e| e.revoked = (1_000..2_001).collect())),
            ("17 devices", good.with(|e| e.devices = (1..18).map(|i| (i, ZERO)).collect())),
        ];
        for (comment, entry) in cases {
            decode_list(topic, comment, &["rule"], &entry.list());
        }
    }

    fn broken_validity(&self, topic: &mut Topic, good: &Entry) {
        let body = good.body();
        let resigned = |body: &[u8]| good.around(&signed_by(body, &self.old, None));
        let cases = [
            ("another version of the format", resigned(&[&[2], &body[1..]].concat())),
            ("a byte after the body", resigned(&[&body[..], &[0]].concat())),
            ("a validity that is too long", good.with(|e| e.validity[1] = millis(400) + 1).list()),
            ("a validity that is empty", good.with(|e| e.validity[1] = millis(0)).list()),
        ];
        for (comment, bytes) in cases {
            decode_list(topic, comment, &["rule"], &bytes);
        }
    }

    fn wrong_certificates(&self, topic: &mut Topic, good: &Entry) {
        let signed = field(1, &good.encode());
        let [first, second] = [0, 1].map(|index| field(2, &good.certificates[index].encode()));
        let broken = field(2, &flipped(&good.certificates[0].encode(), 200));
        let third = field(2, &self.certificate(2).encode());
        let elsewhere = AccountId::new(b"other").unwrap();
        let stranger =
            certified(device_keys(9, &mut Recorder::new("other")), &elsewhere, &self.old);
        let with = |certificates: Vec<DeviceCertificate>| {
            let devices = certificates.iter().map(listed).collect();
            Entry { devices, certificates, ..good.clone() }.list()
        };
        let cases = [
            ("a certificate is missing", [&signed[..], &first].concat()),
            ("a certificate too many", [&good.list()[..], &third].concat()),
            ("certificates out of order", [&signed[..], &second, &first].concat()),
            ("another certificate hash", good.with(|e| e.devices[0].1 = [7; 32]).list()),
            ("a certificate that is broken", [&signed[..], &broken, &second].concat()),
            ("a certificate of another account", with(vec![stranger.certificate().clone()])),
            (
                "a certificate under another account key",
                with(vec![self.device(0, &self.new).certificate().clone()]),
            ),
            (
                "two devices with one pair of keys",
                with(vec![good.certificates[0].clone(), self.with_reused_keys()]),
            ),
        ];
        for (comment, bytes) in cases {
            decode_list(topic, comment, &["rule"], &bytes);
        }
    }

    /// The first device's keys under the second one's id.
    fn with_reused_keys(&self) -> DeviceCertificate {
        let mut stored = self.keys[0].to_bytes().to_vec();
        stored[1..5].copy_from_slice(&IDS[1].to_be_bytes());
        let keys = DeviceKeys::from_bytes(&stored).unwrap();
        certified(keys, &self.account, &self.old).certificate().clone()
    }

    fn advances(&self, topic: &mut Topic, chain: &[Vec<u8>]) {
        topic.group(json!({ "op": "advance", "now": NOW.as_millis() }));
        for known in 1..chain.len() {
            advance(topic, "the next of the chain", &[], &chain[..known], &chain[known], NOW);
        }
        let case = |topic: &mut Topic, comment: &str, known: usize, list: &[u8]| {
            advance(topic, comment, &["chain"], &chain[..known], list, NOW);
        };
        case(topic, "the one that is known", 3, &chain[2]);
        case(topic, "an older one", 3, &chain[0]);
        case(topic, "an older one, of a retired key", 6, &chain[1]);
        case(topic, "a gap", 1, &chain[3]);
        let (first, third) = (&chain[..1], &chain[..3]);
        let hash = |list: &[u8]| *SignedDeviceList::decode(list).unwrap().entry().hash().as_bytes();
        let fork = Entry {
            validity: [millis(0), millis(29)],
            ..self.entry(3, hash(&chain[1]), &[0, 1, 2])
        };
        advance(topic, "a fork", &["chain"], third, &fork.list(), NOW);
        let stranger = self.foreign(3, hash(&chain[1]));
        advance(
            topic,
            "the same version under another key",
            &["chain"],
            third,
            &stranger.list(),
            NOW,
        );
        let stranger = self.foreign(4, hash(&chain[2]));
        advance(
            topic,
            "the next version under another key",
            &["chain"],
            third,
            &stranger.list(),
            NOW,
        );
        let stranger = self.foreign(1, ZERO);
        advance(
            topic,
            "an older version under another key",
            &["chain"],
            third,
            &stranger.list(),
            NOW,
        );
        let retired = Entry { revoked: vec![IDS[1]], ..self.entry(6, hash(&chain[4]), &[0, 2]) };
        advance(topic, "under a retired key", &["chain"], &chain[..5], &retired.list(), NOW);
        let other = self.entry(2, [7; 32], &[0, 1]);
        advance(topic, "another previous hash", &["chain"], first, &other.list(), NOW);
        let vanished = self.entry(4, hash(&chain[2]), &[0, 2]);
        advance(topic, "a device vanished", &["chain"], third, &vanished.list(), NOW);
        let resurrected = self.entry(5, hash(&chain[3]), &[0, 1, 2]);
        advance(
            topic,
            "a revoked device came back",
            &["chain"],
            &chain[..4],
            &resurrected.list(),
            NOW,
        );
        let dropped = self.entry(5, hash(&chain[3]), &[0, 2]);
        advance(topic, "a revocation was dropped", &["chain"], &chain[..4], &dropped.list(), NOW);
        let mut reused = self.entry(2, hash(&chain[0]), &[0]);
        reused.certificates = vec![self.with_reused_keys()];
        reused.devices = reused.certificates.iter().map(listed).collect();
        reused.revoked = vec![IDS[0]];
        advance(topic, "a device's keys under another id", &["chain"], first, &reused.list(), NOW);
        let elsewhere = Entry {
            account: AccountId::new(b"elsewhere").unwrap(),
            devices: vec![],
            certificates: vec![],
            ..self.entry(2, hash(&chain[0]), &[])
        };
        advance(topic, "of another account", &["chain"], first, &elsewhere.list(), NOW);
        let early = |days: u64| Entry {
            validity: [millis(days), millis(days + 30)],
            ..self.entry(2, hash(&chain[0]), &[0, 1])
        };
        advance(topic, "from tomorrow", &["time"], first, &early(1).list(), NOW);
        advance(topic, "from the day after", &["time"], first, &early(2).list(), NOW);
        let later = NOW.saturating_add(DAY * 300);
        advance(topic, "an expired list is followed", &["time"], first, &chain[1], later);
    }

    /// A list of this account under a key that it never had.
    fn foreign(&self, version: u32, previous: [u8; 32]) -> Entry {
        let pair = account_pair(&mut Recorder::new("foreign"));
        let certificates = vec![self.device(0, &pair).certificate().clone()];
        Entry {
            signer: pair,
            devices: certificates.iter().map(listed).collect(),
            certificates,
            ..self.entry(version, previous, &[])
        }
    }

    fn vouching(&self, topic: &mut Topic, chain: &[Vec<u8>]) {
        let list = SignedDeviceList::decode(&chain[3]).unwrap();
        let state = VerifiedDeviceList::trust_on_first_use(list, NOW).unwrap();
        topic.group(json!({
            "op": "vouch", "now": NOW.as_millis(), "list": hex::encode(&chain[3]),
        }));
        let cases: [(&str, &[&str], u32, u64); 6] = [
            ("a listed device", &[], IDS[0], 0),
            ("the last moment", &[], IDS[2], 29),
            ("a revoked device", &["chain"], IDS[1], 0),
            ("a device that nobody knows", &["chain"], 77, 0),
            ("an expired list", &["time"], IDS[0], 30),
            ("a revoked device on an expired list", &["time"], IDS[1], 30),
        ];
        for (comment, flags, device, days) in cases {
            let now = Timestamp::from_millis(millis(days));
            let vouched = state.device(DeviceId::new(device).unwrap(), now);
            let expect = vouched.map_or_else(|error| error.code(), |_| "ok");
            topic.test(comment, flags, expect, json!({ "device": device, "now": now.as_millis() }));
        }
        self.outliving(topic);
    }

    /// A list that holds for longer than the certificate on it.
    fn outliving(&self, topic: &mut Topic) {
        let entry = Entry { validity: [millis(0), millis(400)], ..self.entry(1, ZERO, &[0]) };
        let list = entry.list();
        let decoded = SignedDeviceList::decode(&list).unwrap();
        let state = VerifiedDeviceList::trust_on_first_use(decoded, NOW).unwrap();
        topic.group(json!({
            "op": "vouch", "now": NOW.as_millis(), "list": hex::encode(&list),
        }));
        for (comment, days) in [("the certificate's last day", 364), ("after it", 365)] {
            let now = Timestamp::from_millis(millis(days));
            let vouched = state.device(DeviceId::new(IDS[0]).unwrap(), now);
            let expect = vouched.map_or_else(|error| error.code(), |_| "ok");
            let fields = json!({ "device": IDS[0], "now": now.as_millis() });
            topic.test(comment, &["time"], expect, fields);
        }
    }

    fn forks(&self, topic: &mut Topic) {
        topic.group(json!({ "op": "decode-fork" }));
        let a = self.entry(1, ZERO, &[0]);
        let b = self.entry(1, ZERO, &[1]);
        let second = self.entry(2, a.hash(), &[0, 1]);
        let pair = |a: &[u8], b: &[u8]| [field(1, a), field(2, b)].concat();
        let (first, other) = (a.encode(), b.encode());
        let stranger = self.foreign(1, ZERO).encode();
        let cases = [
            ("two lists of one version", pair(&first, &other)),
            ("one list twice", pair(&first, &first)),
            ("two versions", pair(&first, &second.encode())),
            ("under two keys", pair(&first, &stranger)),
            ("a signature is broken", pair(&first, &flipped(&other, other.len() - 3))),
            ("only one", field(1, &first)),
            ("nothing", vec![]),
        ];
        for (comment, bytes) in cases {
            let mut fields = json!({ "bytes": hex::encode(&bytes) });
            let expect = match ForkEvidence::decode(&bytes) {
                Ok(_) => "ok",
                Err(error) => {
                    if let ForkError::Entry(cause) = &error {
                        fields["cause"] = json!(cause.code());
                    }
                    error.code()
                }
            };
            topic.test(comment, &[], expect, fields);
        }
    }
}

fn broken_encodings(topic: &mut Topic, good: &Entry) {
    let list = good.list();
    let certificates = &list[field(1, &good.encode()).len()..];
    let short = [field(1, &good.body()), field(2, &[7; 63])].concat();
    let cases = [
        ("nothing", vec![]),
        ("an unknown field", [&list[..], &integer(3, 1)].concat()),
        ("cut off", list[..list.len() - 1].to_vec()),
        ("certificates alone", certificates.to_vec()),
        ("a short signature", good.around(&short)),
    ];
    for (comment, bytes) in cases {
        decode_list(topic, comment, &["canonical"], &bytes);
    }
}

fn decode_list(topic: &mut Topic, comment: &str, flags: &[&str], bytes: &[u8]) {
    let mut fields = json!({ "bytes": hex::encode(bytes) });
    let expect = match SignedDeviceList::decode(bytes) {
        Ok(_) => "ok",
        Err(error) => {
            if let Some(cause) = cause(&error) {
                fields["cause"] = json!(cause);
            }
            error.code()
        }
    };
    topic.test(comment, flags, expect, fields);
}

/// The code below a list's error, if there is one.
fn cause(error: &ListError) -> Option<&'static str> {
    match error {
        ListError::Malformed(cause) => Some(cause.code()),
        ListError::Certificate(cause) => Some(cause.code()),
        _ => None,
    }
}

fn listed(certificate: &DeviceCertificate) -> (u32, [u8; 32]) {
    (certificate.device().as_u32(), *certificate.hash().as_bytes())
}

/// Whatever an account could sign, sensible or not.
#[derive(Clone)]
struct Entry {
    account: AccountId,
    signer: AccountKeyPair,
    rotate_to: Option<AccountKeyPair>,
    version: u32,
    previous: [u8; 32],
    validity: [u64; 2],
    devices: Vec<(u32, [u8; 32])>,
    revoked: Vec<u32>,
    certificates: Vec<DeviceCertificate>,
}

impl Entry {
    fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.put(&1u8).put(&self.account).put(&self.signer.public_key()).put(&self.version);
        w.put(&self.previous).put(&self.validity[0]).put(&self.validity[1]);
        w.count(self.devices.len());
        for (device, certificate) in &self.devices {
            w.put(device).put(certificate);
        }
        w.list(self.revoked.iter());
        w.put(&self.rotate_to.as_ref().map(AccountKeyPair::public_key));
        w.into_public()
    }

    fn encode(&self) -> Vec<u8> {
        let signer = self.rotate_to.as_ref().unwrap_or(&self.signer);
        signed_by(&self.body(), signer, self.rotate_to.as_ref().map(|_| &self.signer))
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut entry = self.clone();
        change(&mut entry);
        entry
    }

    fn list(&self) -> Vec<u8> {
        self.around(&self.encode())
    }

    /// A list of this entry's certificates around an encoded entry.
    fn around(&self, entry: &[u8]) -> Vec<u8> {
        let certificates = self.certificates.iter().map(|c| field(2, &c.encode()));
        [field(1, entry), certificates.collect::<Vec<_>>().concat()].concat()
    }

    fn hash(&self) -> [u8; 32] {
        *crate::crypto::hash(crate::crypto::HashLabel::DeviceList, &self.body()).as_bytes()
    }
}

fn signed_by(body: &[u8], signer: &AccountKeyPair, old: Option<&AccountKeyPair>) -> Vec<u8> {
    let signature = signing_key(signer).sign(SignaturePurpose::DeviceList, body);
    let rotation = old.map_or_else(Vec::new, |old| {
        let signature = signing_key(old).sign(SignaturePurpose::AccountKeyRotation, body);
        field(3, signature.as_bytes())
    });
    [field(1, body), field(2, signature.as_bytes()), rotation].concat()
}

fn advance(
    topic: &mut Topic,
    comment: &str,
    flags: &[&str],
    known: &[Vec<u8>],
    list: &[u8],
    now: Timestamp,
) {
    let decoded = |bytes: &[u8]| SignedDeviceList::decode(bytes).unwrap();
    let first = VerifiedDeviceList::trust_on_first_use(decoded(&known[0]), NOW).unwrap();
    let state = known[1..].iter().fold(first, |state, list| {
        match state.advance(decoded(list), NOW).unwrap() {
            Advance::Advanced(state) => *state,
            other => panic!("{other:?}"),
        }
    });
    let hexed: Vec<String> = known.iter().map(hex::encode).collect();
    let mut fields: Value = json!({
        "known": hexed, "list": hex::encode(list), "now": now.as_millis(),
        "state_before": digest(&state.to_bytes()),
    });
    let result = SignedDeviceList::decode(list).and_then(|list| state.advance(list, now));
    let expect = match result {
        Err(error) => error.code(),
        Ok(outcome) => {
            let mut after = state;
            fields["outcome"] = json!(match outcome {
                Advance::Advanced(next) => {
                    after = *next;
                    "advanced"
                }
                Advance::AlreadyKnown => "already-known",
                Advance::Stale => "stale",
                Advance::Gap { .. } => "gap",
                Advance::Fork(_) => "fork",
                Advance::OtherAccountKey(_) => "other-account-key",
            });
            fields["state_after"] = json!(digest(&after.to_bytes()));
            "ok"
        }
    };
    topic.test(comment, flags, expect, fields);
}
