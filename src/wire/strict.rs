use core::ops::RangeInclusive;

use prost::Message;
use zeroize::Zeroizing;

use super::DecodeError;
use super::field::{Fields, Value};

/// How deep messages nest at most.
const MAX_DEPTH: u32 = 8;

/// The field numbers that a later version may add without raising the required version, and that
/// who does not know them ignores.
pub(crate) const EXTENSIONS: RangeInclusive<u32> = 64..=1_023;

/// Decodes a message that has exactly one encoding: the bytes must equal what encoding the result
/// gives. Unknown, repeated and unordered fields, longer integers than needed and explicit
/// defaults all fail this (SPEC.md 4.3).
pub(crate) fn decode_canonical<M: Message + Default>(bytes: &[u8]) -> Result<M, DecodeError> {
    let message = M::decode(bytes).map_err(|_| DecodeError::NotCanonical)?;
    if message.encode_to_vec() == bytes { Ok(message) } else { Err(DecodeError::NotCanonical) }
}

/// Decodes a message that newer peers may have extended: beside the canonical encoding of what we
/// know there may be fields that we do not, at any depth, with numbers in [`EXTENSIONS`] and none
/// twice. Fields outside belong to a version: they must be there exactly as we would encode them,
/// so that two implementations cannot read one content differently.
pub(crate) fn decode_extensible<M: Message + Default>(bytes: &[u8]) -> Result<M, DecodeError> {
    let message = M::decode(bytes).map_err(|_| DecodeError::NotCanonical)?;
    covers(bytes, &Zeroizing::new(message.encode_to_vec()), MAX_DEPTH)?;
    Ok(message)
}

/// Checks that `seen` is `known` plus extension fields, all in ascending order.
fn covers(seen: &[u8], known: &[u8], depth: u32) -> Result<(), DecodeError> {
    let depth = depth.checked_sub(1).ok_or(DecodeError::TooLarge)?;
    let (mut seen, mut known) = (Fields::new(seen), Fields::new(known));
    let mut expected = known.next()?;
    let mut previous = 0;
    while let Some((number, value)) = seen.next()? {
        match expected {
            Some((known_number, known_value)) if known_number == number && number >= previous => {
                same_value(value, known_value, depth)?;
                expected = known.next()?;
            }
            _ if EXTENSIONS.contains(&number) && number > previous => {}
            _ => return Err(DecodeError::NotCanonical),
        }
        previous = number;
    }
    if expected.is_some() { Err(DecodeError::NotCanonical) } else { Ok(()) }
}

