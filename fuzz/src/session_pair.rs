//! Two devices and whoever sits between them: the input is a list of what happens, two to four
//! bytes each.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::handshake::RespondError;
use sealwax::identity::{Contact, DeviceAddress, SendPermit};
use sealwax::prekey::{PrekeyShelf, PrekeyStore, VerifiedBundle};
use sealwax::session::{
    AcceptError, Changes, DecryptError, EncryptError, Encrypted, Endpoint, OpenError, Opened,
    Received,
};
use sealwax::time::Timestamp;

use super::scene::{Own, Stored, accept, carries_handshake, message_of};
use super::support::bytes::{field, flipped, handshake, handshake_envelope, session_envelope};
use super::support::{START, alice_and_bob};

/// Longer stories find nothing that shorter ones do not, and take longer.
const OPS: usize = 200;
/// Certificates and lists hold for longer than this.
const YEAR: Duration = Duration::from_hours(24 * 365);

/// Nothing panics, what opens is what was sent and opens once, what is refused changes nothing, a
/// crash between any two steps loses nothing, and whatever happened, a new session heals it.
pub fn run(data: &[u8]) {
    let mut pair = Pair::new();
    let mut rest = data;
    for _ in 0..OPS {
        let Some(op) = Op::read(&mut rest) else { break };
        pair.step(&op);
    }
    pair.heal();
}

#[derive(Debug)]
enum Op {
    Send {
        from: usize,
        len: usize,
    },
    /// A genuine envelope arrives, and stays on the way when it is to arrive again.
    Deliver {
        to: usize,
        which: usize,
        again: bool,
    },
    Drop {
        to: usize,
        which: usize,
    },
    Flip {
        to: usize,
        which: usize,
        bit: usize,
    },
    Truncate {
        to: usize,
        which: usize,
        len: usize,
    },
    /// A message under the handshake of another one.
    Splice {
        to: usize,
        which: usize,
        other: usize,
    },
    /// A message without its handshake.
    Strip {
        to: usize,
        which: usize,
    },
    Initiate {
        from: usize,
    },
    Reset {
        who: usize,
    },
    Forget {
        who: usize,
    },
    Expire {
        who: usize,
    },
    Crash {
        who: usize,
    },
    Backup {
        who: usize,
    },
    Rollback {
        who: usize,
    },
    Maintain {
        who: usize,
    },
    /// The server has no one-time prekeys left.
    Exhaust {
        who: usize,
    },
    Advance {
        by: Duration,
    },
}

impl Op {
    /// The first byte says what happens, and in its highest bit to whom.
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let first = byte(bytes)?;
        let who = usize::from(first >> 7);
        let mut arg = || byte(bytes).map(usize::from);
        Some(match first & 0x1f {
            0..=3 => Self::Send { from: who, len: arg()? * 9 },
            4..=7 => Self::Deliver { to: who, which: arg()?, again: false },
            8 | 9 => Self::Deliver { to: who, which: arg()?, again: true },
            10 => Self::Drop { to: who, which: arg()? },
            11 | 12 => Self::Flip { to: who, which: arg()?, bit: arg()? << 8 | arg()? },
            13 => Self::Truncate { to: who, which: arg()?, len: arg()? << 8 | arg()? },
            14 => Self::Splice { to: who, which: arg()?, other: arg()? },
            15 => Self::Strip { to: who, which: arg()? },
            16 | 17 => Self::Initiate { from: who },
            18 => Self::Reset { who },
            19 => Self::Forget { who },
            20 => Self::Expire { who },
            21 | 22 => Self::Crash { who },
            23 => Self::Backup { who },
            24 => Self::Rollback { who },
            25 => Self::Maintain { who },
            26 => Self::Exhaust { who },
            27 => Self::Advance { by: Duration::from_secs(1 << (arg()? % 23)) },
            _ => return None,
        })
    }
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

pub(super) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

/// Both devices before they met; the first is Alice.
fn beginning() -> &'static [Beginning; 2] {
    static BEGINNING: OnceLock<[Beginning; 2]> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let (mut world, alice, bob) = alice_and_bob(2);
        [(alice, bob), (bob, alice)].map(|(own, peer)| Beginning {
            own: Own::of(world.endpoint(own)),
            contact: world.contact(own, &world.address(peer).account).clone(),
            permit: world.permit(own, peer),
            shelf: world.directory.shelves[&world.address(own)].clone(),
        })
    })
}

