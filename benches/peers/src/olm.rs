//! vodozemac: Olm between two and Megolm among many. It checks no signature in a handshake and
//! signs no key; that is the application's part, and done here where the row says so.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vodozemac::megolm::{
    GroupSession, InboundGroupSession, MegolmMessage, SessionConfig as GroupConfig, SessionKey,
};
use vodozemac::olm::{
    Account, InboundCreationResult, OlmMessage, PreKeyMessage, Session, SessionConfig,
    SessionPickle,
};
use vodozemac::{Curve25519PublicKey, Ed25519Signature};

use crate::people::SKIPPED;
use crate::table::{Sample, repeated, timed};
use crate::{PREKEYS, QUEUE, TEXT};

fn config() -> SessionConfig {
    SessionConfig::version_1()
}

/// A message as it travels: the type and the bytes.
fn encrypt(session: &mut Session, text: &[u8]) -> (usize, Vec<u8>) {
    session.encrypt(text).unwrap().to_parts()
}

fn decrypt(session: &mut Session, (kind, bytes): &(usize, Vec<u8>)) -> Vec<u8> {
    session.decrypt(&OlmMessage::from_parts(*kind, bytes).unwrap()).unwrap()
}

pub(crate) struct Pair {
    alice: Session,
    bob: Session,
}

impl Pair {
    /// Two with an acknowledged session.
    pub(crate) fn new() -> Self {
        let (alice, mut bob) = (Account::new(), Account::new());
        let mut session = outbound(&alice, &bob.curve25519_key(), &one_time_key(&mut bob));
        let first = encrypt(&mut session, b"hello").1;
        let mut pair = Self { alice: session, bob: inbound(&mut bob, &alice, &first).session };
        let reply = encrypt(&mut pair.bob, b"hello");
        decrypt(&mut pair.alice, &reply);
        pair
    }
}

fn one_time_key(account: &mut Account) -> Curve25519PublicKey {
    account.generate_one_time_keys(1);
    let key = *account.one_time_keys().values().next().unwrap();
    account.mark_keys_as_published();
    key
}

fn outbound(from: &Account, to: &Curve25519PublicKey, key: &Curve25519PublicKey) -> Session {
    from.create_outbound_session(config(), *to, *key).unwrap()
}

fn inbound(at: &mut Account, from: &Account, bytes: &[u8]) -> InboundCreationResult {
    let message = PreKeyMessage::from_bytes(bytes).unwrap();
    at.create_inbound_session(config(), from.curve25519_key(), &message).unwrap()
}

pub(crate) fn identity(count: usize) -> Sample {
    repeated(count, Account::new)
}

/// Each of them signed.
pub(crate) fn prekeys(count: usize) -> Sample {
    let accounts = (0..count).map(|_| Account::new());
    timed(accounts, |mut account| {
        account.generate_one_time_keys(PREKEYS);
        let sign = |key: &Curve25519PublicKey| (key.to_bytes(), account.sign(key.as_bytes()));
        account.one_time_keys().values().map(sign).collect::<Vec<_>>()
    })
}

/// The one signature of a key.
pub(crate) fn bundle() -> impl FnMut(usize) -> Sample {
    let mut bob = Account::new();
    let key = one_time_key(&mut bob).to_bytes();
    let signature = bob.sign(key).to_bytes();
    let identity = bob.ed25519_key();
    move |count| {
        repeated(count, || {
            let signature = Ed25519Signature::from_slice(&signature).unwrap();
            identity.verify(&key, &signature).unwrap();
            Curve25519PublicKey::from_bytes(key)
        })
    }
}

pub(crate) fn initiate() -> impl FnMut(usize) -> Sample {
    let (alice, mut bob) = (Account::new(), Account::new());
    move |count| {
        let keys: Vec<_> = (0..count).map(|_| one_time_key(&mut bob)).collect();
        timed(keys, |key| {
            let mut session = outbound(&alice, &bob.curve25519_key(), &key);
            let message = encrypt(&mut session, &TEXT);
            (session, message)
        })
    }
}

pub(crate) fn respond() -> impl FnMut(usize) -> Sample {
    let (alice, mut bob) = (Account::new(), Account::new());
    move |count| {
        let first = |_| {
            let key = one_time_key(&mut bob);
            encrypt(&mut outbound(&alice, &bob.curve25519_key(), &key), &TEXT).1
        };
        let messages: Vec<_> = (0..count).map(first).collect();
        timed(messages, |message| inbound(&mut bob, &alice, &message))
    }
}

pub(crate) fn encrypting() -> impl FnMut(usize) -> Sample {
    let mut pair = Pair::new();
    move |count| repeated(count, || encrypt(&mut pair.alice, &TEXT))
}

pub(crate) fn decrypting() -> impl FnMut(usize) -> Sample {
    let mut pair = Pair::new();
    move |count| {
        let messages: Vec<_> = (0..count).map(|_| encrypt(&mut pair.alice, &TEXT)).collect();
        timed(messages, |message| decrypt(&mut pair.bob, &message))
    }
}

pub(crate) fn ping_pong() -> impl FnMut(usize) -> Sample {
    let mut pair = Pair::new();
    move |count| {
        repeated(count, || {
            let message = encrypt(&mut pair.alice, &TEXT);
            decrypt(&mut pair.bob, &message);
            let message = encrypt(&mut pair.bob, &TEXT);
            decrypt(&mut pair.alice, &message)
        })
    }
}

