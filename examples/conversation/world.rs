//! What surrounds the devices: time, randomness, the server, the network, and what we measure.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::content::MessageId;
use sealwax::envelope::Envelope;
use sealwax::identity::DeviceAddress;
use sealwax::ratchet::Staleness;
use sealwax::session::SessionId;
use sealwax::time::Timestamp;

use crate::Outcome;
use crate::device::Device;
use crate::directory::Directory;
use crate::network::{Network, Packet};
use crate::objects::Objects;

/// One turn of the clock.
const TICK: Duration = Duration::from_millis(250);

pub(crate) struct World {
    /// Virtual: nothing here reads a real clock, except to measure how fast the library is.
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) directory: Directory,
    pub(crate) network: Network,
    pub(crate) objects: Objects,
    pub(crate) said: Vec<Said>,
    pub(crate) meter: Meter,
    /// What devices would tell their users or write to their logs; the story prints it.
    notes: Vec<String>,
}

/// A text that somebody wrote, and who must have it in the end.
pub(crate) struct Said {
    pub(crate) id: MessageId,
    pub(crate) by: DeviceAddress,
    pub(crate) at: Timestamp,
    pub(crate) text: String,
    /// The devices that the account listed when it was encrypted.
    pub(crate) for_devices: Vec<DeviceAddress>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            now: Timestamp::from_secs(1_800_000_000),
            rng: ChaCha20Rng::seed_from_u64(seed),
            directory: Directory::default(),
            network: Network::default(),
            objects: Objects::default(),
            said: Vec::new(),
            meter: Meter::default(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, packets: Vec<Packet>) {
        for packet in packets {
            self.network.send(packet, self.now, &mut self.rng);
        }
    }

    /// Keeps a line for the story, each once.
    pub(crate) fn note(&mut self, device: &str, note: &str) {
        let line = format!("{device} {note}");
        if !self.notes.contains(&line) {
            self.notes.push(line);
        }
    }

    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// One turn of the clock: what has arrived is opened, what is due is sent.
    pub(crate) fn tick(&mut self, devices: &mut [Device]) -> Outcome {
        self.now = self.now.saturating_add(TICK);
        while let Some(packet) = self.network.arrived(self.now) {
            let addressee = devices.iter_mut().find(|device| *device.address() == packet.to);
            if let Some(device) = addressee {
                device.receive(self, &packet.envelope)?;
            }
        }
        for device in devices {
            let packets = device.flush(self)?;
            self.send(packets);
        }
        Ok(())
    }

    /// Lets time pass until nothing travels and nobody waits for anything.
    pub(crate) fn settle(&mut self, devices: &mut [Device]) -> Outcome {
        for _ in 0..20_000 {
            self.tick(devices)?;
            if self.network.is_empty() && devices.iter().all(Device::is_idle) {
                return Ok(());
            }
        }
        Err("the conversation does not come to rest".into())
    }
}

/// What the report prints.
#[derive(Default)]
pub(crate) struct Meter {
    pub(crate) encrypting: Stopwatch,
    pub(crate) opening: Stopwatch,
    /// Messages of sessions that the peer has answered in, and those that carry a handshake.
    pub(crate) established: Sizes,
    pub(crate) with_handshake: Sizes,
    /// What opening came to, by the outcome's name.
    pub(crate) outcomes: BTreeMap<&'static str, usize>,
    /// Empty messages that were sent only to complete one of these epochs.
    pub(crate) carriers: usize,
    /// Completed post-quantum epochs, as each of both sides saw it.
    pub(crate) epochs: Vec<Epoch>,
    healing: BTreeMap<&'static str, BTreeMap<SessionId, Staleness>>,
}

/// A post-quantum epoch, and how many messages the device sent and received for it.
pub(crate) struct Epoch {
    pub(crate) at: &'static str,
    pub(crate) number: u32,
    pub(crate) sent: u32,
    pub(crate) received: u32,
}

#[derive(Default)]
pub(crate) struct Stopwatch {
    pub(crate) runs: u32,
    pub(crate) total: Duration,
}

impl Stopwatch {
    pub(crate) fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.total += start.elapsed();
        self.runs += 1;
        result
    }
}

/// Sums over messages of one sort.
#[derive(Default)]
pub(crate) struct Sizes {
    pub(crate) messages: usize,
    pub(crate) wire: usize,
    pub(crate) plaintext: usize,
}

impl Meter {
    pub(crate) fn sent(&mut self, envelope: &[u8], plaintext: &[u8]) {
        let sizes = match Envelope::decode(envelope) {
            Ok(Envelope::Handshake(_)) => &mut self.with_handshake,
            _ => &mut self.established,
        };
        sizes.messages += 1;
        sizes.wire += envelope.len();
        sizes.plaintext += plaintext.len();
    }

    /// Notices a completed epoch: the counters have just begun anew.
    pub(crate) fn healing(&mut self, at: &'static str, session: SessionId, now: Staleness) {
        let before = self.healing.entry(at).or_default().insert(session, now);
        let Some(before) = before.filter(|before| now.completed > before.completed) else { return };
        let (number, Staleness { sent, received, .. }) = (now.completed, before);
        self.epochs.push(Epoch { at, number, sent, received });
    }

    pub(crate) fn came_to(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }
}
