use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::slice::from_ref;
use core::time::Duration;

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::message::Outgoing;
use super::*;
use crate::crypto::meter::measure;
use crate::crypto::{Digest, HashLabel, hash};
use crate::envelope::Envelope;
use crate::identity::{AccountId, DeviceAddress, DeviceId};
use crate::limits::*;
use crate::report::Said;
use crate::time::Timestamp;
use crate::wire::{DecodeError, padded_len};

mod batch;
mod hostile;
mod limited;
mod persistence;
mod reportable;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const STANDING: Standing = Standing { member_index: 3, revision: 7, state_prefix: [9; 16] };

fn device(name: &str, id: u32) -> DeviceAddress {
    DeviceAddress {
        account: AccountId::new(name.as_bytes()).unwrap(),
        device: DeviceId::new(id).unwrap(),
    }
}

fn digest(name: &str) -> Digest {
    hash(HashLabel::Content, name.as_bytes())
}

fn group() -> Scope {
    scope("group", 5)
}

/// All groups have one epoch secret here.
fn scope(group: &str, key_epoch: u32) -> Scope {
    Scope::group(digest(group), key_epoch, secret().commitment(key_epoch))
}

fn secret() -> EpochSecret {
    EpochSecret::generate(&mut ChaCha20Rng::seed_from_u64(8))
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

fn later(time: Duration) -> Timestamp {
    NOW.saturating_add(time)
}

/// A sender with its chain, and receivers that have it.
struct World {
    rng: ChaCha20Rng,
    audience: Audience,
    chain: SendingChain,
    receivers: BTreeMap<DeviceAddress, ReceivingChains>,
}

impl World {
    fn new(receivers: &[DeviceAddress]) -> Self {
        Self::in_scope(group(), receivers)
    }

    fn in_scope(scope: Scope, receivers: &[DeviceAddress]) -> Self {
        let mut rng = rng();
        let alice = device("alice", 1);
        let chain = SendingChain::new(scope, alice.clone(), secret(), NOW, &mut rng).unwrap();
        let audience = Audience::new(&scope, &alice, receivers.to_vec()).unwrap();
        let mut world = Self { rng, audience, chain, receivers: BTreeMap::new() };
        world.chain.record(&world.audience, world.chain.position(), receivers).unwrap();
        for receiver in receivers {
            world.give(receiver);
        }
        world
    }

    fn pair() -> Self {
        Self::new(&[device("bob", 2)])
    }

    /// Gives the receiver the chain as it stands.
    fn give(&mut self, receiver: &DeviceAddress) {
        let given = Distribution::decode(&self.chain.distribution().encode()).unwrap();
        let mut chains = ReceivingChains::new(*self.chain.scope());
        chains.accept(&device("alice", 1), &given, NOW).unwrap();
        self.receivers.insert(receiver.clone(), chains);
    }

    fn say(&mut self, text: &[u8]) -> Vec<u8> {
        let Self { rng, audience, chain, .. } = self;
        chain.encrypt(audience, STANDING, text, &Rotation::GROUP, NOW, rng).unwrap().envelope
    }

    fn bob(&mut self) -> &mut ReceivingChains {
        self.receivers.get_mut(&device("bob", 2)).unwrap()
    }
}

fn sender_message(envelope: &[u8]) -> SenderMessage<'_> {
    match Envelope::decode(envelope).unwrap() {
        Envelope::Sender(message) => message,
        other => panic!("{other:?}"),
    }
}

fn hear_at(
    chains: &mut ReceivingChains,
    envelope: &[u8],
    now: Timestamp,
) -> Result<Outcome, OpenSenderError> {
    let opened = chains.open(&sender_message(envelope))?.expect("of this scope");
    chains.decrypt(&opened, &device("alice", 1), now)
}

fn hear(chains: &mut ReceivingChains, envelope: &[u8]) -> Result<Outcome, OpenSenderError> {
    hear_at(chains, envelope, NOW)
}

fn text(outcome: Result<Outcome, OpenSenderError>) -> Vec<u8> {
    match outcome {
        Ok(Outcome::Decrypted(decrypted)) => decrypted.plaintext,
        other => panic!("{other:?}"),
    }
}

/// Everything that is stored of a scope.
fn stored(chains: &ReceivingChains) -> Vec<Vec<u8>> {
    let parts = chains.chain_names().map(|(device, id)| chains.chain_bytes(device, id).unwrap());
    [chains.scope_bytes()].into_iter().chain(parts).map(|part| part.to_vec()).collect()
}

/// The scope as it comes back from what is stored of it.
fn restored(chains: &ReceivingChains) -> Result<ReceivingChains, StateError> {
    restored_from(&stored(chains))
}

