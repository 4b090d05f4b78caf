use alloc::vec::Vec;
use core::fmt;

use super::field::{LANES_LEN, Lanes, combine};
use super::lagrange::{MAX_CHUNKS, Points};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Bytes of an object that one message carries: a constant of the suite.
pub(crate) const CHUNK_LEN: usize = LANES_LEN;

/// A codeword of an object: any as many as the object has chunks, of different index, restore it.
///
/// Every index is a valid one: it is the point of GF(2^16) at which the object is evaluated.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) index: u16,
    pub(crate) data: [u8; CHUNK_LEN],
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Layout for Chunk {
    fn write(&self, w: &mut Writer) {
        w.put(&self.index).put(&self.data);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { index: r.get()?, data: r.get()? })
    }
}

/// Collects the chunks of one object: the first of each index, and fewer than restore it.
#[derive(Debug)]
pub(super) struct Decoder {
    object_len: usize,
    chunks: Vec<Chunk>,
}

/// What a chunk means to a decoder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offered {
    /// It is there already.
    Known,
    /// It is to be kept.
    New,
    /// With it the object is complete.
    Complete(Vec<u8>),
}

/// A decoder after one more chunk.
#[derive(Debug)]
pub(super) enum Collected {
    Incomplete(Decoder),
    Complete(Vec<u8>),
}

/// A chunk differs from what an earlier one with its index said, or padding is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contradiction;

impl Decoder {
    /// For an object of this many bytes, at most 18 chunks. All room is taken now.
    pub(super) fn new(object_len: usize) -> Self {
        debug_assert!(object_len.div_ceil(CHUNK_LEN) <= MAX_CHUNKS);
        let chunks = Vec::with_capacity(object_len.div_ceil(CHUNK_LEN));
        Self { object_len, chunks }
    }

    /// Looks at a chunk without taking it.
    pub(super) fn offer(&self, chunk: &Chunk) -> Result<Offered, Contradiction> {
        match self.chunks.iter().find(|known| known.index == chunk.index) {
            Some(known) if known == chunk => Ok(Offered::Known),
            Some(_) => Err(Contradiction),
            None if self.chunks.len().saturating_add(1) < self.needed() => Ok(Offered::New),
            None => self.restore(chunk).map(Offered::Complete),
        }
    }

    /// Keeps a chunk that [`Self::offer`] called new.
    pub(super) fn keep(&mut self, chunk: Chunk) {
        self.chunks.push(chunk);
    }

    /// The decoder with a chunk, where the state changes anyway.
    pub(super) fn with(&self, chunk: &Chunk) -> Result<Collected, Contradiction> {
        let mut decoder = self.copied();
        match self.offer(chunk)? {
            Offered::Known => {}
            Offered::New => decoder.keep(chunk.clone()),
            Offered::Complete(object) => return Ok(Collected::Complete(object)),
        }
        Ok(Collected::Incomplete(decoder))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.chunks.len()
    }

    /// A copy that keeps the room for further chunks.
    pub(super) fn copied(&self) -> Self {
        let mut decoder = Self::new(self.object_len);
        decoder.chunks.extend_from_slice(&self.chunks);
        decoder
    }

    fn needed(&self) -> usize {
        self.object_len.div_ceil(CHUNK_LEN)
    }

    fn restore(&self, last: &Chunk) -> Result<Vec<u8>, Contradiction> {
        let mut points = Points::new();
        let mut values = Vec::with_capacity(self.needed());
        for chunk in self.chunks.iter().chain([last]) {
            points.push(chunk.index);
            values.push(Lanes::from_bytes(&chunk.data));
        }
        let weights = points.weights();
        let mut object = Vec::with_capacity(self.needed().saturating_mul(CHUNK_LEN));
        for (index, _) in (0u16..).zip(0..self.needed()) {
            let known = self.chunks.iter().chain([last]).find(|chunk| chunk.index == index);
            let missing = || combine(&values, &points.coefficients(index, &weights)).to_bytes();
            object.extend_from_slice(&known.map_or_else(missing, |chunk| chunk.data));
        }
        let padding = object.split_off(self.object_len.min(object.len()));
        if padding.iter().all(|byte| *byte == 0) { Ok(object) } else { Err(Contradiction) }
    }

    /// Stored as the chunks alone; what they are of follows from the state.
    pub(super) fn write(&self, w: &mut Writer) {
        w.list(self.chunks.iter());
    }

    pub(super) fn read(r: &mut Reader<'_>, object_len: usize) -> Result<Self, DecodeError> {
        let mut decoder = Self::new(object_len);
        for _ in 0..r.count(decoder.needed().saturating_sub(1))? {
            let chunk = r.get::<Chunk>()?;
            if decoder.offer(&chunk) != Ok(Offered::New) {
                return Err(DecodeError::OutOfRange);
            }
            decoder.keep(chunk);
        }
        Ok(decoder)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, subsequence};

    use super::*;
    use crate::ratchet::braid::encoder::Object;

    /// Every chunk of an object up to `n`.
    fn chunks(object: &[u8], n: u16) -> Vec<Chunk> {
        let object = Object::new(object);
        (0..n).map(|i| object.chunk(i)).collect()
    }

