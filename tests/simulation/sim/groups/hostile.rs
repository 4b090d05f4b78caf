//! Changes and snapshots that the server made up, alone or with somebody who helps it, and what it
//! holds back.

use ed25519_dalek::{Signer, SigningKey};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::crypto::{HashLabel, hash};
use sealwax::group::channel::{Changed, GroupChannel, SendRefused, StoredChannel};
use sealwax::group::{
    Action, ApplyError, EvidenceKind, GroupState, Outcome, Role, SignedChange, Snapshot,
};

use super::super::bytes;
use super::changes::placed;
use super::{DAY, HOUR, Packet, What, World};

/// Where a change says who made it, and a state which change led to it (SPEC.md 15.2, 15.3).
const ACTOR: usize = 69;
const LAST_CHANGE: std::ops::Range<usize> = 69..101;

/// What is wrong with a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A bit of it is another.
    Damaged,
    /// Signed, and well, by somebody who is no member.
    Stranger,
    /// By a member who may not do what it does.
    NoRight,
    /// By whoever made the change, who says something else of where it leads.
    OtherState,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Damaged => "a damaged change",
            Self::Stranger => "a stranger's change",
            Self::NoRight => "a change without the right",
            Self::OtherState => "a change that leads elsewhere",
        }
    }

    /// Whether that is why it is refused by whoever has the state that it builds on.
    fn explains(self, error: ApplyError) -> bool {
        match self {
            Self::Damaged => true,
            Self::Stranger => error == ApplyError::NotAMember,
            Self::NoRight => matches!(error, ApplyError::NotPermitted { action: 0 }),
            Self::OtherState => error == ApplyError::StateHash,
        }
    }
}

impl World {
    /// What the server makes of a change that `by` made of `base`, before anybody is shown it.
    pub(super) fn make_up(
        &mut self,
        group: usize,
        by: usize,
        base: &GroupState,
        change: &SignedChange,
    ) {
        if self.calm {
            return;
        }
        self.show_again(group);
        for fault in [Fault::Damaged, Fault::Stranger, Fault::NoRight, Fault::OtherState] {
            if !self.dice.percent(25) {
                continue;
            }
            let Some(bytes) = self.faulty(fault, by, base, change) else { continue };
            for to in self.in_group(group) {
                let packet =
                    Packet { to, what: What::Faulty { group, fault, bytes: bytes.clone() } };
                match self.dice.below(4) {
                    0 => self.wire.push(packet),
                    1 => {
                        self.take(&packet);
                    }
                    _ => {}
                }
            }
        }
    }

    /// An old change.
    fn show_again(&mut self, group: usize) {
        let changes = self.groups[group].changes.len();
        let inside = self.in_group(group);
        if changes > 0
            && self.dice.percent(30)
            && let Some(to) = self.dice.pick(&inside)
        {
            let base = self.dice.below(changes);
            self.wire.push(Packet { to, what: What::Change { group, base } });
        }
    }

    fn faulty(
        &mut self,
        fault: Fault,
        by: usize,
        base: &GroupState,
        change: &SignedChange,
    ) -> Option<Vec<u8>> {
        let Ok(Outcome::Applied(applied)) = base.apply(change) else { panic!("not applied") };
        let as_it_is = SignedChange::decode(&self.forge(change, by, &applied.state, false));
        assert!(as_it_is.unwrap().hash() == change.hash(), "the forger does not know the form");
        match fault {
            Fault::Damaged => {
                let encoded = change.encode();
                Some(bytes::flipped(&encoded, self.dice.below(encoded.len() * 8)))
            }
            Fault::Stranger => {
                let helper = self.helper(|world, at| base.member(world.id_of(at)).is_none())?;
                Some(self.forge(change, helper, &applied.state, false))
            }
            Fault::NoRight => {
                let role = |world: &Self, at: usize| Some(base.member(world.id_of(at))?.role);
                let helper = self.helper(|world, at| role(world, at) == Some(Role::Member))?;
                let above = matches!(change.actions(), [Action::SetTitle(_)]);
                above.then(|| self.forge(change, helper, &applied.state, false))
            }
            Fault::OtherState => Some(self.forge(change, by, &applied.state, true)),
        }
    }

    fn helper(&mut self, fits: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let all = 0..self.devices.len();
        let fitting: Vec<_> = all.filter(|at| !self.devices[*at].gone && fits(self, *at)).collect();
        self.dice.pick(&fitting)
    }

