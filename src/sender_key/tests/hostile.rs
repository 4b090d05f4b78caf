//! What members, former members and strangers try.

use super::*;
use crate::crypto::{AeadKey, Secret, SigningKey, TAG_LEN};
use crate::ratchet::ChainKey;

/// The distribution with another chain key.
fn with_chain_key(given: &Distribution, byte: u8) -> Distribution {
    let mut other = given.clone();
    other.chain = ChainKey::new(Secret::new([byte; 32]), given.iteration());
    other
}

/// A message as a member makes it that knows everything of Alice's chain but her signing key.
fn forged(world: &mut World, claim: Claim, signing: &SigningKey) -> Vec<u8> {
    let given = world.chain.distribution();
    made(world, &given, claim, signing, |keys| keys)
}

/// A message of the chain that was given out as `given`, whatever signs it, with changed keys.
fn made(
    world: &mut World,
    given: &Distribution,
    claim: Claim,
    signing: &SigningKey,
    change: impl FnOnce(epoch::MessageKeys) -> epoch::MessageKeys,
) -> Vec<u8> {
    let epoch = epoch::EpochKeys::derive(given.epoch.clone().unwrap(), &given.scope.hash());
    let (_, chain) = given.chain.clone().skip(claim.iteration, NOW).unwrap();
    let (part, _) = chain.advance().unwrap();
    let alice = device("alice", 1);
    let origin = distribution::origin(&given.scope, &alice, given.id, &given.verifying);
    let keys = change(epoch.message_keys(&part));
    Outgoing {
        scope: &given.scope.hash(),
        sender: &alice,
        claim,
        origin: &origin,
        epoch: &epoch,
        keys,
        signing,
    }
    .seal(Said::plain(b"made"), &mut world.rng)
    .envelope
}

fn claim(world: &World, iteration: u32) -> Claim {
    let device = DeviceId::new(1).unwrap();
    Claim { standing: STANDING, device, chain: world.chain.id(), iteration }
}

#[test]
fn a_member_cannot_speak_as_another() {
    let mut world = World::pair();
    let before = stored(world.bob());
    let signing = SigningKey::generate(&mut world.rng);
    let envelope = forged(&mut world, claim(&World::pair(), 0), &signing);
    assert_eq!(hear(world.bob(), &envelope), Err(OpenSenderError::Forged));
    assert!(stored(world.bob()) == before);
    assert_eq!(text(hear(world.bob(), &world_message())), b"hello");
}

/// A member opens the header of Alice's message, and seals what Alice signed before a body of its
/// own, which has the key and the nonce of hers.
#[test]
fn a_member_cannot_put_another_body_under_anothers_signature() {
    let mut world = World::pair();
    let (given, rng) = (world.chain.distribution(), world.rng.clone());
    let genuine = world.say(b"hello");
    world.rng = rng;
    let signing = SigningKey::generate(&mut ChaCha20Rng::seed_from_u64(1));
    let of_alice = claim(&world, 0);
    let mut swapped = made(&mut world, &given, of_alice, &signing, |keys| keys);
    let body_at = genuine.len() - padded_len(0) - TAG_LEN;
    let sealed = sender_message(&genuine).header;
    assert_eq!(sender_message(&swapped).header.nonce.as_bytes(), sealed.nonce.as_bytes());
    let keys = epoch::EpochKeys::derive(given.epoch.unwrap(), &given.scope.hash());
    let said: [u8; 98] = keys.header.open_exactly(&sealed, &genuine[body_at..]).unwrap();
    let header_at = genuine.windows(said.len()).position(|at| at == &sealed.sealed[..98]).unwrap();
    let (front, body) = swapped.split_at_mut(body_at);
    let place = &mut front[header_at..header_at + said.len() + TAG_LEN];
    place[..said.len()].copy_from_slice(&said);
    keys.header.seal(&sealed.nonce, body, place);
    let before = stored(world.bob());
    assert_eq!(hear(world.bob(), &swapped), Err(OpenSenderError::Forged));
    assert!(stored(world.bob()) == before);
    assert_eq!(text(hear(world.bob(), &genuine)), b"hello");
}

/// The first message of the same world.
fn world_message() -> Vec<u8> {
    World::pair().say(b"hello")
}

