//! Something arrives, and is judged.

use sealwax::envelope::Envelope;
use sealwax::group::channel::{
    Found, GroupMessage, KeyOutcome, NotAllowedReason, Opened, StoredChannel,
};
use sealwax::limits::{GROUP_PAST_AGE, GROUP_PAST_REVISIONS};
use sealwax::sender_key::Distribution;

use super::{Packet, Said, What, World};

impl World {
    /// Delivers a packet. What cannot be used yet stays on the way.
    pub(super) fn deliver(&mut self, place: usize) {
        let packet = self.wire.swap_remove(place);
        if self.devices[packet.to].gone {
            return;
        }
        let change = matches!(packet.what, What::Change { .. });
        if change && self.is_withheld(packet.to, self.group_of(&packet)) {
            self.wire.push(packet);
            return;
        }
        let again = !self.calm && self.dice.percent(15);
        if !self.take(&packet) || again {
            self.wire.push(packet);
        }
    }

    /// Whether it was of use, now or never.
    pub(super) fn take(&mut self, packet: &Packet) -> bool {
        let to = packet.to;
        if !self.is_in(to, self.group_of(packet)) {
            // Back from before it joined; what it missed it gets when it joins anew.
            return !matches!(packet.what, What::Key { .. } | What::Message(_));
        }
        match &packet.what {
            What::Change { group, base } => self.take_change(to, *group, *base),
            What::Key { group, from, bytes } => self.take_key(to, *group, *from, bytes),
            What::Ask { group, from, request } => {
                self.answer(to, *group, *from, request);
                true
            }
            What::Faulty { group, fault, bytes } => {
                self.refuse_change(to, *group, *fault, bytes);
                true
            }
            What::Loser(number) => self.take_loser(to, *number),
            What::Message(number) => self.hear(to, *number),
            What::Damaged(number, bytes) => {
                self.refuse(to, *number, bytes);
                true
            }
            What::Stray(number) => {
                let meant = self.said[*number].to.contains(&to);
                if !meant {
                    let envelope = self.said[*number].envelope.clone();
                    self.refuse(to, *number, &envelope);
                }
                true
            }
        }
    }

    fn group_of(&self, packet: &Packet) -> usize {
        match &packet.what {
            What::Change { group, .. } | What::Key { group, .. } | What::Ask { group, .. } => {
                *group
            }
            What::Faulty { group, .. } => *group,
            What::Loser(number) => self.losers[*number].0,
            What::Message(number) | What::Damaged(number, _) | What::Stray(number) => {
                self.said[*number].group
            }
        }
    }

    pub(super) fn is_in(&self, at: usize, group: usize) -> bool {
        self.devices[at].groups.channel(&self.groups[group].id).is_some()
    }

    fn take_key(&mut self, to: usize, group: usize, from: usize, bytes: &[u8]) -> bool {
        let given = Distribution::decode(bytes).unwrap();
        let id = self.groups[group].id;
        let Self { devices, lists, now, .. } = self;
        let sender = devices[from].local.address().clone();
        if devices[to].groups.channel(&id).is_none() {
            return false;
        }
        let accept = |c: &mut sealwax::group::channel::GroupChannel| {
            let before = c.stored();
            let accepted = c.accept(&sender, &given, lists, *now);
            let changed = c.stored() != before;
            (accepted, changed)
        };
        let (accepted, changed) = devices[to].groups.with(&id, accept).unwrap();
        match accepted.unwrap_or_else(|error| panic!("a chain is refused: {error}")) {
            KeyOutcome::Taken { .. } => {
                self.log(to, group, || format!("takes chain {}", given.chain().as_u32()));
                self.report.count("chains taken");
                let written = self.commit(to, None);
                if written {
                    self.mark(to, from, &given);
                }
                written
            }
            other => {
                if matches!(other, KeyOutcome::NeedState { .. }) && self.cares() {
                    self.fetch(to, group);
                }
                assert!(!changed, "a chain that is not taken changes something");
                let astray = !self.is_on_course(to, group) || !self.is_on_course(from, group);
                let fork = matches!(other, KeyOutcome::Fork { .. });
                assert!(!fork || astray || self.devices[from].strayed.contains(&group), "a fork");
                let name = name(&other);
                self.log(to, group, || format!("does not take {}: {name}", given.chain().as_u32()));
                self.report.count(format!("chains not taken: {name}"));
                let never = fork && self.calm && self.is_on_course(to, group);
                never || matches!(other, KeyOutcome::TooOld)
            }
        }
    }

    fn hear(&mut self, to: usize, number: usize) -> bool {
        let before = self.stored(to);
        let Said { group: said_in, ref envelope, .. } = self.said[number];
        let envelope = envelope.clone();
        let found = self.open(to, &envelope).unwrap_or_else(|code| {
            panic!("an honest message is refused: {code}");
        });
        if let Opened::Message(heard) = found.opened {
            self.check_heard(to, number, &heard, found.group);
            if self.commit(to, None) {
                self.devices[to].opened.insert(number);
                self.log(to, said_in, || format!("opens {number}"));
                self.report.count("messages opened");
                return true;
            }
            return false;
        }
        assert!(self.stored(to) == before, "what is not opened changes something");
        self.log(to, said_in, || format!("does not open {number}: {:?}", found.opened));
        self.report.count(format!("not opened: {}", outcome(&found.opened)));
        self.ask_for_what_lacks(to, number, &found.opened);
        self.check_not_heard(to, number, &found.opened)
    }

