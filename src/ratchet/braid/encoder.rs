use alloc::vec::Vec;
use core::fmt;

use super::erasure::{CHUNK_LEN, Chunk};
use super::field::{Lanes, combine};
use super::lagrange::{MAX_CHUNKS, further};

/// Cuts an object into chunks without end: first its own, then combinations of them.
#[derive(Clone)]
pub(super) struct Encoder {
    /// `None` from when the state was read to when it next sends: an object is not stored but
    /// computed again from what is, and most states that are read are stored before they send.
    object: Option<Object>,
    /// `None` once all 65,536 indexes have been used.
    next: Option<u16>,
}

/// What an encoder sends next.
#[derive(Default)]
pub(super) struct Cut {
    /// `None`: there is no index left.
    pub(super) chunk: Option<Chunk>,
    /// The object if it was computed for this; to be handed to [`Encoder::advance`].
    pub(super) computed: Option<Object>,
}

impl Encoder {
    /// At the index at which to go on.
    pub(super) const fn new(object: Object, next: Option<u16>) -> Self {
        Self { object: Some(object), next }
    }

    /// The same when read, without the object.
    pub(super) const fn restored(next: Option<u16>) -> Self {
        Self { object: None, next }
    }

    pub(super) const fn next_index(&self) -> Option<u16> {
        self.next
    }

    /// The chunk to send next. `compute` gives the object if it is not there.
    pub(super) fn cut(&self, compute: impl FnOnce() -> Object) -> Cut {
        let Some(index) = self.next else { return Cut::default() };
        if let Some(object) = &self.object {
            return Cut { chunk: Some(object.chunk(index)), computed: None };
        }
        let object = compute();
        Cut { chunk: Some(object.chunk(index)), computed: Some(object) }
    }

    /// Goes on to the next index; none is ever used again.
    pub(super) fn advance(&mut self, computed: Option<Object>) {
        self.next = self.next.and_then(|next| next.checked_add(1));
        if computed.is_some() {
            self.object = computed;
        }
    }
}

/// The chunks that an object of at most 18 chunks consists of, the last one filled up with zeros.
#[derive(Clone)]
pub(in crate::ratchet) struct Object(Vec<Lanes>);

impl Object {
    pub(super) fn new(bytes: &[u8]) -> Self {
        debug_assert!(bytes.len().div_ceil(CHUNK_LEN) <= MAX_CHUNKS);
        Self(bytes.chunks(CHUNK_LEN).map(|chunk| Lanes::from_bytes(&padded(chunk))).collect())
    }

    /// One of its own chunks, or the value at `index` of the polynomials that go through these at
    /// 0, 1, 2, …
    pub(super) fn chunk(&self, index: u16) -> Chunk {
        let lanes = match self.0.get(usize::from(index)) {
            Some(own) => *own,
            None => combine(&self.0, &further(self.0.len(), index)),
        };
        Chunk { index, data: lanes.to_bytes() }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").finish_non_exhaustive()
    }
}

fn padded(chunk: &[u8]) -> [u8; CHUNK_LEN] {
    let mut data = [0; CHUNK_LEN];
    if let Some(front) = data.get_mut(..chunk.len()) {
        front.copy_from_slice(chunk);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(len: u8) -> Object {
        Object::new(&(0..len).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_chunks_are_the_object_itself_padded_with_zeros() {
        let object = Object::new(&[7; 96]);
        assert_eq!(object.chunk(0).data, [7; 64]);
        assert_eq!(object.chunk(1).data[..32], [7; 32]);
        assert_eq!(object.chunk(1).data[32..], [0; 32]);
    }

    // Computed with a few lines of Python from the definition in SPEC.md.
    #[test]
    fn further_chunks_are_the_known_answers() {
        let bytes: Vec<_> = (0..160).map(|i| u8::try_from(i * 31 % 251).unwrap() ^ 0x5a).collect();
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
            assert_eq!(hex::encode(Object::new(&bytes).chunk(index).data), expected);
        }
    }

    #[test]
    fn no_index_is_used_twice_and_after_the_last_there_is_none() {
        let mut encoder = Encoder::new(object(96), Some(u16::MAX - 1));
        for expected in [Some(u16::MAX - 1), Some(u16::MAX), None, None] {
            let cut = encoder.cut(|| panic!("it is there"));
            assert_eq!(cut.chunk.map(|chunk| chunk.index), expected);
            encoder.advance(cut.computed);
        }
    }

    #[test]
    fn an_object_that_is_not_there_is_computed_once() {
        let mut encoder = Encoder::restored(Some(1));
        let cut = encoder.cut(|| object(96));
        assert_eq!(cut.chunk, Some(object(96).chunk(1)));
        encoder.advance(cut.computed);
        assert_eq!(encoder.cut(|| panic!("again")).chunk, Some(object(96).chunk(2)));
        let exhausted = Encoder::restored(None).cut(|| panic!("for nothing"));
        assert_eq!(exhausted.chunk, None);
    }
}
