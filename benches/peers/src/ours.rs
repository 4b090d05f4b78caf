//! sealwax. Sender hidden, headers encrypted, post-quantum, padded: what the others leave out is in
//! every figure.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use sealwax::envelope::Envelope;
use sealwax::group::channel::{GroupChannel, Opened};
use sealwax::group::{Action, GenesisDraft, Group, Outcome, SignedChange, Title};
use sealwax::identity::{AccountKeyPair, DeviceKeys, SendPermit};
use sealwax::prekey::{PrekeyBundle, PrekeyStore};
use sealwax::sender_key::SenderMessage;
use sealwax::session::{Endpoint, Opened as OpenedSession};

use crate::crowd::{Account, Crowd};
use crate::fanout::sessions;
use crate::people::{self, Gap, NOW, Party, acquaint, device};
use crate::table::{Sample, repeated, timed};
use crate::{QUEUE, TEXT};

/// Two with an acknowledged session.
struct Pair {
    alice: Party,
    bob: Party,
    rng: ChaCha20Rng,
}

impl Pair {
    fn new(seed: u64) -> Self {
        let mut rng = people::rng(seed);
        let (alice, bob) = acquaint(&mut rng);
        Self { alice, bob, rng }
    }

    /// Without a session.
    fn strangers(seed: u64) -> Self {
        let mut rng = people::rng(seed);
        let (alice, bob) = (Party::new("alice", &mut rng), Party::new("bob", &mut rng));
        Self { alice, bob, rng }
    }

    fn say(&mut self) -> Vec<u8> {
        self.alice.say(&self.bob, &TEXT, &mut self.rng)
    }

    fn reply(&mut self) -> Vec<u8> {
        self.bob.say(&self.alice, &TEXT, &mut self.rng)
    }
}

pub(crate) fn identity() -> impl FnMut(usize) -> Sample {
    let mut rng = people::rng(1);
    move |count| {
        repeated(count, || (AccountKeyPair::generate(&mut rng), DeviceKeys::generate(&mut rng)))
    }
}

/// Keys, certificate and list.
pub(crate) fn account() -> impl FnMut(usize) -> Sample {
    let mut rng = people::rng(25);
    move |count| repeated(count, || device("somebody", &mut rng))
}

/// 100 of X25519 and 100 of ML-KEM-768, each signed, and the two that are not for one time.
pub(crate) fn prekeys() -> impl FnMut(usize) -> Sample {
    let mut rng = people::rng(2);
    let (local, _) = device("somebody", &mut rng);
    move |count| {
        repeated(count, || {
            let store = PrekeyStore::new(NOW, &mut rng);
            let publication = store.publication(&local, NOW).encode();
            (store, publication)
        })
    }
}

pub(crate) fn bundle() -> impl FnMut(usize) -> Sample {
    let mut bob = Party::new("bob", &mut people::rng(3));
    let (bytes, permit) = (bob.handed_out().encode(), bob.permit());
    move |count| {
        repeated(count, || {
            PrekeyBundle::decode(&bytes).unwrap().verify(permit.device(), NOW).unwrap()
        })
    }
}

pub(crate) fn initiate() -> impl FnMut(usize) -> Sample {
    let Pair { mut alice, mut bob, mut rng } = Pair::strangers(4);
    let permit = bob.permit();
    move |count| {
        let bundles: Vec<_> = (0..count).map(|_| bob.bundle()).collect();
        timed(bundles, |bundle| {
            alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
            alice.endpoint.encrypt(&permit, &TEXT, NOW, &mut rng).unwrap()
        })
    }
}

pub(crate) fn respond() -> impl FnMut(usize) -> Sample {
    let Pair { mut alice, mut bob, mut rng } = Pair::strangers(5);
    move |count| {
        let first = |_| {
            let bundle = bob.bundle();
            alice.endpoint.initiate(&bundle, None, NOW, &mut rng).unwrap();
            alice.say(&bob, &TEXT, &mut rng)
        };
        let messages: Vec<_> = (0..count).map(first).collect();
        let sender = alice.permit();
        timed(messages, |message| match bob.endpoint.open(&message, NOW).unwrap() {
            OpenedSession::Introduction(first) => {
                bob.endpoint.accept(*first, sender.device(), NOW).unwrap()
            }
            other => panic!("{other:?}"),
        })
    }
}