    fn decode(len: usize, chunks: &[Chunk]) -> Result<Offered, Contradiction> {
        let mut decoder = Decoder::new(len);
        let mut last = Ok(Offered::New);
        for chunk in chunks {
            last = decoder.offer(chunk);
            if last == Ok(Offered::New) {
                decoder.keep(chunk.clone());
            }
        }
        last
    }

    fn object(len: usize) -> Vec<u8> {
        (0..len).map(|i| u8::try_from(i * 31 % 251).unwrap() ^ 0x5a).collect()
    }

    #[test]
    fn any_k_of_n_restore_a_small_object() {
        for len in [1, 64, 65, 96, 128, 160, 192, 256] {
            let object = object(len);
            let k = len.div_ceil(CHUNK_LEN);
            let all = chunks(&object, 8);
            for set in 0u32..256 {
                let some: Vec<_> =
                    (0..8).filter(|i| set >> i & 1 == 1).map(|i| all[i].clone()).collect();
                if some.len() == k {
                    assert_eq!(decode(len, &some), Ok(Offered::Complete(object.clone())));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_k_of_n_restore_a_large_object(
            object in proptest::collection::vec(any::<u8>(), 1152),
            indexes in proptest::collection::hash_set(any::<u16>(), 18),
        ) {
            let encoded = Object::new(&object);
            let chunks: Vec<_> = indexes.iter().map(|i| encoded.chunk(*i)).collect();
            prop_assert_eq!(decode(1152, &chunks), Ok(Offered::Complete(object)));
        }

        #[test]
        fn any_order_with_duplicates_restores(
            order in subsequence((0..40u16).collect::<Vec<_>>(), 15).prop_shuffle(),
            again: Index,
        ) {
            let object = object(960);
            let all = chunks(&object, 40);
            let mut some: Vec<_> = order.iter().map(|i| all[usize::from(*i)].clone()).collect();
            some.insert(14, some[again.index(14)].clone());
            prop_assert_eq!(decode(960, &some[..15]), Ok(Offered::Known));
            prop_assert_eq!(decode(960, &some), Ok(Offered::Complete(object)));
        }
    }

    #[test]
    fn the_first_chunk_of_an_index_counts_and_another_contradicts() {
        let mut chunk = chunks(&object(1152), 1).remove(0);
        let mut decoder = Decoder::new(1152);
        decoder.keep(chunk.clone());
        assert_eq!(decoder.offer(&chunk), Ok(Offered::Known));
        chunk.data[0] ^= 1;
        assert_eq!(decoder.offer(&chunk), Err(Contradiction));
    }

    #[test]
    fn padding_that_is_not_zero_contradicts() {
        let mut chunks = chunks(&object(96), 2);
        chunks[1].data[63] = 1;
        assert_eq!(decode(96, &chunks), Err(Contradiction));
    }

    #[test]
    fn stored_chunks_are_fewer_than_restore_and_of_different_indexes() {
        let all = chunks(&object(192), 4);
        let stored = |chunks: &[Chunk]| {
            let mut w = Writer::new();
            w.list(chunks.iter());
            Decoder::read(&mut Reader::new(w.as_slice()), 192).map(|decoder| decoder.chunks.len())
        };
        assert_eq!(stored(&all[..2]), Ok(2));
        assert_eq!(stored(&all[..3]), Err(DecodeError::TooLarge));
        assert_eq!(stored(&[all[0].clone(), all[0].clone()]), Err(DecodeError::OutOfRange));
    }

    /// Microseconds for one call: the median over many batches.
    fn time<T>(name: &str, work: impl Fn() -> T) -> f64 {
        let mut batches: Vec<f64> = (0..101)
            .map(|_| {
                let start = std::time::Instant::now();
                for _ in 0..50 {
                    core::hint::black_box(work());
                }
                start.elapsed().as_secs_f64() * 1e6 / 50.0
            })
            .collect();
        batches.sort_by(f64::total_cmp);
        std::println!("{name}: {:.2} us", batches[50]);
        batches[50]
    }

    #[test]
    #[ignore = "a measurement: .ci/deep speed"]
    fn encoding_a_chunk_takes_less_than_3_us() {
        let object = Object::new(&object(1152));
        for (name, index) in [("its own", 3), ("a further one", 20), ("a late one", 1_000)] {
            assert!(time(name, || object.chunk(index)) < 3.0);
        }
    }

    #[test]
    #[ignore = "a measurement: .ci/deep speed"]
    fn restoring_an_object_takes_less_than_60_us() {
        let all = chunks(&object(1152), 60);
        let half: Vec<_> = all.iter().step_by(2).take(18).cloned().collect();
        for (name, chunks) in
            [("first 18", &all[..18]), ("half of 18", &half), ("last 18", &all[42..])]
        {
            let mut decoder = Decoder::new(1152);
            chunks[..17].iter().for_each(|chunk| decoder.keep(chunk.clone()));
            assert!(time(name, || decoder.offer(&chunks[17])) < 60.0);
        }
    }
}
