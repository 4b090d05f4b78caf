//! Attachments.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::media::{
    ChunkOpener, ChunkSealer, DedupKey, Forwarder, HEADER_LEN, Opener, Outboard, Resealer,
    SealedMedia, Sealer, SeekOpener, chunk_buffer,
};

use crate::TEXT;
use crate::sheet::{Sheet, show};

pub(crate) fn objects() -> Sheet {
    let mut sheet = Sheet::default();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    sealing(&mut sheet, &mut rng);
    copies(&mut sheet, &mut rng);
    sheet.drawn(&rng);
    sheet.secret(TEXT);
    sheet
}

fn sealing(sheet: &mut Sheet, rng: &mut ChaCha20Rng) {
    let (mut sealer, mut buffer) = (ChunkSealer::new(rng), chunk_buffer());
    let room = sealer.room();
    buffer[room][..TEXT.len()].copy_from_slice(TEXT);
    let chunk = sealer.seal(&mut buffer, TEXT.len()).unwrap();
    let (media, record) = (sealer.sealed().unwrap(), sealer.record().unwrap());
    let outboard = || Outboard::verify(&media, chunk.value.as_bytes().to_vec()).unwrap();
    show!(sheet, media::MediaKey, media.key());
    show!(sheet, media::SealedMedia, &media);
    show!(sheet, media::SealingRecord, &record);
    show!(sheet, media::ChunkSealer, &sealer);
    let mut stream = Sealer::new(rng);
    stream.push(TEXT, &mut [0; 100]).unwrap();
    show!(sheet, media::Sealer, &stream);
    sheet.secret(media.key().as_bytes());
    sheet.secret(&record.to_bytes());
    show!(sheet, media::Resealer, &Resealer::new(record, outboard()));
    show!(sheet, media::Forwarder, &Forwarder::new(ChunkOpener::new(media.clone()), rng));
    let header = buffer.first_chunk::<HEADER_LEN>().unwrap();
    show!(sheet, media::SeekOpener, &SeekOpener::new(media.clone(), outboard(), header).unwrap());
    opening(sheet, &media, &buffer[..chunk.len]);
}

/// In the middle, with text that nobody has asked for yet.
fn opening(sheet: &mut Sheet, media: &SealedMedia, sealed: &[u8]) {
    let mut opener = Opener::new(ChunkOpener::new(media.clone()));
    opener.push(sealed, &mut [0; 1]).unwrap();
    show!(sheet, media::Opener, &opener);
    let mut chunks = ChunkOpener::new(media.clone());
    chunks.open(&mut sealed.to_vec()).unwrap();
    show!(sheet, media::ChunkOpener, &chunks);
}

/// Finding what was sent before.
fn copies(sheet: &mut Sheet, rng: &mut ChaCha20Rng) {
    let key = DedupKey::generate(rng);
    let mut hasher = key.hasher();
    hasher.update(TEXT);
    show!(sheet, media::DedupKey, &key);
    show!(sheet, media::DedupHasher, &hasher);
    let tag = hasher.finish();
    show!(sheet, media::DedupTag, &tag);
    sheet.secret(tag.as_bytes());
}
