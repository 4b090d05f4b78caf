//! Groups in which everything goes wrong: accounts with devices that come and go, membership that
//! changes, sender chains, and a server that puts changes in order and otherwise delays, repeats,
//! loses, damages, forges and misdelivers what it likes, and may show some members another change. Devices crash, and some go back to a backup.
//!
//! What devices give each other in pairwise sessions arrives as it was given, at any time: how it gets
//! through is what the other stories are about. Device lists are known to everybody.
//!
//! What must hold: what opens is what was said, in this group, by this device; it opens once, and
//! only where the chain had been given, which is to members alone; what is not opened changes no
//! stored byte; what was not lost is opened by all whom it was for, or there is a reason in SPEC.md;
//! whoever lacks changes or chains gets them by asking; when all changes have arrived everybody has
//! one state, and exactly the members read what is said then.

mod acts;
mod asking;
mod branches;
mod changes;
mod devices;
mod heal;
mod hostile;
mod receiving;
mod sending;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::crypto::Digest;
use sealwax::group::channel::{Groups, StoredChannel};
use sealwax::group::{GroupId, SignedChange};
use sealwax::identity::{
    AccountId, AccountKeyPair, DeviceAddress, LocalDevice, VerifiedDeviceList,
};
use sealwax::sender_key::{ChainId, KeyRequest};
use sealwax::time::Timestamp;

use super::Report;
use super::dice::Dice;
use hostile::Fault;

const START: Timestamp = Timestamp::from_secs(1_800_000_000);
const HOUR: Duration = Duration::new(3_600, 0);
const DAY: Duration = HOUR.saturating_mul(24);
const ACCOUNTS: usize = 6;
const GROUPS: usize = 2;
const ACTS: usize = 90;

/// Runs one story. A failed check panics, with the seed.
pub(crate) fn run(seed: u64) -> Report {
    run_traced(seed, false)
}

/// The same, printing what happens.
pub(crate) fn run_traced(seed: u64, trace: bool) -> Report {
    let story = AssertUnwindSafe(|| {
        let mut world = World::new(seed, trace);
        for _ in 0..ACTS {
            world.act();
        }
        world.heal();
        world.report
    });
    catch_unwind(story).unwrap_or_else(|_| {
        panic!(
            "seed {seed} of the groups fails; to see why:\n  \
             cargo run --release --example simulation -- --seed {seed} --groups"
        )
    })
}

struct World {
    now: Timestamp,
    /// What the crate is given.
    rng: ChaCha20Rng,
    /// What decides.
    dice: Dice,
    accounts: Vec<Account>,
    /// Everybody's newest lists.
    lists: BTreeMap<AccountId, VerifiedDeviceList>,
    devices: Vec<Device>,
    groups: Vec<Log>,
    /// On the way: anything may arrive next.
    wire: Vec<Packet>,
    said: Vec<Said>,
    /// Changes of which the server has another on the same base, with their group.
    losers: Vec<(usize, SignedChange)>,
    /// Whether the server shows such a change first to some.
    splits: bool,
    /// Until when a device is shown no changes of a group.
    withheld: BTreeMap<(usize, usize), Timestamp>,
    /// Messages that never reach a device.
    lost: BTreeSet<(usize, usize)>,
    /// Chains of which a device was given something that never reaches it.
    lost_chains: BTreeSet<(usize, ChainId)>,
    /// Nothing goes wrong any more.
    calm: bool,
    report: Report,
    trace: bool,
}

struct Account {
    id: AccountId,
    key: AccountKeyPair,
}

/// A group as the server has it: its changes in order.
struct Log {
    id: GroupId,
    changes: Vec<SignedChange>,
    /// The state at each revision, as all come to it who are not led astray.
    states: Vec<Digest>,
    /// Accounts that were in it at some time. Nobody comes back.
    been: BTreeSet<usize>,
}

struct Device {
    account: usize,
    local: LocalDevice,
    groups: Groups,
    disk: Disk,
    backup: Option<Disk>,
    /// Revoked devices are thrown away.
    gone: bool,
    /// Went back to a backup: it may read twice, and lose.
    restored: bool,
    /// When it entered each revision of a group.
    entered: BTreeMap<(usize, u32), Timestamp>,
    /// The states that it has been in.
    knew: BTreeSet<Digest>,
    /// Groups in which it was led astray at some time.
    strayed: BTreeSet<usize>,
    /// Changes of its own that lost, by group.
    to_rebase: BTreeMap<usize, SignedChange>,
    /// What it has opened.
    opened: BTreeSet<usize>,
    /// Of each sender's chains, the number of the first message that it was given the key of.
    marks: BTreeMap<(usize, ChainId), u32>,
}