pub(crate) fn encrypting() -> impl FnMut(usize) -> Sample {
    let Pair { mut alice, bob, mut rng } = Pair::new(6);
    let permit = bob.permit();
    move |count| repeated(count, || alice.endpoint.encrypt(&permit, &TEXT, NOW, &mut rng).unwrap())
}

pub(crate) fn decrypting() -> impl FnMut(usize) -> Sample {
    let mut pair = Pair::new(7);
    move |count| {
        let messages: Vec<_> = (0..count).map(|_| pair.say()).collect();
        timed(messages, |message| open(&mut pair.bob.endpoint, &message))
    }
}

fn open(endpoint: &mut Endpoint, message: &[u8]) -> OpenedSession {
    let opened = endpoint.open(message, NOW).unwrap();
    assert!(matches!(opened, OpenedSession::Message(_)));
    opened
}

pub(crate) fn ping_pong() -> impl FnMut(usize) -> Sample {
    let Pair { mut alice, mut bob, mut rng } = Pair::new(8);
    let permits = (alice.permit(), bob.permit());
    move |count| {
        repeated(count, || {
            let message = alice.endpoint.encrypt(&permits.1, &TEXT, NOW, &mut rng).unwrap();
            open(&mut bob.endpoint, &message.envelope);
            let message = bob.endpoint.encrypt(&permits.0, &TEXT, NOW, &mut rng).unwrap();
            open(&mut alice.endpoint, &message.envelope)
        })
    }
}

pub(crate) fn skip() -> impl FnMut(usize) -> Sample {
    let mut rng = people::rng(9);
    move |count| {
        let gaps: Vec<_> = (0..count).map(|_| Gap::new(&mut rng)).collect();
        timed(gaps, |mut gap| {
            gap.open_last();
            gap
        })
    }
}

pub(crate) fn late() -> impl FnMut(usize) -> Sample {
    let mut gap = None;
    let mut rng = people::rng(10);
    move |count| {
        let gap = gap.get_or_insert_with(|| {
            let mut gap = Gap::new(&mut rng);
            gap.open_last();
            gap
        });
        repeated(count, || gap.open_late())
    }
}

/// Messages of the peer that is searched for last among so many.
pub(crate) fn found_last(peers: usize) -> impl FnMut(usize) -> Sample {
    let (mut bob, mut envelope) = people::crowd(peers, &mut people::rng(11));
    let behind_the_tag = envelope.len() - 201;
    envelope[behind_the_tag] ^= 1;
    move |count| {
        repeated(count, || {
            let result = bob.endpoint.open(&envelope, NOW);
            assert!(result.is_err());
            result
        })
    }
}

pub(crate) fn to_bytes() -> impl FnMut(usize) -> Sample {
    let Pair { alice, bob, .. } = Pair::new(12);
    let peer = bob.endpoint.local().address().clone();
    move |count| repeated(count, || alice.endpoint.stored_peer(&peer).unwrap())
}

pub(crate) fn from_bytes() -> impl FnMut(usize) -> Sample {
    let Pair { alice, bob, .. } = Pair::new(13);
    let stored = alice.endpoint.stored_peer(bob.endpoint.local().address()).unwrap();
    let (local, list) = (alice.endpoint.local().clone(), alice.endpoint.own_list().clone());
    let prekeys = alice.endpoint.prekeys().clone();
    move |count| {
        let inputs = (0..count).map(|_| (local.clone(), list.clone(), prekeys.clone()));
        timed(inputs, |(local, list, prekeys)| {
            Endpoint::restore(local, list, prekeys, [&stored]).complete().unwrap()
        })
    }
}

