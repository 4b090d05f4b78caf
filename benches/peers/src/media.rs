//! Media in place, 4 MiB at a time.

use sealwax::media::{CHUNK_LEN, ChunkOpener, ChunkSealer, chunk_buffer};

use crate::floor::Media;
use crate::people;
use crate::table::{Sample, repeated, timed};

const CHUNKS: usize = 64;

type Buffers = Vec<[u8; CHUNK_LEN]>;

fn buffers() -> Buffers {
    vec![*chunk_buffer(); CHUNKS]
}

pub(crate) fn seal() -> impl FnMut(usize) -> Sample {
    let mut buffers = buffers();
    move |count| {
        repeated(count, || {
            let mut sealer = ChunkSealer::new(&mut people::rng(30));
            for buffer in &mut buffers {
                sealer.seal(buffer, sealer.room().len()).unwrap();
            }
        })
    }
}

pub(crate) fn seal_floor() -> impl FnMut() {
    let (mut buffers, media) = (buffers(), Media::new());
    move || drop(media.seal(&mut buffers))
}

pub(crate) fn open() -> impl FnMut(usize) -> Sample {
    let mut sealer = ChunkSealer::new(&mut people::rng(31));
    let mut sealed = buffers();
    for buffer in &mut sealed {
        sealer.seal(buffer, sealer.room().len()).unwrap();
    }
    while !sealer.is_done() {
        sealer.seal(&mut chunk_buffer(), 0).unwrap();
    }
    let media = sealer.sealed().unwrap();
    move |count| {
        timed((0..count).map(|_| sealed.clone()), |mut buffers| {
            let mut opener = ChunkOpener::new(media.clone());
            for buffer in &mut buffers {
                opener.open(buffer).unwrap();
            }
            buffers
        })
    }
}

pub(crate) fn open_floor() -> impl FnMut(usize) -> Sample {
    let (mut sealed, media) = (buffers(), Media::new());
    let tags = media.seal(&mut sealed);
    move |count| {
        timed((0..count).map(|_| sealed.clone()), |mut buffers| {
            media.open(&mut buffers, &tags);
            buffers
        })
    }
}
