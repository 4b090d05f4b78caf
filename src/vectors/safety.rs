use alloc::vec;

use serde_json::json;

use super::party::account_pair;
use super::{Recorder, Topic, field, flipped, integer};
use crate::identity::{AccountId, AccountIdentity, SafetyNumber, ScanOutcome};

/// SPEC.md section 5.11.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "safety-number",
        &[("other", "a code of another pair, key or version"), ("malformed", "no code at all")],
    );
    let mut rng = Recorder::new("safety-number");
    let mut known = vec![];
    topic.group(json!({ "op": "safety-number" }));
    for (own, peer) in [(&b"alice"[..], &b"bob"[..]), (b"bob", b"alice"), (&[0xff; 64], b"a")] {
        let [own, peer] = [own, peer].map(|id| AccountId::new(id).unwrap());
        let keys = [(); 2].map(|()| account_pair(&mut rng).public_key());
        let number = SafetyNumber::new(
            AccountIdentity { account: &own, key: &keys[0] },
            AccountIdentity { account: &peer, key: &keys[1] },
        );
        let fields = json!({
            "own_account": hex::encode(own.as_bytes()), "own_key": hex::encode(keys[0].as_bytes()),
            "peer_account": hex::encode(peer.as_bytes()),
            "peer_key": hex::encode(keys[1].as_bytes()),
            "digits": number.digits(), "code": hex::encode(number.code()),
        });
        topic.test("digits and code", &[], "ok", fields);
        known.push((own, peer, keys, number));
    }
    let (own, peer, keys, number) = known.swap_remove(0);
    let theirs = SafetyNumber::new(
        AccountIdentity { account: &peer, key: &keys[1] },
        AccountIdentity { account: &own, key: &keys[0] },
    );
    topic.group(json!({
        "op": "scan", "own_account": hex::encode(own.as_bytes()),
        "own_key": hex::encode(keys[0].as_bytes()), "peer_account": hex::encode(peer.as_bytes()),
        "peer_key": hex::encode(keys[1].as_bytes()),
    }));
    let code = theirs.code();
    let other = known.pop().unwrap().3.code();
    let (first, second) = (&code[4..36], &code[38..]);
    let cases = [
        ("the peer's code", &[][..], code.clone()),
        ("one's own code", &["other"], number.code()),
        ("a code of others", &["other"], other),
        ("the peer has another key", &["other"], flipped(&code, 10)),
        ("the peer believes another key", &["other"], flipped(&code, 50)),
        ("version 2", &["other"], [&integer(1, 2), &code[2..]].concat()),
        ("no version", &["other"], code[2..].to_vec()),
        (
            "version 2 with a field of its own",
            &["other"],
            [&integer(1, 2), &field(9, b"x")[..]].concat(),
        ),
        ("nothing", &["other"], vec![]),
        (
            "a short fingerprint",
            &["malformed"],
            [&integer(1, 1)[..], &field(2, &first[1..]), &field(3, second)].concat(),
        ),
        ("no fingerprint of the peer", &["malformed"], code[..36].to_vec()),
        ("an unknown field", &["malformed"], [&code[..], &integer(4, 1)].concat()),
        ("cut off", &["malformed"], code[..60].to_vec()),
        ("not protobuf", &["malformed"], vec![0xff; 12]),
    ];
    for (comment, flags, code) in cases {
        let mut fields = json!({ "code": hex::encode(&code) });
        let expect = match number.scan(&code) {
            Err(error) => error.code(),
            Ok(outcome) => {
                fields["outcome"] = json!(match outcome {
                    ScanOutcome::Match(_) => "match",
                    ScanOutcome::Mismatch => "mismatch",
                    ScanOutcome::OtherPair => "other-pair",
                    ScanOutcome::OtherVersion(_) => "other-version",
                });
                "ok"
            }
        };
        topic.test(comment, flags, expect, fields);
    }
    topic
}
