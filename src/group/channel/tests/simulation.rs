use proptest::prelude::*;

use super::*;
use crate::group::{ChangeBuffer, Role, Title};

/// Who takes part, founders first.
const ALL: [&str; 9] = ["olga", "anna", "adam", "mona", "max", "mia", "otto", "sam", "sue"];

/// What the server passes on, in an order of its own for each member.
enum Parcel {
    Change(Box<Authored>),
    Key { from: DeviceAddress, given: Vec<u8> },
    Message { text: String, envelope: Vec<u8> },
}

use alloc::boxed::Box;
use alloc::string::String;

/// A group whose changes a server orders, and whose network delivers to everybody in another order.
struct Simulation {
    world: World,
    /// The last state, which everybody will come to.
    author: &'static str,
    queues: BTreeMap<&'static str, Vec<Parcel>>,
    read: BTreeMap<&'static str, Vec<String>>,
    said: usize,
}

#[derive(Clone, Debug)]
enum Step {
    Add(usize),
    Remove(usize, usize),
    Role(usize, usize),
    Title(usize),
    Reset(usize),
    Say(usize),
    Deliver(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..ALL.len();
    prop_oneof![
        1 => (7..9usize).prop_map(Step::Add),
        1 => (1..4usize, 3..9usize).prop_map(|(by, whom)| Step::Remove(by, whom)),
        1 => (4..9usize, 0..2usize).prop_map(|(whom, role)| Step::Role(whom, role)),
        1 => (0..3usize).prop_map(Step::Title),
        1 => (0..4usize).prop_map(Step::Reset),
        6 => who().prop_map(Step::Say),
        6 => (who(), 0..8usize).prop_map(|(whom, at)| Step::Deliver(whom, at)),
    ]
}

impl Simulation {
    fn new() -> Self {
        let world = World::new();
        let queues = FOUNDERS.iter().map(|name| (*name, Vec::new())).collect();
        let read = ALL.iter().map(|name| (*name, Vec::new())).collect();
        Self { world, author: "olga", queues, read, said: 0 }
    }

    fn state(&self) -> &crate::group::GroupState {
        self.world.channels[self.author].group().state()
    }

    /// Everything that waits for `name`, so that it is up to date.
    fn deliver_all(&mut self, name: &'static str) {
        while self.queues.get(name).is_some_and(|queue| !queue.is_empty()) {
            let waiting = self.queues[name].len();
            for _ in 0..waiting {
                self.deliver(name, 0);
            }
            if self.queues[name].len() == waiting {
                break;
            }
        }
    }

    /// Delivers one parcel; what cannot be used yet goes to the end.
    fn deliver(&mut self, name: &'static str, at: usize) {
        let Some(queue) = self.queues.get_mut(name).filter(|queue| !queue.is_empty()) else {
            return;
        };
        let parcel = queue.remove(at % queue.len());
        if !self.take(name, &parcel) {
            self.queues.get_mut(name).unwrap().push(parcel);
        }
    }

    /// Whether it was of use, now or never.
    fn take(&mut self, name: &'static str, parcel: &Parcel) -> bool {
        let World { people, channels, now, .. } = &mut self.world;
        let Some(channel) = channels.get_mut(name) else { return true };
        match parcel {
            Parcel::Change(authored) => {
                let outcome = channel.apply(&authored.change, &people.lists, *now).unwrap().outcome;
                match outcome {
                    Outcome::Applied(_) => {
                        let member = channel.group().state().member(&id(name)).is_some();
                        if let Some(secret) = authored.epoch_secret.as_ref().filter(|_| member) {
                            channel.learn(secret).unwrap();
                        }
                        true
                    }
                    Outcome::Ahead { .. } => false,
                    _ => true,
                }
            }
            Parcel::Key { from, given } => {
                let given = Distribution::decode(given).unwrap();
                let taken = channel.accept(from, &given, &people.lists, *now).unwrap();
                !matches!(taken, KeyOutcome::NeedState { .. } | KeyOutcome::Stranger(_))
            }
            Parcel::Message { text, envelope } => {
                match channel.open(&message(envelope), *now).unwrap() {
                    Opened::Message(heard) => {
                        assert_eq!(heard.plaintext, text.as_bytes());
                        self.read.get_mut(name).unwrap().push(text.clone());
                        true
                    }
                    Opened::Duplicate | Opened::TooOld | Opened::NotAllowed { .. } => true,
                    Opened::Own | Opened::Fork { .. } => panic!("{name}"),
                    _ => false,
                }
            }
        }
    }

    fn send(&mut self, but: &str, parcel: impl Fn() -> Parcel) {
        for (_, queue) in self.queues.iter_mut().filter(|(name, _)| **name != but) {
            queue.push(parcel());
        }
    }

