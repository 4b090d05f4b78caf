mod own_devices;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::content::{
    Colour, Content, Conversation, DeviceListRef, DeviceLists, Incoming, MessageId, Report,
    StoryBackground, StoryTerms, StoryText,
};
use crate::envelope::Envelope;
use crate::identity::fixture::{Account, NOW, advanced, month, rng};
use crate::identity::{AccountId, DeviceAddress, ListDraft, VerifiedDeviceList};
use crate::limits::{STORY_CHAIN_AGE, STORY_LIFE, STORY_SCOPES, STORY_VIEWERS};
use crate::sender_key::{
    AcceptKeyError, Distribution, EpochSecret, OpenSenderError, Rotate, Scope, SendError,
    SendingChain, Standing,
};
use crate::time::Timestamp;
use crate::wire::DecodeError;

/// An author with one list, and everybody's device lists.
struct World {
    rng: ChaCha20Rng,
    people: Vec<Account>,
    lists: BTreeMap<AccountId, VerifiedDeviceList>,
    list: StoryList,
    channel: StoryChannel,
    viewers: BTreeMap<DeviceAddress, StoryViewer>,
}

const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];

impl World {
    /// Alice, with two devices, posts to bob and carol, with one each; dave is no contact.
    fn new() -> Self {
        let people: Vec<_> = NAMES
            .iter()
            .zip(1..)
            .map(|(name, seed)| Account::new(name, if seed == 1 { 2 } else { 1 }, seed))
            .collect();
        let lists = people.iter().map(|a| (a.id.clone(), a.verified_list())).collect();
        let mut rng = rng(9);
        let contacts = [&people[1].id, &people[2].id];
        let all = StoryAudience::AllContacts;
        let list = StoryList::new(&people[0].id, all, contacts, NOW, &mut rng).unwrap();
        let sender = people[0].devices[0].address().clone();
        let channel = StoryChannel::new(&list, &sender, NOW, &mut rng).unwrap();
        let devices = people.iter().flat_map(|a| a.devices.iter().map(|d| d.address().clone()));
        let viewers = devices.map(|device| (device, StoryViewer::new())).collect();
        Self { rng, people, lists, list, channel, viewers }
    }

    fn distributed() -> Self {
        let mut world = Self::new();
        world.distribute(NOW);
        world
    }

    fn id(&self, person: usize) -> AccountId {
        self.people[person].id.clone()
    }

    fn device(&self, person: usize) -> DeviceAddress {
        self.people[person].devices[0].address().clone()
    }

    fn devices(&self, now: Timestamp) -> StoryDevices {
        self.list.devices(&self.device(0), &self.lists, now).unwrap()
    }

    /// Gives the chain to all who lack it; returns to whom.
    fn distribute(&mut self, now: Timestamp) -> Vec<DeviceAddress> {
        let devices = self.devices(now);
        let Preparation { distribution, position, to } = self.channel.prepare(&devices);
        let distribution = Distribution::decode(&distribution).unwrap();
        let alice = self.device(0);
        for device in &to {
            let viewer = self.viewers.get_mut(device).unwrap();
            viewer.accept(&alice, &distribution, now).unwrap();
        }
        self.channel.record(&devices, position, &to).unwrap();
        to
    }

    /// A new chain in the list's current version, given to all.
    fn renew_channel(&mut self, now: Timestamp) -> Vec<DeviceAddress> {
        self.channel = StoryChannel::new(&self.list, &self.device(0), now, &mut self.rng).unwrap();
        self.distribute(now)
    }

    fn post(&mut self, now: Timestamp) -> Vec<u8> {
        self.try_post(&story(now), now).unwrap()
    }

    fn try_post(&mut self, story: &Content, now: Timestamp) -> Result<Vec<u8>, PostError> {
        let before = self.channel.hot_bytes();
        let devices = self.devices(now);
        let sent = self.channel.post(&self.list, &devices, story, now, &mut self.rng);
        assert_eq!(sent.is_ok(), self.channel.hot_bytes() != before);
        sent.map(|sent| sent.envelope)
    }

    fn open(&mut self, person: usize, envelope: &[u8], now: Timestamp) -> StoryOpened {
        self.try_open(person, envelope, now).unwrap()
    }

