//! Two devices in conversation whose network loses messages: each two bytes of the input are a burst
//! and which of it arrives, something late, a restart, or time that passes.

use std::sync::OnceLock;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use sealwax::identity::{DeviceAddress, SendPermit};
use sealwax::session::{Endpoint, Opened};
use sealwax::time::Timestamp;

use super::scene::{Own, Stored};
use super::session_pair::rng;
use super::support::{START, in_conversation};

const STEPS: usize = 60;
/// Enough, without losses, for whatever epoch is half finished and one more (SPEC.md 10.9).
const MESSAGES_OF_AN_EPOCH: usize = 400;

/// What arrives opens as it was said, whatever was lost; a stored state goes on as the one in
/// memory; and once nothing is lost any more the next epoch completes on both sides.
pub fn run(data: &[u8]) {
    let mut pair = Pair::new();
    for step in data.chunks_exact(2).take(STEPS) {
        let (who, what) = (usize::from(step[0] >> 7), usize::from(step[0] & 0x7f));
        match what {
            0..=95 => pair.burst(who, what, step[1]),
            96..=111 => pair.late(usize::from(step[1])),
            112..=119 => pair.restart(who),
            _ => pair.now = pair.now.saturating_add(Duration::from_secs(1 << (step[1] % 20))),
        }
    }
    pair.complete();
}

struct Pair {
    ends: [End; 2],
    late: Vec<Said>,
    now: Timestamp,
    rng: ChaCha20Rng,
    count: u32,
}

struct End {
    own: Own,
    endpoint: Endpoint,
    permit: SendPermit,
}

struct Said {
    to: usize,
    text: Vec<u8>,
    envelope: Vec<u8>,
}

struct Beginning {
    own: Own,
    stored: Stored,
    permit: SendPermit,
}

fn beginning() -> &'static [Beginning; 2] {
    static BEGINNING: OnceLock<[Beginning; 2]> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let (mut world, alice, bob) = in_conversation(11);
        [(alice, bob), (bob, alice)].map(|(at, peer)| Beginning {
            permit: world.permit(at, peer),
            own: Own::of(world.endpoint(at)),
            stored: Stored::of(world.endpoint(at)),
        })
    })
}

impl Pair {
    fn new() -> Self {
        let ends = beginning().each_ref().map(|Beginning { own, stored, permit }| End {
            own: own.clone(),
            endpoint: own.endpoint(stored.peers.values()).unwrap(),
            permit: permit.clone(),
        });
        Self { ends, late: Vec::new(), now: START, rng: rng(), count: 0 }
    }

    fn say(&mut self, who: usize) -> Said {
        self.count += 1;
        let text = self.count.to_be_bytes().to_vec();
        let End { endpoint, permit, .. } = &mut self.ends[who];
        let sent = endpoint.encrypt(permit, &text, self.now, &mut self.rng).unwrap();
        Said { to: 1 - who, text, envelope: sent.envelope }
    }

    /// Up to eight messages, of which the bits say which arrive. The others may do so later.
    fn burst(&mut self, who: usize, what: usize, arrives: u8) {
        for bit in 0..=(what & 7) {
            let said = self.say(who);
            if arrives >> bit & 1 == 1 {
                assert!(self.hear(&said), "a message that arrives at once is not opened");
            } else {
                self.late.push(said);
            }
        }
    }

    fn late(&mut self, which: usize) {
        if let Some(place) = which.checked_rem(self.late.len()) {
            let said = self.late.swap_remove(place);
            self.hear(&said);
        }
    }

    /// Whether it opened; if not, it came too late.
    fn hear(&mut self, said: &Said) -> bool {
        match self.ends[said.to].endpoint.open(&said.envelope, self.now) {
            Ok(Opened::Message(received)) => {
                assert_eq!(received.plaintext, said.text);
                true
            }
            Ok(Opened::TooOld | Opened::Unknown) => false,
            other => panic!("{other:?}"),
        }
    }

    fn restart(&mut self, who: usize) {
        let End { own, endpoint, .. } = &mut self.ends[who];
        let stored = Stored::of(endpoint);
        *own = Own::of(endpoint);
        *endpoint = own.endpoint(stored.peers.values()).unwrap();
        assert!(Stored::of(endpoint) == stored);
    }

    fn completed(&self) -> [u32; 2] {
        self.ends.each_ref().map(|end| {
            let peer: &DeviceAddress = end.permit.address();
            end.endpoint.healing(peer, self.now).unwrap().post_quantum.completed
        })
    }

    fn complete(&mut self) {
        let before = self.completed();
        for message in 0..MESSAGES_OF_AN_EPOCH {
            let said = self.say(message % 2);
            assert!(self.hear(&said), "a message is not opened once nothing is lost");
            let now = self.completed();
            if now.iter().zip(before).all(|(now, before)| *now > before) {
                return;
            }
        }
        panic!("no epoch completes");
    }
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let talk = |arrives: [u8; 2], rounds: usize| {
        let burst = |who: u8| [who << 7 | 7, arrives[usize::from(who)]];
        (0..rounds).flat_map(|_| [burst(0), burst(1)].concat()).collect::<Vec<_>>()
    };
    let late =
        [0x07, 0x55, 0x87, 0xaa, 96, 0, 96, 1, 112, 0, 0x07, 0xff, 96, 0, 127, 19, 0x87, 0xff];
    vec![
        ("all-arrives", talk([0xff, 0xff], 8)),
        ("half-arrives", talk([0x55, 0xaa], 16)),
        ("one-way-only", talk([0xff, 0x00], 12)),
        ("late-and-restarts", late.to_vec()),
    ]
}