fn restored_from(parts: &[Vec<u8>]) -> Result<ReceivingChains, StateError> {
    ReceivingChains::restore(&parts[0], parts[1..].iter().map(|part| &part[..]))
}

/// The chain's message of this number, whose sender need not have made those before.
fn said_at(chain: &SendingChain, iteration: u32, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let given = chain.distribution();
    let (scope, sender) = (given.scope.hash(), chain.sender());
    let epoch = epoch::EpochKeys::derive(chain.epoch_secret().clone(), &scope);
    let origin = distribution::origin(&given.scope, sender, given.id, &given.verifying);
    let (_, key) = given.chain.skip(iteration, NOW).unwrap();
    let keys = epoch.message_keys(&key.advance().unwrap().0);
    let claim = Claim { standing: STANDING, device: sender.device, chain: given.id, iteration };
    let (scope, origin, epoch, signing) = (&scope, &origin, &epoch, chain.signing_key());
    Outgoing { scope, sender, claim, origin, epoch, keys, signing }
        .seal(Said::plain(b"x"), rng)
        .envelope
}

#[test]
fn one_ciphertext_opens_for_every_receiver_and_says_who_sent_it() {
    let receivers = [device("bob", 2), device("bob", 3), device("carol", 4)];
    let mut world = World::new(&receivers);
    world.say(b"first");
    let envelope = world.say(b"second");
    for chains in world.receivers.values_mut() {
        let Ok(Outcome::Decrypted(heard)) = hear(chains, &envelope) else { panic!() };
        assert_eq!((&heard.plaintext[..], heard.iteration), (&b"second"[..], 1));
        assert_eq!((heard.sender, heard.standing), (device("alice", 1), STANDING));
        assert_eq!((heard.chain, world.chain.iteration()), (world.chain.id(), 2));
        assert_eq!(heard.wire_id, sender_message(&envelope).wire_id());
    }
}

#[test]
fn a_message_adds_less_than_175_bytes_to_its_padded_plaintext() {
    let mut world = World::pair();
    for (len, overhead) in
        [(0, 164), (64, 164), (127, 164), (1_000, 164), (20_000, 166), (CONTENT_BYTES, 166)]
    {
        assert_eq!(world.say(&vec![7; len]).len(), padded_len(len) + overhead, "{len}");
    }
}

#[test]
fn a_late_joiner_reads_from_its_place_on_and_nothing_earlier() {
    let mut world = World::pair();
    let before = world.say(b"before");
    let dave = device("dave", 9);
    world.audience =
        Audience::new(&group(), &device("alice", 1), [device("bob", 2), dave.clone()]).unwrap();
    let error = world.chain.check(&world.audience, &Rotation::GROUP, NOW).unwrap_err();
    assert_eq!(error, SendError::NotDistributed { missing: vec![dave.clone()] });
    world.give(&dave);
    assert_eq!(
        world.chain.record(&world.audience, world.chain.position(), from_ref(&dave)),
        Ok(Progress { missing: 0 })
    );
    let after = world.say(b"after");
    let chains = world.receivers.get_mut(&dave).unwrap();
    assert_eq!(hear(chains, &before), Ok(Outcome::TooOld));
    assert_eq!(text(hear(chains, &after)), b"after");
    assert_eq!(text(hear(world.bob(), &before)), b"before");
}

#[test]
fn a_chain_sends_once_exactly_the_audience_has_it() {
    let mut rng = rng();
    let (alice, bob, carol) = (device("alice", 1), device("bob", 2), device("carol", 3));
    let mut chain = SendingChain::new(group(), alice.clone(), secret(), NOW, &mut rng).unwrap();
    let audience =
        Audience::new(&group(), &alice, [carol.clone(), alice.clone(), bob.clone()]).unwrap();
    let mut send = |chain: &mut SendingChain, audience: &Audience| {
        let before = chain.hot_bytes();
        let sent = chain.encrypt(audience, STANDING, b"x", &Rotation::GROUP, NOW, &mut rng);
        assert!(sent.is_ok() || chain.hot_bytes() == before);
        sent.map(|_| ())
    };
    let missing = |missing: &[&DeviceAddress]| {
        Err(SendError::NotDistributed { missing: missing.iter().copied().cloned().collect() })
    };
    assert_eq!(send(&mut chain, &audience), missing(&[&bob, &carol]));
    let extra = device("eve", 9);
    let error =
        chain.record(&audience, chain.position(), &[bob.clone(), extra.clone()]).unwrap_err();
    assert_eq!(error, RecordError::Extra { extra: vec![extra] });
    assert_eq!(send(&mut chain, &audience), missing(&[&bob, &carol]));
    assert_eq!(
        chain.record(&audience, chain.position(), from_ref(&carol)),
        Ok(Progress { missing: 1 })
    );
    assert_eq!(send(&mut chain, &audience), missing(&[&bob]));
    assert_eq!(
        chain.record(&audience, chain.position(), from_ref(&bob)),
        Ok(Progress { missing: 0 })
    );
    assert_eq!(send(&mut chain, &audience), Ok(()));
    let smaller = Audience::new(&group(), &alice, [bob]).unwrap();
    let rotate = SendError::MustRotate(Rotate::Extra(vec![carol]));
    assert_eq!(send(&mut chain, &smaller), Err(rotate));
}

