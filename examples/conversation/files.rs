//! Files: what is sent, and how it becomes an object and a file again.

use std::path::Path;

use rand_chacha::ChaCha20Rng;
use sealwax::content::MediaKind;
use sealwax::media::{CHUNK_LEN, ChunkOpener, Opener, SealedMedia, Sealer};

use crate::Outcome;

const PHOTO: &[u8] = include_bytes!("photo.png");
/// How the files that people take for pictures begin, and what they are.
const PICTURES: [(&[u8], &str); 4] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
];

/// A file on Alice's phone.
pub(crate) struct Photo {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Photo {
    /// The one that comes with the example.
    pub(crate) fn embedded() -> Self {
        Self { name: "seal.png".into(), bytes: PHOTO.into() }
    }

    pub(crate) fn new(path: &str, bytes: Vec<u8>) -> Self {
        let name = Path::new(path).file_name().and_then(|name| name.to_str());
        Self { name: name.unwrap_or("file").into(), bytes }
    }

    /// The media type, and how to show it: whatever is no picture is sent as a document.
    pub(crate) fn sort(&self) -> (&'static str, MediaKind) {
        let picture = PICTURES.iter().find(|(begin, _)| self.bytes.starts_with(begin));
        let document = ("application/octet-stream", MediaKind::Document);
        picture.map_or(document, |(_, sort)| (sort, MediaKind::Photo))
    }
}

/// Seals a file: the object for the server, and what a message carries.
pub(crate) fn seal(file: &[u8], rng: &mut ChaCha20Rng) -> Outcome<(SealedMedia, Vec<u8>)> {
    let mut sealer = Sealer::new(rng);
    let (mut rest, mut object, mut buffer) = (file, Vec::new(), vec![0; CHUNK_LEN]);
    while !sealer.is_done() {
        let step = match rest {
            [] => sealer.finish(&mut buffer)?,
            _ => sealer.push(rest, &mut buffer)?,
        };
        object.extend(buffer.iter().take(step.given));
        rest = rest.split_at(step.taken).1;
    }
    Ok((sealer.sealed().ok_or("the object is not sealed")?, object))
}

/// Opens an object. Nothing of it is given out before all of it is known to be the sender's.
pub(crate) fn open(sealed: &SealedMedia, object: &[u8]) -> Outcome<Vec<u8>> {
    let mut opener = Opener::new(ChunkOpener::new(sealed.clone()));
    let (mut rest, mut file, mut buffer) = (object, Vec::new(), vec![0; CHUNK_LEN]);
    loop {
        let step = opener.push(rest, &mut buffer)?;
        file.extend(buffer.iter().take(step.given));
        rest = rest.split_at(step.taken).1;
        if step.taken == 0 && step.given == 0 {
            break;
        }
    }
    opener.finish()?;
    Ok(file)
}

/// Samples a second of a voice note.
pub(crate) const SAMPLE_RATE: usize = 8_000;

/// Three seconds of somebody who hums four words, with pauses between them.
pub(crate) fn hum() -> Vec<i16> {
    (0..SAMPLE_RATE * 3)
        .filter_map(|at| i16::try_from(loudness(at) * tone(at) / 100).ok())
        .collect()
}

/// 0 … 12,000: each word begins soft, and is softer than the one before.
fn loudness(at: usize) -> i64 {
    const WORD: usize = SAMPLE_RATE * 3 / 4;
    let (word, within) = (at / WORD, at % WORD * 4 / 3);
    let rise = within.min(WORD.saturating_sub(within));
    i64::try_from(rise * 24_000 / WORD / (word + 1)).unwrap_or(0)
}

/// -100 … 100, up and down 160 times a second.
fn tone(at: usize) -> i64 {
    let within = i64::try_from(at % 50).unwrap_or(0);
    (within - 25).abs() * 8 - 100
}

/// Big-endian, as `audio/L16` has them.
pub(crate) fn recorded(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_be_bytes()).collect()
}

pub(crate) fn played(bytes: &[u8]) -> Vec<i16> {
    bytes.as_chunks().0.iter().map(|sample| i16::from_be_bytes(*sample)).collect()
}
