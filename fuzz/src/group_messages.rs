//! Messages, keys and changes among three, in any order, damaged and repeated.

use std::collections::BTreeSet;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use sealwax::envelope::Envelope;
use sealwax::group::channel::{GroupChannel, Opened};
use sealwax::group::{Action, Authored, ChangeDraft, Outcome, Title};
use sealwax::identity::DeviceAddress;
use sealwax::sender_key::{Distribution, KeyRequest, SenderMessage, Withheld};
use sealwax::time::Timestamp;

use super::Seed;
use super::group_scene::{MEMBERS, NOW, channels, crowd, rng};
use super::vectors::{Vectors, file};

/// The first byte says what the rest is: an encoding, or what happens.
pub fn run(data: &[u8]) {
    match data.split_first() {
        Some((0, rest)) => decode(rest),
        Some((1, rest)) => receive(rest),
        Some((_, steps)) => Scene::new().play(steps),
        None => {}
    }
}

/// What decodes has one encoding.
fn decode(data: &[u8]) {
    if let Ok(given) = Distribution::decode(data) {
        assert_eq!(&given.encode()[..], data);
    }
    if let Ok(request) = KeyRequest::decode(data) {
        assert_eq!(request.encode(), data);
    }
    let _ = Withheld::decode(data);
    let _ = SenderMessage::decode(data);
}

/// An envelope to a member that nobody sent one.
fn receive(data: &[u8]) {
    let Ok(Envelope::Sender(message)) = Envelope::decode(data) else { return };
    let channel = &mut channels()[1];
    let before = channel.stored();
    match channel.open(&message, NOW) {
        Ok(Opened::Message(heard)) => assert_eq!(heard.plaintext, b"seed"),
        _ => assert!(channel.stored() == before),
    }
}

struct Said {
    from: usize,
    text: Vec<u8>,
    envelope: Vec<u8>,
}

struct Scene {
    channels: Vec<GroupChannel>,
    now: Timestamp,
    rng: ChaCha20Rng,
    said: Vec<Said>,
    changes: Vec<Authored>,
    keys: Vec<(DeviceAddress, Distribution)>,
    /// Who has opened what.
    opened: BTreeSet<(usize, usize)>,
}

const STEPS: usize = 200;

impl Scene {
    fn new() -> Self {
        Self {
            channels: channels(),
            now: NOW,
            rng: rng(9),
            said: Vec::new(),
            changes: Vec::new(),
            keys: Vec::new(),
            opened: BTreeSet::new(),
        }
    }

    fn play(&mut self, steps: &[u8]) {
        for step in steps.chunks_exact(2).take(STEPS) {
            let (who, what) = (usize::from(step[0] >> 4) % MEMBERS, usize::from(step[1]));
            match step[0] & 15 {
                0 | 1 => self.say(who, what),
                2..=4 => self.hear(who, what),
                5 => self.hear_damaged(who, what),
                6 => self.hear_all(who),
                7 => self.change(who, what),
                8 | 9 => self.take(who, what),
                10 => self.prepare(who),
                11 | 12 => self.accept(who, what),
                13 => self.now = self.now.saturating_add(Duration::from_secs(1 << (what % 20))),
                14 => self.restart(who),
                _ => drop(self.channels[who].expire(self.now)),
            }
        }
    }

    fn say(&mut self, who: usize, what: usize) {
        let text = vec![7; what];
        let before = self.channels[who].stored();
        match self.channels[who].encrypt(&text, self.now, &mut self.rng) {
            Ok(sent) => self.said.push(Said { from: who, text, envelope: sent.sent.envelope }),
            Err(_) => assert!(self.channels[who].stored() == before),
        }
    }

    fn hear(&mut self, who: usize, what: usize) {
        let Some(at) = what.checked_rem(self.said.len()) else { return };
        let said = &self.said[at];
        let Ok(Envelope::Sender(message)) = Envelope::decode(&said.envelope) else { panic!() };
        let before = self.channels[who].stored();
        match self.channels[who].open(&message, self.now) {
            Ok(Opened::Message(heard)) => {
                assert_eq!(heard.plaintext, said.text);
                assert_ne!(said.from, who);
                assert_eq!(heard.sender, *self.channels[said.from].own());
                assert!(self.opened.insert((who, at)), "opened twice");
            }
            Ok(_) => assert!(self.channels[who].stored() == before),
            Err(error) => panic!("{error:?}"),
        }
    }

    fn hear_damaged(&mut self, who: usize, what: usize) {
        let Some(said) = self.said.last() else { return };
        let mut envelope = said.envelope.clone();
        let at = what % envelope.len();
        envelope[at] ^= 1;
        let Ok(Envelope::Sender(message)) = Envelope::decode(&envelope) else { return };
        let before = self.channels[who].stored();
        let opened = self.channels[who].open(&message, self.now);
        assert!(!matches!(opened, Ok(Opened::Message(_))));
        assert!(self.channels[who].stored() == before);
    }

