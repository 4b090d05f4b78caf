//! Sender chains are given out, and things are said on them.

use std::collections::BTreeSet;

use super::{Given, Packet, Said, What, World};

impl World {
    /// A person looks at what revoked devices did, and goes on.
    pub(super) fn look(&mut self, at: usize, group: usize) {
        let (id, seen) = (self.groups[group].id, self.state(at, group).revision());
        let channel = |c: &mut sealwax::group::channel::GroupChannel| c.dismiss_suspects(seen);
        if self.devices[at].groups.with(&id, channel).unwrap() != Default::default() {
            self.report.count("suspects that a person looked at");
            self.write(at);
        }
    }

    /// Gives the chain to whoever lacks it. Whether there is somebody to speak to.
    pub(super) fn distribute(&mut self, at: usize, group: usize) -> bool {
        let id = self.groups[group].id;
        let Self { devices, lists, now, rng, .. } = self;
        let prepare = |c: &mut sealwax::group::channel::GroupChannel| {
            let prepared = c.prepare(lists, *now, rng)?;
            c.record(prepared.distribution.position(), &prepared.devices).unwrap();
            Ok(prepared)
        };
        let prepared = devices[at].groups.with(&id, prepare).unwrap();
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(refused) => {
                let refused: sealwax::group::channel::SendRefused = refused;
                self.report.count(format!("not prepared: {}", refused.code()));
                if !self.calm && self.dice.percent(50) {
                    self.look(at, group);
                }
                return false;
            }
        };
        let chain = prepared.distribution.chain();
        let mut given = self.devices[at].disk.given.get(&group).cloned();
        let known = given.take().filter(|given| given.chain == chain);
        let mut given = known.unwrap_or(Given { chain, to: BTreeSet::new() });
        let places: Vec<_> =
            prepared.devices.iter().map(|address| self.place_of(address)).collect();
        given.to.extend(&places);
        self.check_given(at, group, &given);
        if !self.commit(at, Some((group, given))) {
            return false;
        }
        let bytes = prepared.distribution.encode().to_vec();
        for to in places {
            let what = What::Key { group, from: at, bytes: bytes.clone() };
            self.wire.push(Packet { to, what });
        }
        self.log(at, group, || format!("gives chain {} out", chain.as_u32()));
        self.report.count("chains given out");
        true
    }

    /// Nobody has the chain but devices that members list now.
    pub(super) fn check_given(&self, at: usize, group: usize, given: &Given) {
        let state = self.state(at, group);
        for to in &given.to {
            let account = self.id_of(*to);
            assert!(state.member(account).is_some(), "a chain for somebody who is no member");
            let listed = self.lists[account].devices().iter();
            let mut listed = listed.map(|certificate| certificate.address());
            let address = self.devices[*to].local.address();
            assert!(listed.any(|listed| listed == address), "a chain for a revoked device");
        }
    }

    pub(super) fn say(&mut self, at: usize, group: usize) -> Option<usize> {
        let text = format!("{} from {at} in {group}", self.said.len()).into_bytes();
        let id = self.groups[group].id;
        let Self { devices, now, rng, .. } = self;
        let sent = devices[at].groups.with(&id, |c| c.encrypt(&text, *now, rng)).unwrap();
        let sent = match sent {
            Ok(sent) => sent,
            Err(refused) => {
                self.report.count(format!("not said: {}", refused.code()));
                return None;
            }
        };
        if !self.commit(at, None) {
            return None;
        }
        let given = &self.devices[at].disk.given[&group];
        self.check_given(at, group, given);
        let to = given.to.clone();
        let (revision, state) = (self.state(at, group).revision(), *self.state(at, group).hash());
        let number = self.said.len();
        let sealwax::sender_key::Sent { envelope, chain, iteration, .. } = sent.sent;
        for to in to.iter().copied() {
            self.wire.push(Packet { to, what: What::Message(number) });
        }
        if !self.calm {
            self.mischief(number, &envelope);
        }
        self.said.push(Said {
            group,
            from: at,
            text,
            revision,
            state,
            envelope,
            chain,
            iteration,
            to,
        });
        self.log(at, group, || format!("says {number}"));
        self.report.count("messages said");
        Some(number)
    }

    /// What the server makes of a message besides.
    fn mischief(&mut self, number: usize, envelope: &[u8]) {
        let to = self.dice.below(self.devices.len());
        if self.dice.percent(20) {
            self.wire.push(Packet { to, what: What::Stray(number) });
        }
        if self.dice.percent(20) {
            let mut damaged = envelope.to_vec();
            // Behind what frames the envelope.
            let at = 8 + self.dice.below(damaged.len() - 8);
            damaged[at] ^= 1 << self.dice.below(8);
            self.wire.push(Packet { to, what: What::Damaged(number, damaged) });
        }
    }
}
