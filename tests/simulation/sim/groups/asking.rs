//! What is lost, and asking again: for changes, for chains and for epoch secrets.

use std::collections::btree_map::Entry;

use sealwax::group::channel::{KeyAnswer, MissingKey, RecordRefused};
use sealwax::sender_key::{Answer, ChainId, Distribution, KeyRequest};

use super::{Given, HOUR, Packet, What, World};

/// Of a hundred devices that lack something, those that ask at once.
const ASKING_PERCENT: usize = 40;

impl World {
    /// Some packets never arrive. The truth remembers what nobody can expect any more.
    pub(super) fn lose(&mut self) {
        for _ in 0..=self.dice.below(6) {
            if self.wire.is_empty() {
                return;
            }
            let place = self.dice.below(self.wire.len());
            let packet = self.wire.swap_remove(place);
            self.note_lost(&packet);
        }
    }

    fn note_lost(&mut self, packet: &Packet) {
        let to = packet.to;
        match &packet.what {
            What::Change { .. } => self.report.count("changes lost"),
            What::Ask { .. } => self.report.count("requests lost"),
            What::Key { bytes, .. } => {
                self.report.count("chains lost");
                self.lost_chains.insert((to, Distribution::decode(bytes).unwrap().chain()));
            }
            What::Message(number) => {
                let copy = |other: &Packet| {
                    other.to == to && matches!(other.what, What::Message(same) if same == *number)
                };
                if !self.wire.iter().any(copy) {
                    self.report.count("messages lost");
                    self.lost.insert((to, *number));
                }
            }
            _ => {}
        }
        self.narrate(|_| format!("lost on the way to device {to}: {}", packet.what.name()));
    }

    /// The device has the chain from the first distribution on that it takes.
    pub(super) fn mark(&mut self, to: usize, from: usize, given: &Distribution) {
        let marks = &mut self.devices[to].marks;
        if let Entry::Vacant(mark) = marks.entry((from, given.chain())) {
            mark.insert(given.iteration());
        }
    }

    /// Whether a device was ever given what opens a message, or will be without asking.
    pub(super) fn was_given(&self, to: usize, number: usize) -> bool {
        let said = &self.said[number];
        match self.devices[to].marks.get(&(said.from, said.chain)) {
            Some(mark) => *mark <= said.iteration,
            None => !self.lost_chains.contains(&(to, said.chain)),
        }
    }

    /// Whether somebody who lacks something asks for it now.
    pub(super) fn cares(&mut self) -> bool {
        self.calm || self.dice.percent(ASKING_PERCENT)
    }

    /// Asks for the chain that a message named, unless that was done too lately.
    pub(super) fn ask(&mut self, at: usize, group: usize, missing: &MissingKey) {
        // A chain of another key epoch is given to nobody, and to ask for it uses up the answer about the
        // present one for an hour.
        if self.calm && missing.scope != self.state(at, group).scope() {
            return;
        }
        let (id, now) = (self.groups[group].id, self.now);
        let to = self.place_of(&missing.device);
        let asked = self.devices[at].groups.with(&id, |c| c.ask(missing, now)).unwrap();
        let Ok(request) = asked else {
            self.report.count("not asked: too soon");
            return;
        };
        self.log(at, group, || format!("asks device {to} for its chain"));
        self.report.count("chains asked for");
        self.wire.push(Packet { to, what: What::Ask { group, from: at, request } });
    }

    /// Whoever has no secret of the key epoch cannot tell which chains there are, and asks some device
    /// of every other member for the one that it sends on.
    pub(super) fn ask_for_secret(&mut self, at: usize, group: usize) {
        let state = self.state(at, group);
        if state.is_void() {
            return;
        }
        let (scope, account) = (state.scope(), self.devices[at].account);
        let Some(chain) = self.some_chain(group) else { return };
        for device in self.members(group) {
            if self.devices[device].account != account {
                let device = self.devices[device].local.address().clone();
                self.report.count("secrets asked for");
                self.ask(at, group, &MissingKey { device, scope, chain });
            }
        }
    }

    /// What a request names does not matter to whoever answers.
    fn some_chain(&self, group: usize) -> Option<ChainId> {
        self.devices.iter().find_map(|device| Some(device.disk.given.get(&group)?.chain))
    }