/// A group of one, its channel, and what others need to read it.
pub(crate) fn group_create() -> impl FnMut(usize) -> Sample {
    let mut rng = people::rng(14);
    let Account { devices, list } = Account::new("owner", 1, NOW, &mut rng).unwrap();
    let lists = BTreeMap::from([(list.account().clone(), list.clone())]);
    move |count| {
        repeated(count, || {
            let draft = GenesisDraft::new(Title::new("a group").unwrap());
            let founded = draft.sign(&devices[0], &list, NOW, &mut rng).unwrap();
            let own = devices[0].address().clone();
            let mut channel = GroupChannel::new(own, Group::founded(founded.genesis));
            channel.learn(&founded.epoch_secret).unwrap();
            let distribution =
                channel.prepare(&lists, NOW, &mut rng).unwrap().distribution.encode();
            (channel, distribution)
        })
    }
}

fn message(envelope: &[u8]) -> SenderMessage<'_> {
    match Envelope::decode(envelope).unwrap() {
        Envelope::Sender(message) => message,
        other => panic!("{other:?}"),
    }
}

/// A group that several rows use.
#[derive(Clone)]
pub(crate) struct Shared(Rc<Crowd>);

impl Shared {
    pub(crate) fn new(members: usize) -> Self {
        Self(Rc::new(Crowd::new(members, 1, NOW, &mut people::rng(15)).unwrap()))
    }

    pub(crate) fn encrypting(&self) -> impl FnMut(usize) -> Sample + use<> {
        let mut rng = people::rng(16);
        let (mut writer, _) = self.0.pair(&mut rng).unwrap();
        move |count| repeated(count, || writer.encrypt(&TEXT, NOW, &mut rng).unwrap())
    }

    pub(crate) fn decrypting(&self) -> impl FnMut(usize) -> Sample + use<> {
        let mut rng = people::rng(17);
        let (mut writer, mut reader) = self.0.pair(&mut rng).unwrap();
        move |count| {
            let write = |_| writer.encrypt(&TEXT, NOW, &mut rng).unwrap().sent.envelope;
            let envelopes: Vec<_> = (0..count).map(write).collect();
            timed(envelopes, |envelope| {
                let opened = reader.open(&message(&envelope), NOW).unwrap();
                assert!(matches!(opened, Opened::Message(_)));
                opened
            })
        }
    }

    /// A queue in one call.
    pub(crate) fn catch_up(&self) -> impl FnMut(usize) -> Sample + use<> {
        let mut rng = people::rng(18);
        let (mut writer, mut reader) = self.0.pair(&mut rng).unwrap();
        move |count| {
            let mut queue = |_| {
                let write = |_| writer.encrypt(&TEXT, NOW, &mut rng).unwrap().sent.envelope;
                (0..QUEUE).map(write).collect::<Vec<_>>()
            };
            let queues: Vec<_> = (0..count).map(&mut queue).collect();
            timed(queues, |queue| {
                let messages: Vec<_> = queue.iter().map(|envelope| message(envelope)).collect();
                reader.open_all(&messages, NOW)
            })
        }
    }

    /// The change alone: new keys then go out as in the row of the distribution.
    pub(crate) fn removing(&self) -> impl FnMut(usize) -> Sample + use<> {
        let (crowd, mut rng) = (self.clone(), people::rng(19));
        move |count| repeated(count, || crowd.removal(&mut rng))
    }

    pub(crate) fn processing(&self) -> impl FnMut(usize) -> Sample + use<> {
        let crowd = self.clone();
        let change = crowd.removal(&mut people::rng(20));
        move |count| {
            let Crowd { group, lists, .. } = &*crowd.0;
            timed((0..count).map(|_| group.clone()), |mut group| {
                let change = SignedChange::decode(&change).unwrap();
                let outcome = group.apply(&change, lists, NOW).unwrap();
                assert!(matches!(outcome, Outcome::Applied(_)));
                (group, outcome)
            })
        }
    }

