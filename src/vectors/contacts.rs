use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::party::{DAY, NOW, account_pair, certified, device_keys, month};
use super::{Recorder, Topic, digest, encode};
use crate::crypto::Digest;
use crate::identity::{
    AccountId, AccountIdentity, AccountKeyPair, CertificateTerms, ChainError, ClaimedList, Contact,
    ContactError, ContactUpdate, DeviceCertificate, DeviceId, DeviceKeys, IdentityEvent, ListDraft,
    SafetyNumber, SendRefused, SenderStatus, SignedDeviceList, Validity, VerifiedDeviceList,
};
use crate::time::Timestamp;

/// SPEC.md sections 5.9 and 5.10.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "contacts",
        &[
            ("event", "something happened that a person has to see"),
            ("gate", "nothing may be sent"),
            ("list", "a list that is not taken"),
            ("sender", "a sender who is not listed"),
            ("order", "which of two reasons comes first"),
        ],
    );
    let cast = Cast::new(&mut Recorder::new("contacts"));
    topic.group(cast.params());
    chains(&mut topic, &cast);
    following(&mut topic, &cast);
    verification(&mut topic, &cast);
    replacing(&mut topic, &cast);
    gate(&mut topic, &cast);
    listed_senders(&mut topic, &cast);
    other_senders(&mut topic, &cast);
    changed_identities(&mut topic, &cast);
    too_many_events(&mut topic);
    topic
}

const IDS: [u32; 3] = [0x0100, 0x0200, 0x0300];

/// An account, all lists that somebody may have signed in its name, and another account.
struct Cast {
    account: AccountId,
    /// The first key, the one that it handed over to, and one of an account begun anew.
    pairs: [AccountKeyPair; 3],
    keys: Vec<DeviceKeys>,
    lists: Vec<(&'static str, SignedDeviceList)>,
}

impl Cast {
    fn new(rng: &mut Recorder) -> Self {
        let mut cast = Self {
            account: AccountId::new(b"family").unwrap(),
            pairs: [(); 3].map(|()| account_pair(rng)),
            keys: IDS.map(|id| device_keys(id, rng)).to_vec(),
            lists: vec![],
        };
        cast.sign_chain();
        cast.sign_others();
        cast.sign_anew();
        let elsewhere = AccountId::new(b"elsewhere").unwrap();
        let pair = account_pair(rng);
        let local = certified(device_keys(IDS[0], rng), &elsewhere, &pair);
        let draft = ListDraft::first(elsewhere).with(local.certificate().clone());
        cast.add("elsewhere", draft.sign(&pair, month()).unwrap());
        cast
    }

    fn sign_chain(&mut self) {
        let [first, rotated, _] = self.pairs.clone();
        let begun = ListDraft::first(self.account.clone()).with(self.certificate(0, 0, 0));
        let mut list = self.add("first", begun.sign(&first, month()).unwrap());
        let added = ListDraft::after(&list).with(self.certificate(1, 0, 0));
        let shorter = Validity::starting(NOW, DAY * 29).unwrap();
        self.add("other-second", added.clone().sign(&first, shorter).unwrap());
        list = self.add("second", added.sign(&first, month()).unwrap());
        let gone = ListDraft::after(&list).without(DeviceId::new(IDS[1]).unwrap());
        list = self.add("third", gone.sign(&first, month()).unwrap());
        let again = ListDraft::after(&list).with(self.certificate(0, 1, 1));
        let again = again.sign_rotation(&first, &rotated, month()).unwrap();
        list = self.add("rotated", again);
        self.add("renewed", ListDraft::after(&list).sign(&rotated, month()).unwrap());
    }

    fn sign_others(&mut self) {
        let [first, rotated, _] = self.pairs.clone();
        let second = self.list("second").clone();
        let second = VerifiedDeviceList::trust_on_first_use(second, NOW).unwrap();
        let both = ListDraft::after(&second).without(DeviceId::new(IDS[1]).unwrap());
        let both = both.with(self.certificate(0, 1, 1)).with(self.certificate(2, 1, 1));
        let both = both.sign_rotation(&first, &rotated, month()).unwrap();
        self.add("everything", both);
        let again = ListDraft::after(&second).with(self.certificate(0, 0, 10));
        self.add("certified-again", again.sign(&first, month()).unwrap());
        let begun = ListDraft::first(self.account.clone()).with(self.certificate(0, 0, 0));
        let longer = Validity::starting(NOW, DAY * 400).unwrap();
        self.add("outliving", begun.sign(&first, longer).unwrap());
    }

