use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::fixture::{
    People, ROLES, commit_to_nothing, edited, forged, founded, id, people, refounded, resigned,
    title, unchecked,
};
use super::*;
use crate::crypto::Digest;
use crate::identity::fixture::{NOW, days, rng};
use crate::time::Timestamp;
use crate::vectors::{Topic, flipped};

/// SPEC.md 15.1 and 15.2: what a genesis gives, and what none is.
pub(crate) fn genesis() -> Topic {
    let notes = &[
        ("form", "15.1: body and proof"),
        ("void", "15.1: the first key epoch has a secret"),
        ("signature", "15.1: signature"),
        ("text", "15.2: texts"),
        ("authors", "15.2: who added whom"),
        ("state", "15.2: what no changes lead to"),
    ];
    let mut topic = Topic::new("group-genesis", notes);
    topic.group(json!({ "op": "genesis" }));
    let people = people();
    valid_genesis(&mut topic, &people);
    refused_genesis(&mut topic, &people);
    topic.group(json!({ "op": "state" }));
    states(&mut topic, &people);
    topic
}

fn decode_genesis(topic: &mut Topic, comment: &str, flags: &[&str], bytes: &[u8]) {
    let mut fields = json!({ "genesis": hex::encode(bytes) });
    let expect = match SignedGenesis::decode(bytes) {
        Ok(genesis) => {
            fields["group"] = json!(hex::encode(genesis.group().as_bytes()));
            fields["state"] = json!(hex::encode(genesis.state().to_bytes()));
            fields["state_hash"] = json!(hex::encode(genesis.state().hash().as_bytes()));
            "ok"
        }
        Err(error) => error.code(),
    };
    topic.test(comment, flags, expect, fields);
}

fn sign(people: &People, draft: GenesisDraft) -> Founded {
    draft.sign(people.device("olga"), people.list("olga"), NOW, &mut rng(1)).unwrap()
}

fn valid_genesis(topic: &mut Topic, people: &People) {
    let plain = || GenesisDraft::new(Title::new("climbing").unwrap());
    let first = founded(people);
    decode_genesis(topic, "seven members", &[], &first.genesis.encode());
    decode_genesis(topic, "alone", &[], &sign(people, plain()).genesis.encode());
    let full = plain()
        .description(Description::new("on\nrocks").unwrap())
        .avatar(Avatar::new(b"pointer").unwrap())
        .access(AccessTable::default().with(Permission::AddMember, Level::Nobody).unwrap())
        .timer(3600)
        .announcement()
        .member(people.list("max"), Role::Owner)
        .extension(Extension { number: 3, value: vec![1].into() })
        .extension(Extension { number: 300, value: vec![].into() })
        .successor_of(first.genesis.state());
    decode_genesis(topic, "everything set", &[], &sign(people, full).genesis.encode());
}

fn refused_genesis(topic: &mut Topic, people: &People) {
    let valid = founded(people).genesis;
    let bytes = valid.encode();
    decode_genesis(topic, "cut short", &["form"], &bytes[..bytes.len() - 1]);
    let with = |edit: &dyn Fn(&mut crate::wire::proto::SignedGroupGenesis)| {
        let mut message = valid.to_proto();
        edit(&mut message);
        prost::Message::encode_to_vec(&message)
    };
    let other = people.device("anna").certificate().encode();
    let list = people.list("anna").signed().entry().encode();
    let title = valid.to_proto().body.windows(8).position(|w| w == b"climbing").unwrap();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("another version", "form", with(&|m| m.body[0] = 2)),
        ("another suite", "form", with(&|m| m.body[1] = 2)),
        ("bytes after the body", "form", with(&|m| m.body.push(0))),
        ("another device's certificate", "form", with(&|m| m.certificate.clone_from(&other))),
        ("another account's list", "form", with(&|m| m.list.clone_from(&list))),
        ("a short signature", "form", with(&|m| m.signature.truncate(63))),
        ("another signature", "signature", with(&|m| m.signature[9] ^= 1)),
        ("another salt", "signature", with(&|m| m.body[2] ^= 1)),
        ("a title with a control character", "text", with(&|m| m.body[title] = 7)),
    ];
    for (comment, flag, bytes) in cases {
        decode_genesis(topic, comment, &[flag], &bytes);
    }
    let void = refounded(people, &valid, |body| commit_to_nothing(&valid, body));
    decode_genesis(topic, "a key epoch without a secret", &["void"], &void);
    for at in [40, bytes.len() / 2] {
        decode_genesis(topic, "a flipped bit", &["form"], &flipped(&bytes, at));
    }
}

