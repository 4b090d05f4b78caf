//! What there is: time, chance, accounts, devices, a server, a network, and the truth about them.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::identity::DeviceAddress;
use sealwax::time::Timestamp;

use super::account::Account;
use super::actions::Profile;
use super::device::Device;
use super::dice::Dice;
use super::pool::START;
use super::report::Report;
use super::server::Server;
use super::truth::Truth;

pub(crate) struct World {
    pub(super) now: Timestamp,
    /// What the crate is given.
    pub(super) rng: ChaCha20Rng,
    /// What decides.
    pub(super) dice: Dice,
    pub(super) profile: Profile,
    /// How likely a crash is at each place where something is written.
    pub(super) crash_permille: usize,
    pub(super) accounts: Vec<Account>,
    pub(super) devices: Vec<Device>,
    pub(super) server: Server,
    /// On the way: anything may arrive next.
    pub(super) wire: Vec<Packet>,
    pub(super) truth: Truth,
    pub(crate) report: Report,
    trace: bool,
}

/// Something on the way to a device.
#[derive(Clone)]
pub(super) struct Packet {
    pub(super) to: usize,
    pub(super) envelope: Vec<u8>,
    pub(super) nature: Nature,
    /// How often it arrived and could not be judged yet.
    pub(super) tries: u32,
}

/// What we know of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// As it was sent, by its number in the truth.
    Genuine(usize),
    /// A genuine message in another wrapping, which may open where its session is known.
    Rewrapped(usize),
    /// Must never open.
    Forged,
}

impl World {
    pub(super) fn new(seed: u64, trace: bool) -> Self {
        let mut dice = Dice::new(seed);
        let profile = Profile::draw(&mut dice);
        let mut world = Self {
            now: START,
            rng: ChaCha20Rng::seed_from_u64(!seed),
            dice,
            crash_permille: profile.crash_permille,
            profile,
            accounts: Vec::new(),
            devices: Vec::new(),
            server: Server::default(),
            wire: Vec::new(),
            truth: Truth::default(),
            report: Report::default(),
            trace,
        };
        world.populate();
        world
    }

    fn populate(&mut self) {
        self.say(|world| format!("{:?}", world.profile));
        for account in 0..self.profile.accounts {
            self.open_account(account);
        }
        for _ in self.profile.accounts..self.profile.devices {
            let account = self.dice.below(self.profile.accounts);
            self.add_device(account);
        }
        self.publish_lists();
    }

    pub(super) fn place_of(&self, address: &DeviceAddress) -> usize {
        self.devices.iter().position(|device| device.address() == address).unwrap()
    }

    /// Prints a line of the story.
    pub(super) fn say(&self, line: impl FnOnce(&Self) -> String) {
        if self.trace {
            let since = self.now.since(START).as_secs();
            let (days, hours, minutes) = (since / 86_400, since / 3_600 % 24, since / 60 % 60);
            println!("day {days} {hours:02}:{minutes:02}  {}", line(self));
        }
    }

    /// The same, of a device.
    pub(super) fn log(&self, at: usize, line: impl FnOnce() -> String) {
        self.say(|world| format!("{} {}", world.devices[at].name, line()));
    }
}