    fn try_open(
        &mut self,
        person: usize,
        envelope: &[u8],
        now: Timestamp,
    ) -> Result<StoryOpened, StoryRefused> {
        let Envelope::Sender(message) = Envelope::decode(envelope).unwrap() else { panic!() };
        self.viewers.get_mut(&self.device(person)).unwrap().open(&message, now)
    }

    fn sees(&mut self, person: usize, envelope: &[u8], now: Timestamp) -> bool {
        matches!(self.open(person, envelope, now), StoryOpened::Post(_))
    }
}

fn builder(sent_at: Timestamp, conversation: Conversation) -> crate::content::ContentBuilder {
    let own = DeviceListRef {
        version: crate::identity::ListVersion::FIRST,
        hash: crate::crypto::Digest::from_bytes([1; 32]),
    };
    let lists = DeviceLists { own, peer: None };
    Content::builder(MessageId::from_bytes([7; 16]), sent_at, conversation, lists)
}

fn story(sent_at: Timestamp) -> Content {
    let background = StoryBackground::plain(Colour(7));
    let text = StoryText::new("all day long", background, StoryTerms::default()).unwrap();
    builder(sent_at, Conversation::Story).build(text).unwrap()
}

fn after(time: Duration) -> Timestamp {
    NOW.saturating_add(time)
}

#[test]
fn the_audience_sees_a_story_and_nobody_else_does() {
    let mut world = World::distributed();
    let envelope = world.post(NOW);
    for person in [1, 2] {
        let StoryOpened::Post(post) = world.open(person, &envelope, NOW) else { panic!() };
        assert_eq!(post.content, story(NOW));
        assert_eq!(post.chain.chain.device, world.device(0));
        assert_eq!(post.life, StoryLife::new(NOW, NOW));
    }
    assert!(matches!(world.open(3, &envelope, NOW), StoryOpened::Unknown));
    assert!(matches!(world.open(1, &envelope, NOW), StoryOpened::Duplicate));
}

#[test]
fn the_chain_goes_to_the_viewers_devices_and_one_s_own_others() {
    let mut world = World::new();
    let mut expected: Vec<_> = [1, 2].map(|person| world.device(person)).into();
    expected.push(world.people[0].devices[1].address().clone());
    expected.sort();
    assert_eq!(world.distribute(NOW), expected);
    assert_eq!(world.distribute(NOW), []);
}

#[test]
fn nothing_is_posted_before_everybody_was_given_the_chain() {
    let mut world = World::new();
    let refused = world.try_post(&story(NOW), NOW);
    let Err(PostError::Chain(SendError::NotDistributed { missing })) = refused else { panic!() };
    assert_eq!(missing.len(), 3);
    world.distribute(NOW);
    assert!(world.try_post(&story(NOW), NOW).is_ok());
}

#[test]
fn a_viewer_who_comes_later_in_the_day_sees_nothing_earlier() {
    let mut world = World::distributed();
    let earlier = world.post(NOW);
    let contacts = [1, 2, 3].map(|person| world.id(person));
    let all = StoryAudience::AllContacts;
    let change = world.list.update(all, &contacts, NOW).unwrap();
    assert_eq!(change, ListChange::Grown);
    assert_eq!(world.distribute(NOW), [world.device(3)]);
    let later = world.post(NOW);
    assert!(matches!(world.open(3, &earlier, NOW), StoryOpened::TooOld));
    assert!(
        world.sees(3, &later, NOW) && world.sees(1, &earlier, NOW) && world.sees(1, &later, NOW)
    );
}

#[test]
fn a_viewer_who_was_removed_in_the_middle_of_the_day_sees_nothing_later() {
    let mut world = World::distributed();
    let earlier = world.post(NOW);
    let except = StoryAudience::AllExcept([world.id(2)].into());
    let contacts = [1, 2].map(|person| world.id(person));
    let change = world.list.update(except, &contacts, NOW).unwrap();
    assert_eq!(change, ListChange::NewVersion);
    assert_eq!(world.try_post(&story(NOW), NOW), Err(PostError::NotPrepared));
    assert!(!world.renew_channel(NOW).contains(&world.device(2)));
    let later = world.post(NOW);
    assert!(matches!(world.open(2, &later, NOW), StoryOpened::Unknown));
    assert!(world.sees(1, &later, NOW));
    assert!(world.sees(2, &earlier, NOW), "what was posted while it was of the audience");
}