fn decode_state(topic: &mut Topic, comment: &str, flag: &str, bytes: &[u8]) {
    let mut fields = json!({ "state": hex::encode(bytes) });
    let expect = match GroupState::from_bytes(bytes) {
        Ok(state) => {
            assert_eq!(state.to_bytes(), bytes);
            let by = |member: &Member| hex::encode(member.added_by.as_bytes());
            fields["added_by"] = json!(state.members().iter().map(by).collect::<Vec<_>>());
            fields["state_hash"] = json!(hex::encode(state.hash().as_bytes()));
            "ok"
        }
        Err(error) => error.code(),
    };
    topic.test(comment, &[flag], expect, fields);
}

fn states(topic: &mut Topic, people: &People) {
    let genesis = founded(people).genesis;
    let first = genesis.state().to_bytes();
    decode_state(topic, "all added by a member", "authors", &first);
    let add = |name| vec![Action::add(people.list(name), Role::Member)];
    let all = ["anna", "adam"].into_iter().zip(["sam", "sue"]);
    let there =
        all.fold(genesis.state().clone(), |state, (by, who)| people.done(by, &state, add(who)));
    decode_state(topic, "three authors who are members", "authors", &there.to_bytes());
    let gone = |state: &GroupState, name| people.done(name, state, vec![Action::Leave]);
    let one = gone(&there, "anna").to_bytes();
    decode_state(topic, "an author who is a member no more", "authors", &one);
    let two = gone(&gone(&there, "anna"), "adam").to_bytes();
    decode_state(topic, "two of them", "authors", &two);
    let edits: [(&str, &[u8], _, _); 7] = [
        ("a number beyond the former members", &one, vec!["anna"], vec![]),
        ("a former member that nobody names", &one, vec!["anna"], vec!["eve", "anna"]),
        ("one after those who are named", &one, vec!["anna"], vec!["anna", "klaus"]),
        ("a former member who is a member", &one, vec!["anna"], vec!["olga"]),
        ("a former member twice", &two, vec!["adam", "anna"], vec!["anna", "anna"]),
        ("former members out of order", &two, vec!["adam", "anna"], vec!["anna", "adam"]),
        ("former members by their bytes first", &two, vec!["adam", "anna"], vec!["anna", "bob"]),
    ];
    for (comment, bytes, was, is) in edits {
        decode_state(topic, comment, "authors", &replaced(bytes, &names(&was), &names(&is)));
    }
    let commitment = genesis.state().fields().epoch_commitment;
    let void = replaced(&first, commitment.as_bytes(), &[0; 32]);
    decode_state(topic, "a key epoch 0 without a secret", "state", &void);
}

/// A list of account ids, encoded.
fn names(names: &[&str]) -> Vec<u8> {
    let mut w = crate::wire::Writer::new();
    w.list(names.iter().map(|name| id(name)).collect::<Vec<_>>().iter());
    w.into_public()
}

/// With other bytes at the first place where some are.
fn replaced(bytes: &[u8], was: &[u8], is: &[u8]) -> Vec<u8> {
    let at = bytes.windows(was.len()).position(|window| window == was).unwrap();
    [&bytes[..at], is, &bytes[at + was.len()..]].concat()
}

/// SPEC.md 15.3 to 15.5: each action, and each check failing alone.
pub(crate) fn changes() -> Topic {
    let notes = &[
        ("action", "15.4: the action works"),
        ("G1", "decoding"),
        ("G2", "group"),
        ("G3", "place in the chain"),
        ("G4", "actor and device"),
        ("G5", "signature"),
        ("G6", "permission, rank, conflict, documents"),
        ("G7", "targets, links, limits"),
        ("G8", "an owner stays"),
        ("G9", "key epoch"),
        ("void", "15.6: a key epoch without a secret"),
        ("G10", "new state"),
        ("G11", "terminated"),
        ("order", "more than one check would fail"),
        ("clock", "15.4: the group's time"),
    ];
    let mut topic = Topic::new("group-changes", notes);
    let people = people();
    let base = founded(&people).genesis.state().clone();
    let cases = Cases { people: &people, base: &base, topic: &mut topic };
    cases.run();
    after_others(&mut topic, &people, &base);
    topic
}