    fn removal(&self, rng: &mut ChaCha20Rng) -> Vec<u8> {
        let members = self.0.group.state().members();
        let remove = Action::Remove(members[members.len() / 2].account.clone());
        self.0.change(vec![remove], rng).unwrap().change.encode()
    }

    pub(crate) fn loading(&self) -> impl FnMut(usize) -> Sample + use<> {
        let (_, reader) = self.0.pair(&mut people::rng(21)).unwrap();
        let stored = reader.stored();
        move |count| repeated(count, || GroupChannel::restore(&stored).unwrap())
    }

    /// A new chain to every other device, in the sessions with them.
    pub(crate) fn distributing(&self) -> Distribution {
        let mut rng = people::rng(22);
        let (endpoint, permits) = sessions(&self.0, &mut rng);
        let ends = Ends { endpoint, permits, rng };
        Distribution { crowd: self.clone(), ends: Rc::new(RefCell::new(ends)) }
    }
}

pub(crate) struct Distribution {
    crowd: Shared,
    ends: Rc<RefCell<Ends>>,
}

struct Ends {
    endpoint: Endpoint,
    permits: Vec<SendPermit>,
    rng: ChaCha20Rng,
}

impl Distribution {
    pub(crate) fn timed(&self) -> impl FnMut(usize) -> Sample + use<> {
        let (crowd, ends) = (self.crowd.clone(), Rc::clone(&self.ends));
        move |count| {
            let channels: Vec<_> = (0..count).map(|_| crowd.0.channel(0).unwrap()).collect();
            timed(channels, |channel| ends.borrow_mut().distribute(channel, &crowd.0))
        }
    }

    pub(crate) fn total(&self) -> usize {
        self.ends.borrow_mut().distribute(self.crowd.0.channel(0).unwrap(), &self.crowd.0).1
    }
}

impl Ends {
    /// The channel, ready, and what travels.
    fn distribute(&mut self, mut channel: GroupChannel, crowd: &Crowd) -> (GroupChannel, usize) {
        let Self { endpoint, permits, rng } = self;
        let prepared = channel.prepare(&crowd.lists, NOW, rng).unwrap();
        let distribution = prepared.distribution.encode();
        let encrypt = |permit| endpoint.encrypt(permit, &distribution, NOW, rng).unwrap();
        let total = permits.iter().map(encrypt).map(|sent| sent.envelope.len()).sum();
        channel.record(prepared.distribution.position(), &prepared.devices).unwrap();
        (channel, total)
    }
}

pub(crate) struct Sizes {
    pub(crate) bundle: usize,
    pub(crate) first: usize,
    pub(crate) message: usize,
    pub(crate) group_message: usize,
    pub(crate) distribution: usize,
    pub(crate) rotation: usize,
    pub(crate) removal: usize,
    pub(crate) session: usize,
}

pub(crate) fn sizes(group: &Shared, distribution: &Distribution) -> Sizes {
    let mut rng = people::rng(23);
    let mut pair = Pair::strangers(24);
    let bundle = pair.bob.handed_out();
    let verified = pair.bob.bundle();
    pair.alice.endpoint.initiate(&verified, None, NOW, &mut pair.rng).unwrap();
    let first = pair.say();
    pair.bob.hear(&pair.alice, &first);
    let reply = pair.reply();
    pair.alice.hear(&pair.bob, &reply);
    let stored = pair.alice.endpoint.stored_peer(pair.bob.endpoint.local().address()).unwrap();
    let (mut writer, _) = group.0.pair(&mut rng).unwrap();
    let prepared = group.0.channel(0).unwrap().prepare(&group.0.lists, NOW, &mut rng).unwrap();
    Sizes {
        bundle: bundle.encode().len(),
        first: first.len(),
        message: reply.len(),
        group_message: writer.encrypt(&TEXT, NOW, &mut rng).unwrap().sent.envelope.len(),
        distribution: prepared.distribution.encode().len(),
        rotation: distribution.total(),
        removal: group.removal(&mut rng).len(),
        session: stored.active.len() + stored.archive.len(),
    }
}