#[test]
fn after_a_revoked_device_the_list_needs_a_new_version() {
    let mut world = World::distributed();
    let bob = world.people[1].clone();
    let known = &world.lists[&bob.id];
    let draft = ListDraft::after(known).without(bob.devices[0].address().device);
    let next = advanced(known, draft.sign(&bob.pair, month(NOW)).unwrap());
    world.lists.insert(bob.id.clone(), next);
    let refused = world.try_post(&story(NOW), NOW);
    let extra = Rotate::Extra([world.device(1)].into());
    assert_eq!(refused, Err(PostError::Chain(SendError::MustRotate(extra))));
    world.list.renew(NOW).unwrap();
    world.renew_channel(NOW);
    let envelope = world.post(NOW);
    assert!(matches!(world.open(1, &envelope, NOW), StoryOpened::Unknown));
}

/// The list as another device of its author's has it, and that device's chain in its version.
fn second_device(world: &mut World, list: &StoryList) -> (DeviceAddress, StoryChannel) {
    let laptop = world.people[0].devices[1].address().clone();
    let channel = StoryChannel::new(list, &laptop, NOW, &mut world.rng).unwrap();
    (laptop, channel)
}

/// Gives a second device's chain to all viewers, or says why one refuses, and posts.
fn post_from(world: &mut World, list: &StoryList) -> Result<Vec<u8>, StoryKeyError> {
    let (laptop, mut channel) = second_device(world, list);
    let devices = list.devices(&laptop, &world.lists, NOW).unwrap();
    let Preparation { distribution, to, position } = channel.prepare(&devices);
    let distribution = Distribution::decode(&distribution).unwrap();
    for device in to.iter().filter(|device| device.account != laptop.account) {
        world.viewers.get_mut(device).unwrap().accept(&laptop, &distribution, NOW)?;
    }
    channel.record(&devices, position, &to).unwrap();
    Ok(channel.post(list, &devices, &story(NOW), NOW, &mut world.rng).unwrap().envelope)
}

#[test]
fn two_devices_that_renew_a_list_at_once_come_to_one_version() {
    let mut world = World::distributed();
    let mut other = world.list.clone();
    world.list.renew(NOW).unwrap();
    other.renew(after(Duration::from_secs(9))).unwrap();
    assert_eq!((world.list.scope(), world.list.secret()), (other.scope(), other.secret()));
    world.renew_channel(NOW);
    let posts = [world.post(NOW), post_from(&mut world, &other).unwrap()];
    for post in posts {
        assert!(world.sees(1, &post, NOW) && world.sees(2, &post, NOW));
    }
    let told = other.to_tell().unwrap();
    assert_eq!(world.list.learn(&told, NOW, NOW), Ok(ListChange::Same));
}

#[test]
fn two_devices_that_replace_the_root_at_once_go_on_to_one_version() {
    let mut world = World::distributed();
    let mut other = world.list.clone();
    world.list.replace(NOW, &mut world.rng).unwrap();
    other.replace(NOW, &mut world.rng).unwrap();
    assert_eq!(world.list.scope(), other.scope());
    world.renew_channel(NOW);
    let refused = post_from(&mut world, &other);
    assert_eq!(refused, Err(StoryKeyError::Chain(AcceptKeyError::OtherEpochSecret)));
    let told = [&world.list, &other].map(|list| list.to_tell().unwrap());
    assert_eq!(other.learn(&told[0], NOW, NOW), Ok(ListChange::NewVersion));
    assert_eq!(world.list.learn(&told[1], NOW, NOW), Ok(ListChange::NewVersion));
    assert_eq!((world.list.version(), world.list.secret()), (0x2_0001, other.secret()));
    world.renew_channel(NOW);
    let posts = [world.post(NOW), post_from(&mut world, &other).unwrap()];
    for post in posts {
        assert!(world.sees(1, &post, NOW) && world.sees(2, &post, NOW));
    }
}

#[test]
fn a_version_that_another_device_began_is_taken_and_an_older_one_is_not() {
    let mut world = World::new();
    let old = world.list.clone();
    world.list.renew(after(Duration::from_secs(5))).unwrap();
    let told = world.list.to_tell().unwrap();
    let mut other = old.clone();
    let began = after(Duration::from_secs(5));
    assert_eq!(
        other.learn(&told, began, after(Duration::from_secs(9))),
        Ok(ListChange::NewVersion)
    );
    assert_eq!(other, world.list);
    assert_eq!(other.learn(&old.to_tell().unwrap(), NOW, NOW), Ok(ListChange::Older));
    assert_eq!(other, world.list);
    let contacts = [1, 2].map(|person| world.id(person));
    let id = *world.list.scope().id();
    let all = StoryAudience::AllContacts;
    let new = StoryList::told(&world.id(0), id, &told, all, &contacts, began, began).unwrap();
    assert_eq!(new, world.list);
}

