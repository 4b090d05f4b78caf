use alloc::vec::Vec;
use core::fmt;

use super::field::{LANES, Lanes, combine, invert, invert_lanes, mul, mul_lanes, scale};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Bytes of an object that one message carries: a constant of the suite.
pub(crate) const CHUNK_LEN: usize = 2 * LANES;
/// Chunks of the largest object.
const MAX_CHUNKS: usize = 18;
/// The same, rounded up to whole vectors of eight elements.
const POINTS: usize = 24;
/// An element for each point.
type PerPoint = [u16; POINTS];

/// A codeword of an object: any as many as the object has chunks, of different index, restore it.
///
/// Every index is a valid one: it is the point of GF(2^16) at which the object is evaluated.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) index: u16,
    pub(crate) data: [u8; CHUNK_LEN],
}

impl Chunk {
    /// 32 field elements, big-endian.
    fn lanes(&self) -> Lanes {
        lanes(&self.data)
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("index", &self.index).finish_non_exhaustive()
    }
}

/// A chunk's elements.
fn lanes(data: &[u8; CHUNK_LEN]) -> Lanes {
    let mut lanes = [0; LANES];
    let (pairs, _) = data.as_chunks();
    for (lane, pair) in lanes.iter_mut().zip(pairs) {
        *lane = u16::from_be_bytes(*pair);
    }
    lanes
}

fn bytes(lanes: &Lanes) -> [u8; CHUNK_LEN] {
    let mut data = [0; CHUNK_LEN];
    for (bytes, lane) in data.chunks_exact_mut(2).zip(lanes) {
        bytes.copy_from_slice(&lane.to_be_bytes());
    }
    data
}

impl Layout for Chunk {
    fn write(&self, w: &mut Writer) {
        w.put(&self.index).put(&self.data);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { index: r.get()?, data: r.get()? })
    }
}

/// Cuts an object into chunks without end: first its own, then combinations of them.
#[derive(Clone)]
pub(super) struct Encoder {
    object: Vec<u8>,
    /// `None` once all 65,536 indexes have been used.
    next: Option<u16>,
}

impl Encoder {
    /// Of an object of at most 18 chunks, at the index at which to go on.
    pub(super) fn new(object: &[u8], next: Option<u16>) -> Self {
        debug_assert!(object.len().div_ceil(CHUNK_LEN) <= MAX_CHUNKS);
        Self { object: object.to_vec(), next }
    }

    pub(super) const fn next_index(&self) -> Option<u16> {
        self.next
    }

    pub(super) fn object(&self) -> &[u8] {
        &self.object
    }

    /// The chunk to send next.
    pub(super) fn chunk(&self) -> Option<Chunk> {
        let index = self.next?;
        let data = self.systematic(index).unwrap_or_else(|| bytes(&self.evaluate(index)));
        Some(Chunk { index, data })
    }

    /// Goes on to the next index; none is ever used again.
    pub(super) fn advance(&mut self) {
        self.next = self.next.and_then(|next| next.checked_add(1));
    }

    fn systematic(&self, index: u16) -> Option<[u8; CHUNK_LEN]> {
        self.object.chunks(CHUNK_LEN).nth(usize::from(index)).map(padded)
    }

    /// The value at `x` of the polynomials that go through the object's chunks at 0, 1, 2, …
    fn evaluate(&self, x: u16) -> Lanes {
        let mut points = Points::new();
        for (t, chunk) in (0u16..).zip(self.object.chunks(CHUNK_LEN)) {
            points.push(t, lanes(&padded(chunk)));
        }
        points.at(x, WEIGHTS.get(points.len).unwrap_or(&[0; POINTS]))
    }
}

/// A chunk of an object, whose last one may be shorter.
fn padded(chunk: &[u8]) -> [u8; CHUNK_LEN] {
    let mut data = [0; CHUNK_LEN];
    if let Some(front) = data.get_mut(..chunk.len()) {
        front.copy_from_slice(chunk);
    }
    data
}

/// `1 / Π_{s ≠ t} (t − s)` over `s < k`, for each number of chunks `k` and each `t < k`.
static WEIGHTS: [PerPoint; MAX_CHUNKS + 1] = weights();

#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses what would go wrong"
)]
const fn weights() -> [PerPoint; MAX_CHUNKS + 1] {
    let mut weights = [[0; POINTS]; MAX_CHUNKS + 1];
    let mut k = 1;
    while k <= MAX_CHUNKS {
        let mut t = 0;
        while t < k {
            let mut product = 1;
            let mut s = 0;
            while s < k {
                if s != t {
                    product = mul(product, (t ^ s) as u16);
                }
                s += 1;
            }
            weights[k][t] = invert(product);
            t += 1;
        }
        k += 1;
    }
    weights
}

/// Known points of the polynomials, at most [`MAX_CHUNKS`], without allocation.
struct Points {
    x: PerPoint,
    /// A coefficient, yet to be set, and the values of the 32 polynomials.
    y: [(u16, Lanes); MAX_CHUNKS],
    len: usize,
}

