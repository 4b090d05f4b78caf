//! Everybody, the lists that everybody verified, and what carries things between them.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::group::channel::GroupChannel;
use sealwax::group::{
    Action, Authored, ChangeDraft, Group, Outcome as ChangeOutcome, SignedChange,
};
use sealwax::identity::{AccountId, VerifiedDeviceList};
use sealwax::time::Timestamp;

use crate::Outcome;
use crate::person::Person;

pub(crate) struct World {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) now: Timestamp,
    pub(crate) people: Vec<Person>,
    pub(crate) lists: BTreeMap<AccountId, VerifiedDeviceList>,
}

impl World {
    pub(crate) fn new(seed: u64, names: &[&'static str]) -> Outcome<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let now = Timestamp::from_secs(1_800_000_000);
        let people = names.iter().map(|name| Person::new(name, now, &mut rng));
        let people = people.collect::<Outcome<Vec<_>>>()?;
        let lists = people.iter().map(|p| (p.account().clone(), p.list.clone())).collect();
        Ok(Self { rng, now, people, lists })
    }

    pub(crate) fn later(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
    }

    pub(crate) fn person(&self, name: &str) -> Outcome<&Person> {
        self.people.iter().find(|p| p.name == name).ok_or_else(|| name.into())
    }

    pub(crate) fn person_mut(&mut self, name: &str) -> Outcome<&mut Person> {
        self.people.iter_mut().find(|p| p.name == name).ok_or_else(|| name.into())
    }

    pub(crate) fn enter(&mut self, name: &str, group: Group) -> Outcome {
        let person = self.person_mut(name)?;
        person.channel = Some(GroupChannel::new(person.address().clone(), group));
        Ok(())
    }

    /// Puts a change together and signs it; nobody has it yet, not even its author.
    pub(crate) fn author(&mut self, name: &str, actions: Vec<Action>) -> Outcome<Authored> {
        let draft = self.person(name)?.channel()?.group().state().change();
        self.sign(name, actions.into_iter().fold(draft, ChangeDraft::with))
    }

    /// Its author keeps it until the state goes on.
    pub(crate) fn sign(&mut self, name: &str, draft: ChangeDraft) -> Outcome<Authored> {
        let Self { people, lists, rng, now } = self;
        let person = people.iter_mut().find(|p| p.name == name).ok_or("nobody")?;
        let device = person.device.clone();
        Ok(person.channel_mut()?.sign(draft, &device, lists, *now, rng)?.authored)
    }

    /// Gives a change to somebody, and then what was waiting for it.
    pub(crate) fn take_change(
        &mut self,
        name: &str,
        change: &SignedChange,
    ) -> Outcome<ChangeOutcome> {
        let Self { people, lists, now, .. } = self;
        let person = people.iter_mut().find(|p| p.name == name).ok_or("nobody")?;
        let outcome = person.channel_mut()?.apply(change, lists, *now)?.outcome;
        for (from, bytes) in std::mem::take(&mut person.keys) {
            person.take_key(&from, &bytes, lists, *now)?;
        }
        person.retry(*now)?;
        Ok(outcome)
    }

    pub(crate) fn take_own(&mut self, name: &str, authored: &Authored) -> Outcome {
        self.take_change(name, &authored.change).map(drop)
    }

    /// Looks up the devices and gives the sender chain to exactly those that lack it: in pairwise
    /// sessions, which are not shown here. Returns how many there were.
    pub(crate) fn distribute(&mut self, name: &str) -> Outcome<usize> {
        let Self { people, lists, now, rng } = self;
        let person = people.iter_mut().find(|p| p.name == name).ok_or("nobody")?;
        let from = person.address().clone();
        let prepared = person.channel_mut()?.prepare(lists, *now, rng)?;
        person.channel_mut()?.record(prepared.distribution.position(), &prepared.devices)?;
        let bytes = prepared.distribution.encode();
        for device in &prepared.devices {
            let to = people.iter_mut().find(|p| p.address() == device).ok_or("no such device")?;
            to.take_key(&from, &bytes, lists, *now)?;
            to.retry(*now)?;
        }
        Ok(prepared.devices.len())
    }

    pub(crate) fn encrypt(&mut self, name: &str, text: &str) -> Outcome<Vec<u8>> {
        let Self { people, now, rng, .. } = self;
        let person = people.iter_mut().find(|p| p.name == name).ok_or("nobody")?;
        Ok(person.channel_mut()?.encrypt(text.as_bytes(), *now, rng)?.sent.envelope)
    }

    pub(crate) fn deliver(&mut self, name: &str, envelope: &[u8]) -> Outcome {
        let now = self.now;
        let person = self.person_mut(name)?;
        person.waiting.push(envelope.to_vec());
        person.retry(now)
    }

    /// What is said reaches everybody who is in a group, members or not.
    pub(crate) fn say(&mut self, name: &'static str, text: &str) -> Outcome {
        let envelope = self.encrypt(name, text)?;
        println!("  {name} says: {text} ({} bytes for all)", envelope.len());
        self.spread(name, &envelope)
    }

    pub(crate) fn spread(&mut self, from: &str, envelope: &[u8]) -> Outcome {
        let others = self.people.iter().filter(|p| p.name != from && p.channel.is_some());
        for name in others.map(|p| p.name).collect::<Vec<_>>() {
            self.deliver(name, envelope)?;
        }
        Ok(())
    }
}