#[test]
fn viewers_cannot_tell_the_next_version_s_secret_from_theirs() {
    let mut list = World::new().list;
    let (root, secret) = (list.to_tell().unwrap(), list.secret());
    list.renew(NOW).unwrap();
    assert_ne!(secret, list.secret());
    assert_ne!(EpochSecret::derived(root.key().secret().clone()), secret);
}

#[test]
fn a_list_is_renewed_every_day() {
    let mut world = World::distributed();
    let last = after(STORY_CHAIN_AGE.saturating_sub(Duration::from_millis(1)));
    world.post(last);
    let due = after(STORY_CHAIN_AGE);
    assert!(world.list.is_due(due) && !world.list.is_due(last));
    assert_eq!(world.try_post(&story(due), due), Err(PostError::NotPrepared));
    world.list.renew(due).unwrap();
    world.renew_channel(due);
    let envelope = world.post(due);
    assert!(world.sees(1, &envelope, due));
}

#[test]
fn a_story_is_seen_for_a_day_whenever_it_comes() {
    let mut world = World::distributed();
    let envelope = world.post(NOW);
    let last = after(STORY_LIFE.saturating_sub(Duration::from_millis(1)));
    assert!(world.sees(1, &envelope, last), "late viewers see what still lives");
    let StoryOpened::Expired(moved) = world.open(2, &envelope, after(STORY_LIFE)) else { panic!() };
    assert_eq!(moved.chain.device, world.device(0));
    assert!(matches!(world.open(2, &envelope, after(STORY_LIFE)), StoryOpened::Duplicate));
}

#[test]
fn a_story_is_answered_as_its_author_wants_and_while_it_lives() {
    let with = |terms| {
        let text = StoryText::new("words", StoryBackground::plain(Colour(7)), terms).unwrap();
        builder(NOW, Conversation::Story).build(text).unwrap()
    };
    let none = StoryTerms::default();
    let cases = [
        (StoryAnswer::Reply, StoryTerms { replies: true, ..none.clone() }),
        (StoryAnswer::Reaction, StoryTerms { reactions: true, ..none.clone() }),
        (StoryAnswer::Reshare, StoryTerms { resharing: true, ..none.clone() }),
    ];
    let life = StoryLife::new(NOW, NOW);
    for (answer, terms) in &cases {
        for (other, _) in &cases {
            let expected = if answer == other { Ok(()) } else { Err(NoStoryAnswer::NotAllowed) };
            assert_eq!(may_answer(&with(terms.clone()), life, *other, NOW), expected);
        }
        let over = may_answer(&with(terms.clone()), life, *answer, after(STORY_LIFE));
        assert_eq!(over, Err(NoStoryAnswer::Over));
        let refused = may_answer(&with(none.clone()), life, *answer, NOW);
        assert_eq!(refused, Err(NoStoryAnswer::NotAllowed));
    }
    assert_eq!(may_answer(&with(none), life, StoryAnswer::View, NOW), Ok(()));
    let peer = builder(NOW, Conversation::Peer).text("hello").unwrap();
    let refused = may_answer(&peer, life, StoryAnswer::View, NOW);
    assert_eq!(refused, Err(NoStoryAnswer::NotAStory));
}

#[test]
fn a_content_for_another_conversation_is_neither_posted_nor_shown() {
    let mut world = World::distributed();
    let peer = builder(NOW, Conversation::Peer).text("for one").unwrap();
    assert_eq!(world.try_post(&peer, NOW), Err(PostError::NotAStory));
    for (plaintext, refused) in [
        (peer.as_bytes(), StoryRefused::NotAStory),
        (b"no content", StoryRefused::Content(Content::decode(b"no content").unwrap_err())),
    ] {
        let envelope = post_bytes(&mut world, plaintext);
        let StoryOpened::Refused(why, said) = world.open(1, &envelope, NOW) else { panic!() };
        assert_eq!((why, &said.plaintext[..]), (refused, plaintext));
        assert_eq!(said.chain.chain.device, world.device(0));
        assert!(said.opening.unwrap().opens(plaintext), "it can be reported");
    }
}

