use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::media::{
    ChunkOpener, ChunkSealer, HEADER_LEN, Outboard, SealedMedia, SeekOpener, chunk_buffer,
};

use crate::Outcome;
use crate::progress::Progress;

/// Writes the object and its list of chaining values, and gives what a message carries.
pub(crate) fn seal(file: &Path, object: &Path) -> Outcome<SealedMedia> {
    let (mut input, mut output) = (File::open(file)?, File::create(object)?);
    let mut progress = Progress::new("sealing", input.metadata()?.len());
    let mut sealer = ChunkSealer::new(&mut system_rng()?);
    let (mut buffer, mut list) = (chunk_buffer(), Vec::new());
    loop {
        let filled = read_full(&mut input, &mut buffer[sealer.room()])?;
        let chunk = sealer.seal(&mut buffer, filled)?;
        output.write_all(&buffer[..chunk.len])?;
        list.extend_from_slice(chunk.value.as_bytes());
        progress.add(filled);
        if let Some(media) = sealer.sealed() {
            output.write_all(&list)?;
            output.sync_all()?;
            progress.finish();
            return Ok(media);
        }
    }
}

/// Verifies each chunk before it writes any of its plaintext. The file gets its name at the end.
pub(crate) fn open(sealed: &Path, file: &Path, media: SealedMedia) -> Outcome<()> {
    let mut input = File::open(sealed)?;
    let outboard = outboard(&mut input, &media)?;
    input.rewind()?;
    let unfinished = file.with_extension("unfinished");
    let mut output = File::create(&unfinished)?;
    let result = open_all(ChunkOpener::with_outboard(media, outboard), &mut input, &mut output);
    match result {
        Ok(()) => Ok(fs::rename(unfinished, file)?),
        Err(error) => {
            fs::remove_file(unfinished)?;
            Err(error)
        }
    }
}

fn open_all(mut opener: ChunkOpener, input: &mut File, output: &mut File) -> Outcome<()> {
    let mut progress = Progress::new("opening", input.metadata()?.len());
    let mut buffer = chunk_buffer();
    while let Some(chunk) = opener.next_chunk() {
        let read = read_full(input, &mut buffer[..chunk.len])?;
        output.write_all(opener.open(&mut buffer[..read])?)?;
        progress.add(read);
    }
    opener.finish()?;
    output.sync_all()?;
    progress.finish();
    Ok(())
}

/// A part of the plaintext, of which only the chunks it is in are read.
pub(crate) fn peek(sealed: &Path, media: SealedMedia, range: Range<u64>) -> Outcome<Vec<u8>> {
    let mut input = File::open(sealed)?;
    let span = media.geometry().span(range.clone()).ok_or("there is no such part")?;
    let outboard = outboard(&mut input, &media)?;
    let mut header = [0; HEADER_LEN];
    input.rewind()?;
    input.read_exact(&mut header)?;
    let opener = SeekOpener::new(media, outboard, &header)?;
    input.seek(SeekFrom::Start(span.ciphertext.start))?;
    let (mut buffer, mut text) = (chunk_buffer(), Vec::new());
    for index in span.chunks {
        let chunk = opener.chunk(index).ok_or("there is no such chunk")?;
        let read = read_full(&mut input, &mut buffer[..chunk.len])?;
        text.extend_from_slice(opener.open_chunk(index, &mut buffer[..read])?);
    }
    let len = usize::try_from(range.end - range.start)?;
    Ok(text[span.skip..][..len].to_vec())
}

fn outboard(sealed: &mut File, media: &SealedMedia) -> Outcome<Outboard> {
    let mut list = Vec::new();
    sealed.seek(SeekFrom::Start(media.ciphertext_len()))?;
    sealed.take(media.geometry().outboard_len()).read_to_end(&mut list)?;
    Ok(Outboard::verify(media, list)?)
}

/// Fills the buffer as far as the file goes.
fn read_full(file: &mut File, mut buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while !buffer.is_empty() {
        match file.read(buffer)? {
            0 => break,
            read => {
                filled += read;
                buffer = &mut buffer[read..];
            }
        }
    }
    Ok(filled)
}

/// An application uses its platform's generator; this is the one of Unix.
fn system_rng() -> Outcome<ChaCha20Rng> {
    let mut seed = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut seed)?;
    Ok(ChaCha20Rng::from_seed(seed))
}