#[test]
fn a_forging_member_causes_a_bounded_number_of_derivations() {
    let mut world = World::pair();
    let signing = SigningKey::generate(&mut world.rng);
    let (far, too_far) = (claim(&world, SENDER_SKIP), claim(&world, SENDER_SKIP + 1));
    let envelope = forged(&mut world, far, &signing);
    let (result, cost) = measure(|| hear(world.bob(), &envelope));
    assert_eq!(result, Err(OpenSenderError::Forged));
    assert_eq!((cost.kdf, cost.verify), (u64::from(SENDER_SKIP) + 4, 1));
    let envelope = forged(&mut world, too_far, &signing);
    let (result, cost) = measure(|| hear(world.bob(), &envelope));
    assert_eq!(result, Err(OpenSenderError::TooFarAhead { skipped: SENDER_SKIP + 1 }));
    assert_eq!((cost.kdf, cost.verify), (0, 0));
}

#[test]
fn a_stranger_is_refused_without_a_derivation() {
    let mut world = World::pair();
    let mut envelope = world.say(b"hello");
    let end = envelope.len() - 1;
    envelope[end] ^= 1;
    let (result, cost) = measure(|| hear(world.bob(), &envelope));
    assert_eq!(result, Err(OpenSenderError::NotAuthentic));
    assert_eq!((cost.kdf, cost.verify, cost.aead, cost.search), (0, 0, 1, 1));
    // Who knows the group's id and state, but no epoch secret, cannot even be found.
    let secret = EpochSecret::generate(&mut world.rng);
    let other = Scope::group(*group().id(), 5, secret.commitment(5));
    let alice = device("alice", 1);
    assert!(SendingChain::new(group(), alice.clone(), secret.clone(), NOW, &mut rng()).is_none());
    let mut own = SendingChain::new(other, alice, secret, NOW, &mut world.rng).unwrap();
    let audience = Audience::new(&other, &device("alice", 1), []).unwrap();
    let sent = own.encrypt(&audience, STANDING, b"x", &Rotation::GROUP, NOW, &mut world.rng);
    assert!(world.bob().open(&sender_message(&sent.unwrap().envelope)).unwrap().is_none());
}

#[test]
fn a_former_member_without_the_new_epoch_secret_opens_nothing() {
    let mut world = World::pair();
    let secret = EpochSecret::generate(&mut world.rng);
    let next = Scope::group(*group().id(), 6, secret.commitment(6));
    let alice = device("alice", 1);
    let mut chain = SendingChain::new(next, alice.clone(), secret, NOW, &mut world.rng).unwrap();
    let audience = Audience::new(&next, &alice, []).unwrap();
    let sent = chain.encrypt(&audience, STANDING, b"x", &Rotation::GROUP, NOW, &mut world.rng);
    let envelope = sent.unwrap().envelope;
    assert!(world.bob().open(&sender_message(&envelope)).unwrap().is_none());
    // Even with the chain key, which a member leaked, the epoch secret is missing.
    let mut given = chain.distribution();
    given.epoch = None;
    let mut former = ReceivingChains::new(next);
    let refused = former.learn(world.chain.epoch_secret());
    assert_eq!(refused, Err(AcceptKeyError::OtherEpochSecret));
    former.accept(&alice, &given, NOW).unwrap();
    assert!(former.open(&sender_message(&envelope)).unwrap().is_none());
}

#[test]
fn members_who_were_given_different_chain_keys_cannot_both_open_one_message() {
    let mut world = World::new(&[device("bob", 2), device("carol", 3)]);
    let given = with_chain_key(&world.chain.distribution(), 1);
    let mut carol = ReceivingChains::new(group());
    carol.accept(&device("alice", 1), &given, NOW).unwrap();
    let envelope = world.say(b"hello");
    let before = stored(&carol);
    assert_eq!(hear(&mut carol, &envelope), Err(OpenSenderError::Forged));
    assert!(stored(&carol) == before);
    assert_eq!(text(hear(world.bob(), &envelope)), b"hello");
}

/// The sender signs for one key and seals under another: whoever has either refuses.
#[test]
fn a_body_under_another_key_than_the_signed_one_is_refused() {
    let mut world = World::pair();
    let signing = SigningKey::generate(&mut world.rng);
    let mut given = world.chain.distribution();
    given.id = ChainId::from_u32(77);
    given.verifying = signing.verifying_key();
    world.bob().accept(&device("alice", 1), &given, NOW).unwrap();
    let of_chain = Claim { chain: given.id, ..claim(&world, 0) };
    let right = made(&mut world, &given, of_chain, &signing, |keys| keys);
    let body = AeadKey::new(Secret::new([1; 32]));
    let other_body = |keys| epoch::MessageKeys { body, ..keys };
    let wrong_body = made(&mut world, &given, of_chain, &signing, other_body);
    let commitment = Secret::new([1; 32]);
    let other_commitment = |keys| epoch::MessageKeys { commitment, ..keys };
    let wrong_commitment = made(&mut world, &given, of_chain, &signing, other_commitment);
    let before = stored(world.bob());
    assert_eq!(hear(world.bob(), &wrong_body), Err(OpenSenderError::SenderMisbehaved));
    assert_eq!(hear(world.bob(), &wrong_commitment), Err(OpenSenderError::Forged));
    assert!(stored(world.bob()) == before);
    assert_eq!(text(hear(world.bob(), &right)), b"made");
}

