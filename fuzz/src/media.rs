//! Objects that arrive, whole, changed or made up.

use std::sync::OnceLock;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::media::{
    CHUNK_LEN, ChunkOpener, Geometry, MediaKey, MediaRoot, OpenError, Opener, Outboard, Resealer,
    SealedMedia, Sealer, SealingRecord, SeekOpener, chunk_buffer,
};

use super::Seed;
use super::vectors::{Vectors, file};

/// Bytes of plaintext at most: five chunks.
const LONGEST: usize = 300_000;

/// What was changed never opens to its end, and whatever comes out is a beginning of what went in.
pub fn run(data: &[u8]) {
    match data {
        [0, rest @ ..] => made_up(rest),
        [1, rest @ ..] => record(rest),
        [_, rest @ ..] => changed(rest),
        [] => {}
    }
}

struct Sealed {
    media: SealedMedia,
    bytes: Vec<u8>,
    list: Vec<u8>,
    record: SealingRecord,
}

fn plain(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from((i ^ (i >> 8) ^ (i >> 16)) & 0xff).unwrap()).collect()
}

fn seal(plaintext: &[u8], piece: usize) -> Sealed {
    let mut sealer = Sealer::new(&mut ChaCha20Rng::seed_from_u64(9));
    let (mut bytes, mut list, mut rest) = (vec![], vec![], plaintext);
    let mut out = vec![0; piece];
    while !sealer.is_done() {
        let input = &rest[..piece.min(rest.len())];
        let step =
            if rest.is_empty() { sealer.finish(&mut out) } else { sealer.push(input, &mut out) };
        let step = step.unwrap();
        bytes.extend_from_slice(&out[..step.given]);
        list.extend(step.value.iter().flat_map(|value| *value.as_bytes()));
        rest = &rest[step.taken..];
    }
    Sealed { media: sealer.sealed().unwrap(), bytes, list, record: sealer.record().unwrap() }
}

/// Gives what came out, and how it ended.
fn open(opener: ChunkOpener, mut bytes: &[u8], piece: usize) -> (Vec<u8>, Result<(), OpenError>) {
    let mut opener = Opener::new(opener);
    let (mut plaintext, mut out) = (vec![], vec![0; piece]);
    loop {
        match opener.push(&bytes[..piece.min(bytes.len())], &mut out) {
            Err(error) => return (plaintext, Err(error)),
            Ok(step) => {
                plaintext.extend_from_slice(&out[..step.given]);
                bytes = &bytes[step.taken..];
                if bytes.is_empty() && step.given == 0 {
                    return (plaintext, opener.finish());
                }
            }
        }
    }
}

/// Nobody who lacks the key makes anything that opens.
fn made_up(data: &[u8]) {
    let Some((len, bytes)) = data.split_first_chunk() else { return };
    let len = u64::from_be_bytes(*len);
    let (key, root) = (MediaKey::from_bytes([3; 32]), MediaRoot::from_bytes([4; 32]));
    let geometry = Geometry::new(len);
    let stated = geometry.map_or(len, |geometry| geometry.ciphertext_len());
    let media = SealedMedia::new(key, len, stated, root);
    assert_eq!(media.is_ok(), geometry.is_some());
    let Ok(media) = media else { return };
    let (plaintext, result) = open(ChunkOpener::new(media.clone()), bytes, 4_096);
    assert!(plaintext.is_empty() && result.is_err());
    assert!(Outboard::verify(&media, bytes.to_vec()).is_err());
    let _ = media.geometry().span(len / 2..len);
}

fn record(data: &[u8]) {
    if let Ok(record) = SealingRecord::from_bytes(data) {
        assert_eq!(&*record.to_bytes(), data);
        let media = record.media().clone();
        if let Ok(outboard) = Outboard::verify(&media, vec![5; 32]) {
            let mut buffer = chunk_buffer();
            assert!(Resealer::new(record, outboard).seal_again(0, &mut buffer).is_err());
        }
    }
}

/// `u24 length ‖ u16 piece`, then changes of five bytes each: what, `u16` where, `u16` how much.
fn changed(data: &[u8]) {
    let Some(([a, b, c, piece @ ..], changes)) = data.split_first_chunk::<5>() else { return };
    let len = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
    let piece = usize::from(u16::from_be_bytes(*piece)).max(64);
    let plaintext = plain(len % LONGEST);
    let sealed = seal(&plaintext, piece);
    let mut bytes = sealed.bytes.clone();
    for change in changes.as_chunks().0.iter().take(8) {
        apply(*change, &mut bytes);
    }
    let outboard = Outboard::verify(&sealed.media, sealed.list.clone()).unwrap();
    let whole = bytes == sealed.bytes;
    let provisional = ChunkOpener::new(sealed.media.clone());
    let verified = ChunkOpener::with_outboard(sealed.media.clone(), outboard.clone());
    for opener in [provisional, verified] {
        let (opened, result) = open(opener, &bytes, piece);
        assert_eq!(result.is_ok(), whole);
        assert!(plaintext.starts_with(&opened) && (!whole || opened == plaintext));
    }
    seek(&sealed, outboard, &bytes, &plaintext);
}

