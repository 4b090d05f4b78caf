//! What may happen next, and how likely it is.

use std::time::Duration;

use sealwax::content::{Null, SessionReset, SessionResetReason};

use super::device::{Crashed, Step};
use super::dice::Dice;
use super::pool::{DAY, HOUR, START};
use super::world::World;

const SECOND: Duration = Duration::from_secs(1);
/// Stories do not outlive what everything was certified for.
const LATEST: Duration = DAY.saturating_mul(200);

/// One thing that happens. Whom it happens to is drawn when it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Somebody writes a text.
    Write,
    /// A device sends what is due.
    Flush,
    /// Something arrives, in any order.
    Deliver,
    /// Something arrives, and once more later.
    Duplicate,
    /// Something is lost.
    Lose,
    /// Something arrives damaged before it arrives.
    Damage,
    /// A message arrives in another wrapping.
    Rewrap,
    /// Something arrives at another device.
    Misdeliver,
    /// The server delivers something from its records.
    Replay,
    /// Noise, or a handshake of a device that the server invented.
    Forge,
    /// A device does its daily upkeep.
    Upkeep,
    /// A device asks the server for the lists of an account.
    Refresh,
    /// A person looks at what changed about an account.
    Look,
    /// Time passes: seconds to hours.
    Wait,
    /// Time passes: days.
    WaitDays,
    /// The process of a device dies between two steps.
    Crash,
    /// Everything that a device wrote is copied.
    Backup,
    /// The copy is put back.
    Restore,
    /// A person resets a session.
    Reset,
    /// A device begins a session without need.
    Begin,
    /// Both sides of a pair begin at once.
    Cross,
    AddDevice,
    Revoke,
    Rotate,
    ReplaceIdentity,
    /// Lists that were signed are published.
    Publish,
    /// The server becomes hostile, or honest.
    Turn,
    /// One-time prekeys run out.
    Exhaust,
    /// One device sends so much that limits are reached.
    Flood,
}

/// What sort of story it is.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(super) accounts: usize,
    pub(super) devices: usize,
    pub(super) steps: usize,
    pub(super) crash_permille: usize,
    weights: Vec<(Action, usize)>,
}

impl Profile {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let accounts = 2 + dice.below(2);
        let devices = accounts + dice.below(3);
        let mut weights = everyday();
        for chapter in [network, attacks, accounts_change, time, restores, resets, server, flood] {
            if dice.percent(50) {
                weights.extend(chapter(dice));
            }
        }
        let crash_permille = [0, 20, 100][dice.below(3)];
        let steps = 40 + dice.below(160);
        Self { accounts, devices, steps, crash_permille, weights }
    }

    fn next(&self, dice: &mut Dice) -> Action {
        self.weights[dice.weighted(self.weights.iter().map(|(_, weight)| *weight))].0
    }
}

fn everyday() -> Vec<(Action, usize)> {
    use Action::{Deliver, Flush, Look, Publish, Refresh, Upkeep, Wait, Write};
    vec![
        (Write, 60),
        (Flush, 120),
        (Deliver, 240),
        (Wait, 40),
        (Upkeep, 4),
        (Refresh, 4),
        (Look, 10),
        (Publish, 10),
    ]
}

fn network(dice: &mut Dice) -> Vec<(Action, usize)> {
    let heavy = 10 + dice.below(60);
    vec![(Action::Lose, heavy), (Action::Duplicate, heavy)]
}

fn attacks(_: &mut Dice) -> Vec<(Action, usize)> {
    use Action::{Damage, Forge, Misdeliver, Replay, Rewrap};
    vec![(Damage, 20), (Rewrap, 10), (Misdeliver, 10), (Replay, 20), (Forge, 6)]
}

fn accounts_change(dice: &mut Dice) -> Vec<(Action, usize)> {
    use Action::{AddDevice, Look, ReplaceIdentity, Revoke, Rotate};
    let replaced = usize::from(dice.percent(40));
    vec![(AddDevice, 3), (Revoke, 5), (Rotate, 3), (ReplaceIdentity, replaced), (Look, 30)]
}

