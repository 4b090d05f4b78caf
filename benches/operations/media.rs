//! Media beside the bare cipher and hash: each in place over the same 4 MiB, so that both pay the
//! same for memory.

use std::hint::black_box;

use sealwax::media::{
    CHUNK_LEN, ChunkOpener, ChunkSealer, Opener, SealedMedia, Sealer, chunk_buffer,
};

use super::floor::Media as Raw;
use super::people::rng;
use super::{Times, median, paired_in, row};

/// Chunks of one batch.
const CHUNKS: usize = 64;
const BYTES: usize = CHUNKS * CHUNK_LEN;
const BATCHES: usize = 60;

type Buffers = Vec<[u8; CHUNK_LEN]>;

pub(crate) fn run() {
    let mut buffers = chunk_buffers();
    let mut floor = chunk_buffers();
    let raw = Raw::new();
    let times = paired_in(BATCHES, 1, |_| raw.seal(&mut floor), |_| drop(seal(&mut buffers)));
    show("seal media, in place", &times);
    let times = paired_in(BATCHES, 1, |_| raw.seal(&mut floor), |_| seal_stream());
    show("seal media, stream", &times);
    open(&raw);
    threads(&raw);
}

fn chunk_buffers() -> Buffers {
    vec![*chunk_buffer(); CHUNKS]
}

fn show(name: &str, times: &Times) {
    row(name, times);
    let speed = |micros: f64| f64::from(u32::try_from(BYTES).unwrap()) / micros;
    let ours = median(times.0.iter().map(|time| speed(time.0.as_secs_f64() * 1e6)).collect());
    let floor = median(times.0.iter().map(|time| speed(time.1.as_secs_f64() * 1e6)).collect());
    let share = median(
        times.0.iter().map(|time| time.1.as_secs_f64() / time.0.as_secs_f64() * 100.0).collect(),
    );
    println!("{:<34} {ours:>8.0} MB/s {floor:>7.0} MB/s {share:>5.0} %", "");
}

fn seal(buffers: &mut Buffers) -> ChunkSealer {
    let mut sealer = ChunkSealer::new(&mut rng(1));
    for buffer in buffers {
        sealer.seal(buffer, sealer.room().len()).unwrap();
    }
    sealer
}

/// From one buffer of 64 KiB to another, both copies included.
fn seal_stream() {
    let mut sealer = Sealer::new(&mut rng(1));
    let (input, mut out) = (chunk_buffer(), chunk_buffer());
    let mut given = 0;
    while given < BYTES {
        given += black_box(sealer.push(&*input, &mut *out).unwrap()).given;
    }
}

/// As many chunks as fit, sealed: their text is of no interest.
fn sealed_object() -> (SealedMedia, Vec<u8>) {
    let mut sealer = ChunkSealer::new(&mut rng(1));
    let mut bytes = Vec::with_capacity(2 * BYTES);
    let mut buffer = chunk_buffer();
    while !sealer.is_done() {
        let filled = if bytes.len() < BYTES { sealer.room().len() } else { 0 };
        let chunk = sealer.seal(&mut buffer, filled).unwrap();
        bytes.extend_from_slice(&buffer[..chunk.len]);
    }
    (sealer.sealed().unwrap(), bytes)
}

/// Both sides copy the ciphertext to where they open it.
fn open(raw: &Raw) {
    let (media, bytes) = sealed_object();
    let mut floor = chunk_buffers();
    let tags = raw.seal(&mut floor);
    let sealed = floor.clone();
    let mut buffer = vec![0; BYTES];
    let raw_open = |floor: &mut Buffers| {
        floor.copy_from_slice(&sealed);
        raw.open(floor, &tags);
    };
    let in_place = |buffer: &mut [u8]| {
        buffer.copy_from_slice(&bytes[..BYTES]);
        let mut opener = ChunkOpener::new(media.clone());
        for chunk in buffer.chunks_mut(CHUNK_LEN) {
            black_box(opener.open(chunk).unwrap());
        }
    };
    let times = paired_in(BATCHES, 1, |_| raw_open(&mut floor), |_| in_place(&mut buffer));
    show("open media, in place", &times);
    let stream = |out: &mut [u8]| {
        let mut opener = Opener::new(ChunkOpener::new(media.clone()));
        let mut rest = &bytes[..BYTES];
        while !rest.is_empty() {
            rest = &rest[black_box(opener.push(rest, out).unwrap()).taken..];
        }
    };
    let out = &mut buffer[..CHUNK_LEN];
    let times = paired_in(BATCHES, 1, |_| raw_open(&mut floor), |_| stream(out));
    show("open media, stream", &times);
}

#[cfg(feature = "parallel")]
fn threads(raw: &Raw) {
    use std::num::NonZeroUsize;
    let (media, bytes) = sealed_object();
    let two = NonZeroUsize::new(2).unwrap();
    let mut buffers = chunk_buffers();
    let mut floor = buffers.clone();
    let sealing = |buffers: &mut Buffers| {
        black_box(ChunkSealer::new(&mut rng(1)).seal_full(buffers, two).unwrap());
    };
    let times = paired_in(BATCHES, 1, |_| raw.seal(&mut floor), |_| sealing(&mut buffers));
    show("seal media, 2 threads", &times);
    let tags = raw.seal(&mut floor);
    let sealed = floor.clone();
    let mut buffer = vec![0; BYTES];
    let times = paired_in(
        BATCHES,
        1,
        |_| {
            floor.copy_from_slice(&sealed);
            raw.open(&mut floor, &tags);
        },
        |_| {
            buffer.copy_from_slice(&bytes[..BYTES]);
            let mut opener = ChunkOpener::new(media.clone());
            black_box(opener.open_many(&mut buffer, two).unwrap());
        },
    );
    show("open media, 2 threads", &times);
}

#[cfg(not(feature = "parallel"))]
fn threads(_: &Raw) {
    println!("(media on two threads: cargo bench --features parallel)");
}