    /// The change as if the device `by` had made it, which signs it. `after` is where it leads.
    fn forge(&self, change: &SignedChange, by: usize, after: &GroupState, lies: bool) -> Vec<u8> {
        let encoded = change.encode();
        let body = &encoded[bytes::field(&encoded, &[1])];
        let mut body = body[..body.len() - 32].to_vec();
        let (actor, address) = (change.actor(), self.devices[by].local.address());
        put_address(&mut body, actor.account.as_bytes(), address);
        let mut state = after.to_bytes();
        state[LAST_CHANGE].copy_from_slice(hash(HashLabel::GroupChangeCore, &body).as_bytes());
        let mut leads_to = *hash(HashLabel::GroupState, &state).as_bytes();
        leads_to[0] ^= u8::from(lies);
        body.extend_from_slice(&leads_to);
        let signature = self.signature(by, &body);
        let [certificate, list] = if actor == address {
            [3, 4].map(|field| encoded[bytes::field(&encoded, &[field])].to_vec())
        } else {
            let list = self.lists[self.id_of(by)].signed().entry().encode();
            [self.devices[by].local.certificate().encode(), list]
        };
        let fields = [(1, body), (2, signature), (3, certificate), (4, list)];
        fields.map(|(number, contents)| bytes::encode(number, &contents)).concat()
    }

    /// SPEC.md 3.3, 5.3.
    fn signature(&self, by: usize, body: &[u8]) -> Vec<u8> {
        let stored = self.devices[by].local.to_bytes();
        let key = SigningKey::from_bytes(stored[5..37].try_into().unwrap());
        let len = u32::try_from(body.len()).unwrap().to_be_bytes();
        let framed = [b"sealwax/v1/sig/group-change\0".as_slice(), &len, body].concat();
        key.sign(&framed).to_bytes().to_vec()
    }

    /// A change that nobody may follow arrives.
    pub(super) fn refuse_change(&mut self, to: usize, group: usize, fault: Fault, bytes: &[u8]) {
        let Ok(change) = SignedChange::decode(bytes) else {
            assert!(fault == Fault::Damaged, "the forger does not know the form");
            self.report.count("a damaged change: no change");
            return;
        };
        let state = self.state(to, group);
        let same = change.base_revision() == state.revision();
        let at_base = same && change.base_hash() == state.hash();
        let (id, now) = (self.groups[group].id, self.now);
        let before = self.devices[to].groups.channel(&id).unwrap().stored();
        let Self { devices, lists, .. } = self;
        let result = devices[to].groups.with(&id, |c| c.apply(&change, lists, now)).unwrap();
        let after = self.devices[to].groups.channel(&id).unwrap().stored();
        assert!(after == before, "a change that is refused changes something");
        let on_course = self.is_on_course(to, group);
        check_refusal(fault, at_base, on_course, &result);
        let state = self.state(to, group);
        // A member may hold others up for a while, and who was one when this state was made.
        if fault == Fault::Damaged || state.member(&change.actor().account).is_none() {
            self.check_holds_nobody_up(&before, &change);
        }
        let what = result.map_or_else(|error| error.code(), |changed| placed(&changed.outcome));
        self.log(to, group, || format!("is shown {}: {what}", fault.name()));
        self.report.count(format!("{}: {what}", fault.name()));
    }

    /// Only members can say that there is a later revision.
    fn check_holds_nobody_up(&self, stored: &StoredChannel, change: &SignedChange) {
        let mut copy = GroupChannel::restore(stored).unwrap();
        let _ = copy.apply(change, &self.lists, self.now);
        let prepared = copy.prepare(&self.lists, self.now, &mut ChaCha20Rng::seed_from_u64(0));
        let held_up = matches!(prepared, Err(SendRefused::Behind { .. }));
        assert!(!held_up, "a change that no member signed holds a device up");
    }

    /// The server shows a device no changes of a group for a while.
    pub(super) fn withhold(&mut self, at: usize, group: usize) {
        let time = if self.dice.percent(50) { HOUR * 3 } else { DAY };
        self.withheld.insert((at, group), self.now.saturating_add(time));
        self.log(at, group, || "is shown no changes for a while".into());
        self.report.count("devices that are shown no changes for a while");
    }

    pub(super) fn is_withheld(&self, at: usize, group: usize) -> bool {
        let until = self.withheld.get(&(at, group));
        !self.calm && until.is_some_and(|until| self.now < *until)
    }