    fn sign_anew(&mut self) {
        let draft = ListDraft::first(self.account.clone()).with(self.certificate(2, 2, 0));
        self.add("anew", draft.clone().sign(&self.pairs[2].clone(), month()).unwrap());
        let early = Validity::starting(NOW.saturating_add(DAY * 2), DAY * 30).unwrap();
        self.add("early", draft.sign(&self.pairs[2].clone(), early).unwrap());
    }

    fn add(&mut self, name: &'static str, list: SignedDeviceList) -> VerifiedDeviceList {
        self.lists.push((name, list.clone()));
        VerifiedDeviceList::trust_on_first_use(list, NOW.saturating_add(DAY)).unwrap()
    }

    /// A device's certificate under one of the keys, `days` from now.
    fn certificate(&self, device: usize, pair: usize, days: u32) -> DeviceCertificate {
        self.certified(&self.keys[device], pair, days)
    }

    fn certified(&self, keys: &DeviceKeys, pair: usize, days: u32) -> DeviceCertificate {
        let pair = &self.pairs[pair];
        let from = NOW.saturating_add(DAY * days);
        let validity = Validity::starting(from, DAY * 365).unwrap();
        let terms = CertificateTerms { validity, capabilities: 0 };
        let request = keys.request_certificate(&self.account, &pair.public_key(), terms);
        pair.certify(&request, from).unwrap()
    }

    fn list(&self, name: &str) -> &SignedDeviceList {
        &self.lists.iter().find(|(known, _)| *known == name).unwrap().1
    }

    fn claim(&self, name: &str) -> ClaimedList {
        let entry = self.list(name).entry();
        ClaimedList { version: entry.version(), hash: *entry.hash() }
    }

    fn lists(&self, names: &[&str]) -> Vec<SignedDeviceList> {
        names.iter().map(|name| self.list(name).clone()).collect()
    }

    fn params(&self) -> Value {
        let hexed = |(name, list): &(&str, SignedDeviceList)| {
            (String::from(*name), json!(hex::encode(list.encode())))
        };
        let lists: Map<_, _> = self.lists.iter().map(hexed).collect();
        json!({ "op": "contact", "now": NOW.as_millis(), "lists": lists })
    }
}

/// Other keys under the id of the first device.
fn impostor() -> DeviceKeys {
    device_keys(IDS[0], &mut Recorder::new("impostor"))
}

/// The first device's keys with another signing key, and with another identity key.
fn half_impostors(cast: &Cast) -> [DeviceKeys; 2] {
    let (genuine, other) = (cast.keys[0].to_bytes(), impostor().to_bytes());
    let halves =
        [[&genuine[..5], &other[5..37], &genuine[37..]], [&genuine[..37], &other[37..], &[]]];
    halves.map(|halves| DeviceKeys::from_bytes(&halves.concat()).unwrap())
}

/// What happens to one contact, step by step; the last step is what the test is of.
#[derive(Clone)]
struct Story<'a> {
    cast: &'a Cast,
    contact: Contact,
    steps: Vec<Value>,
    expect: &'static str,
}

impl<'a> Story<'a> {
    fn meet(cast: &'a Cast, list: &str) -> Self {
        let contact = Contact::trust_on_first_use(cast.list(list).clone(), NOW).unwrap();
        Self::met(cast, contact, &[list])
    }

    /// With a chain; the oldest first.
    fn meet_chain(cast: &'a Cast, lists: &[&str]) -> Self {
        let contact = Contact::trust_chain_on_first_use(cast.lists(lists), NOW).unwrap();
        Self::met(cast, contact, lists)
    }

    fn met(cast: &'a Cast, contact: Contact, lists: &[&str]) -> Self {
        let story = Self { cast, contact, steps: vec![], expect: "ok" };
        story.step(json!({ "do": "meet", "lists": lists }), "ok")
    }