struct Cases<'a> {
    people: &'a People,
    base: &'a GroupState,
    topic: &'a mut Topic,
}

impl Cases<'_> {
    fn run(mut self) {
        begin(self.topic, "the state of a genesis", self.base);
        self.accounts();
        self.settings();
        self.g1();
        self.g2_to_g5();
        self.g6();
        self.g7_to_g11();
    }

    fn works(&mut self, comment: &str, name: &str, actions: Vec<Action>) {
        let change = self.people.sign(name, self.base, actions).unwrap().change;
        self.judge(comment, &["action"], &change.encode());
    }

    fn fails(&mut self, comment: &str, flag: &str, name: &str, actions: Vec<Action>) {
        let change = forged(self.people, name, self.base, actions, |_| {});
        self.judge(comment, &[flag], &change.encode());
    }

    fn judge(&mut self, comment: &str, flags: &[&str], bytes: &[u8]) {
        judge(self.topic, self.base, (comment, flags), bytes);
    }

    fn accounts(&mut self) {
        let sam = Action::add(self.people.list("sam"), Role::Member);
        let contact = self.people.account("sam").contact();
        let ticket = Ticket::request(
            self.base.group(),
            self.people.device("sam"),
            self.people.list("sam"),
            NOW,
        );
        let actions = [
            ("add", "anna", sam),
            ("remove", "mona", Action::Remove(id("max"))),
            ("leave", "otto", Action::Leave),
            ("ban a member", "mona", Action::Ban(id("max"))),
            ("ban a stranger", "mona", Action::Ban(id("sam"))),
            ("set role", "anna", Action::SetRole(id("max"), Role::Moderator)),
            ("hand over", "olga", Action::HandOver(id("anna"))),
            ("invite", "anna", Action::invite(&contact, Role::Moderator)),
            ("request", "otto", Action::carry(&ticket.unwrap())),
        ];
        for (comment, name, action) in actions {
            self.works(comment, name, vec![action]);
        }
        self.works(
            "hand over and leave",
            "olga",
            vec![Action::HandOver(id("anna")), Action::Leave],
        );
        let mut newer = self.people.clone();
        newer.add_device("max");
        self.works("update devices", "otto", self.base.outdated(&newer.lists));
        newer.replace_device("max");
        let told = newer.sign("otto", self.base, self.base.outdated(&newer.lists)).unwrap();
        self.judge("update devices after a revocation", &["action"], &told.change.encode());
        newer.replace_device("anna");
        let brought = newer.sign("anna", self.base, vec![title("new")]).unwrap().change;
        self.judge("a device that brings a newer list", &["action"], &brought.encode());
        let list = newer.list("anna").signed().entry();
        let told = newer.sign("anna", self.base, vec![Action::update_devices(list)]).unwrap();
        self.judge("a device that tells of its own newer list", &["action"], &told.change.encode());
    }

    fn settings(&mut self) {
        let link = LinkSecret::generate(self.base.group(), &mut rng(5));
        let terms =
            LinkTerms { mode: LinkMode::Approval, expires: Some(days(9)), max_uses: Some(3) };
        let actions = [
            Action::create_link(&link, terms),
            title("bouldering"),
            Action::SetDescription(Description::new("on\nrocks").unwrap()),
            Action::SetAvatar(Some(Avatar::new(b"pointer").unwrap())),
            Action::SetTimer(3600),
            Action::SetAccess(Permission::Pin, Level::AtLeast(Role::Member)),
            Action::SetAnnouncement(true),
            Action::SetSlowMode(30),
            Action::ResetKeys,
            Action::SetExtension(7, Some(vec![1, 2].into())),
        ];
        for action in &actions {
            let comment = alloc::format!("action {}", action.code());
            self.works(&comment, "anna", vec![action.clone()]);
        }
        self.works("many at once", "anna", actions.to_vec());
        self.works("protocol floor", "olga", vec![Action::SetProtocolFloor(2)]);
        self.works("terminate", "olga", vec![Action::Terminate]);
    }

    fn g1(&mut self) {
        let change = self.people.sign("anna", self.base, vec![title("xyz")]).unwrap().change;
        let with = |edit: &dyn Fn(&mut crate::wire::proto::SignedGroupChange)| {
            let mut message = change.to_proto();
            edit(&mut message);
            prost::Message::encode_to_vec(&message)
        };
        let at = change.to_proto().body.windows(3).position(|w| w == b"xyz").unwrap();
        let other = self.people.device("adam").certificate().encode();
        let cases: Vec<(&str, Vec<u8>)> = vec![
            ("nothing", vec![]),
            ("another version", with(&|m| m.body[0] = 2)),
            ("a short body", with(&|m| m.body.truncate(31))),
            ("an unknown action", with(&|m| m.body[at - 3] = 29)),
            ("a title with a control character", with(&|m| m.body[at] = 7)),
            ("a title that is not UTF-8", with(&|m| m.body[at] = 0xff)),
            ("another device's certificate", with(&|m| m.certificate.clone_from(&other))),
            (
                "another signature of the certificate",
                with(&|m| {
                    let last = m.certificate.len() - 1;
                    m.certificate[last] ^= 1;
                }),
            ),
        ];
        for (comment, bytes) in cases {
            self.judge(comment, &["G1"], &bytes);
        }
    }

    fn g2_to_g5(&mut self) {
        let (people, base) = (self.people, self.base);
        let group = GroupId::from_bytes([1; 32]);
        let change = forged(people, "anna", base, vec![title("x")], |c| c.group = group);
        self.judge("another group", &["G2"], &change.encode());
        let change = forged(people, "anna", base, vec![title("x")], |c| c.base_revision = 1);
        self.judge("ahead", &["G3"], &change.encode());
        let other = Digest::from_bytes([1; 32]);
        let change = forged(people, "anna", base, vec![title("x")], |c| c.base_hash = other);
        self.judge("another state of the revision", &["G3"], &change.encode());
        self.fails("no member", "G4", "server", vec![title("x")]);
        let mut impostors = people.clone();
        let at = impostors.accounts.iter().position(|a| a.id == id("anna")).unwrap();
        impostors.accounts[at] = crate::identity::fixture::Account::new("anna", 1, 4_711);
        impostors.lists.insert(id("anna"), impostors.accounts[at].verified_list());
        let change = forged(&impostors, "anna", base, vec![title("x")], |_| {});
        self.judge("another account key", &["G4"], &change.encode());
        let change = people.sign("anna", base, vec![title("x")]).unwrap().change;
        self.judge("another signature", &["G5"], &resigned(&change).encode());
        let many = forged(people, "max", base, vec![title("x")], |_| {});
        self.judge("signature before permission", &["G5", "order"], &resigned(&many).encode());
    }

    fn g6(&mut self) {
        let add = |role| Action::add(self.people.list("sam"), role);
        let Action::Add { mut list, role } = add(Role::Member) else { panic!() };
        let last = list.len() - 1;
        list[last] ^= 1;
        let mut newer = self.people.clone();
        newer.replace_device("max");
        let told = self.base.outdated(&newer.lists);
        let cases: Vec<(&str, &str, Vec<Action>)> = vec![
            ("a member adds", "max", vec![add(Role::Member)]),
            ("a moderator sets the title", "mona", vec![title("x")]),
            ("an admin hands over", "anna", vec![Action::HandOver(id("max"))]),
            ("an admin terminates", "anna", vec![Action::Terminate]),
            ("an admin raises the floor", "anna", vec![Action::SetProtocolFloor(2)]),
            ("an admin adds an admin", "anna", vec![add(Role::Admin)]),
            ("an admin removes an admin", "anna", vec![Action::Remove(id("adam"))]),
            ("an admin becomes owner", "anna", vec![Action::SetRole(id("anna"), Role::Owner)]),
            (
                "a row above the actor",
                "anna",
                vec![Action::SetAccess(Permission::Pin, Level::Nobody)],
            ),
            ("ban and unban", "mona", vec![Action::Ban(id("sam")), Action::Unban(id("sam"))]),
            ("two titles", "anna", vec![title("a"), title("b")]),
            ("terminate and more", "olga", vec![title("a"), Action::Terminate]),
            ("leave and more", "anna", vec![title("a"), Action::Leave]),
            ("a device tells of its own revocation", "max", told),
            ("a damaged list entry", "anna", vec![Action::Add { list, role }]),
        ];
        for (comment, name, actions) in cases {
            self.fails(comment, "G6", name, actions);
        }
        let late = vec![Action::Remove(id("sam")), title("x")];
        let change = forged(self.people, "mona", self.base, late, |_| {});
        self.judge("permission before targets", &["G6", "order"], &change.encode());
    }

    fn g7_to_g11(&mut self) {
        let people = self.people;
        let links = |n: u64| {
            let secret = LinkSecret::generate(self.base.group(), &mut rng(n));
            let terms = LinkTerms { mode: LinkMode::Open, expires: None, max_uses: None };
            Action::create_link(&secret, terms)
        };
        let unknown = LinkSecret::generate(self.base.group(), &mut rng(5));
        let ticket = Ticket::link(&unknown, people.device("sam"), people.list("sam"), NOW).unwrap();
        let entry = people.list("max").signed().entry();
        let cases: Vec<(&str, &str, &str, Vec<Action>)> = vec![
            ("add a member", "G7", "anna", vec![Action::add(people.list("max"), Role::Member)]),
            ("remove a stranger", "G7", "mona", vec![Action::Remove(id("sam"))]),
            ("remove oneself", "G7", "mona", vec![Action::Remove(id("mona"))]),
            ("a list that is not newer", "G7", "otto", vec![Action::update_devices(entry)]),
            ("an unknown link", "G7", "otto", vec![Action::carry(&ticket)]),
            ("nine links", "G7", "anna", (0..9).map(links).collect()),
            ("the last owner leaves", "G8", "olga", vec![Action::Leave]),
            ("a removal without a commitment", "G9", "mona", vec![Action::Remove(id("max"))]),
            ("another new state", "G10", "anna", vec![title("x")]),
        ];
        for (comment, flag, name, actions) in cases {
            self.fails(comment, flag, name, actions);
        }
        let commit = |byte: u8| {
            move |c: &mut change::Core| c.epoch_commitment = Some(Digest::from_bytes([byte; 32]))
        };
        let change = forged(people, "anna", self.base, vec![title("x")], commit(1));
        self.judge("a commitment without need", &["G9"], &change.encode());
        let change = forged(people, "otto", self.base, vec![Action::Leave], commit(1));
        self.judge("who leaves commits to a secret", &["G9"], &change.encode());
        let change = forged(people, "mona", self.base, vec![Action::ResetKeys], commit(0));
        self.judge("a reset commits to none", &["G9"], &change.encode());
    }
}