impl Points {
    const fn new() -> Self {
        Self { x: [0; POINTS], y: [(0, [0; LANES]); MAX_CHUNKS], len: 0 }
    }

    fn push(&mut self, x: u16, y: Lanes) {
        if let (Some(to_x), Some((_, to_y))) = (self.x.get_mut(self.len), self.y.get_mut(self.len))
        {
            *to_x = x;
            *to_y = y;
            self.len = self.len.saturating_add(1);
        }
    }

    /// `1 / Π_{s ≠ t} (x_t − x_s)` for each point `x_t`.
    fn weights(&self) -> PerPoint {
        let mut products = [1; POINTS];
        for x in self.x.iter().take(self.len) {
            products = mul_lanes(&products, &self.differences(*x));
        }
        invert_lanes(&products)
    }

    /// `x − x_s` for each point, and one where that is zero or there is no point.
    fn differences(&self, x: u16) -> PerPoint {
        let mut differences = [1; POINTS];
        for (to, point) in differences.iter_mut().zip(&self.x).take(self.len) {
            *to = if *point == x { 1 } else { x ^ point };
        }
        differences
    }

    /// Lagrange's formula: the value at `x`, which is none of the points.
    fn at(&mut self, x: u16, weights: &PerPoint) -> Lanes {
        let coefficients = self.coefficients(x, weights);
        let terms = self.y.get_mut(..self.len).unwrap_or_default();
        for ((to, _), coefficient) in terms.iter_mut().zip(coefficients) {
            *to = coefficient;
        }
        combine(terms)
    }

    /// Of each point its weight times the product of `x − x_s` over the other points. Indexes are
    /// small where nothing is lost, which makes the factors cheap.
    fn coefficients(&self, x: u16, weights: &PerPoint) -> PerPoint {
        let mut coefficients = *weights;
        for (s, point) in self.x.iter().enumerate().take(self.len) {
            let own = coefficients.get(s).copied();
            coefficients = scale(&coefficients, x ^ point);
            if let (Some(to), Some(own)) = (coefficients.get_mut(s), own) {
                *to = own;
            }
        }
        coefficients
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
        for chunk in self.chunks.iter().chain([last]) {
            points.push(chunk.index, chunk.lanes());
        }
        let weights = points.weights();
        let mut object = Vec::with_capacity(self.needed().saturating_mul(CHUNK_LEN));
        for (index, _) in (0u16..).zip(0..self.needed()) {
            match self.chunks.iter().chain([last]).find(|chunk| chunk.index == index) {
                Some(chunk) => object.extend_from_slice(&chunk.data),
                None => object.extend_from_slice(&bytes(&points.at(index, &weights))),
            }
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

    /// Every chunk of an object up to `n`.
    fn chunks(object: &[u8], n: u16) -> Vec<Chunk> {
        (0..n).map(|i| Encoder::new(object, Some(i)).chunk().unwrap()).collect()
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
    fn the_first_chunks_are_the_object_itself_padded_with_zeros() {
        let chunks = chunks(&[7; 96], 2);
        assert_eq!(chunks[0].data, [7; 64]);
        assert_eq!(chunks[1].data[..32], [7; 32]);
        assert_eq!(chunks[1].data[32..], [0; 32]);
    }

    // Computed with a few lines of Python from the definition in SPEC.md.
    #[test]
    fn further_chunks_are_the_known_answers() {
        for (index, expected) in [
            (
                3,
                "72a84c6f0e29c8eb8aa549680b2af594b7a64a1534d7f691b054771631d0f39238e5286828f8387838e3387838f8387838fd387838f8386828e7387828e82868",
            ),
            (
                u16::MAX,
                "c69c96b88a1b123ccc1893bf8f18b2de983f9cb1edfab1dbd3ab305ce8fdb4d81a54cdb6c3de092e71e3c151977e40cabb0b93ab12ba78dd3121853a1f674098",
            ),
        ] {
            let chunk = Encoder::new(&object(160), Some(index)).chunk().unwrap();
            assert_eq!(hex::encode(chunk.data), expected);
        }
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
            let chunks: Vec<_> = indexes
                .iter()
                .map(|i| Encoder::new(&object, Some(*i)).chunk().unwrap())
                .collect();
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
    fn no_index_is_used_twice_and_after_the_last_there_is_none() {
        let mut encoder = Encoder::new(&object(96), Some(u16::MAX - 1));
        assert_eq!(encoder.chunk().map(|chunk| chunk.index), Some(u16::MAX - 1));
        encoder.advance();
        assert_eq!(encoder.chunk().map(|chunk| chunk.index), Some(u16::MAX));
        encoder.advance();
        assert_eq!(encoder.chunk(), None);
        encoder.advance();
        assert_eq!(encoder.chunk(), None);
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
        let object = object(1152);
        for (name, index) in [("the object's own chunk", 3), ("a further chunk", 1_000)] {
            let encoder = Encoder::new(&object, Some(index));
            assert!(time(name, || encoder.chunk()) < 3.0);
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