#[test]
fn an_audience_that_shrank_before_the_rest_was_told_can_be_sent_to() {
    let mut rng = rng();
    let (alice, bob) = (device("alice", 1), device("bob", 2));
    let mut chain = SendingChain::new(group(), alice.clone(), secret(), NOW, &mut rng).unwrap();
    let both = Audience::new(&group(), &alice, [bob.clone(), device("carol", 3)]).unwrap();
    chain.record(&both, chain.position(), from_ref(&bob)).unwrap();
    let one = Audience::new(&group(), &alice, [bob]).unwrap();
    assert_eq!(chain.check(&one, &Rotation::GROUP, NOW), Ok(()));
}

#[test]
fn a_distribution_of_before_a_message_or_of_another_chain_is_not_recorded() {
    let mut world = World::pair();
    let (early, dave) = (world.chain.position(), device("dave", 9));
    world.say(b"not for dave");
    let alice = device("alice", 1);
    world.audience = Audience::new(&group(), &alice, [device("bob", 2), dave.clone()]).unwrap();
    let before = world.chain.stored();
    let record = |chain: &mut SendingChain, position| {
        chain.record(&world.audience, position, from_ref(&dave))
    };
    assert_eq!(record(&mut world.chain, early), Err(RecordError::Stale));
    let mut other_chain = world.chain.position();
    other_chain.chain = ChainId::from_u32(other_chain.chain.as_u32() ^ 1);
    assert_eq!(record(&mut world.chain, other_chain), Err(RecordError::Stale));
    assert!(world.chain.stored() == before);
    let now = world.chain.position();
    assert_eq!(record(&mut world.chain, now), Ok(Progress { missing: 0 }));
}

#[test]
fn after_a_change_of_scope_nothing_is_sent_on_the_old_chain() {
    let mut world = World::pair();
    let next = scope("group", 6);
    let audience = Audience::new(&next, &device("alice", 1), [device("bob", 2)]).unwrap();
    let error = world.chain.check(&audience, &Rotation::GROUP, NOW).unwrap_err();
    assert_eq!(error, SendError::MustRotate(Rotate::Scope));
    let error = world.chain.record(&audience, world.chain.position(), &[]).unwrap_err();
    assert_eq!(error, RecordError::OtherScope);
    let others = Audience::new(&group(), &device("bob", 2), []).unwrap();
    let error = world.chain.check(&others, &Rotation::GROUP, NOW).unwrap_err();
    assert_eq!(error, SendError::OtherSender);
}

#[test]
fn a_group_and_a_story_with_the_same_numbers_are_different_scopes() {
    let author = AccountId::new(b"alice").unwrap();
    let story = Scope::story(&author, digest("id"), 1);
    let group = Scope::group(digest("id"), 1, *story.origin());
    assert_ne!(story.hash(), group.hash());
    assert_ne!(story.hash(), Scope::story(&author, digest("id"), 2).hash());
}

#[test]
fn a_story_list_takes_chains_of_its_author_alone() {
    let author = device("alice", 1);
    let scope = Scope::story(&author.account, digest("list"), 1);
    let mut world = World::in_scope(scope, &[device("bob", 2)]);
    let sent = world.chain.encrypt(
        &world.audience,
        Standing::default(),
        b"story",
        &Rotation::STORY,
        NOW,
        &mut world.rng,
    );
    assert_eq!(text(hear(world.bob(), &sent.unwrap().envelope)), b"story");
    let given = world.chain.distribution();
    let mut mine = ReceivingChains::new(scope);
    let refused = mine.accept(&device("mallory", 1), &given, NOW);
    assert_eq!(refused, Err(AcceptKeyError::OtherAuthor));
    assert!(mine.accept(&device("alice", 5), &given, NOW).is_ok());
    let secret = given.epoch.clone().unwrap();
    assert!(SendingChain::new(scope, device("mallory", 1), secret, NOW, &mut rng()).is_none());
}

