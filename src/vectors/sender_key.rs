//! Vectors of sender chains; a child of them, for what they keep to themselves.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::distribution::origin;
use super::epoch::EpochKeys;
use super::message::Outgoing;
use super::*;
use crate::crypto::{Digest, Secret, SigningKey};
use crate::envelope::Envelope;
use crate::identity::{AccountId, DeviceAddress, DeviceId};
use crate::limits::{RECEIVED_CHAIN_AGE, SENDER_SKIP, SKIPPED_KEY_AGE};
use crate::report::Said;
use crate::time::Timestamp;
use crate::vectors::from_python::{Given, Inputs, bytes};
use crate::vectors::party::NOW;
use crate::vectors::{Recorder, Topic, digest, encode, field, flipped};

fn alice() -> DeviceAddress {
    let account = AccountId::new(b"alice").unwrap();
    DeviceAddress { account, device: DeviceId::new(0x0102_0304).unwrap() }
}

fn address_json(address: &DeviceAddress) -> Value {
    json!({ "account": hex::encode(address.account.as_bytes()), "device": address.device.as_u32() })
}

/// The message that `from` sends on a chain that it gave, and what is on the way to it; whoever took
/// the chain opens it.
pub(crate) fn sent_by(
    given: &Distribution,
    from: &DeviceAddress,
    inputs: &Inputs<'_>,
) -> BTreeMap<&'static str, Value> {
    let signing = SigningKey::from_seed(&Secret::new(inputs.array("signing_seed")));
    assert_eq!(signing.verifying_key(), given.verifying);
    let epoch = EpochKeys::derive(given.epoch.clone().unwrap(), &given.scope.hash());
    let origin = origin(&given.scope, from, given.id, &given.verifying);
    let standing = Standing {
        member_index: u16::try_from(inputs.number("member_index")).unwrap(),
        revision: u32::try_from(inputs.number("revision")).unwrap(),
        state_prefix: inputs.array("state_prefix"),
    };
    let (chain, iteration) = (given.id, given.iteration());
    let claim = Claim { standing, device: from.device, chain, iteration };
    let (part, next) = given.chain.advance().unwrap();
    let (keys, plaintext) = (epoch.message_keys(&part), inputs.bytes("plaintext"));
    let (scope, signing, epoch) = (&given.scope.hash(), &signing, &epoch);
    let outgoing = Outgoing { scope, sender: from, claim, origin: &origin, epoch, keys, signing };
    let said = Said::plain(&plaintext);
    let envelope = outgoing.seal(said, &mut Given(inputs.bytes("nonce"))).envelope;
    let mut chains = ReceivingChains::new(given.scope);
    chains.accept(from, given, NOW).unwrap();
    let Ok(Envelope::Sender(message)) = Envelope::decode(&envelope) else { panic!() };
    let opened = chains.open(&message).unwrap().unwrap();
    let Ok(Outcome::Decrypted(read)) = chains.decrypt(&opened, from, NOW) else { panic!() };
    assert_eq!(read.plaintext, plaintext);
    [
        ("scope_hash", bytes(given.scope.hash().as_bytes())),
        ("header_key", bytes(encode(&epoch.header))),
        ("origin", bytes(origin.as_bytes())),
        ("envelope", bytes(envelope)),
        ("chain_after", bytes(&encode(&next)[..32])),
    ]
    .into()
}

/// SPEC.md sections 14.1, 14.2 and 14.6.
pub(crate) fn distribution() -> Topic {
    let mut topic = Topic::new(
        "sender-distribution",
        &[
            ("canonical", "another encoding than the one"),
            ("foreign", "not for this scope, sender, or epoch secret"),
            ("repeated", "of a chain that is known"),
        ],
    );
    let mut rng = Recorder::new("sender-distribution");
    let secret = EpochSecret::generate(&mut rng);
    let scopes = [
        Scope::group(Digest::from_bytes(rng.bytes()), 5, secret.commitment(5)),
        Scope::story(&alice().account, Digest::from_bytes(rng.bytes()), 1),
    ];
    derivations(&mut topic, &scopes, &secret, &mut rng);
    let chain = SendingChain::new(scopes[0], alice(), secret, NOW, &mut rng).unwrap();
    let given = chain.distribution();
    encodings(&mut topic, &given);
    let story = EpochSecret::generate(&mut rng);
    let story = SendingChain::new(scopes[1], alice(), story, NOW, &mut rng).unwrap();
    acceptances(&mut topic, &given, &story.distribution(), &mut rng);
    topic
}