    /// The server takes only changes of the last state: whoever changes is up to date.
    fn change(&mut self, name: &'static str, actions: Vec<Action>) {
        self.deliver_all(name);
        let state = self.world.channels[name].group().state();
        let now = self.world.now;
        let Ok(authored) = self.world.people.sign_at(name, state, actions, now) else { return };
        let newcomers: Vec<_> = ALL
            .into_iter()
            .filter(|n| state.member(&id(n)).is_none() && authored.state.member(&id(n)).is_some())
            .collect();
        self.world.publish(&[name], &authored);
        self.send(name, || Parcel::Change(Box::new(authored.clone())));
        self.author = name;
        for newcomer in newcomers {
            self.join(newcomer, name);
        }
    }

    fn join(&mut self, newcomer: &'static str, adder: &str) {
        let us = self.world.people.account(newcomer);
        let snapshot = self.world.channels[adder].group().snapshot();
        let group = snapshot.join(&id(adder), (&us.id, &us.pair.public_key())).unwrap();
        let own = self.world.people.device(newcomer).address().clone();
        let mut channel = GroupChannel::new(own, group);
        channel.learn(self.world.channels[adder].epoch_secret().unwrap()).unwrap();
        channel.believe();
        self.world.channels.insert(newcomer, channel);
        self.queues.insert(newcomer, Vec::new());
    }

    /// Says something if it may, giving its chain out before; to everybody, former members too.
    fn say(&mut self, name: &'static str) {
        if !self.world.channels.contains_key(name) {
            return;
        }
        // Whoever has heard of changes that it lacks waits for them.
        let Ok(prepared) = self.world.prepare(name) else { return };
        let channel = self.world.channel(name);
        let from = channel.own().clone();
        let given = prepared.distribution.encode().to_vec();
        channel.record(prepared.distribution.position(), &prepared.devices).unwrap();
        for device in &prepared.devices {
            let to = ALL.into_iter().find(|n| id(n) == device.account).unwrap();
            let key = Parcel::Key { from: from.clone(), given: given.clone() };
            self.queues.get_mut(to).unwrap().push(key);
        }
        self.said += 1;
        let text = alloc::format!("{name} says {}", self.said);
        let Ok(envelope) = self.world.try_say(name, &text) else { return };
        self.send(name, || Parcel::Message { text: text.clone(), envelope: envelope.clone() });
    }

    fn act(&mut self, step: &Step) {
        let title = |n: usize| Action::SetTitle(Title::new(&alloc::format!("title {n}")).unwrap());
        match *step {
            Step::Add(whom) => {
                let add = vec![Action::add(self.world.people.list(ALL[whom]), Role::Member)];
                // Once only: whoever comes back would begin a new channel.
                if !self.world.channels.contains_key(ALL[whom]) {
                    self.change("anna", add);
                }
            }
            Step::Remove(by, whom) => self.change(ALL[by], vec![Action::Remove(id(ALL[whom]))]),
            Step::Role(whom, role) => {
                self.change("olga", vec![Action::SetRole(id(ALL[whom]), Role::ALL[role])]);
            }
            Step::Title(by) => self.change(ALL[by], vec![title(self.said)]),
            Step::Reset(by) => self.change(ALL[by], vec![Action::ResetKeys]),
            Step::Say(who) => self.say(ALL[who]),
            Step::Deliver(whom, at) => self.deliver(ALL[whom], at),
        }
    }

    /// All that is under way arrives. Former members get it too: they were never told to stop.
    fn settle(&mut self) {
        for name in self.queues.keys().copied().collect::<Vec<_>>() {
            self.deliver_all(name);
        }
    }

    fn members(&self) -> Vec<&'static str> {
        let state = self.state();
        ALL.into_iter().filter(|name| state.member(&id(name)).is_some()).collect()
    }

    /// Everybody has one state; all members read what is said now, and nobody else does.
    fn check(&mut self) {
        self.settle();
        let hash = *self.state().hash();
        let members = self.members();
        for name in &members {
            assert_eq!(*self.world.channels[name].group().state().hash(), hash, "{name}");
        }
        let speaker = if members.contains(&"anna") { "anna" } else { "olga" };
        self.say(speaker);
        let last = alloc::format!("{speaker} says {}", self.said);
        self.settle();
        for name in self.world.channels.keys().filter(|name| **name != speaker) {
            let read = self.read[name].contains(&last);
            assert_eq!(read, members.contains(name), "{name}: {last}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn members_agree_and_who_was_removed_reads_nothing_new(
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let mut simulation = Simulation::new();
        for (n, step) in steps.iter().enumerate() {
            simulation.act(step);
            if n % 10 == 9 {
                simulation.check();
            }
        }
        simulation.check();
        let _ = ChangeBuffer::new(simulation.state().group());
    }
}