/// Somebody left, and the key epoch has no secret.
fn void(topic: &mut Topic, people: &People, first: &GroupState) {
    let left = people.done("mia", first, vec![Action::Leave]);
    begin(topic, "somebody left", &left);
    let reset = people.sign("max", &left, vec![Action::ResetKeys]).unwrap().change;
    judge(topic, &left, ("a member resets the keys", &["void"]), &reset.encode());
    let reset = forged(people, "otto", &left, vec![Action::ResetKeys], |_| {});
    judge(topic, &left, ("an observer does", &["G6", "void"]), &reset.encode());
    let again = people.done("max", &left, vec![Action::ResetKeys]);
    begin(topic, "and the keys were reset", &again);
    let reset = forged(people, "max", &again, vec![Action::ResetKeys], |_| {});
    judge(topic, &again, ("a member resets them again", &["G6", "void"]), &reset.encode());
}

fn begin(topic: &mut Topic, what: &str, base: &GroupState) {
    topic.group(json!({ "op": "apply", "base_is": what, "base": hex::encode(base.to_bytes()) }));
}

fn judge(topic: &mut Topic, base: &GroupState, (comment, flags): (&str, &[&str]), bytes: &[u8]) {
    let mut fields = json!({ "change": hex::encode(bytes) });
    let expect = match SignedChange::decode(bytes) {
        Err(error) => error.code(),
        Ok(change) => {
            fields["change_hash"] = json!(hex::encode(change.hash().as_bytes()));
            match base.apply(&change) {
                Err(error) => error.code(),
                Ok(outcome) => named(outcome, &mut fields),
            }
        }
    };
    topic.test(comment, flags, expect, fields);
}

