//! Vectors of tickets, snapshots, evidence and suspects; a child of the groups' module, for what it
//! keeps to itself.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use prost::Message;
use serde_json::{Value, json};

use super::fixture::{People, forged, founded, id, people, resigned, title};
use super::*;
use crate::identity::AccountKey;
use crate::identity::fixture::{NOW, days, rng};
use crate::time::Timestamp;
use crate::vectors::{Topic, flipped};
use crate::wire::{decode_canonical, proto};

/// SPEC.md 15.7: what a ticket is, and which tickets a change may carry.
pub(crate) fn tickets() -> Topic {
    let notes = &[
        ("form", "the ticket alone"),
        ("carried", "the ticket in a change of a state"),
        ("age", "when it was signed"),
    ];
    let mut topic = Topic::new("group-tickets", notes);
    let people = people();
    let base = founded(&people).genesis.state().clone();
    topic.group(json!({ "op": "ticket" }));
    valid_tickets(&mut topic, &people, &base);
    refused_tickets(&mut topic, &people, &base);
    carried_tickets(&mut topic, &people, &base);
    topic
}

fn link(base: &GroupState, seed: u64) -> LinkSecret {
    LinkSecret::generate(base.group(), &mut rng(seed))
}

fn request(people: &People, group: GroupId, name: &str, then: Timestamp) -> Ticket {
    Ticket::request(group, people.device(name), people.list(name), then).unwrap()
}

fn accept(people: &People, group: GroupId, at: u32) -> Ticket {
    Ticket::accept(group, at, people.device("sam"), people.list("sam"), NOW).unwrap()
}

fn by_link(people: &People, secret: &LinkSecret, then: Timestamp) -> Ticket {
    Ticket::link(secret, people.device("sam"), people.list("sam"), then).unwrap()
}

fn decode_ticket(topic: &mut Topic, comment: &str, bytes: &[u8]) {
    let mut fields = json!({ "ticket": hex::encode(bytes) });
    let expect = match Ticket::decode(bytes) {
        Ok(ticket) => {
            fields["joiner"] = address(ticket.proof().address());
            fields["group"] = json!(hex::encode(ticket.group().as_bytes()));
            fields["created_at"] = json!(ticket.created_at().as_millis());
            "ok"
        }
        Err(error) => error.code(),
    };
    topic.test(comment, &["form"], expect, fields);
}

fn address(address: &crate::identity::DeviceAddress) -> Value {
    json!({ "account": hex::encode(address.account.as_bytes()), "device": address.device.as_u32() })
}

fn valid_tickets(topic: &mut Topic, people: &People, base: &GroupState) {
    let group = base.group();
    decode_ticket(topic, "accept", &accept(people, group, 1).encode());
    decode_ticket(topic, "request", &request(people, group, "sam", NOW).encode());
    decode_ticket(topic, "link", &by_link(people, &link(base, 5), NOW).encode());
    decode_ticket(topic, "of a time to come", &request(people, group, "sam", days(9)).encode());
}

fn refused_tickets(topic: &mut Topic, people: &People, base: &GroupState) {
    let asks = request(people, base.group(), "sam", NOW);
    let linked = by_link(people, &link(base, 5), NOW);
    let with = |ticket: &Ticket, edit: &dyn Fn(&mut proto::GroupTicket)| {
        let mut message: proto::GroupTicket = decode_canonical(&ticket.encode()).unwrap();
        edit(&mut message);
        message.encode_to_vec()
    };
    let other = people.device("sue").certificate().encode();
    let list = people.list("sue").signed().entry().encode();
    let mut newer = people.clone();
    newer.add_device("sam");
    let later = newer.list("sam").signed().entry().encode();
    let bytes = asks.encode();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("cut short", bytes[..bytes.len() - 1].to_vec()),
        ("too long", vec![0; crate::limits::GROUP_TICKET_BYTES + 1]),
        ("another version", with(&asks, &|t| t.body[0] = 2)),
        ("another kind", with(&asks, &|t| t.body[33] = 4)),
        ("bytes after the body", with(&asks, &|t| t.body.push(0))),
        ("a request with a link signature", with(&asks, &|t| t.link_signature = vec![1; 64])),
        ("a link without its signature", with(&linked, &|t| t.link_signature.clear())),
        ("a short link signature", with(&linked, &|t| t.link_signature.truncate(63))),
        ("another device's certificate", with(&asks, &|t| t.certificate.clone_from(&other))),
        ("another account's list", with(&asks, &|t| t.list.clone_from(&list))),
        ("a list that it does not name", with(&asks, &|t| t.list.clone_from(&later))),
        ("another signature", with(&asks, &|t| t.signature[9] ^= 1)),
        ("another group", with(&asks, &|t| t.body[1] ^= 1)),
        ("another time", with(&asks, &|t| *t.body.last_mut().unwrap() ^= 1)),
        ("another link", with(&linked, &|t| t.body[34] ^= 1)),
        ("a flipped bit", flipped(&bytes, 3)),
    ];
    for (comment, bytes) in cases {
        decode_ticket(topic, comment, &bytes);
    }
}