/// What is stored, in one transaction.
#[derive(Clone, Default)]
struct Disk {
    channels: Vec<StoredChannel>,
    /// Of each group: the chain that is sent on, and the devices that it was given to.
    given: BTreeMap<usize, Given>,
}

#[derive(Clone)]
struct Given {
    chain: ChainId,
    to: BTreeSet<usize>,
}

struct Said {
    group: usize,
    from: usize,
    text: Vec<u8>,
    revision: u32,
    state: Digest,
    envelope: Vec<u8>,
    chain: ChainId,
    iteration: u32,
    /// Who had been given the chain.
    to: BTreeSet<usize>,
}

#[derive(Clone)]
struct Packet {
    to: usize,
    what: What,
}

#[derive(Clone)]
enum What {
    /// By its base revision.
    Change {
        group: usize,
        base: usize,
    },
    Key {
        group: usize,
        from: usize,
        bytes: Vec<u8>,
    },
    /// For the chain of whoever gets it.
    Ask {
        group: usize,
        from: usize,
        request: KeyRequest,
    },
    /// A change that nobody may follow.
    Faulty {
        group: usize,
        fault: Fault,
        bytes: Vec<u8>,
    },
    /// A change of which the server has another on the same base.
    Loser(usize),
    Message(usize),
    /// A message that was damaged.
    Damaged(usize, Vec<u8>),
    /// A message to somebody it is not for.
    Stray(usize),
}

impl What {
    fn name(&self) -> &'static str {
        match self {
            Self::Change { .. } => "a change",
            Self::Key { .. } => "a chain",
            Self::Ask { .. } => "a request",
            Self::Message(_) => "a message",
            Self::Faulty { .. } | Self::Damaged(..) => "what nobody may take",
            Self::Loser(_) => "a change that lost",
            Self::Stray(_) => "what is not for it",
        }
    }
}

impl World {
    fn new(seed: u64, trace: bool) -> Self {
        let mut world = Self {
            now: START,
            rng: ChaCha20Rng::seed_from_u64(!seed),
            dice: Dice::new(seed),
            accounts: Vec::new(),
            lists: BTreeMap::new(),
            devices: Vec::new(),
            groups: Vec::new(),
            wire: Vec::new(),
            said: Vec::new(),
            losers: Vec::new(),
            splits: false,
            withheld: BTreeMap::new(),
            lost: BTreeSet::new(),
            lost_chains: BTreeSet::new(),
            calm: false,
            report: Report::default(),
            trace,
        };
        world.splits = world.dice.percent(35);
        for account in 0..ACCOUNTS {
            world.open_account(account);
        }
        for account in 0..2 {
            world.add_device(account);
        }
        for founder in 0..GROUPS {
            world.found(founder);
        }
        world
    }

    fn place_of(&self, address: &DeviceAddress) -> usize {
        self.devices.iter().position(|device| device.local.address() == address).unwrap()
    }

    /// Devices in a group that are in use.
    fn in_group(&self, group: usize) -> Vec<usize> {
        let id = self.groups[group].id;
        let inside = |at: &usize| {
            let device = &self.devices[*at];
            !device.gone && device.groups.channel(&id).is_some()
        };
        (0..self.devices.len()).filter(inside).collect()
    }

    /// Those that are a member's, as they see it themselves.
    fn members(&self, group: usize) -> Vec<usize> {
        let inside = self.in_group(group).into_iter();
        let astray = |at: &usize| self.calm && !self.is_on_course(*at, group);
        let member = |at: &usize| self.state(*at, group).member(self.id_of(*at)).is_some();
        inside.filter(|at| member(at) && !astray(at)).collect()
    }

    /// Prints a line of the story.
    fn narrate(&self, line: impl FnOnce(&Self) -> String) {
        if self.trace {
            let since = self.now.since(START).as_secs();
            let (days, hours, minutes) = (since / 86_400, since / 3_600 % 24, since / 60 % 60);
            println!("day {days} {hours:02}:{minutes:02}  {}", line(self));
        }
    }

    /// The same, of a device in a group.
    fn log(&self, at: usize, group: usize, line: impl FnOnce() -> String) {
        self.narrate(|world| {
            let device = &world.devices[at];
            let channel = device.groups.channel(&world.groups[group].id);
            let revision = channel.map_or(0, |channel| channel.group().state().revision());
            format!("group {group}, revision {revision}: {}.{at} {}", device.account, line())
        });
    }

    fn id_of(&self, device: usize) -> &AccountId {
        &self.accounts[self.devices[device].account].id
    }
}