fn derivations(topic: &mut Topic, scopes: &[Scope], secret: &EpochSecret, rng: &mut Recorder) {
    topic.group(json!({ "op": "derive" }));
    for scope in scopes {
        let part: [u8; 32] = rng.bytes();
        let epoch = EpochKeys::derive(secret.clone(), &scope.hash());
        let signing = SigningKey::from_seed(&Secret::new(rng.bytes()));
        let keys = epoch.message_keys(&Secret::new(part));
        let id = ChainId::from_u32(0xa1b2_c3d4);
        let fields = json!({
            "scope": hex::encode(scope.to_bytes()), "scope_hash": hex::encode(scope.hash().as_bytes()),
            "epoch_secret": hex::encode(encode(secret)),
            "commitment": hex::encode(secret.commitment(scope.key_epoch()).as_bytes()),
            "header_key": hex::encode(encode(&epoch.header)), "mix": hex::encode(epoch.mix.as_bytes()),
            "chain_part": hex::encode(part), "message_key": hex::encode(keys.body.secret().as_bytes()),
            "key_commitment": hex::encode(keys.commitment.as_bytes()),
            "sender": address_json(&alice()), "chain_id": id.as_u32(),
            "verifying_key": hex::encode(signing.verifying_key().as_bytes()),
            "origin": hex::encode(origin(scope, &alice(), id, &signing.verifying_key()).as_bytes()),
        });
        topic.test("everything that is derived in a scope", &[], "ok", fields);
    }
}

fn encodings(topic: &mut Topic, given: &Distribution) {
    topic.group(json!({ "op": "decode" }));
    let mut short = given.clone();
    short.epoch = None;
    for given in [given, &short] {
        let fields = json!({
            "encoded": hex::encode(&*given.encode()), "scope": hex::encode(given.scope.to_bytes()),
            "chain_id": given.id.as_u32(), "iteration": given.iteration(),
            "verifying_key": hex::encode(given.verifying.as_bytes()),
            "created": given.created.as_millis(), "has_epoch_secret": given.has_epoch_secret(),
        });
        topic.test("a distribution", &[], "ok", fields);
    }
    let body = encode(given);
    let at = |at: usize, byte: u8| {
        let mut body = body.clone();
        body[at] = byte;
        field(1, &body)
    };
    let cases = [
        ("nothing", vec![]),
        ("another field", field(2, &body)),
        ("the field twice", [field(1, &body), field(1, &body)].concat()),
        ("version 2", at(0, 2)),
        ("kind 0", at(1, 0)),
        ("kind 3", at(1, 3)),
        ("another type of key", at(110, 1)),
        ("no point", field(1, &[&body[..111], &[0xff; 32], &body[143..]].concat())),
        ("a presence that is neither", at(143, 2)),
        ("a byte less", field(1, &body[..body.len() - 1])),
        ("a byte more", field(1, &[&body[..], &[0]].concat())),
    ];
    for (comment, bytes) in cases {
        let expect = Distribution::decode(&bytes).map_or_else(|error| error.code(), |_| "ok");
        let fields = json!({ "encoded": hex::encode(bytes) });
        topic.test(comment, &["canonical"], expect, fields);
    }
}

fn acceptances(topic: &mut Topic, given: &Distribution, story: &Distribution, rng: &mut Recorder) {
    topic.group(json!({ "op": "accept", "now": NOW.as_millis() }));
    let empty = || ReceivingChains::new(given.scope);
    let known = || {
        let mut chains = empty();
        chains.accept(&alice(), given, NOW).unwrap();
        chains
    };
    let with = |change: &dyn Fn(&mut Distribution)| {
        let mut given = given.clone();
        change(&mut given);
        given
    };
    let other = EpochSecret::generate(rng);
    let signing = SigningKey::generate(rng).verifying_key();
    let ahead = given.chain.advance().unwrap().1;
    let mallory = DeviceAddress { account: AccountId::new(b"mallory").unwrap(), ..alice() };
    let stories = || ReceivingChains::new(story.scope);
    let cases = [
        ("the first", "", empty(), alice(), given.clone()),
        ("without the epoch secret", "", empty(), alice(), with(&|d| d.epoch = None)),
        ("again", "repeated", known(), alice(), given.clone()),
        ("again, further on", "repeated", known(), alice(), with(&|d| d.chain = ahead.clone())),
        ("another key", "repeated", known(), alice(), with(&|d| d.verifying = signing)),
        ("another time", "repeated", known(), alice(), with(&|d| d.created = Timestamp::MAX)),
        ("of another device", "", known(), mallory.clone(), given.clone()),
        ("another scope", "foreign", known(), alice(), story.clone()),
        (
            "another epoch secret",
            "foreign",
            known(),
            alice(),
            with(&|d| d.epoch = Some(other.clone())),
        ),
        (
            "not the committed one",
            "foreign",
            empty(),
            alice(),
            with(&|d| d.epoch = Some(other.clone())),
        ),
        ("a story's", "", stories(), alice(), story.clone()),
        ("another's story", "foreign", stories(), mallory, story.clone()),
    ];
    for (comment, flag, mut chains, from, given) in cases {
        let before = parts(&chains);
        let (expect, new) = match chains.accept(&from, &given, NOW) {
            Ok(accepted) => ("ok", accepted.new),
            Err(error) => (error.code(), false),
        };
        let fields = json!({
            "before": before, "from": address_json(&from), "encoded": hex::encode(&*given.encode()),
            "new": new, "after": parts(&chains),
        });
        let flags: Vec<_> = [flag].into_iter().filter(|flag| !flag.is_empty()).collect();
        topic.test(comment, &flags, expect, fields);
    }
}

