use super::*;
use crate::crypto::meter::measure;
use crate::limits::SENDER_BATCH;

fn messages(envelopes: &[Vec<u8>]) -> Vec<SenderMessage<'_>> {
    envelopes.iter().map(|envelope| message(envelope)).collect()
}

fn queue(world: &mut World, count: usize) -> Vec<Vec<u8>> {
    let names = ["max", "adam", "mona"];
    (0..count).map(|n| world.say(names[n % 3], &alloc::format!("message {n}"))).collect()
}

#[test]
fn a_queue_opened_at_once_gives_what_it_gives_one_by_one() {
    let mut world = World::new();
    let mut envelopes = queue(&mut world, SENDER_BATCH + 40);
    envelopes.swap(3, 30);
    envelopes.swap(5, 100);
    envelopes.push(envelopes[7].clone());
    world.remove_max();
    world.distribute("mona");
    envelopes.push(world.say("mona", "in the next key epoch"));
    envelopes.remove(11);
    envelopes.push(vec![]);
    envelopes.pop();
    let mut other = GroupChannel::restore(&world.stored("mia")).unwrap();
    let messages = messages(&envelopes);
    let one_by_one: Vec<_> = messages.iter().map(|m| other.open(m, NOW)).collect();
    let (all, cost) = measure(|| world.channel("mia").open_all(&messages, NOW));
    assert_eq!(all, one_by_one);
    assert!(cost.verify <= 4, "{cost:?}");
    assert!(world.stored("mia") == other.stored());
    assert!(matches!(&all[0], Ok(Opened::Message(m)) if m.plaintext == b"message 0"));
}

#[test]
fn a_forged_message_in_a_queue_is_found_and_named_and_the_others_open() {
    let mut world = World::new();
    let mut envelopes = queue(&mut world, 2 * SENDER_BATCH);
    // adam's next message as adam's chain with another signing key would make it: whoever holds
    // max's distribution, and the epoch secret, gets that far.
    let bad = SENDER_BATCH + 9;
    envelopes[bad] = forged_signature(&mut world);
    let messages = messages(&envelopes);
    let mut other = GroupChannel::restore(&world.stored("mia")).unwrap();
    let one_by_one: Vec<_> = messages.iter().map(|m| other.open(m, NOW)).collect();
    let all = world.channel("mia").open_all(&messages, NOW);
    assert_eq!(all, one_by_one);
    assert_eq!(all[bad], Err(OpenSenderError::Forged));
    let good = all.iter().filter(|r| matches!(r, Ok(Opened::Message(_)))).count();
    assert_eq!(good, 2 * SENDER_BATCH - 1);
    assert!(world.stored("mia") == other.stored());
}

/// A message on max's chain with the key that max gave out, signed with another.
fn forged_signature(world: &mut World) -> Vec<u8> {
    use crate::sender_key::{Rotation, SendingChain, Standing};
    let mut parts = world.channels["max"].sending.as_ref().unwrap().stored();
    let at = parts.hot.len() - 33 - 8 - 1;
    parts.hot[at] ^= 1;
    // The signing key is in the chain's name: recipients are of another origin.
    parts.recipients = {
        let mut own = parts.recipients.to_vec();
        own[1] ^= 1;
        own.into()
    };
    let mut chain = SendingChain::forged(&parts);
    let state = world.channels["max"].group().state();
    let standing = Standing {
        member_index: state.member_index(&id("max")).unwrap(),
        revision: 0,
        state_prefix: send::prefix(state.hash().as_bytes()),
    };
    let audience = world.channels["max"].ready.as_ref().unwrap().audience.clone();
    let sent = chain.encrypt(&audience, standing, b"x", &Rotation::GROUP, NOW, &mut world.rng);
    sent.unwrap().envelope
}
