//! Many messages at once: what came of them one by one, and what it costs. SPEC.md section 16.5.

use super::limited::{missing_each, sender};
use super::*;

type Results = Vec<Result<Outcome, OpenSenderError>>;

fn opened<'a>(chains: &ReceivingChains, envelope: &'a [u8], from: &DeviceAddress) -> Resolved<'a> {
    let message = chains.open(&sender_message(envelope)).unwrap().unwrap();
    Resolved { message, from: from.clone() }
}

/// Decrypts all at once and one by one, which comes to the same and leaves the same.
fn both_ways(chains: &ReceivingChains, messages: &[Resolved<'_>], now: Timestamp) -> Results {
    let [mut at_once, mut one_by_one] = [(); 2].map(|()| restored(chains).unwrap());
    let results = at_once.decrypt_all(messages, now);
    let each = |m: &Resolved<'_>| one_by_one.decrypt(&m.message, &m.from, now);
    assert_eq!(results, messages.iter().map(each).collect::<Vec<_>>());
    assert!(stored(&at_once) == stored(&one_by_one));
    results
}

fn readable(results: &Results) -> Vec<bool> {
    results.iter().map(|result| matches!(result, Ok(Outcome::Decrypted(_)))).collect()
}

/// Mallory passes Alice's chain off as her own, which no signature says.
fn accept_from_mallory(world: &mut World) -> DeviceAddress {
    let (mallory, given) = (device("mallory", 1), world.chain.distribution());
    world.bob().accept(&mallory, &given, NOW).unwrap();
    mallory
}

#[test]
fn good_messages_cost_one_verification_whatever_their_order() {
    let mut world = World::pair();
    let sent: Vec<_> = (0..4u8).map(|i| world.say(&[i])).collect();
    let alice = device("alice", 1);
    let messages: Vec<_> =
        [0, 2, 1, 3].map(|i: usize| opened(world.bob(), &sent[i], &alice)).into();
    assert_eq!(readable(&both_ways(world.bob(), &messages, NOW)), [true; 4]);
    let (results, cost) = measure(|| world.bob().decrypt_all(&messages, NOW));
    assert_eq!((readable(&results), cost.verify), (vec![true; 4], 1));
}

/// Two messages of one chain, one of the same device's other chain, one of another device.
#[test]
fn a_forged_message_costs_its_neighbours_nothing() {
    let mut world = World::pair();
    let (alice, carol) = (device("alice", 1), device("carol", 1));
    let mallory = accept_from_mallory(&mut world);
    let new = |world: &mut World, from: &DeviceAddress| {
        let chain = SendingChain::new(group(), from.clone(), secret(), NOW, &mut world.rng);
        let chain = chain.unwrap();
        world.bob().accept(from, &chain.distribution(), NOW).unwrap();
        said_at(&chain, 0, &mut world.rng)
    };
    let (other_chain, other_device) = (new(&mut world, &alice), new(&mut world, &carol));
    let (first, second, third) = (world.say(b"1"), world.say(b"2"), world.say(b"3"));
    let bob = &restored(world.bob()).unwrap();
    let messages = [
        opened(bob, &first, &alice),
        opened(bob, &second, &alice),
        opened(bob, &other_chain, &alice),
        opened(bob, &other_device, &carol),
        opened(bob, &third, &mallory),
    ];
    let results = both_ways(bob, &messages, NOW);
    assert_eq!(readable(&results), [true, true, true, true, false]);
    assert_eq!(results[4], Err(OpenSenderError::Forged));
}

#[test]
fn a_message_of_another_scope_or_device_is_refused_and_asks_for_no_chain() {
    let mut world = World::pair();
    let envelope = world.say(b"hello");
    let mut next = ReceivingChains::new(scope("group", 6));
    next.learn(&secret()).unwrap();
    let elsewhere = [opened(world.bob(), &envelope, &device("alice", 1))];
    assert_eq!(both_ways(&next, &elsewhere, NOW), [Err(OpenSenderError::OtherSender)]);
    let other_device = [opened(world.bob(), &envelope, &device("alice", 2))];
    assert_eq!(both_ways(world.bob(), &other_device, NOW), [Err(OpenSenderError::OtherSender)]);
}

#[test]
fn nothing_is_read_of_a_chain_or_a_scope_that_is_over() {
    let mut world = World::pair();
    let envelope = world.say(b"hello");
    let messages = [opened(world.bob(), &envelope, &device("alice", 1))];
    let second_past = |age: Duration| later(age + Duration::from_secs(1));
    let at_the_limit = both_ways(world.bob(), &messages, later(RECEIVED_CHAIN_AGE));
    assert_eq!(readable(&at_the_limit), [true]);
    let past = both_ways(world.bob(), &messages, second_past(RECEIVED_CHAIN_AGE));
    assert_eq!(past, [Ok(Outcome::TooOld)]);
    world.bob().close(NOW);
    let past = both_ways(world.bob(), &messages, second_past(EPOCH_GRACE));
    assert_eq!(past, [Ok(Outcome::TooOld)]);
}

/// One message skips three where two keys have room: another chain loses a key, which a forged
/// neighbour must not make it lose twice or unreported.
#[test]
fn what_a_full_scope_drops_is_reported_beside_a_forged_message_too() {
    let mut world = World::pair();
    let mallory = accept_from_mallory(&mut world);
    let mut missing = [SKIPPED_KEYS; SENDER_SKIPPED_KEYS / SKIPPED_KEYS];
    missing[0] -= 2;
    missing_each(world.bob(), &missing);
    let chain = sender(100);
    world.bob().accept(chain.sender(), &chain.distribution(), NOW).unwrap();
    let (skips, forged) = (said_at(&chain, 3, &mut world.rng), world.say(b"x"));
    let messages =
        [opened(world.bob(), &skips, chain.sender()), opened(world.bob(), &forged, &mallory)];
    let results = both_ways(world.bob(), &messages, NOW);
    let Ok(Outcome::Decrypted(heard)) = &results[0] else { panic!() };
    assert_eq!((heard.dropped_keys, heard.also_changed.len()), (1, 1));
    assert_eq!(results[1], Err(OpenSenderError::Forged));
}
