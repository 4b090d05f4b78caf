use super::*;
use crate::crypto::whole_hash;
use proptest::prelude::*;

const BODY: u64 = 65_520;

/// Lengths at which something changes: the padding's floor, one more byte than a size class, the
/// first chunk full with and without the mark, the next ones, and a padding of several chunks.
fn lengths() -> Vec<usize> {
    let mut lengths = vec![0, 1, 126, 127, 128, 1_000, 8 << 20];
    for end in [65_464, 65_464 + 65_520, 65_464 + 2 * 65_520] {
        lengths.extend(end - 2..=end + 2);
    }
    for class in [63 << 10, 64 << 10, 124 << 10, 128 << 10] {
        lengths.extend(class - 2..=class + 1);
    }
    lengths
}

#[test]
fn every_size_seals_opens_and_hashes_as_it_should() {
    for len in lengths() {
        let plaintext = plain(len);
        let object = seal(&plaintext, 1);
        let geometry = object.media.geometry();
        assert_eq!(object.media.plaintext_len(), len as u64);
        assert_eq!(object.bytes.len() as u64, object.media.ciphertext_len(), "{len}");
        assert_eq!(object.list.len() as u64, geometry.outboard_len());
        assert_eq!(object.outboard().as_bytes(), object.list);
        assert_eq!(object.media.root().as_bytes(), &whole_hash(&object.bytes), "{len}");
        assert_eq!(open(object.opener(), &object.bytes).unwrap(), plaintext, "{len}");
        assert_eq!(open(object.verified_opener(), &object.bytes).unwrap(), plaintext, "{len}");
    }
}

#[test]
fn every_chunk_opens_alone() {
    for len in lengths() {
        let plaintext = plain(len);
        let object = seal(&plaintext, 2);
        let seeker = object.seeker();
        let mut opened = vec![vec![]; usize::try_from(object.media.geometry().chunks()).unwrap()];
        for (index, chunk) in object.chunks().enumerate().collect::<Vec<_>>().into_iter().rev() {
            opened[index] = seeker.open_chunk(index as u64, &mut chunk.to_vec()).unwrap().to_vec();
        }
        assert_eq!(opened.concat(), plaintext, "{len}");
        let beyond = object.media.geometry().chunks();
        assert_eq!(seeker.open_chunk(beyond, &mut [0; 100]), Err(OpenError::NoSuchChunk));
    }
}

#[test]
fn the_smallest_object_is_padded_like_a_message() {
    let geometry = Geometry::new(0).unwrap();
    assert_eq!((geometry.ciphertext_len(), geometry.chunks()), (56 + 128 + 16, 1));
    assert_eq!(Geometry::new(127).unwrap().ciphertext_len(), 200);
    assert_eq!(Geometry::new(128).unwrap().ciphertext_len(), 216);
}

#[test]
fn a_buffer_begins_empty() {
    assert!(chunk_buffer().iter().all(|byte| *byte == 0));
}

#[test]
fn a_long_padding_takes_chunks_of_its_own() {
    let geometry = Geometry::new(8 << 20).unwrap();
    let last = geometry.chunk(geometry.chunks() - 1).unwrap();
    assert_eq!((last.text_len, last.marked, last.last), (0, false, true));
    let marked = (0..geometry.chunks()).filter(|i| geometry.chunk(*i).unwrap().marked).count();
    assert_eq!(marked, 1);
}

#[test]
fn objects_are_never_alike() {
    let one = seal(b"the same", 1);
    let other = seal(b"the same", 2);
    assert_ne!(one.media.key(), other.media.key());
    assert_ne!(one.bytes[..56], other.bytes[..56]);
    assert_eq!(one.bytes.len(), other.bytes.len());
}

proptest! {
    /// Chunks cover the object and the plaintext without gaps, at every length there may be.
    #[test]
    fn chunks_cover_everything(len in 0..=(1u64 << 40), near in 0..3u64) {
        let geometry = Geometry::new(len).unwrap();
        let count = geometry.chunks();
        for index in [0, 1, len / BODY, count / 2, count.saturating_sub(1 + near), count - 1] {
            let Some(chunk) = geometry.chunk(index) else { continue };
            let text = geometry.text(index);
            prop_assert_eq!(text.end - text.start, chunk.text_len as u64);
            prop_assert_eq!(chunk.last, index == count - 1);
            prop_assert!(chunk.last || chunk.len == CHUNK_LEN);
            prop_assert!(chunk.len > 16 && chunk.text().end <= chunk.len - 16);
            prop_assert_eq!(geometry.text(index + 1).start, text.end);
            if chunk.last {
                let begin = index * CHUNK_LEN as u64;
                prop_assert_eq!(begin + chunk.len as u64, geometry.ciphertext_len());
                prop_assert_eq!(text.end, len);
            }
        }
        prop_assert!(geometry.chunk(count).is_none());
    }

    #[test]
    fn padding_hides_the_length_at_little_cost(len in 128..(1u64 << 40)) {
        let sealed = Geometry::new(len).unwrap().ciphertext_len();
        prop_assert!(sealed >= len + 1 + 56 + 16);
        prop_assert!(sealed <= (len + 1) + (len + 1) / 8 + 72 + (len / 4_000));
    }

    /// What a span says to fetch and to skip gives the range.
    #[test]
    fn a_span_is_what_a_range_needs(len in 1..300_000u64, a: u64, b: u64) {
        let (a, b) = (a % len, b % len);
        let (begin, end) = (a.min(b), a.max(b) + 1);
        let span = Geometry::new(len).unwrap().span(begin..end).unwrap();
        let object = seal(&plain(usize::try_from(len).unwrap()), 3);
        let bytes = |at: u64| usize::try_from(at).unwrap();
        let fetched = &object.bytes[bytes(span.ciphertext.start)..bytes(span.ciphertext.end)];
        let seeker = object.seeker();
        let mut text = vec![];
        for (index, chunk) in span.chunks.clone().zip(fetched.chunks(CHUNK_LEN)) {
            text.extend_from_slice(seeker.open_chunk(index, &mut chunk.to_vec()).unwrap());
        }
        prop_assert_eq!(span.chunks.end - span.chunks.start, fetched.len().div_ceil(CHUNK_LEN) as u64);
        let whole = plain(bytes(len));
        prop_assert_eq!(&text[span.skip..][..bytes(end - begin)], &whole[bytes(begin)..bytes(end)]);
    }
}

#[test]
fn a_span_stays_inside_the_plaintext() {
    let geometry = Geometry::new(100).unwrap();
    assert!(geometry.span(0..101).is_none());
    assert!(geometry.span(5..5).is_none());
    assert!(geometry.span(100..100).is_none());
    assert!(Geometry::new(0).unwrap().span(0..1).is_none());
    assert_eq!(geometry.span(99..100).unwrap().skip, 99);
}