/// As the change of `name`, which it signed although it should not have if it is refused.
fn carry(
    people: &People,
    name: &str,
    base: &GroupState,
    action: Action,
    now: Timestamp,
) -> SignedChange {
    match people.sign_at(name, base, vec![action.clone()], now) {
        Ok(authored) => authored.change,
        Err(_) => forged(people, name, base, vec![action], |core| core.created_at = now),
    }
}

struct Carried<'a> {
    topic: &'a mut Topic,
    people: &'a People,
}

impl Carried<'_> {
    fn on(&mut self, what: &str, base: &GroupState, cases: Vec<(&str, &str, Action, Timestamp)>) {
        let base_hex = hex::encode(base.to_bytes());
        self.topic.group(json!({ "op": "apply", "base_is": what, "base": base_hex }));
        for (comment, flag, action, now) in cases {
            let change = carry(self.people, "otto", base, action, now);
            let mut fields = json!({ "change": hex::encode(change.encode()) });
            let expect = match base.apply(&change) {
                Err(error) => error.code(),
                Ok(Outcome::Applied(applied)) => {
                    fields["state_hash"] = json!(hex::encode(applied.state.hash().as_bytes()));
                    "ok"
                }
                Ok(other) => panic!("{other:?}"),
            };
            self.topic.test(comment, &[flag], expect, fields);
        }
    }
}

fn carried_tickets(topic: &mut Topic, people: &People, base: &GroupState) {
    let mut carried = Carried { topic, people };
    let group = base.group();
    let after = |age: core::time::Duration| NOW.saturating_add(age);
    let (age, skew) = (crate::limits::GROUP_TICKET_AGE, crate::limits::CLOCK_SKEW);
    let ms = core::time::Duration::from_millis(1);
    let asks = |then| Action::carry(&request(people, group, "sam", then));
    let other = GroupId::from_bytes([1; 32]);
    let elsewhere = Action::carry(&request(people, other, "sam", NOW));
    let another_kind = Action::Accept(request(people, group, "sam", NOW).encode());
    carried.on(
        "nobody is invited, and there is no link",
        base,
        vec![
            ("request", "carried", asks(NOW), NOW),
            ("of a member", "carried", Action::carry(&request(people, group, "max", NOW)), NOW),
            ("of another group", "carried", elsewhere, NOW),
            ("a request as an acceptance", "carried", another_kind, NOW),
            (
                "accept without an invitation",
                "carried",
                Action::carry(&accept(people, group, 1)),
                NOW,
            ),
            (
                "a link that is not there",
                "carried",
                Action::carry(&by_link(people, &link(base, 5), NOW)),
                NOW,
            ),
            ("as old as it may be", "age", asks(NOW), after(age)),
            ("older", "age", asks(NOW), after(age + ms)),
            ("as far ahead as it may be", "age", asks(after(skew)), NOW),
            ("further", "age", asks(after(skew + ms)), NOW),
        ],
    );
    let contact = people.account("sam").contact();
    let invite = |role| vec![Action::invite(&contact, role)];
    let invited = people.done("anna", base, invite(Role::Moderator));
    let ticket = || Action::carry(&accept(people, group, 1));
    carried.on(
        "sam is invited",
        &invited,
        vec![
            ("accept", "carried", ticket(), NOW),
            ("of another revision", "carried", Action::carry(&accept(people, group, 2)), NOW),
            ("request", "carried", asks(NOW), NOW),
        ],
    );
    let demoted = vec![Action::SetRole(id("anna"), Role::Moderator)];
    let demoted = people.done("olga", &invited, demoted);
    carried.on(
        "whoever invited lost the rank",
        &demoted,
        vec![("accept", "carried", ticket(), NOW)],
    );
    let secret = link(base, 5);
    let terms = LinkTerms { mode: LinkMode::Open, expires: Some(days(2)), max_uses: Some(1) };
    let linked = people.done("anna", base, vec![Action::create_link(&secret, terms)]);
    let mut guess = secret.to_bytes().to_vec();
    guess[71] ^= 1;
    let guess = LinkSecret::from_bytes(&guess).unwrap();
    let joins = |secret: &LinkSecret| Action::carry(&by_link(people, secret, NOW));
    let almost = Timestamp::from_millis(days(2).as_millis() - 1);
    carried.on(
        "there is a link for one use and two days",
        &linked,
        vec![
            ("link", "carried", joins(&secret), NOW),
            ("before the link ends", "age", joins(&secret), almost),
            ("when it ends", "age", joins(&secret), days(2)),
            ("another secret", "carried", joins(&guess), NOW),
        ],
    );
    let used = people.done("otto", &linked, vec![joins(&secret)]);
    let sue = Ticket::link(&secret, people.device("sue"), people.list("sue"), NOW).unwrap();
    let sue = Action::carry(&sue);
    carried.on("the link is used up", &used, vec![("another joiner", "carried", sue, NOW)]);
    let disowned = people.done("olga", &linked, vec![Action::SetRole(id("anna"), Role::Member)]);
    carried.on(
        "its maker may make none",
        &disowned,
        vec![("link", "carried", joins(&secret), NOW)],
    );
    let banned = people.done("mona", &linked, vec![Action::Ban(id("sam"))]);
    carried.on("sam is banned", &banned, vec![("link", "carried", joins(&secret), NOW)]);
}

