//! Every limit, at it and one past it.

use super::*;

#[test]
fn a_chain_serves_so_many_messages_and_no_more() {
    let mut world = World::pair();
    let rotation = Rotation::GROUP.at_most(2, Duration::MAX);
    let send = |world: &mut World| {
        let World { rng, audience, chain, .. } = world;
        chain.encrypt(audience, STANDING, b"x", &rotation, NOW, rng).map(|sent| sent.iteration)
    };
    assert_eq!([send(&mut world), send(&mut world)], [Ok(0), Ok(1)]);
    assert_eq!(send(&mut world), Err(SendError::MustRotate(Rotate::Count)));
    let laxer = Rotation::GROUP.at_most(u32::MAX, Duration::MAX);
    assert_eq!(laxer, Rotation::GROUP);
    assert_eq!(laxer.due(SENDER_CHAIN_MESSAGES - 1, Duration::ZERO), None);
    assert_eq!(laxer.due(SENDER_CHAIN_MESSAGES, Duration::ZERO), Some(Rotate::Count));
}

#[test]
fn a_chain_gets_so_old_and_no_older() {
    let world = World::pair();
    let second = Duration::from_secs(1);
    for (rotation, age) in [(Rotation::GROUP, GROUP_CHAIN_AGE), (Rotation::STORY, STORY_CHAIN_AGE)]
    {
        assert_eq!(world.chain.check(&world.audience, &rotation, later(age)), Ok(()));
        let error = world.chain.check(&world.audience, &rotation, later(age + second));
        assert_eq!(error, Err(SendError::MustRotate(Rotate::Age)));
    }
}

#[test]
fn a_plaintext_has_its_limit() {
    let mut world = World::pair();
    let World { rng, audience, chain, .. } = &mut world;
    let mut send = |len: usize| {
        chain.encrypt(audience, STANDING, &vec![1; len], &Rotation::GROUP, NOW, rng).map(|_| ())
    };
    assert_eq!(send(CONTENT_BYTES), Ok(()));
    assert_eq!(send(CONTENT_BYTES + 1), Err(SendError::TooLarge));
}

#[test]
fn a_chain_that_went_on_too_far_is_taken_again_and_brings_the_epoch_secret() {
    let mut world = World::pair();
    let mut given = world.chain.distribution();
    given.epoch = None;
    let alice = device("alice", 1);
    let mut chains = ReceivingChains::new(*world.chain.scope());
    chains.accept(&alice, &given, NOW).unwrap();
    for _ in 0..=SENDER_SKIP {
        world.say(b"lost");
    }
    let accepted = chains.accept(&alice, &world.chain.distribution(), NOW).unwrap();
    assert!(accepted.new && accepted.epoch_learned);
    assert_eq!(text(hear(&mut chains, &world.say(b"heard"))), b"heard");
}

#[test]
fn a_chain_is_taken_again_once_it_skips_too_many_and_says_what_that_loses() {
    let (mut world, alice) = (World::pair(), device("alice", 1));
    text(hear(world.bob(), &world_say_next(&mut World::pair())));
    let given = world.chain.distribution();
    let ahead = |world: &mut World, skipped: u32| {
        let mut ahead = given.clone();
        ahead.chain = given.chain.clone().skip(2 + skipped, NOW).unwrap().1;
        world.bob().accept(&alice, &ahead, NOW)
    };
    assert_eq!(ahead(&mut world, SENDER_SKIP), Ok(Accepted::default()));
    let taken = Accepted { new: true, dropped_keys: 1, ..Accepted::default() };
    assert_eq!(ahead(&mut world, SENDER_SKIP + 1), Ok(taken));
}

#[test]
fn a_message_skips_so_many_and_no_more_and_the_chain_keeps_so_many_keys() {
    let mut world = World::pair();
    let skip = SENDER_SKIP as usize;
    let sent: Vec<_> = (0..2 * skip + 3).map(|_| world.say(b"x")).collect();
    let before = stored(world.bob());
    let result = hear(world.bob(), &sent[skip + 1]);
    assert_eq!(result, Err(OpenSenderError::TooFarAhead { skipped: SENDER_SKIP + 1 }));
    assert!(stored(world.bob()) == before);
    text(hear(world.bob(), &sent[skip]));
    assert_eq!(world.bob().missing(), SKIPPED_KEYS);
    let Ok(Outcome::Decrypted(heard)) = hear(world.bob(), &sent[skip + 2]) else { panic!() };
    assert_eq!((heard.dropped_keys, world.bob().missing()), (1, SKIPPED_KEYS));
    assert_eq!(hear(world.bob(), &sent[0]), Ok(Outcome::TooOld));
    text(hear(world.bob(), &sent[1]));
    assert_eq!(hear(world.bob(), &sent[1]), Ok(Outcome::Duplicate));
}