#[test]
fn a_story_of_a_later_version_is_kept_and_can_be_reported() {
    let mut world = World::distributed();
    let plaintext = later_story();
    let envelope = post_bytes(&mut world, &plaintext);
    let opened = world.open(1, &envelope, NOW);
    assert!(!format!("{opened:?}").contains(&format!("{plaintext:?}")));
    let StoryOpened::Unsupported(what, said) = opened else { panic!("{opened:?}") };
    assert_eq!((what.body_number, &said.plaintext[..]), (2016, &plaintext[..]));
    assert_eq!(said.chain.chain.device, world.device(0));
    let opening = *said.opening.unwrap();
    let report = Report::new(said.plaintext.to_vec(), opening, b"stamp".to_vec()).unwrap();
    let reported = report.verify().unwrap();
    assert_eq!(reported.context.sender, world.device(0));
    assert_eq!(reported.content, Incoming::Unsupported(what));
}

/// A story whose body has the number 2,016.
fn later_story() -> Vec<u8> {
    let mut bytes = story(NOW).as_bytes().to_vec();
    let at = bytes.windows(2).position(|key| key == [0x8a, 0x42]).expect("the key of body 1,057");
    bytes[at..at + 2].copy_from_slice(&[0x82, 0x7e]);
    bytes
}

/// An envelope with these bytes, reportable, from a client of alice's that posts whatever it is given.
fn post_bytes(world: &mut World, plaintext: &[u8]) -> Vec<u8> {
    let devices = world.devices(NOW);
    let mut chain = world_chain(world);
    let all: Vec<_> = devices.devices().cloned().collect();
    chain.record(&devices.audience, chain.position(), &all).unwrap();
    let (alice, bob) = (world.device(0), world.device(1));
    let viewer = world.viewers.get_mut(&bob).unwrap();
    viewer.accept(&alice, &chain.distribution(), NOW).unwrap();
    let rotation = crate::sender_key::Rotation::STORY;
    let (audience, standing) = (&devices.audience, Standing::default());
    let rng = &mut world.rng;
    chain.encrypt_reportable(audience, standing, plaintext, &rotation, NOW, rng).unwrap().envelope
}

/// A further chain of alice's in the list's current version.
fn world_chain(world: &mut World) -> SendingChain {
    let (scope, secret) = (world.list.scope(), world.list.secret());
    SendingChain::new(scope, world.device(0), secret, NOW, &mut world.rng).unwrap()
}

#[test]
fn a_viewer_cannot_post_in_the_author_s_name() {
    let mut world = World::distributed();
    let (scope, secret) = (world.list.scope(), world.list.secret());
    let carol = world.device(2);
    assert!(SendingChain::new(scope, carol.clone(), secret, NOW, &mut world.rng).is_none());
    // Not even with a client that makes the chain: bob takes none of another account's list.
    let own = world_chain(&mut world);
    let viewer = world.viewers.get_mut(&world.people[1].devices[0].address().clone()).unwrap();
    let refused = viewer.accept(&carol, &own.distribution(), NOW);
    assert_eq!(refused, Err(StoryKeyError::Chain(AcceptKeyError::OtherAuthor)));
}

#[test]
fn a_story_can_be_made_reportable() {
    let mut world = World::distributed();
    let devices = world.devices(NOW);
    let World { list, channel, rng, .. } = &mut world;
    let sent = channel.post_reportable(list, &devices, &story(NOW), NOW, rng).unwrap();
    let plain = world.post(NOW);
    let StoryOpened::Post(post) = world.open(1, &sent.envelope, NOW) else { panic!() };
    let opening = post.opening.unwrap();
    assert!(opening.opens(story(NOW).as_bytes()));
    assert_eq!(opening.context().sender, world.device(0));
    let StoryOpened::Post(post) = world.open(1, &plain, NOW) else { panic!() };
    assert_eq!(post.opening, None);
}

#[test]
fn a_chain_that_a_viewer_was_not_given_names_whom_to_ask() {
    let mut world = World::distributed();
    let devices = world.devices(NOW);
    let mut other = world_chain(&mut world);
    let all: Vec<_> = devices.devices().cloned().collect();
    other.record(&devices.audience, other.position(), &all).unwrap();
    let rotation = crate::sender_key::Rotation::STORY;
    let sent = other.encrypt(
        &devices.audience,
        Standing::default(),
        story(NOW).as_bytes(),
        &rotation,
        NOW,
        &mut world.rng,
    );
    let opened = world.open(1, &sent.unwrap().envelope, NOW);
    assert!(matches!(opened, StoryOpened::NeedKey { from, .. } if from == world.device(0)));
}

