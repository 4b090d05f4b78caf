//! Nothing goes wrong any more, and everything comes to its end.

use sealwax::group::Action;

use super::{GROUPS, HOUR, Packet, What, World};

impl World {
    pub(super) fn heal(&mut self) {
        self.calm = true;
        self.narrate(|_| "from now on nothing goes wrong".into());
        self.now = self.now.saturating_add(HOUR * 2);
        for group in 0..GROUPS {
            self.settle();
            self.catch_up(group);
            self.join_all(group);
            self.ask_again(group);
            self.begin_anew(group);
            self.check_agreement(group);
            self.check_conversation(group);
        }
        self.check_nothing_is_left();
    }

    /// All that is under way arrives, as often as it helps.
    pub(super) fn settle(&mut self) {
        let mut helps = true;
        while helps {
            helps = false;
            for packet in std::mem::take(&mut self.wire) {
                if self.devices[packet.to].gone || self.take(&packet) {
                    helps = true;
                } else {
                    self.wire.push(packet);
                }
            }
        }
    }

    fn catch_up(&mut self, group: usize) {
        // Whoever was led astray asks again when the others have gone on.
        for _ in 0..2 {
            for at in self.in_group(group) {
                self.fetch(at, group);
            }
        }
        self.settle();
    }

    /// Devices of members that missed when they could join.
    fn join_all(&mut self, group: usize) {
        let inside = self.in_group(group);
        let newest = inside.iter().copied().filter(|at| self.is_on_course(*at, group));
        let newest = newest.max_by_key(|at| self.state(*at, group).revision()).unwrap();
        let state = self.state(newest, group).clone();
        for at in 0..self.devices.len() {
            let out = !self.devices[at].gone && !inside.contains(&at);
            if out && state.member(self.id_of(at)).is_some() {
                self.join(at, group);
                assert!(self.is_in(at, group), "a member's device is not let in");
            }
        }
    }

    /// Whoever may tells the group of all lists, and begins a key epoch: what was rolled back heals.
    fn begin_anew(&mut self, group: usize) {
        for at in self.members(group) {
            let outdated = self.outdated(at, group);
            if !outdated.is_empty() {
                assert!(self.change(at, group, outdated), "nobody tells the group");
                self.catch_up(group);
            }
        }
        let reset = self
            .members(group)
            .into_iter()
            .any(|at| self.change(at, group, vec![Action::ResetKeys]));
        if reset {
            self.catch_up(group);
        }
    }

    fn check_agreement(&self, group: usize) {
        let last = self.groups[group].states.last().unwrap();
        let newest =
            self.in_group(group).into_iter().find(|at| self.state(*at, group).hash() == last);
        let state = self.state(newest.expect("nobody has the last state"), group);
        for at in self.in_group(group) {
            // Nobody answers a device that was led astray and is no member's any more.
            let astray = !self.is_on_course(at, group) && state.member(self.id_of(at)).is_none();
            assert!(astray || self.state(at, group) == state, "states differ");
        }
    }

    /// Everybody says something; exactly the others read it.
    fn check_conversation(&mut self, group: usize) {
        let members = self.members(group);
        for at in &members {
            self.look(*at, group);
        }
        // The author of the key epoch first: with its chain comes the secret.
        let first = members.iter().copied().find(|at| self.knows_secret(*at, group));
        let first = first.expect("nobody knows the secret");
        let others = members.iter().copied().filter(|at| *at != first);
        for at in [first].into_iter().chain(others) {
            assert!(self.distribute(at, group), "somebody cannot prepare");
            self.settle();
        }
        for at in members.iter().copied() {
            let number = self.say(at, group).expect("somebody cannot speak");
            for device in 0..self.devices.len() {
                if !self.said[number].to.contains(&device) && !self.devices[device].gone {
                    self.wire.push(Packet { to: device, what: What::Stray(number) });
                }
            }
            self.settle();
            for to in &members {
                let opened = self.devices[*to].opened.contains(&number);
                assert_eq!(opened, *to != at, "{to} and what {at} says");
            }
        }
        self.report.count("conversations that ended well");
    }

    /// What was said was opened by all whom it was for, or there is a reason.
    fn check_nothing_is_left(&mut self) {
        let said = self.said.iter().enumerate();
        let all = said.flat_map(|(number, said)| said.to.iter().map(move |to| (*to, number)));
        for (to, number) in all.collect::<Vec<_>>() {
            if !self.devices[to].opened.contains(&number) && !self.devices[to].gone {
                let why = self.why_not(to, number);
                self.report.count(why.unwrap_or_else(|| panic!("{to} never opens {number}")));
            }
        }
    }

    fn why_not(&self, to: usize, number: usize) -> Option<&'static str> {
        let from = self.said[number].from;
        if self.devices[to].restored || self.devices[from].restored {
            Some("not opened in the end: somebody went back to a backup")
        } else if self.lost.contains(&(to, number)) {
            Some("not opened in the end: lost")
        } else if !self.was_given(to, number) {
            Some("not opened in the end: the chain was lost, or came later")
        } else if self.is_past(to, number) {
            Some("not opened in the end: past")
        } else {
            None
        }
    }
}