    fn step(mut self, mut step: Value, expect: &'static str) -> Self {
        let events: Vec<_> =
            self.contact.events().iter().map(|event| hex::encode(encode(event))).collect();
        step["expect"] = json!(expect);
        step["events"] = json!(events);
        step["state"] = json!(digest(&self.contact.to_bytes()));
        self.steps.push(step);
        self.expect = expect;
        self
    }

    fn update(mut self, list: &str) -> Self {
        let mut step = json!({ "do": "update", "list": list });
        let updated = self.contact.update(self.cast.list(list).clone(), NOW);
        let expect = match updated {
            Err(error) => refused(&mut step, &error),
            Ok(ContactUpdate::Advanced) => "ok",
            Ok(ContactUpdate::AlreadyKnown) => "already-known",
            Ok(ContactUpdate::Stale) => "stale",
            Ok(ContactUpdate::Gap { have, got }) => {
                step["have"] = json!([have.as_u32(), got.as_u32()]);
                "gap"
            }
            Ok(ContactUpdate::Fork(_)) => "fork",
            Ok(ContactUpdate::OtherAccountKey(key)) => {
                step["key"] = json!(hex::encode(key.as_bytes()));
                "other-account-key"
            }
        };
        self.step(step, expect)
    }

    fn replace(mut self, lists: &[&str]) -> Self {
        let mut step = json!({ "do": "replace", "lists": lists });
        let fresh = VerifiedDeviceList::trust_chain_on_first_use(self.cast.lists(lists), NOW);
        let expect = match fresh.map(|fresh| self.contact.replace(fresh)) {
            Err(error) => no_chain(&mut step, &error),
            Ok(Err(error)) => refused(&mut step, &error),
            Ok(Ok(())) => "ok",
        };
        self.step(step, expect)
    }

    /// Acknowledges these events.
    fn acknowledge(mut self, events: &[IdentityEvent]) -> Self {
        self.contact.acknowledge(events);
        let events: Vec<_> = events.iter().map(|event| hex::encode(encode(event))).collect();
        self.step(json!({ "do": "acknowledge", "seen": events }), "ok")
    }

    fn acknowledge_all(self) -> Self {
        let events = self.contact.events().to_vec();
        self.acknowledge(&events)
    }

    /// The safety number was compared, with the key of this place.
    fn verify(self, pair: usize) -> Self {
        let account = self.cast.account.clone();
        self.verify_of(&account, pair)
    }

    fn verify_of(mut self, account: &AccountId, pair: usize) -> Self {
        let key = self.cast.pairs[pair].public_key();
        let step = json!({
            "do": "verify", "account": hex::encode(account.as_bytes()),
            "key": hex::encode(key.as_bytes()),
        });
        let peer = AccountIdentity { account, key: &key };
        let matched = SafetyNumber::new(peer, peer).compared_by_person();
        let marked = self.contact.mark_verified(&matched);
        let expect = marked.map_or_else(|error| error.code(), |()| "ok");
        self.step(step, expect)
    }

    fn withdraw(mut self) -> Self {
        self.contact.withdraw_verification();
        self.step(json!({ "do": "withdraw" }), "ok")
    }

    fn permit(self, device: u32, days: u32) -> Self {
        let now = NOW.saturating_add(DAY * days);
        let mut step = json!({ "do": "permit", "device": device, "now": now.as_millis() });
        let expect = match self.contact.permit(DeviceId::new(device).unwrap(), now) {
            Ok(_) => "ok",
            Err(error) => {
                if let SendRefused::Device(below) = &error {
                    step["cause"] = json!(below.code());
                }
                error.code()
            }
        };
        self.step(step, expect)
    }

    fn judge(self, certificate: &DeviceCertificate, claimed: ClaimedList) -> Self {
        self.judge_at(certificate, claimed, NOW)
    }

