use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::{Frame, body_of};
use crate::content::ContactState::{Accepted, Blocked, Requested};
use crate::content::ViewOnceEvent::{Open, OpenedElsewhere, Tick};
use crate::content::*;
use crate::crypto::{Digest, Secret, SigningKey};
use crate::identity::AccountId;
use crate::limits::{
    ADMIN_DELETE_WINDOW, DELETE_WINDOW, EDIT_WINDOW, HELD_OPERATION_AGE, HELD_OPERATIONS,
    HELD_OPERATIONS_OF_ONE, PINS, TYPING_INTERVAL, VIEW_ONCE_AGE, WINDOW_SLACK,
};
use crate::time::Timestamp;
use crate::vectors::party::NOW;
use crate::vectors::{Recorder, Topic};

const MILLI: Duration = Duration::from_millis(1);

/// SPEC.md section 12.6: what may be done to messages, and what becomes of them.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-rules",
        &[("limit", "at a limit or past it"), ("order", "in whatever order")],
    );
    let frame = Frame::new(&mut Recorder::new("content-rules"));
    operations(&mut topic, &frame);
    ranks(&mut topic, &frame);
    held(&mut topic, &frame);
    tallies(&mut topic, &frame);
    receipts(&mut topic, &frame);
    resends(&mut topic);
    view_once(&mut topic);
    quotes(&mut topic, &frame);
    signals(&mut topic);
    topic
}

fn account(name: &str) -> AccountId {
    AccountId::new(name.as_bytes()).unwrap()
}

fn hexed(account: &AccountId) -> Value {
    json!(hex::encode(account.as_bytes()))
}

fn group(id: u8, revision: u32) -> Conversation {
    let id = Digest::from_bytes([id; 32]);
    Conversation::Group(GroupBinding { id, revision, state: [2; 16] })
}

fn after(time: Duration) -> Timestamp {
    NOW.saturating_add(time)
}

impl Frame {
    fn say(&self, at: Timestamp, conversation: Conversation, body: impl Into<Body>) -> Content {
        let id = MessageId::from_bytes(self.id);
        Content::builder(id, at, conversation, self.lists).build(body.into()).unwrap()
    }

    fn text(&self, text: &str) -> Content {
        self.say(NOW, Conversation::Peer, Text::new(text).unwrap())
    }
}

/// One operation and what it meets.
struct Case {
    comment: &'static str,
    operation: Content,
    by: AccountId,
    clock: Clock,
    permitted: bool,
    target: Target,
    shown: Value,
    pinned: usize,
}

impl Case {
    fn result(&self) -> Result<(), NotAllowed> {
        let Self { operation, by, clock, permitted, target, pinned, .. } = self;
        let conversation = operation.conversation();
        let by = Operator { account: by, conversation, clock: *clock, permitted: *permitted };
        match operation.body() {
            Body::Edit(edit) => may_edit(edit, &Rank::of(operation), &by, target),
            Body::Delete(delete) => may_delete(delete, &by, target),
            Body::AdminDelete(delete) => may_admin_delete(delete, &by, target),
            Body::Pin(pin) => may_pin(pin, &by, target, *pinned),
            Body::Unpin(unpin) => may_unpin(unpin, &by, target),
            Body::Reaction(reaction) => may_react(reaction, &by, target),
            other => panic!("{other:?}"),
        }
    }

    fn test(self, topic: &mut Topic) {
        let expect = self.result().map_or_else(|error| error.code(), |()| "ok");
        let clock = match self.clock {
            Clock::Sending(at) => json!({ "sending": at.as_millis() }),
            Clock::Received(at) => json!({ "received": at.as_millis() }),
        };
        let edited = self.target.edited.map(|rank| json!({
            "counter": rank.counter(), "sent_at": rank.sent_at().as_millis(), "hash": hex::encode([5; 32]),
        }));
        let fields = json!({
            "operation": hex::encode(self.operation.as_bytes()), "by": hexed(&self.by), "clock": clock,
            "permitted": self.permitted, "pinned": self.pinned, "target": self.shown,
            "target_author": hexed(&self.target.reference.author), "edited": edited,
            "deleted": self.target.deleted,
        });
        topic.test(self.comment, &[], expect, fields);
    }
}