fn time(_: &mut Dice) -> Vec<(Action, usize)> {
    vec![(Action::WaitDays, 16), (Action::Upkeep, 16)]
}

fn restores(_: &mut Dice) -> Vec<(Action, usize)> {
    vec![(Action::Backup, 8), (Action::Restore, 3), (Action::Crash, 8)]
}

fn resets(_: &mut Dice) -> Vec<(Action, usize)> {
    vec![(Action::Reset, 8), (Action::Begin, 8), (Action::Cross, 8)]
}

fn server(_: &mut Dice) -> Vec<(Action, usize)> {
    vec![(Action::Turn, 10), (Action::Exhaust, 3), (Action::Upkeep, 8)]
}

fn flood(dice: &mut Dice) -> Vec<(Action, usize)> {
    vec![(Action::Flood, usize::from(dice.percent(10)))]
}

impl World {
    pub(super) fn play(&mut self) {
        for _ in 0..self.profile.steps {
            let action = self.profile.next(&mut self.dice);
            self.step(action);
            self.now = self.now.saturating_add(Duration::from_secs(self.dice.below(20) as u64));
        }
    }

    /// Does one thing. A crash on the way is part of the story.
    pub(super) fn step(&mut self, action: Action) {
        self.say(|_| format!("-- {action:?}"));
        match self.act(action) {
            Ok(true) | Err(Crashed) => self.report.count(format!("action: {action:?}")),
            Ok(false) => {}
        }
    }

    fn act(&mut self, action: Action) -> Step<bool> {
        let at = self.dice.below(self.devices.len());
        let account = self.dice.below(self.accounts.len());
        match action {
            Action::Write => self.write(at, account)?,
            Action::Flush => self.flush(at)?,
            Action::Upkeep => self.upkeep(at)?,
            Action::Refresh => self.refresh(at, &self.accounts[account].id.clone())?,
            Action::Look => self.look_at(at, account)?,
            Action::Wait | Action::WaitDays => {
                let (unit, doubled) =
                    if action == Action::Wait { (SECOND, 15) } else { (HOUR * 8, 8) };
                let times = 1 << self.dice.below(doubled);
                self.pass(unit * times);
            }
            Action::Crash => self.crash(at),
            Action::Backup => self.devices[at].backup = Some(self.devices[at].disk.clone()),
            Action::Restore => return Ok(self.restore(at)),
            Action::Reset => return self.reset(at),
            Action::Begin => return self.begin_needlessly(at),
            Action::Cross => return self.cross(at),
            Action::AddDevice => return Ok(self.add_device(account)),
            Action::Revoke => return Ok(self.revoke(at)),
            Action::Rotate => self.rotate(account),
            Action::ReplaceIdentity => return Ok(self.replace_identity(account)),
            Action::Publish => self.publish_lists(),
            Action::Turn => self.server.hostile ^= true,
            Action::Exhaust => {
                let address = self.devices[at].address().clone();
                self.server.exhaust(&address, self.now);
            }
            Action::Flood => return self.flood(at),
            _ => return Ok(self.on_the_way(action)),
        }
        Ok(true)
    }