/// SPEC.md 15.7: snapshots, and who joins or goes on with one.
pub(crate) fn joining() -> Topic {
    let notes = &[
        ("form", "the snapshot alone"),
        ("join", "who joins with it, from whom"),
        ("resync", "whoever has a state already"),
    ];
    let mut topic = Topic::new("group-joining", notes);
    let people = people();
    let genesis = founded(&people).genesis;
    let scene = Scene::new(&people, &genesis);
    topic.group(json!({ "op": "snapshot" }));
    scene.snapshots(&mut topic);
    topic.group(json!({ "op": "join" }));
    scene.joins(&mut topic);
    scene.resyncs(&mut topic);
    topic
}

struct Scene<'a> {
    people: &'a People,
    genesis: &'a SignedGenesis,
    /// sam is added.
    added: Authored,
    /// And a title set.
    named: Authored,
}

impl<'a> Scene<'a> {
    fn new(people: &'a People, genesis: &'a SignedGenesis) -> Self {
        let add = vec![Action::add(people.list("sam"), Role::Member)];
        let added = people.sign("anna", genesis.state(), add).unwrap();
        let named = people.sign("adam", &added.state, vec![title("x")]).unwrap();
        Self { people, genesis, added, named }
    }

    fn snapshot(&self, state: &GroupState, last: Option<&SignedChange>) -> proto::GroupSnapshot {
        proto::GroupSnapshot {
            genesis: Some(self.genesis.to_proto()),
            state: state.to_bytes(),
            last_change: last.map(SignedChange::to_proto),
        }
    }

    fn after_adding(&self) -> proto::GroupSnapshot {
        self.snapshot(&self.added.state, Some(&self.added.change))
    }

    fn after_naming(&self) -> proto::GroupSnapshot {
        self.snapshot(&self.named.state, Some(&self.named.change))
    }

