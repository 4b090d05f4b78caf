use super::*;
use proptest::prelude::*;

/// Seals with inputs and outputs of the given lengths, one after the other and again.
fn seal_in_pieces(plaintext: &[u8], pieces: &[usize], seed: u64) -> Object {
    let mut sealer = Sealer::new(&mut rng(seed));
    let (mut bytes, mut list, mut rest) = (vec![], vec![], plaintext);
    let mut pieces = pieces.iter().copied().cycle();
    let mut out = vec![0; 200_000];
    while !sealer.is_done() {
        assert!(sealer.sealed().is_none() && sealer.record().is_none());
        let input = &rest[..pieces.next().unwrap().min(rest.len())];
        let out = &mut out[..pieces.next().unwrap()];
        let step = match rest {
            [] => sealer.finish(out).unwrap(),
            _ => sealer.push(input, out).unwrap(),
        };
        bytes.extend_from_slice(&out[..step.given]);
        step.value.iter().for_each(|value| list.extend_from_slice(value.as_bytes()));
        rest = &rest[step.taken..];
    }
    let media = sealer.sealed().unwrap();
    Object { media, bytes, list, record: sealer.record().unwrap() }
}

fn open_in_pieces(object: &Object, pieces: &[usize]) -> Vec<u8> {
    let mut opener = Opener::new(object.opener());
    let (mut plaintext, mut rest) = (vec![], &object.bytes[..]);
    let mut pieces = pieces.iter().copied().cycle();
    let mut out = vec![0; 200_000];
    while !opener.is_done() {
        let input = &rest[..pieces.next().unwrap().min(rest.len())];
        let step = opener.push(input, &mut out[..pieces.next().unwrap()]).unwrap();
        plaintext.extend_from_slice(&out[..step.given]);
        rest = &rest[step.taken..];
    }
    assert!(rest.is_empty());
    opener.finish().unwrap();
    plaintext
}

fn pieces() -> impl Strategy<Value = Vec<usize>> {
    let piece = prop_oneof![Just(0), 1..200usize, 1_000..200_000usize, Just(65_464), Just(65_520)];
    let pieces = proptest::collection::vec(piece, 1..8);
    // Something moves, whichever of the two parities is input.
    pieces.prop_map(|mut pieces| {
        pieces.extend([40_000, 40_000]);
        pieces
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pieces_make_no_difference(len in 0..300_000usize, sealing in pieces(), opening in pieces()) {
        let plaintext = plain(len);
        let whole = seal(&plaintext, 9);
        let object = seal_in_pieces(&plaintext, &sealing, 9);
        prop_assert_eq!(&object.media, &whole.media);
        prop_assert!(object.bytes == whole.bytes && object.list == whole.list);
        prop_assert_eq!(&object.record, &whole.record);
        prop_assert!(open_in_pieces(&object, &opening) == plaintext);
    }
}

#[test]
fn an_empty_buffer_is_no_end() {
    let mut sealer = Sealer::new(&mut rng(1));
    for _ in 0..3 {
        assert_eq!(sealer.push(&[], &mut []).unwrap().taken, 0);
    }
    assert!(!sealer.is_done());
    assert_eq!(sealer.push(b"text", &mut []).unwrap().taken, 4);
    let object = seal(b"text", 1);
    let mut opener = Opener::new(object.opener());
    let step = opener.push(&[], &mut []).unwrap();
    assert_eq!((step.taken, step.given, opener.is_done()), (0, 0, false));
    assert_eq!(opener.finish(), Err(OpenError::Truncated));
}

#[test]
fn nothing_follows_the_end() {
    let mut sealer = Sealer::new(&mut rng(1));
    sealer.finish(&mut []).unwrap();
    assert_eq!(sealer.push(b"x", &mut []), Err(SealError::Ended));
    let mut out = [0; 300];
    assert_eq!(sealer.finish(&mut out).unwrap().given, 200);
    assert!(sealer.is_done());
    let after = sealer.finish(&mut out).unwrap();
    assert_eq!((after.given, after.value), (0, None));
}

#[test]
fn a_chunk_sealer_takes_no_more_than_fits_and_nothing_after_the_end() {
    let mut sealer = ChunkSealer::new(&mut rng(1));
    assert_eq!(sealer.room(), 56..65_520);
    assert_eq!(sealer.seal(&mut buffer(), 65_465), Err(SealError::Overfilled));
    sealer.seal(&mut buffer(), 65_464).unwrap();
    assert_eq!(sealer.room(), 0..65_520);
    sealer.seal(&mut buffer(), 0).unwrap();
    assert!(sealer.is_done());
    assert_eq!(sealer.seal(&mut buffer(), 0), Err(SealError::Ended));
    assert_eq!(sealer.seal(&mut buffer(), 1), Err(SealError::Ended));
    let mut padding = ChunkSealer::new(&mut rng(1));
    padding.geometry = Geometry::new(0);
    assert_eq!(padding.seal(&mut buffer(), 1), Err(SealError::Ended));
}

#[test]
fn what_a_stream_refuses_is_due_again_from_its_beginning() {
    let plaintext = plain(150_000);
    let object = seal(&plaintext, 1);
    let mut opener = Opener::new(object.opener());
    let mut out = vec![0; 70_000];
    let first = opener.push(&object.bytes[..65_536], &mut out).unwrap();
    assert_eq!((first.taken, first.given), (65_536, 65_464));
    let mut damaged = object.bytes[65_536..131_072].to_vec();
    damaged[70] ^= 1;
    let taken = opener.push(&damaged[..30_000], &mut out).unwrap().taken;
    assert_eq!(opener.push(&damaged[taken..], &mut out), Err(OpenError::Damaged));
    assert_eq!(opener.position(), 65_536);
    let second = opener.push(&object.bytes[65_536..], &mut out).unwrap();
    assert_eq!(out[..second.given], plaintext[65_464..65_464 + 65_520]);
    let third = opener.push(&object.bytes[131_072..], &mut out).unwrap();
    assert_eq!(out[..third.given], plaintext[65_464 + 65_520..]);
    assert_eq!(opener.position(), object.media.ciphertext_len());
    assert_eq!(opener.push(&[0], &mut out), Err(OpenError::Extended));
    opener.finish().unwrap();
}