/// Makes an operation on a message.
type Make<'a> = &'a dyn Fn(MessageRef) -> Body;

fn operations(topic: &mut Topic, frame: &Frame) {
    topic.group(json!({ "op": "operation" }));
    let alice = account("alice");
    let case = |comment, held: &Content, make: Make<'_>, at: Duration| {
        let target = Target::of(alice.clone(), held);
        let body = make(target.reference.clone());
        let clock = Clock::Sending(after(at));
        let operation = frame.say(after(at), held.conversation(), body);
        let shown = json!(hex::encode(held.as_bytes()));
        Case {
            comment,
            operation,
            by: alice.clone(),
            clock,
            permitted: true,
            target,
            shown,
            pinned: 0,
        }
    };
    let text = frame.text("hello");
    let edit =
        |target| -> Body { Edit::new(target, 1, Text::new("bye").unwrap().into()).unwrap().into() };
    let delete = |target| -> Body { Delete { target }.into() };
    let pin = |target| -> Body { Pin::new(target).into() };
    let unpin = |target| -> Body { Unpin { target }.into() };
    let react = |target| -> Body { Reaction::new(target, Emoji::new("👍").unwrap()).into() };
    let remove = |target| -> Body { AdminDelete { target }.into() };
    let group_text = frame.say(NOW, group(1, 7), Text::new("hello").unwrap());
    let typing = frame.say(NOW, Conversation::Peer, Typing { state: TypingState::Started });
    let group_typing = frame.say(NOW, group(1, 7), Typing { state: TypingState::Started });
    let once = frame.say(NOW, Conversation::Peer, once());
    let zero = Duration::ZERO;
    let all: [(&'static str, Make<'_>, &Content, &Content); 6] = [
        ("edit", &edit, &text, &typing),
        ("delete", &delete, &text, &typing),
        ("admin delete", &remove, &group_text, &group_typing),
        ("pin", &pin, &text, &typing),
        ("unpin", &unpin, &text, &typing),
        ("react", &react, &text, &typing),
    ];
    for (name, make, held, unseen) in all {
        case(name, held, make, zero).test(topic);
        let mut other = case(name, held, make, zero);
        other.target.reference.author = account("bob");
        other.test(topic);
        let elsewhere = frame.say(NOW, held.conversation(), Text::new("other").unwrap());
        let mut second = case(name, held, make, zero);
        second.target = Target::of(alice.clone(), &elsewhere);
        second.shown = json!(hex::encode(elsewhere.as_bytes()));
        second.test(topic);
        let mut gone = case(name, held, make, zero);
        gone.target.deleted = true;
        gone.test(topic);
        case(name, unseen, make, zero).test(topic);
        for permitted in [true, false] {
            let by = account("bob");
            Case { by, permitted, ..case(name, held, make, zero) }.test(topic);
        }
    }
    let conversations = [group(1, 8), group(2, 7)];
    for conversation in conversations {
        let mut moved = case("in a group", &group_text, &react, zero);
        let reaction = react(moved.target.reference.clone());
        moved.operation = frame.say(NOW, conversation, reaction);
        moved.test(topic);
    }
    let windows: [(&'static str, Make<'_>, &Content, Duration); 3] = [
        ("an edit in time", &edit, &text, EDIT_WINDOW),
        ("a deletion in time", &delete, &text, DELETE_WINDOW),
        ("a removal in time", &remove, &group_text, ADMIN_DELETE_WINDOW),
    ];
    for (comment, make, held, window) in windows {
        for at in [window, window + MILLI] {
            case(comment, held, make, at).test(topic);
        }
        for at in [window + WINDOW_SLACK, window + WINDOW_SLACK + MILLI] {
            let clock = Clock::Received(after(at));
            Case { clock, ..case(comment, held, make, at) }.test(topic);
        }
    }
    for pinned in [PINS - 1, PINS] {
        Case { pinned, ..case("pins", &text, &pin, zero) }.test(topic);
        let clock = Clock::Received(NOW);
        Case { clock, pinned, ..case("pins that came", &text, &pin, zero) }.test(topic);
    }
    for (comment, make) in [("a pin", &pin as Make<'_>), ("a sign", &react)] {
        case(comment, &once, make, zero).test(topic);
    }
    case("an edit of what is seen once", &once, &edit, zero).test(topic);
    for (counter, at) in [(0, 9), (1, 0), (1, 1), (2, 0)] {
        let mut later = case("an edit after another", &text, &edit, zero);
        let sent = NOW.saturating_add(Duration::from_millis(at));
        later.target.edited = Some(Rank::new(counter, sent, Digest::from_bytes([5; 32])));
        later.test(topic);
    }
}