#[test]
fn skipped_keys_expire_by_age() {
    let mut world = World::pair();
    let (first, second, third) = (world.say(b"1"), world.say(b"2"), world.say(b"3"));
    text(hear(world.bob(), &second));
    let at_the_limit = later(SKIPPED_KEY_AGE);
    assert_eq!(world.bob().expire(at_the_limit), Expired::default());
    let past = later(SKIPPED_KEY_AGE + Duration::from_secs(1));
    let name = ChainName { device: device("alice", 1), chain: world.chain.id() };
    let expired = world.bob().expire(past);
    assert_eq!(expired, Expired { removed: vec![], changed: vec![name], dropped_keys: 1 });
    assert_eq!(hear_at(world.bob(), &first, past), Ok(Outcome::TooOld));
    assert_eq!(text(hear_at(world.bob(), &third, past)), b"3");
}

#[test]
fn chains_and_scopes_expire_by_age() {
    let mut world = World::pair();
    let (first, second) = (world.say(b"1"), world.say(b"2"));
    let second_past = |age: Duration| later(age + Duration::from_secs(1));
    assert_eq!(text(hear_at(world.bob(), &first, later(RECEIVED_CHAIN_AGE))), b"1");
    let past = second_past(RECEIVED_CHAIN_AGE);
    assert_eq!(hear_at(world.bob(), &second, past), Ok(Outcome::TooOld));
    assert!(!world.bob().is_empty());
    assert_eq!(world.bob().expire(past).removed.len(), 1);
    assert!(world.bob().is_empty() && world.bob().chain_names().next().is_none());

    let mut world = World::pair();
    let (first, second) = (world.say(b"1"), world.say(b"2"));
    world.bob().close(NOW);
    world.bob().close(later(EPOCH_GRACE));
    assert_eq!(text(hear_at(world.bob(), &first, later(EPOCH_GRACE))), b"1");
    assert!(world.bob().is_over(second_past(EPOCH_GRACE)));
    assert_eq!(hear_at(world.bob(), &second, second_past(EPOCH_GRACE)), Ok(Outcome::TooOld));
}

#[test]
fn a_device_has_so_many_chains_and_the_oldest_goes() {
    let mut world = World::pair();
    let alice = device("alice", 1);
    let missed = world.say(b"missed");
    text(hear(world.bob(), &world_say_next(&mut World::pair())));
    let first = world.chain.id();
    let secret = world.chain.epoch_secret().clone();
    for i in 1..=SENDER_CHAINS {
        let at = later(Duration::from_secs(i as u64));
        let chain =
            SendingChain::new(group(), alice.clone(), secret.clone(), at, &mut world.rng).unwrap();
        let accepted = world.bob().accept(&alice, &chain.distribution(), at).unwrap();
        let evicts = i == SENDER_CHAINS;
        assert_eq!(accepted.removed, evicts.then_some(first));
        assert_eq!(accepted.dropped_keys, u32::from(evicts));
    }
    assert_eq!(world.bob().chain_names().count(), SENDER_CHAINS);
    assert!(matches!(hear(world.bob(), &missed), Ok(Outcome::UnknownChain { .. })));
}

/// The second message of a world like this one: it skips the first.
fn world_say_next(world: &mut World) -> Vec<u8> {
    world.say(b"missed");
    world.say(b"next")
}

#[test]
fn an_audience_has_its_limit() {
    let devices = |count: usize| (1..=u32::try_from(count).unwrap()).map(|id| device("bob", id));
    let alice = device("alice", 1);
    assert!(Audience::new(&group(), &alice, devices(AUDIENCE_DEVICES)).is_ok());
    let error = Audience::new(&group(), &alice, devices(AUDIENCE_DEVICES + 1)).unwrap_err();
    assert_eq!(error, DecodeError::TooLarge);
}

