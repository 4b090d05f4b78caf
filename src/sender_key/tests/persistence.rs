//! Stored bytes.

use super::*;

#[test]
fn a_restored_chain_goes_on_sending_and_receiving() {
    let mut world = World::pair();
    let sent: Vec<_> = (0..4u8).map(|i| world.say(&[i])).collect();
    text(hear(world.bob(), &sent[2]));
    world.bob().close(NOW);
    let parts = stored(world.bob());
    let mut bob = restored_from(&parts).unwrap();
    assert!(stored(&bob) == parts);
    assert_eq!(text(hear(&mut bob, &sent[0])), [0]);
    assert_eq!(hear(&mut bob, &sent[2]), Ok(Outcome::Duplicate));
    world.chain = SendingChain::restore(&world.chain.stored()).unwrap();
    let envelope = world.say(b"on");
    assert_eq!(text(hear(&mut bob, &envelope)), b"on");
}

#[test]
fn the_parts_that_change_with_a_message_are_small() {
    let mut world = World::pair();
    let envelope = world.say(b"x");
    text(hear(world.bob(), &envelope));
    assert_eq!(world.chain.hot_bytes().len(), 226);
    assert_eq!(stored(world.bob())[1].len(), 139);
}

#[test]
fn parts_of_different_writes_are_refused() {
    let mut world = World::pair();
    let old = world.chain.stored();
    let carol = device("carol", 3);
    world.audience =
        Audience::new(&group(), &device("alice", 1), [device("bob", 2), carol.clone()]).unwrap();
    world.chain.record(&world.audience, world.chain.position(), &[carol]).unwrap();
    let new = world.chain.stored();
    let torn = StoredSendingChain { hot: new.hot.clone(), recipients: old.recipients.clone() };
    assert_eq!(SendingChain::restore(&torn).unwrap_err(), StateError::Torn);
    let torn = StoredSendingChain { hot: old.hot, recipients: new.recipients };
    assert_eq!(SendingChain::restore(&torn).unwrap_err(), StateError::Torn);
}

#[test]
fn chains_of_another_scope_or_given_twice_are_refused() {
    let mut world = World::pair();
    let mut parts = stored(world.bob());
    parts.push(parts[1].clone());
    assert_eq!(restored_from(&parts).unwrap_err(), StateError::Repeated);
    let other = ReceivingChains::new(scope("other", 5));
    let mixed = [other.scope_bytes().to_vec(), parts[1].clone()];
    assert_eq!(restored_from(&mixed).unwrap_err(), StateError::OtherScope);
}

#[test]
fn a_device_has_so_many_stored_chains_and_no_more() {
    let (mut world, alice) = (World::pair(), device("alice", 1));
    let mut parts = stored(world.bob());
    for _ in 1..SENDER_CHAINS {
        let chain = SendingChain::new(group(), alice.clone(), secret(), NOW, &mut world.rng);
        let mut other = ReceivingChains::new(group());
        other.accept(&alice, &chain.unwrap().distribution(), NOW).unwrap();
        parts.push(stored(&other).remove(1));
    }
    assert!(restored_from(&parts).is_ok());
    let mut other = ReceivingChains::new(group());
    let chain = SendingChain::new(group(), alice.clone(), secret(), NOW, &mut world.rng).unwrap();
    other.accept(&alice, &chain.distribution(), NOW).unwrap();
    parts.push(stored(&other).remove(1));
    assert_eq!(restored_from(&parts).unwrap_err(), DecodeError::TooLarge.into());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cut_or_longer_bytes_are_refused_and_changed_ones_never_panic(
        cut: prop::sample::Index, at: prop::sample::Index, bit in 0..8u8, which in 0..2usize,
    ) {
        let mut world = World::pair();
        let sent: Vec<_> = (0..4u8).map(|i| world.say(&[i])).collect();
        text(hear(world.bob(), &sent[2]));
        let parts = stored(world.bob());
        let with = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut parts = parts.clone();
            change(&mut parts[which]);
            restored_from(&parts)
        };
        prop_assert!(with(&|part| part.truncate(cut.index(part.len()))).is_err());
        prop_assert!(with(&|part| part.push(0)).is_err());
        let flip = |part: &mut Vec<u8>| { let at = at.index(part.len()); part[at] ^= 1 << bit };
        if let Ok(restored) = with(&flip) {
            let mut expected = parts.clone();
            flip(&mut expected[which]);
            prop_assert!(stored(&restored) == expected);
        }
        let whole = world.chain.stored();
        let mut hot = whole.hot.clone();
        let len = cut.index(hot.len());
        hot.truncate(len);
        let cut = StoredSendingChain { hot, recipients: whole.recipients };
        prop_assert!(SendingChain::restore(&cut).is_err());
    }

    #[test]
    fn a_distribution_has_one_encoding(
        cut: prop::sample::Index, at: prop::sample::Index, bit in 0..8u8, long: bool,
    ) {
        let mut given = World::pair().chain.distribution();
        if !long {
            given.epoch = None;
        }
        let bytes = given.encode().to_vec();
        prop_assert_eq!(bytes.len(), if long { 187 } else { 155 });
        prop_assert!(Distribution::decode(&bytes[..cut.index(bytes.len())]).is_err());
        prop_assert!(Distribution::decode(&[&bytes[..], &[0]].concat()).is_err());
        let mut changed = bytes;
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        if let Ok(decoded) = Distribution::decode(&changed) {
            prop_assert_eq!(decoded.encode().to_vec(), changed);
        }
    }
}