/// A photo that is seen once.
fn once() -> Media {
    let Body::Media(media) = body_of(BodyKind::Media) else { panic!() };
    let photo = media.items().iter().find(|item| item.kind() == MediaKind::Photo).unwrap();
    Media::new(photo.clone()).unwrap().view_once().unwrap()
}

fn ranks(topic: &mut Topic, frame: &Frame) {
    topic.group(json!({ "op": "rank" }));
    let target = MessageRef::to(account("alice"), &frame.text("hello"));
    let edit = |seq, at: u64, text: &str| {
        let edit = Edit::new(target.clone(), seq, Text::new(text).unwrap().into()).unwrap();
        frame.say(NOW.saturating_add(Duration::from_millis(at)), Conversation::Peer, edit)
    };
    let sign = |at: u64, emoji: &str| {
        let reaction = Reaction::new(target.clone(), Emoji::new(emoji).unwrap());
        frame.say(NOW.saturating_add(Duration::from_millis(at)), Conversation::Peer, reaction)
    };
    let pairs = [
        (edit(2, 0, "a"), edit(1, 9, "b")),
        (edit(1, 1, "a"), edit(1, 0, "b")),
        (edit(1, 0, "a"), edit(1, 0, "b")),
        (edit(1, 0, "c"), edit(1, 0, "d")),
        (sign(5, "👍"), sign(6, "👎")),
        (sign(5, "👍"), sign(5, "👎")),
    ];
    for (a, b) in pairs {
        for (first, second) in [(&a, &b), (&b, &a)] {
            let expect =
                if Rank::of(first) > Rank::of(second) { "first-holds" } else { "second-holds" };
            let [first, second] = [first, second].map(|it| hex::encode(it.as_bytes()));
            topic.test("of two", &["order"], expect, json!({ "first": first, "second": second }));
        }
    }
}

/// Senders and targets are named by numbers, what was held by its place among all that came.
fn held(topic: &mut Topic, frame: &Frame) {
    topic.group(json!({ "op": "held" }));
    let target = |number: u8| {
        let id = MessageId::from_bytes([number; 16]);
        MessageRef { id, ..MessageRef::to(account("alice"), &frame.text("hello")) }
    };
    let limit = u32::try_from(HELD_OPERATIONS_OF_ONE).unwrap();
    let all = u32::try_from(HELD_OPERATIONS).unwrap();
    let scripts: [(&str, Vec<(u32, u8)>); 4] = [
        ("a message releases what waits for it", vec![(1, 7), (2, 8), (2, 7)]),
        ("one account's own oldest goes", (0..=limit).map(|_| (1, 7)).collect()),
        ("the oldest of whoever has the most goes", (0..=all).map(|i| (i % 9, 7)).collect()),
        ("a newcomer drives out nobody else", {
            (0..all).map(|i| (i % 8, 7)).chain([(99, 7)]).collect()
        }),
    ];
    for (comment, script) in scripts {
        let (mut held, mut came) = (Held::new(), vec![]);
        let place = |it: &HeldOperation| it.received.as_millis() - NOW.as_millis();
        for (at, (sender, number)) in (0u64..).zip(script) {
            let (target, received) = (target(number), after(Duration::from_millis(at)));
            let content = frame.say(NOW, Conversation::Peer, Delete { target: target.clone() });
            let sender_account = AccountId::new(&sender.to_be_bytes()).unwrap();
            let operation = HeldOperation { target, sender: sender_account, received, content };
            let gone = held.hold(operation).as_ref().map(place);
            came.push(json!({ "sender": sender, "target": number, "gone": gone }));
        }
        let mut kept = held.clone();
        kept.expire(after(HELD_OPERATION_AGE));
        let mut over = held.clone();
        over.expire(after(HELD_OPERATION_AGE + MILLI));
        let wanted = target(7);
        let released = held.release(&wanted.author, wanted.id);
        let released: Vec<_> = released.iter().map(place).collect();
        let fields = json!({
            "came": came, "released": released, "left": held.len(),
            "after_7_days": kept.len(), "a_millisecond_later": over.len(),
        });
        topic.test(comment, &["order"], "ok", fields);
    }
}