#[test]
fn a_scope_takes_chains_of_so_many_devices_and_no_more() {
    let given = World::pair().chain.distribution();
    let mut chains = ReceivingChains::new(group());
    let devices = u32::try_from(AUDIENCE_DEVICES).unwrap();
    for id in 1..=devices {
        chains.accept(&device("bob", id), &given, NOW).unwrap();
    }
    let mut parts = stored(&chains);
    let (more, other_id) = (device("bob", devices + 1), ChainId::from_u32(7));
    assert_eq!(chains.accept(&more, &given, NOW), Err(AcceptKeyError::TooManyDevices));
    assert_eq!(chains.chain_names().count(), AUDIENCE_DEVICES);
    let second = Distribution { id: other_id, ..given.clone() };
    assert!(chains.accept(&device("bob", 1), &second, NOW).is_ok_and(|accepted| accepted.new));

    assert!(restored_from(&parts).is_ok());
    let mut one = ReceivingChains::new(group());
    one.accept(&more, &given, NOW).unwrap();
    parts.push(stored(&one).remove(1));
    assert_eq!(restored_from(&parts).unwrap_err(), DecodeError::TooLarge.into());
}

#[test]
fn a_chain_is_given_to_as_many_devices_and_no_more_even_if_some_left() {
    let alice = device("alice", 1);
    let audience = |from: u32, to: u32| {
        let devices = (from..=to).map(|id| device("bob", id));
        Audience::new(&group(), &alice, devices).unwrap()
    };
    let last = u32::try_from(AUDIENCE_DEVICES).unwrap();
    let mut chain = SendingChain::new(group(), alice.clone(), secret(), NOW, &mut rng()).unwrap();
    let position = chain.position();
    let mut tell = |audience: &Audience| {
        let all: Vec<_> = audience.devices().cloned().collect();
        chain.record(audience, position, &all).map(|progress| progress.missing)
    };
    assert_eq!(tell(&audience(1, last)), Ok(0));
    assert_eq!(tell(&audience(2, last + 1)), Err(RecordError::TooManyDevices));
    assert_eq!(tell(&audience(2, last)), Ok(0));
}

#[test]
fn requests_are_answered_once_in_a_while_and_by_the_current_chain() {
    let mut world = World::pair();
    let bob = device("bob", 2);
    world.say(b"earlier");
    let request = KeyRequest { scope: group(), chain: world.chain.id() };
    let request = KeyRequest::decode(&request.encode()).unwrap();
    let mut log = RequestLog::new();
    let mut ask = |from: &DeviceAddress, request: &KeyRequest, now| {
        world.chain.answer(request, from, &world.audience, &mut log, now)
    };
    let Answer::Give(given) = ask(&bob, &request, NOW) else { panic!() };
    assert_eq!((given.iteration(), given.created()), (1, NOW));
    let until = later(SENDER_KEY_REQUEST_INTERVAL);
    let too_soon = Timestamp::from_millis(until.as_millis() - 1);
    assert!(matches!(ask(&bob, &request, too_soon), Answer::Ignore(TooSoon)));
    assert!(matches!(ask(&bob, &request, until), Answer::Give(_)));
    let reason = |answer| match answer {
        Answer::Withhold(withheld) => Withheld::decode(&withheld.encode()).unwrap().reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(ask(&device("eve", 6), &request, NOW)), WithheldReason::NotAMember);
    let old = KeyRequest { scope: scope("group", 4), ..request };
    assert!(matches!(ask(&bob, &old, until), Answer::Ignore(TooSoon)));
    let later = until.saturating_add(SENDER_KEY_REQUEST_INTERVAL);
    assert_eq!(reason(ask(&bob, &old, later)), WithheldReason::Replaced);
}

#[test]
fn strangers_keep_no_member_from_an_answer() {
    let world = World::pair();
    let request = KeyRequest { scope: group(), chain: world.chain.id() };
    let mut log = RequestLog::new();
    let mut ask =
        |from: &DeviceAddress| world.chain.answer(&request, from, &world.audience, &mut log, NOW);
    let mut answered = 0;
    for id in 1..=u32::try_from(SENDER_KEY_REQUESTS).unwrap() {
        answered += usize::from(matches!(ask(&device("eve", id)), Answer::Withhold(_)));
    }
    assert_eq!(answered, SENDER_KEY_REQUESTS / 2);
    assert!(matches!(ask(&device("bob", 2)), Answer::Give(_)));
}

#[test]
fn a_log_of_requests_is_full_at_its_limit_and_survives_a_clock_set_back() {
    let mut log = RequestLog::new();
    let scope = group().hash();
    for id in 1..=u32::try_from(SENDER_KEY_REQUESTS).unwrap() {
        assert_eq!(log.admit(&scope, &device("bob", id), NOW), Ok(()));
    }
    assert_eq!(log.admit(&scope, &device("carol", 1), NOW), Err(TooSoon));
    let mut log = RequestLog::from_bytes(&log.to_bytes()).unwrap();
    assert_eq!(log.admit(&scope, &device("carol", 1), NOW), Err(TooSoon));
    assert_eq!(log.admit(&scope, &device("carol", 1), Timestamp::from_secs(1)), Ok(()));
}