fn named(outcome: Outcome, fields: &mut Value) -> &'static str {
    match outcome {
        Outcome::Applied(applied) => {
            fields["state"] = json!(hex::encode(applied.state.to_bytes()));
            fields["state_hash"] = json!(hex::encode(applied.state.hash().as_bytes()));
            "ok"
        }
        Outcome::Duplicate => "duplicate",
        Outcome::Ahead { .. } => "ahead",
        Outcome::Rebase { .. } => "rebase",
        Outcome::Stale => "stale",
        Outcome::Fork { .. } => "fork",
    }
}

/// On states that other changes led to.
fn after_others(topic: &mut Topic, people: &People, first: &GroupState) {
    let contact = people.account("sam").contact();
    let ticket = |kind: u8, link: Option<&LinkSecret>| {
        let (device, list) = (people.device("sam"), people.list("sam"));
        let ticket = match link {
            Some(link) => Ticket::link(link, device, list, NOW),
            None if kind == 1 => Ticket::accept(first.group(), 1, device, list, NOW),
            None => Ticket::request(first.group(), device, list, NOW),
        };
        Action::carry(&ticket.unwrap())
    };
    let mut on = |what: &str, base: &GroupState, cases: Vec<(&str, &str, &str, Action)>| {
        begin(topic, what, base);
        for (comment, flag, name, action) in cases {
            let change = match people.sign(name, base, vec![action.clone()]) {
                Ok(authored) => authored.change,
                Err(_) => forged(people, name, base, vec![action], |_| {}),
            };
            judge(topic, base, (comment, &[flag]), &change.encode());
        }
    };
    let invited = people.done("anna", first, vec![Action::invite(&contact, Role::Moderator)]);
    on(
        "sam is invited",
        &invited,
        vec![
            ("accept", "action", "otto", ticket(1, None)),
            ("revoke invitation", "action", "anna", Action::RevokeInvitation(id("sam"))),
            ("request", "G7", "otto", ticket(2, None)),
        ],
    );
    let again = people.done("anna", &invited, vec![Action::RevokeInvitation(id("sam"))]);
    let again = people.done("anna", &again, vec![Action::invite(&contact, Role::Moderator)]);
    on(
        "sam is invited for the second time",
        &again,
        vec![("an answer to the first invitation", "G7", "otto", ticket(1, None))],
    );
    let asked = people.done("otto", first, vec![ticket(2, None)]);
    on(
        "sam has asked",
        &asked,
        vec![
            ("approve", "action", "mona", Action::Approve(id("sam"))),
            ("deny", "action", "mona", Action::Deny(id("sam"))),
            ("a member approves", "G6", "max", Action::Approve(id("sam"))),
        ],
    );
    let banned = people.done("mona", first, vec![Action::Ban(id("sam"))]);
    on(
        "sam is banned",
        &banned,
        vec![
            ("unban", "action", "mona", Action::Unban(id("sam"))),
            ("add", "G7", "anna", Action::add(people.list("sam"), Role::Member)),
            ("request", "G7", "otto", ticket(2, None)),
        ],
    );
    for mode in [LinkMode::Open, LinkMode::Approval] {
        let secret = LinkSecret::generate(first.group(), &mut rng(5));
        let terms = LinkTerms { mode, expires: None, max_uses: Some(1) };
        let linked = people.done("anna", first, vec![Action::create_link(&secret, terms)]);
        let mut guess = secret.to_bytes().to_vec();
        guess[71] ^= 1;
        let guess = LinkSecret::from_bytes(&guess).unwrap();
        on(
            "there is a link for one use",
            &linked,
            vec![
                ("join by link", "action", "otto", ticket(3, Some(&secret))),
                ("revoke link", "action", "anna", Action::RevokeLink(secret.id())),
                ("another secret", "G7", "otto", ticket(3, Some(&guess))),
            ],
        );
    }
    let extended = people.done("anna", first, vec![Action::SetExtension(7, Some(vec![1].into()))]);
    on(
        "there is an extension",
        &extended,
        vec![
            ("remove it", "action", "anna", Action::SetExtension(7, None)),
            ("remove another", "G7", "anna", Action::SetExtension(8, None)),
        ],
    );
    let floor = people.done("olga", first, vec![Action::SetProtocolFloor(2)]);
    begin(topic, "the group requires version 2", &floor);
    let change = unchecked(people, "anna", &floor, vec![title("x")]);
    judge(topic, &floor, ("any", &["G3"]), &change.encode());
    past(topic, people, first);
    void(topic, people, first);
    clocks(topic, people, first);
}

