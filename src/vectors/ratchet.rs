//! Vectors of the triple ratchet; a child of it, for what it keeps to itself.

use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::braid::{Chunk, Piece};
use super::header::{SEALED_HEADER_LEN, SealedHeader};
use super::pq::PqHeader;
use super::*;
use crate::crypto::{HashLabel, Nonce, SEARCH_TAG_LEN, SearchTag, hash};
use crate::limits::{SKIP, SKIPPED_KEY_AGE};
use crate::session::DecryptError;
use crate::vectors::party::NOW;
use crate::vectors::{Recorder, Topic, digest, encode, flipped};
use crate::wire::read_all;

pub(crate) use super::braid::vectors::topic as braid_topic;

/// `mk` of its two halves.
pub(crate) fn combined(ec: &Secret<32>, pq: &Secret<32>) -> [u8; 32] {
    *message_key(&message_prk(ec, pq)).secret().as_bytes()
}

/// The post-quantum ratchet's stored form at its start.
pub(crate) fn pq_start(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "pq-start" }));
    let (sk_pq, sk_braid) = (rng.bytes(), rng.bytes());
    let [pq, braid] = [sk_pq, sk_braid].map(Secret::<32>::new);
    let states = [
        ("initiator", PqRatchet::initiator(&pq, &braid, NOW)),
        ("responder", PqRatchet::responder(&pq, &braid, NOW)),
    ];
    for (role, state) in states {
        let fields = json!({
            "sk_pq": hex::encode(sk_pq), "sk_braid": hex::encode(sk_braid), "role": role,
            "now": NOW.as_millis(), "state": hex::encode(encode(&state)),
        });
        topic.test("a fresh post-quantum ratchet", &[], "ok", fields);
    }
}

/// SPEC.md section 8.2: headers and search tags.
pub(crate) fn header_sealing() -> Topic {
    let mut topic = Topic::new(
        "header-sealing",
        &[
            ("changed", "something was changed on the way"),
            ("hostile", "sealed with the right key, and no header"),
        ],
    );
    let mut rng = Recorder::new("header-sealing");
    let secret: [u8; 32] = rng.bytes();
    topic.group(json!({
        "op": "open", "header_key": hex::encode(secret), "body": hex::encode(BODY),
    }));
    let key = HeaderKey::new(Secret::new(secret));
    let ratchet_key = *DhSecretKey::generate(&mut rng).public_key();
    let chunk = Chunk { index: 0x1234, data: rng.bytes() };
    let pieces = [
        Piece::None,
        Piece::Header(chunk.clone()),
        Piece::Key(chunk.clone()),
        Piece::KeyAck(chunk.clone()),
        Piece::Ct1Ack,
        Piece::Ct1(chunk.clone()),
        Piece::Ct2(chunk),
    ];
    let mut last = vec![];
    for (i, piece) in (1u32..).zip(pieces) {
        let message = braid::Message { epoch: i, piece };
        let pq = PqHeader { message, n: u32::MAX - i };
        let header = Header { ratchet_key, previous: i, number: 7 * i, pq };
        last = encode(&header);
        let (nonce, tag, sealed) = seal(&key, &last, &mut rng);
        let fields = json!({
            "nonce": hex::encode(nonce.as_bytes()), "search_tag": hex::encode(tag.to_bytes()),
            "sealed": hex::encode(&sealed), "header": describe(&header),
        });
        topic.test("a header of each kind", &[], "ok", fields);
    }
    unauthentic(&mut topic, &key, &last, &mut rng);
    malformed(&mut topic, &key, &last, &mut rng);
    topic
}

/// What the header's tag also covers.
const BODY: &[u8] = b"the sealed body";

fn seal(key: &HeaderKey, header: &[u8], rng: &mut Recorder) -> (Nonce, SearchTag, Vec<u8>) {
    let (nonce, tag) = key.address(rng);
    let secret: AeadKey = read_all(&encode(key)).unwrap();
    let mut sealed = header.to_vec();
    secret.seal_suffix(&nonce, BODY, &mut sealed, 0);
    (nonce, tag, sealed)
}

