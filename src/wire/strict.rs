use prost::Message;

use super::DecodeError;
use super::field::{Fields, Value};

/// How deep messages nest at most.
const MAX_DEPTH: u32 = 8;

/// The first field number that a later version may add without raising the required version.
const EXTENSIONS_START: u32 = 64;

/// Decodes a message that has exactly one encoding: the bytes must equal what encoding the result
/// gives. Unknown, repeated and unordered fields, longer integers than needed and explicit
/// defaults all fail this (SPEC.md 4.3).
pub(crate) fn decode_canonical<M: Message + Default>(bytes: &[u8]) -> Result<M, DecodeError> {
    let message = M::decode(bytes).map_err(|_| DecodeError::NotCanonical)?;
    if message.encode_to_vec() == bytes { Ok(message) } else { Err(DecodeError::NotCanonical) }
}

/// Decodes a message that newer peers may have extended: beside the canonical encoding of what we
/// know there may be fields that we do not, at any depth, with numbers from [`EXTENSIONS_START`]
/// on and none twice. Fields below it belong to this version: they must be there exactly as we
/// would encode them, so that two implementations cannot read one content differently.
pub(crate) fn decode_extensible<M: Message + Default>(bytes: &[u8]) -> Result<M, DecodeError> {
    let message = M::decode(bytes).map_err(|_| DecodeError::NotCanonical)?;
    covers(bytes, &message.encode_to_vec(), MAX_DEPTH)?;
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
            Some((known_number, known_value)) if known_number == number => {
                same_value(value, known_value, depth)?;
                expected = known.next()?;
            }
            _ if number < EXTENSIONS_START || number <= previous => {
                return Err(DecodeError::NotCanonical);
            }
            _ => {}
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