struct Beginning {
    own: Own,
    contact: Contact,
    permit: SendPermit,
    shelf: PrekeyShelf,
}

struct Pair {
    devices: [Device; 2],
    now: Timestamp,
    rng: ChaCha20Rng,
    /// Names every message.
    count: u64,
    /// Somebody began again with an old state: keys may be used twice, and sessions break.
    rolled_back: bool,
}

struct Device {
    endpoint: Endpoint,
    contact: Contact,
    permit: SendPermit,
    /// What the server holds of it.
    shelf: PrekeyShelf,
    backup: Option<Stored>,
    /// What is on the way to it.
    incoming: Vec<Sent>,
    /// How often each message was taken.
    taken: BTreeMap<u64, u32>,
}

#[derive(Clone)]
struct Sent {
    count: u64,
    plaintext: Vec<u8>,
    encrypted: Encrypted,
}

impl Pair {
    fn new() -> Self {
        let devices = beginning().each_ref().map(|beginning| {
            let Beginning { own, contact, permit, shelf } = beginning;
            Device {
                endpoint: own.endpoint([]).unwrap(),
                contact: contact.clone(),
                permit: permit.clone(),
                shelf: shelf.clone(),
                backup: None,
                incoming: Vec::new(),
                taken: BTreeMap::new(),
            }
        });
        Self { devices, now: START, rng: rng(), count: 0, rolled_back: false }
    }

    fn step(&mut self, op: &Op) {
        match *op {
            Op::Send { from, len } => {
                self.send(from, len);
            }
            Op::Deliver { to, which, again } => self.deliver(to, which, again),
            Op::Drop { to, which } => {
                self.devices[to].take(which);
            }
            Op::Flip { to, which, bit } => {
                self.damaged(to, which, |envelope| flipped(envelope, bit % (envelope.len() * 8)));
            }
            Op::Truncate { to, which, len } => {
                self.damaged(to, which, |envelope| envelope[..len % envelope.len()].to_vec());
            }
            Op::Splice { to, which, other } => self.splice(to, which, other),
            Op::Strip { to, which } => self.strip(to, which),
            Op::Initiate { from } => self.initiate(from),
            Op::Reset { who } => self.devices[who].reset(self.now),
            Op::Forget { who } => self.devices[who].changing(Endpoint::forget),
            Op::Expire { who } => self.devices[who].changing(|endpoint, peer| {
                let changed = endpoint.expire(self.now);
                assert!(changed.iter().all(|(of, _)| of == peer));
                changed.first().map(|(_, changes)| *changes)
            }),
            Op::Crash { who } => self.crash(who),
            Op::Backup { who } => {
                self.devices[who].backup = Some(Stored::of(&self.devices[who].endpoint));
            }
            Op::Rollback { who } => self.roll_back(who),
            Op::Maintain { who } => self.maintain(who),
            Op::Exhaust { who } => self.exhaust(who),
            Op::Advance { by } => {
                let then = self.now.saturating_add(by);
                self.now = if then.since(START) < YEAR { then } else { self.now };
            }
        }
    }

    fn send(&mut self, from: usize, len: usize) -> Option<Sent> {
        self.count += 1;
        let mut plaintext = self.count.to_be_bytes().to_vec();
        plaintext.resize(len.max(8), b'.');
        let device = &mut self.devices[from];
        let before = Stored::of(&device.endpoint);
        let sent = device.endpoint.encrypt(&device.permit, &plaintext, self.now, &mut self.rng);
        let encrypted = match sent {
            Ok(encrypted) => encrypted,
            Err(error) => {
                assert_eq!(error, EncryptError::NoSession);
                assert!(device.endpoint.renewal(device.permit.address(), self.now).is_some());
                assert!(Stored::of(&device.endpoint) == before);
                return None;
            }
        };
        let peer = device.permit.address();
        before.changed(&Stored::of(&device.endpoint), peer, encrypted.changes);
        let sent = Sent { count: self.count, plaintext, encrypted };
        self.devices[1 - from].incoming.push(sent.clone());
        Some(sent)
    }