#[test]
fn a_chain_cannot_be_passed_off_as_ones_own() {
    let mut world = World::pair();
    let given = world.chain.distribution();
    let mallory = device("mallory", 1);
    let mut carol = ReceivingChains::new(group());
    carol.accept(&mallory, &given, NOW).unwrap();
    let envelope = world.say(b"hello");
    let opened = carol.open(&sender_message(&envelope)).unwrap().unwrap();
    assert_eq!(carol.decrypt(&opened, &mallory, NOW), Err(OpenSenderError::Forged));
    carol.accept(&device("alice", 1), &given, NOW).unwrap();
    assert_eq!(text(hear(&mut carol, &envelope)), b"hello");
}

#[test]
fn a_second_chain_under_one_id_is_refused_and_a_repetition_is_none() {
    let mut world = World::pair();
    let alice = device("alice", 1);
    let given = world.chain.distribution();
    world.say(b"hello");
    let mut again = world.chain.distribution();
    let before = stored(world.bob());
    assert_eq!(world.bob().accept(&alice, &again, NOW), Ok(Accepted::default()));
    again.verifying = SigningKey::generate(&mut world.rng).verifying_key();
    assert_eq!(world.bob().accept(&alice, &again, NOW), Err(AcceptKeyError::Conflict));
    let mut dated = given.clone();
    dated.created = later(Duration::from_secs(1));
    assert_eq!(world.bob().accept(&alice, &dated, NOW), Err(AcceptKeyError::Conflict));
    let rekeyed = with_chain_key(&given, 1);
    assert_eq!(world.bob().accept(&alice, &rekeyed, NOW), Ok(Accepted::default()));
    assert!(stored(world.bob()) == before);
}

#[test]
fn a_distribution_of_another_scope_or_epoch_secret_is_refused() {
    let mut world = World::pair();
    let alice = device("alice", 1);
    let before = stored(world.bob());
    let mut given = world.chain.distribution();
    given.scope = Scope::group(*group().id(), 5, secret().commitment(6));
    assert_eq!(world.bob().accept(&alice, &given, NOW), Err(AcceptKeyError::OtherScope));
    let mut given = world.chain.distribution();
    given.epoch = Some(EpochSecret::generate(&mut world.rng));
    assert_eq!(world.bob().accept(&alice, &given, NOW), Err(AcceptKeyError::OtherEpochSecret));
    assert!(stored(world.bob()) == before);
    let mut carol = ReceivingChains::new(group());
    assert_eq!(carol.accept(&alice, &given, NOW), Err(AcceptKeyError::OtherEpochSecret));
    assert!(carol.epoch_secret().is_none() && carol.chain_names().next().is_none());
    let accepted = carol.accept(&alice, &world.chain.distribution(), NOW).unwrap();
    assert!(accepted.new && accepted.epoch_learned);
}

/// A story list commits to no secret: what was learnt first stays.
#[test]
fn a_second_epoch_secret_of_a_story_list_is_refused() {
    let scope = Scope::story(&AccountId::new(b"alice").unwrap(), digest("list"), 1);
    let mut world = World::in_scope(scope, &[device("bob", 2)]);
    let before = stored(world.bob());
    let other = EpochSecret::generate(&mut world.rng);
    assert_eq!(world.bob().learn(&other), Err(AcceptKeyError::OtherEpochSecret));
    let given = Distribution { epoch: Some(other), ..world.chain.distribution() };
    let refused = world.bob().accept(&device("alice", 1), &given, NOW);
    assert_eq!(refused, Err(AcceptKeyError::OtherEpochSecret));
    assert!(stored(world.bob()) == before);
    assert_eq!(world.bob().learn(&secret()), Ok(false));
}

#[test]
fn a_message_is_decrypted_in_the_scope_and_for_the_device_it_was_opened_for() {
    let mut world = World::pair();
    let envelope = world.say(b"hello");
    let opened = world.bob().open(&sender_message(&envelope)).unwrap().unwrap();
    let other = device("alice", 2);
    assert_eq!(world.bob().decrypt(&opened, &other, NOW), Err(OpenSenderError::OtherSender));
    let mut next = ReceivingChains::new(scope("group", 6));
    let result = next.decrypt(&opened, &device("alice", 1), NOW);
    assert_eq!(result, Err(OpenSenderError::OtherSender));
}