fn open_header(
    key: &HeaderKey,
    nonce: &[u8],
    tag: [u8; SEARCH_TAG_LEN],
    sealed: &[u8],
) -> &'static str {
    let sealed: &[u8; SEALED_HEADER_LEN] = sealed.try_into().unwrap();
    let nonce = Nonce::from_bytes(nonce.try_into().unwrap());
    let sealed = SealedHeader { nonce, search_tag: SearchTag::from_bytes(tag), sealed };
    if !key.matches(&sealed) {
        return "unknown";
    }
    match key.open(&sealed, BODY).map(|opened| opened.decode()) {
        None => "decrypt/not-authentic",
        Some(Err(error)) => error.code(),
        Some(Ok(_)) => "ok",
    }
}

fn unauthentic(topic: &mut Topic, key: &HeaderKey, header: &[u8], rng: &mut Recorder) {
    let (nonce, tag, sealed) = seal(key, header, rng);
    let (nonce, tag) = (nonce.as_bytes().to_vec(), tag.to_bytes());
    let other = HeaderKey::new(Secret::new(rng.bytes()));
    let other_nonce = rng.bytes::<12>();
    let mut found = tag;
    found[0] ^= 1;
    let own = other.address(rng);
    let cases = [
        ("a bit of the nonce", flipped(&nonce, 0), tag, sealed.clone()),
        ("a bit of the tag", nonce.clone(), found, sealed.clone()),
        ("a bit of the ratchet key", nonce.clone(), tag, flipped(&sealed, 0)),
        ("a bit of the number", nonce.clone(), tag, flipped(&sealed, 39)),
        ("a bit of the chunk", nonce.clone(), tag, flipped(&sealed, 114)),
        ("a bit of the authentication", nonce.clone(), tag, flipped(&sealed, 130)),
        ("another session's", own.0.as_bytes().to_vec(), own.1.to_bytes(), sealed.clone()),
    ];
    for (comment, nonce, tag, sealed) in cases {
        let expect = open_header(key, &nonce, tag, &sealed);
        let fields = json!({
            "nonce": hex::encode(nonce), "search_tag": hex::encode(tag),
            "sealed": hex::encode(sealed),
        });
        topic.test(comment, &["changed"], expect, fields);
    }
    let retagged = SearchKeyOf(key).tag(other_nonce);
    let expect = open_header(key, &other_nonce, retagged, &sealed);
    let fields = json!({
        "nonce": hex::encode(other_nonce), "search_tag": hex::encode(retagged),
        "sealed": hex::encode(sealed),
    });
    topic.test("another nonce with its own tag", &["changed"], expect, fields);
}

/// The search key of a header key.
struct SearchKeyOf<'a>(&'a HeaderKey);

impl SearchKeyOf<'_> {
    fn tag(&self, nonce: [u8; 12]) -> [u8; SEARCH_TAG_LEN] {
        self.0.search_key().tag(&Nonce::from_bytes(nonce)).to_bytes()
    }
}

fn malformed(topic: &mut Topic, key: &HeaderKey, header: &[u8], rng: &mut Recorder) {
    let with = |at: usize, bytes: &[u8]| {
        let mut header = header.to_vec();
        header[at..at + bytes.len()].copy_from_slice(bytes);
        header
    };
    let kind = |kind: u8, rest: u8| {
        let mut header = with(48, &[kind]);
        header[49..].fill(0);
        header[114] = rest;
        header
    };
    let cases = [
        ("a ratchet key of zero", with(0, &[0; 32])),
        ("a ratchet key with the top bit", with(31, &[0xff])),
        ("epoch 0", with(40, &[0; 4])),
        ("message number 0", with(44, &[0; 4])),
        ("kind 7", with(48, &[7])),
        ("no kind with a chunk", kind(0, 1)),
        ("a bare acknowledgement with a chunk", kind(4, 1)),
        ("a bare acknowledgement with an index", {
            let mut header = kind(4, 0);
            header[50] = 1;
            header
        }),
    ];
    for (comment, header) in cases {
        let (nonce, tag, sealed) = seal(key, &header, rng);
        let expect = open_header(key, nonce.as_bytes(), tag.to_bytes(), &sealed);
        let fields = json!({
            "nonce": hex::encode(nonce.as_bytes()), "search_tag": hex::encode(tag.to_bytes()),
            "sealed": hex::encode(sealed),
        });
        topic.test(comment, &["hostile"], expect, fields);
    }
}

