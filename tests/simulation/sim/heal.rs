//! Nothing goes wrong any more: everything must become good again, by the rules alone, within a
//! bounded time and number of messages, and stay so.

use std::time::Duration;

use sealwax::limits::PQ_EPOCH_AGE;
use sealwax::ratchet::Healing;
use sealwax::session::SessionId;

use super::pool::DAY;
use super::world::World;

/// Time between two attempts of a pair to talk.
const ROUND: Duration = DAY.saturating_mul(2);
/// Rounds from one upkeep of the prekeys to the next: each may sign two hundred.
const UPKEEP_ROUNDS: usize = 4;
/// Rounds within which all pairs talk: silence is noticed after a fortnight, and what one side
/// begins may have to be noticed by the other.
const ROUNDS: usize = 20;
/// The same where an old state was put back, unnoticed: the server may hold prekeys for a month
/// that the device does not know any more.
const ROUNDS_RESTORED: usize = 40;
/// Deliveries of everything and answers to it, within a round.
const EXCHANGES: usize = 400;
/// Carriers that two sides need at most to complete an epoch that had begun.
const CARRIERS: usize = 120;

/// Stories that go on until the ratchets are healed, which takes most of their time, and the pairs
/// in them.
const HEALED_PERCENT: usize = 25;
const HEALED_PAIRS: usize = 3;

/// Two devices that can talk.
type Pair = (usize, usize);

impl World {
    pub(super) fn heal(&mut self) {
        self.crash_permille = 0;
        self.server.hostile = false;
        self.truth.calm = self.truth.sent.len();
        self.say(|_| "from now on nothing goes wrong".into());
        self.exchange();
        let pairs = self.converge();
        self.check_texts();
        self.stay(&pairs);
        if pairs.len() <= HEALED_PAIRS && self.dice.percent(HEALED_PERCENT) {
            self.heal_ratchets(&pairs);
        }
        self.check_texts();
        self.report.count("stories");
        self.report.add("pairs", pairs.len() as u64);
    }

    /// Rounds of talking, until all pairs that know each other agree on one session.
    fn converge(&mut self) -> Vec<Pair> {
        let restored = self.devices.iter().any(|device| device.restored.is_some());
        let rounds = if restored { ROUNDS_RESTORED } else { ROUNDS };
        for round in 0..rounds {
            self.duties(round % UPKEEP_ROUNDS == 0);
            let pairs = self.pairs();
            let apart: Vec<_> = pairs.iter().filter(|pair| !self.agree(**pair)).copied().collect();
            if apart.is_empty() && self.is_quiet() {
                self.report.highest("rounds to converge", round as u64);
                return pairs;
            }
            self.say(|world| format!("apart: {:?}", world.names(&apart)));
            self.talk(&apart);
            self.let_pass(ROUND);
        }
        let apart: Vec<_> = self.pairs().into_iter().filter(|pair| !self.agree(*pair)).collect();
        panic!("{:?} do not converge, or something still waits", self.names(&apart));
    }

    fn names(&self, pairs: &[Pair]) -> Vec<String> {
        let name = |at: usize| self.devices[at].name.clone();
        pairs.iter().map(|(a, b)| format!("{}-{}", name(*a), name(*b))).collect()
    }

    fn let_pass(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
        self.renew_lists();
    }

    fn live(&self) -> Vec<usize> {
        (0..self.devices.len()).filter(|at| self.is_listed(*at)).collect()
    }

    /// Devices of which one knows the account of the other.
    fn pairs(&self) -> Vec<Pair> {
        let live = self.live();
        let knows = |a: usize, b: usize| {
            self.devices[a].contacts.contains_key(&self.devices[b].address().account)
        };
        let pairs = live.iter().flat_map(|a| live.iter().map(move |b| (*a, *b)));
        pairs.filter(|(a, b)| a < b && (knows(*a, *b) || knows(*b, *a))).collect()
    }

    /// Every device looks after its lists and now and then its prekeys, and every person after
    /// contacts.
    fn duties(&mut self, upkeep: bool) {
        self.publish_lists();
        for at in self.live() {
            self.without_crashes(|world| {
                if upkeep {
                    world.upkeep(at)?;
                }
                (0..world.accounts.len()).try_for_each(|account| {
                    let id = world.accounts[account].id.clone();
                    if !world.devices[at].contacts.contains_key(&id) {
                        return Ok(());
                    }
                    world.refresh(at, &id)?;
                    world.look_at(at, account)
                })
            });
        }
    }