    /// Snapshots in which something is wrong, before a true one is taken.
    pub(super) fn refuse_snapshots(&mut self, from: usize, group: usize) {
        let true_one = self.snapshot(from, group).encode();
        let bit = self.dice.below(true_one.len() * 8);
        self.refuse_snapshot(&bytes::flipped(&true_one, bit));
        let state = bytes::field(&true_one, &[2]);
        let bit = (state.start + self.dice.below(state.len())) * 8 + self.dice.below(8);
        self.refuse_snapshot(&bytes::flipped(&true_one, bit));
        self.refuse_snapshot(&bytes::encode(2, &true_one[state.clone()]));
        for at in self.in_group(group) {
            let older = self.snapshot(at, group).encode();
            if self.state(at, group).hash() != self.state(from, group).hash() {
                let state = &older[bytes::field(&older, &[2])];
                self.refuse_snapshot(&with_field(&true_one, 2, state));
            }
        }
        if let Some(at) = self.in_group(1 - group).first() {
            let other = self.snapshot(*at, 1 - group).encode();
            let genesis = &other[bytes::field(&other, &[1])];
            self.refuse_snapshot(&with_field(&true_one, 1, genesis));
        }
    }

    fn refuse_snapshot(&mut self, bytes: &[u8]) {
        match Snapshot::decode(bytes) {
            Ok(_) => panic!("a snapshot that is wrong is taken"),
            Err(error) => self.report.count(format!("snapshots refused: {}", error.code())),
        }
    }

    /// A snapshot that is true, and of no use: too old, or a stranger's.
    pub(super) fn offer_snapshot(&mut self, to: usize, group: usize) {
        let others = self.members(group);
        let Some(from) = self.dice.pick(&others) else { return };
        let snapshot = self.snapshot(from, group);
        let newer = snapshot.state().revision() > self.state(to, group).revision();
        let state = self.state(to, group);
        let strangers = self.accounts.iter().filter(|account| state.member(&account.id).is_none());
        // Best one whom the snapshot has as a member.
        let stranger =
            strangers.max_by_key(|account| snapshot.state().member(&account.id).is_some());
        let sender = match stranger {
            Some(stranger) if newer => stranger.id.clone(),
            None if newer => self.id_of(to).clone(),
            _ => self.id_of(from).clone(),
        };
        let (id, now, account) = (self.groups[group].id, self.now, self.devices[to].account);
        let before = self.devices[to].groups.channel(&id).unwrap().stored();
        let Self { devices, lists, accounts, .. } = self;
        let us = (&accounts[account].id, &accounts[account].key.public_key());
        let resync = |c: &mut GroupChannel| c.resync(snapshot, &sender, us, lists, now);
        let refused = devices[to].groups.with(&id, resync).unwrap();
        let error = refused.expect_err("a snapshot of no use is taken");
        let after = self.devices[to].groups.channel(&id).unwrap().stored();
        assert!(after == before, "a snapshot that is refused changes something");
        self.report.count(format!("snapshots not taken: {}", error.code()));
    }
}

fn put_address(body: &mut [u8], actor: &[u8], address: &sealwax::identity::DeviceAddress) {
    let found = body[ACTOR..].windows(actor.len()).position(|window| window == actor).unwrap();
    let (account, device) = (ACTOR + found, ACTOR + found + actor.len());
    body[account..device].copy_from_slice(address.account.as_bytes());
    body[device..device + 4].copy_from_slice(&address.device.as_u32().to_be_bytes());
}

/// A message with one of its three fields replaced.
fn with_field(message: &[u8], number: u8, contents: &[u8]) -> Vec<u8> {
    let has_change = message.len() > bytes::field(message, &[2]).end;
    let fields = if has_change { 1..=3 } else { 1..=2 };
    let field = |field: u8| {
        let old = &message[bytes::field(message, &[u32::from(field)])];
        bytes::encode(field, if field == number { contents } else { old })
    };
    fields.map(field).collect::<Vec<_>>().concat()
}

fn check_refusal(
    fault: Fault,
    at_base: bool,
    on_course: bool,
    result: &Result<Changed, ApplyError>,
) {
    let evidence = match result {
        Err(error) => {
            assert!(!at_base || fault.explains(*error), "{}: {error}", fault.name());
            return;
        }
        Ok(Changed { outcome: Outcome::Applied(_), .. }) => panic!("{} is taken", fault.name()),
        Ok(Changed { outcome: Outcome::Rebase { evidence, .. }, .. }) => evidence,
        Ok(_) => &None,
    };
    assert!(!at_base, "{} is not refused", fault.name());
    // Beside the change that it contradicts, it shows who lies.
    let liar = on_course && fault == Fault::OtherState;
    let shown = evidence.as_ref().map(|evidence| evidence.kind());
    assert!(!liar || shown.is_none_or(|kind| kind == EvidenceKind::Equivocation));
}