#[test]
fn a_group_s_standing_has_no_place_in_a_story() {
    let mut world = World::distributed();
    let devices = world.devices(NOW);
    let mut chain = world_chain(&mut world);
    let all: Vec<_> = devices.devices().cloned().collect();
    chain.record(&devices.audience, chain.position(), &all).unwrap();
    let standing = Standing { revision: 1, ..Standing::default() };
    let rotation = crate::sender_key::Rotation::STORY;
    let rng = &mut world.rng;
    let sent = chain.encrypt(&devices.audience, standing, b"x", &rotation, NOW, rng).unwrap();
    assert!(matches!(world.try_open(1, &sent.envelope, NOW), Err(StoryRefused::Standing)));
}

#[test]
fn a_changed_story_is_refused_and_changes_nothing() {
    let mut world = World::distributed();
    let envelope = world.post(NOW);
    let bob = world.device(1);
    let scope = world.list.scope().hash();
    let name = world.viewers[&bob].chain_names(&scope).remove(0);
    let before = world.viewers[&bob].chain_bytes(&scope, &name);
    let mut changed = envelope.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let refused = world.try_open(1, &changed, NOW);
    assert!(matches!(refused, Err(StoryRefused::Message(OpenSenderError::NotAuthentic))));
    assert_eq!(world.viewers[&bob].chain_bytes(&scope, &name), before);
    assert!(world.sees(1, &envelope, NOW));
}

#[test]
fn keys_of_groups_and_lists_without_their_secret_are_not_taken() {
    let mut world = World::new();
    let (alice, digest) = (world.device(0), crate::crypto::Digest::from_bytes([1; 32]));
    let secret = EpochSecret::generate(&mut world.rng);
    let group = Scope::group(digest, 1, secret.commitment(1));
    let chain = SendingChain::new(group, alice.clone(), secret, NOW, &mut world.rng).unwrap();
    let mut viewer = StoryViewer::new();
    let refused = viewer.accept(&alice, &chain.distribution(), NOW);
    assert_eq!(refused, Err(StoryKeyError::NotAStory));
}

#[test]
fn old_versions_are_kept_as_long_as_their_stories_live() {
    let mut world = World::distributed();
    let (first, envelope) = (world.list.scope().hash(), world.post(NOW));
    world.list.renew(NOW).unwrap();
    world.renew_channel(NOW);
    assert!(world.sees(1, &envelope, NOW), "in flight when the list was renewed");
    let bob = world.device(1);
    let viewer = world.viewers.get_mut(&bob).unwrap();
    assert_eq!(viewer.expire(after(STORY_LIFE)).0, []);
    assert_eq!(viewer.expire(after(STORY_LIFE * 3)).0, [first]);
    assert_eq!(viewer.scopes().count(), 1);
}

#[test]
fn a_device_keeps_a_limited_number_of_an_author_s_lists() {
    let mut world = World::distributed();
    let first = world.list.scope().hash();
    for _ in 1..STORY_SCOPES {
        world.list.renew(NOW).unwrap();
        world.renew_channel(NOW);
    }
    let bob = world.device(1);
    assert_eq!(world.viewers[&bob].scopes().count(), STORY_SCOPES);
    world.list.renew(NOW).unwrap();
    world.channel = StoryChannel::new(&world.list, &world.device(0), NOW, &mut world.rng).unwrap();
    let distribution = world.channel.prepare(&world.devices(NOW)).distribution;
    let distribution = Distribution::decode(&distribution).unwrap();
    let alice = world.device(0);
    let taken = world.viewers.get_mut(&bob).unwrap().accept(&alice, &distribution, NOW).unwrap();
    assert_eq!(taken.removed, [first]);
    assert_eq!(world.viewers[&bob].scopes().count(), STORY_SCOPES);
}

