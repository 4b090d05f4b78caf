//! Two changes of one state. The server takes one; whose lost is made anew. Some members may have
//! been shown the other one first: they have come apart from the rest, see that they have, and come
//! back with a snapshot.

use sealwax::group::channel::GroupChannel;
use sealwax::group::{
    Action, Confirmation, Outcome, Rebase, Role, SignedChange, Snapshot, StateAck, SyncAnswer,
    SyncRequest, Witnessed, rebase,
};

use super::changes::placed;
use super::{Packet, What, World};

impl World {
    /// Whether a device has the state that everybody comes to, or one on the way there.
    pub(super) fn is_on_course(&self, at: usize, group: usize) -> bool {
        let state = self.state(at, group);
        self.groups[group].states.get(state.revision() as usize) == Some(state.hash())
    }

    pub(super) fn said_on_course(&self, number: usize) -> bool {
        let said = &self.said[number];
        self.groups[said.group].states.get(said.revision as usize) == Some(&said.state)
    }

    // Two changes of one state

    /// The server has another change on this one's base. It may show this one all the same.
    pub(super) fn come_too_late(&mut self, by: usize, group: usize, change: SignedChange) {
        self.log(by, group, || {
            format!("makes a change {} that comes too late", change.base_revision())
        });
        self.report.count("changes that came too late");
        self.losers.push((group, change));
        if self.calm {
            return;
        }
        let number = self.losers.len() - 1;
        for to in self.in_group(group) {
            let told = to == by && self.splits;
            if told || self.dice.percent(20) {
                self.wire.push(Packet { to, what: What::Loser(number) });
            }
        }
    }

    /// Whether it was of use, now or never. Nobody is led astray for ever: the owner's devices are not.
    pub(super) fn take_loser(&mut self, to: usize, number: usize) -> bool {
        let (group, change) = self.losers[number].clone();
        let state = self.state(to, group);
        let owner = state.member(self.id_of(to)).is_none_or(|member| member.role == Role::Owner);
        let follows = change.base_hash() == state.hash();
        if follows && (owner || self.calm || !self.splits) {
            return true;
        }
        let (id, now) = (self.groups[group].id, self.now);
        let before = self.devices[to].groups.channel(&id).unwrap().stored();
        let Self { devices, lists, .. } = self;
        let result = devices[to].groups.with(&id, |c| c.apply(&change, lists, now)).unwrap();
        let what = result.as_ref().map_or_else(|e| e.code(), |changed| placed(&changed.outcome));
        self.log(to, group, || format!("is shown a change that lost: {what}"));
        self.report.count(format!("changes that lost: {what}"));
        match result.map(|changed| changed.outcome) {
            Ok(Outcome::Applied(_)) => self.follow_loser(to, group),
            outcome => {
                let after = self.devices[to].groups.channel(&id).unwrap().stored();
                assert!(after == before, "a change that is not taken changes something");
                !matches!(outcome, Ok(Outcome::Ahead { .. }))
            }
        }
    }

    fn follow_loser(&mut self, to: usize, group: usize) -> bool {
        if !self.commit(to, None) {
            return false;
        }
        self.note_state(to, group);
        assert!(!self.is_on_course(to, group));
        self.devices[to].strayed.insert(group);
        self.report.count("devices led astray");
        true
    }

    /// Whoever's change lost makes it anew, once nothing else is known to have happened.
    pub(super) fn make_anew(&mut self, at: usize, group: usize) {
        let state = self.state(at, group).clone();
        let newest = state.revision() as usize == self.groups[group].changes.len();
        if self.calm || !newest {
            return;
        }
        let Some(lost) = self.devices[at].to_rebase.remove(&group) else { return };
        let Rebase { draft, dropped } = rebase(&lost, &state);
        self.report.add("actions dropped when a change was made anew", dropped.len() as u64);
        let Some(draft) = draft else { return };
        let goes = |action: &Action| matches!(action, Action::Remove(_) | Action::Leave);
        if draft.actions().iter().any(goes) && state.members().len() <= 3 {
            return;
        }
        if self.offer(at, group, draft) {
            self.report.count("changes made anew");
        }
    }

    // Asking a member

    pub(super) fn snapshot(&self, from: usize, group: usize) -> Snapshot {
        self.devices[from].groups.channel(&self.groups[group].id).unwrap().group().snapshot()
    }

    /// Some member of another account that has the newest state.
    pub(super) fn newest_member(&self, group: usize, account: usize) -> Option<usize> {
        let members = self.members(group).into_iter();
        let others = members
            .filter(|other| self.devices[*other].account != account)
            .filter(|other| self.is_on_course(*other, group));
        others.max_by_key(|other| self.state(*other, group).revision())
    }