    fn judge_at(
        self,
        certificate: &DeviceCertificate,
        claimed: ClaimedList,
        now: Timestamp,
    ) -> Self {
        let mut step = json!({
            "do": "judge", "certificate": hex::encode(certificate.encode()),
            "version": claimed.version.as_u32(), "hash": hex::encode(claimed.hash.as_bytes()),
            "now": now.as_millis(),
        });
        let expect = match self.contact.judge(certificate, claimed, now) {
            SenderStatus::Listed(_) => "ok",
            SenderStatus::NeedNewerList { have, claimed } => {
                step["have"] = json!([have.as_u32(), claimed.as_u32()]);
                "need-newer-list"
            }
            SenderStatus::IdentityChanged => "identity-changed",
            SenderStatus::Fork => "fork",
            SenderStatus::Revoked => "revoked",
            SenderStatus::Unlisted => "unlisted",
            SenderStatus::CertificateOutsideValidity(_) => "certificate-outside-validity",
            SenderStatus::OtherAccount => "other-account",
        };
        self.step(step, expect)
    }

    fn end(self, topic: &mut Topic, comment: &str, flags: &[&str]) {
        topic.test(comment, flags, self.expect, json!({ "steps": self.steps }));
    }
}

fn no_chain(step: &mut Value, error: &ChainError) -> &'static str {
    if let ChainError::List(below) = error {
        step["cause"] = json!(below.code());
    }
    error.code()
}

/// The code, with the one below it.
fn refused(step: &mut Value, error: &ContactError) -> &'static str {
    if let ContactError::List(below) = error {
        step["cause"] = json!(below.code());
    }
    error.code()
}

fn following(topic: &mut Topic, cast: &Cast) {
    let first = || Story::meet(cast, "first");
    let second = || first().update("second");
    first().end(topic, "an account that was just met", &[]);
    second().end(topic, "a device was added", &["event"]);
    second().update("third").end(topic, "a device was added and revoked", &["event"]);
    let third = || second().update("third").acknowledge_all();
    third().update("rotated").end(topic, "the account key was rotated", &["event"]);
    third().update("rotated").acknowledge_all().end(topic, "a rotation was seen", &["event"]);
    let later = second();
    let seen = later.contact.events().to_vec();
    let later = later.update("third").acknowledge(&seen);
    later.end(topic, "what came after what was seen stays", &["event"]);
    second().update("second").end(topic, "the list that is known", &["list"]);
    second().update("first").end(topic, "an older list", &["list"]);
    first().update("third").end(topic, "lists are missing", &["list"]);
    first().update("elsewhere").end(topic, "another account", &["list"]);
    second().update("anew").end(topic, "another account key", &["list"]);
    let forked = || second().acknowledge_all().update("other-second");
    forked().end(topic, "a fork", &["list", "event"]);
    forked().update("other-second").end(topic, "a fork, no second event", &["list", "event"]);
    second().acknowledge_all().update("everything").end(topic, "everything at once", &["event"]);
}

fn chains(topic: &mut Topic, cast: &Cast) {
    let whole = ["first", "second", "third", "rotated", "renewed"];
    Story::meet_chain(cast, &whole).end(topic, "an account that was met with its chain", &[]);
    Story::meet_chain(cast, &whole[2..]).end(topic, "with a part of it", &[]);
    let broken: [(&str, &[&str]); 7] = [
        ("no list at all", &[]),
        ("one is missing", &["first", "third"]),
        ("the wrong way round", &["second", "first"]),
        ("one twice", &["first", "first"]),
        ("two of one version", &["first", "second", "other-second"]),
        ("another account", &["first", "elsewhere"]),
        ("from the day after tomorrow", &["early"]),
    ];
    for (comment, lists) in broken {
        let refused = Contact::trust_chain_on_first_use(cast.lists(lists), NOW).unwrap_err();
        let mut step = json!({ "do": "meet", "lists": lists });
        let expect = no_chain(&mut step, &refused);
        step["expect"] = json!(expect);
        topic.test(comment, &["list"], expect, json!({ "steps": [step] }));
    }
}