fn describe(header: &Header) -> Value {
    let encoded = encode(&header.pq);
    json!({
        "ratchet_key": hex::encode(header.ratchet_key.as_bytes()),
        "pn": header.previous, "n": header.number,
        "epoch": header.pq.message.epoch, "pq_n": header.pq.n, "kind": encoded[8],
        "index": u16::from_be_bytes([encoded[9], encoded[10]]),
        "chunk": hex::encode(&encoded[11..]),
    })
}

/// Two sides and what they did.
struct Script {
    session: Digest,
    sides: [Ratchet; 2],
    rng: Recorder,
    now: Timestamp,
    steps: Vec<Value>,
    inputs: Value,
    messages: Vec<Vec<u8>>,
    /// What the last step came to.
    last: &'static str,
}

const ALICE: usize = 0;
const BOB: usize = 1;
const NAMES: [&str; 2] = ["initiator", "responder"];

impl Script {
    fn new(name: &str) -> Self {
        let mut rng = Recorder::new(name);
        let session = hash(HashLabel::Content, &rng.bytes::<8>());
        let secrets: [[u8; 32]; 6] = core::array::from_fn(|_| rng.bytes());
        let [ec, pq, braid, header_a, header_b, prekey] = secrets.map(Secret::new);
        let keys = SessionKeys { ec, pq, braid, header_a, header_b };
        let [ec, pq, braid, header_a, header_b, signed] = secrets.map(hex::encode);
        let prekey = DhSecretKey::from_secret(&prekey);
        rng.taken();
        let alice = Ratchet::initiator(keys.clone(), prekey.public_key(), NOW, &mut rng).unwrap();
        let inputs = json!({
            "session": hex::encode(session.as_bytes()), "now": NOW.as_millis(),
            "session_keys": {
                "sk_ec": ec, "sk_pq": pq, "sk_braid": braid, "header_a": header_a,
                "header_b": header_b,
            },
            "signed_prekey": signed, "random": rng.taken(),
            "state_digests": [
                digest(&encode(&alice)),
                digest(&encode(&Ratchet::responder(keys.clone(), prekey.clone(), NOW))),
            ],
        });
        let sides = [alice, Ratchet::responder(keys, prekey, NOW)];
        Self { session, sides, rng, now: NOW, steps: vec![], inputs, messages: vec![], last: "ok" }
    }

    /// What [`Ratchet::encrypt`] is about to seal, on a copy.
    fn preview(&self, side: usize) -> (Outgoing, [[u8; 32]; 2]) {
        let mut copy: Ratchet = read_all(&encode(&self.sides[side])).unwrap();
        outgoing(&mut copy, &mut self.rng.clone(), self.now)
    }

    fn send(&mut self, side: usize, text: &[u8]) -> usize {
        let (outgoing, [ec, pq]) = self.preview(side);
        self.rng.taken();
        let mut message = vec![];
        let ratchet = &mut self.sides[side];
        ratchet.encrypt(&self.session, None, text, self.now, &mut self.rng, &mut message).unwrap();
        self.steps.push(json!({
            "actor": NAMES[side], "op": "send", "plaintext": hex::encode(text),
            "random": self.rng.taken(), "expect": "ok", "header": describe(&outgoing.header),
            "header_key": hex::encode(encode(&outgoing.header_key)),
            "ec_mk": hex::encode(ec), "pq_mk": hex::encode(pq),
            "mk": hex::encode(outgoing.body_key.secret().as_bytes()),
            "message": hex::encode(&message), "state_digest": digest(&encode(ratchet)),
        }));
        self.messages.push(message);
        self.messages.len() - 1
    }