#[test]
fn a_viewer_comes_back_from_its_stored_parts() {
    let mut world = World::distributed();
    let envelopes = [world.post(NOW), world.post(NOW)];
    let bob = world.device(1);
    world.open(1, &envelopes[1], NOW);
    let viewer = &world.viewers[&bob];
    let scope = *viewer.scopes().next().unwrap();
    let chains: Vec<_> = viewer
        .chain_names(&scope)
        .iter()
        .map(|name| viewer.chain_bytes(&scope, name).unwrap())
        .collect();
    let chains: Vec<&[u8]> = chains.iter().map(|bytes| &bytes[..]).collect();
    let part = viewer.scope_bytes(&scope).unwrap();
    let mut restored = StoryViewer::new();
    restored.restore(&part, &chains).unwrap();
    assert!(restored.restore(&part, &chains).is_err(), "given twice");
    assert!(StoryViewer::new().restore(&part[..part.len() - 1], &chains).is_err());
    world.viewers.insert(bob, restored);
    assert!(world.sees(1, &envelopes[0], NOW));
    assert!(matches!(world.open(1, &envelopes[1], NOW), StoryOpened::Duplicate));
}

#[test]
fn who_is_blocked_as_an_author_is_forgotten() {
    let mut world = World::distributed();
    let envelope = world.post(NOW);
    let (alice, bob) = (world.id(0), world.device(1));
    let removed = world.viewers.get_mut(&bob).unwrap().forget(&alice);
    assert_eq!(removed, [world.list.scope().hash()]);
    assert!(matches!(world.open(1, &envelope, NOW), StoryOpened::Unknown));
}

#[test]
fn a_revoked_device_of_an_author_is_forgotten_and_the_others_stay() {
    let mut world = World::distributed();
    let laptop = world.people[0].devices[1].address().clone();
    let (bob, devices) = (world.device(1), world.list.devices(&laptop, &world.lists, NOW).unwrap());
    let mut other = StoryChannel::new(&world.list, &laptop, NOW, &mut world.rng).unwrap();
    let Preparation { distribution, position, to } = other.prepare(&devices);
    let distribution = Distribution::decode(&distribution).unwrap();
    other.record(&devices, position, &to).unwrap();
    world.viewers.get_mut(&bob).unwrap().accept(&laptop, &distribution, NOW).unwrap();
    let revoked = other.post(&world.list, &devices, &story(NOW), NOW, &mut world.rng).unwrap();
    let honest = world.post(NOW);
    let forgotten = world.viewers.get_mut(&bob).unwrap().forget_device(&laptop);
    assert_eq!(forgotten.chains.len(), 1);
    assert_eq!((&forgotten.chains[0].1.device, forgotten.scopes.len()), (&laptop, 0));
    let opened = world.open(1, &revoked.envelope, NOW);
    assert!(matches!(opened, StoryOpened::NeedKey { from, .. } if from == laptop));
    assert!(world.sees(1, &honest, NOW));
}

/// A thief gives viewers secrets of versions that the author has not begun.
#[test]
fn a_stolen_device_does_not_bar_the_versions_to_come() {
    let mut world = World::distributed();
    let laptop = world.people[0].devices[1].address().clone();
    let bob = world.device(1);
    let stolen = StoryList::from_bytes(&world.list.to_bytes()).unwrap();
    let mut thief = stolen;
    thief.replace(NOW, &mut rng(66)).unwrap();
    let chain = StoryChannel::new(&thief, &laptop, NOW, &mut world.rng).unwrap();
    let devices = thief.devices(&laptop, &world.lists, NOW).unwrap();
    let given = Distribution::decode(&chain.prepare(&devices).distribution).unwrap();
    let viewer = world.viewers.get_mut(&bob).unwrap();
    viewer.accept(&laptop, &given, NOW).unwrap();
    let forgotten = viewer.forget_device(&laptop);
    assert_eq!(forgotten.scopes, [thief.scope().hash()]);
    world.list.replace(NOW, &mut world.rng).unwrap();
    world.renew_channel(NOW);
    let envelope = world.post(NOW);
    assert!(world.sees(1, &envelope, NOW));
}

