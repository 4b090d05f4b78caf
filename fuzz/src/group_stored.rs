//! Arbitrary bytes in place of one part of what is stored of groups, profiles and stories, or of what
//! is published of profiles: one byte that says what it is, then the bytes.

use std::sync::OnceLock;

use sealwax::envelope::Envelope;
use sealwax::group::Action;
use sealwax::group::channel::{GroupChannel, StoredChannel};
use sealwax::sender_key::{Distribution, RequestLog};
use sealwax::time::Timestamp;

use super::group_scene::{NOW, channels, crowd, rng};
use super::vectors::{Vectors, file};
use super::{Seed, profiles, stories};

/// What loads is stored again as the same bytes, can be used at any time without a panic, and what
/// its use makes of it loads as well.
pub fn run(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind {
        0..=4 | 9 => channel(*kind, bytes),
        5 => profiles::known(bytes),
        6 => profiles::own(bytes),
        7 => stories::list(bytes),
        8 => requests(bytes),
        10 => stories::channel(bytes),
        11 => stories::viewer(bytes),
        12 => profiles::sealed(bytes),
        13 => profiles::shown(bytes),
        _ => {}
    }
}

/// A member's end of the group in the middle of a conversation, and what reaches it next.
struct Scene {
    stored: StoredChannel,
    envelopes: Vec<Vec<u8>>,
    distribution: Distribution,
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let mut channels = channels();
        let mut say = || channels[0].encrypt(b"seed", NOW, &mut rng(3)).unwrap().sent.envelope;
        let envelopes: Vec<_> = (0..3).map(|_| say()).collect();
        let prepared = channels[0].prepare(&crowd().lists, NOW, &mut rng(4)).unwrap();
        // One is skipped, so that there is a kept key.
        open(&mut channels[1], &envelopes[1], NOW);
        let distribution = prepared.distribution;
        Scene { stored: channels[1].stored(), envelopes, distribution }
    })
}

/// Now, at the beginning of time, at its end, and when everything is over.
pub(super) fn times() -> [Timestamp; 4] {
    let later = NOW.saturating_add(std::time::Duration::from_hours(24 * 365));
    [NOW, Timestamp::UNIX_EPOCH, Timestamp::from_millis(u64::MAX), later]
}

fn channel(kind: u8, bytes: &[u8]) {
    let mut stored = scene().stored.clone();
    match (kind, stored.sending.as_mut()) {
        (0, _) => stored.membership = bytes.to_vec(),
        (1, Some(sending)) => sending.hot = bytes.to_vec().into(),
        (2, Some(sending)) => sending.recipients = bytes.to_vec().into(),
        (3, _) => stored.scopes[0].scope = bytes.to_vec().into(),
        (9, _) => stored.pending = Some(bytes.to_vec().into()),
        _ => stored.scopes[0].chains[0] = bytes.to_vec().into(),
    }
    let Ok(restored) = GroupChannel::restore(&stored) else { return };
    assert!(in_order(restored.stored()) == in_order(stored.clone()));
    for now in times() {
        operate(&mut GroupChannel::restore(&stored).unwrap(), now);
    }
}

/// Chains are given back in any order.
fn in_order(mut stored: StoredChannel) -> StoredChannel {
    for scope in &mut stored.scopes {
        scope.chains.sort_by(|a, b| a.as_slice().cmp(b.as_slice()));
    }
    stored
}

fn operate(channel: &mut GroupChannel, now: Timestamp) {
    let crowd = crowd();
    for envelope in &scene().envelopes {
        open(channel, envelope, now);
    }
    let sender = crowd.accounts[0].devices[0].address();
    let _ = channel.accept(sender, &scene().distribution, &crowd.lists, now);
    if let Ok(prepared) = channel.prepare(&crowd.lists, now, &mut rng(5)) {
        channel.record(prepared.distribution.position(), &prepared.devices).unwrap();
        assert!(channel.encrypt(b"hello", now, &mut rng(6)).is_ok());
    }
    let _ = channel.refresh(&crowd.lists);
    let _ = channel.expire(now);
    let after = channel.stored();
    let again = GroupChannel::restore(&after).unwrap().stored();
    assert!(in_order(again) == in_order(after));
}

fn open(channel: &mut GroupChannel, envelope: &[u8], now: Timestamp) {
    let Ok(Envelope::Sender(message)) = Envelope::decode(envelope) else { panic!() };
    let _ = channel.open(&message, now);
}

fn requests(bytes: &[u8]) {
    let Ok(log) = RequestLog::from_bytes(bytes) else { return };
    assert_eq!(*log.to_bytes(), bytes);
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let stored = scene().stored.clone();
    let pending = pending(&stored);
    let StoredChannel { membership, sending, scopes, pending: _ } = stored;
    let sending = sending.unwrap();
    let of = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    let [unseen, seen] = profiles::stored_known();
    let [short, full] = profiles::published();
    vec![
        ("membership", of(0, &membership)),
        ("hot", of(1, &sending.hot)),
        ("recipients", of(2, &sending.recipients)),
        ("scope", of(3, &scopes[0].scope)),
        ("chain", of(4, &scopes[0].chains[0])),
        ("known-profile", of(5, &unseen)),
        ("known-profile-seen", of(5, &seen)),
        ("own-profile", of(6, &profiles::stored_own())),
        ("story-list", of(7, &stories::stored_list())),
        ("requests", of(8, &RequestLog::new().to_bytes())),
        ("pending", of(9, &pending)),
        ("story-channel", of(10, &stories::stored_channel())),
        ("story-viewer", of(11, &stories::stored_viewer())),
        ("sealed-profile", of(12, short)),
        ("sealed-profile-full", of(12, full)),
        ("shown-profile", of(13, b"Alice\0gone\nfishing\0away\0pointer")),
    ]
}

pub fn vectors() -> Vec<Seed> {
    let chain = |kind, name, op, field| {
        Vectors { name, file: file!("sender-chain"), op, field, refused: "" }.seeds_of_kind(kind)
    };
    let (file, op, name) = (file!("group-messages"), "open", "membership");
    let membership = Vectors { name, file, op, field: "/reader/membership", refused: "" };
    let (file, op, name) = (file!("stories"), "learn", "story-list");
    let list = Vectors { name, file, op, field: "/after", refused: "" };
    [
        membership.seeds_of_kind(0),
        chain(1, "hot", "encrypt", "/hot"),
        chain(2, "recipients", "encrypt", "/recipients"),
        chain(3, "scope", "decrypt", "/before/scope"),
        chain(4, "chain", "decrypt", "/before/chains/0"),
        list.seeds_of_kind(7),
    ]
    .concat()
}

/// A change that the member signed and nobody has yet.
fn pending(stored: &StoredChannel) -> Vec<u8> {
    let mut channel = GroupChannel::restore(stored).unwrap();
    let draft = channel.group().state().change().with(Action::Leave);
    let device = &crowd().accounts[1].devices[0];
    channel.sign(draft, device, &crowd().lists, NOW, &mut rng(10)).unwrap();
    channel.pending_bytes().unwrap().to_vec()
}