    fn snapshots(&self, topic: &mut Topic) {
        let mut decode = |comment: &str, message: &proto::GroupSnapshot| {
            let bytes = message.encode_to_vec();
            let mut fields = json!({ "snapshot": hex::encode(&bytes) });
            let expect = match Snapshot::decode(&bytes) {
                Ok(snapshot) => {
                    fields["state_hash"] = json!(hex::encode(snapshot.state().hash().as_bytes()));
                    "ok"
                }
                Err(error) => error.code(),
            };
            topic.test(comment, &["form"], expect, fields);
        };
        let (base, added, named) = (self.genesis.state(), &self.added, &self.named);
        decode("of the genesis", &self.snapshot(base, None));
        decode("after one change", &self.after_adding());
        decode("after two", &self.after_naming());
        let with = |edit: &dyn Fn(&mut proto::GroupSnapshot)| {
            let mut message = self.after_naming();
            edit(&mut message);
            message
        };
        decode("nothing", &proto::GroupSnapshot::default());
        decode("without its genesis", &with(&|s| s.genesis = None));
        decode("without its last change", &with(&|s| s.last_change = None));
        decode("with the change before", &self.snapshot(&named.state, Some(&added.change)));
        decode("with a change at the genesis", &self.snapshot(base, Some(&added.change)));
        let unsigned = resigned(&named.change);
        decode(
            "with a last change that nobody signed",
            &self.snapshot(&named.state, Some(&unsigned)),
        );
        decode(
            "with a changed state",
            &with(&|s| {
                let clock = 1 + 32 + 4 + 32 + 32 + 4 + 32 + 8 + 7;
                s.state[clock] ^= 1;
            }),
        );
        decode(
            "with a state cut short",
            &with(&|s| {
                s.state.pop();
            }),
        );
        decode(
            "with a genesis that nobody signed",
            &with(&|s| {
                s.genesis.as_mut().unwrap().signature[9] ^= 1;
            }),
        );
        decode(
            "with a last change of no form",
            &with(&|s| {
                s.last_change.as_mut().unwrap().body[0] = 2;
            }),
        );
        let other = GenesisDraft::new(Title::new("other").unwrap())
            .sign(self.people.device("olga"), self.people.list("olga"), NOW, &mut rng(3))
            .unwrap();
        decode(
            "with another group's genesis",
            &with(&|s| {
                s.genesis = Some(other.genesis.to_proto());
            }),
        );
    }

    fn key(&self, name: &str) -> AccountKey {
        self.people.account(name).pair.public_key()
    }

    fn us(sender: &str, account: &str, key: &AccountKey) -> Value {
        json!({
            "sender": hex::encode(sender),
            "account": hex::encode(account),
            "account_key": hex::encode(key.as_bytes()),
        })
    }

    fn joins(&self, topic: &mut Topic) {
        let mut join = |comment: &str,
                        message: &proto::GroupSnapshot,
                        sender: &str,
                        us: (&str, AccountKey)| {
            let mut fields = Self::us(sender, us.0, &us.1);
            fields["snapshot"] = json!(hex::encode(message.encode_to_vec()));
            let snapshot = Snapshot::decode(&message.encode_to_vec()).unwrap();
            let joined = snapshot.join(&id(sender), (&id(us.0), &us.1));
            topic.test(comment, &["join"], code(&joined), fields);
        };
        let sam = || ("sam", self.key("sam"));
        join("from whoever added", &self.after_adding(), "anna", sam());
        join("from another member", &self.after_adding(), "max", sam());
        join("later", &self.after_naming(), "otto", sam());
        join(
            "as a founder",
            &self.snapshot(self.genesis.state(), None),
            "olga",
            ("max", self.key("max")),
        );
        join("who is not in it", &self.after_adding(), "anna", ("sue", self.key("sue")));
        join("under another key", &self.after_adding(), "anna", ("sam", self.key("sue")));
        join("from a stranger", &self.after_adding(), "server", sam());
        join("from oneself", &self.after_adding(), "sam", sam());
        let (made_up, honest) = (self.made_up(), self.after_adding());
        join("added by who may not", &made_up, "otto", sam());
        join("from the observer, honestly added", &honest, "otto", sam());
    }

    /// otto, an observer, makes up a state in which it added sam.
    fn made_up(&self) -> proto::GroupSnapshot {
        let base = self.genesis.state();
        let mut fields = base.fields().clone();
        let sam = member::find(self.added.state.members(), &id("sam")).unwrap().clone();
        member::insert(&mut fields.members, Member { added_by: id("otto"), ..sam }).unwrap();
        let change = forged(self.people, "otto", base, vec![title("x")], |_| {});
        (fields.revision, fields.previous) = (1, *base.hash());
        fields.last_change = *change.core_hash();
        let state = GroupState::new(fields);
        let leads = fixture::leading_to(self.people, "otto", &change, *state.hash());
        self.snapshot(&state, Some(&leads))
    }

