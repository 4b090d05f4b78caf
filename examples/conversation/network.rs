//! A bad network: it loses, repeats, reorders and delays, and the server that runs it keeps copies.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use sealwax::identity::DeviceAddress;
use sealwax::time::Timestamp;

const LOST_PERCENT: u32 = 15;
const REPEATED_PERCENT: u32 = 10;
const LATE_PERCENT: u32 = 5;

/// What the network sees: where to, and bytes. Not from whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packet {
    pub(crate) to: DeviceAddress,
    pub(crate) envelope: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Network {
    /// By time of arrival, the earliest on top.
    travelling: BinaryHeap<Reverse<(Timestamp, Packet)>>,
    /// Everything that was ever handed over, as a curious server would keep it.
    pub(crate) copies: Vec<Packet>,
    pub(crate) lost: usize,
    pub(crate) repeated: usize,
    pub(crate) overtaken: usize,
    latest_arrival: Timestamp,
}

impl Network {
    pub(crate) fn send(&mut self, packet: Packet, now: Timestamp, rng: &mut ChaCha20Rng) {
        self.copies.push(packet.clone());
        if percent(rng, LOST_PERCENT) {
            self.lost += 1;
            return;
        }
        if percent(rng, REPEATED_PERCENT) {
            self.repeated += 1;
            self.carry(packet.clone(), now, rng);
        }
        self.carry(packet, now, rng);
    }

    fn carry(&mut self, packet: Packet, now: Timestamp, rng: &mut ChaCha20Rng) {
        let longest = if percent(rng, LATE_PERCENT) { 8_000 } else { 900 };
        let delay = Duration::from_millis(u64::from(20 + rng.next_u32() % longest));
        let arrival = now.saturating_add(delay);
        if arrival < self.latest_arrival {
            self.overtaken += 1;
        }
        self.latest_arrival = self.latest_arrival.max(arrival);
        self.travelling.push(Reverse((arrival, packet)));
    }

    /// The next packet that has arrived by now.
    pub(crate) fn arrived(&mut self, now: Timestamp) -> Option<Packet> {
        let Reverse((arrival, _)) = self.travelling.peek()?;
        if *arrival > now {
            return None;
        }
        self.travelling.pop().map(|Reverse((_, packet))| packet)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.travelling.is_empty()
    }

    pub(crate) fn sent_to(&self, to: &DeviceAddress) -> usize {
        self.copies.iter().filter(|packet| packet.to == *to).count()
    }
}

fn percent(rng: &mut ChaCha20Rng, percent: u32) -> bool {
    rng.next_u32() % 100 < percent
}