fn tallies(topic: &mut Topic, frame: &Frame) {
    topic.group(json!({ "op": "tally" }));
    let plain = Poll::new("Where?", ["here", "there"]).unwrap();
    let open = Poll::new("Where?", ["here", "there"]).unwrap().open().unwrap();
    let timed = plain.clone().with_closes_at(after(MILLI * 50)).unwrap();
    for (comment, poll) in [("a poll", plain), ("an open one", open), ("one with an end", timed)] {
        let poll = frame.say(NOW, Conversation::Peer, poll);
        let named = MessageRef::to(account("alice"), &poll);
        let other = MessageRef { hash: Digest::from_bytes([7; 32]), ..named.clone() };
        let vote = |poll: &MessageRef, options: &[&str], count| -> Body {
            let options = options.iter().map(|text| OptionId::of(text));
            PollVote::new(poll.clone(), options, count).unwrap().into()
        };
        let add = |text: &str| -> Body { PollOption::new(named.clone(), text).unwrap().into() };
        let close = || -> Body { PollClose { poll: named.clone() }.into() };
        let came = vec![
            ("bob", 10, vote(&named, &["here"], 1)),
            ("bob", 5, vote(&named, &["there"], 2)),
            ("bob", 9, vote(&named, &["here"], 1)),
            ("carol", 11, vote(&named, &["here", "there"], 1)),
            ("carol", 12, vote(&named, &["nowhere"], 2)),
            ("carol", 13, vote(&other, &["here"], 3)),
            ("dave", 14, add("nowhere")),
            ("erin", 13, add("nowhere")),
            ("dave", 15, add("here")),
            ("dave", 90, add("too late")),
            ("erin", 60, vote(&named, &["here"], 1)),
            ("erin", 40, vote(&named, &["there"], 0x7fff_ffff)),
            ("bob", 16, close()),
            ("alice", 80, close()),
            ("alice", 70, close()),
            ("frank", 75, vote(&named, &["here"], 1)),
            ("frank", 5, Text::new("no vote").unwrap().into()),
        ];
        for reversed in [false, true] {
            let mut came: Vec<_> = came
                .iter()
                .map(|(name, at, body)| {
                    let at = after(Duration::from_millis(*at));
                    (account(name), frame.say(at, Conversation::Peer, body.clone()))
                })
                .collect();
            if reversed {
                came.reverse();
            }
            tally(topic, comment, &poll, &came);
        }
    }
}

fn tally(topic: &mut Topic, comment: &str, poll: &Content, came: &[(AccountId, Content)]) {
    let mut tally = Tally::new(account("alice"), poll).unwrap();
    let came: Vec<_> = came
        .iter()
        .map(|(sender, content)| {
            let result = tally.apply(sender, content);
            let expect = result.map_or_else(|error| error.code(), |()| "ok");
            json!({ "sender": hexed(sender), "content": hex::encode(content.as_bytes()), "expect": expect })
        })
        .collect();
    let counts: Vec<_> = tally
        .counts()
        .iter()
        .map(|count| json!({ "text": hex::encode(count.text), "votes": count.votes }))
        .collect();
    let ends = [0, 50, 51, 70, 71].map(|at| tally.is_closed(after(Duration::from_millis(at))));
    let fields = json!({
        "poll": hex::encode(poll.as_bytes()), "author": hexed(&account("alice")), "came": came,
        "counts": counts, "closed_after_0_50_51_70_71": ends,
    });
    topic.test(comment, &["order"], "ok", fields);
}