    /// Everything at once is the same as one by one.
    fn hear_all(&mut self, who: usize) {
        let decoded = self.said.iter().map(|said| match Envelope::decode(&said.envelope) {
            Ok(Envelope::Sender(message)) => message,
            other => panic!("{other:?}"),
        });
        let messages: Vec<_> = decoded.collect();
        let mut other = GroupChannel::restore(&self.channels[who].stored()).unwrap();
        let one_by_one: Vec<_> = messages.iter().map(|m| other.open(m, self.now)).collect();
        let all = self.channels[who].open_all(&messages, self.now);
        assert_eq!(all, one_by_one);
        assert!(self.channels[who].stored() == other.stored());
        for (at, opened) in all.iter().enumerate() {
            if matches!(opened, Ok(Opened::Message(_))) {
                assert!(self.opened.insert((who, at)), "opened twice");
            }
        }
    }

    fn change(&mut self, who: usize, what: usize) {
        let account = &crowd().accounts[who];
        let member = || crowd().accounts[what % MEMBERS].list.account().clone();
        let action = match what / 64 {
            0 => Action::SetTitle(Title::new("title").unwrap()),
            1 => Action::ResetKeys,
            2 => Action::Remove(member()),
            _ => Action::SetSlowMode(60),
        };
        let channel = &mut self.channels[who];
        let draft: ChangeDraft = channel.group().state().change().with(action);
        let device = &account.devices[0];
        let signed = channel.sign(draft, device, &crowd().lists, self.now, &mut self.rng);
        self.changes.extend(signed.map(|signed| signed.authored));
    }

    fn take(&mut self, who: usize, what: usize) {
        let Some(at) = what.checked_rem(self.changes.len()) else { return };
        let (channel, authored) = (&mut self.channels[who], &self.changes[at]);
        let before = channel.stored();
        let outcome = channel.apply(&authored.change, &crowd().lists, self.now);
        if outcome.is_ok_and(|changed| matches!(changed.outcome, Outcome::Applied(_))) {
            assert_eq!(channel.group().state(), &authored.state);
            if let Some(secret) = &authored.epoch_secret {
                channel.learn(secret).unwrap();
            }
        } else {
            assert!(channel.stored() == before);
        }
    }

    fn prepare(&mut self, who: usize) {
        let channel = &mut self.channels[who];
        let Ok(prepared) = channel.prepare(&crowd().lists, self.now, &mut self.rng) else { return };
        channel.record(prepared.distribution.position(), &prepared.devices).unwrap();
        self.keys.push((channel.own().clone(), prepared.distribution));
    }

    fn accept(&mut self, who: usize, what: usize) {
        let Some(at) = what.checked_rem(self.keys.len()) else { return };
        let (from, given) = &self.keys[at];
        let _ = self.channels[who].accept(from, given, &crowd().lists, self.now);
    }

    fn restart(&mut self, who: usize) {
        let stored = self.channels[who].stored();
        let restored = GroupChannel::restore(&stored).unwrap();
        assert!(restored.stored() == stored);
        self.channels[who] = restored;
    }
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let crowd = crowd();
    let mut channels = channels();
    let envelope = channels[0].encrypt(b"seed", NOW, &mut rng(5)).unwrap().sent.envelope;
    let given = channels[0].prepare(&crowd.lists, NOW, &mut rng(6)).unwrap().distribution.encode();
    let with = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    let talk = [0x00, 5, 0x12, 0, 0x22, 0, 0x10, 9, 0x02, 1, 0x05, 60, 0x26, 0, 0x0e, 0];
    let removal = [
        0x10, 3, 0x07, 130, 0x08, 0, 0x0a, 0, 0x1b, 0, 0x18, 0, 0x1b, 0, 0x00, 4, 0x12, 1, 0x22, 1,
        0x0d, 12, 0x02, 0, 0x20, 1, 0x12, 2,
    ];
    vec![
        ("distribution", with(0, &given)),
        ("envelope", with(1, &envelope)),
        ("talk", with(2, &talk)),
        ("removal", with(2, &removal)),
    ]
}

pub fn vectors() -> Vec<Seed> {
    let (file, op, field) = (file!("sender-distribution"), "decode", "/encoded");
    let distribution = Vectors { name: "distribution", file, op, field, refused: "decode/" };
    let (file, op, field) = (file!("group-messages"), "open", "/envelope");
    let envelope = Vectors { name: "envelope", file, op, field, refused: "" };
    [distribution.seeds_of_kind(0), envelope.seeds_of_kind(1)].concat()
}