    /// Sends with another header than an honest sender's.
    fn forge(&mut self, side: usize, change: impl FnOnce(&mut Header)) -> usize {
        self.rng.taken();
        let (mut outgoing, _) = outgoing(&mut self.sides[side], &mut self.rng, self.now);
        change(&mut outgoing.header);
        let header = describe(&outgoing.header);
        let mut message = vec![];
        outgoing.seal(&self.session, b"forged", &mut self.rng, &mut message);
        self.steps.push(json!({
            "actor": NAMES[side], "op": "forge", "plaintext": hex::encode(b"forged"),
            "random": self.rng.taken(), "expect": "ok", "header": header,
            "message": hex::encode(&message), "state_digest": digest(&encode(&self.sides[side])),
        }));
        self.messages.push(message);
        self.messages.len() - 1
    }

    /// Sends empty messages that get lost.
    fn lose(&mut self, side: usize, count: u32) {
        self.rng.taken();
        for _ in 0..count {
            let ratchet = &mut self.sides[side];
            ratchet
                .encrypt(&self.session, None, b"", self.now, &mut self.rng, &mut vec![])
                .unwrap();
        }
        self.steps.push(json!({
            "actor": NAMES[side], "op": "lose", "count": count, "random": self.rng.taken(),
            "expect": "ok", "state_digest": digest(&encode(&self.sides[side])),
        }));
    }

    fn receive(&mut self, side: usize, message: usize) -> &'static str {
        let bytes = self.messages[message].clone();
        self.receive_bytes(side, json!({ "message": message }), &bytes)
    }

    /// A message after something happened to it.
    fn receive_changed(&mut self, side: usize, bytes: &[u8]) -> &'static str {
        self.receive_bytes(side, json!({ "bytes": hex::encode(bytes) }), bytes)
    }

    fn receive_bytes(&mut self, side: usize, mut step: Value, bytes: &[u8]) -> &'static str {
        let before = encode(&self.sides[side]);
        let message = RatchetMessage::decode(bytes).unwrap();
        let result =
            self.sides[side].decrypt(&self.session, &message, None, Ends::anybody(), self.now);
        let after = encode(&self.sides[side]);
        self.last = match &result {
            Ok(_) => "ok",
            Err(RatchetError::Duplicate) => "duplicate",
            Err(RatchetError::TooOld) => "too-old",
            Err(RatchetError::NotOurs) => "unknown",
            Err(error) => DecryptError::from(*error).code(),
        };
        if let Err(RatchetError::PostQuantum(error)) = &result {
            step["cause"] = json!(error.code());
        }
        match &result {
            Ok(decrypted) => step["plaintext"] = json!(hex::encode(&decrypted.plaintext)),
            Err(_) => assert_eq!(before, after),
        }
        step["actor"] = json!(NAMES[side]);
        step["op"] = json!("receive");
        step["expect"] = json!(self.last);
        step["state_digest"] = json!(digest(&after));
        self.steps.push(step);
        self.last
    }

    /// Whether this side should send a carrier now.
    fn advice(&mut self, side: usize) -> bool {
        let carrier = self.sides[side].healing(self.now).should_send_carrier;
        self.steps.push(json!({
            "actor": NAMES[side], "op": "advice", "now": self.now.as_millis(), "carrier": carrier,
            "expect": "ok", "state_digest": digest(&encode(&self.sides[side])),
        }));
        carrier
    }

    fn pass(&mut self, from: usize, text: &[u8]) {
        let message = self.send(from, text);
        assert_eq!(self.receive(1 - from, message), "ok");
    }

    /// Turns until the next message of `side` carries a piece of this kind.
    fn until(&mut self, side: usize, kind: u8) {
        for _ in 0..200 {
            if self.is_next(side, kind) {
                return;
            }
            self.pass(ALICE, b"on");
            if self.is_next(side, kind) {
                return;
            }
            self.pass(BOB, b"and on");
        }
        panic!("kind {kind} never came");
    }

    fn is_next(&self, side: usize, kind: u8) -> bool {
        encode(&self.preview(side).0.header.pq)[8] == kind
    }

    /// Adds the whole as one test, with what its last step came to.
    fn finish(mut self, topic: &mut Topic, comment: &str, flags: &[&str]) {
        self.inputs["steps"] = Value::Array(self.steps);
        topic.test(comment, flags, self.last, self.inputs);
    }
}