    /// The same, of those whom a device knows to be members: it takes no answer of others.
    fn newest_known(&self, at: usize, group: usize) -> Option<usize> {
        let own = self.state(at, group);
        let members = self.members(group).into_iter();
        let others = members
            .filter(|other| self.devices[*other].account != self.devices[at].account)
            .filter(|other| own.member(self.id_of(*other)).is_some())
            .filter(|other| self.is_on_course(*other, group));
        others.max_by_key(|other| self.state(*other, group).revision())
    }

    /// What a member answers, over the wire.
    fn answer_of(&self, from: usize, at: usize, group: usize) -> Option<SyncAnswer> {
        let id = self.groups[group].id;
        let ack = self.devices[at].groups.channel(&id)?.group().ack();
        let request = SyncRequest::decode(&SyncRequest { known: ack }.encode()).unwrap();
        let known = self.state(from, group).revision() as usize;
        let answering = self.devices[from].groups.channel(&id)?.group();
        let kept = &self.groups[group].changes[..known];
        let answer = answering.answer(self.id_of(at), &request, kept)?;
        Some(SyncAnswer::decode(&answer.encode()).unwrap())
    }

    /// Changes that a member kept: those that the server has.
    pub(super) fn ask_member(&mut self, at: usize, group: usize) {
        let Some(from) = self.newest_member(group, self.devices[at].account) else { return };
        let Some(SyncAnswer::Changes(changes)) = self.answer_of(from, at, group) else { return };
        self.report.count("answers with changes");
        for change in changes {
            let base = change.base_revision() as usize;
            assert!(change == self.groups[group].changes[base], "another change in an answer");
            if !self.take_change(at, group, base) {
                return;
            }
        }
    }

    /// A device that has come apart from the others sees that, and takes the state of one of them, if
    /// theirs has gone on. Nobody answers who is no member.
    pub(super) fn come_back(&mut self, at: usize, group: usize) {
        let Some(from) = self.newest_known(at, group) else { return };
        self.see_fork(at, from, group);
        let snapshot = match self.answer_of(from, at, group) {
            Some(SyncAnswer::Snapshot(snapshot)) => *snapshot,
            Some(SyncAnswer::Changes(_)) => panic!("changes of a state that is not on the way"),
            None => return,
        };
        let (id, now, account) = (self.groups[group].id, self.now, self.devices[at].account);
        let Self { devices, lists, accounts, .. } = self;
        let sender = accounts[devices[from].account].id.clone();
        let us = (&accounts[account].id, &accounts[account].key.public_key());
        let resync = |c: &mut GroupChannel| c.resync(snapshot, &sender, us, lists, now);
        if let Err(error) = devices[at].groups.with(&id, resync).unwrap() {
            self.log(at, group, || format!("does not come back: {}", error.code()));
            self.report.count(format!("not come back: {}", error.code()));
            return;
        }
        self.confirm(at, from, group);
        if self.commit(at, None) {
            // What was said before is past.
            self.devices[at].entered.retain(|(other, _), _| *other != group);
            self.note_state(at, group);
            self.log(at, group, || "comes back with a snapshot".into());
            self.report.count("devices that came back");
        }
    }

    fn see_fork(&mut self, at: usize, from: usize, group: usize) {
        let (id, now) = (self.groups[group].id, self.now);
        let ack = self.ack_of(from, group);
        let by = self.id_of(from).clone();
        let (seen, _) = self.devices[at].groups.with(&id, |c| c.witness(&by, &ack, now)).unwrap();
        let known = self.devices[at].knew.contains(&ack.state_hash);
        assert!(known || seen != Witnessed::Same, "two states that seem the same");
        self.report.count(format!("seen by a device led astray: {seen:?}"));
        self.write(at);
    }

    fn ack_of(&self, at: usize, group: usize) -> StateAck {
        let channel = self.devices[at].groups.channel(&self.groups[group].id).unwrap();
        StateAck::decode(&channel.group().ack().encode()).unwrap()
    }

    /// Another account than the one that let a device in shows the same state, or a person decides.
    pub(super) fn confirm(&mut self, at: usize, from: usize, group: usize) {
        let (id, now, own) = (self.groups[group].id, self.now, self.devices[at].account);
        for other in self.members(group) {
            let account = self.devices[other].account;
            let third = account != own && account != self.devices[from].account;
            if !third || !self.is_on_course(other, group) {
                continue;
            }
            let (ack, by) = (self.ack_of(other, group), self.id_of(other).clone());
            // A word of a later revision would hold the device up.
            if ack.revision <= self.state(at, group).revision() {
                let _ = self.devices[at].groups.with(&id, |c| c.witness(&by, &ack, now)).unwrap();
            }
        }
        let channel = self.devices[at].groups.channel(&id).unwrap();
        if *channel.group().confirmation() == Confirmation::Confirmed {
            self.report.count("groups confirmed by a member");
        } else {
            let _ = self.devices[at].groups.with(&id, GroupChannel::believe);
            self.report.count("groups believed");
        }
    }
}