    fn deliver(&mut self, to: usize, which: usize, again: bool) {
        let Some(sent) = self.devices[to].peek(which) else { return };
        self.arrive(to, &sent.encrypted.envelope, &sent);
        if !again {
            self.devices[to].take(which);
        }
    }

    /// Something genuine arrives, as it was sent or without its handshake.
    fn arrive(&mut self, to: usize, envelope: &[u8], sent: &Sent) {
        let (now, rolled_back) = (self.now, self.rolled_back);
        let device = &mut self.devices[to];
        let before = Stored::of(&device.endpoint);
        match device.open(envelope, now) {
            Heard::Received(received) => device.check(&received, sent, &before, rolled_back),
            Heard::Duplicate => {
                assert!(rolled_back || device.taken.contains_key(&sent.count), "never arrived");
                assert!(Stored::of(&device.endpoint) == before);
            }
            Heard::Nothing | Heard::NotAccepted(AcceptError::Stale) => {
                assert!(Stored::of(&device.endpoint) == before);
            }
            Heard::Refused(OpenError::Handshake(
                RespondError::UnknownPrekey | RespondError::Replay(_),
            )) => assert!(Stored::of(&device.endpoint) == before),
            Heard::Refused(error) => {
                assert!(rolled_back, "a genuine message is refused: {error}");
                assert!(ends_session(&error) || Stored::of(&device.endpoint) == before);
                if let OpenError::Message { peer, changes, .. } = error {
                    before.changed(&Stored::of(&device.endpoint), &peer, changes);
                }
            }
            Heard::NotAccepted(error) => panic!("a genuine session is refused: {error}"),
        }
    }

    /// Something damaged arrives.
    fn damaged(&mut self, to: usize, which: usize, damage: impl Fn(&[u8]) -> Vec<u8>) {
        let Some(sent) = self.devices[to].peek(which) else { return };
        self.nothing_opens(to, &damage(&sent.encrypted.envelope));
    }

    fn nothing_opens(&mut self, to: usize, envelope: &[u8]) {
        let device = &mut self.devices[to];
        let before = Stored::of(&device.endpoint);
        match device.open(envelope, self.now) {
            Heard::Refused(error) if self.rolled_back && ends_session(&error) => return,
            Heard::Refused(_) | Heard::Nothing | Heard::Duplicate => {}
            Heard::Received(_) | Heard::NotAccepted(_) => panic!("what nobody sent was opened"),
        }
        assert!(Stored::of(&device.endpoint) == before, "what nobody sent changed something");
    }

    /// Under the handshake of its own session a message is the one that was sent.
    fn splice(&mut self, to: usize, which: usize, other: usize) {
        let device = &self.devices[to];
        let (Some(sent), Some(other)) = (device.peek(which), device.peek(other)) else { return };
        let envelope = &other.encrypted.envelope;
        if !carries_handshake(envelope) {
            return;
        }
        let made = handshake_envelope(
            &envelope[field(envelope, handshake::ALL)],
            message_of(&sent.encrypted.envelope),
        );
        if sent.encrypted.session == other.encrypted.session {
            self.arrive(to, &made, &sent);
        } else {
            self.nothing_opens(to, &made);
        }
    }

    fn strip(&mut self, to: usize, which: usize) {
        let Some(sent) = self.devices[to].peek(which) else { return };
        let message = message_of(&sent.encrypted.envelope);
        self.arrive(to, &session_envelope(message), &sent);
    }

    fn initiate(&mut self, from: usize) {
        let bundle = self.bundle(from);
        let device = &mut self.devices[from];
        device.changing(|endpoint, _| {
            let begun = endpoint.initiate(&bundle, None, self.now, &mut self.rng).unwrap();
            Some(begun.changes)
        });
        let sessions = device.endpoint.sessions(device.permit.address()).unwrap();
        assert!(sessions.active.is_some() && !sessions.acknowledged);
    }