/// The steps of [`Ratchet::encrypt`] up to the sealing, and the message key's halves.
fn outgoing(
    ratchet: &mut Ratchet,
    rng: &mut Recorder,
    now: Timestamp,
) -> (Outgoing, [[u8; 32]; 2]) {
    let pq = ratchet.pq.stage_send(rng).unwrap();
    let ec = ratchet.ec.send(rng).unwrap();
    ratchet.pq.commit_send(pq.staged, now);
    let Position { ratchet_key, previous, number } = ec.position;
    let outgoing = Outgoing {
        header: Header { ratchet_key, previous, number, pq: pq.header },
        header_key: ec.header_key,
        body_key: message_key(&message_prk(&ec.message_key, &pq.message_key)),
        commitment: None,
    };
    (outgoing, [*ec.message_key.as_bytes(), *pq.message_key.as_bytes()])
}

/// SPEC.md sections 8 to 10: whole exchanges in order.
pub(crate) fn steps() -> Topic {
    let mut topic = Topic::new("ratchet-steps", &[("epochs", "the Braid completes epochs")]);
    topic.group(json!({ "op": "script" }));
    let mut script = Script::new("ratchet-steps/turns");
    for text in [&b"one"[..], b"two", &[b'x'; 200]] {
        script.pass(ALICE, text);
    }
    script.pass(BOB, b"three");
    script.pass(BOB, b"");
    script.pass(ALICE, b"four");
    script.pass(BOB, b"five");
    script.finish(&mut topic, "turns both ways", &[]);
    let mut script = Script::new("ratchet-steps/epochs");
    for _ in 0..48 {
        script.pass(ALICE, b"ping");
        script.pass(BOB, b"pong");
    }
    script.finish(&mut topic, "two epochs of the Braid, turn by turn", &["epochs"]);
    let mut script = Script::new("ratchet-steps/losses");
    script.pass(ALICE, b"begin");
    for round in 0..22 {
        for (side, count) in [(BOB, 3), (ALICE, 2)] {
            script.lose(side, 1 + round % 2);
            for _ in 0..count {
                script.pass(side, b"arrives");
            }
        }
    }
    script.finish(
        &mut topic,
        "an epoch with losses, so that redundant chunks are used",
        &["epochs"],
    );
    quiet_week(&mut topic);
    topic
}

/// SPEC.md section 9.6: a week passes near the end of an epoch. The messages that complete it are
/// lost at first, and so is the one that shows it.
fn quiet_week(topic: &mut Topic) {
    const DAY: core::time::Duration = core::time::Duration::from_hours(24);
    let mut script = Script::new("ratchet-steps/quiet-week");
    script.pass(ALICE, b"begin");
    script.until(BOB, 6);
    let epochs = |script: &Script, side: usize| {
        script.sides[side].healing(script.now).post_quantum.completed
    };
    script.now = NOW.saturating_add(DAY * 7);
    let (mut owed, mut shown, mut days) = (0, 0, 0);
    while days < 6 {
        let advised = [ALICE, BOB].map(|side| script.advice(side));
        let Some(side) = [ALICE, BOB].into_iter().find(|side| advised[*side]) else {
            script.now = script.now.saturating_add(DAY);
            days += 1;
            continue;
        };
        let [ours, theirs] = [side, 1 - side].map(|side| epochs(&script, side));
        let lost = match (ours, theirs) {
            (1, 0) => {
                owed += 1;
                owed <= 2
            }
            (1, 1) => {
                shown += 1;
                shown == 1
            }
            _ => false,
        };
        let message = script.send(side, b"");
        if !lost {
            assert_eq!(script.receive(1 - side, message), "ok");
        }
    }
    assert!(owed == 3 && shown >= 2, "both kinds were lost");
    assert_eq!([ALICE, BOB].map(|side| epochs(&script, side)), [1, 1]);
    script.finish(topic, "carriers complete an epoch although some are lost", &["epochs"]);
}

