//! The classes of damage of the C2SP test kit and more; each has its own error.

use super::super::hashes::Tree;
use super::*;
use proptest::prelude::*;

/// Three chunks: 65,464, 65,520 and the rest.
fn object() -> Object {
    seal(&plain(180_000), 1)
}

/// The error of opening without and with the list of chaining values.
fn errors(object: &Object, bytes: &[u8]) -> [&'static str; 2] {
    [object.opener(), object.verified_opener()]
        .map(|opener| open(opener, bytes).unwrap_err().code())
}

fn changed(object: &Object, at: usize) -> Vec<u8> {
    let mut bytes = object.bytes.clone();
    bytes[at] ^= 1;
    bytes
}

/// The object with its chunks in another order.
fn ordered(object: &Object, order: &[usize]) -> Vec<u8> {
    let chunks: Vec<_> = object.chunks().collect();
    order.iter().flat_map(|index| chunks[*index].to_vec()).collect()
}

#[test]
fn cut_short_anywhere() {
    let object = object();
    let len = object.bytes.len();
    for end in [0, 1, 55, 56, 57, 65_535, 65_536, 65_537, 131_072, 131_073, len - 16, len - 1] {
        assert_eq!(errors(&object, &object.bytes[..end]), ["media/truncated"; 2], "{end}");
    }
    let short = &mut object.bytes[..65_535].to_vec();
    assert_eq!(object.opener().open(short), Err(OpenError::Truncated));
}

#[test]
fn bytes_that_follow() {
    let object = object();
    for more in [1, 16, 65_536] {
        let bytes = [&object.bytes[..], &vec![0; more]].concat();
        assert_eq!(errors(&object, &bytes), ["media/extended"; 2], "{more}");
    }
    let twice = [&object.bytes[..], &object.bytes[131_072..]].concat();
    assert_eq!(errors(&object, &twice), ["media/extended"; 2]);
    let long = &mut object.bytes[..65_537].to_vec();
    assert_eq!(object.opener().open(long), Err(OpenError::Extended));
}

#[test]
fn a_changed_byte_anywhere() {
    let object = object();
    for at in [56, 100, 65_519, 65_520, 65_535, 65_536, 131_071, 131_072, object.bytes.len() - 1] {
        assert_eq!(errors(&object, &changed(&object, at)), ["media/damaged"; 2], "{at}");
    }
}

#[test]
fn another_key_or_another_object() {
    let object = object();
    let other = seal(&plain(180_000), 2);
    assert_eq!(open(object.opener(), &other.bytes), Err(OpenError::WrongKey));
    assert_eq!(open(object.verified_opener(), &other.bytes), Err(OpenError::Damaged));
    let key = other.media.key().clone();
    let media = SealedMedia::sealed(key, *object.media.geometry(), *object.media.root());
    let confused = Object { media, ..object.clone() };
    assert_eq!(errors(&confused, &object.bytes), ["media/wrong-key"; 2]);
    let header = object.bytes.first_chunk().unwrap();
    let seeker = SeekOpener::new(confused.media.clone(), confused.outboard(), header);
    assert_eq!(seeker.unwrap_err(), OpenError::WrongKey);
    let single = seal(b"text", 3);
    let media = SealedMedia::sealed(
        other.media.key().clone(),
        *single.media.geometry(),
        *single.media.root(),
    );
    assert_eq!(open(ChunkOpener::new(media), &single.bytes), Err(OpenError::WrongKey));
}

#[test]
fn another_salt_or_commitment() {
    let object = object();
    assert_eq!(errors(&object, &changed(&object, 0)), ["media/wrong-key", "media/damaged"]);
    for at in [24, 55] {
        assert_eq!(errors(&object, &changed(&object, at)), ["media/wrong-commitment"; 2]);
        let header = *changed(&object, at).first_chunk().unwrap();
        let seeker = SeekOpener::new(object.media.clone(), object.outboard(), &header);
        assert_eq!(seeker.unwrap_err(), OpenError::WrongKey);
    }
}

#[test]
fn reordered_swapped_repeated_or_left_out() {
    let object = seal(&plain(400_000), 1);
    assert_eq!(object.media.geometry().chunks(), 7);
    let found = |order: &[usize], opener: ChunkOpener| open(opener, &ordered(&object, order));
    for (order, number) in [
        ([0, 2, 1, 3, 4, 5, 6], 2),
        ([0, 1, 4, 2, 3, 5, 6], 4),
        ([0, 1, 1, 3, 4, 5, 6], 1),
        ([0, 1, 2, 4, 5, 5, 6], 4),
        ([0, 1, 2, 0, 4, 5, 6], 0),
    ] {
        let expected = Err(OpenError::Reordered { found: number });
        assert_eq!(found(&order, object.opener()), expected, "{order:?}");
        assert_eq!(found(&order, object.verified_opener()), expected, "{order:?}");
    }
    let displaced = ordered(&object, &[1, 0, 2, 3, 4, 5, 6]);
    assert_eq!(errors(&object, &displaced), ["media/wrong-key", "media/damaged"]);
    let dropped = ordered(&object, &[0, 1, 2, 4, 5, 6]);
    assert_eq!(errors(&object, &dropped), ["media/reordered"; 2]);
    let without_last = ordered(&object, &[0, 1, 2, 3, 4, 5]);
    assert_eq!(errors(&object, &without_last), ["media/truncated"; 2]);
    let seeker = object.seeker();
    let mut third = object.bytes[3 * CHUNK_LEN..4 * CHUNK_LEN].to_vec();
    assert_eq!(seeker.open_chunk(2, &mut third), Err(OpenError::Reordered { found: 3 }));
}

