//! What may happen next.

use sealwax::group::{Action, Title};

use super::{DAY, GROUPS, HOUR, World};

impl World {
    pub(super) fn act(&mut self) {
        let group = self.dice.below(GROUPS);
        let Some(at) = self.one_of(group) else { return };
        match self.dice.weighted([24, 4, 2, 1, 1, 2, 1, 1, 2, 6, 3, 4, 1, 1].into_iter()) {
            0 => {
                if self.distribute(at, group) {
                    self.say(at, group);
                }
            }
            1 => self.change_something(at, group),
            2 => self.remove_somebody(at, group),
            3 => self.add_account(at, group),
            4 => self.add_a_device(),
            5 => self.tell(at, group),
            6 => self.revoke_one(),
            7 => self.restore(at),
            8 => self.back_up(at),
            9 => self.wait(),
            10 => self.fetch(at, group),
            11 => self.lose(),
            12 => self.withhold(at, group),
            _ => self.offer_snapshot(at, group),
        }
        let arriving = self.dice.below(12);
        for _ in 0..arriving {
            if !self.wire.is_empty() {
                let place = self.dice.below(self.wire.len());
                self.deliver(place);
            }
        }
    }

    fn one_of(&mut self, group: usize) -> Option<usize> {
        let members = self.members(group);
        self.dice.pick(&members)
    }

    fn change_something(&mut self, at: usize, group: usize) {
        let action = if self.dice.percent(40) {
            Action::ResetKeys
        } else {
            Action::SetTitle(Title::new(&format!("title {}", self.said.len())).unwrap())
        };
        self.change(at, group, vec![action]);
    }

    fn remove_somebody(&mut self, at: usize, group: usize) {
        let members = self.members(group);
        let Some(whom) = self.dice.pick(&members) else { return };
        let action =
            if whom == at { Action::Leave } else { Action::Remove(self.id_of(whom).clone()) };
        // The owner stays, and enough to talk to.
        let accounts = self.state(at, group).members().len();
        if accounts > 3 && self.change(at, group, vec![action]) {
            self.report.count("members that went");
        }
    }

    fn add_a_device(&mut self) {
        let account = self.dice.below(self.accounts.len());
        let id = &self.accounts[account].id;
        if self.lists[id].devices().len() > 2 {
            return;
        }
        self.add_device(account);
        let at = self.devices.len() - 1;
        for group in 0..GROUPS {
            let inside = self.members(group).into_iter();
            if inside.into_iter().any(|other| self.devices[other].account == account) {
                self.join(at, group);
            }
        }
        self.report.count("devices added");
    }

    /// The group hears of newer lists.
    fn tell(&mut self, at: usize, group: usize) {
        let actions = self.outdated(at, group);
        if !actions.is_empty() && self.change(at, group, actions) {
            self.report.count("groups told of lists");
        }
    }

    fn revoke_one(&mut self) {
        let listed = |at: &usize| {
            let list = &self.lists[self.id_of(*at)];
            !self.devices[*at].gone && list.devices().len() > 1
        };
        let several: Vec<_> = (0..self.devices.len()).filter(listed).collect();
        if let Some(at) = self.dice.pick(&several) {
            self.revoke(at);
        }
    }

    fn wait(&mut self) {
        let time = match self.dice.below(12) {
            0 => DAY * 3,
            1 => DAY,
            2 | 3 => HOUR * 2,
            _ => HOUR / 60,
        };
        self.now = self.now.saturating_add(time);
        for at in 0..self.devices.len() {
            for group in 0..GROUPS {
                let (id, now) = (self.groups[group].id, self.now);
                let _ = self.devices[at].groups.with(&id, |channel| channel.expire(now));
            }
            self.write(at);
        }
    }
}
