//! What happens, in order. Each method is one section of the printed account.

use std::time::Duration;

use sealwax::content::{SessionReset, SessionResetReason};
use sealwax::identity::{
    AccountId, AccountIdentity, DeviceAddress, ListDraft, SafetyNumber, ScanOutcome,
};
use sealwax::limits::{PQ_EPOCH_AGE, TEXT_BYTES};

use crate::Outcome;
use crate::device::Device;
use crate::files::Photo;
use crate::person::{Person, certified};
use crate::report;
use crate::world::World;

pub(crate) const ALICE: &str = "Alice's phone";
pub(crate) const PHONE: &str = "Bob's phone";
pub(crate) const LAPTOP: &str = "Bob's laptop";

pub(crate) const DAY: Duration = Duration::from_hours(24);
pub(crate) const YEAR: Duration = Duration::from_hours(8760);

/// Tells the whole story; whether every line arrived where it should.
pub(crate) fn tell(seed: u64, text: &str, photo: &Photo) -> Outcome<bool> {
    println!("sealwax: a conversation (seed {seed})");
    let mut story = Story::begin(seed)?;
    story.first_contact()?;
    story.long_chat(text)?;
    story.more_than_words(photo)?;
    story.simultaneous_initiation()?;
    story.device_added()?;
    story.a_day()?;
    story.device_revoked()?;
    story.crash()?;
    story.quiet_weeks()?;
    story.hostile_server()?;
    report::print(&story);
    Ok(report::check(&story, text))
}

/// Everybody and everything.
pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    pub(crate) devices: Vec<Device>,
    /// Bob's phone, once it is no longer his.
    pub(crate) stolen: Option<Device>,
}

impl Story {
    fn begin(seed: u64) -> Outcome<Self> {
        heading(1, "Publishing");
        let mut world = World::new(seed);
        let mut devices = Vec::new();
        let mut join = |person: &str, device| -> Outcome<Person> {
            let (person, local) = Person::join(person, &mut world)?;
            world.directory.publish_list(person.list.signed());
            let mut device = Device::install(device, local, person.list.clone(), &mut world)?;
            let bytes = device.publish_prekeys(&mut world)?;
            let list = person.list.signed().encode().len();
            println!(
                "  {} publishes a device list ({list} bytes) and prekeys ({bytes} bytes).",
                device.name
            );
            devices.push(device);
            Ok(person)
        };
        let (alice, bob) = (join("alice", ALICE)?, join("bob", PHONE)?);
        Ok(Self { world, alice, bob, devices, stolen: None })
    }

    fn first_contact(&mut self) -> Outcome {
        heading(2, "First contact");
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        self.at(ALICE, |device, world| device.say(world, &bob, "Hello Bob, is that you?\n"))?;
        self.settle()?;
        self.at(PHONE, |device, world| device.say(world, &alice, "It is. Let us compare.\n"))?;
        self.settle()?;
        self.compare_safety_numbers()
    }