/// The stored parts of a scope.
fn parts(chains: &ReceivingChains) -> Value {
    let each: Vec<_> = chains
        .chain_names()
        .map(|(device, id)| hex::encode(&*chains.chain_bytes(device, id).unwrap()))
        .collect();
    json!({ "scope": hex::encode(&*chains.scope_bytes()), "chains": each })
}

/// SPEC.md sections 14.3 to 14.5 and 14.7.
pub(crate) fn chain() -> Topic {
    let mut topic = Topic::new(
        "sender-chain",
        &[
            ("changed", "something was changed on the way"),
            ("forged", "made by a member that is not its sender"),
            ("order", "late, repeated, or far ahead"),
        ],
    );
    let mut rng = Recorder::new("sender-chain");
    let secret = EpochSecret::generate(&mut rng);
    let scope = Scope::group(Digest::from_bytes(rng.bytes()), 5, secret.commitment(5));
    let mut chain = SendingChain::new(scope, alice(), secret, NOW, &mut rng).unwrap();
    let mut chains = ReceivingChains::new(scope);
    chains.accept(&alice(), &chain.distribution(), NOW).unwrap();
    let first = chain.distribution();
    let sent = sends(&mut topic, &mut chain, &mut rng);
    topic.group(json!({ "op": "decrypt", "from": address_json(&alice()) }));
    let mut receiver = Receiver { topic: &mut topic, chains };
    receiver.in_and_out_of_order(&sent);
    receiver.changed(&sent[3]);
    receiver.forged(&first, &mut rng);
    topic
}

/// SPEC.md section 13.1 on sender chains.
pub(crate) fn reportable(topic: &mut Topic) {
    let mut rng = Recorder::new("franking/chain");
    let secret = EpochSecret::generate(&mut rng);
    let scope = Scope::group(Digest::from_bytes(rng.bytes()), 5, secret.commitment(5));
    let mut chain = SendingChain::new(scope, alice(), secret, NOW, &mut rng).unwrap();
    let given = chain.distribution();
    let bob = DeviceAddress { account: AccountId::new(b"bob").unwrap(), ..alice() };
    let audience = Audience::new(&scope, &alice(), [bob.clone()]).unwrap();
    chain.record(&audience, chain.position(), &[bob]).unwrap();
    let forged = own_and_wrong(&given, &chain, &mut rng);
    let mut say = |text: &[u8]| {
        let (rotation, standing) = (Rotation::GROUP, Standing::default());
        let sent = chain.encrypt_reportable(&audience, standing, text, &rotation, NOW, &mut rng);
        sent.unwrap().envelope
    };
    let (first, second) = (say(b"rude"), say(b"ruder"));
    topic.group(json!({ "op": "open-chain", "from": address_json(&alice()) }));
    let mut chains = ReceivingChains::new(scope);
    chains.accept(&alice(), &given, NOW).unwrap();
    let mut receiver = Receiver { topic, chains };
    let end = first.len();
    for (comment, envelope) in [
        ("a bit of the commitment", flipped(&first, end - 1)),
        ("the commitment is gone", first[..end - 34].to_vec()),
        ("another message's", [&first[..end - 32], &second[second.len() - 32..]].concat()),
        ("a bit of the body", flipped(&first, end - 40)),
    ] {
        receiver.open(comment, &["changed"], &envelope, NOW);
    }
    receiver.open("to another scope", &["peer"], &forged[0], NOW);
    receiver.open("to another sender", &["peer"], &forged[1], NOW);
    receiver.open("signed by another", &["peer"], &forged[2], NOW);
    receiver.open("the second", &[], &second, NOW);
    receiver.open("the first", &[], &first, NOW);
    receiver.open("again", &[], &first, NOW);
}