/// It keeps the last 40 keys of those it skips.
pub(crate) fn skip() -> impl FnMut(usize) -> Sample {
    move |count| {
        let gaps = (0..count).map(|_| {
            let mut pair = Pair::new();
            for _ in 0..SKIPPED {
                encrypt(&mut pair.alice, &TEXT);
            }
            let last = encrypt(&mut pair.alice, &TEXT);
            (pair, last)
        });
        timed(gaps, |(mut pair, last)| {
            let text = decrypt(&mut pair.bob, &last);
            (pair, text)
        })
    }
}

/// Of the 40 that it keeps.
pub(crate) fn late() -> impl FnMut(usize) -> Sample {
    const KEPT: usize = 40;
    move |count| {
        assert!(count <= KEPT, "no more keys are kept");
        let mut pair = Pair::new();
        let mut messages: VecDeque<_> =
            (0..=KEPT).map(|_| encrypt(&mut pair.alice, &TEXT)).collect();
        let last = messages.pop_back().unwrap();
        decrypt(&mut pair.bob, &last);
        messages.truncate(count);
        timed(messages, |message| decrypt(&mut pair.bob, &message))
    }
}

pub(crate) fn to_bytes() -> impl FnMut(usize) -> Sample {
    let pair = Pair::new();
    move |count| repeated(count, || serde_json::to_vec(&pair.alice.pickle()).unwrap())
}

pub(crate) fn from_bytes() -> impl FnMut(usize) -> Sample {
    let stored = serde_json::to_vec(&Pair::new().alice.pickle()).unwrap();
    move |count| {
        repeated(count, || {
            Session::from_pickle(serde_json::from_slice::<SessionPickle>(&stored).unwrap())
        })
    }
}

/// A chain and what others need of it.
pub(crate) fn group_create(count: usize) -> Sample {
    repeated(count, || {
        let session = GroupSession::new(GroupConfig::version_1());
        let key = session.session_key().to_bytes();
        (session, key)
    })
}

pub(crate) fn group_encrypt() -> impl FnMut(usize) -> Sample {
    let mut session = GroupSession::new(GroupConfig::version_1());
    move |count| repeated(count, || session.encrypt(TEXT).to_bytes())
}

fn group_pair() -> (GroupSession, InboundGroupSession) {
    let session = GroupSession::new(GroupConfig::version_1());
    let key = SessionKey::from_bytes(&session.session_key().to_bytes()).unwrap();
    (session, InboundGroupSession::new(&key, GroupConfig::version_1()))
}

fn group_open(session: &mut InboundGroupSession, bytes: &[u8]) -> Vec<u8> {
    session.decrypt(&MegolmMessage::from_bytes(bytes).unwrap()).unwrap().plaintext
}

pub(crate) fn group_decrypt() -> impl FnMut(usize) -> Sample {
    let (mut writer, mut reader) = group_pair();
    move |count| {
        let messages: Vec<_> = (0..count).map(|_| writer.encrypt(TEXT).to_bytes()).collect();
        timed(messages, |message| group_open(&mut reader, &message))
    }
}

pub(crate) fn catch_up() -> impl FnMut(usize) -> Sample {
    let (mut writer, mut reader) = group_pair();
    move |count| {
        let queue = |_| (0..QUEUE).map(|_| writer.encrypt(TEXT).to_bytes()).collect::<Vec<_>>();
        let queues: Vec<_> = (0..count).map(queue).collect();
        timed(queues, |queue| {
            queue.iter().map(|message| group_open(&mut reader, message)).collect::<Vec<_>>()
        })
    }
}

/// Somebody with so many acknowledged sessions.
#[derive(Clone)]
pub(crate) struct Crowd(Rc<RefCell<Vec<Session>>>);

impl Crowd {
    pub(crate) fn new(devices: usize) -> Self {
        Self(Rc::new(RefCell::new((0..devices).map(|_| Pair::new().alice).collect())))
    }

    /// A new chain to everybody: what travels.
    fn distribute(&self) -> usize {
        let key = GroupSession::new(GroupConfig::version_1()).session_key().to_bytes();
        self.0.borrow_mut().iter_mut().map(|session| encrypt(session, &key).1.len()).sum()
    }

    pub(crate) fn distributing(&self) -> impl FnMut(usize) -> Sample + use<> {
        let crowd = self.clone();
        move |count| repeated(count, || crowd.distribute())
    }
}

pub(crate) struct Sizes {
    pub(crate) first: usize,
    pub(crate) message: usize,
    pub(crate) group_message: usize,
    pub(crate) distribution: usize,
    pub(crate) rotation: usize,
    pub(crate) session: usize,
}

pub(crate) fn sizes(crowd: &Crowd) -> Sizes {
    let mut pair = Pair::new();
    let (alice, mut bob) = (Account::new(), Account::new());
    let mut begun = outbound(&alice, &bob.curve25519_key(), &one_time_key(&mut bob));
    let mut group = GroupSession::new(GroupConfig::version_1());
    Sizes {
        first: encrypt(&mut begun, &TEXT).1.len(),
        message: encrypt(&mut pair.alice, &TEXT).1.len(),
        group_message: group.encrypt(TEXT).to_bytes().len(),
        distribution: group.session_key().to_bytes().len(),
        rotation: crowd.distribute(),
        session: serde_json::to_vec(&pair.alice.pickle()).unwrap().len(),
    }
}