/// Equal, or both messages of which one extends the other.
fn same_value(seen: Value<'_>, known: Value<'_>, depth: u32) -> Result<(), DecodeError> {
    match (seen, known) {
        (seen, known) if seen == known => Ok(()),
        (Value::Bytes(seen), Value::Bytes(known)) => covers(seen, known, depth),
        _ => Err(DecodeError::NotCanonical),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::FieldWriter;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// One field of every sort that the protocol uses, and some that it does not yet.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Sample {
        #[prost(uint32, tag = "1")]
        integer: u32,
        #[prost(string, tag = "2")]
        text: String,
        #[prost(message, optional, boxed, tag = "3")]
        nested: Option<alloc::boxed::Box<Sample>>,
        #[prost(bytes = "vec", repeated, tag = "4")]
        list: Vec<Vec<u8>>,
        #[prost(oneof = "Choice", tags = "5, 6")]
        choice: Option<Choice>,
        #[prost(fixed32, tag = "7")]
        fixed: u32,
        #[prost(uint64, tag = "80")]
        former_extension: u64,
    }

    #[derive(Clone, PartialEq, prost::Oneof)]
    enum Choice {
        #[prost(uint64, tag = "5")]
        Number(u64),
        #[prost(message, tag = "6")]
        Message(Empty),
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    struct Empty {}

    const REFUSED: Result<(), DecodeError> = Err(DecodeError::NotCanonical);

    fn extensible(bytes: &[u8]) -> Result<(), DecodeError> {
        decode_extensible::<Sample>(bytes).map(|_| ())
    }

    fn canonical(bytes: &[u8]) -> Result<(), DecodeError> {
        decode_canonical::<Sample>(bytes).map(|_| ())
    }

    fn bytes_field(number: u32, value: &[u8]) -> Vec<u8> {
        let mut out = vec![];
        FieldWriter(&mut out).bytes(number, value);
        out
    }

    fn integer_field(number: u32, value: u32) -> Vec<u8> {
        let mut out = vec![];
        FieldWriter(&mut out).u32(number, value);
        out
    }

    /// Refused both ways.
    fn refused(bytes: &[u8]) {
        assert!(canonical(bytes).is_err());
        assert!(extensible(bytes).is_err(), "{bytes:02x?}");
    }

    #[test]
    fn extensions_are_ignored_at_every_depth() {
        let extension = bytes_field(64, b"\xff\xff");
        let nested = bytes_field(3, &extension);
        let deeper =
            bytes_field(3, &bytes_field(3, &[integer_field(1, 5), extension.clone()].concat()));
        for bytes in [&extension, &nested, &deeper] {
            assert_eq!(extensible(bytes), Ok(()));
            assert_eq!(canonical(bytes), REFUSED);
        }
        let message: Sample = decode_extensible(&deeper).unwrap();
        assert_eq!(message.nested.unwrap().nested.unwrap().integer, 5);
    }

    #[test]
    fn extensions_of_every_wire_type_are_ignored() {
        assert_eq!(extensible(&[0x80, 0x04, 0x05]), Ok(()));
        assert_eq!(extensible(&[0x81, 0x04, 1, 2, 3, 4, 5, 6, 7, 8]), Ok(()));
        assert_eq!(extensible(&[0x82, 0x04, 1, 0xff]), Ok(()));
        assert_eq!(extensible(&[0x85, 0x04, 1, 2, 3, 4]), Ok(()));
    }

    #[test]
    fn extensions_have_the_numbers_64_to_1023() {
        for (number, expected) in [(63, false), (64, true), (1_023, true), (1_024, false)] {
            assert_eq!(extensible(&bytes_field(number, b"x")).is_ok(), expected, "{number}");
            let nested = bytes_field(3, &bytes_field(number, b"x"));
            assert_eq!(extensible(&nested).is_ok(), expected, "{number}");
        }
    }

    #[test]
    fn fields_are_in_order_with_extensions_among_them() {
        let (one, first, second) =
            (integer_field(1, 5), bytes_field(64, b""), bytes_field(81, b""));
        let known = integer_field(80, 6);
        assert_eq!(extensible(&[&one[..], &first, &known, &second].concat()), Ok(()));
        refused(&[&first[..], &one].concat());
        refused(&[&second[..], &first].concat());
        refused(&[&known[..], &first].concat());
        refused(&[&second[..], &known].concat());
        refused(&[&bytes_field(2, b"x")[..], &one].concat());
    }

    #[test]
    fn a_field_that_is_there_once_is_there_once() {
        let fields = [
            integer_field(1, 5),
            bytes_field(2, b"x"),
            bytes_field(3, &integer_field(1, 5)),
            integer_field(5, 5),
            bytes_field(6, b""),
            bytes_field(64, b"x"),
            integer_field(80, 5),
        ];
        for field in fields {
            refused(&[&field[..], &field].concat());
            refused(&bytes_field(3, &[&field[..], &field].concat()));
        }
        refused(&[bytes_field(2, b"x"), bytes_field(2, b"y")].concat());
        let parts = [bytes_field(3, &integer_field(1, 5)), bytes_field(3, &bytes_field(2, b"x"))];
        refused(&parts.concat());
    }

    #[test]
    fn what_was_decoded_must_have_been_there() {
        let field = integer_field(1, 5);
        assert_eq!(covers(&field, &field, 1), Ok(()));
        assert_eq!(covers(&[], &field, 1), REFUSED);
        assert_eq!(covers(&bytes_field(64, b""), &field, 1), REFUSED);
    }

    #[test]
    fn a_list_may_repeat() {
        let list = [bytes_field(4, b"x"), bytes_field(4, b"x"), bytes_field(4, b"")].concat();
        assert_eq!(canonical(&list), Ok(()));
        assert_eq!(extensible(&list), Ok(()));
        refused(
            &[&bytes_field(4, b"x")[..], &bytes_field(64, b""), &bytes_field(4, b"x")].concat(),
        );
    }

    #[test]
    fn only_one_of_a_oneof_is_there() {
        refused(&[integer_field(5, 5), bytes_field(6, b"")].concat());
        refused(&bytes_field(3, &[integer_field(5, 5), bytes_field(6, b"")].concat()));
        assert_eq!(extensible(&[0x28, 0]), Ok(()), "a zero in a oneof is explicit");
    }

    #[test]
    fn integers_and_lengths_are_minimal() {
        refused(&[0x08, 0x85, 0x00]);
        refused(&[0x88, 0x00, 0x05]);
        refused(&[0x12, 0x81, 0x00, b'x']);
        refused(&[0x1a, 0x03, 0x08, 0x85, 0x00]);
        refused(&[0x80, 0x84, 0x00, 0x05]);
        refused(&[0x80, 0x04, 0x85, 0x00]);
    }

    #[test]
    fn integers_that_do_not_fit_are_refused() {
        refused(&[0x08, 0x85, 0x80, 0x80, 0x80, 0x10]);
        refused(&[&[0x28][..], &[0xff; 9], &[0x02]].concat());
    }

    #[test]
    fn defaults_are_left_out() {
        refused(&[0x08, 0]);
        refused(&[0x12, 0]);
        refused(&[0x3d, 0, 0, 0, 0]);
        refused(&bytes_field(3, &[0x08, 0]));
        assert_eq!(extensible(&bytes_field(3, b"")), Ok(()), "an empty message is a value");
    }

    #[test]
    fn groups_and_unknown_wire_types_are_refused() {
        refused(&[0x0b, 0x0c]);
        refused(&[0x83, 0x04, 0x84, 0x04]);
        refused(&[0x86, 0x04]);
        refused(&bytes_field(3, &[0x83, 0x04, 0x84, 0x04]));
    }

    #[test]
    fn another_wire_type_than_the_field_s_is_refused() {
        refused(&bytes_field(1, b"x"));
        refused(&integer_field(2, 5));
        refused(&integer_field(3, 5));
    }

    #[test]
    fn messages_nest_to_a_limit() {
        let nested =
            |depth| (1..depth).fold(bytes_field(64, b""), |inner, _| bytes_field(3, &inner));
        assert_eq!(extensible(&nested(MAX_DEPTH)), Ok(()));
        assert_eq!(extensible(&nested(MAX_DEPTH + 1)), Err(DecodeError::TooLarge));
        assert!(extensible(&nested(2_000)).is_err());
    }

    fn sample() -> impl Strategy<Value = Sample> {
        let leaf =
            (
                any::<u32>(),
                "[a-zäß]{0,6}",
                prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5), 0..4),
                prop::option::of(prop_oneof![
                    any::<u64>().prop_map(Choice::Number),
                    Just(Choice::Message(Empty {})),
                ]),
                any::<u32>(),
                prop_oneof![Just(0), any::<u64>()],
            )
                .prop_map(|(integer, text, list, choice, fixed, former_extension)| {
                    Sample { integer, text, nested: None, list, choice, fixed, former_extension }
                });
        (leaf.clone(), leaf, any::<bool>()).prop_map(|(inner, outer, nested)| Sample {
            nested: nested.then(|| inner.into()),
            ..outer
        })
    }

    proptest! {
        #[test]
        fn what_we_encode_is_accepted(message in sample()) {
            let bytes = message.encode_to_vec();
            prop_assert_eq!(decode_canonical::<Sample>(&bytes), Ok(message.clone()));
            prop_assert_eq!(decode_extensible::<Sample>(&bytes), Ok(message));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = canonical(&bytes);
            let _ = extensible(&bytes);
        }

        #[test]
        fn a_flipped_bit_is_refused_or_decodes_to_what_the_bytes_say(
            message in sample(), at: prop::sample::Index, bit in 0u32..8,
        ) {
            let mut bytes = message.encode_to_vec();
            prop_assume!(!bytes.is_empty());
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(other) = decode_canonical::<Sample>(&bytes) {
                prop_assert_eq!(other.encode_to_vec(), bytes.clone());
            }
            if let Ok(other) = decode_extensible::<Sample>(&bytes) {
                prop_assert_eq!(covers(&bytes, &other.encode_to_vec(), MAX_DEPTH), Ok(()));
                prop_assert_eq!(without_extensions(&bytes, &other), other.encode_to_vec());
            }
        }
    }

    /// The bytes without the fields that [`Sample`] does not have, by another way than `covers`.
    fn without_extensions(bytes: &[u8], decoded: &Sample) -> Vec<u8> {
        let mut fields = Fields::new(bytes);
        let mut kept = vec![];
        loop {
            let before = fields.rest();
            let Some((number, value)) = fields.next().unwrap() else { return kept };
            match (number, value, &decoded.nested) {
                (3, Value::Bytes(inner), Some(nested)) => {
                    kept.extend(bytes_field(3, &without_extensions(inner, nested)));
                }
                (1..=7 | 80, ..) => {
                    kept.extend_from_slice(&before[..before.len() - fields.rest().len()]);
                }
                _ => {}
            }
        }
    }
}