    /// They meet, and scan each other's code.
    fn compare_safety_numbers(&mut self) -> Outcome {
        let ((alice, alice_key), (bob, bob_key)) = (self.alice.identity(), self.bob.identity());
        let (alice, bob) = (
            AccountIdentity { account: alice, key: &alice_key },
            AccountIdentity { account: bob, key: &bob_key },
        );
        let (seen_by_alice, seen_by_bob) =
            (SafetyNumber::new(alice, bob), SafetyNumber::new(bob, alice));
        println!("  The safety number on both screens:\n    {seen_by_alice}");
        let (ours, theirs) =
            (seen_by_alice.scan(&seen_by_bob.code())?, seen_by_bob.scan(&seen_by_alice.code())?);
        let (ScanOutcome::Match(of_bob), ScanOutcome::Match(of_alice)) = (ours, theirs) else {
            return Err("the safety numbers differ".into());
        };
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        for (device, account, matched) in [(ALICE, bob, of_bob), (PHONE, alice, of_alice)] {
            self.at(device, |device, world| {
                let contact = device.meet(world, &account)?;
                contact.mark_verified(&matched)?;
                let contact = contact.clone();
                device.database.store_contact(&contact);
                println!("  {}: the contact is now {:?}.", device.name, contact.verification());
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Alice reads, and Bob says something to each line that reaches him.
    fn long_chat(&mut self, text: &str) -> Outcome {
        heading(3, "A long chat");
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let mut answered = self.arrived(PHONE)?;
        let before = self.world.now;
        for piece in pieces(text) {
            self.at(ALICE, |device, world| device.say(world, &bob, piece))?;
            self.pass(2)?;
            let arrived = self.arrived(PHONE)?;
            for number in answered..arrived {
                let answer = answer(number);
                self.at(PHONE, |device, world| device.say(world, &alice, &answer))?;
            }
            answered = arrived;
        }
        self.settle()?;
        println!(
            "  {} lines went one way and {answered} answers the other, in {} s of virtual time.",
            pieces(text).count(),
            self.world.now.since(before).as_secs(),
        );
        Ok(())
    }

    /// Both begin a new session in the same instant; one of the two wins, on both sides.
    fn simultaneous_initiation(&mut self) -> Outcome {
        heading(5, "Both begin at once");
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let (alice_device, phone) = (self.address(ALICE)?, self.address(PHONE)?);
        for (device, peer) in [(ALICE, &phone), (PHONE, &alice_device)] {
            self.at(device, |device, world| {
                let active = device.endpoint.sessions(peer).and_then(|sessions| sessions.active);
                if let Some(session) = active {
                    device.endpoint.reset(peer, session, world.now);
                }
                device.database.store_peer(&device.endpoint, peer);
                let reset = SessionReset { reason: SessionResetReason::Requested };
                device.database.chat.requests.push((peer.clone(), reset.into()));
                Ok(())
            })?;
        }
        self.at(ALICE, |device, world| device.say(world, &bob, "I begin anew.\n"))?;
        self.at(PHONE, |device, world| device.say(world, &alice, "So do I.\n"))?;
        // A late handshake may bring the other session back, until the next message goes each way.
        for round in 0..4 {
            self.settle()?;
            let ours = self.at(ALICE, |device, _| Ok(device.endpoint.sessions(&phone)))?;
            let theirs = self.at(PHONE, |device, _| Ok(device.endpoint.sessions(&alice_device)))?;
            let (Some(ours), Some(theirs)) = (ours, theirs) else {
                return Err("no session".into());
            };
            if ours.active == theirs.active {
                println!(
                    "  Both send in the same session after {}.",
                    count(round, "further exchange")
                );
                println!(
                    "  They keep {} and {} others to receive in.",
                    ours.inactive, theirs.inactive
                );
                return Ok(());
            }
            self.at(ALICE, |device, world| device.say(world, &bob, "After you.\n"))?;
            self.at(PHONE, |device, world| device.say(world, &alice, "No, after you.\n"))?;
        }
        Err("the two sides do not agree on a session".into())
    }

    /// Bob adds a laptop. Alice learns of it from the next message, and has to look first.
    fn device_added(&mut self) -> Outcome {
        heading(6, "A device is added");
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let local = certified(&bob, &self.bob.key, &mut self.world)?;
        let draft = ListDraft::after(&self.bob.list).with(local.certificate().clone());
        self.bob.publish(draft, &mut self.world)?;
        let list = self.bob.list.clone();
        self.devices.push(Device::install(LAPTOP, local, list.clone(), &mut self.world)?);
        self.at(PHONE, |device, world| {
            device.take_own_list(list)?;
            device.say(world, &alice, "I have a laptop now.\n")
        })?;
        self.until_alice_sees_a_change(&bob)?;
        self.at(ALICE, |device, world| device.say(world, &bob, "Hello to both of you!\n"))?;
        self.pass(2)?;
        self.acknowledge(&bob)?;
        self.settle()?;
        self.at(LAPTOP, |device, world| device.say(world, &alice, "Hello from the laptop.\n"))?;
        self.at(ALICE, |device, world| device.say(world, &bob, "I read you on both.\n"))?;
        self.settle()
    }

    /// Bob's phone is stolen, and he revokes it from his laptop.
    fn device_revoked(&mut self) -> Outcome {
        heading(8, "A device is revoked");
        let (alice, bob, phone) =
            (self.alice.account.clone(), self.bob.account.clone(), self.address(PHONE)?);
        let draft = ListDraft::after(&self.bob.list).without(phone.device);
        self.bob.publish(draft, &mut self.world)?;
        let at = self.devices.iter().position(|device| device.name == PHONE);
        self.stolen = at.map(|at| self.devices.remove(at));
        let list = self.bob.list.clone();
        self.at(LAPTOP, |device, world| {
            device.take_own_list(list)?;
            device.say(world, &alice, "My phone was stolen.\n")
        })?;
        self.until_alice_sees_a_change(&bob)?;
        self.acknowledge(&bob)?;
        let before = self.world.network.sent_to(&phone);
        self.at(ALICE, |device, world| {
            device.say(world, &bob, "Then I write to the laptop alone.\n")
        })?;
        self.settle()?;
        let after = self.world.network.sent_to(&phone);
        let sessions = self.at(ALICE, |device, _| Ok(device.endpoint.sessions(&phone)))?;
        if after != before || sessions.is_some() {
            return Err("something was sent to a revoked device".into());
        }
        println!("  Nothing more was sent to {PHONE}, and Alice has forgotten its sessions.");
        Ok(())
    }

    /// Alice's phone dies between storing and sending: what was encrypted is gone, and its keys are
    /// never used again. The lines are not lost, because nobody acknowledged them.
    fn crash(&mut self) -> Outcome {
        heading(9, "A crash");
        let bob = self.bob.account.clone();
        let unsent = self.at(ALICE, |device, world| {
            for line in ["One.\n", "Two.\n", "Three.\n"] {
                device.say(world, &bob, line)?;
            }
            device.flush(world)
        })?;
        println!("  {ALICE} stores its state, and dies before {} envelopes leave.", unsent.len());
        let Some(device) = self.devices.iter_mut().find(|device| device.name == ALICE) else {
            return Err("no such device".into());
        };
        *device = Device::restart(ALICE, device.database.clone())?;
        println!(
            "  It comes back with {} and goes on.",
            count(device.endpoint.peers().count(), "peer")
        );
        self.settle()
    }

    /// Nobody says anything. After a week without a post-quantum epoch the devices exchange empty
    /// messages until one completes; a lost one is repeated a day later.
    fn quiet_weeks(&mut self) -> Outcome {
        heading(10, "Quiet weeks");
        let (alice, laptop) = (self.address(ALICE)?, self.address(LAPTOP)?);
        let (began, carriers) = (self.world.now, self.world.meter.carriers);
        let before = [self.epochs(ALICE, &laptop)?, self.epochs(LAPTOP, &alice)?];
        self.world.now = self.world.now.saturating_add(PQ_EPOCH_AGE);
        loop {
            for device in &mut self.devices {
                device.daily_upkeep(&mut self.world)?;
            }
            self.settle()?;
            let after = [self.epochs(ALICE, &laptop)?, self.epochs(LAPTOP, &alice)?];
            if before.iter().zip(after).all(|(before, after)| after > *before) {
                break;
            }
            self.world.now = self.world.now.saturating_add(DAY);
        }
        println!(
            "  After {} days an epoch was complete on both sides, by {} empty messages.",
            self.world.now.since(began).as_secs() / DAY.as_secs(),
            self.world.meter.carriers - carriers,
        );
        Ok(())
    }
}

/// Helpers of the story.
impl Story {
    /// Does something at one device.
    pub(crate) fn at<T>(
        &mut self,
        name: &str,
        action: impl FnOnce(&mut Device, &mut World) -> Outcome<T>,
    ) -> Outcome<T> {
        let device = self.devices.iter_mut().find(|device| device.name == name);
        action(device.ok_or("no such device")?, &mut self.world)
    }

    pub(crate) fn address(&mut self, name: &str) -> Outcome<DeviceAddress> {
        self.at(name, |device, _| Ok(device.address().clone()))
    }

    /// Post-quantum epochs that a device completed with another.
    fn epochs(&mut self, name: &str, peer: &DeviceAddress) -> Outcome<u32> {
        self.at(name, |device, world| {
            let healing = device.endpoint.healing(peer, world.now).ok_or("no session")?;
            Ok(healing.post_quantum.completed)
        })
    }

    fn arrived(&mut self, name: &str) -> Outcome<usize> {
        self.at(name, |device, _| Ok(device.database.chat.inbox.len()))
    }

    pub(crate) fn pass(&mut self, ticks: usize) -> Outcome {
        for _ in 0..ticks {
            self.world.tick(&mut self.devices)?;
        }
        self.print_notes();
        Ok(())
    }

    /// Alice learns of a new device list from the next message that reaches her.
    fn until_alice_sees_a_change(&mut self, of: &AccountId) -> Outcome {
        for _ in 0..2_000 {
            let seen =
                self.at(ALICE, |device, world| Ok(!device.meet(world, of)?.events().is_empty()))?;
            if seen {
                return Ok(());
            }
            self.pass(1)?;
        }
        Err("the news of a device list does not arrive".into())
    }

    pub(crate) fn settle(&mut self) -> Outcome {
        self.world.settle(&mut self.devices)?;
        self.print_notes();
        Ok(())
    }

    fn print_notes(&mut self) {
        for note in self.world.take_notes() {
            println!("  {note}.");
        }
    }

    /// Alice looks at what changed about a contact, and goes on.
    fn acknowledge(&mut self, account: &AccountId) -> Outcome {
        self.at(ALICE, |device, world| {
            for event in device.meet(world, account)?.events() {
                println!("  Alice is shown {event:?}, and acknowledges it.");
            }
            device.acknowledge(account);
            let contact = device.meet(world, account)?;
            println!(
                "  The contact is still {:?}: the account key is the same.",
                contact.verification()
            );
            Ok(())
        })
    }
}

pub(crate) fn heading(number: u32, title: &str) {
    println!("\n{number}. {title}");
}

pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The lines of a text, each with its end, so that joined they are the text again. A line that is
/// longer than a message may be comes in pieces.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').flat_map(|line| {
        let mut rest = line;
        std::iter::from_fn(move || {
            let longest = (0..=TEXT_BYTES).rev().find(|at| rest.is_char_boundary(*at));
            let at = if rest.len() <= TEXT_BYTES { rest.len() } else { longest.unwrap_or(0) };
            let (piece, left) = rest.split_at(at);
            rest = left;
            (!piece.is_empty()).then_some(piece)
        })
    })
}

fn answer(number: usize) -> String {
    const ANSWERS: [&str; 5] =
        ["Go on.", "And then?", "I am listening.", "That is new to me.", "Say that again, slowly."];
    let answer = ANSWERS.get(number % ANSWERS.len()).copied().unwrap_or_default();
    format!("({number}) {answer}\n")
}