    /// A request arrives. Whoever has not prepared for this state does so first.
    pub(super) fn answer(&mut self, at: usize, group: usize, from: usize, request: &KeyRequest) {
        let answered = match self.try_to_answer(at, group, from, request) {
            Err(RecordRefused::NotPrepared) if self.distribute(at, group) => {
                self.try_to_answer(at, group, from, request)
            }
            answered => answered,
        };
        match answered.map(|answered| answered.answer) {
            Ok(Answer::Give(given)) => self.give_again(at, group, from, &given),
            Ok(Answer::Withhold(withheld)) => {
                self.report.count(format!("chains withheld: {:?}", withheld.reason));
            }
            Ok(_) => self.report.count("not answered: too soon"),
            Err(refused) => self.report.count(format!("not answered: {}", refused.code())),
        }
    }

    fn try_to_answer(
        &mut self,
        at: usize,
        group: usize,
        from: usize,
        request: &KeyRequest,
    ) -> Result<KeyAnswer, RecordRefused> {
        let (id, now) = (self.groups[group].id, self.now);
        let from = self.devices[from].local.address().clone();
        let answer = |c: &mut sealwax::group::channel::GroupChannel| c.answer(&from, request, now);
        self.devices[at].groups.with(&id, answer).unwrap()
    }

    fn give_again(&mut self, at: usize, group: usize, to: usize, distribution: &Distribution) {
        let chain = distribution.chain();
        let known = self.devices[at].disk.given.get(&group).filter(|given| given.chain == chain);
        let mut given = known.cloned().unwrap_or(Given { chain, to: Default::default() });
        given.to.insert(to);
        self.check_given(at, group, &given);
        if !self.commit(at, Some((group, given))) {
            return;
        }
        let bytes = distribution.encode().to_vec();
        self.wire.push(Packet { to, what: What::Key { group, from: at, bytes } });
        self.log(at, group, || format!("gives chain {} to device {to} again", chain.as_u32()));
        self.report.count("chains given because somebody asked");
    }

    /// When nothing is lost any more, who asks again gets what there is.
    pub(super) fn ask_again(&mut self, group: usize) {
        self.now = self.now.saturating_add(HOUR * 2);
        let lacking: Vec<_> =
            self.members(group).into_iter().filter(|at| !self.knows_secret(*at, group)).collect();
        for at in lacking.iter().copied() {
            self.ask_for_secret(at, group);
        }
        self.settle();
        for at in lacking {
            self.check_asked(at, group);
        }
        self.check_chains(group);
    }

    /// Nobody lacks a chain, of which there is a message, that its sender still sends on.
    fn check_chains(&mut self, group: usize) {
        let members = self.members(group);
        let waiting = self.wire.iter().filter_map(|packet| match packet.what {
            What::Message(number) if self.said[number].group == group => Some((packet.to, number)),
            _ => None,
        });
        for (to, number) in waiting.collect::<Vec<_>>() {
            let (from, chain) = (self.said[number].from, self.said[number].chain);
            let inside = members.contains(&to) && members.contains(&from);
            let excused = self.devices[to].restored || self.devices[from].restored;
            let heard = self.devices[to].knew.contains(&self.said[number].state);
            if !inside || excused || !heard || !self.distribute(from, group) {
                continue;
            }
            self.settle();
            if self.devices[from].disk.given[&group].chain == chain {
                let has = self.devices[to].marks.contains_key(&(from, chain));
                assert!(has, "{to} asked {from} for its chain in vain");
            }
        }
    }

    /// Whoever has the secret and may give it out has given it to whoever asked.
    fn check_asked(&mut self, at: usize, group: usize) {
        if self.knows_secret(at, group) {
            self.report.count("secrets that came because somebody asked");
        }
        let account = self.devices[at].account;
        for other in self.members(group) {
            let knows = self.devices[other].account != account && self.knows_secret(other, group);
            if knows && self.distribute(other, group) {
                self.settle();
                assert!(self.knows_secret(at, group), "{at} asked {other} in vain");
            }
        }
    }

    pub(super) fn knows_secret(&self, at: usize, group: usize) -> bool {
        let channel = self.devices[at].groups.channel(&self.groups[group].id);
        channel.is_some_and(|channel| channel.epoch_secret().is_some())
    }
}