#[test]
fn who_lost_a_chain_asks_for_it_and_is_answered() {
    let mut world = World::distributed();
    let (envelope, bob, devices) = (world.post(NOW), world.device(1), world.devices(NOW));
    let scope = world.list.scope().hash();
    let part = world.viewers[&bob].scope_bytes(&scope).unwrap();
    let mut restored = StoryViewer::new();
    restored.restore(&part, &[]).unwrap();
    world.viewers.insert(bob.clone(), restored);
    let StoryOpened::NeedKey { from, request } = world.open(1, &envelope, NOW) else { panic!() };
    assert_eq!(from, world.device(0));
    let mut log = crate::sender_key::RequestLog::new();
    let answer = world.channel.answer(&request, &bob, &devices, &mut log, NOW);
    let crate::sender_key::Answer::Give(given) = answer else { panic!("{answer:?}") };
    world.viewers.get_mut(&bob).unwrap().accept(&from, &given, NOW).unwrap();
    let next = world.post(NOW);
    assert!(world.sees(1, &next, NOW));
    let dave = world.device(3);
    let answer = world.channel.answer(&request, &dave, &devices, &mut log, NOW);
    assert!(matches!(answer, crate::sender_key::Answer::Withhold(_)));
}

#[test]
fn a_list_whose_chains_all_went_is_deleted() {
    let mut world = World::distributed();
    let scope = world.list.scope().hash();
    let viewer = world.viewers.get_mut(&world.people[1].devices[0].address().clone()).unwrap();
    let late = after(crate::limits::RECEIVED_CHAIN_AGE + Duration::from_secs(1));
    assert_eq!(viewer.expire(late), ([scope].into(), Vec::new()));
    assert_eq!(viewer.scopes().count(), 0);
}

#[test]
fn members_of_an_audience_are_contacts_and_within_the_limit() {
    let id = |i: u32| AccountId::new(&i.to_be_bytes()).unwrap();
    let ids = |n: usize| (0..u32::try_from(n).unwrap()).map(id).collect::<BTreeSet<_>>();
    let (author, contacts) = (id(u32::MAX), ids(5));
    let viewers = |audience: StoryAudience| {
        let list = StoryList::new(&author, audience, &contacts, NOW, &mut rng(1)).unwrap();
        list.viewers().cloned().collect::<BTreeSet<_>>()
    };
    assert_eq!(viewers(StoryAudience::AllContacts), contacts);
    assert_eq!(viewers(StoryAudience::AllExcept(ids(3))), [3, 4].map(id).into());
    let named: BTreeSet<_> = [2, 9].map(id).into();
    for only in [StoryAudience::Only, StoryAudience::CloseFriends, StoryAudience::Custom] {
        assert_eq!(
            viewers(only(named.clone())),
            [2].map(id).into(),
            "who is no contact is left out"
        );
    }
    let made = |n| StoryList::new(&author, StoryAudience::AllContacts, &ids(n), NOW, &mut rng(1));
    assert!(made(STORY_VIEWERS).is_ok());
    assert_eq!(made(STORY_VIEWERS + 1), Err(StoryListError::TooManyViewers));
    let only =
        |n| StoryList::new(&author, StoryAudience::Only(ids(n)), &contacts, NOW, &mut rng(1));
    assert!(only(STORY_VIEWERS).is_ok());
    assert_eq!(only(STORY_VIEWERS + 1), Err(StoryListError::TooManyViewers));
}

#[test]
fn a_list_says_nothing_of_its_audience() {
    let world = World::new();
    let printed = format!("{:?}", world.list);
    assert!(!printed.contains("AllContacts") && !printed.contains("626f62"), "{printed}");
}

proptest! {
    #[test]
    fn a_stored_list_comes_back_and_nothing_else_does(
        kind in 0usize..5, named in prop::collection::btree_set(0u8..9, 0..9),
        cut: prop::sample::Index,
    ) {
        let id = |i: u8| AccountId::new(&[i]).unwrap();
        let accounts = || named.iter().map(|i| id(*i)).collect::<BTreeSet<_>>();
        let audience = match kind {
            0 => StoryAudience::AllContacts,
            1 => StoryAudience::AllExcept(accounts()),
            2 => StoryAudience::Only(accounts()),
            3 => StoryAudience::CloseFriends(accounts()),
            _ => StoryAudience::Custom(accounts()),
        };
        let contacts: Vec<_> = (0..6).map(id).collect();
        let list = StoryList::new(&id(7), audience, &contacts, NOW, &mut rng(1)).unwrap();
        let bytes = list.to_bytes();
        prop_assert_eq!(StoryList::from_bytes(&bytes), Ok(list));
        prop_assert!(StoryList::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        let longer = [&bytes[..], &[0]].concat();
        prop_assert_eq!(StoryList::from_bytes(&longer), Err(DecodeError::Trailing));
    }
}
