use alloc::vec::Vec;

use super::DecodeError;

/// The value of one protobuf field as it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

/// Walks the fields of one encoded protobuf message, refusing non-minimal integers, groups and
/// anything that runs past the end.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next field, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, DecodeError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| DecodeError::OutOfRange)?;
        if number == 0 || number > 0x1fff_ffff {
            return Err(DecodeError::OutOfRange);
        }
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(self.array()?),
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| DecodeError::Truncated)?;
                Value::Bytes(self.take(len)?)
            }
            5 => Value::Fixed32(self.array()?),
            _ => return Err(DecodeError::NotCanonical),
        };
        Ok(Some((number, value)))
    }

    /// The next field, which must be bytes: its number and them.
    pub(crate) fn any_bytes(&mut self) -> Result<(u32, &'a [u8]), DecodeError> {
        match self.next()?.ok_or(DecodeError::Missing)? {
            (number, Value::Bytes(bytes)) => Ok((number, bytes)),
            _ => Err(DecodeError::NotCanonical),
        }
    }

    /// The next field, which must be bytes with this number.
    pub(crate) fn bytes(&mut self, number: u32) -> Result<&'a [u8], DecodeError> {
        match self.any_bytes()? {
            (found, bytes) if found == number => Ok(bytes),
            _ => Err(DecodeError::NotCanonical),
        }
    }

    /// The next field, which must be an integer with this number; an absent one is zero, and a zero
    /// must be absent.
    pub(crate) fn u32(&mut self, number: u32) -> Result<u32, DecodeError> {
        let mut ahead = self.clone();
        match ahead.next()? {
            Some((found, Value::Varint(value))) if found == number => {
                *self = ahead;
                match u32::try_from(value) {
                    Ok(0) => Err(DecodeError::NotCanonical),
                    Ok(value) => Ok(value),
                    Err(_) => Err(DecodeError::OutOfRange),
                }
            }
            _ => Ok(0),
        }
    }

    /// Nothing may follow.
    pub(crate) fn finish(self) -> Result<(), DecodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(DecodeError::NotCanonical) }
    }

    fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(DecodeError::OutOfRange);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let minimal = byte != 0 || shift == 0;
                return if minimal { Ok(value) } else { Err(DecodeError::NotCanonical) };
            }
        }
        Err(DecodeError::OutOfRange)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.0.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::Truncated)
    }
}

/// Appends protobuf fields to a buffer: the counterpart of [`Fields`] on the path that must not
/// allocate for each field.
#[derive(Debug)]
pub(crate) struct FieldWriter<'a>(pub(crate) &'a mut Vec<u8>);

impl FieldWriter<'_> {
    /// An integer; zero is left out, as protobuf 3 does.
    pub(crate) fn u32(&mut self, number: u32, value: u32) {
        if value != 0 {
            self.varint(u64::from(number) << 3);
            self.varint(value.into());
        }
    }

    pub(crate) fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.header(number, bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// The key and length of a bytes field whose `len` bytes the caller appends.
    pub(crate) fn header(&mut self, number: u32, len: usize) {
        self.varint(u64::from(number) << 3 | 2);
        self.varint(len as u64);
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push((value & 0x7f) as u8);
    }
}

/// Bytes that a bytes field of `len` bytes takes, its key (of one byte) included.
pub(crate) const fn field_len(len: usize) -> usize {
    let bits = usize::BITS.saturating_sub(len.leading_zeros());
    let varint = if bits == 0 { 1 } else { bits.div_ceil(7) };
    len.saturating_add(varint as usize).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(value: u32, bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut out = vec![];
            let mut w = FieldWriter(&mut out);
            w.u32(3, value);
            w.bytes(4, &bytes);
            let mut fields = Fields::new(&out);
            prop_assert_eq!(fields.u32(3), Ok(value));
            prop_assert_eq!(fields.bytes(4), Ok(&bytes[..]));
            prop_assert_eq!(fields.finish(), Ok(()));
            let integer = if value == 0 { 0 } else { 1 + (38 - value.leading_zeros() as usize) / 7 };
            prop_assert_eq!(out.len(), integer + field_len(bytes.len()));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut fields = Fields::new(&bytes);
            while let Ok(Some(_)) = fields.next() {}
        }
    }

    #[test]
    fn long_integers_and_unknown_wire_types_are_refused() {
        assert_eq!(Fields::new(&[0x08, 0x80, 0x00]).next(), Err(DecodeError::NotCanonical));
        assert_eq!(Fields::new(&[0x88, 0x00, 0x01]).next(), Err(DecodeError::NotCanonical));
        assert_eq!(Fields::new(&[0x0b]).next(), Err(DecodeError::NotCanonical));
        assert_eq!(Fields::new(&[0x00, 0x00]).next(), Err(DecodeError::OutOfRange));
        assert_eq!(Fields::new(&[0x12, 0x05, 1]).next(), Err(DecodeError::Truncated));
        let mut huge = vec![0x08];
        huge.extend_from_slice(&[0xff; 9]);
        huge.push(0x02);
        assert_eq!(Fields::new(&huge).next(), Err(DecodeError::OutOfRange));
    }

    #[test]
    fn an_explicit_zero_is_refused() {
        assert_eq!(Fields::new(&[0x08, 0x00]).u32(1), Err(DecodeError::NotCanonical));
    }
}
