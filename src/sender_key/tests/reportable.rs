//! Messages that can be reported. SPEC.md section 13.1.

use alloc::boxed::Box;

use super::*;
use crate::content::Report;
use crate::crypto::SigningKey;
use crate::report::{Context, Opening, Venue};

fn say_reportable(world: &mut World, text: &[u8]) -> Vec<u8> {
    let World { rng, audience, chain, .. } = world;
    chain.encrypt_reportable(audience, STANDING, text, &Rotation::GROUP, NOW, rng).unwrap().envelope
}

fn opening(world: &mut World, envelope: &[u8]) -> Option<Box<Opening>> {
    match receive(world.bob(), envelope) {
        Ok(Some(Outcome::Decrypted(heard))) => heard.opening,
        other => panic!("{other:?}"),
    }
}

/// Alice's chain as bob has it.
fn stored(world: &World) -> Vec<u8> {
    let chains = &world.receivers[&device("bob", 2)];
    chains.chain_bytes(&device("alice", 1), world.chain.id()).unwrap().to_vec()
}

fn receive(
    chains: &mut ReceivingChains,
    envelope: &[u8],
) -> Result<Option<Outcome>, OpenSenderError> {
    let Some(opened) = chains.open(&sender_message(envelope))? else { return Ok(None) };
    chains.decrypt(&opened, &device("alice", 1), NOW).map(Some)
}

#[test]
fn a_reportable_message_of_a_chain_can_be_shown_to_others_and_another_cannot() {
    let mut world = World::pair();
    let (plain, reportable) = (world.say(b"kind"), say_reportable(&mut world, b"rude"));
    assert_eq!(reportable.len(), plain.len() + 34);
    assert_eq!(opening(&mut world, &plain), None);
    let opening = opening(&mut world, &reportable).unwrap();
    let scope = Digest::from_bytes(*group().hash().as_bytes());
    let expected = Context { sender: device("alice", 1), venue: Venue::Chain { scope } };
    assert_eq!(*opening.context(), expected);
    let stamped = Envelope::decode(&reportable).unwrap();
    assert_eq!(stamped.commitment(), Some(opening.commitment()));
    assert!(opening.opens(b"rude") && !opening.opens(b"kind"));
    assert!(Report::new(b"rude".to_vec(), *opening, vec![]).is_ok());
}

#[test]
fn many_opened_at_once_have_the_same_openings() {
    let mut world = World::pair();
    let envelopes = [say_reportable(&mut world, b"rude"), world.say(b""), {
        say_reportable(&mut world, b"ruder")
    }];
    let from = device("alice", 1);
    let resolved: Vec<_> = envelopes
        .iter()
        .map(|envelope| {
            let message = world.receivers[&device("bob", 2)].open(&sender_message(envelope));
            Resolved { message: message.unwrap().unwrap(), from: from.clone() }
        })
        .collect();
    let outcomes = world.bob().decrypt_all(&resolved, NOW);
    let openings: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(Outcome::Decrypted(heard)) => heard.opening.is_some(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(openings, [true, false, true]);
}

#[test]
fn a_commitment_changed_on_the_way_costs_one_opening_and_derives_nothing() {
    let mut world = World::pair();
    let envelope = say_reportable(&mut world, b"rude");
    let before = stored(&world);
    let end = envelope.len();
    for changed in
        [[&envelope[..end - 1], &[envelope[end - 1] ^ 1]].concat(), envelope[..end - 34].to_vec()]
    {
        let (result, cost) = measure(|| receive(world.bob(), &changed).map(drop));
        assert_eq!(result, Err(OpenSenderError::NotAuthentic));
        assert_eq!((cost.aead, cost.kdf), (1, 0));
    }
    assert_eq!(stored(&world), before);
}

/// A message whose commitment is to another venue or sender, from the sender's own client.
fn lying(world: &mut World, scope: &ScopeHash, sender: &DeviceAddress) -> Vec<u8> {
    let given = world.chain.distribution();
    let epoch = epoch::EpochKeys::derive(given.epoch.clone().unwrap(), &given.scope.hash());
    let keys = epoch.message_keys(&given.chain.advance().unwrap().0);
    let alice = device("alice", 1);
    let origin = distribution::origin(&given.scope, &alice, given.id, &given.verifying);
    let claim = Claim { standing: STANDING, device: alice.device, chain: given.id, iteration: 0 };
    let signing: &SigningKey = world.chain.signing_key();
    Outgoing { scope, sender, claim, origin: &origin, epoch: &epoch, keys, signing }
        .seal(Said::reportable(b"rude"), &mut world.rng)
        .envelope
}

#[test]
fn a_sender_that_commits_to_something_else_is_refused_and_nothing_changes() {
    let mut world = World::pair();
    let before = stored(&world);
    let (own, other) = (group().hash(), scope("another group", 5).hash());
    let lies = [
        lying(&mut world, &other, &device("alice", 1)),
        lying(&mut world, &own, &device("mallory", 1)),
        lying(&mut world, &own, &device("alice", 2)),
    ];
    for envelope in lies {
        let result = receive(world.bob(), &envelope);
        assert_eq!(result, Err(OpenSenderError::OtherCommitment));
        assert_eq!(result.unwrap_err().code(), "open-sender/other-commitment");
        assert_eq!(stored(&world), before);
    }
    let honest = lying(&mut world, &own, &device("alice", 1));
    assert!(opening(&mut world, &honest).is_some());
}

#[test]
fn what_a_report_cannot_hold_is_not_sent_as_reportable() {
    let mut world = World::pair();
    let World { rng, audience, chain, .. } = &mut world;
    let mut say = |length| {
        let text = vec![7; length];
        chain.encrypt_reportable(audience, STANDING, &text, &Rotation::GROUP, NOW, rng)
    };
    assert_eq!(say(REPORTABLE_BYTES + 1), Err(SendError::TooLarge));
    let envelope = say(REPORTABLE_BYTES).unwrap().envelope;
    assert!(opening(&mut world, &envelope).is_some());
}