fn verification(topic: &mut Topic, cast: &Cast) {
    let second = || Story::meet(cast, "first").verify(0).update("second").acknowledge_all();
    let rotated = || second().update("third").update("rotated").acknowledge_all();
    second().end(topic, "another device ends no verification", &[]);
    rotated().end(topic, "nor does a rotation", &[]);
    rotated().verify(0).end(topic, "a key that is no longer in force", &["gate"]);
    let elsewhere = AccountId::new(b"elsewhere").unwrap();
    let other = rotated().verify_of(&elsewhere, 1);
    other.end(topic, "the same key of another account", &["gate"]);
    rotated().verify(1).end(topic, "the key in force, compared again", &[]);
    let forked = || second().update("other-second").acknowledge_all();
    forked().end(topic, "a fork does", &["event"]);
    forked().permit(IDS[0], 0).end(topic, "nothing is sent then", &["gate"]);
    forked().verify(0).permit(IDS[0], 0).end(topic, "until it is compared again", &[]);
    forked().withdraw().permit(IDS[0], 0).end(topic, "or given up", &[]);
    let unverified = Story::meet(cast, "first").update("second").update("other-second");
    let unverified = unverified.acknowledge_all().permit(IDS[0], 0);
    unverified.end(topic, "a fork of an account that nobody verified", &[]);
}

fn replacing(topic: &mut Topic, cast: &Cast) {
    let first = || Story::meet(cast, "first");
    let anew = || first().replace(&["anew"]);
    anew().end(topic, "an account that began anew", &["event"]);
    anew().permit(IDS[2], 0).end(topic, "its device, before anybody saw it", &["gate"]);
    anew().acknowledge_all().permit(IDS[2], 0).end(topic, "and after it", &[]);
    let verified = || first().verify(0).replace(&["anew"]).acknowledge_all();
    verified().permit(IDS[2], 0).end(topic, "a verified account that began anew", &["gate"]);
    verified().verify(2).permit(IDS[2], 0).end(topic, "compared again", &[]);
    first().replace(&["second"]).end(topic, "the same account key", &["list"]);
    let rotated = || first().update("second").update("third").update("rotated");
    rotated().replace(&["first"]).end(topic, "a retired account key", &["list"]);
    let met_rotated = Story::meet(cast, "rotated").replace(&["first"]);
    met_rotated.end(topic, "one that a list retired that was met", &["list"]);
    let handed_over = first().replace(&["first", "second", "third", "rotated"]);
    handed_over.end(topic, "a key that ours handed over to", &["list"]);
    first().replace(&["elsewhere"]).end(topic, "another account", &["list"]);
    first().replace(&["early"]).end(topic, "from the day after tomorrow", &["list"]);
    first().replace(&["first", "third"]).end(topic, "by no chain", &["list"]);
    let back = rotated().replace(&["anew"]).replace(&["first"]);
    back.end(topic, "back: the keys of another chain are not retired in this one", &["event"]);
    let chain = anew().replace(&["first", "second", "third", "rotated"]).replace(&["first"]);
    chain.end(topic, "but those of the chain that came are", &["list", "event"]);
}

fn gate(topic: &mut Topic, cast: &Cast) {
    let second = || Story::meet(cast, "first").update("second");
    let seen = || second().acknowledge_all();
    let third = || seen().update("third").acknowledge_all();
    seen().permit(IDS[1], 0).end(topic, "a device that somebody saw", &[]);
    second().permit(IDS[0], 0).end(topic, "an event that nobody saw", &["gate"]);
    second().acknowledge(&[]).permit(IDS[0], 0).end(topic, "nothing was seen", &["gate"]);
    third().permit(IDS[1], 0).end(topic, "a revoked device", &["gate"]);
    seen().permit(77, 0).end(topic, "a device that nobody knows", &["gate"]);
    seen().permit(IDS[0], 29).end(topic, "the list's last day", &[]);
    seen().permit(IDS[0], 30).end(topic, "an expired list", &["gate"]);
    third().permit(IDS[1], 30).end(topic, "revoked and expired", &["gate", "order"]);
    let outliving = || Story::meet(cast, "outliving");
    outliving().permit(IDS[0], 364).end(topic, "the certificate's last day", &[]);
    outliving().permit(IDS[0], 365).end(topic, "an expired certificate", &["gate"]);
    let both = outliving().permit(IDS[0], 400);
    both.end(topic, "an expired list comes before it", &["gate", "order"]);
    second().permit(77, 30).end(topic, "an event comes before the list", &["gate", "order"]);
    let forked = || Story::meet(cast, "first").verify(0).update("second").update("other-second");
    let order = ["gate", "order"];
    forked().permit(77, 0).end(topic, "an event comes before the verification", &order);
    let forked = forked().acknowledge_all();
    forked.permit(77, 0).end(topic, "the verification comes before the list", &order);
}

