mod beyond;
#[cfg(feature = "parallel")]
mod parallel;
mod refusals;
mod resealing;
mod sizes;
mod streams;

use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::cipher::ObjectCipher;
use super::*;

/// A sealed object with everything that belongs to it.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) media: SealedMedia,
    pub(crate) bytes: Vec<u8>,
    pub(crate) list: Vec<u8>,
    pub(crate) record: SealingRecord,
}

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Plaintext of which no two chunks are alike.
pub(crate) fn plain(len: usize) -> Vec<u8> {
    (0..len).map(|i| u8::try_from((i ^ (i >> 8) ^ (i >> 16)) & 0xff).unwrap()).collect()
}

pub(crate) fn buffer() -> Box<[u8; CHUNK_LEN]> {
    let mut buffer = chunk_buffer();
    buffer.fill(0xee);
    buffer
}

pub(crate) fn seal(plaintext: &[u8], seed: u64) -> Object {
    seal_with(ChunkSealer::new(&mut rng(seed)), plaintext)
}

pub(crate) fn seal_with(mut sealer: ChunkSealer, plaintext: &[u8]) -> Object {
    let (mut bytes, mut list, mut rest) = (vec![], vec![], plaintext);
    let mut buffer = buffer();
    loop {
        let room = sealer.room();
        let (now, later) = rest.split_at(room.len().min(rest.len()));
        buffer[room][..now.len()].copy_from_slice(now);
        let chunk = sealer.seal(&mut buffer, now.len()).unwrap();
        bytes.extend_from_slice(&buffer[..chunk.len]);
        list.extend_from_slice(chunk.value.as_bytes());
        rest = later;
        assert_eq!(chunk.last, sealer.is_done());
        if let Some(media) = sealer.sealed() {
            let record = sealer.record().unwrap();
            return Object { media, bytes, list, record };
        }
    }
}

impl Object {
    pub(crate) fn outboard(&self) -> Outboard {
        Outboard::verify(&self.media, self.list.clone()).unwrap()
    }

    pub(crate) fn seeker(&self) -> SeekOpener {
        let header = self.bytes.first_chunk().unwrap();
        SeekOpener::new(self.media.clone(), self.outboard(), header).unwrap()
    }

    pub(crate) fn opener(&self) -> ChunkOpener {
        ChunkOpener::new(self.media.clone())
    }

    pub(crate) fn verified_opener(&self) -> ChunkOpener {
        ChunkOpener::with_outboard(self.media.clone(), self.outboard())
    }

    pub(crate) fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks(CHUNK_LEN)
    }
}

/// Opens bytes as a client does that reads them to their end.
pub(crate) fn open(opener: ChunkOpener, mut bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut opener = Opener::new(opener);
    let (mut plaintext, mut out) = (vec![], vec![0; 100_000]);
    loop {
        let step = opener.push(bytes, &mut out)?;
        plaintext.extend_from_slice(&out[..step.given]);
        bytes = &bytes[step.taken..];
        if bytes.is_empty() && step.given == 0 {
            opener.finish()?;
            return Ok(plaintext);
        }
    }
}

fn cipher(object: &Object) -> ObjectCipher {
    let header = object.bytes.first_chunk().unwrap();
    ObjectCipher::of_header(object.media.key(), header).0
}

/// The object with `chunk`, whose text is all `byte`, sealed by somebody who has the key.
pub(crate) fn sealed_by_a_holder(object: &Object, chunk: &Chunk, byte: u8) -> Vec<u8> {
    let mut sealed = buffer();
    sealed[chunk.text()].fill(byte);
    cipher(object).seal(chunk, &mut sealed[..chunk.len]);
    let begin = usize::try_from(chunk.index).unwrap() * CHUNK_LEN;
    let mut bytes = object.bytes.clone();
    bytes.splice(begin..(begin + CHUNK_LEN).min(object.bytes.len()), sealed[..chunk.len].to_vec());
    bytes
}

#[test]
fn equal_files_have_one_tag_on_one_device_only() {
    let key = DedupKey::generate(&mut rng(1));
    let tag = |key: &DedupKey, pieces: &[&[u8]]| {
        let mut hasher = key.hasher();
        for piece in pieces {
            hasher.update(piece);
        }
        hasher.finish()
    };
    let same = DedupKey::from_bytes(*key.as_bytes());
    assert_eq!(tag(&key, &[b"a file"]), tag(&same, &[b"a ", b"", b"file"]));
    assert_ne!(tag(&key, &[b"a file"]), tag(&key, &[b"a fila"]));
    let other = DedupKey::generate(&mut rng(2));
    assert_ne!(tag(&key, &[b"a file"]), tag(&other, &[b"a file"]));
    assert_ne!(*tag(&key, &[b"a file"]).as_bytes(), crate::crypto::whole_hash(b"a file"));
}

/// A key as `Debug` would print it: as hexadecimal or as a list of numbers.
fn prints(text: &str, secret: &[u8]) -> bool {
    let list = format!("{secret:?}");
    text.contains(&hex::encode(secret)) || text.contains(&list[1..list.len() - 1])
}

#[test]
fn nothing_prints_a_key() {
    let object = seal(b"text", 1);
    let key = object.media.key().clone();
    let dedup = DedupKey::generate(&mut rng(2));
    let mut sealer = Sealer::new(&mut rng(1));
    sealer.push(b"plaintext", &mut []).unwrap();
    let shown = [
        format!("{:?} {:?} {:?}", object.media, object.record, key),
        format!("{:?} {:?}", ChunkSealer::new(&mut rng(1)), object.opener()),
        format!(
            "{:?} {:?}",
            object.seeker(),
            Resealer::new(object.record.clone(), object.outboard())
        ),
        format!("{:?} {:?} {:?}", dedup, dedup.hasher(), dedup.hasher().finish()),
        format!("{:?}", Forwarder::new(object.opener(), &mut rng(3))),
    ];
    for text in &shown {
        assert!(!prints(text, key.as_bytes()) && !prints(text, dedup.as_bytes()), "{text}");
        assert!(!prints(text, dedup.hasher().finish().as_bytes()), "{text}");
    }
    let buffers = format!("{sealer:?}");
    assert!(!prints(&buffers, b"plaintext") && !prints(&buffers, key.as_bytes()), "{buffers}");
}