    fn resyncs(&self, topic: &mut Topic) {
        let mut known = Group::founded(self.genesis.clone());
        known.apply(&self.added.change, &self.people.lists, NOW).unwrap();
        let known_hex = hex::encode(known.state().to_bytes());
        topic.group(json!({ "op": "resync", "known": known_hex }));
        let mut resync = |comment: &str, message: &proto::GroupSnapshot, sender: &str| {
            let key = self.key("max");
            let mut fields = Self::us(sender, "max", &key);
            fields["snapshot"] = json!(hex::encode(message.encode_to_vec()));
            let snapshot = Snapshot::decode(&message.encode_to_vec()).unwrap();
            let taken =
                known.clone().resync(snapshot, &id(sender), (&id("max"), &key), &self.people.lists);
            topic.test(comment, &["resync"], code(&taken), fields);
        };
        resync("from a member", &self.after_naming(), "mia");
        resync("of the state that one has", &self.after_adding(), "mia");
        resync("of an earlier one", &self.snapshot(self.genesis.state(), None), "mia");
        resync("from a stranger", &self.after_naming(), "server");
        let add = vec![Action::add(self.people.list("server"), Role::Member)];
        let let_in = self.people.sign("anna", &self.added.state, add).unwrap();
        let by_newcomer = self.snapshot(&let_in.state, Some(&let_in.change));
        resync("from who is a member of the new state alone", &by_newcomer, "server");
        let kick = vec![Action::Remove(id("max"))];
        let kicked = self.people.sign("anna", &self.added.state, kick).unwrap();
        resync(
            "in which one is no member",
            &self.snapshot(&kicked.state, Some(&kicked.change)),
            "mia",
        );
        let other = GenesisDraft::new(Title::new("other").unwrap())
            .member(self.people.list("max"), Role::Member)
            .sign(self.people.device("olga"), self.people.list("olga"), NOW, &mut rng(3))
            .unwrap();
        let elsewhere = proto::GroupSnapshot {
            genesis: Some(other.genesis.to_proto()),
            state: other.genesis.state().to_bytes(),
            last_change: None,
        };
        resync("of another group", &elsewhere, "olga");
    }
}