#[test]
fn a_chunk_of_another_object() {
    let (object, other) = (object(), seal(&plain(180_000), 2));
    let mut bytes = object.bytes.clone();
    bytes[65_536..131_072].copy_from_slice(&other.bytes[65_536..131_072]);
    assert_eq!(errors(&object, &bytes), ["media/damaged"; 2]);
}

/// The C2SP kit's `no_final` and `two_final_chunks`: a holder of the key marks the wrong chunk.
#[test]
fn the_last_chunk_marked_wrongly() {
    let object = object();
    let geometry = object.media.geometry();
    for index in [1, 2] {
        let chunk = geometry.chunk(index).unwrap();
        let chunk = Chunk { last: !chunk.last, ..chunk };
        let bytes = sealed_by_a_holder(&object, &chunk, 7);
        assert_eq!(errors(&object, &bytes), ["media/final-mark"; 2], "{index}");
    }
}

/// Everybody in a group has the key; only the hash tells whose object it is.
#[test]
fn a_chunk_sealed_by_another_holder_of_the_key() {
    let object = object();
    for index in 0..3 {
        let chunk = object.media.geometry().chunk(index).unwrap();
        let bytes = sealed_by_a_holder(&object, &chunk, 7);
        assert_eq!(errors(&object, &bytes), ["media/wrong-root", "media/substituted"]);
        let begin = usize::try_from(index).unwrap() * CHUNK_LEN;
        let mut sealed = bytes[begin..begin + chunk.len].to_vec();
        assert_eq!(object.seeker().open_chunk(index, &mut sealed), Err(OpenError::Substituted));
        assert!(sealed.iter().all(|byte| *byte == 0), "no plaintext is left");
    }
    let single = seal(b"text", 1);
    let chunk = single.media.geometry().chunk(0).unwrap();
    let bytes = sealed_by_a_holder(&single, &chunk, 7);
    assert_eq!(errors(&single, &bytes), ["media/substituted"; 2]);
}

/// The root of another object in the pointer.
#[test]
fn a_wrong_hash() {
    for len in [4, 180_000] {
        let object = seal(&plain(len), 1);
        let root = MediaRoot::from_bytes([9; 32]);
        let geometry = *object.media.geometry();
        let media = SealedMedia::sealed(object.media.key().clone(), geometry, root);
        let error = open(ChunkOpener::new(media.clone()), &object.bytes).unwrap_err();
        let expected = if len == 4 { OpenError::Substituted } else { OpenError::WrongRoot };
        assert_eq!(error, expected);
        let outboard = Outboard::verify(&media, object.list.clone());
        assert_eq!(outboard, Err(OutboardError::Root));
    }
}

#[test]
fn lengths_that_do_not_belong_together() {
    let media = object().media;
    let with = |plaintext, ciphertext| {
        SealedMedia::new(media.key().clone(), plaintext, ciphertext, *media.root())
    };
    let (plaintext, ciphertext) = (media.plaintext_len(), media.ciphertext_len());
    assert_eq!(with(plaintext, ciphertext), Ok(media.clone()));
    for (plaintext, ciphertext) in [
        (plaintext, ciphertext - 1),
        (plaintext, ciphertext + 1),
        (plaintext, ciphertext + (1 << 32)),
        (plaintext + (1 << 32), ciphertext),
        (plaintext, 0),
        (plaintext, u64::MAX),
        (0, 0),
    ] {
        assert_eq!(with(plaintext, ciphertext), Err(SealedMediaError::Lengths));
    }
    assert_eq!(with((1 << 40) + 1, ciphertext), Err(SealedMediaError::TooLarge));
    assert_eq!(with(u64::MAX, ciphertext), Err(SealedMediaError::TooLarge));
}

