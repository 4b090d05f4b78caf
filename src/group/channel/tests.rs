use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use rand_chacha::ChaCha20Rng;

use super::*;
use crate::envelope::Envelope;
use crate::group::fixture::{People, founded, id, people};
use crate::group::{Action, Authored, SignedChange};
use crate::identity::fixture::{NOW, rng};
use crate::sender_key::{Distribution, OpenSenderError, SenderMessage};

mod attacks;
mod authoring;
mod catching_up;
mod membership;
mod persistence;
mod receiving;
mod sending;
mod simulation;
mod suspects;

pub(crate) fn message(envelope: &[u8]) -> SenderMessage<'_> {
    let Ok(Envelope::Sender(message)) = Envelope::decode(envelope) else { panic!() };
    message
}

/// The founders' channels, each of one device.
pub(crate) struct World {
    pub(crate) people: People,
    pub(crate) channels: BTreeMap<&'static str, GroupChannel>,
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
}

pub(crate) const FOUNDERS: [&str; 7] = ["olga", "anna", "adam", "mona", "max", "mia", "otto"];

impl World {
    /// Nobody has a chain yet; olga's epoch secret is everybody's.
    pub(crate) fn quiet() -> Self {
        let people = people();
        let founded = founded(&people);
        let channel = |name: &&'static str| {
            let own = people.device(name).address().clone();
            let mut channel = GroupChannel::new(own, Group::founded(founded.genesis.clone()));
            channel.learn(&founded.epoch_secret).unwrap();
            (*name, channel)
        };
        let channels = FOUNDERS.iter().map(channel).collect();
        Self { people, channels, now: NOW, rng: rng(77) }
    }

    /// Everybody who may write has given its chain to all.
    pub(crate) fn new() -> Self {
        let mut world = Self::quiet();
        world.distribute_all();
        world
    }

    pub(crate) fn channel(&mut self, name: &str) -> &mut GroupChannel {
        self.channels.get_mut(name).unwrap()
    }

    pub(crate) fn distribute_all(&mut self) {
        for name in self.channels.keys().copied().collect::<Vec<_>>() {
            if name != "otto" {
                self.distribute(name);
            }
        }
    }

    pub(crate) fn prepare(&mut self, name: &str) -> Result<Prepared, SendRefused> {
        let Self { people, channels, now, rng } = self;
        channels.get_mut(name).unwrap().prepare(&people.lists, *now, rng)
    }

    /// Gives the chain of `name` to exactly the devices that lack it.
    pub(crate) fn distribute(&mut self, name: &str) -> Vec<DeviceAddress> {
        let prepared = self.prepare(name).unwrap();
        let from = self.channel(name).own().clone();
        for device in &prepared.devices {
            self.give(&from, device, &prepared.distribution);
        }
        self.channel(name).record(prepared.distribution.position(), &prepared.devices).unwrap();
        prepared.devices
    }

    pub(crate) fn give(&mut self, from: &DeviceAddress, to: &DeviceAddress, given: &Distribution) {
        let given = Distribution::decode(&given.encode()).unwrap();
        let Self { people, channels, now, .. } = self;
        if let Some(channel) = channels.values_mut().find(|channel| channel.own() == to) {
            channel.accept(from, &given, &people.lists, *now).unwrap();
        }
    }

    pub(crate) fn try_say(&mut self, name: &str, text: &str) -> Result<Vec<u8>, SendRefused> {
        let Self { channels, now, rng, .. } = self;
        let channel = channels.get_mut(name).unwrap();
        channel.encrypt(text.as_bytes(), *now, rng).map(|said| said.sent.envelope)
    }

    pub(crate) fn say(&mut self, name: &str, text: &str) -> Vec<u8> {
        self.try_say(name, text).unwrap()
    }

    pub(crate) fn hear(&mut self, name: &str, envelope: &[u8]) -> Result<Opened, OpenSenderError> {
        let now = self.now;
        self.channel(name).open(&message(envelope), now)
    }

    /// The message, which has to be one.
    pub(crate) fn heard(&mut self, name: &str, envelope: &[u8]) -> GroupMessage {
        match self.hear(name, envelope) {
            Ok(Opened::Message(message)) => *message,
            other => panic!("{name}: {other:?}"),
        }
    }

    pub(crate) fn author(&self, name: &str, actions: Vec<Action>) -> Authored {
        let state = self.channels[name].group().state();
        self.people.sign_at(name, state, actions, self.now).unwrap()
    }

    /// Everybody of `names` takes the change, with its secret if they are still in.
    pub(crate) fn publish(&mut self, names: &[&'static str], authored: &Authored) {
        for name in names {
            self.take(name, &authored.change);
            let channel = self.channels.get_mut(*name).unwrap();
            if let Some(secret) = &authored.epoch_secret
                && channel.group().state().member(&id(name)).is_some()
            {
                channel.learn(secret).unwrap();
            }
        }
    }

    pub(crate) fn take(&mut self, name: &str, change: &SignedChange) -> Changed {
        let Self { people, channels, now, .. } = self;
        channels.get_mut(name).unwrap().apply(change, &people.lists, *now).unwrap()
    }

    /// A change by `name` that everybody takes; key epochs are followed with new chains.
    pub(crate) fn change(&mut self, name: &str, actions: Vec<Action>) -> Authored {
        let authored = self.author(name, actions);
        let names: Vec<_> = self.channels.keys().copied().collect();
        self.publish(&names, &authored);
        authored
    }

    pub(crate) fn stored(&self, name: &str) -> StoredChannel {
        self.channels[name].stored()
    }

    pub(crate) fn remove_max(&mut self) -> Authored {
        self.change("mona", vec![Action::Remove(id("max"))])
    }

    pub(crate) fn later(&mut self, time: core::time::Duration) {
        self.now = self.now.saturating_add(time);
    }
}
