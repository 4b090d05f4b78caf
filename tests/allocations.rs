//! A message without a turn allocates its output and nothing else.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use sealwax::session::Opened;
use support::{Dev, World, in_conversation};

fn encrypt(world: &mut World, from: Dev, to: Dev) -> (Vec<u8>, u64) {
    let permit = world.permit(from, to);
    let (now, mut rng) = (world.now, world.rng.clone());
    let endpoint = world.endpoint_mut(from);
    let mut envelope = Vec::new();
    let info = allocation_counter::measure(|| {
        envelope = endpoint.encrypt(&permit, &[7; 64], now, &mut rng).unwrap().envelope;
    });
    world.rng = rng;
    (envelope, info.count_total)
}

fn decrypt(world: &mut World, at: Dev, envelope: &[u8]) -> u64 {
    let now = world.now;
    let endpoint = world.endpoint_mut(at);
    let mut opened = None;
    let info = allocation_counter::measure(|| opened = Some(endpoint.open(envelope, now).unwrap()));
    assert!(matches!(opened, Some(Opened::Message(_))));
    info.count_total
}

/// The first message after a turn is not counted, nor one that moves the Braid to another state:
/// there are few of those, so the smallest count of a run is what a message takes, and most take it.
#[test]
fn a_message_without_a_turn_allocates_its_output_alone() {
    let (mut world, alice, bob) = in_conversation(60);
    let mut counts = [Vec::new(), Vec::new()];
    for _ in 0..40 {
        let (envelope, count) = encrypt(&mut world, alice, bob);
        counts[0].push(count);
        counts[1].push(decrypt(&mut world, bob, &envelope));
    }
    for counts in &counts {
        let ones = counts.iter().filter(|count| **count == 1).count();
        assert!(ones >= counts.len() * 9 / 10, "allocations of each message: {counts:?}");
    }
}