/// First messages of the chain that commit to another scope or sender, and one that another member made.
fn own_and_wrong(given: &Distribution, chain: &SendingChain, rng: &mut Recorder) -> [Vec<u8>; 3] {
    let epoch = EpochKeys::derive(given.epoch.clone().unwrap(), &given.scope.hash());
    let origin = origin(&given.scope, &alice(), given.id, &given.verifying);
    let claim = Claim {
        standing: Standing::default(),
        device: alice().device,
        chain: given.id,
        iteration: 0,
    };
    let mallory = DeviceAddress { account: AccountId::new(b"mallory").unwrap(), ..alice() };
    let other = Scope::group(Digest::from_bytes([7; 32]), 5, Digest::from_bytes([8; 32])).hash();
    let own = chain.signing_key();
    let foreign = SigningKey::generate(rng);
    let scope = given.scope.hash();
    [(&other, &alice(), own), (&scope, &mallory, own), (&scope, &alice(), &foreign)].map(
        |(scope, sender, signing)| {
            let keys = epoch.message_keys(&given.chain.advance().unwrap().0);
            Outgoing { scope, sender, claim, origin: &origin, epoch: &epoch, keys, signing }
                .seal(Said::reportable(b"rude"), rng)
                .envelope
        },
    )
}

fn sends(topic: &mut Topic, chain: &mut SendingChain, rng: &mut Recorder) -> Vec<Vec<u8>> {
    topic.group(json!({ "op": "encrypt", "now": NOW.as_millis() }));
    let bob = DeviceAddress { account: AccountId::new(b"bob").unwrap(), ..alice() };
    let audience = Audience::new(chain.scope(), &alice(), [bob.clone()]).unwrap();
    let texts = [&b"hello"[..], b"", &[7; 127], &[8; 128], b"the last"];
    let mut sent = vec![];
    for (i, text) in texts.into_iter().enumerate() {
        if i == 1 {
            chain.record(&audience, chain.position(), core::slice::from_ref(&bob)).unwrap();
        }
        let standing = Standing { member_index: 3, revision: 7, state_prefix: [9; 16] };
        let before = hex::encode(&*chain.hot_bytes());
        rng.taken();
        let result = chain.encrypt(&audience, standing, text, &Rotation::GROUP, NOW, rng);
        let mut fields = json!({
            "hot": before, "recipients": hex::encode(&*chain.stored().recipients),
            "audience": [address_json(&bob)], "member_index": 3, "revision": 7,
            "state_prefix": hex::encode([9; 16]), "plaintext": hex::encode(text),
            "randomness": rng.taken(), "hot_after": hex::encode(&*chain.hot_bytes()),
        });
        let expect = match result {
            Ok(message) => {
                fields["envelope"] = json!(hex::encode(&message.envelope));
                sent.push(message.envelope);
                "ok"
            }
            Err(error) => error.code(),
        };
        topic.test("a message to one device", &[], expect, fields);
    }
    sent
}

struct Receiver<'a> {
    topic: &'a mut Topic,
    chains: ReceivingChains,
}