/// Who moves the group's clock, and a clock that a moderator pushed to its end.
fn clocks(topic: &mut Topic, people: &People, first: &GroupState) {
    let secret = LinkSecret::generate(first.group(), &mut rng(5));
    let terms = LinkTerms { mode: LinkMode::Open, expires: Some(days(2)), max_uses: None };
    let linked = people.done("anna", first, vec![Action::create_link(&secret, terms)]);
    let ticket = Ticket::link(&secret, people.device("sam"), people.list("sam"), NOW).unwrap();
    let carry = || vec![Action::carry(&ticket)];
    let ban = || vec![Action::Ban(id("server"))];
    let at = |name: &str, base: &GroupState, actions: Vec<Action>, then| match people.sign_at(
        name,
        base,
        actions.clone(),
        then,
    ) {
        Ok(authored) => authored.change,
        Err(_) => forged(people, name, base, actions, |core| core.created_at = then),
    };
    let mut on = |what: &str, base: &GroupState, cases: Vec<(&str, SignedChange)>| {
        begin(topic, what, base);
        for (comment, change) in cases {
            judge(topic, base, (comment, &["clock"]), &change.encode());
        }
    };
    let yesterday = Timestamp::from_millis(NOW.as_millis() - 86_400_000);
    let cases = vec![
        ("a moderator advances the clock", at("mona", &linked, ban(), days(1))),
        ("a moderator dates back", at("mona", &linked, ban(), yesterday)),
        ("an admin sets it back", at("anna", &linked, vec![title("x")], yesterday)),
        ("a member does not move it", at("max", &linked, carry(), days(1))),
        ("a link that has expired", at("max", &linked, carry(), days(2))),
    ];
    on("there is a link for two days", &linked, cases);
    let push = at("mona", &linked, ban(), Timestamp::MAX);
    let Ok(Outcome::Applied(pushed)) = linked.apply(&push) else { panic!() };
    let pushed = pushed.state;
    let cases = vec![
        ("a ticket by an observer", at("otto", &pushed, carry(), NOW)),
        ("a ticket by a moderator", at("mona", &pushed, carry(), NOW)),
        ("a ticket by an admin", at("anna", &pushed, carry(), NOW)),
        ("an admin puts the clock right", at("anna", &pushed, vec![title("x")], NOW)),
    ];
    on("a moderator pushed the clock to its end", &pushed, cases);
    let mended = people.done("anna", &pushed, vec![title("x")]);
    on("an admin put it right", &mended, vec![("a ticket", at("otto", &mended, carry(), NOW))]);
}