    /// A bundle of the other device, which uploads when what the server holds is too old.
    fn bundle(&mut self, by: usize) -> VerifiedBundle {
        let permit = self.devices[by].permit.clone();
        let held = self.devices[1 - by].shelf.take_bundle(self.now);
        held.verify(permit.device(), self.now).unwrap_or_else(|_| {
            self.maintain(1 - by);
            let fresh = self.devices[1 - by].shelf.take_bundle(self.now);
            fresh.verify(permit.device(), self.now).unwrap()
        })
    }

    fn maintain(&mut self, who: usize) {
        let device = &mut self.devices[who];
        let held: Vec<_> = device.shelf.one_time_ids().collect();
        let prekeys = device.endpoint.prekeys_mut();
        prekeys.server_holds(&held);
        if prekeys.maintain(self.now, &mut self.rng).unwrap().publish {
            let endpoint = &mut device.endpoint;
            let update = endpoint.prekeys().publication_update(endpoint.local(), self.now);
            endpoint.prekeys_mut().confirm_published(&update);
            device.shelf.accept(update);
        }
    }

    fn exhaust(&mut self, who: usize) {
        let shelf = &mut self.devices[who].shelf;
        while shelf.one_time_ids().next().is_some() {
            shelf.take_bundle(self.now);
        }
    }

    fn crash(&mut self, who: usize) {
        let stored = Stored::of(&self.devices[who].endpoint);
        self.devices[who].load(&stored);
    }

    fn roll_back(&mut self, who: usize) {
        let Some(backup) = self.devices[who].backup.take() else { return };
        self.rolled_back = true;
        self.devices[who].load(&backup);
        self.devices[who].backup = Some(backup);
    }

    /// Whatever happened, a reset and a new session are enough to talk again, once an attempt that the peer
    /// has forgotten no longer counts as one that crossed (SPEC.md 11.2).
    fn heal(&mut self) {
        let grace = sealwax::limits::SIMULTANEOUS_GRACE;
        self.now = self.now.saturating_add(grace).saturating_add(Duration::from_millis(1));
        for who in [0, 1] {
            if self.rolled_back {
                // Ids of prekeys may have been given out twice; a server that begins anew helps.
                let _ = self.devices[who].endpoint.prekeys_mut().maintain(self.now, &mut self.rng);
                let publication = self.devices[who].publication(self.now);
                self.devices[who].shelf = PrekeyShelf::new(publication);
            }
            self.devices[who].reset(self.now);
        }
        self.initiate(0);
        for _ in 0..2 {
            for from in [0, 1] {
                let sent = self.send(from, 1).expect("there is a session");
                self.arrive(1 - from, &sent.encrypted.envelope, &sent);
                assert!(self.devices[1 - from].taken.contains_key(&sent.count), "not healed");
            }
        }
    }
}

enum Heard {
    Received(Received),
    Duplicate,
    Nothing,
    NotAccepted(AcceptError),
    Refused(OpenError),
}

impl Device {
    fn open(&mut self, envelope: &[u8], now: Timestamp) -> Heard {
        match self.endpoint.open(envelope, now) {
            Ok(Opened::Message(received)) => Heard::Received(received),
            Ok(Opened::Introduction(introduction)) => {
                match accept(&mut self.endpoint, &self.contact, *introduction, now) {
                    Ok(received) => Heard::Received(received),
                    Err(error) => Heard::NotAccepted(error.expect("the device is listed")),
                }
            }
            Ok(Opened::Duplicate) => Heard::Duplicate,
            Ok(_) => Heard::Nothing,
            Err(error) => Heard::Refused(error),
        }
    }

    /// What was taken is what was sent, for the first time, and no more changed than was said.
    fn check(&mut self, received: &Received, sent: &Sent, before: &Stored, rolled_back: bool) {
        assert_eq!(received.plaintext, sent.plaintext);
        assert_eq!(received.session, sent.encrypted.session);
        assert_eq!(received.wire_id, sent.encrypted.wire_id);
        assert_eq!(received.sender, *self.permit.address());
        let taken = self.taken.entry(sent.count).or_default();
        *taken += 1;
        assert!(*taken == 1 || rolled_back, "taken twice");
        before.changed(&Stored::of(&self.endpoint), &received.sender, received.changes);
    }

