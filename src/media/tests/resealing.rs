use super::*;
use crate::wire::DecodeError;

fn resealer(object: &Object) -> Resealer {
    let record = SealingRecord::from_bytes(&object.record.to_bytes()).unwrap();
    Resealer::new(record, object.outboard())
}

/// What an interrupted upload needs: any chunk, in any order, as often as wanted.
#[test]
fn every_chunk_is_sealed_again_to_the_same_bytes() {
    for len in [0, 100, 65_464, 65_465, 200_000, 8 << 20] {
        let plaintext = plain(len);
        let object = seal(&plaintext, 5);
        let resealer = resealer(&object);
        for (index, sealed) in (0..).zip(object.chunks()) {
            let chunk = resealer.chunk(index).unwrap();
            let mut buffer = buffer();
            let text = object.media.geometry().text(index);
            let text = usize::try_from(text.start).unwrap()..usize::try_from(text.end).unwrap();
            buffer[chunk.text()].copy_from_slice(&plaintext[text]);
            assert!(resealer.seal_again(index, &mut buffer).unwrap() == sealed, "{len} {index}");
        }
        let beyond = object.media.geometry().chunks();
        assert_eq!(resealer.seal_again(beyond, &mut buffer()), Err(ResealError::NoSuchChunk));
    }
}

/// A file that was changed meanwhile would be sealed under nonces that are used up.
#[test]
fn another_plaintext_is_not_sealed_under_the_same_nonces() {
    let plaintext = plain(100_000);
    let object = seal(&plaintext, 5);
    let resealer = resealer(&object);
    for index in 0..2 {
        let chunk = resealer.chunk(index).unwrap();
        let mut buffer = buffer();
        let begin = usize::try_from(object.media.geometry().text(index).start).unwrap();
        buffer[chunk.text()].copy_from_slice(&plaintext[begin..begin + chunk.text_len]);
        buffer[chunk.text().end - 1] ^= 1;
        let refused = resealer.seal_again(index, &mut buffer);
        assert_eq!(refused, Err(ResealError::PlaintextChanged));
        assert!(buffer[..chunk.len].iter().all(|byte| *byte == 0), "nothing of it is left");
    }
}

#[test]
fn there_is_no_record_of_half_an_object() {
    let mut sealer = ChunkSealer::new(&mut rng(1));
    assert!(sealer.record().is_none() && sealer.sealed().is_none());
    sealer.seal(&mut buffer(), 65_464).unwrap();
    assert!(sealer.record().is_none() && sealer.sealed().is_none());
    sealer.seal(&mut buffer(), 0).unwrap();
    assert_eq!(sealer.record().unwrap().media(), &sealer.sealed().unwrap());
}

#[test]
fn a_record_is_stored_as_105_bytes_and_nothing_else_is_one() {
    let object = seal(b"text", 1);
    let bytes = object.record.to_bytes();
    assert_eq!(bytes.len(), 105);
    assert_eq!(SealingRecord::from_bytes(&bytes), Ok(object.record));
    for len in 0..bytes.len() {
        let cut = SealingRecord::from_bytes(&bytes[..len]);
        assert_eq!(cut, Err(DecodeError::Truncated), "{len}");
    }
    let changed = |at: usize, byte: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = byte;
        SealingRecord::from_bytes(&bytes).unwrap_err()
    };
    assert_eq!(changed(0, 2), DecodeError::UnsupportedVersion(2));
    assert_eq!(changed(33, 1), DecodeError::TooLarge);
    assert_eq!(changed(41, 1), DecodeError::WrongLength);
    let long = [&bytes[..], &[0]].concat();
    assert_eq!(SealingRecord::from_bytes(&long), Err(DecodeError::Trailing));
}

#[test]
fn forwarding_gives_the_same_plaintext_under_a_new_key() {
    for len in [0, 65_463, 65_464, 130_984, 300_000, 8 << 20] {
        let plaintext = plain(len);
        let object = seal(&plaintext, 1);
        let mut forwarder = Forwarder::new(object.verified_opener(), &mut rng(2));
        let (mut bytes, mut list, mut buffer) = (vec![], vec![], buffer());
        for chunk in object.chunks() {
            assert_eq!(forwarder.next_len(), Some(chunk.len()));
            buffer[..chunk.len()].copy_from_slice(chunk);
            let copied = forwarder.forward(&mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..copied.len]);
            list.extend_from_slice(copied.value.as_bytes());
        }
        assert_eq!(forwarder.next_len(), None);
        let media = forwarder.finish().unwrap();
        assert_ne!(media.key(), object.media.key());
        assert_eq!(bytes.len(), object.bytes.len());
        let outboard = Outboard::verify(&media, list).unwrap();
        let opener = ChunkOpener::with_outboard(media, outboard);
        assert!(open(opener, &bytes).unwrap() == plaintext, "{len}");
    }
}

#[test]
fn what_does_not_open_is_not_forwarded_and_may_be_tried_again() {
    let object = seal(&plain(100_000), 1);
    let mut forwarder = Forwarder::new(object.opener(), &mut rng(2));
    let mut buffer = buffer();
    buffer.copy_from_slice(&object.bytes[..CHUNK_LEN]);
    buffer[1_000] ^= 1;
    let refused = forwarder.forward(&mut buffer).unwrap_err();
    assert_eq!(refused, ForwardError::Open(OpenError::Damaged));
    assert_eq!(refused.code(), "media/damaged");
    buffer.copy_from_slice(&object.bytes[..CHUNK_LEN]);
    forwarder.forward(&mut buffer).unwrap();
    assert_eq!(forwarder.finish().unwrap_err(), ForwardError::Open(OpenError::Truncated));
}