/// Where changes belong, and the end of a group.
fn past(topic: &mut Topic, people: &People, first: &GroupState) {
    let one = people.sign("anna", first, vec![title("one")]).unwrap();
    let other = people.sign("adam", first, vec![title("other")]).unwrap();
    let more = people.sign("adam", &other.state, vec![title("more")]).unwrap();
    let two = people.done("anna", &one.state, vec![title("two")]);
    begin(topic, "one change later", &one.state);
    judge(topic, &one.state, ("applied before", &["G3"]), &one.change.encode());
    judge(topic, &one.state, ("lost", &["G3"]), &other.change.encode());
    judge(topic, &one.state, ("of another branch", &["G3"]), &more.change.encode());
    begin(topic, "two changes later", &two);
    judge(topic, &two, ("too old", &["G3"]), &one.change.encode());
    let over = people.done("olga", first, vec![Action::Terminate]);
    begin(topic, "terminated", &over);
    let change = unchecked(people, "olga", &over, vec![title("x")]);
    judge(topic, &over, ("any", &["G11"]), &change.encode());
    let change = forged(people, "olga", &over, vec![title("x")], |_| {});
    judge(topic, &over, ("a wrong state", &["G10", "order"]), &change.encode());
}

/// SPEC.md 15.6: which of several changes of one base is the one, and where a set leads.
pub(crate) fn conflicts() -> Topic {
    let notes = &[
        ("class", "the class decides"),
        ("rank", "the rank decides"),
        ("hash", "the hash decides"),
        ("invalid", "a candidate passes no check"),
        ("set", "changes of several states"),
        ("revoked", "15.6: a list entry in the set revokes an actor"),
    ];
    let mut topic = Topic::new("group-conflicts", notes);
    let people = people();
    let base = founded(&people).genesis.state().clone();
    topic.group(json!({ "op": "replay", "base": hex::encode(base.to_bytes()) }));
    let sign = |name: &str, action: Action| people.sign(name, &base, vec![action]).unwrap().change;
    let removal = sign("mona", Action::Remove(id("max")));
    let leave = sign("otto", Action::Leave);
    let demotion = sign("anna", Action::SetRole(id("mona"), Role::Observer));
    let hand_over = sign("olga", Action::HandOver(id("anna")));
    let access = sign("adam", Action::SetAnnouncement(true));
    let promotion = sign("olga", Action::SetRole(id("max"), Role::Admin));
    let renamed = sign("anna", title("a"));
    let also = sign("adam", title("b"));
    let reset = sign("mona", Action::ResetKeys);
    let invalid = forged(&people, "max", &base, vec![Action::Remove(id("olga"))], |_| {});
    let mut newer = people.clone();
    newer.replace_device("max");
    let told = newer.sign("otto", &base, base.outdated(&newer.lists)).unwrap().change;
    let mut case = |comment: &str, flag: &str, set: &[&SignedChange]| {
        let replayed = replay(&base, set.iter().copied());
        let hashes: Vec<String> =
            replayed.applied.iter().map(|c| hex::encode(c.hash().as_bytes())).collect();
        let changes: Vec<String> = set.iter().map(|c| hex::encode(c.encode())).collect();
        let state_hash = hex::encode(replayed.state.hash().as_bytes());
        let fields = json!({ "changes": changes, "applied": hashes, "state_hash": state_hash });
        topic.test(comment, &[flag], "ok", fields);
    };
    case("removal before demotion", "class", &[&demotion, &removal]);
    case("leave before demotion", "class", &[&demotion, &leave]);
    case("demotion before a revoked device", "class", &[&demotion, &told]);
    let banned = sign("mona", Action::Ban(id("sam")));
    case("a ban of somebody outside is no removal", "class", &[&demotion, &banned]);
    case("demotion before access", "class", &[&access, &demotion]);
    case("hand over before access", "class", &[&access, &hand_over]);
    case("access before promotion", "class", &[&promotion, &access]);
    case("a reset is no removal", "class", &[&reset, &demotion]);
    case("owner before admin", "rank", &[&renamed, &promotion]);
    case("admin before moderator", "rank", &[&reset, &renamed]);
    case("two admins", "hash", &[&renamed, &also]);
    case("two admins, the other way round, twice", "hash", &[&also, &renamed, &also]);
    let elsewhere = edited(&people, "olga", &base, vec![title("x")], |core| core.base_revision = 1);
    case("another revision of the same base", "invalid", &[&elsewhere, &renamed]);
    case("who may not does not compete", "invalid", &[&invalid, &renamed]);
    case("nobody may", "invalid", &[&invalid]);
    case("all", "class", &[&reset, &also, &access, &demotion, &removal, &leave, &renamed]);
    let after = people.done("mona", &base, vec![Action::Remove(id("max"))]);
    let next = people.sign("anna", &after, vec![title("c")]).unwrap().change;
    let lost = people.sign("adam", &after, vec![title("d")]).unwrap().change;
    case("a chain, backwards", "set", &[&lost, &next, &renamed, &removal]);
    let mut owners = people.clone();
    owners.replace_device("olga");
    let stolen = people.sign("olga", &base, vec![Action::Remove(id("max"))]).unwrap().change;
    let news = owners.sign("mia", &base, base.outdated(&owners.lists)).unwrap().change;
    let again = owners.sign("olga", &base, vec![Action::Remove(id("otto"))]).unwrap().change;
    let own = forged(&people, "olga", &base, base.outdated(&owners.lists), |_| {});
    let unsound = forged(&people, "mia", &base, base.outdated(&owners.lists), |_| {});
    let kicked = sign("mona", Action::Remove(id("mia")));
    case("news beat the device", "revoked", &[&stolen, &news]);
    case("news that lose count", "revoked", &[&news, &stolen, &kicked]);
    case("news that the owner's new device brings", "revoked", &[&stolen, &again]);
    case("the device carries its own revocation", "revoked", &[&own]);
    case("and somebody else does", "revoked", &[&own, &news]);
    case("nothing is left but another's", "revoked", &[&own, &stolen, &renamed]);
    case("an entry in a change that does not hold", "revoked", &[&unsound, &stolen]);
    let mut gone = people.clone();
    gone.replace_device("max");
    let ticket = Ticket::request(base.group(), people.device("sam"), people.list("sam"), NOW);
    let revoking = gone.sign("max", &base, vec![Action::carry(&ticket.unwrap())]).unwrap().change;
    case("a removed member revokes its own device", "revoked", &[&revoking, &removal]);
    topic
}

#[test]
fn everybody_of_the_fixture_has_a_role() {
    let base = founded(&people()).genesis.state().clone();
    assert_eq!(base.members().len(), ROLES.len() + 1);
}
