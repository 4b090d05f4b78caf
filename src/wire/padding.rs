use alloc::vec::Vec;

use super::DecodeError;
use crate::limits::PADDING_FLOOR;

/// The padded length of a plaintext of `len` bytes: Padmé over the text and its end mark, at least
/// [`PADDING_FLOOR`] (SPEC.md 4.4). At most 12 % is added above the floor.
pub(crate) fn padded_len(len: usize) -> usize {
    let len = u64::try_from(len).unwrap_or(u64::MAX);
    usize::try_from(padded_len_64(len)).unwrap_or(usize::MAX)
}

/// The same where lengths may be longer than memory.
pub(crate) fn padded_len_64(len: u64) -> u64 {
    let marked = len.saturating_add(1).max(PADDING_FLOOR as u64);
    let exponent = marked.ilog2();
    let significant = exponent.ilog2().saturating_add(1);
    let mask = 1u64
        .checked_shl(exponent.saturating_sub(significant))
        .map_or(0, |unit| unit.saturating_sub(1));
    marked.saturating_add(mask) & !mask
}

/// Appends `0x80` and zeros to `buffer`, whose text starts at `start`, up to the padded length.
pub(crate) fn pad(buffer: &mut Vec<u8>, start: usize) {
    let len = buffer.len().saturating_sub(start);
    buffer.push(0x80);
    buffer.resize(start.saturating_add(padded_len(len)), 0);
}

/// The length of the text inside `padded`.
pub(crate) fn unpad(padded: &[u8]) -> Result<usize, DecodeError> {
    let len = padded.iter().rposition(|byte| *byte != 0).ok_or(DecodeError::NotCanonical)?;
    if padded.get(len) != Some(&0x80) || padded.len() != padded_len(len) {
        return Err(DecodeError::NotCanonical);
    }
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn short_texts_share_one_size() {
        assert!((0..128).all(|len| padded_len(len) == 128));
        assert_eq!(padded_len(128), 144);
    }

    #[test]
    fn sizes_are_those_of_padme() {
        // L' = L rounded up to a multiple of 2^(E − S), E = floor(log2 L), S = floor(log2 E) + 1.
        for (len, padded) in [(200, 208), (999, 1024), (1023, 1024), (1024, 1088), (65_535, 65_536)]
        {
            assert_eq!(padded_len(len), padded, "{len}");
        }
    }

    #[test]
    fn no_padding_no_mark_or_another_length_is_refused() {
        assert_eq!(unpad(&[]), Err(DecodeError::NotCanonical));
        assert_eq!(unpad(&[0; 128]), Err(DecodeError::NotCanonical));
        assert_eq!(unpad(&[1; 128]), Err(DecodeError::NotCanonical));
        let mut long = vec![0; 144];
        long[0] = 0x80;
        assert_eq!(unpad(&long), Err(DecodeError::NotCanonical));
    }

    proptest! {
        #[test]
        fn what_is_padded_comes_back(text in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let mut buffer = vec![7; 5];
            buffer.extend_from_slice(&text);
            pad(&mut buffer, 5);
            prop_assert_eq!(buffer.len() - 5, padded_len(text.len()));
            prop_assert_eq!(unpad(&buffer[5..]), Ok(text.len()));
        }

        #[test]
        fn padding_adds_at_most_an_eighth_above_the_floor(len in 128usize..(1 << 24)) {
            prop_assert!(padded_len(len) <= (len + 1) + (len + 1) / 8);
        }
    }
}