fn listed_senders(topic: &mut Topic, cast: &Cast) {
    let second = || Story::meet(cast, "second");
    let of_first = cast.certificate(0, 0, 0);
    second().judge(&of_first, cast.claim("second")).end(topic, "a listed sender", &[]);
    let older = second().judge(&of_first, cast.claim("first"));
    older.end(topic, "who knows an older list", &[]);
    let renewed = cast.certificate(0, 0, 1);
    let renewed = second().judge(&renewed, cast.claim("second"));
    renewed.end(topic, "with another certificate of the same keys", &[]);
    let followed = Story::meet(cast, "third").update("rotated");
    let retired = followed.clone().judge(&of_first, cast.claim("third"));
    retired.end(topic, "with one under a retired key", &[]);
    let retired = followed.judge(&of_first, cast.claim("rotated"));
    retired.end(topic, "who knows our list and has that one still", &[]);
    let met = Story::meet(cast, "rotated").judge(&of_first, cast.claim("third"));
    met.end(topic, "with one under a key that a list retired that was met", &[]);
    let chain = ["first", "second", "third", "rotated", "renewed"];
    let met = Story::meet_chain(cast, &chain).judge(&of_first, cast.claim("third"));
    met.end(topic, "with one under a key that the chain retired", &[]);
    let expired = second().judge_at(&of_first, cast.claim("second"), NOW.saturating_add(DAY * 31));
    expired.end(topic, "on a list that has expired", &[]);
    let again = Story::meet(cast, "certified-again");
    let later = NOW.saturating_add(DAY * 370);
    let again = again.judge_at(&of_first, cast.claim("second"), later);
    again.end(topic, "with an expired one, while the listed one holds", &[]);
}

fn other_senders(topic: &mut Topic, cast: &Cast) {
    let second = || Story::meet(cast, "second");
    let of = |device| cast.certificate(device, 0, 0);
    let flags = &["sender"];
    let newer = second().judge(&of(0), cast.claim("third"));
    newer.end(topic, "a sender who knows a newer list", flags);
    let newer = second().judge(&cast.certificate(2, 2, 0), cast.claim("third"));
    newer.end(topic, "the same, under another account key", &["sender", "order"]);
    let forked = second().judge(&of(0), cast.claim("other-second"));
    forked.end(topic, "who knows another list of this version", flags);
    let revoked = Story::meet(cast, "third");
    revoked.clone().judge(&of(1), cast.claim("second")).end(topic, "a revoked device", flags);
    let claim = ClaimedList { hash: Digest::from_bytes([7; 32]), ..cast.claim("third") };
    let both = revoked.judge(&of(1), claim);
    both.end(topic, "a fork comes before a revocation", &["sender", "order"]);
    second().judge(&of(2), cast.claim("second")).end(topic, "a device that is not listed", flags);
    let certificate = cast.certified(&impostor(), 0, 0);
    let impostor = second().judge(&certificate, cast.claim("second"));
    impostor.end(topic, "other keys under a listed id", flags);
    for (half, keys) in ["signing key", "identity key"].into_iter().zip(half_impostors(cast)) {
        let certificate = cast.certified(&keys, 0, 0);
        let judged = second().judge(&certificate, cast.claim("second"));
        judged.end(topic, &format!("another {half} under a listed id"), flags);
    }
    let order = &["sender", "order"];
    let both = second().judge(&of(2), cast.claim("other-second"));
    both.end(topic, "a fork comes before what is not listed", order);
    let late = NOW.saturating_add(DAY * 365);
    let both = second().judge_at(&of(0), cast.claim("other-second"), late);
    both.end(topic, "a fork comes before an expired certificate", order);
    let stranger = cast.list("elsewhere").certificates()[0].clone();
    let stranger = second().judge(&stranger, cast.claim("third"));
    stranger.end(topic, "another account", &["sender", "order"]);
    let expired = second().judge_at(&of(0), cast.claim("second"), NOW.saturating_add(DAY * 365));
    expired.end(topic, "an expired certificate", flags);
}