fn receipts(topic: &mut Topic, frame: &Frame) {
    topic.group(json!({ "op": "receipt" }));
    let texts = [Conversation::Peer, group(1, 7)];
    let id = Digest::from_bytes([1; 32]);
    let kinds =
        [ReceiptKind::Delivered, ReceiptKind::Read, ReceiptKind::Viewed, ReceiptKind::Played];
    let mut contents: Vec<_> =
        texts.map(|place| frame.say(NOW, place, Text::new("hello").unwrap())).into();
    contents.push(frame.say(NOW, Conversation::Peer, once()));
    contents.push(frame.say(NOW, Conversation::Peer, Typing { state: TypingState::Started }));
    let sources = [
        ("accepted", Source::Peer { author: Accepted }),
        ("requested", Source::Peer { author: Requested }),
        ("blocked", Source::Peer { author: Blocked }),
        ("own-device", Source::OwnDevice),
        ("group", Source::Group { id, group: Accepted, blocked: false }),
        ("group-requested", Source::Group { id, group: Requested, blocked: false }),
        ("group-author-blocked", Source::Group { id, group: Accepted, blocked: true }),
    ];
    for content in &contents {
        for (name, source) in &sources {
            for (number, kind) in (1..).zip(kinds) {
                let allowed = may_send_receipt(kind, content, source);
                let expect = allowed.map_or_else(|error| error.code(), |()| "ok");
                let fields = json!({
                    "content": hex::encode(content.as_bytes()), "source": name, "kind": number,
                });
                topic.test(content.body().kind().name(), &[], expect, fields);
            }
        }
    }
}

fn resends(topic: &mut Topic) {
    topic.group(json!({ "op": "resend" }));
    let key = |seed| SigningKey::from_seed(&Secret::new([seed; 32])).verifying_key();
    let (own, other) = (key(1), key(2));
    for kind in [BodyKind::Text, BodyKind::Null, BodyKind::Report, BodyKind::CallOffer] {
        for (requester, answered, attempt) in
            [(own, 0, 1), (own, 4, 5), (own, 5, 5), (own, 3, 3), (own, 3, 2), (other, 0, 1)]
        {
            let original = SentMessage { kind, sent_to: own, answered };
            let request = Retry::new([7; 12], None, attempt, RetryReason::Body).unwrap();
            let allowed = may_resend(&original, &requester, &request);
            let fields = json!({
                "kind": kind.number(), "same_identity": requester == own, "answered": answered,
                "attempt": attempt,
            });
            let expect = allowed.map_or_else(|error| error.code(), |()| "ok");
            topic.test(kind.name(), &[], expect, fields);
        }
    }
}

fn view_once(topic: &mut Topic) {
    topic.group(json!({ "op": "view-once", "received": NOW.as_millis() }));
    let over = VIEW_ONCE_AGE + MILLI;
    let scripts = [
        vec![(Open, Duration::ZERO), (Open, MILLI), (Tick, over)],
        vec![(Tick, VIEW_ONCE_AGE), (Open, VIEW_ONCE_AGE)],
        vec![(Open, over), (OpenedElsewhere, over), (Open, over)],
        vec![(Tick, over), (Open, over)],
        vec![(OpenedElsewhere, MILLI), (Open, MILLI)],
        vec![(OpenedElsewhere, over), (Tick, over)],
    ];
    for script in scripts {
        let mut state = ViewOnce::Unopened { received: NOW };
        let steps: Vec<_> = script
            .into_iter()
            .map(|(event, at)| {
                let step = state.on(event, after(at));
                state = step.state;
                let name = match event {
                    Open => "open",
                    OpenedElsewhere => "opened-elsewhere",
                    Tick => "tick",
                };
                let state = match step.state {
                    ViewOnce::Unopened { .. } => "unopened",
                    ViewOnce::Opened => "opened",
                    ViewOnce::Expired => "expired",
                };
                json!({
                    "event": name, "now": after(at).as_millis(), "state": state,
                    "show": step.show, "delete": step.delete,
                })
            })
            .collect();
        topic.test("what is to be seen once", &["limit"], "ok", json!({ "steps": steps }));
    }
}