/// SPEC.md sections 8.5 and 8.6, and every refusal of the ratchets.
pub(crate) fn out_of_order() -> Topic {
    let mut topic = Topic::new(
        "ratchet-out-of-order",
        &[
            ("changed", "a message was changed on the way"),
            ("forged", "the peer itself sends what no honest device does"),
            ("late", "messages arrive late, twice or never"),
        ],
    );
    topic.group(json!({ "op": "script" }));
    late(&mut topic);
    limits(&mut topic);
    changed(&mut topic);
    forged(&mut topic);
    braid_failures(&mut topic);
    topic
}

fn late(topic: &mut Topic) {
    let mut script = Script::new("out-of-order/shuffled");
    let first: Vec<_> = (0..5u8).map(|i| script.send(ALICE, &[i])).collect();
    script.receive(BOB, first[4]);
    script.pass(BOB, b"reply");
    let second: Vec<_> = (5..9u8).map(|i| script.send(ALICE, &[i])).collect();
    for message in
        [second[2], first[0], first[3], second[0], first[1], second[3], second[1], first[2]]
    {
        script.receive(BOB, message);
    }
    script.finish(topic, "any order across a turn", &["late"]);
    let twice = |name: &str| {
        let mut script = Script::new(name);
        let messages: Vec<_> = (0..3u8).map(|i| script.send(ALICE, &[i])).collect();
        script.receive(BOB, messages[2]);
        script.receive(BOB, messages[0]);
        (script, messages)
    };
    let (mut script, messages) = twice("out-of-order/duplicate-current");
    script.receive(BOB, messages[2]);
    script.finish(topic, "twice in the current chain", &["late"]);
    let (mut script, messages) = twice("out-of-order/duplicate-skipped");
    script.receive(BOB, messages[0]);
    script.finish(topic, "twice, the first time late", &["late"]);
    let (mut script, messages) = twice("out-of-order/duplicate-past");
    script.pass(BOB, b"turn");
    script.pass(ALICE, b"turned");
    script.receive(BOB, messages[2]);
    script.finish(topic, "twice, of the chain before", &["late"]);
    let (mut script, messages) = twice("out-of-order/forgotten");
    script.receive(BOB, messages[1]);
    for _ in 0..2 {
        script.pass(BOB, b"turn");
        script.pass(ALICE, b"turned");
    }
    script.receive(BOB, messages[2]);
    script.finish(topic, "of a chain that is forgotten", &["late"]);
    let mut script = Script::new("out-of-order/other-session");
    let message = Script::new("out-of-order/duplicate-past").send(ALICE, b"elsewhere");
    assert_eq!(message, 0);
    let mut other = Script::new("out-of-order/duplicate-past");
    other.send(ALICE, b"elsewhere");
    let bytes = other.messages[0].clone();
    script.receive_changed(BOB, &bytes);
    script.finish(topic, "of another session", &["late"]);
}

fn limits(topic: &mut Topic) {
    let mut script = Script::new("out-of-order/at-limit");
    script.lose(ALICE, SKIP);
    script.pass(ALICE, b"far");
    script.finish(topic, "as many skipped as the limit", &["late"]);
    let mut script = Script::new("out-of-order/past-limit");
    script.lose(ALICE, SKIP + 1);
    let message = script.send(ALICE, b"too far");
    script.receive(BOB, message);
    script.finish(topic, "one more skipped than the limit", &["late"]);
    let mut script = Script::new("out-of-order/both-chains");
    script.pass(ALICE, b"");
    script.lose(ALICE, SKIP / 2);
    script.pass(BOB, b"");
    script.lose(ALICE, SKIP / 2 + 1);
    let message = script.send(ALICE, b"too far");
    script.receive(BOB, message);
    script.finish(topic, "the limit counts both chains", &["late"]);
    let mut script = Script::new("out-of-order/expired");
    let late = script.send(ALICE, b"late");
    script.pass(ALICE, b"on time");
    script.now =
        NOW.saturating_add(SKIPPED_KEY_AGE).saturating_add(core::time::Duration::from_secs(1));
    let now = script.now;
    script.sides[BOB].expire(now);
    let state = digest(&encode(&script.sides[BOB]));
    script.steps.push(json!({
        "actor": NAMES[BOB], "op": "expire", "now": now.as_millis(), "expect": "ok",
        "state_digest": state,
    }));
    script.receive(BOB, late);
    script.finish(topic, "after its key expired", &["late"]);
}