fn changed_identities(topic: &mut Topic, cast: &Cast) {
    let flags = &["sender"];
    let third = || Story::meet(cast, "third");
    let met_later = || Story::meet(cast, "renewed");
    let of_first = cast.certificate(0, 0, 0);
    let anew = third().judge(&cast.certificate(2, 2, 0), cast.claim("anew"));
    anew.end(topic, "an account begun anew, with another device", flags);
    let anew = third().judge(&cast.certificate(0, 2, 1), cast.claim("anew"));
    anew.end(topic, "with the same device, certified later", flags);
    let anew = third().judge(&cast.certificate(0, 2, 0), cast.claim("anew"));
    anew.end(topic, "with the same device, certified at the same time", flags);
    let claim = ClaimedList { hash: Digest::from_bytes([7; 32]), ..cast.claim("renewed") };
    let same = met_later().judge(&of_first, claim);
    same.end(topic, "a key of before we met comes before a fork", &["sender", "order"]);
    let earlier = met_later().judge(&of_first, cast.claim("third"));
    earlier.end(topic, "a key of before we met, the device is listed", flags);
    let revoked = met_later().judge(&cast.certificate(1, 0, 0), cast.claim("second"));
    revoked.end(topic, "a key of before we met, the device is revoked", flags);
    let unlisted = met_later().judge(&cast.certificate(2, 0, 0), cast.claim("second"));
    unlisted.end(topic, "a key of before we met, the device is not listed", flags);
    let certificate = cast.certified(&impostor(), 0, 0);
    let impostor = met_later().judge(&certificate, cast.claim("second"));
    impostor.end(topic, "a key of before we met, other device keys", flags);
}

/// Lists that take one set of devices for another, until no event more is kept.
fn too_many_events(topic: &mut Topic) {
    let cast = crowd();
    topic.group(cast.params());
    let met = Story::meet(&cast, "none").verify(0);
    let most = ["one", "two", "three", "four", "all-gone"];
    let full = || most.iter().fold(met.clone(), |story, name| story.update(name));
    full().end(topic, "128 events", &["event"]);
    full().update("one-more").end(topic, "one more", &["event", "list"]);
    full().update("fork").end(topic, "a fork is one more", &["event", "list"]);
    full().replace(&["anew"]).end(topic, "a replacement is one more", &["event", "list"]);
    let seen = full().acknowledge_all().update("one-more");
    seen.end(topic, "after somebody saw them", &["event"]);
}

/// An account that has sixteen other devices in every list.
fn crowd() -> Cast {
    let mut rng = Recorder::new("many");
    let account = AccountId::new(b"family").unwrap();
    let pairs = [(); 3].map(|()| account_pair(&mut rng));
    let mut cast = Cast { account, pairs, keys: vec![], lists: vec![] };
    let pair = cast.pairs[0].clone();
    let draft = ListDraft::first(cast.account.clone());
    let mut list = cast.add("none", draft.clone().sign(&pair, month()).unwrap());
    cast.add("anew", draft.sign(&cast.pairs[2].clone(), month()).unwrap());
    let counts = [16, 16, 16, 16, 0, 1];
    let names = ["one", "two", "three", "four", "all-gone", "one-more"];
    for ((place, name), count) in (1..).zip(names).zip(counts) {
        let keys: Vec<_> =
            (0..count).map(|device| device_keys(0x0100 * place + device, &mut rng)).collect();
        let known = list.devices().iter().map(DeviceCertificate::device);
        let draft = known.fold(ListDraft::after(&list), ListDraft::without);
        let certificates = keys.iter().map(|keys| cast.certified(keys, 0, 0));
        let draft = certificates.fold(draft, ListDraft::with);
        if name == "all-gone" {
            let shorter = Validity::starting(NOW, DAY * 29).unwrap();
            cast.add("fork", draft.clone().sign(&pair, shorter).unwrap());
        }
        list = cast.add(name, draft.sign(&pair, month()).unwrap());
    }
    cast
}
