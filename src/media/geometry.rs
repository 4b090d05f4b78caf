use alloc::boxed::Box;
use core::ops::Range;

use crate::crypto::{GROUP_LEN, TAG_LEN};
use crate::limits::MEDIA_BYTES;
use crate::wire::padded_len_64;

/// Bytes of every chunk of an object but the last, which may be shorter. Chunk `i` begins at
/// `i · CHUNK_LEN`.
pub const CHUNK_LEN: usize = GROUP_LEN;
/// Bytes before the text of chunk 0: the salt and the key commitment.
pub const HEADER_LEN: usize = 56;

/// Bytes of a chunk before its tag.
const BODY_LEN: usize = CHUNK_LEN - TAG_LEN;
/// What precedes the mark and the plaintext's end in a whole body.
const HEADER: u64 = HEADER_LEN as u64;
const BODY: u64 = BODY_LEN as u64;
const TAG: u64 = TAG_LEN as u64;

/// Where plaintext goes in the buffer of chunk `index`: 65,464 bytes of chunk 0, 65,520 of every
/// other.
#[must_use]
pub const fn room(index: u64) -> Range<usize> {
    if index == 0 { HEADER_LEN..BODY_LEN } else { 0..BODY_LEN }
}

/// The buffer of a chunk, all zeros: [`CHUNK_LEN`] bytes on the heap.
#[must_use]
pub fn chunk_buffer() -> Box<[u8; CHUNK_LEN]> {
    #[allow(clippy::large_stack_arrays, reason = "it goes to the heap at once")]
    Box::new([0; CHUNK_LEN])
}

/// Where everything is in an object whose plaintext has a certain length (SPEC.md 17.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    plaintext_len: u64,
    /// Header, plaintext, mark and padding: everything but the tags.
    stream_len: u64,
}

/// One chunk: its place in the object and what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// Its number, from 0.
    pub index: u64,
    /// Whether it is the object's last.
    pub last: bool,
    /// Its length in bytes, with header and tag.
    pub len: usize,
    /// Bytes of plaintext in it, from the beginning of its [`room`]. A chunk of nothing but
    /// padding has none.
    pub text_len: usize,
    /// Whether the mark that ends the plaintext is in it.
    pub(crate) marked: bool,
}

/// What has to be fetched to read a range of the plaintext.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// The chunks to open.
    pub chunks: Range<u64>,
    /// Their bytes in the object.
    pub ciphertext: Range<u64>,
    /// Bytes of the first chunk's plaintext that come before the range.
    pub skip: usize,
}

impl Chunk {
    /// A chunk full of plaintext, which is never the last.
    pub(super) const fn full(index: u64) -> Self {
        let Range { start, end } = room(index);
        let text_len = end.saturating_sub(start);
        Self { index, last: false, len: CHUNK_LEN, text_len, marked: false }
    }

    /// Where its plaintext is in its buffer.
    #[must_use]
    pub const fn text(&self) -> Range<usize> {
        let start = room(self.index).start;
        start..start.saturating_add(self.text_len)
    }

    /// Whether it is the object's only one, whose hash is the root itself.
    pub(super) const fn is_only(&self) -> bool {
        self.index == 0 && self.last
    }
}

impl Geometry {
    /// `None` if the plaintext is longer than [`MEDIA_BYTES`].
    #[must_use]
    pub fn new(plaintext_len: u64) -> Option<Self> {
        if plaintext_len > MEDIA_BYTES {
            return None;
        }
        let stream_len = padded_len_64(plaintext_len).saturating_add(HEADER);
        Some(Self { plaintext_len, stream_len })
    }

    /// Bytes of the plaintext.
    #[must_use]
    pub const fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// Bytes of the object.
    #[must_use]
    pub const fn ciphertext_len(&self) -> u64 {
        self.stream_len.saturating_add(TAG.saturating_mul(self.chunks()))
    }

    /// Chunks of the object; at least one.
    #[must_use]
    pub const fn chunks(&self) -> u64 {
        self.stream_len.div_ceil(BODY)
    }

    /// Bytes of the list of chaining values.
    #[must_use]
    pub const fn outboard_len(&self) -> u64 {
        self.chunks().saturating_mul(32)
    }

    /// Chunk `index`, if there is one.
    #[must_use]
    pub fn chunk(&self, index: u64) -> Option<Chunk> {
        let after = self.chunks().checked_sub(index)?.checked_sub(1)?;
        let begin = index.saturating_mul(BODY);
        let body = self.stream_len.saturating_sub(begin).min(BODY);
        let text =
            self.text_before(index.saturating_add(1)).saturating_sub(self.text_before(index));
        Some(Chunk {
            index,
            last: after == 0,
            len: usize::try_from(body.saturating_add(TAG)).ok()?,
            text_len: usize::try_from(text).ok()?,
            marked: self.mark() / BODY == index,
        })
    }

    /// The part of the plaintext that is in chunk `index`.
    #[must_use]
    pub fn text(&self, index: u64) -> Range<u64> {
        self.text_before(index)..self.text_before(index.saturating_add(1))
    }

    /// What to fetch for a range of the plaintext. `None` if the range is empty or reaches beyond
    /// the plaintext's end.
    #[must_use]
    pub fn span(&self, range: Range<u64>) -> Option<Span> {
        if range.is_empty() || range.end > self.plaintext_len {
            return None;
        }
        let first = range.start.saturating_add(HEADER) / BODY;
        let last = range.end.saturating_sub(1).saturating_add(HEADER) / BODY;
        let chunks = first..last.saturating_add(1);
        let begin = first.saturating_mul(CHUNK_LEN as u64);
        let end = chunks.end.saturating_mul(CHUNK_LEN as u64).min(self.ciphertext_len());
        let skip = range.start.saturating_sub(self.text_before(first));
        Some(Span { chunks, ciphertext: begin..end, skip: usize::try_from(skip).ok()? })
    }

    /// Bytes of plaintext in the chunks before `index`.
    fn text_before(&self, index: u64) -> u64 {
        index.saturating_mul(BODY).saturating_sub(HEADER).min(self.plaintext_len)
    }

    /// Where the mark is among header, plaintext and padding.
    const fn mark(&self) -> u64 {
        self.plaintext_len.saturating_add(HEADER)
    }
}
