//! What an author and a viewer store of stories.

use std::sync::OnceLock;

use sealwax::content::{
    Colour, Content, Conversation, DeviceListRef, DeviceLists, MessageId, StoryBackground,
    StoryTerms, StoryText,
};
use sealwax::crypto::Digest;
use sealwax::envelope::Envelope;
use sealwax::identity::{DeviceAddress, ListVersion};
use sealwax::sender_key::{Distribution, KeyRequest, RequestLog, StoredSendingChain};
use sealwax::story::{StoryAudience, StoryChannel, StoryList, StoryOpened, StoryViewer};
use sealwax::time::Timestamp;

use super::group_scene::{NOW, crowd, rng};
use super::group_stored::times;

/// The owner's list for the group's other members, its chain after some posts, and what a viewer has
/// of it who skipped one.
struct Scene {
    list: StoryList,
    channel: StoredSendingChain,
    distribution: Distribution,
    posts: Vec<Vec<u8>>,
    viewer: Vec<Version>,
    /// Of the list's next version.
    next: Distribution,
}

/// What a viewer stores of a version of a list: the scope, then its chains in ascending order.
type Version = Vec<Vec<u8>>;

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let accounts = || crowd().accounts.iter().map(|account| account.list.account());
        let mut rng = rng(11);
        let author = accounts().next().unwrap();
        let audience = StoryAudience::AllContacts;
        let list = StoryList::new(author, audience, accounts().skip(1), NOW, &mut rng).unwrap();
        let (mut channel, distribution) = begin(&list, 12);
        let devices = list.devices(own(), &crowd().lists, NOW).unwrap();
        let mut post = || channel.post(&list, &devices, &story(), NOW, &mut rng).unwrap().envelope;
        let posts: Vec<_> = (0..3).map(|_| post()).collect();
        let mut viewer = StoryViewer::new();
        viewer.accept(own(), &distribution, NOW).unwrap();
        open(&mut viewer, &posts[1], NOW);
        let mut renewed = list.clone();
        renewed.renew(NOW).unwrap();
        let next = begin(&renewed, 13).1;
        let (channel, viewer) = (channel.stored(), versions(&viewer));
        Scene { list, channel, distribution, posts, viewer, next }
    })
}

/// A chain that the whole audience has.
fn begin(list: &StoryList, seed: u64) -> (StoryChannel, Distribution) {
    let devices = list.devices(own(), &crowd().lists, NOW).unwrap();
    let mut channel = StoryChannel::new(list, own(), NOW, &mut rng(seed)).unwrap();
    let prepared = channel.prepare(&devices);
    channel.record(&devices, prepared.position, &prepared.to).unwrap();
    (channel, Distribution::decode(&prepared.distribution).unwrap())
}

fn own() -> &'static DeviceAddress {
    crowd().accounts[0].devices[0].address()
}

fn story() -> Content {
    let own = DeviceListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([1; 32]) };
    let lists = DeviceLists { own, peer: None };
    let text = StoryText::new("seed", StoryBackground::plain(Colour(7)), StoryTerms::default());
    Content::builder(MessageId::from_bytes([7; 16]), NOW, Conversation::Story, lists)
        .build(text.unwrap())
        .unwrap()
}

pub(super) fn list(bytes: &[u8]) {
    let Ok(mut list) = StoryList::from_bytes(bytes) else { return };
    assert_eq!(*list.to_bytes(), bytes);
    for now in times() {
        let _ = (list.is_due(now), list.devices(own(), &crowd().lists, now));
    }
    let _ = list.renew(NOW);
    let after = list.to_bytes();
    assert_eq!(StoryList::from_bytes(&after).unwrap().to_bytes(), after);
}

/// The two parts of an author's chain.
pub(super) fn channel(bytes: &[u8]) {
    let Some(parts) = parts(bytes) else { return };
    let [hot, recipients] = &parts[..] else { return };
    let stored =
        StoredSendingChain { hot: hot.to_vec().into(), recipients: recipients.to_vec().into() };
    let Ok(channel) = StoryChannel::restore(&stored) else { return };
    assert!(channel.stored() == stored);
    assert!(channel.hot_bytes() == stored.hot);
    for now in times() {
        operate(StoryChannel::restore(&stored).unwrap(), now);
    }
}

