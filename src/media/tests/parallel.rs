use core::num::NonZeroUsize;

use super::*;
use proptest::prelude::*;

/// Seals all full chunks in batches on threads, and the rest as usual.
fn seal_on(plaintext: &[u8], batch: usize, threads: NonZeroUsize, seed: u64) -> Object {
    let mut sealer = ChunkSealer::new(&mut rng(seed));
    let (mut bytes, mut list, mut rest) = (vec![], vec![], plaintext);
    loop {
        let (mut buffers, mut index) = (vec![], sealer.next);
        while buffers.len() < batch && rest.len() >= room(index).len() {
            let (now, later) = rest.split_at(room(index).len());
            let mut buffer = *chunk_buffer();
            buffer[room(index)].copy_from_slice(now);
            buffers.push(buffer);
            (rest, index) = (later, index + 1);
        }
        if buffers.is_empty() {
            break;
        }
        let values = sealer.seal_full(&mut buffers, threads).unwrap();
        assert_eq!(values.len(), buffers.len());
        bytes.extend(buffers.as_flattened());
        list.extend(values.iter().flat_map(|value| *value.as_bytes()));
    }
    let tail = seal_with(sealer, rest);
    bytes.extend(tail.bytes);
    list.extend(tail.list);
    Object { bytes, list, ..tail }
}

fn open_on(
    mut opener: ChunkOpener,
    bytes: &[u8],
    batch: usize,
    threads: NonZeroUsize,
) -> Result<Vec<u8>, OpenError> {
    let mut plaintext = vec![];
    for batch in bytes.chunks(batch * CHUNK_LEN) {
        let mut batch = batch.to_vec();
        match opener.open_many(&mut batch, threads) {
            Ok(texts) => texts.iter().for_each(|text| plaintext.extend_from_slice(text)),
            Err(error) => {
                assert!(batch.iter().all(|byte| *byte == 0));
                return Err(error);
            }
        }
    }
    opener.finish()?;
    Ok(plaintext)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn threads_make_no_difference(
        len in 0..1_200_000usize, batch in 1..9usize, threads in 1..7usize, seed: u64,
    ) {
        let threads = NonZeroUsize::new(threads).unwrap();
        let plaintext = plain(len);
        let alone = seal(&plaintext, seed);
        let together = seal_on(&plaintext, batch, threads, seed);
        prop_assert_eq!(&together.media, &alone.media);
        prop_assert!(together.bytes == alone.bytes && together.list == alone.list);
        prop_assert!(open_on(alone.opener(), &alone.bytes, batch, threads).unwrap() == plaintext);
        let opener = alone.verified_opener();
        prop_assert!(open_on(opener, &alone.bytes, batch, threads).unwrap() == plaintext);
    }

    #[test]
    fn threads_refuse_the_same(at: prop::sample::Index, batch in 1..9usize, threads in 1..5usize) {
        let object = seal(&plain(400_000), 1);
        let threads = NonZeroUsize::new(threads).unwrap();
        let mut bytes = object.bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1;
        for opener in [Object::opener, Object::verified_opener] {
            let alone = open(opener(&object), &bytes);
            let together = open_on(opener(&object), &bytes, batch, threads);
            prop_assert!(alone.is_err());
            prop_assert_eq!(alone, together);
        }
    }
}

#[test]
fn a_refused_batch_is_due_again() {
    let object = seal(&plain(400_000), 1);
    let two = NonZeroUsize::new(2).unwrap();
    let mut opener = object.opener();
    let mut damaged = object.bytes[..4 * CHUNK_LEN].to_vec();
    damaged[3 * CHUNK_LEN + 5] ^= 1;
    assert_eq!(opener.open_many(&mut damaged, two), Err(OpenError::Damaged));
    assert_eq!(opener.position(), 0);
    assert_eq!(opener.open_many(&mut [], two).unwrap().len(), 0);
    assert_eq!(opener.open_many(&mut object.bytes.clone(), two).unwrap().len(), 7);
    assert_eq!(opener.open_many(&mut [0], two), Err(OpenError::Extended));
    opener.finish().unwrap();
}

#[test]
fn no_full_chunk_follows_the_end() {
    let mut sealer = ChunkSealer::new(&mut rng(1));
    sealer.seal(&mut buffer(), 5).unwrap();
    let two = NonZeroUsize::new(2).unwrap();
    let mut full = vec![*buffer()];
    assert_eq!(sealer.seal_full(&mut full, two), Err(SealError::Ended));
    let mut at_the_limit = ChunkSealer::new(&mut rng(1));
    at_the_limit.next = 5;
    at_the_limit.plaintext_len = crate::limits::MEDIA_BYTES - 65_520;
    let mut buffers = vec![*buffer(), *buffer()];
    assert_eq!(at_the_limit.seal_full(&mut buffers, two), Err(SealError::TooLarge));
    assert_eq!(at_the_limit.seal_full(&mut buffers[..1], two).unwrap().len(), 1);
}