/// Another plaintext length of the same size class: the object is right, the statement is not.
#[test]
fn a_plaintext_length_that_the_padding_contradicts() {
    let object = object();
    for len in [180_001, 179_999] {
        let geometry = Geometry::new(len).unwrap();
        assert_eq!(geometry.ciphertext_len(), object.media.ciphertext_len());
        let key = object.media.key().clone();
        let media = SealedMedia::sealed(key, geometry, *object.media.root());
        let lying = Object { media, ..object.clone() };
        assert_eq!(errors(&lying, &object.bytes), ["media/padding"; 2], "{len}");
        let mut last = object.bytes[131_072..].to_vec();
        assert_eq!(lying.seeker().open_chunk(2, &mut last), Err(OpenError::Padding));
        assert!(last.iter().all(|byte| *byte == 0), "no plaintext is left");
    }
}

/// A holder of the key cannot hide anything behind the plaintext's end.
#[test]
fn padding_that_is_not_zero() {
    let object = seal(b"text", 1);
    let chunk = object.media.geometry().chunk(0).unwrap();
    let stuffed = Chunk { text_len: chunk.len - 72, marked: false, ..chunk };
    let mut sealed = vec![0; chunk.len];
    sealed[56..60].copy_from_slice(b"text");
    sealed[60] = 0x80;
    let zero = |sealed: &[u8]| {
        let mut sealed = sealed.to_vec();
        let value = cipher(&object).seal(&stuffed, &mut sealed);
        let root = MediaRoot::from_bytes(*value.as_bytes());
        let geometry = *object.media.geometry();
        let media = SealedMedia::sealed(object.media.key().clone(), geometry, root);
        ChunkOpener::new(media).open(&mut sealed).map(|text| text.to_vec())
    };
    assert_eq!(zero(&sealed), Ok(b"text".to_vec()));
    sealed[183] = 1;
    assert_eq!(zero(&sealed), Err(OpenError::Padding));
}

#[test]
fn a_list_that_is_not_the_objects() {
    let object = object();
    let verify = |list: &[u8]| Outboard::verify(&object.media, list.to_vec()).map(|_| ());
    assert_eq!(verify(&object.list), Ok(()));
    for wrong in [&object.list[..95], &object.list[..64], &[], &[&object.list[..], &[0]].concat()] {
        assert_eq!(verify(wrong), Err(OutboardError::Length));
    }
    let mut list = object.list.clone();
    list[40] ^= 1;
    assert_eq!(verify(&list), Err(OutboardError::Root));
    list.copy_from_slice(&object.list);
    list.rotate_left(32);
    assert_eq!(verify(&list), Err(OutboardError::Root));
}

/// Inner nodes of the tree in place of chunks: the number of chunks follows from the lengths, so
/// that a shorter list over the same root is never tried.
#[test]
fn inner_nodes_do_not_pass_as_chunks() {
    let object = seal(&plain(230_000), 1);
    assert_eq!(object.media.geometry().chunks(), 4);
    let mut tree = Tree::default();
    let halves = object.list.as_chunks::<64>().0.iter().map(|pair| {
        let (left, right) = pair.split_at(32);
        let (left, right) = (left.try_into().unwrap(), right.try_into().unwrap());
        crate::crypto::parent_chaining_value(left, right)
    });
    let list: Vec<u8> = halves.flatten().collect();
    assert_eq!(Outboard::verify(&object.media, list), Err(OutboardError::Length));
    assert!(Tree::default().root().is_none());
    tree.push(&object.outboard().value(0).unwrap());
    assert!(tree.root().is_some());
}

#[test]
fn a_refused_chunk_changes_nothing() {
    let object = object();
    for mut opener in [object.opener(), object.verified_opener()] {
        for (index, chunk) in object.chunks().enumerate() {
            let before = (alloc::format!("{opener:?}"), opener.position());
            let mut damaged = chunk.to_vec();
            damaged[100] ^= 1;
            let unopened = damaged.clone();
            assert_eq!(opener.open(&mut damaged), Err(OpenError::Damaged));
            assert!(damaged == unopened, "the bytes are as they came");
            assert_eq!((alloc::format!("{opener:?}"), opener.position()), before, "{index}");
            opener.open(&mut chunk.to_vec()).unwrap();
        }
        opener.finish().unwrap();
    }
}

#[test]
fn an_object_is_whole_after_its_last_chunk_and_not_before() {
    let object = object();
    let opened = |chunks: usize| {
        let mut opener = object.opener();
        for chunk in object.chunks().take(chunks) {
            opener.open(&mut chunk.to_vec()).unwrap();
        }
        opener.finish()
    };
    let last = object.chunks().count();
    assert_eq!(opened(0), Err(OpenError::Truncated));
    assert_eq!(opened(last - 1), Err(OpenError::Truncated));
    assert_eq!(opened(last), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is changed, nothing but the plaintext ever comes out, and never all of it.
    #[test]
    fn no_change_goes_unnoticed(at: prop::sample::Index, bit in 0..8u8, seed in 0..4u64) {
        let object = seal(&plain(140_000), seed);
        let mut bytes = object.bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(open(object.opener(), &bytes).is_err());
        prop_assert!(open(object.verified_opener(), &bytes).is_err());
    }
}