    /// What happens to something on the way.
    fn on_the_way(&mut self, action: Action) -> bool {
        let (to, whom) =
            (self.dice.below(self.devices.len()), self.dice.below(self.accounts.len()));
        if action == Action::Forge {
            let forged = if self.dice.percent(50) {
                Some(self.noise(to))
            } else {
                self.impersonate(whom, to)
            };
            return forged.map(|packet| self.arrive(packet)).is_some();
        }
        if action == Action::Replay {
            return self.replay().map(|packet| self.arrive(packet)).is_some();
        }
        if self.wire.is_empty() {
            return false;
        }
        let place = self.dice.below(self.wire.len());
        let packet = self.wire.swap_remove(place);
        match action {
            Action::Deliver => self.arrive(packet),
            Action::Duplicate => {
                self.wire.push(packet.clone());
                self.arrive(packet);
            }
            Action::Lose => self.say(|_| format!("{:?} is lost", packet.nature)),
            _ => {
                let changed = match action {
                    Action::Damage => Some(self.damage(&packet)),
                    Action::Misdeliver => Some(self.misdeliver(&packet)),
                    _ => self.rewrap(&packet),
                };
                self.wire.push(packet);
                return changed.map(|packet| self.arrive(packet)).is_some();
            }
        }
        true
    }

    pub(super) fn pass(&mut self, time: Duration) {
        if self.now.saturating_add(time).since(START) < LATEST {
            self.now = self.now.saturating_add(time);
            self.renew_lists();
        }
    }

    /// An old state is put back, and the device does not know it.
    fn restore(&mut self, at: usize) -> bool {
        let now = self.now;
        let device = &mut self.devices[at];
        let Some(backup) = device.backup.clone() else { return false };
        let local = std::mem::take(&mut device.disk.local);
        device.disk = backup;
        device.disk.local = local;
        device.restored = Some(now);
        device.restart(true);
        self.log(at, || "goes back to an old state".into());
        true
    }

    fn reset(&mut self, at: usize) -> Step<bool> {
        let peers: Vec<_> = self.devices[at].endpoint.peers().cloned().collect();
        let Some(peer) = self.dice.pick(&peers) else { return Ok(false) };
        let device = &mut self.devices[at];
        let Some(active) = device.endpoint.sessions(&peer).and_then(|it| it.active) else {
            return Ok(false);
        };
        let changes = device.endpoint.reset(&peer, active, self.now).unwrap();
        let reset = SessionReset { reason: SessionResetReason::Requested };
        device.chat.requests.push((peer.clone(), reset.into()));
        self.log(at, || format!("resets {active:?}"));
        self.commit(at, "resetting", &[(peer, changes)])?;
        Ok(true)
    }

    fn begin_needlessly(&mut self, at: usize) -> Step<bool> {
        let to = self.dice.below(self.devices.len());
        let address = self.devices[to].address().clone();
        if to == at || !self.meet(at, &address.account) {
            return Ok(false);
        }
        let Some(permit) = self.permit(at, &address) else { return Ok(false) };
        self.begin(at, &permit)
    }

    /// Two devices begin and send before anything arrives.
    fn cross(&mut self, at: usize) -> Step<bool> {
        let to = self.dice.below(self.devices.len());
        if to == at {
            return Ok(false);
        }
        for (from, to) in [(at, to), (to, at)] {
            let address = self.devices[to].address().clone();
            if !self.meet(from, &address.account) {
                return Ok(false);
            }
            let Some(permit) = self.permit(from, &address) else { return Ok(false) };
            self.begin(from, &permit)?;
            self.write(from, self.devices[to].account)?;
            self.flush(from)?;
        }
        Ok(true)
    }

    /// Sends more than may be missing, and lets one of the last arrive.
    fn flood(&mut self, at: usize) -> Step<bool> {
        let peers: Vec<_> = self.devices[at].endpoint.peers().cloned().collect();
        let Some(peer) = self.dice.pick(&peers) else { return Ok(false) };
        let before = self.wire.len();
        for _ in 0..self.dice.below(1_300) {
            let null = self.content(at, &peer.account).build(Null::default()).unwrap();
            if !self.seal(at, &peer, &null, |_| {})? {
                break;
            }
        }
        let sent: Vec<_> = self.wire.drain(before.min(self.wire.len())..).collect();
        let keep = sent.len().saturating_sub(3);
        for (place, packet) in sent.into_iter().enumerate() {
            if place >= keep || self.dice.percent(1) {
                self.wire.push(packet);
            }
        }
        Ok(true)
    }
}