fn quotes(topic: &mut Topic, frame: &Frame) {
    topic.group(json!({ "op": "quote" }));
    let (said, other) = (frame.text("yes"), frame.text("no"));
    let (alice, bob) = (account("alice"), account("bob"));
    let quote = Quote::new(MessageRef::to(alice.clone(), &said), QuoteKind::default());
    let text = Text::new("see").unwrap().with_quote(quote.clone()).unwrap();
    let quoting = frame.say(after(MILLI), Conversation::Peer, text);
    let cases = [(Some((&alice, &said))), (Some((&alice, &other))), (Some((&bob, &said))), None];
    for held in cases {
        let expect = match quote.check(held) {
            QuoteCheck::Genuine => "ok",
            QuoteCheck::Differs => "differs",
            QuoteCheck::NotHeld => "not-held",
        };
        let held = held.map(|(author, content)| {
            json!({ "author": hexed(author), "content": hex::encode(content.as_bytes()) })
        });
        let fields = json!({ "quoting": hex::encode(quoting.as_bytes()), "held": held });
        topic.test("a quote", &[], expect, fields);
    }
    topic.group(json!({ "op": "forwarded" }));
    let mut times = None;
    for before in 0..=256u32 {
        let now = Forwarded::after(times);
        if [0, 1, 2, 253, 254, 255, 256].contains(&before) {
            let known = times.map(Forwarded::times);
            topic.test("once more", &[], "ok", json!({ "before": known, "after": now.times() }));
        }
        times = Some(now);
    }
}

fn signals(topic: &mut Topic) {
    topic.group(json!({ "op": "typing", "now": NOW.as_millis() }));
    let states = [TypingState::Started, TypingState::Stopped, TypingState::Recording];
    let name = |state| states.iter().position(|it| *it == state).unwrap();
    for state in states {
        let ages = [Duration::ZERO, TYPING_INTERVAL.saturating_sub(MILLI), TYPING_INTERVAL];
        let told = states.into_iter().flat_map(|was| ages.map(|age| Some((was, age))));
        for told in [None].into_iter().chain(told) {
            let now = NOW.saturating_add(told.map_or(Duration::ZERO, |(_, age)| age));
            let known = told.map(|(was, _)| (was, NOW));
            let send = may_send_typing(known, state, now);
            let fields = json!({
                "told": told.map(|(was, age)| json!({ "state": name(was), "age": u64::try_from(age.as_millis()).unwrap() })),
                "state": name(state), "shown_until": typing_ends(state, NOW).map(Timestamp::as_millis),
            });
            topic.test("typing", &[], if send { "send" } else { "silent" }, fields);
        }
    }
    topic.group(json!({ "op": "timer" }));
    let timer = |(seconds, version): (u64, u32)| {
        Expiry::new(Duration::from_secs(seconds), version).unwrap()
    };
    for (a, b) in [((60, 2), (5, 1)), ((60, 2), (5, 2)), ((0, 2), (5, 2)), ((0, 3), (5, 2))] {
        for (first, second) in [(a, b), (b, a)] {
            let holds = timer(first).newest(timer(second)) == timer(first);
            let fields = json!({
                "first": { "seconds": first.0, "version": first.1 },
                "second": { "seconds": second.0, "version": second.1 },
            });
            let expect = if holds { "first-holds" } else { "second-holds" };
            topic.test("two timers", &["order"], expect, fields);
        }
    }
}
