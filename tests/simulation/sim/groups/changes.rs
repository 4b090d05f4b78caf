//! Groups are founded and changed; the server takes the first change on each state.

use std::collections::BTreeSet;

use sealwax::group::channel::{GroupChannel, SignRefused};
use sealwax::group::{
    Action, ChangeDraft, GenesisDraft, Group, Outcome, Role, SignedChange, Title,
};

use super::{Device, Log, Packet, What, World};

impl World {
    /// By the first device of an account, with all but one of the others.
    pub(super) fn found(&mut self, founder: usize) {
        let mut draft = GenesisDraft::new(Title::new("a group").unwrap());
        let others = (0..super::ACCOUNTS - 1).filter(|account| *account != founder);
        let been: BTreeSet<_> = others.clone().chain([founder]).collect();
        for (place, account) in others.enumerate() {
            let role = if place == 0 { Role::Admin } else { Role::Member };
            draft = draft.member(&self.lists[&self.accounts[account].id], role);
        }
        let at = self.devices.iter().position(|device| device.account == founder).unwrap();
        let list = &self.lists[&self.accounts[founder].id];
        let founded = draft.sign(&self.devices[at].local, list, self.now, &mut self.rng).unwrap();
        let group = Group::founded(founded.genesis);
        self.groups.push(Log {
            id: group.state().group(),
            changes: Vec::new(),
            been: been.clone(),
        });
        let number = self.groups.len() - 1;
        for device in 0..self.devices.len() {
            if been.contains(&self.devices[device].account) {
                let own = self.devices[device].local.address().clone();
                let mut channel = GroupChannel::new(own, group.clone());
                if device == at {
                    channel.learn(&founded.epoch_secret).unwrap();
                }
                self.enter(device, number, channel);
            }
        }
    }

    pub(super) fn enter(&mut self, at: usize, group: usize, channel: GroupChannel) {
        let revision = channel.group().state().revision();
        self.devices[at].groups.insert(channel);
        self.devices[at].entered.insert((group, revision), self.now);
        self.write(at);
    }

    /// What a device has not heard of yet is fetched from the server, in order.
    pub(super) fn fetch(&mut self, at: usize, group: usize) {
        loop {
            let known = self.state(at, group).revision() as usize;
            if known == self.groups[group].changes.len() {
                return;
            }
            let taken = self.take_change(at, group, known);
            assert!(taken || !self.calm, "a change in order is not taken");
            if !taken {
                return;
            }
        }
    }

    /// Whether it was of use, now or never.
    pub(super) fn take_change(&mut self, at: usize, group: usize, base: usize) -> bool {
        let Self { devices, groups, now, lists, .. } = self;
        let change = &groups[group].changes[base];
        let before = devices[at].groups.channel(&groups[group].id).unwrap().stored();
        let apply = |channel: &mut GroupChannel| channel.apply(change, lists, *now);
        let outcome = devices[at].groups.with(&groups[group].id, apply).unwrap().unwrap().outcome;
        if !matches!(outcome, Outcome::Applied(_)) {
            let channel = devices[at].groups.channel(&groups[group].id).unwrap();
            assert!(channel.stored() == before, "a change that is not taken changes something");
        }
        self.log(at, group, || format!("is shown change {base}: {}", placed(&outcome)));
        match outcome {
            Outcome::Applied(_) => {
                if !self.commit(at, None) {
                    return false;
                }
                let entered = self.now;
                self.devices[at].entered.insert((group, base as u32 + 1), entered);
                self.report.count("changes taken");
                true
            }
            Outcome::Duplicate | Outcome::Stale => true,
            Outcome::Ahead { .. } => {
                self.report.count("changes that came too early");
                false
            }
            other => panic!("a change of the server's is {other:?}"),
        }
    }

    /// Makes a change and offers it to the server, which takes it if it is the next.
    pub(super) fn change(&mut self, at: usize, group: usize, actions: Vec<Action>) -> bool {
        let state = self.state(at, group).clone();
        if state.revision() as usize != self.groups[group].changes.len() {
            self.report.count("changes that came too late");
            return false;
        }
        let draft = actions.into_iter().fold(state.change(), ChangeDraft::with);
        let Some(change) = self.sign(at, group, draft) else { return false };
        let base = self.groups[group].changes.len();
        self.groups[group].changes.push(change);
        for to in self.in_group(group) {
            if to != at {
                self.wire.push(Packet { to, what: What::Change { group, base } });
            }
        }
        self.log(at, group, || format!("makes change {base}"));
        self.report.count("changes made");
        self.take_change(at, group, base);
        true
    }

    /// Signs and stores, or gives out again what it signed before it crashed.
    fn sign(&mut self, at: usize, group: usize, draft: ChangeDraft) -> Option<SignedChange> {
        let Self { devices, groups, lists, now, rng, .. } = self;
        let Device { local, groups: channels, .. } = &mut devices[at];
        let sign = |channel: &mut GroupChannel| channel.sign(draft, local, lists, *now, rng);
        match channels.with(&groups[group].id, sign).unwrap() {
            Ok(signed) => self.commit(at, None).then_some(signed.authored.change),
            Err(SignRefused::Pending(change)) => {
                self.report.count("changes given out again");
                Some(*change)
            }
            Err(refused) => {
                self.report.count(format!("changes refused: {}", refused.code()));
                None
            }
        }
    }

    /// Newer lists that the group has not heard of.
    pub(super) fn outdated(&self, at: usize, group: usize) -> Vec<Action> {
        self.state(at, group).outdated(&self.lists)
    }

    /// An account that was never in the group comes in; another member's device lets it in.
    pub(super) fn add_account(&mut self, at: usize, group: usize) {
        let Some(account) = (0..self.accounts.len()).find(|a| !self.groups[group].been.contains(a))
        else {
            return;
        };
        let list = &self.lists[&self.accounts[account].id];
        if self.change(at, group, vec![Action::add(list, Role::Member)]) {
            self.groups[group].been.insert(account);
            for device in 0..self.devices.len() {
                if self.devices[device].account == account && !self.devices[device].gone {
                    self.join(device, group);
                }
            }
            self.report.count("accounts added");
        }
    }

    /// From whoever of another account has the newest state.
    pub(super) fn join(&mut self, at: usize, group: usize) {
        let account = self.devices[at].account;
        let others = self.members(group).into_iter();
        let others = others.filter(|other| self.devices[*other].account != account);
        let Some(from) = others.max_by_key(|other| self.state(*other, group).revision()) else {
            return;
        };
        let id = self.groups[group].id;
        let snapshot = self.devices[from].groups.channel(&id).unwrap().group().snapshot();
        let us = &self.accounts[account];
        let Ok(joined) = snapshot.join(self.id_of(from), (&us.id, &us.key.public_key())) else {
            return;
        };
        let mut channel = GroupChannel::new(self.devices[at].local.address().clone(), joined);
        let _ = channel.believe();
        self.enter(at, group, channel);
        self.report.count("devices that joined");
    }
}

fn placed(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied(_) => "applied",
        Outcome::Duplicate => "duplicate",
        Outcome::Ahead { .. } => "ahead",
        Outcome::Rebase { .. } => "rebase",
        Outcome::Stale => "stale",
        _ => "fork",
    }
}
