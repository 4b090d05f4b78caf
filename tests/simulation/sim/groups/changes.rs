//! Groups are founded and changed; the server takes the first change on each state.

use std::collections::BTreeSet;

use sealwax::group::channel::{Changed, GroupChannel, SignRefused};
use sealwax::group::{
    Action, ChangeDraft, GenesisDraft, Group, Outcome, Role, SignedChange, Snapshot, Title,
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
            states: vec![*group.state().hash()],
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
        self.devices[at].groups.insert(channel);
        self.note_state(at, group);
        self.write(at);
    }

    /// The truth about when a device was in which state.
    pub(super) fn note_state(&mut self, at: usize, group: usize) {
        let (revision, hash) = (self.state(at, group).revision(), *self.state(at, group).hash());
        self.devices[at].entered.insert((group, revision), self.now);
        self.devices[at].knew.insert(hash);
    }

    /// What a device has not heard of yet is fetched from the server, in order, or from a member.
    pub(super) fn fetch(&mut self, at: usize, group: usize) {
        if self.is_withheld(at, group) {
            return;
        }
        if !self.is_on_course(at, group) {
            self.come_back(at, group);
            return;
        }
        if !self.calm && self.dice.percent(30) {
            self.ask_member(at, group);
        }
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
        let result = devices[at].groups.with(&groups[group].id, apply).unwrap();
        if !self.is_on_course(at, group) {
            let taken =
                matches!(&result, Ok(changed) if matches!(changed.outcome, Outcome::Applied(_)));
            let code = result.map_or_else(|error| error.code(), |changed| placed(&changed.outcome));
            let after = self.devices[at].groups.channel(&self.groups[group].id).unwrap().stored();
            assert!(!taken && after == before, "a change of a state that it has not");
            self.report.count(format!("changes shown to whoever was led astray: {code}"));
            return true;
        }
        let Changed { outcome, lost, .. } = result.unwrap();
        let Self { devices, groups, .. } = self;
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
                self.note_state(at, group);
                self.report.count("changes taken");
                if let Some(lost) = lost {
                    self.devices[at].to_rebase.insert(group, *lost);
                }
                self.welcome(group, at);
                self.make_anew(at, group);
                true
            }
            Outcome::Duplicate | Outcome::Stale => {
                self.report.count("changes that came again");
                true
            }
            Outcome::Ahead { .. } => {
                self.report.count("changes that came too early");
                false
            }
            other => panic!("a change of the server's is {other:?}"),
        }
    }

    /// Makes a change and offers it to the server, which takes it if it is the next.
    pub(super) fn change(&mut self, at: usize, group: usize, actions: Vec<Action>) -> bool {
        let draft = actions.into_iter().fold(self.state(at, group).change(), ChangeDraft::with);
        self.offer(at, group, draft)
    }

    pub(super) fn offer(&mut self, at: usize, group: usize, draft: ChangeDraft) -> bool {
        if !self.is_on_course(at, group) {
            // It would lead further astray.
            return false;
        }
        let state = self.state(at, group).clone();
        let Some(change) = self.sign(at, group, draft) else { return false };
        let base = self.groups[group].changes.len();
        if let Some(taken) = self.groups[group].changes.get(state.revision() as usize) {
            if *taken == change {
                return false;
            }
            self.come_too_late(at, group, change);
            return false;
        }
        self.make_up(group, at, &state, &change);
        self.groups[group].states.push(*change.new_state());
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
            self.report.count("accounts added");
        }
    }

    /// Devices of accounts that somebody sees to be members now are let in.
    fn welcome(&mut self, group: usize, seen_by: usize) {
        for account in 0..self.accounts.len() {
            let member = self.state(seen_by, group).member(&self.accounts[account].id).is_some();
            if !member || !self.groups[group].been.insert(account) {
                continue;
            }
            for device in 0..self.devices.len() {
                if self.devices[device].account == account && !self.devices[device].gone {
                    self.join(device, group);
                }
            }
        }
    }

    /// From whoever of another account has the newest state.
    pub(super) fn join(&mut self, at: usize, group: usize) {
        let account = self.devices[at].account;
        let Some(from) = self.newest_member(group, account) else { return };
        if !self.calm {
            self.refuse_snapshots(from, group);
        }
        let snapshot = Snapshot::decode(&self.snapshot(from, group).encode()).unwrap();
        let us = &self.accounts[account];
        let Ok(joined) = snapshot.join(self.id_of(from), (&us.id, &us.key.public_key())) else {
            return;
        };
        let channel = GroupChannel::new(self.devices[at].local.address().clone(), joined);
        self.enter(at, group, channel);
        self.confirm(at, from, group);
        self.write(at);
        self.report.count("devices that joined");
    }
}

pub(super) fn placed(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied(_) => "applied",
        Outcome::Duplicate => "duplicate",
        Outcome::Ahead { .. } => "ahead",
        Outcome::Rebase { .. } => "rebase",
        Outcome::Stale => "stale",
        _ => "fork",
    }
}