fn code<T>(result: &Result<T, JoinError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

/// SPEC.md 15.9: what two changes show.
pub(crate) fn evidence() -> Topic {
    let notes = &[
        ("fork", "there are two states of one revision"),
        ("equivocation", "one device said two things"),
        ("competition", "two devices changed one state"),
        ("none", "nothing is shown"),
    ];
    let mut topic = Topic::new("group-evidence", notes);
    topic.group(json!({ "op": "evidence" }));
    let people = people();
    let base = founded(&people).genesis.state().clone();
    let sign = |name: &str, base: &GroupState, text: &str| {
        people.sign(name, base, vec![title(text)]).unwrap()
    };
    let (a, b, c) = (sign("anna", &base, "a"), sign("anna", &base, "b"), sign("adam", &base, "c"));
    let (after_a, after_c) = (sign("olga", &a.state, "d"), sign("olga", &c.state, "e"));
    let mut show = |comment: &str, flag: &str, first: &SignedChange, second: &SignedChange| {
        let message =
            proto::GroupEvidence { first: Some(first.to_proto()), second: Some(second.to_proto()) };
        shown(&mut topic, comment, flag, &message.encode_to_vec());
    };
    show("one device, one state, two changes", "equivocation", &a.change, &b.change);
    show("two devices, one state", "competition", &a.change, &c.change);
    show("two states of one revision", "fork", &after_a.change, &after_c.change);
    show("by two devices", "fork", &after_c.change, &sign("adam", &a.state, "f").change);
    show("the same twice", "none", &a.change, &a.change);
    show("of two revisions", "none", &a.change, &after_a.change);
    show("one that nobody signed", "none", &a.change, &resigned(&b.change));
    show("and the other way round", "none", &resigned(&b.change), &a.change);
    let elsewhere = forged(&people, "anna", &base, vec![title("x")], |core| {
        core.group = GroupId::from_bytes([1; 32]);
    });
    show("of two groups", "none", &a.change, &elsewhere);
    let mut replaced = people.clone();
    let at = replaced.accounts.iter().position(|account| account.id == id("anna")).unwrap();
    replaced.accounts[at] = crate::identity::fixture::Account::new("anna", 1, 4_711);
    replaced.lists.insert(id("anna"), replaced.accounts[at].verified_list());
    let impostor = forged(&replaced, "anna", &base, vec![title("x")], |_| {});
    show("one address, two keys", "competition", &a.change, &impostor);
    let good = proto::GroupEvidence {
        first: Some(a.change.to_proto()),
        second: Some(b.change.to_proto()),
    };
    let half = proto::GroupEvidence { second: None, ..good.clone() };
    shown(&mut topic, "one change alone", "none", &half.encode_to_vec());
    let bytes = good.encode_to_vec();
    shown(&mut topic, "cut short", "none", &bytes[..bytes.len() - 1]);
    shown(&mut topic, "a flipped bit", "none", &flipped(&bytes, 30));
    topic
}

fn shown(topic: &mut Topic, comment: &str, flag: &str, bytes: &[u8]) {
    let mut fields = json!({ "evidence": hex::encode(bytes) });
    let expect = match GroupEvidence::decode(bytes) {
        Ok(evidence) => {
            fields["kind"] = json!(match evidence.kind() {
                EvidenceKind::Fork => "fork",
                EvidenceKind::Equivocation => "equivocation",
                EvidenceKind::Competition => "competition",
            });
            "ok"
        }
        Err(error) => error.code(),
    };
    topic.test(comment, &[flag], expect, fields);
}

/// SPEC.md 15.9: whom a receiver notes when it follows a change.
pub(crate) fn suspects() -> Topic {
    let notes = &[
        ("actor", "the device that made the change"),
        ("ticket", "the device that signed a ticket in it"),
        ("clear", "nobody is noted"),
    ];
    let mut topic = Topic::new("group-suspects", notes);
    let old = people();
    let base = founded(&old).genesis.state().clone();
    topic.group(json!({ "op": "suspects", "base": hex::encode(base.to_bytes()) }));
    let replaced = |names: &[&str]| {
        let mut people = old.clone();
        for name in names {
            people.replace_device(name);
        }
        people
    };
    let (anna, sam, both) = (replaced(&["anna"]), replaced(&["sam"]), replaced(&["anna", "sam"]));
    let mut longer = old.clone();
    longer.add_device("anna");
    let asks = |people: &People| Action::carry(&request(people, base.group(), "sam", NOW));
    let sign =
        |people: &People, actions: Vec<Action>| people.sign("anna", &base, actions).unwrap().change;
    let named = sign(&old, vec![title("x")]);
    let powers = sign(&old, vec![title("x"), Action::SetRole(id("max"), Role::Moderator)]);
    let carried = sign(&old, vec![asks(&old)]);
    let added = sign(&old, vec![Action::add(old.list("sam"), Role::Member)]);
    let mut follow = |comment: &str, flag: &str, change: &SignedChange, knows: &People| {
        let mut group = Group::founded(founded(&old).genesis);
        let Ok(Outcome::Applied(applied)) = group.apply(change, &knows.lists, NOW) else {
            panic!()
        };
        let lists: Vec<String> =
            knows.lists.values().map(|list| hex::encode(list.signed().entry().encode())).collect();
        let suspects: Vec<_> = applied.suspects.iter().map(address).collect();
        assert_eq!(suspects.is_empty(), flag == "clear");
        let fields = json!({
            "change": hex::encode(change.encode()),
            "lists": lists,
            "suspects": &suspects,
            "state_hash": hex::encode(applied.state.hash().as_bytes()),
        });
        let expect = if suspects.is_empty() { "ok" } else { "suspect" };
        topic.test(comment, &[flag], expect, fields);
    };
    follow("nobody was revoked", "clear", &powers, &old);
    follow("the actor was revoked", "actor", &powers, &anna);
    follow("it led to no reader and no power", "clear", &named, &anna);
    follow("a list of the actor's that revokes nobody", "clear", &powers, &longer);
    follow("somebody else was revoked", "clear", &powers, &sam);
    follow(
        "the actor's new device",
        "clear",
        &sign(&anna, vec![Action::SetRole(id("max"), Role::Moderator)]),
        &anna,
    );
    follow("a ticket of a revoked device", "ticket", &carried, &sam);
    follow("the actor and a ticket", "ticket", &carried, &both);
    follow("a ticket, and nobody was revoked", "clear", &carried, &old);
    follow("an old list of who is added", "clear", &added, &sam);
    let news = old.sign("mia", &base, base.outdated(&anna.lists)).unwrap().change;
    follow("news of the revocation", "clear", &news, &anna);
    topic
}