fn changed(topic: &mut Topic) {
    // Offsets in the encoded message: nonce, search tag, sealed header, body.
    for (comment, at) in [
        ("the nonce", 3),
        ("the search tag", 17),
        ("the sealed header", 60),
        ("the header's authentication", 150),
        ("the body", 170),
        ("the body's authentication", 0),
    ] {
        let mut script = Script::new("out-of-order/changed");
        script.pass(ALICE, b"first");
        let message = script.send(ALICE, b"second");
        let bytes = script.messages[message].clone();
        let at = if at == 0 { bytes.len() - 1 } else { at };
        script.receive_changed(BOB, &flipped(&bytes, at));
        script.finish(topic, comment, &["changed"]);
    }
    let mut script = Script::new("out-of-order/changed-then-intact");
    let message = script.send(ALICE, b"first");
    let bytes = script.messages[message].clone();
    script.receive_changed(BOB, &flipped(&bytes, bytes.len() - 1));
    script.receive(BOB, message);
    script.finish(topic, "a changed message does not spoil the intact one", &["changed"]);
}

fn forged(topic: &mut Topic) {
    let other = *DhSecretKey::from_secret(&Secret::new([9; 32])).public_key();
    let mut one = [0; 32];
    one[0] = 1;
    let low = DhPublicKey::from_bytes(one).unwrap();
    let cases: [(_, Change); 6] = [
        ("another ratchet key in a running chain", &|h| h.ratchet_key = other),
        ("the highest number", &|h| h.number = u32::MAX),
        ("a number of long ago", &|h| h.number = 0),
        ("the highest post-quantum number", &|h| h.pq.n = u32::MAX),
        ("a post-quantum number of long ago", &|h| h.pq.n = 1),
        ("an epoch that cannot have begun", &|h| h.pq.message.epoch = 2),
    ];
    for (comment, change) in cases {
        let mut script = Script::new("out-of-order/forged");
        script.pass(ALICE, b"first");
        let message = script.forge(ALICE, change);
        script.receive(BOB, message);
        script.finish(topic, comment, &["forged"]);
    }
    let mut script = Script::new("out-of-order/low-order");
    let message = script.forge(ALICE, |header| header.ratchet_key = low);
    script.receive(BOB, message);
    script.finish(topic, "a ratchet key of small order", &["forged"]);
}

/// What a forger does to a header.
type Change<'a> = &'a dyn Fn(&mut Header);

/// Damages the chunk of a header.
fn damage(header: &mut Header) {
    match &mut header.pq.message.piece {
        Piece::Header(chunk)
        | Piece::Key(chunk)
        | Piece::KeyAck(chunk)
        | Piece::Ct1(chunk)
        | Piece::Ct2(chunk) => chunk.data[7] ^= 1,
        Piece::None | Piece::Ct1Ack => panic!("nothing to damage"),
    }
}

fn braid_failures(topic: &mut Topic) {
    for (comment, side, kind) in [
        ("a damaged header of a Braid key", ALICE, 1),
        ("a damaged chunk of a Braid key", ALICE, 2),
        ("a damaged first part of a Braid ciphertext", BOB, 5),
        ("a damaged second part of a Braid ciphertext", BOB, 6),
    ] {
        let mut script = Script::new("out-of-order/braid");
        script.pass(ALICE, b"begin");
        script.until(side, kind);
        let message = script.forge(side, damage);
        let mut result = script.receive(1 - side, message);
        let mut turn = 1 - side;
        while result == "ok" {
            let message = script.send(turn, b"on");
            result = script.receive(1 - turn, message);
            turn = 1 - turn;
        }
        script.finish(topic, comment, &["forged"]);
    }
    let mut script = Script::new("out-of-order/contradiction");
    script.pass(ALICE, b"begin");
    let message = script.forge(ALICE, |header| {
        let Piece::Header(chunk) = &mut header.pq.message.piece else { panic!("a header") };
        *chunk = Chunk { index: 0, data: [7; 64] };
    });
    script.receive(BOB, message);
    script.finish(topic, "two chunks of one index differ", &["forged"]);
}