    /// Does something that says what it changed.
    fn changing(&mut self, act: impl FnOnce(&mut Endpoint, &DeviceAddress) -> Option<Changes>) {
        let (before, peer) = (Stored::of(&self.endpoint), self.permit.address());
        let changes = act(&mut self.endpoint, peer).unwrap_or_default();
        before.changed(&Stored::of(&self.endpoint), peer, changes);
    }

    fn reset(&mut self, now: Timestamp) {
        let sessions = self.endpoint.sessions(self.permit.address());
        let Some(active) = sessions.and_then(|sessions| sessions.active) else { return };
        self.changing(|endpoint, peer| {
            let changes = endpoint.reset(peer, active, now);
            assert!(changes.is_some());
            changes
        });
    }

    fn publication(&mut self, now: Timestamp) -> sealwax::prekey::Publication {
        let publication = self.endpoint.prekeys().publication(self.endpoint.local(), now);
        self.endpoint.prekeys_mut().confirm_published(&publication);
        publication
    }

    fn load(&mut self, stored: &Stored) {
        let prekeys = PrekeyStore::from_bytes(&stored.prekeys).unwrap();
        let own = Own { prekeys, ..Own::of(&self.endpoint) };
        self.endpoint = own.endpoint(stored.peers.values()).unwrap();
        assert!(Stored::of(&self.endpoint) == *stored, "loading and storing changes nothing");
    }

    fn peek(&self, which: usize) -> Option<Sent> {
        self.incoming.get(which.checked_rem(self.incoming.len())?).cloned()
    }

    fn take(&mut self, which: usize) -> Option<Sent> {
        let at = which.checked_rem(self.incoming.len())?;
        Some(self.incoming.remove(at))
    }
}

fn ends_session(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Message { error: DecryptError::PostQuantum(error), .. } if error.ends_session()
    )
}

#[allow(clippy::decimal_bitwise_operands, reason = "numbers of operations beside a flag")]
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    const A: u8 = 0;
    const B: u8 = 0x80;
    let begin = [A | 16, A, 1, B | 4, 0, B, 1, A | 4, 0];
    let ping_pong = [A, 1, B | 4, 0, B, 1, A | 4, 0];
    let then = |ops: &[&[u8]]| [&begin, ops.concat().as_slice()].concat();
    vec![
        ("ping-pong", then(&[&ping_pong.repeat(6)])),
        ("reordered", then(&[&[A, 1, A, 2, A, 3, B | 4, 2, B | 4, 1, B | 4, 0], &ping_pong])),
        ("duplicated", then(&[&[A, 1, B | 8, 0, B | 8, 0, B | 21, B | 4, 0], &ping_pong])),
        ("dropped", then(&[&[A, 1, A, 2, B | 10, 0, B | 4, 0], &ping_pong])),
        ("damaged", then(&[&[A, 9, B | 11, 0, 1, 77, B | 13, 0, 0, 50, B | 4, 0]])),
        ("crossed", vec![A | 16, B | 16, A, 1, B, 1, A | 4, 0, B | 4, 0, A, 1, B | 4, 0]),
        ("unanswered", vec![A | 16, A, 1, A, 2, A, 3, B | 4, 1, B | 15, 0, B | 14, 0, 1, B | 4, 0]),
        ("reset", then(&[&[B | 18, A | 21, B | 16, B, 1, A | 4, 0, A, 1, B | 4, 0]])),
        (
            "forgotten",
            vec![A | 16, A, 1, B | 8, 0, B | 19, B | 8, 0, B | 26, A | 16, A, 1, B | 8, 1],
        ),
        ("last-resort", vec![B | 26, A | 16, A, 1, B | 8, 0, B | 19, B | 4, 0, A, 1, B | 4, 0]),
        ("rolled-back", then(&[&[B | 23, A | 23], &ping_pong, &[A, 1, B | 24, B | 8, 0, A | 24]])),
        (
            "long-ago",
            then(&[&[A, 1, A | 27, 22, B | 25, A | 20, B | 4, 0, A | 16, A, 1, B | 4, 0]]),
        ),
        ("new-sessions", [A | 16, A, 1].repeat(7)),
    ]
}