fn operate(mut channel: StoryChannel, now: Timestamp) {
    let list = &scene().list;
    let Ok(devices) = list.devices(own(), &crowd().lists, now) else { return };
    let given = channel.prepare(&devices);
    let distribution = Distribution::decode(&given.distribution).unwrap();
    let request = KeyRequest { scope: *distribution.scope(), chain: distribution.chain() };
    for device in devices.devices() {
        let mut log = RequestLog::new();
        let _ = channel.answer(&request, device, &devices, &mut log, now);
    }
    let _ = channel.record(&devices, given.position, &given.to);
    let before = channel.stored();
    match channel.post(list, &devices, &story(), now, &mut rng(14)) {
        Ok(sent) => assert!(matches!(Envelope::decode(&sent.envelope), Ok(Envelope::Sender(_)))),
        Err(_) => assert!(channel.stored() == before),
    }
    let after = channel.stored();
    assert!(StoryChannel::restore(&after).unwrap().stored() == after);
}

/// A version of a list, and its chains.
pub(super) fn viewer(bytes: &[u8]) {
    let Some(parts) = parts(bytes) else { return };
    let Some((scope, chains)) = parts.split_first() else { return };
    let mut viewer = StoryViewer::new();
    if viewer.restore(scope, chains).is_err() {
        assert_eq!(viewer.scopes().count(), 0);
        return;
    }
    let mut given: Version = parts.iter().map(|part| part.to_vec()).collect();
    given[1..].sort();
    assert!(versions(&viewer) == [given.clone()]);
    assert!(viewer.restore(scope, chains).is_err(), "a version is restored once");
    for now in times() {
        view(&mut restored(&[given.clone()]), now);
    }
}

fn view(viewer: &mut StoryViewer, now: Timestamp) {
    let scene = scene();
    for envelope in &scene.posts {
        open(viewer, envelope, now);
    }
    for distribution in [&scene.distribution, &scene.next] {
        let before = versions(viewer);
        let taken = viewer.accept(own(), distribution, now);
        assert!(taken.is_ok() || versions(viewer) == before);
    }
    for envelope in &scene.posts {
        open(viewer, envelope, now);
    }
    loads(viewer);
    let _ = viewer.expire(now);
    loads(viewer);
    let _ = viewer.forget_device(own());
    loads(viewer);
    let _ = viewer.forget(&own().account);
    loads(viewer);
}

fn open(viewer: &mut StoryViewer, envelope: &[u8], now: Timestamp) {
    let Ok(Envelope::Sender(message)) = Envelope::decode(envelope) else { panic!() };
    let before = versions(viewer);
    match viewer.open(&message, now) {
        Ok(StoryOpened::Post(post)) => assert_eq!(post.content, story()),
        Ok(StoryOpened::Expired(_)) => {}
        Ok(StoryOpened::Refused(..) | StoryOpened::Unsupported(..)) => panic!("it was a story"),
        Ok(_) | Err(_) => assert!(versions(viewer) == before),
    }
}

fn versions(viewer: &StoryViewer) -> Vec<Version> {
    let version = |scope| {
        let chain = |name| viewer.chain_bytes(scope, &name).unwrap().to_vec();
        let mut chains: Vec<_> = viewer.chain_names(scope).into_iter().map(chain).collect();
        chains.sort();
        [vec![viewer.scope_bytes(scope).unwrap().to_vec()], chains].concat()
    };
    viewer.scopes().map(version).collect()
}

fn restored(versions: &[Version]) -> StoryViewer {
    let mut viewer = StoryViewer::new();
    for version in versions {
        let parts: Vec<_> = version.iter().map(Vec::as_slice).collect();
        viewer.restore(parts[0], &parts[1..]).unwrap();
    }
    viewer
}

fn loads(viewer: &StoryViewer) {
    let stored = versions(viewer);
    assert!(versions(&restored(&stored)) == stored);
}

/// Parts, the length of each before it.
fn parts(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (len, rest) = bytes.split_first_chunk()?;
        let (part, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
        parts.push(part);
        bytes = rest;
    }
    Some(parts)
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let with_len =
        |part: &&[u8]| [&u16::try_from(part.len()).unwrap().to_be_bytes(), *part].concat();
    parts.iter().flat_map(with_len).collect()
}

pub(super) fn stored_list() -> Vec<u8> {
    scene().list.to_bytes().to_vec()
}

pub(super) fn stored_channel() -> Vec<u8> {
    joined(&[&scene().channel.hot, &scene().channel.recipients])
}

pub(super) fn stored_viewer() -> Vec<u8> {
    joined(&scene().viewer[0].iter().map(Vec::as_slice).collect::<Vec<_>>())
}