    fn ask_for_what_lacks(&mut self, to: usize, number: usize, opened: &Opened) {
        let group = self.said[number].group;
        let lacks = matches!(opened, Opened::NeedState { .. } | Opened::NeedSenderKey(_));
        if !lacks || !self.cares() {
            return;
        }
        match opened {
            Opened::NeedSenderKey(missing) => self.ask(to, group, missing),
            _ => self.fetch(to, group),
        }
    }

    /// What is not opened here, or not at all.
    fn refuse(&mut self, to: usize, number: usize, envelope: &[u8]) {
        let before = self.stored(to);
        if let Ok(found) = self.open(to, envelope) {
            // Whoever has the chain may have got a harmless copy.
            let opened = matches!(found.opened, Opened::Message(_));
            assert!(!opened, "message {number} opens where or how it should not");
        }
        assert!(self.stored(to) == before, "what is refused changes something");
        self.report.count("refused");
    }

    fn open(&mut self, to: usize, envelope: &[u8]) -> Result<Found, &'static str> {
        let Ok(Envelope::Sender(message)) = Envelope::decode(envelope) else {
            return Err("no envelope");
        };
        let now = self.now;
        self.devices[to].groups.open(&message, now).map_err(|error| error.code())
    }

    fn stored(&self, at: usize) -> Vec<StoredChannel> {
        self.devices[at].groups.iter().map(|channel| channel.stored()).collect()
    }

    fn check_heard(
        &self,
        to: usize,
        number: usize,
        heard: &GroupMessage,
        group: Option<sealwax::group::GroupId>,
    ) {
        let (said, device) = (&self.said[number], &self.devices[to]);
        assert!(said.to.contains(&to), "{number} opens at a device that has no chain");
        assert_eq!(group, Some(self.groups[said.group].id));
        assert_eq!((&heard.plaintext, heard.revision), (&said.text, said.revision));
        assert!(device.knew.contains(&said.state), "{number} opens in a state that it was not in");
        assert_eq!(&heard.sender, self.devices[said.from].local.address());
        let again = device.opened.contains(&number);
        assert!(!again || device.restored, "{number} opens twice");
        let state = self.state(to, said.group);
        let may = state.member(self.id_of(said.from)).is_some();
        assert_eq!(heard.former, !may, "whether the sender is still a member");
    }

    /// Whether there is nothing more to expect of it.
    fn check_not_heard(&self, to: usize, number: usize, opened: &Opened) -> bool {
        let said = &self.said[number];
        let excused = self.devices[to].restored || self.devices[said.from].restored;
        match opened {
            Opened::Duplicate => {
                assert!(excused || self.devices[to].opened.contains(&number), "{number} is lost");
                true
            }
            Opened::TooOld | Opened::NotAllowed { reason: NotAllowedReason::Former, .. } => {
                let known = self.devices[to].opened.contains(&number);
                let given = self.was_given(to, number);
                let past = known || !given || self.is_past(to, number);
                assert!(excused || past, "{number} is too old?");
                true
            }
            Opened::NeedState { .. } | Opened::NeedSenderKey(_) | Opened::Unknown => false,
            other if !self.said_on_course(number) || !self.is_on_course(to, said.group) => {
                let knew = self.devices[to].knew.contains(&said.state);
                let fork = matches!(other, Opened::Fork { .. });
                assert!(excused || !fork || !knew, "{number} is {other:?}");
                self.is_on_course(to, said.group)
            }
            other => {
                assert!(excused, "{number} is {other:?}");
                true
            }
        }
    }

    /// Whether a device need not open a message that it has not opened yet.
    pub(super) fn is_past(&self, to: usize, number: usize) -> bool {
        let said = &self.said[number];
        if !self.is_in(to, said.group) {
            // Its account went before it was let in: in the end every member's device is in.
            return true;
        }
        // What is said on another branch, which a device may never leave.
        let astray = !self.said_on_course(number) || !self.is_on_course(to, said.group);
        if astray && !self.devices[to].knew.contains(&said.state) {
            return true;
        }
        let state = self.state(to, said.group);
        if self.devices[said.from].gone || state.member(self.id_of(said.from)).is_none() {
            return true;
        }
        if state.revision() <= said.revision {
            return false;
        }
        let mut entered = self.devices[to].entered.keys();
        if !entered.any(|(group, revision)| *group == said.group && *revision <= said.revision) {
            return true;
        }
        let Some(superseded) = self.devices[to].entered.get(&(said.group, said.revision + 1))
        else {
            return true;
        };
        let over = self.now.since(*superseded) > GROUP_PAST_AGE;
        over || (state.revision() - said.revision) as usize > GROUP_PAST_REVISIONS
    }
}

fn name(outcome: &KeyOutcome) -> &'static str {
    match outcome {
        KeyOutcome::NeedState { .. } => "need state",
        KeyOutcome::Fork { .. } => "fork",
        KeyOutcome::TooOld => "too old",
        KeyOutcome::Stranger(_) => "stranger",
        _ => "other",
    }
}

fn outcome(opened: &Opened) -> &'static str {
    match opened {
        Opened::Duplicate => "duplicate",
        Opened::TooOld => "too old",
        Opened::NeedState { .. } => "need state",
        Opened::NeedSenderKey(_) => "need sender key",
        Opened::NotAllowed { .. } => "not allowed",
        Opened::Fork { .. } => "fork",
        Opened::Unknown => "unknown",
        _ => "other",
    }
}