#[test]
fn every_reason_for_a_refusal_comes_back() {
    for (number, reason) in [
        WithheldReason::Unspecified,
        WithheldReason::NotAMember,
        WithheldReason::Replaced,
        WithheldReason::NoChain,
    ]
    .into_iter()
    .enumerate()
    {
        let withheld = Withheld { scope: group(), chain: ChainId::from_u32(7), reason };
        let encoded = withheld.encode();
        assert_eq!(Withheld::decode(&encoded), Ok(withheld));
        assert_eq!(usize::from(*encoded.last().unwrap()), [7, 1, 2, 3][number]);
    }
}

/// A chain of another member, given to nobody yet.
pub(super) fn sender(name: u32) -> SendingChain {
    let mut rng = ChaCha20Rng::seed_from_u64(name.into());
    SendingChain::new(group(), device("sender", name), secret(), NOW, &mut rng).unwrap()
}

/// Hears the chain's message of this number.
fn heard_at(chains: &mut ReceivingChains, chain: &SendingChain, number: usize) -> Decrypted {
    let envelope = said_at(chain, u32::try_from(number).unwrap(), &mut rng());
    let opened = chains.open(&sender_message(&envelope)).unwrap().unwrap();
    match chains.decrypt(&opened, chain.sender(), NOW).unwrap() {
        Outcome::Decrypted(decrypted) => decrypted,
        other => panic!("{other:?}"),
    }
}

/// Takes a chain of one device more for each of these numbers, and misses so many messages of it.
pub(super) fn missing_each(chains: &mut ReceivingChains, numbers: &[usize]) {
    for (name, missing) in (1..).zip(numbers) {
        let chain = sender(name);
        chains.accept(chain.sender(), &chain.distribution(), NOW).unwrap();
        assert_eq!(heard_at(chains, &chain, *missing).dropped_keys, 0);
    }
}

/// A scope whose limit is reached: the last to skip is not the one who pays, unless it misses most.
#[test]
fn a_scope_keeps_so_many_keys_and_who_misses_most_pays() {
    let mut bob = ReceivingChains::new(group());
    missing_each(&mut bob, &[SKIPPED_KEYS; SENDER_SKIPPED_KEYS / SKIPPED_KEYS]);
    assert_eq!(bob.missing(), SENDER_SKIPPED_KEYS);
    let mut parts = stored(&bob);
    let last = sender(100);
    bob.accept(last.sender(), &last.distribution(), NOW).unwrap();
    let heard = heard_at(&mut bob, &last, 1);
    assert_eq!((heard.dropped_keys, heard.also_changed.len()), (1, 1));
    assert_ne!(heard.also_changed[0].device, heard.sender);
    assert_eq!(bob.missing(), SENDER_SKIPPED_KEYS);

    assert!(restored_from(&parts).is_ok());
    parts.push(bob.chain_bytes(last.sender(), last.id()).unwrap().to_vec());
    assert_eq!(restored_from(&parts).unwrap_err(), DecodeError::TooLarge.into());
}

#[test]
fn a_chain_that_misses_most_pays_for_itself_and_is_not_named_twice() {
    let mut bob = ReceivingChains::new(group());
    let others = (SENDER_SKIPPED_KEYS - SKIPPED_KEYS + 10) / 10;
    missing_each(&mut bob, &[others; 10]);
    let most = sender(100);
    bob.accept(most.sender(), &most.distribution(), NOW).unwrap();
    assert_eq!(heard_at(&mut bob, &most, SKIPPED_KEYS - 10).dropped_keys, 0);
    let heard = heard_at(&mut bob, &most, SKIPPED_KEYS - 8);
    assert_eq!((heard.dropped_keys, heard.also_changed), (1, vec![]));
}

#[test]
fn another_chain_of_the_same_device_that_pays_is_named() {
    let mut bob = ReceivingChains::new(group());
    let mut missing = [SKIPPED_KEYS - 1; SENDER_SKIPPED_KEYS / SKIPPED_KEYS];
    missing[0] = SKIPPED_KEYS;
    missing_each(&mut bob, &missing);
    let most = sender(1);
    let second = SendingChain::new(group(), most.sender().clone(), secret(), NOW, &mut rng());
    let second = second.unwrap();
    bob.accept(second.sender(), &second.distribution(), NOW).unwrap();
    let heard = heard_at(&mut bob, &second, 10);
    let named = ChainName { device: most.sender().clone(), chain: most.id() };
    assert_eq!((heard.dropped_keys, heard.also_changed), (1, vec![named]));
}
