//! What is allocated: of a message without a turn its output and nothing else, of media one chunk.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{CryptoRng, SeedableRng};
use sealwax::crypto::Digest;
use sealwax::envelope::Envelope;
use sealwax::identity::{AccountId, DeviceAddress, DeviceId};
use sealwax::media::{ChunkOpener, Opener, Sealer};
use sealwax::sender_key::{
    Audience, EpochSecret, Outcome, ReceivingChains, Rotation, Scope, SendingChain, Standing,
};
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

#[test]
fn a_message_of_a_sender_chain_allocates_its_output_alone() {
    let (world, ..) = in_conversation(1);
    let (now, mut rng) = (world.now, world.rng);
    let secret = EpochSecret::generate(&mut rng);
    let scope = Scope::group(Digest::from_bytes([1; 32]), 1, secret.commitment(1));
    let sender = DeviceAddress {
        account: AccountId::new(b"alice").unwrap(),
        device: DeviceId::new(1).unwrap(),
    };
    let mut chain = SendingChain::new(scope, sender.clone(), secret, now, &mut rng).unwrap();
    let audience = Audience::new(&scope, &sender, []).unwrap();
    chain.record(&audience, chain.position(), &[]).unwrap();
    let mut chains = ReceivingChains::new(scope);
    chains.accept(&sender, &chain.distribution(), now).unwrap();
    for _ in 0..3 {
        let mut sent = None;
        let info = allocation_counter::measure(|| {
            let standing = Standing::default();
            let result =
                chain.encrypt(&audience, standing, &[7; 64], &Rotation::GROUP, now, &mut rng);
            sent = Some(result.unwrap());
        });
        assert_eq!(info.count_total, 1);
        let envelope = sent.unwrap().envelope;
        let mut outcome = None;
        let info = allocation_counter::measure(|| {
            let Ok(Envelope::Sender(message)) = Envelope::decode(&envelope) else { return };
            let opened = chains.open(&message).unwrap().unwrap();
            outcome = Some(chains.decrypt(&opened, &sender, now).unwrap());
        });
        assert!(matches!(outcome, Some(Outcome::Decrypted(_))));
        assert_eq!(info.count_total, 1);
    }
}

/// What a stream of so many bytes takes at its peak, sealed and opened again piece by piece.
fn peak_of_media(len: u64, rng: &mut impl CryptoRng) -> [u64; 2] {
    let (mut rest, mut object) = (len, Vec::with_capacity(usize::try_from(len * 2).unwrap() + 300));
    let (input, mut out) = ([7; 5_000], [0; 7_000]);
    let mut media = None;
    let sealing = allocation_counter::measure(|| {
        let mut sealer = Sealer::new(rng);
        while !sealer.is_done() {
            let piece = &input[..usize::try_from(rest.min(5_000)).unwrap()];
            let step = match piece {
                [] => sealer.finish(&mut out).unwrap(),
                _ => sealer.push(piece, &mut out).unwrap(),
            };
            rest -= step.taken as u64;
            object.extend_from_slice(&out[..step.given]);
        }
        media = sealer.sealed();
    });
    let mut length = 0;
    let opening = allocation_counter::measure(|| {
        let mut opener = Opener::new(ChunkOpener::new(media.unwrap()));
        let mut rest = &object[..];
        while !opener.is_done() {
            let step = opener.push(&rest[..rest.len().min(3_000)], &mut out).unwrap();
            rest = &rest[step.taken..];
            length += step.given as u64;
        }
        opener.finish().unwrap();
    });
    assert_eq!(length, len);
    [sealing.bytes_max, opening.bytes_max]
}

/// One chunk, and the tree over the chunks, which has a hash for each bit of their number.
#[test]
fn media_of_any_length_takes_one_chunk_of_memory() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for len in [0, 100, 1_000_000, 30_000_000] {
        let peaks = peak_of_media(len, &mut rng);
        assert!(peaks.iter().all(|peak| (65_536..68_000).contains(peak)), "{len}: {peaks:?}");
    }
}