    fn talk(&mut self, apart: &[Pair]) {
        let ways = apart.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]);
        for (from, to) in ways {
            let to = self.devices[to].address();
            let chat = &self.devices[from].chat;
            let waits = chat.waiting.iter().any(|row| row.to == *to);
            if !waits && !chat.queue.iter().any(|row| row.to == to.account) {
                let account = self.devices[self.place_of(to)].account;
                self.without_crashes(|world| world.write(from, account));
            }
        }
        self.exchange();
    }

    /// Everybody sends what is due and everything arrives, until nothing is due.
    fn exchange(&mut self) {
        for _ in 0..EXCHANGES {
            for at in self.live() {
                self.without_crashes(|world| world.flush(at));
            }
            if self.wire.is_empty() {
                return;
            }
            let mut arriving = std::mem::take(&mut self.wire);
            while !arriving.is_empty() {
                let place = self.dice.below(arriving.len());
                self.arrive(arriving.swap_remove(place));
            }
        }
        panic!("the conversation does not come to rest");
    }

    /// Both sides send in the same session, have been heard in it, and see no reason for another.
    /// Of a device that went back to an old state nobody knows whether its sessions still work until
    /// somebody tries.
    fn agree(&self, (a, b): Pair) -> bool {
        let stands = |a: usize, b: usize| {
            let (endpoint, peer) = (&self.devices[a].endpoint, self.devices[b].address());
            let sessions = endpoint.sessions(peer)?;
            let settled = sessions.acknowledged && endpoint.renewal(peer, self.now).is_none();
            sessions.active.filter(|_| settled)
        };
        let Some(session) = stands(a, b).filter(|session| stands(b, a) == Some(*session)) else {
            return false;
        };
        !self.tainted(a, b) || self.works(session, a, b) && self.works(session, b, a)
    }

    /// Whether something that was sent since nothing goes wrong any more was opened.
    fn works(&self, session: SessionId, from: usize, to: usize) -> bool {
        let mut opened = self.devices[to].chat.opened.range(self.truth.calm..);
        opened.any(|number| {
            let sent = &self.truth.sent[*number];
            sent.from == from && sent.session == session
        })
    }

    fn is_quiet(&self) -> bool {
        self.live().iter().all(|at| {
            let chat = &self.devices[*at].chat;
            chat.queue.is_empty() && chat.waiting.is_empty() && chat.receipts_due.is_empty()
        })
    }

    /// Every text of a device that is still there was shown once by every device that it was for,
    /// and nothing was shown twice.
    fn check_texts(&mut self) {
        for device in &self.devices {
            assert!(device.chat.shown.values().all(|times| *times == 1), "a text shown twice");
        }
        let mut texts = 0;
        for from in self.live() {
            for (id, said) in &self.devices[from].chat.said {
                for to in said.to.iter().map(|to| self.place_of(to)) {
                    let reader = &self.devices[to];
                    let lost = reader.restored.is_some_and(|restored| restored >= said.at);
                    if self.is_listed(to) && !lost {
                        let shown = reader.chat.shown.contains_key(id);
                        assert!(shown, "{} never got {id:?}", reader.name);
                        texts += 1;
                    }
                }
            }
        }
        self.report.add("texts that arrived", texts);
    }

    /// Whoever agrees goes on agreeing: crossing messages open, and nobody begins anew.
    fn stay(&mut self, pairs: &[Pair]) {
        let begun = self.report.get("sessions begun");
        self.talk(pairs);
        assert!(pairs.iter().all(|pair| self.agree(*pair)), "agreement does not last");
        assert_eq!(self.report.get("sessions begun"), begun, "sessions without a reason");
    }

    /// A week later both ratchets of every pair have turned again, by carriers alone.
    fn heal_ratchets(&mut self, pairs: &[Pair]) {
        let before: Vec<_> = pairs.iter().map(|pair| self.healing(*pair)).collect();
        let sent = self.report.get("messages sent");
        self.let_pass(PQ_EPOCH_AGE + DAY);
        self.duties(false);
        self.exchange();
        let messages = self.report.get("messages sent") - sent;
        self.report.highest("messages to heal, a pair", messages / pairs.len().max(1) as u64);
        assert!(messages as usize <= CARRIERS * pairs.len(), "healing takes {messages} messages");
        for (pair, before) in pairs.iter().zip(before) {
            for (before, now) in before.iter().zip(self.healing(*pair)) {
                let names = self.names(&[*pair]);
                assert!(now.post_quantum.completed > before.post_quantum.completed, "{names:?}");
                assert!(now.classical.completed > before.classical.completed, "{names:?}");
                assert!(!now.should_send_carrier, "{names:?}");
            }
        }
        self.report.add("ratchets healed", pairs.len() as u64);
    }

    fn healing(&self, (a, b): Pair) -> [Healing; 2] {
        [(a, b), (b, a)].map(|(a, b)| {
            let endpoint = &self.devices[a].endpoint;
            endpoint.healing(self.devices[b].address(), self.now).unwrap()
        })
    }
}