impl Receiver<'_> {
    fn open(&mut self, comment: &str, flags: &[&str], envelope: &[u8], now: Timestamp) {
        let before = parts(&self.chains);
        let mut fields = json!({
            "before": before, "envelope": hex::encode(envelope), "now": now.as_millis(),
        });
        let expect = match self.decrypt(envelope, now) {
            Ok(None) => "not-ours",
            Ok(Some(Outcome::Decrypted(heard))) => {
                fields["plaintext"] = json!(hex::encode(&heard.plaintext));
                fields["iteration"] = json!(heard.iteration);
                fields["member_index"] = json!(heard.standing.member_index);
                fields["revision"] = json!(heard.standing.revision);
                fields["state_prefix"] = json!(hex::encode(heard.standing.state_prefix));
                fields["dropped_keys"] = json!(heard.dropped_keys);
                if let Some(opening) = &heard.opening {
                    fields["opening"] = json!(hex::encode(&*opening.to_bytes()));
                }
                "ok"
            }
            Ok(Some(Outcome::Duplicate)) => "duplicate",
            Ok(Some(Outcome::TooOld)) => "too-old",
            Ok(Some(Outcome::UnknownChain { .. })) => "unknown-chain",
            Err(error) => error.code(),
        };
        if expect == "ok" {
            let (device, id) = self.chains.chain_names().next().unwrap();
            let chain = self.chains.chain_bytes(device, id).unwrap();
            fields["chain_digest"] = json!(digest(&chain));
        }
        assert!(expect == "ok" || parts(&self.chains) == before);
        self.topic.test(comment, flags, expect, fields);
    }

    fn decrypt(
        &mut self,
        envelope: &[u8],
        now: Timestamp,
    ) -> Result<Option<Outcome>, OpenSenderError> {
        let Ok(Envelope::Sender(message)) = Envelope::decode(envelope) else { panic!() };
        match self.chains.open(&message)? {
            Some(opened) => self.chains.decrypt(&opened, &alice(), now).map(Some),
            None => Ok(None),
        }
    }

    fn in_and_out_of_order(&mut self, sent: &[Vec<u8>]) {
        let late = NOW.saturating_add(SKIPPED_KEY_AGE).saturating_add(Duration::from_secs(1));
        let over = NOW.saturating_add(RECEIVED_CHAIN_AGE).saturating_add(Duration::from_secs(1));
        self.open("the second first", &["order"], &sent[1], NOW);
        self.open("the second again", &["order"], &sent[1], NOW);
        self.open("on a chain that is over", &["order"], &sent[0], over);
        self.open("the first after it", &["order"], &sent[0], NOW);
        self.open("the first again", &["order"], &sent[0], NOW);
        let skipped = self.stored();
        self.open("the fourth, long after", &["order"], &sent[3], late);
        self.restore(&skipped);
    }

    fn stored(&self) -> (Vec<u8>, Vec<Vec<u8>>) {
        let chains = &self.chains;
        let each = chains.chain_names().map(|(device, id)| chains.chain_bytes(device, id).unwrap());
        (chains.scope_bytes().to_vec(), each.map(|bytes| bytes.to_vec()).collect())
    }

    fn restore(&mut self, (scope, chains): &(Vec<u8>, Vec<Vec<u8>>)) {
        self.chains = ReceivingChains::restore(scope, chains.iter().map(Vec::as_slice)).unwrap();
    }

    fn changed(&mut self, envelope: &[u8]) {
        // Version 2 bytes, field 4 with its length 3, nonce 14, tag 10, header 116.
        let places = [
            ("the nonce", 7),
            ("the search tag", 21),
            ("the sealed claim", 31),
            ("the sealed signature", 70),
            ("the header's tag", 144),
            ("the body", 148),
            ("the body's tag", envelope.len() - 1),
        ];
        for (what, at) in places {
            self.open(what, &["changed"], &flipped(envelope, at), NOW);
        }
    }

    /// What somebody makes that knows everything but the signing key.
    fn forged(&mut self, given: &Distribution, rng: &mut Recorder) {
        let own = SigningKey::generate(rng);
        let device = alice().device;
        let claim =
            |iteration| Claim { standing: Standing::default(), device, chain: given.id, iteration };
        for (comment, claim) in [
            ("the next message", claim(2)),
            ("as far ahead as may be", claim(2 + SENDER_SKIP)),
            ("further ahead", claim(3 + SENDER_SKIP)),
            ("one that was opened", claim(0)),
            ("of an unknown chain", Claim { chain: ChainId::from_u32(1), ..claim(2) }),
            ("of another device", Claim { device: DeviceId::new(9).unwrap(), ..claim(2) }),
        ] {
            let envelope = make(given, claim, &own, rng);
            self.open(comment, &["forged"], &envelope, NOW);
        }
    }
}

fn make(given: &Distribution, claim: Claim, signing: &SigningKey, rng: &mut Recorder) -> Vec<u8> {
    let epoch = EpochKeys::derive(given.epoch.clone().unwrap(), &given.scope.hash());
    let (_, chain) = given.chain.clone().skip(claim.iteration, NOW).unwrap();
    let keys = epoch.message_keys(&chain.advance().unwrap().0);
    let origin = origin(&given.scope, &alice(), given.id, &given.verifying);
    Outgoing {
        scope: &given.scope.hash(),
        sender: &alice(),
        claim,
        origin: &origin,
        epoch: &epoch,
        keys,
        signing,
    }
    .seal(Said::plain(b"x"), rng)
    .envelope
}