#[test]
fn the_index_finds_the_scope_among_a_thousand() {
    let mut world = World::pair();
    let envelope = world.say(b"hello");
    let mut index = ScopeIndex::default();
    assert!(index.is_empty());
    assert!(index.insert(world.bob()));
    assert!(!index.is_empty());
    for epoch in 0..999 {
        let mut other = ReceivingChains::new(scope("other", epoch));
        assert!(!index.insert(&other));
        other.learn(&secret()).unwrap();
        assert!(index.insert(&other));
    }
    assert_eq!(index.len(), 1_000);
    let message = sender_message(&envelope);
    let (found, cost) = measure(|| index.find(&message).copied());
    assert_eq!((found, cost.search), (Some(group().hash()), 1_000));
    index.touch(&group().hash());
    let (found, cost) = measure(|| index.find(&message).copied());
    assert_eq!((found, cost.search), (Some(group().hash()), 1));
    index.remove(&group().hash());
    let (found, cost) = measure(|| index.find(&message).copied());
    assert_eq!((found, cost.search, cost.kdf, cost.aead), (None, 999, 0, 0));
}

#[test]
fn a_message_of_a_chain_that_was_not_given_asks_for_it() {
    let mut world = World::pair();
    let envelope = world.say(b"hello");
    let mut chains = ReceivingChains::new(group());
    assert!(chains.open(&sender_message(&envelope)).unwrap().is_none());
    chains.learn(world.chain.epoch_secret()).unwrap();
    let expected = Outcome::UnknownChain { member_index: 3, device: DeviceId::new(1).unwrap() };
    assert_eq!(hear(&mut chains, &envelope), Ok(expected));
}

#[test]
fn no_debug_output_shows_a_secret() {
    let mut world = World::pair();
    let envelope = world.say(b"private words");
    let given = world.chain.distribution();
    let bytes = given.encode();
    let heard = hear(world.bob(), &envelope);
    let bob = format!("{:?}", world.bob());
    let printed = format!(
        "{:?} {:?} {:?} {:?} {heard:?} {:?}",
        world.chain,
        given,
        bob,
        world.chain.stored(),
        given.epoch
    );
    assert!(!printed.contains("private") && !printed.contains("112, 114, 105, 118"));
    for window in bytes[..].windows(8).skip(80).take(40) {
        assert!(
            !printed.contains(&format!("{window:?}")[1..20])
                && !printed.contains(&hex::encode(window))
        );
    }
}

/// A restored chain has no memory of what it sealed: chance alone keeps key and nonce from meeting
/// twice, and receivers take one text of the two.
#[test]
fn a_sender_that_was_rolled_back_repeats_its_keys_under_another_nonce() {
    let mut world = World::pair();
    world.say(b"before");
    let old = world.chain.stored();
    let first = world.say(b"one text");
    world.chain = SendingChain::restore(&old).unwrap();
    let second = world.say(b"one text");
    let [a, b] = [&first, &second].map(|envelope| sender_message(envelope).header);
    assert_ne!(a.nonce, b.nonce);
    assert_ne!(a.search_tag, b.search_tag);
    assert_ne!(a.sealed, b.sealed);
    assert_eq!(text(hear(world.bob(), &second)), b"one text");
    assert_eq!(hear(world.bob(), &first), Ok(Outcome::Duplicate));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_with_repetitions_opens_every_message_once(
        order in proptest::collection::vec(0..12usize, 1..60), rest in Just((0..12usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut world = World::pair();
        let sent: Vec<_> = (0..12u8).map(|i| world.say(&[i; 5])).collect();
        let mut seen = [false; 12];
        for i in order.into_iter().chain(rest) {
            let outcome = hear(world.bob(), &sent[i]);
            if seen[i] {
                prop_assert_eq!(outcome, Ok(Outcome::Duplicate));
            } else {
                prop_assert_eq!(text(outcome), vec![u8::try_from(i).unwrap(); 5]);
            }
            seen[i] = true;
        }
        prop_assert_eq!(world.bob().missing(), 0);
    }

    #[test]
    fn what_is_refused_changes_nothing(
        at: prop::sample::Index, bit in 0..8u8, cut: prop::sample::Index, heard in 0..4usize,
    ) {
        let mut world = World::pair();
        let sent: Vec<_> = (0..4u8).map(|i| world.say(&[i])).collect();
        sent[..heard].iter().for_each(|envelope| drop(hear(world.bob(), envelope).unwrap()));
        let before = stored(world.bob());
        let mut changed = sent[3].clone();
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        for bytes in [&changed[..], &sent[3][..cut.index(sent[3].len())]] {
            if let Ok(Envelope::Sender(message)) = Envelope::decode(bytes)
                && let Ok(Some(opened)) = world.bob().open(&message) {
                let result = world.bob().decrypt(&opened, &device("alice", 1), NOW);
                prop_assert!(result.is_err(), "{result:?}");
            }
            prop_assert!(stored(world.bob()) == before);
        }
        if heard > 0 {
            prop_assert_eq!(hear(world.bob(), &sent[0]), Ok(Outcome::Duplicate));
            prop_assert!(stored(world.bob()) == before);
        }
    }
}