fn apply(change: [u8; 5], bytes: &mut Vec<u8>) {
    let at = usize::from(u16::from_be_bytes([change[1], change[2]])) * 5;
    let much = usize::from(u16::from_be_bytes([change[3], change[4]]));
    let at = at % (bytes.len() + 1);
    match change[0] % 6 {
        0 => bytes.truncate(at),
        1 => bytes.extend(vec![change[4]; much % 1_000]),
        2 if at < bytes.len() => bytes[at] ^= change[4],
        3 => bytes.rotate_left(at),
        4 => drop(bytes.drain(at..bytes.len().min(at + much))),
        5 => {
            let (from, to) = (much % 6 * CHUNK_LEN, at / CHUNK_LEN * CHUNK_LEN);
            if from.max(to) + CHUNK_LEN <= bytes.len() {
                bytes.copy_within(from..from + CHUNK_LEN, to);
            }
        }
        _ => {}
    }
}

/// Every chunk alone opens exactly if it is as it was.
fn seek(sealed: &Sealed, outboard: Outboard, bytes: &[u8], plaintext: &[u8]) {
    let Some(header) = bytes.first_chunk() else { return };
    let Ok(seeker) = SeekOpener::new(sealed.media.clone(), outboard.clone(), header) else {
        assert_ne!(bytes[..56], sealed.bytes[..56]);
        return;
    };
    let resealer = Resealer::new(sealed.record.clone(), outboard);
    for (index, chunk) in (0..).zip(bytes.chunks(CHUNK_LEN)) {
        let begin = usize::try_from(index).unwrap() * CHUNK_LEN;
        let original = sealed.bytes.get(begin..).and_then(|rest| rest.chunks(CHUNK_LEN).next());
        let opened = seeker.open_chunk(index, &mut chunk.to_vec()).map(|text| text.to_vec());
        assert_eq!(opened.is_ok(), original == Some(chunk));
        let Ok(opened) = opened else { continue };
        let text = sealed.media.geometry().text(index);
        assert!(plaintext[usize::try_from(text.start).unwrap()..].starts_with(&opened));
        let mut buffer = chunk_buffer();
        buffer[resealer.chunk(index).unwrap().text()].copy_from_slice(&opened);
        assert_eq!(resealer.seal_again(index, &mut buffer), Ok(chunk));
    }
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    static SHORT: OnceLock<Sealed> = OnceLock::new();
    let short = SHORT.get_or_init(|| seal(b"text", 300));
    let of = |len: u32, piece: u16, changes: &[[u8; 5]]| {
        let len = &len.to_be_bytes()[1..];
        [&[2], len, &piece.to_be_bytes(), changes.as_flattened()].concat()
    };
    let object = [&[0][..], &4u64.to_be_bytes(), &short.bytes].concat();
    vec![
        ("made-up", object),
        ("made-up-beyond-4-gib", [&[0][..], &(1u64 << 33).to_be_bytes(), &short.bytes].concat()),
        ("record", [&[1][..], &short.record.to_bytes()].concat()),
        ("whole-empty", of(0, 1_000, &[])),
        ("whole-one-chunk", of(60_000, 777, &[])),
        ("whole-boundary", of(65_464, 65_535, &[])),
        ("whole-five-chunks", of(299_999, 30_000, &[])),
        ("cut", of(100_000, 9_999, &[[0, 0x33, 0x33, 0, 0]])),
        ("extended", of(100_000, 9_999, &[[1, 0, 0, 0, 1]])),
        ("bit", of(200_000, 9_999, &[[2, 0x40, 0, 0, 1]])),
        ("rotated", of(200_000, 9_999, &[[3, 0x40, 0, 0, 1]])),
        ("chunk-left-out", of(200_000, 9_999, &[[4, 0x33, 0x34, 0xff, 0xff]])),
        ("chunk-repeated", of(299_999, 9_999, &[[5, 0x40, 0, 0, 2]])),
        ("changed-and-back", of(100_000, 9_999, &[[2, 9, 9, 0, 1], [2, 9, 9, 0, 1]])),
    ]
}

pub fn vectors() -> Vec<Seed> {
    let (file, op) = (file!("media-encryption"), "media-seal");
    Vectors { name: "record", file, op, field: "/record", refused: "" }.seeds_of_kind(1)
}
